//! The port to the network for programs: what delivery sends, over TLS by the system's own roots.
//!
//! It blocks while it waits, so it runs where that may be: in a program of its own, or off the async threads.

use std::sync::Once;
use std::time::Duration;

use doorstep_delivery::transport::{NetworkError, NetworkErrorKind, Request, Response, Transport};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// The largest answer that is read, in bytes.
const LARGEST: u64 = 16 << 20;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// Sends what delivery asks for. Redirects are not followed: a submission goes where it was meant to, or nowhere.
#[derive(Debug)]
pub struct Outgoing {
    agent: ureq::Agent,
    base: String,
}

impl Outgoing {
    /// With addresses that begin with a slash taken from `base`: `https://survey.example.org`, without a slash at the end.
    pub fn new(base: &str) -> Outgoing {
        Outgoing { agent: agent(), base: base.trim_end_matches('/').to_owned() }
    }

    fn ask(&self, request: &Request) -> Result<Response, ureq::Error> {
        let url = match request.url.starts_with('/') {
            true => format!("{}{}", self.base, request.url),
            false => request.url.clone(),
        };
        let mut asked = ureq::http::Request::builder().method(request.method.name()).uri(url);
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let body = request.body.clone().unwrap_or_default();
        let asked = asked.body(body).map_err(ureq::Error::Http)?;
        let asked = self
            .agent
            .configure_request(asked)
            .timeout_global(Some(Duration::from_millis(request.timeout_ms.into())))
            .build();
        let mut answer = self.agent.run(asked)?;
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        Ok(Response {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: answer.body_mut().with_config().limit(LARGEST).read_to_vec()?,
        })
    }
}

/// Connections over TLS by the system's own roots: no redirect is followed, and every status is an answer.
pub(crate) fn agent() -> ureq::Agent {
    static PROVIDER: Once = Once::new();
    // Fails only if somebody else was first: then there is one.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let tls =
        TlsConfig::builder().provider(TlsProvider::Rustls).root_certs(RootCerts::PlatformVerifier).build();
    let agent = ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT))
        .user_agent(concat!("doorstep/", env!("CARGO_PKG_VERSION")))
        .build();
    agent.into()
}

/// Does nobody on the way read or change what goes there? `https://…`, or `http://` to this machine.
pub(crate) fn is_safe(address: &str) -> bool {
    let Ok(uri) = address.parse::<ureq::http::Uri>() else { return false };
    let Some(authority) = uri.authority().filter(|authority| !authority.as_str().contains('@')) else {
        return false;
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let here = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => here || host == "localhost",
        _ => false,
    }
}

impl Transport for Outgoing {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        self.ask(&request).map_err(|error| match error {
            ureq::Error::Timeout(_) => {
                NetworkError { kind: NetworkErrorKind::Timeout, words: "no answer in time".into() }
            }
            // Its own words may quote an address with a token in it.
            ureq::Error::Io(error) => {
                NetworkError { kind: NetworkErrorKind::Offline, words: error.kind().to_string() }
            }
            ureq::Error::HostNotFound => {
                NetworkError { kind: NetworkErrorKind::Offline, words: "there is no such host".into() }
            }
            _ => NetworkError { kind: NetworkErrorKind::Offline, words: "the connection failed".into() },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use doorstep_delivery::memory_store::ready;
    use doorstep_delivery::transport::Method;

    use super::*;

    fn answered(answer: &'static [u8]) -> Result<Response, NetworkError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let request = Request {
            method: Method::Put,
            url: "/api/x".into(),
            headers: vec![("x-a".into(), "b".into())],
            body: Some(b"body".to_vec()),
            timeout_ms: 5_000,
        };
        let response = ready(Outgoing::new(&base).send(request));
        let asked = server.join().unwrap();
        assert!(asked.starts_with("PUT /api/x HTTP/1.1\r\n") && asked.contains("x-a: b\r\n"), "{asked}");
        response
    }

    #[test]
    fn every_status_is_an_answer_and_no_redirect_is_followed() {
        for (answer, status) in [
            (&b"HTTP/1.1 201 Created\r\nx-b: c\r\ncontent-length: 2\r\n\r\nok"[..], 201),
            (b"HTTP/1.1 503 Busy\r\nx-b: c\r\ncontent-length: 2\r\n\r\nok", 503),
            (b"HTTP/1.1 302 Found\r\nx-b: c\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nok", 302),
        ] {
            let response = answered(answer).unwrap();
            assert_eq!((response.status, response.header("x-b"), &*response.body), (status, Some("c"), &b"ok"[..]));
        }
    }

    #[test]
    fn a_broken_answer_is_none() {
        for broken in [&b""[..], b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"] {
            assert_eq!(answered(broken).unwrap_err().kind, NetworkErrorKind::Offline);
        }
    }
}
