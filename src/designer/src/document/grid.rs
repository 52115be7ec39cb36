//! One sheet: rows of cells, the first of them the columns' titles.

use std::sync::Arc;

/// A row's cells; those behind the last are empty. Shared: most rows stay as they are.
pub type Row = Arc<[String]>;

/// A sheet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grid {
    /// `survey`.
    pub name: Arc<str>,
    /// From row 1; the first holds the titles.
    pub rows: Vec<Row>,
}

impl Grid {
    /// A sheet with these titles and no rows.
    pub fn with_titles(name: &str, titles: &[&str]) -> Grid {
        Grid { name: name.into(), rows: vec![titles.iter().map(|title| (*title).to_owned()).collect()] }
    }

    /// What a cell says; nothing where there is none.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|cells| cells.get(column)).map_or("", String::as_str)
    }

    /// A column's title, as it is compared: without spaces around it, in small letters.
    pub fn title(&self, column: usize) -> String {
        self.cell(0, column).trim().to_lowercase()
    }

    /// The column of a title.
    pub fn column(&self, title: &str) -> Option<usize> {
        let titles = self.rows.first()?;
        titles.iter().position(|other| other.trim().eq_ignore_ascii_case(title))
    }

    /// What a row says in the column of a title.
    pub fn of(&self, row: usize, title: &str) -> &str {
        self.column(title).map_or("", |column| self.cell(row, column))
    }

    /// How many columns the widest row has.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.len()).max().unwrap_or(0)
    }

    /// Does it hold nothing but titles?
    pub fn is_blank(&self) -> bool {
        self.rows.iter().skip(1).all(|row| row.iter().all(|cell| cell.trim().is_empty()))
    }

    /// How deep each row of a survey stands: rows that begin or end a group or a repeat as deep as the group itself.
    pub fn depths(&self) -> Vec<usize> {
        let mut depth: usize = 0;
        let rows = 0..self.rows.len();
        rows.map(|row| {
            let kind = self.of(row, "type").trim().to_lowercase().replace('_', " ");
            match kind.split_whitespace().next() {
                Some("begin") => {
                    depth += 1;
                    depth - 1
                }
                Some("end") => {
                    depth = depth.saturating_sub(1);
                    depth
                }
                _ => depth,
            }
        })
        .collect()
    }
    /// The conditions under which a row's question is asked: its groups', from the outermost in, and its own.
    pub fn conditions(&self, row: usize) -> Vec<String> {
        let depths = self.depths();
        let mut depth = depths.get(row).copied().unwrap_or(0);
        let mut rows = vec![row];
        for above in (1..row).rev() {
            // The rows that begin what it stands in; what ends on the way stands beside it.
            let begins = self.of(above, "type").trim().to_lowercase().starts_with("begin");
            if begins && depths[above] < depth {
                depth = depths[above];
                rows.push(above);
            }
        }
        let conditions = rows.iter().rev().map(|row| self.of(*row, "relevant").trim().to_owned());
        conditions.filter(|condition| !condition.is_empty()).collect()
    }
}

/// A row with another text in one cell; empty cells at its end are left out.
pub fn with_cell(row: Option<&Row>, column: usize, text: &str) -> Row {
    let mut cells: Vec<String> = row.map(|row| row.to_vec()).unwrap_or_default();
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    text.clone_into(&mut cells[column]);
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    cells.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn grid(name: &str, lines: &[&str]) -> Grid {
        let row = |line: &&str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
        Grid { name: name.into(), rows: lines.iter().map(row).collect() }
    }

    #[test]
    fn cells_are_found_by_their_columns_title_whatever_its_case() {
        let grid = grid("survey", &["type|Name|label::English", "text|a|A"]);
        assert_eq!(grid.of(1, "name"), "a");
        assert_eq!((grid.of(1, "hint"), grid.cell(9, 9), grid.width()), ("", "", 3));
        assert_eq!(grid.title(1), "name");
    }

    #[test]
    fn a_question_is_asked_under_its_groups_conditions_and_its_own() {
        let grid = grid(
            "survey",
            &[
                "type|relevant",
                "begin group|a",
                "begin group|b",
                "text|x",
                "end group",
                "begin repeat|",
                "text|c",
                "end repeat",
                "end group",
                "text|d",
            ],
        );
        assert_eq!(grid.conditions(6), ["a", "c"]);
        assert_eq!(grid.conditions(3), ["a", "b", "x"]);
        assert_eq!((grid.conditions(9), grid.conditions(5)), (vec!["d".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn rows_in_groups_stand_deeper() {
        let grid = grid(
            "survey",
            &[
                "type|name",
                "begin group|a",
                "text|b",
                "begin_repeat|c",
                "text|d",
                "end repeat",
                "end group",
                "text|e",
            ],
        );
        assert_eq!(grid.depths(), [0, 0, 1, 1, 2, 1, 0, 0]);
    }

    #[test]
    fn a_row_grows_to_its_cell_and_shrinks_again() {
        let row = with_cell(None, 2, "x");
        assert_eq!(&*row, ["", "", "x"]);
        assert!(with_cell(Some(&row), 2, "").is_empty());
    }
}
