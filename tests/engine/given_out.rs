//! Every form of `forms/` as a paper, a codebook and a FHIR Questionnaire: whole, and sound by what each may hold.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use doorstep_engine::{Bundle, Source, export};
use serde_json::Value;

fn forms() -> Vec<(PathBuf, Bundle)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms");
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path().join("form.json")).filter(|file| file.is_file()).collect();
    files.sort();
    let bundle = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap();
        let bundle = Bundle::gather(Source::new("form.json", text), |name| {
            std::fs::read_to_string(file.with_file_name(name)).ok()
        });
        (file, bundle)
    };
    let forms: Vec<_> = files.into_iter().map(bundle).collect();
    assert!(forms.len() > 20, "only {} forms", forms.len());
    forms
}

#[test]
fn papers_and_codebooks_are_whole_pages_without_scripts() {
    for (file, form) in forms() {
        let of = |converted: export::Converted<String>| converted.exported.unwrap().written;
        let (zh, en) = (of(export::to_paper(&form, "zh")), of(export::to_paper(&form, "en")));
        let book = of(export::to_codebook_html(&form));
        for page in [&zh, &en, &book] {
            assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{}", file.display());
            assert!(!page.contains("<script") && !page.contains("http://"), "{}", file.display());
            for element in ["div", "p", "span", "table", "tr", "td", "th", "li", "ul", "i"] {
                let starts = page.matches(&format!("<{element} ")).count()
                    + page.matches(&format!("<{element}>")).count();
                assert_eq!(
                    starts,
                    page.matches(&format!("</{element}>")).count(),
                    "{} {element}",
                    file.display()
                );
            }
        }
        assert!(!zh.contains("${") && zh.contains("被访者签名"), "{}", file.display());
        assert!(en.contains("Signature"), "{}", file.display());
        let table = of(export::to_codebook_csv(&form));
        assert!(table.lines().count() > 5, "{}", file.display());
    }
}

/// Every item, also within others.
fn items<'a>(of: &'a Value, into: &mut Vec<&'a Value>) {
    for item in of["item"].as_array().into_iter().flatten() {
        into.push(item);
        items(item, into);
    }
}

#[test]
fn questionnaires_keep_the_rules_of_fhir() {
    let mut weights = 0;
    for (file, form) in forms() {
        let exported = export::to_fhir_questionnaire(&form).exported.unwrap();
        let form: Value = serde_json::from_str(&exported.written).unwrap();
        let mut all = Vec::new();
        items(&form, &mut all);
        let ids: BTreeSet<&str> = all.iter().map(|item| item["linkId"].as_str().unwrap()).collect();
        // que-2: ids are unique.
        assert_eq!(ids.len(), all.len(), "{}", file.display());
        for item in all {
            let (kind, at) = (item["type"].as_str().unwrap(), format!("{} {item}", file.display()));
            let has = |key: &str| item.get(key).is_some();
            // que-1, que-5, que-6, que-8, que-9, que-11, que-12.
            assert!(kind != "group" || has("item"), "{at}");
            assert!(
                kind != "display" || !(has("item") || has("required") || has("repeats") || has("readOnly")),
                "{at}"
            );
            assert!(kind == "choice" || !has("answerOption"), "{at}");
            assert!(
                !has("initial") || !(kind == "group" || kind == "display" || has("answerOption")),
                "{at}"
            );
            let when = item["enableWhen"].as_array().map_or(&[][..], Vec::as_slice);
            assert!(when.len() < 2 || has("enableBehavior"), "{at}");
            for test in when {
                assert!(ids.contains(test["question"].as_str().unwrap()), "{at}");
                assert!(test["operator"] != "exists" || test["answerBoolean"].is_boolean(), "{at}");
            }
            for list in ["item", "answerOption", "enableWhen", "extension", "initial"] {
                assert!(item[list].as_array().is_none_or(|list| !list.is_empty()), "{at}");
            }
            let options = item["answerOption"].as_array().into_iter().flatten();
            weights += options.filter(|option| option.get("extension").is_some()).count();
        }
    }
    assert!(weights > 100, "only {weights} choices with a weight");
}
