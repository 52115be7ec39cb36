//! Conditions with three ends: they hold, they don't, or they are open, because an answer is missing that could turn them.
//!
//! An answer is missing where its question is relevant and required and blank, or where it breaks its question's rule. A question that may be
//! left out and was is deliberately blank; one that is not relevant does not concern the household. Both read as blank.
//!
//! What is not decided yet goes through an expression as in Kleene's logic: `a and b` does not hold if one of them does not, whatever
//! the other is; `not(…)` of what is open is open; a comparison or a function of what is open is open. Calculations are looked through,
//! and a measure that can't be said is open. What *asks about blankness* ([`asks_blankness`]; a comparison with `''`) reads what is in it as it stands.
//!
//! Invariant: what is decided stays so whatever is answered to the questions that are missing, as long as no blankness is asked for
//! and nothing else becomes relevant by the answer. Where nothing is missing a condition is evaluated as any other expression.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::Assessor;
use crate::assess::measure::{Condition, MeasureId, Source};
use crate::assess::{Missing, Outcome};
use crate::expr::eval::Eval;
use crate::expr::operand::NodeRef;
use crate::expr::program::{Expr, ExprId, Gives, Path, PathStart, Plan, PlanStep};
use crate::expr::syntax::Operator;
use crate::session::flag;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

/// How many calculations are looked through, one behind the other; what lies further is open if anything behind it is.
const FURTHEST: u16 = 16;

/// Does a condition hold?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Truth {
    Yes,
    No,
    /// It is not decided yet.
    Open(Missing),
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Truth {
        if truth { Truth::Yes } else { Truth::No }
    }
}

/// Something that is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Awaited {
    /// The answer of a question, or of what is calculated.
    Answer(Key),
    Measure(MeasureId),
}

/// What was found missing, in order, if that is wanted.
#[derive(Debug, Default)]
pub(crate) struct Awaiting(Option<RefCell<Vec<Awaited>>>);

impl Awaiting {
    /// Notes what is missing.
    pub fn wanted() -> Awaiting {
        Awaiting(Some(RefCell::default()))
    }

    pub fn note(&self, awaited: Awaited) {
        if let Some(list) = &self.0 {
            list.borrow_mut().push(awaited);
        }
    }

    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |list| list.borrow().len())
    }

    /// Forgets what was noted since.
    fn forget(&self, len: usize) {
        if let Some(list) = &self.0 {
            list.borrow_mut().truncate(len);
        }
    }

    fn since(&self, len: usize) -> Vec<Awaited> {
        self.0.as_ref().map_or_else(Vec::new, |list| list.borrow()[len..].to_vec())
    }

    pub fn into_list(self) -> Vec<Awaited> {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// Does a function ask whether something is blank? What stands in it is read as it stands.
pub(crate) fn asks_blankness(function: &str) -> bool {
    matches!(function, "string-length" | "coalesce" | "count-selected" | "count-non-empty")
}

impl Assessor<'_> {
    /// Does a condition hold?
    pub(super) fn holds(&self, condition: &Condition) -> Truth {
        match self.is_settled(condition) {
            true => self.eval.boolean(condition.expr).into(),
            false => Looking::new(self, false).truth(&self.eval, condition.expr),
        }
    }

    /// Does the condition of a flag hold? A danger that was named is not taken back because the answer that names it breaks a rule.
    pub(super) fn raised(&self, condition: &Condition) -> Truth {
        let len = self.awaited.len();
        match self.holds(condition) {
            Truth::Open(why) => match Looking::new(self, true).truth(&self.eval, condition.expr) {
                Truth::Yes => {
                    self.awaited.forget(len);
                    Truth::Yes
                }
                _ => Truth::Open(why),
            },
            decided => decided,
        }
    }

    /// Is nothing missing that it hangs on? The most conditions are so, and looked at no further.
    fn is_settled(&self, condition: &Condition) -> bool {
        condition.sources.iter().all(|source| match *source {
            Source::Measure(id) => !matches!(self.came(id), Outcome::Missing(_)),
            Source::Question(node) => self.is_answered(node),
        })
    }

    /// Is a question answered in every instance, as far as it has to be?
    fn is_answered(&self, node: NodeId) -> bool {
        let primary = self.eval.primary();
        let scope = primary.form.node(node).scope;
        if scope == crate::form::ScopeDefId::ROOT {
            return self.hole(ScopeId(0), node).is_none();
        }
        let mut answered = true;
        primary.instance.each_under(primary.form, ScopeId(0), scope, &mut |scope| {
            answered &= self.hole(scope, node).is_none();
        });
        answered
    }

    /// Why a question's answer is missing.
    fn hole(&self, scope: ScopeId, node: NodeId) -> Option<Missing> {
        let instance = self.eval.primary().instance;
        let cell = instance.cell(scope, node);
        match instance.value(scope, node) {
            _ if !instance.has(cell, flag::RELEVANT) => None,
            Value::Blank | Value::Unread(_) => {
                instance.has(cell, flag::REQUIRED).then_some(Missing::Unanswered)
            }
            _ => instance.has(cell, flag::VIOLATED).then_some(Missing::Rejected),
        }
    }

    /// The questions behind a calculated node that are missing.
    pub fn holes_behind(&self, node: NodeId) -> Vec<Awaited> {
        let primary = self.eval.primary();
        let mut awaited = Vec::new();
        for source in self.assessment.behind.get(&node).into_iter().flatten() {
            match *source {
                Source::Measure(id) if matches!(self.came(id), Outcome::Missing(_)) => {
                    awaited.push(Awaited::Measure(id));
                }
                Source::Measure(_) => {}
                Source::Question(node) => {
                    let within = primary.form.node(node).scope;
                    primary.instance.each_under(primary.form, ScopeId(0), within, &mut |scope| {
                        if self.hole(scope, node).is_some() {
                            awaited.push(Awaited::Answer(Key { scope, node }));
                        }
                    });
                }
            }
        }
        awaited
    }
}

/// Nodes that an expression may mean, and whether it surely does.
type Candidates = Vec<(NodeRef, bool)>;

/// A calculation that was looked through: whether it is open, and what it awaits.
type Known = (Option<Missing>, Vec<Awaited>);

/// A condition is looked through, because something is missing.
struct Looking<'l, 'a> {
    assessor: &'l Assessor<'a>,
    /// Answers that break a rule count as they stand.
    literally: bool,
    depth: std::cell::Cell<u16>,
    known: RefCell<FxHashMap<(ScopeId, NodeId), Known>>,
}

impl<'l, 'a> Looking<'l, 'a> {
    fn new(assessor: &'l Assessor<'a>, literally: bool) -> Looking<'l, 'a> {
        Looking { assessor, literally, depth: std::cell::Cell::new(0), known: RefCell::default() }
    }

    fn truth(&self, eval: &Eval<'_>, id: ExprId) -> Truth {
        if !eval.spend(1) {
            return Truth::Open(Missing::Unanswered);
        }
        match eval.program.expr(id) {
            Expr::Or(a, b) => self.joined(eval, [*a, *b], Truth::Yes),
            Expr::And(a, b) => self.joined(eval, [*a, *b], Truth::No),
            Expr::Compare(operator, a, b) => self.compared(eval, id, *operator, [*a, *b]),
            Expr::Call(function, arguments) => match (function.name, &**arguments) {
                ("not", [inner]) => match self.truth(eval, *inner) {
                    Truth::Yes => Truth::No,
                    Truth::No => Truth::Yes,
                    open => open,
                },
                ("boolean", [inner]) => self.truth(eval, *inner),
                ("if", [condition, then, otherwise]) => self.chosen(eval, *condition, [*then, *otherwise]),
                _ => self.strictly(eval, id),
            },
            // A node-set is true when it holds a node, whatever that says.
            Expr::Cell { .. } => eval.boolean(id).into(),
            Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => match self.count(eval, id) {
                Ok((0, 0, _)) => Truth::No,
                Ok((0, _, why)) => Truth::Open(why),
                Ok(_) => Truth::Yes,
                Err(why) => Truth::Open(why),
            },
            _ => self.strictly(eval, id),
        }
    }

    /// `and`, `or`: `decides` is what one of them alone decides.
    fn joined(&self, eval: &Eval<'_>, sides: [ExprId; 2], decides: Truth) -> Truth {
        let len = self.assessor.awaited.len();
        let mut open = None;
        for side in sides {
            match self.truth(eval, side) {
                truth if truth == decides => {
                    self.assessor.awaited.forget(len);
                    return decides;
                }
                Truth::Open(why) => open = open.or(Some(why)),
                Truth::Yes | Truth::No => {}
            }
        }
        match (open, decides) {
            (Some(why), _) => Truth::Open(why),
            (None, Truth::Yes) => Truth::No,
            (None, _) => Truth::Yes,
        }
    }

    /// `if(…)` as a truth: both ways may say the same.
    fn chosen(&self, eval: &Eval<'_>, condition: ExprId, ways: [ExprId; 2]) -> Truth {
        match self.truth(eval, condition) {
            Truth::Yes => self.truth(eval, ways[0]),
            Truth::No => self.truth(eval, ways[1]),
            Truth::Open(why) => match ways.map(|way| self.truth(eval, way)) {
                [a, b] if a == b => a,
                _ => Truth::Open(why),
            },
        }
    }

    fn strictly(&self, eval: &Eval<'_>, id: ExprId) -> Truth {
        match self.open(eval, id) {
            Some(why) => Truth::Open(why),
            None => eval.boolean(id).into(),
        }
    }

    fn compared(&self, eval: &Eval<'_>, id: ExprId, operator: Operator, [a, b]: [ExprId; 2]) -> Truth {
        let program = eval.program;
        let is_blank = |id: ExprId| matches!(program.expr(id), Expr::Text(text) if text.is_empty());
        if is_blank(a) || is_blank(b) {
            return eval.boolean(id).into();
        }
        if let Some(truth) = self.counted(eval, operator, [a, b]) {
            return truth;
        }
        let len = self.assessor.awaited.len();
        let open = [a, b].map(|side| self.open(eval, side));
        let Some(why) = open[0].or(open[1]) else { return eval.boolean(id).into() };
        // Among several nodes one is enough, and a blank one is below, above and equal to nothing.
        let several =
            |id: ExprId| matches!(program.expr(id), Expr::Nodes(plan) if filterless(program.plan(*plan)));
        let constant = |id: ExprId| matches!(program.expr(id), Expr::Number(_) | Expr::Text(_));
        let one_is_enough = (several(a) && constant(b)) || (constant(a) && several(b));
        let rejected = || !self.literally && self.any_rejected(eval, if several(a) { a } else { b });
        if one_is_enough && operator != Operator::NotEqual && eval.boolean(id) && !rejected() {
            self.assessor.awaited.forget(len);
            return Truth::Yes;
        }
        Truth::Open(why)
    }

    fn any_rejected(&self, eval: &Eval<'_>, id: ExprId) -> bool {
        eval.nodes(id).into_iter().any(|node| match self.node(eval, node) {
            Some(Missing::Unanswered) | None => false,
            Some(_) => true,
        })
    }

    /// `count(…)` against a number: between the nodes that are surely there and those that may be.
    fn counted(&self, eval: &Eval<'_>, operator: Operator, [a, b]: [ExprId; 2]) -> Option<Truth> {
        let nodes_of = |id: ExprId| match eval.program.expr(id) {
            Expr::Call(function, arguments) if function.name == "count" && arguments.len() == 1 => {
                Some(arguments[0])
            }
            _ => None,
        };
        let (nodes, number, turned) = match (nodes_of(a), nodes_of(b)) {
            (Some(nodes), None) => (nodes, b, false),
            (None, Some(nodes)) => (nodes, a, true),
            _ => return None,
        };
        if let Some(why) = self.open(eval, number) {
            return Some(Truth::Open(why));
        }
        let (least, most, why) = match self.count(eval, nodes) {
            Ok(counted) => counted,
            Err(why) => return Some(Truth::Open(why)),
        };
        let number = eval.number(number);
        let holds = |count: usize| {
            let (a, b) = if turned { (number, count as f64) } else { (count as f64, number) };
            match operator {
                Operator::Equal => a == b,
                Operator::NotEqual => a != b,
                Operator::Less => a < b,
                Operator::AtMost => a <= b,
                Operator::More => a > b,
                _ => a >= b,
            }
        };
        let between = (least as f64) < number && number < most as f64;
        let crosses = matches!(operator, Operator::Equal | Operator::NotEqual) && between;
        Some(match (holds(least), holds(most)) {
            (a, b) if a == b && !crosses => a.into(),
            _ => Truth::Open(why),
        })
    }

    /// How many nodes there are at least and at most; an error: that can't be said.
    fn count(&self, eval: &Eval<'_>, id: ExprId) -> Result<(usize, usize, Missing), Missing> {
        let len = self.assessor.awaited.len();
        let (candidates, why) = self.candidates(eval, id)?;
        let sure = candidates.iter().filter(|(_, sure)| *sure).count();
        if sure == candidates.len() {
            self.assessor.awaited.forget(len);
        }
        Ok((sure, candidates.len(), why.unwrap_or(Missing::Unanswered)))
    }

    /// Why a value is not known yet.
    fn open(&self, eval: &Eval<'_>, id: ExprId) -> Option<Missing> {
        if !eval.spend(1) {
            return Some(Missing::Unanswered);
        }
        let any = |ids: &[ExprId]| {
            // All of them are awaited, and the first says why.
            ids.iter().map(|id| self.open(eval, *id)).fold(None, Option::or)
        };
        match eval.program.expr(id) {
            Expr::Cell { base, up, node } => self.node(eval, NodeRef::Cell(eval.scope_up(*base, *up), *node)),
            Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => match self.candidates(eval, id) {
                Ok((candidates, why)) => {
                    let nodes = candidates.into_iter().map(|(node, _)| self.node(eval, node));
                    nodes.fold(why, Option::or)
                }
                Err(why) => Some(why),
            },
            Expr::Or(..) | Expr::And(..) | Expr::Compare(..) => match self.truth(eval, id) {
                Truth::Open(why) => Some(why),
                Truth::Yes | Truth::No => None,
            },
            Expr::Arithmetic(_, a, b) | Expr::ChoiceName { value: a, question: b } => any(&[*a, *b]),
            Expr::Negate(inner) | Expr::Matches(inner, _) | Expr::Itext(inner) | Expr::Once(inner) => {
                any(&[*inner])
            }
            Expr::Call(function, arguments) => match (function.name, &**arguments) {
                (name, _) if asks_blankness(name) => None,
                ("not" | "boolean", [_]) => match self.truth(eval, id) {
                    Truth::Open(why) => Some(why),
                    Truth::Yes | Truth::No => None,
                },
                ("if", [condition, then, otherwise]) => self.open_way(eval, *condition, [*then, *otherwise]),
                ("count", [nodes]) => match self.count(eval, *nodes) {
                    Ok((least, most, _)) if least == most => None,
                    Ok((.., why)) | Err(why) => Some(why),
                },
                ("depend", [first, ..]) => any(&[*first]),
                (_, arguments) => any(arguments),
            },
            Expr::Number(_)
            | Expr::Text(_)
            | Expr::Position { .. }
            | Expr::ContextPosition
            | Expr::ContextSize
            | Expr::Fails(_)
            | Expr::Given(_) => None,
        }
    }

    /// `if(…)` as a value: a way that may be gone and is open, or two that differ.
    fn open_way(&self, eval: &Eval<'_>, condition: ExprId, ways: [ExprId; 2]) -> Option<Missing> {
        let len = self.assessor.awaited.len();
        let truth = self.truth(eval, condition);
        let first = if truth == Truth::No { None } else { self.open(eval, ways[0]) };
        let second = if truth == Truth::Yes { None } else { self.open(eval, ways[1]) };
        match (truth, first.or(second)) {
            (Truth::Open(why), None) if eval.text(ways[0]) != eval.text(ways[1]) => Some(why),
            (Truth::Open(_), None) => {
                self.assessor.awaited.forget(len);
                None
            }
            (Truth::Open(why), Some(_)) => Some(why),
            (_, open) => open,
        }
    }

    /// Why a node's value is not known yet.
    fn node(&self, eval: &Eval<'_>, node: NodeRef) -> Option<Missing> {
        let NodeRef::Cell(scope, id) = node else { return None };
        let primary = eval.primary();
        if !primary.instance.relevant(scope, id) {
            return None;
        }
        if let Some(measure) = self.assessor.assessment.by_node.get(&id) {
            let open = matches!(self.assessor.came(*measure), Outcome::Missing(_));
            return open.then(|| {
                self.assessor.awaited.note(Awaited::Measure(*measure));
                Missing::Depends
            });
        }
        let this = primary.form.node(id);
        if let Some(calculation) = this.bind.calculate {
            return self.calculated(eval, (scope, id), calculation);
        }
        if this.data_type().is_none() {
            return self.within(eval, node);
        }
        let hole = self.assessor.hole(scope, id);
        let hole = hole.filter(|why| !(self.literally && *why == Missing::Rejected))?;
        self.assessor.awaited.note(Awaited::Answer(Key { scope, node: id }));
        Some(hole)
    }

    /// A group's value is that of all it holds.
    fn within(&self, eval: &Eval<'_>, group: NodeRef) -> Option<Missing> {
        eval.children(group).into_iter().map(|child| self.node(eval, child)).fold(None, Option::or)
    }

    /// What is calculated is open where its calculation is.
    fn calculated(&self, eval: &Eval<'_>, cell: (ScopeId, NodeId), calculation: ExprId) -> Option<Missing> {
        let awaited = &self.assessor.awaited;
        if let Some((open, awaits)) = self.known.borrow().get(&cell) {
            awaits.iter().for_each(|each| awaited.note(*each));
            return *open;
        }
        if self.depth.get() >= FURTHEST {
            return Some(Missing::Unanswered);
        }
        let len = awaited.len();
        self.depth.set(self.depth.get() + 1);
        let open = self.open(&eval.at_node(cell.0, cell.1), calculation);
        self.depth.set(self.depth.get() - 1);
        if open.is_none() {
            awaited.forget(len);
        }
        self.known.borrow_mut().insert(cell, (open, awaited.since(len)));
        open
    }

    /// The nodes that an expression may mean. An error: it may be any.
    fn candidates(&self, eval: &Eval<'_>, id: ExprId) -> Result<(Candidates, Option<Missing>), Missing> {
        match eval.program.expr(id) {
            Expr::Nodes(plan) => self.followed(eval, id, eval.program.plan(*plan)),
            Expr::Union(a, b) => {
                let (mut nodes, why) = self.candidates(eval, *a)?;
                let (more, other) = self.candidates(eval, *b)?;
                nodes.extend(more);
                Ok((nodes, why.or(other)))
            }
            Expr::Path(path) => match self.picks(eval, eval.program.path(*path)) {
                Some(why) => Err(why),
                None => Ok((sure(eval.nodes(id)), None)),
            },
            _ => Ok((sure(eval.nodes(id)), None)),
        }
    }

    /// As [`Eval`] follows a plan, with what a filter may or may not let through.
    fn followed(
        &self,
        eval: &Eval<'_>,
        id: ExprId,
        plan: &Plan,
    ) -> Result<(Candidates, Option<Missing>), Missing> {
        let instance = eval.primary().instance;
        let start = eval.scope_up(plan.start.base, plan.start.up);
        let mut nodes: Candidates = vec![(NodeRef::Cell(start, instance.own_node(start)), true)];
        let mut open = None;
        let within = |nodes: &Candidates| -> Vec<(ScopeId, bool)> {
            let scope = |(node, sure): &(NodeRef, bool)| match node {
                NodeRef::Cell(scope, _) => Some((*scope, *sure)),
                NodeRef::Text(..) | NodeRef::Tree(..) | NodeRef::Document => None,
            };
            nodes.iter().filter_map(scope).collect()
        };
        for step in &plan.steps {
            match step {
                PlanStep::Repeat(repeat) => {
                    let inside = |(scope, sure): (ScopeId, bool)| {
                        let there = instance.instances(scope, *repeat).iter().copied();
                        let there = there.filter(|scope| instance.relevant(*scope, *repeat));
                        there.map(move |scope| (NodeRef::Cell(scope, *repeat), sure)).collect::<Vec<_>>()
                    };
                    nodes = within(&nodes).into_iter().flat_map(inside).collect();
                }
                PlanStep::Cell(target) => {
                    let cell = |(scope, sure)| (NodeRef::Cell(scope, *target), sure);
                    nodes = within(&nodes).into_iter().map(cell).collect();
                }
                PlanStep::Outer => {
                    let outer = |(scope, sure)| {
                        let outer = instance.up(scope, 1);
                        (NodeRef::Cell(outer, instance.own_node(outer)), sure)
                    };
                    nodes = within(&nodes).into_iter().map(outer).collect();
                    nodes.dedup_by(|one, other| {
                        let same = one.0 == other.0;
                        other.1 |= same && one.1;
                        same
                    });
                }
                PlanStep::Filter { predicate, gives: Gives::Boolean } => {
                    let size = nodes.len() as u32;
                    let mut kept = Vec::with_capacity(nodes.len());
                    for (index, (node, is_sure)) in nodes.into_iter().enumerate() {
                        let inner = Eval { context: node, position: index as u32 + 1, size, ..*eval };
                        match self.truth(&inner, *predicate) {
                            Truth::No => {}
                            Truth::Yes => kept.push((node, is_sure)),
                            Truth::Open(why) => {
                                open = open.or(Some(why));
                                kept.push((node, false));
                            }
                        }
                    }
                    nodes = kept;
                }
                // A place among nodes that are not settled is no place.
                PlanStep::Filter { predicate, .. } => {
                    for (node, _) in nodes {
                        let inner = Eval { context: node, ..*eval };
                        open = open.or(self.open(&inner, *predicate));
                    }
                    return open.map_or_else(|| Ok((sure(eval.nodes(id)), None)), Err);
                }
                PlanStep::At(place) => {
                    open = open.or(self.open(eval, *place));
                    return open.map_or_else(|| Ok((sure(eval.nodes(id)), None)), Err);
                }
            }
        }
        Ok((nodes, open))
    }

    /// Why it is not known which nodes a path picks. Into the form's own nodes it is not looked: something is missing, and may matter.
    fn picks(&self, eval: &Eval<'_>, path: &Path) -> Option<Missing> {
        let mut predicates =
            path.predicates.iter().chain(path.steps.iter().flat_map(|step| &step.predicates)).peekable();
        if predicates.peek().is_none() {
            return match path.start {
                PathStart::Expr(id) => self.open(eval, id),
                PathStart::Context | PathStart::Root | PathStart::Current | PathStart::Tree(_) => None,
            };
        }
        if !in_tree(eval, path) {
            return Some(Missing::Unanswered);
        }
        let start = match path.start {
            PathStart::Expr(id) => self.open(eval, id),
            _ => None,
        };
        // What stands relative in a predicate is of the tree.
        let inner = Eval { context: NodeRef::Document, ..*eval };
        predicates.map(|predicate| self.open(&inner, predicate.expr)).fold(start, Option::or)
    }
}

/// Does a path lead through a secondary instance?
fn in_tree(eval: &Eval<'_>, path: &Path) -> bool {
    match path.start {
        PathStart::Tree(_) => true,
        PathStart::Expr(id) => match eval.program.expr(id) {
            Expr::Path(path) => in_tree(eval, eval.program.path(*path)),
            _ => false,
        },
        PathStart::Context | PathStart::Root | PathStart::Current => false,
    }
}

/// No predicate says which nodes there are.
fn filterless(plan: &Plan) -> bool {
    !plan.steps.iter().any(|step| matches!(step, PlanStep::Filter { .. } | PlanStep::At(_)))
}

fn sure(nodes: Vec<NodeRef>) -> Candidates {
    nodes.into_iter().map(|node| (node, true)).collect()
}
