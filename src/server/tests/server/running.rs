//! What an administrator sees of a running server: its counts.

use crate::client::{House, Place, on_each_database};
use doorstep_delivery::submission::content_hash;
use serde_json::json;

on_each_database!(what_was_done_is_counted);

fn what_was_done_is_counted(place: &Place) {
    let house = place.house();
    let sent = house.submission(1, json!({"person": {"name": "张三"}}));
    assert_eq!(house.put(&sent).status, 201);
    assert_eq!(house.put(&sent).status, 200);
    assert_eq!(house.put(&house.submission(1, json!({"person": {"name": "李四"}}))).status, 409);
    assert_eq!(house.put_file(&content_hash(b"photo"), b"photo").status, 201);
    assert_eq!(house.get("/secret?name=张三").status, 200);
    let answer = house.get("/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text();
    for line in [
        "doorstep_build_info{version=\"0.1.0\"} 1",
        "doorstep_submissions_total{outcome=\"accepted\"} 1",
        "doorstep_submissions_total{outcome=\"again\"} 1",
        "doorstep_refusals_total{route=\"/api/v1/submissions/{id}\",code=\"id_taken\"} 1",
        "doorstep_attachments_total{outcome=\"accepted\"} 1",
        "doorstep_attachment_bytes_total 5",
        "doorstep_request_seconds_count{method=\"PUT\",route=\"/api/v1/submissions/{id}\"} 3",
        "doorstep_request_seconds_count{method=\"GET\",route=\"app\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    for secret in ["张三", "secret", sent.id.as_str(), "photo"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn nobody_behind_a_proxy_sees_the_counts() {
    let house = House::new();
    let answer = house.send("GET", "/metrics", &[("x-forwarded-for", "203.0.113.7")], b"");
    assert_eq!((answer.status, answer.code()), (404, "no_such_route".into()));
    assert_eq!(house.send("POST", "/metrics", &[], b"").status, 405);
}
