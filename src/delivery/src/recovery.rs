//! A forgotten PIN, with the office's help: what the phone shows, and what the office answers. Pure.
//!
//! Setting a PIN, the phone makes up a recovery secret of 128 bits, wraps the data key by it too (within the device
//! key's wrap, as the PIN's is), and keeps the secret only sealed for the office: with the other half of a P-256 key
//! pair made for this once and the office's public key, ECDH, then HKDF-SHA-256, then AES-256-GCM. The phone shows that
//! [`Request`]; whoever has the office's private key answers with the secret as a [code](write_code). The answer opens
//! nothing but this phone's data, and nothing at all once a new PIN is set. The data key never leaves the phone.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Bytes of the secret.
pub const SECRET_BYTES: usize = 16;
/// Bytes of a public key: an uncompressed point (SEC 1, §2.3.3).
pub const POINT_BYTES: usize = 65;
/// Bytes of the sealed secret, its tag included.
pub const SEALED_BYTES: usize = SECRET_BYTES + 16;
/// HKDF's info, and what is authenticated with the secret.
pub const INFO: &[u8] = b"doorstep recovery 1";
/// AES-GCM's initialisation vector: the key is used once.
pub const IV: [u8; 12] = [0; 12];

const VERSION: u8 = 1;
/// Nothing longer is looked at.
const LONGEST: usize = 1_000;
/// Crockford's: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const CODE_CHARS: usize = 26;

/// What the phone shows: the secret, sealed for the office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The public half of the pair that was made for this once.
    pub ephemeral: [u8; POINT_BYTES],
    /// The secret, sealed.
    pub sealed: [u8; SEALED_BYTES],
}

impl Request {
    /// As bytes: version, public key, sealed secret.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&[VERSION], &self.ephemeral[..], &self.sealed[..]].concat()
    }

    /// The bytes read back; nothing if they are no request, or a newer one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Request> {
        let (&version, rest) = bytes.split_first()?;
        let (ephemeral, sealed) = rest.split_first_chunk()?;
        let sealed = sealed.try_into().ok()?;
        (version == VERSION).then_some(Request { ephemeral: *ephemeral, sealed })
    }

    /// As text, to be sent in any message.
    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.to_bytes())
    }

    /// The text read back, whatever white space a message put into it.
    pub fn from_text(text: &str) -> Option<Request> {
        Request::from_bytes(&bytes_of(text)?)
    }
}

/// HKDF's salt: both public keys, so that the sealed secret is of these two and no others.
pub fn salt(ephemeral: &[u8; POINT_BYTES], office: &[u8; POINT_BYTES]) -> Vec<u8> {
    [&ephemeral[..], &office[..]].concat()
}

/// A public key as text.
pub fn write_point(point: &[u8; POINT_BYTES]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(point)
}

/// A public key from text: 87 characters of base64url. Whether it is a point of the curve, who uses it finds.
pub fn read_point(text: &str) -> Option<[u8; POINT_BYTES]> {
    let point: [u8; POINT_BYTES] = bytes_of(text)?.try_into().ok()?;
    (point[0] == 4).then_some(point)
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().take(LONGEST).filter(|c| !c.is_whitespace()).collect();
    BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The secret as the office says it: 26 characters of base 32 (Crockford's alphabet) in groups.
pub fn write_code(secret: &[u8; SECRET_BYTES]) -> String {
    let mut number = u128::from_be_bytes(*secret);
    let mut digits = [0; CODE_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number & 31) as usize];
        number >>= 5;
    }
    let groups: Vec<String> =
        digits.chunks(5).map(|group| group.iter().map(|digit| char::from(*digit)).collect()).collect();
    groups.join("-")
}

/// The secret from a code as it was heard and typed; nothing if it is none.
pub fn read_code(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let mut number: u128 = 0;
    let mut count = 0;
    for c in text.chars().take(LONGEST).filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|known| char::from(*known) == c)?;
        // 26 digits are 130 bits: the first holds three.
        if count == 0 && digit > 7 {
            return None;
        }
        number = number << 5 | digit as u128;
        count += 1;
        if count > CODE_CHARS {
            return None;
        }
    }
    (count == CODE_CHARS).then(|| number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_heard() {
        for secret in [[0; 16], [255; 16], *b"0123456789abcdef"] {
            let code = write_code(&secret);
            assert_eq!(code.len(), 31);
            assert_eq!(read_code(&code), Some(secret));
            let heard = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            assert_eq!(read_code(&heard), Some(secret));
        }
        assert_eq!(write_code(&[0; 16]), "00000-00000-00000-00000-00000-0");
        let code = write_code(&[7; 16]);
        for wrong in
            [&code[1..], &format!("{code}0"), &code.replace('-', "U"), "", &format!("8{}", &code[1..])]
        {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_request_is_read_as_it_is_sent() {
        let request = Request { ephemeral: [4; POINT_BYTES], sealed: [9; SEALED_BYTES] };
        let text = request.to_text();
        assert_eq!(text.len(), 131);
        assert_eq!(Request::from_text(&format!(" {}\n{} ", &text[..60], &text[60..])), Some(request.clone()));
        let mut newer = request.to_bytes();
        newer[0] = 2;
        assert_eq!(Request::from_bytes(&newer), None);
        assert_eq!(Request::from_text(&text[..130]), None);
        assert_eq!(Request::from_text("not a request"), None);
    }

    #[test]
    fn a_public_key_is_87_characters() {
        let mut point = [7; POINT_BYTES];
        point[0] = 4;
        let text = write_point(&point);
        assert_eq!(text.len(), 87);
        assert_eq!(read_point(&format!("{text}=\n")), Some(point));
        assert_eq!(read_point(&text[..86]), None);
        point[0] = 2;
        assert_eq!(read_point(&write_point(&point)), None);
    }
}
