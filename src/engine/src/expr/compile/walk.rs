//! Paths that are walked node by node over a form: what they may meet is found over the model tree, and noted as read.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::paths::{self, Spaces};
use super::route::Static;
use super::{Compiler, Over};
use crate::diagnostic::Diagnostic;
use crate::expr::program::{
    Base, Expr, ExprId, Path as Walked, PathStart, Predicate, Read, Step as WalkedStep, What,
};
use crate::expr::syntax::{Ast, Axis, Kind, Path, Start, Test};
use crate::form::{ScopeDefId, SkeletonKind};
use crate::tree::SpaceId;
use crate::view::NodeId;
use crate::xml::Namespace;

/// Where a walk may stand.
#[derive(Clone, Default)]
struct Reached {
    /// Above the root element.
    document: bool,
    nodes: BTreeSet<NodeId>,
    tree: bool,
}

/// What the field's prefixes mean: the form's author may have named the same namespaces differently.
struct Field<'a>(&'a crate::tree::Names);

impl Spaces for Field<'_> {
    fn of_prefix(&self, prefix: &str) -> SpaceId {
        Namespace::of_prefix(prefix).map_or(SpaceId::UNKNOWN, |space| self.0.find_space(space.uri()))
    }

    fn default(&self) -> SpaceId {
        SpaceId::NONE
    }
}

impl Compiler<'_> {
    pub(super) fn walk(&mut self, path: &Path, span: &Range<usize>) -> (ExprId, Over) {
        self.leans = true;
        let Some((start, mut reached)) = self.start(path, span) else {
            return match self.failed {
                true => (self.program.add(Expr::Number(f64::NAN)), Over::Value),
                false => (self.nothing(), Over::Tree),
            };
        };
        let mut met = reached.nodes.clone();
        let predicates = self.walk_predicates(&path.predicates, &reached);
        let mut steps = Vec::with_capacity(path.steps.len());
        let mut rest = path.steps.as_slice();
        while let Some((step, after)) = rest.split_first() {
            // `//a` is one step where nothing counts places.
            let (axis, step, after) = match (paths::merged(rest), after.split_first()) {
                (Some(axis), Some((next, after))) => (axis, next, after),
                _ => (step.axis, step, after),
            };
            rest = after;
            reached = self.reach_step(&reached, axis, &step.test);
            met.extend(&reached.nodes);
            self.note_names(&step.test);
            let names = &self.program.names;
            let test = paths::node_test(axis, &step.test, names, &Field(names));
            let predicates = self.walk_predicates(&step.predicates, &reached);
            steps.push(WalkedStep { axis, test, predicates });
        }
        if reached.nodes.is_empty() && !reached.tree && !reached.document {
            let span = self.written.part(span.clone());
            self.no_such_path(Diagnostic::error(
                "wrong-path",
                span,
                "this path leads to no node of the form",
            ));
        }
        self.note_reads(&reached, &met);
        let over = match reached.nodes.first() {
            Some(node) => Over::Nodes(*node),
            None => Over::Tree,
        };
        let walked = self.program.add_path(Walked { start, predicates, steps: steps.into() });
        (self.program.add(Expr::Path(walked)), over)
    }

    fn start(&mut self, path: &Path, span: &Range<usize>) -> Option<(PathStart, Reached)> {
        let nodes =
            |nodes: &[NodeId]| Reached { nodes: nodes.iter().copied().collect(), ..Reached::default() };
        let tree = Reached { tree: true, ..Reached::default() };
        Some(match &path.start {
            Start::Context => match &self.context {
                Static::Node(node) => (PathStart::Context, nodes(&[*node])),
                Static::Any(any) => (PathStart::Context, nodes(any)),
                Static::Tree => (PathStart::Context, tree),
            },
            Start::Root => (PathStart::Root, Reached { document: true, ..Reached::default() }),
            Start::Reference(name) => match name.strip_prefix("last-saved#") {
                Some(name) => (self.last_saved(name, span)?, tree),
                None => {
                    let node = self.reference(name, span)?;
                    let route = self.route_to(node);
                    (PathStart::Expr(self.finish(route)), nodes(&[node]))
                }
            },
            Start::Expression(inner) => match &inner.kind {
                Kind::Call { name, arguments, .. } if name == "current" && arguments.is_empty() => {
                    (PathStart::Current, nodes(&[self.anchor.node]))
                }
                Kind::Call { name, arguments, .. } if name == "instance" && arguments.len() == 1 => {
                    let named = self.tree_named(&arguments[0])?;
                    self.program.walked.insert(named);
                    (PathStart::Tree(named), tree)
                }
                _ => {
                    let (id, over) = self.expr_over(inner);
                    match over {
                        Over::Value => {
                            self.error("wrong-path", &inner.span, "a path can't go on from this");
                            return None;
                        }
                        Over::Nodes(node) => (PathStart::Expr(id), nodes(&[node])),
                        Over::Tree => (PathStart::Expr(id), tree),
                    }
                }
            },
        })
    }

    /// `${last-saved#name}`: the same node in the submission before this one.
    fn last_saved(&mut self, name: &str, span: &Range<usize>) -> Option<PathStart> {
        let mut node = self.reference(name, span)?;
        let Some(tree) = self.form.tree_names.get("__last-saved").copied() else {
            self.error("unknown-list", span, "this form has no instance `__last-saved`");
            return None;
        };
        self.program.last_saved.insert(node);
        let mut steps = Vec::new();
        loop {
            let qname = &self.form.node(node).qname;
            let name = self.program.names.name(SpaceId::NONE, &qname.local);
            let test = crate::expr::program::NodeTest::Name(name, name);
            steps.push(WalkedStep { axis: Axis::Child, test, predicates: Box::default() });
            if node == NodeId(0) {
                break;
            }
            node = self.form.node(node).parent;
        }
        steps.reverse();
        let path = Walked { start: PathStart::Tree(tree), predicates: Box::default(), steps: steps.into() };
        let path = self.program.add_path(path);
        Some(PathStart::Expr(self.program.add(Expr::Path(path))))
    }

    fn walk_predicates(&mut self, predicates: &[Ast], reached: &Reached) -> Box<[Predicate]> {
        if predicates.is_empty() {
            return Box::default();
        }
        let context = match (reached.tree, reached.nodes.len(), reached.nodes.first()) {
            (false, 1, Some(node)) => Static::Node(*node),
            (false, _, Some(_)) => Static::Any(reached.nodes.iter().copied().collect::<Rc<[NodeId]>>()),
            _ => Static::Tree,
        };
        let outer = (self.context.clone(), self.base, self.from);
        let mut compiled = Vec::with_capacity(predicates.len());
        for condition in predicates.iter().flat_map(paths::conditions) {
            // The key of `child = key` stands outside: it is settled once, not for each.
            let key = paths::equal(condition).filter(|_| reached.tree);
            let equal = key.map(|(test, key)| {
                self.note_names(test);
                let names = &self.program.names;
                let test = paths::node_test(Axis::Child, test, names, &Field(names));
                (test, self.expr(key))
            });
            (self.context, self.base, self.from) = (context.clone(), Base::Context, ScopeDefId::ROOT);
            let expr = self.expr(condition);
            (self.context, self.base, self.from) = outer.clone();
            compiled.push(Predicate { expr, gives: paths::gives(condition), equal });
        }
        compiled.into()
    }

    /// A tree that is read later may bear names that none bears yet.
    fn note_names(&mut self, test: &Test) {
        if let Test::Name(name) = test
            && !name.contains(':')
        {
            self.program.names.name(SpaceId::NONE, name);
        }
    }

    fn note_reads(&mut self, reached: &Reached, met: &BTreeSet<NodeId>) {
        let form = self.form;
        let within = met.iter().chain(&reached.nodes).all(|node| {
            form.node(*node).scope == self.anchor.scope
                && !matches!(form.node(*node).kind, SkeletonKind::Repeat(_))
        });
        let from = if within && self.base == Base::Current { self.anchor.scope } else { ScopeDefId::ROOT };
        for node in met {
            if let SkeletonKind::Repeat(_) = form.node(*node).kind {
                self.reads.push(Read { what: What::Instances(*node), from });
            }
        }
        for node in &reached.nodes {
            for inside in node.0..form.node(*node).end.0 {
                let inside = NodeId(inside);
                match form.node(inside).kind {
                    SkeletonKind::Leaf(_) => self.reads.push(Read { what: What::Value(inside), from }),
                    SkeletonKind::Attribute if inside == *node => {
                        self.reads.push(Read { what: What::Value(inside), from });
                    }
                    SkeletonKind::Repeat(_) => self.reads.push(Read { what: What::Instances(inside), from }),
                    SkeletonKind::Group | SkeletonKind::Note | SkeletonKind::Attribute => {}
                }
            }
        }
    }

    /// Where a step may lead.
    fn reach_step(&self, from: &Reached, axis: Axis, test: &Test) -> Reached {
        let mut to = Reached { tree: from.tree, ..Reached::default() };
        let mut take = |node: NodeId| {
            if self.fits(node, axis, test) {
                to.nodes.insert(node);
            }
        };
        let form = self.form;
        let below = |node: NodeId| (node.0 + 1..form.node(node).end.0).map(NodeId);
        let mut up_to_document = false;
        for node in from.nodes.iter().copied() {
            match axis {
                Axis::Itself => take(node),
                Axis::Child => form.children_of(node).for_each(&mut take),
                Axis::Attribute => form.attributes_of(node).for_each(&mut take),
                Axis::Descendant => below(node).for_each(&mut take),
                Axis::DescendantOrSelf => std::iter::once(node).chain(below(node)).for_each(&mut take),
                Axis::Parent if node == NodeId(0) => up_to_document = true,
                Axis::Parent => take(form.node(node).parent),
                Axis::Ancestor | Axis::AncestorOrSelf => {
                    if axis == Axis::AncestorOrSelf {
                        take(node);
                    }
                    let mut at = node;
                    while at != NodeId(0) {
                        at = form.node(at).parent;
                        take(at);
                    }
                    up_to_document = true;
                }
                Axis::FollowingSibling | Axis::PrecedingSibling => {
                    // A repeat's instances are siblings of each other.
                    if node != NodeId(0) {
                        form.children_of(form.node(node).parent).for_each(&mut take);
                    }
                }
                Axis::Following | Axis::Preceding => below(NodeId(0)).for_each(&mut take),
            }
        }
        if from.document {
            match axis {
                Axis::Child => take(NodeId(0)),
                Axis::Descendant | Axis::DescendantOrSelf => {
                    std::iter::once(NodeId(0)).chain(below(NodeId(0))).for_each(&mut take);
                }
                _ => {}
            }
        }
        to.document = (from.document
            && matches!(axis, Axis::Itself | Axis::DescendantOrSelf | Axis::AncestorOrSelf))
            || (up_to_document && matches!(test, Test::Node));
        to
    }

    fn fits(&self, node: NodeId, axis: Axis, test: &Test) -> bool {
        let this = self.form.node(node);
        let attribute = this.kind == SkeletonKind::Attribute;
        if attribute != (axis == Axis::Attribute) && axis != Axis::Itself && axis != Axis::AncestorOrSelf {
            return false;
        }
        match test {
            Test::Name(name) => {
                let own = this.name.strip_prefix('@').unwrap_or(&this.name);
                *own == **name || name.rsplit(':').next() == own.rsplit(':').next()
            }
            Test::Space(prefix) => this.qname.namespace.prefix() == prefix,
            // The text under a leaf is read as the leaf.
            Test::Any | Test::Node | Test::Text => true,
            Test::Comment | Test::Instruction(_) => false,
        }
    }

    /// The secondary instance that is named in quotes.
    pub(super) fn tree_named(&mut self, argument: &Ast) -> Option<crate::tree::TreeId> {
        let Kind::Text(name) = &argument.kind else {
            self.error("wrong-type", &argument.span, "the list must be named in quotes");
            return None;
        };
        if let Some(tree) = self.form.tree_names.get(name.as_str()) {
            return Some(*tree);
        }
        let span = self.written.part(argument.span.clone());
        let names = self.form.tree_names.keys().map(|name| &**name);
        let mut names: Vec<&str> = if self.found.wants_hints() { names.collect() } else { Vec::new() };
        crate::order::sort(&mut names);
        let diagnostic = Diagnostic::error("unknown-list", span, format!("there is no list `{name}`"))
            .did_you_mean(name, names);
        self.no_such_path(diagnostic);
        None
    }
}
