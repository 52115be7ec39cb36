//! The one place that names a hash or a cipher, behind a trait, so that SM3 and SM4 can stand in where the office must have them.
//!
//! Kept here: nothing else on the server that guards an account, a device or the audit log computes a hash or seals a secret itself.
//! Content hashes of forms and submissions are the wire's and stay SHA-256. Signatures (SM2) have no use on the server yet.

use std::fmt::{self, Write as _};

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm};
use hmac::digest::Digest;
use hmac::{Hmac, Mac};

/// How long a nonce of GCM is, in bytes.
const NONCE: usize = 12;

/// Random bytes of the system.
///
/// # Panics
/// If the system has none: nothing that is safe could be done then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Bytes in lowercase hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A hash and a cipher that go together.
pub trait Ciphers: fmt::Debug + Send + Sync {
    /// Its name, kept beside what it made.
    fn name(&self) -> &'static str;
    /// A hash of 256 bits.
    fn digest(&self, bytes: &[u8]) -> [u8; 32];
    /// A keyed hash of 256 bits (RFC 2104).
    fn keyed_digest(&self, key: &[u8; 32], bytes: &[u8]) -> [u8; 32];
    /// A text sealed under a key for one place (`context`: which record it stands in): nonce, then text and tag.
    fn seal(&self, key: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8>;
    /// What was sealed; `None` for another key, another place or other bytes.
    fn open(&self, key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
}

/// SHA-256 (FIPS 180-4) and AES-256-GCM (NIST SP 800-38D).
#[derive(Clone, Copy, Debug)]
pub struct Nist;

/// SM3 (GB/T 32905) and SM4-GCM (GB/T 32907, RFC 8998). SM4 has keys of 128 bits: the first half of the SM3 hash of a key.
#[derive(Clone, Copy, Debug)]
pub struct Sm;

/// The ciphers of a name.
pub fn ciphers(name: &str) -> Option<&'static dyn Ciphers> {
    let known: [&'static dyn Ciphers; 2] = [&Nist, &Sm];
    known.into_iter().find(|ciphers| ciphers.name() == name)
}

impl Ciphers for Nist {
    fn name(&self) -> &'static str {
        "nist"
    }

    fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        sha2::Sha256::digest(bytes).into()
    }

    fn keyed_digest(&self, key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
        let mac = <Hmac<sha2::Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.chain_update(bytes).finalize().into_bytes().into()
    }

    fn seal(&self, key: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8> {
        seal(&Aes256Gcm::new(key.into()), context, plain)
    }

    fn open(&self, key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&Aes256Gcm::new(key.into()), context, sealed)
    }
}

impl Sm {
    fn cipher(self, key: &[u8; 32]) -> AesGcm<sm4::Sm4, U12> {
        AesGcm::new_from_slice(&self.digest(key)[..16]).expect("SM4 takes 16 bytes")
    }
}

impl Ciphers for Sm {
    fn name(&self) -> &'static str {
        "sm"
    }

    fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        sm3::Sm3::digest(bytes).into()
    }

    fn keyed_digest(&self, key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
        let mac = <Hmac<sm3::Sm3> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.chain_update(bytes).finalize().into_bytes().into()
    }

    fn seal(&self, key: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8> {
        seal(&self.cipher(key), context, plain)
    }

    fn open(&self, key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.cipher(key), context, sealed)
    }
}

fn seal<C: Aead<NonceSize = U12>>(cipher: &C, context: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = random::<NONCE>();
    let payload = Payload { msg: plain, aad: context };
    let sealed = cipher.encrypt(&nonce.into(), payload).expect("GCM takes texts of this length");
    [nonce.as_slice(), &sealed].concat()
}

fn open<C: Aead<NonceSize = U12>>(cipher: &C, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: context }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [&dyn Ciphers; 2] = [&Nist, &Sm];

    #[test]
    fn hashes_are_the_standards() {
        // FIPS 180-4's and GB/T 32905's own example.
        assert_eq!(
            hex(&Nist.digest(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&Sm.digest(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }

    #[test]
    fn sm4_in_galois_counter_mode_is_rfc_8998s() {
        let bytes = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        let cipher =
            AesGcm::<sm4::Sm4, U12>::new_from_slice(&bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
        let plain: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa].map(|byte| [byte; 8]).concat();
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().unwrap();
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let sealed = cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &aad }).unwrap();
        assert_eq!(hex(&sealed[64..]), "83de3541e4c2b58177e065a9bf7b62ec");
        assert!(hex(&sealed).starts_with("17f399f08c67d5ee19d0dc9969c4bb7d"));
    }

    #[test]
    fn a_secret_opens_with_its_key_in_its_place_and_nowhere_else() {
        for ciphers in BOTH {
            let (key, other) = (random(), random());
            let sealed = ciphers.seal(&key, b"user 1", b"secret");
            assert_eq!(ciphers.open(&key, b"user 1", &sealed).as_deref(), Some(&b"secret"[..]));
            assert_eq!(ciphers.open(&other, b"user 1", &sealed), None);
            assert_eq!(ciphers.open(&key, b"user 2", &sealed), None);
            assert_ne!(ciphers.seal(&key, b"user 1", b"secret"), sealed, "a nonce was used twice");
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(ciphers.open(&key, b"user 1", &changed), None);
                assert_eq!(ciphers.open(&key, b"user 1", &sealed[..at]), None);
            }
        }
    }

    #[test]
    fn ciphers_are_known_by_name_and_do_not_agree() {
        for known in BOTH {
            assert_eq!(ciphers(known.name()).unwrap().name(), known.name());
        }
        assert!(ciphers("none").is_none());
        assert_ne!(Nist.keyed_digest(&[1; 32], b"x"), Sm.keyed_digest(&[1; 32], b"x"));
        assert_ne!(Nist.keyed_digest(&[1; 32], b"x"), Nist.keyed_digest(&[2; 32], b"x"));
    }
}
