//! A design as it is kept on the device: the sheets, the files, and from which version of the server's it was begun.

use std::sync::Arc;

use doorstep_engine::Source;
use serde_json::{Value as Json, json};

use crate::document::{Document, Grid};

/// The shape's number.
const VERSION: u64 = 1;

/// What is kept of a design.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Design {
    /// The sheets.
    pub document: Document,
    /// The hash of the version that it was begun from, where the server has one.
    pub begun_from: Option<String>,
    /// The cases that were recorded with it.
    pub cases: Vec<Json>,
    /// When it was kept, in milliseconds since 1970.
    pub at: i64,
}

impl Design {
    /// `{v, at, begun_from, sheets: [{name, rows}], files: [{name, text}], cases}`
    pub fn to_json(&self) -> String {
        let sheets: Vec<Json> = self
            .document
            .sheets()
            .iter()
            .filter(|grid| !grid.name.is_empty())
            .map(|grid| json!({"name": &*grid.name, "rows": grid.rows.iter().map(|row| &**row).collect::<Vec<_>>()}))
            .collect();
        let files: Vec<Json> = self
            .document
            .files_as_they_came()
            .iter()
            .map(|file| json!({"name": &*file.name, "text": &*file.text}))
            .collect();
        json!({"v": VERSION, "at": self.at, "begun_from": self.begun_from, "sheets": sheets, "files": files, "cases": self.cases})
            .to_string()
    }

    /// Nothing if it is of a newer build, or damaged.
    pub fn from_json(text: &str) -> Option<Design> {
        let json: Json = serde_json::from_str(text).ok()?;
        if json["v"].as_u64()? != VERSION {
            return None;
        }
        let cell = |cell: &Json| cell.as_str().map(str::to_owned);
        let row = |row: &Json| row.as_array()?.iter().map(cell).collect::<Option<Arc<[String]>>>();
        let sheet = |sheet: &Json| {
            let rows = sheet["rows"].as_array()?.iter().map(row).collect::<Option<Vec<_>>>()?;
            Some(Grid { name: sheet["name"].as_str()?.into(), rows })
        };
        let file = |file: &Json| Some(Source::new(file["name"].as_str()?, file["text"].as_str()?));
        let sheets = json["sheets"].as_array()?.iter().map(sheet).collect::<Option<Vec<_>>>()?;
        let files = json["files"].as_array()?.iter().map(file).collect::<Option<Vec<_>>>()?;
        Some(Design {
            document: Document::of(sheets, files),
            begun_from: json["begun_from"].as_str().map(str::to_owned),
            cases: json["cases"].as_array().cloned().unwrap_or_default(),
            at: json["at"].as_i64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_comes_back_as_it_was_kept() {
        let mut document = Document::empty("新表", "new", "1");
        document.add_file(Source::new("towns.csv", "name,label\n1,甲\n"));
        let cases = vec![json!({"about": "甲", "steps": []})];
        let design = Design { document, begun_from: Some("ab".into()), cases, at: 7 };
        let text = design.to_json();
        assert_eq!(Design::from_json(&text).as_ref(), Some(&design));
        assert_eq!(Design::from_json(&text.replace(r#""v":1"#, r#""v":2"#)), None);
        assert_eq!(Design::from_json("{}"), None);
        assert_eq!(Design::from_json(&text[..text.len() / 2]), None);
    }
}
