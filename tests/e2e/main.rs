//! The whole way in a real browser: a visit on a phone, through a dead server and a killed browser, to the receipt.
//!
//! Kept here is Doorstep's promise to who fills it in: what was shown as kept is there again, and what arrives is
//! what was answered. `cargo xtask test e2e` builds the app and says where it is; pictures of every step go to
//! `target/screenshots/`. `UPDATE_EXPECT=1` writes anew what is expected to arrive.

mod arrived;
mod assessing;
mod axe;
mod browser;
mod chain;
mod database;
mod design;
mod device;
mod encryption;
mod filling;
mod full;
mod gallery;
mod households;
mod kiosk;
mod maps;
mod media;
mod mending;
mod office;
mod papers;
mod parts;
mod peer;
mod people;
mod processes;
mod random;
mod reach;
#[path = "../../src/delivery/tests/backends/reader.rs"]
mod reader;
mod recording;
mod road;
mod safety;
mod script;
mod sealed;
mod settings;
mod soak;
mod touch;
mod unseen;

use browser::{Browser, Screen};
use processes::{Profile, Server};
use script::{Part, Script};
use serde_json::json;

#[tokio::test]
async fn a_household_visit_from_opening_the_form_to_the_receipt() {
    let script = Script::read();
    let profile = Profile::new("visit");
    let mut server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;

    // At the office, with a network: the app and the form come to the phone.
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    browser.picture("home").await;
    browser.tap("[data-form=household-needs]").await;

    // On the way the network goes.
    browser.on_page("visit").await;
    browser.picture("first-page").await;
    server.stop();
    let (before, after) = script.killed_in_between();
    for part in &before {
        filling::fill(&browser, part).await;
    }
    let place = browser.place().await;
    browser.seen("[data-state=kept].kept").await;
    browser.picture("before-the-kill").await;
    browser.kill();

    // The phone starts again, and the server is still gone.
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-draft]").await;
    browser.picture("started-again").await;
    browser.tap("[data-action=continue]").await;
    browser.until_eq("the same page and card as before the kill", &place, Browser::place).await;
    let last = before.last().expect("something was filled in before the kill");
    filling::check(&browser, last).await;
    browser.picture("gone-on").await;
    for part in &after {
        filling::fill(&browser, part).await;
    }

    browser.on_page("review").await;
    browser.picture("review").await;

    // What it comes to, before and after it is finished: the same, each figure with its reasons.
    browser.tap("[data-action=assessment]").await;
    browser.seen("[data-report]").await;
    browser.picture("assessment-of-a-draft").await;
    let level = browser.text("[data-level=need_band] .level-value").await;
    assert_eq!(level, "中度");
    // Whoever judges otherwise can say so as long as it is a draft.
    browser.run("document.querySelector('[data-contest]').scrollIntoView()", vec![]).await;
    browser.seen("[data-contest] [data-action=decide]").await;
    browser.picture("contest").await;
    browser.tap("[data-action=leave]").await;
    browser.on_page("review").await;
    browser.tap("[data-action=finish]:not([aria-disabled])").await;
    browser.seen("[data-finished] [data-until]").await;
    assert_eq!(browser.text("[data-level=need_band] .level-value").await, level);
    browser.tap("[data-dimension=IE] summary").await;
    browser.seen("[data-dimension=IE] .reason").await;
    browser.picture("assessment").await;
    // What is finished is decided no more, though the draft's report has been looked at before.
    browser.gone("[data-action=decide]").await;
    // Four or five sheets, none of them empty.
    let drawn = browser.paper("assessment").await;
    assert!((3..=5).contains(&drawn.len()) && drawn.iter().all(|bytes| *bytes > 500), "{drawn:?}");
    browser.tap("[data-action=language]").await;
    browser.seen("html[lang=en] [data-report]").await;
    let drawn = browser.paper("assessment-in-english").await;
    assert!((3..=6).contains(&drawn.len()) && drawn.iter().all(|bytes| *bytes > 500), "{drawn:?}");
    browser.tap("[data-action=language]").await;
    browser.seen("html[lang=zh-CN] [data-report]").await;
    browser.reload().await;
    browser.seen("[data-report]").await;
    assert_eq!(browser.text("[data-level=need_band] .level-value").await, level);
    browser.tap("a[href='/outbox']").await;
    browser.seen("[data-section=waiting] [data-item]").await;
    // What it came to can be looked at again as long as it is on the phone, from where it waits.
    browser.seen("[data-item] [data-action=assessment]").await;
    browser.picture("finished-without-a-network").await;
    browser.tap("[data-item] [data-action=assessment]").await;
    browser.seen("[data-report]").await;
    assert_eq!(browser.text("[data-level=need_band] .level-value").await, level);
    // What does not fit is told too, and how to contest the result.
    browser.tap("[data-services=unfit] summary").await;
    browser.seen("[data-unfit]").await;
    browser.picture("services-that-do-not-fit").await;
    browser.seen("[data-contest]").await;
    browser.gone("[data-action=decide]").await;
    browser.tap("a[href='/outbox']").await;
    browser.seen("[data-section=waiting] [data-item]").await;
    assert!(arrived::rows(&profile).is_empty(), "nothing can have arrived yet");

    // Back at the office.
    server.start_again();
    browser.tap("[data-action=send]").await;
    browser.seen("[data-section=delivered] [data-item][data-state=delivered]").await;
    browser.gone("[data-section=waiting] [data-item]").await;
    browser.picture("receipt").await;
    let receipt = browser.text("[data-section=delivered] .proof").await;
    // What it came to can still be looked at for some days, after a new start too; and that is said.
    browser.reload().await;
    browser.seen("[data-section=delivered] [data-until]").await;
    browser.tap("[data-item][data-state=delivered] [data-action=assessment]").await;
    browser.seen("[data-report]").await;
    assert_eq!(browser.text("[data-level=need_band] .level-value").await, level);
    browser.tap("a[href='/outbox']").await;
    browser.seen("[data-section=delivered] [data-item]").await;
    // Unless its user wants it gone.
    browser.tap("[data-section=delivered] [data-action=delete-arrived]").await;
    browser.gone("[data-action=assessment], [data-section=delivered] [data-until]").await;
    browser.reload().await;
    browser.seen("[data-section=delivered] [data-item]").await;
    browser.gone("[data-action=assessment]").await;

    arrived::check(&profile, &script, &receipt);
    browser.assert_thumbs_fit();
    browser.quit().await;
}

#[tokio::test]
async fn the_same_on_a_wide_screen() {
    let script = Script::read();
    let profile = Profile::new("wide");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.picture("wide-home").await;
    browser.tap("[data-form=household-needs]").await;
    browser.on_page("visit").await;
    let (parts, _) = script.killed_in_between();
    filling::fill(&browser, &parts[0]).await;
    browser.picture("wide-form-page").await;

    // Wide screens show the jump list beside the form.
    browser.tap(".side [data-page=review]").await;
    browser.on_page("review").await;
    browser.picture("wide-review").await;
    browser.seen("[data-action=finish][aria-disabled=true]").await;

    // Of a survey that is hardly begun nothing can be said, and it is said what it waits for.
    browser.tap("[data-action=assessment]").await;
    browser.seen("[data-report]").await;
    browser.seen("[data-report] [data-awaits]").await;
    browser.seen("[data-report] [data-flags=unknown]").await;
    browser.picture("wide-assessment").await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=delivered]").await;
    browser.picture("wide-outbox").await;
    browser.quit().await;
}

#[tokio::test]
async fn a_new_build_waits_until_no_form_is_open() {
    let profile = Profile::new("build");
    let mut server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    let is_new = "return document.documentElement.outerHTML.includes('new-build')";
    let is_new = async || browser.run(is_new, vec![]).await == true;

    // One tab at home, one with a form open.
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    let home = browser.tab().await;
    let form = browser.new_tab().await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    browser.on_page("visit").await;

    // What the browser looks for by itself is found first: Chromium never ends an update whose server dies in the middle of it.
    browser
        .run_until_done(
            "navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => arguments[0](true))",
        )
        .await;

    // A new build comes, and the tab at home wants it.
    server.stop();
    server.start_with_new_build(&profile, "<head><meta name='new-build'>");
    browser.look_at(&home).await;
    browser
        .run_until_done(
            "navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => arguments[0](true))",
        )
        .await;
    browser.tap("[data-action=update]").await;
    // The app asks the same; whatever it does then is under way before this is done.
    browser.run_until_done("navigator.locks.query().then(() => arguments[0](true))").await;
    browser.reload().await;
    browser.seen("[data-action=update]").await;
    assert!(!is_new().await, "it took over though a form is open");

    // The form goes on with its own build, a reload included, and with it gone the new one comes.
    browser.look_at(&form).await;
    browser.reload().await;
    browser.on_page("visit").await;
    assert!(!is_new().await, "the form got another build under it");
    browser.tap("[data-action=home]").await;
    browser.tap("[data-action=update]").await;
    browser.until("the new build is there", is_new).await;
    browser.seen("[data-draft]").await;

    // The other tab goes on with what it started with until it is loaded anew.
    browser.look_at(&home).await;
    assert!(!is_new().await, "nobody loaded it anew");
    browser.reload().await;
    browser.until("the new build is there", is_new).await;
    browser.quit().await;
}

#[tokio::test]
async fn a_build_that_does_not_start_gives_way_to_the_last_that_did() {
    let profile = Profile::new("fallback");
    let mut server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    let holds = async |mark: &str| {
        let script = "return document.documentElement.outerHTML.includes(arguments[0])";
        browser.run(script, vec![mark.into()]).await == true
    };
    let takes_over = async || {
        let updated = "navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => arguments[0](true))";
        browser.run_until_done(updated).await;
        browser.tap("[data-action=update]").await;
    };
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    browser.reload().await;
    browser.tap("[data-form=household-needs]").await;
    browser.on_page("visit").await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft]").await;

    // The new build stops before anything of it is up: a page that nobody can use.
    server.stop();
    let broken = "<head><meta name='broken-build'><meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\">";
    server.start_with_new_build(&profile, broken);
    takes_over().await;
    browser.until("the broken build is there", async || holds("broken-build").await).await;
    // Its user loads it anew, and once more.
    browser.reload().await;
    browser.reload().await;
    browser.seen("[data-draft]").await;
    assert!(!holds("broken-build").await);
    browser.reload().await;
    browser.seen("[data-draft]").await;

    // The next build mends it.
    server.stop();
    server.start_with_new_build(&profile, "<head><meta name='mended-build'>");
    takes_over().await;
    browser.until("the mended build is there", async || holds("mended-build").await).await;
    browser.seen("[data-draft]").await;
    browser.reload().await;
    browser.seen("[data-draft]").await;
    assert!(holds("mended-build").await);
    browser.quit().await;
}

#[tokio::test]
async fn a_draft_is_answered_in_one_tab_at_a_time() {
    let profile = Profile::new("tabs");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    let (parts, _) = Script::read().killed_in_between();
    let visit = Part { leaves_page: false, ..parts.into_iter().next().expect("the visit comes first") };

    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    filling::fill(&browser, &visit).await;
    browser.seen("[data-state=kept].kept").await;
    let first = browser.tab().await;
    let address = browser.run("return location.href", vec![]).await;

    // The other tab gets it only when told, and with all that was answered.
    browser.new_tab().await;
    browser.open(address.as_str().expect("an address is text")).await;
    browser.tap("[data-action=take-over]").await;
    browser.on_page("visit").await;
    filling::check(&browser, &visit).await;

    // The first one says that it is no longer its.
    browser.look_at(&first).await;
    browser.seen(".notice.danger[role=alert]").await;
    browser.quit().await;
}

#[tokio::test]
async fn an_app_that_stopped_says_so() {
    let profile = Profile::new("stopped");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.gone("#trap-notice:not([hidden])").await;
    // What the browser tells a page when compiled code traps; what WebDriver's own scripts throw, it tells without its error.
    let trap =
        "dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') }))";
    browser.run(trap, vec![]).await;
    browser.seen("#trap-notice").await;
    browser.picture("stopped").await;
    browser.quit().await;
}

#[tokio::test]
async fn a_danger_that_an_answer_calls_up_comes_into_view() {
    const FORM: &str = r#"{"settings": {"form_id": "danger", "version": "1", "title": "危险", "default_language": "zh"},
      "choices": {"yn": [{"name": "yes", "label": "有"}, {"name": "no", "label": "没有"}]},
      "survey": [{"type": "group", "name": "page", "label": "一页", "children": [
          {"type": "select_one yn", "name": "harm", "label": "有没有危险"},
          {"type": "text", "name": "a", "label": "一"}, {"type": "text", "name": "b", "label": "二"},
          {"type": "text", "name": "c", "label": "三"}, {"type": "text", "name": "d", "label": "四"},
          {"type": "text", "name": "e", "label": "五"}, {"type": "text", "name": "f", "label": "六"},
          {"type": "note", "name": "danger", "label": "马上打 [12356](tel:12356)，今天就要转介", "appearance": "danger", "relevant": "${harm} = 'yes'"}]}],
      "assessment": [{"type": "flag", "name": "harmed", "label": "有危险", "value": "${harm} = 'yes'", "bands": [{"code": "1", "label": "打 [12356](tel:12356)"}]}]}"#;
    const SHOWN: &str = "const box = document.querySelector('.note-words.danger')?.getBoundingClientRect();
        return !!box && box.top >= 0 && box.bottom <= window.innerHeight
            && document.elementFromPoint(box.x + 40, box.bottom - 4)?.closest('.note-words.danger') != null";
    let profile = Profile::new("danger");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "danger", Some(("danger", FORM)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=danger]").await;
    browser.seen("[data-name=harm] input").await;
    assert_eq!(browser.run(SHOWN, vec![]).await, false);
    browser.tap("[data-name=harm] label").await;
    browser.until("the danger is in view", async || browser.run(SHOWN, vec![]).await == true).await;

    // Its number is one touch away, here and where it is assessed.
    let number = async |within: &str| browser.text(&format!("{within} a[href='tel:12356']")).await;
    assert_eq!(number(".note-words.danger").await, "12356");
    browser.picture("danger").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    browser.tap("[data-action=assessment]").await;
    assert_eq!(number("[data-flag=harmed]").await, "12356");

    // At home it says so and stands first, though another was begun after it.
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=danger]").await;
    browser.seen("[data-name=harm] input").await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-section=drafts] [data-draft] ~ [data-draft]").await;
    let marked = "return [...document.querySelectorAll('[data-draft]')].map((e) => !!e.querySelector('[data-danger]'))";
    browser
        .until("the draft in danger is first", async || {
            browser.run(marked, vec![]).await == json!([true, false])
        })
        .await;
    browser.picture("danger-at-home").await;
    browser.quit().await;
}
