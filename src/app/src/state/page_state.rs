//! How a page stands in the jump list, from what its view says. Pure.

use doorstep_engine::view::PageView;

/// How a page stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageState {
    /// Nothing answered yet.
    Untouched,
    /// Some of it answered.
    Part,
    /// All that has to be answered is, and well, and so is all without which a scale has no score.
    Done,
    /// The reader was there and left something wrong or missing.
    Problem,
}

impl PageState {
    /// `checked`: the reader pressed Next on it, or looked at the review.
    pub fn of(page: &PageView, checked: bool) -> PageState {
        let all_answered = page.progress.answered == page.progress.askable;
        if checked && page.violations > 0 {
            PageState::Problem
        } else if page.violations == 0
            && (checked && page.unscored == 0 || all_answered && page.progress.askable > 0)
        {
            PageState::Done
        } else if page.progress.answered > 0 {
            PageState::Part
        } else {
            PageState::Untouched
        }
    }

    /// As style sheets and tests name it.
    pub fn name(self) -> &'static str {
        match self {
            PageState::Untouched => "missing",
            PageState::Part => "part",
            PageState::Done => "done",
            PageState::Problem => "problem",
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::view::{Key, NodeId, Progress, ScopeId};

    use super::*;

    fn page(answered: usize, askable: usize, violations: usize) -> PageView {
        PageView {
            key: Key { scope: ScopeId(0), node: NodeId(1) },
            items: Vec::new(),
            label: String::new(),
            hint: None,
            progress: Progress { answered, askable },
            violations,
            unscored: 0,
        }
    }

    #[test]
    fn what_a_score_needs_is_not_done_before_it_is_answered() {
        let scored = |answered, unscored| PageView { unscored, ..page(answered, 4, 0) };
        assert_eq!(PageState::of(&scored(0, 4), true), PageState::Untouched);
        assert_eq!(PageState::of(&scored(2, 2), true), PageState::Part);
        assert_eq!(PageState::of(&scored(3, 0), true), PageState::Done, "the last one is optional");
        assert_eq!(PageState::of(&scored(4, 0), false), PageState::Done);
    }

    #[test]
    fn a_page_is_done_when_all_is_answered_or_the_rest_is_optional_and_was_seen() {
        assert_eq!(PageState::of(&page(3, 3, 0), false), PageState::Done);
        assert_eq!(PageState::of(&page(1, 3, 0), false), PageState::Part);
        assert_eq!(PageState::of(&page(1, 3, 0), true), PageState::Done);
        assert_eq!(PageState::of(&page(0, 0, 0), true), PageState::Done, "a page to read only");
    }

    #[test]
    fn what_is_missing_is_a_problem_only_after_the_reader_went_on() {
        assert_eq!(PageState::of(&page(0, 3, 2), false), PageState::Untouched);
        assert_eq!(PageState::of(&page(1, 3, 2), false), PageState::Part);
        assert_eq!(PageState::of(&page(1, 3, 2), true), PageState::Problem);
    }
}
