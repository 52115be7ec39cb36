//! Undo and redo, without limit: a change keeps what it took away, and other files keep the document as it was, whose rows are shared.

use std::sync::Arc;

use doorstep_engine::Source;

use super::cells::Place;
use super::{Change, Document};

/// What was done at once.
#[derive(Clone, Debug)]
enum Deed {
    Change(Change),
    /// Other files: the whole before and after, and where the designer was, and is led to.
    Files {
        before: Document,
        after: Document,
        at: (usize, Place),
        to: (usize, Place),
    },
}

/// A document with all that was done to it.
#[derive(Clone, Debug)]
pub struct History {
    document: Document,
    past: Vec<Deed>,
    future: Vec<Deed>,
    /// How many changes the document had when it was kept.
    kept: Option<usize>,
}

impl History {
    /// A document to which nothing was done yet.
    pub fn new(document: Document) -> History {
        History { document, past: Vec::new(), future: Vec::new(), kept: Some(0) }
    }

    /// As it is now.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Does a change; where the designer is then. What was undone before can't be done again any more.
    pub fn act(&mut self, change: Change) -> (usize, Place) {
        let after = change.after;
        self.document.apply(&change);
        self.push(Deed::Change(change));
        after
    }

    /// Other files go with it, and what is changed along with them is changed at once; where that leads, if anything is.
    pub fn set_files(
        &mut self,
        files: Vec<Source>,
        at: (usize, Place),
        along: impl FnOnce(&Document) -> Option<Change>,
    ) -> Option<(usize, Place)> {
        let before = self.document.clone();
        self.document.set_files(files);
        let change = along(&self.document);
        if let Some(change) = &change {
            self.document.apply(change);
        }
        let led = change.map(|change| change.after);
        if self.document != before {
            self.push(Deed::Files { before, after: self.document.clone(), at, to: led.unwrap_or(at) });
        }
        led
    }

    fn push(&mut self, deed: Deed) {
        if self.kept.is_some_and(|kept| kept > self.past.len()) {
            self.kept = None;
        }
        self.future.clear();
        self.past.push(deed);
    }

    /// What undoing takes back, and doing it again does: which question was called otherwise by it, and how.
    pub fn renamed(&self, again: bool) -> Option<&(String, String)> {
        let deeds = if again { &self.future } else { &self.past };
        match deeds.last()? {
            Deed::Change(change) => change.renamed.as_ref(),
            Deed::Files { .. } => None,
        }
    }

    /// Takes the last deed back; where that was.
    pub fn undo(&mut self) -> Option<(usize, Place)> {
        let deed = self.past.pop()?;
        let before = match &deed {
            Deed::Change(change) => {
                self.document.revert(change);
                change.before
            }
            Deed::Files { before, at, .. } => {
                let count = self.document.sheets.len();
                self.document = before.clone();
                // Whoever looks at a sheet that came with the files sees an empty place.
                let count = count.max(before.sheets.len());
                self.document.sheets.resize_with(count, Arc::default);
                *at
            }
        };
        self.future.push(deed);
        Some(before)
    }

    /// Does it again.
    pub fn redo(&mut self) -> Option<(usize, Place)> {
        let deed = self.future.pop()?;
        let after = match &deed {
            Deed::Change(change) => {
                self.document.apply(change);
                change.after
            }
            Deed::Files { after, to, .. } => {
                self.document = after.clone();
                *to
            }
        };
        self.past.push(deed);
        Some(after)
    }

    /// Is there anything to take back, and anything to do again?
    pub fn can(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }

    /// It is kept as it was after so many changes ([`History::len`]).
    pub fn keep(&mut self, len: usize) {
        self.kept = Some(len);
    }

    /// How many changes it has.
    pub fn len(&self) -> usize {
        self.past.len()
    }

    /// Was nothing done?
    pub fn is_empty(&self) -> bool {
        self.past.is_empty()
    }

    /// Is it kept as it is?
    pub fn is_kept(&self) -> bool {
        self.kept == Some(self.past.len())
    }
}
