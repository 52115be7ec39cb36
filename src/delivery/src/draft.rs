//! A form half filled in, as a device keeps it: a snapshot of the answers, and where the reader was.
//!
//! The id is made with the draft and becomes the submission's, so that a draft can be sealed only once.
//! What is kept is [`DraftV1`], never the live type (invariant 6).

use std::sync::Arc;

use doorstep_engine::Form;
use doorstep_engine::session::{Extent, RestoreError, Session, World};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::audit_log::AuditLog;
use crate::moment::Moment;
use crate::record::{self, Record, RecordError};
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
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A form reference as every record keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct FormRefV1 {
    id: String,
    version: String,
    hash: String,
}

/// A moment as every record keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct MomentV1 {
    ms: i64,
    offset: i32,
}

/// The reader's place as records keep it.
#[derive(Serialize, Deserialize)]
pub(crate) struct CursorV1 {
    page: Option<String>,
    card: Option<String>,
}

/// The first version of the kept draft.
#[derive(Serialize, Deserialize)]
struct DraftV1 {
    id: Uuid,
    form: FormRefV1,
    name: String,
    created_at: MomentV1,
    updated_at: MomentV1,
    language: String,
    cursor: CursorV1,
    answered: u32,
    askable: u32,
    seq: u64,
    answers: Json,
}

/// The second version: which refused submission it is to stand for.
#[derive(Serialize, Deserialize)]
struct DraftV2 {
    #[serde(flatten)]
    v1: DraftV1,
    supersedes: Option<Uuid>,
}

impl From<DraftV1> for DraftV2 {
    fn from(v1: DraftV1) -> DraftV2 {
        DraftV2 { v1, supersedes: None }
    }
}

/// The third version: whether a flag is up. Of an older one it is not known before it is opened.
#[derive(Serialize, Deserialize)]
struct DraftV3 {
    #[serde(flatten)]
    v2: DraftV2,
    in_danger: bool,
}

/// The fourth version, of those alone that another device handed over: in which state. A build before it leaves them alone.
#[derive(Serialize, Deserialize)]
struct DraftV4 {
    #[serde(flatten)]
    v3: DraftV3,
    taken_from: TakenFrom,
}

/// The fifth version, of those alone whose form wants logged how it is filled in. A build before it leaves them alone, which would lose the log.
#[derive(Serialize, Deserialize)]
struct DraftV5 {
    #[serde(flatten)]
    v3: DraftV3,
    taken_from: Option<TakenFrom>,
    log: AuditLog,
}

impl From<DraftV2> for DraftV3 {
    fn from(v2: DraftV2) -> DraftV3 {
        DraftV3 { v2, in_danger: false }
    }
}

/// The first version of the kept summary.
#[derive(Serialize, Deserialize)]
struct DraftSummaryV1 {
    id: Uuid,
    form: FormRefV1,
    name: String,
    created_at: MomentV1,
    updated_at: MomentV1,
    answered: u32,
    askable: u32,
}

/// The second version, as of the draft's third.
#[derive(Serialize, Deserialize)]
struct DraftSummaryV2 {
    #[serde(flatten)]
    v1: DraftSummaryV1,
    in_danger: bool,
}

impl From<DraftSummaryV1> for DraftSummaryV2 {
    fn from(v1: DraftSummaryV1) -> DraftSummaryV2 {
        DraftSummaryV2 { v1, in_danger: false }
    }
}

impl Record for Draft {
    const KIND: &'static str = "draft";

    fn to_bytes(&self) -> Vec<u8> {
        let draft = self.clone();
        let v2 = DraftV2 {
            supersedes: draft.supersedes,
            v1: DraftV1 {
                id: draft.id,
                form: draft.form.into(),
                name: draft.name,
                created_at: draft.created_at.into(),
                updated_at: draft.updated_at.into(),
                language: draft.language,
                cursor: draft.cursor.into(),
                answered: draft.progress.answered,
                askable: draft.progress.askable,
                seq: draft.seq,
                answers: draft.answers,
            },
        };
        let v3 = DraftV3 { v2, in_danger: draft.in_danger };
        match (draft.taken_from, draft.log) {
            (None, None) => record::encode(3, &v3),
            (Some(taken_from), None) => record::encode(4, &DraftV4 { v3, taken_from }),
            (taken_from, Some(log)) => record::encode(5, &DraftV5 { v3, taken_from, log }),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Draft, RecordError> {
        let (mut taken_from, mut log) = (None, None);
        let v3: DraftV3 = match record::version(Self::KIND, bytes)? {
            1 => DraftV2::from(record::decode::<DraftV1>(Self::KIND, bytes)?).into(),
            2 => record::decode::<DraftV2>(Self::KIND, bytes)?.into(),
            3 => record::decode(Self::KIND, bytes)?,
            4 => {
                let v4: DraftV4 = record::decode(Self::KIND, bytes)?;
                taken_from = Some(v4.taken_from);
                v4.v3
            }
            5 => {
                let v5: DraftV5 = record::decode(Self::KIND, bytes)?;
                (taken_from, log) = (v5.taken_from, Some(v5.log));
                v5.v3
            }
            version => return Err(record::newer(Self::KIND, version)),
        };
        let DraftV3 { v2: DraftV2 { v1, supersedes }, in_danger } = v3;
        Ok(Draft {
            id: v1.id,
            form: v1.form.into(),
            name: v1.name,
            created_at: v1.created_at.into(),
            updated_at: v1.updated_at.into(),
            language: v1.language,
            cursor: v1.cursor.into(),
            progress: DraftProgress { answered: v1.answered, askable: v1.askable },
            answers: v1.answers,
            seq: v1.seq,
            supersedes,
            in_danger,
            taken_from,
            log,
        })
    }
}

impl Record for DraftSummary {
    const KIND: &'static str = "draft summary";

    fn to_bytes(&self) -> Vec<u8> {
        let summary = self.clone();
        let v1 = DraftSummaryV1 {
            id: summary.id,
            form: summary.form.into(),
            name: summary.name,
            created_at: summary.created_at.into(),
            updated_at: summary.updated_at.into(),
            answered: summary.progress.answered,
            askable: summary.progress.askable,
        };
        record::encode(2, &DraftSummaryV2 { v1, in_danger: summary.in_danger })
    }

    fn from_bytes(bytes: &[u8]) -> Result<DraftSummary, RecordError> {
        let DraftSummaryV2 { v1, in_danger } = match record::version(Self::KIND, bytes)? {
            1 => record::decode::<DraftSummaryV1>(Self::KIND, bytes)?.into(),
            2 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(DraftSummary {
            id: v1.id,
            form: v1.form.into(),
            name: v1.name,
            created_at: v1.created_at.into(),
            updated_at: v1.updated_at.into(),
            progress: DraftProgress { answered: v1.answered, askable: v1.askable },
            in_danger,
        })
    }
}

impl From<FormRef> for FormRefV1 {
    fn from(form: FormRef) -> FormRefV1 {
        FormRefV1 { id: form.id, version: form.version, hash: form.hash }
    }
}

impl From<FormRefV1> for FormRef {
    fn from(form: FormRefV1) -> FormRef {
        FormRef { id: form.id, version: form.version, hash: form.hash }
    }
}

impl From<Moment> for MomentV1 {
    fn from(moment: Moment) -> MomentV1 {
        MomentV1 { ms: moment.ms, offset: moment.utc_offset_minutes }
    }
}

impl From<MomentV1> for Moment {
    fn from(moment: MomentV1) -> Moment {
        Moment { ms: moment.ms, utc_offset_minutes: moment.offset }
    }
}

impl From<Cursor> for CursorV1 {
    fn from(cursor: Cursor) -> CursorV1 {
        CursorV1 { page: cursor.page, card: cursor.card }
    }
}

impl From<CursorV1> for Cursor {
    fn from(cursor: CursorV1) -> Cursor {
        Cursor { page: cursor.page, card: cursor.card }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::audit_log::{Columns, Event, Shown, Stamp};
    use crate::record::{RecordErrorKind, golden};
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
            log: None,
        }
    }

    #[test]
    fn the_fifth_version_is_as_it_was() {
        let stamp = |at_ms| Stamp { at_ms, ..Stamp::default() };
        let mut log = AuditLog::new(Columns { changes: true, ..Columns::default() });
        log.note(Event::FormStart, None, &stamp(1_795_397_400_000));
        log.show(Shown::Group("/household-needs/members".into()), &stamp(1_795_397_400_500));
        log.changed("/household-needs/members[1]/member_name", || "张".into());
        golden::check("draft.v5.json", &Draft { log: Some(log), ..sample() });
    }

    #[test]
    fn the_fourth_version_is_as_it_was() {
        let taken_from = Some(TakenFrom { seq: 9, state: "cd".repeat(32) });
        golden::check("draft.v4.json", &Draft { taken_from, ..sample() });
    }

    #[test]
    fn the_third_version_is_as_it_was() {
        let draft = Draft { supersedes: Some(Uuid::from_u128(1)), in_danger: true, ..sample() };
        golden::check("draft.v3.json", &draft);
        golden::check("draft_summary.v2.json", &draft.summary());
    }

    #[test]
    fn the_second_version_is_as_it_was() {
        golden::reads("draft.v2.json", &Draft { supersedes: Some(Uuid::from_u128(1)), ..sample() });
    }

    #[test]
    fn the_first_version_is_as_it_was() {
        golden::reads("draft.v1.json", &sample());
        golden::reads("draft_summary.v1.json", &sample().summary());
    }

    #[test]
    fn a_newer_draft_is_left_alone() {
        let error = Draft::from_bytes(br#"{"version":9,"soul":"new"}"#).unwrap_err();
        assert_eq!(error.kind, RecordErrorKind::Newer(9));
    }

    #[test]
    fn a_damaged_draft_says_where_and_quotes_nothing() {
        let bytes = String::from_utf8(sample().to_bytes()).unwrap().replace("\"seq\":9", "\"seq\":\"张三\"");
        let error = Draft::from_bytes(bytes.as_bytes()).unwrap_err();
        assert!(matches!(error.kind, RecordErrorKind::Malformed { line: 1, .. }));
        assert!(!error.to_string().contains("张三"));
    }

    #[test]
    fn ids_sort_by_time_and_say_their_version() {
        let (early, late) = (new_id(1_000, &[0xff; 10]), new_id(1_001, &[0; 10]));
        assert!(early < late);
        assert_eq!(late.get_version_num(), 7);
    }
}
