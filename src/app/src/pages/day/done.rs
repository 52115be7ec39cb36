//! Who was visited today, below what is left to do.

use leptos::prelude::*;
use leptos_router::components::A;

use super::Known;
use crate::components::live::{Row, live, rows, shown_when};
use crate::state::day::Done;
use crate::state::device::use_device;
use crate::state::held::{Held, unsent};
use crate::state::reader::{say, use_reader};

/// Who was visited today, below what is left to do: how it went, when again, and whether that has been sent.
#[component]
pub(super) fn DoneToday(held: Held, known: Memo<Option<Known>>) -> impl IntoView {
    let all = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| known.day.done.clone()).unwrap_or_default())
    });
    let unsent = unsent(use_device(), held);
    view! {
        {shown_when(move || !all.with(Vec::is_empty), move || view! {
            <section class="section" data-section="done">
                <h2>{say(|w| w.visits.done)}</h2>
                {rows(move || {
                    let one = |done: Done| {
                        let waits = unsent.with(|unsent| unsent.contains(&done.case));
                        Row::new(format!("{done:?} {waits}"), move || done_card(done, waits))
                    };
                    all.get().into_iter().map(one).collect()
                })}
            </section> }.into_any())}
    }
}

fn done_card(done: Done, waits: bool) -> AnyView {
    let (device, reader) = (use_device(), use_reader());
    let place = [done.village, done.address];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let (outcome, again) = (done.outcome, done.again);
    let told = live(move || {
        let language = reader.language();
        let words = &language.words().visits;
        let how = match &*outcome {
            "" => words.followed.to_owned(),
            code => device.dictionary.say("cases", "last_outcome", code, language),
        };
        let again = again.as_ref().map(|(day, hour)| (words.why_appointment)(day, hour.as_deref()));
        [Some(how), again].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let (address, key) = (format!("/households/{}", done.case), done.case);
    view! {
        <A href=address attr:class=if done.danger { "card card-link danger" } else { "card card-link" } attr:data-done=key>
            <div class="card-row">
                <strong class="card-title grow" translate="no">{done.person}</strong>
                {done.danger.then(|| view! { <span class="state bad">{say(|w| w.visits.danger)}</span> })}
                {waits.then(|| view! { <span class="state wait" data-waits="true">{say(|w| w.visits.to_send)}</span> })}
            </div>
            {(!place.is_empty()).then(|| view! { <p class="soft" translate="no">{place}</p> })}
            <p>{told}</p>
        </A>
    }
    .into_any()
}
