//! A photo on its way through a killed browser and a refusal, and what a reader can do about what does not arrive.

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server};

/// A name and a photo.
pub const FORM: &str = r#"{"settings": {"form_id": "look", "version": "1", "title": "看房", "default_language": "zh", "instance_name": "${who}"},
  "survey": [{"type": "text", "name": "who", "label": "户主姓名", "required": true},
             {"type": "image", "name": "roof", "label": "屋顶的照片", "required": true}],
  "assessment": [{"type": "flag", "name": "nobody", "label": "没有人", "value": "${who} = '没有人'"}]}"#;

/// A picture of 2,000 × 1,000 pixels in one colour, made in the page.
pub async fn photo(browser: &Browser) -> Vec<u8> {
    picture(browser, 2000, 1000).await
}

async fn picture(browser: &Browser, width: u32, height: u32) -> Vec<u8> {
    let script = format!(
        "const canvas = new OffscreenCanvas({width}, {height}); canvas.getContext('2d').fillRect(0, 0, {width}, {height});
         canvas.convertToBlob({{ type: 'image/png' }}).then((blob) => blob.arrayBuffer())
             .then((bytes) => arguments[0](Array.from(new Uint8Array(bytes))))"
    );
    let made = browser.run_until_done(&script).await;
    let numbers = made.as_array().expect("the page makes a picture");
    numbers.iter().map(|number| number.as_u64().expect("a byte") as u8).collect()
}

#[tokio::test]
async fn a_photo_survives_and_what_is_refused_is_put_right() {
    let profile = Profile::new("mending");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    let photo = profile.file("roof.png", &photo(&browser).await);
    browser.tap("[data-form=look]").await;
    browser.seen("input[type=text]").await;
    browser.tap("input[type=text]").await;
    browser.type_text("王秀英").await;

    // Without a network: the photo is made smaller, kept, and shown.
    server.stop();
    browser.pick("input[type=file]", &photo).await;
    browser.seen("img.photo").await;
    let width = "return document.querySelector('img.photo').naturalWidth";
    browser.until("the photo is 1,600 pixels wide", async || browser.run(width, vec![]).await == 1600).await;
    browser.seen("[data-state=kept].kept").await;
    browser.picture("photo").await;
    browser.kill();

    // The phone starts again: the photo is where it was.
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-action=continue]").await;
    browser.seen("img.photo").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;

    // A server that does not know this version refuses it, and says why.
    server.start_with_form(&profile, "elsewhere", None);
    browser.open(&server.url("/outbox")).await;
    // At its start the app sends what waits by itself.
    browser.seen("[data-item][data-state=refused]").await;
    browser.picture("refused").await;

    // What it came to is still there to be looked at; that it is sent by itself is not said of it.
    browser.tap("[data-state=refused] [data-action=assessment]").await;
    browser.seen("[data-report] [data-flags='0']").await;
    browser.gone("[data-finished]").await;
    browser.tap("a[href='/outbox']").await;
    browser.seen("[data-item][data-state=refused]").await;

    // Deleting asks twice, and either time may be left.
    browser.tap("[data-action=delete]").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    browser.seen("dialog[open] [data-action=cancel]").await;
    browser.picture("delete-asked-twice").await;
    browser.tap("dialog[open] [data-action=cancel]").await;
    browser.seen("[data-item][data-state=refused]").await;

    // It can be carried elsewhere as a file.
    browser.tap("[data-action=rescue]").await;
    browser.tap("[data-action=rescue-out]").await;
    browser.seen("[data-section=rescue-out] .notice.danger").await;
    browser.tap("#rescue-password-out").await;
    browser.type_text("correct horse").await;
    browser.tap("[data-action=rescue-out]").await;
    browser.seen("[data-section=rescue-out] .notice:not(.danger)").await;
    browser.picture("rescue").await;
    browser.tap("[data-action=rescue-in]").await;
    browser.seen("[data-section=rescue-in] .notice.danger").await;

    // Put right, it arrives with its photo, and names the one that it stands for.
    server.stop();
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-item]").await;
    let refused = browser.run("return document.querySelector('[data-item]').dataset.item", vec![]).await;
    browser.tap("[data-action=repair]").await;
    browser.seen("img.photo").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=delivered] [data-item][data-state=delivered]").await;
    browser.gone("[data-section=waiting] [data-item]").await;

    let rows = crate::arrived::bodies(&profile.folder("here"));
    assert_eq!(rows.len(), 1, "it is there once");
    assert_eq!(rows[0]["supersedes"], refused);
    let file = &rows[0]["attachments"][0];
    assert_eq!(file["type"], "image/jpeg");
    let hash = file["sha256"].as_str().expect("a file has its hash");
    let kept = profile.folder("here").join("attachments").join(&hash[..2]).join(hash);
    assert_eq!(
        std::fs::metadata(kept).expect("the file is on the server").len(),
        file["size"].as_u64().unwrap()
    );
    browser.quit().await;
}

#[tokio::test]
async fn a_photo_whose_page_is_left_before_it_is_small_is_kept_and_offered() {
    // A page where something is missing is not left.
    let form = FORM.replace("的照片\", \"required\": true", "的照片\"");
    assert_ne!(form, FORM);
    let profile = Profile::new("left");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("look", &form)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    // One that takes its time.
    let photo = profile.file("roof.png", &picture(&browser, 6000, 6000).await);
    browser.tap("[data-form=look]").await;
    browser.seen("input[type=text]").await;
    browser.tap("input[type=text]").await;
    browser.type_text("王秀英").await;
    browser.pick("input[type=file]", &photo).await;
    browser.run("document.querySelector('[data-action=next]').click()", vec![]).await;
    let offered = async || {
        browser.on_page("review").await;
        browser.tap("[data-action=back]").await;
        browser.seen("input[type=text]").await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let found = browser.run("return !!document.querySelector('[data-found]')", vec![]).await == true;
        if !found {
            browser.tap("[data-action=next]").await;
        }
        found
    };
    browser.until("the photo is offered to its question", offered).await;
    browser.gone("#trap-notice:not([hidden])").await;
    browser.tap("[data-action=use]").await;
    browser.seen("img.photo").await;
    filling::finish(&browser).await;
    browser.seen("[data-finished]").await;
    browser.quit().await;
}
