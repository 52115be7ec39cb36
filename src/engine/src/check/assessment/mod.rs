//! What is wrong with an assessment that can be computed all the same: gaps, overlaps, levels that nothing reaches, points that
//! nobody gets, weights that don't add up.
//!
//! Said over the compiled measures and the values that each can have ([`domain`]), only where it is sure, and within a bound of
//! work for the whole form. A mistake here never keeps a form from running, except where rows and measures don't fit ([`rows`]).

mod bands;
mod cells;
mod condition;
mod conditions;
mod decision;
mod domain;
mod items;
mod made_of;
mod outcomes;
mod people;
mod reach;
mod rows;
mod shifts;
mod tables;
mod unscored;
mod weights;

pub(crate) use rows::check as rows;

use domain::Domains;

use super::noted::Facts;
use crate::assess::measure::{Assessment, Kind};
use crate::diagnostic::Diagnostics;
use crate::expr::program::Program;

/// Everything that can be said of an assessment that was compiled without an error.
pub(crate) fn check(facts: &Facts<'_>, assessment: &Assessment, program: &Program, found: &mut Diagnostics) {
    if assessment.measures.is_empty() {
        return;
    }
    let domains = Domains::new(facts, assessment, program);
    for measure in &assessment.measures {
        match &measure.kind {
            Kind::Scale(scale) => items::check(measure, scale, &domains, found),
            Kind::Index(parts) | Kind::Ranking(parts) => weights::check(measure, parts, &domains, found),
            Kind::Band(of) => bands::check(measure, of, &domains, found),
            Kind::Table(table) => tables::check(measure, table, &domains, found),
            Kind::Shift(shift) => shifts::check(measure, shift, &domains, found),
            Kind::Agreed { first, second, .. } => people::agreed(measure, first, second, &domains, found),
            Kind::Decided { reason, .. } => people::decided(measure, reason, &domains, found),
            Kind::Flag(_) | Kind::Fact { .. } => {}
        }
        outcomes::check(measure, &domains, found);
    }
    conditions::check(&domains, found);
    unscored::check(&domains, found);
}
