//! Questions that this build cannot take answers to: said plainly, never a control that pretends.

use crate::components::live::live;
use doorstep_engine::value::DataType;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::state::reader::use_reader;

/// See the module.
pub const CONTROL: Control = Control {
    name: "unsupported",
    takes: |question| is_file(question) || is_shape(question),
    frame: Frame::Bare,
    show,
};

fn is_file(question: &QuestionView) -> bool {
    question.control == Kind::Upload
}

fn is_shape(question: &QuestionView) -> bool {
    matches!(question.data_type, DataType::Geotrace | DataType::Geoshape)
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let file = asked.view.with_untracked(is_file);
    view! {
        <p class="question-label">{live(move || asked.view.with(|view| view.label.clone()))}</p>
        <p class="hint" id=asked.id() tabindex="-1">
            {live(move || {
                let words = reader.language().words();
                if file { words.no_upload } else { words.no_shapes }
            })}
        </p>
    }
    .into_any()
}
