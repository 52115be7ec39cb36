//! Every control there is, one of each: for trying out, and for looking at. Loads its form when it is opened, and keeps nothing of it.

use doorstep_engine::view::Key;
use leptos::prelude::*;

use crate::components::items::items;
use crate::components::live::{Row, live, rows};
use crate::components::top_bar::TopBar;
use crate::components::undo::Undo;
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::device::use_device;
use crate::state::gallery;
use crate::state::reader::{say, title, use_reader};
use crate::state::seeking::field_id;

const HEADING: &str = "gallery-heading";

#[derive(Clone, Copy)]
enum Opening {
    Loading,
    Open(Answering),
    None,
}

/// The page at `/gallery`.
#[component]
pub fn GalleryPage() -> impl IntoView {
    let (device, reader) = (use_device(), use_reader());
    title(|words| words.controls.gallery.to_owned());
    let opening = RwSignal::new(Opening::Loading);
    let owner = Owner::current().unwrap_or_default();
    timer::spawn(async move {
        let opened = gallery::open(device, reader.language_now().tag(), owner).await;
        opening.try_set(opened.map_or(Opening::None, Opening::Open));
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.controls.gallery.to_owned())) />
        <main id="main" tabindex="-1" data-screen="gallery">
            <p class="notice">{say(|w| w.controls.gallery_explained)}</p>
            {live(move || match opening.get() {
                Opening::Loading => view! { <p class="soft show-late" role="status">{say(|w| w.loading)}</p> }.into_any(),
                Opening::None => view! { <p class="empty" role="alert">{say(|w| w.controls.gallery_none)}</p> }.into_any(),
                Opening::Open(answering) => view! { <Pages answering page=RwSignal::new(None) /> }.into_any(),
            })}
        </main>
    }
}

/// The pages of a form of which nothing is kept, with a button for each; `page` is the one that is shown.
#[component]
pub fn Pages(answering: Answering, page: RwSignal<Option<Key>>) -> impl IntoView {
    let reader = use_reader();
    if page.with_untracked(Option::is_none) {
        page.set(answering.pages.with_untracked(|pages| pages.first().map(|page| page.key)));
    }
    Effect::new(move || answering.read_in(reader.language().tag()));
    // A form may take the reader to a question elsewhere, and a question answered at one tap to the next page.
    Effect::new(move || {
        let Some(sought) = answering.sought.get() else { return };
        let found = answering.with(|session| session.page_of(sought));
        if found.is_some() && found != page.get_untracked() {
            page.set(found);
        }
        timer::spawn(async move {
            timer::sleep(60).await;
            screen::focus(&field_id(sought));
            answering.sought.try_set(None);
        });
    });
    let buttons = move || {
        let all = answering.pages.get();
        let words = reader.language().words();
        let button = |(place, view): (usize, doorstep_engine::view::PageView)| {
            let (key, name) = (view.key, answering.page_name(view.key));
            // Questions without a group have no words of their own.
            let label = if view.label.is_empty() { (words.page_number)(place + 1) } else { view.label };
            // The label is in the key, since a row does not follow the language by itself.
            Row::new(format!("{name} {label}"), move || {
                let is_here = move || (page.get() == Some(key)).then_some("page");
                view! {
                    <button type="button" class="button" data-to=name aria-current=live(is_here) on:click=move |_| page.set(Some(key))>
                        {label}
                    </button>
                }
            })
        };
        all.into_iter().enumerate().map(button).collect()
    };
    view! {
        <nav class="gallery-pages" aria-label=say(|w| w.controls.gallery_pages)>{rows(buttons)}</nav>
        {live(move || page.get().map(|key| view! { <Body answering page key /> }))}
    }
}

#[component]
fn Body(answering: Answering, page: RwSignal<Option<Key>>, key: Key) -> impl IntoView {
    let reader = use_reader();
    answering.turn_to(key);
    let label = Memo::new(move |_| {
        let label = answering
            .pages
            .with(|pages| pages.iter().find(|view| view.key == key).map(|view| view.label.clone()));
        // A page that is called nothing is called as its form is.
        label
            .filter(|label| !label.is_empty())
            .unwrap_or_else(|| answering.with(|session| session.form().title(reader.language().tag())))
    });
    let on_page = answering.pages.with_untracked(|pages| {
        pages.iter().find(|view| view.key == key).map(|view| view.items.clone()).unwrap_or_default()
    });
    // What is wrong is said when the page is left; here one may also ask for it, and stay.
    let next = move |_| {
        screen::blur();
        let here = answering.checked.with_untracked(|pages| pages.contains(&key));
        if !here {
            answering.checked.update(|pages| pages.push(key));
        }
        let wrong = untrack(|| answering.violations_on(key)).first().map(|(question, _)| *question);
        match wrong.filter(|_| !here) {
            Some(question) => drop(screen::focus(&field_id(question))),
            None => {
                let after = answering.pages.with_untracked(|pages| {
                    let place = pages.iter().position(|view| view.key == key)?;
                    pages.get(place + 1).or(pages.first()).map(|view| view.key)
                });
                page.set(after);
                screen::focus(HEADING);
                screen::scroll_to_top();
            }
        }
    };
    view! {
        <div class="page-body" data-page=answering.page_name(key)>
            <h1 id=HEADING tabindex="-1">{live(move || label.get())}</h1>
            {items(answering, on_page, key)}
            <div class="actions">
                <Undo answering />
                <button type="button" class="button main" data-action="next" on:click=next>{say(|w| w.next)}</button>
            </div>
        </div>
    }
}
