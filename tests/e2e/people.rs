//! Whom a test needs at the office and on the road: users made at the desk, who come in for the first time, and phones that are theirs.

use doorstep_delivery::submission::content_hash;
use rusqlite::Connection;

use crate::browser::Browser;
use crate::office::{PASSWORD, add_user, code, settle, sign_in, type_into};
use crate::processes::Server;

/// The first administrator is at the desk.
pub async fn administrator(desk: &Browser, server: &Server) {
    desk.open(&server.url("/office/users")).await;
    settle(desk, &server.first_password()).await;
}

/// The administrator adds a user; gives their first password.
pub async fn add(desk: &Browser, server: &Server, name: &str, role: &str, area: &str) -> String {
    desk.open(&server.url("/office/users/new")).await;
    add_user(desk, name, role, area).await
}

/// Whoever is at the desk leaves it.
pub async fn sign_out(desk: &Browser) {
    desk.tap("[data-action=account]").await;
    desk.tap("[data-action=sign-out]").await;
    desk.seen("[data-screen=sign-in]").await;
}

/// A user comes in for the first time: chooses a password, and sets up a second factor if their role needs one.
pub async fn sign_in_first(desk: &Browser, name: &str, first: &str) {
    sign_in(desk, name, first).await;
    type_into(desk, "new-password", PASSWORD).await;
    desk.tap("[data-action=change-password]").await;
    desk.seen("[data-screen=second-factor], [data-menu], [data-screen=overview]").await;
    let factor = "return !!document.querySelector('[data-screen=second-factor]')";
    if desk.run(factor, vec![]).await == true {
        desk.tap("[data-action=begin-factor]").await;
        let secret = desk.text("[data-once=factor-secret]").await;
        type_into(desk, "factor-code", &code(&secret, 0)).await;
        desk.tap("[data-action=confirm-factor]").await;
        desk.seen("[data-recovery]").await;
        desk.tap("label.choice").await;
        desk.tap("[data-action=go-on]").await;
    }
    desk.seen("[data-menu], [data-screen=overview]").await;
}

/// A device that is handed out.
pub struct Enrolment<'a> {
    /// Twenty letters, as they are shown.
    pub code: &'a str,
    pub area: &'a str,
    /// Whose it is: the user's id.
    pub user: Option<&'a str>,
}

/// The office hands out a device, as it does in its database; its browser takes the link, and has the forms.
pub async fn enrol(browser: &Browser, server: &Server, database: &Connection, device: &Enrolment<'_>) {
    let Enrolment { code, area, user } = device;
    let hash = content_hash(code.replace('-', "").as_bytes());
    let made = database.execute(
        "INSERT INTO enrolment (hash, id, name, area, user_id, made_by, expires_at) VALUES (?1, ?1, ?2, ?3, ?4, 'u', ?5)",
        (hash, format!("手机 {area}"), area, user, i64::MAX),
    );
    assert_eq!(made.expect("the server keeps codes"), 1);
    browser.open(&server.url(&format!("/settings#enrol={code}"))).await;
    browser.tap("[data-action=enrol]").await;
    browser.seen("[data-enrolled=true]").await;
}
