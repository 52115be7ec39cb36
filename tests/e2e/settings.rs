//! Who the phone is for its server, and where else it sends: told in plain words, entered, and heard at the other end.

use doorstep_delivery::submission::content_hash;
use rusqlite::Connection;
use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::peer::{Mood, Peer};
use crate::processes::{Profile, Server};
use crate::safety::{PIN, enter, set_pin};

pub const FORM: &str = r#"{"settings": {"form_id": "look", "version": "1", "title": "看房", "default_language": "zh", "instance_name": "${who}"},
  "survey": [{"type": "text", "name": "who", "label": "户主姓名", "required": true}]}"#;
const CODE: &str = "abcde-fghjk-mnpqr-st234";

/// A server with that form, which has these options besides.
fn serve(profile: &Profile, options: &[&str]) -> Server {
    serve_form(profile, options, FORM)
}

/// The same with another form called `look`.
pub fn serve_form(profile: &Profile, options: &[&str], form: &str) -> Server {
    let mut server = Server::start(profile);
    server.stop();
    server.set_options(options);
    server.start_with_form(profile, "here", Some(("look", form)));
    server
}

/// Fills the form in, finishes it, and looks into the outbox.
pub async fn survey(browser: &Browser, server: &Server, who: &str) {
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=look]").await;
    enter_answer(browser, who).await;
    filling::finish(browser).await;
    browser.seen("[data-finished]").await;
}

/// Answers the form's only question.
async fn enter_answer(browser: &Browser, who: &str) {
    browser.seen("input[type=text]").await;
    browser.tap("input[type=text]").await;
    browser.type_text(who).await;
}

/// Begins a draft with that answer, and gives its address once it is kept.
async fn begin(browser: &Browser, server: &Server, who: &str) -> String {
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=look]").await;
    enter_answer(browser, who).await;
    let address = browser.run("return location.href", vec![]).await;
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-section=drafts] [data-draft]").await;
    address.as_str().expect("an address").to_owned()
}

/// Takes a draft up again, which has that answer, and finishes it.
async fn finish(browser: &Browser, address: &str, who: &str) {
    browser.open(address).await;
    browser.seen("input[type=text]").await;
    let kept = "return document.querySelector('input[type=text]').value";
    browser
        .until_eq("what was typed is there", &who.into(), async |browser| browser.run(kept, vec![]).await)
        .await;
    filling::finish(browser).await;
    browser.seen("[data-finished]").await;
}

/// The server's database.
fn database(profile: &Profile) -> Connection {
    Connection::open(profile.folder("here").join("doorstep.sqlite3")).expect("the server made it")
}

/// The names of the devices that sent what has arrived.
fn senders(profile: &Profile) -> Vec<Option<String>> {
    let database = database(profile);
    let mut rows = database
        .prepare("SELECT device.name FROM submission LEFT JOIN device ON device.id = device_id ORDER BY received_at")
        .expect("the server keeps who sent");
    rows.query_map([], |row| row.get(0))
        .expect("they can be read")
        .collect::<Result<_, _>>()
        .expect("they can be read")
}

/// As the station hands a code out.
fn hand_out(profile: &Profile, code: &str) {
    let hash = content_hash(code.replace('-', "").as_bytes());
    let made = database(profile).execute(
        "INSERT INTO enrolment (hash, id, name, area, user_id, made_by, expires_at) VALUES (?1, ?1, '手机 1', '371002', NULL, 'u', ?2)",
        (hash, i64::MAX),
    );
    assert_eq!(made.expect("the server keeps codes"), 1);
}

async fn type_into(browser: &Browser, field: &str, text: &str) {
    let empty = "const field = document.getElementById(arguments[0]); field.value = '';
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.seen(&format!("#{field}")).await;
    browser.run(empty, vec![field.into()]).await;
    browser.tap(&format!("#{field}")).await;
    browser.type_text(text).await;
}

#[tokio::test]
async fn a_phone_is_enrolled_by_a_link_and_told_when_it_is_revoked() {
    let profile = Profile::new("enrolment");
    let mut server = serve(&profile, &["--devices-only"]);
    let browser = Browser::start(&profile, Screen::Phone).await;

    // The server wants to know who sends, and the app says so before anything is filled in, without a network too.
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=look]").await;
    browser.seen("[data-shut-out=unknown] [data-action=to-settings]").await;
    browser.kept_for_offline().await;
    server.stop();
    browser.open(&server.url("/")).await;
    browser.seen("[data-shut-out=unknown]").await;
    server.start_again();
    survey(&browser, &server, "王秀英").await;
    browser.seen("[data-item][data-state=waiting]").await;
    browser.seen("[data-shut-out=unknown]").await;
    browser.picture("not-enrolled-outbox").await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-shut-out=unknown]").await;
    browser.picture("not-enrolled-home").await;
    assert!(senders(&profile).is_empty(), "nothing can have arrived yet");
    browser.tap("[data-action=to-settings]").await;
    browser.seen("[data-enrolled=false]").await;
    type_into(&browser, "enrol-code", "abc 10").await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("#enrol-code-wrong").await;
    browser.picture("no-code").await;
    type_into(&browser, "enrol-code", CODE).await;
    browser.tap("[data-action=enrol]").await;
    browser
        .until("the server refuses a code that it never made", async || {
            browser.text("#enrol-code-wrong").await.contains("15")
        })
        .await;

    // The phone's own camera opens the link of the station's QR code.
    hand_out(&profile, CODE);
    browser.open("about:blank").await;
    browser.open(&server.url(&format!("/settings#enrol={CODE}"))).await;
    browser.seen("[data-offered]").await;
    assert_eq!(browser.run("return location.href", vec![]).await, server.url("/settings").as_str());
    assert_eq!(browser.run("return document.querySelector('#enrol-code').value", vec![]).await, CODE);
    browser.picture("enrolment-link").await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled=true]").await;
    browser.seen("[data-enrolled-now]").await;
    assert_eq!(browser.text("[data-fact=device] dd").await, "手机 1");
    browser.gone("[data-shut-out]").await;
    browser.picture("enrolled").await;

    // What waited is sent by itself, as that device; so is what comes after the phone was switched off.
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    browser.kill();
    let browser = Browser::start(&profile, Screen::Phone).await;
    survey(&browser, &server, "李梅").await;
    browser.gone("[data-section=waiting] [data-item]").await;
    assert_eq!(senders(&profile), [Some("手机 1".to_owned()), Some("手机 1".to_owned())]);

    // A code is good once.
    browser.open(&server.url("/settings")).await;
    browser.tap("[data-action=other-code] summary").await;
    type_into(&browser, "enrol-code", CODE).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("#enrol-code-wrong").await;
    browser.seen("[data-enrolled=true]").await;

    // Revoked, it is told so, and forgets what has arrived and what came down; what has not arrived stays, and can be carried to the station.
    let (finished, draft) = (begin(&browser, &server, "张三").await, begin(&browser, &server, "赵六").await);
    let revoked = database(&profile).execute("UPDATE device SET revoked_at = 1", []);
    assert_eq!(revoked.expect("the server keeps devices"), 1);
    finish(&browser, &finished, "张三").await;
    browser.seen("[data-shut-out=revoked][data-forgotten=true] [data-action=to-rescue]").await;
    browser.seen("[data-section=waiting] [data-item][data-state=waiting]").await;
    browser.gone("[data-section=delivered] [data-item]").await;
    browser.picture("revoked").await;
    assert_eq!(senders(&profile).len(), 2);

    // So it is after it was switched off in the middle, without a network too.
    browser.kept_for_offline().await;
    browser.kill();
    server.stop();
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-shut-out=revoked][data-forgotten=true]").await;
    browser.seen("[data-section=drafts] [data-draft]").await;
    browser.gone("[data-action=start]").await;
    browser.picture("revoked-home").await;
    browser.open(&server.url("/safety")).await;
    browser
        .until_eq("it is in the log once", &1.into(), async |browser| {
            browser.run("return document.querySelectorAll('[data-log]').length", vec![]).await
        })
        .await;
    // The draft goes on: its form is there still, though nothing may be begun with it.
    finish(&browser, &draft, "赵六").await;
    browser
        .until_eq("both wait", &2.into(), async |browser| {
            browser
                .run("return document.querySelectorAll('[data-section=waiting] [data-item]').length", vec![])
                .await
        })
        .await;
    // All of it is in the file for the station.
    browser.tap("[data-shut-out=revoked] [data-action=to-rescue]").await;
    browser
        .until("the file would hold both", async || {
            browser.text("[data-section=rescue-out]").await.contains('2')
        })
        .await;
    browser.picture("revoked-rescue").await;
    server.start_again();

    // Given up after being asked, and enrolled anew, what waited arrives.
    browser.open(&server.url("/settings")).await;
    browser.tap("[data-action=leave-server]").await;
    browser.picture("leaving").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    browser.seen("[data-enrolled=false]").await;
    let another = "23456-789ab-cdefg-hjkmn";
    hand_out(&profile, another);
    type_into(&browser, "enrol-code", &another.to_uppercase().replace('-', " ")).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled=true]").await;
    browser.until("the third and the fourth have arrived", async || senders(&profile).len() == 4).await;
    // And it may begin again.
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.gone("[data-shut-out]").await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

/// How many records a user's database has in a store, asked past the app.
async fn records(browser: &Browser, database: &str, store: &str) -> serde_json::Value {
    let script = format!(
        "const opened = indexedDB.open({database:?});
         opened.onsuccess = () => {{
             const counted = opened.result.transaction({store:?}).objectStore({store:?}).count();
             counted.onsuccess = () => {{ opened.result.close(); arguments[0](counted.result); }};
         }};"
    );
    browser.run_until_done(&script).await
}

#[tokio::test]
async fn every_user_of_a_revoked_phone_forgets_a_locked_one_too() {
    let profile = Profile::new("revoked-users");
    let server = serve(&profile, &["--devices-only"]);
    let browser = Browser::start(&profile, Screen::Phone).await;
    hand_out(&profile, CODE);
    browser.open(&server.url(&format!("/settings#enrol={CODE}"))).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled=true]").await;

    // Each of two has a survey that arrived; the first one has a PIN, and is not there.
    survey(&browser, &server, "王秀英").await;
    browser.seen("[data-section=delivered] [data-item]").await;
    browser.open(&server.url("/safety")).await;
    set_pin(&browser, PIN).await;
    browser.tap("[data-action=lock]").await;
    browser.tap("[data-action=other-user]").await;
    browser.seen("[data-screen=choose]").await;
    enter(&browser, "user-name", "李梅").await;
    browser.tap("[data-action=add-user]").await;
    browser.tap("[data-form=look]").await;
    enter_answer(&browser, "张三").await;
    filling::finish(&browser).await;
    browser.seen("[data-section=delivered] [data-item]").await;
    assert_eq!(records(&browser, "doorstep", "receipts").await, 1);
    assert_eq!(records(&browser, "doorstep", "bundles").await, 1);

    let map = "caches.open('doorstep.map').then(cache => cache.put('/tiles/1/1/0', new Response('x'))).then(() => arguments[0](true))";
    browser.run_until_done(map).await;
    let revoked = database(&profile).execute("UPDATE device SET revoked_at = 1", []);
    assert_eq!(revoked.expect("the server keeps devices"), 1);
    browser.run("window.dispatchEvent(new Event('online'))", vec![]).await;
    browser.seen("[data-shut-out=revoked][data-forgotten=true]").await;
    browser.gone("[data-section=delivered] [data-item]").await;
    let maps = "caches.has('doorstep.map').then(there => arguments[0](there))";
    let there = async |browser: &Browser| browser.run_until_done(maps).await;
    browser.until_eq("its maps", &false.into(), there).await;
    for store in ["receipts", "bundles", "forms"] {
        browser
            .until_eq(&format!("the other one's {store}"), &0.into(), async |browser| {
                records(browser, "doorstep", store).await
            })
            .await;
    }

    // Let in, the first one is told too.
    browser.open(&server.url("/")).await;
    browser.tap("[data-user='']").await;
    enter(&browser, "pin", PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.seen("[data-shut-out=revoked][data-forgotten=true]").await;
    browser.gone("[data-action=start]").await;
    browser.quit().await;
}

#[tokio::test]
async fn forms_come_and_go_without_a_reload_and_their_drafts_go_on() {
    let profile = Profile::new("forms");
    let mut server = serve(&profile, &[]);
    let browser = Browser::start(&profile, Screen::Phone).await;
    let draft = begin(&browser, &server, "王秀英").await;
    browser.run("window.sameLife = true", vec![]).await;

    // A new one, asked for by hand; then the other one goes, and the network's coming back is enough to hear of it.
    let second = FORM.replace("\"look\"", "\"second\"");
    server.stop();
    server.start_with_form(&profile, "here", Some(("second", &second)));
    browser.tap("[data-action=look-for-forms]").await;
    browser.seen("[data-form=second]").await;
    browser.seen("[data-form=look]").await;
    browser.picture("forms-came").await;
    server.stop();
    std::fs::remove_dir_all(profile.folder("forms-here").join("look")).expect("it is the test's own");
    server.start_again();
    browser.run("window.dispatchEvent(new Event('online'))", vec![]).await;
    browser.gone("[data-form=look]").await;
    browser.seen("[data-form=second]").await;
    browser.seen("[data-section=drafts] [data-draft]").await;
    assert_eq!(browser.run("return window.sameLife === true", vec![]).await, true, "nothing was loaded anew");

    // The draft is finished and arrives, on the form that it was begun with.
    finish(&browser, &draft, "王秀英").await;
    browser.seen("[data-section=delivered] [data-item]").await;
    assert_eq!(senders(&profile).len(), 1);
    browser.quit().await;
}

#[tokio::test]
async fn each_target_has_its_receipt_and_one_that_refuses_holds_up_no_other() {
    let profile = Profile::new("targets");
    let peer = Peer::start(Mood::Refuses);
    let mut server = serve(&profile, &[]);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;

    // The office says where else: the page that the phone keeps comes anew, with a policy that lets requests through.
    let targets = json!({"targets": [
        {"name": "office", "kind": "webhook", "url": format!("{}/in", peer.origin()), "forms": ["look"]},
        {"name": "usb", "kind": "file-drop", "forms": ["look"]},
        {"name": "clinic", "kind": "webhook", "url": format!("{}/clinic", peer.origin()), "forms": ["other"]},
    ]});
    let file = profile.file("backend.json", targets.to_string().as_bytes());
    server.stop();
    server.set_options(&["--backend", file.to_str().expect("the target folder's name is text")]);
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    browser.open(&server.url("/settings")).await;
    browser.seen("[data-target=office]").await;
    let policy =
        "fetch('/index.html').then((page) => arguments[0](page.headers.get('content-security-policy')))";
    browser
        .until("the kept page names the office's origin", async || {
            let policy = browser.run_until_done(policy).await;
            policy.as_str().is_some_and(|policy| policy.contains(&peer.origin()))
        })
        .await;
    browser.reload().await;
    browser.seen("[data-target=office]").await;
    browser.gone("[data-blocked]").await;
    browser.picture("targets").await;

    // A login is kept, and not shown again.
    browser.tap("[data-target=office] summary").await;
    browser.seen("#login-office").await;
    let choose = "const menu = document.querySelector('#login-office'); menu.value = 'bearer';
        menu.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(choose, vec![]).await;
    type_into(&browser, "login-secret-office", "0ffice-t0ken").await;
    browser.picture("target-login").await;
    browser.tap("[data-target=office] [data-action=save-login]").await;
    browser.seen("[data-target=office] [data-login=true]").await;
    browser.reload().await;
    browser.seen("[data-target=office] [data-login=true]").await;
    let holds = "return document.documentElement.outerHTML.includes('0ffice-t0ken')";
    assert_eq!(browser.run(holds, vec![]).await, false, "a secret is on the page");

    // One row, its targets beneath: home has it, the office refuses it, the file waits for its reader.
    survey(&browser, &server, "王秀英").await;
    browser.seen("[data-target=doorstep][data-state=delivered]").await;
    browser.seen("[data-target=office][data-state=refused]").await;
    browser.seen("[data-target=usb] [data-action=drop-save]").await;
    browser.gone("[data-target=clinic]").await;
    browser.gone("[data-section=delivered] [data-item]").await;
    browser.picture("outbox-targets").await;
    assert_eq!(peer.logins(), ["Bearer 0ffice-t0ken"]);
    assert_eq!(crate::arrived::bodies(&profile.folder("here")).len(), 1);

    peer.change(Mood::Takes);
    browser.tap("[data-action=retry]").await;
    browser.seen("[data-target=office][data-state=delivered]").await;
    let taken = peer.bodies();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].contains("王秀英"));

    // The file is delivered at its reader's word, and no sooner.
    browser.gone("[data-action=drop-done]").await;
    browser.tap("[data-action=drop-save]").await;
    browser.seen("[data-action=drop-done]").await;
    browser.picture("file-saved").await;
    browser.tap("[data-action=drop-done]").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    for target in ["doorstep", "office", "usb"] {
        browser.seen(&format!("[data-section=delivered] [data-target={target}] .proof")).await;
    }
    browser.gone("[data-section=waiting] [data-item]").await;
    browser.picture("receipts-of-targets").await;

    // A target that the office has taken out: what waits for it stays, says so, and can be exported.
    peer.change(Mood::Refuses);
    survey(&browser, &server, "李梅").await;
    browser.seen("[data-target=office][data-state=refused]").await;
    let none = profile.file("backend.json", b"{\"targets\": []}");
    assert!(none.exists());
    server.stop();
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-target=office] [data-in-the-way=gone]").await;
    browser.seen("[data-action=rescue]").await;
    browser.picture("target-gone").await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

#[tokio::test]
async fn ones_own_targets_are_checked_and_what_the_policy_forbids_is_said() {
    let profile = Profile::new("own-targets");
    let server = serve(&profile, &[]);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/")).await;
    // What comes down meanwhile moves what is below it.
    browser.seen("[data-action=start]").await;
    browser.tap("[data-action=safety]").await;
    browser.tap("[data-action=settings]").await;
    browser.seen("[data-target=doorstep]").await;
    browser.tap("[data-section=own-targets] > summary").await;

    for (text, place) in [
        ("{\"targets\": [", "第 1 行"),
        ("{\"targets\": [{\"name\": \"a\", \"kind\": \"openrosa\"}]}", "targets[0].url"),
    ] {
        type_into(&browser, "own-targets", text).await;
        browser.tap("[data-action=save-own]").await;
        browser
            .until("the mistake is told at its place", async || {
                browser.text("#own-targets-wrong").await.contains(place)
            })
            .await;
    }
    browser.picture("wide-own-targets-wrong").await;

    let own = json!({"targets": [{"name": "central", "kind": "openrosa", "url": "https://central.example.org/submission", "forms": ["*"]}]});
    let file = profile.file("own.json", own.to_string().as_bytes());
    browser.pick("#own-targets-file", &file).await;
    browser.seen("[data-own-saved]").await;
    browser.seen("[data-target=central] [data-blocked]").await;
    browser.picture("wide-own-targets").await;
    survey(&browser, &server, "王秀英").await;
    browser.seen("[data-target=doorstep][data-state=delivered]").await;
    browser.seen("[data-target=central] [data-in-the-way=blocked]").await;
    browser.picture("wide-outbox-targets").await;
    browser.open(&server.url("/settings")).await;
    browser.tap("[data-action=language]").await;
    browser.picture("wide-settings-english").await;
    browser.tap("[data-action=remove-own]").await;
    browser.tap("dialog[open] [data-action=confirm]").await;
    browser.gone("[data-target=central]").await;
    browser.quit().await;
}
