//! Workbooks as sheet sources, and form JSON: rows of the columns and types that there are, some of them at the wrong place.

use doorstep_engine::{Bundle, Source};
use serde_json::{Map, Value as Json};

use crate::dice::Dice;
use crate::expressions::expression;

const COLUMNS: [&str; 22] = [
    "type",
    "name",
    "label",
    "label::zh",
    "hint",
    "relevant",
    "required",
    "readonly",
    "constraint",
    "calculation",
    "default",
    "appearance",
    "parameters",
    "repeat_count",
    "choice_filter",
    "trigger",
    "save_to",
    "media::image",
    "constraint_message",
    "bind::x",
    "",
    "instance::a",
];

const TYPES: [&str; 36] = [
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "note",
    "geopoint",
    "geotrace",
    "geoshape",
    "image",
    "range",
    "acknowledge",
    "hidden",
    "select_one l",
    "select_multiple l",
    "select_one l or_other",
    "rank l",
    "begin group",
    "begin repeat",
    "select_one_from_file a.csv",
    "calculate",
    "xml-external",
    "csv-external",
    "select_one none",
    "select_one ${q1}",
    "end group",
    "end repeat",
    "begin_loop over l",
    "end loop",
    "start",
    "audit",
    "osm l",
    "",
    "begin",
    "select_one",
];

/// What sheets and JSON are made of, for mutations.
pub const WORDS: [&str; 18] = [
    "\t",
    "\n",
    "${q1}",
    "${",
    "begin repeat",
    "end group",
    "select_one",
    "list_name",
    "␊",
    "once(${q2})",
    "{",
    "}",
    "[",
    "\"children\":",
    ":null,",
    "1e999",
    "\\ud800",
    "last-saved#q1",
];

fn names() -> Vec<String> {
    (0..6).map(|n| format!("${{q{n}}}")).collect()
}

/// A value for a column.
fn cell(dice: &mut Dice<'_>, column: &str, row: usize) -> String {
    if dice.once_in(60) {
        let depth = dice.below(3);
        return expression(dice, &names(), depth);
    }
    match column {
        "type" if dice.once_in(12) => dice.of(&TYPES).to_owned(),
        "type" => dice.of(&TYPES[..21]).to_owned(),
        "name" if dice.once_in(60) => dice.of(&["q1", "1a", "meta", "a b", "名"]).to_owned(),
        "name" => format!("q{row}"),
        "relevant" | "required" | "readonly" | "constraint" | "calculation" | "repeat_count"
        | "choice_filter" => {
            match dice.below(4) {
                0 => {
                    let depth = dice.below(2);
                    let names = names();
                    // What comes before it makes no cycle.
                    expression(dice, &names[..row.min(names.len())], depth)
                }
                1 => dice.of(&["yes", "no", "1", "TRUE"]).to_owned(),
                _ => String::new(),
            }
        }
        "appearance" => {
            dice.of(&["", "", "minimal", "field-list", "search('a')", "table-list", "w1"]).to_owned()
        }
        "parameters" => dice
            .of(&[
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "start=1 end=5 step=0",
                "randomize=true seed=${q1}",
                "value=a label=b",
            ])
            .to_owned(),
        "trigger" => dice.of(&["", "", "", "", "", "", "${q1}", "${q2}, ${q3}"]).to_owned(),
        "label" | "label::zh" | "hint" if dice.once_in(30) => {
            dice.of(&["", "${nothing}", "${", "${q1} ${q1}"]).to_owned()
        }
        "label" | "label::zh" | "hint" => dice.of(&["l", "l ${q1}", "<b>&</b>"]).to_owned(),
        "default" => dice.of(&["", "", "1", "a", "${q1}", "now()", "2026-01-01"]).to_owned(),
        _ if dice.once_in(12) => dice.of(&["x", "${q1}"]).to_owned(),
        _ => String::new(),
    }
}

/// A workbook.
pub fn workbook(dice: &mut Dice<'_>) -> Bundle {
    let mut columns = vec!["type", "name", "label"];
    for _ in 0..dice.below(7) {
        let column = dice.of(&COLUMNS);
        if !columns.contains(&column) || dice.once_in(20) {
            columns.push(column);
        }
    }
    let mut survey = columns.join("\t");
    let mut open: Vec<&str> = Vec::new();
    for row in 0..7 + dice.below(8) {
        let mut cells: Vec<String> = columns.iter().map(|column| cell(dice, column, row)).collect();
        match open.last() {
            Some(kind) if dice.once_in(3) => {
                cells = vec![format!("end {kind}")];
                open.pop();
            }
            _ => {
                if let Some(kind) = cells[0].strip_prefix("begin ") {
                    open.extend(["group", "repeat"].into_iter().find(|known| *known == kind));
                }
            }
        }
        survey.push('\n');
        survey.push_str(&cells.join("\t"));
    }
    while let Some(kind) = open.pop() {
        survey.push_str(&format!("\nend {kind}"));
    }
    let mut choices = dice
        .of(&[
            "list_name\tname\tlabel\tx",
            "list_name\tname\tlabel\tx",
            "list_name\tname\tlabel\tx",
            "list name\tname\tlabel::zh\tx",
            "name\tlabel",
        ])
        .to_owned();
    for row in 0..1 + dice.below(6) {
        let name = if dice.once_in(20) {
            dice.of(&["", "a b", "other", "c1"]).to_owned()
        } else {
            format!("c{row}")
        };
        choices.push_str(&format!("\nl\t{name}\t{}\t{row}", dice.of(&["A", "B", "${q1}"])));
    }
    let settings = dice.of(&[
        "form_id\tversion\nf\t1",
        "form_title\tstyle\tinstance_name\nt\tpages\tconcat(${q1}, 'x')",
        "default_language\tallow_choice_duplicates\nzh\tyes",
        "",
    ]);
    let entities =
        dice.of(&["", "", "", "", "", "", "dataset\tlabel\tentity_id\tupdate_if\nd\t${q1}\t${q2}\ttrue()"]);
    let sheet = |name: &str, text: &str| Source::new(format!("f.xlsx#{name}"), text);
    Bundle {
        main: sheet("survey", &survey),
        files: vec![
            sheet("choices", &choices),
            sheet("settings", settings),
            sheet("entities", entities),
            Source::new("a.csv", "name,label,x\na,A,1\nb,B,2\n"),
        ],
    }
}

/// A form as JSON.
pub fn form_json(dice: &mut Dice<'_>) -> String {
    let mut count = 0;
    let survey = items(dice, 0, &mut count);
    let choices: Vec<Json> =
        (0..dice.below(4)).map(|n| serde_json::json!({"name": format!("c{n}"), "label": "C"})).collect();
    serde_json::json!({
        "settings": {"form_id": "data", "version": "1", "default_language": "zh"},
        "choices": {"l": choices},
        "survey": survey,
    })
    .to_string()
}

fn items(dice: &mut Dice<'_>, depth: usize, count: &mut usize) -> Vec<Json> {
    let mut made = Vec::new();
    for _ in 0..1 + dice.below(4) {
        *count += 1;
        let mut item = Map::new();
        let section = depth < 3 && *count < 14 && dice.once_in(4);
        let name = format!("q{count}");
        let kind = match section {
            true => dice.of(&["group", "repeat"]),
            false => dice.of(&TYPES[..18]),
        };
        item.insert("type".into(), kind.into());
        item.insert("name".into(), name.into());
        item.insert("label".into(), cell(dice, "label", *count).into());
        for column in
            ["relevant", "required", "constraint", "calculation", "default", "choice_filter", "repeat_count"]
        {
            if dice.once_in(6) {
                item.insert(column.into(), cell(dice, column, *count).into());
            }
        }
        if dice.once_in(60) {
            item.insert(dice.of(&COLUMNS).into(), serde_json::json!([null, 1, {"a": true}]));
        }
        if section {
            item.insert("children".into(), items(dice, depth + 1, count).into());
        }
        made.push(Json::Object(item));
    }
    made
}
