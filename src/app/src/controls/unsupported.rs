//! Questions that this build cannot take answers to: said plainly, never a control that pretends.

use crate::components::live::live;
use doorstep_engine::value::DataType;
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::state::reader::use_reader;

/// See the module.
pub const CONTROL: Control = Control { name: "unsupported", takes: is_shape, frame: Frame::Bare, show };

fn is_shape(question: &QuestionView) -> bool {
    matches!(question.data_type, DataType::Geotrace | DataType::Geoshape)
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    view! {
        <p class="question-label">{live(move || asked.view.with(|view| view.label.clone()))}</p>
        <p class="hint" id=asked.id() tabindex="-1">
            {live(move || reader.language().words().no_shapes)}
        </p>
    }
    .into_any()
}
