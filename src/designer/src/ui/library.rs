//! Questions, groups and whole instruments of other forms, put in where the designer is.

use doorstep_app::designing::{Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::{clipboard, designs, timer};
use leptos::prelude::*;

use super::desk::use_desk;
use super::server;
use super::words::{tell, words};
use crate::document::Document;
use crate::kept::Design;
use crate::library::block;

const MENU: &str = "design-library";
/// What the keys of forms begin with: those of this device, and those of the server.
const HERE: &str = "here:";
const THERE: &str = "server:";

/// Where a form comes from.
#[derive(Clone, PartialEq, Debug)]
struct Source {
    /// `here:ID` or `server:HASH`.
    key: String,
    title: String,
}

/// The drawer.
#[component]
pub fn Library() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let sources = RwSignal::new(Vec::<Source>::new());
    let opened = RwSignal::new(None::<Document>);
    let busy = RwSignal::new(false);
    let put_at = RwSignal::new(None::<usize>);
    // Not all that there may be can be offered now, or what was chosen can't be opened.
    let (missing, broken) = (RwSignal::new(false), RwSignal::new(false));
    let tag = reader.language_now().tag();
    timer::spawn(async move {
        let (here, there) = (of_device().await, of_server(tag).await);
        missing.try_set(here.is_none() || there.is_none());
        sources.try_set([here, there].into_iter().flatten().flatten().collect());
    });
    let open = move |key: String| {
        opened.set(None);
        broken.set(false);
        if key.is_empty() {
            return;
        }
        busy.set(true);
        timer::spawn(async move {
            let document = fetch(&key).await;
            busy.try_set(false);
            broken.try_set(document.is_none());
            opened.try_set(document);
        });
    };
    let parts = move || {
        let Some(document) = opened.get() else { return Vec::new() };
        let Some(survey) = document.find("survey") else { return Vec::new() };
        let grid = document.sheet(survey).clone();
        let depths = grid.depths();
        let label = grid.label_column(reader.language().tag());
        (1..grid.rows.len())
            .filter(|row| {
                let kind = grid.of(*row, "type").trim().to_lowercase();
                let is_shown = !matches!(
                    &*kind,
                    "start" | "end" | "today" | "deviceid" | "username" | "calculate" | "hidden" | "audit"
                );
                is_shown && !kind.is_empty() && !kind.starts_with("end") && depths[*row] < 2
            })
            .map(|row| {
                let name = grid.of(row, "name").trim().to_owned();
                let text = label.map_or("", |column| grid.cell(row, column)).to_owned();
                let (kind, depth) = (grid.of(row, "type").to_owned(), depths[row]);
                let rows = block(&grid, row);
                let drag = move |event: leptos::ev::DragEvent| {
                    clipboard::dragged(&event, "");
                    if let Some(other) = opened.get_untracked() {
                        desk.drag(Some((other, rows)));
                    }
                };
                let put = move |_| {
                    if let Some(other) = opened.get_untracked() {
                        desk.put_in(desk.place.get_untracked().row, &other, rows);
                        put_at.set(Some(desk.place.get_untracked().row + 1));
                    }
                };
                Row::new(format!("{row} {name}"), move || {
                    let said = if text.is_empty() { name.clone() } else { text.clone() };
                    view! {
                        <li class="library-row" draggable="true" on:dragstart=drag on:dragend=move |_| desk.drag(None) style:padding-inline-start=format!("{}rem", depth)>
                            <span class="grow">{said} " " <span class="soft small">{kind.clone()} " " {(rows.1 - rows.0 > 0).then(|| format!("({})", rows.1 - rows.0 - 1))}</span></span>
                            <button type="button" class="button small" data-put-in=name.clone() on:click=put>{tell(|w| w.put_in)}</button>
                        </li>
                    }
                })
            })
            .collect()
    };
    view! {
        <label class="question-label" for=MENU>{tell(|w| w.library_from)}</label>
        <p class="hint">{tell(|w| w.library_hint)}</p>
        <select class="field" id=MENU on:change:target=move |event| open(event.target().value())>
            <option value="">{tell(|w| w.choose)}</option>
            {live(move || sources.get().into_iter().map(|source| view! { <option value=source.key>{source.title}</option> }).collect_view())}
        </select>
        {shown_when(move || busy.get(), move || view! { <p class="soft" role="status">{live(move || words(reader.language()).loading)}</p> }.into_any())}
        {shown_when(move || missing.get(), || view! { <p class="soft" role="status">{tell(|w| w.unreached)}</p> }.into_any())}
        {shown_when(move || broken.get(), || view! { <p class="notice danger" role="alert">{tell(|w| w.file_broken)}</p> }.into_any())}
        <p class="soft" role="status" data-put-at="true">{live(move || put_at.get().map(|row| (words(reader.language()).put_in_at)(row)))}</p>
        <ul class="library-rows">{rows(parts)}</ul>
    }
}

async fn of_device() -> Option<Vec<Source>> {
    let designs = designs::all().await.ok()?.into_iter().filter_map(|(id, text)| {
        let design = Design::from_json(&text)?;
        let title = design.document.setting("form_title").to_owned();
        Some(Source { key: format!("{HERE}{id}"), title })
    });
    Some(designs.collect())
}

async fn of_server(tag: &str) -> Option<Vec<Source>> {
    let source =
        |form: server::Offered| Source { key: format!("{THERE}{}", form.hash), title: form.title(tag) };
    Some(server::forms().await?.forms.into_iter().map(source).collect())
}

async fn fetch(key: &str) -> Option<Document> {
    if let Some(id) = key.strip_prefix(HERE) {
        let text = designs::get(id).await.ok().flatten()?;
        return Some(Design::from_json(&text)?.document);
    }
    server::document(key.strip_prefix(THERE)?).await
}
