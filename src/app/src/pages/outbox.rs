//! The outbox: what is on its way, and the receipts of what has arrived.

use doorstep_delivery::{OutboxItem, State, Uuid, Wake};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use super::draft_card::called;
use super::outbox_item::{Deleting, Delivered, Waiting};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::top_bar::TopBar;
use crate::platform::timer;
use crate::state::device::{Device, use_device};
use crate::state::reader::{say, title, use_reader};
use crate::state::sending;

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
    let waiting = move || device.outbox.with(|items| !items.is_empty());
    // A refused one is tried again by its own button only.
    let to_send = move || {
        device.outbox.with(|items| items.iter().any(|item| !matches!(item.state, State::Refused { .. })))
    };
    view! {
        <TopBar title=Signal::derive(say(|w| w.outbox_title.to_owned())) />
        <main id="main" tabindex="-1">
            <h1>{say(|w| w.outbox_title)}</h1>
            <Finished device id=asked />
            <section class="section" data-section="waiting">
                <Show when=waiting fallback=|| view! { <p class="empty">{say(|w| w.outbox_empty)}</p> }>
                    {shown_when(move || !device.online.get(), move || view! {
                        <p class="notice warn">{say(|w| w.offline_note)}</p> }.into_any())}
                    {waiting_rows(device, deleting)}
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
            <p class="section"><A href="/rescue" attr:data-action="rescue">{say(|w| w.to_rescue)}</A></p>
            <section class="section" data-section="delivered">
                <h2>
                    {say(|w| w.sent_title)}
                    {live(move || device.delivered.with(|items| (!items.is_empty()).then(|| view! { <span class="count">{items.len()}</span> })))}
                </h2>
                <Show
                    when=move || device.delivered.with(|items| !items.is_empty())
                    fallback=|| view! { <p class="empty">{say(|w| w.receipts_none)}</p> }
                >
                    {delivered_rows(device)}
                </Show>
            </section>
            <Deleting device deleting />
        </main>
    }
}

fn waiting_rows(device: Device, deleting: RwSignal<Option<(Uuid, String)>>) -> AnyView {
    let row = move |item: OutboxItem| {
        // An item in another state is another row.
        let key = format!("{} {} {:?}", item.key(), item.attempts, item.state);
        Row::new(key, move || view! { <Waiting device item deleting /> })
    };
    rows(move || device.outbox.get().into_iter().map(row).collect())
}

fn delivered_rows(device: Device) -> AnyView {
    rows(move || {
        device
            .delivered
            .get()
            .into_iter()
            .map(|item| Row::new(item.key(), move || view! { <Delivered item /> }))
            .collect()
    })
}

/// Right after finishing: that it is done, in so many words.
#[component]
pub fn Finished(device: Device, id: Memo<Option<Uuid>>) -> impl IntoView {
    let reader = use_reader();
    let finished = Memo::new(move |_| {
        let id = id.get()?;
        let find =
            |items: &Vec<OutboxItem>| items.iter().find(|item| item.id == id).map(|item| item.name.clone());
        let waiting = device.outbox.with(find).map(|name| (name, false));
        waiting.or_else(|| device.delivered.with(find).map(|name| (name, true)))
    });
    move || {
        let words = reader.language().words();
        finished.get().map(|(name, delivered)| {
            view! {
                <div class="notice" role="status" data-finished="true">
                    <h2 class="card-row">
                        <Icon shape=Shape::Check />
                        {(words.finished_title)(&called(&name, words))}
                    </h2>
                    <p>{if delivered { words.finished_delivered } else { words.finished_explained }}</p>
                </div>
            }
        })
    }
}
