//! What is done with buttons: the same as with keys, and what has none.

use doorstep_app::designing::{Language, live, shown_when, use_reader};
use doorstep_app::platform::page as screen;
use doorstep_app::platform::rescue::save_as;
use doorstep_app::platform::timer;
use doorstep_engine::Bundle;
use doorstep_engine::export::{
    Exported, Loss, to_codebook_csv, to_codebook_html, to_fhir_questionnaire, to_form_json, to_paper,
    to_xform, to_xlsform,
};
use doorstep_workbook::WorkbookError;
use leptos::prelude::*;

use super::desk::{Desk, Kept, use_desk};
use super::files::all_media;
use super::grid::GRID;
use super::words::{Words, tell, words};
use crate::document::{Change, Document, find};
use crate::files;

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
            <button type="button" class="button small" data-action=action on:click=move |_| { act(desk); screen::focus(GRID); }>
                {tell(word)}
            </button>
        }
        .into_any()
    };
    let can = move |which: fn((bool, bool)) -> bool| live(move || (!which(desk.can())).then_some("true"));
    view! {
        <div>
        <div class="tools" role="toolbar" aria-label=tell(|w| w.table)>
            <button type="button" class="button small" data-action="undo" aria-disabled=can(|can| can.0) on:click=move |_| { desk.undo(); screen::focus(GRID); }>{tell(|w| w.undo)}</button>
            <button type="button" class="button small" data-action="redo" aria-disabled=can(|can| can.1) on:click=move |_| { desk.redo(); screen::focus(GRID); }>{tell(|w| w.redo)}</button>
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
    let look = move |back: bool| {
        let from = (desk.sheet.get_untracked(), desk.place.get_untracked());
        let found = desk.now(|document| find(document, from, &text.get_untracked(), back));
        missed.set(found.is_none() && !text.get_untracked().trim().is_empty());
        if let Some((sheet, place)) = found {
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
            screen::focus(GRID);
        }
        _ => {}
    };
    view! {
        <input type="search" class="field find" id=FIND autocomplete="off" aria-label=tell(|w| w.find) placeholder=tell(|w| w.find)
            on:input:target=move |event| { missed.set(false); text.set(event.target().value()); } on:keydown=key />
        <span class="small" role="status" data-missed=live(move || missed.get().to_string())>{live(move || missed.get().then(tell(|w| w.not_found_cell)))}</span>
    }
}

#[component]
fn NewColumn(desk: Desk, adding: RwSignal<bool>) -> impl IntoView {
    let title = RwSignal::new(String::new());
    let name = desk.now(|document| document.sheet(desk.sheet.get_untracked()).name.to_string());
    let usual =
        crate::types::COLUMNS.iter().find(|(sheet, _)| *sheet == name).map_or(&[][..], |(_, titles)| titles);
    let add = move || {
        let said = title.get_untracked();
        desk.act(|document, sheet, _| Change::column(document, sheet, said.trim()));
        adding.set(false);
        screen::focus(GRID);
    };
    view! {
        <form class="new-column" on:submit=move |event| { event.prevent_default(); add(); }>
            <label for=COLUMN>{tell(|w| w.column_name)}</label>
            <input class="field" id=COLUMN list="design-columns" autocomplete="off" on:input:target=move |event| title.set(event.target().value()) />
            <datalist id="design-columns">{usual.iter().map(|title| view! { <option value=*title></option> }).collect_view()}</datalist>
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

/// A way to take the form away, and what it is written as.
type Way = (&'static str, &'static str, &'static str, fn(&Bundle) -> Taken);

/// What is given out, and what it can't hold; else why there is nothing.
type Taken = Result<(Vec<u8>, Vec<Loss>), NotTaken>;

/// Why nothing is given out.
enum NotTaken {
    /// The form has errors, which are listed already.
    Errors,
    /// The sheets can't be held by a workbook: which cell, and why.
    Unwritable(WorkbookError),
}

impl From<WorkbookError> for NotTaken {
    fn from(error: WorkbookError) -> NotTaken {
        NotTaken::Unwritable(error)
    }
}

const WAYS: [Way; 8] = [
    ("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    (
        "xlsform.xlsx",
        "XLSForm（ODK、KoBo）",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsform,
    ),
    ("xml", "XForm（ODK、KoBo）", "application/xml", |bundle| text(to_xform(bundle).exported)),
    ("json", "JSON", "application/json", |bundle| text(to_form_json(bundle).exported)),
    ("paper.html", "纸质问卷 A4", "text/html", |bundle| text(to_paper(bundle, "zh").exported)),
    ("codebook.html", "编码手册", "text/html", |bundle| text(to_codebook_html(bundle).exported)),
    ("codebook.csv", "编码手册 CSV", "text/csv", |bundle| text(to_codebook_csv(bundle).exported)),
    ("fhir.json", "FHIR Questionnaire", "application/fhir+json", |bundle| {
        text(to_fhir_questionnaire(bundle).exported)
    }),
];

fn workbook(bundle: &Bundle) -> Taken {
    // The sheets as they are: nothing is lost, whatever is wrong with them.
    Ok((doorstep_workbook::write_xlsx(bundle)?, Vec::new()))
}

/// For other tools: without what only Doorstep reads, which is told.
fn xlsform(bundle: &Bundle) -> Taken {
    let exported = to_xlsform(bundle, "form.xlsx").exported.ok_or(NotTaken::Errors)?;
    Ok((doorstep_workbook::write_xlsx(&exported.written)?, exported.losses))
}

fn text(exported: Option<Exported<String>>) -> Taken {
    exported.map(|exported| (exported.written.into_bytes(), exported.losses)).ok_or(NotTaken::Errors)
}

/// The ways to take the form away.
#[component]
pub fn TakeAway() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let losses = RwSignal::new(None::<Vec<String>>);
    // Why there is nothing: of the whole folder a file may be missing.
    let wrong = RwSignal::new(None::<String>);
    let said = move |why: NotTaken| {
        let words = words(reader.language_now());
        match why {
            NotTaken::Errors => words.has_errors.to_owned(),
            NotTaken::Unwritable(error) => error.words(reader.language_now().tag()),
        }
    };
    let take = move |(ending, _, media_type, write): Way| {
        let (bundle, name) = desk.now(|document| {
            let name = document.setting("form_id").to_owned();
            (document.bundle(), if name.is_empty() { "form".to_owned() } else { name })
        });
        wrong.set(None);
        losses.set(None);
        let (bytes, lost) = match write(&bundle) {
            Ok(taken) => taken,
            Err(why) => return wrong.set(Some(said(why))),
        };
        save_as(&format!("{name}.{ending}"), media_type, &bytes);
        let said = |loss: Loss| match reader.language_now() {
            Language::Chinese => loss.in_chinese(),
            _ => loss.what,
        };
        losses.set((!lost.is_empty()).then(|| lost.into_iter().map(said).collect()));
    };
    let ways = WAYS.map(|way| {
        view! {
            <button type="button" class="button" data-action="take-away" data-ending=way.0 on:click=move |_| take(way)>{way.1}</button>
        }
    });
    let whole = move |_| {
        let document = desk.now(Document::clone);
        let cases = desk.cases.get_untracked();
        timer::spawn(async move {
            let media = match all_media(files::listed(&document)).await {
                Ok(media) => media,
                Err(name) => {
                    let said = (words(reader.language_now()).files.gone)(&name);
                    return drop(wrong.try_set(Some(said)));
                }
            };
            wrong.try_set(None);
            losses.try_set(None);
            match files::pack(&document, media, &cases) {
                Ok(zip) => {
                    let id = document.setting("form_id");
                    let name = if id.is_empty() { "form" } else { id };
                    save_as(&format!("{name}.zip"), "application/zip", &zip);
                }
                Err(error) => drop(wrong.try_set(Some(said(error.into())))),
            }
        });
    };
    view! {
        <div class="take-away">
            {ways}
            <button type="button" class="button" data-action="take-away" data-ending="zip" on:click=whole>{tell(|w| w.files.folder)}</button>
        </div>
        {live(move || wrong.get().map(|wrong| view! { <p class="notice danger" role="alert" data-wrong="true">{wrong}</p> }))}
        {live(move || losses.get().map(|losses| {
            let count = losses.len();
            view! {
                <div class="notice warn" role="status">
                    <p>{tell(move |w| (w.lost)(count))}</p>
                    <ul>{losses.into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view()}</ul>
                </div> }
        }))}
    }
}
