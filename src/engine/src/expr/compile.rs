//! Resolves an expression's names against a form and compiles it, noting what it reads.

use std::ops::Range;

use super::functions::{self, Body};
use super::parser::parse;
use super::program::{Base, Column, Expr, ExprId, Program, Read};
use super::syntax::{Ast, Kind, Operator, Start};
use crate::definition::Written;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::{ListId, ScopeDefId, Skeleton};
use crate::view::NodeId;

pub(super) mod paths;
mod route;
mod special;

use route::Static;

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    /// The node it belongs to: `.` and `current()`.
    pub node: NodeId,
    /// The scope it is evaluated in.
    pub scope: ScopeDefId,
    /// The list whose items it filters: bare names are that list's columns.
    pub items_of: Option<ListId>,
}

/// A compiled expression and what it reads.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub root: ExprId,
    /// For a filter over items: a column that must equal a key which does not depend on the item.
    pub key: Option<(Column, ExprId)>,
    pub reads: Vec<Read>,
}

/// Compiles `written`. What is wrong with it goes to `found`; then there is nothing to run.
pub(crate) fn compile(
    written: &Written,
    anchor: Anchor,
    form: &Skeleton,
    program: &mut Program,
    found: &mut Diagnostics,
) -> Option<Compiled> {
    let ast = match parse(&written.text) {
        Ok(ast) => ast,
        Err(error) => {
            let mut diagnostic = Diagnostic::error("bad-expression", written.part(error.span), error.message);
            diagnostic.hints.extend(error.hint);
            found.push(diagnostic);
            return None;
        }
    };
    let context = match anchor.items_of {
        Some(list) => Static::Item(list),
        None => Static::Node(anchor.node),
    };
    let base = if anchor.items_of.is_some() { Base::Context } else { Base::Current };
    let mut compiler = Compiler {
        written,
        anchor,
        form,
        program,
        found,
        reads: Vec::new(),
        context,
        base,
        from: anchor.scope,
        failed: false,
    };
    let root = compiler.expr(&ast);
    let key = anchor.items_of.filter(|_| !compiler.failed).and_then(|list| compiler.filter_key(list, &ast));
    let failed = compiler.failed;
    let mut reads = compiler.reads;
    reads.sort();
    reads.dedup();
    (!failed).then_some(Compiled { root, key, reads })
}

struct Compiler<'a> {
    written: &'a Written,
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

    fn expr(&mut self, ast: &Ast) -> ExprId {
        let expr = match &ast.kind {
            Kind::Number(number) => Expr::Number(*number),
            Kind::Text(text) => Expr::Text(text.as_str().into()),
            Kind::Negate(inner) => Expr::Negate(self.expr(inner)),
            Kind::Binary(operator, a, b) => return self.binary(*operator, a, b),
            Kind::Call { name, name_span, arguments } => {
                return self.call(name, name_span, arguments, &ast.span);
            }
            Kind::Path(path) => return self.path(path, &ast.span),
        };
        self.program.add(expr)
    }

    fn binary(&mut self, operator: Operator, a: &Ast, b: &Ast) -> ExprId {
        self.check_choice(operator, a, b);
        self.check_choice(operator, b, a);
        if matches!(
            operator,
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo
        ) {
            for side in [a, b] {
                if let Kind::Text(text) = &side.kind
                    && super::operand::number_of(text).is_nan()
                {
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
        let (left, right) = (self.expr(a), self.expr(b));
        self.program.add(match operator {
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
        })
    }

    /// A select compared to a choice that its list does not have can never hold.
    fn check_choice(&mut self, operator: Operator, a: &Ast, b: &Ast) {
        if let (Operator::Equal | Operator::NotEqual, Kind::Path(path), Kind::Text(text)) =
            (operator, &a.kind, &b.kind)
            && path.predicates.is_empty()
            && path.steps.is_empty()
            && let Start::Reference(name) = &path.start
        {
            self.check_choice_of(name, text, &b.span);
        }
    }

    fn check_choice_of(&mut self, question: &str, choice: &str, at: &Range<usize>) {
        let Some([node]) = self.form.by_name.get(question).map(Vec::as_slice) else { return };
        let Some(list) = self.form.node(*node).list else { return };
        let list = self.form.list(list);
        if !choice.is_empty() && list.find(choice).is_none() && list.len() > 0 {
            let span = self.written.part(at.clone());
            let message = format!("`{question}` has no choice '{choice}' (its list is `{}`)", list.name);
            self.found.push(
                Diagnostic::warning("unknown-choice", span, message).did_you_mean(choice, list.names()),
            );
        }
    }

    fn call(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        arguments: &[Ast],
        span: &Range<usize>,
    ) -> ExprId {
        let Some(function) = functions::find(name) else {
            let span = self.written.part(name_span.clone());
            let diagnostic =
                Diagnostic::error("unknown-function", span, format!("there is no function `{name}`"))
                    .did_you_mean(name, functions::names());
            return self.fail(diagnostic);
        };
        let count = arguments.len();
        let (least, most) = function.arity;
        if count < usize::from(least) || (most != u8::MAX && count > usize::from(most)) {
            let span = self.written.part(span.clone());
            let wanted = match (least, most) {
                (least, most) if least == most => format!("{least}"),
                (least, u8::MAX) => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            let diagnostic = Diagnostic::error(
                "wrong-arity",
                span,
                format!(
                    "`{name}` takes {wanted} argument{}, not {count}",
                    if wanted == "1" { "" } else { "s" }
                ),
            )
            .hint(format!("it is written `{}`", function.signature));
            return self.fail(diagnostic);
        }
        match function.body {
            Body::Plain(_) => {
                for index in function.node_sets {
                    if let Some(argument) = arguments.get(*index)
                        && matches!(argument.kind, Kind::Number(_) | Kind::Text(_) | Kind::Negate(_))
                    {
                        let message = format!("`{name}` counts over questions, and this is a single value");
                        self.error("wrong-type", &argument.span, message);
                    }
                }
                if function.name == "selected"
                    && let [Ast { kind: Kind::Path(path), .. }, Ast { kind: Kind::Text(choice), span, .. }] =
                        arguments
                    && let (Start::Reference(question), []) = (&path.start, path.steps.as_slice())
                {
                    self.check_choice_of(question, choice, span);
                }
                let arguments = arguments.iter().map(|argument| self.expr(argument)).collect();
                self.program.add(Expr::Call(function, arguments))
            }
            Body::Compiled(_) => self.special(function.name, arguments, span),
        }
    }
}
