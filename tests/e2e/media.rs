//! A form's own pictures and sounds: on the phone with the form, shown and played without a network, asked for again where they did not come, and let go of.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_delivery::submission::content_hash;
use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};

/// Page by page; `gone.png` lies nowhere.
const FORM: &str = r#"{"settings": {"form_id": "look", "version": "1", "title": {"zh": "水井", "en": "Wells"}, "default_language": "zh"},
  "choices": {"kind": [{"name": "pump", "label": {"zh": "手压井", "en": "Pump"}, "media": {"image": "pump.png", "audio": "said.wav"}},
    {"name": "open", "label": {"zh": "敞口井", "en": "Open"}, "image": "well.png"}]},
  "survey": [
    {"type": "group", "name": "first", "label": {"zh": "井", "en": "Well"}, "children": [
    {"type": "note", "name": "look_at", "label": {"zh": "看这口井", "en": "Look at this well"}, "image": "well.png", "big-image": "large.png"},
    {"type": "text", "name": "heard", "label": {"zh": "听一听，再写", "en": "Listen, then write"}, "audio": "said.wav", "autoplay": "audio"}]},
    {"type": "group", "name": "second", "label": {"zh": "种类", "en": "Kind"}, "children": [
    {"type": "select_one kind", "name": "kind", "label": {"zh": "哪一种", "en": "Which kind"}},
    {"type": "text", "name": "lost", "label": {"zh": "少一张图", "en": "One is missing"}, "image": "gone.png"},
      {"type": "image", "name": "marked", "label": {"zh": "在图上标出来", "en": "Mark it"}, "appearance": "annotate", "default": "well.png"}]}]}"#;

/// 320 × 200.
const WELL: &str = "iVBORw0KGgoAAAANSUhEUgAAAUAAAADICAMAAACu2siZAAAAD1BMVEXe7PR4oG6WblBGRlA8eL79wAoiAAABM0lEQVR42u3aQQqAMAxFwRrvf2cvYIWAjcXMWxehg5uPjiFJkiRJkiRJkiRJkiRJkiRJkiSpoPPbAAIECBAgQIAAAQIECBAgQIAAAQIECBAgQICvsG70JIAAAQIECBAgQIAAAQIECBAgQIAAAQIECBAgQIAAAQIECBAgQIAAAQJU4yImf/LFbanD0eE9BAgQIECAAAECBNgT8OHyKanJaYAAAQIECBAgQIAAAQI05QACBAgQIECAAAECBGjKAQQIECBAgAABAgQI0DcRUw4gQIAAAQIECBAgQICmHECAAAECTHZUtxiw+joAAQIECLCyxVMOIECAAAECBAgQIECAAP8fQIAAAQIUQIAAAQogQIAABRAgQIACCBAgQAEECBCgAAIECFAAAQIEKIAAAQIUQICbdAFvbqHTveA/0AAAAABJRU5ErkJggg==";
/// 120 × 120.
const PUMP: &str = "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4CAMAAAAOusbgAAAAD1BMVEXe7PR4oG6WblBGRlA8eL79wAoiAAAAdUlEQVR42u3XMQrAIAxAURvvf+cuHUqFkkqX6Pujgs/FgK1JkiRJWrz+LTAYDN4Zvl1gag8MBoPBYDC47p8xroaFAIPniic4LHQwuBhsgIDNajDYrAaDzepq8JEvAecPA7+VeE5gcDH418BgMBgMBoPB4IXgE4NhI5f7xT63AAAAAElFTkSuQmCC";

/// A tone of half a second: 8,000 samples a second, a byte each.
fn sound() -> Vec<u8> {
    let samples: Vec<u8> = (0..4_000).map(|at| if at / 10 % 2 == 0 { 96 } else { 160 }).collect();
    let size = samples.len() as u32;
    let mut wav = [&b"RIFF"[..], &(36 + size).to_le_bytes(), b"WAVEfmt ", &16u32.to_le_bytes()].concat();
    wav.extend([1u16, 1].iter().flat_map(|number| number.to_le_bytes()));
    wav.extend([8_000u32, 8_000].iter().flat_map(|number| number.to_le_bytes()));
    wav.extend([1u16, 8].iter().flat_map(|number| number.to_le_bytes()));
    wav.extend([&b"data"[..], &size.to_le_bytes(), &samples].concat());
    wav
}

fn files() -> [(&'static str, Vec<u8>); 4] {
    let picture = |text: &str| BASE64_STANDARD.decode(text).expect("it is base64");
    [
        ("well.png", picture(WELL)),
        ("pump.png", picture(PUMP)),
        // The same by another name is fetched once.
        ("large.png", picture(WELL)),
        ("said.wav", sound()),
    ]
}

/// A server of the form with its files.
fn server(profile: &Profile) -> Server {
    let media = profile.folder("forms-here/look/media");
    std::fs::create_dir_all(&media).expect("the target folder can be written");
    for (name, bytes) in files() {
        std::fs::write(media.join(name), bytes).expect("a file can be written");
    }
    let mut server = Server::to_be(profile);
    server.start_with_form(profile, "here", Some(("look", FORM)));
    server
}

/// A browser that counts which addresses of files are good.
async fn phone(profile: &Profile, screen: Screen) -> Browser {
    let browser = Browser::start(profile, screen).await;
    let counting = "window.goodAddresses = new Set();
        const [make, revoke] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
        URL.createObjectURL = (of) => { const url = make(of); goodAddresses.add(url); return url; };
        URL.revokeObjectURL = (url) => { goodAddresses.delete(url); revoke(url); };";
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({"source": counting})).await;
    browser
}

/// Waits until so many files of forms lie on the device.
async fn held(browser: &Browser, wanted: usize) {
    let script = "const done = arguments[0];
        (async () => {
            const asked = (request) => new Promise((well, failed) => { request.onsuccess = () => well(request.result); request.onerror = failed; });
            let count = 0;
            for (const { name } of await indexedDB.databases()) {
                const database = await asked(indexedDB.open(name));
                if (database.objectStoreNames.contains('bundles')) {
                    const keys = await asked(database.transaction('bundles').objectStore('bundles').getAllKeys());
                    count += keys.filter((key) => String(key).startsWith('media/')).length;
                }
                database.close();
            }
            done(count);
        })();";
    browser
        .until_eq("files on the device", &json!(wanted), async |browser: &Browser| {
            browser.run_until_done(script).await
        })
        .await;
}

async fn is(browser: &Browser, what: &str, script: &str, wanted: Value) {
    let script = format!("return {script}");
    browser.until_eq(what, &wanted, async |browser: &Browser| browser.run(&script, vec![]).await).await;
}

/// Of each picture of a question how wide the one that is painted is.
async fn painted(browser: &Browser, question: &str, wanted: &[u32]) {
    let script = format!(
        "[...document.querySelectorAll('[data-name={question}] img.drawing')].filter((i) => i.complete).map((i) => i.naturalWidth)"
    );
    is(browser, &format!("the pictures of {question}"), &script, json!(wanted)).await;
}

#[tokio::test]
async fn pictures_and_sounds_are_there_without_a_network_and_let_go_of() {
    let profile = Profile::new("media");
    let mut server = server(&profile);
    let browser = phone(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=look]").await;
    browser.kept_for_offline().await;
    held(&browser, 3).await;

    server.stop();
    browser.reload().await;
    browser.tap("[data-form=look]").await;
    painted(&browser, "look_at", &[320]).await;
    let alt = "document.querySelector('[data-name=look_at] img').alt";
    is(&browser, "what the picture is called", alt, json!("图片：看这口井")).await;
    let audio = "document.querySelector('[data-name=heard] audio')";
    is(&browser, "the sound's length", &format!("{audio}.duration"), json!(0.5)).await;
    is(&browser, "how it is played", &format!("[{audio}.controls, {audio}.autoplay]"), json!([true, true]))
        .await;
    is(&browser, "that it was played", &format!("{audio}.played.length"), json!(1)).await;
    browser.gone("[data-media]").await;
    browser.picture("media-question").await;

    // A closer look, and back.
    browser.tap("[data-name=look_at] [data-action=look-closer]").await;
    browser.seen("dialog.large-picture[open] img.drawing").await;
    browser.picture("media-large").await;
    browser.tap("dialog.large-picture [data-action=close]").await;
    browser.gone("dialog.large-picture").await;

    browser.tap("[data-action=next]").await;
    browser.on_page("second").await;
    painted(&browser, "kind", &[120, 320]).await;
    let spoken = "document.querySelector('[data-name=kind] audio').duration";
    is(&browser, "the choice's sound", spoken, json!(0.5)).await;
    let quiet = "document.querySelector('[data-name=kind] audio').autoplay";
    is(&browser, "whether it begins by itself", quiet, json!(false)).await;
    // What the form lacks is its designer's to mend, and keeps nobody from answering.
    browser.seen("[data-name=lost] [data-media=missing]").await;
    let missing = browser.text("[data-name=lost] [data-media=missing]").await;
    assert_eq!(missing, "表单里缺这个文件：gone.png");
    browser.tap("[data-name=kind] .choice:nth-of-type(1)").await;
    browser.seen("[data-name=kind] .choice:nth-of-type(1) input:checked").await;
    browser.picture("media-choices").await;
    // What the form answers with itself is the draft's own from now on, to be drawn on.
    let own = "document.querySelector('[data-name=marked] img.photo')?.naturalWidth";
    is(&browser, "the picture to be marked", own, json!(320)).await;
    browser.tap("[data-name=marked] [data-action=draw-on]").await;
    browser.seen("[data-name=marked] .pad.on-photo img").await;
    browser.run("document.querySelector('[data-name=marked]').scrollIntoView()", vec![]).await;
    browser.picture("media-marked").await;

    browser.tap("[data-action=home]").await;
    browser.seen("[data-form=look]").await;
    is(&browser, "addresses that are still good", "goodAddresses.size", json!(0)).await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

#[tokio::test]
async fn what_did_not_come_is_said_and_comes_when_asked_for() {
    let profile = Profile::new("media-missing");
    let mut server = server(&profile);
    let browser = phone(&profile, Screen::Desktop).await;
    let [(_, well), ..] = files();
    browser.command("Network.enable", json!({})).await;
    // The network breaks at the second file, the smaller picture having come.
    let blocked = json!({"urls": [format!("*/{}", content_hash(&well))]});
    browser.command("Network.setBlockedURLs", blocked).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=look]").await;
    browser.kept_for_offline().await;
    held(&browser, 1).await;

    browser.tap("[data-form=look]").await;
    browser.seen("[data-name=look_at] [data-media=waits]").await;
    let said = browser.text("[data-name=look_at] [data-media=waits] > p:first-child").await;
    assert_eq!(said, "图片还没有下载");
    painted(&browser, "look_at", &[]).await;
    browser.tap("[data-name=look_at] [data-action=fetch-media]").await;
    browser.seen("[data-name=look_at] [data-media=waits] > [role=status]:not(:empty)").await;
    browser.picture("media-waits").await;

    // What else did not come has a button of its own.
    browser.tap("[data-name=heard] [data-action=fetch-media]").await;
    let audio = "document.querySelector('[data-name=heard] audio')?.duration";
    is(&browser, "the sound's length", audio, json!(0.5)).await;
    held(&browser, 2).await;

    browser.command("Network.setBlockedURLs", json!({"urls": []})).await;
    browser.tap("[data-name=look_at] [data-action=fetch-media]").await;
    painted(&browser, "look_at", &[320]).await;
    browser.gone("[data-name=look_at] [data-media]").await;
    browser.picture("media-come").await;
    held(&browser, 3).await;

    // It is there at the next start, without a network and in the other language.
    server.stop();
    browser.reload().await;
    painted(&browser, "look_at", &[320]).await;
    browser.tap("[data-action=language]").await;
    let alt = "document.querySelector('[data-name=look_at] img')?.alt";
    is(&browser, "what the picture is called", alt, json!("Picture: Look at this well")).await;
    let night = json!({"media": "", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.command("Emulation.setEmulatedMedia", night).await;
    browser.picture("media-dark").await;
    browser.quit().await;
}
