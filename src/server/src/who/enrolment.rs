//! How a device gets its token: a QR code that opens the app's settings with a code that is good once, for a quarter of an hour.
//!
//! Kept here: the token itself is never in a picture, a URL or a log; what the QR code holds is worthless after its first use, and
//! stands in the fragment, which no browser sends to any server.

use super::ciphers::{Ciphers, hex};
use super::secret;

/// How long a code is good.
pub const LIFETIME_MS: i64 = 15 * 60_000;
/// Letters of a code: 98 bits.
const LETTERS: usize = 20;

/// A new code, as it is shown.
pub fn new_code() -> String {
    secret::readable(LETTERS)
}

/// What the database keeps of a code. It is random, so that one round of a hash is enough.
pub fn code_hash(code: &str, ciphers: &dyn Ciphers) -> String {
    hex(&ciphers.digest(secret::typed(code).as_bytes()))
}

/// The QR code's text, which a phone's own camera opens: `https://survey.example.cn/settings#enrol=…`.
pub fn text(server: &str, code: &str) -> String {
    format!("{server}/settings#enrol={code}")
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::Nist;
    use super::*;

    #[test]
    fn the_code_is_in_the_fragment_alone() {
        let text = text("https://survey.example.cn:8443", &new_code());
        let (address, fragment) = text.split_once('#').unwrap();
        assert_eq!(address, "https://survey.example.cn:8443/settings");
        let code = fragment.strip_prefix("enrol=").unwrap();
        assert!(code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "nothing in it needs escaping");
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = new_code();
        assert_eq!(code_hash(&code.to_uppercase().replace('-', " "), &Nist), code_hash(&code, &Nist));
        assert_ne!(code_hash(&new_code(), &Nist), code_hash(&code, &Nist));
    }
}
