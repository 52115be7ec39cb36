//! Evaluates compiled expressions over a form's instance, over trees, or over both.
//!
//! Each operator is asked for the type it is needed in, so that a number stays a number and a comparison allocates nothing.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use super::operand::{NodeRef, Operand, number_of};
use super::program::{Base, Expr, ExprId, PlanStep, Program};
use super::syntax::Operator;
use crate::form::Form;
use crate::session::{Instance, World};
use crate::tree::{Names, Tree};
use crate::value::Value;
use crate::view::{NodeId, ScopeId};

mod call;
mod choices;
mod compare;
mod convert;
mod path;
mod plan;

pub(crate) use call::Call;
pub(crate) use choices::LabelOf;
pub(crate) use compare::truth;
pub(crate) use convert::{operand_of_value, text_of_value};

/// Where and over what an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Eval<'a> {
    pub program: &'a Program,
    /// The names of all trees: the program's, or an extension of them.
    pub names: &'a Names,
    pub trees: &'a [Arc<Tree>],
    /// What cells and choice lists are of; expressions that name any are compiled for forms only.
    pub primary: Option<Primary<'a>>,
    /// Where an expression without a form is evaluated.
    pub alone: Option<&'a Alone<'a>>,
    pub world: &'a World,
    pub random: &'a Cell<u64>,
    /// How much work is left to do, about the nodes that may still be visited. At 0 what is asked is blank.
    pub left: &'a Cell<u64>,
    /// Index of the reader's language.
    pub language: usize,
    /// The scope of the node that the expression belongs to.
    pub scope: ScopeId,
    /// That node in its scope.
    pub node: NodeId,
    /// `current()`: that node, and `.` outside predicates.
    pub current: NodeRef,
    /// `/`
    pub root: NodeRef,
    /// `.`
    pub context: NodeRef,
    /// The context's place in its node-set, from 1.
    pub position: u32,
    /// The size of that node-set.
    pub size: u32,
    /// How many texts this one stands in: texts may ask for others.
    pub texts_within: u8,
}

/// How many nodes may be visited before an evaluation is given up: more than any form does, in less time than its reader waits.
pub(crate) const MAX_WORK: u64 = 1 << 25;
/// How long a text may be that is held against a pattern, in bytes: each of its characters costs as much as the pattern is large.
const MAX_MATCHED: usize = 1 << 14;

/// A form and its answers.
#[derive(Clone, Copy)]
pub(crate) struct Primary<'a> {
    pub form: &'a Form,
    pub instance: &'a Instance,
}

/// What an expression without a form stands in: its document speaks for the form, and what can't be evaluated is an error.
#[derive(Debug, Default)]
pub(crate) struct Alone<'a> {
    /// The language for `jr:itext()`; the document's default one if none.
    pub language: Option<&'a str>,
    /// Values that the expression names.
    pub given: &'a [Operand],
    /// The first thing that went wrong.
    pub failure: OnceCell<String>,
}

/// One node of each instance of a repeat that is relevant.
pub(crate) struct Column<'a> {
    instance: &'a Instance,
    scopes: &'a [ScopeId],
    repeat: NodeId,
    node: NodeId,
    /// Every instance is relevant.
    all: bool,
}

impl<'a> Column<'a> {
    fn scopes(&self) -> impl Iterator<Item = ScopeId> + '_ {
        let relevant = |scope: &ScopeId| self.all || self.instance.relevant(*scope, self.repeat);
        self.scopes.iter().copied().filter(relevant)
    }

    pub fn count(&self) -> usize {
        if self.all { self.scopes.len() } else { self.scopes().count() }
    }

    /// Gives each value to `take`.
    pub fn each_value(&self, mut take: impl FnMut(&'a Value)) {
        if self.all {
            return self.instance.column(self.scopes, self.repeat, self.node).for_each(take);
        }
        for scope in self.scopes() {
            take(self.instance.value(scope, self.node));
        }
    }
}

impl<'a> Eval<'a> {
    pub fn primary(&self) -> Primary<'a> {
        match self.primary {
            Some(primary) => primary,
            None => unreachable!("cells and lists are compiled for forms only"),
        }
    }

    /// The same evaluation at another node.
    pub fn at_node(&self, scope: ScopeId, node: NodeId) -> Eval<'a> {
        let here = NodeRef::Cell(scope, node);
        Eval { scope, node, current: here, context: here, position: 1, size: 1, ..*self }
    }

    /// Takes that much off the work that is left. Is there any?
    pub fn spend(&self, work: usize) -> bool {
        let left = self.left.get().saturating_sub(work as u64);
        self.left.set(left);
        left > 0
    }

    /// Notes that something can't be evaluated. In a form it is NaN: a form's expressions were checked before.
    pub fn fail(&self, message: impl Into<String>) -> Operand {
        if let Some(alone) = self.alone {
            // Only the first is told.
            let _ = alone.failure.set(message.into());
        }
        Operand::Number(f64::NAN)
    }

    pub fn number(&self, id: ExprId) -> f64 {
        match self.program.expr(id) {
            Expr::Number(number) => *number,
            Expr::Text(text) => self.number_of_text(text),
            Expr::Arithmetic(operator, a, b) => {
                let (a, b) = (self.number(*a), self.number(*b));
                match operator {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    Operator::Divide => a / b,
                    // The sign of the dividend, as in Java and JavaScript (XPath 1.0 §3.5).
                    _ => a % b,
                }
            }
            Expr::Negate(inner) => -self.number(*inner),
            Expr::Cell { base, up, node } => match self.own_value(*base, *up, *node) {
                Some(value) => self.cell_number(value),
                None => self.node_number(NodeRef::Cell(self.scope_up(*base, *up), *node)),
            },
            Expr::Position { base, up } => self.primary().instance.position(self.scope_up(*base, *up)) as f64,
            Expr::ContextPosition => f64::from(self.position),
            Expr::ContextSize => f64::from(self.size),
            Expr::Path(path) => {
                self.first_of_path(self.program.path(*path)).map_or(f64::NAN, |node| self.node_number(node))
            }
            Expr::Or(..) | Expr::And(..) | Expr::Compare(..) | Expr::Matches(..) => {
                f64::from(u8::from(self.boolean(id)))
            }
            _ => self.number_of_operand(&self.operand(id)),
        }
    }

    pub fn boolean(&self, id: ExprId) -> bool {
        match self.program.expr(id) {
            Expr::Or(a, b) => self.boolean(*a) || self.boolean(*b),
            Expr::And(a, b) => self.boolean(*a) && self.boolean(*b),
            Expr::Compare(operator, a, b) => self.compare(*operator, *a, *b),
            Expr::Matches(value, pattern) => self.matches(self.program.pattern(*pattern), &self.cow(*value)),
            Expr::Number(_) | Expr::Arithmetic(..) | Expr::Negate(_) | Expr::Position { .. } => {
                let number = self.number(id);
                number != 0.0 && !number.is_nan()
            }
            // A node-set is true when it holds a node (XPath 1.0 §4.3).
            Expr::Cell { base, up, node } => {
                self.primary().instance.relevant(self.scope_up(*base, *up), *node)
            }
            Expr::Path(path) => self.first_of_path(self.program.path(*path)).is_some(),
            _ => truth(&self.operand(id)),
        }
    }

    /// The value of a cell; `None` where it is a group's or a repeat instance's, whose text is that of what it holds.
    fn own_value(&self, base: Base, up: u8, node: NodeId) -> Option<&'a Value> {
        let value = self.cell(base, up, node);
        // A group's own cell is blank: whatever is not needs no look at the form.
        let group = value.is_blank() && self.primary().form.node(node).data_type().is_none();
        (!group).then_some(value)
    }

    pub fn text(&self, id: ExprId) -> Arc<str> {
        match self.program.expr(id) {
            Expr::Text(text) => text.clone(),
            Expr::Cell { base, up, node } => match self.own_value(*base, *up, *node) {
                Some(value) => text_of_value(value),
                None => self.node_text(NodeRef::Cell(self.scope_up(*base, *up), *node)),
            },
            Expr::Path(path) => self
                .first_of_path(self.program.path(*path))
                .map_or_else(|| "".into(), |node| self.node_text(node)),
            _ => self.text_of_operand(&self.operand(id)),
        }
    }

    /// The text, borrowed where it lies in a tree or in the expression.
    pub fn cow(&self, id: ExprId) -> Cow<'a, str> {
        match self.program.expr(id) {
            Expr::Text(text) => Cow::Borrowed(text),
            Expr::Path(path) => self
                .first_of_path(self.program.path(*path))
                .map_or(Cow::Borrowed(""), |node| self.string_value(node)),
            Expr::Cell { base, up, node } => match self.own_value(*base, *up, *node) {
                Some(Value::Text(text) | Value::Choice(text)) => Cow::Borrowed(text),
                Some(Value::Blank) => Cow::Borrowed(""),
                Some(other) => Cow::Owned(text_of_value(other).to_string()),
                None => {
                    let group = NodeRef::Cell(self.scope_up(*base, *up), *node);
                    Cow::Owned(self.node_text(group).to_string())
                }
            },
            _ => Cow::Owned(self.text(id).to_string()),
        }
    }

    pub fn operand(&self, id: ExprId) -> Operand {
        if !self.spend(1) {
            return Operand::Number(f64::NAN);
        }
        match self.program.expr(id) {
            Expr::Number(_)
            | Expr::Arithmetic(..)
            | Expr::Negate(_)
            | Expr::Position { .. }
            | Expr::ContextPosition
            | Expr::ContextSize => Operand::Number(self.number(id)),
            Expr::Text(text) => Operand::Text(text.clone()),
            Expr::Or(..) | Expr::And(..) | Expr::Compare(..) | Expr::Matches(..) => {
                Operand::Boolean(self.boolean(id))
            }
            Expr::Cell { .. } | Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => {
                Operand::Nodes(self.nodes(id))
            }
            Expr::Call(function, arguments) => function.call(&Call::new(self, arguments)),
            Expr::ChoiceName { value, question } => {
                Operand::text(self.choice_name(&self.text(*value), *question).unwrap_or_default())
            }
            Expr::Itext(id) => Operand::text(self.itext(&self.text(*id))),
            Expr::Once(inner) => match self.primary().instance.kept(self.scope, self.node) {
                Value::Blank => self.value_of(self.operand(*inner)),
                kept => operand_of_value(kept),
            },
            Expr::Fails(reason) => self.fail(&**reason),
            Expr::Given(index) => {
                let given = self.alone.and_then(|alone| alone.given.get(usize::from(*index)));
                given.cloned().unwrap_or_else(|| Operand::text(""))
            }
        }
    }

    /// Does the pattern match? A text that is too long for one matches none.
    pub fn matches(&self, pattern: &regex_lite::Regex, text: &str) -> bool {
        text.len() <= MAX_MATCHED && self.spend(text.len()) && pattern.is_match(text)
    }

    /// The node-set of an expression; empty if it is none.
    pub fn nodes(&self, id: ExprId) -> Vec<NodeRef> {
        match self.program.expr(id) {
            Expr::Cell { base, up, node } => vec![NodeRef::Cell(self.scope_up(*base, *up), *node)],
            Expr::Nodes(plan) => self.follow(self.program.plan(*plan)),
            Expr::Path(path) => self.nodes_of_path(self.program.path(*path)),
            Expr::Union(a, b) => self.union(*a, *b),
            _ => match self.operand(id) {
                Operand::Nodes(nodes) => nodes,
                _ => Vec::new(),
            },
        }
    }

    /// Gives each node of an expression's node-set to `take`, without a list of them where they are one node of each repeat instance.
    pub fn each(&self, id: ExprId, take: &mut dyn FnMut(NodeRef)) {
        match self.column(id) {
            Some(column) => column.scopes().for_each(|scope| take(NodeRef::Cell(scope, column.node))),
            None => self.nodes(id).into_iter().for_each(take),
        }
    }

    /// The one node of each instance of a repeat, if that is what an expression means: sums and counts run over it.
    pub fn column(&self, id: ExprId) -> Option<Column<'a>> {
        let Expr::Nodes(plan) = self.program.expr(id) else { return None };
        let plan = self.program.plan(*plan);
        let [PlanStep::Repeat(repeat), rest @ ..] = &*plan.steps else { return None };
        let node = match rest {
            [] => *repeat,
            [PlanStep::Cell(node)] => *node,
            _ => return None,
        };
        let instance = self.primary().instance;
        let scope = self.scope_up(plan.start.base, plan.start.up);
        let scopes = instance.instances(scope, *repeat);
        // A row costs a small part of what a visit does.
        let scopes = if self.spend(1 + scopes.len() / 8) { scopes } else { &[] };
        Some(Column { instance, scopes, repeat: *repeat, node, all: instance.all_relevant(scope, *repeat) })
    }

    fn union(&self, a: ExprId, b: ExprId) -> Vec<NodeRef> {
        let mut nodes = self.nodes(a);
        let more = self.nodes(b);
        if nodes.is_empty() {
            return more;
        }
        if !more.is_empty() {
            nodes.extend(more);
            self.in_order(&mut nodes);
        }
        nodes
    }

    pub fn scope_up(&self, base: Base, up: u8) -> ScopeId {
        let scope = match (base, self.context) {
            (Base::Context, NodeRef::Cell(scope, _)) => scope,
            _ => self.scope,
        };
        self.primary().instance.up(scope, up)
    }

    pub(super) fn cell(&self, base: Base, up: u8, node: NodeId) -> &'a Value {
        self.primary().instance.value(self.scope_up(base, up), node)
    }

    /// A text as XPath's number; a day or a moment is its days (ODK compares and counts with them as they stand in an instance).
    pub fn number_of_text(&self, text: &str) -> f64 {
        let number = number_of(text);
        match number.is_nan() {
            true => self.world.zone().read_days(text.trim()).unwrap_or(f64::NAN),
            false => number,
        }
    }
}
