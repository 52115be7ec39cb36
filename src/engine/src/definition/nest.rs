//! The survey's flat rows to a tree: what `begin` and `end` enclose, names where XLSForm gives them by itself,
//! and what XLSForm writes in one row for several (`or_other`, `table-list`, `begin_loop`).

use std::sync::Arc;

use super::loops;
use super::question_types::{Control, QuestionType};
use super::row_types::{self, RowMeaning, Section};
use super::rows::{ChoicesFrom, Group, Item, ItemKind, List, Row, Select};
use super::sheets::yes_no;
use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// How deep sections may nest: what walks them needs that much stack.
pub(crate) const MAX_DEPTH: usize = 32;
/// How many rows a form may have, those that loops repeat included.
pub(crate) const MAX_ITEMS: usize = 50_000;

/// Nests the rows of a survey sheet. `or_other` adds a choice to its list.
pub(crate) fn nest(rows: Vec<Row>, lists: &mut [List], found: &mut Diagnostics) -> Vec<Item> {
    let mut nesting = Nesting { open: Vec::new(), done: Vec::new(), generated: 0, too_deep: false, found };
    for (index, row) in rows.into_iter().enumerate() {
        if index == MAX_ITEMS {
            let message = format!("a form has at most {MAX_ITEMS} rows");
            nesting.found.push(Diagnostic::error("too-large", row.place, message));
            break;
        }
        nesting.row(row);
    }
    while let Some(open) = nesting.open.pop() {
        if !nesting.too_deep {
            check::sections::never_ends(&open.item, nesting.found);
        }
        nesting.place(open.item);
    }
    let mut items = nesting.done;
    or_other(&mut items, lists, found);
    loops::expand(items, lists, found)
}

struct Nesting<'a> {
    open: Vec<Open>,
    done: Vec<Item>,
    /// How many items XLSForm named so far.
    generated: usize,
    too_deep: bool,
    found: &'a mut Diagnostics,
}

struct Open {
    item: Item,
    /// What `table-list` still has to be done for the first select inside.
    table: Option<Table>,
}

struct Table {
    /// The list of its selects, once the first was met.
    list: Option<Arc<str>>,
}

impl Nesting<'_> {
    fn row(&mut self, row: Row) {
        // What ends where can't be told any more.
        if self.too_deep {
            return;
        }
        if row.plain("disabled").and_then(|said| yes_no(&said.text)) == Some(true) {
            return;
        }
        let Some(written) = row.plain("type").cloned() else {
            check::sections::no_type(&row, self.found);
            return;
        };
        // A type that is not known stands for a text, so that what refers to its name is not wrong too.
        let meaning = row_types::read(&written, self.found)
            .or_else(|| QuestionType::named("text").map(|text| RowMeaning::One(ItemKind::Question(text))));
        match meaning {
            Some(RowMeaning::Begin(kind)) => self.begin(row, kind),
            Some(RowMeaning::End(section)) => self.end(&row, section),
            Some(RowMeaning::One(kind)) => self.one(row, kind),
            None => {}
        }
    }

    fn begin(&mut self, mut row: Row, kind: ItemKind) {
        if self.open.len() >= MAX_DEPTH {
            self.found.push(Diagnostic::error("too-deep", row.place, "groups are nested too deeply"));
            self.too_deep = true;
            return;
        }
        let name = row.plain("name").cloned().unwrap_or_else(|| {
            check::names::missing(&row, self.found);
            Written::plain("", row.place)
        });
        check::names::check(&name, self.found);
        let mut table = None;
        let mut label = None;
        if let Some(appearance) = row.body("appearance").cloned() {
            let words: Vec<&str> = appearance.text.split_whitespace().collect();
            if words.contains(&"table-list") {
                let kept: Vec<&str> = words
                    .iter()
                    .map(|word| if *word == "table-list" { "field-list" } else { word })
                    .collect();
                row.set(Group::Body, "appearance", Written::plain(&kept.join(" "), appearance.span));
                label = self.table_label(&mut row);
                table = Some(Table { list: None });
            }
        }
        let mut item = Item { row, kind, name, children: Vec::new() };
        item.children.extend(label);
        self.open.push(Open { item, table });
    }

    /// A table's own label becomes a note, since the group is not to show it.
    fn table_label(&mut self, row: &mut Row) -> Option<Item> {
        let is_shown = |name: &str| matches!(name, "label" | "hint");
        let (shown, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut row.cells)
            .into_iter()
            .partition(|cell| cell.column.group == Group::Plain && is_shown(&cell.column.name));
        row.cells = kept;
        if !shown.iter().any(|cell| &*cell.column.name == "label") && shown.is_empty() {
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

    fn end(&mut self, row: &Row, section: Section) {
        check::sections::end(row, self.found);
        let matches = self.open.last().is_some_and(|open| Section::of(&open.item.kind) == Some(section));
        if !matches {
            let open = self.open.last().map(|open| &open.item);
            check::sections::begins_nowhere(row, section, open, self.found);
            return;
        }
        if let Some(open) = self.open.pop() {
            self.place(open.item);
        }
    }

    fn one(&mut self, mut row: Row, kind: ItemKind) {
        let given = row.plain("name").cloned();
        let name = match (&kind, given) {
            (ItemKind::Question(question), given) if question.control == Control::Audit => {
                check::names::audit(&row, given.as_ref(), self.found);
                Written::plain("audit", row.place)
            }
            (_, Some(name)) => name,
            (ItemKind::Question(question), None) if question.name() == "note" => {
                self.generated += 1;
                Written::plain(&format!("generated_note_name_{}", row.number), row.place)
            }
            (_, None) => {
                check::names::missing(&row, self.found);
                return;
            }
        };
        check::names::check(&name, self.found);
        self.in_table(&mut row, &kind);
        self.place(Item { row, kind, name, children: Vec::new() });
    }

    /// The first select of a table has its choices' labels above; all show no labels of their own.
    fn in_table(&mut self, row: &mut Row, kind: &ItemKind) {
        let ItemKind::Select(select) = kind else { return };
        let ChoicesFrom::List(list) = &select.from else { return };
        // It reaches into the sections inside.
        let Some(at) = self.open.iter().rposition(|open| open.table.is_some()) else { return };
        let Some(table) = self.open[at].table.as_mut() else { return };
        match &table.list {
            None => {
                table.list = Some(list.text.to_arc());
                let mut labels = Row { place: row.place, number: row.number, cells: Vec::new() };
                labels.set(Group::Body, "appearance", Written::plain("label", row.place));
                for name in ["choice_filter"] {
                    if let Some(words) = row.plain(name) {
                        labels.set(Group::Plain, name, words.clone());
                    }
                }
                let name = format!("reserved_name_for_field_list_labels_{}", row.number);
                let labels = Item {
                    name: Written::plain(&name, row.place),
                    row: labels,
                    kind: ItemKind::Select(Select { or_other: false, ..select.clone() }),
                    children: Vec::new(),
                };
                self.place(labels);
            }
            Some(first) if **first != *list.text => check::sections::mixed_table(list, first, self.found),
            Some(_) => {}
        }
        row.set(Group::Body, "appearance", Written::plain("list-nolabel", row.place));
    }

    fn place(&mut self, item: Item) {
        match self.open.last_mut() {
            Some(open) => open.item.children.push(item),
            None => self.done.push(item),
        }
    }
}

/// A select with `or_other` is followed by a text, and its list has one choice more.
pub(crate) fn or_other(items: &mut Vec<Item>, lists: &mut [List], found: &mut Diagnostics) {
    let mut at = 0;
    while at < items.len() {
        or_other(&mut items[at].children, lists, found);
        if let ItemKind::Select(Select { or_other: true, from: ChoicesFrom::List(list), .. }) =
            &items[at].kind
        {
            check::choices::other(&items[at].row, found);
            if let Some(list) = lists.iter_mut().find(|known| known.name.text == list.text) {
                add_other(list);
            }
            let text = other_text(&items[at]);
            at += 1;
            items.extend(text);
            items[at..].rotate_right(1);
        }
        at += 1;
    }
}

fn add_other(list: &mut List) {
    let is_other = |row: &Row| row.plain("name").is_some_and(|name| &*name.text == "other");
    if list.choices.iter().any(is_other) {
        return;
    }
    let (place, number) = list.choices.last().map_or((list.name.span, 0), |last| (last.place, last.number));
    let mut languages: Vec<Option<Arc<str>>> = Vec::new();
    for (language, _) in list.choices.iter().flat_map(|row| row.texts(Group::Plain, "label").by_language) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    let mut other = Row { place, number, cells: Vec::new() };
    other.set(Group::Plain, "name", Written::plain("other", place));
    if languages.is_empty() {
        languages.push(None);
    }
    for language in languages {
        let column = super::rows::Column {
            group: Group::Plain,
            name: "label".into(),
            language,
            title: "label".into(),
        };
        let words = Written::plain("Other", place);
        other.cells.push(super::rows::Cell { column: Arc::new(column), words });
    }
    list.choices.push(other);
}

fn other_text(select: &Item) -> Option<Item> {
    let place = select.row.place;
    let mut row = Row { place, number: select.row.number, cells: Vec::new() };
    row.set(Group::Plain, "label", Written::plain("Specify other.", place));
    let relevant = format!("selected(../{}, 'other')", select.name.text);
    row.set(Group::Bind, "relevant", Written::plain(&relevant, place));
    Some(Item {
        row,
        kind: ItemKind::Question(QuestionType::named("text")?),
        name: Written::plain(&format!("{}_other", select.name.text), select.name.span),
        children: Vec::new(),
    })
}
