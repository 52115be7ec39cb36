//! Secondary instances from files: external ones, those of `select_one_from_file`, of `pulldata()`, and the last submission.

use super::super::question_types::Control;
use super::super::references::references;
use super::super::rows::{ChoicesFrom, Group, Item, ItemKind, Questionnaire, Row, Select};
use crate::source::{Span, Written};
use crate::xml::{Element, Name};

/// One file under the id that expressions name it by.
pub(crate) struct Outside {
    pub id: String,
    pub address: String,
    pub named: Span,
}

/// A form's outside instances as elements, each id once.
pub(super) fn instances(form: &Questionnaire) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let mut ids: Vec<String> = form.lists.iter().map(|list| list.name.text.to_string()).collect();
    for Outside { id, address, named } in all(form) {
        if !ids.contains(&id) {
            elements.push(
                Element::new(Name::xforms("instance"), named)
                    .with_text(Name::plain("id"), &id)
                    .with_text(Name::plain("src"), &address),
            );
            ids.push(id);
        }
    }
    elements
}

/// Every mention of a file, in the order of the rows.
pub(crate) fn all(form: &Questionnaire) -> Vec<Outside> {
    let mut found = Vec::new();
    let mut last_saved = None;
    let mut pulled = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        match &item.kind {
            ItemKind::Question(question) => {
                if let Control::ExternalInstance(kind) = question.control {
                    found.push(file(&item.name.text, kind, item.name.span));
                }
            }
            ItemKind::Select(Select { from: ChoicesFrom::File(named), .. }) => {
                let (stem, ending) = named.text.rsplit_once('.').unwrap_or((&named.text, "csv"));
                found.push(file(stem, ending, named.span));
            }
            _ => {}
        }
        expressions(&item.row, &mut |words| pulled_from(words, &mut pulled));
        // pyxform forgets it where only words show it.
        for cell in &item.row.cells {
            if references(&cell.words.text).any(|reference| reference.last_saved) {
                last_saved.get_or_insert(cell.words.span);
            }
        }
    });
    found.extend(pulled);
    if let Some(named) = last_saved {
        let address = "jr://instance/last-saved".to_owned();
        found.push(Outside { id: "__last-saved".into(), address, named });
    }
    found
}

fn file(stem: &str, ending: &str, named: Span) -> Outside {
    let folder = if ending.eq_ignore_ascii_case("csv") { "file-csv" } else { "file" };
    Outside { id: stem.to_owned(), address: format!("jr://{folder}/{stem}.{ending}"), named }
}

/// The columns that hold expressions.
fn expressions(row: &Row, visit: &mut dyn FnMut(&Written)) {
    for cell in &row.cells {
        let name = &*cell.column.name;
        let expression = match cell.column.group {
            Group::Bind => {
                matches!(name, "readonly" | "required" | "relevant" | "constraint" | "calculate")
            }
            Group::Body => name == "jr:count",
            Group::Plain => matches!(name, "choice_filter" | "default"),
            Group::Instance | Group::Media | Group::Attribute | Group::If => false,
        };
        if expression {
            visit(&cell.words);
        }
    }
}

/// The files that `pulldata('file', …)` names, with or without their ending.
fn pulled_from(words: &Written, into: &mut Vec<Outside>) {
    let text = &*words.text;
    let mut at = 0;
    while let Some(start) = text[at..].find("pulldata").map(|found| at + found) {
        at = start + "pulldata".len();
        let Some(rest) = text[at..].trim_start().strip_prefix('(') else { continue };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        let Some(name) = rest[1..].split(quote).next() else { continue };
        let name = name.trim();
        let begin = name.as_ptr() as usize - text.as_ptr() as usize;
        let named = words.part(begin..begin + name.len());
        if !name.is_empty() {
            into.push(file(name.strip_suffix(".csv").unwrap_or(name), "csv", named));
        }
    }
}
