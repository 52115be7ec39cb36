//! Who may use OpenRosa's addresses, and how they show who they are.

use crate::browser::{Browser, Office, PASSWORD};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_server::{Logs, start_log};

use super::collect::{Collect, body, texts};
use super::refused;

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

#[test]
fn collect_logs_in_by_name_and_password_after_a_challenge() {
    let office = Office::open();
    let house = &office.house;
    let worker = office.user("li.si", "worker", "371002");
    let station = office.user("wang.wu", "station", "371002");
    office.user("zhao.liu", "auditor", "371002");
    let mut collect = Collect::at(house);
    for answer in [collect.list(), collect.head(), collect.post(&text(1), &[], false)] {
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"Doorstep\", charset=\"UTF-8\""));
    }
    collect.login = Some(basic("li.si", PASSWORD));
    assert_eq!((collect.list().status, collect.head().status), (200, 204));
    // Far more requests than tries: a right password is no try.
    for n in 1..=40 {
        let answer = collect.post(&text(n), &[], false);
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(house.rows().len(), 40);
    let sent_by: String = house
        .sqlite()
        .query_row("SELECT DISTINCT user_id || area FROM submission", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sent_by, format!("{}371002", worker.id));

    // A cookie is none here, a second factor can't be shown, and who may not send may not.
    let cookie = worker.cookie.clone().unwrap();
    assert_eq!(house.send("GET", "/openrosa/formList", &[("cookie", &cookie)], b"").status, 401);
    assert!(!station.recovery_codes.is_empty());
    collect.login = Some(basic("wang.wu", PASSWORD));
    refused(&collect.post(&text(50), &[], false), 403, "second factor");
    collect.login = Some(basic("zhao.liu", PASSWORD));
    refused(&collect.post(&text(50), &[], false), 403, "your role does not allow this");
    for bad in ["Basic", "Basic %%%", &basic("", ""), "Bearer x", "Digest username=\"li.si\""] {
        collect.login = Some(bad.to_owned());
        assert_eq!(collect.post(&text(50), &[], false).status, 401, "{bad}");
    }

    // What was right is so no more once the user is shut out.
    let path = format!("/api/v1/users/{}", worker.id);
    let shut = office.administrator.send(house, "PATCH", &path, serde_json::json!({"disabled": true}));
    assert_eq!(shut.status, 200, "{}", shut.text());
    collect.login = Some(basic("li.si", PASSWORD));
    refused(&collect.post(&text(50), &[], false), 401, "wrong");
    // Wrong passwords are slowed as at the login.
    collect.login = Some(basic("zhao.liu", "wrong password"));
    let slowed = (0..8).map(|_| collect.list()).find(|answer| answer.status == 429).expect("never slowed");
    assert!(slowed.header("retry-after").is_some());
    assert_eq!(house.rows().len(), 40);
    assert!(office.count("login_refused") >= 5);
}

/// An instance of the office's form.
fn text(n: u32) -> String {
    format!(
        "<visit id=\"visit\" version=\"1\"><person><name>张三</name><age>{n}</age></person>\
         <meta><instanceID>uuid:00000000-0000-4000-8000-{n:012}</instanceID></meta></visit>"
    )
}

#[test]
fn a_devices_token_stands_in_the_address_and_nowhere_else() {
    let office = Office::open();
    let house = &office.house;
    let (device, token) = office.device("371002", None);
    let mut collect = Collect { base: format!("/openrosa/key/{token}"), ..Collect::at(house) };
    let list = collect.list();
    assert_eq!(list.status, 200, "{}", list.text());
    let form = &texts(&list.text(), "downloadUrl")[0];
    assert!(form.starts_with(&format!("http://x/openrosa/key/{token}/forms/")), "{form}");
    assert_eq!(collect.fetch(form).status, 200);
    assert_eq!(collect.head().status, 204);
    assert_eq!(collect.post(&text(1), &[], false).status, 201);
    let sent_by: String =
        house.sqlite().query_row("SELECT device_id FROM submission", [], |row| row.get(0)).unwrap();
    assert_eq!(sent_by, device);

    for base in [
        "/openrosa/key/x",
        "/openrosa/key/' OR 1=1 --",
        &format!("/openrosa/key/{}", "A".repeat(43)),
        "/openrosa/key/%2e%2e",
    ] {
        let base = base.replace(' ', "%20");
        let stranger = Collect { base: base.clone(), ..Collect::at(house) };
        for answer in [stranger.list(), stranger.post(&text(2), &[], false)] {
            assert_eq!(answer.status, 401, "{base}: {}", answer.text());
            assert_eq!(answer.header("www-authenticate"), None);
        }
    }
    // Also as a header, for other programs.
    let bearer = Collect { login: Some(format!("Bearer {token}")), ..Collect::at(house) };
    assert_eq!(bearer.post(&text(3), &[], false).status, 201);

    let gone = office.administrator.send(
        house,
        "DELETE",
        &format!("/api/v1/devices/{device}"),
        serde_json::json!({}),
    );
    assert!(gone.status < 300, "{}", gone.text());
    refused(&collect.post(&text(4), &[], false), 401, "revoked");
    assert_eq!(house.rows().len(), 2);
    collect.base = "/openrosa".into();
    assert!(office.count("revoked_device_refused") >= 1, "{:?}", office.events());
    let metrics = house.get("/metrics").text();
    assert!(metrics.contains("route=\"/openrosa/key/{token}/submission\"") && !metrics.contains(&token));
}

#[test]
fn a_browsers_login_is_of_no_use_to_a_page_of_another_origin() {
    let office = Office::open();
    office.user("li.si", "worker", "371002");
    let mut browser = Browser::default();
    assert_eq!(browser.login(&office.house, "li.si", PASSWORD, None).status, 200);
    let kind = "multipart/form-data; boundary=2e4f8f7c-6f1c-4a0e-9d0a-6a1f7d8d7d11";
    // A browser adds what it knows, Basic among it; but no header of OpenRosa's.
    let login = basic("li.si", PASSWORD);
    let headers =
        [("content-type", kind), ("cookie", browser.cookie.as_deref().unwrap()), ("authorization", &*login)];
    let answer = office.house.send("POST", "/openrosa/submission", &headers, &body(&text(1), &[], false));
    refused(&answer, 400, "X-OpenRosa-Version");
    assert!(office.house.rows().is_empty());
}

/// Runs by itself: a process has one log.
#[test]
fn what_was_refused_is_in_the_log_and_no_token_and_no_answer_is() {
    let office = Office::open();
    let house = &office.house;
    start_log(&Logs::Files(house.data())).unwrap();
    let (_, token) = office.device("371002", None);
    let collect = Collect { base: format!("/openrosa/key/{token}"), ..Collect::at(house) };
    assert_eq!(collect.post(&text(1), &[], false).status, 201);
    assert_eq!(collect.post(&text(1).replace("张三", "李四"), &[], false).status, 409);
    assert_eq!(collect.post(&text(2).replace("<age>2", "<age>王五"), &[], false).status, 422);
    assert_eq!(collect.post(&text(3), &[("../赵六.jpg", b"photo")], false).status, 400);
    let stranger = Collect { login: Some(basic("zhao.liu", "a secret of hers")), ..Collect::at(house) };
    assert_eq!(stranger.list().status, 401);
    let mut log = String::new();
    for file in std::fs::read_dir(house.data().join("logs")).unwrap() {
        log += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    for code in ["id_taken", "not_a_submission", "bad_name", "wrong_login"] {
        assert!(log.contains(&format!("\"code\":\"{code}\"")), "{code}: {log}");
    }
    assert!(log.contains("\"route\":\"/openrosa/key/{token}/submission\""), "{log}");
    let bearer = STANDARD.encode("zhao.liu:a secret of hers");
    for secret in
        [&token, "张三", "李四", "王五", "赵六", "a secret of hers", &bearer, "00000000-0000-4000-8000"]
    {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
