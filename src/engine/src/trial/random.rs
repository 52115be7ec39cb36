//! A form filled in at random, again and again: what can never be reached, what can never be right, and what never comes to rest.
//!
//! Each filling answers every question that is asked with something that the form takes, if a few tries find it. What is told is what no filling found: it may be
//! there all the same, so it is a question to the designer and no mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Dice;
use super::coverage::{Coverage, general};
use crate::form::Form;
use crate::session::{Session, World};
use crate::value::{DataType, Value};
use crate::view::{Control, Key, QuestionView};

/// So often another answer is tried where the form refuses one.
const TRIES: usize = 12;
/// Instances of a repeat that a filling makes at most.
const MOST_INSTANCES: u64 = 3;
/// Questions that are answered in one filling: a form whose repeats grow by their answers ends here.
const MOST_ANSWERS: usize = 5_000;

/// What is told of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// No filling was asked this.
    NeverAsked,
    /// No answer to it was right.
    NeverRight,
    /// Its value did not come to rest.
    NeverRests,
}

/// Where, and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The node's path, without the places of instances; the form's own for the whole form.
    pub path: String,
    /// What was found.
    pub found: Found,
}

/// Fills a form in so many times. The same form, world and seed: the same answers. Gives what was found, in the document's order, and what was reached.
pub fn fill(form: &Arc<Form>, world: &World, times: usize, seed: u64) -> (Vec<Told>, Coverage) {
    let mut coverage = Coverage::default();
    // Of each question: was it ever answered rightly, where it was tried at all?
    let mut right: BTreeMap<String, bool> = BTreeMap::new();
    let mut told = Vec::new();
    for time in 0..times {
        let mut dice = Dice::new(seed.wrapping_add(time as u64 + 1));
        let mut session = Session::new(form.clone(), world.clone());
        fill_once(&mut session, &mut dice, &mut right);
        if session.overran() && told.is_empty() {
            let root = session.nodes().first().map(|key| session.path(*key)).unwrap_or_default();
            told.push(Told { path: root, found: Found::NeverRests });
        }
        coverage.take(&session);
    }
    let asked = coverage.questions();
    told.extend(asked.missing.into_iter().map(|path| Told { path, found: Found::NeverAsked }));
    let wrong = right.into_iter().filter(|(_, right)| !right);
    told.extend(wrong.map(|(path, _)| Told { path, found: Found::NeverRight }));
    (told, coverage)
}

fn fill_once(session: &mut Session, dice: &mut Dice, right: &mut BTreeMap<String, bool>) {
    let mut done = 0;
    // Answers bring up questions before and behind them: until a round finds nothing to answer.
    for _ in 0..6 {
        let mut answered = false;
        for key in session.nodes() {
            if let Some(repeat) = session.repeat(key).filter(|repeat| repeat.relevant && repeat.can_add) {
                let wanted = dice.below(MOST_INSTANCES + 1) as usize;
                if repeat.instances.len() < wanted && session.add_repeat(key).is_ok() {
                    answered = true;
                }
            }
            let Some(question) = session.question(key) else { continue };
            let is_open = question.relevant && !question.readonly && question.value.is_blank();
            if !is_open || matches!(question.control, Control::Note | Control::Upload) || done >= MOST_ANSWERS
            {
                continue;
            }
            // What may be left out is left out now and then.
            if !question.required && dice.below(4) == 0 {
                continue;
            }
            let is_right = answer(session, key, &question, dice);
            *right.entry(general(&session.path(key))).or_default() |= is_right;
            answered |= is_right;
            done += 1;
        }
        if !answered {
            break;
        }
    }
}

/// Was it answered with something that is right?
fn answer(session: &mut Session, key: Key, question: &QuestionView, dice: &mut Dice) -> bool {
    for try_ in 0..TRIES {
        let Some(value) = value(question, dice, try_) else { return true };
        if session.answer(key, value).is_err() {
            continue;
        }
        if session.question(key).is_none_or(|question| question.violation.is_none()) {
            return true;
        }
    }
    let _ = session.answer(key, Value::Blank);
    false
}

/// Something that a question may be answered with; nothing where nobody could know what: a scan, a place.
fn value(question: &QuestionView, dice: &mut Dice, try_: usize) -> Option<Value> {
    let choice = |dice: &mut Dice| {
        let choices = &question.choices;
        (!choices.is_empty()).then(|| choices[dice.below(choices.len() as u64) as usize].name.clone())
    };
    // How large, by chance: a form may ask something only of many, or of few.
    const NUMBERS: [i64; TRIES] = [1, 3, 0, 10, 35, 70, 120, 500, 2_000, 10_000, -1, 100_000];
    let number = |dice: &mut Dice| {
        let limit = NUMBERS[(try_ + dice.below(TRIES as u64) as usize) % TRIES];
        if limit <= 0 { limit } else { dice.below(limit as u64 + 1) as i64 }
    };
    Some(match question.control {
        Control::SelectOne => Value::Choice(choice(dice)?),
        Control::SelectMultiple | Control::Rank => {
            let count = match question.control {
                Control::Rank => question.choices.len(),
                _ => 1 + dice.below(question.choices.len().min(3) as u64) as usize,
            };
            let mut names: Vec<_> = question.choices.iter().map(|choice| choice.name.clone()).collect();
            let spare = names.len().saturating_sub(count);
            for _ in 0..spare {
                names.remove(dice.below(names.len() as u64) as usize);
            }
            if names.is_empty() {
                return None;
            }
            Value::Choices(names.into())
        }
        Control::Acknowledge => Value::Text("OK".into()),
        Control::Geopoint => Value::read(DataType::Geopoint, "37.5 122.1 0 5"),
        _ => match question.data_type {
            DataType::Integer => Value::Integer(number(dice)),
            DataType::Decimal => Value::read(DataType::Decimal, &format!("{}.5", number(dice))),
            DataType::Date => {
                let year = 1930 + dice.below(110);
                Value::read(
                    DataType::Date,
                    &format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28)),
                )
            }
            DataType::Time => {
                Value::read(DataType::Time, &format!("{:02}:{:02}:00", dice.below(24), dice.below(60)))
            }
            DataType::Text => {
                const WORDS: [&str; 6] = ["王秀兰", "a", "13800001234", "371002195001019994", "威海", "12"];
                Value::Text(WORDS[dice.below(WORDS.len() as u64) as usize].into())
            }
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::source::{Bundle, Source};

    fn told(survey: Json) -> (Vec<(String, Found)>, Coverage) {
        let json = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "y", "label": "Y"}, {"name": "n", "label": "N"}]},
            "survey": survey});
        let read = Form::read(&Bundle::single(Source::new("form.json", json.to_string())));
        let form = read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        let (told, coverage) = fill(&form, &World::default(), 40, 1);
        (told.into_iter().map(|told| (told.path, told.found)).collect(), coverage)
    }

    #[test]
    fn what_can_never_be_asked_or_be_right_is_told_and_nothing_else() {
        let (told, coverage) = told(json!([
            {"type": "select_one yn", "name": "a", "label": "A"},
            {"type": "text", "name": "if_yes", "label": "B", "relevant": "${a} = 'y'"},
            {"type": "text", "name": "never", "label": "C", "relevant": "${a} = 'y' and ${a} = 'n'"},
            {"type": "integer", "name": "old", "label": "D", "constraint": ". >= 18 and . < 120"},
            {"type": "integer", "name": "wrong", "label": "E", "constraint": ". > 10 and . < 5", "required": true},
            {"type": "repeat", "name": "m", "label": "M", "children": [
                {"type": "text", "name": "who", "label": "W"}]}]));
        assert_eq!(
            told,
            [("/f/never".to_owned(), Found::NeverAsked), ("/f/wrong".to_owned(), Found::NeverRight)]
        );
        assert_eq!((coverage.choices().count, coverage.choices().of), (2, 2));
        assert_eq!((coverage.questions().count, coverage.questions().of), (5, 6));
    }

    #[test]
    fn the_same_seed_fills_in_the_same() {
        let once = || {
            told(
                json!([{"type": "integer", "name": "a", "label": "A"}, {"type": "select_multiple yn", "name": "b", "label": "B"}]),
            )
        };
        assert_eq!(format!("{:?}", once()), format!("{:?}", once()));
    }
}
