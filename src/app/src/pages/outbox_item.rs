//! One submission in the outbox: its state and why; and one that has arrived, with its receipt.

use crate::components::live::{live, shown_when};
use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::outbox::{HOME, Until};
use doorstep_delivery::{OutboxItem, State, Uuid};
use doorstep_engine::entities::end_of;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::draft_card::called;
use super::outbox_sealed::{SealedNote, named};
use super::outbox_target::{OneTarget, is_by_hand, target_name};
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::platform::timer;
use crate::state::arrived::{self, DAYS};
use crate::state::device::Device;
use crate::state::keeping::now;
use crate::state::outbox::OnItsWay;
use crate::state::reader::{say, use_reader};
use crate::state::{forms, mending, sending};
use crate::words::Words;
use crate::words::when::{until, when, when_written};

/// So much of a hash tells two apart.
const SHORT: usize = 12;

/// A submission that has not arrived everywhere.
#[component]
pub fn Waiting(
    device: Device,
    one: OnItsWay,
    /// What is to be deleted, once its reader is asked.
    deleting: RwSignal<Option<(Uuid, String)>>,
) -> impl IntoView {
    let (id, reader) = (one.id(), use_reader());
    let refused = one.is_refused();
    let by_hand = |item: &&OutboxItem| !is_by_hand(device, &item.target);
    let waits = one.items.iter().filter(by_hand).any(|item| matches!(item.state, State::Waiting { .. }));
    let (name, class, shape) = look(one.state());
    let item = one.any();
    let form = item.form.hash.clone();
    let (item_name, finished) = (item.clone(), item.finished_at.ms);
    let (deleted_name, sealed) = (item.clone(), item.for_office);
    let note = view! { <SealedNote item=item.clone() refused /> };
    let all = one.items.len();
    let alone = (all == 1 && item.target == HOME).then(|| item.clone());
    let (state, target) = (one.state().clone(), item.target.clone());
    let arrived = one.items.iter().filter(|item| matches!(item.state, State::Delivered { .. })).count();
    let said = say(move |w| match all {
        1 => state_words(&state, &target, w),
        all => (w.settings.arrived_of)(arrived, all),
    });
    let reasons = match alone {
        // Why the server lets this phone send nothing is said once, at the top.
        Some(item) if is_of_the_phone(&item.state) => ().into_any(),
        Some(item) => reason(&item.state, item.attempts).into_any(),
        None => view! {
            <ul class="targets">
                {one.items.into_iter().map(|item| view! { <OneTarget device item /> }).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <article class="card" data-item=id.to_string() data-state=name>
            <div class="card-row">
                <h3 class="card-title grow">{live(move || named(device, &item_name, reader.language()))}</h3>
                <span class=class role="status">
                    <Icon shape small=true />
                    {said}
                </span>
            </div>
            <p class="soft small figures">{say(move |w| format!("{} {}", w.finished_at, when(finished, now(), w)))}</p>
            {note}
            {reasons}
            {(!sealed).then(|| view! { <Assessed device id form waits=true /> })}
            {shown_when(move || refused || waits, move || view! {
                <div class="actions">
                    <button type="button" class="button" data-action="retry" on:click=move |_| sending::try_again(device, id)>
                        {say(|w| w.retry)}
                    </button>
                    {(refused || sealed).then(|| view! { <Refused device id item=deleted_name.clone() deleting /> })}
                </div> }.into_any())}
        </article>
    }
}

/// The way to what it came to, where its form assesses: as long as what was sealed is on the device, waiting or arrived, whatever became of it meanwhile.
#[component]
fn Assessed(
    device: Device,
    id: Uuid,
    /// The hash of its form.
    form: String,
    /// Has it not arrived yet? Then nobody deletes it from here.
    waits: bool,
) -> impl IntoView {
    let assessed = RwSignal::new(false);
    timer::spawn(async move {
        let form = forms::open(device, &form).await;
        if !assessed.is_disposed() {
            assessed.set(form.is_ok_and(|form| form.assesses()));
        }
    });
    shown_when(
        move || assessed.get(),
        move || {
            view! {
                <a class="button" href=format!("/draft/{id}/assessment") data-action="assessment">
                    <Icon shape=Shape::Scales />
                    {say(|w| w.see_and_print_assessment)}
                </a>
                <p class="hint" data-until="true">
                    {say(move |w| match device.arrived.until(id) {
                        Some(at) => (w.report.arrived_until)(&until(at, now(), w)),
                        None => (w.report.waiting_until)(DAYS),
                    })}
                </p>
                {(!waits).then(|| view! {
                    <button type="button" class="button plain" data-action="delete-arrived" on:click=move |_| arrived::delete(device, id)>
                        {say(|w| w.report.delete_arrived)}
                    </button>
                })}
            }
            .into_any()
        },
    )
}

/// What can be done about a refused one beside trying it again: put it right, or, asked twice, delete it.
#[component]
fn Refused(
    device: Device,
    id: Uuid,
    item: OutboxItem,
    deleting: RwSignal<Option<(Uuid, String)>>,
) -> impl IntoView {
    let (navigate, reader) = (use_navigate(), use_reader());
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
        {(!item.for_office).then(|| view! {
            <button type="button" class="button main" data-action="repair" on:click=repair>
                {say(|w| w.repair)}
            </button> })}
        <button type="button" class="button" data-action="delete" on:click=move |_| deleting.set(Some((id, untrack(|| named(device, &item, reader.language())))))>
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
    let explained = move || {
        let id = deleting.with(|asked| asked.as_ref().map(|(id, _)| *id));
        let words = reader.language().words();
        let has = |items: &Vec<OutboxItem>, is: fn(&OutboxItem) -> bool| {
            items.iter().any(|item| Some(item.id) == id && is(item))
        };
        match (
            device.delivered.with(|items| has(items, |_| true)),
            device.outbox.with(|items| has(items, OutboxItem::is_kept_aside)),
        ) {
            (true, _) => words.settings.delete_partly,
            (false, true) => words.delete_kept_aside,
            (false, false) => words.delete_unsent_explained,
        }
    };
    view! {
        <Confirm
            asking=deleting
            title=move |(_, name): (Uuid, String)| (reader.words_now().delete_unsent_title)(&named(&name))
            explained=Signal::derive(explained)
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

/// What a state looks like.
pub fn look(state: &State) -> (&'static str, &'static str, Shape) {
    match state {
        State::Queued => ("queued", "state wait", Shape::Clock),
        State::Sending { .. } => ("sending", "state", Shape::Turning),
        State::Waiting { .. } => ("waiting", "state wait", Shape::Clock),
        State::Refused { .. } => ("refused", "state bad", Shape::Alert),
        State::Delivered { .. } => ("delivered", "state good", Shape::Check),
    }
}

/// How an item for that target stands, in words.
pub fn state_words(state: &State, target: &str, words: &'static Words) -> String {
    match state {
        State::Queued => words.state_queued.to_owned(),
        State::Sending { .. } => words.state_sending.to_owned(),
        State::Waiting { until: Until::Time(at), .. } => (words.state_waiting)(&until(*at, now(), words)),
        State::Waiting { until: Until::Login, .. } if target == HOME => {
            words.settings.after_enrolment.to_owned()
        }
        State::Waiting { until: Until::Login, .. } => words.state_waiting_login.to_owned(),
        State::Refused { .. } => words.state_refused.to_owned(),
        State::Delivered { .. } => words.state_delivered.to_owned(),
    }
}

/// Is it who this phone is that keeps it from the app's own server?
pub fn is_of_the_phone(state: &State) -> bool {
    match state {
        State::Waiting { reason, .. } => {
            matches!(reason.kind, SendErrorKind::LoginNeeded | SendErrorKind::DeviceRevoked)
        }
        State::Queued | State::Sending { .. } | State::Refused { .. } | State::Delivered { .. } => false,
    }
}

/// Why it is not there yet: what it means, then the server's own words as they are.
pub fn reason(state: &State, attempts: u32) -> Option<AnyView> {
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

/// A submission that has arrived everywhere, with its proofs.
#[component]
pub fn Delivered(device: Device, one: OnItsWay) -> impl IntoView {
    let reader = use_reader();
    let name = one.any().clone();
    let (held, form) = (one.id(), one.any().form.hash.clone());
    let id = one.id().to_string();
    let alone = one.items.len() == 1 && one.any().target == HOME;
    let proofs = one.items.into_iter().map(|item| proof(item, !alone)).collect_view();
    view! {
        <article class="card" data-item=id data-state="delivered">
            <div class="card-row">
                <h3 class="card-title grow">{live(move || named(device, &name, reader.language()))}</h3>
                <span class="state good">
                    <Icon shape=Shape::Check small=true />
                    {say(|w| w.state_delivered)}
                </span>
            </div>
            {proofs}
            {shown_when(move || device.arrived.until(held).is_some(), move || view! { <Assessed device id=held form=form.clone() waits=false /> }.into_any())}
        </article>
    }
}

/// The proof that one target has it.
fn proof(item: OutboxItem, named: bool) -> Option<AnyView> {
    let State::Delivered { receipt, .. } = item.state else { return None };
    let short = |text: &str| text.chars().take(SHORT).collect::<String>();
    let (id, hash) = (receipt.id.to_string(), receipt.hash);
    let id_end = end_of(&id).to_owned();
    let time = receipt.server_time;
    let taken_in_as = receipt.taken_in_as.map(|own| own.to_string());
    let target = item.target.clone();
    let heading =
        named.then(|| view! { <h4 class="target-name">{say(move |w| target_name(&item.target, w))}</h4> });
    let view = view! {
        <div class="target" data-target=target data-state="delivered">
            {heading}
            <dl class="proof">
                {(!time.is_empty()).then(|| view! {
                    <dt>{say(|w| w.receipt_time)}</dt>
                    <dd class="figures">{say(move |w| when_written(&time, now(), w))}</dd>
                })}
                <dt>{say(|w| w.receipt_id)}</dt>
                <dd class="mono">"…"{id_end}</dd>
                {taken_in_as.map(|own| {
                    let own_end = end_of(&own).to_owned();
                    view! {
                        <dt>{say(|w| w.receipt_taken_in)}</dt>
                        <dd class="mono" data-taken-in title=own>"…"{own_end}</dd>
                    }
                })}
                <dt>{say(|w| w.receipt_hash)}</dt>
                <dd class="mono" title=hash.clone()>{short(&hash)}"…"</dd>
            </dl>
        </div>
    };
    Some(view.into_any())
}
