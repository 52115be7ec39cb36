//! The port to the network: one request, one answer. A browser's fetch, and a memory twin.

use std::cell::RefCell;

use crate::Retry;

/// The port to the network. No `Send`: a browser has one thread.
#[allow(async_fn_in_trait)]
pub trait Transport {
    /// Sends a request and waits for the whole answer, redirects followed.
    ///
    /// # Errors
    /// [`NetworkError`] if no answer came; whether the request arrived is not known then.
    async fn send(&self, request: Request) -> Result<Response, NetworkError>;
}

/// The methods that backends need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Method {
    /// As HTTP writes it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
        }
    }
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where: absolute, or from the page's origin (`/api/…`).
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The bytes, if any.
    pub body: Option<Vec<u8>>,
    /// How long to wait for the whole answer.
    pub timeout_ms: u32,
}

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// No answer came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkError {
    /// Why.
    pub kind: NetworkErrorKind,
    /// The system's own words, for the log.
    pub words: String,
}

/// Why no answer came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetworkErrorKind {
    /// No connection, or a broken one.
    Offline,
    /// The answer took longer than the request allows.
    Timeout,
}

impl NetworkError {
    /// When trying again can help.
    pub fn retry(&self) -> Retry {
        Retry::Later
    }
}

impl std::fmt::Display for NetworkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.words)
    }
}

impl std::error::Error for NetworkError {}

/// The memory twin: a function is the network and the server behind it.
pub struct MemoryTransport<F> {
    answer: RefCell<F>,
}

impl<F: FnMut(Request) -> Result<Response, NetworkError>> MemoryTransport<F> {
    /// Every request is answered by the function.
    pub fn new(answer: F) -> MemoryTransport<F> {
        MemoryTransport { answer: RefCell::new(answer) }
    }
}

impl<F: FnMut(Request) -> Result<Response, NetworkError>> Transport for MemoryTransport<F> {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        (self.answer.borrow_mut())(request)
    }
}
