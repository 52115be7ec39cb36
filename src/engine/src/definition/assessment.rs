//! The assessment's rows: measures, and under each its items, parts, bands and rules.
//!
//! In form JSON they are nested; in a workbook they are the sheets `assessment`, `items`, `parts`, `bands` and `rules`, whose
//! rows name their measure. What a measure may say is listed here once ([`MEASURE`] and the rest), for both.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jsonc_parser::ast::Value;

use super::columns::Sheet;
use super::question_types::QuestionType;
use super::rows::{Group, Item, ItemKind, Questionnaire, Row, Syntax};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Written};

/// What a measure says.
pub(crate) const MEASURE: &[&str] = &[
    "type", "name", "label", "note", "relevant", "of", "second", "value", "reason", "combine", "missing",
    "at_least", "max", "min", "decimals", "hit", "stack", "test", "internal", "handled", "recheck",
];
/// What an item of a scale says.
pub(crate) const ITEM: &[&str] =
    &["value", "label", "points", "score", "over", "weight", "reverse", "relevant", "cap"];
/// What a part of an index or ranking says.
pub(crate) const PART: &[&str] = &["of", "weight"];
/// What a band says.
pub(crate) const BAND: &[&str] = &["code", "range", "when", "label"];
/// What a rule says beside its inputs.
pub(crate) const RULE: &[&str] = &["when", "outcome", "priority", "by", "to", "label"];

/// How many rows an assessment may have.
const MAX_ROWS: usize = 20_000;
/// How many measures.
pub(crate) const MAX_MEASURES: usize = 2_000;
/// The group that holds measures which the survey doesn't place.
pub(crate) const GROUP: &str = "assessment";

/// A measure with what belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct MeasureRows {
    pub row: Row,
    pub name: Written,
    pub lines: Vec<(Lines, Row)>,
}

/// The four kinds of rows under a measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lines {
    Items,
    Parts,
    Bands,
    Rules,
}

impl Lines {
    pub const ALL: [Lines; 4] = [Lines::Items, Lines::Parts, Lines::Bands, Lines::Rules];

    /// Its key in form JSON and its sheet.
    pub fn key(self) -> &'static str {
        match self {
            Lines::Items => "items",
            Lines::Parts => "parts",
            Lines::Bands => "bands",
            Lines::Rules => "rules",
        }
    }

    /// The element of one row.
    pub fn element(self) -> &'static str {
        match self {
            Lines::Items => "item",
            Lines::Parts => "part",
            Lines::Bands => "band",
            Lines::Rules => "rule",
        }
    }

    /// What a row may say.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Lines::Items => ITEM,
            Lines::Parts => PART,
            Lines::Bands => BAND,
            Lines::Rules => RULE,
        }
    }
}

/// A measure from its row; none without a name.
pub(crate) fn measure(row: Row, found: &mut Diagnostics) -> Option<MeasureRows> {
    let Some(name) = row.plain("name").cloned() else {
        found.push(
            Diagnostic::error("missing-name", row.place, "this measure has no name")
                .hint("give it one: its result is a node of the form, `${total}`"),
        );
        return None;
    };
    crate::check::names::check(&name, found);
    Some(MeasureRows { row, name, lines: Vec::new() })
}

/// Is the whole of it too large? Says so once.
pub(crate) fn is_too_large(measures: &[MeasureRows], place: Span, found: &mut Diagnostics) -> bool {
    let rows: usize = measures.iter().map(|measure| 1 + measure.lines.len()).sum();
    let large = rows > MAX_ROWS || measures.len() > MAX_MEASURES;
    if large {
        let message = format!("an assessment has at most {MAX_MEASURES} measures and {MAX_ROWS} rows");
        found.push(Diagnostic::error("too-large", place, message));
    }
    large
}

/// The sheets of a workbook, as measures with their rows.
pub(crate) fn of_sheets(
    mut table: impl FnMut(&str, Sheet, &mut Diagnostics) -> Vec<Row>,
    found: &mut Diagnostics,
) -> Vec<MeasureRows> {
    let rows = table(GROUP, Sheet::Assessment, found);
    let Some(place) = rows.first().map(|row| row.place) else { return Vec::new() };
    let mut measures: Vec<MeasureRows> = rows.into_iter().filter_map(|row| measure(row, found)).collect();
    for kind in Lines::ALL {
        for row in table(kind.key(), Sheet::Assessment, found) {
            let Some(owner) = row.plain("measure").cloned() else {
                found.push(
                    Diagnostic::error("missing-name", row.place, "this row names no measure")
                        .hint("write in the column `measure` which one it belongs to"),
                );
                continue;
            };
            match measures.iter_mut().find(|measure| measure.name.text == owner.text) {
                Some(measure) => measure.lines.push((kind, row)),
                None => {
                    let known = measures.iter().map(|measure| &*measure.name.text);
                    found.push(
                        Diagnostic::error(
                            "unknown-measure",
                            owner.span,
                            format!("there is no measure `{}`", owner.text),
                        )
                        .did_you_mean(&owner.text, known),
                    );
                }
            }
        }
    }
    if is_too_large(&measures, place, found) {
        measures.clear();
    }
    measures
}

/// Puts measures that the survey doesn't place at its end, in a group that nobody sees.
pub(crate) fn place(form: &mut Questionnaire) {
    let Some(hidden) = QuestionType::named("hidden") else { return };
    if form.syntax == Syntax::Sheets {
        let measures: HashSet<&str> = form.assessment.iter().map(|measure| &*measure.name.text).collect();
        form.items.retain(|item| !stands_for(item, hidden, &measures));
    }
    let mut placed = HashSet::new();
    let conditions: HashMap<Arc<str>, &Written> = form
        .assessment
        .iter()
        .filter_map(|measure| Some((measure.name.text.to_arc(), measure.row.plain("relevant")?)))
        .collect();
    note_placed(&mut form.items, &conditions, &mut placed);
    let mut children = Vec::new();
    for measure in &form.assessment {
        if placed.contains(&measure.name.text.to_arc()) {
            continue;
        }
        let mut row = Row { place: measure.row.place, number: measure.row.number, cells: Vec::new() };
        row.set(Group::Plain, "type", Written::plain("hidden", measure.row.place));
        row.set(Group::Plain, "name", measure.name.clone());
        if let Some(relevant) = measure.row.plain("relevant") {
            row.set(Group::Bind, "relevant", relevant.clone());
        }
        children.push(Item {
            row,
            kind: ItemKind::Question(hidden),
            name: measure.name.clone(),
            children: Vec::new(),
        });
    }
    let Some(place) = children.first().map(|child| child.row.place) else { return };
    let group =
        form.items.iter_mut().find(|item| matches!(item.kind, ItemKind::Group) && *item.name.text == *GROUP);
    match group {
        Some(group) => group.children.extend(children),
        None => {
            let name = Written::plain(GROUP, place);
            let mut row = Row { place, number: 0, cells: Vec::new() };
            row.set(Group::Plain, "type", Written::plain("group", place));
            row.set(Group::Plain, "name", name.clone());
            form.items.push(Item { row, kind: ItemKind::Group, name, children });
        }
    }
}

/// Is it a row that only names a measure, for tools that know the survey alone? It places none.
fn stands_for(item: &Item, hidden: &'static QuestionType, measures: &HashSet<&str>) -> bool {
    matches!(item.kind, ItemKind::Question(kind) if std::ptr::eq(kind, hidden))
        && measures.contains(&*item.name.text)
        && item.row.cells.len() == 2
}

/// Which names the survey has; a measure that it places is relevant as the measure says, unless its row says so itself.
fn note_placed(items: &mut [Item], conditions: &HashMap<Arc<str>, &Written>, placed: &mut HashSet<Arc<str>>) {
    for item in items {
        let name = item.name.text.to_arc();
        if let (Some(relevant), None) = (conditions.get(&name), item.row.bind("relevant")) {
            item.row.set(Group::Bind, "relevant", (*relevant).clone());
        }
        placed.insert(name);
        note_placed(&mut item.children, conditions, placed);
    }
}

/// The arrays under a measure, by their key.
pub(crate) fn lines_named(key: &str) -> Option<Lines> {
    Lines::ALL.into_iter().find(|kind| kind.key() == key)
}

/// Is it a list in form JSON?
pub(crate) fn elements<'a, 'v>(value: &'a Value<'v>, key: &str, found: &mut Diagnostics) -> &'a [Value<'v>] {
    match value {
        Value::Array(array) => &array.elements,
        other => {
            found.push(super::json::wrong_kind(other, key, "a list"));
            &[]
        }
    }
}
