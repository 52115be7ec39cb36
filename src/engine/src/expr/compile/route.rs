//! Paths: what a reference, a step or a predicate stands on is known while compiling, so that a path becomes one cell or a plan.

use std::ops::Range;

use super::Compiler;
use crate::diagnostic::Diagnostic;
use crate::expr::functions;
use crate::expr::program::{Base, Column, Expr, ExprId, Plan, PlanStart, PlanStep, Read, What};
use crate::expr::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, Test};
use crate::form::{ListId, ScopeDefId, SkeletonKind};
use crate::value::DataType;
use crate::view::NodeId;

/// What a path stands on, known while compiling.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Static {
    Node(NodeId),
    /// `instance('x')`, and `instance('x')/root`.
    ListTop(ListId, u8),
    Item(ListId),
    Column(ListId, Column),
}

/// A path while its steps are compiled.
pub(super) struct Route {
    pub start: Option<PlanStart>,
    pub base: Base,
    pub up: u8,
    /// The scope def that `up` leads to.
    pub top: ScopeDefId,
    pub at: Static,
    pub steps: Vec<PlanStep>,
    /// More than one node is possible, or a predicate stood.
    pub many: bool,
    /// The last step left the plan at the cell of `at` already.
    pub settled: bool,
}

impl Compiler<'_> {
    pub(super) fn path(&mut self, path: &Path, span: &Range<usize>) -> ExprId {
        match self.route(path, span) {
            Some(route) => self.finish(route, span),
            None => self.program.add(Expr::Number(f64::NAN)),
        }
    }

    pub(super) fn route_here(&self, base: Base, at: Static) -> Route {
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

    pub(super) fn route(&mut self, path: &Path, span: &Range<usize>) -> Option<Route> {
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
    pub(super) fn reference(&mut self, name: &str, span: &Range<usize>) -> Option<NodeId> {
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
            (Axis::Itself, Test::Node) => Some(()),
            (Axis::Parent, Test::Node) => self.parent(route, step),
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
    pub(super) fn reach(&self, route: &Route) -> ScopeDefId {
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
    pub(super) fn filter_key(&mut self, list: ListId, ast: &Ast) -> Option<(Column, ExprId)> {
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
    pub(super) fn finish(&mut self, mut route: Route, span: &Range<usize>) -> ExprId {
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
