//! The addresses of a login at the office's provider. People come to them with their browser, so that they answer with pages.
//!
//! Kept here: the cookie that goes to the provider and back is good for nothing but finishing that login; the session's cookie stays
//! as strict as it is.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::super::Who;
use super::super::audit::{Entry, Event};
use super::super::caller::{Origin, count_try};
use super::super::routes::{refuse, takes_code};
use super::super::secret::Token;
use super::super::session::{self, find_cookie};
use super::super::users::User;
use super::login::{Brought, Came, Stop, note_refused};
use super::{Oidc, pages};
use crate::Shared;
use crate::answer::Refusal;
use crate::api::{no_such_route, wrong_method};
use crate::body;
use crate::listen::now_ms;

/// Where a login begins.
pub(crate) const START: &str = "/api/v1/oidc/start";
/// Where the provider sends people back to.
pub(super) const CALLBACK: &str = "/api/v1/oidc/callback";
/// Where the second factor's code goes.
pub(crate) const CODE: &str = "/api/v1/oidc/code";

/// Goes to the provider and back: from another site's page, by a link.
const BROWSER: Cookie = Cookie { plain: "doorstep-login", tls: "__Host-doorstep-login", site: "Lax" };
/// Waits for a second factor.
const WAITING: Cookie = Cookie { plain: "doorstep-code", tls: "__Host-doorstep-code", site: "Strict" };

/// The longest query that is read.
const QUERY: usize = 8 << 10;
/// The longest form.
const FORM: usize = 1 << 10;
/// The longest address to go on to.
const GOES_TO: usize = 200;

/// All of them.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(START, get(start).fallback(wrong_method))
        .route(CALLBACK, get(callback).fallback(wrong_method))
        .route(CODE, post(code).fallback(wrong_method))
}

struct Cookie {
    plain: &'static str,
    tls: &'static str,
    site: &'static str,
}

impl Cookie {
    const fn name(&self, tls: bool) -> &'static str {
        if tls { self.tls } else { self.plain }
    }

    fn set(&self, token: &Token, tls: bool) -> HeaderValue {
        self.text(token.reveal(), super::rows::LOGIN_MS / 1_000, tls)
    }

    fn clear(&self, tls: bool) -> HeaderValue {
        self.text("", 0, tls)
    }

    fn text(&self, value: &str, seconds: i64, tls: bool) -> HeaderValue {
        let (name, site, secure) = (self.name(tls), self.site, if tls { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={site}{secure}");
        HeaderValue::from_str(&text).expect("a token is base64")
    }

    fn find(&self, asked: &HeaderMap, tls: bool) -> Option<Token> {
        find_cookie(asked, self.name(tls))
    }
}

/// `GET /api/v1/oidc/start?to=/path`: to the provider; from there back, and on to the path.
async fn start(State(shared): State<Arc<Shared>>, origin: Origin, RawQuery(query): RawQuery) -> Response {
    let Some(oidc) = &shared.who.oidc else { return no_such_route().await.into_response() };
    if let Err(refusal) = count_try(&shared.who, &origin) {
        return pages::too_often(refusal.retry_after.unwrap_or(1));
    }
    let goes_to = value(query.as_deref(), "to").flatten().filter(|to| is_own_path(to));
    let sent = oidc.begin(&shared.who, &origin, goes_to.unwrap_or_else(|| "/".to_owned())).await;
    let sent = match sent {
        Ok(sent) => sent,
        Err(stop) => return pages::stopped(stop),
    };
    let Ok(address) = HeaderValue::from_str(&sent.address) else { return pages::stopped(Stop::Away) };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, address);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::SET_COOKIE, BROWSER.set(&sent.browser, origin.tls));
    response
}

/// `GET /api/v1/oidc/callback?code=…&state=…`: from the provider.
async fn callback(
    State(shared): State<Arc<Shared>>,
    origin: Origin,
    asked: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let who = &shared.who;
    let Some(oidc) = &who.oidc else { return no_such_route().await.into_response() };
    if let Err(refusal) = count_try(who, &origin) {
        return pages::too_often(refusal.retry_after.unwrap_or(1));
    }
    let finished = finish(who, oidc, &origin, &asked, query.as_deref()).await;
    let mut response = finished.unwrap_or_else(pages::stopped);
    response.headers_mut().append(header::SET_COOKIE, BROWSER.clear(origin.tls));
    response
}

async fn finish(
    who: &Who,
    oidc: &Oidc,
    origin: &Origin,
    asked: &HeaderMap,
    query: Option<&str>,
) -> Result<Response, Stop> {
    let browser = BROWSER.find(asked, origin.tls);
    let came = match brought(query) {
        Some(brought) => oidc.finish(who, brought, browser).await,
        None => Err(Stop::State),
    };
    let Came { user, factor, goes_to } = match came {
        Ok(came) => came,
        Err(stop) => {
            // Whom the provider knows was noted with it.
            if !matches!(stop, Stop::NoRole | Stop::Disabled) {
                note_refused(who, None).await?;
            }
            return Err(stop);
        }
    };
    if user.factor_confirmed && !factor {
        let token = who.keep_waiting(&user.id, &goes_to, now_ms()).await?;
        let mut response = pages::ask_code(false);
        response.headers_mut().append(header::SET_COOKIE, WAITING.set(&token, origin.tls));
        return Ok(response);
    }
    let_in(who, &user, factor, &goes_to, origin).await
}

/// Begins the session, and goes on.
async fn let_in(
    who: &Who,
    user: &User,
    factor: bool,
    goes_to: &str,
    origin: &Origin,
) -> Result<Response, Stop> {
    let token = who.begin_session(&user.id, now_ms(), Some(factor)).await?;
    who.note(&Entry { user: Some(user.id.clone()), ..Entry::of(Event::LoginByProvider) }).await?;
    let mut response = pages::go_on(goes_to);
    response.headers_mut().append(header::SET_COOKIE, session::set_cookie(&token, origin.tls));
    Ok(response)
}

/// `POST /api/v1/oidc/code`: the second factor of whom the provider knows, from the page that asks for it.
async fn code(State(shared): State<Arc<Shared>>, origin: Origin, asked: HeaderMap, body: Body) -> Response {
    if shared.who.oidc.is_none() {
        return no_such_route().await.into_response();
    }
    if !is_own_form(&asked, &origin) {
        return super::super::caller::cross_site().into_response();
    }
    let form = match body::read(body, FORM, "the form").await {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let code = form_urlencoded::parse(&form).find(|(name, _)| name == "code");
    let code = code.map(|(_, code)| code.into_owned()).unwrap_or_default();
    check_code(&shared.who, &origin, &asked, &code).await.unwrap_or_else(pages::stopped)
}

async fn check_code(who: &Who, origin: &Origin, asked: &HeaderMap, code: &str) -> Result<Response, Stop> {
    if let Err(refusal) = count_try(who, origin) {
        return Ok(pages::too_often(refusal.retry_after.unwrap_or(1)));
    }
    let now = now_ms();
    let token = WAITING.find(asked, origin.tls).ok_or(Stop::State)?;
    let waiting = who.waiting(&token, now).await?.ok_or(Stop::State)?;
    let user = &waiting.user;
    if let Err(seconds) = who.limits.tries_by_name.take(user.name.clone(), now) {
        return Ok(pages::too_often(seconds));
    }
    let wait = who.wait_of(&user.name, now).await?;
    if wait > 0 {
        return Ok(pages::too_often(wait.unsigned_abs().div_ceil(1_000)));
    }
    let fault = |_: Refusal| Stop::Fault;
    if !takes_code(who, user, code, now).await.map_err(fault)? {
        let refusal = refuse(who, &user.name, Some(user)).await;
        return if refusal.status == StatusCode::UNAUTHORIZED {
            Ok(pages::ask_code(true))
        } else {
            Err(Stop::Fault)
        };
    }
    if !who.end_waiting(&token).await? {
        return Err(Stop::State);
    }
    who.forget_failures(&user.name).await?;
    let mut response = let_in(who, user, false, &waiting.goes_to, origin).await?;
    response.headers_mut().append(header::SET_COOKIE, WAITING.clear(origin.tls));
    Ok(response)
}

/// What the provider's address brought. Nothing, if it is too long or names anything twice.
fn brought(query: Option<&str>) -> Option<Brought> {
    Some(Brought {
        state: value(query, "state")?,
        code: value(query, "code")?,
        error: value(query, "error")?,
        iss: value(query, "iss")?,
    })
}

/// A value of a query, decoded: `Some(None)` if it is not there, `None` if it is there twice or the query is too long.
#[expect(clippy::option_option, reason = "there, not there, and there twice are three things")]
fn value(query: Option<&str>, name: &str) -> Option<Option<String>> {
    let query = query.unwrap_or_default();
    if query.len() > QUERY {
        return None;
    }
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let first = values.next().map(|(_, value)| value.into_owned());
    if values.next().is_some() { None } else { Some(first) }
}

/// Is it a path of this server, whatever a browser makes of it?
fn is_own_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%#".contains(&byte);
    path.len() <= GOES_TO && path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain)
}

/// Does a form come from a page of this origin? Whether or not it says so by its origin, a browser says it by itself.
fn is_own_form(asked: &HeaderMap, origin: &Origin) -> bool {
    let text = |name: &str| asked.get(name).and_then(|value| value.to_str().ok());
    let own = origin.server();
    let is_own = |said: &str| own.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(said));
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin"), Some(said)) => is_own(said) || said == "null",
        (Some("same-origin"), None) => true,
        (Some(_), _) | (None, None) => false,
        (None, Some(said)) => is_own(said),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn one_goes_on_to_a_path_of_this_server_only() {
        for path in ["/", "/office", "/settings?a=b#c", "/a/%20"] {
            assert!(is_own_path(path), "{path}");
        }
        let long = format!("/{}", "a".repeat(GOES_TO));
        for path in [
            "",
            "office",
            "//evil.cn",
            "/\\evil.cn",
            "https://evil.cn",
            "/a b",
            "/\"><script>",
            "/a;url=x",
            &long,
        ] {
            assert!(!is_own_path(path), "{path}");
        }
    }

    #[test]
    fn what_is_named_twice_is_not_taken() {
        let query = Some("code=a%2Bb&state=s&code=c");
        assert_eq!(value(query, "state"), Some(Some("s".into())));
        assert_eq!(value(query, "code"), None);
        assert_eq!(value(query, "iss"), Some(None));
        assert_eq!(value(Some("code=a%2Bb+c"), "code"), Some(Some("a+b c".into())));
        assert_eq!(value(Some(&"a".repeat(QUERY + 1)), "code"), None);
        assert!(brought(query).is_none());
    }

    #[test]
    fn a_form_is_taken_from_this_origins_page_only() {
        let origin =
            |tls| Origin { address: IpAddr::from([127, 0, 0, 1]), tls, authority: Some("a.cn".to_owned()) };
        let own = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            is_own_form(&headers, &origin(true))
        };
        assert!(own(&[("origin", "https://a.cn")]));
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for (pairs, why) in [
            (&[][..], "nothing says so"),
            (&[("origin", "null")], "a sandboxed page, or one that hides"),
            (&[("origin", "http://a.cn")], "without TLS"),
            (&[("origin", "https://evil.cn")], "another host"),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://a.cn")], "a neighbour"),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.cn")], "they differ"),
        ] {
            assert!(!own(pairs), "{why}");
        }
    }
}
