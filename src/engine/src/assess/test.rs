//! Cell tests: what stands in one cell of a decision table, after DMN's unary tests (DMN 1.5 §7.3.3).
//!
//! `-` any · `3` or `a` that · `a, b` one of · `>=60` `<35` · `[35..60)` with `[ ]` closed and `( )` or `] [` open ·
//! `not(…)` · `true`, `false` are 1 and 0 ·
//! `blank` no value. Invariant: a test holds or does not; there is no third.

use std::fmt;

use super::Exact;

/// What a cell asks of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// `-`: any value, also none.
    Any,
    /// One of these.
    OneOf(Box<[Alternative]>),
    /// None of these; there must be a value.
    Not(Box<[Alternative]>),
}

/// One of what a test names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alternative {
    /// A choice's name. What can be read as a number is a number.
    Text(Box<str>),
    /// No value.
    Blank,
    /// A number, or numbers between two ends.
    Between(Interval),
}

/// Numbers between two ends; without an end there is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// The least.
    pub from: Option<End>,
    /// The most.
    pub to: Option<End>,
}

/// An end of an interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// Where it is.
    pub at: Exact,
    /// Does it belong to the interval?
    pub closed: bool,
}

/// What a test is asked about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Given<'a> {
    /// A number.
    Number(Exact),
    /// A text that is no number.
    Text(&'a str),
    /// The names that were chosen of several.
    Names(&'a [std::sync::Arc<str>]),
    /// No value.
    Nothing,
}

/// Why a cell is no test: what is wrong, and where in it (bytes).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadTest {
    /// A sentence for its author.
    pub message: String,
    /// The bytes of the cell that are meant.
    pub range: std::ops::Range<usize>,
}

impl Interval {
    /// One number.
    pub fn only(at: Exact) -> Interval {
        let end = Some(End { at, closed: true });
        Interval { from: end, to: end }
    }

    /// Does it hold a number?
    pub fn holds(&self, number: Exact) -> bool {
        let above = self.from.is_none_or(|end| end.at < number || (end.closed && end.at == number));
        let below = self.to.is_none_or(|end| number < end.at || (end.closed && end.at == number));
        above && below
    }

    /// Can no number be in it?
    pub fn is_empty(&self) -> bool {
        match (self.from, self.to) {
            (Some(from), Some(to)) => from.at > to.at || (from.at == to.at && !(from.closed && to.closed)),
            _ => false,
        }
    }
}

impl Alternative {
    /// Is it this value?
    pub fn holds(&self, given: &Given<'_>) -> bool {
        match (self, given) {
            (Alternative::Blank, given) => *given == Given::Nothing,
            (_, Given::Names(names)) => names.iter().any(|name| self.holds(&Given::of_text(name))),
            (Alternative::Between(interval), Given::Number(number)) => interval.holds(*number),
            (Alternative::Text(wanted), Given::Text(text)) => **wanted == **text,
            _ => false,
        }
    }
}

impl<'a> Given<'a> {
    /// A text, as a number where it can be read as one.
    pub fn of_text(text: &'a str) -> Given<'a> {
        let text = text.trim();
        match text.parse::<Exact>() {
            _ if text.is_empty() => Given::Nothing,
            _ if text == "true" => Given::Number(Exact::ONE),
            _ if text == "false" => Given::Number(Exact::ZERO),
            // `1/3` as an answer is text; a fraction is what assessments count in.
            Ok(number) if !text.contains('/') => Given::Number(number),
            _ => Given::Text(text),
        }
    }
}

impl Test {
    /// Does it hold of a value? Of no value only `-` does.
    pub fn holds(&self, given: &Given<'_>) -> bool {
        match self {
            Test::Any => true,
            Test::OneOf(alternatives) => alternatives.iter().any(|each| each.holds(given)),
            Test::Not(alternatives) => {
                *given != Given::Nothing && !alternatives.iter().any(|each| each.holds(given))
            }
        }
    }

    /// Its alternatives; none for `-`.
    pub fn alternatives(&self) -> &[Alternative] {
        match self {
            Test::Any => &[],
            Test::OneOf(alternatives) | Test::Not(alternatives) => alternatives,
        }
    }

    /// Reads a cell.
    pub fn read(cell: &str) -> Result<Test, BadTest> {
        let start = cell.len() - cell.trim_start().len();
        let text = cell.trim();
        if text.is_empty() || text == "-" || text == "*" {
            return Ok(Test::Any);
        }
        let inner = text.strip_prefix("not").map(str::trim_start);
        if let Some(inner) = inner.and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')')) {
            let offset = start + (inner.as_ptr() as usize - text.as_ptr() as usize);
            return Ok(Test::Not(alternatives(inner, offset)?));
        }
        Ok(Test::OneOf(alternatives(text, start)?))
    }
}

/// Cuts at commas that stand outside quotes and brackets.
fn alternatives(text: &str, offset: usize) -> Result<Box<[Alternative]>, BadTest> {
    let mut found = Vec::new();
    let (mut begin, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' | '，' | '、' if !quoted => {
                found.push(alternative(&text[begin..at], offset + begin)?);
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(alternative(&text[begin..], offset + begin)?);
    Ok(found.into())
}

fn alternative(written: &str, offset: usize) -> Result<Alternative, BadTest> {
    let text = written.trim();
    let offset = offset + (written.len() - written.trim_start().len());
    let bad = |message: String| BadTest { message, range: offset..offset + text.len() };
    if text.is_empty() {
        return Err(bad("there is nothing between the commas".into()));
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Ok(Alternative::Text(inner.into()));
    }
    for (sign, below, closed) in [
        (">=", false, true),
        ("≥", false, true),
        ("<=", true, true),
        ("≤", true, true),
        (">", false, false),
        ("<", true, false),
        ("=", false, true),
    ] {
        let Some(number) = text.strip_prefix(sign) else { continue };
        let at = number.parse().map_err(|_| bad(format!("`{}` is no number", number.trim())))?;
        let end = Some(End { at, closed });
        return Ok(Alternative::Between(match (sign, below) {
            ("=", _) => Interval::only(at),
            (_, true) => Interval { from: None, to: end },
            (_, false) => Interval { from: end, to: None },
        }));
    }
    if let Some((from, to)) = text.split_once("..") {
        return interval(from, to).map(Alternative::Between).map_err(bad);
    }
    let truth = match text {
        "true" | "true()" => Some(Exact::ONE),
        "false" | "false()" => Some(Exact::ZERO),
        _ => None,
    };
    if text == "blank" {
        return Ok(Alternative::Blank);
    }
    match truth.map_or_else(|| text.parse::<Exact>(), Ok) {
        Ok(number) => Ok(Alternative::Between(Interval::only(number))),
        Err(_) if text.contains(['[', ']', '(', ')', '<', '>', '=', '"']) => {
            Err(bad(format!("`{text}` is no test: write `3`, `a, b`, `>=60`, `[35..60)` or `-`")))
        }
        Err(_) => Ok(Alternative::Text(text.into())),
    }
}

/// `[35` and `60)`: brackets may be left out, and then both ends belong.
fn interval(from: &str, to: &str) -> Result<Interval, String> {
    let (from, to) = (from.trim(), to.trim());
    let (from, from_closed) = match from.chars().next() {
        Some('[') => (&from[1..], true),
        Some('(' | ']') => (&from[1..], false),
        _ => (from, true),
    };
    let (to, to_closed) = match to.chars().last() {
        Some(']') => (&to[..to.len() - 1], true),
        Some(')' | '[') => (&to[..to.len() - 1], false),
        _ => (to, true),
    };
    let end = |text: &str, closed| match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(at) => Ok(Some(End { at, closed })),
            Err(_) => Err(format!("`{text}` is no number")),
        },
    };
    let interval = Interval { from: end(from, from_closed)?, to: end(to, to_closed)? };
    match interval.is_empty() {
        true => Err("no number is between these ends".into()),
        false => Ok(interval),
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{}", from.at),
            (Some(from), Some(to)) => {
                let open = if from.closed { '[' } else { '(' };
                let close = if to.closed { ']' } else { ')' };
                write!(f, "{open}{}..{}{close}", from.at, to.at)
            }
            (Some(from), None) => write!(f, "{}{}", if from.closed { ">=" } else { ">" }, from.at),
            (None, Some(to)) => write!(f, "{}{}", if to.closed { "<=" } else { "<" }, to.at),
            (None, None) => f.write_str("-"),
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alternative::Text(text) => f.write_str(text),
            Alternative::Blank => f.write_str("blank"),
            Alternative::Between(interval) => interval.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, alternatives: &[Alternative]| {
            for (index, each) in alternatives.iter().enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                each.fmt(f)?;
            }
            Ok(())
        };
        match self {
            Test::Any => f.write_str("-"),
            Test::OneOf(alternatives) => list(f, alternatives),
            Test::Not(alternatives) => {
                f.write_str("not(")?;
                list(f, alternatives)?;
                f.write_str(")")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cell: &str, value: &str) -> bool {
        Test::read(cell).unwrap().holds(&Given::of_text(value))
    }

    #[test]
    fn ends_belong_as_their_brackets_say() {
        let cases = [
            ("[35..60)", "35", true),
            ("[35..60)", "60", false),
            ("(35..60]", "35", false),
            ("]35..60[", "60", false),
            ("35..60", "60", true),
            ("[..10]", "-5", true),
            (">=60", "60", true),
            (">60", "60", false),
            ("≤1.5", "1.5", true),
            ("< 1/3", "0.333", true),
            ("a, b", "b", true),
            ("1,2", "2.0", true),
            ("01", "1", true),
            ("\"a, b\"", "a, b", true),
            ("not(1, 2)", "3", true),
            ("not(1, 2)", "", false),
            ("-", "", true),
            ("", "x", true),
            ("a", "", false),
            ("blank, 0", "", true),
        ];
        for (cell, value, expected) in cases {
            assert_eq!(holds(cell, value), expected, "{cell} of {value}");
        }
    }

    #[test]
    fn a_name_among_those_chosen() {
        let names = ["gas".into(), "wet".into()];
        assert!(Test::read("wet").unwrap().holds(&Given::Names(&names)));
        assert!(!Test::read("not(wet)").unwrap().holds(&Given::Names(&names)));
    }

    #[test]
    fn what_is_no_test_says_where() {
        for (cell, range) in
            [(">= x", 0..4), ("a,,b", 2..2), ("1, [5..3]", 3..9), (" [a..2]", 1..7), ("f(x)", 0..4)]
        {
            assert_eq!(Test::read(cell).unwrap_err().range, range, "{cell}");
        }
    }

    #[test]
    fn a_test_is_written_as_it_was_meant() {
        for cell in ["-", "3", "a, b", ">=60", "[35..60)", "not(1, 2)", "<1/3"] {
            assert_eq!(Test::read(cell).unwrap().to_string(), cell);
        }
    }
}
