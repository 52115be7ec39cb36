//! Compiled measures: what an assessment computes, every reference an id.
//!
//! A measure is a node of the form; it comes after what it reads in the form's dependency graph, and it is computed from
//! answers and other measures alone.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Exact, Test};
use crate::expr::program::ExprId;
use crate::form::{ScopeDefId, TextId};
use crate::source::Span;
use crate::view::NodeId;

/// A measure's place among the form's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct MeasureId(pub u16);

/// All measures of a form, in the order of their declaration.
#[derive(Debug, Default)]
pub(crate) struct Assessment {
    pub measures: Vec<Measure>,
    pub by_node: FxHashMap<NodeId, MeasureId>,
    /// Of each calculated node that a measure reads: the questions and measures that it is made of.
    pub behind: FxHashMap<NodeId, Box<[Made]>>,
    /// The same of each expression that a measure reads as a value, and that is more than nodes.
    pub behind_values: FxHashMap<ExprId, Box<[Source]>>,
    pub doubts: Doubts,
    /// By flag: the questions that it is made of, the nearest first. Found when they are first asked for.
    pub behind_flags: OnceLock<FxHashMap<MeasureId, Box<[NodeId]>>>,
    /// The questions without which a scale has no score. Found when they are first asked for.
    pub scored: OnceLock<FxHashSet<NodeId>>,
}

/// What measures read that may or may not be asked: conditions of nodes that hang on answers that may be missing.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// By node: its own relevance, and the scope that it is evaluated in.
    pub relevant: FxHashMap<NodeId, (ScopeDefId, Condition)>,
    /// By question: whether it has to be answered.
    pub required: FxHashMap<NodeId, Condition>,
    /// By repeat: how many instances it has. No condition, but it hangs as one does.
    pub counts: FxHashMap<NodeId, Condition>,
    /// By node that such a condition reads: what may be missing behind it, as seen from its own instance.
    pub behind: FxHashMap<NodeId, Box<[Made]>>,
    /// The nodes whose own relevance is in doubt, or that of what holds them.
    pub below: FxHashSet<NodeId>,
}

/// What a condition hangs on that may be missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Source {
    /// A question that has to be answered, perhaps, or whose answer has a rule.
    Question(NodeId),
    Measure(MeasureId),
}

/// What a calculation is made of that may be missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Made {
    pub of: Source,
    /// In a repeat: of the question in the instance around the calculation, not of all.
    pub own: bool,
}

/// What decides whether a rule counts: true, false, or not decided while an answer is missing that it hangs on.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub expr: ExprId,
    /// Directly and through calculations.
    pub sources: Box<[Source]>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Measure {
    pub node: NodeId,
    pub name: Arc<str>,
    pub label: Option<TextId>,
    /// Where it is declared.
    pub span: Span,
    pub kind: Kind,
    /// What it is of, as its author wrote it.
    pub of: Arc<str>,
    /// Its own condition; what holds it may have others.
    pub relevant: Option<Condition>,
    /// How many decimals are shown.
    pub decimals: u32,
    /// What its outcomes are called.
    pub bands: Box<[Band]>,
    /// Where it comes from, what is unverified: for its reader.
    pub note: Option<TextId>,
    /// Others are made of it; by itself it tells its reader nothing.
    pub internal: bool,
    /// Of a flag: the question or group that says what was done about it.
    pub handled: Option<NodeId>,
    /// Of a flag: it is no danger, but something to look at once more before anybody relies on what was found.
    pub recheck: bool,
}

impl Measure {
    /// Is it a danger that its reader is told of?
    pub(crate) fn is_danger(&self) -> bool {
        matches!(self.kind, Kind::Flag(_)) && !self.internal && !self.recheck
    }
}

/// How it comes about.
#[derive(Debug)]
pub(crate) enum Kind {
    Scale(Scale),
    /// Weighted mean of its parts' percentages.
    Index(Box<[Part]>),
    /// The code of the band that a number lies in.
    Band(Input),
    Table(Table),
    /// Is a condition true?
    Flag(Condition),
    /// What services may ask for: a value as it is, or whether a test holds of it. Of a repeat's instances any.
    Fact {
        of: Input,
        test: Option<Test>,
    },
    Shift(Shift),
    /// Dimensions by their percentages, highest first; ties by weight, then by order.
    Ranking(Box<[Part]>),
    /// Two assessors: what both say, else what was decided.
    Agreed {
        first: Input,
        second: Input,
        decided: Option<Input>,
    },
    /// What a person put in a measure's place, with a reason.
    Decided {
        of: Input,
        instead: Input,
        reason: Input,
    },
}

/// Points summed up.
#[derive(Debug)]
pub(crate) struct Scale {
    pub items: Box<[Item]>,
    pub how: Aggregate,
    pub when_missing: WhenMissing,
    /// The most that it can come to: what percentages are of.
    pub max: Option<Exact>,
    /// The least.
    pub min: Exact,
}

/// How points are put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Aggregate {
    Sum,
    Mean,
    Max,
    Min,
    /// How many are above zero.
    Count,
}

/// What a scale is while answers are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WhenMissing {
    /// No score.
    NoScore,
    /// They count as zero.
    Zero,
    /// As if they were like the rest, if there are so many at least.
    Prorate { at_least: u32 },
}

/// One line of a scale.
#[derive(Debug)]
pub(crate) struct Item {
    /// What it is called where it is explained: the label of its question if it is one.
    pub label: Option<TextId>,
    pub question: Option<NodeId>,
    /// All questions that its answer may come from: whose choices have words.
    pub questions: Box<[NodeId]>,
    pub value: Amount,
    /// As its author wrote it: what it is called if nothing else says so.
    pub written: Arc<str>,
    /// It is answered with several choices.
    pub many: bool,
    pub points: Points,
    /// Of several instances.
    pub over: Aggregate,
    pub weight: Exact,
    /// Points are turned round within these: from 0 to 4, 1 becomes 3.
    pub reverse: Option<(Exact, Exact)>,
    /// It concerns the household while this holds.
    pub relevant: Option<Condition>,
    /// At most so much.
    pub cap: Option<Exact>,
    pub span: Span,
}

/// A number that an expression gives, exactly where it is arithmetic.
#[derive(Debug)]
pub(crate) enum Amount {
    /// Anything: nodes, one or more, or a value.
    Expr(ExprId),
    Constant(Exact),
    Sum(ExprId),
    Plus(Box<Amount>, Box<Amount>),
    Minus(Box<Amount>, Box<Amount>),
    Times(Box<Amount>, Box<Amount>),
    Over(Box<Amount>, Box<Amount>),
    Negated(Box<Amount>),
}

/// How many points an answer gets.
#[derive(Debug)]
pub(crate) enum Points {
    /// The number itself.
    Itself,
    /// By the choice's column.
    ByChoice(FxHashMap<Arc<str>, Exact>),
    /// The first test that holds.
    Tests(Box<[(Test, Exact)]>),
}

/// A part of an index or ranking.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub measure: MeasureId,
    pub weight: Exact,
    /// What its percentage is of.
    pub min: Exact,
    pub max: Exact,
}

/// A measure, or what an expression gives.
#[derive(Debug)]
pub(crate) enum Input {
    Measure(MeasureId),
    Amount(Amount),
}

/// One band, or the name of an outcome.
#[derive(Debug)]
pub(crate) struct Band {
    pub code: Arc<str>,
    pub test: Test,
    /// It counts while this holds: bands by age or region.
    pub when: Option<Condition>,
    pub label: Option<TextId>,
    pub span: Span,
}

/// A decision table.
#[derive(Debug)]
pub(crate) struct Table {
    pub inputs: Box<[(Arc<str>, Input)]>,
    pub rules: Box<[Rule]>,
    pub hit: Hit,
    /// In which the rules are looked at: by priority where that is what counts.
    pub order: Box<[usize]>,
}

/// Which rules count (DMN 1.5 §8.2.10).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hit {
    /// One may hold; others that say the same are no harm.
    Unique,
    First,
    /// The one of the least priority number.
    Priority,
    /// All, in order.
    Collect,
}

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Rule {
    /// By input.
    pub tests: Box<[Test]>,
    pub when: Option<Condition>,
    pub outcome: Arc<str>,
    pub priority: Exact,
    pub label: Option<TextId>,
    pub span: Span,
}

/// A level that reasons raise or lower.
#[derive(Debug)]
pub(crate) struct Shift {
    pub of: Input,
    pub rules: Box<[ShiftRule]>,
    /// Do several reasons add up, or does the strongest count?
    pub stack: bool,
    pub min: Option<Exact>,
    pub max: Option<Exact>,
}

/// A reason.
#[derive(Debug)]
pub(crate) struct ShiftRule {
    pub when: Condition,
    /// The condition as its author wrote it: what it is called without a label.
    pub written: Arc<str>,
    pub does: ShiftBy,
    pub label: Option<TextId>,
    pub span: Span,
}

/// What a reason does to a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ShiftBy {
    By(Exact),
    /// Whatever it was, and whatever else: the first such reason counts.
    To(Exact),
}

impl Assessment {
    pub fn measure(&self, id: MeasureId) -> &Measure {
        &self.measures[usize::from(id.0)]
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = MeasureId> + use<> {
        (0..self.measures.len() as u16).map(MeasureId)
    }

    pub fn named(&self, name: &str) -> Option<MeasureId> {
        self.ids().find(|id| *self.measure(*id).name == *name)
    }
}

/// The most points of one item.
pub(crate) fn most_of_item(item: &Item) -> Option<Exact> {
    if let Some((_, high)) = item.reverse {
        return Some(high);
    }
    let highest = match &item.points {
        Points::Itself => None,
        Points::ByChoice(by_name) if item.many => by_name
            .values()
            .filter(|points| **points > Exact::ZERO)
            .try_fold(Exact::ZERO, |sum, one| sum.plus(*one).ok()),
        Points::ByChoice(by_name) => by_name.values().max().copied(),
        Points::Tests(_) if item.many => None,
        Points::Tests(tests) => tests.iter().map(|(_, points)| *points).max(),
    };
    match (item.over, item.cap) {
        (Aggregate::Sum | Aggregate::Count, cap) => cap,
        (_, Some(cap)) => Some(highest.map_or(cap, |highest| highest.min(cap))),
        (_, None) => highest,
    }
}
