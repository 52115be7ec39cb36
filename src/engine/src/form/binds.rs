//! Binds: what the model says of each node (ODK XForms, *Bindings*). Two binds of one node add up; the later wins.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::form::Skeleton;
use crate::form::paths::absolute;
use crate::source::{Span, Written};
use crate::view::NodeId;
use crate::xml::{Attribute, Element, Namespace};

/// How many different attributes the binds of one node may have: far more than there are.
const MAX_ATTRIBUTES: usize = 100;

/// The bind attributes of one node.
#[derive(Clone, Debug, Default)]
pub(crate) struct BindOf<'a> {
    attributes: Vec<&'a Attribute>,
}

impl<'a> BindOf<'a> {
    /// Adds what another bind of the node says; what both say, the later says. That each names the node is kept.
    fn add(&mut self, bind: &'a Element) {
        for attribute in &bind.attributes {
            let names = matches!(&*attribute.name.local, "nodeset" | "ref");
            let same = |known: &&Attribute| !names && known.name == attribute.name;
            match self.attributes.iter().position(same) {
                Some(known) => self.attributes[known] = attribute,
                None if self.attributes.len() < MAX_ATTRIBUTES => self.attributes.push(attribute),
                None => {}
            }
        }
    }

    /// An attribute without a namespace.
    pub fn get(&self, local: &str) -> Option<&'a Written> {
        self.find(&Namespace::None, local)
    }

    /// An attribute of JavaRosa's namespace.
    pub fn jr(&self, local: &str) -> Option<&'a Written> {
        self.find(&Namespace::JavaRosa, local)
    }

    /// Where each of the node's binds says that it is about the node.
    pub fn places(&self) -> impl Iterator<Item = Span> + '_ {
        let names = self.attributes.iter().filter(|attribute| {
            attribute.name.namespace == Namespace::None && matches!(&*attribute.name.local, "nodeset" | "ref")
        });
        names.map(|attribute| attribute.value.span)
    }

    fn find(&self, namespace: &Namespace, local: &str) -> Option<&'a Written> {
        let is = |attribute: &&&Attribute| {
            *attribute.name.local == *local && attribute.name.namespace == *namespace
        };
        self.attributes.iter().rev().find(is).map(|attribute| &attribute.value)
    }

    /// Does the bind say that the node is never to be changed by hand?
    pub fn always_readonly(&self) -> bool {
        self.get("readonly").and_then(|written| constant(&written.text)) == Some(true)
    }
}

/// `true()`, `false()`, and the ways in which they are written by hand.
pub(crate) fn constant(text: &str) -> Option<bool> {
    match text.trim() {
        "true()" | "true" | "yes" | "1" => Some(true),
        "false()" | "false" | "no" | "0" | "" => Some(false),
        _ => None,
    }
}

/// The nodesets of the binds that have an id, for controls that name one.
pub(super) fn by_id<'a>(binds: &[&'a Element]) -> HashMap<&'a str, &'a str> {
    let pair = |bind: &&'a Element| Some((&*bind.attribute("id")?.text, &*bind.attribute("nodeset")?.text));
    binds.iter().filter_map(pair).collect()
}

/// The binds by node.
pub(super) fn by_node<'a>(
    binds: &[&'a Element],
    root: &str,
    form: &Skeleton,
    found: &mut Diagnostics,
) -> HashMap<NodeId, BindOf<'a>> {
    let mut by_node: HashMap<NodeId, BindOf<'a>> = HashMap::with_capacity(binds.len());
    for bind in binds {
        let Some(nodeset) = bind.attribute("nodeset").or_else(|| bind.attribute("ref")) else {
            found.push(
                Diagnostic::error("missing-key", bind.span, "this bind has no `nodeset`")
                    .hint("write the path of the node that it is about"),
            );
            continue;
        };
        match absolute(root, &nodeset.text).and_then(|path| form.at(&path)) {
            Some(node) => by_node.entry(node).or_default().add(bind),
            // ODK's tools pass over such a bind.
            None => {
                let diagnostic = unknown(form, &nodeset.text, nodeset.span, found);
                found.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
            }
        }
    }
    by_node
}

/// There is no such node in the primary instance.
pub(super) fn unknown(form: &Skeleton, path: &str, span: Span, found: &Diagnostics) -> Diagnostic {
    let name = path.trim().rsplit('/').next().unwrap_or_default();
    let names = form.by_name.keys().map(|name| &**name);
    let mut names: Vec<&str> = if found.wants_hints() { names.collect() } else { Vec::new() };
    names.sort_unstable();
    Diagnostic::error(
        "unknown-name",
        span,
        format!("there is no node `{}` in the primary instance", path.trim()),
    )
    .did_you_mean(name, names)
}
