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

    plan_next(store, now().ms, jitter_seed, &mut run).await;
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

/// Says when to run again: as the items say, but not at once after the store failed.
async fn plan_next<S: Store>(store: &S, now_ms: i64, jitter_seed: u64, run: &mut Run) {
    let later = now_ms + back_off_ms(1, jitter_seed);
    let due = match store.outbox().await {
        Ok(listed) => {
            let items: Vec<OutboxItem> = listed.items.into_iter().map(OutboxItem::taken_up).collect();
            next_due(&items, now_ms)
        }
        Err(error) => {
            run.store_errors.push(error);
            Some(later)
        }
    };
    // An item that stays due although it was just tried could not be kept: no hot loop around a broken store.
    let soonest = if run.store_errors.is_empty() { now_ms } else { later };
    run.next_due_ms = due.map(|due| due.max(soonest));
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::backend::doorstep::Doorstep;
    use crate::draft::{Draft, new_id};
    use crate::memory_store::{Fault, MemoryStore, ready};
    use crate::outbox::State;
    use crate::submission::Submission;
    use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Request, Response};

    const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };

    /// A store with so many sealed submissions, the first one the oldest.
    fn store_with(count: u8) -> (MemoryStore, Vec<Submission>) {
        let store = MemoryStore::new();
        let seal = |number: u8| {
            let draft =
                Draft { id: new_id(i64::from(number), &[number; 10]), ..crate::draft::tests::sample() };
            ready(store.create_draft(&draft)).unwrap();
            let submission = Submission::freeze(&draft, "zh", "", serde_json::json!({}), NOW);
            ready(store.seal(&submission, &OutboxItem::queue(&submission))).unwrap();
            submission
        };
        let submissions = (0..count).map(seal).collect();
        (store, submissions)
    }

    fn accept(request: &Request) -> Response {
        let id = request.url.rsplit('/').next().unwrap();
        let hash = crate::submission::content_hash(request.body.as_ref().unwrap());
        let body = format!(r#"{{"receipt":{{"id":"{id}","hash":"{hash}","server_time":"t"}}}}"#);
        Response { status: 201, headers: Vec::new(), body: body.into_bytes() }
    }

    fn offline() -> NetworkError {
        NetworkError { kind: NetworkErrorKind::Offline, words: "no route".into() }
    }

    fn run(
        store: &MemoryStore,
        wake: Wake,
        answer: impl FnMut(Request) -> Result<Response, NetworkError>,
    ) -> Run {
        let backend = Doorstep { base_url: String::new() };
        ready(deliver(store, &MemoryTransport::new(answer), &backend, wake, || NOW, 1)).unwrap()
    }

    #[test]
    fn without_a_network_three_are_tried_and_the_rest_waits() {
        let (store, _) = store_with(6);
        let mut tries = 0;
        let done = run(&store, Wake::Start, |_| {
            tries += 1;
            Err(offline())
        });
        assert_eq!((tries, done.failed, done.delivered), (3, 6, 0));
        assert!(done.next_due_ms.is_some_and(|due| due > NOW.ms));
        let items = ready(store.outbox()).unwrap().items;
        assert!(items.iter().all(|item| matches!(item.state, State::Waiting { .. })));
        assert_eq!(items.iter().map(|item| item.attempts).sum::<u32>(), 3);
        // Nothing is due yet, and the network's return makes it so.
        assert_eq!(run(&store, Wake::Timer, |_| panic!("too early")).failed, 0);
        assert_eq!(run(&store, Wake::Network, |request| Ok(accept(&request))).delivered, 6);
    }

    #[test]
    fn items_that_always_fail_fall_behind_the_others() {
        let (store, submissions) = store_with(5);
        let stuck: Vec<String> =
            submissions[..3].iter().map(|submission| submission.id().to_string()).collect();
        let order = RefCell::new(Vec::new());
        let answer = |request: Request| {
            let id = request.url.rsplit('/').next().unwrap().to_owned();
            order.borrow_mut().push(id.clone());
            if stuck.contains(&id) { Err(offline()) } else { Ok(accept(&request)) }
        };
        // The three oldest silence the first run; in the second they come last.
        assert_eq!(run(&store, Wake::Start, answer).delivered, 0);
        assert_eq!(run(&store, Wake::Network, answer).delivered, 2);
        assert_eq!(order.borrow()[5..], stuck);
    }

    #[test]
    fn a_store_that_fails_for_one_item_holds_up_no_other_and_is_not_asked_in_a_loop() {
        let (store, _) = store_with(3);
        store.fail_after(0, Fault::Abort);
        let done = run(&store, Wake::Start, |request| Ok(accept(&request)));
        assert_eq!((done.delivered, done.store_errors.len()), (2, 1));
        assert!(done.next_due_ms.is_some_and(|due| due > NOW.ms));
        assert_eq!(run(&store, Wake::Timer, |request| Ok(accept(&request))).delivered, 1);
    }

    #[test]
    fn what_a_dead_run_was_sending_is_sent_again() {
        let (store, _) = store_with(1);
        store.fail_after(1, Fault::DieBefore);
        let done = run(&store, Wake::Start, |request| Ok(accept(&request)));
        assert_eq!(done.delivered, 0);
        store.crash(|_, _| true);
        let items = ready(store.outbox()).unwrap().items;
        assert!(matches!(items[0].state, State::Sending { .. }));
        assert_eq!(run(&store, Wake::Start, |request| Ok(accept(&request))).delivered, 1);
        assert_eq!(ready(store.delivered()).unwrap().items.len(), 1);
    }
}
