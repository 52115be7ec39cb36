//! What a decision table asks of questions that are called as its rules' own columns.

use doorstep_engine::export::to_xlsform;
use doorstep_engine::session::World;
use doorstep_engine::source::{Bundle, Source};
use doorstep_engine::value::Value;
use doorstep_engine::{Form, Session};

/// Names that the sheets of an assessment have columns of, and two that only look like one.
const NAMES: [&str; 12] =
    ["label", "when", "outcome", "priority", "by", "to", "measure", "if", "hit", "code", "Outcome", "income"];

fn definition(name: &str) -> String {
    format!(
        r#"{{"settings": {{"form_id": "f", "version": "1", "title": "F"}},
            "choices": {{"k": [{{"name": "1", "label": "A"}}, {{"name": "2", "label": "B"}}]}},
            "survey": [{{"type": "select_one k", "name": "{name}", "label": "Q"}}],
            "assessment": [{{"type": "table", "name": "t", "hit": "first",
                "rules": [{{"if": {{"{name}": "1"}}, "outcome": "x", "label": "because"}}, {{"outcome": "y"}}]}}]}}"#
    )
}

fn outcomes(name: &str, bundle: &Bundle) -> [String; 2] {
    let read = Form::read(bundle);
    let form = read.form.unwrap_or_else(|| panic!("{name}: {:?}", read.diagnostics));
    ["1", "2"].map(|answer| {
        let mut session = Session::new(form.clone(), World::default());
        let key = session.at(&format!("/f/{name}")).unwrap_or_else(|| panic!("no question {name}"));
        session.answer(key, Value::Choice(answer.into())).expect("it takes the answer");
        session.outcome("t").map(|outcome| outcome.to_string()).unwrap_or_default()
    })
}

#[test]
fn an_input_is_told_from_a_column_of_the_same_name_in_form_json_and_in_sheets() {
    for name in NAMES {
        let written = Bundle::single(Source::new("f.json", definition(name)));
        assert_eq!(outcomes(name, &written), ["x", "y"], "{name} in form JSON");
        let exported = to_xlsform(&written, "f").exported.expect("it can be written");
        assert!(exported.losses.is_empty(), "{name}: {:?}", exported.losses);
        assert_eq!(outcomes(name, &exported.written), ["x", "y"], "{name} in sheets");
    }
}
