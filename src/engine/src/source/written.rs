//! Text with its place: how the bytes of what was written map to the bytes of the file.
//!
//! Escapes, collapsed white space and composed expressions all keep pointing at the author's own characters.

use std::ops::Range;

use super::{Excerpt, Passage, Span};

/// A piece of the author's text and how its bytes map to the file's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Written {
    pub text: Excerpt,
    /// The bytes between the quotes.
    pub span: Span,
    /// After each escape: the byte of the text and the byte of the file it stands at.
    pub escapes: Box<[(u32, u32)]>,
}

impl Written {
    pub fn plain(text: &str, span: Span) -> Written {
        Written { text: text.into(), span, escapes: Box::default() }
    }

    /// The same, lent.
    pub fn passage(&self) -> Passage<'_> {
        Passage { text: &self.text, span: self.span, escapes: &self.escapes }
    }

    /// The file's bytes of a range of the text.
    pub fn part(&self, range: Range<usize>) -> Span {
        self.passage().part(range)
    }

    fn place(&self, at: usize) -> u32 {
        place(self.span, &self.escapes, at)
    }

    /// A part as text of its own.
    pub fn slice(&self, range: Range<usize>) -> Written {
        if self.escapes.is_empty() {
            return Written::plain(&self.text[range.clone()], self.part(range));
        }
        let mut composer = Composer::new(self.part(range.clone()));
        composer.author_part(self, range);
        composer.done()
    }
}

/// The file's byte that a byte of a text stands at.
pub(super) fn place(span: Span, escapes: &[(u32, u32)], at: usize) -> u32 {
    let at = at as u32;
    let known = escapes.iter().rev().find(|(text, _)| *text <= at);
    let (text, file) = known.copied().unwrap_or((0, span.start));
    file + (at - text)
}

/// Puts a text together from the author's words and the lowering's own.
pub(crate) struct Composer {
    text: String,
    span: Span,
    escapes: Vec<(u32, u32)>,
    /// The byte of the file that the next character would be taken to stand at.
    next: u32,
}

impl Composer {
    /// For a text whose place is that span.
    pub fn new(span: Span) -> Composer {
        Composer { text: String::new(), span, escapes: Vec::new(), next: span.start }
    }

    /// Adds text that stands at that byte of the file.
    pub fn at(&mut self, text: &str, byte: u32) {
        if text.is_empty() {
            return;
        }
        if byte != self.next {
            self.escapes.push((self.text.len() as u32, byte));
        }
        self.text.push_str(text);
        self.next = byte + text.len() as u32;
    }

    /// Adds words of the lowering's own.
    pub fn own(&mut self, text: &str) {
        self.text.push_str(text);
        self.next += text.len() as u32;
    }

    /// Adds the author's words.
    pub fn author(&mut self, words: &Written) {
        self.author_part(words, 0..words.text.len());
    }

    /// Adds a part of the author's words.
    pub fn author_part(&mut self, words: &Written, range: Range<usize>) {
        let mut from = range.start;
        let mut byte = words.place(range.start);
        for (at, place) in &words.escapes {
            let at = *at as usize;
            if at > from && at < range.end {
                self.at(&words.text[from..at], byte);
                (from, byte) = (at, *place);
            }
        }
        self.at(&words.text[from..range.end.max(from)], byte);
    }

    /// What was put together.
    pub fn done(self) -> Written {
        Written { text: self.text.into(), span: self.span, escapes: self.escapes.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_points_at_its_author() {
        let words = Written::plain("${age} > 3", Span::in_main(100, 110));
        let mut composer = Composer::new(words.span);
        composer.own("instance('c')/root/item[");
        composer.author(&words);
        composer.own("]");
        let whole = composer.done();
        let at = whole.text.find("age").unwrap();
        assert_eq!(whole.part(at..at + 3), Span::in_main(102, 105));
        let part = whole.slice(at..at + 3);
        assert_eq!((&*part.text, part.part(0..3)), ("age", Span::in_main(102, 105)));
    }
}
