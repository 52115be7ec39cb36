//! Cases of a catalogue: facts of households in; needs, reasons and places out.
//!
//! A case stands beside its catalogue as JSON; the same runner serves the tests and `doorstep test`. Of one household it is `{about, on, taken?, area,
//! facts, not_applicable?, expect}`, of many `{about, on, taken?, households: [{id, area, facts, not_applicable?}], expect}`. `on` is a day; `taken` holds
//! the places that are taken already by provider; a fact that is not given is not known.
//!
//! Of one household `expect` names any of `flags`, `open_flags`, `needs` (`A2 1 P07 P08`: code, priority, candidates in their order; `E4 0 offers`: why nobody
//! could), `undecided` (`B4: bathing`) and `sentences` by language and code; of many, `placed` (`h1 A2 P07`), `without` (`h2 A2 full: h1 A2`),
//! `repeated` (`h1 A2`), and `why` by language, a sentence for each without a place.

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::catalogue::Catalogue;
use super::facts::{FactId, FactValue, Facts};
use super::household::{Circumstances, Matched, Nobody};
use super::place::{Applicant, NeedOf, WithoutPlace};
use crate::moment;

/// Runs a case: what did not come out as it says, one sentence each. None: it passed.
pub fn run(catalogue: &Catalogue, case: &Json) -> Vec<String> {
    let given = match outcome(catalogue, case) {
        Ok(given) => given,
        Err(message) => return vec![message],
    };
    let expected = case.get("expect").and_then(Json::as_object).filter(|expected| !expected.is_empty());
    let Some(expected) = expected else { return vec!["the case expects nothing".into()] };
    let differs = |(what, wanted): (&String, &Json)| match given.get(what) {
        Some(came) if came == wanted => None,
        Some(came) => Some(format!("`{what}` should be {wanted} and is {came}")),
        None => Some(format!("a case knows no `{what}` here")),
    };
    expected.iter().filter_map(differs).collect()
}

/// What comes of a case, by the names that it may expect. An error: the case is none.
pub fn outcome(catalogue: &Catalogue, case: &Json) -> Result<Map<String, Json>, String> {
    let circumstances = circumstances(case)?;
    match case.get("households") {
        Some(Json::Array(households)) => many(catalogue, case, households, &circumstances),
        Some(_) => Err("`households` is a list".into()),
        None => {
            let matched = matched(catalogue, case, &circumstances)?;
            Ok(one(catalogue, case, &matched))
        }
    }
}

fn circumstances(case: &Json) -> Result<Circumstances, String> {
    let on: Option<Date> = case.get("on").and_then(Json::as_str).and_then(moment::read_date);
    let mut circumstances = Circumstances::on(on.ok_or("a case says `on` which day")?);
    for (id, taken) in case.get("taken").and_then(Json::as_object).into_iter().flatten() {
        let taken = taken.as_u64().and_then(|taken| u32::try_from(taken).ok());
        circumstances.taken.insert(id.clone(), taken.ok_or(format!("`{id}` has taken a number of places"))?);
    }
    Ok(circumstances)
}

fn matched(
    catalogue: &Catalogue,
    household: &Json,
    circumstances: &Circumstances,
) -> Result<Matched, String> {
    let mut facts = Facts::default();
    for (name, value) in household.get("facts").and_then(Json::as_object).ok_or("a household has `facts`")? {
        let value = match value {
            Json::Bool(value) => FactValue::Boolean(*value),
            Json::String(text) => FactValue::Text(text.as_str().into()),
            other => FactValue::Text(other.to_string().into()),
        };
        set(catalogue, &mut facts, name, value)?;
    }
    for name in household.get("not_applicable").and_then(Json::as_array).into_iter().flatten() {
        set(catalogue, &mut facts, name.as_str().unwrap_or(""), FactValue::NotApplicable)?;
    }
    let area = household.get("area").and_then(Json::as_str).unwrap_or("");
    Ok(catalogue.match_household(area, &facts, circumstances))
}

fn set(catalogue: &Catalogue, facts: &mut Facts, name: &str, value: FactValue) -> Result<(), String> {
    match catalogue.facts().find(name) {
        Some(_) => {
            facts.set(name, value);
            Ok(())
        }
        None => Err(format!("there is no fact `{name}`")),
    }
}

fn one(catalogue: &Catalogue, case: &Json, matched: &Matched) -> Map<String, Json> {
    let names =
        |ids: &[FactId]| ids.iter().map(|id| &*catalogue.facts().fact(*id).name).collect::<Vec<&str>>();
    let needs = matched.needs.iter().map(|need| {
        let who: Vec<&str> = match &need.nobody {
            Some(nobody) => vec![reason(nobody)],
            None => need.candidates.iter().map(|one| &*catalogue.provider(one.provider).id).collect(),
        };
        format!("{} {} {}", catalogue.item(need.item).code, need.priority, who.join(" "))
    });
    let undecided = matched
        .undecided
        .iter()
        .map(|open| format!("{}: {}", catalogue.item(open.item).code, names(&open.missing).join(" ")));
    let mut given = Map::new();
    given.insert("flags".into(), names(&matched.flags).into());
    given.insert("open_flags".into(), names(&matched.open_flags).into());
    given.insert("needs".into(), needs.collect());
    given.insert("undecided".into(), undecided.collect());
    given.insert("sentences".into(), sentences(catalogue, case, matched));
    given
}

/// The sentences that a case asks for, by language and code.
fn sentences(catalogue: &Catalogue, case: &Json, matched: &Matched) -> Json {
    let asked = case.get("expect").and_then(|expect| expect.get("sentences")).and_then(Json::as_object);
    let of_language = |(language, codes): (&String, &Json)| {
        let codes = codes.as_object().into_iter().flatten().map(|(code, _)| code);
        let said = codes.map(|code| (code.clone(), Json::from(sentence(catalogue, matched, code, language))));
        (language.clone(), Json::Object(said.collect()))
    };
    Json::Object(asked.into_iter().flatten().map(of_language).collect())
}

fn sentence(catalogue: &Catalogue, matched: &Matched, code: &str, language: &str) -> String {
    let Some(item) = catalogue.find(&matched.area, code) else { return String::new() };
    if let Some(need) = matched.needs.iter().find(|need| need.item == item) {
        let mut sentences = vec![catalogue.explain_match(need, language)];
        sentences.extend(need.nobody.as_ref().map(|nobody| catalogue.explain_nobody(nobody, language)));
        return sentences.join(" ");
    }
    let open = matched.undecided.iter().find(|open| open.item == item);
    open.map(|open| catalogue.explain_undecided(open, language)).unwrap_or_default()
}

fn reason(nobody: &Nobody) -> &'static str {
    match nobody {
        Nobody::Offers => "offers",
        Nobody::IsQualified(_) => "is_qualified",
        Nobody::WhereIs => "where_is",
        Nobody::IsNear(_) => "is_near",
        Nobody::IsValid(_) => "is_valid",
        Nobody::HasPlace(_) => "has_place",
    }
}

fn many(
    catalogue: &Catalogue,
    case: &Json,
    households: &[Json],
    circumstances: &Circumstances,
) -> Result<Map<String, Json>, String> {
    let mut all: Vec<(&str, Matched)> = Vec::new();
    for household in households {
        let id = household.get("id").and_then(Json::as_str).ok_or("each household has an `id`")?;
        all.push((id, matched(catalogue, household, circumstances)?));
    }
    let applicants: Vec<Applicant<'_>> = all.iter().map(|(id, matched)| Applicant { id, matched }).collect();
    let placement = catalogue.place(&applicants, circumstances).map_err(|error| error.to_string())?;
    let name = |of: &NeedOf| {
        let applicant = applicants[of.applicant];
        format!("{} {}", applicant.id, catalogue.item(applicant.matched.needs[of.need].item).code)
    };
    let placed =
        placement.placed.iter().map(|(of, who)| format!("{} {}", name(of), catalogue.provider(*who).id));
    let without = placement.without.iter().map(|(of, why)| match why {
        WithoutPlace::Nobody(nobody) => format!("{} {}", name(of), reason(nobody)),
        WithoutPlace::Full { ahead, .. } => {
            format!("{} full: {}", name(of), ahead.iter().map(name).collect::<Vec<_>>().join(", "))
        }
    });
    let asked = case.get("expect").and_then(|expect| expect.get("why")).and_then(Json::as_object);
    let why = asked.into_iter().flatten().map(|(language, _)| {
        let said = |(of, why): &(NeedOf, WithoutPlace)| {
            format!("{}: {}", name(of), catalogue.explain_without(why, language, name))
        };
        (language.clone(), placement.without.iter().map(said).collect::<Json>())
    });
    let mut given = Map::new();
    given.insert("why".into(), Json::Object(why.collect()));
    given.insert("placed".into(), placed.collect());
    given.insert("without".into(), without.collect());
    given.insert("repeated".into(), placement.repeated.iter().map(|(of, _)| name(of)).collect());
    Ok(given)
}
