//! What the kiosk prints: on the page all the time, on the screen never.

use doorstep_engine::moment;
use leptos::prelude::*;

use super::word;
use crate::components::live::live;
use crate::state::keeping::now;
use crate::words::kiosk::KioskWords;

/// A sheet: a heading, lines of what and which, and a place to sign.
#[component]
pub fn Paper(
    heading: fn(&'static KioskWords) -> &'static str,
    explained: fn(&'static KioskWords) -> &'static str,
    lines: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
    signed: bool,
) -> impl IntoView {
    let rows = move || {
        let row = |(what, which): (String, String)| {
            view! { <div class="fact"><dt>{what}</dt><dd translate="no">{which}</dd></div> }
        };
        lines().into_iter().map(row).collect::<Vec<_>>()
    };
    view! {
        <section class="kiosk-paper" aria-hidden="true" data-paper>
            <h1>{word(heading)}</h1>
            <dl>{live(rows)}</dl>
            <p>{word(explained)}</p>
            {signed.then(|| view! { <p class="sign">{word(|w| w.signed)}</p> })}
        </section>
    }
}

/// The day, as the device has it: `2026-11-28`.
pub fn today() -> String {
    let now = now();
    moment::civil(now.ms, now.utc_offset_minutes).date().to_string()
}
