//! What the office's pages say of a case: the board, the ledgers, the statistics, the log, as somebody reads them.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::browser::Browser;
use crate::office::choose;
use crate::processes::Server;

/// The lanes of the board, in their order.
const LANES: [&str; 7] = ["made", "refused", "accepted", "in_service", "served", "checked", "closed"];

/// The referral stands in that lane, and no other stands anywhere.
pub async fn on_the_board(desk: &Browser, server: &Server, referral: &str, lane: &str) {
    desk.open(&server.url("/office/referrals")).await;
    let counts = "return [...document.querySelectorAll('[data-chip]')].map((chip) => [chip.dataset.chip, chip.querySelector('.count').innerText])";
    let wanted = LANES.map(|name| json!([name, if name == lane { "1" } else { "0" }]));
    desk.until_eq(&format!("one referral, {lane}"), &json!(wanted), async |desk| {
        desk.run(counts, vec![]).await
    })
    .await;
    desk.seen(&format!("[data-column={lane}][data-of='1'] [data-referral='{referral}']")).await;
    desk.gone("[data-late]").await;
}

/// The rows of a ledger, each by its columns' names. The page of ledgers is open.
pub async fn rows(desk: &Browser, id: &str) -> Vec<Map<String, Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/ledgers").join(format!("{id}.json"));
    let declared: Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("it is declared")).expect("it is JSON");
    let columns = declared["columns"].as_array().expect("it has columns");
    let columns: Vec<&Value> = columns.iter().map(|column| &column["name"]).collect();
    choose(desk, "ledger", id).await;
    let heads = "return [...document.querySelectorAll('#ledger th')].map((head) => head.dataset.column)";
    desk.until_eq(&format!("{id} is shown"), &json!(columns), async |desk| desk.run(heads, vec![]).await)
        .await;
    let cells =
        "const heads = [...document.querySelectorAll('#ledger th')].map((head) => head.dataset.column);
        return [...document.querySelectorAll('#ledger tbody tr')].map((row) =>
            Object.fromEntries([...row.cells].map((cell, place) => [heads[place], cell.innerText])))";
    serde_json::from_value(desk.run(cells, vec![]).await).expect("rows of texts")
}

/// A ledger has no row. The page of ledgers is open, at one that has some.
pub async fn is_empty(desk: &Browser, id: &str) {
    desk.gone("[data-none=rows]").await;
    choose(desk, "ledger", id).await;
    desk.seen("[data-none=rows]").await;
}

/// These cells of a row, in one text.
pub fn cells(row: &Map<String, Value>, columns: &[&str]) -> String {
    let cell = |name: &&str| row.get(*name).and_then(Value::as_str).unwrap_or("(no such column)").to_owned();
    columns.iter().map(cell).collect::<Vec<_>>().join("|")
}

/// What the statistics count: `months`, `areas`, `services`, `difficulties`, each row with its figures.
pub async fn statistics(desk: &Browser) -> Value {
    let script = "const rows = (part, name) => [...document.querySelectorAll(`[data-part=${part}] tr[data-${name}]`)].map((row) =>
            [row.dataset[name], ...[...row.querySelectorAll('td.number')].map((cell) => Number(cell.innerText))]);
        return {months: rows('months', 'month'), areas: rows('areas', 'area'), services: rows('services', 'code'),
            difficulties: rows('difficulties', 'code')}";
    desk.run(script, vec![]).await
}

/// How many lines of the page of the log are of each event.
pub async fn logged(desk: &Browser) -> Map<String, Value> {
    let script = "const counts = {};
        for (const line of document.querySelectorAll('[data-line]')) counts[line.dataset.event] = (counts[line.dataset.event] ?? 0) + 1;
        return counts";
    serde_json::from_value(desk.run(script, vec![]).await).expect("counts by event")
}
