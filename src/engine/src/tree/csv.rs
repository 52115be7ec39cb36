//! A CSV file as the tree `root/item/column` (ODK XForms, *External Secondary Instances*).
//!
//! Read as ODK Web Forms reads it, down to what ends a line: an empty line within the file is a row of blanks.

use std::borrow::Cow;

use super::{Builder, NameId, Names, Tree};

/// A file has at most this many columns: each row has an element for each.
const MAX_COLUMNS: usize = 1_000;
/// And this many cells, blank ones included.
const MAX_CELLS: usize = 4_000_000;

impl Tree {
    /// The tree of so many rows that are in no file: `row` names the cells of each, all of them the same ones in the same order.
    pub fn of_rows(names: &mut Names, count: usize, row: impl Fn(usize, &mut dyn FnMut(&str, &str))) -> Tree {
        let mut builder = Builder::new(names);
        let (root, item) = (builder.plain("root"), builder.plain("item"));
        builder.open(root, "");
        let mut columns: Vec<NameId> = Vec::new();
        for index in 0..count {
            builder.open(item, "");
            let mut place = 0;
            row(index, &mut |name, text| {
                if place == columns.len() {
                    columns.push(builder.plain(name));
                }
                builder.leaf(columns[place], text);
                place += 1;
            });
            builder.close();
        }
        builder.finish()
    }

    /// The tree of a CSV file. Its first row names the columns and shows what separates them: `,`, `;`, a tab or `|`.
    /// Cells that are missing are blank; more cells than columns, or a quote without an end, are an error, which names the row.
    pub fn read_csv(text: &str, names: &mut Names) -> Result<Tree, String> {
        super::build::bounded(text)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end_matches(['\n', '\r']);
        if text.contains('\0') {
            return Err("it holds a character that no text has".into());
        }
        let mut rows =
            Rows { rest: Some(text), delimiter: delimiter(text), line_end: line_end(text), row: 0 };
        let mut builder = Builder::new(names);
        let (root, item) = (builder.plain("root"), builder.plain("item"));
        let mut cells = Vec::new();
        rows.next(&mut cells)?;
        if text.is_empty() {
            return Err("it is empty: its first row names the columns".into());
        }
        if cells.len() > MAX_COLUMNS {
            return Err(format!("it has more than {MAX_COLUMNS} columns"));
        }
        // One column is a list of names; what can't be a name shows that something else parts the cells.
        if let [title] = cells.as_slice()
            && !title.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | ' '))
        {
            return Err(format!("its columns are parted by none of `,`, `;`, tab and `|`: `{title}`"));
        }
        let columns: Vec<NameId> = cells.iter().map(|title| builder.plain(title.trim())).collect();
        builder.open(root, "");
        let mut cell_count = 0;
        while rows.next(&mut cells)? {
            if cells.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
                return Err(format!(
                    "row {} has {} cells for {} columns",
                    rows.row,
                    cells.len(),
                    columns.len()
                ));
            }
            cell_count += columns.len();
            if cell_count > MAX_CELLS {
                return Err(format!("it has more than {MAX_CELLS} cells"));
            }
            builder.open(item, "");
            for (index, column) in columns.iter().enumerate() {
                builder.leaf(*column, cells.get(index).map_or("", |cell| cell));
            }
            builder.close();
        }
        Ok(builder.finish())
    }
}

/// What is left to read.
struct Rows<'t> {
    rest: Option<&'t str>,
    delimiter: char,
    line_end: &'static str,
    row: usize,
}

impl<'t> Rows<'t> {
    /// The cells of the next row. False: there is none.
    fn next(&mut self, cells: &mut Vec<Cow<'t, str>>) -> Result<bool, String> {
        cells.clear();
        let Some(mut rest) = self.rest else { return Ok(false) };
        self.row += 1;
        loop {
            let (cell, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    unquoted(quoted).ok_or_else(|| format!("row {} has a quote without an end", self.row))?
                }
                None => {
                    let end = rest.find(self.delimiter).unwrap_or(rest.len());
                    let end = rest.find(self.line_end).map_or(end, |line| line.min(end));
                    (Cow::Borrowed(&rest[..end]), &rest[end..])
                }
            };
            cells.push(cell);
            if let Some(next) = after.strip_prefix(self.delimiter) {
                rest = next;
                continue;
            }
            self.rest = after.strip_prefix(self.line_end);
            return match after.is_empty() || self.rest.is_some() {
                true => Ok(true),
                false => Err(format!("row {} goes on after a quote", self.row)),
            };
        }
    }
}

/// The text up to the closing quote, and what comes after it. Two quotes are one.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut doubled = false;
    let mut at = 0;
    loop {
        at += text[at..].find('"')?;
        match text[at + 1..].starts_with('"') {
            true => doubled = true,
            false => break,
        }
        at += 2;
    }
    let cell = match doubled {
        true => Cow::Owned(text[..at].replace("\"\"", "\"")),
        false => Cow::Borrowed(&text[..at]),
    };
    Some((cell, &text[at + 1..]))
}

/// What stands most often in the first line, outside of quotes; a comma if nothing does.
fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0), ('|', 0)];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            other => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == other) {
                    *count += 1;
                }
            }
        }
    }
    // Of equals the first.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(',', |(delimiter, _)| *delimiter)
}

/// What ends a line: what the first one ends with.
fn line_end(text: &str) -> &'static str {
    let mut quoted = false;
    let first = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && matches!(c, '\n' | '\r')
    });
    match first {
        Some((at, '\r')) if text[at + 1..].starts_with('\n') => "\r\n",
        Some((_, '\r')) => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::{Names, Place, SpaceId, Tree};

    /// Names and texts of the rows: `name=a;label=A`.
    fn rows(text: &str) -> Result<Vec<String>, String> {
        let mut names = Names::default();
        let tree = Tree::read_csv(text, &mut names)?;
        let root = tree.children(Place::DOCUMENT).next().unwrap();
        let cell = |cell| format!("{}={}", names.local(tree.name(cell)), tree.value(cell));
        let row = |row| tree.children(row).map(cell).collect::<Vec<_>>().join(";");
        assert_eq!(tree.name(root), names.find(SpaceId::NONE, "root"));
        Ok(tree.children(root).map(row).collect())
    }

    #[test]
    fn rows_become_items() {
        assert_eq!(
            rows("\u{feff}name,label\na,A\n\"b\",\"B, \"\"b\"\"\n2\"\n").unwrap(),
            ["name=a;label=A", "name=b;label=B, \"b\"\n2"]
        );
        assert_eq!(rows("name;label\r\na;A,1\r\n\r\n").unwrap(), ["name=a;label=A,1"]);
        assert_eq!(rows("name\tlabel\na").unwrap(), ["name=a;label="]);
        assert_eq!(rows("name|label\na|A||").unwrap(), ["name=a;label=A"]);
        assert_eq!(rows("name,label\ra,A\rb,B").unwrap(), ["name=a;label=A", "name=b;label=B"]);
        assert_eq!(rows("name,label\n\nb,B").unwrap(), ["name=;label=", "name=b;label=B"]);
        assert!(rows("name,label").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_names_its_row() {
        assert!(rows("a,b\n1,2\n1,2,3\n").unwrap_err().contains("row 3"));
        assert!(rows("a,b\n\"1,2\n").unwrap_err().contains("row 2"));
        assert!(rows("a,b\n\"1\"x,2\n").is_err());
        assert!(rows("").is_err() && rows("\n").is_err());
        assert!(rows("a\n\0").is_err());
    }
}
