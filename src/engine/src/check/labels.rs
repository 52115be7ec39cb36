//! What a reader sees: every question that is shown has words.

use crate::definition::question_types::Control;
use crate::definition::rows::{ChoicesFrom, Group, Item, ItemKind, Questionnaire, Select, Syntax};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};

/// `missing-label` and `missing-image` of every question. XLSForm refuses what form JSON only warns of.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        if item.name.text.starts_with("reserved_name_for_field_list_labels_") {
            return;
        }
        let has = |name: &str| item.row.plain(name).is_some();
        let shown = match &item.kind {
            ItemKind::Question(question) => question.is_shown(),
            ItemKind::Select(_) => true,
            ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => false,
        };
        let worked_out = item.row.bind("calculate").is_some() || has("trigger");
        if shown && !has_words(item) && !worked_out {
            let mut diagnostic = Diagnostic::warning(
                "missing-label",
                item.name.span,
                format!("`{}` has no label", item.name.text),
            );
            if form.syntax == Syntax::Sheets {
                diagnostic.severity = Severity::Error;
            }
            found.push(diagnostic.hint("write what is asked as its `label`"));
        }
        if let (Some(large), None) =
            (item.row.cell(Group::Media, "big-image"), item.row.cell(Group::Media, "image"))
        {
            found.push(
                Diagnostic::error(
                    "missing-image",
                    large.words.span,
                    format!("`{}` has a large image and no small one", item.name.text),
                )
                .hint("name the image that is shown first in the column `image`"),
            );
        }
    });
}

/// Is there anything to see of it: a label, a hint, a picture?
pub(super) fn has_words(item: &Item) -> bool {
    let media = item.row.cells.iter().any(|cell| cell.column.group == Group::Media);
    let own_hint = matches!(&item.kind, ItemKind::Question(question) if question.hint.is_some());
    media || own_hint || item.row.plain("label").is_some() || item.row.plain("hint").is_some()
}

/// `missing-calculation`: a calculation says how.
pub(crate) fn calculations(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Question(question) = &item.kind else { return };
        let named = item.row.plain("type").is_some_and(|said| &*said.text == question.name());
        if question.name() != "calculate" || !named || item.row.bind("calculate").is_some() {
            return;
        }
        let default = item.row.plain("default");
        let dynamic = default
            .is_some_and(|said| crate::definition::default_kind::is_dynamic(&said.text, question.name()));
        if !dynamic && (form.syntax == Syntax::Sheets || default.is_none()) {
            found.push(
                Diagnostic::error(
                    "missing-calculation",
                    item.row.place_of(Group::Plain, "type"),
                    format!("`{}` does not say how it is calculated", item.name.text),
                )
                .hint("write an expression in the column `calculation`"),
            );
        }
    });
}

/// `bad-file`: choices come from files of three kinds, and none is searched in by the client as well.
pub(crate) fn files(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { from: ChoicesFrom::File(file), .. }) = &item.kind else { return };
        let ending = file.text.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !matches!(ending, "csv" | "xml" | "geojson") {
            found.push(
                Diagnostic::error(
                    "bad-file",
                    file.span,
                    format!("`{}` is no file that choices can come from", file.text),
                )
                .hint("its name ends in `.csv`, `.xml` or `.geojson`"),
            );
        }
        if let Some(appearance) = item.row.body("appearance")
            && appearance.text.contains("search(")
        {
            found.push(
                Diagnostic::error(
                    "bad-file",
                    appearance.span,
                    format!(
                        "`{}` takes its choices from a file and by `search()`: only one can be",
                        item.name.text
                    ),
                )
                .hint("take `search()` away"),
            );
        }
    });
}

/// `mixed-search`: a list that the client searches in is used by searches alone.
pub(crate) fn searches(form: &Questionnaire, found: &mut Diagnostics) {
    let mut lists: Vec<(&str, bool, crate::source::Span)> = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { from: ChoicesFrom::List(list), .. }) = &item.kind else { return };
        let searched = crate::definition::lower::is_searched(item);
        match lists.iter().find(|(name, ..)| *name == &*list.text) {
            Some((_, other, first)) if *other != searched => found.push(
                Diagnostic::error(
                    "mixed-search",
                    list.span,
                    format!(
                        "`{}` uses the list `{}`, one of the two by `search()`",
                        item.name.text, list.text
                    ),
                )
                .label(*first, "the other uses it here")
                .hint("give the search a list of its own"),
            ),
            Some(_) => {}
            None => lists.push((&list.text, searched, list.span)),
        }
    });
}

/// `duplicate-instance`: two files, or a file and a list, that expressions call by the same name.
pub(crate) fn instances(form: &Questionnaire, found: &mut Diagnostics) {
    let mut known: Vec<(String, String, crate::source::Span)> =
        form.lists.iter().map(|list| (list.name.text.to_string(), String::new(), list.name.span)).collect();
    let mut declared: Vec<&Item> = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        let is_file = matches!(&item.kind, ItemKind::Question(question)
            if matches!(question.control, Control::ExternalInstance(_)));
        if !is_file {
            return;
        }
        match declared.iter().find(|other| other.name.text == item.name.text) {
            Some(first) => found.push(
                Diagnostic::error(
                    "duplicate-instance",
                    item.name.span,
                    format!("the file `{}` is declared twice", item.name.text),
                )
                .label(first.name.span, "first here"),
            ),
            None => declared.push(item),
        }
    });
    for outside in crate::definition::lower::outside_instances(form) {
        match known.iter().find(|(id, ..)| *id == outside.id) {
            Some((_, address, first)) if *address != outside.address => found.push(
                Diagnostic::error(
                    "duplicate-instance",
                    outside.named,
                    format!("`instance('{}')` could mean two things", outside.id),
                )
                .label(*first, "this one")
                .hint("give one of them another name"),
            ),
            Some(_) => {}
            None => known.push((outside.id, outside.address, outside.named)),
        }
    }
}

/// Is it a note?
pub(super) fn is_note(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Question(question)
        if question.control == Control::Input && question.name() == "note")
}
