//! A form's definition as its designer has it: sheets of cells, as in a spreadsheet, and the files that go with them.
//!
//! May be wrong at any moment; nothing here knows what a form is but for the names of sheets and columns. Rows are shared, so that a copy costs nothing.

mod called;
mod cells;
mod change;
mod find;
mod grid;
mod history;
mod lists;
mod names;
mod opening;
mod sheets;

pub use cells::{Area, Place, from_tsv, to_tsv};
pub use change::{Change, Splice};
pub use find::{Found, find};
pub use grid::{Grid, Row};
pub use history::History;
pub use lists::{cell_at, is_list};
pub use names::{is_name_cell, renamed, with_references};
pub use opening::OpenError;
pub use sheets::{Document, KNOWN};

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use doorstep_engine::compare::compare;
    use doorstep_engine::{Form, Severity, Source};

    use super::*;

    fn opened(csv: &str) -> Document {
        Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet")
    }

    fn rows(document: &Document, sheet: usize) -> Vec<String> {
        document.sheet(sheet).rows.iter().map(|row| row.join("|")).collect()
    }

    fn at(row: usize, column: usize) -> Place {
        Place { row, column }
    }

    fn area(from: (usize, usize), to: (usize, usize)) -> Area {
        Area::between(at(from.0, from.1), at(to.0, to.1))
    }

    const GROUPS: &str = "type,name,label\nbegin group,g,G\ntext,a,A\nend group,,\ntext,b,B\ntext,c,C\n";

    #[test]
    fn an_empty_form_is_a_sound_one() {
        let bundle = Document::empty("新表", "new", "1").bundle();
        let read = Form::read(&bundle);
        assert!(read.form.is_some(), "{:?}", read.diagnostics);
        assert!(read.diagnostics.iter().all(|found| found.severity != Severity::Error));
        assert_eq!(read.form.map(|form| form.id().to_owned()).as_deref(), Some("new"));
    }

    #[test]
    fn whatever_is_done_is_undone_and_done_again() {
        let mut history = History::new(opened(GROUPS));
        let start = history.document().clone();
        let changes: [fn(&Document) -> Option<Change>; 8] = [
            |document| Change::move_rows(document, 0, area((4, 0), (4, 0)), true),
            |document| Change::cell(document, 0, at(2, 1), "renamed"),
            |document| Change::insert_rows(document, 0, 3, 2),
            |document| {
                Change::paste(
                    document,
                    0,
                    area((9, 1), (9, 1)),
                    &[vec!["x".into(), "y".into()], vec!["z".into()]],
                )
            },
            |document| Change::remove_rows(document, 0, area((1, 0), (2, 2))),
            |document| Change::fill_down(document, 0, area((1, 0), (3, 2))),
            |document| Change::column(document, 0, "hint"),
            |document| document.set_setting("version", "2"),
        ];
        let mut states = vec![start];
        for change in changes {
            let change = change(history.document()).expect("it changes something");
            history.act(change);
            states.push(history.document().clone());
        }
        for state in states.iter().rev().skip(1) {
            history.undo();
            assert_eq!(history.document(), state);
        }
        assert_eq!((history.can(), history.undo()), ((false, true), None));
        for state in &states[1..] {
            history.redo();
            assert_eq!(history.document(), state);
        }
        history.undo();
        history.act(Change::cell(history.document(), 0, at(1, 0), "note").expect("there was something"));
        assert_eq!(history.redo(), None, "what was done instead stays");
    }

    #[test]
    fn it_is_known_whether_all_is_kept() {
        let mut history = History::new(opened(GROUPS));
        assert!(history.is_kept());
        let change =
            |history: &History| Change::cell(history.document(), 0, at(2, 2), &format!("v{}", history.len()));
        history.act(change(&history).expect("it differs"));
        let len = history.len();
        assert!(!history.is_kept());
        history.keep(len);
        assert!(history.is_kept());
        history.undo();
        assert!(!history.is_kept());
        history.redo();
        assert!(history.is_kept());
        history.undo();
        history.act(Change::cell(history.document(), 0, at(2, 2), "other").expect("it differs"));
        assert!(!history.is_kept(), "as many changes, but others");
    }

    #[test]
    fn a_renamed_question_takes_its_references_with_it_and_no_other_word() {
        let document = opened(
            "type,name,label,relevant,calculation\ninteger,age,Age,,\ntext,b,\"You are ${ age }, age\",${age} > 1 and ${ages} > 2,${last-saved#age}\ninteger,ages,x,,",
        );
        let change = Change::cell(&document, 0, at(1, 1), "years").expect("it differs");
        let mut history = History::new(document);
        history.act(change);
        let rows = rows(history.document(), 0);
        assert_eq!(rows[1], "integer|years|Age");
        assert_eq!(rows[2], "text|b|You are ${years}, age|${years} > 1 and ${ages} > 2|${last-saved#years}");
        // A question may refer to itself: what it was answered last time.
        let own = opened("type,name,label,default\ntext,phone,Phone,${last-saved#phone}\n");
        let change = Change::cell(&own, 0, at(1, 1), "mobile").expect("it differs");
        let mut history = History::new(own.clone());
        history.act(change);
        assert_eq!(self::rows(history.document(), 0)[1], "text|mobile|Phone|${last-saved#mobile}");
        history.undo();
        assert_eq!(history.document(), &own);
        // While there are two of a name, nobody knows which one is meant.
        let doubled = opened("type,name,label\ntext,a,A\ntext,a,${a}\n");
        let change = Change::cell(&doubled, 0, at(1, 1), "c").expect("it differs");
        assert_eq!(change.splices.len(), 1);
    }

    #[test]
    fn groups_move_as_a_whole_and_past_each_other() {
        let moved = |from: usize, to: usize, down: bool| {
            let document = opened(GROUPS);
            let change = Change::move_rows(&document, 0, area((from, 0), (to, 0)), down)?;
            let mut history = History::new(document);
            let (_, place) = history.act(change);
            Some((
                rows(history.document(), 0)[1..]
                    .iter()
                    .map(|row| row.split('|').nth(1).unwrap_or("").to_owned())
                    .collect::<Vec<_>>()
                    .join(" "),
                place.row,
            ))
        };
        assert_eq!(moved(1, 1, true), Some(("b g a  c".into(), 2)));
        assert_eq!(moved(4, 4, false), Some(("b g a  c".into(), 1)));
        assert_eq!(moved(4, 5, false), Some(("b c g a ".into(), 1)));
        assert_eq!(moved(5, 5, true), None);
        assert_eq!(moved(1, 1, false), None);
        assert_eq!(moved(2, 2, false), None, "not out of its group");
    }

    #[test]
    fn rows_are_put_into_a_group() {
        let document = opened(GROUPS);
        let change = Change::group(&document, 0, area((4, 0), (5, 0))).expect("there are rows");
        let mut history = History::new(document);
        history.act(change);
        let rows = rows(history.document(), 0);
        assert_eq!(&rows[4..], ["begin group|group_1", "text|b|B", "text|c|C", "end group"]);
        assert_eq!(history.document().sheet(0).depths(), [0, 0, 1, 0, 0, 1, 1, 0]);
    }

    #[test]
    fn one_cell_fills_an_area_and_a_block_is_put_as_it_is() {
        let mut history = History::new(opened(GROUPS));
        history.act(
            Change::paste(history.document(), 0, area((4, 2), (5, 2)), &[vec!["same".into()]])
                .expect("it differs"),
        );
        assert_eq!(rows(history.document(), 0)[4..], ["text|b|same", "text|c|same"]);
        let none = Change::paste(history.document(), 0, area((4, 2), (5, 2)), &[vec!["same".into()]]);
        assert_eq!(none, None, "nothing differs");
    }

    #[test]
    fn any_syntax_becomes_sheets_that_mean_the_same() {
        let json = r#"{"settings": {"form_id": "f", "version": "1", "default_language": "zh"},
            "choices": {"yn": [{"name": "y", "label": {"zh": "是", "en": "Yes"}}]},
            "survey": [{"type": "select_one yn", "name": "a", "label": {"zh": "甲", "en": "A"}, "required": true}]}"#;
        let document = Document::open("form.json", json.as_bytes(), |_| None).expect("it is a form");
        assert_eq!(document.sheet(0).of(1, "type"), "select_one yn");
        assert_eq!(document.sheet(1).of(1, "name"), "y");
        assert_eq!(document.setting("form_id"), "f");
        let form = Form::read(&document.bundle()).form.expect("it is sound");
        assert_eq!((form.id(), form.languages().len()), ("f", 2));
    }

    #[test]
    fn every_form_here_is_the_same_as_sheets() {
        let forms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let mut count = 0;
        for entry in std::fs::read_dir(&forms).expect("they are there").flatten() {
            let file = entry.path().join("form.json");
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            let beside = |name: &str| {
                let places = [entry.path().join(name), entry.path().join("form-media").join(name)];
                places.into_iter().find_map(|place| std::fs::read_to_string(place).ok())
            };
            let bundle = doorstep_engine::Bundle::gather(Source::new("form.json", text), beside);
            let document =
                Document::of_any(&bundle).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
            let again = document.bundle();
            let found = Form::read(&again);
            assert!(found.form.is_some(), "{}: {:?}", file.display(), found.diagnostics);
            let differs =
                compare(&bundle, &again).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
            // A list that the form takes out of a file is a file's in sheets, too.
            let is_list = |words: &str| {
                let name = words.strip_prefix("the file `").and_then(|rest| rest.strip_suffix("` was added"));
                name.is_some_and(|name| bundle.files.iter().any(|file| file.name.ends_with(name)))
            };
            let words = differs.differences.iter().map(|one| one.words("en"));
            let words: Vec<String> = words.filter(|words| !is_list(words)).collect();
            assert_eq!(words, [] as [String; 0], "{}", file.display());
            count += 1;
        }
        assert!(count > 20, "only {count} forms are there");
    }

    #[test]
    fn what_is_no_form_is_told_as_such() {
        let open = |name: &str, bytes: &[u8]| Document::open(name, bytes, |_| None).err();
        assert!(matches!(open("a.xlsx", b"PK\x03\x04nothing"), Some(OpenError::Workbook(_))));
        assert!(matches!(open("a.json", &[0xff, 0xfe]), Some(OpenError::NotText)));
        assert!(matches!(open("a.json", b"{"), Some(OpenError::Broken(..))));
        assert!(matches!(open("a.xlsx", &[0xFF, 0xD8, 0xFF, 0xE0]), Some(OpenError::Workbook(_))));
    }

    #[test]
    fn a_list_that_is_not_there_is_missed_in_the_sheet_of_choices() {
        let found = Form::read(&opened("type,name,label\nselect_one gender,sex,S\n").bundle()).diagnostics;
        let codes: Vec<_> = found.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["unknown-list"], "{found:?}");
    }

    #[test]
    fn sheets_that_say_nothing_are_not_the_forms() {
        let names: Vec<Arc<str>> =
            opened(GROUPS).bundle().files.iter().map(|file| Arc::from(&*file.name)).collect();
        assert!(names.is_empty(), "{names:?}");
    }
}
