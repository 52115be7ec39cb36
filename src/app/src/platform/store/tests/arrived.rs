//! What has arrived and is kept to be looked at: apart from what waits, sealed, and gone with a revocation.

use super::*;

#[wasm_bindgen_test]
async fn what_has_arrived_is_looked_at_and_never_sent() {
    let store = a_store().await;
    let (submission, _) = a_submission();
    let at = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };
    store.keep_arrived(&submission, at).await.unwrap();
    assert_eq!(store.arrived().await, Ok(vec![(submission.id(), at.ms)]));
    assert_eq!(store.load_arrived(submission.id()).await, Ok(Some(submission.clone())));
    // Whoever asks for what waits does not see it.
    assert_eq!(store.load_submission(submission.id()).await, Ok(None));
    assert!(store.outbox().await.unwrap().items.is_empty());
    assert_eq!(kind(store.delete_submission(submission.id(), at).await), StoreErrorKind::Gone);

    // A survey that waits is another's, even of the same id, and stays when this one goes.
    let (_, draft) = a_submission();
    store.create_draft(&draft, PEN).await.unwrap();
    store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, at).await.unwrap();
    store.drop_arrived(&[submission.id()]).await.unwrap();
    assert_eq!(store.arrived().await, Ok(Vec::new()));
    assert_eq!(store.load_arrived(submission.id()).await, Ok(None));
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission)));
}

#[wasm_bindgen_test]
async fn a_locked_phone_does_not_open_what_has_arrived_and_forgets_it_when_revoked() {
    let store = a_store().await;
    let (submission, _) = a_submission();
    store.keep_arrived(&submission, Moment::default()).await.unwrap();
    store.lock();
    assert_eq!(kind(store.load_arrived(submission.id()).await), StoreErrorKind::Locked);
    store.forget_receipted(Moment::default()).await.unwrap();
    assert_eq!(store.arrived().await, Ok(Vec::new()));
}
