//! A station's kiosk: somebody asks for help, has a ticket, sees by it how far their case is, and leaves nothing of it behind on the machine.

use std::path::Path;

use doorstep_delivery::submission::content_hash;
use rusqlite::Connection;

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server, wait_until};
use crate::safety::enter;

const CODE: &str = "abcde-fghjk-mnpqr-st567";
const PIN: &str = "583914";
const NUMBER: &str = "371002195001019994";
const NAME: &str = "慕容秀兰";
const ADDRESS: &str = "槐树底下第三家";

fn database(profile: &Profile) -> Connection {
    Connection::open(profile.data().join("doorstep.sqlite3")).expect("the server made it")
}

/// The browser takes a kiosk's link, has the forms, and becomes the kiosk.
async fn set_up(browser: &Browser, server: &Server, profile: &Profile) {
    let made = database(profile).execute(
        "INSERT INTO enrolment (hash, id, name, area, user_id, made_by, expires_at, kiosk) VALUES (?1, ?1, '自助机 1', '371002', NULL, 'u', ?2, 1)",
        (content_hash(CODE.replace('-', "").as_bytes()), i64::MAX),
    );
    assert_eq!(made.expect("the server keeps codes"), 1);
    browser.open(&server.url(&format!("/settings#enrol={CODE}"))).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled=true]").await;
    browser.open(&server.url("/kiosk")).await;
    browser.seen("[data-screen=begin-kiosk]").await;
    enter(browser, "kiosk-pin", PIN).await;
    enter(browser, "kiosk-pin-again", PIN).await;
    enter(browser, "kiosk-phone", "0631-5200000").await;
    browser.tap("[data-action=begin-kiosk]").await;
    browser.seen("[data-step=attract]").await;
}

/// In Chinese, to the menu, once the forms are there.
async fn come(browser: &Browser) {
    browser.tap("[data-step=attract] [data-language=zh]").await;
    browser.seen("[data-action=help]:not([aria-disabled])").await;
}

/// Asks for help, page by page.
async fn ask_for_help(browser: &Browser) {
    browser.tap("[data-action=help]").await;
    for (page, answers) in [
        ("notice", &[("agree", "yes")][..]),
        ("name", &[("person", NAME)]),
        ("reach", &[("phone", "13800001234")]),
        ("proof", &[("id_number", NUMBER)]),
        ("where_county", &[("county", "371002")]),
        ("where_town", &[("town", "371002001")]),
        ("where", &[("village", "西门外村"), ("address", ADDRESS)]),
        ("what", &[("difficulties", "illness")]),
        ("words", &[]),
        ("when", &[("urgency", "soon")]),
    ] {
        browser.on_page(page).await;
        for (name, answer) in answers {
            match *name {
                "difficulties" => browser.tap("[data-name=difficulties] label.choice").await,
                name => filling::give(browser, name, answer).await,
            }
        }
        browser.tap("[data-action=next]").await;
    }
    browser.seen("[data-step=ticket]").await;
}

/// Ends; the page is loaded anew.
async fn end(browser: &Browser) {
    browser.run("window.before = true", vec![]).await;
    browser.tap("[data-action=end]").await;
    let anew = "return window.before === undefined && document.querySelector('[data-step=attract]') !== null";
    browser.until("the page is loaded anew", async || browser.run(anew, vec![]).await == true).await;
}

async fn prove(browser: &Browser, code: &str) {
    browser.tap("[data-action=own-case]").await;
    browser.seen("[data-step=prove]").await;
    enter(browser, "own-number", NUMBER).await;
    enter(browser, "own-code", code).await;
    browser.tap("[data-action=look]").await;
}

async fn holds(browser: &Browser, text: &str) -> bool {
    let script = "return (location.href + document.title + document.documentElement.outerHTML
        + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})).includes(arguments[0])";
    browser.run(script, vec![text.into()]).await == true
}

/// The files below a folder that hold a text, as UTF-8 or as UTF-16.
fn found_in(folder: &Path, text: &str) -> Vec<String> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
            if has(text.as_bytes()) || has(&wide) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_resident_asks_for_help_sees_their_case_and_leaves_no_trace() {
    let profile = Profile::new("kiosk");
    let mut server = Server::to_be(&profile);
    server.set_options(&["--devices-only"]);
    server.start_again();
    let browser = Browser::start(&profile, Screen::Desktop).await;
    set_up(&browser, &server, &profile).await;
    browser.picture("kiosk-attract").await;

    // No address leads elsewhere.
    for path in ["/", "/outbox", "/settings", "/households"] {
        browser.open(&server.url(path)).await;
        browser.seen("[data-screen=kiosk] [data-step=attract]").await;
    }
    come(&browser).await;
    browser.picture("kiosk-menu").await;
    ask_for_help(&browser).await;
    browser.picture("kiosk-ticket").await;
    let code = browser.text("[data-code]").await;
    let number = browser.text("[data-number]").await;
    assert_eq!(code.chars().filter(char::is_ascii_digit).count(), 12, "{code}");
    let of_kiosk = || {
        let case = "SELECT id FROM entity WHERE list = 'cases'";
        database(&profile).query_row(case, [], |row| row.get::<_, String>(0)).ok()
    };
    wait_until("the request has arrived", || of_kiosk().is_some());
    let case = of_kiosk().expect("it is there");
    assert!(
        case.to_uppercase().ends_with(&number),
        "the ticket's number is the end of the case's: {number}, {case}"
    );
    end(&browser).await;
    for text in [NAME, NUMBER, ADDRESS, &code] {
        assert!(!holds(&browser, text).await, "{text} is on the page yet");
    }

    // A wrong code, and then the ticket's.
    come(&browser).await;
    prove(&browser, "0000 0000 0000").await;
    browser.seen("#own-code-wrong").await;
    enter(&browser, "own-code", &code).await;
    browser.tap("[data-action=look]").await;
    browser.seen("[data-step=case] [data-state=visit_planned]").await;
    browser.picture("kiosk-case").await;
    assert!(browser.text("[data-step=case] h1").await.contains("慕***"), "the name is masked on the screen");
    browser.paper("kiosk-record").await;

    // From there a complaint, with name and case filled in.
    browser.tap("[data-action=object]").await;
    browser.on_page("matter").await;
    filling::give(&browser, "about", "service").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("said").await;
    filling::give(&browser, "words", "说好来，没来").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("who").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("reach").await;
    browser.tap("[data-action=next]").await;
    browser.seen("[data-step=ticket]").await;
    let complaint = || {
        let about = "SELECT properties FROM entity WHERE list = 'complaints'";
        database(&profile).query_row(about, [], |row| row.get::<_, String>(0)).unwrap_or_default()
    };
    wait_until("the complaint has arrived", || complaint().contains(&case) && complaint().contains(NAME));
    end(&browser).await;

    // Walks away in the middle: it asks, covers what was left, and clears; back leads to nothing of it.
    browser.run("localStorage.setItem('doorstep.kiosk-asks-after', '3')", vec![]).await;
    browser.reload().await;
    come(&browser).await;
    browser.tap("[data-action=call]").await;
    browser.seen("[data-step=call] [data-called=waiting]").await;
    browser.tap("[data-step=call] [data-action=menu]").await;
    browser.tap("[data-action=help]").await;
    browser.on_page("notice").await;
    filling::give(&browser, "agree", "yes").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("name").await;
    filling::give(&browser, "person", NAME).await;
    browser.seen("[data-asked]").await;
    browser.picture("kiosk-asked").await;
    browser.tap("[data-action=still-here]").await;
    browser.gone("[data-asked]").await;
    browser.seen("[data-asked]").await;
    browser.run("window.before = true", vec![]).await;
    browser.tap("[data-action=clear]").await;
    let anew = "return window.before === undefined && document.querySelector('[data-step=attract]') !== null";
    browser.until("the page is loaded anew", async || browser.run(anew, vec![]).await == true).await;
    browser.run("history.back()", vec![]).await;
    browser.seen("[data-screen=kiosk] [data-step=attract]").await;
    assert!(!holds(&browser, NAME).await, "what was typed is on the page yet");
    browser.run("localStorage.removeItem('doorstep.kiosk-asks-after')", vec![]).await;

    // Without a server it is kept, and sent once there is one.
    browser.kept_for_offline().await;
    browser.reload().await;
    server.stop();
    come(&browser).await;
    ask_for_help(&browser).await;
    end(&browser).await;
    come(&browser).await;
    prove(&browser, &code).await;
    browser.seen("#own-code-wrong").await;
    server.start_again();
    browser.reload().await;
    browser.seen("[data-step=attract]").await;
    let cases = || {
        let count = "SELECT COUNT(*) FROM entity WHERE list = 'cases'";
        database(&profile).query_row(count, [], |row| row.get::<_, i64>(0)).unwrap_or_default()
    };
    wait_until("what was kept has arrived", || cases() == 2);

    // The staff leave it by the kiosk's PIN alone.
    come(&browser).await;
    browser.tap("[data-action=staff]").await;
    browser.seen("[data-step=leave]").await;
    enter(&browser, "kiosk-pin", "918273").await;
    browser.tap("[data-action=leave]").await;
    browser.seen("#kiosk-pin-wrong").await;
    enter(&browser, "kiosk-pin", PIN).await;
    browser.tap("[data-action=leave]").await;
    browser.seen("[data-action=safety]").await;
    assert!(!holds(&browser, "kiosk-help").await, "a kiosk's form is begun at a kiosk");

    // Nothing of what was typed lies anywhere in the browser's own files.
    browser.quit().await;
    for text in [NAME, NUMBER, ADDRESS] {
        assert_eq!(found_in(&profile.browser(), text), Vec::<String>::new(), "{text}");
    }
}
