//! What the next submission of a form asks of the last one: the same of both stores, sealed on the device, and gone with its submission.

use doorstep_engine::{Bundle, Form, Session, Source, World};

use super::*;
use crate::platform::database::SUBMISSIONS;

const VISITOR: &str = "于敏的工号";

/// A finished visit by that visitor, and its draft.
fn a_visit(visitor: &str) -> (Submission, Draft) {
    let text = r#"{"settings": {"form_id": "visit", "version": "1"}, "survey": [
        {"type": "text", "name": "visitor", "label": "Who visits", "default": "${last-saved#visitor}"},
        {"type": "text", "name": "person", "label": "Whom"}]}"#;
    let form = Form::read(&Bundle::single(Source::new("visit.json", text))).form.expect("it checks");
    let seed = u64::from_le_bytes(clock::random_bytes());
    let mut session = Session::new(form, World { seed, ..World::default() });
    for (path, said) in [("/visit/visitor", visitor), ("/visit/person", NAME)] {
        session.answer_text(session.at(path).expect("there is one"), said).expect("it may be answered");
    }
    let draft = Draft::begin(Uuid::from_bytes(clock::random_bytes()), &session, Moment::default());
    let submission = Submission::seal(&mut session, &draft, &[], Moment::default(), [0; 32]);
    (submission.expect("it is whole"), draft)
}

async fn finish(store: &impl Store, visitor: &str) -> Submission {
    let (submission, draft) = a_visit(visitor);
    store.create_draft(&draft, PEN).await.unwrap();
    store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, Moment::default()).await.unwrap();
    submission
}

async fn last(store: &impl Store) -> Option<String> {
    store.last_saved("visit").await.unwrap().map(|last| last.xml)
}

async fn last_saved_behaves(store: &impl Store) {
    assert_eq!(last(store).await, None);
    let first = finish(store, "甲").await;
    let second = finish(store, VISITOR).await;
    let kept = last(store).await.unwrap();
    assert!(kept.contains(VISITOR) && !kept.contains(NAME), "{kept}");
    assert_eq!(store.last_saved("another").await, Ok(None));
    // It outlives its receipt, and another's deletion; with its own it goes.
    store.accept(&a_receipt(&second), HOME, Moment::default()).await.unwrap();
    store.delete_submission(first.id(), Moment::default()).await.unwrap();
    assert_eq!(last(store).await, Some(kept));
    let third = finish(store, "乙").await;
    store.delete_submission(third.id(), Moment::default()).await.unwrap();
    assert_eq!(last(store).await, None);
    finish(store, "丙").await;
    store.forget_receipted(Moment::default()).await.unwrap();
    assert_eq!(last(store).await, None);
    assert_eq!(store.outbox().await.unwrap().items.len(), 1, "what waits is not forgotten");
}

#[wasm_bindgen_test]
async fn the_last_answers_are_the_users_own_and_go_with_them() {
    let store = a_store().await;
    last_saved_behaves(&store).await;
    last_saved_behaves(&MemoryStore::new()).await;
    finish(&store, VISITOR).await;
    assert!(last(&store).await.is_some());
    // Another user's store has none of it, and a locked one tells nothing.
    assert_eq!(last(&a_store().await).await, None);
    let kept = store.get(SUBMISSIONS, "last-saved/visit").await.unwrap().unwrap();
    let bytes = Uint8Array::new(&field(&kept, SEALED)).to_vec();
    assert!(!String::from_utf8_lossy(&bytes).contains(VISITOR));
    store.lock();
    assert_eq!(kind(store.last_saved("visit").await), StoreErrorKind::Locked);
}
