//! Submissions that are sealed for the office: opened once, the same survey as the one that is not sealed, and refused in words where they don't open.

use std::time::{Duration, Instant};

use doorstep_delivery::Submission;
use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::for_office::keys::{Agreement, new_key};
use doorstep_delivery::for_office::{self, Envelope};
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::outbox::OutboxItem;
use doorstep_delivery::recovery::read_point;
use doorstep_delivery::rescue::Rescue;
use doorstep_delivery::store::Store;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, NetworkError, Request, Response};
use doorstep_delivery::{Moment, State, Wake};
use serde_json::json;

use crate::client::{Answer, House, Place, Sent, on_each_database};

on_each_database!(
    a_sealed_survey_is_opened_once_and_is_the_one_that_is_not_sealed,
    a_sealed_surveys_files_are_opened_with_it,
    without_its_key_it_waits_and_an_older_key_still_opens,
    what_was_forged_is_refused_and_nothing_is_stored,
);

const NOW: Moment = Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 };
const PHOTO: &[u8] = b"\xff\xd8 a photo of the kitchen";

fn key(number: u8) -> String {
    new_key([number; 32]).unwrap()
}

fn house(place: &Place) -> House {
    let mut house = place.house();
    house.restart_with_office_keys(&key(1));
    house
}

/// What the phone does with what the server hands out.
fn agreement(house: &House, secret: u8) -> Agreement {
    let told = house.get("/api/v1/office-key").json();
    let office = read_point(told["seal"].as_str().unwrap()).unwrap();
    Agreement::with(&office, [secret; 32]).unwrap()
}

/// Seals what is not sealed, and gives the sealed files beside it.
fn sealed(house: &House, plain: &Sent, files: &[&[u8]], secret: u8) -> (Sent, Vec<Vec<u8>>) {
    let agreed = agreement(house, secret);
    let submission = Submission::read(plain.body.clone(), None).unwrap();
    let seal = |(place, file): (usize, &&[u8])| {
        ready(for_office::seal_file(&agreed, submission.id(), place, file)).unwrap()
    };
    let (about, bytes) = files.iter().enumerate().map(seal).unzip();
    let sealed = ready(for_office::seal(&agreed, &submission, about)).unwrap();
    (Sent { id: plain.id.clone(), body: sealed.body().to_string() }, bytes)
}

fn receipt(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["receipt"]["hash"].as_str().unwrap_or_default().to_owned())
}

fn a_sealed_survey_is_opened_once_and_is_the_one_that_is_not_sealed(place: &Place) {
    let house = house(place);
    let plain = house.submission(1, json!({"person": {"name": "张三", "age": 71}}));
    let (first, _) = sealed(&house, &plain, &[], 7);
    assert!(!first.body.contains("张三"));
    // The receipt is of the bytes that were sent; what is kept is what was in them.
    assert_eq!(receipt(&house.put(&first)), (201, first.hash()));
    assert_eq!(house.rows(), [(plain.id.clone(), plain.body.clone())]);
    assert_eq!(receipt(&house.put(&first)), (200, first.hash()));
    // The same sealed anew, and not sealed at all.
    let (again, _) = sealed(&house, &plain, &[], 8);
    assert_eq!(receipt(&house.put(&again)), (200, again.hash()));
    assert_eq!(receipt(&house.put(&plain)), (200, plain.hash()));
    // Another survey of the same id, sealed or not.
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    let (came, _) = sealed(&house, &other, &[], 9);
    for sent in [&came, &other, &sealed(&house, &other, &[], 11).0] {
        let answer = house.put(sent);
        assert_eq!((answer.code(), &answer.json()["error"]["kept_aside"]), ("id_taken".into(), &json!(true)));
    }
    // Kept aside once: opened, and as it came.
    assert_eq!(house.count("submission_aside"), 1);
    assert_eq!(house.ask("SELECT content_hash FROM submission_aside"), [other.hash()]);
    let as_it_came = house.count(&format!("submission_aside WHERE length(came) = {}", came.body.len()));
    assert_eq!(as_it_came, 1);
    // And the other way round.
    let second = house.submission(2, json!({"person": {"name": "王五"}}));
    assert_eq!(house.put(&second).status, 201);
    let (late, _) = sealed(&house, &second, &[], 10);
    assert_eq!(receipt(&house.put(&late)), (200, late.hash()));
    assert_eq!(house.rows().len(), 2);
}

fn a_sealed_surveys_files_are_opened_with_it(place: &Place) {
    let house = house(place);
    let plain = house.submission_with(1, &[("张三-1.jpg", PHOTO), ("张三-2.jpg", b"two")]);
    let (sent, files) = sealed(&house, &plain, &[PHOTO, b"two"], 7);
    assert!(!sent.body.contains("张三"));
    let hashes: Vec<String> = files.iter().map(|file| content_hash(file)).collect();
    let answer = house.put(&sent);
    assert_eq!((answer.status, answer.code()), (409, "attachment_missing".into()));
    assert_eq!(answer.json()["error"]["missing"], json!(hashes));
    for (hash, file) in hashes.iter().zip(&files) {
        assert_eq!(house.put_file(hash, file).status, 201);
    }
    assert_eq!(receipt(&house.put(&sent)), (201, sent.hash()));
    assert_eq!(house.rows(), [(plain.id.clone(), plain.body.clone())]);
    assert_eq!(house.file(&content_hash(PHOTO)), PHOTO);
    assert_eq!(house.file(&content_hash(b"two")), b"two");
    // Not sealed, it needs nothing more.
    assert_eq!(receipt(&house.put(&plain)), (200, plain.hash()));

    // Another's sealed file in this one's place: the submission names another hash.
    let other = house.submission_with(2, &[("a.jpg", b"mine")]);
    let (forged, theirs) = sealed(&house, &other, &[b"yours"], 8);
    assert_eq!(house.put_file(&content_hash(&theirs[0]), &theirs[0]).status, 201);
    let answer = house.put(&forged);
    assert_eq!((answer.status, answer.code()), (422, "not_opened".into()));
    assert_eq!(house.rows().len(), 1);
}

fn without_its_key_it_waits_and_an_older_key_still_opens(place: &Place) {
    let mut house = house(place);
    let plain = house.submission(1, json!({"person": {"name": "张三"}}));
    let (sent, _) = sealed(&house, &plain, &[], 7);
    let handed_out = |house: &House| house.get("/api/v1/office-key").json()["seal"].clone();
    let first = handed_out(&house);

    for keys in ["", &key(2)] {
        house.restart_with_office_keys(keys);
        let answer = house.put(&sent);
        assert_eq!((answer.status, answer.code()), (503, "no_office_key".into()));
        assert!(answer.reason().contains("stays on the phone"), "{}", answer.reason());
        assert_eq!(handed_out(&house).is_null(), keys.is_empty());
        assert!(house.rows().is_empty());
    }
    // Rotated: the newest is handed out, the one before it still opens.
    house.restart_with_office_keys(&(key(1) + &key(2)));
    assert_ne!(handed_out(&house), first);
    assert_eq!(house.put(&sent).status, 201);
    let (newer, _) = sealed(&house, &house.submission(2, json!({})), &[], 8);
    assert_eq!(house.put(&newer).status, 201);
    // The office has had enough of it.
    let (late, _) = sealed(&house, &house.submission(3, json!({})), &[], 9);
    house.seals_no_more();
    house.restart_with_office_keys(&(key(1) + &key(2)));
    assert!(handed_out(&house).is_null());
    assert_eq!(house.put(&late).status, 201);
    assert_eq!(house.rows().len(), 3);
}

fn what_was_forged_is_refused_and_nothing_is_stored(place: &Place) {
    let house = house(place);
    let plain = house.submission(1, json!({"person": {"name": "张三 <script>'; DROP TABLE submission"}}));
    let (sent, _) = sealed(&house, &plain, &[], 7);
    let refused = |sent: &Sent| {
        let answer = house.put(sent);
        assert!(!answer.text().contains("张三"), "{}", answer.text());
        (answer.status, answer.code())
    };
    let with = |body: String| Sent { id: sent.id.clone(), body };
    let bent = |bend: fn(&mut Envelope)| {
        let mut envelope = Envelope::read(sent.body.as_bytes()).unwrap();
        bend(&mut envelope);
        with(envelope.write())
    };
    let not_opened = (422, "not_opened".to_owned());
    assert_eq!(refused(&bent(|one| one.sealed[5] ^= 1)), not_opened);
    assert_eq!(refused(&bent(|one| one.form.version.push('1'))), not_opened);
    assert_eq!(refused(&bent(|one| one.ephemeral = [4; 65])), not_opened);
    assert_eq!(refused(&bent(|one| one.id = doorstep_delivery::Uuid::nil())), not_opened);
    // Another's under this id.
    let (other, _) = sealed(&house, &house.submission(2, json!({})), &[], 8);
    assert_eq!(refused(&with(other.body)), (400, "bad_id".into()));
    for (from, to) in
        [("\"}", "\""), ("\"key\":\"", "\"key\":\"../"), ("\"files\":[]", "\"files\":[{\"name\":\"../x\"}]")]
    {
        assert!(sent.body.contains(from), "{from}");
        let status = refused(&with(sent.body.replacen(from, to, 1))).0;
        assert!(status == 400 || status == 422, "{to}: {status}");
    }
    assert_eq!(refused(&with(sent.body.replacen(":1,", ":7,", 1))), (422, "not_a_submission".into()));
    // The digest is not the body's.
    let digest = house.submission(2, json!({})).digest();
    let headers = [("content-type", "application/json"), ("content-digest", &*digest)];
    let path = format!("/api/v1/submissions/{}", sent.id);
    assert_eq!(house.send("PUT", &path, &headers, sent.body.as_bytes()).code(), "bad_digest");
    // What is within is no submission of the form, or too large.
    let (unfit, _) = sealed(&house, &house.submission(1, json!({"person": {"age": "old"}})), &[], 9);
    assert_eq!(refused(&unfit), (422, "not_a_submission".into()));
    let large = house.submission(1, json!({"person": {"name": "x".repeat(4 << 20)}}));
    assert_eq!(refused(&sealed(&house, &large, &[], 10).0), (413, "too_large".into()));
    let endless =
        with(sent.body.replacen("\"sealed\":\"", &format!("\"sealed\":\"{}", "A".repeat(6 << 20)), 1));
    assert_eq!(refused(&endless), (413, "too_large".into()));
    assert!(house.rows().is_empty());
    assert!(house.files().is_empty());
    // An envelope in an envelope is none.
    let inner = Submission::read(sent.body.clone(), None).unwrap();
    let twice = ready(for_office::seal(&agreement(&house, 11), &inner, Vec::new())).unwrap();
    assert_eq!(refused(&with(twice.body().to_string())), (422, "not_a_submission".into()));
    assert_eq!(house.put(&sent).status, 201);
}

/// The key is no secret, and asked for once.
#[test]
fn the_key_is_handed_out_and_only_its_public_half() {
    let mut house = House::new();
    assert_eq!(
        house.get("/api/v1/office-key").json(),
        json!({"version": 1, "seal": null, "recovery": null, "devices_only": false, "tiles": null})
    );
    house.restart_with_office_keys(&key(1));
    let answer = house.get("/api/v1/office-key");
    assert_eq!(answer.json()["seal"].as_str().unwrap().len(), 87);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let tag = answer.header("etag").unwrap();
    let again = house.send("GET", "/api/v1/office-key", &[("if-none-match", tag)], b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    for method in ["PUT", "POST", "DELETE"] {
        assert_eq!(house.send(method, "/api/v1/office-key", &[], b"").status, 405, "{method}");
    }
    assert_eq!(house.get("/api/v1/office-key/../office.pem").status, 404);
}

/// Rotated while the server runs: what was sealed before and what is sealed from then on both arrive.
#[test]
fn the_keys_are_read_again_at_a_signal_and_broken_ones_are_not() {
    let mut house = House::new();
    house.restart_with_office_keys(&key(1));
    let handed_out = || house.get("/api/v1/office-key").json()["seal"].clone();
    let first = handed_out();
    let (before, _) = sealed(&house, &house.submission(1, json!({})), &[], 7);
    let hang_up = || {
        let pid = std::process::id().to_string();
        // The server has set its handler before it listened: this ends no process.
        assert!(std::process::Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    };
    house.write_office_keys(&(key(1) + &key(2)));
    hang_up();
    let start = Instant::now();
    while handed_out() == first {
        assert!(start.elapsed() < Duration::from_secs(10), "they were not read again");
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = handed_out();
    assert_eq!(house.put(&before).status, 201);

    house.write_office_keys("no key");
    hang_up();
    // Nothing tells when it was looked at; what is sealed for the key of before goes on being opened.
    for number in 2..12 {
        let (sent, _) = sealed(&house, &house.submission(number, json!({})), &[], 7 + number);
        assert_eq!(house.put(&sent).status, 201);
        assert_eq!(handed_out(), second);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn over_sockets(house: &House, request: &Request) -> Result<Response, NetworkError> {
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = house.send(
        request.method.name(),
        &request.url,
        &headers,
        request.body.as_deref().unwrap_or_default(),
    );
    Ok(Response { status: answer.status, headers: answer.headers, body: answer.body })
}

/// The whole way: kept on a device, handed over as a rescue file, sent from there; a missing key is waited out.
#[test]
fn a_sealed_survey_goes_by_delivery_and_by_a_rescue_file_and_counts_once() {
    let mut house = House::new();
    house.restart_with_office_keys(&key(1));
    let plain = house.submission_with(1, &[("张三-1.jpg", PHOTO)]);
    let (sent, files) = sealed(&house, &plain, &[PHOTO], 7);
    let submission = Submission::read(sent.body.clone(), None).unwrap();
    let files = vec![(submission.attachments()[0].clone(), files[0].clone())];
    let phone = MemoryStore::new();
    let items = [OutboxItem::queue(&submission)];
    assert!(items[0].for_office && items[0].name.is_empty());
    assert!(ready(phone.take_over(&submission, &items, &files)).unwrap());

    let run = |store: &MemoryStore, house: &House| {
        let transport = MemoryTransport::new(|request: Request| over_sockets(house, &request));
        let backend = Doorstep::at("");
        ready(deliver(store, &transport, |_| Some(&backend), Wake::Hand, || NOW, 1)).unwrap().delivered
    };
    house.restart_with_office_keys("");
    assert_eq!(run(&phone, &house), 0);
    let waiting = ready(phone.outbox()).unwrap().items;
    assert!(
        matches!(&waiting[0].state, State::Waiting { reason, .. } if reason.kind == SendErrorKind::NotOpened)
    );

    let rescue = ready(Rescue::gather(&phone)).unwrap();
    let file = rescue.to_bytes();
    assert!(!String::from_utf8_lossy(&file).contains("张三") && file.starts_with(br#"{"version":3"#));
    let other = MemoryStore::new();
    assert_eq!(ready(Rescue::from_bytes(&file).unwrap().take_up(&other)).unwrap().submissions, 1);

    house.restart_with_office_keys(&key(1));
    assert_eq!(run(&other, &house), 1);
    assert_eq!(run(&phone, &house), 1);
    assert_eq!(house.rows(), [(plain.id, plain.body)]);
    assert_eq!(house.file(&content_hash(PHOTO)), PHOTO);
}
