//! What a cell reads, and what reads its question: the names in its expression, and the cells that name it.

use std::collections::BTreeSet;

use crate::document::{Document, Place};

/// So many cells are told of at most.
const MOST: usize = 30;

/// The names that a text refers to, in their order, each once.
pub fn references(text: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = rest[start + 2..start + length].trim();
        let name = name.strip_prefix("last-saved#").unwrap_or(name);
        if !name.is_empty() && seen.insert(name) {
            names.push(name);
        }
        rest = &rest[start + length + 1..];
    }
    names
}

/// The name of the question that a row of the survey is, or of the measure that a row of the assessment is.
pub fn name_of(document: &Document, sheet: usize, row: usize) -> Option<&str> {
    let grid = document.sheet(sheet);
    let named = matches!(&*grid.name, "survey" | "assessment") && row > 0;
    Some(grid.of(row, "name").trim()).filter(|name| named && !name.is_empty())
}

/// The cells that refer to a name, its own row aside.
pub fn read_by(document: &Document, name: &str) -> Vec<(usize, Place)> {
    let mut found = Vec::new();
    for (sheet, grid) in document.sheets().iter().enumerate() {
        for (row, cells) in grid.rows.iter().enumerate().skip(1) {
            for (column, cell) in cells.iter().enumerate() {
                let plain =
                    matches!(&*grid.name, "items") && grid.title(column) == "value" && cell.trim() == name;
                if plain || cell.contains("${") && references(cell).contains(&name) {
                    found.push((sheet, Place { row, column }));
                }
                if found.len() == MOST {
                    return found;
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_reads_and_what_reads_it_is_found() {
        assert_eq!(references("${ a } > ${b} and ${a} = ${last-saved#c}"), ["a", "b", "c"]);
        assert!(references("${").is_empty() && references("a $ {b}").is_empty());
        let csv = "type,name,label,relevant\ninteger,a,A,\ntext,b,B ${a},${a} > 1\n";
        let document = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        assert_eq!(name_of(&document, 0, 1), Some("a"));
        let places: Vec<(usize, usize)> =
            read_by(&document, "a").into_iter().map(|(_, place)| (place.row, place.column)).collect();
        assert_eq!(places, [(2, 2), (2, 3)]);
    }
}
