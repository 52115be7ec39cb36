//! A station's kiosk: somebody asks for help, has a ticket, sees by it how far their case is, goes on with a worker at the worker's device, and leaves nothing of it
//! behind on the machine.

use std::path::Path;

use doorstep_delivery::hand_over;
use doorstep_delivery::submission::content_hash;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server, wait_until};
use crate::safety::enter;

const CODE: &str = "abcde-fghjk-mnpqr-st567";
const WORKERS: &str = "23456-789ab-cdefg-hjkmn";
const PIN: &str = "583914";
const NUMBER: &str = "371002195001019994";
const NAME: &str = "慕容秀兰";
const ADDRESS: &str = "槐树底下第三家";
const PHONE: &str = "13800001234";
const WORDS: &str = "说好来，没来";

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
        ("reach", &[("phone", PHONE)]),
        ("proof", &[("id_number", NUMBER)]),
        ("where_county", &[("county", "371002")]),
        ("where_town", &[("town", "371002001")]),
        // Two questions of one page, one after the other.
        ("where", &[("village", "西门外村")]),
        ("where", &[("address", ADDRESS)]),
        ("what", &[("difficulties", "illness")]),
        ("words", &[]),
        ("when", &[("urgency", "soon")]),
    ] {
        browser.on_page(page).await;
        for (name, answer) in answers {
            match *name {
                "difficulties" => browser.tap("[data-name=difficulties] label.choice").await,
                "phone" | "id_number" => type_by_keys(browser, name, answer).await,
                name => filling::give(browser, name, answer).await,
            }
            let at_once = "return document.querySelectorAll('.page-body [data-control]:not([data-control=note])').length";
            assert_eq!(browser.run(at_once, vec![]).await, 1, "one question at a time: {name}");
        }
        browser.tap("[data-action=next]").await;
    }
    browser.seen("[data-step=ticket]").await;
}

/// As somebody types who has no keyboard; the system's own stays away.
async fn type_by_keys(browser: &Browser, name: &str, text: &str) {
    let field = format!("[data-name={name}] input[inputmode=none]");
    browser.tap(&field).await;
    for digit in text.chars() {
        browser.tap(&format!("[data-name={name}] [data-key='{digit}']")).await;
    }
    // One too many, and back.
    browser.tap(&format!("[data-name={name}] [data-key='7']")).await;
    browser.tap(&format!("[data-name={name}] [data-key=erase]")).await;
    assert_eq!(value(browser, &field).await, text);
}

async fn value(browser: &Browser, field: &str) -> String {
    let value = browser.run("return document.querySelector(arguments[0]).value", vec![field.into()]).await;
    value.as_str().unwrap_or_default().to_owned()
}

/// A browser of tests has no voice: one that keeps what it is given to say.
const VOICE: &str = "
    window.said = [];
    window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
    const voice = (lang, own) => Object.create(SpeechSynthesisVoice.prototype, {lang: {value: lang}, localService: {value: own}});
    window.voices = [voice('zh-CN', false)];
    speechSynthesis.getVoices = () => window.voices;
    speechSynthesis.speak = (line) => window.said.push(line.text);
    speechSynthesis.cancel = () => window.said.push('silence');
    speechSynthesis.dispatchEvent(new Event('voiceschanged'));
    window.voice = voice;";

/// The page of the name is read aloud by the device's own voice alone, and no longer than it is there.
async fn have_it_read(browser: &Browser) {
    browser.run(VOICE, vec![]).await;
    assert_eq!(
        browser.run("return document.querySelector('[data-action=read-aloud]')", vec![]).await,
        Value::Null
    );
    let own = "window.voices.push(window.voice('zh_CN_#Hans', true)); speechSynthesis.dispatchEvent(new Event('voiceschanged'))";
    browser.run(own, vec![]).await;
    browser.tap("[data-action=read-aloud]").await;
    browser.seen("[data-action=read-aloud][data-reading=true]").await;
    browser.picture("kiosk-aloud").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("reach").await;
    let said = browser.run("return window.said", vec![]).await;
    assert_eq!(said, json!(["您叫什么名字？", "姓名", "silence"]), "and nothing of the name");
}

/// Fills the request for help in as far as the phone.
async fn begin_to_ask(browser: &Browser) {
    browser.tap("[data-action=help]").await;
    browser.on_page("notice").await;
    filling::give(browser, "agree", "yes").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("name").await;
    filling::give(browser, "person", NAME).await;
    have_it_read(browser).await;
    type_by_keys(browser, "phone", PHONE).await;
    browser.picture("kiosk-keys").await;
}

/// Hands over what is on the screen: the code.
async fn hand_over(browser: &Browser) -> String {
    browser.tap("[data-action=with-staff]").await;
    browser.seen("[data-handed-over=waiting]").await;
    let shown = browser.text("[data-hand-over-code]").await;
    hand_over::read(&shown).expect("it is a code")
}

/// The ids of what is on its way, and whether any of it can be read by whoever has the database.
fn on_its_way(profile: &Profile) -> Vec<(String, bool)> {
    let database = database(profile);
    let mut asked = database.prepare("SELECT id, sealed FROM handover").expect("the server keeps it");
    let rows = asked.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)));
    let rows = rows.expect("it answers").map(|row| row.expect("a row"));
    rows.map(|(id, sealed)| {
        let is_open = [NAME, PHONE].iter().any(|text| String::from_utf8_lossy(&sealed).contains(text));
        (id, is_open)
    })
    .collect()
}

/// Ends; the page is loaded anew.
async fn end(browser: &Browser) {
    browser.run("window.before = true", vec![]).await;
    browser.tap("[data-action=end]").await;
    cleared(browser).await;
}

/// A page that knew of a `before` is gone.
async fn cleared(browser: &Browser) {
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

/// The same browser as a worker's, who scans the code.
async fn go_on(browser: &Browser, server: &Server, profile: &Profile, code: &str) {
    let worker = "
        INSERT INTO app_user (id, name, role, area, password, factor_confirmed, disabled, must_change, made_at)
        VALUES ('w', 'worker', 'worker', '371002', '', 0, 0, 0, 0)";
    database(profile).execute(worker, []).expect("the server keeps users");
    let enrolment = "
        INSERT INTO enrolment (hash, id, name, area, user_id, made_by, expires_at, kiosk)
        VALUES (?1, ?1, '手机 1', '371002', 'w', 'u', ?2, 0)";
    let hash = content_hash(WORKERS.replace('-', "").as_bytes());
    database(profile).execute(enrolment, (hash, i64::MAX)).expect("the server keeps codes");
    browser.open(&server.url(&format!("/settings#enrol={WORKERS}"))).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled-now=true]").await;
    browser.open(&server.url(&format!("{}#{}{code}", hand_over::ADDRESS, hand_over::FRAGMENT))).await;
    browser.seen("[data-page=go-on] [data-filled-in]").await;
    assert!(!browser.run("return location.href", vec![]).await.to_string().contains(code));
    browser.tap("[data-action=go-on]").await;
    browser.on_page("reach").await;
    assert_eq!(value(browser, "[data-name=phone] input").await, PHONE);
    // Once, and the server has nothing of it any more.
    let kept = "SELECT LENGTH(sealed) FROM handover WHERE kept_at IS NOT NULL AND taken_by = 'w'";
    let left: i64 = database(profile).query_row(kept, [], |row| row.get(0)).expect("it was said to be kept");
    assert_eq!(left, 0);
    browser.open(&server.url(&format!("{}#{}{code}", hand_over::ADDRESS, hand_over::FRAGMENT))).await;
    browser.tap("[data-action=go-on]").await;
    browser.seen("#go-on-code-wrong").await;
}

/// The worker gives it to a colleague: takes it back once, then it is kept there and gone here.
async fn give_away(browser: &Browser, server: &Server, profile: &Profile) {
    browser.open(&server.url("/")).await;
    browser.tap("[data-draft] [data-action=hand-on]").await;
    browser.seen("[data-page=hand-on]").await;
    browser.tap("[data-action=make-code]").await;
    browser.seen("[data-handed-on=offered] ~ .shown-qr svg").await;
    browser.picture("hand-on").await;
    // Meanwhile nobody goes on with it here, however the page was left.
    browser.open(&server.url("/")).await;
    browser.seen("[data-draft] [data-given]").await;
    browser.gone("[data-draft] [data-action=continue]").await;
    browser.tap("[data-draft] [data-action=see-given]").await;
    browser.seen("[data-handed-on=waiting]").await;
    browser.tap("[data-action=take-back]").await;
    browser.seen("[data-handed-on=over]").await;
    browser.tap("[data-action=continue]").await;
    browser.on_page("reach").await;
    assert_eq!(value(browser, "[data-name=phone] input").await, PHONE);

    browser.open(&server.url("/")).await;
    browser.tap("[data-draft] [data-action=hand-on]").await;
    browser.tap("[data-action=make-code]").await;
    browser.seen("[data-handed-on=offered]").await;
    let kept = "UPDATE handover SET taken_by = 'w', kept_at = 1 WHERE given_by IS NOT NULL";
    assert_eq!(database(profile).execute(kept, []).expect("it is there"), 1);
    browser.seen("[data-handed-on=kept]").await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-section=drafts] .empty").await;
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
    filling::give(&browser, "words", WORDS).await;
    browser.tap("[data-action=next]").await;
    browser.seen("[data-name=wanted]").await;
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
    cleared(&browser).await;
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

    // Half-way: taken back, cleared, and handed over for good.
    come(&browser).await;
    begin_to_ask(&browser).await;
    let first = hand_over(&browser).await;
    browser.picture("kiosk-hand-over").await;
    assert_eq!(on_its_way(&profile), [(hand_over::id(&first), false)]);
    browser.tap("[data-action=fill-in-here]").await;
    browser.on_page("reach").await;
    assert_eq!(on_its_way(&profile), []);
    let second = hand_over(&browser).await;
    assert_ne!(first, second);
    end(&browser).await;
    assert_eq!(on_its_way(&profile), [], "whoever has it cleared has it cleared there, too");
    // Somebody has fetched and kept it: the kiosk clears itself.
    come(&browser).await;
    begin_to_ask(&browser).await;
    hand_over(&browser).await;
    browser.run("window.before = true", vec![]).await;
    database(&profile).execute("UPDATE handover SET taken_by = 'x', kept_at = 1", []).expect("it is there");
    cleared(&browser).await;
    // Handed over for good: whatever clears the kiosk then, the code is good.
    come(&browser).await;
    begin_to_ask(&browser).await;
    let handed_over = hand_over(&browser).await;
    browser.reload().await;
    browser.seen("[data-step=attract]").await;
    for text in [NAME, PHONE, &handed_over] {
        assert!(!holds(&browser, text).await, "{text} is on the page yet");
    }

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

    // A worker's device goes on where it was left.
    go_on(&browser, &server, &profile, &handed_over).await;
    give_away(&browser, &server, &profile).await;

    // Nothing of what was typed lies anywhere in the browser's own files.
    browser.quit().await;
    for text in [NAME, NUMBER, ADDRESS, PHONE, WORDS] {
        assert_eq!(found_in(&profile.browser(), text), Vec::<String>::new(), "{text}");
    }
}
