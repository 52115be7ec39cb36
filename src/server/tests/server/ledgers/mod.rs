//! What the office sees of entities: the dictionary, who is found by whom, what was said when, and the ledgers, on either database.

mod pages;
pub mod town;

use crate::browser::Browser;
use crate::client::{Answer, House, Place, on_each_database};

use town::Town;

on_each_database!(
    the_dictionary_is_for_whoever_is_known,
    households_are_found_as_far_as_ones_role_sees,
    a_provider_sees_the_referrals_to_it_and_nothing_else,
    a_timeline_says_what_each_version_changed,
    visits_and_assessments_are_rows_of_what_was_said_then,
    referrals_services_and_providers_are_listed,
    needs_and_months_are_what_the_engine_counts,
    dangers_and_objections_are_listed_and_months_are_periods,
    a_ledger_is_carried_out_without_names_unless_they_are_asked_for,
    whoever_sees_no_names_counts_by_what_says_nothing_of_a_person,
);

use pages::*;
