//! Resolves an expression's names against a form and compiles it, noting what it reads.

use std::ops::Range;

use super::parser::parse;
use super::program::{Base, Expr, ExprId, Program, Read};
use super::syntax::{Ast, Kind, Operator};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::{ScopeDefId, Skeleton};
use crate::source::Passage;
use crate::view::NodeId;

mod call;
mod indexed;
pub(crate) mod paths;
mod route;
mod special;
mod walk;

use route::Static;

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    /// The node it belongs to: `current()`, and `.` unless it is about items.
    pub node: NodeId,
    /// The scope it is evaluated in.
    pub scope: ScopeDefId,
    /// The items of an itemset that it is evaluated on.
    pub items: Over,
}

impl Anchor {
    /// An expression of a node, evaluated in a scope.
    pub fn at(node: NodeId, scope: ScopeDefId) -> Anchor {
        Anchor { node, scope, items: Over::Value }
    }
}

/// What an expression's nodes are, as far as it is known while compiling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Over {
    /// It gives no nodes.
    Value,
    /// Nodes of the primary instance.
    Nodes(NodeId),
    /// Nodes of a secondary instance.
    Tree,
}

/// A compiled expression and what it reads.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub root: ExprId,
    pub over: Over,
    pub reads: Vec<Read>,
    /// It depends on the node that it belongs to, not on the node's scope alone: the same text elsewhere means another thing.
    pub leans: bool,
}

/// Compiles `written`. What is wrong with it goes to `found`; then there is nothing to run, but perhaps something to check.
pub(crate) fn compile(
    written: Passage<'_>,
    anchor: Anchor,
    form: &Skeleton,
    program: &mut Program,
    found: &mut Diagnostics,
) -> (Option<Compiled>, Option<Ast>) {
    let ast = match parse(written.text) {
        Ok(ast) => ast,
        Err(error) => {
            let mut diagnostic = Diagnostic::error("bad-expression", written.part(error.span), error.message);
            diagnostic.hints.extend(error.hint);
            found.push(diagnostic);
            return (None, None);
        }
    };
    let (context, base, from) = match anchor.items {
        Over::Value => (Static::Node(anchor.node), Base::Current, anchor.scope),
        Over::Nodes(node) => (Static::Node(node), Base::Context, ScopeDefId::ROOT),
        Over::Tree => (Static::Tree, Base::Context, anchor.scope),
    };
    let mut compiler = Compiler {
        written,
        anchor,
        form,
        program,
        found,
        reads: Vec::new(),
        context,
        base,
        from,
        failed: false,
        leans: false,
    };
    let (root, over) = compiler.expr_over(&ast);
    let (failed, leans) = (compiler.failed, compiler.leans);
    let mut reads = compiler.reads;
    crate::order::sort(&mut reads);
    reads.dedup();
    ((!failed).then_some(Compiled { root, over, reads, leans }), Some(ast))
}

struct Compiler<'a> {
    written: Passage<'a>,
    anchor: Anchor,
    form: &'a Skeleton,
    program: &'a mut Program,
    found: &'a mut Diagnostics,
    reads: Vec<Read>,
    context: Static,
    base: Base,
    /// The scope from which the context node-set is reached.
    from: ScopeDefId,
    failed: bool,
    /// As in [`Compiled::leans`].
    leans: bool,
}

impl<'a> Compiler<'a> {
    fn fail(&mut self, diagnostic: Diagnostic) -> ExprId {
        self.failed = true;
        self.found.push(diagnostic);
        self.program.add(Expr::Number(f64::NAN))
    }

    fn error(&mut self, code: &'static str, at: &Range<usize>, message: impl Into<String>) -> ExprId {
        let span = self.written.part(at.clone());
        self.fail(Diagnostic::error(code, span, message))
    }

    /// The same, with a way out.
    fn error_hinted(&mut self, code: &'static str, at: &Range<usize>, message: &str, hint: &str) -> ExprId {
        let span = self.written.part(at.clone());
        self.fail(Diagnostic::error(code, span, message).hint(hint))
    }

    fn expr(&mut self, ast: &Ast) -> ExprId {
        self.expr_over(ast).0
    }

    /// Compiles, and says what the nodes are.
    fn expr_over(&mut self, ast: &Ast) -> (ExprId, Over) {
        let value = |id| (id, Over::Value);
        match &ast.kind {
            Kind::Number(number) => value(self.program.add(Expr::Number(*number))),
            Kind::Text(text) => value(self.program.add(Expr::Text(text.as_str().into()))),
            Kind::Negate(inner) => {
                let inner = self.expr(inner);
                value(self.program.add(Expr::Negate(inner)))
            }
            Kind::Binary(operator, a, b) => self.binary(*operator, a, b),
            Kind::Call { name, name_span, arguments } => self.call(name, name_span, arguments, &ast.span),
            Kind::Path(path) => self.path(path, &ast.span),
        }
    }

    fn binary(&mut self, operator: Operator, a: &Ast, b: &Ast) -> (ExprId, Over) {
        if matches!(
            operator,
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo
        ) {
            self.check_numbers(operator, [a, b]);
        }
        let ((left, over), (right, right_over)) = (self.expr_over(a), self.expr_over(b));
        if !matches!(operator, Operator::Union | Operator::Or | Operator::And) {
            self.read_inside(over);
            self.read_inside(right_over);
        }
        let over = if operator == Operator::Union { over } else { Over::Value };
        (self.program.add(Expr::binary(operator, left, right)), over)
    }

    /// A text that is no number makes any sum NaN.
    fn check_numbers(&mut self, operator: Operator, sides: [&Ast; 2]) {
        for side in sides {
            let Kind::Text(text) = &side.kind else { continue };
            // A day is a number too.
            if !super::operand::number_of(text).is_nan()
                || crate::moment::read_date(text).is_some()
                || text.is_empty()
            {
                continue;
            }
            let message = format!("`{}` needs numbers, and '{text}' is none", operator.written());
            let span = self.written.part(side.span.clone());
            let mut diagnostic = Diagnostic::error("wrong-type", span, message);
            if operator == Operator::Add {
                diagnostic = diagnostic.hint("texts are joined with `concat(a, b)`");
            }
            self.fail(diagnostic);
        }
    }
}
