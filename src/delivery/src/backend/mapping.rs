//! A declared table from the form's paths to the receiver's names, so that a receiver gets what it knows and nothing else.
//!
//! Kept here: what is sent follows from the table and the sealed bytes alone, and no two rules write the same place.

use serde_json::{Map, Value as Json, json};

use crate::configuration::{ConfigurationError, Fields};
use crate::moment::Moment;
use crate::sealed::Sealed;

/// Rules, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mapping {
    rules: Vec<Rule>,
}

/// One name of the receiver's, and what stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    /// `applicant.name` in parts.
    to: Vec<String>,
    source: Source,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Source {
    /// An answer's place, from the form's root (`household/name`) or with it (`/visit/household/name`, for that form alone).
    /// Through a repeat it is a list. With `each`, every instance becomes an object by rules of its own.
    Path(String, Option<Mapping>),
    /// The same for all.
    Constant(Json),
    /// What is known of the submission.
    Meta(Meta),
}

macro_rules! metas {
    ($($meta:ident = $name:literal,)+) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        enum Meta { $($meta),+ }

        impl Meta {
            fn named(name: &str) -> Option<Meta> {
                match name { $($name => Some(Meta::$meta),)+ _ => None }
            }

            fn name(self) -> &'static str {
                match self { $(Meta::$meta => $name),+ }
            }
        }

        const METAS: &str = concat!("has to be one of", $(" ", $name),+);
    };
}

metas! {
    Id = "id",
    Hash = "hash",
    Form = "form",
    FormVersion = "form_version",
    Supersedes = "supersedes",
    CreatedAt = "created_at",
    FinishedAt = "finished_at",
    Language = "language",
    Name = "name",
    Files = "files",
}

impl Meta {
    fn of(self, content: &Content) -> Json {
        let sealed = content.sealed;
        match self {
            Meta::Id => json!(sealed.id),
            Meta::Hash => json!(content.hash),
            Meta::Form => json!(sealed.form.id),
            Meta::FormVersion => json!(sealed.form.version),
            Meta::Supersedes => json!(sealed.supersedes),
            Meta::CreatedAt => json!(Moment::to_rfc3339(sealed.created_at)),
            Meta::FinishedAt => json!(Moment::to_rfc3339(sealed.finished_at)),
            Meta::Language => json!(sealed.language),
            Meta::Name => json!(sealed.instance_name),
            Meta::Files => json!(content.files),
        }
    }
}

/// What there is to map.
pub(super) struct Content<'a> {
    pub(super) sealed: &'a Sealed,
    pub(super) hash: &'a str,
    /// As [`super::files::Files::send`] gives them.
    pub(super) files: &'a [Json],
}

impl Content<'_> {
    /// Everything, under our own names.
    pub(super) fn everything(&self) -> Map<String, Json> {
        let mut all = Map::new();
        let metas = [
            Meta::Id,
            Meta::Hash,
            Meta::Form,
            Meta::FormVersion,
            Meta::Supersedes,
            Meta::CreatedAt,
            Meta::FinishedAt,
            Meta::Language,
            Meta::Name,
            Meta::Files,
        ];
        for meta in metas {
            all.insert(meta.name().to_owned(), meta.of(self));
        }
        all.insert("data".to_owned(), self.sealed.data.clone());
        all
    }
}

impl Mapping {
    /// Reads `"map": [{"to": "applicant.name", "path": "household/name"}, {"to": "source", "constant": "grid"},
    /// {"to": "key", "meta": "id"}, {"to": "people", "path": "members", "each": [{"to": "years", "path": "age"}]}]`.
    pub(super) fn read(fields: &mut Fields) -> Result<Mapping, ConfigurationError> {
        read_rules(fields, "map", 0)
    }

    pub(super) fn write(&self) -> Json {
        self.rules.iter().map(Rule::write).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Has it a place for files?
    pub(super) fn takes_files(&self) -> bool {
        self.rules.iter().any(|rule| rule.source == Source::Meta(Meta::Files))
    }

    /// Writes what the rules say into an object. What was not answered is left out.
    pub(super) fn apply(&self, content: &Content, into: &mut Map<String, Json>) {
        let form = &content.sealed.form.id;
        let Some(root) = content.sealed.data.get(form) else { return };
        self.apply_at(content, root, into);
    }

    fn apply_at(&self, content: &Content, at: &Json, into: &mut Map<String, Json>) {
        for rule in &self.rules {
            let value = match &rule.source {
                Source::Constant(value) => Some(value.clone()),
                Source::Meta(meta) => Some(meta.of(content)),
                Source::Path(path, each) => {
                    let found = find(&content.sealed.form.id, at, path);
                    found.map(|found| each.as_ref().map_or(found.clone(), |each| each.list(content, &found)))
                }
            };
            if let Some(value) = value {
                put(into, &rule.to, value);
            }
        }
    }

    fn list(&self, content: &Content, instances: &Json) -> Json {
        let one = |instance: &Json| {
            let mut object = Map::new();
            self.apply_at(content, instance, &mut object);
            Json::Object(object)
        };
        match instances {
            Json::Array(instances) => instances.iter().map(one).collect(),
            other => one(other),
        }
    }
}

impl Rule {
    fn write(&self) -> Json {
        let to = self.to.join(".");
        match &self.source {
            Source::Path(path, None) => json!({"to": to, "path": path}),
            Source::Path(path, Some(each)) => json!({"to": to, "path": path, "each": each.write()}),
            Source::Constant(value) => json!({"to": to, "constant": value}),
            Source::Meta(meta) => json!({"to": to, "meta": meta.name()}),
        }
    }
}

/// How deep rules may hold rules.
const DEEPEST: u32 = 8;

fn read_rules(fields: &mut Fields, field: &'static str, depth: u32) -> Result<Mapping, ConfigurationError> {
    let mut rules: Vec<Rule> = Vec::new();
    let listed = fields.list(field)?;
    if depth > DEEPEST {
        return Err(fields.wrong(field, "lies too deep"));
    }
    for (place, json) in listed {
        let rule = read_rule(Fields::of(&place, json)?, depth)?;
        let clashes = |other: &Rule| other.to.starts_with(&rule.to) || rule.to.starts_with(&other.to);
        if rules.iter().any(clashes) {
            let place = format!("{place}.to");
            return Err(ConfigurationError::Field { place, reason: "is written by another rule already" });
        }
        rules.push(rule);
    }
    Ok(Mapping { rules })
}

fn read_rule(mut fields: Fields, depth: u32) -> Result<Rule, ConfigurationError> {
    let to: Vec<String> = fields.text("to")?.split('.').map(str::to_owned).collect();
    if to.iter().any(String::is_empty) || to.len() > DEEPEST as usize {
        return Err(fields.wrong("to", "has to be names with single dots between them, eight at most"));
    }
    let each =
        fields.json("each").is_some().then(|| read_rules(&mut fields, "each", depth + 1)).transpose()?;
    let path = fields.text_or_none("path")?;
    let meta = fields.text_or_none("meta")?;
    let constant = fields.json("constant").map(|(_, value)| value.clone());
    let source = match (path, meta, constant) {
        (Some(path), None, None) => Source::Path(path.to_owned(), each),
        (None, Some(meta), None) => {
            Source::Meta(Meta::named(meta).ok_or_else(|| fields.wrong("meta", METAS))?)
        }
        (None, None, Some(value)) if value.is_string() || value.is_number() || value.is_boolean() => {
            Source::Constant(value)
        }
        (None, None, Some(_)) => {
            return Err(fields.wrong("constant", "has to be a text, a number, true or false"));
        }
        _ => return Err(fields.wrong("to", "needs one of path, meta and constant beside it")),
    };
    fields.end()?;
    Ok(Rule { to, source })
}

/// What stands at a path; through lists, the list of what stands there in each.
fn find(form: &str, at: &Json, path: &str) -> Option<Json> {
    let steps = match path.strip_prefix('/') {
        Some(absolute) => {
            let (root, rest) = absolute.split_once('/').unwrap_or((absolute, ""));
            if root != form {
                return None;
            }
            rest
        }
        None => path,
    };
    walk(at, steps)
}

fn walk(at: &Json, steps: &str) -> Option<Json> {
    if steps.is_empty() {
        return Some(at.clone());
    }
    if let Json::Array(instances) = at {
        return Some(instances.iter().filter_map(|instance| walk(instance, steps)).collect());
    }
    let (name, rest) = steps.split_once('/').unwrap_or((steps, ""));
    walk(at.get(name)?, rest)
}

fn put(into: &mut Map<String, Json>, to: &[String], value: Json) {
    let Some((name, rest)) = to.split_first() else { return };
    if rest.is_empty() {
        into.insert(name.clone(), value);
        return;
    }
    let inner = into.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
    // What was kept under that name makes room for what is mapped.
    if !inner.is_object() {
        *inner = Json::Object(Map::new());
    }
    if let Json::Object(inner) = inner {
        put(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn mapping(rules: Json) -> Result<Mapping, ConfigurationError> {
        let json = json!({"map": rules});
        Mapping::read(&mut Fields::of("hook", &json)?)
    }

    fn mapped(rules: Json) -> Json {
        let submission = sample();
        let mut sealed = Sealed::read(submission.body().as_bytes()).unwrap();
        sealed.data = json!({"household-needs": {
            "home": {"name": "张三", "alone": true}, "members": [{"age": 70, "needs": ["a"]}, {"needs": []}, {"age": 8}],
        }});
        let mut into = Map::new();
        let content = Content { sealed: &sealed, hash: submission.hash(), files: &[] };
        mapping(rules).unwrap().apply(&content, &mut into);
        Json::Object(into)
    }

    #[test]
    fn paths_constants_and_what_is_known_of_it_get_the_receivers_names() {
        let rules = json!([
            {"to": "applicant.name", "path": "home/name"},
            {"to": "applicant.single", "path": "/household-needs/home/alone"},
            {"to": "ages", "path": "members/age"},
            {"to": "source", "constant": "grid"},
            {"to": "key", "meta": "id"},
            {"to": "missing", "path": "home/phone"},
            {"to": "other", "path": "/another-form/home/name"},
            {"to": "people", "path": "members", "each": [
                {"to": "years", "path": "age"}, {"to": "kind", "constant": 1},
            ]},
        ]);
        assert_eq!(
            mapped(rules),
            json!({
                "applicant": {"name": "张三", "single": true},
                "ages": [70, 8],
                "source": "grid",
                "key": sample().id(),
                "people": [{"years": 70, "kind": 1}, {"kind": 1}, {"years": 8, "kind": 1}],
            })
        );
    }

    #[test]
    fn a_table_is_written_as_it_was_read() {
        let rules = json!([
            {"to": "a.b", "path": "x"}, {"to": "c", "constant": false}, {"to": "d", "meta": "files"},
            {"to": "e", "path": "members", "each": [{"to": "f", "path": "age"}]},
        ]);
        let read = mapping(rules.clone()).unwrap();
        assert!(read.takes_files());
        assert_eq!(read.write(), rules);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let cases = [
            (json!([{"path": "x"}]), "hook.map[0].to: is missing"),
            (json!([{"to": "a"}]), "hook.map[0].to: needs one of path, meta and constant beside it"),
            (
                json!([{"to": "a", "path": "x", "meta": "id"}]),
                "hook.map[0].to: needs one of path, meta and constant beside it",
            ),
            (
                json!([{"to": "a..b", "path": "x"}]),
                "hook.map[0].to: has to be names with single dots between them, eight at most",
            ),
            (
                json!([{"to": "a", "constant": []}]),
                "hook.map[0].constant: has to be a text, a number, true or false",
            ),
            (
                json!([{"to": "a", "path": "x"}, {"to": "a.b", "path": "y"}]),
                "hook.map[1].to: is written by another rule already",
            ),
            (
                json!([{"to": "a", "path": "x", "each": [{"to": "b"}]}]),
                "hook.map[0].each[0].to: needs one of path, meta and constant beside it",
            ),
            (json!([{"to": "a", "path": "x", "form": "y"}]), "hook.map[0].form: is not known here"),
        ];
        for (rules, told) in cases {
            assert_eq!(mapping(rules.clone()).unwrap_err().to_string(), told, "{rules}");
        }
        let told = mapping(json!([{"to": "a", "meta": "x"}])).unwrap_err().to_string();
        assert!(told.starts_with("hook.map[0].meta: has to be one of id hash form"), "{told}");
    }
}
