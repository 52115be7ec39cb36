//! What forms ask since a ledger was declared: a question that a designer adds, and that writes a property which nobody declared, has its column in the ledgers of visits
//! to which its form belongs.
//!
//! Kept here: what the dictionary declares and the ledger leaves out stays out. What nobody declared counts as free text, and is masked as such.

use std::borrow::Cow;

use doorstep_engine::Form;
use doorstep_engine::entities::declared::Words;
use doorstep_engine::entities::dictionary::Dictionary;
use doorstep_engine::entities::ledger::{Column, From, Ledger, Rows};

/// So many columns come to a ledger at most.
const MOST: usize = 40;

/// The ledger, with the columns of what the forms in force ask beyond it.
pub(super) fn with_new<'l, 'f>(
    ledger: &'l Ledger,
    dictionary: &Dictionary,
    forms: impl Iterator<Item = &'f Form>,
) -> Cow<'l, Ledger> {
    let Rows::Events { lists, gives } = &ledger.rows else { return Cow::Borrowed(ledger) };
    let mut columns: Vec<Column> = Vec::new();
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
            columns.push(Column { name: property.to_owned(), label, from, note: None });
        }
    }
    if columns.is_empty() {
        return Cow::Borrowed(ledger);
    }
    let mut ledger = ledger.clone();
    ledger.columns.extend(columns);
    Cow::Owned(ledger)
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
        let ledger = with_new(ledger, &Dictionary::default(), std::iter::once(form));
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
    fn a_form_of_other_rows_and_a_ledger_of_entities_have_none() {
        assert_eq!(names(&visits(), &form(STAIRS)), ["day day day"]);
        let entities = ledger(Rows::Entities(vec!["cases".into()]));
        assert_eq!(names(&entities, &form(&format!("{DAY}, {STAIRS}"))), ["day day day"]);
    }
}
