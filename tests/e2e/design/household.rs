//! The household survey, changed in the morning and at the doors by noon: a question added, one renamed, a cut-off moved, a choice translated; tried, published, taken by a
//! phone that was away, filled in without a network, and found in the ledger with its new column.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::chain::answers::{Days, answers};
use crate::filling;
use crate::office::{choose, type_into};
use crate::people::{self, Enrolment};
use crate::processes::{Profile, Server};

use super::sheet::{CTRL, cell, key, mistakes, preview_says, write};

const WORKER: &str = "0000000000000000000000000000a001";
const FORM: &str = "household-needs";

/// Goes to the next cell that says a text, by the field that searches.
async fn find(desk: &Browser, text: &str) -> usize {
    desk.run("document.querySelector('#design-find').select()", vec![]).await;
    type_into(desk, "design-find", text).await;
    key(desk, "Enter", 0).await;
    desk.there("[data-missed=false]").await;
    let row = "const here = document.querySelector('#design-grid').getAttribute('aria-activedescendant').split('-');
        const cell = document.getElementById(here.join('-'));
        return cell && cell.innerText.includes(arguments[0]) ? Number(here[2]) + 1 : 0";
    let found = async || desk.run(row, vec![text.into()]).await.as_u64().unwrap_or_default() as usize;
    desk.until(&format!("{text} is found"), async || found().await > 0).await;
    found().await
}

/// What a measure of the assessment comes to for a form that is filled in here, as the phone's page says.
async fn level(phone: &Browser) -> String {
    phone.text("[data-report] [data-level=need_band] .level-value").await
}

#[tokio::test]
async fn the_household_survey_is_changed_in_the_morning_and_at_the_doors_by_noon() {
    let days = Days::of_now();
    let profile = Profile::new("noon");
    let mut server = Server::to_be(&profile);
    server.set_options(&["--devices-only"]);
    server.start_again();
    let database = || Connection::open(profile.data().join("doorstep.sqlite3")).expect("the server made it");

    let desk = Browser::start(&profile, Screen::Desktop).await;
    people::administrator(&desk, &server).await;
    let designer = people::add(&desk, &server, "biao.ge", "designer", "").await;
    let station = people::add(&desk, &server, "zhan.zhang", "station", "371082").await;
    people::sign_out(&desk).await;
    let goes_out = "INSERT INTO app_user (id, name, role, area, provider, password, factor_confirmed, disabled, must_change, made_at)
        VALUES (?1, 'wang.li', 'worker', '371082007', NULL, 'nobody knows it', 0, 0, 0, 1795000000000)";
    database().execute(goes_out, [WORKER]).expect("the server keeps users");

    // The phone has yesterday's form, and is away.
    let road = Profile::new("noon-phone");
    let phone = Browser::start(&road, Screen::Phone).await;
    let device = Enrolment { code: "abcde-fghjk-mnpqr-st234", area: "371082007", user: Some(WORKER) };
    people::enrol(&phone, &server, &database(), &device).await;
    phone.open(&server.url("/")).await;
    phone.seen(&format!("[data-form={FORM}]")).await;
    phone.kept_for_offline().await;
    phone.kill();

    // A question is added behind one that the designer looks for.
    desk.open(&server.url("/office")).await;
    people::sign_in_first(&desk, "biao.ge", &designer).await;
    desk.open(&server.url("/design")).await;
    desk.tap(&format!("[data-on-server={FORM}] [data-action=begin-from]")).await;
    preview_says(&desk, "访视信息").await;
    // A case of this form is kept with it, as with one that was opened as a folder.
    keep_case(&desk, "h1-older-person-alone").await;
    preview_says(&desk, "访视信息").await;
    let row = find(&desk, "house_safety").await;
    cell(&desk, row, "type").await;
    key(&desk, "Enter", CTRL).await;
    for (title, text) in [
        ("type", "integer"),
        ("name", "floor"),
        ("label::zh", "住在几楼"),
        ("label::en", "On which floor"),
        ("save_to", "cases#floor"),
    ] {
        write(&desk, row + 1, title, text).await;
    }
    // One is renamed, with all that refers to it.
    let row = find(&desk, "facilities_missing").await;
    write(&desk, row, "name", "facilities_none").await;
    // A choice is translated otherwise.
    desk.tap("[data-sheet=choices]").await;
    let row = find(&desk, "four_or_more").await;
    write(&desk, row, "label::en", "Four people or more").await;
    // The case still passes: it calls the renamed question as the form does. A cut-off is moved: what it makes of the case is seen first.
    desk.tap("[data-action=trials-open]").await;
    desk.seen("[data-case=passed]").await;
    desk.tap("[data-action=cutoffs-open]").await;
    desk.seen("[data-line=need_band] [data-is=band]").await;
    desk.gone("[data-line=need_band] [data-is=gap]").await;
    let slide = "const field = document.querySelector(`[data-cut-off='need_band 60'] input[type=range]`); field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    desk.run(slide, vec![90.into()]).await;
    desk.seen("[data-line=need_band] [data-moved='1']").await;
    desk.picture("noon-cut-off").await;
    let number = "const field = document.querySelector(`[data-cut-off='need_band 60'] input.number`); field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    desk.run(number, vec!["20".into()]).await;
    desk.seen("[data-line=need_band] [data-not-moved]").await;
    desk.run(number, vec!["90".into()]).await;
    desk.tap("[data-action=move-cut-off]").await;
    desk.there("[data-cut-off='need_band 90']").await;
    desk.seen("[data-line=need_band] [data-moved-to='90']").await;
    // The case says so, too, and is kept as it comes out now.
    desk.tap("[data-action=trials-open]").await;
    desk.seen("[data-case=failed]").await;
    desk.picture("noon-case-failed").await;
    desk.tap("[data-action=case-again]").await;
    desk.seen("[data-case=passed]").await;
    desk.tap("[data-action=trials-open]").await;
    desk.seen("[data-kept=kept]").await;
    assert_eq!(mistakes(&desk).await, 0);

    // Tried: the new question is on its page, and is answered.
    filling::give(&desk, "outcome", "1").await;
    for (page, question, choice) in
        [("danger", "red_flags", "none"), ("consent", "consent_survey", "granted")]
    {
        desk.tap(&format!(".phone [data-to={page}]")).await;
        desk.tap(&format!(".phone [data-name={question}] label.choice:has(input[value='{choice}'])")).await;
    }
    desk.tap(".phone [data-to=home]").await;
    preview_says(&desk, "住在几楼").await;
    desk.tap(".phone [data-name=floor] .field").await;
    desk.type_text("3").await;
    desk.tap("[data-action=trials-open]").await;
    desk.tap("[data-action=record]").await;
    desk.until("both cases pass", async || {
        desk.run("return document.querySelectorAll('[data-case=passed]').length", vec![]).await == 2
    })
    .await;
    desk.tap("[data-action=trials-open]").await;
    desk.picture("noon-tried").await;

    // Published, once it is said what is another.
    desk.tap("[data-action=publish-open]").await;
    desk.seen("[data-differs]").await;
    let differs = desk.text("[data-differs]").await;
    for said in ["floor", "facilities_none", "Four people or more", "90"] {
        assert!(differs.contains(said), "{said} is not in {differs}");
    }
    desk.picture("noon-differs").await;
    type_into(&desk, "design-version", "2026.11.29-noon").await;
    desk.tap("[data-action=publish]").await;
    desk.seen("[data-came=published]").await;

    // The phone is back for a moment, and takes it; at the door there is no network.
    let phone = Browser::start(&road, Screen::Phone).await;
    phone.open(&server.url("/")).await;
    phone.seen("[data-network=online]").await;
    phone
        .until("it has the new version", async || {
            phone.text(&format!("[data-form={FORM}]")).await.contains("2026.11.29-noon")
        })
        .await;
    server.stop();
    phone.open(&server.url("/")).await;
    phone.tap(&format!("[data-form={FORM}]")).await;
    let yesterday = days.day(-1);
    let mut given = answers(
        FORM,
        0,
        &[
            ("visit/visit_date", json!(yesterday)),
            ("visit/visit_start", json!("09:30")),
            ("closing/visit_end", json!("10:40")),
            ("home/floor", json!(3)),
            ("place/county", json!("371082")),
            ("place/town", json!("371082007")),
            ("place/village", json!("东楮岛村")),
            ("subject/subject_name", json!("孙德厚")),
            ("profile/phone_kind", json!("none")),
        ],
    );
    for part in given.iter_mut().filter(|part| part.page == "home") {
        let missing = part.answers.remove("facilities_missing").expect("it is answered on the way of a case");
        part.answers.insert("facilities_none".to_owned(), missing);
    }
    filling::walk(&phone, &given).await;
    phone.tap("[data-action=assessment]").await;
    // With the cut-off of before it was high.
    assert_eq!(level(&phone).await, "中度");
    phone.picture("noon-assessment").await;
    phone.tap("[data-action=leave]").await;
    phone.on_page("review").await;
    phone.tap("[data-action=finish]:not([aria-disabled])").await;
    phone.seen("[data-finished]").await;

    // It arrives when there is a network again, and stands in the ledger.
    server.start_again();
    phone.open(&server.url("/outbox")).await;
    phone.seen("[data-section=delivered] [data-item]").await;
    desk.open(&server.url("/office")).await;
    people::sign_out(&desk).await;
    people::sign_in_first(&desk, "zhan.zhang", &station).await;
    desk.open(&server.url("/office/ledgers")).await;
    choose(&desk, "ledger", "l1").await;
    desk.seen("#ledger th[data-column=floor]").await;
    let column = "const head = document.querySelector('#ledger th[data-column=floor]');
        const place = [...head.parentElement.children].indexOf(head);
        return [head.innerText.trim(), ...[...document.querySelectorAll('#ledger tbody tr')].map((row) => row.cells[place].innerText)]";
    desk.until_eq("the ledger has it", &json!(["住在几楼", "3"]), async |desk| {
        desk.run(column, vec![]).await
    })
    .await;
    desk.picture("noon-ledger").await;
    phone.quit().await;
    desk.quit().await;
}

/// Keeps one of the form's own cases with the design that is open.
async fn keep_case(desk: &Browser, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../forms/{FORM}/cases/{name}.json"));
    let case = fs::read_to_string(file).expect("it is one of the form's cases");
    desk.seen("[data-kept=kept]").await;
    let address = desk.run("return location.href", vec![]).await;
    let address = address.as_str().expect("it is at an address");
    // A page keeps what it has on its desk: the case is put in while it has nothing.
    desk.open(&format!("{}/design", address.split("/design").next().unwrap_or_default())).await;
    desk.seen("[data-design]").await;
    let put = format!(
        "const done = arguments[arguments.length - 1];
        indexedDB.open('doorstep.designs').onsuccess = ({{ target: {{ result: base }} }}) => {{
            const store = base.transaction('designs', 'readwrite').objectStore('designs');
            store.openCursor().onsuccess = ({{ target: {{ result: cursor }} }}) => {{
                const design = JSON.parse(cursor.value);
                design.cases.push({case});
                cursor.update(JSON.stringify(design)).onsuccess = () => {{ base.close(); done(true); }};
            }};
        }};"
    );
    desk.run_until_done(&put).await;
    desk.open(address).await;
}
