//! A part of a file for whoever asks for one (RFC 9110, §14): players of sound and film do, and some play nothing without.
//!
//! One range is answered as one; several at once, or what is none, get the whole file, as a server may.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// The bytes, or what is asked for of them.
pub(crate) fn answer(mut bytes: Vec<u8>, asked: &HeaderMap) -> Response {
    let length = bytes.len();
    let wanted = asked.get(header::RANGE).and_then(|value| value.to_str().ok());
    let mut response = match wanted.and_then(|wanted| range(wanted, length)) {
        None => Response::new(Body::from(bytes)),
        Some(None) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            say(&mut response, format!("bytes */{length}"));
            response
        }
        Some(Some((first, last))) => {
            bytes.truncate(last + 1);
            bytes.drain(..first);
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            say(&mut response, format!("bytes {first}-{last}/{length}"));
            response
        }
    };
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

fn say(response: &mut Response, range: String) {
    if let Ok(range) = HeaderValue::try_from(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
}

/// The first and last byte of `bytes=0-499`, `bytes=500-` or `bytes=-500`; the inner `None`: there are no such bytes. The outer one: no such range.
fn range(wanted: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = wanted.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok())?;
    let (first, last) = match (first, last) {
        ("", last) => (length.saturating_sub(number(last)?), length.checked_sub(1)),
        (first, "") => (number(first)?, length.checked_sub(1)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            (first, length.checked_sub(1).map(|end| end.min(last)))
        }
    };
    Some(last.filter(|last| first <= *last).map(|last| (first, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_taken_and_nothing_beyond_the_end() {
        let found = [
            ("bytes=0-3", Some(Some((0, 3)))),
            ("bytes=2-", Some(Some((2, 9)))),
            ("bytes=-4", Some(Some((6, 9)))),
            ("bytes=-40", Some(Some((0, 9)))),
            ("bytes=8-99", Some(Some((8, 9)))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=3-2", None),
            ("bytes=0-1,4-5", None),
            ("bytes=+1-2", None),
            ("bytes=a-b", None),
            ("items=0-1", None),
        ];
        for (wanted, expected) in found {
            assert_eq!(range(wanted, 10), expected, "{wanted}");
        }
        assert_eq!(range("bytes=0-", 0), Some(None));
        let asked = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static("bytes=1-2"))]);
        let part = answer(b"abcd".to_vec(), &asked);
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.headers()[header::CONTENT_RANGE], "bytes 1-2/4");
    }
}
