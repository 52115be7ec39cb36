//! A CSV file as the tree `root/item/column` (ODK XForms, *External Secondary Instances*).

use super::{Builder, Names, Tree};

/// A file has at most this many columns: each row has an element for each.
const MAX_COLUMNS: usize = 1_000;

impl Tree {
    /// The tree of a CSV file. Its first line names the columns and shows what separates them: `,`, `;`, a tab or `|`.
    /// Rows that are empty are left out, cells that are missing are blank; more cells than columns are an error, which names the line.
    pub fn read_csv(text: &str, names: &mut Names) -> Result<Tree, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter(text))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut record = ::csv::StringRecord::new();
        let mut builder = Builder::new(names);
        let (root, item) = (builder.plain("root"), builder.plain("item"));
        let mut columns = None;
        builder.open(root, "");
        while reader.read_record(&mut record).map_err(|error| error.to_string())? {
            let line = record.position().map_or(1, ::csv::Position::line);
            if record.iter().any(|cell| cell.contains('\0')) {
                return Err(format!("line {line} holds a character that no text has"));
            }
            let Some(columns) = &columns else {
                columns = Some(named(&record, &mut builder)?);
                continue;
            };
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
                return Err(format!("line {line} has {} cells for {} columns", record.len(), columns.len()));
            }
            builder.open(item, "");
            for (index, column) in columns.iter().enumerate() {
                builder.leaf(*column, record.get(index).unwrap_or_default());
            }
            builder.close();
        }
        match columns {
            Some(_) => Ok(builder.finish()),
            None => Err("it is empty: its first line names the columns".into()),
        }
    }
}

fn named(record: &::csv::StringRecord, builder: &mut Builder<'_>) -> Result<Vec<super::NameId>, String> {
    if record.len() > MAX_COLUMNS {
        return Err(format!("it has more than {MAX_COLUMNS} columns"));
    }
    Ok(record.iter().map(|title| builder.plain(title.trim())).collect())
}

/// What stands most often in the first line, outside of quotes; a comma if nothing does.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
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
    most.map_or(b',', |(delimiter, _)| *delimiter)
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
            rows("\u{feff}name,label\na,A\n\"b\",\"B, \"\"b\"\"\"\n").unwrap(),
            ["name=a;label=A", "name=b;label=B, \"b\""]
        );
        assert_eq!(rows("name;label\r\na;A,1\r\n\r\n").unwrap(), ["name=a;label=A,1"]);
        assert_eq!(rows("name\tlabel\na").unwrap(), ["name=a;label="]);
        assert_eq!(rows("name|label\na|A||").unwrap(), ["name=a;label=A"]);
        assert!(rows("name,label").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_names_its_line() {
        assert!(rows("a,b\n1,2\n1,2,3\n").unwrap_err().contains("line 3"));
        assert!(rows("").is_err());
        assert!(rows("a\n\0").is_err());
    }
}
