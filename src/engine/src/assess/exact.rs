//! Exact fractions: what scores, weights and cut-offs are made of.
//!
//! Invariant: a fraction is always in lowest terms with a denominator above zero, so that equal means identical; what doesn't fit
//! is an error and never a wrong number.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A fraction in lowest terms.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exact {
    numerator: i128,
    /// Above zero.
    denominator: i128,
}

/// Why there is no fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExactError {
    /// Division by zero.
    ByZero,
    /// More digits than 127 bits hold.
    TooLarge,
    /// No number was written there.
    NoNumber,
}

impl fmt::Display for ExactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExactError::ByZero => "division by zero",
            ExactError::TooLarge => "more digits than a fraction holds",
            ExactError::NoNumber => "no number",
        })
    }
}

impl std::error::Error for ExactError {}

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Exact = Exact { numerator: 1, denominator: 1 };

    /// `numerator / denominator`.
    pub fn new(numerator: i128, denominator: i128) -> Result<Exact, ExactError> {
        if denominator == 0 {
            return Err(ExactError::ByZero);
        }
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).map_err(|_| ExactError::TooLarge)?;
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        if denominator > 0 {
            return Ok(Exact { numerator, denominator });
        }
        let numerator = numerator.checked_neg().ok_or(ExactError::TooLarge)?;
        let denominator = denominator.checked_neg().ok_or(ExactError::TooLarge)?;
        Ok(Exact { numerator, denominator })
    }

    /// A whole number.
    pub const fn whole(number: i64) -> Exact {
        Exact { numerator: number as i128, denominator: 1 }
    }

    /// Above the line, in lowest terms.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Above zero.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// Is it nothing?
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Is it a whole number?
    pub fn is_whole(self) -> bool {
        self.denominator == 1
    }

    /// The sum.
    pub fn plus(self, other: Exact) -> Result<Exact, ExactError> {
        if self.denominator == other.denominator {
            let sum = self.numerator.checked_add(other.numerator).ok_or(ExactError::TooLarge)?;
            return if self.denominator == 1 {
                Ok(Exact { numerator: sum, denominator: 1 })
            } else {
                Exact::new(sum, self.denominator)
            };
        }
        // Over the least common denominator, so that sums of many terms stay small.
        let divisor =
            greatest_common_divisor(self.denominator.unsigned_abs(), other.denominator.unsigned_abs())
                as i128;
        let (own, others) = (other.denominator / divisor, self.denominator / divisor);
        let sum = || self.numerator.checked_mul(own)?.checked_add(other.numerator.checked_mul(others)?);
        let denominator = self.denominator.checked_mul(own).ok_or(ExactError::TooLarge)?;
        Exact::new(sum().ok_or(ExactError::TooLarge)?, denominator)
    }

    /// The difference.
    pub fn minus(self, other: Exact) -> Result<Exact, ExactError> {
        self.plus(other.negated()?)
    }

    /// The product.
    pub fn times(self, other: Exact) -> Result<Exact, ExactError> {
        // Crosswise first: what can be cancelled never overflows.
        let left = Exact::new(self.numerator, other.denominator)?;
        let right = Exact::new(other.numerator, self.denominator)?;
        let numerator = left.numerator.checked_mul(right.numerator).ok_or(ExactError::TooLarge)?;
        let denominator = left.denominator.checked_mul(right.denominator).ok_or(ExactError::TooLarge)?;
        Ok(Exact { numerator, denominator })
    }

    /// The quotient.
    pub fn over(self, other: Exact) -> Result<Exact, ExactError> {
        self.times(Exact::new(other.denominator, other.numerator)?)
    }

    /// The same below zero.
    pub fn negated(self) -> Result<Exact, ExactError> {
        let numerator = self.numerator.checked_neg().ok_or(ExactError::TooLarge)?;
        Ok(Exact { numerator, denominator: self.denominator })
    }

    /// The nearest number.
    pub fn nearest(self) -> f64 {
        const EVERY_WHOLE: i128 = 1 << 53;
        if self.numerator.abs() <= EVERY_WHOLE && self.denominator <= EVERY_WHOLE {
            // Both are exact as floats, so that their quotient is rounded once.
            return self.numerator as f64 / self.denominator as f64;
        }
        // Twenty digits are more than a float tells apart; its own reader rounds once.
        self.rounded(20).parse().unwrap_or(self.numerator as f64 / self.denominator as f64)
    }

    /// What a number that was computed in floats says in decimals: `0.1` is one tenth.
    pub fn from_nearest(number: f64) -> Result<Exact, ExactError> {
        if !number.is_finite() {
            return Err(ExactError::NoNumber);
        }
        if number.fract() == 0.0 && number.abs() < 1e15 {
            return Ok(Exact::whole(number as i64));
        }
        format!("{number}").parse()
    }

    /// With so many decimals, half up (away from zero below zero), as it is shown.
    pub fn rounded(self, decimals: u32) -> String {
        let sign = if self.numerator < 0 { "-" } else { "" };
        let denominator = self.denominator.unsigned_abs();
        let whole = self.numerator.unsigned_abs() / denominator;
        let mut rest = self.numerator.unsigned_abs() % denominator;
        let mut digits: Vec<u8> = whole.to_string().into_bytes();
        let point = digits.len();
        for _ in 0..decimals {
            // `rest` is below the denominator, so that ten times it may not fit only for fractions near the limit.
            let Some(tenfold) = rest.checked_mul(10) else { break };
            digits.push(b'0' + (tenfold / denominator) as u8);
            rest = tenfold % denominator;
        }
        let mut point = point;
        if rest >= denominator - rest {
            let carried = carry(&mut digits);
            point += usize::from(carried);
        }
        let nothing = digits.iter().all(|digit| *digit == b'0');
        let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
        let sign = if nothing { "" } else { sign };
        match decimals {
            0 => format!("{sign}{text}"),
            _ => format!("{sign}{}.{}", &text[..point], &text[point..]),
        }
    }

    /// As short as it can be read: `64.3` at one decimal, `64` where there is nothing behind the point.
    pub fn shown(self, decimals: u32) -> String {
        let text = self.rounded(decimals);
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            false => text,
        }
    }
}

/// Adds one to a row of digits; did it become longer?
fn carry(digits: &mut Vec<u8>) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
    true
}

fn greatest_common_divisor(left: u128, right: u128) -> u128 {
    // What fits into a machine word is divided as one: a division of 128 bits is a call.
    if let (Ok(mut left), Ok(mut right)) = (u64::try_from(left), u64::try_from(right)) {
        while right != 0 {
            (left, right) = (right, left % right);
        }
        return u128::from(left.max(1));
    }
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

impl Default for Exact {
    fn default() -> Exact {
        Exact::ZERO
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        match (left, right) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Term by term, as a continued fraction: nothing is multiplied.
            _ => by_terms((self.numerator, self.denominator), (other.numerator, other.denominator)),
        }
    }
}

fn by_terms(left: (i128, i128), right: (i128, i128)) -> Ordering {
    let (mut left, mut right, mut swapped) = (left, right, false);
    loop {
        let (whole_left, whole_right) = (left.0.div_euclid(left.1), right.0.div_euclid(right.1));
        let order = whole_left.cmp(&whole_right);
        let (rest_left, rest_right) = (left.0.rem_euclid(left.1), right.0.rem_euclid(right.1));
        let order = match (order, rest_left, rest_right) {
            (Ordering::Equal, 0, 0) => Ordering::Equal,
            (Ordering::Equal, 0, _) => Ordering::Less,
            (Ordering::Equal, _, 0) => Ordering::Greater,
            (Ordering::Equal, _, _) => {
                (left, right) = ((left.1, rest_left), (right.1, rest_right));
                swapped = !swapped;
                continue;
            }
            (order, _, _) => order,
        };
        return if swapped { order.reverse() } else { order };
    }
}

impl FromStr for Exact {
    type Err = ExactError;

    /// `3`, `-0.25`, `1/3`, `1.5e-3`.
    fn from_str(text: &str) -> Result<Exact, ExactError> {
        let text = text.trim();
        if let Some((numerator, denominator)) = text.split_once('/') {
            return decimal(numerator.trim())?.over(decimal(denominator.trim())?);
        }
        decimal(text)
    }
}

fn decimal(text: &str) -> Result<Exact, ExactError> {
    let (digits, power) = match text.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse::<i32>().map_err(|_| ExactError::NoNumber)?),
        None => (text, 0),
    };
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + part.len() == 0 || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(ExactError::NoNumber);
    }
    let part = part.trim_end_matches('0');
    let mut numerator: i128 = 0;
    for digit in whole.bytes().chain(part.bytes()) {
        let tenfold = numerator.checked_mul(10).ok_or(ExactError::TooLarge)?;
        numerator = tenfold.checked_add(i128::from(digit - b'0')).ok_or(ExactError::TooLarge)?;
    }
    let power = power.checked_sub(part.len() as i32).ok_or(ExactError::TooLarge)?;
    let ten = 10_i128.checked_pow(power.unsigned_abs());
    match (ten, power < 0) {
        (Some(ten), true) => Exact::new(sign * numerator, ten),
        (Some(ten), false) => Ok(Exact {
            numerator: (sign * numerator).checked_mul(ten).ok_or(ExactError::TooLarge)?,
            denominator: 1,
        }),
        (None, _) if numerator == 0 => Ok(Exact::ZERO),
        (None, _) => Err(ExactError::TooLarge),
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            _ => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn reads_decimals_and_fractions_as_written() {
        let cases = [
            ("3", "3"),
            ("-0.25", "-1/4"),
            ("2/6", "1/3"),
            ("1.50", "3/2"),
            ("1.5e-3", "3/2000"),
            ("0.1/0.3", "1/3"),
        ];
        for (text, shown) in cases {
            assert_eq!(exact(text).to_string(), shown, "{text}");
        }
        for text in ["", ".", "1/", "x", "1 2", "--1", "1/0", "1e999", "NaN"] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_third_is_six_eighteenths() {
        let mut sum = Exact::ZERO;
        for _ in 0..6 {
            sum = sum.plus(exact("1/18")).unwrap();
        }
        assert_eq!(sum, exact("1/3"));
    }

    #[test]
    fn rounds_half_up_and_only_once() {
        let cases = [
            ("207/4", 1, "51.8"),
            ("193/3", 1, "64.3"),
            ("51.75", 1, "51.8"),
            ("51.749", 1, "51.7"),
            ("99.95", 1, "100.0"),
            ("-0.04", 1, "0.0"),
            ("-1.25", 1, "-1.3"),
            ("5/2", 0, "3"),
            ("0", 2, "0.00"),
        ];
        for (text, decimals, shown) in cases {
            assert_eq!(exact(text).rounded(decimals), shown, "{text}");
        }
        assert_eq!(exact("64").shown(1), "64");
        assert_eq!(exact("100").shown(0), "100");
    }

    #[test]
    fn orders_what_no_float_tells_apart() {
        let near = Exact::new(10_i128.pow(37) + 1, 10_i128.pow(37)).unwrap();
        let nearer = Exact::new(10_i128.pow(36) + 1, 10_i128.pow(36)).unwrap();
        assert!(near > Exact::ONE && nearer > near);
        assert!(exact("-1/3") < exact("-1/4"));
        assert_eq!(exact("1/3").cmp(&exact("2/6")), Ordering::Equal);
    }

    #[test]
    fn too_large_is_said_and_never_wrapped() {
        let large = Exact::new(i128::MAX, 1).unwrap();
        assert_eq!(large.plus(Exact::ONE), Err(ExactError::TooLarge));
        assert_eq!(large.times(exact("2")), Err(ExactError::TooLarge));
        assert_eq!(large.times(exact("2")).and_then(|x| x.over(exact("2"))), Err(ExactError::TooLarge));
        assert_eq!(Exact::new(i128::MIN, -1), Err(ExactError::TooLarge));
        assert_eq!(Exact::new(1, 0), Err(ExactError::ByZero));
    }

    #[test]
    fn the_nearest_number_is_the_nearest() {
        assert_eq!(exact("193/3").nearest(), 193.0 / 3.0);
        assert_eq!(exact("0.1").nearest(), 0.1);
        assert_eq!(Exact::from_nearest(0.1).unwrap(), exact("1/10"));
        assert_eq!(Exact::from_nearest(1.1e-7).unwrap(), exact("0.00000011"));
        let long = exact("123456789012345678901234567890/7");
        assert_eq!(long.nearest(), 123_456_789_012_345_678_901_234_567_890.0 / 7.0);
    }
}
