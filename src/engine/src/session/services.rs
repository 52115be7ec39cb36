//! Services for the household of this session: what its answers say, put before the catalogue that its form names.

use std::sync::Arc;

use crate::assess::{Exact, Outcome};
use crate::services::{Catalogue, Circumstances, FactKind, FactValue, Facts, Matched};
use crate::session::Session;
use crate::view::Key;

/// The fact that says where the household is: the code of its town or village.
const AREA: &str = "area";

impl Session {
    /// What is known of the household. A fact is the measure of its name, else the question of its name: of several members' answers the
    /// highest number, any yes, all names. What can't be said is not known; what does not apply is that.
    pub fn facts(&self, catalogue: &Catalogue) -> Facts {
        let mut facts = Facts::default();
        for (_, fact) in catalogue.facts().iter() {
            let value = match self.outcome(&fact.name) {
                Some(outcome) => of_outcome(outcome, fact.kind),
                None => self.answered(&fact.name, fact.kind),
            };
            if let Some(value) = value {
                facts.set(fact.name.clone(), value);
            }
        }
        facts
    }

    /// The fact that the questions of a name say, in all instances together.
    fn answered(&self, name: &str, kind: FactKind) -> Option<FactValue> {
        let named = |key: &&Key| *self.form.node(key.node).name == *name;
        let keys = self.nodes();
        let mut keys =
            keys.iter().filter(named).filter(|key| self.form.node(key.node).data_type().is_some()).peekable();
        keys.peek()?;
        let mut all: Option<FactValue> = None;
        for key in keys.filter(|key| self.instance.relevant(key.scope, key.node)) {
            let value = self.instance.value(key.scope, key.node);
            if value.is_blank() {
                return None;
            }
            let value = of_text(&value.to_text(), kind)?;
            all = Some(match all {
                None => value,
                Some(before) => together(before, value),
            });
        }
        Some(all.unwrap_or(FactValue::NotApplicable))
    }

    /// The catalogue that the form names, and what it has for this household today. `None` if the form names none, or a broken one.
    pub fn services(&self) -> Option<(Arc<Catalogue>, Matched)> {
        let catalogue = self.form.catalogue()?.clone();
        let facts = self.facts(&catalogue);
        let area = self.outcome(AREA).map(|outcome| outcome.to_string()).unwrap_or_default();
        let today = self.world.zone().civil(self.world.now_ms)?.date();
        let matched = catalogue.match_household(&area, &facts, &Circumstances::on(today));
        Some((catalogue, matched))
    }
}

fn of_outcome(outcome: Outcome, kind: FactKind) -> Option<FactValue> {
    match outcome {
        Outcome::NotApplicable => Some(FactValue::NotApplicable),
        Outcome::Missing(_) => None,
        Outcome::Score(score) if kind == FactKind::Number => Some(FactValue::Number(score)),
        other => of_text(&other.to_string(), kind),
    }
}

fn of_text(text: &str, kind: FactKind) -> Option<FactValue> {
    Some(match (kind, text.parse::<Exact>()) {
        (FactKind::YesNo, Ok(number)) => FactValue::Boolean(!number.is_zero()),
        (FactKind::YesNo, Err(_)) => FactValue::Boolean(matches!(text, "yes" | "true")),
        (FactKind::Number, Ok(number)) => FactValue::Number(number),
        (FactKind::Number, Err(_)) => return None,
        (FactKind::Choice | FactKind::Choices, _) => FactValue::Text(text.into()),
    })
}

/// What two members' answers are together.
fn together(one: FactValue, other: FactValue) -> FactValue {
    match (one, other) {
        (FactValue::Boolean(one), FactValue::Boolean(other)) => FactValue::Boolean(one || other),
        (FactValue::Number(one), FactValue::Number(other)) => FactValue::Number(one.max(other)),
        (FactValue::Text(one), FactValue::Text(other)) => {
            let mut names: Vec<&str> = one.split_whitespace().collect();
            names.extend(
                other.split_whitespace().filter(|name| !one.split_whitespace().any(|known| known == *name)),
            );
            FactValue::Text(names.join(" ").into())
        }
        (one, _) => one,
    }
}
