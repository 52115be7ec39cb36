//! `xpath.jsonl`: expressions over documents.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use doorstep_engine::World;
use doorstep_engine::expr::document::{Answer, Document, Node, NodeKind, Outcome, Setting};
use serde_json::Value as Json;

use crate::case::{Case, Corpus};
use crate::zones;

/// What an expression without a document stands on.
const EMPTY: &str = "<none/>";

/// The corpus.
pub const CORPUS: Corpus = Corpus {
    name: "xpath",
    tiers: &["odk", "xpath1"],
    tier: |data| data["tier"].as_str().unwrap_or_default(),
    judge,
};

fn judge(case: &Case) -> Result<(), String> {
    let text = match case.data["doc"].as_str() {
        Some(key) => texts(&case.folder)?.get(key).map(String::as_str).ok_or("the document is missing")?,
        None => EMPTY,
    };
    let document = Read::new(text).map_err(|error| format!("the document can't be read: {error}"))?;
    check(&case.data, &document)
}

/// The documents that cases name, read once.
fn texts(folder: &Path) -> Result<&'static HashMap<String, String>, String> {
    static TEXTS: OnceLock<Result<HashMap<String, String>, String>> = OnceLock::new();
    let read = || {
        let file = folder.join("xpath-docs.json");
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    };
    TEXTS.get_or_init(read).as_ref().map_err(Clone::clone)
}

/// A document, and where its document type stands among the document's children: paths count it, the engine has no node for it.
struct Read {
    document: Document,
    doctype: Option<usize>,
}

impl Read {
    fn new(text: &str) -> Result<Read, String> {
        let document = Document::read(text)?;
        let doctype = text.find("<!DOCTYPE").map(|at| {
            let before = &text[..at];
            before.matches("<!--").count() + before.matches("<?").count() - before.matches("<?xml ").count()
        });
        Ok(Read { document, doctype })
    }

    /// `/node()[1]/node()[2]`, `/@name`, `/`.
    fn find(&self, path: &str) -> Option<Node> {
        let mut at = self.document.top();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = match part.strip_prefix('@') {
                Some(name) => {
                    let named = |attribute: &Node| self.document.name(*attribute) == name;
                    self.document.attributes(at).into_iter().find(named)?
                }
                None => {
                    let index: usize = part.strip_prefix("node()[")?.strip_suffix(']')?.parse().ok()?;
                    let skipped =
                        at == self.document.top() && self.doctype.is_some_and(|doctype| index > doctype + 1);
                    let index = index.checked_sub(1 + usize::from(skipped))?;
                    *self.document.children(at).get(index)?
                }
            };
        }
        Some(at)
    }

    /// The path of a node, written as the case writes it.
    fn path(&self, node: Node, plain: bool) -> String {
        let Some(parent) = self.document.parent(node) else { return String::new() };
        let outer = self.path(parent, plain);
        if self.document.kind(node) == NodeKind::Attribute {
            return format!("{outer}/@{}", self.document.name(node));
        }
        let siblings = self.document.children(parent);
        if plain {
            let name = self.document.name(node);
            let like: Vec<&Node> =
                siblings.iter().filter(|sibling| self.document.name(**sibling) == name).collect();
            let place = like.iter().position(|sibling| **sibling == node).unwrap_or(0) + 1;
            return match like.len() {
                1 => format!("{outer}/{name}"),
                _ => format!("{outer}/{name}[{place}]"),
            };
        }
        let index = siblings.iter().position(|sibling| *sibling == node).unwrap_or(0);
        let skipped = parent == self.document.top() && self.doctype.is_some_and(|doctype| index >= doctype);
        format!("{outer}/node()[{}]", index + 1 + usize::from(skipped))
    }

    fn node_matches(&self, node: Node, expected: &Json) -> bool {
        if let Some(path) = expected.as_str() {
            return self.path(node, true) == path || self.path(node, false) == path;
        }
        let path = match self.path(node, false) {
            path if path.is_empty() => "/".to_owned(),
            path => path,
        };
        let kind = match self.document.kind(node) {
            NodeKind::Element => 1,
            NodeKind::Attribute => 2,
            NodeKind::Text => 3,
            NodeKind::Instruction => 7,
            NodeKind::Comment => 8,
            NodeKind::Document => 9,
        };
        let value = match kind {
            9 => Json::Null,
            _ => self.document.value(node).into(),
        };
        // A CDATA section is text (XPath 1.0 §5.7).
        let wanted = if expected["type"] == 4 { 3.into() } else { expected["type"].clone() };
        expected["path"] == path.as_str() && wanted == kind && expected["value"] == value
    }

    fn show(&self, nodes: &[Node]) -> String {
        let each = |node: &Node| format!("{}={:?}", self.path(*node, false), self.document.value(*node));
        format!("[{}]", nodes.iter().map(each).collect::<Vec<_>>().join(", "))
    }
}

fn check(case: &Json, read: &Read) -> Result<(), String> {
    let text = |name: &str| case[name].as_str();
    let place = |name: &str| match text(name) {
        Some(path) => read.find(path).map(Some).ok_or(format!("there is no {name} {path}")),
        None => Ok(None),
    };
    let zone = text("tz").unwrap_or("UTC");
    let offsets = zones::offsets(zone).ok_or(format!("the zone {zone} is not known"))?;
    let world = World {
        now_ms: case["now_ms"].as_i64().unwrap_or(1_795_444_958_000),
        utc_offset_minutes: offsets.last().map_or(0, |(_, minutes)| *minutes),
        offsets: offsets.into(),
        seed: 1,
        ..World::default()
    };
    let namespaces: Vec<(&str, &str)> = case["ns"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(prefix, uri)| Some((prefix.as_str(), uri.as_str()?)))
        .collect();
    let setting = Setting {
        context: place("context")?.unwrap_or(read.document.top()),
        root: place("root")?,
        namespaces: &namespaces,
        world: &world,
        language: text("language"),
    };
    let expression = text("expr").ok_or("no expression")?;
    let outcome = read.document.evaluate(expression, &setting);
    let kind = text("result").unwrap_or("");
    if kind == "error" || case.get("expected_error").is_some() {
        return match outcome {
            Err(_) => Ok(()),
            Ok(outcome) => Err(format!("must be refused, and gives {:?}", outcome.value)),
        };
    }
    let outcome =
        outcome.map_err(|refused| format!("refused: {}; expected {}", refused.message, case["expected"]))?;
    compare(kind, case, read, &outcome)
}

fn compare(kind: &str, case: &Json, read: &Read, outcome: &Outcome) -> Result<(), String> {
    let expected = &case["expected"];
    let differs = |given: String| Err(format!("expected {expected} ({kind}), got {given}"));
    let nodes = || match &outcome.value {
        Answer::Nodes(nodes) => Ok(nodes.as_slice()),
        other => Err(format!("expected nodes, got {other:?}")),
    };
    let tolerance = case["tolerance"].as_f64();
    let same = match kind {
        "boolean" => {
            return if *expected == outcome.boolean { Ok(()) } else { differs(outcome.boolean.to_string()) };
        }
        "number" => number_of(expected).is_some_and(|wanted| near(wanted, outcome.number, tolerance)),
        "number-rounded" => {
            let factor = case["factor"].as_f64().unwrap_or(1.0);
            let rounded = (outcome.number * factor + 0.5).floor() / factor;
            number_of(expected).is_some_and(|wanted| near(wanted, rounded, tolerance))
        }
        "string" => match expected {
            Json::String(wanted) => *wanted == outcome.text,
            // Some suites write the text of a number as a number.
            other => number_of(other)
                .is_some_and(|wanted| doorstep_engine::value::number_text(wanted) == outcome.text),
        },
        "string-length" => number_of(expected) == Some(outcome.text.encode_utf16().count() as f64),
        "string-matches" => {
            let insensitive = case["flags"].as_str().is_some_and(|flags| flags.contains('i'));
            let pattern =
                format!("{}{}", if insensitive { "(?i)" } else { "" }, expected.as_str().unwrap_or(""));
            let pattern = regex_lite::Regex::new(&pattern).map_err(|error| error.to_string())?;
            pattern.is_match(&outcome.text)
        }
        "date" => {
            let wanted = expected
                .as_str()
                .and_then(|text| text.strip_prefix("date:")?.parse::<jiff::Timestamp>().ok());
            wanted
                .map(|wanted| wanted.as_millisecond() as f64)
                .or(expected.as_f64())
                .is_some_and(|wanted| near(wanted, outcome.number * 86_400_000.0, Some(0.5)))
        }
        "any" => match (&outcome.value, expected) {
            (Answer::Boolean(value), Json::Bool(wanted)) => value == wanted,
            (Answer::Text(text), Json::String(wanted)) => text == wanted,
            (Answer::Number(_) | Answer::Moment(_), wanted) if number_of(wanted).is_some() => {
                number_of(wanted).is_some_and(|wanted| near(wanted, outcome.number, tolerance))
            }
            (Answer::Moment(_), Json::String(wanted)) => outcome.text == *wanted,
            _ => false,
        },
        "nodeset" => {
            let (given, wanted) = (nodes()?, expected.as_array().map_or(&[][..], |wanted| wanted));
            let same = given.len() == wanted.len()
                && given.iter().zip(wanted).all(|(node, wanted)| read.node_matches(*node, wanted));
            return if same { Ok(()) } else { differs(read.show(given)) };
        }
        "nodeset-unordered" => {
            let (given, wanted) = (nodes()?, expected.as_array().map_or(&[][..], |wanted| wanted));
            let same = given.len() == wanted.len()
                && wanted.iter().all(|wanted| given.iter().any(|node| read.node_matches(*node, wanted)));
            return if same { Ok(()) } else { differs(read.show(given)) };
        }
        "first-node" | "any-node" => {
            let given = nodes()?;
            let same = match (expected, given.first()) {
                (Json::Null, first) => first.is_none(),
                (wanted, Some(_)) if kind == "any-node" => {
                    given.iter().any(|node| read.node_matches(*node, wanted))
                }
                (wanted, Some(first)) => read.node_matches(*first, wanted),
                (_, None) => false,
            };
            return if same { Ok(()) } else { differs(read.show(given)) };
        }
        other => return Err(format!("a result of kind `{other}` is not known")),
    };
    if same { Ok(()) } else { differs(format!("{:?} ({:?})", outcome.value, outcome.text)) }
}

/// A number, or one of those that JSON has no number for.
fn number_of(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            "-0" => Some(0.0),
            _ => None,
        },
        _ => None,
    }
}

fn near(wanted: f64, given: f64, tolerance: Option<f64>) -> bool {
    if wanted.is_nan() || given.is_nan() {
        return wanted.is_nan() && given.is_nan();
    }
    let apart = (wanted - given).abs();
    wanted == given || apart <= wanted.abs() * 1e-12 || tolerance.is_some_and(|tolerance| apart <= tolerance)
}
