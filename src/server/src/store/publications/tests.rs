//! What replaces what, and when: on both databases.

use super::super::testing::{Place, on_each_database};
use super::*;

on_each_database!(
    who_wins_at_a_start,
    what_replaces_what,
    two_at_once_replace_it_once,
    publications_come_along_with_a_copy,
);

/// The folder with these forms, each `id=content`.
async fn start(store: &Store, folder: &[&str]) {
    let form = |form: &&str| {
        let (id, hash) = form.split_once('=').unwrap();
        FolderForm { id: id.into(), version: hash.into(), hash: hash.into(), bundle: "{}".into() }
    };
    store.take_folder(&folder.iter().map(form).collect::<Vec<_>>(), 1).await.unwrap();
}

/// `id=content`, with a star if it is a designer's.
async fn current(store: &Store) -> Vec<String> {
    let told = |one: InForce| format!("{}={}{}", one.form, one.hash, if one.from_folder { "" } else { "*" });
    store.in_force().await.unwrap().into_iter().map(told).collect()
}

const fn new<'a>(form: &'a str, hash: &'a str, replaces: Option<&'a str>) -> NewPublication<'a> {
    let (version, bundle, note, user) = (hash, "{}", "", "d1");
    NewPublication { form, version, hash, bundle, note, user, replaces, waits: false, now: 5 }
}

const fn back<'a>(form: &'a str, hash: &'a str) -> RollBack<'a> {
    RollBack { form, hash, note: "", user: "d1", replaces: None, now: 6 }
}

async fn put_up(store: &Store, new: &NewPublication<'_>) -> Outcome {
    match store.put_up(new).await.unwrap() {
        Outcome::Done(_) => Outcome::Done(String::new()),
        Outcome::Again(_) => Outcome::Again(String::new()),
        other => other,
    }
}

fn is_done() -> Outcome {
    Outcome::Done(String::new())
}

async fn who_wins_at_a_start(place: &Place) {
    let store = place.open().await;
    for folder in [["f=a", "g=x"], ["f=b", "g=x"], ["f=a", "g=x"]] {
        start(&store, &folder).await;
        assert_eq!(current(&store).await, folder, "among its own versions the folder has the last word");
    }
    let rows = store.publications().await.unwrap();
    let f: Vec<(&str, &str)> =
        rows.iter().filter(|row| row.form == "f").map(|row| (&*row.hash, &*row.state)).collect();
    assert_eq!(f, [("a", "current"), ("b", "past"), ("a", "past")]);

    assert_eq!(put_up(&store, &new("f", "p", Some("a"))).await, is_done());
    start(&store, &["f=a", "g=x"]).await;
    assert_eq!(current(&store).await, ["f=p*", "g=x"], "what was published stays");
    start(&store, &["f=b", "g=x"]).await;
    assert_eq!(current(&store).await, ["f=p*", "g=x"], "an older version of the folder's changes nothing");
    start(&store, &["f=c", "g=x"]).await;
    assert_eq!(current(&store).await, ["f=c", "g=x"], "a version never seen before wins");

    assert_eq!(put_up(&store, &new("f", "q", Some("c"))).await, is_done());
    assert_eq!(put_up(&store, &new("h", "y", None)).await, is_done());
    let last = store.last_in_force().await.unwrap();
    start(&store, &["f=q"]).await;
    assert!(store.last_in_force().await.unwrap() > last, "other processes see that something went");
    assert_eq!(current(&store).await, ["f=q*", "h=y*"], "what left the folder is no longer offered");
    start(&store, &[]).await;
    assert_eq!(current(&store).await, ["f=q*", "h=y*"]);
    start(&store, &["g=x"]).await;
    assert_eq!(current(&store).await, ["f=q*", "g=x", "h=y*"]);

    // What waits was never served: from the folder it is new.
    let waits = NewPublication { waits: true, ..new("h", "z", Some("y")) };
    assert_eq!(put_up(&store, &waits).await, is_done());
    start(&store, &["g=x", "h=z"]).await;
    assert_eq!(current(&store).await, ["f=q*", "g=x", "h=z"]);
    let late = store.decide("z", Ruling::Approved, "d2", 9).await.unwrap();
    assert_eq!(late, Outcome::NotCurrent(Some(("z".into(), "z".into()))));
}

async fn what_replaces_what(place: &Place) {
    let store = place.open().await;
    start(&store, &["f=a"]).await;
    let a = || Some(("a".to_owned(), "a".to_owned()));
    let last = store.last_in_force().await.unwrap();
    assert_eq!(put_up(&store, &new("f", "b", None)).await, Outcome::NotCurrent(a()));
    assert_eq!(put_up(&store, &new("f", "b", Some("z"))).await, Outcome::NotCurrent(a()));
    assert_eq!(put_up(&store, &new("g", "b", Some("z"))).await, Outcome::NotCurrent(None));
    let same_version = NewPublication { version: "a", ..new("f", "b", Some("a")) };
    assert_eq!(put_up(&store, &same_version).await, Outcome::VersionTaken);
    assert_eq!(store.last_in_force().await.unwrap(), last);

    let waiting = |hash| NewPublication { waits: true, ..new("f", hash, Some("a")) };
    for hash in ["b", "c", "d"] {
        assert_eq!(put_up(&store, &waiting(hash)).await, is_done());
    }
    assert_eq!(put_up(&store, &waiting("b")).await, Outcome::Again(String::new()));
    assert_eq!(current(&store).await, ["f=a"]);
    assert_eq!(store.last_in_force().await.unwrap(), last);
    let refused = Ruling::Refused("缺少英文");
    for ruling in [Ruling::Approved, refused] {
        assert_eq!(store.decide("b", ruling, "d1", 7).await.unwrap(), Outcome::Own);
        assert_eq!(store.decide("z", ruling, "d2", 7).await.unwrap(), Outcome::Unknown);
    }
    assert!(matches!(store.decide("d", refused, "d2", 7).await.unwrap(), Outcome::Done(_)));
    assert_eq!(store.decide("d", Ruling::Approved, "d2", 8).await.unwrap(), Outcome::NotWaiting);
    let Outcome::Done(id) = store.decide("b", Ruling::Approved, "d2", 7).await.unwrap() else { panic!() };
    assert_eq!(current(&store).await, ["f=b*"]);
    let kept = store.publication(&id).await.unwrap().unwrap();
    assert_eq!((&*kept.state, kept.decided_at), ("current", Some(7)));
    assert_eq!((kept.by, kept.decided_by), (Some(("d1".into(), None)), Some(("d2".into(), None))));
    let b = Some(("b".to_owned(), "b".to_owned()));
    assert_eq!(store.decide("c", Ruling::Approved, "d2", 8).await.unwrap(), Outcome::NotCurrent(b.clone()));

    let told = store.publications().await.unwrap();
    let reasons: Vec<_> = told.iter().filter_map(|one| Some((&*one.hash, one.reason.as_deref()?))).collect();
    assert_eq!(reasons, [("d", "缺少英文")]);

    assert_eq!(put_up(&store, &new("f", "a", Some("b"))).await, Outcome::WasInForce);
    for never_in_force in ["c", "d", "z"] {
        assert_eq!(store.roll_back(&back("f", never_in_force)).await.unwrap(), Outcome::Unknown);
    }
    assert_eq!(store.roll_back(&back("g", "a")).await.unwrap(), Outcome::Unknown, "of another form");
    assert_eq!(store.roll_back(&back("f", "b")).await.unwrap(), Outcome::IsCurrent);
    let stale = RollBack { replaces: Some("c"), ..back("f", "a") };
    assert_eq!(store.roll_back(&stale).await.unwrap(), Outcome::NotCurrent(b));
    assert!(matches!(store.roll_back(&back("f", "a")).await.unwrap(), Outcome::Done(_)));
    assert_eq!(current(&store).await, ["f=a*"]);
    // What was refused may be put up once more: somebody thinks better of it.
    let again = NewPublication { replaces: Some("a"), ..waiting("d") };
    assert_eq!(put_up(&store, &again).await, is_done());
    let many: Vec<String> = (0..MOST_WAITING).map(|number| format!("many{number}")).collect();
    for (number, hash) in (0..).zip(&many) {
        let wanted = if number < MOST_WAITING - 2 { is_done() } else { Outcome::TooManyWaiting };
        assert_eq!(put_up(&store, &waiting(hash)).await, wanted, "{number}");
    }
}

async fn two_at_once_replace_it_once(place: &Place) {
    let store = place.open().await;
    start(&store, &["f=a"]).await;
    let putting_up: Vec<_> = (0..6)
        .map(|number| {
            let opening = place.opening();
            tokio::spawn(async move {
                let (store, hash) = (opening.await.unwrap(), format!("b{number}"));
                put_up(&store, &new("f", &hash, Some("a"))).await
            })
        })
        .collect();
    let mut done = 0;
    for one in putting_up {
        done += usize::from(one.await.unwrap() == is_done());
    }
    assert_eq!((done, current(&store).await.len()), (1, 1));
}

async fn publications_come_along_with_a_copy(place: &Place) {
    let source_place = Place::sqlite();
    let source = source_place.open().await;
    start(&source, &["f=a", "g=x"]).await;
    assert_eq!(put_up(&source, &new("f", "b", Some("a"))).await, is_done());
    let target = place.open().await;
    for _ in 0..2 {
        target.copy_from(&source).await.unwrap();
        assert_eq!(target.publications().await.unwrap(), source.publications().await.unwrap());
    }
    // A server that has versions of its own goes on with them.
    start(&target, &["f=a", "g=y"]).await;
    assert_eq!(current(&target).await, ["f=b*", "g=y"]);
    target.copy_from(&source).await.unwrap();
    assert_eq!(current(&target).await, ["f=b*", "g=y"]);
}
