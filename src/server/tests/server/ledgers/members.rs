//! Who lives in a household, as its last survey says, with what was assessed of each: the project's own forms, filled in as their cases do.

use std::path::Path;

use doorstep_delivery::draft::new_id;
use doorstep_delivery::{Draft, Moment, Submission};
use doorstep_engine::case::run_through;
use doorstep_engine::{Bundle, Form};
use serde_json::{Value as Json, json};

use super::Place;
use super::town::{Town, forms};
use crate::client::Sent;

const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };

/// A town that also serves these forms.
fn town(names: &[&str]) -> Town {
    let mut town = Town::empty(&Place::Sqlite);
    let mut files = super::town::declared();
    for name in names {
        for file in ["form.json", "cases.csv", "members.csv"] {
            let path = Path::new(name).join(file);
            let Ok(text) = std::fs::read_to_string(forms().join(&path)) else { continue };
            files.push((path.to_str().unwrap().to_owned(), text));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    town.house = town.house.serving(&files);
    town
}

/// Sends what a case of a form's answers, with more beside it, as the station; gives what it says of entities.
fn send(town: &Town, form: &str, number: u8, case: &str, more: &[Json], lists: Json) -> Vec<String> {
    let path = forms().join(form).join("cases").join(case);
    let mut case: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let steps = case["steps"].as_array_mut().unwrap();
    steps.retain(|step| step.get("answer").is_some() || step.get("add_repeat").is_some());
    steps.extend(more.iter().cloned());
    case["lists"] = lists;
    // Each is another phone, which makes ids of its own.
    case["seed"] = number.into();
    let listed = town.station.get(&town.house, "/api/v1/forms").json();
    let listed =
        listed["forms"].as_array().unwrap().iter().find(|known| known["id"] == form).unwrap().clone();
    let hash = listed["hash"].as_str().unwrap();
    let bundle = town.station.get(&town.house, &format!("/api/v1/forms/{hash}")).text();
    let form = Form::read(&Bundle::from_json(&bundle).unwrap()).form.unwrap();
    let mut session = run_through(&form, &case).0.unwrap();
    let draft = Draft::begin(new_id(NOW.ms, &[number; 10]), &session, NOW);
    let submission = Submission::seal(&mut session, &draft, &[], NOW, [0; 32]).unwrap();
    let path = format!("/api/v1/submissions/{}", submission.id());
    let body = Sent { id: submission.id().to_string(), body: submission.body().to_string() };
    let own = [
        ("x-doorstep", "1"),
        ("origin", "http://x"),
        ("sec-fetch-site", "same-origin"),
        ("content-digest", &*body.digest()),
    ];
    let sent = town.station.send_with(&town.house, "PUT", &path, &own, body.body.as_bytes());
    assert_eq!(sent.status, 201, "{}", sent.text());
    session.entities().into_iter().map(|change| change.unwrap().id).collect()
}

fn names(told: &Json) -> Vec<&str> {
    told.as_array().unwrap().iter().map(|one| one["called"].as_str().unwrap()).collect()
}

#[test]
fn a_household_tells_who_lives_there_and_what_was_assessed_of_whom() {
    let town = town(&["household-needs", "elder-ability", "follow-up"]);
    let ids = send(&town, "household-needs", 1, "h3-kidney-failure.json", &[], Json::Null);
    let [case, _, _, third] = &ids[..] else { panic!("{ids:?}") };
    let known = json!({"cases": [{"name": case, "label": "刘梅", "person": "刘梅", "town": "371083104", "village": "东山村"}]});
    let assess = |number, who: &str| {
        let chosen = json!({"answer": {"/elder-ability/who/case": case, "/elder-ability/who/person_name": who, "/elder-ability/who/age": 80}});
        send(&town, "elder-ability", number, "maxima.json", &[chosen], known.clone());
    };
    assess(2, "刘梅");
    assess(3, "不认识的人");
    let path = format!("/api/v1/entities/cases/{case}/timeline");
    let told = town.ask(&town.station, &path, json!({}));
    assert_eq!(told["versions"].as_array().unwrap().len(), 1, "an assessment says nothing of the case");
    let people = &told["people"];
    assert_eq!((&people["list"], names(&people["people"]).len()), (&json!("members"), 3));
    assert_eq!(names(&people["people"])[1..], ["刘梅", "于佳"]);
    let second = &people["people"][1];
    let said = |name: &str| second["properties"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!((said("is_subject"), said("lives_together")), ("no".to_owned(), "yes".to_owned()));
    assert!(said("member_age").parse::<u8>().is_ok() && !said("relation").is_empty(), "{second}");
    let [own] = &second["assessments"].as_array().unwrap()[..] else { panic!("{second}") };
    assert_eq!((&own["called"], &own["properties"]["total"]), (&json!("刘梅"), &json!("90")));
    assert_eq!(
        (&own["properties"]["final_level"], &own["form"]["id"]),
        (&json!("0"), &json!("elder-ability"))
    );
    assert_eq!(names(&people["others"]), ["不认识的人"]);
    assert_eq!(told["related"], json!([]), "who lives there is no referral");

    // Masked as all else; whoever sees no households sees nobody who lives in one.
    let auditor = town.user("auditor", "auditor", "3710", None);
    let masked = town.ask(&auditor, &path, json!({}));
    assert_eq!(names(&masked["people"]["people"])[1..], ["刘*", "于*"]);
    let text = masked["people"].to_string();
    assert!(
        !text.contains("刘梅") && !text.contains("不认识的人") && text.contains("elder-ability"),
        "{text}"
    );
    let birthday = masked["people"]["people"][0]["properties"]["member_birthday"].as_str().unwrap();
    assert!(birthday.ends_with("-**-**"), "{birthday}");
    assert_eq!(town.post(&town.user("far", "worker", "371003", None), &path, json!({})).status, 404);

    // A visit at which nobody was met takes nobody away.
    let came = json!({"answer": {"/household-needs/visit/case": case}});
    let nobody = "nobody-at-home.json";
    send(&town, "household-needs", 4, nobody, &[came], known);
    let told = town.ask(&town.station, &path, json!({}));
    assert_eq!((told["versions"].as_array().unwrap().len(), names(&told["people"]["people"]).len()), (2, 3));

    // Somebody left: the survey's row says so, and whoever only the list names stands behind.
    let member = json!({"name": third, "version": 1, "label": "于佳", "case": case, "person": "于佳"});
    let known = json!({"cases": [{"name": case, "label": "刘梅", "version": 2, "person": "刘梅"}], "members": [member]});
    let left = [
        json!({"answer": {"/follow-up/which/case": case, "/follow-up/which/reached": "no", "/follow-up/which/not_reached": "邻居说的", "/follow-up/home/someone_left": "yes"}}),
        json!({"answer": {"/follow-up/gone[1]/member": third, "/follow-up/gone[1]/left_how": "moved", "/follow-up/gone[1]/left_on": "2026-11-02"}}),
    ];
    let said = send(&town, "follow-up", 5, "all-well.json", &left, known);
    assert_eq!(said, [case.clone(), third.clone()]);
    let told = town.ask(&town.station, &path, json!({}));
    let of = |place: usize, name: &str| told["people"]["people"][place]["properties"][name].clone();
    assert_eq!(names(&told["people"]["people"])[1..], ["刘梅", "于佳"]);
    assert_eq!((of(2, "left_on"), of(2, "left_how")), (json!("2026-11-02"), json!("moved")));
    assert_eq!(
        (of(1, "left_on"), of(2, "age"), told["related"].clone()),
        (Json::Null, Json::Null, json!([]))
    );

    // A second phone, which had not heard of them, lists them all anew: who is there twice is marked, who left is not.
    let twice = |told: &Json| {
        let people = told["people"]["people"].as_array().unwrap().clone();
        let marked = people.iter().filter(|person| person["twice"] == true);
        marked.map(|person| person["called"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(twice(&told), [""; 0]);
    let known = json!({"cases": [{"name": case, "label": "刘梅", "version": 3, "person": "刘梅"}]});
    let came = json!({"answer": {
        "/household-needs/visit/case": case, "/household-needs/place/county": "371003", "/household-needs/place/town": "371003100", "/household-needs/place/village": "集西村",
        "/household-needs/profile/phone_kind": "none", "/household-needs/subject/subject_name": "于建国", "/household-needs/profile/categories": ["GXZC"],
    }});
    let anew = send(&town, "household-needs", 6, "h3-kidney-failure.json", &[came], known.clone());
    let told = town.ask(&town.station, &path, json!({}));
    let mut marked = twice(&told);
    marked.sort();
    marked.dedup();
    assert_eq!((marked.len(), names(&told["people"]["people"]).len()), (2, 6), "{told}");
    assert!(marked.contains(&"刘梅".to_owned()), "{marked:?}");

    // Said once that it is the same person, they are offered and marked no more.
    let member = json!({"name": anew[2], "version": 1, "label": "刘梅", "case": case, "person": "刘梅"});
    let known = json!({"cases": known["cases"], "members": [member]});
    let same = [
        json!({"answer": {"/follow-up/which/case": case, "/follow-up/which/reached": "no", "/follow-up/which/not_reached": "邻居说的", "/follow-up/home/someone_left": "yes"}}),
        json!({"answer": {"/follow-up/gone[1]/member": anew[2], "/follow-up/gone[1]/left_how": "twice"}}),
    ];
    send(&town, "follow-up", 7, "all-well.json", &same, known);
    let told = town.ask(&town.station, &path, json!({}));
    assert_eq!(twice(&told).iter().filter(|name| *name == "刘梅").count(), 0, "{told}");
}
