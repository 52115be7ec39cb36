//! Undo and redo, without limit: a change keeps what it took away.

use doorstep_engine::Source;

use super::cells::Place;
use super::{Change, Document};

/// A document with all that was done to it.
#[derive(Clone, Debug)]
pub struct History {
    document: Document,
    past: Vec<Change>,
    future: Vec<Change>,
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
        if self.kept.is_some_and(|kept| kept > self.past.len()) {
            self.kept = None;
        }
        self.future.clear();
        self.document.apply(&change);
        let after = change.after;
        self.past.push(change);
        after
    }

    /// Takes the last change back; where that was.
    pub fn undo(&mut self) -> Option<(usize, Place)> {
        let change = self.past.pop()?;
        self.document.revert(&change);
        let before = change.before;
        self.future.push(change);
        Some(before)
    }

    /// Does it again.
    pub fn redo(&mut self) -> Option<(usize, Place)> {
        let change = self.future.pop()?;
        self.document.apply(&change);
        let after = change.after;
        self.past.push(change);
        Some(after)
    }

    /// Other files go with it. What was done to its sheets is not touched.
    pub fn set_files(&mut self, files: Vec<Source>) {
        self.kept = None;
        self.document.set_files(files);
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
