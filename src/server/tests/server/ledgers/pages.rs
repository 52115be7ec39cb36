//! What is asked of the town, and what has to come.

use serde_json::{Value as Json, json};

use super::town::id;
use super::{Browser, Town};

const SEARCH: &str = "/api/v1/entities/cases/search";

fn people(told: &Json) -> Vec<String> {
    let all = told["entities"].as_array().unwrap();
    all.iter().map(|entity| entity["properties"]["person"].as_str().unwrap().to_owned()).collect()
}

pub fn the_dictionary_is_for_everybody_who_is_known(town: &Town) {
    // Where nobody but known phones may send, strangers learn no provider's name either.
    assert_eq!(town.house.get("/api/v1/dictionary").status, 401);
    let known = town.station.get(&town.house, "/api/v1/dictionary");
    let cookie = town.station.cookie.as_deref().unwrap();
    let own = [("cookie", cookie), ("if-none-match", known.header("etag").unwrap())];
    let again = town.house.send("GET", "/api/v1/dictionary", &own, b"");
    assert_eq!((known.status, again.status, again.text().len()), (200, 304, 0));
    let told = town.station.get(&town.house, "/api/v1/dictionary").json();
    let lists: Vec<&str> =
        told["lists"].as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    assert_eq!(lists, ["cases", "complaints", "members", "projects", "referrals", "volunteers"]);
    assert_eq!(told["lists"][0]["label"], json!({"zh": "个案", "en": "Cases"}));
    let person = &told["lists"][0]["properties"][0];
    assert_eq!(
        (&person["name"], &person["kind"], &person["is"]),
        (&json!("person"), &json!("name"), &json!("text"))
    );
    let properties = told["lists"][0]["properties"].as_array().unwrap();
    let town = properties.iter().find(|property| property["name"] == "town").unwrap();
    assert_eq!(
        town["choices"][0],
        json!({"name": "371002001", "label": {"zh": "环翠楼街道", "en": "Huancuilou Subdistrict"}})
    );
    assert_eq!((&told["ledgers"][0]["id"], &told["ledgers"][0]["period"]), (&json!("l1"), &json!(true)));
    assert_eq!((&told["ledgers"][5]["id"], &told["ledgers"][5]["period"]), (&json!("l6"), &json!(false)));
    assert_eq!(told["areas"][0]["name"], "371002");
}

pub fn households_are_found_as_far_as_ones_role_sees(town: &Town) {
    for (asked, expected) in [
        (json!({"text": "wxl"}), &["王秀兰"][..]),
        (json!({"text": "ＷＡＮＧ 138"}), &["王秀兰"]),
        (json!({"text": "cengqiang"}), &["曾强"]),
        (json!({"text": "门", "order": "-found_on"}), &["赵六", "李四", "曾强", "王秀兰"]),
        (json!({"only": ["red_flags!=none", "red_flags!="]}), &["赵六"]),
        (json!({"only": ["town=371002001"], "order": "found_on"}), &["王秀兰", "李四"]),
        (json!({"order": "found_on", "from": 1, "most": 2}), &["曾强", "李四"]),
        (json!({"order": "person"}), &["李四", "王秀兰", "曾强", "赵六"]),
        (json!({"order": "-label"}), &["赵六", "曾强", "王秀兰", "李四"]),
        (json!({"text": "'; DROP TABLE entity; --"}), &[]),
    ] {
        let told = town.ask(&town.station, SEARCH, asked.clone());
        assert_eq!(people(&told), expected, "{asked}");
    }
    let told = town.ask(&town.station, SEARCH, json!({"order": "found_on", "from": 1, "most": 2}));
    assert_eq!(told["of"], 4);
    let first = &told["entities"][0];
    assert_eq!(
        (&first["id"], &first["label"], &first["version"]),
        (&json!(id('c', 2)), &json!("曾强 北门村"), &json!(2))
    );
    assert!(first["changed_at"].as_i64().unwrap() > 1_700_000_000_000 && first["conflict"] == 0);
    assert_eq!(town.count("entities_read"), 11);

    // Elsewhere there is nothing; an auditor sees masks, and finds nobody by what is under them.
    let worker = town.user("worker", "worker", "371003", None);
    assert_eq!(people(&town.ask(&worker, SEARCH, json!({"text": "wang"}))), [""; 0]);
    assert_eq!(people(&town.ask(&worker, SEARCH, json!({}))), ["赵六"]);
    let auditor = town.user("auditor", "auditor", "371002", None);
    let told = town.ask(&auditor, SEARCH, json!({"only": ["town=371002001"], "order": "found_on"}));
    assert_eq!(people(&told), ["王*兰", "李*"]);
    let seen = &told["entities"][0];
    assert_eq!(
        (&seen["properties"]["phone"], &seen["properties"]["village"]),
        (&json!("138****1234"), &json!("***"))
    );
    assert_eq!((&seen["properties"]["town"], &seen["label"]), (&json!("371002001"), &json!("王*******")));
    for asked in [
        json!({"text": "王"}),
        json!({"only": ["person=王秀兰"]}),
        json!({"only": ["unknown=1"]}),
        json!({"order": "phone"}),
        json!({"order": "label"}),
    ] {
        let refused = town.post(&auditor, SEARCH, asked.clone());
        assert_eq!((refused.status, refused.code().as_str()), (403, "hidden"), "{asked}");
    }
    for asked in [json!({"only": ["person"]}), json!({"order": "a b"}), json!({"text": "x".repeat(101)})] {
        let refused = town.post(&town.station, SEARCH, asked.clone());
        assert_eq!((refused.status, refused.code().as_str()), (422, "bad_field"), "{asked}");
    }
    assert_eq!(town.post(&town.station, "/api/v1/entities/a%20b/search", json!({})).status, 404);
    assert_eq!(town.post(&Browser::default(), SEARCH, json!({})).status, 401);
}

pub fn a_provider_sees_the_referrals_to_it_and_nothing_else(town: &Town) {
    let provider = town.user("provider", "provider", "371082", Some("P01"));
    let referrals = "/api/v1/entities/referrals/search";
    let told = town.ask(&provider, referrals, json!({"order": "made_on"}));
    assert_eq!((&told["of"], people(&told)), (&json!(2), vec!["王秀兰".to_owned(), "曾强".to_owned()]));
    assert_eq!(
        people(&town.ask(&provider, referrals, json!({"text": "wxl", "only": ["provider=P02"]}))),
        [""; 0]
    );
    let refused = town.post(&provider, referrals, json!({"text": "37100219500101999X"}));
    assert_eq!(refused.code(), "hidden", "not by the number of somebody's papers");
    let timeline = |number| format!("/api/v1/entities/referrals/{}/timeline", id('r', number));
    assert_eq!(town.ask(&provider, &timeline(1), json!({}))["related"], json!([]));
    assert_eq!(town.post(&provider, &timeline(2), json!({})).status, 404);
    for path in [
        SEARCH.to_owned(),
        format!("/api/v1/entities/cases/{}/timeline", id('c', 1)),
        "/api/v1/ledgers/l4".to_owned(),
        "/api/v1/totals/referrals".to_owned(),
    ] {
        assert_eq!(town.post(&provider, &path, json!({})).status, 403, "{path}");
    }
    assert_eq!(town.count("forbidden"), 4);
}

pub fn a_timeline_says_what_each_version_changed(town: &Town) {
    let path = format!("/api/v1/entities/cases/{}/timeline", id('c', 2));
    let told = town.ask(&town.station, &path, json!({}));
    assert_eq!(
        (&told["entity"]["properties"]["state"], &told["entity"]["id"]),
        (&json!("surveyed"), &json!(id('c', 2)))
    );
    let newest = &told["versions"][0];
    assert_eq!(
        (&newest["version"], &newest["office"], &newest["by"]),
        (&json!(2), &json!("imported"), &json!("station"))
    );
    assert_eq!((&newest["form"], &newest["submission"]), (&Json::Null, &Json::Null));
    assert_eq!(
        (&newest["given"]["visited_on"], &newest["before"]["visited_on"]),
        (&json!("2026-11-20"), &json!("2026-10-21"))
    );
    assert_eq!((&newest["given"]["fs"], &newest["before"]["fs"]), (&json!("8"), &json!("")));
    assert!(newest["at"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(told["versions"].as_array().unwrap().len(), 2);
    assert_eq!(told["versions"][1]["before"]["person"], "");
    let related = told["related"].as_array().unwrap();
    assert_eq!(
        (related.len(), &related[1]["list"], &related[1]["entity"]["id"]),
        (2, &json!("referrals"), &json!(id('r', 3)))
    );
    assert_eq!(
        (&related[0]["list"], &related[0]["entity"]["properties"]["about"]),
        (&json!("complaints"), &json!("level"))
    );

    let auditor = town.user("auditor", "auditor", "371002", None);
    let told = town.ask(&auditor, &path, json!({}));
    assert_eq!(told["versions"][1]["given"]["person"], "曾*");
    assert_eq!(told["related"][0]["entity"]["properties"]["person"], "曾*");
    // Complaints may be about whoever visits.
    let worker = town.user("visitor", "worker", "371002", None);
    let told = town.ask(&worker, &path, json!({}));
    assert_eq!(
        (told["related"].as_array().unwrap().len(), &told["related"][0]["list"]),
        (1, &json!("referrals"))
    );
    for path in ["/api/v1/ledgers/l9", "/api/v1/totals/complaints", "/api/v1/entities/complaints/search"] {
        assert_eq!(town.post(&worker, path, json!({})).status, 403, "{path}");
    }
    for elsewhere in [id('c', 4), "x".to_owned()] {
        let path = format!("/api/v1/entities/cases/{elsewhere}/timeline");
        assert_eq!(town.post(&auditor, &path, json!({})).status, 404, "{elsewhere}");
    }
}

pub fn visits_and_assessments_are_rows_of_what_was_said_then(town: &Town) {
    let columns = [
        "no",
        "town",
        "person",
        "visited_on",
        "outcome",
        "fs",
        "he",
        "red_flags",
        "assessed_on",
        "people",
        "categories",
        "remark",
    ];
    assert_eq!(
        town.rows(&town.station, "l1", json!({}), &columns),
        [
            "1|环翠楼街道|王*兰|2026-10-05|完成|10||都没有|2026-10-09|2|低保对象；残疾人|愿意配合",
            "2|鲸园街道|曾*|2026-10-21|不在家（约时间再来）|||正在遭受家暴或虐待||||门锁着",
            "3|龙山路街道|赵*|2026-11-06|完成|2|4|人走失或出走了||4|以上都不是|",
            "4|鲸园街道|曾*|2026-11-20|完成|8||都没有||||",
        ]
    );
    let period = json!({"from": "2026-10-01", "to": "2026-10-21", "language": "en", "full": true});
    assert_eq!(
        town.rows(&town.station, "l1", period, &["no", "person", "outcome"]),
        ["1|王秀兰|Completed", "2|曾强|Not at home (make an appointment)"]
    );
    let page = town.ask(&town.station, "/api/v1/ledgers/l1", json!({"page": 1, "most": 3}));
    assert_eq!(
        (&page["of"], page["rows"].as_array().unwrap().len(), &page["rows"][0][0]),
        (&json!(4), 1, &json!("4"))
    );
    assert!(page["note"]["by"]["zh"].as_str().unwrap().contains("账号"));
    assert_eq!((&page["columns"][0]["is"], &page["columns"][10]["is"]), (&json!("number"), &json!("text")));
    let beyond = town.ask(&town.station, "/api/v1/ledgers/l1", json!({"page": 9}));
    assert_eq!((&beyond["of"], &beyond["rows"]), (&json!(4), &json!([])));
    // By area: the household's own, or its town.
    assert_eq!(town.rows(&town.station, "l1", json!({"area": "371002002"}), &["person"]), ["曾*", "曾*"]);
    assert_eq!(town.rows(&town.station, "l1", json!({"area": "371003"}), &["person"]), ["赵*"]);
    assert_eq!(town.rows(&town.station, "l1", json!({"area": "37"}), &["no"]).len(), 4);

    // (50×15 + 50×20 + 62.5×25) / 60
    let columns = [
        "person",
        "assessed_on",
        "fs",
        "hd",
        "index",
        "level",
        "first",
        "second",
        "level_system",
        "assessor_1",
        "ability",
        "reason",
        "reviewer",
    ];
    assert_eq!(
        town.rows(&town.station, "l2", json!({}), &columns),
        ["王*兰|2026-10-09|10|25|55.2|中度|疾病和残疾|收支状况|高度|孙*|重度失能|女儿常来|丛*"]
    );
    assert_eq!(town.count("ledger_read"), 8);
}

pub fn referrals_services_and_providers_are_listed(town: &Town) {
    let columns = ["provider", "service", "made_on", "answered_on", "days", "closed_on", "overdue"];
    let rows = town.rows(&town.station, "l4", json!({"to": "2026-10-31"}), &columns);
    assert_eq!(
        rows,
        [
            "示例社区居委会（崖头）|探视巡访|2026-10-10|2026-10-12|30|2026-11-09|否",
            "示例社区居委会（张村）|助餐配餐|2026-10-10|2026-10-14|||是",
        ]
    );
    let columns = [
        "plan",
        "category",
        "first_service_on",
        "last_service_on",
        "served_times",
        "satisfaction",
        "state",
        "frequency",
        "per",
        "planned",
        "rate",
    ];
    assert_eq!(
        town.rows(&town.station, "l3", json!({"to": "2026-10-31"}), &columns),
        [
            format!("{}|生活保障类|2026-10-15|2026-10-20|2|4.5|已了结|1|周|6|33.3%", &id('c', 1)[24..]),
            format!("{}|生活保障类|2026-10-16|2026-11-03|2||服务中||||", &id('c', 1)[24..]),
        ]
    );
    let providers = town.ask(&town.station, "/api/v1/ledgers/l6", json!({"most": 1, "language": "en"}));
    assert!(providers["of"].as_u64().unwrap() > 5, "{providers}");
    let first = providers["rows"][0].as_array().unwrap();
    assert_eq!(first[1..3], [json!("Community"), json!("Example Community, Yatou")]);
    // What its codes are called, and what those who were helped think of it.
    let columns = ["name", "services", "qualification", "rating"];
    let rows = town.rows(&town.station, "l6", json!({}), &columns);
    assert_eq!(
        rows[0],
        "示例社区居委会（崖头）|探视巡访；安全看护与应急；邻里互助；家庭支持与社会融入；政策咨询与申请代办||4.5"
    );
    assert!(rows.iter().any(|row| row.contains("|康复治疗；养老护理|")), "{rows:?}");
    assert!(rows[1..].iter().all(|row| row.ends_with('|')), "{rows:?}");
    let elsewhere = town.rows(&town.station, "l6", json!({"area": "371003"}), &["rating"]);
    assert!(elsewhere.iter().all(String::is_empty), "{elsewhere:?}");
    assert_eq!(town.post(&town.station, "/api/v1/ledgers/l6", json!({"from": "2026-01-01"})).status, 422);
    for wrong in [
        json!({"from": "soon"}),
        json!({"as": "pdf"}),
        json!({"language": "fr"}),
        json!({"area": "x"}),
        json!({"from": "2026-11-02", "to": "2026-11-01"}),
    ] {
        assert_eq!(town.post(&town.station, "/api/v1/ledgers/l4", wrong.clone()).status, 422, "{wrong}");
    }
    assert_eq!(town.post(&town.station, "/api/v1/ledgers/l99", json!({})).status, 404);
}

pub fn dangers_and_objections_are_listed_and_months_are_periods(town: &Town) {
    let mut rows =
        town.rows(&town.station, "l8", json!({}), &["person", "red_flags", "now", "by", "phone", "handled"]);
    rows.sort();
    assert_eq!(
        rows,
        [
            "曾*|正在遭受家暴或虐待|都没有|station|139****5678|派出所",
            "王*兰|昏迷、突然病重，或摔倒起不来|昏迷、突然病重，或摔倒起不来|station|138****1234|叫了 120",
            "赵*|人走失或出走了|人走失或出走了|station|137****0000|崖头派出所",
        ]
    );
    // They came today, whatever day that is.
    assert_eq!(town.rows(&town.station, "l8", json!({"to": "2020-01-01"}), &["no"]), [""; 0]);
    assert_eq!(town.rows(&town.station, "l8", json!({"from": "2020-01-01"}), &["no"]).len(), 3);
    assert_eq!(
        town.rows(
            &town.station,
            "l9",
            json!({"from": "2026-11-25", "to": "2026-11-25"}),
            &[
                "person",
                "subject",
                "decision",
                "reassessor",
                "reassess_by",
                "level_before",
                "overdue",
                "told"
            ]
        ),
        ["曾*|对评定结果有异议|换人复评|吴*|2026-12-03|轻度|否|是"]
    );
    assert_eq!(
        town.rows(
            &town.station,
            "l9",
            json!({"to": "2020-12-31"}),
            &["person", "town", "subject", "how", "overdue"]
        ),
        ["某*||工作人员的态度、做法|自助机|是"]
    );
    assert_eq!(
        town.rows(
            &town.station,
            "l7",
            json!({}),
            &["project", "funds", "budget", "middle", "end", "paid", "state"]
        ),
        ["助浴项目|福彩公益金|120000|整改后再看||60000.5|进行中"]
    );
}

pub fn a_ledger_is_carried_out_without_names_unless_they_are_asked_for(town: &Town) {
    let csv = |who: &Browser, full: bool| {
        let asked = json!({"as": "csv", "full": full, "most": 1});
        let answer = town.post(who, "/api/v1/ledgers/l1", asked);
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"l1.csv\""));
        answer.text()
    };
    let masked = csv(&town.station, false);
    assert!(masked.starts_with("\u{feff}序号,调查编号,") && masked.lines().count() == 5, "{masked}");
    assert!(masked.contains("王*兰") && !masked.contains("王秀兰"), "{masked}");
    assert!(csv(&town.station, true).contains("王秀兰"));
    let auditor = town.user("city", "auditor", "3710", None);
    let masked = csv(&auditor, true);
    assert!(!masked.contains("王秀兰") && !masked.contains("西门外村"), "{masked}");
    let xlsx = town.post(&town.station, "/api/v1/ledgers/l8", json!({"as": "xlsx"}));
    assert_eq!(&xlsx.body[..2], b"PK");
    assert_eq!(town.count("ledger_read"), 4);
    assert_eq!((town.count_to("l1/csv"), town.count_to("l1/csv/full"), town.count_to("l8/xlsx")), (1, 2, 1));
    let worker = town.user("worker", "worker", "371003", None);
    assert_eq!(
        town.rows(&worker, "l1", json!({"area": "371002"}), &["no"]),
        [""; 0],
        "not beyond one's own area"
    );
}

pub fn whoever_sees_no_names_counts_by_what_says_nothing_of_a_person(town: &Town) {
    let auditor = town.user("auditor", "auditor", "371002", None);
    let path = "/api/v1/totals/cases";
    let told = town.ask(&auditor, path, json!({"by": ["town"], "only": ["state!=closed"]}));
    assert_eq!(
        told["totals"],
        json!([
            {"group": ["371002001"], "entities": 2, "different": 0},
            {"group": ["371002002"], "entities": 1, "different": 0}
        ])
    );
    let referrals =
        town.ask(&auditor, "/api/v1/totals/referrals", json!({"by": ["service"], "different": "case"}));
    assert_eq!(referrals["totals"][0], json!({"group": ["A1"], "entities": 2, "different": 2}));
    for asked in [
        json!({"by": ["person"]}),
        json!({"only": ["phone=13800001234"]}),
        json!({"different": "person"}),
        json!({"by": ["nobody_declared_it"]}),
    ] {
        let refused = town.post(&auditor, path, asked.clone());
        assert_eq!((refused.status, refused.code().as_str()), (403, "hidden"), "{asked}");
    }
}
