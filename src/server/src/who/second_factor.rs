//! The second factor: time-based codes (RFC 6238, HMAC-SHA-1, six digits, thirty seconds), and recovery codes for a lost phone.
//!
//! Kept here: a code is good within one step of the clock either way, and each step once; a recovery code is good once.

use totp_rs::{Algorithm, TOTP};

use super::ciphers::{Ciphers, hex, random};
use super::secret;

/// Seconds that a code stands for.
const STEP: u64 = 30;
/// Steps that the phone's clock may be off, either way.
const WINDOW: u64 = 1;
/// How many recovery codes are handed out at once.
const RECOVERY_CODES: usize = 8;

/// The secret that a phone and the server share: 160 bits (RFC 4226 §4, R6).
#[derive(Clone, PartialEq, Eq)]
pub struct Shared([u8; 20]);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared(…)")
    }
}

impl Shared {
    /// A new one.
    pub fn new() -> Shared {
        Shared(random())
    }

    /// One that was kept.
    pub fn from_bytes(bytes: &[u8]) -> Option<Shared> {
        bytes.try_into().ok().map(Shared)
    }

    /// To be sealed and kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self) -> TOTP {
        TOTP::new_unchecked(Algorithm::SHA1, 6, 0, STEP, self.0.to_vec())
    }

    /// For people: base 32, as authenticator apps take it.
    pub fn text(&self) -> String {
        self.totp().get_secret_base32()
    }

    /// The text of a QR code for authenticator apps. The user's name is a login name of letters and digits.
    pub fn uri(&self, user: &str) -> String {
        format!(
            "otpauth://totp/Doorstep:{user}?secret={}&issuer=Doorstep&algorithm=SHA1&digits=6&period={STEP}",
            self.text()
        )
    }

    /// The step whose code this is, if it is within the window and later than the last that was used. All are compared, so that
    /// the time taken says nothing.
    pub fn step_of(&self, code: &str, now_ms: i64, last_used: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).take(7).collect();
        let now = u64::try_from(now_ms).ok()? / 1_000 / STEP;
        let mut found = None;
        for step in now.saturating_sub(WINDOW)..=now + WINDOW {
            let right = same(self.totp().generate(step * STEP).as_bytes(), code.as_bytes());
            let step = i64::try_from(step).ok()?;
            if right && last_used.is_none_or(|last| step > last) {
                found = Some(step);
            }
        }
        found
    }

    /// The code at a time, for tests and for nobody else.
    #[cfg(test)]
    pub fn code(&self, now_ms: i64) -> String {
        self.totp().generate(u64::try_from(now_ms).unwrap() / 1_000)
    }
}

/// Equal, in a time that does not depend on where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}

/// New recovery codes, to be printed and locked away: 73 bits each.
pub fn recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| secret::readable(15)).collect()
}

/// What is kept of a recovery code: it is random, so that one round of a hash is enough.
pub fn recovery_hash(code: &str, ciphers: &dyn Ciphers) -> String {
    hex(&ciphers.digest(secret::typed(code).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::Nist;
    use super::*;

    /// RFC 6238, appendix B: the secret is twenty ASCII digits.
    fn rfc() -> Shared {
        Shared::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn codes_are_rfc_6238s() {
        // Its codes have eight digits; six are the last six of them.
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(rfc().code(seconds * 1_000), code);
            assert_eq!(rfc().step_of(code, seconds * 1_000, None), Some(seconds / 30));
        }
        assert_eq!(rfc().text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_one_step_either_way_and_once() {
        let (shared, now) = (Shared::new(), 1_795_397_400_000_i64);
        let step = now / 30_000;
        for (seconds, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let code = shared.code(now + seconds * 1_000);
            assert_eq!(shared.step_of(&code, now, None).is_some(), good, "{seconds}");
        }
        let code = shared.code(now);
        assert_eq!(shared.step_of(&code, now, Some(step - 1)), Some(step));
        assert_eq!(shared.step_of(&code, now, Some(step)), None, "a code was good twice");
        assert_eq!(
            shared.step_of(&shared.code(now - 30_000), now, Some(step)),
            None,
            "an older one after it"
        );
        assert_eq!(shared.step_of(&format!(" {} {} ", &code[..3], &code[3..]), now, None), Some(step));
        for wrong in ["", "0", "000000000", "' or 1", "１２３４５６", &code[..5], &format!("{code}0")] {
            assert_eq!(shared.step_of(wrong, now, None), None, "{wrong}");
        }
        assert_eq!(shared.step_of(&code, -1, None), None);
    }

    #[test]
    fn the_uri_is_what_apps_read_and_the_secret_is_not_printed() {
        let uri = rfc().uri("li.si");
        assert_eq!(
            uri,
            "otpauth://totp/Doorstep:li.si?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Doorstep&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", rfc()), "Shared(…)");
        assert_eq!(Shared::from_bytes(b"short"), None);
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_typed() {
        let mut codes = recovery_codes();
        let first = codes[0].clone();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let kept = recovery_hash(&first, &Nist);
        assert_eq!(recovery_hash(&first.replace('-', " ").to_uppercase(), &Nist), kept);
        assert!(!kept.contains(&first));
    }
}
