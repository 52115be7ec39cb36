//! The PIN in a real browser: what opens, what does not, and what a kill leaves.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use doorstep_delivery::Draft;
use doorstep_delivery::record::Record;
use doorstep_delivery::store::{Store, StoreErrorKind};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::CryptoKey;

use super::super::super::database::{Durability, KEYS};
use super::super::super::{clock, timer};
use super::super::tests::PEN;
use super::*;

wasm_bindgen_test_configure!(run_in_browser);

const PIN: &str = "274913";
const OTHER: &str = "830562";
const WRONG: &str = "918273";
const START_MS: i64 = 1_795_397_400_000;

fn at(seconds: i64) -> Moment {
    Moment { ms: START_MS + seconds * 1_000, utc_offset_minutes: 480 }
}

fn a_draft() -> Draft {
    let mut draft = Draft::from_bytes(include_bytes!("../../../../../delivery/testdata/draft.v1.json"))
        .expect("the golden draft reads");
    draft.id = Uuid::from_bytes(clock::random_bytes());
    draft
}

fn a_name() -> String {
    format!("test-{}", Uuid::from_bytes(clock::random_bytes()))
}

/// A store with a draft that was kept before there was a PIN.
async fn with_a_draft(name: &str) -> (IndexedDb, Draft) {
    let store = IndexedDb::open_named(name).await.expect("the browser gives a database");
    let draft = a_draft();
    store.create_draft(&draft, PEN).await.expect("it is kept");
    (store, draft)
}

async fn opened(name: &str) -> IndexedDb {
    IndexedDb::open_named(name).await.expect("the browser gives a database")
}

async fn reads(store: &IndexedDb, draft: &Draft) -> bool {
    store.load_draft(draft.id).await.is_ok_and(|kept| kept.is_some_and(|kept| kept.draft == *draft))
}

fn wrong(free: u32, wait_seconds: i64) -> Tried {
    Tried::Wrong { free, wait_ms: wait_seconds * 1_000 }
}

#[wasm_bindgen_test]
async fn with_a_pin_nothing_opens_before_it_and_everything_after() {
    let name = a_name();
    let (store, before) = with_a_draft(&name).await;
    assert_eq!(store.protection(at(0)).await.unwrap(), Protection::default());
    assert_eq!(store.set_pin(None, PIN, None, at(0)).await.unwrap(), Tried::Right);
    // Who set it goes on.
    assert!(reads(&store, &before).await);
    let after = a_draft();
    store.create_draft(&after, PEN).await.unwrap();

    let again = opened(&name).await;
    assert!(again.is_locked());
    assert!(again.protection(at(0)).await.unwrap().has_pin);
    assert_eq!(again.load_draft(before.id).await.unwrap_err().kind, StoreErrorKind::Locked);
    assert_eq!(again.create_draft(&a_draft(), PEN).await.unwrap_err().kind, StoreErrorKind::Locked);
    let listed = again.drafts().await.unwrap();
    assert!(listed.items.is_empty() && listed.unreadable.len() == 2);

    assert_eq!(again.unlock(WRONG, at(0)).await.unwrap(), wrong(2, 0));
    assert!(again.is_locked() && !reads(&again, &before).await);
    assert_eq!(again.unlock(PIN, at(1)).await.unwrap(), Tried::Right);
    assert!(reads(&again, &before).await && reads(&again, &after).await);

    again.lock();
    assert!(again.is_locked() && !reads(&again, &before).await);
    assert_eq!(again.unlock(PIN, at(2)).await.unwrap(), Tried::Right);
    assert!(reads(&again, &before).await);
}

#[wasm_bindgen_test]
async fn a_pin_is_changed_and_taken_away_only_with_the_one_that_is_set() {
    let name = a_name();
    let (store, draft) = with_a_draft(&name).await;
    store.set_pin(None, PIN, None, at(0)).await.unwrap();
    assert_eq!(store.set_pin(None, OTHER, None, at(0)).await.unwrap_err().kind, StoreErrorKind::Conflict);
    assert_eq!(store.set_pin(Some(WRONG), OTHER, None, at(0)).await.unwrap(), wrong(2, 0));
    assert_eq!(store.remove_pin(WRONG, at(0)).await.unwrap(), wrong(1, 0));
    assert_eq!(store.set_pin(Some(PIN), OTHER, None, at(0)).await.unwrap(), Tried::Right);

    let again = opened(&name).await;
    assert_eq!(again.unlock(PIN, at(1)).await.unwrap(), wrong(2, 0));
    assert_eq!(again.unlock(OTHER, at(1)).await.unwrap(), Tried::Right);
    assert!(reads(&again, &draft).await);

    assert_eq!(again.remove_pin(OTHER, at(2)).await.unwrap(), Tried::Right);
    let free = opened(&name).await;
    assert!(!free.is_locked() && reads(&free, &draft).await);
    assert_eq!(free.remove_pin(OTHER, at(3)).await.map(drop), Ok(()), "nothing to take away is taken away");
    assert_eq!(free.unlock(OTHER, at(3)).await.unwrap_err().kind, StoreErrorKind::Gone);
}

#[wasm_bindgen_test]
async fn wrong_pins_are_slowed_and_a_restart_forgets_none_of_them() {
    let name = a_name();
    with_a_draft(&name).await.0.set_pin(None, PIN, None, at(0)).await.unwrap();
    for expected in [wrong(2, 0), wrong(1, 0), wrong(0, 30)] {
        assert_eq!(opened(&name).await.unlock(WRONG, at(10)).await.unwrap(), expected);
    }
    let store = opened(&name).await;
    assert_eq!(store.protection(at(15)).await.unwrap().wait_ms, 25_000);
    // The right one is not tried either.
    assert_eq!(store.unlock(PIN, at(15)).await.unwrap(), Tried::TooSoon(25_000));
    assert_eq!(store.unlock(WRONG, at(40)).await.unwrap(), wrong(0, 60));
    // A clock set back makes it no shorter and no longer.
    assert_eq!(store.unlock(PIN, at(-9_000)).await.unwrap(), Tried::TooSoon(60_000));
    assert_eq!(store.unlock(PIN, at(-8_990)).await.unwrap(), Tried::TooSoon(50_000));
    assert_eq!(store.unlock(PIN, at(-8_940)).await.unwrap(), Tried::Right);
    // And a right one makes good for all.
    assert_eq!(store.unlock(WRONG, at(0)).await.unwrap(), wrong(2, 0));
}

#[wasm_bindgen_test]
async fn a_try_that_is_cut_off_counts() {
    let name = a_name();
    let (store, draft) = with_a_draft(&name).await;
    store.set_pin(None, PIN, None, at(0)).await.unwrap();
    for made in 1..=3 {
        let again = Rc::new(opened(&name).await);
        let trying = again.clone();
        let unlocking = async move {
            trying.unlock(WRONG, at(0)).await.expect("the store does its part");
        };
        // Dropped as soon as it is counted: PBKDF2 comes after, and takes longer.
        let done = cut(unlocking, async || {
            let tries = again.database.read(&[KEYS]).await.unwrap().get(KEYS, &"tries".into()).await.unwrap();
            let tries = tries.and_then(|tries| Reflect::get(&tries, &"made".into()).ok());
            tries.and_then(|made| made.as_f64()) == Some(f64::from(made))
        })
        .await;
        assert!(!done, "the try was over before it could be cut off");
    }
    let store = opened(&name).await;
    assert!(matches!(store.unlock(PIN, at(1)).await.unwrap(), Tried::TooSoon(_)));
    assert_eq!(store.unlock(PIN, at(60)).await.unwrap(), Tried::Right);
    assert!(reads(&store, &draft).await);
}

#[wasm_bindgen_test]
async fn the_key_is_wiped_after_so_many_only_if_the_office_says_so() {
    let name = a_name();
    let (store, draft) = with_a_draft(&name).await;
    store.set_pin(None, PIN, None, at(0)).await.unwrap();
    store.set_wipe_after(Some(4)).await.unwrap();
    assert_eq!(store.protection(at(0)).await.unwrap().wipe_after, Some(4));
    store.lock();
    for expected in [wrong(2, 0), wrong(1, 0), wrong(0, 30)] {
        assert_eq!(store.unlock(WRONG, at(0)).await.unwrap(), expected);
    }
    assert_eq!(store.unlock(WRONG, at(40)).await.unwrap(), Tried::Wiped);
    assert_eq!(store.unlock(PIN, at(9_000)).await.unwrap(), Tried::Wiped);

    let again = opened(&name).await;
    assert!(again.is_locked() && again.protection(at(0)).await.unwrap().is_wiped);
    assert!(!reads(&again, &draft).await);
    let log = again.log().await.unwrap().items;
    assert_eq!(log.iter().map(|line| line.event).collect::<Vec<_>>(), [LogEvent::KeyWiped]);
    // No new key is made in its place: what lies there would be lost under it.
    assert_eq!(again.create_draft(&a_draft(), PEN).await.unwrap_err().kind, StoreErrorKind::Locked);
}

#[wasm_bindgen_test]
async fn a_kill_while_a_pin_is_set_leaves_the_old_or_the_new() {
    let mut seen = [0; 2];
    for ms in [0, 1, 2, 3, 5, 8, 12, 20, 40, 80, 120, 160, 200, 250, 300, 400, 600, 1_200, 3_000] {
        let name = a_name();
        let (store, draft) = with_a_draft(&name).await;
        let begun = clock::elapsed_ms();
        let setting = async move {
            store.set_pin(None, PIN, None, at(0)).await.expect("the store does its part");
        };
        let done = cut(setting, async || clock::elapsed_ms() - begun >= f64::from(ms)).await;
        let again = opened(&name).await;
        if again.is_locked() {
            seen[1] += 1;
            assert_eq!(again.unlock(PIN, at(1)).await.unwrap(), Tried::Right, "killed after {ms} ms");
        } else {
            seen[0] += 1;
            assert!(!done, "a PIN that was set is not asked for");
        }
        assert!(reads(&again, &draft).await, "killed after {ms} ms");
    }
    assert!(seen[0] > 0 && seen[1] > 0, "kills came before the change, and after it: {seen:?}");
}

#[wasm_bindgen_test]
async fn neither_wrap_alone_opens_the_data_key() {
    let name = a_name();
    let (store, _) = with_a_draft(&name).await;
    let plain_wrap = kept(&store, "data").await;
    assert_eq!(Uint8Array::new(&plain_wrap).length(), 40);
    store.set_pin(None, PIN, None, at(0)).await.unwrap();
    let data = kept(&store, "data").await;
    let bytes = |name: &str| Uint8Array::new(&Reflect::get(&data, &name.into()).unwrap());
    // RFC 3394: eight bytes more than the key, twice.
    assert_eq!(bytes("wrapped").length(), 48);
    assert_eq!(bytes("salt").length(), 16);
    assert!(Reflect::get(&data, &"iterations".into()).unwrap().as_f64().unwrap() >= 600_000.0);

    // The files of one browser with the keys of another: the right PIN opens nothing.
    let thief = a_name();
    let (other, _) = with_a_draft(&thief).await;
    other.set_pin(None, PIN, None, at(0)).await.unwrap();
    let device = kept(&other, "device").await;
    let transaction = store.database.write(&[KEYS], Durability::Strict).await.unwrap();
    transaction.put(KEYS, &"device".into(), &device).unwrap();
    transaction.finish().await.unwrap();
    let stolen = opened(&name).await;
    assert_eq!(stolen.unlock(PIN, at(0)).await.unwrap_err().kind, StoreErrorKind::Locked);
    assert!(stolen.is_locked());
}

/// An office's public key.
async fn office_key() -> OfficeKey {
    let subtle = web_sys::window().unwrap().crypto().unwrap().subtle();
    let curve = Object::new();
    for (name, value) in [("name", "ECDH"), ("namedCurve", "P-256")] {
        Reflect::set(&curve, &name.into(), &value.into()).unwrap();
    }
    let usages = Array::of1(&"deriveBits".into());
    let pair =
        JsFuture::from(subtle.generate_key_with_object(&curve, false, &usages).unwrap()).await.unwrap();
    let public: CryptoKey = Reflect::get(&pair, &"publicKey".into()).unwrap().unchecked_into();
    let public = JsFuture::from(subtle.export_key("raw", &public).unwrap()).await.unwrap();
    Uint8Array::new(&public).to_vec().try_into().unwrap()
}

#[wasm_bindgen_test]
async fn a_forgotten_pin_is_recovered_with_the_offices_answer_only() {
    let name = a_name();
    let office = office_key().await;
    assert!(is_office_key(&office).await);
    let mut bent = office;
    bent[40] ^= 1;
    assert!(!is_office_key(&bent).await);
    let (store, draft) = with_a_draft(&name).await;
    assert!(store.set_pin(None, PIN, Some(&bent), at(0)).await.is_err());
    assert!(!store.protection(at(0)).await.unwrap().has_pin, "a PIN was set that nobody can recover");
    store.set_pin(None, PIN, Some(&office), at(0)).await.unwrap();
    assert!(store.protection(at(0)).await.unwrap().has_recovery);
    let first = store.recovery_request().await.unwrap().expect("there is one");

    // What the office answers is for `tests/e2e`, which has the office; here, that no guess opens anything.
    let again = opened(&name).await;
    assert!(!again.recover(&[0; SECRET_BYTES], OTHER, Some(&office), at(0)).await.unwrap());
    assert!(again.is_locked());

    // Another PIN has another secret; none has none.
    store.set_pin(Some(PIN), OTHER, Some(&office), at(0)).await.unwrap();
    assert_ne!(store.recovery_request().await.unwrap(), Some(first));
    store.remove_pin(OTHER, at(1)).await.unwrap();
    assert_eq!(store.recovery_request().await.unwrap(), None);
    assert_eq!(
        store.recover(&[0; SECRET_BYTES], OTHER, None, at(1)).await.unwrap_err().kind,
        StoreErrorKind::Gone
    );
    assert!(reads(&opened(&name).await, &draft).await);
}

#[wasm_bindgen_test]
async fn two_users_share_no_key() {
    let (one, other) = (clock::random_bytes::<8>(), clock::random_bytes::<8>());
    let id = |bytes: [u8; 8]| u64::from_be_bytes(bytes).to_string();
    let (one, other) = (id(one), id(other));
    let first = IndexedDb::open_of(&one).await.unwrap();
    let second = IndexedDb::open_of(&other).await.unwrap();
    let draft = a_draft();
    first.create_draft(&draft, PEN).await.unwrap();
    assert!(second.drafts().await.unwrap().items.is_empty());

    // Even with its records in the other's database, the other's key reads nothing of it.
    let key = JsValue::from(draft.id.to_string());
    for store in ["drafts", "snapshots"] {
        let record = first.database.read(&[store]).await.unwrap().get(store, &key).await.unwrap().unwrap();
        let transaction = second.database.write(&[store], Durability::Strict).await.unwrap();
        transaction.put(store, &key, &record).unwrap();
        transaction.finish().await.unwrap();
    }
    assert_eq!(second.load_draft(draft.id).await.unwrap_err().kind, StoreErrorKind::Unreadable);
}

async fn kept(store: &IndexedDb, key: &str) -> JsValue {
    store.database.read(&[KEYS]).await.unwrap().get(KEYS, &key.into()).await.unwrap().expect("it is there")
}

/// Runs a future beside the test until it is time to drop it in the middle, as a kill does. Was it done before?
async fn cut(future: impl Future<Output = ()> + 'static, mut is_time: impl AsyncFnMut() -> bool) -> bool {
    let running: Rc<RefCell<Option<Running>>> = Rc::new(RefCell::new(Some(Box::pin(future))));
    let polled = running.clone();
    timer::spawn(poll_fn(move |context| {
        let mut running = polled.borrow_mut();
        let poll = running.as_mut().map_or(Poll::Ready(()), |future| future.as_mut().poll(context));
        if poll.is_ready() {
            running.take();
        }
        poll
    }));
    while !is_time().await {
        timer::sleep(0).await;
    }
    running.take().is_none()
}

type Running = Pin<Box<dyn Future<Output = ()>>>;
