//! What a resident is told of their own case: a pure function of what is known, the dictionary and nothing else.
//!
//! Kept here: only what is named in this file goes out. Neither points nor levels, no danger, no difficulty, no reason, no remark, nobody else's name but the
//! person to ask; so that a property that is added later is not told by accident.

use doorstep_engine::entities::dictionary::Dictionary;
use serde_json::{Map, Value as Json, json};

use crate::declared::words_json;
use crate::store::{KnownEntity, REFERRALS};

/// The dates of a case, in the order in which they come.
const STEPS: [&str; 8] = [
    "found_on",
    "visit_by",
    "visited_on",
    "assessed_on",
    "plan_on",
    "reassess_by",
    "follow_up_on",
    "closed_on",
];
/// What stands on the copy of one's own record, in its order.
const RECORD: [&str; 10] = [
    "person",
    "phone",
    "town",
    "village",
    "address",
    "found_on",
    "visited_on",
    "consent",
    "consent_on",
    "plan_on",
];
/// The dates of a referral.
const OF_SERVICE: [&str; 6] =
    ["made_on", "accepted_on", "appointed_on", "first_service_on", "last_service_on", "closed_on"];
/// Outcomes of a visit at which somebody was met (`visit-outcomes.csv`).
const MET: [&str; 2] = ["1", "2"];
/// States of a referral that somebody is responsible for: before, whoever was asked may refuse.
const TAKEN: [&str; 5] = ["accepted", "in_service", "served", "rework", "checked"];
/// States that are told; a referral that was refused or is to be given to another is being arranged, and no more.
const TOLD: [&str; 8] = ["made", "accepted", "in_service", "served", "rework", "checked", "failed", "closed"];
const ARRANGED: &str = "arranged";

/// The case, as `POST /api/v1/own-case` answers it.
pub(super) fn told(case: &KnownEntity, related: &[KnownEntity], dictionary: &Dictionary) -> Json {
    let mut referrals: Vec<&KnownEntity> = related.iter().filter(|entity| entity.list == REFERRALS).collect();
    // What goes on comes before what is over.
    referrals.sort_by_key(|referral| get(referral, "state") == "closed");
    let services: Vec<Json> = referrals.into_iter().map(|referral| service(referral, dictionary)).collect();
    let record: Vec<Json> = RECORD.iter().filter_map(|name| fact(case, name, dictionary)).collect();
    json!({
        "case": case.id,
        "person": get(case, "person"),
        "state": state(case),
        "dates": dates(case, &STEPS),
        "met": get(case, "visited_on").is_empty() || MET.contains(&get(case, "last_outcome")),
        "services": services,
        "record": record,
    })
}

/// Where it stands; a lead that a visit is planned for is told as that.
fn state(case: &KnownEntity) -> &str {
    match get(case, "state") {
        "lead" | "" if !get(case, "visit_by").is_empty() => "visit_planned",
        "" => "lead",
        state => state,
    }
}

fn service(referral: &KnownEntity, dictionary: &Dictionary) -> Json {
    let state = get(referral, "state");
    let is_taken = TAKEN.contains(&state);
    let whom = |name| if is_taken { get(referral, name) } else { "" };
    json!({
        "service": shown(referral, "service", dictionary),
        "state": if TOLD.contains(&state) { state } else { ARRANGED },
        "by": get(referral, "provider_name"),
        "dates": dates(referral, &OF_SERVICE),
        "ask": whom("responsible"),
        "phone": whom("responsible_phone"),
    })
}

/// The days that are known of these, without the time of day.
fn dates(entity: &KnownEntity, names: &[&str]) -> Json {
    let known = names.iter().filter_map(|name| {
        let day = get(entity, name);
        (!day.is_empty()).then(|| ((*name).to_owned(), Json::from(day.get(..10).unwrap_or(day))))
    });
    Json::Object(known.collect::<Map<_, _>>())
}

/// A line of the record: what it is called, and what is said, in both languages.
fn fact(case: &KnownEntity, name: &str, dictionary: &Dictionary) -> Option<Json> {
    let property = dictionary.property(&case.list, name)?;
    (!get(case, name).is_empty()).then(|| {
        json!({"name": name, "label": words_json(&property.label), "value": shown(case, name, dictionary)})
    })
}

fn shown(entity: &KnownEntity, name: &str, dictionary: &Dictionary) -> Json {
    let value = get(entity, name);
    match dictionary.property(&entity.list, name) {
        Some(property) => json!({"zh": property.shown(value, "zh"), "en": property.shown(value, "en")}),
        None => json!({"zh": value, "en": value}),
    }
}

fn get<'e>(entity: &'e KnownEntity, name: &str) -> &'e str {
    entity.properties.get(name).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::declared::Office;
    use crate::files::Files;

    fn dictionary() -> Dictionary {
        let forms = Files::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms"));
        Office::read(&forms).unwrap().dictionary
    }

    fn entity(list: &str, said: &[(&str, &str)]) -> KnownEntity {
        KnownEntity {
            list: list.into(),
            id: "0190a0c6-3f7e-7bb2-9c3e-000000000001".into(),
            area: "371002".into(),
            version: 1,
            label: "王秀兰 西门外村".into(),
            properties: said.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            conflict: 0,
            changed_at: 1,
        }
    }

    #[test]
    fn a_lead_becomes_a_planned_visit_with_its_day() {
        let dictionary = dictionary();
        let mut case =
            entity("cases", &[("person", "王秀兰"), ("state", "lead"), ("found_on", "2026-11-20")]);
        assert_eq!(told(&case, &[], &dictionary)["state"], "lead");
        case.properties.insert("visit_by".into(), "2026-11-25".into());
        let told = told(&case, &[], &dictionary);
        assert_eq!(
            (&told["state"], &told["dates"]["visit_by"]),
            (&json!("visit_planned"), &json!("2026-11-25"))
        );
    }

    #[test]
    fn whom_to_ask_is_told_once_somebody_has_taken_it() {
        let dictionary = dictionary();
        let case = entity("cases", &[("person", "王秀兰"), ("state", "in_service")]);
        let of = |state: &str| {
            let said = [
                ("service", "A1"),
                ("state", state),
                ("provider_name", "示例社区"),
                ("made_on", "2026-11-20"),
                ("responsible", "刘洋"),
                ("responsible_phone", "0631-5200000"),
            ];
            told(&case, &[entity("referrals", &said)], &dictionary)["services"][0].clone()
        };
        let made = of("made");
        assert_eq!(
            (&made["ask"], &made["phone"], &made["service"]["zh"]),
            (&json!(""), &json!(""), &json!("探视巡访"))
        );
        let taken = of("accepted");
        assert_eq!((&taken["ask"], &taken["phone"]), (&json!("刘洋"), &json!("0631-5200000")));
        assert_eq!(
            of("refused")["state"],
            "arranged",
            "that somebody refused them is nobody's to read at a kiosk"
        );
    }

    /// Every property that the dictionary has is said, and of what is not for the resident nothing comes out.
    #[test]
    fn nothing_goes_out_but_what_is_named_here() {
        let dictionary = dictionary();
        let all = |list: &str| {
            let said: Vec<(String, String)> = dictionary
                .list(list)
                .unwrap()
                .properties
                .iter()
                .map(|property| (property.name.clone(), format!("<{}>", property.name)))
                .collect();
            let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (&**name, &**value)).collect();
            entity(list, &said)
        };
        let mut case = all("cases");
        case.properties.insert("state".into(), "in_service".into());
        let mut referral = all("referrals");
        referral.properties.insert("state".into(), "in_service".into());
        let told = told(&case, &[referral, all("complaints")], &dictionary).to_string();
        for hidden in [
            "red_flags",
            "danger_handled",
            "difficulties",
            "level",
            "level_system",
            "level_reason",
            "fs",
            "hd",
            "ability",
            "categories",
            "remark",
            "withhold",
            "assessor_1",
            "reviewer",
            "found_by",
            "members",
            "minors",
            "urgency",
            "reason",
            "health_note",
            "mind",
            "satisfaction",
            "cost",
            "refusal_reason",
            "reassign_to",
            "made_by",
            "closed_reason",
            "handler",
            "about",
        ] {
            assert!(!told.contains(&format!("<{hidden}>")), "{hidden}: {told}");
        }
        for seen in ["person", "phone", "responsible", "responsible_phone", "provider_name", "visited_o"] {
            assert!(told.contains(&format!("<{seen}")), "{seen}: {told}");
        }
    }
}
