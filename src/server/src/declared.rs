//! The dictionary of entities' properties, the ledgers, the rankings and the catalogue of services, as the folder of the forms declares them:
//! `entities/LIST.json`, `ledgers/ID.json`, `rankings/LIST.json`, `catalogue/services.csv` with what lies beside it.
//!
//! Kept here: what is broken is told with its place when the server starts, as forms are; without the folders there is nothing, and what nobody declared is
//! masked as free text.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use doorstep_engine::entities::declared::{Choice, Declared, Words, files_declared};
use doorstep_engine::entities::dictionary::{Dictionary, DictionaryList, PropertyKind};
use doorstep_engine::entities::ledger::Ledger;
use doorstep_engine::entities::ranked::Ranked;
use doorstep_engine::services::{self, Catalogue};
use doorstep_engine::{Bundle, Source};
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::answer::Refusal;
use crate::files::{Asset, Files};
use crate::forms::{BrokenForm, FormsError, resolve};
use crate::who::caller::{Caller, login_needed};
use crate::who::mask::{Kind, mask};
use crate::who::rights::Role;

/// Where lists are declared.
const LISTS: &str = "entities";
/// And ledgers.
const LEDGERS: &str = "ledgers";
/// And rankings.
const RANKINGS: &str = "rankings";
/// And services.
const CATALOGUE: &str = "catalogue";
/// What areas are called: counties by their codes of six digits.
const AREAS: &str = "lists/counties.csv";

/// What the office declares of entities.
#[derive(Debug, Default)]
pub(crate) struct Office {
    pub(crate) dictionary: Dictionary,
    /// In the order of their numbers.
    pub(crate) ledgers: Vec<Ledger>,
    rankings: Vec<Ranked>,
    /// What services there are, and who gives them; nothing without the folder.
    pub(crate) catalogue: Option<Arc<Catalogue>>,
    /// What areas are called.
    areas: Vec<Choice>,
}

impl Office {
    /// Reads all that is declared.
    ///
    /// # Errors
    /// [`FormsError`], with all that is wrong.
    pub(crate) fn read(files: &Files) -> Result<Office, FormsError> {
        let files = files.read().map_err(FormsError::Unread)?;
        let mut broken = Vec::new();
        let mut lists = Vec::new();
        for (name, bundle) in bundles(&files, LISTS)? {
            lists.extend(sound(LISTS, DictionaryList::read(&name, &bundle), bundle, &mut broken));
        }
        // What is wrong with ledgers follows from a list that is not there.
        if !broken.is_empty() {
            return Err(FormsError::Broken(broken));
        }
        let dictionary = Dictionary { lists };
        let mut ledgers = Vec::new();
        for (name, bundle) in bundles(&files, LEDGERS)? {
            ledgers.extend(sound(LEDGERS, Ledger::read(&name, &bundle, &dictionary), bundle, &mut broken));
        }
        let mut rankings = Vec::new();
        for (name, bundle) in bundles(&files, RANKINGS)? {
            let read = Ranked::read(&name, &bundle, &dictionary);
            rankings.extend(sound(RANKINGS, read, bundle, &mut broken));
        }
        let catalogue = catalogue(&files, &mut broken)?;
        if !broken.is_empty() {
            return Err(FormsError::Broken(broken));
        }
        // l2 before l10.
        ledgers.sort_by(|one, other| (one.id.len(), &one.id).cmp(&(other.id.len(), &other.id)));
        Ok(Office { dictionary, ledgers, rankings, catalogue, areas: areas(&files) })
    }

    /// A ledger by its id.
    pub(crate) fn ledger(&self, id: &str) -> Option<&Ledger> {
        self.ledgers.iter().find(|ledger| ledger.id == id)
    }

    /// How a list is ranked, if it is.
    pub(crate) fn ranked(&self, list: &str) -> Option<&Ranked> {
        self.rankings.iter().find(|ranked| ranked.list == list)
    }

    /// What a property says of a person.
    pub(crate) fn kind(&self, list: &str, property: &str) -> Kind {
        kind_of(self.dictionary.kind(list, property))
    }

    /// A property's value as a role sees it.
    pub(crate) fn seen(&self, role: Role, list: &str, property: &str, value: &str) -> String {
        mask(role, self.kind(list, property), value)
    }

    /// An entity's label as a role sees it.
    pub(crate) fn label_seen(&self, role: Role, list: &str, label: &str) -> String {
        mask(role, kind_of(self.dictionary.label_kind(list)), label)
    }
}

/// The dictionary's kinds are the masks' own.
pub(crate) const fn kind_of(kind: PropertyKind) -> Kind {
    match kind {
        PropertyKind::Name => Kind::Name,
        PropertyKind::Phone => Kind::Phone,
        PropertyKind::IdNumber => Kind::IdNumber,
        PropertyKind::BirthDate => Kind::BirthDate,
        PropertyKind::Free => Kind::Free,
        PropertyKind::Plain => Kind::Plain,
    }
}

/// What is sound; what is not goes to the broken.
fn sound<T>(folder: &str, read: Declared<T>, bundle: Bundle, broken: &mut Vec<BrokenForm>) -> Option<T> {
    if read.value.is_none() {
        broken.push(BrokenForm { folder: folder.to_owned(), bundle, diagnostics: read.diagnostics });
    }
    read.value
}

/// The catalogue of services, if there is one.
fn catalogue(
    files: &BTreeMap<String, Bytes>,
    broken: &mut Vec<BrokenForm>,
) -> Result<Option<Arc<Catalogue>>, FormsError> {
    let services = format!("{CATALOGUE}/services.csv");
    let Some(bytes) = files.get(&services) else { return Ok(None) };
    let mut failed = None;
    let bundle = services::gather(text(&services, bytes)?, |name| {
        let path = resolve(CATALOGUE, name)?;
        let read = text(&path, files.get(&path)?);
        read.map(str::to_owned).map_err(|error| failed = Some(error)).ok()
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let services::Read { catalogue, diagnostics } = Catalogue::read(&bundle);
    if catalogue.is_none() {
        broken.push(BrokenForm { folder: CATALOGUE.to_owned(), bundle, diagnostics });
    }
    Ok(catalogue)
}

/// The JSON files of a folder by their names without the ending, each with the files that it names.
fn bundles(files: &BTreeMap<String, Bytes>, folder: &str) -> Result<Vec<(String, Bundle)>, FormsError> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        let name = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        let name = name.and_then(|name| name.strip_suffix(".json")).filter(|name| !name.contains('/'));
        let Some(name) = name else { continue };
        let main = Source::new(format!("{name}.json"), text(path, bytes)?);
        let mut beside = Vec::new();
        for file in files_declared(&main) {
            let path = resolve(folder, &file);
            if let Some((path, bytes)) = path.and_then(|path| files.get_key_value(&path)) {
                beside.push(Source::new(file, text(path, bytes)?));
            }
        }
        found.push((name.to_owned(), Bundle { main, files: beside }));
    }
    Ok(found)
}

fn text<'b>(path: &str, bytes: &'b Bytes) -> Result<&'b str, FormsError> {
    std::str::from_utf8(bytes).map_err(|_| FormsError::NotText(path.to_owned()))
}

/// What areas are called, if the list of counties is there.
fn areas(files: &BTreeMap<String, Bytes>) -> Vec<Choice> {
    let Some(bytes) = files.get(AREAS) else { return Vec::new() };
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let titles = reader.headers().cloned().unwrap_or_default();
    let place = |wanted: &str| titles.iter().position(|title| title == wanted);
    let (Some(name), Some(zh), Some(en)) = (place("name"), place("label::zh"), place("label::en")) else {
        return Vec::new();
    };
    let area = |record: csv::StringRecord| {
        let cell = |place| record.get(place).unwrap_or_default().to_owned();
        Choice { name: cell(name), label: Words { zh: cell(zh), en: cell(en) } }
    };
    reader.records().filter_map(Result::ok).map(area).collect()
}

/// `GET /api/v1/dictionary`, for everybody, as the forms are whose lists it names: it says nothing of anybody. Marked, so that phones fetch it once.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Option<Caller>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    if caller.is_none() && shared.who.access.devices_only {
        return Err(login_needed());
    }
    let office = &shared.office;
    let lists: Vec<Json> = office.dictionary.lists.iter().map(list_json).collect();
    let ledgers = office.ledgers.iter().map(|ledger| {
        json!({"id": ledger.id, "label": words_json(&ledger.title), "period": ledger.period.is_some()})
    });
    let ledgers: Vec<Json> = ledgers.collect();
    let told = json!({"lists": lists, "ledgers": ledgers, "areas": choices_json(&office.areas)});
    Ok(Asset::new(told.to_string().into(), None, "application/json", false).answer(&asked))
}

/// A text in both languages, as the wire has it.
pub(crate) fn words_json(words: &Words) -> Json {
    json!({"zh": words.zh, "en": words.en})
}

fn choices_json(choices: &[Choice]) -> Json {
    choices.iter().map(|choice| json!({"name": choice.name, "label": words_json(&choice.label)})).collect()
}

fn list_json(list: &DictionaryList) -> Json {
    let property = |property: &doorstep_engine::entities::dictionary::Property| {
        json!({
            "name": property.name, "label": words_json(&property.label), "kind": property.kind.name(),
            "is": property.is.name(), "choices": choices_json(&property.choices),
        })
    };
    let properties: Vec<Json> = list.properties.iter().map(property).collect();
    json!({"name": list.name, "label": words_json(&list.label), "properties": properties})
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use doorstep_engine::entities::ledger::From;

    use super::*;

    fn forms() -> Files {
        Files::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms"))
    }

    #[test]
    fn every_property_that_a_form_writes_is_declared() {
        let office = Office::read(&forms()).unwrap_or_else(|error| panic!("{error}"));
        let mut missing = Vec::new();
        for checked in crate::forms::read_all(&forms()).unwrap() {
            for (list, property) in checked.form.entity_properties() {
                if office.dictionary.property(list, property).is_none() {
                    missing.push(format!("{}: {list}.{property}", checked.form.id()));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new(), "declare them in forms/entities/");
    }

    /// Members are read from the survey itself: every code that it can hold has a word, and the same.
    #[test]
    fn members_are_said_in_the_survey_s_own_words() {
        fn questions<'j>(at: &'j Json, found: &mut Vec<&'j Json>) {
            for child in at.as_array().into_iter().flatten() {
                found.push(child);
                questions(&child["children"], found);
            }
        }
        let office = Office::read(&forms()).unwrap_or_else(|error| panic!("{error}"));
        let list = office.dictionary.list("members").unwrap();
        let surveyed = list.surveyed.as_ref().unwrap();
        let mut seen = 0;
        for form in std::iter::once(&surveyed.form).chain(surveyed.assessed.iter().map(|one| &one.form)) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms").join(form).join("form.json");
            let form: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let mut found = Vec::new();
            questions(&form["survey"], &mut found);
            for property in &list.properties {
                let Some(question) = found.iter().find(|one| one["name"] == *property.name) else { continue };
                let Some((_, choices)) = question["type"].as_str().and_then(|is| is.split_once(' ')) else {
                    continue;
                };
                for choice in form["choices"][choices].as_array().into_iter().flatten() {
                    let code = choice["name"].as_str().unwrap();
                    let said = [property.shown(code, "zh"), property.shown(code, "en")];
                    let wanted = ["zh", "en"].map(|language| choice["label"][language].as_str().unwrap());
                    assert_eq!(said, wanted, "{}", property.name);
                    seen += 1;
                }
            }
        }
        assert!(seen > 30, "{seen}");
        let named = [&surveyed.repeat, &surveyed.called];
        let text = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/household-needs/form.json"),
        );
        let text = text.unwrap();
        assert!(named.iter().all(|name| text.contains(&format!("\"name\": \"{name}\""))));
    }

    #[test]
    fn the_ledgers_are_ten_in_their_order() {
        let office = Office::read(&forms()).unwrap_or_else(|error| panic!("{error}"));
        let ids: Vec<&str> = office.ledgers.iter().map(|ledger| &*ledger.id).collect();
        assert_eq!(ids, ["l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9", "l10"]);
        assert!(office.areas.iter().any(|area| area.name == "371002" && area.label.zh == "环翠区"));
    }

    /// A ledger ranks and weighs as the survey does: its points and weights are the form's.
    #[test]
    fn dimensions_weigh_in_ledgers_as_in_the_survey() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/household-needs/form.json");
        let form: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let measures = form["assessment"].as_array().unwrap();
        let named = |name: &Json| measures.iter().find(|measure| measure["name"] == *name).unwrap();
        let index = named(&json!("need_index"));
        let wanted: Vec<(String, u64, u64)> = index["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                let property = part["of"].as_str().unwrap().to_lowercase();
                (property, named(&part["of"])["max"].as_u64().unwrap(), part["weight"].as_u64().unwrap())
            })
            .collect();
        let office = Office::read(&forms()).unwrap();
        let mut seen = 0;
        for column in &office.ledger("l2").unwrap().columns {
            let (From::Rank(_, parts) | From::Index(parts)) = &column.from else { continue };
            let parts: Vec<(String, u64, u64)> = parts
                .iter()
                .map(|part| (part.property.clone(), part.max.into(), part.weight.into()))
                .collect();
            assert_eq!(parts, wanted, "{}", column.name);
            seen += 1;
        }
        assert_eq!(seen, 3);
    }

    /// Whoever is ranked is ranked as the survey scores: by its points, weights and cut-offs.
    #[test]
    fn households_are_ranked_by_the_survey_s_own_index() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/household-needs/form.json");
        let form: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let measures = form["assessment"].as_array().unwrap();
        let named = |name: &Json| measures.iter().find(|measure| measure["name"] == *name).unwrap();
        let parts = named(&json!("need_index"))["parts"].as_array().unwrap();
        let wanted: Vec<Json> = parts
            .iter()
            .map(|part| {
                let property = part["of"].as_str().unwrap().to_lowercase();
                json!([property, named(&part["of"])["max"], part["weight"]])
            })
            .collect();
        let office = Office::read(&forms()).unwrap_or_else(|error| panic!("{error}"));
        let ranked = office.ranked("cases").unwrap();
        let own: Vec<Json> =
            ranked.parts.iter().map(|part| json!([part.property, part.max, part.weight])).collect();
        assert_eq!(own, wanted);
        let bands = named(&json!("need_band"))["bands"].as_array().unwrap();
        let codes: Vec<&str> = bands.iter().rev().map(|band| band["code"].as_str().unwrap()).collect();
        assert_eq!(ranked.bands.iter().map(|band| &*band.code).collect::<Vec<_>>(), codes);
        // The lowest begins at 0, and each of the others where its range does.
        for (band, own) in bands.iter().rev().zip(&ranked.bands).skip(1) {
            let range = band["range"].as_str().unwrap();
            let from = range.trim_start_matches(['>', '=', '[']).split("..").next().unwrap();
            assert_eq!(from.parse(), Ok(own.from), "{range}");
        }
        assert!(office.catalogue.is_some());
    }

    #[test]
    fn what_is_broken_is_told_with_its_place_and_no_folder_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::Folder(folder.path().to_owned());
        let none = Office::read(&files).unwrap();
        assert!(none.dictionary.lists.is_empty() && none.ledgers.is_empty());
        assert_eq!(none.kind("cases", "person"), Kind::Free);
        std::fs::create_dir_all(folder.path().join("entities")).unwrap();
        std::fs::write(folder.path().join("entities/cases.json"), "{\"label\": 1,\n\"propertys\": []}")
            .unwrap();
        let told = Office::read(&files).unwrap_err().to_string();
        assert!(told.contains("entities/cases.json:2:1: error[unknown-key]"), "{told}");
    }
}
