//! XLSForm's question types: the closed list that a row's `type` names.

use crate::value::DataType;
use crate::view::Control;

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowType {
    /// Questions under one heading.
    Group,
    /// Questions asked as often as needed.
    Repeat,
    /// A question or a note: what it holds and what it is answered with.
    Question(DataType, Control),
    /// A value that is never shown: `calculate`, `hidden`.
    Hidden,
    /// A value that the device knows.
    Preload(Preload),
}

/// What the device fills in by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preload {
    /// When the form was opened first.
    Start,
    /// When it was finished.
    End,
    /// The day it was opened first.
    Today,
    /// Which device.
    DeviceId,
    /// Who is logged in.
    Username,
}

impl Preload {
    /// What it holds.
    pub fn data_type(self) -> DataType {
        match self {
            Preload::Start | Preload::End => DataType::DateTime,
            Preload::Today => DataType::Date,
            Preload::DeviceId | Preload::Username => DataType::Text,
        }
    }
}

/// Every type with its words; aliases as XLSForm has them.
pub(crate) const TYPES: &[(&str, RowType)] = &[
    ("text", RowType::Question(DataType::Text, Control::Input)),
    ("string", RowType::Question(DataType::Text, Control::Input)),
    ("integer", RowType::Question(DataType::Integer, Control::Input)),
    ("int", RowType::Question(DataType::Integer, Control::Input)),
    ("decimal", RowType::Question(DataType::Decimal, Control::Input)),
    ("date", RowType::Question(DataType::Date, Control::Input)),
    ("time", RowType::Question(DataType::Time, Control::Input)),
    ("datetime", RowType::Question(DataType::DateTime, Control::Input)),
    ("dateTime", RowType::Question(DataType::DateTime, Control::Input)),
    ("barcode", RowType::Question(DataType::Text, Control::Input)),
    ("note", RowType::Question(DataType::Text, Control::Note)),
    ("acknowledge", RowType::Question(DataType::Text, Control::Acknowledge)),
    ("geopoint", RowType::Question(DataType::Geopoint, Control::Geopoint)),
    ("image", RowType::Question(DataType::Attachment, Control::Upload)),
    ("photo", RowType::Question(DataType::Attachment, Control::Upload)),
    ("audio", RowType::Question(DataType::Attachment, Control::Upload)),
    ("video", RowType::Question(DataType::Attachment, Control::Upload)),
    ("file", RowType::Question(DataType::Attachment, Control::Upload)),
    ("select_one", RowType::Question(DataType::Choice, Control::SelectOne)),
    ("select_multiple", RowType::Question(DataType::Choices, Control::SelectMultiple)),
    ("group", RowType::Group),
    ("repeat", RowType::Repeat),
    ("calculate", RowType::Hidden),
    ("hidden", RowType::Hidden),
    ("start", RowType::Preload(Preload::Start)),
    ("end", RowType::Preload(Preload::End)),
    ("today", RowType::Preload(Preload::Today)),
    ("deviceid", RowType::Preload(Preload::DeviceId)),
    ("username", RowType::Preload(Preload::Username)),
];

/// XLSForm types that are known but have no control in this build yet.
pub(crate) const NOT_YET: &[&str] = &[
    "rank",
    "range",
    "geotrace",
    "geoshape",
    "select_one_from_file",
    "select_multiple_from_file",
    "background-audio",
    "start-geopoint",
    "audit",
    "phonenumber",
    "simserial",
    "subscriberid",
    "email",
    "xml-external",
    "csv-external",
];
