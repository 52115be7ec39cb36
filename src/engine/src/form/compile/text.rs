//! Words: of labels and hints, in the element itself or in itext, with outputs.

use std::collections::HashMap;
use std::sync::Arc;

use super::Lowering;
use crate::check::noted::Role;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::compile::{Anchor, Compiled};
use crate::expr::program::Read;
use crate::form::texts::Words;
use crate::form::{Piece, ScopeDefId, Text, TextId};
use crate::source::Written;
use crate::view::NodeId;
use crate::xml::{Content, Element};

impl Lowering<'_, '_> {
    /// The words of a control's `label` or `hint`.
    pub(super) fn words_of(
        &mut self,
        element: &Element,
        name: &str,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        let words = element.elements().find(|child| &*child.name.local == name)?;
        self.text_of(words, anchor, reads)
    }

    /// The words that an element holds or refers to.
    pub(super) fn text_of(
        &mut self,
        element: &Element,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        if let Some(reference) = element.attribute("ref") {
            return match itext_id(&reference.text) {
                Some(id) => self.itext(id, reference, anchor, reads),
                None => self.value_of(reference, anchor, reads),
            };
        }
        let pieces = self.pieces(element, anchor, reads);
        if pieces.is_empty() {
            return None;
        }
        let words = Words { pieces, forms: Box::default() };
        Some(self.add_text(vec![words; self.languages]))
    }

    /// A message of a bind: the words themselves, or a reference to itext.
    pub(super) fn message(
        &mut self,
        written: &Written,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        if let Some(id) = itext_id(&written.text) {
            return self.itext(id, written, anchor, reads);
        }
        // An id that is calculated.
        if written.text.trim_start().starts_with("jr:itext(") {
            return self.value_of(written, anchor, reads);
        }
        let pieces = self.references(written, anchor, reads);
        (!pieces.is_empty()).then(|| {
            let words = Words { pieces: pieces.into(), forms: Box::default() };
            self.add_text(vec![words; self.languages])
        })
    }

    /// Words without answers in them: the form's title.
    pub(super) fn plain_text(&mut self, element: &Element) -> Option<TextId> {
        let mut reads = Vec::new();
        let text = self.text_of(element, Anchor::at(NodeId(0), ScopeDefId::ROOT), &mut reads);
        if !reads.is_empty() {
            let message = "a form's title holds no answers";
            self.found.push(
                Diagnostic::error("wrong-type", element.span, message)
                    .hint("show the answer in a label instead, or name the instance in `instanceName`"),
            );
        }
        text
    }

    fn add_text(&mut self, by_language: Vec<Words>) -> TextId {
        self.texts.push(Text { by_language });
        TextId(self.texts.len() as u32 - 1)
    }

    /// A label that is an expression's value.
    fn value_of(&mut self, reference: &Written, anchor: Anchor, reads: &mut Vec<Read>) -> Option<TextId> {
        let compiled = self.expr(reference, anchor, Role::Output)?;
        reads.extend(compiled.reads);
        let words = Words { pieces: [Piece::Output(compiled.root)].into(), forms: Box::default() };
        Some(self.add_text(vec![words; self.languages]))
    }

    fn itext(
        &mut self,
        id: &str,
        reference: &Written,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        let Some(texts) = self.itext.get(id) else {
            let message = format!("there is no text `{id}` in itext");
            let hinted = self.found.wants_hints();
            let known = self.itext.ids().filter(|_| hinted);
            let diagnostic =
                Diagnostic::error("unknown-text", reference.span, message).did_you_mean(id, known);
            self.found.push(diagnostic);
            return None;
        };
        let texts = texts.to_vec();
        self.texts_named.extend(self.itext.known_id(id));
        let before = reads.len();
        let mut by_language: Vec<Option<Words>> = Vec::with_capacity(texts.len());
        for text in texts {
            by_language.push(text.map(|text| self.values(text, anchor, reads)));
        }
        let fallback = by_language.iter().flatten().next().cloned().unwrap_or_default();
        let by_language =
            by_language.into_iter().map(|words| words.unwrap_or_else(|| fallback.clone())).collect();
        let text = self.add_text(by_language);
        if reads.len() == before {
            self.itext_used.insert(id.into(), text);
        }
        Some(text)
    }

    /// The `value` elements of an itext entry.
    fn values(&mut self, text: &Element, anchor: Anchor, reads: &mut Vec<Read>) -> Words {
        let mut words = Words::default();
        let mut forms = Vec::new();
        for value in text.elements() {
            let pieces = self.pieces(value, anchor, reads);
            match value.attribute("form").map(|form| form.text.trim()) {
                None | Some("" | "long") => words.pieces = pieces,
                Some(form) => forms.push((Arc::from(form), pieces)),
            }
        }
        words.forms = forms.into();
        words
    }

    /// Texts and outputs, in order.
    fn pieces(&mut self, element: &Element, anchor: Anchor, reads: &mut Vec<Read>) -> Box<[Piece]> {
        let mut pieces = Vec::new();
        for content in &element.content {
            match content {
                Content::Text(written) => pieces.extend(self.references(written, anchor, reads)),
                Content::Element(output) => {
                    let value = output.attribute("value").or_else(|| output.attribute("ref"));
                    if let Some(compiled) = value.and_then(|written| self.output(written, anchor)) {
                        reads.extend(compiled.reads);
                        pieces.push(Piece::Output(compiled.root));
                    }
                }
            }
        }
        pieces.into()
    }

    /// An output. Where it can't be read, the text shows nothing, as with ODK's engines: no form is kept from running by a label.
    fn output(&mut self, written: &Written, anchor: Anchor) -> Option<Compiled> {
        let before = std::mem::take(self.found);
        let compiled = self.expr(written, anchor, Role::Output);
        for mut found in std::mem::replace(self.found, before).into_sorted() {
            if found.code == "bad-expression" {
                found.severity = Severity::Warning;
            }
            self.found.push(found);
        }
        compiled
    }

    /// Cuts words at their `${name}` references.
    fn references(&mut self, words: &Written, anchor: Anchor, reads: &mut Vec<Read>) -> Vec<Piece> {
        let text = &*words.text;
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find("${").map(|found| at + found) {
            let Some(end) = text[start..].find('}').map(|found| start + found + 1) else { break };
            if start > at {
                pieces.push(Piece::Words(text[at..start].into()));
            }
            let output = Written::plain(&text[start..end], words.part(start..end));
            if let Some(compiled) = self.expr(&output, anchor, Role::Output) {
                reads.extend(compiled.reads);
                pieces.push(Piece::Output(compiled.root));
            }
            at = end;
        }
        if at < text.len() {
            pieces.push(Piece::Words(text[at..].into()));
        }
        pieces
    }

    /// itext by id, for what asks for it while running. Outputs in it are seen from the node that its id begins with, as pyxform
    /// writes ids (`/data/age:label`), else from the form's root.
    pub(super) fn looked_up_texts(&mut self) -> HashMap<Arc<str>, (TextId, Option<NodeId>)> {
        if !self.program.asks_itext {
            return HashMap::new();
        }
        // What reads nothing is the same from everywhere.
        let used = std::mem::take(&mut self.itext_used);
        let mut by_id: HashMap<_, _> = used.into_iter().map(|(id, text)| (id, (text, None))).collect();
        let nodes: Vec<NodeId> = self
            .itext
            .ids()
            .map(|id| id.split(':').next().and_then(|path| self.skeleton.at(path)).unwrap_or(NodeId(0)))
            .collect();
        for (id, node) in self.itext.ids().zip(nodes) {
            if by_id.contains_key(id) {
                continue;
            }
            let span = self.itext.get(id).into_iter().flatten().flatten().next().map(|text| text.span);
            let written = Written::plain(id, span.unwrap_or(crate::source::Span::top(0)));
            let anchor = Anchor::at(node, self.skeleton.node(node).scope);
            if let Some(text) = self.itext(id, &written, anchor, &mut Vec::new()) {
                by_id.insert(id.into(), (text, Some(node)));
            }
        }
        by_id
    }
}

/// The id in `jr:itext('id')`.
pub(crate) fn itext_id(reference: &str) -> Option<&str> {
    let inner = reference.trim().strip_prefix("jr:itext(")?.strip_suffix(')')?.trim();
    let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    inner.strip_prefix(quote)?.strip_suffix(quote)
}
