//! What an answer can be: a closed set of data types and their values.
//!
//! Matched without `_` throughout, so that the compiler lists the places to visit for a new one.

use std::borrow::Cow;
use std::sync::Arc;

use crate::moment;

/// What an answer is. Closed: a new one means a new [`Value`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DataType {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// True or false.
    Boolean,
    /// A day, `2026-11-23`.
    Date,
    /// A time of day, `09:30:00.000+08:00`.
    Time,
    /// A moment, `2026-11-23T09:30:00.000+08:00`.
    DateTime,
    /// A place: `latitude longitude altitude accuracy`.
    Geopoint,
    /// A line of places.
    Geotrace,
    /// A closed line of places.
    Geoshape,
    /// One name of a choice list.
    Choice,
    /// Any names of a choice list.
    Choices,
    /// The name of a file that belongs to the submission.
    Attachment,
}

/// An answer. Its text form is the one that ODK instances carry.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// No answer.
    Blank,
    /// Text as typed.
    Text(Arc<str>),
    /// A whole number.
    Integer(i64),
    /// A number with decimals.
    Decimal(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(jiff::civil::Date),
    /// A time of day, as written.
    Time(Arc<str>),
    /// A moment, as written (ISO 8601 with offset).
    DateTime(Arc<str>),
    /// A place, or a line of them, as ODK writes it.
    Geo(Arc<str>),
    /// The name of the choice.
    Choice(Arc<str>),
    /// The names of the choices, in the list's order.
    Choices(Arc<[Arc<str>]>),
    /// A file's name.
    Attachment(Arc<str>),
    /// What was typed, though it is not a value of the question's type: kept and shown, never valid,
    /// blank to expressions, never in a submission.
    Unread(Arc<str>),
}

impl DataType {
    /// Its name in diagnostics and in cases.
    pub fn name(self) -> &'static str {
        match self {
            DataType::Text => "text",
            DataType::Integer => "integer",
            DataType::Decimal => "decimal",
            DataType::Boolean => "boolean",
            DataType::Date => "date",
            DataType::Time => "time",
            DataType::DateTime => "datetime",
            DataType::Geopoint => "geopoint",
            DataType::Geotrace => "geotrace",
            DataType::Geoshape => "geoshape",
            DataType::Choice => "choice",
            DataType::Choices => "choices",
            DataType::Attachment => "attachment",
        }
    }
}

/// A value has at most this many bytes of text: calculations that double a text thirty times must not fill the memory.
pub const MAX_TEXT: usize = 1 << 20;

impl Value {
    /// Reads what a reader typed, or what an instance carries. Blank text is [`Value::Blank`]; text that is
    /// not of the type is kept as [`Value::Unread`]. Full-width digits and signs count as their half-width
    /// forms where a number, date or time is read.
    pub fn read(data_type: DataType, text: &str) -> Value {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Value::Blank;
        }
        let read = match data_type {
            DataType::Text => Some(Value::Text(text.into())),
            DataType::Integer => read_integer(&half_width(trimmed)).map(Value::Integer),
            DataType::Decimal => read_decimal(&half_width(trimmed)).map(Value::Decimal),
            DataType::Boolean => match trimmed {
                "true" | "1" => Some(Value::Boolean(true)),
                "false" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
            DataType::Date => moment::read_date(&half_width(trimmed)).map(Value::Date),
            DataType::Time => {
                let half = half_width(trimmed);
                moment::is_time(&half).then(|| Value::Time(half.into()))
            }
            DataType::DateTime => {
                let half = half_width(trimmed);
                moment::is_date_time(&half).then(|| Value::DateTime(half.into()))
            }
            DataType::Geopoint => is_geopoint(trimmed).then(|| Value::Geo(whole_point(trimmed).into())),
            DataType::Geotrace | DataType::Geoshape => {
                is_line(data_type, trimmed).then(|| Value::Geo(trimmed.into()))
            }
            DataType::Choice => Some(Value::Choice(trimmed.into())),
            DataType::Choices => Some(Value::Choices(trimmed.split_whitespace().map(Arc::from).collect())),
            DataType::Attachment => Some(Value::Attachment(trimmed.into())),
        };
        read.unwrap_or_else(|| Value::Unread(text.into()))
    }

    /// Reads what an instance carries, or another program gives: like [`Value::read`], but a whole number's fraction is
    /// cut off, as JavaRosa and ODK Web Forms do.
    pub fn carried(data_type: DataType, text: &str) -> Value {
        match (data_type, Value::read(data_type, text)) {
            (DataType::Integer, Value::Unread(text)) => match read_decimal(text.trim()) {
                Some(number) if number.abs() < 9e15 => Value::Integer(number as i64),
                _ => Value::Unread(text),
            },
            (_, value) => value,
        }
    }

    /// How long its text is, where it is one.
    pub(crate) fn text_bytes(&self) -> usize {
        match self {
            Value::Unread(text)
            | Value::Text(text)
            | Value::Time(text)
            | Value::DateTime(text)
            | Value::Geo(text)
            | Value::Choice(text)
            | Value::Attachment(text) => text.len(),
            Value::Choices(names) => names.iter().map(|name| name.len() + 1).sum(),
            Value::Blank | Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) => 0,
        }
    }

    /// Is there no answer?
    pub fn is_blank(&self) -> bool {
        matches!(self, Value::Blank)
    }

    /// Is it kept though it is no value of its question's type?
    pub fn is_unread(&self) -> bool {
        matches!(self, Value::Unread(_))
    }

    /// May a question of this type hold it? Blank and unread text always may.
    pub fn fits(&self, data_type: DataType) -> bool {
        match self {
            Value::Blank | Value::Unread(_) => true,
            Value::Text(_) => data_type == DataType::Text,
            Value::Integer(_) => data_type == DataType::Integer,
            Value::Decimal(number) => data_type == DataType::Decimal && number.is_finite(),
            Value::Boolean(_) => data_type == DataType::Boolean,
            Value::Date(_) => data_type == DataType::Date,
            Value::Time(_) => data_type == DataType::Time,
            Value::DateTime(_) => data_type == DataType::DateTime,
            Value::Geo(_) => {
                matches!(data_type, DataType::Geopoint | DataType::Geotrace | DataType::Geoshape)
            }
            Value::Choice(_) => data_type == DataType::Choice,
            Value::Choices(_) => data_type == DataType::Choices,
            Value::Attachment(_) => data_type == DataType::Attachment,
        }
    }

    /// The value as an ODK instance carries it, borrowed where it is kept as a text; blank is empty.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Blank => Cow::Borrowed(""),
            Value::Text(text)
            | Value::Time(text)
            | Value::DateTime(text)
            | Value::Geo(text)
            | Value::Choice(text)
            | Value::Attachment(text)
            | Value::Unread(text) => Cow::Borrowed(text),
            Value::Integer(number) => Cow::Owned(number.to_string()),
            Value::Decimal(number) => Cow::Owned(number_text(*number)),
            Value::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Value::Date(date) => Cow::Owned(date.to_string()),
            Value::Choices(names) => Cow::Owned(names.join(" ")),
        }
    }

    /// As [`Value::text`], as a text of its own.
    pub fn to_text(&self) -> String {
        self.text().into_owned()
    }
}

/// A number as XPath 1.0 §4.2 writes it: no exponent, no trailing zeros, `NaN`, `Infinity`, `-Infinity`, and no negative zero.
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else if number.trunc() == number && number.abs() < WHOLE {
        // Most numbers of a form are whole, and an integer is written in a tenth of the time. Minus nought is 0 too.
        (number as i64).to_string()
    } else {
        format!("{number}")
    }
}

/// Below this every whole number is a double, and its own shortest text.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Full-width forms (U+FF01–FF5E) and the ideographic space as their half-width ones.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .collect()
}

fn read_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn read_decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

/// A place with its altitude and accuracy: what is not known is 0.0, as ODK's tools write it.
fn whole_point(text: &str) -> String {
    let mut parts: Vec<&str> = text.split_whitespace().collect();
    parts.resize(parts.len().max(4), "0.0");
    parts.join(" ")
}

/// A line has two places; a shape three, of which the last is the first.
fn is_line(data_type: DataType, text: &str) -> bool {
    let places: Vec<&str> = text.split(';').map(str::trim).filter(|place| !place.is_empty()).collect();
    let coordinates = |place: Option<&&str>| {
        let parts = place.into_iter().flat_map(|place| place.split_whitespace().take(2));
        parts.filter_map(|part| part.parse().ok()).collect::<Vec<f64>>()
    };
    let closed = coordinates(places.first()) == coordinates(places.last());
    let shaped = data_type != DataType::Geoshape || (places.len() > 2 && closed);
    places.len() > 1 && shaped && places.iter().all(|place| is_geopoint(place))
}

fn is_geopoint(text: &str) -> bool {
    let parts: Vec<Option<f64>> = text.split_whitespace().map(|part| part.parse().ok()).collect();
    let within = |part: Option<&Option<f64>>, limit: f64| matches!(part, Some(Some(n)) if n.abs() <= limit);
    (2..=4).contains(&parts.len())
        && parts.iter().all(|part| part.is_some_and(f64::is_finite))
        && within(parts.first(), 90.0)
        && within(parts.get(1), 180.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_is_read_or_kept() {
        assert_eq!(Value::read(DataType::Integer, " １２ "), Value::Integer(12));
        assert_eq!(Value::read(DataType::Integer, "12.5"), Value::Unread("12.5".into()));
        assert_eq!(
            Value::read(DataType::Integer, "99999999999999999999"),
            Value::Unread("99999999999999999999".into())
        );
        assert_eq!(Value::carried(DataType::Integer, "-2.5"), Value::Integer(-2));
        assert_eq!(Value::carried(DataType::Integer, "two"), Value::Unread("two".into()));
        assert_eq!(Value::read(DataType::Decimal, "．5"), Value::Decimal(0.5));
        assert_eq!(Value::read(DataType::Decimal, "1e9"), Value::Unread("1e9".into()));
        assert_eq!(Value::read(DataType::Decimal, "."), Value::Unread(".".into()));
        assert_eq!(Value::read(DataType::Date, "2026-02-30"), Value::Unread("2026-02-30".into()));
        assert_eq!(Value::read(DataType::Date, "2026-02-28").to_text(), "2026-02-28");
        assert_eq!(Value::read(DataType::Text, "  "), Value::Blank);
        assert_eq!(Value::read(DataType::Geopoint, "37.5 122.1 0 5"), Value::Geo("37.5 122.1 0 5".into()));
        assert_eq!(Value::read(DataType::Geopoint, "137.5 122.1"), Value::Unread("137.5 122.1".into()));
        let shape = |text: &str| matches!(Value::read(DataType::Geoshape, text), Value::Geo(_));
        assert!(shape("0 1 0 0; 0 2 0 0; 0 1 0 0;") && !shape("0 1; 0 2; 0 3") && !shape("0 1; 0 1"));
        assert!(matches!(Value::read(DataType::Geotrace, "0 1"), Value::Unread(_)));
        assert_eq!(Value::read(DataType::Choices, "b  a").to_text(), "b a");
    }

    #[test]
    fn numbers_are_written_as_xpath_does() {
        assert_eq!(number_text(1e21), "1000000000000000000000");
        assert_eq!(number_text(-0.0), "0");
        assert_eq!(number_text(-9_007_199_254_740_991.0), "-9007199254740991");
        assert_eq!(number_text(9_007_199_254_740_993.0), "9007199254740992");
        assert_eq!(number_text(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(number_text(1e-7), "0.0000001");
    }
}
