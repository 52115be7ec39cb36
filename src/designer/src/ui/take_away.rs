//! The ways to take a form away, each with what it is for; and what it can't hold is said once it is written.

use doorstep_app::designing::{Language, live, use_reader};
use doorstep_app::platform::rescue::save_as;
use doorstep_app::platform::timer;
use doorstep_engine::Bundle;
use doorstep_engine::export::{
    Exported, Loss, to_codebook_csv, to_codebook_html, to_fhir_questionnaire, to_form_json, to_paper,
    to_xform, to_xlsform,
};
use doorstep_workbook::WorkbookError;
use leptos::prelude::*;

use super::desk::use_desk;
use super::files::all_media;
use super::said::said as say;
use super::words::{tell, words};
use crate::document::Document;
use crate::files;

/// A way to take the form away, and what it is written as.
struct Way {
    /// How its file's name ends; the words are known by it.
    ending: &'static str,
    media_type: &'static str,
    /// In the language of the tag, where it is one for people.
    write: fn(&Bundle, &str) -> Taken,
}

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

const fn way(ending: &'static str, media_type: &'static str, write: fn(&Bundle, &str) -> Taken) -> Way {
    Way { ending, media_type, write }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const WAYS: [Way; 8] = [
    way("xlsx", XLSX, workbook),
    way("xlsform.xlsx", XLSX, xlsform),
    way("xml", "application/xml", |bundle, _| text(to_xform(bundle).exported)),
    way("json", "application/json", |bundle, _| text(to_form_json(bundle).exported)),
    way("paper.html", "text/html", |bundle, tag| text(to_paper(bundle, tag).exported)),
    way("codebook.html", "text/html", |bundle, _| text(to_codebook_html(bundle).exported)),
    way("codebook.csv", "text/csv", |bundle, _| text(to_codebook_csv(bundle).exported)),
    way("fhir.json", "application/fhir+json", |bundle, _| text(to_fhir_questionnaire(bundle).exported)),
];
/// The folder with everything.
const FOLDER: &str = "zip";

fn workbook(bundle: &Bundle, _: &str) -> Taken {
    // The sheets as they are: nothing is lost, whatever is wrong with them.
    Ok((doorstep_workbook::write_xlsx(bundle)?, Vec::new()))
}

/// For other tools: without what only Doorstep reads, which is told.
fn xlsform(bundle: &Bundle, _: &str) -> Taken {
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
    let take = move |Way { ending, media_type, write }: &'static Way| {
        let (bundle, name) = desk.now(|document| {
            let name = document.setting("form_id").to_owned();
            (document.bundle(), if name.is_empty() { "form".to_owned() } else { name })
        });
        wrong.set(None);
        losses.set(None);
        let (bytes, lost) = match write(&bundle, reader.language_now().tag()) {
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
    let row = move |ending: &'static str, act: Callback<()>| {
        view! {
            <li class="library-row">
                <button type="button" class="button small" data-action="take-away" data-ending=ending on:click=move |_| act.run(())>{tell(move |w| (w.way)(ending).0)}</button>
                <span class="grow small">{tell(move |w| (w.way)(ending).1)}</span>
            </li>
        }
    };
    let whole = move |()| {
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
        <ul class="library-rows ways">
            {WAYS.iter().map(|way| row(way.ending, Callback::new(move |()| take(way)))).collect_view()}
            {row(FOLDER, Callback::new(whole))}
        </ul>
        {live(move || wrong.get().map(|wrong| view! { <p class="notice danger" role="alert" data-wrong="true">{wrong}</p> }))}
        {live(move || losses.get().map(|losses| {
            let count = losses.len();
            view! {
                <div class="notice warn" role="status">
                    <p>{tell(move |w| (w.lost)(count))}</p>
                    <ul>{losses.into_iter().map(|loss| view! { <li>{say(&loss)}</li> }).collect_view()}</ul>
                </div> }
        }))}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_says_what_it_is_for() {
        for language in [Language::Chinese, Language::English] {
            let said = WAYS.iter().map(|way| way.ending).chain([FOLDER]).map(words(language).way);
            let names: std::collections::BTreeSet<_> = said.collect();
            assert_eq!(names.len(), WAYS.len() + 1, "{names:?}");
        }
    }
}
