//! `${name}` to the path that other readers of XForms need in its place, as pyxform writes it.
//!
//! Within a repeat that both share the path is relative to the node that it stands on, else it is absolute; in a predicate
//! it starts at `current()`. A name that does not exist is left as it is: whoever compiles the form has said so.

use std::collections::HashMap;

use super::references::references;
use crate::source::{Composer, Written};
use crate::xml::{Attribute, Content, Element, Namespace};

mod counts;
mod nodes;
mod places;

use nodes::Nodes;
use places::{Place, place_of};

/// The same XForm without any `${name}`, and without what only Doorstep reads in the title.
pub(crate) fn spell_out(root: &Element) -> Element {
    let mut whole = root.clone();
    counts::to_nodes(&mut whole);
    let nodes = Nodes::of(&whole);
    let mut form = element(&whole, &nodes, &nodes.root_path());
    nodes::plain_title(&mut form);
    form
}

/// An element on which names are seen from `context`, a path as `/data/household/name`.
fn element(element_: &Element, nodes: &Nodes, context: &str) -> Element {
    let own = nodes.context_of(element_).unwrap_or_else(|| context.to_owned());
    let attributes = element_.attributes.iter().map(|attribute| Attribute {
        name: attribute.name.clone(),
        value: spelled(&attribute.value, nodes, &own),
    });
    let content = element_.content.iter().map(|content| match content {
        Content::Element(child) => Content::Element(element(child, nodes, &own)),
        Content::Text(text) => Content::Text(text.clone()),
    });
    Element {
        name: element_.name.clone(),
        attributes: attributes.collect(),
        content: content.collect(),
        span: element_.span,
    }
}

/// An expression with paths for names.
fn spelled(written: &Written, nodes: &Nodes, context: &str) -> Written {
    let text = &*written.text;
    if !text.contains("${") {
        return written.clone();
    }
    let mut composer = Composer::new(written.span);
    let mut at = 0;
    for reference in references(text) {
        let place = place_of(text, reference.span.start);
        if place == Place::Quoted {
            if let Some(target) =
                named_in_quotes(text, &reference.span).and_then(|()| nodes.nearest(reference.name, context))
            {
                composer.author_part(written, at..reference.span.start);
                composer.at(target, written.part(reference.span.clone()).start);
                at = reference.span.end;
            }
            continue;
        }
        let Some(path) = path(reference.name, reference.last_saved, &place, nodes, context) else { continue };
        composer.author_part(written, at..reference.span.start);
        if text[..reference.span.start].ends_with(continues_name) {
            composer.own(" ");
        }
        composer.at(&path, written.part(reference.span.clone()).start);
        if text[reference.span.end..].starts_with(continues_name) {
            composer.own(" ");
        }
        at = reference.span.end;
    }
    composer.author_part(written, at..text.len());
    composer.done()
}

/// Is it the question that `jr:choice-name` takes by its path in quotes?
fn named_in_quotes(text: &str, reference: &std::ops::Range<usize>) -> Option<()> {
    let before =
        text[..reference.start].trim_end().strip_suffix(['\'', '"'])?.trim_end().strip_suffix(',')?;
    let call = &before[before.rfind("choice-name(")?..];
    let depth = call.matches('(').count().checked_sub(call.matches(')').count())?;
    (depth == 1 && text[reference.end..].trim_start().starts_with(['\'', '"'])).then_some(())
}

/// Would it be taken for a part of the path beside it?
fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

fn path(name: &str, last_saved: bool, place: &Place, nodes: &Nodes, context: &str) -> Option<String> {
    let target = nodes.nearest(name, context)?;
    if last_saved {
        return Some(format!("instance('__last-saved'){target}"));
    }
    let whole = *place == Place::Indexed || !nodes.share_a_repeat(context, target);
    if whole {
        return Some(target.to_owned());
    }
    let relative = relative(context, target);
    Some(match place {
        Place::Predicate => format!("current()/{relative}"),
        _ => relative,
    })
}

/// From a node to another, by the closest node around both.
fn relative(context: &str, target: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (context.split('/').collect(), target.split('/').collect());
    let around = (from.len() - 1).min(to.len() - 1);
    let shared = (0..around).take_while(|at| from[*at] == to[*at]).count();
    let mut path = "../".repeat(from.len() - shared);
    path.push_str(&to[shared..].join("/"));
    path
}

/// Does an element set what names are seen from?
fn sets_context(element: &Element) -> Option<&Written> {
    let local = &*element.name.local;
    match local {
        "bind" | "repeat" => element.attribute("nodeset"),
        "itemset" | "output" | "value" | "label" | "item" => None,
        _ => element.attribute("ref").filter(|reference| reference.text.starts_with('/')),
    }
}

/// The node whose words an itext entry holds: `/data/age` of `/data/age:hint`.
fn of_text(element: &Element) -> Option<&str> {
    let is_text = element.name.namespace == Namespace::XForms && &*element.name.local == "text";
    let id = element.attribute("id").filter(|_| is_text)?;
    match id.text.starts_with('/') {
        true => id.text.split(':').next(),
        false => None,
    }
}

impl Nodes {
    /// What names in an element are seen from, where it says so itself.
    fn context_of(&self, element: &Element) -> Option<String> {
        let path = sets_context(element).map(|written| &*written.text).or(of_text(element))?;
        Some(path.trim().to_owned())
    }
}

/// By name, every path.
type ByName = HashMap<String, Vec<String>>;

#[cfg(test)]
mod tests {
    use super::super::lower::tests::workbook;
    use super::super::read;
    use super::spell_out;
    use crate::diagnostic::Diagnostics;
    use crate::source::{Bundle, Source};
    use crate::xml::write;

    #[test]
    fn a_count_that_is_no_path_becomes_a_node() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "repeat", "name": "r", "label": "R", "repeat_count": "${n} + 1", "children": [
                {"type": "repeat", "name": "s", "label": "S", "repeat_count": "${k} * 2", "children": [
                    {"type": "text", "name": "t", "label": "T"}
                ]},
                {"type": "integer", "name": "k", "label": "K"}
            ]}
        ]}"#;
        let bundle = Bundle::single(Source::new("form.json", text));
        let form = read(&bundle, &mut Diagnostics::default()).unwrap();
        let text: String = write(&spell_out(&form)).lines().map(str::trim).collect();
        for part in [
            "<r_count/><r jr:template=\"\"><s_count/><s jr:template=\"\">",
            "<bind nodeset=\"/f/r_count\" type=\"string\" readonly=\"true()\" calculate=\"/f/n + 1\"/>",
            "<bind nodeset=\"/f/r/s_count\" type=\"string\" readonly=\"true()\" calculate=\"../k * 2\"/>",
            "jr:count=\"/f/r_count\"",
        ] {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
    }

    #[test]
    fn names_become_the_paths_that_others_read() {
        let bundle = workbook(&[
            (
                "survey",
                "type | name | label | relevant | calculation | repeat_count | choice_filter
                 integer | top | Top | | | |
                 begin repeat | r | R ${top} | ${a} = 1 | | |
                 integer | a | A ${top} | | | |
                 begin group | g | G ${a} | ${b} = 1 | | |
                 integer | b | B | | | |
                 begin repeat | s | S | ${c} = ${a} | | ${a} |
                 integer | c | C ${a} ${b} | | | |
                 calculate | d | | | count(${s}) + count(${r}) + ${c}-1 | |
                 calculate | d2 | | | instance('l')/root/item[name = ${c} and x = ${top}]/x | |
                 select_one l | sel | Sel | | | | x = ${c}
                 end repeat | | | | | |
                 end group | | | | | |
                 end repeat | | | | | |
                 calculate | f | | | sum(${c}) + indexed-repeat(${a}, ${r}, 1) | |
                 calculate | was | | | ${last-saved#top} + string-length('${top}') | |",
            ),
            ("choices", "list_name | name | label | x\n l | x | X | 1"),
        ]);
        let mut found = Diagnostics::default();
        let form = read(&bundle, &mut found).unwrap();
        assert!(!found.has_errors(), "{:?}", found.into_sorted());
        let text = write(&spell_out(&form));
        for part in [
            "<bind nodeset=\"/data/r\" relevant=\"/data/r/a = 1\"/>",
            "<bind nodeset=\"/data/r/g\" relevant=\"../g/b = 1\"/>",
            "relevant=\"../s/c = ../../a\"",
            "jr:count=\"../../a\"",
            "<label>C <output value=\"../../../a\"/> <output value=\"../../b\"/></label>",
            "calculate=\"count(../../s) + count(/data/r) + ../c -1\"",
            "item[name = current()/../c and x = /data/top]/x",
            "item[x = current()/../c]",
            "sum(/data/r/g/s/c) + indexed-repeat(/data/r/a, /data/r, 1)",
            "instance('__last-saved')/data/top + string-length('${top}')",
        ] {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
    }
}
