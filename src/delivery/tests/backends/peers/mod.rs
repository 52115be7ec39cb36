//! Servers in memory, each written from what its kind's specification and sources say, none from our own code.

mod openrosa;

use doorstep_delivery::transport::{Request, Response};

/// An answer with a type.
fn answered(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![
        ("content-type".to_owned(), media_type.to_owned()),
        ("date".to_owned(), "Mon, 23 Nov 2026 02:00:01 GMT".to_owned()),
    ];
    Response { status, headers, body: body.into() }
}

/// A request's header.
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}
