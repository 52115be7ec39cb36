//! All that can come to a decision table, or to bands: which rules are for it, and whether they say the same.
//!
//! The combinations are walked as a tree, input by input, and a branch on which nothing differs any more is counted as a whole.
//! Bounded: what could not be looked at is not spoken of ([`Found::whole`] is false).

use std::collections::BTreeMap;

use super::cells::{Cuts, Part, Parts, cut};
use super::condition::{Looks, holds, looks_at};
use super::domain::{Domain, Domains, Value};
use super::made_of::MadeOf;
use crate::assess::measure::Input;
use crate::assess::{Exact, Test};
use crate::expr::program::ExprId;
use crate::view::NodeId;

/// How much of one decision is looked at.
const WORK: u64 = 5_000_000;
/// So many inputs and conditions are told apart.
const MAX_INPUTS: usize = 60;
/// So many examples are kept.
const EXAMPLES: usize = 64;
/// Lists that are named in whole.
pub(super) const FEW: usize = 20;

/// A rule, or a band.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// By input.
    pub tests: Vec<&'a Test>,
    pub when: Option<ExprId>,
    pub outcome: &'a str,
}

/// What holds of a line against another in the same combination.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// One may hold, or several that say the same.
    Unique,
    /// The first counts.
    First,
    /// The first counts, but those that overlap are noted.
    FirstNoting,
    /// All count.
    All,
    /// The first counts, and it is only asked which ever do: a condition, and what is so where it does not hold.
    Truth,
}

/// One thing that a decision depends on.
#[derive(Debug)]
pub(super) struct Dimension {
    pub name: String,
    pub parts: Parts,
    node: Option<NodeId>,
    made_of: MadeOf,
}

/// A way for things to be: the cell of each dimension, or any.
pub(super) type Way = Vec<Option<u32>>;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Everything was looked at, and each cell is like all that is in it.
    pub whole: bool,
    /// The combinations can be counted, and all were.
    pub counted: bool,
    pub total: u128,
    pub gaps: u128,
    pub gap_ways: Vec<Way>,
    pub overlaps: u128,
    /// By two outcomes: how many, and examples.
    pub clashes: BTreeMap<(usize, usize), (u128, Vec<Way>)>,
    /// By two lines that say different things: how many.
    pub pairs: BTreeMap<(usize, usize), u128>,
    /// Which lines ever count.
    pub hit: Vec<bool>,
}

/// A decision, cut up.
pub(super) struct Decision<'a, 'd> {
    domains: &'d Domains<'a>,
    pub dimensions: Vec<Dimension>,
    lines: &'d [Line<'a>],
    /// By line: which outcome it is.
    pub outcomes: Vec<usize>,
    mode: Mode,
    words: usize,
    /// By dimension and cell: which lines hold.
    holds: Vec<Vec<Vec<u64>>>,
    /// By line: in which cells of each dimension it holds, dimension after dimension.
    cells: Vec<Vec<u64>>,
    /// By dimension: which lines hold for every cell of it and all after it.
    full: Vec<Vec<u64>>,
    /// By line: which dimensions its condition looks at.
    looks: Vec<u64>,
    rest: Vec<u128>,
    costs: Vec<u64>,
    left: u64,
    way: Vec<u32>,
    pub found: Found,
}

impl<'a, 'd> Decision<'a, 'd> {
    /// None if it is too large to look at.
    pub fn new(
        domains: &'d Domains<'a>,
        inputs: &[(String, &Input)],
        lines: &'d [Line<'a>],
        mode: Mode,
    ) -> Option<Decision<'a, 'd>> {
        let looks: Vec<Option<Looks>> =
            lines.iter().map(|line| line.when.map(|when| looks_at(domains.program, when))).collect();
        let dimensions = dimensions(domains, inputs, lines, &looks, mode)?;
        let cells: usize = dimensions.iter().map(|dimension| dimension.parts.parts.len()).sum();
        if !domains.afford((cells * lines.len()) as u64 * 4) || cells * lines.len() > 8_000_000 {
            return None;
        }
        let mut seen: Vec<&str> = Vec::new();
        let mut known: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        let outcomes = lines
            .iter()
            .map(|line| {
                *known.entry(line.outcome).or_insert_with(|| {
                    seen.push(line.outcome);
                    seen.len() - 1
                })
            })
            .collect();
        let mask = |looks: &Option<Looks>| {
            let nodes = looks.as_ref().map_or(&[][..], |looks| &looks.nodes);
            let at = |(index, dimension): (usize, &Dimension)| match dimension.node {
                Some(node) if nodes.contains(&node) => 1 << index,
                _ => 0,
            };
            dimensions.iter().enumerate().map(at).fold(0, |mask, bit| mask | bit)
        };
        let mut decision = Decision {
            domains,
            lines,
            outcomes,
            mode,
            words: lines.len().div_ceil(64),
            holds: Vec::new(),
            cells: Vec::new(),
            full: Vec::new(),
            looks: looks.iter().map(mask).collect(),
            rest: Vec::new(),
            costs: looks.iter().map(|looks| looks.as_ref().map_or(0, |looks| looks.parts as u64)).collect(),
            left: WORK,
            way: Vec::new(),
            found: Found { hit: vec![false; lines.len()], ..Found::default() },
            dimensions,
        };
        decision.prepare(inputs.len());
        Some(decision)
    }

    fn prepare(&mut self, inputs: usize) {
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let of = |part: &Part| {
                let mut set = vec![0; self.words];
                for (index, line) in self.lines.iter().enumerate() {
                    if at >= inputs || line.tests[at].holds(&part.value.owned.as_given()) {
                        set[index / 64] |= 1 << (index % 64);
                    }
                }
                set
            };
            self.holds.push(dimension.parts.parts.iter().map(of).collect());
        }
        let cells = |line: usize| {
            let of = |sets: &Vec<Vec<u64>>| {
                let mut cells = vec![0; sets.len().div_ceil(64)];
                for (cell, _) in sets.iter().enumerate().filter(|(_, set)| has(set, line)) {
                    cells[cell / 64] |= 1 << (cell % 64);
                }
                cells
            };
            self.holds.iter().flat_map(of).collect()
        };
        self.cells = (0..self.lines.len()).map(cells).collect();
        let all = vec![u64::MAX; self.words];
        self.full = vec![all; self.dimensions.len() + 1];
        self.rest = vec![1; self.dimensions.len() + 1];
        for at in (0..self.dimensions.len()).rev() {
            let mut full = self.full[at + 1].clone();
            for set in &self.holds[at] {
                and(&mut full, set);
            }
            self.full[at] = full;
            let sure = self.dimensions[at].parts.parts.iter().filter(|part| !part.unsure);
            self.rest[at] = self.rest[at + 1].saturating_mul(sure.map(|part| u128::from(part.count())).sum());
        }
        self.found.total = self.rest[0];
        self.found.whole = self.dimensions.iter().all(|dimension| !dimension.parts.coarse);
        // A number that does not go any further is no count.
        self.found.counted =
            self.dimensions.iter().all(|dimension| dimension.parts.counted) && self.found.total < u128::MAX;
    }

    /// Does the first line that holds count?
    pub fn is_first(&self) -> bool {
        matches!(self.mode, Mode::First | Mode::FirstNoting | Mode::Truth)
    }

    /// Lines that hold for no cell of an input.
    pub fn holds_nowhere(&self, line: usize, input: usize) -> bool {
        !self.holds[input].iter().any(|set| has(set, line))
    }

    /// Walks everything.
    pub fn walk(mut self) -> Self {
        let mut alive = vec![0; self.words];
        let mut sure = vec![0; self.words];
        for (index, line) in self.lines.iter().enumerate() {
            let bit = 1 << (index % 64);
            alive[index / 64] |= bit;
            match line.when.map(|when| holds(self.domains.program, when, &|_| None)) {
                None | Some(Some(true)) => sure[index / 64] |= bit,
                Some(Some(false)) => alive[index / 64] &= !bit,
                Some(None) => {}
            }
        }
        let before = self.left;
        self.visit(0, alive, sure, false, 1);
        if self.left == 0 {
            (self.found.whole, self.found.counted) = (false, false);
            self.by_pairs();
        }
        self.domains.afford((before - self.left) / 2);
        self.keep_what_can_come();
        self
    }

    /// Inputs that are made of the same answers do not come together in every way: of gaps and overlaps nothing is sure then.
    fn keep_what_can_come(&mut self) {
        let dimensions = &self.dimensions;
        let together = dimensions.iter().enumerate().all(|(at, one)| {
            dimensions[at + 1..].iter().all(|other| Domains::are_independent(&one.made_of, &other.made_of))
        });
        if !together {
            let found = &mut self.found;
            (found.gaps, found.overlaps, found.counted) = (0, 0, false);
            found.gap_ways.clear();
            found.clashes.clear();
            found.pairs.clear();
        }
    }

    fn visit(&mut self, at: usize, mut alive: Vec<u64>, sure: Vec<u64>, unsure_way: bool, count: u128) {
        self.left = self.left.saturating_sub(8 + 2 * self.words as u64);
        if self.left == 0 {
            return;
        }
        // Those that hold whatever else there is.
        let mut settled = alive.clone();
        and(&mut settled, &sure);
        and(&mut settled, &self.full[at]);
        if matches!(self.mode, Mode::First | Mode::Truth)
            && let Some(first) = first(&settled)
        {
            keep_up_to(&mut alive, first);
            and(&mut settled, &alive.clone());
        }
        if at == self.dimensions.len() || settled == alive {
            let count = count.saturating_mul(self.rest[at]);
            self.leaf(&alive, &settled, unsure_way, count);
            return;
        }
        if self.mode == Mode::Unique && first(&settled).is_some() && self.agrees(&alive) {
            self.hit_all(&alive);
            return;
        }
        if matches!(self.mode, Mode::All | Mode::Truth) && indexes(&alive).all(|index| self.found.hit[index])
        {
            return;
        }
        for cell in 0..self.holds[at].len() {
            let (mut alive, mut sure) = (alive.clone(), sure.clone());
            and(&mut alive, &self.holds[at][cell]);
            self.way.push(cell as u32);
            self.decide(at, &mut alive, &mut sure);
            let part = &self.dimensions[at].parts.parts[cell];
            let (unsure, times) = (part.unsure, u128::from(part.count()));
            self.visit(at + 1, alive, sure, unsure_way || unsure, count.saturating_mul(times));
            self.way.pop();
            if self.left == 0 {
                return;
            }
        }
    }

    /// Looks at the conditions that one more thing is known for.
    fn decide(&mut self, at: usize, alive: &mut [u64], sure: &mut [u64]) {
        for index in 0..self.lines.len() {
            let Some(when) = self.lines[index].when else { continue };
            if self.looks[index] & (1 << at) == 0 || !has(alive, index) || has(sure, index) {
                continue;
            }
            self.left = self.left.saturating_sub(self.costs[index]);
            let value = |node: NodeId| {
                let known = self.dimensions.iter().zip(&self.way);
                let (dimension, cell) = known.into_iter().find(|(known, _)| known.node == Some(node))?;
                Some(&*dimension.parts.parts[*cell as usize].value.text)
            };
            let bit = 1 << (index % 64);
            match holds(self.domains.program, when, &value) {
                Some(true) => sure[index / 64] |= bit,
                Some(false) => alive[index / 64] &= !bit,
                None => {}
            }
        }
    }

    /// Do all of these say the same?
    fn agrees(&self, lines: &[u64]) -> bool {
        let mut outcomes = indexes(lines).map(|index| self.outcomes[index]);
        let first = outcomes.next();
        outcomes.all(|other| Some(other) == first)
    }

    fn hit_all(&mut self, lines: &[u64]) {
        for index in indexes(lines) {
            self.found.hit[index] = true;
        }
    }

    fn leaf(&mut self, may: &[u64], must: &[u64], unsure: bool, count: u128) {
        match self.mode {
            Mode::Unique | Mode::All => self.hit_all(may),
            Mode::First | Mode::FirstNoting | Mode::Truth => {
                for index in indexes(may) {
                    self.found.hit[index] = true;
                    if has(must, index) {
                        break;
                    }
                }
            }
        }
        if first(may).is_none() && !unsure && count > 0 {
            self.found.gaps = self.found.gaps.saturating_add(count);
            if self.found.gap_ways.len() < EXAMPLES {
                let rest = self.dimensions.len() - self.way.len();
                self.found.gap_ways.push(way(&self.way, rest));
            }
        }
        let mut cells = self.dimensions.iter().zip(&self.way);
        let blank = cells.any(|(dimension, cell)| dimension.parts.parts[*cell as usize].blank);
        if matches!(self.mode, Mode::Unique | Mode::FirstNoting) && !blank {
            self.overlap(must, count);
        }
    }

    /// Notes which of the lines that all hold say different things.
    fn overlap(&mut self, must: &[u64], count: u128) {
        let mut saying: Vec<(usize, usize)> = Vec::new();
        for index in indexes(must) {
            let outcome = self.outcomes[index];
            // Bands are looked at one by one; of rules the first of each outcome will do.
            if self.mode == Mode::FirstNoting || !saying.iter().any(|(known, _)| *known == outcome) {
                saying.push((outcome, index));
            }
            if saying.len() > 8 {
                break;
            }
        }
        self.left = self.left.saturating_sub(4 * saying.len() as u64);
        let mut clashes = false;
        for (at, one) in saying.iter().enumerate() {
            for other in saying[at + 1..].iter().filter(|other| other.0 != one.0) {
                clashes = true;
                let outcomes = (one.0.min(other.0), one.0.max(other.0));
                let (number, ways) = self.found.clashes.entry(outcomes).or_default();
                *number = number.saturating_add(count);
                if ways.len() < EXAMPLES {
                    let rest = self.dimensions.len() - self.way.len();
                    ways.push(way(&self.way, rest));
                }
                let pairs = &mut self.found.pairs;
                let pair = (one.1.min(other.1), one.1.max(other.1));
                if pairs.len() < 4 * EXAMPLES || pairs.contains_key(&pair) {
                    let number = pairs.entry(pair).or_default();
                    *number = number.saturating_add(count.max(1));
                }
            }
        }
        if clashes {
            self.found.overlaps = self.found.overlaps.saturating_add(count);
        }
    }

    /// What can be said of each two lines where not everything could be walked.
    fn by_pairs(&mut self) {
        let mut left = WORK;
        if self.mode != Mode::Unique {
            return;
        }
        for one in 0..self.lines.len() {
            for other in one + 1..self.lines.len() {
                let lines = [&self.lines[one], &self.lines[other]];
                if self.outcomes[one] == self.outcomes[other] || lines.iter().any(|line| line.when.is_some())
                {
                    continue;
                }
                left = left.saturating_sub(self.cells[one].len() as u64);
                let mut way = Vec::with_capacity(self.dimensions.len());
                let mut at = 0;
                for sets in &self.holds {
                    let words = at..at + sets.len().div_ceil(64);
                    at = words.end;
                    let both = words.clone().find_map(|word| {
                        let both = self.cells[one][word] & self.cells[other][word];
                        (both != 0).then(|| (word - words.start) * 64 + both.trailing_zeros() as usize)
                    });
                    let Some(both) = both else { break };
                    way.push(Some(both as u32));
                }
                if way.len() == self.dimensions.len() {
                    let outcomes = (self.outcomes[one], self.outcomes[other]);
                    let outcomes = (outcomes.0.min(outcomes.1), outcomes.0.max(outcomes.1));
                    let (_, ways) = self.found.clashes.entry(outcomes).or_default();
                    if ways.len() < EXAMPLES {
                        ways.push(way);
                    }
                    *self.found.pairs.entry((one, other)).or_default() += 1;
                }
                if left == 0 || self.found.pairs.len() > 4 * EXAMPLES {
                    return;
                }
            }
        }
    }

    /// The cells of the first dimension in which two lines hold, whatever their conditions.
    pub fn held_by_both(&self, one: usize, other: usize) -> Vec<usize> {
        let sets = self.holds.first().into_iter().flatten().enumerate();
        sets.filter(|(_, set)| has(set, one) && has(set, other)).map(|(cell, _)| cell).collect()
    }

    /// Is every combination that a line is for also one of an earlier line? Then that.
    pub fn taken_by(&self, line: usize) -> Option<usize> {
        let own = &self.cells[line];
        (0..line).find(|earlier| {
            let mut others = own.iter().zip(&self.cells[*earlier]);
            self.lines[*earlier].when.is_none() && others.all(|(own, other)| own & !other == 0)
        })
    }

    /// A way in words: `adl=0, mental=1`.
    pub fn words(&self, way: &Way) -> String {
        let named = self.dimensions.iter().zip(way);
        let words = named.filter_map(|(dimension, cell)| {
            let part = &dimension.parts.parts[(*cell)? as usize];
            Some(format!("{}={}", dimension.name, part.words()))
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "anything".into() } else { words.join(", ") }
    }

    /// Ways in words, each combination by itself if they are few.
    pub fn list(&self, ways: &[Way], count: u128) -> String {
        if !self.found.counted || count > FEW as u128 || ways.len() >= EXAMPLES {
            let mut words: Vec<String> = ways.iter().take(3).map(|way| self.words(way)).collect();
            words.dedup();
            return words.join("; ");
        }
        let mut all: Vec<String> = Vec::new();
        for way in ways {
            let mut each: Vec<Vec<String>> = vec![Vec::new()];
            for (dimension, cell) in self.dimensions.iter().zip(way) {
                let cells: Vec<&Part> = match cell {
                    Some(cell) => vec![&dimension.parts.parts[*cell as usize]],
                    None => dimension.parts.parts.iter().collect(),
                };
                let values: Vec<&Value> = cells.iter().flat_map(|part| &part.values).collect();
                each = each
                    .iter()
                    .flat_map(|before| {
                        values.iter().map(|value| {
                            let more = format!("{}={}", dimension.name, value.words());
                            before.iter().cloned().chain([more]).collect()
                        })
                    })
                    .take(FEW)
                    .collect();
            }
            all.extend(each.into_iter().map(|words| words.join(", ")));
        }
        all.join("; ")
    }
}

/// The inputs, and what else conditions look at, each cut up.
fn dimensions(
    domains: &Domains<'_>,
    inputs: &[(String, &Input)],
    lines: &[Line<'_>],
    looks: &[Option<Looks>],
    mode: Mode,
) -> Option<Vec<Dimension>> {
    let seed = |(name, input): &(String, &Input)| {
        (name.clone(), domains.of_input(input), domains.node_of(input), domains.questions_under(input))
    };
    let mut seeds: Vec<(String, Domain, Option<NodeId>, MadeOf)> = inputs.iter().map(seed).collect();
    for node in looks.iter().flatten().flat_map(|looks| &looks.nodes) {
        if seeds.len() >= MAX_INPUTS {
            break;
        }
        if seeds.iter().all(|(_, _, known, _)| *known != Some(*node)) {
            let domain = domains.of_node(*node);
            if domain != Domain::Unknown {
                let name = domains.facts.form.node(*node).name.to_string();
                seeds.push((name, domain, Some(*node), domains.questions_under_node(*node)));
            }
        }
    }
    if seeds.len() > MAX_INPUTS {
        return None;
    }
    let mut dimensions = Vec::with_capacity(seeds.len());
    for (at, (name, domain, node, made_of)) in seeds.into_iter().enumerate() {
        let mut cuts = Cuts::default();
        if at < inputs.len() {
            lines.iter().for_each(|line| cuts.add(line.tests[at]));
        }
        for looks in
            looks.iter().flatten().filter(|looks| node.is_some_and(|node| looks.nodes.contains(&node)))
        {
            cuts.looked_at = true;
            cuts.computed |= looks.computes;
            cuts.numbers.extend(looks.numbers.iter().filter_map(|number| Exact::from_nearest(*number).ok()));
        }
        cuts.sort();
        let cells = match &domain {
            Domain::Values(values) => values.len(),
            Domain::Numbers { .. } | Domain::Unknown => 2 * (cuts.numbers.len() + cuts.texts.len()),
        };
        let work = cells * if at < inputs.len() { lines.len() } else { 1 };
        if !domains.afford(work as u64 * 4) {
            return None;
        }
        let same = |a: &Value, b: &Value| {
            at >= inputs.len()
                || lines.iter().all(|line| {
                    let test = line.tests[at];
                    test.holds(&a.owned.as_given()) == test.holds(&b.owned.as_given())
                })
        };
        let mut parts = cut(&domain, &cuts, &same);
        let measured = domains.assessment.by_node.contains_key(&node.unwrap_or(NodeId(0)));
        // A table has nothing to say where a measure has no result; a condition may ask for just that.
        if at >= inputs.len() && (!measured || mode == Mode::Truth) {
            parts.parts.push(Part::blank());
        }
        dimensions.push(Dimension { name, parts, node, made_of });
    }
    Some(dimensions)
}

/// What was decided on the way, and then anything.
fn way(cells: &[u32], rest: usize) -> Way {
    cells.iter().map(|cell| Some(*cell)).chain(std::iter::repeat_n(None, rest)).collect()
}

fn and(set: &mut [u64], other: &[u64]) {
    set.iter_mut().zip(other).for_each(|(word, other)| *word &= other);
}

fn has(set: &[u64], index: usize) -> bool {
    set[index / 64] & (1 << (index % 64)) != 0
}

fn first(set: &[u64]) -> Option<usize> {
    indexes(set).next()
}

fn indexes(set: &[u64]) -> impl Iterator<Item = usize> + '_ {
    set.iter().enumerate().flat_map(|(at, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(at * 64 + bit)
        })
    })
}

fn keep_up_to(set: &mut [u64], last: usize) {
    for (at, word) in set.iter_mut().enumerate() {
        if at > last / 64 {
            *word = 0;
        } else if at == last / 64 && last % 64 < 63 {
            *word &= (1 << (last % 64 + 1)) - 1;
        }
    }
}
