//! Expressions over a document alone, without a form: what conformance runners, tests and tools evaluate.
//!
//! Here the document speaks for the form: `instance('x')` is its element `instance` with that id, `jr:itext` looks into its
//! `itext`. A function that does not exist or is called with too few arguments is an error when it is called, as in ODK's engines.

use std::cell::Cell;
use std::sync::Arc;

use super::eval::{Alone, Eval, MAX_WORK};
use super::operand::{NodeRef, Operand};
use super::program::Program;
use crate::session::World;
use crate::tree::{Names, Place, Sort, Tree, TreeId};
use crate::view::{NodeId, ScopeId};
use crate::zone::DAY_MS;

mod compile;
#[cfg(test)]
mod laws;
mod xform;

pub(super) use xform::{instance_element, itext_values, pulled};

/// A document that expressions are evaluated over.
#[derive(Debug)]
pub struct Document {
    names: Names,
    trees: Vec<Arc<Tree>>,
}

/// A node of a [`Document`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Node(Place);

/// What a node is (XPath 1.0 §5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// The document itself.
    Document,
    /// An element.
    Element,
    /// An attribute.
    Attribute,
    /// A run of text.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

/// Where an expression is evaluated.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// `.`
    pub context: Node,
    /// `/`; the document if not said.
    pub root: Option<Node>,
    /// Prefixes and their URIs; the document's own are known, as are those of the field. An empty prefix: elements without one.
    pub namespaces: &'a [(&'a str, &'a str)],
    /// Clock, zone and seed.
    pub world: &'a World,
    /// For `jr:itext`; the document's default language if not said.
    pub language: Option<&'a str>,
}

/// What an expression gives, in the type that it has and converted to the others (XPath 1.0 §4).
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The value itself.
    pub value: Answer,
    /// As a number; NaN if it is none.
    pub number: f64,
    /// As text.
    pub text: String,
    /// As a condition.
    pub boolean: bool,
}

/// A value of an expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A day (its local midnight) or a moment, in milliseconds since 1970-01-01T00:00Z.
    Moment(i64),
    /// Nodes, in document order unless they were shuffled.
    Nodes(Vec<Node>),
}

/// Why an expression has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// One sentence.
    pub message: String,
}

impl Document {
    /// Reads an XML document. The error says why the text is none.
    pub fn read(text: &str) -> Result<Document, String> {
        let mut names = Names::default();
        let tree = Tree::read_xml(text, &mut names)?;
        Ok(Document { names, trees: vec![Arc::new(tree)] })
    }

    /// The document itself.
    pub fn top(&self) -> Node {
        Node(Place::DOCUMENT)
    }

    /// What holds a node.
    pub fn parent(&self, node: Node) -> Option<Node> {
        self.tree().parent(node.0).map(Node)
    }

    /// What a node holds, in order; attributes are not among it.
    pub fn children(&self, node: Node) -> Vec<Node> {
        self.tree().children(node.0).map(Node).collect()
    }

    /// An element's attributes, in the order in which they are written.
    pub fn attributes(&self, node: Node) -> Vec<Node> {
        self.tree().attributes(node.0).map(Node).collect()
    }

    /// What a node is.
    pub fn kind(&self, node: Node) -> NodeKind {
        match self.tree().sort(node.0) {
            Sort::Document => NodeKind::Document,
            Sort::Element => NodeKind::Element,
            Sort::Attribute => NodeKind::Attribute,
            Sort::Text => NodeKind::Text,
            Sort::Comment => NodeKind::Comment,
            Sort::Instruction => NodeKind::Instruction,
        }
    }

    /// A node's name as it is written, prefix included; empty if it has none.
    pub fn name(&self, node: Node) -> String {
        let tree = self.tree();
        let local = self.names.local(tree.name(node.0));
        match tree.prefix(node.0) {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        }
    }

    /// A node's string-value (XPath 1.0 §5).
    pub fn value(&self, node: Node) -> &str {
        self.tree().value(node.0)
    }

    /// Evaluates an expression. What is wrong with it, or can't be evaluated, is told.
    pub fn evaluate(&self, expression: &str, setting: &Setting<'_>) -> Result<Outcome, Refused> {
        let mut program = Program::default();
        let root = compile::compile(expression, &mut program, self, setting)?;
        let alone = Alone { language: setting.language, ..Alone::default() };
        let node = |node: Node| NodeRef::Tree(TreeId(0), node.0);
        let random = Cell::new(setting.world.seed);
        let left = Cell::new(MAX_WORK);
        let eval = Eval {
            program: &program,
            names: &self.names,
            trees: &self.trees,
            primary: None,
            alone: Some(&alone),
            world: setting.world,
            random: &random,
            left: &left,
            language: 0,
            scope: ScopeId(0),
            node: NodeId(0),
            current: node(setting.context),
            root: node(setting.root.unwrap_or(self.top())),
            context: node(setting.context),
            position: 1,
            size: 1,
            texts_within: 0,
        };
        let operand = eval.operand(root);
        let outcome = Outcome {
            number: eval.number(root),
            text: eval.text(root).to_string(),
            boolean: eval.boolean(root),
            value: self.answer(&eval, operand),
        };
        if left.get() == 0 {
            return Err(Refused { message: "this takes too long".into() });
        }
        match alone.failure.into_inner() {
            Some(message) => Err(Refused { message }),
            None => Ok(outcome),
        }
    }

    fn answer(&self, eval: &Eval<'_>, operand: Operand) -> Answer {
        match operand {
            Operand::Number(number) | Operand::Days { number, .. } => Answer::Number(number),
            Operand::Text(text) => Answer::Text(text.to_string()),
            Operand::Boolean(value) => Answer::Boolean(value),
            Operand::Date(_) => Answer::Moment((eval.number_of_operand(&operand) * DAY_MS).round() as i64),
            Operand::Moment(moment) => Answer::Moment(moment.ms),
            Operand::Nodes(nodes) => Answer::Nodes(
                nodes
                    .into_iter()
                    .filter_map(|node| match node {
                        NodeRef::Tree(_, place) => Some(Node(place)),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    }

    fn tree(&self) -> &Tree {
        &self.trees[0]
    }
}
