//! One target of a submission in the outbox: how it stands there, why, and what its reader can do about it.

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::outbox::{HOME, Until};
use doorstep_delivery::{OutboxItem, State};
use leptos::prelude::*;
use leptos_router::components::A;

use super::outbox_item::{look, reason, state_words};
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::dropping;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::Words;
use crate::words::when::when_written;

/// Is that target a file that somebody carries?
pub fn is_by_hand(device: Device, target: &str) -> bool {
    let target = untrack(|| device.targets.target(target));
    target.is_some_and(|target| matches!(target.backend, AnyBackend::FileDrop(_)))
}

/// What a target is called.
pub fn target_name(target: &str, words: &'static Words) -> String {
    if target == HOME { words.settings.this_server.to_owned() } else { target.to_owned() }
}

/// The line of one target.
#[component]
pub fn OneTarget(device: Device, item: OutboxItem) -> impl IntoView {
    let (name, class, shape) = look(&item.state);
    let delivered = matches!(item.state, State::Delivered { .. });
    let by_hand = !delivered && is_by_hand(device, &item.target);
    let target = item.target.clone();
    let said = {
        let (state, target) = (item.state.clone(), target.clone());
        say(move |w| match (by_hand, &state) {
            (true, _) => w.settings.by_hand.to_owned(),
            (false, State::Delivered { receipt, .. }) if !receipt.server_time.is_empty() => {
                format!("{} {}", w.state_delivered, when_written(&receipt.server_time, now(), w))
            }
            (false, state) => state_words(state, &target, w),
        })
    };
    let heading = target.clone();
    let needs_login =
        matches!(item.state, State::Waiting { until: Until::Login, .. }) && item.target != HOME && !by_hand;
    let (waits, below) = (
        !delivered,
        match by_hand {
            true => view! { <ByHand device item=item.clone() /> }.into_any(),
            false => reason(&item.state, item.attempts).into_any(),
        },
    );
    let in_the_way = {
        let target = target.clone();
        live(move || in_the_way(device, &target).filter(|_| waits))
    };
    view! {
        <li class="target" data-target=target data-state=name>
            <div class="card-row">
                <h4 class="target-name grow">{say(move |w| target_name(&heading, w))}</h4>
                <span class=class>
                    <Icon shape small=true />
                    {said}
                </span>
            </div>
            {in_the_way}
            {below}
            {needs_login.then(|| view! {
                <A href="/settings" attr:class="button" attr:data-action="to-login">{say(|w| w.settings.to_settings)}</A> })}
        </li>
    }
}

/// What of the settings keeps it from being sent: its target is not there any more, or the page may not send there.
fn in_the_way(device: Device, target: &str) -> Option<AnyView> {
    let known = device.targets;
    let gone = target != HOME && known.target(target).is_none();
    let blocked = known.blocked.with(|names| names.contains(target));
    let (name, words): (_, fn(&'static Words) -> &'static str) = match (gone, blocked) {
        (true, _) => ("gone", |w| w.settings.gone),
        (false, true) => ("blocked", |w| w.settings.blocked_item),
        (false, false) => return None,
    };
    Some(view! { <p class="notice warn" data-in-the-way=name>{say(words)}</p> }.into_any())
}

/// A file that its reader carries: saved as often as wanted, delivered at their word.
#[component]
fn ByHand(device: Device, item: OutboxItem) -> impl IntoView {
    let reader = use_reader();
    let item = StoredValue::new(item);
    let asking = RwSignal::new(None::<()>);
    let failed = RwSignal::new(false);
    let saved = item.with_value(dropping::is_saved);
    let go = move |carried: bool| {
        failed.set(false);
        timer::spawn(async move {
            let kept = item.get_value();
            let done = match carried {
                true => dropping::carried(device, &kept).await,
                false => dropping::save(device, &kept).await,
            };
            if !done && !failed.is_disposed() {
                failed.set(true);
            }
        });
    };
    view! {
        <p class="small">{say(|w| w.settings.by_hand_explained)}</p>
        <div class="actions">
            <button type="button" class="button" data-action="drop-save" on:click=move |_| go(false)>
                {say(|w| w.settings.by_hand_save)}
            </button>
            {saved.then(|| view! {
                <button type="button" class="button" data-action="drop-done" on:click=move |_| asking.set(Some(()))>
                    <Icon shape=Shape::Check small=true />
                    {say(|w| w.settings.by_hand_done)}
                </button> })}
        </div>
        {shown_when(move || failed.get(), || view! {
            <p class="notice danger" role="alert">{say(|w| w.settings.by_hand_failed)}</p> }.into_any())}
        <Confirm
            asking
            title=move |()| reader.words_now().settings.by_hand_done_title.to_owned()
            explained=Signal::derive(say(|w| w.settings.by_hand_done_explained))
            yes=Signal::derive(say(|w| w.settings.by_hand_done))
            act=move |()| go(true)
        />
    }
}
