//! Whom a red flag is about, and which answers raise it.
//!
//! Tried on copies of the session, by hiding answers there: whatever a flag hangs on, through calculations too, is computed as it always is.
//! The cases stand with those of the flags that fell silent (`dangers`): they are about the same household.

use rustc_hash::FxHashMap;

use crate::assess::Outcome;
use crate::assess::measure::{Condition, MeasureId};
use crate::session::Session;
use crate::view::{Key, ScopeId};

impl Session {
    /// Whom a flag that is up is about: the instances of a repeat whose answers raise it, each by its own words. Empty if it is not up, if no
    /// instance has a part in it, or if there is no such flag.
    pub fn concerns(&self, flag: &str) -> Vec<String> {
        let Some((id, raised)) = self.flag_named(flag) else { return Vec::new() };
        match self.outcome_of(id) {
            Outcome::Flag(true) => self.named_instances(&self.raised_by(id, &raised)),
            _ => Vec::new(),
        }
    }

    fn flag_named(&self, flag: &str) -> Option<(MeasureId, Condition)> {
        let id = self.form.assessment.named(flag)?;
        Some((id, self.flag_of(id)?))
    }

    /// The outermost repeat instances that raise a flag: each that does so alone, or without which it would not be up.
    pub(super) fn raised_by(&self, id: MeasureId, raised: &Condition) -> Vec<ScopeId> {
        let mut by_instance: FxHashMap<ScopeId, Vec<Key>> = FxHashMap::default();
        let mut instances: Vec<ScopeId> = Vec::new();
        for key in self.behind(id) {
            let answered = !self.instance.value(key.scope, key.node).is_blank();
            if key.scope != ScopeId(0) && answered {
                let whose = self.outermost(key.scope);
                if !instances.contains(&whose) {
                    instances.push(whose);
                }
                by_instance.entry(whose).or_default().push(key);
            }
        }
        let without = |hidden: &mut dyn Iterator<Item = &ScopeId>| {
            let mut copy = self.copied();
            copy.hide(&hidden.flat_map(|scope| by_instance[scope].iter().copied()).collect::<Vec<_>>());
            copy.holds_now(id, raised)
        };
        if instances.is_empty() {
            return Vec::new();
        }
        if without(&mut instances.iter()) {
            return self.raised_besides(id, raised, &by_instance);
        }
        let raises = |scope: &ScopeId| {
            without(&mut instances.iter().filter(|other| *other != scope))
                || !without(&mut std::iter::once(scope))
        };
        let mut found: Vec<ScopeId> = instances.iter().copied().filter(raises).collect();
        crate::order::sort_by_key(&mut found, |scope| self.instance.position(*scope));
        found
    }

    /// Of a flag that an answer outside of repeats raises, too: the instances that would raise it without that answer.
    fn raised_besides(
        &self,
        id: MeasureId,
        raised: &Condition,
        by_instance: &FxHashMap<ScopeId, Vec<Key>>,
    ) -> Vec<ScopeId> {
        let mut nobody = self.copied();
        nobody.hide(&by_instance.values().flatten().copied().collect::<Vec<_>>());
        let answered = |key: &Key| !self.instance.value(key.scope, key.node).is_blank();
        let outside = self.behind(id).into_iter().filter(|key| key.scope == ScopeId(0) && answered(key));
        let decides: Vec<Key> = outside
            .filter(|key| {
                let mut without = nobody.copied();
                without.hide(&[*key]);
                !without.holds_now(id, raised)
            })
            .collect();
        let mut besides = self.copied();
        besides.hide(&decides);
        match decides.is_empty() || !besides.holds_now(id, raised) {
            true => Vec::new(),
            false => besides.raised_by(id, raised),
        }
    }

    /// The answers that raise a flag that is up: those without which it would not be, of each person that it is about by themselves. Where only what was
    /// noted of an answer raises it, the answer is told that is kept and not asked for any more.
    pub(super) fn evidence(&self, id: MeasureId, raised: &Condition) -> Vec<Key> {
        let made_of = self.worked_out_from(&[self.measure(id).node]);
        let is_noted = |key: &Key| self.form.node(key.node).body.control.is_none();
        let answered = |key: &Key| !self.instance.value(key.scope, key.node).is_blank();
        let behind = self.behind(id);
        let (notes, keys): (Vec<Key>, Vec<Key>) = behind.iter().copied().filter(answered).partition(is_noted);
        let whom = self.raised_by(id, raised);
        let of = |scope: &ScopeId, key: &Key| key.scope != ScopeId(0) && self.outermost(key.scope) == *scope;
        let mut evidence: Vec<Key> = Vec::new();
        let each: Vec<Option<ScopeId>> =
            if whom.is_empty() { vec![None] } else { whom.iter().copied().map(Some).collect() };
        for person in each {
            let is_others = |key: &&Key| whom.iter().any(|scope| Some(*scope) != person && of(scope, key));
            let is_theirs = |key: &&Key| person.is_none_or(|scope| of(&scope, key));
            let mut copy = self.copied();
            copy.hide(&keys.iter().chain(&notes).filter(is_others).copied().collect::<Vec<_>>());
            // Of those that raise it only together, each has a part in it.
            let together = !copy.holds_now(id, raised);
            let before = evidence.len();
            for key in keys.iter().filter(is_theirs) {
                let mut without = if together { self.copied() } else { copy.copied() };
                let asked = |copy: &Session| {
                    keys.iter().filter(|key| copy.instance.relevant(key.scope, key.node)).count()
                };
                let asked_before = asked(&without);
                let noted = notes.iter().filter(|note| note.scope == key.scope).copied();
                without.hide(&noted.chain([*key]).collect::<Vec<_>>());
                // What merely decides that something is asked names no danger.
                let is_one = asked(&without) + 1 == asked_before && !without.holds_now(id, raised);
                if is_one && !evidence.contains(key) {
                    evidence.push(*key);
                }
            }
            if evidence.len() == before {
                let kept =
                    |key: &&Key| made_of.has(key.node) && !is_noted(key) && self.is_kept_unasked(**key);
                evidence.extend(behind.iter().filter(is_theirs).filter(kept));
            }
        }
        evidence
    }
}
