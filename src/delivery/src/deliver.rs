//! Runs the outbox once: every due item is tried, each state kept before the next thing is done.
//!
//! Whoever calls it is the only runner (the app holds a lock for that), so what is found Sending was left by a
//! run that died, and is tried again. Sending twice is harmless: the server knows id and hash.

use std::cell::RefCell;
use std::collections::BTreeMap;

use uuid::Uuid;

use crate::attachment::Attachment;
use crate::backend::{Backend, Parcel, SendError, SendErrorKind, may_have};
use crate::moment::Moment;
use crate::outbox::{OutboxItem, Wake, back_off_ms, next_due};
use crate::receipt::Receipt;
use crate::store::{Store, StoreError, StoreErrorKind};
use crate::submission::Submission;
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
/// `backends` gives the backend of a target's name, if there is one. `now` is asked before and after each try; `jitter_seed` should differ between devices and runs.
///
/// # Errors
/// [`StoreError`] if the outbox can't be listed at all. What goes wrong with one item is in [`Run::store_errors`].
pub async fn deliver<'b, S: Store, T: Transport, B: Backend + 'b>(
    store: &S,
    transport: &T,
    backends: impl Fn(&str) -> Option<&'b B>,
    wake: Wake,
    now: impl Fn() -> Moment,
    jitter_seed: u64,
) -> Result<Run, StoreError> {
    let listed = store.outbox().await?;
    let mut run = Run::default();
    // What its user has locked waits for its user; what is sealed for the office does not.
    let unreadable = listed.unreadable.into_iter().map(|(_, error)| error);
    run.store_errors.extend(unreadable.filter(|error| error.kind != StoreErrorKind::Locked));

    let mut due: Vec<OutboxItem> = listed
        .items
        .into_iter()
        .map(|item| item.taken_up().woken(wake))
        .filter(|item| item.is_due(now().ms))
        .collect();
    due.sort_by(|a, b| (a.attempts, a.id, &a.target).cmp(&(b.attempts, b.id, &b.target)));

    // Silence is a target's own: that one server is away says nothing of the others.
    let mut silence: BTreeMap<String, u32> = BTreeMap::new();
    for item in due {
        let target = item.target.clone();
        let silent = silence.entry(target.clone()).or_default();
        let outcome = match backends(&target) {
            None => keep_failed(store, item, SendErrorKind::TargetUnknown, now().ms, jitter_seed).await,
            Some(backend) if *silent < ENOUGH_SILENCE => {
                attempt(store, transport, backend, item, &now, jitter_seed).await
            }
            Some(_) => put_off(store, item, now().ms, jitter_seed).await,
        };
        match outcome {
            Ok(None) => {
                run.delivered += 1;
                *silent = 0;
            }
            Ok(Some(kind)) => {
                run.failed += 1;
                *silent = if kind.is_of_the_network() { *silent + 1 } else { 0 };
            }
            Err(error) => run.store_errors.push(error),
        }
    }

    plan_next(store, now().ms, jitter_seed, &mut run).await;
    Ok(run)
}

/// What a try asks of whoever keeps the item: a device's [`Store`], which is one by itself, or a server that passes on what it has.
#[allow(async_fn_in_trait)]
pub trait Outbox {
    /// As [`Store::load_submission`].
    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError>;

    /// As [`Store::load_file`].
    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// As [`Store::update_item`].
    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError>;

    /// As [`Store::accept`].
    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError>;
}

impl<S: Store> Outbox for S {
    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        Store::load_submission(self, id).await
    }

    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Store::load_file(self, owner, name).await
    }

    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError> {
        Store::update_item(self, item).await
    }

    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError> {
        Store::accept(self, receipt, target, at).await
    }
}

/// Tries one item at once, because its reader asked for that one alone, or because it is the caller's by a claim. `Ok(None)` says delivered.
///
/// # Errors
/// [`StoreError`] if its state could not be kept or its bytes not be read; it is still there.
pub async fn deliver_one<O: Outbox, T: Transport, B: Backend>(
    store: &O,
    transport: &T,
    backend: &B,
    item: OutboxItem,
    now: impl Fn() -> Moment,
    jitter_seed: u64,
) -> Result<Option<SendErrorKind>, StoreError> {
    attempt(store, transport, backend, item.taken_up(), &now, jitter_seed).await
}

/// Tries one item. `Ok(None)` says delivered.
async fn attempt<O: Outbox, T: Transport, B: Backend>(
    store: &O,
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
    let parcel = Kept { store, submission: &submission, item: RefCell::new(item) };
    let sent = match may_have(backend, &submission) {
        Ok(()) => backend.send(&parcel, transport).await,
        Err(error) => Err(error),
    };
    let item = parcel.item.into_inner();
    match sent {
        Ok(receipt) => {
            store.accept(&receipt, &item.target, now()).await?;
            Ok(None)
        }
        Err(error) => {
            let kind = error.kind;
            store.update_item(&item.failed(error, now().ms, jitter_seed)).await?;
            Ok(Some(kind))
        }
    }
}

/// A submission and its files as the store keeps them.
struct Kept<'a, S> {
    store: &'a S,
    submission: &'a Submission,
    /// Being sent, with what has arrived so far.
    item: RefCell<OutboxItem>,
}

impl<S: Outbox> Kept<'_, S> {
    async fn keep(&self, item: OutboxItem) -> Result<(), SendError> {
        self.store.update_item(&item).await.map_err(of_the_device)?;
        self.item.replace(item);
        Ok(())
    }
}

impl<S: Outbox> Parcel for Kept<'_, S> {
    fn submission(&self) -> &Submission {
        self.submission
    }

    async fn file(&self, attachment: &Attachment) -> Result<Vec<u8>, SendError> {
        let kept = self.store.load_file(self.submission.id(), &attachment.name).await;
        match kept.map_err(of_the_device)? {
            Some(bytes) if attachment.has(&bytes) => Ok(bytes),
            Some(_) | None => Err(SendErrorKind::FileLost.alone()),
        }
    }

    fn has_arrived(&self, part: &str) -> bool {
        self.item.borrow().arrived.iter().any(|arrived| arrived == part)
    }

    async fn arrived(&self, part: &str) -> Result<(), SendError> {
        let mut item = self.item.borrow().clone();
        item.arrived.push(part.to_owned());
        self.keep(item).await
    }

    async fn nothing_arrived(&self) -> Result<(), SendError> {
        let item = OutboxItem { arrived: Vec::new(), ..self.item.borrow().clone() };
        self.keep(item).await
    }
}

fn of_the_device(error: StoreError) -> SendError {
    SendError { words: format!("{:?}", error.kind), ..SendErrorKind::DeviceFault.alone() }
}

/// Keeps an item as failed without a try.
async fn keep_failed<S: Store>(
    store: &S,
    item: OutboxItem,
    kind: SendErrorKind,
    now_ms: i64,
    jitter_seed: u64,
) -> Result<Option<SendErrorKind>, StoreError> {
    store.update_item(&item.failed(kind.alone(), now_ms, jitter_seed)).await?;
    Ok(Some(kind))
}

async fn put_off<S: Store>(
    store: &S,
    item: OutboxItem,
    now_ms: i64,
    jitter_seed: u64,
) -> Result<Option<SendErrorKind>, StoreError> {
    let reason = SendErrorKind::Offline.alone();
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
    use super::*;
    use crate::backend::doorstep::Doorstep;
    use crate::draft::{Draft, new_id};
    use crate::memory_store::{Fault, MemoryStore, ready};
    use crate::outbox::{HOME, State};
    use crate::submission::tests::{sealed, with_photo};
    use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Request, Response};

    const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };
    /// Who writes in these tests.
    const PEN: crate::Pen = crate::Pen::new([7; 16]);

    /// A store with so many sealed submissions, the first one the oldest.
    fn store_with(count: u8) -> (MemoryStore, Vec<Submission>) {
        let store = MemoryStore::new();
        let seal = |number: u8| {
            let draft =
                Draft { id: new_id(i64::from(number), &[number; 10]), ..crate::draft::tests::sample() };
            ready(store.create_draft(&draft, PEN)).unwrap();
            let submission =
                Submission::freeze(sealed(&draft, serde_json::json!({"household-needs": {}}), NOW));
            ready(store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, NOW)).unwrap();
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
        let backend = Doorstep::at("");
        ready(deliver(store, &MemoryTransport::new(answer), |_| Some(&backend), wake, || NOW, 1)).unwrap()
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

    /// A store with one submission that has a photo, on its way to these targets.
    fn store_with_photo(targets: &[&str]) -> (MemoryStore, Submission) {
        let store = MemoryStore::new();
        let (submission, bytes) = with_photo();
        let draft = crate::draft::tests::sample();
        ready(store.create_draft(&draft, PEN)).unwrap();
        ready(store.keep_file(draft.id, PEN, &submission.attachments()[0], &bytes)).unwrap();
        let items: Vec<OutboxItem> =
            targets.iter().map(|target| OutboxItem::queue_for(&submission, target)).collect();
        ready(store.seal(&submission, PEN, &items, None, NOW)).unwrap();
        (store, submission)
    }

    #[test]
    fn files_go_first_and_what_has_arrived_is_not_sent_again() {
        let (store, submission) = store_with_photo(&[HOME]);
        let asked = RefCell::new(Vec::new());
        let answer = |broken: bool| {
            let asked = &asked;
            move |request: Request| {
                let attachment = request.url.contains("/attachments/");
                asked.borrow_mut().push(if attachment { "file" } else { "submission" });
                match (attachment, broken) {
                    (true, _) => Ok(Response { status: 201, headers: Vec::new(), body: stored(&request) }),
                    (false, true) => Err(offline()),
                    (false, false) => Ok(accept(&request)),
                }
            }
        };
        assert_eq!(run(&store, Wake::Start, answer(true)).failed, 1);
        assert_eq!(run(&store, Wake::Network, answer(false)).delivered, 1);
        assert_eq!(*asked.borrow(), ["file", "submission", "submission"]);
        assert!(ready(store.files(submission.id())).unwrap().items.is_empty());
    }

    fn stored(request: &Request) -> Vec<u8> {
        let hash = request.url.rsplit('/').next().unwrap();
        format!(r#"{{"attachment":{{"hash":"{hash}","size":{}}}}}"#, request.body.as_ref().unwrap().len())
            .into()
    }

    #[test]
    fn a_server_that_lost_a_file_gets_all_of_them_again() {
        let (store, _) = store_with_photo(&[HOME]);
        let mut asked = Vec::new();
        let mut lost = true;
        // The first submission finds its file gone; the second has it.
        let mut answer = |request: Request| {
            let attachment = request.url.contains("/attachments/");
            asked.push(if attachment { "file" } else { "submission" });
            let gone = !attachment && std::mem::take(&mut lost);
            Ok(match (attachment, gone) {
                (true, _) => Response { status: 201, headers: Vec::new(), body: stored(&request) },
                (false, true) => {
                    let body = br#"{"error":{"code":"attachment_missing","reason":"a file is not here"}}"#;
                    Response { status: 409, headers: Vec::new(), body: body.to_vec() }
                }
                (false, false) => accept(&request),
            })
        };
        assert_eq!(run(&store, Wake::Start, &mut answer).failed, 1);
        assert_eq!(run(&store, Wake::Hand, &mut answer).delivered, 1);
        assert_eq!(asked, ["file", "submission", "file", "submission"]);
    }

    #[test]
    fn each_target_has_its_own_receipt_and_the_bytes_stay_until_the_last() {
        let (store, submission) = store_with_photo(&[HOME, "second"]);
        let backend = Doorstep::at("");
        let deliver_to = |known: &'static [&'static str]| {
            let answer = |request: Request| {
                Ok(match request.url.contains("/attachments/") {
                    true => Response { status: 200, headers: Vec::new(), body: stored(&request) },
                    false => accept(&request),
                })
            };
            let backends = |target: &str| known.contains(&target).then_some(&backend);
            ready(deliver(&store, &MemoryTransport::new(answer), backends, Wake::Hand, || NOW, 1)).unwrap()
        };
        let first = deliver_to(&[HOME]);
        assert_eq!((first.delivered, first.failed), (1, 1));
        let left = ready(store.outbox()).unwrap().items;
        assert!(matches!(&left[..], [OutboxItem { target, state: State::Waiting { reason, .. }, .. }]
            if target == "second" && reason.kind == SendErrorKind::TargetUnknown));
        assert_eq!(ready(store.files(submission.id())).unwrap().items.len(), 1);
        assert_eq!(deliver_to(&[HOME, "second"]).delivered, 1);
        assert!(ready(Store::load_submission(&store, submission.id())).unwrap().is_none());
        assert!(ready(store.files(submission.id())).unwrap().items.is_empty());
        assert_eq!(ready(store.delivered()).unwrap().items.len(), 2);
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
