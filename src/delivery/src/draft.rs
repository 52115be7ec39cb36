//! A form half filled in, as a device keeps it: a snapshot of the answers, and where the reader was.
//!
//! The id is made with the draft and becomes the submission's, so that a draft can be sealed only once.
//! What is kept is never the live type (invariant 6): [`kept`].

mod kept;

use std::sync::Arc;

use doorstep_engine::Form;
use doorstep_engine::session::{Extent, RestoreError, Session, World};
use serde_json::Value as Json;
use uuid::Uuid;

pub(crate) use kept::{CursorV1, FormRefV1, MomentV1};

use crate::audit_log::AuditLog;
use crate::hand_over::HandedOn;
use crate::moment::Moment;
use crate::rescue::TakenFrom;
use crate::sealed::Sealed;
use crate::step::{self, ReplayProblem, Step};

/// Which form, exactly.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FormRef {
    /// The form's name that never changes: `household-needs`.
    pub id: String,
    /// The version that its author gave it.
    pub version: String,
    /// SHA-256 over definition and files, 64 lowercase hex characters.
    pub hash: String,
}

impl FormRef {
    /// The form that a session runs.
    pub fn of(form: &Form) -> FormRef {
        FormRef { id: form.id().into(), version: form.version().into(), hash: form.hash().into() }
    }
}

/// Where the reader is. Paths are [`Session::path`]'s and hold no answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// The page's path; `None` before the first page was shown.
    pub page: Option<String>,
    /// The repeat instance whose card is open on it: `/household-needs/members[2]`.
    pub card: Option<String>,
}

/// Answered of askable questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DraftProgress {
    /// Questions with an answer.
    pub answered: u32,
    /// Questions that could have one.
    pub askable: u32,
}

/// A form half filled in.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// UUIDv7, see [`new_id`]; the submission's id later on.
    pub id: Uuid,
    /// The form it answers. Kept on the device as long as the draft is.
    pub form: FormRef,
    /// The form's `instance_name`; empty while it has none.
    pub name: String,
    /// When it was begun.
    pub created_at: Moment,
    /// When this snapshot was taken.
    pub updated_at: Moment,
    /// The language it is read in.
    pub language: String,
    /// Where the reader is.
    pub cursor: Cursor,
    /// How far it is.
    pub progress: DraftProgress,
    /// `Session::data(Extent::All)`.
    pub answers: Json,
    /// The last [`Step`] that the snapshot includes; 0 before the first.
    pub seq: u64,
    /// The refused submission that this one is to stand for once it is sealed.
    pub supersedes: Option<Uuid>,
    /// Is a flag of its assessment up, or was one by answers that are still kept, though nobody is asked any more? Then somebody waits for help, and
    /// not for the survey to be finished.
    pub in_danger: bool,
    /// In which state another device handed it over, if one did.
    pub taken_from: Option<TakenFrom>,
    /// Somebody else is to go on with it: until it is known what became of that, nobody does here.
    pub handed_on: Option<HandedOn>,
    /// How it was filled in so far, where its form wants that logged and it was opened.
    pub log: Option<AuditLog>,
}

/// A draft as a list shows it, kept as a record of its own so that a list decrypts no answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftSummary {
    /// [`Draft::id`].
    pub id: Uuid,
    /// [`Draft::form`].
    pub form: FormRef,
    /// [`Draft::name`].
    pub name: String,
    /// [`Draft::created_at`].
    pub created_at: Moment,
    /// [`Draft::updated_at`].
    pub updated_at: Moment,
    /// [`Draft::progress`].
    pub progress: DraftProgress,
    /// [`Draft::in_danger`].
    pub in_danger: bool,
    /// [`Draft::handed_on`].
    pub handed_on: Option<HandedOn>,
}

/// A draft taken up again.
#[derive(Debug)]
pub struct Opened {
    /// The form with every answer that was kept.
    pub session: Session,
    /// Where the reader was.
    pub cursor: Cursor,
    /// The highest step number so far; the next step is this plus one.
    pub seq: u64,
    /// Steps that could not be taken again. To be shown, never swallowed; then a snapshot is to be saved,
    /// so that what follows does not stand behind their gap.
    pub problems: Vec<ReplayProblem>,
    /// How it was filled in, these steps too; `None` if nothing was logged so far.
    pub log: Option<AuditLog>,
    /// When the last of all this was done.
    pub last_at: Moment,
}

/// Why a draft can't be taken up again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// The form given, this one, is another one or another version than the draft's.
    OtherForm(FormRef),
    /// The snapshot does not fit the form.
    Restore(RestoreError),
}

/// A new draft's id: UUIDv7 from the clock and ten random bytes, so that ids sort by the time they were made.
pub fn new_id(now_ms: i64, random: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now_ms.max(0).unsigned_abs(), random).into_uuid()
}

impl Draft {
    /// The first snapshot of a form just opened.
    pub fn begin(id: Uuid, session: &Session, now: Moment) -> Draft {
        let mut draft = Draft {
            id,
            form: FormRef::of(session.form()),
            name: String::new(),
            created_at: now,
            updated_at: now,
            language: String::new(),
            cursor: Cursor::default(),
            progress: DraftProgress::default(),
            answers: Json::Null,
            seq: 0,
            supersedes: None,
            in_danger: false,
            taken_from: None,
            handed_on: None,
            log: None,
        };
        draft.take(session, Cursor::default(), 0, now);
        draft
    }

    /// A refused submission's answers as a draft of their own, to be put right and sealed in its stead.
    ///
    /// # Errors
    /// [`OpenError`] if they don't fit the form.
    pub fn repairing(id: Uuid, sealed: &Sealed, form: Arc<Form>, world: World) -> Result<Draft, OpenError> {
        let given = FormRef::of(&form);
        if given != sealed.form {
            return Err(OpenError::OtherForm(given));
        }
        let now = Moment { ms: world.now_ms, utc_offset_minutes: world.utc_offset_minutes };
        let mut session = Session::restore(form, world, &sealed.data).map_err(OpenError::Restore)?;
        session.set_language(&sealed.language);
        Ok(Draft { supersedes: Some(sealed.id), ..Draft::begin(id, &session, now) })
    }

    /// Takes the session's answers as they are after the step `seq`.
    pub fn take(&mut self, session: &Session, cursor: Cursor, seq: u64, now: Moment) {
        let progress = session.progress();
        self.name = session.instance_name();
        self.updated_at = now;
        self.language = session.language().to_owned();
        self.cursor = cursor;
        self.progress =
            DraftProgress { answered: count(progress.answered), askable: count(progress.askable) };
        self.answers = session.data(Extent::All);
        self.seq = seq;
        self.in_danger = session.flags_up() > 0 || !session.silenced().is_empty();
    }

    /// Takes the draft up again: restores the snapshot, then takes the steps since.
    ///
    /// # Errors
    /// [`OpenError`] if the snapshot itself can't be used. Steps that can't be taken are in [`Opened::problems`].
    pub fn open(&self, steps: &[Step], form: Arc<Form>, world: World) -> Result<Opened, OpenError> {
        let given = FormRef::of(&form);
        if given != self.form {
            return Err(OpenError::OtherForm(given));
        }
        let (now_ms, offset) = (world.now_ms, world.utc_offset_minutes);
        let mut session = Session::restore(form, world, &self.answers).map_err(OpenError::Restore)?;
        session.set_language(&self.language);
        let mut log = self.log.clone();
        let replayed = step::replay(&mut session, log.as_mut(), self.cursor.clone(), self.seq, steps);
        session.set_now(now_ms, offset);
        Ok(Opened {
            session,
            cursor: replayed.cursor,
            seq: replayed.seq,
            problems: replayed.problems,
            log,
            last_at: steps.last().map_or(self.updated_at, |step| step.at),
        })
    }

    /// What a list shows of it.
    pub fn summary(&self) -> DraftSummary {
        DraftSummary {
            id: self.id,
            form: self.form.clone(),
            name: self.name.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            progress: self.progress,
            in_danger: self.in_danger,
            handed_on: self.handed_on.clone(),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// A draft as a grid worker might have it.
    pub(crate) fn sample() -> Draft {
        Draft {
            id: new_id(1_795_397_400_000, &[7; 10]),
            form: FormRef {
                id: "household-needs".into(),
                version: "2026.11.1".into(),
                hash: "ab".repeat(32),
            },
            name: "张三 · 竹岛街道".into(),
            created_at: Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 },
            updated_at: Moment { ms: 1_795_397_460_000, utc_offset_minutes: 480 },
            language: "zh".into(),
            cursor: Cursor {
                page: Some("/household-needs/members".into()),
                card: Some("/household-needs/members[2]".into()),
            },
            progress: DraftProgress { answered: 3, askable: 41 },
            answers: json!({"household-needs": {"members": [{"member_name": "张三", "age": 71}, {"age": {"unread": "七"}}]}}),
            seq: 9,
            supersedes: None,
            in_danger: false,
            taken_from: None,
            handed_on: None,
            log: None,
        }
    }

    #[test]
    fn ids_sort_by_time_and_say_their_version() {
        let (early, late) = (new_id(1_000, &[0xff; 10]), new_id(1_001, &[0; 10]));
        assert!(early < late);
        assert_eq!(late.get_version_num(), 7);
    }
}
