//! What answers have in common, whoever gives them: no answer at all, a wait asked for, a proxy or a portal in the server's place.
//!
//! Kept here: only the server's own words refuse a submission for good. The same status from something that does not
//! speak the server's language is "not the server", and tried again.

use super::{SendError, SendErrorKind};
use crate::transport::{NetworkError, NetworkErrorKind, Response};

/// How much of a server's words is kept, in characters.
pub(super) const WORDS_LIMIT: usize = 500;

/// The error for no answer.
pub(super) fn no_answer(error: NetworkError) -> SendError {
    let kind = match error.kind {
        NetworkErrorKind::Offline => SendErrorKind::Offline,
        NetworkErrorKind::Timeout => SendErrorKind::Timeout,
    };
    SendError { kind, status: None, retry_after_ms: None, words: error.words }
}

/// `Retry-After` in seconds. Its date form is passed over: a device's clock is too often wrong to subtract from.
pub(super) fn retry_after_ms(response: &Response) -> Option<i64> {
    let seconds: i64 = response.header("retry-after")?.trim().parse().ok()?;
    Some(seconds.saturating_mul(1_000))
}

/// An error of that kind from that answer.
pub(super) fn error(kind: SendErrorKind, response: &Response, words: &str) -> SendError {
    SendError {
        kind,
        status: Some(response.status),
        retry_after_ms: retry_after_ms(response),
        words: words.chars().take(WORDS_LIMIT).collect(),
    }
}

/// What an answer that accepts nothing means: login, waits and faults alike for all, and for the rest what `own` says of a
/// status, provided that the server said anything in its own language (`words`).
pub(super) fn refusal(
    response: &Response,
    words: Option<&str>,
    own: impl FnOnce(u16) -> SendErrorKind,
) -> SendError {
    let kind = match (response.status, words) {
        (401, _) => SendErrorKind::LoginNeeded,
        (408 | 425 | 429 | 503, _) => SendErrorKind::Busy,
        (500..=599, _) => SendErrorKind::ServerFault,
        (400..=499, Some(_)) => own(response.status),
        _ => SendErrorKind::NotTheServer,
    };
    error(kind, response, words.unwrap_or_default())
}

/// Is it a page for a reader: what a portal or a proxy answers with? Nothing is no page, whatever type it is said to have
/// (some frameworks call every empty body `text/html`).
pub(super) fn is_page(response: &Response) -> bool {
    let declared = response.header("content-type").is_some_and(|media_type| {
        let media_type = media_type.to_ascii_lowercase();
        media_type.starts_with("text/html") || media_type.starts_with("application/xhtml")
    });
    let start: Vec<u8> =
        response.body.trim_ascii_start().iter().take(9).map(u8::to_ascii_lowercase).collect();
    (declared && !start.is_empty()) || start.starts_with(b"<!doctype") || start.starts_with(b"<html")
}

/// When the server answered, by its own clock and in its own words; empty if it does not say.
pub(super) fn server_time(response: &Response) -> String {
    response.header("date").unwrap_or_default().chars().take(64).collect()
}

/// A short text that is no page: the words of a server that speaks no particular language.
pub(super) fn plain_words(response: &Response) -> Option<&str> {
    let text = std::str::from_utf8(&response.body).ok()?.trim();
    (!is_page(response) && !text.is_empty() && !text.starts_with('<')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, media_type: &str, body: &str) -> Response {
        let headers = vec![("content-type".into(), media_type.into())];
        Response { status, headers, body: body.into() }
    }

    #[test]
    fn a_page_is_known_by_what_it_says_or_by_how_it_begins() {
        assert!(is_page(&answered(200, "text/HTML; charset=utf-8", "hello")));
        assert!(is_page(&answered(200, "", " \n<!DOCTYPE html>")));
        assert!(is_page(&answered(200, "application/json", "<HTML>")));
        assert!(!is_page(&answered(200, "text/xml", "<OpenRosaResponse/>")));
        assert!(!is_page(&answered(200, "text/html; charset=utf-8", " \n")));
        assert_eq!(plain_words(&answered(400, "text/plain", " no such form \n")), Some("no such form"));
        assert_eq!(plain_words(&answered(400, "text/plain", "<b>no</b>")), None);
    }

    #[test]
    fn without_words_nothing_is_refused_for_good() {
        for status in 100..600 {
            let kind = refusal(&answered(status, "", ""), None, |_| SendErrorKind::Refused).kind;
            assert_ne!(kind.retry(), crate::Retry::Never, "{status}");
        }
    }
}
