//! Standard Webhooks' signature (<https://www.standardwebhooks.com>, "Signature scheme"): HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What stands before a secret in base64.
const PREFIX: &str = "whsec_";

/// The value of `webhook-signature`: `v1,` and base64. The secret is base64 after `whsec_`, or any other text as it is.
pub(super) fn sign(secret: &str, id: &str, seconds: i64, body: &[u8]) -> String {
    let key = secret
        .strip_prefix(PREFIX)
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 §4.3 for the function itself; the rest is how the specification joins the parts.
    #[test]
    fn the_function_is_the_rfcs_and_the_parts_are_joined_by_dots() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(format!("{:x}", mac.finalize().into_bytes()), expected);

        let mut mac = Hmac::<Sha256>::new_from_slice(b"hallo").unwrap();
        mac.update(b"msg_1.1614265330.{\"test\": 1}");
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(sign("whsec_aGFsbG8=", "msg_1", 1_614_265_330, b"{\"test\": 1}"), expected);
        assert_eq!(sign("hallo", "msg_1", 1_614_265_330, b"{\"test\": 1}"), expected);
    }

    /// The example that the specification's own libraries test with.
    #[test]
    fn the_specifications_example_is_signed_alike() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signature =
            sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
