//! Text: joining, cutting, searching. Positions count characters, not bytes.

use super::logic::is_blank;
use super::{Function, Operand, numbers};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "string",
        "string(value) → text",
        (1, 1),
        "The value as text.",
        ("string(1.50)", "1.5"),
        |call| Operand::Text(call.text(0)),
    ),
    Function::new(
        "concat",
        "concat(value, …) → text",
        (0, 255),
        "All values one after another; of a node-set, every node's.",
        ("concat(${name}, '·', ${size})", "王秀英·3"),
        |call| Operand::text((0..call.len()).flat_map(|index| texts(call, index)).collect::<String>()),
    ),
    Function::new(
        "join",
        "join(separator, value, …) → text",
        (1, 255),
        "All values with the separator between them; of a node-set, every node's.",
        ("join(', ', ${age})", "10, 20, 30"),
        |call| {
            let all: Vec<String> = (1..call.len()).flat_map(|index| texts(call, index)).collect();
            Operand::text(all.join(&call.text(0)))
        },
    ),
    Function::new(
        "substr",
        "substr(text, start, end?) → text",
        (2, 3),
        "The characters from `start` up to but not including `end`, counted from 0; negative ones count from the end.",
        ("substr('abcdef', 1, 3)", "bc"),
        |call| {
            let chars: Vec<char> = call.text(0).chars().collect();
            let at = |index: usize| {
                let place = call.number(index);
                let place = if place < 0.0 { chars.len() as f64 + place } else { place };
                place.clamp(0.0, chars.len() as f64) as usize
            };
            let start = at(1);
            let end = if call.len() > 2 { at(2) } else { chars.len() };
            Operand::text(chars[start.min(end)..end].iter().collect::<String>())
        },
    ),
    Function::new(
        "substring",
        "substring(text, start, length?) → text",
        (2, 3),
        "The characters from `start` on, counted from 1 (XPath 1.0 §4.2).",
        ("substring('12345', 2, 3)", "234"),
        |call| {
            let start = call.number(1).round();
            let end = if call.len() > 2 { start + call.number(2).round() } else { f64::INFINITY };
            let inside = |(index, _): &(usize, char)| {
                let place = *index as f64 + 1.0;
                place >= start && place < end
            };
            let text: String = call.text(0).chars().enumerate().filter(inside).map(|(_, c)| c).collect();
            Operand::text(text)
        },
    ),
    Function::new(
        "substring-before",
        "substring-before(text, mark) → text",
        (2, 2),
        "What stands before the first mark; empty if there is none.",
        ("substring-before('a-b-c', '-')", "a"),
        |call| Operand::text(call.text(0).split_once(&*call.text(1)).map_or("", |(before, _)| before)),
    ),
    Function::new(
        "substring-after",
        "substring-after(text, mark) → text",
        (2, 2),
        "What stands after the first mark; empty if there is none.",
        ("substring-after('a-b-c', '-')", "b-c"),
        |call| Operand::text(call.text(0).split_once(&*call.text(1)).map_or("", |(_, after)| after)),
    ),
    Function::new(
        "string-length",
        "string-length(text) → number",
        (1, 1),
        "How many characters.",
        ("string-length(${name})", "3"),
        |call| Operand::Number(call.text(0).chars().count() as f64),
    )
    .number(),
    Function::new(
        "contains",
        "contains(text, part) → boolean",
        (2, 2),
        "Is the part in the text?",
        ("contains('abc', 'b')", "true"),
        |call| Operand::Boolean(call.text(0).contains(&*call.text(1))),
    ),
    Function::new(
        "starts-with",
        "starts-with(text, part) → boolean",
        (2, 2),
        "Does the text start with the part?",
        ("starts-with('abc', 'ab')", "true"),
        |call| Operand::Boolean(call.text(0).starts_with(&*call.text(1))),
    ),
    Function::new(
        "ends-with",
        "ends-with(text, part) → boolean",
        (2, 2),
        "Does the text end with the part?",
        ("ends-with('abc', 'bc')", "true"),
        |call| Operand::Boolean(call.text(0).ends_with(&*call.text(1))),
    ),
    Function::new(
        "normalize-space",
        "normalize-space(text) → text",
        (1, 1),
        "The text without white space at its ends, and single spaces within.",
        ("normalize-space('  a   b ')", "a b"),
        |call| Operand::text(call.text(0).split_whitespace().collect::<Vec<_>>().join(" ")),
    ),
    Function::new(
        "translate",
        "translate(text, from, to) → text",
        (3, 3),
        "Each character of `from` replaced by the one at its place in `to`, or left out if there is none.",
        ("translate('ab-c', 'abc-', 'ABC')", "ABC"),
        |call| {
            let (from, to) = (call.text(1), call.text(2));
            let from: Vec<char> = from.chars().collect();
            let to: Vec<char> = to.chars().collect();
            let change = |c: char| match from.iter().position(|known| *known == c) {
                None => Some(c),
                Some(place) => to.get(place).copied(),
            };
            Operand::text(call.text(0).chars().filter_map(change).collect::<String>())
        },
    ),
    Function::compiled(
        "regex",
        "regex(text, pattern) → boolean",
        (2, 2),
        "Does the whole text match the pattern? The pattern stands in quotes in the form; look-around and back-references are not had, so that no text can make it slow.",
        ("regex('13812345678', '1[3-9][0-9]{9}')", "true"),
    ),
    Function::new(
        "uuid",
        "uuid() → text",
        (0, 0),
        "A random identifier (UUID version 4), from the session's seed.",
        ("string-length(uuid())", "36"),
        |call| {
            let (high, low) = (numbers::next(call.eval.random), numbers::next(call.eval.random));
            let high = (high & !0xF000) | 0x4000;
            let low = (low & !(0b11 << 62)) | (0b10 << 62);
            Operand::text(format!(
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                high >> 32,
                (high >> 16) & 0xFFFF,
                high & 0xFFFF,
                low >> 48,
                low & 0xFFFF_FFFF_FFFF
            ))
        },
    ),
];

/// The texts of an argument: one, or one for each node that is not blank.
fn texts(call: &super::Call<'_, '_>, index: usize) -> Vec<String> {
    match call.operand(index) {
        Operand::Nodes(nodes) => {
            nodes.into_iter().map(|node| call.eval.node_text(node).to_string()).collect()
        }
        blank if is_blank(&blank) && !matches!(blank, Operand::Number(_)) => vec![String::new()],
        other => vec![call.eval.text_of_operand(&other).to_string()],
    }
}
