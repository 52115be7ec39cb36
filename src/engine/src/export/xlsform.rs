//! An XForm as XLSForm: the inverse of what pyxform does.
//!
//! What XLSForm has a word for is said with it; other attributes go into `bind::x`, `body::x` and `instance::x`; what is
//! left is a loss. The same form gives the same sheets.

use std::collections::HashSet;

use super::assessment::{self, Measure};
use super::instances::{self, Columns, Instance, ItemsetParts, Source};
use super::model::Model;
use super::survey::Survey;
use super::table::{Row, source};
use super::texts::{Itext, Texts};
use super::{Exported, Losses, entities, lists, settings};
use crate::source::{Bundle, Source as File};
use crate::xml::Element;

/// The rows of each sheet.
pub(super) struct Sheets {
    pub survey: Vec<Row>,
    pub choices: Vec<Row>,
    pub settings: Row,
    pub entities: Vec<Row>,
    pub tags: Vec<Row>,
    pub assessment: Vec<Measure>,
}

/// What the rows are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    XlsForm,
    /// Sheets that Doorstep alone reads again: with its own words, and nothing spelled out.
    OwnSheets,
    /// It shows what it is given: a `-` for a missing translation has to stand in it.
    FormJson,
}

impl Target {
    /// Is it sheets?
    pub fn is_sheets(self) -> bool {
        self != Target::FormJson
    }
}

/// The same for Doorstep alone: nothing that it has a word for is left out.
pub(crate) fn own_sheets(root: &Element, file: &str) -> Exported<Bundle> {
    written(root, file, Target::OwnSheets)
}

/// Writes an `h:html` element as the sheets `FILE#survey`, `FILE#choices` and so on.
pub(crate) fn xlsform(root: &Element, file: &str) -> Exported<Bundle> {
    written(root, file, Target::XlsForm)
}

fn written(root: &Element, file: &str, target: Target) -> Exported<Bundle> {
    let mut losses = Losses::default();
    let Some(mut sheets) = sheets(&lists::as_columns(root), target, &mut losses) else {
        let nothing = Bundle::single(File::new(format!("{file}#survey"), ""));
        return Exported { written: nothing, losses: losses.into_sorted() };
    };
    let own = target == Target::OwnSheets;
    for row in sheets.survey.iter_mut().filter(|_| !own) {
        let cells = row.cells.len();
        row.cells.retain(|(column, _)| !column.starts_with("item_label"));
        if row.cells.len() < cells {
            let name = row.get("name").unwrap_or_default();
            let what = format!("the `item_label` of `{name}` is left out: XLSForm has no word for it");
            losses.push(row.span, what);
        }
    }
    sheets.tags.retain(|row| {
        let named = row.get("name").is_some();
        if !named {
            let label = row.get("label").unwrap_or_default();
            losses.push(
                row.span,
                format!("the tag `{label}` has no key and is left out: pyxform takes none without"),
            );
        }
        named
    });
    let main = source(file, "survey", &sheets.survey);
    let settings = vec![sheets.settings];
    let external = external(&sheets.survey);
    let assessment = assessment::sheets(sheets.assessment);
    let others: [(&str, &[Row]); 5] = [
        ("choices", &sheets.choices),
        ("external_choices", &external),
        ("settings", &settings),
        ("entities", &sheets.entities),
        ("osm", &sheets.tags),
    ];
    let own = assessment.iter().map(|(name, rows)| (*name, rows.as_slice()));
    let others: Vec<(&str, &[Row])> =
        others.into_iter().filter(|(_, rows)| !rows.is_empty()).chain(own).collect();
    let rows = sheets.survey.iter().chain(others.iter().flat_map(|(_, rows)| *rows));
    spaces(rows, &mut losses);
    let others = others.into_iter();
    let files = others.map(|(name, rows)| source(file, name, rows));
    Exported { written: Bundle { main, files: files.collect() }, losses: losses.into_sorted() }
}

/// Whoever reads workbooks, pyxform as well as Doorstep, takes a space that does not break for a plain one. Said once, by the first cell.
fn spaces<'a>(rows: impl Iterator<Item = &'a Row>, losses: &mut Losses) {
    let cells = rows.flat_map(|row| row.cells.iter().map(move |(column, text)| (row, column, text)));
    let mut cells: Vec<(&Row, _)> =
        cells.filter(|(_, _, text)| text.contains('\u{a0}')).map(|(row, column, _)| (row, column)).collect();
    cells.sort_by_key(|(row, _)| row.span);
    let Some((row, column)) = cells.first() else { return };
    let name = row.get("name").or(row.get("measure")).or(row.get("form_id")).unwrap_or_default();
    let mut what =
        format!("a space that does not break, in `{column}` of `{name}`, becomes a plain one in a workbook");
    if cells.len() > 1 {
        what.push_str(&format!(", and so it is with {} more", cells.len() - 1));
    }
    losses.push(row.span, what);
}

/// The lists that are searched, each with a row to begin with: an XForm does not hold what is in them.
pub(super) fn external(survey: &[Row]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for row in survey {
        let list = row.get("type").and_then(|kind| kind.strip_prefix("select_one_external "));
        if let Some(list) = list
            && !rows.iter().any(|row| row.get("list_name") == Some(list))
        {
            rows.push(Row::new(row.span).with("list_name", list).with("name", "-").with("label", "-"));
        }
    }
    rows
}

/// The sheets as rows; none after saying why.
pub(super) fn sheets(root: &Element, target: Target, losses: &mut Losses) -> Option<Sheets> {
    let form = Model::of(root, losses)?;
    let mut itext = Itext::of(form.model);
    itext.leaves_dashes_out = target.is_sheets();
    let texts = Texts { form: &form, itext: &itext };
    let mut survey = Survey {
        target,
        form: &form,
        texts: &texts,
        instances: instances::all(&form),
        rows: Vec::new(),
        choices: Vec::new(),
        tags: Vec::new(),
        losses,
    };
    survey.fill();
    let Survey { instances, mut rows, choices: own, tags, losses, .. } = survey;
    let mut choices = Vec::new();
    for instance in instances.iter().filter(|instance| instance.source == Source::Inline) {
        let columns = columns(&form, instance, losses);
        choices.extend(instances::rows(instance, &columns, &form, &itext, losses));
    }
    choices.extend(own);
    let expressions: String =
        rows.iter().flat_map(|row| &row.cells).map(|(_, text)| format!("{text}\n")).collect();
    for instance in instances.iter().filter(|instance| instance.source == Source::Inline) {
        if instances::is_pulled(instance.id, &expressions) {
            let what =
                format!("`pulldata` reads `{}` from a file in XLSForm, not from the choices", instance.id);
            losses.push(instance.element.span, what);
        }
    }
    let declared = instances::declared(&instances, &expressions, losses);
    rows.splice(0..0, declared);
    let mut settings = settings::row(&form, &itext, target, has_duplicates(&choices), losses);
    let doubled = |row: &Row| row.cells.iter().any(|(_, text)| text.contains("  "));
    if rows.iter().chain(&choices).any(doubled) {
        // Else every run of spaces would become one, in texts in quotes too.
        settings.set("clean_text_values", "no");
    }
    if target == Target::XlsForm {
        usual_root(&form.nodes[0].name, &rows, &mut settings, losses);
    }
    let assessment = assessment::measures(&form, &texts, losses);
    Some(Sheets { survey: rows, choices, settings, entities: entities::rows(&form), tags, assessment })
}

/// pyxform takes the form's root for one of those that `${name}` may mean: where a row is called as it is, and is referred to, the root gets XLSForm's usual name.
fn usual_root(name: &str, rows: &[Row], settings: &mut Row, losses: &mut Losses) {
    let cells = || rows.iter().chain([&*settings]).flat_map(|row| &row.cells);
    let says = |words: &str| cells().any(|(_, text)| text.contains(words));
    let is_named = rows.iter().any(|row| row.get("name") == Some(name));
    // A path from the root would lead nowhere then.
    if is_named && says(&format!("${{{name}}}")) && !says(&format!("/{name}/")) {
        let what =
            format!("the form's root `{name}` is called `data`: pyxform would take `${{{name}}}` for it");
        losses.push(settings.span, what);
        settings.cells.retain(|(column, _)| column != "name");
    }
}

/// Which of a list's elements its selects take as name and label.
fn columns(form: &Model<'_>, instance: &Instance<'_>, losses: &mut Losses) -> Columns {
    let mut columns = Columns::default();
    for control in form.nodes.iter().filter_map(|node| node.control) {
        let Some(itemset) = control.child("itemset") else { continue };
        let parts = ItemsetParts::of(itemset.attribute("nodeset").map_or("", |nodeset| &nodeset.text));
        if parts.instance() != Some(instance.id) {
            continue;
        }
        let of = |child: &str| itemset.child(child)?.attribute("ref").map(|reference| reference.text.trim());
        if let (Some(value), None) = (of("value"), &columns.value) {
            columns.value = Some(value.to_owned());
            if value != "name" {
                let what = format!(
                    "the choices of `{}` are named by `{value}`; in XLSForm the column is `name`",
                    instance.id
                );
                losses.push(itemset.span, what);
            }
        }
        if let (Some(label), None) = (of("label"), &columns.label) {
            let inside = label.strip_prefix("jr:itext(").and_then(|rest| rest.strip_suffix(')'));
            columns.label = Some(inside.unwrap_or(label).trim().to_owned());
        }
    }
    // The id of a text is pyxform's `itextId`, whatever it is called.
    if columns.label.as_deref() == Some("itextId") {
        columns.label = None;
    }
    columns
}

/// Has a list two choices of one name?
fn has_duplicates(choices: &[Row]) -> bool {
    let mut seen = HashSet::new();
    !choices.iter().all(|row| seen.insert((row.get("list_name"), row.get("name"))))
}
