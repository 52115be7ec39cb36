//! A case from what was filled in: the answers in the document's order, and what the form made of them.

use serde_json::{Map, Value as Json, json};

use crate::case::{outcome_text, run_through};
use crate::moment::date_time_text;
use crate::session::Kind;
use crate::session::Session;
use crate::value::Value;

/// The case of a session as it stands: `{about, now, language, steps}`, which [`case::run`](crate::case::run) takes. It expects every measure's outcome, whatever is
/// computed, and whether all is answered that must be.
pub fn record(session: &Session, about: &str) -> Json {
    let world = session.world();
    let mut steps = Vec::new();
    let mut answers = Map::new();
    let mut computed = Map::new();
    for key in session.nodes() {
        let Some(state) = session.state(key) else { continue };
        let path = session.path(key);
        match state.kind {
            // The first instance of a repeat may be there by itself.
            Kind::RepeatInstance if !path.ends_with("[1]") => {
                flush(&mut steps, &mut answers);
                let repeat = path.rsplit_once('[').map_or(path.as_str(), |(repeat, _)| repeat);
                steps.push(json!({"add_repeat": repeat}));
            }
            Kind::Question(_) if !state.readonly => {
                if let Some(value) = session.value(key).filter(|value| !value.is_blank()) {
                    answers.insert(path, Json::from(value.to_text()));
                }
            }
            Kind::ModelValue if state.relevant => {
                let value = session.value(key).map(Value::to_text).unwrap_or_default();
                // What hangs on the clock is another one tomorrow.
                if !value.is_empty() && !is_moment(&value) {
                    computed.insert(path, Json::from(value));
                }
            }
            _ => {}
        }
    }
    flush(&mut steps, &mut answers);
    let mut case = json!({
        "about": about,
        "now": date_time_text(world.now_ms, world.utc_offset_minutes),
        "language": session.language(),
        "steps": steps,
    });
    // What is drawn by lot, as a new id is, comes out otherwise whenever the case is run.
    let again = run_through(session.form(), &case).0;
    computed.retain(|path, value| {
        let key = again.as_ref().and_then(|again| again.at(path));
        let value_again = key.and_then(|key| again.as_ref()?.value(key).map(Value::to_text));
        value_again.as_deref() == value.as_str()
    });
    let mut expected = Map::new();
    let outcomes: Map<String, Json> = session
        .measures()
        .filter_map(|name| Some((name.to_owned(), Json::from(outcome_text(&session.outcome(name)?)))))
        .collect();
    if !outcomes.is_empty() {
        expected.insert("outcomes".into(), Json::Object(outcomes));
    }
    if !computed.is_empty() {
        expected.insert("values".into(), Json::Object(computed));
    }
    expected.insert("complete".into(), Json::from(session.violations().is_empty()));
    if let Some(steps) = case["steps"].as_array_mut() {
        steps.push(json!({ "expect": expected }));
    }
    case
}

fn flush(steps: &mut Vec<Json>, answers: &mut Map<String, Json>) {
    if !answers.is_empty() {
        steps.push(json!({"answer": std::mem::take(answers)}));
    }
}

fn is_moment(text: &str) -> bool {
    let digits = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
    digits(text.get(..4))
        && text.get(4..5) == Some("-")
        && digits(text.get(5..7))
        && text.get(7..8) == Some("-")
        || text.starts_with("uuid:")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::form::Form;
    use crate::session::World;
    use crate::source::{Bundle, Source};
    use crate::{case, moment};

    #[test]
    fn what_was_filled_in_is_a_case_that_passes_and_fails_once_the_form_is_another() {
        let form = |points: u32| -> Arc<Form> {
            let json = json!({
                "settings": {"form_id": "f", "version": "1", "default_language": "zh"},
                "choices": {"yn": [{"name": "y", "label": "是"}, {"name": "n", "label": "否"}]},
                "survey": [
                    {"type": "select_one yn", "name": "a", "label": "甲", "required": true},
                    {"type": "integer", "name": "b", "label": "乙"},
                    {"type": "calculate", "name": "twice", "calculation": format!("${{b}} * {points}")},
                    {"type": "calculate", "name": "today", "calculation": "today()"},
                    {"type": "calculate", "name": "id", "calculation": "once(uuid())"},
                    {"type": "repeat", "name": "m", "label": "M", "children": [{"type": "text", "name": "who", "label": "W"}]}]});
            let read = Form::read(&Bundle::single(Source::new("form.json", json.to_string())));
            read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
        };
        let world =
            World { now_ms: 1_764_000_000_000, utc_offset_minutes: 480, seed: 77, ..World::default() };
        let mut session = Session::new(form(2), world);
        let give = |session: &mut Session, path: &str, text: &str| {
            let key = session.at(path).unwrap_or_else(|| panic!("no {path}"));
            session.answer_text(key, text).expect("it takes it");
        };
        give(&mut session, "/f/a", "y");
        give(&mut session, "/f/b", "21");
        let repeat = session.at("/f/m").expect("it is there");
        while session.at("/f/m[2]/who").is_none() {
            session.add_repeat(repeat).expect("there is room");
        }
        give(&mut session, "/f/m[2]/who", "王");
        let recorded = record(&session, "twice as many");
        assert_eq!(recorded["about"], "twice as many");
        assert!(
            moment::moment_days(recorded["now"].as_str().unwrap_or_default(), 480).is_some(),
            "{recorded}"
        );
        assert_eq!(case::run(&form(2), &recorded), [], "{recorded:#}");
        let failures = case::run(&form(3), &recorded);
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].message.contains("/f/twice"), "{failures:?}");
        assert_eq!(failures[0].chinese, r#"/f/twice 的答案现在是 "63"，应为 "42""#);
        assert!(!recorded.to_string().contains("/f/id"), "an id is drawn by lot");
        assert!(!recorded.to_string().contains("/f/today"), "the day is another one tomorrow");
    }
}
