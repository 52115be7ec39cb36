//! What lies in `forms/`: every form is one without a warning, fits the published schema, and its cases hold.

mod calls;
mod catalogue;
mod chain;
mod odk;
mod rechecks;
mod silenced;
mod stable;
mod whom;

use std::path::{Path, PathBuf};

use doorstep_engine::assess::Outcome;
use doorstep_engine::session::Opening;
use doorstep_engine::{Bundle, Extent, Form, Session, Source, case, export};
use serde_json::Value as Json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms")
}

fn definitions() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root()).unwrap();
    let files = entries.flatten().map(|entry| entry.path().join("form.json")).filter(|file| file.is_file());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    assert!(!files.is_empty(), "forms/ holds no form");
    files
}

fn bundle(definition: &Path) -> Bundle {
    let main = Source::new("form.json", std::fs::read_to_string(definition).unwrap());
    Bundle::gather(main, |name| std::fs::read_to_string(definition.parent().unwrap().join(name)).ok())
}

#[test]
fn each_role_is_offered_what_it_fills_in() {
    let forms = definitions().into_iter().filter_map(|definition| Form::read(&bundle(&definition)).form);
    let names = |form: &Form, role: &str| form.for_roles().iter().any(|named| **named == *role);
    let (theirs, others): (Vec<_>, Vec<_>) =
        forms.filter(|form| !form.for_roles().is_empty()).partition(|form| names(form, "provider"));
    let theirs: Vec<&str> = theirs.iter().map(|form| form.id()).collect();
    assert_eq!(theirs, ["acceptance", "service-record"]);
    assert!(others.iter().all(|form| names(form, "station")) && others.len() > 20);
    // What the head of a station signs is on no worker's phone.
    let signed: Vec<&str> =
        others.iter().filter(|form| !names(form, "worker")).map(|form| form.id()).collect();
    assert_eq!(signed, ["acceptance-check", "assessment-report", "closure", "project-supervision"]);
}

#[test]
fn every_form_is_one_and_its_cases_hold() {
    let mut wrong = Vec::new();
    for definition in definitions() {
        let bundle = bundle(&definition);
        let checked = Form::read(&bundle);
        for found in &checked.diagnostics {
            let at = bundle.position(found.span);
            wrong.push(format!("{}: {}:{}: {}", definition.display(), at.file, at.line, found.message));
        }
        let Some(form) = checked.form else { continue };
        let cases = doorstep_tests::files(&definition.parent().unwrap().join("cases"), "json");
        assert!(!cases.is_empty(), "{} has no cases", definition.display());
        for file in cases {
            let json: Json =
                serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).expect("a case is JSON");
            let (session, failures) = case::run_through(&form, &json);
            for failure in failures {
                wrong.push(format!("{}, step {}: {}", file.display(), failure.step, failure.message));
            }
            let differs = session.and_then(|session| restored(&session));
            wrong.extend(differs.map(|differs| format!("{}: {differs}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is other when the answers of a session are taken up again, as JSON and as XML.
fn restored(session: &Session) -> Option<String> {
    let outcomes = |session: &Session| -> Vec<(String, Option<Outcome>)> {
        session.measures().map(|name| (name.to_owned(), session.outcome(name))).collect()
    };
    let (form, world) = (session.form(), session.world());
    let data = session.data(Extent::All);
    let xml = session.instance_xml(Extent::All);
    let from_json = Session::restore(form.clone(), world.clone(), &data);
    let from_xml = Session::open_xml(form.clone(), world.clone(), &xml, Opening::Restore);
    for again in [from_json, from_xml] {
        let again = match again {
            Ok(again) => again,
            Err(error) => return Some(format!("can't be restored: {error}")),
        };
        let (before, after) = (outcomes(session), outcomes(&again));
        if before != after {
            return Some(format!("the outcomes came back as {after:?}, not {before:?}"));
        }
    }
    None
}

#[test]
fn every_form_fits_the_published_schema_and_nonsense_does_not() {
    let schema: Json =
        serde_json::from_str(&std::fs::read_to_string(root().join("form.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    for definition in definitions() {
        let form: Json = serde_json::from_str(&std::fs::read_to_string(&definition).unwrap()).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&form).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}:\n{}", definition.display(), errors.join("\n"));
        let mut nonsense = form.clone();
        nonsense["survey"][0]["lable"] = Json::String("x".into());
        assert!(!schema.is_valid(&nonsense), "an unknown key must not fit");
        for (key, value) in [("kind", "scale"), ("combine", "add"), ("type", "scales")] {
            let mut nonsense = form.clone();
            if nonsense["assessment"].is_null() {
                // Forms that only record something measure nothing.
                continue;
            }
            nonsense["assessment"][0][key] = Json::String(value.into());
            assert!(!schema.is_valid(&nonsense), "a measure with {key} = {value} must not fit");
        }
        let mut nonsense = form;
        nonsense["settings"].as_object_mut().unwrap().remove("form_id");
        assert!(!schema.is_valid(&nonsense), "a form without an id must not fit");
    }
}

/// Written once as the exporter spells it, form JSON is written the same ever after, byte for byte.
#[test]
fn every_form_is_form_json_and_stays_it() {
    let written = |bundle: &Bundle| {
        let converted = export::to_form_json(bundle);
        let exported = converted.exported.expect("the form can be written");
        assert_eq!(exported.losses, [], "form JSON holds what form JSON said");
        exported.written
    };
    for definition in definitions() {
        let bundle = bundle(&definition);
        let once = written(&bundle);
        let again = Bundle { main: Source::new("form.json", once.as_str()), files: bundle.files.clone() };
        let read = Form::read(&again);
        let told: Vec<&str> = read.diagnostics.iter().map(|found| &*found.message).collect();
        assert!(read.form.is_some(), "{} is no form any more: {told:?}", definition.display());
        assert_eq!(written(&again), once, "{}", definition.display());
        // The assessment is the author's own, in a workbook too.
        let assessment = |text: &str| serde_json::from_str::<Json>(text).unwrap()["assessment"].clone();
        let own = assessment(&bundle.main.text);
        assert_eq!(assessment(&once), own, "{}", definition.display());
        let sheets = export::to_xlsform(&bundle, "form.xlsx").exported.expect("the form can be written");
        let bytes = doorstep_workbook::write_xlsx(&sheets.written).unwrap();
        let from_sheets = written(&doorstep_workbook::read("form.xlsx", &bytes).unwrap());
        assert_eq!(plain(assessment(&from_sheets)), plain(own.clone()), "{}", definition.display());
        let xform = export::to_xform(&bundle).exported.expect("the form can be written").written;
        let xform = Bundle { main: Source::new("form.xml", xform), files: bundle.files.clone() };
        let from_xform = export::to_form_json(&xform).exported.expect("the XForm can be written").written;
        assert_eq!(assessment(&from_xform), own, "{}", definition.display());
    }
}

/// With plain quotes, as pyxform has them in a workbook.
fn plain(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(text.replace(['“', '”'], "\"").replace(['‘', '’'], "'")),
        Json::Array(all) => all.into_iter().map(plain).collect(),
        Json::Object(all) => all.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        other => other,
    }
}
