//! The bands of a measure on the line of numbers: which counts where, where there is none, and where several are.

use std::collections::BTreeSet;

use doorstep_engine::assess::{Alternative, End, Exact, Given, Test};

use super::cells::{self, Found};
use super::{Band, CutOff, Limit, Written};
use crate::document::{Document, Grid, Place};

/// The most bands of one measure that are looked at, and the most borders: what is more is no line that anybody reads.
const MOST: usize = 100;

/// The bands of a measure that are looked at under one condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The measure.
    pub of: String,
    /// The condition; empty: always.
    pub when: String,
    /// Are these bands of whole numbers, each beginning one after another ends?
    pub whole: bool,
    /// From the least to the greatest, without a break. It begins and ends with a band.
    pub stretches: Vec<Stretch>,
}

/// A part of the line on which the same is so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Where it begins; none: it has no beginning.
    pub from: Option<End>,
    /// Where it ends; none: it has no end.
    pub to: Option<End>,
    /// What is so.
    pub is: Is,
}

/// What is so on a stretch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Is {
    /// This band counts.
    Band(Band),
    /// There is no band.
    Gap,
    /// Several bands hold, and the first of them counts. What is left over by those before it (`>=35` below `>=60`) is no overlap.
    Overlap(Vec<Band>),
}

/// The lines of a document, in the order of their first bands. Bands without any range are on no line.
pub fn lines(document: &Document) -> Vec<Line> {
    Group::all(document).into_iter().filter_map(|group| group.line()).collect()
}

/// Bands that are looked at together.
pub(super) struct Group {
    of: String,
    when: String,
    bands: Vec<Ranged>,
    /// Those of the same measure that have no condition: they are for what these leave over.
    others: Vec<Ranged>,
    whole: bool,
}

#[derive(Clone)]
struct Ranged {
    band: Band,
    test: Test,
    ends: Vec<Found>,
    sheet: usize,
    place: Place,
}

/// A number, or all numbers between two.
#[derive(Clone, Copy)]
struct Cell {
    from: Option<Exact>,
    to: Option<Exact>,
    sample: Exact,
}

impl Cell {
    fn is_point(self) -> bool {
        self.from.is_some() && self.from == self.to
    }
}

/// A cell with the band that counts there.
struct Part {
    cell: Cell,
    counts: Option<Band>,
    is: Is,
}

impl Group {
    pub fn all(document: &Document) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        if let Some((sheet, grid)) = sheet(document, "bands") {
            add(&mut groups, sheet, grid, "range", |row| {
                [grid.of(row, "measure"), grid.of(row, "code"), grid.of(row, "when")]
            });
        }
        let general: Vec<(String, Vec<Ranged>)> = groups
            .iter()
            .filter(|group| group.when.is_empty())
            .map(|group| (group.of.clone(), group.bands.clone()))
            .collect();
        for group in groups.iter_mut().filter(|group| !group.when.is_empty()) {
            let others = general.iter().find(|(of, _)| *of == group.of);
            group.others = others.map(|(_, bands)| bands.clone()).unwrap_or_default();
        }
        if let Some((sheet, grid)) = sheet(document, "assessment") {
            add(&mut groups, sheet, grid, "test", |row| [grid.of(row, "name"), grid.of(row, "name"), ""]);
        }
        groups.retain(|group| {
            let ends: usize = group.bands.iter().map(|band| band.ends.len()).sum();
            ends > 0 && ends <= 2 * MOST && group.bands.len() + group.others.len() <= MOST
        });
        for group in &mut groups {
            group.whole = !group.pairs().is_empty();
        }
        groups
    }

    fn line(&self) -> Option<Line> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for Part { cell, is, .. } in self.parts()? {
            let point = cell.is_point();
            let from = cell.from.map(|at| End { at, closed: point });
            let to = cell.to.map(|at| End { at, closed: point });
            match stretches.last_mut().filter(|last| last.is == is) {
                Some(last) => last.to = to,
                None => stretches.push(Stretch { from, to, is }),
            }
        }
        // Where there is nothing before the first band and behind the last the measure may never come.
        let first = stretches.iter().position(|stretch| stretch.is != Is::Gap)?;
        let last = stretches.iter().rposition(|stretch| stretch.is != Is::Gap)?;
        let stretches = stretches[first..=last].to_vec();
        Some(Line { of: self.of.clone(), when: self.when.clone(), whole: self.whole, stretches })
    }

    pub fn cut_offs(&self) -> Vec<CutOff> {
        let Some(parts) = self.parts() else { return Vec::new() };
        let pairs = self.pairs();
        let mut borders: BTreeSet<Exact> = self.own_ends().map(|(_, found)| found.end.at).collect();
        // Of a pair the upper one is the border.
        borders.retain(|at| !pairs.iter().any(|(lower, _)| lower == at));
        let borders: Vec<Exact> = borders.into_iter().collect();
        let lower_of =
            |at: Exact| pairs.iter().find(|(_, upper)| *upper == at).map_or(at, |(lower, _)| *lower);
        let written = |at: Exact| -> Vec<Written> {
            let lower = lower_of(at);
            let here = self.own_ends().filter(|(_, found)| found.end.at == at || found.end.at == lower);
            here.map(|(band, found)| Written {
                sheet: band.sheet,
                place: band.place,
                within: found.within.clone(),
                value: found.end.at,
            })
            .collect()
        };
        let cut_off = |index: usize, value: Exact| {
            let lower = lower_of(value);
            // Just below and just above; of a pair the two numbers themselves.
            let is_point = |part: &&Part, at: Exact| part.cell.is_point() && part.cell.from == Some(at);
            let ends_by = |part: &&Part| part.cell.to.is_some_and(|to| to <= value) && !is_point(part, value);
            let begins_by =
                |part: &&Part| part.cell.from.is_some_and(|from| from >= value) && !is_point(part, value);
            let (below, above) = match lower == value {
                true => (parts.iter().rev().find(ends_by), parts.iter().find(begins_by)),
                false => {
                    let at = |at: Exact| parts.iter().find(|part| is_point(part, at));
                    (at(lower), at(value))
                }
            };
            let band = |part: Option<&Part>| part.and_then(|part| part.counts.clone());
            CutOff {
                of: self.of.clone(),
                when: self.when.clone(),
                value,
                between: (band(below), band(above)),
                written: written(value),
                whole: self.whole,
                least: index.checked_sub(1).map(|before| self.limit(&parts, borders[before], value)),
                most: borders.get(index + 1).map(|next| self.limit(&parts, *next, value)),
            }
        };
        borders.iter().enumerate().map(|(index, value)| cut_off(index, *value)).collect()
    }

    /// How far a border may go towards the one beside it.
    fn limit(&self, parts: &[Part], beside: Exact, own: Exact) -> Limit {
        let (low, high) = (beside.min(own), beside.max(own));
        let within = |part: &&Part| {
            let Cell { from, to, .. } = part.cell;
            !part.cell.is_point() && from.is_some_and(|from| from >= low) && to.is_some_and(|to| to <= high)
        };
        let between: Vec<&Part> = parts.iter().filter(within).collect();
        let mends = between.iter().all(|part| matches!(part.is, Is::Gap | Is::Overlap(_)));
        let closed = |at: Exact| self.own_ends().any(|(_, found)| found.end.at == at && found.end.closed);
        // Two ends that both belong to their bands would have one number in common.
        Limit { at: beside, included: !between.is_empty() && mends && !(closed(beside) && closed(own)) }
    }

    fn own_ends(&self) -> impl Iterator<Item = (&Ranged, &Found)> {
        self.bands.iter().flat_map(|band| band.ends.iter().map(move |found| (band, found)))
    }

    /// Where one band of whole numbers ends and another begins with the next: `0..4`, `5..9`. None unless all ends are whole.
    fn pairs(&self) -> Vec<(Exact, Exact)> {
        if self.own_ends().any(|(_, found)| !found.end.at.is_whole()) {
            return Vec::new();
        }
        let all = |at: Exact, begins: bool| {
            let mut here = self.own_ends().filter(|(_, found)| found.end.at == at).peekable();
            here.peek().is_some() && here.all(|(_, found)| found.begins == begins && found.end.closed)
        };
        let lower: BTreeSet<Exact> = self.own_ends().map(|(_, found)| found.end.at).collect();
        let next = |at: &Exact| Some((*at, at.plus(Exact::ONE).ok()?));
        lower
            .iter()
            .filter_map(next)
            .filter(|(lower, upper)| all(*lower, false) && all(*upper, true))
            .collect()
    }

    /// The line, cut at every end. Of whole numbers, without those parts that hold none. None where the numbers are too large to reckon with.
    fn cells(&self) -> Option<Vec<Cell>> {
        let of_others = self.others.iter().flat_map(|band| band.ends.iter());
        let ends: BTreeSet<Exact> =
            self.own_ends().map(|(_, found)| found).chain(of_others).map(|found| found.end.at).collect();
        let ends: Vec<Exact> = ends.into_iter().collect();
        let (first, last) = (*ends.first()?, *ends.last()?);
        let mut cells = vec![Cell { from: None, to: Some(first), sample: first.minus(Exact::ONE).ok()? }];
        for (index, at) in ends.iter().enumerate() {
            cells.push(Cell { from: Some(*at), to: Some(*at), sample: *at });
            let Some(next) = ends.get(index + 1) else { continue };
            let after = at.plus(Exact::ONE).ok()?;
            let sample = match self.whole {
                true if after < *next => after,
                true => continue,
                false => at.plus(*next).ok()?.over(Exact::ONE.plus(Exact::ONE).ok()?).ok()?,
            };
            cells.push(Cell { from: Some(*at), to: Some(*next), sample });
        }
        cells.push(Cell { from: Some(last), to: None, sample: last.plus(Exact::ONE).ok()? });
        Some(cells)
    }

    /// The line in its parts, each with what is so on it.
    fn parts(&self) -> Option<Vec<Part>> {
        let cells = self.cells()?;
        let holds = |bands: &[Ranged]| -> Vec<Vec<bool>> {
            let of = |band: &Ranged| {
                cells.iter().map(|cell| band.test.holds(&Given::Number(cell.sample))).collect()
            };
            bands.iter().map(of).collect()
        };
        let (own, others) = (holds(&self.bands), holds(&self.others));
        // A later band that is all around an earlier one and has no end to one side is what that one leaves over.
        let is_rest: Vec<Vec<bool>> = (0..own.len())
            .map(|later| {
                let around =
                    |earlier: usize| own[earlier].iter().zip(&own[later]).all(|(one, all)| !one || *all);
                let open = is_open(&self.bands[later].test);
                (0..later).map(|earlier| open && around(earlier)).collect()
            })
            .collect();
        let part = |(at, cell): (usize, &Cell)| {
            let here: Vec<usize> = (0..own.len()).filter(|index| own[*index][at]).collect();
            let first = here.first().map(|index| self.bands[*index].band.clone());
            let other = || {
                (0..others.len())
                    .find(|index| others[*index][at])
                    .map(|index| self.others[index].band.clone())
            };
            let counts = first.or_else(other);
            let overlaps = here
                .iter()
                .enumerate()
                .any(|(at, later)| here[..at].iter().any(|earlier| !is_rest[*later][*earlier]));
            let is = match overlaps {
                true => Is::Overlap(here.iter().map(|index| self.bands[*index].band.clone()).collect()),
                false => counts.clone().map_or(Is::Gap, Is::Band),
            };
            Part { cell: *cell, counts, is }
        };
        Some(cells.iter().enumerate().map(part).collect())
    }
}

/// Is there no end to it on one side?
fn is_open(test: &Test) -> bool {
    match test {
        Test::Any | Test::Not(_) => true,
        Test::OneOf(alternatives) => alternatives.iter().any(|each| {
            matches!(each, Alternative::Between(interval) if interval.from.is_none() || interval.to.is_none())
        }),
    }
}

fn sheet<'a>(document: &'a Document, name: &str) -> Option<(usize, &'a Grid)> {
    document.find(name).map(|index| (index, document.sheet(index)))
}

/// Takes the rows of a sheet into their groups: `of` gives a row's measure, band and condition.
fn add<'a>(
    groups: &mut Vec<Group>,
    sheet: usize,
    grid: &'a Grid,
    column: &str,
    of: impl Fn(usize) -> [&'a str; 3],
) {
    let Some(column) = grid.column(column) else { return };
    for row in 1..grid.rows.len() {
        let [measure, code, when] = of(row).map(str::trim);
        let cell = grid.cell(row, column);
        let Ok(test) = Test::read(cell) else { continue };
        if measure.is_empty() {
            continue;
        }
        let place = Place { row, column };
        let band = Band { row, code: code.to_owned() };
        let ranged = Ranged { band, test, ends: cells::ends(cell), sheet, place };
        let same = |group: &&mut Group| {
            group.of == measure
                && group.when == when
                && group.bands.first().is_some_and(|band| band.sheet == sheet)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.bands.push(ranged),
            None => groups.push(Group {
                of: measure.to_owned(),
                when: when.to_owned(),
                bands: vec![ranged],
                others: Vec::new(),
                whole: false,
            }),
        }
    }
}
