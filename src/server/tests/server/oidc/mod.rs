//! Logging in at the office's provider, over real sockets: who gets in and as what, and each bad thing by itself.

mod bad;
mod factor;
mod provider;

use std::collections::BTreeMap;

use doorstep_server::Access;
use serde_json::{Value as Json, json};

use crate::client::{Answer, House, Place, on_each_database};
use provider::{CLIENT, Provider, SECRET};

/// A server whose people log in at a provider.
pub struct Office {
    pub house: House,
    pub provider: Provider,
    people: std::cell::Cell<u8>,
    _folder: tempfile::TempDir,
}

/// Somebody at a browser with an address of their own.
pub struct Person {
    pub cookies: BTreeMap<String, String>,
    address: String,
}

/// The office's file.
fn configuration(issuer: &str) -> Json {
    json!({
        "name": "统一身份认证", "issuer": issuer, "client_id": CLIENT, "secret_file": "secret",
        "scopes": ["profile"], "may": ["worker", "station"],
        "roles": [
            {"claim": "groups", "has": "grid", "role": "worker", "area": {"claim": "grid"}},
            {"claim": "groups", "has": "station", "role": "station", "area": "371002"}
        ],
        "second_factor": {"amr": ["mfa"]}
    })
}

impl Office {
    pub fn open(place: &Place) -> Office {
        Office::with(place, |_| {})
    }

    /// With the file changed.
    pub fn with(place: &Place, change: impl FnOnce(&mut Json)) -> Office {
        let provider = Provider::new();
        let folder = tempfile::tempdir().unwrap();
        let (file, secret) = (folder.path().join("oidc.json"), folder.path().join("secret"));
        let mut written = configuration(&provider.issuer());
        change(&mut written);
        std::fs::write(&file, written.to_string()).unwrap();
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        // Behind a proxy, so that each person can come from an address of their own.
        let access = Access { devices_only: true, behind_proxy: true, oidc: Some(file), ..Access::default() };
        provider.person(
            json!({"sub": "1001", "preferred_username": "li.si", "groups": ["grid"], "grid": "371002001"}),
        );
        Office { house: place.with(access), provider, people: 0.into(), _folder: folder }
    }

    pub fn person(&self) -> Person {
        let number = self.people.get() + 1;
        self.people.set(number);
        Person { cookies: BTreeMap::new(), address: format!("203.0.113.{number}") }
    }

    /// Somebody new who logs in: what the callback answers.
    pub fn login(&self) -> (Person, Answer) {
        let mut person = self.person();
        let answer = person.login(self);
        (person, answer)
    }

    /// How often an event is in the log.
    pub fn count(&self, event: &str) -> usize {
        let like = format!("SELECT line FROM audit WHERE line LIKE '%\"event\":\"{event}\"%'");
        self.house.ask(&like).len()
    }
}

impl Person {
    pub fn send(
        &mut self,
        house: &House,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = vec![("x-forwarded-for", &*self.address), ("cookie", &*cookies)];
        all.extend_from_slice(headers);
        let answer = house.send(method, path, &all, body.as_bytes());
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = value.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub fn get(&mut self, house: &House, path: &str) -> Answer {
        self.send(house, "GET", path, &[], "")
    }

    /// Sends JSON as the app's page does.
    pub fn post(&mut self, house: &House, path: &str, body: &Json) -> Answer {
        let own = [
            ("content-type", "application/json"),
            ("x-doorstep", "1"),
            ("origin", "http://x"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(house, "POST", path, &own, &body.to_string())
    }

    /// Goes to the provider, logs in there, and is sent back: to this path, not yet followed.
    pub fn sent_back(&mut self, office: &Office) -> String {
        let started = self.get(&office.house, "/api/v1/oidc/start?to=/office");
        assert_eq!(started.status, 303, "{}", started.text());
        office.provider.authorize(started.header("location").unwrap())
    }

    pub fn login(&mut self, office: &Office) -> Answer {
        let back = self.sent_back(office);
        self.get(&office.house, &back)
    }

    pub fn me(&mut self, office: &Office) -> Json {
        self.get(&office.house, "/api/v1/me").json()
    }
}

/// Nobody is in, with that code on the page.
pub fn refused(answer: &Answer, status: u16, code: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(text.contains(&format!("<code>{code}</code>")), "{code} {text}");
    let session =
        answer.headers.iter().any(|(name, value)| name == "set-cookie" && value.starts_with("doorstep="));
    assert!(!session, "{code}");
}

on_each_database!(
    who_logs_in_there_has_the_role_that_the_file_gives,
    whoever_is_removed_there_is_out_here,
    a_user_who_is_here_is_linked_if_the_file_says_so,
);

fn who_logs_in_there_has_the_role_that_the_file_gives(place: &Place) {
    let office = Office::open(place);
    let house = &office.house;
    let ways = house.get("/api/v1/session/ways").json();
    assert_eq!(
        ways,
        json!({"password": true, "oidc": {"name": "统一身份认证", "start": "/api/v1/oidc/start"}})
    );
    let mut person = office.person();
    let started = person.get(house, "/api/v1/oidc/start?to=/office");
    let cookie = started.header("set-cookie").unwrap();
    assert!(cookie.starts_with("doorstep-login=") && cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(started.header("cache-control"), Some("no-store"));
    let address = started.header("location").unwrap();
    assert!(address.contains("redirect_uri=http%3A%2F%2Fx%2Fapi%2Fv1%2Foidc%2Fcallback&"), "{address}");
    let back = office.provider.authorize(address);
    let answer = person.get(house, &back);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer.text().contains(r#"<meta http-equiv="refresh" content="0; url=/office">"#),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains("<script"));
    let set: Vec<&str> =
        answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| &**value).collect();
    assert!(
        set.iter()
            .any(|cookie| cookie.starts_with("doorstep=") && cookie.contains("HttpOnly; SameSite=Strict")),
        "{set:?}"
    );
    assert_eq!(person.cookies.keys().collect::<Vec<_>>(), ["doorstep"], "the login's own cookie is gone");
    let me = person.me(&office);
    assert_eq!(
        (&me["role"], &me["area"], &me["pending"]),
        (&json!("worker"), &json!("371002001"), &Json::Null)
    );
    assert_eq!((&me["user"]["name"], &me["user"]["has_password"]), (&json!("li.si"), &json!(false)));
    let id = me["user"]["id"].clone();

    // Moved at the office's side: the same user, elsewhere.
    office.provider.person(json!({"sub": "1001", "groups": "grid", "grid": "371003"}));
    assert_eq!(person.login(&office).status, 200);
    let me = person.me(&office);
    assert_eq!((&me["area"], &me["user"]["id"]), (&json!("371003"), &id));
    // Another one with the same name is another one, and one with a phone's number for a name has none of it.
    for (subject, name) in [("1002", "li.si"), ("1003", "13800001234")] {
        office
            .provider
            .person(json!({"sub": subject, "preferred_username": name, "groups": "grid", "grid": "37"}));
        let (mut other, answer) = office.login();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let me = other.me(&office);
        assert_ne!(me["user"]["id"], id);
        assert!(me["user"]["name"].as_str().unwrap().starts_with("u-"), "{me}");
    }
    let counted = ["login_by_provider", "user_made", "role_changed", "login_by_provider_refused"];
    assert_eq!(counted.map(|event| office.count(event)), [4, 3, 1, 0]);
    assert_eq!((house.count("oidc_link"), house.count("oidc_login")), (3, 0));
    // A subject may be the number of an identity card: what is kept is a digest of it. (Four digits may stand in one by chance.)
    for kept in house.ask("SELECT subject FROM oidc_link") {
        assert!(kept.len() == 64 && kept.bytes().all(|byte| byte.is_ascii_hexdigit()), "{kept}");
    }
}

fn whoever_is_removed_there_is_out_here(place: &Place) {
    let office = Office::open(place);
    let (mut person, answer) = office.login();
    assert_eq!(answer.status, 200, "{}", answer.text());
    office.provider.person(json!({"sub": "1001", "groups": []}));
    assert_eq!(person.me(&office)["role"], "worker", "until the session ends, or the next login");
    let (_, again) = office.login();
    refused(&again, 403, "oidc_no_role");
    assert_eq!(person.get(&office.house, "/api/v1/me").status, 401);

    office.provider.person(json!({"sub": "1001", "groups": "grid", "grid": "371002001"}));
    office.house.tell("UPDATE app_user SET disabled = 1 WHERE name = 'li.si'");
    refused(&office.login().1, 403, "oidc_disabled");
    assert_eq!(office.count("login_by_provider_refused"), 2);
    // There is no password for the name, and that is told as any wrong one is.
    office.house.tell("UPDATE app_user SET disabled = 0 WHERE name = 'li.si'");
    for password in ["", "correct horse battery"] {
        let tried =
            person.post(&office.house, "/api/v1/login", &json!({"name": "li.si", "password": password}));
        assert_eq!((tried.status, tried.code()), (401, "wrong_login".into()));
    }
}

fn a_user_who_is_here_is_linked_if_the_file_says_so(place: &Place) {
    let office = Office::with(place, |file| {
        file["link_users"] = json!(true);
        file["make_users"] = json!(false);
    });
    let house = &office.house;
    refused(&office.login().1, 403, "oidc_no_role");
    assert_eq!(house.count("app_user"), 1, "nobody was made");
    // Whoever calls themselves as the administrator does is not the administrator.
    office
        .provider
        .person(json!({"sub": "666", "preferred_username": "admin", "groups": "grid", "grid": "37"}));
    refused(&office.login().1, 403, "oidc_no_role");
    assert_eq!(house.count("oidc_link"), 0);

    house.tell(
        "INSERT INTO app_user (id, name, role, area, password, factor_confirmed, disabled, must_change, made_at)
         VALUES ('0123456789abcdef0123456789abcdef', 'wang.wu', 'worker', '37', 'x', 0, 0, 1, 1)",
    );
    office
        .provider
        .person(json!({"sub": "1005", "preferred_username": "Wang.Wu", "groups": "grid", "grid": "371002"}));
    let (mut person, answer) = office.login();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let me = person.me(&office);
    assert_eq!(
        (&me["user"]["id"], &me["area"]),
        (&json!("0123456789abcdef0123456789abcdef"), &json!("371002"))
    );
    assert_eq!(house.ask("SELECT password FROM app_user WHERE name = 'wang.wu'").concat(), "");
    // Another subject of that name is not taken for the same one.
    office
        .provider
        .person(json!({"sub": "1006", "preferred_username": "wang.wu", "groups": "grid", "grid": "371002"}));
    refused(&office.login().1, 403, "oidc_no_role");
    assert_eq!(office.count("user_linked"), 1);
}

#[test]
fn without_a_provider_there_is_nothing_of_it() {
    let house = House::new();
    assert_eq!(house.get("/api/v1/session/ways").json(), json!({"password": true, "oidc": null}));
    for (method, path) in [("GET", "start"), ("GET", "callback"), ("POST", "code")] {
        let answer = house.send(method, &format!("/api/v1/oidc/{path}"), &[], b"");
        assert_eq!((answer.status, answer.code()), (404, "no_such_route".into()), "{path}");
    }
}

#[test]
fn behind_tls_every_cookie_is_of_this_host_and_secure() {
    let office = Office::with(&Place::Sqlite, |file| file["server"] = json!("https://survey.example.cn/"));
    let mut person = office.person();
    let tls = [("x-forwarded-proto", "https")];
    let started = person.send(&office.house, "GET", "/api/v1/oidc/start", &tls, "");
    let cookie = started.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-doorstep-login=") && cookie.ends_with("; SameSite=Lax; Secure"),
        "{cookie}"
    );
    let address = started.header("location").unwrap();
    assert!(
        address.contains("redirect_uri=https%3A%2F%2Fsurvey.example.cn%2Fapi%2Fv1%2Foidc%2Fcallback&"),
        "{address}"
    );
    let back = office.provider.authorize(address);
    let answer = person.send(&office.house, "GET", &back, &tls, "");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(person.cookies.contains_key("__Host-doorstep"), "{:?}", person.cookies.keys());
}
