//! A direction in degrees from north (`bearing`): by the device's compass, or typed.

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::{Asked, Control, Frame, looks, number};
use crate::components::live::live;
use crate::platform::{compass, timer};
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control = Control {
    name: "bearing",
    takes: |question| question.data_type == DataType::Decimal && looks(question, "bearing"),
    frame: Frame::Field,
    show,
};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Measuring,
    None,
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let state = RwSignal::new(State::Idle);
    let take = move |_| {
        if state.get_untracked() == State::Measuring {
            return;
        }
        state.set(State::Measuring);
        timer::spawn(async move {
            let measured = compass::measure().await;
            // The page may be gone by now.
            if state.is_disposed() {
                return;
            }
            match measured {
                Some(degrees) => {
                    asked.give_text(&format!("{degrees:.1}"));
                    state.set(State::Idle);
                }
                None => state.set(State::None),
            }
        });
    };
    let said = move || {
        let words = &reader.language().words().controls;
        match state.get() {
            State::Idle => "",
            State::Measuring => words.bearing_taking,
            State::None => words.bearing_none,
        }
    };
    view! {
        {number::show(asked)}
        <div>
            <button type="button" class="button" data-action="take" aria-disabled=live(move || (state.get() == State::Measuring).then_some("true")) on:click=take>
                {say(|w| w.controls.bearing_take)}
            </button>
            <p class="hint" role="status">{live(said)}</p>
        </div>
    }
    .into_any()
}
