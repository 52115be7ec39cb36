//! From a mistake to its control: page, card, focus; and what is wrong in words.

use std::collections::BTreeMap;

use doorstep_engine::value::DataType;
use doorstep_engine::view::{Key, NodeId, ScopeId, Violation, ViolationKind};
use leptos::prelude::*;

use super::answering::Answering;
use crate::words::Words;

/// The id of a question's control on the page.
pub fn field_id(key: Key) -> String {
    format!("q{}-{}", key.scope.0, key.node.0)
}

/// The question of such an id.
pub fn key_of(field: &str) -> Option<Key> {
    let (scope, node) = field.strip_prefix('q')?.split_once('-')?;
    Some(Key { scope: ScopeId(scope.parse().ok()?), node: NodeId(node.parse().ok()?) })
}

/// The id of the heading of a group or a repeat.
pub fn section_id(key: Key) -> String {
    format!("section-{}", field_id(key))
}

impl Answering {
    /// The repeat instance that a node lies in, if any.
    pub fn instance_of(self, key: Key) -> Option<Key> {
        self.with(|session| {
            let path = session.path(key);
            let end = path.rfind(']')?;
            session.at(&path[..=end])
        })
    }

    /// Is an instance's card open? It is while a card inside it is, too.
    pub fn is_open(self, instance: Key) -> bool {
        let Some(card) = self.card.get() else { return false };
        card == instance
            || self.with(|session| session.path(card).starts_with(&format!("{}/", session.path(instance))))
    }

    /// How many things are wrong in each of a repeat's instances, those within it included; only of instances in which something is.
    pub fn violations_in(self, repeat: Key) -> BTreeMap<Key, usize> {
        self.revision.track();
        self.with(|session| {
            let inside = format!("{}[", session.path(repeat));
            let mut counts = BTreeMap::new();
            for (key, _) in session.violations() {
                let path = session.path(key);
                let instance = path.strip_prefix(&inside).and_then(|rest| rest.find(']'));
                let instance = instance.and_then(|end| session.at(&path[..=inside.len() + end]));
                if let Some(instance) = instance {
                    *counts.entry(instance).or_default() += 1;
                }
            }
            counts
        })
    }

    /// What a question is called in a list of mistakes: its label, and in which instance it stands.
    pub fn called(self, key: Key) -> String {
        let label = self.with(|session| {
            let question = session.question(key).map(|question| question.label);
            question.or_else(|| session.repeat(key).map(|repeat| repeat.label)).unwrap_or_default()
        });
        match self.instance_of(key).and_then(|instance| self.instance_name(instance)) {
            Some(instance) => format!("{instance} · {label}"),
            None => label,
        }
    }

    /// What an instance's card says, if its repeat gives it a label.
    fn instance_name(self, instance: Key) -> Option<String> {
        self.with(|session| {
            let path = session.path(instance);
            let repeat = session.repeat(session.at(path.rsplit_once('[')?.0)?)?;
            let view = repeat.instances.into_iter().find(|view| view.key == instance)?;
            let label = if view.label.is_empty() {
                format!("{} {}", repeat.label, view.position)
            } else {
                view.label
            };
            Some(label)
        })
    }
}

/// What is wrong, in the form's own words or else in the app's.
pub fn violation_words(violation: &Violation, words: &Words) -> String {
    if let Some(message) = &violation.message {
        return message.clone();
    }
    let text = match violation.kind {
        ViolationKind::Required => words.required,
        ViolationKind::Constraint => words.constraint,
        ViolationKind::Type(data_type) => match data_type {
            DataType::Integer => words.type_integer,
            DataType::Decimal => words.type_decimal,
            DataType::Date => words.type_date,
            DataType::Time => words.type_time,
            DataType::DateTime => words.type_date_time,
            DataType::Geopoint => words.controls.place_unread,
            DataType::Text
            | DataType::Boolean
            | DataType::Geotrace
            | DataType::Geoshape
            | DataType::Choice
            | DataType::Choices
            | DataType::Attachment => words.type_other,
        },
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fields_id_says_which_question_it_is() {
        let key = Key { scope: ScopeId(3), node: NodeId(120) };
        assert_eq!(key_of(&field_id(key)), Some(key));
        assert_eq!([key_of(""), key_of("q1"), key_of("main-2"), key_of(&section_id(key))], [None; 4]);
    }
}
