//! Sessions in a browser: a cookie that no script reads, two lifetimes, and proof that a request comes from the app's own page.
//!
//! Kept here: a cookie alone changes nothing. What changes something needs a header that no other origin's page can send
//! without asking first, and the browser's own word that the page is of this origin.

use axum::http::{HeaderMap, HeaderValue, Method, header};

use super::secret::Token;

/// The cookie's name. With TLS it is prefixed, so that no other host of the domain can set it (RFC 6265bis §4.1.3.2).
const COOKIE: &str = "doorstep";
const COOKIE_TLS: &str = "__Host-doorstep";
/// How long a session lives without a request.
pub const IDLE_MS: i64 = 30 * 60_000;
/// How long at all.
pub const ABSOLUTE_MS: i64 = 12 * 60 * 60_000;
/// How often the time of the last request is written down, so that reading does not mean writing each time.
pub const TOUCH_MS: i64 = 60_000;
/// A header that says: a script of the app's page sent this.
pub const OWN_HEADER: &str = "x-doorstep";

/// Is a session over?
pub const fn is_over(created_at: i64, seen_at: i64, now: i64) -> bool {
    // A clock that was set back ends a session rather than making it last.
    now < created_at || now - created_at >= ABSOLUTE_MS || now - seen_at >= IDLE_MS
}

/// The cookie that hands a token to a browser.
pub fn set_cookie(token: &Token, tls: bool) -> HeaderValue {
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{}", name(tls), token.reveal(), secure(tls));
    HeaderValue::from_str(&text).expect("a token is base64")
}

/// The cookie that takes it back.
pub fn clear_cookie(tls: bool) -> HeaderValue {
    let text = format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}", name(tls), secure(tls));
    HeaderValue::from_str(&text).expect("it is ASCII")
}

const fn name(tls: bool) -> &'static str {
    if tls { COOKIE_TLS } else { COOKIE }
}

const fn secure(tls: bool) -> &'static str {
    if tls { "; Secure" } else { "" }
}

/// The token in a request's cookies.
pub fn cookie(asked: &HeaderMap, tls: bool) -> Option<Token> {
    find_cookie(asked, name(tls))
}

/// The token in the cookie of a name.
pub fn find_cookie(asked: &HeaderMap, name: &str) -> Option<Token> {
    let cookies = asked.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|cookie| {
        let (key, token) = cookie.trim().split_once('=')?;
        (key == name).then(|| Token::parse(token)).flatten()
    })
}

/// The token of an `Authorization: Bearer` (RFC 6750 §2.1): `None` without the header, `Some(None)` if it holds no token.
pub fn bearer(asked: &HeaderMap) -> Option<Option<Token>> {
    let value = asked.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| text.split_once(' ')).and_then(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim())).flatten()
    });
    Some(token)
}

/// Does a method change nothing?
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Does a request that a cookie may have been added to come from a page of this origin?
///
/// `authority` is the host and port that the browser asked for.
pub fn is_own_page(asked: &HeaderMap, authority: Option<&str>, tls: bool) -> bool {
    let text = |name: &str| asked.get(name).and_then(|value| value.to_str().ok());
    // Neither header can be sent by another origin's page unless this server allows it, which it never does.
    let own_header = text(OWN_HEADER).is_some() || text("content-digest").is_some();
    let site = text("sec-fetch-site");
    let origin = text("origin");
    let is_origin = |origin: &str| {
        let scheme = if tls { "https://" } else { "http://" };
        let host = origin.strip_prefix(scheme);
        host.is_some() && host.map(str::to_ascii_lowercase) == authority.map(str::to_ascii_lowercase)
    };
    let site_fits = site.is_none_or(|site| site == "same-origin");
    let origin_fits = origin.is_none_or(is_origin);
    own_header && site_fits && origin_fits && (site.is_some() || origin.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_strict_and_secure_where_there_is_tls() {
        let token = Token::new();
        let plain = set_cookie(&token, false);
        let plain = plain.to_str().unwrap();
        assert!(plain.starts_with(&format!("doorstep={}; ", token.reveal())), "{plain}");
        for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(plain.contains(part), "{plain}");
        }
        assert!(!plain.contains("Secure"));
        assert!(set_cookie(&token, true).to_str().unwrap().starts_with("__Host-doorstep="));
        assert!(set_cookie(&token, true).to_str().unwrap().ends_with("; Secure"));
        assert!(clear_cookie(true).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_under_its_name() {
        let token = Token::new();
        let text = token.reveal();
        let found = |value: &str, tls| cookie(&headers(&[("cookie", value)]), tls);
        assert_eq!(found(&format!("a=b; doorstep={text}; c=d"), false), Some(token.clone()));
        assert_eq!(found(&format!("__Host-doorstep={text}"), true), Some(token.clone()));
        assert_eq!(found(&format!("doorstep={text}"), true), None, "set by a host without TLS");
        for value in ["", "doorstep", "doorstep=", "doorstep=' OR 1=1", &format!("xdoorstep={text}")] {
            assert_eq!(found(value, false), None, "{value}");
        }
    }

    #[test]
    fn a_bearer_is_a_token_or_nothing() {
        let token = Token::new();
        let found = |value: &str| bearer(&headers(&[("authorization", value)]));
        assert_eq!(bearer(&HeaderMap::new()), None);
        assert_eq!(found(&format!("Bearer {}", token.reveal())), Some(Some(token.clone())));
        assert_eq!(found(&format!("bearer {}", token.reveal())), Some(Some(token.clone())));
        for value in ["Bearer", "Bearer x", "Basic YTpi", &format!("Bearer{}", token.reveal())] {
            assert_eq!(found(value), Some(None), "{value}");
        }
    }

    #[test]
    fn a_session_ends_by_idling_by_age_and_by_a_clock_set_back() {
        assert!(!is_over(0, 0, IDLE_MS - 1));
        assert!(is_over(0, 0, IDLE_MS));
        assert!(!is_over(0, ABSOLUTE_MS - 2, ABSOLUTE_MS - 1));
        assert!(is_over(0, ABSOLUTE_MS - 1, ABSOLUTE_MS));
        assert!(is_over(10, 10, 9));
    }

    #[test]
    fn only_the_apps_own_page_changes_anything() {
        let own = |pairs: &[(&'static str, &str)], tls| is_own_page(&headers(pairs), Some("a.cn:8443"), tls);
        let ours = ("x-doorstep", "1");
        assert!(own(&[ours, ("origin", "https://a.cn:8443")], true));
        assert!(own(&[ours, ("origin", "https://A.cn:8443")], true));
        assert!(own(&[ours, ("sec-fetch-site", "same-origin")], false));
        assert!(own(&[("content-digest", "x"), ("sec-fetch-site", "same-origin")], false));
        for (pairs, why) in [
            (&[ours][..], "neither origin nor site"),
            (&[("origin", "https://a.cn:8443")], "no header of ours"),
            (&[ours, ("origin", "http://a.cn:8443")], "another scheme"),
            (&[ours, ("origin", "https://a.cn")], "another port"),
            (&[ours, ("origin", "https://evil.cn")], "another host"),
            (&[ours, ("origin", "https://a.cn:8443.evil.cn")], "a host that begins alike"),
            (&[ours, ("origin", "null")], "a sandboxed page"),
            (&[ours, ("sec-fetch-site", "same-site")], "a neighbour"),
            (&[ours, ("sec-fetch-site", "cross-site"), ("origin", "https://a.cn:8443")], "they differ"),
            (&[ours, ("sec-fetch-site", "none")], "typed into the address bar"),
        ] {
            assert!(!own(pairs, true), "{why}");
        }
        assert!(
            !is_own_page(&headers(&[ours, ("origin", "https://a.cn")]), None, true),
            "no host was asked for"
        );
    }
}
