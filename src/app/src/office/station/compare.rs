//! A household's assessments over time: the points of six dimensions and the level, drawn as bars with the figures beside them.
//!
//! Kept here: a level belongs to the survey that it was given after; points that are missing are missing, not 0.

use leptos::prelude::*;

use super::change::Version;
use super::chart::Bar;
use super::known::Known;
use crate::components::live::live;
use crate::office::tell;
use crate::state::groups::DIMENSIONS;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// One assessment: what a survey came to, and the level that was given for it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Assessment {
    pub at: Option<i64>,
    /// The day that the survey or the report says.
    pub on: String,
    /// Of the six, in their order.
    pub points: [Option<f64>; 6],
    pub level_system: String,
    pub level: String,
}

/// The assessments that the versions tell of, the oldest first.
pub fn assessments(versions: &[Version]) -> Vec<Assessment> {
    let mut all: Vec<Assessment> = Vec::new();
    for version in versions {
        let said = |name: &str| version.given.get(name).filter(|value| !value.is_empty());
        let points = DIMENSIONS.map(|(name, _)| said(name).and_then(|text| text.parse().ok()));
        if points.iter().any(Option::is_some) {
            let on = said("visited_on").cloned().unwrap_or_default();
            all.push(Assessment { at: version.at, on, points, ..Assessment::default() });
        }
        let (level, by_system) = (said("level"), said("level_system"));
        if level.is_none() && by_system.is_none() {
            continue;
        }
        if all.last().is_none_or(|last| !last.level.is_empty()) {
            let on = said("assessed_on").cloned().unwrap_or_default();
            all.push(Assessment { at: version.at, on, ..Assessment::default() });
        }
        if let Some(last) = all.last_mut() {
            last.level = level.cloned().unwrap_or_default();
            last.level_system = by_system.cloned().unwrap_or_default();
        }
    }
    all
}

/// Drawing and figures.
#[component]
pub fn Compared(assessments: Vec<Assessment>, known: Known) -> impl IntoView {
    let day = |one: &Assessment| match (one.on.is_empty(), one.at) {
        (false, _) => Some(one.on.clone().into_any()),
        (true, at) => at.map(|at| say(move |w| when(at, now(), w)).into_any()),
    };
    let heads: Vec<_> = assessments.iter().map(|one| view! { <th scope="col">{day(one)}</th> }).collect();
    let row = |place: usize| {
        let (name, most) = DIMENSIONS[place];
        let last = assessments.len().saturating_sub(1);
        let cells: Vec<_> = assessments
            .iter()
            .enumerate()
            .map(|(number, one)| {
                let cell = one.points[place].map(|points| {
                    view! {
                        <Bar percent=points / most * 100.0 faded=number != last />
                        <span class="figures">{figure(points)} <span class="soft small">" / " {most}</span></span>
                    }
                });
                view! { <td>{cell}</td> }
            })
            .collect();
        view! {
            <tr data-dimension=name>
                <th scope="row">{live(move || known.called("cases", name))}</th>
                {cells}
            </tr>
        }
    };
    let rows: Vec<_> = (0..DIMENSIONS.len()).map(row).collect();
    let level = |name: &'static str, of: fn(&Assessment) -> &String| {
        let cells: Vec<_> = assessments
            .iter()
            .map(|one| {
                let level = of(one).clone();
                view! { <td>{live(move || known.say("cases", name, &level))}</td> }
            })
            .collect();
        view! {
            <tr data-dimension=name>
                <th scope="row">{live(move || known.called("cases", name))}</th>
                {cells}
            </tr>
        }
    };
    view! {
        <div class="scrolls" tabindex="0">
            <table class="table compared" data-assessments=assessments.len()>
                <caption class="unseen">{tell(|w| w.station.assessments)}</caption>
                <thead><tr><th scope="col">{tell(|w| w.station.dimension)}</th>{heads}</tr></thead>
                <tbody>
                    {rows}
                    {level("level_system", |one| &one.level_system)}
                    {level("level", |one| &one.level)}
                </tbody>
            </table>
        </div>
    }
}

/// Points as they are written: whole ones without a point.
pub fn figure(points: f64) -> String {
    let tenths = (points * 10.0).round() / 10.0;
    format!("{tenths}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(at: i64, given: &[(&str, &str)]) -> Version {
        let given = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Version { at: Some(at), given, ..Version::default() }
    }

    #[test]
    fn a_level_goes_to_the_survey_before_it_and_a_second_one_stands_alone() {
        let all = assessments(&[
            version(1, &[("person", "甲")]),
            version(2, &[("fs", "3"), ("ie", ""), ("he", "x"), ("visited_on", "2026-11-02")]),
            version(3, &[("level_system", "high"), ("level", "medium")]),
            version(4, &[("phone", "1"), ("level", "")]),
            version(5, &[("level_system", "low"), ("level", "low")]),
            version(6, &[("fs", "5"), ("hd", "40")]),
        ]);
        let told: Vec<_> =
            all.iter().map(|one| (one.at, one.points[0], one.points[3], one.level.as_str())).collect();
        assert_eq!(
            told,
            [
                (Some(2), Some(3.0), None, "medium"),
                (Some(5), None, None, "low"),
                (Some(6), Some(5.0), Some(40.0), "")
            ]
        );
        assert_eq!((all[0].level_system.as_str(), all[0].on.as_str()), ("high", "2026-11-02"));
        assert_eq!(all[0].points[2], None, "what is no number is missing");
    }

    #[test]
    fn figures_are_written_short() {
        assert_eq!([figure(12.0), figure(4.25), figure(0.0)], ["12", "4.3", "0"]);
    }
}
