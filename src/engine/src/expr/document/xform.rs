//! What a document that is an XForm says for the form that was not compiled: secondary instances and translations.

use crate::expr::eval::Eval;
use crate::expr::operand::NodeRef;
use crate::tree::{Names, Place, SpaceId, Tree, TreeId};

/// The element `instance` of that id.
pub(in crate::expr) fn instance_element(eval: &Eval<'_>, id: &str) -> Option<NodeRef> {
    let tree = eval.trees.first()?;
    let named = |place: &Place| is(tree, eval.names, *place, "instance");
    let mut instances = tree.descendants(Place::DOCUMENT).filter(named);
    instances.find(|place| attribute(tree, eval.names, *place, "id") == Some(id)).map(node)
}

/// The values of a text in a language: the elements `value` of `itext/translation[@lang]/text[@id]`. Without a language it is the
/// translation that is marked as default, else the first.
pub(in crate::expr) fn itext_values(eval: &Eval<'_>, id: &str, language: Option<&str>) -> Vec<NodeRef> {
    let Some(tree) = eval.trees.first() else { return Vec::new() };
    let names = eval.names;
    let translations: Vec<Place> =
        tree.descendants(Place::DOCUMENT).filter(|place| is(tree, names, *place, "translation")).collect();
    let chosen = match language {
        Some(language) => {
            translations.iter().find(|place| attribute(tree, names, **place, "lang") == Some(language))
        }
        None => {
            let marked = |place: &&Place| attribute(tree, names, **place, "default").is_some();
            translations.iter().find(marked).or(translations.first())
        }
    };
    let Some(translation) = chosen else { return Vec::new() };
    let text = tree
        .children(*translation)
        .find(|place| is(tree, names, *place, "text") && attribute(tree, names, *place, "id") == Some(id));
    let Some(text) = text else { return Vec::new() };
    tree.children(text).filter(|place| is(tree, names, *place, "value")).map(node).collect()
}

fn is(tree: &Tree, names: &Names, place: Place, local: &str) -> bool {
    names.local(tree.name(place)) == local
}

fn attribute<'t>(tree: &'t Tree, names: &Names, place: Place, local: &str) -> Option<&'t str> {
    tree.attribute(place, names.find(SpaceId::NONE, local))
}

fn node(place: Place) -> NodeRef {
    NodeRef::Tree(TreeId(0), place)
}
