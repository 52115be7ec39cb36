//! Random tokens: 256 bits, shown once to whom they belong, kept only as a hash.
//!
//! Kept here: no secret is printed by `Debug`, and none can be computed from what the database holds.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ciphers::{Ciphers, hex, random};

/// How long a token's text is.
const TEXT: usize = 43;

/// A token in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn new() -> Token {
        Token(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    /// A text that somebody sent; `None` if it can't be a token.
    pub fn parse(text: &str) -> Option<Token> {
        let is_token = text.len() == TEXT
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_token.then(|| Token(text.to_owned()))
    }

    /// Its text, for whom it belongs to.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database keeps. A token is random, so that one round of a hash is enough.
    pub fn hash(&self, ciphers: &dyn Ciphers) -> String {
        hex(&ciphers.digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Letters and digits that nobody takes for another: neither 0 and o, nor 1, i and l, and no u.
const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstvwxyz+=";

/// A code to be typed or read out: so many letters of 30, in groups of five.
pub fn readable(length: usize) -> String {
    let mut letters = String::new();
    let mut count = 0;
    while count < length {
        for byte in random::<32>() {
            let letter = LETTERS[usize::from(byte % 32)];
            // The last places only make the count even, so that no letter comes oftener than another.
            if letter.is_ascii_alphanumeric() && count < length {
                if count > 0 && count % 5 == 0 {
                    letters.push('-');
                }
                letters.push(char::from(letter));
                count += 1;
            }
        }
    }
    letters
}

/// A code as somebody typed it, the way it was made: without blanks, hyphens and capitals.
pub fn typed(code: &str) -> String {
    code.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .flat_map(char::to_lowercase)
        .take(64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::Nist;
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_shows_itself_to_no_log() {
        let token = Token::new();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert!(!format!("{token:?}").contains(token.reveal()));
        assert_ne!(Token::new(), token);
        assert!(!token.hash(&Nist).contains(token.reveal()));
        for text in ["", "x", &"a".repeat(44), &"'".repeat(43), &"=".repeat(43), &"é".repeat(21)] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }

    #[test]
    fn codes_are_read_out_without_doubt() {
        let code = readable(20);
        assert_eq!(code.len(), 23, "{code}");
        assert!(
            code.bytes().all(|b| b == b'-' || (b.is_ascii_alphanumeric() && !b"01ilou".contains(&b))),
            "{code}"
        );
        assert_eq!(typed(&format!(" {} ", code.to_uppercase())), code.replace('-', ""));
        assert_ne!(readable(20), code);
        assert_eq!(typed(&"a".repeat(10_000)).len(), 64);
    }
}
