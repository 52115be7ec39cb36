//! What has arrived and is kept to be looked at: it comes with the last receipt, apart from what waits, sealed, and gone with a revocation.

use super::*;

const AT: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };

/// A survey that waits for these targets.
async fn waiting(store: &IndexedDb, targets: &[&str]) -> Submission {
    let (submission, draft) = a_submission();
    store.create_draft(&draft, PEN).await.unwrap();
    let items: Vec<OutboxItem> =
        targets.iter().map(|target| OutboxItem::queue_for(&submission, target)).collect();
    store.seal(&submission, PEN, &items, None, AT).await.unwrap();
    submission
}

/// One that has arrived, and is to be looked at.
async fn arrived(store: &IndexedDb) -> Submission {
    let submission = waiting(store, &[HOME]).await;
    store.keep_when_arrived([submission.id()].into());
    store.accept(&a_receipt(&submission), HOME, AT).await.unwrap();
    submission
}

#[wasm_bindgen_test]
async fn a_copy_comes_with_the_last_receipt_and_only_if_it_is_wanted() {
    let store = a_store().await;
    let submission = waiting(&store, &[HOME, "second"]).await;
    store.keep_when_arrived([submission.id()].into());
    let receipt = a_receipt(&submission);
    // A receipt of something else brings nothing.
    let other = Receipt { hash: "0".repeat(64), ..receipt.clone() };
    assert_eq!(kind(store.accept(&other, HOME, AT).await), StoreErrorKind::NotItsReceipt);
    store.accept(&receipt, HOME, AT).await.unwrap();
    assert_eq!(store.arrived().await, Ok(Vec::new()), "it waits for another yet");
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission.clone())));
    store.accept(&receipt, "second", AT).await.unwrap();
    assert_eq!(store.load_submission(submission.id()).await, Ok(None));
    assert_eq!(store.arrived().await, Ok(vec![(submission.id(), AT.ms)]));
    assert_eq!(store.load_arrived(submission.id()).await, Ok(Some(submission)));

    // What nobody wants to look at goes as it came; what was wanted before is not, once something else is.
    let unwanted = a_store().await;
    unwanted.keep_when_arrived([Uuid::from_u128(1)].into());
    let submission = waiting(&unwanted, &[HOME]).await;
    unwanted.accept(&a_receipt(&submission), HOME, AT).await.unwrap();
    assert_eq!(unwanted.arrived().await, Ok(Vec::new()));
    assert_eq!(unwanted.delivered().await.unwrap().items.len(), 1);
}

#[wasm_bindgen_test]
async fn what_has_arrived_is_looked_at_and_never_sent() {
    let store = a_store().await;
    let submission = arrived(&store).await;
    assert_eq!(store.arrived().await, Ok(vec![(submission.id(), AT.ms)]));
    assert_eq!(store.load_arrived(submission.id()).await, Ok(Some(submission.clone())));
    // Whoever asks for what waits does not see it.
    assert_eq!(store.load_submission(submission.id()).await, Ok(None));
    assert!(store.outbox().await.unwrap().items.is_empty());
    assert_eq!(kind(store.delete_submission(submission.id(), AT).await), StoreErrorKind::Gone);
    store.drop_arrived(&[submission.id()]).await.unwrap();
    assert_eq!(store.arrived().await, Ok(Vec::new()));
    assert_eq!(store.load_arrived(submission.id()).await, Ok(None));
    assert_eq!(store.delivered().await.unwrap().items.len(), 1, "the receipt stays");
}

#[wasm_bindgen_test]
async fn a_survey_that_waits_stays_when_what_has_arrived_goes() {
    let store = a_store().await;
    let submission = waiting(&store, &[HOME]).await;
    store.drop_arrived(&[submission.id()]).await.unwrap();
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission)));
}

#[wasm_bindgen_test]
async fn a_locked_phone_does_not_open_what_has_arrived_and_forgets_it_when_revoked() {
    let store = a_store().await;
    let submission = arrived(&store).await;
    store.lock();
    assert_eq!(kind(store.load_arrived(submission.id()).await), StoreErrorKind::Locked);
    store.forget_receipted(AT).await.unwrap();
    assert_eq!(store.arrived().await, Ok(Vec::new()));
}
