//! One of a few choices, all in sight.

use std::sync::Arc;

use crate::components::live::shown_when;
use doorstep_engine::value::Value;
use doorstep_engine::view::Control as Kind;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::choice_list::{ChoiceRows, columns_wanted, layout};
use super::image_map::map;
use super::{Asked, Control, Frame};
use crate::platform::{page as screen, timer};
use crate::state::reader::say;

const SEEN_MS: u32 = 250;

/// See the module.
pub const CONTROL: Control = Control {
    name: "select-one",
    takes: |question| question.control == Kind::SelectOne,
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let choices = asked.choices();
    let chosen = Callback::new(move |name: Arc<str>| value.with(|value| is(value, &name)));
    let pick = Callback::new(move |(name, on): (Arc<str>, bool)| {
        if on {
            asked.give(Value::Choice(name));
        }
    });
    let quick = Quick::new(asked);
    let pick_or_leave = Callback::new(move |(name, on): (Arc<str>, bool)| {
        pick.run((name, on));
        quick.picked();
    });
    // A round can't be taken back by itself; where no answer is an answer, there is a way.
    let can_clear = move || !value.with(Value::is_blank) && !asked.view.with(|view| view.required);
    view! {
        {map(asked, chosen, pick)}
        <div
            class=layout(asked, choices)
            style=("--columns", columns_wanted(asked))
            on:pointerdown=move |_| quick.by_hand.set_value(true)
            on:keydown=move |event| quick.keyed(&event)
        >
            <ChoiceRows asked choices=Signal::derive(move || choices.get().to_vec()) many=false chosen pick=pick_or_leave />
        </div>
        {quick.is_quick.then(|| view! { <p class="hint">{say(|w| w.controls.quick)}</p> })}
        {shown_when(can_clear, move || view! {
            <div>
                <button type="button" class="button plain" on:click=move |_| asked.give(Value::Blank)>
                    {say(|w| w.clear)}
                </button>
            </div> }.into_any())}
    }
    .into_any()
}

/// Going on once one is chosen (`quick`): by touch at once, by keyboard when Enter says so, since arrows only look around there.
#[derive(Clone, Copy)]
struct Quick {
    is_quick: bool,
    by_hand: StoredValue<bool>,
}

impl Quick {
    fn new(asked: Asked) -> Quick {
        let is_quick = asked.looks("quick") || asked.looks("quickcompact");
        Quick { is_quick, by_hand: StoredValue::new(false) }
    }

    fn picked(self) {
        if self.is_quick && self.by_hand.get_value() {
            go_on();
        }
    }

    fn keyed(self, event: &KeyboardEvent) {
        self.by_hand.set_value(false);
        if self.is_quick && event.key() == "Enter" {
            event.prevent_default();
            go_on();
        }
    }
}

fn go_on() {
    timer::spawn(async {
        // Long enough to see what was chosen.
        timer::sleep(SEEN_MS).await;
        screen::go_on();
    });
}

/// Is this choice the answer?
pub fn is(value: &Value, name: &str) -> bool {
    matches!(value, Value::Choice(chosen) if &**chosen == name)
}
