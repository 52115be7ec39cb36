//! The CSV files that go with a form, as sheets: the catalogue of services, lists of choices. What is not changed is given out letter by letter as it came.

use std::sync::Arc;

use doorstep_engine::Source;

use super::cells::Place;
use super::{Document, Grid};

/// The largest list that is shown as a sheet, in bytes: a longer one goes along as it is.
const MOST_BYTES: usize = 512 << 10;

/// Is a sheet of that name a file?
pub fn is_list(name: &str) -> bool {
    name.to_lowercase().ends_with(".csv")
}

/// The file as a sheet; nothing of what is none, or too large.
pub(super) fn grid(file: &Source) -> Option<Grid> {
    if !is_list(&file.name) || file.text.len() > MOST_BYTES {
        return None;
    }
    let text = file.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows: Option<Vec<_>> =
        reader.records().map(|record| Some(record.ok()?.iter().map(str::to_owned).collect())).collect();
    Some(Grid { name: (*file.name).into(), rows: rows? })
}

/// The sheet as a file again.
pub(super) fn text(grid: &Grid) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let width = grid.rows.first().map_or(0, |titles| titles.len());
    let used =
        grid.rows.iter().rposition(|row| row.iter().any(|cell| !cell.is_empty())).map_or(0, |last| last + 1);
    for row in &grid.rows[..used] {
        // As wide as the titles: a file's rows are.
        let cells = (0..width.max(row.len())).map(|column| row.get(column).map_or("", String::as_str));
        // Writing into memory does not fail.
        let _ = writer.write_record(cells);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Which cell of a file a byte of its text stands in.
pub fn cell_at(text: &str, offset: usize) -> Place {
    let mut place = Place { row: 0, column: 0 };
    let mut quoted = false;
    for byte in text.bytes().take(offset) {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => place.column += 1,
            b'\n' if !quoted => place = Place { row: place.row + 1, column: 0 },
            _ => {}
        }
    }
    place
}

impl Document {
    /// Other files go with it. A list that is another one, or none any more, leaves its sheet's place empty: what was done to the others can still be taken back.
    pub(crate) fn set_files(&mut self, files: Vec<Source>) {
        let old = std::mem::replace(&mut self.files, files);
        for file in &old {
            let stays = self.files.iter().any(|other| other == file);
            if let Some(index) = self.find(&file.name).filter(|_| !stays && is_list(&file.name)) {
                self.sheets[index] = Arc::default();
                self.originals.retain(|original| *original.name != *file.name);
            }
        }
        self.show_lists();
    }

    /// Each list that has no sheet yet gets one.
    pub(super) fn show_lists(&mut self) {
        let grids: Vec<Arc<Grid>> = self.files.iter().filter_map(grid).map(Arc::new).collect();
        for grid in grids {
            if self.originals.iter().any(|original| original.name == grid.name) {
                continue;
            }
            match self.find(&grid.name) {
                // Of a design that was kept: what it was is known again.
                Some(index) if self.sheets[index].rows == grid.rows => self.sheets[index] = grid.clone(),
                Some(_) => {}
                None => self.sheets.push(grid.clone()),
            }
            self.originals.push(grid);
        }
    }

    /// The files as they are now.
    pub(super) fn files_now(&self) -> impl Iterator<Item = Source> {
        self.files.iter().map(|file| {
            let own = self.find(&file.name).map(|index| &self.sheets[index]);
            let original = self.originals.iter().find(|original| *original.name == *file.name);
            match own.zip(original) {
                Some((own, original)) if !Arc::ptr_eq(own, original) && own.rows != original.rows => {
                    Source::new(&*file.name, text(own))
                }
                _ => file.clone(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, History};
    use super::*;

    const SERVICES: &str = "\u{feff}code,name::zh,rule\r\nA1,\"探视,巡访\",${age} > 60\r\n";

    fn document() -> Document {
        let csv = "type,name,label\ninteger,age,多大\n";
        let mut document = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        document.set_files(vec![Source::new("services.csv", SERVICES)]);
        document
    }

    fn file(document: &Document) -> String {
        let bundle = document.bundle();
        let file = bundle.files.iter().find(|file| &*file.name == "services.csv").expect("it goes along");
        file.text.to_string()
    }

    #[test]
    fn a_list_is_a_sheet_and_stays_as_it_is_until_it_is_changed() {
        let mut history = History::new(document());
        let sheet = history.document().find("services.csv").expect("it is a sheet");
        assert_eq!(history.document().sheet(sheet).of(1, "name::zh"), "探视,巡访");
        assert_eq!(file(history.document()), SERVICES);
        let change = Change::cell(history.document(), sheet, Place { row: 1, column: 0 }, "A2");
        history.act(change.expect("it differs"));
        assert_eq!(file(history.document()), "code,name::zh,rule\nA2,\"探视,巡访\",${age} > 60\n");
        history.undo();
        assert_eq!(file(history.document()), SERVICES);
        // A renamed question takes what refers to it along, in the catalogue too.
        let change = Change::cell(history.document(), 0, Place { row: 1, column: 1 }, "years");
        history.act(change.expect("it differs"));
        assert!(file(history.document()).contains("${years} > 60"));
    }

    #[test]
    fn a_list_that_goes_takes_its_sheet_and_nothing_else() {
        let mut history = History::new(document());
        let change = Change::cell(history.document(), 0, Place { row: 1, column: 2 }, "年龄");
        history.act(change.expect("it differs"));
        let at = (0, Place { row: 1, column: 2 });
        history.set_files(Vec::new(), at, |_| None);
        assert_eq!(history.document().find("services.csv"), None);
        assert_eq!(history.document().bundle().files.len(), 0);
        assert_eq!(history.document().sheet(0).of(1, "label"), "年龄");
        history.set_files(vec![Source::new("services.csv", "code\nB1\n")], at, |_| None);
        let sheet = history.document().find("services.csv").expect("it is a sheet again");
        assert_eq!(history.document().sheet(sheet).of(1, "code"), "B1");
    }

    #[test]
    fn a_file_that_went_or_is_another_one_is_brought_back_by_undo() {
        let mut history = History::new(document());
        let list = history.document().find("services.csv").expect("it is a sheet");
        let change = Change::cell(history.document(), list, Place { row: 1, column: 0 }, "A2");
        history.act(change.expect("it differs"));
        let changed = history.document().clone();
        let here = (list, Place { row: 1, column: 0 });
        history.set_files(vec![Source::new("services.csv", "code\nB1\n")], here, |_| None);
        history.set_files(Vec::new(), here, |document| {
            Change::cell(document, 0, Place { row: 1, column: 2 }, "年龄")
        });
        let gone = history.document().clone();
        assert_eq!((gone.find("services.csv"), gone.sheet(0).of(1, "label")), (None, "年龄"));
        // Back, one deed after the other; the sheet that is looked at is always there.
        assert_eq!(history.undo(), Some(here));
        assert_eq!(history.document().sheet(0).of(1, "label"), "多大");
        assert!(file(history.document()).contains("B1"));
        assert_eq!(history.undo(), Some(here));
        assert_eq!(history.document().bundle(), changed.bundle());
        assert!(history.document().sheets().len() > list);
        history.undo();
        assert_eq!(file(history.document()), SERVICES);
        assert_eq!(history.can(), (false, true));
        // And there again.
        while history.redo().is_some() {}
        assert_eq!(history.document(), &gone);
    }

    #[test]
    fn a_list_that_was_added_and_taken_back_leaves_no_sheet() {
        let csv = "type,name,label\ninteger,age,多大\n";
        let empty = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        let mut history = History::new(empty);
        let (files, at) = (vec![Source::new("services.csv", SERVICES)], (0, Place { row: 1, column: 0 }));
        history.set_files(files.clone(), at, |_| None);
        let list = history.document().find("services.csv").expect("it is a sheet");
        history.undo();
        assert_eq!(history.document().find("services.csv"), None);
        assert!(history.document().sheet(list).is_blank(), "whoever looks at it sees an empty place");
        assert_eq!(history.document().bundle().files, [] as [Source; 0]);
        history.set_files(files, at, |_| None);
        assert_eq!(
            history.document().sheets().iter().filter(|grid| &*grid.name == "services.csv").count(),
            1
        );
    }

    #[test]
    fn a_place_in_a_file_is_a_cell() {
        let text = "a,b\n\"x,\"\"y\",z\n";
        let at = |needle: &str| cell_at(text, text.find(needle).expect("it is there"));
        assert_eq!(at("b"), Place { row: 0, column: 1 });
        assert_eq!(at("y"), Place { row: 1, column: 0 });
        assert_eq!(at("z"), Place { row: 1, column: 1 });
    }
}
