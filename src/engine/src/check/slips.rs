//! What was meant as a reference and is none: `$(age)`, `{age}`, `$age`, `#{age}` in words are shown as they stand.

use std::ops::Range;

use crate::definition::lower::Names;
use crate::definition::references::is_name;
use crate::definition::rows::{Cell, Group, Item, Questionnaire};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `bad-reference`, as a warning: in labels, hints, messages and the labels of choices.
pub(crate) fn check(form: &Questionnaire, names: &Names<'_>, found: &mut Diagnostics) {
    let mut look = |cell: &Cell| {
        let words = &cell.words;
        for (range, name) in slips(&words.text) {
            if names.is_known(name) {
                let message =
                    format!("`{}` is shown as it stands: it is no reference", &words.text[range.clone()]);
                found.push(
                    Diagnostic::warning("bad-reference", words.part(range), message)
                        .hint(format!("write `${{{name}}}`")),
                );
            }
        }
    };
    Item::walk(&form.items, &mut |item, _| {
        item.row.cells.iter().filter(|cell| is_words(cell)).for_each(&mut look)
    });
    let choices = form.lists.iter().flat_map(|list| &list.choices).flat_map(|choice| &choice.cells);
    choices.filter(|cell| is_words(cell)).for_each(look);
}

fn is_words(cell: &Cell) -> bool {
    match cell.column.group {
        Group::Plain => matches!(&*cell.column.name, "label" | "hint" | "guidance_hint"),
        Group::Bind => matches!(&*cell.column.name, "jr:constraintMsg" | "jr:requiredMsg"),
        Group::Body | Group::Instance | Group::Media | Group::Attribute | Group::If => false,
    }
}

/// Every piece of a text that is nearly a reference, with the name in it.
fn slips(text: &str) -> Vec<(Range<usize>, &str)> {
    const OPENERS: &[(&str, Option<char>)] = &[
        ("#{", Some('}')),
        ("${", None),
        ("$(", Some(')')),
        ("$[", Some(']')),
        ("{", Some('}')),
        ("$", None),
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(['$', '#', '{']).map(|start| at + start) {
        let rest = &text[start..];
        let opener = OPENERS.iter().find(|(opener, _)| rest.starts_with(opener));
        at = start + 1;
        let Some((opener, close)) = opener else { continue };
        let inside = &rest[opener.len()..];
        if *opener == "${" {
            at = start + opener.len() + inside.find('}').unwrap_or(0);
            continue;
        }
        let (name, length) = match close {
            Some(close) => match inside.find(*close) {
                Some(end) => (inside[..end].trim(), end + 1),
                None => continue,
            },
            None => {
                let end = inside.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inside.len());
                (&inside[..end], end)
            }
        };
        if is_name(name) {
            at = start + opener.len() + length;
            found.push((start..at, name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::slips;

    #[test]
    fn what_is_nearly_a_reference_is_found_and_references_are_not() {
        let names = |text| {
            slips(text).into_iter().map(|(range, name)| (text[range].to_owned(), name)).collect::<Vec<_>>()
        };
        let found = names("$(age) {age} $age, #{age} ${age} ${ b } $5 {} $$x");
        let written: Vec<&str> = found.iter().map(|(written, _)| &**written).collect();
        assert_eq!(written, ["$(age)", "{age}", "$age", "#{age}", "$x"]);
        assert!(names("costs 5$ {1} ${unfinished").is_empty());
    }
}
