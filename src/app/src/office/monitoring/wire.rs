//! What the server says of monitoring lists. A field that an older server lacks is nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The fields that a column can hold, in the order in which they are asked for.
pub const FIELDS: [&str; 8] =
    ["name", "id_number", "birthday", "phone", "town", "village", "address", "difficulties"];

/// `POST …/preview`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Preview {
    pub rows: usize,
    pub titles: Vec<String>,
    /// Fields by titles.
    pub columns: BTreeMap<String, String>,
    pub remembered: bool,
    pub known: bool,
}

/// `POST …/import`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Report {
    pub list: String,
    pub joined: u64,
    pub same: u64,
    pub waiting: u64,
    pub leads: u64,
    /// Rows that were not taken in, and how many of these lie in other areas.
    pub refused_count: u64,
    pub elsewhere_count: u64,
    pub refused: Vec<Wrong>,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wrong {
    pub row: i64,
    pub column: String,
    pub reason: String,
}

/// `GET …/lists`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Lists {
    pub lists: Vec<List>,
}

/// A list that was brought in.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct List {
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    pub by: Option<String>,
    /// What its file was called.
    pub name: Option<String>,
    pub undone_at: Option<i64>,
    pub joined: i64,
    pub same: i64,
    pub waiting: i64,
    pub leads: i64,
    /// Rows that were not taken in, as many as are kept.
    pub refused: i64,
    /// Those of them that lie in other areas.
    pub elsewhere: i64,
}

impl Lists {
    /// Those of which rows wait for a person, the newest first.
    pub fn waiting(&self) -> Vec<List> {
        self.lists.iter().filter(|list| list.waiting > 0 && list.undone_at.is_none()).cloned().collect()
    }
}

/// `GET …/refused`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RefusedRows {
    pub refused: Vec<Wrong>,
    pub more: bool,
}

/// `GET …/waiting`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Waiting {
    pub rows: Vec<Row>,
    pub more: bool,
}

/// A row that waits, and whom it may be about.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Row {
    pub row: i64,
    /// Why it was joined, or waits, if that is more than what each candidate says: a code.
    pub because: String,
    pub said: BTreeMap<String, String>,
    pub candidates: Vec<Candidate>,
}

/// A household, or another row of the list.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Candidate {
    pub case: Option<String>,
    pub row: Option<i64>,
    /// Who of the household, or of the list, it is.
    pub name: String,
    pub points: i32,
    pub why: Vec<String>,
    /// Why it is joined by itself, or waits: a code.
    pub because: String,
    pub known: Option<BTreeMap<String, String>>,
    pub said: Option<BTreeMap<String, String>>,
    /// Somebody said before that they are not the same.
    pub apart: Option<Apart>,
}

/// Who said that somebody is none of a household's.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Apart {
    /// `apart`: kept apart; `taken_back`: it was joined before.
    pub deed: String,
    /// Milliseconds since 1970.
    pub at: i64,
    pub by: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_stays_whatever_other_list_came_in() {
        let list =
            |id: &str, waiting, undone_at| List { id: id.into(), waiting, undone_at, ..List::default() };
        let lists =
            [list("new", 2, None), list("done", 0, None), list("undone", 3, Some(5)), list("old", 1, None)];
        let waiting = Lists { lists: lists.into() }.waiting();
        assert_eq!(
            waiting.iter().map(|list| (&*list.id, list.waiting)).collect::<Vec<_>>(),
            [("new", 2), ("old", 1)]
        );
    }
}
