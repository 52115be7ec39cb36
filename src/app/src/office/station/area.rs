//! The towns that can be chosen, and what an area is as a condition.

use leptos::prelude::*;

use super::ask::CASES;
use super::filter::Choose;
use super::known::Known;
use crate::office::desk::{Desk, use_desk};

/// Towns of one's own area; all, if one sees everywhere.
fn within(codes: Vec<String>, area: &str) -> Vec<String> {
    codes.into_iter().filter(|code| code.starts_with(area) || area.starts_with(code.as_str())).collect()
}

/// A menu of the towns that lie in one's area.
#[component]
pub fn ChooseTown(id: &'static str, known: Known, chosen: RwSignal<String>) -> impl IntoView {
    let desk = use_desk();
    let codes =
        Signal::derive(move || within(known.codes(CASES, "town"), &desk.user.with(|user| user.area.clone())));
    view! { <Choose id label=|w| w.station.town any=|w| w.station.all_towns list=CASES property="town" known codes chosen /> }
}

/// The condition that a town is; none if all are meant.
pub fn in_town(town: &str) -> Vec<String> {
    if town.is_empty() { Vec::new() } else { vec![format!("town={town}")] }
}

/// By what areas are told apart: towns, or counties for whoever sees more than one county.
pub fn told_apart(desk: Desk) -> &'static str {
    if desk.user.with_untracked(|user| user.area.len() < 6) { "town:6" } else { "town" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towns_of_ones_own_area_are_offered_and_the_one_that_a_village_lies_in() {
        let codes = ["371002001", "371002002", "371082007"].map(str::to_owned).to_vec();
        assert_eq!(within(codes.clone(), "").len(), 3);
        assert_eq!(within(codes.clone(), "371002").len(), 2);
        assert_eq!(within(codes, "371002002005"), ["371002002"]);
    }
}
