//! What is sealed for the office, in a real browser: sent by a locked phone, opened by the office, read by nobody here.

use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::for_office::Envelope;
use doorstep_delivery::for_office::keys::{OfficeKeys, new_key};
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Request, Response};
use doorstep_delivery::{Moment, Wake};
use std::cell::RefCell;

use super::*;
use crate::state::office;

const NOW: Moment = Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 };
const PHOTO: &[u8] = b"\xff\xd8 the kitchen of somebody in particular";

fn the_office() -> OfficeKeys {
    OfficeKeys::read(&new_key([7; 32]).expect("these are a key")).expect("it is one")
}

/// A finished survey with a photo, and the draft that it was, which the store has.
async fn a_survey(store: &IndexedDb) -> Submission {
    let draft = a_draft();
    let file = Attachment::of("kitchen-1.jpg", "image/jpeg", PHOTO).unwrap();
    let FormRef { id, version, hash } = &draft.form;
    let body = format!(
        concat!(
            r#"{{"doorstep":2,"id":"{}","form":{{"id":"{}","version":"{}","hash":"{}"}},"supersedes":null,"#,
            r#""created_at":"2026-11-23T09:30:00.000+08:00","finished_at":"2026-11-23T10:00:00.000+08:00","#,
            r#""language":"zh","instance_name":"{}","attachments":[{{"name":"kitchen-1.jpg","sha256":"{}","#,
            r#""size":{},"type":"image/jpeg"}}],"data":{{"{}":{{}}}},"xml":null}}"#
        ),
        draft.id, id, version, hash, NAME, file.hash, file.size, id,
    );
    store.create_draft(&draft, PEN).await.unwrap();
    store.append_steps(draft.id, PEN, &[a_step(draft.seq + 1)]).await.unwrap();
    store.keep_file(draft.id, PEN, &file, PHOTO).await.unwrap();
    Submission::read(body, None).unwrap()
}

/// Finishes it as the app does.
async fn finish(store: &IndexedDb, survey: &Submission, office: Option<&OfficeKeys>) -> Submission {
    let office = office.map(|office| *office.newest());
    let sealed = office::sealed(store, PEN, survey.clone(), office).await.unwrap();
    store.seal(&sealed, PEN, &[OutboxItem::queue(&sealed)], None, NOW).await.unwrap();
    sealed
}

/// Everything that lies in the database, as bytes, with the store that it lies in.
async fn records(store: &IndexedDb) -> Vec<(&'static str, Vec<u8>)> {
    let stores = [DRAFTS, SNAPSHOTS, STEPS, OUTBOX, SUBMISSIONS, RECEIPTS, FILES, FILE_BYTES];
    let transaction = store.database.read(&stores).await.unwrap();
    let mut all = Vec::new();
    for name in stores {
        for record in transaction.all(name, None).await.unwrap() {
            all.push((name, Uint8Array::new(&field(&record, SEALED)).to_vec()));
        }
    }
    all
}

/// A server that takes everything, and keeps what it took by the end of its address.
fn taking(taken: &RefCell<Vec<(String, Vec<u8>)>>, request: Request) -> Response {
    let name = request.url.rsplit('/').next().unwrap_or_default().to_owned();
    let body = request.body.unwrap_or_default();
    let hash = content_hash(&body);
    let answer = match request.url.contains("/attachments/") {
        true => format!(r#"{{"attachment":{{"hash":"{hash}","size":{}}}}}"#, body.len()),
        false => format!(r#"{{"receipt":{{"id":"{name}","hash":"{hash}","server_time":"t"}}}}"#),
    };
    taken.borrow_mut().push((name, body));
    Response { status: 201, headers: Vec::new(), body: answer.into_bytes() }
}

#[wasm_bindgen_test]
async fn a_locked_phone_sends_what_is_sealed_for_the_office_and_nothing_else() {
    let (name, office) = (a_name(), the_office());
    let store = IndexedDb::open_named(&name).await.unwrap();
    let (survey, mine) = (a_survey(&store).await, a_survey(&store).await);
    let sealed = finish(&store, &survey, Some(&office)).await;
    let plain = finish(&store, &mine, None).await;
    assert!(sealed.is_for_office() && !plain.is_for_office());
    store.set_pin(None, "274913", None, NOW).await.unwrap();
    drop(store);

    // Nobody has given the PIN.
    let store = IndexedDb::open_named(&name).await.unwrap();
    assert!(store.is_locked());
    assert_eq!(kind(store.load_submission(plain.id()).await), StoreErrorKind::Locked);
    assert_eq!(store.load_submission(sealed.id()).await, Ok(Some(sealed.clone())));
    let taken = RefCell::default();
    let transport = MemoryTransport::new(|request| Ok(taking(&taken, request)));
    let backend = Doorstep::at("");
    let run = deliver(&store, &transport, |_| Some(&backend), Wake::Start, || NOW, 1).await.unwrap();
    assert_eq!((run.delivered, run.failed, run.store_errors), (1, 0, Vec::new()));
    let again = deliver(&store, &transport, |_| Some(&backend), Wake::Start, || NOW, 1).await.unwrap();
    assert_eq!((again.delivered, again.next_due_ms), (0, None));

    // The office opens what this browser sealed: the very bytes, and the photo.
    let taken = taken.into_inner();
    let [(photo, photo_bytes), (id, body)] = &taken[..] else { panic!("two requests, not {}", taken.len()) };
    assert_eq!((id, photo), (&sealed.id().to_string(), &content_hash(photo_bytes)));
    let opened = office.open(&Envelope::read(body).unwrap()).unwrap();
    assert_eq!(opened.body, survey.body().as_bytes());
    assert_eq!(opened.file(0, photo_bytes).unwrap(), PHOTO);

    // It has gone with its file; the receipt is there, locked or not. The other waits for its user.
    assert!(
        matches!(&store.delivered().await.unwrap().items[..], [item] if item.id == sealed.id() && item.for_office)
    );
    assert_eq!(store.load_submission(sealed.id()).await, Ok(None));
    assert!(store.files(sealed.id()).await.unwrap().items.is_empty());
    assert_eq!(store.unlock("274913", NOW).await, Ok(Tried::Right));
    assert!(matches!(&store.outbox().await.unwrap().items[..], [item] if item.id == plain.id()));
}

#[wasm_bindgen_test]
async fn nothing_of_a_sealed_survey_opens_by_any_key_on_the_phone() {
    let store = a_store().await;
    let survey = a_survey(&store).await;
    let before = records(&store).await;
    assert!(before.iter().all(|(_, bytes)| bytes[0] == 1));
    let sealed = finish(&store, &survey, Some(&the_office())).await;

    // The draft, its steps and its photo are gone in the transaction that keeps the envelope.
    let after = records(&store).await;
    let mut left: Vec<&str> = after.iter().map(|(name, _)| *name).collect();
    left.sort_unstable();
    assert_eq!(left, [FILE_BYTES, FILES, OUTBOX, SUBMISSIONS]);
    assert!(after.iter().all(|(_, bytes)| bytes[0] == 2));
    // With every key that is here: an item without a name, and an envelope.
    let item = &store.outbox().await.unwrap().items[0];
    assert!(item.for_office && item.name.is_empty());
    let kept = store.load_submission(survey.id()).await.unwrap().unwrap();
    assert_eq!(kept, sealed);
    let file = &store.files(survey.id()).await.unwrap().items[0];
    let bytes = store.load_file(survey.id(), &file.name).await.unwrap().unwrap();
    let readable = [kept.to_bytes(), item.to_bytes(), file.to_bytes(), bytes].concat();
    let holds = |part: &[u8]| readable.windows(part.len()).any(|window| window == part);
    assert!(!holds(NAME.as_bytes()) && !holds(&PHOTO[3..20]) && !holds(b"kitchen"));
    assert!(!holds(survey.hash().as_bytes()), "a guess of the answers could be proved by it");
}

#[wasm_bindgen_test]
async fn what_can_not_be_sealed_stays_a_draft() {
    let (store, office) = (a_store().await, the_office());
    let survey = a_survey(&store).await;
    // No point of the curve.
    let sealed = office::sealed(&store, PEN, survey.clone(), Some([4; 65])).await;
    assert_eq!(kind(sealed), StoreErrorKind::Locked);
    assert!(store.load_draft(survey.id()).await.unwrap().is_some());
    // The app died after the photo was sealed and before the survey was: the next time seals it anew.
    let first = office::sealed(&store, PEN, survey.clone(), Some(*office.newest())).await.unwrap();
    let second = finish(&store, &survey, Some(&office)).await;
    assert_ne!(first.hash(), second.hash());
    assert_eq!(store.files(survey.id()).await.unwrap().items, second.attachments());
    // And one that was sealed by nobody's wish but the draft's leaves no sealed photo behind.
    let other = a_survey(&store).await;
    office::sealed(&store, PEN, other.clone(), Some(*office.newest())).await.unwrap();
    finish(&store, &other, None).await;
    assert_eq!(store.files(other.id()).await.unwrap().items, other.attachments());
}
