//! Entities: where the form declares them, and which questions are their properties.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::entities::Declared;
use crate::form::binds::BindOf;
use crate::form::{Node, NodeKind, Seed};
use crate::view::NodeId;

/// Every `meta/entity` with a `dataset`: those of the form, then those of its repeats, in their order.
pub(super) fn declared(nodes: &[Node], binds: &FxHashMap<NodeId, BindOf<'_>>, seed: &Seed) -> Vec<Declared> {
    let node = |id: NodeId| &nodes[id.0 as usize];
    let mut declared: Vec<Declared> = Vec::new();
    for index in 1..nodes.len() {
        let list = NodeId(index as u32);
        let (entity, meta) = (node(list).parent, node(node(list).parent).parent);
        let is_list = node(list).kind == NodeKind::Attribute && &*node(list).qname.local == "dataset";
        if is_list && &*node(entity).qname.local == "entity" && &*node(meta).qname.local == "meta" {
            declared.push(Declared {
                section: node(meta).parent,
                list: stands(seed, list).unwrap_or_default(),
                properties: Vec::new(),
            });
        }
    }
    for index in 0..nodes.len() {
        let id = NodeId(index as u32);
        let Some(property) = binds.get(&id).and_then(|bind| bind.entities("saveto")) else { continue };
        let name: Arc<str> = property.text.trim().into();
        // The innermost section around it that declares one, as it is asked once for each.
        let sections = std::iter::successors(Some(node(id).parent), |at| {
            let is_last = *at == NodeId(0) || matches!(node(*at).kind, NodeKind::Repeat { .. });
            (!is_last).then(|| node(*at).parent)
        });
        let owner = sections
            .filter_map(|section| declared.iter().position(|entity| entity.section == section))
            .next();
        if let Some(at) = owner
            && crate::entities::is_entity_name(&name)
        {
            declared[at].properties.push((name, id));
        }
    }
    // What is around comes first: members may name the household that they are of.
    declared.sort_by_key(|entity| repeats_around(nodes, entity.section));
    declared
}

fn repeats_around(nodes: &[Node], section: NodeId) -> usize {
    let up =
        std::iter::successors(Some(section), |at| (*at != NodeId(0)).then(|| nodes[at.0 as usize].parent));
    up.filter(|at| matches!(nodes[at.0 as usize].kind, NodeKind::Repeat { .. })).count()
}

/// What a node starts with, wherever it stands.
fn stands(seed: &Seed, wanted: NodeId) -> Option<Arc<str>> {
    let own = seed.values.iter().find(|(node, _)| *node == wanted).map(|(_, text)| text.clone());
    own.or_else(|| {
        seed.repeats.iter().find_map(|(_, repeat)| {
            let instances = repeat.instances.iter().map(|instance| &**instance);
            std::iter::once(&*repeat.template).chain(instances).find_map(|inside| stands(inside, wanted))
        })
    })
}
