//! The words of a form in its languages, side by side: which are missing, and given out and taken in as a table.

use doorstep_workbook::sheet::Sheet;

use crate::document::{Change, Document, Grid, Place};

/// A text in two languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// The sheet, and the cell of the language that it is translated into.
    pub sheet: usize,
    /// See above.
    pub place: Place,
    /// What it is of: `survey · people · label`.
    pub about: String,
    /// In the language that it is translated from.
    pub from: String,
    /// In the other; empty if it is missing.
    pub to: String,
}

/// The languages of a form, as its columns name them, each once, in their order.
pub fn languages(document: &Document) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for grid in document.sheets() {
        for title in grid.rows.first().into_iter().flat_map(|titles| titles.iter()) {
            if let Some((_, language)) = title.split_once("::") {
                let language = language.trim().to_owned();
                // `media::image` is no language.
                let is_part = matches!(
                    title.split("::").next().map(str::trim),
                    Some("media" | "bind" | "body" | "instance" | "control")
                );
                if !language.is_empty() && !is_part && !all.contains(&language) {
                    all.push(language);
                }
            }
        }
    }
    all
}

/// Every text that there is in one language, beside the other.
pub fn pairs(document: &Document, from: &str, to: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (sheet, grid) in document.sheets().iter().enumerate() {
        for (column, base) in columns(grid, from) {
            let Some(other) = grid.column(&format!("{base}::{to}")) else { continue };
            for row in 1..grid.rows.len() {
                let text = grid.cell(row, column);
                if !text.trim().is_empty() {
                    pairs.push(Pair {
                        sheet,
                        place: Place { row, column: other },
                        about: about(grid, row, &base),
                        from: text.to_owned(),
                        to: grid.cell(row, other).to_owned(),
                    });
                }
            }
        }
    }
    pairs
}

/// The columns of a language with what they are of: `label`.
fn columns(grid: &Grid, language: &str) -> Vec<(usize, String)> {
    let titles = grid.rows.first().into_iter().flat_map(|titles| titles.iter()).enumerate();
    titles
        .filter_map(|(column, title)| {
            let (base, of) = title.split_once("::")?;
            (of.trim() == language).then(|| (column, base.trim().to_owned()))
        })
        .collect()
}

fn about(grid: &Grid, row: usize, base: &str) -> String {
    let list = ["list_name", "measure"]
        .map(|title| grid.of(row, title).trim())
        .into_iter()
        .find(|it| !it.is_empty());
    let name = ["name", "code", "when"]
        .map(|title| grid.of(row, title).trim())
        .into_iter()
        .find(|it| !it.is_empty());
    let parts = [Some(&*grid.name), list, name, Some(base)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// As a table for a translator: what it is of, the text, and its translation.
pub fn to_table(document: &Document, from: &str, to: &str) -> Sheet {
    let head = vec!["of".to_owned(), from.to_owned(), to.to_owned()];
    let rows = pairs(document, from, to).into_iter().map(|pair| vec![pair.about, pair.from, pair.to]);
    Sheet { name: "translations".into(), rows: std::iter::once(head).chain(rows).collect() }
}

/// Takes a translator's table in: the rows whose text is still the same. Gives the change, and how many rows fitted nowhere.
pub fn take_in(document: &Document, from: &str, to: &str, table: &[Vec<String>]) -> (Option<Change>, usize) {
    let pairs = pairs(document, from, to);
    let mut with = document.clone();
    let mut changes = Vec::new();
    let mut lost = 0;
    let cell = |row: &Vec<String>, column: usize| row.get(column).map_or("", |cell| cell.trim()).to_owned();
    for row in table.iter().skip(1).filter(|row| !cell(row, 2).is_empty()) {
        let fits = |pair: &&Pair| pair.about == cell(row, 0) && pair.from.trim() == cell(row, 1);
        match pairs.iter().find(fits) {
            Some(pair) => {
                if let Some(change) = Change::cell(&with, pair.sheet, pair.place, &cell(row, 2)) {
                    with.apply(&change);
                    changes.push(change);
                }
            }
            None => lost += 1,
        }
    }
    (Change::all(changes), lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::History;

    fn document() -> Document {
        let csv =
            "type,name,label::zh,label::en,hint::zh,media::image\ntext,a,甲,A,提示,x.png\ntext,b,乙,,,\n";
        Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet")
    }

    #[test]
    fn what_is_missing_is_found_and_a_table_brings_it() {
        let document = document();
        assert_eq!(languages(&document)[..2], ["zh", "en"]);
        let missing: Vec<String> = pairs(&document, "zh", "en")
            .into_iter()
            .filter(|pair| pair.to.is_empty())
            .map(|pair| pair.about)
            .collect();
        assert_eq!(missing, ["survey · b · label"], "a hint has no column in English");
        let mut table = to_table(&document, "zh", "en").rows;
        table[2][2] = "B".into();
        table.push(vec!["survey · c · label".into(), "丙".into(), "C".into()]);
        let (change, lost) = take_in(&document, "zh", "en", &table);
        assert_eq!(lost, 1);
        let mut history = History::new(document);
        history.act(change.expect("one is new"));
        assert_eq!(history.document().sheet(0).of(2, "label::en"), "B");
    }
}
