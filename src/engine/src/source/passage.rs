//! Text with its place, lent by the document that holds it: what [`Written`] is without a text of its own.

use std::ops::Range;

use super::written::place;
use super::{Span, Written};

/// A piece of the author's text in a document. As small as a few words, and copied freely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Passage<'a> {
    pub text: &'a str,
    /// The bytes between the quotes.
    pub span: Span,
    /// As in [`Written::escapes`].
    pub escapes: &'a [(u32, u32)],
}

impl<'a> Passage<'a> {
    /// Text that stands at its place as it is.
    pub fn plain(text: &'a str, span: Span) -> Passage<'a> {
        Passage { text, span, escapes: &[] }
    }

    /// The file's bytes of a range of the text.
    pub fn part(&self, range: Range<usize>) -> Span {
        let at = |byte: usize| place(self.span, self.escapes, byte).min(self.span.end);
        Span { source: self.span.source, start: at(range.start), end: at(range.end) }
    }

    /// A part as text of its own.
    pub fn slice(self, range: Range<usize>) -> Written {
        self.to_written().slice(range)
    }

    /// The same with a text of its own.
    pub fn to_written(self) -> Written {
        Written { text: self.text.into(), span: self.span, escapes: self.escapes.into() }
    }
}
