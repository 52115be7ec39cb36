//! Words that are there in one language should be there in all.

use std::sync::Arc;

use crate::definition::rows::{Group, Item, Questionnaire, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The columns of words, and what their authors call them.
const WORDS: &[(Group, &str, &str)] = &[
    (Group::Plain, "label", "label"),
    (Group::Plain, "hint", "hint"),
    (Group::Plain, "guidance_hint", "guidance_hint"),
    (Group::Bind, "jr:constraintMsg", "constraint_message"),
    (Group::Bind, "jr:requiredMsg", "required_message"),
    (Group::Plain, "item_label", "item_label"),
    (Group::Plain, "title", "title"),
];

/// `missing-translation` of every row and choice.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let languages = languages(form);
    row(&form.settings, &languages, found);
    Item::walk(&form.items, &mut |item, _| row(&item.row, &languages, found));
    for choice in form.lists.iter().flat_map(|list| &list.choices) {
        row(choice, &languages, found);
    }
}

/// Every language that any words are in, the default first.
fn languages(form: &Questionnaire) -> Vec<Arc<str>> {
    let mut languages: Vec<Arc<str>> = Vec::new();
    languages.extend(form.settings.plain("default_language").map(|language| language.text.to_arc()));
    let mut note = |row: &Row| {
        for cell in &row.cells {
            let words = WORDS
                .iter()
                .any(|(group, name, _)| cell.column.group == *group && *cell.column.name == **name);
            if let (true, Some(language)) = (words, &cell.column.language)
                && !languages.contains(language)
            {
                languages.push(language.clone());
            }
        }
    };
    note(&form.settings);
    Item::walk(&form.items, &mut |item, _| note(&item.row));
    form.lists.iter().flat_map(|list| &list.choices).for_each(note);
    languages
}

fn row(row: &Row, languages: &[Arc<str>], found: &mut Diagnostics) {
    for (group, name, column) in WORDS {
        let texts = row.texts(*group, name);
        let Some(first) = texts.first() else { continue };
        // Words without a language serve all: outputs alone, or a form in one language.
        if texts.by_language.iter().any(|(language, _)| language.is_none()) {
            continue;
        }
        for language in languages {
            if texts.of(Some(language)).is_none_or(|words| words.text.trim().is_empty()) {
                found.push(Diagnostic::warning(
                    "missing-translation",
                    first.span,
                    format!("this `{column}` has no words in `{language}`"),
                ));
            }
        }
    }
}
