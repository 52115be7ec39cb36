//! Words that are there in one language should be there in all.

use std::sync::Arc;

use crate::definition::rows::{Group, Item, Questionnaire, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

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

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 8;

/// `missing-translation` of every row and choice.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let languages = languages(form);
    let mut missing: Vec<Missing> = Vec::new();
    row(&form.settings, &languages, &mut missing);
    Item::walk(&form.items, &mut |item, _| row(&item.row, &languages, &mut missing));
    for choice in form.lists.iter().flat_map(|list| &list.choices) {
        row(choice, &languages, &mut missing);
    }
    let hint = "write them, or forms in that language show another one's words";
    for (index, language) in languages.iter().enumerate() {
        let missing: Vec<&Missing> = missing.iter().filter(|one| one.language == index).collect();
        if let (true, Some(first)) = (missing.len() > EACH, missing.first()) {
            let message = format!(
                "{} texts have no words in `{language}`: this `{}` is the first",
                missing.len(),
                first.column
            );
            found.push(Diagnostic::warning("missing-translation", first.place, message).hint(hint));
            continue;
        }
        for one in missing {
            let message = format!("this `{}` has no words in `{language}`", one.column);
            found.push(Diagnostic::warning("missing-translation", one.place, message).hint(hint));
        }
    }
}

/// Words that are not there in a language.
struct Missing {
    language: usize,
    column: &'static str,
    place: Span,
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

fn row(row: &Row, languages: &[Arc<str>], missing: &mut Vec<Missing>) {
    for (group, name, column) in WORDS {
        let texts = row.texts(*group, name);
        let Some(first) = texts.first() else { continue };
        // Words without a language serve all: outputs alone, or a form in one language.
        if texts.by_language.iter().any(|(language, _)| language.is_none()) {
            continue;
        }
        for (index, language) in languages.iter().enumerate() {
            if texts.of(Some(language)).is_none_or(|words| words.text.trim().is_empty()) {
                missing.push(Missing { language: index, column, place: first.span });
            }
        }
    }
}
