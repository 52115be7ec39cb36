//! What the engine says, with the names and expressions in it set apart: it writes them between backticks, as on a terminal.

use leptos::prelude::*;

/// A sentence, its names as code.
pub fn said(text: &str) -> AnyView {
    let part = |(part, is_code): (&str, bool)| match is_code {
        true => view! { <code>{part.to_owned()}</code> }.into_any(),
        false => part.to_owned().into_any(),
    };
    parts(text).into_iter().map(part).collect_view().into_any()
}

/// The parts of a sentence, and whether each is code. A backtick that none closes is one.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inner, after)) = rest
        .split_once('`')
        .and_then(|(before, rest)| rest.split_once('`').map(|(inner, after)| (before, inner, after)))
    {
        parts.extend([(before, false), (inner, true)]);
        rest = after;
    }
    parts.push((rest, false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_set_apart() {
        assert_eq!(
            parts("没有 `a` 这一题；是不是 `b`？"),
            [("没有 ", false), ("a", true), (" 这一题；是不是 ", false), ("b", true), ("？", false)]
        );
        assert_eq!(parts("`x`"), [("x", true)]);
        assert_eq!(parts("5 ` 6"), [("5 ` 6", false)]);
        assert_eq!(parts(""), []);
    }
}
