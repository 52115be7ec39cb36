//! Answers as OpenRosa's programs read them: XML with a message for people, and the headers that say what speaks here.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::pieces::POST_LIMIT;
use crate::answer::{Code, Refusal};

const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");
const VERSION: HeaderName = HeaderName::from_static("x-openrosa-version");
const LENGTH: HeaderName = HeaderName::from_static("x-openrosa-accept-content-length");
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Doorstep\", charset=\"UTF-8\"");

/// XML that nobody keeps.
pub(super) fn xml(status: StatusCode, body: String) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, XML);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    spoken(response)
}

/// With the headers of every answer. The connection adds `Date`.
pub(super) fn spoken(mut response: Response) -> Response {
    response.headers_mut().insert(VERSION, HeaderValue::from_static("1.0"));
    response.headers_mut().insert(LENGTH, HeaderValue::from(POST_LIMIT));
    response
}

/// Does the program say that it speaks OpenRosa? No page of another origin can, without asking first, which is refused.
pub(super) fn check_version(asked: &HeaderMap) -> Result<(), Refusal> {
    if asked.get(VERSION).is_some_and(|version| version == "1.0") {
        return Ok(());
    }
    let reason = "the header X-OpenRosa-Version: 1.0 is missing";
    Err(Refusal::new(StatusCode::BAD_REQUEST, "not_openrosa", reason))
}

/// An `OpenRosaResponse` with a message, and what else is in it.
pub(super) fn response(nature: &str, message: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">\
         <message nature=\"{nature}\">{}</message>{more}</OpenRosaResponse>\n",
        escape(message)
    )
}

/// A refusal, in words that a program shows.
#[derive(Debug)]
pub(super) struct Refused {
    refusal: Refusal,
    /// Is a name and a password asked for?
    challenge: bool,
}

impl Refused {
    /// Asks for a name and a password, if that is what is missing.
    pub(super) fn challenging(refusal: Refusal) -> Refused {
        Refused { challenge: refusal.status == StatusCode::UNAUTHORIZED, refusal }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused { refusal, challenge: false }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refused { refusal, challenge } = self;
        let mut answer = xml(refusal.status, response("error", &refusal.reason, ""));
        answer.extensions_mut().insert(Code(refusal.code));
        // Status, code and the time to wait are told as everywhere.
        let usual = refusal.into_response();
        if let Some(wait) = usual.headers().get(header::RETRY_AFTER) {
            answer.headers_mut().insert(header::RETRY_AFTER, wait.clone());
        }
        if challenge {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        answer
    }
}

pub(super) async fn wrong_method() -> Refused {
    crate::api::wrong_method().await.into()
}

pub(super) async fn no_such_address() -> Refused {
    crate::api::no_such_route().await.into()
}

/// Text as XML has it, in an element or between quotes. What XML has no place for is left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A part of an address: all but RFC 3986's unreserved characters percent-encoded.
pub(super) fn escape_url(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => escaped.push(char::from(byte)),
            byte => drop(write!(escaped, "%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_an_address() {
        assert_eq!(escape_url("towns-1.csv"), "towns-1.csv");
        assert_eq!(escape_url("../镇 ?#.csv"), "..%2F%E9%95%87%20%3F%23.csv");
    }

    #[test]
    fn nothing_leaves_its_element() {
        let said = response("error", "</message><script>\u{0}alert(\"1\")&", "");
        assert!(
            said.contains(">&lt;/message&gt;&lt;script&gt;alert(&quot;1&quot;)&amp;</message>"),
            "{said}"
        );
    }
}
