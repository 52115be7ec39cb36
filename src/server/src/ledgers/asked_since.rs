//! What forms ask since a ledger was declared: a question that a designer adds, and that writes a property which nobody declared, has its column in the ledgers of visits
//! to which its form belongs.
//!
//! Kept here: what the dictionary declares and the ledger leaves out stays out. Nobody said what a new property says of a person: words are hidden until they are asked for,
//! as names are, and long numbers starred.

use std::borrow::Cow;

use doorstep_engine::Form;
use doorstep_engine::entities::declared::Words;
use doorstep_engine::entities::dictionary::Dictionary;
use doorstep_engine::entities::ledger::{Column, From, Ledger, Rows};

use crate::who::mask::{Kind, mask, scrub};
use crate::who::rights::Role;

/// So many columns come to a ledger at most.
const MOST: usize = 40;

/// A ledger with its new columns.
pub(super) struct Since<'l> {
    /// All columns.
    pub(super) ledger: Cow<'l, Ledger>,
    /// The new ones' names, and whether words stand in them.
    pub(super) columns: Vec<(String, bool)>,
}

/// What stands in a new column, as who asks is to see it.
pub(super) fn seen(role: Role, full: bool, is_words: bool, text: &str) -> String {
    match (full, is_words) {
        (true, _) => mask(role, Kind::Free, text),
        (false, true) => mask(Role::Auditor, Kind::Free, text),
        (false, false) => scrub(&mask(role, Kind::Free, text)),
    }
}

/// The ledger, with the columns of what the forms in force ask beyond it.
pub(super) fn with_new<'l, 'f>(
    ledger: &'l Ledger,
    dictionary: &Dictionary,
    forms: impl Iterator<Item = &'f Form>,
) -> Since<'l> {
    let as_it_is = || Since { ledger: Cow::Borrowed(ledger), columns: Vec::new() };
    let Rows::Events { lists, gives } = &ledger.rows else { return as_it_is() };
    let mut columns: Vec<Column> = Vec::new();
    let mut since = Vec::new();
    for form in forms {
        let written = form.entity_properties();
        let is_new = |(list, property): &(&str, &str)| {
            lists.iter().any(|own| own == list)
                // Of another form a row of this ledger has nothing.
                && written.contains(&(list, gives.as_str()))
                && dictionary.property(list, property).is_none()
        };
        for (list, property) in written.iter().copied().filter(is_new) {
            let says = |column: &Column| match &column.from {
                From::Property(name) | From::Given(name) | From::Now(name) => name == property,
                _ => column.name == property,
            };
            let is_there = ledger.columns.iter().chain(&columns).any(says);
            if is_there || columns.len() == MOST {
                continue;
            }
            let said = |language: &str| form.property_label(list, property, language);
            let label = Words {
                zh: said("zh").unwrap_or_else(|| property.to_owned()),
                en: said("en").unwrap_or_else(|| property.to_owned()),
            };
            let from = From::Given(property.to_owned());
            since.push((property.to_owned(), form.property_is_words(list, property)));
            columns.push(Column { name: property.to_owned(), label, from, note: None });
        }
    }
    if columns.is_empty() {
        return as_it_is();
    }
    let mut ledger = ledger.clone();
    ledger.columns.extend(columns);
    Since { ledger: Cow::Owned(ledger), columns: since }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use doorstep_engine::{Bundle, Source};

    use super::*;

    fn form(questions: &str) -> Arc<Form> {
        let json = format!(
            r#"{{"settings": {{"form_id": "f", "version": "1", "default_language": "zh"}},
            "entities": [{{"list_name": "cases", "label": "${{who}}"}}],
            "survey": [{{"type": "text", "name": "who", "label": {{"zh": "谁", "en": "Who"}}, "save_to": "person"}}, {questions}]}}"#
        );
        let read = Form::read(&Bundle::single(Source::new("form.json", json)));
        read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
    }

    fn column(name: &str, property: &str) -> Column {
        let label = Words { zh: name.into(), en: name.into() };
        Column { name: name.into(), label, from: From::Given(property.into()), note: None }
    }

    fn ledger(rows: Rows) -> Ledger {
        let title = Words { zh: "台账".into(), en: "Ledger".into() };
        let columns = vec![column("day", "visited_on")];
        Ledger { id: "l1".into(), title, rows, only: Vec::new(), period: None, columns, note: None }
    }

    fn visits() -> Ledger {
        ledger(Rows::Events { lists: vec!["cases".into()], gives: "visited_on".into() })
    }

    const DAY: &str = r#"{"type": "date", "name": "day", "label": "Day", "save_to": "visited_on"}"#;
    const STAIRS: &str =
        r#"{"type": "text", "name": "stairs", "label": {"zh": "几楼", "en": "Floor"}, "save_to": "floor"}"#;

    fn names(ledger: &Ledger, form: &Form) -> Vec<String> {
        let ledger = with_new(ledger, &Dictionary::default(), std::iter::once(form)).ledger;
        ledger
            .columns
            .iter()
            .map(|column| format!("{} {} {}", column.name, column.label.zh, column.label.en))
            .collect()
    }

    #[test]
    fn a_question_that_is_new_has_its_column() {
        let form = form(&format!("{DAY}, {STAIRS}"));
        assert_eq!(names(&visits(), &form), ["day day day", "person 谁 Who", "floor 几楼 Floor"]);
    }

    #[test]
    fn words_are_hidden_and_long_numbers_starred_until_they_are_asked_for() {
        let number = r#"{"type": "integer", "name": "tel", "label": "T", "save_to": "neighbour_phone"}"#;
        let form = form(&format!("{DAY}, {STAIRS}, {number}"));
        let ledger = visits();
        let since = with_new(&ledger, &Dictionary::default(), std::iter::once(&*form));
        let words = |name: &str, words: bool| (name.to_owned(), words);
        assert_eq!(
            since.columns,
            [words("person", true), words("floor", true), words("neighbour_phone", false)]
        );
        let seen = |full: bool, is_words: bool, text: &str| seen(Role::Station, full, is_words, text);
        assert_eq!([seen(false, true, "王五"), seen(true, true, "王五")], ["***", "王五"]);
        assert_eq!([seen(false, false, "3"), seen(false, false, "13800001234")], ["3", "***********"]);
        assert_eq!(seen(true, false, "13800001234"), "13800001234");
        assert_eq!(super::seen(Role::Auditor, true, false, "3"), "***");
    }

    #[test]
    fn a_form_of_other_rows_and_a_ledger_of_entities_have_none() {
        assert_eq!(names(&visits(), &form(STAIRS)), ["day day day"]);
        let entities = ledger(Rows::Entities(vec!["cases".into()]));
        assert_eq!(names(&entities, &form(&format!("{DAY}, {STAIRS}"))), ["day day day"]);
    }
}
