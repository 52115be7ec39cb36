//! The Questionnaire of small forms, and what is lost.

use super::*;
use crate::source::Source;

fn exported(survey: &str, rest: &str) -> (Json, Vec<String>) {
    let text = format!(
        r#"{{"settings": {{"form_id": "my-form", "version": "2", "default_language": "zh", "title": {{"zh": "调查", "en": "Survey"}}}},
        "choices": {{"yn": [{{"name": "y", "label": {{"zh": "是", "en": "Yes"}}, "score": 2}}, {{"name": "n", "label": {{"zh": "否", "en": "No"}}, "score": 0.5}}]}},
        "survey": [{survey}]{rest}}}"#
    );
    let converted = to_fhir_questionnaire(&Bundle::single(Source::new("form.json", text)));
    let exported = converted.exported.unwrap_or_else(|| panic!("{:?}", converted.diagnostics));
    let losses = exported.losses.into_iter().map(|loss| loss.what).collect();
    (serde_json::from_str(&exported.written).unwrap(), losses)
}

fn words_of(name: &str) -> String {
    format!(r#""name": "{name}", "label": {{"zh": "{name}", "en": "{name}"}}"#)
}

#[test]
fn items_have_types_words_and_options() {
    let survey = format!(
        r#"{{"type": "group", {}, "children": [
            {{"type": "integer", {}, "required": true, "constraint": ". >= 0 and . < 120", "hint": {{"zh": "周岁", "en": "Years"}}}},
            {{"type": "select_one yn", {}, "default": "y"}},
            {{"type": "select_multiple yn", {}}},
            {{"type": "note", {}}},
            {{"type": "repeat", {}, "children": [{{"type": "text", {}, "appearance": "multiline"}}]}}]}}"#,
        words_of("g"),
        words_of("age"),
        words_of("one"),
        words_of("some"),
        words_of("hello"),
        words_of("r"),
        words_of("t")
    );
    let (form, losses) = exported(&survey, "");
    assert_eq!(losses, Vec::<String>::new());
    assert_eq!(
        (&form["id"], &form["name"], &form["language"]),
        (&"my-form".into(), &"My_form".into(), &"zh".into())
    );
    assert_eq!(form["_title"]["extension"][0]["extension"][1]["valueString"], "Survey");
    let items = form["item"][0]["item"].as_array().unwrap();
    let types: Vec<&str> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["integer", "choice", "choice", "display", "group"]);
    assert_eq!(items[0]["linkId"], "/my-form/g/age");
    assert_eq!(items[0]["required"], true);
    assert_eq!(items[0]["extension"][0]["valueInteger"], 0);
    assert_eq!(items[0]["extension"][1], json!({"url": MOST, "valueInteger": 119}));
    assert_eq!(items[0]["item"][0]["linkId"], "/my-form/g/age#hint");
    assert_eq!(items[1]["answerOption"][0]["valueCoding"]["code"], "y");
    assert_eq!(items[1]["answerOption"][0]["initialSelected"], true);
    // Nothing is counted, so no choice has a weight.
    assert!(items[1]["answerOption"][0].get("extension").is_none());
    assert_eq!((&items[2]["repeats"], &items[4]["repeats"]), (&true.into(), &true.into()));
    assert_eq!(items[4]["item"][0]["type"], "text");
}

#[test]
fn conditions_are_said_where_they_mean_the_same() {
    let asks = |name: &str, relevant: &str| {
        format!(r#"{{"type": "text", {}, "relevant": "{relevant}"}}"#, words_of(name))
    };
    let survey = [
        format!(r#"{{"type": "select_one yn", {}}}"#, words_of("one")),
        format!(r#"{{"type": "select_multiple yn", {}}}"#, words_of("some")),
        format!(r#"{{"type": "integer", {}}}"#, words_of("age")),
        asks("a", "${one} = 'y' and 18 <= ${age}"),
        asks("b", "selected(${some}, 'n') or ${age} = ''"),
        asks("c", "${one} != 'y'"),
        asks("d", "${one} != 'y' and ${age} > 3"),
        asks("e", "${one} = 'y' and (${age} > 3 or ${age} = 1)"),
        asks("f", "${age} + 1 > 3"),
    ];
    let (form, losses) = exported(&survey.join(","), "");
    let items = form["item"].as_array().unwrap();
    assert_eq!(
        items[3]["enableWhen"],
        json!([
            {"question": "/my-form/one", "operator": "=", "answerCoding": {"code": "y"}},
            {"question": "/my-form/age", "operator": ">=", "answerInteger": 18},
        ])
    );
    assert_eq!(items[3]["enableBehavior"], "all");
    assert_eq!(items[4]["enableBehavior"], "any");
    assert_eq!(
        items[4]["enableWhen"][1],
        json!({"question": "/my-form/age", "operator": "exists", "answerBoolean": false})
    );
    assert_eq!(
        (items[5]["enableWhen"].as_array().unwrap().len(), &items[5]["enableBehavior"]),
        (2, &"any".into())
    );
    assert!(items[6..].iter().all(|item| item.get("enableWhen").is_none()));
    assert_eq!(
        losses,
        [
            "the condition of `d`, ${one} != 'y' and ${age} > 3, is left out",
            "the condition of `e`, ${one} = 'y' and (${age} > 3 or ${age} = 1), is left out",
            "the condition of `f`, ${age} + 1 > 3, is left out",
        ]
    );
}

#[test]
fn scores_and_calculations_are_said_where_they_come_to_the_same() {
    let survey = [
        format!(r#"{{"type": "select_one yn", {}}}"#, words_of("one")),
        format!(r#"{{"type": "integer", {}}}"#, words_of("age")),
        r#"{"type": "calculate", "name": "half", "calculation": "if(${age} > 3, round(${age} div 2), '')"}"#
            .to_owned(),
        r#"{"type": "calculate", "name": "far", "calculation": "pulldata('x', 'y', 'z', ${age})"}"#
            .to_owned(),
        format!(r#"{{"type": "score", {}}}"#, words_of("total")),
        format!(r#"{{"type": "score", {}}}"#, words_of("level")),
    ];
    let assessment = r#", "assessment": [
        {"type": "scale", "name": "total", "label": {"zh": "总分", "en": "Total"}, "items": [{"value": "${one}"}, {"value": "${age}"}]},
        {"type": "band", "name": "level", "label": {"zh": "等级", "en": "Level"}, "of": "total", "bands": [
          {"code": "low", "range": "<5", "label": {"zh": "低", "en": "Low"}}, {"code": "high", "range": ">=5", "label": {"zh": "高", "en": "High"}}]},
        {"type": "flag", "name": "away", "label": {"zh": "远", "en": "Away"}, "test": "${age} > 9"}]"#;
    let (form, losses) = exported(&survey.join(","), assessment);
    let items = form["item"].as_array().unwrap();
    let weight = |at: usize| items[0]["answerOption"][at]["extension"][0].clone();
    assert_eq!(weight(0), json!({"url": WEIGHT, "valueDecimal": 2}));
    assert_eq!(weight(1), json!({"url": WEIGHT, "valueDecimal": 0.5}));
    let of = |name: &str| format!("%resource.descendants().where(linkId = '/my-form/{name}').answer.value");
    let said = |at: usize| {
        let extensions = items[at]["extension"].as_array().unwrap();
        let found = extensions.iter().find(|found| found["url"] == CALCULATED).unwrap();
        found["valueExpression"]["expression"].as_str().unwrap().to_owned()
    };
    assert_eq!(said(2), format!("iif(({age} > 3), (({age} / 2)).round(), {{}})", age = of("age")));
    assert_eq!(said(4), format!("{}.weight() + {}", of("one"), of("age")));
    assert_eq!(said(5), format!("iif({0} < 5, 'low', iif({0} >= 5, 'high', {{}}))", of("total")));
    assert_eq!(items[3]["extension"][0]["url"], HIDDEN);
    assert_eq!((&items[4]["type"], &items[5]["type"]), (&"decimal".into(), &"string".into()));
    assert_eq!(
        losses,
        [
            "how `far` is worked out, is left out",
            "the measure `away` is left out: the survey does not show it",
        ]
    );
}

#[test]
fn what_fhir_has_no_word_for_is_lost_with_its_place() {
    let survey = [
        format!(
            r#"{{"type": "text", {}, "required": "${{b}} = ''", "constraint": "regex(., 'x')", "default": "today()"}}"#,
            words_of("a")
        ),
        format!(r#"{{"type": "text", {}, "read_only": "${{a}} = 'x'"}}"#, words_of("b")),
        format!(r#"{{"type": "rank yn", {}, "choice_filter": "name != ${{a}}"}}"#, words_of("c")),
    ];
    let (_, losses) = exported(&survey.join(","), "");
    assert_eq!(
        losses,
        [
            "that `a` is required only if ${b} = '', is left out",
            "the default of `a`, today(), is left out",
            "the rule of `a`, regex(., 'x'), is left out",
            "that `b` is read-only if ${a} = 'x', is left out",
            "that the answers to `c` are put in order, is left out",
            "which choices `c` has, by its `choice_filter`, is left out",
        ]
    );
}
