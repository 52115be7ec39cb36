//! The office's OpenID provider, asked over the network: its discovery document, its keys, and what a code is worth.
//!
//! Kept here: every answer is bounded in bytes and in time; no redirect is followed; an endpoint is as safe as the issuer is. It
//! blocks while it waits, so it runs off the async threads.
//! <https://openid.net/specs/openid-connect-discovery-1_0.html>, RFC 6749 §4.1, RFC 7636, RFC 9207.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{Request, StatusCode};

use super::claims::Claims;
use super::configuration::Configuration;
use super::id_token::{self, Bad, Expected};
use super::keys::Keys;
use crate::outgoing;

/// The largest discovery document and the largest answer with tokens, in bytes.
const ANSWER_LIMIT: u64 = 256 << 10;
/// The largest set of keys.
const KEYS_LIMIT: u64 = 256 << 10;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the discovery document and the keys are good.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// Why a login comes to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// The provider can't be asked, or answers what can't be used: what of it.
    Away(&'static str),
    /// It does not take the code.
    Code,
    /// Its token is not good.
    Token(Bad),
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where it is asked for what.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    pub(super) authorization: String,
    token: String,
    keys: String,
    /// Is the secret put into the body rather than into `Authorization: Basic`?
    secret_in_body: bool,
    /// Does it always say who it is when it sends somebody back?
    pub(super) says_issuer: bool,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// Something fetched, and when.
type Kept<T> = Mutex<Option<(Arc<T>, Instant)>>;

/// The provider, with what is known of it.
#[derive(Debug)]
pub(super) struct Provider {
    agent: ureq::Agent,
    endpoints: Kept<Endpoints>,
    keys: Kept<Keys>,
}

impl Provider {
    pub(super) fn new() -> Provider {
        Provider { agent: outgoing::agent(), endpoints: Mutex::default(), keys: Mutex::default() }
    }

    /// By its discovery document, of which the last hour's does.
    pub(super) fn endpoints(&self, configuration: &Configuration) -> Result<Arc<Endpoints>, Failure> {
        if let Some(known) = fresh(&self.endpoints) {
            return Ok(known);
        }
        // Discovery §4: a slash at the issuer's end goes before the path is added.
        let issuer = configuration.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let discovered: Discovered =
            parse(&self.fetch(&address, ANSWER_LIMIT)?, "the discovery document is not as it should be")?;
        let endpoints = checked(discovered, &configuration.issuer)?;
        Ok(keep(&self.endpoints, endpoints))
    }

    /// The claims of whom a code is about, if the code and the token it is worth are good.
    pub(super) fn claims(
        &self,
        configuration: &Configuration,
        code: &Given<'_>,
        expected: Expected<'_>,
    ) -> Result<Claims, Failure> {
        let endpoints = self.endpoints(configuration)?;
        let token = self.exchange(configuration, &endpoints, code)?;
        let claims = self.signed(&endpoints, &token)?;
        id_token::check(&claims, expected).map_err(Failure::Token)?;
        Ok(claims)
    }

    /// The claims of a token. Keys that are not known are asked for once more: a provider changes them when it likes.
    fn signed(&self, endpoints: &Endpoints, token: &str) -> Result<Claims, Failure> {
        if let Some(keys) = fresh(&self.keys) {
            match id_token::signed(token, &keys) {
                Err(Bad::UnknownKey) => {}
                found => return found.map_err(Failure::Token),
            }
        }
        let keys = Keys::parse(&self.fetch(&endpoints.keys, KEYS_LIMIT)?)
            .ok_or(Failure::Away("the keys are not as they should be"))?;
        id_token::signed(token, &keep(&self.keys, keys)).map_err(Failure::Token)
    }

    /// The ID token that a code is worth (RFC 6749 §4.1.3, RFC 7636 §4.5).
    fn exchange(
        &self,
        configuration: &Configuration,
        endpoints: &Endpoints,
        code: &Given<'_>,
    ) -> Result<String, Failure> {
        let Configuration { client_id, secret, .. } = configuration;
        let mut body = Serializer::new(String::new());
        body.append_pair("grant_type", "authorization_code")
            .append_pair("code", code.code)
            .append_pair("redirect_uri", code.redirect)
            .append_pair("code_verifier", code.verifier);
        let mut asked = Request::post(&endpoints.token)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if endpoints.secret_in_body {
            body.append_pair("client_id", client_id).append_pair("client_secret", &secret.0);
        } else {
            // RFC 6749 §2.3.1: each is encoded as a form's value first.
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let both = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(&secret.0)));
            asked = asked.header("authorization", format!("Basic {both}"));
        }
        let asked = asked.body(body.finish()).map_err(|_| Failure::Away("the token's address is none"))?;
        let asked = self.agent.configure_request(asked).timeout_global(Some(PATIENCE)).build();
        let answer = self.agent.run(asked).map_err(|_| Failure::Away("no answer to the code"))?;
        match answer.status() {
            StatusCode::OK => {}
            // §5.2: the code is used, over or another's.
            StatusCode::BAD_REQUEST => return Err(Failure::Code),
            StatusCode::UNAUTHORIZED => return Err(Failure::Away("it does not take this client's secret")),
            _ => return Err(Failure::Away("no tokens for the code")),
        }
        let bytes = read(answer, ANSWER_LIMIT)?;
        let tokens: Tokens = parse(&bytes, "the answer to the code has no ID token")?;
        Ok(tokens.id_token)
    }

    fn fetch(&self, address: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        let asked = Request::get(address).header("accept", "application/json").body(());
        let asked = asked.map_err(|_| Failure::Away("an address is none"))?;
        let asked = self.agent.configure_request(asked).timeout_global(Some(PATIENCE)).build();
        let answer = self.agent.run(asked).map_err(|_| Failure::Away("no answer"))?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Away("its documents are not where they should be"));
        }
        read(answer, limit)
    }
}

/// A code that came back, and what it is proven by.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) code: &'a str,
    pub(super) redirect: &'a str,
    pub(super) verifier: &'a str,
}

fn read(answer: ureq::http::Response<ureq::Body>, limit: u64) -> Result<Vec<u8>, Failure> {
    let body = answer.into_body().into_with_config().limit(limit).read_to_vec();
    body.map_err(|_| Failure::Away("an answer is too large, too slow or broken off"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|_| Failure::Away(what))
}

/// Is it this issuer's (Discovery §4.3), and can it be used?
fn checked(discovered: Discovered, issuer: &str) -> Result<Endpoints, Failure> {
    if discovered.issuer != issuer {
        return Err(Failure::Away("the discovery document is another issuer's"));
    }
    let safe = |address: &str| {
        outgoing::is_safe(address)
            && (address.starts_with("https:") || issuer.starts_with("http:"))
            && !address.contains('#')
    };
    let all = [&discovered.authorization_endpoint, &discovered.token_endpoint, &discovered.jwks_uri];
    if !all.into_iter().all(|address| safe(address)) {
        return Err(Failure::Away("an endpoint is not https://"));
    }
    let challenges = discovered.code_challenge_methods_supported;
    if challenges.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
        return Err(Failure::Away("it takes no challenge by S256"));
    }
    // Discovery §3: Basic, unless it says otherwise.
    let methods = discovered.token_endpoint_auth_methods_supported;
    let takes = |name: &str| methods.as_ref().is_some_and(|methods| methods.iter().any(|own| own == name));
    let basic = methods.is_none() || takes("client_secret_basic");
    if !basic && !takes("client_secret_post") {
        return Err(Failure::Away("it takes a client's secret neither by Basic nor in the body"));
    }
    Ok(Endpoints {
        authorization: discovered.authorization_endpoint,
        token: discovered.token_endpoint,
        keys: discovered.jwks_uri,
        secret_in_body: !basic,
        says_issuer: discovered.authorization_response_iss_parameter_supported,
    })
}

fn fresh<T>(kept: &Kept<T>) -> Option<Arc<T>> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref().filter(|(_, since)| since.elapsed() < FRESH).map(|(thing, _)| thing.clone())
}

fn keep<T>(kept: &Kept<T>, thing: T) -> Arc<T> {
    let thing = Arc::new(thing);
    *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((thing.clone(), Instant::now()));
    thing
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example.cn";

    fn found(name: &str, value: Value) -> Result<Endpoints, Failure> {
        let mut document = json!({
            "issuer": ISSUER, "authorization_endpoint": "https://id.example.cn/authorize?tenant=1",
            "token_endpoint": "https://id.example.cn/token", "jwks_uri": "https://keys.example.cn/keys",
        });
        document[name] = value;
        checked(serde_json::from_value(document).unwrap(), ISSUER)
    }

    #[test]
    fn a_document_has_to_be_the_issuers_and_every_endpoint_safe() {
        let plain = found("x", json!(1)).unwrap();
        assert!(!plain.secret_in_body && !plain.says_issuer);
        assert!(found("issuer", json!("https://id.example.cn/")).is_err());
        for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            for address in
                ["http://id.example.cn/x", "http://127.0.0.1/x", "file:///etc/passwd", "/x", "https://a@b/"]
            {
                assert!(found(endpoint, json!(address)).is_err(), "{endpoint} {address}");
            }
        }
        assert!(found("code_challenge_methods_supported", json!(["plain"])).is_err());
        assert!(found("code_challenge_methods_supported", json!(["plain", "S256"])).is_ok());
        let methods = |methods: Value| found("token_endpoint_auth_methods_supported", methods);
        assert!(methods(json!(["client_secret_post"])).unwrap().secret_in_body);
        assert!(!methods(json!(["client_secret_post", "client_secret_basic"])).unwrap().secret_in_body);
        assert!(methods(json!(["private_key_jwt"])).is_err());
    }
}
