//! What a change of one answer would set beside it, so that whoever takes it back can take back all of it.

use std::collections::BTreeSet;

use crate::form::Event;
use crate::session::Session;
use crate::view::Key;

impl Session {
    /// The questions that the form's actions (`setvalue`, a `trigger`'s calculation) set when this one's answer changes, and those that these set off in
    /// turn: each once, the nearest first, never the one itself. What is computed of answers is not among them: it follows by itself.
    pub fn set_off_by(&self, key: Key) -> Vec<Key> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([(key.scope.0, key.node.0)]);
        let mut open = vec![key];
        while let Some(from) = open.pop() {
            if !self.instance.holds(&self.form, from.scope, from.node) {
                continue;
            }
            for index in &self.form.node(from.node).bind.triggers {
                let action = &self.form.actions[*index as usize];
                if !action.events.contains(&Event::ValueChanged) {
                    continue;
                }
                let targets: Vec<Key> = match action.picked {
                    Some(picked) => {
                        let here = self.instance.own_node(from.scope);
                        let cell = self.look(from.scope, here).first_cell(picked);
                        cell.map(|(scope, node)| Key { scope, node }).into_iter().collect()
                    }
                    None => {
                        let scopes = self.targets(action, from.scope, self.instance.def(from.scope));
                        scopes.into_iter().map(|scope| Key { scope, node: action.target }).collect()
                    }
                };
                for target in targets {
                    if seen.insert((target.scope.0, target.node.0)) {
                        // What can't be answered can't be answered back either: it follows by itself.
                        if !self.is_readonly(target) {
                            found.push(target);
                        }
                        open.push(target);
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::view::Key;
    use crate::{Bundle, Form, Source};

    /// A household chosen fills in a name, which fills in how it is said; within each card a choice fills in what is beside it.
    const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1"},
        "survey": [
            {"type": "text", "name": "who", "label": "Who"},
            {"type": "text", "name": "called", "label": "Called", "trigger": "${who}", "calculation": "concat('Mrs ', ${who})"},
            {"type": "text", "name": "greeting", "label": "Greeting", "trigger": "${called}", "calculation": "concat('Dear ', ${called})"},
            {"type": "calculate", "name": "length", "calculation": "string-length(${who})"},
            {"type": "repeat", "name": "card", "label": "Cards", "children": [
                {"type": "text", "name": "one", "label": "One"},
                {"type": "text", "name": "other", "label": "Other", "trigger": "${one}", "calculation": "${one}"}]}]}"#;

    fn session() -> Session {
        let bundle = Bundle::single(Source::new("form.json", FORM));
        Session::new(Form::read(&bundle).form.expect("it is sound"), World::default())
    }

    fn at(session: &Session, path: &str) -> Key {
        session.at(path).unwrap_or_else(|| panic!("no {path}"))
    }

    fn set_off(session: &Session, path: &str) -> Vec<String> {
        session.set_off_by(at(session, path)).into_iter().map(|key| session.path(key)).collect()
    }

    #[test]
    fn what_an_answer_sets_and_what_that_sets_is_named_and_nothing_that_is_computed() {
        let mut session = session();
        assert_eq!(set_off(&session, "/f/who"), ["/f/called", "/f/greeting"]);
        assert_eq!(set_off(&session, "/f/greeting"), [""; 0]);
        let repeat = at(&session, "/f/card");
        session.add_repeat(repeat).unwrap();
        assert_eq!(set_off(&session, "/f/card[2]/one"), ["/f/card[2]/other"]);
    }

    #[test]
    fn an_answer_is_taken_back_with_all_that_it_set() {
        let mut session = session();
        let text = |text: &str| Value::Text(text.into());
        let who = at(&session, "/f/who");
        session.answer(who, text("Wang")).unwrap();
        session.answer(at(&session, "/f/called"), text("Auntie Wang")).unwrap();
        session.answer(at(&session, "/f/greeting"), text("Hello")).unwrap();
        let before: Vec<(Key, Value)> = [who]
            .into_iter()
            .chain(session.set_off_by(who))
            .map(|key| (key, session.value(key).cloned().unwrap_or(Value::Blank)))
            .collect();
        session.answer(who, text("Zhang")).unwrap();
        let said = |session: &Session, path| session.value(at(session, path)).map(Value::to_text);
        assert_eq!(said(&session, "/f/greeting").as_deref(), Some("Dear Mrs Zhang"));
        for (key, value) in before {
            session.answer(key, value).unwrap();
        }
        let all = ["/f/who", "/f/called", "/f/greeting"].map(|path| said(&session, path).unwrap());
        assert_eq!(all, ["Wang", "Auntie Wang", "Hello"]);
    }
}
