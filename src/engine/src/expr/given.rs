//! Expressions over named values, without a form: compiled once, evaluated over many households.
//!
//! Invariant: what an expression gives depends on those values alone. No clock, no chance, no document: what would ask for one is refused.

use std::cell::Cell;
use std::ops::Range;

use super::eval::{Alone, Eval, MAX_WORK};
use super::functions::{self, Body};
use super::operand::{NodeRef, Operand};
use super::parser::parse;
use super::program::{Expr, ExprId, Program};
use super::syntax::{Ast, Axis, Kind, Start, Test};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::session::World;
use crate::source::Written;
use crate::view::{NodeId, ScopeId};

/// Functions whose result depends on more than their arguments.
const ELSEWHERE: [&str; 5] = ["now", "today", "random", "randomize", "uuid"];

/// Parses an expression. What is wrong is told.
pub(crate) fn parsed(written: &Written, found: &mut Diagnostics) -> Option<Ast> {
    let error = match parse(&written.text) {
        Ok(ast) => return Some(ast),
        Err(error) => error,
    };
    let mut diagnostic = Diagnostic::error("bad-expression", written.part(error.span), error.message);
    diagnostic.hints.extend(error.hint);
    found.push(diagnostic);
    None
}

/// The name that an expression is, if it is nothing else: `age` or `${age}`.
pub(crate) fn name_of(ast: &Ast) -> Option<&str> {
    let Kind::Path(path) = &ast.kind else { return None };
    if !path.predicates.is_empty() {
        return None;
    }
    match (&path.start, &*path.steps) {
        (Start::Reference(name), []) => Some(name),
        (Start::Context, [step]) if step.axis == Axis::Child && step.predicates.is_empty() => {
            match &step.test {
                Test::Name(name) => Some(name),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Compiles expressions against a list of names.
pub(crate) struct Compiler<'a> {
    pub written: &'a Written,
    /// The index of a name's value.
    pub index: &'a dyn Fn(&str) -> Option<u16>,
    pub program: &'a mut Program,
    pub found: &'a mut Diagnostics,
}

impl Compiler<'_> {
    /// Compiles a part of the expression. `None`: what is wrong was told. Names must be known: whoever asks has told those that are not.
    pub fn compile(&mut self, ast: &Ast) -> Option<ExprId> {
        let expr = match &ast.kind {
            Kind::Number(number) => Expr::Number(*number),
            Kind::Text(text) => Expr::Text(text.as_str().into()),
            Kind::Negate(inner) => Expr::Negate(self.compile(inner)?),
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.compile(left), self.compile(right));
                Expr::binary(*operator, left?, right?)
            }
            Kind::Call { name, name_span, arguments } => self.call(name, name_span, arguments, &ast.span)?,
            Kind::Path(_) => Expr::Given(name_of(ast).and_then(self.index)?),
        };
        Some(self.program.add(expr))
    }

    fn call(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        arguments: &[Ast],
        span: &Range<usize>,
    ) -> Option<Expr> {
        let Some(function) = functions::find(name) else {
            let span = self.written.part(name_span.clone());
            let diagnostic =
                Diagnostic::error("unknown-function", span, format!("there is no function `{name}`"));
            self.found.push(diagnostic.did_you_mean(name, functions::names()));
            return None;
        };
        if !function.takes(arguments.len()) {
            let message = format!("`{name}` is not called with {} arguments", arguments.len());
            let hint = format!("it is written `{}`", function.signature);
            self.found
                .push(Diagnostic::error("wrong-arity", self.written.part(span.clone()), message).hint(hint));
            return None;
        }
        let compiled: Vec<Option<ExprId>> = arguments.iter().map(|argument| self.compile(argument)).collect();
        let compiled: Option<Box<[ExprId]>> = compiled.into_iter().collect();
        if let ("regex", [_, Ast { kind: Kind::Text(pattern), span: at, .. }]) = (name, arguments) {
            return match functions::pattern(pattern) {
                Ok(regex) => Some(Expr::Matches(compiled?[0], self.program.add_pattern(regex))),
                Err(message) => {
                    let at = self.written.part(at.clone());
                    self.found.push(Diagnostic::error("bad-pattern", at, message));
                    None
                }
            };
        }
        let form = matches!(function.body, Body::Compiled(_)) && name != "regex";
        if form || !function.node_sets.is_empty() || ELSEWHERE.contains(&name) {
            let message = format!(
                "a rule has no use for `{name}`: it asks for more than the values that a rule is about"
            );
            self.found.push(
                Diagnostic::error("unknown-function", self.written.part(name_span.clone()), message)
                    .hint("let the form calculate it, and make it a fact"),
            );
            return None;
        }
        Some(Expr::Call(function, compiled?))
    }
}

/// Is it true over these values? What can't be evaluated is not.
pub(crate) fn holds(program: &Program, root: ExprId, given: &[Operand]) -> bool {
    evaluated(program, given, |eval| eval.boolean(root)).unwrap_or(false)
}

/// What it gives over these values, if it can be evaluated.
pub(crate) fn value(program: &Program, root: ExprId, given: &[Operand]) -> Option<Operand> {
    evaluated(program, given, |eval| eval.operand(root))
}

fn evaluated<T>(program: &Program, given: &[Operand], ask: impl FnOnce(&Eval<'_>) -> T) -> Option<T> {
    let alone = Alone { given, ..Alone::default() };
    let (random, left) = (Cell::new(0), Cell::new(MAX_WORK));
    let world = World::default();
    let eval = Eval {
        program,
        names: &program.names,
        trees: &[],
        primary: None,
        alone: Some(&alone),
        world: &world,
        random: &random,
        left: &left,
        language: 0,
        scope: ScopeId(0),
        node: NodeId(0),
        current: NodeRef::Document,
        root: NodeRef::Document,
        context: NodeRef::Document,
        position: 1,
        size: 1,
        texts_within: 0,
    };
    let asked = ask(&eval);
    (left.get() > 0 && alone.failure.get().is_none()).then_some(asked)
}
