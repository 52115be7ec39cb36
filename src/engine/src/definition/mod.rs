//! A form as its author wrote it: *survey, choices, settings*, every part with its place.
//!
//! May be wrong; reading never fails, it collects diagnostics.

#![allow(dead_code, reason = "the form compiler takes the road through `read_xform` next")]

use std::sync::Arc;

use crate::source::Span;
pub(crate) use crate::source::Written;

mod csv_list;
mod json;
mod json_form;
mod row_type;

pub(crate) mod columns;
pub(crate) mod default_kind;
mod json_rows;
mod loops;
pub(crate) mod lower;
pub(crate) mod nest;
pub(crate) mod parameters;
pub(crate) mod question_types;
pub(crate) mod references;
pub(crate) mod row_types;
pub(crate) mod rows;
pub(crate) mod sheets;
pub(crate) mod spell_out;
pub(crate) mod table;
mod xform;

pub(crate) use row_type::{Preload, RowType};
pub(crate) use xform::read_xform;
pub(crate) use xform::read_xform as read;

/// A form as written.
#[derive(Debug, Default)]
pub(crate) struct FormDefinition {
    pub settings: Settings,
    pub lists: Vec<ListDefinition>,
    pub survey: Vec<Row>,
}

/// XLSForm's *settings*.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub form_id: Option<Written>,
    pub version: Option<Written>,
    pub title: WrittenText,
    pub default_language: Option<Written>,
    pub instance_name: Option<Written>,
    /// Where the settings stand, for what is missing in them.
    pub span: Option<Span>,
}

/// One row of the *survey*.
#[derive(Debug)]
pub(crate) struct Row {
    pub row_type: RowType,
    /// The list that a select names.
    pub list: Option<Written>,
    pub name: Option<Written>,
    /// The row's first key: for what is missing in it.
    pub span: Span,
    pub label: WrittenText,
    pub hint: WrittenText,
    pub relevant: Option<Written>,
    pub constraint: Option<Written>,
    pub constraint_message: WrittenText,
    pub required: Option<Logical>,
    pub required_message: WrittenText,
    pub read_only: Option<Logical>,
    pub calculation: Option<Written>,
    pub appearance: Option<Written>,
    pub parameters: Option<Written>,
    pub choice_filter: Option<Written>,
    pub repeat_count: Option<Written>,
    pub default: Option<Written>,
    pub trigger: Option<Written>,
    pub item_label: WrittenText,
    pub children: Vec<Row>,
}

/// How many columns a list may have beside name and label.
pub(crate) const MAX_COLUMNS: usize = 1_000;

/// A condition that may be plain true or false.
#[derive(Debug)]
pub(crate) enum Logical {
    Constant(bool),
    Expression(Written),
}

/// A choice list: from the definition or from a CSV file.
#[derive(Debug)]
pub(crate) struct ListDefinition {
    pub name: Written,
    /// Columns beside name and label, in the order of their first use.
    pub columns: Vec<Arc<str>>,
    pub choices: Vec<ChoiceDefinition>,
}

/// One choice.
#[derive(Debug)]
pub(crate) struct ChoiceDefinition {
    pub name: Written,
    pub label: WrittenText,
    /// By the index of the column.
    pub cells: Vec<Option<Arc<str>>>,
}

/// Words in one or more languages. No language named: the default one.
#[derive(Debug, Default)]
pub(crate) struct WrittenText {
    pub by_language: Vec<(Option<Arc<str>>, Written)>,
}

impl WrittenText {
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }
}
