//! What the office wants sealed: nobody can read it on the phone once it is finished, and a locked phone sends it.

use serde_json::Value;

use crate::arrived::bodies;
use crate::browser::{Browser, Screen};
use crate::filling;
use crate::mending;
use crate::processes::{Profile, given};
use crate::safety::{PIN, enter, set_pin};
use crate::settings::{FORM, serve_form};

/// What would be noticed anywhere.
const WHO: &str = "欧阳秀英之家";
const OTHER: &str = "司徒建国之家";

/// Makes the office a key, or one more.
pub fn office_key(profile: &Profile) -> String {
    let file = profile.folder("office.pem").to_str().expect("the target folder's name is text").to_owned();
    let made =
        std::process::Command::new(given("DOORSTEP_BIN")).args(["office-key", "--new", &file]).output();
    assert!(made.expect("the program is there").status.success());
    file
}

/// Everything that the app's databases hold, opened with every key that a script of the page can get at, as text.
async fn readable(browser: &Browser) -> String {
    let script = r#"
        const done = arguments[arguments.length - 1];
        const wait = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = no; });
        const text = new TextDecoder();
        (async () => {
            let found = '';
            for (const { name } of await indexedDB.databases()) {
                const database = await wait(indexedDB.open(name));
                const keys = [];
                for (const kept of ['data', 'sending']) {
                    const store = () => database.transaction('keys').objectStore('keys');
                    const [device, wrapped] = [await wait(store().get('device')), await wait(store().get(kept))];
                    if (wrapped instanceof Uint8Array) {
                        keys.push(await crypto.subtle.unwrapKey('raw', wrapped, device, 'AES-KW', 'AES-GCM', false, ['decrypt']));
                    }
                }
                for (const place of database.objectStoreNames) {
                    const store = () => database.transaction(place).objectStore(place);
                    const [ids, all] = [await wait(store().getAllKeys()), await wait(store().getAll())];
                    for (let at = 0; at < all.length; at++) {
                        found += JSON.stringify(ids[at]) + JSON.stringify(all[at]);
                        const sealed = all[at]?.sealed;
                        if (!(sealed instanceof Uint8Array)) continue;
                        const id = Array.isArray(ids[at]) ? ids[at].join('/') : ids[at];
                        const about = new TextEncoder().encode(`doorstep\n${place}\n${id}\n${sealed[0]}`);
                        for (const key of keys) {
                            const how = { name: 'AES-GCM', iv: sealed.slice(1, 13), additionalData: about };
                            try { found += ' OPENED ' + text.decode(await crypto.subtle.decrypt(how, key, sealed.slice(13))); } catch {}
                        }
                    }
                }
                database.close();
            }
            done(found);
        })().catch(error => done('FAILED ' + error));
    "#;
    let found = browser.run_until_done(script).await;
    found.as_str().expect("a script says what it found").to_owned()
}

/// Does any file that the browser keeps for the app hold the text, as UTF-8 or as UTF-16?
fn lies_on_the_disk(profile: &Profile, text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    one_lies_on_the_disk(profile, &[text.as_bytes(), &wide])
}

/// Does any file that the browser keeps for the app hold one of these parts?
fn one_lies_on_the_disk(profile: &Profile, parts: &[&[u8]]) -> bool {
    let mut folders = vec![profile.browser()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let kept = ["IndexedDB", "Local Storage", "Session Storage", "Service Worker"];
            if !kept.iter().any(|name| path.components().any(|part| part.as_os_str() == *name)) {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            looked_at += usize::from(!bytes.is_empty());
            if parts.iter().any(|part| bytes.windows(part.len()).any(|window| window == *part)) {
                return true;
            }
        }
    }
    assert!(looked_at > 0, "the browser keeps nothing where it is looked for");
    false
}

fn who(data: &std::path::Path) -> Vec<String> {
    let answer = |body: Value| body["data"]["look"]["who"].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<String> = bodies(data).into_iter().map(answer).collect();
    all.sort();
    all
}

async fn until_arrived(browser: &Browser, profile: &Profile, wanted: &[&str]) {
    let data = profile.folder("here");
    browser.until("it arrives", async || who(&data) == wanted).await;
}

async fn unlock(browser: &Browser) {
    browser.seen("[data-screen=unlock]").await;
    enter(browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.gone("[data-screen=unlock]").await;
}

/// Fills the form in and finishes it, from the first page of the app.
async fn answer(browser: &Browser, who: &str) {
    browser.tap("[data-form=look]").await;
    browser.seen("input[type=text]").await;
    browser.tap("input[type=text]").await;
    browser.type_text(who).await;
    filling::finish(browser).await;
    browser.seen("[data-finished]").await;
}

#[tokio::test]
async fn a_locked_phone_sends_what_is_sealed_and_holds_nothing_readable() {
    let profile = Profile::new("sealed");
    let key = office_key(&profile);
    let mut server = serve_form(&profile, &["--office-key", &key], FORM);
    let browser = Browser::start(&profile, Screen::Phone).await;

    // The app and the office's key come to the phone; then there is no network.
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=look]").await;
    browser.kept_for_offline().await;
    browser.open(&server.url("/safety")).await;
    browser.seen("[data-sealing=true]").await;
    set_pin(&browser, PIN).await;
    server.stop();

    browser.open(&server.url("/")).await;
    unlock(&browser).await;
    answer(&browser, WHO).await;
    browser.seen("[data-section=waiting] [data-item] [data-sealed]").await;
    browser.picture("sealed-outbox").await;
    assert!(!browser.text("main").await.contains(WHO));

    // Locked: nothing on the phone says what was answered, whatever key one gets at.
    browser.tap("[data-action=lock]").await;
    browser.seen("[data-screen=unlock]").await;
    let found = readable(&browser).await;
    assert!(
        found.contains(" OPENED ") && found.contains("doorstep_envelope"),
        "the script opens what it can"
    );
    assert!(
        !found.contains(WHO) && !found.contains(&serde_json::to_string(WHO).expect("a text")),
        "{WHO} is readable on the phone"
    );

    assert!(!lies_on_the_disk(&profile, WHO), "{WHO} lies on the disk");

    // The network comes back, and nobody gives the PIN: it arrives, once.
    server.start_again();
    browser.run("dispatchEvent(new Event('online'))", vec![]).await;
    until_arrived(&browser, &profile, &[WHO]).await;
    browser.seen("[data-screen=unlock]").await;

    // So it does after the phone was switched off while locked.
    unlock(&browser).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    browser.picture("sealed-delivered").await;
    server.stop();
    browser.tap("[data-action=home]").await;
    answer(&browser, OTHER).await;
    browser.tap("[data-action=lock]").await;
    browser.seen("[data-screen=unlock]").await;
    browser.kill();
    server.start_again();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-screen=unlock]").await;
    until_arrived(&browser, &profile, &[OTHER, WHO]).await;
    assert_eq!(bodies(&profile.folder("here")).len(), 2, "each arrives once");
    browser.quit().await;
}

#[tokio::test]
async fn a_sealed_survey_waits_for_a_key_that_is_gone_and_can_only_be_exported_or_deleted() {
    let profile = Profile::new("sealed-key");
    let key = office_key(&profile);
    let mut server = serve_form(&profile, &["--office-key", &key], FORM);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/safety")).await;
    browser.seen("[data-sealing=true]").await;
    browser.kept_for_offline().await;
    server.stop();
    browser.open(&server.url("/")).await;
    answer(&browser, WHO).await;
    browser.seen("[data-sealed]").await;

    // The server comes back without its key: the survey stays, with the reason.
    server.set_options(&[]);
    server.start_again();
    browser.tap("[data-action=send]").await;
    browser.seen("[data-item][data-state=waiting] q").await;
    browser.gone("[data-action=repair]").await;
    browser.seen("[data-action=delete]").await;
    browser.picture("sealed-without-its-key").await;
    assert!(who(&profile.folder("here")).is_empty());

    // With the key, and a newer one beside it, it goes.
    server.stop();
    office_key(&profile);
    server.set_options(&["--office-key", &key]);
    server.start_again();
    browser.tap("[data-action=retry]").await;
    until_arrived(&browser, &profile, &[WHO]).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    browser.quit().await;
}

#[tokio::test]
async fn whoever_uses_the_phone_next_sends_what_the_one_before_had_sealed() {
    let profile = Profile::new("sealed-users");
    let key = office_key(&profile);
    let mut server = serve_form(&profile, &["--office-key", &key], FORM);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/safety")).await;
    browser.seen("[data-sealing=true]").await;
    browser.kept_for_offline().await;
    set_pin(&browser, PIN).await;
    server.stop();
    browser.tap("[data-action=home]").await;
    answer(&browser, WHO).await;

    // The phone is handed over without a network; the next user has no PIN, and begins work.
    browser.tap("[data-action=lock]").await;
    browser.tap("[data-action=other-user]").await;
    browser.seen("[data-screen=choose]").await;
    enter(&browser, "user-name", "李梅").await;
    browser.tap("[data-action=add-user]").await;
    browser.gone("[data-screen=choose]").await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-screen=choose]").await;
    browser.tap("[data-action=user]:last-child").await;
    browser.seen("[data-section=waiting]").await;
    assert!(!browser.text("main").await.contains("已封存"), "another's survey is listed");

    server.start_again();
    browser.run("dispatchEvent(new Event('online'))", vec![]).await;
    until_arrived(&browser, &profile, &[WHO]).await;
    // Its receipt is its user's, who finds it behind the PIN.
    browser.gone("[data-section=delivered] [data-item]").await;
    browser.open(&server.url("/outbox")).await;
    browser.tap("[data-user='']").await;
    unlock(&browser).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    assert_eq!(bodies(&profile.folder("here")).len(), 1, "it arrives once");
    browser.quit().await;
}

/// A picture whose bytes are nowhere else: each part of it is by chance.
async fn noise(browser: &Browser) -> Vec<u8> {
    let made = browser
        .run_until_done(
            "const canvas = new OffscreenCanvas(300, 200);
             const image = new ImageData(crypto.getRandomValues(new Uint8ClampedArray(60000)), 100, 150);
             for (let at = 3; at < 60000; at += 4) image.data[at] = 255;
             canvas.getContext('2d').putImageData(image, 0, 0);
             canvas.convertToBlob({ type: 'image/png' }).then((blob) => blob.arrayBuffer())
                 .then((bytes) => arguments[0](Array.from(new Uint8Array(bytes))))",
        )
        .await;
    serde_json::from_value(made).expect("the page makes a picture")
}

#[tokio::test]
async fn a_sealed_photo_is_the_offices_alone_and_arrives_whole() {
    let profile = Profile::new("sealed-photo");
    let key = office_key(&profile);
    let mut server = serve_form(&profile, &["--office-key", &key], mending::FORM);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/safety")).await;
    browser.seen("[data-sealing=true]").await;
    browser.kept_for_offline().await;
    let photo = profile.file("roof.png", &noise(&browser).await);
    server.stop();
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=look]").await;
    browser.seen("input[type=text]").await;
    browser.tap("input[type=text]").await;
    browser.type_text(WHO).await;
    browser.pick("input[type=file]", &photo).await;
    browser.seen("img.photo").await;
    browser.seen("[data-state=kept].kept").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=waiting] [data-item] [data-sealed]").await;

    // Not the photo either is readable, whatever key one gets at.
    let found = readable(&browser).await;
    assert!(
        !found.contains(WHO) && !found.contains("JFIF"),
        "the survey or its photo is readable on the phone"
    );

    // The phone starts again, and the server has the key: both arrive, once.
    browser.kill();
    server.start_again();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/outbox")).await;
    until_arrived(&browser, &profile, &[WHO]).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    let rows = bodies(&profile.folder("here"));
    let hash = rows[0]["attachments"][0]["sha256"].as_str().expect("a file has its hash").to_owned();
    let kept = profile.folder("here").join("attachments").join(&hash[..2]).join(&hash);
    let photo = std::fs::read(kept).expect("the file is on the server");
    assert_eq!(doorstep_delivery::submission::content_hash(&photo), hash);
    assert!(photo.starts_with(&[0xff, 0xd8]), "it is the smaller one that the phone makes, a JPEG");
    // Nor did it ever lie on the disk as it is.
    browser.quit().await;
    let middle = &photo[photo.len() / 2..][..32];
    assert!(!one_lies_on_the_disk(&profile, &[middle]), "the photo lies on the disk");
}

#[tokio::test]
async fn a_sealed_survey_that_is_refused_stays_with_its_reason_and_can_be_carried_away_or_deleted() {
    let profile = Profile::new("sealed-refused");
    let key = office_key(&profile);
    let options = ["--office-key", key.as_str()];
    let mut server = serve_form(&profile, &options, FORM);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/safety")).await;
    browser.seen("[data-sealing=true]").await;
    browser.kept_for_offline().await;
    server.stop();
    browser.open(&server.url("/")).await;
    answer(&browser, WHO).await;
    browser.seen("[data-sealed]").await;

    // A server that does not know this form refuses what it could open, and says why.
    server.start_with_form(&profile, "elsewhere", None);
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-item][data-state=refused] q").await;
    browser.picture("sealed-refused").await;
    assert!(!browser.text("main").await.contains(WHO));
    // Nobody can put it right here: nobody can read it here.
    browser.gone("[data-action=repair]").await;
    browser.gone("[data-state=refused] [data-action=assessment]").await;

    // It goes into a file, and it is deleted after asking twice.
    browser.tap("[data-action=rescue]").await;
    browser.tap("#rescue-password-out").await;
    browser.type_text("correct horse").await;
    browser.tap("[data-action=rescue-out]").await;
    browser.seen("[data-section=rescue-out] .notice:not(.danger)").await;
    browser.open(&server.url("/outbox")).await;
    browser.tap("[data-action=delete]").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    browser.gone("[data-item]").await;
    assert!(who(&profile.folder("here")).is_empty() && who(&profile.folder("elsewhere")).is_empty());
    browser.quit().await;
}
