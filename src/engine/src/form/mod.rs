//! A checked form: a model tree with binds and a body that points into it, every reference an id.
//!
//! Immutable and shared; exists only without errors. Authoring syntaxes are lowered into it ([`crate::definition`]).

use std::collections::HashMap;
use std::sync::Arc;

use crate::definition::Preload;
use crate::diagnostic::Diagnostic;
use crate::expr::program::{Column, ExprId, Program};
use crate::graph::DependencyGraph;
use crate::source::Bundle;
use crate::value::DataType;
use crate::view::{Control, NodeId};

mod choices;
mod lower;
mod names;
mod texts;
mod tree;

pub(crate) use choices::{ChoiceList, ListId};
pub(crate) use names::{Skeleton, SkeletonKind};
pub(crate) use texts::{Piece, Text, TextId};

/// A checked form.
#[derive(Debug)]
pub struct Form {
    pub(crate) hash: Arc<str>,
    pub(crate) id: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) title: Option<TextId>,
    pub(crate) languages: Vec<Arc<str>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) scopes: Vec<ScopeDef>,
    pub(crate) lists: Vec<ChoiceList>,
    pub(crate) texts: Vec<Text>,
    pub(crate) program: Program,
    pub(crate) graph: DependencyGraph,
    pub(crate) instance_name: Option<ExprId>,
    /// By parent and name; for paths and restoring only, never on the path of an answer.
    pub(crate) child_names: HashMap<(NodeId, Arc<str>), NodeId>,
}

/// What reading a definition gave.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The form, if there are no errors.
    pub form: Option<Arc<Form>>,
    /// All that was found, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// The root, or a repeat: what one instance of it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ScopeDefId(pub u16);

impl ScopeDefId {
    pub const ROOT: ScopeDefId = ScopeDefId(0);
}

#[derive(Debug)]
pub(crate) struct ScopeDef {
    /// The repeat, or the root node.
    pub node: NodeId,
    /// The scope around it; the root's is itself.
    pub parent: ScopeDefId,
    pub depth: u8,
    /// The nodes by slot. Slot 0 is the instance itself; a repeat within has a slot here for it as a whole.
    pub slots: Vec<NodeId>,
    /// The repeats straight in it, by [`Node::repeat_index`].
    pub repeats: Vec<NodeId>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub name: Arc<str>,
    pub parent: NodeId,
    /// One past the last node under it.
    pub end: NodeId,
    pub kind: NodeKind,
    /// The scope that holds it; a repeat lies in its parent's.
    pub scope: ScopeDefId,
    pub slot: u32,
    pub bind: Bind,
    pub body: Body,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeKind {
    Group,
    Repeat {
        /// The scope that an instance of it is.
        own: ScopeDefId,
        /// Its index in [`ScopeDef::repeats`].
        repeat_index: u16,
    },
    Leaf(DataType),
}

/// What the model says of a node, beside what the graph computes for it.
#[derive(Debug, Default)]
pub(crate) struct Bind {
    /// Always; a condition is the graph's.
    pub required: bool,
    /// Always; a condition is the graph's.
    pub readonly: bool,
    pub calculate: Option<ExprId>,
    /// The node whose change makes `calculate` run; without one it runs when anything it reads changes.
    pub trigger: Option<NodeId>,
    pub default: Option<Start>,
    pub repeat_count: Option<ExprId>,
    pub preload: Option<Preload>,
    pub constraint_message: Option<TextId>,
    pub required_message: Option<TextId>,
}

/// What a node starts with.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    Literal(Arc<str>),
    Expression(ExprId),
}

/// How a node is shown.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// `None`: never shown by itself.
    pub control: Option<Control>,
    pub label: Option<TextId>,
    pub hint: Option<TextId>,
    pub item_label: Option<TextId>,
    pub appearance: Arc<[Arc<str>]>,
    pub list: Option<ListId>,
    pub filter: Option<ExprId>,
    /// A column that the filter wants equal to a key: its index finds the candidates.
    pub filter_key: Option<(Column, ExprId)>,
}

impl Form {
    /// Reads, checks and compiles a definition. Warnings do not prevent a form.
    pub fn read(bundle: &Bundle) -> Checked {
        lower::read(bundle)
    }

    /// A name that never changes for the same form, e.g. `household-needs`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version that its author gave it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 over the definition and its files, lowercase hex: 64 characters.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Its title in a language, else in the default one; the id if it has none.
    pub fn title(&self, language: &str) -> String {
        let index = self.language_index(language);
        let title = self.title.map(|text| self.text(text).plain(index)).unwrap_or_default();
        if title.is_empty() { self.id.to_string() } else { title }
    }

    /// Its languages, the default first, as BCP 47 tags: `zh`, `en`.
    pub fn languages(&self) -> &[Arc<str>] {
        &self.languages
    }

    /// A language's index; the default's if the form does not speak it.
    pub(crate) fn language_index(&self, language: &str) -> usize {
        self.languages.iter().position(|known| **known == *language).unwrap_or(0)
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn scope(&self, id: ScopeDefId) -> &ScopeDef {
        &self.scopes[usize::from(id.0)]
    }

    pub(crate) fn list(&self, id: ListId) -> &ChoiceList {
        &self.lists[usize::from(id.0)]
    }

    pub(crate) fn text(&self, id: TextId) -> &Text {
        &self.texts[id.0 as usize]
    }

    /// The nodes straight under one, in order.
    pub(crate) fn children_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(parent).end;
        let mut next = NodeId(parent.0 + 1);
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.node(child).end;
            Some(child)
        })
    }
}

impl Node {
    pub fn data_type(&self) -> Option<DataType> {
        match self.kind {
            NodeKind::Leaf(data_type) => Some(data_type),
            NodeKind::Group | NodeKind::Repeat { .. } => None,
        }
    }
}
