//! A form with a public key: nothing of it leaves the phone unless encrypted, which is told where it is begun; and what arrives is
//! read by whoever has the private key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::arrived::bodies;
use crate::browser::{Browser, Screen};
use crate::processes::Profile;
use crate::reader::open;
use crate::settings::{FORM, serve_form, survey};

const PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq+6rXFAkFyRzBAKikq7KBbid+Xn5x3lNKIMRTsn+h0yhoBFaYzCPGYIdw3Zv7gmab6XpjVDu2sMtouK60j1+pULT5FaFVacQGrL0cdkeB/HliIIB71Q+3d/hPmtSUMQ+Mq83IYk9ylY2+Lkx9wWdrAwx0bgAcysV4RkRGhopFuVJ8HSWrPUq0QcgQVsZq07WS7/ErQ6F2+a3nMlb1zVBh96uvY+3SFDROzvbPN15VAV8VFQuZPO+YXtELan901XE5Cmhplyo1ED5nz+wxhY6k+o2gFXvduyAzf5QhC9X+yxjUNAFoqfZDPPdOTRpqngjMG+T38Hw20+a9mJzKThIsQIDAQAB";

#[tokio::test]
async fn what_is_to_be_encrypted_stays_or_arrives_encrypted() {
    let profile = Profile::new("encryption");
    let form = FORM
        .replace("\"form_id\": \"look\"", &format!("\"form_id\": \"look\", \"public_key\": \"{PUBLIC}\""));
    assert_ne!(form, FORM);
    let mut server = serve_form(&profile, &[], &form);
    let browser = Browser::start(&profile, Screen::Phone).await;

    // Nobody takes it encrypted: that is said before anything is answered, and nothing goes.
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=look]").await;
    browser.seen("[data-staying]").await;
    browser.picture("answers-stay").await;
    survey(&browser, &server, "王秀英").await;
    browser.seen("[data-item][data-state=refused]").await;
    browser.seen("[data-action=rescue]").await;
    browser.picture("refused-in-plain").await;
    assert!(bodies(&profile.folder("here")).is_empty());

    // The office names a target that does.
    let targets = json!({"targets": [{"name": "office", "kind": "openrosa", "url": "/openrosa/submission", "forms": ["look"]}]});
    let file = profile.file("backend.json", targets.to_string().as_bytes());
    server.stop();
    server.set_options(&["--backend", file.to_str().expect("the target folder's name is text")]);
    server.start_with_form(&profile, "here", Some(("look", &form)));
    browser.open(&server.url("/settings")).await;
    browser.seen("[data-target=office]").await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=look]").await;
    browser.seen("input[type=text]").await;
    browser.gone("[data-staying]").await;
    survey(&browser, &server, "李梅").await;
    browser.seen("[data-section=delivered] [data-target=office]").await;
    browser.picture("arrived-encrypted").await;

    let here = profile.folder("here");
    let arrived = bodies(&here);
    let [row] = &arrived[..] else { panic!("one submission arrived, not {}", arrived.len()) };
    assert_eq!(row["data"], json!({"look": {}}));
    assert!(!row.to_string().contains("李梅"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let files = row["attachments"].as_array().expect("a list").iter().map(|file| {
        let hash = text(&file["sha256"]);
        let bytes = std::fs::read(here.join("attachments").join(&hash[..2]).join(&hash));
        (text(&file["name"]), bytes.expect("the server keeps what it was sent"))
    });
    let files: BTreeMap<String, Vec<u8>> = files.collect();
    let (xml, photos) = open(PUBLIC, &text(&row["xml"]), &files).expect("all of it has arrived");
    assert!(xml.contains("<who>李梅</who>") && photos.is_empty(), "{xml}");
    browser.assert_thumbs_fit();
    browser.quit().await;
}
