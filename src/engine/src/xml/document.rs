//! A document as one flat arena: what a form is compiled from, and let go of when it is.
//!
//! Nodes lie in document order, each knowing where what is in it ends; names are numbers; a text is a range of the file, and
//! has bytes of its own only where an escape makes it differ. [`Tag`] and [`Passage`] are handles that are copied freely.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Attribute, Content, Element, Name, Namespace};
use crate::source::{Excerpt, Passage, Span, Written};

/// A document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// What most texts are parts of.
    source: Arc<str>,
    /// Texts that are no part of it.
    made: String,
    names: Vec<Name>,
    known: FxHashMap<Name, u32>,
    nodes: Vec<Node>,
    attributes: Vec<Said>,
    aside: Vec<Aside>,
    escapes: Vec<(u32, u32)>,
}

/// An element or a text: 24 bytes.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// An element's name; of a text [`TEXT`] and its place in [`Document::aside`], or [`PLAIN`].
    name: u32,
    /// One past the last node in it.
    end: u32,
    /// Its first attribute; what is before the next node's is its own.
    attributes: u32,
    start: u32,
    stop: u32,
    file: u16,
}

/// An attribute: 20 bytes.
#[derive(Clone, Copy, Debug)]
struct Said {
    name: u32,
    /// As a text's name.
    aside: u32,
    start: u32,
    stop: u32,
    file: u16,
}

const TEXT: u32 = 1 << 31;
/// The text is what stands at its place.
const PLAIN: u32 = u32::MAX;
/// A range of [`Document::made`].
const MADE: u32 = 1 << 31;

/// A text that is not what stands at its place, byte for byte.
#[derive(Clone, Copy, Debug)]
struct Aside {
    /// In the source, or in [`Document::made`] where [`MADE`] is set.
    from: u32,
    to: u32,
    /// In [`Document::escapes`].
    escapes: (u32, u32),
}

/// Where a text lies: in the file, or in what was made of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lies {
    from: u32,
    to: u32,
}

/// The texts that outlive their document.
#[derive(Debug, Default)]
pub(crate) struct Store {
    source: Arc<str>,
    made: String,
}

/// An element of a document.
#[derive(Clone, Copy)]
pub(crate) struct Tag<'a> {
    document: &'a Document,
    at: u32,
    pub name: &'a Name,
    /// Its start tag; for what was lowered, the cell or key that it comes from.
    pub span: Span,
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagAttribute<'a> {
    pub name: &'a Name,
    pub value: Passage<'a>,
}

/// What an element holds, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inside<'a> {
    Element(Tag<'a>),
    Text(Passage<'a>, Lies),
}

impl Store {
    /// The text that lies there.
    pub fn text(&self, lies: Lies) -> &str {
        slice(&self.source, &self.made, lies)
    }
}

fn slice<'a>(source: &'a str, made: &'a str, Lies { from, to }: Lies) -> &'a str {
    let (whole, from) = if from & MADE == 0 { (source, from) } else { (made, from & !MADE) };
    whole.get(from as usize..to as usize).unwrap_or_default()
}

impl Lies {
    /// A part of it.
    pub fn part(self, range: std::ops::Range<usize>) -> Lies {
        let place = self.from & !MADE;
        Lies { from: self.from + range.start as u32, to: place + range.end as u32 }
    }
}

impl Document {
    /// An empty document over a file, with room for what is usual in one of its size.
    pub fn over(source: Arc<str>) -> Document {
        let bytes = source.len();
        Document {
            source,
            nodes: Vec::with_capacity(bytes / 64 + 8),
            attributes: Vec::with_capacity(bytes / 128 + 8),
            ..Document::default()
        }
    }

    /// The same as an element that was read or lowered already. `source` is the file that most of its texts are parts of.
    pub fn of(element: &Element, source: &Arc<str>) -> Document {
        let mut document = Document { source: source.clone(), ..Document::default() };
        document.element(element);
        document
    }

    fn element(&mut self, element: &Element) {
        let name = self.name(&element.name);
        let at = self.open(name, element.span);
        for attribute in &element.attributes {
            let name = self.name(&attribute.name);
            self.attribute_of(name, &attribute.value);
        }
        for content in &element.content {
            match content {
                Content::Element(child) => self.element(child),
                Content::Text(written) => {
                    let aside = self.written(written);
                    self.push_text(aside, written.span);
                }
            }
        }
        self.close(at);
    }

    fn attribute_of(&mut self, name: u32, written: &Written) {
        let aside = self.written(written);
        self.push_attribute(name, aside, written.span);
    }

    /// Takes a text in; gives its place aside.
    fn written(&mut self, written: &Written) -> u32 {
        let escapes = (self.escapes.len() as u32, (self.escapes.len() + written.escapes.len()) as u32);
        self.escapes.extend(written.escapes.iter().copied());
        let Lies { from, to } = match written.text.place_in(&self.source) {
            Some(range) => Lies { from: range.start as u32, to: range.end as u32 },
            None => self.make(&written.text),
        };
        self.set_aside(Aside { from, to, escapes })
    }

    fn make(&mut self, text: &str) -> Lies {
        let from = self.made.len() as u32;
        self.made.push_str(text);
        Lies { from: from | MADE, to: self.made.len() as u32 }
    }

    fn set_aside(&mut self, aside: Aside) -> u32 {
        self.aside.push(aside);
        TEXT | (self.aside.len() as u32 - 1)
    }

    /// The number of a name, a new one if it is new.
    pub(super) fn name(&mut self, name: &Name) -> u32 {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let number = self.names.len() as u32;
        self.names.push(name.clone());
        self.known.insert(name.clone(), number);
        number
    }

    /// The name of a number.
    pub(super) fn name_of(&self, number: u32) -> &Name {
        &self.names[number as usize]
    }

    pub(super) fn names(&self) -> usize {
        self.names.len()
    }

    /// How many elements and texts there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Begins an element; its attributes follow, then what it holds.
    pub(super) fn open(&mut self, name: u32, span: Span) -> u32 {
        let at = self.nodes.len() as u32;
        let attributes = self.attributes.len() as u32;
        let Span { source: file, start, end: stop } = span;
        self.nodes.push(Node { name, end: at + 1, attributes, start, stop, file });
        at
    }

    /// Says where an element's start tag ends.
    pub(super) fn ends_at(&mut self, at: u32, stop: u32) {
        self.nodes[at as usize].stop = stop;
    }

    /// An element's start tag.
    pub(super) fn span_at(&self, at: u32) -> Span {
        let node = &self.nodes[at as usize];
        Span { source: node.file, start: node.start, end: node.stop }
    }

    /// The number of an element's name.
    pub(super) fn name_at(&self, at: u32) -> u32 {
        self.nodes[at as usize].name
    }

    /// How much there is.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.nodes.len(), self.attributes.len())
    }

    /// Forgets what came after.
    pub(super) fn back_to(&mut self, (nodes, attributes): (usize, usize)) {
        self.nodes.truncate(nodes);
        self.attributes.truncate(attributes);
    }

    /// Ends an element.
    pub(super) fn close(&mut self, at: u32) {
        self.nodes[at as usize].end = self.nodes.len() as u32;
    }

    /// An attribute that is what stands at its place.
    pub(super) fn plain_attribute(&mut self, name: u32, span: Span) {
        self.push_attribute(name, PLAIN, span);
    }

    /// An attribute whose text differs from what stands at its place.
    pub(super) fn made_attribute(&mut self, name: u32, text: &str, escapes: &[(u32, u32)], span: Span) {
        let aside = self.made_text(text, escapes);
        self.push_attribute(name, aside, span);
    }

    fn push_attribute(&mut self, name: u32, aside: u32, span: Span) {
        let Span { source: file, start, end: stop } = span;
        self.attributes.push(Said { name, aside, start, stop, file });
    }

    /// The names of the attributes of the element that was begun last.
    pub(super) fn names_said(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        self.attributes[self.nodes[at as usize].attributes as usize..].iter().map(|said| said.name)
    }

    /// A text that is what stands at its place.
    pub(super) fn plain_text(&mut self, span: Span) {
        self.push_text(PLAIN, span);
    }

    /// A text that differs from what stands at its place.
    pub(super) fn escaped_text(&mut self, text: &str, escapes: &[(u32, u32)], span: Span) {
        let aside = self.made_text(text, escapes);
        self.push_text(aside, span);
    }

    fn push_text(&mut self, aside: u32, span: Span) {
        let (end, attributes) = (self.nodes.len() as u32 + 1, self.attributes.len() as u32);
        let Span { source: file, start, end: stop } = span;
        self.nodes.push(Node { name: aside, end, attributes, start, stop, file });
    }

    fn made_text(&mut self, text: &str, escapes: &[(u32, u32)]) -> u32 {
        let place = (self.escapes.len() as u32, (self.escapes.len() + escapes.len()) as u32);
        self.escapes.extend_from_slice(escapes);
        let Lies { from, to } = self.make(text);
        self.set_aside(Aside { from, to, escapes: place })
    }

    /// The root element.
    pub fn root(&self) -> Option<Tag<'_>> {
        (!self.nodes.is_empty()).then(|| self.tag(0))
    }

    fn tag(&self, at: u32) -> Tag<'_> {
        Tag { document: self, at, name: &self.names[self.name_at(at) as usize], span: self.span_at(at) }
    }

    fn passage(&self, aside: u32, span: Span) -> (Passage<'_>, Lies) {
        let (lies, escapes): (_, &[_]) = match aside {
            PLAIN => (Lies { from: span.start, to: span.end }, &[]),
            _ => {
                let Aside { from, to, escapes } = self.aside[(aside & !TEXT) as usize];
                (Lies { from, to }, &self.escapes[escapes.0 as usize..escapes.1 as usize])
            }
        };
        (Passage { text: slice(&self.source, &self.made, lies), span, escapes }, lies)
    }

    /// The texts, without the document.
    pub fn into_store(mut self) -> Store {
        self.made.shrink_to_fit();
        Store { source: self.source, made: self.made }
    }
}

impl<'a> Tag<'a> {
    fn node(&self) -> &'a Node {
        &self.document.nodes[self.at as usize]
    }

    /// The attributes, in order. Namespace declarations are none, but for those at the root.
    pub fn attributes(self) -> impl Iterator<Item = TagAttribute<'a>> {
        let document = self.document;
        self.said().iter().map(move |said| document.attribute(said))
    }

    fn said(&self) -> &'a [Said] {
        let (from, nodes) = (self.node().attributes as usize, &self.document.nodes);
        let to = nodes
            .get(self.at as usize + 1)
            .map_or(self.document.attributes.len(), |next| next.attributes as usize);
        &self.document.attributes[from..to]
    }

    /// An attribute without a namespace.
    pub fn attribute(self, local: &str) -> Option<Passage<'a>> {
        self.attribute_in(&Namespace::None, local)
    }

    /// An attribute of a namespace.
    pub fn attribute_in(self, namespace: &Namespace, local: &str) -> Option<Passage<'a>> {
        self.attribute_lies(namespace, local).map(|(value, _)| value)
    }

    /// The same, and where its text lies.
    pub fn attribute_lies(self, namespace: &Namespace, local: &str) -> Option<(Passage<'a>, Lies)> {
        let document = self.document;
        let is = |said: &&Said| {
            let name = &document.names[said.name as usize];
            *name.local == *local && name.namespace == *namespace
        };
        self.said().iter().find(is).map(|said| document.passage(said.aside, said.span()))
    }

    /// What it holds, in order.
    pub fn content(self) -> impl Iterator<Item = Inside<'a>> {
        let (document, end) = (self.document, self.node().end);
        let mut next = self.at + 1;
        std::iter::from_fn(move || {
            let at = (next < end).then_some(next)?;
            let node = &document.nodes[at as usize];
            next = node.end;
            Some(if node.name & TEXT == 0 {
                Inside::Element(document.tag(at))
            } else {
                let span = Span { source: node.file, start: node.start, end: node.stop };
                let (passage, lies) = document.passage(node.name, span);
                Inside::Text(passage, lies)
            })
        })
    }

    /// The elements straight inside.
    pub fn elements(self) -> impl Iterator<Item = Tag<'a>> {
        let (document, end) = (self.document, self.node().end);
        let mut next = self.at + 1;
        std::iter::from_fn(move || {
            while next < end {
                let at = next;
                let node = &document.nodes[at as usize];
                next = node.end;
                if node.name & TEXT == 0 {
                    return Some(document.tag(at));
                }
            }
            None
        })
    }

    /// The first element inside of that name, whatever its namespace.
    pub fn named(self, local: &str) -> Option<Tag<'a>> {
        self.elements().find(|element| &*element.name.local == local)
    }

    /// Is there nothing in it?
    pub fn is_empty(self) -> bool {
        self.node().end == self.at + 1
    }

    /// Has it attributes?
    pub fn has_attributes(self) -> bool {
        !self.said().is_empty()
    }

    /// Is it that one, and no other that is like it?
    pub fn is(self, other: Tag<'_>) -> bool {
        std::ptr::eq(self.document, other.document) && self.at == other.at
    }

    /// All text inside, at any depth, joined.
    pub fn text(self) -> Cow<'a, str> {
        let nodes = &self.document.nodes[self.at as usize + 1..self.node().end as usize];
        let mut texts = nodes.iter().filter(|node| node.name & TEXT != 0).map(|node| {
            let span = Span { source: node.file, start: node.start, end: node.stop };
            self.document.passage(node.name, span).0.text
        });
        let first = texts.next().unwrap_or_default();
        let mut rest = texts.peekable();
        match rest.peek() {
            None => Cow::Borrowed(first),
            Some(_) => Cow::Owned(std::iter::once(first).chain(rest).collect()),
        }
    }

    /// The same as an element of its own.
    pub fn to_element(self) -> Element {
        let own = |passage: Passage<'_>, lies: Lies| Written {
            text: match lies.from & MADE {
                0 => Excerpt::new(&self.document.source, lies.from as usize..lies.to as usize),
                _ => passage.text.into(),
            },
            span: passage.span,
            escapes: passage.escapes.into(),
        };
        let attributes = self.said().iter().map(|said| {
            let (passage, lies) = self.document.passage(said.aside, said.span());
            Attribute { name: self.document.names[said.name as usize].clone(), value: own(passage, lies) }
        });
        let content = self.content().map(|content| match content {
            Inside::Element(child) => Content::Element(child.to_element()),
            Inside::Text(passage, lies) => Content::Text(own(passage, lies)),
        });
        Element {
            name: self.name.clone(),
            attributes: attributes.collect(),
            content: content.collect(),
            span: self.span,
        }
    }
}

impl Document {
    fn attribute(&self, said: &Said) -> TagAttribute<'_> {
        let (value, _) = self.passage(said.aside, said.span());
        TagAttribute { name: &self.names[said.name as usize], value }
    }

    /// The declaration of a prefix at the root, as an attribute: its text is the URI, its place the root's tag.
    pub(super) fn declare(&mut self, name: u32, (from, to): (u32, u32), span: Span) {
        let aside = self.set_aside(Aside { from, to, escapes: (0, 0) });
        self.push_attribute(name, aside, span);
    }
}

impl Said {
    fn span(&self) -> Span {
        Span { source: self.file, start: self.start, end: self.stop }
    }
}

impl std::fmt::Debug for Tag<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}> at {:?}", self.name.written(), self.span)
    }
}
