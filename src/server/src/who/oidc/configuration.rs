//! The office's OpenID provider as its administrator has written it down: `oidc.json`, and the secret beside it.
//!
//! Kept here: nobody gets a role that the file does not name twice, in `may` and in a rule; an area that a claim leaves empty is
//! no area, never everywhere; an error names the place and never a value.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::outgoing::is_safe;
use crate::relay::{RelayError, read_private};
use crate::who::fields;
use crate::who::rights::{Area, Role};

/// Rules that a file may have.
const RULES: usize = 1_000;

/// Why the provider can't be had.
#[derive(Debug)]
pub enum OidcError {
    /// A file can't be read.
    File(PathBuf, io::Error),
    /// The secret can't be read, or others can read it too.
    Secret(RelayError),
    /// The file is not as it should be: line and column.
    Form(PathBuf, usize, usize),
    /// A field is not as it should be: which, and how it should be.
    Field(PathBuf, &'static str, &'static str),
    /// A rule is not as it should be: its place, and how it should be.
    Rule(PathBuf, usize, &'static str),
}

impl std::fmt::Display for OidcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OidcError::File(path, error) => write!(f, "{}: {error}", path.display()),
            OidcError::Secret(error) => write!(f, "{error}"),
            OidcError::Form(path, line, column) => {
                write!(f, "{}:{line}:{column}: it is not as it should be", path.display())
            }
            OidcError::Field(path, field, reason) => write!(f, "{}: {field}: {reason}", path.display()),
            OidcError::Rule(path, place, reason) => {
                write!(f, "{}: roles[{place}]: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for OidcError {}

/// What a value is taken from.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Source {
    /// The file itself.
    Code(String),
    /// A claim of the provider's.
    Claim { claim: String },
}

/// Whoever has a value among a claim's is that: the first rule that fits counts.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The claim's name; for one within another, as `realm_access.roles`.
    pub(super) claim: String,
    pub(super) has: String,
    pub(super) role: Role,
    pub(super) area: Source,
    pub(super) provider: Option<Source>,
}

/// A secret that nobody prints.
#[derive(Clone)]
pub(super) struct Secret(pub(super) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What the provider has to say for its second factor to count: any of these.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Factor {
    /// Ways to authenticate (RFC 8176): `mfa`, `otp`, `hwk`.
    pub(super) amr: Vec<String>,
    /// Classes of contexts, as the provider names them.
    pub(super) acr: Vec<String>,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    /// What the button says.
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) secret: Secret,
    /// This server's own address, if what the browser asked for is not to be taken.
    pub(super) server: Option<String>,
    /// Beside `openid`.
    pub(super) scopes: Vec<String>,
    /// The claim that a new user is called by, and found by if users are linked.
    pub(super) user_name: String,
    /// Are users made who have none yet?
    pub(super) make_users: bool,
    /// Is a user who is here already taken to be who has the same name there?
    pub(super) link_users: bool,
    pub(super) may: Vec<Role>,
    pub(super) rules: Vec<Rule>,
    pub(super) factor: Factor,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    issuer: String,
    client_id: String,
    secret_file: PathBuf,
    server: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    user_name: Option<String>,
    make_users: Option<bool>,
    link_users: Option<bool>,
    may: Vec<String>,
    roles: Vec<WrittenRule>,
    #[serde(default)]
    second_factor: Factor,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    claim: String,
    has: String,
    role: String,
    area: Source,
    provider: Option<Source>,
}

impl Configuration {
    /// Reads the file and the secret that it names, by a path from the file's own folder.
    pub(super) fn read(path: &Path) -> Result<Configuration, OidcError> {
        let text = std::fs::read(path).map_err(|error| OidcError::File(path.to_owned(), error))?;
        let broken =
            |error: serde_json::Error| OidcError::Form(path.to_owned(), error.line(), error.column());
        let written: Written = serde_json::from_slice(&text).map_err(broken)?;
        let wrong = |field, reason| OidcError::Field(path.to_owned(), field, reason);
        check(&written).map_err(|(field, reason)| wrong(field, reason))?;
        let role = |name: &String| Role::parse(name).ok_or(wrong("may", "names a role that is none"));
        let may = written.may.iter().map(role).collect::<Result<Vec<Role>, _>>()?;
        let rule = |(place, rule): (usize, WrittenRule)| {
            read_rule(rule, &may).map_err(|reason| OidcError::Rule(path.to_owned(), place, reason))
        };
        let rules = written.roles.into_iter().enumerate().map(rule).collect::<Result<Vec<Rule>, _>>()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let secret = read_private(&folder.join(&written.secret_file)).map_err(OidcError::Secret)?;
        let secret = String::from_utf8(secret).map_err(|_| wrong("secret_file", "holds no text"))?;
        let secret = secret.trim_end_matches(['\r', '\n']).to_owned();
        if secret.is_empty() {
            return Err(wrong("secret_file", "is empty"));
        }
        Ok(Configuration {
            name: written.name,
            issuer: written.issuer,
            client_id: written.client_id,
            secret: Secret(secret),
            server: written.server.map(|server| server.trim_end_matches('/').to_owned()),
            scopes: written.scopes,
            user_name: written.user_name.unwrap_or_else(|| "preferred_username".to_owned()),
            make_users: written.make_users.unwrap_or(true),
            link_users: written.link_users.unwrap_or(false),
            may,
            rules,
            factor: written.second_factor,
        })
    }
}

fn check(written: &Written) -> Result<(), (&'static str, &'static str)> {
    let is_word = |text: &str| {
        !text.is_empty() && text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let plain = |address: &str| !address.contains(['?', '#', ' ']);
    if !(1..=64).contains(&written.name.chars().count()) || written.name.chars().any(char::is_control) {
        return Err(("name", "1 to 64 letters"));
    }
    if !is_safe(&written.issuer) || !plain(&written.issuer) {
        return Err((
            "issuer",
            "an address that begins with https:// (http:// does on 127.0.0.1 only), as the provider writes it",
        ));
    }
    // RFC 6749 appendix A.1: blanks too.
    if !is_word(&written.client_id.replace(' ', "")) {
        return Err(("client_id", "1 to 256 letters, digits, signs and blanks"));
    }
    if written.server.as_ref().is_some_and(|server| !is_safe(server) || !plain(server)) {
        return Err(("server", "this server's own address as browsers know it: https://survey.example.org"));
    }
    if !written.scopes.iter().all(|scope| is_word(scope)) {
        return Err(("scopes", "words without blanks"));
    }
    if written.user_name.as_ref().is_some_and(|claim| !is_word(claim)) {
        return Err(("user_name", "the name of a claim"));
    }
    if written.may.is_empty() {
        return Err(("may", "the roles that come this way; there is none"));
    }
    if written.roles.is_empty() || written.roles.len() > RULES {
        return Err(("roles", "1 to 1000 rules"));
    }
    Ok(())
}

fn read_rule(rule: WrittenRule, may: &[Role]) -> Result<Rule, &'static str> {
    let role = Role::parse(&rule.role).ok_or("has a role that is none")?;
    if !may.contains(&role) {
        return Err("has a role that is not among those of `may`");
    }
    if rule.claim.is_empty() || rule.has.is_empty() {
        return Err("has no claim, or no value that it has to have");
    }
    if let Source::Code(code) = &rule.area
        && Area::parse(code).is_none()
    {
        return Err("has an area that is no code of 2, 4, 6, 9 or 12 digits (empty: everywhere)");
    }
    match (&rule.provider, role) {
        (None, Role::Provider) => return Err("has no `provider`: the code of its organisation"),
        (Some(_), Role::Worker | Role::Station | Role::Auditor | Role::Administrator | Role::Designer) => {
            return Err("has a `provider`, which only the role provider has");
        }
        (Some(Source::Code(code)), Role::Provider)
            if fields::standing("provider", "", Some(code)).is_err() =>
        {
            return Err("has a `provider` that is no code of letters, digits and _ -");
        }
        _ => {}
    }
    let WrittenRule { claim, has, area, provider, .. } = rule;
    Ok(Rule { claim, has, role, area, provider })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        json!({
            "name": "统一身份认证", "issuer": "https://id.example.cn/realms/office", "client_id": "doorstep",
            "secret_file": "secret", "may": ["worker", "station", "provider"],
            "roles": [
                {"claim": "groups", "has": "grid", "role": "worker", "area": {"claim": "grid"}},
                {"claim": "groups", "has": "station", "role": "station", "area": "371002"},
                {"claim": "groups", "has": "org", "role": "provider", "area": "", "provider": {"claim": "org"}}
            ]
        })
    }

    fn read(written: &Value) -> Result<Configuration, String> {
        let folder = tempfile::tempdir().unwrap();
        let (file, secret) = (folder.path().join("oidc.json"), folder.path().join("secret"));
        std::fs::write(&file, written.to_string()).unwrap();
        std::fs::write(&secret, "s3cret+/\n").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Configuration::read(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_read_with_its_secret_which_is_not_shown() {
        let read = read(&good()).unwrap();
        assert_eq!((read.secret.0.as_str(), read.rules.len()), ("s3cret+/", 3));
        assert_eq!((read.make_users, read.link_users, &*read.user_name), (true, false, "preferred_username"));
        assert!(!format!("{read:?}").contains("s3cret"));
    }

    #[test]
    fn mistakes_are_named_by_their_place_without_a_value() {
        let set = |path: &str, value: Value| {
            let mut written = good();
            *written.pointer_mut(path).unwrap() = value;
            written
        };
        for (written, place) in [
            (set("/issuer", json!("http://id.example.cn")), "issuer:"),
            (set("/issuer", json!("https://id.example.cn/?a=b")), "issuer:"),
            (set("/issuer", json!("https://user:hush@id.example.cn")), "issuer:"),
            (set("/client_id", json!("")), "client_id:"),
            (set("/may", json!([])), "may:"),
            (set("/may", json!(["hush"])), "may:"),
            (set("/roles", json!([])), "roles:"),
            (set("/roles/0/role", json!("administrator")), "roles[0]:"),
            (set("/roles/0/role", json!("hush")), "roles[0]:"),
            (set("/roles/1/area", json!("hush")), "roles[1]:"),
            (set("/roles/1/claim", json!("")), "roles[1]:"),
            (set("/roles/2/provider", json!(null)), "roles[2]:"),
            (set("/roles/2/provider", json!("hush hush")), "roles[2]:"),
            (set("/name", json!("")), "name:"),
            (set("/secret_file", json!("none")), "none:"),
        ] {
            let said = read(&written).unwrap_err();
            assert!(said.contains(place) && !said.contains("hush"), "{place} {said}");
        }
        let mut unknown = good();
        unknown["client_secret"] = json!("hush");
        let said = read(&unknown).unwrap_err();
        assert!(said.contains("oidc.json:1:") && !said.contains("hush"), "{said}");
    }
}
