//! What measures read: measures by their names, arithmetic in fractions, expressions, conditions.

use super::Compiling;
use crate::assess::measure::{Amount, Condition, Input, MeasureId, Source};
use crate::check::noted::Role;
use crate::expr::compile::{Compiled, Over};
use crate::expr::parser::parse;
use crate::expr::program::{ExprId, Read, What};
use crate::expr::syntax::{Ast, Kind as AstKind, Operator, Start};
use crate::form::ScopeDefId;
use crate::source::Passage;
use crate::view::NodeId;
use crate::xml::Tag;

impl<'a> Compiling<'_, 'a, '_> {
    pub(super) fn input_of(&mut self, element: Tag<'a>, name: &str) -> Option<Input> {
        match element.attribute(name) {
            Some(written) => self.input(written),
            None => {
                self.missing(element, name, "the name of a measure, or an expression: `${age}`");
                None
            }
        }
    }

    /// A measure by its name, or an expression.
    pub(super) fn input(&mut self, written: Passage<'_>) -> Option<Input> {
        if let Some(id) = self.measure_named(written.text) {
            self.reads.push(self.read_of(id));
            return Some(Input::Measure(id));
        }
        let plain = written.text.trim();
        if !plain.is_empty() && crate::definition::references::is_name(plain) {
            self.unknown_measure(written);
            return None;
        }
        self.amount(written).map(|(amount, _)| Input::Amount(amount))
    }

    /// A number or answer: arithmetic is done in fractions, all else as expressions are.
    pub(super) fn amount(&mut self, written: Passage<'_>) -> Option<(Amount, Over)> {
        if let Ok(ast) = parse(written.text)
            && is_arithmetic(&ast)
        {
            return self.arithmetic(&ast, written).map(|amount| (amount, Over::Value));
        }
        // Every instance of a repeat is meant, not the first.
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Nodes)?;
        let over = compiled.over;
        Some((self.value(compiled), over))
    }

    pub(super) fn arithmetic(&mut self, ast: &Ast, written: Passage<'_>) -> Option<Amount> {
        let part = |ast: &Ast| written.slice(ast.span.clone());
        Some(match &ast.kind {
            AstKind::Number(_) => match written.text[ast.span.clone()].trim().parse() {
                Ok(number) => Amount::Constant(number),
                Err(_) => return self.leaf(part(ast).passage()),
            },
            AstKind::Path(path) if is_arithmetic(ast) => match &path.start {
                Start::Expression(inner) => self.arithmetic(inner, written)?,
                _ => return self.leaf(part(ast).passage()),
            },
            AstKind::Negate(inner) => Amount::Negated(Box::new(self.arithmetic(inner, written)?)),
            AstKind::Binary(operator, a, b) if is_arithmetic(ast) => {
                let a = Box::new(self.arithmetic(a, written)?);
                let b = Box::new(self.arithmetic(b, written)?);
                match operator {
                    Operator::Add => Amount::Plus(a, b),
                    Operator::Subtract => Amount::Minus(a, b),
                    Operator::Multiply => Amount::Times(a, b),
                    _ => Amount::Over(a, b),
                }
            }
            AstKind::Call { name, arguments, .. } if name == "sum" && arguments.len() == 1 => {
                let nodes = part(&arguments[0]);
                let compiled = self.lowering.expr_of(nodes.passage(), self.anchor, Role::Nodes)?;
                self.reads.extend(compiled.reads);
                Amount::Sum(compiled.root)
            }
            _ => return self.leaf(part(ast).passage()),
        })
    }

    pub(super) fn leaf(&mut self, written: Passage<'_>) -> Option<Amount> {
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Calculate)?;
        Some(self.value(compiled))
    }

    /// A value, and what it is made of that may be missing: nodes of the form say that themselves.
    fn value(&mut self, compiled: Compiled) -> Amount {
        if !matches!(compiled.over, Over::Nodes(_)) {
            let sources = self.behind.sources(&compiled.reads);
            self.hang(&sources);
            if !sources.is_empty() {
                self.values.insert(compiled.root, sources);
            }
        }
        self.reads.extend(compiled.reads);
        Amount::Expr(compiled.root)
    }

    /// What is calculated may give the same before and after an answer that it was waiting for.
    pub(super) fn hang_on_calculations(&mut self) {
        let mut sources = std::collections::BTreeSet::new();
        for read in &self.reads {
            if let What::Value(node) | What::Sibling(node) = read.what {
                sources.extend(self.behind.calculated(node).into_iter().flatten().map(|made| made.of));
            }
        }
        let sources: Vec<Source> = sources.into_iter().collect();
        self.hang_by(&sources, self.behind.reads_of_answered(&sources));
    }

    pub(super) fn condition(&mut self, written: Passage<'_>) -> Option<Condition> {
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Condition)?;
        Some(self.hanging(compiled.root, compiled.reads))
    }

    /// The condition under which a measure's node is relevant, if it has one of its own.
    pub(super) fn own_condition(&mut self, node: NodeId) -> Option<Condition> {
        let (expr, reads) = self.behind.relevance(node)?;
        Some(self.hanging(expr, reads.to_vec()))
    }

    pub(super) fn hanging(&mut self, expr: ExprId, reads: Vec<Read>) -> Condition {
        let sources = self.behind.sources(&reads);
        self.reads.extend(reads);
        self.hang(&sources);
        Condition { expr, sources }
    }

    /// The measure is looked at again when one of them changes.
    pub(super) fn hang(&mut self, sources: &[Source]) {
        self.hang_by(sources, self.behind.reads(sources));
    }

    fn hang_by(&mut self, sources: &[Source], reads: Vec<Read>) {
        self.lowering.reads += sources.len();
        self.reads.extend(reads);
        let measures = sources.iter().filter_map(|source| match source {
            Source::Measure(id) => Some(self.read_of(*id)),
            Source::Question(_) => None,
        });
        let measures: Vec<Read> = measures.collect();
        self.reads.extend(measures);
    }

    pub(super) fn measure_named(&self, name: &str) -> Option<MeasureId> {
        let name = name.trim();
        let name = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
        let at = |(node, _): &&(NodeId, Tag<'_>)| *self.lowering.skeleton.node(*node).name == *name;
        let (node, _) = self.measured.iter().find(at)?;
        self.known.by_node.get(node).copied()
    }

    pub(super) fn read_of(&self, id: MeasureId) -> Read {
        Read { what: What::Value(self.measured[usize::from(id.0)].0), from: ScopeDefId::ROOT }
    }
}

/// Is it `+ - * div`, `-x` or `sum(…)` at the top?
fn is_arithmetic(ast: &Ast) -> bool {
    match &ast.kind {
        AstKind::Negate(_) => true,
        AstKind::Binary(operator, ..) => {
            matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
        }
        AstKind::Call { name, arguments, .. } => name == "sum" && arguments.len() == 1,
        AstKind::Path(path) => match &path.start {
            Start::Expression(inner) => {
                path.steps.is_empty() && path.predicates.is_empty() && is_arithmetic(inner)
            }
            _ => false,
        },
        AstKind::Number(_) | AstKind::Text(_) => false,
    }
}
