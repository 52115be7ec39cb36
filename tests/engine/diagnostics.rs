//! `diagnostics/*.json`, `*.xml` and `*.sheets`: broken forms. Beside each, `*.expected` holds all its mistakes with places and
//! ways out.
//!
//! A file `*.sheets` is a workbook: `[survey]` begins a sheet, and cells have `|` between; `[towns.csv]` a file beside it.
//!
//! `UPDATE_EXPECT=1` writes what comes; read it before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use doorstep_engine::{Bundle, Diagnostic, Form, Source};

#[test]
fn every_mistake_is_found_and_placed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/diagnostics");
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    let of = |ending: &str| doorstep_tests::files(&folder, ending);
    let files = [of("json"), of("xml"), of("sheets")];
    assert!(files.iter().all(|files| files.len() >= 2), "broken forms are missing: {files:?}");
    for file in files.concat() {
        let given = mistakes(&bundle(&file));
        let expected = file.with_extension("expected");
        if bless {
            std::fs::write(&expected, &given).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != given {
            wrong.push(format!("{}:\n{given}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mistake_is_told_in_chinese() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/diagnostics");
    let of = |ending: &str| doorstep_tests::files(&folder, ending);
    let mut missing = BTreeSet::new();
    for file in [of("json"), of("xml"), of("sheets")].concat() {
        for found in Form::read(&bundle(&file)).diagnostics {
            missing.extend(found.without_chinese().into_iter().map(|text| format!("{}: {text}", found.code)));
        }
    }
    assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
}

pub(crate) fn bundle(file: &Path) -> Bundle {
    let text = std::fs::read_to_string(file).unwrap();
    match &*file.extension().unwrap().to_string_lossy() {
        "sheets" => workbook(&text),
        ending => Bundle::gather(Source::new(format!("form.{ending}"), text), |name| {
            std::fs::read_to_string(file.with_file_name(name)).ok()
        }),
    }
}

fn workbook(text: &str) -> Bundle {
    let mut sources: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) if name.ends_with(".csv") => sources.push((name.to_owned(), Vec::new())),
            Some(name) => sources.push((format!("form.xlsx#{name}"), Vec::new())),
            None => {
                let row = line.split('|').map(str::trim).collect::<Vec<_>>().join("\t");
                sources.last_mut().expect("a sheet begins with its name").1.push(row);
            }
        }
    }
    let mut sources = sources.into_iter().map(|(name, rows)| Source::new(name, rows.join("\n")));
    Bundle { main: sources.next().expect("a workbook has sheets"), files: sources.collect() }
}

fn mistakes(bundle: &Bundle) -> String {
    let checked = Form::read(bundle);
    let end = if checked.form.is_some() { "a form\n" } else { "not a form\n" };
    told(bundle, &checked.diagnostics) + end
}

/// Diagnostics as lines, with their places.
pub(crate) fn told(bundle: &Bundle, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for found in diagnostics {
        let at = bundle.position(found.span);
        writeln!(out, "{at} {}[{}] {}", found.severity.name(), found.code, found.message).unwrap();
        for label in &found.labels {
            let at = bundle.position(label.span);
            writeln!(out, "    {at} {}", label.message).unwrap();
        }
        for hint in &found.hints {
            writeln!(out, "    = {hint}").unwrap();
        }
    }
    out
}
