//! Reads a configuration's JSON field by field, so that a mistake is told with its place and its name.
//!
//! Kept here: an error never holds a value. Somebody may have put a password where a URL belongs.

use std::fmt;

use serde_json::{Map, Value as Json};

/// What is wrong with a configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigurationError {
    /// No JSON: the line and column of the first mistake, from 1.
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Written for a newer build: its version.
    Newer(u64),
    /// Larger than a configuration may be: the limit in bytes.
    TooLarge(usize),
    /// A field is not what it has to be.
    Field {
        /// Where it is: `targets[2].url`.
        place: String,
        /// What is wrong, without the value.
        reason: &'static str,
    },
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigurationError::NotJson { line, column } => {
                write!(f, "not JSON: line {line}, column {column}")
            }
            ConfigurationError::Newer(version) => write!(f, "version {version} is newer than this build"),
            ConfigurationError::TooLarge(limit) => write!(f, "larger than {limit} bytes"),
            ConfigurationError::Field { place, reason } => write!(f, "{place}: {reason}"),
        }
    }
}

impl std::error::Error for ConfigurationError {}

/// The longest text of one field, in bytes.
const LONGEST_TEXT: usize = 4_000;
/// The most entries of one list.
const LONGEST_LIST: usize = 2_000;

/// An object's fields, each taken by its name; [`Fields::end`] refuses what nobody asked for.
pub struct Fields<'a> {
    place: String,
    object: &'a Map<String, Json>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of that object.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is none.
    pub fn of(place: &str, json: &'a Json) -> Result<Fields<'a>, ConfigurationError> {
        let place = place.to_owned();
        match json.as_object() {
            Some(object) => Ok(Fields { place, object, taken: Vec::new() }),
            None => Err(ConfigurationError::Field { place, reason: "has to be an object" }),
        }
    }

    /// The error for one of its fields.
    pub fn wrong(&self, field: &str, reason: &'static str) -> ConfigurationError {
        ConfigurationError::Field { place: self.place_of(field), reason }
    }

    fn place_of(&self, field: &str) -> String {
        if self.place.is_empty() { field.to_owned() } else { format!("{}.{field}", self.place) }
    }

    /// A field as it is, with its place; `None` if it is not there.
    pub fn json(&mut self, field: &'static str) -> Option<(String, &'a Json)> {
        self.taken.push(field);
        let json = self.object.get(field).filter(|json| !json.is_null())?;
        Some((self.place_of(field), json))
    }

    /// A text.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is another type, too long, or holds control characters.
    pub fn text_or_none(&mut self, field: &'static str) -> Result<Option<&'a str>, ConfigurationError> {
        let Some((_, json)) = self.json(field) else { return Ok(None) };
        match json.as_str() {
            Some(text) if text.len() > LONGEST_TEXT => Err(self.wrong(field, "is too long")),
            Some(text) if text.chars().any(char::is_control) => {
                Err(self.wrong(field, "holds control characters"))
            }
            Some(text) => Ok(Some(text)),
            None => Err(self.wrong(field, "has to be a text")),
        }
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is missing, or as [`Fields::text_or_none`].
    pub fn text(&mut self, field: &'static str) -> Result<&'a str, ConfigurationError> {
        self.text_or_none(field)?.ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// A whole number from 0.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is something else.
    pub fn number_or_none(&mut self, field: &'static str) -> Result<Option<u64>, ConfigurationError> {
        let Some((_, json)) = self.json(field) else { return Ok(None) };
        json.as_u64().map(Some).ok_or_else(|| self.wrong(field, "has to be a whole number"))
    }

    /// Yes or no; no if it is not there.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is something else.
    pub fn yes(&mut self, field: &'static str) -> Result<bool, ConfigurationError> {
        let Some((_, json)) = self.json(field) else { return Ok(false) };
        json.as_bool().ok_or_else(|| self.wrong(field, "has to be true or false"))
    }

    /// A list's entries with their places; empty if it is not there.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is something else, or too long.
    pub fn list(&mut self, field: &'static str) -> Result<Vec<(String, &'a Json)>, ConfigurationError> {
        let Some((place, json)) = self.json(field) else { return Ok(Vec::new()) };
        match json.as_array() {
            Some(list) if list.len() > LONGEST_LIST => Err(self.wrong(field, "has too many entries")),
            Some(list) => {
                Ok(list.iter().enumerate().map(|(n, json)| (format!("{place}[{n}]"), json)).collect())
            }
            None => Err(self.wrong(field, "has to be a list")),
        }
    }

    /// A list of texts.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] as [`Fields::list`] and [`Fields::text`].
    pub fn texts(&mut self, field: &'static str) -> Result<Vec<String>, ConfigurationError> {
        let text = |(place, json): (String, &Json)| match json.as_str() {
            Some(text) if text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control) => {
                Ok(text.to_owned())
            }
            _ => Err(ConfigurationError::Field { place, reason: "has to be a text" }),
        };
        self.list(field)?.into_iter().map(text).collect()
    }

    /// An address that submissions may be sent to: [`is_address`].
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is missing or none.
    pub fn address(&mut self, field: &'static str) -> Result<String, ConfigurationError> {
        self.address_or_none(field)?.ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// An address, if there is one.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] if it is none.
    pub fn address_or_none(&mut self, field: &'static str) -> Result<Option<String>, ConfigurationError> {
        match self.text_or_none(field)? {
            Some(url) if is_address(url) => Ok(Some(url.trim_end_matches('/').to_owned())),
            Some(_) => Err(self.wrong(
                field,
                "has to be an https:// address (http:// on this machine only, or /path on the app's own server), without a login in it",
            )),
            None => Ok(None),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ConfigurationError::Field`] for the first field that nobody asked for. Its name is the configuration's own, so it is not repeated.
    pub fn end(self) -> Result<(), ConfigurationError> {
        match self.object.keys().find(|key| !self.taken.contains(&key.as_str())) {
            Some(key) if is_plain_name(key) => {
                Err(ConfigurationError::Field { place: self.place_of(key), reason: "is not known here" })
            }
            Some(_) => Err(ConfigurationError::Field { place: self.place, reason: "has an unknown field" }),
            None => Ok(()),
        }
    }
}

/// May it be repeated in an error? The name of a field, not a secret that slipped into its place.
fn is_plain_name(key: &str) -> bool {
    key.len() <= 32 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// May submissions go there? `https://`, or `http://` to this very machine, or a path on the app's own server;
/// nobody's password within it, and nothing that a URL can't hold.
pub fn is_address(url: &str) -> bool {
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`#".contains(c));
    // No wildcard and no sign that ends a header's part: hosts stand in the policy of the server's page.
    let secure = |rest: &str| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        !host.is_empty() && host.chars().all(fits)
    };
    let loopback = |rest: &str| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        let (name, port) = if port.ends_with(']') { (host, "") } else { (name, port) };
        matches!(name, "localhost" | "127.0.0.1" | "[::1]") && port.bytes().all(|b| b.is_ascii_digit())
    };
    let local = url.starts_with('/') && !url.starts_with("//");
    plain
        && (local
            || url.strip_prefix("https://").is_some_and(secure)
            || url.strip_prefix("http://").is_some_and(loopback))
}

/// The origin of an address, as a page's policy names it: `https://central.example.org:8443`. `None` for a path on the app's own server.
pub fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    url.get(..scheme.len() + "://".len() + host.len())
}

/// Reads JSON of at most so many bytes.
///
/// # Errors
/// [`ConfigurationError::TooLarge`] and [`ConfigurationError::NotJson`].
pub fn json(bytes: &[u8], limit: usize) -> Result<Json, ConfigurationError> {
    if bytes.len() > limit {
        return Err(ConfigurationError::TooLarge(limit));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| ConfigurationError::NotJson { line: error.line(), column: error.column() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(origin("https://a.example:8443/x/{token}?y=z"), Some("https://a.example:8443"));
        assert_eq!(origin("http://[::1]:5984/db"), Some("http://[::1]:5984"));
        assert_eq!(origin("https://a.example?x"), Some("https://a.example"));
        assert_eq!((origin("/relay/central"), origin("")), (None, None));
    }

    #[test]
    fn only_safe_addresses_are_addresses() {
        for good in [
            "https://central.example.org/v1",
            "https://10.0.0.1:8443",
            "http://127.0.0.1:80/x?y=z",
            "http://localhost",
            "http://[::1]:5984/db",
            "http://[::1]",
            "/relay/central",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "central.example.org",
            "https://",
            "https:///path",
            "https://user:password@example.org",
            "http://example.org",
            "http://localhost.example.org",
            "http://127.0.0.1@example.org",
            "//example.org",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://a b",
            "https://a\"b",
            "https://*",
            "https://*.example.org",
            "https://a;b",
            "https://a,b",
            "http://localhost:*",
            "https://门.example",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
