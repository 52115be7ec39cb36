//! Each bad thing by itself: nobody gets in by it, and nothing stays but a line in the audit log.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Office, refused};
use crate::client::{Place, on_each_database};

on_each_database!(
    a_login_is_good_once_for_its_browser_and_for_ten_minutes,
    tokens_that_are_not_good_let_nobody_in,
);

fn nobody_is_in(office: &Office) {
    assert_eq!(office.house.count("login_session"), 0);
    assert_eq!(office.house.count("app_user"), 1, "the administrator");
    assert_eq!(office.house.count("oidc_link"), 0);
    assert_eq!(office.count("login_by_provider"), 0);
}

fn a_login_is_good_once_for_its_browser_and_for_ten_minutes(place: &Place) {
    let office = Office::open(place);
    let house = &office.house;
    // The state of another browser: a link that somebody was sent, with or without a login of their own under way.
    let (mut attacker, mut victim) = (office.person(), office.person());
    let link = attacker.sent_back(&office);
    refused(&victim.get(house, &link), 400, "oidc_state");
    let own = victim.sent_back(&office);
    refused(&victim.get(house, &link), 400, "oidc_state");
    assert_eq!(office.provider.count("/token"), 0, "the code was not even asked about");
    nobody_is_in(&office);

    // Its own one is good, once. The cookie is gone after a try, so that the second has it put back.
    let mut person = office.person();
    let back = person.sent_back(&office);
    let cookie = person.cookies["doorstep-login"].clone();
    assert_eq!(person.get(house, &back).status, 200);
    person.cookies.insert("doorstep-login".into(), cookie);
    refused(&person.get(house, &back), 400, "oidc_state");
    assert_eq!(office.provider.count("/token"), 1);
    let _ = own;

    // Ten minutes later.
    let mut late = office.person();
    let back = late.sent_back(&office);
    house.tell("UPDATE oidc_login SET expires_at = expires_at - 600000");
    refused(&late.get(house, &back), 400, "oidc_state");

    // No state, one that was never given, one twice, and nothing at all.
    let mut stranger = office.person();
    for query in [
        String::new(),
        "?code=a".into(),
        format!("?code=a&state={}", "A".repeat(43)),
        "?code=a&state=' OR '1'='1".replace(' ', "%20"),
        format!("?code=a&state={0}&state={0}", "A".repeat(43)),
        format!("?state={}", "A".repeat(9_000)),
    ] {
        stranger.cookies.insert("doorstep-login".into(), "A".repeat(43));
        refused(&stranger.get(house, &format!("/api/v1/oidc/callback{query}")), 400, "oidc_state");
    }
    assert_eq!(office.count("login_by_provider"), 1);
    assert_eq!(office.count("login_by_provider_refused"), 10);
}

/// Something done to a token's header and claims.
type Twist = fn(&mut Json, &mut Json);

fn tokens_that_are_not_good_let_nobody_in(place: &Place) {
    const BAD: &[(&str, Twist)] = &[
        ("a wrong nonce", |_, claims| claims["nonce"] = json!("another")),
        ("no nonce", |_, claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
        ("for another client", |_, claims| claims["aud"] = json!("another")),
        ("for others too, without saying who asked", |_, claims| {
            claims["aud"] = json!([claims["aud"], "another"]);
        }),
        ("asked for by another client", |_, claims| claims["azp"] = json!("another")),
        ("expired", |_, claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 61)),
        ("without an end", |_, claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ("issued tomorrow", |_, claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 86_400)),
        ("issued yesterday", |_, claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() - 86_400)),
        ("another issuer's", |_, claims| claims["iss"] = json!("https://evil.example")),
        ("about nobody", |_, claims| drop(claims.as_object_mut().unwrap().remove("sub"))),
        ("unsigned", |header, _| header["alg"] = json!("none")),
        ("unsigned, in other letters", |header, _| header["alg"] = json!("nOnE")),
        ("signed with the public key for a secret", |header, _| header["alg"] = json!("HS256")),
        ("by a key of no name that is known", |header, _| header["kid"] = json!("../../../dev/null")),
        ("by a key for another use", |header, _| header["kid"] = json!("other use")),
        ("by a key of another kind", |header, _| header["kid"] = json!("ec-1")),
        ("by a key that comes with it", |header, _| {
            header["kid"] = Json::Null;
            header["jwk"] = json!({"kty": "oct", "k": "AA"});
            header["alg"] = json!("HS256");
        }),
        ("with an extension that has to be known", |header, _| header["crit"] = json!(["exp"])),
    ];
    let office = Office::open(place);
    for (number, (what, twist)) in BAD.iter().enumerate() {
        office.provider.twist(twist);
        let (_, answer) = office.login();
        assert_eq!(answer.status, 401, "{what}");
        refused(&answer, 401, "oidc_not_good");
        nobody_is_in(&office);
        assert_eq!(office.count("login_by_provider_refused"), number + 1, "{what}");
        assert_eq!(office.house.count("oidc_login"), 0, "{what}: the login is used up");
    }
    for algorithm in ["RS256", "PS256", "ES256"] {
        office.provider.twist(move |header, _| {
            header["alg"] = json!(algorithm);
            if algorithm == "ES256" {
                header["kid"] = json!("ec-1");
            }
        });
        assert_eq!(office.login().1.status, 200, "{algorithm}");
    }
}

#[test]
fn a_code_is_worth_a_token_once_and_only_to_the_login_that_it_was_given_to() {
    let office = Office::open(&Place::Sqlite);
    let house = &office.house;
    let (mut victim, mut thief) = (office.person(), office.person());
    let code_of = |back: &str| back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let state_of = |back: &str| back.split_once("state=").unwrap().1.to_owned();
    // A stolen code, put into a login of the thief's own: the challenge is another's.
    let (stolen, own) = (victim.sent_back(&office), thief.sent_back(&office));
    let path = format!("/api/v1/oidc/callback?code={}&state={}", code_of(&stolen), state_of(&own));
    refused(&thief.get(house, &path), 401, "oidc_not_good");
    nobody_is_in(&office);
    // And a used one is used.
    let used = thief.sent_back(&office);
    assert_eq!(thief.get(house, &used).status, 200);
    let again = thief.sent_back(&office);
    let path = format!("/api/v1/oidc/callback?code={}&state={}", code_of(&used), state_of(&again));
    refused(&thief.get(house, &path), 401, "oidc_not_good");
    // Neither does it help to bring none, or to have been sent away there.
    for (query, code) in
        [("", "oidc_not_good"), ("&code=", "oidc_not_good"), ("&error=access_denied", "oidc_denied")]
    {
        let back = victim.sent_back(&office);
        let path = format!("/api/v1/oidc/callback?state={}{query}", state_of(&back));
        refused(&victim.get(house, &path), 401, code);
    }
}

#[test]
fn one_issuer_is_not_taken_for_another() {
    let office = Office::open(&Place::Sqlite);
    let mut person = office.person();
    let back = person.sent_back(&office);
    refused(
        &person.get(&office.house, &format!("{back}&iss=https%3A%2F%2Fevil.example")),
        401,
        "oidc_not_good",
    );
    let back = person.sent_back(&office);
    refused(&person.get(&office.house, &format!("{back}&iss=")), 401, "oidc_not_good");
    assert_eq!(office.provider.count("/token"), 0, "no code went to the wrong one");
    let back = person.sent_back(&office);
    let own = office.provider.issuer().replace(':', "%3A").replace('/', "%2F");
    assert_eq!(person.get(&office.house, &format!("{back}&iss={own}")).status, 200);

    // Whoever says that it always says who it is has to.
    let office = Office::open(&Place::Sqlite);
    office.provider.discovery("authorization_response_iss_parameter_supported", json!(true));
    refused(&office.login().1, 401, "oidc_not_good");
    nobody_is_in(&office);
    // A discovery document that speaks for another.
    let office = Office::open(&Place::Sqlite);
    office.provider.discovery("issuer", json!("https://id.example.cn"));
    refused(&office.person().get(&office.house, "/api/v1/oidc/start"), 502, "oidc_away");
}

#[test]
fn keys_are_kept_and_asked_for_once_more_when_they_change() {
    let office = Office::open(&Place::Sqlite);
    for _ in 0..3 {
        assert_eq!(office.login().1.status, 200);
    }
    assert_eq!(office.provider.count("/keys"), 1);
    assert_eq!(office.provider.count("/.well-known/openid-configuration"), 1);
    office.provider.rename_key("rsa-2");
    for _ in 0..2 {
        assert_eq!(office.login().1.status, 200);
    }
    assert_eq!(office.provider.count("/keys"), 2);
    // A key that is nowhere: once more each time, and no oftener.
    office.provider.twist(|header, _| header["kid"] = json!("nowhere"));
    refused(&office.login().1, 401, "oidc_not_good");
    assert_eq!(office.provider.count("/keys"), 3);
}

#[test]
fn what_is_too_large_or_not_there_lets_nobody_in_and_harms_nobody() {
    let giant =
        format!(r#"{{"keys": [{}]}}"#, vec![r#"{"kty": "RSA", "n": "AQAB", "e": "AQAB"}"#; 20_000].join(","));
    let hidden = json!({"id_token": "a".repeat(300 << 10)}).to_string();
    for (path, status, body) in [
        ("/keys", 200, giant),
        ("/keys", 200, "{}".to_owned()),
        ("/keys", 302, "{}".to_owned()),
        ("/keys", 500, String::new()),
        ("/token", 200, hidden),
        ("/token", 200, "[]".to_owned()),
        ("/token", 401, "{}".to_owned()),
        ("/token", 503, "{}".to_owned()),
    ] {
        let office = Office::open(&Place::Sqlite);
        office.provider.answer(path, status, body);
        refused(&office.login().1, 502, "oidc_away");
        nobody_is_in(&office);
        assert_eq!(office.house.get("/api/v1/health").status, 200);
    }
    for body in ["{".repeat(300 << 10), "{}".to_owned(), String::new()] {
        let office = Office::open(&Place::Sqlite);
        office.provider.answer("/.well-known/openid-configuration", 200, body);
        refused(&office.person().get(&office.house, "/api/v1/oidc/start"), 502, "oidc_away");
        assert_eq!(office.house.count("oidc_login"), 0);
    }
}

#[test]
fn a_provider_that_says_nothing_is_given_up_and_holds_up_nobody_else() {
    // Takes connections, and leaves them be.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", silent.local_addr().unwrap());
    let office = Office::with(&Place::Sqlite, |file| file["issuer"] = json!(issuer));
    let house = &office.house;
    let began = Instant::now();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let people: Vec<_> = (0..20).map(|_| office.person()).collect();
        let logins = people
            .into_iter()
            .map(|mut person| scope.spawn(move || person.get(house, "/api/v1/oidc/start").status));
        let logins: Vec<_> = logins.collect();
        std::thread::sleep(Duration::from_secs(1));
        let asked = Instant::now();
        assert_eq!(house.get("/api/v1/health").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2));
        logins.into_iter().map(|login| login.join().unwrap()).collect()
    });
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(502), count(503)), (16, 4), "{statuses:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn nobody_is_sent_on_to_another_site_and_nothing_secret_lies_in_the_file() {
    let office = Office::open(&Place::Sqlite);
    for to in ["//evil.example", "https://evil.example", "/%22%3E%3Cscript%3E", "/\\evil.example"] {
        let mut person = office.person();
        let started = person.get(&office.house, &format!("/api/v1/oidc/start?to={to}"));
        let back = office.provider.authorize(started.header("location").unwrap());
        let page = person.get(&office.house, &back).text();
        assert!(page.contains(r#"content="0; url=/""#), "{to} {page}");
    }
    let mut person = office.person();
    let started = person.get(&office.house, "/api/v1/oidc/start");
    let address = started.header("location").unwrap();
    let query = address.split_once('?').unwrap().1;
    let secrets = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| matches!(*name, "state" | "nonce"));
    let data = office.house.data();
    let file = std::fs::read(data.join("doorstep.sqlite3")).unwrap();
    let log = std::fs::read(data.join("doorstep.sqlite3-wal")).unwrap_or_default();
    let cookie = ("cookie", person.cookies["doorstep-login"].as_str());
    let mut looked = 0;
    for (name, secret) in secrets.chain([cookie]) {
        looked += 1;
        let lies = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!lies(&file) && !lies(&log), "{name}");
    }
    assert_eq!(looked, 3);
}

#[test]
fn whoever_tries_too_often_waits() {
    let office = Office::open(&Place::Sqlite);
    let mut person = office.person();
    let statuses: Vec<u16> =
        (0..40).map(|_| person.get(&office.house, "/api/v1/oidc/callback").status).collect();
    assert!(statuses[..30].iter().all(|status| *status == 400), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(office.person().get(&office.house, "/api/v1/oidc/callback").status, 400, "another address");
}
