//! How a form was filled in, for its office: which questions were looked at, when and for how long, and whatever else the form wants logged (ODK XForms, *Client Audit
//! Logs*; ODK Docs, *Form Audit Log*).
//!
//! Kept here: the log is part of the draft's record, written with the answers and by the same commit; what it says of answers that were taken again after a crash
//! is said then. It is lines of text from the start, so that keeping it costs next to nothing. Nothing ever waits for it: beyond [`MOST_BYTES`] it says no more.
//!
//! Deviation: a value with a quotation mark is quoted, too, which the specification leaves to be read wrongly.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::{Audit, Session};
use serde::{Deserialize, Serialize};

use crate::step::Change;

/// The file's name, as ODK's servers know it.
pub const FILE: &str = "audit.csv";
/// What it is.
pub const MEDIA_TYPE: &str = "text/csv";
/// A log that is longer is a fault of somebody's; drafts have to stay quick to write.
pub const MOST_BYTES: usize = 1_000_000;

/// What is logged beside event, node, start and end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Columns {
    /// Where the device was.
    pub places: bool,
    /// What stood in a question before and after.
    pub changes: bool,
    /// Who filled it in, by their own word.
    pub user: bool,
    /// Why it was changed after it had been finished.
    pub reasons: bool,
}

impl Columns {
    /// Those that a form wants.
    pub fn of(audit: &Audit) -> Columns {
        Columns {
            places: audit.places.is_some(),
            changes: audit.changes,
            user: audit.user,
            reasons: audit.reasons,
        }
    }
}

/// What can happen, as ODK's log names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The form was opened first.
    FormStart,
    /// It was opened again.
    FormResume,
    /// All was kept, as the form was left or finished.
    FormSave,
    /// The form was left.
    FormExit,
    /// It was finished.
    FormFinalize,
    /// The list of pages was looked at, or used.
    Jump,
    /// A repeat instance was added.
    AddRepeat,
    /// One was removed.
    DeleteRepeat,
    /// Something was missing or wrong as the reader wanted to go on or to finish.
    ConstraintError,
    /// It could not be kept.
    SaveError,
    /// It could not be finished.
    FinalizeError,
    /// Places are being logged.
    PlacesOn,
    /// The device may tell where it is.
    PlacesAllowed,
    /// It may not.
    PlacesDenied,
}

impl Event {
    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Event::FormStart => "form start",
            Event::FormResume => "form resume",
            Event::FormSave => "form save",
            Event::FormExit => "form exit",
            Event::FormFinalize => "form finalize",
            Event::Jump => "jump",
            Event::AddRepeat => "add repeat",
            Event::DeleteRepeat => "delete repeat",
            Event::ConstraintError => "constraint error",
            Event::SaveError => "save error",
            Event::FinalizeError => "finalize error",
            Event::PlacesOn => "location tracking enabled",
            Event::PlacesAllowed => "location permissions granted",
            Event::PlacesDenied => "location permissions not granted",
        }
    }
}

/// Where the device was, in degrees and metres.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LoggedPlace {
    /// North positive.
    pub latitude: f64,
    /// East positive.
    pub longitude: f64,
    /// The radius in which it was.
    pub accuracy: f64,
}

/// When something happened, and what else is known of that moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub at_ms: i64,
    /// Where the device was, if that is logged and known.
    pub place: Option<LoggedPlace>,
    /// Who fills it in, if that is logged.
    pub user: Option<Arc<str>>,
}

/// What is on the screen for a while. Paths are `Session::path`'s.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The questions of a group, or of the whole form.
    Group(String),
    /// Questions that stand in no group.
    Questions(Vec<String>),
    /// The review, from which a form is finished.
    End,
}

/// What is on the screen now, and what was changed on it so far.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct View {
    shown: Shown,
    start_ms: i64,
    place: Option<LoggedPlace>,
    user: Option<Arc<str>>,
    /// Paths, and what stood there before the first change.
    before: Vec<(String, String)>,
}

/// The log of one draft.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditLog {
    columns: Columns,
    lines: String,
    view: Option<View>,
}

impl AuditLog {
    /// One in which nothing stands yet.
    pub fn new(columns: Columns) -> AuditLog {
        AuditLog { columns, lines: String::new(), view: None }
    }

    /// One that goes on with a file, if that has these columns: the survey that it was sent with is put right.
    pub fn going_on(columns: Columns, csv: &str) -> AuditLog {
        let mut log = AuditLog::new(columns);
        if let Some(lines) = csv.strip_prefix(&*log.csv()) {
            log.lines = lines.to_owned();
        }
        log
    }

    /// Does nothing stand in it?
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.view.is_none()
    }

    /// The same as it will have been when the form is finished at that moment.
    #[must_use]
    pub fn finished(&self, stamp: &Stamp) -> AuditLog {
        let mut log = self.clone();
        for event in [Event::FormSave, Event::FormExit, Event::FormFinalize] {
            log.note(event, None, stamp);
        }
        log
    }

    /// Something happened.
    pub fn note(&mut self, event: Event, node: Option<&str>, stamp: &Stamp) {
        let times = (stamp.at_ms, None);
        self.line(Line { event: event.name(), node: node.unwrap_or_default(), times, ..Line::at(stamp) });
    }

    /// Why a survey that was finished once is changed, in its changer's words.
    pub fn reason(&mut self, reason: &str, stamp: &Stamp) {
        let times = (stamp.at_ms, None);
        self.line(Line { event: "change reason", times, reason, ..Line::at(stamp) });
    }

    /// A change that is about to be made: what stands there is still the old.
    pub fn before(&mut self, change: &Change, session: &Session) {
        if let Change::Answer { path, .. } = change {
            self.changed(path, || said_at(session, path).unwrap_or_default());
        }
    }

    /// A change that was made.
    pub fn after(&mut self, change: &Change, session: &Session, stamp: &Stamp) {
        match change {
            Change::AddRepeat { path } => {
                let repeat = session.at(path).and_then(|key| session.repeat(key));
                let place = repeat.map_or(0, |repeat| repeat.instances.len());
                self.note(Event::AddRepeat, Some(&format!("{path}[{place}]")), stamp);
            }
            Change::RemoveRepeat { path } => self.note(Event::DeleteRepeat, Some(path), stamp),
            Change::Answer { .. } | Change::Language { .. } | Change::Page(_) => {}
        }
    }

    /// Something comes onto the screen. What was there before has to be [left](AuditLog::leave) first.
    pub fn show(&mut self, shown: Shown, stamp: &Stamp) {
        self.view = Some(View {
            shown,
            start_ms: stamp.at_ms,
            place: stamp.place,
            user: stamp.user.clone(),
            before: Vec::new(),
        });
    }

    /// An answer is changed, that was so until now. Only the first change of a question while it is shown counts.
    pub fn changed(&mut self, path: &str, before: impl FnOnce() -> String) {
        let Some(view) = self.view.as_mut().filter(|_| self.columns.changes) else { return };
        if !view.before.iter().any(|(known, _)| known == path) {
            view.before.push((path.to_owned(), before()));
        }
    }

    /// What is on the screen goes. `now` says what stands at a path; nothing if that is gone.
    pub fn leave(&mut self, stamp: &Stamp, now: impl Fn(&str) -> Option<String>) {
        let Some(view) = self.view.take() else { return };
        let place = view.place.or(stamp.place);
        let seen = Stamp { at_ms: view.start_ms, place, user: view.user };
        let times = (view.start_ms, Some(stamp.at_ms));
        let change = |path: &str| {
            let (_, before) = view.before.iter().find(|(known, _)| known == path)?;
            let after = now(path).unwrap_or_default();
            (*before != after).then(|| (before.clone(), after))
        };
        let mut told: Vec<&str> = Vec::new();
        match &view.shown {
            Shown::Group(path) => {
                self.line(Line { event: "group questions", node: path, times, ..Line::at(&seen) });
            }
            Shown::Questions(paths) => {
                for path in paths {
                    let (before, after) = change(path).unwrap_or_default();
                    let change = (&*before, &*after);
                    self.line(Line { event: "question", node: path, times, change, ..Line::at(&seen) });
                    told.push(path);
                }
            }
            Shown::End => self.line(Line { event: "end screen", times, ..Line::at(&seen) }),
        }
        for (path, _) in view.before.iter().filter(|(path, _)| !told.contains(&&**path)) {
            if let Some((before, after)) = change(path) {
                let change = (&*before, &*after);
                self.line(Line { event: "question", node: path, times, change, ..Line::at(&seen) });
            }
        }
    }

    /// The file, as it is sent.
    pub fn csv(&self) -> String {
        let Columns { places, changes, user, reasons } = self.columns;
        let columns = [
            (true, "event,node,start,end"),
            (places, ",latitude,longitude,accuracy"),
            (changes, ",old-value,new-value"),
            (user, ",user"),
            (reasons, ",change-reason"),
        ];
        let mut csv: String =
            columns.iter().filter(|(is_there, _)| *is_there).map(|(_, names)| *names).collect();
        csv.push('\n');
        csv.push_str(&self.lines);
        csv
    }

    fn line(&mut self, line: Line<'_>) {
        if self.lines.len() >= MOST_BYTES {
            return;
        }
        let (start, end) = line.times;
        let end = end.map(|end| end.to_string()).unwrap_or_default();
        let mut cells = vec![line.event.to_owned(), line.node.to_owned(), start.to_string(), end];
        if self.columns.places {
            let of = |number: fn(LoggedPlace) -> f64| line.place.map(number).map(|n| n.to_string());
            let place = [of(|place| place.latitude), of(|place| place.longitude), of(|place| place.accuracy)];
            cells.extend(place.map(Option::unwrap_or_default));
        }
        if self.columns.changes {
            cells.extend([line.change.0, line.change.1].map(str::to_owned));
        }
        if self.columns.user {
            cells.push(line.user.unwrap_or_default().to_owned());
        }
        if self.columns.reasons {
            cells.push(line.reason.to_owned());
        }
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.lines.push(',');
            }
            self.lines.push_str(&quoted(cell));
        }
        self.lines.push('\n');
    }
}

/// What stands at a path, as an instance carries it; nothing if there is no such question.
pub fn said_at(session: &Session, path: &str) -> Option<String> {
    session.value(session.at(path)?).map(Value::to_text)
}

/// One line of the log.
struct Line<'a> {
    event: &'a str,
    node: &'a str,
    times: (i64, Option<i64>),
    place: Option<LoggedPlace>,
    change: (&'a str, &'a str),
    user: Option<&'a str>,
    reason: &'a str,
}

impl<'a> Line<'a> {
    fn at(stamp: &'a Stamp) -> Line<'a> {
        Line {
            event: "",
            node: "",
            times: (stamp.at_ms, None),
            place: stamp.place,
            change: ("", ""),
            user: stamp.user.as_deref(),
            reason: "",
        }
    }
}

fn quoted(cell: &str) -> String {
    match cell.contains([',', '\n', '\r', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::{Bundle, Form, Source, World};
    use uuid::Uuid;

    use super::*;
    use crate::attachment::Attachment;
    use crate::draft::Draft;
    use crate::moment::Moment;
    use crate::record::Record;
    use crate::step::Step;
    use crate::submission::Submission;

    fn at(at_ms: i64) -> Stamp {
        Stamp { at_ms, ..Stamp::default() }
    }

    fn lines(log: &AuditLog) -> Vec<String> {
        log.csv().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn what_was_looked_at_and_when_is_as_odks_log_has_it() {
        let mut log = AuditLog::new(Columns::default());
        log.note(Event::FormStart, None, &at(1));
        log.show(Shown::Questions(vec!["/f/name".into(), "/f/age".into()]), &at(2));
        log.changed("/f/name", || panic!("nobody wants to know"));
        log.leave(&at(5), |_| None);
        log.show(Shown::Group("/f/home".into()), &at(5));
        log.note(Event::AddRepeat, Some("/f/home/member[2]"), &at(6));
        log.leave(&at(9), |_| None);
        log.show(Shown::End, &at(9));
        log.leave(&at(11), |_| None);
        log.leave(&at(12), |_| None);
        log.note(Event::FormFinalize, None, &at(12));
        assert_eq!(
            log.csv(),
            "event,node,start,end\nform start,,1,\nquestion,/f/name,2,5\nquestion,/f/age,2,5\nadd repeat,/f/home/member[2],6,\n\
             group questions,/f/home,5,9\nend screen,,9,11\nform finalize,,12,\n"
        );
    }

    #[test]
    fn a_change_is_told_from_before_the_first_to_after_the_last_and_none_if_it_was_taken_back() {
        let mut log = AuditLog::new(Columns { changes: true, ..Columns::default() });
        log.show(Shown::Group("/f/g".into()), &at(1));
        for (path, before) in [("/f/g/a", "1"), ("/f/g/a", "12"), ("/f/g/b", "x"), ("/f/g/c", "y")] {
            log.changed(path, || before.into());
        }
        let now = |path: &str| match path {
            "/f/g/a" => Some("123".to_owned()),
            "/f/g/b" => Some("x".to_owned()),
            _ => None,
        };
        log.leave(&at(4), now);
        let expected = ["group questions,/f/g,1,4,,", "question,/f/g/a,1,4,1,123", "question,/f/g/c,1,4,y,"];
        assert_eq!(lines(&log), expected);
    }

    #[test]
    fn place_user_and_reason_have_their_columns_in_odks_order() {
        let all = Columns { places: true, changes: true, user: true, reasons: true };
        let mut log = AuditLog::new(all);
        let place = Some(LoggedPlace { latitude: 37.5, longitude: 122.125, accuracy: 8.0 });
        let stamp = Stamp { at_ms: 7, place, user: Some("张三, \"网格\"".into()) };
        log.show(Shown::End, &at(3));
        log.leave(&stamp, |_| None);
        log.note(Event::PlacesDenied, None, &stamp);
        log.reason("填错了\n年龄", &stamp);
        let head =
            "event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n";
        let csv = log.csv();
        let user = "\"张三, \"\"网格\"\"\"";
        let body = format!(
            "end screen,,3,7,37.5,122.125,8,,,,\nlocation permissions not granted,,7,,37.5,122.125,8,,,{user},\n\
             change reason,,7,,37.5,122.125,8,,,{user},\"填错了\n年龄\"\n"
        );
        assert_eq!(csv, format!("{head}{body}"));
    }

    const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
        {"type": "audit", "name": "audit", "parameters": "track-changes=true"},
        {"type": "group", "name": "g", "label": "G", "children": [{"type": "text", "name": "a", "label": "A"}]},
        {"type": "repeat", "name": "r", "label": "R", "children": [{"type": "text", "name": "b", "label": "B"}]}]}"#;

    fn session() -> Session {
        let checked = Form::read(&Bundle::single(Source::new("form.json", FORM)));
        let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        Session::new(form, World::default())
    }

    fn moment(ms: i64) -> Moment {
        Moment { ms, utc_offset_minutes: 480 }
    }

    #[test]
    fn what_was_done_between_the_last_commit_and_a_crash_is_logged_when_it_is_taken_again() {
        let session = session();
        let mut log = AuditLog::new(Columns::of(session.form().audit().expect("it wants a log")));
        log.note(Event::FormStart, None, &at(1));
        log.show(Shown::Group("/f/g".into()), &at(2));
        let draft = Draft { log: Some(log), ..Draft::begin(Uuid::from_u128(7), &session, moment(2)) };
        // As the device has it after the crash: the record, and the steps since.
        let kept = Draft::from_bytes(&draft.to_bytes()).expect("it is whole");
        let changes = [
            Change::answer("/f/g/a".into(), &Value::Text("张".into())),
            Change::answer("/f/g/a".into(), &Value::Text("张三".into())),
            Change::AddRepeat { path: "/f/r".into() },
        ];
        let step = |(seq, change)| Step { seq, at: moment(10 + seq as i64), change };
        let steps: Vec<Step> = (1..).zip(changes).map(step).collect();
        let opened = kept.open(&steps, session.form().clone(), World::default()).expect("it opens");
        assert!(opened.problems.is_empty());
        assert_eq!(opened.last_at.ms, 13);
        let mut log = opened.log.expect("it goes on");
        log.leave(&at(opened.last_at.ms), |path| said_at(&opened.session, path));
        let expected = [
            "form start,,1,,,",
            "add repeat,/f/r[2],13,,,",
            "group questions,/f/g,2,13,,",
            "question,/f/g/a,2,13,,张三",
        ];
        assert_eq!(lines(&log), expected);
    }

    #[test]
    fn the_log_goes_with_the_submission_as_a_file_and_a_submission_goes_without_one_too() {
        let mut session = session();
        let draft = Draft::begin(Uuid::from_u128(7), &session, moment(2));
        let without = Submission::seal(&mut session, &draft, &[], moment(3), [0; 32]).expect("it is whole");
        assert!(without.attachments().is_empty() && !without.xml().expect("made").contains(FILE));
        let csv = AuditLog::new(Columns::default()).finished(&at(3)).csv();
        let file = Attachment::of(FILE, MEDIA_TYPE, csv.as_bytes()).expect("it is one");
        assert!(session.name_audit(FILE));
        let submission =
            Submission::seal(&mut session, &draft, std::slice::from_ref(&file), moment(3), [0; 32]);
        let submission = submission.expect("it is whole");
        assert_eq!(submission.attachments(), [file]);
        assert!(submission.xml().expect("made").contains("audit>audit.csv</"));
    }

    #[test]
    fn a_survey_that_is_put_right_goes_on_with_its_log() {
        let mut log = AuditLog::new(Columns::default());
        log.note(Event::FormStart, None, &at(1));
        let sent = log.finished(&at(2)).csv();
        assert!(sent.ends_with("form save,,2,\nform exit,,2,\nform finalize,,2,\n"), "{sent}");
        let mut again = AuditLog::going_on(Columns::default(), &sent);
        again.note(Event::FormResume, None, &at(3));
        assert_eq!(again.csv(), format!("{sent}form resume,,3,\n"));
        let others = Columns { user: true, ..Columns::default() };
        assert_eq!(AuditLog::going_on(others, &sent), AuditLog::new(others), "never lines of other columns");
    }

    #[test]
    fn a_log_that_runs_wild_says_no_more() {
        let mut log = AuditLog::new(Columns::default());
        for n in 0..100_000 {
            log.note(Event::Jump, Some("/f/somewhere"), &at(n));
        }
        assert!((MOST_BYTES..MOST_BYTES + 100).contains(&log.lines.len()));
    }
}
