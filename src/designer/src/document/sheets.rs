//! A document from files and to files: workbooks and form JSON and XForms come as sheets, and go as a bundle that the engine reads.

use std::sync::Arc;

use doorstep_engine::export::to_sheets;
use doorstep_engine::source::{MAX_SOURCE_BYTES, MEDIA_LIST};
use doorstep_engine::{Bundle, Source};
use doorstep_workbook::sheet::Sheet;
use doorstep_workbook::{OtherKind, WorkbookError};

use super::cells::Place;
use super::lists::is_list;
use super::{Change, Grid, OpenError};

/// The sheets that a form may have, with the columns that a new one gets.
pub const KNOWN: &[(&str, &[&str])] = &[
    (
        "survey",
        &[
            "type",
            "name",
            "label::中文 (zh)",
            "label::English (en)",
            "hint::中文 (zh)",
            "hint::English (en)",
            "required",
            "relevant",
            "constraint",
            "constraint_message::中文 (zh)",
            "calculation",
            "appearance",
            "parameters",
            "default",
            "choice_filter",
            "readonly",
            "trigger",
        ],
    ),
    ("choices", &["list_name", "name", "label::中文 (zh)", "label::English (en)"]),
    ("settings", &["form_title", "form_id", "version", "default_language", "instance_name", "style"]),
    (
        "assessment",
        &[
            "type",
            "name",
            "label::中文 (zh)",
            "label::English (en)",
            "of",
            "value",
            "combine",
            "relevant",
            "note::中文 (zh)",
        ],
    ),
    ("items", &["measure", "value", "points", "weight", "reverse", "label::中文 (zh)"]),
    ("parts", &["measure", "of", "weight"]),
    ("bands", &["measure", "code", "range", "when", "label::中文 (zh)", "label::English (en)"]),
    ("rules", &["measure", "when", "outcome", "label::中文 (zh)", "label::English (en)"]),
    ("entities", &["list_name", "label", "entity_id", "create_if", "update_if"]),
];

/// What the sheets' sources are named after. It is no file of anybody's.
const FILE: &str = "form.xlsx";
/// The largest file that is opened, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// A form's sheets, and the files beside them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    pub(super) sheets: Vec<Arc<Grid>>,
    /// Lists and other text files that the form names, as they came. Of a list its sheet says how it is now.
    pub(super) files: Vec<Source>,
    /// Of each list that is a sheet, how it came.
    pub(super) originals: Vec<Arc<Grid>>,
}

impl Document {
    /// A form of one page, one question and two languages.
    pub fn empty(title: &str, id: &str, version: &str) -> Document {
        let mut document = Document::of(Vec::new(), Vec::new());
        let survey = [
            ["begin group", "page", "第一页", "First page"],
            ["text", "question", "第一题", "First question"],
            ["end group", "", "", ""],
        ];
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        Arc::make_mut(&mut document.sheets[0]).rows.extend(survey.iter().map(|cells| row(cells)));
        Arc::make_mut(&mut document.sheets[2]).rows.push(row(&[title, id, version, "中文 (zh)"]));
        document
    }

    /// Sheets of any names; those that a form may have are there though they are empty, in their order.
    pub fn of(sheets: Vec<Grid>, files: Vec<Source>) -> Document {
        let mut given: Vec<Option<Grid>> = sheets.into_iter().map(Some).collect();
        let mut known: Vec<Arc<Grid>> = KNOWN
            .iter()
            .map(|(name, titles)| {
                let own =
                    given.iter_mut().find(|grid| grid.as_ref().is_some_and(|grid| *grid.name == **name));
                let own = own.and_then(Option::take).filter(|grid| !grid.rows.is_empty());
                Arc::new(own.unwrap_or_else(|| Grid::with_titles(name, titles)))
            })
            .collect();
        known.extend(given.into_iter().flatten().map(Arc::new));
        let mut document = Document { sheets: known, files, originals: Vec::new() };
        document.show_lists();
        document
    }

    /// Opens a file of any syntax: workbook, XForm, form JSON. `beside` gives the files that it names.
    ///
    /// # Errors
    /// What keeps it from being a form at all; a form with mistakes is opened as far as its sheets can be read.
    pub fn open(
        name: &str,
        bytes: &[u8],
        mut beside: impl FnMut(&str) -> Option<String>,
    ) -> Result<Document, OpenError> {
        if bytes.len() > MOST_BYTES {
            return Err(OpenError::TooLarge);
        }
        let lower = name.to_lowercase();
        let is_sheets = bytes.starts_with(b"PK")
            || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
            || [".xlsx", ".xls", ".xlsm", ".csv"].iter().any(|ending| lower.ends_with(ending));
        if is_sheets {
            let read = doorstep_workbook::read(name, bytes).map_err(OpenError::Workbook)?;
            let gathered = doorstep_workbook::gather(read, beside);
            return Ok(Document::of_bundle(&gathered));
        }
        // Of what is neither form JSON nor an XForm, one sentence says more than complaints about its letters.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(OpenError::Workbook(WorkbookError::Empty));
        }
        if let Some(kind) = OtherKind::of(bytes) {
            return Err(OpenError::Workbook(WorkbookError::Other { kind }));
        }
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(OpenError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| OpenError::NotText)?;
        let bundle = Bundle::gather(Source::new(name, text), &mut beside);
        Document::of_any(&bundle)
    }

    /// A form as a server has it.
    ///
    /// # Errors
    /// [`OpenError::Broken`].
    pub fn of_any(bundle: &Bundle) -> Result<Document, OpenError> {
        if bundle.main.sheet().is_some() {
            return Ok(Document::of_bundle(bundle));
        }
        let converted = to_sheets(bundle, FILE);
        match converted.exported {
            Some(exported) => {
                let mut document = Document::of_bundle(&exported.written);
                // Under the names that the sheets have for them.
                let plain = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
                let named = doorstep_workbook::files_named(&exported.written);
                let is_json = bundle.main.text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
                for file in &bundle.files {
                    match named.iter().find(|name| plain(name) == plain(&file.name)) {
                        Some(name) => document.add_file(Source::new(name.as_str(), file.text.clone())),
                        // A list of form JSON's: its rows are in the sheets now.
                        None if is_json && *file.name != *MEDIA_LIST => {}
                        None => document.add_file(file.clone()),
                    }
                }
                Ok(document)
            }
            None => Err(OpenError::Broken(converted.diagnostics, Box::new(bundle.clone()))),
        }
    }

    /// Sheets of a bundle; what is none goes beside them.
    fn of_bundle(bundle: &Bundle) -> Document {
        let (mut sheets, mut files) = (Vec::new(), Vec::new());
        for source in std::iter::once(&bundle.main).chain(&bundle.files) {
            match source.sheet() {
                Some(name) => {
                    let Sheet { name, rows } = Sheet::from_text(name, &source.text);
                    let rows = rows.into_iter().map(Arc::from).collect();
                    sheets.push(Grid { name: name.into(), rows });
                }
                None => files.push(source.clone()),
            }
        }
        Document::of(sheets, files)
    }

    /// What the engine reads. Sheets that say nothing are left out, but for the survey.
    pub fn bundle(&self) -> Bundle {
        // Where a list is asked for, an empty sheet of them is what lacks it.
        let asks = self.find("survey").is_some_and(|survey| {
            let survey = self.sheet(survey);
            (1..survey.rows.len()).any(|row| {
                let kind = survey.of(row, "type").trim();
                // One whose choices are another's answers asks for no list.
                let is_select =
                    |select: &&str| kind.strip_prefix(*select).is_some_and(|list| !list.contains("${"));
                ["select_one ", "select_multiple ", "rank "].iter().any(is_select)
            })
        });
        let is_sheet = |grid: &&Arc<Grid>| {
            *grid.name == *"survey"
                || (asks && *grid.name == *"choices")
                || !(grid.is_blank() || grid.name.is_empty() || is_list(&grid.name))
        };
        let mut sources = self.sheets.iter().filter(is_sheet).map(source);
        let main = sources.next().unwrap_or_else(|| Source::new(format!("{FILE}#survey"), ""));
        Bundle { main, files: sources.chain(self.files_now()).collect() }
    }

    /// The files that go with it, as they are now.
    pub fn files(&self) -> Vec<Source> {
        self.files_now().collect()
    }

    /// The same as they came, which is how a design keeps them: its sheets say what was changed.
    pub(crate) fn files_as_they_came(&self) -> &[Source] {
        &self.files
    }

    /// One more file goes with it, unless one of that name does already.
    pub fn add_file(&mut self, file: Source) {
        if self.files.iter().any(|own| own.name == file.name) {
            return;
        }
        self.files.push(file);
        self.show_lists();
    }

    /// A sheet by its place.
    pub fn sheet(&self, index: usize) -> &Grid {
        &self.sheets[index]
    }

    /// All of them.
    pub fn sheets(&self) -> &[Arc<Grid>] {
        &self.sheets
    }

    /// The place of a sheet.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.sheets.iter().position(|grid| *grid.name == *name)
    }

    /// What a setting says.
    pub fn setting(&self, name: &str) -> &str {
        let settings = self.find("settings").map(|index| self.sheet(index));
        settings.map_or("", |grid| grid.of(1, name).trim())
    }

    /// The same with another text in a setting; its column comes if there is none.
    pub fn set_setting(&self, name: &str, text: &str) -> Option<Change> {
        let index = self.find("settings")?;
        match self.sheet(index).column(name) {
            Some(column) => Change::cell(self, index, Place { row: 1, column }, text),
            None => {
                let titled = Change::column(self, index, name)?;
                let mut with_column = self.clone();
                with_column.apply(&titled);
                let column = with_column.sheet(index).column(name)?;
                let set = Change::cell(&with_column, index, Place { row: 1, column }, text);
                Change::all(std::iter::once(titled).chain(set))
            }
        }
    }

    pub(crate) fn apply(&mut self, change: &Change) {
        for splice in &change.splices {
            let grid = Arc::make_mut(&mut self.sheets[splice.sheet]);
            let end = (splice.at + splice.old.len()).min(grid.rows.len());
            grid.rows.splice(splice.at.min(end)..end, splice.new.iter().cloned());
        }
    }

    pub(crate) fn revert(&mut self, change: &Change) {
        for splice in change.splices.iter().rev() {
            let grid = Arc::make_mut(&mut self.sheets[splice.sheet]);
            let end = (splice.at + splice.new.len()).min(grid.rows.len());
            grid.rows.splice(splice.at.min(end)..end, splice.old.iter().cloned());
        }
    }
}

fn source(grid: &Arc<Grid>) -> Source {
    let rows = grid.rows.iter().map(|row| row.to_vec()).collect();
    let sheet = Sheet { name: grid.name.to_string(), rows };
    Source::new(format!("{FILE}#{}", grid.name), sheet.to_text())
}
