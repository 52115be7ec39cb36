//! What rules may ask about a household: named facts, each with its kind, its words and the answers that it comes from.
//!
//! Invariant: not known is never false. A fact that nobody gave is reported as missing; one that does not apply is blank.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answers::{self, Derivation};
use super::table::{self, Known};
use super::texts::Texts;
use crate::assess::Exact;
use crate::definition::references::is_name;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::operand::Operand;
use crate::expr::program::Program;
use crate::source::{Bundle, Span};

/// A fact of a catalogue, by its place in `facts.csv`, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FactId(pub u16);

/// What a fact's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// `yes_no`: holds or does not.
    YesNo,
    /// `number`, exact.
    Number,
    /// `choice`: one name of its values.
    Choice,
    /// `choices`: any names of its values, spaces between.
    Choices,
}

const KINDS: [(&str, FactKind); 4] = [
    ("yes_no", FactKind::YesNo),
    ("number", FactKind::Number),
    ("choice", FactKind::Choice),
    ("choices", FactKind::Choices),
];

/// A fact that rules may ask for.
#[derive(Clone, Debug)]
pub struct Fact {
    /// As rules write it.
    pub name: Arc<str>,
    /// What its value is.
    pub kind: FactKind,
    /// What readers call it.
    pub label: Texts,
    /// Which form or document says it, where a survey does not; empty if any may.
    pub source: Texts,
    /// The form that says it then, by its id; none if that is no form, or not known.
    pub form: Option<Arc<str>>,
    /// What it is counted in; empty if in nothing.
    pub unit: Texts,
    /// The least that a number can be; none: not said.
    pub least: Option<Exact>,
    /// The most.
    pub most: Option<Exact>,
    /// It is a red flag: urgent, whatever the scores say. Only a yes-or-no fact is.
    pub flag: bool,
    /// The questions whose answers are its evidence, by their names in the survey.
    pub answers: Vec<Arc<str>>,
    /// The values of a choice, with what readers call them.
    pub values: Vec<(Arc<str>, Texts)>,
    /// How it follows from the survey's answers; none: from a measure of its name, or given by whoever knows.
    pub(super) from: Option<Derivation>,
    /// When it concerns a household at all; none: always.
    pub(super) applies: Option<Derivation>,
}

/// A fact's value.
#[derive(Clone, PartialEq, Debug)]
pub enum FactValue {
    /// It holds, or does not.
    Boolean(bool),
    /// A number, exact.
    Number(Exact),
    /// The name of a choice, or names with spaces between. Of another kind of fact: its value as text, as instances carry it.
    Text(Arc<str>),
    /// It does not concern this household: blank to every rule, and not missing.
    NotApplicable,
}

/// What is known of a household. What is not in it is not known.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    values: BTreeMap<Arc<str>, FactValue>,
}

impl Facts {
    /// Notes a fact. Names that the catalogue does not have are kept, and read by nothing.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: FactValue) {
        self.values.insert(name.into(), value);
    }

    /// Takes over all that another form, or a later visit, knows.
    pub fn learn(&mut self, others: Facts) {
        self.values.extend(others.values);
    }

    /// The same, but those of these names as others know them, or don't.
    pub(crate) fn with(&self, others: &Facts, names: &[Arc<str>]) -> Facts {
        let mut facts = self.clone();
        for name in names {
            match others.values.get(name) {
                Some(value) => facts.values.insert(name.clone(), value.clone()),
                None => facts.values.remove(name),
            };
        }
        facts
    }

    /// A fact's value, as it was given; none if it is not known.
    pub fn get(&self, name: &str) -> Option<&FactValue> {
        self.values.get(name)
    }
}

/// All facts of a catalogue.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    facts: Vec<Fact>,
    by_name: BTreeMap<Arc<str>, FactId>,
}

impl Vocabulary {
    /// All facts, in the file's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FactId, &Fact)> {
        self.facts.iter().enumerate().map(|(index, fact)| (FactId(index as u16), fact))
    }

    /// The fact of that name.
    pub fn find(&self, name: &str) -> Option<FactId> {
        self.by_name.get(name).copied()
    }

    /// A fact.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[usize::from(id.0)]
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().map(|fact| &*fact.name)
    }
}

const COLUMNS: &[Known] = &[
    Known::needed("name"),
    Known::needed("kind"),
    Known::optional("label").translated(),
    Known::optional("unit").translated(),
    Known::optional("least"),
    Known::optional("most"),
    Known::optional("source").translated(),
    Known::optional("form"),
    Known::optional("flag"),
    Known::optional("answers"),
    Known::optional("from"),
    Known::optional("applies"),
];

const VALUE_COLUMNS: &[Known] =
    &[Known::needed("fact"), Known::needed("name"), Known::optional("label").translated()];

/// Reads `facts.csv` and, if there is one, `fact-values.csv`.
pub(super) fn read(
    bundle: &Bundle,
    facts: u16,
    values: Option<u16>,
    program: &mut Program,
    found: &mut Diagnostics,
) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    let mut places: Vec<Span> = Vec::new();
    for row in table::read(bundle, facts, COLUMNS, found) {
        let (Some(name), Some(kind)) = (row.cell("name"), row.cell("kind")) else {
            found.push(Diagnostic::error("missing-cell", row.place, "a fact has a name and a kind"));
            continue;
        };
        let Some((_, kind_of)) = KINDS.iter().find(|(word, _)| *word == &*kind.text) else {
            let message = format!("there is no kind of fact `{}`", kind.text);
            let diagnostic = Diagnostic::error("unknown-kind", kind.span, message);
            let known = KINDS.map(|(word, _)| word);
            found.push(
                diagnostic
                    .did_you_mean(&kind.text, known)
                    .hint(format!("it is one of `{}`", known.join("`, `"))),
            );
            continue;
        };
        if !is_name(&name.text) {
            let message = format!("`{}` is no name that a rule could write", name.text);
            found.push(
                Diagnostic::error("bad-name", name.span, message).hint("use letters, digits, `_` and `-`"),
            );
            continue;
        }
        let id = FactId(vocabulary.facts.len() as u16);
        if let Some(first) = vocabulary.find(&name.text) {
            let message = format!("there is a fact `{}` already", name.text);
            let first = places[usize::from(first.0)];
            found.push(Diagnostic::error("duplicate-code", name.span, message).label(first, "here"));
            continue;
        }
        if id.0 == u16::MAX {
            found.push(Diagnostic::error("too-large", row.place, "there are too many facts"));
            break;
        }
        let flag = row.cell("flag").filter(|cell| &*cell.text == "1");
        if let (Some(cell), true) = (flag, *kind_of != FactKind::YesNo) {
            let message = "a red flag holds or does not";
            found.push(Diagnostic::error("wrong-type", cell.span, message).hint("make its kind `yes_no`"));
        }
        places.push(name.span);
        vocabulary.by_name.insert(name.text.to_arc(), id);
        vocabulary.facts.push(Fact {
            name: name.text.to_arc(),
            kind: *kind_of,
            label: Texts::of_row(&row, "label"),
            unit: Texts::of_row(&row, "unit"),
            least: end(&row, "least", found),
            most: end(&row, "most", found),
            source: Texts::of_row(&row, "source"),
            form: row.cell("form").map(|cell| cell.text.to_arc()),
            flag: flag.is_some(),
            answers: row.names("answers").iter().map(|answer| answer.text.to_arc()).collect(),
            values: Vec::new(),
            from: row.cell("from").and_then(|written| answers::compile(written, program, found)),
            applies: row.cell("applies").and_then(|written| answers::compile(written, program, found)),
        });
    }
    if let Some(source) = values {
        read_values(bundle, source, &mut vocabulary, found);
    }
    vocabulary
}

fn read_values(bundle: &Bundle, source: u16, vocabulary: &mut Vocabulary, found: &mut Diagnostics) {
    for row in table::read(bundle, source, VALUE_COLUMNS, found) {
        let (Some(fact), Some(name)) = (row.cell("fact"), row.cell("name")) else {
            found.push(Diagnostic::error("missing-cell", row.place, "a value has a fact and a name"));
            continue;
        };
        let Some(id) = vocabulary.find(&fact.text) else {
            let message = format!("there is no fact `{}`", fact.text);
            let diagnostic = Diagnostic::error("unknown-fact", fact.span, message);
            found.push(diagnostic.did_you_mean(&fact.text, vocabulary.names()));
            continue;
        };
        let values = &mut vocabulary.facts[usize::from(id.0)].values;
        if values.iter().any(|(other, _)| **other == *name.text) {
            let message = format!("`{}` has a value `{}` already", fact.text, name.text);
            found.push(Diagnostic::error("duplicate-code", name.span, message));
            continue;
        }
        values.push((name.text.to_arc(), Texts::of_row(&row, "label")));
    }
}

/// The least or the most that a fact can be.
fn end(row: &table::Row, column: &str, found: &mut Diagnostics) -> Option<Exact> {
    let cell = row.cell(column)?;
    let number = cell.text.parse().ok();
    if number.is_none() {
        let message = format!("`{}` is no number", cell.text);
        found.push(
            Diagnostic::error("bad-number", cell.span, message).hint("write `0`, `120`, `0.5` or `1/3`"),
        );
    }
    number
}

/// A household's facts by the ids of a vocabulary.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// None where a fact is not known.
    pub values: Vec<Option<FactValue>>,
    /// As expressions see them.
    pub operands: Vec<Operand>,
}

impl Resolved {
    pub fn of(facts: &Facts, vocabulary: &Vocabulary) -> Resolved {
        let value = |fact: &Fact| facts.get(&fact.name).and_then(|value| value_of(fact.kind, value));
        let values: Vec<Option<FactValue>> = vocabulary.facts.iter().map(value).collect();
        let operands = values.iter().map(|value| operand(value.as_ref())).collect();
        Resolved { values, operands }
    }

    /// Nothing is known yet.
    pub fn nothing(vocabulary: &Vocabulary) -> Resolved {
        Resolved::of(&Facts::default(), vocabulary)
    }

    /// Notes what a fact is.
    pub fn set(&mut self, id: FactId, value: FactValue) {
        self.operands[usize::from(id.0)] = operand(Some(&value));
        self.values[usize::from(id.0)] = Some(value);
    }

    pub fn value(&self, id: FactId) -> Option<&FactValue> {
        self.values[usize::from(id.0)].as_ref()
    }
}

/// A value as one of its kind. What can't be one is not known.
fn value_of(kind: FactKind, value: &FactValue) -> Option<FactValue> {
    match (kind, value) {
        (_, FactValue::NotApplicable) => Some(FactValue::NotApplicable),
        (FactKind::YesNo, FactValue::Boolean(_)) | (FactKind::Number, FactValue::Number(_)) => {
            Some(value.clone())
        }
        (FactKind::YesNo, FactValue::Number(number)) => Some(FactValue::Boolean(!number.is_zero())),
        (FactKind::YesNo, FactValue::Text(text)) => match text.trim() {
            "true" | "1" | "yes" => Some(FactValue::Boolean(true)),
            "false" | "0" | "no" => Some(FactValue::Boolean(false)),
            _ => None,
        },
        (FactKind::Number, FactValue::Text(text)) => text.parse().ok().map(FactValue::Number),
        (FactKind::Number, FactValue::Boolean(_)) => None,
        (FactKind::Choice | FactKind::Choices, FactValue::Text(text)) => {
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| FactValue::Text(trimmed.into()))
        }
        (FactKind::Choice | FactKind::Choices, FactValue::Number(number)) => {
            Some(FactValue::Text(number.to_string().into()))
        }
        (FactKind::Choice | FactKind::Choices, FactValue::Boolean(_)) => None,
    }
}

fn operand(value: Option<&FactValue>) -> Operand {
    match value {
        Some(FactValue::Boolean(value)) => Operand::Boolean(*value),
        Some(FactValue::Number(number)) => Operand::Number(number.nearest()),
        Some(FactValue::Text(text)) => Operand::Text(text.clone()),
        Some(FactValue::NotApplicable) | None => Operand::text(""),
    }
}
