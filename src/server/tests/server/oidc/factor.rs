//! The second factor of whoever logs in at the provider: there, if the office counts it, else here.

use serde_json::json;

use super::{Office, Person, refused};
use crate::browser::Browser;
use crate::client::{Answer, Place, on_each_database};

on_each_database!(a_station_shows_the_second_factor_there_or_here,);

const FORM: [(&str, &str); 3] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("origin", "http://x"),
    ("sec-fetch-site", "same-origin"),
];

fn send_code(person: &mut Person, office: &Office, code: &str) -> Answer {
    person.send(&office.house, "POST", "/api/v1/oidc/code", &FORM, &format!("code={code}"))
}

fn a_station_shows_the_second_factor_there_or_here(place: &Place) {
    let office = Office::open(place);
    let house = &office.house;
    let station = json!({"sub": "2001", "preferred_username": "zhan.zhang", "groups": ["station"]});
    // There: in the words that the office counts, and in no others.
    let mut with = station.clone();
    with["amr"] = json!(["pwd", "mfa"]);
    office.provider.person(with.clone());
    let (mut person, _) = office.login();
    assert_eq!(person.me(&office)["pending"], json!(null));
    assert_eq!(person.get(house, "/api/v1/devices").status, 200);
    let mut other = station.clone();
    other["amr"] = json!(["pwd", "face"]);
    office.provider.person(other);
    let (mut person, _) = office.login();
    assert_eq!(person.me(&office)["pending"], "second_factor");
    assert_eq!(person.get(house, "/api/v1/devices").code(), "set_up_second_factor");

    // Here: set up without a password, by whoever has just logged in.
    office.provider.person(station);
    house.tell("UPDATE login_session SET made_at = made_at - 601000");
    let late = person.post(house, "/api/v1/me/second-factor", &json!({}));
    assert_eq!((late.status, late.code()), (403, "log_in_again".into()));
    let none = person.post(house, "/api/v1/me/password", &json!({"old": "", "new": "correct horse battery"}));
    assert_eq!((none.status, none.code()), (409, "no_password".into()));
    person.login(&office);
    let begun = person.post(house, "/api/v1/me/second-factor", &json!({}));
    assert_eq!(begun.status, 200, "{}", begun.text());
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    let mut phone = Browser::default();
    phone.secret = Some(secret);
    let confirmed = person.post(house, "/api/v1/me/second-factor/confirm", &json!({"code": phone.code()}));
    let recovery = confirmed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
    assert_eq!(person.get(house, "/api/v1/devices").status, 200);

    // From now on it is asked for, before there is a session.
    let (mut person, asked) = office.login();
    assert!(asked.status == 200 && asked.text().contains("action=\"/api/v1/oidc/code\""), "{}", asked.text());
    assert_eq!(person.get(house, "/api/v1/me").status, 401);
    let wrong = send_code(&mut person, &office, "000000");
    assert!(wrong.status == 401 && wrong.text().contains("role=\"alert\""), "{}", wrong.text());
    assert_eq!(person.get(house, "/api/v1/me").status, 401);
    let code = phone.code();
    let evil = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.cn")];
    let crossed = person.send(house, "POST", "/api/v1/oidc/code", &evil, &format!("code={code}"));
    assert_eq!((crossed.status, crossed.code()), (403, "cross_site".into()));
    let waiting = person.cookies["doorstep-code"].clone();
    let right = send_code(&mut person, &office, &code);
    assert!(right.text().contains("url=/office"), "{}", right.text());
    assert_eq!(person.me(&office)["pending"], json!(null));
    // Neither the code nor the place in the queue is good again.
    let mut again = office.person();
    again.cookies.insert("doorstep-code".into(), waiting);
    refused(&send_code(&mut again, &office, &phone.code()), 400, "oidc_state");
    let (mut person, _) = office.login();
    assert_eq!(send_code(&mut person, &office, &code).status, 401, "it was used");
    assert_eq!(send_code(&mut person, &office, &recovery).status, 200);
    // Also where a session is still under way: the form is a page's without a script, and shows its cookie too.
    let asked = person.login(&office);
    assert!(asked.text().contains("<form"), "{}", asked.text());
    assert!(person.cookies.contains_key("doorstep"));
    assert_eq!(send_code(&mut person, &office, &recovery).status, 401, "it was used, but it was looked at");
    // And there it still counts.
    office.provider.person(with);
    let (mut person, answer) = office.login();
    assert!(answer.text().contains("url=/office"), "{}", answer.text());
    assert_eq!(person.me(&office)["pending"], json!(null));
}
