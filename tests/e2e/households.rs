//! A household found at the door: in the next form at once and without a network, then on the other phones of the area and on no other; and put right by the
//! station where two phones say different things of it.

use rusqlite::Connection;
use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::office::look;
use crate::people::{self, Enrolment};
use crate::processes::{Profile, Server};

/// Finds a household.
const DOOR: &str = r#"{"settings": {"form_id": "door", "version": "1", "title": "新住户", "default_language": "zh", "instance_name": "${who}"},
  "entities": [{"list_name": "households", "label": "concat(${who}, ' ', ${door})"}],
  "survey": [
    {"type": "text", "name": "who", "label": "户主姓名", "required": true, "save_to": "who"},
    {"type": "text", "name": "door", "label": "门牌", "required": true, "save_to": "door"},
    {"type": "text", "name": "phone", "label": "电话", "save_to": "phone"}]}"#;
/// Visits one that is known: what is known of it stands in the fields, to be put right.
const VISIT: &str = r#"{"settings": {"form_id": "visit", "version": "1", "title": "回访", "default_language": "zh"},
  "entities": [{"list_name": "households", "entity_id": "${home}"}],
  "survey": [
    {"type": "select_one_from_file households.csv", "name": "home", "label": "哪一户", "required": true},
    {"type": "calculate", "name": "who", "calculation": "instance('households')/root/item[name=${home}]/who"},
    {"type": "note", "name": "greeting", "label": "您好，${who}"},
    {"type": "text", "name": "phone", "label": "电话", "trigger": "${home}", "calculation": "instance('households')/root/item[name=${home}]/phone", "save_to": "phone"}]}"#;

/// A server that knows its phones and has both forms; no list lies beside them.
fn serve(profile: &Profile) -> Server {
    let mut server = Server::start(profile);
    server.stop();
    server.set_options(&["--devices-only"]);
    let forms = profile.folder("forms-here").join("visit");
    std::fs::create_dir_all(&forms).expect("the target folder can be written");
    std::fs::write(forms.join("form.json"), VISIT).expect("a form can be written");
    server.start_with_form(profile, "here", Some(("door", DOOR)));
    server
}

fn database(profile: &Profile) -> Connection {
    Connection::open(profile.folder("here").join("doorstep.sqlite3")).expect("the server made it")
}

/// A phone of that area, with both forms on it.
async fn phone(profile: &Profile, own: &Profile, server: &Server, code: &str, area: &str) -> Browser {
    let browser = Browser::start(own, Screen::Phone).await;
    people::enrol(&browser, server, &database(profile), &Enrolment { code, area, user: None }).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=door]").await;
    browser.seen("[data-form=visit]").await;
    browser.kept_for_offline().await;
    browser
}

/// The households that the open form offers, by what they are called, each with its choice's name.
async fn offered(browser: &Browser) -> Vec<(String, String)> {
    let script = "return [...document.querySelectorAll(`[data-name=home] label.choice`)]
        .map((row) => [row.innerText.trim(), row.querySelector('input').value])";
    browser.seen("[data-name=home]").await;
    serde_json::from_value(browser.run(script, vec![]).await).expect("pairs of texts")
}

async fn begin(browser: &Browser, server: &Server, form: &str) {
    browser.open(&server.url("/")).await;
    browser.tap(&format!("[data-form={form}]")).await;
}

/// Visits the household of that name, which has that phone so far, and notes another.
async fn visit(browser: &Browser, server: &Server, called: &str, known: &str, noted: &str) {
    begin(browser, server, "visit").await;
    let all = offered(browser).await;
    let home = all.iter().find(|(label, _)| label == called).unwrap_or_else(|| panic!("{called} in {all:?}"));
    filling::give(browser, "home", &home.1).await;
    filled_in(browser, known).await;
    let script = "const field = document.querySelector('[data-name=phone] .field'); field.value = '';
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(script, vec![]).await;
    filling::give(browser, "phone", noted).await;
    finish(browser).await;
}

async fn filled_in(browser: &Browser, phone: &str) {
    let value = "return document.querySelector('[data-name=phone] .field')?.value";
    browser
        .until_eq("the phone is filled in", &phone.into(), async |browser| browser.run(value, vec![]).await)
        .await;
}

async fn finish(browser: &Browser) {
    filling::finish(browser).await;
    browser.seen("[data-finished]").await;
}

/// Everything is sent and receipted, and what the server tells is here.
async fn comes_and_goes(browser: &Browser, server: &Server, delivered: u64) {
    browser.open(&server.url("/outbox")).await;
    browser
        .until(&format!("{delivered} have their receipts"), async || {
            let count = "return document.querySelectorAll('[data-section=delivered] [data-item]').length";
            browser.run(count, vec![]).await == delivered
        })
        .await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-network=online]").await;
}

/// What the server knows of households: version, phone, contradiction.
fn known(profile: &Profile) -> Vec<(i64, String, i64)> {
    let database = database(profile);
    let mut rows = database
        .prepare("SELECT version, json_extract(properties, '$.phone'), conflict FROM entity ORDER BY label")
        .expect("the server keeps entities");
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("they can be read")
        .collect::<Result<_, _>>()
        .expect("they can be read")
}

/// Waits until the server knows that of its households.
async fn comes_to_know(browser: &Browser, profile: &Profile, wanted: &[(i64, &str, i64)]) {
    let is_so = async || {
        known(profile)
            .iter()
            .map(|(version, phone, conflict)| (*version, &**phone, *conflict))
            .eq(wanted.iter().copied())
    };
    if !browser.comes(is_so).await {
        let refused: Vec<String> = {
            let database = database(profile);
            let mut rows =
                database.prepare("SELECT reason FROM entity_refused").expect("there is such a table");
            rows.query_map([], |row| row.get(0))
                .expect("it reads")
                .map(|row| row.expect("it reads"))
                .collect()
        };
        panic!("the server knows {:?}, not {wanted:?}; refused: {refused:?}", known(profile));
    }
}

/// Whether a form that is opened anew offers these, and no others, once the phone has heard of it.
async fn comes_to_offer(browser: &Browser, server: &Server, wanted: &[&str]) {
    let mut left = 40;
    loop {
        begin(browser, server, "visit").await;
        let labels: Vec<String> = offered(browser).await.into_iter().map(|(label, _)| label).collect();
        if labels == wanted {
            return;
        }
        left -= 1;
        assert!(left > 0, "{labels:?}, not {wanted:?}");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn a_household_found_at_the_door_is_in_the_next_form_and_on_the_next_phone() {
    let profile = Profile::new("households");
    let (one, two, three) =
        (Profile::new("households-1"), Profile::new("households-2"), Profile::new("households-3"));
    let mut server = serve(&profile);
    let finder = phone(&profile, &one, &server, "abcde-fghjk-mnpqr-st234", "371002001").await;
    let other = phone(&profile, &two, &server, "abcde-fghjk-mnpqr-st243", "371002001").await;
    let elsewhere = phone(&profile, &three, &server, "abcde-fghjk-mnpqr-st324", "371003001").await;

    // At the door, without a network.
    server.stop();
    begin(&finder, &server, "door").await;
    filling::give(&finder, "who", "王秀英").await;
    filling::give(&finder, "door", "北门 3").await;
    filling::give(&finder, "phone", "13800001234").await;
    finish(&finder).await;
    // Right after, at the same door: the next form has it, and what is known of it.
    begin(&finder, &server, "visit").await;
    let all = offered(&finder).await;
    assert_eq!(all.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["王秀英 北门 3"]);
    let id = all[0].1.clone();
    filling::give(&finder, "home", &id).await;
    filled_in(&finder, "13800001234").await;
    assert!(finder.text("[data-name=greeting]").await.contains("您好，王秀英"));
    finder.picture("household-known-offline").await;
    finish(&finder).await;
    // The app starts again, and a draft that was begun on it goes on.
    begin(&finder, &server, "visit").await;
    filling::give(&finder, "home", &id).await;
    filled_in(&finder, "13800001234").await;
    finder.seen("[data-state=kept].kept").await;
    finder.open(&server.url("/")).await;
    finder.tap("[data-action=continue]").await;
    filled_in(&finder, "13800001234").await;
    finish(&finder).await;

    // The network is back: all of it arrives, the phone has the household once, and so has the other phone of the area.
    server.start_again();
    comes_and_goes(&finder, &server, 3).await;
    comes_to_know(&finder, &profile, &[(3, "13800001234", 0)]).await;
    comes_to_offer(&finder, &server, &["王秀英 北门 3"]).await;
    comes_to_offer(&other, &server, &["王秀英 北门 3"]).await;
    assert_eq!(offered(&other).await[0].1, id, "the same one");
    filling::give(&other, "home", &id).await;
    filled_in(&other, "13800001234").await;
    other.picture("household-on-another-phone").await;

    // Both change it without hearing of each other: the later counts, both are kept, the station settles it.
    server.stop();
    visit(&finder, &server, "王秀英 北门 3", "13800001234", "13911111111").await;
    visit(&other, &server, "王秀英 北门 3", "13800001234", "13922222222").await;
    visit(&finder, &server, "王秀英 北门 3", "13911111111", "13911111112").await;
    // The other phone stays away until the first has sent: which of them is later is what this is about.
    other.open("about:blank").await;
    server.start_again();
    comes_and_goes(&finder, &server, 5).await;
    // Its own line is no contradiction.
    comes_to_know(&finder, &profile, &[(5, "13911111112", 0)]).await;
    comes_and_goes(&other, &server, 1).await;
    comes_to_know(&other, &profile, &[(6, "13922222222", 2)]).await;

    let away = Profile::new("households-desk");
    let desk = Browser::start(&away, Screen::Desktop).await;
    people::administrator(&desk, &server).await;
    let first = people::add(&desk, &server, "zhan.zhang", "station", "371002").await;
    people::sign_out(&desk).await;
    people::sign_in_first(&desk, "zhan.zhang", &first).await;
    desk.tap("[data-menu='/office/lists']").await;
    desk.seen(&format!("[data-entity='{id}'][data-conflict=against]")).await;
    look(&desk, "lists").await;
    let sides = "return [...document.querySelectorAll('.side')].map((side) => side.querySelector('[data-property=phone] dd').innerText)";
    assert_eq!(desk.run(sides, vec![]).await, json!(["13911111111", "13911111112", "13922222222"]));
    desk.tap("[data-version='5'] [data-action=take]").await;
    desk.seen("[data-settled=true]").await;
    desk.seen("[data-none=conflicts]").await;
    assert_eq!(known(&profile), [(7, "13911111112".to_owned(), 0)]);
    desk.quit().await;

    // What was settled comes to the phones; one of another area has heard of nothing.
    for browser in [&finder, &other] {
        browser.open(&server.url("/")).await;
        browser.seen("[data-network=online]").await;
        let mut left = 40;
        loop {
            begin(browser, &server, "visit").await;
            let all = offered(browser).await;
            filling::give(browser, "home", &all[0].1).await;
            let value = "return document.querySelector('[data-name=phone] .field')?.value";
            if browser.run(value, vec![]).await == "13911111112" {
                break;
            }
            left -= 1;
            assert!(left > 0, "what was settled does not come");
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }
    elsewhere.open(&server.url("/")).await;
    elsewhere.seen("[data-network=online]").await;
    begin(&elsewhere, &server, "visit").await;
    assert_eq!(offered(&elsewhere).await, []);
    for browser in [finder, other, elsewhere] {
        browser.quit().await;
    }
}
