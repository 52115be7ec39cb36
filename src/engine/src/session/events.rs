//! Actions: what happened is noted, and when everything has settled, what waits for it runs, in order.

use crate::form::{Action, Effect, Event, NodeKind, ScopeDefId};
use crate::session::recalculate::work_for;
use crate::session::{AnswerError, Session};
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

/// How often actions may set each other off: two that answer each other must not go on for ever.
const MAX_ROUNDS: usize = 10_000;

/// Something that actions wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Happened {
    /// The form was opened, for the first time or again.
    Loaded { first: bool },
    /// This instance of this repeat is new.
    Added(ScopeId, NodeId),
    /// The value of this node is another.
    Changed(ScopeId, NodeId),
}

impl Session {
    /// Notes that the form was opened.
    pub(super) fn loaded(&mut self, first: bool) {
        self.waiting.push_front(Happened::Loaded { first });
    }

    /// Goes on after answers were taken up again: what waits for a load runs, and nothing of it is a change.
    pub(super) fn gone_on(&mut self) {
        self.name_instance(false);
        self.set_attributes_again();
        self.restoring = false;
        self.quiet = false;
        self.loaded(false);
        self.run();
        self.take_changes();
    }

    /// Answers as JSON hold no attributes: what was set of them as the form was opened first, or as a repeat instance came, is set where nothing stands.
    fn set_attributes_again(&mut self) {
        let form = self.form.clone();
        for action in form.actions.iter().filter(|action| action.picked.is_none()) {
            let sets = |event: &Event| matches!(event, Event::FirstLoad | Event::NewRepeat);
            if form.node(action.target).kind != NodeKind::Attribute || !action.events.iter().any(sets) {
                continue;
            }
            let mut scopes = Vec::new();
            self.instance.each_under(&form, ScopeId(0), action.scope, &mut |scope| scopes.push(scope));
            for scope in scopes {
                if self.instance.kept(scope, action.target).is_blank() {
                    self.set(action, scope, action.target);
                }
            }
        }
    }

    /// Notes that a repeat instance is new.
    pub(super) fn happened_in(&mut self, added: ScopeId, repeat: NodeId) {
        if !self.restoring {
            self.waiting.push_back(Happened::Added(added, repeat));
        }
    }

    /// Settles, and runs what waits for what happened, until nothing more happens.
    pub(super) fn run(&mut self) {
        self.begin();
        self.run_all();
        self.overran |= self.left.get() == 0;
        self.busy = false;
    }

    /// What happens from here on is one answer's work.
    pub(super) fn begin(&mut self) {
        if !self.busy {
            self.left.set(work_for(self.instance.cells()));
            self.busy = true;
        }
    }

    fn run_all(&mut self) {
        self.settle();
        for _ in 0..MAX_ROUNDS {
            let Some(happened) = self.waiting.pop_front().filter(|_| self.left.get() > 0) else { break };
            self.run_actions(happened);
        }
        self.overran |= !self.waiting.is_empty();
        self.waiting.clear();
    }

    fn run_actions(&mut self, happened: Happened) {
        let form = self.form.clone();
        match happened {
            Happened::Loaded { first } => {
                for action in &form.actions {
                    let waits = action.events.iter().any(|event| match event {
                        Event::FirstLoad => first,
                        Event::Load => true,
                        Event::NewRepeat | Event::ValueChanged => false,
                    });
                    if waits {
                        self.act(action, ScopeId(0), ScopeDefId::ROOT);
                    }
                }
            }
            Happened::Added(scope, repeat) => {
                for action in &form.actions {
                    if action.repeat == Some(repeat) && action.events.contains(&Event::NewRepeat) {
                        self.act(action, scope, self.instance.def(scope));
                    }
                }
            }
            Happened::Changed(scope, node) => {
                if !self.instance.alive(scope) {
                    return;
                }
                for index in &form.node(node).bind.triggers {
                    let action = &form.actions[*index as usize];
                    if action.events.contains(&Event::ValueChanged) {
                        self.act(action, scope, self.instance.def(scope));
                    }
                }
            }
        }
    }

    /// ODK's tools set no node of which there are several: which one is meant nobody can know.
    pub(super) fn targets_are_single(&self, scope: ScopeId, node: NodeId) -> Result<(), AnswerError> {
        for index in &self.form.node(node).bind.triggers {
            let action = &self.form.actions[*index as usize];
            if action.picked.is_none() && self.targets(action, scope, self.instance.def(scope)).len() > 1 {
                return Err(AnswerError::ManyTargets);
            }
        }
        Ok(())
    }

    pub(super) fn targets(&self, action: &Action, scope: ScopeId, def: ScopeDefId) -> Vec<ScopeId> {
        let depth = |def: ScopeDefId| self.form.scope(def).depth;
        let top = self.instance.up(scope, depth(def).saturating_sub(depth(action.common)));
        let mut targets = Vec::new();
        self.instance.each_under(&self.form, top, action.scope, &mut |scope| targets.push(scope));
        targets
    }

    /// Sets the targets of an action that was set off in a scope.
    fn act(&mut self, action: &Action, scope: ScopeId, def: ScopeDefId) {
        if !self.instance.alive(scope) {
            return;
        }
        if let Some(picked) = action.picked {
            let here = self.instance.own_node(scope);
            if let Some((scope, node)) = self.eval(scope, here).first_cell(picked) {
                self.set(action, scope, node);
            }
            return;
        }
        for target in self.targets(action, scope, def) {
            self.set(action, target, action.target);
        }
    }

    fn set(&mut self, action: &Action, scope: ScopeId, node: NodeId) {
        let Some(data_type) = self.form.node(node).data_type() else { return };
        let value = match &action.effect {
            Effect::Calculate(expr) => {
                let eval = self.eval(scope, node);
                eval.value_of(eval.operand(*expr))
                    .into_value(data_type, self.world.zone())
                    .unwrap_or(Value::Blank)
            }
            Effect::Literal(text) => Value::carried(data_type, text),
            // The device's to do: whoever runs the form asks what is wanted.
            Effect::Geopoint => return self.places_wanted.push(Key { scope, node }),
            Effect::Audio(_) => return,
        };
        let value = if let Value::Unread(_) = value { Value::Blank } else { value };
        let value = self.fitting(node, value);
        self.offer(scope, node, value);
        self.settle();
    }
}
