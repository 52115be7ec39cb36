//! One target of a submission in the outbox: how it stands there, why, and what its reader can do about it.

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::outbox::{HOME, Until};
use doorstep_delivery::{OutboxItem, State};
use leptos::prelude::*;
use leptos_router::components::A;

use super::outbox_item::{is_of_the_phone, look, reason, state_words};
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Live, live, shown_when};
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
    let heading = target.clone();
    let needs_login =
        matches!(item.state, State::Waiting { until: Until::Login, .. }) && target != HOME && !by_hand;
    let below = {
        let item = item.clone();
        live(move || match in_the_way(device, &item) {
            _ if delivered => None,
            Some(notice) => Some(notice),
            None if by_hand => Some(view! { <ByHand device item=item.clone() /> }.into_any()),
            None if item.target == HOME && is_of_the_phone(&item.state) => None,
            None => reason(&item.state, item.attempts),
        })
    };
    let said = say_state(device, item, by_hand);
    view! {
        <li class="target" data-target=target data-state=name>
            <div class="card-row">
                <h4 class="target-name grow">{say(move |w| target_name(&heading, w))}</h4>
                <span class=class>
                    <Icon shape small=true />
                    {said}
                </span>
            </div>
            {below}
            {needs_login.then(|| view! {
                <A href="/settings" attr:class="button" attr:data-action="to-login">{say(|w| w.settings.to_settings)}</A> })}
        </li>
    }
}

/// How it stands there, in a few words.
fn say_state(device: Device, item: OutboxItem, by_hand: bool) -> Live<String> {
    live(say(move |w| match &item.state {
        State::Delivered { receipt, .. } if !receipt.server_time.is_empty() => {
            format!("{} {}", w.state_delivered, when_written(&receipt.server_time, now(), w))
        }
        State::Queued | State::Waiting { .. } if obstacle(device, &item.target).is_some() => {
            w.settings.stays.to_owned()
        }
        State::Queued | State::Waiting { .. } if by_hand => w.settings.by_hand.to_owned(),
        state => state_words(state, &item.target, w),
    }))
}

/// What of the settings keeps a target from getting anything.
#[derive(Clone, Copy, PartialEq)]
enum Obstacle {
    /// It is not there any more.
    Gone,
    /// The page may not send there.
    Blocked,
}

fn obstacle(device: Device, target: &str) -> Option<Obstacle> {
    let known = device.targets;
    match (
        target != HOME && known.target(target).is_none(),
        known.blocked.with(|names| names.contains(target)),
    ) {
        (true, _) => Some(Obstacle::Gone),
        (false, true) => Some(Obstacle::Blocked),
        (false, false) => None,
    }
}

/// Tells of it, above why it was refused before, if it was.
fn in_the_way(device: Device, item: &OutboxItem) -> Option<AnyView> {
    let (name, words): (_, fn(&'static Words) -> &'static str) = match obstacle(device, &item.target)? {
        Obstacle::Gone => ("gone", |w| w.settings.gone),
        Obstacle::Blocked => ("blocked", |w| w.settings.blocked_item),
    };
    let refused = matches!(item.state, State::Refused { .. }).then(|| reason(&item.state, item.attempts));
    let notice = view! {
        <p class="notice warn" data-in-the-way=name>{say(words)}</p>
        {refused}
    };
    Some(notice.into_any())
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
