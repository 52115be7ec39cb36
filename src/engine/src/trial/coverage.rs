//! What some fillings reach of a form: questions that were asked, choices that were chosen, levels and flags that came out.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::outcome_text;
use crate::session::Kind;
use crate::session::Session;
use crate::value::Value;

/// Reached, of how many; and which were not.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reached {
    /// How many were.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Those that were not: paths without places of instances, `path = choice`, `measure = level`.
    pub missing: Vec<String>,
}

/// What was reached so far.
#[derive(Clone, Default, Debug)]
pub struct Coverage {
    questions: BTreeMap<String, bool>,
    choices: BTreeMap<String, bool>,
    /// Each measure with what it came to.
    outcomes: BTreeMap<String, BTreeSet<String>>,
}

impl Coverage {
    /// Takes what a session reached into account.
    pub fn take(&mut self, session: &Session) {
        for key in session.nodes() {
            let Some(state) = session.state(key) else { continue };
            if !matches!(state.kind, Kind::Question(_)) {
                continue;
            }
            let path = general(&session.path(key));
            *self.questions.entry(path.clone()).or_default() |= state.relevant;
            let chosen: Vec<String> = match session.value(key) {
                Some(Value::Choice(choice)) => vec![choice.to_string()],
                Some(Value::Choices(choices)) => choices.iter().map(|choice| choice.to_string()).collect(),
                _ => Vec::new(),
            };
            let offered = state.choices.unwrap_or_default().into_iter().map(|(value, _)| value);
            for choice in offered.chain(chosen.iter().cloned()) {
                let is_chosen = state.relevant && chosen.contains(&choice);
                *self.choices.entry(format!("{path} = {choice}")).or_default() |= is_chosen;
            }
        }
        for name in session.measures() {
            let outcome = session.outcome(name).map(|outcome| outcome_text(&outcome));
            self.outcomes.entry(name.to_owned()).or_default().extend(outcome);
        }
    }

    /// Questions that were asked.
    pub fn questions(&self) -> Reached {
        reached(&self.questions)
    }

    /// Choices that were chosen.
    pub fn choices(&self) -> Reached {
        reached(&self.choices)
    }

    /// What each measure came to, by its name.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.outcomes.iter().map(|(name, outcomes)| (name.as_str(), outcomes))
    }
}

fn reached(all: &BTreeMap<String, bool>) -> Reached {
    let missing: Vec<String> =
        all.iter().filter(|(_, reached)| !**reached).map(|(name, _)| name.clone()).collect();
    Reached { count: all.len() - missing.len(), of: all.len(), missing }
}

/// A path without the places of instances: `/f/m[2]/who` is `/f/m/who`.
pub(super) fn general(path: &str) -> String {
    let part = |part: &str| part.split('[').next().unwrap_or_default().to_owned();
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
