//! Submissions passed on: over real sockets, to peers that fail in every way first, on both databases. The clock is the test's.

pub mod peer;
mod storm;
mod targets;
mod watched;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::client::{House, Place, Sent, on_each_database};
use doorstep_delivery::record::Record;
use doorstep_delivery::{OutboxItem, State};
use doorstep_server::{Clock, Relaying};
use peer::{Asked, Peer, Says, TAKEN};
use serde_json::{Value as Json, json};
use storm::through_a_storm_each_arrives_once;

const START: i64 = 1_795_397_400_000;
const MINUTE: i64 = 60_000;

on_each_database!(
    whatever_goes_wrong_first_it_arrives_once,
    what_a_crash_left_half_done_is_sent_again_and_counts_once,
    two_processes_share_the_work,
    a_silent_target_holds_up_no_other,
    a_backup_brings_the_queue_back,
    what_was_here_before_is_queued_when_somebody_says_so,
    through_a_storm_each_arrives_once,
);

/// What a server is told to pass on to; the folder with it goes when this does.
struct Told {
    relay: Relaying,
    _folder: tempfile::TempDir,
}

fn told(targets: &Json, secrets: &Json, clock: &Clock) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let (backends, file) = (folder.path().join("backend.json"), folder.path().join("secrets.json"));
    std::fs::write(&backends, json!({"version": 1, "targets": targets}).to_string()).unwrap();
    std::fs::write(&file, secrets.to_string()).unwrap();
    make_private(&file);
    Told { relay: Relaying { backends, secrets: Some(file), clock: clock.clone() }, _folder: folder }
}

fn make_private(file: &Path) {
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = file;
}

fn webhook(name: &str, peer: &Peer) -> Json {
    json!({"name": name, "kind": "webhook", "url": format!("{}/in", peer.url()), "forms": ["*"]})
}

/// Lets time pass in steps until that holds.
fn until(clock: &Clock, step: i64, what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        clock.advance(step);
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn put(house: &House, number: u8) -> Sent {
    let sent = house.submission(number, json!({"person": {"name": "张三"}}));
    assert_eq!(house.put(&sent).status, 201);
    sent
}

/// Target and state of every item.
fn states(house: &House) -> Vec<String> {
    house.ask("SELECT target || ' ' || state FROM relay ORDER BY submission_id, target")
}

fn all_delivered(house: &House, count: usize) -> bool {
    let states = states(house);
    states.len() == count && states.iter().all(|state| state.ends_with(" delivered"))
}

/// Every item as it is kept.
fn items(house: &House) -> Vec<OutboxItem> {
    let text =
        if house.database().is_some() { "convert_from(record, 'UTF8')" } else { "CAST(record AS TEXT)" };
    let records = house.ask(&format!("SELECT {text} FROM relay ORDER BY submission_id, target"));
    records.iter().map(|record| OutboxItem::from_bytes(record.as_bytes()).unwrap()).collect()
}

/// A peer's memory: what it has accepted, by its key.
type Held = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Takes a request in as a receiver does that knows idempotency keys.
fn take(held: &Held, asked: &Asked) {
    let key = asked.header("idempotency-key").to_owned();
    let mut held = held.lock().unwrap();
    let first = held.entry(key).or_insert_with(|| asked.body.clone());
    assert_eq!(*first, asked.body, "the same key has the same bytes");
}

fn whatever_goes_wrong_first_it_arrives_once(place: &Place) {
    let faults = [
        Says::Nothing,
        Says::Answer(500, "", "no"),
        Says::Answer(429, "retry-after: 1800\r\n", ""),
        Says::Answer(200, "content-type: text/html\r\n", "<!doctype html><p>Log in to the Wi-Fi"),
        Says::Answer(302, "location: /elsewhere\r\n", ""),
        Says::Answer(503, "", ""),
        // Taken, and the answer lost.
        Says::Nothing,
    ];
    let held = Held::default();
    let (taking, last) = (held.clone(), faults.len() - 1);
    let peer = Peer::new(move |before, asked| {
        if before >= last {
            take(&taking, asked);
        }
        faults.get(before).cloned().unwrap_or(TAKEN)
    });
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({"office": {"signing": "s3cret"}}), &clock);
    let house = place.relaying(&told.relay);
    let sent = put(&house, 1);
    assert_eq!(house.put(&sent).status, 200, "sent again by its phone, it is not queued again");
    for tries in 1..=8 {
        until(&clock, MINUTE, "another try", || peer.asked().len() == tries);
        assert_eq!(peer.asked()[tries - 1].header("content-type"), "application/json");
        if tries == 3 {
            let asked_to_wait = clock.now();
            until(&clock, MINUTE, "after the wait", || peer.asked().len() == 4);
            assert!(clock.now() - asked_to_wait >= 29 * MINUTE, "Retry-After is heeded");
        }
    }
    until(&clock, 0, "the receipt", || all_delivered(&house, 1));
    assert_eq!(held.lock().unwrap().len(), 1);
    assert_eq!(peer.asked().len(), 8);
    let [item] = &items(&house)[..] else { panic!("one item") };
    let State::Delivered { receipt, .. } = &item.state else { panic!("{item:?}") };
    assert_eq!((receipt.id.to_string(), &receipt.hash), (sent.id.clone(), &sent.hash()));
    assert_eq!(item.name, "", "a name is a person's");
    let body: Json = serde_json::from_slice(&peer.asked()[7].body).unwrap();
    assert_eq!(body["id"], sent.id);
    assert!(peer.asked()[7].header("webhook-signature").starts_with("v1,"));
}

fn what_a_crash_left_half_done_is_sent_again_and_counts_once(place: &Place) {
    let (held, open) = (Held::default(), Arc::<AtomicBool>::default());
    let (taking, opened) = (held.clone(), open.clone());
    let peer = Peer::new(move |before, asked| {
        take(&taking, asked);
        // The first answer comes when nobody waits for it any more.
        while before == 0 && !opened.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        TAKEN
    });
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let mut house = place.relaying(&told.relay);
    put(&house, 1);
    until(&clock, 0, "it is sent", || peer.asked().len() == 1);
    house.kill();
    assert_eq!(states(&house), ["office sending"]);
    house.start();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(peer.asked().len(), 1, "the dead one's claim holds for a while");
    until(&clock, MINUTE / 4, "it is sent again", || all_delivered(&house, 1));
    assert_eq!((peer.asked().len(), held.lock().unwrap().len()), (2, 1));
    open.store(true, Ordering::SeqCst);
}

fn two_processes_share_the_work(place: &Place) {
    let (open, busy, most) =
        (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (opened, at_once, at_most) = (open.clone(), busy.clone(), most.clone());
    let peer = Peer::new(move |_, _| {
        at_most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        while !opened.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(10));
        at_once.fetch_sub(1, Ordering::SeqCst);
        TAKEN
    });
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let house = place.relaying(&told.relay);
    for number in 1..=12 {
        put(&house, number);
    }
    let other = house.another();
    until(&clock, 50, "both send", || most.load(Ordering::SeqCst) == 2);
    // Longer than a claim holds that is not renewed: both are alive.
    let renewed = "SELECT CAST(MIN(claimed_until) AS TEXT) FROM relay WHERE claim IS NOT NULL";
    for _ in 0..8 {
        clock.advance(MINUTE / 4);
        until(&clock, 0, "both claims are renewed", || {
            house.ask(renewed)[0].parse::<i64>().unwrap() > clock.now() + MINUTE / 2
        });
    }
    assert_eq!(peer.asked().len(), 2, "each renews its claim");
    open.store(true, Ordering::SeqCst);
    until(&clock, 50, "all arrive", || all_delivered(&house, 12));
    let keys: BTreeSet<String> =
        peer.asked().iter().map(|asked| asked.header("idempotency-key").to_owned()).collect();
    assert_eq!((peer.asked().len(), keys.len()), (12, 12), "nothing is sent twice");
    assert_eq!(most.load(Ordering::SeqCst), 2);
    drop(other);
}

fn a_silent_target_holds_up_no_other(place: &Place) {
    let open = Arc::<AtomicBool>::default();
    let opened = open.clone();
    let deaf = Peer::new(move |_, _| {
        while !opened.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        TAKEN
    });
    let quick = Peer::new(|_, _| TAKEN);
    let other = json!({"name": "other", "kind": "webhook", "url": quick.url(), "forms": ["another-form"]});
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("deaf", &deaf), webhook("quick", &quick), other]), &json!({}), &clock);
    let house = place.relaying(&told.relay);
    put(&house, 1);
    put(&house, 2);
    until(&clock, 0, "the quick one has both", || quick.asked().len() == 2);
    until(&clock, 0, "and its receipts are kept", || {
        states(&house) == ["deaf sending", "quick delivered", "deaf queued", "quick delivered"]
    });
    open.store(true, Ordering::SeqCst);
    until(&clock, 50, "the deaf one too", || all_delivered(&house, 4));
}

fn a_backup_brings_the_queue_back(place: &Place) {
    use doorstep_server::backup::{restore, take};
    let block_on = |work: std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    };
    let clock = Clock::by_hand(START);
    let gone = Peer::new(|before, _| if before == 0 { TAKEN } else { Says::Answer(422, "", "not so") });
    let first = told(&json!([webhook("office", &gone)]), &json!({}), &clock);
    let house = Place::Sqlite.relaying(&first.relay);
    put(&house, 1);
    until(&clock, 0, "the first is delivered", || all_delivered(&house, 1));
    put(&house, 2);
    until(&clock, 0, "the second is refused", || states(&house) == ["office delivered", "office refused"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doorstep.tar");
    let (data, path) = (house.data(), file.clone());
    block_on(Box::pin(async move {
        take(&data, None, None, &path).await.unwrap();
    }));

    let peer = Peer::new(|_, _| TAKEN);
    let second = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let mut other = place.house();
    let (data, database) = (other.data(), other.database().map(str::to_owned));
    let bring = || {
        let (data, database, file) = (data.clone(), database.clone(), file.clone());
        block_on(Box::pin(async move {
            restore(&data, database.as_deref(), None, &file).await.unwrap();
        }));
    };
    bring();
    assert_eq!(items(&other), items(&house));
    other.stop();
    other.relay = Some(second.relay.clone());
    other.start();
    let admin = Browser::settle(&other, "admin", &other.first_password);
    let refused = admin.get(&other, "/api/v1/relay?state=refused").json()["items"][0].take();
    let again = format!("/api/v1/relay/{}/office", refused["submission"].as_str().unwrap());
    assert_eq!(admin.post(&other, &again, json!({})).status, 200);
    until(&clock, 50, "the refused one is passed on by the other", || all_delivered(&other, 2));
    bring();
    assert!(all_delivered(&other, 2), "what is there stays as it is");
    assert_eq!(peer.asked().len(), 1);
}

fn what_was_here_before_is_queued_when_somebody_says_so(place: &Place) {
    let peer = Peer::new(|_, _| TAKEN);
    let clock = Clock::by_hand(START);
    let mut house = place.house();
    for number in 1..=3 {
        put(&house, number);
    }
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    house.stop();
    house.relay = Some(told.relay.clone());
    house.start();
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let catch_up =
        |since: i64| admin.post(&house, "/api/v1/relay", json!({"target": "office", "since": since})).json();
    assert_eq!(catch_up(i64::MAX), json!({"queued": 0, "after": null}));
    assert!(states(&house).is_empty(), "what came before the target stays here");
    assert_eq!(catch_up(0), json!({"queued": 3, "after": null}));
    until(&clock, 50, "all arrive", || all_delivered(&house, 3));
    assert_eq!(catch_up(0), json!({"queued": 0, "after": null}));
    assert_eq!(peer.asked().len(), 3);
    for wrong in [json!({"target": "else", "since": 0}), json!({"target": "'--", "since": 0})] {
        assert_eq!(admin.post(&house, "/api/v1/relay", wrong).code(), "target_unknown");
    }
    let wrong = json!({"target": "office", "since": 0, "after": "' OR 1=1"});
    assert_eq!(admin.post(&house, "/api/v1/relay", wrong).code(), "bad_field");
}

#[test]
fn what_has_begun_is_finished_before_the_server_stops() {
    let peer = Peer::new(|_, _| {
        std::thread::sleep(Duration::from_millis(400));
        TAKEN
    });
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let mut house = Place::Sqlite.relaying(&told.relay);
    put(&house, 1);
    put(&house, 2);
    until(&clock, 0, "the first is on its way", || peer.asked().len() == 1);
    house.stop();
    assert_eq!(states(&house), ["office delivered", "office queued"]);
}
