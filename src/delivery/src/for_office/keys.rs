//! The office's half: its private keys, and what they open. For programs; a phone has its browser's cryptography and no private key.
//!
//! Kept here: a private key is printed by nothing and written only where [`new_key`]'s caller writes it; what opens was not changed since it was sealed.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use p256::{PublicKey, SecretKey};
use uuid::Uuid;

use super::{Agreed, Envelope, IV, NotOpened, about_file, file_info, fingerprint, hkdf, hkdf_salt};
use crate::recovery::POINT_BYTES;

/// Between these lies a key (RFC 7468 §10).
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// The most keys of a file.
const MOST_KEYS: usize = 100;

/// The office's private keys, the newest last.
pub struct OfficeKeys {
    keys: Vec<(String, SecretKey)>,
    newest: [u8; POINT_BYTES],
}

impl fmt::Debug for OfficeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeKeys({} of them)", self.keys.len())
    }
}

/// Why a text holds no keys. Says nothing of what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotKeys {
    /// There is none in it.
    None,
    /// The key in that place (from 1) is none: not a P-256 private key in PEM (PKCS #8).
    Broken(usize),
    /// The key in that place is there twice.
    Twice(usize),
    /// There are more than anybody needs.
    TooMany,
}

impl fmt::Display for NotKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotKeys::None => f.write_str("there is no key in it: `doorstep office-key --new FILE` makes one"),
            NotKeys::Broken(place) => write!(f, "key {place} is no P-256 private key in PEM (PKCS #8)"),
            NotKeys::Twice(place) => write!(f, "key {place} is there twice"),
            NotKeys::TooMany => write!(f, "there are more than {MOST_KEYS} keys in it"),
        }
    }
}

impl std::error::Error for NotKeys {}

impl OfficeKeys {
    /// Reads the keys of a file: one PEM block after the other, the newest last. What stands between them is passed over.
    ///
    /// # Errors
    /// [`NotKeys`]: all of them are keys, or none is taken.
    pub fn read(text: &str) -> Result<OfficeKeys, NotKeys> {
        let mut keys: Vec<(String, SecretKey)> = Vec::new();
        let mut newest = None;
        for (place, block) in (1..).zip(text.split(BEGIN).skip(1)) {
            if place > MOST_KEYS {
                return Err(NotKeys::TooMany);
            }
            let (within, _) = block.split_once(END).ok_or(NotKeys::Broken(place))?;
            let pem = format!("{BEGIN}{within}{END}\n");
            let key = SecretKey::from_pkcs8_pem(&pem).map_err(|_| NotKeys::Broken(place))?;
            let point = point_of(&key.public_key());
            let name = fingerprint(&point);
            if keys.iter().any(|(other, _)| *other == name) {
                return Err(NotKeys::Twice(place));
            }
            keys.push((name, key));
            newest = Some(point);
        }
        Ok(OfficeKeys { keys, newest: newest.ok_or(NotKeys::None)? })
    }

    /// The public key that is handed out.
    pub fn newest(&self) -> &[u8; POINT_BYTES] {
        &self.newest
    }

    /// What the keys are told by, the newest last.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(name, _)| name.as_str())
    }

    /// Opens an envelope.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, envelope: &Envelope) -> Result<Opened, NotOpened> {
        let known = self.keys.iter().find(|(name, _)| *name == envelope.key);
        let (_, key) = known.ok_or(NotOpened::UnknownKey)?;
        let other = PublicKey::from_sec1_bytes(&envelope.ephemeral).map_err(|_| NotOpened::Changed)?;
        let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), other.as_affine());
        let salt = hkdf_salt(&envelope.ephemeral, &point_of(&key.public_key()));
        let derive = hkdf(shared.raw_secret_bytes(), &salt);
        let body = opened(&derive(super::INFO), &envelope.about(), &envelope.sealed)?;
        Ok(Opened { body, id: envelope.id, derive: Box::new(derive) })
    }
}

/// Makes the key of a part by HKDF's info.
type Derive = Box<dyn Fn(&str) -> [u8; 32] + Send + Sync>;

/// A submission opened, with what its files are opened by.
pub struct Opened {
    /// The submission's own bytes.
    pub body: Vec<u8>,
    id: Uuid,
    derive: Derive,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({})", self.id)
    }
}

impl Opened {
    /// Opens the file in that place (from 0).
    ///
    /// # Errors
    /// `Changed` if these are not its bytes.
    pub fn file(&self, place: usize, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        opened(&(self.derive)(&file_info(place)), &about_file(self.id, place), sealed)
    }
}

/// A device's half in a program: for tests, and for whoever sends in a phone's stead.
pub struct Agreement {
    office: [u8; POINT_BYTES],
    ephemeral: [u8; POINT_BYTES],
    derive: Derive,
}

impl fmt::Debug for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agreement(…)")
    }
}

impl Agreement {
    /// With the office's public key, by a secret that is random and used for one submission only. `None` if one of them is no key; of a random secret that is
    /// so once in four thousand million.
    pub fn with(office: &[u8; POINT_BYTES], secret: [u8; 32]) -> Option<Agreement> {
        let other = PublicKey::from_sec1_bytes(office).ok()?;
        let key = SecretKey::from_slice(&secret).ok()?;
        let ephemeral = point_of(&key.public_key());
        let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), other.as_affine());
        let derive = Box::new(hkdf(shared.raw_secret_bytes(), &hkdf_salt(&ephemeral, office)));
        Some(Agreement { office: *office, ephemeral, derive })
    }
}

impl Agreed for Agreement {
    type Error = aes_gcm::Error;

    fn office(&self) -> &[u8; POINT_BYTES] {
        &self.office
    }

    fn ephemeral(&self) -> &[u8; POINT_BYTES] {
        &self.ephemeral
    }

    async fn seal(&self, info: &str, about: &str, plain: &[u8]) -> Result<Vec<u8>, aes_gcm::Error> {
        let cipher = Aes256Gcm::new(&(self.derive)(info).into());
        cipher.encrypt(Nonce::from_slice(&IV), Payload { msg: plain, aad: about.as_bytes() })
    }
}

/// A private key as PEM (PKCS #8), made of 32 random bytes. `None` if these are none, once in four thousand million: then of others.
pub fn new_key(secret: [u8; 32]) -> Option<String> {
    let key = SecretKey::from_slice(&secret).ok()?;
    Some(key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string())
}

/// Is this a point of the curve, so that it can be sealed for?
pub fn is_public_key(point: &[u8; POINT_BYTES]) -> bool {
    PublicKey::from_sec1_bytes(point).is_ok()
}

fn opened(key: &[u8; 32], about: &str, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
    let cipher = Aes256Gcm::new(key.into());
    let payload = Payload { msg: sealed, aad: about.as_bytes() };
    cipher.decrypt(Nonce::from_slice(&IV), payload).map_err(|_| NotOpened::Changed)
}

fn point_of(key: &PublicKey) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    bytes.copy_from_slice(key.to_encoded_point(false).as_bytes());
    bytes
}

#[cfg(test)]
mod tests;
