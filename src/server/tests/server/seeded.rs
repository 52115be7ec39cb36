//! A made-up town, and whether the server counts it as it was made: totals and ledgers, on either database.

use std::collections::BTreeMap;

use doorstep_delivery::KnownEntity;
use doorstep_delivery::entities::list;
use doorstep_engine::entities::EntityList;
use doorstep_engine::entities::overview::{Extent, OVERVIEW};
use doorstep_engine::entities::totals::{By, Only, Part, Said};
use doorstep_server::seed::BETWEEN;
use serde_json::{Value as Json, json};

use crate::client::{Place, on_each_database};
use crate::ledgers::town::Town;

on_each_database!(a_made_up_town_counts_as_it_was_made, a_phone_counts_what_it_holds_as_the_server_does);

/// What codes of a property are called in Chinese.
fn labels(town: &Town, list: &str, property: &str) -> BTreeMap<String, String> {
    let told = town.station.get(&town.house, "/api/v1/dictionary").json();
    let lists = told["lists"].as_array().unwrap();
    let list = lists.iter().find(|known| known["name"] == list).unwrap();
    let properties = list["properties"].as_array().unwrap();
    let property = properties.iter().find(|known| known["name"] == property).unwrap();
    let choices = property["choices"].as_array().unwrap().iter();
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    choices.map(|choice| (text(&choice["name"]), text(&choice["label"]["zh"]))).collect()
}

/// A household's page tells who lives there, and tells them once.
fn members_are_known_where_somebody_was_visited(town: &Town) {
    let search = |state: &str| {
        let asked = json!({"only": [format!("state={state}")], "most": 3});
        town.ask(&town.station, "/api/v1/entities/cases/search", asked)["entities"].clone()
    };
    let timeline = |id: &Json| {
        town.ask(
            &town.station,
            &format!("/api/v1/entities/cases/{}/timeline", id.as_str().unwrap()),
            json!({}),
        )
    };
    for case in search("in_service").as_array().unwrap() {
        let told = timeline(&case["id"]);
        let people = told["people"]["people"].as_array().unwrap();
        assert_eq!(json!(people.len().to_string()), case["properties"]["members"]);
        assert_eq!(people[0]["called"], case["properties"]["person"], "who it is called by is the first");
        for person in people {
            let said = |name: &str| person["properties"][name].as_str().unwrap_or_default().to_owned();
            assert!(said("age").parse::<u8>().is_ok() && said("birth_date").len() == 10, "{person}");
            assert!(matches!(&*said("member_sex"), "1" | "2") && said("case").is_empty(), "{person}");
        }
        let twice = told["related"].as_array().unwrap().iter().filter(|other| other["list"] == "members");
        assert_eq!(twice.count(), 0);
    }
    for case in search("lead").as_array().unwrap() {
        assert_eq!(timeline(&case["id"])["people"], Json::Null);
    }
}

fn a_made_up_town_counts_as_it_was_made(place: &Place) {
    let mut town = Town::empty(place);
    let truth = town.house.seed(200, 600);
    assert_eq!((&truth["households"], &truth["members"]), (&json!(200), &json!(600)));
    assert_eq!(town.house.count("known_person"), 600);
    assert_eq!(json!(town.house.count("entity_version")), truth["versions"]);
    let all: u64 = ["households", "known_members", "referrals", "complaints", "projects"]
        .iter()
        .map(|list| truth[list].as_u64().unwrap())
        .sum();
    assert_eq!(json!(town.house.count("entity")).as_u64(), Some(all));
    members_are_known_where_somebody_was_visited(&town);
    let mut asked = 0;
    for (list, counts) in truth["totals"].as_object().unwrap() {
        for (by, groups) in counts.as_object().unwrap() {
            let by: Vec<&str> = by.split(',').collect();
            let told = town.ask(&town.station, &format!("/api/v1/totals/{list}"), json!({"by": by}));
            let group = |total: &Json| {
                let parts: Vec<&str> =
                    total["group"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
                (parts.join(BETWEEN), total["entities"].clone())
            };
            let counted: BTreeMap<String, Json> =
                told["totals"].as_array().unwrap().iter().map(group).collect();
            assert_eq!(json!(counted), *groups, "{list} {by:?}");
            asked += 1;
        }
    }
    assert!(asked >= 21, "{asked}");

    let difficulties = labels(&town, "cases", "difficulties");
    let mut needs: Vec<String> = truth["needs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, need)| {
            let people = need["people"].as_u64().map_or_else(String::new, |people| people.to_string());
            format!("{}|{}|{people}|{}", difficulties[name], need["households"], need["referred"])
        })
        .collect();
    let mut told =
        town.rows(&town.station, "l5", json!({}), &["difficulty", "households", "people", "referred"]);
    needs.sort();
    told.sort();
    assert_eq!(told, needs);

    let categories = labels(&town, "cases", "categories");
    let (towns, services) = (labels(&town, "referrals", "town"), labels(&town, "referrals", "service"));
    let month = |(group, month): (&String, &Json)| {
        let [when, town, service] = group.split(BETWEEN).collect::<Vec<_>>()[..] else { panic!("{group}") };
        let amount = month["hundredths"].as_u64().map_or_else(String::new, yuan);
        let spread: Vec<String> = month["categories"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, times)| format!("{} {times}", categories[name]))
            .collect();
        let (times, households) = (&month["times"], &month["households"]);
        format!(
            "{when}|{}|{}|{times}|{households}|{amount}|{}",
            towns[town],
            services[service],
            spread.join("；")
        )
    };
    let mut months: Vec<String> = truth["months"].as_object().unwrap().iter().map(month).collect();
    let columns = ["month", "town", "service", "times", "households", "amount", "categories"];
    let mut told: Vec<String> = Vec::new();
    for number in 0.. {
        let page = town.rows(&town.station, "l10", json!({"page": number}), &columns);
        if page.is_empty() {
            break;
        }
        told.extend(page);
    }
    months.sort();
    told.sort();
    assert_eq!(told, months);

    let providers = town.rows(&town.station, "l6", json!({"most": 500}), &["name", "rating"]);
    let names = labels(&town, "referrals", "provider");
    let mut rated = 0;
    for (code, rating) in truth["ratings"].as_object().unwrap().iter().filter(|(code, _)| *code != "other") {
        let (tenths, count) = (rating["tenths"].as_u64().unwrap(), rating["count"].as_u64().unwrap());
        // To the nearest tenth, halves upwards.
        let tenths = (2 * tenths + count) / (2 * count);
        let wanted = format!("{}|{}", names[code], yuan(tenths * 10));
        assert!(providers.contains(&wanted), "{wanted}: {providers:?}");
        rated += 1;
    }
    assert!(rated >= 3, "{rated}");
    let complaints = town.ask(&town.station, "/api/v1/ledgers/l9", json!({}));
    assert_eq!(complaints["of"], truth["complaints"]);
    let projects = town.rows(&town.station, "l7", json!({}), &["funds", "paid"]);
    assert_eq!(json!(projects.len()), truth["projects"]);
    assert!(projects.iter().all(|project| !project.starts_with('|')), "{projects:?}");
}

/// Hundredths as they are read: `35.5`.
fn yuan(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A list as a phone of the station holds it: all that comes down for it, page by page, with nothing said on it.
fn held(town: &Town, name: &str) -> EntityList {
    let mut told: BTreeMap<String, KnownEntity> = BTreeMap::new();
    let mut since = String::new();
    loop {
        let page = town.station.get(&town.house, &format!("/api/v1/changes?since={since}")).json();
        for change in page["changes"].as_array().unwrap() {
            let entity = change["id"].as_str().unwrap().split_once('/');
            let Some((list, id)) = entity.filter(|(list, _)| change["kind"] == "entity" && *list == name)
            else {
                continue;
            };
            let mut kept = change.clone();
            (kept["list"], kept["id"]) = (json!(list), json!(id));
            told.insert(id.to_owned(), serde_json::from_value(kept).unwrap());
        }
        if page["more"] == false {
            break;
        }
        since = page["next"].as_str().unwrap().to_owned();
    }
    list(name, told.into_values().collect(), &[])
}

/// A condition as it is asked for.
fn asked(only: &Only) -> String {
    let test = match only.test {
        Said::Is => "=",
        Said::IsNot => "!=",
        Said::Has => "~",
        Said::From => ">=",
        Said::Before => "<",
    };
    format!("{}{test}{}", only.property, only.text)
}

/// The same, as a text that is asked for.
fn way(by: &By) -> String {
    match by.part {
        Part::Whole => by.property.clone(),
        Part::Each => format!("{}:each", by.property),
        Part::First(letters) => format!("{}:{letters}", by.property),
    }
}

fn a_phone_counts_what_it_holds_as_the_server_does(place: &Place) {
    let mut town = Town::empty(place);
    let truth = town.house.seed(200, 600);
    let (cases, referrals) = (held(&town, "cases"), held(&town, "referrals"));
    assert_eq!(json!(cases.entities.len()), truth["households"]);
    assert_eq!(json!(referrals.entities.len()), truth["referrals"]);
    let somewhere = cases.entities[7].properties["town"].clone();
    let mut groups = 0;
    for counting in &OVERVIEW {
        let list = if counting.list == "cases" { &cases } else { &referrals };
        let mut of_extents = Vec::new();
        for closed in [false, true] {
            for place in ["", &*somewhere] {
                let extent = Extent { town: place.to_owned(), closed };
                let count = counting.count(&extent);
                let by: Vec<String> = count.by.iter().map(way).collect();
                let only: Vec<String> = count.only.iter().map(asked).collect();
                let ask = json!({"by": by, "only": only, "different": count.different});
                let server = town.ask(&town.station, &format!("/api/v1/totals/{}", counting.list), ask);
                let phone: Vec<Json> = counting
                    .over(&extent, list)
                    .into_iter()
                    .map(|total| {
                        json!({"group": total.group, "entities": total.entities, "different": total.different})
                    })
                    .collect();
                assert_eq!(server["totals"], json!(phone), "{counting:?} {extent:?}");
                groups += phone.len();
                of_extents.push(phone);
            }
        }
        assert_ne!(of_extents[2], of_extents[3], "a town is not all of them: {counting:?}");
    }
    assert!(groups > 100, "{groups}");
    // And both as the town was made.
    let all = Extent { closed: true, ..Extent::default() };
    for counting in OVERVIEW.iter().filter(|counting| counting.list == "cases" && counting.nothing.is_empty())
    {
        let by = counting.count(&all).by.iter().map(way).collect::<String>();
        let Some(made) = truth["totals"]["cases"].get(&by) else { continue };
        let phone: BTreeMap<String, u64> = counting
            .over(&all, &cases)
            .into_iter()
            .map(|total| (total.group.concat(), total.entities))
            .collect();
        assert_eq!(json!(phone), *made, "{by}");
        groups += 1_000;
    }
    assert!(groups > 1_100, "no table that the town's truth tells of, too: {}", truth["totals"]["cases"]);
}
