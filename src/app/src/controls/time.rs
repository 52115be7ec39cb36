//! A time of day, with the device's own picker. The answer carries the zone, the field does not.

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame, picker};

/// See the module.
pub const CONTROL: Control = Control {
    name: "time",
    takes: |question| question.data_type == DataType::Time,
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let typed = Typed::through(asked, |value| picker::to_minutes(value, "09:30"), picker::with_zone);
    picker::field(asked, typed, "time", None)
}
