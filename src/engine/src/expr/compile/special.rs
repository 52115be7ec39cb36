//! Calls that the compiler knows: their arguments are names, patterns and paths, settled once instead of at each answer.

use std::ops::Range;

use super::Compiler;
use super::route::Static;
use crate::diagnostic::Diagnostic;
use crate::expr::functions;
use crate::expr::parser::parse;
use crate::expr::program::{Base, Column, Expr, ExprId, PlanStep, Read, What};
use crate::expr::syntax::{Ast, Kind, Start};
use crate::form::{ListId, SkeletonKind};
use crate::view::NodeId;

impl Compiler<'_> {
    pub(super) fn special(&mut self, name: &str, arguments: &[Ast], span: &Range<usize>) -> ExprId {
        match (name, arguments) {
            ("regex", [value, pattern]) => {
                let Kind::Text(text) = &pattern.kind else {
                    return self.error(
                        "wrong-type",
                        &pattern.span,
                        "a pattern must be written out in quotes",
                    );
                };
                match functions::pattern(text) {
                    Ok(regex) => {
                        let value = self.expr(value);
                        let pattern = self.program.add_pattern(regex);
                        self.program.add(Expr::Matches(value, pattern))
                    }
                    Err(message) => self.error("bad-pattern", &pattern.span, message),
                }
            }
            ("position", []) => self.program.add(Expr::ContextPosition),
            ("last", []) => self.program.add(Expr::ContextSize),
            ("position", [node]) => self.position(node),
            ("once", [inner]) => {
                let inner = self.expr(inner);
                self.program.add(Expr::Once(inner))
            }
            ("current", []) => {
                let route = self.route_here(Base::Current, Static::Node(self.anchor.node));
                self.finish(route, span)
            }
            ("instance", [list]) => match self.list_named(list) {
                Some(list) => {
                    let message =
                        format!("`instance('{}')` needs a path after it", self.form.list(list).name);
                    self.error("wrong-path", span, message)
                }
                None => self.program.add(Expr::Number(f64::NAN)),
            },
            ("jr:choice-name", [value, question]) => self.choice_name(value, question),
            ("pulldata", [list, column, key_column, key]) => self.pulldata(list, column, key_column, key),
            ("indexed-repeat", [field, repeat, index]) => self.indexed_repeat(field, repeat, index, span),
            _ => self.error("wrong-arity", span, format!("`{name}` is not written like this")),
        }
    }

    fn position(&mut self, node: &Ast) -> ExprId {
        let Kind::Path(path) = &node.kind else {
            return self.error("wrong-type", &node.span, "`position` needs a repeat");
        };
        let Some(route) = self.route(path, &node.span) else {
            return self.program.add(Expr::Number(f64::NAN));
        };
        let (Static::Node(at), false) = (route.at, route.many) else {
            return self.error(
                "wrong-type",
                &node.span,
                "`position` needs one repeat instance, such as `..`",
            );
        };
        let Some(repeat) = self.repeat_around(at) else {
            return self.error("wrong-type", &node.span, "this is not inside a repeat");
        };
        let SkeletonKind::Repeat(own) = self.form.node(repeat).kind else { unreachable!("repeat_around") };
        let Some(extra) = self.form.scope(route.top).depth.checked_sub(self.form.scope(own).depth) else {
            return self.error(
                "wrong-type",
                &node.span,
                "`position` needs one repeat instance, such as `..`",
            );
        };
        self.reads.push(Read { what: What::Position(repeat), from: own });
        self.program.add(Expr::Position { base: route.base, up: route.up + extra })
    }

    fn repeat_around(&self, mut node: NodeId) -> Option<NodeId> {
        loop {
            if let SkeletonKind::Repeat(_) = self.form.node(node).kind {
                return Some(node);
            }
            if node == NodeId(0) {
                return None;
            }
            node = self.form.node(node).parent;
        }
    }

    pub(super) fn list_named(&mut self, argument: &Ast) -> Option<ListId> {
        let Kind::Text(name) = &argument.kind else {
            self.error("wrong-type", &argument.span, "the list must be named in quotes");
            return None;
        };
        if let Some(list) = self.form.list_names.get(name.as_str()) {
            return Some(*list);
        }
        let span = self.written.part(argument.span.clone());
        let names = self.form.list_names.keys().map(|name| &**name);
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let diagnostic = Diagnostic::error("unknown-list", span, format!("there is no list `{name}`"))
            .did_you_mean(name, names);
        self.fail(diagnostic);
        None
    }

    /// A label is in the reader's language.
    pub(super) fn read_column(&mut self, column: Column) {
        if column == Column::Label {
            self.reads.push(Read { what: What::Language, from: self.anchor.scope });
        }
    }

    fn column_named(&mut self, list: ListId, argument: &Ast) -> Option<Column> {
        let Kind::Text(name) = &argument.kind else {
            self.error("wrong-type", &argument.span, "the column must be named in quotes");
            return None;
        };
        let column = self.form.list(list).column(name);
        if column.is_none() {
            self.unknown_column(list, name, &argument.span.clone());
        }
        column
    }

    pub(super) fn unknown_column(&mut self, list: ListId, name: &str, at: &Range<usize>) {
        let known = self.form.list(list);
        let span = self.written.part(at.clone());
        let mut diagnostic = Diagnostic::error(
            "unknown-column",
            span,
            format!("the list `{}` has no column `{name}`", known.name),
        )
        .did_you_mean(name, known.columns().chain(["name", "label"]));
        if self.form.by_name.contains_key(name) {
            diagnostic = diagnostic.hint(format!("the question is written `${{{name}}}`"));
        }
        self.fail(diagnostic);
    }

    fn choice_name(&mut self, value: &Ast, question: &Ast) -> ExprId {
        let target = match &question.kind {
            Kind::Text(text) => match parse(text.trim()) {
                Ok(Ast { kind: Kind::Path(path), .. }) => {
                    self.route(&path, &question.span).map(|route| route.at)
                }
                _ => {
                    self.error("wrong-type", &question.span, "the question must be named, such as '${town}'");
                    return self.program.add(Expr::Number(f64::NAN));
                }
            },
            Kind::Path(path) => self.route(path, &question.span).map(|route| route.at),
            _ => None,
        };
        let list = match target {
            Some(Static::Node(node)) => self.form.node(node).list,
            _ => None,
        };
        match list {
            Some(list) => {
                let value = self.expr(value);
                self.reads.push(Read { what: What::Language, from: self.anchor.scope });
                self.program.add(Expr::ChoiceName { value, list })
            }
            None if self.failed => self.program.add(Expr::Number(f64::NAN)),
            None => self.error("wrong-type", &question.span, "this question has no choices"),
        }
    }

    fn pulldata(&mut self, list: &Ast, column: &Ast, key_column: &Ast, key: &Ast) -> ExprId {
        let Some(list) = self.list_named(list) else { return self.program.add(Expr::Number(f64::NAN)) };
        let columns = (self.column_named(list, column), self.column_named(list, key_column));
        let key = self.expr(key);
        let lookup = match columns {
            (Some(column), Some(key_column)) => {
                self.read_column(column);
                Expr::Lookup { list, column, key_column, key }
            }
            _ => Expr::Number(f64::NAN),
        };
        self.program.add(lookup)
    }

    /// `indexed-repeat(${field}, ${repeat}, n)` is `${repeat}[n]/…/field`.
    fn indexed_repeat(&mut self, field: &Ast, repeat: &Ast, index: &Ast, span: &Range<usize>) -> ExprId {
        let (Kind::Path(field_path), Kind::Path(repeat_path)) = (&field.kind, &repeat.kind) else {
            return self.error("wrong-type", span, "`indexed-repeat` needs a question and its repeat");
        };
        let target = match &field_path.start {
            Start::Reference(name) => self.reference(name, &field.span),
            _ => None,
        };
        let Some(mut route) = self.route(repeat_path, &repeat.span) else {
            return self.program.add(Expr::Number(f64::NAN));
        };
        let (Some(target), Static::Node(repeat_node)) = (target, route.at) else {
            return self.error("wrong-type", span, "`indexed-repeat` needs `${question}` and `${repeat}`");
        };
        let SkeletonKind::Repeat(own) = self.form.node(repeat_node).kind else {
            return self.error("wrong-type", &repeat.span, "this is not a repeat");
        };
        if self.form.node(target).scope != own {
            return self.error("wrong-type", &field.span, "this question is not in that repeat");
        }
        let predicate = self.expr(index);
        route.many = true;
        route.steps.push(PlanStep::Filter { predicate, numeric: true });
        route.at = Static::Node(target);
        route.settled = false;
        self.finish(route, span)
    }
}
