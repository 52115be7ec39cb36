//! One thing the reader did since the snapshot, appended as it happens, and taken again after a crash.
//!
//! Steps are numbered without gaps. After a gap nothing more is taken, because what follows may name
//! another repeat instance than its reader meant; what was not taken is said, never swallowed.

use std::sync::Arc;

use doorstep_engine::session::{AnswerError, Session};
use doorstep_engine::value::{DataType, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::audit_log::{AuditLog, Stamp};
use crate::draft::{Cursor, CursorV1, MomentV1};
use crate::moment::Moment;
use crate::record::{self, Record, RecordError};

/// One thing the reader did.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// One more than the step before; the first is 1.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// What.
    pub change: Change,
}

/// What a reader can do. Paths are [`Session::path`]'s, as they were before the step.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Answered a question.
    Answer {
        /// The question.
        path: String,
        /// The answer as [`answer_json`] writes it; null is blank.
        value: Json,
    },
    /// Added an instance to a repeat.
    AddRepeat {
        /// The repeat: `/household-needs/members`.
        path: String,
    },
    /// Removed an instance of a repeat.
    RemoveRepeat {
        /// The instance: `/household-needs/members[2]`.
        path: String,
    },
    /// Reads in another language.
    Language {
        /// Its tag: `zh`.
        language: String,
    },
    /// Went to another page, or opened or closed a card.
    Page(Cursor),
}

impl Change {
    /// The answer to the question at a path.
    pub fn answer(path: String, value: &Value) -> Change {
        Change::Answer { path, value: answer_json(value) }
    }
}

/// A step that could not be taken again. Holds no answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplayProblem {
    /// Which step.
    pub seq: u64,
    /// The path it named, if it named one.
    pub path: Option<String>,
    /// Why.
    pub kind: ReplayProblemKind,
}

/// Why a step could not be taken again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayProblemKind {
    /// A step before it is lost, so that this one was not tried.
    AfterGap,
    /// No node has that path.
    NoSuchNode,
    /// The value is no JSON of the question's type.
    WrongType,
    /// The session did not take it.
    Refused(AnswerError),
}

/// What became of the steps.
#[derive(Clone, PartialEq, Debug)]
pub struct Replayed {
    /// Where the reader was.
    pub cursor: Cursor,
    /// The highest step number that was seen, taken or not: the next step is this plus one.
    pub seq: u64,
    /// What could not be taken.
    pub problems: Vec<ReplayProblem>,
}

/// The steps that a snapshot does not include, up to the first gap and after it.
pub fn since(snapshot_seq: u64, steps: &[Step]) -> (&[Step], &[Step]) {
    let new = &steps[steps.partition_point(|step| step.seq <= snapshot_seq)..];
    let whole = new.iter().zip(snapshot_seq + 1..).take_while(|(step, seq)| step.seq == *seq).count();
    new.split_at(whole)
}

/// Takes the steps after `snapshot_seq` over the session, each at its own time of the clock.
///
/// `steps` are in ascending order, as a store gives them. What they change is told to the log, if there is one.
pub fn replay(
    session: &mut Session,
    mut log: Option<&mut AuditLog>,
    cursor: Cursor,
    snapshot_seq: u64,
    steps: &[Step],
) -> Replayed {
    let (whole, after_gap) = since(snapshot_seq, steps);
    let seq = steps.last().map_or(snapshot_seq, |step| step.seq.max(snapshot_seq));
    let mut replayed = Replayed { cursor, seq, problems: Vec::new() };
    for step in whole {
        session.set_now(step.at.ms, step.at.utc_offset_minutes);
        if let Some(log) = &mut log {
            log.before(&step.change, session);
        }
        match take(session, &mut replayed.cursor, &step.change) {
            Ok(()) => {
                if let Some(log) = &mut log {
                    log.after(&step.change, session, &Stamp { at_ms: step.at.ms, ..Stamp::default() });
                }
            }
            Err(kind) => replayed.problems.push(problem(step, kind)),
        }
    }
    replayed.problems.extend(after_gap.iter().map(|step| problem(step, ReplayProblemKind::AfterGap)));
    replayed
}

fn problem(step: &Step, kind: ReplayProblemKind) -> ReplayProblem {
    ReplayProblem { seq: step.seq, path: path_of(&step.change), kind }
}

fn take(session: &mut Session, cursor: &mut Cursor, change: &Change) -> Result<(), ReplayProblemKind> {
    match change {
        Change::Answer { path, value } => {
            let key = session.at(path).ok_or(ReplayProblemKind::NoSuchNode)?;
            // Nobody is shown what the device fills in.
            let data_type = session.data_type(key).ok_or(ReplayProblemKind::NoSuchNode)?;
            let value = answer_value(data_type, value).ok_or(ReplayProblemKind::WrongType)?;
            session.answer(key, value).map_err(ReplayProblemKind::Refused)?;
        }
        Change::AddRepeat { path } => {
            let key = session.at(path).ok_or(ReplayProblemKind::NoSuchNode)?;
            session.add_repeat(key).map_err(ReplayProblemKind::Refused)?;
        }
        Change::RemoveRepeat { path } => {
            let key = session.at(path).ok_or(ReplayProblemKind::NoSuchNode)?;
            session.remove_repeat(key).map_err(ReplayProblemKind::Refused)?;
        }
        Change::Language { language } => session.set_language(language),
        Change::Page(place) => *cursor = place.clone(),
    }
    Ok(())
}

fn path_of(change: &Change) -> Option<String> {
    match change {
        Change::Answer { path, .. } | Change::AddRepeat { path } | Change::RemoveRepeat { path } => {
            Some(path.clone())
        }
        Change::Language { .. } | Change::Page(_) => None,
    }
}

/// An answer as JSON, in the shape of `Session::data`; blank is null.
pub fn answer_json(value: &Value) -> Json {
    match value {
        Value::Blank => Json::Null,
        Value::Text(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Geo(text)
        | Value::Choice(text)
        | Value::Attachment(text) => Json::from(&**text),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Integer(n) => Json::from(*n),
        Value::Decimal(n) => Json::from(*n),
        Value::Boolean(b) => Json::from(*b),
        Value::Choices(names) => names.iter().map(|name| Json::from(&**name)).collect(),
        Value::Unread(text) => serde_json::json!({ "unread": &**text }),
    }
}

/// The answer that [`answer_json`] wrote, for a question of a type; `None` if the JSON is none of that type.
pub fn answer_value(data_type: DataType, json: &Json) -> Option<Value> {
    if let Some(unread) = json.get("unread") {
        return unread.as_str().map(|text| Value::Unread(text.into()));
    }
    if json.is_null() {
        return Some(Value::Blank);
    }
    let text = || json.as_str().map(Arc::<str>::from);
    match data_type {
        DataType::Text => text().map(Value::Text),
        DataType::Integer => json.as_i64().map(Value::Integer),
        DataType::Decimal => json.as_f64().map(Value::Decimal),
        DataType::Boolean => json.as_bool().map(Value::Boolean),
        DataType::Date => json.as_str()?.parse().ok().map(Value::Date),
        DataType::Time => text().map(Value::Time),
        DataType::DateTime => text().map(Value::DateTime),
        DataType::Geopoint | DataType::Geotrace | DataType::Geoshape => text().map(Value::Geo),
        DataType::Choice => text().map(Value::Choice),
        DataType::Choices => json
            .as_array()?
            .iter()
            .map(|name| name.as_str().map(Arc::<str>::from))
            .collect::<Option<_>>()
            .map(Value::Choices),
        DataType::Attachment => text().map(Value::Attachment),
    }
}

/// The first version of the kept step.
#[derive(Serialize, Deserialize)]
struct StepV1 {
    seq: u64,
    at: MomentV1,
    change: ChangeV1,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum ChangeV1 {
    Answer { path: String, value: Json },
    AddRepeat { path: String },
    RemoveRepeat { path: String },
    Language { language: String },
    Page { cursor: CursorV1 },
}

impl Record for Step {
    const KIND: &'static str = "step";

    fn to_bytes(&self) -> Vec<u8> {
        let change = match self.change.clone() {
            Change::Answer { path, value } => ChangeV1::Answer { path, value },
            Change::AddRepeat { path } => ChangeV1::AddRepeat { path },
            Change::RemoveRepeat { path } => ChangeV1::RemoveRepeat { path },
            Change::Language { language } => ChangeV1::Language { language },
            Change::Page(cursor) => ChangeV1::Page { cursor: cursor.into() },
        };
        record::encode(1, &StepV1 { seq: self.seq, at: self.at.into(), change })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Step, RecordError> {
        let v1: StepV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        let change = match v1.change {
            ChangeV1::Answer { path, value } => Change::Answer { path, value },
            ChangeV1::AddRepeat { path } => Change::AddRepeat { path },
            ChangeV1::RemoveRepeat { path } => Change::RemoveRepeat { path },
            ChangeV1::Language { language } => Change::Language { language },
            ChangeV1::Page { cursor } => Change::Page(cursor.into()),
        };
        Ok(Step { seq: v1.seq, at: v1.at.into(), change })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::golden;

    fn step(seq: u64, change: Change) -> Step {
        Step { seq, at: Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 }, change }
    }

    #[test]
    fn the_first_version_of_each_change_is_as_it_was() {
        let path = String::from("/household-needs/members");
        let answer = Change::answer(format!("{path}[1]/member_name"), &Value::Text("李四".into()));
        golden::check("step_answer.v1.json", &step(1, answer));
        golden::check("step_add_repeat.v1.json", &step(2, Change::AddRepeat { path: path.clone() }));
        golden::check(
            "step_remove_repeat.v1.json",
            &step(3, Change::RemoveRepeat { path: format!("{path}[1]") }),
        );
        golden::check("step_language.v1.json", &step(4, Change::Language { language: "en".into() }));
        golden::check("step_page.v1.json", &step(5, Change::Page(Cursor { page: Some(path), card: None })));
    }

    #[test]
    fn steps_end_at_the_first_gap() {
        let steps: Vec<Step> = [3, 4, 5, 7, 8].map(|seq| step(seq, Change::Page(Cursor::default()))).to_vec();
        let split = |snapshot_seq| {
            let (whole, after_gap) = since(snapshot_seq, &steps);
            (whole.len(), after_gap.len())
        };
        assert_eq!(split(3), (2, 2));
        assert_eq!(split(2), (3, 2));
        assert_eq!(split(1), (0, 5));
        assert_eq!(split(6), (2, 0));
        assert_eq!(split(8), (0, 0));
    }

    #[test]
    fn what_the_device_filled_in_without_a_question_is_taken_again() {
        use doorstep_engine::{Bundle, Form, Source, World};
        let json = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
            {"type": "start-geopoint", "name": "begun_at"}, {"type": "text", "name": "who", "label": "Who"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", json))).form.expect("it is sound");
        let place = Value::Geo("37.5 122.1 0 5".into());
        let steps = [step(1, Change::answer("/f/begun_at".into(), &place))];
        let mut session = Session::new(form, World::default());
        let replayed = replay(&mut session, None, Cursor::default(), 0, &steps);
        assert!(replayed.problems.is_empty(), "{:?}", replayed.problems);
        assert_eq!(session.value(session.at("/f/begun_at").expect("it is there")), Some(&place));
    }

    #[test]
    fn every_answer_comes_back_as_it_was() {
        let cases = [
            (DataType::Text, Value::Text("李四".into())),
            (DataType::Integer, Value::Integer(-3)),
            (DataType::Decimal, Value::Decimal(2.5)),
            (DataType::Boolean, Value::Boolean(true)),
            (DataType::Date, Value::Date(jiff::civil::date(2026, 2, 28))),
            (DataType::Time, Value::Time("09:30:00.000+08:00".into())),
            (DataType::DateTime, Value::DateTime("2026-11-23T09:30:00.000+08:00".into())),
            (DataType::Geopoint, Value::Geo("37.5 122.1 0 5".into())),
            (DataType::Choice, Value::Choice("01".into())),
            (DataType::Choices, Value::Choices(["01".into(), "02".into()].into())),
            (DataType::Attachment, Value::Attachment("a.jpg".into())),
            (DataType::Integer, Value::Unread("七".into())),
            (DataType::Date, Value::Blank),
        ];
        for (data_type, value) in cases {
            assert_eq!(answer_value(data_type, &answer_json(&value)), Some(value));
        }
    }

    #[test]
    fn a_value_of_another_type_is_not_guessed_at() {
        for (data_type, json) in [
            (DataType::Integer, serde_json::json!("3")),
            (DataType::Integer, serde_json::json!(2.5)),
            (DataType::Text, serde_json::json!(3)),
            (DataType::Date, serde_json::json!("2026-02-30")),
            (DataType::Choices, serde_json::json!(["a", 1])),
            (DataType::Text, serde_json::json!({"unread": 3})),
        ] {
            assert_eq!(answer_value(data_type, &json), None, "{data_type:?} {json}");
        }
    }
}
