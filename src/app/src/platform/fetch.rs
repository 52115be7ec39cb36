//! Delivery's [`Transport`] over the browser's fetch.
//!
//! Kept here: no cookies and no stored logins go out, no cache answers, and neither a silent nor an endless
//! answer holds up the outbox. The phone's token goes with requests to the app's own server, and to no other.
//! Only what somebody asks at `/office`, signed in there, goes with the session's cookie ([`ask_signed_in`]).

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use doorstep_delivery::backend::file_drop::FileDrop;
use doorstep_delivery::transport::{NetworkError, NetworkErrorKind, Request, Response, Transport};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
};

use super::events::window;
use super::timer;

/// The longest answer that is read, in bytes. A form with its lists is a few megabytes at most.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// The browser's fetch.
#[derive(Default)]
pub struct Fetch {
    token: RefCell<Option<String>>,
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch").field("token", &self.token.borrow().is_some()).finish()
    }
}

impl Fetch {
    /// Goes to the app's own server with that token from now on, or without one.
    pub fn set_token(&self, token: Option<&str>) {
        self.token.replace(token.map(str::to_owned));
    }

    /// The request with the token, if it goes to the page's own origin and says nothing else of who sends.
    fn with_token(&self, mut request: Request) -> Request {
        let own = request.url.starts_with('/') && !request.url.starts_with("//");
        let says = request.headers.iter().any(|(name, _)| name == "authorization");
        if let Some(token) = self.token.borrow().as_ref().filter(|_| own && !says) {
            request.headers.push(("authorization".into(), format!("Bearer {token}")));
        }
        request
    }
}

impl Transport for Fetch {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        // Somebody has to carry it: it waits for them, as it would for a login.
        if request.url.starts_with(FileDrop::SCHEME) {
            return Ok(Response { status: 401, ..Response::default() });
        }
        let request = self.with_token(request);
        let Request { method, url, headers, body, timeout_ms } = &request;
        let asked = Asked {
            method: method.name(),
            url,
            headers,
            body: body.as_deref(),
            credentials: RequestCredentials::Omit,
        };
        in_time(asked, *timeout_ms).await
    }
}

/// Asks the app's own server as whoever is signed in in this browser. The cookie is the browser's to add, and the header is one
/// that no other origin's page can send. `path` begins with one slash.
///
/// # Errors
/// [`NetworkError`], as for [`Transport::send`].
pub async fn ask_signed_in(
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    timeout_ms: u32,
) -> Result<Response, NetworkError> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut headers = vec![header("accept", "application/json"), header("x-doorstep", "1")];
    if body.is_some() {
        headers.push(header("content-type", "application/json"));
    }
    let credentials = RequestCredentials::SameOrigin;
    in_time(Asked { method, url: path, headers: &headers, body, credentials }, timeout_ms).await
}

/// Hands in a file at our own origin as who is signed in.
///
/// # Errors
/// [`NetworkError`], as for [`Transport::send`].
pub async fn hand_in_signed_in(
    path: &str,
    media_type: &str,
    // What the file is called: a header, since an address is logged.
    name: &str,
    bytes: &[u8],
    timeout_ms: u32,
) -> Result<Response, NetworkError> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let name = String::from(js_sys::encode_uri_component(name));
    let headers = [
        header("accept", "application/json"),
        header("x-doorstep", "1"),
        header("content-type", media_type),
        header("x-file-name", &name),
    ];
    let credentials = RequestCredentials::SameOrigin;
    in_time(
        Asked { method: "POST", url: path, headers: &headers, body: Some(bytes), credentials },
        timeout_ms,
    )
    .await
}

/// Sends a form's media file to its address (`PUT`) as who is signed in.
///
/// # Errors
/// [`NetworkError`], as for [`Transport::send`].
pub async fn put_signed_in(path: &str, bytes: &[u8], timeout_ms: u32) -> Result<Response, NetworkError> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [
        header("accept", "application/json"),
        header("x-doorstep", "1"),
        header("content-type", "application/octet-stream"),
    ];
    let credentials = RequestCredentials::SameOrigin;
    let body = Some(bytes);
    in_time(Asked { method: "PUT", url: path, headers: &headers, body, credentials }, timeout_ms).await
}

/// What the browser is asked to ask.
struct Asked<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: Option<&'a [u8]>,
    credentials: RequestCredentials,
}

async fn in_time(asked: Asked<'_>, timeout_ms: u32) -> Result<Response, NetworkError> {
    let controller = AbortController::new().map_err(|error| offline(&error))?;
    let timed_out = Rc::new(Cell::new(false));
    let (stop, late) = (controller.clone(), timed_out.clone());
    let _timer = timer::after(timeout_ms, move || {
        late.set(true);
        stop.abort();
    });
    answer(&asked, &controller).await.map_err(|error| match timed_out.get() {
        true => {
            let words = format!("no answer in {timeout_ms} ms");
            NetworkError { kind: NetworkErrorKind::Timeout, words }
        }
        false => error,
    })
}

async fn answer(asked: &Asked<'_>, controller: &AbortController) -> Result<Response, NetworkError> {
    let init = RequestInit::new();
    init.set_method(asked.method);
    init.set_credentials(asked.credentials);
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&controller.signal()));
    let headers = Headers::new().map_err(|error| offline(&error))?;
    for (name, value) in asked.headers {
        headers.set(name, value).map_err(|error| offline(&error))?;
    }
    init.set_headers(&headers);
    if let Some(body) = asked.body {
        init.set_body(&Uint8Array::from(body));
    }
    let promise = window().fetch_with_str_and_init(asked.url, &init);
    let response = JsFuture::from(promise).await.map_err(|error| offline(&error))?;
    let response: web_sys::Response = response.unchecked_into();
    let answer = Response {
        status: response.status(),
        headers: pairs(&response.headers()),
        body: body(&response).await?,
    };
    Ok(answer)
}

/// Reads the body piece by piece, so that one without end is noticed.
async fn body(response: &web_sys::Response) -> Result<Vec<u8>, NetworkError> {
    let Some(stream) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|error| offline(&error))?;
        let property = |name: &str| Reflect::get(&piece, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if property("done").is_truthy() {
            return Ok(body);
        }
        body.extend(Uint8Array::new(&property("value")).to_vec());
        if body.len() > LONGEST_ANSWER {
            // What the server still sends is of no interest, and neither is whether it stops.
            drop(reader.cancel());
            let words = String::from("the answer is too long");
            return Err(NetworkError { kind: NetworkErrorKind::Offline, words });
        }
    }
}

fn pairs(headers: &Headers) -> Vec<(String, String)> {
    let Ok(Some(entries)) = js_sys::try_iter(headers) else { return Vec::new() };
    let pair = |entry: JsValue| {
        let entry = Array::from(&entry);
        Some((entry.get(0).as_string()?.to_lowercase(), entry.get(1).as_string()?))
    };
    entries.filter_map(Result::ok).filter_map(pair).collect()
}

/// The browser tells scripts no more than that it failed.
fn offline(error: &JsValue) -> NetworkError {
    let words = Reflect::get(error, &"message".into()).ok().and_then(|words| words.as_string());
    NetworkError { kind: NetworkErrorKind::Offline, words: words.unwrap_or_default() }
}

#[cfg(test)]
mod own {
    use doorstep_delivery::transport::Method;

    use super::*;

    #[test]
    fn the_token_goes_home_and_nowhere_else() {
        let fetch = Fetch::default();
        let sent = |fetch: &Fetch, url: &str, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let request =
                Request { method: Method::Put, url: url.into(), headers, body: None, timeout_ms: 1 };
            let request = fetch.with_token(request);
            request.headers.into_iter().map(|(_, value)| value).collect::<Vec<String>>()
        };
        assert!(sent(&fetch, "/api/v1/forms", &[]).is_empty());
        fetch.set_token(Some("t0ken"));
        assert_eq!(sent(&fetch, "/api/v1/forms", &[]), ["Bearer t0ken"]);
        assert_eq!(sent(&fetch, "/relay/a", &[("authorization", "Basic x")]), ["Basic x"]);
        for elsewhere in ["https://a.example/api/v1/forms", "//a.example/api", "blob:x", ""] {
            assert!(sent(&fetch, elsewhere, &[]).is_empty(), "{elsewhere}");
        }
        assert!(!format!("{fetch:?}").contains("t0ken"));
        fetch.set_token(None);
        assert!(sent(&fetch, "/api/v1/forms", &[]).is_empty());
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use doorstep_delivery::transport::Method;
    use js_sys::Function;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    fn get(url: &str, timeout_ms: u32) -> Request {
        Request { method: Method::Get, url: url.into(), headers: Vec::new(), body: None, timeout_ms }
    }

    /// The address of something that the browser itself answers.
    fn local(script: &str) -> String {
        let made = Function::new_no_args(script).call0(&JsValue::UNDEFINED).expect("the script runs");
        made.as_string().expect("the script gives an address")
    }

    #[wasm_bindgen_test]
    async fn status_headers_and_bytes_come_back() {
        let url = local("return URL.createObjectURL(new Blob(['门'], {type: 'text/x-door'}))");
        let response = Fetch::default().send(get(&url, 5_000)).await.expect("the browser answers");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("text/x-door"));
        assert_eq!(response.body, "门".as_bytes());
    }

    #[wasm_bindgen_test]
    async fn an_answer_too_long_is_not_read() {
        let url = local("return URL.createObjectURL(new Blob([new Uint8Array(33 * 1024 * 1024)]))");
        let error = Fetch::default().send(get(&url, 60_000)).await.expect_err("it is too long");
        assert_eq!((error.kind, error.words.as_str()), (NetworkErrorKind::Offline, "the answer is too long"));
    }

    #[wasm_bindgen_test]
    async fn no_server_is_offline() {
        // Nothing listens on the discard port, and browsers refuse to ask it.
        let error =
            Fetch::default().send(get("http://127.0.0.1:9/", 5_000)).await.expect_err("nobody is there");
        assert_eq!(error.kind, NetworkErrorKind::Offline);
    }

    #[wasm_bindgen_test]
    async fn silence_times_out() {
        // A server that takes the request and never answers, as a browser sees it.
        let script = "const real = window.fetch;
            window.fetch = (url, init) => new Promise((_, fail) => {
                init.signal.addEventListener('abort', () => { window.fetch = real; fail(init.signal.reason); });
            });
            return ''";
        local(script);
        let error = Fetch::default().send(get("/silent", 30)).await.expect_err("nobody answers");
        assert_eq!(error.kind, NetworkErrorKind::Timeout);
    }
}
