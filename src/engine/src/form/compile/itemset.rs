//! Choices of selects: items in the control, and itemsets over nodes (ODK XForms, *Select*).

use std::sync::Arc;

use super::Lowering;
use crate::check::noted::Role;
use crate::diagnostic::Diagnostic;
use crate::expr::compile::{Anchor, Over};
use crate::expr::program::Read;
use crate::form::body::{Placed, PlacedKind};
use crate::form::{ChoiceList, Choices, Itemset, KnownChoices, Listed, Skeleton};
use crate::graph::Task;
use crate::session::GEOMETRY;
use crate::tree::{Place, SpaceId};
use crate::view::NodeId;
use crate::xml::Tag;

/// The appearance of a select whose choices are seen on a map.
const MAP: &str = "map";

impl<'a> Lowering<'a, '_> {
    /// What a select offers. What its labels read goes to `shown`.
    pub(super) fn choices(
        &mut self,
        control: Tag<'a>,
        anchor: Anchor,
        shown: &mut Vec<Read>,
    ) -> Option<Choices> {
        if let Some(itemset) = control.named("itemset") {
            // A list that grows may have it where the form's own copy doesn't.
            let looks = control.attribute("appearance");
            if looks.is_some_and(|looks| looks.text.split_whitespace().any(|word| word == MAP)) {
                self.program.names.name(SpaceId::NONE, GEOMETRY);
            }
            return self.itemset(itemset, anchor, shown).map(Choices::Itemset);
        }
        let mut items = Vec::new();
        for item in control.elements().filter(|element| &*element.name.local == "item") {
            let value = item.named("value");
            let Some(value) = value.map(Tag::text) else {
                self.found.push(
                    Diagnostic::error("missing-name", item.span, "this item has no `value`")
                        .hint("its value is what is kept when it is chosen: `<value>yes</value>`"),
                );
                continue;
            };
            let label = self.words_of(item, "label", anchor, shown);
            items.push((Arc::from(value.trim()), label));
        }
        Some(Choices::Listed(Listed::new(items)))
    }

    fn itemset(&mut self, itemset: Tag<'a>, anchor: Anchor, shown: &mut Vec<Read>) -> Option<Itemset> {
        let Some(nodeset) = itemset.attribute("nodeset") else {
            self.found.push(
                Diagnostic::error("missing-key", itemset.span, "this itemset has no `nodeset`")
                    .hint("write where its items are: `instance('towns')/root/item`"),
            );
            return None;
        };
        let nodes = self.expr(nodeset, anchor, Role::Nodes)?;
        if nodes.over == Over::Value {
            let message = "an itemset is over nodes, and this is a single value";
            self.found.push(
                Diagnostic::error("wrong-type", nodeset.span, message)
                    .hint("write where its items are: `instance('towns')/root/item`"),
            );
            return None;
        }
        let reference = |name: &str| itemset.named(name).and_then(|element| element.attribute("ref"));
        let Some(value) = reference("value") else {
            self.found.push(
                Diagnostic::error("missing-name", itemset.span, "this itemset has no `value`")
                    .hint("write which child of an item is kept: `<value ref=\"name\"/>`"),
            );
            return None;
        };
        let inside = Anchor { items: nodes.over, ..anchor };
        let value = self.expr(value, inside, Role::Item)?;
        let label = reference("label").and_then(|label| self.expr(label, inside, Role::Item));
        let mut reads = nodes.reads.clone();
        reads.extend(value.reads.iter().copied());
        let label = label.map(|label| {
            shown.extend(label.reads.iter().copied());
            label.root
        });
        self.spans.insert((anchor.node, Task::Choices.column()), nodeset.span);
        let reads_nothing = reads.is_empty() && !nodeset.text.contains('[');
        if !reads.is_empty() {
            self.draft(anchor, Task::Choices, reads);
        }
        let shuffled = nodeset.text.trim_start().starts_with("randomize");
        let list = match &self.skeleton.node(anchor.node).choices {
            Some(KnownChoices::Tree(list)) => Some(list.clone()),
            _ => None,
        };
        let whole = reads_nothing && list.is_some();
        Some(Itemset { nodes: nodes.root, value: value.root, label, list, whole, shuffled })
    }
}

/// Notes which choices each select has, for checks of what is compared with it.
pub(super) fn note_choices(form: &mut Skeleton, placed: &[Placed<'_>], shown: &[Option<NodeId>]) {
    for (placed, id) in placed.iter().zip(shown).rev() {
        let (PlacedKind::Question(_), Some(id)) = (placed.kind, id) else { continue };
        let known = known(form, placed.element);
        form.nodes[id.0 as usize].choices = known;
    }
}

fn known(form: &mut Skeleton, control: Tag<'_>) -> Option<KnownChoices> {
    let itemset = control.named("itemset");
    match itemset {
        Some(itemset) => listed_in(form, itemset).map(KnownChoices::Tree),
        None if !crate::check::CHECKS => None,
        None => {
            let items = control.elements().filter(|element| &*element.name.local == "item");
            let value = |item: Tag<'_>| {
                let value = item.named("value")?;
                Some(Arc::from(value.text().trim()))
            };
            let names: Arc<[Arc<str>]> = items.filter_map(value).collect();
            (!names.is_empty()).then_some(KnownChoices::Listed(names))
        }
    }
}

/// The list that an itemset takes its choices from, whatever its filter says: `instance('id')/root/item[…]`.
fn listed_in(form: &mut Skeleton, itemset: Tag<'_>) -> Option<ChoiceList> {
    let nodeset = itemset.attribute("nodeset")?.text;
    let value = itemset.named("value")?.attribute("ref")?;
    let start = nodeset.find("instance(")?;
    let before = nodeset[..start].trim();
    let shuffled = before.strip_prefix("randomize").is_some_and(|rest| rest.trim() == "(");
    if !(before.is_empty() || shuffled) || nodeset.contains('|') {
        return None;
    }
    let inner = nodeset[start + "instance(".len()..].trim_start();
    let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (id, rest) = inner[1..].split_once(quote)?;
    let steps = rest.trim_start().strip_prefix(')')?.trim_start().strip_prefix('/')?;
    let (root, rest) = steps.split_once('/')?;
    let item = rest.split(['[', ',', ')', '/', ' ']).next()?;
    let value = value.text.trim();
    let value = value.strip_prefix("./").unwrap_or(value);
    let deeper = rest[item.len()..].trim_start().starts_with('/');
    if deeper || value.contains(['@', '/', '(', '.', '[']) {
        return None;
    }
    let tree = *form.tree_names.get(id)?;
    // A list that is empty here may have items when the form is opened.
    let mut name = |local: &str| form.tree_node_names.name(SpaceId::NONE, local.trim());
    let (root, item, value) = (name(root), name(item), name(value));
    let nodes = form.tree(tree);
    let top = nodes.children(Place::DOCUMENT).find(|child| nodes.name(*child) == root)?;
    Some(ChoiceList { name: id.into(), tree, top, item, value })
}
