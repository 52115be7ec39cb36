//! What a document that is an XForm says for the form that was not compiled: secondary instances and translations.

use crate::expr::eval::{Call, Eval};
use crate::expr::operand::{NodeRef, Operand};
use crate::tree::{Names, Place, SpaceId, Tree, TreeId};

/// The element `instance` of that id.
pub(in crate::expr) fn instance_element(eval: &Eval<'_>, id: &str) -> Option<NodeRef> {
    let tree = eval.trees.first()?;
    let named = |place: &Place| is(tree, eval.names, *place, "instance");
    let mut instances = tree.descendants(Place::DOCUMENT).filter(named);
    instances.find(|place| attribute(tree, eval.names, *place, "id") == Some(id)).map(node)
}

/// `pulldata()` over the document's own secondary instances.
pub(in crate::expr) fn pulled(call: &Call<'_, '_>) -> Operand {
    let (eval, key) = (call.eval, call.cow(3));
    let Some(NodeRef::Tree(id, instance)) = instance_element(eval, &call.cow(0)) else {
        return call.fail(format!("there is no instance '{}'", call.cow(0)));
    };
    let tree = eval.tree(id);
    let cell = |row: Place, column: &str| match column.strip_prefix('@') {
        Some(name) => attribute(tree, eval.names, row, name),
        None => {
            let cell = tree.children(row).find(|cell| is(tree, eval.names, *cell, column));
            cell.map(|cell| tree.value(cell))
        }
    };
    let (column, key_column) = (call.cow(1), call.cow(2));
    let roots = tree.children(instance).filter(|place| is(tree, eval.names, *place, "root"));
    let rows = roots.flat_map(|root| tree.children(root));
    let mut items = rows.filter(|place| is(tree, eval.names, *place, "item"));
    let row = items.find(|row| cell(*row, &key_column) == Some(&*key));
    Operand::text(row.and_then(|row| cell(row, &column)).unwrap_or_default())
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
