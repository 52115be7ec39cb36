//! The nodes of a primary instance by their names, and which of them repeat.

use super::ByName;
use crate::xml::{Content, Element, Name, Namespace};

/// What a form's names stand for.
pub(super) struct Nodes {
    root: String,
    by_name: ByName,
    repeats: Vec<String>,
}

impl Nodes {
    /// The nodes of an `h:html`.
    pub fn of(form: &Element) -> Nodes {
        let mut nodes = Nodes { root: String::new(), by_name: ByName::new(), repeats: Vec::new() };
        if let Some(primary) = primary(form) {
            nodes.root = format!("/{}", primary.name.written());
            let root = nodes.root.clone();
            nodes.add(primary, &root);
        }
        gather_repeats(form, &mut nodes.repeats);
        nodes
    }

    fn add(&mut self, parent: &Element, path: &str) {
        for child in parent.elements() {
            let local = &*child.name.local;
            // What metadata holds is no question.
            if local == "meta" {
                continue;
            }
            let inner = format!("{path}/{}", child.name.written());
            let known = self.by_name.entry(local.to_owned()).or_default();
            if !known.contains(&inner) {
                known.push(inner.clone());
            }
            self.add(child, &inner);
        }
    }

    /// `/data`
    pub fn root_path(&self) -> String {
        self.root.clone()
    }

    /// The node of that name that shares most of its way with `context`.
    pub fn nearest(&self, name: &str, context: &str) -> Option<&str> {
        let shared = |path: &str| path.split('/').zip(context.split('/')).take_while(|(a, b)| a == b).count();
        let candidates = self.by_name.get(name)?;
        // Of equals the first.
        candidates.iter().rev().max_by_key(|path| shared(path)).map(String::as_str)
    }

    /// Do both lie in one repeat, and neither is it?
    pub fn share_a_repeat(&self, a: &str, b: &str) -> bool {
        let inside =
            |path: &str, repeat: &str| path.strip_prefix(repeat).is_some_and(|rest| rest.starts_with('/'));
        self.repeats.iter().any(|repeat| inside(a, repeat) && inside(b, repeat))
    }
}

/// The first element of the first instance.
fn primary(form: &Element) -> Option<&Element> {
    let head = form.elements().find(|element| &*element.name.local == "head")?;
    let model = head.elements().find(|element| &*element.name.local == "model")?;
    let instance = model.elements().find(|element| &*element.name.local == "instance")?;
    instance.elements().next()
}

fn gather_repeats(element: &Element, into: &mut Vec<String>) {
    if element.name.is("repeat")
        && let Some(nodeset) = element.attribute("nodeset")
    {
        into.push(nodeset.text.trim().to_owned());
    }
    element.elements().for_each(|child| gather_repeats(child, into));
}

/// Takes the reference to the itext, which only Doorstep reads, off the title.
pub(super) fn plain_title(form: &mut Element) {
    let title = Name::new(Namespace::Html, "title");
    for content in &mut form.content {
        let Content::Element(head) = content else { continue };
        for content in &mut head.content {
            if let Content::Element(element) = content
                && element.name == title
            {
                element.attributes.clear();
            }
        }
    }
}
