//! What the household survey asks to be looked at again before anybody says that there is no danger, and between what its level lies where illness was
//! not told.

use serde_json::{Value as Json, json};

use super::silenced::after;

fn wanted(session: &doorstep_engine::Session) -> Vec<String> {
    session.rechecks().iter().map(|each| format!("{} {:?}", each.measure, each.whom)).collect()
}

#[test]
fn an_item_nine_that_is_taken_back_is_looked_at_again_by_somebody() {
    let no = json!({"/household-needs/members[1]/mood/phq9_item_9": "0"});
    let session = after("self-harm", 4, std::slice::from_ref(&no));
    assert_eq!(session.dangers()[0].whom, ["试一试"], "until somebody asked alone the danger stands");
    let alone = json!({"/household-needs/members[1]/mood/item_9_again": "asked_alone"});
    let put_right = [no, alone];
    let session = after("self-harm", 4, &put_right);
    assert_eq!(session.dangers(), []);
    assert_eq!(wanted(&session), [r#"mood_taken_back ["试一试"]"#]);
    let open = session.rechecks().remove(0).handled.expect("the form asks who made sure").open;
    assert_eq!(open, session.at("/household-needs/recheck/rechecked_by"));
    let by = json!({"/household-needs/recheck/rechecked_by": "站长当面问的"});
    let session = after("self-harm", 4, &[&put_right[..], &[by]].concat());
    let handled = session.rechecks().remove(0).handled.expect("the form asks who made sure");
    assert_eq!((handled.open, handled.said.len()), (None, 1));
    // While the thoughts are told there is a danger, and nothing to look at again.
    assert_eq!(wanted(&after("self-harm", 4, &[])), [""; 0]);
}

#[test]
fn who_was_not_asked_is_named() {
    let declined = json!({"/household-needs/members[1]/mood/phq9_status": "declined"});
    let all = usize::MAX;
    let session = after("h1-older-person-alone", all, &[declined]);
    let names: Vec<Json> = session.rechecks().iter().map(|each| json!([each.measure, each.whom])).collect();
    assert_eq!(names, [json!(["mood_unasked", ["孙德厚"]])]);
}

#[test]
fn a_level_says_between_what_it_lies_where_illness_was_not_told() {
    let told = after("h1-older-person-alone", usize::MAX, &[]);
    assert_eq!(
        told.range_of("need_band"),
        None,
        "that nobody is a child or looks for work holds nothing back"
    );
    let refused = json!({"/household-needs/consent/consent_health": "refused"});
    let spending = json!({"/household-needs/money/unnamed_spending": "1200"});
    let range = after("h1-older-person-alone", usize::MAX, &[refused, spending]).range_of("need_band");
    let range = range.expect("illness was not told");
    assert_eq!(
        (range.shown, range.levels),
        (("39.3".into(), "76.7".into()), Some(("中度".into(), "高度".into())))
    );
}

#[test]
fn consent_taken_back_is_no_answer_to_change_a_level_by() {
    for (case, others) in [("h1-older-person-alone", true), ("h3-kidney-failure", false)] {
        let refused = json!({"/household-needs/consent/consent_health": "refused"});
        let spending = json!({"/household-needs/money/unnamed_spending": "1200"});
        let found = after(case, usize::MAX, &[refused, spending]).what_would_change("need_band");
        let turned: Vec<String> = found.turns.into_iter().map(|turn| turn.question).collect();
        assert_eq!(!turned.is_empty(), others, "{case}: {turned:?}");
        assert!(!turned.iter().any(|question| question.contains("同意")), "{case}: {turned:?}");
    }
}
