//! What the server has in its database, against what was answered.

use std::path::Path;

use doorstep_delivery::submission::content_hash;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};

use crate::processes::Profile;
use crate::script::Script;

/// A row of the server's submissions.
pub struct Row {
    id: String,
    form_id: String,
    form_hash: String,
    content_hash: String,
    body: Vec<u8>,
}

/// The bodies of all rows of a server with that data folder.
pub fn bodies(data: &Path) -> Vec<Value> {
    let body = |row: &Row| serde_json::from_slice(&row.body).expect("the body is JSON");
    rows_in(data).iter().map(body).collect()
}

/// All rows.
pub fn rows(profile: &Profile) -> Vec<Row> {
    rows_in(&profile.data())
}

fn rows_in(data: &Path) -> Vec<Row> {
    let file = data.join("doorstep.sqlite3");
    let database =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the server made it");
    let mut rows = database
        .prepare("SELECT id, form_id, form_hash, content_hash, body FROM submission ORDER BY received_at")
        .expect("the server keeps submissions");
    let row = |row: &rusqlite::Row| {
        Ok(Row {
            id: row.get(0)?,
            form_id: row.get(1)?,
            form_hash: row.get(2)?,
            content_hash: row.get(3)?,
            body: row.get(4)?,
        })
    };
    rows.query_map([], row).expect("they can be read").collect::<Result<_, _>>().expect("they can be read")
}

/// One submission has arrived, it is what was answered, and the receipt on the screen is its own.
pub fn check(profile: &Profile, script: &Script, receipt: &str) {
    let rows = rows(profile);
    let [row] = &rows[..] else { panic!("one submission arrived, not {}", rows.len()) };
    assert_eq!(row.form_id, script.form);
    assert_eq!(row.content_hash, content_hash(&row.body), "the hash is the bytes' own");
    assert!(receipt.contains(&row.content_hash[..12]), "the receipt on the screen names the hash: {receipt}");
    assert!(receipt.contains(&row.id[24..]), "the receipt on the screen names the id: {receipt}");

    let sealed: Value = serde_json::from_slice(&row.body).expect("the body is JSON");
    assert_eq!(sealed["id"], Value::from(row.id.as_str()));
    assert_eq!(sealed["form"]["hash"], Value::from(row.form_hash.as_str()));
    assert_eq!(sealed["instance_name"], "王秀英 竹岛街道 2026-11-20");
    assert_eq!(sealed["language"], "zh");
    let mut data = sealed["data"][&script.form].clone();
    take_times(&mut data, &sealed);
    as_typed(&data, script);
    as_expected(&data);
}

/// When the form was opened and finished is another time each run, and a new case another id: looked at, and taken out.
fn take_times(data: &mut Value, sealed: &Value) {
    let fields = data.as_object_mut().expect("a form's data is an object");
    let mut time = |name: &str| {
        let time = fields.shift_remove(name).unwrap_or_else(|| panic!("{name} is there"));
        let time = time.as_str().unwrap_or_default().to_owned();
        assert!(time.ends_with("+08:00"), "{name} is in the phone's zone: {time}");
        time
    };
    let (start, end) = (time("start"), time("end"));
    let case = fields.shift_remove("new_case").unwrap_or_default();
    let is_id = |text: &str| text.len() == 36 && text.matches('-').count() == 4;
    assert!(case.as_str().is_some_and(is_id), "a new case has an id: {case}");
    assert!(start < end, "it was opened before it was finished: {start}, {end}");
    assert_eq!(sealed["finished_at"].as_str().map(|at| &at[..19]), Some(&end[..19]));
}

/// Every answer of the script is where it belongs.
fn as_typed(data: &Value, script: &Script) {
    for part in script.parts() {
        let mut answers = &data[&part.page];
        if let Some(card) = part.card {
            answers = &answers[card - 1];
        }
        for (name, typed) in &part.answers {
            let arrived = find(answers, name).unwrap_or_else(|| panic!("{name} did not arrive"));
            let same = match (typed, arrived) {
                // The phone's picker gives minutes; the field has seconds and zone.
                (Value::String(typed), Value::String(arrived))
                    if name.ends_with("_start") || name.ends_with("_end") =>
                {
                    *arrived == format!("{typed}:00.000+08:00")
                }
                (typed, arrived) => typed == arrived,
            };
            assert!(same, "{name}: answered {typed}, arrived {arrived}");
        }
    }
}

/// A question of that name, in a page's groups too.
fn find<'a>(answers: &'a Value, name: &str) -> Option<&'a Value> {
    let fields: &Map<String, Value> = answers.as_object()?;
    fields.get(name).or_else(|| fields.values().find_map(|inner| find(inner, name)))
}

/// Nothing more, nothing less: calculated values and all.
fn as_expected(data: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/household.arrived.json");
    let arrived = numbered(&(serde_json::to_string_pretty(data).expect("JSON can be written") + "\n"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &arrived).expect("the expectation can be written");
    }
    let expected =
        std::fs::read_to_string(&file).expect("the expectation is there; UPDATE_EXPECT=1 writes it");
    assert!(arrived == expected, "{} differs from what arrived:\n{arrived}", file.display());
}

/// The same with ids by their order: each visit makes its own, and which is which is what counts.
fn numbered(text: &str) -> String {
    let id = regex_lite::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    let mut known: Vec<String> = Vec::new();
    let replaced =
        id.expect("the expression is right").replace_all(text, |found: &regex_lite::Captures<'_>| {
            let place = known.iter().position(|known| *known == found[0]).unwrap_or_else(|| {
                known.push(found[0].to_owned());
                known.len() - 1
            });
            format!("id {}", place + 1)
        });
    replaced.into_owned()
}
