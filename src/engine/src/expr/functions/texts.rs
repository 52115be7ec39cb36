//! Text: joining, cutting, searching. Positions count characters, not bytes.

use std::borrow::Cow;

use regex_lite::{Regex, RegexBuilder};

use super::{Call, Function, Operand};
use crate::value::MAX_TEXT;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "string",
        "string(value?) → text",
        (0, 1),
        "The value, or the context node's, as text. A number that is none is `NaN`.",
        ("string(1.50)", "1.5"),
        |call| own(call, 0),
    ),
    Function::new(
        "concat",
        "concat(value, …) → text",
        (0, 255),
        "All values one after another; of a node-set, every node's.",
        ("concat(${name}, '·', ${size})", "王秀英·3"),
        |call| joined(call, 0, ""),
    ),
    Function::new(
        "join",
        "join(separator, value, …) → text",
        (1, 255),
        "All values with the separator between them; of a node-set, every node's.",
        ("join(', ', ${age})", "10, 20, 30"),
        |call| joined(call, 1, &call.cow(0)),
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
            // Halves go up here (XPath 1.0 §4.2).
            let round = |number: f64| (number + 0.5).floor();
            let start = round(call.number(1));
            let end = if call.len() > 2 { start + round(call.number(2)) } else { f64::INFINITY };
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
        |call| {
            let text = call.cow(0);
            Operand::text(text.find(&*call.cow(1)).map_or("", |at| &text[..at]))
        },
    ),
    Function::new(
        "substring-after",
        "substring-after(text, mark) → text",
        (2, 2),
        "What stands after the first mark; empty if there is none.",
        ("substring-after('a-b-c', '-')", "b-c"),
        |call| {
            let (text, mark) = (call.cow(0), call.cow(1));
            Operand::text(text.find(&*mark).map_or("", |at| &text[at + mark.len()..]))
        },
    ),
    Function::new(
        "string-length",
        "string-length(text?) → number",
        (0, 1),
        "How many characters the text has, or the context node's.",
        ("string-length(${name})", "3"),
        |call| Operand::Number(own_text(call, 0).chars().count() as f64),
    )
    .of_blanks()
    .number(),
    Function::new(
        "contains",
        "contains(text, part) → boolean",
        (2, 2),
        "Is the part in the text?",
        ("contains('abc', 'b')", "true"),
        |call| Operand::Boolean(call.cow(0).contains(&*call.cow(1))),
    ),
    Function::new(
        "starts-with",
        "starts-with(text, part) → boolean",
        (2, 2),
        "Does the text start with the part?",
        ("starts-with('abc', 'ab')", "true"),
        |call| Operand::Boolean(call.cow(0).starts_with(&*call.cow(1))),
    ),
    Function::new(
        "ends-with",
        "ends-with(text, part) → boolean",
        (2, 2),
        "Does the text end with the part?",
        ("ends-with('abc', 'bc')", "true"),
        |call| Operand::Boolean(call.cow(0).ends_with(&*call.cow(1))),
    ),
    Function::new(
        "normalize-space",
        "normalize-space(text?) → text",
        (0, 1),
        "The text, or the context node's, without white space at its ends, and single spaces within.",
        ("normalize-space('  a   b ')", "a b"),
        |call| {
            Operand::text(
                own_text(call, 0)
                    .split([' ', '\t', '\r', '\n'])
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        },
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
        "Does the whole text match the pattern? In a form the pattern stands in quotes; look-around and back-references are not had, so that no text can make it slow.",
        ("regex('13812345678', '1[3-9][0-9]{9}')", "true"),
        |call| match pattern(&call.cow(1)) {
            Ok(pattern) => Operand::Boolean(call.eval.matches(&pattern, &call.cow(0))),
            Err(message) => call.fail(message),
        },
    ),
];

/// How many bytes a pattern may compile to: a few nested counts make millions of states.
const MAX_PATTERN: usize = 1 << 18;

/// A pattern for the whole of a text, as ODK matches it. The error is one sentence.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(MAX_PATTERN).build();
    // First by itself: what is wrong with it is told without what is put around it.
    build(text)
        .and_then(|_| build(&format!("^(?:{text})$")))
        .map_err(|error| format!("this is no regular expression: {error}"))
}

/// An argument's text; the context node's where it is left out.
fn own_text<'a>(call: &Call<'a, '_>, index: usize) -> Cow<'a, str> {
    match index < call.len() {
        true => call.cow(index),
        false => call.eval.string_value(call.eval.context),
    }
}

fn own(call: &Call<'_, '_>, index: usize) -> Operand {
    match index < call.len() {
        true => Operand::Text(call.text(index)),
        false => Operand::Text(call.eval.node_text(call.eval.context)),
    }
}

/// The texts of the arguments from `first` on, of a node-set every node's, with the separator between them.
fn joined(call: &Call<'_, '_>, first: usize, separator: &str) -> Operand {
    let mut out = String::new();
    let mut any = false;
    let mut add = |text: &str| {
        if std::mem::replace(&mut any, true) {
            out.push_str(separator);
        }
        out.push_str(text);
        call.eval.spend(1 + text.len() / 4) && out.len() <= MAX_TEXT
    };
    for index in first..call.len() {
        let fits = match call.operand(index) {
            Operand::Nodes(nodes) => nodes.into_iter().all(|node| add(&call.eval.string_value(node))),
            other => add(&call.eval.text_of_operand(&other)),
        };
        if !fits {
            return call.fail(format!("the text is longer than {MAX_TEXT} bytes"));
        }
    }
    Operand::text(out)
}
