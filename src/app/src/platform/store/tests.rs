//! The store in a real browser, and the memory twin by the same measure where it can be.

use doorstep_delivery::memory_store::MemoryStore;
use doorstep_delivery::outbox::HOME;
use doorstep_delivery::{Change, Cursor, FormRef};
use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use self::behaviour::{behaves, files_behave, forgetting_spares_what_waits, handing_over_behaves};
use super::super::clock;
use super::super::database::KEYS;
use super::records::{SEQ, flag};
use super::*;

mod arrived;
mod audit;
mod behaviour;
mod entities;
mod last_saved;
mod media;
mod office;
mod practice;

/// Who writes in these tests.
pub(super) const PEN: Pen = Pen::new([7; 16]);

wasm_bindgen_test_configure!(run_in_browser);

/// An answer that would be noticed anywhere.
const NAME: &str = "张三丰的口令";

fn a_draft() -> Draft {
    let mut draft = Draft::from_bytes(include_bytes!("../../../../delivery/testdata/draft.v1.json"))
        .expect("the golden draft reads");
    draft.id = Uuid::from_bytes(clock::random_bytes());
    draft.name = NAME.into();
    draft
}

fn a_step(seq: u64) -> Step {
    let change = Change::Answer { path: "/household-needs/name".into(), value: NAME.into() };
    Step { seq, at: Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 }, change }
}

/// A submission, and the draft that it was.
fn a_submission() -> (Submission, Draft) {
    let submission =
        Submission::from_bytes(include_bytes!("../../../../delivery/testdata/submission.v1.json"))
            .expect("the golden submission reads");
    let draft = Draft { id: submission.id(), form: submission.form().clone(), ..a_draft() };
    (submission, draft)
}

fn a_form(id: &str, hash: &str, current: bool) -> FormVersion {
    let form = FormRef { id: id.into(), version: "1".into(), hash: hash.into() };
    FormVersion {
        form,
        titles: vec![("zh".into(), "调查".into())],
        current,
        residents: doorstep_delivery::Residents::No,
    }
}

fn a_receipt(submission: &Submission) -> Receipt {
    Receipt {
        id: submission.id(),
        hash: submission.hash().into(),
        server_time: "2026-11-23T02:00:01.000Z".into(),
        taken_in_as: None,
    }
}

fn a_name() -> String {
    format!("test-{}", Uuid::from_bytes(clock::random_bytes()))
}

async fn a_store() -> IndexedDb {
    IndexedDb::open_named(&a_name()).await.expect("the browser gives a database")
}

fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreErrorKind {
    result.expect_err("this must not be done").kind
}

#[wasm_bindgen_test]
async fn what_waits_is_not_forgotten() {
    forgetting_spares_what_waits(&a_store().await).await;
    forgetting_spares_what_waits(&MemoryStore::new()).await;
}

#[wasm_bindgen_test]
async fn a_locked_phone_forgets_too_and_a_place_of_a_newer_build_begins_anew() {
    let store = a_store().await;
    let place = Pulled { turn: 1, cursor: "e-1-s".into(), ..Pulled::default() };
    store.take_pull(&place, &[Came::Form(a_form("p", "p1", true), "{1}".into())]).await.unwrap();
    let newer = Uint8Array::new(
        &store.vault.seal(KEYS, "pulled", br#"{"version":9}"#).unwrap().done().await.unwrap(),
    );
    write(&store, KEYS, &"pulled".into(), &sealed_record(&newer, &[("turn", 1.into())])).await;
    assert_eq!(store.pulled().await, Ok(Pulled { turn: 1, ..Pulled::default() }));
    store.lock();
    store.forget_receipted(Moment::default()).await.unwrap();
    assert_eq!(kind(store.take_pull(&place, &[]).await), StoreErrorKind::Locked);
    assert!(store.forms().await.unwrap().items.is_empty());
}

#[wasm_bindgen_test]
async fn files_stay_with_what_names_them() {
    files_behave(&a_store().await).await;
    files_behave(&MemoryStore::new()).await;
}

#[wasm_bindgen_test]
async fn what_another_device_hands_over_is_taken_once() {
    handing_over_behaves(&a_store().await).await;
    handing_over_behaves(&MemoryStore::new()).await;
}

#[wasm_bindgen_test]
async fn a_rescue_opens_with_its_password_and_unchanged_only() {
    use super::super::rescue::{OpenError, open, seal};
    use doorstep_delivery::rescue::Rescue;
    let store = a_store().await;
    store.create_draft(&a_draft(), PEN).await.unwrap();
    let rescue = Rescue::gather(&store).await.unwrap();
    let at = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };
    let sealed = seal(&store, &rescue, at, "correct horse").await.unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains(NAME));
    assert_eq!(open(&sealed, "correct horse").await, Ok(rescue.clone()));
    assert_eq!(open(&sealed, "wrong horse").await, Err(OpenError::WrongPassword));
    // Said to be made at another time: the signature is of what was said.
    let changed = String::from_utf8(sealed.clone()).unwrap().replacen("2026-", "2025-", 1);
    assert_eq!(open(changed.as_bytes(), "correct horse").await, Err(OpenError::Damaged));
    // The device signs with one key, over restarts.
    let again = seal(&store, &rescue, at, "correct horse").await.unwrap();
    let device = |bytes: &[u8]| doorstep_delivery::rescue::Envelope::from_bytes(bytes).unwrap().fingerprint();
    assert_eq!(device(&sealed), device(&again));
}

#[wasm_bindgen_test]
async fn a_database_of_the_first_version_gets_what_was_added() {
    let name = a_name();
    let draft = a_draft();
    super::super::database::make_first_version(&name).await;
    let store = IndexedDb::open_named(&name).await.unwrap();
    store.create_draft(&draft, PEN).await.unwrap();
    let file = Attachment::of("a.jpg", "image/jpeg", &[1]).unwrap();
    store.keep_file(draft.id, PEN, &file, &[1]).await.unwrap();
    assert_eq!(store.load_file(draft.id, "a.jpg").await, Ok(Some(vec![1])));
}

#[wasm_bindgen_test]
async fn the_device_store_behaves() {
    behaves(&a_store().await).await;
}

#[wasm_bindgen_test]
async fn the_memory_twin_behaves_alike() {
    behaves(&MemoryStore::new()).await;
}

#[wasm_bindgen_test]
async fn what_was_kept_is_there_at_the_next_start() {
    let name = a_name();
    let (draft, (submission, sealed)) = (a_draft(), a_submission());
    let store = IndexedDb::open_named(&name).await.unwrap();
    store.create_draft(&draft, PEN).await.unwrap();
    store.append_steps(draft.id, PEN, &[a_step(draft.seq + 1)]).await.unwrap();
    store.create_draft(&sealed, PEN).await.unwrap();
    store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, Moment::default()).await.unwrap();
    drop(store);

    let store = IndexedDb::open_named(&name).await.unwrap();
    let kept = store.load_draft(draft.id).await.unwrap().expect("it was kept");
    assert_eq!((kept.draft, kept.steps.len()), (draft, 1));
    assert_eq!(store.load_submission(submission.id()).await, Ok(Some(submission)));
}

#[wasm_bindgen_test]
async fn a_connection_closed_under_us_is_opened_again() {
    let store = a_store().await;
    let draft = a_draft();
    store.create_draft(&draft, PEN).await.unwrap();
    store.database.close();
    store.append_steps(draft.id, PEN, &[a_step(draft.seq + 1)]).await.unwrap();
    store.database.close();
    assert_eq!(store.load_draft(draft.id).await.unwrap().unwrap().steps.len(), 1);
}

#[wasm_bindgen_test]
async fn a_database_cleared_under_us_is_not_begun_anew_with_a_key_that_is_gone() {
    let name = a_name();
    let store = IndexedDb::open_named(&name).await.unwrap();
    store.create_draft(&a_draft(), PEN).await.unwrap();
    idb::Factory::new().unwrap().delete(&name).unwrap().await.unwrap();
    assert_eq!(kind(store.create_draft(&a_draft(), PEN).await), StoreErrorKind::Closed);
    assert_eq!(kind(store.drafts().await), StoreErrorKind::Closed);

    let anew = IndexedDb::open_named(&name).await.unwrap();
    assert!(anew.drafts().await.unwrap().items.is_empty());
}

#[wasm_bindgen_test]
async fn two_tabs_that_start_at_once_share_one_key() {
    let name = a_name();
    let open = |name: String| async move { IndexedDb::open_named(&name).await };
    let (one, other) = both(open(name.clone()), open(name)).await;
    let (one, other) = (one.unwrap(), other.unwrap());
    let draft = a_draft();
    one.create_draft(&draft, PEN).await.unwrap();
    assert_eq!(other.load_draft(draft.id).await.unwrap().unwrap().draft, draft);
}

#[wasm_bindgen_test]
async fn a_late_state_never_brings_an_accepted_item_back() {
    let name = a_name();
    let (one, other) =
        (IndexedDb::open_named(&name).await.unwrap(), IndexedDb::open_named(&name).await.unwrap());
    let (submission, draft) = a_submission();
    let item = OutboxItem::queue(&submission);
    one.create_draft(&draft, PEN).await.unwrap();
    one.seal(&submission, PEN, std::slice::from_ref(&item), None, Moment::default()).await.unwrap();

    let receipt = a_receipt(&submission);
    let accept = async move { (one.accept(&receipt, HOME, Moment::default()).await, one) };
    let update = async move { other.update_item(&item.sending(7)).await };
    let ((accepted, one), updated) = both(accept, update).await;
    accepted.unwrap();
    // Whoever was first: it was written before, or refused.
    if let Err(error) = updated {
        assert_eq!(error.kind, StoreErrorKind::Gone);
    }
    assert!(one.outbox().await.unwrap().items.is_empty());
    assert_eq!(one.delivered().await.unwrap().items.len(), 1);
}

#[wasm_bindgen_test]
async fn no_answer_lies_in_the_database_in_plain() {
    let store = a_store().await;
    let draft = a_draft();
    store.create_draft(&draft, PEN).await.unwrap();
    store.append_steps(draft.id, PEN, &[a_step(draft.seq + 1)]).await.unwrap();
    let (submission, sealed) = a_submission();
    store.create_draft(&sealed, PEN).await.unwrap();
    store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, Moment::default()).await.unwrap();

    let mut scanned = 0;
    for (name, secrets) in [
        (DRAFTS, [NAME, "2026.11.1"]),
        (SNAPSHOTS, [NAME, "household-needs"]),
        (STEPS, [NAME, "/household-needs"]),
        (OUTBOX, ["张三", "household-needs"]),
        (SUBMISSIONS, ["张三", "household-needs"]),
    ] {
        for kept in store.database.read(&[name]).await.unwrap().all(name, None).await.unwrap() {
            scanned += 1;
            let bytes = Uint8Array::new(&field(&kept, SEALED)).to_vec();
            assert!(bytes.len() > 29, "{name} keeps something");
            for secret in secrets {
                let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert!(!holds(&bytes, secret.as_bytes()) && !holds(&bytes, &utf16), "{secret} in {name}");
            }
            // Nothing but the sealed bytes, a number, a form's hash and who may write, a number by chance.
            for field_name in Object::keys(&kept.clone().into()).iter().filter_map(|name| name.as_string()) {
                assert!([SEALED, SEQ, FORM, HOLDER].contains(&field_name.as_str()), "{field_name} in {name}");
            }
        }
    }
    assert_eq!(scanned, 5);
}

#[wasm_bindgen_test]
async fn the_data_key_lies_wrapped_and_the_device_key_cannot_be_exported() {
    let store = a_store().await;
    let transaction = store.database.read(&[KEYS]).await.unwrap();
    let device = transaction.get(KEYS, &"device".into()).await.unwrap().expect("there is one");
    let wrapped = transaction.get(KEYS, &"data".into()).await.unwrap().expect("there is one");
    assert!(!flag(&device, "extractable"));
    // RFC 3394: eight bytes more than the key.
    assert_eq!(Uint8Array::new(&wrapped).length(), 40);
}

#[wasm_bindgen_test]
async fn a_record_in_another_place_or_changed_is_refused_and_hides_no_other() {
    let store = a_store().await;
    let (one, other) = (a_draft(), a_draft());
    for draft in [&one, &other] {
        store.create_draft(draft, PEN).await.unwrap();
    }
    let key = |draft: &Draft| JsValue::from(draft.id.to_string());
    let summary = store.get(DRAFTS, &one.id.to_string()).await.unwrap().unwrap();
    let snapshot = store.get(SNAPSHOTS, &one.id.to_string()).await.unwrap().unwrap();
    let bytes = Uint8Array::new(&field(&snapshot, SEALED)).to_vec();

    // Another draft's summary under this id.
    write(&store, DRAFTS, &key(&other), &summary).await;
    let listed = store.drafts().await.unwrap();
    assert_eq!(listed.items, [one.summary()]);
    assert_eq!(listed.unreadable.len(), 1);
    assert_eq!(listed.unreadable[0].0, other.id.to_string());
    assert_eq!(listed.unreadable[0].1.kind, StoreErrorKind::Unreadable);
    // A summary where a snapshot belongs.
    write(&store, SNAPSHOTS, &key(&one), &summary).await;
    assert_eq!(kind(store.load_draft(one.id).await), StoreErrorKind::Unreadable);
    // One bit of version, vector, text or tag.
    for at in [0, 1, 13, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let sealed = Uint8Array::from(changed.as_slice());
        write(&store, SNAPSHOTS, &key(&one), &sealed_record(&sealed, &[])).await;
        assert_eq!(kind(store.load_draft(one.id).await), StoreErrorKind::Unreadable, "byte {at}");
    }
    write(&store, SNAPSHOTS, &key(&one), &snapshot).await;
    assert_eq!(store.load_draft(one.id).await.unwrap().unwrap().draft, one);
}

#[wasm_bindgen_test]
async fn the_same_answer_is_never_sealed_alike() {
    let store = a_store().await;
    let mut seen = BTreeSet::new();
    for _ in 0..50 {
        let sealed = store.vault.seal(STEPS, "x", NAME.as_bytes()).unwrap().done().await.unwrap();
        assert!(seen.insert(Uint8Array::new(&sealed).to_vec()));
    }
}

#[wasm_bindgen_test]
async fn a_transaction_given_up_keeps_nothing() {
    let store = a_store().await;
    let (key, value) = (JsValue::from("x"), sealed_record(&JsValue::NULL, &[]));
    let transaction = store.database.write(&[DRAFTS], Durability::Strict).await.unwrap();
    transaction.put(DRAFTS, &key, &value).unwrap();
    drop(transaction);
    assert!(store.get(DRAFTS, "x").await.unwrap().is_none());
    write(&store, DRAFTS, &key, &value).await;
    assert!(store.get(DRAFTS, "x").await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn strict_is_strict() {
    let store = a_store().await;
    for (durability, expected) in [(Durability::Strict, "strict"), (Durability::Relaxed, "relaxed")] {
        let transaction = store.database.write(&[DRAFTS], durability).await.unwrap();
        assert_eq!(transaction.durability(), expected);
    }
}

async fn write(store: &IndexedDb, name: &str, key: &JsValue, value: &JsValue) {
    let transaction = store.database.write(&[name], Durability::Strict).await.unwrap();
    transaction.put(name, key, value).unwrap();
    transaction.finish().await.unwrap();
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Runs two futures side by side.
async fn both<A: 'static, B: 'static>(
    one: impl Future<Output = A> + 'static,
    other: impl Future<Output = B> + 'static,
) -> (A, B) {
    let (one, first) = beside(one);
    let (other, second) = beside(other);
    for promise in [first, second] {
        JsFuture::from(promise).await.expect("it never fails");
    }
    (one.take().expect("it is done"), other.take().expect("it is done"))
}

type Outcome<T> = std::rc::Rc<std::cell::Cell<Option<T>>>;

fn beside<T: 'static>(future: impl Future<Output = T> + 'static) -> (Outcome<T>, Promise) {
    let outcome = Outcome::default();
    let result = outcome.clone();
    let promise = future_to_promise(async move {
        result.set(Some(future.await));
        Ok(JsValue::UNDEFINED)
    });
    (outcome, promise)
}
