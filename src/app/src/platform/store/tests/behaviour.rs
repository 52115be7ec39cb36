//! What every store of a device does, the one in IndexedDB and its twin in memory alike.

use super::*;

/// What every store does.
pub(super) async fn behaves(store: &impl Store) {
    drafts_behave(store).await;
    pens_behave(store).await;
    submissions_behave(store).await;
    forms_behave(store).await;
    pulling_behaves(store).await;
}

/// A draft is written to by who opened it last, from that transaction on.
async fn pens_behave(store: &impl Store) {
    let (submission, draft) = a_submission();
    let (id, next, other) = (draft.id, draft.seq + 1, Pen::new([8; 16]));
    let file = Attachment::of("a.jpg", "image/jpeg", b"photo").expect("a name");
    assert_eq!(store.open_draft(id, other).await, Ok(None));
    store.create_draft(&draft, PEN).await.unwrap();
    store.append_steps(id, PEN, &[a_step(next)]).await.unwrap();

    let opened = store.open_draft(id, other).await.unwrap().expect("it was created");
    assert_eq!(opened.steps, [a_step(next)]);
    let later = Draft { seq: next + 1, ..draft.clone() };
    let item = OutboxItem::queue(&submission);
    let at = Moment::default();
    assert_eq!(kind(store.append_steps(id, PEN, &[a_step(next + 1)]).await), StoreErrorKind::Conflict);
    assert_eq!(kind(store.save_draft(&later, PEN).await), StoreErrorKind::Conflict);
    assert_eq!(kind(store.keep_file(id, PEN, &file, b"photo").await), StoreErrorKind::Conflict);
    assert_eq!(kind(store.seal(&submission, PEN, &[item], None, at).await), StoreErrorKind::Conflict);
    assert_eq!(store.load_draft(id).await.unwrap(), Some(opened));
    assert!(
        store.files(id).await.unwrap().items.is_empty() && store.outbox().await.unwrap().items.is_empty()
    );

    store.append_steps(id, other, &[a_step(next + 1)]).await.unwrap();
    store.save_draft(&later, other).await.unwrap();
    store.delete_draft(id, at).await.unwrap();
    assert_eq!(kind(store.save_draft(&later, other).await), StoreErrorKind::Gone);
}

async fn drafts_behave(store: &impl Store) {
    let mut draft = a_draft();
    let first = draft.seq + 1;
    assert_eq!(kind(store.append_steps(draft.id, PEN, &[a_step(first)]).await), StoreErrorKind::Gone);
    assert_eq!(kind(store.save_draft(&draft, PEN).await), StoreErrorKind::Gone);
    assert_eq!(store.load_draft(draft.id).await, Ok(None));

    store.create_draft(&draft, PEN).await.unwrap();
    assert_eq!(kind(store.create_draft(&draft, PEN).await), StoreErrorKind::Conflict);
    assert_eq!(store.drafts().await.unwrap().items, [draft.summary()]);

    let steps: Vec<Step> = (first..first + 12).map(a_step).collect();
    store.append_steps(draft.id, PEN, &steps[..1]).await.unwrap();
    store.append_steps(draft.id, PEN, &steps[1..]).await.unwrap();
    let kept = store.load_draft(draft.id).await.unwrap().expect("it was created");
    assert_eq!((kept.draft, kept.steps), (draft.clone(), steps.clone()));

    // A number that is taken: nothing of the call is kept, the new one before it neither.
    let clash = [a_step(first + 12), a_step(first + 3)];
    assert_eq!(kind(store.append_steps(draft.id, PEN, &clash).await), StoreErrorKind::Conflict);
    assert_eq!(kind(store.append_steps(draft.id, PEN, &[a_step(draft.seq)]).await), StoreErrorKind::Conflict);
    assert_eq!(store.load_draft(draft.id).await.unwrap().unwrap().steps, steps);

    draft.seq = first + 9;
    draft.cursor = Cursor { page: Some("/household-needs/consent".into()), card: None };
    store.save_draft(&draft, PEN).await.unwrap();
    let kept = store.load_draft(draft.id).await.unwrap().unwrap();
    assert_eq!((kept.draft, kept.steps), (draft.clone(), steps[10..].to_vec()));
    let earlier = Draft { seq: first, ..draft.clone() };
    assert_eq!(kind(store.save_draft(&earlier, PEN).await), StoreErrorKind::Conflict);

    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    store.delete_draft(draft.id, at).await.unwrap();
    assert_eq!(kind(store.delete_draft(draft.id, at).await), StoreErrorKind::Gone);
    assert_eq!(store.load_draft(draft.id).await, Ok(None));
    assert!(store.drafts().await.unwrap().items.is_empty());
    let line = LogLine { at, event: LogEvent::DraftDeleted, id: draft.id };
    assert_eq!(store.log().await.unwrap().items, [line]);
}

async fn submissions_behave(store: &impl Store) {
    let (submission, draft) = a_submission();
    let item = OutboxItem::queue(&submission);
    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    assert_eq!(
        kind(store.seal(&submission, PEN, std::slice::from_ref(&item), None, at).await),
        StoreErrorKind::Gone
    );

    store.create_draft(&draft, PEN).await.unwrap();
    store.append_steps(draft.id, PEN, &[a_step(draft.seq + 1)]).await.unwrap();
    let strange = OutboxItem { hash: "00".repeat(32), ..item.clone() };
    assert_eq!(
        kind(store.seal(&submission, PEN, std::slice::from_ref(&strange), None, at).await),
        StoreErrorKind::NotItsItem
    );
    assert!(store.load_draft(draft.id).await.unwrap().is_some());

    store.seal(&submission, PEN, std::slice::from_ref(&item), None, at).await.unwrap();
    assert_eq!(store.load_draft(draft.id).await, Ok(None));
    assert!(store.drafts().await.unwrap().items.is_empty());
    assert_eq!(store.outbox().await.unwrap().items, std::slice::from_ref(&item));
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission.clone())));
    // A late save of another tab brings nothing back.
    assert_eq!(kind(store.save_draft(&draft, PEN).await), StoreErrorKind::Gone);
    assert_eq!(
        kind(store.seal(&submission, PEN, std::slice::from_ref(&item), None, at).await),
        StoreErrorKind::Gone
    );

    let sending = item.clone().sending(5);
    store.update_item(&sending).await.unwrap();
    assert_eq!(store.outbox().await.unwrap().items, [sending]);
    assert_eq!(kind(store.update_item(&strange).await), StoreErrorKind::NotItsItem);

    // Nothing leaves without its own receipt.
    let receipt = a_receipt(&submission);
    let forged = item.clone().delivered(receipt.clone(), at).unwrap();
    assert_eq!(kind(store.update_item(&forged).await), StoreErrorKind::NotItsItem);
    let other = Receipt { hash: "00".repeat(32), ..receipt.clone() };
    assert_eq!(kind(store.accept(&other, HOME, at).await), StoreErrorKind::NotItsReceipt);
    assert!(store.load_submission(submission.id()).await.unwrap().is_some());

    store.accept(&receipt, HOME, at).await.unwrap();
    assert!(store.outbox().await.unwrap().items.is_empty());
    assert_eq!(store.load_submission(submission.id()).await, Ok(None));
    let [delivered] = &store.delivered().await.unwrap().items[..] else { panic!("one was delivered") };
    assert_eq!(delivered.state, State::Delivered { receipt: receipt.clone(), at });
    assert_eq!(kind(store.accept(&receipt, HOME, at).await), StoreErrorKind::Gone);
    assert_eq!(kind(store.update_item(&item).await), StoreErrorKind::Gone);
}

pub(super) async fn files_behave(store: &impl Store) {
    let kept = include_bytes!("../../../../../delivery/testdata/submission.v1.layout2.json");
    let submission = Submission::from_bytes(kept).expect("the golden submission reads");
    let draft = Draft { id: submission.id(), form: submission.form().clone(), ..a_draft() };
    let photo = submission.attachments()[0].clone();
    let bytes = [0xff, 0xd8, 0xff];
    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    assert_eq!(kind(store.keep_file(draft.id, PEN, &photo, &bytes).await), StoreErrorKind::Gone);

    store.create_draft(&draft, PEN).await.unwrap();
    assert_eq!(kind(store.keep_file(draft.id, PEN, &photo, &[1]).await), StoreErrorKind::Conflict);
    let first = Attachment::of(&photo.name, "image/png", &[7; 5]).unwrap();
    let other = Attachment::of("另一张.jpg", "image/jpeg", &[8; 5]).unwrap();
    store.keep_file(draft.id, PEN, &first, &[7; 5]).await.unwrap();
    store.keep_file(draft.id, PEN, &other, &[8; 5]).await.unwrap();
    // Taken anew: in place of the one before.
    store.keep_file(draft.id, PEN, &photo, &bytes).await.unwrap();
    assert_eq!(store.files(draft.id).await.unwrap().items, [other.clone(), photo.clone()]);
    assert_eq!(store.load_file(draft.id, &photo.name).await, Ok(Some(bytes.to_vec())));

    let items = [HOME, "second"].map(|target| OutboxItem::queue_for(&submission, target));
    store.seal(&submission, PEN, &items, None, at).await.unwrap();
    // What no answer names does not go with it.
    assert_eq!(store.files(draft.id).await.unwrap().items, std::slice::from_ref(&photo));
    assert_eq!(store.outbox().await.unwrap().items, items);
    let receipt = a_receipt(&submission);
    store.accept(&receipt, HOME, at).await.unwrap();
    assert_eq!(store.load_file(draft.id, &photo.name).await, Ok(Some(bytes.to_vec())));
    store.accept(&receipt, "second", at).await.unwrap();
    assert_eq!(store.load_file(draft.id, &photo.name).await, Ok(None));
    assert_eq!(store.delivered().await.unwrap().items.len(), 2);
    // It has arrived: no file brings it back.
    let files = [(photo, bytes.to_vec())];
    assert_eq!(store.take_over(&submission, &items, &files).await, Ok(false));
    assert_eq!(store.take_over_draft(&StoredDraft { draft, steps: Vec::new() }, &[]).await, Ok(false));
}

pub(super) async fn handing_over_behaves(store: &impl Store) {
    let kept = include_bytes!("../../../../../delivery/testdata/submission.v1.layout2.json");
    let submission = Submission::from_bytes(kept).expect("the golden submission reads");
    let files = [(submission.attachments()[0].clone(), vec![0xff, 0xd8, 0xff])];
    let items = [OutboxItem::queue(&submission)];
    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    assert_eq!(kind(store.take_over(&submission, &items, &[]).await), StoreErrorKind::NotItsItem);
    assert_eq!(kind(store.take_over(&submission, &[], &files).await), StoreErrorKind::NotItsItem);
    assert_eq!(store.take_over(&submission, &items, &files).await, Ok(true));
    assert_eq!(store.take_over(&submission, &items, &files).await, Ok(false));
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission.clone())));

    // A draft that puts it right, finished: the refused one gives way, and that is logged.
    let repair = Draft { id: Uuid::from_bytes(clock::random_bytes()), ..a_draft() };
    let stored = StoredDraft { draft: repair.clone(), steps: vec![a_step(repair.seq + 1)] };
    assert_eq!(store.take_over_draft(&stored, &files).await, Ok(true));
    assert_eq!(store.take_over_draft(&stored, &files).await, Ok(false));
    assert_eq!(store.load_draft(repair.id).await, Ok(Some(stored.clone())));
    assert_eq!(store.files(repair.id).await.unwrap().items.len(), 1);

    // A later state of it, with one more file: only over what was looked at, and whoever had it open is out.
    let later = Draft { seq: repair.seq + 5, ..repair.clone() };
    let later = StoredDraft { draft: later, steps: vec![a_step(repair.seq + 6)] };
    let (first, second) = (files[0].0.clone(), Attachment::of("b.jpg", "image/jpeg", b"b").unwrap());
    let more = [(first, vec![0xff, 0xd8, 0xff]), (second, b"b".to_vec())];
    assert_eq!(store.bring_forward(&later, &later, &more).await, Ok(false));
    store.open_draft(repair.id, PEN).await.unwrap();
    assert_eq!(store.bring_forward(&stored, &later, &more).await, Ok(true));
    assert_eq!(store.bring_forward(&stored, &later, &more).await, Ok(false));
    assert_eq!(store.load_draft(repair.id).await, Ok(Some(later.clone())));
    assert_eq!(store.files(repair.id).await.unwrap().items.len(), 2);
    let step = a_step(repair.seq + 7);
    assert_eq!(kind(store.append_steps(repair.id, PEN, &[step]).await), StoreErrorKind::Conflict);
    store.delete_submission(submission.id(), at).await.unwrap();
    assert_eq!(kind(store.delete_submission(submission.id(), at).await), StoreErrorKind::Gone);
    assert!(store.outbox().await.unwrap().items.is_empty());
    assert!(store.files(submission.id()).await.unwrap().items.is_empty());
    let line = LogLine { at, event: LogEvent::SubmissionDeleted, id: submission.id() };
    assert_eq!(store.log().await.unwrap().items, [line]);
}

async fn forms_behave(store: &impl Store) {
    let draft = Draft { form: a_form("a", "h1", false).form, ..a_draft() };
    store.create_draft(&draft, PEN).await.unwrap();
    for (form, bundle) in
        [(a_form("b", "h9", true), "{9}"), (a_form("a", "h1", true), "{1}"), (a_form("a", "h2", true), "{2}")]
    {
        store.save_form(&form, bundle).await.unwrap();
    }
    store.save_form(&a_form("a", "h0", true), "{0}").await.unwrap();
    let expected = [
        a_form("a", "h1", false),
        a_form("a", "h2", false),
        a_form("a", "h0", true),
        a_form("b", "h9", true),
    ];
    assert_eq!(store.forms().await.unwrap().items, expected);
    assert_eq!(store.load_form("h2").await.unwrap().as_deref(), Some("{2}"));

    // Neither the current ones nor the draft's.
    assert_eq!(store.drop_unused_forms().await.unwrap(), ["h2"]);
    assert_eq!(store.load_form("h2").await, Ok(None));
    assert_eq!(store.load_form("h1").await.unwrap().as_deref(), Some("{1}"));
    store.delete_draft(draft.id, Moment::default()).await.unwrap();
    assert_eq!(store.drop_unused_forms().await.unwrap(), ["h1"]);
}

/// A page is taken whole and once; forgetting takes what is receipted and what came down, and a page under way comes too late for it.
async fn pulling_behaves(store: &impl Store) {
    let draft = Draft { form: a_form("p", "p1", true).form, ..a_draft() };
    store.create_draft(&draft, PEN).await.unwrap();
    let before = store.pulled().await.unwrap();
    let page = |turn: u64, cursor: &str| Pulled { turn, cursor: cursor.into(), ..Pulled::default() };
    let current = async || {
        let forms = store.forms().await.unwrap().items.into_iter();
        forms.filter(|form| form.current).map(|form| form.form.hash).collect::<Vec<_>>()
    };
    let first = Pulled { pending: vec![a_form("q", "q1", true)], ..page(before.turn + 1, "e-1-s") };
    store.take_pull(&first, &[Came::Form(a_form("p", "p1", true), "{1}".into())]).await.unwrap();
    assert_eq!(store.pulled().await, Ok(first.clone()));
    let late = page(before.turn + 1, "e-9-s");
    let gone = [Came::FormGone("p".into())];
    assert_eq!(kind(store.take_pull(&late, &gone).await), StoreErrorKind::Conflict);
    assert!(current().await.contains(&"p1".to_owned()), "nothing of it is kept");
    assert_eq!(store.pulled().await, Ok(first.clone()));

    let second = page(first.turn + 1, "e-2-s");
    let came = [Came::FormGone("p".into()), Came::Form(a_form("q", "q1", true), "{2}".into())];
    store.take_pull(&second, &came).await.unwrap();
    assert!(!current().await.contains(&"p1".to_owned()));
    assert!(current().await.contains(&"q1".to_owned()));

    let delivered = store.delivered().await.unwrap().items.len();
    assert!(delivered > 0, "something was delivered before");
    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    store.forget_receipted(at).await.unwrap();
    assert!(store.delivered().await.unwrap().items.is_empty());
    assert!(current().await.is_empty());
    assert_eq!(store.load_form("q1").await, Ok(None));
    assert_eq!(store.load_form("p1").await.unwrap().as_deref(), Some("{1}"), "the draft's form");
    assert!(store.load_draft(draft.id).await.unwrap().is_some());
    let line = LogLine { at, event: LogEvent::ReceiptedForgotten, id: Uuid::nil() };
    assert_eq!(store.log().await.unwrap().items.last(), Some(&line));
    let now = store.pulled().await.unwrap();
    assert_eq!((now.cursor.as_str(), now.kinds.len()), ("", 0));
    assert_eq!(kind(store.take_pull(&page(second.turn + 1, "e-3-s"), &[]).await), StoreErrorKind::Conflict);
    let lines = store.log().await.unwrap().items.len();
    store.forget_receipted(at).await.unwrap();
    assert_eq!(store.log().await.unwrap().items.len(), lines, "there was nothing to forget");
    store.delete_draft(draft.id, at).await.unwrap();
}

/// One that waits for a second target keeps what the first one gave.
pub(super) async fn forgetting_spares_what_waits(store: &impl Store) {
    let (submission, draft) = a_submission();
    store.create_draft(&draft, PEN).await.unwrap();
    let items = [HOME, "second"].map(|target| OutboxItem::queue_for(&submission, target));
    store.seal(&submission, PEN, &items, None, Moment::default()).await.unwrap();
    store.accept(&a_receipt(&submission), HOME, Moment::default()).await.unwrap();
    store
        .save_form(
            &FormVersion {
                form: draft.form,
                titles: Vec::new(),
                current: true,
                residents: doorstep_delivery::Residents::No,
            },
            "{}",
        )
        .await
        .unwrap();
    store.forget_receipted(Moment::default()).await.unwrap();
    assert_eq!(store.outbox().await.unwrap().items.len(), 1);
    assert_eq!(store.delivered().await.unwrap().items.len(), 1);
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission.clone())));
    assert!(store.load_form(&submission.form().hash).await.unwrap().is_some());
}
