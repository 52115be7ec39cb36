//! One tap locks, where there is a PIN to unlock with, or someone else who could come.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::shown_when;
use crate::state::gate::{Gate, Standing};
use crate::state::reader::say;

/// The button; nothing where there is nothing to lock.
#[component]
pub fn LockButton() -> impl IntoView {
    // The pages that say why nothing can be opened have no gate behind them.
    let gate = use_context::<Gate>();
    gate.map(|gate| {
        shown_when(
            move || gate.standing.get() == Standing::Open && gate.can_leave(),
            move || {
                view! {
                    <button
                        type="button"
                        class="button plain icon-only"
                        data-action="lock"
                        aria-label=say(|w| w.safety.lock)
                        on:click=move |_| gate.lock()
                    >
                        <Icon shape=Shape::Lock />
                    </button>
                }
                .into_any()
            },
        )
    })
}
