//! Dangers that are up, as whoever stands at the door needs them: whom each is about, what to do, and what was done about it so far.

use crate::assess::Outcome;
use crate::assess::measure::MeasureId;
use crate::form::NodeKind;
use crate::session::{Session, Silenced};
use crate::view::{Item, Key, ScopeId};

/// A flag that is up: a danger, or something to look at once more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Danger {
    /// The flag, by its name in the form.
    pub measure: String,
    /// What it is called.
    pub label: String,
    /// Whom it is about, as their repeat instances are called; empty if it is about no one in particular.
    pub whom: Vec<String>,
    /// What to do, if the form says it.
    pub to_do: Option<String>,
    /// What was done about it, if the form asks for that.
    pub handled: Option<Handled>,
}

/// What was done about a danger: the answers to the questions that its flag names as `handled`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handled {
    /// The question or group.
    pub place: Key,
    /// What was answered: the question, and its answer as its reader knows it.
    pub said: Vec<(String, String)>,
    /// The first question that is open and has to be answered, or is answered against its rule.
    pub open: Option<Key>,
}

impl Session {
    /// The dangers that are up, in the order of their declaration.
    pub fn dangers(&self) -> Vec<Danger> {
        self.up().filter(|id| self.measure(*id).is_danger()).map(|id| self.told(id)).collect()
    }

    /// What has to be looked at once more before anybody relies on what was found, in the order of declaration.
    pub fn rechecks(&self) -> Vec<Danger> {
        let wanted = self.up().filter(|id| self.measure(*id).recheck && !self.measure(*id).internal);
        wanted.map(|id| self.told(id)).collect()
    }

    fn up(&self) -> impl Iterator<Item = MeasureId> {
        self.form.assessment.ids().filter(|id| self.outcome_of(*id) == Outcome::Flag(true))
    }

    fn told(&self, id: MeasureId) -> Danger {
        let measure = self.measure(id);
        Danger {
            measure: measure.name.to_string(),
            label: self.label_of(id),
            whom: self.concerns(&measure.name),
            to_do: self.to_do(id),
            handled: self.handled(&measure.name),
        }
    }

    /// What was done about a danger, or what a second look came to. `None` if there is no such flag, if it is not up, or if the form does not ask for it.
    pub fn handled(&self, flag: &str) -> Option<Handled> {
        let id = self.form.assessment.named(flag)?;
        if self.measure(id).internal || self.outcome_of(id) != Outcome::Flag(true) {
            return None;
        }
        let place = Key { scope: ScopeId(0), node: self.measure(id).handled? };
        let mut said = Vec::new();
        self.collect_said(place, &mut said);
        Some(Handled { place, said, open: self.open_under(place) })
    }

    /// The first question about what was done that is still open, of any danger that is up; `None` if nothing is left to say.
    pub fn danger_left_open(&self) -> Option<Key> {
        if self.flags_up() == 0 {
            return None;
        }
        let dangers = self.up().map(|id| self.measure(id)).filter(|measure| measure.is_danger());
        let mut places = dangers.filter_map(|measure| measure.handled);
        places.find_map(|node| self.open_under(Key { scope: ScopeId(0), node }))
    }

    /// The dangers that would be told of no longer, or of fewer people, were a repeat instance removed: by what they are called.
    pub fn dangers_gone_without(&self, instance: Key) -> Vec<String> {
        let told = |session: &Session| -> Vec<(String, Vec<String>)> {
            let up = session.dangers().into_iter().map(|danger| (danger.label, danger.whom));
            let silent = session.silenced().into_iter().map(|Silenced { label, whom, .. }| (label, whom));
            up.chain(silent).collect()
        };
        let before = told(self);
        if before.is_empty() {
            return Vec::new();
        }
        let mut without = self.copied();
        if without.remove_repeat(instance).is_err() {
            return Vec::new();
        }
        let after = told(&without);
        let gone = before.into_iter().filter(|danger| !after.contains(danger));
        let mut labels: Vec<String> = gone.map(|(label, _)| label).collect();
        labels.dedup();
        labels
    }

    fn open_under(&self, key: Key) -> Option<Key> {
        if self.relevant(key) != Some(true) {
            return None;
        }
        match self.form.node(key.node).kind {
            NodeKind::Leaf(_) => self.violation(key).map(|_| key),
            NodeKind::Repeat { .. } | NodeKind::Attribute => None,
            NodeKind::Group => self.children(key).into_iter().find_map(|item| match item {
                Item::Question(key) | Item::Group(key) => self.open_under(key),
                _ => None,
            }),
        }
    }

    fn collect_said(&self, key: Key, said: &mut Vec<(String, String)>) {
        if self.relevant(key) != Some(true) {
            return;
        }
        match self.form.node(key.node).kind {
            NodeKind::Leaf(_) => {
                let value = self.instance.given(key.scope, key.node);
                if self.form.node(key.node).body.control.is_some() && !value.is_blank() {
                    said.push((self.question_words(key), self.answer_words(key.node, value)));
                }
            }
            NodeKind::Repeat { .. } | NodeKind::Attribute => {}
            NodeKind::Group => {
                for item in self.children(key) {
                    if let Item::Question(key) | Item::Group(key) = item {
                        self.collect_said(key, said);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    fn form(handled: &str) -> Result<std::sync::Arc<Form>, String> {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "survey": [
                {"type": "repeat", "name": "people", "label": "People", "item_label": "${who}", "children": [
                    {"type": "text", "name": "who", "label": "Name"},
                    {"type": "integer", "name": "thoughts", "label": "Thoughts?"}]},
                {"type": "group", "name": "today", "label": "Today", "relevant": "count(${thoughts}[. >= 1]) > 0", "children": [
                    {"type": "note", "name": "call", "label": "Call somebody."},
                    {"type": "text", "name": "told", "label": "Who was told", "required": true},
                    {"type": "time", "name": "at", "label": "When", "relevant": "${told} != ''"}]}],
            "assessment": [{"type": "flag", "name": "self_harm", "label": "Self-harm", "value": "count(${thoughts}[. >= 1]) > 0",
                "handled": handled, "bands": [{"code": "1", "label": "Stay"}]}]});
        let read = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
        read.form.ok_or_else(|| read.diagnostics.iter().map(|said| said.code).collect::<Vec<_>>().join(" "))
    }

    fn session() -> Session {
        let mut session = Session::new(form("${today}").expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 2) {
            session.add_repeat(people).expect("one more");
        }
        give(
            &mut session,
            &json!({"/f/people[1]/who": "Wang", "/f/people[1]/thoughts": 2, "/f/people[2]/who": "Li", "/f/people[2]/thoughts": 0}),
        );
        session
    }

    fn give(session: &mut Session, answers: &Json) {
        for (path, answer) in answers.as_object().expect("answers by path") {
            let key = session.at(path).unwrap_or_else(|| panic!("{path} is there"));
            let data_type = session.question(key).expect("a question").data_type;
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            session.answer(key, Value::read(data_type, &text)).expect("it takes the answer");
        }
    }

    #[test]
    fn a_danger_is_told_with_what_was_done_about_it() {
        let mut session = session();
        let danger = |session: &Session| session.dangers().pop().expect("it is up");
        let told = danger(&session);
        assert_eq!((told.label.as_str(), told.whom.as_slice()), ("Self-harm", &["Wang".to_owned()][..]));
        assert_eq!(told.to_do.as_deref(), Some("Stay"));
        let handled = told.handled.expect("the form asks for it");
        let told_to = session.at("/f/today/told");
        assert_eq!((handled.said.len(), handled.open), (0, told_to), "nobody was told");
        assert_eq!(session.danger_left_open(), told_to);
        assert_eq!(session.path(handled.place), "/f/today");
        give(&mut session, &json!({"/f/today/told": "Station, Zhao", "/f/today/at": "14:05"}));
        let handled = danger(&session).handled.expect("the form asks for it");
        let said: Vec<String> = handled.said.iter().map(|(asked, said)| format!("{asked} {said}")).collect();
        assert_eq!((handled.open, session.danger_left_open()), (None, None));
        assert_eq!(said[0], "Who was told Station, Zhao");
        assert!(said[1].starts_with("When 14:05"), "{said:?}");
        // Put right, there is no danger, and nothing that was done about one.
        give(&mut session, &json!({"/f/people[1]/thoughts": 0}));
        assert!(session.dangers().is_empty());
        assert_eq!(session.handled("self_harm"), None);
    }

    #[test]
    fn what_is_to_be_looked_at_again_is_no_danger_and_is_told_by_itself() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "survey": [
                {"type": "repeat", "name": "people", "label": "People", "item_label": "${who}", "children": [
                    {"type": "text", "name": "who", "label": "Name"},
                    {"type": "integer", "name": "thoughts", "label": "Thoughts?"},
                    {"type": "calculate", "name": "once", "trigger": "${thoughts}", "calculation": "if(${thoughts} >= 1 or ${once} = 1, 1, 0)"}]},
                {"type": "text", "name": "who_asked", "label": "Who asked again?"}],
            "assessment": [
                {"type": "flag", "name": "self_harm", "label": "Self-harm", "value": "count(${thoughts}[. >= 1]) > 0"},
                {"type": "flag", "name": "taken_back", "recheck": "yes", "label": "Taken back", "handled": "${who_asked}",
                    "value": "count(${once}[. = 1]) > count(${thoughts}[. >= 1])", "bands": [{"code": "1", "label": "Ask again"}]}]});
        let read = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
        let mut session = Session::new(read.form.expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 3) {
            session.add_repeat(people).expect("one more");
        }
        give(
            &mut session,
            &json!({"/f/people[1]/who": "Wang", "/f/people[2]/who": "Li", "/f/people[3]/who": "Qi",
                "/f/people[1]/thoughts": 2, "/f/people[2]/thoughts": 1, "/f/people[3]/thoughts": 0}),
        );
        assert_eq!((session.dangers().len(), session.rechecks().len()), (1, 0));
        give(&mut session, &json!({"/f/people[2]/thoughts": 0}));
        assert_eq!(session.flags_up(), 1, "what is to be looked at again is counted among no dangers");
        assert_eq!(session.dangers()[0].whom, ["Wang"]);
        give(&mut session, &json!({"/f/people[1]/thoughts": 0, "/f/who_asked": "Zhao"}));
        let told = session.rechecks().pop().expect("it is to be looked at again");
        assert_eq!(
            (told.whom.as_slice(), told.to_do.as_deref()),
            (&["Wang".to_owned(), "Li".to_owned()][..], Some("Ask again"))
        );
        assert_eq!(
            told.handled.expect("the form asks").said,
            [("Who asked again?".to_owned(), "Zhao".to_owned())]
        );
        assert!(session.dangers().is_empty() && session.silenced().is_empty());
    }

    #[test]
    fn removing_a_person_says_which_dangers_go_with_them() {
        let mut session = session();
        let card = |session: &Session, number: usize| {
            let people = session.at("/f/people").and_then(|people| session.repeat(people)).expect("a repeat");
            people.instances[number].key
        };
        assert_eq!(session.dangers_gone_without(card(&session, 0)), ["Self-harm"]);
        assert_eq!(session.dangers_gone_without(card(&session, 1)), [""; 0], "Li named none");
        give(&mut session, &json!({"/f/people[2]/thoughts": 1}));
        // The flag stays up for the other: it is told of one fewer all the same.
        assert_eq!(session.dangers_gone_without(card(&session, 1)), ["Self-harm"]);
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        assert_eq!(form("${nowhere}").err().as_deref(), Some("unknown-name"));
        assert_eq!(form("${thoughts}").err().as_deref(), Some("bad-reference"));
    }
}
