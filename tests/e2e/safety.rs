//! Who may open what lies on the phone, and whether there is room on it.

use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server, given};
use crate::script::{Part, Script};

pub const PIN: &str = "274913";
const WRONG: &str = "918273";
const NEW_PIN: &str = "830562";

/// The first page of the visit, answered and not left.
fn first_page() -> Part {
    let (parts, _) = Script::read().killed_in_between();
    Part { leaves_page: false, ..parts.into_iter().next().expect("the visit comes first") }
}

/// Types into a field of the app's own pages.
pub async fn enter(browser: &Browser, field: &str, text: &str) {
    let selector = format!("#{field}");
    browser.tap(&selector).await;
    let focused = "return document.activeElement?.matches(arguments[0])";
    browser
        .until("the field has the focus", async || {
            browser.run(focused, vec![selector.as_str().into()]).await == true
        })
        .await;
    browser.type_text(text).await;
}

pub async fn set_pin(browser: &Browser, pin: &str) {
    browser.tap("[data-action=set-pin]").await;
    enter(browser, "pin-new", pin).await;
    enter(browser, "pin-again", pin).await;
    browser.tap("[data-action=save-pin]").await;
    browser.seen("[data-saved]").await;
}

/// Everything that the page holds, titles and attributes included.
async fn holds(browser: &Browser, text: &str) -> bool {
    let script = "return (document.title + document.documentElement.outerHTML).includes(arguments[0])";
    browser.run(script, vec![text.into()]).await == true
}

#[tokio::test]
async fn a_pin_locks_the_phone_and_leads_back_to_the_same_question() {
    let profile = Profile::new("pin");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;

    // The PIN is set before the visit; the obvious ones are refused, each mistake beside its field.
    browser.tap("[data-action=safety]").await;
    browser.seen("[data-fact=version]").await;
    browser.picture("safety").await;
    browser.tap("[data-action=set-pin]").await;
    enter(&browser, "pin-new", "123456").await;
    browser.tap("[data-action=save-pin]").await;
    browser.seen("#pin-new-wrong").await;
    browser.seen("#entry-errors").await;
    browser.picture("pin-refused").await;
    browser.open(&server.url("/safety")).await;
    set_pin(&browser, PIN).await;
    browser.tap("[data-action=to-safety]").await;
    browser.seen("#lock-after").await;
    assert_eq!(browser.run("return document.querySelector('#lock-after').value", vec![]).await, "5");
    browser.picture("safety-with-a-pin").await;

    // At the first page of a visit, in the middle of typing.
    browser.tap("[data-action=home]").await;
    browser.tap("[data-form=household-needs]").await;
    let visit = first_page();
    filling::fill(&browser, &visit).await;
    let question = ".question:has(:focus)";
    browser.tap(".question[data-control=text] .field").await;
    let at = "return document.querySelector(arguments[0])?.dataset.name ?? null";
    let name = browser.run(at, vec![question.into()]).await;
    assert!(name.is_string(), "a question has the focus");
    browser.type_text("甲").await;
    let typed = browser.run("return document.activeElement.value", vec![]).await;
    let typed = typed.as_str().expect("a field has a text").to_owned();
    let address = browser.run("return location.pathname", vec![]).await;

    // Loaded anew: nothing before the PIN, nothing after a wrong one.
    browser.reload().await;
    browser.seen("[data-screen=unlock]").await;
    assert!(!holds(&browser, &typed).await, "an answer is on the page of a locked phone");
    browser.picture("locked").await;
    enter(&browser, "pin", WRONG).await;
    browser.tap("[data-action=unlock]").await;
    browser.seen("#pin-wrong").await;
    browser.picture("wrong-pin").await;
    browser.seen("[data-screen=unlock]").await;
    assert!(!holds(&browser, &typed).await, "an answer is on the page after a wrong PIN");

    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser
        .until_eq("the same question", &name, async |browser| browser.run(at, vec![question.into()]).await)
        .await;
    assert_eq!(browser.run("return location.pathname", vec![]).await, address);
    assert_eq!(browser.run("return document.activeElement.value", vec![]).await, typed.as_str());

    // Locked by hand in the middle of a word: cleared at once, and what was typed is there again.
    browser.type_text("乙").await;
    let more = browser.run("return document.activeElement.value", vec![]).await;
    browser.tap("[data-action=lock]").await;
    browser.seen("[data-screen=unlock]").await;
    assert!(!holds(&browser, &typed).await, "an answer stays on the page of a locked phone");
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser
        .until_eq("the same question", &name, async |browser| browser.run(at, vec![question.into()]).await)
        .await;
    assert_eq!(browser.run("return document.activeElement.value", vec![]).await, more);
    browser.picture("unlocked").await;

    // Nobody touches it for six minutes, by the phone's clock.
    browser.run("const now = Date.now; Date.now = () => now() + 6 * 60_000;", vec![]).await;
    browser.seen("[data-screen=unlock]").await;
    assert!(!holds(&browser, &typed).await, "an answer stays on the page of an idle phone");

    // Three wrong ones in a row are free, then one waits.
    for _ in 0..3 {
        enter(&browser, "pin", WRONG).await;
        browser.tap("[data-action=unlock]").await;
        browser
            .until_eq("the field is empty again", &"".into(), async |browser| {
                browser.run("return document.querySelector('#pin').value", vec![]).await
            })
            .await;
    }
    browser.seen("[data-wait]").await;
    browser.picture("wait").await;
    browser.reload().await;
    browser.seen("[data-wait]").await;
    browser.seen("[data-action=unlock][aria-disabled=true]").await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

#[tokio::test]
async fn a_forgotten_pin_is_recovered_with_the_office() {
    let profile = Profile::new("recovery");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    std::fs::create_dir_all(profile.data()).expect("the target folder can be written");
    let key = profile.data().join("office.pem");
    let key = key.to_str().expect("the target folder's name is text");
    let office = doorstep(&["recover", "--new-key", key]).expect("the office makes its key");

    // The phone gets the office's key before the PIN.
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    filling::fill(&browser, &first_page()).await;
    browser.seen("[data-state=kept].kept").await;
    browser.tap("[data-action=home]").await;
    browser.tap("[data-action=safety]").await;
    enter(&browser, "office-key", "not a key").await;
    browser.tap("[data-action=save-office-key]").await;
    browser.seen("#office-key-wrong").await;
    empty(&browser, "office-key").await;
    enter(&browser, "office-key", &office).await;
    browser.tap("[data-action=save-office-key]").await;
    browser.seen("[data-office=known]").await;
    set_pin(&browser, PIN).await;

    // Forgotten: the phone shows what the office answers.
    browser.tap("[data-action=lock]").await;
    browser.tap("[data-section=forgotten] summary").await;
    let shown = "return document.querySelector('#recovery-request').value";
    browser.until("the request is shown", async || browser.run(shown, vec![]).await != "").await;
    browser.picture("forgotten").await;
    let request = browser.run(shown, vec![]).await;
    let request = request.as_str().expect("a field has a text").to_owned();
    let code = doorstep(&["recover", key, &request]).expect("the office answers");
    let other = profile.data().join("other.pem");
    let other = other.to_str().expect("the target folder's name is text");
    doorstep(&["recover", "--new-key", other]).expect("another office makes its key");
    assert_eq!(doorstep(&["recover", other, &request]), None, "another office can answer");

    let recover = async |code: &str| {
        for (field, text) in
            [("recovery-code", code), ("recovery-pin", NEW_PIN), ("recovery-pin-again", NEW_PIN)]
        {
            empty(&browser, field).await;
            enter(&browser, field, text).await;
        }
        browser.tap("[data-action=recover]").await;
    };
    recover("00000-00000-00000-00000-00000-0").await;
    browser.seen("#recovery-code-wrong").await;
    recover(&code.to_lowercase()).await;
    browser.seen("[data-screen=safety], [data-screen=pin]").await;

    // The new PIN opens what was there before, the old one and the old code do not.
    browser.tap("[data-action=lock]").await;
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.seen("#pin-wrong").await;
    browser.tap("[data-section=forgotten] summary").await;
    browser
        .until("there is a new request", async || {
            let now = browser.run(shown, vec![]).await;
            now != "" && now != request.as_str()
        })
        .await;
    recover(&code).await;
    browser.seen("#recovery-code-wrong").await;
    enter(&browser, "pin", NEW_PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.tap("[data-action=home]").await;
    browser.tap("[data-action=continue]").await;
    filling::check(&browser, &first_page()).await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

/// What the program `doorstep` prints; nothing if it fails.
fn doorstep(arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(given("DOORSTEP_BIN")).args(arguments).output();
    let output = output.expect("the program is there");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Empties a field.
async fn empty(browser: &Browser, field: &str) {
    let script = "const field = document.getElementById(arguments[0]); field.value = '';
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(script, vec![field.into()]).await;
}

#[tokio::test]
async fn two_users_see_nothing_of_each_other() {
    let profile = Profile::new("users");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    let visit = first_page();
    filling::fill(&browser, &visit).await;
    browser.seen("[data-state=kept].kept").await;
    let draft = browser.run("return location.pathname", vec![]).await;
    let draft = draft.as_str().expect("an address is text").to_owned();

    // The first user gives a name and a PIN, and hands the phone over.
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft]").await;
    browser.tap("[data-action=safety]").await;
    enter(&browser, "own-name", "王强").await;
    browser.tap("[data-action=rename]").await;
    browser.seen("[data-section=users] .notice[role=status]").await;
    set_pin(&browser, PIN).await;
    browser.tap("[data-action=lock]").await;
    browser.tap("[data-action=other-user]").await;
    browser.seen("[data-screen=choose]").await;
    enter(&browser, "user-name", "王强").await;
    browser.tap("[data-action=add-user]").await;
    browser.seen("#user-name-wrong").await;
    empty(&browser, "user-name").await;
    enter(&browser, "user-name", "李梅").await;
    browser.picture("choose").await;
    browser.tap("[data-action=add-user]").await;

    // The second has no draft, no survey under the first one's address, and begins one of their own.
    browser.seen("[data-action=start]").await;
    browser.gone("[data-draft]").await;
    browser.open(&server.url(&draft)).await;
    browser.seen("[data-screen=choose]").await;
    browser.tap("[data-action=user]:last-child").await;
    browser.seen("main .card h1").await;
    browser.gone("[data-page]").await;
    browser.tap("[data-action=home]").await;
    browser.tap("[data-form=household-needs]").await;
    filling::fill(&browser, &visit).await;
    browser.seen("[data-state=kept].kept").await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft]").await;

    // Chosen anew, the first has to say the PIN, and finds one draft: theirs.
    browser.reload().await;
    browser.seen("[data-screen=choose]").await;
    browser.picture("two-users").await;
    browser.tap("[data-user='']").await;
    browser.seen("[data-screen=unlock]").await;
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    let ids =
        "return [...document.querySelectorAll('[data-draft]')].map((card) => '/draft/' + card.dataset.draft)";
    browser
        .until_eq("their own draft and no other", &json!([draft]), async |browser| {
            browser.run(ids, vec![]).await
        })
        .await;
    let databases = "indexedDB.databases().then((all) => arguments[0](all.map((one) => one.name).sort()))";
    let databases = browser.run_until_done(databases).await;
    assert_eq!(
        databases.as_array().map(Vec::len),
        Some(3),
        "one for each and one for the names: {databases}"
    );
    browser.assert_thumbs_fit();
    browser.quit().await;
}

#[tokio::test]
async fn without_room_nothing_new_is_begun_and_what_was_begun_goes_on() {
    let profile = Profile::new("space");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    browser.on_page("visit").await;
    browser.seen("[data-state=kept].kept").await;
    let origin = server.url("");
    let quota = async |megabytes: u32| {
        let asked = json!({"origin": origin, "quotaSize": u64::from(megabytes) * 1_000_000});
        browser.command("Storage.overrideQuotaForOrigin", asked).await;
    };

    quota(150).await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-space=little]").await;
    browser.picture("little-space").await;
    browser.tap("[data-form=household-needs]").await;
    browser.on_page("visit").await;

    quota(40).await;
    browser.tap("[data-action=home]").await;
    browser.seen("[data-space=none]").await;
    browser.tap("[data-action=start]").await;
    browser
        .until("the refusal has the focus", async || {
            browser.run("return document.activeElement?.id === 'no-space'", vec![]).await == true
        })
        .await;
    browser.picture("no-space").await;
    let count = "return document.querySelectorAll('[data-draft]').length";
    assert_eq!(browser.run(count, vec![]).await, 2, "a third was begun without room");
    browser.tap("[data-action=continue]").await;
    filling::fill(&browser, &first_page()).await;
    browser.seen("[data-state=kept].kept").await;
    browser.tap("[data-action=home]").await;
    browser.tap("[data-action=safety]").await;
    browser.seen("[data-fact=free]").await;
    assert!(browser.text("[data-fact=free]").await.contains("MB"));
    browser.quit().await;
}

#[tokio::test]
async fn the_safety_page_on_a_wide_screen() {
    let profile = Profile::new("safety-wide");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.tap("[data-action=safety]").await;
    browser.seen("[data-persistent]").await;
    browser.picture("wide-safety").await;
    set_pin(&browser, PIN).await;
    browser.picture("wide-pin-saved").await;
    browser.tap("[data-action=language]").await;
    browser.tap("[data-action=to-safety]").await;
    browser.seen("#lock-after").await;
    browser.picture("wide-safety-english").await;

    // Another tab asks for the PIN, and what one locks is locked in both.
    let first = browser.tab().await;
    let second = browser.new_tab().await;
    browser.open(&server.url("/")).await;
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.seen("[data-action=start]").await;
    browser.look_at(&first).await;
    browser.tap("[data-action=lock]").await;
    browser.seen("[data-screen=unlock]").await;
    browser.picture("wide-locked").await;
    browser.look_at(&second).await;
    browser.seen("[data-screen=unlock]").await;
    browser.gone("[data-action=start]").await;

    // The PIN is taken away only by who knows it.
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.tap("[data-action=safety]").await;
    browser.tap("[data-action=remove-pin]").await;
    enter(&browser, "pin-held", WRONG).await;
    browser.tap("[data-action=save-pin]").await;
    browser.seen("#pin-held-wrong").await;
    browser.picture("wide-pin-removing").await;
    enter(&browser, "pin-held", PIN).await;
    browser.tap("[data-action=save-pin]").await;
    browser.seen("[data-saved]").await;
    browser.reload().await;
    browser.seen("[data-screen=pin]").await;
    browser.seen("#pin-new").await;
    browser.quit().await;
}
