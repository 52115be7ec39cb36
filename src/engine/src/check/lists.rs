//! Choice lists: every one that is named is there, and every one that is there is used.

use crate::definition::parameters::Parameters;
use crate::definition::rows::{ChoicesFrom, Choosing, Item, ItemKind, List, Questionnaire, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 5;

/// `unknown-list`: selects name lists that are there.
pub(crate) fn named(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { from: ChoicesFrom::List(name), how, .. }) = &item.kind else { return };
        let lists = if *how == Choosing::External { &form.external_lists } else { &form.lists };
        if !lists.iter().any(|list| list.name.text == name.text) {
            found.push(unknown(name, lists));
        }
    });
}

/// `unknown-list`: with the list that was meant, or those that there are.
pub(crate) fn unknown(name: &Written, lists: &[List]) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-list", name.span, format!("there is no list `{}`", name.text))
            .did_you_mean(&name.text, lists.iter().map(|list| &*list.name.text));
    if lists.is_empty() || !diagnostic.hints.is_empty() {
        return diagnostic;
    }
    let known: Vec<String> = lists.iter().take(EACH).map(|list| format!("`{}`", list.name.text)).collect();
    let more = match lists.len().saturating_sub(EACH) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    diagnostic.hint(format!("the lists are {}{more}", known.join(", ")))
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
    let mut unused = Vec::new();
    for list in &form.lists {
        let name = &*list.name.text;
        if list.choices.is_empty() {
            found.push(
                Diagnostic::warning(
                    "empty-list",
                    list.name.span,
                    format!("the list `{name}` has no choices"),
                )
                .hint("write its choices, or take it away"),
            );
        }
        let mentioned = || {
            let (single, double) = (format!("'{name}'"), format!("\"{name}\""));
            quoted.iter().any(|text| text.contains(&single) || text.contains(&double))
        };
        if !used.iter().any(|known| known == name) && !mentioned() {
            unused.push(&list.name);
        }
    }
    let hint = "name it in a select, `select_one LIST`, or take it away";
    if let (true, Some(first)) = (unused.len() > EACH, unused.first()) {
        let names: Vec<String> = unused.iter().take(EACH).map(|list| format!("`{}`", list.text)).collect();
        let message = format!("no question uses {} lists, such as {}", unused.len(), names.join(", "));
        found.push(Diagnostic::warning("unused-list", first.span, message).hint(hint));
        return;
    }
    // A name with spaces can't be used: that is told where it is tried.
    for list in unused.into_iter().filter(|list| !list.text.contains(' ')) {
        let message = format!("no question uses the list `{}`", list.text);
        found.push(
            Diagnostic::warning("unused-list", list.span, message).hint(hint.replace("LIST", &list.text)),
        );
    }
}
