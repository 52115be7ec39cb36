//! Monitoring lists over the wire: in whatever encoding, with what is wrong told, decided and taken back, on either database.

use encoding_rs::GB18030;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value as Json, json};

use crate::browser::Browser;
use crate::client::{Answer, Place, on_each_database};
use crate::ledgers::town::{Town, id};

on_each_database!(
    a_list_is_taken_in_decided_about_and_taken_back,
    columns_are_said_once_and_a_person_is_known_by_their_number,
    a_workbook_with_merged_cells_is_a_list_too,
    a_made_up_list_joins_whom_it_is_about,
    what_a_person_decided_holds_for_later_lists,
);

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const CASES: &str = "\
__id,label,__area,person,phone,town,village,address,state
{1},王秀兰 西门外村,371002001,王秀兰,13800001234,371002001,西门外村,西门外村12号,surveyed
{2},曾强 北门村,371002002,曾强,13900005678,371002002,北门村,北门村3号,lead
";
const LIST: &str = "\
威海市预警名单,,,,,,,
姓名,身份证号码,出生日期,联系电话,镇街,村居,家庭住址,困难类型
王秀兰,371002195001019994,,13800001234,环翠楼街道,西门外村,西门外村１２号,生病
赵新,37108319801231996X,,,城区街道,东河村,东河村1号,欠债
赵新,37108319801231996X,1980-12-31,,,,,
钱错,371002195001019995,,,环翠楼街道,西门外村,,
钱远,,1950-01-01,,火星镇,西门外村,,

合计,,,,,,,
";
const NUMBERS: [&str; 3] = ["371002195001019994", "37108319801231996X", "371002195001019995"];

fn send(town: &Town, who: &Browser, path: &str, kind: &str, bytes: &[u8]) -> Answer {
    let own = [
        ("x-doorstep", "1"),
        ("origin", "http://x"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", kind),
        ("x-file-name", "%E5%90%8D%E5%8D%95%2011.csv"),
        ("cookie", who.cookie.as_deref().unwrap()),
    ];
    town.house.send("POST", &format!("/api/v1/monitoring/{path}"), &own, bytes)
}

fn import(town: &Town, kind: &str, bytes: &[u8]) -> Json {
    let answer = send(town, &town.station, "import", kind, bytes);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn counts(report: &Json) -> [u64; 5] {
    ["joined", "same", "waiting", "leads", "refused_count"].map(|name| report[name].as_u64().unwrap())
}

fn decide(town: &Town, list: &Json, row: u64, what: Json) -> Answer {
    let mut asked = json!({"list": list, "row": row});
    asked.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    town.post(&town.station, "/api/v1/monitoring/decide", asked)
}

fn people(town: &Town) -> Vec<String> {
    town.house.ask("SELECT label FROM entity WHERE list = 'cases' ORDER BY label")
}

/// Nothing that is kept says anybody's number.
fn no_number_is_kept(town: &Town) {
    for question in [
        "SELECT said FROM monitoring_row",
        "SELECT candidates FROM monitoring_row",
        "SELECT id_key FROM monitoring_row",
        "SELECT id_key FROM known_person",
        "SELECT properties FROM entity",
        "SELECT text FROM entity_search",
        "SELECT line FROM audit",
    ] {
        let told = town.house.ask(question).join("\n");
        assert!(NUMBERS.iter().all(|number| !told.contains(number)), "{question}");
    }
}

fn a_list_is_taken_in_decided_about_and_taken_back(place: &Place) {
    let town = Town::empty(place);
    town.bring_in("cases", CASES);
    let before = people(&town);
    let bytes = GB18030.encode(LIST).0;
    let told = send(&town, &town.station, "preview", CSV, &bytes).json();
    assert_eq!((&told["header_row"], &told["rows"], &told["known"]), (&json!(2), &json!(6), &json!(false)));
    assert_eq!(told["columns"]["身份证号码"], "id_number");

    let report = import(&town, CSV, &bytes);
    assert_eq!(counts(&report), [0, 1, 1, 1, 3], "{report}");
    let wrong = [
        json!({"row": 6, "column": "身份证号码", "reason": "id_number"}),
        json!({"row": 7, "column": "镇街", "reason": "town"}),
        json!({"row": 9, "column": "姓名", "reason": "too_little"}),
    ];
    assert_eq!(report["refused"], json!(wrong));
    let list = &report["list"];
    no_number_is_kept(&town);
    let lead = town.house.ask("SELECT properties FROM entity WHERE label = '赵新 东河村'").remove(0);
    let lead: Json = serde_json::from_str(&lead).unwrap();
    assert_eq!(
        (&lead["state"], &lead["source"], &lead["difficulties"], &lead["town"]),
        (&json!("lead"), &json!("data"), &json!("debt"), &json!("371083001"))
    );
    assert!(lead["found_on"].is_string());
    let again = send(&town, &town.station, "import", CSV, &bytes);
    assert_eq!((again.status, &*again.code()), (409, "list_known"));

    let waiting = |after: u64| {
        let path = format!("/api/v1/monitoring/waiting?list={}&after={after}", list.as_str().unwrap());
        town.station.get(&town.house, &path).json()["rows"].as_array().unwrap().clone()
    };
    let rows = waiting(0);
    assert_eq!((rows.len(), &rows[0]["row"], waiting(3).len()), (1, &json!(3), 0));
    let first = &rows[0]["candidates"][0];
    assert_eq!((&first["because"], &rows[0]["because"]), (&json!("not_enough"), &json!("")));
    assert_eq!(
        (&first["case"], &first["points"], &first["why"], &first["known"]["address"]),
        (
            &json!(id('c', 1)),
            &json!(79),
            &json!(["name", "phone", "village", "address", "town"]),
            &json!("西门外村12号")
        )
    );
    assert_eq!(decide(&town, list, 3, json!({"case": id('c', 2)})).status, 422, "nobody it may be about");
    assert_eq!(decide(&town, list, 3, json!({"case": id('c', 1), "apart": true})).status, 422);
    let merged = decide(&town, list, 3, json!({"case": id('c', 1)}));
    assert_eq!((merged.status, &merged.json()["state"]), (200, &json!("joined")), "{}", merged.text());
    assert_eq!(decide(&town, list, 3, json!({"apart": true})).code(), "decided");
    // What was joined is looked through row by row, and stands in the household's history.
    let path =
        |state: &str| format!("/api/v1/monitoring/waiting?list={}&state={state}", list.as_str().unwrap());
    let joined = town.station.get(&town.house, &path("joined")).json();
    let one = &joined["rows"][0];
    assert_eq!((&one["row"], &one["case"]), (&json!(3), &json!(id('c', 1))), "{joined}");
    assert_eq!((&one["candidates"][0]["name"], &one["because"]), (&json!("王秀兰"), &json!("by_hand")));
    assert_eq!(town.station.get(&town.house, &path("leads")).status, 422);
    let timeline =
        town.ask(&town.station, &format!("/api/v1/entities/cases/{}/timeline", id('c', 1)), json!({}));
    let listed = &timeline["listed"][0];
    assert_eq!(
        (&listed["row"], &listed["state"], &listed["by"], &listed["decided_by"]),
        (&json!(3), &json!("joined"), &json!("station"), &json!("station"))
    );
    assert_eq!(listed["said"]["difficulties"], "illness");
    assert_eq!(listed["name"], "名单 11.csv");
    assert!(listed["said"].get("birthday").is_none());
    assert_eq!(decide(&town, list, 3, json!({"undo": true})).json()["state"], "waiting");
    assert_eq!(decide(&town, list, 3, json!({"apart": true})).json()["state"], "lead");
    assert_eq!(people(&town).len(), before.len() + 2);
    assert_eq!(decide(&town, list, 3, json!({"undo": true})).json()["state"], "waiting");
    assert_eq!(people(&town).len(), before.len() + 1);
    assert_eq!(
        decide(&town, list, 4, json!({"undo": true})).code(),
        "decided",
        "nobody had to decide about it"
    );
    assert_eq!(decide(&town, list, 5, json!({"case": id('c', 1)})).status, 422);
    assert_eq!(decide(&town, list, 99, json!({"apart": true})).status, 404);

    // Others may not, or see nothing of it.
    let worker = town.user("worker", "worker", "3710", None);
    assert_eq!(send(&town, &worker, "import", CSV, &bytes).status, 403);
    let elsewhere = town.user("elsewhere", "station", "371083", None);
    let asked = json!({"list": list, "row": 3, "apart": true});
    assert_eq!(town.post(&elsewhere, "/api/v1/monitoring/decide", asked).status, 404);
    assert_eq!(town.post(&elsewhere, "/api/v1/monitoring/undo", json!({"list": list})).status, 404);
    assert_eq!(elsewhere.get(&town.house, "/api/v1/monitoring/lists").json()["lists"], json!([]));

    // What was refused is told as long as the list is here.
    let path = format!("/api/v1/monitoring/refused?list={}", list.as_str().unwrap());
    assert_eq!(town.station.get(&town.house, &path).json()["refused"], json!(wrong));
    assert_eq!(elsewhere.get(&town.house, &path).status, 404);

    let lists = town.station.get(&town.house, "/api/v1/monitoring/lists").json();
    assert_eq!((&lists["lists"][0]["refused"], &lists["lists"][0]["elsewhere"]), (&json!(3), &json!(0)));
    assert_eq!(lists["lists"][0]["name"], "名单 11.csv");
    assert_eq!((&lists["lists"][0]["leads"], &lists["lists"][0]["by"]), (&json!(1), &json!("station")));
    let undone = town.post(&town.station, "/api/v1/monitoring/undo", json!({"list": list}));
    assert_eq!(undone.json(), json!({"leads_removed": 1, "leads_kept": 0}));
    assert_eq!(people(&town), before);
    assert_eq!((town.house.count("monitoring_row"), town.house.count("known_person")), (0, 0));
    assert_eq!(town.house.count("monitoring_refused"), 0);
    assert_eq!(town.post(&town.station, "/api/v1/monitoring/undo", json!({"list": list})).status, 404);
    let deeds = ["monitoring_imported", "monitoring_read", "monitoring_decided", "monitoring_undone"];
    assert!(deeds.iter().all(|deed| town.count(deed) > 0));
}

fn columns_are_said_once_and_a_person_is_known_by_their_number(place: &Place) {
    let town = Town::empty(place);
    town.bring_in("cases", CASES);
    let list = import(&town, CSV, LIST.as_bytes())["list"].clone();
    assert_eq!(decide(&town, &list, 3, json!({"case": id('c', 1)})).status, 200);

    let other = "\u{feff}甲,乙,丙\n王秀兰,371002195001019994,西门外\n赵新,37108319801231996X,\n";
    assert_eq!(send(&town, &town.station, "import", CSV, other.as_bytes()).code(), "map_columns");
    let titles = json!(["甲", "乙", "丙"]);
    let say = |columns: Json| {
        town.post(&town.station, "/api/v1/monitoring/columns", json!({"titles": titles, "columns": columns}))
            .status
    };
    assert_eq!(
        [
            say(json!({"乙": "id_number"})),
            say(json!({"丁": "name"})),
            say(json!({"甲": "name", "乙": "name"}))
        ],
        [422; 3]
    );
    assert_eq!(say(json!({"甲": "name", "乙": "id_number", "丙": "village"})), 200);
    assert_eq!(send(&town, &town.station, "preview", CSV, other.as_bytes()).json()["remembered"], true);
    // Both are known by now: one since it was decided, the other as a lead of the first list.
    let report = import(&town, CSV, other.as_bytes());
    assert_eq!(counts(&report), [2, 0, 0, 0, 0], "{report}");

    // Whom another list names as well stays, and so does whom somebody did something about.
    let undone = town.post(&town.station, "/api/v1/monitoring/undo", json!({"list": list}));
    assert_eq!(undone.json(), json!({"leads_removed": 0, "leads_kept": 1}));
    no_number_is_kept(&town);
    for (kind, bytes, status) in [
        ("application/json", &b"{}"[..], (415, "not_a_list")),
        (CSV, b"", (422, "list_empty")),
        (CSV, b"\n,,\n", (422, "list_empty")),
        (CSV, b"%PDF-1.7", (422, "not_a_list")),
        (XLSX, b"PK\x03\x04", (422, "list_broken")),
        (CSV, b"\xd0\xcf\x11\xe0", (422, "list_old")),
    ] {
        let answer = send(&town, &town.station, "import", kind, bytes);
        assert_eq!((answer.status, &*answer.code()), status, "{kind}");
    }
}

fn a_workbook_with_merged_cells_is_a_list_too(place: &Place) {
    let town = Town::empty(place);
    let mut workbook = Workbook::new();
    let (sheet, plain) = (workbook.add_worksheet(), Format::new());
    sheet.merge_range(0, 0, 0, 3, "预警名单", &plain).unwrap();
    for (column, title) in (0..).zip(["镇街", "姓名", "出生日期", "村居"]) {
        sheet.write(1, column, title).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "城区街道", &plain).unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (row, name) in [(2, "赵新"), (3, "钱新")] {
        sheet.write(row, 1, name).unwrap();
        sheet.write_with_format(row, 2, 29_585 + row, &day).unwrap();
        sheet.write(row, 3, "东河村").unwrap();
    }
    let report = import(&town, XLSX, &workbook.save_to_buffer().unwrap());
    assert_eq!(counts(&report), [0, 0, 0, 2, 0], "{report}");
    let areas = town.house.ask("SELECT area FROM entity WHERE list = 'cases'");
    assert_eq!(areas, ["371083001", "371083001"]);
    let days = town.house.ask("SELECT birthday FROM known_person ORDER BY birthday");
    assert_eq!(days, ["1981-01-01", "1981-01-02"]);
}

fn a_made_up_list_joins_whom_it_is_about(place: &Place) {
    let mut town = Town::empty(place);
    let truth = town.house.seed(400, 1_200);
    let bytes = std::fs::read(town.house.data().join("monitoring.csv")).unwrap();
    let report = import(&town, CSV, &bytes);
    assert_eq!((&report["rows"], &report["refused_count"]), (&json!(100), &json!(0)), "{report}");
    let about = truth["monitoring"]["about"].as_object().unwrap();
    assert_eq!(about.len(), 6);
    let joined = town
        .house
        .ask("SELECT row || ' ' || case_id FROM monitoring_row WHERE state = 'joined' ORDER BY row");
    assert!(joined.len() >= 3, "{joined:?}");
    for row in joined {
        let (row, case) = row.split_once(' ').unwrap();
        assert_eq!(about.get(row), Some(&json!(case)), "row {row}");
    }
    let lost: Vec<i64> = town
        .house
        .ask("SELECT CAST(row AS TEXT) FROM monitoring_row WHERE state = 'lead'")
        .into_iter()
        .filter(|row| about.contains_key(row))
        .map(|row| row.parse().unwrap())
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}

fn what_a_person_decided_holds_for_later_lists(place: &Place) {
    let town = Town::empty(place);
    town.bring_in("cases", CASES);
    let first = import(&town, CSV, LIST.as_bytes())["list"].clone();
    assert_eq!(decide(&town, &first, 3, json!({"apart": true})).status, 200);
    assert_eq!(town.house.count("monitoring_apart"), 2, "by number, and by name and birthday");
    assert_eq!(decide(&town, &first, 3, json!({"undo": true})).status, 200);
    assert_eq!(town.house.count("monitoring_apart"), 0, "that was taken back");
    assert_eq!(decide(&town, &first, 3, json!({"case": id('c', 1)})).status, 200);
    let lin = town.user("lin", "station", "371002", None);
    let text = "姓名,身份证号码,村居,困难类型\n王秀兰,371002195001019994,西门外,生病\n";
    let import_by = |who: &Browser| {
        let answer = send(&town, who, "import", CSV, text.as_bytes());
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    };
    let waiting = |who: &Browser, list: &Json| {
        let path = format!("/api/v1/monitoring/waiting?list={}", list.as_str().unwrap());
        who.get(&town.house, &path).json()["rows"].as_array().unwrap().clone()
    };
    let undo = |who: &Browser, list: &Json| {
        assert_eq!(town.post(who, "/api/v1/monitoring/undo", json!({"list": list})).status, 200);
    };

    // Whom it says nothing about is not wrong, but elsewhere.
    let far = "姓名,出生日期,镇街\n赵远,1950-01-01,371083001\n赵近,1950-13-01,371002001\n";
    let answer = send(&town, &lin, "import", CSV, far.as_bytes()).json();
    assert_eq!((&answer["refused_count"], &answer["elsewhere_count"]), (&json!(2), &json!(1)), "{answer}");
    let lists = lin.get(&town.house, "/api/v1/monitoring/lists").json();
    assert_eq!((&lists["lists"][0]["refused"], &lists["lists"][0]["elsewhere"]), (&json!(2), &json!(1)));
    undo(&lin, &answer["list"]);

    // Joined by itself, and taken back: the same file, brought in by somebody else, waits, and says why.
    let own = import_by(&town.station);
    assert_eq!(counts(&own), [1, 0, 0, 0, 0], "{own}");
    let path = format!("/api/v1/monitoring/waiting?list={}&state=joined", own["list"].as_str().unwrap());
    let joined = town.station.get(&town.house, &path).json();
    let candidate = &joined["rows"][0]["candidates"][0];
    assert_eq!((&candidate["because"], &joined["rows"][0]["because"]), (&json!("id_number"), &json!("")));
    assert_eq!(decide(&town, &own["list"], 2, json!({"undo": true})).json()["state"], "waiting");
    let theirs = import_by(&lin);
    assert_eq!(counts(&theirs), [0, 0, 1, 0, 0], "{theirs}");
    for (who, list) in [(&lin, &theirs["list"]), (&town.station, &own["list"])] {
        let candidate = &waiting(who, list)[0]["candidates"][0];
        assert_eq!(candidate["case"], id('c', 1));
        assert_eq!(
            (&candidate["apart"]["deed"], &candidate["apart"]["by"]),
            (&json!("taken_back"), &json!("station"))
        );
    }
    // It holds though the lists are undone, and is gone once somebody joins them after all.
    undo(&lin, &theirs["list"]);
    undo(&town.station, &own["list"]);
    let own = import_by(&town.station);
    assert_eq!(counts(&own), [0, 0, 1, 0, 0], "{own}");
    assert_eq!(decide(&town, &own["list"], 2, json!({"case": id('c', 1)})).status, 200);
    let theirs = import_by(&lin);
    assert_eq!(counts(&theirs), [1, 0, 0, 0, 0], "{theirs}");

    // Kept apart: a lead of their own, with which later rows are joined, and never with the household.
    undo(&lin, &theirs["list"]);
    assert_eq!(decide(&town, &own["list"], 2, json!({"undo": true})).status, 200);
    let lead = decide(&town, &own["list"], 2, json!({"apart": true})).json()["case"].clone();
    let later = import(&town, CSV, format!("{text}\n").as_bytes());
    assert_eq!(counts(&later), [1, 0, 0, 0, 0], "{later}");
    let joined = town.house.ask("SELECT case_id FROM monitoring_row WHERE state = 'joined' AND row = 2");
    assert_eq!(json!(joined), json!([lead]));
    no_number_is_kept(&town);
    assert!(town.house.ask("SELECT person FROM monitoring_apart").iter().all(|person| person.len() == 64));
}
