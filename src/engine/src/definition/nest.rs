//! The survey's flat rows to a tree: what `begin` and `end` enclose, names where XLSForm gives them by itself,
//! and what XLSForm writes in one row for several (`or_other`; `table-list` and `begin_loop` have files of their own).

use std::sync::Arc;

use super::question_types::{Control, QuestionType};
use super::row_types::{self, RowMeaning, Section};
use super::rows::{ChoicesFrom, Group, Item, ItemKind, List, Row, Select};
use super::sheets::yes_no;
use super::{loops, table_list};
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
            check::sections::never_ends(&open, nesting.found);
        }
        nesting.place(open);
    }
    let mut items = table_list::spell_out(nesting.done, found);
    or_other(&mut items, lists, found);
    loops::expand(items, lists, found)
}

struct Nesting<'a> {
    open: Vec<Item>,
    done: Vec<Item>,
    /// How many items XLSForm named so far.
    generated: usize,
    too_deep: bool,
    found: &'a mut Diagnostics,
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

    fn begin(&mut self, row: Row, kind: ItemKind) {
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
        self.open.push(Item { row, kind, name, children: Vec::new() });
    }

    fn end(&mut self, row: &Row, section: Section) {
        check::sections::end(row, self.found);
        let matches = self.open.last().is_some_and(|open| Section::of(&open.kind) == Some(section));
        if !matches {
            check::sections::begins_nowhere(row, section, self.open.last(), self.found);
            return;
        }
        if let Some(open) = self.open.pop() {
            self.place(open);
        }
    }

    fn one(&mut self, row: Row, kind: ItemKind) {
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
        self.place(Item { row, kind, name, children: Vec::new() });
    }

    fn place(&mut self, item: Item) {
        match self.open.last_mut() {
            Some(open) => open.children.push(item),
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
