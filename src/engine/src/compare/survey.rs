//! The survey's rows compared.

use std::collections::HashMap;

use super::choices;
use super::difference::{Difference, Element};
use super::pairs::{Flat, Pairs};
use super::renaming::Renamed;
use super::steady::steady;
use super::{Both, Differs};
use crate::export::outline::{Item, Outline, words};

/// Pairs the rows, and notes what is called otherwise now.
pub(super) fn pair<'a>(old: &'a Outline, new: &'a Outline, renamed: &mut Renamed) -> Pairs<'a> {
    let pairs = Pairs::of(&old.items, &new.items);
    for (new, old) in pairs.of_new.iter().enumerate() {
        let Some(old) = *old else { continue };
        let (was, is) = (pairs.old[old].item.name(), pairs.new[new].item.name());
        if was != is {
            renamed.names.insert(was.to_owned(), is.to_owned());
        }
    }
    pairs
}

/// Notes all that differs, in the order of the later form; what is gone behind what it stood behind.
pub(super) fn compare(both: &mut Both<'_>, pairs: &Pairs<'_>) {
    let moved = moved(pairs);
    let gone = gone(pairs);
    let tell_gone = |after: Option<usize>, both: &mut Both<'_>| {
        for old in gone.get(&after).into_iter().flatten() {
            both.removed_row(pairs, *old);
        }
    };
    tell_gone(None, both);
    for (at, new) in pairs.new.iter().enumerate() {
        match pairs.of_new[at] {
            None => both.added_row(pairs, at),
            Some(old) => {
                let old = &pairs.old[old];
                if old.item.name() != new.item.name() {
                    let (path, was) = (new.item.path.clone(), old.item.path.clone());
                    both.found.push(Difference::Renamed { path, was, element: element(new.item) });
                }
                if moved[at] {
                    both.moved_row(pairs, old, at);
                }
                both.row(old.item, new.item);
            }
        }
        tell_gone(Some(at), both);
    }
}

/// Which rows stand in another group, or in another order than those that stayed.
fn moved(pairs: &Pairs<'_>) -> Vec<bool> {
    let mut moved = vec![false; pairs.new.len()];
    let mut inside: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (at, new) in pairs.new.iter().enumerate() {
        inside.entry(new.parent).or_default().push(at);
    }
    for (parent, children) in inside {
        let group = parent.map(|parent| pairs.of_new[parent]);
        let mut here = Vec::new();
        for at in children {
            let Some(old) = pairs.of_new[at] else { continue };
            let same = match group {
                None => pairs.old[old].parent.is_none(),
                Some(group) => group.is_some() && pairs.old[old].parent == group,
            };
            match same {
                true => here.push((at, pairs.old[old].place)),
                false => moved[at] = true,
            }
        }
        let places: Vec<usize> = here.iter().map(|(_, place)| *place).collect();
        for ((at, _), stays) in here.iter().zip(steady(&places)) {
            moved[*at] = !stays;
        }
    }
    moved
}

/// What is gone, by the row of the later form that it is told behind. A group that is gone is told once.
fn gone(pairs: &Pairs<'_>) -> HashMap<Option<usize>, Vec<usize>> {
    let mut gone: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    let mut after = None;
    for (at, old) in pairs.old.iter().enumerate() {
        match pairs.of_old[at] {
            Some(new) => after = Some(new),
            None if old.parent.is_none_or(|parent| pairs.of_old[parent].is_some()) => {
                gone.entry(after).or_default().push(at);
            }
            None => {}
        }
    }
    gone
}

/// What a row is to whoever reads the differences.
pub(super) fn element(item: &Item) -> Element {
    match item.kind() {
        "group" => Element::Group,
        "repeat" => Element::Repeat,
        "note" => Element::Note,
        "calculate" | "hidden" | "start" | "end" | "today" | "deviceid" | "username" | "phonenumber"
        | "email" | "audit" | "simserial" | "subscriberid" | "score" => Element::Calculation,
        _ => Element::Question,
    }
}

/// The names of the questions in a group of which nothing was or is there.
fn questions(rows: &[Flat<'_>], paired: &[Option<usize>], group: usize) -> Vec<String> {
    let mut inside = vec![false; rows.len()];
    inside[group] = true;
    let mut found = Vec::new();
    for at in group + 1..rows.len() {
        let Some(parent) = rows[at].parent.filter(|parent| *parent >= group) else { break };
        inside[at] = inside[parent] && paired[at].is_none();
        if inside[at] && matches!(element(rows[at].item), Element::Question | Element::Calculation) {
            found.push(rows[at].item.name().to_owned());
        }
    }
    found
}

/// The repeat that a row stands in, innermost.
fn repeat(rows: &[Flat<'_>], mut at: usize) -> Option<usize> {
    while let Some(parent) = rows[at].parent {
        if rows[parent].item.kind() == "repeat" {
            return Some(parent);
        }
        at = parent;
    }
    None
}

impl Both<'_> {
    fn added_row(&mut self, pairs: &Pairs<'_>, at: usize) {
        let new = &pairs.new[at];
        // It came with its group.
        if new.parent.is_some_and(|parent| pairs.of_new[parent].is_none()) {
            return;
        }
        let label = words(&new.item.row, "label", self.new_default).map(str::to_owned);
        let questions = questions(&pairs.new, &pairs.of_new, at);
        let (path, element) = (new.item.path.clone(), element(new.item));
        self.found.push(Difference::Added { path, element, label, questions });
    }

    fn removed_row(&mut self, pairs: &Pairs<'_>, at: usize) {
        let item = pairs.old[at].item;
        let label = words(&item.row, "label", self.old_default).map(str::to_owned);
        let questions = questions(&pairs.old, &pairs.of_old, at);
        let (path, element) = (item.path.clone(), element(item));
        self.found.push(Difference::Removed { path, element, label, questions });
    }

    fn moved_row(&mut self, pairs: &Pairs<'_>, old: &Flat<'_>, at: usize) {
        let new = &pairs.new[at];
        let before = (0..at).rev().find(|before| {
            pairs.new[*before].parent == new.parent && pairs.new[*before].place + 1 == new.place
        });
        let after = before.map(|before| pairs.new[before].item.name().to_owned());
        let of_old = pairs.of_new[at].and_then(|old| repeat(&pairs.old, old));
        let of_new = repeat(&pairs.new, at);
        let same = of_old.and_then(|old| pairs.of_old[old]) == of_new && of_old.is_some() == of_new.is_some();
        let name = |rows: &[Flat<'_>], at: Option<usize>| {
            at.filter(|_| !same).map(|at| rows[at].item.name().to_owned())
        };
        self.found.push(Difference::Moved {
            path: new.item.path.clone(),
            was: old.item.path.clone(),
            element: element(new.item),
            after,
            into: name(&pairs.new, of_new),
            out_of: name(&pairs.old, of_old),
        });
    }

    fn row(&mut self, old: &Item, new: &Item) {
        let path = || new.path.clone();
        let list = |item: &Item| item.list().map(str::to_owned);
        let old_list = list(old).map(|list| self.renamed.lists.get(&list).cloned().unwrap_or(list));
        // A text that is only read and a note are the same node.
        let only_read = match (old.kind(), new.kind()) {
            ("text", "note") => Some((old.row.get("readonly"), Some("yes"))),
            ("note", "text") => Some((Some("yes"), new.row.get("readonly"))),
            _ => None,
        };
        if let Some((old, new)) = only_read {
            let said = |said: Option<&str>| said.map(str::to_owned);
            let (property, old, new) = ("readonly".to_owned(), said(old), said(new));
            self.found.push(Difference::Property { path: path(), property, old, new });
        } else if old.kind() != new.kind() {
            let kind = |item: &Item| item.kind().to_owned();
            self.found.push(Difference::Type { path: path(), old: kind(old), new: kind(new) });
        }
        let alike = || {
            let (old, new) = (self.old.list(old.list()?)?, self.new.list(new.list()?)?);
            Some(choices::alike(old, new))
        };
        let both = old_list.is_some() && list(new).is_some();
        if both && old_list != list(new) && alike() != Some(true) {
            let property = "list".to_owned();
            self.found.push(Difference::Property { path: path(), property, old: old_list, new: list(new) });
        }
        let without: &[&str] =
            if only_read.is_some() { &["name", "type", "readonly"] } else { &["name", "type"] };
        for Differs { column, language, old, new } in self.differing(&old.row, &new.row, without) {
            let path = path();
            self.found.push(match language {
                Some(language) => Difference::Words { path, part: column, language, old, new },
                None => Difference::Property { path, property: column, old, new },
            });
        }
    }
}
