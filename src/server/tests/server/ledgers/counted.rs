//! Ledgers whose rows are counted, held against what the engine counts.

use std::collections::BTreeMap;

use doorstep_engine::entities::totals::{By, Count, totals};
use serde_json::{Value as Json, json};

use super::Town;

/// The properties of all cases or referrals, as the search gives them.
fn all(town: &Town, list: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let told = town.ask(&town.station, &format!("/api/v1/entities/{list}/search"), json!({"most": 500}));
    let entity = |entity: &Json| {
        let properties = serde_json::from_value(entity["properties"].clone()).unwrap();
        (entity["id"].as_str().unwrap().to_owned(), properties)
    };
    told["entities"].as_array().unwrap().iter().map(entity).collect()
}

pub fn needs_and_months_are_what_the_engine_counts(town: &Town) {
    let columns = ["difficulty", "households", "people", "towns", "referred", "not_referred"];
    assert_eq!(
        town.rows(&town.station, "l5", json!({}), &columns),
        ["欠债|1|2|环翠楼街道 1|1|0", "生病|3|6|环翠楼街道 1；鲸园街道 1；龙山路街道 1|2|1",]
    );
    let cases: Vec<BTreeMap<String, String>> = all(town, "cases").into_iter().map(|(_, said)| said).collect();
    let by = |texts: &[&str]| texts.iter().map(|text| By::parse(text).unwrap()).collect();
    let count = Count { by: by(&["difficulties:each"]), ..Count::default() };
    let counted: Vec<String> =
        totals(&count, &cases).iter().map(|total| total.entities.to_string()).collect();
    assert_eq!(town.rows(&town.station, "l5", json!({}), &["households"]), counted);

    assert_eq!(
        town.rows(
            &town.station,
            "l10",
            json!({}),
            &["month", "town", "service", "times", "households", "amount", "categories"]
        ),
        [
            "2026-10|环翠楼街道|探视巡访|2|1|35.5|残疾人 2；低保对象 2",
            "2026-10|环翠楼街道|助餐配餐|1|1||残疾人 1；低保对象 1",
            "2026-11|环翠楼街道|助餐配餐|1|1||残疾人 1；低保对象 1",
        ]
    );
    // Each record of a service by itself, counted by the engine.
    let mut served: Vec<BTreeMap<String, String>> = Vec::new();
    for (id, said) in all(town, "referrals") {
        let told = town.ask(&town.station, &format!("/api/v1/entities/referrals/{id}/timeline"), json!({}));
        for version in told["versions"].as_array().unwrap() {
            let given: BTreeMap<String, String> = serde_json::from_value(version["given"].clone()).unwrap();
            if given.get("last_service_on").is_some_and(|day| !day.is_empty()) {
                served.push(said.clone().into_iter().chain(given).collect());
            }
        }
    }
    let count = Count {
        by: by(&["last_service_on:month", "town", "service"]),
        different: Some("case".to_owned()),
        ..Count::default()
    };
    let counted = totals(&count, &served);
    let counted: Vec<String> = counted
        .iter()
        .map(|total| format!("{}|{}|{}", total.group[0], total.entities, total.different))
        .collect();
    assert_eq!(counted, ["2026-10|2|1", "2026-10|1|1", "2026-11|1|1"]);
    assert_eq!(town.rows(&town.station, "l10", json!({}), &["month", "times", "households"]), counted);
    assert_eq!(town.rows(&town.station, "l10", json!({"from": "2026-11-01"}), &["times"]), ["1"]);
}
