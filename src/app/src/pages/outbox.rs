//! The outbox: what is on its way, and the receipts of what has arrived.

use doorstep_delivery::{OutboxItem, State, Uuid, Wake};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use super::outbox_item::{Deleting, Delivered, Waiting};
use super::outbox_sealed::named;
use super::outbox_target::is_by_hand;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::shut_out::ShutOutNotice;
use crate::components::top_bar::TopBar;
use crate::platform::timer;
use crate::state::arrived::DAYS;
use crate::state::device::{Device, use_device};
use crate::state::enrolment::shut_out;
use crate::state::keeping::now;
use crate::state::outbox::{OnItsWay, submissions};
use crate::state::reader::{say, title, use_reader};
use crate::state::{forms, sending};
use crate::words::when::until as until_words;

/// The page at `/outbox`.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let device = use_device();
    title(|words| words.outbox_title.to_owned());
    timer::spawn(async move { device.read_outbox().await });
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| query.get("finished")).and_then(|id| Uuid::parse_str(&id).ok())
    });
    let deleting = RwSignal::new(None);
    let lists = Memo::new(move |_| {
        device.outbox.with(|outbox| device.delivered.with(|all| submissions(outbox, all)))
    });
    let waiting = move || device.outbox.with(|items| !items.is_empty());
    // A refused one is tried again by its own button only, and a file is carried by its reader.
    let to_send = move || {
        let to_send = |item: &OutboxItem| {
            !matches!(item.state, State::Refused { .. }) && !is_by_hand(device, &item.target)
        };
        device.outbox.with(|items| items.iter().any(to_send))
    };
    view! {
        <TopBar title=Signal::derive(say(|w| w.outbox_title.to_owned())) />
        <main id="main" tabindex="-1">
            <h1>{say(|w| w.outbox_title)}</h1>
            <ShutOutNotice device />
            <Finished device id=asked />
            <section class="section" data-section="waiting">
                <h2 class="unseen">{say(|w| w.outbox_title)}</h2>
                <Show when=waiting fallback=|| view! { <p class="empty">{say(|w| w.outbox_empty)}</p> }>
                    {shown_when(move || !device.online.get(), move || view! {
                        <p class="notice warn">{say(|w| w.offline_note)}</p> }.into_any())}
                    {waiting_rows(device, lists, deleting)}
                    {shown_when(to_send, move || view! {
                        <button
                            type="button"
                            class="button main"
                            data-action="send"
                            on:click=move |_| sending::wake(device, Wake::Hand)
                        >
                            <Icon shape=Shape::Send />
                            {say(|w| w.send_all)}
                        </button> }.into_any())}
                </Show>
            </section>
            <p class="lone"><A href="/rescue" attr:data-action="rescue">{say(|w| w.to_rescue)}</A></p>
            <section class="section" data-section="delivered">
                <h2>
                    {say(|w| w.sent_title)}
                    {live(move || { let arrived = lists.with(|(_, arrived)| arrived.len()); (arrived > 0).then(|| view! { <span class="count">{arrived}</span> }) })}
                </h2>
                <Show
                    when=move || lists.with(|(_, arrived)| !arrived.is_empty())
                    fallback=|| view! { <p class="empty">{say(|w| w.receipts_none)}</p> }
                >
                    {delivered_rows(device, lists)}
                </Show>
            </section>
            <Deleting device deleting />
        </main>
    }
}

/// What is on its way, and what has arrived everywhere.
type Lists = Memo<(Vec<OnItsWay>, Vec<OnItsWay>)>;

fn waiting_rows(device: Device, lists: Lists, deleting: RwSignal<Option<(Uuid, String)>>) -> AnyView {
    let row = move |one: OnItsWay| {
        // One with an item in another state is another row.
        let states =
            one.items.iter().map(|item| format!("{} {} {:?}", item.key(), item.attempts, item.state));
        let key = states.collect::<Vec<_>>().join(" ");
        Row::new(key, move || view! { <Waiting device one deleting /> })
    };
    rows(move || lists.with(|(waiting, _)| waiting.clone()).into_iter().map(row).collect())
}

fn delivered_rows(device: Device, lists: Lists) -> AnyView {
    rows(move || {
        let arrived = lists.with(|(_, arrived)| arrived.clone());
        arrived
            .into_iter()
            .map(|one| Row::new(one.id(), move || view! { <Delivered device one /> }))
            .collect()
    })
}

/// Right after finishing: that it is done, in so many words.
#[component]
pub fn Finished(device: Device, id: Memo<Option<Uuid>>) -> impl IntoView {
    let reader = use_reader();
    let finished = Memo::new(move |_| {
        let id = id.get()?;
        // That it is sent by itself is not so of what was refused.
        let told = |item: &&OutboxItem| item.id == id && !matches!(item.state, State::Refused { .. });
        let find = |items: &Vec<OutboxItem>| items.iter().find(told).cloned();
        let waiting = device.outbox.with(find).map(|item| (item, false));
        waiting.or_else(|| device.delivered.with(find).map(|item| (item, true)))
    });
    let form = Memo::new(move |_| finished.get().map(|(item, _)| item.form.hash));
    let assesses = RwSignal::new(false);
    Effect::new(move || {
        let Some(form) = form.get() else { return };
        timer::spawn(async move {
            let form = forms::open(device, &form).await;
            if !assesses.is_disposed() {
                assesses.set(form.is_ok_and(|form| form.assesses()));
            }
        });
    });
    move || {
        let words = reader.language().words();
        let out = shut_out(device).is_some();
        finished.get().map(|(item, delivered)| {
            let until = match (item.for_office, delivered) {
                (true, _) => None,
                (false, true) => {
                    let until = device.arrived.until(item.id);
                    until.map(|until| (words.report.arrived_until)(&until_words(until, now(), words)))
                }
                (false, false) => Some((words.report.looked_at_until)(DAYS)),
            };
            let until = until.filter(|_| assesses.get());
            view! {
                <div class="notice" role="status" data-finished="true">
                    <h2 class="card-row">
                        <Icon shape=Shape::Check />
                        {(words.finished_title)(&named(device, &item, reader.language()))}
                    </h2>
                    <p>{match (delivered, out) {
                        (true, _) => words.finished_delivered,
                        (false, true) => words.settings.finished,
                        (false, false) => words.finished_explained,
                    }}</p>
                    {until.map(|until| view! { <p data-until="true">{until}</p> })}
                </div>
            }
        })
    }
}
