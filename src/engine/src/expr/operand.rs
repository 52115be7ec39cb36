//! What an expression gives: XPath 1.0's four types, and ODK's days and moments, which are numbers or texts when first asked.

use std::sync::Arc;

use jiff::civil::{Date, Time};

use crate::moment;
use crate::tree::{Place, TreeId};
use crate::value::{DataType, Value, number_text};
use crate::view::{NodeId, ScopeId};
use crate::zone::{DAY_MS, Zone};

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Operand {
    Number(f64),
    Text(Arc<str>),
    Boolean(bool),
    /// A day: a number of days at its local midnight, or ISO text.
    Date(Date),
    /// A moment that is no local midnight: a number of days, or ISO text with its offset.
    Moment(Moment),
    /// What `number()` makes of a text that is a day or a moment: that many days, written as whole ones.
    Days {
        number: f64,
        whole: i64,
    },
    /// A node-set, in document order.
    Nodes(Vec<NodeRef>),
}

/// Milliseconds since 1970-01-01T00:00Z, and the reader's offset then, in minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    pub ms: i64,
    pub minutes: i32,
}

/// A node that an expression can stand on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum NodeRef {
    /// An element of the primary instance. A repeat instance has its own scope here.
    Cell(ScopeId, NodeId),
    /// The text in an element of the primary instance.
    Text(ScopeId, NodeId),
    /// A node of a tree.
    Tree(TreeId, Place),
    /// What the primary instance's root element lies in.
    Document,
}

impl Operand {
    pub fn text(text: impl Into<Arc<str>>) -> Operand {
        Operand::Text(text.into())
    }

    /// A moment in the reader's zone; at a local midnight it is a day (as ODK Web Forms has it). Blank beyond the year 9999.
    pub fn moment(ms: i64, zone: Zone<'_>) -> Operand {
        match zone.civil(ms) {
            None => Operand::text(""),
            Some(civil) if civil.time() == Time::midnight() => Operand::Date(civil.date()),
            Some(_) => Operand::Moment(Moment { ms, minutes: zone.offset_at(ms) }),
        }
    }

    /// The operand as an answer of a type, in the reader's zone. `None`: it can't be one.
    ///
    /// A text node keeps a number as a number: its text is made when first asked for.
    pub fn into_value(self, data_type: DataType, zone: Zone<'_>) -> Option<Value> {
        Some(match (self, data_type) {
            (Operand::Nodes(_), _) => return None,
            (Operand::Text(text), DataType::Text) => match text.is_empty() {
                true => Value::Blank,
                false => Value::Text(text),
            },
            (Operand::Text(text), _) => match Value::read(data_type, &text) {
                // A whole number written with decimals is still whole.
                Value::Unread(text) if data_type == DataType::Integer => {
                    return Operand::Number(number_of(&text)).into_value(DataType::Integer, zone);
                }
                value => value,
            },
            // What has no value has no answer either: NaN comes from blanks.
            (Operand::Number(number), _) if number.is_nan() => Value::Blank,
            (Operand::Number(number), DataType::Text | DataType::Decimal) => Value::Decimal(number),
            (Operand::Number(number), DataType::Integer) => match number.abs() < 9e15 {
                true => Value::Integer(number.trunc() as i64),
                false => return None,
            },
            (Operand::Number(number), DataType::Date) => {
                let civil = zone.civil((number * DAY_MS).round() as i64).filter(|_| number.is_finite())?;
                Value::Date(civil.date())
            }
            (Operand::Number(number), other) => return Some(Value::read(other, &number_text(number))),
            (Operand::Boolean(value), DataType::Text | DataType::Boolean) => Value::Boolean(value),
            (Operand::Boolean(value), DataType::Integer) => Value::Integer(value.into()),
            (Operand::Boolean(value), DataType::Decimal) => Value::Decimal(f64::from(u8::from(value))),
            (Operand::Boolean(value), other) => return Some(Value::read(other, &value.to_string())),
            (Operand::Date(date), DataType::Text | DataType::Date) => Value::Date(date),
            (Operand::Date(date), DataType::Integer) => Value::Integer(moment::days(date) as i64),
            (Operand::Date(date), DataType::Decimal) => Value::Decimal(zone.days(date)),
            (Operand::Moment(moment), DataType::Text | DataType::DateTime) => {
                Value::DateTime(moment.to_string().into())
            }
            (Operand::Moment(moment), DataType::Decimal) => Value::Decimal(moment.days()),
            (Operand::Moment(moment), DataType::Integer) => Value::Integer(moment.days().floor() as i64),
            (Operand::Moment(moment), DataType::Time) => match moment.to_string().split_once('T') {
                Some((_, time)) => Value::read(DataType::Time, time),
                None => return None,
            },
            (Operand::Days { whole, .. }, DataType::Text | DataType::Integer) => Value::Integer(whole),
            (Operand::Days { number, .. }, other) => return Operand::Number(number).into_value(other, zone),
            (Operand::Moment(moment), other) => return Some(Value::read(other, &moment.to_string())),
            (Operand::Date(date), other) => return Some(Value::read(other, &date.to_string())),
        })
    }
}

impl Moment {
    /// As XPath's number: days since 1970-01-01T00:00Z.
    pub fn days(self) -> f64 {
        self.ms as f64 / DAY_MS
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&moment::date_time_text(self.ms, self.minutes))
    }
}

/// Text as XPath 1.0 §4.4 reads a number: white space, a minus, digits with at most one point; anything else is NaN.
pub(crate) fn number_of(text: &str) -> f64 {
    if let Some(whole) = whole_number(text) {
        return whole;
    }
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// What most texts are that are read as numbers: digits alone, of which a double holds fifteen whatever they are.
fn whole_number(text: &str) -> Option<f64> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let whole = text
        .bytes()
        .try_fold(0u64, |whole, byte| byte.is_ascii_digit().then(|| whole * 10 + u64::from(byte - b'0')));
    whole.map(|whole| whole as f64)
}
