//! Can conditions hold together? Each is taken apart into what it says of single answers; what asks for an answer brings
//! along the relevance of its question, for what is not relevant is blank.
//!
//! Bounded: after so many steps anything is possible.

use std::borrow::Cow;
use std::collections::HashMap;

use super::choice_values::has_choice;
use super::domain::{Constant, Domain};
use super::noted::{Noted, Role, walk};
use super::places::reached;
use crate::expr::functions;
use crate::expr::program::Gives;
use crate::expr::syntax::{Ast, Kind, Operator, Start};
use crate::form::{ScopeDefId, Skeleton, SkeletonKind};
use crate::source::Span;
use crate::value::DataType;
use crate::view::NodeId;

/// How many conditions are taken apart for one question.
const STEPS: u32 = 200;
/// For so many answers the relevance of their questions is looked at: long chains would make each question look at all others.
const ASKED: usize = 4;
/// How far up relevance is looked for.
const LEVELS: usize = 24;

/// A form's conditions.
pub(super) struct Truth<'a> {
    form: &'a Skeleton,
    relevance: HashMap<NodeId, &'a Noted>,
}

/// Two conditions that exclude each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Conflict {
    pub first: Span,
    pub second: Span,
}

/// What came of looking for a way to hold.
#[derive(Debug)]
pub(super) enum Verdict {
    Possible,
    /// It can't hold; where a single reason was met, that.
    Never(Option<Conflict>),
    /// It asks for a choice that there is not: that is told where it is written.
    NoChoice,
}

/// What conditions say something of.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Subject<'a> {
    /// A question that is one cell wherever it is looked at.
    Answer(NodeId),
    /// Whatever else is written, the same where it is written the same: in that scope, and for that node if its paths start there.
    Written { scope: ScopeDefId, node: Option<NodeId>, text: &'a str },
}

#[derive(Clone)]
struct State<'a> {
    pending: Vec<(&'a Ast, &'a Noted, bool)>,
    known: Vec<(Subject<'a>, Domain<'a>, Span)>,
    /// Whose answer is asked for.
    asked: Vec<NodeId>,
    /// Whose relevance is taken into account.
    taken: Vec<NodeId>,
}

struct Search<'a, 'b> {
    truth: &'b Truth<'a>,
    steps: u32,
    conflicts: Vec<Option<Conflict>>,
    no_choice: bool,
}

impl<'a> Truth<'a> {
    pub fn new(form: &'a Skeleton, noted: &'a [Noted]) -> Truth<'a> {
        let relevance = noted.iter().filter(|noted| noted.role == Role::Relevant);
        Truth { form, relevance: relevance.map(|noted| (noted.anchor.node, noted)).collect() }
    }

    /// The condition under which a node is relevant.
    pub fn relevance(&self, node: NodeId) -> Option<&'a Noted> {
        self.relevance.get(&node).copied()
    }

    /// The conditions of what holds a node, the nearest first.
    pub fn around(&self, node: NodeId) -> Vec<&'a Noted> {
        let mut at = node;
        let mut around = Vec::new();
        for _ in 0..LEVELS {
            if at == NodeId(0) {
                break;
            }
            at = self.form.node(at).parent;
            around.extend(self.relevance(at));
        }
        around
    }

    /// Can all of these hold?
    pub fn together(&self, conditions: &[&'a Noted]) -> Verdict {
        let pending = conditions.iter().rev().map(|noted| (&noted.ast, *noted, true)).collect();
        let relevance = conditions.iter().filter(|noted| noted.role == Role::Relevant);
        let taken = relevance.map(|noted| noted.anchor.node).collect();
        let state = State { pending, known: Vec::new(), asked: Vec::new(), taken };
        let mut search = Search { truth: self, steps: STEPS, conflicts: Vec::new(), no_choice: false };
        match search.possible(state) {
            true => Verdict::Possible,
            false if search.no_choice => Verdict::NoChoice,
            false => Verdict::Never(match search.conflicts.as_slice() {
                [conflict] => *conflict,
                _ => None,
            }),
        }
    }
}

impl<'a> Search<'a, '_> {
    fn possible(&mut self, mut state: State<'a>) -> bool {
        while let Some((ast, noted, wanted)) = state.pending.pop() {
            let Some(steps) = self.steps.checked_sub(1) else { return true };
            self.steps = steps;
            // The parts of these come by themselves.
            let parted = matches!(ast.kind, Kind::Binary(Operator::And | Operator::Or, ..));
            if let Some(constant) = if parted { None } else { constant(ast) } {
                if constant.truth() != wanted {
                    self.conflicts.push(None);
                    return false;
                }
                continue;
            }
            match &ast.kind {
                Kind::Binary(operator @ (Operator::And | Operator::Or), a, b) => {
                    let (a, b) = ((&**a, noted, wanted), (&**b, noted, wanted));
                    if (*operator == Operator::And) == wanted {
                        state.pending.extend([b, a]);
                        continue;
                    }
                    let mut other = state.clone();
                    other.pending.push(a);
                    if self.possible(other) {
                        return true;
                    }
                    state.pending.push(b);
                }
                Kind::Binary(operator, a, b) => {
                    if !self.comparison(&mut state, *operator, [a, b], ast, noted, wanted) {
                        return false;
                    }
                }
                Kind::Call { name, arguments, .. } => match (name.as_str(), arguments.as_slice()) {
                    ("not", [inner]) => state.pending.push((inner, noted, !wanted)),
                    ("boolean", [inner]) if !matches!(inner.kind, Kind::Path(_)) => {
                        state.pending.push((inner, noted, wanted));
                    }
                    ("if", [condition, then, otherwise]) => {
                        let mut other = state.clone();
                        other.pending.extend([(then, noted, wanted), (condition, noted, true)]);
                        if self.possible(other) {
                            return true;
                        }
                        state.pending.extend([(otherwise, noted, wanted), (condition, noted, false)]);
                    }
                    ("selected" | "is-selected", [question, choice])
                        if !self.selected(&mut state, question, choice, ast, noted, wanted) =>
                    {
                        return false;
                    }
                    _ => {
                        if !self.decided(&mut state, ast, noted, wanted) {
                            return false;
                        }
                    }
                },
                Kind::Number(_) | Kind::Text(_) | Kind::Negate(_) | Kind::Path(_) => {}
            }
        }
        true
    }

    /// A question that is one cell wherever the condition is looked at.
    fn question(&self, ast: &Ast, noted: &Noted) -> Option<(NodeId, DataType)> {
        let form = self.truth.form;
        let reached = reached(ast, noted, false, form)?;
        match form.node(reached.node).kind {
            SkeletonKind::Leaf(data_type) if reached.is_single() => Some((reached.node, data_type)),
            _ => None,
        }
    }

    fn comparison(
        &mut self,
        state: &mut State<'a>,
        operator: Operator,
        [a, b]: [&'a Ast; 2],
        whole: &'a Ast,
        noted: &'a Noted,
        wanted: bool,
    ) -> bool {
        let (question, value, operator) = match (constant(a), constant(b)) {
            (None, Some(value)) => (a, value, Some(operator)),
            (Some(value), None) => (b, value, Some(turned(operator))),
            _ => return self.decided(state, whole, noted, wanted),
        };
        let operator = operator.and_then(|operator| if wanted { Some(operator) } else { negated(operator) });
        let Some(operator) = operator else { return self.decided(state, whole, noted, wanted) };
        let Some((node, data_type)) = self.question(question, noted) else {
            let value_of = |ast: &Ast| match &ast.kind {
                Kind::Call { name, .. } => functions::find(name).map(|function| function.gives()),
                _ => None,
            };
            return match (value_of(question), written(question, noted)) {
                (Some(Gives::Number | Gives::Text), Some(subject)) => {
                    self.learn(state, subject, noted.span(whole), |domain| {
                        domain.compare(operator, value, DataType::Text)
                    })
                }
                _ => self.decided(state, whole, noted, wanted),
            };
        };
        if let (Operator::Equal, DataType::Choice, Constant::Text(name)) = (operator, data_type, &value)
            && !has_choice(node, name, self.truth.form)
        {
            self.no_choice = true;
            return false;
        }
        let blank = matches!(&value, Constant::Text(text) if text.is_empty());
        let answered = match operator {
            Operator::NotEqual => blank,
            _ => !blank && !matches!(value, Constant::Boolean(_)),
        };
        if answered {
            self.ask(state, node);
        }
        self.learn(state, Subject::Answer(node), noted.span(whole), |domain| {
            domain.compare(operator, value, data_type)
        })
    }

    fn selected(
        &mut self,
        state: &mut State<'a>,
        question: &'a Ast,
        choice: &'a Ast,
        whole: &'a Ast,
        noted: &'a Noted,
        wanted: bool,
    ) -> bool {
        let (Kind::Text(choice), Some((node, data_type))) = (&choice.kind, self.question(question, noted))
        else {
            return self.decided(state, whole, noted, wanted);
        };
        let choice = choice.trim();
        if choice.is_empty() || choice.contains(char::is_whitespace) {
            return true;
        }
        if wanted && !has_choice(node, choice, self.truth.form) {
            self.no_choice = true;
            return false;
        }
        if wanted {
            self.ask(state, node);
        }
        self.learn(state, Subject::Answer(node), noted.span(whole), |domain| {
            domain.choose(Cow::Borrowed(choice), wanted, data_type)
        })
    }

    /// A condition that nothing more is known of: it holds or it does not.
    fn decided(&mut self, state: &mut State<'a>, ast: &'a Ast, noted: &'a Noted, wanted: bool) -> bool {
        match written(ast, noted) {
            Some(subject) => self.learn(state, subject, noted.span(ast), |domain| domain.decide(wanted)),
            None => true,
        }
    }

    /// Adds what a condition says of its subject. False: nothing is like that.
    fn learn(
        &mut self,
        state: &mut State<'a>,
        subject: Subject<'a>,
        place: Span,
        keep: impl FnOnce(&mut Domain<'a>) -> bool,
    ) -> bool {
        let at = match state.known.iter().position(|(known, ..)| *known == subject) {
            Some(at) => at,
            None => {
                state.known.push((subject, Domain::default(), place));
                state.known.len() - 1
            }
        };
        let (_, domain, first) = &mut state.known[at];
        if !keep(domain) {
            let conflict = Conflict { first: *first, second: place };
            self.conflicts.push((conflict.first != conflict.second).then_some(conflict));
            return false;
        }
        *first = place;
        true
    }

    /// An answer is asked for: its question has to be relevant.
    fn ask(&mut self, state: &mut State<'a>, node: NodeId) {
        if state.asked.len() >= ASKED || state.asked.contains(&node) {
            return;
        }
        state.asked.push(node);
        let own = self.truth.relevance(node);
        for noted in own.into_iter().chain(self.truth.around(node)) {
            if !state.taken.contains(&noted.anchor.node) {
                state.taken.push(noted.anchor.node);
                state.pending.push((&noted.ast, noted, true));
            }
        }
    }
}

/// An expression as what it is about, if it gives the same whenever it is asked.
fn written<'a>(ast: &Ast, noted: &'a Noted) -> Option<Subject<'a>> {
    let (mut steady, mut relative) = (true, false);
    walk(ast, false, &mut |part, inside| match &part.kind {
        Kind::Call { name, .. } => {
            steady &= !matches!(name.as_str(), "random" | "randomize" | "uuid" | "once");
            relative |= matches!(name.as_str(), "current" | "position");
        }
        Kind::Path(path) => relative |= !inside && path.start == Start::Context,
        _ => {}
    });
    let node = relative.then_some(noted.anchor.node);
    steady.then(|| Subject::Written { scope: noted.anchor.scope, node, text: noted.text(ast) })
}

fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::More => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        same => same,
    }
}

/// What holds of one cell where the comparison does not. A blank is neither less nor more.
fn negated(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Equal => Some(Operator::NotEqual),
        Operator::NotEqual => Some(Operator::Equal),
        _ => None,
    }
}

/// The value of what is written out.
pub(super) fn constant(ast: &Ast) -> Option<Constant<'_>> {
    Some(match &ast.kind {
        Kind::Number(number) => Constant::Number(*number),
        Kind::Text(text) => Constant::Text(Cow::Borrowed(text)),
        Kind::Negate(inner) => Constant::Number(-constant(inner)?.number()?),
        Kind::Binary(Operator::And, a, b) => match (constant(a), constant(b)) {
            (Some(a), Some(b)) => Constant::Boolean(a.truth() && b.truth()),
            (Some(known), None) | (None, Some(known)) if !known.truth() => Constant::Boolean(false),
            _ => return None,
        },
        Kind::Binary(Operator::Or, a, b) => match (constant(a), constant(b)) {
            (Some(a), Some(b)) => Constant::Boolean(a.truth() || b.truth()),
            (Some(known), None) | (None, Some(known)) if known.truth() => Constant::Boolean(true),
            _ => return None,
        },
        Kind::Binary(Operator::Union, ..) => return None,
        Kind::Binary(operator, a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            let numbers = || Some((a.number()?, b.number()?));
            match operator {
                Operator::Add => numbers().map(|(a, b)| Constant::Number(a + b))?,
                Operator::Subtract => numbers().map(|(a, b)| Constant::Number(a - b))?,
                Operator::Multiply => numbers().map(|(a, b)| Constant::Number(a * b))?,
                Operator::Divide => numbers().map(|(a, b)| Constant::Number(a / b))?,
                Operator::Modulo => numbers().map(|(a, b)| Constant::Number(a % b))?,
                compared => Constant::Boolean(Constant::compare(*compared, &a, &b)?),
            }
        }
        Kind::Call { name, arguments, .. } => match (name.as_str(), arguments.as_slice()) {
            ("true", []) => Constant::Boolean(true),
            ("false", []) => Constant::Boolean(false),
            ("not", [inner]) => Constant::Boolean(!constant(inner)?.truth()),
            ("boolean", [inner]) => Constant::Boolean(constant(inner)?.truth()),
            ("number", [inner]) => Constant::Number(constant(inner)?.number()?),
            ("if", [condition, then, otherwise]) => match constant(condition)?.truth() {
                true => constant(then)?,
                false => constant(otherwise)?,
            },
            _ => return None,
        },
        Kind::Path(_) => return None,
    })
}
