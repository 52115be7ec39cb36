//! Which part is which: the workbook, its sheets in order, its strings and styles.

use super::xml::{Part, Step, attribute, name};
use crate::WorkbookError;
use crate::limits::{RELATIONS, SHEETS, too_many};
use crate::package::Package;

/// Where the parts of a workbook are.
pub(crate) struct Workbook {
    /// Name and part.
    pub sheets: Vec<(String, String)>,
    pub strings: String,
    pub styles: String,
    pub since_1904: bool,
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

/// Follows the package's relations to the workbook and from there to its parts.
pub(crate) fn workbook(package: &mut Package<'_>) -> Result<Workbook, WorkbookError> {
    let main = relations(package, "")?
        .into_iter()
        .find(|relation| relation.kind == "officeDocument")
        .map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
    let missing = |part: &str| WorkbookError::Damaged { part: part.into(), reason: "it is not there".into() };
    let text = package.text(&main)?.ok_or_else(|| missing(&main))?;
    let relations = relations(package, &main)?;
    let (listed, since_1904) = sheets(&main, &text)?;
    let mut sheets = Vec::new();
    for (name, id) in listed {
        // Chart sheets and dialogs hold no rows.
        let relation = relations.iter().find(|relation| relation.id == id);
        if let Some(relation) = relation.filter(|relation| relation.kind == "worksheet") {
            sheets.push((name, relation.target.clone()));
        }
    }
    let of_kind = |kind: &str, usual: &str| {
        let found = relations.iter().find(|relation| relation.kind == kind);
        found.map_or_else(|| usual.to_owned(), |relation| relation.target.clone())
    };
    let strings = of_kind("sharedStrings", "xl/sharedStrings.xml");
    let styles = of_kind("styles", "xl/styles.xml");
    Ok(Workbook { sheets, strings, styles, since_1904 })
}

/// The sheets' names and relation ids, and whether days count from 1904.
fn sheets(part: &str, text: &str) -> Result<(Vec<(String, String)>, bool), WorkbookError> {
    let mut sheets = Vec::new();
    let mut since_1904 = false;
    let mut part = Part::new(part, text);
    loop {
        match part.next()? {
            Step::Start(start) => match name(&start) {
                "workbookPr" => {
                    since_1904 = matches!(attribute(&start, "date1904").as_deref(), Some("1" | "true"));
                }
                "sheet" => {
                    if sheets.len() >= SHEETS {
                        return Err(too_many("the workbook", SHEETS, "sheets"));
                    }
                    if let (Some(name), Some(id)) = (attribute(&start, "name"), attribute(&start, "id")) {
                        sheets.push((name, id));
                    }
                }
                _ => {}
            },
            Step::Done => return Ok((sheets, since_1904)),
            Step::End(_) | Step::Text(_) => {}
        }
    }
}

/// The relations of a part, their targets as names in the package.
fn relations(package: &mut Package<'_>, of: &str) -> Result<Vec<Relation>, WorkbookError> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let path = resolved(folder, &format!("_rels/{file}.rels"));
    let Some(text) = package.text(&path)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut part = Part::new(&path, &text);
    loop {
        match part.next()? {
            Step::Start(start) if name(&start) == "Relationship" => {
                if found.len() >= RELATIONS {
                    return Err(too_many("the workbook", RELATIONS, "relations"));
                }
                let get = |local| attribute(&start, local).unwrap_or_default();
                let kind = get("Type").rsplit('/').next().unwrap_or_default().to_owned();
                found.push(Relation { id: get("Id"), kind, target: resolved(folder, &get("Target")) });
            }
            Step::Done => return Ok(found),
            Step::Start(_) | Step::End(_) | Step::Text(_) => {}
        }
    }
}

/// A target as seen from a folder of the package.
fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}
