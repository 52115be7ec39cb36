//! One submission on its way to one target: how it stands, the receiver's reason in full, its receipt.

use doorstep_delivery::backend::SendErrorKind;
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::desk::Desk;
use super::field::{Outcome, Told};
use super::tell;
use super::wire::{Item, Reason, Receipt};
use crate::components::live::{Live, shown_when};
use crate::pages::fact;
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::{when, when_written};

/// The card of it.
#[component]
pub fn ItemCard(
    desk: Desk,
    item: Item,
    /// May it be tried again from here?
    may: bool,
    /// What is to be done once it was.
    #[prop(into)]
    done: Callback<()>,
) -> impl IntoView {
    let Item { submission, target, configured, form, state, attempts, queued_at, due_at, reason, receipt } =
        item;
    let outcome = Outcome::new();
    let path = format!("/api/v1/relay/{submission}/{target}");
    let again = move |_| {
        let path = path.clone();
        if outcome.begin() {
            timer::spawn(async move {
                match desk.ask::<Json>("POST", &path, Some(&json!({}))).await {
                    Ok(_) => {
                        // A courier is on its way at once: what came of it is worth waiting a moment for.
                        timer::sleep(1_000).await;
                        outcome.done();
                        done.try_run(());
                    }
                    Err(refusal) => outcome.refused(refusal, |_| None),
                }
            });
        }
    };
    let to_try = may && configured && state != "delivered" && state != "sending";
    let class = match state.as_str() {
        "delivered" => "state good",
        "refused" | "login" => "state bad",
        "waiting" => "state wait",
        _ => "state",
    };
    let (said, unreadable) = (state.clone(), form.is_none());
    let (id, to) = (submission.clone(), target.clone());
    view! {
        <li class="card" data-item=id data-target=to data-state=state>
            <div class="card-row wrap">
                <strong class="grow">
                    {form.map(|form| format!("{} {}", form.id, form.version))} " → " {target}
                </strong>
                <span class=class>{tell(move |w| (w.state)(&said))}</span>
            </div>
            {(!configured).then(|| view! { <p class="notice warn">{tell(|w| w.not_configured)}</p> })}
            {unreadable.then(|| view! { <p class="soft">{tell(|w| w.unreadable_item)}</p> })}
            {reason.map(|reason| view! { <Why reason /> })}
            <dl class="facts small beside">
                {moment("queued", tell(|w| w.queued_at), queued_at)}
                {attempts.filter(|tries| *tries > 0).map(|tries| fact("attempts", tell(|w| w.attempts), tries.into_any()))}
                {due_at.map(|at| moment("due", tell(|w| w.next_try), at))}
                {receipt.map(|receipt| view! { <Proof receipt /> })}
                {fact("submission", tell(|w| w.submission), view! { <span class="mono">{submission}</span> }.into_any())}
            </dl>
            <Told outcome />
            {shown_when(move || to_try, move || {
                let again = again.clone();
                view! {
                    <div class="actions">
                        <button type="button" class="button" data-action="again" disabled=move || outcome.busy.get() on:click=again>
                            {tell(|w| w.again)}
                        </button>
                    </div>
                }
                .into_any()
            })}
        </li>
    }
}

fn moment(name: &'static str, what: Live<&'static str>, at: i64) -> AnyView {
    fact(name, what, say(move |w| when(at, now(), w)).into_any())
}

/// Our words for the kind, the status, and the receiver's own words as they are.
#[component]
fn Why(reason: Reason) -> impl IntoView {
    let Reason { kind, status, words } = reason;
    let known = SendErrorKind::named(&kind);
    let (own, name) = (words.trim().to_owned(), kind.clone());
    view! {
        <div class="notice danger" data-reason=name>
            <p>
                <strong>{say(move |w| known.map_or_else(|| kind.clone(), |kind| (w.send_reason)(kind).to_owned()))}</strong>
                {status.map(|status| view! { <span class="soft">" · " {tell(move |w| (w.status)(status.into()))}</span> })}
            </p>
            <p class="small soft">{tell(|w| w.reason)}</p>
            {match own.is_empty() {
                true => view! { <p class="soft">{tell(|w| w.no_words)}</p> }.into_any(),
                false => view! { <p class="words">{own}</p> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Proof(receipt: Receipt) -> impl IntoView {
    let Receipt { hash, server_time, at } = receipt;
    let time = server_time.filter(|time| !time.is_empty());
    view! {
        {moment("delivered", tell(|w| w.delivered_at), at)}
        {time.map(|time| fact("receiver-time", tell(|w| w.receipt_time), say(move |w| when_written(&time, now(), w)).into_any()))}
        {fact("hash", tell(|w| w.receipt_hash), view! { <span class="mono">{hash}</span> }.into_any())}
    }
}
