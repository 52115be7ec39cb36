//! Elements to XML text: the namespaces in use declared once at the root, two spaces a level, text as it is.

use std::fmt::Write;

use super::{Attribute, Content, Element, Namespace};

/// Writes a document.
pub(crate) fn write(root: &Element) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut namespaces: Vec<Namespace> = Vec::new();
    gather(root, &mut namespaces);
    namespaces.extend(default_inside(root));
    let default =
        namespaces.last().filter(|last| last.prefix().is_empty()).map_or("", Namespace::uri).to_owned();
    element(root, &Scope { namespaces: &namespaces, default: &default }, 0, true, &mut out);
    out.push('\n');
    out
}

/// The namespace of what has no prefix in a root that has one: declared there, it need not be in each element.
fn default_inside(root: &Element) -> Option<Namespace> {
    if root.name.namespace.prefix().is_empty() {
        return None;
    }
    let own = |element: &Element| {
        let namespace = &element.name.namespace;
        (namespace.prefix().is_empty() && !namespace.uri().is_empty()).then(|| namespace.clone())
    };
    let inside = |element: &Element| element.elements().find_map(own);
    root.elements().find_map(own).or_else(|| root.elements().find_map(inside))
}

/// Writes an element without declaration or indentation.
pub(crate) fn write_compact(root: &Element) -> String {
    let mut out = String::new();
    let mut namespaces: Vec<Namespace> = Vec::new();
    gather(root, &mut namespaces);
    element(root, &Scope { namespaces: &namespaces, default: "" }, 0, false, &mut out);
    out
}

/// The namespaces in use, in the order of their first use. The one of a prefix that two share is the first.
fn gather(element: &Element, into: &mut Vec<Namespace>) {
    let mut note = |namespace: &Namespace| {
        // Those without a prefix are declared where they begin.
        let undeclared =
            !namespace.prefix().is_empty() && !matches!(namespace, Namespace::Xml | Namespace::Xmlns);
        if undeclared && !into.contains(namespace) {
            into.push(namespace.clone());
        }
    };
    note(&element.name.namespace);
    element.attributes.iter().for_each(|attribute| note(&attribute.name.namespace));
    element.elements().for_each(|child| gather(child, into));
}

/// What is declared around an element.
struct Scope<'a> {
    namespaces: &'a [Namespace],
    /// The namespace of names without a prefix.
    default: &'a str,
}

fn element(element_: &Element, scope: &Scope<'_>, depth: usize, indent: bool, out: &mut String) {
    if indent && depth > 0 {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
    let name = element_.name.written();
    out.push('<');
    out.push_str(&name);
    let namespace = &element_.name.namespace;
    let default = if namespace.prefix().is_empty() { namespace.uri() } else { scope.default };
    if default != scope.default {
        let _ = write!(out, " xmlns=\"{}\"", escaped(default, true));
    }
    for namespace in if depth == 0 { scope.namespaces } else { &[] } {
        let colon = if namespace.prefix().is_empty() { "" } else { ":" };
        let _ = write!(out, " xmlns{colon}{}=\"{}\"", namespace.prefix(), escaped(namespace.uri(), true));
    }
    let scope = &Scope { namespaces: scope.namespaces, default };
    let declared = |attribute: &&Attribute| {
        attribute.name.namespace == Namespace::Xmlns
            && scope.namespaces.iter().any(|namespace| namespace.prefix() == &*attribute.name.local)
    };
    for attribute in element_.attributes.iter().filter(|attribute| !declared(attribute)) {
        let _ = write!(out, " {}=\"{}\"", attribute.name.written(), escaped(&attribute.value.text, true));
    }
    if element_.content.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    // Where there is text, or an output that becomes one, white space counts: then nothing is added.
    let mixed = element_.content.iter().any(|content| match content {
        Content::Text(_) => true,
        Content::Element(child) => child.name.is("output"),
    });
    for content in &element_.content {
        match content {
            Content::Element(child) => element(child, scope, depth + 1, indent && !mixed, out),
            Content::Text(text) => out.push_str(&escaped(&text.text, false)),
        }
    }
    if indent && !mixed {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
    let _ = write!(out, "</{name}>");
}

fn escaped(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            // Not to be had in XML 1.0 at all (§2.2).
            '\u{0}'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.push('\u{FFFD}')
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    #[test]
    fn what_is_written_reads_the_same() {
        let text = "<h:html xmlns:h='http://www.w3.org/1999/xhtml' xmlns='http://www.w3.org/2002/xforms' xmlns:jr='http://openrosa.org/javarosa'><h:head><bind a='x &lt; \"y\"&#10;' jr:count='1'/></h:head><label>a <output value='b'/> &amp; c</label><hint><output value='b'/></hint></h:html>";
        let mut found = Diagnostics::default();
        let read = |text: &str, found: &mut Diagnostics| crate::xml::read(&Source::new("f", text), 0, found);
        let first = super::write(&read(text, &mut found).unwrap());
        let again = super::write(&read(&first, &mut found).unwrap());
        assert_eq!(first, again);
        assert!(first.contains("<label>a <output value=\"b\"/> &amp; c</label>"), "{first}");
        assert!(first.contains("<hint><output value=\"b\"/></hint>"), "{first}");
    }
}
