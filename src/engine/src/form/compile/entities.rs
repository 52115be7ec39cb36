//! Entities: where the form declares them, and which questions are their properties.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::entities::Declared;
use crate::form::binds::BindOf;
use crate::form::{Node, NodeKind};
use crate::view::NodeId;

/// Every `meta/entity` with a `dataset`: those of the form, then those of its repeats, in their order.
pub(super) fn declared(nodes: &[Node], binds: &FxHashMap<NodeId, BindOf<'_>>) -> Vec<Declared> {
    let node = |id: NodeId| &nodes[id.0 as usize];
    let under = |parent: NodeId| {
        let range = parent.0 + 1..node(parent).end.0;
        range.map(NodeId).filter(move |child| node(*child).parent == parent)
    };
    let mut declared: Vec<(NodeId, Declared)> = Vec::new();
    for index in 1..nodes.len() {
        let id = NodeId(index as u32);
        let this = node(id);
        let meta = this.parent;
        if &*this.qname.local != "entity" || &*node(meta).qname.local != "meta" {
            continue;
        }
        let child = |local: &str, attribute: bool| {
            under(id).find(|child| {
                *node(*child).qname.local == *local && (node(*child).kind == NodeKind::Attribute) == attribute
            })
        };
        let Some(list) = child("dataset", true) else { continue };
        let entity = Declared {
            entity: id,
            scope: this.scope,
            list,
            id: child("id", true),
            create: child("create", true),
            update: child("update", true),
            base: child("baseVersion", true),
            trunk: child("trunkVersion", true),
            branch: child("branchId", true),
            label: child("label", false),
            properties: Vec::new(),
        };
        declared.push((node(meta).parent, entity));
    }
    for index in 0..nodes.len() {
        let id = NodeId(index as u32);
        let Some(property) = binds.get(&id).and_then(|bind| bind.entities("saveto")) else { continue };
        let name: Arc<str> = property.text.trim().into();
        // The innermost section around it that declares one, as it is asked once for each.
        let sections =
            std::iter::successors(Some(node(id).parent), |at| (*at != NodeId(0)).then(|| node(*at).parent));
        let owner = sections
            .filter_map(|section| declared.iter().position(|(of, _)| *of == section))
            .find(|at| declared[*at].1.scope == node(id).scope);
        if let Some(at) = owner
            && crate::entities::is_entity_name(&name)
        {
            declared[at].1.properties.push((name, id));
        }
    }
    // What is around comes first: members may name the household that they are of.
    declared.sort_by_key(|(_, entity)| entity.scope);
    declared.into_iter().map(|(_, entity)| entity).collect()
}
