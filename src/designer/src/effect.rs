//! What a change of the form makes of households that were surveyed: how many come to each outcome of a measure, before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorstep_engine::assess::Outcome;
use doorstep_engine::{Form, Session};

use crate::carry::carry;

/// What a measure comes to for a household in a form, on the day and with the lists of its survey: the band's code. Nothing: it comes to none, or answers are missing.
pub fn comes_to(form: &Arc<Form>, household: &Session, measure: &str) -> Option<String> {
    let mut session = Session::new(form.clone(), household.world().clone());
    carry(household, &mut session, &[]);
    match session.outcome(measure)? {
        Outcome::Code(code) => Some(code.to_string()),
        _ => None,
    }
}

/// Households by what they come to, before and after a change; nothing: they come to none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Effect {
    /// By the code; each how many before, and how many after.
    pub counts: BTreeMap<Option<String>, (usize, usize)>,
    /// How many come to something else.
    pub moved: usize,
    /// How many there are.
    pub of: usize,
}

impl Effect {
    /// One more household.
    pub fn take(&mut self, before: Option<String>, after: Option<String>) {
        self.of += 1;
        self.moved += usize::from(before != after);
        self.counts.entry(before).or_default().0 += 1;
        self.counts.entry(after).or_default().1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::assess::Exact;
    use doorstep_engine::session::World;

    use super::*;
    use crate::cutoffs;
    use crate::document::Document;

    #[test]
    fn households_are_counted_before_and_after_a_cut_off_is_moved() {
        let json = r#"{"settings": {"form_id": "f", "version": "1"},
            "assessment": [{"type": "band", "name": "level", "of": "${n}", "bands": [
                {"code": "high", "range": ">=60"}, {"code": "low", "range": "<60"}]}],
            "survey": [{"type": "integer", "name": "n", "label": "N"}]}"#;
        let document = Document::open("form.json", json.as_bytes(), |_| None).expect("it is a form");
        let form = |document: &Document| {
            let read = Form::read(&document.bundle());
            read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
        };
        let cut_off = cutoffs::all(&document).remove(0);
        let change = cutoffs::moved(&document, &cut_off, Exact::whole(50)).expect("it can be moved");
        let mut after = document.clone();
        after.apply(&change);
        let (old, new) = (form(&document), form(&after));
        let mut effect = Effect::default();
        for number in ["70", "55", "10", ""] {
            let mut household = Session::new(old.clone(), World::default());
            let question = household.at("/f/n").expect("it is asked");
            household.answer_text(question, number).expect("it is a number");
            let comes_to = |form: &Arc<Form>| comes_to(form, &household, "level");
            effect.take(comes_to(&old), comes_to(&new));
        }
        let counts = [(None, (1, 1)), (Some("high"), (1, 2)), (Some("low"), (2, 1))];
        let counts = counts.map(|(code, counts)| (code.map(str::to_owned), counts));
        assert_eq!(effect, Effect { counts: BTreeMap::from(counts), moved: 1, of: 4 });
    }
}
