//! A file chosen, its columns said, and brought in; and what came of it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Menu, Outcome, Told};
use super::super::tell;
use super::row_by_row::{WrongRows, apart};
use super::wire::{FIELDS, Preview, Report};
use crate::components::live::{live, shown_when};
use crate::platform::rescue::{chosen_file, chosen_name};
use crate::platform::timer;
use crate::words::office::Office;

const FILE: &str = "monitoring-file";
const MENUS: [&str; 8] = [
    "column-name",
    "column-id-number",
    "column-birthday",
    "column-phone",
    "column-town",
    "column-village",
    "column-address",
    "column-difficulties",
];

/// The media type that a file's first bytes say.
fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', ..] | [0xD0, 0xCF, ..] => {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
        _ => "text/csv",
    }
}

/// The titles that are chosen for fields, as the server wants them: fields by titles.
fn columns(chosen: &[(&str, String)]) -> BTreeMap<String, String> {
    let named = chosen.iter().filter(|(_, title)| !title.is_empty());
    named.map(|(field, title)| (title.clone(), (*field).to_owned())).collect()
}

/// Brings a list in.
#[component]
pub(super) fn Bring(desk: Desk, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let outcome = Outcome::new();
    let bytes = StoredValue::new(Vec::<u8>::new());
    let called = StoredValue::new(String::new());
    let (preview, report) = (RwSignal::new(None::<Preview>), RwSignal::new(None::<Report>));
    let none = RwSignal::new(false);
    let chosen: [RwSignal<String>; 8] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let look = move || {
        if !outcome.begin() {
            return;
        }
        none.set(false);
        preview.set(None);
        report.set(None);
        timer::spawn(async move {
            let Some(file) = chosen_file(FILE).await else {
                outcome.done();
                none.try_set(true);
                return;
            };
            let name = chosen_name(FILE).unwrap_or_default();
            called.try_set_value(name.clone());
            let kind = media_type(&file);
            match desk.hand_in::<Preview>("/api/v1/monitoring/preview", kind, &name, &file).await {
                Ok(told) => {
                    outcome.done();
                    bytes.try_set_value(file);
                    for (field, title) in FIELDS.iter().zip(chosen) {
                        let known = told.columns.iter().find(|(_, said)| said == field);
                        title.try_set(known.map(|(title, _)| title.clone()).unwrap_or_default());
                    }
                    preview.try_set(Some(told));
                }
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
    };
    let take_in = move || {
        let Some(told) = preview.get_untracked().filter(|_| outcome.begin()) else { return };
        let said: Vec<(&str, String)> =
            FIELDS.iter().zip(chosen).map(|(field, title)| (*field, title.get_untracked())).collect();
        let said = columns(&said);
        timer::spawn(async move {
            let mut answer = Ok(Json::Null);
            if !told.remembered || said != told.columns {
                let body = json!({"titles": told.titles, "columns": said});
                answer = desk.ask("POST", "/api/v1/monitoring/columns", Some(&body)).await;
            }
            let file = bytes.try_get_value().unwrap_or_default();
            let (kind, name) = (media_type(&file), called.try_get_value().unwrap_or_default());
            let taken = match answer {
                Ok(_) => desk.hand_in::<Report>("/api/v1/monitoring/import", kind, &name, &file).await,
                Err(refusal) => Err(refusal),
            };
            match taken {
                Ok(taken) => {
                    outcome.done();
                    bytes.try_set_value(Vec::new());
                    preview.try_set(None);
                    report.try_set(Some(taken));
                    done.try_run(());
                }
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
    };
    view! {
        <section class="section" data-section="bring">
            <div class="question">
                <label class="question-label" for=FILE>{tell(|w| w.monitoring.file)}</label>
                <p class="hint" id="monitoring-file-hint">{tell(|w| w.monitoring.file_hint)}</p>
                <input type="file" class="field" id=FILE aria-describedby="monitoring-file-hint"
                    accept=".csv,.txt,.xlsx,text/csv" on:change=move |_| { preview.set(None); report.set(None); } />
            </div>
            {shown_when(move || none.get(), || view! {
                <p class="notice danger" role="alert" data-refused="no_file">{tell(|w| w.monitoring.no_file)}</p> }.into_any())}
            <div class="actions">
                <button type="button" class="button" data-action="look" disabled=live(move || outcome.busy.get())
                    on:click=move |_| look()>
                    {tell(move |w| if outcome.busy.get() { w.monitoring.looking } else { w.monitoring.look })}
                </button>
            </div>
            {live(move || preview.get().map(|told| view! { <Columns told chosen outcome take_in=move |()| take_in() /> }))}
            <Told outcome />
            {live(move || report.get().map(|report| view! { <Came report /> }))}
        </section>
    }
}

/// What each column is.
#[component]
fn Columns(
    told: Preview,
    chosen: [RwSignal<String>; 8],
    outcome: Outcome,
    #[prop(into)] take_in: Callback<()>,
) -> impl IntoView {
    let (rows, remembered, known) = (told.rows, told.remembered, told.known);
    let mut values = vec![String::new()];
    values.extend(told.titles.into_iter().filter(|title| !title.is_empty()));
    let called = Callback::new(|(title, words): (String, &'static Office)| match title.is_empty() {
        true => words.monitoring.none.to_owned(),
        false => title,
    });
    const LABELS: [fn(&'static Office) -> &'static str; 8] = [
        |w| (w.monitoring.field)("name"),
        |w| (w.monitoring.field)("id_number"),
        |w| (w.monitoring.field)("birthday"),
        |w| (w.monitoring.field)("phone"),
        |w| (w.monitoring.field)("town"),
        |w| (w.monitoring.field)("village"),
        |w| (w.monitoring.field)("address"),
        |w| (w.monitoring.field)("difficulties"),
    ];
    let menus: Vec<_> = MENUS
        .into_iter()
        .zip(LABELS)
        .zip(chosen)
        .map(|((id, label), chosen)| {
            let values = values.clone();
            view! { <Menu id label values=Signal::derive(move || values.clone()) called chosen /> }
        })
        .collect();
    view! {
        <div data-section="columns">
            <h2>{tell(|w| w.monitoring.columns)}</h2>
            <p class="soft">{tell(move |w| (w.monitoring.columns_explained)(rows, remembered))}</p>
            {known.then(|| view! { <p class="notice" data-known="yes">{tell(|w| w.monitoring.known)}</p> })}
            {menus}
            <div class="actions">
                <button type="button" class="button main" data-action="take-in"
                    disabled=live(move || known || outcome.busy.get()) on:click=move |_| take_in.run(())>
                    {tell(move |w| if outcome.busy.get() { w.monitoring.taking_in } else { w.monitoring.take_in })}
                </button>
            </div>
        </div>
    }
}

/// What came of a list: how many became what, and what is wrong with the others.
#[component]
fn Came(report: Report) -> impl IntoView {
    let Report { joined, same, waiting, leads, refused_count, elsewhere_count, refused, .. } = report;
    let (elsewhere, broken) = apart(refused);
    let broken_count = refused_count.saturating_sub(elsewhere_count);
    view! {
        <div data-section="report">
            <p class="notice" role="status" data-leads=leads data-waiting=waiting>
                {tell(move |w| (w.monitoring.taken)([joined, same, waiting, leads]))}
            </p>
            {(elsewhere_count > 0).then(|| view! {
                <details data-elsewhere-rows=elsewhere_count>
                    <summary>{tell(move |w| (w.monitoring.elsewhere)(elsewhere_count))}</summary>
                    <WrongRows rows=elsewhere />
                </details> })}
            {(broken_count > 0).then(|| view! {
                <details data-refused-rows=broken_count>
                    <summary>{tell(move |w| (w.monitoring.refused)(broken_count))}</summary>
                    <WrongRows rows=broken />
                </details> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_goes_by_titles_and_a_file_says_what_it_is() {
        let chosen = [("name", "姓名".to_owned()), ("phone", String::new()), ("town", "镇街".to_owned())];
        let said = columns(&chosen);
        assert_eq!(
            said.into_iter().collect::<Vec<_>>(),
            [("姓名".to_owned(), "name".to_owned()), ("镇街".to_owned(), "town".to_owned())]
        );
        assert_eq!(media_type("姓名".as_bytes()), "text/csv");
        assert!(media_type(b"PK\x03\x04").ends_with(".sheet"));
    }
}
