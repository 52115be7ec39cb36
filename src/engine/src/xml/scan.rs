//! The XML that forms are written in, read in one pass straight into a [`Document`].
//!
//! What is rare or wrong (a DOCTYPE, CDATA, an instruction, any mistake) is not told here: the answer is then none, and
//! [`super::read`] reads the text anew with a parser that knows all of XML and says what is wrong. What is read here reads the
//! same there.

use std::sync::Arc;

use super::bytes::{IN_NAME, STARTS_NAME, blanks_end, is, text_stops, value_stops};
use super::read::{MAX_ATTRIBUTES, MAX_DEPTH, escapes_between};
use super::{Document, Name, Namespace};
use crate::source::Span;

/// How many nodes are read here: few forms have more.
const MAX_NODES: usize = 1_000_000;
/// How many names may differ.
const MAX_NAMES: usize = 60_000;

/// Reads a document, if it is plain enough.
pub(super) fn scan(text: &Arc<str>, file: u16) -> Option<Document> {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        file,
        document: Document::over(text.clone()),
        open: Vec::new(),
        bindings: vec![Binding { prefix: "xml", uri: Namespace::Xml.uri() }],
        context: 0,
        contexts: 0,
        recent: [Recent::default(); 256],
        shows: Vec::new(),
        worked_out: String::new(),
    };
    scan.document()?;
    Some(scan.document)
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    file: u16,
    document: Document,
    open: Vec<Open<'t>>,
    /// The prefixes that are declared here, the innermost last.
    bindings: Vec<Binding<'t>>,
    /// A number for what is declared here.
    context: u32,
    contexts: u32,
    /// Names that were met lately, by a hash of a few of their bytes.
    recent: [Recent<'t>; 256],
    /// By name: are words shown in it? There a blank between two outputs counts.
    shows: Vec<bool>,
    worked_out: String,
}

struct Open<'t> {
    node: u32,
    name: &'t str,
    shows: bool,
    bindings: usize,
    context: u32,
}

struct Binding<'t> {
    prefix: &'t str,
    uri: &'t str,
}

#[derive(Clone, Copy, Default)]
struct Recent<'t> {
    name: &'t str,
    context: u32,
    attribute: bool,
    number: u32,
}

/// An attribute of the tag that is being read: a name, and the range between its quotes.
struct Raw<'t> {
    name: &'t str,
    from: usize,
    to: usize,
    /// It is not what stands there.
    escaped: bool,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, words: &str) -> Option<()> {
        self.bytes[self.at..].starts_with(words.as_bytes()).then(|| self.at += words.len())
    }

    fn document(&mut self) -> Option<()> {
        let _ = self.takes("\u{feff}");
        if self.takes("<?xml ").is_some() {
            let end = self.at + self.text[self.at..].find("?>")?;
            let plain = |word: &str| {
                let (name, value) = word.split_once('=').unwrap_or((word, ""));
                let value = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
                match name {
                    "version" => value == "1.0",
                    "encoding" => value.eq_ignore_ascii_case("utf-8"),
                    "standalone" => matches!(value, "yes" | "no"),
                    _ => false,
                }
            };
            let words: Vec<&str> = self.text[self.at..end].split_ascii_whitespace().collect();
            let first = words.first().is_some_and(|word| word.starts_with("version="));
            let quoted = |word: &str| {
                ["=\"", "='"].iter().any(|open| {
                    word.split_once(open)
                        .is_some_and(|(_, rest)| rest.ends_with(&open[1..]) && rest.len() > 1)
                })
            };
            if !first || !words.iter().all(|word| plain(word) && quoted(word)) {
                return None;
            }
            self.at = end + 2;
        }
        self.around()?;
        self.element()?;
        while !self.open.is_empty() {
            self.inside()?;
        }
        self.around()?;
        (self.at == self.bytes.len()).then_some(())
    }

    /// Blanks and comments before and after the root.
    fn around(&mut self) -> Option<()> {
        loop {
            self.blanks();
            if !self.bytes[self.at..].starts_with(b"<!--") {
                return Some(());
            }
            self.comment()?;
        }
    }

    fn comment(&mut self) -> Option<()> {
        self.takes("<!--")?;
        loop {
            match self.peek()? {
                b'-' if self.bytes[self.at..].starts_with(b"--") => return self.takes("-->"),
                byte => self.character(byte)?,
            }
        }
    }

    /// Passes over a byte of what XML calls a character.
    fn character(&mut self, byte: u8) -> Option<()> {
        let good = match byte {
            b'\t' | b'\n' | b'\r' => true,
            0..=0x1F => false,
            0xEF => !matches!(self.bytes.get(self.at + 1..self.at + 3), Some([0xBF, 0xBE | 0xBF])),
            _ => true,
        };
        self.at += 1;
        good.then_some(())
    }

    /// What stands next in the element that is open.
    fn inside(&mut self) -> Option<()> {
        if self.peek()? != b'<' {
            return self.words();
        }
        match self.bytes.get(self.at + 1)? {
            b'/' => self.end(),
            b'!' => self.comment(),
            _ => self.element(),
        }
    }

    fn end(&mut self) -> Option<()> {
        self.at += 2;
        let open = self.open.pop()?;
        self.takes(open.name)?;
        self.blanks();
        if self.peek()? != b'>' {
            return None;
        }
        self.at += 1;
        self.close(&open);
        Some(())
    }

    fn close(&mut self, open: &Open<'t>) {
        self.document.close(open.node);
        self.bindings.truncate(open.bindings);
        self.context = open.context;
    }

    fn words(&mut self) -> Option<()> {
        let from = self.at;
        let mut escaped = false;
        let (end, breaks) = blanks_end(self.bytes, from);
        self.at = end;
        let blank = self.peek()? == b'<';
        loop {
            self.at = text_stops(self.bytes, self.at);
            let byte = self.peek()?;
            match byte {
                b'<' => break,
                b'&' | b'\r' => escaped = true,
                b']' if self.bytes[self.at..].starts_with(b"]]>") => return None,
                _ => {}
            }
            self.character(byte)?;
        }
        let shows = self.open.last()?.shows;
        let span = self.span(from, self.at);
        if !escaped {
            if !blank || !breaks || shows {
                self.document.plain_text(span);
            }
            return Some(());
        }
        self.work_out(from, self.at, false)?;
        let text = &*self.worked_out;
        if shows || !(text.contains('\n') && text.trim_ascii().is_empty()) {
            let raw = &self.text[from..self.at];
            if text == raw {
                self.document.plain_text(span);
            } else {
                self.document.escaped_text(text, &escapes_between(text, raw, span.start), span);
            }
        }
        Some(())
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span { source: self.file, start: from as u32, end: to as u32 }
    }

    /// A start tag.
    fn element(&mut self) -> Option<()> {
        let start = self.at;
        self.at += 1;
        let name = self.qname()?;
        if self.open.len() >= MAX_DEPTH || self.document.len() >= MAX_NODES {
            return None;
        }
        let (bindings, context) = (self.bindings.len(), self.context);
        let (after_name, before) = (self.at, self.document.mark());
        let plain = if self.open.is_empty() { None } else { self.tag(start, name, false) };
        let (node, empty) = match plain {
            Some(tag) => tag,
            // What a tag declares holds for its own name too. Few declare anything.
            None => {
                self.document.back_to(before);
                self.at = after_name;
                self.declarations()?;
                self.at = after_name;
                self.tag(start, name, true)?
            }
        };
        if self.open.is_empty() {
            self.declared(node)?;
        }
        let shows = self.shows[self.document.name_at(node) as usize];
        let open = Open { node, name, shows, bindings, context };
        if empty {
            self.close(&open);
        } else {
            self.open.push(open);
        }
        Some(())
    }

    /// The rest of a start tag: its node, and whether it ends at once. None too where it declares namespaces that are not `declared` yet.
    fn tag(&mut self, start: usize, name: &'t str, declared: bool) -> Option<(u32, bool)> {
        let number = self.number(name, false)?;
        let node = self.document.open(number, self.span(start, start));
        // A tag ends, to those who look at its place, at its first `>`.
        let mut first = None;
        let mut count = 0;
        loop {
            match self.next_attribute(&mut first)? {
                Next::End { empty } => {
                    self.document.ends_at(node, first.map_or(self.at, |at: usize| at + 1) as u32);
                    return Some((node, empty));
                }
                Next::Attribute(_) if count == MAX_ATTRIBUTES => return None,
                Next::Attribute(raw) if is_declaration(raw.name) => {
                    if !declared {
                        return None;
                    }
                }
                Next::Attribute(raw) => self.attribute(node, &raw)?,
            }
            count += 1;
        }
    }

    /// Takes in the namespaces that a tag declares.
    fn declarations(&mut self) -> Option<()> {
        let before = self.bindings.len();
        let mut count = 0;
        while let Next::Attribute(raw) = self.next_attribute(&mut None)? {
            count += 1;
            if count > MAX_ATTRIBUTES {
                return None;
            }
            if !is_declaration(raw.name) {
                continue;
            }
            let prefix = raw.name.strip_prefix("xmlns:").unwrap_or_default();
            let uri = &self.text[raw.from..raw.to];
            let reserved = matches!(prefix, "xml" | "xmlns")
                || uri == Namespace::Xml.uri()
                || uri == Namespace::Xmlns.uri()
                || (uri.is_empty() && !prefix.is_empty());
            if reserved || raw.escaped || self.bindings[before..].iter().any(|known| known.prefix == prefix) {
                return None;
            }
            self.bindings.push(Binding { prefix, uri });
        }
        self.contexts += 1;
        self.context = self.contexts;
        Some(())
    }

    /// The root's declarations as attributes of it.
    fn declared(&mut self, root: u32) -> Option<()> {
        let span = self.document.span_at(root);
        for at in 1..self.bindings.len() {
            let Binding { prefix, uri } = self.bindings[at];
            if !prefix.is_empty() {
                let from = uri.as_ptr() as usize - self.text.as_ptr() as usize;
                let name = self.known(&Name::new(Namespace::Xmlns, prefix))?;
                self.document.declare(name, (from as u32, (from + uri.len()) as u32), span);
            }
        }
        Some(())
    }

    fn next_attribute(&mut self, first: &mut Option<usize>) -> Option<Next<'t>> {
        let before = self.at;
        self.blanks();
        match self.peek()? {
            b'>' => {
                self.at += 1;
                return Some(Next::End { empty: false });
            }
            b'/' => {
                self.at += 1;
                return self.takes(">").map(|()| Next::End { empty: true });
            }
            _ if before == self.at => return None,
            _ => {}
        }
        let name = self.qname()?;
        self.blanks();
        self.takes("=")?;
        self.blanks();
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
        self.at += 1;
        let from = self.at;
        let mut escaped = false;
        loop {
            self.at = value_stops(self.bytes, self.at);
            let byte = self.peek()?;
            match byte {
                b'<' => return None,
                b'&' | b'\t' | b'\n' | b'\r' => escaped = true,
                b'>' => *first = first.or(Some(self.at)),
                byte if byte == quote => break,
                _ => {}
            }
            self.character(byte)?;
        }
        let to = self.at;
        self.at += 1;
        Some(Next::Attribute(Raw { name, from, to, escaped }))
    }

    fn attribute(&mut self, node: u32, raw: &Raw<'t>) -> Option<()> {
        let name = self.number(raw.name, true)?;
        if self.is_there(node, name) {
            return None;
        }
        let span = self.span(raw.from, raw.to);
        if !raw.escaped {
            self.document.plain_attribute(name, span);
            return Some(());
        }
        self.work_out(raw.from, raw.to, true)?;
        let (text, stands) = (&*self.worked_out, &self.text[raw.from..raw.to]);
        if text == stands {
            self.document.plain_attribute(name, span);
        } else {
            self.document.made_attribute(name, text, &escapes_between(text, stands, span.start), span);
        }
        Some(())
    }

    /// Does the element have that attribute already, by whatever prefix?
    fn is_there(&self, node: u32, name: u32) -> bool {
        let mut names = self.document.names_said(node);
        let this = self.document.name_of(name);
        match this.namespace {
            Namespace::None => names.any(|known| known == name),
            _ => names.any(|known| {
                let other = self.document.name_of(known);
                other.local == this.local && other.namespace.uri() == this.namespace.uri()
            }),
        }
    }

    /// A name as it is written: `jr:count`.
    fn qname(&mut self) -> Option<&'t str> {
        let from = self.at;
        let mut colon = None;
        loop {
            let starts = self.at == from || colon == Some(self.at - 1);
            let byte = self.peek()?;
            if is(byte, if starts { STARTS_NAME } else { IN_NAME }) {
                let rest = &self.bytes[self.at + 1..];
                self.at += 1 + rest.iter().take_while(|byte| is(**byte, IN_NAME)).count();
            } else if byte >= 0x80 {
                let c = self.text[self.at..].chars().next()?;
                if !(starts_name(c) || (!starts && continues_name(c))) {
                    return None;
                }
                self.at += c.len_utf8();
            } else if starts || (byte == b':' && colon.is_some()) {
                return None;
            } else if byte == b':' {
                colon = Some(self.at);
                self.at += 1;
            } else {
                return Some(&self.text[from..self.at]);
            }
        }
    }

    /// The number of a name as it is written here.
    fn number(&mut self, written: &'t str, attribute: bool) -> Option<u32> {
        let bytes = written.as_bytes();
        let (first, last) = (bytes[0] as usize, bytes[bytes.len() - 1] as usize);
        let middle = bytes[bytes.len() / 2] as usize;
        let slot =
            (first.wrapping_mul(7) ^ last.wrapping_mul(31) ^ middle.wrapping_mul(13) ^ (bytes.len() << 3))
                & 255;
        let recent = &self.recent[slot];
        if recent.context == self.context && recent.attribute == attribute && recent.name == written {
            return Some(recent.number);
        }
        let number = self.look_up(written, attribute)?;
        self.recent[slot] = Recent { name: written, context: self.context, attribute, number };
        Some(number)
    }

    fn look_up(&mut self, written: &'t str, attribute: bool) -> Option<u32> {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let uri = match attribute && prefix.is_empty() {
            true => "",
            false => match self.bindings.iter().rev().find(|known| known.prefix == prefix) {
                Some(known) => known.uri,
                None if prefix.is_empty() => "",
                None => return None,
            },
        };
        self.known(&super::read::name_of(uri, local, prefix))
    }

    fn known(&mut self, name: &Name) -> Option<u32> {
        let number = self.document.name(name);
        if self.shows.len() < self.document.names() {
            let shown = matches!(&*name.local, "label" | "hint" | "value" | "itemLabel" | "title");
            self.shows.push(shown);
        }
        (self.document.names() < MAX_NAMES).then_some(number)
    }

    /// Resolves references and line ends into `worked_out` (XML 1.0 §2.11, §3.3.3).
    fn work_out(&mut self, from: usize, to: usize, attribute: bool) -> Option<()> {
        self.worked_out.clear();
        let mut rest = &self.text[from..to];
        while let Some(at) = rest.find(['&', '\r', '\n', '\t']) {
            self.worked_out.push_str(&rest[..at]);
            let byte = rest.as_bytes()[at];
            rest = &rest[at + 1..];
            match byte {
                b'&' => {
                    let (name, after) = rest.split_once(';')?;
                    self.worked_out.push(reference(name)?);
                    if after.starts_with('\r') && !after.starts_with("\r\n") {
                        return None;
                    }
                    rest = after;
                }
                b'\r' if rest.starts_with('\n') => {}
                b'\r' | b'\n' | b'\t' if attribute => self.worked_out.push(' '),
                b'\r' => self.worked_out.push('\n'),
                other => self.worked_out.push(char::from(other)),
            }
        }
        self.worked_out.push_str(rest);
        Some(())
    }
}

enum Next<'t> {
    Attribute(Raw<'t>),
    End { empty: bool },
}

fn is_declaration(name: &str) -> bool {
    name.strip_prefix("xmlns").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// The character of `&name;`. A carriage return is left to the other parser.
fn reference(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
            match c {
                '\t' | '\n' | '\u{20}'..='\u{FFFD}' | '\u{10000}'.. => c,
                _ => return None,
            }
        }
    })
}

/// Beside ASCII (XML 1.0 §2.3).
fn starts_name(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(c: char) -> bool {
    matches!(c, '\u{B7}' | '\u{0300}'..='\u{036F}' | '\u{203F}'..='\u{2040}')
}
