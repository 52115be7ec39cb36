//! Ranges: numbers from start to end by steps, with ticks and words at some of them.

use super::parameters::{appearance, bad};
use crate::definition::parameters::Parameters;
use crate::definition::rows::{Item, List, Questionnaire};
use crate::diagnostic::Diagnostics;
use crate::source::Written;

/// The appearances that show ticks.
const WITH_TICKS: &[&str] = &["", "vertical", "no-ticks", "vertical no-ticks", "no-ticks vertical"];

struct Range {
    start: f64,
    end: f64,
    step: f64,
}

impl Range {
    fn width(&self) -> f64 {
        (self.end - self.start).abs()
    }

    fn holds(&self, value: f64) -> bool {
        let (least, most) = (self.start.min(self.end), self.start.max(self.end));
        (least..=most).contains(&value)
    }
}

/// Is it a multiple, up to the noise of decimal fractions?
fn is_multiple(value: f64, of: f64) -> bool {
    let ratio = value / of;
    (ratio - ratio.round()).abs() < 1e-9
}

/// `bad-parameters` of a range.
pub(super) fn check(item: &Item, parameters: &Parameters, form: &Questionnaire, found: &mut Diagnostics) {
    let Some(range) = numbers(parameters, found) else { return };
    let number =
        |key: &str| parameters.get(key).and_then(|said| Some((said, said.text.parse::<f64>().ok()?)));
    for key in ["step", "tick_interval"] {
        let Some((said, value)) = number(key) else { continue };
        if value == 0.0 {
            found.push(bad(said, format!("`{key}` can't be zero")));
            return;
        }
        if value.abs() > range.width() {
            found.push(bad(said, format!("`{key}` is larger than the range from start to end")));
        }
    }
    if let Some((said, interval)) = number("tick_interval")
        && !is_multiple(interval, range.step)
    {
        found.push(bad(said, "`tick_interval` should be a multiple of `step`".to_owned()));
    }
    if let Some((said, placeholder)) = number("placeholder") {
        if !is_multiple(placeholder - range.start, range.step) {
            found.push(bad(said, "`placeholder` should be a step away from `start`".to_owned()));
        }
        if !range.holds(placeholder) {
            found.push(bad(said, "`placeholder` should lie between `start` and `end`".to_owned()));
        }
    }
    let ticks = ["tick_interval", "placeholder", "tick_labelset"].iter().find_map(|key| parameters.get(key));
    let appearance = appearance(item);
    if let Some(said) = ticks
        && !WITH_TICKS.contains(&&*appearance)
    {
        found.push(
            bad(said, format!("a range that looks `{appearance}` has no ticks"))
                .hint("ticks are shown with the appearances `vertical` and `no-ticks`, or with none"),
        );
    }
    if let Some(list) = parameters.get("tick_labelset") {
        labels(list, &range, number("tick_interval").map(|(_, interval)| interval), &appearance, form, found);
    }
}

/// Start, end and step, each a number.
fn numbers(parameters: &Parameters, found: &mut Diagnostics) -> Option<Range> {
    let mut all_good = true;
    for key in ["start", "end", "step", "tick_interval", "placeholder"] {
        if let Some(said) = parameters.get(key)
            && said.text.parse::<f64>().is_err()
        {
            found.push(bad(said, format!("`{key}` should be a number, not `{}`", said.text)));
            all_good = false;
        }
    }
    let of = |key: &str, standard: f64| {
        parameters.get(key).and_then(|said| said.text.parse().ok()).unwrap_or(standard)
    };
    let range = Range { start: of("start", 1.0), end: of("end", 10.0), step: of("step", 1.0) };
    all_good.then_some(range)
}

/// The words at ticks: a list whose names are numbers that ticks stand at.
fn labels(
    named: &Written,
    range: &Range,
    interval: Option<f64>,
    appearance: &str,
    form: &Questionnaire,
    found: &mut Diagnostics,
) {
    let Some(list) = form.lists.iter().find(|list| list.name.text == named.text) else {
        found.push(super::lists::unknown(named, &form.lists));
        return;
    };
    let values = values(list);
    let Some(values) = values else {
        found.push(bad(named, format!("the names in the list `{}` should all be numbers", list.name.text)));
        return;
    };
    if values.iter().any(|value| !range.holds(*value)) {
        found.push(bad(named, format!("`{}` has numbers outside of the range", list.name.text)));
    }
    let apart = interval.unwrap_or(range.step);
    let at_ticks = |value: &f64| range.step != 0.0 && is_multiple(value - range.start, apart);
    if !values.iter().all(at_ticks) {
        found.push(bad(named, format!("`{}` has numbers at which no tick stands", list.name.text)));
    }
    if appearance.contains("no-ticks") {
        let ends = |value: &f64| *value == range.start || *value == range.end;
        if values.len() != 2 || !values.iter().all(ends) {
            found.push(bad(named, "without ticks, only `start` and `end` have words".to_owned()));
        }
    }
}

/// The numbers that a list names, each once; none if one is no number.
fn values(list: &List) -> Option<Vec<f64>> {
    let names = list.choices.iter().filter_map(|choice| choice.plain("name"));
    let mut values: Vec<f64> = names.map(|name| name.text.parse().ok()).collect::<Option<_>>()?;
    crate::order::sort_by(&mut values, f64::total_cmp);
    values.dedup();
    Some(values)
}
