//! Red flags: those that are up first and loud, each with what to do; that one is not decided yet, or that there is none, is said too.

use doorstep_engine::assess::{Awaits, Explanation, Outcome};
use doorstep_engine::session::{Danger, Handled};
use leptos::prelude::*;

use super::awaited::{Awaited, use_seek};
use super::rechecks;
use crate::components::dangers;
use crate::components::icon::{Icon, Shape};
use crate::components::marked::marked;
use crate::components::reasons::Reasons;
use crate::state::reader::use_reader;
use crate::words::Words;

/// The section.
#[component]
pub fn Flags(
    flags: Vec<Explanation>,
    /// By flag: whom it is about.
    concerns: Vec<(String, Vec<String>)>,
    /// By flag: what was done about it.
    handled: Vec<(String, Handled)>,
    /// Did a danger fall silent? Then nobody says that there is none.
    silent: bool,
    /// What has to be looked at once more: while there is such, nobody says simply that there is no danger.
    rechecks: Vec<Danger>,
) -> impl IntoView {
    let words = use_reader().words_now();
    let to_recheck = !rechecks.is_empty();
    let rechecks = rechecks::notice(rechecks, words);
    let said = said(flags, concerns, handled, silent, to_recheck);
    // Dangers first; but that none was found is read after what it can't be relied on for.
    match said {
        Said::Up(said) => view! { {said} {rechecks} }.into_any(),
        Said::None(said) => view! { {rechecks} {said} }.into_any(),
    }
}

/// What is said of the dangers themselves.
enum Said {
    /// Some are up.
    Up(AnyView),
    /// None is, or that is not known.
    None(AnyView),
}

fn said(
    flags: Vec<Explanation>,
    concerns: Vec<(String, Vec<String>)>,
    handled: Vec<(String, Handled)>,
    silent: bool,
    to_recheck: bool,
) -> Said {
    let words = use_reader().words_now();
    let up: Vec<Explanation> =
        flags.iter().filter(|flag| flag.outcome == Outcome::Flag(true)).cloned().collect();
    let open: Vec<Explanation> =
        flags.iter().filter(|flag| matches!(flag.outcome, Outcome::Missing(_))).cloned().collect();
    // What nobody has asked is not absent.
    let unasked: Vec<String> =
        flags.iter().filter(|flag| flag.outcome.is_blank()).map(|flag| flag.label.clone()).collect();
    if up.is_empty() && open.is_empty() && !unasked.is_empty() {
        let said = match unasked.len() == flags.len() {
            true => words.flags_unknown.to_owned(),
            false => (words.flags_not_asked)(&unasked.join(words.between)),
        };
        return Said::None(view! { <p class="notice warn" data-flags="unknown">{said}</p> }.into_any());
    }
    if up.is_empty() && open.is_empty() && silent {
        return Said::None(().into_any());
    }
    if up.is_empty() && open.is_empty() {
        let said = if to_recheck { words.report.none_but_recheck } else { words.flags_none };
        return Said::None(view! { <p class="notice" data-flags="0">{said}</p> }.into_any());
    }
    let any_up = !up.is_empty();
    let said = view! {
        {any_up.then(|| raised(up, concerns, handled, words))}
        {(!open.is_empty()).then(|| undecided(&open, words))}
    };
    if any_up { Said::Up(said.into_any()) } else { Said::None(said.into_any()) }
}

fn raised(
    up: Vec<Explanation>,
    concerns: Vec<(String, Vec<String>)>,
    handled: Vec<(String, Handled)>,
    words: &'static Words,
) -> AnyView {
    let seek = use_seek();
    let count = up.len().to_string();
    let rows = up.into_iter().map(|flag| {
        let (name, label, note) = (flag.name.clone(), flag.label.clone(), flag.note.clone());
        // What to do, where the form says it, and not only that it is so.
        let to_do = flag.reasons.iter().all(|reason| reason.sentence != flag.shown);
        let to_do = to_do.then(|| flag.shown.clone());
        let whom = concerns.iter().find(|(of, whom)| *of == flag.name && !whom.is_empty());
        let whom = whom.map(|(_, whom)| (words.concerns)(&whom.join(words.between)));
        let handled = handled.iter().find(|(of, _)| *of == name).map(|(_, handled)| handled.clone());
        view! {
            <li data-flag=name>
                <strong>{label}</strong>
                {whom.map(|whom| view! { <p data-concerns="true"><strong>{whom}</strong></p> })}
                {to_do.map(|to_do| view! { <p>{marked(&to_do)}</p> })}
                {note.map(|note| view! { <p>{marked(&note)}</p> })}
                {handled.map(|handled| dangers::said(handled, seek, words))}
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

/// Flags that are not decided yet: what would be dangerous, and what has to be answered.
fn undecided(open: &[Explanation], words: &'static Words) -> AnyView {
    let labels: Vec<String> = open.iter().map(|flag| flag.label.clone()).collect();
    let mut awaits: Vec<Awaits> = Vec::new();
    for each in open.iter().flat_map(|flag| &flag.awaits) {
        if !awaits.contains(each) {
            awaits.push(each.clone());
        }
    }
    view! {
        <section class="notice warn" data-flags="unknown">
            <p>{words.flags_unknown}</p>
            <p>{words.cannot_say} " · " {labels.join(words.between)}</p>
            <Awaited awaits />
        </section>
    }
    .into_any()
}
