//! One case from its lead to its closure, by three people at three browsers: a worker and a provider on their phones, the station at its desk; then what the
//! office's books say of it. The forms and lists are the real ones.
//!
//! Kept here: what one says the next one has, without a name typed twice; each sees what is theirs, and nothing else; what is counted is counted right.

mod afterwards;
pub mod answers;
mod books;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::people::{self, Enrolment};
use crate::processes::{Profile, Server};
use crate::script::Part;
use afterwards::{audited, counted, households, ledgers, ranked};
use answers::{Days, answers, word};
use books::on_the_board;

/// Who goes out, as the office has them: `app_user` rows.
const WORKER: &str = "0000000000000000000000000000a001";
const PROVIDER: &str = "0000000000000000000000000000a002";
/// The number of their papers, which is in the survey and in no list.
const PAPERS: &str = "371002194803129912";
/// What is referred: one of those that the survey matched, which this provider does.
const SERVICE: &str = "C3";
const NAME: &str = "孙德厚";
const PHONE: &str = "13812345678";

/// What the test knows beside the screens.
struct Office {
    profile: Profile,
    server: Server,
}

impl Office {
    fn open() -> Office {
        let profile = Profile::new("chain");
        let mut server = Server::to_be(&profile);
        server.set_options(&["--devices-only"]);
        server.start_again();
        Office { profile, server }
    }

    fn database(&self) -> Connection {
        Connection::open(self.profile.data().join("doorstep.sqlite3")).expect("the server made it")
    }

    fn ask(&self, query: &str) -> Vec<String> {
        let database = self.database();
        let mut rows = database.prepare(query).expect("the query is one");
        let rows = rows.query_map([], |row| row.get(0)).expect("it can be asked");
        rows.collect::<Result<_, _>>().expect("each row is a text")
    }

    fn one(&self, query: &str) -> String {
        let mut all = self.ask(query);
        assert_eq!(all.len(), 1, "{query}");
        all.remove(0)
    }

    /// The ids of a list.
    fn ids(&self, list: &str) -> Vec<String> {
        self.ask(&format!("SELECT id FROM entity WHERE list = '{list}'"))
    }

    /// Waits until the server knows that state of the only entity of a list; gives its id.
    async fn comes_to(&self, browser: &Browser, list: &str, state: &str) -> String {
        let state_now =
            format!("SELECT json_extract(properties, '$.state') FROM entity WHERE list = '{list}'");
        let is_so = async || self.ask(&state_now) == [state];
        if !browser.comes(is_so).await {
            let refused = self.ask("SELECT reason FROM entity_refused");
            panic!("{list} are {:?}, not {state}; refused: {refused:?}", self.ask(&state_now));
        }
        self.ids(list).remove(0)
    }

    /// What devices and users read, as the audit log has it: `EVENT TO`, by the column of who.
    fn read_by(&self, column: &str, who: &str) -> Vec<String> {
        self.ask(&format!(
            "SELECT DISTINCT json_extract(line, '$.event') || ' ' || COALESCE(json_extract(line, '$.to'), '') FROM audit
             WHERE json_extract(line, '$.{column}') = '{who}' ORDER BY 1"
        ))
    }
}

/// A device with the forms on it.
async fn device(office: &Office, browser: &Browser, code: &str, area: &str, user: &str) {
    let device = Enrolment { code, area, user: Some(user) };
    people::enrol(browser, &office.server, &office.database(), &device).await;
    browser.open(&office.server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
}

async fn begin(browser: &Browser, office: &Office, form: &str) {
    browser.open(&office.server.url("/")).await;
    let form = format!("[data-form={form}]");
    browser.tap(&form).await;
    browser.seen("[data-page]:not(a)").await;
}

/// Begins a form about what is on the list of its question, once the device has heard of it in that state.
async fn begin_about(browser: &Browser, office: &Office, form: &str, question: &str, id: &str, state: &str) {
    let row = format!("[data-name={question}] dialog.sheet[open] label.choice:has(input[value='{id}'])");
    let is_there = format!("return !!document.querySelector(\"{row}\")");
    let shown = "return document.querySelector('[data-name=state_before] .shown-value')?.innerText ?? ''";
    let mut left = 40;
    loop {
        begin(browser, office, form).await;
        browser.seen(&format!("[data-name={question}] .field")).await;
        browser.tap(&format!("[data-name={question}] button.field")).await;
        browser.seen(&format!("[data-name={question}] dialog.sheet[open] fieldset")).await;
        if browser.run(&is_there, vec![]).await == true {
            browser.tap(&row).await;
            browser.gone("dialog.sheet[open]").await;
            if state.is_empty() || browser.run(shown, vec![]).await == state {
                return;
            }
        }
        left -= 1;
        if left == 0 {
            browser.fail(&format!("{form}: {id} does not come as {state}")).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
}

async fn to_the_end(browser: &Browser, parts: &[Part]) {
    filling::walk(browser, parts).await;
    browser.tap("[data-action=finish]:not([aria-disabled])").await;
    browser.seen("[data-finished]").await;
}

/// So many were sent from that device, and have their receipts.
async fn sent(browser: &Browser, office: &Office, delivered: u64) {
    browser.open(&office.server.url("/outbox")).await;
    let count = "return document.querySelectorAll('[data-section=delivered] [data-item]').length";
    browser.until_eq("receipts", &delivered.into(), async |browser| browser.run(count, vec![]).await).await;
}

/// What the assessment's page says: the level, the dimensions in their order, the services.
async fn assessment(browser: &Browser) -> Value {
    browser.seen("[data-report] [data-level=need_band] .level-value").await;
    let script = "const all = (selector) => [...document.querySelectorAll(selector)];
        return {level: document.querySelector('[data-level=need_band] .level-value').innerText,
            ranking: all('[data-dimension]').map((row) => row.dataset.dimension + ' ' + row.querySelector('.figures').innerText),
            services: all('[data-service]').map((row) => row.dataset.service)}";
    browser.run(script, vec![]).await
}

#[tokio::test]
async fn a_chain_of_three_goes_from_the_lead_to_the_closure_and_the_books_hold_it() {
    let days = Days::of_now();
    let (yesterday, today) = (days.day(-1), days.day(0));
    let mut office = Office::open();

    // The office: a station and an auditor by its administrator; who goes out by its database, with their phones.
    let desk = Browser::start(&office.profile, Screen::Desktop).await;
    people::administrator(&desk, &office.server).await;
    let auditor = people::add(&desk, &office.server, "shen.ji", "auditor", "3710").await;
    let station = people::add(&desk, &office.server, "zhan.zhang", "station", "371082").await;
    people::sign_out(&desk).await;
    people::sign_in_first(&desk, "zhan.zhang", &station).await;
    let goes_out = "INSERT INTO app_user (id, name, role, area, provider, password, factor_confirmed, disabled, must_change, made_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 'nobody knows it', 0, 0, 0, 1795000000000)";
    for user in [
        (WORKER, "wang.li", "worker", "371082007", None),
        (PROVIDER, "song.jia", "provider", "371082", Some("P03")),
    ] {
        office.database().execute(goes_out, user).expect("the server keeps users");
    }
    let station = office.one("SELECT id FROM app_user WHERE name = 'zhan.zhang'");
    let (one, two) = (Profile::new("chain-worker"), Profile::new("chain-provider"));
    let worker = Browser::start(&one, Screen::Phone).await;
    let provider = Browser::start(&two, Screen::Phone).await;
    device(&office, &worker, "abcde-fghjk-mnpqr-st234", "371082007", WORKER).await;
    device(&office, &provider, "abcde-fghjk-mnpqr-st243", "371082", PROVIDER).await;
    device(&office, &desk, "abcde-fghjk-mnpqr-st324", "371082", &station).await;

    // The worker hears of somebody.
    begin(&worker, &office, "lead").await;
    to_the_end(&worker, &answers("lead", 0, &[("find/found_on", json!(yesterday))])).await;
    sent(&worker, &office, 1).await;
    let case = office.comes_to(&worker, "cases", "lead").await;

    // At their door there is no network. What the visit comes to is said before it is finished, and is the same after.
    office.server.stop();
    begin_about(&worker, &office, "household-needs", "case", &case, "").await;
    let visit = [
        ("visit/visit_date", json!(yesterday)),
        ("visit/visit_start", json!("09:30")),
        ("closing/visit_end", json!("10:40")),
    ];
    filling::walk(&worker, &answers("household-needs", 0, &visit)).await;
    worker.tap("[data-action=assessment]").await;
    let said = assessment(&worker).await;
    assert_eq!(said["level"], "高度");
    assert_eq!(
        said["ranking"].as_array().map(|all| json!(all[..4])),
        Some(json!(["HD 75%", "HE 70%", "FS 60%", "IE 50%"]))
    );
    assert!(said["services"].as_array().is_some_and(|all| all.contains(&json!(SERVICE))), "{said}");
    worker.picture("chain-assessment").await;
    worker.tap("[data-action=leave]").await;
    worker.on_page("review").await;
    worker.tap("[data-action=finish]:not([aria-disabled])").await;
    worker.seen("[data-finished]").await;
    assert_eq!(assessment(&worker).await, said);
    office.server.start_again();
    sent(&worker, &office, 2).await;
    office.comes_to(&worker, "cases", "surveyed").await;

    // It waits for its sign-off, which is the report's.
    let waiting = async |waiting: u32, signed: u32, differ: u32| {
        desk.open(&office.server.url("/office/review")).await;
        desk.seen(&format!("[data-part=waiting][data-of='{waiting}']")).await;
        desk.seen(&format!("[data-signed='{signed}']")).await;
        desk.seen(&format!("[data-part=differ][data-of='{differ}']")).await;
    };
    waiting(1, 0, 0).await;
    desk.seen(&format!("[data-part=waiting] [data-case='{case}']")).await;
    let of_case = async |form: &str, state: &str| {
        begin_about(&desk, &office, form, "case", &case, &word("case-states.csv", state)).await;
    };
    of_case("assessment-report", "surveyed").await;
    to_the_end(&desk, &answers("assessment-report", 1, &[("which/assessed_on", json!(today))])).await;
    sent(&desk, &office, 1).await;
    office.comes_to(&desk, "cases", "assessed").await;
    waiting(0, 1, 0).await;

    // What is to be done, and who does it.
    of_case("service-plan", "assessed").await;
    let plan = [
        ("which/plan_on", json!(today)),
        ("items[1]/category", json!(&SERVICE[..1])),
        ("items[1]/service", json!(SERVICE)),
        ("items[1]/starts_on", json!(today)),
        ("items[1]/ends_on", json!(days.day(180))),
    ];
    to_the_end(&desk, &answers("service-plan", 0, &plan)).await;
    sent(&desk, &office, 2).await;
    office.comes_to(&desk, "cases", "planned").await;
    of_case("referral", "planned").await;
    let made = [
        ("what/category", json!(&SERVICE[..1])),
        ("what/service", json!(SERVICE)),
        ("when/made_on", json!(today)),
    ];
    to_the_end(&desk, &answers("referral", 0, &made)).await;
    sent(&desk, &office, 3).await;
    office.comes_to(&desk, "cases", "in_service").await;
    let referral = office.comes_to(&desk, "referrals", "made").await;
    on_the_board(&desk, &office.server, &referral, "made").await;

    // The provider hears of what was referred to it, and of no household beside that.
    let of_referral = async |browser: &Browser, form: &str, state: &str| {
        let state = word("referral-states.csv", state);
        begin_about(browser, &office, form, "referral", &referral, &state).await;
    };
    of_referral(&provider, "acceptance", "made").await;
    let page = provider.run("return document.querySelector('main').innerText", vec![]).await.to_string();
    for shared in [NAME, PHONE, "村东头第三户"] {
        assert!(page.contains(shared), "{shared} was passed on, and is not in {page}");
    }
    for kept in [PAPERS, "高度", "残疾", "大病"] {
        assert!(!page.contains(kept), "{kept} was not passed on, and is in {page}");
    }
    provider.picture("chain-referral-on-the-providers-phone").await;
    let reply = [("reply/answered_on", json!(today)), ("reply/appointed_on", json!(days.day(2)))];
    to_the_end(&provider, &answers("acceptance", 0, &reply)).await;
    sent(&provider, &office, 1).await;
    office.comes_to(&provider, "referrals", "accepted").await;
    provider.open(&office.server.url("/")).await;
    provider.seen("[data-network=online]").await;
    provider.seen("[data-form=service-record]").await;
    for others in ["closure", "household-needs"] {
        provider.gone(&format!("[data-form={others}]")).await;
    }
    provider.gone("[data-section=day]").await;
    on_the_board(&desk, &office.server, &referral, "accepted").await;

    // Served twice.
    for (turn, before, after) in [(0, "accepted", "in_service"), (1, "in_service", "served")] {
        of_referral(&provider, "service-record", before).await;
        to_the_end(&provider, &answers("service-record", turn, &[("service/served_on", json!(today))])).await;
        sent(&provider, &office, turn as u64 + 2).await;
        office.comes_to(&provider, "referrals", after).await;
        on_the_board(&desk, &office.server, &referral, after).await;
    }

    // The station asks whether it helped, and closes.
    of_referral(&desk, "acceptance-check", "served").await;
    to_the_end(&desk, &answers("acceptance-check", 0, &[("which/checked_on", json!(today))])).await;
    sent(&desk, &office, 4).await;
    office.comes_to(&desk, "referrals", "closed").await;
    on_the_board(&desk, &office.server, &referral, "closed").await;
    of_case("closure", "in_service").await;
    let end = [("why/closed_on", json!(today)), ("end_page/follow_up_on", json!(days.day(30)))];
    to_the_end(&desk, &answers("closure", 0, &end)).await;
    sent(&desk, &office, 5).await;
    office.comes_to(&desk, "cases", "closed").await;
    assert_eq!((office.ids("cases"), office.ids("referrals")), (vec![case.clone()], vec![referral.clone()]));
    assert_eq!(office.ask("SELECT reason FROM entity_refused"), [""; 0]);
    assert_eq!(office.ask("SELECT id FROM entity WHERE conflict <> 0"), [""; 0]);
    worker.quit().await;
    provider.quit().await;

    households(&desk, &office, &case, &referral).await;
    ranked(&desk, &office).await;
    ledgers(&desk, &office, &days, (&case, &referral)).await;
    counted(&desk, &office, &days).await;
    audited(&desk, &office, &case, &auditor, &station).await;
    desk.quit().await;
}
