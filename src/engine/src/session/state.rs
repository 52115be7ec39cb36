//! Everything there is to know of each node of the instance: for tests, conformance and inspectors, never on the path of an answer.

use std::sync::Arc;

use crate::form::NodeKind;
use crate::session::Session;
use crate::session::instance::flag;
use crate::value::Value;
use crate::view::{Control, Key, NodeId, ScopeId, Violation};

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The root of the instance.
    Root,
    /// An element that holds others.
    Group,
    /// A repeat as a whole, whose count the form decides.
    RepeatControlled,
    /// A repeat as a whole, whose count its reader decides.
    RepeatUncontrolled,
    /// One instance of a repeat.
    RepeatInstance,
    /// A value that nobody is asked for.
    ModelValue,
    /// A value that is asked for by this control.
    Question(Control),
}

/// One node of the instance as it is now.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeState {
    /// What it is.
    pub kind: Kind,
    /// Is it there for its reader? What holds it must be too.
    pub relevant: bool,
    /// May it not be changed by hand?
    pub readonly: bool,
    /// Must it be answered?
    pub required: bool,
    /// The bind's type, `string` if it says none; `None` where it holds no value.
    pub type_name: Option<Arc<str>>,
    /// Its value as the instance holds it, blank while it is not relevant; `None` where it holds none.
    pub value: Option<String>,
    /// Its words, if it has any.
    pub label: Option<String>,
    /// Its hint, if it has one.
    pub hint: Option<String>,
    /// The choices that it offers now: value and label.
    pub choices: Option<Vec<(String, String)>>,
    /// How many instances a repeat as a whole has.
    pub count: Option<usize>,
    /// What is wrong with its value.
    pub violation: Option<Violation>,
}

impl Session {
    /// The key of every element of the instance, in document order: a repeat as a whole before its instances.
    pub fn nodes(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.gather(ScopeId(0), NodeId(0), &mut keys);
        keys
    }

    fn gather(&self, scope: ScopeId, node: NodeId, keys: &mut Vec<Key>) {
        let own = self.instance.own_node(scope) == node;
        let this = self.form.node(node);
        let absent = this.implied
            && Some(node) == self.form.deprecated_id
            && self.instance.kept(scope, node).is_blank();
        if absent {
            return;
        }
        keys.push(Key { scope, node });
        if let (NodeKind::Repeat { .. }, false) = (this.kind, own) {
            for instance in self.instance.instances(scope, node) {
                self.gather(*instance, node, keys);
            }
            return;
        }
        for child in self.form.children_of(node) {
            self.gather(scope, child, keys);
        }
    }

    /// A node's reference: its path, with `#range` after that of a repeat as a whole.
    pub fn reference(&self, key: Key) -> String {
        let whole = self.form.node(key.node).data_type().is_none()
            && matches!(self.form.node(key.node).kind, NodeKind::Repeat { .. })
            && self.instance.own_node(key.scope) != key.node;
        format!("{}{}", self.path(key), if whole { "#range" } else { "" })
    }

    /// A repeat as a whole whose condition is about its instances goes by the first, as in ODK Web Forms.
    fn leads(&self, key: Key, own: bool) -> bool {
        let first = match self.form.node(key.node).kind {
            NodeKind::Repeat { .. } if !own => self.instance.instances(key.scope, key.node).first(),
            _ => None,
        };
        first.is_none_or(|first| self.instance.relevant(*first, key.node))
    }

    /// Everything about a node. `None` if it is gone.
    pub fn state(&self, key: Key) -> Option<NodeState> {
        if !self.instance.holds(&self.form, key.scope, key.node) {
            return None;
        }
        let node = self.form.node(key.node);
        let own = self.instance.own_node(key.scope) == key.node;
        let cell = self.instance.cell(key.scope, key.node);
        let relevant = self.instance.has(cell, flag::RELEVANT) && self.leads(key, own);
        let kind = match node.kind {
            _ if key.node == NodeId(0) => Kind::Root,
            NodeKind::Group => Kind::Group,
            NodeKind::Repeat { .. } if own => Kind::RepeatInstance,
            NodeKind::Repeat { .. } => match node.bind.repeat_count.is_some() || node.bind.fixed {
                true => Kind::RepeatControlled,
                false => Kind::RepeatUncontrolled,
            },
            NodeKind::Leaf(_) | NodeKind::Attribute => match node.body.control {
                // What is always read-only is text to read, also where it is calculated.
                Some(Control::Input)
                    if node.bind.readonly && (node.body.label.or(node.body.hint)).is_some() =>
                {
                    Kind::Question(Control::Note)
                }
                Some(Control::Geopoint) => Kind::Question(Control::Input),
                Some(control) => Kind::Question(control),
                None => Kind::ModelValue,
            },
        };
        // The words of a repeat are said of it as a whole.
        let said = match own && key.scope != ScopeId(0) {
            true => Key { scope: self.instance.up(key.scope, 1), node: key.node },
            false => key,
        };
        let holds = node.data_type().is_some();
        let label = if own { node.body.item_label.or(node.body.label) } else { node.body.label };
        let value = holds.then(|| match self.instance.kept(key.scope, key.node) {
            Value::Unread(_) => String::new(),
            _ if !relevant => String::new(),
            value => value.to_text(),
        });
        let choices = node.body.choices.as_ref().map(|choices| {
            let views = self.choices(key, choices);
            views.iter().map(|choice| (choice.name.to_string(), choice.label.clone())).collect()
        });
        Some(NodeState {
            kind,
            relevant,
            readonly: self.is_bound_readonly(key),
            required: holds && self.instance.has(cell, flag::REQUIRED),
            type_name: holds.then(|| node.bind.type_name.clone()),
            value,
            label: label.map(|_| match own && node.body.item_label.is_some() {
                true => self.words(label, key),
                false => self.words(label, said),
            }),
            hint: node.body.hint.map(|_| self.words(node.body.hint, said)),
            choices,
            count: matches!(kind, Kind::RepeatControlled | Kind::RepeatUncontrolled)
                .then(|| self.instance.instances(key.scope, key.node).len()),
            violation: self.violation(key),
        })
    }
}
