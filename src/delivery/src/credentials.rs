//! Who sends, for each target: kept apart from the configuration, which anybody may read.
//!
//! Kept here: a secret is never shown. `Debug` says only that there is one, and errors name places, not values.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::configuration::{self, ConfigurationError, Fields};

/// The largest file of credentials, in bytes.
const LARGEST: usize = 256 * 1024;

/// A text that nobody may see.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// The secret of that text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text, for the request alone.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How a target wants to know who sends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Login {
    /// It doesn't.
    #[default]
    None,
    /// Name and password, as RFC 7617 sends them.
    Basic {
        /// The user.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// Name and password, as RFC 7616 proves them.
    Digest {
        /// The user.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer(Secret),
    /// `Authorization: Token …` (KoBo, Ona).
    Token(Secret),
    /// A token in the place of `{token}` in the target's address (Central's app users).
    Address(Secret),
}

/// What one target is given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Credential {
    /// Who sends.
    pub login: Login,
    /// What webhooks are signed with: `whsec_` and base64, or any other text as it is.
    pub signing: Option<Secret>,
}

impl Credential {
    /// The text without what nobody may see: a network's words may quote an address with its token.
    pub fn redact(&self, words: String) -> String {
        let login = match &self.login {
            Login::None => None,
            Login::Basic { password, .. } | Login::Digest { password, .. } => Some(password),
            Login::Bearer(secret) | Login::Token(secret) | Login::Address(secret) => Some(secret),
        };
        // As RFC 7617 writes it: whoever can read that has the password.
        let pair = match &self.login {
            Login::Basic { user, password } => Some(STANDARD.encode(format!("{user}:{}", password.reveal()))),
            _ => None,
        };
        let secrets = login.into_iter().chain(&self.signing).map(Secret::reveal).chain(pair.as_deref());
        secrets.filter(|secret| !secret.is_empty()).fold(words, |words, secret| words.replace(secret, "…"))
    }
}

/// Each target's credential, by the target's name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Credentials(BTreeMap<String, Credential>);

impl Credentials {
    /// Gives a target its credential.
    pub fn set(&mut self, target: &str, credential: Credential) {
        self.0.insert(target.to_owned(), credential);
    }

    /// The target's own, or none.
    pub fn of(&self, target: &str) -> Credential {
        self.0.get(target).cloned().unwrap_or_default()
    }

    /// The targets that have one, by name.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads `{"central": {"login": "basic", "user": …, "password": …}, "hook": {"login": "bearer", "token": …, "signing": …}}`.
    /// Logins: `none`, `basic`, `digest` (`user`, `password`), `bearer`, `token`, `address` (`token`).
    ///
    /// # Errors
    /// [`ConfigurationError`], with the place and never the value.
    pub fn read(bytes: &[u8]) -> Result<Credentials, ConfigurationError> {
        let json = configuration::json(bytes, LARGEST)?;
        let object = json.as_object().ok_or(ConfigurationError::Field {
            place: "credentials".into(),
            reason: "have to be an object",
        })?;
        let mut credentials = Credentials::default();
        for (n, (name, json)) in object.iter().enumerate() {
            // A name that is none may be a secret in the wrong place.
            let place = if crate::target::is_name(name) { name.clone() } else { format!("entry {}", n + 1) };
            if !crate::target::is_name(name) {
                return Err(ConfigurationError::Field { place, reason: "is no target's name" });
            }
            credentials.set(name, credential(Fields::of(&place, json)?)?);
        }
        Ok(credentials)
    }
}

fn credential(mut fields: Fields) -> Result<Credential, ConfigurationError> {
    let kind = fields.text_or_none("login")?.unwrap_or("none");
    let login = match kind {
        "none" => Login::None,
        "basic" | "digest" => {
            let user = fields.text("user")?.to_owned();
            let password = Secret::new(fields.text("password")?);
            match kind {
                // RFC 7617 §2: the first colon ends the name.
                "basic" if user.contains(':') => {
                    return Err(fields.wrong("user", "may hold no colon"));
                }
                "basic" => Login::Basic { user, password },
                _ => Login::Digest { user, password },
            }
        }
        "bearer" | "token" | "address" => {
            let token = fields.text("token")?;
            let fits = |c: char| c.is_ascii_graphic() && !(kind == "address" && "/?#%\\".contains(c));
            if token.is_empty() || !token.chars().all(fits) {
                return Err(fields.wrong("token", "holds characters that a token can't"));
            }
            let token = Secret::new(token);
            match kind {
                "bearer" => Login::Bearer(token),
                "token" => Login::Token(token),
                _ => Login::Address(token),
            }
        }
        _ => {
            return Err(fields.wrong("login", "has to be none, basic, digest, bearer, token or address"));
        }
    };
    let signing = fields.text_or_none("signing")?.map(Secret::new);
    fields.end()?;
    Ok(Credential { login, signing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_is_read() {
        let credentials = Credentials::read(
            br#"{"a": {"login": "basic", "user": "u", "password": "p"}, "b": {"login": "digest", "user": "u", "password": "p"},
                "c": {"login": "bearer", "token": "t"}, "d": {"login": "token", "token": "t"},
                "e": {"login": "address", "token": "t"}, "f": {"signing": "whsec_aGFsbG8="}}"#,
        )
        .unwrap();
        let (user, secret) = (|| "u".to_owned(), Secret::new);
        assert_eq!(credentials.of("a").login, Login::Basic { user: user(), password: secret("p") });
        assert_eq!(credentials.of("b").login, Login::Digest { user: user(), password: secret("p") });
        assert_eq!(credentials.of("c").login, Login::Bearer(Secret::new("t")));
        assert_eq!(credentials.of("d").login, Login::Token(Secret::new("t")));
        assert_eq!(credentials.of("e").login, Login::Address(Secret::new("t")));
        assert_eq!(credentials.of("f").signing, Some(Secret::new("whsec_aGFsbG8=")));
        assert_eq!(credentials.of("unknown"), Credential::default());
    }

    #[test]
    fn no_error_and_no_debug_shows_a_secret() {
        let secret = "hunter2-hunter2";
        let files = [
            r#"{"a": {"login": "hunter2-hunter2"}}"#,
            r#"{"a": {"login": "basic", "user": "u", "hunter2-hunter2": 1}}"#,
            r#"{"a": {"login": "bearer", "token": "hunter2-hunter2 "}}"#,
            r#"{"a": {"login": "address", "token": "hunter2-hunter2/.."}}"#,
            r#"{"a": {"login": "bearer", "token": ["hunter2-hunter2"]}}"#,
            r#"{"a": {"login": "none", "hunter2-hunter2": 1}}"#,
            r#"{"a": "hunter2-hunter2"}"#,
            r#"{"hunter2-hunter2!": {}}"#,
            r#"["hunter2-hunter2"]"#,
            r#"{"a": hunter2-hunter2}"#,
        ];
        for file in files {
            let error = Credentials::read(file.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(secret), "{error}");
        }
        let basic = Login::Basic { user: "u".into(), password: Secret::new(secret) };
        let credential = Credential { login: basic, signing: Some(Secret::new("other")) };
        assert!(!format!("{credential:?}").contains(secret));
        assert_eq!(credential.redact(format!("GET https://a/{secret}: other")), "GET https://a/…: …");
        let quoted = format!("authorization: Basic {}", STANDARD.encode(format!("u:{secret}")));
        assert_eq!(credential.redact(quoted), "authorization: Basic …");
    }
}
