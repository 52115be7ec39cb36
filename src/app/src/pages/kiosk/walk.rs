//! Through a form as a kiosk asks it: one screen at a time, and no further before what is on it is right.

use doorstep_engine::session::Session;
use doorstep_engine::view::{GroupView, Key};
use leptos::prelude::*;

use super::screens::{self, Screen as Shown};
use super::word;
use crate::components::items::items;
use crate::components::live::{live, shown_when};
use crate::components::read_aloud::page_aloud;
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::field_id;
use crate::words::direction::Direction;

const HEADING: &str = "kiosk-heading";

/// The screen where they are, with back and next.
#[component]
pub fn Walk(
    /// The form that runs.
    answering: Answering,
    /// What the screen shows first, by its path: there they go on when this is built anew. Nothing: at the first.
    place: RwSignal<Option<String>>,
    /// Is it being handed in?
    busy: RwSignal<bool>,
    /// Could it not be?
    failed: RwSignal<bool>,
    /// Has it the page to itself? Only then does it take the focus before anything is touched, and the page to its top.
    alone: bool,
    /// All of it is answered.
    #[prop(into)]
    over: Callback<()>,
    /// Back from the first.
    #[prop(into)]
    out: Callback<()>,
) -> impl IntoView {
    let reader = use_reader();
    let all = StoredValue::new(answering.with(screens::all));
    let look = move |look: &dyn Fn(&Session, &[Shown]) -> Option<usize>| {
        all.with_value(|all| answering.with(|session| look(session, all)))
    };
    let begun = place.with_untracked(|path| {
        let path = path.as_ref()?;
        look(&|session, all| screens::that_shows(session, all, session.at(path)?))
    });
    let here = RwSignal::new(begun.or_else(|| look(&|session, all| screens::first(session, all))));
    let touched = StoredValue::new(alone);
    let wrong = RwSignal::new(false);
    let neighbours = Memo::new(move |_| {
        // What comes next hangs on what is answered here.
        answering.revision.track();
        let here = here.get();
        let around =
            |here| all.with_value(|all| answering.with(|session| screens::neighbours(session, all, here)));
        here.map(around).unwrap_or_default()
    });
    let turn = move |to: usize| {
        wrong.set(false);
        touched.set_value(true);
        let path =
            all.with_value(|all| answering.with(|session| all.get(to).map(|shown| shown.path(session))));
        place.set(path);
        here.set(Some(to));
    };
    let next = move |_| {
        // The field that has the focus gives its answer first.
        screen::blur();
        let Some(at) = here.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let Some(shown) = all.with_value(|all| all.get(at).cloned()) else { return };
        // What is missing is said of this question only: the others of its page have not been seen.
        let page = answering.with(|session| shown.page(session));
        answering.checked.set(page.into_iter().collect());
        let violations = page.map(|page| untrack(|| answering.violations_on(page))).unwrap_or_default();
        let first_wrong = violations.into_iter().map(|(key, _)| key);
        let first_wrong =
            answering.with(|session| first_wrong.into_iter().find(|key| shown.shows(session, *key)));
        if let Some(key) = first_wrong {
            wrong.set(true);
            timer::spawn(async move {
                timer::sleep(30).await;
                screen::focus(&field_id(key));
            });
            return;
        }
        match untrack(|| neighbours.get()).1 {
            Some(next) => turn(next),
            None => {
                let left = look(&|session, all| {
                    let wrong = session.violations().into_iter();
                    wrong.map(|(key, _)| key).find_map(|key| screens::that_shows(session, all, key))
                });
                match left {
                    Some(left) => turn(left),
                    None => over.run(()),
                }
            }
        }
    };
    let back = move |_| {
        screen::blur();
        match untrack(|| neighbours.get()).0 {
            Some(before) => turn(before),
            None => out.run(()),
        }
    };
    let shown = move || {
        let shown = all.with_value(|all| all.get(here.get()?).cloned())?;
        let page = answering.with(|session| shown.page(session))?;
        let focus = touched.get_value();
        Some(view! { <Screen answering shown page focus top=alone /> })
    };
    view! {
        {live(shown)}
        {shown_when(move || wrong.get(), || view! { <p class="notice danger" role="alert" data-wrong>{word(|w| w.not_right)}</p> }.into_any())}
        {shown_when(move || failed.get(), || view! { <p class="notice danger" role="alert" data-failed>{word(|w| w.not_handed_in)}</p> }.into_any())}
        <div class="kiosk-foot">
            <button type="button" class="button" data-action="back" on:click=back>
                {live(move || {
                    let words = &reader.language().words().kiosk;
                    if neighbours.get().0.is_some() { words.back } else { words.clear }
                })}
            </button>
            <button type="button" class="button main" data-action="next" aria-disabled=live(move || busy.get().then_some("true")) on:click=next>
                {live(move || {
                    let words = &reader.language().words().kiosk;
                    match (busy.get(), neighbours.get().1) {
                        (true, _) => words.handing_in,
                        (false, Some(_)) => words.next,
                        (false, None) => words.hand_in,
                    }
                })}
            </button>
        </div>
    }
}

#[component]
fn Screen(answering: Answering, shown: Shown, page: Key, focus: bool, top: bool) -> impl IntoView {
    // Of the question before on the same page nothing is judged here.
    answering.checked.set(Vec::new());
    answering.turn_to(page);
    let label = Memo::new(move |_| {
        answering
            .pages
            .with(|pages| pages.iter().find(|view| view.key == page).map(|view| view.label.clone()))
    });
    let within: Vec<_> = shown.within.iter().filter_map(|key| answering.group(*key)).map(named).collect();
    let tongue = answering.other_tongue(use_reader());
    if focus {
        timer::spawn(async move {
            timer::sleep(30).await;
            if top {
                screen::scroll_to_top();
            }
            screen::focus(HEADING);
        });
    }
    view! {
        <div
            class="page-body" data-page=answering.page_name(page)
            lang=live(move || tongue.get()) dir=live(move || tongue.get().map(|tag| Direction::of(&tag).attribute()))
        >
            <h1 id=HEADING tabindex="-1">{live(move || label.get())}</h1>
            {page_aloud(answering, page, shown.items.clone())}
            {within}
            {items(answering, shown.items, page)}
        </div>
    }
}

/// The heading of a group that the question stands in.
fn named(group: ArcRwSignal<GroupView>) -> AnyView {
    let label = Memo::new(move |_| group.with(|group| group.label.clone()));
    let shown = move || view! { <h2>{live(move || label.get())}</h2> }.into_any();
    shown_when(move || label.with(|label| !label.is_empty()), shown).into_any()
}
