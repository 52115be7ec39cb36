//! A practice leaves nothing on the device: no draft, no file, nothing that waits or is said of an entity; and it can't be finished into the outbox.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_engine::value::Value;
use doorstep_engine::{Bundle, Form, Session, Source, World};

use super::super::super::database::{FILE_BYTES, FILES};
use super::*;
use crate::platform::timer;
use crate::state::keeping::{Keeping, now};

const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1"}, "entities": [{"list_name": "cases", "label": "${person}"}],
    "survey": [{"type": "text", "name": "person", "label": "Whom", "save_to": "person"}, {"type": "image", "name": "photo", "label": "Photo"}]}"#;

/// How much lies in each place where a survey leaves something.
async fn lying(store: &IndexedDb) -> [usize; 7] {
    let transaction = store.database.read(&[FILES, FILE_BYTES]).await.unwrap();
    let files = transaction.keys(FILES, None).await.unwrap().len();
    let bytes = transaction.keys(FILE_BYTES, None).await.unwrap().len();
    [
        store.drafts().await.unwrap().items.len(),
        store.outbox().await.unwrap().items.len(),
        store.delivered().await.unwrap().items.len(),
        store.said().await.unwrap().items.len(),
        store.entities("cases").await.unwrap().items.len(),
        files,
        bytes,
    ]
}

#[wasm_bindgen_test]
async fn a_practice_leaves_nothing_on_the_device() {
    let store = Rc::new(a_store().await);
    store.create_draft(&a_draft(), PEN).await.unwrap();
    let before = lying(&store).await;
    assert_eq!(before[0], 1, "it would be seen if there were more");
    let form = Form::read(&Bundle::single(Source::new("visit.json", FORM))).form.expect("it checks");
    let mut session = Session::new(form, World::default());
    let (person, photo) = (session.at("/visit/person").unwrap(), session.at("/visit/photo").unwrap());
    let draft = Draft::begin(Uuid::from_bytes(clock::random_bytes()), &session, now());
    let file = Attachment::of("1.jpg", "image/jpeg", NAME.as_bytes()).expect("it is a file");
    for (key, value) in [(person, Value::Text(NAME.into())), (photo, Value::Attachment("1.jpg".into()))] {
        session.answer(key, value).expect("it is taken");
    }
    assert!(!session.entities().is_empty(), "a survey would say something of an entity");
    let keeping = Keeping::nowhere(Rc::new(RefCell::new(session)), draft);
    keeping.keep_file(&file, NAME.as_bytes()).await.expect("it is held");
    keeping.record(now(), Change::answer("/visit/person".into(), &Value::Text(NAME.into())));
    keeping.hurry();
    timer::sleep(200).await;
    assert_eq!(
        keeping.file("1.jpg").await.as_deref(),
        Some(NAME.as_bytes()),
        "while it lasts its files can be seen"
    );
    assert!(keeping.finish(None, |submission| vec![OutboxItem::queue(submission)]).await.is_err());
    timer::sleep(50).await;
    assert_eq!(lying(&store).await, before);
}
