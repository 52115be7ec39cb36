//! Names of questions and sections: they are there, they can be elements, and no two siblings share one.

use std::collections::HashMap;

use crate::definition::references::{is_name, only_reference};
use crate::definition::rows::{Item, ItemKind, Questionnaire, Row, Syntax};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Written};

/// `missing-name`: every question, group and repeat has a name.
pub(crate) fn missing(row: &Row, found: &mut Diagnostics) {
    found.push(
        Diagnostic::error("missing-name", row.place, "this row has no `name`")
            .hint("a name is what expressions call the answer by: `household_size`"),
    );
}

/// `bad-name`: a name becomes an element.
pub(crate) fn check(name: &Written, found: &mut Diagnostics) {
    if name.text.is_empty() {
        return;
    }
    if &*name.text == "meta" {
        found.push(
            Diagnostic::error(
                "bad-name",
                name.span,
                "`meta` can't be a name: the form's metadata is called so",
            )
            .hint("give it another name"),
        );
    } else if !is_name(&name.text) {
        let mut diagnostic =
            Diagnostic::error("bad-name", name.span, format!("`{}` can't be a name", name.text));
        if let Some(near) = possible(&name.text) {
            diagnostic = diagnostic.hint(format!("`{near}` could be one"));
        }
        found.push_alone(
            diagnostic.hint(
                "a name starts with a letter or `_` and goes on with letters, digits, `_`, `-` and `.`",
            ),
        );
    }
}

/// A name that is like what was written: words with `_` between.
fn possible(written: &str) -> Option<String> {
    let fits = |c: char| is_name(&format!("_{c}"));
    let words: Vec<&str> = written.split(|c| !fits(c)).filter(|word| !word.is_empty()).collect();
    let near = words.join("_");
    let near = if is_name(&near) { near } else { format!("_{near}") };
    (near.chars().any(char::is_alphanumeric) && is_name(&near) && near.len() < 60).then_some(near)
}

/// `bad-name`: the audit log is always called `audit`.
pub(crate) fn audit(row: &Row, given: Option<&Written>, found: &mut Diagnostics) {
    if let Some(name) = given.filter(|name| &*name.text != "audit") {
        found.push(
            Diagnostic::error("bad-name", name.span, format!("an audit log can't be called `{}`", name.text))
                .hint("leave its name empty")
                .label(row.place, "this is the audit log"),
        );
    }
}

/// `duplicate-name`: siblings have different names, and so have repeats wherever they stand.
pub(crate) fn duplicates(form: &Questionnaire, root: &Written, found: &mut Diagnostics) {
    let items = &form.items;
    siblings(items, form.syntax, found);
    let mut repeats: HashMap<&str, Span> = HashMap::new();
    Item::walk(items, &mut |item, _| {
        if !matches!(item.kind, ItemKind::Repeat) {
            return;
        }
        if *item.name.text == *root.text {
            found.push(
                Diagnostic::error(
                    "duplicate-name",
                    item.name.span,
                    format!("the repeat `{}` has the name of the form's own node", item.name.text),
                )
                .hint("give it another name"),
            );
        }
        if let Some(first) = repeats.insert(&item.name.text, item.name.span) {
            found.push(
                Diagnostic::error(
                    "duplicate-name",
                    item.name.span,
                    format!("there are two repeats `{}`", item.name.text),
                )
                .label(first, "first here")
                .hint("give one of them another name"),
            );
        }
    });
}

fn siblings(items: &[Item], syntax: Syntax, found: &mut Diagnostics) {
    let mut seen: HashMap<String, (&str, Span)> = HashMap::new();
    for item in items {
        let name = &*item.name.text;
        if name.is_empty() {
            continue;
        }
        match seen.get(&name.to_lowercase()) {
            Some((other, first)) => {
                let exact = *other == name;
                let diagnostic = match exact {
                    true => Diagnostic::error(
                        "duplicate-name",
                        item.name.span,
                        format!("there are two `{name}` side by side"),
                    ),
                    false => Diagnostic::warning(
                        "similar-name",
                        item.name.span,
                        format!("`{name}` and `{other}` differ in case alone"),
                    ),
                };
                found.push(diagnostic.label(*first, "first here").hint("give one of them another name"));
            }
            None => {
                seen.insert(name.to_lowercase(), (name, item.name.span));
            }
        }
        siblings(&item.children, syntax, found);
    }
    if syntax == Syntax::Sheets {
        counts(items, &seen, found);
    }
}

/// XLSForm counts a repeat in a node of its own, unless it is counted by a question.
fn counts(items: &[Item], seen: &HashMap<String, (&str, Span)>, found: &mut Diagnostics) {
    for item in items.iter().filter(|item| matches!(item.kind, ItemKind::Repeat)) {
        let Some(count) = item.row.body("jr:count") else { continue };
        let name = format!("{}_count", item.name.text);
        if only_reference(&count.text).is_some() {
            continue;
        }
        if let Some((_, span)) = seen.get(&name.to_lowercase()).filter(|(other, _)| *other == name) {
            found.push(
                Diagnostic::error(
                    "duplicate-name",
                    *span,
                    format!("`{name}` is what the repeat `{}` is counted in", item.name.text),
                )
                .label(count.span, "counted by this")
                .hint(format!("give it another name, or write `${{{name}}}` alone as the count")),
            );
        }
    }
}
