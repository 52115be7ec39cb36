//! Measures with their items, parts, levels and rules compared.

use std::collections::{HashMap, HashSet};

use super::difference::{Difference, Kind, Side};
use super::renaming::Renamed;
use super::steady::steady;
use super::{Both, Differs};
use crate::assess::{Alternative, Interval, Test};
use crate::definition::assessment::Lines;
use crate::export::outline::{Outline, words};
use crate::export::{Measure, Row};

/// For each measure of the later form, that of the earlier.
pub(super) type Measures = Vec<Option<usize>>;

/// Pairs the measures by name, else by type and label.
pub(super) fn pair(old: &Outline, new: &Outline, renamed: &mut Renamed) -> Measures {
    let name = |measure: &Measure| measure.row.get("name").unwrap_or("").to_owned();
    let places: HashMap<String, usize> =
        old.measures.iter().enumerate().map(|(at, measure)| (name(measure), at)).collect();
    // What the survey places was paired with its row.
    let now = |old: String| renamed.names.get(&old).cloned().unwrap_or(old);
    let by_row: HashMap<String, usize> = places.iter().map(|(old, at)| (now(old.clone()), *at)).collect();
    let mut paired: Measures =
        new.measures.iter().map(|measure| by_row.get(&name(measure)).copied()).collect();
    let mut taken: HashSet<usize> = paired.iter().flatten().copied().collect();
    let told = |measure: &Measure, language: &str| {
        let label = words(&measure.row, "label", language)?.to_owned();
        Some((measure.row.get("type").unwrap_or("").to_owned(), label))
    };
    for (at, measure) in new.measures.iter().enumerate() {
        let said = told(measure, new.default_language());
        if paired[at].is_some() || said.is_none() {
            continue;
        }
        let is_it = |(at, measure): &(usize, &Measure)| {
            !taken.contains(at) && told(measure, old.default_language()) == said
        };
        if let Some((found, was)) = old.measures.iter().enumerate().find(is_it) {
            paired[at] = Some(found);
            taken.insert(found);
            renamed.names.insert(name(was), name(measure));
        }
    }
    paired
}

/// Notes all that differs; measures that are gone at the end.
pub(super) fn compare(both: &mut Both<'_>, measures: &Measures) {
    let name = |row: &Row| row.get("name").unwrap_or("").to_owned();
    for (new, old) in both.new.measures.iter().zip(measures) {
        let measure = name(&new.row);
        match old.map(|old| &both.old.measures[old]) {
            None => {
                let label = words(&new.row, "label", both.new_default).map(str::to_owned);
                both.found.push(Difference::MeasureAdded { measure, label });
            }
            Some(old) => {
                let was = name(&old.row);
                if was != measure {
                    both.found.push(Difference::MeasureRenamed { measure: measure.clone(), was });
                }
                both.measure(&measure, old, new);
            }
        }
    }
    for (at, old) in both.old.measures.iter().enumerate() {
        if !measures.contains(&Some(at)) {
            let label = words(&old.row, "label", both.old_default).map(str::to_owned);
            both.found.push(Difference::MeasureRemoved { measure: name(&old.row), label });
        }
    }
}

/// A row under a measure, with what a rule asks of its inputs as cells.
struct Line {
    row: Row,
    /// What it is told by.
    name: String,
}

fn kind(lines: Lines) -> Kind {
    match lines {
        Lines::Items => Kind::Item,
        Lines::Parts => Kind::Part,
        Lines::Bands => Kind::Band,
        Lines::Rules => Kind::Rule,
    }
}

impl Both<'_> {
    fn measure(&mut self, measure: &str, old: &Measure, new: &Measure) {
        let named = |row: &Row| {
            let mut row = row.clone();
            for (column, text) in &mut row.cells {
                if matches!(column.as_str(), "of" | "second") {
                    *text = self.renamed.name(text).to_owned();
                }
            }
            row
        };
        let before = named(&old.row);
        for Differs { column, language, old, new } in self.differing(&before, &new.row, &["name"]) {
            let measure = measure.to_owned();
            self.found.push(match language {
                Some(language) => Difference::MeasureWords { measure, part: column, language, old, new },
                None => Difference::MeasureProperty { measure, property: column, old, new },
            });
        }
        for lines in Lines::ALL {
            let before = self.lines(old, lines, true);
            let after = self.lines(new, lines, false);
            self.compare_lines(measure, kind(lines), &before, &after);
        }
    }

    fn lines(&self, measure: &Measure, wanted: Lines, is_old: bool) -> Vec<Line> {
        let now = |text: &str| match is_old {
            true => self.renamed.in_text(text),
            false => text.to_owned(),
        };
        let lines = measure.lines.iter().filter(|(lines, _)| *lines == wanted);
        lines
            .map(|(_, line)| {
                let mut row = Row::new(line.row.span);
                for (column, text) in &line.row.cells {
                    let alone = is_old && column == "of";
                    row.set(
                        column.as_str(),
                        if alone { self.renamed.name(text).to_owned() } else { now(text) },
                    );
                }
                for (input, test) in &line.tests {
                    let input = if is_old { self.renamed.name(input) } else { input };
                    row.set(format!("if {input}"), now(test));
                }
                let name = match wanted {
                    Lines::Items => row.get("value"),
                    Lines::Parts => row.get("of"),
                    Lines::Bands => row.get("code"),
                    Lines::Rules => row.get("outcome"),
                };
                let name = name.map_or_else(String::new, plain);
                Line { row, name }
            })
            .collect()
    }

    fn compare_lines(&mut self, measure: &str, line: Kind, old: &[Line], new: &[Line]) {
        let paired = pair_lines(old, new);
        let cutoffs = cutoffs(old, new, &paired);
        for (after, at) in new.iter().zip(&paired) {
            let (measure, name) = (measure.to_owned(), after.name.clone());
            let Some(at) = *at else {
                self.found.push(Difference::LineAdded { measure, line, name });
                continue;
            };
            for Differs { column, language, old: was, new: is } in
                self.differing(&old[at].row, &after.row, &[])
            {
                let (measure, name) = (measure.clone(), name.clone());
                match (language, column.as_str()) {
                    (Some(language), _) => {
                        let (old, new) = (was, is);
                        self.found.push(Difference::LineWords { measure, line, name, language, old, new });
                    }
                    (None, "range") if cutoffs.contains_key(&at) => {
                        for (side, old, new) in &cutoffs[&at] {
                            let (old, new) = (old.clone(), new.clone());
                            let (measure, level) = (measure.clone(), name.clone());
                            self.found.push(Difference::Cutoff { measure, level, side: *side, old, new });
                        }
                    }
                    (None, _) => {
                        let (property, old, new) = (column, was, is);
                        self.found.push(Difference::LineProperty { measure, line, name, property, old, new });
                    }
                }
            }
        }
        let told: HashSet<usize> = paired.iter().flatten().copied().collect();
        for (at, before) in old.iter().enumerate() {
            if !told.contains(&at) {
                let (measure, name) = (measure.to_owned(), before.name.clone());
                self.found.push(Difference::LineRemoved { measure, line, name });
            }
        }
        let order: Vec<usize> = paired.into_iter().flatten().collect();
        if steady(&order).contains(&false) {
            self.found.push(Difference::LinesReordered { measure: measure.to_owned(), line });
        }
    }
}

/// `q1` of `${q1}`
fn plain(written: &str) -> String {
    let inside = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inside.filter(|inside| !inside.contains('}')).unwrap_or(written).to_owned()
}

/// Rows that are the same first, then those that are told by the same.
fn pair_lines(old: &[Line], new: &[Line]) -> Vec<Option<usize>> {
    let mut paired = vec![None; new.len()];
    let mut taken = HashSet::new();
    for whole in [true, false] {
        let key = |line: &Line| (line.name.clone(), whole.then(|| line.row.cells.clone()));
        let mut free: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, line) in old.iter().enumerate().rev().filter(|(at, _)| !taken.contains(at)) {
            free.entry(key(line)).or_default().push(at);
        }
        for (line, paired) in new.iter().zip(&mut paired).filter(|(_, paired)| paired.is_none()) {
            *paired = free.get_mut(&key(line)).and_then(Vec::pop);
            taken.extend(*paired);
        }
    }
    paired
}

type Ends = Vec<(Side, Option<String>, Option<String>)>;

/// By the earlier level: where it begins and ends now. What follows from where the next one begins is told there alone.
fn cutoffs(old: &[Line], new: &[Line], paired: &[Option<usize>]) -> HashMap<usize, Ends> {
    let mut found: HashMap<usize, Ends> = HashMap::new();
    for (after, at) in new.iter().zip(paired) {
        let Some(at) = *at else { continue };
        let of = |line: &Line| line.row.get("range").and_then(interval);
        let (Some(was), Some(is)) = (of(&old[at]), of(after)) else { continue };
        let mut ends = Ends::new();
        let at_of = |end: Option<crate::assess::End>| end.map(|end| end.at.to_string());
        if was.from != is.from {
            ends.push((Side::Begins, at_of(was.from), at_of(is.from)));
        }
        if was.to != is.to {
            ends.push((Side::Ends, at_of(was.to), at_of(is.to)));
        }
        // What is only open or closed otherwise is told as it is written.
        if ends.iter().all(|(_, old, new)| old != new) {
            found.insert(at, ends);
        }
    }
    let begins: HashSet<_> = found
        .values()
        .flatten()
        .filter(|(side, ..)| *side == Side::Begins)
        .map(|(_, old, new)| (old.clone(), new.clone()))
        .collect();
    for ends in found.values_mut() {
        ends.retain(|(side, old, new)| {
            *side == Side::Begins || !begins.contains(&(old.clone(), new.clone()))
        });
    }
    found
}

fn interval(range: &str) -> Option<Interval> {
    match Test::read(range).ok()? {
        Test::OneOf(alternatives) => match &*alternatives {
            [Alternative::Between(interval)] => Some(*interval),
            _ => None,
        },
        _ => None,
    }
}
