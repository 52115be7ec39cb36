//! `services/*.files`: broken catalogues of services. Beside each, `*.expected` holds all their mistakes with places and ways out.
//!
//! In a file `[providers.csv]` begins a file of the catalogue; the first is `services.csv`. `UPDATE_EXPECT=1` writes what comes; read it before
//! you commit it.

use std::path::{Path, PathBuf};

use doorstep_engine::services::{Applicant, Catalogue, Circumstances, FactValue, Facts, gather};
use doorstep_engine::{Bundle, Source};

use crate::diagnostics::told;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/services")
}

/// The files in one, by their names.
fn bundle(text: &str) -> Bundle {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => {
                let (_, text) = files.last_mut().expect("a file begins with its name");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let mut sources = files.into_iter().map(|(name, text)| Source::new(name, text));
    Bundle { main: sources.next().expect("a catalogue has services"), files: sources.collect() }
}

#[test]
fn every_mistake_of_a_catalogue_is_found_and_placed() {
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let files = doorstep_tests::files(&folder(), "files");
    assert!(files.len() >= 4, "broken catalogues are missing");
    let mut wrong = Vec::new();
    for file in files {
        let bundle = bundle(&std::fs::read_to_string(&file).unwrap());
        let read = Catalogue::read(&bundle);
        let end = if read.catalogue.is_some() { "a catalogue\n" } else { "no catalogue\n" };
        let given = told(&bundle, &read.diagnostics) + end;
        let english = read.diagnostics.iter().flat_map(|found| found.without_chinese());
        wrong.extend(english.map(|text| format!("not in Chinese: {text}")));
        let expected = file.with_extension("expected");
        if bless {
            std::fs::write(&expected, &given).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != given {
            wrong.push(format!("{}:\n{given}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The catalogue of `forms/`, cut, doubled and stirred: it is read or refused, and what was read still matches.
#[test]
fn nothing_that_is_written_makes_it_panic() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/catalogue");
    let read = |name: &str| std::fs::read_to_string(own.join(name)).ok();
    let whole = gather(&read("services.csv").expect("the catalogue is there"), read);
    let mut seed = 11_u64;
    let mut below = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % limit.max(1)
    };
    const ODD: [&str; 16] = [
        "\"",
        ",",
        "\n",
        "\r",
        "=",
        "(",
        "'",
        "-",
        "",
        "999999999999",
        "\u{feff}",
        "é",
        "${age}",
        " or ",
        "\0",
        "not(",
    ];
    let mut read_whole = 0;
    for turn in 0..150 {
        let mut files: Vec<Source> = std::iter::once(&whole.main).chain(&whole.files).cloned().collect();
        for _ in 0..1 + turn % 4 {
            let at = below(files.len());
            let text = files[at].text.to_string();
            let mut start = below(text.len() + 1);
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + below(9)).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let stirred = format!("{}{}{}", &text[..start], ODD[below(ODD.len())], &text[end..]);
            files[at] = Source::new(files[at].name.clone(), stirred);
        }
        let mut files = files.into_iter();
        let bundle = Bundle { main: files.next().expect("services"), files: files.collect() };
        let read = Catalogue::read(&bundle);
        let _ = told(&bundle, &read.diagnostics);
        let Some(catalogue) = read.catalogue else {
            assert!(!read.diagnostics.is_empty(), "refused without a word");
            continue;
        };
        read_whole += 1;
        let mut facts = Facts::default();
        for (id, fact) in catalogue.facts().iter() {
            match (usize::from(id.0) + turn) % 4 {
                0 => facts.set(fact.name.clone(), FactValue::Text("1".into())),
                1 => facts.set(fact.name.clone(), FactValue::Text("9e99999".into())),
                2 => facts.set(fact.name.clone(), FactValue::NotApplicable),
                _ => {}
            }
        }
        let circumstances = Circumstances::on("2026-11-23".parse().expect("a day"));
        for area in ["371082007", "3710", "", "大"] {
            let matched = catalogue.match_household(area, &facts, &circumstances);
            for need in &matched.needs {
                assert!(!catalogue.explain_match(need, "zh").is_empty());
            }
            let applicants =
                [Applicant { id: "a", matched: &matched }, Applicant { id: "b", matched: &matched }];
            let placement = catalogue.place(&applicants, &circumstances).expect("it fits");
            let count = placement.placed.len() + placement.without.len() + placement.repeated.len();
            assert_eq!(count, 2 * matched.needs.len());
        }
    }
    assert!(read_whole > 10, "only {read_whole} were still catalogues");
}
