//! Brings one target its items, one after the other: claims the next that is due, tries it, and keeps what came of it.
//!
//! Kept here: a try runs on a thread of its own, since its network blocks; while it lasts its claim is renewed, so that a claim that runs
//! out is that of a process that died; a target that is silent, busy or refuses the login is left alone for a while, with all its items.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, Capabilities, Parcel, SendError, SendErrorKind};
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::deliver::{Outbox, deliver_one};
use doorstep_delivery::outbox::{FIRST_WAIT_MS, LONGEST_BACK_OFF_MS, back_off_ms};
use doorstep_delivery::record::Record;
use doorstep_delivery::store::{StoreError as NotKept, StoreErrorKind};
use doorstep_delivery::transport::Transport;
use doorstep_delivery::{FormRef, Moment, OutboxItem, Receipt, Retry, State, Submission, Uuid};
use doorstep_engine::{Bundle, Form};
use tokio::sync::{oneshot, watch};

use super::{Clock, Post};
use crate::attachments::Shelf;
use crate::outgoing::Outgoing;
use crate::store::{Store, StoreError, name_of_state};

/// How long a claim holds unless it is renewed.
const LEASE_MS: i64 = 60_000;
/// How often it is renewed.
const RENEWAL_MS: i64 = LEASE_MS / 3;
/// How often a courier with nothing to do looks for what other processes have queued.
const LOOK_MS: i64 = 30_000;
/// How long a target is left alone at most, but for one that refuses the login.
const LONGEST_REST_MS: i64 = 60_000;
/// So many tries in a row may meet no network before that is taken for the target's own silence.
const ENOUGH_SILENCE: u32 = 3;

/// What takes a target its items.
pub(super) struct Courier {
    post: Arc<Post>,
    store: Store,
    shelf: Arc<dyn Shelf>,
    clock: Clock,
    /// Keeps a connection from one item to the next.
    outgoing: Arc<Outgoing>,
    /// Tries in a row that met no network.
    silence: u32,
    /// By form's hash: are its submissions to be encrypted?
    encrypted: BTreeMap<String, bool>,
}

/// What comes next.
enum Next {
    /// Another item.
    GoOn,
    /// Nothing before that time, unless there is something new.
    Idle(i64),
    /// Nothing before that time, unless somebody asks for it.
    Rest(i64),
}

impl Courier {
    pub(super) fn new(post: Arc<Post>, store: Store, shelf: Arc<dyn Shelf>, clock: Clock) -> Courier {
        let outgoing = Arc::new(Outgoing::new(""));
        Courier { post, store, shelf, clock, outgoing, silence: 0, encrypted: BTreeMap::new() }
    }

    /// Goes on until it is told to stop.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let now = self.clock.now();
        if let Err(error) = self.store.take_up(self.post.name(), now, LEASE_MS).await {
            tracing::error!(target: "doorstep", to = self.post.name(), what = %error, "the relay's start");
        }
        while !*stop.borrow() {
            let next = match self.step().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(target: "doorstep", to = self.post.name(), what = %error, "the relay's queue");
                    Next::Rest(self.clock.now() + back_off_ms(1, fastrand::u64(..)))
                }
            };
            let (until, resting) = match next {
                Next::GoOn => continue,
                Next::Idle(until) => (until, false),
                Next::Rest(until) => (until, true),
            };
            tokio::select! {
                _ = stop.changed() => {}
                () = self.post.asked.notified() => self.silence = 0,
                () = self.post.new.notified(), if !resting => {}
                () = self.clock.sleep_until(until) => {}
            }
        }
    }

    /// Takes one item as far as it goes.
    async fn step(&mut self) -> Result<Next, StoreError> {
        let token = format!("{:032x}", fastrand::u128(..));
        let now = self.clock.now();
        let target = self.post.name();
        let Some((id, record)) = self.store.claim(target, &token, now, now + LEASE_MS).await? else {
            let due = self.store.next_due(target).await?.unwrap_or(i64::MAX);
            // Due and yet not to be had: another process was faster, and will be done soon.
            let soonest = now + fastrand::i64(20..200);
            return Ok(Next::Idle(due.clamp(soonest, now + LOOK_MS)));
        };
        let body = self.store.body(&id).await?.and_then(|body| String::from_utf8(body).ok());
        // What is to be encrypted came encrypted, by a secret that stayed on its device.
        let submission = body.and_then(|body| Submission::read(body, None).ok());
        let (Some(submission), Ok(item)) = (submission, OutboxItem::from_bytes(&record)) else {
            // As a newer Doorstep left it. Claimed, it is passed over for a while.
            tracing::error!(target: "doorstep", id, to = target, "can't be read, and is not passed on");
            return Ok(Next::GoOn);
        };
        let claim = Arc::new(Claim {
            store: self.store.clone(),
            shelf: self.shelf.clone(),
            clock: self.clock.clone(),
            token,
            submission,
            last: Mutex::new(item),
        });
        let is_bare =
            !claim.submission.is_for_few() && self.wants_encryption(claim.submission.form()).await?;
        match self.send(&claim, now, is_bare).await {
            Ok(()) => Ok(self.after(&claim.item())),
            Err(error) => {
                // What came of it is not known to be kept: it is sent again when the claim has run out.
                tracing::error!(target: "doorstep", id, to = self.post.name(), what = %error, "passed on, but not noted");
                Ok(Next::Rest(self.clock.now() + back_off_ms(1, fastrand::u64(..))))
            }
        }
    }

    /// Are a form's submissions to be encrypted? A build that did not ask may have taken some in as they were.
    async fn wants_encryption(&mut self, form: &FormRef) -> Result<bool, StoreError> {
        if let Some(known) = self.encrypted.get(&form.hash) {
            return Ok(*known);
        }
        let text = self.store.form(&form.hash).await?.unwrap_or_default();
        let wants = move || {
            // Most say nothing of it, and need not be compiled for that.
            let said = text.contains("public_key") || text.contains("base64RsaPublicKey");
            let form =
                said.then(|| Bundle::from_json(&text).ok().and_then(|bundle| Form::read(&bundle).form));
            // One that can't be read any more and says something of it is none to be careless with.
            form.is_some_and(|form| form.is_none_or(|form| form.public_key().is_some()))
        };
        let wants = tokio::task::spawn_blocking(wants).await.unwrap_or(true);
        self.encrypted.insert(form.hash.clone(), wants);
        Ok(wants)
    }

    /// Tries an item on a thread of its own, and renews its claim of that time meanwhile.
    async fn send(&self, claim: &Arc<Claim>, claimed_at: i64, is_bare: bool) -> Result<(), NotKept> {
        let (target, credential) = self.post.given.clone();
        let now = moment(&self.clock);
        let backend = target.backend.given(credential.clone(), now);
        let backend = Discreet { backend, credential, is_bare };
        let (claimed, clock, outgoing) = (claim.clone(), self.clock.clone(), self.outgoing.clone());
        let runtime = tokio::runtime::Handle::current();
        let (done, mut is_done) = oneshot::channel();
        std::thread::spawn(move || {
            let (item, seed) = (claimed.item(), fastrand::u64(..));
            let now = || moment(&clock);
            let tried = runtime.block_on(deliver_one(&*claimed, &*outgoing, &backend, item, now, seed));
            // Nobody waits for it any more where the server has stopped.
            let _ = done.send(tried);
        });
        let (id, target) = (claim.submission.id().to_string(), self.post.name());
        let mut renewed_at = claimed_at;
        loop {
            tokio::select! {
                tried = &mut is_done => {
                    // Where the panic happened is in the log already.
                    return tried.map_err(|_| StoreErrorKind::Closed.because("it panicked"))?.map(drop);
                }
                () = self.clock.sleep_until(renewed_at + RENEWAL_MS) => {
                    renewed_at = self.clock.now();
                    let until = renewed_at + LEASE_MS;
                    // One that could not be renewed runs out: then it is sent twice, which is harmless.
                    let _ = self.store.renew_claim(&id, target, &claim.token, until).await;
                }
            }
        }
    }

    /// Tells what came of a try, and how long the target is to be left alone.
    fn after(&mut self, item: &OutboxItem) -> Next {
        let (id, to, attempts) = (item.id.to_string(), self.post.name(), item.attempts);
        let reason = match &item.state {
            State::Waiting { reason, .. } | State::Refused { reason } => reason,
            State::Queued | State::Sending { .. } | State::Delivered { .. } => {
                tracing::info!(target: "doorstep", id, to, "passed on");
                self.post.count("delivered");
                self.silence = 0;
                return Next::GoOn;
            }
        };
        // Its words are the server's own: they are for whoever may see the list.
        let (why, status, state) = (reason.kind.name(), reason.status, name_of_state(&item.state));
        tracing::warn!(target: "doorstep", id, to, state, why, status, attempts, "not passed on");
        self.post.count(why);
        let rest = rest_ms(reason, &mut self.silence, fastrand::u64(..));
        if rest == 0 { Next::GoOn } else { Next::Rest(self.clock.now() + rest) }
    }
}

/// How long a target is left alone after a failure that is its own rather than the item's.
fn rest_ms(reason: &SendError, silence: &mut u32, seed: u64) -> i64 {
    if reason.kind.is_of_the_network() {
        *silence = silence.saturating_add(1);
        return match silence.checked_sub(ENOUGH_SILENCE) {
            None => 0,
            Some(more) => back_off_ms(more + 1, seed).min(LONGEST_REST_MS),
        };
    }
    *silence = 0;
    match (reason.kind.retry(), reason.kind) {
        (_, SendErrorKind::Busy) => reason.retry_after_ms.unwrap_or(0).clamp(FIRST_WAIT_MS, LONGEST_REST_MS),
        // Tried again and again, a wrong password shuts an account.
        (Retry::AfterLogin, _) => LONGEST_BACK_OFF_MS,
        _ => 0,
    }
}

fn moment(clock: &Clock) -> Moment {
    Moment { ms: clock.now(), utc_offset_minutes: 0 }
}

/// A backend that keeps its credential out of what it says, should the server have quoted it, and is given nothing
/// bare that should have been encrypted.
struct Discreet {
    backend: AnyBackend,
    credential: Credential,
    /// It lies here in plain, and its form wants it encrypted.
    is_bare: bool,
}

impl Backend for Discreet {
    fn capabilities(&self) -> Capabilities {
        self.backend.capabilities()
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        if self.is_bare {
            let words = "its form wants it encrypted, and it lies here in plain".into();
            return Err(SendError { words, ..SendErrorKind::NotEncrypted.alone() });
        }
        let sent = self.backend.send(parcel, transport).await;
        sent.map_err(|error| SendError { words: self.credential.redact(error.words), ..error })
    }
}

/// A claimed item with its submission: what delivery takes for a device's store.
struct Claim {
    store: Store,
    shelf: Arc<dyn Shelf>,
    clock: Clock,
    token: String,
    submission: Submission,
    /// The item as it was kept last.
    last: Mutex<OutboxItem>,
}

impl Claim {
    fn item(&self) -> OutboxItem {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn kept(&self, item: OutboxItem) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = item;
    }
}

impl Outbox for Claim {
    async fn load_submission(&self, _: Uuid) -> Result<Option<Submission>, NotKept> {
        Ok(Some(self.submission.clone()))
    }

    async fn load_file(&self, _: Uuid, name: &str) -> Result<Option<Vec<u8>>, NotKept> {
        let files = self.submission.attachments();
        let Some(file) = files.iter().find(|file| file.name == name) else { return Ok(None) };
        // A shelf that is not there is none that lost a file: it may be mounted again.
        let failed = |error: std::io::Error| StoreErrorKind::Closed.because(error.kind().to_string());
        let mut bytes = Vec::new();
        let read = self.shelf.read(&file.hash).map_err(failed)?.take(file.size.saturating_add(1));
        { read }.read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    async fn update_item(&self, item: &OutboxItem) -> Result<(), NotKept> {
        let now = self.clock.now();
        let kept = self.store.keep_item(item, &self.token, now, now + LEASE_MS).await.map_err(not_kept)?;
        self.kept(item.clone());
        if kept { Ok(()) } else { Err(StoreErrorKind::Gone.because("another process has it now")) }
    }

    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), NotKept> {
        let no_proof = || StoreErrorKind::NotItsReceipt.because("another id or hash");
        let item = self.item().delivered(receipt.clone(), at).map_err(|_| no_proof())?;
        if item.target != target || !self.store.keep_delivered(&item, at.ms).await.map_err(not_kept)? {
            return Err(StoreErrorKind::Gone.because("it is not in the queue"));
        }
        self.kept(item);
        Ok(())
    }
}

/// The database's own words are in the log; delivery asks only whether it was kept.
fn not_kept(error: StoreError) -> NotKept {
    tracing::error!(target: "doorstep", what = %error, "the relay's queue");
    StoreErrorKind::Aborted.because("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: SendErrorKind, retry_after_ms: Option<i64>) -> SendError {
        SendError { retry_after_ms, ..kind.alone() }
    }

    #[test]
    fn a_silent_target_is_left_alone_for_longer_and_longer_but_never_for_long() {
        let mut silence = 0;
        let rests: Vec<i64> =
            (0..12).map(|_| rest_ms(&failed(SendErrorKind::Offline, None), &mut silence, 7)).collect();
        assert_eq!(rests[..2], [0, 0], "one item that is never answered says nothing of the others");
        assert!(rests[2..].iter().all(|rest| (2_500..=LONGEST_REST_MS).contains(rest)), "{rests:?}");
        assert_eq!(rests[11], LONGEST_REST_MS);
        assert_eq!(rest_ms(&failed(SendErrorKind::ServerFault, None), &mut silence, 7), 0);
        assert_eq!(silence, 0, "it answers");
    }

    #[test]
    fn a_wait_that_was_asked_for_is_the_targets_and_a_refusal_the_items() {
        let rest = |kind, asked| rest_ms(&failed(kind, asked), &mut 0, 7);
        assert_eq!(rest(SendErrorKind::Busy, None), FIRST_WAIT_MS);
        assert_eq!(rest(SendErrorKind::Busy, Some(20_000)), 20_000);
        assert_eq!(rest(SendErrorKind::Busy, Some(i64::MAX)), LONGEST_REST_MS);
        assert_eq!(rest(SendErrorKind::LoginNeeded, None), LONGEST_BACK_OFF_MS);
        for kind in [SendErrorKind::Refused, SendErrorKind::IdTaken, SendErrorKind::TooLarge] {
            assert_eq!(rest(kind, None), 0, "{kind:?}");
        }
    }
}
