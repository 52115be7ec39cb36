//! A barcode or QR code (`barcode`): out of a photo, or typed.

use doorstep_engine::value::DataType;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::prelude::*;

use super::{Asked, Control, Frame, text};
use crate::components::live::live;
use crate::platform::barcode::{self, NoCode};
use crate::platform::{picked, timer};
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control = Control { name: "barcode", takes: is_barcode, frame: Frame::Field, show };

fn is_barcode(question: &QuestionView) -> bool {
    question.is_code && question.control == Kind::Input && question.data_type == DataType::Text
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Reading,
    Failed(NoCode),
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    barcode::prepare();
    let state = RwSignal::new(State::Idle);
    let field = asked.part("photo");
    let take = {
        let field = field.clone();
        move |_| {
            let Some(picked) = picked::take(&field) else { return };
            state.set(State::Reading);
            timer::spawn(async move {
                let found = barcode::read(&picked).await;
                // The page may be gone by now.
                if state.is_disposed() {
                    return;
                }
                match found {
                    Ok(code) => {
                        asked.give_text(&code);
                        state.set(State::Idle);
                    }
                    Err(why) => state.set(State::Failed(why)),
                }
            });
        }
    };
    let said = move || {
        let words = &reader.language().words().controls;
        match state.get() {
            State::Idle => "",
            State::Reading => words.code_reading,
            State::Failed(NoCode::None) => words.code_none,
            State::Failed(NoCode::Missing) => words.code_missing,
            State::Failed(NoCode::Unable) => words.code_unable,
        }
    };
    // Without a reader of codes no button promises one.
    let scan = barcode::can_read().then(|| {
        let asked_for = field.clone();
        view! {
            <input type="file" class="unseen" id=field tabindex="-1" aria-hidden="true" accept="image/*" capture="environment" on:change=take />
            <button type="button" class="button" data-action="scan" on:click=move |_| picked::ask(&asked_for)>{say(|w| w.controls.code_scan)}</button>
        }
    });
    let unable =
        (!barcode::can_read()).then(|| view! { <p class="hint">{say(|w| w.controls.code_unable)}</p> });
    view! {
        {text::show(asked)}
        <div>
            {scan}
            {unable}
            <p class="hint" role="status">{live(said)}</p>
        </div>
    }
    .into_any()
}
