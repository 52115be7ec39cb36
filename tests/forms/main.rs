//! What lies in `forms/`: every form is one without a warning, fits the published schema, and its cases hold.

mod odk;

use std::path::{Path, PathBuf};

use doorstep_engine::{Bundle, Form, Source, case};
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
            for failure in case::run(&form, &json) {
                wrong.push(format!("{}, step {}: {}", file.display(), failure.step, failure.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
            nonsense["assessment"][0][key] = Json::String(value.into());
            assert!(!schema.is_valid(&nonsense), "a measure with {key} = {value} must not fit");
        }
        let mut nonsense = form;
        nonsense["settings"].as_object_mut().unwrap().remove("form_id");
        assert!(!schema.is_valid(&nonsense), "a form without an id must not fit");
    }
}
