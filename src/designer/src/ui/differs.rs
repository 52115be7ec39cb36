//! What differs from the version on the server that the design was begun from, in words, and what that means for what was collected before.

use doorstep_app::designing::{Language, live, use_reader};
use doorstep_app::platform::timer;
use doorstep_engine::Bundle;
use doorstep_engine::compare::{Comparison, Difference, compare};
use leptos::prelude::*;

use super::desk::use_desk;
use super::said::said;
use super::server;
use super::words::words;

/// As far as it is known.
#[derive(Clone, Debug)]
enum Known {
    Asking,
    /// It was begun from no version of the server's.
    New,
    Unreached,
    Differs(Box<Comparison>),
}

/// The list.
#[component]
pub fn Differs(
    /// What the version is to be called.
    version: RwSignal<String>,
) -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let known = RwSignal::new(Known::Asking);
    let base = StoredValue::new(None::<Bundle>);
    let look = move || {
        let compared = desk.now(|document| {
            let bundle = document.bundle();
            base.with_value(|base| base.as_ref().and_then(|base| compare(base, &bundle).ok()))
        });
        if let Some(mut comparison) = compared {
            // It is called that when it goes up, and not before.
            version.get_untracked().trim().clone_into(&mut comparison.new.version);
            known.set(Known::Differs(Box::new(comparison)));
        }
    };
    match desk.begun_from() {
        None => known.set(Known::New),
        Some(hash) => timer::spawn(async move {
            match server::bundle(&hash).await {
                Some(bundle) => {
                    base.try_update_value(|base| *base = Some(bundle));
                    if !known.is_disposed() {
                        look();
                    }
                }
                None => drop(known.try_set(Known::Unreached)),
            }
        }),
    }
    // It follows what is changed while it is open.
    Effect::new(move || {
        desk.marks.track();
        version.track();
        untrack(look);
    });
    live(move || {
        let words = words(reader.language());
        let tag = if reader.language() == Language::Chinese { "zh" } else { "en" };
        match known.get() {
            Known::Asking => view! { <p class="soft">{words.loading}</p> }.into_any(),
            Known::New => view! { <p class="soft" data-differs="new">{words.new_to_server}</p> }.into_any(),
            Known::Unreached => view! { <p class="soft">{words.not_compared}</p> }.into_any(),
            Known::Differs(comparison) if comparison.differences.is_empty() => {
                view! { <p class="soft" data-differs="0">{words.nothing_changed}</p> }.into_any()
            }
            Known::Differs(comparison) => {
                view! { <h3>{words.changes}</h3> {differences(&comparison, tag)} }.into_any()
            }
        }
    })
}

/// What differs, line by line, and what becomes of drafts.
pub fn differences(comparison: &Comparison, tag: &str) -> AnyView {
    let row = |difference: &Difference| {
        let means = difference.means(tag).map(|means| view! { <p class="soft small">{said(&means)}</p> });
        view! { <li class="difference" data-weight=difference.weight().name()><p>{said(&difference.words(tag))}</p>{means}</li> }
    };
    let rows = comparison.differences.iter().map(row).collect_view();
    view! {
        <ul class="differences" data-differs=comparison.differences.len().to_string()>{rows}</ul>
        <p class="small">{comparison.drafts(tag)}</p>
    }
    .into_any()
}
