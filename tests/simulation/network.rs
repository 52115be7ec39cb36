//! The way to the servers: drops, repeats, delays and reorders requests, and answers in the servers' place.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_delivery::Uuid;
use doorstep_delivery::backend::doorstep::NO_OFFICE_KEY;
use doorstep_delivery::for_office::Envelope;
use doorstep_delivery::transport::{NetworkError, NetworkErrorKind, Request, Response, Transport};

use crate::server::{receipt, refusal};
use crate::world::{World, pause};

/// The network of all devices.
pub struct Network {
    world: Rc<World>,
    /// On their way still although their senders gave up.
    late: RefCell<Vec<Request>>,
}

impl Network {
    /// A network.
    pub fn new(world: &Rc<World>) -> Network {
        Network { world: world.clone(), late: RefCell::default() }
    }

    /// One of the requests that were held up arrives, not the first one first.
    pub fn deliver_late(&self) {
        let late = self.late.borrow().len();
        if late > 0 {
            let request = self.late.borrow_mut().swap_remove(self.world.dice.below(late));
            self.world.tell(|| format!("  arrives late: {}", request.url));
            drop(self.reach(&request));
        }
    }

    /// What the server says; no server, no answer.
    fn reach(&self, request: &Request) -> Result<Response, NetworkError> {
        let number = number_of(request);
        let mut server = self.world.servers[number].borrow_mut();
        if server.away {
            return Err(no_answer(NetworkErrorKind::Offline));
        }
        let served = server.serve(number, request, &mut self.world.model.borrow_mut());
        served.or_else(|broken| {
            self.world.fail(broken);
            Ok(refusal(409, "id_taken"))
        })
    }

    /// What becomes of a request where things go wrong.
    fn fate(&self, request: Request) -> Result<Response, NetworkError> {
        let world = &self.world;
        if world.fault("dropped before the server", 14) {
            return Err(no_answer(NetworkErrorKind::Offline));
        }
        if world.fault("dropped after the server's commit", 12) {
            drop(self.reach(&request));
            return Err(no_answer(NetworkErrorKind::Offline));
        }
        if world.fault("delayed past the time-out", 16) {
            self.late.borrow_mut().push(request);
            return Err(no_answer(NetworkErrorKind::Timeout));
        }
        if world.fault("repeated", 14) {
            self.late.borrow_mut().push(request.clone());
            drop(self.reach(&request));
            return self.reach(&request);
        }
        if world.fault("500 after the server's commit", 24) {
            drop(self.reach(&request));
            return Ok(page(500));
        }
        if let Some(answer) = self.answer_in_its_place(number_of(&request)) {
            return answer;
        }
        let answer = self.reach(&request);
        if world.fault("answer cut off", 24) {
            return answer.map(|mut response| {
                response.body.truncate(response.body.len() / 2);
                response
            });
        }
        answer
    }

    /// An answer that no server of ours gave.
    fn answer_in_its_place(&self, number: usize) -> Option<Result<Response, NetworkError>> {
        let world = &self.world;
        let status = |status| Some(Ok(page(status)));
        if world.fault("portal's 200", 16) {
            return status(200);
        }
        let pages = [
            ("portal's 401", 401),
            ("proxy's 409", 409),
            ("proxy's 413", 413),
            ("proxy's 423", 423),
            ("503", 503),
        ];
        if let Some((name, number)) = pages.into_iter().find(|(name, _)| world.fault(name, 60)) {
            world.tell(|| format!("  {name}"));
            return status(number);
        }
        let words = [
            ("server's 423", 423, "locked"),
            ("server's 413", 413, "too_large"),
            ("server's 403", 403, "not_now"),
        ];
        if let Some((_, number, code)) = words.into_iter().find(|(name, ..)| world.fault(name, 120)) {
            return Some(Ok(refusal(number, code)));
        }
        if world.fault("429 with Retry-After", 30) {
            let waits = ["30", "900", "0", "-5", "99999999999999999999", "Mon, 23 Nov 2026 09:30:00 GMT"];
            let wait = world.dice.of(&waits).copied().unwrap_or_default();
            let headers = vec![("retry-after".into(), wait.into())];
            return Some(Ok(Response { status: 429, headers, body: Vec::new() }));
        }
        if world.fault("acceptance of another id", 30) {
            let server = world.servers[number].borrow();
            let (id, hash) = server.any().map_or((Uuid::nil(), "00"), |(id, hash)| (id, hash));
            return Some(Ok(receipt(200, id, hash)));
        }
        None
    }
}

/// The address of the second server; the first is the app's own.
pub const SECOND: &str = "https://second.example";

/// What a device has of the network.
pub struct Line(pub Rc<Network>);

impl Transport for Line {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let world = self.0.world.clone();
        world.requests.set(world.requests.get() + 1);
        world.is_impersonal(&request.url, "a URL");
        request.headers.iter().for_each(|(_, value)| world.is_impersonal(value, "a header"));
        let sealed = request.body.as_deref().is_some_and(Envelope::is);
        if sealed {
            let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
            world.is_impersonal(&body, "an envelope on its way");
        }
        pause().await;
        if sealed && world.fault("server without the office's key", 20) {
            return Ok(refusal(503, NO_OFFICE_KEY));
        }
        let (url, own_id) =
            (request.url.clone(), request.url.rsplit('/').next().and_then(|id| id.parse().ok()));
        let mut answer = if world.faulty.get() { self.0.fate(request) } else { self.0.reach(&request) };
        if let (Some(id), true) = (own_id, world.fault("acceptance of another hash", 60)) {
            answer = Ok(receipt(200, id, &"00".repeat(32)));
        }
        world.tell(|| match &answer {
            Ok(response) => format!("  {url} → {}", response.status),
            Err(error) => format!("  {url} → {:?}", error.kind),
        });
        // The answer is on its way back.
        for _ in 0..world.dice.below(3) {
            pause().await;
        }
        answer
    }
}

/// Which server a request is for.
fn number_of(request: &Request) -> usize {
    usize::from(request.url.starts_with(SECOND))
}

fn no_answer(kind: NetworkErrorKind) -> NetworkError {
    NetworkError { kind, words: "no route".into() }
}

/// A page for people.
fn page(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: b"<html>Free Wi-Fi</html>".to_vec() }
}
