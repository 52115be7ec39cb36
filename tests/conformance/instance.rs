//! Instances as XML, compared as the corpora say: prefixes and the order of attributes are free, blanks between elements too.

use roxmltree::{Document, Node};

use crate::expected::text_fits;

/// The first difference, if any. `*` in the expected text stands for anything.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    let wanted = match Document::parse(expected) {
        Ok(wanted) => wanted,
        Err(error) => return Some(format!("the expected XML is none: {error}")),
    };
    match Document::parse(actual) {
        Ok(came) => elements(wanted.root_element(), came.root_element(), ""),
        Err(error) => Some(format!("the instance is no XML: {error}: {actual}")),
    }
}

fn elements(expected: Node, actual: Node, parent: &str) -> Option<String> {
    let path = format!("{parent}/{}", expected.tag_name().name());
    if expected.tag_name() != actual.tag_name() {
        return Some(format!("{path} expected, came {:?}", actual.tag_name()));
    }
    let attributes = |node: Node| {
        let each = node
            .attributes()
            .map(|a| (a.namespace().map(str::to_owned), a.name().to_owned(), a.value().to_owned()));
        let mut all: Vec<_> = each.collect();
        all.sort();
        all
    };
    let (wanted, came) = (attributes(expected), attributes(actual));
    let same = wanted.len() == came.len()
        && wanted.iter().zip(&came).all(|(a, b)| a.0 == b.0 && a.1 == b.1 && text_fits(&a.2, &b.2));
    if !same {
        return Some(format!("{path}: attributes expected {wanted:?}, came {came:?}"));
    }
    let children = |node: Node| node.children().filter(Node::is_element).count();
    if children(expected) != children(actual) {
        let (wanted, came) = (children(expected), children(actual));
        return Some(format!("{path}: {wanted} elements expected, came {came}"));
    }
    if children(expected) == 0 {
        let text = |node: Node| node.text().unwrap_or_default().to_owned();
        let (wanted, came) = (text(expected), text(actual));
        return (!text_fits(&wanted, &came)).then(|| format!("{path}: expected {wanted:?}, came {came:?}"));
    }
    let pairs = expected.children().filter(Node::is_element).zip(actual.children().filter(Node::is_element));
    pairs.filter_map(|(a, b)| elements(a, b, &path)).next()
}
