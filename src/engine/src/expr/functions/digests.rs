//! Hashes and encodings.

use std::fmt::Write;

use ed25519_compact::{PublicKey, Signature};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "digest",
        "digest(text, algorithm, encoding?) → text",
        (2, 3),
        "The hash of a text by `MD5`, `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512`, written in `base64` (if not said) or `hex`.",
        ("digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        |call| {
            let text = call.cow(0);
            let bytes = text.as_bytes();
            let algorithm = call.cow(1);
            let hash = match &*algorithm {
                "MD5" => Md5::digest(bytes).to_vec(),
                "SHA-1" => Sha1::digest(bytes).to_vec(),
                "SHA-256" => Sha256::digest(bytes).to_vec(),
                "SHA-384" => Sha384::digest(bytes).to_vec(),
                "SHA-512" => Sha512::digest(bytes).to_vec(),
                other => return call.fail(format!("`digest` does not know the algorithm '{other}'")),
            };
            let encoding = if call.len() > 2 { call.cow(2) } else { "base64".into() };
            match &*encoding {
                "base64" => Operand::text(encoded(&hash)),
                "hex" => Operand::text(hash.iter().fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                })),
                other => call.fail(format!("`digest` does not know the encoding '{other}'")),
            }
        },
    ),
    Function::new(
        "extract-signed",
        "extract-signed(text, public_key) → text",
        (2, 2),
        "The message in a text that was signed with Ed25519: base64 of the signature's 64 bytes and the message. Empty if the signature is not the key's (base64 of its 32 bytes), so that what was scanned can be trusted offline.",
        (
            "extract-signed('n7PZlxpGd2mR03YXF3qlHMYJ3TCV6cKonqtZRwGClIBdrVnQ+w4MJAyc87PFHN13Pj7iWSCxLdpTTWsJyTXnAWRvb3JzdGVw', 'A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=')",
            "doorstep",
        ),
        |call| {
            let message = decoded(&call.cow(0)).zip(decoded(&call.cow(1)));
            Operand::text(message.and_then(|(signed, key)| opened(&signed, &key)).unwrap_or_default())
        },
    ),
    Function::new(
        "base64-decode",
        "base64-decode(text) → text",
        (1, 1),
        "The text whose UTF-8 bytes are written in base64; empty if it is none. Bytes that are no UTF-8 become U+FFFD.",
        ("base64-decode('5YWl5oi3')", "入户"),
        |call| match decoded(&call.cow(0)) {
            Some(bytes) => Operand::text(String::from_utf8_lossy(&bytes).into_owned()),
            None => Operand::text(""),
        },
    ),
];

/// The message of a signed text, if the signature is the key's.
fn opened(signed: &[u8], key: &[u8]) -> Option<String> {
    let (signature, message) = signed.split_at_checked(Signature::BYTES)?;
    let key = PublicKey::from_slice(key).ok()?;
    key.verify(message, &Signature::from_slice(signature).ok()?).ok()?;
    Some(String::from_utf8_lossy(message).into_owned())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 §4, padded.
fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| (bits << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let sextet = (bits >> (18 - 6 * at)) & 63;
            text.push(if at <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

/// RFC 4648 §4 and §5, padding and white space optional.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    let mut padding = false;
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let byte = match byte {
            b'=' => {
                padding = true;
                continue;
            }
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let sextet = ALPHABET.iter().position(|known| *known == byte).filter(|_| !padding)?;
        bits = (bits << 6) | sextet as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    // A last sextet alone is half a byte of nothing.
    (held < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for (plain, written) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encoded(plain.as_bytes()), written);
            assert_eq!(decoded(written).unwrap(), plain.as_bytes());
        }
        assert_eq!(decoded("Zg").unwrap(), b"f");
        assert_eq!(decoded("Zm9v Yg=="), Some(b"foob".to_vec()));
        assert!(decoded("Z").is_none() && decoded("Zm=v").is_none() && decoded("!!!!").is_none());
    }
}
