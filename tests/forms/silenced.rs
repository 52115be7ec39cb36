//! What the household survey tells of a danger that was named and then is not asked about any more, and whom it names.

use doorstep_engine::assess::Outcome;
use doorstep_engine::{Form, Session, case};
use serde_json::{Value as Json, json};

use super::{bundle, root};

/// The survey after the first steps of one of its cases, with more answers after them.
pub(super) fn after(name: &str, steps: usize, more: &[Json]) -> Session {
    let folder = root().join("household-needs");
    let form = Form::read(&bundle(&folder.join("form.json"))).form.expect("a form");
    let text = std::fs::read_to_string(folder.join(format!("cases/{name}.json"))).expect("the case is there");
    let mut case: Json = serde_json::from_str(&text).expect("a case is JSON");
    let all = case["steps"].as_array_mut().expect("a case has steps");
    all.truncate(steps);
    all.extend(more.iter().map(|answers| json!({"answer": answers})));
    let (session, failures) = case::run_through(&form, &case);
    assert_eq!(failures, []);
    session.expect("it runs")
}

fn told(session: &Session) -> Vec<String> {
    let because = |silenced: &doorstep_engine::session::Silenced| {
        silenced.because.as_ref().map(|because| format!("{}{}", because.question, because.answer))
    };
    let all = session.silenced();
    let told = all
        .iter()
        .map(|each| format!("{} {:?} {}", each.measure, each.whom, because(each).unwrap_or_default()));
    told.collect()
}

#[test]
fn thoughts_of_self_harm_outlive_a_consent_that_is_taken_back() {
    let up = |more: &[Json]| after("self-harm", 4, more);
    let session = up(&[]);
    assert_eq!(session.concerns("flag_self_harm"), ["试一试"]);
    assert_eq!(told(&session), [""; 0]);
    // What was answered once is noted: the danger stays up, and with it the referral that it asks for.
    for kept in [
        json!({"/household-needs/consent/consent_health": "refused"}),
        json!({"/household-needs/members[1]/mood/phq9_status": "declined"}),
        json!({"/household-needs/subject/subject_id_number": "371002195001019995"}),
    ] {
        let session = up(std::slice::from_ref(&kept));
        assert_eq!(session.outcome("flag_self_harm"), Some(Outcome::Flag(true)), "{kept}");
        assert_eq!(session.concerns("flag_self_harm"), ["试一试"], "{kept}");
        assert_eq!(told(&session), [""; 0], "{kept}");
        let shown = session.explanation("flag_self_harm").map(|told| told.shown).unwrap_or_default();
        assert!(shown.contains("[12356](tel:12356)"), "{shown}");
    }
    // The survey as a whole is another matter: nobody is asked to refer then.
    let withdrawn = up(&[json!({"/household-needs/consent/consent_survey": "refused"})]);
    assert_eq!(told(&withdrawn), [r#"flag_self_harm ["试一试"] "#]);
    let stopped = up(&[json!({"/household-needs/visit/outcome": "4"})]);
    assert_eq!(told(&stopped).len(), 1, "{:?}", told(&stopped));
    let put_right = up(&[
        json!({"/household-needs/members[1]/mood/phq9_item_9": "0"}),
        json!({"/household-needs/members[1]/mood/item_9_again": "asked_alone"}),
        json!({"/household-needs/consent/consent_health": "refused"}),
    ]);
    assert_eq!(told(&put_right), [""; 0]);
    assert_eq!(put_right.outcome("flag_self_harm"), Some(Outcome::Flag(false)));
    // Whoever talked the answer away took no danger with it.
    let talked_away = up(&[
        json!({"/household-needs/members[1]/mood/phq9_item_9": "0"}),
        json!({"/household-needs/members[1]/mood/item_9_again": "not_yet"}),
        json!({"/household-needs/consent/consent_health": "refused"}),
    ]);
    assert_eq!(talked_away.outcome("flag_self_harm"), Some(Outcome::Flag(true)));
    assert_eq!(talked_away.concerns("flag_self_harm"), ["试一试"]);
}

#[test]
fn violence_that_was_seen_outlives_another_outcome_of_the_visit() {
    let seen = json!({"/household-needs/danger/red_flags": ["violence"]});
    let session = after("red-flags", 2, std::slice::from_ref(&seen));
    assert_eq!(session.concerns("flag_violence"), [""; 0], "it is about nobody on the roster");
    let away = after("red-flags", 2, &[seen, json!({"/household-needs/visit/outcome": "7"})]);
    assert_eq!(told(&away).len(), 1, "{:?}", told(&away));
    let none = json!({"/household-needs/danger/red_flags": ["none"]});
    let away = after("red-flags", 2, &[none, json!({"/household-needs/visit/outcome": "7"})]);
    assert_eq!(told(&away), [""; 0]);
}
