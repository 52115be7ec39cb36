//! The model tree of a form, from its primary instance: nodes in document order, scopes, slots, names, and what each starts with.
//!
//! The instances of a repeat are merged into one node; what differs between them is in their seeds.

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::meta::Missing;
use crate::form::names::{Skeleton, SkeletonKind, SkeletonNode};
use crate::form::{RepeatSeed, ScopeDef, ScopeDefId, Seed};
use crate::source::Span;
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::{Name, Namespace, Tag};

/// How deep repeats may nest, and how many there may be.
const MAX_DEPTH: u8 = 32;
const MAX_SCOPES: usize = 5_000;

/// What the body says of the tree: which paths are repeats, and which are groups even if nothing is in them.
#[derive(Debug, Default)]
pub(super) struct Shapes<'a> {
    pub repeats: FxHashSet<&'a str>,
    pub groups: FxHashSet<&'a str>,
}

/// The tree and the seed of the root.
pub(super) fn build(
    root: Tag<'_>,
    missing: &Missing<'_>,
    shapes: &Shapes<'_>,
    found: &mut Diagnostics,
) -> (Skeleton, Seed) {
    let mut tree = Tree { form: Skeleton::default(), missing, shapes, found };
    tree.form.scopes.push(ScopeDef::new(NodeId(0), ScopeDefId::ROOT, 0));
    tree.add(root.name, NodeId(0), SkeletonKind::Group, ScopeDefId::ROOT, root.span);
    let mut path = format!("/{}", root.name.written());
    tree.note_path(&path, NodeId(0));
    let mut seeds = tree.inside(&[root], NodeId(0), ScopeDefId::ROOT, &mut path);
    tree.form.nodes[0].end = NodeId(tree.form.nodes.len() as u32);
    let form = tree.form;
    (form, seeds.pop().unwrap_or_default())
}

struct Tree<'a, 'b> {
    form: Skeleton,
    missing: &'a Missing<'a>,
    shapes: &'a Shapes<'a>,
    found: &'b mut Diagnostics,
}

impl<'a> Tree<'a, '_> {
    fn add(
        &mut self,
        qname: &Name,
        parent: NodeId,
        kind: SkeletonKind,
        scope: ScopeDefId,
        span: Span,
    ) -> NodeId {
        let id = NodeId(self.form.nodes.len() as u32);
        let at = if kind == SkeletonKind::Attribute { "@" } else { "" };
        let name = if at.is_empty() { qname.shared() } else { format!("@{}", qname.written()).into() };
        let slots = &mut self.form.scopes[usize::from(scope.0)].slots;
        let slot = slots.len() as u32;
        slots.push(id);
        if id != NodeId(0) {
            self.form.child_names.note(parent, name.clone(), id);
            if name.contains(':') {
                let local = format!("{at}{}", qname.local);
                self.form.child_names.note(parent, local.into(), id);
            }
        }
        self.form.nodes.push(SkeletonNode {
            name,
            qname: qname.clone(),
            name_id: self.form.tree_node_names.of(qname),
            parent,
            end: NodeId(id.0 + 1),
            kind,
            scope,
            slot,
            calculated: false,
            select: false,
            choices: None,
            span,
        });
        id
    }

    fn note_path(&mut self, path: &str, id: NodeId) {
        self.form.by_path.entry(path.into()).or_insert(id);
        if path.contains(':') {
            self.form.by_path.entry(super::paths::without_prefixes(path).into()).or_insert(id);
        }
    }

    /// Adds what stands inside the given elements, which are instances of one node. Gives the seed of each.
    fn inside(
        &mut self,
        elements: &[Tag<'a>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
    ) -> Vec<Seed> {
        let mut seeds: Vec<Seed> = elements.iter().map(|_| Seed::default()).collect();
        self.attributes(elements, parent, scope, path, &mut seeds);
        for named in self.by_name(elements).chunk_by(|a, b| a.group == b.group) {
            let length = path.len();
            path.push('/');
            named[0].tag.name.write_to(path);
            if self.shapes.repeats.contains(path.as_str()) {
                self.repeat(named, parent, scope, path, &mut seeds);
            } else {
                self.singles(named, parent, scope, path, &mut seeds);
            }
            path.truncate(length);
        }
        seeds
    }

    /// Two of a name that are no repeat are two nodes.
    fn singles(
        &mut self,
        named: &[Child<'a>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        let mut left: Vec<&[Child<'a>]> = named.chunk_by(|a, b| a.element == b.element).collect();
        while !left.is_empty() {
            let at: Vec<Child<'a>> = left.iter().map(|of_one| of_one[0]).collect();
            self.single(&at, parent, scope, path, seeds);
            left.iter_mut().for_each(|of_one| *of_one = &of_one[1..]);
            left.retain(|of_one| !of_one.is_empty());
        }
    }

    fn attributes(
        &mut self,
        elements: &[Tag<'a>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        for (place, element) in elements.iter().enumerate() {
            for attribute in element.attributes() {
                if attribute.name.namespace == Namespace::JavaRosa && &*attribute.name.local == "template" {
                    continue;
                }
                let name = format!("@{}", attribute.name.written());
                let known = self.form.child_names.get(parent, &name);
                let id = known.unwrap_or_else(|| {
                    let id = self.add(
                        attribute.name,
                        parent,
                        SkeletonKind::Attribute,
                        scope,
                        attribute.value.span,
                    );
                    let length = path.len();
                    path.push('/');
                    path.push_str(&name);
                    let whole = path.clone();
                    self.note_path(&whole, id);
                    path.truncate(length);
                    id
                });
                seeds[place].values.push((id, attribute.value.text.into()));
            }
        }
    }

    /// A node that is in some of the elements, once in each.
    fn single(
        &mut self,
        at: &[Child<'a>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        let name = at[0].tag.name;
        let group = self.shapes.groups.contains(path.as_str())
            || at.iter().any(|child| self.children(child.tag).next().is_some());
        let kind = if group { SkeletonKind::Group } else { SkeletonKind::Leaf(DataType::Text) };
        let id = self.add(name, parent, kind, scope, at[0].tag.span);
        self.note_path(path, id);
        self.form.by_name.entry(name.local.clone()).or_default().push(id);
        if group || at.iter().any(|child| child.tag.has_attributes()) {
            let elements: Vec<Tag<'a>> = at.iter().map(|child| child.tag).collect();
            let inner = self.inside(&elements, id, scope, path);
            for (child, seed) in at.iter().zip(inner) {
                seeds[child.element].values.extend(seed.values);
                seeds[child.element].repeats.extend(seed.repeats);
            }
        }
        for child in at.iter().filter(|_| !group) {
            let text = child.tag.text();
            if !text.is_empty() {
                seeds[child.element].values.push((id, text.into()));
            }
        }
        self.form.nodes[id.0 as usize].end = NodeId(self.form.nodes.len() as u32);
    }

    fn repeat(
        &mut self,
        named: &[Child<'a>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        let all: Vec<Tag<'a>> = named.iter().map(|child| child.tag).collect();
        let Some(first) = all.first() else { return };
        let name = first.name;
        let depth = self.form.scope(scope).depth + 1;
        if depth > MAX_DEPTH || self.form.scopes.len() >= MAX_SCOPES {
            self.found.push(Diagnostic::error(
                "too-deep",
                first.span,
                format!("repeats nest deeper than {MAX_DEPTH}, or there are over {MAX_SCOPES}"),
            ));
            return;
        }
        self.form.scopes.push(ScopeDef::new(NodeId(0), scope, depth));
        let own = ScopeDefId(self.form.scopes.len() as u16 - 1);
        let id = self.add(name, parent, SkeletonKind::Repeat(own), scope, first.span);
        self.note_path(path, id);
        self.form.by_name.entry(name.local.clone()).or_default().push(id);
        let def = &mut self.form.scopes[usize::from(own.0)];
        def.node = id;
        // Slot 0 of the instance is the instance itself.
        def.slots.push(id);
        self.form.scopes[usize::from(scope.0)].repeats.push(id);
        let inner: Vec<Arc<Seed>> = self.inside(&all, id, own, path).into_iter().map(Arc::new).collect();
        // A repeat has one template, wherever it stands; without one, what is added looks like the first instance.
        let declared = all.iter().position(|element| is_template(*element)).unwrap_or(0);
        let template = inner[declared].clone();
        let mut instances: Vec<Vec<Arc<Seed>>> = vec![Vec::new(); seeds.len()];
        for (child, seed) in named.iter().zip(inner) {
            if !is_template(child.tag) {
                instances[child.element].push(seed);
            }
        }
        for (seed, instances) in seeds.iter_mut().zip(instances) {
            seed.repeats.push((id, RepeatSeed { instances, template: template.clone() }));
        }
        self.form.nodes[id.0 as usize].end = NodeId(self.form.nodes.len() as u32);
    }
}

impl<'a> Tree<'a, '_> {
    /// What stands in an element, and what is missing there.
    fn children(&self, element: Tag<'a>) -> impl Iterator<Item = Tag<'a>> + use<'a> {
        element.elements().chain(self.missing.inside(element))
    }

    /// The children by name, in the order of the names' first use, and within by element.
    fn by_name(&self, elements: &[Tag<'a>]) -> Vec<Child<'a>> {
        let mut found: Vec<Child<'_>> = Vec::new();
        let mut groups: FxHashMap<&Name, usize> = FxHashMap::default();
        for (element, parent) in elements.iter().enumerate() {
            for tag in self.children(*parent) {
                let next = groups.len();
                let group = *groups.entry(tag.name).or_insert(next);
                found.push(Child { group, element, tag });
            }
        }
        // Mostly they are in order already.
        if groups.len() < found.len() {
            crate::order::sort_by_key(&mut found, |child| child.group);
        }
        found
    }
}

/// An element in one of several that are instances of one node.
#[derive(Clone, Copy)]
struct Child<'a> {
    /// The same for all of its name.
    group: usize,
    /// Which of the several it is in.
    element: usize,
    tag: Tag<'a>,
}

fn is_template(element: Tag<'_>) -> bool {
    element.attribute_in(&Namespace::JavaRosa, "template").is_some()
}
