//! The state of a node as the corpora write it, and how it is compared with the engine's.

use doorstep_engine::Session;
use doorstep_engine::session::{Kind, NodeState};
use doorstep_engine::view::{Control, ViolationKind};
use serde_json::{Value as Json, json};

/// The engine's state of every node, by reference, in document order.
pub type States = Vec<(String, Json)>;

/// Every node as it is now.
pub fn states(session: &Session) -> States {
    let keys = session.nodes().into_iter();
    keys.filter_map(|key| Some((session.reference(key), written(&session.state(key)?)))).collect()
}

/// What the corpora have no violation for: the reference engines drop what is no value of the type without a word.
const TYPE: &str = "type";

/// A state in the corpora's words. What does not apply is left out.
pub fn written(state: &NodeState) -> Json {
    let mut written = json!({
        "kind": kind(state.kind), "relevant": state.relevant, "readonly": state.readonly, "required": state.required,
        "violation": state.violation.as_ref().map(|violation| {
            let condition = match violation.kind {
                ViolationKind::Required => "required",
                ViolationKind::Constraint => "constraint",
                ViolationKind::Type(_) => TYPE,
            };
            json!({"condition": condition, "message": violation.message})
        }),
        "label": state.label.clone().unwrap_or_default(),
        "hint": state.hint.clone().unwrap_or_default(),
    });
    let mut put = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            written[key] = value;
        }
    };
    put("type", state.type_name.as_deref().map(Json::from));
    put("value", state.value.as_deref().map(Json::from));
    put("choices", state.choices.as_ref().map(|choices| json!(choices)));
    put("count", state.count.map(Json::from));
    written
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Root => "root",
        Kind::Group => "group",
        Kind::RepeatControlled => "repeat-range:controlled",
        Kind::RepeatUncontrolled => "repeat-range:uncontrolled",
        Kind::RepeatInstance => "repeat-instance",
        Kind::ModelValue => "model-value",
        Kind::Question(Control::Input | Control::Geopoint) => "input",
        Kind::Question(Control::SelectOne | Control::SelectMultiple) => "select",
        Kind::Question(Control::Note) => "note",
        Kind::Question(Control::Acknowledge) => "trigger",
        Kind::Question(Control::Rank) => "rank",
        Kind::Question(Control::Range) => "range",
        Kind::Question(Control::Upload) => "upload",
    }
}

/// What is always checked: absent means false, nothing or none.
const ALWAYS: [&str; 4] = ["kind", "relevant", "readonly", "required"];
/// What is checked where the corpus says something of it.
const IF_SAID: [&str; 6] = ["type", "value", "label", "hint", "choices", "count"];

/// The first difference between a state as it should be and as it is, if any.
pub fn difference(expected: &Json, actual: &Json) -> Option<String> {
    for key in ALWAYS {
        let wanted = match &expected[key] {
            Json::Null => &Json::Bool(false),
            said => said,
        };
        if *wanted != actual[key] {
            return Some(format!("{key} expected {wanted}, came {}", actual[key]));
        }
    }
    let (wanted, came) = (&expected["violation"]["condition"], &actual["violation"]["condition"]);
    let dropped = *came == TYPE && wanted.is_null();
    if (wanted != came && !dropped)
        || !fits(&expected["violation"]["message"], &actual["violation"]["message"])
    {
        return Some(format!("violation expected {}, came {}", expected["violation"], actual["violation"]));
    }
    let said = IF_SAID.into_iter().filter(|key| !expected[*key].is_null());
    said.filter(|key| match *key {
        "value" => !value_fits(&expected["value"], actual),
        key => !fits(&expected[key], &actual[key]),
    })
    .map(|key| format!("{key} expected {}, came {}", expected[key], actual[key]))
    .next()
}

/// The keys in which an untouched node's state may not change: what the corpus has said of it.
pub fn unchanged(known: &Json, before: &Json, after: &Json) -> Option<String> {
    let always = ALWAYS.into_iter().chain(["type", "value", "count", "violation"]);
    let said = ["label", "hint", "choices"].into_iter().filter(|key| !known[*key].is_null());
    let mut keys = always.chain(said).filter(|key| before[*key] != after[*key]);
    // What depends on clock or chance may differ each time.
    keys.find(|key| !(known[*key].is_string() && known[*key].as_str().is_some_and(|text| text.contains('*'))))
        .map(|key| format!("{key} was to stay {}, came {}", before[key], after[key]))
}

/// Is a node's value as expected? The references write 0 and 0.0: numbers and places are compared as such.
pub fn value_fits(expected: &Json, state: &Json) -> bool {
    let numbers = |text: &Json| -> Option<Vec<Vec<f64>>> {
        let places = text.as_str()?.split(';').map(str::trim).filter(|place| !place.is_empty());
        places.map(|place| place.split_whitespace().map(|number| number.parse().ok()).collect()).collect()
    };
    let numeric = matches!(state["type"].as_str(), Some("decimal" | "geopoint" | "geotrace" | "geoshape"));
    let same = |(a, b): (Vec<Vec<f64>>, Vec<Vec<f64>>)| !a.is_empty() && a == b;
    fits(expected, &state["value"])
        || (numeric && numbers(expected).zip(numbers(&state["value"])).is_some_and(same))
}

/// Is a value as expected? Null means any; `*` in a text any run of characters.
pub fn fits(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        (Json::Null, _) => true,
        (Json::String(expected), Json::String(actual)) => text_fits(expected, actual),
        (Json::Array(expected), Json::Array(actual)) => {
            expected.len() == actual.len()
                && expected.iter().zip(actual).all(|(expected, actual)| fits(expected, actual))
        }
        _ => expected == actual,
    }
}

/// Is a text as expected, where `*` stands for any run of characters?
pub fn text_fits(expected: &str, actual: &str) -> bool {
    let mut parts = expected.split('*');
    let first = parts.next().unwrap_or_default();
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return expected == actual };
    let inner = actual.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let Some(mut rest) = inner else { return false };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}
