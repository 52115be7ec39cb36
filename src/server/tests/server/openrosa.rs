//! OpenRosa over real sockets, as ODK Collect speaks it: from the form list to the last part of a submission, and what is refused.

use std::collections::BTreeMap;

use crate::browser::{Browser, Office, PASSWORD};
use crate::client::{Answer, House, Place, on_each_database};
use crate::collect::{Collect, FILES, FORM, TOWNS, body, instance, texts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::submission::content_hash;
use doorstep_engine::{Bundle, DataType, Form, Source};
use doorstep_server::Access;
use md5::{Digest, Md5};

on_each_database!(
    collect_gets_its_forms_and_sends_in_parts,
    the_same_again_is_answered_alike_and_other_content_is_refused,
    many_at_once_make_one_submission,
    a_half_is_kept_over_a_restart_and_counted,
    a_crash_before_the_acceptance_is_made_good_by_the_same_bytes,
    an_older_version_is_read_as_what_it_was,
    what_is_bad_is_refused_and_nothing_is_stored,
);

const PHOTO: &[u8] = b"\xff\xd8 a photo";
const ID: &str = "uuid:c1d3cf25-0c1f-4b9c-9b3c-0a7e6a3f2b11";

/// Every table that a submission leaves something in.
const TABLES: [&str; 4] = ["submission", "attachment", "openrosa_instance", "openrosa_file"];

fn nothing_is_stored(house: &House) {
    for table in TABLES {
        assert_eq!(house.count(table), 0, "{table}");
    }
    assert!(house.files().is_empty(), "{:?}", house.files());
}

fn refused(answer: &Answer, status: u16, words: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(texts(&text, "message nature=\"error\"").is_empty() || text.contains("</message>"));
    assert!(text.contains("<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">"), "{text}");
    assert!(text.contains(words), "{words}: {text}");
    assert_eq!(answer.header("x-openrosa-version"), Some("1.0"));
}

fn sealed(house: &House) -> Sealed {
    let rows = house.rows();
    assert_eq!(rows.len(), 1);
    let sealed = Sealed::read(rows[0].1.as_bytes()).unwrap();
    assert_eq!(sealed.id.to_string(), rows[0].0);
    sealed
}

fn collect_gets_its_forms_and_sends_in_parts(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let list = collect.list();
    assert_eq!(list.status, 200);
    assert_eq!(list.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(list.header("x-openrosa-version"), Some("1.0"));
    let length: usize = list.header("x-openrosa-accept-content-length").unwrap().parse().unwrap();
    assert!(length > 32 << 20 && list.header("date").is_some());
    let list = list.text();
    assert!(list.contains("<xforms xmlns=\"http://openrosa.org/xforms/xformsList\"><xform>"), "{list}");
    let one = |name: &str| {
        let found = texts(&list, name);
        assert_eq!(found.len(), 1, "{name}: {list}");
        found[0].clone()
    };
    assert_eq!((&*one("formID"), &*one("version"), &*one("name")), ("visit", "3", "走访 &amp; 登记"));

    let form = collect.fetch(&one("downloadUrl"));
    assert_eq!(form.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(one("hash"), format!("md5:{:x}", Md5::digest(&form.body)));
    assert!(form.text().contains("jr://file-csv/towns.csv") && form.text().contains("version=\"3\""));
    let manifest = collect.fetch(&one("manifestUrl")).text();
    assert!(manifest.contains("<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">"));
    assert_eq!(texts(&manifest, "filename"), ["towns.csv"]);
    let media = collect.fetch(&texts(&manifest, "downloadUrl")[0]);
    assert_eq!((media.text().as_str(), media.header("x-openrosa-version")), (TOWNS, Some("1.0")));
    assert_eq!(texts(&manifest, "hash"), [format!("md5:{:x}", Md5::digest(&media.body))]);

    let head = collect.head();
    assert_eq!((head.status, head.body.len()), (204, 0));
    assert_eq!(head.header("x-openrosa-accept-content-length"), Some(&*length.to_string()));
    let xml = instance(ID, "张三 &lt;script&gt;'; DROP TABLE submission", &["1.jpg", "2.jpg"]);
    let first = collect.post(&xml, &[("1.jpg", PHOTO)], true);
    assert_eq!(first.status, 201, "{}", first.text());
    assert!(first.text().contains("isComplete=\"false\""), "{}", first.text());
    assert!(house.rows().is_empty());
    assert_eq!(house.file(&content_hash(PHOTO)), PHOTO, "what was answered with 201 is there");
    let last = collect.post(&xml, &[("2.jpg", b"two")], false);
    assert_eq!(last.status, 201, "{}", last.text());
    let said = last.text();
    assert!(said.contains("<message nature=\"submit_success\">"), "{said}");
    for part in [
        "<submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" ",
        "id=\"visit\"",
        "version=\"3\"",
        &format!("instanceID=\"{ID}\""),
        "isComplete=\"true\"",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let sealed = sealed(&house);
    assert_eq!(sealed.id.get_version_num(), 7);
    assert_eq!(sealed.xml.as_deref(), Some(&*xml), "the text is kept as it came");
    assert_eq!(sealed.data["visit"]["name"], "张三 <script>'; DROP TABLE submission");
    assert_eq!(sealed.data["visit"]["age"], 71);
    assert_eq!(sealed.finished_at.to_rfc3339(), "2026-11-23T10:00:00.000+08:00");
    assert_eq!(sealed.created_at.to_rfc3339(), "2026-11-23T09:30:00.000+08:00");
    let files: Vec<(&str, u64)> = sealed.attachments.iter().map(|file| (&*file.name, file.size)).collect();
    assert_eq!(files, [("1.jpg", PHOTO.len() as u64), ("2.jpg", 3)]);
}

fn the_same_again_is_answered_alike_and_other_content_is_refused(place: &Place) {
    let mut house = place.house().serving(&FILES);
    let xml = instance(ID, "张三", &["1.jpg"]);
    let first = Collect::at(&house).post(&xml, &[("1.jpg", PHOTO)], false);
    assert_eq!(first.status, 201, "{}", first.text());
    std::thread::sleep(std::time::Duration::from_millis(5));
    // Over a restart, and with a form that has gone on.
    house.restart_with_form(&FORM.replace("\"version\": \"3\"", "\"version\": \"4\""));
    let collect = Collect::at(&house);
    let rows = house.rows();
    for files in [&[("1.jpg", PHOTO)][..], &[], &[("left over.jpg", b"not named by any answer")]] {
        let again = collect.post(&xml, files, false);
        assert_eq!((again.status, again.text()), (201, first.text()));
    }
    refused(&collect.post(&xml, &[("1.jpg", b"other")], false), 409, "another submission has this id");
    refused(&collect.post(&xml.replace("张三", "李四"), &[], false), 409, "another submission has this id");
    refused(&collect.post(&format!("{xml}\n"), &[], false), 409, "another submission has this id");
    assert_eq!((house.rows(), house.files()), (rows, vec![content_hash(PHOTO)]));

    // An edit names what it replaces, by the number that it has here.
    let new = "uuid:5d0c3c1e-7b7c-4c39-8a0b-3f7d2f1f0a02";
    let meta = format!("<deprecatedID>{ID}</deprecatedID><instanceID>{new}</instanceID>");
    let edit = xml.replace(&format!("<instanceID>{ID}</instanceID>"), &meta);
    assert_eq!(collect.post(&edit, &[("1.jpg", PHOTO)], false).status, 201);
    let known: BTreeMap<String, String> = house.rows().into_iter().collect();
    let replaced = known.values().filter_map(|body| Sealed::read(body.as_bytes()).unwrap().supersedes);
    assert_eq!(replaced.map(|id| id.to_string()).collect::<Vec<_>>(), [sealed_id(&first_of(&known, ID))]);
}

/// The body whose text has that id, and which replaces nothing.
fn first_of(rows: &BTreeMap<String, String>, id: &str) -> String {
    let first =
        |body: &&String| body.contains(&format!("<instanceID>{id}")) && !body.contains("deprecatedID");
    rows.values().find(first).unwrap().clone()
}

fn sealed_id(body: &str) -> String {
    Sealed::read(body.as_bytes()).unwrap().id.to_string()
}

fn many_at_once_make_one_submission(place: &Place) {
    let house = place.house().serving(&FILES);
    let photos: Vec<String> = (0..4).map(|n| format!("{n}.jpg")).collect();
    let names: Vec<&str> = photos.iter().map(String::as_str).collect();
    let xml = instance(ID, "张三", &names);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..16)
            .map(|n| {
                let (house, xml, name) = (&house, &xml, names[n % 4]);
                scope.spawn(move || Collect::at(house).post(xml, &[(name, name.as_bytes())], n < 12))
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert!(answers.iter().any(|answer| answer.text().contains("isComplete=\"true\"")));
    assert_eq!(sealed(&house).attachments.len(), 4);
    assert_eq!((house.count("openrosa_instance"), house.count("openrosa_file")), (1, 4));
}

fn a_half_is_kept_over_a_restart_and_counted(place: &Place) {
    let mut house = place.house().serving(&FILES);
    let xml = instance(ID, "张三", &["1.jpg", "2.jpg"]);
    assert_eq!(Collect::at(&house).post(&xml, &[("1.jpg", PHOTO)], false).status, 201);
    house.restart_with_form(&FORM.replace("\"version\": \"3\"", "\"version\": \"4\""));
    let count = |line: &str| house.get("/metrics").text().lines().any(|found| found == line);
    assert!(count("doorstep_openrosa_waiting 1"));
    let collect = Collect::at(&house);
    assert_eq!(collect.post(&xml, &[], false).status, 201);
    assert!(house.rows().is_empty() && count("doorstep_openrosa_parts_total 1"));
    refused(&collect.post(&xml, &[("1.jpg", b"other")], true), 409, "another submission has this id");
    assert_eq!(collect.post(&xml, &[("2.jpg", b"two")], false).status, 201);
    assert_eq!(sealed(&house).attachments.len(), 2);
    assert!(count("doorstep_openrosa_waiting 0"));
    assert_eq!(house.count("openrosa_instance WHERE xml IS NOT NULL"), 0, "the submission holds the text");
}

/// What is sealed follows from what was kept: whoever goes on after a crash comes to the very same.
fn a_crash_before_the_acceptance_is_made_good_by_the_same_bytes(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let old = "uuid:5d0c3c1e-7b7c-4c39-8a0b-3f7d2f1f0a02";
    let id = format!("{ID}</instanceID><deprecatedID>{old}</deprecatedID><instanceID>");
    let edit = instance(&id, "张三", &["1.jpg"]).replace("<instanceID></instanceID>", "");
    let first = collect.post(&edit, &[("1.jpg", PHOTO)], false);
    assert_eq!(first.status, 201, "{}", first.text());
    let rows = house.rows();
    // As if it had stopped between the two, and by now what was replaced had come.
    house.tell("DELETE FROM submission");
    let late = collect.post(&instance(old, "李四", &[]), &[], false);
    assert_eq!(late.status, 201, "{}", late.text());
    let again = collect.post(&edit, &[], false);
    assert_eq!((again.status, again.text()), (201, first.text()));
    let now = house.rows();
    assert!(now.len() == 2 && now.contains(&rows[0]), "{now:?}");
}

fn an_older_version_is_read_as_what_it_was(place: &Place) {
    let mut house = place.house().serving(&FILES);
    // Changed without another number, and then with one.
    let without_age =
        FORM.replace("{\"type\": \"integer\", \"name\": \"age\", \"label\": {\"zh\": \"年龄\"}},", "");
    assert_ne!(without_age, FORM);
    house.restart_with_form(&without_age);
    let collect = Collect::at(&house);
    let answer = collect.post(&instance(ID, "张三", &[]), &[], false);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(sealed(&house).data["visit"]["age"], 71);
    let strange =
        instance("uuid:another", "张三", &[]).replace("<age>71</age>", "<age>71</age><phone>1</phone>");
    refused(&collect.post(&strange, &[], false), 422, "/visit: an element whose name has 5 characters");
    refused(
        &collect.post(&strange.replace("version=\"3\"", "version=\"9\""), &[], false),
        404,
        "never served",
    );
    assert_eq!(house.rows().len(), 1);
}

/// Each thing that may be wrong, by itself.
fn what_is_bad_is_refused_and_nothing_is_stored(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = instance(ID, "张三", &["1.jpg"]);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}",
        "z".repeat(9_999),
        with("张三", "&b;")
    );
    let outside = with(
        "<?xml version='1.0' encoding='UTF-8' ?>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
    )
    .replace("张三", "&a;");
    let long_id = instance(&format!("uuid:{}", "x".repeat(300)), "张三", &[]);
    let texts: Vec<(String, u16, &str)> = vec![
        (String::new(), 400, ""),
        ("not XML".into(), 400, "no XML"),
        ("{\"visit\":{}}".into(), 400, "no XML"),
        (good[..good.len() - 3].into(), 400, "no XML"),
        (deep, 400, ""),
        (bomb, 400, "document type"),
        (outside, 400, "document type"),
        (with("<instanceID>", "<instance>").replace("</instanceID>", "</instance>"), 400, "instanceID"),
        (long_id, 400, "instanceID"),
        (with("id=\"visit\"", "id=\"'; DROP TABLE submission; --\""), 404, "never served"),
        (with("id=\"visit\"", "id=\"../../etc/passwd\""), 404, "never served"),
        (with("version=\"3\"", "version=\"' OR '1'='1\""), 404, "never served"),
        (with("<visit ", "<other ").replace("</visit>", "</other>"), 422, "another form"),
        (with("<age>71", "<age>seventy"), 422, "/visit/age: not a value of its type"),
        (with("<town>t1", "<town>t9"), 422, "/visit/town"),
        (with("<name>", "<script>alert(1)</script><name>"), 422, "6 characters is not in the form"),
        (with(">1.jpg<", ">../1.jpg<"), 422, "/visit/room[1]/photo: not a name for a file"),
        (with(">1.jpg<", ">/etc/passwd<"), 422, "not a name for a file"),
        (with("id=\"visit\"", "id=\"visit\" encrypted=\"yes\""), 422, "encrypted"),
    ];
    for (xml, status, words) in &texts {
        let answer = collect.post(xml, &[("1.jpg", PHOTO)], false);
        refused(&answer, *status, words);
        assert!(!answer.text().contains("张三") && !answer.text().contains("DROP"), "{}", answer.text());
        nothing_is_stored(&house);
    }
    let not_utf8: Vec<u8> =
        body(&good, &[], false).into_iter().map(|byte| if byte == 0xe5 { 0xff } else { byte }).collect();
    refused(&collect.post_body(&not_utf8), 400, "not UTF-8");

    for name in [
        "../1.jpg",
        "..\\1.jpg",
        "/etc/passwd",
        "a%2fb.jpg",
        ".htaccess",
        "1.jpg;x",
        "<script>.jpg",
        "' OR 1=1 --.jpg",
        &"x".repeat(101),
        "a\u{202e}gpj.exe",
    ] {
        refused(&collect.post(&good, &[(name, PHOTO)], false), 400, "name");
        nothing_is_stored(&house);
    }
    let whole = body(&good, &[("1.jpg", PHOTO)], false);
    let text = String::from_utf8_lossy(&whole).into_owned();
    let twice = body(&good, &[("1.jpg", PHOTO), ("1.jpg", PHOTO)], false);
    refused(&collect.post_body(&twice), 400, "same name");
    refused(
        &collect.post_body(text.replace("xml_submission_file", "other").as_bytes()),
        400,
        "xml_submission_file",
    );
    refused(
        &collect.post_body(
            &[&body(&good, &[], false)[..body(&good, &[], false).len() - 42], &whole[..]].concat(),
        ),
        400,
        "",
    );
    let head = format!("name=\"{}\"", "x".repeat(9 << 20));
    refused(
        &collect.post_body(text.replacen("name=\"xml_submission_file\"", &head, 1).as_bytes()),
        400,
        "head",
    );
    refused(&collect.post_body(b"nonsense"), 408, "broke off");
    refused(&collect.post_body(&whole[..whole.len() - 20]), 408, "broke off");
    refused(&collect.post_body(b""), 408, "broke off");
    nothing_is_stored(&house);

    let many: Vec<String> = (0..201).map(|n| format!("{n}.jpg")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), PHOTO)).collect();
    refused(&collect.post(&good, &many, false), 413, "at most 200 files");
    let long = with("张三", &"长".repeat(400_000));
    refused(&collect.post(&long, &[], false), 413, "at most 1048576 bytes");
    let large = vec![0; (32 << 20) + 1];
    refused(&collect.post(&good, &[("1.jpg", &large)], false), 413, "at most 33554432 bytes");
    let three = vec![0; 12 << 20];
    refused(
        &collect.post(&good, &[("1.jpg", &three), ("2.jpg", &three), ("3.jpg", &three)], false),
        413,
        "a POST has at most",
    );
    nothing_is_stored(&house);

    let kind = "multipart/form-data; boundary=2e4f8f7c-6f1c-4a0e-9d0a-6a1f7d8d7d11";
    let page = house.send(
        "POST",
        "/openrosa/submission",
        &[("content-type", kind), ("origin", "https://evil.example")],
        &whole,
    );
    refused(&page, 400, "X-OpenRosa-Version");
    for kind in ["text/xml", "application/json", "multipart/form-data", "multipart/mixed; boundary=a", ""] {
        refused(
            &collect.ask("POST", "/openrosa/submission", &[("content-type", kind)], &whole),
            415,
            "multipart/form-data",
        );
    }
    for path in [
        "/openrosa",
        "/openrosa/",
        "/openrosa/forms",
        "/openrosa/forms/x/form.xml",
        "/openrosa/forms/..%2f..%2fsecret.txt/form.xml",
        "/openrosa/forms/%ff/manifest",
        "/openrosa/submission/x",
    ] {
        refused(&collect.fetch(path), 404, "");
    }
    let hash = house.get("/api/v1/forms").json()["forms"][0]["hash"].as_str().unwrap().to_owned();
    for name in ["form.json", "..%2fform.json", "%2e%2e%2f%2e%2e%2fsecret.txt", "towns.csv%00", "x"] {
        refused(&collect.fetch(&format!("/openrosa/forms/{hash}/media/{name}")), 404, "no file of this name");
    }
    for method in ["PUT", "DELETE", "PATCH", "GET"] {
        refused(&collect.ask(method, "/openrosa/submission", &[], b""), 405, "");
    }
    nothing_is_stored(&house);
    let metrics = house.get("/metrics").text();
    assert!(
        metrics.contains("doorstep_refusals_total{route=\"/openrosa/submission\",code=\"not_a_submission\"}")
    );
    // None of it was the good one's fault.
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}

#[test]
fn a_doorsteps_own_id_stays_and_no_other_way_to_it_is_left() {
    let house = House::new().serving(&FILES);
    let collect = Collect::at(&house);
    let own = "01a20606-35c0-7707-8707-070707070707";
    assert_eq!(collect.post(&instance(&format!("uuid:{own}"), "张三", &[]), &[], false).status, 201);
    assert_eq!(sealed(&house).id.to_string(), own);

    // What came by the app's way can't be replaced by OpenRosa, and leaves no trace of the try.
    let sent = house.submission(9, serde_json::json!({"name": "张三"}));
    let sent =
        crate::client::Sent { body: sent.body.replace("\"version\":\"1\"", "\"version\":\"3\""), ..sent };
    assert_eq!(house.put(&sent).status, 201);
    let forged = instance(&format!("uuid:{}", sent.id), "李四", &[]);
    refused(&collect.post(&forged, &[], false), 409, "another submission has this id");
    assert_eq!((house.rows().len(), house.count("openrosa_instance")), (2, 1));
}

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
fn addresses_are_the_ones_that_the_proxy_is_asked_for() {
    let house = House::with(Access { behind_proxy: true, ..Access::default() }).serving(&FILES);
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "survey.example.cn")];
    let list = house.send("GET", "/openrosa/formList", &forwarded, b"").text();
    assert!(
        texts(&list, "downloadUrl")[0].starts_with("https://survey.example.cn/openrosa/forms/"),
        "{list}"
    );
    let odd = [("x-forwarded-host", "a\"><script>alert(1)</script>")];
    let list = house.send("GET", "/openrosa/formList", &odd, b"").text();
    assert!(!list.contains("<script>"), "{list}");
}

/// Every form of the repository, as Collect is given it: our own reader sees the same form in it, and its blank instance is accepted.
#[test]
fn every_form_is_served_and_comes_back() {
    let forms = concat!(env!("CARGO_MANIFEST_DIR"), "/../../forms");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(format!("{forms}/{folder}")).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                folders.push(format!("{name}/"));
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.push((name, text));
            }
        }
    }
    let mut given = FILES.to_vec();
    given.extend(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let house = House::new().serving(&given);
    let collect = Collect::at(&house);
    let list = collect.list().text();
    let listed = house.get("/api/v1/forms").json();
    let listed = listed["forms"].as_array().unwrap();
    let urls = texts(&list, "downloadUrl");
    let urls: Vec<&String> = urls.iter().filter(|url| url.ends_with("/form.xml")).collect();
    assert_eq!((urls.len(), listed.len() >= 13), (listed.len(), true), "{list}");
    for (n, (url, known)) in urls.iter().zip(listed).enumerate() {
        let id = known["id"].as_str().unwrap();
        let xform = collect.fetch(url).text();
        if let Some(out) = std::env::var_os("DOORSTEP_XFORMS") {
            std::fs::write(std::path::Path::new(&out).join(format!("{id}.xml")), &xform).unwrap();
        }
        let main = Source::new("form.xml", xform.as_str());
        let media = Bundle::files_named(&main).into_iter().map(|name| {
            let text = collect.fetch(&url.replace("form.xml", &format!("media/{name}"))).text();
            Source::new(name, text)
        });
        let checked = Form::read(&Bundle { files: media.collect(), main });
        let form = checked.form.unwrap_or_else(|| panic!("{id}: {:?}", checked.diagnostics));
        assert_eq!((form.id(), Some(form.version())), (id, known["version"].as_str()));
        let hash = known["hash"].as_str().unwrap();
        let bundle = Bundle::from_json(&house.get(&format!("/api/v1/forms/{hash}")).text()).unwrap();
        let own = Form::read(&bundle).form.unwrap();
        // What a measure comes to is a number there, and what it takes on the way has a group of its own.
        let asked = |(path, _): &(String, DataType)| {
            !path.contains("/meta") && !path.contains(":meta") && !path.contains("/assessment_steps")
        };
        let theirs: Vec<_> = form.data_types().into_iter().filter(asked).collect();
        let ours: Vec<_> = own.data_types().into_iter().filter(asked).collect();
        assert_eq!(theirs.len(), ours.len(), "{id}");
        for (theirs, ours) in theirs.iter().zip(&ours) {
            let alike = theirs == ours || (theirs.0 == ours.0 && ours.1 == DataType::Text);
            assert!(alike, "{id}: {theirs:?} for {ours:?}");
        }

        // The primary instance, as it is before anything is answered.
        let primary = xform.split("<instance>").nth(1).unwrap().split("</instance>").next().unwrap().trim();
        let root = primary[1..].split([' ', '>']).next().unwrap();
        let instance_id = format!("<instanceID>uuid:00000000-0000-4000-8000-{n:012}</instanceID>");
        let blank = primary.replace("<instanceID/>", &instance_id).replace(" jr:template=\"\"", "");
        assert_ne!(blank, primary, "{id} <{root}> has no instanceID: {primary}");
        let answer = collect.post(&blank, &[], false);
        assert_eq!(answer.status, 201, "{id}: {}", answer.text());
    }
    assert_eq!(house.rows().len(), listed.len());
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
