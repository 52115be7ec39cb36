//! The wire contract, over real sockets: what is accepted, what is refused, and that a refusal stores nothing.

use crate::client::{self, Answer, House, Place, Sent, on_each_database};
use doorstep_server::Access;
use serde_json::{Value as Json, json};

on_each_database!(
    a_submission_is_accepted_once_and_receipted_alike_each_time,
    the_receipt_survives_a_restart_and_so_does_an_older_form,
    an_answer_lost_after_the_commit_is_made_good_by_sending_again,
    the_same_id_with_other_content_is_refused,
    many_at_once_with_one_id_make_one_row,
    what_is_no_submission_is_refused_with_a_reason_and_nothing_is_stored,
    bad_ids_digests_types_and_sizes_are_refused_before_anything_else,
    forms_are_listed_and_handed_out_by_their_hash,
    health_echoes_the_nonce,
    the_app_is_served_with_strict_headers,
);

fn a_submission_is_accepted_once_and_receipted_alike_each_time(place: &Place) {
    let house = place.house();
    let sent = house.submission(1, json!({"person": {"name": "张三", "age": 71}}));
    let first = house.put(&sent);
    assert_eq!(first.status, 201, "{}", first.text());
    let receipt = &first.json()["receipt"];
    assert_eq!(receipt["id"], sent.id.as_str());
    assert_eq!(receipt["hash"], sent.hash().as_str());
    let time = receipt["server_time"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z'), "{time}");

    std::thread::sleep(std::time::Duration::from_millis(5));
    let again = house.put(&sent);
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(house.rows(), [(sent.id.clone(), sent.body.clone())]);
    assert_eq!(first.header("cache-control"), Some("no-store"));
}

fn the_receipt_survives_a_restart_and_so_does_an_older_form(place: &Place) {
    let mut house = place.house();
    let sent = house.submission(1, json!({}));
    let first = house.put(&sent);
    let late = house.submission(2, json!({"person": {"name": "李四"}}));
    house.restart_with_form(&client::FORM.replace("\"version\": \"1\"", "\"version\": \"2\""));
    let again = house.put(&sent);
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(house.put(&late).status, 201, "a form that was once served is still known");
    assert_eq!(house.get("/api/v1/forms").json()["forms"][0]["version"], "2");
}

fn an_answer_lost_after_the_commit_is_made_good_by_sending_again(place: &Place) {
    let house = place.house();
    let sent = house.submission(1, json!({"person": {"name": "张三"}}));
    let connection = house.put_without_reading(&sent);
    house.wait_for_rows(1);
    drop(connection);
    let again = house.put(&sent);
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["receipt"]["hash"], sent.hash().as_str());
    assert_eq!(house.rows().len(), 1);
}

fn the_same_id_with_other_content_is_refused(place: &Place) {
    let house = place.house();
    let sent = house.submission(1, json!({"person": {"name": "张三"}}));
    assert_eq!(house.put(&sent).status, 201);
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    let answer = house.put(&other);
    assert_eq!((answer.status, answer.code()), (409, "id_taken".into()));
    assert_eq!(house.rows(), [(sent.id, sent.body)]);
}

fn many_at_once_with_one_id_make_one_row(place: &Place) {
    let house = place.house();
    let same = house.submission(1, json!({"person": {"name": "张三"}}));
    let other = house.submission(1, json!({"person": {"name": "李四"}}));
    let answers: Vec<(bool, Answer)> = std::thread::scope(|scope| {
        let puts: Vec<_> = (0..16)
            .map(|n| {
                let (house, sent) = (&house, if n % 4 == 0 { &other } else { &same });
                scope.spawn(move || (n % 4 == 0, house.put(sent)))
            })
            .collect();
        puts.into_iter().map(|put| put.join().unwrap()).collect()
    });
    let rows = house.rows();
    assert_eq!(rows.len(), 1);
    let other_won = rows[0].1 == other.body;
    assert_eq!(answers.iter().filter(|(_, answer)| answer.status == 201).count(), 1);
    for (is_other, answer) in &answers {
        let expected: &[u16] = if *is_other == other_won { &[200, 201] } else { &[409] };
        assert!(expected.contains(&answer.status), "{}", answer.status);
    }
    let mut receipts: Vec<String> =
        answers.iter().filter(|(_, answer)| answer.status < 300).map(|(_, answer)| answer.text()).collect();
    receipts.dedup();
    assert_eq!(receipts.len(), 1);
}

fn what_is_no_submission_is_refused_with_a_reason_and_nothing_is_stored(place: &Place) {
    let house = place.house();
    let good = house.submission(1, json!({"person": {"name": "张三", "age": 71}}));
    let with = |edit: &dyn Fn(&mut Json)| {
        let mut body: Json = serde_json::from_str(&good.body).unwrap();
        edit(&mut body);
        Sent { body: body.to_string(), ..good.clone() }
    };
    let answers = |data: Json| with(&move |body| body["data"] = data.clone());
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let cases: Vec<(&str, Sent, u16, &str, &str)> = vec![
        ("empty", Sent { body: String::new(), ..good.clone() }, 400, "not_json", "1:0"),
        ("half", Sent { body: good.body[..200].into(), ..good.clone() }, 400, "not_json", "not JSON at"),
        (
            "deep",
            Sent { body: good.body.replace("\"张三\"", &deep), ..good.clone() },
            400,
            "not_json",
            "not JSON at",
        ),
        ("an array", Sent { body: "[]".into(), ..good.clone() }, 422, "not_a_submission", "field"),
        ("another layout", with(&|body| body["doorstep"] = json!(9)), 422, "not_a_submission", "layout 9"),
        ("more fields", with(&|body| body["more"] = json!(1)), 422, "not_a_submission", "unknown"),
        (
            "fewer fields",
            with(&|body| drop(body.as_object_mut().unwrap().remove("language"))),
            422,
            "not_a_submission",
            "missing",
        ),
        (
            "another id",
            Sent { id: house.submission(2, json!({})).id, ..good.clone() },
            400,
            "bad_id",
            "another",
        ),
        (
            "no date",
            with(&|body| body["finished_at"] = json!("soon")),
            422,
            "not_a_submission",
            "finished_at",
        ),
        ("a language", with(&|body| body["language"] = json!("tlh")), 422, "not_a_submission", "language"),
        (
            "an unknown form",
            with(&|body| body["form"]["hash"] = json!("00".repeat(32))),
            404,
            "form_unknown",
            "never",
        ),
        (
            "another version",
            with(&|body| body["form"]["version"] = json!("9")),
            422,
            "not_a_submission",
            "version",
        ),
        ("another form's data", answers(json!({"other": {}})), 422, "not_a_submission", "data"),
        ("two forms' data", answers(json!({"visit": {}, "other": {}})), 422, "not_a_submission", "data"),
        (
            "an unknown name",
            answers(json!({"visit": {"person": {"shoe": "44"}}})),
            422,
            "not_a_submission",
            "/visit/person: ",
        ),
        ("an unknown group", answers(json!({"visit": {"pets": {}}})), 422, "not_a_submission", "/visit: "),
        (
            "a wrong type",
            answers(json!({"visit": {"person": {"age": "秘密"}}})),
            422,
            "not_a_submission",
            "/visit/person/age",
        ),
        (
            "unread text",
            answers(json!({"visit": {"person": {"age": {"unread": "秘密"}}}})),
            422,
            "not_a_submission",
            "/visit/person/age",
        ),
        (
            "a group that is none",
            answers(json!({"visit": {"person": "秘密"}})),
            422,
            "not_a_submission",
            "/visit/person",
        ),
    ];
    for (what, sent, status, code, reason) in cases {
        let answer = house.put(&sent);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.text());
        assert!(answer.reason().contains(reason), "{what}: {}", answer.reason());
        assert!(!answer.text().contains("秘密"), "{what} quotes an answer");
        assert!(house.rows().is_empty(), "{what} was stored");
    }
    assert_eq!(house.put(&good).status, 201);
}

fn bad_ids_digests_types_and_sizes_are_refused_before_anything_else(place: &Place) {
    let house = place.house();
    let good = house.submission(1, json!({}));
    let url = format!("/api/v1/submissions/{}", good.id);
    let digest = good.digest();
    let json_type = ("content-type", "application/json");
    let put = |url: &str, headers: &[(&str, &str)], body: &[u8]| house.send("PUT", url, headers, body);

    for id in ["1", &good.id.to_uppercase(), &good.id.replace("-7", "-4"), "%ff", "..%2f..%2fetc", "' OR 1=1"]
    {
        let encoded = id.replace(' ', "%20");
        let answer = put(
            &format!("/api/v1/submissions/{encoded}"),
            &[json_type, ("content-digest", &digest)],
            good.body.as_bytes(),
        );
        assert_eq!((answer.status, answer.code()), (400, "bad_id".into()), "{id}");
    }
    for digest in [None, Some("sha-256=:AAAA:"), Some("md5=:AAAA:"), Some(digest.trim_end_matches(':'))] {
        let mut headers = vec![json_type];
        headers.extend(digest.map(|digest| ("content-digest", digest)));
        let answer = put(&url, &headers, good.body.as_bytes());
        assert_eq!((answer.status, answer.code()), (400, "bad_digest".into()), "{digest:?}");
    }
    for content_type in ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"] {
        let answer =
            put(&url, &[("content-type", content_type), ("content-digest", &digest)], good.body.as_bytes());
        assert_eq!((answer.status, answer.code()), (415, "not_json".into()));
    }
    let large = vec![b' '; (4 << 20) + 1];
    let answer = put(&url, &[json_type, ("content-digest", &digest)], &large);
    assert_eq!((answer.status, answer.code()), (413, "too_large".into()));
    for method in ["POST", "DELETE", "PATCH"] {
        assert_eq!(house.send(method, &url, &[], b"").status, 405, "{method}");
    }
    assert_eq!(house.get(&url).code(), "login", "what was sent is read by those who may");
    assert!(house.rows().is_empty());
}

fn forms_are_listed_and_handed_out_by_their_hash(place: &Place) {
    let house = place.house();
    let list = house.get("/api/v1/forms").json();
    let hash = list["forms"][0]["hash"].as_str().unwrap();
    assert_eq!(list["forms"][0]["id"], "visit");
    assert!(list["forms"][0]["title"]["zh"].is_string(), "{list}");

    let bundle = house.get(&format!("/api/v1/forms/{hash}"));
    assert_eq!(bundle.json()["main"]["text"], client::FORM);
    assert_eq!(doorstep_delivery::submission::content_hash(&bundle.body), hash);
    assert!(bundle.header("cache-control").unwrap().contains("immutable"));
    let compressed = house.send("GET", &format!("/api/v1/forms/{hash}"), &[("accept-encoding", "br")], b"");
    assert_eq!(compressed.header("content-encoding"), Some("br"));
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &*compressed.body, &mut plain).unwrap();
    assert_eq!(plain, bundle.body);

    for hash in ["00".repeat(32), "x".into(), "%ff".into()] {
        let answer = house.get(&format!("/api/v1/forms/{hash}"));
        assert_eq!((answer.status, answer.code()), (404, "form_unknown".into()));
    }
}

fn health_echoes_the_nonce(place: &Place) {
    let house = place.house();
    assert_eq!(house.get("/api/v1/health?nonce=a-1").json(), json!({"doorstep": "0.1.0", "nonce": "a-1"}));
    assert_eq!(house.get("/api/v1/health").json()["nonce"], "");
    assert_eq!(house.get("/api/v1/health?nonce=<script>").status, 400);
    assert_eq!(house.get("/api/v2/health").code(), "no_such_route");
}

/// Where else phones send is given out to all, and the page may send there and nowhere else.
#[test]
fn the_offices_targets_are_given_out_and_let_through() {
    let mut house = House::with(Access { devices_only: true, ..Access::default() });
    assert_eq!(house.get("/api/v1/backend").json(), json!({"version": 1, "targets": []}));
    assert!(house.get("/").header("content-security-policy").unwrap().contains("connect-src 'self';"));
    let worker = house.get("/sw.js").text();

    let central = json!({"name": "central", "kind": "openrosa", "url": "https://central.example.org/v1/key/{token}/submission", "forms": ["*"]});
    let targets = json!({"targets": [central, {"name": "relayed", "kind": "openrosa", "url": "/relay/a", "forms": []}]});
    let file = house.data().with_file_name("backend.json");
    std::fs::write(&file, targets.to_string()).unwrap();
    house.restart_with_form(client::FORM);
    let given = house.get("/api/v1/backend");
    assert_eq!((given.status, &given.json()["targets"]), (200, &targets["targets"]));
    let tag = given.header("etag").unwrap();
    assert_eq!(house.send("GET", "/api/v1/backend", &[("if-none-match", tag)], b"").status, 304);
    let page = house.get("/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("connect-src 'self' https://central.example.org; "), "{policy}");
    assert_ne!(
        house.get("/sw.js").text(),
        worker,
        "browsers keep the page with the policy that it came with"
    );
    assert_eq!(house.send("POST", "/api/v1/backend", &[], b"").status, 405);
}

fn the_app_is_served_with_strict_headers(place: &Place) {
    let house = place.house();
    for path in ["/", "/index.html", "/drafts/0190"] {
        let page = house.get(path);
        assert_eq!((page.status, page.text().as_str()), (200, client::PAGE), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
        assert!(page.header("permissions-policy").unwrap().contains("geolocation=(self)"));
    }
    let script = house.send("GET", client::SCRIPT, &[("accept-encoding", "gzip, br")], b"");
    assert_eq!((script.header("content-encoding"), &*script.body), (Some("br"), &b"compressed"[..]));
    assert!(script.header("cache-control").unwrap().contains("immutable"));
    let tag = script.header("etag").unwrap().to_owned();
    assert_eq!(house.send("GET", client::SCRIPT, &[("if-none-match", &tag)], b"").status, 304);
    assert_eq!(house.get(client::SCRIPT).text(), "plain");
    assert_eq!(house.get("/sw.js").header("cache-control"), Some("no-cache"));
    let head = house.send("HEAD", "/", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    for path in ["/missing.js", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//secret.txt"] {
        assert_eq!(house.get(path).status, 404, "{path}");
    }
    assert_eq!(house.get("/../../etc/passwd").text(), client::PAGE);
    assert_eq!(house.send("POST", "/", &[], b"").status, 405);
}
