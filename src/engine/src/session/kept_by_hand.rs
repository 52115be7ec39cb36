//! A person's own decision that is not asked for at the moment, since the result that it stands for can't be said: kept, as every answer that is not relevant,
//! and told, so that nobody takes it for lost.

use crate::assess::measure::{Amount, Input, Kind};
use crate::expr::program::Expr;
use crate::form::NodeKind;
use crate::session::Session;
use crate::view::ScopeId;

/// The decision, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptByHand {
    /// The measure that it stands for, by its name.
    pub of: String,
    /// What that is called.
    pub label: String,
    /// What was decided.
    pub decided: String,
}

impl Session {
    /// Decisions that were given for a measure and that count for nothing now, since their question is not relevant.
    pub fn kept_by_hand(&self) -> Vec<KeptByHand> {
        let mut kept = Vec::new();
        for measure in &self.form.assessment.measures {
            let Kind::Decided { of: Input::Measure(of), instead: Input::Amount(Amount::Expr(expr)), .. } =
                &measure.kind
            else {
                continue;
            };
            let Expr::Cell { node, .. } = self.form.program.expr(*expr) else { continue };
            let root = ScopeId(0);
            let is_answer = self.instance.holds(&self.form, root, *node)
                && matches!(self.form.node(*node).kind, NodeKind::Leaf(_))
                && self.form.node(*node).body.control.is_some();
            if !is_answer || self.instance.relevant(root, *node) {
                continue;
            }
            let given = self.instance.kept(root, *node);
            if !given.is_blank() {
                let decided = self.answer_words(*node, given);
                kept.push(KeptByHand {
                    of: self.measure(*of).name.to_string(),
                    label: self.label_of(*of),
                    decided,
                });
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1"},
        "choices": {"level": [{"name": "low", "label": "Low"}, {"name": "high", "label": "High"}]},
        "survey": [
          {"type": "integer", "name": "debt", "label": "Debt", "required": true, "constraint": ". <= 9"},
          {"type": "select_one level", "name": "by_hand", "label": "Yours?", "relevant": "${b} != ''"},
          {"type": "text", "name": "why", "label": "Why?", "relevant": "${by_hand} != ''"},
          {"type": "score", "name": "b"}],
        "assessment": [
          {"type": "scale", "name": "s", "items": [{"value": "${debt}"}]},
          {"type": "band", "name": "b", "label": "B", "of": "s", "bands": [{"code": "low", "range": "<5", "label": "Low"}, {"code": "high", "range": ">=5", "label": "High"}]},
          {"type": "decided", "name": "last", "of": "b", "value": "${by_hand}", "reason": "${why}"}]}"#;

    #[test]
    fn a_decision_that_is_not_asked_for_now_is_told_as_kept() {
        let form = Form::read(&Bundle::single(Source::new("form.json", FORM))).form.expect("a form");
        let mut session = Session::new(form, World::default());
        let at = |session: &Session, path: &str| session.at(path).expect("a node");
        let (debt, by_hand) = (at(&session, "/f/debt"), at(&session, "/f/by_hand"));
        let mut give = |key, value| drop(session.answer(key, value).expect("it is taken"));
        give(debt, Value::Integer(3));
        give(by_hand, Value::Choice("high".into()));
        assert_eq!(session.kept_by_hand(), [], "it is asked for");

        // What breaks its rule says nothing, and so the question is not asked.
        session.answer(debt, Value::Integer(30)).expect("it is taken");
        let kept = session.kept_by_hand();
        let told: Vec<_> = kept.iter().map(|kept| (&*kept.of, &*kept.label, &*kept.decided)).collect();
        assert_eq!(told, [("b", "B", "High")]);

        session.answer(debt, Value::Integer(4)).expect("it is taken");
        assert_eq!(session.kept_by_hand(), []);
        assert_eq!(session.outcome("last").map(|outcome| outcome.is_blank()), Some(false));
    }
}
