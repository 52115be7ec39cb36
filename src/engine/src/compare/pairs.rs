//! Which row of the later survey is which of the earlier: by path, else by name where its group is the same or the name is the only
//! one, else by label and type where only the name differs.

use std::collections::HashMap;

use crate::export::outline::{Item, of_words};

/// A row of the survey in a flat list.
pub(super) struct Flat<'a> {
    pub item: &'a Item,
    pub parent: Option<usize>,
    /// The how manyeth in its group.
    pub place: usize,
}

/// All rows in document order.
pub(super) fn flat(items: &[Item]) -> Vec<Flat<'_>> {
    fn inner<'a>(items: &'a [Item], parent: Option<usize>, into: &mut Vec<Flat<'a>>) {
        for (place, item) in items.iter().enumerate() {
            let at = into.len();
            into.push(Flat { item, parent, place });
            inner(item.children.as_deref().unwrap_or_default(), Some(at), into);
        }
    }
    let mut found = Vec::new();
    inner(items, None, &mut found);
    found
}

/// The rows of both, and which is which.
pub(super) struct Pairs<'a> {
    pub old: Vec<Flat<'a>>,
    pub new: Vec<Flat<'a>>,
    /// For each of the later form, that of the earlier.
    pub of_new: Vec<Option<usize>>,
    pub of_old: Vec<Option<usize>>,
}

impl<'a> Pairs<'a> {
    pub fn of(old: &'a [Item], new: &'a [Item]) -> Pairs<'a> {
        let (old, new) = (flat(old), flat(new));
        let (of_new, of_old) = (vec![None; new.len()], vec![None; old.len()]);
        let mut pairs = Pairs { old, new, of_new, of_old };
        pairs.by_path();
        while pairs.by_name_in_group() || pairs.renamed(true) || pairs.by_only_name() {}
        pairs.renamed(false);
        pairs
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.of_new[new] = Some(old);
        self.of_old[old] = Some(new);
    }

    /// What a row is, so that a group never becomes a question.
    fn sort(flat: &Flat<'_>) -> &'static str {
        match flat.item.kind() {
            "repeat" => "repeat",
            "group" => "group",
            _ => "question",
        }
    }

    fn by_path(&mut self) {
        let inside = |path: &str| path[1..].find('/').map(|at| path[at + 1..].to_owned());
        let key = |flat: &Flat<'_>| Some((Self::sort(flat), inside(&flat.item.path)?));
        let known: HashMap<_, usize> =
            self.old.iter().enumerate().filter_map(|(at, flat)| Some((key(flat)?, at))).collect();
        for new in 0..self.new.len() {
            let old = key(&self.new[new]).and_then(|key| known.get(&key).copied());
            if let Some(old) = old.filter(|old| self.of_old[*old].is_none()) {
                self.pair(old, new);
            }
        }
    }

    /// Is there an earlier group that this one's group is? The outside is the same in both.
    fn group(&self, new: usize) -> Option<Option<usize>> {
        match self.new[new].parent {
            None => Some(None),
            Some(parent) => self.of_new[parent].map(Some),
        }
    }

    fn unpaired_old(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.old.len()).filter(|old| self.of_old[*old].is_none())
    }

    fn unpaired_new(&self) -> Vec<usize> {
        (0..self.new.len()).filter(|new| self.of_new[*new].is_none()).collect()
    }

    fn by_name_in_group(&mut self) -> bool {
        let known: HashMap<_, usize> = self
            .unpaired_old()
            .map(|old| ((self.old[old].parent, Self::sort(&self.old[old]), self.old[old].item.name()), old))
            .collect();
        let mut changed = false;
        for new in self.unpaired_new() {
            let Some(group) = self.group(new) else { continue };
            let key = (group, Self::sort(&self.new[new]), self.new[new].item.name());
            if let Some(old) = known.get(&key).copied().filter(|old| self.of_old[*old].is_none()) {
                self.pair(old, new);
                changed = true;
            }
        }
        changed
    }

    fn by_only_name(&mut self) -> bool {
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for old in self.unpaired_old() {
            let key = (Self::sort(&self.old[old]), self.old[old].item.name());
            known.entry(key).or_default().push(old);
        }
        let unpaired = self.unpaired_new();
        let mut wanted: HashMap<_, usize> = HashMap::new();
        for new in &unpaired {
            *wanted.entry((Self::sort(&self.new[*new]), self.new[*new].item.name())).or_default() += 1;
        }
        let mut changed = false;
        for new in unpaired {
            let key = (Self::sort(&self.new[new]), self.new[new].item.name());
            if let (Some([old]), Some(1)) = (known.get(&key).map(Vec::as_slice), wanted.get(&key)) {
                self.pair(*old, new);
                changed = true;
            }
        }
        changed
    }

    /// Rows of the same group and type that say the same under another name; of several the one behind the same neighbour.
    fn renamed(&mut self, sections: bool) -> bool {
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for old in self.unpaired_old().filter(|old| self.old[*old].item.is_section() == sections) {
            for said in says(self.old[old].item) {
                let kind = self.old[old].item.row.get("type");
                known.entry((self.old[old].parent, kind, said)).or_default().push(old);
            }
        }
        let mut changed = false;
        for new in self.unpaired_new() {
            let item = self.new[new].item;
            let Some(group) = self.group(new).filter(|_| item.is_section() == sections) else { continue };
            let all =
                says(item).into_iter().filter_map(|said| known.get(&(group, item.row.get("type"), said)));
            let mut free: Vec<usize> =
                all.flatten().copied().filter(|old| self.of_old[*old].is_none()).collect();
            free.sort_unstable();
            free.dedup();
            let mut several = free.iter().copied().filter(|_| free.len() > 1);
            let beside = several.find(|old| self.is_beside(*old, new));
            if let Some(old) = beside.or(free.first().copied()) {
                self.pair(old, new);
                changed = true;
            }
        }
        changed
    }

    /// Are the rows before both the same?
    fn is_beside(&self, old: usize, new: usize) -> bool {
        let (old, new) = (&self.old[old], &self.new[new]);
        let before = |rows: &[Flat<'_>], of: &Flat<'_>| {
            rows.iter().position(|flat| flat.parent == of.parent && flat.place + 1 == of.place)
        };
        match (before(&self.old, old), before(&self.new, new)) {
            (None, None) => true,
            (Some(old), Some(new)) => self.of_new[new] == Some(old),
            _ => false,
        }
    }
}

/// What a row is told by beside its name: its labels; without one what it computes, of a group what it holds.
fn says(item: &Item) -> Vec<(&'static str, String)> {
    let labels =
        item.row.cells.iter().filter(|(column, _)| of_words(column).is_some_and(|of| of.0 == "label"));
    let labels: Vec<_> = labels
        .filter(|(_, text)| !text.trim_matches('\u{200b}').is_empty())
        .map(|(_, text)| ("label", text.clone()))
        .collect();
    if !labels.is_empty() {
        return labels;
    }
    if let Some(calculation) = item.row.get("calculation") {
        return vec![("calculation", calculation.to_owned())];
    }
    let names: Vec<&str> = item.children.iter().flatten().map(Item::name).collect();
    if names.is_empty() { Vec::new() } else { vec![("names", names.join(" "))] }
}
