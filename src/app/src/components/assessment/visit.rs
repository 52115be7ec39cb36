//! What the office files with an assessment: where the household lives, how to call it, how the visit went, and what the visitor noted.

use doorstep_engine::session::Session;

use crate::controls::readable;

/// The questions, as forms name them, in the order of the paper.
const VISIT: [&str; 17] = [
    "outcome",
    "visit_mode",
    "sought_person",
    "attempt_no",
    "consent_survey",
    "no_survey_reason",
    "next_appointment",
    "whereabouts",
    "county",
    "town",
    "village",
    "address",
    "residence",
    "mobile",
    "landline",
    "contact",
    "observations",
];

/// What of it was asked and answered: each question with its answer as people read it.
pub fn visit(session: &Session) -> Vec<(String, String)> {
    let keys = session.nodes();
    let said = |name: &&str| {
        let named = |key: &&doorstep_engine::view::Key| session.path(**key).rsplit('/').next() == Some(*name);
        let question = keys.iter().filter(named).find_map(|key| session.question(*key))?;
        let value = readable(&question).filter(|value| !value.trim().is_empty())?;
        question.relevant.then_some((question.label, value))
    };
    VISIT.iter().filter_map(said).collect()
}
