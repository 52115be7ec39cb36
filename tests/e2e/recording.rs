//! What is filmed, photographed and recorded on the page itself, with Chromium's made-up camera and microphone: looked at before it is kept, kept through a
//! killed browser, and arrived whole.

use serde_json::json;

use crate::arrived::bodies;
use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "seen", "version": "1", "title": "看一看", "default_language": "zh"},
  "survey": [
    {"type": "video", "name": "film", "label": {"zh": "门口的样子", "en": "The door"}},
    {"type": "image", "name": "roof", "label": {"zh": "屋顶", "en": "The roof"}},
    {"type": "audio", "name": "told", "label": {"zh": "他怎么说", "en": "What was said"}}]}"#;

fn serve(profile: &Profile) -> Server {
    let mut server = Server::start(profile);
    server.stop();
    server.start_with_form(profile, "here", Some(("seen", FORM)));
    server
}

async fn begin(browser: &Browser, server: &Server) {
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=seen]").await;
    browser.seen("[data-name=film] [data-action=film]").await;
}

/// Films for some seconds, up to where it is looked at.
async fn film(browser: &Browser, begin: &str) {
    browser.tap(&format!("[data-name=film] [data-action={begin}]")).await;
    // Its place is as high before the first picture as after: the button stays under the finger.
    browser.seen("[data-name=film] video").await;
    let height = "return document.querySelector('[data-name=film] video').getBoundingClientRect().height";
    let before = browser.run(height, vec![]).await;
    let sees = "return document.querySelector('[data-name=film] video').videoWidth > 0";
    browser.until("the camera's picture is shown", async || browser.run(sees, vec![]).await == true).await;
    assert_eq!(browser.run(height, vec![]).await, before);
    browser.tap("[data-name=film] [data-action=begin]").await;
    let seconds = "return parseInt(document.querySelector('[data-so-far]')?.innerText ?? '0')";
    browser
        .until("it has some seconds", async || browser.run(seconds, vec![]).await.as_u64() >= Some(2))
        .await;
}

#[tokio::test]
async fn what_is_filmed_on_the_page_is_looked_at_kept_and_arrives() {
    let profile = Profile::new("recording");
    let server = serve(&profile);
    let browser = Browser::start_with_devices(&profile, Screen::Phone).await;
    begin(&browser, &server).await;

    // One film is looked at and thrown away, the next one is kept.
    film(&browser, "film").await;
    browser.picture("film-running").await;
    browser.tap("[data-name=film] [data-action=stop]").await;
    browser.seen("[data-name=film] video[controls]").await;
    browser.picture("film-ended").await;
    browser.tap("[data-name=film] [data-action=discard]").await;
    browser.seen("[data-name=film] [data-action=film]").await;
    browser.gone("[data-name=film] video").await;
    film(&browser, "film").await;
    browser.tap("[data-name=film] [data-action=stop]").await;
    browser.tap("[data-name=film] [data-action=keep]").await;
    browser.seen("[data-name=film] [data-file]").await;
    let plays = "const film = document.querySelector('[data-name=film] video[controls]');
        return !!film && film.videoWidth > 0 && film.readyState > 0";
    browser.until("the kept film plays", async || browser.run(plays, vec![]).await == true).await;
    // The camera is let go of: its light is out.
    browser.gone("[data-name=film] video[autoplay]").await;

    // A photo without leaving the page.
    browser.tap("[data-name=roof] [data-action=finder]").await;
    browser.seen("[data-name=roof] video").await;
    let sees = "return document.querySelector('[data-name=roof] video').videoWidth > 0";
    browser.until("the camera's picture is shown", async || browser.run(sees, vec![]).await == true).await;
    browser.picture("photo-finder").await;
    browser.tap("[data-name=roof] [data-action=shoot]").await;
    browser.seen("[data-name=roof] img.photo").await;
    browser.gone("[data-name=roof] video").await;

    // Sound.
    browser.tap("[data-name=told] [data-action=record]").await;
    browser.seen("[data-name=told] [data-action=record].danger").await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    browser.tap("[data-name=told] [data-action=record]").await;
    browser.seen("[data-name=told] audio").await;
    browser.seen("[data-state=kept].kept").await;
    browser.picture("recorded").await;
    browser.kill();

    // The phone starts again: all three are where they were.
    let browser = Browser::start_with_devices(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-action=continue]").await;
    browser.seen("[data-name=film] video[controls]").await;
    browser.seen("[data-name=roof] img.photo").await;
    browser.seen("[data-name=told] audio").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    let rows = bodies(&profile.folder("here"));
    let kinds: Vec<&str> = rows[0]["attachments"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|file| file["name"].as_str()?.rsplit_once('.').map(|(_, ending)| ending))
        .collect();
    assert_eq!(kinds, ["webm", "jpg", "webm"]);
    for file in rows[0]["attachments"].as_array().into_iter().flatten() {
        let hash = file["sha256"].as_str().expect("a file has its hash");
        let kept = profile.folder("here").join("attachments").join(&hash[..2]).join(hash);
        let bytes = std::fs::read(kept).expect("the file is on the server");
        let is_whole = bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) || bytes.starts_with(&[0xff, 0xd8, 0xff]);
        assert!(is_whole && bytes.len() > 1_000, "{file} has {} bytes", bytes.len());
    }
    browser.quit().await;
}

#[tokio::test]
async fn a_film_ends_by_itself_and_a_refused_camera_leaves_the_file_field() {
    let profile = Profile::new("recording-limits");
    let server = serve(&profile);
    let browser = Browser::start_with_devices(&profile, Screen::Phone).await;
    begin(&browser, &server).await;
    // Two minutes pass in a few seconds: the app's own clock runs faster.
    let faster =
        "const wait = window.setTimeout; window.setTimeout = (f, ms, ...rest) => wait(f, ms / 40, ...rest)";
    browser.run(faster, vec![]).await;
    film(&browser, "film").await;
    browser.seen("[data-name=film] [data-action=keep]").await;
    browser.gone("[data-name=film] [data-action=stop]").await;
    assert!(browser.text("[data-name=film] [role=status]").await.contains("自动停下"));
    // Nothing is lost by leaving the page but what was never kept.
    browser.tap("[data-name=film] [data-action=discard]").await;
    browser.quit().await;

    let profile = Profile::new("recording-refused");
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    for name in ["camera", "microphone"] {
        let no = json!({"permission": {"name": name}, "setting": "denied", "origin": server.url("")});
        browser.command("Browser.setPermission", no).await;
    }
    begin(&browser, &server).await;
    browser.tap("[data-name=film] [data-action=film]").await;
    let said = "return document.querySelector('[data-name=film] [role=status]').innerText";
    browser
        .until("it says why", async || {
            browser.run(said, vec![]).await.as_str().is_some_and(|said| said.contains("用不了摄像头"))
        })
        .await;
    browser.tap("[data-name=roof] [data-action=finder]").await;
    browser
        .until("it says why", async || {
            let said = "return document.querySelector('[data-name=roof] .choices').innerText";
            browser.run(said, vec![]).await.as_str().is_some_and(|said| said.contains("用不了摄像头"))
        })
        .await;
    for question in ["film", "roof"] {
        browser.there(&format!("[data-name={question}] input[type=file]")).await;
        browser.seen(&format!("[data-name={question}] [data-action=pick]")).await;
    }
    browser.picture("camera-refused").await;
    browser.quit().await;
}

const HEARD: &str = r#"{"settings": {"form_id": "heard", "version": "1", "title": "听一听", "default_language": "zh"},
  "survey": [
    {"type": "background-audio", "name": "talk", "parameters": "quality=low"},
    {"type": "group", "name": "one", "label": {"zh": "一", "en": "One"}, "children": [{"type": "text", "name": "a", "label": {"zh": "甲", "en": "A"}}]},
    {"type": "group", "name": "two", "label": {"zh": "二", "en": "Two"}, "children": [{"type": "text", "name": "b", "label": {"zh": "乙", "en": "B"}}]}]}"#;

#[tokio::test]
async fn a_talk_is_recorded_once_they_agree_on_all_pages_and_through_a_killed_browser() {
    let profile = Profile::new("heard");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("heard", HEARD)));
    let browser = Browser::start_with_devices(&profile, Screen::Phone).await;

    // Nothing is recorded before somebody said so, and nothing if they would rather not.
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=heard]").await;
    browser.seen("[data-sound=offered]").await;
    browser.picture("sound-offered").await;
    browser.tap("[data-action=sound-decline]").await;
    browser.seen("[data-sound=declined]").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("two").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;

    // The next one is; it goes on from page to page, and the browser dies.
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=heard]").await;
    browser.tap("[data-action=sound-begin]").await;
    browser.seen("[data-sound=recording]").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("two").await;
    browser.seen("[data-sound=recording]").await;
    browser.picture("sound-recording").await;
    let long_enough =
        "const said = document.querySelector('[data-sound=recording]')?.innerText.match(/0:(\\d+)/);
        return !!said && +said[1] >= 7";
    browser.until("it was kept meanwhile", async || browser.run(long_enough, vec![]).await == true).await;
    browser.kill();
    let browser = Browser::start_with_devices(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-action=continue]").await;
    browser.on_page("two").await;
    browser.tap("[data-action=back]").await;
    browser.seen("[data-sound=kept]").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("two").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;
    browser.open(&server.url("/outbox")).await;
    browser.until("both have arrived", async || bodies(&profile.folder("here")).len() == 2).await;
    let mut files: Vec<_> =
        bodies(&profile.folder("here")).iter().map(|row| row["attachments"].clone()).collect();
    files.sort_by_key(|files| files.as_array().map(Vec::len));
    assert_eq!(files[0].as_array().map(Vec::len), Some(0), "{files:?}");
    let file = &files[1][0];
    assert!(file["name"].as_str().is_some_and(|name| name.starts_with("background-")), "{file}");
    let hash = file["sha256"].as_str().expect("a file has its hash");
    let kept = profile.folder("here").join("attachments").join(&hash[..2]).join(hash);
    let bytes = std::fs::read(kept).expect("the file is on the server");
    assert!(bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) && bytes.len() > 3_000, "{} bytes", bytes.len());
    browser.quit().await;
}
