//! Elements, attributes and text with their places.

use std::sync::Arc;

use crate::source::{Span, Written};

/// The namespaces of the field; any other is kept with the prefix that its author gave it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Namespace {
    /// None at all.
    None,
    /// `http://www.w3.org/2002/xforms`, unprefixed.
    XForms,
    /// `http://www.w3.org/1999/xhtml`, `h:`.
    Html,
    /// `http://openrosa.org/javarosa`, `jr:`.
    JavaRosa,
    /// `http://openrosa.org/xforms`, `orx:`.
    OpenRosa,
    /// `http://www.opendatakit.org/xforms`, `odk:`.
    Odk,
    /// `http://www.opendatakit.org/xforms/entities`, `entities:`.
    Entities,
    /// `http://www.w3.org/2001/xml-events`, `ev:`.
    Events,
    /// `http://www.w3.org/XML/1998/namespace`, `xml:`.
    Xml,
    /// `http://www.w3.org/2000/xmlns/`: a declaration at a document's root, kept to know what its author declared.
    Xmlns,
    /// What only Doorstep's forms say: `https://doorstep.forms/ns`, `ds:`.
    Doorstep,
    /// Any other.
    Other(Arc<Declared>),
}

/// A namespace that is none of the field's.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Declared {
    /// As its author wrote it; empty for a default namespace.
    pub prefix: Arc<str>,
    pub uri: Arc<str>,
}

const KNOWN: &[(Namespace, &str, &str)] = &[
    (Namespace::XForms, "", "http://www.w3.org/2002/xforms"),
    (Namespace::Html, "h", "http://www.w3.org/1999/xhtml"),
    (Namespace::JavaRosa, "jr", "http://openrosa.org/javarosa"),
    (Namespace::OpenRosa, "orx", "http://openrosa.org/xforms"),
    (Namespace::Odk, "odk", "http://www.opendatakit.org/xforms"),
    (Namespace::Entities, "entities", "http://www.opendatakit.org/xforms/entities"),
    (Namespace::Events, "ev", "http://www.w3.org/2001/xml-events"),
    (Namespace::Xml, "xml", "http://www.w3.org/XML/1998/namespace"),
    (Namespace::Xmlns, "xmlns", "http://www.w3.org/2000/xmlns/"),
    (Namespace::Doorstep, "ds", "https://doorstep.forms/ns"),
];

impl Namespace {
    /// One that is none of the field's.
    pub fn other(prefix: &str, uri: &str) -> Namespace {
        Namespace::Other(Arc::new(Declared { prefix: prefix.into(), uri: uri.into() }))
    }

    /// The namespace of a URI; `prefix` is kept where it is none of the field's.
    pub fn of(uri: &str, prefix: &str) -> Namespace {
        match KNOWN.iter().find(|(_, _, known)| *known == uri) {
            Some((namespace, ..)) => namespace.clone(),
            None if uri.is_empty() => Namespace::None,
            None => Namespace::other(prefix, uri),
        }
    }

    /// The namespace that is written with a prefix of the field.
    pub fn of_prefix(prefix: &str) -> Option<Namespace> {
        let known = KNOWN.iter().find(|(_, known, _)| *known == prefix && !prefix.is_empty());
        known.map(|(namespace, ..)| namespace.clone())
    }

    /// The prefix that it is written with; empty for none.
    pub fn prefix(&self) -> &str {
        match self {
            Namespace::None => "",
            Namespace::Other(declared) => &declared.prefix,
            known => {
                KNOWN.iter().find(|(namespace, ..)| namespace == known).map_or("", |(_, prefix, _)| prefix)
            }
        }
    }

    /// Its URI; empty for none.
    pub fn uri(&self) -> &str {
        match self {
            Namespace::None => "",
            Namespace::Other(declared) => &declared.uri,
            known => KNOWN.iter().find(|(namespace, ..)| namespace == known).map_or("", |(_, _, uri)| uri),
        }
    }
}

/// A name in a namespace.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Name {
    pub namespace: Namespace,
    pub local: Arc<str>,
}

/// An element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Element {
    pub name: Name,
    pub attributes: Vec<Attribute>,
    pub content: Vec<Content>,
    /// Its start tag; for what was lowered, the cell or key that it comes from.
    pub span: Span,
}

/// An attribute. Namespace declarations are none, but for those at the root: names carry their namespaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Attribute {
    pub name: Name,
    pub value: Written,
}

/// What an element holds, in order. Comments and processing instructions are left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    Element(Element),
    Text(Written),
}

impl Name {
    pub fn new(namespace: Namespace, local: impl Into<Arc<str>>) -> Name {
        Name { namespace, local: local.into() }
    }

    /// A name of XForms: `bind`, `input`.
    pub fn xforms(local: impl Into<Arc<str>>) -> Name {
        Name::new(Namespace::XForms, local)
    }

    /// A name without a namespace: most attributes.
    pub fn plain(local: impl Into<Arc<str>>) -> Name {
        Name::new(Namespace::None, local)
    }

    /// Is it this name of XForms?
    pub fn is(&self, local: &str) -> bool {
        self.namespace == Namespace::XForms && *self.local == *local
    }

    /// `jr:count`, `bind`: as it is written.
    pub fn written(&self) -> String {
        match self.namespace.prefix() {
            "" => self.local.to_string(),
            prefix => format!("{prefix}:{}", self.local),
        }
    }

    /// The same, shared: mostly it is the local name.
    pub fn shared(&self) -> Arc<str> {
        match self.namespace.prefix() {
            "" => self.local.clone(),
            prefix => format!("{prefix}:{}", self.local).into(),
        }
    }

    /// The same at the end of a text.
    pub fn write_to(&self, out: &mut String) {
        let prefix = self.namespace.prefix();
        if !prefix.is_empty() {
            out.push_str(prefix);
            out.push(':');
        }
        out.push_str(&self.local);
    }
}

impl Element {
    /// An empty element.
    pub fn new(name: Name, span: Span) -> Element {
        Element { name, attributes: Vec::new(), content: Vec::new(), span }
    }

    /// With an attribute.
    pub fn with(mut self, name: Name, value: Written) -> Element {
        self.attributes.push(Attribute { name, value });
        self
    }

    /// With an attribute whose text is the lowering's own; its place is the element's.
    pub fn with_text(self, name: Name, value: &str) -> Element {
        let span = self.span;
        self.with(name, Written::plain(value, span))
    }

    /// With an element inside.
    pub fn holding(mut self, child: Element) -> Element {
        self.content.push(Content::Element(child));
        self
    }

    /// Adds an element inside.
    pub fn push(&mut self, child: Element) {
        self.content.push(Content::Element(child));
    }

    /// Adds text inside.
    pub fn push_text(&mut self, text: Written) {
        // Text mostly stands alone.
        if self.content.is_empty() {
            self.content.reserve_exact(1);
        }
        self.content.push(Content::Text(text));
    }

    /// An attribute without a namespace.
    pub fn attribute(&self, local: &str) -> Option<&Written> {
        self.attribute_in(&Namespace::None, local)
    }

    /// An attribute of a namespace.
    pub fn attribute_in(&self, namespace: &Namespace, local: &str) -> Option<&Written> {
        let found = |attribute: &&Attribute| {
            *attribute.name.local == *local && attribute.name.namespace == *namespace
        };
        self.attributes.iter().find(found).map(|attribute| &attribute.value)
    }

    /// The elements straight inside.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// The first element inside of that XForms name.
    pub fn child(&self, local: &str) -> Option<&Element> {
        self.elements().find(|element| element.name.is(local))
    }

    /// All text inside, at any depth, joined.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.gather_text(&mut text);
        text
    }

    fn gather_text(&self, into: &mut String) {
        for content in &self.content {
            match content {
                Content::Text(written) => into.push_str(&written.text),
                Content::Element(element) => element.gather_text(into),
            }
        }
    }
}
