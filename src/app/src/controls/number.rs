//! A whole number or one with decimals. A text field with a number pad, since a browser's own number field
//! throws away what it can't read, and then nobody can say what was wrong. Long ones in groups of three (`thousands-sep`).

use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame, looks};

/// See the module.
pub const CONTROL: Control = Control {
    name: "number",
    takes: |question| matches!(question.data_type, DataType::Integer | DataType::Decimal),
    frame: Frame::Field,
    show,
};

/// The field.
pub fn show(asked: Asked) -> AnyView {
    let typed =
        if asked.looks(GROUPED) { Typed::through(asked, grouped, ungrouped) } else { Typed::new(asked) };
    let whole = asked.view.with_untracked(|view| view.data_type == DataType::Integer);
    let keys = if whole { "numeric" } else { "decimal" };
    line(asked, typed, Look { class: "field number", keys, ..Look::words(asked) })
}

/// Long numbers are shown in groups of three.
const GROUPED: &str = "thousands-sep";

/// Is the question's number shown in groups?
pub fn is_grouped(question: &QuestionView) -> bool {
    looks(question, GROUPED)
}

/// `1234567.5` as `1,234,567.5`; what is no number as it is.
pub fn grouped(value: &Value) -> String {
    let text = value.to_text();
    if !matches!(value, Value::Integer(_) | Value::Decimal(_)) {
        return text;
    }
    let (whole, rest) = text.split_at(text.find(['.', 'e']).unwrap_or(text.len()));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut shown = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + rest
}

/// The other way round, as far as typed.
fn ungrouped(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{a0}' | '\u{202f}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three_come_and_go() {
        for (value, shown) in [
            (Value::Integer(0), "0"),
            (Value::Integer(999), "999"),
            (Value::Integer(-123_456), "-123,456"),
            (Value::Integer(1_000), "1,000"),
            (Value::Decimal(1_234_567.5), "1,234,567.5"),
            (Value::Unread("12a".into()), "12a"),
        ] {
            assert_eq!(grouped(&value), shown);
            assert_eq!(ungrouped(shown), value.to_text());
        }
        assert_eq!(ungrouped("1，234 567"), "1234567");
    }
}
