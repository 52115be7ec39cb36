//! What questions, people and answers are called where something is told of them.

use crate::assess::evaluate::Owned;
use crate::form::NodeKind;
use crate::session::Session;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// What a question is called, and whose it is where there are several: by the instance's own label, else by the repeat's and its number. Where another
    /// question of the form has the same words, by the group that it stands in as well.
    pub(super) fn question_words(&self, key: Key) -> String {
        let node = self.form.node(key.node);
        let label = self.words(node.body.label, key);
        let label = if label.is_empty() { node.name.to_string() } else { label };
        let twice = self.is_called_twice(key.node);
        if key.scope == ScopeId(0) {
            let group = if twice { self.group_words(key) } else { String::new() };
            return if group.is_empty() { label } else { self.tongue().named(&group, &label) };
        }
        let repeat = self.instance.own_node(key.scope);
        let outer = self.instance.up(key.scope, 1);
        if self.instance.instances(outer, repeat).len() < 2 && !twice {
            return label;
        }
        self.tongue().named(&self.instance_words(key.scope), &label)
    }

    /// Is another question of the form called the same, word for word?
    fn is_called_twice(&self, node: NodeId) -> bool {
        let texts = &self.form.texts;
        let said =
            |node: NodeId| self.form.node(node).body.label.map(|label| texts.plain(label, self.language));
        let Some(label) = said(node).filter(|label| !label.is_empty()) else { return false };
        let mut others = (0..self.form.nodes.len()).map(|index| NodeId(index as u32)).filter(|other| {
            let of = self.form.node(*other);
            *other != node && of.body.control.is_some() && matches!(of.kind, NodeKind::Leaf(_))
        });
        others.any(|other| said(other).as_ref() == Some(&label))
    }

    /// What the nearest group around a question is called that has words.
    fn group_words(&self, Key { scope, node }: Key) -> String {
        let mut node = self.form.node(node).parent;
        while node != NodeId(0) {
            let words = self.words(self.form.node(node).body.label, Key { scope, node });
            if !words.is_empty() {
                return words;
            }
            node = self.form.node(node).parent;
        }
        String::new()
    }

    /// What a repeat instance is called: by its own label, else by the repeat's and its number.
    pub(super) fn instance_words(&self, scope: ScopeId) -> String {
        let repeat = self.instance.own_node(scope);
        let body = &self.form.node(repeat).body;
        let whose = self.words(body.item_label, Key { scope, node: repeat });
        if !whose.trim().is_empty() {
            return whose;
        }
        let several = self.words(body.label, Key { scope: self.instance.up(scope, 1), node: repeat });
        format!("{several} {}", self.instance.position(scope)).trim_start().to_owned()
    }

    /// An answer as its reader knows it.
    pub(super) fn answer_words(&self, node: NodeId, value: &Value) -> String {
        match value {
            Value::Choice(name) => self.said(&[node], &Owned::Text(name.clone())),
            Value::Choices(names) => self.said(&[node], &Owned::Names(names.clone())),
            // A reader's clock shows no seconds and no zone.
            Value::DateTime(text) => {
                text.chars().take("2026-11-23T09:30".len()).collect::<String>().replace('T', " ")
            }
            Value::Time(text) => text.chars().take("09:30".len()).collect(),
            other => other.text().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::session::{Session, World};
    use crate::{Bundle, Form, Source};

    const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1", "default_language": "en"},
        "survey": [
          {"type": "group", "name": "subject", "label": "The person", "children": [
            {"type": "group", "name": "papers", "children": [
              {"type": "text", "name": "id", "label": "ID number"}]},
            {"type": "text", "name": "phone", "label": "Phone"}]},
          {"type": "repeat", "name": "people", "label": "Member", "children": [
            {"type": "text", "name": "member_id", "label": "ID number"},
            {"type": "text", "name": "work", "label": "Work"}]}]}"#;

    #[test]
    fn what_two_questions_are_called_alike_is_told_with_whose_it_is() {
        let form = Form::read(&Bundle::single(Source::new("form.json", FORM))).form.expect("a form");
        let session = Session::new(form, World::default());
        let called = |path: &str| session.question_words(session.at(path).expect("a question"));
        assert_eq!(called("/f/subject/papers/id"), "The person: ID number");
        assert_eq!(called("/f/people[1]/member_id"), "Member 1: ID number");
        assert_eq!(
            (called("/f/subject/phone"), called("/f/people[1]/work")),
            ("Phone".into(), "Work".into())
        );
    }
}
