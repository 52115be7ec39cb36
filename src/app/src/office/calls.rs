//! Who waits at a kiosk of the station: over every page, until somebody says that they go.
//!
//! Asked for every few seconds while the page is looked at. It keeps nobody signed in (the server does not count it), and it stops with the session.

use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::desk::{Desk, Standing};
use super::tell;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::platform::{network, timer};
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::office::words;
use crate::words::when::when;

const LOOK_MS: u32 = 5_000;
/// Who hears of calls, as the server has it (`rights.rs`).
const HEARS: &str = "station";

#[derive(Clone, PartialEq, Deserialize)]
struct Told {
    calls: Vec<Call>,
}

#[derive(Clone, PartialEq, Deserialize)]
struct Call {
    id: String,
    kiosk: String,
    at: i64,
}

/// The notice; nothing while nobody waits.
#[component]
pub fn Calls(desk: Desk) -> impl IntoView {
    let calls = RwSignal::new(Vec::<Call>::new());
    let look = move || {
        let hears = desk.user.with_untracked(|user| user.role == HEARS);
        if !hears || desk.standing.get_untracked() != Standing::In || !network::is_visible() {
            return;
        }
        timer::spawn(async move {
            // What can't be asked now is asked again soon.
            if let Ok(told) = desk.ask::<Told>("GET", "/api/v1/calls", None).await
                && calls.try_with_untracked(|known| *known != told.calls) == Some(true)
            {
                calls.try_set(told.calls);
            }
        });
    };
    look();
    let looking = StoredValue::new_local(timer::every(LOOK_MS, look));
    on_cleanup(move || looking.dispose());
    live(move || {
        let waiting = calls.get();
        (!waiting.is_empty()).then(|| {
            let rows = waiting.into_iter().map(|call| row(desk, calls, call)).collect_view();
            view! {
                <section class="notice danger calls" role="alert" data-calls="true">
                    <h2 class="card-row">
                        <Icon shape=Shape::Alert />
                        {tell(|w| w.resident.called)}
                    </h2>
                    <ul>{rows}</ul>
                </section>
            }
        })
    })
}

fn row(desk: Desk, calls: RwSignal<Vec<Call>>, call: Call) -> AnyView {
    let reader = use_reader();
    let Call { id, kiosk, at } = call;
    let said = live(move || {
        let language = reader.language();
        (words(language).resident.called_at)(&kiosk, &when(at, now(), language.words()))
    });
    let go = move |_| {
        let id = id.clone();
        timer::spawn(async move {
            let path = format!("/api/v1/calls/{id}/seen");
            let answer = desk.ask::<serde_json::Value>("POST", &path, Some(&json!({}))).await;
            // Whoever was faster has gone already.
            if answer.is_ok() || answer.is_err_and(|refusal| refusal.code == "unknown") {
                calls.try_update(|calls| calls.retain(|call| call.id != id));
            }
        });
    };
    view! {
        <li class="card-row">
            <span class="grow">{said}</span>
            <button type="button" class="button" data-action="call-seen" on:click=go>{tell(|w| w.resident.i_go)}</button>
        </li>
    }
    .into_any()
}
