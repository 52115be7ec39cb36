//! Compiled expressions: a flat arena that refers to nodes, slots, lists and columns by id.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex_lite::Regex;

use super::functions::Function;
use super::syntax::{Axis, Operator};
use crate::form::ScopeDefId;
use crate::tree::{NameId, Names, SpaceId, TreeId};
use crate::view::NodeId;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ExprId(pub u32);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PlanId(pub u32);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PathId(pub u32);

/// All expressions of a form.
#[derive(Debug, Default)]
pub(crate) struct Program {
    exprs: Vec<Expr>,
    plans: Vec<Plan>,
    paths: Vec<Path>,
    patterns: Vec<Regex>,
    /// The names of the form's nodes and trees, and those that tests ask for.
    pub names: Names,
    /// Some expression asks for itext by an id that is known only while running.
    pub asks_itext: bool,
    /// The nodes that `${last-saved#…}` names.
    pub last_saved: BTreeSet<NodeId>,
    /// The trees that `instance(…)` goes into, wherever the path leads then.
    pub walked: BTreeSet<TreeId>,
}

#[derive(Debug)]
pub(crate) enum Expr {
    Number(f64),
    Text(Arc<str>),
    Or(ExprId, ExprId),
    And(ExprId, ExprId),
    /// One of the six comparisons.
    Compare(Operator, ExprId, ExprId),
    /// One of `+ - * div mod`.
    Arithmetic(Operator, ExprId, ExprId),
    Negate(ExprId),
    Union(ExprId, ExprId),
    /// The one cell of a node in the scope `up` levels above.
    Cell {
        base: Base,
        up: u8,
        node: NodeId,
    },
    /// The node-set of a plan.
    Nodes(PlanId),
    /// The node-set of a path that is walked node by node.
    Path(PathId),
    Call(&'static Function, Box<[ExprId]>),
    /// `regex()` with a pattern that is written in the form.
    Matches(ExprId, u32),
    /// `jr:choice-name()`: the label of that choice of the question.
    ChoiceName {
        value: ExprId,
        question: ExprId,
    },
    /// `jr:itext()`: the text of that id.
    Itext(ExprId),
    /// `position(..)`: the place of the repeat instance `up` levels above.
    Position {
        base: Base,
        up: u8,
    },
    /// `position()` in a predicate.
    ContextPosition,
    /// `last()` in a predicate.
    ContextSize,
    /// `once()`: the node's own value, or the expression if it has none.
    Once(ExprId),
    /// What can't be called so, where that is no mistake until it is called: expressions without a form.
    Fails(Arc<str>),
    /// The value of that index: expressions over named values.
    Given(u16),
}

impl Expr {
    /// Is it a number whatever it stands in?
    pub fn is_number(&self) -> bool {
        matches!(self, Expr::Number(_) | Expr::Arithmetic(..) | Expr::Negate(_))
    }

    /// An operator between two expressions.
    pub fn binary(operator: Operator, left: ExprId, right: ExprId) -> Expr {
        match operator {
            Operator::Or => Expr::Or(left, right),
            Operator::And => Expr::And(left, right),
            Operator::Union => Expr::Union(left, right),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::AtMost
            | Operator::More
            | Operator::AtLeast => Expr::Compare(operator, left, right),
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                Expr::Arithmetic(operator, left, right)
            }
        }
    }
}

/// A location path, or an expression with predicates or steps after it.
#[derive(Debug)]
pub(crate) struct Path {
    pub start: PathStart,
    /// Over the whole of what it starts with (XPath 1.0 §3.3).
    pub predicates: Box<[Predicate]>,
    pub steps: Box<[Step]>,
}

#[derive(Debug)]
pub(crate) enum PathStart {
    /// `.`
    Context,
    /// `/`
    Root,
    /// `current()`
    Current,
    /// The document of a secondary instance.
    Tree(TreeId),
    Expr(ExprId),
}

#[derive(Debug)]
pub(crate) struct Step {
    pub axis: Axis,
    pub test: NodeTest,
    pub predicates: Box<[Predicate]>,
}

/// Which nodes of an axis are had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeTest {
    /// One of two names: a name without a prefix is had with no namespace, and with the default one.
    Name(NameId, NameId),
    Space(SpaceId),
    /// Any element; on the attribute axis any attribute.
    Any,
    Node,
    Text,
    Comment,
    /// [`NameId::NONE`] for any target.
    Instruction(NameId),
}

#[derive(Debug)]
pub(crate) struct Predicate {
    pub expr: ExprId,
    pub gives: Gives,
    /// It is `child = key`, and the key does not depend on what is being tried.
    pub equal: Option<(NodeTest, ExprId)>,
}

/// What is known of an expression's type before it is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gives {
    Number,
    Boolean,
    Text,
    Nodes,
    Any,
}

/// Where a path starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Base {
    /// The scope of the node that the expression belongs to.
    Current,
    /// The scope of the context node: inside predicates.
    Context,
}

/// How a node-set is found.
#[derive(Debug)]
pub(crate) struct Plan {
    pub start: PlanStart,
    pub steps: Box<[PlanStep]>,
}

/// The repeat instance (or root) `up` levels above.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlanStart {
    pub base: Base,
    pub up: u8,
}

#[derive(Debug)]
pub(crate) enum PlanStep {
    /// From a scope to the instances of a repeat in it.
    Repeat(NodeId),
    /// From a scope to the cell of a node in it.
    Cell(NodeId),
    /// From a repeat instance to the scope that holds it.
    Outer,
    /// Keeps what the predicate lets through. A number keeps the node at that place.
    Filter { predicate: ExprId, gives: Gives },
    /// Keeps, of the instances in each scope, the one at a place that does not depend on what is being tried.
    At(ExprId),
}

/// What an expression reads: an edge of the dependency graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Read {
    pub what: What,
    /// The scope from which it is reached: a change of the node touches the expression in all scopes under it.
    pub from: ScopeDefId,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum What {
    /// The node's value.
    Value(NodeId),
    /// Its value in instances that a predicate picks, among those of a repeat that holds the reader too.
    Sibling(NodeId),
    /// Whether there is one.
    Answered(NodeId),
    /// Whether its answer keeps to its constraint, and whether there has to be one.
    Standing(NodeId),
    /// Which instances a repeat has.
    Instances(NodeId),
    /// The place of an instance among its siblings.
    Position(NodeId),
    /// The reader's language.
    Language,
}

impl Program {
    /// A program without expressions, over a form's names.
    pub fn new(names: Names) -> Program {
        Program { names, ..Program::default() }
    }

    pub fn add(&mut self, expr: Expr) -> ExprId {
        self.exprs.push(expr);
        ExprId(self.exprs.len() as u32 - 1)
    }

    pub fn add_plan(&mut self, plan: Plan) -> PlanId {
        self.plans.push(plan);
        PlanId(self.plans.len() as u32 - 1)
    }

    pub fn add_path(&mut self, path: Path) -> PathId {
        self.paths.push(path);
        PathId(self.paths.len() as u32 - 1)
    }

    pub fn add_pattern(&mut self, pattern: Regex) -> u32 {
        self.patterns.push(pattern);
        self.patterns.len() as u32 - 1
    }

    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    pub fn plan(&self, id: PlanId) -> &Plan {
        &self.plans[id.0 as usize]
    }

    pub fn path(&self, id: PathId) -> &Path {
        &self.paths[id.0 as usize]
    }

    pub fn pattern(&self, id: u32) -> &Regex {
        &self.patterns[id as usize]
    }
}
