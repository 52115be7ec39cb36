//! A workbook with two thousand mistakes, a row each: all of them are listed, each once, in the order of the sheet. How long it takes the bench says
//! (`cargo bench -p doorstep-bench --features checks -- mistakes`).

#[path = "../bench/mistakes.rs"]
mod mistakes;

use doorstep_engine::{Bundle, Form, Source};

/// The workbook as Excel has it, read again.
fn read(sheets: Vec<(&str, String)>) -> Bundle {
    let sources = sheets.into_iter().map(|(name, text)| Source::new(format!("form.xlsx#{name}"), text));
    let mut sources = sources.collect::<Vec<_>>().into_iter();
    let bundle = Bundle { main: sources.next().expect("a survey"), files: sources.collect() };
    let bytes = doorstep_workbook::write_xlsx(&bundle).expect("it fits into a workbook");
    doorstep_workbook::read("form.xlsx", &bytes).expect("it is a workbook")
}

#[test]
fn two_thousand_mistakes_are_all_listed() {
    let (sheets, expected) = mistakes::workbook(2_000);
    let bundle = read(sheets);
    let found = Form::read(&bundle).diagnostics;
    let given: Vec<(usize, &str)> =
        found.iter().map(|found| (bundle.position(found.span).line, found.code)).collect();
    assert_eq!((given.len(), expected.len()), (2_000, 2_000));
    assert_eq!(given, expected);
    assert!(found.iter().all(|found| found.without_chinese().is_empty()), "all of them in Chinese, too");
    // Each kind is there, and no message is another's but for those that name nothing of their row.
    let codes: std::collections::BTreeSet<&str> = given.iter().map(|(_, code)| *code).collect();
    assert!(codes.len() >= 14, "{codes:?}");
}
