//! A group with `table-list`, spelled out as XLSForm's own converter does: the selects inside are rows of a table (`list-nolabel`) under one
//! row with the labels of their choices (`label`), and the group's own label is a note.

use std::sync::Arc;

use super::question_types::QuestionType;
use super::rows::{ChoicesFrom, Group, Item, ItemKind, Row, Select};
use crate::check;
use crate::diagnostic::Diagnostics;
use crate::source::Written;

/// Spells out every table of a survey, before anything else is made of its selects.
pub(crate) fn spell_out(items: Vec<Item>, found: &mut Diagnostics) -> Vec<Item> {
    within(items, None, found)
}

struct Table {
    /// The list of its selects, once the first was met.
    list: Option<Arc<str>>,
}

/// A table reaches into the sections inside, but for those that are tables of their own.
fn within(items: Vec<Item>, mut table: Option<&mut Table>, found: &mut Diagnostics) -> Vec<Item> {
    let mut spelled = Vec::with_capacity(items.len());
    for mut item in items {
        if item.is_section() {
            let children = std::mem::take(&mut item.children);
            item.children = if is_table(&mut item.row) {
                let label = own_label(&mut item.row);
                let rows = within(children, Some(&mut Table { list: None }), found);
                label.into_iter().chain(rows).collect()
            } else {
                within(children, table.as_deref_mut(), found)
            };
        } else if let Some(table) = table.as_deref_mut() {
            spelled.extend(head(&mut item, table, found));
        }
        spelled.push(item);
    }
    spelled
}

/// Says the row so? Then it is a group whose questions stand on one page.
fn is_table(row: &mut Row) -> bool {
    let Some(appearance) = row.body("appearance").cloned() else { return false };
    let words: Vec<&str> = appearance.text.split_whitespace().collect();
    let is_table = words.contains(&"table-list");
    if is_table {
        let kept: Vec<&str> =
            words.iter().map(|word| if *word == "table-list" { "field-list" } else { word }).collect();
        row.set(Group::Body, "appearance", Written::plain(&kept.join(" "), appearance.span));
    }
    is_table
}

/// A table's own label becomes a note, since the group is not to show it.
fn own_label(row: &mut Row) -> Option<Item> {
    let is_shown = |name: &str| matches!(name, "label" | "hint");
    let (shown, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut row.cells)
        .into_iter()
        .partition(|cell| cell.column.group == Group::Plain && is_shown(&cell.column.name));
    row.cells = kept;
    if shown.is_empty() {
        return None;
    }
    let name = format!("generated_table_list_label_{}", row.number);
    let note = Row { place: row.place, number: row.number, cells: shown };
    Some(Item {
        name: Written::plain(&name, row.place),
        row: note,
        kind: ItemKind::Question(QuestionType::named("note")?),
        children: Vec::new(),
    })
}

/// Makes a row of a select; the first one has the row of labels above it.
fn head(item: &mut Item, table: &mut Table, found: &mut Diagnostics) -> Option<Item> {
    let ItemKind::Select(select) = &item.kind else { return None };
    let ChoicesFrom::List(list) = &select.from else { return None };
    let row = &mut item.row;
    let mut labels = None;
    match &table.list {
        None => {
            table.list = Some(list.text.to_arc());
            let mut cells = Row { place: row.place, number: row.number, cells: Vec::new() };
            cells.set(Group::Body, "appearance", Written::plain("label", row.place));
            if let Some(words) = row.plain("choice_filter") {
                cells.set(Group::Plain, "choice_filter", words.clone());
            }
            let name = format!("reserved_name_for_field_list_labels_{}", row.number);
            labels = Some(Item {
                name: Written::plain(&name, row.place),
                row: cells,
                kind: ItemKind::Select(Select { or_other: false, ..select.clone() }),
                children: Vec::new(),
            });
        }
        Some(first) if **first != *list.text => check::sections::mixed_table(list, first, found),
        Some(_) => {}
    }
    row.set(Group::Body, "appearance", Written::plain("list-nolabel", row.place));
    labels
}

#[cfg(test)]
mod tests {
    use crate::definition::lower::tests::workbook;
    use crate::definition::read;
    use crate::diagnostic::{Diagnostics, Severity};
    use crate::source::{Bundle, Source};
    use crate::xml::write;

    fn lowered(bundle: &Bundle) -> Result<String, Vec<&'static str>> {
        let mut found = Diagnostics::default();
        let form = read(bundle, &mut found);
        let found = found.into_sorted();
        let wrong = found.iter().filter(|found| found.severity == Severity::Error);
        let codes: Vec<_> = wrong.map(|found| found.code).collect();
        form.filter(|_| codes.is_empty()).map(|form| write(&form)).ok_or(codes)
    }

    fn json(children: &str) -> Bundle {
        let form = format!(
            "{{\"settings\": {{\"form_id\": \"data\", \"version\": \"1\"}},
              \"choices\": {{\"yes_no\": [{{\"name\": \"yes\", \"label\": \"Yes\"}}, {{\"name\": \"no\", \"label\": \"No\"}}],
                             \"often\": [{{\"name\": \"daily\", \"label\": \"Daily\"}}]}},
              \"survey\": [{{\"type\": \"group\", \"name\": \"food\", \"label\": \"Had you\", \"appearance\": \"table-list w1\", \"children\": [{children}]}}]}}"
        );
        Bundle::single(Source::new("visit.json", form))
    }

    const LUNCH: &str =
        r#"{"type": "select_one yes_no", "name": "lunch", "label": "Lunch", "appearance": "minimal"}"#;

    #[test]
    fn a_table_in_form_json_is_the_one_in_sheets() {
        let sheets = workbook(&[
            (
                "survey",
                "type | name | label | appearance
                 begin_group | food | Had you | table-list w1
                 select_one yes_no | lunch | Lunch | minimal
                 text | where | Where |
                 select_multiple yes_no or_other | supper | Supper |
                 end_group | | |",
            ),
            ("choices", "list_name | name | label\n yes_no | yes | Yes\n yes_no | no | No"),
            ("settings", "form_id | version\n visit | 1"),
        ]);
        let children = format!(
            "{LUNCH}, {{\"type\": \"text\", \"name\": \"where\", \"label\": \"Where\"}},
             {{\"type\": \"select_multiple yes_no or_other\", \"name\": \"supper\", \"label\": \"Supper\"}}"
        );
        let body = |form: &str| form.split("<h:body").nth(1).map(str::to_owned).expect("a form has a body");
        let (sheets, json) = (lowered(&sheets).expect("a form"), lowered(&json(&children)).expect("a form"));
        // Made-up names end in the number of the row, and JSON counts other rows than a sheet has.
        let without_numbers = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        assert_eq!(without_numbers(&body(&json)), without_numbers(&body(&sheets)));
        let order = [
            "<label>Had you",
            "appearance=\"label\"",
            "/food/lunch\"",
            "/food/where\"",
            "/food/supper\"",
            "/food/supper_other\"",
        ];
        let places: Vec<_> =
            order.iter().map(|part| body(&json).find(part).unwrap_or_else(|| panic!("no {part}"))).collect();
        assert!(places.is_sorted(), "{places:?} in {json}");
        assert_eq!(json.matches("appearance=\"list-nolabel\"").count(), 2);
        assert!(json.contains("appearance=\"field-list w1\""));
    }

    #[test]
    fn a_table_has_one_list_and_reaches_into_groups_that_are_none() {
        let supper = r#"{"type": "select_one often", "name": "supper", "label": "Supper"}"#;
        assert_eq!(lowered(&json(&format!("{LUNCH}, {supper}"))), Err(vec!["mixed-table"]));
        let inside = |appearance: &str| {
            format!(
                "{LUNCH}, {{\"type\": \"group\", \"name\": \"in\", \"appearance\": \"{appearance}\", \"children\": [{supper}]}}"
            )
        };
        assert_eq!(lowered(&json(&inside("w2"))), Err(vec!["mixed-table"]));
        let two = lowered(&json(&inside("table-list"))).expect("each has its list");
        assert_eq!(two.matches("appearance=\"label\"").count(), 2);
    }
}
