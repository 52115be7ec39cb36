//! One page of a form: its questions and nothing else of the form is mounted.

use crate::components::live::{live, shown_when};
use doorstep_delivery::audit_log::Event;
use doorstep_engine::view::{Key, PageView};
use leptos::prelude::*;

use super::staying::Staying;
use super::turning::{Turning, start_at};
use super::whole_page::{self, WholeBody};
use crate::components::audited::Audited;
use crate::components::error_summary::{ErrorSummary, SUMMARY};
use crate::components::icon::{Icon, Shape};
use crate::components::items::items;
use crate::components::jump_drawer::JumpDrawer;
use crate::components::jump_list::JumpList;
use crate::components::kept::{Kept, NotKept};
use crate::components::recorded::Recorded;
use crate::components::seek_link::SeekLink;
use crate::components::silent::Silent;
use crate::components::top_bar::TopBar;
use crate::components::undo::Undo;
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;
use crate::words::direction::Direction;

/// The frame around the pages: it stays while pages turn.
#[component]
pub fn FormPage(answering: Answering, turning: Turning, lost: usize) -> impl IntoView {
    let reader = use_reader();
    let form_title = Memo::new(move |_| {
        let language = reader.language().tag();
        answering.with(|session| session.form().title(language))
    });
    let page = turning.page;
    let place = Memo::new(move |_| {
        if answering.whole {
            return whole_page::place(answering);
        }
        let current = page.get();
        answering.pages.with(|pages| {
            let here = pages.iter().position(|page| Some(page.key) == current).unwrap_or(0);
            let progress = pages.get(here).map(|page| page.progress).unwrap_or_default();
            Place { number: Some(here + 1), answered: progress.answered, askable: progress.askable }
        })
    });
    let progress = Memo::new(move |_| {
        answering.pages.with(|pages| {
            let all = pages.iter().map(|page| page.progress);
            all.fold((0, 0), |(answered, askable), page| (answered + page.answered, askable + page.askable))
        })
    });
    title(move |words| match place.get().number {
        Some(number) => format!("{} · {}", form_title.get(), (words.page_number)(number)),
        None => form_title.get(),
    });
    let is_first = move || place.get().number.is_none_or(|number| number == 1);
    let current = turning.here();
    let go = move |page: Option<Key>| {
        answering.note(Event::Jump, None);
        turning.to(page);
    };
    let assess = move |()| turning.to_assessment_from(page.get_untracked());
    view! {
        <TopBar
            title=form_title
            wide=true
            below=move || view! {
                <progress
                    max=live(move || progress.get().1.max(1).to_string())
                    prop:value=live(move || progress.get().0.to_string())
                    aria-label=live(move || { let (answered, askable) = progress.get(); (reader.language().words().answered_of)(answered, askable) })
                ></progress>
            }
        >
            <Kept answering />
        </TopBar>
        <div class="with-side">
            <aside class="side">
                <JumpList answering current go assess seek=move |key| answering.sought.set(Some(key)) />
            </aside>
            <main id="main" tabindex="-1">
                <NotKept answering />
                <Silent answering />
                <Recorded answering first=Signal::derive(is_first) />
                {(lost > 0).then(|| view! {
                    <p class="notice warn" role="alert">{say(move |w| (w.lost_steps)(lost))}</p>
                })}
                {shown_when(is_first, move || view! { <Staying answering /> <Audited answering /> }.into_any())}
                {live(move || page.get().map(|page| match answering.whole {
                    true => view! { <WholeBody answering turning place form_title /> }.into_any(),
                    false => view! { <PageBody answering page place /> }.into_any(),
                }))}
            </main>
        </div>
        <Bottom answering turning />
    }
}

/// Where the reader is. How many pages there will be nobody knows before all is answered that they hang on: no total is given that would grow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The page's, among those that are asked now; none where all is in one.
    pub number: Option<usize>,
    /// Of this page.
    pub answered: usize,
    /// Of this page.
    pub askable: usize,
}

impl Place {
    /// In words: `第 3 页 · 这一页已答 2 / 5 题`.
    pub fn said(self, words: &Words) -> String {
        let Some(number) = self.number else { return (words.answered_of)(self.answered, self.askable) };
        let number = (words.page_number)(number);
        match self.askable {
            0 => number,
            askable => format!("{number} · {}", (words.page_answered)(self.answered, askable)),
        }
    }
}

/// The questions of one page.
#[component]
fn PageBody(answering: Answering, page: Key, place: Memo<Place>) -> impl IntoView {
    answering.turn_to(page);
    let reader = use_reader();
    let of_page = move |look: fn(&PageView) -> Option<String>| {
        answering.pages.with(|pages| pages.iter().find(|view| view.key == page).and_then(look))
    };
    let label = Memo::new(move |_| of_page(|page| Some(page.label.clone())).unwrap_or_default());
    let hint = Memo::new(move |_| of_page(|page| page.hint.clone()));
    let on_page = answering.pages.with_untracked(|pages| {
        pages.iter().find(|view| view.key == page).map(|view| view.items.clone()).unwrap_or_default()
    });
    let tongue = answering.other_tongue(reader);
    // A new page starts at its top, and screen readers start at its heading; unless something on it is sought.
    if answering.sought.get_untracked().is_none() {
        start_at(HEADING);
    }
    view! {
        <div
            class="page-body" data-page=answering.page_name(page)
            lang=live(move || tongue.get()) dir=live(move || tongue.get().map(|tag| Direction::of(&tag).attribute()))
        >
            <div class="page-head">
                <div class="page-place">
                    <p class="soft small figures">
                        {live(move || place.get().said(reader.language().words()))}
                    </p>
                    <LeftOpen answering page />
                </div>
                <h1 id=HEADING tabindex="-1">{live(move || match label.get() {
                    // A page of questions without a group has no words of its own.
                    label if label.is_empty() => view! { <span class="unseen">{live(move || place.get().said(reader.language().words()))}</span> }.into_any(),
                    label => label.into_any(),
                })}</h1>
                {live(move || hint.get().map(|hint| view! { <p class="soft">{hint}</p> }))}
            </div>
            <ErrorSummary answering page />
            {items(answering, on_page, page)}
        </div>
    }
}

pub(super) const HEADING: &str = "page-heading";

/// On every page but its own: that a danger is up, and nobody said yet who was told. It does not say which, to whoever looks over a shoulder, and moves nothing.
#[component]
fn LeftOpen(answering: Answering, page: Key) -> impl IntoView {
    let reader = use_reader();
    let open = Memo::new(move |_| {
        answering.revision.track();
        answering.with(|session| session.danger_left_open().filter(|key| session.page_of(*key) != Some(page)))
    });
    live(move || {
        open.get().map(|key| {
            let go = move |key: Key| answering.sought.set(Some(key));
            let words = reader.language().words().left_open;
            view! { <span class="left-open" data-left-open="true"><SeekLink key words go /></span> }
        })
    })
}

/// Back and Next, under the thumb.
#[component]
fn Bottom(answering: Answering, turning: Turning) -> impl IntoView {
    let reader = use_reader();
    let page = turning.page;
    let was_told = Memo::new(move |_| {
        let Some(page) = page.get() else { return false };
        answering.checked.with(|pages| pages.contains(&page)) && !answering.violations_on(page).is_empty()
    });
    let next = move |_| {
        // The field that has the focus gives its answer first.
        screen::blur();
        let Some(current) = page.get_untracked() else { return };
        let first_time = answering.checked.with_untracked(|pages| !pages.contains(&current));
        if first_time {
            answering.check(current);
        }
        let wrong = untrack(|| !answering.violations_on(current).is_empty());
        if wrong {
            answering.note(Event::ConstraintError, None);
        }
        if wrong && first_time {
            // Said once; whoever goes on then knows.
            answering.keeping().hurry();
            timer::spawn(async {
                timer::sleep(30).await;
                screen::focus(SUMMARY);
                // It may be longer than the screen: it is read from its top.
                screen::scroll_to(SUMMARY);
            });
        } else {
            turning.to(untrack(|| turning.neighbours().1));
        }
    };
    let back = move |_| {
        screen::blur();
        if let (Some(before), _) = untrack(|| turning.neighbours()) {
            turning.to_page(before);
        }
    };
    let go = move |page: Option<Key>| turning.to(page);
    let assess = move |()| turning.to_assessment_from(page.get_untracked());
    view! {
        <div class="bottom">
            <div class="bottom-row">
                {shown_when(move || turning.neighbours().0.is_some(), move || view! {
                    <button type="button" class="button" data-action="back" on:click=back>
                        {say(|w| w.back)}
                    </button> }.into_any())}
                <Undo answering />
                <JumpDrawer answering current=turning.here() go assess />
                <button type="button" class="button main" data-action="next" on:click=next>
                    {live(move || {
                        let words = reader.language().words();
                        match (was_told.get(), turning.neighbours().1) {
                            (true, _) => words.go_on_anyway,
                            (false, Some(_)) => words.next,
                            (false, None) => words.to_review,
                        }
                    })}
                    {shown_when(move || !was_told.get(), move || view! {
                        <Icon shape=Shape::Next /> }.into_any())}
                </button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_page_says_its_number_and_how_far_it_is_and_no_total_that_grows() {
        let words = Language::Chinese.words();
        let said = |answered, askable| Place { number: Some(3), answered, askable }.said(words);
        assert_eq!(said(2, 5), "第 3 页 · 这一页已答 2 / 5 题");
        assert_eq!(said(0, 0), "第 3 页", "a page to read only");
        assert_eq!(Place { number: None, answered: 2, askable: 40 }.said(words), "已答 2 / 40 题");
    }
}
