//! Which bands and rules of the assessment some fillings come to: of each measure what its bands name, and of tables, shifts and flags each condition that ever held.

use crate::assess::measure::{Kind, Measure, ShiftBy};
use crate::assess::trace::Told;
use crate::assess::{Exact, Outcome};
use crate::session::Session;

/// What a session says of one measure: each band and each rule by its name, and whether it was come to.
#[derive(Debug, Default)]
pub(super) struct Levels {
    pub bands: Vec<(String, bool)>,
    pub rules: Vec<(String, bool)>,
}

/// Of all measures, in the order of their declaration.
pub(super) fn of(session: &Session) -> Vec<Levels> {
    let assessment = &session.form().assessment;
    assessment
        .ids()
        .map(|id| of_measure(assessment.measure(id), &session.outcome_of(id), &session.counted(id)))
        .collect()
}

fn of_measure(measure: &Measure, outcome: &Outcome, counted: &[Told]) -> Levels {
    let mut levels = Levels::default();
    match &measure.kind {
        // Up or not: a flag is one rule, and its band the words for it.
        Kind::Flag(_) => levels.rules.push((measure.name.to_string(), *outcome == Outcome::Flag(true))),
        Kind::Fact { .. } => {}
        kind => {
            for (index, band) in measure.bands.iter().enumerate() {
                let reached = match kind {
                    Kind::Band(_) => counted.contains(&Told::Band(index)),
                    // What a level is called: it is come to if that level comes out.
                    _ => says(outcome, &band.code),
                };
                let alike = measure.bands.iter().filter(|other| other.code == band.code).count();
                let place = if alike > 1 { format!("[{}]", index + 1) } else { String::new() };
                levels.bands.push((format!("{}{place} = {}", measure.name, band.code), reached));
            }
        }
    }
    let name = |index: usize, does: &str| format!("{}[{}] {does}", measure.name, index + 1);
    match &measure.kind {
        Kind::Table(table) => {
            for (index, rule) in table.rules.iter().enumerate() {
                let reached = counted.contains(&Told::Rule(index));
                levels.rules.push((name(index, &format!("= {}", rule.outcome)), reached));
            }
        }
        Kind::Shift(shift) => {
            for (index, rule) in shift.rules.iter().enumerate() {
                let does = match rule.does {
                    ShiftBy::By(by) if by < Exact::ZERO => by.to_string(),
                    ShiftBy::By(by) => format!("+{by}"),
                    ShiftBy::To(to) => format!("= {to}"),
                };
                levels.rules.push((name(index, &does), counted.contains(&Told::Reason(index))));
            }
        }
        _ => {}
    }
    levels
}

fn says(outcome: &Outcome, code: &str) -> bool {
    match outcome {
        Outcome::Code(said) => **said == *code,
        Outcome::Score(score) => code.parse() == Ok(*score),
        Outcome::Order(codes) => codes.iter().any(|said| **said == *code),
        Outcome::Flag(_) | Outcome::NotApplicable | Outcome::Missing(_) => false,
    }
}
