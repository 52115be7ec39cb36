//! What an expression looks at, however deep it stands: secondary instances, and nodes of the form.

use super::program::{Expr, ExprId, PathId, PathStart, PlanStep, Predicate, Program};
use crate::tree::TreeId;
use crate::view::NodeId;

/// Something that an expression looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Looked {
    /// A secondary instance.
    Tree(TreeId),
    /// The value of a node.
    Node(NodeId),
}

impl Program {
    /// Tells each thing that an expression looks at; one may come twice.
    pub fn each_looked_at(&self, id: ExprId, tell: &mut dyn FnMut(Looked)) {
        match self.expr(id) {
            Expr::Number(_)
            | Expr::Text(_)
            | Expr::Position { .. }
            | Expr::ContextPosition
            | Expr::ContextSize
            | Expr::Fails(_)
            | Expr::Given(_) => {}
            Expr::Or(left, right)
            | Expr::And(left, right)
            | Expr::Union(left, right)
            | Expr::Compare(_, left, right)
            | Expr::Arithmetic(_, left, right) => {
                self.each_looked_at(*left, tell);
                self.each_looked_at(*right, tell);
            }
            Expr::Negate(inner) | Expr::Matches(inner, _) | Expr::Itext(inner) | Expr::Once(inner) => {
                self.each_looked_at(*inner, tell);
            }
            Expr::ChoiceName { value, question } => {
                self.each_looked_at(*value, tell);
                self.each_looked_at(*question, tell);
            }
            Expr::Cell { node, .. } => tell(Looked::Node(*node)),
            Expr::Nodes(plan) => {
                for step in &self.plan(*plan).steps {
                    match step {
                        PlanStep::Cell(node) => tell(Looked::Node(*node)),
                        PlanStep::Filter { predicate, .. } => self.each_looked_at(*predicate, tell),
                        PlanStep::At(place) => self.each_looked_at(*place, tell),
                        PlanStep::Repeat(_) | PlanStep::Outer => {}
                    }
                }
            }
            Expr::Path(path) => self.each_in_path(*path, tell),
            Expr::Call(_, arguments) => {
                arguments.iter().for_each(|argument| self.each_looked_at(*argument, tell))
            }
        }
    }

    /// The secondary instance that an expression is nothing but a path into: what it gives stands there as it is.
    pub fn stands_in(&self, id: ExprId) -> Option<TreeId> {
        match self.expr(id) {
            Expr::Path(path) => match self.path(*path).start {
                PathStart::Tree(tree) => Some(tree),
                PathStart::Context | PathStart::Root | PathStart::Current | PathStart::Expr(_) => None,
            },
            _ => None,
        }
    }

    fn each_in_path(&self, id: PathId, tell: &mut dyn FnMut(Looked)) {
        let path = self.path(id);
        match path.start {
            PathStart::Tree(tree) => tell(Looked::Tree(tree)),
            PathStart::Expr(start) => self.each_looked_at(start, tell),
            PathStart::Context | PathStart::Root | PathStart::Current => {}
        }
        let predicates = path.predicates.iter().chain(path.steps.iter().flat_map(|step| &step.predicates));
        for Predicate { expr, equal, .. } in predicates {
            self.each_looked_at(*expr, tell);
            if let Some((_, key)) = equal {
                self.each_looked_at(*key, tell);
            }
        }
    }
}
