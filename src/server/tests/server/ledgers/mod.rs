//! What the office sees of entities: the dictionary, who is found by whom, what was said when, and the ledgers, on either database.

mod counted;
mod members;
mod pages;
mod ranked;
pub mod town;

use crate::browser::Browser;
use crate::client::{Answer, House, Place};

use counted::*;
use pages::*;
use town::Town;

/// All of it in one town: to make it takes longer than to ask it.
fn ask_all(place: &Place) {
    let town = Town::open(place);
    for (name, ask) in ASKED {
        eprintln!("{name}");
        town.begin();
        ask(&town);
    }
}

/// What is asked, and how.
type Ask = (&'static str, fn(&Town));

/// All that is asked of the town.
const ASKED: [Ask; 10] = [
    ("the dictionary is for everybody", the_dictionary_is_for_everybody_who_is_known),
    ("households are found as far as ones role sees", households_are_found_as_far_as_ones_role_sees),
    (
        "a provider sees the referrals to it and nothing else",
        a_provider_sees_the_referrals_to_it_and_nothing_else,
    ),
    ("a timeline says what each version changed", a_timeline_says_what_each_version_changed),
    (
        "visits and assessments are rows of what was said then",
        visits_and_assessments_are_rows_of_what_was_said_then,
    ),
    ("referrals, services and providers are listed", referrals_services_and_providers_are_listed),
    ("needs and months are what the engine counts", needs_and_months_are_what_the_engine_counts),
    ("dangers and objections are listed", dangers_and_objections_are_listed_and_months_are_periods),
    (
        "a ledger is carried out without names",
        a_ledger_is_carried_out_without_names_unless_they_are_asked_for,
    ),
    (
        "who sees no names counts by what is plain",
        whoever_sees_no_names_counts_by_what_says_nothing_of_a_person,
    ),
];

#[test]
fn sqlite() {
    ask_all(&Place::Sqlite);
}

#[test]
fn postgres() {
    if let Some(cluster) = doorstep_postgres::Cluster::for_tests() {
        ask_all(&Place::Postgres(cluster));
    }
}
