//! Which papers a report makes, and what stands on the family's: the office's holds answers, points, dangers and notes of the visit, which nobody hands to
//! a family at large, one of whom a danger may come from.
//!
//! Kept here: the family's paper is the same whether there is a danger or not, so that nobody reads one from what is missing.

use doorstep_engine::assess::{Explanation, MeasureKind, Outcome};

use super::report::Told;
use super::services::ToldServices;

/// The papers of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Papers {
    /// One, that anybody may read.
    One,
    /// The office's alone: nothing was found out that anybody could be handed, or sign.
    Office,
    /// One for the family, and the office's.
    Both,
}

/// See [`Papers`].
pub fn papers(told: &Told) -> Papers {
    let private = has_danger(told) || told.wishes.withhold.is_some() || !told.visit.is_empty();
    match (says_nothing(&told.measures), private || !told.rejected.is_empty()) {
        (false, _) => Papers::Both,
        (true, true) => Papers::Office,
        (true, false) => Papers::One,
    }
}

/// Was nothing asked that anything could be said of? Dangers, and what services ask for, are no verdict.
pub fn says_nothing(measures: &[Explanation]) -> bool {
    let mut verdicts =
        measures.iter().filter(|told| !matches!(told.kind, MeasureKind::Flag | MeasureKind::Fact));
    verdicts.all(|told| told.outcome == Outcome::NotApplicable)
}

/// Is a danger told of, or one that fell silent?
pub fn has_danger(told: &Told) -> bool {
    !told.silenced.is_empty() || told.measures.iter().any(is_danger)
}

fn is_danger(told: &Explanation) -> bool {
    told.kind == MeasureKind::Flag && told.outcome == Outcome::Flag(true)
}

/// Who refused has decided nothing: there is nothing to sign, on no paper; nor on a draft's.
pub fn is_signed(told: &Told, draft: bool) -> bool {
    !draft && !says_nothing(&told.measures)
}

/// The services that are told of. Where nothing was asked only what a danger calls for: that others can't be decided is no news.
pub fn services(told: &Told) -> Option<ToldServices> {
    let services = told.services.clone()?;
    match says_nothing(&told.measures) {
        false => Some(services),
        true => services.fitting_alone(),
    }
}

/// The levels that a family reads: what each is called, and what it came to. Of what a person decided, that alone.
pub fn levels_for_family(told: &Told) -> Vec<(String, String)> {
    let several = told
        .measures
        .iter()
        .filter(|level| told.of_several.contains(&level.name) && !level.outcome.is_blank());
    let decided = several.clone().any(|level| level.kind == MeasureKind::Decided);
    let levels = several.filter(|level| !decided || level.kind == MeasureKind::Decided);
    levels.map(|level| (level.label.clone(), level.shown.clone())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use doorstep_engine::{Bundle, Form, Session, Source, case};
    use serde_json::{Value as Json, json};

    use super::super::told;
    use super::*;

    fn needs() -> Arc<Form> {
        let folder = Path::new("../../forms/household-needs");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let main = Source::new("form.json", read("form.json").expect("the form is there"));
        Form::read(&Bundle::gather(main, read)).form.expect("a form")
    }

    fn after(name: &str) -> Session {
        let file = format!("../../forms/household-needs/cases/{name}.json");
        let case: Json =
            serde_json::from_str(&std::fs::read_to_string(file).expect("it is there")).expect("JSON");
        case::run_through(&needs(), &case).0.expect("it runs")
    }

    fn given(answers: Json) -> Session {
        let steps = json!([{"answer": answers}, {"expect": {"complete": false}}]);
        let case = json!({"about": "", "now": "2026-11-23T09:30:00+08:00", "language": "zh", "steps": steps});
        let (session, failures) = case::run_through(&needs(), &case);
        assert_eq!(failures, []);
        session.expect("it runs")
    }

    fn of(session: &Session) -> Told {
        told(session, "zh").expect("it assesses")
    }

    #[test]
    fn points_of_a_questionnaire_are_on_no_paper_of_the_familys_though_there_is_no_danger() {
        let mut session = after("h3-kidney-failure");
        let before = of(&session);
        assert!(!has_danger(&before));
        let offices = format!("{:?}", before.measures);
        assert!(offices.contains("PHQ-9"), "the office reads what somebody answered");
        assert_eq!(papers(&before), Papers::Both);
        assert!(is_signed(&before, false) && !is_signed(&before, true));

        let familys = |told: &Told| {
            let services = services(told).expect("it has a catalogue").names_for_family();
            (levels_for_family(told), services)
        };
        let (levels, found) = familys(&before);
        assert_eq!(levels, [("困境程度".to_owned(), "中度".to_owned())]);
        assert!(!found.is_empty());
        assert!(!found.iter().any(|name| name.contains("心理")), "{found:?}");

        // What protects from one of the family is on no paper of theirs, whatever it rests on.
        let needs = session.at("/household-needs/needs/other_needs").expect("it is asked");
        session.answer_text(needs, "legal").expect("it takes the answer");
        let with = of(&session);
        let named = |told: &Told| services(told).expect("it has a catalogue").fits.len();
        assert_eq!(named(&with), named(&before) + 1, "legal aid");
        assert_eq!(familys(&with), (levels.clone(), found.clone()));

        // A danger leaves no trace: the family's paper is the same.
        let flags = session.at("/household-needs/danger/red_flags").expect("it is asked");
        session.answer_text(flags, "violence").expect("it takes the answer");
        let with = of(&session);
        assert!(has_danger(&with));
        assert_eq!(papers(&with), Papers::Both);
        assert_eq!(familys(&with), (levels, found));
    }

    #[test]
    fn a_refusal_with_a_danger_has_the_offices_paper_alone_and_nothing_to_sign() {
        let refused = given(json!({
            "/household-needs/visit/outcome": "4",
            "/household-needs/place/village": "北门外社区",
            "/household-needs/place/address": "2 号楼",
            "/household-needs/danger/red_flags": ["violence"],
        }));
        let told = of(&refused);
        assert!(has_danger(&told), "it is told");
        let verdicts = told.measures.iter().map(|told| (&*told.name, &told.outcome)).collect::<Vec<_>>();
        assert!(says_nothing(&told.measures), "{verdicts:?}");
        assert_eq!(papers(&told), Papers::Office);
        assert!(!is_signed(&told, false));
        let services = services(&told);
        assert!(
            services.is_none_or(|told| told.has_fits() && told.decided_alone()),
            "nothing undecided is listed"
        );
        assert_eq!(levels_for_family(&told), []);
    }

    #[test]
    fn the_office_reads_where_it_was_how_it_went_and_what_was_noted() {
        let said = |told: &Told| told.visit.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        let visit = said(&of(&after("refused-visit")));
        for wanted in ["拒访", "北门外社区", "隔着门说不需要"] {
            assert!(visit.iter().any(|said| said.contains(wanted)), "{wanted} is not in {visit:?}");
        }
        let mut session = after("h3-kidney-failure");
        let note = session.at("/household-needs/closing/observations").expect("it is asked");
        session.answer_text(note, "门口堆着药盒").expect("it takes the answer");
        let visit = said(&of(&session));
        for wanted in ["集西村", "0631-8450000", "门口堆着药盒"] {
            assert!(visit.iter().any(|said| said.contains(wanted)), "{wanted} is not in {visit:?}");
        }
    }
}
