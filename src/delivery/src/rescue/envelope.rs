//! What a rescue travels in: signed by the device that made it, and locked where its user has a PIN.
//!
//! Pure: what is signed and how a lock is made is said here; the keys are the caller's, a browser's or a program's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::submission::content_hash;

/// How often PBKDF2 is to go round at the least, and how often it may be asked to.
const ITERATIONS: std::ops::RangeInclusive<u32> = 600_000..=10_000_000;

/// How the payload is locked: AES-GCM (256 bits) with a key by PBKDF2 with HMAC-SHA-256 from a password, and with
/// [`Envelope::about`] as associated data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lock {
    /// PBKDF2's iterations.
    pub iterations: u32,
    /// PBKDF2's salt.
    pub salt: [u8; 16],
    /// AES-GCM's initialisation vector.
    pub iv: [u8; 12],
}

/// A rescue on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// When it was made, by the device's clock.
    pub made_at: Moment,
    /// The device's public key: an uncompressed point of P-256, 65 bytes.
    pub device: Vec<u8>,
    /// How the payload is locked; not at all if none.
    pub lock: Option<Lock>,
    /// [`super::Rescue::to_bytes`], locked or as it is.
    pub payload: Vec<u8>,
    /// ECDSA with SHA-256 over [`Envelope::signed`], 64 bytes (IEEE P1363).
    pub signature: Vec<u8>,
}

/// Why bytes are no envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAnEnvelope {
    /// Not one, or damaged.
    Damaged,
    /// Written by a newer Doorstep, in this version.
    Newer(u32),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeV1 {
    doorstep_rescue: u32,
    made_at: String,
    device: String,
    lock: Option<LockV1>,
    payload: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockV1 {
    kdf: String,
    iterations: u32,
    salt: String,
    iv: String,
}

/// The one way to make a key that there is.
const KDF: &str = "PBKDF2-HMAC-SHA256";

#[derive(Deserialize)]
struct Version {
    doorstep_rescue: u32,
}

impl Envelope {
    /// What stands in plain, as text: who made it, when, and how it is locked.
    pub fn about(&self) -> String {
        let lock = match &self.lock {
            Some(lock) => {
                format!(
                    "{KDF} {} {} {}",
                    lock.iterations,
                    STANDARD.encode(lock.salt),
                    STANDARD.encode(lock.iv)
                )
            }
            None => String::from("open"),
        };
        format!(
            "doorstep rescue 1\n{}\n{}\n{lock}\n",
            self.made_at.to_rfc3339(),
            STANDARD.encode(&self.device)
        )
    }

    /// What the device signs: everything.
    pub fn signed(&self) -> Vec<u8> {
        format!("{}{}\n", self.about(), content_hash(&self.payload)).into_bytes()
    }

    /// The device's key as its user can compare it: the first twelve digits of its hash.
    pub fn fingerprint(&self) -> String {
        content_hash(&self.device).chars().take(12).collect()
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let lock = self.lock.as_ref().map(|lock| LockV1 {
            kdf: KDF.to_owned(),
            iterations: lock.iterations,
            salt: STANDARD.encode(lock.salt),
            iv: STANDARD.encode(lock.iv),
        });
        let v1 = EnvelopeV1 {
            doorstep_rescue: 1,
            made_at: self.made_at.to_rfc3339(),
            device: STANDARD.encode(&self.device),
            lock,
            payload: STANDARD.encode(&self.payload),
            signature: STANDARD.encode(&self.signature),
        };
        serde_json::to_vec(&v1).expect("an envelope holds nothing that JSON can't")
    }

    /// Reads a file. Whether the signature is the device's is the caller's to ask.
    ///
    /// # Errors
    /// [`NotAnEnvelope`] if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Envelope, NotAnEnvelope> {
        const DAMAGED: NotAnEnvelope = NotAnEnvelope::Damaged;
        let tag: Version = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        if tag.doorstep_rescue != 1 {
            return Err(NotAnEnvelope::Newer(tag.doorstep_rescue));
        }
        let v1: EnvelopeV1 = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        let decoded = |text: &str| STANDARD.decode(text).map_err(|_| DAMAGED);
        let lock = v1.lock.map(|lock| {
            if lock.kdf != KDF || !ITERATIONS.contains(&lock.iterations) {
                return Err(DAMAGED);
            }
            Ok(Lock {
                iterations: lock.iterations,
                salt: decoded(&lock.salt)?.try_into().map_err(|_| DAMAGED)?,
                iv: decoded(&lock.iv)?.try_into().map_err(|_| DAMAGED)?,
            })
        });
        let envelope = Envelope {
            made_at: Moment::from_rfc3339(&v1.made_at).ok_or(DAMAGED)?,
            device: decoded(&v1.device)?,
            lock: lock.transpose()?,
            payload: decoded(&v1.payload)?,
            signature: decoded(&v1.signature)?,
        };
        match envelope.device.len() == 65 && envelope.signature.len() == 64 {
            true => Ok(envelope),
            false => Err(DAMAGED),
        }
    }
}

impl std::fmt::Display for NotAnEnvelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotAnEnvelope::Damaged => write!(f, "this is no rescue file, or it is damaged"),
            NotAnEnvelope::Newer(version) => write!(f, "written by a newer Doorstep (version {version})"),
        }
    }
}

impl std::error::Error for NotAnEnvelope {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Envelope {
        Envelope {
            made_at: Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 },
            device: vec![4; 65],
            lock: Some(Lock { iterations: 600_000, salt: [1; 16], iv: [2; 12] }),
            payload: b"{}".to_vec(),
            signature: vec![9; 64],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for envelope in [sample(), Envelope { lock: None, ..sample() }] {
            assert_eq!(Envelope::from_bytes(&envelope.to_bytes()), Ok(envelope));
        }
    }

    #[test]
    fn everything_is_signed() {
        let signed = sample().signed();
        let others = [
            Envelope { made_at: Moment::default(), ..sample() },
            Envelope { device: vec![5; 65], ..sample() },
            Envelope { lock: None, ..sample() },
            Envelope { payload: b"[]".to_vec(), ..sample() },
        ];
        assert!(others.iter().all(|other| other.signed() != signed));
    }

    #[test]
    fn a_weak_lock_or_half_a_key_is_no_envelope() {
        let text = String::from_utf8(sample().to_bytes()).unwrap();
        for bad in [
            text.replace("600000", "1000"),
            text.replace("600000", "4000000000"),
            text.replace(KDF, "none"),
            text.replace(&STANDARD.encode([4; 65]), &STANDARD.encode([4; 33])),
            text.replace(&STANDARD.encode([2; 12]), &STANDARD.encode([2; 11])),
        ] {
            assert_eq!(Envelope::from_bytes(bad.as_bytes()), Err(NotAnEnvelope::Damaged));
        }
        let newer = text.replace("\"doorstep_rescue\":1", "\"doorstep_rescue\":2");
        assert_eq!(Envelope::from_bytes(newer.as_bytes()), Err(NotAnEnvelope::Newer(2)));
    }
}
