//! Choice lists compared.

use std::collections::{HashMap, HashSet};

use super::difference::Difference;
use super::renaming::Renamed;
use super::steady::steady;
use super::{Both, Differs};
use crate::export::Row;
use crate::export::outline::{List, Outline, words};

/// For each list of the later form, that of the earlier.
pub(super) type Lists = Vec<Option<usize>>;

/// Pairs the lists by name, else by being the same in all but the name.
pub(super) fn pair(old: &Outline, new: &Outline, renamed: &mut Renamed) -> Lists {
    let places: HashMap<&str, usize> =
        old.lists.iter().enumerate().map(|(at, list)| (list.name.as_str(), at)).collect();
    let mut paired: Lists = new.lists.iter().map(|list| places.get(list.name.as_str()).copied()).collect();
    let mut taken: HashSet<usize> = paired.iter().flatten().copied().collect();
    let mut same: HashMap<Vec<&(String, String)>, Vec<usize>> = HashMap::new();
    for (at, list) in old.lists.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        same.entry(cells(list)).or_default().push(at);
    }
    for (at, list) in new.lists.iter().enumerate() {
        let found = same.get(&cells(list)).into_iter().flatten().find(|old| !taken.contains(old));
        if let (None, Some(found)) = (paired[at], found) {
            paired[at] = Some(*found);
            taken.insert(*found);
            renamed.lists.insert(old.lists[*found].name.clone(), list.name.clone());
        }
    }
    paired
}

/// Do two lists offer the same, whatever they are called?
pub(super) fn alike(old: &List, new: &List) -> bool {
    cells(old) == cells(new)
}

fn cells(list: &List) -> Vec<&(String, String)> {
    let cells = list.choices.iter().flat_map(|row| &row.cells);
    cells.filter(|(column, _)| column != "list_name").collect()
}

/// Notes all that differs, by the later form's order; lists that are gone at the end.
pub(super) fn compare(both: &mut Both<'_>, lists: &Lists) {
    for (new, old) in both.new.lists.iter().zip(lists) {
        let list = new.name.clone();
        match old.map(|old| &both.old.lists[old]) {
            None => both.found.push(Difference::ListAdded { list, choices: new.choices.len() }),
            Some(old) => {
                if old.name != new.name {
                    both.found.push(Difference::ListRenamed { list, was: old.name.clone() });
                }
                both.list(old, new);
            }
        }
    }
    for (at, old) in both.old.lists.iter().enumerate() {
        if !lists.contains(&Some(at)) {
            let (list, choices) = (old.name.clone(), old.choices.len());
            both.found.push(Difference::ListRemoved { list, choices });
        }
    }
}

fn code(row: &Row) -> &str {
    row.get("name").unwrap_or("")
}

impl Both<'_> {
    fn list(&mut self, old: &List, new: &List) {
        // A code may stand in a list more than once, in a cascade; the first is then the first.
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, row) in old.choices.iter().enumerate().rev() {
            places.entry(code(row)).or_default().push(at);
        }
        let mut paired: Vec<Option<usize>> =
            new.choices.iter().map(|row| places.get_mut(code(row)).and_then(Vec::pop)).collect();
        let taken: HashSet<usize> = paired.iter().flatten().copied().collect();
        let label = |row: &Row, language: &str| words(row, "label", language).map(str::to_owned);
        let mut by_label: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in old.choices.iter().enumerate().rev().filter(|(at, _)| !taken.contains(at)) {
            if let Some(label) = label(row, self.old_default) {
                by_label.entry(label).or_default().push(at);
            }
        }
        for (row, paired) in new.choices.iter().zip(&mut paired).filter(|(_, paired)| paired.is_none()) {
            *paired = label(row, self.new_default).and_then(|label| by_label.get_mut(&label)?.pop());
        }
        let mut told = HashSet::new();
        for (row, paired) in new.choices.iter().zip(&paired) {
            let (list, code) = (new.name.clone(), code(row).to_owned());
            match paired {
                None => {
                    let label = label(row, self.new_default);
                    self.found.push(Difference::ChoiceAdded { list, code, label });
                }
                Some(at) => {
                    told.insert(*at);
                    self.choice(&new.name, &old.choices[*at], row);
                }
            }
        }
        for (_, row) in old.choices.iter().enumerate().filter(|(at, _)| !told.contains(at)) {
            let (list, label) = (new.name.clone(), label(row, self.old_default));
            self.found.push(Difference::ChoiceRemoved { list, code: code(row).to_owned(), label });
        }
        let order: Vec<usize> = paired.into_iter().flatten().collect();
        if steady(&order).contains(&false) {
            self.found.push(Difference::ChoicesReordered { list: new.name.clone() });
        }
    }

    fn choice(&mut self, list: &str, old: &Row, new: &Row) {
        let (list, is) = (list.to_owned(), code(new).to_owned());
        if code(old) != is {
            let label = words(new, "label", self.new_default).map(str::to_owned);
            let (list, code, was) = (list.clone(), is.clone(), code(old).to_owned());
            self.found.push(Difference::ChoiceRecoded { list, code, was, label });
        }
        for Differs { column, language, old, new } in self.differing(old, new, &["name", "list_name"]) {
            let (list, code) = (list.clone(), is.clone());
            self.found.push(match language {
                Some(language) => Difference::ChoiceWords { list, code, part: column, language, old, new },
                None => {
                    let scored = is_scored(self.old, &column) || is_scored(self.new, &column);
                    Difference::ChoiceProperty { list, code, property: column, old, new, scored }
                }
            });
        }
    }
}

/// Does a measure count with a column of choices?
pub(crate) fn is_scored(outline: &Outline, column: &str) -> bool {
    let mut items = outline.measures.iter().flat_map(|measure| &measure.lines);
    column == "score" || items.any(|(_, line)| line.row.get("score") == Some(column))
}
