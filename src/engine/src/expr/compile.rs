//! Resolves an expression's names against a form and compiles it, noting what it reads.

use std::ops::Range;

use regex_lite::Regex;

use super::functions::{self, Body};
use super::parser::parse;
use super::program::{Base, Column, Expr, ExprId, Plan, PlanStart, PlanStep, Program, Read, What};
use super::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, Test};
use crate::definition::Written;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::SkeletonKind;
use crate::form::{ListId, ScopeDefId, Skeleton};
use crate::value::DataType;
use crate::view::NodeId;

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

/// What a path stands on, known while compiling.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Static {
    Node(NodeId),
    /// `instance('x')`, and `instance('x')/root`.
    ListTop(ListId, u8),
    Item(ListId),
    Column(ListId, Column),
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

/// A path while its steps are compiled.
struct Route {
    start: Option<PlanStart>,
    base: Base,
    up: u8,
    /// The scope def that `up` leads to.
    top: ScopeDefId,
    at: Static,
    steps: Vec<PlanStep>,
    /// More than one node is possible, or a predicate stood.
    many: bool,
    /// The last step left the plan at the cell of `at` already.
    settled: bool,
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
            Body::Compiled => self.special(function.name, arguments, span),
        }
    }

    fn special(&mut self, name: &str, arguments: &[Ast], span: &Range<usize>) -> ExprId {
        match (name, arguments) {
            ("regex", [value, pattern]) => {
                let Kind::Text(text) = &pattern.kind else {
                    return self.error(
                        "wrong-type",
                        &pattern.span,
                        "a pattern must be written out in quotes",
                    );
                };
                // ODK matches the whole value.
                match Regex::new(text).and_then(|_| Regex::new(&format!("^(?:{text})$"))) {
                    Ok(regex) => {
                        let value = self.expr(value);
                        let pattern = self.program.add_pattern(regex);
                        self.program.add(Expr::Matches(value, pattern))
                    }
                    Err(error) => self.error(
                        "bad-pattern",
                        &pattern.span,
                        format!("this is no regular expression: {error}"),
                    ),
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

    fn list_named(&mut self, argument: &Ast) -> Option<ListId> {
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
    fn read_column(&mut self, column: Column) {
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

    fn unknown_column(&mut self, list: ListId, name: &str, at: &Range<usize>) {
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

    // ---- paths

    fn path(&mut self, path: &Path, span: &Range<usize>) -> ExprId {
        match self.route(path, span) {
            Some(route) => self.finish(route, span),
            None => self.program.add(Expr::Number(f64::NAN)),
        }
    }

    fn route_here(&self, base: Base, at: Static) -> Route {
        let top = match (base, at) {
            (_, Static::Node(node)) => match self.form.node(node).kind {
                // The anchor of a repeat as a whole stands in the scope around it.
                SkeletonKind::Repeat(own) if base == Base::Context || self.anchor.scope == own => own,
                _ => self.form.node(node).scope,
            },
            _ => self.anchor.scope,
        };
        // Only the scope's own node is where a plan begins.
        let settled = !matches!(at, Static::Node(node) if self.form.scope(top).node != node);
        Route { start: None, base, up: 0, top, at, steps: Vec::new(), many: false, settled }
    }

    fn route(&mut self, path: &Path, span: &Range<usize>) -> Option<Route> {
        let mut route = match &path.start {
            Start::Context => {
                let mut route = self.route_here(self.base, self.context);
                if let Static::Item(_) | Static::Column(..) = self.context {
                    route.start = Some(PlanStart::ContextItem);
                }
                route
            }
            Start::Root => {
                let depth = self.form.scope(self.anchor.scope).depth;
                Route {
                    start: None,
                    base: Base::Current,
                    up: depth,
                    top: ScopeDefId::ROOT,
                    at: Static::Node(NodeId(0)),
                    steps: Vec::new(),
                    many: false,
                    settled: true,
                }
            }
            Start::Reference(name) => {
                let node = self.reference(name, span)?;
                self.route_to(node)
            }
            Start::Expression(inner) => match &inner.kind {
                Kind::Call { name, arguments, .. } if name == "current" && arguments.is_empty() => {
                    self.route_here(Base::Current, Static::Node(self.anchor.node))
                }
                Kind::Call { name, arguments, .. } if name == "instance" && arguments.len() == 1 => {
                    let list = self.list_named(&arguments[0])?;
                    Route {
                        start: Some(PlanStart::List(list)),
                        base: Base::Current,
                        up: 0,
                        top: self.anchor.scope,
                        at: Static::ListTop(list, 0),
                        steps: Vec::new(),
                        many: true,
                        settled: true,
                    }
                }
                Kind::Path(inner_path) => self.route(inner_path, &inner.span)?,
                _ => {
                    self.error("wrong-path", &inner.span, "a path can't go on from this");
                    return None;
                }
            },
        };
        self.predicates(&mut route, &path.predicates);
        for (index, step) in path.steps.iter().enumerate() {
            let first_of_root = index == 0 && matches!(path.start, Start::Root);
            self.step(&mut route, step, first_of_root)?;
            self.predicates(&mut route, &step.predicates);
        }
        Some(route)
    }

    /// The node that `${name}` means.
    fn reference(&mut self, name: &str, span: &Range<usize>) -> Option<NodeId> {
        match self.form.by_name.get(name).map(Vec::as_slice) {
            Some([node]) => Some(*node),
            Some(several) => {
                let span = self.written.part(span.clone());
                let mut diagnostic = Diagnostic::error(
                    "ambiguous-name",
                    span,
                    format!("there are {} questions `{name}`", several.len()),
                )
                .hint("give one of them another name");
                for node in several {
                    diagnostic = diagnostic.label(self.form.node(*node).span, "here");
                }
                self.fail(diagnostic);
                None
            }
            None => {
                let span = self.written.part(span.clone());
                // After that many mistakes a near name helps nobody, and looking for it takes its time.
                let names = self.form.by_name.keys().map(|name| &**name);
                let mut names: Vec<&str> =
                    names.take(if self.found.count() < 200 { usize::MAX } else { 0 }).collect();
                names.sort_unstable();
                let diagnostic =
                    Diagnostic::error("unknown-name", span, format!("there is no question `{name}`"))
                        .did_you_mean(name, names);
                self.fail(diagnostic);
                None
            }
        }
    }

    /// As pyxform resolves it: within the innermost repeat that holds both, this instance; below it, all.
    fn route_to(&self, node: NodeId) -> Route {
        let target = self.form.node(node).scope;
        let common = self.form.common(self.anchor.scope, target);
        let up = self.form.scope(self.anchor.scope).depth - self.form.scope(common).depth;
        let mut steps: Vec<PlanStep> =
            self.form.repeats_between(common, target).into_iter().map(PlanStep::Repeat).collect();
        if let SkeletonKind::Repeat(_) = self.form.node(node).kind {
            steps.push(PlanStep::Repeat(node));
        }
        Route {
            start: None,
            base: Base::Current,
            up,
            top: common,
            at: Static::Node(node),
            many: !steps.is_empty(),
            steps,
            settled: false,
        }
    }

    fn step(&mut self, route: &mut Route, step: &Step, first_of_root: bool) -> Option<()> {
        let at = route.at;
        match (step.axis, &step.test) {
            (Axis::Itself, Test::Any) => Some(()),
            (Axis::Parent, Test::Any) => self.parent(route, step),
            (Axis::Child, Test::Name(name)) => match at {
                Static::Node(node) if first_of_root && node == NodeId(0) => {
                    let root = self.form.node(node).name.clone();
                    if *root == **name || name == "data" {
                        return Some(());
                    }
                    let span = self.written.part(step.span.clone());
                    let diagnostic = Diagnostic::error(
                        "unknown-name",
                        span,
                        format!("the form's root is `{root}`, not `{name}`"),
                    )
                    .hint(format!("write `/{root}/…`"));
                    self.fail(diagnostic);
                    None
                }
                Static::Node(node) => self.child(route, node, name, step),
                Static::ListTop(list, 0) if name == "root" => {
                    route.at = Static::ListTop(list, 1);
                    Some(())
                }
                Static::ListTop(list, 1) if name == "item" => {
                    route.at = Static::Item(list);
                    Some(())
                }
                Static::ListTop(..) => {
                    self.error("wrong-path", &step.span, "a list's items are at `/root/item`");
                    None
                }
                Static::Item(list) => match self.form.list(list).column(name) {
                    Some(column) => {
                        self.read_column(column);
                        route.steps.push(PlanStep::Column(column));
                        route.at = Static::Column(list, column);
                        Some(())
                    }
                    None => {
                        self.unknown_column(list, name, &step.span);
                        None
                    }
                },
                Static::Column(..) => {
                    self.error("wrong-path", &step.span, "a column has nothing below it");
                    None
                }
            },
            _ => {
                self.error("path-not-yet", &step.span, "this version does not know this kind of step yet");
                None
            }
        }
    }

    fn parent(&mut self, route: &mut Route, step: &Step) -> Option<()> {
        let Static::Node(node) = route.at else {
            self.error("wrong-path", &step.span, "`..` leads out of the list");
            return None;
        };
        if node == NodeId(0) {
            self.error("wrong-path", &step.span, "`..` leads out of the form");
            return None;
        }
        let in_own_scope = match self.form.node(node).kind {
            SkeletonKind::Repeat(own) => route.many || route.top == own,
            _ => false,
        };
        if in_own_scope {
            if route.many {
                route.steps.push(PlanStep::Outer);
                route.settled = false;
            } else {
                route.up += 1;
                route.top = self.form.scope(route.top).parent;
            }
        } else {
            route.settled = false;
        }
        route.at = Static::Node(self.form.node(node).parent);
        Some(())
    }

    fn child(&mut self, route: &mut Route, parent: NodeId, name: &str, step: &Step) -> Option<()> {
        let found = self.form.children_of(parent).find(|child| *self.form.node(*child).name == *name);
        let Some(child) = found else {
            let parent_name = self.form.node(parent).name.clone();
            let span = self.written.part(step.span.clone());
            let near: Vec<&str> =
                self.form.children_of(parent).map(|child| &*self.form.node(child).name).collect();
            let mut diagnostic =
                Diagnostic::error("unknown-name", span, format!("there is no `{name}` in `{parent_name}`"));
            diagnostic = match self.form.by_name.contains_key(name) {
                true => diagnostic.hint(format!("the question is written `${{{name}}}`")),
                false => diagnostic.did_you_mean(name, near),
            };
            self.fail(diagnostic);
            return None;
        };
        if let SkeletonKind::Repeat(own) = self.form.node(parent).kind
            && !route.many
            && route.top != own
        {
            // From a repeat as a whole, its children are those of all its instances.
            self.reads.push(Read { what: What::Instances(parent), from: self.reach(route) });
            route.steps.push(PlanStep::Repeat(parent));
            route.many = true;
        }
        if let SkeletonKind::Repeat(_) = self.form.node(child).kind {
            self.reads.push(Read { what: What::Instances(child), from: self.reach(route) });
            route.steps.push(PlanStep::Repeat(child));
            route.many = true;
        }
        route.at = Static::Node(child);
        route.settled = false;
        Some(())
    }

    /// The scope from which everything that a route can meet is reached.
    fn reach(&self, route: &Route) -> ScopeDefId {
        match route.base {
            Base::Current => self.form.common(route.top, self.anchor.scope),
            Base::Context => self.form.common(route.top, self.from),
        }
    }

    fn predicates(&mut self, route: &mut Route, predicates: &[Ast]) {
        for predicate in predicates {
            if let Static::Node(node) = route.at {
                self.settle(route, node);
            }
            let from = self.reach(route);
            let outer = (self.context, self.base, self.from);
            (self.context, self.base, self.from) = (route.at, Base::Context, from);
            let step = self.predicate(route, predicate);
            (self.context, self.base, self.from) = outer;
            route.steps.push(step);
            route.many = true;
        }
    }

    fn predicate(&mut self, route: &Route, predicate: &Ast) -> PlanStep {
        if let (Static::Item(list), true) =
            (route.at, route.steps.is_empty() && matches!(route.start, Some(PlanStart::List(_))))
            && let Kind::Binary(Operator::Equal, a, b) = &predicate.kind
        {
            for (side, other) in [(a, b), (b, a)] {
                if let Some((column, key)) = self.column_key(list, side, other) {
                    return PlanStep::Equal { column, key };
                }
            }
        }
        let numeric = is_number(predicate);
        PlanStep::Filter { predicate: self.expr(predicate), numeric }
    }

    /// `column = key`, alone or joined with `and` to other conditions.
    fn filter_key(&mut self, list: ListId, ast: &Ast) -> Option<(Column, ExprId)> {
        match &ast.kind {
            Kind::Binary(Operator::And, a, b) => {
                self.filter_key(list, a).or_else(|| self.filter_key(list, b))
            }
            Kind::Binary(Operator::Equal, a, b) => {
                [(a, b), (b, a)].into_iter().find_map(|(side, other)| self.column_key(list, side, other))
            }
            _ => None,
        }
    }

    /// A column and the text that it must equal, if that is one text which does not depend on the item:
    /// numbers compare `01` and `1` as equal and node-sets compare each of theirs, which an index can't.
    fn column_key(&mut self, list: ListId, side: &Ast, other: &Ast) -> Option<(Column, ExprId)> {
        let column = self.bare_column(list, side).filter(|column| *column != Column::Label)?;
        if mentions_context(other) {
            return None;
        }
        let key = self.expr(other);
        let text = match self.program.expr(key) {
            Expr::Text(_) | Expr::ChoiceName { .. } => true,
            Expr::Call(function, _) => {
                matches!(function.name, "string" | "concat" | "selected-at" | "substr")
            }
            Expr::Cell { node, .. } => {
                let node = self.form.node(*node);
                let text = matches!(node.kind, SkeletonKind::Leaf(DataType::Text | DataType::Choice));
                text && !node.calculated
            }
            _ => false,
        };
        text.then_some((column, key))
    }

    fn bare_column(&self, list: ListId, ast: &Ast) -> Option<Column> {
        let Kind::Path(Path { start: Start::Context, predicates, steps }) = &ast.kind else { return None };
        match (predicates.as_slice(), steps.as_slice()) {
            ([], [Step { axis: Axis::Child, test: Test::Name(name), predicates, .. }])
                if predicates.is_empty() =>
            {
                self.form.list(list).column(name)
            }
            _ => None,
        }
    }

    /// Makes the plan stand on the cells of `node`.
    fn settle(&mut self, route: &mut Route, node: NodeId) {
        if !route.settled {
            if !matches!(route.steps.last(), Some(PlanStep::Repeat(repeat)) if *repeat == node) {
                route.steps.push(PlanStep::Cell(node));
            }
            route.settled = true;
        }
    }

    /// The expression that a route ends in.
    fn finish(&mut self, mut route: Route, span: &Range<usize>) -> ExprId {
        let Static::Node(node) = route.at else {
            let (Static::Column(..) | Static::Item(_)) = route.at else {
                return self.error(
                    "wrong-path",
                    span,
                    "this path ends before the list's items: add `/root/item`",
                );
            };
            let start = route.start.take().unwrap_or(PlanStart::ContextItem);
            let plan = self.program.add_plan(Plan { start, steps: route.steps.into() });
            return self.program.add(Expr::Nodes(plan));
        };
        let from = self.reach(&route);
        for step in &route.steps {
            if let PlanStep::Repeat(repeat) = step {
                self.reads.push(Read { what: What::Instances(*repeat), from });
            }
        }
        match self.form.node(node).kind {
            SkeletonKind::Leaf(_) => self.reads.push(Read { what: What::Value(node), from }),
            SkeletonKind::Note => {
                let span = self.written.part(span.clone());
                let name = self.form.node(node).name.clone();
                self.found.push(Diagnostic::warning(
                    "reads-a-note",
                    span,
                    format!("`{name}` is a note: it never has a value"),
                ));
            }
            SkeletonKind::Group => {}
            SkeletonKind::Repeat(_) => {}
        }
        if !route.many {
            return self.program.add(Expr::Cell { base: route.base, up: route.up, node });
        }
        self.settle(&mut route, node);
        let start = route.start.take().unwrap_or(PlanStart::Scope { base: route.base, up: route.up });
        let plan = self.program.add_plan(Plan { start, steps: route.steps.into() });
        self.program.add(Expr::Nodes(plan))
    }
}

/// Does a predicate's other side depend on the item that is being tried?
fn mentions_context(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => false,
        Kind::Negate(inner) => mentions_context(inner),
        Kind::Binary(_, a, b) => mentions_context(a) || mentions_context(b),
        Kind::Call { name, arguments, .. } => {
            matches!(name.as_str(), "position" | "last" | "random" | "once")
                || arguments.iter().any(mentions_context)
        }
        Kind::Path(path) => match &path.start {
            Start::Context => true,
            Start::Root | Start::Reference(_) => false,
            Start::Expression(inner) => mentions_context(inner),
        },
    }
}

/// A predicate that gives a number means a place.
fn is_number(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Number(_) | Kind::Negate(_) => true,
        Kind::Binary(operator, ..) => operator.strength() == 5 || operator.strength() == 6,
        Kind::Call { name, .. } => functions::find(name).is_some_and(|function| function.gives_number),
        Kind::Text(_) | Kind::Path(_) => false,
    }
}
