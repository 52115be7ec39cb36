//! XForms: a model with groups and repeats, binds with all that they can say, a body over it. Most of them are forms.

use std::fmt::Write;

use crate::dice::Dice;
use crate::expressions::{expression, path};

/// What an XForm is made of, for mutations.
pub const WORDS: [&str; 40] = [
    "<",
    ">",
    "/>",
    "</",
    "<bind nodeset=\"/data\"/>",
    "<input ref=\"/data/g\"/>",
    "<repeat nodeset=\"/data/r\">",
    "</repeat>",
    "<group>",
    "</group>",
    "<itemset nodeset=\"/data/r\"><value ref=\"a\"/><label ref=\"b\"/></itemset>",
    "nodeset=\"",
    "ref=\"",
    "calculate=\"",
    "relevant=\"false()\"",
    "jr:count=\"1e18\"",
    "jr:preload=\"uid\"",
    "jr:template=\"\"",
    "type=\"int\"",
    "type=\"geoshape\"",
    "<setvalue event=\"odk-instance-first-load\" ref=\"/data\"/>",
    "<output value=\".\"/>",
    "jr:itext('a')",
    "<value>",
    "</value>",
    "&amp;",
    "&#0;",
    "&b;",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "xmlns=\"\"",
    "xmlns:jr=\"x\"",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml version=\"1.0\" encoding=\"latin1\"?>",
    "/data",
    "..",
    "current()",
    "'",
];

const TYPES: [&str; 16] = [
    "string",
    "int",
    "decimal",
    "boolean",
    "date",
    "time",
    "dateTime",
    "geopoint",
    "geotrace",
    "geoshape",
    "binary",
    "barcode",
    "odk:rank",
    "select1",
    "select",
    "xsd:integer",
];

struct Node {
    path: String,
    name: String,
    kind: Kind,
    inside: Vec<Node>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Leaf,
    Group,
    Repeat,
}

/// An XForm.
pub fn xform(dice: &mut Dice<'_>) -> String {
    let mut count = 0;
    let nodes = nodes(dice, "/data", 0, &mut count);
    let mut names = Vec::new();
    gather(&nodes, &mut names);
    let (mut instance, mut binds, mut body) = (String::new(), String::new(), String::new());
    for node in &nodes {
        write_instance(dice, node, &mut instance);
        // A choice filter that asks for its own question is a cycle.
        let known: Vec<String> = names.iter().filter(|_| !dice.once_in(2)).cloned().collect();
        write_body(dice, node, &known, &mut body);
    }
    for (place, name) in names.iter().enumerate() {
        // What comes before it makes no cycle; now and then anything goes.
        let known = if dice.once_in(12) { &names[..] } else { &names[..place] };
        write_bind(dice, name, known, &mut binds);
    }
    let actions: String = (0..dice.below(3)).map(|_| setvalue(dice, &names)).collect();
    let items: String = (0..dice.below(6))
        .map(|n| {
            format!(
                "<item x=\"{n}\"><name>{}</name><label>{n}</label></item>",
                dice.of(&["a", "b", "1", "", "a b"])
            )
        })
        .collect();
    format!(
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
         xmlns:jr=\"http://openrosa.org/javarosa\" xmlns:odk=\"http://www.opendatakit.org/xforms\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><h:head><h:title>t</h:title><model>\
         <itext><translation lang=\"zh\"><text id=\"a\"><value>a <output value=\"{}\"/></value></text></translation></itext>\
         <instance><data id=\"data\" version=\"1\">{instance}<meta><instanceID/></meta></data></instance>\
         <instance id=\"list\"><root>{items}</root></instance>{binds}{actions}</model></h:head><h:body>{body}</h:body></h:html>",
        escaped(&path(dice, &names)),
    )
}

fn nodes(dice: &mut Dice<'_>, parent: &str, depth: usize, count: &mut usize) -> Vec<Node> {
    let mut made = Vec::new();
    for _ in 0..1 + dice.below(4) {
        *count += 1;
        let kind = match dice.below(if depth < 3 && *count < 14 { 8 } else { 1 }) {
            6 => Kind::Group,
            7 => Kind::Repeat,
            _ => Kind::Leaf,
        };
        let name = match kind {
            Kind::Leaf => format!("q{count}"),
            Kind::Group => format!("g{count}"),
            Kind::Repeat => format!("r{count}"),
        };
        let path = format!("{parent}/{name}");
        let inside = if kind == Kind::Leaf { Vec::new() } else { nodes(dice, &path, depth + 1, count) };
        made.push(Node { path, name, kind, inside });
    }
    made
}

fn gather(nodes: &[Node], names: &mut Vec<String>) {
    for node in nodes {
        names.push(node.path.clone());
        gather(&node.inside, names);
    }
}

fn write_instance(dice: &mut Dice<'_>, node: &Node, out: &mut String) {
    let times = if node.kind == Kind::Repeat { dice.below(3).max(1) } else { 1 };
    for _ in 0..times {
        let template = if node.kind == Kind::Repeat && dice.once_in(4) { " jr:template=\"\"" } else { "" };
        let _ = write!(out, "<{}{template}>", node.name);
        if node.kind == Kind::Leaf {
            out.push_str(dice.of(&["", "", "1", "a", "2026-01-01", " x "]));
        }
        for inner in &node.inside {
            write_instance(dice, inner, out);
        }
        let _ = write!(out, "</{}>", node.name);
    }
}

fn write_bind(dice: &mut Dice<'_>, name: &str, names: &[String], out: &mut String) {
    if dice.once_in(3) {
        return;
    }
    let _ = write!(out, "<bind nodeset=\"{name}\" type=\"{}\"", dice.of(&TYPES));
    for attribute in ["relevant", "required", "readonly", "constraint", "calculate"] {
        if dice.once_in(5) {
            let depth = dice.below(3);
            let _ = write!(out, " {attribute}=\"{}\"", escaped(&expression(dice, names, depth)));
        }
    }
    out.push_str("/>");
}

fn setvalue(dice: &mut Dice<'_>, names: &[String]) -> String {
    let event =
        dice.of(&["odk-instance-first-load", "odk-instance-load", "odk-new-repeat", "xforms-value-changed"]);
    let target = names.get(dice.below(names.len())).map_or("/data", String::as_str);
    let value = escaped(&expression(dice, names, 1));
    format!("<setvalue event=\"{event}\" ref=\"{target}\" value=\"{value}\"/>")
}

fn write_body(dice: &mut Dice<'_>, node: &Node, names: &[String], out: &mut String) {
    if dice.once_in(12) {
        return;
    }
    let label = match dice.below(4) {
        0 => "<label ref=\"jr:itext('a')\"/>".to_owned(),
        1 => format!("<label>l <output value=\"{}\"/></label>", escaped(&path(dice, names))),
        _ => "<label>l</label>".to_owned(),
    };
    match node.kind {
        Kind::Group => {
            let _ = write!(out, "<group ref=\"{}\">{label}", node.path);
        }
        Kind::Repeat => {
            let _ = write!(out, "<group ref=\"{}\">{label}<repeat nodeset=\"{0}\"", node.path);
            match dice.below(6) {
                0 => {
                    let depth = dice.below(2);
                    let _ = write!(out, " jr:count=\"{}\"", escaped(&expression(dice, names, depth)));
                }
                1 => out.push_str(" jr:noAddRemove=\"true()\""),
                _ => {}
            }
            out.push('>');
        }
        Kind::Leaf => {
            let tag =
                dice.of(&["input", "input", "select1", "select", "odk:rank", "range", "trigger", "upload"]);
            let _ = write!(out, "<{tag} ref=\"{}\">{label}", node.path);
            if matches!(tag, "select1" | "select" | "odk:rank") {
                match dice.below(4) {
                    0 => out.push_str("<item><label>a</label><value>a</value></item><item><label>b</label><value>b</value></item>"),
                    1 => {
                        let nodeset = escaped(&path(dice, names));
                        let _ = write!(out, "<itemset nodeset=\"{nodeset}\"><value ref=\".\"/><label ref=\".\"/></itemset>");
                    }
                    _ => {
                        let predicate = escaped(&expression(dice, names, 1));
                        let _ = write!(
                            out,
                            "<itemset nodeset=\"instance('list')/root/item[{predicate}]\"><value ref=\"name\"/><label ref=\"label\"/></itemset>"
                        );
                    }
                }
            }
            if dice.once_in(10) {
                out.push_str(&setvalue(dice, names));
            }
            let _ = write!(out, "</{tag}>");
        }
    }
    for inner in &node.inside {
        write_body(dice, inner, names, out);
    }
    out.push_str(match node.kind {
        Kind::Leaf => "",
        Kind::Group => "</group>",
        Kind::Repeat => "</repeat></group>",
    });
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
