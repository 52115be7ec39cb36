//! The catalogue of services in `forms/catalogue/`: it has no mistake and what it must have, and its cases hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_engine::services::{Catalogue, Circumstances, FactValue, Facts, ProviderKind, case, gather};
use doorstep_engine::session::World;
use doorstep_engine::value::Value;
use doorstep_engine::{Form, Session, case as form_case};
use serde_json::Value as Json;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/catalogue")
}

fn catalogue() -> Arc<Catalogue> {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).ok();
    let services = read("services.csv").expect("the catalogue is there");
    let bundle = gather(&services, read);
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

/// What forms choose from is what the catalogue has: codes, names and who does what where.
#[test]
fn the_forms_lists_of_services_and_providers_are_the_catalogues() {
    let read = |path: &str| std::fs::read_to_string(super::root().join(path)).expect("the list is there");
    let columns = |text: &str, names: &[&str]| -> Vec<Vec<String>> {
        let mut lines = text.lines().map(cells);
        let head = lines.next().expect("it has a head");
        let places: Vec<usize> = names
            .iter()
            .map(|name| head.iter().position(|column| column == name).expect("it has the column"))
            .collect();
        lines.map(|row| places.iter().map(|place| row[*place].clone()).collect()).collect()
    };
    let list = services_list(&read("catalogue/services.csv"), &columns);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(super::root().join("lists/services.csv"), &list).unwrap();
    }
    assert_eq!(read("lists/services.csv"), list, "UPDATE_EXPECT=1 writes the list anew");
    let mut offered = columns(
        &read("lists/providers.csv"),
        &["name", "label::zh", "label::en", "kind", "services", "area"],
    );
    let other = offered.pop().expect("the last is one that is not in the list");
    assert_eq!(other[0], "other");
    assert_eq!(
        offered,
        columns(
            &read("catalogue/providers.csv"),
            &["id", "name::zh", "name::en", "kind", "services", "area"]
        )
    );
}

/// The cells of some columns.
type Columns<'c> = dyn Fn(&str, &[&str]) -> Vec<Vec<String>> + 'c;

/// A service as the list has it: its cells, whether points buy it, whose own it is, who has switched it off.
type Listed = (Vec<String>, String, Vec<String>, Vec<String>);

/// The list of services as the catalogue and its districts have it: `only` names the districts that a service is a district's own of, `off` those that have
/// switched it off. A list knows one name of a code, so a district that calls the city's service otherwise is told here.
fn services_list(catalogue: &str, columns: &Columns<'_>) -> String {
    let names = ["code", "name::zh", "name::en", "category"];
    let mut rows: Vec<Listed> = Vec::new();
    for mut row in columns(catalogue, &["code", "name::zh", "name::en", "category", "haibei_convertible"]) {
        let convertible = row.pop().expect("it has the column");
        rows.push((row, convertible, Vec::new(), Vec::new()));
    }
    let city = rows.len();
    for file in doorstep_tests::files(&folder().join("districts"), "csv") {
        let district = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).expect("it is there");
        let off = columns(&text, &["off"]);
        for (row, off) in columns(&text, &names).into_iter().zip(off) {
            match rows.iter().position(|(known, ..)| known[0] == row[0]) {
                Some(place) if off[0] == "1" => rows[place].3.push(district.clone()),
                Some(place) => {
                    let (known, _, only, _) = &mut rows[place];
                    let same = |at: usize| row[at].is_empty() || row[at] == known[at];
                    assert!(
                        (1..4).all(same),
                        "{district} calls {} otherwise: give it a code of its own",
                        row[0]
                    );
                    if place >= city {
                        only.push(district.clone());
                    }
                }
                None => rows.push((row, "0".to_owned(), vec![district.clone()], Vec::new())),
            }
        }
    }
    rows.sort_by(|(a, ..), (b, ..)| a[0].cmp(&b[0]));
    let cell = |text: &str| if text.contains([',', '"']) { format!("\"{text}\"") } else { text.to_owned() };
    let mut list = "name,label::zh,label::en,category,haibei_convertible,only,off\n".to_owned();
    for (row, convertible, only, off) in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        list += &format!("{},{convertible},{},{}\n", cells.join(","), only.join(" "), off.join(" "));
    }
    list
}

/// Whoever refers or plans for a household chooses from what its district offers: what the catalogue matches there, no more and no less.
#[test]
fn forms_offer_what_the_districts_catalogue_offers() {
    let catalogue = catalogue();
    for (form, service) in [("referral", "/referral/what/"), ("service-plan", "/service-plan/items[1]/")] {
        let read =
            Form::read(&super::bundle(&super::root().join(form).join("form.json"))).form.expect("a form");
        for town in ["371082007", "371002100"] {
            let mut offered: Vec<String> = Vec::new();
            for class in ["A", "B", "C", "D", "E"] {
                let case = serde_json::json!({
                    "lists": {"cases": [{"name": "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b01", "label": "x", "person": "x", "town": town, "state": "assessed"}]},
                    "steps": [
                        {"answer": {format!("/{form}/which/case"): "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b01"}},
                        {"answer": {format!("{service}category"): class}}]});
                let (session, _) = form_case::run_through(&read, &case);
                let session = session.expect("the case begins");
                let key = session.at(&format!("{service}service")).expect("it is there");
                let choices = session.question(key).expect("a question").choices;
                offered.extend(choices.iter().map(|choice| choice.name.to_string()));
            }
            let mut wanted: Vec<String> =
                catalogue.offered(town).iter().map(|id| catalogue.item(*id).code.to_string()).collect();
            offered.sort();
            wanted.sort();
            assert_eq!(offered, wanted, "{form} in {town}");
            assert_eq!(offered.contains(&"A5".to_owned()), town == "371082007");
        }
    }
}

/// The cells of a line, those in quotes without them.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("there is one").push(letter),
        }
    }
    cells
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

/// `UPDATE_EXPECT=1` writes what comes where a case expects something; read it before you commit it.
#[test]
fn its_cases_hold() {
    let catalogue = catalogue();
    let files = doorstep_tests::files(&folder().join("cases"), "json");
    assert!(files.len() >= 5, "the catalogue has cases");
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let mut json: Json =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).expect("a case is JSON");
        if bless {
            let expected = json["expect"].as_object().expect("a case expects something").clone();
            let mut came = case::outcome(&catalogue, &json).expect("a case");
            came.retain(|what, _| expected.contains_key(what));
            json["expect"] = Json::Object(came);
            std::fs::write(&file, serde_json::to_string_pretty(&json).unwrap() + "\n").unwrap();
        }
        wrong.extend(
            case::run(&catalogue, &json).iter().map(|message| format!("{}: {message}", file.display())),
        );
        let Some(Json::Array(households)) = json.get_mut("households") else { continue };
        households.reverse();
        wrong.extend(
            case::run(&catalogue, &json)
                .iter()
                .map(|message| format!("{}, turned: {message}", file.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_case_that_is_none_fails() {
    let catalogue = catalogue();
    let whole = serde_json::json!({"on": "2026-11-23", "area": "371002100", "facts": {"age": 1}, "expect": {"flags": []}});
    assert!(case::run(&catalogue, &whole).is_empty());
    let broken = [
        ("on", serde_json::json!("2026-02-30")),
        ("facts", serde_json::json!({"aeg": 1})),
        ("facts", Json::Null),
        ("expect", serde_json::json!({})),
        ("expect", serde_json::json!({"flag": []})),
        ("expect", serde_json::json!({"flags": ["coma"]})),
        ("households", serde_json::json!([{"id": 3}])),
        ("taken", serde_json::json!({"P01": -1})),
        ("not_applicable", serde_json::json!(["nothing"])),
    ];
    for (key, value) in broken {
        let mut case = whole.clone();
        case[key] = value;
        assert!(!case::run(&catalogue, &case).is_empty(), "{case}");
    }
}

/// `households.json`: what comes of the answers of other forms' cases, `{form/case: {facts, needs, undecided}}`. With a `+` between, the facts
/// of several forms together.
#[test]
fn the_answers_of_forms_are_facts() {
    let catalogue = catalogue();
    let file = folder().join("households.json");
    let expected: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).expect("JSON");
    let mut came = serde_json::Map::new();
    for name in expected.as_object().expect("cases by name").keys() {
        let mut facts = Facts::default();
        for (form, case) in name.split('+').filter_map(|part| part.split_once('/')) {
            let own = folder().join("..").join(form);
            let form = Form::read(&super::bundle(&own.join("form.json"))).form.expect("it is a form");
            let case = std::fs::read_to_string(own.join("cases").join(format!("{case}.json"))).unwrap();
            let case: Json = serde_json::from_str(&case).expect("a case is JSON");
            let (session, _) = form_case::run_through(&form, &case);
            facts.learn(catalogue.facts_of(&session.expect("the case begins")));
        }
        let area = "371082007";
        let circumstances = Circumstances::on("2026-11-23".parse().expect("a day"));
        let matched = catalogue.match_household(area, &facts, &circumstances);
        let known = catalogue.facts().iter().filter_map(|(id, fact)| {
            let value = catalogue.value_text(id, facts.get(&fact.name)?, "en");
            Some((fact.name.to_string(), Json::from(value)))
        });
        let code = |item| catalogue.item(item).code.to_string();
        let needs: Vec<String> =
            matched.needs.iter().map(|need| format!("{} {}", code(need.item), need.priority)).collect();
        let undecided: Vec<String> = matched.undecided.iter().map(|open| code(open.item)).collect();
        let facts: serde_json::Map<String, Json> = known.collect();
        came.insert(
            name.clone(),
            serde_json::json!({"facts": facts, "needs": needs, "undecided": undecided.join(" ")}),
        );
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(&came).unwrap() + "\n").unwrap();
    } else {
        assert_eq!(Json::Object(came), expected);
    }
}

#[test]
fn what_is_not_for_a_household_is_told_and_what_was_not_asked_too() {
    let form =
        Form::read(&super::bundle(&super::root().join("household-needs/form.json"))).form.expect("a form");
    let case = super::root().join("household-needs/cases/h1-older-person-alone.json");
    let case: Json = serde_json::from_str(&std::fs::read_to_string(case).unwrap()).unwrap();
    let mut session =
        Session::new(form, World { now_ms: 1_795_397_400_000, utc_offset_minutes: 480, ..World::default() });
    for step in case["steps"].as_array().unwrap() {
        for (path, answer) in step["answer"].as_object().into_iter().flatten() {
            let key = session.at(path).unwrap_or_else(|| panic!("{path} is not there"));
            let data_type = session.question(key).expect("a question").data_type;
            let text = match answer {
                Json::Array(names) => names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            session.answer(key, Value::read(data_type, &text)).expect("it takes the answer");
        }
    }
    let (catalogue, matched) = session.services().expect("its catalogue");
    let unfit = session.unfit_services().expect("its catalogue");
    let all = catalogue.offered("371002").len();
    assert_eq!(
        matched.needs.len() + matched.undecided.len() + unfit.len(),
        all,
        "each service stands somewhere, once"
    );
    assert!(!unfit.is_empty());
    for each in &unfit {
        assert!(!each.unsuitable.because.is_empty(), "{}", catalogue.item_label(each.unsuitable.item, "zh"));
        assert!(catalogue.explain_unsuitable(&each.unsuitable, "zh").contains("这一家："));
        assert_eq!(each.left_out, None, "everything was asked");
    }

    // Whoever does not let anybody ask of illness is told so, wherever illness would have counted.
    let consent = session.at("/household-needs/consent/consent_health").expect("it is there");
    session.answer(consent, Value::Choice("refused".into())).expect("it takes the answer");
    let left_out = session.left_out("HD").expect("health is not looked at");
    assert_eq!((left_out.key, left_out.answer.as_str()), (consent, "不同意"));
    let unfit = session.unfit_services().expect("its catalogue");
    let refused =
        unfit.iter().filter(|each| each.left_out.as_ref().is_some_and(|left_out| left_out.key == consent));
    let refused: Vec<&str> = refused.map(|each| &*catalogue.item(each.unsuitable.item).code).collect();
    assert_eq!(
        refused,
        ["A2", "A3", "A4", "B2", "B4", "C1", "C2", "C3", "D1"],
        "what illness would have decided"
    );
    // Nobody was asked about a disability: that there is none is no reason.
    let alone = session.at("/household-needs/family/living").expect("it is there");
    session.answer(alone, Value::Choice("other".into())).expect("it takes the answer");
    let unfit = session.unfit_services().expect("its catalogue");
    // Beside what was asked and speaks against it, too.
    let laundry =
        unfit.iter().find(|each| *catalogue.item(each.unsuitable.item).code == *"B2").expect("no laundry");
    assert!(laundry.unsuitable.because.iter().any(|(_, value)| *value == FactValue::Boolean(false)));
    assert_eq!(laundry.left_out.as_ref().map(|left_out| left_out.key), Some(consent));
    let because = unfit.iter().flat_map(|each| &each.unsuitable.because);
    let disabled = because.filter(|(fact, _)| *catalogue.facts().fact(*fact).name == *"disabled");
    assert!(disabled.into_iter().all(|(_, value)| *value != FactValue::Boolean(false)));
    let (_, matched) = session.services().expect("its catalogue");
    let missing = matched.undecided.iter().flat_map(|each| &each.missing);
    assert!(missing.into_iter().any(|fact| *catalogue.facts().fact(*fact).name == *"disabled"));
}
