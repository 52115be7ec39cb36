//! From the first answer to the receipt: the real engine, the real delivery and the real server, with no browser between.

use crate::client::{FORM, House};
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::draft::new_id;
use doorstep_delivery::memory_store::{MemoryStore, ready};
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
    let bundle = Bundle::from_json(&house.get(&format!("/api/v1/forms/{hash}")).text()).unwrap();
    let form = Form::read(&bundle).form.unwrap();
    assert_eq!(form.hash(), hash);
    let world = World { now_ms: NOW.ms, utc_offset_minutes: NOW.utc_offset_minutes, ..World::default() };
    let mut session = Session::new(form, world);
    for (path, text) in
        [("/visit/person/name", "张三 <script>'; DROP TABLE submission"), ("/visit/person/age", "71")]
    {
        session.answer_text(session.at(path).unwrap(), text).unwrap();
    }
    let draft = Draft::begin(new_id(NOW.ms, &[number; 10]), &session, NOW);
    ready(store.create_draft(&draft, PEN)).unwrap();
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
