//! What a submission needs to go out encrypted: the form's public key, and a secret of its own that every try makes the same bytes from.
//!
//! Kept here: it lies beside the sealed bytes, never in them; the secret is shown by nothing and sent nowhere, and nothing that goes
//! out in the open follows from content.

use std::fmt::{self, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::odk_encryption::{PublicKey, derived};

/// Whom a submission is encrypted for.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedFor {
    key: Arc<str>,
    secret: [u8; 32],
}

impl EncryptedFor {
    /// `key` as the form has it (`base64RsaPublicKey`), which may turn out to be none; `secret` is random, this submission's alone.
    pub fn new(key: &str, secret: [u8; 32]) -> EncryptedFor {
        EncryptedFor { key: key.into(), secret }
    }

    /// The key, if it is one that can be encrypted with.
    pub fn public_key(&self) -> Option<PublicKey> {
        PublicKey::read(&self.key)
    }

    /// Where keys and seeds come from.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// A random text for a purpose, the same on every try: 64 lowercase hex characters. Stands where a hash of the content would tell what that is.
    pub(crate) fn token(&self, purpose: &str) -> String {
        derived(&self.secret, purpose).iter().fold(String::new(), |mut token, byte| {
            let _ = write!(token, "{byte:02x}");
            token
        })
    }
}

impl fmt::Debug for EncryptedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptedFor(…)")
    }
}

/// As records and rescue files keep it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EncryptedForV1 {
    key: String,
    /// 32 bytes in base64.
    secret: String,
}

impl EncryptedForV1 {
    /// What it says, if that can be.
    pub(crate) fn read(self) -> Option<EncryptedFor> {
        let secret = STANDARD.decode(self.secret).ok()?.try_into().ok()?;
        Some(EncryptedFor { key: self.key.into(), secret })
    }
}

impl From<&EncryptedFor> for EncryptedForV1 {
    fn from(one: &EncryptedFor) -> EncryptedForV1 {
        EncryptedForV1 { key: one.key.to_string(), secret: STANDARD.encode(one.secret) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_shown_by_nothing() {
        let one = EncryptedFor::new("key", [0xab; 32]);
        assert_eq!(format!("{one:?}"), "EncryptedFor(…)");
        let token = one.token("a purpose");
        assert_eq!((token.len(), token.contains("abab")), (64, false));
        assert_ne!(token, one.token("another"));
        assert_eq!(one.public_key(), None);
        assert_eq!(EncryptedForV1::from(&one).read(), Some(one.clone()));
        let short = EncryptedForV1 { secret: "q6s=".into(), ..EncryptedForV1::from(&one) };
        assert_eq!(short.read(), None);
    }
}
