//! `compare/NAME.old.*` and `NAME.new.*`: two versions of a form. Beside them, `NAME.expected` holds what differs, in English and in
//! Chinese, what it weighs and what it means.
//!
//! `UPDATE_EXPECT=1` writes what comes; read it before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use doorstep_engine::compare::{Comparison, compare};
use doorstep_engine::{Bundle, Form, Source, export};

use crate::diagnostics::{bundle, told};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/compare")
}

/// The pairs, by name.
fn pairs() -> Vec<(PathBuf, PathBuf, PathBuf)> {
    let all = ["json", "sheets", "xml"].map(|ending| doorstep_tests::files(&folder(), ending)).concat();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    let mut pairs = Vec::new();
    for old in all.iter().filter(|file| name(file).contains(".old.")) {
        let stem = name(old).split('.').next().unwrap().to_owned();
        let new = all.iter().find(|file| name(file).starts_with(&format!("{stem}.new.")));
        let new = new.unwrap_or_else(|| panic!("{} has no later version", old.display()));
        pairs.push((old.clone(), new.clone(), folder().join(format!("{stem}.expected"))));
    }
    pairs.sort();
    pairs
}

/// A later version; its files are those in `later/`, where they differ.
fn later(file: &Path) -> Bundle {
    let mut bundle = bundle(file);
    for source in &mut bundle.files {
        if let Ok(text) = std::fs::read_to_string(folder().join("later").join(&*source.name)) {
            *source = Source::new(source.name.clone(), text);
        }
    }
    bundle
}

#[test]
fn what_differs_is_told_and_weighed() {
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let pairs = pairs();
    assert!(pairs.len() >= 8, "pairs are missing: {pairs:?}");
    let mut wrong = Vec::new();
    for (old, new, expected) in pairs {
        let (old, new) = (bundle(&old), later(&new));
        let given = match compare(&old, &new) {
            Ok(comparison) => written(&comparison),
            Err(unreadable) => {
                let of = if unreadable.which == doorstep_engine::compare::Which::Old { &old } else { &new };
                format!("{:?} can't be read\n{}", unreadable.which, told(of, &unreadable.diagnostics))
            }
        };
        if bless {
            std::fs::write(&expected, &given).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != given {
            wrong.push(format!("{}:\n{given}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn written(comparison: &Comparison) -> String {
    let mut out = String::new();
    for difference in &comparison.differences {
        let weight = difference.weight().name();
        writeln!(out, "[{weight}] {}\n    {}", difference.words("en"), difference.words("zh")).unwrap();
        if let (Some(en), Some(zh)) = (difference.means("en"), difference.means("zh")) {
            writeln!(out, "    = {en}\n    = {zh}").unwrap();
        }
    }
    writeln!(out, "{}\n{}", comparison.drafts("en"), comparison.drafts("zh")).unwrap();
    out
}

#[test]
fn every_kind_of_difference_is_shown_once() {
    let mut seen = BTreeSet::new();
    for (old, new, _) in pairs() {
        let Ok(comparison) = compare(&bundle(&old), &later(&new)) else { continue };
        let told = comparison.to_json("en");
        for difference in told["differences"].as_array().unwrap() {
            seen.insert(difference["kind"].as_str().unwrap().to_owned());
            assert!(!difference["words"].as_str().unwrap().is_empty(), "{difference}");
        }
    }
    let all = "added choice-added choice-property choice-recoded choice-removed choice-words choices-reordered cutoff \
               entity-added entity-property entity-removed file-added file-changed file-removed language-added \
               language-removed line-added line-property line-removed line-words lines-reordered list-added list-removed \
               list-renamed measure-added measure-property measure-removed measure-renamed measure-words moved property \
               removed renamed setting type words";
    let all: BTreeSet<String> = all.split_whitespace().map(str::to_owned).collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(seen.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_form_does_not_differ_from_itself_in_any_syntax() {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms");
    let mut compared = 0;
    for entry in std::fs::read_dir(forms).unwrap().flatten() {
        let file = entry.path().join("form.json");
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let beside = |name: &str| std::fs::read_to_string(file.with_file_name(name)).ok();
        let form = Bundle::gather(Source::new("form.json", text), beside);
        let same = compare(&form, &form).unwrap();
        assert!(same.differences.is_empty() && same.weight().is_none(), "{}: {same:#?}", file.display());
        let again = export::to_form_json(&form).exported.unwrap().written;
        let again = Bundle::gather(Source::new("form.json", again), beside);
        assert!(Form::read(&again).form.is_some(), "{}", file.display());
        let mut differences = compare(&form, &again).unwrap().differences;
        // A list that was a file is now in the form.
        differences.retain(|difference| !difference.words("en").starts_with("the file "));
        assert!(differences.is_empty(), "{}: {differences:#?}", file.display());
        compared += 1;
    }
    assert!(compared > 20, "only {compared} forms");
}
