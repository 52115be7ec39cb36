//! Choice lists: every one that is named is there, and every one that is there is used.

use crate::definition::parameters::Parameters;
use crate::definition::rows::{ChoicesFrom, Choosing, Item, ItemKind, Questionnaire, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `unknown-list`: selects name lists that are there.
pub(crate) fn named(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { from: ChoicesFrom::List(name), how, .. }) = &item.kind else { return };
        let lists = if *how == Choosing::External { &form.external_lists } else { &form.lists };
        if !lists.iter().any(|list| list.name.text == name.text) {
            found.push(
                Diagnostic::error("unknown-list", name.span, format!("there is no list `{}`", name.text))
                    .did_you_mean(&name.text, lists.iter().map(|list| &*list.name.text)),
            );
        }
    });
}

/// `empty-list` and `unused-list`.
pub(crate) fn used(form: &Questionnaire, found: &mut Diagnostics) {
    let mut used: Vec<String> = Vec::new();
    let mut quoted: Vec<&str> = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        match &item.kind {
            ItemKind::Select(Select { from: ChoicesFrom::List(name), .. }) | ItemKind::Loop(name) => {
                used.push(name.text.to_string());
            }
            // A loop is groups by now, and says itself what it went over.
            ItemKind::Group => {
                let over = item.row.plain("type").and_then(|written| written.text.split_whitespace().last());
                used.extend(over.map(str::to_owned));
            }
            _ => {}
        }
        let parameters = Parameters::read(item.row.plain("parameters"), &mut Diagnostics::default());
        for key in ["tick_labelset", "reference-geometry"] {
            used.extend(parameters.get(key).map(|list| list.text.to_string()));
        }
        let texts = item.row.cells.iter().map(|cell| &*cell.words.text);
        quoted.extend(texts.filter(|text| text.contains(['\'', '"'])));
    });
    for list in &form.lists {
        let name = &*list.name.text;
        if list.choices.is_empty() {
            found.push(Diagnostic::warning(
                "empty-list",
                list.name.span,
                format!("the list `{name}` has no choices"),
            ));
        }
        let mentioned = || {
            let (single, double) = (format!("'{name}'"), format!("\"{name}\""));
            quoted.iter().any(|text| text.contains(&single) || text.contains(&double))
        };
        if !used.iter().any(|known| known == name) && !mentioned() {
            found.push(Diagnostic::warning(
                "unused-list",
                list.name.span,
                format!("no question uses the list `{name}`"),
            ));
        }
    }
}
