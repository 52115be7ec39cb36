//! A form that is all in one page: what would be a page is a section of it, and the page is the root.
//!
//! Kept here: the list of pages is the same either way, so that jumping, finding, the review and how far it is need not know.

use doorstep_delivery::{Change, Cursor};
use doorstep_engine::view::{Key, NodeId, ScopeId};
use leptos::prelude::*;

use super::answering::Answering;
use super::keeping::now;

/// The page that holds a whole form.
pub const WHOLE: Key = Key { scope: ScopeId(0), node: NodeId(0) };

impl Answering {
    /// The same, all in one page or page by page.
    #[must_use]
    pub fn in_one(mut self, whole: bool) -> Answering {
        self.whole = whole;
        self
    }

    /// The page that shows a node.
    pub fn page_of(self, key: Key) -> Option<Key> {
        let section = self.section_of(key);
        if self.whole { section.map(|_| WHOLE) } else { section }
    }

    /// What of the form a node stands in, as the list of pages has it.
    pub fn section_of(self, key: Key) -> Option<Key> {
        self.with(|session| session.page_of(key))
    }

    /// Does a group or a repeat stand in no other?
    pub fn is_section(self, key: Key) -> bool {
        self.with(|session| session.path(key)).matches('/').count() == 2
    }

    /// The reader pressed Next on the page: what is missing there is said from now on.
    pub fn check(self, page: Key) {
        let sections = || self.pages.with_untracked(|pages| pages.iter().map(|page| page.key).collect());
        let more: Vec<Key> = if page == WHOLE { sections() } else { Vec::new() };
        self.checked.update(|pages| pages.extend(more.into_iter().chain([page])));
    }

    /// The reader has seen that all is said: what is missing anywhere is said from now on.
    pub fn check_all(self) {
        let sections: Vec<Key> =
            self.pages.with_untracked(|pages| pages.iter().map(|page| page.key).collect());
        self.checked.set(sections.into_iter().chain(self.whole.then_some(WHOLE)).collect());
    }

    /// Of a whole form: the reader is in this section of it now.
    pub fn stands_in(self, section: Key) {
        let keeping = self.keeping();
        let page = Some(self.with(|session| session.path(section)));
        let cursor = keeping.cursor();
        if cursor.page != page {
            keeping.record(now(), Change::Page(Cursor { page, ..cursor }));
        }
    }
}
