//! The review: every page with its answers in words, every mistake a link, and the way to finish.

use crate::components::live::{live, shown_when};
use doorstep_delivery::audit_log::Shown;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::finish::Finish;
use super::review_page::ReviewPage;
use super::staying::Staying;
use super::turning::{Turning, start_at};
use crate::components::assessment::Rechecks;
use crate::components::audited::ChangeReason;
use crate::components::changed::Changed;
use crate::components::dangers::Dangers;
use crate::components::icon::{Icon, Shape};
use crate::components::jump_list::JumpList;
use crate::components::kept::{Kept, NotKept};
use crate::components::seek_link::SeekLink;
use crate::components::silent::Silent;
use crate::components::top_bar::TopBar;
use crate::state::answering::Answering;
use crate::state::device::use_device;
use crate::state::office;
use crate::state::reader::{say, title, use_reader};
use crate::state::seeking::violation_words;

/// The page at `/draft/:id/review`.
#[component]
pub fn Review(answering: Answering, turning: Turning) -> impl IntoView {
    let reader = use_reader();
    let device = use_device();
    title(|words| words.review.to_owned());
    // Whoever looks at the review has seen that all is said: mistakes are shown on every page from now on.
    answering.check_all();
    answering.shows(Some(Shown::End));
    answering.keeping().hurry();
    start_at("review-heading");

    let violations = Memo::new(move |_| {
        answering.revision.track();
        answering.with(|session| session.violations())
    });
    let count = Signal::derive(move || violations.with(Vec::len));
    let form_title = move || {
        let language = reader.language().tag();
        answering.with(|session| session.form().title(language))
    };
    let problems = move || {
        let words = reader.language().words();
        let links = violations.get().into_iter().map(|(key, violation)| {
            view! {
                <li>
                    <SeekLink
                        key
                        words=(words.problem)(&answering.called(key), &violation_words(&violation, words))
                        go=move |key| answering.sought.set(Some(key))
                    />
                </li>
            }
        });
        view! { <ul>{links.collect_view()}</ul> }
    };
    let go = move |page: Option<Key>| turning.to(page);
    view! {
        <TopBar title=Signal::derive(form_title) wide=true>
            <Kept answering />
        </TopBar>
        <div class="with-side">
            <aside class="side">
                <JumpList answering current=Signal::derive(|| None) go assess=move |()| turning.to_assessment(false) seek=move |key| answering.sought.set(Some(key)) />
            </aside>
            <main id="main" tabindex="-1" data-page="review">
                <div class="page-head">
                    <h1 id="review-heading" tabindex="-1">{live(move || reader.language().words().to_review)}</h1>
                </div>
                <NotKept answering />
                <Dangers answering />
                <Silent answering />
                <Rechecks answering />
                <Staying answering />
                {answering.with(|session| session.measures().next().is_some()).then(|| view! {
                    <button type="button" class="button" data-action="assessment" on:click=move |_| turning.to_assessment(false)>
                        <Icon shape=Shape::Scales />
                        {say(|w| w.see_assessment)}
                    </button>
                    {shown_when(move || !answering.is_practice() && answering.with(|session| office::seals(device, session.form())), || view! {
                        <p class="notice warn" data-last-chance="soon">{say(|w| w.report.last_chance_soon)}</p> }.into_any())}
                })}
                {live(move || {
                    let words = reader.language().words();
                    answering.revision.track();
                    match count.get() {
                        // What fell silent is no good ending.
                        0 if answering.with(|session| !session.silenced().is_empty()) => ().into_any(),
                        0 => view! { <p class="notice" role="status">{words.review_good}</p> }.into_any(),
                        n => view! {
                            <div class="notice danger">
                                <h2>{(words.review_problems)(n)}</h2>
                                {problems()}
                            </div>
                        }
                        .into_any(),
                    }
                })}
                <ChangeReason answering />
                <Changed answering />
                {live(move || {
                    // In another language everything is written anew.
                    reader.language();
                    answering.revision.track();
                    let pages = answering.pages.get();
                    pages.into_iter().map(|page| view! { <ReviewPage answering turning page /> }).collect_view()
                })}
            </main>
        </div>
        <Finish answering turning count />
    }
}
