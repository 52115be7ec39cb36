//! What the office files with an assessment: where the household lives and who lives there, how to call it, how the visit went, what they say is hardest, and
//! what the visitor noted.

use doorstep_engine::session::Session;
use doorstep_engine::view::ScopeId;

use crate::controls::readable;

/// The questions, as forms name them, in the order of the paper.
const VISIT: [&str; 20] = [
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
    "main_cause",
    "second_cause",
    "wish",
    "observations",
];
/// What a person's card says that the paper repeats: the name, what they are to the head of the household, the age.
const CARD: [&str; 3] = ["card_name", "relation", "member_age"];

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

/// Somebody who lives there: the name, what they are to the head of the household, and the age in years; blank what is not known.
pub type Lodger = [String; 3];

/// Who lives there, one by one, as their cards say.
pub fn roster(session: &Session) -> Vec<Lodger> {
    let mut all: Vec<(ScopeId, Lodger)> = Vec::new();
    for key in session.nodes() {
        let path = session.path(key);
        let name = path.rsplit('/').next().unwrap_or_default();
        let Some(place) = CARD.iter().position(|known| *known == name).filter(|_| key.scope != ScopeId(0))
        else {
            continue;
        };
        if session.relevant(key) != Some(true) {
            continue;
        }
        let words = session.question(key).and_then(|question| readable(&question));
        let said = words.or_else(|| session.value(key).map(|value| value.to_text())).unwrap_or_default();
        match all.iter_mut().find(|(scope, _)| *scope == key.scope) {
            Some((_, lodger)) => lodger[place] = said,
            None => {
                let mut lodger = Lodger::default();
                lodger[place] = said;
                all.push((key.scope, lodger));
            }
        }
    }
    all.into_iter().map(|(_, lodger)| lodger).filter(|lodger| !lodger[0].trim().is_empty()).collect()
}
