//! What of an assessment everybody who lives in a house may read.
//!
//! A level that several dimensions make together tells of nobody's own answers. One that a single scale makes is what somebody was asked about: it is told
//! to that person, and is on no paper that lies about the house.

use crate::assess::measure::{Input, Kind, MeasureId};
use crate::session::Session;

impl Session {
    /// Is it a level of several dimensions together, or what a person put in its place? Whether a danger is up has no part in it, so that
    /// nobody reads one from a level that is missing.
    pub fn is_level_of_several(&self, measure: &str) -> bool {
        self.form.assessment.named(measure).is_some_and(|id| self.is_of_several(id, false))
    }

    fn is_of_several(&self, id: MeasureId, banded: bool) -> bool {
        match &self.measure(id).kind {
            Kind::Index(parts) => banded && parts.len() > 1,
            Kind::Band(Input::Measure(of)) => self.is_of_several(*of, true),
            Kind::Decided { of: Input::Measure(of), .. } => self.is_of_several(*of, banded),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::{Bundle, Form, Source};

    #[test]
    fn a_level_of_several_dimensions_is_told_from_one_that_a_scale_makes() {
        let bands = json!([{"code": "low", "range": "<50"}, {"code": "high", "range": ">=50"}]);
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}],
                        "level": [{"name": "low", "label": "Low"}, {"name": "high", "label": "High"}]},
            "survey": [
                {"type": "select_one yn", "name": "sad", "label": "Sad?"},
                {"type": "select_one yn", "name": "poor", "label": "Poor?"},
                {"type": "select_one level", "name": "by_hand", "label": "Yours"},
                {"type": "text", "name": "why", "label": "Why"}],
            "assessment": [
                {"type": "scale", "name": "mood", "label": "Mood", "max": 1, "items": [{"value": "${sad}"}]},
                {"type": "scale", "name": "money", "label": "Money", "max": 1, "items": [{"value": "${poor}"}]},
                {"type": "index", "name": "need", "label": "Need", "parts": [{"of": "mood", "weight": 1}, {"of": "money", "weight": 1}]},
                {"type": "index", "name": "alone", "label": "Alone", "parts": [{"of": "mood", "weight": 1}]},
                {"type": "band", "name": "level", "label": "Level", "of": "need", "bands": bands},
                {"type": "band", "name": "depressed", "label": "Depressed", "of": "mood", "bands": bands},
                {"type": "band", "name": "of_one", "label": "Of one", "of": "alone", "bands": bands},
                {"type": "decided", "name": "last", "label": "Last", "of": "level", "value": "${by_hand}", "reason": "${why}"}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let session = Session::new(form.expect("a form"), World::default());
        let told = ["level", "last", "depressed", "of_one", "need", "mood", "nothing"]
            .map(|measure| session.is_level_of_several(measure));
        assert_eq!(told, [true, true, false, false, false, false, false]);
    }
}
