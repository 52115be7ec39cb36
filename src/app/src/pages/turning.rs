//! Which page of the form the reader is on: the address says it by the page's name, so that the phone's own
//! back button turns pages too.

use std::rc::Rc;

use doorstep_delivery::Uuid;
use doorstep_engine::view::Key;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::whole::WHOLE;

type Navigate = Rc<dyn Fn(&str, NavigateOptions)>;

/// Where the reader is in the draft, and the way elsewhere.
#[derive(Clone, Copy)]
pub struct Turning {
    answering: Answering,
    id: Uuid,
    navigate: StoredValue<Navigate, LocalStorage>,
    /// The page that is meant where the address names none: the one where the draft was left.
    pub left_at: RwSignal<Option<Key>>,
    /// The page; where the draft was left, else the first one, if the address names none that there is.
    pub page: Memo<Option<Key>>,
    /// Was the survey finished? Then there is no way back into it.
    pub finished: RwSignal<bool>,
    /// The page from which the assessment was looked at; nothing: the review.
    looked_from: RwSignal<Option<Key>>,
    /// Is it the assessment?
    pub at_assessment: Memo<bool>,
    /// Is it the review?
    pub at_review: Memo<bool>,
    /// Does the address name a page?
    pub is_named: Memo<bool>,
    /// Of a form that is all in one page: the section that the reader wants to see, until it is seen.
    pub wanted: RwSignal<Option<Key>>,
    /// And the one that they are in, as far as is known.
    pub section: RwSignal<Option<Key>>,
}

/// What of the draft the address asks for.
#[derive(Clone, PartialEq)]
enum Part {
    /// A page, by its name; the first one if it names none.
    Page(Option<String>),
    /// The review.
    Review,
    /// What it comes to.
    Assessment,
}

impl Turning {
    /// Within the router.
    pub fn new(answering: Answering, id: Uuid) -> Turning {
        // Of the router itself: a route's own query is not renewed when only its parameters change.
        let location = use_location();
        let here = format!("/draft/{id}");
        let part = Memo::new(move |old: Option<&Option<Part>>| {
            let path = location.pathname.get();
            match path.strip_prefix(&here).map(|rest| rest.trim_matches('/')) {
                Some("review") => Some(Part::Review),
                Some("assessment") => Some(Part::Assessment),
                Some(_) => Some(Part::Page(location.query.with(|query| query.get("page")))),
                // On the way out of the draft, what is on the screen stays.
                None => old.cloned().flatten(),
            }
        });
        let left_at = RwSignal::new(None);
        let page = Memo::new(move |_| {
            if answering.whole {
                return Some(WHOLE);
            }
            let wanted = match part.get() {
                Some(Part::Page(wanted)) => wanted,
                Some(Part::Review | Part::Assessment) | None => None,
            };
            answering.pages.with(|pages| {
                let named = pages.iter().find(|page| Some(answering.page_name(page.key)) == wanted);
                let left = || left_at.get().and_then(|left| pages.iter().find(|page| page.key == left));
                named.or_else(left).or(pages.first()).map(|page| page.key)
            })
        });
        let at_assessment = Memo::new(move |_| part.with(|part| matches!(part, Some(Part::Assessment))));
        let at_review = Memo::new(move |_| part.with(|part| matches!(part, Some(Part::Review))));
        let is_named = Memo::new(move |_| part.with(|part| matches!(part, Some(Part::Page(Some(_))))));
        let navigate = use_navigate();
        let navigate: Navigate = Rc::new(move |to: &str, options| navigate(to, options));
        Turning {
            answering,
            id,
            navigate: StoredValue::new_local(navigate),
            left_at,
            looked_from: RwSignal::new(None),
            page,
            finished: RwSignal::new(false),
            at_assessment,
            at_review,
            is_named,
            wanted: RwSignal::new(None),
            section: RwSignal::new(None),
        }
    }

    /// To a page; to a section, where all is in one page.
    pub fn to_page(self, page: Key) {
        if self.answering.whole {
            self.wanted.set(if page == WHOLE { self.section.get_untracked() } else { Some(page) });
            if self.at_review.get_untracked() || self.at_assessment.get_untracked() {
                self.go(&format!("/draft/{}", self.id), false);
            }
            return;
        }
        self.go(&format!("/draft/{}?page={}", self.id, self.answering.page_name(page)), false);
    }

    /// To a page, so that going back does not come here again.
    pub fn to_page_instead(self, page: Key) {
        self.go(&format!("/draft/{}?page={}", self.id, self.answering.page_name(page)), true);
    }

    /// To the review.
    pub fn to_review(self) {
        self.go(&format!("/draft/{}/review", self.id), false);
    }

    /// The survey's id.
    pub fn id(self) -> Uuid {
        self.id
    }

    /// To what the survey comes to. `instead`: going back does not come here again.
    pub fn to_assessment(self, instead: bool) {
        self.looked_from.set(None);
        self.go(&format!("/draft/{}/assessment", self.id), instead);
    }

    /// To what the survey comes to so far, from a page.
    pub fn to_assessment_from(self, page: Option<Key>) {
        screen::blur();
        self.answering.keeping().hurry();
        self.to_assessment(false);
        self.looked_from.set(page);
    }

    /// From the assessment back to where it was looked at from.
    pub fn back_from_assessment(self) {
        self.to(self.looked_from.get_untracked());
    }

    /// To a page, or to the review.
    pub fn to(self, page: Option<Key>) {
        match page {
            Some(page) => self.to_page(page),
            None => self.to_review(),
        }
    }

    /// To the outbox, which tells that this survey is finished.
    pub fn to_outbox(self) {
        self.go(&format!("/outbox?finished={}", self.id), true);
    }

    /// Back to the day, on to the next door: the visit is below, among those that were made.
    pub fn to_day(self) {
        self.go("/day", true);
    }

    /// Where the list of pages shows the reader to be.
    pub fn here(self) -> Signal<Option<Key>> {
        if !self.answering.whole {
            return self.page.into();
        }
        Signal::derive(move || {
            let first = || self.answering.pages.with(|pages| pages.first().map(|page| page.key));
            self.section.get().or_else(first)
        })
    }

    /// The page before the current one, and the one after it.
    pub fn neighbours(self) -> (Option<Key>, Option<Key>) {
        if self.answering.whole {
            return (None, None);
        }
        let current = self.page.get();
        self.answering.pages.with(|pages| {
            let place = pages.iter().position(|page| Some(page.key) == current).unwrap_or(0);
            let before = place.checked_sub(1).and_then(|place| pages.get(place));
            (before.map(|page| page.key), pages.get(place + 1).map(|page| page.key))
        })
    }

    fn go(self, to: &str, replace: bool) {
        let navigate = self.navigate.get_value();
        navigate(to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    }
}

/// A new page starts at its top, and screen readers start at its heading.
pub fn start_at(heading: &'static str) {
    timer::spawn(async move {
        // The heading is there after this turn.
        timer::sleep(0).await;
        screen::focus(heading);
        screen::scroll_to_top();
    });
}
