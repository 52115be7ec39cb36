//! Fetching against a server that answers as ours does, with what can go wrong on the way.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;
use crate::backend::SendErrorKind;
use crate::memory_store::ready;
use crate::store::StoreErrorKind;
use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Response};

/// The memory twin: what the forms list, and what is there of it.
#[derive(Default)]
struct MemoryShelf {
    listed: Vec<MediaFile>,
    kept: RefCell<BTreeMap<Arc<str>, Vec<u8>>>,
    /// There is room for no more.
    is_full: bool,
}

impl Shelf for MemoryShelf {
    async fn lacking(&self) -> Result<Lacking, StoreError> {
        let kept = self.kept.borrow();
        let files = self.listed.iter().filter(|file| !kept.contains_key(&file.sha256)).cloned().collect();
        Ok(Lacking { files, kept: kept.values().map(|bytes| bytes.len() as u64).sum() })
    }

    async fn put_up(&self, file: &MediaFile, bytes: &[u8]) -> Result<(), StoreError> {
        if self.is_full {
            return Err(StoreErrorKind::Full.because("QuotaExceededError"));
        }
        self.kept.borrow_mut().insert(file.sha256.clone(), bytes.to_vec());
        Ok(())
    }
}

/// A picture of so many bytes.
fn picture(size: usize) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".to_vec(), vec![7; size - 8]].concat()
}

fn listed(sizes: &[usize]) -> Vec<MediaFile> {
    let file = |size: &usize| MediaFile::of(&format!("{size}.png"), &picture(*size)).expect("it is one");
    sizes.iter().map(file).collect()
}

fn shelf(sizes: &[usize]) -> MemoryShelf {
    MemoryShelf { listed: listed(sizes), ..MemoryShelf::default() }
}

type Answer = Result<Response, NetworkError>;

fn whole(body: Vec<u8>) -> Answer {
    let headers = vec![("content-type".to_owned(), "image/png".to_owned())];
    Ok(Response { status: 200, headers, body })
}

fn says(status: u16, body: &str) -> Answer {
    Ok(Response { status, headers: Vec::new(), body: body.into() })
}

fn broken() -> Answer {
    Err(NetworkError { kind: NetworkErrorKind::Offline, words: "connection reset".into() })
}

/// A run against a server that answers each request for a file by its size; gives what was asked for, too.
fn run_with(
    shelf: &MemoryShelf,
    skip: &BTreeSet<Arc<str>>,
    mut answer: impl FnMut(usize) -> Answer,
) -> (Run, Vec<u64>) {
    let mut asked = Vec::new();
    let transport = MemoryTransport::new(|request: Request| {
        let hash = request.url.strip_prefix("/api/v1/media/").expect("it asks for a medium");
        let file = shelf.listed.iter().find(|file| *file.sha256 == *hash).expect("one that is listed");
        asked.push(file.size);
        assert!(u64::from(request.timeout_ms) > file.size / SLOWEST, "a slow network may carry it");
        answer(file.size as usize)
    });
    let run = ready(fetch(shelf, &transport, &Doorstep::at(""), skip, |_| {}));
    (run, asked)
}

fn run(shelf: &MemoryShelf, answer: impl FnMut(usize) -> Answer) -> (Run, Vec<u64>) {
    run_with(shelf, &BTreeSet::new(), answer)
}

#[test]
fn all_come_the_smallest_first_and_are_asked_for_once() {
    let shelf = shelf(&[300, 100, 200]);
    let (done, asked) = run(&shelf, |size| whole(picture(size)));
    assert_eq!(asked, [100, 200, 300]);
    assert_eq!((done.kept.len(), done.refused.len(), done.stopped), (3, 0, None));
    for file in &shelf.listed {
        assert!(is_it(file, &shelf.kept.borrow()[&file.sha256]), "{}", file.name);
    }
    assert_eq!(run(&shelf, |_| broken()), (Run::default(), Vec::new()));
}

#[test]
fn a_network_that_breaks_at_the_third_goes_on_at_the_third() {
    let shelf = shelf(&[100, 200, 300, 400]);
    let (first, asked) = run(&shelf, |size| if size < 300 { whole(picture(size)) } else { broken() });
    assert_eq!(asked, [100, 200, 300]);
    assert_eq!(first.kept.len(), 2);
    let Some(Stop::Answer(error)) = first.stopped else { panic!("it stopped") };
    assert_eq!(error.kind, SendErrorKind::Offline);
    let (_, asked) = run(&shelf, |size| whole(picture(size)));
    assert_eq!(asked, [300, 400], "what is here is not fetched again");
    assert_eq!(shelf.kept.borrow().len(), 4);
}

#[test]
fn what_is_not_the_listed_file_is_not_kept_and_holds_up_no_other() {
    type Fault = (&'static str, fn(usize) -> Answer);
    let faults: [Fault; 5] = [
        ("other bytes", |size| whole(vec![8; size])),
        ("half of it", |size| whole(picture(size)[..size / 2].to_vec())),
        ("more than it", |size| whole([picture(size), vec![0; 1 << 20]].concat())),
        ("nothing", |_| whole(Vec::new())),
        ("not there", |_| says(404, r#"{"error":{"code":"media_unknown","reason":"x"}}"#)),
    ];
    for (fault, answer) in faults {
        let shelf = shelf(&[100, 200, 300]);
        let (done, _) = run(&shelf, |size| if size == 200 { answer(size) } else { whole(picture(size)) });
        assert_eq!(done.kept.len(), 2, "{fault}");
        assert_eq!(done.refused.len(), 1, "{fault}");
        assert!(done.refused.contains(&shelf.listed[1].sha256), "{fault}");
        assert!(!shelf.kept.borrow().contains_key(&shelf.listed[1].sha256), "{fault}");
        assert_eq!(done.stopped, None, "{fault}");
        // Asked for in vain once, it is left alone as long as nobody wants otherwise.
        let (_, asked) = run_with(&shelf, &done.refused, |_| broken());
        assert_eq!(asked, Vec::<u64>::new(), "{fault}");
    }
}

#[test]
fn a_server_that_says_later_or_is_none_is_asked_no_more_in_this_run() {
    let portal: Answer = Ok(Response {
        status: 200,
        headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
        body: b"<html>Log in".to_vec(),
    });
    let revoked = says(401, r#"{"error":{"code":"revoked","reason":"x"}}"#);
    for (answer, kind) in [
        (portal, SendErrorKind::NotTheServer),
        (says(429, r#"{"error":{"code":"too_many","reason":"x"}}"#), SendErrorKind::Busy),
        (says(500, "out"), SendErrorKind::ServerFault),
        (revoked, SendErrorKind::DeviceRevoked),
    ] {
        let shelf = shelf(&[100, 200]);
        let (done, asked) = run(&shelf, |_| answer.clone());
        assert_eq!(asked, [100], "{kind:?}");
        let Some(Stop::Answer(error)) = done.stopped else { panic!("{kind:?}: it stopped") };
        assert_eq!((error.kind, done.refused.len(), done.kept.len()), (kind, 0, 0));
    }
}

#[test]
fn a_device_without_room_stops_and_one_with_too_much_leaves_out() {
    let full = MemoryShelf { is_full: true, ..shelf(&[100, 200]) };
    let (done, asked) = run(&full, |size| whole(picture(size)));
    assert_eq!(asked, [100]);
    assert!(matches!(done.stopped, Some(Stop::Store(error)) if error.kind == StoreErrorKind::Full));

    struct Much(MemoryShelf);
    impl Shelf for Much {
        async fn lacking(&self) -> Result<Lacking, StoreError> {
            Ok(Lacking { kept: MOST_KEPT - 250, ..self.0.lacking().await? })
        }

        async fn put_up(&self, file: &MediaFile, bytes: &[u8]) -> Result<(), StoreError> {
            self.0.put_up(file, bytes).await
        }
    }
    let much = Much(shelf(&[100, 200, 50]));
    let of = |request: Request| {
        let file = much.0.listed.iter().find(|file| request.url.ends_with(&*file.sha256));
        whole(picture(file.expect("it is listed").size as usize))
    };
    let transport = MemoryTransport::new(of);
    let done = ready(fetch(&much, &transport, &Doorstep::at(""), &BTreeSet::new(), |_| {}));
    assert_eq!((done.kept.len(), done.left_out, done.stopped), (2, 1, None));
    assert_eq!(much.0.kept.borrow().values().map(Vec::len).sum::<usize>(), 150);
}

#[test]
fn one_is_fetched_by_itself_and_looked_at_all_the_same() {
    let shelf = shelf(&[100]);
    let file = &shelf.listed[0];
    let one = |answer: Answer| {
        let transport = MemoryTransport::new(move |_| answer.clone());
        ready(fetch_one(&transport, &Doorstep::at(""), file))
    };
    assert_eq!(one(whole(picture(100))), Ok(picture(100)));
    assert_eq!(one(whole(picture(101))), Err(NotHad::Other));
    assert_eq!(one(says(404, "")), Err(NotHad::Unknown));
    assert!(matches!(one(broken()), Err(NotHad::Answer(error)) if error.kind == SendErrorKind::Offline));
}
