//! The form as an outline with a panel of properties: the same rows as the sheet's, for whoever would rather not read one.

use doorstep_app::designing::{Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::{page as screen, timer};
use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::words::tell;
use crate::columns;
use crate::document::{Change, Place};
use crate::types::{APPEARANCES, SELECTS, TYPES, Word};

/// A row of the outline.
#[derive(Clone, PartialEq, Debug)]
struct Entry {
    row: usize,
    depth: usize,
    kind: String,
    name: String,
    label: String,
}

/// The outline on the left, the chosen row's properties on the right.
#[component]
pub fn Outline() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let survey = desk.now(|document| document.find("survey")).unwrap_or(0);
    if desk.sheet.get_untracked() != survey {
        desk.go_to(survey, Place { row: 1, column: 0 });
    }
    let entries = Memo::new(move |_| {
        let tag = reader.language().tag();
        desk.with(|document| {
            let grid = document.sheet(survey);
            let depths = grid.depths();
            let label = grid.label_column(tag);
            (1..grid.rows.len())
                .filter(|row| !grid.rows[*row].iter().all(|cell| cell.trim().is_empty()))
                .map(|row| Entry {
                    row,
                    depth: depths[row],
                    kind: grid.of(row, "type").trim().to_owned(),
                    name: grid.of(row, "name").trim().to_owned(),
                    label: label.map_or(String::new(), |column| grid.cell(row, column).to_owned()),
                })
                // The end of a group is seen by what stands deeper.
                .filter(|entry| !entry.kind.to_lowercase().starts_with("end"))
                .collect::<Vec<_>>()
        })
    });
    let line = move |entry: Entry| {
        Row::new(format!("{entry:?}"), move || {
            let row = entry.row;
            let is_here = move || desk.place.get().row == row;
            let wrong = move || {
                desk.marks.with(|marks| {
                    marks.all.iter().any(|mark| {
                        mark.is_error
                            && mark.at.is_some_and(|(sheet, place)| sheet == survey && place.row == row)
                    })
                })
            };
            let shown = if entry.label.is_empty() { entry.name.clone() } else { entry.label.clone() };
            view! {
                <li>
                    <button
                        type="button" class="outline-row" class:wrong=live(wrong) data-outline=entry.name.clone()
                        style:padding-inline-start=format!("{}rem", 0.5 + 1.2 * entry.depth as f64)
                        aria-current=live(move || is_here().then_some("true"))
                        on:click=move |_| desk.go(Place { row, column: 0 }, false)
                    >
                        <span class="grow">{shown}</span>
                        <span class="soft small">{entry.kind.clone()}</span>
                    </button>
                </li>
            }
        })
    };
    // Where a search or a mistake leads is seen; whoever fills in its properties stays where they are.
    let row = Memo::new(move |_| desk.place.get().row);
    Effect::new(move || {
        row.track();
        timer::spawn(async move {
            timer::sleep(0).await;
            screen::reveal_in(".outline-row[aria-current]");
        });
    });
    view! {
        <div class="outline">
            <ol class="outline-rows">{rows(move || entries.get().into_iter().map(line).collect())}</ol>
            {live(move || {
                let row = desk.place.get().row;
                let count = desk.with(|document| document.sheet(survey).rows.len());
                match (1..count).contains(&row) {
                    true => view! { <Properties row /> }.into_any(),
                    false => view! { <p class="soft">{tell(|w| w.choose_row)}</p> }.into_any(),
                }
            })}
        </div>
    }
}

/// Everything that a row says, each property with its name in plain words.
#[component]
fn Properties(row: usize) -> impl IntoView {
    let desk = use_desk();
    let sheet = desk.sheet.get_untracked();
    let titles: Vec<String> = desk.now(|document| {
        let grid = document.sheet(sheet);
        (0..grid.width()).map(|column| grid.cell(0, column).to_owned()).collect()
    });
    let fields = titles
        .into_iter()
        .enumerate()
        .filter(|(_, title)| !title.trim().is_empty())
        .map(|(column, title)| field(desk, sheet, Place { row, column }, &title))
        .collect_view();
    let remove = move |_| desk.act(Change::remove_rows);
    view! {
        <div class="properties" data-properties="true">
            {fields}
            <button type="button" class="button small" data-action="remove-row" on:click=remove>{tell(|w| w.remove)}</button>
        </div>
    }
}

fn field(desk: Desk, sheet: usize, place: Place, title: &str) -> AnyView {
    let reader = use_reader();
    let (base, of) = title.split_once("::").map_or((title, ""), |(base, of)| (base.trim(), of.trim()));
    let id = format!("property-{}", place.column);
    let called = {
        let (base, of) = (base.to_lowercase(), of.to_owned());
        live(move || {
            let word = columns::called("survey", &base).map(|word| word.of(reader.language().tag()));
            let word = word.map_or_else(|| base.clone(), str::to_owned);
            if of.is_empty() { word } else { format!("{word} · {of}") }
        })
    };
    let text = Memo::new(move |_| {
        desk.with(|document| document.sheet(sheet).cell(place.row, place.column).to_owned())
    });
    let set = move |text: String| {
        if desk.now(|document| document.sheet(sheet).cell(place.row, place.column) != text) {
            desk.go(place, false);
            desk.set(place, &text);
        }
    };
    let wrong = move || {
        desk.marks.with(|marks| {
            marks.of_cell(sheet, place).next().map(|mark| (mark.is_error, mark.message.clone()))
        })
    };
    let lower = base.to_lowercase();
    let control = if lower == "required" {
        let is_on =
            move || matches!(text.get().trim().to_lowercase().as_str(), "yes" | "true" | "true()" | "1");
        view! {
            <label class="choice"><input type="checkbox" id=id.clone() data-property=title.to_owned() prop:checked=live(is_on)
                on:change:target=move |event| set(if event.target().checked() { "yes".to_owned() } else { String::new() }) />
                <span>{called}</span></label>
        }
        .into_any()
    } else {
        let offered = match lower.as_str() {
            "type" => words_of(TYPES).into_iter().chain(words_of(SELECTS)).collect(),
            "appearance" => words_of(APPEARANCES),
            _ => Vec::new(),
        };
        let list = (!offered.is_empty()).then(|| format!("{id}-list"));
        let options = list.clone().map(|list| {
            view! { <datalist id=list>{offered.into_iter().map(|word| view! { <option value=word></option> }).collect_view()}</datalist> }
        });
        let is_long = matches!(
            lower.as_str(),
            "label" | "hint" | "constraint_message" | "calculation" | "note" | "relevant" | "constraint"
        );
        let entry = match is_long {
            true => view! {
                <textarea class="field" rows="1" id=id.clone() data-property=title.to_owned() prop:value=live(move || text.get()) on:change:target=move |event| set(event.target().value())></textarea> }.into_any(),
            false => view! {
                <input class="field" id=id.clone() list=list data-property=title.to_owned() autocomplete="off" prop:value=live(move || text.get()) on:change:target=move |event| set(event.target().value()) /> }.into_any(),
        };
        view! { <label for=id.clone()>{called}</label> {entry} {options} }.into_any()
    };
    view! {
        <div class="property">
            {control}
            {shown_when(move || wrong().is_some(), move || view! {
                <p class=live(move || if wrong().is_some_and(|(is_error, _)| is_error) { "here-wrong small" } else { "here-doubtful small" })>
                    {live(move || wrong().map(|(_, message)| message))}
                </p> }.into_any())}
        </div>
    }
    .into_any()
}

fn words_of(words: &'static [Word]) -> Vec<&'static str> {
    words.iter().map(|word| word.word).collect()
}
