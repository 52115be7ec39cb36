//! Rescue files: what goes in comes out, and what was tampered with does not.

use super::*;
use crate::memory_store::{MemoryStore, ready};
use crate::step::Change;
use crate::submission::tests::{encrypted, with_photo};

const AT: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };
/// Who writes in these tests.
const PEN: crate::Pen = crate::Pen::new([7; 16]);

#[test]
fn what_is_to_be_encrypted_is_so_elsewhere_too_and_no_older_build_takes_it_for_plain() {
    let (submission, bytes) = encrypted();
    let files = vec![(submission.attachments()[0].clone(), bytes)];
    let rescue = Rescue {
        submissions: vec![(submission.clone(), vec!["central".into()], files)],
        ..Rescue::default()
    };
    let text = String::from_utf8(rescue.to_bytes()).unwrap();
    assert!(text.starts_with("{\"version\":2,"), "{text}");
    assert_eq!(Rescue::from_bytes(text.as_bytes()).unwrap(), rescue);
    // Without anything of the kind it is as it was, and every build reads it.
    let (plain, bytes) = with_photo();
    let files = vec![(plain.attachments()[0].clone(), bytes)];
    let as_it_was = Rescue { submissions: vec![(plain, vec!["central".into()], files)], ..Rescue::default() };
    let as_it_was = String::from_utf8(as_it_was.to_bytes()).unwrap();
    assert!(as_it_was.starts_with("{\"version\":1,") && !as_it_was.contains("encrypted_for"), "{as_it_was}");
    let damaged = text.replace("\"secret\":\"CQkJ", "\"secret\":\"");
    assert_eq!(Rescue::from_bytes(damaged.as_bytes()), Err(NotARescue::Damaged));
    let store = MemoryStore::new();
    ready(rescue.take_up(&store)).unwrap();
    let taken = ready(store.load_submission(submission.id())).unwrap().unwrap();
    assert_eq!(taken.encrypted_for(), submission.encrypted_for());
    assert_eq!(ready(Rescue::gather(&store)).unwrap().submissions, rescue.submissions);
}

/// A device with a sealed submission for two targets, a draft with a step after its snapshot and a photo each, and their form.
fn device() -> (MemoryStore, Submission, Draft) {
    let store = MemoryStore::new();
    let (submission, bytes) = with_photo();
    let photo = submission.attachments()[0].clone();
    let form = FormVersion {
        form: submission.form().clone(),
        titles: Vec::new(),
        current: true,
        residents: crate::Residents::No,
    };
    ready(store.save_form(&form, "{}")).unwrap();
    let sealed = crate::draft::tests::sample();
    let draft = Draft { id: Uuid::from_u128(7), ..sealed.clone() };
    for of in [&sealed, &draft] {
        ready(store.create_draft(of, PEN)).unwrap();
        ready(store.keep_file(of.id, PEN, &photo, &bytes)).unwrap();
    }
    let step = Step { seq: draft.seq + 1, at: AT, change: Change::Language { language: "en".into() } };
    ready(store.append_steps(draft.id, PEN, &[step])).unwrap();
    let items = ["doorstep", "central"].map(|target| OutboxItem::queue_for(&submission, target));
    ready(store.seal(&submission, PEN, &items, None, AT)).unwrap();
    (store, submission, draft)
}

/// A draft without where it came from.
fn as_here(store: &MemoryStore, id: Uuid) -> StoredDraft {
    let stored = ready(store.load_draft(id)).unwrap().unwrap();
    StoredDraft { draft: Draft { taken_from: None, ..stored.draft }, ..stored }
}

/// Goes on with the draft: an answer after all that is there, and perhaps a snapshot of it.
fn go_on(store: &MemoryStore, id: Uuid, value: &str, snapshot: bool) {
    let pen = crate::Pen::new([8; 16]);
    let stored = ready(store.open_draft(id, pen)).unwrap().unwrap();
    let seq = stored.steps.last().map_or(stored.draft.seq, |step| step.seq) + 1;
    let change = Change::Answer { path: "/a".into(), value: value.into() };
    ready(store.append_steps(id, pen, &[Step { seq, at: AT, change }])).unwrap();
    if snapshot {
        let answers = serde_json::json!({ "a": value });
        ready(store.save_draft(&Draft { seq, answers, ..stored.draft }, pen)).unwrap();
    }
}

/// Finishes the draft on a device.
fn finish(store: &MemoryStore, id: Uuid) -> Submission {
    let pen = crate::Pen::new([6; 16]);
    let stored = ready(store.open_draft(id, pen)).unwrap().unwrap();
    let answers = serde_json::json!({"household-needs": {}});
    let submission = Submission::freeze(crate::submission::tests::sealed(&stored.draft, answers, AT));
    ready(store.seal(&submission, pen, &[OutboxItem::queue(&submission)], None, AT)).unwrap();
    submission
}

#[test]
fn what_was_finished_on_one_of_the_two_is_told_on_which() {
    // The draft came, and was finished where it came from: here it is a draft still.
    let (old, _, draft) = device();
    let new = MemoryStore::new();
    let with_draft = ready(Rescue::gather(&old)).unwrap();
    ready(with_draft.take_up(&new)).unwrap();
    finish(&old, draft.id);
    let after = ready(ready(Rescue::gather(&old)).unwrap().take_up(&new)).unwrap();
    assert_eq!(after, TakenUp { known: 1, finished_elsewhere: 1, ..TakenUp::default() });
    assert!(ready(new.load_draft(draft.id)).unwrap().is_some(), "it is its user's to finish or delete");

    // The other way round: finished here, a draft still where it came from.
    let (other, elsewhere) = (MemoryStore::new(), MemoryStore::new());
    ready(with_draft.take_up(&other)).unwrap();
    finish(&other, draft.id);
    let again = ready(with_draft.take_up(&other)).unwrap();
    assert_eq!(again, TakenUp { known: 1, finished_here: 1, ..TakenUp::default() });
    // And where there is nothing of it yet, it is taken up.
    let whole = ready(ready(Rescue::gather(&other)).unwrap().take_up(&elsewhere)).unwrap();
    assert_eq!(whole, TakenUp { submissions: 2, ..TakenUp::default() });
}

fn look(store: &MemoryStore, id: Uuid) {
    let pen = crate::Pen::new([9; 16]);
    let stored = ready(store.open_draft(id, pen)).unwrap().unwrap();
    let seq = stored.steps.last().map_or(stored.draft.seq, |step| step.seq) + 1;
    let step = Step { seq, at: AT, change: Change::Page(crate::draft::Cursor::default()) };
    ready(store.append_steps(id, pen, &[step])).unwrap();
}

fn hand_over(from: &MemoryStore, to: &MemoryStore) -> TakenUp {
    let file = ready(Rescue::gather(from)).unwrap().to_bytes();
    let mut done = ready(Rescue::from_bytes(&file).unwrap().take_up(to)).unwrap();
    // The sealed one goes along each time.
    done.known -= usize::from(done.submissions == 0);
    done
}

fn only(done: TakenUp) -> (usize, usize, usize, usize) {
    (done.drafts, done.brought_forward, done.apart, done.known)
}

#[test]
fn a_later_file_brings_a_draft_forward_and_an_earlier_one_never_back() {
    for snapshot in [false, true] {
        let (old, _, draft) = device();
        let new = MemoryStore::new();
        let first = ready(Rescue::gather(&old)).unwrap();
        assert_eq!(only(hand_over(&old, &new)), (1, 0, 0, 0));
        go_on(&old, draft.id, "later", snapshot);
        assert_eq!(only(hand_over(&old, &new)), (0, 1, 0, 0));
        assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
        // Whoever had it open writes to it no more.
        let step = Step { seq: 99, at: AT, change: Change::Language { language: "en".into() } };
        let late = ready(new.append_steps(draft.id, PEN, &[step]));
        assert_eq!(late.unwrap_err().kind, StoreErrorKind::Conflict);

        assert_eq!(only(hand_over(&old, &new)), (0, 0, 0, 1), "the same again");
        assert_eq!(ready(first.take_up(&new)).unwrap().known, 2, "the earlier one");
        assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
        // Only looked at here, it is no other.
        look(&new, draft.id);
        go_on(&old, draft.id, "later still", snapshot);
        assert_eq!(only(hand_over(&old, &new)), (0, 1, 0, 0));
        assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
    }
}

#[test]
fn a_draft_that_went_on_here_and_there_is_kept_twice_and_no_more() {
    for snapshot in [false, true] {
        let (old, _, draft) = device();
        let new = MemoryStore::new();
        hand_over(&old, &new);
        go_on(&new, draft.id, "here", snapshot);
        let here = as_here(&new, draft.id);
        assert_eq!(only(hand_over(&old, &new)), (0, 0, 0, 1), "nothing new is in the file");
        go_on(&old, draft.id, "there", snapshot);
        assert_eq!(only(hand_over(&old, &new)), (0, 0, 1, 0));
        assert_eq!(as_here(&new, draft.id), here);
        let ids: Vec<Uuid> = ready(new.drafts()).unwrap().items.iter().map(|draft| draft.id).collect();
        let beside = ids.iter().copied().find(|id| *id != draft.id).expect("it stands beside");
        assert_eq!((ids.len(), beside.get_version_num()), (2, 7));
        let there = |new: &MemoryStore| {
            let stored = as_here(new, beside);
            StoredDraft { draft: Draft { id: draft.id, ..stored.draft }, ..stored }
        };
        assert_eq!(there(&new), as_here(&old, draft.id));
        assert_eq!(ready(new.files(beside)).unwrap().items.len(), 1, "with its photo");

        // Again, and later: the one beside goes along, and there is no third.
        assert_eq!(only(hand_over(&old, &new)), (0, 0, 0, 1));
        go_on(&old, draft.id, "there, later", snapshot);
        assert_eq!(only(hand_over(&old, &new)), (0, 1, 0, 0));
        assert_eq!(there(&new), as_here(&old, draft.id));
        assert_eq!(as_here(&new, draft.id), here);
        assert_eq!(ready(new.drafts()).unwrap().items.len(), 2);
    }
}

#[test]
fn a_draft_comes_home_with_what_was_answered_elsewhere() {
    let (old, _, draft) = device();
    let new = MemoryStore::new();
    hand_over(&old, &new);
    assert_eq!(only(hand_over(&new, &old)), (0, 0, 0, 1), "nothing was answered elsewhere");
    go_on(&new, draft.id, "elsewhere", true);
    assert_eq!(only(hand_over(&new, &old)), (0, 1, 0, 0));
    assert_eq!(as_here(&old, draft.id), as_here(&new, draft.id));
    go_on(&old, draft.id, "home", true);
    assert_eq!(only(hand_over(&old, &new)), (0, 1, 0, 0));
    assert_eq!(as_here(&old, draft.id), as_here(&new, draft.id));
}

#[test]
fn everything_unsent_is_the_same_on_another_device_and_only_once() {
    let (old, submission, draft) = device();
    let rescue = ready(Rescue::gather(&old)).unwrap();
    let read = Rescue::from_bytes(&rescue.to_bytes()).unwrap();
    assert_eq!(read, rescue);

    let new = MemoryStore::new();
    let first = ready(read.take_up(&new)).unwrap();
    assert_eq!(first, TakenUp { submissions: 1, drafts: 1, ..TakenUp::default() });
    assert_eq!(ready(new.load_submission(submission.id())).unwrap().unwrap(), submission);
    assert_eq!(ready(new.outbox()).unwrap().items.len(), 2);
    assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
    assert_eq!(
        ready(new.load_file(draft.id, "户口本-1.jpg")),
        ready(old.load_file(draft.id, "户口本-1.jpg"))
    );
    assert!(ready(new.load_form(&draft.form.hash)).unwrap().is_some());
    assert!(!ready(new.forms()).unwrap().items[0].current);

    // Again, after a crash that took what was not strict.
    new.crash(|_, _| false);
    assert_eq!(ready(read.take_up(&new)).unwrap(), TakenUp { known: 2, ..TakenUp::default() });
    assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
    let mut back = ready(Rescue::gather(&new)).unwrap();
    back.drafts[0].0.draft.taken_from = None;
    assert_eq!(
        back,
        Rescue {
            forms: vec![(FormVersion { current: false, ..rescue.forms[0].0.clone() }, "{}".into())],
            ..rescue
        }
    );
}

#[test]
fn what_has_its_receipt_is_not_taken_up_again() {
    let (old, submission, draft) = device();
    let rescue = ready(Rescue::gather(&old)).unwrap();
    for target in ["doorstep", "central"] {
        let receipt = crate::Receipt {
            id: submission.id(),
            hash: submission.hash().into(),
            server_time: "t".into(),
            taken_in_as: None,
        };
        ready(old.accept(&receipt, target, AT)).unwrap();
    }
    assert_eq!(ready(rescue.take_up(&old)).unwrap().known, 2);
    assert!(ready(old.outbox()).unwrap().items.is_empty());
    let left = ready(Rescue::gather(&old)).unwrap();
    assert_eq!((left.submissions.len(), left.drafts[0].0.draft.id), (0, draft.id));
}

#[test]
fn nothing_of_a_damaged_file_is_taken() {
    let (store, ..) = device();
    let text = String::from_utf8(ready(Rescue::gather(&store)).unwrap().to_bytes()).unwrap();
    let photo = STANDARD.encode([0xff, 0xd8, 0xff]);
    for bad in [
        text[..text.len() - 1].to_owned(),
        text.replace(&photo, &STANDARD.encode([1, 2, 3])),
        text.replace("\"central\"", "\"../central\""),
        text.replace("image/jpeg", "image"),
        text.replace("户口本-1.jpg", "x/1.jpg"),
        String::new(),
    ] {
        assert_eq!(Rescue::from_bytes(bad.as_bytes()), Err(NotARescue::Damaged));
    }
    let newer = text.replacen("\"version\":1", "\"version\":9", 1);
    assert_eq!(Rescue::from_bytes(newer.as_bytes()), Err(NotARescue::Newer(9)));
}

#[test]
fn a_file_is_called_by_its_time() {
    assert_eq!(file_name(AT), "doorstep-rescue-20261123-0930.json");
}

#[test]
fn one_draft_goes_alone_with_all_that_it_needs() {
    let (old, _, draft) = device();
    let rescue = ready(Rescue::of_draft(&old, draft.id)).unwrap().expect("it is there");
    assert_eq!((rescue.submissions.len(), rescue.drafts.len(), rescue.forms.len()), (0, 1, 1));
    let new = MemoryStore::new();
    let taken = ready(Rescue::from_bytes(&rescue.to_bytes()).unwrap().take_up(&new)).unwrap();
    assert_eq!(taken, TakenUp { drafts: 1, ..TakenUp::default() });
    assert_eq!(as_here(&new, draft.id), as_here(&old, draft.id));
    assert_eq!(ready(new.files(draft.id)).unwrap().items.len(), 1);
    assert!(ready(new.load_form(&draft.form.hash)).unwrap().is_some());
    assert!(ready(new.outbox()).unwrap().items.is_empty(), "what others have handed in stays where it is");
    assert_eq!(ready(Rescue::of_draft(&old, Uuid::from_u128(99))).unwrap(), None);
}
