//! What the port promises, of the memory twin.

use super::*;
use crate::draft::tests::sample as draft;
use crate::step::Change;
use crate::submission::tests::sample as submission;

/// Who writes in these tests.
const PEN: Pen = Pen::new([7; 16]);

fn step(seq: u64) -> Step {
    Step { seq, at: Moment::default(), change: Change::Language { language: "en".into() } }
}

fn seqs(store: &MemoryStore) -> Vec<u64> {
    let stored = ready(store.load_draft(draft().id)).unwrap().unwrap();
    stored.steps.iter().map(|step| step.seq).collect()
}

fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreErrorKind {
    result.unwrap_err().kind
}

fn with_draft() -> MemoryStore {
    let store = MemoryStore::new();
    ready(store.create_draft(&draft(), PEN)).unwrap();
    store
}

fn sealed() -> MemoryStore {
    let store = with_draft();
    ready(store.seal(&submission(), PEN, &[OutboxItem::queue(&submission())], None, Moment::default()))
        .unwrap();
    store
}

#[test]
fn who_opens_a_draft_takes_the_pen_from_who_had_it() {
    let other = Pen::new([8; 16]);
    let store = with_draft();
    ready(store.append_steps(draft().id, PEN, &[step(10)])).unwrap();
    let opened = ready(store.open_draft(draft().id, other)).unwrap().unwrap();
    assert_eq!(opened.steps.len(), 1, "what was written before is there");

    let file = Attachment::of("a.jpg", "image/jpeg", b"photo").unwrap();
    let late = [
        ready(store.append_steps(draft().id, PEN, &[step(11)])),
        ready(store.save_draft(&Draft { seq: 11, ..draft() }, PEN)),
        ready(store.keep_file(draft().id, PEN, &file, b"photo")),
        ready(store.seal(&submission(), PEN, &[OutboxItem::queue(&submission())], None, Moment::default())),
    ];
    for refused in late {
        assert_eq!(kind(refused), StoreErrorKind::Conflict);
    }
    assert_eq!(ready(store.load_draft(draft().id)).unwrap().unwrap(), opened);
    ready(store.append_steps(draft().id, other, &[step(11)])).unwrap();
    assert_eq!(ready(store.open_draft(Uuid::nil(), other)).unwrap(), None);
}

#[test]
fn a_snapshot_drops_the_steps_it_includes() {
    let store = with_draft();
    ready(store.append_steps(draft().id, PEN, &[step(10), step(11), step(12)])).unwrap();
    ready(store.save_draft(&Draft { seq: 11, ..draft() }, PEN)).unwrap();
    assert_eq!(seqs(&store), [12]);
    assert_eq!(kind(ready(store.save_draft(&draft(), PEN))), StoreErrorKind::Conflict);
}

#[test]
fn relaxed_steps_may_be_lost_and_strict_ones_not() {
    let store = with_draft();
    ready(store.append_steps(draft().id, PEN, &[step(10), step(11), step(12)])).unwrap();
    store.crash(|_, seq| seq == 10);
    assert_eq!(seqs(&store), [10]);
    // What survived one crash is safe from the next.
    store.crash(|_, _| false);
    assert_eq!(seqs(&store), [10]);
}

#[test]
fn two_tabs_cannot_write_the_same_draft() {
    let store = with_draft();
    ready(store.append_steps(draft().id, PEN, &[step(10)])).unwrap();
    assert_eq!(
        kind(ready(store.append_steps(draft().id, PEN, &[step(11), step(10)]))),
        StoreErrorKind::Conflict
    );
    assert_eq!(kind(ready(store.append_steps(draft().id, PEN, &[step(9)]))), StoreErrorKind::Conflict);
    assert_eq!(seqs(&store), [10]);
    assert_eq!(kind(ready(store.create_draft(&draft(), PEN))), StoreErrorKind::Conflict);
}

#[test]
fn sealing_is_all_or_nothing_and_once() {
    let store = with_draft();
    let item = OutboxItem::queue(&submission());
    store.fail_after(0, Fault::Abort);
    assert_eq!(
        kind(ready(store.seal(&submission(), PEN, std::slice::from_ref(&item), None, Moment::default()))),
        StoreErrorKind::Aborted
    );
    assert_eq!(ready(store.drafts()).unwrap().items.len(), 1);
    assert!(ready(store.outbox()).unwrap().items.is_empty());

    ready(store.seal(&submission(), PEN, std::slice::from_ref(&item), None, Moment::default())).unwrap();
    assert!(ready(store.drafts()).unwrap().items.is_empty());
    assert_eq!(ready(store.outbox()).unwrap().items, std::slice::from_ref(&item));
    // The other tab, late.
    assert_eq!(
        kind(ready(store.seal(&submission(), PEN, std::slice::from_ref(&item), None, Moment::default()))),
        StoreErrorKind::Gone
    );
    assert_eq!(kind(ready(store.save_draft(&draft(), PEN))), StoreErrorKind::Gone);
    assert_eq!(kind(ready(store.append_steps(draft().id, PEN, &[step(10)]))), StoreErrorKind::Gone);
}

#[test]
fn nothing_leaves_without_its_receipt() {
    let store = sealed();
    let (id, hash) = (submission().id(), submission().hash().to_owned());
    let receipt = Receipt { id, hash, server_time: "2026-11-23T02:00:01.000Z".into(), taken_in_as: None };
    let forged = Receipt { hash: "00".repeat(32), ..receipt.clone() };
    let at = Moment::default();
    assert_eq!(kind(ready(store.accept(&forged, crate::outbox::HOME, at))), StoreErrorKind::NotItsReceipt);
    let delivered = OutboxItem::queue(&submission()).delivered(receipt.clone(), at).unwrap();
    assert_eq!(kind(ready(store.update_item(&delivered))), StoreErrorKind::NotItsItem);
    assert!(ready(store.load_submission(id)).unwrap().is_some());

    ready(store.accept(&receipt, crate::outbox::HOME, at)).unwrap();
    assert!(ready(store.load_submission(id)).unwrap().is_none());
    assert_eq!(ready(store.delivered()).unwrap().items, [delivered]);
    assert_eq!(kind(ready(store.accept(&receipt, crate::outbox::HOME, at))), StoreErrorKind::Gone);
}

#[test]
fn deleting_is_logged() {
    let store = with_draft();
    let at = Moment { ms: 7, utc_offset_minutes: 480 };
    ready(store.delete_draft(draft().id, at)).unwrap();
    assert_eq!(kind(ready(store.delete_draft(draft().id, at))), StoreErrorKind::Gone);
    let line = LogLine { at, event: LogEvent::DraftDeleted, id: draft().id };
    assert_eq!(ready(store.log()).unwrap().items, [line]);
}

#[test]
fn a_damaged_draft_hides_no_other() {
    let store = with_draft();
    let other = Draft { id: Uuid::max(), ..draft() };
    ready(store.create_draft(&other, PEN)).unwrap();
    store.damage_draft(draft().id);
    let listed = ready(store.drafts()).unwrap();
    assert_eq!(listed.items, [other.summary()]);
    assert_eq!(listed.unreadable[0].0, draft().id.to_string());
    assert_eq!(kind(ready(store.load_draft(draft().id))), StoreErrorKind::Unreadable);
}

#[test]
fn a_form_version_stays_while_something_uses_it() {
    let version = |hash: &str, current| {
        let form = crate::draft::FormRef { hash: hash.repeat(32), ..draft().form };
        FormVersion { form, titles: Vec::new(), current, residents: crate::Residents::No }
    };
    let store = with_draft();
    for hash in ["ab", "cd", "ef"] {
        ready(store.save_form(&version(hash, true), hash)).unwrap();
    }
    let current = |store: &MemoryStore| -> Vec<bool> {
        ready(store.forms()).unwrap().items.iter().map(|version| version.current).collect()
    };
    assert_eq!(current(&store), [false, false, true]);
    // "ab" is the draft's, then the sealed submission's; "ef" is current.
    assert_eq!(ready(store.drop_unused_forms()).unwrap(), ["cd".repeat(32)]);
    ready(store.seal(&submission(), PEN, &[OutboxItem::queue(&submission())], None, Moment::default()))
        .unwrap();
    assert!(ready(store.drop_unused_forms()).unwrap().is_empty());
    assert_eq!(ready(store.load_form(&"ab".repeat(32))).unwrap().as_deref(), Some("ab"));
}

/// A finished form that makes a household, and its draft.
fn a_household(number: u8) -> (Submission, Draft) {
    use doorstep_engine::{Bundle, Form, Session, Source, World};
    let text = r#"{"settings": {"form_id": "door", "version": "1"},
        "entities": [{"list_name": "households", "label": "${who}"}],
        "survey": [{"type": "text", "name": "who", "label": "Who", "save_to": "households#who"}]}"#;
    let form = Form::read(&Bundle::single(Source::new("door.json", text))).form.expect("it checks");
    let mut session = Session::new(form, World { seed: number.into(), ..World::default() });
    let who = session.at("/door/who").expect("there is one");
    session.answer_text(who, "北门 3").expect("it may be answered");
    let id = Uuid::from_bytes([number; 16]);
    let draft = Draft::begin(id, &session, Moment::default());
    let submission = Submission::seal(&mut session, &draft, &[], Moment::default(), [0; 32]);
    (submission.expect("it is whole"), draft)
}

#[test]
fn what_a_survey_says_of_entities_is_kept_with_it_and_outlives_its_bytes() {
    let store = MemoryStore::new();
    let said = || -> Vec<(Uuid, String)> {
        let said = ready(store.said()).unwrap().items;
        said.into_iter().map(|said| (said.submission, said.changes[0].label.clone().unwrap())).collect()
    };
    let finish = |number: u8, supersedes: Option<Uuid>| {
        let (submission, draft) = a_household(number);
        ready(store.create_draft(&draft, PEN)).unwrap();
        let items = [OutboxItem::queue(&submission)];
        ready(store.seal(&submission, PEN, &items, supersedes, Moment::default())).unwrap();
        submission
    };
    let one = finish(1, None);
    assert_eq!(said(), [(one.id(), "北门 3".to_owned())]);
    // Put right: the one before says nothing any more. Deleted: nor does this.
    let two = finish(2, Some(one.id()));
    assert_eq!(said().iter().map(|said| said.0).collect::<Vec<_>>(), [two.id()]);
    ready(store.delete_submission(two.id(), Moment::default())).unwrap();
    assert_eq!(said(), []);
    // Receipted: its bytes go, what it said stays until the server's word holds it.
    let three = finish(3, None);
    let receipt = Receipt {
        id: three.id(),
        hash: three.hash().to_owned(),
        server_time: "2026-11-23T02:00:01.000Z".into(),
        taken_in_as: None,
    };
    ready(store.accept(&receipt, crate::outbox::HOME, Moment::default())).unwrap();
    assert_eq!((said().len(), ready(store.load_submission(three.id())).unwrap()), (1, None));
    ready(store.drop_said(&[three.id()])).unwrap();
    assert_eq!(said(), []);
}

/// A finished visit, and its draft: the form asks for the visitor of the last one.
fn a_visit(number: u8, visitor: &str, last_saved: &str) -> (Submission, Draft) {
    use doorstep_engine::{Bundle, Form, Session, Source, World};
    let text = r#"{"settings": {"form_id": "visit", "version": "1"}, "survey": [
        {"type": "text", "name": "visitor", "label": "Who visits", "default": "${last-saved#visitor}"},
        {"type": "text", "name": "person", "label": "Whom"}]}"#;
    let form = Form::read(&Bundle::single(Source::new("visit.json", text))).form.expect("it checks");
    let world = World { seed: number.into(), last_saved: last_saved.into(), ..World::default() };
    let mut session = Session::new(form, world);
    for (path, said) in [("/visit/visitor", visitor), ("/visit/person", "王秀兰")] {
        if !said.is_empty() {
            session.answer_text(session.at(path).expect("there is one"), said).expect("it may be answered");
        }
    }
    let draft = Draft::begin(Uuid::from_bytes([number; 16]), &session, Moment::default());
    let submission = Submission::seal(&mut session, &draft, &[], Moment::default(), [0; 32]);
    (submission.expect("it is whole"), draft)
}

#[test]
fn the_next_visit_begins_with_the_visitor_of_the_last_until_that_is_deleted_or_forgotten() {
    let store = MemoryStore::new();
    let last = || ready(store.last_saved("visit")).unwrap().map(|last| last.xml);
    let finish = |number: u8, visitor: &str, last_saved: &str| {
        let (submission, draft) = a_visit(number, visitor, last_saved);
        ready(store.create_draft(&draft, PEN)).unwrap();
        let items = [OutboxItem::queue(&submission)];
        ready(store.seal(&submission, PEN, &items, None, Moment::default())).unwrap();
        submission
    };
    assert_eq!(last(), None);
    let first = finish(1, "于敏", "");
    let kept = last().unwrap();
    assert!(kept.contains("于敏") && !kept.contains("王秀兰"), "only what is asked for: {kept}");
    // Nobody types it again.
    let second = finish(2, "", &kept);
    assert_eq!(last().as_deref(), Some(&*kept));
    assert_eq!(ready(store.last_saved("another")).unwrap(), None);
    ready(store.delete_submission(first.id(), Moment::default())).unwrap();
    assert_eq!(last().as_deref(), Some(&*kept));
    ready(store.delete_submission(second.id(), Moment::default())).unwrap();
    assert_eq!(last(), None);
    finish(3, "丙", "");
    ready(store.forget_receipted(Moment::default())).unwrap();
    assert_eq!(last(), None);
    let (kiosks, _) = a_visit(4, "丁", "");
    assert_eq!(kiosks.without_last_saved().last_saved(), None);
}
