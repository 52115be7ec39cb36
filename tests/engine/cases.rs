//! `cases/*.json`: a form, its steps, what is expected; and after each case, that its answers survive being put away.

use std::path::Path;
use std::sync::Arc;

use doorstep_engine::view::Item;
use doorstep_engine::{Bundle, Extent, Form, Session, Source, case};
use serde_json::Value as Json;

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/cases");
    let mut wrong = Vec::new();
    let mut ran = 0;
    for file in doorstep_tests::files(&folder, "json") {
        let json: Json =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).expect("a case is JSON");
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let form = form_of(&json).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        let (session, failures) = case::run_through(&form, &json);
        wrong.extend(
            failures.iter().map(|failure| format!("{name}, step {}: {}", failure.step, failure.message)),
        );
        for page in session.iter().flat_map(Session::pages) {
            for item in &page.items {
                let (Item::Question(key) | Item::Group(key) | Item::Repeat(key)) = *item;
                let relevant = session.as_ref().is_some_and(|session| session.relevant(key) == Some(true));
                let found = session.as_ref().and_then(|session| session.page_of(key));
                if relevant && found != Some(page.key) {
                    wrong.push(format!("{name}: an item of a page is looked for on another"));
                }
            }
        }
        wrong.extend(session.and_then(|session| comes_back(&session)).map(|what| format!("{name}: {what}")));
        ran += 1;
    }
    assert!(ran >= 16, "only {ran} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn form_of(case: &Json) -> Result<Arc<Form>, Vec<String>> {
    // A text is an XForm, anything else form JSON.
    let main = match case["form"].as_str() {
        Some(xform) => Source::new("form.xml", xform),
        None => Source::new("form.json", case["form"].to_string()),
    };
    let files = case["files"].as_object().into_iter().flatten();
    let files = files.filter_map(|(name, text)| Some(Source::new(name.as_str(), text.as_str()?)));
    let bundle = Bundle { main, files: files.collect() };
    let checked = Form::read(&bundle);
    checked.form.ok_or_else(|| checked.diagnostics.into_iter().map(|found| found.message).collect())
}

/// A session taken up again from its own answers is the same; if not, what differs.
fn comes_back(session: &Session) -> Option<String> {
    let kept = session.data(Extent::All);
    let again = match Session::restore(session.form().clone(), session.world().clone(), &kept) {
        Ok(again) => again,
        Err(error) => return Some(format!("can't be restored: {error}")),
    };
    let differs =
        |what: &str, a: Json, b: Json| (a != b).then(|| format!("{what} came back as {b}, not {a}"));
    differs("all answers", kept, again.data(Extent::All))
        .or_else(|| differs("the submission", session.data(Extent::Relevant), again.data(Extent::Relevant)))
}
