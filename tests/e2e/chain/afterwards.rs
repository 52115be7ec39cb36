//! What the office's pages say once the case is closed: to the station, and to an auditor, who sees no person.

use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::answers::{Days, word};
use super::books::{cells, is_empty, logged, rows, statistics};
use super::{NAME, Office, PAPERS, PHONE, PROVIDER, SERVICE, WORKER};
use crate::browser::Browser;
use crate::office::{look, type_into};
use crate::people;

/// The household is found by its name and by how that sounds; its page tells its whole way, and by whom.
pub async fn households(desk: &Browser, office: &Office, case: &str, referral: &str) {
    desk.open(&office.server.url("/office/households")).await;
    desk.seen(&format!("[data-case='{case}']")).await;
    for sought in [NAME, "sundehou", "sdh"] {
        for (text, found) in [("wangxiulan", 0), (sought, 1)] {
            type_into(desk, "households-search", text).await;
            desk.tap("[data-action=search]").await;
            desk.seen(&format!("[data-found='{found}']")).await;
        }
    }
    look(desk, "chain-households").await;
    desk.tap(&format!("[data-case='{case}']")).await;
    desk.seen("[data-screen=household] [data-part=timeline] [data-version='6']").await;
    assert_eq!(desk.text(".welcome h1").await, NAME);
    let versions = "return [...document.querySelectorAll('[data-version]')].map((row) =>
        row.dataset.version + ' ' + row.querySelector('strong').innerText + ' ' + row.querySelector('span[translate=no]').innerText.replace(/^[ ·]+/, ''))";
    let versions = desk.run(versions, vec![]).await;
    assert_eq!(
        versions,
        json!([
            "6 结案 zhan.zhang",
            "5 服务转介 zhan.zhang",
            "4 个性化服务方案 zhan.zhang",
            "3 综合评估报告 zhan.zhang",
            "2 入户需求调查表 wang.li",
            "1 线索登记 wang.li",
        ])
    );
    let state =
        "return [...document.querySelectorAll('[data-property=state] ins')].map((word) => word.innerText)";
    let states = json!(["已结案", "转介和服务中", "方案已定", "评估已审核", "调查完成", "线索，待入户"]);
    assert_eq!(desk.run(state, vec![]).await, states);
    let related = desk.text(&format!("[data-part=related] [data-related='{referral}']")).await;
    for said in ["居家照护", "示例居家养老服务中心", "已了结"] {
        assert!(related.contains(said), "{said} is not in {related}");
    }
    // The number of their papers is in the survey, and in no list.
    assert!(!holds(desk, PAPERS).await);
    look(desk, "chain-household").await;
    let by =
        "SELECT v.version || ' ' || u.name FROM entity_version v JOIN submission s ON s.id = v.submission_id
        JOIN app_user u ON u.id = s.user_id WHERE v.list = 'referrals' ORDER BY v.version";
    let by_whom = ["1 zhan.zhang", "2 song.jia", "3 song.jia", "4 song.jia", "5 zhan.zhang"];
    assert_eq!(office.ask(by), by_whom);
}

/// Who needs it most, and what there are places for: each page says something, be it that nobody waits.
pub async fn ranked(desk: &Browser, office: &Office) {
    for (page, says) in [("ranking", "[data-ranked]"), ("placement", "[data-placed]")] {
        desk.open(&office.server.url(&format!("/office/{page}"))).await;
        desk.seen(says).await;
        look(desk, &format!("chain-{page}")).await;
    }
}

async fn holds(desk: &Browser, text: &str) -> bool {
    let script = "return (document.title + document.documentElement.outerHTML).includes(arguments[0])";
    desk.run(script, vec![text.into()]).await == true
}

/// Each ledger has its row of the case, or none if nothing of the kind was on its way.
pub async fn ledgers(desk: &Browser, office: &Office, days: &Days, (case, referral): (&str, &str)) {
    let (yesterday, today, month) = (days.day(-1), days.day(0), days.month(0));
    desk.open(&office.server.url("/office/ledgers")).await;
    // Of an id the books have its end, long enough to tell it by.
    let end = rows(desk, "l1").await.first().map(|row| cells(row, &["case"]).len()).unwrap_or_default();
    assert!((8..36).contains(&end), "{end} characters");
    let short = |id: &str| id[id.len() - end..].to_owned();
    let (case, referral) = (short(case), short(referral));
    let (class, name) = (word("service-classes.csv", &SERVICE[..1]), word("services.csv", SERVICE));
    let of = async |id: &str, columns: &[&str]| -> Vec<String> {
        rows(desk, id).await.iter().map(|row| cells(row, columns)).collect()
    };
    let visit = [
        "no",
        "case",
        "town",
        "village",
        "person",
        "visited_on",
        "by",
        "outcome",
        "fs",
        "ie",
        "he",
        "hd",
        "ce",
        "em",
        "red_flags",
        "assessed_on",
    ];
    let visit_is = |person: &str| {
        format!("1|{case}|崖头街道|崖头村|{person}|{yesterday}|wang.li|完成|12|10|14|30|||都没有|{today}")
    };
    assert_eq!(of("l1", &visit).await, [visit_is("孙*厚")]);
    desk.tap("label:has(#ledger-full)").await;
    desk.until("names are shown in full", async || of("l1", &visit).await == [visit_is(NAME)]).await;
    desk.tap("label:has(#ledger-full)").await;
    desk.until("names are masked", async || of("l1", &visit).await == [visit_is("孙*厚")]).await;
    let assessed = [
        "no",
        "case",
        "person",
        "assessed_on",
        "fs",
        "ie",
        "he",
        "hd",
        "index",
        "level",
        "first",
        "second",
        "level_system",
        "assessor_1",
        "assessor_2",
        "review_on",
    ];
    let review = days.day(183);
    assert_eq!(
        of("l2", &assessed).await,
        [format!("1|{case}|孙*厚|{today}|12|10|14|30|64.3|高度|疾病和残疾|居住环境|高度|何*|高*|{review}")]
    );
    let service = [
        "no",
        "referral",
        "plan",
        "person",
        "category",
        "service",
        "provider",
        "first_service_on",
        "last_service_on",
        "served_times",
        "satisfaction",
        "state",
    ];
    assert_eq!(
        of("l3", &service).await,
        [format!(
            "1|{referral}|{case}|孙*厚|{class}|{name}|示例居家养老服务中心|{today}|{today}|2|4.8|已了结"
        )]
    );
    let way = [
        "no",
        "referral",
        "town",
        "made_by",
        "provider",
        "service",
        "made_on",
        "answered_on",
        "accepted_on",
        "state",
        "first_service_on",
        "days",
        "closed_on",
        "overdue",
    ];
    assert_eq!(
        of("l4", &way).await,
        [format!(
            "1|{referral}|崖头街道|周*|示例居家养老服务中心|{name}|{today}|{today}|{today}|已了结|{today}|0|{today}|否"
        )]
    );
    let mut needs = of("l5", &["difficulty", "households", "towns", "referred", "not_referred"]).await;
    needs.sort();
    assert_eq!(needs, ["年老|1|崖头街道 1|1|0", "残疾|1|崖头街道 1|1|0"]);
    // The providers are a file's, whoever was served: all of them, and the case's among them.
    let providers = of("l6", &["name", "period"]).await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/catalogue/providers.csv");
    let listed = std::fs::read_to_string(file).expect("the catalogue is there").lines().count() - 1;
    assert_eq!(providers.len(), listed);
    assert_eq!(providers.iter().filter(|row| *row == "示例居家养老服务中心|周").count(), 1);
    // No project was approved, no danger met, nothing objected to.
    for (id, before) in [("l7", "l1"), ("l8", "l2"), ("l9", "l3")] {
        assert_eq!(rows(desk, before).await.len(), 1);
        is_empty(desk, id).await;
    }
    let served = ["month", "town", "service", "times", "households"];
    assert_eq!(of("l10", &served).await, [format!("{month}|崖头街道|{name}|2|1")]);
    look(desk, "chain-ledger").await;
}

/// The statistics: each event in its month, once.
pub async fn counted(desk: &Browser, office: &Office, days: &Days) {
    desk.open(&office.server.url("/office/statistics")).await;
    // Found, visited, assessed, closed; made, accepted, first served, checked, finished.
    let of_yesterday = [1, 1, 0, 0, 0, 0, 0, 0, 0];
    let of_today = [0, 0, 1, 1, 1, 1, 1, 1, 1];
    let months: Vec<Value> = six_months()
        .into_iter()
        .map(|month| {
            let counts = (0..9).map(|event| {
                let then = if month == days.month(-1) { of_yesterday[event] } else { 0 };
                let now = if month == days.month(0) { of_today[event] } else { 0 };
                json!(then + now)
            });
            Value::Array(std::iter::once(json!(month)).chain(counts).collect())
        })
        .chain([json!(["all", 1, 1, 1, 1, 1, 1, 1, 1, 1])])
        .collect();
    let wanted = json!({
        "months": months,
        "areas": [["371082007", 1, 1, 1]],
        "services": [[&SERVICE[..1], 1, 1], [SERVICE, 1, 1]],
        "difficulties": [["disability", 1], ["old_age", 1]],
    });
    desk.until_eq("the statistics", &wanted, statistics).await;
    look(desk, "chain-statistics").await;
}

/// The six months up to the one that it is now, as the page has them.
fn six_months() -> Vec<String> {
    let today = Days::of_now().today;
    (0..6).rev().map(|back| (today - back.months()).to_string()[..7].to_owned()).collect()
}

/// The log says who looked at what; an auditor reads it, and sees nobody's name, number or house.
pub async fn audited(desk: &Browser, office: &Office, case: &str, first: &str, station: &str) {
    // A phone hears of what lies in its area, or was referred to its organisation.
    let device = |user: &str| office.one(&format!("SELECT id FROM device WHERE user_id = '{user}'"));
    assert_eq!(office.read_by("device", &device(WORKER)), ["entities_read cases"]);
    assert_eq!(office.read_by("device", &device(PROVIDER)), ["entities_read referrals"]);
    let looked = office.read_by("user", station);
    for number in 1..=10 {
        assert!(looked.contains(&format!("ledger_read l{number}")), "l{number} is not in {looked:?}");
    }
    for read in ["ledger_read l1/full".to_owned(), format!("entities_read cases/{case}")] {
        assert!(looked.contains(&read), "{read} is not in {looked:?}");
    }
    assert_eq!(
        office.ask("SELECT line FROM audit WHERE json_extract(line, '$.event') = 'forbidden'"),
        [""; 0]
    );

    desk.open(&office.server.url("/office")).await;
    people::sign_out(desk).await;
    people::sign_in_first(desk, "shen.ji", first).await;
    desk.tap("[data-menu='/office/households']").await;
    desk.seen(&format!("[data-case='{case}']")).await;
    desk.gone("#households-search").await;
    assert!(desk.text(&format!("[data-case='{case}'] strong")).await.contains("孙*厚"));
    let masked = async |page: &str| {
        for hidden in [NAME, PHONE, PAPERS, "村东头", "宋佳", "13900001111", "女儿搬来"] {
            assert!(!holds(desk, hidden).await, "{hidden} is on the auditor's page of {page}");
        }
    };
    masked("households").await;
    desk.tap(&format!("[data-case='{case}']")).await;
    desk.seen("[data-screen=household] [data-version='6']").await;
    masked("the household").await;
    desk.open(&office.server.url("/office/referrals")).await;
    desk.seen("[data-column=closed] [data-referral]").await;
    masked("referrals").await;
    desk.open(&office.server.url("/office/ledgers")).await;
    let visits = rows(desk, "l1").await;
    assert_eq!(visits.iter().map(|row| cells(row, &["person"])).collect::<Vec<_>>(), ["孙*厚"]);
    desk.gone("#ledger-full").await;
    masked("ledgers").await;

    // Who looked and who changed what is in the log, without a name.
    desk.tap("[data-menu='/office/log']").await;
    desk.seen("[data-line]").await;
    masked("the log").await;
    look(desk, "chain-log").await;
    // It goes back to the first start, 200 lines at a time.
    let mut on_the_page = serde_json::Map::new();
    loop {
        for (event, count) in logged(desk).await {
            let sum = on_the_page.entry(event).or_insert(json!(0));
            *sum = json!(sum.as_u64().unwrap_or_default() + count.as_u64().unwrap_or_default());
        }
        let lowest = "return Math.min(...[...document.querySelectorAll('[data-line]')].map((line) => Number(line.dataset.line)))";
        let lowest = desk.run(lowest, vec![]).await.as_u64().unwrap_or_default();
        if lowest <= 1 {
            break;
        }
        desk.tap("[data-action=older]").await;
        desk.seen(&format!("[data-line='{}']", lowest - 1)).await;
        desk.gone(&format!("[data-line='{lowest}']")).await;
    }
    // Three came in at the desk, of whom the auditor needs no second factor; three devices were handed out.
    let wanted = [
        ("first_start", 1),
        ("user_made", 2),
        ("login", 3),
        ("second_factor_set", 2),
        ("device_enrolled", 3),
    ];
    for (event, count) in wanted {
        assert_eq!(on_the_page.get(event), Some(&json!(count)), "{event}: {on_the_page:?}");
    }
    for event in ["entities_read", "ledger_read"] {
        let query = format!(
            "SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE json_extract(line, '$.event') = '{event}'"
        );
        assert_eq!(on_the_page.get(event).map(Value::to_string), Some(office.one(&query)), "{event}");
    }
}
