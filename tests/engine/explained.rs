//! What has no label is told by what its author wrote, and what holds nothing is told as that.

use doorstep_engine::{Bundle, Form, Session, Source, World};
use serde_json::json;

/// By measure: what is said of it, each reason behind its sentence.
fn told(name: &str, session: &Session) -> Vec<String> {
    let explanation = session.explanation(name).expect("a measure");
    let reasons = explanation.reasons.into_iter().map(|reason| reason.sentence);
    std::iter::once(explanation.sentence).chain(reasons).collect()
}

#[test]
fn what_has_no_label_is_told_as_it_is_written() {
    let form = json!({
        "settings": {"form_id": "told", "version": "1", "title": "Told", "default_language": "en"},
        "survey": [
            {"type": "integer", "name": "a", "label": "A"},
            {"type": "integer", "name": "b", "label": "B"},
        ],
        "assessment": [
            {"type": "scale", "name": "half", "decimals": 1, "items": [{"value": "${a} div 2"}]},
            {"type": "band", "name": "sum", "of": "${a} + ${b}", "bands": [{"code": "0", "range": "<9"}, {"code": "1", "range": ">=9"}]},
            {"type": "shift", "name": "shf", "of": "sum", "max": 2, "rules": [{"when": "${b} > 1", "by": 1}]},
            {"type": "table", "name": "col", "hit": "collect", "rules": [{"when": "${a} > 5", "outcome": "care"}]},
        ],
    });
    let checked = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
    let mut session = Session::new(checked.form.expect("a form"), World::default());
    for (name, answer) in [("a", "3"), ("b", "2")] {
        let key = session.at(&format!("/told/{name}")).expect("a question");
        session.answer_text(key, answer).expect("a number");
    }
    assert_eq!(told("half", &session)[1], "${a} div 2: 1.5, counts 1.5");
    assert!(told("sum", &session)[1].starts_with("${a} + ${b}"), "{:?}", told("sum", &session));
    assert_eq!(told("shf", &session)[1], "${b} > 1: up by 1");
    assert_eq!(told("col", &session)[0], "col: no rule holds");
}
