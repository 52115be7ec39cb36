//! The headers that every answer carries: what the page may do, and what others may do with it.

use std::collections::BTreeSet;

use axum::http::{HeaderValue, Response, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(self), microphone=(self), geolocation=(self), fullscreen=(self), screen-wake-lock=(self), \
         payment=(), usb=(), serial=(), bluetooth=(), midi=(), display-capture=(), browsing-topics=()",
    ),
];

/// A year of nothing but TLS for this host. Its neighbours are not the server's to speak for.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts the headers on an answer; if the server speaks TLS itself, one more that has browsers stay with it (RFC 6797).
pub(crate) fn secure<B>(response: &mut Response<B>, policy: &HeaderValue, tls: bool) {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    // What has a stricter policy of its own keeps it.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
}

/// The policy for a page: its own files, WebAssembly, exactly the inline scripts that stand in it, and requests to its own server
/// and to these origins, which are the configuration's.
///
/// Style attributes that scripts set through the DOM need no exception; a `style` in the markup would not work.
pub(crate) fn content_security_policy(page: &str, origins: &BTreeSet<&str>) -> HeaderValue {
    let others: String = origins.iter().map(|origin| format!(" {origin}")).collect();
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'{others}; worker-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 and addresses are a header")
}

/// The text of each `<script>` without a `src`. The page is Trunk's, so a scan does.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        let is_inline = !attributes.split_ascii_whitespace().any(|attribute| attribute.starts_with("src="));
        is_inline.then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_their_hash_and_no_other() {
        let page = r#"<script type="module">alert(1)</script><script src="/a.js"></script><script>
b()
</script>"#;
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["alert(1)", "\nb()\n"]);
        let origins = BTreeSet::from(["https://a.example", "http://[::1]:5984"]);
        let policy = content_security_policy(page, &origins);
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("; connect-src 'self' http://[::1]:5984 https://a.example;"), "{policy}");
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert!(policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"), "{policy}");
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(!policy.contains("unsafe-inline"));
    }
}
