//! The instance as XML: what a submission is to ODK's servers, and how one is opened again (OpenRosa, *Metadata*; ODK XForms, *Instance*).
//!
//! The same answers give the same bytes: elements and attributes in the form's order, what is not relevant left out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::form::{Form, NodeKind};
use crate::session::{Extent, RestoreError, Session, World};
use crate::source::{Source, Span, Written};
use crate::value::{DataType, Value};
use crate::view::{Key, NodeId, ScopeId};
use crate::xml::{self, Element, Name, Namespace};

/// Why an instance is opened again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// To go on with it: it stays what it is.
    Restore,
    /// To replace what was submitted: it gets a new `instanceID`, and `deprecatedID` names the old one.
    Edit,
}

impl Session {
    /// The instance as XML, without declaration or indentation. `Extent::Relevant` is what is submitted.
    pub fn instance_xml(&self, extent: Extent) -> String {
        xml::write_compact(&self.element(ScopeId(0), NodeId(0), extent, None))
    }

    /// What of the instance is submitted and stands in these nodes, each with those around it.
    pub(super) fn xml_of(&self, nodes: &BTreeSet<NodeId>) -> String {
        xml::write_compact(&self.element(ScopeId(0), NodeId(0), Extent::Relevant, Some(nodes)))
    }

    /// The instance as it would be submitted.
    pub(crate) fn submitted_root(&self) -> Element {
        self.element(ScopeId(0), NodeId(0), Extent::Relevant, None)
    }

    /// `only` these nodes, if it is not all.
    fn element(
        &self,
        scope: ScopeId,
        node: NodeId,
        extent: Extent,
        only: Option<&BTreeSet<NodeId>>,
    ) -> Element {
        let span = Span::top(0);
        let this = self.form.node(node);
        // What is XForms's in the form has no namespace in an instance.
        let name = match &this.qname.namespace {
            Namespace::XForms => Name::plain(this.qname.local.clone()),
            _ => this.qname.clone(),
        };
        let mut element = Element::new(name, span);
        for attribute in self.form.attributes_of(node) {
            let value = self.instance.kept(scope, attribute).to_text();
            element = element.with_text(self.form.node(attribute).qname.clone(), &value);
        }
        if let NodeKind::Leaf(_) = this.kind {
            let text = self.text_of(scope, node, extent);
            if let Some(exact) = self.exact_text(node) {
                element = element.with_text(Name::plain("exact"), &exact);
            }
            if !text.is_empty() {
                element.push_text(Written { text: composed(&text).into(), span, escapes: Box::default() });
            }
            return element;
        }
        for child in self.form.children_of(node) {
            let absent = Some(child) == self.form.deprecated_id
                && self.form.node(child).implied
                && self.instance.kept(scope, child).is_blank();
            let unasked = only.is_some_and(|only| !only.contains(&child));
            if absent || unasked || (extent == Extent::Relevant && !self.instance.relevant(scope, child)) {
                continue;
            }
            match self.form.node(child).kind {
                NodeKind::Repeat { .. } => {
                    for instance in self.instance.instances(scope, child) {
                        if extent == Extent::All || self.instance.relevant(*instance, child) {
                            element.push(self.element(*instance, child, extent, only));
                        }
                    }
                }
                NodeKind::Group | NodeKind::Leaf(_) | NodeKind::Attribute => {
                    element.push(self.element(scope, child, extent, only));
                }
            }
        }
        element
    }

    fn text_of(&self, scope: ScopeId, node: NodeId, extent: Extent) -> String {
        let value = match extent {
            Extent::All => self.instance.given(scope, node),
            Extent::Relevant => self.instance.kept(scope, node),
        };
        match value {
            Value::Unread(_) if extent == Extent::Relevant => String::new(),
            value => value.to_text(),
        }
    }

    /// Opens the form with an instance that was put away or submitted. Elements that the form does not have are passed over:
    /// they come from another version of it.
    pub fn open_xml(
        form: Arc<Form>,
        world: World,
        xml: &str,
        opening: Opening,
    ) -> Result<Session, RestoreError> {
        Session::open_root(form, world, &read_root(xml)?, opening)
    }

    /// The same of what was read already.
    pub(super) fn open_root(
        form: Arc<Form>,
        world: World,
        root: &Element,
        opening: Opening,
    ) -> Result<Session, RestoreError> {
        if root.name.local != form.node(NodeId(0)).qname.local {
            return Err(at_root("this is an instance of another form"));
        }
        let mut session = Session::blank(form, world);
        session.restoring = true;
        session.start(ScopeId(0));
        session.take_up(ScopeId(0), NodeId(0), root)?;
        session.settle();
        if opening == Opening::Edit {
            session.succeed();
        }
        session.gone_on();
        Ok(session)
    }

    fn take_up(&mut self, scope: ScopeId, parent: NodeId, element: &Element) -> Result<(), RestoreError> {
        let form = self.form.clone();
        for attribute in &element.attributes {
            let name = format!("@{}", attribute.name.written());
            // The root says which form this is an instance of: the form knows that best.
            let own = parent == NodeId(0) && matches!(&*attribute.name.local, "id" | "version");
            if let (Some(node), false) = (form.child_names.get(parent, &name), own) {
                self.put(scope, node, Value::Text(attribute.value.text.to_arc()));
            }
        }
        let mut seen = HashMap::new();
        for child in element.elements() {
            let Some(node) = meant(&form, parent, child) else { continue };
            let Some(node) = self.again(node, &mut seen) else { continue };
            match form.node(node).kind {
                NodeKind::Group => self.take_up(scope, node, child)?,
                NodeKind::Repeat { .. } => {
                    if !self.has_room(scope, node) {
                        let path = self.path(Key { scope, node });
                        return Err(RestoreError { path, reason: "there are too many".into() });
                    }
                    let added = self.grow(scope, node, true);
                    self.take_up(added, node, child)?;
                }
                NodeKind::Leaf(data_type) => {
                    let value = self.taken(node, data_type, &child.text());
                    self.offer(scope, node, value);
                }
                NodeKind::Attribute => {}
            }
        }
        Ok(())
    }

    /// Two of a name that are no repeat are two nodes: the node that an element stands for, when `seen` were there before it.
    fn again(&self, node: NodeId, seen: &mut HashMap<NodeId, usize>) -> Option<NodeId> {
        let this = self.form.node(node);
        if let NodeKind::Repeat { .. } = this.kind {
            return Some(node);
        }
        let before = seen.entry(node).or_default();
        *before += 1;
        match *before {
            1 => Some(node),
            place => {
                let alike = self.form.children_of(this.parent);
                alike.filter(|other| self.form.node(*other).qname == this.qname).nth(place - 1)
            }
        }
    }

    /// A text as the node's value; what is none is kept as it is, and is not valid.
    fn taken(&self, node: NodeId, data_type: DataType, text: &str) -> Value {
        let value = Value::carried(data_type, text);
        self.in_list_order(node, value).unwrap_or_else(|_| Value::Unread(text.into()))
    }

    /// Becomes the successor of what was submitted.
    fn succeed(&mut self) {
        let root = ScopeId(0);
        let (Some(id), Some(deprecated)) = (self.form.instance_id, self.form.deprecated_id) else { return };
        let old = self.instance.kept(root, id).clone();
        if old.is_blank() {
            return;
        }
        self.put(root, deprecated, Value::Text(old.to_text().into()));
        let fresh = self.fresh_id();
        self.put(root, id, Value::Text(fresh));
        self.settle();
    }
}

/// The root of an instance's text.
pub(super) fn read_root(xml: &str) -> Result<Element, RestoreError> {
    let mut found = Diagnostics::default();
    xml::read(&Source::new("instance.xml", xml), 0, &mut found).ok_or_else(|| {
        let reason = found.into_sorted().into_iter().next().map(|first| first.message);
        at_root(reason.as_deref().unwrap_or("this is no XML"))
    })
}

pub(super) fn at_root(reason: &str) -> RestoreError {
    RestoreError { path: "/".into(), reason: reason.to_owned() }
}

/// The first node that an element stands for. By another prefix it is found too; but not what the form's author never wrote.
pub(super) fn meant(form: &Form, parent: NodeId, element: &Element) -> Option<NodeId> {
    let named = |name: &str| form.child_names.get(parent, name);
    let is_meant = |node: &NodeId| {
        let node = form.node(*node);
        !node.implied || node.qname.namespace == element.name.namespace
    };
    named(&element.name.written()).or_else(|| named(&element.name.local)).filter(is_meant)
}

/// Text with its characters composed (Unicode NFC), as ODK's tools submit it: the same word is the same text.
fn composed(text: &str) -> Arc<str> {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.into(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect::<String>().into(),
    }
}
