//! Makes trees: from XML text, and from elements that were read already.

use roxmltree::{Document, NodeType, ParsingOptions};

use super::{NameId, Names, Node, Sort, SpaceId, Tree};
use crate::source::MAX_SOURCE_BYTES;
use crate::xml::{Inside, Name, Namespace, Tag};

/// How many nodes a tree may have.
const MAX_NODES: u32 = 8_000_000;
/// How deep its elements may nest.
const MAX_DEPTH: usize = 1_000;

/// A tree that is being made, top down.
pub(crate) struct Builder<'a> {
    names: &'a mut Names,
    nodes: Vec<Node>,
    text: String,
    aside: String,
    prefixes: Vec<Box<str>>,
    open: Vec<u32>,
}

impl<'a> Builder<'a> {
    pub fn new(names: &'a mut Names) -> Builder<'a> {
        let document = Node {
            name: NameId::NONE,
            parent: 0,
            end: 0,
            text: (0, 0),
            sort: Sort::Document,
            inline: false,
            prefix: 0,
        };
        Builder {
            names,
            nodes: vec![document],
            text: String::new(),
            aside: String::new(),
            prefixes: vec!["".into()],
            open: vec![0],
        }
    }

    /// The number of a name without a namespace.
    pub fn plain(&mut self, local: &str) -> NameId {
        self.names.name(SpaceId::NONE, local)
    }

    pub fn name(&mut self, uri: &str, local: &str) -> NameId {
        let space = self.names.space(uri);
        self.names.name(space, local)
    }

    fn push(&mut self, sort: Sort, name: NameId, prefix: &str, text: (u32, u32)) -> u32 {
        let parent = self.open.last().copied().unwrap_or(0);
        let at = self.nodes.len() as u32;
        let prefix = self.prefix(prefix);
        self.nodes.push(Node { name, parent, end: at + 1, text, sort, inline: false, prefix });
        at
    }

    fn prefix(&mut self, prefix: &str) -> u8 {
        match self.prefixes.iter().position(|known| **known == *prefix) {
            Some(at) => at as u8,
            // A document with more is told without them.
            None if self.prefixes.len() > usize::from(u8::MAX) => 0,
            None => {
                self.prefixes.push(prefix.into());
                self.prefixes.len() as u8 - 1
            }
        }
    }

    pub fn open(&mut self, name: NameId, prefix: &str) {
        let here = self.text.len() as u32;
        let at = self.push(Sort::Element, name, prefix, (here, here));
        self.open.push(at);
    }

    pub fn close(&mut self) {
        let Some(at) = self.open.pop() else { return };
        let here = self.text.len() as u32;
        let end = self.nodes.len() as u32;
        // One text and nothing else: the last node is a text, and straight after the attributes.
        let alone = self.nodes.last().is_some_and(|last| last.sort == Sort::Text && last.parent == at)
            && self.nodes[at as usize + 1..end as usize - 1].iter().all(|node| node.sort == Sort::Attribute);
        if alone {
            self.nodes.pop();
        }
        let element = &mut self.nodes[at as usize];
        element.inline = alone;
        element.text.1 = here;
        element.end = if alone { end - 1 } else { end };
    }

    /// An attribute of the element that was opened last; before what it holds.
    pub fn attribute(&mut self, name: NameId, prefix: &str, value: &str) {
        let range = self.beside(value);
        self.push(Sort::Attribute, name, prefix, range);
    }

    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let end = self.text.len() as u32;
        let open = self.open.last().copied().unwrap_or(0);
        // Texts next to each other are one node (XPath 1.0 §5.7).
        match self.nodes.last_mut() {
            Some(last) if last.sort == Sort::Text && last.parent == open => last.text.1 = end,
            _ => {
                self.push(Sort::Text, NameId::NONE, "", (start, end));
            }
        }
    }

    /// An element that holds a text, or nothing.
    pub fn leaf(&mut self, name: NameId, text: &str) {
        self.open(name, "");
        self.text(text);
        self.close();
    }

    fn comment(&mut self, text: &str) {
        let range = self.beside(text);
        self.push(Sort::Comment, NameId::NONE, "", range);
    }

    fn instruction(&mut self, target: &str, value: &str) {
        let name = self.plain(target);
        let range = self.beside(value);
        self.push(Sort::Instruction, name, "", range);
    }

    fn beside(&mut self, value: &str) -> (u32, u32) {
        let start = self.aside.len() as u32;
        self.aside.push_str(value);
        (start, self.aside.len() as u32)
    }

    pub fn finish(mut self) -> Tree {
        while self.open.len() > 1 {
            self.close();
        }
        let end = self.nodes.len() as u32;
        self.nodes[0].end = end;
        self.nodes[0].text = (0, self.text.len() as u32);
        self.nodes.shrink_to_fit();
        self.text.shrink_to_fit();
        self.aside.shrink_to_fit();
        Tree {
            nodes: self.nodes,
            text: self.text,
            aside: self.aside,
            prefixes: self.prefixes,
            indexes: Default::default(),
        }
    }

    fn element(&mut self, element: Tag<'_>) {
        let (name, prefix) = self.of_form(element.name);
        self.open(name, prefix);
        for attribute in element.attributes() {
            let (name, prefix) = self.of_form(attribute.name);
            self.attribute(name, prefix, attribute.value.text);
        }
        for content in element.content() {
            match content {
                Inside::Element(child) => self.element(child),
                Inside::Text(text, _) => self.text(text.text),
            }
        }
        self.close();
    }

    /// In a form, what has no prefix is XForms's, and named without one in expressions.
    fn of_form<'n>(&mut self, name: &'n Name) -> (NameId, &'n str) {
        match &name.namespace {
            Namespace::XForms | Namespace::None => (self.plain(&name.local), ""),
            other => (self.name(other.uri(), &name.local), other.prefix()),
        }
    }
}

impl Tree {
    /// The tree of a document. Entities are resolved within bounds; a document type is none of its nodes.
    /// The error says why the text is no XML, or too much of it.
    pub fn read_xml(text: &str, names: &mut Names) -> Result<Tree, String> {
        bounded(text)?;
        if !crate::xml::entities_are_small(text) {
            return Err("its entities make too much text".into());
        }
        if crate::xml::too_many_attributes(text).is_some() {
            return Err("one of its elements has too many attributes".into());
        }
        let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
        let mut builder = Builder::new(names);
        let root = document.root();
        let mut next = root.first_child();
        while let Some(node) = next {
            builder.node(node, text);
            if builder.open.len() > MAX_DEPTH {
                return Err(format!("its elements nest deeper than {MAX_DEPTH}"));
            }
            next = node.first_child();
            let mut at = node;
            while next.is_none() && at != root {
                if at.is_element() {
                    builder.close();
                }
                next = at.next_sibling();
                at = at.parent().unwrap_or(root);
            }
        }
        Ok(builder.finish())
    }

    /// The tree of an element that was read already, as the root of a document.
    pub fn of_tag(element: Tag<'_>, names: &mut Names) -> Tree {
        let mut builder = Builder::new(names);
        builder.element(element);
        builder.finish()
    }

    /// A document of an element that nothing is in.
    pub fn empty(names: &mut Names) -> Tree {
        let mut builder = Builder::new(names);
        let root = builder.plain("root");
        builder.leaf(root, "");
        builder.finish()
    }
}

impl Builder<'_> {
    fn node(&mut self, node: roxmltree::Node<'_, '_>, text: &str) {
        match node.node_type() {
            NodeType::Element => {
                let tag = node.tag_name();
                let name = self.name(tag.namespace().unwrap_or(""), tag.name());
                self.open(name, prefix_of(&text[node.range().start + 1..], tag.name()));
                for attribute in node.attributes() {
                    let name = self.name(attribute.namespace().unwrap_or(""), attribute.name());
                    let prefix = prefix_of(&text[attribute.range().start..], attribute.name());
                    self.attribute(name, prefix, attribute.value());
                }
            }
            NodeType::Text => self.text(node.text().unwrap_or_default()),
            NodeType::Comment => self.comment(node.text().unwrap_or_default()),
            NodeType::PI => {
                if let Some(instruction) = node.pi() {
                    self.instruction(instruction.target, instruction.value.unwrap_or_default());
                }
            }
            NodeType::Root => {}
        }
    }
}

/// Refuses what would take too much memory.
pub(super) fn bounded(text: &str) -> Result<(), String> {
    match text.len() > MAX_SOURCE_BYTES {
        true => Err(format!("it is over {} MB", MAX_SOURCE_BYTES >> 20)),
        false => Ok(()),
    }
}

/// The prefix of a name as it is written at the start of `text`.
fn prefix_of<'t>(text: &'t str, local: &str) -> &'t str {
    let end = text.find([':', ' ', '\t', '\r', '\n', '=', '>', '/']).unwrap_or(0);
    match text[end..].strip_prefix(':') {
        Some(rest) if rest.starts_with(local) => &text[..end],
        _ => "",
    }
}
