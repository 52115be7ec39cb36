//! Is a question asked? It is, it is not, or nobody knows yet, because its relevance hangs on an answer that is missing.
//!
//! What may still come to be asked was not left out, and what is asked now may come to be out of place: both are open. Relevance is looked at less
//! closely than the assessment's own conditions: a comparison in it is open as soon as a required answer is missing behind anything that it
//! reads, be it asked for as a blank (`${county} != ''` says that the county comes first) or in a way that would not matter. An answer that breaks
//! its rule is missing, as everywhere: the page goes by it as it stands, and nobody knows what it hid. Where a danger is looked for it counts,
//! lest the danger that it led to be taken back. Invariant: where nothing is missing, a node is asked if it is relevant.

use super::Assessor;
use super::conditions::{Awaited, Truth};
use super::looking::Looking;
use crate::assess::measure::Source;
use crate::assess::{Missing, Outcome};
use crate::expr::eval::Eval;
use crate::expr::program::{Expr, ExprId, PlanStep};
use crate::form::NodeKind;
use crate::session::flag;
use crate::view::{Key, NodeId, ScopeId};

impl Assessor<'_> {
    /// Is a node asked?
    pub(super) fn asked(&self, scope: ScopeId, node: NodeId) -> Truth {
        Looking::new(self, false).asked(&self.eval, scope, node)
    }

    /// Is it open whether a node is asked?
    pub fn may_be_asked(&self, scope: ScopeId, node: NodeId) -> bool {
        matches!(self.asked(scope, node), Truth::Open(_))
    }

    /// Is it sure whether a node is asked, in every instance of it: is nothing in doubt, or all of it answered?
    fn is_sure(&self, node: NodeId) -> bool {
        let doubts = &self.assessment.doubts;
        if !doubts.below.contains(&node) {
            return true;
        }
        if let Some((last, sure)) = self.sure.get()
            && last == node
        {
            return sure;
        }
        let form = self.eval.primary().form;
        let around = |at: &NodeId| (*at != NodeId(0)).then(|| form.node(*at).parent);
        let sure = std::iter::successors(Some(node), around)
            .filter_map(|at| doubts.relevant.get(&at))
            .all(|(_, condition)| self.is_settled(condition));
        self.sure.set(Some((node, sure)));
        sure
    }

    /// Why it is not known which instances of its repeats an expression means.
    pub(super) fn instances_open(&self, id: ExprId) -> Option<Missing> {
        let doubts = &self.assessment.doubts;
        if doubts.counts.is_empty() && doubts.below.is_empty() {
            return None;
        }
        match self.eval.program.expr(id) {
            Expr::Union(a, b) => self.instances_open(*a).or_else(|| self.instances_open(*b)),
            Expr::Nodes(plan) => {
                let plan = self.eval.program.plan(*plan);
                let within = self.eval.scope_up(plan.start.base, plan.start.up);
                let repeats = plan.steps.iter().filter_map(|step| match step {
                    PlanStep::Repeat(repeat) => Some(*repeat),
                    _ => None,
                });
                Looking::new(self, false).any_repeat_open(&self.eval, within, repeats)
            }
            Expr::Path(_) => Looking::new(self, false).any_instances_open(&self.eval),
            _ => None,
        }
    }
}

impl Looking<'_, '_> {
    /// Is a node asked: does its condition hold, and those of all that holds it?
    pub(super) fn asked(&self, eval: &Eval<'_>, scope: ScopeId, node: NodeId) -> Truth {
        let (form, instance) = (eval.primary().form, eval.primary().instance);
        if self.assessor.is_sure(node) {
            return instance.relevant(scope, node).into();
        }
        let len = self.assessor.awaited.len();
        let mut open = None;
        let (mut scope, mut at) = (scope, node);
        loop {
            match self.asked_itself(eval, scope, at) {
                Truth::Yes => {}
                Truth::No => {
                    self.assessor.awaited.forget(len);
                    return Truth::No;
                }
                Truth::Open(why) => open = open.or(Some(why)),
            }
            if scope != ScopeId(0) && instance.own_node(scope) == at {
                // An instance lies in its repeat as a whole.
                scope = instance.up(scope, 1);
            } else if at == NodeId(0) {
                return open.map_or(Truth::Yes, Truth::Open);
            } else {
                at = form.node(at).parent;
            }
        }
    }

    /// A node's own condition, whatever holds it.
    fn asked_itself(&self, eval: &Eval<'_>, scope: ScopeId, node: NodeId) -> Truth {
        let instance = eval.primary().instance;
        let as_it_is = || instance.has(instance.cell(scope, node), flag::RELEVANT_ITSELF).into();
        match self.assessor.assessment.doubts.relevant.get(&node) {
            Some((def, condition)) if instance.def(scope) == *def => {
                if self.assessor.is_settled(condition) {
                    return as_it_is();
                }
                let cell = (scope, node);
                let awaited = &self.assessor.awaited;
                if let Some((truth, awaits)) = self.asked.borrow().get(&cell) {
                    awaits.iter().for_each(|each| awaited.note(*each));
                    return *truth;
                }
                let len = awaited.len();
                let truth = self.relevance(&eval.at_node(scope, node), condition.expr);
                if !matches!(truth, Truth::Open(_)) {
                    awaited.forget(len);
                }
                self.asked.borrow_mut().insert(cell, (truth, awaited.since(len)));
                truth
            }
            _ => as_it_is(),
        }
    }

    /// A condition of the form's, not of the assessment's.
    fn relevance(&self, eval: &Eval<'_>, id: ExprId) -> Truth {
        match eval.program.expr(id) {
            Expr::Or(a, b) => self.either(Truth::Yes, [*a, *b].map(|side| self.relevance(eval, side))),
            Expr::And(a, b) => self.either(Truth::No, [*a, *b].map(|side| self.relevance(eval, side))),
            Expr::Call(function, arguments) => match (function.name, &**arguments) {
                ("not", [inner]) => self.relevance(eval, *inner).negated(),
                ("boolean", [inner]) => self.relevance(eval, *inner),
                _ => self.behind(eval, id),
            },
            _ => self.behind(eval, id),
        }
    }

    fn either(&self, decides: Truth, sides: [Truth; 2]) -> Truth {
        match sides {
            [one, other] if one == decides || other == decides => decides,
            [open @ Truth::Open(_), _] | [_, open @ Truth::Open(_)] => open,
            [one, _] => one,
        }
    }

    fn behind(&self, eval: &Eval<'_>, id: ExprId) -> Truth {
        match self.missing_in(eval, id, true) {
            Some(why) => Truth::Open(why),
            None => eval.boolean(id).into(),
        }
    }

    /// Why an answer is missing behind any node that an expression reads. `own`: one cell is that of the instance that it stands in.
    fn missing_in(&self, eval: &Eval<'_>, id: ExprId, own: bool) -> Option<Missing> {
        if !eval.spend(1) {
            return Some(Missing::Unanswered);
        }
        let any =
            |ids: &[ExprId]| ids.iter().map(|id| self.missing_in(eval, *id, own)).fold(None, Option::or);
        match eval.program.expr(id) {
            Expr::Cell { base, up, node } => {
                self.missing_behind(eval, *node, own.then(|| eval.scope_up(*base, *up)))
            }
            Expr::Nodes(plan) => {
                let mut open = None;
                let steps = &eval.program.plan(*plan).steps;
                let target = steps.iter().rev().find_map(|step| match step {
                    PlanStep::Repeat(node) | PlanStep::Cell(node) => Some(*node),
                    _ => None,
                });
                open = open.or(target.and_then(|node| self.missing_behind(eval, node, None)));
                for step in steps {
                    if let PlanStep::Filter { predicate: inner, .. } | PlanStep::At(inner) = step {
                        open = open.or(self.missing_in(eval, *inner, false));
                    }
                }
                open
            }
            Expr::Path(path) => self.picks(eval, eval.program.path(*path)),
            Expr::Or(a, b)
            | Expr::And(a, b)
            | Expr::Compare(_, a, b)
            | Expr::Union(a, b)
            | Expr::Arithmetic(_, a, b)
            | Expr::ChoiceName { value: a, question: b } => any(&[*a, *b]),
            Expr::Negate(inner) | Expr::Matches(inner, _) | Expr::Itext(inner) | Expr::Once(inner) => {
                any(&[*inner])
            }
            Expr::Call(_, arguments) => any(arguments),
            Expr::Number(_)
            | Expr::Text(_)
            | Expr::Position { .. }
            | Expr::ContextPosition
            | Expr::ContextSize
            | Expr::Fails(_)
            | Expr::Given(_) => None,
        }
    }

    /// Why an answer is missing behind a node: where its own instance is meant, around `scope`, else in all of them.
    fn missing_behind(&self, eval: &Eval<'_>, node: NodeId, scope: Option<ScopeId>) -> Option<Missing> {
        let (form, instance) = (eval.primary().form, eval.primary().instance);
        let mut open = None;
        for made in self.assessor.assessment.doubts.behind.get(&node).into_iter().flatten() {
            match made.of {
                Source::Measure(id) => {
                    if matches!(self.assessor.came(id), Outcome::Missing(_)) {
                        self.assessor.awaited.note(Awaited::Measure(id));
                        open = open.or(Some(Missing::Depends));
                    }
                }
                Source::Question(question) => {
                    let def = form.node(question).scope;
                    let own = scope.filter(|_| made.own).and_then(|scope| instance.around(scope, def));
                    instance.each_under(form, own.unwrap_or(ScopeId(0)), def, &mut |scope| {
                        let hole = self.assessor.hole(scope, question);
                        if let Some(why) = hole.filter(|why| !(self.literally && *why == Missing::Rejected)) {
                            self.assessor.awaited.note(Awaited::Answer(Key { scope, node: question }));
                            open = open.or(Some(why));
                        }
                    });
                }
            }
        }
        open
    }

    /// Has a question that is blank to be answered? Only as far as that is not known.
    pub(super) fn required_open(&self, eval: &Eval<'_>, scope: ScopeId, node: NodeId) -> Option<Missing> {
        let condition = self.assessor.assessment.doubts.required.get(&node)?;
        if self.assessor.is_settled(condition) {
            return None;
        }
        match self.relevance(&eval.at_node(scope, node), condition.expr) {
            Truth::Open(why) => Some(why),
            Truth::Yes | Truth::No => None,
        }
    }

    /// Why it is not known how many instances a repeat has in a scope.
    pub(super) fn repeat_open(&self, eval: &Eval<'_>, scope: ScopeId, repeat: NodeId) -> Option<Missing> {
        let doubts = &self.assessor.assessment.doubts;
        let counted = doubts.counts.get(&repeat).filter(|count| !self.assessor.is_settled(count));
        let counted = counted.and_then(|count| self.open(&eval.at_node(scope, repeat), count.expr));
        counted.or_else(|| match self.asked(eval, scope, repeat) {
            Truth::Open(why) => Some(why),
            Truth::Yes | Truth::No => None,
        })
    }

    /// As [`Self::repeat_open`], for repeats one in another under a scope, and for each instance of them.
    fn any_repeat_open(
        &self,
        eval: &Eval<'_>,
        scope: ScopeId,
        mut repeats: impl Iterator<Item = NodeId> + Clone,
    ) -> Option<Missing> {
        let repeat = repeats.next()?;
        let instance = eval.primary().instance;
        self.repeat_open(eval, scope, repeat).or_else(|| {
            instance.instances(scope, repeat).iter().find_map(|inside| {
                match self.asked_itself(eval, *inside, repeat) {
                    Truth::Yes => self.any_repeat_open(eval, *inside, repeats.clone()),
                    Truth::No => None,
                    Truth::Open(why) => Some(why),
                }
            })
        })
    }

    /// Why it is not known which instances there are of any repeat that is in doubt.
    pub(super) fn any_instances_open(&self, eval: &Eval<'_>) -> Option<Missing> {
        let primary = eval.primary();
        let doubts = &self.assessor.assessment.doubts;
        let counted = doubts.counts.keys().copied();
        let hidden = doubts.relevant.keys().copied();
        let is_repeat = |node: &NodeId| matches!(primary.form.node(*node).kind, NodeKind::Repeat { .. });
        let mut repeats: Vec<NodeId> = counted.chain(hidden).filter(is_repeat).collect();
        repeats.sort_unstable();
        repeats.dedup();
        repeats.into_iter().find_map(|repeat| {
            let mut open = None;
            primary.instance.each_under(
                primary.form,
                ScopeId(0),
                primary.form.node(repeat).scope,
                &mut |scope| {
                    open = open.or_else(|| self.any_repeat_open(eval, scope, std::iter::once(repeat)));
                },
            );
            open
        })
    }
}
