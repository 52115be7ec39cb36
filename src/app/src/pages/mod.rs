//! The pages of the app, and the addresses they have. No address carries personal data.

mod assessment;
mod diagnostics;
mod draft;
mod draft_card;
mod finish;
mod form_page;
mod home;
mod not_found;
mod outbox;
mod outbox_item;
mod rescue;
mod review;
mod review_page;
mod turning;

use std::cell::Cell;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::components::message::Message;
use crate::platform::store::IndexedDb;
use crate::platform::{timer, worker};
use crate::state::device::Device;
use crate::state::reader::{Reader, say};
use crate::state::{forms, sending};

#[derive(Clone, Copy, PartialEq)]
enum Store {
    Opening,
    Open,
    Failed,
}

/// The whole app. Nothing is shown before the device's store is open, since everything lies there.
#[component]
pub fn App() -> impl IntoView {
    Reader::provide();
    let state = RwSignal::new(Store::Opening);
    let store = StoredValue::new_local(Cell::new(None));
    timer::spawn(async move {
        match IndexedDb::open().await {
            Ok(opened) => {
                store.with_value(|store| store.set(Some(opened)));
                state.set(Store::Open);
            }
            Err(error) => {
                leptos::logging::error!("{error}");
                state.set(Store::Failed);
            }
        }
    });
    move || {
        match state.get() {
        Store::Opening => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
        Store::Failed => view! {
            <Router>
                <Message heading=|w| w.store_failed explained=Signal::derive(say(|w| w.store_failed_explained.to_owned())) />
            </Router>
        }
        .into_any(),
        Store::Open => store.with_value(Cell::take).map(ready).into_any(),
    }
    }
}

fn ready(store: IndexedDb) -> impl IntoView {
    let device = Device::provide(store);
    timer::spawn(async move {
        device.read().await;
        forms::refresh(device);
        sending::start(device);
    });
    let update = RwSignal::new(false);
    provide_context(Update(update));
    timer::spawn(async move {
        worker::register(move || update.set(true)).await;
    });
    view! {
        <Router>
            <FlatRoutes fallback=not_found::NotFound>
                <Route path=path!("/") view=home::Home />
                <Route path=path!("/draft/:id/:part?") view=draft::DraftPage />
                <Route path=path!("/outbox") view=outbox::OutboxPage />
                <Route path=path!("/rescue") view=rescue::RescuePage />
                <Route path=path!("/diagnostics") view=diagnostics::DiagnosticsPage />
            </FlatRoutes>
        </Router>
    }
}

/// Does a new build wait to take over?
#[derive(Clone, Copy)]
pub struct Update(pub RwSignal<bool>);
