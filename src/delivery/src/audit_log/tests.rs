//! What a log says, as ODK's tools read it; and that it comes through a crash, goes with its submission, and holds nothing up.

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
    let head = "event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n";
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
    let submission = Submission::seal(&mut session, &draft, std::slice::from_ref(&file), moment(3), [0; 32]);
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
