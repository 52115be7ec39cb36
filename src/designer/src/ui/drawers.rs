//! What is opened from the bar over the sheets: ways to take the form away, its files, its cases and the rest, each a drawer with its own title and a way to close it.

use doorstep_app::designing::{live, use_reader};
use doorstep_app::platform::page as screen;
use leptos::prelude::*;

use super::cutoffs::CutOffs;
use super::desk::use_desk;
use super::files::FilesDrawer;
use super::library::Library;
use super::picture::Drawing;
use super::publish::Publish;
use super::take_away::TakeAway;
use super::translate::Translate;
use super::trials::Trials;
use super::words::{Words, tell, words};

/// What is opened from the bar. On a wide screen it takes the sheet's place, but for what is used beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawer {
    TakeAway,
    Library,
    Files,
    Translate,
    Picture,
    CutOffs,
    Trials,
    Publish,
}

impl Drawer {
    const ALL: [Drawer; 8] = [
        Drawer::TakeAway,
        Drawer::Library,
        Drawer::Files,
        Drawer::Translate,
        Drawer::Picture,
        Drawer::CutOffs,
        Drawer::Trials,
        Drawer::Publish,
    ];

    fn name(self) -> &'static str {
        match self {
            Drawer::TakeAway => "take-away",
            Drawer::Library => "library",
            Drawer::Files => "files",
            Drawer::Translate => "translate",
            Drawer::Picture => "picture",
            Drawer::CutOffs => "cutoffs",
            Drawer::Trials => "trials",
            Drawer::Publish => "publish",
        }
    }

    fn word(self, words: &'static Words) -> &'static str {
        match self {
            Drawer::TakeAway => words.take_away,
            Drawer::Library => words.library,
            Drawer::Files => words.files.files,
            Drawer::Translate => words.translate,
            Drawer::Picture => words.picture,
            Drawer::CutOffs => words.cutoffs.title,
            Drawer::Trials => words.trials,
            Drawer::Publish => words.publish,
        }
    }

    /// Is the sheet used beside it?
    pub fn is_beside(self) -> bool {
        self == Drawer::Library
    }

    fn view(self) -> AnyView {
        match self {
            Drawer::TakeAway => view! { <TakeAway /> }.into_any(),
            Drawer::Library => view! { <Library /> }.into_any(),
            Drawer::Files => view! { <FilesDrawer /> }.into_any(),
            Drawer::Translate => view! { <Translate /> }.into_any(),
            Drawer::Picture => view! { <Drawing /> }.into_any(),
            Drawer::CutOffs => view! { <CutOffs /> }.into_any(),
            Drawer::Trials => view! { <Trials /> }.into_any(),
            Drawer::Publish => view! { <Publish /> }.into_any(),
        }
    }
}

fn opener_id(which: Drawer) -> String {
    format!("design-open-{}", which.name())
}

/// How the drawer stands to the sheet, as the style sheet is told.
pub fn beside(drawer: Option<Drawer>) -> &'static str {
    match drawer {
        None => "none",
        Some(which) if which.is_beside() => "drawer",
        Some(_) => "drawer-alone",
    }
}

/// The buttons that open them.
#[component]
pub fn Openers(drawer: RwSignal<Option<Drawer>>) -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let opener = move |which: Drawer| {
        let is_open = live(move || (drawer.get() == Some(which)).to_string());
        let word = live(move || {
            let words = words(reader.language());
            match (which, desk.failing.get()) {
                (Drawer::Trials, count @ 1..) => (words.failing)(count),
                _ => which.word(words).to_owned(),
            }
        });
        let toggle = move |_| drawer.update(|drawer| *drawer = (*drawer != Some(which)).then_some(which));
        view! {
            <button type="button" class="button small" class:main=which == Drawer::Publish id=opener_id(which) data-action=format!("{}-open", which.name()) aria-expanded=is_open on:click=toggle>{word}</button>
        }
    };
    view! { <div class="openers">{Drawer::ALL.map(opener)}</div> }
}

/// The one that is open.
#[component]
pub fn Opened(drawer: RwSignal<Option<Drawer>>) -> impl IntoView {
    let close = move |_| {
        if let Some(which) = drawer.get_untracked() {
            drawer.set(None);
            screen::focus(&opener_id(which));
        }
    };
    let opened = move |which: Drawer| {
        view! {
            <section class="drawer" data-drawer=which.name()>
                <div class="drawer-head">
                    <h2>{tell(move |w| which.word(w))}</h2>
                    <button type="button" class="button small" data-action="close-drawer" on:click=close>{tell(|w| w.close)}</button>
                </div>
                {which.view()}
            </section>
        }
    };
    live(move || drawer.get().map(opened))
}
