//! What is sealed and not yet receipted: Queued → Sending → Delivered / Refused(reason) / Waiting(until).
//!
//! Pure transitions: the time and the jitter's seed are given. They survive a restart, since each state is kept
//! before the next thing is done: what is found Sending at the start is Queued again, and sending twice is harmless.
//! An item leaves only with its receipt, and a failing one holds up no other (invariant 4).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Retry;
use crate::backend::{SendError, SendErrorKind};
use crate::draft::{FormRef, FormRefV1, MomentV1};
use crate::moment::Moment;
use crate::receipt::{Receipt, ReceiptV1};
use crate::record::{self, Record, RecordError};
use crate::submission::Submission;

/// The first wait after a failure, before jitter.
pub const FIRST_WAIT_MS: i64 = 5_000;
/// The longest wait of our own making, before jitter.
pub const LONGEST_BACK_OFF_MS: i64 = 15 * 60_000;
/// The longest that a server's `Retry-After` is heeded; a wait that lies further ahead than this means that the clock was put back.
pub const LONGEST_WAIT_MS: i64 = 60 * 60_000;

/// The target that every form has unless the office says otherwise: the server that the app comes from.
pub const HOME: &str = "doorstep";

/// A sealed submission on its way to one target. The bytes are kept beside it, once for all its targets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutboxItem {
    /// The submission's id.
    pub id: Uuid,
    /// Which of the configured backends it goes to, by its name there: [`HOME`], or another.
    pub target: String,
    /// The submission's hash.
    pub hash: String,
    /// The form it answers.
    pub form: FormRef,
    /// The form's `instance_name` for it.
    pub name: String,
    /// Is it sealed for the office? Then there is no name, and nobody can read it here.
    pub for_office: bool,
    /// When it was finished.
    pub finished_at: Moment,
    /// How many bytes are sent.
    pub size: u64,
    /// Tries that have failed since the reader last asked for one.
    pub attempts: u32,
    /// Which parts of it have arrived already, in the backend's own words for them: mostly names of files.
    pub arrived: Vec<String>,
    /// Where it stands.
    pub state: State,
}

/// Where an item stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// To be sent as soon as the outbox runs.
    Queued,
    /// Being sent since that time (milliseconds since 1970).
    Sending {
        /// When the try began.
        since_ms: i64,
    },
    /// To be tried again.
    Waiting {
        /// When, at the latest.
        until: Until,
        /// Why it is not there yet.
        reason: SendError,
    },
    /// The backend will not have it; stays, with the reason, until the reader does something.
    Refused {
        /// The backend's own words.
        reason: SendError,
    },
    /// Accepted. Only [`crate::store::Store::accept`] keeps this state.
    Delivered {
        /// The proof.
        receipt: Receipt,
        /// When the device got it.
        at: Moment,
    },
}

/// What a waiting item waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// A time, in milliseconds since 1970.
    Time(i64),
    /// Somebody to log in.
    Login,
}

/// Why the outbox looks at its items again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// The app started.
    Start,
    /// The network came back.
    Network,
    /// The app came to the front.
    Visible,
    /// The time that [`next_due`] gave.
    Timer,
    /// The reader asked: everything is tried that is not refused.
    Hand,
    /// Somebody logged in.
    Login,
}

/// A receipt that is none of this item's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotItsReceipt;

impl OutboxItem {
    /// A submission just sealed, on its way home.
    pub fn queue(submission: &Submission) -> OutboxItem {
        OutboxItem::queue_for(submission, HOME)
    }

    /// A submission just sealed, on its way to a target.
    pub fn queue_for(submission: &Submission, target: &str) -> OutboxItem {
        OutboxItem {
            id: submission.id(),
            target: target.to_owned(),
            hash: submission.hash().to_owned(),
            form: submission.form().clone(),
            name: submission.name().to_owned(),
            for_office: submission.is_for_office(),
            finished_at: submission.finished_at(),
            size: submission.size(),
            attempts: 0,
            arrived: Vec::new(),
            state: State::Queued,
        }
    }

    /// What a store keeps it under: one submission has one item for each target.
    pub fn key(&self) -> String {
        item_key(self.id, &self.target)
    }

    /// Is it to be sent now?
    pub fn is_due(&self, now_ms: i64) -> bool {
        match &self.state {
            State::Queued => true,
            State::Waiting { until: Until::Time(until), .. } => {
                *until <= now_ms || until.saturating_sub(now_ms) > LONGEST_WAIT_MS
            }
            State::Waiting { until: Until::Login, .. }
            | State::Sending { .. }
            | State::Refused { .. }
            | State::Delivered { .. } => false,
        }
    }

    /// Does its server keep it aside, whether or not that has decided?
    pub fn is_kept_aside(&self) -> bool {
        match &self.state {
            State::Waiting { reason, .. } | State::Refused { reason } => {
                matches!(reason.kind, SendErrorKind::KeptAside | SendErrorKind::NotTakenIn)
            }
            State::Queued | State::Sending { .. } | State::Delivered { .. } => false,
        }
    }

    /// The item as a runner finds it when it is the only one: nobody is sending it any more.
    pub fn taken_up(mut self) -> OutboxItem {
        if let State::Sending { .. } = self.state {
            self.state = State::Queued;
        }
        self
    }

    /// The item after something woke the outbox. Waits that a server asked for end only by time or by hand.
    pub fn woken(mut self, wake: Wake) -> OutboxItem {
        let State::Waiting { until, reason } = &self.state else { return self };
        let queued = match wake {
            Wake::Hand => true,
            Wake::Login => *until == Until::Login,
            Wake::Start | Wake::Network | Wake::Visible => {
                matches!(until, Until::Time(_)) && reason.kind.is_of_the_network()
            }
            Wake::Timer => false,
        };
        if queued {
            self.state = State::Queued;
            if wake == Wake::Hand {
                self.attempts = 0;
            }
        }
        self
    }

    /// A refused item that its reader wants tried once more, unchanged: the server's side may have been mended.
    pub fn tried_again(mut self) -> OutboxItem {
        if let State::Refused { .. } = self.state {
            self.state = State::Queued;
            self.attempts = 0;
        }
        self
    }

    /// The item while it is being sent.
    pub fn sending(mut self, now_ms: i64) -> OutboxItem {
        self.state = State::Sending { since_ms: now_ms };
        self
    }

    /// The item after a try failed: refused, or waiting with back-off.
    pub fn failed(mut self, reason: SendError, now_ms: i64, jitter_seed: u64) -> OutboxItem {
        self.attempts = self.attempts.saturating_add(1);
        self.state = match reason.kind.retry() {
            Retry::Never => State::Refused { reason },
            Retry::AfterLogin => State::Waiting { until: Until::Login, reason },
            Retry::Later => {
                let own = back_off_ms(self.attempts, jitter_seed ^ self.id.as_u128() as u64);
                let asked = reason.retry_after_ms.unwrap_or(0).clamp(0, LONGEST_WAIT_MS);
                State::Waiting { until: Until::Time(now_ms.saturating_add(own.max(asked))), reason }
            }
        };
        self
    }

    /// The item put off without having been tried, because the ones before it met no network.
    pub fn put_off(mut self, reason: SendError, until_ms: i64) -> OutboxItem {
        self.state = State::Waiting { until: Until::Time(until_ms), reason };
        self
    }

    /// The item accepted.
    ///
    /// # Errors
    /// [`NotItsReceipt`] unless id and hash are the item's.
    pub fn delivered(mut self, receipt: Receipt, at: Moment) -> Result<OutboxItem, NotItsReceipt> {
        if !receipt.proves(self.id, &self.hash) {
            return Err(NotItsReceipt);
        }
        self.state = State::Delivered { receipt, at };
        Ok(self)
    }
}

/// What a store keeps the item of a submission and a target under. The home target's is the bare id, as it was before there were others.
pub fn item_key(id: Uuid, target: &str) -> String {
    if target == HOME { id.to_string() } else { format!("{id}/{target}") }
}

/// When the outbox has to look again by itself; `None` if nothing waits for a time.
pub fn next_due(items: &[OutboxItem], now_ms: i64) -> Option<i64> {
    items.iter().filter_map(|item| due_at(item, now_ms)).min()
}

fn due_at(item: &OutboxItem, now_ms: i64) -> Option<i64> {
    match &item.state {
        _ if item.is_due(now_ms) => Some(now_ms),
        State::Waiting { until: Until::Time(until), .. } => Some(*until),
        State::Queued
        | State::Waiting { until: Until::Login, .. }
        | State::Sending { .. }
        | State::Refused { .. }
        | State::Delivered { .. } => None,
    }
}

/// Doubles from [`FIRST_WAIT_MS`] to [`LONGEST_BACK_OFF_MS`], then takes a random half of it off,
/// so that a station full of phones does not come back in step.
pub fn back_off_ms(attempts: u32, seed: u64) -> i64 {
    let doubled = FIRST_WAIT_MS << attempts.saturating_sub(1).min(20);
    let full = doubled.min(LONGEST_BACK_OFF_MS);
    let half = full / 2;
    half + (mix(seed.wrapping_add(u64::from(attempts))) % (half as u64 + 1)) as i64
}

/// SplitMix64's finaliser: enough to spread waits, no more.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The first version of the kept item.
#[derive(Serialize, Deserialize)]
struct OutboxItemV1 {
    id: Uuid,
    hash: String,
    form: FormRefV1,
    name: String,
    finished_at: MomentV1,
    size: u64,
    attempts: u32,
    state: StateV1,
}

/// The second version: one item for each target, and which parts have arrived.
#[derive(Serialize, Deserialize)]
struct OutboxItemV2 {
    #[serde(flatten)]
    v1: OutboxItemV1,
    target: String,
    arrived: Vec<String>,
}

/// The third version: sealed for the office. Written only of those.
#[derive(Serialize, Deserialize)]
struct OutboxItemV3 {
    #[serde(flatten)]
    v2: OutboxItemV2,
    for_office: bool,
}

impl From<OutboxItemV2> for OutboxItemV3 {
    fn from(v2: OutboxItemV2) -> OutboxItemV3 {
        OutboxItemV3 { v2, for_office: false }
    }
}

impl From<OutboxItemV1> for OutboxItemV2 {
    fn from(v1: OutboxItemV1) -> OutboxItemV2 {
        OutboxItemV2 { v1, target: HOME.to_owned(), arrived: Vec::new() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum StateV1 {
    Queued,
    Sending { since_ms: i64 },
    WaitingUntil { until_ms: i64, reason: ReasonV1 },
    WaitingForLogin { reason: ReasonV1 },
    Refused { reason: ReasonV1 },
    Delivered { receipt: ReceiptV1, at: MomentV1 },
}

#[derive(Serialize, Deserialize)]
struct ReasonV1 {
    kind: String,
    status: Option<u16>,
    retry_after_ms: Option<i64>,
    words: String,
}

impl Record for OutboxItem {
    const KIND: &'static str = "outbox item";

    fn to_bytes(&self) -> Vec<u8> {
        let item = self.clone();
        let state = match item.state {
            State::Queued => StateV1::Queued,
            State::Sending { since_ms } => StateV1::Sending { since_ms },
            State::Waiting { until: Until::Time(until_ms), reason } => {
                StateV1::WaitingUntil { until_ms, reason: reason.into() }
            }
            State::Waiting { until: Until::Login, reason } => {
                StateV1::WaitingForLogin { reason: reason.into() }
            }
            State::Refused { reason } => StateV1::Refused { reason: reason.into() },
            State::Delivered { receipt, at } => StateV1::Delivered { receipt: receipt.into(), at: at.into() },
        };
        let v1 = OutboxItemV1 {
            id: item.id,
            hash: item.hash,
            form: item.form.into(),
            name: item.name,
            finished_at: item.finished_at.into(),
            size: item.size,
            attempts: item.attempts,
            state,
        };
        let v2 = OutboxItemV2 { v1, target: item.target, arrived: item.arrived };
        match item.for_office {
            false => record::encode(2, &v2),
            true => record::encode(3, &OutboxItemV3 { v2, for_office: true }),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<OutboxItem, RecordError> {
        let OutboxItemV3 { v2, for_office } = match record::version(Self::KIND, bytes)? {
            1 => OutboxItemV2::from(record::decode::<OutboxItemV1>(Self::KIND, bytes)?).into(),
            2 => record::decode::<OutboxItemV2>(Self::KIND, bytes)?.into(),
            3 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        let OutboxItemV2 { v1, target, arrived } = v2;
        let state = match v1.state {
            StateV1::Queued => State::Queued,
            StateV1::Sending { since_ms } => State::Sending { since_ms },
            StateV1::WaitingUntil { until_ms, reason } => {
                State::Waiting { until: Until::Time(until_ms), reason: reason.into() }
            }
            StateV1::WaitingForLogin { reason } => {
                State::Waiting { until: Until::Login, reason: reason.into() }
            }
            StateV1::Refused { reason } => State::Refused { reason: reason.into() },
            StateV1::Delivered { receipt, at } => State::Delivered { receipt: receipt.into(), at: at.into() },
        };
        Ok(OutboxItem {
            id: v1.id,
            hash: v1.hash,
            form: v1.form.into(),
            name: v1.name,
            for_office,
            finished_at: v1.finished_at.into(),
            size: v1.size,
            attempts: v1.attempts,
            target,
            arrived,
            state,
        })
    }
}

impl From<SendError> for ReasonV1 {
    fn from(error: SendError) -> ReasonV1 {
        ReasonV1 {
            kind: error.kind.name().to_owned(),
            status: error.status,
            retry_after_ms: error.retry_after_ms,
            words: error.words,
        }
    }
}

impl From<ReasonV1> for SendError {
    fn from(v1: ReasonV1) -> SendError {
        SendError {
            // A kind that this build does not know was kept by a newer one: its words still tell the reader.
            kind: SendErrorKind::named(&v1.kind).unwrap_or(SendErrorKind::NotTheServer),
            status: v1.status,
            retry_after_ms: v1.retry_after_ms,
            words: v1.words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::golden;
    use crate::submission::tests::sample;

    fn item() -> OutboxItem {
        OutboxItem::queue(&sample())
    }

    fn error(kind: SendErrorKind) -> SendError {
        SendError { kind, status: None, retry_after_ms: None, words: String::new() }
    }

    fn its_receipt() -> Receipt {
        Receipt {
            id: item().id,
            hash: item().hash,
            server_time: "2026-11-23T02:00:01.000Z".into(),
            taken_in_as: None,
        }
    }

    #[test]
    fn the_first_version_of_each_state_is_as_it_was() {
        let refusal = SendError {
            kind: SendErrorKind::NotASubmission,
            status: Some(422),
            retry_after_ms: None,
            words: "/household-needs/age: not a whole number".into(),
        };
        let at = Moment { ms: 1_795_399_201_000, utc_offset_minutes: 480 };
        let submission = Submission::from_bytes(include_bytes!("../testdata/submission.v1.json")).unwrap();
        let item = || OutboxItem::queue(&submission);
        let receipt = Receipt { hash: item().hash, ..its_receipt() };
        golden::reads("outbox_queued.v1.json", &item());
        golden::reads("outbox_sending.v1.json", &item().sending(1));
        golden::reads("outbox_waiting.v1.json", &item().failed(error(SendErrorKind::Offline), 1_000, 7));
        golden::reads("outbox_login.v1.json", &item().failed(error(SendErrorKind::LoginNeeded), 1_000, 7));
        golden::reads("outbox_refused.v1.json", &item().failed(refusal, 1_000, 7));
        golden::reads("outbox_delivered.v1.json", &item().delivered(receipt, at).unwrap());
    }

    #[test]
    fn the_third_version_is_as_it_was() {
        let item = OutboxItem { name: String::new(), for_office: true, ..item() };
        golden::check("outbox_queued.v3.json", &item);
    }

    #[test]
    fn the_second_version_is_as_it_was() {
        let item = OutboxItem::queue_for(&crate::submission::tests::with_photo().0, "central");
        let item = OutboxItem { arrived: vec!["户口本-1.jpg".into()], ..item };
        golden::check("outbox_queued.v2.json", &item);
        golden::check("outbox_sending.v2.json", &item.clone().sending(1));
        golden::check("outbox_waiting.v2.json", &item.clone().failed(error(SendErrorKind::Busy), 1_000, 7));
        assert_eq!(item.key(), format!("{}/central", item.id));
        assert_eq!(OutboxItem::queue(&sample()).key(), item.id.to_string());
    }

    #[test]
    fn back_off_doubles_with_jitter_up_to_a_quarter_of_an_hour() {
        for attempts in 1..60 {
            let full = (FIRST_WAIT_MS << (attempts - 1).min(20)).min(LONGEST_BACK_OFF_MS);
            let waits: Vec<i64> = (0..200).map(|seed| back_off_ms(attempts, seed)).collect();
            assert!(waits.iter().all(|wait| (full / 2..=full).contains(wait)), "{attempts}");
            let spread = waits.iter().max().unwrap() - waits.iter().min().unwrap();
            assert!(spread > full / 3, "attempt {attempts} has no jitter");
        }
    }

    #[test]
    fn a_wait_ends_by_time_and_not_before() {
        let waiting = item().failed(error(SendErrorKind::Busy), 1_000, 3);
        let State::Waiting { until: Until::Time(until), .. } = waiting.state else { panic!("{waiting:?}") };
        assert!(!waiting.is_due(until - 1));
        assert!(waiting.is_due(until));
        assert_eq!(next_due(&[waiting], 1_000), Some(until));
    }

    #[test]
    fn retry_after_is_heeded_within_reason() {
        let asked = |ms| SendError { retry_after_ms: Some(ms), ..error(SendErrorKind::Busy) };
        let until = |item: OutboxItem| match item.state {
            State::Waiting { until: Until::Time(until), .. } => until,
            state => panic!("{state:?}"),
        };
        assert_eq!(until(item().failed(asked(120_000), 0, 1)), 120_000);
        assert_eq!(until(item().failed(asked(i64::MAX), 0, 1)), LONGEST_WAIT_MS);
        assert!(until(item().failed(asked(-5), 0, 1)) >= FIRST_WAIT_MS / 2);
    }

    #[test]
    fn a_clock_put_back_does_not_strand_an_item() {
        let waiting = item().failed(error(SendErrorKind::Offline), 1_000_000_000, 3);
        assert!(waiting.is_due(0));
        assert_eq!(next_due(&[waiting], 0), Some(0));
    }

    #[test]
    fn what_its_server_keeps_aside_is_told_from_what_it_only_refused() {
        let kept = |kind| item().failed(error(kind), 0, 1).is_kept_aside();
        assert!(kept(SendErrorKind::KeptAside) && kept(SendErrorKind::NotTakenIn));
        assert!(!kept(SendErrorKind::IdTaken) && !kept(SendErrorKind::Offline) && !item().is_kept_aside());
    }

    #[test]
    fn what_each_wake_reason_wakes() {
        let offline = item().failed(error(SendErrorKind::Offline), 0, 1);
        let busy = item().failed(error(SendErrorKind::Busy), 0, 1);
        let login = item().failed(error(SendErrorKind::LoginNeeded), 0, 1);
        let refused = item().failed(error(SendErrorKind::IdTaken), 0, 1);
        let woken = |item: &OutboxItem, wake| item.clone().woken(wake).state == State::Queued;
        for (wake, expected) in [
            (Wake::Start, [true, false, false, false]),
            (Wake::Network, [true, false, false, false]),
            (Wake::Visible, [true, false, false, false]),
            (Wake::Timer, [false, false, false, false]),
            (Wake::Hand, [true, true, true, false]),
            (Wake::Login, [false, false, true, false]),
        ] {
            assert_eq!(
                [&offline, &busy, &login, &refused].map(|item| woken(item, wake)),
                expected,
                "{wake:?}"
            );
        }
        assert_eq!(refused.tried_again().state, State::Queued);
        assert_eq!(offline.clone().tried_again(), offline);
    }

    #[test]
    fn an_item_found_sending_is_queued_again() {
        assert_eq!(item().sending(5).taken_up(), item());
        assert!(!item().sending(5).is_due(i64::MAX));
    }

    #[test]
    fn only_its_own_receipt_delivers_it() {
        let at = Moment::default();
        assert!(item().delivered(its_receipt(), at).is_ok());
        let other_hash = Receipt { hash: "00".repeat(32), ..its_receipt() };
        assert_eq!(item().delivered(other_hash, at), Err(NotItsReceipt));
        let other_id = Receipt { id: Uuid::nil(), ..its_receipt() };
        assert_eq!(item().delivered(other_id, at), Err(NotItsReceipt));
    }
}
