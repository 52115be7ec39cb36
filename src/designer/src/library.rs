//! Rows of another form put into this one: with their columns, the lists that they choose from, and the measures that are made of them.
//!
//! What has a name that is taken here gets another, and what refers to it within what is put in goes with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Change, Document, Grid, Row, with_references};
use crate::types::SELECTS;

/// The sheets of an assessment, after the measures themselves.
const LINES: [&str; 4] = ["items", "parts", "bands", "rules"];

/// The rows that belong together with one: a group or a repeat with all that is in it.
pub fn block(grid: &Grid, row: usize) -> (usize, usize) {
    let kind = |row: usize| grid.of(row, "type").trim().to_lowercase().replace('_', " ");
    if !kind(row).starts_with("begin") {
        return (row, row);
    }
    let depths = grid.depths();
    let ends = |other: &usize| depths[*other] == depths[row] && kind(*other).starts_with("end");
    (row, (row + 1..grid.rows.len()).find(ends).unwrap_or(grid.rows.len() - 1))
}

/// Puts the rows of the other form's survey from one to another, both included, in before a row of this one's; nothing if there are none.
pub fn put_in(document: &Document, before: usize, other: &Document, rows: (usize, usize)) -> Option<Change> {
    let survey = document.find("survey")?;
    let theirs = other.sheet(other.find("survey")?);
    let renamed = renamed(document.sheet(survey), theirs, rows);
    let names: BTreeSet<&str> =
        (rows.0..=rows.1).map(|row| theirs.of(row, "name").trim()).filter(|name| !name.is_empty()).collect();
    let mut with = document.clone();
    let mut all = Vec::new();
    let mut add =
        |with: &mut Document, sheet: &str, at: Option<usize>, grid: &Grid, wanted: &[usize]| -> Option<()> {
            let index = with.find(sheet)?;
            for change in columns(with, index, grid, wanted) {
                with.apply(&change);
                all.push(change);
            }
            let own = with.sheet(index);
            let new = wanted.iter().map(|row| mapped(own, grid, *row, &renamed)).collect();
            let at = at.unwrap_or(own.rows.len());
            let change = Change::insert(with, index, at, new)?;
            with.apply(&change);
            all.push(change);
            Some(())
        };
    let wanted: Vec<usize> = (rows.0..=rows.1).collect();
    add(&mut with, "survey", Some(before), theirs, &wanted)?;
    // Lists that are not here yet.
    if let (Some(own), Some(choices)) = (document.find("choices"), other.find("choices")) {
        let (own, choices) = (document.sheet(own), other.sheet(choices));
        let here: BTreeSet<&str> = (1..own.rows.len()).map(|row| own.of(row, "list_name").trim()).collect();
        let lists: BTreeSet<&str> = wanted.iter().filter_map(|row| list(theirs.of(*row, "type"))).collect();
        let rows = (1..choices.rows.len()).filter(|row| {
            let list = choices.of(*row, "list_name").trim();
            lists.contains(list) && !here.contains(list)
        });
        let rows: Vec<usize> = rows.collect();
        if !rows.is_empty() {
            add(&mut with, "choices", None, choices, &rows);
        }
    }
    // Measures all of whose items are among what is put in.
    let measures = measures(other, &names);
    if !measures.is_empty() {
        for sheet in ["assessment"].into_iter().chain(LINES) {
            let Some(grid) = other.find(sheet).map(|index| other.sheet(index)) else { continue };
            let column = if sheet == "assessment" { "name" } else { "measure" };
            let rows = (1..grid.rows.len()).filter(|row| measures.contains(grid.of(*row, column).trim()));
            let rows: Vec<usize> = rows.collect();
            if !rows.is_empty() {
                add(&mut with, sheet, None, grid, &rows);
            }
        }
    }
    let mut change = Change::all(all)?;
    // The designer looks at what was put in.
    change.after = (survey, crate::document::Place { row: before.max(1), column: 0 });
    Some(change)
}

fn list(kind: &str) -> Option<&str> {
    let (kind, list) = kind.trim().split_once(' ')?;
    let is_select = SELECTS.iter().any(|select| select.word == kind);
    is_select.then(|| list.split_whitespace().next().unwrap_or_default())
}

/// The names that are taken here, and what they are called instead.
fn renamed(own: &Grid, theirs: &Grid, rows: (usize, usize)) -> BTreeMap<String, String> {
    let mut taken: BTreeSet<String> =
        (1..own.rows.len()).map(|row| own.of(row, "name").trim().to_owned()).collect();
    let mut renamed = BTreeMap::new();
    for row in rows.0..=rows.1 {
        let name = theirs.of(row, "name").trim();
        let is_end = theirs.of(row, "type").trim().to_lowercase().starts_with("end");
        if name.is_empty() || is_end {
            continue;
        }
        if taken.contains(name) {
            let free = (2..).map(|n| format!("{name}_{n}")).find(|free| !taken.contains(free));
            let free = free.expect("there are more numbers than rows");
            taken.insert(free.clone());
            renamed.insert(name.to_owned(), free);
        } else {
            taken.insert(name.to_owned());
        }
    }
    renamed
}

/// Measures whose items all are among these names, and those that are made of such alone.
fn measures(other: &Document, names: &BTreeSet<&str>) -> BTreeSet<String> {
    let sheet = |name: &str| other.find(name).map(|index| other.sheet(index));
    let (Some(assessment), Some(items)) = (sheet("assessment"), sheet("items")) else {
        return BTreeSet::new();
    };
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in 1..items.rows.len() {
        of.entry(items.of(row, "measure").trim()).or_default().push(items.of(row, "value").trim());
    }
    if let Some(parts) = sheet("parts") {
        for row in 1..parts.rows.len() {
            of.entry(parts.of(row, "measure").trim()).or_default().push(parts.of(row, "of").trim());
        }
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    // What is made of measures comes behind them, in whatever order the sheet has them.
    loop {
        let before = found.len();
        for row in 1..assessment.rows.len() {
            let (name, on) = (assessment.of(row, "name").trim(), assessment.of(row, "of").trim());
            let mut made_of: Vec<&str> = of.get(name).cloned().unwrap_or_default();
            if !on.is_empty() {
                made_of.push(on);
            }
            let known = |part: &&str| names.contains(part) || found.contains(*part);
            if !name.is_empty() && !made_of.is_empty() && made_of.iter().all(known) {
                found.insert(name.to_owned());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The columns that are missing here for what those rows say.
fn columns(document: &Document, sheet: usize, theirs: &Grid, rows: &[usize]) -> Vec<Change> {
    let mut with = document.clone();
    let mut changes = Vec::new();
    for column in 0..theirs.width() {
        let says = rows.iter().any(|row| !theirs.cell(*row, column).trim().is_empty());
        if says && let Some(change) = Change::column(&with, sheet, theirs.cell(0, column)) {
            with.apply(&change);
            changes.push(change);
        }
    }
    changes
}

fn mapped(own: &Grid, theirs: &Grid, row: usize, renamed: &BTreeMap<String, String>) -> Row {
    let mut cells = vec![String::new(); own.rows.first().map_or(0, |titles| titles.len())];
    for column in 0..theirs.width() {
        let Some(to) = own.column(theirs.cell(0, column)) else { continue };
        let mut text = theirs.cell(row, column).to_owned();
        let is_name = matches!(theirs.title(column).as_str(), "name" | "value");
        match renamed.get(text.trim()).filter(|_| is_name && &*theirs.name != "choices") {
            Some(new) => text.clone_from(new),
            None => {
                for (from, new) in renamed {
                    text = with_references(&text, from, new);
                }
            }
        }
        cells[to] = text;
    }
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    cells.into()
}

#[cfg(test)]
mod tests {
    use doorstep_engine::{Form, Severity};

    use super::*;
    use crate::document::History;

    fn instrument() -> Document {
        let json = r#"{"settings": {"form_id": "i", "version": "1", "default_language": "zh"},
            "choices": {"often": [{"name": "never", "label": {"zh": "没有"}}, {"name": "daily", "label": {"zh": "天天"}}]},
            "survey": [
              {"type": "group", "name": "mood", "label": {"zh": "心情"}, "children": [
                {"type": "select_one often", "name": "q1", "label": {"zh": "难过"}, "required": true},
                {"type": "text", "name": "why", "label": {"zh": "为什么"}, "relevant": "${q1} = 'daily'"}]},
              {"type": "text", "name": "other", "label": {"zh": "别的"}}],
            "assessment": [{"type": "scale", "name": "sad", "label": {"zh": "难过"}, "combine": "sum",
              "items": [{"value": "q1", "points": "never: 0; daily: 3"}]}]}"#;
        let document = Document::open("form.json", json.as_bytes(), |_| None);
        document.unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn errors(document: &Document) -> Vec<String> {
        let found = Form::read(&document.bundle()).diagnostics;
        found
            .into_iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn an_instrument_comes_with_its_lists_and_measures_and_is_sound() {
        let other = instrument();
        let survey = other.sheet(0);
        let rows = block(survey, 1);
        assert_eq!(rows, (1, 4), "{:?}", survey.rows);
        let mut history = History::new(Document::empty("新表", "new", "1"));
        history.act(put_in(history.document(), 3, &other, rows).expect("there is something"));
        let document = history.document();
        assert_eq!(errors(document), [] as [String; 0]);
        let form = Form::read(&document.bundle()).form.expect("it is sound");
        assert_eq!(document.sheet(1).rows.len(), 3, "the list is here");
        assert_eq!(
            doorstep_engine::Session::new(form, Default::default()).measures().collect::<Vec<_>>(),
            ["sad"]
        );
        // Taken back as one.
        history.undo();
        assert_eq!(*history.document(), Document::empty("新表", "new", "1"));
    }

    #[test]
    fn names_that_are_taken_are_others_with_all_that_refers_to_them() {
        let other = instrument();
        let mut history = History::new(instrument());
        let end = history.document().sheet(0).rows.len();
        history.act(put_in(history.document(), end, &other, (1, 4)).expect("there is something"));
        let survey = history.document().sheet(0);
        let names: Vec<&str> = (end..survey.rows.len()).map(|row| survey.of(row, "name")).collect();
        assert_eq!(names[..3], ["mood_2", "q1_2", "why_2"]);
        assert_eq!(survey.of(end + 2, "relevant"), "${q1_2} = 'daily'");
        assert_eq!(history.document().sheet(1).rows.len(), 3, "the list is there already");
    }
}
