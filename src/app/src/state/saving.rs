//! When answers are written down for good, and what the reader is told meanwhile.
//!
//! Keeps invariant 4: it says [`Kept`](Word::Kept) only when a strict commit that covers the last answer has
//! resolved, and it asks for that commit on leaving a page and at the latest two seconds after an answer.
//! Pure: it is told the time and what happened, and says what to do next.

/// So long must nobody answer before a strict commit starts: typing should not pay for one per letter.
const QUIET_MS: i64 = 700;
/// So old may the oldest unkept answer grow before its commit starts; the rest of the two seconds is for the commit.
const LONGEST_MS: i64 = 1_500;
/// A commit that failed is tried again after this.
const AGAIN_MS: i64 = 2_000;

/// What the reader is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// Everything answered is on the device, for good.
    Kept,
    /// Something answered is not yet.
    Saving,
    /// The last commit failed; it will be tried again.
    Failed,
}

/// When the next strict commit is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Nothing to keep, or a commit is under way.
    Never,
    /// At this moment, in milliseconds of the clock that [`Saving::answered`] is told.
    At(i64),
    /// At once.
    Now,
}

/// How far the answers of one draft are kept.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Saving {
    /// Changes so far: answers, instances added and removed, pages turned.
    given: u64,
    /// How many of them a strict commit has covered.
    kept: u64,
    /// How many the commit under way will cover.
    under_way: Option<u64>,
    /// When the oldest one that no commit covers was made.
    oldest_ms: i64,
    /// When the newest one was made.
    newest_ms: i64,
    /// The reader leaves the page, the app, or finishes: nothing may wait.
    urgent: bool,
    /// When the last commit failed, if it did.
    failed_ms: Option<i64>,
}

impl Saving {
    /// Something changed that must be kept.
    pub fn answered(&mut self, now_ms: i64) {
        if self.given == self.under_way.unwrap_or(self.kept) {
            self.oldest_ms = now_ms;
        }
        self.newest_ms = now_ms;
        self.given += 1;
    }

    /// What is not kept must be kept at once.
    pub fn hurry(&mut self) {
        self.urgent = self.given > self.kept;
    }

    /// When to start the next commit.
    pub fn due(&self) -> Due {
        if self.under_way.is_some() || self.given == self.kept {
            Due::Never
        } else if let Some(failed) = self.failed_ms {
            Due::At(failed + AGAIN_MS)
        } else if self.urgent {
            Due::Now
        } else {
            Due::At((self.newest_ms + QUIET_MS).min(self.oldest_ms + LONGEST_MS))
        }
    }

    /// A strict commit of everything given so far starts.
    pub fn started(&mut self) {
        self.under_way = Some(self.given);
    }

    /// The commit under way has resolved.
    pub fn committed(&mut self) {
        if let Some(covered) = self.under_way.take() {
            self.kept = covered;
        }
        self.failed_ms = None;
        self.urgent &= self.given > self.kept;
    }

    /// The commit under way has failed: nothing more is kept than before.
    pub fn failed(&mut self, now_ms: i64) {
        self.under_way = None;
        self.failed_ms = Some(now_ms);
    }

    /// What the reader is told.
    pub fn word(&self) -> Word {
        if self.given == self.kept {
            Word::Kept
        } else if self.failed_ms.is_some() && self.under_way.is_none() {
            Word::Failed
        } else {
            Word::Saving
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_draft_is_kept_and_has_nothing_to_do() {
        let saving = Saving::default();
        assert_eq!((saving.word(), saving.due()), (Word::Kept, Due::Never));
    }

    #[test]
    fn an_answer_is_kept_only_when_its_commit_has_resolved() {
        let mut saving = Saving::default();
        saving.answered(0);
        assert_eq!(saving.word(), Word::Saving);
        saving.started();
        assert_eq!((saving.word(), saving.due()), (Word::Saving, Due::Never));
        saving.committed();
        assert_eq!((saving.word(), saving.due()), (Word::Kept, Due::Never));
    }

    #[test]
    fn an_answer_during_a_commit_is_not_covered_by_it() {
        let mut saving = Saving::default();
        saving.answered(0);
        saving.started();
        saving.answered(750);
        saving.committed();
        assert_eq!((saving.word(), saving.due()), (Word::Saving, Due::At(1_450)));
    }

    #[test]
    fn typing_without_a_pause_does_not_put_the_commit_off_for_ever() {
        let mut saving = Saving::default();
        for now in (0..1_400).step_by(100) {
            saving.answered(now);
        }
        assert_eq!(saving.due(), Due::At(LONGEST_MS));
    }

    #[test]
    fn leaving_the_page_commits_at_once_and_again_for_what_came_meanwhile() {
        let mut saving = Saving::default();
        saving.hurry();
        assert_eq!(saving.due(), Due::Never, "nothing to keep");
        saving.answered(0);
        saving.hurry();
        assert_eq!(saving.due(), Due::Now);
        saving.started();
        saving.answered(10);
        saving.hurry();
        saving.committed();
        assert_eq!(saving.due(), Due::Now);
        saving.started();
        saving.committed();
        assert_eq!((saving.word(), saving.due()), (Word::Kept, Due::Never));
    }

    #[test]
    fn a_failed_commit_is_said_and_tried_again() {
        let mut saving = Saving::default();
        saving.answered(0);
        saving.started();
        saving.failed(900);
        assert_eq!((saving.word(), saving.due()), (Word::Failed, Due::At(900 + AGAIN_MS)));
        saving.started();
        assert_eq!(saving.word(), Word::Saving);
        saving.committed();
        assert_eq!(saving.word(), Word::Kept);
    }
}
