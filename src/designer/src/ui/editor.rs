//! The page of one design: the sheets, the form that runs beside them, and what is wrong. On a narrow screen one of the three at a time.

use std::collections::BTreeMap;

use doorstep_app::designing::{Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::locks::{self, Held};
use doorstep_app::platform::{designs, page as screen, timer};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::desk::{Desk, use_desk};
use super::drawers::{Drawer, Opened, Openers, beside};
use super::frame::Frame;
use super::grid::Sheet;
use super::inspector::Inspector;
use super::outline::Outline;
use super::problems::{Here, Problems};
use super::tools::{KeptWord, Tools};
use super::trying::Trying;
use super::words::{Words, sheet_word, tell, words};
use crate::files;
use crate::kept::Design;

/// A window that takes a design over waits so long for the other to keep it, in milliseconds.
const TAKING_MS: u32 = 600;

/// Which part a narrow screen shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pane {
    Table,
    Preview,
    Problems,
}

#[derive(Clone)]
enum Opening {
    Loading,
    /// Another window has it open.
    Elsewhere,
    /// Another window took it from here.
    TakenOver,
    /// With the bytes of its media files, by hash.
    Open(Design, BTreeMap<String, Vec<u8>>),
    /// It can't be opened: why.
    None(fn(&'static Words) -> String),
}

/// The page at `/design/:id`.
#[component]
pub fn EditorPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let opening = RwSignal::new(Opening::Loading);
    let held = StoredValue::new_local(None::<Held>);
    let desk = StoredValue::new(None::<Desk>);
    let own = StoredValue::new(id.clone());
    let is_lost = StoredValue::new(false);
    let open = move |take_over: bool| {
        let id = own.get_value();
        let lost = move || {
            is_lost.try_set_value(true);
            if let Some(desk) = desk.try_get_value().flatten() {
                desk.give_up();
            }
            opening.try_set(Opening::TakenOver);
        };
        timer::spawn(async move {
            let lock = match take_over {
                true => locks::steal_design(&id, lost).await,
                false => free(&id, lost).await,
            };
            if lock.is_none() {
                opening.try_set(Opening::Elsewhere);
                return;
            }
            // Whoever left meanwhile drops it here, and it is free again.
            held.try_set_value(lock);
            is_lost.try_set_value(false);
            if take_over {
                // The window that had it keeps what was typed last.
                timer::sleep(TAKING_MS).await;
            }
            let found = match designs::get(&id).await {
                Err(_) => Opening::None(|w| w.no_store.to_owned()),
                Ok(None) => Opening::None(|w| w.not_found.to_owned()),
                Ok(Some(text)) => {
                    let unread: Opening = Opening::None(|w| (w.unread)(1));
                    match Design::from_json(&text) {
                        Some(design) => {
                            let held = held_media(&design).await;
                            Opening::Open(design, held)
                        }
                        None => unread,
                    }
                }
            };
            // Another window was faster still.
            if is_lost.try_get_value() == Some(false) {
                opening.try_set(found);
            }
        });
    };
    open(false);
    view! {
        <Frame title=|w| w.title>
            {live(move || match opening.get() {
                Opening::Loading => view! { <p class="opening" role="status">{tell(|w| w.loading)}</p> }.into_any(),
                Opening::None(why) => view! {
                    <main id="main" tabindex="-1">
                        <h1>{tell(|w| w.title)}</h1>
                        <p class="notice">{tell(why)}</p>
                        <p class="lone"><a class="button" href="/design">{tell(|w| w.back)}</a></p>
                    </main> }.into_any(),
                Opening::Elsewhere => view! {
                    <main id="main" tabindex="-1" data-elsewhere="true">
                        <h1>{tell(|w| w.title)}</h1>
                        <p class="notice warn" role="alert">{tell(|w| w.files.elsewhere)}</p>
                        <div class="actions">
                            <button type="button" class="button" data-action="take-over" on:click=move |_| open(true)>{tell(|w| w.files.take_over)}</button>
                            <a class="button plain" href="/design">{tell(|w| w.back)}</a>
                        </div>
                    </main> }.into_any(),
                Opening::TakenOver => view! {
                    <main id="main" tabindex="-1" data-taken-over="true">
                        <h1>{tell(|w| w.title)}</h1>
                        <p class="notice warn" role="alert">{tell(|w| w.files.taken_over)}</p>
                        <p class="lone"><a class="button" href="/design">{tell(|w| w.back)}</a></p>
                    </main> }.into_any(),
                Opening::Open(design, held) => {
                    let opened = Desk::open(id.clone(), design, held);
                    desk.set_value(Some(opened));
                    provide_context(opened);
                    view! { <Editor /> }.into_any()
                }
            })}
        </Frame>
    }
}

/// What this device holds of its media files; the server has the others.
async fn held_media(design: &Design) -> BTreeMap<String, Vec<u8>> {
    let mut held = BTreeMap::new();
    for file in files::listed(&design.document) {
        if let Ok(Some(bytes)) = designs::media(&file.sha256).await {
            held.insert(file.sha256.to_string(), bytes);
        }
    }
    held
}

/// Takes a design that no other window has. One that this window just left is free in a moment.
async fn free(id: &str, lost: impl Fn() + Copy + 'static) -> Option<Held> {
    for _ in 0..10 {
        let held = locks::try_design(id, lost).await;
        if held.is_some() {
            return held;
        }
        timer::sleep(30).await;
    }
    None
}

#[component]
fn Editor() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let pane = RwSignal::new(Pane::Table);
    let drawer = RwSignal::new(None::<Drawer>);
    let as_outline = RwSignal::new(false);
    let title = Memo::new(move |_| {
        desk.with(|document| {
            let title = document.setting("form_title");
            let title = if title.is_empty() { document.setting("form_id") } else { title };
            let parts = [title, document.setting("version")].into_iter().filter(|part| !part.is_empty());
            let said = parts.collect::<Vec<_>>().join(" · ");
            if said.is_empty() { words(reader.language()).unnamed.to_owned() } else { said }
        })
    });
    let counted = move || {
        let (errors, warnings) = desk.marks.with(|marks| {
            let errors = marks.all.iter().filter(|mark| mark.is_error).count();
            (errors, marks.all.len() - errors)
        });
        (words(reader.language()).counted)(errors, warnings)
    };
    let tab = move |which: Pane, name: &'static str| {
        let word = live(move || match which {
            Pane::Table => words(reader.language()).table.to_owned(),
            Pane::Preview => words(reader.language()).preview.to_owned(),
            Pane::Problems => counted(),
        });
        view! {
            <button type="button" class="button small" data-pane=name aria-pressed=live(move || (pane.get() == which).to_string()) on:click=move |_| pane.set(which)>{word}</button>
        }
    };
    // Whoever is led to a cell sees it, whatever stands before it.
    Effect::new(move |before: Option<u64>| {
        let wanted = desk.wanted.get();
        if before.is_some_and(|before| before != wanted) {
            drawer.update(|drawer| *drawer = drawer.filter(|drawer| drawer.is_beside()));
            pane.set(Pane::Table);
        }
        wanted
    });
    // What comes into sight again is measured anew.
    Effect::new(move || {
        pane.track();
        drawer.track();
        timer::spawn(async move {
            timer::sleep(0).await;
            desk.seen.try_update(|seen| *seen += 1);
        });
    });
    // What is done is undone from everywhere.
    let keys = StoredValue::new_local(Some(screen::on_undo(move || desk.undo(), move || desk.redo())));
    on_cleanup(move || drop(keys.try_update_value(Option::take)));
    let can = move |which: fn((bool, bool)) -> bool| live(move || (!which(desk.can())).then_some("true"));
    let shown = live(move || match pane.get() {
        Pane::Table => "table",
        Pane::Preview => "preview",
        Pane::Problems => "problems",
    });
    view! {
        <main id="main" tabindex="-1" class="design" data-screen="design" data-shown=shown>
            <div class="design-bar">
                <h1 class="design-title">{live(move || title.get())}</h1>
                <KeptWord />
                <button type="button" class="button small" data-action="undo" aria-disabled=can(|can| can.0) on:click=move |_| desk.undo()>{tell(|w| w.undo)}</button>
                <button type="button" class="button small" data-action="redo" aria-disabled=can(|can| can.1) on:click=move |_| desk.redo()>{tell(|w| w.redo)}</button>
                <Openers drawer />
            </div>
            <div class="design-panes">{tab(Pane::Table, "table")}{tab(Pane::Preview, "preview")}{tab(Pane::Problems, "problems")}</div>
            <div class="design-body" data-with=live(move || beside(drawer.get()))>
            <Opened drawer />
            <section class="design-table" aria-label=tell(|w| w.table)>
                <div class="design-views"><Tabs /><button type="button" class="button small" data-action="outline" aria-pressed=live(move || as_outline.get().to_string()) on:click=move |_| as_outline.update(|outline| *outline = !*outline)>{tell(|w| w.outline)}</button></div>
                <Tools />
                {live(move || match as_outline.get() {
                    true => view! { <Outline /> }.into_any(),
                    false => view! { <Sheet /> }.into_any(),
                })}
                <div class="design-below"><Here /><Inspector /></div>
                <details class="design-help small">
                    <summary id=super::LEAVE>{tell(|w| w.keys_title)}</summary>
                    <p id="design-keys">{tell(|w| w.keys)}</p>
                </details>
            </section>
            <section class="design-preview" aria-label=tell(|w| w.preview)><Trying /></section>
            <section class="design-problems" aria-label=tell(|w| w.problems)>
                <h2 class="design-counted"><span role="status" data-counted="true">{live(counted)}</span></h2>
                <Problems />
            </section>
            </div>
        </main>
    }
}

/// The sheets, each with how much is wrong in it.
#[component]
fn Tabs() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let tabs = move || {
        let names: Vec<String> =
            desk.with(|document| document.sheets().iter().map(|grid| grid.name.to_string()).collect());
        let row = |(index, name): (usize, String)| {
            Row::new(format!("{index} {name}"), move || {
                let shown = name.clone();
                let word = live(move || sheet_word(words(reader.language()), &shown));
                let count = Memo::new(move |_| desk.marks.with(|marks| marks.count(index)));
                view! {
                    <button
                        type="button" class="sheet-tab" role="tab" data-sheet=name.clone() title=name.clone()
                        aria-selected=live(move || (desk.sheet.get() == index).to_string())
                        on:click=move |_| desk.turn_to(index)
                    >
                        {word}
                        {shown_when(move || count.get().0 > 0, move || view! { <span class="count bad">{live(move || count.get().0)}</span> }.into_any())}
                    </button>
                }
            })
        };
        // A list that went left its place empty.
        names.into_iter().enumerate().filter(|(_, name)| !name.is_empty()).map(row).collect()
    };
    // The one that is shown is seen among many.
    Effect::new(move || {
        desk.sheet.track();
        timer::spawn(async move {
            timer::sleep(0).await;
            screen::reveal_sideways(".sheet-tab[aria-selected=true]");
        });
    });
    view! { <div class="sheet-tabs" role="tablist" aria-label=tell(|w| w.table)>{rows(tabs)}</div> }
}
