//! A form's rows as their author wrote them, whatever the syntax: every cell with its column, its language and its place.
//!
//! Form JSON and XLSForm are both read into this, checked here row by row, and lowered into one XForm ([`super::lower`]).

use std::sync::Arc;

use super::assessment::MeasureRows;
use super::question_types::QuestionType;
use crate::source::{Span, Written};

/// What a column says, under its canonical name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    pub group: Group,
    /// `label`, `relevant`, `jr:constraintMsg`, `image`.
    pub name: Arc<str>,
    /// The language that its cells are in: `English (en)`.
    pub language: Option<Arc<str>>,
    /// As its author wrote it: `caption::English (en)`.
    pub title: Arc<str>,
}

/// Which part of an XForm a column goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Group {
    /// XLSForm's own: `type`, `label`, `choice_filter`.
    Plain,
    /// An attribute of the bind: `relevant`, `bind::foo`.
    Bind,
    /// An attribute of the control: `appearance`, `body::accept`.
    Body,
    /// An attribute of the node: `instance::foo`.
    Instance,
    /// A picture or sound of the label: `image`, `media::audio`.
    Media,
    /// An attribute of the form's node, in the settings: `attribute::foo`.
    Attribute,
    /// What a rule of a decision table asks of an input that is called as one of the rule's own columns: `if::label`.
    If,
}

/// What stands in one column of a row. Never empty.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub column: Arc<Column>,
    pub words: Written,
}

/// One row of a sheet.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The whole row, or its first key: for what is missing in it.
    pub place: Span,
    /// Its number in its sheet, from 1; its place in the order of rows where there is no sheet.
    pub number: usize,
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column, in any language: the first.
    pub fn cell(&self, group: Group, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column.group == group && *cell.column.name == *name)
    }

    /// What stands in one of XLSForm's own columns.
    pub fn plain(&self, name: &str) -> Option<&Written> {
        self.cell(Group::Plain, name).map(|cell| &cell.words)
    }

    /// What stands in a column of the bind.
    pub fn bind(&self, name: &str) -> Option<&Written> {
        self.cell(Group::Bind, name).map(|cell| &cell.words)
    }

    /// What stands in a column of the control.
    pub fn body(&self, name: &str) -> Option<&Written> {
        self.cell(Group::Body, name).map(|cell| &cell.words)
    }

    /// The words of a column in each language.
    pub fn texts(&self, group: Group, name: &str) -> Texts {
        let of = |cell: &&Cell| cell.column.group == group && *cell.column.name == *name;
        let said = |cell: &Cell| (cell.column.language.clone(), cell.words.clone());
        Texts { by_language: self.cells.iter().filter(of).map(said).collect() }
    }

    /// Where to point at for a column: its cell, else the row.
    pub fn place_of(&self, group: Group, name: &str) -> Span {
        self.cell(group, name).map_or(self.place, |cell| cell.words.span)
    }

    /// Replaces what stands in a column, or adds it.
    pub fn set(&mut self, group: Group, name: &str, words: Written) {
        self.cells.retain(|cell| !(cell.column.group == group && *cell.column.name == *name));
        let column = Column { group, name: name.into(), language: None, title: name.into() };
        self.cells.push(Cell { column: Arc::new(column), words });
    }
}

/// Words by language; without one, the default's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub by_language: Vec<(Option<Arc<str>>, Written)>,
}

impl Texts {
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }

    /// Were they written by language?
    pub fn has_languages(&self) -> bool {
        self.by_language.iter().any(|(language, _)| language.is_some())
    }

    /// The first words, in whatever language.
    pub fn first(&self) -> Option<&Written> {
        self.by_language.first().map(|(_, words)| words)
    }

    /// The words of a language, or those without one.
    pub fn of(&self, language: Option<&str>) -> Option<&Written> {
        self.by_language.iter().find(|(known, _)| known.as_deref() == language).map(|(_, words)| words)
    }
}

/// A whole form as its author wrote it.
#[derive(Debug)]
pub(crate) struct Questionnaire {
    pub syntax: Syntax,
    /// The settings' row; empty if there is none.
    pub settings: Row,
    pub items: Vec<Item>,
    /// In the order of their first row.
    pub lists: Vec<List>,
    /// Lists that are asked for by `select_one_external`.
    pub external_lists: Vec<List>,
    /// Tags for `osm` questions.
    pub tag_lists: Vec<List>,
    /// One row for each entity declaration.
    pub entities: Vec<Row>,
    /// Measures, in the order of their declaration.
    pub assessment: Vec<MeasureRows>,
    /// What the form's node and id are named where the settings say nothing.
    pub fallback_name: Arc<str>,
    pub fallback_id: Arc<str>,
}

/// What it was written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Syntax {
    /// Sheets of a workbook: what is said goes by what pyxform makes of it.
    Sheets,
    /// Form JSON: a language without words has the default's, and there is no instanceID unless asked for.
    Json,
}

/// A choice list.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub name: Written,
    pub choices: Vec<Row>,
}

impl List {
    /// Columns beside name, label and media, in the order of their first use.
    pub fn further_columns(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for cell in self.choices.iter().flat_map(|choice| &choice.cells) {
            let column = &cell.column;
            let own = matches!(&*column.name, "name" | "label" | "list_name");
            if column.group == Group::Plain && !own && !names.contains(&column.name) {
                names.push(column.name.clone());
            }
        }
        names
    }
}

/// A row of the survey with what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub row: Row,
    pub kind: ItemKind,
    pub name: Written,
    pub children: Vec<Item>,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(crate) enum ItemKind {
    Group,
    Repeat,
    /// What it holds once for each choice of a list.
    Loop(Written),
    /// Anything that is no select.
    Question(&'static QuestionType),
    Select(Select),
}

/// A question with choices.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub how: Choosing,
    pub from: ChoicesFrom,
    /// Is there a choice "other" with a text for what else?
    pub or_other: bool,
}

/// How choices are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choosing {
    One,
    Multiple,
    Rank,
    /// From `external_choices`, by a query.
    External,
}

/// Where the choices come from.
#[derive(Clone, Debug)]
pub(crate) enum ChoicesFrom {
    List(Written),
    /// A CSV, XML or GeoJSON file.
    File(Written),
    /// What was answered within a repeat: `${name}`.
    Repeat(Written),
}

impl Item {
    /// Does it hold others?
    pub fn is_section(&self) -> bool {
        matches!(self.kind, ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_))
    }

    /// Every item inside and itself, in document order.
    pub fn walk<'a>(items: &'a [Item], visit: &mut dyn FnMut(&'a Item, &[&'a Item])) {
        fn inner<'a>(
            items: &'a [Item],
            above: &mut Vec<&'a Item>,
            visit: &mut dyn FnMut(&'a Item, &[&'a Item]),
        ) {
            for item in items {
                visit(item, above);
                above.push(item);
                inner(&item.children, above, visit);
                above.pop();
            }
        }
        inner(items, &mut Vec::new(), visit);
    }
}
