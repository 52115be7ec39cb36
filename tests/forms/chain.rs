//! The forms of the chain after one another: what one says of a household is in the next, so that a case goes from its lead to its closure.
//!
//! Each step is a form that is opened over the lists as the steps before left them, answered, complete, and applied as the server does it: once as the
//! server tells of them, and once on a phone that had no network since the first. What was said once is typed nowhere again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use doorstep_engine::entities::{Applied, Entity, EntityChange, EntityList, apply};
use doorstep_engine::view::Key;
use doorstep_engine::{Form, Session, World};
use serde_json::{Map, Value as Json};

/// What is known of all entities: by list, then id.
type Known = BTreeMap<String, BTreeMap<String, Entity>>;
/// What was said so far, each with the step that said it.
type Said = Vec<(String, EntityChange)>;

#[test]
fn a_case_goes_from_lead_to_closure() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forms/chain");
    for file in doorstep_tests::files(&folder, "json") {
        let told: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for is_online in [true, false] {
            let (mut known, mut said) = (Known::new(), Said::new());
            for (number, step) in told["steps"].as_array().unwrap().iter().enumerate() {
                let lists = if is_online { told_lists(&known) } else { said_lists(&said) };
                go((&mut known, &mut said), lists, step, number as u64);
            }
        }
        for said in told["typed_once"].as_array().unwrap() {
            let answers =
                told["steps"].as_array().unwrap().iter().flat_map(|step| step["answer"].as_object().unwrap());
            let typed = answers.filter(|(_, answer)| *answer == said).count();
            assert_eq!(typed, 1, "{said} is typed {typed} times");
        }
    }
}

fn go((known, said): (&mut Known, &mut Said), lists: Lists, step: &Json, number: u64) {
    let name = step["form"].as_str().unwrap();
    let at = format!("step {} ({name})", number + 1);
    let definition = super::root().join(name).join("form.json");
    let form = Form::read(&super::bundle(&definition)).form.expect("it is a form");
    let mut session = Session::new(form, world(lists, step["day"].as_str().unwrap(), number));
    answer(&mut session, known, step["answer"].as_object().unwrap(), &at);
    for (path, wanted) in step["shows"].as_object().into_iter().flatten() {
        let key = key_of(&mut session, path, &at);
        let shown = session.question(key).map(|question| question.value.to_text()).unwrap_or_default();
        assert_eq!(shown, wanted.as_str().unwrap(), "{at}: {path}");
    }
    for (path, wanted) in step["offers"].as_object().into_iter().flatten() {
        let key = key_of(&mut session, path, &at);
        let offered = session.question(key).map(|question| question.choices).unwrap_or_default();
        let offered: Vec<&str> = offered.iter().map(|choice| choice.label.as_str()).collect();
        assert_eq!(Json::from(offered), *wanted, "{at}: {path}");
    }
    let open: Vec<String> = session
        .violations()
        .iter()
        .map(|(key, violation)| format!("{} {:?}", session.path(*key), violation.kind))
        .collect();
    assert!(open.is_empty(), "{at} is not complete: {}", open.join(", "));
    let changes = session.entities();
    assert_eq!(changes.is_empty(), step["then"] == Json::Object(Map::new()), "{at} says {changes:?}");
    for change in changes {
        let change = change.unwrap_or_else(|error| panic!("{at}: {error}"));
        let list = known.entry(change.list.clone()).or_default();
        let mut entity = list.remove(&change.id);
        let applied = apply(&mut entity, &change, &at);
        assert!(matches!(applied, Applied::Made | Applied::Changed(None)), "{at}: {applied:?}");
        said.push((at.clone(), change.clone()));
        list.insert(change.id.clone(), entity.expect("it is there now"));
    }
    for (list, wanted) in step["then"].as_object().unwrap() {
        let entity = one(known, list);
        for (property, value) in wanted.as_object().unwrap() {
            let given = entity.properties.get(property).map_or("", String::as_str);
            assert_eq!(given, value.as_str().unwrap(), "{at}: {property} of {list}");
        }
    }
}

/// Nine o'clock of a day in Weihai, with the lists as they are.
fn world(lists: Lists, day: &str, seed: u64) -> World {
    let now: jiff::Timestamp = format!("{day}T09:00:00+08:00").parse().unwrap();
    World { now_ms: now.as_millisecond(), utc_offset_minutes: 480, seed, lists, ..World::default() }
}

type Lists = Arc<[Arc<EntityList>]>;

/// As the server has them.
fn told_lists(known: &Known) -> Lists {
    let list = |(name, entities): (&String, &BTreeMap<String, Entity>)| {
        Arc::new(EntityList::of(name, entities.values().cloned(), []))
    };
    known.iter().map(list).collect()
}

/// As a phone has them that knows its own word alone.
fn said_lists(said: &Said) -> Lists {
    let names: BTreeSet<&str> = said.iter().map(|(_, change)| &*change.list).collect();
    let changes = || said.iter().map(|(by, change)| (&**by, change));
    names.into_iter().map(|name| Arc::new(EntityList::of(name, [], changes()))).collect()
}

/// By page and name; `@cases` is the household of the list, `@members/小宝` who is called so there. The next card of a repeat is added where it is answered.
fn answer(session: &mut Session, known: &Known, answers: &Map<String, Json>, at: &str) {
    for (path, value) in answers {
        let text = match value {
            Json::String(text) => match text.strip_prefix('@') {
                Some(whom) => one(known, whom).id.clone(),
                None => text.clone(),
            },
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        let key = key_of(session, path, at);
        session.answer_text(key, &text).unwrap_or_else(|error| panic!("{at}: {path}: {error:?}"));
    }
}

fn key_of(session: &mut Session, path: &str, at: &str) -> Key {
    let path = format!("/{}/{path}", session.form().id());
    if let (None, Some((repeat, _))) = (session.at(&path), path.split_once('[')) {
        let key = session.at(repeat).unwrap_or_else(|| panic!("{at}: there is no {repeat}"));
        session.add_repeat(key).unwrap_or_else(|error| panic!("{at}: {repeat}: {error:?}"));
    }
    session.at(&path).unwrap_or_else(|| panic!("{at}: there is no {path}"))
}

/// The only entity of a list, or the one that is called so there: `members/小宝`.
fn one<'k>(known: &'k Known, whom: &str) -> &'k Entity {
    let (list, label) = whom.split_once('/').unwrap_or((whom, ""));
    let entities = known.get(list).into_iter().flat_map(BTreeMap::values);
    let entities: Vec<&Entity> =
        entities.filter(|entity| label.is_empty() || *entity.label == *label).collect();
    assert_eq!(entities.len(), 1, "one of {whom}");
    entities[0]
}

/// Beside a form lies the head of each growing list that it looks into, with no household in it; what forms say of a list is in `forms/README.md`.
#[test]
fn growing_lists_lie_empty_beside_forms_and_their_properties_are_documented() {
    let readme = std::fs::read_to_string(super::root().join("README.md")).unwrap();
    let documented: Vec<&str> = readme.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut said = 0;
    for definition in super::definitions() {
        for file in doorstep_tests::files(definition.parent().unwrap(), "csv") {
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(text, "name,label,__version\n", "{}", file.display());
        }
        let form: Json = serde_json::from_str(&std::fs::read_to_string(&definition).unwrap()).unwrap();
        properties(&form["survey"], &mut |save_to| {
            let property = save_to.split_once('#').map_or(save_to, |(_, property)| property);
            assert!(
                documented.contains(&property),
                "{}: {property} is not in README.md",
                definition.display()
            );
            said += 1;
        });
    }
    assert!(said > 50, "the forms say {said} properties");
}

fn properties(rows: &Json, take: &mut impl FnMut(&str)) {
    for row in rows.as_array().into_iter().flatten() {
        if let Some(save_to) = row["save_to"].as_str() {
            take(save_to);
        }
        properties(&row["children"], take);
    }
}
