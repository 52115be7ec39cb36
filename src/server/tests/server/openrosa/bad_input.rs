//! What is bad, one by one: refused in words that quote nothing, counted, and nothing is stored.

use crate::client::{House, Place, on_each_database};

use super::collect::{Collect, FILES, body, instance};
use super::{ID, PHOTO, refused};

on_each_database!(
    texts_that_are_no_instance_of_a_form,
    names_that_lead_elsewhere,
    bodies_that_are_no_parts,
    too_much_of_anything,
    addresses_types_and_methods,
);

/// Every table that a submission leaves something in.
const TABLES: [&str; 4] = ["submission", "attachment", "openrosa_instance", "openrosa_file"];

fn nothing_is_stored(house: &House) {
    for table in TABLES {
        assert_eq!(house.count(table), 0, "{table}");
    }
    assert!(house.files().is_empty(), "{:?}", house.files());
}

fn good() -> String {
    instance(ID, "张三", &["1.jpg"])
}

fn texts_that_are_no_instance_of_a_form(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = good();
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

    let metrics = house.get("/metrics").text();
    assert!(
        metrics.contains("doorstep_refusals_total{route=\"/openrosa/submission\",code=\"not_a_submission\"}")
    );
    // None of it was the good one's fault.
    nothing_is_stored(&house);
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}

fn names_that_lead_elsewhere(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = good();
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
    // None of it was the good one's fault.
    nothing_is_stored(&house);
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}

fn bodies_that_are_no_parts(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = good();
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

    // None of it was the good one's fault.
    nothing_is_stored(&house);
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}

fn too_much_of_anything(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = good();
    let many: Vec<String> = (0..201).map(|n| format!("{n}.jpg")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), PHOTO)).collect();
    refused(&collect.post(&good, &many, false), 413, "at most 200 files");
    let long = good.replace("张三", &"长".repeat(400_000));
    refused(&collect.post(&long, &[], false), 413, "at most 1048576 bytes");
    let large = vec![0; (32 << 20) + 1];
    refused(&collect.post(&good, &[("1.jpg", &large)], false), 413, "at most 33554432 bytes");
    let three = vec![0; 12 << 20];
    refused(
        &collect.post(&good, &[("1.jpg", &three), ("2.jpg", &three), ("3.jpg", &three)], false),
        413,
        "a POST has at most",
    );

    // None of it was the good one's fault.
    nothing_is_stored(&house);
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}

fn addresses_types_and_methods(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let good = good();
    let kind = "multipart/form-data; boundary=2e4f8f7c-6f1c-4a0e-9d0a-6a1f7d8d7d11";
    let page = house.send(
        "POST",
        "/openrosa/submission",
        &[("content-type", kind), ("origin", "https://evil.example")],
        &body(&good, &[("1.jpg", PHOTO)], false),
    );
    refused(&page, 400, "X-OpenRosa-Version");
    for kind in ["text/xml", "application/json", "multipart/form-data", "multipart/mixed; boundary=a", ""] {
        refused(
            &collect.ask("POST", "/openrosa/submission", &[("content-type", kind)], &body(&good, &[], false)),
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
    // None of it was the good one's fault.
    nothing_is_stored(&house);
    assert_eq!(collect.post(&good, &[("1.jpg", PHOTO)], false).status, 201);
}
