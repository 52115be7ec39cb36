//! Pictures and sounds of forms: sent by a designer, listed by a version, had by phones and by Collect.

use doorstep_delivery::submission::content_hash;
use doorstep_engine::{Bundle, Form, MediaFile, Source};
use serde_json::{Value as Json, json};

use super::{Desk, FORM, edition, refused, text};
use crate::browser::Browser;
use crate::client::{Answer, Place};

const MEDIA: &str = "/api/v1/design/media";
const WELL: &[u8] = b"\x89PNG\r\n\x1a\n a well";
const CALL: &[u8] = b"ID3\x04 a call";
const DRAWING: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

/// The form with a picture beside its first question, and these files.
fn with(version: &str, files: &[(&str, &[u8])]) -> Bundle {
    let plain = edition(version, "age");
    let text = plain.main.text.replacen(r#""label""#, r#""image": "well.png", "label""#, 1);
    assert_ne!(*text, *plain.main.text);
    let files = files.iter().map(|(name, bytes)| MediaFile::of(name, bytes).unwrap()).collect();
    Bundle::single(Source::new("form.json", text)).with_media(files).unwrap()
}

impl Desk {
    fn send(&self, bytes: &[u8]) -> Answer {
        self.send_as(&self.designer, &content_hash(bytes), bytes)
    }

    fn send_as(&self, by: &Browser, hash: &str, bytes: &[u8]) -> Answer {
        let own = [("x-doorstep", "1"), ("origin", "http://x"), ("sec-fetch-site", "same-origin")];
        by.send_with(self.house(), "PUT", &format!("{MEDIA}/{hash}"), &own, bytes)
    }

    fn missing(&self, files: &[&[u8]]) -> Json {
        let hashes: Vec<String> = files.iter().map(|bytes| content_hash(bytes)).collect();
        let answer = self.designer.post(self.house(), MEDIA, json!({ "hashes": hashes }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["missing"].take()
    }

    fn fetch(&self, bytes: &[u8], headers: &[(&str, &str)]) -> Answer {
        self.house().send("GET", &format!("/api/v1/media/{}", content_hash(bytes)), headers, b"")
    }
}

pub fn pictures_and_sounds_come_with_their_version(place: &Place) {
    let desk = Desk::open(place);
    let old = desk.offered("visit").unwrap().1;
    let second = with("2", &[("well.png", WELL), ("呼叫.mp3", CALL)]);
    // Nothing comes into force before its files are here, and each is named.
    let early = desk.put_up(&second, Some(&old));
    refused(&early, 409, "media_missing");
    let named = early.json()["error"]["files"].take();
    assert_eq!(named[0], json!({"name": "well.png", "sha256": content_hash(WELL)}));
    assert_eq!(desk.missing(&[WELL, CALL]).as_array().unwrap().len(), 2);
    for (bytes, kind) in [(WELL, "image/png"), (CALL, "audio/mpeg")] {
        let taken = desk.send(bytes);
        assert_eq!((taken.status, &taken.json()["media"]["type"]), (201, &json!(kind)));
        assert_eq!(desk.send(bytes).status, 200, "an answer that was lost");
    }
    assert_eq!(desk.missing(&[WELL, CALL, DRAWING]), json!([content_hash(DRAWING)]));
    let answer = desk.put_up(&second, Some(&old));
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["media_missing"], json!([]));

    // A phone: the bundle lists them, each has one address for good.
    let bundle = desk.house().get(&format!("/api/v1/forms/{}", second.hash())).text();
    let form = Form::read(&Bundle::from_json(&bundle).unwrap()).form.unwrap();
    assert_eq!(form.media("jr://images/well.png").unwrap().sha256.as_ref(), content_hash(WELL));
    assert_eq!((form.media_named(), form.all_media().len()), (vec!["well.png"], 2));
    let well = desk.fetch(WELL, &[]);
    assert_eq!((well.status, &*well.body), (200, WELL));
    assert_eq!(well.header("content-type"), Some("image/png"));
    assert_eq!(well.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let etag = well.header("etag").unwrap();
    assert_eq!(desk.fetch(WELL, &[("if-none-match", etag)]).status, 304);
    let part = desk.fetch(CALL, &[("range", "bytes=0-2")]);
    assert_eq!(
        (part.status, &*part.body, part.header("content-range")),
        (206, &b"ID3"[..], Some("bytes 0-2/11"))
    );

    // Collect: the manifest has hashes, and the files their own types.
    let manifest = desk.house().get(&format!("/openrosa/forms/{}/manifest", second.hash())).text();
    assert!(manifest.contains("<filename>well.png</filename><hash>md5:"), "{manifest}");
    assert!(manifest.contains("/media/%E5%91%BC%E5%8F%AB.mp3</downloadUrl>"), "{manifest}");
    let file = desk.house().get(&format!("/openrosa/forms/{}/media/well.png", second.hash()));
    assert_eq!((file.status, &*file.body, file.header("content-type")), (200, WELL, Some("image/png")));
    let list = desk.house().get("/openrosa/formList").text();
    assert!(list.contains("<manifestUrl>"), "{list}");

    // Another picture is another version, whose unchanged file nobody sends again; rolled back, the old picture is back.
    let other = b"\x89PNG\r\n\x1a\n another well";
    let third = with("3", &[("well.png", other), ("呼叫.mp3", CALL)]);
    assert_eq!(desk.missing(&[other, CALL]), json!([content_hash(other)]));
    assert_eq!(desk.send(other).status, 201);
    assert_eq!(desk.put_up(&third, Some(&second.hash())).status, 201);
    assert_eq!(desk.roll_back("visit", &second.hash()).status, 201);
    let offered = desk.offered("visit").unwrap().1;
    let bundle = Bundle::from_json(&desk.house().get(&format!("/api/v1/forms/{offered}")).text()).unwrap();
    assert_eq!(bundle.media().unwrap()[0].sha256.as_ref(), content_hash(WELL));
    assert_eq!(desk.fetch(other, &[]).status, 200, "for drafts that were begun meanwhile");

    // What the form names and does not come with is told.
    let answer = desk.put_up(&with("4", &[]), Some(&second.hash()));
    assert_eq!((answer.status, &answer.json()["media_missing"]), (201, &json!(["well.png"])));
}

pub fn a_file_that_can_t_be_a_form_s_is_refused_by_name(place: &Place) {
    let desk = Desk::open(place);
    let old = desk.offered("visit").unwrap().1;
    refused(&desk.send(b"%PDF-1.7"), 422, "media_kind");
    refused(&desk.send(b"<html><script>alert(1)</script></html>"), 422, "media_kind");
    refused(&desk.send_as(&desk.designer, &content_hash(CALL), WELL), 400, "bad_digest");
    refused(&desk.send_as(&desk.designer, "nonsense", WELL), 400, "bad_hash");
    let mut large = WELL.to_vec();
    large.resize((16 << 20) + 1, 0);
    refused(&desk.send(&large), 413, "media_too_large");
    refused(&desk.designer.post(desk.house(), MEDIA, json!({"hashes": ["x"]})), 400, "bad_body");

    // A drawing with a script in it runs nothing, wherever it is opened.
    assert_eq!(desk.send(DRAWING).status, 201);
    let drawing = desk.fetch(DRAWING, &[]);
    let policy = drawing.header("content-security-policy").unwrap();
    assert_eq!(drawing.header("content-type"), Some("image/svg+xml"));
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
    assert_eq!(drawing.header("x-content-type-options"), Some("nosniff"));

    // A list that a page made up.
    let listed = |from: &str, to: &str| {
        let mut bundle = with("2", &[("drawing.svg", DRAWING)]);
        let list = bundle.files.last_mut().unwrap();
        assert!(list.text.contains(from));
        list.text = list.text.replace(from, to).into();
        desk.put_up(&bundle, Some(&old))
    };
    let name = listed("drawing.svg", "../drawing.svg");
    refused(&name, 422, "media_name");
    assert_eq!(name.json()["error"]["files"], json!([{"name": "../drawing.svg"}]));
    refused(&listed("image/svg+xml", "text/html"), 422, "media_kind");
    refused(&listed("image/svg+xml", "image/png"), 422, "media_unread");
    refused(&listed("\n", " "), 422, "media_unread");

    // An attachment of a survey is nobody's to hand out as a form's.
    let photo = b"\x89PNG\r\n\x1a\n somebody's";
    assert_eq!(desk.house().put_file(&content_hash(photo), photo).status, 201);
    assert_eq!(desk.fetch(photo, &[]).status, 404);
    refused(&desk.put_up(&with("2", &[("well.png", photo)]), Some(&old)), 409, "media_missing");

    // Nobody else sends any.
    let worker = desk.office.user("li.si", "worker", "371002");
    for (by, status) in [(&worker, 403), (&desk.office.administrator, 403), (&Browser::default(), 401)] {
        assert_eq!(desk.send_as(by, &content_hash(WELL), WELL).status, status);
        let asked = by.post(desk.house(), MEDIA, json!({"hashes": []}));
        assert_eq!(asked.status, status);
    }
    assert_eq!(desk.fetch(WELL, &[]).status, 404);
}

#[test]
fn a_form_in_the_folder_comes_with_what_lies_beside_it() {
    let form = FORM.replacen(r#""label""#, r#""image": "well.png", "label""#, 1);
    let house = Place::Sqlite.house();
    let forms = house.data().join("../forms/visit");
    std::fs::create_dir_all(forms.join("media")).unwrap();
    std::fs::write(forms.join("media/well.png"), WELL).unwrap();
    let mut house = house;
    for _ in 0..2 {
        house.restart_with_form(&form);
        let listed = house.get("/api/v1/forms").json();
        let hash = text(&listed["forms"][0]["hash"]).to_owned();
        let bundle = Bundle::from_json(&house.get(&format!("/api/v1/forms/{hash}")).text()).unwrap();
        assert_eq!(bundle.hash(), hash);
        assert_eq!(bundle.media().unwrap()[0].name.as_ref(), "well.png");
        let well = house.get(&format!("/api/v1/media/{}", content_hash(WELL)));
        assert_eq!((well.status, &*well.body), (200, WELL));
    }
}
