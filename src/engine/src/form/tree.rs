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
pub(super) struct Shapes {
    pub repeats: FxHashSet<String>,
    pub groups: FxHashSet<String>,
}

/// The tree and the seed of the root.
pub(super) fn build(
    root: Tag<'_>,
    missing: &Missing,
    shapes: &Shapes,
    found: &mut Diagnostics,
) -> (Skeleton, Seed) {
    let mut tree = Tree { form: Skeleton::default(), root, missing, shapes, found };
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
    root: Tag<'a>,
    missing: &'a Missing,
    shapes: &'a Shapes,
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
        let name: Arc<str> = format!("{at}{}", qname.written()).into();
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
        for (name, lists) in self.by_name(elements) {
            let length = path.len();
            path.push('/');
            path.push_str(&name.written());
            if self.shapes.repeats.contains(path.as_str()) {
                self.repeat(name, &lists, parent, scope, path, &mut seeds);
            } else {
                // Two of a name that are no repeat are two nodes.
                let most = lists.iter().map(Vec::len).max().unwrap_or(0);
                for place in 0..most {
                    let at: Vec<(usize, Tag<'a>)> = lists
                        .iter()
                        .enumerate()
                        .filter_map(|(seed, list)| Some((seed, *list.get(place)?)))
                        .collect();
                    self.single(name, &at, parent, scope, path, &mut seeds);
                }
            }
            path.truncate(length);
        }
        seeds
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
                let name: Arc<str> = format!("@{}", attribute.name.written()).into();
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

    fn single(
        &mut self,
        name: &Name,
        at: &[(usize, Tag<'a>)],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        let group = self.shapes.groups.contains(path.as_str())
            || at.iter().any(|(_, element)| self.children(*element).next().is_some());
        let kind = if group { SkeletonKind::Group } else { SkeletonKind::Leaf(DataType::Text) };
        let id = self.add(name, parent, kind, scope, at[0].1.span);
        self.note_path(path, id);
        self.form.by_name.entry(name.local.clone()).or_default().push(id);
        let elements: Vec<Tag<'a>> = at.iter().map(|(_, element)| *element).collect();
        let inner = self.inside(&elements, id, scope, path);
        for ((place, element), seed) in at.iter().zip(inner) {
            seeds[*place].values.extend(seed.values);
            seeds[*place].repeats.extend(seed.repeats);
            if !group {
                let text = element.text();
                if !text.is_empty() {
                    seeds[*place].values.push((id, text.into()));
                }
            }
        }
        self.form.nodes[id.0 as usize].end = NodeId(self.form.nodes.len() as u32);
    }

    fn repeat(
        &mut self,
        name: &Name,
        lists: &[Vec<Tag<'a>>],
        parent: NodeId,
        scope: ScopeDefId,
        path: &mut String,
        seeds: &mut [Seed],
    ) {
        let all: Vec<Tag<'a>> = lists.iter().flatten().copied().collect();
        let Some(first) = all.first() else { return };
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
        let mut inner = inner.into_iter();
        for (place, list) in lists.iter().enumerate() {
            let marked = list.iter().zip(inner.by_ref());
            let instances = marked.filter(|(element, _)| !is_template(**element)).map(|(_, seed)| seed);
            let seed = RepeatSeed { instances: instances.collect(), template: template.clone() };
            seeds[place].repeats.push((id, seed));
        }
        self.form.nodes[id.0 as usize].end = NodeId(self.form.nodes.len() as u32);
    }
}

impl<'a> Tree<'a, '_> {
    /// What stands in an element, and what is missing there.
    fn children(&self, element: Tag<'a>) -> impl Iterator<Item = Tag<'a>> + use<'a> {
        element.elements().chain(self.missing.inside(self.root, element))
    }

    /// The children by name, in the order of the names' first use: for each name, those of each element.
    fn by_name(&self, elements: &[Tag<'a>]) -> Vec<(&'a Name, Vec<Vec<Tag<'a>>>)> {
        let mut found: Vec<(&Name, Vec<Vec<Tag<'_>>>)> = Vec::new();
        let mut places: FxHashMap<&Name, usize> = FxHashMap::default();
        for (element, children) in elements.iter().enumerate() {
            for child in self.children(*children) {
                let place = *places.entry(child.name).or_insert_with(|| {
                    found.push((child.name, vec![Vec::new(); elements.len()]));
                    found.len() - 1
                });
                found[place].1[element].push(child);
            }
        }
        found
    }
}

fn is_template(element: Tag<'_>) -> bool {
    element.attribute_in(&Namespace::JavaRosa, "template").is_some()
}
