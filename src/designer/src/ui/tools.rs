//! What is done with buttons: the same as with keys, and what has none.

use doorstep_app::designing::{live, shown_when, use_reader};
use doorstep_app::platform::page as screen;
use leptos::prelude::*;

use super::desk::{Desk, Kept, use_desk};
use super::grid::GRID;
use super::words::{Words, tell};
use crate::columns;
use crate::document::{Change, Found, find};

/// The field that searches.
pub const FIND: &str = "design-find";
const COLUMN: &str = "design-column";

/// Above the sheet.
#[component]
pub fn Tools() -> impl IntoView {
    let desk = use_desk();
    let adding = RwSignal::new(false);
    let button = move |action: &'static str, word: fn(&'static Words) -> &'static str, act: fn(Desk)| {
        view! {
            <button type="button" class="button small" data-action=action on:click=move |_| { act(desk); screen::focus_in_place(GRID); }>
                {tell(word)}
            </button>
        }
        .into_any()
    };
    view! {
        <div>
        <div class="tools" role="toolbar" aria-label=tell(|w| w.table)>
            {button("insert-row", |w| w.insert, |desk| desk.act(|document, sheet, area| Change::insert_rows(document, sheet, area.to.row + 1, 1)))}
            {button("remove-rows", |w| w.remove, |desk| desk.act(Change::remove_rows))}
            {button("move-up", |w| w.up, |desk| desk.act(|document, sheet, area| Change::move_rows(document, sheet, area, false)))}
            {button("move-down", |w| w.down, |desk| desk.act(|document, sheet, area| Change::move_rows(document, sheet, area, true)))}
            {shown_when(move || desk.with(|document| &*document.sheet(desk.sheet.get()).name == "survey"), move || button("group", |w| w.group, |desk| desk.act(Change::group)))}
            {button("fill-down", |w| w.fill_down, |desk| desk.act(Change::fill_down))}
            <button type="button" class="button small" data-action="column" aria-expanded=live(move || adding.get().to_string()) on:click=move |_| adding.update(|adding| *adding = !*adding)>
                {tell(|w| w.column)}
            </button>
            <Finder desk />
        </div>
        {shown_when(move || adding.get(), move || view! { <NewColumn desk adding /> }.into_any())}
        </div>
    }
}

/// Searches in all cells; Enter leads to the next one.
#[component]
fn Finder(desk: Desk) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let missed = RwSignal::new(false);
    let found = RwSignal::new(None::<Found>);
    // What is changed is counted anew.
    Effect::new(move || {
        desk.revision.track();
        found.set(None);
    });
    let look = move |back: bool| {
        let from = (desk.sheet.get_untracked(), desk.place.get_untracked());
        let next = desk.now(|document| find(document, from, &text.get_untracked(), back));
        missed.set(next.is_none() && !text.get_untracked().trim().is_empty());
        found.set(next);
        if let Some(Found { at: (sheet, place), .. }) = next {
            desk.go_to(sheet, place);
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| match &*event.key() {
        "Enter" => {
            event.prevent_default();
            look(event.shift_key());
        }
        "Escape" => {
            event.prevent_default();
            screen::focus_in_place(GRID);
        }
        _ => {}
    };
    view! {
        <input type="search" class="field find" id=FIND autocomplete="off" aria-label=tell(|w| w.find) placeholder=tell(|w| w.find)
            on:input:target=move |event| { missed.set(false); found.set(None); text.set(event.target().value()); } on:keydown=key />
        <span class="small" role="status" data-missed=live(move || missed.get().to_string())>{live(move || missed.get().then(tell(|w| w.not_found_cell)))}{live(move || found.get().map(|found| format!("{} / {}", found.number, found.of)))}</span>
    }
}

#[component]
fn NewColumn(desk: Desk, adding: RwSignal<bool>) -> impl IntoView {
    let reader = use_reader();
    let title = RwSignal::new(String::new());
    let name = desk.now(|document| document.sheet(desk.sheet.get_untracked()).name.to_string());
    let usual = columns::MORE.iter().find(|(sheet, _)| *sheet == name).map_or(&[][..], |(_, titles)| titles);
    let add = move || {
        let said = title.get_untracked();
        let row = desk.place.get_untracked().row;
        desk.act(|document, sheet, _| Change::column(document, sheet, said.trim()));
        // On in the same row, in the new column.
        let column = desk.now(|document| document.sheet(desk.sheet.get_untracked()).column(said.trim()));
        if let Some(column) = column {
            desk.go(crate::document::Place { row: row.max(1), column }, false);
        }
        adding.set(false);
        screen::focus_in_place(GRID);
    };
    view! {
        <form class="new-column" on:submit=move |event| { event.prevent_default(); add(); }>
            <label for=COLUMN>{tell(|w| w.column_name)}</label>
            <input class="field" id=COLUMN list="design-columns" autocomplete="off" on:input:target=move |event| title.set(event.target().value()) />
            <datalist id="design-columns">{usual.iter().map(|title| view! { <option value=*title>{columns::called(&name, title).map(|word| word.of(reader.language_now().tag()))}</option> }).collect_view()}</datalist>
            <button type="submit" class="button small" data-action="add-column">{tell(|w| w.add_column)}</button>
        </form>
    }
}

/// Is it on this device?
#[component]
pub fn KeptWord() -> impl IntoView {
    let desk = use_desk();
    let name = move || match desk.kept.get() {
        Kept::Yes => "kept",
        Kept::Soon => "saving",
        Kept::No => "failed",
    };
    let word = live(move || {
        let kept = desk.kept.get();
        tell(move |w| match kept {
            Kept::Yes => w.kept,
            Kept::Soon => w.keeping,
            Kept::No => w.not_kept,
        })()
    });
    view! { <span class="state small" role="status" data-kept=live(name)>{word}</span> }
}
