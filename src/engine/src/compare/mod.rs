//! Two versions of a form compared, in words that whoever designs forms understands.
//!
//! Both are read as one tree of rows, whatever they were written in, so that a workbook is compared with form JSON as well. A
//! difference is data; [`Difference::words`] tells it, [`Difference::means`] says what becomes of data collected earlier.
//! The same two definitions always give the same differences in the same order: the document's.

mod assessment;
mod choices;
mod difference;
mod meaning;
mod pairs;
mod renaming;
mod steady;
mod survey;
mod words;
mod words_of_assessment;

use std::collections::BTreeSet;

use serde_json::json;

pub use difference::{Difference, Element, Kind, Side, Weight};

use crate::assess::sentences::Tongue;
use crate::diagnostic::Diagnostic;
use crate::export::Row;
use crate::export::outline::{Outline, of_words};
use crate::expr::lexer::tokens;
use crate::source::{Bundle, MEDIA_LIST, Source};
use renaming::Renamed;

/// A definition that can't be compared: it has errors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Which of the two.
    pub which: Which,
    /// Why, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// One of two versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// The earlier.
    Old,
    /// The later.
    New,
}

/// What a version of a form is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// `household-needs`
    pub form_id: String,
    /// `2026.11.4`; empty if it has none.
    pub version: String,
}

/// All that differs between two versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// The earlier.
    pub old: Version,
    /// The later.
    pub new: Version,
    /// In the order of the document: settings, survey, choices, assessment, entities, files.
    pub differences: Vec<Difference>,
}

/// Compares two versions of a form, each in any syntax.
pub fn compare(old: &Bundle, new: &Bundle) -> Result<Comparison, Unreadable> {
    let read = |bundle: &Bundle, which: Which| {
        let read = Outline::of(bundle).map(|(outline, _)| outline);
        read.map_err(|diagnostics| Unreadable { which, diagnostics })
    };
    let (before, after) = (read(old, Which::Old)?, read(new, Which::New)?);
    let version = |outline: &Outline| Version {
        form_id: outline.form_id().to_owned(),
        version: outline.version().to_owned(),
    };
    let mut renamed = Renamed::default();
    let pairs = survey::pair(&before, &after, &mut renamed);
    let lists = choices::pair(&before, &after, &mut renamed);
    let measures = assessment::pair(&before, &after, &mut renamed);
    let mut both = Both::of(&before, &after, renamed);
    both.settings();
    survey::compare(&mut both, &pairs);
    choices::compare(&mut both, &lists);
    assessment::compare(&mut both, &measures);
    both.entities();
    both.files(old, new);
    Ok(Comparison { old: version(&before), new: version(&after), differences: both.found })
}

impl Comparison {
    /// How much the heaviest difference weighs; none if nothing differs.
    pub fn weight(&self) -> Option<Weight> {
        self.differences.iter().map(Difference::weight).max()
    }

    /// Do they differ, and are called the same? Whoever has the one would not take the other.
    pub fn same_version(&self) -> bool {
        !self.differences.is_empty() && self.old == self.new
    }

    /// What becomes of drafts that are open when the later version comes.
    pub fn drafts(&self, language: &str) -> String {
        let chinese = Tongue::of(language) == Tongue::Chinese;
        let said = match (self.differences.is_empty(), self.same_version(), chinese) {
            (true, _, true) => "两个版本没有差别。",
            (true, _, false) => "The two versions do not differ.",
            (_, true, true) => "两个版本的版本号相同：请换一个新的版本号，否则手机不会更新。",
            (_, true, false) => {
                "Both are called the same version: give the later one a new version, else phones don't take it."
            }
            (_, _, true) => "已打开的草稿仍按原来的版本填完；新的调查按新版本填写。",
            (_, _, false) => {
                "Open drafts stay on their version and are finished with it; new surveys are filled in with the new one."
            }
        };
        said.to_owned()
    }

    /// `{old, new, weight, same_version, drafts, differences: [{kind, …, weight, words, means}]}`
    pub fn to_json(&self, language: &str) -> serde_json::Value {
        let version = |of: &Version| json!({"form_id": of.form_id, "version": of.version});
        let differences = self.differences.iter().map(|difference| {
            let mut said = serde_json::to_value(difference).unwrap_or_default();
            if let serde_json::Value::Object(said) = &mut said {
                said.insert("weight".into(), difference.weight().name().into());
                said.insert("words".into(), difference.words(language).into());
                said.insert("means".into(), difference.means(language).into());
            }
            said
        });
        json!({
            "old": version(&self.old),
            "new": version(&self.new),
            "weight": self.weight().map(Weight::name),
            "same_version": self.same_version(),
            "drafts": self.drafts(language),
            "differences": differences.collect::<Vec<_>>(),
        })
    }
}

/// The two outlines while they are compared.
struct Both<'a> {
    old: &'a Outline,
    new: &'a Outline,
    renamed: Renamed,
    /// Languages that only one of them has.
    added: BTreeSet<&'a str>,
    removed: BTreeSet<&'a str>,
    /// The language that words without one are in.
    old_default: &'a str,
    new_default: &'a str,
    found: Vec<Difference>,
}

/// One cell that differs.
struct Differs {
    /// The column, of words without their language.
    column: String,
    /// Of words, their language.
    language: Option<String>,
    old: Option<String>,
    new: Option<String>,
}

impl<'a> Both<'a> {
    fn of(old: &'a Outline, new: &'a Outline, renamed: Renamed) -> Both<'a> {
        let or = |one: &'a str, other: &'a str| if one.is_empty() { other } else { one };
        let old_default = or(old.default_language(), new.default_language());
        let new_default = or(new.default_language(), old.default_language());
        let languages = |outline: &'a Outline, default: &'a str| -> BTreeSet<&'a str> {
            outline.languages().into_iter().map(|language| or(language, default)).collect()
        };
        let (before, after) = (languages(old, old_default), languages(new, new_default));
        let added = after.difference(&before).copied().collect();
        let removed = before.difference(&after).copied().collect();
        Both { old, new, renamed, added, removed, old_default, new_default, found: Vec::new() }
    }

    /// The cells of two rows that differ, in the order of the later one; words in a language that only one form has are left out.
    fn differing(&self, old: &Row, new: &Row, without: &[&str]) -> Vec<Differs> {
        let before: Vec<(&str, Option<&str>, String)> = old
            .cells
            .iter()
            .filter(|(column, _)| !without.contains(&column.as_str()))
            .map(|(column, text)| {
                let (column, language) = key(column, self.old_default);
                (column, language, self.renamed.in_text(text))
            })
            .collect();
        let mut found = Vec::new();
        for (column, text) in new.cells.iter().filter(|(column, _)| !without.contains(&column.as_str())) {
            let (column, language) = key(column, self.new_default);
            let was = before.iter().find(|(known, said, _)| *known == column && *said == language);
            let was = was.map(|(_, _, text)| text.as_str());
            let means_it = |was: &str| match language.is_some() {
                true => was.split_whitespace().eq(text.split_whitespace()),
                false => is_expression(column) && same(was, text),
            };
            let same = was == Some(text.as_str()) || was.is_some_and(means_it);
            if same || language.is_some_and(|language| self.added.contains(language)) {
                continue;
            }
            found.push(differs(column, language, was, Some(text)));
        }
        for (column, language, text) in &before {
            let still =
                new.cells.iter().any(|(known, _)| key(known, self.new_default) == (*column, *language));
            if !still && !language.is_some_and(|language| self.removed.contains(language)) {
                found.push(differs(column, *language, Some(text), None));
            }
        }
        found
    }

    fn settings(&mut self) {
        let (old, new) = (&self.old.settings, &self.new.settings);
        for Differs { column, language, old, new } in self.differing(old, new, SPELLING) {
            let name = language.filter(|_| column == "form_title").map_or(column.clone(), |language| {
                if language.is_empty() { column } else { format!("{column}::{language}") }
            });
            self.found.push(Difference::Setting { name, old, new });
        }
        let count = |outline: &Outline, default: &str, language: &str| {
            let mut texts = 0;
            outline.visit(&mut |row| {
                let is_it = |column: &str| key(column, default).1 == Some(language);
                texts += row.cells.iter().filter(|(column, _)| is_it(column)).count();
            });
            texts
        };
        for language in &self.added {
            let texts = count(self.new, self.new_default, language);
            self.found.push(Difference::LanguageAdded { language: (*language).to_owned(), texts });
        }
        for language in &self.removed {
            let texts = count(self.old, self.old_default, language);
            self.found.push(Difference::LanguageRemoved { language: (*language).to_owned(), texts });
        }
    }

    fn entities(&mut self) {
        let name = |row: &Row| row.get("list_name").or(row.get("dataset")).unwrap_or("").to_owned();
        for new in &self.new.entities {
            let list = name(new);
            match self.old.entities.iter().find(|old| name(old) == list) {
                None => self.found.push(Difference::EntityAdded { list }),
                Some(old) => {
                    for Differs { column, old, new, .. } in self.differing(old, new, &[]) {
                        let list = list.clone();
                        self.found.push(Difference::EntityProperty { list, property: column, old, new });
                    }
                }
            }
        }
        for list in self.old.entities.iter().map(name) {
            if self.new.entities.iter().all(|new| name(new) != list) {
                self.found.push(Difference::EntityRemoved { list });
            }
        }
    }

    /// Files that a form reads while it is filled in; what became choices of the form was compared as such.
    fn files(&mut self, old: &Bundle, new: &Bundle) {
        let files = |bundle: &Bundle| -> Vec<Source> {
            let plain = bundle.files.iter().filter(|file| file.sheet().is_none());
            let mut found: Vec<Source> = plain.cloned().collect();
            let main: String = bundle.main.text.split_whitespace().collect();
            found.retain(|file| !main.contains(&format!("\"csv\":\"{}\"", file.name)));
            // Pictures and sounds by their own names; of the bytes the hash says enough.
            found.retain(|file| *file.name != *MEDIA_LIST);
            let media = bundle.media().unwrap_or_default();
            found.extend(media.into_iter().map(|file| Source::new(file.name, file.sha256)));
            found
        };
        let base = |file: &Source| file.name.rsplit('/').next().unwrap_or(&file.name).to_owned();
        let (before, after) = (files(old), files(new));
        for file in &after {
            let name = base(file);
            match before.iter().find(|old| base(old) == name) {
                None => self.found.push(Difference::FileAdded { name }),
                Some(old) if lines(old) != lines(file) => self.found.push(Difference::FileChanged { name }),
                Some(_) => {}
            }
        }
        for name in before.iter().map(base) {
            if after.iter().all(|new| base(new) != name) {
                self.found.push(Difference::FileRemoved { name });
            }
        }
    }
}

/// Settings that only say how the sheets are read.
const SPELLING: &[&str] = &["clean_text_values"];

/// Columns whose blanks say nothing.
fn is_expression(column: &str) -> bool {
    const EXPRESSIONS: &[&str] = &[
        "relevant",
        "constraint",
        "required",
        "readonly",
        "calculation",
        "choice_filter",
        "repeat_count",
        "trigger",
        "instance_name",
        "when",
        "value",
        "test",
    ];
    EXPRESSIONS.contains(&column) || column.starts_with("if ")
}

/// Are they one expression, but for blanks and quotes?
fn same(old: &str, new: &str) -> bool {
    let parts = |text| {
        let found = tokens(text).ok()?;
        Some(found.into_iter().map(|(token, _)| token).collect::<Vec<_>>())
    };
    parts(old).is_some_and(|old| parts(new).is_some_and(|new| old == new))
}

/// Its lines, however they end.
fn lines(file: &Source) -> Vec<&str> {
    file.text.trim_start_matches('\u{feff}').lines().collect()
}

fn key<'b>(column: &'b str, default: &'b str) -> (&'b str, Option<&'b str>) {
    match of_words(column) {
        Some((base, "")) => (base, Some(default)),
        Some((base, language)) => (base, Some(language)),
        None => (column, None),
    }
}

fn differs(column: &str, language: Option<&str>, old: Option<&str>, new: Option<&str>) -> Differs {
    let owned = |text: &str| text.to_owned();
    Differs { column: owned(column), language: language.map(owned), old: old.map(owned), new: new.map(owned) }
}
