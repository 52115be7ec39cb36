//! Words: of labels and hints, in the element itself or in itext, with outputs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Lowering;
use crate::check::noted::Role;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::compile::{Anchor, Compiled};
use crate::expr::program::Read;
use crate::form::texts::Words;
use crate::form::{Piece, Pieces, ScopeDefId, TextId};
use crate::source::Passage;
use crate::view::NodeId;
use crate::xml::{Inside, Lies, Tag};

impl<'a> Lowering<'a, '_> {
    /// The words of a control's `label` or `hint`.
    pub(super) fn words_of(
        &mut self,
        element: Tag<'a>,
        name: &str,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        let words = element.named(name)?;
        self.text_of(words, anchor, reads)
    }

    /// The words that an element holds or refers to.
    pub(super) fn text_of(
        &mut self,
        element: Tag<'a>,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        if let Some(reference) = element.attribute("ref") {
            return match itext_id(reference.text) {
                Some(id) => self.itext(id, reference, anchor, reads),
                None => self.value_of(reference, anchor, reads),
            };
        }
        let pieces = self.pieces(element, anchor, reads, &mut false);
        if pieces.is_empty() {
            return None;
        }
        Some(self.texts.add_same(pieces))
    }

    /// A message of a bind: the words themselves, or a reference to itext.
    pub(super) fn message(
        &mut self,
        (written, lies): (Passage<'a>, Lies),
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        if let Some(id) = itext_id(written.text) {
            return self.itext(id, written, anchor, reads);
        }
        // An id that is calculated.
        if written.text.trim_start().starts_with("jr:itext(") {
            return self.value_of(written, anchor, reads);
        }
        let mut pieces = Vec::new();
        self.references((written, lies), anchor, reads, &mut pieces);
        (!pieces.is_empty()).then(|| {
            let pieces = self.texts.add_pieces(&pieces);
            self.texts.add_same(pieces)
        })
    }

    /// Words without answers in them: the form's title.
    pub(super) fn plain_text(&mut self, element: Tag<'a>) -> Option<TextId> {
        let mut reads = Vec::new();
        let anchor = Anchor::at(NodeId(0), ScopeDefId::ROOT);
        // Where others read the form too, the title has no languages; ours stand in the translations, under the form's node.
        let kept = match element.attribute("ref") {
            None => self.itext.place(&format!("/{}:title", self.skeleton.node(NodeId(0)).name)),
            Some(_) => None,
        };
        let text = match kept {
            Some(place) => Some(self.itext_at(place, anchor, &mut reads)),
            None => self.text_of(element, anchor, &mut reads),
        };
        if !reads.is_empty() {
            let message = "a form's title holds no answers";
            self.found.push(
                Diagnostic::error("wrong-type", element.span, message)
                    .hint("show the answer in a label instead, or name the instance in `instanceName`"),
            );
        }
        text
    }

    /// A label that is an expression's value.
    fn value_of(&mut self, reference: Passage<'a>, anchor: Anchor, reads: &mut Vec<Read>) -> Option<TextId> {
        let compiled = self.expr(reference, anchor, Role::Output)?;
        reads.extend(compiled.reads);
        let pieces = self.texts.add_pieces(&[Piece::Output(compiled.root)]);
        Some(self.texts.add_same(pieces))
    }

    fn itext(
        &mut self,
        id: &str,
        reference: Passage<'_>,
        anchor: Anchor,
        reads: &mut Vec<Read>,
    ) -> Option<TextId> {
        let itext = self.itext;
        let Some(place) = itext.place(id) else {
            let message = format!("there is no text `{id}` in itext");
            let hinted = self.found.wants_hints();
            let known = itext.ids().filter(|_| hinted);
            let diagnostic =
                Diagnostic::error("unknown-text", reference.span, message).did_you_mean(id, known);
            self.found.push(diagnostic);
            return None;
        };
        Some(self.itext_at(place, anchor, reads))
    }

    fn itext_at(&mut self, place: usize, anchor: Anchor, reads: &mut Vec<Read>) -> TextId {
        let itext = self.itext;
        let (id, texts) = itext.at(place);
        if crate::check::CHECKS {
            self.texts_named.insert(id);
        }
        // Words alone are the same wherever they are shown.
        if let Some((text, false)) = self.itext_used[place] {
            return text;
        }
        let before = reads.len();
        let mut outputs = false;
        let mut by_language: Vec<Option<Words>> = Vec::with_capacity(texts.len());
        for text in texts {
            by_language.push(text.map(|text| self.values(text, anchor, reads, &mut outputs)));
        }
        let fallback = by_language.iter().flatten().next().copied().unwrap_or_default();
        let text = self.texts.add(by_language.into_iter().map(|words| words.unwrap_or(fallback)));
        if reads.len() == before {
            self.itext_used[place] = Some((text, outputs));
        }
        text
    }

    /// The `value` elements of an itext entry. Says in `outputs` if it has any.
    fn values(&mut self, text: Tag<'a>, anchor: Anchor, reads: &mut Vec<Read>, outputs: &mut bool) -> Words {
        let mut words = Pieces::default();
        let mut forms: Vec<(Arc<str>, Pieces)> = Vec::new();
        for value in text.elements() {
            let pieces = self.pieces(value, anchor, reads, outputs);
            match value.attribute("form").map(|form| form.text.trim()) {
                None | Some("" | "long") => words = pieces,
                Some(form) => forms.push((form.into(), pieces)),
            }
        }
        self.texts.words_with(words, forms)
    }

    /// Texts and outputs, in order.
    fn pieces(
        &mut self,
        element: Tag<'a>,
        anchor: Anchor,
        reads: &mut Vec<Read>,
        outputs: &mut bool,
    ) -> Pieces {
        let mut pieces = std::mem::take(&mut self.pieces);
        for content in element.content() {
            match content {
                Inside::Text(written, lies) => {
                    *outputs |= self.references((written, lies), anchor, reads, &mut pieces);
                }
                Inside::Element(output) => {
                    *outputs = true;
                    let value = output.attribute("value").or_else(|| output.attribute("ref"));
                    if let Some(compiled) = value.and_then(|written| self.output(written, anchor)) {
                        reads.extend(compiled.reads);
                        pieces.push(Piece::Output(compiled.root));
                    }
                }
            }
        }
        let added = self.texts.add_pieces(&pieces);
        pieces.clear();
        self.pieces = pieces;
        added
    }

    /// An output. Where it can't be read, the text shows nothing, as with ODK's engines: no form is kept from running by a label.
    fn output(&mut self, written: Passage<'a>, anchor: Anchor) -> Option<Compiled> {
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

    /// Cuts words at their `${name}` references. Are there any?
    fn references(
        &mut self,
        (words, lies): (Passage<'a>, Lies),
        anchor: Anchor,
        reads: &mut Vec<Read>,
        pieces: &mut Vec<Piece>,
    ) -> bool {
        let text = words.text;
        let mut at = 0;
        let mut from = 0;
        while let Some(start) = text[from..].find('$').map(|found| from + found) {
            from = start + 1;
            if !text[from..].starts_with('{') {
                continue;
            }
            let Some(end) = text[start..].find('}').map(|found| start + found + 1) else { break };
            if start > at {
                pieces.push(Piece::Words(lies.part(at..start)));
            }
            let output = Passage::plain(&text[start..end], words.part(start..end));
            if let Some(compiled) = self.expr(output, anchor, Role::Output) {
                reads.extend(compiled.reads);
                pieces.push(Piece::Output(compiled.root));
            }
            (at, from) = (end, end);
        }
        if at < text.len() {
            pieces.push(Piece::Words(lies.part(at..text.len())));
        }
        at > 0
    }

    /// itext by id, for what asks for it while running. Outputs in it are seen from the node that its id begins with, as pyxform
    /// writes ids (`/data/age:label`), else from the form's root.
    pub(super) fn looked_up_texts(&mut self) -> FxHashMap<Arc<str>, (TextId, Option<NodeId>)> {
        if !self.program.asks_itext {
            return FxHashMap::default();
        }
        // What reads nothing is the same from everywhere.
        let used = std::mem::take(&mut self.itext_used);
        let known = self.itext.ids().zip(&used);
        let mut by_id: FxHashMap<_, _> =
            known.filter_map(|(id, used)| Some((id.into(), ((*used)?.0, None)))).collect();
        self.itext_used = used;
        for id in self.itext.ids() {
            if by_id.contains_key(id) {
                continue;
            }
            let node = id.split(':').next().and_then(|path| self.skeleton.at(path)).unwrap_or(NodeId(0));
            let span = self.itext.get(id).into_iter().flatten().flatten().next().map(|text| text.span);
            let written = Passage::plain(id, span.unwrap_or(crate::source::Span::top(0)));
            let anchor = Anchor::at(node, self.skeleton.node(node).scope);
            if let Some(text) = self.itext(id, written, anchor, &mut Vec::new()) {
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
