//! A provider's public keys (JSON Web Key Set, RFC 7517), and signatures by them (RFC 7518): RS256, PS256, ES256.
//!
//! Kept here: only these three algorithms have a name here, so that `none`, and HS256 with a public key for its secret, are none;
//! a key signs by an algorithm of its own kind, and never what it is not for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// The most keys of a set that are looked at.
const MOST: usize = 64;

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Algorithm {
    Rs256,
    Ps256,
    Es256,
}

impl Algorithm {
    pub(super) fn parse(name: &str) -> Option<Algorithm> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "PS256" => Some(Algorithm::Ps256),
            "ES256" => Some(Algorithm::Es256),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
enum Material {
    /// Modulus and exponent, most significant byte first, without zeros before them.
    Rsa(Vec<u8>, Vec<u8>),
    /// A point of P-256, uncompressed (SEC 1 §2.3.3).
    P256(Vec<u8>),
}

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, if it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// Why a signature is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unsigned {
    /// No key has the id: the provider may have new ones.
    UnknownKey,
    /// It is not of the key.
    Wrong,
}

/// The keys of a set that can sign tokens.
#[derive(Clone, Debug)]
pub(super) struct Keys(Vec<Key>);

#[derive(Deserialize)]
struct WrittenSet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Of a set. Keys of other kinds, and for other uses, are passed over (RFC 7517 §5); `None` if it is no set.
    pub(super) fn parse(bytes: &[u8]) -> Option<Keys> {
        let set: WrittenSet = serde_json::from_slice(bytes).ok()?;
        let written = set.keys.into_iter().take(MOST).filter_map(|key| serde_json::from_value(key).ok());
        Some(Keys(written.filter_map(read).collect()))
    }

    /// Is it a signature of the message by the key of that id? Without an id, there has to be one key only that can be meant.
    pub(super) fn check(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Unsigned> {
        let mut fitting: Vec<&Key> = self.0.iter().filter(|key| key.signs_by(algorithm)).collect();
        match id {
            Some(id) => fitting.retain(|key| key.id.as_deref() == Some(id)),
            None if fitting.len() > 1 => return Err(Unsigned::Wrong),
            None => {}
        }
        if fitting.is_empty() {
            return Err(Unsigned::UnknownKey);
        }
        let right = fitting.iter().any(|key| key.verifies(algorithm, message, signature));
        if right { Ok(()) } else { Err(Unsigned::Wrong) }
    }
}

fn read(written: Written) -> Option<Key> {
    if written.r#use.as_ref().is_some_and(|used| used != "sig") {
        return None;
    }
    let algorithm = match &written.alg {
        Some(name) => Some(Algorithm::parse(name)?),
        None => None,
    };
    let number = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref()?).ok();
    let material = match (&*written.kty, written.crv.as_deref()) {
        ("RSA", _) => {
            let short = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            Material::Rsa(short(number(&written.n)?), short(number(&written.e)?))
        }
        ("EC", Some("P-256")) => {
            let (x, y) = (number(&written.x)?, number(&written.y)?);
            if (x.len(), y.len()) != (32, 32) {
                return None;
            }
            Material::P256([&[4], &*x, &*y].concat())
        }
        _ => return None,
    };
    Some(Key { id: written.kid, algorithm, material })
}

impl Key {
    fn signs_by(&self, algorithm: Algorithm) -> bool {
        let kind = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => matches!(self.material, Material::Rsa(..)),
            Algorithm::Es256 => matches!(self.material, Material::P256(_)),
        };
        kind && self.algorithm.is_none_or(|own| own == algorithm)
    }

    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, algorithm) {
            (Material::Rsa(n, e), Algorithm::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Material::Rsa(n, e), Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (Material::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Material::Rsa(..), Algorithm::Es256)
            | (Material::P256(_), Algorithm::Rs256 | Algorithm::Ps256) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(hex: &str) -> String {
        let bytes: Vec<u8> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The signed token of RFC 7515 A.3, and its key.
    fn example() -> (Value, String, Vec<u8>) {
        let key = json!({
            "kty": "EC", "crv": "P-256", "kid": "a",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature =
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        (key, message.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    }

    fn keys(keys: &[Value]) -> Keys {
        Keys::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_standards_example_is_signed_and_no_other_text_is() {
        let (key, message, signature) = example();
        let set = keys(std::slice::from_ref(&key));
        let check = |id, message: &str, signature: &[u8]| {
            set.check(id, Algorithm::Es256, message.as_bytes(), signature)
        };
        assert_eq!(check(Some("a"), &message, &signature), Ok(()));
        assert_eq!(check(None, &message, &signature), Ok(()));
        assert_eq!(check(Some("b"), &message, &signature), Err(Unsigned::UnknownKey));
        assert_eq!(check(Some("a"), &format!("{message}x"), &signature), Err(Unsigned::Wrong));
        assert_eq!(check(Some("a"), &message, &signature[1..]), Err(Unsigned::Wrong));
        assert_eq!(check(Some("a"), &message, &[0; 64]), Err(Unsigned::Wrong));
        assert_eq!(
            set.check(Some("a"), Algorithm::Rs256, message.as_bytes(), &signature),
            Err(Unsigned::UnknownKey),
            "a key of another kind"
        );
    }

    #[test]
    fn keys_for_other_uses_sign_nothing() {
        let (key, message, signature) = example();
        for (name, value) in [
            ("use", "enc"),
            ("alg", "ES384"),
            ("alg", "RS256"),
            ("crv", "P-384"),
            ("kty", "oct"),
            ("x", "AA"),
        ] {
            let mut other = key.clone();
            other[name] = json!(value);
            let checked = keys(&[other]).check(Some("a"), Algorithm::Es256, message.as_bytes(), &signature);
            assert_eq!(checked, Err(Unsigned::UnknownKey), "{name} {value}");
        }
        let two = keys(&[key.clone(), key]).check(None, Algorithm::Es256, message.as_bytes(), &signature);
        assert_eq!(two, Err(Unsigned::Wrong), "which of the two is meant?");
    }

    #[test]
    fn short_keys_and_what_is_no_set_are_none() {
        let short = json!({"kty": "RSA", "kid": "a", "n": number(&"c5".repeat(128)), "e": "AQAB"});
        assert_eq!(
            keys(&[short]).check(Some("a"), Algorithm::Rs256, b"x", &[1; 128]),
            Err(Unsigned::Wrong),
            "1024 bits are too few"
        );
        for text in ["", "[]", "{}", r#"{"keys": {}}"#] {
            assert!(Keys::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(keys(&[json!({}), json!("x"), json!({"kty": "RSA"})]).0.len(), 0);
        for name in ["none", "None", "HS256", "HS512", "rs256", "ES256K", ""] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
