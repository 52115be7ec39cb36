//! Of several people an item counts the worst: who that is. A score that names nobody can't be checked at the door.

use crate::assess::Exact;
use crate::assess::evaluate::Owned;
use crate::assess::measure::{Aggregate, Item};
use crate::assess::trace::Line;
use crate::session::Session;
use crate::session::explain::each_once;
use crate::view::ScopeId;

impl Session {
    /// Of an item that counts the worst of several people: who they are, and what was answered there. Nobody is, where it counts nothing.
    pub(super) fn worst<'l>(&self, item: &Item, line: &'l Line) -> Option<(Vec<String>, &'l Owned)> {
        let most = line.each.iter().map(|(_, points)| *points).max()?;
        let has_others = |scope: ScopeId| {
            let repeat = self.instance.own_node(scope);
            scope != ScopeId(0) && self.instance.instances(self.instance.up(scope, 1), repeat).len() > 1
        };
        let several = line.each.iter().any(|(scope, _)| has_others(self.outermost(*scope)));
        if item.over != Aggregate::Max || !several || most == Exact::ZERO {
            return None;
        }
        let worst = || line.each.iter().zip(&line.answers).filter(|((_, points), _)| *points == most);
        let whom = worst().map(|((scope, _), _)| self.instance_words(self.outermost(*scope)));
        Some((each_once(whom.collect()), worst().next()?.1))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    #[test]
    fn a_score_says_whose_answer_it_counts() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"level": [{"name": "well", "label": "Well", "score": 0}, {"name": "poor", "label": "Poorly", "score": 4}]},
            "survey": [
                {"type": "repeat", "name": "people", "label": "People", "item_label": "${who}", "children": [
                    {"type": "text", "name": "who", "label": "Name"},
                    {"type": "select_one level", "name": "walks", "label": "Walks", "relevant": "${who} != ''"}]}],
            "assessment": [{"type": "scale", "name": "ability", "label": "Ability", "items": [{"value": "${walks}"}]}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 3) {
            session.add_repeat(people).expect("one more");
        }
        let give = |session: &mut Session, path: &str, value: Value| {
            let key = session.at(path).expect("it is there");
            session.answer(key, value).expect("it takes the answer");
        };
        for (number, name) in ["Wang", "Li", "Zhao"].iter().enumerate() {
            give(&mut session, &format!("/f/people[{}]/who", number + 1), Value::Text((*name).into()));
            give(&mut session, &format!("/f/people[{}]/walks", number + 1), Value::Choice("well".into()));
        }
        let told = |session: &Session| {
            let explanation = session.explanation("ability").expect("a scale");
            explanation.reasons[0].sentence.clone()
        };
        assert_eq!(told(&session), "Walks: Well, counts 0", "nobody is worse than the others");
        give(&mut session, "/f/people[2]/walks", Value::Choice("poor".into()));
        assert_eq!(told(&session), "Walks: Li: Poorly, counts 4");
        give(&mut session, "/f/people[3]/walks", Value::Choice("poor".into()));
        assert_eq!(told(&session), "Walks: Li, Zhao: Poorly, counts 4");
        // Also where nobody else is asked.
        for number in [1, 3] {
            give(&mut session, &format!("/f/people[{number}]/who"), Value::Blank);
        }
        assert!(told(&session).contains("Li: Poorly"), "{}", told(&session));
    }
}
