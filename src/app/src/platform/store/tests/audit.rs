//! The log of how a form is filled in: kept with the draft, sealed as the answers are, and a file of the submission that waits.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_engine::value::Value;
use doorstep_engine::{Bundle, Form, Session, Source, World};
use leptos::prelude::Owner;

use super::super::super::database::FILE_BYTES;
use super::*;
use crate::platform::{locks, timer};
use crate::state::answering::Answering;
use crate::state::auditing::{self, Auditing};
use crate::state::keeping::{Keeping, now};

const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1"}, "survey": [
    {"type": "audit", "name": "audit", "parameters": "track-changes=true"},
    {"type": "group", "name": "who", "label": "Who", "children": [{"type": "text", "name": "person", "label": "Whom"}]}]}"#;

/// What the log says, without when.
fn told(csv: &str) -> Vec<String> {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let told = |cells: Vec<String>| [&cells[..2], &cells[4..]].concat().join(" ").trim().to_owned();
    csv.lines().skip(1).map(|line| told(cells(line))).collect()
}

#[wasm_bindgen_test]
async fn a_log_is_kept_with_its_draft_and_sent_with_its_submission() {
    let store = Rc::new(a_store().await);
    let form = Form::read(&Bundle::single(Source::new("visit.json", FORM))).form.expect("it checks");
    let wants = *form.audit().expect("it wants a log");
    let session = Session::new(form, World::default());
    let id = Uuid::from_bytes(clock::random_bytes());
    let draft = Draft::begin(id, &session, now());
    store.create_draft(&draft, PEN).await.unwrap();
    let person = session.at("/visit/who/person").unwrap();
    let session = Rc::new(RefCell::new(session));
    let lock = locks::try_draft(&id.to_string(), || {}).await.expect("nobody has it");
    let audit = Auditing::new(wants, None, now().ms, false);
    let keeping = Keeping::new(store.clone(), session.clone(), draft, 0, (PEN, false), lock, Some(audit));
    let owner = Owner::new();
    let answering = owner.with(|| Answering::new(session, keeping.clone()));
    answering.begin_log();
    let page = answering.section_of(person).unwrap();
    answering.turn_to(page);
    answering.answer(person, Value::Text(NAME.into()));
    keeping.hurry();
    timer::sleep(300).await;
    // As it would be found after a crash: what is on the screen is known, too.
    let mut found = store.load_draft(id).await.unwrap().expect("it is kept").draft.log.expect("and its log");
    assert_eq!(told(&found.csv()), ["form start"]);
    found.leave(&Default::default(), |_| Some("x".into()));
    assert_eq!(
        told(&found.csv()),
        ["form start", "group questions /visit/who", "question /visit/who/person  x"]
    );
    auditing::leave(&keeping);
    answering.begin_log_again();
    answering.shows(None);
    let submission = keeping
        .finish(None, |submission| vec![OutboxItem::queue(submission)])
        .await
        .expect("nothing holds it up");
    let names: Vec<&str> = submission.attachments().iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["audit.csv"]);
    let bytes = store.load_file(id, "audit.csv").await.unwrap().expect("it lies with the submission");
    let expected = [
        "form start",
        "group questions /visit/who",
        &format!("question /visit/who/person  {NAME}"),
        "form save",
        "form exit",
        "form resume",
        "form save",
        "form exit",
        "form finalize",
    ];
    assert_eq!(told(std::str::from_utf8(&bytes).unwrap()), expected);
    let transaction = store.database.read(&[FILE_BYTES]).await.unwrap();
    let kept = transaction.all(FILE_BYTES, None).await.unwrap();
    assert_eq!(kept.len(), 1);
    let sealed = Uint8Array::new(&field(&kept[0], SEALED)).to_vec();
    assert!(!sealed.windows(10).any(|part| part == b"form start"), "nobody reads it on the device");
}
