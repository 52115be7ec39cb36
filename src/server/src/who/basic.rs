//! Name and password with each request (RFC 7617), for programs that know no other way: ODK Collect.
//!
//! Kept here: a wrong password is counted, slowed and noted as at the login; who has a second factor does not get in without
//! it; a right password is remembered for a while only as a keyed hash in memory, since Argon2 at every request would keep
//! the server busy and use up the tries of its owner.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Who;
use super::audit::{Entry, Event};
use super::caller::{By, Caller, Origin};
use super::ciphers::random;
use super::routes::{check_login, typed_name};
use super::users::User;
use crate::answer::Refusal;
use crate::listen::now_ms;

/// How long a right password is remembered.
const LIFETIME_MS: i64 = 10 * 60_000;
/// How many are.
const MOST: usize = 1_000;
/// The longest header that is looked into.
const LONGEST: usize = 2_048;

/// Name and password of an `Authorization: Basic`.
pub(crate) struct Basic {
    name: String,
    password: String,
}

impl Basic {
    /// What follows the scheme. `None` if it is not as RFC 7617 has it, in UTF-8.
    pub(crate) fn parse(credentials: &str) -> Option<Basic> {
        let bytes = STANDARD.decode(credentials.trim()).ok().filter(|bytes| bytes.len() <= LONGEST)?;
        let text = String::from_utf8(bytes).ok()?;
        let (name, password) = text.split_once(':')?;
        Some(Basic { name: typed_name(name), password: password.to_owned() })
    }
}

/// Passwords that were right a moment ago.
pub(super) struct Verified {
    key: [u8; 32],
    known: Mutex<HashMap<[u8; 32], Known>>,
}

struct Known {
    user: String,
    /// Argon2's hash that it was right for: another password since is another hash.
    kept: String,
    at: i64,
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verified(…)")
    }
}

impl Verified {
    /// None.
    pub(super) fn new() -> Verified {
        Verified { key: random(), known: Mutex::default() }
    }

    fn mark(&self, shown: &Basic) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(shown.name.as_bytes());
        // No name and no password holds it.
        mac.update(&[0xff]);
        mac.update(shown.password.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Whose it is, and for which hash it was right.
    fn find(&self, shown: &Basic, now: i64) -> Option<(String, String)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&self.mark(shown)).filter(|known| is_young(known, now))?;
        Some((found.user.clone(), found.kept.clone()))
    }

    fn remember(&self, shown: &Basic, user: &User, now: i64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, known| is_young(known, now));
        }
        if known.len() >= MOST {
            known.clear();
        }
        let fact = Known { user: user.id.clone(), kept: user.password.clone(), at: now };
        known.insert(self.mark(shown), fact);
    }
}

const fn is_young(known: &Known, now: i64) -> bool {
    now >= known.at && now - known.at < LIFETIME_MS
}

impl Who {
    /// Who shows a name and a password.
    ///
    /// # Errors
    /// 401 `wrong_login`, 429 `too_often`; 403 `second_factor` for who has one: a device's token does for them.
    pub(crate) async fn by_password(&self, origin: &Origin, shown: Basic) -> Result<Caller, Refusal> {
        let user = match self.remembered(&shown).await? {
            Some(user) => user,
            None => {
                let user = check_login(self, origin, &shown.name, shown.password.clone()).await?;
                self.forget_failures(&shown.name).await?;
                self.note(&Entry { user: Some(user.id.clone()), ..Entry::of(Event::Login) }).await?;
                self.verified.remember(&shown, &user, now_ms());
                user
            }
        };
        if user.factor_confirmed {
            let reason = "this account has a second factor, which this program can't ask for; enrol a device";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "second_factor", reason));
        }
        Ok(Caller {
            by: By::Password,
            standing: user.standing.clone(),
            kiosk: false,
            pending: user.pending(),
            user: Some(user.id),
        })
    }

    async fn remembered(&self, shown: &Basic) -> Result<Option<User>, Refusal> {
        let Some((id, kept)) = self.verified.find(shown, now_ms()) else { return Ok(None) };
        let user = self.user(&id).await?;
        Ok(user.filter(|user| user.password == kept && user.name == shown.name && !user.disabled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Option<Basic> {
        Basic::parse(&STANDARD.encode(text))
    }

    #[test]
    fn a_header_is_name_and_password_or_nothing() {
        let shown = basic(" Li.Si:pass:word 密").unwrap();
        assert_eq!((&*shown.name, &*shown.password), ("li.si", "pass:word 密"));
        assert!(basic("no colon").is_none());
        assert!(basic(&format!("a:{}", "x".repeat(LONGEST))).is_none());
        assert!(Basic::parse("%%%").is_none());
        assert!(Basic::parse(&STANDARD.encode(b"a:\xff")).is_none());
    }

    #[test]
    fn what_was_right_is_known_for_a_while_and_only_as_it_was_typed() {
        let verified = Verified::new();
        let shown = basic("li.si:a long password").unwrap();
        let mark = verified.mark(&shown);
        let fact = Known { user: "u".into(), kept: "h".into(), at: 5 };
        verified.known.lock().unwrap().insert(mark, fact);
        assert!(verified.find(&shown, 5).is_some());
        assert!(verified.find(&shown, 5 + LIFETIME_MS).is_none());
        assert!(verified.find(&shown, 4).is_none(), "a clock that was set back");
        assert!(verified.find(&basic("li.si:another password").unwrap(), 5).is_none());
        assert_ne!(Verified::new().mark(&shown), mark, "each process has a key of its own");
    }
}
