//! What is on the desk, kept on the device: a moment after each change, at once when its page is left, and never by two windows.

use doorstep_app::platform::{clock, designs, timer};
use leptos::prelude::*;

use super::{Desk, Kept};
use crate::document::{Document, History};
use crate::kept::Design;

impl Desk {
    /// Another window goes on with it from now on.
    pub fn give_up(self) {
        // The other one waits a moment for what was typed last.
        self.keep_waiting();
        self.given_up.try_set_value(true);
    }

    pub(super) fn is_waiting(self) -> bool {
        self.kept.try_get_untracked().is_some_and(|kept| kept != Kept::Yes)
    }

    pub(super) fn keep_waiting(self) {
        if self.is_waiting() {
            self.keep();
        }
    }

    /// In the order in which this is called: the browser opens its database for one after the other.
    pub(super) fn keep(self) {
        // Whoever left has had it kept then.
        if self.given_up.try_get_value() != Some(false) {
            return;
        }
        let (id, len) = (self.id.get_value(), self.history.with_value(History::len));
        let design = Design {
            document: self.now(Document::clone),
            begun_from: self.begun_from.get_untracked(),
            cases: self.cases.get_untracked(),
            at: clock::now_ms(),
        };
        let revision = self.revision.get_untracked();
        timer::spawn(async move {
            let is_kept = designs::put(&id, &design.to_json()).await.is_ok();
            if self.revision.try_get_untracked() != Some(revision) {
                return;
            }
            self.kept.try_set(if is_kept { Kept::Yes } else { Kept::No });
            if is_kept {
                self.history.try_update_value(|history| history.keep(len));
            }
        });
    }
}
