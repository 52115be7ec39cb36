//! `${name}` in texts and expressions: where they stand and what they name.

use std::ops::Range;

use crate::source::Written;

/// One `${name}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reference<'a> {
    pub name: &'a str,
    /// `${last-saved#name}`: the answer of the submission before.
    pub last_saved: bool,
    /// With `${` and `}`.
    pub span: Range<usize>,
}

/// All references of a text, as far as they are well formed.
pub(crate) fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find("${")?;
            let Some(length) = text[start..].find('}') else {
                at = text.len();
                return None;
            };
            let inside = &text[start + 2..start + length];
            at = start + length + 1;
            if inside.contains("${") {
                // The first one never ends; the second may.
                at = start + 2;
                continue;
            }
            let (name, last_saved) = match inside.trim().strip_prefix("last-saved#") {
                Some(name) => (name, true),
                None => (inside.trim(), false),
            };
            return Some(Reference { name, last_saved, span: start..start + length + 1 });
        }
    })
}

/// What is worked out within words: references, and paths that begin with `instance('list')`.
pub(crate) fn outputs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("instance(").map(|found| at + found) {
        at = start + "instance(".len();
        let part_of_word =
            text[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let inside_reference = text[..start].rfind("${").is_some_and(|open| !text[open..start].contains('}'));
        if let (false, false, Some(end)) = (part_of_word, inside_reference, instance_path(text, at)) {
            found.push(start..end);
            at = end;
        }
    }
    let inside = |span: &Range<usize>, found: &[Range<usize>]| {
        found.iter().any(|path| path.start <= span.start && span.end <= path.end)
    };
    let paths = found.clone();
    found.extend(references(text).map(|reference| reference.span).filter(|span| !inside(span, &paths)));
    crate::order::sort_by_key(&mut found, |span| span.start);
    found
}

/// The end of a path after `instance(`: a quoted id, then steps and predicates.
fn instance_path(text: &str, after: usize) -> Option<usize> {
    let rest = text[after..].trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let id = &rest[1..][..rest[1..].find(quote)?];
    let rest = rest[id.len() + 2..].trim_start().strip_prefix(')')?;
    let mut at = text.len() - rest.len();
    loop {
        let rest = &text[at..];
        if let Some(step) = rest.strip_prefix('/') {
            let step = step.strip_prefix('/').unwrap_or(step);
            let length = step
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '@' | '*')))
                .unwrap_or(step.len());
            if length == 0 {
                return Some(at);
            }
            at = text.len() - step.len() + length;
        } else if rest.starts_with('[') {
            match predicate(rest) {
                Some(length) => at += length,
                None => return Some(at),
            }
        } else {
            return Some(at);
        }
    }
}

/// The length of a predicate with its brackets; brackets in quotes do not count.
fn predicate(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// The name of a text that is one reference and nothing else.
pub(crate) fn only_reference(text: &str) -> Option<&str> {
    let text = text.trim();
    let first = references(text).next()?;
    (first.span == (0..text.len()) && !first.last_saved).then_some(first.name)
}

/// The first place where a reference begins that is none: it never ends, or holds no name.
pub(crate) fn malformed(words: &Written) -> Option<Range<usize>> {
    let text = &*words.text;
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|found| at + found) {
        let Some(length) = text[start..].find('}') else { return Some(start..text.len()) };
        let inside = text[start + 2..start + length].trim();
        let name = inside.strip_prefix("last-saved#").unwrap_or(inside);
        if !is_name(name) {
            return Some(start..start + length + 1);
        }
        at = start + length + 1;
    }
    None
}

/// May it be the name of a question, and so of an element (XML Namespaces §3, NCName)?
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c == '-' || c == '.' || c == '\u{B7}' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn outputs_are_references_and_paths() {
        let text = "${a} instance('c')/root/item[name = ${a}]/label, and instance-of x";
        let found: Vec<&str> = outputs(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, ["${a}", "instance('c')/root/item[name = ${a}]/label"]);
    }

    #[test]
    fn references_are_found_and_bad_ones_named() {
        let names: Vec<&str> = references("${a} + ${ b } ${last-saved#c}").map(|it| it.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(only_reference(" ${a} "), Some("a"));
        assert_eq!(only_reference("${a}+1"), None);
        let bad = |text: &str| malformed(&Written::plain(text, Span::top(0)));
        assert_eq!(bad("${a} ${b"), Some(5..8));
        assert_eq!(bad("${}"), Some(0..3));
        assert_eq!(bad("${a b}"), Some(0..6));
        assert_eq!(bad("${a}"), None);
    }
}
