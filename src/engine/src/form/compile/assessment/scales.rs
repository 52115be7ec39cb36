//! Scales, indices and rankings: items with their points, parts with their weights.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Compiling, lines};
use crate::assess::measure::{Aggregate, Item, Part, Points, Scale, WhenMissing, most_of_item};
use crate::assess::{Exact, Test};
use crate::diagnostic::Diagnostic;
use crate::expr::compile::Over;
use crate::expr::program::What;
use crate::form::{KnownChoices, SkeletonKind};
use crate::source::Passage;
use crate::tree::SpaceId;
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::Tag;

impl<'a> Compiling<'_, 'a, '_> {
    pub(super) fn scale(&mut self, element: Tag<'a>) -> Scale {
        let items: Box<[Item]> = lines(element, "item").filter_map(|item| self.item(item)).collect();
        if lines(element, "item").next().is_none() {
            self.missing(element, "items", "what is summed up: `{\"value\": \"${q1}\"}`");
        }
        let how = self.aggregate(element, "combine").unwrap_or(Aggregate::Sum);
        let at_least = self.count(element, "at_least");
        let when_missing = match element.attribute("missing").map(|written| (written, written.text.trim())) {
            None | Some((_, "no_score")) => WhenMissing::NoScore,
            Some((_, "zero")) => WhenMissing::Zero,
            Some((_, "prorate")) => WhenMissing::Prorate { at_least: at_least.unwrap_or(1) },
            Some((written, other)) => {
                let known = ["no_score", "zero", "prorate"];
                self.unknown_word(written, other, &known);
                WhenMissing::NoScore
            }
        };
        let reachable = most_of(&items, how);
        let max = self.exact(element, "max");
        Scale {
            items,
            how,
            when_missing,
            max: max.or(reachable),
            min: self.exact(element, "min").unwrap_or(Exact::ZERO),
        }
    }

    pub(super) fn item(&mut self, element: Tag<'a>) -> Option<Item> {
        let Some(written) = element.attribute("value") else {
            self.missing(element, "value", "whose answer it is: `${q1}`");
            return None;
        };
        let before = self.reads.len();
        let (value, over) = self.amount(written)?;
        let read = self.reads[before..].iter().filter_map(|read| match read.what {
            What::Value(node) => Some(node),
            _ => None,
        });
        let questions = read.filter(|node| self.lowering.skeleton.node(*node).select).collect();
        let question = match over {
            Over::Nodes(node) => Some(node),
            Over::Value | Over::Tree => None,
        };
        let points = match element.attribute("points") {
            Some(written) => Points::Tests(self.points(written)),
            None => self.points_by_choice(question, element).unwrap_or(Points::Itself),
        };
        let reverse = element.attribute("reverse").and_then(|written| self.reverse(written, &points));
        Some(Item {
            label: self.words(element, "label"),
            question,
            questions,
            value,
            written: written.text.trim().into(),
            points,
            over: self.aggregate(element, "over").unwrap_or(Aggregate::Max),
            weight: self.exact(element, "weight").unwrap_or(Exact::ONE),
            reverse,
            many: question.is_some_and(|node| {
                self.lowering.skeleton.node(node).kind == SkeletonKind::Leaf(DataType::Choices)
            }),
            relevant: element.attribute("relevant").and_then(|written| self.condition(written)),
            cap: self.exact(element, "cap"),
            span: element.span,
        })
    }

    /// `a: 8; b: 4` or `<=1: 8; <=1.5: 6; >1.5: 0`: the first that holds.
    pub(super) fn points(&mut self, written: Passage<'_>) -> Box<[(Test, Exact)]> {
        let mut tests = Vec::new();
        let mut begin = 0;
        for pair in written.text.split([';', '；']) {
            let start = begin;
            begin = start + pair.len();
            begin += written.text[begin..].chars().next().map_or(0, char::len_utf8);
            if pair.trim().is_empty() {
                continue;
            }
            let range = start..start + pair.len();
            let Some((test, points)) = pair.rsplit_once([':', '：']) else {
                let message = format!("`{}` gives no points", pair.trim());
                let span = written.part(range);
                self.lowering.found.push(
                    Diagnostic::error("bad-points", span, message)
                        .hint("write `a: 8; b: 4` or `<=1: 8; >1: 0`"),
                );
                continue;
            };
            let test = match Test::read(test) {
                Ok(test) => test,
                Err(bad) => {
                    let span = written.part(start + bad.range.start..start + bad.range.end);
                    self.lowering.found.push(Diagnostic::error("bad-test", span, bad.message));
                    continue;
                }
            };
            match points.parse() {
                Ok(points) => tests.push((test, points)),
                Err(_) => {
                    let message = format!("`{}` is no number of points", points.trim());
                    self.lowering.found.push(Diagnostic::error("bad-points", written.part(range), message));
                }
            }
        }
        tests.into()
    }

    /// Points that stand in a column of the question's choices: `score`, or as the item says.
    pub(super) fn points_by_choice(&mut self, question: Option<NodeId>, element: Tag<'a>) -> Option<Points> {
        let said = element.attribute("score");
        let column = said.map_or("score", |written| written.text.trim());
        let node = self.lowering.skeleton.node(question?);
        let Some(KnownChoices::Tree(list)) = &node.choices else { return None };
        let tree = self.lowering.skeleton.tree(list.tree);
        let name = self.lowering.program.names.find(SpaceId::NONE, column);
        let mut by_name = FxHashMap::default();
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut has_column = false;
        for row in tree.children(list.top).filter(|row| tree.name(*row) == list.item) {
            let of = |wanted| tree.children(row).find(|cell| tree.name(*cell) == wanted);
            let Some(choice) = of(list.value).map(|cell| tree.value(cell)) else { continue };
            let Some(cell) = of(name) else { continue };
            has_column = true;
            let written = tree.value(cell);
            match written.parse() {
                Ok(points) => {
                    by_name.entry(Arc::from(choice)).or_insert(points);
                }
                // A choice without points: to choose it is no score.
                Err(_) if written.trim().is_empty() => {}
                Err(_) => wrong.push((choice.into(), written.into())),
            }
        }
        if !has_column {
            if let Some(said) = said {
                let message = format!("the choices `{}` have no column `{column}`", list.name);
                self.lowering.found.push(Diagnostic::error("unknown-column", said.span, message));
            }
            return None;
        }
        for (choice, written) in wrong {
            let message = format!("the choice `{choice}` of `{}` has `{written}` for points", list.name);
            self.lowering
                .found
                .push(Diagnostic::error("bad-points", element.span, message).hint("write a number"));
        }
        Some(Points::ByChoice(by_name))
    }

    /// `yes`: within the points there are; or `1..5`.
    pub(super) fn reverse(&mut self, written: Passage<'_>, points: &Points) -> Option<(Exact, Exact)> {
        let text = written.text.trim();
        if let Some((low, high)) = text.split_once("..")
            && let (Ok(low), Ok(high)) = (low.parse(), high.parse())
        {
            return Some((low, high));
        }
        match crate::definition::sheets::yes_no(text) {
            Some(false) => return None,
            Some(true) => {
                let all: Vec<Exact> = match points {
                    Points::Itself => Vec::new(),
                    Points::ByChoice(by_name) => by_name.values().copied().collect(),
                    Points::Tests(tests) => tests.iter().map(|(_, points)| *points).collect(),
                };
                if let (Some(low), Some(high)) = (all.iter().min(), all.iter().max()) {
                    return Some((*low, *high));
                }
            }
            None => {}
        }
        let message = format!("`{text}` does not say between which points it is turned round");
        self.lowering.found.push(Diagnostic::error("bad-points", written.span, message).hint("write `0..4`"));
        None
    }

    pub(super) fn parts(&mut self, element: Tag<'a>) -> Box<[Part]> {
        // A ranking may take the parts of an index.
        let mut source = element;
        if let (None, Some(of)) = (lines(element, "part").next(), element.attribute("of")) {
            match self.measure_named(of.text) {
                Some(id) => source = self.measured[usize::from(id.0)].1,
                None => self.unknown_measure(of),
            }
        }
        let mut parts = Vec::new();
        let mut sum = Exact::ZERO;
        for line in lines(source, "part") {
            let Some(of) = line.attribute("of") else {
                self.missing(line, "of", "the measure that it is");
                continue;
            };
            let Some(measure) = self.measure_named(of.text) else {
                self.unknown_measure(of);
                continue;
            };
            let weight = self.exact(line, "weight").unwrap_or(Exact::ONE);
            if weight < Exact::ZERO {
                let message = "a weight is not below zero";
                self.lowering.found.push(Diagnostic::error("bad-weight", line.span, message));
            }
            sum = sum.plus(weight).unwrap_or(sum);
            self.reads.push(self.read_of(measure));
            parts.push(Part { measure, weight, min: Exact::ZERO, max: Exact::ONE });
        }
        if parts.is_empty() {
            self.missing(element, "parts", "what it is made of: `{\"of\": \"income\", \"weight\": 20}`");
        } else if sum.is_zero() {
            let message = "all weights are zero";
            self.lowering.found.push(
                Diagnostic::error("bad-weight", element.span, message)
                    .hint("give at least one part a weight"),
            );
        }
        parts.into()
    }
}

/// The most that items come to, if it is known of each.
fn most_of(items: &[Item], how: Aggregate) -> Option<Exact> {
    let mut most: Vec<Exact> = Vec::with_capacity(items.len());
    for item in items {
        most.push(most_of_item(item)?.times(item.weight).ok()?);
    }
    match how {
        Aggregate::Sum => most.into_iter().try_fold(Exact::ZERO, |sum, one| sum.plus(one).ok()),
        Aggregate::Max | Aggregate::Min | Aggregate::Mean => most.into_iter().max(),
        Aggregate::Count => Some(Exact::whole(items.len() as i64)),
    }
}
