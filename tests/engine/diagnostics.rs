//! `diagnostics/*.json`, `*.xml` and `*.sheets`: broken forms. Beside each, `*.expected` holds all its mistakes with places and
//! ways out.
//!
//! A file `*.sheets` is a workbook: `[survey]` begins a sheet, and cells have `|` between.
//!
//! `UPDATE_EXPECT=1` writes what comes; read it before you commit it.

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
        let text = std::fs::read_to_string(&file).unwrap();
        let ending = file.extension().unwrap().to_string_lossy();
        let bundle = match &*ending {
            "sheets" => workbook(&text),
            ending => Bundle::gather(Source::new(format!("form.{ending}"), text), |name| {
                std::fs::read_to_string(folder.join(name)).ok()
            }),
        };
        let given = mistakes(&bundle);
        let expected = file.with_extension("expected");
        if bless {
            std::fs::write(&expected, &given).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != given {
            wrong.push(format!("{}:\n{given}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn workbook(text: &str) -> Bundle {
    let mut sources: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
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
