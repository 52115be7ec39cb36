//! A definition in any syntax as one tree of plain rows: what versions are compared by, and what papers and codebooks are made from.
//!
//! It goes the way of form JSON: read as an XForm, and told in rows again, so that every syntax comes to the same words.

use super::assessment::Measure;
use super::table::Row;
use super::xlsform::{Target, sheets};
use super::{Losses, calculations, lists};
use crate::definition;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Bundle;

/// A form's rows as a tree.
pub(crate) struct Outline {
    pub settings: Row,
    pub items: Vec<Item>,
    pub lists: Vec<List>,
    pub measures: Vec<Measure>,
    pub entities: Vec<Row>,
    /// What is in the form that rows have no word for.
    pub losses: Vec<super::Loss>,
}

/// A question, group or repeat.
pub(crate) struct Item {
    /// `/data/who/age`
    pub path: String,
    pub row: Row,
    /// None: it holds no others.
    pub children: Option<Vec<Item>>,
}

/// A choice list.
pub(crate) struct List {
    pub name: String,
    pub choices: Vec<Row>,
}

impl Outline {
    /// Of a definition; else why it can't be read.
    pub fn of(bundle: &Bundle) -> Result<(Outline, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut found = Diagnostics::default();
        let root = definition::read(bundle, &mut found);
        let root = root.filter(|_| !found.has_errors()).map(calculations::without);
        let diagnostics = found.into_sorted();
        let mut losses = Losses::default();
        match root.and_then(|root| sheets(&lists::as_columns(&root), Target::FormJson, &mut losses)) {
            Some(sheets) => {
                let root = format!("/{}", sheets.settings.get("name").unwrap_or("data"));
                let outline = Outline {
                    items: nested(sheets.survey, &root),
                    lists: by_list(sheets.choices),
                    settings: sheets.settings,
                    measures: sheets.assessment,
                    entities: sheets.entities,
                    losses: losses.into_sorted(),
                };
                Ok((outline, diagnostics))
            }
            None => Err(diagnostics),
        }
    }

    pub fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.name == name)
    }

    pub fn default_language(&self) -> &str {
        self.settings.get("default_language").unwrap_or("")
    }

    /// What the form is called, in a language.
    pub fn title(&self, language: &str) -> &str {
        words(&self.settings, "form_title", language).unwrap_or_else(|| self.form_id())
    }

    pub fn form_id(&self) -> &str {
        self.settings.get("form_id").or(self.settings.get("name")).unwrap_or("form")
    }

    pub fn version(&self) -> &str {
        self.settings.get("version").unwrap_or("")
    }

    /// The languages that its words are in, in the order of their first use; words without one are in ``.
    pub fn languages(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        self.visit(&mut |row| {
            for (column, text) in &row.cells {
                // A title without a language stands beside those that have one; what nothing shows is in none.
                let shown = column != "form_title" && !text.trim_matches('\u{200b}').is_empty();
                if let Some((_, language)) = of_words(column).filter(|_| shown)
                    && !found.contains(&language)
                {
                    found.push(language);
                }
            }
        });
        found
    }

    /// Items with all that they hold, in document order.
    pub fn walk<'a>(items: &'a [Item], visit: &mut dyn FnMut(&'a Item)) {
        let mut left: Vec<&Item> = items.iter().rev().collect();
        while let Some(item) = left.pop() {
            visit(item);
            left.extend(item.children.iter().flatten().rev());
        }
    }

    /// Every row that has words.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Row)) {
        visit(&self.settings);
        Outline::walk(&self.items, &mut |item| visit(&item.row));
        self.lists.iter().flat_map(|list| &list.choices).for_each(&mut *visit);
        for measure in &self.measures {
            visit(&measure.row);
            measure.lines.iter().for_each(|(_, line)| visit(&line.row));
        }
    }
}

impl Item {
    pub fn name(&self) -> &str {
        self.row.get("name").unwrap_or("")
    }

    /// `select_one` of `select_one yes_no`; `group`, `repeat`.
    pub fn kind(&self) -> &str {
        let kind = self.row.get("type").unwrap_or("");
        kind.split(' ').next().unwrap_or(kind).trim_start_matches("begin_")
    }

    /// `yes_no` of `select_one yes_no`.
    pub fn list(&self) -> Option<&str> {
        self.row.get("type")?.split_once(' ').map(|(_, list)| list.trim())
    }

    /// Its condition, if it is ever not asked.
    pub fn relevant(&self) -> Option<&str> {
        self.row.get("relevant").filter(|said| said.trim() != "true()")
    }

    /// Is it filled in, or done, without anybody being asked?
    pub fn is_unasked(&self) -> bool {
        let by_itself = matches!(
            self.kind(),
            "calculate"
                | "hidden"
                | "start"
                | "end"
                | "today"
                | "deviceid"
                | "username"
                | "phonenumber"
                | "email"
                | "simserial"
                | "subscriberid"
                | "uri:deviceid"
                | "uri:username"
                | "uri:email"
                | "start-geopoint"
                | "background-geopoint"
        );
        by_itself || self.is_no_answer()
    }

    /// Is it no answer at all: the device's log and recording, files that expressions read?
    pub fn is_no_answer(&self) -> bool {
        matches!(self.kind(), "audit" | "background-audio" | "csv-external" | "xml-external")
    }

    pub fn is_section(&self) -> bool {
        self.children.is_some()
    }
}

/// Columns that have words by language, longest first where one starts another.
pub(crate) const WORDS: &[&str] = &[
    "label",
    "hint",
    "guidance_hint",
    "item_label",
    "note",
    "constraint_message",
    "required_message",
    "noAppErrorString",
    "form_title",
    "media::image",
    "media::big-image",
    "media::audio",
    "media::video",
];

/// `label::zh` is the `label` in `zh`; none for what has no words.
pub(crate) fn of_words(column: &str) -> Option<(&'static str, &str)> {
    WORDS.iter().find_map(|base| match column.strip_prefix(base)? {
        "" => Some((*base, "")),
        rest => Some((*base, rest.strip_prefix("::")?)),
    })
}

/// Words in a language as it is spoken of (`zh` finds `中文 (zh)`); else those without one, else the first.
pub(crate) fn words<'a>(row: &'a Row, base: &str, language: &str) -> Option<&'a str> {
    let all = row.cells.iter().filter_map(|(column, text)| {
        let (of, said) = of_words(column)?;
        // What nothing shows is written as a space that has no width.
        (of == base && !text.trim_matches('\u{200b}').is_empty()).then_some((said, text.as_str()))
    });
    let all: Vec<(&str, &str)> = all.collect();
    let found = all.iter().find(|(said, _)| *said == language);
    let found = found.or_else(|| all.iter().find(|(said, _)| tag(said) == tag(language)));
    let found = found.or_else(|| all.iter().find(|(said, _)| said.is_empty())).or(all.first());
    found.map(|(_, text)| *text)
}

/// Words in exactly that language.
pub(crate) fn words_in<'a>(row: &'a Row, base: &str, language: &str) -> Option<&'a str> {
    let column = if language.is_empty() { base.to_owned() } else { format!("{base}::{language}") };
    row.get(&column).filter(|text| !text.trim_matches('\u{200b}').is_empty())
}

/// `zh` of `中文 (zh)`
pub(crate) fn tag(language: &str) -> &str {
    language.rsplit_once('(').map_or(language, |(_, tag)| tag.trim_end_matches(')').trim())
}

/// The rows, nested. Groups that are open are kept in a list, so that depth costs no stack.
fn nested(rows: Vec<Row>, root: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open: Vec<(Item, Vec<Item>)> = Vec::new();
    for row in rows {
        let above = open.last().map_or(root, |(group, _)| group.path.as_str());
        let path = format!("{above}/{}", row.get("name").unwrap_or(""));
        match row.get("type").unwrap_or("") {
            "begin_group" | "begin_repeat" => {
                open.push((Item { path, row, children: None }, std::mem::take(&mut items)));
            }
            "end_group" | "end_repeat" => {
                if let Some((mut group, before)) = open.pop() {
                    group.children = Some(std::mem::replace(&mut items, before));
                    items.push(group);
                }
            }
            _ => items.push(Item { path, row, children: None }),
        }
    }
    items
}

fn by_list(rows: Vec<Row>) -> Vec<List> {
    let mut lists: Vec<List> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for row in rows {
        let name = row.get("list_name").unwrap_or("").to_owned();
        let at = *places.entry(name.clone()).or_insert_with(|| {
            lists.push(List { name, choices: Vec::new() });
            lists.len() - 1
        });
        lists[at].choices.push(row);
    }
    lists
}
