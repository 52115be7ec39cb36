//! Words that are there in one language should be there in all.

use std::sync::Arc;

use crate::definition::columns::{self, Sheet};
use crate::definition::rows::{Cell, Group, Item, ItemKind, Questionnaire, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Span};

/// The columns of words, and what their authors call them.
const WORDS: &[(Group, &str, &str)] = &[
    (Group::Plain, "label", "label"),
    (Group::Plain, "hint", "hint"),
    (Group::Plain, "guidance_hint", "guidance_hint"),
    (Group::Bind, "jr:constraintMsg", "constraint_message"),
    (Group::Bind, "jr:requiredMsg", "required_message"),
    (Group::Plain, "item_label", "item_label"),
    (Group::Plain, "title", "title"),
];

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 8;

/// `missing-translation` of every row and choice.
///
/// Where a sheet has a cell for the words, that is the place; else it is where they are in another language.
pub(crate) fn check(form: &Questionnaire, bundle: &Bundle, found: &mut Diagnostics) {
    let languages = languages(form);
    let mut missing: Vec<Missing<'_>> = Vec::new();
    row(&form.settings, &languages, &mut missing);
    Item::walk(&form.items, &mut |item, _| {
        // What is never shown has no readers.
        if !matches!(&item.kind, ItemKind::Question(question) if !question.is_shown()) {
            row(&item.row, &languages, &mut missing);
        }
    });
    for choice in form.lists.iter().flat_map(|list| &list.choices) {
        row(choice, &languages, &mut missing);
    }
    let unknown = unknown_default(form, &languages, found);
    let hint = "write them, or forms in that language show another one's words";
    for (index, language) in languages.iter().enumerate().skip(usize::from(unknown)) {
        let missing: Vec<&Missing<'_>> = missing.iter().filter(|one| one.language == index).collect();
        if let (true, Some(first)) = (missing.len() > EACH, missing.first()) {
            let message = format!(
                "{} texts have no words in `{language}`: this `{}` is the first",
                missing.len(),
                first.column
            );
            found.push(first.told(message, language, bundle).hint(hint));
            continue;
        }
        for one in missing {
            let message = format!("this `{}` has no words in `{language}`", one.column);
            found.push(one.told(message, language, bundle).hint(hint));
        }
    }
}

/// The default language, where no column is in it. Nothing is said of forms whose words are in no language.
fn unknown_default(form: &Questionnaire, languages: &[Arc<str>], found: &mut Diagnostics) -> bool {
    let Some(said) = form.settings.plain("default_language") else { return false };
    let [_, others @ ..] = languages else { return false };
    let is_in = |cell: &Cell| cell.column.language.as_deref() == Some(&*said.text);
    let mut known = form.settings.cells.iter().any(is_in);
    Item::walk(&form.items, &mut |item, _| known |= item.row.cells.iter().any(is_in));
    known |= form.lists.iter().flat_map(|list| &list.choices).any(|choice| choice.cells.iter().any(is_in));
    if known || others.is_empty() {
        return false;
    }
    let message = format!("no column is in the default language `{}`", said.text);
    let diagnostic = Diagnostic::warning("missing-translation", said.span, message)
        .did_you_mean(&said.text, others.iter().map(|language| &**language));
    found.push(match diagnostic.hints.is_empty() {
        true => diagnostic.hint(format!("the languages are `{}`", others.join("`, `"))),
        false => diagnostic,
    });
    true
}

/// Words that are not there in a language.
struct Missing<'a> {
    language: usize,
    column: &'static str,
    row: &'a Row,
    /// The same in another language.
    other: &'a Cell,
}

impl Missing<'_> {
    fn told(&self, message: String, language: &str, bundle: &Bundle) -> Diagnostic {
        let other = self.other.words.span;
        let warning = |place: Span| Diagnostic::warning("missing-translation", place, message);
        match self.cell(language, bundle) {
            Cells::Empty(place) => {
                let known = self.other.column.language.as_deref().unwrap_or_default();
                warning(place).label(other, format!("here it is in `{known}`"))
            }
            Cells::NoColumn => {
                let title = self.other.column.title.split(':').next().unwrap_or(self.column).trim();
                warning(other).hint(format!("add a column `{title}::{language}`"))
            }
            Cells::Unknown => warning(other),
        }
    }

    /// The cell of its row where the words should be.
    fn cell(&self, language: &str, bundle: &Bundle) -> Cells {
        let source = bundle.source(self.row.place.source);
        let sheet = match source.sheet().map(|sheet| sheet.trim().to_lowercase()).as_deref() {
            Some("survey") => Sheet::Survey,
            Some("choices") => Sheet::Choices,
            Some("settings") => Sheet::Settings,
            _ => return Cells::Unknown,
        };
        let header = source.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let double = header.contains("::");
        let index = header.split('\t').position(|title| {
            let column = columns::column(title, sheet, double);
            let known = &self.other.column;
            (column.group, &column.name) == (known.group, &known.name)
                && column.language.as_deref() == Some(language)
        });
        let Some(index) = index else { return Cells::NoColumn };
        let start = self.row.place.start as usize;
        let line = source.text.get(start..self.row.place.end as usize).unwrap_or("");
        match line.match_indices('\t').nth(index.wrapping_sub(1)) {
            _ if index == 0 => Cells::Empty(Span { end: start as u32, ..self.row.place }),
            Some((at, _)) => {
                let at = (start + at + 1) as u32;
                Cells::Empty(Span { start: at, end: at, ..self.row.place })
            }
            None => Cells::Unknown,
        }
    }
}

/// What a sheet has for words.
enum Cells {
    Empty(Span),
    NoColumn,
    Unknown,
}

/// Every language that any words are in, the default first.
pub(super) fn languages(form: &Questionnaire) -> Vec<Arc<str>> {
    let mut languages: Vec<Arc<str>> = Vec::new();
    languages.extend(form.settings.plain("default_language").map(|language| language.text.to_arc()));
    let mut note = |row: &Row| {
        for cell in &row.cells {
            let words = WORDS
                .iter()
                .any(|(group, name, _)| cell.column.group == *group && *cell.column.name == **name);
            if let (true, Some(language)) = (words, &cell.column.language)
                && !languages.contains(language)
            {
                languages.push(language.clone());
            }
        }
    };
    note(&form.settings);
    Item::walk(&form.items, &mut |item, _| note(&item.row));
    form.lists.iter().flat_map(|list| &list.choices).for_each(note);
    languages
}

fn row<'a>(row: &'a Row, languages: &[Arc<str>], missing: &mut Vec<Missing<'a>>) {
    for (group, name, column) in WORDS {
        let texts = row.texts(*group, name);
        // What is put in for the author, by `or_other`, is his to translate nowhere.
        let Some(other) = row.cell(*group, name).filter(|cell| cell.words.span != row.place) else {
            continue;
        };
        // Words without a language serve all: outputs alone, or a form in one language.
        if texts.by_language.iter().any(|(language, _)| language.is_none()) {
            continue;
        }
        for (index, language) in languages.iter().enumerate() {
            if texts.of(Some(language)).is_none_or(|words| words.text.trim().is_empty()) {
                missing.push(Missing { language: index, column, row, other });
            }
        }
    }
}
