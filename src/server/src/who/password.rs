//! Passwords, hashed by Argon2id (RFC 9106) with a salt of their own.
//!
//! Kept here: a password is never stored, logged or compared in the clear, and an unknown name takes as long as a wrong password.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::ciphers::random;
use super::secret;

/// The shortest password, in characters.
pub const SHORTEST: usize = 10;
/// The longest, in bytes: what is longer only keeps the server busy.
pub const LONGEST: usize = 256;

/// 19 MiB, two passes, one lane: what OWASP asks for at least.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Why a password is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weak {
    /// Fewer characters than [`SHORTEST`].
    Short,
    /// More bytes than [`LONGEST`].
    Long,
    /// Too few different characters, or one of the passwords that are tried first.
    Common,
    /// It holds the user's name.
    Named,
}

impl Weak {
    /// For the one who chose it.
    pub const fn reason(self) -> &'static str {
        match self {
            Weak::Short => "a password has at least 10 characters",
            Weak::Long => "a password has at most 256 bytes",
            Weak::Common => "this password is among those that are tried first",
            Weak::Named => "a password does not hold the user's name",
        }
    }
}

/// Parts that make a password a common one, whatever stands around them, if little does.
const COMMON: &[&str] = &[
    "123456", "password", "qwerty", "abc123", "111111", "000000", "admin", "doorstep", "5201314", "woaini",
    "a123456",
];

/// May a user have this password?
///
/// # Errors
/// [`Weak`].
pub fn check(password: &str, user: &str) -> Result<(), Weak> {
    let count = password.chars().count();
    if count < SHORTEST {
        return Err(Weak::Short);
    }
    if password.len() > LONGEST {
        return Err(Weak::Long);
    }
    let lower = password.to_lowercase();
    if !user.is_empty() && lower.contains(&user.to_lowercase()) {
        return Err(Weak::Named);
    }
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let mostly_common = COMMON.iter().any(|common| lower.contains(common) && common.len() * 2 >= count);
    if letters.len() < 5 || mostly_common { Err(Weak::Common) } else { Ok(()) }
}

/// A random password to begin with: 98 bits.
pub fn first() -> String {
    secret::readable(20)
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the parameters are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a password: a PHC string with its own parameters and salt. Takes some 20 ms and 19 MiB: not for an async thread.
pub fn hash(password: &str) -> String {
    let salt = SaltString::encode_b64(&random::<16>()).expect("sixteen bytes are a salt");
    let hashed = argon2().hash_password(password.as_bytes(), &salt);
    hashed.expect("Argon2 takes passwords of this length").to_string()
}

/// Is it the password of that hash? Without a hash (nobody has the name) it takes as long, and is not.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hash(&first()));
    if password.len() > LONGEST {
        return false;
    }
    let text = kept.unwrap_or(&NOBODYS);
    let Ok(parsed) = PasswordHash::new(text) else { return false };
    let right = argon2().verify_password(password.as_bytes(), &parsed).is_ok();
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let kept = hash("正确的 horse battery");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("正确的 horse battery", Some(&kept)));
        for wrong in ["", "正确的 horse batterx", "正确的 horse battery ", &"a".repeat(LONGEST + 1)] {
            assert!(!verify(wrong, Some(&kept)), "{wrong}");
        }
        assert_ne!(hash("正确的 horse battery"), kept, "a salt was used twice");
        assert!(!verify("anything at all", None));
        assert!(!verify("anything at all", Some("")));
        assert!(!verify("anything at all", Some("$argon2id$v=19$m=1,t=1,p=1$AAAA$")));
    }

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        for (password, user, weak) in [
            ("short", "li", Weak::Short),
            ("九个字的密码不够长", "li", Weak::Short),
            (&*"x1!y2?z3.".repeat(40), "li", Weak::Long),
            ("1234567890", "li", Weak::Common),
            ("Password12", "li", Weak::Common),
            ("aaaaaaaaaaaaaa", "li", Weak::Common),
            ("wangxiaoming-8", "WangXiaoMing", Weak::Named),
        ] {
            assert_eq!(check(password, user), Err(weak), "{password}");
            assert!(!weak.reason().contains(password));
        }
        assert_eq!(check("correct horse battery", "li"), Ok(()));
        assert_eq!(check("威海的海风今天很大呀", "li"), Ok(()));
        assert_eq!(check(&first(), "admin"), Ok(()));
    }
}
