//! JSON with places: a thin layer over `jsonc-parser` that turns its trees into [`Written`] text.

use jsonc_parser::ast::{Object, ObjectProp, StringLit, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{MAX_SOURCE_BYTES, Source, Span, Written};

/// Parses strictly; where that fails, says so and goes on with what a forgiving reading makes of it,
/// so that one missing comma does not hide the other mistakes.
pub(crate) fn parse<'a>(source: &'a Source, found: &mut Diagnostics) -> Option<Value<'a>> {
    if source.text.len() > MAX_SOURCE_BYTES {
        found.push(Diagnostic::error(
            "too-large",
            Span::top(0),
            format!("the definition is larger than {} MB", MAX_SOURCE_BYTES >> 20),
        ));
        return None;
    }
    let collect = CollectOptions::default();
    match parse_to_ast(&source.text, &collect, &strict()) {
        Ok(result) => {
            if result.value.is_none() {
                found.push(Diagnostic::error("bad-json", Span::top(0), "the file is empty"));
            }
            result.value
        }
        Err(error) => {
            let range = error.range();
            let message = error.kind().to_string();
            let mut diagnostic = Diagnostic::error(
                "bad-json",
                Span::in_main(range.start, range.end),
                format!("this is not JSON: {}", lower_first(&message)),
            );
            if message.contains("Trailing commas") {
                diagnostic = diagnostic.hint("take the comma after the last item away");
            } else if message.contains("comma") {
                diagnostic = diagnostic.hint("put a comma between the items");
            } else if message.contains("nterminated") {
                diagnostic = diagnostic.hint("a closing bracket or quote is missing");
            }
            found.push(diagnostic);
            parse_to_ast(&source.text, &collect, &ParseOptions::default())
                .ok()
                .and_then(|result| result.value)
        }
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

pub(crate) fn span(at: &impl Ranged) -> Span {
    let range = at.range();
    Span::in_main(range.start, range.end)
}

/// A string with the bytes of its text, escapes included.
pub(crate) fn written(literal: &StringLit<'_>, source: &Source) -> Written {
    let start = literal.range.start + 1;
    let end = literal.range.end.saturating_sub(1).max(start);
    let raw = source.text.get(start..end).unwrap_or("");
    Written {
        text: literal.value.as_ref().into(),
        span: Span::in_main(start, end),
        escapes: escapes(raw, start),
    }
}

/// Where text and file go apart: after each escape, the byte of the text and the byte of the file.
fn escapes(raw: &str, start: usize) -> Box<[(u32, u32)]> {
    let mut found = Vec::new();
    let (mut at, mut text) = (0, 0);
    while let Some(c) = raw[at..].chars().next() {
        if c != '\\' {
            at += c.len_utf8();
            text += c.len_utf8();
            continue;
        }
        let unit = |at: usize| raw.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let (raw_length, text_length) = match raw.as_bytes().get(at + 1) {
            Some(b'u') => match unit(at) {
                // Two halves of one character.
                Some(0xD800..=0xDBFF) if unit(at + 6).is_some() => (12, 4),
                Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
                None => (2, 1),
            },
            _ => (2, 1),
        };
        at = (at + raw_length).min(raw.len());
        while !raw.is_char_boundary(at) {
            at += 1;
        }
        text += text_length;
        found.push((text as u32, (start + at) as u32));
    }
    found.into()
}

/// What a value is, in an author's words.
pub(crate) fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "a text",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "true or false",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "null",
    }
}

pub(crate) fn wrong_kind(value: &Value<'_>, key: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("wrong-kind", span(value), format!("`{key}` should be {wanted}, not {}", kind(value)))
}

/// Gives each property to `take`, which says whether it knows the key; says so of those it doesn't, and of doubles.
pub(crate) fn properties<'a, 'b>(
    object: &'b Object<'a>,
    known: &[&str],
    found: &mut Diagnostics,
    mut take: impl FnMut(&'b str, &'b ObjectProp<'a>, &mut Diagnostics),
) {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for property in &object.properties {
        let key: &'b str = property.name.as_str();
        let at = span(&property.name);
        if let Some((_, first)) = seen.iter().find(|(name, _)| *name == key) {
            found.push(
                Diagnostic::error("duplicate-key", at, format!("`{key}` is written twice"))
                    .label(*first, "first here")
                    .hint("keep one of them"),
            );
            continue;
        }
        seen.push((key, at));
        if known.contains(&key) {
            take(key, property, found);
        } else {
            found.push(
                Diagnostic::error("unknown-key", at, format!("`{key}` is not known here"))
                    .did_you_mean(key, known.iter().copied()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_survive_escapes() {
        let source = Source::new("f", r#"{"a": "x\"y\u4e2d\ud83d\ude00z"}"#);
        let mut found = Diagnostics::default();
        let value = parse(&source, &mut found).unwrap();
        let literal = value.as_object().unwrap().get_string("a").unwrap();
        let text = written(literal, &source);
        assert_eq!(&*text.text, "x\"y中😀z");
        let at = text.text.find('z').unwrap();
        let span = text.part(at..at + 1);
        assert_eq!(&source.text[span.start as usize..span.end as usize], "z");
        let at = text.text.find('y').unwrap();
        assert_eq!(&source.text[text.part(at..at + 1).start as usize..][..1], "y");
    }

    #[test]
    fn a_missing_comma_does_not_hide_the_rest() {
        let source = Source::new("f", "{\"a\": 1 \"b\": 2}");
        let mut found = Diagnostics::default();
        let value = parse(&source, &mut found).unwrap();
        assert_eq!(value.as_object().unwrap().properties.len(), 2);
        assert_eq!(found.into_sorted()[0].code, "bad-json");
    }

    #[test]
    fn deep_nesting_is_refused_not_fatal() {
        let source = Source::new("f", "[".repeat(200_000));
        let mut found = Diagnostics::default();
        assert!(parse(&source, &mut found).is_none());
        assert!(found.has_errors());
    }
}
