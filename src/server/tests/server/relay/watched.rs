//! The queue as the office sees it: what is refused, what wants another login, and what waits for a target that is gone.

use super::peer::{Peer, Says, TAKEN};
use super::{MINUTE, START, all_delivered, put, states, told, until, webhook};
use crate::browser::{Browser, Office};
use crate::client::Place;
use doorstep_server::Clock;
use serde_json::{Value as Json, json};

#[test]
fn what_is_refused_stays_with_its_reason_and_can_be_tried_again() {
    let peer = Peer::new(|before, _| match before {
        0 => Says::Answer(400, "", "age of 13812345678: not with t0ken-of-ours"),
        _ => TAKEN,
    });
    let clock = Clock::by_hand(START);
    let secrets = json!({"office": {"login": "bearer", "token": "t0ken-of-ours"}});
    let told = told(&json!([webhook("office", &peer)]), &secrets, &clock);
    let house = Place::Sqlite.relaying(&told.relay);
    let administrator = Browser::settle(&house, "admin", &house.first_password);
    let office = Office { house, administrator };
    let (house, admin) = (&office.house, &office.administrator);
    let sent = put(house, 1);
    until(&clock, 0, "it is refused", || states(house) == ["office refused"]);
    assert_eq!(peer.asked()[0].header("authorization"), "Bearer t0ken-of-ours");
    until(&clock, 20 * MINUTE, "", || clock.now() > START + 24 * 60 * MINUTE);
    assert_eq!(peer.asked().len(), 1, "nobody asks again by itself");

    let listed = admin.get(house, "/api/v1/relay?state=refused&target=office");
    let item = listed.json()["items"][0].take();
    assert_eq!((&item["submission"], &item["target"]), (&json!(sent.id), &json!("office")));
    assert_eq!((&item["configured"], &item["due_at"]), (&json!(true), &Json::Null));
    let words = "age of ***********: not with …";
    assert_eq!(item["reason"], json!({"kind": "not_a_submission", "status": 400, "words": words}));
    for nothing in
        ["?state=queued", "?target=else", &format!("?after={}/office", sent.id), "?state='--", "?after='"]
    {
        let found = admin.get(house, &format!("/api/v1/relay{nothing}")).json();
        let expected = usize::from(nothing == "?after='");
        assert_eq!(found["items"].as_array().unwrap().len(), expected, "{nothing}");
    }

    let again = format!("/api/v1/relay/{}/office", sent.id);
    let (worker, auditor) = (office.user("li.si", "worker", "37"), office.user("wang.wu", "auditor", ""));
    let elsewhere = office.user("zhao.liu", "auditor", "37");
    let counts = listed.json()["counts"][0].take();
    assert_eq!(
        (&counts["target"], &counts["state"], &counts["count"]),
        (&json!("office"), &json!("refused"), &json!(1))
    );
    assert_eq!(auditor.get(house, "/api/v1/relay").json()["counts"], Json::Null, "an auditor sees an area");
    assert_eq!(auditor.get(house, "/api/v1/relay").json()["items"][0]["state"], "refused");
    assert_eq!(elsewhere.get(house, "/api/v1/relay").json()["items"], json!([]), "it belongs to no area");
    assert_eq!(worker.get(house, "/api/v1/relay").status, 403);
    for other in [&worker, &auditor] {
        assert_eq!(other.post(house, &again, json!({})).status, 403);
        let late = json!({"target": "office", "since": 0});
        assert_eq!(other.post(house, "/api/v1/relay", late).status, 403);
    }
    assert_eq!(house.get("/api/v1/relay").status, 401);
    for nowhere in [format!("/api/v1/relay/{}/else", sent.id), "/api/v1/relay/'--/office".into()] {
        assert_eq!(admin.post(house, &nowhere, json!({})).status, 404, "{nowhere}");
    }
    assert_eq!(admin.post(house, &again, json!({})).status, 200);
    until(&clock, 50, "it arrives", || all_delivered(house, 1));
    assert_eq!(admin.post(house, &again, json!({})).code(), "delivered");
    let receipt = admin.get(house, "/api/v1/relay").json()["items"][0]["receipt"].take();
    assert_eq!(receipt["hash"], sent.hash());
    assert_eq!((office.count("relayed_again"), office.count("relay_listed") > 3), (2, true));
}

#[test]
fn a_login_that_is_refused_is_tried_seldom_until_the_server_starts_with_another() {
    let peer = Peer::new(|_, asked| match asked.header("authorization") {
        "Basic bWU6cmlnaHQ=" => TAKEN,
        _ => Says::Answer(401, "", ""),
    });
    let clock = Clock::by_hand(START);
    let given = |password: &str| json!({"office": {"login": "basic", "user": "me", "password": password}});
    let wrong = told(&json!([webhook("office", &peer)]), &given("wrong"), &clock);
    let mut house = Place::Sqlite.relaying(&wrong.relay);
    put(&house, 1);
    until(&clock, 0, "it is not let in", || states(&house) == ["office login"]);
    for number in 2..=6 {
        put(&house, number);
    }
    until(&clock, MINUTE, "", || clock.now() >= START + 14 * MINUTE);
    assert_eq!(peer.asked().len(), 1, "no account is shut by trying");
    house.stop();
    let right = told(&json!([webhook("office", &peer)]), &given("right"), &clock);
    house.relay = Some(right.relay.clone());
    house.start();
    until(&clock, 0, "all arrive", || all_delivered(&house, 6));
    assert_eq!(peer.asked().len(), 7);
}

#[test]
fn what_waits_for_a_target_that_is_gone_stays_and_is_told() {
    let peer = Peer::new(|_, _| Says::Answer(500, "", ""));
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let mut house = Place::Sqlite.relaying(&told.relay);
    let sent = put(&house, 1);
    until(&clock, 0, "it waits", || states(&house) == ["office waiting"]);
    clock.advance(2_000);
    let metrics = house.get("/metrics").text();
    for line in [
        "doorstep_relay_items{target=\"office\",state=\"waiting\"} 1",
        "doorstep_relay_oldest_seconds{target=\"office\"} 2",
        "doorstep_relay_sends_total{target=\"office\",outcome=\"server_fault\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains(&sent.id) && !metrics.contains(&peer.url()));
    house.stop();
    house.relay = None;
    house.start();
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let listed = admin.get(&house, "/api/v1/relay").json();
    assert_eq!((&listed["targets"], &listed["items"][0]["configured"]), (&json!([]), &json!(false)));
    let again = admin.post(&house, &format!("/api/v1/relay/{}/office", sent.id), json!({}));
    assert_eq!(again.code(), "target_unknown");
    assert!(
        house.get("/metrics").text().contains("doorstep_relay_items{target=\"office\",state=\"waiting\"} 1")
    );
}
