//! What checks of the compiled form look at: every expression with its place and purpose, binds, body, and texts.
//!
//! One form for all: XForms as written, XLSForm and form JSON as lowered. What is said here is never an error.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::compile::Anchor;
use crate::expr::syntax::{Ast, Kind, Path, Start};
use crate::form::{BindOf, Itext, Placed, Skeleton, XForm};
use crate::graph::Task;
use crate::source::{Span, Written};
use crate::tree::Names;
use crate::view::NodeId;

/// An expression as its author wrote it, and what it is for.
#[derive(Debug)]
pub(crate) struct Noted {
    pub written: Written,
    pub ast: Ast,
    pub anchor: Anchor,
    pub role: Role,
}

impl Noted {
    /// Where a part of it stands.
    pub fn span(&self, part: &Ast) -> Span {
        self.written.part(part.span.clone())
    }

    /// A part as it is written.
    pub fn text(&self, part: &Ast) -> &str {
        self.written.text.get(part.span.clone()).unwrap_or_default()
    }
}

/// What becomes of an expression's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Relevant,
    Constraint,
    /// Another condition.
    Condition,
    Calculate,
    Count,
    /// It is shown among words.
    Output,
    /// An action sets a node to it.
    Set,
    /// Nodes are wanted, not a value.
    Nodes,
    /// It is evaluated on each item of an itemset.
    Item,
}

impl From<Task> for Role {
    fn from(task: Task) -> Role {
        match task {
            Task::Relevant(_) => Role::Relevant,
            Task::Constraint(_) => Role::Constraint,
            Task::Required(_) | Task::Readonly(_) => Role::Condition,
            Task::Calculate(_) | Task::Assess(_) => Role::Calculate,
            Task::RepeatCount(_) => Role::Count,
            Task::Choices => Role::Nodes,
            Task::Shown | Task::ItemShown => Role::Output,
        }
    }
}

/// A form as far as it is known once it is compiled.
pub(crate) struct Facts<'a> {
    pub form: &'a Skeleton,
    /// The names in secondary instances.
    pub names: &'a Names,
    pub noted: &'a [Noted],
    pub binds: &'a FxHashMap<NodeId, BindOf<'a>>,
    /// The body in document order, and the node of each.
    pub placed: &'a [Placed<'a>],
    pub shown: &'a [Option<NodeId>],
    pub parts: &'a XForm<'a>,
    pub itext: &'a Itext<'a>,
    /// itext that is named outside expressions.
    pub texts_named: &'a FxHashSet<&'a str>,
    /// Its author wrote an XForm: there are no rows that were checked before.
    pub is_xml: bool,
}

impl Facts<'_> {
    /// The binds in the model's order.
    pub fn binds_in_order(&self) -> Vec<(NodeId, &BindOf<'_>)> {
        let mut binds: Vec<_> = self.binds.iter().map(|(node, bind)| (*node, bind)).collect();
        binds.sort_unstable_by_key(|(node, _)| *node);
        binds
    }
}

/// Visits an expression and all in it, predicates too. `visit` learns whether a part stands in a predicate.
pub(super) fn walk<'a>(ast: &'a Ast, inside: bool, visit: &mut dyn FnMut(&'a Ast, bool)) {
    visit(ast, inside);
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => {}
        Kind::Negate(inner) => walk(inner, inside, visit),
        Kind::Binary(_, a, b) => {
            walk(a, inside, visit);
            walk(b, inside, visit);
        }
        Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| walk(argument, inside, visit)),
        Kind::Path(path) => {
            if let Start::Expression(inner) = &path.start {
                walk(inner, inside, visit);
            }
            predicates(path).for_each(|predicate| walk(predicate, true, visit));
        }
    }
}

/// All predicates of a path.
pub(super) fn predicates(path: &Path) -> impl Iterator<Item = &Ast> {
    path.predicates.iter().chain(path.steps.iter().flat_map(|step| &step.predicates))
}

/// Where an attribute is written, else its element.
pub(super) fn place(element: crate::xml::Tag<'_>, attribute: &str) -> Span {
    element.attribute(attribute).map_or(element.span, |written| written.span)
}
