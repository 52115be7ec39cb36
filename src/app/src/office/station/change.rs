//! What one version of an entity changed: the value before and after, of each property that it gave.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ask::Entity;
use super::known::Label;
use super::people::People;
use crate::state::groups::place;

/// `POST /api/v1/entities/LIST/ID/timeline`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Timeline {
    pub entity: Entity,
    pub versions: Vec<Version>,
    pub related: Vec<Related>,
    /// Rows of monitoring lists that are about it.
    pub listed: Vec<Listed>,
    /// Who lives there, if a survey says it.
    pub people: Option<People>,
}

/// A row of a monitoring list.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listed {
    pub row: i64,
    /// `joined`, `lead`, `same`.
    pub state: String,
    /// When the list was brought in, in milliseconds since 1970, and by whom.
    pub at: i64,
    pub by: Option<String>,
    /// What the list's file was called.
    pub name: Option<String>,
    /// When somebody decided that it is about this household, and who, if anybody had to.
    pub decided_at: Option<i64>,
    pub decided_by: Option<String>,
    pub said: BTreeMap<String, String>,
}

/// An entity of another list that names this one.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Related {
    pub list: String,
    pub entity: Entity,
}

/// What one survey, or the office, said.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Version {
    pub version: u64,
    /// Milliseconds since 1970.
    pub at: Option<i64>,
    pub form: Option<FormSaid>,
    /// What the office did, if no form said it.
    pub office: Option<String>,
    /// What the user or the device is called.
    pub by: Option<String>,
    pub given: BTreeMap<String, String>,
    /// What stood there before, of what is given.
    pub before: BTreeMap<String, String>,
}

/// The form by which it was said.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FormSaid {
    pub id: String,
    pub title: Label,
}

/// What the timeline tells: what was said of the household, or that a list says something of it.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    Version(Version),
    Listed(Listed),
}

/// All that was said, the oldest first. Rows that made the household a lead are its first version, and stand for themselves no more.
pub fn entries(versions: Vec<Version>, listed: &[Listed]) -> Vec<Entry> {
    let mut rows: Vec<Listed> = listed.iter().filter(|row| row.state != "lead").cloned().collect();
    rows.sort_by_key(Listed::since);
    let mut rows = rows.into_iter().peekable();
    let mut all = Vec::new();
    for version in versions {
        // One without a time stands where it stood.
        while let Some(row) = rows.next_if(|row| version.at.is_some_and(|at| row.since() < at)) {
            all.push(Entry::Listed(row));
        }
        all.push(Entry::Version(version));
    }
    all.extend(rows.map(Entry::Listed));
    all
}

/// One property's change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub name: String,
    pub before: String,
    pub after: String,
}

impl Listed {
    /// Since when it is about the household, in milliseconds since 1970.
    pub fn since(&self) -> i64 {
        self.decided_at.unwrap_or(self.at)
    }
}

impl Timeline {
    /// The versions, the oldest first, however they came.
    pub fn in_order(&self) -> Vec<Version> {
        let mut versions = self.versions.clone();
        versions.sort_by_key(|version| version.version);
        versions
    }
}

impl Version {
    /// What is other than before, in the order that a household is shown in; what was said again is no change.
    pub fn changes(&self) -> Vec<Change> {
        let change = |(name, after): (&String, &String)| {
            let before = self.before.get(name).cloned().unwrap_or_default();
            (before != *after).then(|| Change { name: name.clone(), before, after: after.clone() })
        };
        let mut changes: Vec<Change> = self.given.iter().filter_map(change).collect();
        changes.sort_by_key(|change| place(&change.name));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_again_is_no_change_and_what_is_taken_away_is_one() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let version = Version {
            given: map(&[("phone", "2"), ("state", "lead"), ("consent", "")]),
            before: map(&[("phone", "1"), ("state", "lead"), ("consent", "survey")]),
            ..Version::default()
        };
        let change = |name: &str, before: &str, after: &str| Change {
            name: name.into(),
            before: before.into(),
            after: after.into(),
        };
        assert_eq!(version.changes(), [change("phone", "1", "2"), change("consent", "survey", "")]);
    }

    #[test]
    fn what_a_list_says_stands_in_the_timeline_when_it_was_joined() {
        let version = |number, at| Version { version: number, at, ..Version::default() };
        let listed = |row, state: &str, at, decided_at| Listed {
            row,
            state: state.into(),
            at,
            decided_at,
            ..Listed::default()
        };
        let versions = vec![version(1, Some(10)), version(2, None), version(3, Some(30))];
        let rows =
            [listed(7, "joined", 5, Some(40)), listed(8, "joined", 20, None), listed(9, "lead", 10, None)];
        let told: Vec<String> = entries(versions, &rows)
            .into_iter()
            .map(|entry| match entry {
                Entry::Version(version) => format!("version {}", version.version),
                Entry::Listed(listed) => format!("row {}", listed.row),
            })
            .collect();
        assert_eq!(told, ["version 1", "version 2", "row 8", "version 3", "row 7"]);
    }
}
