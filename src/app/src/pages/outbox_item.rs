//! One submission in the outbox: its state and why; and one that has arrived, with its receipt.

use crate::components::live::shown_when;
use doorstep_delivery::outbox::{HOME, Until};
use doorstep_delivery::{OutboxItem, State, Uuid};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::draft_card::called;
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::state::{mending, sending};
use crate::words::Words;
use crate::words::when::{until, when, when_written};

/// So much of an id or a hash tells two apart.
const SHORT: usize = 12;

/// A submission without a receipt.
#[component]
pub fn Waiting(
    device: Device,
    item: OutboxItem,
    /// What is to be deleted, once its reader is asked.
    deleting: RwSignal<Option<(Uuid, String)>>,
) -> impl IntoView {
    let id = item.id;
    let refused = matches!(item.state, State::Refused { .. });
    let waits = matches!(item.state, State::Waiting { .. });
    let (name, class, shape) = look(&item.state);
    let attempts = item.attempts;
    let (state, item_name, finished) = (item.state.clone(), item.name.clone(), item.finished_at.ms);
    let deleted_name = item.name.clone();
    let elsewhere = (item.target != HOME).then(|| item.target.clone());
    view! {
        <article class="card" data-item=id.to_string() data-state=name>
            <div class="card-row">
                <h3 class="card-title grow">{say(move |w| called(&item_name, w))}</h3>
                <span class=class role="status">
                    <Icon shape small=true />
                    {say(move |w| state_words(&state, w))}
                </span>
            </div>
            <p class="soft small figures">{say(move |w| format!("{} {}", w.finished_at, when(finished, now(), w)))}</p>
            {elsewhere.map(|target| view! { <p class="soft small">{say(move |w| (w.to_target)(&target))}</p> })}
            {reason(&item.state, attempts)}
            {shown_when(move || refused || waits, move || view! {
                <div class="actions">
                    <button type="button" class="button" data-action="retry" on:click=move |_| sending::try_again(device, id)>
                        {say(|w| w.retry)}
                    </button>
                    {refused.then(|| view! { <Refused device id name=deleted_name.clone() deleting /> })}
                </div> }.into_any())}
        </article>
    }
}

/// What can be done about a refused one beside trying it again: put it right, or, asked twice, delete it.
#[component]
fn Refused(
    device: Device,
    id: Uuid,
    name: String,
    deleting: RwSignal<Option<(Uuid, String)>>,
) -> impl IntoView {
    let navigate = use_navigate();
    let failed = RwSignal::new(false);
    let repair = move |_| {
        let navigate = navigate.clone();
        timer::spawn(async move {
            match mending::repair(device, id).await {
                Some(draft) => {
                    device.read().await;
                    navigate(&format!("/draft/{draft}"), NavigateOptions::default());
                }
                None => failed.set(true),
            }
        });
    };
    view! {
        <button type="button" class="button main" data-action="repair" on:click=repair>
            {say(|w| w.repair)}
        </button>
        <button type="button" class="button" data-action="delete" on:click=move |_| deleting.set(Some((id, name.clone())))>
            <Icon shape=Shape::Bin small=true />
            {say(|w| w.delete_unsent)}
        </button>
        {shown_when(move || failed.get(), || view! { <p class="notice danger" role="alert">{say(|w| w.repair_failed)}</p> }.into_any())}
    }
}

/// Asks twice before what has not arrived goes for good.
#[component]
pub fn Deleting(device: Device, deleting: RwSignal<Option<(Uuid, String)>>) -> impl IntoView {
    let reader = use_reader();
    let again = RwSignal::new(None::<(Uuid, String)>);
    let named = move |name: &str| called(name, reader.words_now());
    view! {
        <Confirm
            asking=deleting
            title=move |(_, name): (Uuid, String)| (reader.words_now().delete_unsent_title)(&named(&name))
            explained=Signal::derive(say(|w| w.delete_unsent_explained))
            yes=Signal::derive(say(|w| w.delete_unsent))
            act=move |what: (Uuid, String)| again.set(Some(what))
        />
        <Confirm
            asking=again
            title=move |(_, name): (Uuid, String)| (reader.words_now().delete_unsent_sure)(&named(&name))
            explained=Signal::derive(say(|w| w.delete_unsent_last))
            yes=Signal::derive(say(|w| w.delete_unsent_yes))
            act=move |(id, _): (Uuid, String)| mending::delete(device, id)
        />
    }
}

fn look(state: &State) -> (&'static str, &'static str, Shape) {
    match state {
        State::Queued => ("queued", "state wait", Shape::Clock),
        State::Sending { .. } => ("sending", "state", Shape::Turning),
        State::Waiting { .. } => ("waiting", "state wait", Shape::Clock),
        State::Refused { .. } => ("refused", "state bad", Shape::Alert),
        State::Delivered { .. } => ("delivered", "state good", Shape::Check),
    }
}

fn state_words(state: &State, words: &'static Words) -> String {
    match state {
        State::Queued => words.state_queued.to_owned(),
        State::Sending { .. } => words.state_sending.to_owned(),
        State::Waiting { until: Until::Time(at), .. } => (words.state_waiting)(&until(*at, now(), words)),
        State::Waiting { until: Until::Login, .. } => words.state_waiting_login.to_owned(),
        State::Refused { .. } => words.state_refused.to_owned(),
        State::Delivered { .. } => words.state_delivered.to_owned(),
    }
}

/// Why it is not there yet: what it means, then the server's own words as they are.
fn reason(state: &State, attempts: u32) -> Option<AnyView> {
    let (reason, class) = match state {
        State::Waiting { reason, .. } => (reason.clone(), "notice warn"),
        State::Refused { reason } => (reason.clone(), "notice danger"),
        State::Queued | State::Sending { .. } | State::Delivered { .. } => return None,
    };
    let kind = reason.kind;
    let by_server = reason.status.is_some() && !reason.words.is_empty();
    let said = by_server.then(|| {
        let words = reason.words;
        view! { <p class="small">{say(|w| w.refused_reason)}": "<q>{words}</q></p> }
    });
    let view = view! {
        <div class=class>
            <p>
                {say(move |w| (w.send_reason)(kind))}
                {(attempts > 1).then(|| view! { <span class="optional">{say(move |w| (w.attempts)(attempts))}</span> })}
            </p>
            {said}
        </div>
    };
    Some(view.into_any())
}

/// A submission that has arrived, with its proof.
#[component]
pub fn Delivered(item: OutboxItem) -> impl IntoView {
    let State::Delivered { receipt, .. } = item.state else { return ().into_any() };
    let short = |text: &str| text.chars().take(SHORT).collect::<String>();
    let (id, hash) = (receipt.id.to_string(), receipt.hash);
    // The end of an id is its chance, the beginning its time.
    let id_end: String = id.chars().skip(id.len().saturating_sub(SHORT)).collect();
    let name = item.name;
    let time = receipt.server_time;
    view! {
        <article class="card" data-item=id data-state="delivered">
            <div class="card-row">
                <h3 class="card-title grow">{say(move |w| called(&name, w))}</h3>
                <span class="state good">
                    <Icon shape=Shape::Check small=true />
                    {say(|w| w.state_delivered)}
                </span>
            </div>
            <dl class="proof">
                <dt>{say(|w| w.receipt_time)}</dt>
                <dd class="figures">{say(move |w| when_written(&time, now(), w))}</dd>
                <dt>{say(|w| w.receipt_id)}</dt>
                <dd class="mono">"…"{id_end}</dd>
                <dt>{say(|w| w.receipt_hash)}</dt>
                <dd class="mono" title=hash.clone()>{short(&hash)}"…"</dd>
            </dl>
        </article>
    }
    .into_any()
}
