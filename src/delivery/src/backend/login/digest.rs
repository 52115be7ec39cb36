//! Digest access authentication, RFC 7616: MD5 and SHA-256, each with `-sess`, `auth` and `auth-int`.
//!
//! Kept here: the password never goes out, and the client's nonce is made from the submission's hash, so that the same
//! challenge has the same answer. `userhash` is not used: a server may ask for it, but must take the name as well.

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::transport::{Request, Response};

/// What a server asked for, and how often it was answered.
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    session: bool,
    quality: Option<Quality>,
    /// The nonce was good once: the same password with the new one will do.
    pub(super) stale: bool,
    answered: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn hash(self, bytes: &[u8]) -> String {
        match self {
            Algorithm::Md5 => format!("{:x}", Md5::digest(bytes)),
            Algorithm::Sha256 => format!("{:x}", Sha256::digest(bytes)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quality {
    Auth,
    AuthInt,
}

impl Challenge {
    /// The strongest challenge that we can answer (§3.7 leaves the choice among those it knows to the client).
    pub(super) fn best(response: &Response) -> Option<Challenge> {
        let headers = response.headers.iter().filter(|(name, _)| name == "www-authenticate");
        let challenges = headers.flat_map(|(_, value)| challenges(value));
        challenges.filter_map(Challenge::read).max_by_key(|challenge| challenge.algorithm)
    }

    fn read((scheme, parameters): (String, Vec<(String, String)>)) -> Option<Challenge> {
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let parameter =
            |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
        let named = parameter("algorithm").unwrap_or("MD5").to_ascii_lowercase();
        let (name, session) = named.strip_suffix("-sess").map_or((&*named, false), |name| (name, true));
        let algorithm = match name {
            "md5" => Algorithm::Md5,
            "sha-256" => Algorithm::Sha256,
            _ => return None,
        };
        let quality = match parameter("qop") {
            None => None,
            Some(offered) => {
                let offers = |name: &str| offered.split(',').any(|one| one.trim().eq_ignore_ascii_case(name));
                match (offers("auth"), offers("auth-int")) {
                    (true, _) => Some(Quality::Auth),
                    (false, true) => Some(Quality::AuthInt),
                    (false, false) => return None,
                }
            }
        };
        Some(Challenge {
            realm: parameter("realm")?.to_owned(),
            nonce: parameter("nonce")?.to_owned(),
            opaque: parameter("opaque").map(str::to_owned),
            algorithm,
            session,
            quality,
            stale: parameter("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            answered: 0,
        })
    }

    /// The `Authorization` header for a request (§3.4).
    pub(super) fn answer(&mut self, user: &str, password: &str, request: &Request, seed: &str) -> String {
        self.answered = self.answered.saturating_add(1);
        let count = format!("{:08x}", self.answered);
        let hash = |text: &str| self.algorithm.hash(text.as_bytes());
        let own = Algorithm::Sha256.hash(format!("{seed}:{}:{count}", self.nonce).as_bytes());
        let own = &own[..32];
        let uri = uri(&request.url);

        let mut a1 = hash(&format!("{user}:{}:{password}", self.realm));
        if self.session {
            a1 = hash(&format!("{a1}:{}:{own}", self.nonce));
        }
        let mut a2 = format!("{}:{uri}", request.method.name());
        if self.quality == Some(Quality::AuthInt) {
            let body = self.algorithm.hash(request.body.as_deref().unwrap_or_default());
            a2 = format!("{a2}:{body}");
        }
        let quality = self.quality.map(|quality| match quality {
            Quality::Auth => "auth",
            Quality::AuthInt => "auth-int",
        });
        let a2 = hash(&a2);
        let proof = match quality {
            Some(quality) => hash(&format!("{a1}:{}:{count}:{own}:{quality}:{a2}", self.nonce)),
            // RFC 2069, which §3.4.1 keeps for old servers.
            None => hash(&format!("{a1}:{}:{a2}", self.nonce)),
        };

        let mut header = format!("Digest {}", user_field(user));
        for (name, value) in
            [("realm", &*self.realm), ("nonce", &self.nonce), ("uri", uri), ("response", &proof)]
        {
            header += &format!(", {name}=\"{}\"", escaped(value));
        }
        header += ", algorithm=";
        header += match self.algorithm {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        };
        header += if self.session { "-sess" } else { "" };
        if let Some(quality) = quality {
            header += &format!(", qop={quality}, nc={count}, cnonce=\"{own}\"");
        } else if self.session {
            header += &format!(", cnonce=\"{own}\"");
        }
        if let Some(opaque) = &self.opaque {
            header += &format!(", opaque=\"{}\"", escaped(opaque));
        }
        header
    }
}

/// The name, or where it holds more than ASCII, its form by RFC 8187 (§3.4, `username*`).
fn user_field(user: &str) -> String {
    if user.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
        return format!("username=\"{}\"", escaped(user));
    }
    let each = |b: u8| match b {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    let encoded: String = user.bytes().map(each).collect();
    format!("username*=UTF-8''{encoded}")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Path and query of an address: what the request line has.
fn uri(url: &str) -> &str {
    let after_host = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or("/", |at| &rest[at..]),
        None => url,
    };
    after_host.split('#').next().unwrap_or(after_host)
}

/// The challenges of a `WWW-Authenticate` header: scheme and parameters (RFC 9110 §11.6.1). Names in lower case.
fn challenges(header: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for part in split_unquoted(header) {
        let part = part.trim();
        // A scheme stands before its first parameter with a space between; a parameter has its `=` before any space.
        let (scheme, parameter) = match (part.find([' ', '\t']), part.find('=')) {
            (Some(space), Some(equals)) if space < equals && !part[space..equals].trim().is_empty() => {
                (Some(&part[..space]), part[space..].trim())
            }
            (_, None) if !part.is_empty() => (Some(part), ""),
            _ => (None, part),
        };
        if let Some(scheme) = scheme {
            found.push((scheme.to_owned(), Vec::new()));
        }
        if let (Some((name, value)), Some((_, parameters))) = (parameter.split_once('='), found.last_mut()) {
            parameters.push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
        }
    }
    found
}

/// The parts between commas that stand in no quotes.
fn split_unquoted(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escape) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escape => escape = false,
            '\\' if quoted => escape = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let (mut text, mut escape) = (String::new(), false);
    for c in inner.chars() {
        match c {
            '\\' if !escape => escape = true,
            c => {
                text.push(c);
                escape = false;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Method;

    /// §3.9.1 of the RFC: one server, two challenges, and their answers for this client nonce.
    const BOTH: [&str; 2] = [
        r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
        r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
    ];

    fn asked(challenges: &[&str]) -> Response {
        let headers = challenges.iter().map(|one| ("www-authenticate".into(), (*one).into())).collect();
        Response { status: 401, headers, body: Vec::new() }
    }

    fn request() -> Request {
        let url = "http://www.example.org/dir/index.html".into();
        Request { method: Method::Get, url, headers: Vec::new(), body: None, timeout_ms: 0 }
    }

    fn value<'a>(header: &'a str, name: &str) -> &'a str {
        let start = header.find(&format!("{name}=")).unwrap() + name.len() + 1;
        header[start..].split(", ").next().unwrap().trim_matches('"')
    }

    /// The proof by the formula of §3.4.1, for whatever client nonce was chosen.
    fn proof(hash: impl Fn(&str) -> String, header: &str, password: &str) -> String {
        let a1 = hash(&format!("Mufasa:http-auth@example.org:{password}"));
        let a2 = hash("GET:/dir/index.html");
        let (nonce, cnonce) = (value(header, "nonce"), value(header, "cnonce"));
        hash(&format!("{a1}:{nonce}:00000001:{cnonce}:auth:{a2}"))
    }

    #[test]
    fn the_formula_gives_the_rfcs_own_answers() {
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let header = format!("Digest nonce=\"{nonce}\", cnonce=\"{cnonce}\"");
        let of =
            |algorithm: Algorithm| proof(|text| algorithm.hash(text.as_bytes()), &header, "Circle of Life");
        assert_eq!(of(Algorithm::Md5), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(of(Algorithm::Sha256), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn the_stronger_challenge_is_answered() {
        for challenges in [&BOTH[..], &[&BOTH.join(", ")], &["Basic realm=\"x, y\"", BOTH[1]]] {
            let mut challenge = Challenge::best(&asked(challenges)).unwrap();
            let header = challenge.answer("Mufasa", "Circle of Life", &request(), "seed");
            let hash = |text: &str| Algorithm::Sha256.hash(text.as_bytes());
            assert_eq!(value(&header, "response"), proof(hash, &header, "Circle of Life"));
            assert_eq!(value(&header, "algorithm"), "SHA-256");
            assert_eq!(value(&header, "uri"), "/dir/index.html");
            assert!(!header.contains("Circle"));
        }
        let mut challenge = Challenge::best(&asked(&BOTH[..1])).unwrap();
        let header = challenge.answer("Mufasa", "Circle of Life", &request(), "seed");
        let hash = |text: &str| Algorithm::Md5.hash(text.as_bytes());
        assert_eq!(value(&header, "response"), proof(hash, &header, "Circle of Life"));
    }

    #[test]
    fn answers_are_counted_and_repeatable() {
        let answers = || {
            let mut challenge = Challenge::best(&asked(&BOTH)).unwrap();
            [(); 2].map(|()| challenge.answer("Mufasa", "Circle of Life", &request(), "seed"))
        };
        let [first, second] = answers();
        assert_eq!([value(&first, "nc"), value(&second, "nc")], ["00000001", "00000002"]);
        assert_ne!(value(&first, "cnonce"), value(&second, "cnonce"));
        assert_eq!(answers(), [first, second]);
    }

    #[test]
    fn what_can_not_be_answered_is_no_challenge() {
        for bad in [
            "",
            "Digest",
            "Basic realm=\"x\"",
            r#"Digest realm="x", nonce="y", algorithm=SHA-512-256"#,
            r#"Digest realm="x", nonce="y", qop="other""#,
            r#"Digest realm="x""#,
            "Digest realm=\"x",
            ",,,=,",
        ] {
            assert!(Challenge::best(&asked(&[bad])).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_beyond_ascii_and_quotes_are_written_as_the_rfc_has_it() {
        assert_eq!(user_field("Jäsøn Doe"), "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe");
        assert_eq!(user_field(r#"a"b\"#), r#"username="a\"b\\""#);
        assert_eq!(unquoted(r#""a\"b\\""#), r#"a"b\"#);
        assert_eq!(uri("https://a.example"), "/");
        assert_eq!(uri("https://a.example?x=1"), "?x=1");
        assert_eq!(uri("/relay/x?y#z"), "/relay/x?y");
    }
}
