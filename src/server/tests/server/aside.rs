//! A draft that was finished on two phones: the first content is the submission, the other is kept aside until the office decides, and each id is accepted once.

use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::outbox::OutboxItem;
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::store::Store;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Request, Response};
use doorstep_delivery::{Moment, State, Submission, Wake};
use serde_json::{Value as Json, json};

use crate::browser::{Browser, Office};
use crate::client::{Answer, House, Place, Sent, on_each_database};

on_each_database!(
    another_content_is_kept_aside_and_becomes_a_submission_of_its_own_once,
    what_was_left_out_stays_and_can_be_taken_in_later,
    files_come_first_and_no_more_than_a_few_contents_of_an_id_are_kept,
);

const LIST: &str = "/api/v1/aside";

/// A house with somebody who decides.
fn station(place: &Place) -> (House, Browser) {
    let house = place.house();
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let wanted = json!({"name": "zhan", "role": "station", "area": ""});
    let made = admin.post(&house, "/api/v1/users", wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    let station = Browser::settle(&house, "zhan", made.json()["password"].as_str().unwrap());
    (house, station)
}

fn listed(house: &House, who: &Browser, query: &str) -> Vec<Json> {
    let answer = who.get(house, &format!("{LIST}{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["aside"].as_array().unwrap().clone()
}

fn decide(house: &House, who: &Browser, one: &str, what: &str) -> Answer {
    who.post(house, &format!("{LIST}/{one}/{what}"), json!({}))
}

/// What its sender is told of one that has no receipt.
fn told(answer: &Answer) -> (u16, String, Json, Json) {
    let error = answer.json()["error"].clone();
    (answer.status, answer.code(), error["kept_aside"].clone(), error["decision"].clone())
}

fn waits() -> (u16, String, Json, Json) {
    (409, "id_taken".into(), json!(true), Json::Null)
}

fn receipt(answer: &Answer) -> (u16, Json, Json) {
    let receipt = answer.json()["receipt"].clone();
    (answer.status, receipt["hash"].clone(), receipt["taken_in_as"].clone())
}

fn another_content_is_kept_aside_and_becomes_a_submission_of_its_own_once(place: &Place) {
    let (house, station) = station(place);
    let first = house.submission(1, json!({"person": {"name": "张三", "age": 71}}));
    let other = house.submission(1, json!({"person": {"name": "李四", "age": 71}}));
    assert_eq!(house.put(&first).status, 201);
    for _ in 0..2 {
        let answer = house.put(&other);
        assert_eq!(told(&answer), waits());
        assert_eq!(answer.header("retry-after"), Some("3600"));
        assert!(!answer.text().contains("李四"), "{}", answer.text());
    }
    assert_eq!((house.count("submission_aside"), house.rows().len()), (1, 1));
    let waiting = |count: u8| {
        let counted = format!("doorstep_aside_waiting {count}");
        house.get("/metrics").text().lines().any(|line| line == counted)
    };
    assert!(waiting(1));

    let one = &listed(&house, &station, "")[0];
    assert_eq!(one["of"], first.id.as_str());
    assert_eq!((&one["form"]["title"], &one["sealed"]), (&json!("走访"), &json!(false)));
    let differs = json!([{"path": "/visit/person/name", "label": "姓名", "aside": "李四", "kept": "张三"}]);
    assert_eq!(one["differs"], differs);
    let own = one["id"].as_str().unwrap().to_owned();

    for _ in 0..2 {
        let taken = decide(&house, &station, &own, "take-in");
        assert_eq!((taken.status, taken.json()), (200, json!({"submission": own})));
        assert_eq!(house.rows().len(), 2);
    }
    let rows = house.rows();
    assert!(rows.contains(&(first.id.clone(), first.body.clone())), "the first is as it was");
    let (_, body) = rows.iter().find(|(id, _)| *id == own).expect("it is there");
    let taken = Sealed::read(body.as_bytes()).unwrap();
    assert_eq!(taken.supersedes.map(|id| id.to_string()), Some(first.id.clone()));
    assert_eq!(taken.data, json!({"visit": {"person": {"name": "李四", "age": 71}}}));
    assert!(listed(&house, &station, "").is_empty() && waiting(0));

    // Each sender gets the receipt of what it sent; the other's says where it went.
    assert_eq!(receipt(&house.put(&first)), (200, json!(first.hash()), Json::Null));
    for _ in 0..2 {
        assert_eq!(receipt(&house.put(&other)), (200, json!(other.hash()), json!(own)));
    }
    let left = decide(&house, &station, &own, "leave-out");
    assert_eq!((left.status, left.code()), (409, "taken_in".into()));
    assert_eq!(house.rows().len(), 2);
    // A third one is kept beside it.
    let third = house.submission(1, json!({"person": {"name": "王五"}}));
    assert_eq!(told(&house.put(&third)), waits());
}

fn what_was_left_out_stays_and_can_be_taken_in_later(place: &Place) {
    let (house, station) = station(place);
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    assert_eq!(house.put(&house.submission(1, json!({"person": {"name": "张三"}}))).status, 201);
    assert_eq!(told(&house.put(&other)), waits());
    let own = listed(&house, &station, "")[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(decide(&house, &station, &own, "leave-out").status, 200);
    }
    let left_out = (409, "id_taken".into(), json!(true), json!("left_out"));
    assert_eq!(told(&house.put(&other)), left_out);
    assert!(listed(&house, &station, "").is_empty());
    let one = &listed(&house, &station, "?which=left_out")[0];
    assert_eq!((one["id"].as_str(), &one["decision"]), (Some(&*own), &json!("left_out")));
    assert_eq!(house.rows().len(), 1);

    assert_eq!(decide(&house, &station, &own, "take-in").status, 200);
    assert_eq!(receipt(&house.put(&other)), (200, json!(other.hash()), json!(own)));
    assert_eq!(house.rows().len(), 2);
}

fn files_come_first_and_no_more_than_a_few_contents_of_an_id_are_kept(place: &Place) {
    let (house, station) = station(place);
    assert_eq!(house.put(&house.submission(1, json!({}))).status, 201);
    let photo = b"\xff\xd8 a photo";
    let other = house.submission_with(1, &[("door.jpg", photo)]);
    assert_eq!(house.put(&other).code(), "attachment_missing");
    assert_eq!(house.count("submission_aside"), 0);
    assert_eq!(house.put_file(&content_hash(photo), photo).status, 201);
    assert_eq!(told(&house.put(&other)), waits());
    // What is no submission of its form is refused as everywhere.
    assert_eq!(house.put(&house.submission(1, json!({"person": {"age": "old"}}))).code(), "not_a_submission");
    for age in 1..8 {
        assert_eq!(told(&house.put(&house.submission(1, json!({"person": {"age": age}})))), waits());
    }
    let one_more = told(&house.put(&house.submission(1, json!({"person": {"age": 8}}))));
    assert_eq!(one_more, (409, "id_taken".into(), Json::Null, Json::Null));
    assert_eq!((house.count("submission_aside"), house.rows().len()), (8, 1));

    let own = listed(&house, &station, "").into_iter().find(|one| one["differs"] == json!([])).unwrap();
    let own = own["id"].as_str().unwrap().to_owned();
    assert_eq!(decide(&house, &station, &own, "take-in").status, 200);
    let rows = house.rows();
    let (_, body) = rows.iter().find(|(id, _)| *id == own).unwrap();
    assert_eq!(Sealed::read(body.as_bytes()).unwrap().attachments[0].hash, content_hash(photo));
}

fn put(house: &House, sent: &Sent, token: &str) -> Answer {
    let (bearer, digest) = (format!("Bearer {token}"), sent.digest());
    let headers =
        [("content-type", "application/json"), ("content-digest", &*digest), ("authorization", &*bearer)];
    house.send("PUT", &format!("/api/v1/submissions/{}", sent.id), &headers, sent.body.as_bytes())
}

#[test]
fn the_station_of_its_area_decides_and_all_of_it_is_noted() {
    let office = Office::open();
    let house = &office.house;
    let (_, there) = office.device("371002001", None);
    let (_, elsewhere) = office.device("371003", None);
    let own_station = office.user("zhan.one", "station", "371002");
    let other_station = office.user("zhan.two", "station", "371003");
    let first = house.submission(1, json!({"person": {"name": "张三"}}));
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    assert_eq!(put(house, &first, &elsewhere).status, 201);
    assert_eq!(told(&put(house, &other, &there)), waits());
    assert_eq!(office.count("kept_aside"), 1);
    assert_eq!(told(&put(house, &other, &there)), waits());
    assert_eq!(office.count("kept_aside"), 1, "the same again is nothing new");

    let one = &listed(house, &own_station, "")[0];
    assert_eq!((&one["area"], &one["aside"]["device"]), (&json!("371002001"), &json!("手机 1")));
    // The one that has the id is another area's: what it says is not this station's to read.
    assert_eq!((&one["kept"], &one["differs"][0]["kept"]), (&Json::Null, &Json::Null));
    assert_eq!(one["differs"][0]["aside"], "李四");
    assert!(listed(house, &other_station, "").is_empty());
    assert_eq!(office.count("aside_read"), 1);
    let own = one["id"].as_str().unwrap();

    for what in ["take-in", "leave-out"] {
        assert_eq!(decide(house, &other_station, own, what).status, 404);
        assert_eq!(decide(house, &own_station, "019ab1c0-0000-7000-8000-000000000001", what).status, 404);
        assert_eq!(decide(house, &own_station, "..%2f", what).status, 404);
    }
    for (name, role) in [("li.si", "worker"), ("shen", "auditor")] {
        let somebody = office.user(name, role, "371002");
        assert_eq!(somebody.get(house, LIST).code(), "forbidden", "{role}");
        assert_eq!(decide(house, &somebody, own, "take-in").code(), "forbidden", "{role}");
    }
    assert_eq!(office.administrator.get(house, LIST).code(), "forbidden");
    let bearer = format!("Bearer {there}");
    let by_device = house.send("GET", LIST, &[("authorization", &bearer)], b"");
    assert_eq!(by_device.status, 403, "a phone decides nothing");
    assert_eq!(house.get(LIST).status, 401);
    assert_eq!(house.rows().len(), 1);

    assert_eq!(decide(house, &own_station, own, "leave-out").status, 200);
    assert_eq!(decide(house, &own_station, own, "take-in").status, 200);
    assert_eq!((office.count("aside_left_out"), office.count("aside_taken_in")), (1, 1));
    let area: String = house
        .sqlite()
        .query_row("SELECT area FROM submission WHERE id = ?1", [own], |row| row.get(0))
        .unwrap();
    assert_eq!(area, "371002001", "it is its sender's area's");
}

/// The whole way of both phones: whichever comes second waits, is told of the decision, and leaves with a receipt of its own.
#[test]
fn the_phone_keeps_its_own_until_the_office_has_decided() {
    let (house, station) = station(&Place::Sqlite);
    let now = std::cell::Cell::new(1_795_399_200_000_i64);
    let phone = |sent: &Sent| {
        let store = MemoryStore::new();
        let submission = Submission::read(sent.body.clone(), None).unwrap();
        assert!(ready(store.take_over(&submission, &[OutboxItem::queue(&submission)], &[])).unwrap());
        store
    };
    let run = |store: &MemoryStore, wake: Wake| {
        let over_sockets = |request: Request| {
            let headers: Vec<(&str, &str)> =
                request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let body = request.body.as_deref().unwrap_or_default();
            let answer = house.send(request.method.name(), &request.url, &headers, body);
            Ok(Response { status: answer.status, headers: answer.headers, body: answer.body })
        };
        let moment = || Moment { ms: now.get(), utc_offset_minutes: 480 };
        let (transport, backend) = (MemoryTransport::new(over_sockets), Doorstep::at(""));
        ready(deliver(store, &transport, |_| Some(&backend), wake, moment, 1)).unwrap().delivered
    };
    let state = |store: &MemoryStore| ready(store.outbox()).unwrap().items[0].state.clone();
    let first = house.submission(1, json!({"person": {"name": "张三"}}));
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    let (one, two) = (phone(&first), phone(&other));
    assert_eq!((run(&one, Wake::Start), run(&two, Wake::Start)), (1, 0));
    let waiting = state(&two);
    assert!(
        matches!(&waiting, State::Waiting { reason, .. } if reason.kind == SendErrorKind::KeptAside),
        "{waiting:?}"
    );
    // Not asked again before its time, and again after that.
    assert_eq!(run(&two, Wake::Network), 0);
    assert_eq!(state(&two), waiting);
    now.set(now.get() + 3_600_000);

    let own = listed(&house, &station, "")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(decide(&house, &station, &own, "leave-out").status, 200);
    assert_eq!(run(&two, Wake::Timer), 0);
    let State::Refused { reason } = state(&two) else { panic!("{:?}", state(&two)) };
    assert_eq!(reason.kind, SendErrorKind::NotTakenIn);

    assert_eq!(decide(&house, &station, &own, "take-in").status, 200);
    let item = ready(two.outbox()).unwrap().items[0].clone();
    ready(two.update_item(&item.tried_again())).unwrap();
    assert_eq!(run(&two, Wake::Hand), 1);
    let delivered = ready(two.delivered()).unwrap().items;
    let State::Delivered { receipt, .. } = &delivered[0].state else { panic!("{delivered:?}") };
    assert!(receipt.proves(other.id.parse().unwrap(), &other.hash()));
    assert_eq!(receipt.taken_in_as.map(|id| id.to_string()), Some(own));
}
