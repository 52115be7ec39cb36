//! A draft and its summary as they are kept: each version a type of its own, which the next wraps.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Cursor, Draft, DraftProgress, DraftSummary, FormRef};
use crate::audit_log::AuditLog;
use crate::hand_over::HandedOn;
use crate::moment::Moment;
use crate::record::{self, Record, RecordError};
use crate::rescue::TakenFrom;

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

/// The fifth version, of those alone that are given to somebody else, which a build before it would go on with; or whose form wants logged how it is filled in: it
/// would lose the log.
#[derive(Serialize, Deserialize)]
struct DraftV5 {
    #[serde(flatten)]
    v3: DraftV3,
    taken_from: Option<TakenFrom>,
    handed_on: Option<HandedOnV1>,
    log: Option<AuditLog>,
}

/// Under which name a draft is given to somebody else, and since when.
#[derive(Serialize, Deserialize)]
struct HandedOnV1 {
    id: String,
    at: MomentV1,
}

impl From<HandedOn> for HandedOnV1 {
    fn from(on: HandedOn) -> HandedOnV1 {
        HandedOnV1 { id: on.id, at: on.at.into() }
    }
}

impl From<HandedOnV1> for HandedOn {
    fn from(v1: HandedOnV1) -> HandedOn {
        HandedOn { id: v1.id, at: v1.at.into() }
    }
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

/// The third version, as of the draft's fifth.
#[derive(Serialize, Deserialize)]
struct DraftSummaryV3 {
    #[serde(flatten)]
    v2: DraftSummaryV2,
    handed_on: HandedOnV1,
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
        match (draft.taken_from, draft.handed_on, draft.log) {
            (None, None, None) => record::encode(3, &v3),
            (Some(taken_from), None, None) => record::encode(4, &DraftV4 { v3, taken_from }),
            (taken_from, on, log) => {
                record::encode(5, &DraftV5 { v3, taken_from, handed_on: on.map(HandedOnV1::from), log })
            }
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Draft, RecordError> {
        let (mut taken_from, mut handed_on, mut log) = (None, None, None);
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
                (taken_from, handed_on, log) = (v5.taken_from, v5.handed_on.map(HandedOn::from), v5.log);
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
            handed_on,
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
        let v2 = DraftSummaryV2 { v1, in_danger: summary.in_danger };
        match summary.handed_on {
            None => record::encode(2, &v2),
            Some(on) => record::encode(3, &DraftSummaryV3 { v2, handed_on: on.into() }),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<DraftSummary, RecordError> {
        let mut handed_on = None;
        let DraftSummaryV2 { v1, in_danger } = match record::version(Self::KIND, bytes)? {
            1 => record::decode::<DraftSummaryV1>(Self::KIND, bytes)?.into(),
            2 => record::decode(Self::KIND, bytes)?,
            3 => {
                let v3: DraftSummaryV3 = record::decode(Self::KIND, bytes)?;
                handed_on = Some(v3.handed_on.into());
                v3.v2
            }
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
            handed_on,
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
mod tests {
    use super::super::tests::sample;
    use super::*;
    use crate::audit_log::{Columns, Event, Shown, Stamp};
    use crate::record::{RecordErrorKind, golden};

    #[test]
    fn the_fifth_version_is_as_it_was() {
        let at = Moment { ms: 1_795_397_520_000, utc_offset_minutes: 480 };
        let handed_on = Some(HandedOn { id: "ef".repeat(32), at });
        let stamp = |at_ms| Stamp { at_ms, ..Stamp::default() };
        let mut log = AuditLog::new(Columns { changes: true, ..Columns::default() });
        log.note(Event::FormStart, None, &stamp(1_795_397_400_000));
        log.show(Shown::Group("/household-needs/members".into()), &stamp(1_795_397_400_500));
        log.changed("/household-needs/members[1]/member_name", || "张".into());
        let draft = Draft { handed_on, log: Some(log), ..sample() };
        golden::check("draft.v5.json", &draft);
        golden::check("draft_summary.v3.json", &draft.summary());
        let taken_from = Some(TakenFrom { seq: 9, state: "cd".repeat(32) });
        let twice = Draft { taken_from, ..draft };
        assert_eq!(Draft::from_bytes(&twice.to_bytes()), Ok(twice));
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
}
