//! The catalogue of services in `forms/catalogue/`: it has no mistake and what it must have, and its cases hold.
//!
//! A case is `{about, on, taken?, area, facts, not_applicable?, expect}` of one household, or `{about, on, taken?, households: [{id, area, facts,
//! not_applicable?}], expect}` of many. A fact that is not given is not known. Of one household `expect` holds any of `flags`, `open_flags`, `needs`
//! (`A2 1 P07 P08`: code, priority, candidates in their order; `E4 0 offers`: why nobody could), `undecided` (`B4: bathing`) and `sentences` by language
//! and code; of many, `placed` (`h1 A2 P07`), `without` (`h2 A2 full: h1 A2`) and `repeated` (`h1 A2`). `UPDATE_EXPECT=1` writes what comes
//! where a case expects something; read it before you commit it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_engine::services::{
    Applicant, Catalogue, Circumstances, FactId, FactValue, Facts, Matched, NeedOf, Nobody, ProviderKind,
    WithoutPlace,
};
use serde_json::{Map, Value as Json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/catalogue")
}

fn catalogue() -> Arc<Catalogue> {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).ok();
    let services = read("services.csv").expect("the catalogue is there");
    let bundle = doorstep_engine::services::gather(&services, read);
    let read = Catalogue::read(&bundle);
    let told: Vec<String> = read
        .diagnostics
        .iter()
        .map(|found| format!("{}: {}", bundle.position(found.span), found.message))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    read.catalogue.expect("a catalogue without mistakes")
}

#[test]
fn it_has_five_classes_of_four_services_and_all_six_kinds_of_providers() {
    let catalogue = catalogue();
    let items: Vec<_> = catalogue.offered("371002").iter().map(|id| catalogue.item(*id)).collect();
    let codes: Vec<&str> = items.iter().map(|item| &*item.code).collect();
    let wanted: Vec<String> =
        "ABCDE".chars().flat_map(|class| (1..=4).map(move |number| format!("{class}{number}"))).collect();
    assert_eq!(codes, wanted);
    for (place, item) in items.iter().enumerate() {
        assert_eq!(item.number as usize, place + 1, "{}", item.code);
        let texts = [&item.name, &item.target, &item.content, &item.standard, &item.provider, &item.reason];
        for language in ["zh", "en"] {
            assert!(texts.iter().all(|text| !text.of(language).is_empty()), "{} in {language}", item.code);
        }
        assert!(item.example && !item.provider_kinds.is_empty() && !item.proofs.is_empty(), "{}", item.code);
        assert!(!catalogue.offering(&item.code).is_empty(), "nobody offers {}", item.code);
    }
    assert_eq!(catalogue.notice("371002", "zh-CN"), Some("示例目录，待威海市/区市正式清单替换"));
    for kind in ProviderKind::ALL {
        assert!(catalogue.providers().any(|(_, provider)| provider.kind == kind), "{}", kind.name());
        assert_ne!(catalogue.kind_label(kind, "zh"), kind.name());
    }
    let flags = catalogue.facts().iter().filter(|(_, fact)| fact.flag).count();
    assert_eq!(flags, 6, "the red flags of the policy's survey");
}

#[test]
fn a_district_says_what_is_different() {
    let catalogue = catalogue();
    let (own, base) = ("371082007", "371002100");
    let find = |area: &str, code: &str| catalogue.find(area, code).map(|id| catalogue.item(id));
    assert!(find(own, "D3").is_none() && find(base, "D3").is_some(), "switched off");
    assert!(find(own, "A5").is_some() && find(base, "A5").is_none(), "added");
    let (changed, same) = (find(own, "A2").expect("A2"), find(base, "A2").expect("A2"));
    assert_ne!(changed.standard.of("zh"), same.standard.of("zh"));
    assert_eq!(changed.content.of("zh"), same.content.of("zh"));
    assert_eq!(changed.unit_price.map(|price| price.to_string()).as_deref(), Some("25/2"));
}

#[test]
fn its_cases_hold() {
    let catalogue = catalogue();
    let files = doorstep_tests::files(&folder().join("cases"), "json");
    assert!(files.len() >= 5, "the catalogue has cases");
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let mut case: Json =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).expect("a case is JSON");
        let given = match case.get("households") {
            Some(households) => many(&catalogue, &case, households),
            None => one(&catalogue, &case),
        };
        let expected = case["expect"].as_object().expect("a case expects something");
        assert!(!expected.is_empty(), "{} expects nothing", file.display());
        if bless {
            let kept = given.into_iter().filter(|(what, _)| expected.contains_key(what)).collect();
            case["expect"] = Json::Object(kept);
            std::fs::write(&file, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
            continue;
        }
        for (what, expected) in expected {
            if given.get(what) != Some(expected) {
                let given = given
                    .get(what)
                    .map_or("nothing".into(), |given| serde_json::to_string_pretty(given).unwrap());
                wrong.push(format!("{}: {what} is {given}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn circumstances(case: &Json) -> Circumstances {
    let on = case["on"].as_str().and_then(|on| on.parse().ok()).expect("a case says on which day");
    let mut circumstances = Circumstances::on(on);
    for (id, taken) in case.get("taken").and_then(Json::as_object).into_iter().flatten() {
        circumstances.taken.insert(id.clone(), taken.as_u64().expect("a number") as u32);
    }
    circumstances
}

fn matched(catalogue: &Catalogue, household: &Json, circumstances: &Circumstances) -> Matched {
    let mut facts = Facts::default();
    for (name, value) in household["facts"].as_object().expect("facts") {
        assert!(catalogue.facts().find(name).is_some(), "there is no fact {name}");
        facts.set(
            name.as_str(),
            match value {
                Json::Bool(value) => FactValue::Boolean(*value),
                Json::String(text) => FactValue::Text(text.as_str().into()),
                number => FactValue::Text(number.to_string().into()),
            },
        );
    }
    for name in household.get("not_applicable").and_then(Json::as_array).into_iter().flatten() {
        facts.set(name.as_str().expect("a name"), FactValue::NotApplicable);
    }
    catalogue.match_household(household["area"].as_str().unwrap_or(""), &facts, circumstances)
}

fn one(catalogue: &Catalogue, case: &Json) -> Map<String, Json> {
    let circumstances = circumstances(case);
    let matched = matched(catalogue, case, &circumstances);
    let name = |id: &FactId| catalogue.facts().fact(*id).name.to_string();
    let names = |ids: &[FactId]| ids.iter().map(name).collect::<Vec<_>>();
    let code = |item| catalogue.item(item).code.to_string();
    let mut given = Map::new();
    given.insert("flags".into(), names(&matched.flags).into());
    given.insert("open_flags".into(), names(&matched.open_flags).into());
    let needs = matched.needs.iter().map(|need| {
        let who: Vec<&str> = match &need.nobody {
            Some(nobody) => vec![reason(nobody)],
            None => need.candidates.iter().map(|one| &*catalogue.provider(one.provider).id).collect(),
        };
        format!("{} {} {}", code(need.item), need.priority, who.join(" "))
    });
    given.insert("needs".into(), needs.collect::<Vec<_>>().into());
    let undecided = matched
        .undecided
        .iter()
        .map(|open| format!("{}: {}", code(open.item), names(&open.missing).join(" ")));
    given.insert("undecided".into(), undecided.collect::<Vec<_>>().into());
    let mut sentences = Map::new();
    for (language, codes) in case["expect"].get("sentences").and_then(Json::as_object).into_iter().flatten() {
        let mut of_language = Map::new();
        for code in codes.as_object().expect("sentences by code").keys() {
            let item = catalogue.find(&matched.area, code).expect("an item of that code");
            let mut sentence = String::new();
            if let Some(need) = matched.needs.iter().find(|need| need.item == item) {
                sentence = catalogue.explain_match(need, language);
                if let Some(nobody) = &need.nobody {
                    sentence += &format!(" {}", catalogue.explain_nobody(nobody, language));
                }
            } else if let Some(open) = matched.undecided.iter().find(|open| open.item == item) {
                sentence = catalogue.explain_undecided(open, language);
            }
            of_language.insert(code.clone(), sentence.into());
        }
        sentences.insert(language.clone(), of_language.into());
    }
    given.insert("sentences".into(), sentences.into());
    given
}

fn reason(nobody: &Nobody) -> &'static str {
    match nobody {
        Nobody::Offers => "offers",
        Nobody::IsQualified(_) => "is_qualified",
        Nobody::IsNear(_) => "is_near",
        Nobody::IsValid(_) => "is_valid",
        Nobody::HasPlace(_) => "has_place",
    }
}

fn many(catalogue: &Catalogue, case: &Json, households: &Json) -> Map<String, Json> {
    let circumstances = circumstances(case);
    let households = households.as_array().expect("households");
    let all: Vec<(&str, Matched)> = households
        .iter()
        .map(|household| {
            (household["id"].as_str().expect("an id"), matched(catalogue, household, &circumstances))
        })
        .collect();
    let applicants: Vec<Applicant<'_>> = all.iter().map(|(id, matched)| Applicant { id, matched }).collect();
    let placement = catalogue.place(&applicants, &circumstances).expect("it fits");
    let name = |of: &NeedOf| {
        let applicant = applicants[of.applicant];
        format!("{} {}", applicant.id, catalogue.item(applicant.matched.needs[of.need].item).code)
    };
    let mut given = Map::new();
    let placed =
        placement.placed.iter().map(|(of, who)| format!("{} {}", name(of), catalogue.provider(*who).id));
    given.insert("placed".into(), placed.collect::<Vec<_>>().into());
    let without = placement.without.iter().map(|(of, why)| match why {
        WithoutPlace::Nobody(nobody) => format!("{} {}", name(of), reason(nobody)),
        WithoutPlace::Full { ahead, .. } => {
            format!("{} full: {}", name(of), ahead.iter().map(name).collect::<Vec<_>>().join(", "))
        }
    });
    given.insert("without".into(), without.collect::<Vec<_>>().into());
    let repeated = placement.repeated.iter().map(|(of, _)| name(of));
    given.insert("repeated".into(), repeated.collect::<Vec<_>>().into());

    // In any order the same.
    let backwards: Vec<Applicant<'_>> = applicants.iter().rev().copied().collect();
    let again = catalogue.place(&backwards, &circumstances).expect("it fits");
    let turned = |of: &NeedOf| NeedOf { applicant: applicants.len() - 1 - of.applicant, ..*of };
    let same: Vec<String> = again
        .placed
        .iter()
        .map(|(of, who)| format!("{} {}", name(&turned(of)), catalogue.provider(*who).id))
        .collect();
    assert_eq!(given["placed"], Json::from(same), "the order of the households changes it");
    given
}
