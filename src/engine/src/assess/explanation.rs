//! An explanation, as data: for each measure which answers, which rule, which cut-off (PIPL art. 24 asks for no less).
//!
//! The sentences in it are made of the same data ([`super::sentences`]); a screen may show either.

use super::{Exact, Outcome};
use crate::view::{Key, NodeId};

/// What a measure came to, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// Its name in the form.
    pub name: String,
    /// What it is called; its name if it has no label.
    pub label: String,
    /// How it comes about.
    pub kind: MeasureKind,
    /// What it came to.
    pub outcome: Outcome,
    /// The same as it is shown: a score rounded half up, a band's words, names as labels.
    pub shown: String,
    /// What it can come to at most, if that is known.
    pub max: Option<Exact>,
    /// Where it comes from and what is unverified, as its form says.
    pub note: Option<String>,
    /// All of it in one sentence.
    pub sentence: String,
    /// What it is made of, in order.
    pub reasons: Vec<Reason>,
    /// The questions that it waits for while it can't be said: those unanswered that have to be answered, or answered against their rule.
    pub awaits: Vec<Awaits>,
}

/// A question that a result waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awaits {
    /// Where it is.
    pub key: Key,
    /// The question, in words, and whose it is where there are several.
    pub question: String,
    /// It is answered, against its rule.
    pub rejected: bool,
}

/// How a measure comes about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MeasureKind {
    /// Points of items.
    Scale,
    /// Weighted percentages.
    Index,
    /// A number's band.
    Band,
    /// A decision table.
    Table,
    /// A condition: a danger.
    Flag,
    /// A condition: something to look at once more before anybody relies on what was found.
    Recheck,
    /// A level that reasons raise or lower.
    Shift,
    /// Dimensions in order.
    Ranking,
    /// Two assessors.
    Agreed,
    /// A person's decision.
    Decided,
    /// A fact that services ask for.
    Fact,
}

/// One thing that a measure is made of.
#[derive(Clone, PartialEq, Debug)]
pub struct Reason {
    /// What it is about: a question's words, a measure's label, a rule's.
    pub label: String,
    /// What was answered, as it was shown; empty if nothing was.
    pub answer: String,
    /// Points; of an index or ranking the percentage.
    pub points: Option<Exact>,
    /// The most points there are, if that is known.
    pub most: Option<Exact>,
    /// Of an index or ranking.
    pub weight: Option<Exact>,
    /// Which test or rule it was, as its author wrote it.
    pub rule: String,
    /// Had it a part in the outcome?
    pub counts: bool,
    /// The measure that it is, by name.
    pub measure: Option<String>,
    /// The question that it is about.
    pub question: Option<NodeId>,
    /// In words.
    pub sentence: String,
}

/// What was found when answers were tried that might tip a result.
#[derive(Clone, PartialEq, Debug)]
pub struct Search {
    /// Those that do, nearest first.
    pub turns: Vec<Turn>,
    /// Were all tried? Only then no turn means that no one answer would change it; else it is not known.
    pub complete: bool,
}

/// One answer that would tip a result: "what would change it".
#[derive(Clone, PartialEq, Debug)]
pub struct Turn {
    /// The question, in words.
    pub question: String,
    /// What is answered now.
    pub from: String,
    /// What would tip it.
    pub to: String,
    /// By how many points the scales move that it goes into.
    pub points: Exact,
    /// What it would come to.
    pub outcome: Outcome,
    /// The same as it is shown.
    pub shown: String,
    /// In words.
    pub sentence: String,
}
