//! A provider's phone: hears of what was referred to its organisation and of nothing else, answers that, and can say nothing of anything else.

use serde_json::{Value as Json, json};

use crate::browser::{Browser, Office};

use super::entities::{send, with};
use super::lists::{changes, entities};

/// Makes a case, or a referral, or changes one.
const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "5", "title": "Visit"},
  "entities": [{"list_name": "referrals", "label": "${person}", "entity_id": "${known}", "create_if": "${known} = ''", "update_if": "${known} != ''"}],
  "survey": [
    {"type": "select_one_from_file referrals.csv", "name": "known", "label": "Known"},
    {"type": "select_one_from_file cases.csv", "name": "one", "label": "Case"},
    {"type": "text", "name": "person", "label": "Who", "save_to": "person"},
    {"type": "text", "name": "provider", "label": "To", "save_to": "provider"},
    {"type": "text", "name": "state", "label": "State", "save_to": "state"},
    {"type": "text", "name": "check_result", "label": "Found", "save_to": "check_result"},
    {"type": "text", "name": "wanted", "label": "Wanted", "save_to": "wanted"}
  ]
}"#;
const OWN: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b01";
const OTHERS: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b02";
const CASE: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b03";

fn open() -> Office {
    let Office { house, administrator } = Office::open();
    let house = house.serving(&[
        ("visit/form.json", FORM),
        ("visit/referrals.csv", "name,label,__version\n"),
        ("visit/cases.csv", "name,label,__version\n"),
    ]);
    Office { house, administrator }
}

fn xml(number: u32, list: &str, id: &str, act: &str, label: &str, answers: &str) -> String {
    format!(
        "<visit id=\"visit\" version=\"5\">{answers}<meta><instanceID>uuid:00000000-0000-4000-8000-{number:012}</instanceID>\
         <entity dataset=\"{list}\" id=\"{id}\" {act}>{label}</entity></meta></visit>"
    )
}

fn made(number: u32, id: &str, provider: &str) -> String {
    let answers = format!("<person>孙德厚</person><provider>{provider}</provider><state>made</state>");
    xml(number, "referrals", id, "create=\"1\"", "<label>助浴 孙德厚</label>", &answers)
}

fn changed(number: u32, id: &str, base: u32, answers: &str) -> String {
    let known = format!("<known>{id}</known>{answers}");
    xml(number, "referrals", id, &format!("update=\"1\" baseVersion=\"{base}\""), "", &known)
}

/// A provider's user of that organisation.
fn provider(office: &Office, name: &str, organisation: &str, area: &str) -> Browser {
    let wanted = json!({"name": name, "role": "provider", "area": area, "provider": organisation});
    let made = office.administrator.post(&office.house, "/api/v1/users", wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    Browser::settle(&office.house, name, made.json()["password"].as_str().unwrap())
}

fn ids(said: &Json) -> Vec<(String, bool)> {
    let all = entities(said).into_iter();
    all.map(|change| (change["id"].as_str().unwrap().to_owned(), change["gone"] == true)).collect()
}

/// Sent before the referral was here, which phones do that were offline: whom it was for is what its sender was then.
#[test]
fn what_was_sent_means_what_it_meant_whatever_becomes_of_the_account() {
    let office = open();
    let (_, station) = office.device("371082007", None);
    let user = provider(&office, "bath.team", "P03", "371082");
    let (_, token) = office.device("371082", Some(&user.id));
    let phone = with(&office, &token);
    send(&phone, &changed(1, OWN, 1, "<state>accepted</state>"));
    send(&phone, &changed(2, OTHERS, 1, "<state>accepted</state>"));
    office.house.tell("UPDATE app_user SET provider = 'P05' WHERE name = 'bath.team'");
    let station = with(&office, &station);
    send(&station, &made(3, OWN, "P03"));
    send(&station, &made(4, OTHERS, "P05"));
    let states =
        office.house.ask("SELECT id || ' ' || json_extract(properties, '$.state') FROM entity ORDER BY id");
    assert_eq!(states, [format!("{OWN} accepted"), format!("{OTHERS} made")]);

    // Nor does an account that is no provider's any more speak for everybody with what it sent before.
    office.house.tell("UPDATE app_user SET role = 'station', provider = NULL WHERE name = 'bath.team'");
    send(&station, &changed(5, OTHERS, 1, "<state>more_wanted</state>"));
    let states = office.house.ask(&format!(
        "SELECT json_extract(properties, '$.state') || ' ' || version FROM entity WHERE id = '{OTHERS}'"
    ));
    assert_eq!(states, ["more_wanted 2"]);
}

#[test]
fn a_provider_hears_of_its_own_referrals_answers_them_and_does_nothing_else() {
    let mut office = open();
    let (_, station) = office.device("371082007", None);
    // It looks after another county; what was referred to it counts.
    let user = provider(&office, "bath.team", "P03", "371002");
    let (_, token) = office.device("371002", Some(&user.id));
    let station = with(&office, &station);
    send(&station, &made(1, OWN, "P03"));
    send(&station, &made(2, OTHERS, "P05"));
    let own = format!("referrals/{OWN}");
    let told = changes(&office, &token, "");
    assert_eq!(ids(&told), [(own.clone(), false)]);
    assert_eq!(entities(&told)[0]["properties"]["person"], "孙德厚");

    // It says something, and its own word comes back to it.
    let phone = with(&office, &token);
    send(
        &phone,
        &changed(3, OWN, 1, "<state>accepted</state><wanted>身份证 371002195203129994 带好</wanted>"),
    );
    let cursor = told["next"].as_str().unwrap();
    let told = changes(&office, &token, cursor);
    assert_eq!(ids(&told), [(own.clone(), false)]);
    let said = entities(&told)[0]["properties"].clone();
    assert_eq!(
        (&said["state"], &said["wanted"]),
        (&json!("accepted"), &json!("身份证 ****************** 带好"))
    );

    // What is not its to say is kept, and heard by nobody.
    let not_its_own = "a provider changes what was referred to it, and nothing else";
    let offices = "whom it is to and how its service is found is not for its provider to say";
    let case = "<label>孙德厚</label>";
    for (number, sent, reason) in [
        (4, changed(4, OTHERS, 1, "<state>accepted</state>"), not_its_own),
        (5, made(5, CASE, "P03"), not_its_own),
        (6, xml(6, "cases", CASE, "create=\"1\"", case, "<person>孙德厚</person>"), not_its_own),
        (7, changed(7, OWN, 2, "<check_result>pass</check_result><state>closed</state>"), offices),
        (8, changed(8, OWN, 2, "<provider>P05</provider>"), offices),
    ] {
        send(&phone, &sent);
        let refused = office.house.ask(&format!(
            "SELECT reason FROM entity_refused r JOIN submission s ON s.id = r.submission_id
             WHERE CAST(s.body AS TEXT) LIKE '%00000000-0000-4000-8000-{number:012}%'"
        ));
        assert_eq!(refused, [reason], "{number}");
    }
    let states =
        office.house.ask("SELECT id || ' ' || json_extract(properties, '$.state') FROM entity ORDER BY id");
    assert_eq!(states, [format!("{OWN} accepted"), format!("{OTHERS} made")]);

    // Given to another it is gone here, and there; nobody without an organisation hears of any.
    let other = provider(&office, "other.team", "P05", "371082");
    let (_, others) = office.device("371082", Some(&other.id));
    assert_eq!(ids(&changes(&office, &others, "")), [(format!("referrals/{OTHERS}"), false)]);
    send(&station, &changed(9, OWN, 2, "<provider>P05</provider><state>made</state>"));
    assert_eq!(ids(&changes(&office, &token, told["next"].as_str().unwrap())), [(own.clone(), true)]);
    assert_eq!(ids(&changes(&office, &others, "")).len(), 2);
    send(&phone, &changed(10, OWN, 3, "<state>refused</state>"));
    let versions = office.house.ask(&format!("SELECT CAST(version AS TEXT) FROM entity WHERE id = '{OWN}'"));
    assert_eq!(versions, ["3"]);

    // A feed from before organisations were told of their referrals is made good at the next start.
    office.house.stop();
    office.house.tell("DELETE FROM feed_change WHERE role LIKE 'provider/%'");
    office.house.start();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while ids(&changes(&office, &others, "")).len() != 2 {
        assert!(std::time::Instant::now() < patience, "{:?}", ids(&changes(&office, &others, "")));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    // A program gets no more than the app: the referrals to it, and of the cases the empty file of the form.
    let collect = with(&office, &others);
    let manifest = collect.fetch(&super::collect::texts(&collect.list().text(), "manifestUrl")[0]).text();
    let files = super::collect::texts(&manifest, "downloadUrl");
    let texts: Vec<String> = files.iter().map(|url| collect.fetch(url).text()).collect();
    assert_eq!(texts.iter().filter(|text| text.lines().count() == 3).count(), 1, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| *text == "name,label,__version\n").count(), 1, "{texts:?}");
}
