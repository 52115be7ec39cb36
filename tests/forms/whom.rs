//! Whom of a household the services are for that the household survey finds.

use doorstep_engine::{Form, Session, case};
use serde_json::Value as Json;

use super::{bundle, root};

fn surveyed(name: &str) -> Session {
    let folder = root().join("household-needs");
    let form = Form::read(&bundle(&folder.join("form.json"))).form.expect("a form");
    let text = std::fs::read_to_string(folder.join(format!("cases/{name}.json"))).expect("the case is there");
    let case: Json = serde_json::from_str(&text).expect("a case is JSON");
    let (session, failures) = case::run_through(&form, &case);
    assert_eq!(failures, []);
    session.expect("it runs")
}

/// `C1 于强`, for each service that fits.
fn whom(session: &Session) -> Vec<String> {
    let (catalogue, matched) = session.services().expect("its catalogue");
    let whom = session.whom_services_are_for(&catalogue, &matched);
    let told = matched.needs.iter().zip(whom);
    told.map(|(found, whom)| {
        format!("{} {}", catalogue.item(found.item).code, whom.join(" ")).trim_end().to_owned()
    })
    .collect()
}

#[test]
fn a_service_names_the_people_whose_answers_decided_it() {
    assert_eq!(whom(&surveyed("h3-kidney-failure")), ["D1 于建国", "E1", "B4 于建国", "C1 于建国", "E2"]);
    // One answer for all children says nothing of each.
    assert_eq!(whom(&surveyed("the-children-as-one")), ["B4 蒋二", "D2"]);
    // Able to work and without it is one of the two, and not the one who is unable to.
    let mut session = surveyed("unable-to-work");
    let key = session.at("/household-needs/members[2]/school_and_work/labour_capacity").expect("it is there");
    session.answer_text(key, "full").expect("it takes the answer");
    assert_eq!(whom(&session), ["D3 周到"]);
    // Nobody else is there: it need not be said.
    let alone = whom(&surveyed("h1-older-person-alone"));
    assert!(!alone.is_empty() && alone.iter().all(|told| !told.contains(' ')), "{alone:?}");
}

#[test]
fn what_rests_on_a_danger_is_known_so_that_not_everybody_reads_it() {
    let beside = |session: &Session| -> Vec<String> {
        let (catalogue, matched) = session.services().expect("its catalogue");
        let beside = session.services_beside_dangers(&catalogue, &matched);
        let told = matched.needs.iter().zip(beside).filter(|(_, beside)| *beside);
        told.map(|(found, _)| catalogue.item(found.item).code.to_string()).collect()
    };
    let mut session = surveyed("h3-kidney-failure");
    assert_eq!(
        beside(&session),
        ["D1"],
        "no danger is up: the questionnaire's points are nobody else's business all the same"
    );
    let mut give = |path: &str, text: &str| {
        let key = session.at(&format!("/household-needs/{path}")).expect("it is there");
        session.answer_text(key, text).expect("it takes the answer");
    };
    // The total is asked together with the thoughts that are the danger: that the counselling was found says both.
    give("members[1]/mood/phq9_item_9", "1");
    // The outcome of the visit decides what has to be answered, thoughts and bathing alike; that bathing is difficult says nothing of the thoughts.
    assert_eq!(beside(&session), ["D1"]);
    let mut give = |path: &str, text: &str| {
        let key = session.at(&format!("/household-needs/{path}")).expect("it is there");
        session.answer_text(key, text).expect("it takes the answer");
    };
    give("members[1]/mood/phq9_item_9", "0");
    give("members[1]/mood/item_9_again", "slip");
    give("danger/red_flags", "violence");
    // The counselling stays among them: the number to call, asked beside the danger, decides whether the total is asked.
    assert_eq!(beside(&session), ["E4", "D1"]);
}
