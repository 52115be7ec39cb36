//! The primary instance: one node for each row, with its first value, and the metadata at its end.

use super::super::rows::{Group, Item, ItemKind, Syntax};
use super::super::starts;
use super::{Lowering, settings};
use crate::source::Written;
use crate::xml::{Attribute, Content, Element, Name, Namespace};

impl Lowering<'_> {
    /// The form's node, still empty.
    pub(super) fn root(&self) -> Element {
        settings::root(self.form, &self.root, &self.namespaces)
    }

    /// An item's node with its attributes and first value.
    pub(super) fn node(&self, item: &Item, value: Option<&Written>) -> Element {
        let mut node = Element::new(Name::xforms(item.name.text.to_arc()), super::place(item));
        for cell in &item.row.cells {
            if cell.column.group == Group::Instance && !cell.column.name.is_empty() {
                node = node.with(self.qualified(&cell.column.name), cell.words.clone());
            }
        }
        if let Some(value) = value {
            let image = item.row.plain("type").is_some_and(|said| matches!(&*said.text, "image" | "photo"));
            match image && !value.text.contains("://") {
                true => {
                    let mut address = crate::source::Composer::new(value.span);
                    address.own("jr://images/");
                    address.author(value);
                    node.push_text(address.done());
                }
                false => node.push_text(value.clone()),
            }
        }
        node
    }

    /// The metadata: what the device logs, entities, the instance's id and name.
    pub(super) fn meta(&mut self, data: &mut Element) {
        let place = self.form.settings.place;
        let path = format!("/{}/meta", self.root.text);
        let mut meta = Element::new(Name::xforms("meta"), place);
        let mut audits = Vec::new();
        Item::walk(&self.form.items, &mut |item, _| {
            if super::is_meta(item) {
                audits.push(item);
            }
        });
        for audit in audits {
            meta.push(self.node(audit, None));
            self.bind(audit, &format!("{path}/audit"));
            self.label(audit, &format!("{path}/audit"));
        }
        let top = format!("/{}", self.root.text);
        self.entity_of(&top, &mut meta);
        let asked_for = match self.form.syntax {
            Syntax::Sheets => !self.form.setting_is("omit_instanceid", true),
            Syntax::Json => self.form.has_setting("instance_id"),
        };
        if asked_for {
            meta.push(Element::new(Name::xforms("instanceID"), place));
            let bind = Element::new(Name::xforms("bind"), place)
                .with_text(Name::plain("nodeset"), &format!("{path}/instanceID"))
                .with_text(Name::plain("type"), "string")
                .with_text(Name::plain("readonly"), "true()");
            let said = self.form.settings.plain("instance_id");
            self.model.push(match (said, self.form.syntax) {
                (Some(id), Syntax::Sheets) => {
                    bind.with(Name::new(Namespace::JavaRosa, "preload"), id.clone())
                }
                _ => bind.with_text(Name::new(Namespace::JavaRosa, "preload"), "uid"),
            });
        }
        if let Some(name) = self.form.settings.plain("instance_name") {
            meta.push(Element::new(Name::xforms("instanceName"), name.span));
            self.model.push(
                Element::new(Name::xforms("bind"), name.span)
                    .with_text(Name::plain("nodeset"), &format!("{path}/instanceName"))
                    .with_text(Name::plain("type"), "string")
                    .with(Name::plain("calculate"), name.clone()),
            );
        }
        if !meta.content.is_empty() {
            data.push(meta);
        }
    }
}

/// A repeat's node stands twice: as the template of new ones, and as the first, or as often as form JSON says.
///
/// A repeat straight inside a template is a template alone, except in form JSON, where a new instance has one of each
/// repeat inside if its row says nothing else; within a first one repeats are first ones alone.
pub(super) fn push_repeat(data: &mut Element, node: Element, item: &Item, syntax: Syntax) {
    // Further attributes are those of first ones.
    let mut template = Element::new(node.name.clone(), node.span);
    let mut children = node.content.iter();
    while let Some(content) = children.next() {
        template.content.push(content.clone());
        if is_template(content) && syntax == Syntax::Sheets {
            // Its first one follows it.
            children.next();
        }
    }
    let first = first_ones(&node);
    let times = match syntax {
        Syntax::Sheets => 1,
        Syntax::Json => {
            in_new(&mut template, &item.children);
            starts::of(&item.row).0
        }
    };
    template.attributes.push(Attribute {
        name: Name::new(Namespace::JavaRosa, "template"),
        value: Written::plain("", node.span),
    });
    data.push(template);
    for _ in 0..times {
        data.push(first.clone());
    }
}

/// As many of the repeats inside as a new instance starts with, each of them new as well.
fn in_new(template: &mut Element, items: &[Item]) {
    for item in items {
        let is_it = |content: &Content| matches!(content, Content::Element(child) if *child.name.local == *item.name.text);
        match item.kind {
            ItemKind::Repeat => {
                let (first, new) = starts::of(&item.row);
                let Some(at) =
                    template.content.iter().position(|content| is_it(content) && is_template(content))
                else {
                    continue;
                };
                if first == new {
                    continue;
                }
                template.content.retain(|content| !is_it(content) || is_template(content));
                if let Content::Element(inner) = &template.content[at] {
                    let mut inner = first_ones(inner);
                    inner
                        .attributes
                        .retain(|attribute| attribute.name != Name::new(Namespace::JavaRosa, "template"));
                    let copies = std::iter::repeat_n(Content::Element(inner), new);
                    template.content.splice(at + 1..at + 1, copies);
                }
            }
            ItemKind::Group => {
                let group = template.content.iter_mut().find_map(|content| match content {
                    Content::Element(child) if *child.name.local == *item.name.text => Some(child),
                    _ => None,
                });
                if let Some(group) = group {
                    in_new(group, &item.children);
                }
            }
            _ => {}
        }
    }
}

fn first_ones(node: &Element) -> Element {
    let mut copy = Element { content: Vec::new(), ..node.clone() };
    for content in node.content.iter().filter(|content| !is_template(content)) {
        copy.content.push(match content {
            Content::Element(child) => Content::Element(first_ones(child)),
            Content::Text(_) => content.clone(),
        });
    }
    copy
}

fn is_template(content: &Content) -> bool {
    matches!(content, Content::Element(child)
        if child.attribute_in(&Namespace::JavaRosa, "template").is_some())
}
