//! XLSForm: a workbook's sheets to a [`Questionnaire`].
//!
//! Sheets are found by their names, whatever their case; one that begins with `_` is never read.

use std::sync::Arc;

use super::assessment;
use super::columns::Sheet;
use super::nest;
use super::rows::{Group, List, Questionnaire, Row, Syntax};
use super::table::{self, Table, Tidy};
use crate::check;
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Span};

/// The sheets that a form may have.
pub(crate) const SHEETS: &[&str] = &["survey", "choices", "settings", "external_choices", "osm", "entities"];

/// Is it a workbook?
pub(crate) fn is_workbook(bundle: &Bundle) -> bool {
    bundle.main.sheet().is_some()
}

/// Reads a workbook. What is wrong goes to `found`; nothing comes of a workbook without a survey.
pub(crate) fn read(bundle: &Bundle, found: &mut Diagnostics) -> Option<Questionnaire> {
    let workbook = Workbook { bundle };
    let mut settings = workbook.table("settings", Sheet::Settings, Tidy::Spaces, found);
    check::sheets::settings(&settings, found);
    check::sheets::similar_to_optional(&workbook, found);
    let tidy = match settings.rows.first().and_then(|row| row.plain("clean_text_values")) {
        Some(said) if said.text.eq_ignore_ascii_case("no") || said.text.eq_ignore_ascii_case("false") => {
            Tidy::Ends
        }
        _ => Tidy::Spaces,
    };
    let survey = workbook.table("survey", Sheet::Survey, tidy, found);
    if !check::sheets::survey(&workbook, &survey, found) {
        return None;
    }
    let choices = workbook.table("choices", Sheet::Choices, Tidy::Ends, found);
    check::sheets::choices(&choices, found);
    let external = workbook.table("external_choices", Sheet::Other, Tidy::Ends, found);
    let osm = workbook.table("osm", Sheet::Other, Tidy::Ends, found);
    let entities = workbook.table("entities", Sheet::Entities, tidy, found);
    check::sheets::entities(&entities, found);
    let mut settings_row = match settings.rows.is_empty() {
        true => Row {
            place: settings.header.unwrap_or(Span::top(workbook.find("settings").unwrap_or(0))),
            number: 0,
            cells: Vec::new(),
        },
        false => settings.rows.swap_remove(0),
    };
    // Of two spellings of one setting, the later counts.
    let said = std::mem::take(&mut settings_row.cells);
    for cell in said {
        settings_row.cells.retain(|known: &super::rows::Cell| {
            let (a, b) = (&known.column, &cell.column);
            (a.group, &a.name, &a.language) != (b.group, &b.name, &b.language)
        });
        settings_row.cells.push(cell);
    }
    let stem: Arc<str> = workbook.stem().into();
    let mut form = Questionnaire {
        syntax: Syntax::Sheets,
        settings: settings_row,
        items: Vec::new(),
        lists: lists(choices),
        external_lists: lists(external),
        tag_lists: lists(osm),
        entities: entities.rows,
        assessment: Vec::new(),
        fallback_name: "data".into(),
        fallback_id: stem,
    };
    check::choices::rows(&form, found);
    form.items = nest::nest(survey.rows, &mut form.lists, found);
    let table = |name: &str, sheet, found: &mut Diagnostics| workbook.table(name, sheet, tidy, found).rows;
    form.assessment = assessment::of_sheets(table, found);
    assessment::place(&mut form);
    check::sheets::lists_named(&workbook, &form, found);
    Some(form)
}

/// The rows of each list, in the order of the lists' first rows.
fn lists(table: Table) -> Vec<List> {
    let mut lists: Vec<List> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for row in table.rows {
        let Some(name) = row.plain("list_name").cloned() else { continue };
        let index = *known.entry(name.text.to_arc()).or_insert_with(|| {
            lists.push(List { name, choices: Vec::new() });
            lists.len() - 1
        });
        lists[index].choices.push(row);
    }
    lists
}

/// The sheets of a bundle.
pub(crate) struct Workbook<'a> {
    bundle: &'a Bundle,
}

impl Workbook<'_> {
    /// The sheet of that name, as a source of the bundle.
    pub fn find(&self, name: &str) -> Option<u16> {
        let sources = std::iter::once(&self.bundle.main).chain(&self.bundle.files);
        let found = sources
            .enumerate()
            .find(|(_, source)| source.sheet().is_some_and(|sheet| sheet.trim().to_lowercase() == name));
        found.map(|(index, _)| index as u16)
    }

    /// Every sheet's name and source.
    pub fn sheets(&self) -> impl Iterator<Item = (&str, u16)> {
        let sources = std::iter::once(&self.bundle.main).chain(&self.bundle.files);
        sources.enumerate().filter_map(|(index, source)| Some((source.sheet()?, index as u16)))
    }

    fn table(&self, name: &str, sheet: Sheet, tidy: Tidy, found: &mut Diagnostics) -> Table {
        match self.find(name) {
            Some(source) => table::read(self.bundle, source, sheet, tidy, found),
            None => Table::default(),
        }
    }

    /// The workbook's name without folder and ending.
    fn stem(&self) -> &str {
        let file = self.bundle.main.name.rsplit_once('#').map_or("", |(file, _)| file);
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if stem.is_empty() { "data" } else { stem }
    }
}

impl Questionnaire {
    /// Does a setting say yes?
    pub fn setting_is(&self, name: &str, wanted: bool) -> bool {
        let said = self.settings.plain(name).and_then(|words| yes_no(&words.text));
        said == Some(wanted)
    }

    /// A setting in XLSForm's own columns.
    pub fn has_setting(&self, name: &str) -> bool {
        self.settings.cell(Group::Plain, name).is_some()
    }
}

/// `yes`, `TRUE`, `true()`.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match &*text.trim().to_lowercase() {
        "yes" | "true" | "true()" => Some(true),
        "no" | "false" | "false()" => Some(false),
        _ => None,
    }
}
