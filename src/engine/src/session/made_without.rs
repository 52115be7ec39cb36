//! What a level was made without: the parts that it would have been made of, had they been asked or been said.
//!
//! A weighted mean leaves out what does not apply, so that a level can be told of a household of which a whole dimension is not known. Whoever reads
//! the level has to read that with it.

use crate::assess::Outcome;
use crate::assess::measure::{Input, Item, Kind, MeasureId};
use crate::session::{LeftOut, Session};
use crate::view::{Key, NodeId, ScopeId};

/// A part that a result was made without.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeWithout {
    /// The measure that is the part, or that lacks it, by its name in the form.
    pub measure: String,
    /// What the part is called.
    pub label: String,
    /// For which answer it was not asked, if it is one. None: it does not apply, or for several reasons.
    pub because: Option<LeftOut>,
    /// Is it the measure as a whole? Else it is one of its items.
    pub whole: bool,
}

impl Session {
    /// What a measure that can be said was made without: parts of the index behind it that don't apply, and of those that do the items that one
    /// answer left out, of a person each. Empty of one that can't be said, or that nothing was left out of.
    pub fn made_without(&self, measure: &str) -> Vec<MadeWithout> {
        let mut found = Vec::new();
        if let Some(id) = self.form.assessment.named(measure)
            && !self.outcome_of(id).is_blank()
        {
            self.each_made_without(id, &mut Vec::new(), &mut found);
        }
        found
    }

    /// Does an answer leave something out that a measure is made of?
    pub(super) fn is_made_without(&self, id: MeasureId, answer: Key) -> bool {
        let mut found = Vec::new();
        self.each_made_without(id, &mut Vec::new(), &mut found);
        found.iter().any(|part| part.because.as_ref().is_some_and(|because| because.key == answer))
    }

    fn each_made_without(&self, id: MeasureId, seen: &mut Vec<MeasureId>, found: &mut Vec<MadeWithout>) {
        if seen.contains(&id) {
            return;
        }
        seen.push(id);
        let follow: Vec<MeasureId> = match &self.measure(id).kind {
            Kind::Index(parts) | Kind::Ranking(parts) => parts.iter().map(|part| part.measure).collect(),
            Kind::Band(of) | Kind::Decided { of, .. } | Kind::Agreed { first: of, .. } => measure_of(of),
            Kind::Shift(shift) => measure_of(&shift.of),
            Kind::Table(table) => table.inputs.iter().flat_map(|(_, of)| measure_of(of)).collect(),
            Kind::Scale(scale) => {
                return scale.items.iter().for_each(|item| self.each_item_left_out(id, item, found));
            }
            Kind::Flag(_) | Kind::Fact { .. } => return,
        };
        for part in follow {
            if self.outcome_of(part) == Outcome::NotApplicable {
                let because = self.measure_left_out(part).and_then(|key| self.told_left_out(key));
                let (measure, label) = (self.measure(part).name.to_string(), self.label_of(part));
                found.push(MadeWithout { measure, label, because, whole: true });
            } else {
                self.each_made_without(part, seen, found);
            }
        }
    }

    /// For whom one answer left an item of a scale out: each instance that is asked nothing that the item is about.
    fn each_item_left_out(&self, id: MeasureId, item: &Item, found: &mut Vec<MadeWithout>) {
        let mut asked: Vec<(ScopeId, Option<NodeId>)> = Vec::new();
        for node in &item.questions {
            self.instance.each_under(&self.form, ScopeId(0), self.form.node(*node).scope, &mut |scope| {
                let hidden = (!self.instance.relevant(scope, *node)).then_some(*node);
                match asked.iter_mut().find(|(known, _)| *known == scope) {
                    Some((_, held_back)) => *held_back = held_back.and(hidden),
                    None => asked.push((scope, hidden)),
                }
            });
        }
        for (scope, held_back) in asked {
            let because = held_back.and_then(|node| self.unasked_because(Key { scope, node }));
            let Some(because) = because else { continue };
            // What the item is worked out from is known, and no gap: that somebody is not disabled says what grade they have. That somebody would not
            // say how they are says nothing of it.
            if self.worked_out_from(&item.questions).has(because.key.node) {
                continue;
            }
            let (measure, label) = (self.measure(id).name.to_string(), self.item_label(item));
            found.push(MadeWithout { measure, label, because: Some(because), whole: false });
        }
    }
}

fn measure_of(of: &Input) -> Vec<MeasureId> {
    match of {
        Input::Measure(id) => vec![*id],
        Input::Amount(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    #[test]
    fn a_level_says_which_dimensions_it_was_made_without() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}]},
            "survey": [
                {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
                {"type": "select_one yn", "name": "poor", "label": "Poor?"},
                {"type": "select_one yn", "name": "by_hand", "label": "Yours?"},
                {"type": "text", "name": "why", "label": "Why?"},
                {"type": "select_one yn", "name": "ill", "label": "Ill?", "relevant": "${consent} = 'yes'"},
                {"type": "select_one yn", "name": "screened", "label": "Screened?"},
                {"type": "select_one yn", "name": "mood", "label": "Mood?", "relevant": "${screened} = 'yes'"},
                {"type": "select_one yn", "name": "tired", "label": "Tired?", "relevant": "${screened} = 'yes'"},
                {"type": "select_one yn", "name": "worn", "label": "Worn out?", "read_only": true, "relevant": "not(${screened} = 'no')", "calculation": "${tired}"},
                {"type": "select_one yn", "name": "debt", "label": "Debt?"},
                {"type": "select_one yn", "name": "large", "label": "Large?", "read_only": true, "relevant": "${debt} = 'yes'", "calculation": "${debt}"}],
            "assessment": [
                {"type": "scale", "name": "health", "label": "Health", "max": 1, "items": [{"value": "${ill}"}]},
                {"type": "scale", "name": "money", "label": "Money", "max": 4, "items": [{"value": "${poor}"}, {"value": "${mood}"}, {"value": "${worn}"}, {"value": "${large}"}]},
                {"type": "index", "name": "need", "parts": [{"of": "health", "weight": 1}, {"of": "money", "weight": 1}]},
                {"type": "band", "name": "level", "of": "need", "bands": [{"code": "low", "range": "<50"}, {"code": "high", "range": ">=50"}]},
                {"type": "decided", "name": "last", "of": "level", "value": "${by_hand}", "reason": "${why}"}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let give = |session: &mut Session, path: &str, answer: &str| {
            let key = session.at(path).expect("it is there");
            session.answer(key, Value::Choice(answer.into())).expect("it takes the answer");
        };
        let without = |session: &Session| -> Vec<String> {
            let all = session.made_without("last").into_iter();
            all.map(|part| {
                format!(
                    "{} {}",
                    part.label,
                    part.because.map_or_else(String::new, |because| because.question)
                )
            })
            .collect()
        };
        give(&mut session, "/f/debt", "no");
        give(&mut session, "/f/poor", "yes");
        give(&mut session, "/f/screened", "yes");
        give(&mut session, "/f/mood", "yes");
        give(&mut session, "/f/tired", "yes");
        give(&mut session, "/f/consent", "yes");
        give(&mut session, "/f/ill", "no");
        assert_eq!(without(&session), [""; 0]);
        give(&mut session, "/f/consent", "no");
        assert_eq!(without(&session), ["Health May we ask?"]);
        give(&mut session, "/f/screened", "no");
        assert_eq!(without(&session), ["Health May we ask?", "Mood? Screened?", "Worn out? Screened?"]);
        give(&mut session, "/f/consent", "yes");
        give(&mut session, "/f/poor", "no");
        assert_eq!(without(&session), ["Mood? Screened?", "Worn out? Screened?"]);
    }
}
