//! A bind's type and preload, as data types of the engine (ODK XForms, *Data Types* and *Preload Attributes*).

use crate::value::DataType;
use crate::view::Control;

/// What the device fills in by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preload {
    /// When the form was opened first.
    Start,
    /// When it was finished.
    End,
    /// The day it was opened first.
    Today,
    /// Something that the device or its user is known by.
    Property(Property),
    /// A fresh `uuid:…` for this submission.
    Uid,
}

/// What a device or its user is known by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    /// Which device.
    DeviceId,
    /// Who is logged in.
    Username,
    /// That person's address.
    Email,
    /// The device's number.
    PhoneNumber,
    /// The SIM card's serial; browsers know none.
    SimSerial,
    /// The subscriber's id; browsers know none.
    SubscriberId,
}

impl Preload {
    /// The preload of `jr:preload` and `jr:preloadParams`; `None` for what is not known.
    pub(crate) fn read(preload: &str, parameters: &str) -> Option<Preload> {
        let parameters = parameters.trim();
        Some(match (preload.trim(), parameters) {
            ("uid", _) => Preload::Uid,
            ("timestamp", "start") => Preload::Start,
            ("timestamp", "end") => Preload::End,
            ("date", "today") => Preload::Today,
            ("property", "deviceid") => Preload::Property(Property::DeviceId),
            ("property", "username") => Preload::Property(Property::Username),
            ("property", "email") => Preload::Property(Property::Email),
            ("property", "phonenumber" | "phone number") => Preload::Property(Property::PhoneNumber),
            ("property", "simserial") => Preload::Property(Property::SimSerial),
            ("property", "subscriberid") => Preload::Property(Property::SubscriberId),
            _ => return None,
        })
    }
}

/// The data type of a bind's `type`, without a control. An unknown one is text, and so is `boolean`: an instance keeps it as written.
pub(super) fn of_bind(name: &str) -> DataType {
    match name {
        "int" | "integer" | "long" => DataType::Integer,
        "decimal" => DataType::Decimal,
        "date" => DataType::Date,
        "time" => DataType::Time,
        "dateTime" => DataType::DateTime,
        "geopoint" => DataType::Geopoint,
        "geotrace" => DataType::Geotrace,
        "geoshape" => DataType::Geoshape,
        "binary" => DataType::Attachment,
        _ => DataType::Text,
    }
}

/// What a node with this control holds.
pub(super) fn of_control(control: Control, bind: DataType) -> DataType {
    match control {
        Control::SelectOne => DataType::Choice,
        Control::SelectMultiple | Control::Rank => DataType::Choices,
        Control::Upload => DataType::Attachment,
        Control::Acknowledge | Control::Note => DataType::Text,
        Control::Input | Control::Range | Control::Geopoint => bind,
    }
}

/// The name of a bind's type as ODK XForms lists it; another type is a `string`.
pub(super) fn known_name(written: &str) -> &str {
    match name_of(written) {
        "integer" | "long" => "int",
        known @ ("string" | "int" | "boolean" | "decimal" | "date" | "time" | "dateTime" | "geopoint"
        | "geotrace" | "geoshape" | "binary" | "barcode" | "intent") => known,
        _ => "string",
    }
}

/// The name of a bind's type without its prefix: `xsd:string` is `string`.
pub(super) fn name_of(written: &str) -> &str {
    let written = written.trim();
    let local = written.rsplit(':').next().unwrap_or(written);
    if local.is_empty() { "string" } else { local }
}
