//! A phone without a byte left: what can't be kept yet lives on in its tab, wherever its reader goes there, until there is room again.

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "full", "version": "1", "title": "走访", "default_language": "zh"},
  "survey": [{"type": "text", "name": "mark", "label": "记号"}]}"#;
const MARK: &str = "[data-name=mark] input";
const FAILED: &str = ".kept[data-state=failed]";

/// What stands in the field.
async fn shows(browser: &Browser, text: &str) {
    browser
        .until_eq("what was typed", &text.into(), async |browser| {
            browser.run("return document.querySelector(arguments[0])?.value", vec![MARK.into()]).await
        })
        .await;
}

async fn go_on(browser: &Browser) {
    browser.tap("[data-action=home]").await;
    take_up(browser).await;
}

async fn take_up(browser: &Browser) {
    browser.tap("[data-draft] [data-action=continue]").await;
    browser.seen(MARK).await;
}

#[tokio::test]
async fn what_could_not_be_kept_goes_home_and_back_with_its_reader() {
    let profile = Profile::new("full");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "full", Some(("full", FORM)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.kept_for_offline().await;
    browser.tap("[data-form=full]").await;
    browser.tap(MARK).await;
    browser.type_text("甲").await;
    browser.seen(".kept[data-state=kept]").await;
    browser.quit().await;

    // The phone is full at its next start, and what is typed from now on can't be kept.
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.leave_space(&server.url(""), Some(0)).await;
    browser.open(&server.url("/")).await;
    take_up(&browser).await;
    browser.tap(MARK).await;
    browser.type_text("乙").await;
    browser.seen(FAILED).await;

    // It is there all the same when its reader comes back, as often as they do, and it is said that it is not kept.
    go_on(&browser).await;
    shows(&browser, "甲乙").await;
    browser.seen(FAILED).await;
    browser.tap(MARK).await;
    browser.type_text("丙").await;
    go_on(&browser).await;
    shows(&browser, "甲乙丙").await;
    browser.seen(FAILED).await;

    // Another tab is refused, on the page and after its reader has left it.
    let draft = browser.run("return location.pathname", vec![]).await;
    let draft = server.url(draft.as_str().expect("an address is text"));
    let first = browser.tab().await;
    let second = browser.new_tab().await;
    browser.open(&draft).await;
    browser.seen("[data-action=take-over]").await;
    browser.look_at(&first).await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft]").await;
    browser.look_at(&second).await;
    browser.reload().await;
    browser.seen("[data-action=take-over]").await;

    // Room again: everything is kept without a further touch, in whatever place its reader is.
    browser.look_at(&first).await;
    browser.leave_space(&server.url(""), None).await;
    take_up(&browser).await;
    let kept = "return !!document.querySelector('.kept[data-state=kept]')";
    for _ in 0..3 {
        // Chromium goes by what it knew of the space for half a minute.
        if browser.comes(async || browser.run(kept, vec![]).await == true).await {
            break;
        }
    }
    browser.seen(".kept[data-state=kept]").await;
    browser.kill();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-draft] [data-action=continue]").await;
    shows(&browser, "甲乙丙").await;
    browser.quit().await;
}
