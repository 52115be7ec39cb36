//! Paths to names: which node a path means, and where `${name}` means the same.

use std::collections::HashMap;

/// The nodes of the primary instance by path, with the names that only one of them has.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// How often each name is there.
    counts: HashMap<String, usize>,
    /// Each path with how many repeats it lies in, itself counted.
    repeats: HashMap<String, Vec<String>>,
    /// The ids of the instance that holds the last saved submission.
    pub last_saved: Vec<String>,
}

impl Names {
    /// Notes a node that becomes a row, with the repeats that it lies in, outermost first.
    pub fn add(&mut self, path: &str, repeats: &[String]) {
        let name = path.rsplit('/').next().unwrap_or("");
        *self.counts.entry(name.to_owned()).or_default() += 1;
        self.repeats.insert(path.to_owned(), repeats.to_vec());
    }

    /// The name that alone means the node at a path.
    pub fn only(&self, path: &str) -> Option<&str> {
        let (known, _) = self.repeats.get_key_value(path)?;
        let name = known.rsplit('/').next()?;
        (self.counts.get(name) == Some(&1)).then_some(name)
    }

    /// Does an absolute path mean more than the one node that `${name}` would mean from there?
    fn means_all(&self, path: &str, from: &str) -> bool {
        let of = |path: &str| self.repeats.get(path).map_or(&[][..], |repeats| repeats);
        of(path).iter().any(|repeat| from == repeat || from.starts_with(&format!("{repeat}/")))
    }

    /// An expression with `${name}` for paths, as seen from the node at `from`. `items`: it is a filter over what is there,
    /// where a relative path starts at each of them; empty: the items of a list.
    pub fn named(&self, expression: &str, from: &str, items: Option<&str>) -> String {
        let mut writer = Writer {
            names: self,
            from,
            items,
            text: expression,
            out: String::new(),
            at: 0,
            depth: 0,
            calls: Vec::new(),
        };
        writer.run();
        writer.out.trim().to_owned()
    }

    /// The name if an expression is nothing but a path to it.
    pub fn single(&self, expression: &str, from: &str) -> Option<String> {
        let named = self.named(expression, from, None);
        let inside = named.strip_prefix("${")?.strip_suffix('}')?;
        (!inside.contains(['$', '{', '}', ' '])).then(|| named.clone())
    }
}

/// The absolute path that a reference means at a context.
pub(super) fn resolve(reference: &str, context: &str) -> String {
    let reference = reference.trim();
    let mut steps: Vec<&str> = match reference.starts_with('/') {
        true => Vec::new(),
        false => context.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in reference.split('/').map(str::trim) {
        match step {
            "" | "." | "current()" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

struct Writer<'a> {
    names: &'a Names,
    from: &'a str,
    items: Option<&'a str>,
    text: &'a str,
    out: String,
    at: usize,
    /// In how many predicates: a relative path there starts somewhere else.
    depth: usize,
    /// The calls that are open: is it `indexed-repeat`, whose paths mean the repeat as a whole wherever it stands?
    calls: Vec<bool>,
}

impl<'a> Writer<'a> {
    fn run(&mut self) {
        while let Some(c) = self.text[self.at..].chars().next() {
            match c {
                '\'' | '"' => self.quoted(c),
                '$' if self.rest().starts_with("${") => {
                    let end = self.rest().find('}').map_or(self.rest().len(), |at| at + 1);
                    self.copy(end);
                }
                '[' => {
                    self.depth += 1;
                    self.copy(1);
                }
                ']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.copy(1);
                }
                '(' => {
                    self.calls.push(self.out.ends_with("indexed-repeat"));
                    self.copy(1);
                }
                ')' => {
                    self.calls.pop();
                    self.copy(1);
                }
                _ if self.begins_operand() => self.operand(c),
                c => self.copy(c.len_utf8()),
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn copy(&mut self, bytes: usize) {
        self.out.push_str(&self.text[self.at..self.at + bytes]);
        self.at += bytes;
    }

    fn quoted(&mut self, quote: char) {
        let end = self.rest()[1..].find(quote).map_or(self.rest().len(), |at| at + 2);
        self.copy(end);
    }

    /// Can a path begin here, or is this the middle of something?
    fn begins_operand(&self) -> bool {
        let before = &self.text[..self.at];
        let spaced = before.ends_with(char::is_whitespace);
        let before = before.trim_end();
        match before.chars().next_back() {
            None => true,
            Some('(' | '[' | ',' | '=' | '<' | '>' | '!' | '+' | '|') => true,
            Some('-') => spaced || before.ends_with([' ', '-']),
            Some('*') => spaced,
            Some(c) if spaced && c.is_alphabetic() => {
                let word = before.rsplit(|c: char| !is_name(c)).next().unwrap_or("");
                matches!(word, "and" | "or" | "div" | "mod")
            }
            Some(_) => false,
        }
    }

    /// A path, or a name or number that is gone over as a whole.
    fn operand(&mut self, c: char) {
        let found = match c {
            '/' => self.absolute(self.rest()),
            '.' if self.depth == 0 => match self.items {
                None => self.relative(self.rest(), 0),
                Some(items) => self.of_item(self.rest(), items),
            },
            'c' => self
                .rest()
                .strip_prefix("current()/")
                .and_then(|rest| self.relative(rest, "current()/".len())),
            'i' => self.saved(),
            _ => None,
        };
        match found {
            Some((bytes, name)) => self.name(bytes, &name),
            None => {
                let taken = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
                self.copy(taken.max(c.len_utf8()));
            }
        }
    }

    /// How far a path of names goes; none where it goes on with what no name can say.
    fn steps(path: &str) -> Option<usize> {
        let mut end = 0;
        while let Some(rest) = path[end..].strip_prefix('/') {
            let name = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if name == 0 || rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
                return None;
            }
            end += 1 + name;
        }
        let after = path[end..].trim_start();
        (end > 0 && !after.starts_with(['(', '/'])).then_some(end)
    }

    fn absolute(&self, path: &str) -> Option<(usize, String)> {
        let end = Self::steps(path)?;
        let path = &path[..end];
        let whole = self.calls.last() == Some(&true);
        if !whole && self.names.means_all(path, self.from) {
            return None;
        }
        Some((end, self.names.only(path)?.to_owned()))
    }

    /// `../../a/b`, with `skipped` bytes before it.
    fn relative(&self, path: &str, skipped: usize) -> Option<(usize, String)> {
        let mut up = 0;
        while path[up..].starts_with("../") {
            up += 3;
        }
        let end = up.checked_sub(1)?;
        let end = end + Self::steps(&path[end..])?;
        let target = resolve(&path[..end], self.from);
        Some((skipped + end, self.names.only(&target)?.to_owned()))
    }

    /// `./a`, in a filter over the instances of a repeat.
    fn of_item(&self, path: &str, items: &str) -> Option<(usize, String)> {
        let rest = path.strip_prefix('.').filter(|_| !items.is_empty())?;
        let end = Self::steps(rest)?;
        let target = resolve(&rest[1..end], items);
        Some((1 + end, self.names.only(&target)?.to_owned()))
    }

    fn saved(&self) -> Option<(usize, String)> {
        let rest = self.rest().strip_prefix("instance(")?;
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (id, _) = rest[1..].split_once(quote)?;
        if !self.names.last_saved.iter().any(|known| known == id) {
            return None;
        }
        let head = "instance(".len() + id.len() + 2;
        let path = self.rest()[head..].strip_prefix(')')?;
        let end = Self::steps(path)?;
        Some((head + 1 + end, format!("last-saved#{}", self.names.only(&path[..end])?)))
    }

    /// Writes a name for that many bytes. The spaces that pyxform puts around a path go with it.
    fn name(&mut self, bytes: usize, name: &str) {
        let after = &self.text[self.at + bytes..];
        let free = |c: Option<char>| c.is_none_or(|c| !is_name(c));
        let left = self.out.strip_suffix(' ').is_some_and(|rest| free(rest.chars().next_back()));
        let right = after.strip_prefix(' ').is_some_and(|rest| free(rest.chars().next()));
        let padded = left && right;
        if padded {
            self.out.pop();
        }
        self.out.push_str("${");
        self.out.push_str(name);
        self.out.push('}');
        self.at += bytes + usize::from(padded);
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names { last_saved: vec!["__last-saved".into()], ..Names::default() };
        let repeat = ["/data/r".to_owned()];
        for path in ["/data/a", "/data/a-b", "/data/g", "/data/g/b", "/data/g/twice", "/data/twice"] {
            names.add(path, &[]);
        }
        for path in ["/data/r", "/data/r/c", "/data/r/d", "/data/r/n/deep"] {
            names.add(path, &repeat);
        }
        names
    }

    #[track_caller]
    fn gives(expression: &str, from: &str, expected: &str) {
        assert_eq!(names().named(expression, from, None), expected);
    }

    #[test]
    fn paths_become_names() {
        gives(" /data/a  + 1", "/data/g/b", "${a} + 1");
        gives("/data/a-b - /data/a", "/data/g/b", "${a-b} - ${a}");
        gives(
            "if( /data/a  = '/data/a', \"/data/a\", /data/g/b)",
            "/data/r/c",
            "if(${a} = '/data/a', \"/data/a\", ${b})",
        );
        gives("2 * /data/a and /data/a", "/data/x", "2 * ${a} and ${a}");
        gives("sum(/data/r/c)", "/data/a", "sum(${c})");
        gives(" instance('__last-saved')/data/a  + 1", "/data/a", "${last-saved#a} + 1");
    }

    #[test]
    fn within_a_repeat_the_way_counts() {
        gives("../c + 1", "/data/r/d", "${c} + 1");
        gives("/data/r/c + 1", "/data/r/d", "/data/r/c + 1");
        gives("../../c + ../n/deep", "/data/r/d", "../../c + ${deep}");
        gives("position(..) + count(../../r)", "/data/r/d", "position(..) + count(${r})");
        gives("indexed-repeat(/data/r/c, /data/r, 1)", "/data/r/d", "indexed-repeat(${c}, ${r}, 1)");
        gives("current()/../c", "/data/r/d", "${c}");
    }

    #[test]
    fn what_no_name_means_stays() {
        for stays in [
            "/data/twice + 1",
            "/data/unknown",
            "/data/g/*",
            "//a",
            "/data/a/@x",
            ". > 1",
            "${a} + 1",
            "instance('l')/root/item[name = 'a']/label",
            "count(/data/x[../a = 1])",
        ] {
            gives(stays, "/data/g/b", stays);
        }
        assert_eq!(names().named("../c = current()/../c", "/data/r/d", Some("")), "../c = ${c}");
        assert_eq!(names().named("./c != ''", "/data/a", Some("/data/r")), "${c} != ''");
        gives("/data/r[c = 1]/d", "/data/a", "${r}[c = 1]/d");
        assert_eq!(names().single(" /data/a ", "/data/b").as_deref(), Some("${a}"));
        assert_eq!(names().single("/data/a + 1", "/data/b"), None);
    }
}
