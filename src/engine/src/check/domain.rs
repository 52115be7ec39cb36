//! What is known of one answer when several conditions hold at once, and whether any answer is like that.
//!
//! Says that none is only where that is sure: anything it does not understand may hold.

use std::borrow::Cow;

use crate::expr::syntax::Operator;
use crate::value::DataType;

/// A value that is written out.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Constant<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Boolean(bool),
}

/// A text as a number.
#[derive(Clone, Copy, PartialEq, Debug)]
enum AsNumber {
    Is(f64),
    Not,
    /// A day, perhaps, or something else that the engine makes numbers of.
    Unknown,
}

impl Constant<'_> {
    pub fn truth(&self) -> bool {
        match self {
            Constant::Number(number) => *number != 0.0 && !number.is_nan(),
            Constant::Text(text) => !text.is_empty(),
            Constant::Boolean(truth) => *truth,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Constant::Number(number) => Some(*number),
            Constant::Boolean(truth) => Some(f64::from(u8::from(*truth))),
            Constant::Text(text) => match as_number(text) {
                AsNumber::Is(number) => Some(number),
                AsNumber::Not => Some(f64::NAN),
                AsNumber::Unknown => None,
            },
        }
    }

    /// The comparison of two, where it is sure (XPath 1.0 §3.4).
    pub fn compare(operator: Operator, a: &Constant<'_>, b: &Constant<'_>) -> Option<bool> {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let equal = match (a, b) {
            (Constant::Boolean(_), _) | (_, Constant::Boolean(_)) if equality => a.truth() == b.truth(),
            (Constant::Text(a), Constant::Text(b)) if equality => a == b,
            _ => {
                let (a, b) = (a.number()?, b.number()?);
                return Some(match operator {
                    Operator::Equal => a == b,
                    Operator::NotEqual => a != b,
                    Operator::Less => a < b,
                    Operator::AtMost => a <= b,
                    Operator::More => a > b,
                    Operator::AtLeast => a >= b,
                    _ => return None,
                });
            }
        };
        Some(equal == (operator == Operator::Equal))
    }
}

/// Is it surely neither a number nor anything that the engine makes one of?
pub(super) fn is_word(text: &str) -> bool {
    as_number(text) == AsNumber::Not
}

fn as_number(text: &str) -> AsNumber {
    let text = text.trim();
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    match text.parse() {
        Ok(number) if plain => AsNumber::Is(number),
        // A day begins with a digit, a time may hold letters further on.
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) => AsNumber::Unknown,
        _ => AsNumber::Not,
    }
}

/// The answers that are left.
#[derive(Clone, Default, Debug)]
pub(super) struct Domain<'a> {
    text: Option<Cow<'a, str>>,
    number: Option<f64>,
    unequal: Vec<Constant<'a>>,
    /// The bound, and whether it is left out.
    least: Option<(f64, bool)>,
    most: Option<(f64, bool)>,
    truth: Option<bool>,
    chosen: Vec<Cow<'a, str>>,
    not_chosen: Vec<Cow<'a, str>>,
}

impl<'a> Domain<'a> {
    /// Keeps the answers that compare so. False: there are none.
    pub fn compare(&mut self, operator: Operator, value: Constant<'a>, data_type: DataType) -> bool {
        match (operator, value) {
            (_, Constant::Boolean(_)) => return true,
            (Operator::Equal, Constant::Text(text)) => {
                if self.text.as_ref().is_some_and(|known| !same_text(known, &text)) {
                    return false;
                }
                self.text = Some(text);
            }
            (Operator::Equal, Constant::Number(number)) => {
                if self.number.is_some_and(|known| known != number) {
                    return false;
                }
                self.number = Some(number);
            }
            (Operator::NotEqual, value) => self.unequal.push(value),
            (Operator::Less | Operator::AtMost, value) => {
                let Some(number) = value.number() else { return true };
                let bound = (number, operator == Operator::Less);
                let closer = |known: (f64, bool)| known.0 < bound.0 || (known.0 == bound.0 && known.1);
                self.most = Some(self.most.filter(|known| closer(*known)).unwrap_or(bound));
            }
            (Operator::More | Operator::AtLeast, value) => {
                let Some(number) = value.number() else { return true };
                let bound = (number, operator == Operator::More);
                let closer = |known: (f64, bool)| known.0 > bound.0 || (known.0 == bound.0 && known.1);
                self.least = Some(self.least.filter(|known| closer(*known)).unwrap_or(bound));
            }
            _ => return true,
        }
        self.is_possible(data_type)
    }

    /// Keeps what is true, or what is not. False: it was the other.
    pub fn decide(&mut self, truth: bool) -> bool {
        *self.truth.get_or_insert(truth) == truth
    }

    /// Keeps the answers that a choice is among, or is not. False: there are none.
    pub fn choose(&mut self, choice: Cow<'a, str>, chosen: bool, data_type: DataType) -> bool {
        if chosen { &mut self.chosen } else { &mut self.not_chosen }.push(choice);
        self.is_possible(data_type)
    }

    fn is_possible(&self, data_type: DataType) -> bool {
        let number = match (&self.text, self.number) {
            (Some(text), known) => match (as_number(text), known) {
                (AsNumber::Is(a), Some(b)) if a != b => return false,
                (AsNumber::Not, Some(_)) => return false,
                (as_number, _) => Some(as_number),
            },
            (None, known) => known.map(AsNumber::Is),
        };
        self.fits_type(data_type)
            && self.fits_bounds(number, data_type)
            && self.fits_unequal(number)
            && self.fits_choices(data_type)
    }

    fn fits_type(&self, data_type: DataType) -> bool {
        let numeric = matches!(data_type, DataType::Integer | DataType::Decimal);
        let is_word = |text: &Cow<'_, str>| !text.trim().is_empty() && as_number(text) == AsNumber::Not;
        !(numeric && self.text.as_ref().is_some_and(is_word))
    }

    fn fits_bounds(&self, number: Option<AsNumber>, data_type: DataType) -> bool {
        if self.least.is_none() && self.most.is_none() {
            return true;
        }
        let (mut least, mut most) =
            (self.least.unwrap_or((f64::NEG_INFINITY, false)), self.most.unwrap_or((f64::INFINITY, false)));
        if least.0.is_nan() || most.0.is_nan() {
            return false;
        }
        if data_type == DataType::Integer {
            least = (if least.1 { least.0.floor() + 1.0 } else { least.0.ceil() }, false);
            most = (if most.1 { most.0.ceil() - 1.0 } else { most.0.floor() }, false);
        }
        let within = |number: f64| {
            (number > least.0 || (number == least.0 && !least.1))
                && (number < most.0 || (number == most.0 && !most.1))
        };
        match number {
            Some(AsNumber::Is(number)) => within(number),
            Some(AsNumber::Not) => false,
            Some(AsNumber::Unknown) => true,
            None => least.0 < most.0 || (least.0 == most.0 && !least.1 && !most.1),
        }
    }

    fn fits_unequal(&self, number: Option<AsNumber>) -> bool {
        self.unequal.iter().all(|value| match (value, &self.text, number) {
            (Constant::Text(other), Some(text), _) => other != text,
            (Constant::Number(other), _, Some(AsNumber::Is(number))) => *other != number,
            (Constant::Text(other), None, Some(AsNumber::Is(number))) => {
                other.parse::<f64>().map(|other| other.to_string()).ok().is_none_or(|other| {
                    // `5` is written in more ways than one: only a whole number is sure.
                    number.fract() != 0.0 || other != number.to_string()
                })
            }
            _ => true,
        })
    }

    fn fits_choices(&self, data_type: DataType) -> bool {
        if self.chosen.iter().any(|choice| self.not_chosen.contains(choice)) {
            return false;
        }
        if let Some(text) = &self.text {
            let among = |choice: &Cow<'_, str>| text.split_whitespace().any(|one| *one == **choice);
            return self.chosen.iter().all(among) && !self.not_chosen.iter().any(among);
        }
        if data_type != DataType::Choice {
            return true;
        }
        let one = self.chosen.first();
        let unequal = |choice: &Cow<'_, str>| {
            self.unequal.iter().any(|value| matches!(value, Constant::Text(text) if text == choice))
        };
        self.chosen.iter().all(|choice| Some(choice) == one) && !one.is_some_and(unequal)
    }
}

/// Could both texts be the same answer? `5` and `5.0` may be.
fn same_text(a: &str, b: &str) -> bool {
    a == b
        || match (as_number(a), as_number(b)) {
            (AsNumber::Is(a), AsNumber::Is(b)) => a == b,
            (AsNumber::Unknown, AsNumber::Unknown) => true,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn possible(data_type: DataType, conditions: &[(Operator, Constant<'static>)]) -> bool {
        let mut domain = Domain::default();
        conditions.iter().all(|(operator, value)| domain.compare(*operator, value.clone(), data_type))
    }

    fn text(text: &'static str) -> Constant<'static> {
        Constant::Text(text.into())
    }

    #[test]
    fn what_no_answer_can_be_is_known() {
        use Constant::Number;
        use Operator::{AtLeast, Equal, Less, More, NotEqual};
        assert!(!possible(DataType::Text, &[(Equal, text("a")), (Equal, text("b"))]));
        assert!(!possible(DataType::Text, &[(Equal, text("a")), (NotEqual, text("a"))]));
        assert!(possible(DataType::Text, &[(NotEqual, text("b")), (NotEqual, text("a"))]));
        assert!(possible(DataType::Text, &[(Equal, text("5")), (Equal, text("5.0"))]));
        assert!(possible(DataType::Date, &[(Equal, text("2020-01-01")), (More, Number(1.0))]));
        assert!(!possible(DataType::Integer, &[(More, Number(3.0)), (Less, Number(4.0))]));
        assert!(possible(DataType::Decimal, &[(More, Number(3.0)), (Less, Number(4.0))]));
        assert!(!possible(DataType::Decimal, &[(AtLeast, Number(4.0)), (Less, Number(4.0))]));
        assert!(!possible(DataType::Integer, &[(Equal, text("many"))]));
    }

    #[test]
    fn choices_that_exclude_each_other_are_known() {
        let both = |data_type| {
            let mut domain = Domain::default();
            domain.choose("a".into(), true, data_type) && domain.choose("b".into(), true, data_type)
        };
        assert!(!both(DataType::Choice));
        assert!(both(DataType::Choices));
        let mut domain = Domain::default();
        assert!(domain.choose("a".into(), true, DataType::Choices));
        assert!(!domain.compare(Operator::Equal, Constant::Text("b c".into()), DataType::Choices));
    }
}
