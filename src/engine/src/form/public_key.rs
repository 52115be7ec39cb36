//! The key that a form's submissions are to be encrypted with, read as far as it takes to know that it is one.
//!
//! Kept here: what reads as a key can be encrypted with. Encrypting itself is delivery's.

use crate::expr::functions::base64_decoded;

/// `rsaEncryption` (RFC 8017 §A.1) as an algorithm with no parameters.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// Below this a key protects nothing, above it a phone takes too long: 2,048 to 8,192 bits.
const BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// The longest public exponent; most are 65,537.
const EXPONENT_BYTES: std::ops::RangeInclusive<usize> = 1..=8;

/// An RSA public key: two numbers, big-endian, no zeros before them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RsaKey {
    /// 256 to 1,024 bytes.
    pub modulus: Vec<u8>,
    /// At most 8 bytes.
    pub exponent: Vec<u8>,
}

impl RsaKey {
    /// Reads `base64RsaPublicKey`: a SubjectPublicKeyInfo (RFC 5280 §4.1) in base64; `None` if it is none, or of another size than 2,048 to 8,192 bits.
    pub fn read(text: &str) -> Option<RsaKey> {
        let der = base64_decoded(text)?;
        let (outer, rest) = element(&der, 0x30)?;
        let (algorithm, after) = element(outer, 0x30)?;
        let (bits, end) = element(after, 0x03)?;
        let (key, none) = element(bits.strip_prefix(&[0])?, 0x30)?;
        let (modulus, after) = element(key, 0x02)?;
        let (exponent, last) = element(after, 0x02)?;
        let whole = [rest, end, none, last].iter().all(|left| left.is_empty());
        let key = RsaKey { modulus: number(modulus), exponent: number(exponent) };
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        let usable = BYTES.contains(&key.modulus.len())
            && EXPONENT_BYTES.contains(&key.exponent.len())
            && odd(&key.modulus)
            && odd(&key.exponent)
            && key.exponent != [1];
        (whole && usable && algorithm == RSA).then_some(key)
    }
}

fn number(der: &[u8]) -> Vec<u8> {
    der.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// A DER element's content, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 | 0x82 => {
            let (said, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (said.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (first == tag).then_some(rest.split_at_checked(length)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5280's wrapping around a modulus of so many bytes, all of them that one, and an exponent.
    fn der(bytes: usize, byte: u8, exponent: &[u8]) -> Vec<u8> {
        let wrapped = |tag: u8, content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[tag, 0x82], &length[..], content].concat()
        };
        let modulus = wrapped(2, &[vec![0], vec![byte; bytes]].concat());
        let key = wrapped(0x30, &[modulus, wrapped(2, exponent)].concat());
        wrapped(0x30, &[wrapped(0x30, RSA), wrapped(3, &[vec![0], key].concat())].concat())
    }

    fn base64(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        let sextets = bits.as_bytes().chunks(6).map(|bits| {
            let bits = format!("{:0<6}", std::str::from_utf8(bits).unwrap());
            char::from(ALPHABET[usize::from_str_radix(&bits, 2).unwrap()])
        });
        sextets.collect()
    }

    fn read(der: &[u8]) -> Option<RsaKey> {
        RsaKey::read(&base64(der))
    }

    #[test]
    fn a_key_is_two_numbers_and_nothing_beside_them() {
        let exponent = [1, 0, 1];
        let good = der(256, 0xab, &exponent);
        let key = RsaKey { modulus: vec![0xab; 256], exponent: exponent.to_vec() };
        assert_eq!(read(&good), Some(key.clone()));
        let folded =
            base64(&good).as_bytes().chunks(64).map(|line| [line, b"\n"].concat()).collect::<Vec<_>>();
        assert_eq!(RsaKey::read(&String::from_utf8(folded.concat()).unwrap()), Some(key));
        assert!((0..good.len()).all(|length| read(&good[..length]).is_none()));
        assert_eq!(read(&[&good[..], &[0]].concat()), None);
        assert_eq!(RsaKey::read(&format!("-----BEGIN PUBLIC KEY-----{}", base64(&good))), None);
    }

    #[test]
    fn what_protects_nothing_or_takes_a_phone_too_long_is_no_key() {
        let exponent = [1, 0, 1];
        for usable in [256, 384, 512, 1024] {
            assert!(read(&der(usable, 0xab, &exponent)).is_some(), "{usable}");
        }
        for unusable in [0, 128, 255, 1025, 4096] {
            assert_eq!(read(&der(unusable, 0xab, &exponent)), None, "{unusable}");
        }
        assert_eq!(read(&der(256, 0xaa, &exponent)), None, "an even modulus");
        for exponent in [&[][..], &[1], &[2], &[0], &[1; 9]] {
            assert_eq!(read(&der(256, 0xab, exponent)), None, "{exponent:?}");
        }
    }
}
