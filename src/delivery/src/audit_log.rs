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
mod tests;
