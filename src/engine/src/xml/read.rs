//! XML text to elements, within bounds: no external entities, no bombs, no deep nesting.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use roxmltree::{Document, NodeType, ParsingOptions};

use super::scan::scan;
use super::{Attribute, Content, Document as Arena, Element, Name, Namespace};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Excerpt, MAX_SOURCE_BYTES, Source, Span, Written};

/// How deep elements may nest: what walks them needs that much stack.
pub(super) const MAX_DEPTH: usize = 200;
/// How many bytes entities may come to, at most.
const MAX_RESOLVED: usize = 128 << 20;
/// How many attributes an element may have.
pub(super) const MAX_ATTRIBUTES: usize = 1_000;
/// How many nodes a document may have: a form of 50,000 choices has half a million.
const MAX_NODES: u32 = 4_000_000;

/// Reads a document's root element. What is wrong goes to `found`; then there is none.
pub(crate) fn read(source: &Source, index: u16, found: &mut Diagnostics) -> Option<Element> {
    read_document(source, index, found)?.root().map(|root| root.to_element())
}

/// Reads a document. What is wrong goes to `found`; then there is none.
pub(crate) fn read_document(source: &Source, index: u16, found: &mut Diagnostics) -> Option<Arena> {
    if source.text.len() > MAX_SOURCE_BYTES {
        let message = format!("this file is over {} MB", MAX_SOURCE_BYTES >> 20);
        found.push(Diagnostic::error("too-large", Span::top(index), message));
        return None;
    }
    scan(&source.text, index).or_else(|| {
        let root = read_all(source, index, found)?;
        Some(Arena::of(&root, &source.text))
    })
}

/// Reads whatever is XML, and says what is not.
fn read_all(source: &Source, index: u16, found: &mut Diagnostics) -> Option<Element> {
    let text = &source.text;
    let at = |start: usize, end: usize| Span { source: index, start: start as u32, end: end as u32 };
    if !entities_are_small(text) {
        let message = "the entities of this file make too much text";
        found.push(Diagnostic::error("too-large", Span::top(index), message));
        return None;
    }
    if let Some(start) = too_many_attributes(text) {
        let message = format!("an element has at most {MAX_ATTRIBUTES} attributes");
        found.push(Diagnostic::error("too-large", at(start, start + 1), message));
        return None;
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let start = byte_of(text, error.pos());
            let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
            let (code, message) = match error {
                roxmltree::Error::EntityReferenceLoop(_) => {
                    ("too-large", "the entities of this file refer to each other too often".to_owned())
                }
                roxmltree::Error::NodesLimitReached => {
                    ("too-large", format!("a form has at most {MAX_NODES} elements and texts"))
                }
                other => ("bad-xml", format!("this is no XML: {}", plain(&other))),
            };
            found.push(Diagnostic::error(code, at(start, end), message));
            return None;
        }
    };
    let mut names = Names::default();
    let root = document.root_element();
    let mut top = start_tag(root, text, index, &mut names);
    for declared in root.namespaces() {
        if let Some(prefix) = declared.name() {
            let value = Written::plain(declared.uri(), top.span);
            top.attributes.push(Attribute { name: Name::new(Namespace::Xmlns, prefix), value });
        }
    }
    let mut open: Vec<Element> = vec![top];
    let mut nodes = vec![root];
    // In document order: an element is closed when a node comes that is not in it.
    for node in root.descendants().skip(1) {
        while nodes.len() > 1 && nodes.last().copied() != node.parent() {
            nodes.pop();
            close(&mut open);
        }
        match node.node_type() {
            NodeType::Element => {
                if open.len() >= MAX_DEPTH {
                    let start = node.range().start;
                    let message = format!("elements nest deeper than {MAX_DEPTH}");
                    found.push(Diagnostic::error("too-deep", at(start, start + 1), message));
                    return None;
                }
                open.push(start_tag(node, text, index, &mut names));
                nodes.push(node);
            }
            NodeType::Text => {
                let range = node.range();
                let words = node.text().unwrap_or_default();
                let Some(parent) = open.last_mut().filter(|parent| !is_layout(words, parent)) else {
                    continue;
                };
                let span = at(range.start, range.end);
                parent.push_text(written(words, text, range, span));
            }
            NodeType::Root | NodeType::Comment | NodeType::PI => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop()
}

/// Line breaks and indentation between elements. Where words are shown, a blank between two outputs counts.
fn is_layout(text: &str, parent: &Element) -> bool {
    text.contains('\n')
        && text.trim_ascii().is_empty()
        && !matches!(&*parent.name.local, "label" | "hint" | "value" | "itemLabel" | "title")
}

/// May a text's entities be resolved? The parser stops at loops and at deep nesting, but a long entity that is named often
/// is neither.
pub(crate) fn entities_are_small(text: &str) -> bool {
    let Some(start) = text.find("<!ENTITY") else { return true };
    let end = text[start..].find("]>").map_or(text.len(), |end| start + end);
    let named = |part: &str| part.bytes().filter(|byte| *byte == b'&').count();
    // Within each other the parser follows at most 255.
    let within = named(&text[start..end]).clamp(1, 255);
    (end - start).saturating_mul(named(&text[end..])).saturating_mul(within) <= MAX_RESOLVED
}

/// Where an element begins that has more attributes than are read: the parser compares each with each.
pub(crate) fn too_many_attributes(text: &str) -> Option<usize> {
    let (mut start, mut count, mut quote) = (None, 0, None);
    for (at, byte) in text.bytes().enumerate() {
        match (start, quote, byte) {
            (None, _, b'<') => (start, count) = (Some(at), 0),
            (Some(_), Some(open), _) => quote = quote.filter(|_| byte != open),
            // `<!` and `<?` have no attributes, and quotes in them need not match.
            (Some(tag), None, b'!' | b'?') if at == tag + 1 => start = None,
            (Some(_), None, b'>') => start = None,
            (Some(tag), None, b'"' | b'\'') => {
                quote = Some(byte);
                count += 1;
                if count > MAX_ATTRIBUTES {
                    return Some(tag);
                }
            }
            _ => {}
        }
    }
    None
}

type Node<'a, 'i> = roxmltree::Node<'a, 'i>;

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(mut element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        // Most elements hold one text or a few elements, and there are many of them.
        element.content.shrink_to_fit();
        parent.content.push(Content::Element(element));
    }
}

fn start_tag<'a>(node: Node<'a, '_>, text: &'a Arc<str>, index: u16, names: &mut Names<'a>) -> Element {
    let range = node.range();
    let tag = &text[range.clone()];
    let end = range.start + tag.find('>').map_or(tag.len(), |at| at + 1);
    let span = Span { source: index, start: range.start as u32, end: end as u32 };
    let uri = node.tag_name().namespace().unwrap_or("");
    let name = names.get(uri, node.tag_name().name(), written_prefix(&tag[1..]));
    let attributes = node
        .attributes()
        .map(|attribute| {
            let uri = attribute.namespace().unwrap_or("");
            let range = attribute.range_value();
            let span = Span { source: index, start: range.start as u32, end: range.end as u32 };
            Attribute {
                name: names.get(uri, attribute.name(), written_prefix(&text[attribute.range().start..])),
                value: written(attribute.value(), text, range, span),
            }
        })
        .collect();
    Element { name, attributes, content: Vec::new(), span }
}

/// The prefix of a name as it is written at the start of `text`.
fn written_prefix(text: &str) -> &str {
    let end = text.find([':', ' ', '\t', '\r', '\n', '=', '>', '/']).unwrap_or(0);
    if text[end..].starts_with(':') { &text[..end] } else { "" }
}

/// Names recur: each is made once.
#[derive(Default)]
struct Names<'a> {
    known: FxHashMap<(&'a str, &'a str), Vec<(&'a str, Name)>>,
}

impl<'a> Names<'a> {
    fn get(&mut self, uri: &'a str, local: &'a str, prefix: &'a str) -> Name {
        // The namespace of a prefix and a name hardly ever changes: it is compared, not hashed.
        let named = self.known.entry((local, prefix)).or_default();
        match named.iter().find(|(known, _)| std::ptr::eq(*known, uri) || *known == uri) {
            Some((_, name)) => name.clone(),
            None => {
                let name = name_of(uri, local, prefix);
                named.push((uri, name.clone()));
                name
            }
        }
    }
}

/// A name in the namespace of a URI, with the prefix that its author wrote.
pub(super) fn name_of(uri: &str, local: &str, prefix: &str) -> Name {
    let known = Namespace::of(uri, prefix);
    // Instances are written with the prefix that their author chose for the metadata.
    let own = known == Namespace::OpenRosa && prefix != known.prefix();
    let namespace = if own { Namespace::other(prefix, uri) } else { known };
    Name::new(namespace, local)
}

/// Text with the map from its bytes to the file's, where references and line ends make them differ.
fn written(text: &str, whole: &Arc<str>, range: std::ops::Range<usize>, span: Span) -> Written {
    let raw = &whole[range.clone()];
    if text == raw {
        return Written { text: Excerpt::new(whole, range), span, escapes: Box::default() };
    }
    Written { text: text.into(), span, escapes: escapes_between(text, raw, span.start).into() }
}

/// The map from a text to what was written for it from the byte `start` on.
pub(super) fn escapes_between(text: &str, raw: &str, start: u32) -> Vec<(u32, u32)> {
    let mut escapes = Vec::new();
    let (mut at, mut file) = (0, 0);
    let bytes = raw.as_bytes();
    while file < bytes.len() && at < text.len() {
        let long = match bytes[file] {
            b'&' => raw[file..].find(';').map_or(1, |end| end + 1),
            b'\r' if bytes.get(file + 1) == Some(&b'\n') => 2,
            _ => {
                at += 1;
                file += 1;
                continue;
            }
        };
        file += long;
        at += text[at..].chars().next().map_or(1, char::len_utf8);
        escapes.push((at as u32, start + file as u32));
    }
    escapes
}

fn byte_of(text: &str, at: roxmltree::TextPos) -> usize {
    let mut start = 0;
    for _ in 1..at.row {
        match text[start..].find('\n') {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let column = (at.col as usize).saturating_sub(1);
    text[start..].char_indices().nth(column).map_or(text.len(), |(byte, _)| start + byte)
}

/// The parser's words without its position: the diagnostic has its own.
fn plain(error: &roxmltree::Error) -> String {
    let words = error.to_string();
    match words.rfind(" at ") {
        Some(at) if words[at + 4..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':') => {
            words[..at].to_owned()
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Result<Element, Vec<Diagnostic>> {
        let mut found = Diagnostics::default();
        read(&Source::new("form.xml", text), 0, &mut found).ok_or_else(|| found.into_sorted())
    }

    #[test]
    fn elements_keep_their_order_and_places() {
        let text = "<a x='1 &lt; 2'><b><c/>t</b>u<!-- - --><b/></a>";
        let a = root(text).unwrap();
        assert_eq!(a.elements().count(), 2);
        let b = a.elements().next().unwrap();
        assert_eq!((b.elements().count(), b.text().as_str()), (1, "t"));
        assert_eq!(a.text(), "tu");
        let x = a.attribute("x").unwrap();
        assert_eq!(&*x.text, "1 < 2");
        let two = x.part(4..5);
        assert_eq!(&text[two.start as usize..two.end as usize], "2");
    }

    #[test]
    fn deep_chains_come_back_up() {
        let a = root("<a><b><c><d/></c></b><e><f/></e><g/></a>").unwrap();
        let names: Vec<&str> = a.elements().map(|element| &*element.name.local).collect();
        assert_eq!(names, ["b", "e", "g"]);
        assert_eq!(a.elements().next().unwrap().elements().next().unwrap().elements().count(), 1);
    }

    /// What is scanned is what the whole parser reads; what is not scanned, it reads or refuses.
    #[track_caller]
    fn both_ways(text: &str) -> bool {
        let source = Source::new("form.xml", text);
        let scanned = scan(&source.text, 3).and_then(|document| Some(document.root()?.to_element()));
        let known = read_all(&source, 3, &mut Diagnostics::default());
        if scanned.is_some() {
            assert_eq!(scanned, known, "{text}");
        }
        scanned.is_some()
    }

    #[test]
    fn plain_xml_is_scanned_and_reads_the_same() {
        let plain = [
            "<a/>",
            "\u{feff}<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- c --><a >t</a >\n<!---->",
            "<a x='1 &lt; 2' y=\"'&#x5165;&#25143;'\"><b>&amp;\r\n&gt; \u{ff0c}</b></a>",
            "<a x='1\r\n2\t3\n'>1\r2\r\n3\n</a>",
            "<a>\n  <b> </b>\n  <label>\n </label><c>&#10; </c> </a>",
            "<h:a xmlns:h='u' xmlns='v' h:x='1' x='2'><b xmlns='w' h:y='3'/><h:b xmlns:h='z' h:x=''/><b/></h:a>",
            "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' xmlns:o='http://openrosa.org/xforms'><o:meta o:x=''/><bind a='. > 3' b='>'/></h:html>",
            "<\u{5165}\u{6237} \u{540d}='1'><b\u{b7}>]]</b\u{b7}></\u{5165}\u{6237}>",
            "<a>t<!-- - -->u<b/>v</a>",
            "<a xml:lang='en'><b xmlns=''/></a>",
            "<a x='&quot;&apos;'>&#xA;&#9;</a>",
        ];
        plain.iter().for_each(|text| assert!(both_ways(text), "{text}"));
    }

    #[test]
    fn what_is_rare_or_wrong_is_left_to_the_whole_parser() {
        let deep = format!("{}{}", "<a>".repeat(201), "</a>".repeat(201));
        let wide = format!("<a {}/>", (0..1_001).map(|i| format!("x{i}='' ")).collect::<String>());
        let others = [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a x=1/>",
            "<a x='1'y='2'/>",
            "<a x='1' x='2'/>",
            "<a x='<'/>",
            "<a>]]></a>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a>&#13;b</a>",
            "<a>&amp;\r</a>",
            "<a>\u{1}</a>",
            "<a x='\u{ffff}'/>",
            "<a><!-- -- --></a>",
            "<a><![CDATA[x]]></a>",
            "<a><?p i?></a>",
            "<!DOCTYPE a><a/>",
            "<p:a/>",
            "<a p:x=''/>",
            "<a:b:c/>",
            "<1/>",
            "< a/>",
            "<a:/>",
            "<:a/>",
            "<a xmlns:p=''/>",
            "<a xmlns:xml='u'/>",
            "<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>",
            "<a xmlns:p='u' xmlns:p='v'/>",
            " <?xml version='1.0'?><a/>",
            "<?xml version='1.1'?><a/>",
            "<?xml encoding='utf-8'?><a/>",
            "<a/>t",
            "t<a/>",
            "<a",
            "<a x",
            "<a x='",
            &deep,
            &wide,
        ];
        others.iter().for_each(|text| assert!(!both_ways(text), "{text}"));
    }

    #[test]
    fn hostile_files_are_refused_with_a_reason() {
        let code = |text: &str| root(text).unwrap_err()[0].code;
        assert_eq!(code("<a><b></a>"), "bad-xml");
        assert_eq!(code(&format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000))), "too-deep");
        let bomb = "<!DOCTYPE a [<!ENTITY b 'xxxxxxxxxx'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]><a>&f;</a>";
        assert_eq!(code(bomb), "too-large");
        assert_eq!(code(""), "bad-xml");
    }
}
