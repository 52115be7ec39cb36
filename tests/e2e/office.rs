//! An administrator's way through the pages at `/office`, with a phone beside it: from the password on the terminal to a revoked device.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::peer::{Mood, Peer};
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "look", "version": "1", "title": "看房", "default_language": "zh", "instance_name": "${who}"},
  "survey": [{"type": "text", "name": "who", "label": "户主姓名", "required": true}]}"#;
pub const PASSWORD: &str = "correct horse battery";

/// A server that knows its devices, and passes on to that peer.
fn serve(profile: &Profile, peer: &Peer) -> Server {
    let targets = json!({"version": 1, "targets": [
        {"name": "city", "kind": "webhook", "url": format!("{}/in", peer.origin()), "forms": ["*"]},
    ]});
    let file = profile.file("relay.json", targets.to_string().as_bytes());
    let mut server = Server::start(profile);
    server.stop();
    server.set_options(&[
        "--devices-only",
        "--relay",
        file.to_str().expect("the target folder's name is text"),
    ]);
    server.start_with_form(profile, "here", Some(("look", FORM)));
    server
}

pub async fn type_into(browser: &Browser, field: &str, text: &str) {
    let empty = "const field = document.getElementById(arguments[0]); field.value = '';
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.seen(&format!("#{field}")).await;
    browser.run(empty, vec![field.into()]).await;
    browser.tap(&format!("#{field}")).await;
    browser.type_text(text).await;
}

pub async fn choose(browser: &Browser, menu: &str, value: &str) {
    let script = "const menu = document.getElementById(arguments[0]); menu.value = arguments[1];
        menu.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.seen(&format!("#{menu}")).await;
    browser.run(script, vec![menu.into(), value.into()]).await;
}

/// A page as it is on a desk and on a phone. Nothing of it may stand out at the side.
pub async fn look(browser: &Browser, name: &str) {
    for (width, height, size) in [(360, 740, "phone"), (1280, 800, "desk")] {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
        browser.picture(&format!("office-{name}-{size}")).await;
        let wide = browser.run("return document.documentElement.scrollWidth", vec![]).await;
        assert_eq!(wide, width, "{name} is wider than a {size}");
    }
}

/// The code of an authenticator app, so many steps of thirty seconds from now: each is good once.
pub fn code(secret: &str, ahead: u64) -> String {
    let secret = Secret::Encoded(secret.replace(char::is_whitespace, "")).to_bytes().expect("base 32");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    TOTP::new_unchecked(Algorithm::SHA1, 6, 1, 30, secret).generate(now + 30 * ahead)
}

pub async fn sign_in(browser: &Browser, name: &str, password: &str) {
    type_into(browser, "login-name", name).await;
    type_into(browser, "login-password", password).await;
    browser.tap("[data-action=sign-in]").await;
}

/// Adds a user; gives their first password.
pub async fn add_user(browser: &Browser, name: &str, role: &str, area: &str) -> String {
    type_into(browser, "user-name", name).await;
    choose(browser, "user-role", role).await;
    type_into(browser, "user-area", area).await;
    browser.tap("[data-action=make-user]").await;
    browser.seen("[data-made]").await;
    browser.text("[data-once=password]").await
}

/// Fills the form in on the phone, and finishes it.
async fn survey(phone: &Browser, server: &Server, who: &str) {
    phone.open(&server.url("/")).await;
    phone.tap("[data-form=look]").await;
    phone.seen("input[type=text]").await;
    phone.tap("input[type=text]").await;
    phone.type_text(who).await;
    filling::finish(phone).await;
    phone.seen("[data-finished]").await;
}

/// The first administrator's first steps: password, second factor, recovery codes. Gives the factor's secret.
pub async fn settle(browser: &Browser, first: &str) -> String {
    sign_in(browser, "admin", "wrong password").await;
    browser.seen("#login-password-wrong").await;
    look(browser, "wrong-password").await;
    sign_in(browser, "admin", first).await;
    browser.seen("[data-screen=choose-password]").await;
    type_into(browser, "new-password", "1234567890").await;
    browser.tap("[data-action=change-password]").await;
    browser.seen("#new-password-wrong").await;
    look(browser, "weak-password").await;
    type_into(browser, "new-password", PASSWORD).await;
    browser.tap("[data-action=change-password]").await;
    browser.seen("[data-screen=second-factor]").await;
    browser.tap("[data-action=begin-factor]").await;
    browser.seen("svg.qr").await;
    look(browser, "second-factor").await;
    let secret = browser.text("[data-once=factor-secret]").await;
    type_into(browser, "factor-code", "000000").await;
    browser.tap("[data-action=confirm-factor]").await;
    browser.seen("#factor-code-wrong").await;
    type_into(browser, "factor-code", &code(&secret, 0)).await;
    browser.tap("[data-action=confirm-factor]").await;
    browser.seen("[data-recovery]").await;
    look(browser, "recovery").await;
    browser.tap("label.choice").await;
    browser.tap("[data-action=go-on]").await;
    // Where one wanted to go in the first place.
    browser.seen("[data-menu='/office/users']").await;
    secret
}

#[tokio::test]
async fn an_administrator_makes_a_user_hands_out_a_phone_and_revokes_it() {
    let profile = Profile::new("office");
    let peer = Peer::start(Mood::Refuses);
    let mut server = serve(&profile, &peer);
    let desk = Browser::start(&profile, Screen::Desktop).await;

    desk.open(&server.url("/office/users")).await;
    desk.seen("[data-screen=sign-in]").await;
    look(&desk, "sign-in").await;
    let secret = settle(&desk, &server.first_password()).await;
    desk.seen("[data-screen=users] [data-user=admin]").await;
    desk.open(&server.url("/office")).await;
    desk.seen("[data-tile='/office/users']").await;
    look(&desk, "overview").await;

    // A user, after a few that the server refuses.
    desk.tap("[data-tile='/office/users']").await;
    desk.tap("[data-action=add-user]").await;
    desk.tap("[data-action=make-user]").await;
    desk.seen("#user-name-wrong").await;
    for (name, area, wrong) in [
        ("<script>", "37", "user-name-wrong"),
        ("li.si", "山东", "user-area-wrong"),
        // A worker is nowhere everywhere.
        ("li.si", "", "user-area-wrong"),
        ("admin", "37", "user-name-wrong"),
    ] {
        type_into(&desk, "user-name", name).await;
        type_into(&desk, "user-area", area).await;
        desk.tap("[data-action=make-user]").await;
        desk.seen(&format!("#{wrong}")).await;
    }
    look(&desk, "user-refused").await;
    add_user(&desk, "li.si", "worker", "371002001").await;
    look(&desk, "user-added").await;

    // Their phone, by the link that the QR code holds.
    desk.tap("[data-action=give-device]").await;
    desk.until("the holder is filled in", async || {
        desk.run("return document.querySelector('#device-holder')?.value", vec![]).await == "li.si"
    })
    .await;
    type_into(&desk, "device-name", "手机 1").await;
    look(&desk, "hand-out").await;
    desk.tap("[data-action=make-code]").await;
    desk.seen("[data-code=waiting] svg.qr").await;
    look(&desk, "code").await;
    let link = desk.text("[data-once=link]").await;
    let away = Profile::new("office-phone");
    let phone = Browser::start(&away, Screen::Phone).await;
    phone.open(&link).await;
    phone.tap("[data-action=enrol]").await;
    phone.seen("[data-enrolled=true]").await;
    desk.seen("[data-code=used]").await;
    look(&desk, "code-used").await;

    // What it sends is passed on, refused there with a reason, and tried again.
    survey(&phone, &server, "王秀英").await;
    phone.seen("[data-section=delivered] [data-item]").await;
    desk.tap("[data-menu='/office/relay']").await;
    desk.tap("[data-tab=refused]").await;
    desk.until("it is refused", async || {
        desk.tap("[data-tab=underway]").await;
        desk.tap("[data-tab=refused]").await;
        desk.run(
            "return document.querySelectorAll('[data-state=refused] [data-reason] .words').length",
            vec![],
        )
        .await
            == 1
    })
    .await;
    look(&desk, "refused").await;
    peer.change(Mood::Takes);
    desk.tap("[data-action=again]").await;
    desk.seen("[data-none=refused]").await;
    desk.tap("[data-tab=delivered]").await;
    desk.seen("[data-state=delivered] [data-fact=hash]").await;
    look(&desk, "delivered").await;

    // Lost: revoked after being asked, and told at its next contact.
    desk.tap("[data-menu='/office/devices']").await;
    desk.seen("[data-device]").await;
    assert!(desk.text("[data-device]").await.contains("li.si"), "its holder is named");
    look(&desk, "devices").await;
    desk.tap("[data-action=revoke]").await;
    desk.seen("dialog[open]").await;
    look(&desk, "revoking").await;
    desk.tap("dialog[open] [data-action=confirm]").await;
    desk.seen("[data-revoked-now]").await;
    desk.gone("[data-device]").await;
    phone.open(&server.url("/")).await;
    phone.seen("[data-shut-out=revoked][data-forgotten=true]").await;
    phone.gone("[data-form=look]").await;

    // The phone keeps none of these pages, and comes to them all the same.
    phone.kept_for_offline().await;
    let kept = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
        .then((all) => arguments[0](all.flat().map((request) => request.url).filter((url) => url.includes('office'))))";
    assert_eq!(phone.run_until_done(kept).await, json!([]));
    phone.open(&server.url("/office")).await;
    phone.seen("[data-screen=sign-in]").await;

    // ODK Collect gets an address that works.
    desk.tap("[data-menu='/office/collect']").await;
    type_into(&desk, "device-name", "Collect 1").await;
    look(&desk, "collect-form").await;
    desk.tap("[data-action=make-settings]").await;
    desk.seen("[data-settings] svg.qr").await;
    look(&desk, "collect").await;
    let url = desk.text("[data-once=url]").await;
    let listed = format!("fetch('{url}/formList').then((answer) => arguments[0](answer.status))");
    assert_eq!(desk.run_until_done(&listed).await, 200);

    // Without its server a page says so, and comes to itself when it is back.
    server.stop();
    desk.tap("[data-menu='/office/users']").await;
    desk.seen("[data-refused]").await;
    look(&desk, "no-server").await;
    phone.open(&server.url("/office/users")).await;
    assert!(phone.text("h1").await.contains("连不上服务器"), "the phone's own worker says so");
    phone.picture("office-worker-says-so").await;
    server.start_again();
    phone.tap("a[href='']").await;
    phone.seen("[data-screen=sign-in]").await;
    phone.quit().await;
    desk.tap("[data-action=again]").await;
    desk.seen("[data-user='li.si']").await;

    // Signed out, the second factor is asked for; each code is good once.
    desk.tap("[data-action=account]").await;
    desk.seen("[data-screen=account]").await;
    look(&desk, "account").await;
    desk.tap("[data-action=sign-out]").await;
    desk.seen("[data-screen=sign-in]").await;
    sign_in(&desk, "admin", PASSWORD).await;
    desk.seen("[data-code-wanted]").await;
    look(&desk, "code-wanted").await;
    type_into(&desk, "login-code", &code(&secret, 1)).await;
    desk.tap("[data-action=sign-in]").await;
    desk.seen("[data-screen=overview], [data-screen=account]").await;
    desk.assert_thumbs_fit();
    desk.quit().await;
}

/// So many workers more, as they stand in the database.
fn a_thousand_more(profile: &Profile) {
    let database =
        Connection::open(profile.folder("here").join("doorstep.sqlite3")).expect("the server made it");
    let added = database.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO app_user (id, name, role, area, password, factor_confirmed, disabled, must_change, made_at)
         SELECT printf('%032x', i), printf('worker.%04d', i), 'worker', printf('371002%03d', i % 20), 'nobody knows it', 0, i % 50 = 0, i % 7 = 0, 1795000000000 FROM n",
    );
    added.expect("the server keeps users");
}

#[tokio::test]
async fn a_thousand_users_are_looked_through_and_an_auditor_changes_nothing() {
    let profile = Profile::new("office-many");
    let peer = Peer::start(Mood::Takes);
    let server = serve(&profile, &peer);
    let desk = Browser::start(&profile, Screen::Desktop).await;
    desk.open(&server.url("/office")).await;
    settle(&desk, &server.first_password()).await;
    desk.open(&server.url("/office/users/new")).await;
    let first = add_user(&desk, "wang.wu", "auditor", "3710").await;

    a_thousand_more(&profile);
    desk.open(&server.url("/office/users")).await;
    desk.seen("[data-found='1002']").await;
    look(&desk, "users").await;
    type_into(&desk, "users-search", "0042").await;
    desk.seen("[data-found='1']").await;
    type_into(&desk, "users-search", "%' OR 1=1 --").await;
    desk.seen("[data-found='0']").await;
    look(&desk, "users-none").await;
    type_into(&desk, "users-search", "0042").await;
    desk.tap("[data-user='worker.0042']").await;

    // Rights, password, shut out and let in again.
    desk.seen("[data-screen=user] [data-action=disable]").await;
    look(&desk, "user").await;
    choose(&desk, "user-role", "provider").await;
    desk.tap("[data-action=save-rights]").await;
    desk.seen("#user-provider-wrong").await;
    choose(&desk, "user-role", "station").await;
    desk.tap("[data-action=save-rights]").await;
    desk.seen("[data-saved]").await;
    desk.tap("[data-action=reset-password]").await;
    desk.tap("dialog[open] [data-action=confirm]").await;
    desk.seen("[data-done=ResetPassword] [data-once=password]").await;
    look(&desk, "password-reset").await;
    desk.tap("[data-action=disable]").await;
    desk.seen("dialog[open]").await;
    look(&desk, "disabling").await;
    desk.tap("dialog[open] [data-action=confirm]").await;
    desk.seen("[data-state=disabled]").await;
    desk.tap("[data-action=enable]").await;
    desk.seen("[data-state=enabled]").await;

    // One's own account is another administrator's to change.
    let own = "fetch('/api/v1/me').then((answer) => answer.json()).then((me) => arguments[0](me.user.id))";
    let own = desk.run_until_done(own).await;
    desk.open(&server.url(&format!("/office/users/{}", own.as_str().expect("an id is text")))).await;
    desk.seen("[data-own]").await;

    // An auditor sees the log, and nothing that changes anything.
    desk.open(&server.url("/office/account")).await;
    desk.tap("[data-action=sign-out]").await;
    desk.seen("[data-screen=sign-in]").await;
    sign_in(&desk, "wang.wu", &first).await;
    desk.seen("[data-screen=choose-password]").await;
    type_into(&desk, "new-password", PASSWORD).await;
    desk.tap("[data-action=change-password]").await;
    desk.seen("[data-menu='/office/log']").await;
    desk.gone("[data-menu='/office/users']").await;
    desk.tap("[data-menu='/office/log']").await;
    desk.seen("[data-event=user_disabled]").await;
    look(&desk, "log").await;
    desk.tap("[data-menu='/office/devices']").await;
    desk.seen(".empty").await;
    desk.gone("[data-action=hand-out]").await;
    look(&desk, "devices-none").await;
    desk.open(&server.url("/office/users")).await;
    desk.seen("[data-refused=forbidden]").await;
    look(&desk, "forbidden").await;
    desk.open(&server.url("/office/nowhere")).await;
    desk.seen("[data-screen=not-found]").await;
    // In the other language, and with nothing of the first left.
    desk.tap("[data-action=language]").await;
    desk.open(&server.url("/office/relay")).await;
    desk.seen("[data-none=underway]").await;
    look(&desk, "english").await;
    let chinese =
        desk.run("return /[\\u4e00-\\u9fff]/.test(document.querySelector('main').innerText)", vec![]).await;
    assert_eq!(chinese, Value::Bool(false));

    // A session that is over leads back to signing in.
    let sessions =
        Connection::open(profile.folder("here").join("doorstep.sqlite3")).expect("the server made it");
    sessions.execute("DELETE FROM login_session", []).expect("the server keeps sessions");
    desk.tap("[data-menu='/office/log']").await;
    desk.seen("[data-ended]").await;
    look(&desk, "session-over").await;
    desk.assert_thumbs_fit();
    desk.quit().await;
}
