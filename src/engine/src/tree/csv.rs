//! A CSV file as a secondary instance: `root`, in it an `item` for each row, in it an element for each column
//! (ODK XForms, *Secondary Instances, External*).
//!
//! Read as ODK Web Forms does: cells are split at whichever of `,` `;` tab `|` parts the first rows best, rows at
//! whichever line break comes first; a blank row is an item of blank columns, but not at the end.

use std::cmp::Reverse;

use super::{Builder, NameId, Names, Tree};

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// A file has at most this many columns: each row has an element for each.
const MAX_COLUMNS: usize = 1_000;
/// How many rows show which delimiter is meant.
const SHOWN: usize = 10;

impl Tree {
    /// The tree of a CSV file. The error says what is wrong, and in which row.
    pub fn read_csv(text: &str, names: &mut Names) -> Result<Tree, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end_matches(['\r', '\n']);
        if text.contains('\0') {
            return Err("it has null characters".into());
        }
        let line_break = line_break(text);
        let delimiter = delimiter(text, line_break);
        let shown = delimiter.unwrap_or(DELIMITERS[0]);
        let mut rows = Rows { rest: text, done: text.is_empty(), delimiter: shown, line_break };
        let mut builder = Builder::new(names);
        let (root, item) = (builder.plain("root"), builder.plain("item"));
        let header = rows.next().unwrap_or(Ok(Vec::new()))?;
        if let (None, [only]) = (delimiter, header.as_slice())
            && !only.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | ' '))
        {
            return Err(format!("its columns are parted by none of `,`, `;`, tab and `|`: `{only}`"));
        }
        if header.len() > MAX_COLUMNS {
            return Err(format!("it has more than {MAX_COLUMNS} columns"));
        }
        let columns: Vec<NameId> = header.iter().map(|title| builder.plain(title.trim())).collect();
        builder.open(root, "");
        for (index, row) in rows.enumerate() {
            let row = row?;
            if row.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
                let (cells, titles) = (row.len(), columns.len());
                return Err(format!("row {} has {cells} cells, and there are {titles} columns", index + 2));
            }
            builder.open(item, "");
            for (place, column) in columns.iter().enumerate() {
                builder.leaf(*column, row.get(place).map_or("", String::as_str));
            }
            builder.close();
        }
        Ok(builder.finish())
    }
}

/// What parts rows: the first line break that stands outside quotes.
fn line_break(text: &str) -> &'static str {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => return "\n",
            '\r' if !quoted => return if text[at..].starts_with("\r\n") { "\r\n" } else { "\r" },
            _ => {}
        }
    }
    "\n"
}

/// Of those that part the first rows at all, the one with which their numbers of cells differ least; then the one that gives most.
fn delimiter(text: &str, line_break: &'static str) -> Option<char> {
    let mut best: Option<(char, usize, usize)> = None;
    for delimiter in DELIMITERS {
        let rows = Rows { rest: text, done: false, delimiter, line_break };
        let counts: Vec<usize> = rows.take(SHOWN).flatten().map(|row| row.len()).collect();
        let differences = counts.windows(2).map(|pair| pair[0].abs_diff(pair[1])).sum();
        let cells: usize = counts.iter().sum();
        let better =
            best.is_none_or(|(_, least, most)| (differences, Reverse(cells)) < (least, Reverse(most)));
        if cells >= counts.len() * 2 && better {
            best = Some((delimiter, differences, cells));
        }
    }
    best.map(|(delimiter, ..)| delimiter)
}

/// The rows of a text, each as its cells.
struct Rows<'t> {
    rest: &'t str,
    done: bool,
    delimiter: char,
    line_break: &'static str,
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<String>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut row = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) => row.push(cell),
                Err(reason) => {
                    self.done = true;
                    return Some(Err(reason));
                }
            }
            if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
                self.rest = rest;
                continue;
            }
            match self.rest.strip_prefix(self.line_break) {
                Some(rest) => self.rest = rest,
                None => self.done = true,
            }
            return Some(Ok(row));
        }
    }
}

impl Rows<'_> {
    /// The cell at the start of the rest, up to what parts it from the next.
    fn cell(&mut self) -> Result<String, String> {
        let Some(mut quoted) = self.rest.strip_prefix('"') else {
            let first = self.line_break.chars().next();
            let part = |c: char| c == self.delimiter || Some(c) == first;
            let mut end = 0;
            while let Some(at) = self.rest[end..].find(part).map(|at| end + at) {
                let here = &self.rest[at..];
                if here.starts_with(self.delimiter) || here.starts_with(self.line_break) {
                    let cell = self.rest[..at].to_owned();
                    self.rest = here;
                    return Ok(cell);
                }
                end = at + 1;
            }
            let cell = self.rest.to_owned();
            self.rest = "";
            return Ok(cell);
        };
        let mut cell = String::new();
        loop {
            let at = quoted.find('"').ok_or("a quote is opened and never closed")?;
            cell.push_str(&quoted[..at]);
            quoted = &quoted[at + 1..];
            match quoted.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    quoted = rest;
                }
                None => break,
            }
        }
        let ends =
            quoted.is_empty() || quoted.starts_with(self.delimiter) || quoted.starts_with(self.line_break);
        self.rest = quoted;
        match ends {
            true => Ok(cell),
            false => Err("a quoted cell goes on behind its quote".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Place;

    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let tree = Tree::read_csv(text, &mut Names::default())?;
        let root = tree.children(Place::DOCUMENT).next().unwrap();
        let cells = |row: Place| tree.children(row).map(|cell| tree.value(cell).to_owned()).collect();
        Ok(tree.children(root).map(cells).collect())
    }

    #[test]
    fn cells_are_split_at_what_parts_the_first_rows_best() {
        for text in ["a,b\n1,2", "a;b\r\n1;2\r\n", "a\tb\r1\t2", "\u{feff}a|b\n1|2\n\n"] {
            assert_eq!(read(text).unwrap(), [["1", "2"]], "{text:?}");
        }
        assert_eq!(read("a;b\n1,5;2,5\n").unwrap(), [["1,5", "2,5"]]);
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_quotes() {
        assert_eq!(read("a,b\n\"x, \"\"y\"\"\nz\",2").unwrap(), [["x, \"y\"\nz", "2"]]);
        assert_eq!(read("a,b\n\"x"), Err("a quote is opened and never closed".into()));
        assert_eq!(read("a,b\n\"x\"y,1"), Err("a quoted cell goes on behind its quote".into()));
    }

    #[test]
    fn a_blank_row_is_a_blank_item_and_a_short_one_is_filled_up() {
        assert_eq!(read("a,b\n\n1\n2,3,,").unwrap(), [["", ""], ["1", ""], ["2", "3"]]);
        assert_eq!(read("a,b\n1,2,3"), Err("row 2 has 3 cells, and there are 2 columns".into()));
        assert_eq!(read("name\na").unwrap(), [["a"]]);
        assert!(read("a$b\n1$2").is_err());
        assert!(read("a,b").unwrap().is_empty());
        assert!(read("").unwrap().is_empty());
    }
}
