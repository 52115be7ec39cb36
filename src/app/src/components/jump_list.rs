//! All pages of the form, each with how it stands: a drawer on a phone, at the side of a wide screen.

use doorstep_engine::view::{Key, PageView};
use leptos::prelude::*;

use super::find_question::FindQuestion;
use super::icon::{Icon, Shape};
use super::live::{Row, live, rows, shown_when};
use crate::state::answering::Answering;
use crate::state::page_state::PageState;
use crate::state::reader::{say, use_reader};
use crate::state::seeking::field_id;

/// The list, with the way to the assessment where the form has one. `go` is called with the page wanted, or nothing for the review.
#[component]
pub fn JumpList(
    answering: Answering,
    /// Where the reader is; nothing: at the review.
    #[prop(into)]
    current: Signal<Option<Key>>,
    #[prop(into)] go: Callback<Option<Key>>,
    /// To what the answers come to.
    #[prop(into)]
    assess: Callback<()>,
    /// To a question that was found.
    #[prop(into)]
    seek: Callback<Key>,
) -> impl IntoView {
    let assesses = answering.with(|session| session.measures().next().is_some());
    // How far each page is changes with every answer; which pages there are, seldom.
    let keys = Memo::new(move |_| {
        answering.pages.with(|pages| pages.iter().map(|page| page.key).collect::<Vec<Key>>())
    });
    let pages = move || {
        let row = |(place, key): (usize, Key)| {
            Row::new(format!("{place} {}", field_id(key)), move || row(answering, place, key, current, go))
        };
        keys.get().into_iter().enumerate().map(row).collect()
    };
    view! {
        <FindQuestion answering go=seek />
        <nav class="jump" aria-label=say(|w| w.pages)>
            <ol>
                {rows(pages)}
                {shown_when(move || { answering.pages.track(); answering.hides_pages() }, || view! {
                    <li class="soft small jump-note" data-pages-follow="true">{say(|w| w.pages_follow)}</li> }.into_any())}
                <li>
                    <a
                        href="#"
                        rel="external"
                        class="review"
                        data-action="jump"
                        data-page="review"
                        aria-current=live(move || current.get().is_none().then_some("page"))
                        on:click=move |event| {
                            event.prevent_default();
                            go.run(None);
                        }
                    >
                        <span class="dot"><Icon shape=Shape::Check small=true /></span>
                        <span class="grow">{say(|w| w.to_review)}</span>
                    </a>
                </li>
                {assesses.then(|| view! {
                    <li>
                        <a
                            href="#"
                            rel="external"
                            class="review"
                            data-action="jump"
                            data-page="assessment"
                            on:click=move |event| {
                                event.prevent_default();
                                assess.run(());
                            }
                        >
                            <span class="dot"><Icon shape=Shape::Scales small=true /></span>
                            <span class="grow">{say(|w| w.assessment)}</span>
                        </a>
                    </li>
                })}
            </ol>
        </nav>
    }
}

fn row(
    answering: Answering,
    place: usize,
    key: Key,
    current: Signal<Option<Key>>,
    go: Callback<Option<Key>>,
) -> impl IntoView {
    let reader = use_reader();
    let name = answering.page_name(key);
    let of_page = move |look: fn(&PageView) -> String| {
        answering.pages.with(|pages| pages.iter().find(|page| page.key == key).map(look)).unwrap_or_default()
    };
    let state = Memo::new(move |_| {
        let checked = answering.checked.with(|pages| pages.contains(&key));
        answering.pages.with(|pages| {
            pages
                .iter()
                .find(|page| page.key == key)
                .map_or(PageState::Untouched, |page| PageState::of(page, checked))
        })
    });
    let label = Memo::new(move |_| of_page(|page| page.label.clone()));
    let said = move || {
        let words = reader.language().words();
        match state.get() {
            PageState::Untouched => words.page_untouched,
            PageState::Part => words.page_part,
            PageState::Done => words.page_done,
            PageState::Problem => words.page_problem,
        }
    };
    view! {
        <li>
            <a
                href=format!("?page={name}")
                rel="external"
                class=live(move || state.get().name())
                data-action="jump"
                data-page=name
                data-state=live(move || state.get().name())
                aria-current=live(move || (current.get() == Some(key)).then_some("page"))
                on:click=move |event| {
                    event.prevent_default();
                    go.run(Some(key));
                }
            >
                <span class="dot figures">
                    {live(move || match state.get() {
                        PageState::Done => view! { <Icon shape=Shape::Check small=true /> }.into_any(),
                        PageState::Problem => view! { <span class="mark">"!"</span> }.into_any(),
                        PageState::Untouched | PageState::Part => (place + 1).into_any(),
                    })}
                </span>
                <span class="grow">{live(move || label.get())}</span>
                <span class="unseen">{said}</span>
            </a>
        </li>
    }
}
