//! Who lives in a household, as its last survey and the list of members name them: each with what is on record, opened by itself, and what was assessed of
//! whom. Who left stands behind the others, and is not counted.
//!
//! Kept here: an assessment stands with the name that it gives, under the member of that name, or by itself where the survey names nobody so.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::Deserialize;

use super::change::FormSaid;
use super::known::Known;
use super::timeline::facts;
use crate::components::live::live;
use crate::office::tell;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::when::when;

/// The list that says what is known of members (`forms/entities/members.json`).
const MEMBERS: &str = "members";
/// What stands in the line that opens a member's facts.
const FIRST: [&str; 5] = ["relation", "member_sex", "member_age", "is_subject", "left_how"];

/// Who lives there.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct People {
    /// When the survey came that names them, in milliseconds since 1970.
    pub at: Option<i64>,
    pub people: Vec<Person>,
    /// Assessments of whom the survey does not name.
    pub others: Vec<Assessed>,
}

/// A member.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Person {
    pub called: String,
    pub properties: BTreeMap<String, String>,
    pub assessments: Vec<Assessed>,
    /// Is somebody else there called the same?
    pub twice: bool,
}

/// What was assessed of somebody.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Assessed {
    pub form: FormSaid,
    /// When it came, in milliseconds since 1970, and the day that it says.
    pub at: i64,
    pub on: String,
    pub called: String,
    pub properties: BTreeMap<String, String>,
}

impl Person {
    fn get(&self, name: &str) -> &str {
        self.properties.get(name).map_or("", String::as_str)
    }

    /// Do they live there no more?
    fn has_left(&self) -> bool {
        !self.get("left_on").is_empty()
    }

    /// What is to be seen before anything is opened: properties that weigh.
    fn marks(&self) -> Vec<&'static str> {
        let is_graded = !matches!(self.get("grade_known"), "" | "none");
        let weighs = |name: &str| match name {
            "is_disabled" => self.get(name) == "yes" && !is_graded,
            "grade_known" => is_graded,
            "ability_level" => !matches!(self.get(name), "" | "intact"),
            "self_care_band" => !matches!(self.get(name), "" | "full"),
            "left_how" => self.has_left() && !self.get(name).is_empty(),
            _ => self.get(name) == "yes",
        };
        ["left_how", "ability_level", "self_care_band", "is_disabled", "grade_known", "major_illness"]
            .into_iter()
            .filter(|name| weighs(name))
            .collect()
    }
}

/// The section of the household's page.
#[component]
pub fn Members(people: People, known: Known) -> impl IntoView {
    let People { at, mut people, others } = people;
    let none = people.is_empty();
    people.sort_by_key(Person::has_left);
    let twice = people.iter().any(|person| person.twice);
    let count = people.iter().filter(|person| !person.has_left()).count();
    let assessed_alone = (!others.is_empty()).then(|| {
        view! {
            <h3>{tell(|w| w.station.assessed_others)}</h3>
            <ul class="records">{others.into_iter().map(|one| assessment(one, known)).collect::<Vec<_>>()}</ul>
        }
    });
    view! {
        <section class="section" data-part="people">
            <h2>{tell(|w| w.station.people)}<span class="count">{count}</span></h2>
            {at.map(|at| view! {
                <p class="soft small">{say(move |w| when(at, now(), w))} " · " {tell(|w| w.station.people_explained)}</p> })}
            {none.then(|| view! { <p class="empty">{tell(|w| w.station.people_none)}</p> })}
            {twice.then(|| view! { <p class="notice warn" data-twice="">{tell(|w| w.station.people_twice)}</p> })}
            <ul class="records">{people.into_iter().map(|one| person(one, known)).collect::<Vec<_>>()}</ul>
            {assessed_alone}
        </section>
    }
}

fn person(person: Person, known: Known) -> AnyView {
    let [relation, sex, age] =
        ["relation", "member_sex", "member_age"].map(|name| person.get(name).to_owned());
    // Where no survey names them, the list of members says it.
    let age = if age.is_empty() { person.get("age").to_owned() } else { age };
    let is_subject = person.get("is_subject") == "yes";
    let marks: Vec<_> = person
        .marks()
        .into_iter()
        .map(|name| {
            let value = person.get(name).to_owned();
            view! {
                <span class="state wait">
                    {live(move || known.called(MEMBERS, name))} " " {live(move || known.say(MEMBERS, name, &value))}
                </span>
            }
        })
        .collect();
    let rest = person.properties.iter().filter(|(name, _)| !FIRST.contains(&&***name));
    let rest = known.in_order(MEMBERS, rest.map(|(name, value)| (name.clone(), value.clone())).collect());
    let twice = person.twice;
    let assessments: Vec<_> = person.assessments.iter().cloned().map(|one| assessment(one, known)).collect();
    let has_assessments = !assessments.is_empty();
    view! {
        <li>
            <details class="card member" data-member="">
                <summary>
                    <strong translate="no">{person.called.clone()}</strong>
                    <span class="parts small">
                        {(!relation.is_empty()).then(|| view! { <span>{live(move || known.say(MEMBERS, "relation", &relation))}</span> })}
                        {(!sex.is_empty()).then(|| view! { <span>{live(move || known.say(MEMBERS, "member_sex", &sex))}</span> })}
                        {(!age.is_empty()).then(|| view! { <span>{tell(move |w| (w.station.aged)(&age))}</span> })}
                        {is_subject.then(|| view! { <span class="state">{live(move || known.called(MEMBERS, "is_subject"))}</span> })}
                        {twice.then(|| view! { <span class="state wait">{tell(|w| w.station.person_twice)}</span> })}
                        {marks}
                        {has_assessments.then(|| view! { <span class="soft">{tell(|w| w.station.assessed)}</span> })}
                    </span>
                </summary>
                {facts(MEMBERS, rest, known)}
                {has_assessments.then(|| view! { <ul class="records">{assessments}</ul> })}
            </details>
        </li>
    }
    .into_any()
}

/// One assessment, named with whom it is about.
fn assessment(one: Assessed, known: Known) -> AnyView {
    let Assessed { form, at, on, called, properties } = one;
    let (reader, id) = (use_reader(), form.id.clone());
    let day = match on.is_empty() {
        true => say(move |w| when(at, now(), w)).into_any(),
        false => on.into_any(),
    };
    let said = known.in_order(MEMBERS, properties.into_iter().collect());
    view! {
        <li class="card" data-assessed=id>
            <div class="card-row wrap">
                <strong class="grow">
                    <span translate="no">{called}</span> " · "
                    {live(move || form.title.or(&form.id, reader.language()).to_owned())}
                </strong>
                <span class="soft small">{day}</span>
            </div>
            {match said.is_empty() {
                true => view! { <p class="soft small">{tell(|w| w.station.assessed_nothing)}</p> }.into_any(),
                false => facts(MEMBERS, said, known),
            }}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_is_seen_before_anything_is_opened() {
        let person = |pairs: &[(&str, &str)]| Person {
            properties: pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..Person::default()
        };
        assert_eq!(person(&[]).marks(), [""; 0]);
        let well = person(&[
            ("ability_level", "intact"),
            ("is_disabled", "no"),
            ("grade_known", "none"),
            ("self_care_band", "full"),
        ]);
        assert_eq!(well.marks(), [""; 0]);
        assert_eq!(person(&[("is_disabled", "yes"), ("grade_known", "none")]).marks(), ["is_disabled"]);
        let ill = person(&[
            ("is_disabled", "yes"),
            ("grade_known", "2"),
            ("ability_level", "severe"),
            ("major_illness", "yes"),
        ]);
        assert_eq!(ill.marks(), ["ability_level", "grade_known", "major_illness"]);
        let gone = person(&[("left_on", "2026-11-02"), ("left_how", "died"), ("ability_level", "severe")]);
        assert_eq!((gone.has_left(), gone.marks()), (true, vec!["left_how", "ability_level"]));
    }
}
