//! What submissions say of households is in the list that the next form is given: to whom, in which version, and where two contradict each other.

use serde_json::json;

use crate::browser::Office;
use crate::client::Answer;

use super::collect::{Collect, texts};

const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "5", "title": "Visit"},
  "entities": [{"list_name": "households", "label": "${called}", "entity_id": "${known}", "create_if": "${known} = ''", "update_if": "${known} != ''"}],
  "survey": [
    {"type": "select_one_from_file households.csv", "name": "known", "label": "Known"},
    {"type": "text", "name": "called", "label": "Called", "save_to": "called"},
    {"type": "text", "name": "phone", "label": "Phone", "save_to": "phone"}
  ]
}"#;
pub(super) const HOUSEHOLD: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";

pub(super) fn open() -> Office {
    let Office { house, administrator } = Office::open();
    let house = house.serving(&[("visit/form.json", FORM), ("visit/households.csv", "name,label\n")]);
    Office { house, administrator }
}

fn instance(number: u32, entity: &str, answers: &str) -> String {
    format!(
        "<visit id=\"visit\" version=\"5\">{answers}<meta>\
         <instanceID>uuid:00000000-0000-4000-8000-{number:012}</instanceID>{entity}</meta></visit>"
    )
}

pub(super) fn made(number: u32, id: &str, called: &str, phone: &str) -> String {
    let entity =
        format!("<entity dataset=\"households\" id=\"{id}\" create=\"1\"><label>{called}</label></entity>");
    instance(number, &entity, &format!("<called>{called}</called><phone>{phone}</phone>"))
}

pub(super) fn changed(number: u32, base: u32, phone: &str) -> String {
    let entity =
        format!("<entity dataset=\"households\" id=\"{HOUSEHOLD}\" update=\"true\" baseVersion=\"{base}\"/>");
    instance(number, &entity, &format!("<known>{HOUSEHOLD}</known><phone>{phone}</phone>"))
}

pub(super) fn with<'a>(office: &'a Office, token: &str) -> Collect<'a> {
    Collect { base: format!("/openrosa/key/{token}"), ..Collect::at(&office.house) }
}

pub(super) fn send(collect: &Collect<'_>, xml: &str) {
    let answer = collect.post(xml, &[], false);
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// The list as Collect fetches it, by way of the manifest.
fn list(collect: &Collect<'_>) -> (String, Answer) {
    let manifest = collect.fetch(&texts(&collect.list().text(), "manifestUrl")[0]).text();
    let file = collect.fetch(&texts(&manifest, "downloadUrl")[0]);
    assert_eq!(file.status, 200, "{}", file.text());
    (manifest, file)
}

#[test]
fn a_household_that_was_found_is_in_the_next_forms_list() {
    let mut office = open();
    let (_, here) = office.device("371002001", None);
    let (_, beside) = office.device("371002001", None);
    let (_, elsewhere) = office.device("371003001", None);
    let (_, wider) = office.device("371002", None);
    {
        let collect = with(&office, &here);
        assert_eq!(list(&collect).1.text(), "name,label,__version\n");
        send(&collect, &made(1, HOUSEHOLD, "王强, &quot;北门&quot;", "'; DROP TABLE entity --"));
        let whole = format!(
            "name,label,__version,called,phone\n{HOUSEHOLD},\"王强, \"\"北门\"\"\",1,\"王强, \"\"北门\"\"\",'; DROP TABLE entity --\n"
        );
        for token in [&here, &beside, &wider] {
            let (manifest, file) = list(&with(&office, token));
            assert_eq!(file.text(), whole);
            assert!(manifest.contains("<mediaFile type=\"entityList\"><filename>households.csv</filename>"));
        }
        assert_eq!(list(&with(&office, &elsewhere)).1.text(), "name,label,__version\n");
        // Both over the first version: the later counts, both are kept, and it is told.
        send(&with(&office, &beside), &changed(2, 1, "2"));
        send(&collect, &changed(3, 1, "3"));
        send(&collect, &changed(3, 1, "3"));
    }
    let known = |office: &Office| {
        let versions = "SELECT version || ' ' || COALESCE(base, '-') || ' ' || given || ' ' || conflict FROM entity_version ORDER BY version";
        let mut rows = office.house.ask(versions);
        rows.extend(office.house.ask("SELECT version || ' ' || properties || ' ' || conflict FROM entity"));
        rows.extend(office.house.ask(
            "SELECT place || ' ' || id || ' ' || reason FROM entity_refused ORDER BY submission_id, place",
        ));
        rows
    };
    let both = [
        r#"1 - {"called":"王强, \"北门\"","phone":"'; DROP TABLE entity --"} 0"#,
        r#"2 1 {"phone":"2"} 0"#,
        r#"3 1 {"phone":"3"} 2"#,
        r#"3 {"called":"王强, \"北门\"","phone":"3"} 2"#,
    ];
    assert_eq!(known(&office), both);

    // All of it follows from the submissions.
    office.house.stop();
    for table in ["entity", "entity_version", "entity_refused", "entity_done"] {
        office.house.tell(&format!("DELETE FROM {table}"));
    }
    office.house.start();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while known(&office) != both && std::time::Instant::now() < patience {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(known(&office), both);
    let reads = office.events().into_iter().filter(|event| event.starts_with("entities_read")).count();
    assert_eq!(reads, 5, "{:?}", office.events());
}

#[test]
fn what_can_not_be_applied_is_kept_with_its_reason_and_takes_no_answer_away() {
    let office = open();
    let (_, here) = office.device("371002001", None);
    let (_, elsewhere) = office.device("371003001", None);
    let collect = with(&office, &here);
    send(&collect, &made(1, HOUSEHOLD, "王强", "1"));
    for (number, collect, xml, reason) in [
        (2, &collect, made(2, HOUSEHOLD, "李敏", "2"), "it is to be made, and there is one already"),
        (3, &with(&office, &elsewhere), changed(3, 1, "3"), "it lies in another area"),
        (4, &collect, made(4, "../../x", "李敏", "4"), "its id is no UUID"),
        (
            5,
            &collect,
            made(5, "0190a0c6-0000-7bb2-9c3e-0a3d9f6a1b2c", " ", "5"),
            "it is new and has no label",
        ),
        (
            6,
            &collect,
            changed(6, 1, "6").replace(HOUSEHOLD, "0190a0c6-1111-7bb2-9c3e-0a3d9f6a1b2c"),
            "it is to be changed, and nobody knows it",
        ),
        (
            7,
            &collect,
            made(7, HOUSEHOLD, "x", "7").replace("households\"", "__households\""),
            "its list has no name that could be one",
        ),
        (8, &collect, changed(8, 1, &"8".repeat(40_000)), "it says more than a list can hold of one"),
    ] {
        send(collect, &xml);
        let reasons = office.house.ask("SELECT reason FROM entity_refused");
        assert_eq!(reasons.len(), number - 1);
        assert!(reasons.iter().any(|told| told == reason), "{reason}: {reasons:?}");
    }
    assert_eq!(office.house.rows().len(), 8);
    assert_eq!(
        office.house.ask("SELECT version || label || properties FROM entity"),
        [r#"1王强{"called":"王强","phone":"1"}"#]
    );
}

#[test]
fn a_station_counts_the_households_of_its_area_and_who_sees_no_names_counts_none() {
    let office = open();
    let (_, here) = office.device("371002001", None);
    let (_, elsewhere) = office.device("371003001", None);
    for (number, collect, phone) in
        [(1, with(&office, &here), "1"), (2, with(&office, &here), "1"), (3, with(&office, &elsewhere), "2")]
    {
        send(&collect, &made(number, &format!("0190a0c6-3f7e-7bb2-9c3e-00000000000{number}"), "王强", phone));
    }
    let station = office.user("station", "station", "371002");
    let ask = |who: &crate::browser::Browser, asked: serde_json::Value| {
        who.post(&office.house, "/api/v1/totals/households", asked)
    };
    let told = ask(&station, json!({"by": ["called"], "only": ["phone>=1"], "different": "phone"}));
    assert_eq!(told.json(), json!({"totals": [{"group": ["王强"], "entities": 2, "different": 1}]}));
    let everywhere = office.user("all", "station", "");
    let told = ask(&everywhere, json!({"by": ["phone"]})).json();
    assert_eq!(told["totals"].as_array().map(Vec::len), Some(2), "{told}");

    for wrong in [
        json!({"by": ["a b"]}),
        json!({"by": ["a", "b", "c", "d"]}),
        json!({"only": ["phone"]}),
        json!({"only": vec!["phone=1"; 9]}),
        json!({"different": "'; DROP TABLE entity --"}),
    ] {
        let refused = ask(&station, wrong.clone());
        assert_eq!((refused.status, refused.code().as_str()), (422, "bad_field"), "{wrong}");
    }
    assert_eq!(ask(&station, json!({"sql": "1"})).status, 400);
    let auditor = office.user("auditor", "auditor", "");
    for who in [&auditor, &office.administrator] {
        assert_eq!(ask(who, json!({"by": ["called"]})).status, 403);
    }
    assert_eq!(
        crate::browser::Browser::default().post(&office.house, "/api/v1/totals/households", json!({})).status,
        401
    );
    assert_eq!(office.count("entities_read"), 2, "{:?}", office.events());
}

#[test]
fn what_was_said_before_its_household_arrived_counts_once_that_is_here_and_in_its_order() {
    let office = open();
    let (_, here) = office.device("371002001", None);
    let collect = with(&office, &here);
    let line = |number: u32, base: u32, phone: &str| {
        let own = format!("baseVersion=\"{base}\" branchId=\"line\" trunkVersion=\"\"");
        changed(number, base, phone).replace(&format!("baseVersion=\"{base}\""), &own)
    };
    // A phone tries again in any order: the last first.
    send(&collect, &line(3, 2, "3"));
    send(&collect, &line(2, 1, "2"));
    assert_eq!(office.house.ask("SELECT reason FROM entity_refused").len(), 2);
    send(&collect, &made(1, HOUSEHOLD, "王强", "1"));
    let versions = "SELECT version || ' ' || COALESCE(base, '-') || ' ' || conflict FROM entity_version ORDER BY version";
    assert_eq!(office.house.ask(versions), ["1 - 0", "2 1 0", "3 2 0"]);
    assert_eq!(office.house.ask("SELECT properties FROM entity"), [r#"{"called":"王强","phone":"3"}"#]);
    assert_eq!(office.house.ask("SELECT reason FROM entity_refused"), [""; 0]);
}
