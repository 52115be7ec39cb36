//! Evaluates compiled expressions over an instance.
//!
//! Each operator is asked for the type it is needed in, so that a number stays a number and a comparison allocates nothing.

use std::cell::Cell;
use std::sync::Arc;

use super::operand::{NodeRef, Operand, number_of};
use super::program::{Base, Column, Expr, ExprId, Plan, PlanStart, PlanStep};
use super::syntax::Operator;
use crate::form::{Form, ListId};
use crate::moment;
use crate::session::{Instance, World};
use crate::value::{Value, number_text};
use crate::view::{NodeId, ScopeId};

/// Where and over what an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Eval<'a> {
    pub form: &'a Form,
    pub instance: &'a Instance,
    pub world: &'a World,
    pub random: &'a Cell<u64>,
    /// Index of the reader's language.
    pub language: usize,
    /// The scope of the node that the expression belongs to.
    pub scope: ScopeId,
    /// That node: `current()`, and `.` outside predicates.
    pub node: NodeId,
    /// `.` inside predicates.
    pub context: NodeRef,
    /// The context's place in its node-set, from 1.
    pub position: u32,
    /// The size of that node-set.
    pub size: u32,
}

impl<'a> Eval<'a> {
    pub fn number(&self, id: ExprId) -> f64 {
        match self.form.program.expr(id) {
            Expr::Number(number) => *number,
            Expr::Text(text) => number_of(text),
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
            Expr::Cell { base, up, node } => self.cell_number(self.cell(*base, *up, *node)),
            Expr::Position { base, up } => self.instance.position(self.scope_up(*base, *up)) as f64,
            Expr::ContextPosition => f64::from(self.position),
            Expr::ContextSize => f64::from(self.size),
            Expr::Or(..) | Expr::And(..) | Expr::Compare(..) | Expr::Matches(..) => {
                f64::from(u8::from(self.boolean(id)))
            }
            _ => self.number_of_operand(&self.operand(id)),
        }
    }

    pub fn boolean(&self, id: ExprId) -> bool {
        match self.form.program.expr(id) {
            Expr::Or(a, b) => self.boolean(*a) || self.boolean(*b),
            Expr::And(a, b) => self.boolean(*a) && self.boolean(*b),
            Expr::Compare(operator, a, b) => self.compare(*operator, *a, *b),
            Expr::Matches(value, pattern) => self.form.program.pattern(*pattern).is_match(&self.text(*value)),
            Expr::Number(_) | Expr::Arithmetic(..) | Expr::Negate(_) | Expr::Position { .. } => {
                let number = self.number(id);
                number != 0.0 && !number.is_nan()
            }
            // A node-set is true when it holds a node (XPath 1.0 §4.3).
            Expr::Cell { base, up, node } => self.instance.relevant(self.scope_up(*base, *up), *node),
            _ => match self.operand(id) {
                Operand::Boolean(value) => value,
                Operand::Number(number) => number != 0.0 && !number.is_nan(),
                Operand::Text(text) => !text.is_empty(),
                Operand::Date(_) => true,
                Operand::Nodes(nodes) => !nodes.is_empty(),
            },
        }
    }

    pub fn text(&self, id: ExprId) -> Arc<str> {
        match self.form.program.expr(id) {
            Expr::Text(text) => text.clone(),
            Expr::Cell { base, up, node } => text_of_value(self.cell(*base, *up, *node)),
            _ => self.text_of_operand(&self.operand(id)),
        }
    }

    pub fn operand(&self, id: ExprId) -> Operand {
        match self.form.program.expr(id) {
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
            Expr::Cell { base, up, node } => {
                Operand::Nodes(vec![NodeRef::Cell(self.scope_up(*base, *up), *node)])
            }
            Expr::Nodes(_) | Expr::Union(..) => Operand::Nodes(self.nodes(id)),
            Expr::Call(function, arguments) => function.call(&Call { eval: self, arguments }),
            Expr::ChoiceName { value, list } => {
                let value = self.text(*value);
                let list = self.form.list(*list);
                Operand::Text(match list.find(&value) {
                    Some(row) => list.label(row, self.language),
                    None => "".into(),
                })
            }
            Expr::Lookup { list, column, key_column, key } => {
                let key = self.text(*key);
                match self.form.list(*list).rows_with(*key_column, &key).first() {
                    Some(row) => Operand::Text(self.column_text(*list, *row, *column)),
                    None => Operand::text(""),
                }
            }
            Expr::Once(inner) => match self.instance.kept(self.scope, self.node) {
                Value::Blank => self.value_of(self.operand(*inner)),
                kept => operand_of_value(kept),
            },
        }
    }

    /// The node-set of an expression; empty if it is none.
    pub fn nodes(&self, id: ExprId) -> Vec<NodeRef> {
        match self.form.program.expr(id) {
            Expr::Cell { base, up, node } => vec![NodeRef::Cell(self.scope_up(*base, *up), *node)],
            Expr::Nodes(plan) => self.follow(self.form.program.plan(*plan)),
            Expr::Union(a, b) => {
                let mut nodes = self.nodes(*a);
                for node in self.nodes(*b) {
                    if !nodes.contains(&node) {
                        nodes.push(node);
                    }
                }
                nodes
            }
            _ => match self.operand(id) {
                Operand::Nodes(nodes) => nodes,
                _ => Vec::new(),
            },
        }
    }

    /// Gives each node of an expression's node-set to `take`, without a list of them where the plan is plain.
    pub fn each(&self, id: ExprId, take: &mut dyn FnMut(NodeRef)) {
        if let Expr::Nodes(plan) = self.form.program.expr(id) {
            let plan = self.form.program.plan(*plan);
            if let (PlanStart::Scope { base, up }, [PlanStep::Repeat(repeat), PlanStep::Cell(node)]) =
                (&plan.start, &*plan.steps)
            {
                for scope in self.instance.instances(self.scope_up(*base, *up), *repeat) {
                    if self.instance.relevant(*scope, *repeat) {
                        take(NodeRef::Cell(*scope, *node));
                    }
                }
                return;
            }
        }
        self.nodes(id).into_iter().for_each(take);
    }

    /// The text of a node.
    pub fn node_text(&self, node: NodeRef) -> Arc<str> {
        match node {
            NodeRef::Cell(scope, node) => text_of_value(self.instance.value(scope, node)),
            NodeRef::Item(list, row) => self.column_text(list, row, Column::Name),
            NodeRef::Column(list, row, column) => self.column_text(list, row, column),
        }
    }

    /// The number of a node; blank is NaN.
    pub fn node_number(&self, node: NodeRef) -> f64 {
        match node {
            NodeRef::Cell(scope, node) => self.cell_number(self.instance.value(scope, node)),
            other => number_of(&self.node_text(other)),
        }
    }

    /// A node-set becomes its first node's value; anything else stays.
    pub fn value_of(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Nodes(nodes) => match nodes.first() {
                Some(NodeRef::Cell(scope, node)) => operand_of_value(self.instance.value(*scope, *node)),
                Some(other) => Operand::Text(self.node_text(*other)),
                None => Operand::text(""),
            },
            other => other,
        }
    }

    pub fn number_of_operand(&self, operand: &Operand) -> f64 {
        match operand {
            Operand::Number(number) => *number,
            Operand::Boolean(value) => f64::from(u8::from(*value)),
            Operand::Text(text) => number_of(text),
            Operand::Date(date) => moment::days(*date),
            Operand::Nodes(nodes) => nodes.first().map_or(f64::NAN, |node| self.node_number(*node)),
        }
    }

    pub fn text_of_operand(&self, operand: &Operand) -> Arc<str> {
        match operand {
            Operand::Number(number) => number_text(*number).into(),
            Operand::Boolean(value) => if *value { "true" } else { "false" }.into(),
            Operand::Text(text) => text.clone(),
            Operand::Date(date) => date.to_string().into(),
            Operand::Nodes(nodes) => nodes.first().map_or_else(|| "".into(), |node| self.node_text(*node)),
        }
    }

    fn scope_up(&self, base: Base, up: u8) -> ScopeId {
        let scope = match (base, self.context) {
            (Base::Context, NodeRef::Cell(scope, _)) => scope,
            _ => self.scope,
        };
        self.instance.up(scope, up)
    }

    fn cell(&self, base: Base, up: u8, node: NodeId) -> &'a Value {
        self.instance.value(self.scope_up(base, up), node)
    }

    fn cell_number(&self, value: &Value) -> f64 {
        match value {
            Value::Integer(number) => *number as f64,
            Value::Decimal(number) => *number,
            Value::Boolean(value) => f64::from(u8::from(*value)),
            Value::Date(date) => moment::days(*date),
            Value::DateTime(text) => {
                moment::moment_days(text, self.world.utc_offset_minutes).unwrap_or(f64::NAN)
            }
            Value::Choice(text) => number_of(text),
            // A day that was calculated once is a text after it was put away.
            Value::Text(text) => match number_of(text) {
                number if number.is_nan() && text.len() == 10 => {
                    moment::read_date(text).map_or(f64::NAN, moment::days)
                }
                number => number,
            },
            Value::Choices(names) if names.len() == 1 => number_of(&names[0]),
            Value::Blank
            | Value::Time(_)
            | Value::Geo(_)
            | Value::Choices(_)
            | Value::Attachment(_)
            | Value::Unread(_) => f64::NAN,
        }
    }

    fn column_text(&self, list: ListId, row: u32, column: Column) -> Arc<str> {
        let list = self.form.list(list);
        match column {
            Column::Name => list.name(row).clone(),
            Column::Label => list.label(row, self.language),
            Column::Further(index) => list.cell(row, index).cloned().unwrap_or_else(|| "".into()),
        }
    }

    /// XPath 1.0 §3.4. One cell against a text or a number is the common case, and goes without copies.
    fn compare(&self, operator: Operator, a: ExprId, b: ExprId) -> bool {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let program = &self.form.program;
        if equality
            && let (Expr::Cell { base, up, node }, Expr::Text(text)) = (program.expr(a), program.expr(b))
            && let Some(same) = text_is(self.cell(*base, *up, *node), text)
        {
            return same == (operator == Operator::Equal);
        }
        if self.is_plain_number(a) || self.is_plain_number(b) {
            let single = |id| !matches!(program.expr(id), Expr::Nodes(_) | Expr::Union(..) | Expr::Call(..));
            if single(a) && single(b) && !(equality && (self.is_boolean(a) || self.is_boolean(b))) {
                return holds(operator, self.number(a), self.number(b));
            }
        }
        self.compare_operands(operator, self.operand(a), self.operand(b))
    }

    fn is_plain_number(&self, id: ExprId) -> bool {
        matches!(self.form.program.expr(id), Expr::Number(_) | Expr::Arithmetic(..) | Expr::Negate(_))
    }

    fn is_boolean(&self, id: ExprId) -> bool {
        matches!(
            self.form.program.expr(id),
            Expr::Or(..) | Expr::And(..) | Expr::Compare(..) | Expr::Matches(..)
        )
    }

    fn compare_operands(&self, operator: Operator, a: Operand, b: Operand) -> bool {
        match (a, b) {
            (Operand::Nodes(nodes), Operand::Boolean(value)) => {
                self.compare_single(operator, &Operand::Boolean(!nodes.is_empty()), &Operand::Boolean(value))
            }
            (Operand::Boolean(value), Operand::Nodes(nodes)) => {
                self.compare_single(operator, &Operand::Boolean(value), &Operand::Boolean(!nodes.is_empty()))
            }
            (Operand::Nodes(left), Operand::Nodes(right)) => left.iter().any(|a| {
                let a = self.node_operand(*a);
                right.iter().any(|b| self.compare_single(operator, &a, &self.node_operand(*b)))
            }),
            (Operand::Nodes(nodes), other) => {
                nodes.iter().any(|node| self.compare_single(operator, &self.node_operand(*node), &other))
            }
            (other, Operand::Nodes(nodes)) => {
                nodes.iter().any(|node| self.compare_single(operator, &other, &self.node_operand(*node)))
            }
            (a, b) => self.compare_single(operator, &a, &b),
        }
    }

    fn node_operand(&self, node: NodeRef) -> Operand {
        match node {
            NodeRef::Cell(scope, node) => operand_of_value(self.instance.value(scope, node)),
            other => Operand::Text(self.node_text(other)),
        }
    }

    fn compare_single(&self, operator: Operator, a: &Operand, b: &Operand) -> bool {
        let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
        let number = |operand: &Operand, other: &Operand| match (operand, other) {
            // A day against a text: the text may be a day too (ODK's documentation compares them so).
            (Operand::Text(text), Operand::Date(_)) => {
                moment::read_date(text).map_or_else(|| number_of(text), moment::days)
            }
            // Moments and times are texts, but come before and after each other.
            (Operand::Text(text), _) if ordered => moment::order(text, self.world.utc_offset_minutes)
                .filter(|_| number_of(text).is_nan())
                .unwrap_or_else(|| number_of(text)),
            _ => self.number_of_operand(operand),
        };
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            let same = match (a, b) {
                (Operand::Boolean(_), _) | (_, Operand::Boolean(_)) => truth(a) == truth(b),
                (Operand::Number(_), _)
                | (_, Operand::Number(_))
                | (Operand::Date(_), _)
                | (_, Operand::Date(_)) => number(a, b) == number(b, a),
                (a, b) => self.text_of_operand(a) == self.text_of_operand(b),
            };
            return same == (operator == Operator::Equal);
        }
        holds(operator, number(a, b), number(b, a))
    }

    fn follow(&self, plan: &Plan) -> Vec<NodeRef> {
        let mut steps = &*plan.steps;
        let mut nodes: Vec<NodeRef> = match &plan.start {
            PlanStart::Scope { base, up } => {
                let scope = self.scope_up(*base, *up);
                vec![NodeRef::Cell(scope, self.instance.own_node(scope))]
            }
            PlanStart::ContextItem => match self.context {
                NodeRef::Item(..) => vec![self.context],
                _ => Vec::new(),
            },
            PlanStart::List(list) => match steps.split_first() {
                Some((PlanStep::Equal { column, key }, rest)) => {
                    steps = rest;
                    let key = self.text(*key);
                    self.form
                        .list(*list)
                        .rows_with(*column, &key)
                        .iter()
                        .map(|row| NodeRef::Item(*list, *row))
                        .collect()
                }
                _ => (0..self.form.list(*list).len()).map(|row| NodeRef::Item(*list, row)).collect(),
            },
        };
        for step in steps {
            nodes = match step {
                PlanStep::Repeat(repeat) => {
                    let instances = |node: &NodeRef| match node {
                        NodeRef::Cell(scope, _) => self.instance.instances(*scope, *repeat),
                        _ => &[],
                    };
                    nodes
                        .iter()
                        .flat_map(instances)
                        // What is not relevant is not there.
                        .filter(|scope| self.instance.relevant(**scope, *repeat))
                        .map(|scope| NodeRef::Cell(*scope, *repeat))
                        .collect()
                }
                PlanStep::Cell(target) => nodes
                    .iter()
                    .filter_map(|node| match node {
                        NodeRef::Cell(scope, _) => Some(NodeRef::Cell(*scope, *target)),
                        _ => None,
                    })
                    .collect(),
                PlanStep::Outer => {
                    let mut outer: Vec<NodeRef> = nodes
                        .iter()
                        .filter_map(|node| match node {
                            NodeRef::Cell(scope, _) => {
                                let scope = self.instance.up(*scope, 1);
                                Some(NodeRef::Cell(scope, self.instance.own_node(scope)))
                            }
                            _ => None,
                        })
                        .collect();
                    outer.dedup();
                    outer
                }
                PlanStep::Column(column) => nodes
                    .iter()
                    .filter_map(|node| match node {
                        NodeRef::Item(list, row) => Some(NodeRef::Column(*list, *row, *column)),
                        _ => None,
                    })
                    .collect(),
                PlanStep::Filter { predicate, numeric } => self.filter(&nodes, *predicate, *numeric),
                PlanStep::Equal { column, key } => {
                    let key = self.text(*key);
                    nodes
                        .into_iter()
                        .filter(|node| match node {
                            NodeRef::Item(list, row) => *self.column_text(*list, *row, *column) == *key,
                            _ => false,
                        })
                        .collect()
                }
            };
        }
        nodes
    }

    fn filter(&self, nodes: &[NodeRef], predicate: ExprId, numeric: bool) -> Vec<NodeRef> {
        let size = nodes.len() as u32;
        let passes = |(index, node): (usize, &NodeRef)| {
            let inner = Eval { context: *node, position: index as u32 + 1, size, ..*self };
            let pass = match numeric {
                true => inner.number(predicate) == f64::from(inner.position),
                false => inner.boolean(predicate),
            };
            pass.then_some(*node)
        };
        nodes.iter().enumerate().filter_map(passes).collect()
    }

    /// Does a choice pass a filter?
    pub fn choice_passes(&self, list: ListId, row: u32, filter: ExprId) -> bool {
        let size = self.form.list(list).len();
        Eval { context: NodeRef::Item(list, row), position: row + 1, size, ..*self }.boolean(filter)
    }
}

/// A function's view of its arguments: evaluated when asked for, in the type asked for.
pub(crate) struct Call<'a, 'b> {
    pub eval: &'b Eval<'a>,
    arguments: &'b [ExprId],
}

impl<'a, 'b> Call<'a, 'b> {
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn number(&self, index: usize) -> f64 {
        self.eval.number(self.arguments[index])
    }

    pub fn text(&self, index: usize) -> Arc<str> {
        self.eval.text(self.arguments[index])
    }

    pub fn boolean(&self, index: usize) -> bool {
        self.eval.boolean(self.arguments[index])
    }

    /// The argument's value: a node-set is its first node's.
    pub fn value(&self, index: usize) -> Operand {
        self.eval.value_of(self.eval.operand(self.arguments[index]))
    }

    pub fn operand(&self, index: usize) -> Operand {
        self.eval.operand(self.arguments[index])
    }

    pub fn each(&self, index: usize, take: &mut dyn FnMut(NodeRef)) {
        self.eval.each(self.arguments[index], take);
    }

    /// A day: from a date, or from text or a number that is one.
    pub fn date(&self, index: usize) -> Option<jiff::civil::Date> {
        match self.value(index) {
            Operand::Date(date) => Some(date),
            Operand::Number(days) => moment::date_of_days(days),
            Operand::Text(text) => moment::read_date(&text),
            Operand::Boolean(_) | Operand::Nodes(_) => None,
        }
    }
}

fn holds(operator: Operator, a: f64, b: f64) -> bool {
    match operator {
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        Operator::Less => a < b,
        Operator::AtMost => a <= b,
        Operator::More => a > b,
        _ => a >= b,
    }
}

fn truth(operand: &Operand) -> bool {
    match operand {
        Operand::Boolean(value) => *value,
        Operand::Number(number) => *number != 0.0 && !number.is_nan(),
        Operand::Text(text) => !text.is_empty(),
        Operand::Date(_) => true,
        Operand::Nodes(nodes) => !nodes.is_empty(),
    }
}

/// Is the value's text this one? `None` where the value is no text: then other rules hold.
fn text_is(value: &Value, text: &str) -> Option<bool> {
    match value {
        Value::Blank | Value::Unread(_) => Some(text.is_empty()),
        Value::Text(own) | Value::Choice(own) => Some(**own == *text),
        Value::Choices(names) if names.len() == 1 => Some(*names[0] == *text),
        Value::Integer(_)
        | Value::Decimal(_)
        | Value::Boolean(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Geo(_)
        | Value::Choices(_)
        | Value::Attachment(_) => None,
    }
}

pub(crate) fn text_of_value(value: &Value) -> Arc<str> {
    match value {
        Value::Blank | Value::Unread(_) => "".into(),
        Value::Text(text)
        | Value::Choice(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Geo(text)
        | Value::Attachment(text) => text.clone(),
        Value::Choices(names) if names.len() == 1 => names[0].clone(),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Choices(_) => {
            value.to_text().into()
        }
    }
}

pub(crate) fn operand_of_value(value: &Value) -> Operand {
    match value {
        Value::Integer(number) => Operand::Number(*number as f64),
        Value::Decimal(number) => Operand::Number(*number),
        Value::Date(date) => Operand::Date(*date),
        // An instance holds text: `true` in it is a text, as in ODK's engines.
        other => Operand::Text(text_of_value(other)),
    }
}
