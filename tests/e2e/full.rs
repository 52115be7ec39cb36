//! A phone without a byte left: what can't be kept yet lives on in its tab, wherever its reader goes there, until there is room again.

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};
use crate::safety::enter;

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

/// Waits until everything is kept, now that there is room again.
async fn soon_kept(browser: &Browser) {
    let kept = "return !!document.querySelector('.kept[data-state=kept]')";
    // Chromium goes by what it knew of the space for half a minute.
    for _ in 0..3 {
        if browser.comes(async || browser.run(kept, vec![]).await == true).await {
            return;
        }
    }
    browser.fail("there is room, and what was typed is still not kept").await;
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
    let mut server = Server::to_be(&profile);
    server.start_with_form(&profile, "full", Some(("full", FORM)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
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

    // It is there all the same when its reader comes back, as often as they do, and it is said that it is not kept, also before.
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft] [data-unkept]").await;
    take_up(&browser).await;
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
    soon_kept(&browser).await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft]").await;
    browser.gone("[data-unkept]").await;
    browser.kill();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    take_up(&browser).await;
    shows(&browser, "甲乙丙").await;
    browser.quit().await;
}

/// Hands the phone over to the user at that place of the list.
async fn hand_to(browser: &Browser, user: &str) {
    browser.tap("[data-action=lock]").await;
    browser.seen("[data-screen=choose]").await;
    browser.tap(user).await;
    browser.gone("[data-screen=choose]").await;
}

#[tokio::test]
async fn what_could_not_be_kept_is_for_its_own_user_only() {
    const FIRST: &str = "[data-user='']";
    const SECOND: &str = "[data-action=user]:last-child";
    let profile = Profile::new("full-users");
    let mut server = Server::to_be(&profile);
    server.start_with_form(&profile, "full-users", Some(("full", FORM)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;

    // Two users, and each was at work once; the first one begins.
    browser.tap("[data-action=safety]").await;
    enter(&browser, "own-name", "王强").await;
    browser.tap("[data-action=rename]").await;
    browser.seen("[data-section=users] .notice[role=status]").await;
    browser.tap("[data-action=switch-user]").await;
    enter(&browser, "user-name", "李梅").await;
    browser.tap("[data-action=add-user]").await;
    browser.gone("[data-screen=choose]").await;
    browser.seen("[data-action=start]").await;
    hand_to(&browser, FIRST).await;
    browser.tap("[data-form=full]").await;
    browser.tap(MARK).await;
    browser.type_text("甲").await;
    browser.seen(".kept[data-state=kept]").await;
    browser.quit().await;

    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.leave_space(&server.url(""), Some(0)).await;
    browser.open(&server.url("/")).await;
    browser.tap(FIRST).await;
    take_up(&browser).await;
    browser.tap(MARK).await;
    browser.type_text("乙").await;
    browser.seen(FAILED).await;

    // At its address the second one finds nothing of it, in the same tab.
    let draft = browser.run("return location.pathname", vec![]).await;
    hand_to(&browser, SECOND).await;
    browser.seen("[data-action=start]").await;
    let there = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))";
    browser.run(there, vec![draft]).await;
    browser.seen("main .card h1").await;
    browser.gone(MARK).await;
    let holds = "return (document.title + document.documentElement.outerHTML).includes('甲乙')";
    assert_eq!(browser.run(holds, vec![]).await, false, "another user's answer is on the page");

    // The first one finds it again, and everything is kept once there is room: what was typed before, and after that.
    hand_to(&browser, FIRST).await;
    take_up(&browser).await;
    shows(&browser, "甲乙").await;
    browser.seen(FAILED).await;
    browser.leave_space(&server.url(""), None).await;
    soon_kept(&browser).await;
    browser.tap(MARK).await;
    browser.type_text("丙").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    browser.seen(".kept[data-state=kept]").await;
    browser.kill();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap(FIRST).await;
    take_up(&browser).await;
    shows(&browser, "甲乙丙").await;
    browser.quit().await;
}
