//! Runs the outbox once: every due item is tried, each state kept before the next thing is done.
//!
//! Whoever calls it is the only runner (the app holds a lock for that), so what is found Sending was left by a
//! run that died, and is tried again. Sending twice is harmless: the server knows id and hash.

use crate::backend::{Backend, SendError, SendErrorKind};
use crate::moment::Moment;
use crate::outbox::{OutboxItem, Wake, back_off_ms, next_due};
use crate::store::{Store, StoreError, StoreErrorKind};
use crate::transport::Transport;

/// After so many tries in a row that met no network, the rest of the run is put off.
const ENOUGH_SILENCE: u32 = 3;

/// What a run did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Run {
    /// How many items got their receipt.
    pub delivered: usize,
    /// How many were tried and are still there.
    pub failed: usize,
    /// When to run again by timer (milliseconds since 1970); `None` if nothing waits for a time.
    pub next_due_ms: Option<i64>,
    /// Items whose state could not be kept, or whose bytes could not be read. They are still there.
    pub store_errors: Vec<StoreError>,
}

/// Sends what is due, fewest failures first, so that an item which always fails is behind all others.
///
/// `now` is asked before and after each try; `jitter_seed` should differ between devices and runs.
///
/// # Errors
/// [`StoreError`] if the outbox can't be listed at all. What goes wrong with one item is in [`Run::store_errors`].
pub async fn deliver<S: Store, T: Transport, B: Backend>(
    store: &S,
    transport: &T,
    backend: &B,
    wake: Wake,
    now: impl Fn() -> Moment,
    jitter_seed: u64,
) -> Result<Run, StoreError> {
    let listed = store.outbox().await?;
    let mut run = Run::default();
    run.store_errors.extend(listed.unreadable.into_iter().map(|(_, error)| error));

    let mut due: Vec<OutboxItem> = listed
        .items
        .into_iter()
        .map(|item| item.taken_up().woken(wake))
        .filter(|item| item.is_due(now().ms))
        .collect();
    due.sort_by_key(|item| (item.attempts, item.id));

    let mut silence = 0;
    for item in due {
        let outcome = if silence < ENOUGH_SILENCE {
            attempt(store, transport, backend, item, &now, jitter_seed).await
        } else {
            put_off(store, item, now().ms, jitter_seed).await
        };
        match outcome {
            Ok(None) => {
                run.delivered += 1;
                silence = 0;
            }
            Ok(Some(kind)) => {
                run.failed += 1;
                silence = if kind.is_of_the_network() { silence + 1 } else { 0 };
            }
            Err(error) => run.store_errors.push(error),
        }
    }

    run.next_due_ms = next_run(store, now().ms, jitter_seed, &run).await?;
    Ok(run)
}

/// Tries one item. `Ok(None)` says delivered.
async fn attempt<S: Store, T: Transport, B: Backend>(
    store: &S,
    transport: &T,
    backend: &B,
    item: OutboxItem,
    now: &impl Fn() -> Moment,
    jitter_seed: u64,
) -> Result<Option<SendErrorKind>, StoreError> {
    let submission = store.load_submission(item.id).await?;
    let submission = submission
        .filter(|submission| submission.hash() == item.hash)
        .ok_or_else(|| StoreErrorKind::Unreadable.because(format!("no bytes for {}", item.id)))?;
    let item = item.sending(now().ms);
    store.update_item(&item).await?;
    match backend.send(&submission, transport).await {
        Ok(receipt) => {
            store.accept(&receipt, now()).await?;
            Ok(None)
        }
        Err(error) => {
            let kind = error.kind;
            store.update_item(&item.failed(error, now().ms, jitter_seed)).await?;
            Ok(Some(kind))
        }
    }
}

async fn put_off<S: Store>(
    store: &S,
    item: OutboxItem,
    now_ms: i64,
    jitter_seed: u64,
) -> Result<Option<SendErrorKind>, StoreError> {
    let reason =
        SendError { kind: SendErrorKind::Offline, status: None, retry_after_ms: None, words: String::new() };
    let kind = reason.kind;
    store.update_item(&item.put_off(reason, now_ms + back_off_ms(1, jitter_seed))).await?;
    Ok(Some(kind))
}

async fn next_run<S: Store>(
    store: &S,
    now_ms: i64,
    jitter_seed: u64,
    run: &Run,
) -> Result<Option<i64>, StoreError> {
    let items: Vec<OutboxItem> = store.outbox().await?.items.into_iter().map(OutboxItem::taken_up).collect();
    let due = next_due(&items, now_ms);
    // An item that stays due although it was just tried could not be kept: no hot loop around a broken store.
    let soonest = now_ms + if run.store_errors.is_empty() { 0 } else { back_off_ms(1, jitter_seed) };
    Ok(due.map(|due| due.max(soonest)))
}
