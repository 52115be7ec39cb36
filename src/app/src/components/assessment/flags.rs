//! Red flags: those that are up first and loud; that there are none is said too.

use doorstep_engine::assess::{Explanation, Outcome};
use leptos::prelude::*;

use crate::components::icon::{Icon, Shape};
use crate::components::reasons::Reasons;
use crate::state::reader::use_reader;

/// The section.
#[component]
pub fn Flags(flags: Vec<Explanation>) -> impl IntoView {
    let words = use_reader().words_now();
    let up: Vec<Explanation> =
        flags.iter().filter(|flag| flag.outcome == Outcome::Flag(true)).cloned().collect();
    // What nobody has asked yet is not absent.
    if up.is_empty() && flags.iter().any(|flag| flag.outcome.is_blank()) {
        return view! { <p class="notice warn" data-flags="unknown">{words.flags_unknown}</p> }.into_any();
    }
    if up.is_empty() {
        return view! { <p class="notice" data-flags="0">{words.flags_none}</p> }.into_any();
    }
    let count = up.len().to_string();
    let rows = up.into_iter().map(|flag| {
        let (name, label, note) = (flag.name.clone(), flag.label.clone(), flag.note.clone());
        view! {
            <li data-flag=name>
                <strong>{label}</strong>
                {note.map(|note| view! { <p>{note}</p> })}
                <Reasons told=flag />
            </li>
        }
    });
    view! {
        <section class="notice danger" data-flags=count>
            <h2 class="card-row">
                <Icon shape=Shape::Alert />
                {words.flags}
            </h2>
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}
