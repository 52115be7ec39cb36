//! What a draft of a rescue file is to the one of the same id that is here already: the same, a later state of it, or one that has gone its own way.
//!
//! A draft that came from another device knows in which state it was then ([`TakenFrom`]). So what both have in common is known without looking
//! at an answer, and kept here is: a draft is brought forward only by what has all that it has; what went on here and there is kept twice.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draft::{Draft, new_id};
use crate::record::Record;
use crate::step::Change;
use crate::store::StoredDraft;
use crate::submission::content_hash;

/// In which state a draft came from another device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TakenFrom {
    /// The last step that it had.
    pub seq: u64,
    /// SHA-256 of the whole, 64 lowercase hex characters.
    pub state: String,
}

/// What the one is to the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kin {
    /// All of it is here.
    Known,
    /// It has all that is here, and more.
    Later,
    /// Each has what the other has not.
    Apart,
}

/// What a draft that came is to the one that is here.
pub(super) fn kin(here: &StoredDraft, came: &StoredDraft) -> Kin {
    let (state_here, state_came) = (state(here), state(came));
    let (base_here, base_came) = (here.draft.taken_from.as_ref(), came.draft.taken_from.as_ref());
    let is = |base: Option<&TakenFrom>, state: &str| base.is_some_and(|base| base.state == state);
    if state_here == state_came || is(base_here, &state_came) {
        return Kin::Known;
    }
    if is(base_came, &state_here) {
        return Kin::Later;
    }
    // Up to there both are of one line; without any such mark, the one that is here is its own device's.
    let Some(common) = base_here.into_iter().chain(base_came).map(|base| base.seq).min() else {
        return Kin::Known;
    };
    match (goes_beyond(here, common), goes_beyond(came, common)) {
        (_, false) => Kin::Known,
        (false, true) => Kin::Later,
        (true, true) => Kin::Apart,
    }
}

/// Did its reader do anything after that step but look at it? What a snapshot took in is not told apart any more.
fn goes_beyond(stored: &StoredDraft, seq: u64) -> bool {
    let looks = |change: &Change| matches!(change, Change::Page(_) | Change::Language { .. });
    stored.draft.seq > seq || stored.steps.iter().any(|step| step.seq > seq && !looks(&step.change))
}

/// The same, knowing in which state it came.
pub(super) fn marked(stored: &StoredDraft) -> StoredDraft {
    let last = stored.steps.last().map_or(stored.draft.seq, |step| step.seq.max(stored.draft.seq));
    let taken_from = Some(TakenFrom { seq: last, state: state(stored) });
    // Whoever takes it up goes on with it.
    let draft = Draft { taken_from, handed_on: None, ..stored.draft.clone() };
    StoredDraft { draft, steps: stored.steps.clone() }
}

/// The same under an id of its own, beside the one that is here: always the same id, so that what comes later finds it.
pub(super) fn apart(stored: &StoredDraft) -> StoredDraft {
    let draft = Draft { id: beside(stored.draft.id), ..stored.draft.clone() };
    StoredDraft { draft, steps: stored.steps.clone() }
}

/// The id of what is kept beside a draft that went on here and elsewhere: a UUIDv7 of the same time.
pub fn beside(id: Uuid) -> Uuid {
    let digest = content_hash(format!("a draft beside {id}").as_bytes());
    let mut own = [0; 10];
    for (byte, digits) in own.iter_mut().zip(digest.as_bytes().chunks(2)) {
        *byte =
            std::str::from_utf8(digits).ok().and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or(0);
    }
    new_id(made_at(id), &own)
}

/// When the id was made: its first 48 bits (RFC 9562 §5.7).
fn made_at(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(0)
}

/// The hash of a state, wherever it lies and whence it came.
fn state(stored: &StoredDraft) -> String {
    let bare = Draft { taken_from: None, handed_on: None, id: Uuid::nil(), ..stored.draft.clone() };
    let mut bytes = bare.to_bytes();
    for step in &stored.steps {
        bytes.push(b'\n');
        bytes.extend(step.to_bytes());
    }
    content_hash(&bytes)
}
