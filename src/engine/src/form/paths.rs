//! References of binds and controls: plain paths, made absolute against the element around them.

/// The absolute path of a reference that stands at `context`: `../b` at `/data/g/a` is `/data/g/b`.
/// `None` where it leads out of the form or is no plain path.
pub(super) fn absolute(context: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
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
    (!path.is_empty()).then_some(path)
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
        let at = |context: &str, reference: &str| absolute(context, reference).unwrap_or_default();
        assert_eq!(at("/data/g", " a/b "), "/data/g/a/b");
        assert_eq!(at("/data/g/a", "../b"), "/data/g/b");
        assert_eq!(at("/data/g", "/data/x/@y"), "/data/x/@y");
        assert_eq!(at("/data", "./x"), "/data/x");
        assert_eq!(absolute("/data", "../.."), None);
        assert_eq!(absolute("/data", "/data/a[1]"), None);
        assert_eq!(without_prefixes("/data/orx:meta/@x:id"), "/data/meta/@id");
    }
}
