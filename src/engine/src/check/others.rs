//! `or_other` in a form of several languages: what it adds is English in all of them.

use crate::definition::rows::{ChoicesFrom, Choosing, Group, Item, ItemKind, Questionnaire, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `untranslated-other`, with how to write by hand what `or_other` would add.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let languages = super::translations::languages(form);
    let is_english = |language: &str| {
        let language = language.to_lowercase();
        matches!(&*language, "en" | "eng") || language.contains("english") || language.contains("(en")
    };
    let Some(other) = languages.iter().find(|language| !is_english(language)) else { return };
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { or_other: true, from: ChoicesFrom::List(list), how }) = &item.kind
        else {
            return;
        };
        let name = &item.name.text;
        let kind = if *how == Choosing::Multiple { "select_multiple" } else { "select_one" };
        let message = format!(
            "`or_other` adds a choice “Other” and a question “Specify other.”, and both are English in `{other}` too"
        );
        let place = item.row.place_of(Group::Plain, "type");
        found.push(
            Diagnostic::warning("untranslated-other", place, message)
                .hint(format!(
                    "to translate them, write `{kind} {}` here, and a choice `other` with its labels at the end of that list",
                    list.text
                ))
                .hint(format!(
                    "then a row below: type `text`, name `{name}_other`, its labels, relevant `selected(${{{name}}}, 'other')`"
                )),
        );
    });
}
