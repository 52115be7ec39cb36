//! A day, with the device's own date picker.

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame, picker};

/// See the module.
pub const CONTROL: Control = Control {
    name: "date",
    takes: |question| question.data_type == DataType::Date,
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    picker::field(asked, Typed::new(asked), "date", Some("9999-12-31"))
}
