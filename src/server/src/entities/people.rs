//! Who lives in a household: the members that its last survey names, and the assessments of each, as the dictionary declares where they stand.
//!
//! Whom the members' list has beside that stands there too, those who left among them, as it says; what it says of whom the survey names is added to what they answered.
//!
//! Two phones without a network may each have listed the same person: whoever is called as somebody else who lives there is marked, for a person to say so.
//!
//! Kept here: a survey in which nobody was met takes nobody away; whom an assessment is about is found by the name before anything is masked, and where
//! two are called so, or nobody is, it stands by itself under the name that it gives.

use std::collections::BTreeMap;

use doorstep_delivery::sealed::Sealed;
use doorstep_engine::entities::dictionary::{Assessed, DictionaryList, Surveyed};
use serde_json::{Map, Value as Json, json};

use super::sight::Sight;
use super::timeline::title_json;
use crate::Shared;
use crate::answer::Refusal;
use crate::off_thread::off_thread;
use crate::store::{About, KnownEntity, ToldVersion};

/// The list of households.
const CASES: &str = "cases";
/// What a member's entity says of whose it is, and what they are called.
const CASE: &str = "case";
const PERSON: &str = "person";
/// Since when somebody is not listed any more.
const LEFT_ON: &str = "left_on";
/// What a survey says of a member on its own day, in answers of other names.
const AS_SURVEYED: [&str; 3] = ["birth_date", "age", "age_on"];
/// So many surveys are looked through, the newest first, and so many assessments are told.
const MOST_SURVEYS: usize = 12;
const MOST_ASSESSMENTS: i64 = 60;

/// A survey's answers by the names of their questions.
type Answers = BTreeMap<String, String>;

/// Who lives there; nothing if no survey says it, or the list is none of households.
pub(super) async fn people(
    shared: &Shared,
    sight: &Sight<'_>,
    (list, id): (&str, &str),
    (versions, related): (&[ToldVersion], &[KnownEntity]),
) -> Result<Json, Refusal> {
    let declared = shared.office.dictionary.lists.iter();
    let declared = declared.filter(|_| list == CASES && sight.sees_others());
    let found = declared.filter_map(|declared| Some((declared, declared.surveyed.as_ref()?))).next();
    let Some((declared, surveyed)) = found else { return Ok(Json::Null) };
    let about = shared.store.submissions_about(list, id, sight.area, MOST_ASSESSMENTS).await?;
    let mut assessments = Vec::new();
    for about in about {
        let Some(assessed) = surveyed.assessed.iter().find(|assessed| assessed.form == about.form_id) else {
            continue;
        };
        let (body, assessed) = (about.body.clone(), assessed.clone());
        let answers = off_thread(move || Ok((answers(&body), assessed))).await?;
        let (Some(answers), assessed) = answers else { continue };
        let name = answers.get(&assessed.called).cloned().unwrap_or_default();
        let told = assessment(shared, sight, declared, &assessed, (&about, &answers)).await?;
        assessments.push((name, told));
    }
    let last = last_survey(shared, surveyed, versions).await?;
    let (version, members) = match last {
        Some((version, members)) => (Some(version), with_known(members, related, declared, surveyed)),
        None => (None, with_known(Vec::new(), related, declared, surveyed)),
    };
    if members.is_empty() && assessments.is_empty() {
        return Ok(Json::Null);
    }
    let named = |name: &str| members.iter().filter(|member| called(surveyed, member) == name).count();
    let is_theirs = |name: &str| !name.is_empty() && named(name) == 1;
    let twice = |member: &Answers| {
        let name = called(surveyed, member);
        let alike = members.iter().filter(|other| lives_there(other) && called(surveyed, other) == name);
        !name.is_empty() && lives_there(member) && alike.count() > 1
    };
    let person = |member: &Answers| {
        let name = called(surveyed, member);
        let own =
            assessments.iter().filter(|(of, _)| is_theirs(of) && of == name).map(|(_, told)| told.clone());
        let said = declared.properties.iter().filter_map(|property| {
            let said = member.get(&property.name).filter(|said| !said.is_empty())?;
            Some((property.name.clone(), said.clone()))
        });
        let said: BTreeMap<String, String> = said.collect();
        json!({
            "called": shared.office.label_seen(sight.role, &declared.name, name),
            "properties": sight.properties(&shared.office, &declared.name, &said),
            "assessments": own.collect::<Vec<Json>>(), "twice": twice(member),
        })
    };
    let people: Vec<Json> = members.iter().map(person).collect();
    let others = assessments.iter().filter(|(name, _)| !is_theirs(name)).map(|(_, told)| told.clone());
    Ok(json!({
        "list": declared.name, "at": version.map(|version| version.at),
        "submission": version.map(|version| &version.from), "people": people, "others": others.collect::<Vec<Json>>(),
    }))
}

/// Those that a survey names, each with what their entity says beside their answers, and behind them whom entities alone name, in the order of their ids.
fn with_known(
    surveyed_members: Vec<Answers>,
    related: &[KnownEntity],
    declared: &DictionaryList,
    surveyed: &Surveyed,
) -> Vec<Answers> {
    let mut known: Vec<&KnownEntity> = related.iter().filter(|other| other.list == declared.name).collect();
    known.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    let mut members = surveyed_members;
    for member in &mut members {
        let Some(place) = known.iter().position(|entity| is_about(member, entity, surveyed)) else {
            continue;
        };
        for (name, said) in &known.remove(place).properties {
            if !matches!(&**name, CASE | PERSON) && !AS_SURVEYED.contains(&&**name) {
                member.entry(name.clone()).or_insert_with(|| said.clone());
            }
        }
    }
    members.extend(known.into_iter().map(|entity| as_surveyed(entity, surveyed)));
    members
}

/// Is the row about this one? By the id that it gives; what was surveyed before rows gave one goes by the name.
fn is_about(member: &Answers, entity: &KnownEntity, surveyed: &Surveyed) -> bool {
    let mut ids = surveyed.entity.iter().filter_map(|answer| member.get(answer));
    match ids.find(|id| !id.is_empty()) {
        Some(id) => *id == entity.id,
        None => !entity.label.is_empty() && called(surveyed, member) == entity.label,
    }
}

/// An entity as a survey would have it: without what only says whose it is.
fn as_surveyed(entity: &KnownEntity, surveyed: &Surveyed) -> Answers {
    let mut said = entity.properties.clone();
    said.remove(CASE);
    let name = said.remove(PERSON).filter(|name| !name.is_empty());
    said.insert(surveyed.called.clone(), name.unwrap_or_else(|| entity.label.clone()));
    said
}

fn called<'m>(surveyed: &Surveyed, member: &'m Answers) -> &'m str {
    member.get(&surveyed.called).map_or("", |name| name.trim())
}

fn lives_there(member: &Answers) -> bool {
    member.get(LEFT_ON).is_none_or(String::is_empty)
}

/// The newest survey that names anybody, and whom.
async fn last_survey<'v>(
    shared: &Shared,
    surveyed: &Surveyed,
    versions: &'v [ToldVersion],
) -> Result<Option<(&'v ToldVersion, Vec<Answers>)>, Refusal> {
    let by_form = |version: &&ToldVersion| version.form.as_ref().is_some_and(|(id, _)| *id == surveyed.form);
    for version in versions.iter().rev().filter(by_form).take(MOST_SURVEYS) {
        let Some(body) = shared.store.body_of(&version.from).await? else { continue };
        let repeat = surveyed.repeat.clone();
        let members = off_thread(move || Ok(members(&body, &repeat))).await?;
        if !members.is_empty() {
            return Ok(Some((version, members)));
        }
    }
    Ok(None)
}

/// What an assessment came to, and whom it names.
async fn assessment(
    shared: &Shared,
    sight: &Sight<'_>,
    declared: &DictionaryList,
    assessed: &Assessed,
    (about, answers): (&About, &Answers),
) -> Result<Json, Refusal> {
    let said = |name: &String| answers.get(name).filter(|said| !said.is_empty()).cloned();
    let gives = assessed.gives.iter().filter_map(|name| Some((name.clone(), said(name)?)));
    let gives: BTreeMap<String, String> = gives.collect();
    let name = said(&assessed.called).unwrap_or_default();
    Ok(json!({
        "form": title_json(shared, &about.form_id, &about.form_hash).await?,
        "submission": about.submission, "at": about.received_at, "on": said(&assessed.on).unwrap_or_default(),
        "called": shared.office.label_seen(sight.role, &declared.name, &name),
        "properties": sight.properties(&shared.office, &declared.name, &gives),
    }))
}

/// The instances of the first repeat of that name. What can't be read has none: an encrypted one.
fn members(body: &[u8], repeat: &str) -> Vec<Answers> {
    let Ok(sealed) = Sealed::read(body) else { return Vec::new() };
    let found = rows_of(&sealed.data, repeat);
    found.map_or_else(Vec::new, |rows| rows.iter().map(flat).collect())
}

fn rows_of<'j>(data: &'j Json, repeat: &str) -> Option<&'j Vec<Json>> {
    let object = data.as_object()?;
    let own = object.get(repeat).and_then(Json::as_array);
    own.or_else(|| object.values().find_map(|inner| rows_of(inner, repeat)))
}

fn answers(body: &[u8]) -> Option<Answers> {
    Sealed::read(body).ok().map(|sealed| flat(&sealed.data))
}

/// Answers by the names of their questions, whichever group they stand in; those of repeats within are others'.
fn flat(data: &Json) -> Answers {
    let mut answers = Answers::new();
    let mut open: Vec<&Map<String, Json>> = data.as_object().into_iter().collect();
    while let Some(object) = open.pop() {
        for (name, value) in object {
            match value {
                Json::Object(inner) => open.push(inner),
                Json::Array(items) if items.iter().any(Json::is_object) => {}
                other => {
                    answers.entry(name.clone()).or_insert_with(|| text(other));
                }
            }
        }
    }
    answers
}

/// An answer as entities have it: several codes with blanks between.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Json::Null | Json::Object(_) => String::new(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_whichever_group_they_stand_and_read_flat() {
        let data = json!({"needs": {"visit": {"day": "2026-11-02"}, "home": {"members": [
            {"who": {"card": "王秀兰", "age": 71}, "health": ["21", "22"], "visits": [{"age": 3}]},
            {"who": {"card": "王强", "age": null}}]}}});
        let rows = rows_of(&data, "members").unwrap();
        let told: Vec<Answers> = rows.iter().map(flat).collect();
        let said = |row: usize, name: &str| told[row].get(name).cloned();
        assert_eq!(said(0, "card").as_deref(), Some("王秀兰"));
        assert_eq!((said(0, "age").as_deref(), said(0, "health").as_deref()), (Some("71"), Some("21 22")));
        assert_eq!((said(1, "card").as_deref(), said(1, "age").as_deref()), (Some("王强"), Some("")));
        assert!(rows_of(&data, "visit").is_none() && rows_of(&json!([]), "members").is_none());
    }
}
