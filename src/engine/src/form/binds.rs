//! Binds: what the model says of each node (ODK XForms, *Bindings*). Two binds of one node add up; the later wins.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::form::Skeleton;
use crate::form::paths::absolute;
use crate::source::{Passage, Span};
use crate::view::NodeId;
use crate::xml::{Lies, Namespace, Tag};

/// How many binds of one node are looked at: far more than there are.
const MAX_BINDS: usize = 100;

/// The binds of one node.
#[derive(Clone, Debug, Default)]
pub(crate) struct BindOf<'a> {
    /// Mostly there is one.
    first: Option<Tag<'a>>,
    further: Vec<Tag<'a>>,
}

impl<'a> BindOf<'a> {
    /// Adds another bind of the node; what both say, the later says.
    fn add(&mut self, bind: Tag<'a>) {
        match self.first {
            None => self.first = Some(bind),
            Some(_) if self.further.len() < MAX_BINDS => self.further.push(bind),
            Some(_) => {}
        }
    }

    /// An attribute without a namespace.
    pub fn get(&self, local: &str) -> Option<Passage<'a>> {
        self.find(&Namespace::None, local)
    }

    /// An attribute of JavaRosa's namespace.
    pub fn jr(&self, local: &str) -> Option<Passage<'a>> {
        self.find(&Namespace::JavaRosa, local)
    }

    /// An attribute of the entities' namespace.
    pub fn entities(&self, local: &str) -> Option<Passage<'a>> {
        self.find(&Namespace::Entities, local)
    }

    /// An attribute of ODK's namespace.
    pub fn odk(&self, local: &str) -> Option<Passage<'a>> {
        self.find(&Namespace::Odk, local)
    }

    /// A message, and where its words lie.
    pub fn message(&self, local: &str) -> Option<(Passage<'a>, Lies)> {
        let mut binds = self.further.iter().rev().chain(&self.first);
        binds.find_map(|bind| bind.attribute_lies(&Namespace::JavaRosa, local))
    }

    /// Where each of the node's binds says that it is about the node.
    pub fn places(&self) -> impl Iterator<Item = Span> + '_ {
        let binds = self.first.iter().chain(&self.further);
        let names = binds.flat_map(|bind| bind.attributes()).filter(|attribute| {
            attribute.name.namespace == Namespace::None && matches!(&*attribute.name.local, "nodeset" | "ref")
        });
        names.map(|attribute| attribute.value.span)
    }

    fn find(&self, namespace: &Namespace, local: &str) -> Option<Passage<'a>> {
        let mut binds = self.further.iter().rev().chain(&self.first);
        binds.find_map(|bind| bind.attribute_in(namespace, local))
    }

    /// Does the bind say that the node is never to be changed by hand?
    pub fn always_readonly(&self) -> bool {
        self.get("readonly").and_then(|written| constant(written.text)) == Some(true)
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
pub(super) fn by_id<'a>(binds: &[Tag<'a>]) -> FxHashMap<&'a str, &'a str> {
    let pair = |bind: &Tag<'a>| Some((bind.attribute("id")?.text, bind.attribute("nodeset")?.text));
    binds.iter().filter_map(pair).collect()
}

/// The binds by node.
pub(super) fn by_node<'a>(
    binds: &[Tag<'a>],
    root: &str,
    form: &Skeleton,
    found: &mut Diagnostics,
) -> FxHashMap<NodeId, BindOf<'a>> {
    let mut by_node: FxHashMap<NodeId, BindOf<'a>> = FxHashMap::default();
    by_node.reserve(binds.len());
    for bind in binds {
        let Some(nodeset) = bind.attribute("nodeset").or_else(|| bind.attribute("ref")) else {
            found.push(
                Diagnostic::error("missing-key", bind.span, "this bind has no `nodeset`")
                    .hint("write the path of the node that it is about"),
            );
            continue;
        };
        match absolute(root, nodeset.text).and_then(|path| form.at(&path)) {
            Some(node) => by_node.entry(node).or_default().add(*bind),
            // ODK's tools pass over such a bind.
            None => {
                let diagnostic = unknown(form, nodeset.text, nodeset.span, found);
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
    crate::order::sort(&mut names);
    Diagnostic::error(
        "unknown-name",
        span,
        format!("there is no node `{}` in the primary instance", path.trim()),
    )
    .did_you_mean(name, names)
}
