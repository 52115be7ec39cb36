//! Households ranked, and services placed, as far as one's role sees, on either database.

use serde_json::{Value as Json, json};

use super::Place;
use super::town::{Town, id};

#[test]
fn sqlite() {
    ask(&Place::Sqlite);
}

#[test]
fn postgres() {
    if let Some(cluster) = doorstep_postgres::Cluster::for_tests() {
        ask(&Place::Postgres(cluster));
    }
}

fn ask(place: &Place) {
    let town = Town::open(place);
    whoever_needs_most_is_first_behind_whoever_is_in_danger(&town);
    nobody_sees_more_of_it_than_of_the_households(&town);
    what_is_planned_and_not_referred_is_to_be_placed(&town);
}

const RANKED: &str = "/api/v1/rankings/cases";

/// Which household, its place and what stands there, a row a line.
fn rows(told: &Json, keys: &[&str]) -> Vec<String> {
    let one = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |row: &Json| {
        let number = (1..=4).find(|number| row["id"] == *id('c', *number)).unwrap_or_default();
        let cells: Vec<String> = keys.iter().map(|key| one(&row[*key])).collect();
        format!("{number} {}", cells.join(" "))
    };
    told["rows"].as_array().unwrap().iter().map(row).collect()
}

fn whoever_needs_most_is_first_behind_whoever_is_in_danger(town: &Town) {
    town.begin();
    let told = town.ask(&town.station, RANKED, json!({}));
    // (50 × 15 + 50 × 20 + 62.5 × 25) / 60, exactly; people have said medium.
    assert_eq!(
        rows(&told, &["place", "value", "shown", "percentile", "band", "level", "danger"]),
        [
            "4 3 149/8 18.6 16.7 low  missing",
            "1 1 1325/24 55.2 83.3 medium medium none",
            "2 2 40 40 50 medium  none",
        ]
    );
    assert_eq!((&told["of"], &told["entities"], &told["ranked"]), (&3.into(), &4.into(), &3.into()));
    assert_eq!((&told["danger"], &told["missing"]), (&1.into(), &1.into()));
    assert_eq!(told["bands"], json!(["none", "low", "medium", "high"]));
    assert_eq!((&told["by_index"], &told["settled"]), (&json!([0, 1, 2, 0]), &json!([0, 0, 1, 0, 3])));
    assert_eq!(
        told["areas"],
        json!([
            {"area": "371002", "entities": 3, "danger": 0, "ranked": 2, "by_index": [0, 0, 2, 0]},
            {"area": "371003", "entities": 1, "danger": 1, "ranked": 1, "by_index": [0, 1, 0, 0]},
        ])
    );
    assert_eq!(town.count_to("cases"), 1);
    // By a dimension, in a town of it, and a page.
    let asked = json!({"by": "fs", "area": "371002", "only": ["state!=closed"]});
    let told = town.ask(&town.station, RANKED, asked);
    assert_eq!(rows(&told, &["place", "value", "place_in_area"]), ["1 1 10 1", "2 2 8 1"]);
    assert_eq!(told["areas"][0]["area"], "371002001");
    let told = town.ask(&town.station, RANKED, json!({"from": 1, "most": 1}));
    assert_eq!((rows(&told, &["place"]), &told["of"]), (vec!["1 1".to_owned()], &3.into()));
    // What does not concern a household ranks it nowhere.
    let told = town.ask(&town.station, RANKED, json!({"by": "hd", "area": "371002"}));
    assert_eq!(rows(&told, &["place", "value"]), ["1 1 25"]);
    assert_eq!((&told["not_applicable"], &told["missing"]), (&1.into(), &1.into()));
    for asked in [json!({"by": "level"}), json!({"only": ["level"]}), json!({"area": "37100"})] {
        assert_eq!(town.post(&town.station, RANKED, asked).status, 422);
    }
    assert_eq!(town.post(&town.station, "/api/v1/rankings/referrals", json!({})).status, 404);
}

fn nobody_sees_more_of_it_than_of_the_households(town: &Town) {
    let auditor = town.user("auditor", "auditor", "371002", None);
    let told = town.ask(&auditor, RANKED, json!({}));
    assert_eq!(rows(&told, &["place", "level"]), ["1 1 medium", "2 2 "]);
    assert!(!told.to_string().contains("王秀兰"), "{told}");
    assert_eq!(town.post(&auditor, RANKED, json!({"only": ["person=曾强"]})).status, 403);
    // Wider than one's own is one's own; another's is nobody's.
    assert_eq!(town.ask(&auditor, RANKED, json!({"area": "3710"}))["entities"], 3);
    assert_eq!(town.ask(&auditor, RANKED, json!({"area": "371003"}))["entities"], 0);
    for (name, role, provider) in [("provider", "provider", Some("P01")), ("root", "administrator", None)] {
        let area = if role == "administrator" { "" } else { "3710" };
        let stranger = town.user(name, role, area, provider);
        for path in [RANKED, "/api/v1/placement"] {
            assert_eq!(town.post(&stranger, path, json!({})).status, 403, "{name} {path}");
        }
    }
}

/// Which are placed hangs on the day, as the catalogue does (`placing/mod.rs` has that); whose services wait hangs on what is said alone.
fn what_is_planned_and_not_referred_is_to_be_placed(town: &Town) {
    let plan = "__id,services,plan_on,consent\n{1},A1 A2 C4,2026-10-09,survey referral\n{2},A1 D2,2026-11-01,survey\n{4},Z9,2026-11-01,\n";
    town.bring_in("cases", plan);
    town.begin();
    let told = town.ask(&town.station, "/api/v1/placement", json!({}));
    assert_eq!(told["households"], 3);
    let all = [&told["proposals"], &told["without"]].map(|rows| rows.as_array().unwrap().clone()).concat();
    let mut waiting: Vec<String> = all
        .iter()
        .map(|row| {
            let number = (1..=4).find(|number| row["case"] == *id('c', *number)).unwrap();
            let reason = row["reason"].as_str().filter(|why| ["consent", "not_offered"].contains(why));
            format!("{number} {} {}", row["service"].as_str().unwrap(), reason.unwrap_or("asked"))
        })
        .collect();
    waiting.sort_unstable();
    // A1 and A2 are on their way or were given under this plan.
    assert_eq!(waiting, ["1 C4 asked", "2 D2 consent", "4 Z9 not_offered"]);
    assert_eq!(town.count_to("placement"), 1);
    let taken = |told: &Json, code: &str| {
        let all = told["providers"].as_array().unwrap().clone();
        all.iter().find(|one| one["provider"] == *code).map(|one| one["taken"].clone())
    };
    assert_eq!((taken(&told, "P01"), taken(&told, "P02")), (Some(1.into()), Some(1.into())));
    // A smaller area has fewer needs, and as many places.
    let told = town.ask(&town.station, "/api/v1/placement", json!({"area": "371003"}));
    assert_eq!((&told["households"], taken(&told, "P01")), (&1.into(), Some(1.into())));
    let auditor = town.user("auditor", "auditor", "371002", None);
    assert!(!town.ask(&auditor, "/api/v1/placement", json!({})).to_string().contains("王秀兰"));
}
