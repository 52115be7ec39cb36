//! From the first answer to the receipt: the real engine, the real delivery and the real server, with no browser between.

use crate::client::{FORM, House, Place};
use crate::design::{Desk, edition, sheets};
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::draft::new_id;
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::pull::pull;
use doorstep_delivery::store::Store;
use doorstep_delivery::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Request, Response};
use doorstep_delivery::{Draft, Moment, OutboxItem, Pen, State, Submission, Wake};
use doorstep_engine::{Bundle, Form, Session, World};

/// Who writes in these tests.
const PEN: Pen = Pen::new([7; 16]);

const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };

/// The form as the device gets it from the server, filled in and sealed into the store.
fn fill_in(house: &House, store: &MemoryStore, number: u8) -> Submission {
    let list = house.get("/api/v1/forms").json();
    let hash = list["forms"][0]["hash"].as_str().unwrap().to_owned();
    let bundle = house.get(&format!("/api/v1/forms/{hash}")).text();
    let answers =
        [("/visit/person/name", "张三 <script>'; DROP TABLE submission"), ("/visit/person/age", "71")];
    let begun = begin(store, &bundle, number, &answers);
    assert_eq!(begun.0.form().hash(), hash);
    seal(store, begun)
}

/// A draft with these answers, kept.
fn begin(store: &MemoryStore, bundle: &str, number: u8, answers: &[(&str, &str)]) -> (Session, Draft) {
    let form = Form::read(&Bundle::from_json(bundle).unwrap()).form.unwrap();
    let world = World { now_ms: NOW.ms, utc_offset_minutes: NOW.utc_offset_minutes, ..World::default() };
    let mut session = Session::new(form, world);
    for (path, text) in answers {
        session.answer_text(session.at(path).unwrap(), text).unwrap();
    }
    let draft = Draft::begin(new_id(NOW.ms, &[number; 10]), &session, NOW);
    ready(store.create_draft(&draft, PEN)).unwrap();
    (session, draft)
}

fn seal(store: &MemoryStore, (mut session, draft): (Session, Draft)) -> Submission {
    let submission = Submission::seal(&mut session, &draft, &[], NOW, [0; 32]).unwrap();
    ready(store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, NOW)).unwrap();
    submission
}

fn over_sockets(house: &House, request: &Request) -> Response {
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = request.body.as_deref().unwrap_or_default();
    let answer = house.send(request.method.name(), &request.url, &headers, body);
    Response { status: answer.status, headers: answer.headers, body: answer.body }
}

fn run(store: &MemoryStore, answer: impl FnMut(Request) -> Result<Response, NetworkError>) -> usize {
    let backend = Doorstep::at("");
    let run = ready(deliver(store, &MemoryTransport::new(answer), |_| Some(&backend), Wake::Hand, || NOW, 1))
        .unwrap();
    assert!(run.store_errors.is_empty());
    run.delivered
}

#[test]
fn a_row_equals_what_was_answered_and_its_receipt_is_kept() {
    let house = House::new();
    let store = MemoryStore::new();
    let submission = fill_in(&house, &store, 1);
    assert_eq!(run(&store, |request| Ok(over_sockets(&house, &request))), 1);
    assert_eq!(house.rows(), [(submission.id().to_string(), submission.body().to_string())]);
    assert!(ready(store.outbox()).unwrap().items.is_empty());
    let delivered = ready(store.delivered()).unwrap().items;
    let State::Delivered { receipt, .. } = &delivered[0].state else { panic!("{delivered:?}") };
    assert!(receipt.proves(submission.id(), submission.hash()));
}

#[test]
fn a_lost_answer_makes_no_second_row() {
    let house = House::new();
    let store = MemoryStore::new();
    let submission = fill_in(&house, &store, 1);
    let lose = |request: Request| {
        over_sockets(&house, &request);
        Err(NetworkError { kind: NetworkErrorKind::Timeout, words: String::new() })
    };
    assert_eq!(run(&store, lose), 0);
    assert_eq!(run(&store, |request| Ok(over_sockets(&house, &request))), 1);
    assert_eq!(house.rows().len(), 1);
    assert_eq!(house.rows()[0].1, **submission.body());
}

#[test]
fn a_refused_item_keeps_the_servers_reason_and_holds_up_no_other() {
    let (house, mut stranger) = (House::new(), House::new());
    stranger.restart_with_form(&FORM.replace("\"version\": \"1\"", "\"version\": \"2\""));
    let store = MemoryStore::new();
    // The server has never served this version of the form.
    fill_in(&stranger, &store, 1);
    let accepted = fill_in(&house, &store, 2);

    assert_eq!(run(&store, |request| Ok(over_sockets(&house, &request))), 1);
    let left = ready(store.outbox()).unwrap().items;
    assert_eq!(left.len(), 1);
    let State::Refused { reason } = &left[0].state else { panic!("{left:?}") };
    assert_eq!(
        (reason.status, reason.words.as_str()),
        (Some(404), "this version of the form was never served here")
    );
    assert!(house.rows().iter().any(|(id, _)| *id == accepted.id().to_string()));
}

/// What a phone is offered: id and version, each with its bundle on the phone.
fn taken_down(house: &House, store: &MemoryStore) -> Vec<(String, String, String)> {
    let transport = MemoryTransport::new(|request| Ok(over_sockets(house, &request)));
    let run = ready(pull(store, &transport, &Doorstep::at("")));
    assert!(run.stopped.is_none() && run.broken.is_empty());
    ready(store.drop_unused_forms()).unwrap();
    let mut forms = ready(store.forms()).unwrap().items;
    forms.retain(|version| version.current);
    let kept = |hash: &str| ready(store.load_form(hash)).unwrap().unwrap();
    forms
        .into_iter()
        .map(|version| (version.form.id, version.form.version, kept(&version.form.hash)))
        .collect()
}

#[test]
fn what_was_published_while_a_phone_was_away_is_there_at_its_next_contact_and_its_draft_stays() {
    let desk = Desk::open(&Place::Sqlite);
    let store = MemoryStore::new();
    let before = taken_down(desk.house(), &store);
    assert_eq!(before.len(), 1);
    let old = desk.offered("visit").unwrap().1;
    let begun = begin(&store, &before[0].2, 1, &[("/visit/person/age", "70")]);

    let (new, sheets) = (edition("2", "years"), sheets());
    assert_eq!(desk.put_up(&new, Some(&old)).status, 201);
    assert_eq!(desk.put_up(&sheets, None).status, 201);
    let mut after = taken_down(desk.house(), &store);
    after.sort();
    let named =
        |id: &str, version: &str, bundle: &Bundle| (id.to_owned(), version.to_owned(), bundle.to_json());
    assert_eq!(after, [named("towns", "1", &sheets), named("visit", "2", &new)]);
    // The draft still has its own version on the phone, is finished in it, and arrives beside the new ones.
    assert_eq!(ready(store.load_form(&old)).unwrap().as_ref(), Some(&before[0].2));
    let sealed = [
        seal(&store, begun),
        seal(&store, begin(&store, &after[0].2, 2, &[("/data/town", "001"), ("/data/agreed", "yes")])),
        seal(&store, begin(&store, &after[1].2, 3, &[("/visit/person/years", "71")])),
    ];
    assert_eq!(run(&store, |request| Ok(over_sockets(desk.house(), &request))), 3);
    let rows = desk.house().ask("SELECT form_id || ' ' || form_version FROM submission ORDER BY id");
    assert_eq!(rows, ["visit 1", "towns 1", "visit 2"]);
    assert!(sealed[1].body().contains("\"town\":\"001\""), "{}", sealed[1].body());

    // Rolled back, the phone goes back with it.
    assert_eq!(desk.roll_back("visit", &old).status, 201);
    let back = taken_down(desk.house(), &store);
    assert!(back.contains(&before[0]) && back.len() == 2, "{back:?}");
}
