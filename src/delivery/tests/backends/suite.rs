//! What every backend is tried with. A peer is a server in memory; between it and the backend stands a network that drops and lies.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, Parcel, ReceiptGrade, SendError, SendErrorKind};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Request, Response};
use doorstep_delivery::{Receipt, Retry};

use crate::parcel::{ID, Sent};

/// What a peer holds under the submission's id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The content, by the mark that [`Peer::mark`] gives it.
    pub mark: String,
    /// The files, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A server, written from the specification.
pub trait Peer {
    /// A server with nothing in it, whose limits let two photos go in two requests if it takes them so.
    fn empty() -> Self
    where
        Self: Sized;
    /// The backend that is configured for it.
    fn backend() -> AnyBackend
    where
        Self: Sized;
    /// What it answers.
    fn answer(&mut self, request: &Request) -> Response;
    /// Everything that it has taken under this id. One entry, if all is well.
    fn held(&self, id: &str) -> Vec<Held>;
    /// What tells one content from another here: by default the hash.
    fn mark(sent: &Sent) -> String
    where
        Self: Sized,
    {
        sent.submission.hash().to_owned()
    }
    /// The request without what has to differ each time: a real signature names its time.
    fn lasting(request: Request) -> Request
    where
        Self: Sized,
    {
        request
    }
    /// What it is sent: of that person, with photos or without.
    fn sent(name: &str, with_files: bool) -> Sent
    where
        Self: Sized,
    {
        Sent::named(name, with_files)
    }
    /// How many files a try reads after the one before has told the parcel what had arrived.
    fn reads_again(sent: &Sent) -> usize
    where
        Self: Sized,
    {
        sent.files.len() - sent.arrived.borrow().len()
    }
    /// Does it look at the content of an id that it has?
    fn looks_at_content() -> bool
    where
        Self: Sized,
    {
        Self::backend().capabilities().refuses_other_content
    }
    /// Does each file go by itself, so that what has arrived need not go again?
    fn files_go_alone() -> bool
    where
        Self: Sized,
    {
        true
    }
}

/// What the network does with the nth request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    DropBefore,
    DropAfter,
    /// Answered in the server's place.
    Answer(u16, &'static str),
    /// The server's own answer, cut off in the middle of its body.
    CutOff,
    /// The server's own answer, with another's id and hash in it.
    Others,
    /// Arrives twice; the second answer is the one that comes back.
    Twice,
}

/// Whom the submission is of.
const NAME: &str = "张三";
const PORTAL: &str = "<!doctype html><html><title>Free Wi-Fi</title></html>";

const FAULTS: &[Fault] = &[
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::Twice,
    Fault::CutOff,
    Fault::Others,
    Fault::Answer(200, PORTAL),
    Fault::Answer(201, PORTAL),
    Fault::Answer(202, PORTAL),
    Fault::Answer(302, PORTAL),
    Fault::Answer(401, ""),
    Fault::Answer(403, PORTAL),
    Fault::Answer(404, PORTAL),
    Fault::Answer(408, ""),
    Fault::Answer(413, PORTAL),
    Fault::Answer(423, ""),
    Fault::Answer(429, ""),
    Fault::Answer(500, PORTAL),
    Fault::Answer(502, PORTAL),
    Fault::Answer(503, ""),
    Fault::Answer(511, PORTAL),
];

/// One try, with a fault at the nth request, if any. Gives what came of it and the requests as they went out.
fn attempt<P: Peer>(
    peer: &RefCell<P>,
    sent: &Sent,
    fault: Option<(usize, Fault)>,
) -> (Result<Receipt, SendError>, Vec<Request>) {
    let requests = RefCell::new(Vec::new());
    let count = Cell::new(0);
    let transport = MemoryTransport::new(|request: Request| {
        let n = count.replace(count.get() + 1);
        requests.borrow_mut().push(request.clone());
        let fault = fault.filter(|(at, _)| *at == n).map(|(_, fault)| fault);
        network(&mut *peer.borrow_mut(), &request, sent, fault)
    });
    let outcome = ready(P::backend().send(sent, &transport));
    (outcome, requests.into_inner())
}

fn network(
    peer: &mut impl Peer,
    request: &Request,
    sent: &Sent,
    fault: Option<Fault>,
) -> Result<Response, NetworkError> {
    let dropped = Err(NetworkError { kind: NetworkErrorKind::Offline, words: "dropped".into() });
    match fault {
        None => Ok(peer.answer(request)),
        Some(Fault::DropBefore) => dropped,
        Some(Fault::DropAfter) => {
            peer.answer(request);
            dropped
        }
        Some(Fault::Twice) => {
            peer.answer(request);
            Ok(peer.answer(request))
        }
        Some(Fault::CutOff) => {
            let mut response = peer.answer(request);
            response.body.truncate(response.body.len() / 2);
            Ok(response)
        }
        Some(Fault::Others) => {
            let response = peer.answer(request);
            let text = String::from_utf8_lossy(&response.body);
            let other =
                text.replace(ID, &ID.replace('7', "8")).replace(sent.submission.hash(), &"00".repeat(32));
            Ok(Response { body: other.into_bytes(), ..response })
        }
        Some(Fault::Answer(status, body)) => {
            let mut headers = Vec::new();
            if !body.is_empty() {
                headers.push(("content-type".into(), "text/html".into()));
            }
            if status == 429 {
                headers.push(("retry-after".into(), "7".into()));
            }
            Ok(Response { status, headers, body: body.into() })
        }
    }
}

/// Is all of it there, once?
fn is_there<P: Peer>(peer: &RefCell<P>, sent: &Sent) -> bool {
    let whole = Held { mark: P::mark(sent), files: sent.files.clone() };
    peer.borrow().held(ID) == [whole]
}

fn is_its(receipt: &Receipt, sent: &Sent) -> bool {
    receipt.proves(sent.submission.id(), sent.submission.hash())
}

/// Everything below, with files if the backend takes them.
pub fn keeps_its_word<P: Peer>() {
    let takes_files = P::backend().capabilities().attachments;
    for with_files in [false, true] {
        if with_files && !takes_files {
            files_are_refused::<P>();
            continue;
        }
        accepts_and_repeats::<P>(with_files);
        survives_every_fault_at_every_request::<P>(with_files);
    }
    if takes_files {
        a_lost_file_is_said::<P>();
        sends_again_only_what_is_missing::<P>();
    }
    tells_other_content::<P>();
    if !P::backend().capabilities().encrypts {
        what_is_to_be_encrypted_goes_nowhere::<P>();
    }
}

/// Refused for good and in words, before anything is asked of anybody: to be encrypted, and encrypted by somebody else.
fn what_is_to_be_encrypted_goes_nowhere<P: Peer>() {
    for sent in [Sent::encrypted(NAME, false), Sent::encrypted(NAME, true), Sent::manifest()] {
        let peer = RefCell::new(P::empty());
        let (outcome, requests) = attempt(&peer, &sent, None);
        let error = outcome.unwrap_err();
        assert_eq!((error.kind, error.kind.retry()), (SendErrorKind::NotEncrypted, Retry::Never));
        assert!(!error.words.is_empty() && requests.is_empty(), "{requests:?}");
        assert!(peer.borrow().held(ID).is_empty() && sent.read.get() == 0);
    }
}

fn accepts_and_repeats<P: Peer>(with_files: bool) {
    let (peer, sent) = (RefCell::new(P::empty()), P::sent(NAME, with_files));
    let (outcome, requests) = attempt(&peer, &sent, None);
    let receipt = outcome.unwrap_or_else(|error| panic!("{error:?} after {} requests", requests.len()));
    assert!(is_its(&receipt, &sent));
    assert!(is_there(&peer, &sent), "{:?}", peer.borrow().held(ID));

    // The same from another memory of what has arrived: nothing changes, and it says so alike.
    let again = P::sent(NAME, with_files);
    let (outcome, _) = attempt(&peer, &again, None);
    assert!(is_its(&outcome.unwrap(), &again));
    assert!(is_there(&peer, &sent), "{:?}", peer.borrow().held(ID));

    // The same way to another server of the kind is byte for byte the same.
    let (_, other) = attempt(&RefCell::new(P::empty()), &P::sent(NAME, with_files), None);
    let lasting =
        |requests: &[Request]| -> Vec<Request> { requests.iter().cloned().map(P::lasting).collect() };
    assert_eq!(lasting(&requests), lasting(&other));
    for request in &requests {
        assert!(!request.url.contains("张三") && !request.url.contains("%E5%BC%A0"), "{}", request.url);
    }
}

/// At each request, each fault: no receipt without the whole being there, and the next try brings it there, once.
fn survives_every_fault_at_every_request<P: Peer>(with_files: bool) {
    let (_, clean) = attempt(&RefCell::new(P::empty()), &P::sent(NAME, with_files), None);
    for at in 0..clean.len() {
        for fault in FAULTS {
            let place = format!("{fault:?} at request {at} of {}, files: {with_files}", clean.len());
            let (peer, sent) = (RefCell::new(P::empty()), P::sent(NAME, with_files));
            let (outcome, _) = attempt(&peer, &sent, Some((at, *fault)));
            match outcome {
                Ok(receipt) => {
                    assert!(is_its(&receipt, &sent), "{place}");
                    assert!(is_there(&peer, &sent), "a false receipt: {place}: {:?}", peer.borrow().held(ID));
                    may_be_accepted::<P>(*fault, at + 1 == clean.len(), &place);
                }
                Err(error) => must_be_told_so(&error, *fault, &place),
            }
            let (outcome, _) = attempt(&peer, &sent, None);
            let receipt = outcome.unwrap_or_else(|error| panic!("{place}: then {error:?}"));
            assert!(is_its(&receipt, &sent), "{place}");
            assert!(is_there(&peer, &sent), "{place}: {:?}", peer.borrow().held(ID));
        }
    }
}

/// A lie may be passed over only where it says nothing: on a backend whose word is a status, or on a request that is not the acceptance.
fn may_be_accepted<P: Peer>(fault: Fault, last: bool, place: &str) {
    let grade = P::backend().capabilities().receipt;
    assert!(!matches!(fault, Fault::DropBefore | Fault::DropAfter), "{place}");
    if let Fault::Answer(status, _) = fault {
        // Only a server that knows no HEAD, or a first 401 of a digest, is gone past.
        assert!(matches!(status, 401 | 404), "{place} was accepted");
    }
    // The last answer is the acceptance: where it names id and hash, another's is none.
    assert!(fault != Fault::Others || grade == ReceiptGrade::Status || !last, "{place} was accepted");
    assert!(fault != Fault::CutOff || grade == ReceiptGrade::Status || !last, "{place} was accepted");
}

fn must_be_told_so(error: &SendError, fault: Fault, place: &str) {
    assert_ne!(error.kind.retry(), Retry::Never, "{place} is refused for good: {error:?}");
    match fault {
        Fault::DropBefore | Fault::DropAfter => assert_eq!(error.kind, SendErrorKind::Offline, "{place}"),
        Fault::Answer(401, _) => assert_eq!(error.kind, SendErrorKind::LoginNeeded, "{place}"),
        Fault::Answer(429, _) => {
            assert_eq!((error.kind, error.retry_after_ms), (SendErrorKind::Busy, Some(7_000)), "{place}");
        }
        Fault::Answer(500.., _) => assert_ne!(error.kind, SendErrorKind::NotTheServer, "{place}"),
        Fault::Answer(200 | 201 | 202 | 302 | 403 | 404 | 413, _) => {
            assert_eq!(error.kind, SendErrorKind::NotTheServer, "{place}");
        }
        Fault::Answer(..) | Fault::CutOff | Fault::Others | Fault::Twice => {}
    }
}

fn a_lost_file_is_said<P: Peer>() {
    let (peer, mut sent) = (RefCell::new(P::empty()), P::sent(NAME, true));
    sent.files.remove("door (2).jpg");
    let (outcome, _) = attempt(&peer, &sent, None);
    assert_eq!(outcome.unwrap_err().kind, SendErrorKind::FileLost);
}

/// After a try that broke off at any request, the next reads only the files that are not known to be there.
fn sends_again_only_what_is_missing<P: Peer>() {
    let (_, clean) = attempt(&RefCell::new(P::empty()), &P::sent(NAME, true), None);
    let mut saved = 0;
    for at in 0..clean.len() {
        let (peer, sent) = (RefCell::new(P::empty()), P::sent(NAME, true));
        attempt(&peer, &sent, Some((at, Fault::DropAfter))).0.unwrap_err();
        let known = sent.arrived.borrow().len();
        let expected = P::reads_again(&sent);
        sent.read.set(0);
        attempt(&peer, &sent, None).0.unwrap();
        if P::files_go_alone() {
            assert_eq!(sent.read.get(), expected, "request {at}");
        }
        saved += known;
    }
    assert_eq!(saved > 0, P::files_go_alone(), "{saved}");
}

fn tells_other_content<P: Peer>() {
    let (peer, first) = (RefCell::new(P::empty()), P::sent(NAME, false));
    attempt(&peer, &first, None).0.unwrap();
    let other = P::sent("李四", false);
    assert_eq!(first.submission.id(), other.submission.id());
    let (outcome, requests) = attempt(&peer, &other, None);
    if P::looks_at_content() {
        assert_eq!(outcome.map_err(|error| error.kind), Err(SendErrorKind::IdTaken), "{requests:?}");
        assert!(is_there(&peer, &first), "the first is there no more");
    } else {
        assert!(
            peer.borrow().held(ID).iter().any(|held| held.mark == P::mark(&first)),
            "the first is there no more"
        );
    }
}

fn files_are_refused<P: Peer>() {
    let (peer, sent) = (RefCell::new(P::empty()), P::sent(NAME, true));
    let (outcome, _) = attempt(&peer, &sent, None);
    assert_eq!(outcome.unwrap_err().kind, SendErrorKind::CannotBeSent);
    assert!(peer.borrow().held(ID).is_empty() && !sent.has_arrived("door (2).jpg"));
}
