//! Cells as what they stand for: names of lists, days, numbers. What is wrong is told where it stands.

use std::sync::Arc;

use jiff::civil::Date;

use super::facts::Vocabulary;
use super::item::{LEAST_URGENT, ProviderKind};
use super::table::{self, Known, Row};
use super::texts::Texts;
use crate::assess::Exact;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::program::Program;
use crate::moment;
use crate::source::{Bundle, Written};
use crate::value::half_width;

/// A choice list that the catalogue refers to; none if it was not given.
#[derive(Clone, Debug, Default)]
pub(super) struct NameList {
    /// The list's file.
    pub file: &'static str,
    pub names: Option<Vec<(Arc<str>, Texts)>>,
}

impl NameList {
    fn place(&self, name: &str) -> Option<usize> {
        self.names.as_ref()?.iter().position(|(known, _)| **known == *name)
    }

    /// What readers call it; the name itself where the list does not say.
    pub fn label<'a>(&'a self, name: &'a str, language: &str) -> &'a str {
        let known = self.names.iter().flatten().find(|(known, _)| **known == *name);
        known.map(|(_, label)| label.of(language)).filter(|label| !label.is_empty()).unwrap_or(name)
    }
}

/// The lists that a catalogue refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub classes: NameList,
    pub towns: NameList,
    pub counties: NameList,
    pub provider_kinds: NameList,
    pub delivery_modes: NameList,
    pub proofs: NameList,
    pub qualifications: NameList,
}

impl Lists {
    /// The place of a class among the classes.
    pub fn class(&self, cell: &Written, reading: &mut Reading<'_>) -> Option<usize> {
        if let Some(place) = self.classes.place(&cell.text) {
            return Some(place);
        }
        let known = self.classes.names.iter().flatten().map(|(name, _)| &**name);
        let diagnostic =
            Diagnostic::error("unknown-class", cell.span, format!("there is no class `{}`", cell.text))
                .did_you_mean(&cell.text, known.clone())
                .hint(format!("{} has `{}`", self.classes.file, known.collect::<Vec<_>>().join("`, `")));
        reading.found.push(diagnostic);
        None
    }

    /// Is it the code of a town, of a county, or what the codes of counties begin with?
    pub fn is_area(&self, code: &str) -> bool {
        let county = |(name, _): &(Arc<str>, Texts)| name.starts_with(code);
        match code.len() {
            9 => self.towns.place(code).is_some(),
            6 => self.counties.place(code).is_some(),
            4 => self.counties.names.iter().flatten().any(county),
            _ => false,
        }
    }
}

const LIST_COLUMNS: &[Known] = &[Known::needed("name"), Known::optional("label").translated()];

/// Reads a choice list's names and labels. Its other columns are the form's.
pub(super) fn list(
    bundle: &Bundle,
    source: Option<u16>,
    file: &'static str,
    found: &mut Diagnostics,
) -> NameList {
    let Some(source) = source else { return NameList { file, names: None } };
    let mut own = Diagnostics::default();
    let rows = table::read(bundle, source, LIST_COLUMNS, &mut own);
    // Columns that nothing here reads are read elsewhere.
    own.into_sorted()
        .into_iter()
        .filter(|told| told.code != "unknown-column")
        .for_each(|told| found.push(told));
    let name = |row: &Row| Some((row.cell("name")?.text.to_arc(), Texts::of_row(row, "label")));
    NameList { file, names: Some(rows.iter().filter_map(name).collect()) }
}

/// What reading rows needs.
pub(super) struct Reading<'a> {
    pub vocabulary: &'a Vocabulary,
    pub program: &'a mut Program,
    pub found: &'a mut Diagnostics,
}

impl Reading<'_> {
    /// Tells that a row lacks something.
    pub fn lacks<T>(&mut self, row: &Row, message: &str) -> Option<T> {
        self.found.push(Diagnostic::error("missing-cell", row.place, message));
        None
    }

    /// A whole number from 0.
    pub fn whole(&mut self, cell: &Written) -> Option<u32> {
        let number = half_width(&cell.text).parse().ok();
        if number.is_none() {
            let message = format!("`{}` is no whole number from 0", cell.text);
            self.found.push(Diagnostic::error("bad-number", cell.span, message));
        }
        number
    }

    /// A priority: 0 is the most urgent.
    pub fn priority(&mut self, cell: &Written) -> Option<u8> {
        let priority = cell.text.parse().ok().filter(|priority| *priority <= LEAST_URGENT);
        if priority.is_none() {
            let message = format!("a priority is a number from 0 to {LEAST_URGENT}");
            self.found.push(Diagnostic::error("bad-number", cell.span, message));
        }
        priority
    }

    /// An amount of money.
    pub fn amount(&mut self, cell: &Written) -> Option<Exact> {
        let amount = half_width(&cell.text).parse::<Exact>().ok().filter(|amount| *amount >= Exact::ZERO);
        if amount.is_none() {
            let message = format!("`{}` is no amount", cell.text);
            self.found
                .push(Diagnostic::error("bad-number", cell.span, message).hint("write yuan a unit: `12.50`"));
        }
        amount
    }

    /// `1` or `0`.
    pub fn yes_or_no(&mut self, cell: &Written) -> Option<bool> {
        match &*cell.text {
            "1" => Some(true),
            "0" => Some(false),
            other => {
                let message = format!("`{other}` is neither 1 nor 0");
                self.found.push(Diagnostic::error("bad-number", cell.span, message));
                None
            }
        }
    }

    /// The days `valid_from` and `valid_to`, in their order.
    pub fn validity(&mut self, row: &Row) -> (Option<Date>, Option<Date>) {
        let [from, to] = ["valid_from", "valid_to"].map(|name| {
            let cell = row.cell(name)?;
            let day = moment::read_date(&half_width(&cell.text));
            if day.is_none() {
                let message = format!("`{}` is no day", cell.text);
                self.found.push(Diagnostic::error("bad-date", cell.span, message).hint("write `2026-11-23`"));
            }
            Some((day?, cell.span))
        });
        if let (Some((from, _)), Some((to, span))) = (from, to)
            && to < from
        {
            let message = format!("it ends on {to}, before it begins on {from}");
            self.found.push(Diagnostic::error("turned-dates", span, message).hint("exchange the two days"));
        }
        (from.map(|(day, _)| day), to.map(|(day, _)| day))
    }

    /// One of a few words.
    pub fn one_of(&mut self, cell: &Written, words: &[&str]) {
        if !words.contains(&&*cell.text) {
            let message = format!("`{}` is none of `{}`", cell.text, words.join("`, `"));
            let diagnostic = Diagnostic::error("unknown-choice", cell.span, message);
            self.found.push(diagnostic.did_you_mean(&cell.text, words.iter().copied()));
        }
    }

    /// Kinds of providers.
    pub fn kinds(&mut self, words: &[Written]) -> Vec<ProviderKind> {
        words.iter().filter_map(|word| self.kind(word)).collect()
    }

    /// One of the six kinds.
    pub fn kind(&mut self, word: &Written) -> Option<ProviderKind> {
        let kind = ProviderKind::named(&word.text);
        if kind.is_none() {
            let names = ProviderKind::ALL.map(ProviderKind::name);
            let message = format!("there is no kind of provider `{}`", word.text);
            let diagnostic =
                Diagnostic::error("unknown-kind", word.span, message).did_you_mean(&word.text, names);
            self.found.push(diagnostic.hint(format!("the six are `{}`", names.join("`, `"))));
        }
        kind
    }

    /// Names of a list. Without the list any name will do.
    pub fn named(&mut self, words: &[Written], list: &NameList) -> Vec<Arc<str>> {
        for word in words {
            let Some(names) = &list.names else { continue };
            if list.place(&word.text).is_none() {
                let message = format!("{} has no `{}`", list.file, word.text);
                let known = names.iter().map(|(name, _)| &**name);
                let diagnostic = Diagnostic::error("unknown-choice", word.span, message);
                self.found.push(diagnostic.did_you_mean(&word.text, known));
            }
        }
        words.iter().map(|word| word.text.to_arc()).collect()
    }
}
