//! The ledgers: which there are, one of them by pages for a span of time and a town, and as a file.
//!
//! Kept here: what is on the screen is what the file holds, names masked unless they are asked for in full; why a column is blank is said.

use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use super::area::ChooseTown;
use super::bring::{FileKind, bring};
use super::dates::{months_back, today};
use super::filter::Day;
use super::known::{Label, use_known};
use crate::components::live::{live, shown_when};
use crate::office::desk::use_desk;
use crate::office::field::{Menu, Outcome, Told};
use crate::office::frame::{Awaited, Frame, Remote};
use crate::office::tell;
use crate::platform::{page as screen, timer};
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::Language;
use crate::words::office::Office;

/// Rows on a page.
const PAGE: usize = 50;

/// `POST /api/v1/ledgers/ID` as JSON.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Sheet {
    columns: Vec<Column>,
    rows: Vec<Vec<Json>>,
    of: usize,
    /// Why a column is blank, by its name; of the whole ledger under a blank.
    note: BTreeMap<String, Label>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Column {
    name: String,
    label: Label,
    is: String,
}

/// A cell as it is written.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The page at `/office/ledgers`.
#[component]
pub fn LedgersPage() -> impl IntoView {
    let (desk, known, reader) = (use_desk(), use_known(), use_reader());
    let day = today(now());
    let [ledger, town] = [(); 2].map(|()| RwSignal::new(String::new()));
    let (from, to) = (RwSignal::new(months_back(day, 11)), RwSignal::new(day.to_string()));
    let (page, full) = (RwSignal::new(0_usize), RwSignal::new(false));
    let sheet = Remote::<Sheet>::new();
    let outcome = Outcome::new();
    let has_period = Memo::new(move |_| {
        ledger.with(|id| known.ledgers().iter().any(|(known, _, period)| known == id && *period))
    });
    let turned = Memo::new(move |_| has_period.get() && from.with(|from| to.with(|to| is_turned(from, to))));
    let path = move || ledger.with_untracked(|id| format!("/api/v1/ledgers/{id}"));
    let body = move || {
        let mut body = json!({
            "area": town.get_untracked(), "full": full.get_untracked(), "language": reader.language_now().tag(),
        });
        if has_period.get_untracked() {
            for (name, day) in [("from", from), ("to", to)] {
                day.with_untracked(|day| {
                    if !day.is_empty() {
                        body[name] = day.as_str().into()
                    }
                });
            }
        }
        body
    };
    let load = move || {
        let (path, mut body) = (path(), body());
        body["as"] = "json".into();
        body["page"] = page.get_untracked().into();
        body["most"] = PAGE.into();
        sheet.load(async move { desk.ask("POST", &path, Some(&body)).await });
    };
    // The first of them, as soon as it is known which there are.
    Effect::new(move || {
        if let (true, Some((first, ..))) =
            (ledger.with_untracked(String::is_empty), known.ledgers().into_iter().next())
        {
            ledger.set(first);
        }
    });
    Effect::new(move || {
        [ledger, town, from, to].iter().for_each(RwSignal::track);
        full.track();
        reader.language();
        if ledger.with_untracked(|id| !id.is_empty()) {
            page.set(0);
            sheet.value.set(None);
            // What can't be asked for is said at once.
            if !turned.get() {
                load();
            }
        }
    });
    let go = move |to: usize| {
        page.set(to);
        load();
        screen::scroll_to("ledger");
    };
    let carry = move |kind: FileKind| {
        if !outcome.begin() {
            return;
        }
        let (path, body) = (path(), body());
        let name = ledger.get_untracked();
        timer::spawn(async move {
            match bring(desk, &path, body, kind, &name).await {
                Ok(()) => outcome.done(),
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
    };
    let ids = Signal::derive(move || known.ledgers().into_iter().map(|(id, ..)| id).collect::<Vec<_>>());
    let called = move |(id, _): (String, &'static Office)| {
        known.ledgers().into_iter().find(|(known, ..)| *known == id).map_or(id, |(_, word, _)| word)
    };
    let of = move || sheet.value.with(|sheet| sheet.as_ref().map_or(0, |sheet| sheet.of));
    let may_see_names = move || desk.user.with(|user| user.role == "station");
    view! {
        <Frame title=|w| w.station.ledgers screen="ledgers">
            <div class="welcome"><h1>{tell(|w| w.station.ledgers)}</h1></div>
            {shown_when(move || known.dictionary.is_here() && ids.with(Vec::is_empty), || view! {
                <p class="empty" data-none="ledgers">{tell(|w| w.station.ledgers_none)}</p> }.into_any())}
            <div class="filters card no-print">
                <Menu id="ledger" label=|w| w.station.ledger values=ids called chosen=ledger />
                <ChooseTown id="ledger-town" known chosen=town />
                {shown_when(move || has_period.get(), move || view! {
                    <Day id="ledger-from" label=|w| w.station.from chosen=from />
                    <Day id="ledger-to" label=|w| w.station.to chosen=to /> }.into_any())}
                {shown_when(may_see_names, move || view! {
                    <label class="choice slim">
                        <input type="checkbox" id="ledger-full" prop:checked=live(move || full.get()) on:change:target=move |event| full.set(event.target().checked()) />
                        <span>{tell(|w| w.station.in_full)}</span>
                    </label> }.into_any())}
            </div>
            <div class="head" id="ledger-head">
                <p class="soft small figures" role="status" data-found=live(move || of().to_string())>
                    {tell(move |w| match of() {
                        0 => String::new(),
                        of => (w.station.place)(page.get() * PAGE + 1, ((page.get() + 1) * PAGE).min(of), of),
                    })}
                </p>
                <div class="actions">
                    {[FileKind::Csv, FileKind::Xlsx].map(|kind| view! {
                        <button type="button" class="button" data-action=kind.name() disabled=live(move || outcome.busy.get() || of() == 0 || turned.get())
                            on:click=move |_| carry(kind)>{tell(move |w| (w.station.save_as)(kind.name()))}</button> }).into_iter().collect::<Vec<_>>()}
                    <button type="button" class="button" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
                </div>
            </div>
            <Told outcome />
            <Awaited remote=known.dictionary again=move |()| known.load() />
            {shown_when(move || !turned.get(), move || view! { <Awaited remote=sheet again=move |()| load() /> }.into_any())}
            {shown_when(move || turned.get(), || view! {
                <p class="empty" role="alert" data-none="period">{tell(|w| w.station.period_turned)}</p> }.into_any())}
            {shown_when(move || sheet.is_here() && of() == 0 && !turned.get(), || view! {
                <p class="empty" data-none="rows">{tell(|w| w.station.ledger_empty)}</p> }.into_any())}
            <div id="ledger">
                {live(move || sheet.value.with(|sheet| sheet.as_ref().filter(|_| !turned.get()).map(|sheet| table(sheet, reader.language()))))}
            </div>
            {shown_when(move || of() > PAGE, move || view! {
                <nav class="actions no-print" aria-label=tell(|w| w.station.pages)>
                    <button type="button" class="button" data-action="before" disabled=live(move || page.get() == 0)
                        on:click=move |_| go(page.get_untracked().saturating_sub(1))>{tell(|w| w.station.page_before)}</button>
                    <button type="button" class="button" data-action="after" disabled=live(move || (page.get() + 1) * PAGE >= of())
                        on:click=move |_| go(page.get_untracked() + 1)>{tell(|w| w.station.page_after)}</button>
                </nav> }.into_any())}
        </Frame>
    }
}

/// Is a period's first day after its last? Days as the browser writes them, so that their texts are in their order; blanks are no ends.
fn is_turned(from: &str, to: &str) -> bool {
    !from.is_empty() && !to.is_empty() && from > to
}

fn table(sheet: &Sheet, language: Language) -> AnyView {
    let is_number: Vec<bool> = sheet.columns.iter().map(|column| column.is == "number").collect();
    let class = |place: usize| if is_number.get(place) == Some(&true) { "number" } else { "" };
    let noted = |name: &str| {
        sheet.note.get(name).map(|note| note.of(language).to_owned()).filter(|note| !note.is_empty())
    };
    let heads: Vec<_> = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let mark = noted(&column.name).map(|_| view! { <sup aria-hidden="true">"*"</sup> });
            view! { <th scope="col" class=class(place) data-column=column.name.clone()>{column.label.or(&column.name, language).to_owned()}{mark}</th> }
        })
        .collect();
    let rows: Vec<_> = sheet
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .enumerate()
                .map(|(place, value)| view! { <td class=class(place)>{cell(value)}</td> })
                .collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    let whole = noted("").map(|note| view! { <p class="soft small" data-note="all">{note}</p> });
    let notes: Vec<_> = sheet
        .columns
        .iter()
        .filter_map(|column| {
            let note = noted(&column.name)?;
            let label = column.label.or(&column.name, language).to_owned();
            Some(view! { <div class="fact" data-note=column.name.clone()><dt>{label}</dt><dd class="words">{note}</dd></div> })
        })
        .collect();
    let some = !sheet.rows.is_empty();
    let has_notes = !notes.is_empty();
    view! {
        {whole}
        {some.then(|| view! {
            <div class="scrolls tall" tabindex="0"><table class="table ledger"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div> })}
        {has_notes.then(|| view! {
            <section class="section">
                <h2>"* "{tell(|w| w.station.notes)}</h2>
                <dl class="facts small notes">{notes}</dl>
            </section> })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_ends_before_it_begins_is_turned() {
        for (from, to, turned) in [
            ("2026-11-02", "2026-11-01", true),
            ("2026-11-01", "2026-11-01", false),
            ("2025-12-31", "2026-01-01", false),
            ("", "2026-01-01", false),
            ("2026-01-01", "", false),
        ] {
            assert_eq!(is_turned(from, to), turned, "{from} {to}");
        }
    }

    #[test]
    fn a_sheet_reads_and_a_cell_is_written_as_it_came() {
        let sheet: Sheet = serde_json::from_value(json!({
            "columns": [{"name": "people", "label": {"zh": "人口数", "en": "People"}, "is": "number"}],
            "rows": [["张*三", 3, null, "<b>"]], "of": 1, "note": {"people": {"zh": "没有记", "en": "Not kept"}}, "later": true}))
        .expect("it reads");
        let row: Vec<String> = sheet.rows[0].iter().map(cell).collect();
        assert_eq!(row, ["张*三", "3", "", "<b>"]);
        assert_eq!(sheet.note["people"].of(Language::English), "Not kept");
    }
}
