//! Who may do what, over real sockets: what is granted, what is refused, and that a refusal is noted and stores nothing.

use crate::browser::{Browser, Office, PASSWORD};
use crate::client::{Answer, House, Sent};
use doorstep_server::{Access, check_audit};
use serde_json::json;

fn put(house: &House, sent: &Sent, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let digest = sent.digest();
    let headers =
        [("content-type", "application/json"), ("content-digest", &*digest), ("authorization", &*bearer)];
    house.send("PUT", &format!("/api/v1/submissions/{}", sent.id), &headers, sent.body.as_bytes())
}

fn with_token(house: &House, method: &str, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    house.send(method, path, &[("content-type", "application/json"), ("authorization", &bearer)], b"{}")
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
}

fn count(house: &House, table: &str) -> i64 {
    house.sqlite().query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn the_first_administrator_chooses_a_password_and_a_second_factor_before_anything_else() {
    let mut house = House::with(Access::default());
    let mut admin = Browser::default();
    let answer = admin.login(&house, "admin", &house.first_password, None);
    assert_eq!((answer.status, &answer.json()["pending"]), (200, &json!("password")));
    assert_eq!(answer.json()["user"]["must_change"], true);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"));

    refused(&admin.get(&house, "/api/v1/users"), 403, "choose_password");
    let old = house.first_password.clone();
    let change = |new: &str| admin.post(&house, "/api/v1/me/password", json!({"old": old, "new": new}));
    for weak in ["short", "1234567890", "adminadminadmin", &old] {
        refused(&change(weak), 422, "bad_field");
    }
    refused(
        &admin.post(&house, "/api/v1/me/password", json!({"old": "wrong", "new": PASSWORD})),
        403,
        "wrong_login",
    );
    assert_eq!(change(PASSWORD).status, 200);

    refused(&admin.get(&house, "/api/v1/users"), 403, "set_up_second_factor");
    refused(
        &admin.post(&house, "/api/v1/me/second-factor", json!({"password": "wrong"})),
        403,
        "wrong_login",
    );
    let begun = admin.post(&house, "/api/v1/me/second-factor", json!({ "password": PASSWORD })).json();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/Doorstep:admin?secret="));
    admin.secret = Some(begun["secret"].as_str().unwrap().to_owned());
    refused(
        &admin.post(&house, "/api/v1/me/second-factor/confirm", json!({"code": "000"})),
        403,
        "wrong_code",
    );
    let code = admin.code();
    let confirmed = admin.post(&house, "/api/v1/me/second-factor/confirm", json!({"code": code}));
    let recovery = confirmed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
    let listed = admin.get(&house, "/api/v1/users").json()["users"][0].take();
    assert_eq!((&listed["name"], &listed["must_change"]), (&json!("admin"), &json!(false)));

    // Over a restart, and with nothing in the clear in the file.
    house.restart_with_form(crate::client::FORM);
    refused(&admin.login(&house, "admin", PASSWORD, None), 401, "second_factor");
    refused(&admin.login(&house, "admin", PASSWORD, Some(&code)), 401, "wrong_login");
    let next = admin.code();
    assert_eq!(admin.login(&house, "admin", PASSWORD, Some(&next)).status, 200);
    refused(&admin.login(&house, "admin", PASSWORD, Some(&next)), 401, "wrong_login");
    assert_eq!(admin.login(&house, "ADMIN", PASSWORD, Some(&recovery)).status, 200);
    refused(&admin.login(&house, "admin", PASSWORD, Some(&recovery)), 401, "wrong_login");
    let database = std::fs::read(house.data().join("doorstep.sqlite3")).unwrap();
    let log = std::fs::read(house.data().join("doorstep.sqlite3-wal")).unwrap_or_default();
    let cookie = admin.cookie.clone().unwrap_or_default();
    for secret in
        [PASSWORD, &old, &recovery, admin.secret.as_ref().unwrap(), cookie.trim_start_matches("doorstep=")]
    {
        let found = |bytes: &[u8]| {
            !secret.is_empty() && bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
        };
        assert!(!found(&database) && !found(&log), "{secret} lies in the file");
    }
}

#[test]
fn wrong_logins_are_told_alike_slowed_and_noted_without_what_was_typed() {
    let office = Office::open();
    let house = &office.house;
    office.user("li.si", "worker", "371002");
    let mut stranger = Browser::default();
    let wrong = stranger.login(house, "li.si", "wrong password", None);
    let unknown = stranger.login(house, "zhaoliu13800001234", "wrong password", None);
    refused(&wrong, 401, "wrong_login");
    assert_eq!(wrong.text(), unknown.text());
    for name in ["li.si", "zhaoliu13800001234"] {
        for _ in 0..4 {
            refused(&stranger.login(house, name, "wrong password", None), 401, "wrong_login");
        }
        let slowed = stranger.login(house, name, PASSWORD, None);
        refused(&slowed, 429, "too_often");
        assert!(slowed.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    }
    assert_eq!(office.count("login_refused"), 10);
    for table in ["audit", "login_failure"] {
        let column = if table == "audit" { "line" } else { "hash" };
        let query = format!(
            "SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%zhaoliu%' OR {column} LIKE '%138%0001234%'"
        );
        assert_eq!(house.sqlite().query_row(&query, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{table}");
    }
    // Later, the right password does.
    house.sqlite().execute("UPDATE login_failure SET wait_until = 0", []).unwrap();
    assert_eq!(stranger.login(house, "li.si", PASSWORD, None).status, 200);
}

#[test]
fn forged_expired_and_ended_sessions_are_nobodys() {
    let office = Office::open();
    let house = &office.house;
    let worker = office.user("li.si", "worker", "371002");
    let me = |cookie: &str| house.send("GET", "/api/v1/me", &[("cookie", cookie)], b"");
    let good = worker.cookie.clone().unwrap();
    assert_eq!(me(&good).json()["user"]["name"], "li.si");

    let mut turned: Vec<u8> = good.clone().into_bytes();
    let last = turned.len() - 2;
    turned[last] = if turned[last] == b'A' { b'B' } else { b'A' };
    let stored: String =
        house.sqlite().query_row("SELECT hash FROM login_session LIMIT 1", [], |row| row.get(0)).unwrap();
    for forged in [
        String::from_utf8(turned).unwrap(),
        format!("doorstep={}", "A".repeat(43)),
        format!("doorstep={stored}"),
        format!("__Host-{good}"),
        "doorstep=' OR '1'='1".into(),
        "doorstep=".into(),
    ] {
        refused(&me(&forged), 401, "login");
    }
    let age = |column: &str, ms: i64| {
        let set = format!("UPDATE login_session SET {column} = {column} - {ms}");
        house.sqlite().execute(&set, []).unwrap();
    };
    age("seen_at", 31 * 60_000);
    refused(&me(&good), 401, "login");
    age("seen_at", -31 * 60_000);
    assert_eq!(me(&good).status, 200);
    age("made_at", 13 * 60 * 60_000);
    refused(&me(&good), 401, "login");
    age("made_at", -13 * 60 * 60_000);

    // Another password ends the other sessions; logging out ends this one.
    let mut other = Browser::default();
    other.login(house, "li.si", PASSWORD, None);
    let changed =
        worker.post(house, "/api/v1/me/password", json!({"old": PASSWORD, "new": "another horse battery"}));
    assert_eq!(changed.status, 200, "{}", changed.text());
    refused(&other.get(house, "/api/v1/me"), 401, "login");
    assert_eq!(worker.get(house, "/api/v1/me").status, 200);
    let out = worker.post(house, "/api/v1/logout", json!({}));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    refused(&worker.get(house, "/api/v1/me"), 401, "login");
}

#[test]
fn another_sites_page_changes_nothing() {
    let office = Office::open();
    let (house, admin) = (&office.house, &office.administrator);
    let users = count(house, "app_user");
    let body = json!({"name": "mallory", "role": "administrator", "area": ""}).to_string();
    let cases: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "http://x")],
        &[("x-doorstep", "1")],
        &[("x-doorstep", "1"), ("origin", "http://evil.example")],
        &[("x-doorstep", "1"), ("sec-fetch-site", "cross-site")],
    ];
    for headers in cases {
        refused(
            &admin.send_with(house, "POST", "/api/v1/users", headers, body.as_bytes()),
            403,
            "cross_site",
        );
    }
    let login = json!({"name": "admin", "password": PASSWORD}).to_string();
    refused(
        &Browser::default().send_with(
            house,
            "POST",
            "/api/v1/login",
            &[("origin", "http://evil.example")],
            login.as_bytes(),
        ),
        403,
        "cross_site",
    );
    assert_eq!(count(house, "app_user"), users);
    assert_eq!(office.count("cross_site_refused"), cases.len());
    // A form of another page can't send JSON at all.
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("x-doorstep", "1"), ("origin", "http://x")];
    refused(&house.send("POST", "/api/v1/login", &form, b"name=admin"), 415, "not_json");
}

#[test]
fn a_device_is_enrolled_once_sends_as_itself_and_is_told_when_it_is_revoked() {
    let office = Office::open();
    let house = &office.house;
    let worker = office.user("li.si", "worker", "371002");
    let sent = house.submission(1, json!({"person": {"name": "张三"}}));

    refused(&house.put(&sent), 401, "login");
    refused(&put(house, &sent, &"A".repeat(43)), 401, "login");
    refused(&put(house, &sent, "' OR 1=1 --"), 401, "login");
    assert!(house.rows().is_empty());

    let wanted =
        json!({"name": "手机 1", "area": "371002001", "user": worker.id, "language": "en", "pin_least": 8});
    let made = office.administrator.post(house, "/api/v1/enrolments", wanted).json();
    let code = made["code"].as_str().unwrap();
    assert_eq!(made["text"], format!("http://x/settings#enrol={code}"));
    let enrol = |code: &str| Browser::default().post(house, "/api/v1/devices", json!({ "code": code }));
    let device = enrol(code).json();
    let (id, token) = (device["device"]["id"].as_str().unwrap(), device["token"].as_str().unwrap());
    assert_eq!((&device["device"]["language"], &device["device"]["pin_least"]), (&json!("en"), &json!(8)));
    refused(&enrol(code), 403, "bad_enrolment");
    for code in ["", "abcde-fghjk-mnpqr-stvwx", "' OR '1'='1", &"a".repeat(10_000)] {
        refused(&enrol(code), 403, "bad_enrolment");
    }
    let late = office.code("371002", None);
    house.sqlite().execute("UPDATE enrolment SET expires_at = expires_at - 900001", []).unwrap();
    refused(&enrol(&late), 403, "bad_enrolment");
    assert_eq!((count(house, "device"), office.count("enrolment_refused")), (1, 6));

    assert_eq!(put(house, &sent, token).status, 201);
    let sender: (String, String, String) = house
        .sqlite()
        .query_row("SELECT device_id, user_id, area FROM submission", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(sender, (id.to_owned(), worker.id.clone(), "371002001".to_owned()));
    assert_eq!(with_token(house, "GET", "/api/v1/me", token).json()["device"]["id"], id);

    // A device's token is not its user's password.
    for (method, path) in [
        ("GET", "/api/v1/users"),
        ("GET", "/api/v1/audit"),
        ("GET", "/api/v1/devices"),
        ("DELETE", &*format!("/api/v1/devices/{id}")),
    ] {
        refused(&with_token(house, method, path, token), 403, "forbidden");
    }

    let revoke = || office.administrator.send(house, "DELETE", &format!("/api/v1/devices/{id}"), json!({}));
    assert!(revoke().json()["device"]["revoked_at"].is_i64());
    assert_eq!(revoke().status, 200);
    let second = house.submission(2, json!({}));
    refused(&put(house, &second, token), 401, "revoked");
    refused(&with_token(house, "GET", "/api/v1/me", token), 401, "revoked");
    assert_eq!(house.rows().len(), 1);
    assert_eq!((office.count("device_revoked"), office.count("revoked_device_refused")), (1, 2));
}

#[test]
fn a_device_of_nobody_sends_and_reads_nothing() {
    let office = Office::open();
    let (id, token) = office.device("371002", None);
    let sent = office.house.submission(1, json!({}));
    assert_eq!(put(&office.house, &sent, &token).status, 201);
    for path in ["/api/v1/submissions", &*format!("/api/v1/submissions/{}", sent.id)] {
        refused(&with_token(&office.house, "GET", path, &token), 403, "forbidden");
    }
    assert_eq!(with_token(&office.house, "GET", "/api/v1/me", &token).json()["device"]["id"], id.as_str());
}

#[test]
fn each_role_does_its_own_work_in_its_own_area() {
    let office = Office::open();
    let (house, admin) = (&office.house, &office.administrator);
    let (worker, auditor) =
        (office.user("worker1", "worker", "371002001"), office.user("auditor1", "auditor", "3710"));
    let station = office.user("station1", "station", "371002");
    let far = office.user("worker2", "worker", "371003");
    let (inside, _) = office.device("371002001", Some(&worker.id));
    let (outside, _) = office.device("371003", Some(&far.id));

    let enrol = |who: &Browser, area: &str, user: Option<&str>| {
        who.post(house, "/api/v1/enrolments", json!({"name": "手机", "area": area, "user": user}))
    };
    assert_eq!(enrol(&station, "371002001", Some(&worker.id)).status, 201);
    for (who, area, user) in [
        (&station, "371003", None),
        (&station, "3710", None),
        (&station, "371002", Some(&*far.id)),
        (&worker, "371002001", None),
        (&auditor, "371002", None),
    ] {
        refused(&enrol(who, area, user), 403, "forbidden");
    }
    refused(&enrol(admin, "371002", Some(&auditor.id)), 422, "bad_field");
    refused(&enrol(admin, "371002", Some(&"0".repeat(32))), 404, "unknown");

    let devices = |who: &Browser| {
        let listed = who.get(house, "/api/v1/devices").json();
        let mut ids: Vec<String> = listed["devices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let mut both = vec![inside.clone(), outside.clone()];
    both.sort();
    assert_eq!(devices(&station), std::slice::from_ref(&inside));
    assert_eq!(devices(admin), both);
    assert_eq!(devices(&auditor), both);
    let revoke =
        |who: &Browser, id: &str| who.send(house, "DELETE", &format!("/api/v1/devices/{id}"), json!({}));
    refused(&revoke(&station, &outside), 403, "forbidden");
    refused(&revoke(&auditor, &inside), 403, "forbidden");
    assert_eq!(revoke(&station, &inside).status, 200);

    for who in [&worker, &station, &auditor] {
        refused(&who.get(house, "/api/v1/users"), 403, "forbidden");
        refused(
            &who.post(house, "/api/v1/users", json!({"name": "x1", "role": "auditor", "area": ""})),
            403,
            "forbidden",
        );
        let raise = format!("/api/v1/users/{}", who.id);
        refused(&who.send(house, "PATCH", &raise, json!({"role": "administrator"})), 403, "forbidden");
    }
    for who in [&worker, &station, admin] {
        refused(&who.get(house, "/api/v1/audit"), 403, "forbidden");
    }
    let lines = |query: &str| auditor.get(house, &format!("/api/v1/audit{query}")).json()["lines"].take();
    let all = lines("");
    assert!(all.as_array().unwrap().len() > 10);
    assert_eq!(
        lines("?before=4").as_array().unwrap().iter().map(|line| &line["number"]).collect::<Vec<_>>(),
        [3, 2, 1]
    );
    assert!(lines("?before=")[0]["number"].as_i64() > all[0]["number"].as_i64(), "the last comes first");
    refused(&auditor.get(house, "/api/v1/audit?before='--"), 422, "bad_field");
    assert!(office.count("forbidden") >= 16 && office.count("audit_read") == 3);
}

#[test]
fn users_are_changed_by_another_administrator_and_lose_their_sessions() {
    let office = Office::open();
    let (house, admin) = (&office.house, &office.administrator);
    let mut worker = office.user("li.si", "worker", "371002");
    let path = format!("/api/v1/users/{}", worker.id);
    let own = format!("/api/v1/users/{}", admin.id);
    refused(&admin.send(house, "PATCH", &own, json!({"disabled": true})), 409, "own_account");

    let moved = admin.send(house, "PATCH", &path, json!({"area": "371003"}));
    assert_eq!(moved.json()["user"]["area"], "371003");
    refused(&worker.get(house, "/api/v1/me"), 401, "login");
    assert_eq!(worker.login(house, "li.si", PASSWORD, None).status, 200);

    let (_, token) = office.device("371003", Some(&worker.id));
    assert_eq!(admin.send(house, "PATCH", &path, json!({"disabled": true})).status, 200);
    refused(&worker.get(house, "/api/v1/me"), 401, "login");
    refused(&with_token(house, "GET", "/api/v1/me", &token), 401, "login");
    refused(&worker.login(house, "li.si", PASSWORD, None), 401, "wrong_login");
    assert_eq!(admin.send(house, "PATCH", &path, json!({"disabled": false})).status, 200);

    let reset = admin.send(house, "PATCH", &path, json!({"reset_password": true})).json();
    refused(&worker.login(house, "li.si", PASSWORD, None), 401, "wrong_login");
    let again = worker.login(house, "li.si", reset["password"].as_str().unwrap(), None);
    assert_eq!(again.json()["pending"], "password");

    // Raised to a role that needs a second factor, they may nothing until they have one.
    admin.send(house, "PATCH", &path, json!({"role": "station"}));
    worker.login(house, "li.si", reset["password"].as_str().unwrap(), None);
    worker.post(house, "/api/v1/me/password", json!({"old": reset["password"], "new": PASSWORD}));
    refused(&worker.get(house, "/api/v1/devices"), 403, "set_up_second_factor");

    refused(
        &admin.post(house, "/api/v1/users", json!({"name": "LI.SI", "role": "worker", "area": "37"})),
        409,
        "name_taken",
    );
    for (event, times) in
        [("role_changed", 2), ("user_disabled", 1), ("user_enabled", 1), ("password_reset", 1)]
    {
        assert_eq!(office.count(event), times, "{event}");
    }
}

#[test]
fn records_are_read_by_role_and_area_masked_and_noted() {
    let office = Office::open();
    let house = &office.house;
    let worker = office.user("worker1", "worker", "371002");
    let (neighbour, auditor) =
        (office.user("worker2", "worker", "371003"), office.user("auditor1", "auditor", "3710"));
    let provider = office.administrator.post(
        house,
        "/api/v1/users",
        json!({"name": "provider1", "role": "provider", "area": "3710", "provider": "p1"}),
    );
    let provider = Browser::settle(house, "provider1", provider.json()["password"].as_str().unwrap());
    let (_, token) = office.device("371002", Some(&worker.id));
    let sent = house.submission(1, json!({"person": {"name": "张小三", "age": 71}}));
    assert_eq!(put(house, &sent, &token).status, 201);

    let path = format!("/api/v1/submissions/{}", sent.id);
    let read = |who: &Browser| who.get(house, &path);
    assert_eq!(read(&worker).json()["data"], json!({"visit": {"person": {"name": "张小三", "age": 71}}}));
    assert_eq!(read(&auditor).json()["data"], json!({"visit": {"person": {"name": "张*三", "age": 71}}}));
    assert_eq!(with_token(house, "GET", &path, &token).json()["id"], sent.id.as_str());
    refused(&read(&neighbour), 404, "unknown");
    refused(&read(&provider), 404, "unknown");
    refused(&read(&office.administrator), 403, "forbidden");
    refused(&house.get(&path), 401, "login");
    assert_eq!(office.count("record_read"), 3);

    let listed =
        |who: &Browser| who.get(house, "/api/v1/submissions").json()["submissions"].as_array().unwrap().len();
    assert_eq!([&worker, &auditor, &neighbour, &provider].map(listed), [1, 1, 0, 0]);
    let lines = house.sqlite();
    let mut statement = lines.prepare("SELECT line FROM audit").unwrap();
    for line in statement.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        let line = line.unwrap();
        assert!(!line.contains("张") && !line.contains("worker1"), "{line}");
    }
}

#[test]
fn an_open_server_takes_from_anybody_but_believes_no_bad_token_and_shows_nothing() {
    let house = House::new();
    let sent = house.submission(1, json!({}));
    refused(&put(&house, &sent, &"A".repeat(43)), 401, "login");
    assert!(house.rows().is_empty());
    let stale =
        [("content-type", "application/json"), ("content-digest", &*sent.digest()), ("cookie", "doorstep=x")];
    let answer = house.send("PUT", &format!("/api/v1/submissions/{}", sent.id), &stale, sent.body.as_bytes());
    assert_eq!(answer.status, 201, "an old cookie holds up no submission");
    for path in ["/api/v1/submissions", "/api/v1/users", "/api/v1/devices", "/api/v1/audit", "/api/v1/me"] {
        refused(&house.get(path), 401, "login");
    }
}

#[test]
fn hostile_texts_large_bodies_and_odd_paths_are_refused_and_store_nothing() {
    let office = Office::open();
    let (house, admin) = (&office.house, &office.administrator);
    let tables = ["app_user", "device", "enrolment", "submission"];
    let before = tables.map(|table| count(house, table));
    let hostile = [
        "'; DROP TABLE app_user; --",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "a\u{0}b",
        "${x}",
        "\u{202e}x",
    ];
    for text in hostile {
        for body in [
            json!({"name": text, "role": "worker", "area": "37"}),
            json!({"name": "ok.name", "role": text, "area": "37"}),
            json!({"name": "ok.name", "role": "worker", "area": text}),
            json!({"name": "ok.name", "role": "provider", "area": "37", "provider": text}),
        ] {
            let answer = admin.post(house, "/api/v1/users", body);
            refused(&answer, 422, "bad_field");
            assert!(!answer.text().contains("script") && !answer.text().contains("DROP"));
        }
        for body in [
            json!({"name": text, "area": "37"}),
            json!({"name": "ok", "area": text}),
            json!({"name": "ok", "area": "37", "language": text}),
        ] {
            refused(&admin.post(house, "/api/v1/enrolments", body), 422, "bad_field");
        }
        let user = json!({"name": "ok", "area": "37", "user": text});
        refused(&admin.post(house, "/api/v1/enrolments", user), 404, "unknown");
        refused(&Browser::default().login(house, text, text, Some(text)), 401, "wrong_login");
        let patched =
            admin.send(house, "PATCH", &format!("/api/v1/users/{}", admin.id), json!({"role": text}));
        refused(&patched, 409, "own_account");
    }
    for wrong in [json!({"pin_least": 5}), json!({"pin_least": 13}), json!({"pin_least": 8, "kiosk": true})] {
        let mut body = json!({"name": "ok", "area": "371002"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        refused(&admin.post(house, "/api/v1/enrolments", body), 422, "bad_field");
    }
    for body in ["", "[]", "null", "{\"name\":1}", "{\"name\":\"a\",\"more\":1}", "{", &"[".repeat(10_000)] {
        let answer = admin.send_with(
            house,
            "POST",
            "/api/v1/users",
            &[("x-doorstep", "1"), ("origin", "http://x")],
            body.as_bytes(),
        );
        refused(&answer, 400, "bad_body");
    }
    let large = format!("{{\"name\":\"{}\"}}", "a".repeat(20_000));
    for path in ["/api/v1/users", "/api/v1/login", "/api/v1/devices", "/api/v1/enrolments"] {
        let answer = admin.send_with(
            house,
            "POST",
            path,
            &[("x-doorstep", "1"), ("origin", "http://x")],
            large.as_bytes(),
        );
        refused(&answer, 413, "too_large");
    }
    for path in ["users", "devices"] {
        for id in
            ["..%2f..%2fetc%2fpasswd", "%ff", "%00", "'%20OR%201=1", "x", &"0".repeat(33), &"0".repeat(32)]
        {
            refused(&admin.get(house, &format!("/api/v1/{path}/{id}")), 404, "unknown");
        }
    }
    for path in
        ["/api/v1/users/", "/api/v1/../v1/users", "/api//v1/users", "/api/v1/me/x", "/api/v1/users/a/b"]
    {
        assert_eq!(admin.get(house, path).status, 404, "{path}");
    }
    assert_eq!(admin.send(house, "PUT", "/api/v1/users", json!({})).status, 405);
    assert_eq!(tables.map(|table| count(house, table)), before);
}

#[test]
fn whoever_tries_too_often_from_one_address_waits() {
    let house = House::new();
    let enrol = || Browser::default().post(&house, "/api/v1/devices", json!({"code": "abcde"}));
    let refused: Vec<Answer> = (0..40).map(|_| enrol()).filter(|answer| answer.status == 429).collect();
    assert!((5..=10).contains(&refused.len()), "{}", refused.len());
    assert!(refused[0].header("retry-after").is_some());
    assert_eq!(house.get("/api/v1/forms").status, 200, "the rest goes on");
}

#[test]
fn behind_a_proxy_with_tls_the_cookie_is_secure() {
    let house = House::with(Access { behind_proxy: true, ..Access::default() });
    let body = json!({"name": "admin", "password": house.first_password}).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-doorstep", "1"),
        ("origin", "https://survey.example.cn"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "survey.example.cn"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    let answer = house.send("POST", "/api/v1/login", &headers, body.as_bytes());
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-doorstep=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[test]
fn the_audit_log_shows_what_was_done_to_it() {
    let office = Office::open();
    for number in 1..=3 {
        office.user(&format!("worker{number}"), "worker", "371002");
    }
    let check = |noted| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check_audit(&office.house.data(), None, noted)).map_err(|error| error.to_string())
    };
    let head = check(None).unwrap();
    assert_eq!(head.number as usize, office.events().len());
    let database = office.house.sqlite();
    let tenth: String =
        database.query_row("SELECT line FROM audit WHERE number = 10", [], |row| row.get(0)).unwrap();
    database.execute("UPDATE audit SET line = line || ' ' WHERE number = 10", []).unwrap();
    assert_eq!(check(None).unwrap_err(), "line 10 was changed");
    database.execute("UPDATE audit SET line = ?1 WHERE number = 10", [tenth]).unwrap();
    assert_eq!(check(Some(head.clone())), Ok(head.clone()));
    database.execute("DELETE FROM audit WHERE number = 7", []).unwrap();
    assert!(check(None).unwrap_err().starts_with("line 7 was taken out"));
    database.execute("DELETE FROM audit WHERE number >= 5", []).unwrap();
    assert_eq!(check(None).unwrap().number, 4);
    assert!(check(Some(head)).unwrap_err().contains("cut off"));
}
