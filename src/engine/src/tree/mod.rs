//! An XML document as a flat arena in document order: secondary instances, choice lists, and documents that expressions are run on alone.
//!
//! All text lies in one buffer in document order, so that the string-value of any element is one slice of it (XPath 1.0 §5.2).
//! An element whose only child is text has no node for that text: [`Place::inline_text`] stands for it.

use std::cmp::Ordering;
use std::ops::Range;

mod build;
mod csv;
mod geojson;
mod index;
mod names;

use build::Builder;
pub(crate) use names::{NameId, Names, SpaceId};

use index::Indexes;

/// Which of the trees that an expression can reach.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct TreeId(pub u16);

/// What a node is (XPath 1.0 §5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    Document,
    Element,
    Attribute,
    Text,
    Comment,
    Instruction,
}

/// A node's place in its tree: its index, or that of the element whose inline text it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Place(u32);

const INLINE: u32 = 1 << 31;

impl Place {
    /// The document itself.
    pub const DOCUMENT: Place = Place(0);

    pub fn inline_text(self) -> Place {
        Place(self.0 | INLINE)
    }

    pub fn is_inline_text(self) -> bool {
        self.0 & INLINE != 0
    }

    /// Its place in document order.
    pub fn order(self) -> u32 {
        self.0 & !INLINE
    }

    /// The node that is stored; for an inline text its element.
    fn index(self) -> usize {
        (self.0 & !INLINE) as usize
    }
}

/// 24 bytes.
#[derive(Clone, Debug)]
struct Node {
    /// For an instruction its target.
    name: NameId,
    parent: u32,
    /// One past the last node under it, attributes included.
    end: u32,
    /// In [`Tree::text`], or in [`Tree::aside`] for attributes, comments and instructions.
    text: (u32, u32),
    sort: Sort,
    /// Its text child is not a node of its own.
    inline: bool,
    /// In [`Tree::prefixes`].
    prefix: u8,
}

/// A document.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    text: String,
    aside: String,
    prefixes: Vec<Box<str>>,
    indexes: Indexes,
}

impl Tree {
    fn node(&self, place: Place) -> &Node {
        &self.nodes[place.index()]
    }

    pub fn sort(&self, place: Place) -> Sort {
        if place.is_inline_text() { Sort::Text } else { self.node(place).sort }
    }

    /// [`NameId::NONE`] for what has no name.
    pub fn name(&self, place: Place) -> NameId {
        if place.is_inline_text() { NameId::NONE } else { self.node(place).name }
    }

    /// The prefix that the name was written with; empty for none.
    pub fn prefix(&self, place: Place) -> &str {
        match place.is_inline_text() {
            true => "",
            false => &self.prefixes[usize::from(self.node(place).prefix)],
        }
    }

    /// The string-value.
    pub fn value(&self, place: Place) -> &str {
        let node = self.node(place);
        let range = node.text.0 as usize..node.text.1 as usize;
        match node.sort {
            Sort::Attribute | Sort::Comment | Sort::Instruction => &self.aside[range],
            Sort::Document | Sort::Element | Sort::Text => &self.text[range],
        }
    }

    pub fn parent(&self, place: Place) -> Option<Place> {
        if place.is_inline_text() {
            return Some(Place(place.0 & !INLINE));
        }
        (place != Place::DOCUMENT).then(|| Place(self.node(place).parent))
    }

    /// The children, in order.
    pub fn children(&self, place: Place) -> Children<'_> {
        let within = if place.is_inline_text() { 0..0 } else { self.within(place) };
        let inline = (!place.is_inline_text() && self.node(place).inline).then(|| place.inline_text());
        Children { tree: self, next: within.start, end: within.end, inline }
    }

    /// Indices of what lies under a node, without its attributes.
    fn within(&self, place: Place) -> Range<u32> {
        let end = self.node(place).end;
        let mut start = place.0 + 1;
        while start < end && self.nodes[start as usize].sort == Sort::Attribute {
            start += 1;
        }
        start..end
    }

    /// The attributes, in the order in which they were written.
    pub fn attributes(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        let range = match place.is_inline_text() || self.node(place).sort != Sort::Element {
            true => 0..0,
            false => place.0 + 1..self.within(place).start,
        };
        range.map(Place)
    }

    /// The value of the attribute of that name.
    pub fn attribute(&self, place: Place, name: NameId) -> Option<&str> {
        self.attributes(place).find(|attribute| self.name(*attribute) == name).map(|found| self.value(found))
    }

    /// Everything under a node in document order, attributes left out.
    pub fn descendants(&self, place: Place) -> Descendants<'_> {
        let within = if place.is_inline_text() { 0..0 } else { self.within(place) };
        let inline = (!place.is_inline_text() && self.node(place).inline).then(|| place.inline_text());
        Descendants { tree: self, next: within.start, end: within.end, inline }
    }

    /// Everything after a node that is not under it, in document order, attributes left out.
    pub fn following(&self, place: Place) -> Descendants<'_> {
        // After an attribute comes what its element holds.
        let (next, inline) = match self.sort(place) {
            Sort::Attribute => {
                let element = Place(self.node(place).parent);
                let inline = self.node(element).inline.then(|| element.inline_text());
                (self.within(element).start, inline)
            }
            _ => (self.node(place).end, None),
        };
        Descendants { tree: self, next, end: self.nodes.len() as u32, inline }
    }

    /// Everything before a node that does not hold it, nearest first, attributes left out.
    pub fn preceding(&self, place: Place) -> Vec<Place> {
        let index = place.index() as u32;
        let mut found = Vec::new();
        for before in (1..index).rev() {
            let node = &self.nodes[before as usize];
            let holds_it = node.end > index;
            if node.sort == Sort::Attribute || holds_it {
                continue;
            }
            if node.inline {
                found.push(Place(before).inline_text());
            }
            found.push(Place(before));
        }
        found
    }

    /// Which of two nodes comes first.
    pub fn compare(&self, a: Place, b: Place) -> Ordering {
        self.order(a).cmp(&self.order(b))
    }

    /// An inline text comes after its element and that one's attributes.
    fn order(&self, place: Place) -> (u32, bool) {
        match place.is_inline_text() {
            true => (self.node(place).end - 1, true),
            false => (place.0, false),
        }
    }

    /// One past the last node under a node: what lies before it and not before the node lies in the node.
    pub fn end(&self, place: Place) -> u32 {
        self.node(place).end
    }

    /// The siblings after a node, in order.
    pub fn siblings_after(&self, place: Place) -> Children<'_> {
        let none = Children { tree: self, next: 0, end: 0, inline: None };
        // An attribute has no siblings (XPath 1.0 §2.2), and an inline text is alone.
        if place.is_inline_text() || place == Place::DOCUMENT || self.node(place).sort == Sort::Attribute {
            return none;
        }
        let node = self.node(place);
        Children { next: node.end, end: self.nodes[node.parent as usize].end, ..none }
    }

    /// The siblings before a node, nearest first.
    pub fn siblings_before(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        std::iter::successors(self.sibling_before(place), |place| self.sibling_before(*place))
    }

    fn sibling_before(&self, place: Place) -> Option<Place> {
        if place.is_inline_text() || place == Place::DOCUMENT || self.node(place).sort == Sort::Attribute {
            return None;
        }
        let parent = self.node(place).parent;
        // What ends just before it is the sibling, or lies in it.
        let mut before = place.0 - 1;
        while before != parent && self.nodes[before as usize].parent != parent {
            before = self.nodes[before as usize].parent;
        }
        let found = before != parent && self.nodes[before as usize].sort != Sort::Attribute;
        found.then_some(Place(before))
    }

    /// How many nodes are stored.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The children of `parent` named `item` that have a child named `child` whose string-value is `text`, in order.
    /// The index behind it is made when first asked for.
    pub fn rows_with(&self, parent: Place, item: NameId, child: NameId, text: &str) -> Vec<Place> {
        self.indexes.rows_with(self, (parent, item, child), text)
    }
}

/// The children of a node.
pub(crate) struct Children<'a> {
    tree: &'a Tree,
    next: u32,
    end: u32,
    inline: Option<Place>,
}

impl Iterator for Children<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        if let Some(text) = self.inline.take() {
            return Some(text);
        }
        let at = (self.next < self.end).then_some(self.next)?;
        self.next = self.tree.nodes[at as usize].end;
        Some(Place(at))
    }
}

/// Nodes one after another in document order.
pub(crate) struct Descendants<'a> {
    tree: &'a Tree,
    next: u32,
    end: u32,
    inline: Option<Place>,
}

impl Iterator for Descendants<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        if let Some(text) = self.inline.take() {
            return Some(text);
        }
        loop {
            let at = (self.next < self.end).then_some(self.next)?;
            self.next += 1;
            let node = &self.tree.nodes[at as usize];
            if node.sort == Sort::Attribute {
                continue;
            }
            if node.inline {
                // Its attributes come before its text in the arena, and are not had here.
                self.next = node.end;
                self.inline = Some(Place(at).inline_text());
            }
            return Some(Place(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Tree, Names) {
        let mut names = Names::default();
        let tree = Tree::read_xml(text, &mut names).unwrap();
        (tree, names)
    }

    fn shown(tree: &Tree, names: &Names, places: impl IntoIterator<Item = Place>) -> String {
        let one = |place: Place| match tree.sort(place) {
            Sort::Text => format!("'{}'", tree.value(place)),
            Sort::Attribute => format!("@{}", names.local(tree.name(place))),
            Sort::Comment => "<!>".into(),
            _ => names.local(tree.name(place)).to_owned(),
        };
        places.into_iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn text_alone_in_an_element_is_a_node_that_takes_no_room() {
        let (tree, names) = tree("<a x='1'><b y='2'>t</b><c>u<d/>v</c><!--w--></a>");
        assert_eq!(tree.len(), 10);
        let a = tree.children(Place::DOCUMENT).next().unwrap();
        assert_eq!(tree.value(a), "tuv");
        assert_eq!(shown(&tree, &names, tree.children(a)), "b c <!>");
        assert_eq!(shown(&tree, &names, tree.descendants(Place::DOCUMENT)), "a b 't' c 'u' d 'v' <!>");
        let b = tree.children(a).next().unwrap();
        let text = tree.children(b).next().unwrap();
        assert_eq!(tree.parent(text), Some(b));
        assert_eq!(shown(&tree, &names, tree.following(text)), "c 'u' d 'v' <!>");
        let y = tree.attributes(b).next().unwrap();
        assert_eq!(shown(&tree, &names, tree.following(y)), "'t' c 'u' d 'v' <!>");
        assert_eq!(tree.compare(y, text), Ordering::Less);
        let d = tree.descendants(Place::DOCUMENT).nth(5).unwrap();
        assert_eq!(shown(&tree, &names, tree.preceding(d)), "'u' 't' b");
    }

    #[test]
    fn rows_are_found_by_a_childs_text() {
        let (tree, names) = tree(
            "<root><item><name>a</name><k>1</k></item><item><name>b</name><k>2</k><k>1</k></item><item/></root>",
        );
        let root = tree.children(Place::DOCUMENT).next().unwrap();
        let name = |local: &str| names.find(SpaceId::NONE, local);
        let rows = tree.rows_with(root, name("item"), name("k"), "1");
        assert_eq!(
            shown(&tree, &names, rows.iter().map(|row| tree.children(*row).next().unwrap())),
            "name name"
        );
        assert_eq!(tree.rows_with(root, name("item"), name("k"), "2").len(), 1);
        assert!(tree.rows_with(root, name("item"), name("k"), "").is_empty());
    }
}
