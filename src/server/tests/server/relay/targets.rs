//! Other kinds of targets than a webhook, and files.

use super::peer::{Asked, Peer, Says, TAKEN};
use super::{MINUTE, START, all_delivered, states, told, until, webhook};
use crate::browser::{Browser, Office};
use crate::client::{FORM, House, Place, Sent};
use crate::openrosa::collect::Collect;
use doorstep_delivery::State;
use doorstep_delivery::submission::content_hash;
use doorstep_server::Clock;
use md5::Digest;
use serde_json::{Value as Json, json};

#[test]
fn another_doorstep_takes_a_devices_token_and_the_files_before_the_submission() {
    let office = Office::open();
    let (_, token) = office.device("371002", None);
    let clock = Clock::by_hand(START);
    let target =
        json!([{"name": "county", "kind": "doorstep", "url": office.house.url(), "forms": ["visit"]}]);
    let secrets = json!({"county": {"login": "bearer", "token": token}});
    let told = told(&target, &secrets, &clock);
    let house = Place::Sqlite.relaying(&told.relay);
    for file in [&b"one"[..], b"two"] {
        assert_eq!(house.put_file(&content_hash(file), file).status, 201);
    }
    let sent = house.submission_with(5, &[("a.jpg", b"one"), ("b.jpg", b"two")]);
    assert_eq!(house.put(&sent).status, 201);
    until(&clock, 0, "it arrives", || all_delivered(&house, 1));
    assert_eq!(office.house.rows(), [(sent.id.clone(), sent.body.clone())], "byte for byte");
    assert_eq!(office.house.files(), house.files());
    assert_eq!(office.house.ask("SELECT area FROM submission"), ["371002"]);
}

#[test]
fn a_file_that_is_not_on_the_shelf_is_waited_for() {
    let peer = Peer::new(|_, _| TAKEN);
    let clock = Clock::by_hand(START);
    let mut house = House::new();
    assert_eq!(house.put_file(&content_hash(b"one"), b"one").status, 201);
    assert_eq!(house.put(&house.submission_with(5, &[("a.jpg", b"one")])).status, 201);
    let hash = content_hash(b"one");
    let place = house.data().join("attachments").join(&hash[..2]).join(&hash);
    let aside = house.data().join("aside");
    std::fs::rename(&place, &aside).unwrap();
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    house.stop();
    house.relay = Some(told.relay.clone());
    house.start();
    let admin = Browser::settle(&house, "admin", &house.first_password);
    assert_eq!(
        admin.post(&house, "/api/v1/relay", json!({"target": "office", "since": 0})).json()["queued"],
        1
    );
    until(&clock, 50, "it waits", || states(&house) == ["office waiting"]);
    assert!(peer.asked().is_empty(), "nothing goes without its file");
    std::fs::rename(&aside, &place).unwrap();
    until(&clock, MINUTE, "it arrives", || all_delivered(&house, 1));
    let body: Json = serde_json::from_slice(&peer.asked()[0].body).unwrap();
    assert!(body.to_string().contains("b25l"), "with its file: {body}");
}

#[test]
fn a_server_that_speaks_openrosa_gets_the_instance() {
    let peer = Peer::new(|_, asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("HEAD", "/v1/key/abc/submission") => Says::Answer(204, "x-openrosa-version: 1.0\r\n", ""),
        ("POST", "/v1/key/abc/submission") => {
            Says::Answer(201, "content-type: text/xml\r\n", "<OpenRosaResponse/>")
        }
        _ => Says::Answer(404, "", ""),
    });
    let clock = Clock::by_hand(START);
    let target = json!([{"name": "central", "kind": "openrosa", "url": format!("{}/v1/key/{{token}}/submission", peer.url()), "forms": ["*"]}]);
    let told = told(&target, &json!({"central": {"login": "address", "token": "abc"}}), &clock);
    let house = Place::Sqlite.relaying(&told.relay);
    let sent = house.submission_with(1, &[]);
    let mut body: Json = serde_json::from_str(&sent.body).unwrap();
    let xml = format!("<visit id=\"visit\"><meta><instanceID>uuid:{}</instanceID></meta></visit>", sent.id);
    body["xml"] = json!(xml);
    let sent = Sent { body: body.to_string(), ..sent };
    assert_eq!(house.put(&sent).status, 201);
    until(&clock, 0, "it arrives", || all_delivered(&house, 1));
    let asked = peer.asked();
    assert_eq!(asked.iter().map(|asked| asked.method.as_str()).collect::<Vec<_>>(), ["HEAD", "POST"]);
    assert!(String::from_utf8_lossy(&asked[1].body).contains(&xml));
}

/// How a server that takes nothing but Digest challenges, and what its hash is called.
const DIGESTS: [(&str, &str); 2] = [
    // ODK Aggregate and older KoBo.
    ("www-authenticate: Digest realm=\"a, b\", qop=\"auth\", nonce=\"n1\", opaque=\"o\"\r\n", "MD5"),
    (
        "www-authenticate: Basic realm=\"a, b\"\r\n\
         www-authenticate: Digest realm=\"a, b\", qop=\"auth\", algorithm=MD5, nonce=\"n1\", opaque=\"o\"\r\n\
         www-authenticate: Digest realm=\"a, b\", qop=\"auth\", algorithm=SHA-256, nonce=\"n1\", opaque=\"o\"\r\n",
        "SHA-256",
    ),
];

/// RFC 7616 §3.4.1 from the server's side: is the request's answer to the challenge right?
fn is_let_in(asked: &Asked, algorithm: &str) -> bool {
    let shown = asked.header("authorization");
    let field = |name: &str| {
        let (_, rest) = shown.split_once(&format!(" {name}=")).unwrap_or_default();
        match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
            None => rest.split(',').next().unwrap_or_default().to_owned(),
        }
    };
    let hash = |text: String| match algorithm {
        "MD5" => format!("{:x}", md5::Md5::digest(text.as_bytes())),
        _ => format!("{:x}", sha2::Sha256::digest(text.as_bytes())),
    };
    let (a1, a2) = (hash("office:a, b:pass word".into()), hash(format!("{}:{}", asked.method, asked.path)));
    let proof = hash(format!("{a1}:n1:{}:{}:auth:{a2}", field("nc"), field("cnonce")));
    shown.starts_with("Digest ")
        && [field("response"), field("algorithm"), field("opaque")] == [&*proof, algorithm, "o"]
}

#[test]
fn a_server_that_takes_nothing_but_digest_is_logged_in_at() {
    for (challenges, algorithm) in DIGESTS {
        let peer = Peer::new(move |_, asked| match is_let_in(asked, algorithm) {
            false => Says::Answer(401, challenges, ""),
            true if asked.method == "HEAD" => Says::Answer(204, "x-openrosa-version: 1.0\r\n", ""),
            true => Says::Answer(201, "content-type: text/xml\r\n", "<OpenRosaResponse/>"),
        });
        let clock = Clock::by_hand(START);
        let url = format!("{}/submission", peer.url());
        let target = json!([{"name": "kobo", "kind": "openrosa", "url": url, "forms": ["visit"]}]);
        let secret =
            |password: &str| json!({"kobo": {"login": "digest", "user": "office", "password": password}});
        let xml = "<visit id=\"visit\" version=\"1\"><person><name>张三</name><age>71</age></person>\
            <meta><instanceID>uuid:5c7d9e40-6a7c-4a0e-9d1e-0d9a3c1b2f01</instanceID></meta></visit>";

        let wrong = told(&target, &secret("another"), &clock);
        let mut house = Place::Sqlite.relaying(&wrong.relay);
        assert_eq!(Collect::at(&house).post(xml, &[], false).status, 201);
        until(&clock, 0, "it is not let in", || states(&house) == ["kobo login"]);

        let right = told(&target, &secret("pass word"), &clock);
        house.stop();
        house.relay = Some(right.relay.clone());
        house.start();
        until(&clock, MINUTE, "it arrives", || all_delivered(&house, 1));
        let asked = peer.asked();
        let posts: Vec<&Asked> = asked.iter().filter(|asked| asked.method == "POST").collect();
        assert_eq!(posts.len(), 1, "what is asked for once is answered from then on");
        assert!(String::from_utf8_lossy(&posts[0].body).contains(xml));
        assert!(asked.iter().all(|asked| !format!("{asked:?}").contains("pass word")));
    }
}

#[test]
fn what_is_encrypted_goes_by_openrosa_alone_and_nothing_bare_in_its_stead() {
    let peer = Peer::new(|_, asked| match asked.method.as_str() {
        "HEAD" => Says::Answer(204, "x-openrosa-version: 1.0\r\n", ""),
        _ => Says::Answer(201, "content-type: text/xml\r\n", "<OpenRosaResponse/>"),
    });
    let clock = Clock::by_hand(START);
    let central = json!({"name": "central", "kind": "openrosa", "url": peer.url(), "forms": ["*"]});
    let told = told(&json!([central, webhook("office", &peer)]), &json!({}), &clock);
    // As a build left it that asked for no encryption.
    let mut house = House::new();
    assert_eq!(house.put(&house.submission_with(1, &[])).status, 201);
    house.stop();
    let with_key =
        r#"replace(bundle, 'form_id\": \"visit\"', 'form_id\": \"visit\", \"public_key\": \"x\"')"#;
    house.tell(&format!("UPDATE form_version SET bundle = {with_key}"));
    house.relay = Some(told.relay.clone());
    let form = FORM.replace("\"form_id\": \"visit\"", "\"form_id\": \"visit\", \"public_key\": \"x\"");
    house.restart_with_form(&form);
    let admin = Browser::settle(&house, "admin", &house.first_password);
    for target in ["central", "office"] {
        let queued = admin.post(&house, "/api/v1/relay", json!({"target": target, "since": 0})).json();
        assert_eq!(queued["queued"], 1);
    }
    until(&clock, 50, "it is refused", || states(&house) == ["central refused", "office refused"]);
    assert!(peer.asked().is_empty(), "nothing leaves in plain");
    let kinds: Vec<&str> = super::items(&house)
        .iter()
        .map(|item| match &item.state {
            State::Refused { reason } => reason.kind.name(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["not_encrypted", "not_encrypted"]);

    let manifest = "<data encrypted=\"yes\" id=\"visit\" version=\"1\"><meta><instanceID>uuid:5c7d9e40-6a7c-4a0e-9d1e-0d9a3c1b2f01</instanceID></meta>\
        <encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>";
    let answer = Collect::at(&house).post(manifest, &[("submission.xml.enc", b"0123456789abcdef")], false);
    assert_eq!(answer.status, 201, "{}", answer.text());
    until(&clock, 50, "it arrives at one", || {
        let all = states(&house);
        all.len() == 4
            && all.iter().any(|state| state == "central delivered")
            && all.iter().filter(|state| *state == "office refused").count() == 2
    });
    let asked = peer.asked();
    let body = String::from_utf8_lossy(&asked[1].body).into_owned();
    assert!(asked.len() == 2 && body.contains(manifest) && body.contains("0123456789abcdef"), "{body}");
}

#[test]
fn what_collect_sends_is_passed_on_as_it_came() {
    let peer = Peer::new(|_, asked| match asked.method.as_str() {
        "HEAD" => Says::Answer(204, "x-openrosa-version: 1.0\r\n", ""),
        _ => Says::Answer(201, "content-type: text/xml\r\n", "<OpenRosaResponse/>"),
    });
    let clock = Clock::by_hand(START);
    let target = json!([{"name": "central", "kind": "openrosa", "url": peer.url(), "forms": ["visit"]}]);
    let told = told(&target, &json!({}), &clock);
    let house = Place::Sqlite.relaying(&told.relay);
    let xml = "<visit id=\"visit\" version=\"1\"><person><name>张三</name><age>71</age></person>\
        <meta><instanceID>uuid:5c7d9e40-6a7c-4a0e-9d1e-0d9a3c1b2f01</instanceID></meta></visit>";
    for _ in 0..2 {
        assert_eq!(Collect::at(&house).post(xml, &[], false).status, 201);
    }
    until(&clock, 0, "it arrives", || all_delivered(&house, 1));
    let asked = peer.asked();
    assert_eq!(asked.len(), 2);
    assert!(String::from_utf8_lossy(&asked[1].body).contains(xml));
}
