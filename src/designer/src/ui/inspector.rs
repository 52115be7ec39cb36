//! Of the chosen cell: what the questions are answered with that it reads, and what reads its own.

use doorstep_app::designing::{live, shown_when, use_reader};
use leptos::prelude::*;

use super::desk::use_desk;
use super::words::{sheet_word, tell, words};
use crate::document::Place;
use crate::inspect::{name_of, read_by, references};

/// Below the sheet.
#[component]
pub fn Inspector() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let reads = Memo::new(move |_| {
        let (sheet, place) = (desk.sheet.get(), desk.place.get());
        let names: Vec<String> = desk.with(|document| {
            references(document.sheet(sheet).cell(place.row, place.column))
                .into_iter()
                .map(str::to_owned)
                .collect()
        });
        let Some(running) = desk.running.get() else { return Vec::new() };
        running.revision().track();
        let value = |name: String| {
            let value = running.value_of(&name);
            (name, value)
        };
        names.into_iter().map(value).collect::<Vec<(String, Option<String>)>>()
    });
    let read = Memo::new(move |_| {
        let (sheet, row) = (desk.sheet.get(), desk.place.get().row);
        desk.with(|document| {
            let Some(name) = name_of(document, sheet, row) else { return Vec::new() };
            let told = |(sheet, place): (usize, Place)| {
                let grid = document.sheet(sheet);
                (sheet, place, grid.name.to_string(), grid.cell(0, place.column).to_owned())
            };
            read_by(document, name).into_iter().map(told).collect()
        })
    });
    let values = move || {
        let blank = words(reader.language()).blank;
        let said = |(name, value): (String, Option<String>)| {
            let value = value.filter(|value| !value.is_empty()).unwrap_or_else(|| blank.to_owned());
            view! { <code class="seen" data-reads=name.clone()>{format!("{name} = {value}")}</code> }
        };
        reads.get().into_iter().map(said).collect_view()
    };
    let links = move || {
        let words = words(reader.language());
        let link = |(sheet, place, name, title): (usize, Place, String, String)| {
            let go = move |_| {
                desk.lead_to(sheet, place);
            };
            let word = format!("{} {}", sheet_word(words, &name), (words.cell)(&title, place.row + 1));
            view! { <button type="button" class="problem-place" data-read-by=name on:click=go>{word}</button> }
        };
        read.get().into_iter().map(link).collect_view()
    };
    let own = Memo::new(move |_| {
        let (sheet, row) = (desk.sheet.get(), desk.place.get().row);
        desk.with(|document| {
            let is_survey = &*document.sheet(sheet).name == "survey";
            name_of(document, sheet, row).filter(|_| is_survey).map(str::to_owned)
        })
    });
    let hidden = RwSignal::new(None::<Vec<String>>);
    Effect::new(move || {
        own.track();
        hidden.set(None);
    });
    let see = move |_| {
        let (Some(name), Some(running)) = (own.get_untracked(), desk.running.get_untracked()) else { return };
        let conditions = || {
            let (sheet, row) = (desk.sheet.get_untracked(), desk.place.get_untracked().row);
            desk.now(|document| document.sheet(sheet).conditions(row))
        };
        hidden.set((!running.seek(&name)).then(conditions));
    };
    view! {
        {shown_when(move || own.with(Option::is_some) && desk.running.with(Option::is_some), move || view! {
            <p class="inspected small">
                <button type="button" class="problem-place" data-action="see-on-phone" on:click=see>{tell(|w| w.see_on_phone)}</button>
                <span role="status">{live(move || hidden.get().map(|conditions| {
                    let words = words(reader.language());
                    let conditions = conditions.into_iter().map(|condition| view! { " " <code>{condition}</code> }).collect_view();
                    view! { {words.not_shown} {(!conditions.is_empty()).then_some(words.its_conditions)} {conditions} }
                }))}</span>
            </p> }.into_any())}
        {shown_when(move || reads.with(|reads| !reads.is_empty()), move || view! {
            <p class="inspected small"><span class="soft">{tell(|w| w.reads)}</span>{live(values)}</p> }.into_any())}
        {shown_when(move || read.with(|read| !read.is_empty()), move || view! {
            <p class="inspected small"><span class="soft">{tell(|w| w.read_by)}</span>{live(links)}</p> }.into_any())}
    }
}
