//! Choice lists: names, labels and further columns, each column with an index.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::expr::program::Column;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ListId(pub u16);

#[derive(Debug)]
pub(crate) struct ChoiceList {
    pub name: Arc<str>,
    columns: Vec<Arc<str>>,
    choices: Vec<Choice>,
    by_name: HashMap<Arc<str>, u32>,
    /// By column, made when a filter first asks.
    by_column: Vec<OnceLock<HashMap<Arc<str>, Vec<u32>>>>,
    by_label: OnceLock<HashMap<Arc<str>, Vec<u32>>>,
    by_name_rows: OnceLock<HashMap<Arc<str>, Vec<u32>>>,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub name: Arc<str>,
    /// By language; the default's words where a language has none.
    pub labels: Vec<Arc<str>>,
    pub cells: Vec<Option<Arc<str>>>,
}

impl ChoiceList {
    /// A list. Of choices with the same name, the first is found by it.
    pub fn new(name: Arc<str>, columns: Vec<Arc<str>>, choices: Vec<Choice>) -> ChoiceList {
        let mut by_name = HashMap::with_capacity(choices.len());
        for (row, choice) in choices.iter().enumerate() {
            by_name.entry(choice.name.clone()).or_insert(row as u32);
        }
        let by_column = columns.iter().map(|_| OnceLock::new()).collect();
        ChoiceList {
            name,
            columns,
            choices,
            by_name,
            by_column,
            by_label: OnceLock::new(),
            by_name_rows: OnceLock::new(),
        }
    }

    pub fn len(&self) -> u32 {
        self.choices.len() as u32
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub fn name(&self, row: u32) -> &Arc<str> {
        &self.choices[row as usize].name
    }

    pub fn label(&self, row: u32, language: usize) -> Arc<str> {
        let choice = &self.choices[row as usize];
        choice.labels.get(language).unwrap_or(&choice.name).clone()
    }

    pub fn cell(&self, row: u32, column: u16) -> Option<&Arc<str>> {
        self.choices[row as usize].cells.get(usize::from(column))?.as_ref()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().map(|choice| &*choice.name)
    }

    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| &**column)
    }

    pub fn column(&self, name: &str) -> Option<Column> {
        match name {
            "name" => Some(Column::Name),
            "label" => Some(Column::Label),
            _ => {
                self.columns.iter().position(|column| **column == *name).map(|at| Column::Further(at as u16))
            }
        }
    }

    /// The rows whose column is exactly this text, in order. Labels are looked up in the default language.
    pub fn rows_with(&self, column: Column, text: &str) -> &[u32] {
        let index = |key: &dyn Fn(&Choice) -> Option<Arc<str>>| {
            let mut index: HashMap<Arc<str>, Vec<u32>> = HashMap::new();
            for (row, choice) in self.choices.iter().enumerate() {
                index.entry(key(choice).unwrap_or_else(|| "".into())).or_default().push(row as u32);
            }
            index
        };
        let found = match column {
            Column::Name => self.by_name_rows.get_or_init(|| index(&|choice| Some(choice.name.clone()))),
            Column::Label => self.by_label.get_or_init(|| index(&|choice| choice.labels.first().cloned())),
            Column::Further(at) => self.by_column[usize::from(at)]
                .get_or_init(|| index(&|choice| choice.cells.get(usize::from(at)).cloned().flatten())),
        };
        found.get(text).map_or(&[], |rows| rows)
    }
}
