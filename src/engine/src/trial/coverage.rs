//! What some fillings reach of a form: questions that were asked, choices that were chosen, bands that were come to, rules that held.

use std::collections::{BTreeMap, BTreeSet};

use super::levels;
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
    /// Those that were not: paths without places of instances, `path = choice`, `measure = band`, `measure[rule]`.
    pub missing: Vec<String>,
}

/// What was reached so far.
#[derive(Clone, Default, Debug)]
pub struct Coverage {
    questions: BTreeMap<String, bool>,
    choices: BTreeMap<String, bool>,
    /// In the order of their declaration.
    bands: Vec<(String, bool)>,
    rules: Vec<(String, bool)>,
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
        let levels = levels::of(session);
        add(&mut self.bands, levels.iter().flat_map(|levels| &levels.bands));
        add(&mut self.rules, levels.iter().flat_map(|levels| &levels.rules));
        for name in session.measures() {
            let outcome = session.outcome(name).map(|outcome| outcome_text(&outcome));
            self.outcomes.entry(name.to_owned()).or_default().extend(outcome);
        }
    }

    /// Questions that were asked.
    pub fn questions(&self) -> Reached {
        reached(self.questions.iter().map(|(name, reached)| (name, *reached)))
    }

    /// Choices that were chosen.
    pub fn choices(&self) -> Reached {
        reached(self.choices.iter().map(|(name, reached)| (name, *reached)))
    }

    /// Bands that a measure came to, and levels that others say: `need_band = high`. Of several bands of one code the place is told, `need_band[2] = high`.
    pub fn bands(&self) -> Reached {
        reached(self.bands.iter().map(|(name, reached)| (name, *reached)))
    }

    /// Rules of tables, reasons of shifts and flags whose condition held in some filling: `level[3] = 2`, `level[1] +1`, `red_flag`. The number is the rule's among
    /// its measure's.
    pub fn rules(&self) -> Reached {
        reached(self.rules.iter().map(|(name, reached)| (name, *reached)))
    }

    /// What each measure came to, by its name.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.outcomes.iter().map(|(name, outcomes)| (name.as_str(), outcomes))
    }
}

/// The same measures in every session of a form: names stay where they are.
fn add<'a>(known: &mut Vec<(String, bool)>, said: impl Iterator<Item = &'a (String, bool)>) {
    for (index, (name, reached)) in said.enumerate() {
        match known.get_mut(index) {
            Some(known) => known.1 |= *reached,
            None => known.push((name.clone(), *reached)),
        }
    }
}

fn reached<'a>(all: impl Iterator<Item = (&'a String, bool)>) -> Reached {
    let (mut of, mut missing) = (0, Vec::new());
    for (name, reached) in all {
        of += 1;
        if !reached {
            missing.push(name.clone());
        }
    }
    Reached { count: of - missing.len(), of, missing }
}

/// A path without the places of instances: `/f/m[2]/who` is `/f/m/who`.
pub(super) fn general(path: &str) -> String {
    let part = |part: &str| part.split('[').next().unwrap_or_default().to_owned();
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::case::run_through;
    use crate::form::Form;
    use crate::source::{Bundle, Source};

    fn form() -> Arc<Form> {
        let json = json!({"settings": {"form_id": "f", "version": "1"},
            "assessment": [
                {"type": "scale", "name": "total", "items": [{"value": "${a}"}]},
                {"type": "band", "name": "level", "of": "total", "bands": [
                    {"code": "high", "range": ">=5", "when": "${old} = 'yes'"}, {"code": "high", "range": ">=8"}, {"code": "low", "range": "<8"}]},
                {"type": "table", "name": "help", "hit": "first", "rules": [
                    {"if": {"level": "high"}, "outcome": "soon"}, {"if": {"level": "-"}, "when": "${a} > 3", "outcome": "soon"}, {"if": {"level": "-"}, "outcome": "later"}],
                    "bands": [{"code": "soon"}, {"code": "later"}]},
                {"type": "shift", "name": "raised", "of": "total", "rules": [{"when": "${a} = 1", "by": 1}, {"when": "${a} = 2", "to": 0}]},
                {"type": "flag", "name": "danger", "value": "${a} > 8", "bands": [{"code": "1", "label": "Go"}]}],
            "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": [{"type": "integer", "name": "a", "label": "A"}, {"type": "select_one yn", "name": "old", "label": "Old"}]});
        let checked = Form::read(&Bundle::single(Source::new("form.json", json.to_string())));
        checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
    }

    fn reached_by(cases: &[(i64, &str)]) -> Coverage {
        let form = form();
        let mut coverage = Coverage::default();
        for (a, old) in cases {
            let case =
                json!({"steps": [{"answer": {"/f/a": a, "/f/old": old}}, {"expect": {"complete": true}}]});
            let (session, failures) = run_through(&form, &case);
            assert_eq!(failures, []);
            coverage.take(&session.expect("it begins"));
        }
        coverage
    }

    #[test]
    fn bands_and_rules_are_counted_and_those_that_are_missed_are_named() {
        let none = reached_by(&[(1, "no")]);
        let (bands, rules) = (none.bands(), none.rules());
        assert_eq!((bands.count, bands.of, rules.count, rules.of), (2, 5, 2, 6));
        assert_eq!(bands.missing, ["level[1] = high", "level[2] = high", "help = soon"]);
        assert_eq!(rules.missing, ["help[1] = soon", "help[2] = soon", "raised[2] = 0", "danger"]);
        // Two bands of one code are two, and so are two rules that say the same.
        let most = reached_by(&[(1, "no"), (5, "yes"), (2, "no"), (4, "no")]);
        assert_eq!(most.bands().missing, ["level[2] = high"]);
        assert_eq!(most.rules().missing, ["danger"]);
        let all = reached_by(&[(1, "no"), (5, "yes"), (2, "no"), (4, "no"), (9, "no")]);
        assert_eq!((all.bands().missing.len(), all.rules().missing.len()), (0, 0));
        assert_eq!((all.bands().count, all.rules().count), (5, 6));
    }

    #[test]
    fn a_form_without_an_assessment_has_none() {
        let json = json!({"settings": {"form_id": "f", "version": "1"}, "survey": [{"type": "text", "name": "a", "label": "A"}]});
        let form =
            Form::read(&Bundle::single(Source::new("form.json", json.to_string()))).form.expect("it is one");
        let mut coverage = Coverage::default();
        coverage.take(&Session::new(form, crate::session::World::default()));
        assert_eq!((coverage.bands(), coverage.rules()), (Reached::default(), Reached::default()));
        assert_eq!((coverage.questions().count, coverage.questions().of), (1, 1));
    }
}
