//! What a list that grows says of what a question was filled in from: a revisit shows what has changed since.
//!
//! A form fills questions in when somebody is chosen (`trigger`, and a `calculation` that looks into the list). Nothing is kept beside the answers: the same
//! calculation, looked at again, says what is on record, so that a draft that was put away, or is gone on with on another device, tells it, too. Kept here:
//! looking changes nothing, and what is not on record is no change.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::eval::LabelOf;
use crate::expr::looks::Looked;
use crate::expr::operand::NodeRef;
use crate::expr::program::ExprId;
use crate::form::{Choices, Effect, Event};
use crate::session::Session;
use crate::value::Value;
use crate::view::{ChoiceView, Key, NodeId, QuestionView, ScopeId};

/// What is on record of a question's answer.
#[derive(Clone, PartialEq, Debug)]
pub struct OnRecord {
    /// The question as it would look with that answer: its choices are those of the answer alone.
    pub question: QuestionView,
    /// Does the list say it as it is? Else it was worked out of what the list says.
    pub as_listed: bool,
}

/// By question: what it is filled in with.
pub(super) type Recorded = FxHashMap<NodeId, FilledIn>;

/// How a question is filled in.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilledIn {
    expr: ExprId,
    /// The question that it happens by: who is chosen.
    by: NodeId,
}

impl Session {
    /// Is that question filled in from a list that grows?
    pub fn is_filled_in(&self, key: Key) -> bool {
        self.recorded().contains_key(&key.node)
    }

    /// What is on record of the answer to a question that is asked now, if the answer is another. A blank on record is none: what is new has not changed.
    pub fn changed_from(&self, key: Key) -> Option<OnRecord> {
        let FilledIn { expr, by } = *self.recorded().get(&key.node)?;
        let Key { scope, node } = key;
        let is_asked = self.instance.holds(&self.form, scope, node) && self.instance.relevant(scope, node);
        if !is_asked || !self.is_chosen(scope, by) {
            return None;
        }
        let eval = self.look(scope, node);
        let value = eval
            .value_of(eval.operand(expr))
            .into_value(self.form.node(node).data_type()?, self.world.zone());
        let value = self.fitting(node, value.unwrap_or(Value::Blank));
        if matches!(value, Value::Blank | Value::Unread(_)) || value == *self.instance.kept(scope, node) {
            return None;
        }
        let question = QuestionView { choices: self.choices_of(node, &value), value, ..self.question(key)? };
        let listed = self.form.program.stands_in(expr);
        Some(OnRecord { question, as_listed: listed.is_some_and(|tree| self.lives(tree)) })
    }

    /// The questions whose answers are others than those on record, in the form's order.
    pub fn changed(&self) -> Vec<(Key, OnRecord)> {
        if self.recorded().is_empty() {
            return Vec::new();
        }
        self.nodes().into_iter().filter_map(|key| Some((key, self.changed_from(key)?))).collect()
    }

    /// The choices of an answer, whatever a filter lets through now.
    fn choices_of(&self, node: NodeId, value: &Value) -> Arc<[ChoiceView]> {
        let names: &[Arc<str>] = match value {
            Value::Choice(name) => std::slice::from_ref(name),
            Value::Choices(names) => names,
            _ => &[],
        };
        let view = |name: &Arc<str>| {
            let label = self.listed_words(node, name);
            let label = label.unwrap_or_else(|| self.answer_words(node, &Value::Choice(name.clone())));
            ChoiceView { name: name.clone(), label, media: None }
        };
        names.iter().map(view).collect()
    }

    /// What a choice is called in the list that it stands in.
    fn listed_words(&self, node: NodeId, name: &str) -> Option<String> {
        let Some(Choices::Itemset(itemset)) = &self.form.node(node).body.choices else { return None };
        let list = itemset.list.as_ref()?;
        let row = list.find(&self.trees[usize::from(list.tree.0)], name)?;
        self.look(ScopeId(0), node)
            .choice_label(&LabelOf::Item(itemset.label?, NodeRef::Tree(list.tree, row)))
    }

    fn recorded(&self) -> &Recorded {
        self.recorded.get_or_init(|| {
            let mut recorded = Recorded::default();
            for (place, node) in self.form.nodes.iter().enumerate() {
                for index in &node.bind.triggers {
                    let action = &self.form.actions[*index as usize];
                    let Effect::Calculate(expr) = action.effect else { continue };
                    let is_question = self.form.node(action.target).body.control.is_some()
                        && !self.form.is_computed(action.target);
                    let changes = action.events.contains(&Event::ValueChanged) && action.picked.is_none();
                    if is_question && changes && self.looks_into_a_list(expr) {
                        recorded.insert(action.target, FilledIn { expr, by: NodeId(place as u32) });
                    }
                }
            }
            recorded
        })
    }

    /// Is anybody chosen by that question, in the scope or around it? Before that, what is worked out of nothing is on no record.
    fn is_chosen(&self, scope: ScopeId, by: NodeId) -> bool {
        let depth = |def| self.form.scope(def).depth;
        let (here, there) = (depth(self.instance.def(scope)), depth(self.form.node(by).scope));
        let around = self.instance.up(scope, here.saturating_sub(there));
        self.instance.holds(&self.form, around, by) && !self.instance.kept(around, by).is_blank()
    }

    /// Does an expression look into a list that grows, itself or by a calculation that it reads?
    fn looks_into_a_list(&self, expr: ExprId) -> bool {
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut pending = vec![expr];
        let mut found = false;
        while let (Some(expr), false) = (pending.pop(), found) {
            self.form.program.each_looked_at(expr, &mut |looked| match looked {
                Looked::Tree(tree) => found |= self.lives(tree),
                Looked::Node(node) if seen.insert(node) => {
                    pending.extend(self.form.node(node).bind.calculate)
                }
                Looked::Node(_) => {}
            });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::entities::{EntityList, ListedEntity};
    use crate::form::Form;
    use crate::session::{Extent, World};
    use crate::source::{Bundle, Source};

    const FORM: &str = r#"{"settings": {"form_id": "t", "version": "1", "title": {"zh": "表"}, "default_language": "zh"},
        "choices": {
            "county": [{"name": "a", "label": {"zh": "甲区"}}, {"name": "b", "label": {"zh": "乙区"}}],
            "town": [{"name": "a1", "label": {"zh": "甲一"}, "county": "a"}, {"name": "b1", "label": {"zh": "乙一"}, "county": "b"}],
            "need": [{"name": "food", "label": {"zh": "吃饭"}}, {"name": "money", "label": {"zh": "钱"}}]},
        "survey": [
            {"type": "select_one_from_file cases.csv", "name": "case", "label": {"zh": "哪一户"}},
            {"type": "calculate", "name": "known_county", "calculation": "instance('cases')/root/item[name=${case}]/county"},
            {"type": "integer", "name": "people", "label": {"zh": "几口人"}, "trigger": "${case}", "calculation": "instance('cases')/root/item[name=${case}]/people"},
            {"type": "integer", "name": "attempt", "label": {"zh": "第几次"}, "trigger": "${case}", "calculation": "coalesce(instance('cases')/root/item[name=${case}]/attempts, 0) + 1"},
            {"type": "select_one county", "name": "county", "label": {"zh": "区"}, "trigger": "${case}", "calculation": "${known_county}"},
            {"type": "select_one town", "name": "town", "label": {"zh": "镇"}, "choice_filter": "county = ${county}", "trigger": "${case}", "calculation": "instance('cases')/root/item[name=${case}]/town"},
            {"type": "select_multiple need", "name": "needs", "label": {"zh": "难处"}, "trigger": "${case}", "calculation": "instance('cases')/root/item[name=${case}]/needs"},
            {"type": "text", "name": "phone", "label": {"zh": "电话"}, "relevant": "${people} != 9", "trigger": "${case}", "calculation": "instance('cases')/root/item[name=${case}]/phone"},
            {"type": "date", "name": "again", "label": {"zh": "下次"}, "trigger": "${people}", "calculation": "today()"},
            {"type": "text", "name": "note", "label": {"zh": "备注"}}]}"#;

    fn known(id: &str, said: &[(&str, &str)]) -> ListedEntity {
        let properties = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ListedEntity {
            id: id.into(),
            label: id.into(),
            version: 1,
            properties: properties.collect::<BTreeMap<_, _>>(),
            ..ListedEntity::default()
        }
    }

    fn world() -> World {
        let all = vec![
            known(
                "one",
                &[
                    ("people", "3"),
                    ("attempts", "1"),
                    ("county", "a"),
                    ("town", "a1"),
                    ("needs", "money food"),
                    ("phone", "138"),
                ],
            ),
            known("two", &[("county", "b"), ("town", "b1")]),
        ];
        let cases = EntityList { name: "cases".into(), entities: all };
        World { lists: [Arc::new(cases)].into(), living: [Arc::from("cases.csv")].into(), ..World::default() }
    }

    fn form() -> Arc<Form> {
        let cases = Source::new("cases.csv", "name,label,__version\n");
        let read = Form::read(&Bundle { main: Source::new("form.json", FORM), files: vec![cases] });
        read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
    }

    fn give(session: &mut Session, name: &str, text: &str) {
        let key = session.at(&format!("/t/{name}")).unwrap();
        session.answer_text(key, text).unwrap();
    }

    fn told(session: &Session) -> Vec<String> {
        let one = |(_, record): (Key, OnRecord)| {
            let OnRecord { question, as_listed } = record;
            let labels: Vec<&str> = question.choices.iter().map(|choice| &*choice.label).collect();
            format!(
                "{} {} {:?} {}",
                question.name,
                question.value.to_text(),
                labels,
                if as_listed { "listed" } else { "worked out" }
            )
        };
        session.changed().into_iter().map(one).collect()
    }

    #[test]
    fn what_is_changed_after_it_was_filled_in_is_told_with_what_is_on_record() {
        let mut session = Session::new(form(), world());
        give(&mut session, "people", "4");
        assert_eq!(told(&session), [""; 0], "nobody is chosen");
        give(&mut session, "case", "one");
        assert_eq!(told(&session), [""; 0], "filled in as it is on record");
        for (name, value) in [
            ("people", "4"),
            ("attempt", "5"),
            ("county", "b"),
            ("needs", "food"),
            ("note", "x"),
            ("again", "2026-12-01"),
        ] {
            give(&mut session, name, value);
        }
        let expected = [
            "people 3 [] listed",
            "attempt 2 [] worked out",
            "county a [\"甲区\"] worked out",
            // The filter takes it away with its county; it has its words all the same.
            "town a1 [\"甲一\"] listed",
            "needs food money [\"吃饭\", \"钱\"] listed",
        ];
        assert_eq!(told(&session), expected);
        give(&mut session, "town", "b1");
        assert_eq!(told(&session), expected);
        give(&mut session, "phone", "");
        assert!(
            told(&session).contains(&"phone 138 [] listed".to_owned()),
            "what was taken away has changed"
        );
        give(&mut session, "people", "9");
        assert!(!told(&session).iter().any(|line| line.starts_with("phone")), "what is not asked has not");
        give(&mut session, "people", "3");
        assert!(!told(&session).iter().any(|line| line.starts_with("people")), "put back");
        // A blank on record is none.
        give(&mut session, "case", "two");
        give(&mut session, "people", "2");
        assert!(!told(&session).iter().any(|line| line.starts_with("people")));
    }

    #[test]
    fn a_draft_that_was_put_away_tells_it_too() {
        let mut session = Session::new(form(), world());
        give(&mut session, "case", "one");
        give(&mut session, "people", "5");
        let again = Session::restore(form(), world(), &session.data(Extent::All)).unwrap();
        assert_eq!(told(&again), ["people 3 [] listed"]);
        let key = |name: &str| again.at(&format!("/t/{name}")).unwrap();
        assert_eq!(
            ["people", "again", "note", "case"].map(|name| again.is_filled_in(key(name))),
            [true, false, false, false]
        );
        // Where the list has grown meanwhile, what it says now counts.
        let cases = EntityList {
            name: "cases".into(),
            entities: vec![known("one", &[("people", "5"), ("attempts", "1")])],
        };
        let later = World { lists: [Arc::new(cases)].into(), ..world() };
        assert_eq!(told(&Session::restore(form(), later, &session.data(Extent::All)).unwrap()), [""; 0]);
    }
}
