//! References of binds and controls: plain paths, made absolute against the element around them.

use std::borrow::Cow;

/// The absolute path of a reference that stands at `context`: `../b` at `/data/g/a` is `/data/g/b`.
/// `None` where it leads out of the form or is no plain path.
pub(super) fn absolute<'r>(context: &str, reference: &'r str) -> Option<Cow<'r, str>> {
    let reference = reference.trim();
    if is_plain(reference) {
        return Some(Cow::Borrowed(reference));
    }
    let mut path = if reference.starts_with('/') { String::new() } else { context.to_owned() };
    for part in reference.split('/') {
        match part.trim() {
            "" | "." | "current()" => {}
            ".." => path.truncate(path.rfind('/')?),
            name if name.contains(['[', '(', '*', ' ']) => return None,
            name => {
                path.push('/');
                path.push_str(name.strip_prefix("child::").unwrap_or(name));
            }
        }
    }
    (!path.is_empty()).then_some(Cow::Owned(path))
}

/// Is it absolute as it is? Tools write it so.
fn is_plain(reference: &str) -> bool {
    let mut before = b'_';
    let plain = reference.bytes().all(|byte| {
        let fits = match byte {
            b'/' | b':' => before != byte,
            _ => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
        };
        before = byte;
        fits
    });
    plain && reference.starts_with('/') && before != b'/'
}

/// The path without prefixes: authors name the same namespace differently.
pub(super) fn without_prefixes(path: &str) -> String {
    path.split('/')
        .map(|part| {
            let (at, name) = part.strip_prefix('@').map_or(("", part), |name| ("@", name));
            format!("{at}{}", name.rsplit(':').next().unwrap_or(name))
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_absolute() {
        let at =
            |context: &str, reference: &str| absolute(context, reference).unwrap_or_default().into_owned();
        assert_eq!(at("/data/g", " a/b "), "/data/g/a/b");
        assert_eq!(at("/data/g/a", "../b"), "/data/g/b");
        assert_eq!(at("/data/g", "/data/x/@y"), "/data/x/@y");
        assert_eq!(at("/data", "./x"), "/data/x");
        assert_eq!(absolute("/data", "../.."), None);
        assert_eq!(absolute("/data", "/data/a[1]"), None);
        assert_eq!(without_prefixes("/data/orx:meta/@x:id"), "/data/meta/@id");
    }
}
