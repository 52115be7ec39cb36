//! The resident's side over the wire: a query code and an ID number prove whose case it is, at a kiosk and nowhere else, and nobody learns more from a wrong try.

use doorstep_delivery::{hand_over, query_code};
use serde_json::{Value as Json, json};

use crate::browser::Browser;
use crate::client::{Answer, FORM, Place, Sent, on_each_database};
use crate::ledgers::town::{Town, id};

on_each_database!(
    a_code_of_the_office_shows_ones_own_case_at_a_kiosk,
    wrong_tries_are_told_alike_and_lock,
    a_ticket_proves_the_case_that_its_survey_made,
    a_call_from_a_kiosk_reaches_its_own_station,
    a_draft_that_is_handed_over_goes_to_one_of_the_area_s_staff,
    a_draft_of_a_colleague_goes_to_whom_they_show_the_code,
    nobody_but_a_kiosk_shows_and_nobody_but_the_station_hands_out,
);

const NUMBER: &str = "371002195001019994";
const OTHER: &str = "37108319801231996X";
const OWN_CASE: &str = "/api/v1/own-case";
const HELP: &str = include_str!("../../../../forms/kiosk-help/form.json");

/// A device's token.
fn device(town: &Town, area: &str, kiosk: bool) -> String {
    let wanted = json!({"name": "自助机 1", "area": area, "kiosk": kiosk});
    let made = town.post(&town.station, "/api/v1/enrolments", wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    let code = made.json()["code"].clone();
    let enrolled = Browser::default().post(&town.house, "/api/v1/devices", json!({ "code": code })).json();
    assert_eq!(enrolled["device"]["kiosk"], kiosk);
    enrolled["token"].as_str().unwrap().to_owned()
}

fn as_device(town: &Town, token: &str, method: &str, path: &str, body: &Json) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", &*bearer)];
    town.house.send(method, path, &headers, body.to_string().as_bytes())
}

fn ask(town: &Town, kiosk: &str, number: &str, code: &str) -> Answer {
    as_device(town, kiosk, "POST", OWN_CASE, &json!({"id_number": number, "code": code}))
}

fn codes_of(case: &str) -> String {
    format!("/api/v1/cases/{case}/query-codes")
}

/// A new code for a person of a household.
fn code(town: &Town, case: &str, number: &str) -> String {
    let made = town.post(&town.station, &codes_of(case), json!({ "id_number": number }));
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["code"].as_str().unwrap().to_owned()
}

/// Neither what was typed nor what proves is in any table that keeps words.
fn nothing_is_kept(town: &Town, code: &str) {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    for question in [
        "SELECT line FROM audit",
        "SELECT proof FROM query_code",
        "SELECT subject FROM query_try",
        "SELECT id FROM query_code",
    ] {
        let told = town.house.ask(question).join("\n");
        for secret in [NUMBER, OTHER, code, &digits, "王秀兰", &query_code::proof(NUMBER, code).unwrap()] {
            assert!(!told.contains(secret), "{question}");
        }
    }
}

fn a_code_of_the_office_shows_ones_own_case_at_a_kiosk(place: &Place) {
    let town = Town::open(place);
    let (case, kiosk) = (id('c', 1), device(&town, "371002", true));
    let code = code(&town, &case, NUMBER);
    let shown = ask(&town, &kiosk, " 371002 19500101 9994", &code.replace(' ', "-"));
    assert_eq!(shown.status, 200, "{}", shown.text());
    let told = shown.json();
    assert_eq!(
        (&told["case"], &told["person"], &told["state"]),
        (&json!(case), &json!("王秀兰"), &json!("assessed"))
    );
    assert_eq!(told["dates"]["visited_on"], "2026-10-05");
    let services: Vec<(&str, &str)> = told["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (service["service"]["zh"].as_str().unwrap(), service["state"].as_str().unwrap()))
        .collect();
    assert_eq!(services, [("助餐配餐", "in_service"), ("探视巡访", "closed")]);
    // Neither danger nor points, nor what somebody remarked, nor who assessed.
    for hidden in
        ["coma", "叫了 120", "愿意配合", "女儿常来", "high", "周八", "孙七", "illness", "red_flags", "\"fs\""]
    {
        assert!(!shown.text().contains(hidden), "{hidden}: {}", shown.text());
    }
    nothing_is_kept(&town, &code);
    // A kiosk of a town within the case's county serves it too.
    let within = device(&town, "371002001", true);
    assert_eq!(ask(&town, &within, NUMBER, &code).status, 200);

    // What is listed of codes is no code; one that is revoked is over.
    let listed = town.station.get(&town.house, &codes_of(&case));
    assert!(!listed.text().contains(&code));
    let first = listed.json()["codes"][0].clone();
    assert_eq!((&first["by"], &first["of_ticket"]), (&json!("station"), &json!(false)));
    let path = format!("/api/v1/query-codes/{}", first["id"].as_str().unwrap());
    assert_eq!(town.station.send(&town.house, "DELETE", &path, json!({})).status, 200);
    assert_eq!(ask(&town, &kiosk, NUMBER, &code).code(), "not_proved");
    // The same person with another household's code sees that one alone, and a kiosk elsewhere nothing of either.
    let other = self::code(&town, &id('c', 2), NUMBER);
    assert_eq!(ask(&town, &kiosk, NUMBER, &other).json()["person"], "曾强");
    let elsewhere = device(&town, "371003", true);
    assert_eq!(ask(&town, &elsewhere, NUMBER, &other).code(), "not_proved");
    let events = ["query_code_made", "query_code_revoked", "own_case_shown", "own_case_refused"];
    assert_eq!(events.map(|event| count(&town, event)), [2, 1, 3, 2]);
}

/// How often it is in the audit log.
fn count(town: &Town, event: &str) -> usize {
    let lines = town.house.ask("SELECT line FROM audit");
    lines.iter().filter(|line| line.contains(&format!("\"event\":\"{event}\""))).count()
}

fn wrong_tries_are_told_alike_and_lock(place: &Place) {
    let town = Town::open(place);
    let (case, kiosk) = (id('c', 1), device(&town, "371002", true));
    let code = code(&town, &case, NUMBER);
    let wrong = ask(&town, &kiosk, NUMBER, "0000 0000 0000");
    let unknown = ask(&town, &kiosk, OTHER, "0000 0000 0000");
    let nonsense = ask(&town, &kiosk, "王秀兰", "");
    assert_eq!((wrong.status, wrong.code()), (403, "not_proved".to_owned()));
    assert_eq!((wrong.text(), wrong.status), (unknown.text(), unknown.status));
    assert_eq!((wrong.text(), wrong.status), (nonsense.text(), nonsense.status));
    // Known or not: after five wrong ones the number waits, and the right code does not help.
    for number in [NUMBER, OTHER] {
        for _ in 0..4 {
            assert_eq!(ask(&town, &kiosk, number, "0000 0000 0001").code(), "not_proved");
        }
        let locked = ask(&town, &kiosk, number, &code);
        assert_eq!((locked.status, locked.code()), (429, "locked".to_owned()));
        assert!(locked.header("retry-after").unwrap().parse::<u64>().unwrap() > 3_000);
    }
    // Four more numbers, one try each, and the kiosk waits, whoever tries; a kiosk beside it does not.
    for number in ["1", "2", "3", "4"] {
        assert_eq!(ask(&town, &kiosk, number, "").code(), "not_proved");
    }
    assert_eq!(ask(&town, &kiosk, "5", "").code(), "locked");
    let beside = device(&town, "371002", true);
    assert_eq!(ask(&town, &beside, "5", "").code(), "not_proved");
    assert_eq!(ask(&town, &beside, NUMBER, &code).code(), "locked", "the number waits everywhere");
    // An hour later.
    town.house.tell("UPDATE query_try SET last_at = last_at - 3600000");
    assert_eq!(ask(&town, &kiosk, NUMBER, &code).status, 200);
    nothing_is_kept(&town, &code);
}

fn a_ticket_proves_the_case_that_its_survey_made(place: &Place) {
    let mut town = Town::open(place);
    town.house = town.house.serving(&[("visit/form.json", FORM), ("kiosk-help/form.json", HELP)]);
    let kiosk = device(&town, "371002", true);
    let code = query_code::new(482_109_375_566);
    let proof = query_code::proof(NUMBER, &code).unwrap();
    let send = |number: u8, case: &str, proof: &str| {
        let sent = survey(&town, number, case, proof);
        let digest = sent.digest();
        let bearer = format!("Bearer {kiosk}");
        let headers =
            [("content-type", "application/json"), ("content-digest", &*digest), ("authorization", &*bearer)];
        town.house.send("PUT", &format!("/api/v1/submissions/{}", sent.id), &headers, sent.body.as_bytes())
    };
    let case = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
    let answer = send(1, case, &proof);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(send(1, case, &proof).status, 200, "sent again");
    let shown = ask(&town, &kiosk, NUMBER, &code);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let told = shown.json();
    assert_eq!((&told["case"], &told["state"]), (&json!(case), &json!("visit_planned")));
    assert_eq!(told["dates"]["visit_by"], "2026-11-26");
    assert_eq!(town.station.get(&town.house, &codes_of(case)).json()["codes"][0]["of_ticket"], true);
    // Whoever says a proof for a household that is known already gets nothing of it.
    let stolen = query_code::new(1);
    assert_eq!(send(2, &id('c', 2), &query_code::proof(OTHER, &stolen).unwrap()).status, 201);
    assert_eq!(ask(&town, &kiosk, OTHER, &stolen).code(), "not_proved");
    // Nobody's phone and no list hears of proofs.
    let properties = town.house.ask("SELECT properties FROM entity WHERE list = 'cases'").join("\n");
    assert!(!properties.contains(&proof) && !properties.contains(query_code::FIELD));
}

/// A survey that asks for help, as a kiosk sends it.
fn survey(town: &Town, number: u8, case: &str, proof: &str) -> Sent {
    let listed = town.house.get("/api/v1/forms").json();
    let form =
        listed["forms"].as_array().unwrap().iter().find(|form| form["id"] == "kiosk-help").unwrap().clone();
    let id = doorstep_delivery::draft::new_id(1_795_397_400_000, &[number; 10]).to_string();
    let xml = format!(
        "<kiosk-help id=\"kiosk-help\" version=\"2026.11.2\"><query_proof>{proof}</query_proof>\
         <name><person>王秀兰</person></name><where><village>西门外村</village></where>\
         <when><urgency>soon</urgency><found_on>2026-11-23</found_on><visit_by>2026-11-26</visit_by><state>lead</state></when>\
         <meta><instanceID>uuid:{id}</instanceID><entity dataset=\"cases\" id=\"{case}\" create=\"1\">\
         <label>王秀兰 西门外村</label></entity></meta></kiosk-help>"
    );
    let body = json!({
        "doorstep": 2, "id": id, "form": {"id": "kiosk-help", "version": form["version"], "hash": form["hash"]},
        "supersedes": null, "created_at": "2026-11-23T09:30:00.000+08:00",
        "finished_at": "2026-11-23T10:00:00.000+08:00", "language": "zh", "instance_name": "", "attachments": [],
        "data": {"kiosk-help": {"query_proof": proof, "name": {"person": "王秀兰"}}}, "xml": xml,
    });
    Sent { id, body: body.to_string() }
}

fn a_call_from_a_kiosk_reaches_its_own_station(place: &Place) {
    let town = Town::open(place);
    let (kiosk, phone) = (device(&town, "371002", true), device(&town, "371002", false));
    let call = || as_device(&town, &kiosk, "POST", "/api/v1/calls", &json!({}));
    let waiting = |who: &Browser| who.get(&town.house, "/api/v1/calls").json()["calls"].clone();
    let own = || as_device(&town, &kiosk, "GET", "/api/v1/calls", &json!({})).json()["calls"].clone();
    assert_eq!((waiting(&town.station), own()), (json!([]), json!([])));
    let made = call();
    assert_eq!((made.status, &made.json()["kiosk"]), (201, &json!("自助机 1")));
    let again = call();
    assert_eq!((again.status, &again.json()["id"]), (200, &made.json()["id"]), "pressed twice it is one");
    let called = waiting(&town.station);
    assert_eq!((called.as_array().unwrap().len(), &called[0]["seen"]), (1, &json!(false)));
    // Nobody else hears of it, and nobody else answers it.
    let elsewhere = town.user("elsewhere", "station", "371003", None);
    let worker = town.user("worker", "worker", "371002", None);
    let seen = format!("/api/v1/calls/{}/seen", called[0]["id"].as_str().unwrap());
    assert_eq!(waiting(&elsewhere), json!([]));
    assert_eq!(town.post(&elsewhere, &seen, json!({})).code(), "unknown");
    assert_eq!(worker.get(&town.house, "/api/v1/calls").code(), "forbidden");
    assert_eq!(town.post(&worker, &seen, json!({})).code(), "forbidden");
    assert_eq!(as_device(&town, &phone, "POST", "/api/v1/calls", &json!({})).code(), "forbidden");
    assert_eq!(as_device(&town, &kiosk, "POST", &seen, &json!({})).code(), "forbidden");
    assert_eq!(town.post(&town.station, &seen, json!({})).status, 200);
    assert_eq!((waiting(&town.station), own()[0]["seen"].clone()), (json!([]), json!(true)));
    assert_eq!(call().status, 201, "whoever calls after that calls anew");
}

fn a_draft_that_is_handed_over_goes_to_one_of_the_area_s_staff(place: &Place) {
    let town = Town::open(place);
    let (kiosk, other) = (device(&town, "371002", true), device(&town, "371002", true));
    let path = |code: &str, rest: &str| format!("/api/v1/handovers/{}{rest}", hand_over::id(code));
    let (code, sealed) = ("23456789abcdefghjkmn", json!({"sealed": "what nobody here can read"}));
    let put = |kiosk: &str, code: &str| as_device(&town, kiosk, "PUT", &path(code, ""), &sealed);
    assert_eq!(put(&kiosk, code).status, 201);
    assert_eq!(put(&other, code).code(), "taken_id");
    let state = |kiosk: &str| as_device(&town, kiosk, "GET", &path(code, ""), &json!({}));
    assert_eq!(state(&kiosk).json()["state"], "waiting");
    assert_eq!(state(&other).code(), "unknown", "another kiosk's");

    // Neither a kiosk nor a phone that is nobody's, nor whoever has no such role or another area; and a stranger least.
    let phone = device(&town, "371002", false);
    for token in [&kiosk, &other, &phone] {
        let refused = as_device(&town, token, "POST", &path(code, "/take"), &json!({}));
        assert_eq!(refused.code(), "forbidden");
    }
    for (name, role, area) in [
        ("auditor", "auditor", "371002"),
        ("elsewhere", "station", "371003"),
        ("narrow", "worker", "371002001"),
    ] {
        let user = town.user(name, role, area, None);
        assert_eq!(town.post(&user, &path(code, "/take"), json!({})).code(), "forbidden", "{name}");
    }
    assert_eq!(town.post(&Browser::default(), &path(code, "/take"), json!({})).code(), "login");
    let put_by_nobody = as_device(&town, &phone, "PUT", &path("another", ""), &sealed);
    assert_eq!(put_by_nobody.code(), "forbidden", "a phone that is nobody's gives nothing away");
    assert_eq!(town.post(&town.station, "/api/v1/handovers/nonsense/take", json!({})).code(), "unknown");

    // The first has it, as often as they ask until they have kept it; then it is gone for good.
    let worker = town.user("worker", "worker", "371002", None);
    for _ in 0..2 {
        let taken = town.post(&worker, &path(code, "/take"), json!({}));
        assert_eq!((taken.status, taken.json()), (200, sealed.clone()));
    }
    assert_eq!(town.post(&town.station, &path(code, "/take"), json!({})).code(), "taken");
    assert_eq!(state(&kiosk).json()["state"], "taken");
    let withdraw = as_device(&town, &kiosk, "POST", &path(code, "/withdraw"), &json!({}));
    assert_eq!(withdraw.code(), "taken");
    assert_eq!(town.post(&town.station, &path(code, "/kept"), json!({})).status, 200);
    assert_eq!(state(&kiosk).json()["state"], "taken", "whoever has not fetched it says nothing");
    assert_eq!(town.post(&worker, &path(code, "/kept"), json!({})).status, 200);
    assert_eq!(state(&kiosk).json()["state"], "kept");
    assert_eq!(town.post(&worker, &path(code, "/take"), json!({})).code(), "unknown");

    // Taken back before anybody came.
    let again = "abcdefghjkmn23456789";
    assert_eq!(put(&kiosk, again).status, 201);
    let withdraw = |token: &str| as_device(&town, token, "POST", &path(again, "/withdraw"), &json!({}));
    assert_eq!(withdraw(&other).code(), "unknown");
    assert_eq!(withdraw(&kiosk).status, 200);
    assert_eq!(town.post(&worker, &path(again, "/take"), json!({})).code(), "unknown");
    let events = ["handover_made", "handover_taken", "handover_withdrawn"];
    assert_eq!(events.map(|event| count(&town, event)), [3, 4, 2]);
    let told = town.house.ask("SELECT line FROM audit").join("\n");
    assert!(!told.contains(code) && !told.contains(again), "the code is nowhere on the server");
}

fn a_draft_of_a_colleague_goes_to_whom_they_show_the_code(place: &Place) {
    let town = Town::open(place);
    let path = |rest: &str| format!("/api/v1/handovers/{}{rest}", hand_over::id("23456789abcdefghjkmn"));
    let sealed = json!({"sealed": "what nobody here can read"});
    let mine = town.user("mine", "worker", "371002001", None);
    let theirs = town.user("theirs", "worker", "371002002", None);
    let auditor = town.user("auditor", "auditor", "371002", None);
    let put = |user: &Browser| user.send(&town.house, "PUT", &path(""), sealed.clone());
    assert_eq!(put(&auditor).code(), "forbidden");
    assert_eq!(put(&mine).status, 201);
    let state = |user: &Browser| user.get(&town.house, &path(""));
    assert_eq!(state(&mine).json(), json!({"state": "waiting", "by": null}));
    assert_eq!(state(&theirs).code(), "unknown");
    assert_eq!(town.post(&auditor, &path("/take"), json!({})).code(), "forbidden");
    assert_eq!(town.post(&theirs, &path("/take"), json!({})).json(), sealed, "another village's, too");
    assert_eq!(state(&mine).json(), json!({"state": "taken", "by": "theirs"}));
    assert_eq!(town.post(&mine, &path("/withdraw"), json!({})).code(), "taken");
    assert_eq!(town.post(&theirs, &path("/kept"), json!({})).status, 200);
    assert_eq!(state(&mine).json(), json!({"state": "kept", "by": "theirs"}));
}

fn nobody_but_a_kiosk_shows_and_nobody_but_the_station_hands_out(place: &Place) {
    let town = Town::open(place);
    let case = id('c', 1);
    let code = code(&town, &case, NUMBER);
    let proof = json!({"id_number": NUMBER, "code": code});
    for (name, role) in [("worker", "worker"), ("auditor", "auditor")] {
        let user = town.user(name, role, "371002", None);
        assert_eq!(town.post(&user, OWN_CASE, proof.clone()).code(), "forbidden", "{role}");
        assert_eq!(
            town.post(&user, &codes_of(&case), json!({"id_number": NUMBER})).code(),
            "forbidden",
            "{role}"
        );
        assert_eq!(user.get(&town.house, &codes_of(&case)).code(), "forbidden", "{role}");
    }
    assert_eq!(town.post(&town.station, OWN_CASE, proof.clone()).code(), "forbidden");
    assert_eq!(town.post(&Browser::default(), OWN_CASE, proof.clone()).code(), "login");
    let phone = device(&town, "371002", false);
    assert_eq!(as_device(&town, &phone, "POST", OWN_CASE, &proof).code(), "forbidden");

    // A kiosk sends and shows, and reads no list by any way.
    let kiosk = device(&town, "371002", true);
    for (method, path) in [
        ("POST", "/api/v1/entities/cases/search".to_owned()),
        ("POST", format!("/api/v1/entities/cases/{case}/timeline")),
        ("GET", "/api/v1/entities/cases".to_owned()),
        ("GET", "/api/v1/submissions".to_owned()),
        ("GET", codes_of(&case)),
        ("GET", "/api/v1/devices".to_owned()),
    ] {
        assert_eq!(as_device(&town, &kiosk, method, &path, &json!({})).code(), "forbidden", "{path}");
    }
    let changes = as_device(&town, &kiosk, "GET", "/api/v1/changes", &json!({})).text();
    assert!(changes.contains("\"visit\"") && !changes.contains("王秀兰"), "{changes}");
    assert!(as_device(&town, &phone, "GET", "/api/v1/changes", &json!({})).text().contains("王秀兰"));

    // A household elsewhere looks like none, and so does what is no number.
    let elsewhere = town.user("elsewhere", "station", "371003", None);
    assert_eq!(town.post(&elsewhere, &codes_of(&case), json!({"id_number": NUMBER})).code(), "unknown");
    let bad = town.post(&town.station, &codes_of(&case), json!({"id_number": "371002195001019995"}));
    assert_eq!(bad.code(), "bad_field");
    assert!(!bad.text().contains("9995"));
    // A kiosk is nobody's, and stands somewhere.
    let wanted = |area: &str| json!({"name": "自助机", "area": area, "kiosk": true, "user": town.station.id});
    assert_eq!(town.post(&town.station, "/api/v1/enrolments", wanted("371002")).code(), "bad_field");
}
