//! Red flags that fell silent though the answers that raised them are still kept.
//!
//! Tried on a copy of the session, by asking there once more for what is hidden: whatever a flag hangs on, through calculations
//! too, is computed as it always is. What is not relevant is blank to a flag (invariant 3) and kept all the same, so that a danger that somebody
//! named can go without a word; it is found again here.

use rustc_hash::FxHashSet;

use crate::assess::measure::{Condition, Kind, MeasureId};
use crate::assess::{Exact, Given, Outcome};
use crate::expr::looks::Looked;
use crate::form::NodeKind;
use crate::session::instance::flag;
use crate::session::{LeftOut, Session};
use crate::view::{Key, NodeId, ScopeId};

/// A danger that was named, and that no flag tells any more: nobody is asked about it now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silenced {
    /// The flag, by its name in the form.
    pub measure: String,
    /// What it is called.
    pub label: String,
    /// Whom it was about, as their repeat instances are called; empty if it is about no one in particular.
    pub whom: Vec<String>,
    /// What to do, if the form says it.
    pub to_do: Option<String>,
    /// For which answer nobody is asked, if it is one.
    pub because: Option<LeftOut>,
}

impl Session {
    /// The dangers that were named and are told no more, since the questions that named them are not asked any more.
    pub fn silenced(&self) -> Vec<Silenced> {
        let flags =
            self.form.assessment.ids().filter(|id| self.measure(*id).is_danger() && self.hides_some(*id));
        let flags = flags.filter_map(|id| Some((id, self.flag_of(id)?)));
        flags.filter_map(|(id, raised)| self.silent(id, &raised)).collect()
    }

    pub(super) fn flag_of(&self, id: MeasureId) -> Option<Condition> {
        match &self.measure(id).kind {
            Kind::Flag(raised) => Some(raised.clone()),
            _ => None,
        }
    }

    fn silent(&self, id: MeasureId, raised: &Condition) -> Option<Silenced> {
        let hidden: Vec<Key> = self.behind(id).into_iter().filter(|key| self.is_kept_unasked(*key)).collect();
        let mut asked = self.copied();
        asked.ask_again(&[hidden.clone(), self.hidden_between(id)].concat());
        if !asked.holds_now(id, raised) {
            return None;
        }
        let up = self.outcome_of(id) == Outcome::Flag(true);
        let mut whom = asked.raised_by(id, raised);
        if up {
            let told = self.raised_by(id, raised);
            whom.retain(|scope| !told.contains(scope));
            if whom.is_empty() {
                return None;
            }
        }
        // Of several answers, the one that raised it: it belongs to whom it is about.
        let of_whom = |key: &&Key| whom.is_empty() || whom.contains(&self.outermost(key.scope));
        let because = hidden.iter().filter(of_whom).find_map(|key| self.unasked_because(*key));
        Some(Silenced {
            measure: self.measure(id).name.to_string(),
            label: self.label_of(id),
            whom: self.named_as_kept(&whom),
            // As it was said while it was up: a number to call may be among what is not asked any more.
            to_do: asked.to_do(id),
            because,
        })
    }

    /// What to do about a danger, if the form says it.
    pub(super) fn to_do(&self, id: MeasureId) -> Option<String> {
        self.band_words(id, &Given::Number(Exact::ONE))
    }

    /// Is any answer kept that a flag is made of and that nobody is asked for? Looked at after each answer, so without a list.
    fn hides_some(&self, id: MeasureId) -> bool {
        let mut hides = false;
        for node in self.questions_behind(id) {
            self.instance.each_under(&self.form, ScopeId(0), self.form.node(*node).scope, &mut |scope| {
                hides |= self.is_kept_unasked(Key { scope, node: *node });
            });
        }
        hides
    }

    /// Every answer that a flag is made of, in whatever instance.
    pub(super) fn behind(&self, id: MeasureId) -> Vec<Key> {
        let mut keys = Vec::new();
        for node in self.questions_behind(id) {
            self.instance.each_under(&self.form, ScopeId(0), self.form.node(*node).scope, &mut |scope| {
                keys.push(Key { scope, node: *node });
            });
        }
        keys
    }

    /// The questions that a flag is made of. The same in every session of a form, and looked for after each answer.
    fn questions_behind(&self, id: MeasureId) -> &[NodeId] {
        let assessment = &self.form.assessment;
        let all = assessment.behind_flags.get_or_init(|| {
            let flags = assessment.ids().filter(|id| matches!(self.measure(*id).kind, Kind::Flag(_)));
            flags.map(|id| (id, self.answers_and_memories(id).into())).collect()
        });
        all.get(&id).map_or(&[], |questions| questions)
    }

    /// What is calculated between a flag and its answers and lies where nothing is asked: it would be blank, were the answers asked again or not.
    fn hidden_between(&self, id: MeasureId) -> Vec<Key> {
        let made_of = self.worked_out_from(&[self.measure(id).node]);
        let mut keys = Vec::new();
        for index in 0..self.form.nodes.len() {
            let node = NodeId(index as u32);
            if node == self.measure(id).node || !made_of.has(node) || !self.form.is_computed(node) {
                continue;
            }
            self.instance.each_under(&self.form, ScopeId(0), self.form.node(node).scope, &mut |scope| {
                if !self.instance.relevant(scope, node) {
                    keys.push(Key { scope, node });
                }
            });
        }
        keys
    }

    /// The questions that a flag is made of, and what an action noted of one: a danger that was named once, say, whatever is answered since.
    fn answers_and_memories(&self, id: MeasureId) -> Vec<NodeId> {
        let mut nodes = self.sources(id).questions;
        let made_of = self.worked_out_from(&[self.measure(id).node]);
        for index in 0..self.form.nodes.len() {
            let node = NodeId(index as u32);
            let is_noted = matches!(self.form.node(node).kind, NodeKind::Leaf(_))
                && self.form.node(node).body.control.is_none();
            if is_noted && made_of.has(node) && !self.form.is_computed(node) && !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        nodes
    }

    pub(super) fn is_kept_unasked(&self, Key { scope, node }: Key) -> bool {
        !self.instance.relevant(scope, node) && !self.instance.kept(scope, node).is_blank()
    }

    /// The condition itself, whatever the flag's own relevance says.
    pub(super) fn holds_now(&self, id: MeasureId, raised: &Condition) -> bool {
        self.look(ScopeId(0), self.measure(id).node).boolean(raised.expr)
    }

    /// Makes answers blank to what reads them.
    pub(super) fn hide(&mut self, keys: &[Key]) {
        for Key { scope, node } in keys {
            let cell = self.instance.cell(*scope, *node);
            if self.instance.mark(cell, flag::RELEVANT, false) {
                self.touch_readers(*scope, *node);
            }
        }
        self.run();
    }

    /// Makes questions relevant again, with all that holds them. Twice: the first of them may be what the others' relevance hangs on.
    fn ask_again(&mut self, keys: &[Key]) {
        for _ in 0..2 {
            for key in keys {
                for (scope, node) in self.holders(*key).into_iter().rev() {
                    let cell = self.instance.cell(scope, node);
                    if self.instance.mark(cell, flag::RELEVANT_ITSELF, true) {
                        self.spread_relevance(scope, node);
                    }
                }
            }
            self.run();
        }
    }

    /// A node and all that holds it, outwards; of a repeat its instance, then the repeat.
    fn holders(&self, key: Key) -> Vec<(ScopeId, NodeId)> {
        let Key { mut scope, mut node } = key;
        let mut found = vec![(scope, node)];
        while node != NodeId(0) {
            if self.instance.own_node(scope) == node && scope != ScopeId(0) {
                scope = self.instance.up(scope, 1);
            } else {
                node = self.form.node(node).parent;
            }
            found.push((scope, node));
        }
        found
    }

    /// The one answer for which a question is not asked.
    pub(super) fn unasked_because(&self, key: Key) -> Option<LeftOut> {
        let hides = |(scope, node): &(ScopeId, NodeId)| {
            !self.instance.has(self.instance.cell(*scope, *node), flag::RELEVANT_ITSELF)
        };
        let outermost = self.holders(key).into_iter().rev().find(hides)?;
        self.told_left_out(self.node_left_out(outermost)?)
    }

    pub(super) fn outermost(&self, mut scope: ScopeId) -> ScopeId {
        while scope != ScopeId(0) && self.instance.up(scope, 1) != ScopeId(0) {
            scope = self.instance.up(scope, 1);
        }
        scope
    }

    pub(super) fn named_instances(&self, scopes: &[ScopeId]) -> Vec<String> {
        scopes.iter().map(|scope| self.instance_words(*scope)).collect()
    }

    /// What instances are called by what was answered, be it asked for now or not: whoever is in danger keeps their name.
    fn named_as_kept(&self, scopes: &[ScopeId]) -> Vec<String> {
        let mut kept = Vec::new();
        for index in 0..self.form.nodes.len() {
            let node = NodeId(index as u32);
            let of = self.form.node(node);
            if !matches!(of.kind, NodeKind::Leaf(_)) {
                continue;
            }
            let computed = self.form.is_computed(node);
            self.instance.each_under(&self.form, ScopeId(0), of.scope, &mut |scope| {
                let key = Key { scope, node };
                if self.is_kept_unasked(key) || computed && !self.instance.relevant(scope, node) {
                    kept.push(key);
                }
            });
        }
        let mut asked = self.copied();
        asked.ask_again(&kept);
        asked.named_instances(scopes)
    }

    /// The questions that no one is to be told to answer otherwise, since a danger that was named rests on them: those behind a flag that is up, and
    /// what is asked together with them.
    pub(super) fn beside_dangers(&self) -> FxHashSet<NodeId> {
        self.beside(|id| self.outcome_of(id) == Outcome::Flag(true))
    }

    /// The same of every danger that the form looks for, be it there or not.
    pub(super) fn beside_any_danger(&self) -> FxHashSet<NodeId> {
        self.beside(|_| true)
    }

    /// The questions whose answers a flag's condition reads, through calculations; not those that decide what is asked or has to be answered.
    fn named_by(&self, id: MeasureId) -> FxHashSet<NodeId> {
        let Kind::Flag(raised) = &self.measure(id).kind else { return FxHashSet::default() };
        let (mut seen, mut questions) = (FxHashSet::default(), FxHashSet::default());
        let mut pending = vec![raised.expr];
        while let Some(expr) = pending.pop() {
            self.form.program.each_looked_at(expr, &mut |looked| {
                let Looked::Node(node) = looked else { return };
                if !seen.insert(node) {
                    return;
                }
                match self.form.node(node).bind.calculate {
                    Some(calculation) => pending.push(calculation),
                    None => drop(questions.insert(node)),
                }
            });
        }
        questions
    }

    fn beside(&self, counts: impl Fn(MeasureId) -> bool) -> FxHashSet<NodeId> {
        let mut beside = FxHashSet::default();
        for id in self.form.assessment.ids() {
            let measure = self.measure(id);
            if !matches!(measure.kind, Kind::Flag(_)) || measure.recheck || !counts(id) {
                continue;
            }
            for node in self.named_by(id) {
                let parent = self.form.node(node).parent;
                beside.insert(node);
                // The form as a whole, or all of a person, is no one conversation.
                if matches!(self.form.node(parent).kind, NodeKind::Group) && parent != NodeId(0) {
                    beside.extend(self.form.children_of(parent));
                }
            }
        }
        beside
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    /// A household in which people may be asked whether they want to live, once it consents and they agree.
    fn session(raised: &str) -> Session {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": [
                {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
                {"type": "select_one yn", "name": "beaten", "label": "Beaten?"},
                {"type": "repeat", "name": "people", "label": "People", "item_label": "${who}", "children": [
                    {"type": "text", "name": "who", "label": "Name"},
                    {"type": "group", "name": "mood", "label": "Mood", "relevant": "${consent} = 'yes'", "children": [
                        {"type": "select_one yn", "name": "agrees", "label": "Agrees?"},
                        {"type": "integer", "name": "thoughts", "label": "Thoughts?", "relevant": "${agrees} = 'yes'"}]},
                    {"type": "calculate", "name": "dark", "calculation": "if(${thoughts} >= 1, 1, 0)"}]},
                {"type": "calculate", "name": "dark_count", "calculation": "sum(${dark})"}],
            "assessment": [
                {"type": "flag", "name": "self_harm", "label": "Self-harm", "relevant": "count(${agrees}[. = 'yes']) > 0", "value": raised},
                {"type": "flag", "name": "violence", "label": "Violence", "relevant": "${beaten} != '' or count(${thoughts}[. >= 1]) > 0", "value": "${beaten} = 'yes'"}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 2) {
            session.add_repeat(people).expect("one more");
        }
        give(
            &mut session,
            &json!({"/f/consent": "yes", "/f/beaten": "no",
            "/f/people[1]/who": "Wang", "/f/people[1]/mood/agrees": "yes", "/f/people[1]/mood/thoughts": 2,
            "/f/people[2]/who": "Li", "/f/people[2]/mood/agrees": "yes", "/f/people[2]/mood/thoughts": 0}),
        );
        session
    }

    fn give(session: &mut Session, answers: &Json) {
        for (path, answer) in answers.as_object().expect("answers by path") {
            let key = session.at(path).unwrap_or_else(|| panic!("{path} is there"));
            let data_type = session.question(key).expect("a question").data_type;
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            session.answer(key, Value::read(data_type, &text)).expect("it takes the answer");
        }
    }

    fn silent(session: &Session) -> Vec<String> {
        let told = |silenced: super::Silenced| {
            let because = silenced.because.map(|because| format!("{} {}", because.question, because.answer));
            format!("{} {:?} {because:?}", silenced.measure, silenced.whom)
        };
        session.silenced().into_iter().map(told).collect()
    }

    const WAYS: [&str; 2] = ["count(${thoughts}[. >= 1]) > 0", "${dark_count} > 0"];

    #[test]
    fn a_flag_over_several_people_names_those_whose_answers_raise_it() {
        for way in WAYS {
            let mut session = session(way);
            assert_eq!(session.concerns("self_harm"), ["Wang"], "{way}");
            give(&mut session, &json!({"/f/people[2]/mood/thoughts": 1, "/f/beaten": "yes"}));
            assert_eq!(session.concerns("self_harm"), ["Wang", "Li"], "{way}");
            assert_eq!(session.concerns("violence"), [""; 0], "that is about no one of them");
        }
        // Two who raise it together only.
        let mut session = session("sum(${thoughts}) >= 4");
        assert_eq!(session.concerns("self_harm"), [""; 0], "it is not up");
        give(&mut session, &json!({"/f/people[2]/mood/thoughts": 2}));
        assert_eq!(session.concerns("self_harm"), ["Wang", "Li"]);
    }

    #[test]
    fn a_flag_that_is_ticked_as_well_names_people_still() {
        for way in WAYS {
            let mut session = session(&format!("{way} or ${{beaten}} = 'yes'"));
            give(&mut session, &json!({"/f/beaten": "yes"}));
            assert_eq!(session.concerns("self_harm"), ["Wang"], "{way}");
            // She is not asked any more: the tick keeps the flag up, and her name is told all the same.
            give(&mut session, &json!({"/f/consent": "no"}));
            assert_eq!(session.concerns("self_harm"), [""; 0], "{way}");
            let told = silent(&session);
            assert!(told.len() == 1 && told[0].contains("Wang"), "{way}: {told:?}");
        }
    }

    #[test]
    fn a_flag_tells_which_answers_raise_it() {
        let told = |session: &Session| -> Vec<String> {
            let explanation = session.explanation("self_harm").expect("a flag");
            explanation.reasons.into_iter().map(|reason| reason.sentence).collect()
        };
        for way in WAYS {
            let mut session = session(way);
            assert_eq!(told(&session), ["present", "Wang: Thoughts?: 2"], "{way}");
            give(&mut session, &json!({"/f/people[2]/mood/thoughts": 1}));
            assert_eq!(told(&session).last().map(String::as_str), Some("Li: Thoughts?: 1"), "{way}");
            give(&mut session, &json!({"/f/people[1]/mood/thoughts": 0}));
            assert_eq!(told(&session), ["present", "Li: Thoughts?: 1"], "{way}");
        }
        let mut session = session("${beaten} = 'yes' or ${consent} = 'no'");
        give(&mut session, &json!({"/f/beaten": "yes"}));
        assert_eq!(told(&session), ["present", "Beaten?: Yes"]);
    }

    #[test]
    fn a_danger_that_was_noted_is_told_by_the_answer_that_is_kept() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": [
                {"type": "repeat", "name": "people", "label": "People", "item_label": "${who}", "children": [
                    {"type": "text", "name": "who", "label": "Name"},
                    {"type": "select_one yn", "name": "agrees", "label": "Agrees?"},
                    {"type": "integer", "name": "thoughts", "label": "Thoughts?", "relevant": "${agrees} = 'yes'"},
                    {"type": "calculate", "name": "noted", "trigger": "${thoughts}", "calculation": "if(${thoughts} >= 1, 1, 0)"},
                    {"type": "calculate", "name": "dark", "calculation": "if(${thoughts} >= 1 or (${thoughts} = '' and ${noted} = 1), 1, 0)"}]},
                {"type": "calculate", "name": "dark_count", "calculation": "sum(${dark})"}],
            "assessment": [{"type": "flag", "name": "self_harm", "label": "Self-harm", "value": "${dark_count} > 0"}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 2) {
            session.add_repeat(people).expect("one more");
        }
        give(
            &mut session,
            &json!({"/f/people[1]/who": "Wang", "/f/people[1]/agrees": "yes", "/f/people[1]/thoughts": 2,
            "/f/people[2]/who": "Li", "/f/people[2]/agrees": "yes", "/f/people[2]/thoughts": 0}),
        );
        let told = |session: &Session| -> Vec<String> {
            let explanation = session.explanation("self_harm").expect("a flag");
            explanation.reasons.into_iter().map(|reason| reason.sentence).collect()
        };
        assert_eq!(told(&session), ["present", "Wang: Thoughts?: 2"]);
        give(&mut session, &json!({"/f/people[1]/agrees": "no"}));
        assert_eq!(session.concerns("self_harm"), ["Wang"]);
        assert_eq!(told(&session), ["present", "Wang: Thoughts?: 2"], "it was noted, and is kept");
        give(&mut session, &json!({"/f/people[1]/agrees": "yes", "/f/people[1]/thoughts": 0}));
        assert_eq!(session.concerns("self_harm"), [""; 0]);
    }

    #[test]
    fn a_danger_that_was_named_is_told_when_nobody_is_asked_any_more() {
        for way in WAYS {
            let mut session = session(way);
            assert_eq!(silent(&session), [""; 0], "{way}: it is up");
            give(&mut session, &json!({"/f/consent": "no"}));
            assert_eq!(silent(&session), [r#"self_harm ["Wang"] Some("May we ask? No")"#], "{way}");
            give(&mut session, &json!({"/f/consent": "yes", "/f/people[1]/mood/agrees": "no"}));
            // Others are asked still: the flag is down, and not for an answer.
            assert_eq!(
                silent(&session),
                [r#"self_harm ["Wang"] Some("Wang：Agrees? No")"#.replace('：', ": ")],
                "{way}"
            );
            give(&mut session, &json!({"/f/people[2]/mood/thoughts": 1}));
            assert_eq!(session.concerns("self_harm"), ["Li"], "{way}");
            assert_eq!(silent(&session).len(), 1, "{way}: it is up for another");
            // Put right, it is no danger; asked again, it is up.
            give(&mut session, &json!({"/f/people[1]/mood/agrees": "yes"}));
            assert_eq!(silent(&session), [""; 0], "{way}");
            give(
                &mut session,
                &json!({"/f/people[1]/mood/thoughts": 0, "/f/people[2]/mood/thoughts": 0, "/f/consent": "no"}),
            );
            assert_eq!(silent(&session), [""; 0], "{way}: nobody named any");
        }
    }
}
