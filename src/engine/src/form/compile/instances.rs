//! Secondary instances: written in the form, or in a file beside it (ODK XForms, *Secondary Instances*).

use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::XForm;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::Skeleton;
use crate::source::{Bundle, Passage, Span};
use crate::tree::{Tree, TreeId};
use crate::xml::Tag;

/// Where a form's earlier submission is to be had.
pub(crate) const LAST_SAVED: &str = "jr://instance/last-saved";

/// Makes a tree of each. A file that is not there is a warning and an empty list.
pub(super) fn read(parts: &XForm<'_>, bundle: &Bundle, form: &mut Skeleton, found: &mut Diagnostics) {
    for (id, element) in &parts.secondary {
        let tree = match element.attribute("src") {
            Some(src) => external(src, bundle, form, found),
            None => element.elements().next().map(|root| Tree::of_tag(root, &mut form.tree_node_names)),
        };
        if form.trees.len() >= usize::from(u16::MAX) {
            found.push(Diagnostic::error("too-large", element.span, "a form has at most 65,535 instances"));
            return;
        }
        form.tree_names.insert(id.clone(), TreeId(form.trees.len() as u16));
        let tree = match tree {
            Some(tree) => tree,
            None => empty(form),
        };
        form.trees.push(tree);
    }
}

/// The instance that stands for the submission before this one.
pub(super) fn last_saved(parts: &XForm<'_>, names: &FxHashMap<Arc<str>, TreeId>) -> Option<TreeId> {
    let is = |element: Tag<'_>| element.attribute("src").is_some_and(|src| src.text.trim() == LAST_SAVED);
    let found = parts.secondary.iter().find(|(_, element)| is(*element));
    found.and_then(|(id, _)| names.get(id).copied())
}

/// By instance: the name of the file that it stands in.
pub(super) fn files(
    parts: &XForm<'_>,
    names: &FxHashMap<Arc<str>, TreeId>,
    count: usize,
) -> Vec<Option<Arc<str>>> {
    let mut files = vec![None; count];
    for (id, element) in &parts.secondary {
        let src = element.attribute("src").map(|src| src.text.trim());
        let Some(src) = src.filter(|src| *src != LAST_SAVED) else { continue };
        if let Some(TreeId(tree)) = names.get(id) {
            files[usize::from(*tree)] = src.rsplit('/').next().map(Arc::from);
        }
    }
    files
}

fn empty(form: &mut Skeleton) -> Tree {
    Tree::empty(&mut form.tree_node_names)
}

/// The definition's name without its ending.
fn stem(bundle: &Bundle) -> &str {
    let name = bundle.main.name.split('#').next().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn external(src: Passage<'_>, bundle: &Bundle, form: &mut Skeleton, found: &mut Diagnostics) -> Option<Tree> {
    if src.text.trim() == LAST_SAVED {
        return None;
    }
    let name = src.text.trim().rsplit('/').next().unwrap_or_default();
    let is = |known: &Arc<str>| **known == *src.text || known.rsplit('/').next() == Some(name);
    let Some(index) = bundle.files.iter().position(|source| is(&source.name)) else {
        found.push(
            Diagnostic::warning("missing-file", src.span, format!("the file `{name}` is not there"))
                .hint(format!("put it beside the form, or into the folder `{}-media`", stem(bundle)))
                .hint("until it is, its list is empty"),
        );
        return None;
    };
    let source = &bundle.files[index];
    let span = Span::top(index as u16 + 1);
    let names = &mut form.tree_node_names;
    let read = match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "csv" | "txt" | "tsv" => Tree::read_csv(&source.text, names),
        "geojson" | "json" => Tree::read_geojson(&source.text, names),
        _ => Tree::read_xml(&source.text, names),
    };
    match read {
        Ok(tree) => Some(tree),
        Err(reason) => {
            found.push(Diagnostic::error("bad-file", span, format!("`{name}` can't be read: {reason}")));
            None
        }
    }
}
