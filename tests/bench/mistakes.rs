//! A workbook with as many mistakes as one likes, a row each: what its author hands in who never looked at `doorstep check`.
//!
//! One generator for the test that counts them and for the bench that times them.

use std::fmt::Write;

/// A row that is wrong: the code of the mistake, and the cells (`type`, `name`, `label`, `relevant`, `constraint`, `calculation`, `default`, `trigger`).
type Wrong = (&'static str, [&'static str; 8]);

/// What `#` stands for is the row's own number.
const KINDS: [Wrong; 20] = [
    ("unknown-type", ["intger", "q#", "Q", "", "", "", "", ""]),
    ("bad-name", ["text", "#q", "Q", "", "", "", "", ""]),
    ("bad-expression", ["text", "q#", "Q", "${ok} = (", "", "", "", ""]),
    ("unknown-name", ["text", "q#", "Q", "${nobody#} = 1", "", "", "", ""]),
    ("duplicate-name", ["text", "kept#", "Q", "", "", "", "", ""]),
    ("unknown-list", ["select_one list#", "q#", "Q", "", "", "", "", ""]),
    ("missing-name", ["text", "", "Q", "", "", "", "", ""]),
    ("missing-label", ["text", "q#", "", "", "", "", "", ""]),
    ("unknown-function", ["calculate", "q#", "", "", "", "frobnicate(${ok})", "", ""]),
    ("wrong-arity", ["calculate", "q#", "", "", "", "count-selected()", "", ""]),
    ("bad-default", ["integer", "q#", "Q", "", "", "", "many", ""]),
    ("bad-trigger", ["calculate", "q#", "", "", "", "1", "", "nobody#"]),
    ("bad-expression", ["integer", "q#", "Q", "", ". > ", "", "", ""]),
    ("missing-calculation", ["calculate", "q#", "", "", "", "", "", ""]),
    ("cycle", ["calculate", "q#", "", "", "", "${q#} + 1", "", ""]),
    ("unknown-name", ["calculate", "q#", "", "", "", "${okk#} + 1", "", ""]),
    ("wrong-arity", ["integer", "q#", "Q", "", "selected(., 'a', 'b')", "", "", ""]),
    ("unknown-name", ["note", "q#", "See ${nobody#}", "", "", "", "", ""]),
    ("unknown-choice", ["text", "q#", "Q", "${pick} = 'z#'", "", "", "", ""]),
    ("unmatched-section", ["end group", "", "", "", "", "", "", ""]),
];

/// Each sheet's name, and its rows as text.
pub type Sheets = Vec<(&'static str, String)>;
/// Each mistake's row, and its code.
pub type Expected = Vec<(usize, &'static str)>;

/// The sheets, and of every mistake its row in `survey` with its code.
pub fn workbook(count: usize) -> (Sheets, Expected) {
    let mut survey = "type\tname\tlabel\trelevant\tconstraint\tcalculation\tdefault\ttrigger\n".to_owned();
    let mut row = 1;
    let mut add = |survey: &mut String, cells: &[&str; 8], number: usize| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('#', &number.to_string())).collect();
        let _ = writeln!(survey, "{}", cells.join("\t").trim_end_matches('\t'));
        row += 1;
        row
    };
    add(&mut survey, &["integer", "ok", "Sound", "", "", "", "", ""], 0);
    add(&mut survey, &["select_one yn", "pick", "Pick", "", "", "", "", ""], 0);
    let mut expected = Vec::new();
    for number in 0..count {
        let (code, cells) = &KINDS[number % KINDS.len()];
        if *code == "duplicate-name" {
            add(&mut survey, cells, number);
        }
        expected.push((add(&mut survey, cells, number), *code));
    }
    let choices = "list_name\tname\tlabel\nyn\ty\tYes\nyn\tn\tNo\n".to_owned();
    let settings = "form_id\tversion\tform_title\nwrong\t1\tWrong\n".to_owned();
    (vec![("survey", survey), ("choices", choices), ("settings", settings)], expected)
}
