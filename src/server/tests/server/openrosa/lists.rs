//! Entities come down to phones by the feed, are put right by their station, and are carried out and brought in as files.

use serde_json::{Value as Json, json};

use crate::browser::{Browser, Office};
use crate::client::Answer;

use super::entities::{HOUSEHOLD, changed, made, open, send, with};

pub(super) fn changes(office: &Office, token: &str, since: &str) -> Json {
    let bearer = format!("Bearer {token}");
    let answer = office.house.send(
        "GET",
        &format!("/api/v1/changes?since={since}"),
        &[("authorization", &*bearer)],
        b"",
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

pub(super) fn entities(said: &Json) -> Vec<Json> {
    let all = said["changes"].as_array().unwrap();
    all.iter().filter(|change| change["kind"] == "entity").cloned().collect()
}

fn reads(office: &Office) -> usize {
    office.events().into_iter().filter(|event| event.starts_with("entities_read")).count()
}

fn post_csv(office: &Office, browser: &Browser, path: &str, text: &str) -> Answer {
    let cookie = browser.cookie.clone().unwrap_or_default();
    let own = [
        ("x-doorstep", "1"),
        ("origin", "http://x"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "text/csv"),
        ("cookie", &*cookie),
    ];
    office.house.send("POST", path, &own, text.as_bytes())
}

#[test]
fn phones_of_the_area_hear_of_a_household_and_each_page_is_noted_once() {
    let office = open();
    let (_, here) = office.device("371002001", None);
    let (_, beside) = office.device("371002001", None);
    let (_, elsewhere) = office.device("371003001", None);
    assert_eq!(entities(&changes(&office, &here, "")), [] as [Json; 0]);
    assert_eq!(reads(&office), 0);

    send(&with(&office, &here), &made(1, HOUSEHOLD, "王强", "1"));
    let told = changes(&office, &beside, "");
    let entity = &entities(&told)[0];
    assert_eq!(entity["id"], format!("households/{HOUSEHOLD}"));
    assert_eq!(
        (&entity["label"], &entity["version"], &entity["area"], &entity["conflict"], &entity["properties"]),
        (
            &json!("王强"),
            &json!(1),
            &json!("371002001"),
            &json!(false),
            &json!({"called": "王强", "phone": "1"})
        )
    );
    assert_eq!(entity["by"].as_array().unwrap().len(), 1);
    assert_eq!(reads(&office), 1, "{:?}", office.events());
    assert_eq!(entities(&changes(&office, &elsewhere, "")), [] as [Json; 0]);
    // Nothing new is no reading.
    let cursor = told["next"].as_str().unwrap();
    assert_eq!(entities(&changes(&office, &beside, cursor)), [] as [Json; 0]);
    assert_eq!(reads(&office), 1);
    send(&with(&office, &here), &changed(2, 1, "2"));
    assert_eq!(entities(&changes(&office, &beside, cursor))[0]["properties"]["phone"], "2");

    // Who may not see persons as they are hears nothing; a stranger neither.
    let auditor = office.user("audit", "auditor", "");
    for browser in [&office.administrator, &auditor, &Browser::default()] {
        let told = browser.get(&office.house, "/api/v1/changes").json();
        assert_eq!(entities(&told), [] as [Json; 0], "{told}");
    }
    let station = office.user("station", "station", "371002");
    assert_eq!(entities(&station.get(&office.house, "/api/v1/changes").json()).len(), 1);
}

#[test]
fn a_contradiction_is_shown_with_both_sides_and_settled_by_its_station() {
    let office = open();
    let (_, one) = office.device("371002001", None);
    let (_, other) = office.device("371002001", None);
    send(&with(&office, &one), &made(1, HOUSEHOLD, "王强", "1"));
    send(&with(&office, &one), &changed(2, 1, "2"));
    send(&with(&office, &other), &changed(3, 1, "3"));
    let station = office.user("station", "station", "371002");
    let strange = office.user("strange", "station", "371003");
    let worker = office.user("worker", "worker", "371002");

    let path = "/api/v1/entities/conflicts";
    let shown = station.get(&office.house, path).json();
    let entity = &shown["entities"][0];
    assert_eq!(
        (&entity["id"], &entity["conflict"], &entity["version"]),
        (&json!(HOUSEHOLD), &json!("against"), &json!(3))
    );
    let sides: Vec<(&Json, &Json, &Json)> = entity["versions"].as_array().unwrap()[1..]
        .iter()
        .map(|version| (&version["given"]["phone"], &version["base"], &version["device"]))
        .collect();
    assert_eq!(
        sides,
        [(&json!("2"), &json!(1), &json!("手机 1")), (&json!("3"), &json!(1), &json!("手机 1"))]
    );
    assert!(entity["versions"][2]["at"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(strange.get(&office.house, path).json()["entities"], json!([]));
    for browser in [&worker, &office.administrator] {
        assert_eq!(browser.get(&office.house, path).status, 403);
    }

    let settle = format!("/api/v1/entities/households/{HOUSEHOLD}/settled");
    let said = json!({"version": 3, "properties": {"phone": "2"}});
    assert_eq!(strange.post(&office.house, &settle, said.clone()).status, 404);
    assert_eq!(worker.post(&office.house, &settle, said.clone()).status, 403);
    for wrong in [
        json!({"version": 9}),
        json!({"version": 3, "properties": {"__x": "2"}}),
        json!({"version": 3, "properties": {"a": 1}}),
    ] {
        assert_eq!(station.post(&office.house, &settle, wrong.clone()).status, 422, "{wrong}");
    }
    let since = changes(&office, &one, "")["next"].as_str().unwrap().to_owned();
    let settled = station.post(&office.house, &settle, said);
    assert_eq!((settled.status, settled.json()), (200, json!({"settled": true})));
    assert_eq!(station.get(&office.house, path).json()["entities"], json!([]));
    let told = &entities(&changes(&office, &one, &since))[0];
    assert_eq!(
        (&told["version"], &told["properties"]["phone"], &told["conflict"]),
        (&json!(4), &json!("2"), &json!(false))
    );
    assert_eq!(office.count("entity_settled"), 2, "what was tried too");
}

#[test]
fn a_list_is_brought_in_and_carried_out_and_moves_between_areas() {
    let office = open();
    let station = office.user("station", "station", "371002");
    let (_, here) = office.device("371002001", None);
    let (_, beside) = office.device("371002002", None);
    let path = "/api/v1/entities/households";
    let file = format!(
        "__id,label,phone,__area\n{HOUSEHOLD},王强,1,371002001\n,李敏,2,371002001\nx,错,3,\n,,4,\n,外,5,371003\n"
    );
    let report = post_csv(&office, &station, path, &file).json();
    assert_eq!(
        (&report["rows"], &report["made"], &report["refused_count"]),
        (&json!(5), &json!(2), &json!(3))
    );
    let rows: Vec<&Json> = report["refused"].as_array().unwrap().iter().map(|one| &one["row"]).collect();
    assert_eq!(rows, [&json!(4), &json!(5), &json!(6)]);
    assert!(!report.to_string().contains('错'), "no cell is repeated");
    let again = post_csv(&office, &station, path, &file).json();
    assert_eq!((&again["made"], &again["changed"], &again["known"]), (&json!(0), &json!(0), &json!(2)));

    let told = changes(&office, &here, "");
    assert_eq!(entities(&told).len(), 2);
    let since = told["next"].as_str().unwrap();
    let written = station.get(&office.house, path);
    assert!(written.text().starts_with("__id,label,phone,__version,__area\n"), "{}", written.text());
    assert_eq!(written.text().lines().count(), 3);
    // What was carried out and changed by hand: one moves, one is removed.
    let moved = written.text().replace("王强,1,1,371002001", "王强,1,1,371002002");
    assert_eq!(post_csv(&office, &station, path, &moved).json()["changed"], 1);
    let gone = &entities(&changes(&office, &here, since))[0];
    assert_eq!((&gone["id"], &gone["gone"]), (&json!(format!("households/{HOUSEHOLD}")), &json!(true)));
    assert_eq!(entities(&changes(&office, &beside, "")).len(), 1);
    let one = format!("{path}/{HOUSEHOLD}");
    assert_eq!(station.send(&office.house, "DELETE", &one, json!({})).status, 200);
    assert_eq!(station.send(&office.house, "DELETE", &one, json!({})).status, 404);
    assert_eq!(entities(&changes(&office, &beside, "")), [] as [Json; 0]);

    let worker = office.user("worker", "worker", "371002");
    for browser in [&office.administrator, &worker] {
        assert_eq!(browser.get(&office.house, path).status, 403);
    }
}
