//! The few pages of a login that come from the server itself: going on, showing a second factor, and not getting in.
//!
//! Kept here: no script and no style in them, so that the policy has no exception; nothing of a person's, and nothing that came in.
//! They are in Chinese and English, since nobody is known whose language it could be.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::login::Stop;
use super::routes::CODE;
use crate::answer::Code;

impl Stop {
    const fn status(self) -> StatusCode {
        match self {
            Stop::State => StatusCode::BAD_REQUEST,
            Stop::Denied | Stop::NotGood => StatusCode::UNAUTHORIZED,
            Stop::NoRole | Stop::Disabled => StatusCode::FORBIDDEN,
            Stop::Away => StatusCode::BAD_GATEWAY,
            Stop::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Stop::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For the log, the counts and the page.
    const fn code(self) -> &'static str {
        match self {
            Stop::State => "oidc_state",
            Stop::Denied => "oidc_denied",
            Stop::NotGood => "oidc_not_good",
            Stop::Away => "oidc_away",
            Stop::Busy => "busy",
            Stop::NoRole => "oidc_no_role",
            Stop::Disabled => "oidc_disabled",
            Stop::Fault => "fault",
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Stop::State => (
                "这次登录已经用过、超过十分钟，或不是在这个浏览器开始的。请重新登录。",
                "This login was used, is older than ten minutes, or began in another browser. Log in again.",
            ),
            Stop::Denied => (
                "单位的认证服务没有同意这次登录。",
                "The office's login service did not agree to this login.",
            ),
            Stop::NotGood => (
                "单位的认证服务给出的凭据不能接受。请重新登录；再不行请告诉管理员。",
                "What the office's login service says can't be accepted. Log in again; if that fails, tell the administrator.",
            ),
            Stop::Away => (
                "现在连不上单位的认证服务。请稍后再试，或告诉管理员。",
                "The office's login service can't be reached now. Try later, or tell the administrator.",
            ),
            Stop::Busy => ("登录的人太多，请稍后再试。", "Too many are logging in. Try later."),
            Stop::NoRole => (
                "您在这个系统里没有角色。请告诉管理员。",
                "You have no role in this system. Tell the administrator.",
            ),
            Stop::Disabled => {
                ("您的账号已被停用。请告诉管理员。", "Your account was shut. Tell the administrator.")
            }
            Stop::Fault => ("服务器出错，请稍后再试。", "The server failed. Try later."),
        }
    }
}

/// Who is in goes on from a page of this origin, so that the browser sends the strict cookie along.
pub(super) fn go_on(goes_to: &str) -> Response {
    let to = escaped(goes_to);
    let head = format!("<meta http-equiv=\"refresh\" content=\"0; url={to}\">");
    let body = format!("<p>已登录。Logged in.</p><p><a href=\"{to}\">继续 Go on</a></p>");
    page(StatusCode::OK, &head, &body)
}

/// Asks for the second factor's code; `again` if the one before was wrong.
pub(super) fn ask_code(again: bool) -> Response {
    let (status, wrong) = match again {
        false => (StatusCode::OK, ""),
        true => (
            StatusCode::UNAUTHORIZED,
            "<p role=\"alert\">验证码不对，请再试。The code is wrong; try again.</p>",
        ),
    };
    // With its origin, which a page without referrers would keep to itself.
    let head = "<meta name=\"referrer\" content=\"same-origin\">";
    let body = format!(
        "{wrong}<form method=\"post\" action=\"{CODE}\"><p><label>第二因素验证码（或恢复码） Code of the second factor, or a recovery code<br>\
         <input name=\"code\" autocomplete=\"one-time-code\" maxlength=\"64\" required autofocus></label></p>\
         <p><button>登录 Log in</button></p></form>"
    );
    page(status, head, &body)
}

/// Says why somebody does not get in.
pub(super) fn stopped(stop: Stop) -> Response {
    let (chinese, english) = stop.words();
    refused(stop.status(), stop.code(), chinese, english)
}

/// Whoever tries too often waits.
pub(super) fn too_often(seconds: u64) -> Response {
    let words = ("尝试太频繁，请稍后再试。", "Too many tries. Wait, and try again.");
    let mut response = refused(StatusCode::TOO_MANY_REQUESTS, "too_often", words.0, words.1);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn refused(status: StatusCode, code: &'static str, chinese: &str, english: &str) -> Response {
    let body = format!(
        "<h1>登录没有成功 Not logged in</h1><p lang=\"zh\">{chinese}</p><p lang=\"en\">{english}</p>\
         <p><code>{code}</code></p><p><a href=\"/\">返回 Back</a></p>"
    );
    let mut response = page(status, "", &body);
    response.extensions_mut().insert(Code(code));
    response
}

fn page(status: StatusCode, head: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>入户 · Doorstep</title>{head}</head><body>{body}</body></html>"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            letter => escaped.push(letter),
        }
    }
    escaped
}
