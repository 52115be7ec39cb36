//! Forms with an assessment: measures of every kind over questions and over each other, some of it nonsense.

use serde_json::{Map, Value as Json, json};

use crate::dice::Dice;
use crate::expressions::expression;

/// What a mutation puts in.
pub const WORDS: [&str; 16] = [
    "\"items\":",
    "\"rules\":",
    "\"bands\":",
    "\"parts\":",
    "\"when\":",
    "\"of\":",
    "\"${m0}\"",
    "\"m1\"",
    "\">=\"",
    "\"[3..\"",
    "\"blank\"",
    "\"1e999\"",
    "\"1/0\"",
    "\"170141183460469231731687303715884105727\"",
    "\"index\"",
    "null",
];

const TYPES: [&str; 9] = ["scale", "index", "band", "table", "flag", "shift", "ranking", "agreed", "decided"];
const TESTS: [&str; 20] = [
    "-",
    "0",
    "1",
    "2",
    "a",
    "a, b",
    "0, 1",
    ">=1",
    "<2",
    "[0..2)",
    "(1..3]",
    "not(a)",
    "not(1, 2)",
    "blank",
    "true",
    "..",
    "3..1",
    ">=",
    "1e30",
    "1/3",
];
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "3",
    "10",
    "0.1",
    "1/3",
    "-1",
    "100",
    "1e18",
    "1/7",
    "1/0",
    "",
    "170141183460469231731687303715884105727",
];
const INPUTS: [&str; 10] =
    ["${a}", "${b}", "${n}", "${d}", "${t}", "${c}", "${r}", "${a} | ${b}", "${n} div ${d}", "sum(${r})"];

/// A form, mostly one whose parts fit together.
pub fn form_json(dice: &mut Dice<'_>) -> String {
    let count = 1 + dice.below(8);
    let measures: Vec<Json> = (0..count).map(|at| measure(dice, at, count)).collect();
    let choices: Vec<Json> = ["0", "1", "2", "a", "b"]
        .iter()
        .map(|name| json!({"name": name, "label": "C", "score": dice.of(&NUMBERS)}))
        .collect();
    let mut survey = vec![
        json!({"type": "select_one l", "name": "a", "label": "A"}),
        json!({"type": "select_one l", "name": "b", "label": "B"}),
        json!({"type": "select_multiple l", "name": "c", "label": "C"}),
        json!({"type": "integer", "name": "n", "label": "N", "constraint": ". >= 0 and . < 4"}),
        json!({"type": "decimal", "name": "d", "label": "D"}),
        json!({"type": "text", "name": "t", "label": "T"}),
        json!({"type": "repeat", "name": "rs", "label": "R", "children": [
            {"type": "integer", "name": "r", "label": "R"}
        ]}),
    ];
    if dice.once_in(3) {
        survey.push(json!({"type": "score", "name": "m0", "label": "M"}));
    }
    json!({
        "settings": {"form_id": "data", "version": "1", "default_language": "zh"},
        "choices": {"l": choices},
        "survey": survey,
        "assessment": measures,
    })
    .to_string()
}

/// A measure that is already declared, mostly; what reads a later one may read itself.
fn other(dice: &mut Dice<'_>, at: usize, count: usize) -> String {
    let below = if dice.once_in(8) { count + 1 } else { at };
    format!("m{}", dice.below(below))
}

fn input(dice: &mut Dice<'_>, at: usize, count: usize) -> String {
    match dice.below(3) {
        0 if at > 0 => other(dice, at, count),
        _ => dice.of(&INPUTS).to_owned(),
    }
}

fn condition(dice: &mut Dice<'_>, at: usize) -> String {
    match dice.below(4) {
        0 => {
            let names: Vec<String> = (0..at.max(1)).map(|m| format!("${{m{m}}}")).collect();
            expression(dice, &names[..at.min(names.len())], 1)
        }
        1 => format!("${{a}} = '{}' or ${{n}} > {}", dice.below(3), dice.below(4)),
        2 => "(${a} = 1) + (${b} = 1) + (${n} = 1) >= 2".into(),
        _ => "selected(${c}, 'a')".into(),
    }
}

fn put(row: &mut Map<String, Json>, dice: &mut Dice<'_>, sides: usize, key: &str, value: String) {
    if dice.once_in(sides) {
        row.insert(key.into(), value.into());
    }
}

fn measure(dice: &mut Dice<'_>, at: usize, count: usize) -> Json {
    let kind = dice.of(&TYPES);
    let mut row = Map::new();
    row.insert("type".into(), kind.into());
    let name = if dice.once_in(40) { dice.of(&["a", "m0", "1", ""]).to_owned() } else { format!("m{at}") };
    row.insert("name".into(), name.into());
    for (key, values) in [
        ("combine", &["sum", "mean", "max", "min", "count", "?"][..]),
        ("missing", &["no_score", "zero", "prorate"]),
        ("hit", &["unique", "first", "priority", "collect", "?"]),
        ("stack", &["yes", "no", "?"]),
        ("max", &NUMBERS),
        ("min", &NUMBERS),
        ("at_least", &["0", "1", "2", "1000000000000"]),
    ] {
        let value = dice.of(values).to_owned();
        put(&mut row, dice, 4, key, value);
    }
    let lines = dice.below(5);
    let rows: Vec<Json> = (0..lines).map(|_| line(dice, kind, at, count)).collect();
    match kind {
        "scale" => drop(row.insert("items".into(), rows.into())),
        "index" => {
            row.insert("parts".into(), rows.into());
        }
        "ranking" if dice.once_in(2) => drop(row.insert("parts".into(), rows.into())),
        "flag" => drop(row.insert("value".into(), condition(dice, at).into())),
        "table" | "shift" => drop(row.insert("rules".into(), rows.into())),
        "decided" => {
            row.insert("value".into(), input(dice, at, count).into());
            row.insert("reason".into(), dice.of(&["${t}", "'x'", "1", ""]).into());
        }
        _ => {}
    }
    if matches!(kind, "band" | "ranking" | "shift" | "agreed" | "decided") {
        row.insert("of".into(), input(dice, at, count).into());
    }
    if kind == "agreed" {
        row.insert("second".into(), input(dice, at, count).into());
    }
    if kind == "band" || dice.once_in(6) {
        let bands = (0..dice.below(5)).map(|band| {
            let mut row = Map::new();
            row.insert("code".into(), format!("{band}").into());
            row.insert("range".into(), dice.of(&TESTS).into());
            let when = condition(dice, at);
            put(&mut row, dice, 5, "when", when);
            Json::Object(row)
        });
        row.insert("bands".into(), bands.collect());
    }
    Json::Object(row)
}

/// A line under a measure of that kind.
fn line(dice: &mut Dice<'_>, kind: &str, at: usize, count: usize) -> Json {
    let mut row = Map::new();
    match kind {
        "scale" => {
            let value = if dice.once_in(4) && at > 0 {
                format!("${{{}}}", other(dice, at, count))
            } else {
                dice.of(&INPUTS).into()
            };
            row.insert("value".into(), value.into());
            let points: Vec<String> = (0..1 + dice.below(3))
                .map(|_| format!("{}: {}", dice.of(&TESTS), dice.of(&NUMBERS)))
                .collect();
            put(&mut row, dice, 2, "points", points.join("; "));
            for (key, values) in [
                ("over", &["max", "min", "sum", "mean", "count"][..]),
                ("weight", &NUMBERS),
                ("reverse", &["yes", "no", "0..3", "3..0", "?"]),
                ("cap", &NUMBERS),
            ] {
                let value = dice.of(values).to_owned();
                put(&mut row, dice, 5, key, value);
            }
        }
        "index" | "ranking" => {
            row.insert("of".into(), other(dice, at, count).into());
            let weight = dice.of(&NUMBERS).to_owned();
            put(&mut row, dice, 2, "weight", weight);
        }
        "shift" => {
            row.insert("when".into(), condition(dice, at).into());
            row.insert(dice.of(&["by", "to"]).into(), dice.of(&NUMBERS).into());
        }
        _ => {
            let mut asks = Map::new();
            for _ in 0..dice.below(4) {
                let name = match dice.below(3) {
                    0 if at > 0 => other(dice, at, count),
                    _ => dice.of(&["a", "b", "n", "d", "t", "c"]).to_owned(),
                };
                asks.insert(name, dice.of(&TESTS).into());
            }
            row.insert("if".into(), Json::Object(asks));
            row.insert("outcome".into(), dice.of(&["x", "y", "0", "1"]).into());
            let when = condition(dice, at);
            put(&mut row, dice, 3, "when", when);
            let priority = dice.of(&NUMBERS).to_owned();
            put(&mut row, dice, 3, "priority", priority);
        }
    }
    Json::Object(row)
}
