//! ID tokens: who signed them, for whom, when, and for which login (OpenID Connect Core 1.0 §3.1.3.7).
//!
//! Kept here: nothing in a token is believed before its signature was checked. The clocks of provider and server may differ by
//! [`LEEWAY`] either way.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::claims::Claims;
use super::keys::{Algorithm, Keys, Unsigned};

/// Seconds that the two clocks may differ.
pub(super) const LEEWAY: i64 = 60;
/// Seconds after which a token is too old for a login that goes on, whatever it says itself: as long as a login may take.
const OLDEST: i64 = 600;
/// The longest token.
const LONGEST: usize = 32 << 10;

/// What is wrong with a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bad {
    /// It is no signed token.
    Shape,
    /// It is signed by an algorithm that is not taken, or asks for what this server does not know.
    Algorithm,
    /// The provider has no such key.
    UnknownKey,
    /// The signature is not the key's.
    Signature,
    /// Another one issued it.
    Issuer,
    /// It is for another one.
    Audience,
    /// It is over.
    Expired,
    /// It was issued too long ago, or not yet.
    Issued,
    /// It is of another login.
    Nonce,
    /// It is about nobody.
    Subject,
}

impl Bad {
    /// For the log.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Bad::Shape => "the ID token is no signed token",
            Bad::Algorithm => "the ID token is not signed by RS256, PS256 or ES256",
            Bad::UnknownKey => "the provider has no key of the ID token's id",
            Bad::Signature => "the ID token's signature is wrong",
            Bad::Issuer => "the ID token has another issuer",
            Bad::Audience => "the ID token is for another client",
            Bad::Expired => "the ID token has expired",
            Bad::Issued => "the ID token was issued too long ago or in the future",
            Bad::Nonce => "the ID token is of another login",
            Bad::Subject => "the ID token has no subject",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that have to be understood (RFC 7515 §4.1.11): none is.
    crit: Option<Value>,
}

/// What a token has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// The claims of a token by one of these keys (RFC 7515 §5.2, compact).
pub(super) fn signed(token: &str, keys: &Keys) -> Result<Claims, Bad> {
    if token.len() > LONGEST {
        return Err(Bad::Shape);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Bad::Shape)?;
    let (header, claims) = message.split_once('.').ok_or(Bad::Shape)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Bad::Shape);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Bad::Shape)?;
    let algorithm = Algorithm::parse(&header.alg).ok_or(Bad::Algorithm)?;
    if header.crit.is_some() {
        return Err(Bad::Algorithm);
    }
    let checked = keys.check(header.kid.as_deref(), algorithm, message.as_bytes(), &decode(signature)?);
    checked.map_err(|unsigned| match unsigned {
        Unsigned::UnknownKey => Bad::UnknownKey,
        Unsigned::Wrong => Bad::Signature,
    })?;
    serde_json::from_slice(&decode(claims)?).map(Claims).map_err(|_| Bad::Shape)
}

/// Is it for this client, of this login, and of now?
pub(super) fn check(claims: &Claims, expected: Expected<'_>) -> Result<(), Bad> {
    let text = |name: &str| claims.0.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.0.get(name).and_then(seconds);
    if text("iss") != Some(expected.issuer) {
        return Err(Bad::Issuer);
    }
    check_audience(claims, expected.client_id)?;
    if time("exp").is_none_or(|end| end <= expected.now - LEEWAY) {
        return Err(Bad::Expired);
    }
    let recent = expected.now - OLDEST - LEEWAY..=expected.now + LEEWAY;
    if time("iat").is_none_or(|issued| !recent.contains(&issued)) {
        return Err(Bad::Issued);
    }
    let begins = claims.0.get("nbf").map(|value| seconds(value).unwrap_or(i64::MAX));
    if begins.is_some_and(|begins| begins > expected.now + LEEWAY) {
        return Err(Bad::Issued);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(Bad::Nonce);
    }
    // Core §2: at most 255 ASCII characters.
    if text("sub").is_none_or(|subject| subject.is_empty() || subject.len() > 255 || !subject.is_ascii()) {
        return Err(Bad::Subject);
    }
    Ok(())
}

/// This client is an audience; of several, and wherever it is said, the one that asked.
fn check_audience(claims: &Claims, client_id: &str) -> Result<(), Bad> {
    let (included, alone) = match claims.0.get("aud") {
        Some(Value::String(one)) => (one == client_id, true),
        Some(Value::Array(all)) => (all.iter().any(|one| one == client_id), all.len() == 1),
        _ => (false, false),
    };
    let party = claims.0.get("azp");
    let asked = party.map_or(alone, |party| party == client_id);
    if included && asked { Ok(()) } else { Err(Bad::Audience) }
}

/// A time (RFC 7519 §2, `NumericDate`), without its fraction.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second says nothing here")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_397_400;

    fn claims() -> Value {
        json!({
            "iss": "https://id.example.cn", "sub": "s", "aud": "doorstep", "exp": NOW + 300, "iat": NOW, "nonce": "n",
        })
    }

    fn checked(claims: &Value) -> Result<(), Bad> {
        let expected =
            Expected { issuer: "https://id.example.cn", client_id: "doorstep", nonce: "n", now: NOW };
        check(&Claims(claims.as_object().unwrap().clone()), expected)
    }

    #[test]
    fn each_claim_is_held_to_what_it_should_be() {
        assert_eq!(checked(&claims()), Ok(()));
        for (name, value, found) in [
            ("iss", json!("https://id.example.cn/"), Err(Bad::Issuer)),
            ("iss", json!("https://evil.example"), Err(Bad::Issuer)),
            ("iss", json!(null), Err(Bad::Issuer)),
            ("aud", json!(["doorstep"]), Ok(())),
            ("aud", json!(["doorstep", "other"]), Err(Bad::Audience)),
            ("aud", json!("other"), Err(Bad::Audience)),
            ("aud", json!([]), Err(Bad::Audience)),
            ("aud", json!({"doorstep": 1}), Err(Bad::Audience)),
            ("azp", json!("doorstep"), Ok(())),
            ("azp", json!("other"), Err(Bad::Audience)),
            ("azp", json!(null), Err(Bad::Audience)),
            ("exp", json!(NOW - LEEWAY + 1), Ok(())),
            ("exp", json!(NOW - LEEWAY), Err(Bad::Expired)),
            ("exp", json!("9999999999"), Err(Bad::Expired)),
            ("exp", json!(null), Err(Bad::Expired)),
            ("iat", json!(NOW + LEEWAY), Ok(())),
            ("iat", json!(NOW as f64 + 0.5), Ok(())),
            ("iat", json!(NOW + LEEWAY + 1), Err(Bad::Issued)),
            ("iat", json!(NOW - OLDEST - LEEWAY - 1), Err(Bad::Issued)),
            ("iat", json!(null), Err(Bad::Issued)),
            ("nbf", json!(NOW + LEEWAY + 1), Err(Bad::Issued)),
            ("nbf", json!("soon"), Err(Bad::Issued)),
            ("nonce", json!("m"), Err(Bad::Nonce)),
            ("nonce", json!(null), Err(Bad::Nonce)),
            ("sub", json!(""), Err(Bad::Subject)),
            ("sub", json!("s".repeat(256)), Err(Bad::Subject)),
            ("sub", json!("张三"), Err(Bad::Subject)),
            ("sub", json!(7), Err(Bad::Subject)),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert_eq!(checked(&claims), found, "{name} {value}");
        }
        let mut several = claims();
        several["aud"] = json!(["other", "doorstep"]);
        several["azp"] = json!("doorstep");
        assert_eq!(checked(&several), Ok(()));
    }

    #[test]
    fn what_is_no_signed_token_is_none() {
        let keys = Keys::parse(br#"{"keys": []}"#).unwrap();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = |header: &str| format!("{}.{}.AAAA", encode(header), encode("{}"));
        for (text, bad) in [
            (String::new(), Bad::Shape),
            ("a.b".into(), Bad::Shape),
            ("a.b.c.d.e".into(), Bad::Shape),
            ("a".repeat(LONGEST + 1), Bad::Shape),
            (token("{}"), Bad::Shape),
            (token(r#"{"alg": "none"}"#), Bad::Algorithm),
            (token(r#"{"alg": "HS256"}"#), Bad::Algorithm),
            (token(r#"{"alg": "ES256", "crit": ["b64"], "b64": false}"#), Bad::Algorithm),
            (token(r#"{"alg": "ES256"}"#), Bad::UnknownKey),
        ] {
            assert_eq!(signed(&text, &keys).unwrap_err(), bad, "{text}");
        }
    }
}
