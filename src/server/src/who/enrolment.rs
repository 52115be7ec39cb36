//! How a device gets its token: a QR code with the server's address and a code that is good once, for a quarter of an hour.
//!
//! Kept here: the token itself is never in a picture, a URL or a log; what the QR code holds is worthless after its first use.

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

/// The QR code's text: `doorstep:enrol?server=https%3A%2F%2Fsurvey.example.cn&code=…`.
pub fn text(server: &str, code: &str) -> String {
    format!("doorstep:enrol?server={}&code={}", escape(server), escape(code))
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped += &format!("%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::Nist;
    use super::*;

    #[test]
    fn the_text_holds_address_and_code_and_nothing_can_be_slipped_in() {
        assert_eq!(
            text("https://survey.example.cn:8443", "abcde-fghjk"),
            "doorstep:enrol?server=https%3A%2F%2Fsurvey.example.cn%3A8443&code=abcde-fghjk"
        );
        assert_eq!(text("https://a&code=x", "b"), "doorstep:enrol?server=https%3A%2F%2Fa%26code%3Dx&code=b");
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = new_code();
        assert_eq!(code_hash(&code.to_uppercase().replace('-', " "), &Nist), code_hash(&code, &Nist));
        assert_ne!(code_hash(&new_code(), &Nist), code_hash(&code, &Nist));
    }
}
