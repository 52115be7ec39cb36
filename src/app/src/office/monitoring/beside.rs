//! A list's row and whom it may be about, or is, in a table: the same fields in each column, what differs marked, and why it is joined or waits.
//!
//! Kept here: what is not known is a dash, not a gap, and differs from nothing.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::super::station::{CASES, use_known};
use super::super::tell;
use super::wire::{Apart, Candidate, Row};
use crate::components::live::live;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// What is told of somebody, in this order, by the names that either side has.
const SHOWN: [(&str, &str); 7] = [
    ("name", "person"),
    ("birthday", "birthday"),
    ("phone", "phone"),
    ("town", "town"),
    ("village", "village"),
    ("address", "address"),
    ("difficulties", "difficulties"),
];

/// A field of everybody: empty where nothing is known.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    field: &'static str,
    property: &'static str,
    listed: String,
    /// Of each candidate, and whether it is another value than the list's.
    others: Vec<(String, bool)>,
}

/// The fields that anybody has, each of all.
fn lines(row: &Row) -> Vec<Line> {
    let of = |said: &BTreeMap<String, String>, field: &str, property: &str| {
        said.get(field).or_else(|| said.get(property)).cloned().unwrap_or_default()
    };
    let line = |(field, property): (&'static str, &'static str)| {
        let listed = of(&row.said, field, property);
        let other = |candidate: &Candidate| {
            let known = candidate.known.as_ref().or(candidate.said.as_ref());
            // Of a household it may be somebody else than the one by whom it goes.
            let value = match (field, known) {
                ("name", Some(_)) if !candidate.name.is_empty() => candidate.name.clone(),
                (_, known) => known.map(|known| of(known, field, property)).unwrap_or_default(),
            };
            let differs = !listed.is_empty() && !value.is_empty() && plain(&listed) != plain(&value);
            (value, differs)
        };
        let others: Vec<(String, bool)> = row.candidates.iter().map(other).collect();
        Line { field, property, listed, others }
    };
    let said =
        |line: &Line| !line.listed.is_empty() || line.others.iter().any(|(value, _)| !value.is_empty());
    SHOWN.into_iter().map(line).filter(said).collect()
}

/// What is compared: letters and digits, however wide they are written.
fn plain(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        letter => letter,
    };
    text.chars().map(narrow).filter(|letter| letter.is_alphanumeric()).collect()
}

/// The table. `below` is what stands under each candidate's column.
#[component]
pub(super) fn Sides(row: Row, #[prop(into)] below: Callback<Candidate, AnyView>) -> impl IntoView {
    let dictionary = use_known();
    let number = row.row;
    let value = move |property: &'static str, value: String| {
        match value.is_empty() {
        true => view! { <span aria-hidden="true">"—"</span><span class="unseen">{tell(|w| w.monitoring.not_known)}</span> }.into_any(),
        false => view! {
            <span class="words" translate="no">{live(move || dictionary.say(CASES, property, &value))}</span> }
        .into_any(),
    }
    };
    let lines: Vec<_> = lines(&row)
        .into_iter()
        .map(|Line { field, property, listed, others }| {
            let others: Vec<_> = others
                .into_iter()
                .map(|(told, differs)| view! {
                    <td data-differs=differs.then_some("true")>
                        {value(property, told)}
                        {differs.then(|| view! { " " <span class="state wait">{tell(|w| w.monitoring.differs)}</span> })}
                    </td> })
                .collect();
            view! {
                <tr data-property=field>
                    <th scope="row">{tell(move |w| (w.monitoring.field)(field))}</th>
                    <td>{value(property, listed)}</td>
                    {others}
                </tr>
            }
        })
        .collect();
    let because = row.because.clone();
    let heads: Vec<_> = row.candidates.iter().map(head).collect();
    let reasons: Vec<_> = row
        .candidates
        .into_iter()
        .map(|candidate| {
            let under = below.run(candidate.clone());
            view! { <td>{reasons(candidate)}{under}</td> }
        })
        .collect();
    view! {
        {rule(because)}
        <div class="compare" data-sides=number>
            <table>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{tell(|w| w.monitoring.listed)} " · " {tell(move |w| (w.monitoring.row)(number))}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    {lines}
                    <tr data-property="why">
                        <th scope="row">{tell(|w| w.monitoring.reasons)}</th>
                        <td></td>
                        {reasons}
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

fn head(candidate: &Candidate) -> AnyView {
    let (other, points) = (candidate.row, candidate.points);
    view! {
        <th scope="col" data-points=points>
            {tell(move |w| other.map_or_else(|| w.monitoring.is_known.to_owned(), |row| (w.monitoring.other_row)(row)))}
            " · " {tell(move |w| (w.monitoring.points)(points))}
        </th>
    }
    .into_any()
}

/// Why it is joined, or waits: the rule first, then what is alike.
fn reasons(candidate: Candidate) -> AnyView {
    let Candidate { name, why, because, known, said, apart, .. } = candidate;
    let gone = known.is_none() && said.is_none();
    let person = known.and_then(|known| known.get("person").cloned()).unwrap_or_default();
    let member = (person != name && !name.is_empty() && !person.is_empty()).then(|| {
        view! { <p class="small" translate="no" data-member="true">{tell(move |w| (w.monitoring.member)(&person))}</p> }
    });
    let why: Vec<_> = why
        .into_iter()
        .map(|why| {
            let code = why.clone();
            view! { <li data-why=code>{tell(move |w| (w.monitoring.why)(&why))}</li> }
        })
        .collect();
    view! {
        {gone.then(|| view! { <p class="soft">{tell(|w| w.monitoring.gone)}</p> })}
        {apart.map(was_apart)}
        {rule(because)}
        {member}
        <ul class="small soft">{why}</ul>
    }
    .into_any()
}

/// The rule by which it is joined, or waits, if there is anything to say.
fn rule(because: String) -> Option<AnyView> {
    let code = because.clone();
    (!because.is_empty()).then(|| {
        view! { <p class="small" data-because=code>{tell(move |w| (w.monitoring.because)(&because))}</p> }
            .into_any()
    })
}

/// That a person said before that they are not the same, who and when.
fn was_apart(apart: Apart) -> AnyView {
    let Apart { deed, at, by } = apart;
    let code = deed.clone();
    view! {
        <p class="notice warn small" data-apart=code>
            {tell(move |w| (w.monitoring.was_apart)(&deed))}
            " · " {say(move |w| when(at, now(), w))}
            {by.map(|by| view! { <span translate="no">" · " {by}</span> })}
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn each_field_stands_beside_the_same_field_and_what_differs_is_marked() {
        let known = Candidate {
            name: "王秀兰".into(),
            known: Some(said(&[("person", "曾强"), ("address", "西门外村12号"), ("phone", "13800001234")])),
            ..Candidate::default()
        };
        let other = Candidate {
            name: "王秀蓝".into(),
            said: Some(said(&[("name", "王秀蓝"), ("birthday", "1950-01-01")])),
            ..Candidate::default()
        };
        let row = Row {
            said: said(&[("name", "王秀兰"), ("address", "西门外村１２号"), ("phone", "13800009999")]),
            candidates: vec![known, other],
            ..Row::default()
        };
        let told: Vec<String> = lines(&row)
            .into_iter()
            .map(|line| {
                let others: Vec<String> = line
                    .others
                    .iter()
                    .map(|(value, differs)| format!("{value}{}", if *differs { "!" } else { "" }))
                    .collect();
                format!("{} {} | {}", line.field, line.listed, others.join(" | "))
            })
            .collect();
        assert_eq!(
            told,
            [
                "name 王秀兰 | 王秀兰 | 王秀蓝!",
                "birthday  |  | 1950-01-01",
                "phone 13800009999 | 13800001234! | ",
                "address 西门外村１２号 | 西门外村12号 | ",
            ]
        );
    }
}
