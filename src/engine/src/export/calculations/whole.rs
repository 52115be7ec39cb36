//! Whole numbers and fractions as XPath: what engines that count in floats get exactly right.
//!
//! Invariant: every part of an expression is a whole number, and `most` bounds them all, so that whoever writes it down knows
//! whether floats hold it ([`EXACT`]).

use crate::assess::Exact;

/// Floats hold every whole number up to this.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number, by an expression.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub text: String,
    /// No part of it is further from zero.
    pub most: f64,
    pub constant: Option<i128>,
    /// It needs no parentheses.
    atom: bool,
}

impl Whole {
    pub fn constant(number: i128) -> Whole {
        Whole { text: number.to_string(), most: number as f64, constant: Some(number), atom: number >= 0 }
            .bound()
    }

    /// A path, or a call.
    pub fn atom(text: impl Into<String>, most: f64) -> Whole {
        Whole { text: text.into(), most, constant: None, atom: true }
    }

    fn bound(mut self) -> Whole {
        self.most = self.most.abs();
        self
    }

    /// As an operand.
    pub fn operand(&self) -> String {
        match self.atom {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }

    pub fn plus(&self, other: &Whole) -> Whole {
        match (self.constant, other.constant) {
            (Some(a), Some(b)) => Whole::constant(a.saturating_add(b)),
            (Some(0), _) => other.clone(),
            (_, Some(0)) => self.clone(),
            (_, Some(b)) if b < 0 => self.minus(&Whole::constant(-b)),
            _ => Whole {
                text: format!("{} + {}", self.text, other.operand()),
                most: self.most + other.most,
                constant: None,
                atom: false,
            },
        }
    }

    pub fn minus(&self, other: &Whole) -> Whole {
        match (self.constant, other.constant) {
            (Some(a), Some(b)) => Whole::constant(a.saturating_sub(b)),
            (_, Some(0)) => self.clone(),
            _ => Whole {
                text: format!("{} - {}", self.text, other.operand()),
                most: self.most + other.most,
                constant: None,
                atom: false,
            },
        }
    }

    pub fn times(&self, other: &Whole) -> Whole {
        match (self.constant, other.constant) {
            (Some(a), Some(b)) => Whole::constant(a.saturating_mul(b)),
            (Some(0), _) | (_, Some(0)) => Whole::constant(0),
            (Some(1), _) => other.clone(),
            (_, Some(1)) => self.clone(),
            _ => Whole {
                text: format!("{} * {}", self.operand(), other.operand()),
                most: (self.most * other.most).max(self.most).max(other.most),
                constant: None,
                atom: false,
            },
        }
    }

    pub fn times_number(&self, number: i128) -> Whole {
        self.times(&Whole::constant(number))
    }

    /// So many, if a condition holds: nothing if it doesn't, and always without one.
    pub fn only_if(&self, condition: Option<&str>) -> Whole {
        match (condition, self.constant) {
            (None, _) | (_, Some(0)) => self.clone(),
            (Some(condition), _) => Whole {
                text: format!("if({condition}, {}, 0)", self.text),
                most: self.most,
                constant: None,
                atom: true,
            },
        }
    }

    /// The sum.
    pub fn sum(terms: impl IntoIterator<Item = Whole>) -> Whole {
        terms.into_iter().fold(Whole::constant(0), |sum, term| sum.plus(&term))
    }
}

/// A fraction; its denominator is above zero.
#[derive(Clone, Debug)]
pub(super) struct Fraction {
    pub over: Whole,
    pub under: Whole,
}

impl Fraction {
    pub fn constant(number: Exact) -> Fraction {
        Fraction { over: Whole::constant(number.numerator()), under: Whole::constant(number.denominator()) }
    }

    pub fn whole(over: Whole) -> Fraction {
        Fraction { over, under: Whole::constant(1) }
    }

    /// Both over one denominator: the least common one where it is known.
    pub fn alike(&self, other: &Fraction) -> (Whole, Whole, Whole) {
        match (self.under.constant, other.under.constant) {
            // What is divided by a zero that is written out has no common denominator.
            (Some(a), Some(b)) if a != 0 && b != 0 => {
                let both = least_common_multiple(a, b);
                (self.over.times_number(both / a), other.over.times_number(both / b), Whole::constant(both))
            }
            _ if self.under.text == other.under.text => {
                (self.over.clone(), other.over.clone(), self.under.clone())
            }
            _ => {
                (self.over.times(&other.under), other.over.times(&self.under), self.under.times(&other.under))
            }
        }
    }

    pub fn plus(&self, other: &Fraction) -> Fraction {
        let (a, b, under) = self.alike(other);
        Fraction { over: a.plus(&b), under }
    }

    pub fn minus(&self, other: &Fraction) -> Fraction {
        let (a, b, under) = self.alike(other);
        Fraction { over: a.minus(&b), under }
    }

    pub fn times(&self, other: &Fraction) -> Fraction {
        Fraction { over: self.over.times(&other.over), under: self.under.times(&other.under) }
    }

    /// `over * q OP p * under`: nothing is divided.
    pub fn compared(&self, operator: &str, other: Exact) -> String {
        let (a, b, _) = self.alike(&Fraction::constant(other));
        format!("{} {operator} {}", a.operand(), b.operand())
    }

    /// The same between two.
    pub fn compared_with(&self, operator: &str, other: &Fraction) -> String {
        let (a, b, _) = self.alike(other);
        format!("{} {operator} {}", a.operand(), b.operand())
    }
}

/// Of two numbers above zero.
pub(super) fn least_common_multiple(a: i128, b: i128) -> i128 {
    let (mut x, mut y) = (a.abs().max(1), b.abs().max(1));
    let product = x.saturating_mul(y);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    product / x
}

/// The least denominator that all have in common.
pub(super) fn common_denominator(numbers: impl IntoIterator<Item = Exact>) -> i128 {
    numbers.into_iter().fold(1, |common, number| least_common_multiple(common, number.denominator()))
}

/// A number over a denominator that its own divides.
pub(super) fn scaled(number: Exact, under: i128) -> i128 {
    number.numerator().saturating_mul(under / number.denominator())
}

/// The first case that holds. Many cases that exclude each other stand in a row, so that no engine has to nest deep.
pub(super) fn choose(cases: &[(String, String)], otherwise: &str, exclusive: bool) -> String {
    const DEEPEST: usize = 30;
    if exclusive && cases.len() > DEEPEST {
        let any: Vec<String> = cases.iter().map(|(condition, _)| format!("({condition})")).collect();
        let parts: Vec<String> =
            cases.iter().map(|(condition, value)| format!("if({condition}, {value}, '')")).collect();
        return format!("if({}, concat({}), {otherwise})", any.join(" or "), parts.join(", "));
    }
    let opened: String =
        cases.iter().map(|(condition, value)| format!("if({condition}, {value}, ")).collect();
    format!("{opened}{otherwise}{}", ")".repeat(cases.len()))
}

/// A text in quotes; one with both kinds is put together.
pub(super) fn quoted(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => {
            let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
            format!("concat({})", parts.join(", \"'\", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_compared_crosswise() {
        let third: Exact = "1/3".parse().unwrap();
        let score = Fraction { over: Whole::atom("N", 10.0), under: Whole::constant(2) };
        assert_eq!(score.compared(">=", third), "(N * 3) >= 2");
        let other = Fraction { over: Whole::atom("M", 10.0), under: Whole::atom("D", 5.0) };
        assert_eq!(score.plus(&other).over.text, "N * D + (M * 2)");
        assert_eq!(score.plus(&other).under.text, "2 * D");
    }

    #[test]
    fn texts_in_quotes_are_texts() {
        assert_eq!(quoted("a"), "'a'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("'\""), "concat('', \"'\", '\"')");
    }
}
