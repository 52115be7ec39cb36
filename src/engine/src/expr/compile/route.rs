//! Plain paths over the primary instance: what a step stands on is known while compiling, so that a path becomes one cell or a plan.

use std::ops::Range;
use std::rc::Rc;

use super::paths::{gives, mentions_context};
use super::{Compiler, Over};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::program::{self, Base, Expr, ExprId, Plan, PlanStart, PlanStep, Read, What};
use crate::expr::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, Test};
use crate::form::{ScopeDefId, SkeletonKind};
use crate::tree::NameId;
use crate::view::NodeId;

/// What a path stands on, known while compiling.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Static {
    /// One node of the form, in whatever instances.
    Node(NodeId),
    /// One of several.
    Any(Rc<[NodeId]>),
    /// A node of a secondary instance.
    Tree,
}

/// A path while its steps are compiled.
pub(super) struct Route {
    pub base: Base,
    pub up: u8,
    /// The scope def that `up` leads to.
    pub top: ScopeDefId,
    pub at: NodeId,
    pub steps: Vec<PlanStep>,
    /// More than one node is possible, or a predicate stood.
    pub many: bool,
    /// The last step left the plan at the cell of `at` already.
    pub settled: bool,
    /// It passes through instances that a predicate picks.
    pub picked: bool,
}

impl Compiler<'_> {
    pub(super) fn path(&mut self, path: &Path, span: &Range<usize>) -> (ExprId, Over) {
        if !self.is_plain(path) {
            return self.walk(path, span);
        }
        match self.route(path, span) {
            Some(route) => {
                let at = route.at;
                (self.finish(route), Over::Nodes(at))
            }
            None if self.failed => (self.program.add(Expr::Number(f64::NAN)), Over::Value),
            None => (self.nothing(), Over::Tree),
        }
    }

    /// An empty node-set.
    pub(super) fn nothing(&mut self) -> ExprId {
        let test = program::NodeTest::Name(NameId::NONE, NameId::NONE);
        let step = program::Step { axis: Axis::Child, test, predicates: Box::default() };
        let path = program::Path {
            start: program::PathStart::Root,
            predicates: Box::default(),
            steps: [step].into(),
        };
        let path = self.program.add_path(path);
        self.program.add(Expr::Path(path))
    }

    /// A path leads to a node that is not there: it is blank, as ODK's tools have it, whatever syntax the form is written in.
    pub(super) fn no_such_path(&mut self, diagnostic: Diagnostic) {
        self.found.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
    }

    /// Do all its steps lead from one node of the form to one node of the form?
    fn is_plain(&self, path: &Path) -> bool {
        let start = match &path.start {
            Start::Context => matches!(self.context, Static::Node(_)),
            Start::Root => !path.steps.is_empty(),
            Start::Reference(name) => !name.starts_with("last-saved#"),
            Start::Expression(inner) => match &inner.kind {
                Kind::Call { name, arguments, .. } => name == "current" && arguments.is_empty(),
                _ => false,
            },
        };
        start
            && path.steps.iter().all(|step| {
                matches!(
                    (step.axis, &step.test),
                    (Axis::Itself | Axis::Parent, Test::Node)
                        | (Axis::Child | Axis::Attribute, Test::Name(_))
                )
            })
    }

    pub(super) fn route_here(&self, base: Base, node: NodeId) -> Route {
        let top = match self.form.node(node).kind {
            // The anchor of a repeat as a whole stands in the scope around it.
            SkeletonKind::Repeat(own) if base == Base::Context || self.anchor.scope == own => own,
            _ => self.form.node(node).scope,
        };
        // Only the scope's own node is where a plan begins.
        let settled = self.form.scope(top).node == node;
        Route { base, up: 0, top, at: node, steps: Vec::new(), many: false, settled, picked: false }
    }

    /// The route of a plain path. What is wrong with it is told.
    pub(super) fn route(&mut self, path: &Path, span: &Range<usize>) -> Option<Route> {
        self.leans |= path.start != Start::Root;
        let mut route = match &path.start {
            Start::Context => {
                let Static::Node(node) = self.context else { return None };
                self.route_here(self.base, node)
            }
            Start::Root => Route {
                base: Base::Current,
                up: self.form.scope(self.anchor.scope).depth,
                top: ScopeDefId::ROOT,
                at: NodeId(0),
                steps: Vec::new(),
                many: false,
                settled: true,
                picked: false,
            },
            Start::Reference(name) => {
                let node = self.reference(name, span)?;
                self.route_to(node)
            }
            Start::Expression(_) => self.route_here(Base::Current, self.anchor.node),
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
                let names = self.form.by_name.keys().map(|name| &**name);
                let mut names: Vec<&str> =
                    if self.found.wants_hints() { names.collect() } else { Vec::new() };
                crate::order::sort(&mut names);
                let diagnostic =
                    Diagnostic::error("unknown-name", span, format!("there is no question `{name}`"))
                        .did_you_mean(name, names);
                self.fail(diagnostic);
                None
            }
        }
    }

    /// As pyxform resolves it: within the innermost repeat that holds both, this instance; below it, all.
    pub(super) fn route_to(&mut self, node: NodeId) -> Route {
        let target = self.form.node(node).scope;
        let common = self.form.common(self.anchor.scope, target);
        let up = self.form.scope(self.anchor.scope).depth - self.form.scope(common).depth;
        let own = matches!(self.form.node(node).kind, SkeletonKind::Repeat(own) if own == self.anchor.scope);
        let mut steps: Vec<PlanStep> =
            self.form.repeats_between(common, target).into_iter().map(PlanStep::Repeat).collect();
        if let SkeletonKind::Repeat(_) = self.form.node(node).kind
            && !(own && self.anchor.node == node)
        {
            steps.push(PlanStep::Repeat(node));
        }
        Route {
            base: Base::Current,
            up,
            top: common,
            at: node,
            many: !steps.is_empty(),
            steps,
            settled: false,
            picked: false,
        }
    }

    fn step(&mut self, route: &mut Route, step: &Step, first_of_root: bool) -> Option<()> {
        match (step.axis, &step.test) {
            (Axis::Parent, _) => self.parent(route, step),
            (Axis::Child, Test::Name(name)) if first_of_root => {
                let root = self.form.node(NodeId(0)).name.clone();
                if *root == **name || name.rsplit(':').next() == root.rsplit(':').next() || name == "data" {
                    return Some(());
                }
                let span = self.written.part(step.span.clone());
                let message = format!("the form's root is `{root}`, not `{name}`");
                let diagnostic =
                    Diagnostic::error("unknown-name", span, message).hint(format!("write `/{root}/…`"));
                self.no_such_path(diagnostic);
                None
            }
            (Axis::Child, Test::Name(name)) => self.child(route, name, step),
            (Axis::Attribute, Test::Name(name)) => self.child(route, &format!("@{name}"), step),
            _ => Some(()),
        }
    }

    fn parent(&mut self, route: &mut Route, step: &Step) -> Option<()> {
        let node = route.at;
        if node == NodeId(0) {
            let span = self.written.part(step.span.clone());
            self.no_such_path(
                Diagnostic::error("wrong-path", span, "`..` leads out of the form")
                    .hint("take a `..` away: each leads to what is around"),
            );
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
        route.at = self.form.node(node).parent;
        Some(())
    }

    fn child(&mut self, route: &mut Route, name: &str, step: &Step) -> Option<()> {
        let parent = route.at;
        let Some(child) = self.form.child(parent, name) else {
            self.no_child(parent, name, step);
            return None;
        };
        if let SkeletonKind::Repeat(own) = self.form.node(parent).kind
            && !route.many
            && route.top != own
        {
            // From a repeat as a whole, its children are those of all its instances.
            self.through(route, parent);
        }
        if let SkeletonKind::Repeat(_) = self.form.node(child).kind {
            self.through(route, child);
        }
        route.at = child;
        route.settled = false;
        Some(())
    }

    fn through(&mut self, route: &mut Route, repeat: NodeId) {
        let read = Read { what: What::Instances(repeat), from: self.reach(route) };
        self.reads.push(read);
        route.steps.push(PlanStep::Repeat(repeat));
        route.many = true;
    }

    fn no_child(&mut self, parent: NodeId, name: &str, step: &Step) {
        let parent_name = self.form.node(parent).name.clone();
        let span = self.written.part(step.span.clone());
        let form = self.form;
        let near = form.children_of(parent).map(|child| &*form.node(child).name);
        let near: Vec<&str> = if self.found.wants_hints() { near.collect() } else { Vec::new() };
        let mut diagnostic =
            Diagnostic::error("unknown-name", span, format!("there is no `{name}` in `{parent_name}`"));
        diagnostic = match self.form.by_name.contains_key(name) {
            true if *self.form.node(self.anchor.node).name == *name => {
                diagnostic.hint("the answer to this question itself is written `.`")
            }
            true => diagnostic.hint(format!("the question is written `${{{name}}}`")),
            false => diagnostic.did_you_mean(name, near),
        };
        let divides = self.divides(parent, step);
        if divides {
            diagnostic = diagnostic.hint("division is written `div`: `a div b`");
        } else if diagnostic.hints.is_empty() {
            diagnostic.hints.extend(self.without_quotes(name, step));
        }
        self.no_such_path(diagnostic);
    }

    /// Is the step what somebody divides by? A question holds no others.
    fn divides(&self, parent: NodeId, step: &Step) -> bool {
        let before = self.written.text.get(..step.span.start).unwrap_or("");
        before.trim_end().ends_with('/') && self.form.children_of(parent).next().is_none()
    }

    /// The way out where a lone name was perhaps a text.
    fn without_quotes(&self, name: &str, step: &Step) -> Option<String> {
        let before = self.written.text.get(..step.span.start)?.trim_end();
        let after = self.written.text.get(step.span.end..)?.trim_start();
        if before.ends_with('/') {
            return None;
        }
        let plain = step.axis == Axis::Child && step.predicates.is_empty() && !after.starts_with('/');
        match name {
            _ if !plain || name.starts_with('@') => None,
            "today" | "now" | "uuid" | "random" => Some(format!("a function has brackets: `{name}()`")),
            "null" | "NULL" | "empty" | "blank" => Some("no answer is written `''`".into()),
            "true" | "false" => {
                Some(format!("write `{name}()`, or put it in quotes if it is a text: '{name}'"))
            }
            _ => Some(format!("if it is a text, put it in quotes: '{name}'")),
        }
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
            self.settle(route);
            let step = match self.place(predicate) {
                Some(place) => PlanStep::At(place),
                None => {
                    let from = self.reach(route);
                    let outer = (self.context.clone(), self.base, self.from);
                    (self.context, self.base, self.from) = (Static::Node(route.at), Base::Context, from);
                    let compiled = self.expr(predicate);
                    (self.context, self.base, self.from) = outer;
                    PlanStep::Filter { predicate: compiled, gives: gives(predicate) }
                }
            };
            route.steps.push(step);
            route.many = true;
            route.picked = true;
        }
    }

    /// `[3]`, `[position() = ${n}]`: a place that does not depend on what is being tried.
    fn place(&mut self, predicate: &Ast) -> Option<ExprId> {
        if gives(predicate) == program::Gives::Number && !mentions_context(predicate) {
            return Some(self.expr(predicate));
        }
        let Kind::Binary(Operator::Equal, a, b) = &predicate.kind else { return None };
        let is_position = |ast: &Ast| matches!(&ast.kind, Kind::Call { name, arguments, .. } if name == "position" && arguments.is_empty());
        let place = match (is_position(a), is_position(b)) {
            (true, false) => b,
            (false, true) => a,
            _ => return None,
        };
        // A node-set would be a place for each of its nodes.
        let single = !mentions_context(place) && gives(place) == program::Gives::Number;
        single.then(|| self.expr(place))
    }

    /// Makes the plan stand on the cells of its node.
    pub(super) fn settle(&mut self, route: &mut Route) {
        if !route.settled {
            if !matches!(route.steps.last(), Some(PlanStep::Repeat(repeat)) if *repeat == route.at) {
                route.steps.push(PlanStep::Cell(route.at));
            }
            route.settled = true;
        }
    }

    /// The expression that a route ends in.
    pub(super) fn finish(&mut self, mut route: Route) -> ExprId {
        let node = route.at;
        let from = self.reach(&route);
        for step in &route.steps {
            if let PlanStep::Repeat(repeat) = step {
                self.reads.push(Read { what: What::Instances(*repeat), from });
            }
        }
        let siblings = route.picked && self.anchor.scope != from;
        self.read_value(node, from, siblings);
        if !route.many {
            return self.program.add(Expr::Cell { base: route.base, up: route.up, node });
        }
        self.settle(&mut route);
        let start = PlanStart { base: route.base, up: route.up };
        let plan = self.program.add_plan(Plan { start, steps: route.steps.into() });
        self.program.add(Expr::Nodes(plan))
    }

    /// Notes that the text of a group or of a repeat is read, which is that of everything in it. What holds the expression itself
    /// is passed over: it would go round.
    pub(super) fn read_inside(&mut self, over: Over) {
        let Over::Nodes(top) = over else { return };
        let group = matches!(self.form.node(top).kind, SkeletonKind::Group | SkeletonKind::Repeat(_));
        self.leans |= group;
        let holds = top <= self.anchor.node && self.anchor.node < self.form.node(top).end;
        if !group || holds {
            return;
        }
        let from = self.form.common(self.anchor.scope, self.form.node(top).scope);
        for index in top.0..self.form.node(top).end.0 {
            let node = NodeId(index);
            let what = match self.form.node(node).kind {
                SkeletonKind::Leaf(_) | SkeletonKind::Note => What::Value(node),
                SkeletonKind::Repeat(_) => What::Instances(node),
                SkeletonKind::Group | SkeletonKind::Attribute => continue,
            };
            self.reads.push(Read { what, from });
        }
    }

    /// Notes that a node's value is read: of a group, everything in it.
    pub(super) fn read_value(&mut self, node: NodeId, from: ScopeDefId, siblings: bool) {
        match self.form.node(node).kind {
            SkeletonKind::Leaf(_) | SkeletonKind::Attribute => {
                let what = if siblings { What::Sibling(node) } else { What::Value(node) };
                self.reads.push(Read { what, from });
            }
            SkeletonKind::Note => {
                let span = self.written.span;
                let name = self.form.node(node).name.clone();
                self.reads.push(Read { what: What::Value(node), from });
                self.found.push(
                    Diagnostic::warning(
                        "reads-a-note",
                        span,
                        format!("`{name}` is a note: it never has a value"),
                    )
                    .hint("read the question or the calculation that the note is about"),
                );
            }
            SkeletonKind::Group | SkeletonKind::Repeat(_) => {}
        }
    }
}
