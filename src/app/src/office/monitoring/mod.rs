//! Monitoring lists of other offices: brought in, what is likely the same decided side by side, and taken back.
//!
//! Kept here: a file goes to the server and is nowhere else; nothing is taken in before its columns were looked at.

mod beside;
mod bring;
mod decide;
mod lists;
mod pile;
mod row_by_row;
mod waiting;
mod wire;

use leptos::prelude::*;

use super::desk::use_desk;
use super::frame::{Awaited, Frame, Remote};
use super::tell;
use bring::Bring;
use lists::ListsSection;
use waiting::WaitingSection;
use wire::Lists;

/// The page at `/office/monitoring`.
#[component]
pub fn MonitoringPage() -> impl IntoView {
    let desk = use_desk();
    let found = Remote::<Lists>::new();
    let load = move || {
        found.load(async move { desk.ask("GET", "/api/v1/monitoring/lists", None).await });
    };
    load();
    view! {
        <Frame title=|w| w.monitoring.title screen="monitoring">
            <div class="welcome">
                <h1>{tell(|w| w.monitoring.title)}</h1>
                <p class="soft">{tell(|w| w.monitoring.explained)}</p>
            </div>
            <Bring desk done=move |()| load() />
            <Awaited remote=found again=move |()| load() />
            <WaitingSection desk lists=found done=move |()| load() />
            <ListsSection desk lists=found done=move |()| load() />
        </Frame>
    }
}
