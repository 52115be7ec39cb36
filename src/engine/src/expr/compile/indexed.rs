//! `indexed-repeat(question, repeat, place, …)`: the question in one instance of its repeat, and of the repeats around that.

use super::{Compiler, Over};
use crate::expr::program::{Base, Expr, ExprId, PlanStep, Read, What};
use crate::expr::syntax::{Ast, Kind};
use crate::form::{ScopeDefId, SkeletonKind};
use crate::view::NodeId;

use super::route::Route;

impl Compiler<'_> {
    pub(super) fn indexed_repeat(&mut self, field: &Ast, pairs: &[Ast]) -> (ExprId, Over) {
        let nothing = |compiler: &mut Self| (compiler.program.add(Expr::Number(f64::NAN)), Over::Value);
        let Some(target) = self.node_of(field) else { return nothing(self) };
        let mut places: Vec<(NodeId, ScopeDefId, ExprId)> = Vec::new();
        for pair in pairs.chunks_exact(2) {
            let Some(repeat) = self.node_of(&pair[0]) else { return nothing(self) };
            let SkeletonKind::Repeat(own) = self.form.node(repeat).kind else {
                return (
                    self.error_hinted(
                        "wrong-type",
                        &pair[0].span,
                        "this is not a repeat",
                        "name the repeat that the question is in",
                    ),
                    Over::Value,
                );
            };
            // The place is seen from where the call stands, not from what is being picked.
            places.push((repeat, own, self.expr(&pair[1])));
        }
        let holds = |own: ScopeDefId| self.form.common(self.form.node(target).scope, own) == own;
        if let Some((at, _)) = places.iter().enumerate().find(|(_, (_, own, _))| !holds(*own)) {
            let message = "this question is not in that repeat";
            return (
                self.error_hinted(
                    "wrong-type",
                    &pairs[at * 2].span,
                    message,
                    "name the repeat that the question is in",
                ),
                Over::Value,
            );
        }
        let outermost = places.iter().map(|(_, own, _)| self.form.scope(*own).depth).min().unwrap_or(0);
        let common = self.common_above(self.form.node(target).scope, outermost);
        let up = self.form.scope(self.anchor.scope).depth - self.form.scope(common).depth;
        let mut route = Route {
            base: Base::Current,
            up,
            top: common,
            at: target,
            steps: Vec::new(),
            many: true,
            settled: false,
            picked: true,
        };
        let scope = self.form.node(target).scope;
        for repeat in self.form.repeats_between(common, scope) {
            self.reads.push(Read { what: What::Instances(repeat), from: common });
            route.steps.push(PlanStep::Repeat(repeat));
            if let Some((.., place)) = places.iter().find(|(known, ..)| *known == repeat) {
                route.steps.push(PlanStep::At(*place));
            }
        }
        (self.finish(route), Over::Nodes(target))
    }

    /// The deepest scope that holds both the anchor and the target, and lies above the outermost repeat that is picked from.
    fn common_above(&self, target: ScopeDefId, outermost: u8) -> ScopeDefId {
        let mut common = self.form.common(self.anchor.scope, target);
        while self.form.scope(common).depth >= outermost && common != ScopeDefId::ROOT {
            common = self.form.scope(common).parent;
        }
        common
    }

    /// The node of the form that a path or reference means.
    fn node_of(&mut self, ast: &Ast) -> Option<NodeId> {
        if let Kind::Path(path) = &ast.kind {
            if let Some(route) = self.route(path, &ast.span) {
                return Some(route.at);
            }
            if self.failed {
                return None;
            }
        }
        let message = "`indexed-repeat` needs a question and its repeats";
        self.error_hinted(
            "wrong-type",
            &ast.span,
            message,
            "for example `indexed-repeat(${age}, ${members}, 1)`",
        );
        None
    }
}
