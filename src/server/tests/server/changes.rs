//! What comes down to phones, over real sockets.

use serde_json::{Value as Json, json};

use crate::browser::{Browser, Office};
use crate::client::{Answer, FORM, House, Place, on_each_database};

on_each_database!(a_phone_hears_of_what_came_and_went_and_of_nothing_twice);

fn ask(house: &House, since: &str, token: Option<&str>) -> Json {
    let answer = asked(house, since, token);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn asked(house: &House, since: &str, token: Option<&str>) -> Answer {
    let bearer = token.map(|token| format!("Bearer {token}")).unwrap_or_default();
    let headers = [("authorization", &*bearer)];
    let headers = if token.is_some() { &headers[..] } else { &[] };
    house.send("GET", &format!("/api/v1/changes?since={since}&limit=1"), headers, b"")
}

fn ids(said: &Json) -> Vec<(String, bool)> {
    let changes = said["changes"].as_array().unwrap().iter();
    changes.map(|one| (one["id"].as_str().unwrap().to_owned(), one["gone"] == true)).collect()
}

fn one(id: &str, gone: bool) -> Vec<(String, bool)> {
    vec![(id.to_owned(), gone)]
}

fn a_phone_hears_of_what_came_and_went_and_of_nothing_twice(place: &Place) {
    let second = FORM.replace("\"visit\"", "\"second\"");
    let mut house = place.house().serving(&[("visit/form.json", FORM), ("second/form.json", &second)]);
    let first = ask(&house, "", None);
    assert_eq!((&first["anew"], &first["more"]), (&json!(true), &json!(true)));
    assert_eq!(ids(&first), one("visit", false));
    let cursor = first["next"].as_str().unwrap();
    let next = ask(&house, cursor, None);
    assert_eq!(next, ask(&house, cursor, None), "an answer that was lost is given again");
    assert_eq!(
        (ids(&next), &next["anew"], &next["more"]),
        (one("second", false), &json!(false), &json!(false))
    );
    let change = &next["changes"][0];
    assert_eq!((&change["kind"], change["hash"].as_str().unwrap().len()), (&json!("form"), 64));
    let cursor = next["next"].as_str().unwrap().to_owned();
    assert_eq!(ids(&ask(&house, &cursor, None)), []);

    // Another start with the same forms says nothing new; one without a form says that it is gone.
    house.restart_with_form(FORM);
    assert_eq!(ids(&ask(&house, &cursor, None)), []);
    house.stop();
    std::fs::write(house.data().join("../forms/second/audience.json"), r#"{"areas": ["371002"]}"#).unwrap();
    house.start();
    let gone = ask(&house, &cursor, None);
    assert_eq!((ids(&gone), &gone["anew"]), (one("second", true), &json!(false)));
    assert_eq!(house.get("/api/v1/forms").json()["forms"].as_array().unwrap().len(), 1);

    for stale in ["nonsense", "%27%20OR%201=1", &cursor.replace('-', "--"), &format!("a{cursor}")] {
        assert_eq!(ask(&house, stale, None)["anew"], true, "{stale}");
    }
}

#[test]
fn a_form_of_an_area_and_a_role_reaches_its_phones_and_no_others() {
    let mut office = Office::open();
    let house = &mut office.house;
    house.stop();
    let audience = house.data().join("../forms/visit/audience.json");
    std::fs::write(&audience, r#"{"areas": ["371002"], "roles": ["worker"]}"#).unwrap();
    house.start();
    let enrol = |area: &str| {
        let code = office.code(area, None);
        let device =
            Browser::default().post(&office.house, "/api/v1/devices", json!({ "code": code })).json();
        let field = |value: &Json| value.as_str().unwrap().to_owned();
        (field(&device["device"]["id"]), field(&device["token"]))
    };
    let ((id, inside), (_, beside)) = (enrol("371002001"), enrol("371003"));
    assert_eq!(ids(&ask(&office.house, "", Some(&inside))), one("visit", false));
    assert_eq!(ids(&ask(&office.house, "", Some(&beside))), []);
    assert_eq!(ids(&ask(&office.house, "", None)), []);

    // The cursor of one phone is none in another area.
    let cursor = ask(&office.house, "", Some(&inside))["next"].as_str().unwrap().to_owned();
    assert_eq!(ask(&office.house, &cursor, Some(&inside))["anew"], false);
    assert_eq!(ask(&office.house, &cursor, Some(&beside))["anew"], true);

    // Whom it is told that it was revoked can tell that it is meant.
    let revoke =
        office.administrator.send(&office.house, "DELETE", &format!("/api/v1/devices/{id}"), json!({}));
    assert_eq!(revoke.status, 200);
    let told = asked(&office.house, &cursor, Some(&inside));
    assert_eq!((told.status, told.code().as_str()), (401, "revoked"));
    assert_eq!(told.json()["error"]["device"], id.as_str());
}

#[test]
fn a_form_for_residents_comes_to_the_kiosks_of_its_area_and_says_so() {
    let mut office = Office::open();
    let worker = office.user("li.si", "worker", "371002");
    let wanted = json!({"name": "自助机 1", "area": "371002", "kiosk": true});
    let code = office.administrator.post(&office.house, "/api/v1/enrolments", wanted).json()["code"].clone();
    let enrolled = Browser::default().post(&office.house, "/api/v1/devices", json!({ "code": code })).json();
    let kiosk = enrolled["token"].as_str().unwrap().to_owned();
    office.house.stop();
    let forms = office.house.data().join("../forms");
    for (form, roles, audience) in [
        ("help", r#", "for_roles": "resident""#, ""),
        ("mood", r#", "for_roles": "worker resident""#, ""),
        ("needs", r#", "for_roles": "worker station""#, ""),
        ("here", "", r#"{"areas": ["371002"], "roles": ["resident"]}"#),
        ("there", "", r#"{"areas": ["371003"], "roles": ["resident"]}"#),
        ("not", r#", "for_roles": "resident""#, r#"{"roles": ["station"]}"#),
    ] {
        let text = FORM.replace("\"form_id\": \"visit\"", &format!("\"form_id\": \"{form}\"{roles}"));
        std::fs::create_dir_all(forms.join(form)).unwrap();
        std::fs::write(forms.join(form).join("form.json"), text).unwrap();
        if !audience.is_empty() {
            std::fs::write(forms.join(form).join("audience.json"), audience).unwrap();
        }
    }
    office.house.start();
    let said = |told: &Json| -> Vec<String> {
        let forms = told["changes"].as_array().unwrap().iter();
        let word = |form: &Json| {
            format!("{} {}", form["id"].as_str().unwrap(), form["residents"].as_str().unwrap_or("no"))
        };
        let mut said: Vec<String> = forms.map(word).collect();
        said.sort();
        said
    };
    let bearer = format!("Bearer {kiosk}");
    let all = |headers: &[(&str, &str)]| office.house.send("GET", "/api/v1/changes", headers, b"").json();
    let at_kiosk = all(&[("authorization", &bearer)]);
    assert_eq!(said(&at_kiosk), ["help alone", "here alone", "mood also", "visit no"]);
    let at_worker = worker.get(&office.house, "/api/v1/changes").json();
    assert_eq!(said(&at_worker), ["mood also", "needs no", "visit no"]);
    let at_stranger = all(&[]);
    assert_eq!(
        said(&at_stranger),
        ["help alone", "mood also", "needs no", "visit no"],
        "a kiosk nobody handed out"
    );
}

#[test]
fn a_form_says_itself_to_which_roles_it_is_offered_and_the_office_may_say_otherwise() {
    let mut office = Office::open();
    let worker = office.user("li.si", "worker", "371002");
    let auditor = office.user("zhao.liu", "auditor", "3710");
    let provider = office.administrator.post(
        &office.house,
        "/api/v1/users",
        json!({"name": "provider1", "role": "provider", "area": "3710", "provider": "p1"}),
    );
    let password = provider.json()["password"].as_str().unwrap().to_owned();
    let provider = Browser::settle(&office.house, "provider1", &password);
    let stranger = Browser::default();
    let offered = |house: &House, who: &Browser| {
        let listed = who.get(house, "/api/v1/forms").json();
        let mut listed: Vec<String> = listed["forms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|form| form["id"].as_str().unwrap().to_owned())
            .collect();
        listed.sort();
        let mut told: Vec<String> = ids(&who.get(house, "/api/v1/changes").json())
            .into_iter()
            .filter_map(|(id, gone)| (!gone).then_some(id))
            .collect();
        told.sort();
        // What goes one way and comes another is told twice.
        told.dedup();
        assert_eq!(listed, told, "the list and the feed say the same");
        listed.join(" ")
    };
    let forms = office.house.data().join("../forms");
    let write = |form: &str, roles: &str| {
        let text = FORM.replace("\"form_id\": \"visit\"", &format!("\"form_id\": \"{form}\"{roles}"));
        std::fs::create_dir_all(forms.join(form)).unwrap();
        std::fs::write(forms.join(form).join("form.json"), text).unwrap();
    };
    office.house.stop();
    write("answer", r#", "for_roles": "provider station""#);
    write("needs", r#", "for_roles": " worker  station ""#);
    write("gallery", "");
    office.house.start();
    assert_eq!(offered(&office.house, &worker), "needs visit");
    assert_eq!(offered(&office.house, &provider), "answer visit");
    assert_eq!(offered(&office.house, &auditor), "answer needs visit", "who sends nothing reads of all");
    assert_eq!(offered(&office.house, &stranger), "answer needs visit", "nobody knows what they are");
    let gallery = stranger.get(&office.house, "/api/v1/gallery");
    assert!(gallery.status == 200 && gallery.json()["main"]["text"].as_str().unwrap().contains("gallery"));

    // The office's word counts, not the form's; what was offered before is gone for whom it is not any more.
    let before = provider.get(&office.house, "/api/v1/changes").json()["next"].as_str().unwrap().to_owned();
    office.house.stop();
    std::fs::write(forms.join("answer/audience.json"), r#"{"roles": ["worker"]}"#).unwrap();
    std::fs::write(forms.join("needs/audience.json"), r#"{"areas": ["371002"]}"#).unwrap();
    office.house.start();
    assert_eq!(offered(&office.house, &worker), "answer needs visit");
    assert_eq!(offered(&office.house, &provider), "visit");
    assert_eq!(offered(&office.house, &stranger), "visit");
    let since = provider.get(&office.house, &format!("/api/v1/changes?since={before}")).json();
    assert_eq!(ids(&since), one("answer", true));
}
