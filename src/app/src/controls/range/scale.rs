//! The numbers of a range: from its start to its end by its step, counted in whole steps, so that no fraction is lost.

use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::QuestionView;

/// No more numbers than this are told one by one, whatever a form says.
const MOST: i64 = 10_000;

/// More ticks would run into one another on a phone.
const MOST_TICKS: i64 = 6;

/// A range, in units of its last decimal place: 35.0 to 42.0 by 0.1 is 350, 10 and 70 steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    start: i64,
    /// Towards the end: below zero where the end is below the start.
    step: i64,
    /// How many steps there are: one less than there are numbers.
    pub steps: i64,
    decimals: u32,
    /// How many steps lie between two ticks.
    pub tick: i64,
}

impl Scale {
    /// As the question says; ODK's 1 to 10 by 1 where it says nothing that can be read.
    pub fn of(question: &QuestionView) -> Scale {
        let said = |name: &str| {
            let found = question.parameters.iter().find(|(known, _)| &**known == name);
            found.map(|(_, text)| text.trim())
        };
        Scale::read(said("start"), said("end"), said("step"), said("tick-interval"))
    }

    fn read(start: Option<&str>, end: Option<&str>, step: Option<&str>, tick: Option<&str>) -> Scale {
        let texts = [start.unwrap_or("1"), end.unwrap_or("10"), step.unwrap_or("1")];
        let decimals = texts.iter().map(|text| text.split_once('.').map_or(0, |(_, places)| places.len()));
        let decimals = decimals.max().unwrap_or(0).min(6) as u32;
        let units = |text: &str| -> Option<i64> {
            let units = text.parse::<f64>().ok()? * 10f64.powi(decimals as i32);
            (units.abs() < 9e15).then(|| units.round() as i64)
        };
        let read = || Some((units(texts[0])?, units(texts[1])?, units(texts[2])?.abs()));
        let (start, end, step) = read().filter(|(_, _, step)| *step > 0).unwrap_or((1, 10, 1));
        let decimals = if read().is_some() { decimals } else { 0 };
        let towards = if end < start { -step } else { step };
        let steps = ((end - start) / towards).clamp(0, MOST);
        let tick = tick.and_then(units).map_or(1, |apart| apart.abs() / step).max(1);
        Scale { start, step: towards, steps, decimals, tick }
    }

    /// The number after so many steps, as an answer is written.
    pub fn text(self, at: i64) -> String {
        let units = self.start + self.step * at.clamp(0, self.steps);
        let scale = 10i64.pow(self.decimals);
        let sign = if units < 0 { "-" } else { "" };
        match self.decimals {
            0 => units.to_string(),
            places => format!(
                "{sign}{}.{:0places$}",
                units.abs() / scale,
                units.abs() % scale,
                places = places as usize
            ),
        }
    }

    /// The step that an answer is at, or the one next to it. None if there is no answer.
    pub fn at(self, value: &Value) -> Option<i64> {
        let number = match value {
            Value::Integer(number) => *number as f64,
            Value::Decimal(number) => *number,
            _ => return None,
        };
        let steps = (number * 10f64.powi(self.decimals as i32) - self.start as f64) / self.step as f64;
        Some((steps.round() as i64).clamp(0, self.steps))
    }

    /// The answer after so many steps.
    pub fn value(self, at: i64, data_type: DataType) -> Value {
        Value::read(data_type, &self.text(at))
    }

    /// The steps at which ticks stand, both ends among them; fewer than the form wants where they would stand too close on a phone.
    pub fn ticks(self) -> Vec<i64> {
        let apart = [1, 2, 5, 10, 20, 50, 100].map(|times| self.tick * times);
        let Some(apart) = apart.into_iter().find(|apart| self.steps / apart <= MOST_TICKS) else {
            return vec![0, self.steps];
        };
        let mut ticks: Vec<i64> = (0..=self.steps / apart).map(|n| n * apart).collect();
        if ticks.last() != Some(&self.steps) {
            ticks.push(self.steps);
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(start: &str, end: &str, step: &str) -> Scale {
        Scale::read(Some(start), Some(end), Some(step), None)
    }

    #[test]
    fn tenths_are_counted_exactly_and_written_with_their_place() {
        let scale = scale("35.0", "42.0", "0.1");
        assert_eq!(scale.steps, 70);
        let texts: Vec<String> = [0, 3, 16, 70, 71].map(|at| scale.text(at)).into();
        assert_eq!(texts, ["35.0", "35.3", "36.6", "42.0", "42.0"]);
        assert_eq!(scale.at(&Value::Decimal(36.6)), Some(16));
        assert_eq!(scale.value(16, DataType::Decimal), Value::Decimal(36.6));
    }

    #[test]
    fn a_range_may_count_down_and_below_zero() {
        let down = scale("5", "-5", "1");
        assert_eq!((down.steps, down.text(0), down.text(10)), (10, "5".into(), "-5".into()));
        assert_eq!(down.at(&Value::Integer(-5)), Some(10));
        assert_eq!(scale("-0.5", "0.5", "0.25").text(1), "-0.25");
    }

    #[test]
    fn an_answer_between_two_steps_is_at_the_nearer_and_none_is_nowhere() {
        let tens = scale("0", "100", "10");
        assert_eq!(tens.at(&Value::Integer(47)), Some(5));
        assert_eq!(tens.at(&Value::Integer(900)), Some(10));
        assert_eq!(tens.at(&Value::Blank), None);
    }

    #[test]
    fn what_says_nothing_counts_from_one_to_ten() {
        let standard = Scale::read(None, None, None, None);
        assert_eq!((standard.steps, standard.text(0), standard.text(9)), (9, "1".into(), "10".into()));
        assert_eq!(scale("a", "b", "0"), standard);
    }

    #[test]
    fn ticks_stand_at_both_ends_and_never_too_close() {
        let of = |tick| Scale::read(Some("0"), Some("100"), Some("10"), tick).ticks();
        assert_eq!(of(Some("30")), [0, 3, 6, 9, 10]);
        assert_eq!(of(None), [0, 2, 4, 6, 8, 10]);
        assert_eq!(scale("0", "100", "1").ticks(), [0, 20, 40, 60, 80, 100]);
        assert_eq!(scale("0", "9000", "1").ticks(), [0, 9000]);
    }
}
