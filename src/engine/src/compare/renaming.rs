//! Names that changed, put into the earlier form's expressions: what only follows a name is no difference of its own.

use std::borrow::Cow;
use std::collections::HashMap;

/// What the earlier form called otherwise.
#[derive(Default)]
pub(super) struct Renamed {
    /// Of questions, groups and measures.
    pub names: HashMap<String, String>,
    pub lists: HashMap<String, String>,
}

impl Renamed {
    /// A text of the earlier form as the later one would say it.
    pub fn in_text(&self, text: &str) -> String {
        let mut out = Cow::Borrowed(text);
        if !self.names.is_empty() && text.contains("${") {
            out = Cow::Owned(self.references(text));
        }
        for (old, new) in self.lists.iter().filter(|_| text.contains("instance(")) {
            let quoted = [format!("instance('{old}')"), format!("instance(\"{old}\")")];
            for old in quoted.iter().filter(|quoted| text.contains(quoted.as_str())) {
                out = Cow::Owned(out.replace(old.as_str(), &format!("instance('{new}')")));
            }
        }
        out.into_owned()
    }

    /// A measure's name where one stands alone.
    pub fn name<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.get(name).map_or(name, String::as_str)
    }

    fn references(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, reference) = rest.split_at(at + 2);
            out.push_str(before);
            let Some(end) = reference.find('}') else {
                rest = reference;
                break;
            };
            let (prefix, name) = match reference[..end].split_once('#') {
                Some((prefix, name)) => (Some(prefix), name),
                None => (None, &reference[..end]),
            };
            if let Some(prefix) = prefix {
                out.push_str(prefix);
                out.push('#');
            }
            out.push_str(self.names.get(name.trim()).map_or(name, String::as_str));
            rest = &reference[end..];
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Renamed;

    #[test]
    fn references_follow_their_names() {
        let mut renamed = Renamed::default();
        renamed.names.insert("a".into(), "b".into());
        renamed.lists.insert("x".into(), "y".into());
        assert_eq!(renamed.in_text("${a} > ${ab} + ${last-saved#a}"), "${b} > ${ab} + ${last-saved#b}");
        assert_eq!(renamed.in_text("instance('x')/root/item ${"), "instance('y')/root/item ${");
        assert_eq!(renamed.in_text("a > 'x'"), "a > 'x'");
    }
}
