//! What is decided stays decided: an outcome that is said while required answers are missing is the same however they are given.
//!
//! Sampled, not proven: answer sets are made up, some required answers are taken out, and what is then missing is answered in several ways,
//! with what comes to be asked by it. Left out are answers by which another breaks its rule, and measures whose author says what a blank counts: that ask for blankness, count what is missing as zero or prorate it, give
//! points to a blank, put a person's decision in a result's place; and what is made of them.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::assess::Outcome;
use doorstep_engine::session::Kind;
use doorstep_engine::view::{Key, ViolationKind};
use doorstep_engine::{Extent, Session};
use doorstep_tests::answers::{self, Chance, Habits};
use doorstep_tests::assessed::{self, Assessed};
use serde_json::Value as Json;

use super::odk::{in_each_form, world};

/// How many answer sets each form gets; `SETS` has another number.
const SETS: u64 = 40;
/// How many ways each is completed.
const WAYS: u64 = 4;
/// How often it is looked for what has come to be required.
const ROUNDS: usize = 6;

#[test]
fn what_is_decided_stays_so_whatever_is_answered_to_what_is_missing() {
    let sets = std::env::var("SETS").ok().and_then(|sets| sets.parse().ok()).unwrap_or(SETS);
    in_each_form(|form| {
        let found = of_form(form, sets);
        let (name, count) = (&form.name, found.count());
        println!("{name}: {count} outcomes of {} measures, {} open before", found.compared.len(), found.open);
        let mut wrong = found.wrong;
        // Nothing compared is nothing shown.
        if matches!(name.as_str(), "undecided" | "elder-ability" | "household-needs" | "mzt-039")
            && count < 10 * sets
        {
            wrong.push(format!("{name}: only {count} outcomes were compared"));
        }
        wrong
    });
}

/// The test above can fail: read as they stand, conditions over missing answers are not stable.
#[test]
fn a_blank_that_is_asked_for_is_not_stable() {
    let forms = assessed::all(&super::root().join("../tests/forms/assessments"));
    let form = forms.iter().find(|form| form.name == "undecided").expect("the form is there");
    let found = compare(form, 60, &|measure| measure == "blank_asked");
    assert!(!found.wrong.is_empty(), "`blank_asked` is decided by a blank, and answered is something else");
}

#[derive(Default)]
struct Found {
    /// By measure: how many decided outcomes were compared.
    compared: BTreeMap<String, u64>,
    /// How many outcomes were not decided before.
    open: u64,
    wrong: Vec<String>,
}

impl Found {
    fn count(&self) -> u64 {
        self.compared.values().sum()
    }
}

fn of_form(form: &Assessed, sets: u64) -> Found {
    let exempt = exempt(form);
    compare(form, sets, &|measure| !exempt.contains(measure))
}

fn compare(form: &Assessed, sets: u64, wanted: &dyn Fn(&str) -> bool) -> Found {
    let habits = Habits::of(&form.form, &world());
    let mut found = Found::default();
    for seed in 0..sets {
        let mut session = Session::new(form.form.clone(), world());
        answers::fill(&mut session, &mut Chance::new(seed), &habits);
        let mut chance = Chance::new(seed ^ 0xd1ce);
        for _ in 0..1 + chance.below(4) {
            let there = required(&session, false);
            if let Some(key) = there.get(chance.below(there.len())) {
                let _ = session.answer_text(*key, "");
            }
        }
        let before = outcomes(&session, wanted);
        found.open +=
            before.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Missing(_))).count() as u64;
        let data = session.data(Extent::All);
        for _ in 0..WAYS {
            let mut other = Session::restore(form.form.clone(), world(), &data).expect("it is its own data");
            let broken = broken(&other);
            let mut given = Vec::new();
            // What is asked next comes to be required only once this is answered.
            for _ in 0..ROUNDS {
                let missing = required(&other, true);
                for key in missing.iter().copied() {
                    if given.contains(&key) {
                        continue;
                    }
                    if !answers::answer_one(&mut other, key, &mut chance) {
                        continue;
                    }
                    // What breaks another's rule is taken back.
                    match self::broken(&other).is_subset(&broken) {
                        true => given.push(key),
                        false => drop(other.answer_text(key, "")),
                    }
                }
                if missing.is_empty() {
                    break;
                }
            }
            for ((name, before), (_, after)) in before.iter().zip(outcomes(&other, wanted)) {
                if matches!(before, Outcome::Missing(_)) {
                    continue;
                }
                *found.compared.entry(name.clone()).or_default() += u64::from(!given.is_empty());
                if *before != after {
                    let said = |key: &Key| {
                        let value = other.state(*key).and_then(|state| state.value);
                        format!("{}={}", other.reference(*key), value.unwrap_or_default())
                    };
                    let given: Vec<String> = given.iter().map(said).collect();
                    found.wrong.push(format!(
                        "{}, set {seed}: {name} was {before:?} and is {after:?} once {} is answered",
                        form.name,
                        given.join(", ")
                    ));
                }
            }
        }
    }
    found
}

fn outcomes(session: &Session, wanted: &dyn Fn(&str) -> bool) -> Vec<(String, Outcome)> {
    let names: Vec<String> = session.measures().filter(|name| wanted(name)).map(str::to_owned).collect();
    names.into_iter().filter_map(|name| Some((name.clone(), session.outcome(&name)?))).collect()
}

/// The required questions that are answered, or that are not.
fn required(session: &Session, blank: bool) -> Vec<Key> {
    let wanted = |key: &Key| {
        session.state(*key).is_some_and(|state| {
            let question = matches!(state.kind, Kind::Question(_));
            let is_blank = state.value.as_deref().unwrap_or_default().is_empty();
            question && state.required && state.relevant && !state.readonly && is_blank == blank
        })
    };
    session.nodes().into_iter().filter(wanted).collect()
}

/// What is answered against its rule.
fn broken(session: &Session) -> BTreeSet<String> {
    let violations = session.violations().into_iter();
    let broken = violations.filter(|(_, violation)| violation.kind != ViolationKind::Required);
    broken.map(|(key, _)| session.reference(key)).collect()
}

/// The measures whose author says what a blank counts, and what is made of them.
fn exempt(form: &Assessed) -> BTreeSet<String> {
    let json: Json = serde_json::from_str(&form.bundle.main.text).expect("a form is JSON");
    let measures = json["assessment"].as_array().expect("it has measures");
    let name = |measure: &Json| measure["name"].as_str().unwrap_or_default().to_owned();
    let mut exempt: BTreeSet<String> = BTreeSet::new();
    let mut calculated = Vec::new();
    calculations(&json["survey"], &mut calculated);
    let says_blank = |text: &str| {
        let asks = ["= ''", "string-length(", "coalesce(", "count-selected(", "count-non-empty(", "blank:"];
        asks.iter().any(|asks| text.contains(asks))
    };
    loop {
        let before = exempt.len();
        for measure in measures {
            let text = without_words(measure).to_string();
            let by_itself = says_blank(&text)
                || measure["type"] == "decided"
                || matches!(measure["missing"].as_str(), Some("zero" | "prorate"));
            let made_of = |known: &String| {
                text.contains(&format!("{{{known}}}")) || text.contains(&format!("\"{known}\""))
            };
            if by_itself || exempt.iter().any(made_of) {
                exempt.insert(name(measure));
            }
        }
        for (calculate, text) in &calculated {
            let of = |known: &String| text.contains(&format!("{{{known}}}"));
            // What gives a blank while a part is blank is missing, not decided.
            if (says_blank(text) && !text.contains(", '', ") && !text.contains(", '')"))
                || exempt.iter().any(of)
            {
                exempt.insert(calculate.clone());
            }
        }
        if exempt.len() == before {
            return exempt;
        }
    }
}

/// All calculations below some rows.
fn calculations(rows: &Json, found: &mut Vec<(String, String)>) {
    for row in rows.as_array().into_iter().flatten() {
        if let (Some(name), Some(text)) = (row["name"].as_str(), row["calculation"].as_str()) {
            found.push((name.to_owned(), text.to_owned()));
        }
        calculations(&row["children"], found);
    }
}

/// A measure without what is only said.
fn without_words(json: &Json) -> Json {
    match json {
        Json::Object(all) => all
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "label" | "note" | "name"))
            .map(|(key, value)| (key.clone(), without_words(value)))
            .collect(),
        Json::Array(all) => all.iter().map(without_words).collect(),
        other => other.clone(),
    }
}
