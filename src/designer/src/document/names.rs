//! A question's name where others refer to it: renamed, its references go with it.

use super::cells::Place;
use super::change::Splice;
use super::grid::{Row, with_cell};
use super::{Document, Grid};

/// Columns that hold names as they are, and no expressions: by sheet.
const PLAIN: &[(&str, &[&str])] = &[
    ("items", &["value", "cap"]),
    ("assessment", &["of", "second", "handled", "recheck"]),
    ("survey", &["trigger"]),
];

/// Is it the cell of a question's name?
pub fn is_name_cell(grid: &Grid, place: Place) -> bool {
    place.row > 0 && &*grid.name == "survey" && grid.title(place.column) == "name"
}

/// The rows that refer to the question whose name is in that cell, with its new name; none if it has no name yet, or another one has the same.
pub fn renamed(document: &Document, sheet: usize, place: Place, to: &str) -> Vec<Splice> {
    let Some((from, to)) = from_and_to(document, sheet, place, to) else { return Vec::new() };
    let mut splices = Vec::new();
    for (index, other) in document.sheets().iter().enumerate() {
        for (at, row) in other.rows.iter().enumerate().skip(1) {
            // The name itself is set by whoever renames it.
            if let Some(new) = row_renamed(other, row, &from, to)
                && (index, at) != (sheet, place.row)
            {
                splices.push(Splice { sheet: index, at, old: vec![row.clone()], new: vec![new] });
            }
        }
    }
    splices
}

/// The question's own row, which may refer to itself (`${last-saved#name}`): `row` with its references renamed as [`renamed`] does it.
pub fn own_row_renamed(document: &Document, sheet: usize, place: Place, row: &Row, to: &str) -> Row {
    let renamed = from_and_to(document, sheet, place, to)
        .and_then(|(from, to)| row_renamed(document.sheet(sheet), row, &from, to));
    renamed.unwrap_or_else(|| row.clone())
}

/// Which name becomes which; nothing where there is none yet, or nobody knows which of two is meant.
pub(super) fn from_and_to<'a>(
    document: &Document,
    sheet: usize,
    place: Place,
    to: &'a str,
) -> Option<(String, &'a str)> {
    let grid = document.sheet(sheet);
    let from = grid.cell(place.row, place.column).trim().to_owned();
    let to = to.trim();
    let is_name = |name: &str| {
        let mut all = name.chars();
        all.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && all.all(|c| c.is_alphanumeric() || "_-.".contains(c))
    };
    let mut others = (1..grid.rows.len()).filter(|row| *row != place.row);
    let is_double = others.any(|row| grid.cell(row, place.column).trim() == from);
    let is_renamed = from != to && is_name(&from) && is_name(to) && !is_double;
    is_renamed.then_some((from, to))
}

fn row_renamed(grid: &Grid, row: &Row, from: &str, to: &str) -> Option<Row> {
    let mut new: Option<Row> = None;
    for (column, cell) in row.iter().enumerate() {
        let text = cell_renamed(grid, column, cell, from, to);
        if text != *cell {
            new = Some(with_cell(Some(new.as_ref().unwrap_or(row)), column, &text));
        }
    }
    new
}

fn cell_renamed(grid: &Grid, column: usize, cell: &str, from: &str, to: &str) -> String {
    let title = grid.title(column);
    let is_plain =
        PLAIN.iter().any(|(sheet, columns)| **sheet == *grid.name && columns.contains(&title.as_str()));
    if is_plain && cell.trim() == from {
        return to.to_owned();
    }
    with_references(cell, from, to)
}

/// A text in which what refers to one name refers to another.
pub fn with_references(cell: &str, from: &str, to: &str) -> String {
    let references = [format!("${{{from}}}"), format!("${{last-saved#{from}}}")];
    if !cell.contains("${") {
        return cell.to_owned();
    }
    // Spaces within the braces are allowed.
    let mut text = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let reference = &rest[start..=start + length];
        let plain: String = reference.chars().filter(|c| !c.is_whitespace()).collect();
        text.push_str(&rest[..start]);
        match plain {
            plain if plain == references[0] => text.push_str(&format!("${{{to}}}")),
            plain if plain == references[1] => text.push_str(&format!("${{last-saved#{to}}}")),
            _ => text.push_str(reference),
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    text
}
