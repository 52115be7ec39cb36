//! Looks through a condition while something is missing: what of it is settled, and what is not.
//!
//! Invariant: it walks an expression once, within the work that an answer may make, and says "open" wherever it can't be sure.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use super::Assessor;
use super::conditions::{Awaited, Truth};
use crate::assess::{Missing, Outcome};
use crate::expr::eval::Eval;
use crate::expr::operand::NodeRef;
use crate::expr::program::{Expr, ExprId, Gives, Path, PathStart, Plan, PlanStep};
use crate::expr::syntax::Operator;
use crate::view::{Key, NodeId, ScopeId};

/// How many calculations are looked through, one behind the other; what lies further is open if anything behind it is.
const FURTHEST: u16 = 16;

/// Nodes that an expression may mean, and whether it surely does.
type Candidates = Vec<(NodeRef, bool)>;

/// A calculation that was looked through: whether it is open, and what it awaits.
type Known = (Option<Missing>, Vec<Awaited>);

/// Whether a node's own condition of relevance holds, and what it awaits.
type Asked = (Truth, Vec<Awaited>);

/// A condition is looked through, because something is missing.
pub(super) struct Looking<'l, 'a> {
    pub(super) assessor: &'l Assessor<'a>,
    /// Answers that break a rule count as they stand.
    pub(super) literally: bool,
    depth: Cell<u16>,
    known: RefCell<FxHashMap<(ScopeId, NodeId), Known>>,
    pub(super) asked: RefCell<FxHashMap<(ScopeId, NodeId), Asked>>,
}

impl<'l, 'a> Looking<'l, 'a> {
    pub fn new(assessor: &'l Assessor<'a>, literally: bool) -> Looking<'l, 'a> {
        Looking {
            assessor,
            literally,
            depth: Cell::new(0),
            known: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    pub fn truth(&self, eval: &Eval<'_>, id: ExprId) -> Truth {
        if !eval.spend(1) {
            return Truth::Open(Missing::Unanswered);
        }
        match eval.program.expr(id) {
            Expr::Or(a, b) => self.joined(eval, [*a, *b], Truth::Yes),
            Expr::And(a, b) => self.joined(eval, [*a, *b], Truth::No),
            Expr::Compare(operator, a, b) => self.compared(eval, id, *operator, [*a, *b]),
            Expr::Call(function, arguments) => match (function.name, &**arguments) {
                ("not", [inner]) => self.truth(eval, *inner).negated(),
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
        let side = if several(a) { a } else { b };
        if one_is_enough && operator != Operator::NotEqual && eval.boolean(id) && self.all_stay(eval, side) {
            self.assessor.awaited.forget(len);
            return Truth::Yes;
        }
        Truth::Open(why)
    }

    /// Do the nodes stay as they are, but for those that are blank?
    fn all_stay(&self, eval: &Eval<'_>, id: ExprId) -> bool {
        let Ok((nodes, None)) = self.candidates(eval, id) else { return false };
        let literally = self.literally;
        nodes.into_iter().all(|(node, _)| match node {
            NodeRef::Cell(scope, id) => match self.asked(eval, scope, id) {
                Truth::Yes => {
                    literally || !matches!(self.node(eval, node), Some(why) if why != Missing::Unanswered)
                }
                Truth::No => true,
                Truth::Open(_) => false,
            },
            _ => true,
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
    pub(super) fn open(&self, eval: &Eval<'_>, id: ExprId) -> Option<Missing> {
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
                _ if function.asks_blankness => None,
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
        // What is no number comes from a blank, and is kept as one.
        let text = |way: ExprId| Some(eval.text(way)).filter(|text| !text.is_empty() && **text != *"NaN");
        match (truth, first.or(second)) {
            (Truth::Open(why), None) if text(ways[0]) != text(ways[1]) => Some(why),
            (Truth::Open(_), None) => {
                self.assessor.awaited.forget(len);
                None
            }
            (Truth::Open(why), Some(_)) => Some(why),
            (_, open) => open,
        }
    }

    /// Why a node's value is not known yet.
    pub(super) fn node(&self, eval: &Eval<'_>, node: NodeRef) -> Option<Missing> {
        let NodeRef::Cell(scope, id) = node else { return None };
        let primary = eval.primary();
        if let Some(measure) = self.assessor.assessment.by_node.get(&id) {
            let open = matches!(self.assessor.came(*measure), Outcome::Missing(_));
            return open.then(|| {
                self.assessor.awaited.note(Awaited::Measure(*measure));
                Missing::Depends
            });
        }
        match self.asked(eval, scope, id) {
            Truth::Yes => {}
            Truth::No => return None,
            Truth::Open(why) => return Some(why),
        }
        let this = primary.form.node(id);
        if let Some(calculation) = this.bind.calculate {
            return self.calculated(eval, (scope, id), calculation);
        }
        if this.data_type().is_none() {
            return self.within(eval, node);
        }
        let Some(hole) = self.assessor.hole(scope, id) else {
            let blank = primary.instance.value(scope, id).is_blank();
            return if blank { self.required_open(eval, scope, id) } else { None };
        };
        if self.literally && hole == Missing::Rejected {
            return None;
        }
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
                None if in_tree(eval, eval.program.path(*path)) => Ok((sure(eval.nodes(id)), None)),
                None => match self.any_instances_open(eval) {
                    Some(why) => Err(why),
                    None => Ok((sure(eval.nodes(id)), None)),
                },
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
                    let mut inside: Candidates = Vec::new();
                    for (scope, is_sure) in within(&nodes) {
                        if let Some(why) = self.repeat_open(eval, scope, *repeat) {
                            return Err(why);
                        }
                        for there in instance.instances(scope, *repeat) {
                            match self.asked(eval, *there, *repeat) {
                                Truth::No => {}
                                Truth::Yes => inside.push((NodeRef::Cell(*there, *repeat), is_sure)),
                                Truth::Open(why) => {
                                    open = open.or(Some(why));
                                    inside.push((NodeRef::Cell(*there, *repeat), false));
                                }
                            }
                        }
                    }
                    nodes = inside;
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
    pub(super) fn picks(&self, eval: &Eval<'_>, path: &Path) -> Option<Missing> {
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
pub(super) fn in_tree(eval: &Eval<'_>, path: &Path) -> bool {
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
