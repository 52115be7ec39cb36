//! What would change a result: which one answer would tip it.
//!
//! Tried on a copy of the session by answering there: whatever the result is made of, through scales, expressions or repeats, it is computed as
//! it always is. Nothing is said to change nothing unless all of that was tried.
//!
//! Tried are only answers that the result is *scored* from. What merely decides whether something is asked or looked at, consent above all, is no
//! fact about a household: to be told "refuse, and you come out lower" is advice that nobody should be given. Nor is it news what a person decides
//! in a result's place, or an answer that contradicts another. Nor a number that the form itself begins with, as an official standard: that is no answer
//! of the household's; nor what would take back a danger that was named; nor that somebody does not say what a part of it is scored from.

use std::sync::Arc;

use crate::assess::measure::{Kind, MeasureId};
use crate::assess::sentences::Onwards;
use crate::assess::{Exact, Outcome, Search, Turn};
use crate::form::NodeKind;
use crate::session::Session;
use crate::session::instance::flag;
use crate::value::{DataType, Value};
use crate::view::{Control, Key, NodeId, ScopeId};

mod numbers;
mod sources;

pub(super) use sources::Backwards;

/// How many tipping answers are told at most.
const MAX_TURNS: usize = 6;
/// How many answers are tried for them.
const MAX_TRIED: usize = 800;
/// How many for one number.
const MAX_PROBES: usize = 40;
/// Of so many choices at most each is tried.
const MAX_CHOICES: usize = 24;
/// Of so many choices at most each selection of several is tried.
const ALL_SELECTIONS: usize = 4;
/// So far beyond a number it is tried whether the same still comes of it.
const FURTHER: [i64; 6] = [2, 5, 20, 100, 1_000, 100_000];
/// No number is looked for beyond.
const FURTHEST: i64 = 1_000_000_000;

impl Session {
    /// Which one answer would give a measure another code: nearest first. The turns of [`Session::what_would_change`].
    pub fn turns(&self, measure: &str) -> Vec<Turn> {
        self.what_would_change(measure).turns
    }

    /// Which one answer would give a measure another code, nearest first, and whether all answers were tried.
    ///
    /// Tried are the answers of every question that the measure is scored from, through other measures and calculations, and of those that say how
    /// many instances a repeat has: each choice, of several choices one more, one
    /// less and each alone, of numbers the nearest cut-off above and below, and each of a few or one of each part between what it is compared with ([`numbers`]). Texts, dates and places are not, nor
    /// is a person's own decision, nor what only decides whether something is relevant, nor numbers that the form begins with, nor what is asked together
    /// with a danger that was named. What breaks a question's rule, its own or another's, is no answer;
    /// a result that can't be said is no change that anybody asks for.
    /// Scores and rankings have no turns: any answer changes them.
    pub fn what_would_change(&self, measure: &str) -> Search {
        let nothing = Search { turns: Vec::new(), complete: false };
        let Some(target) = self.form.assessment.named(measure) else { return nothing };
        if matches!(
            self.measure(target).kind,
            Kind::Scale(_) | Kind::Index(_) | Kind::Ranking(_) | Kind::Flag(_) | Kind::Fact { .. }
        ) {
            return nothing;
        }
        let now = self.outcome_of(target);
        if now.is_blank() {
            return nothing;
        }
        let sources = self.sources(target);
        let mut trial = Trial {
            from: self,
            copy: self.copied(),
            target,
            now,
            scales: sources.scales,
            left: MAX_TRIED,
            complete: sources.complete,
            found: Vec::new(),
        };
        let beside_dangers = self.beside_dangers();
        // By which something was kept back: what was said before that is nobody's to weigh any more.
        let measures = self.form.assessment.ids();
        let kept_back: Vec<NodeId> =
            measures.filter_map(|id| Some(self.measure_left_out(id)?.node)).collect();
        for node in sources.questions {
            // A danger is not to be weighed against milder answers beside it.
            if beside_dangers.contains(&node) || kept_back.contains(&node) {
                trial.complete = false;
                continue;
            }
            let mut keys = Vec::new();
            self.instance.each_under(&self.form, ScopeId(0), self.form.node(node).scope, &mut |scope| {
                keys.push(Key { scope, node });
            });
            keys.into_iter().for_each(|key| trial.question(key));
        }
        trial.told()
    }

    /// The same session once more, to try things on.
    pub(super) fn copied(&self) -> Session {
        let mut copy = Session::blank_like(self);
        copy.world = self.world.clone();
        copy.instance = self.instance.clone();
        copy.outcomes = self.outcomes.clone();
        copy.trees = self.trees.clone();
        copy.language = self.language;
        copy.random.set(self.random.get());
        copy
    }
}

/// One answer after the other, each on the same copy.
struct Trial<'s> {
    from: &'s Session,
    copy: Session,
    target: MeasureId,
    now: Outcome,
    /// The scales that the target is made of: what an answer moves is counted there.
    scales: Vec<MeasureId>,
    left: usize,
    complete: bool,
    found: Vec<Found>,
}

struct Found {
    key: Key,
    value: Value,
    outcome: Outcome,
    moved: Moved,
    /// Of a number: do those beyond it, more or less, come to the same?
    onwards: Option<Onwards>,
    /// Other choices of the same question that come to the same.
    likewise: Vec<Value>,
}

/// The numbers that are tried for an answer: whole ones, or of a decimal those with two digits after the point, or as many as the answer has.
#[derive(Clone, Copy)]
struct Grid {
    data_type: DataType,
    /// How many there are from one whole number to the next.
    to_one: f64,
}

impl Grid {
    fn of(now: &Value, data_type: DataType) -> Grid {
        let to_one = match (data_type, now) {
            (DataType::Decimal, Value::Decimal(number)) => {
                let is_on = |to_one: &f64| (number * to_one - (number * to_one).round()).abs() < 1e-6;
                [100.0, 1_000.0, 10_000.0].into_iter().find(is_on).unwrap_or(10_000.0)
            }
            (DataType::Decimal, _) => 100.0,
            _ => 1.0,
        };
        Grid { data_type, to_one }
    }

    fn place(self, value: &Value) -> i64 {
        match value {
            Value::Integer(number) => (*number as f64 * self.to_one) as i64,
            Value::Decimal(number) => (number * self.to_one).round() as i64,
            _ => 0,
        }
    }

    fn value(self, place: i64) -> Value {
        match self.data_type {
            DataType::Decimal => Value::Decimal(place as f64 / self.to_one),
            _ => Value::Integer(place),
        }
    }
}

/// How far an answer moves the scales, and where: what comes to apply, or no longer applies, is furthest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moved {
    far: bool,
    distance: Exact,
    by: Exact,
}

impl Trial<'_> {
    /// Tries the answers of one question.
    fn question(&mut self, key: Key) {
        let Session { form, instance, .. } = self.from;
        let node = form.node(key.node);
        let cell = instance.cell(key.scope, key.node);
        if !instance.has(cell, flag::RELEVANT) || self.from.is_readonly(key) {
            return;
        }
        let now = instance.given(key.scope, key.node).clone();
        let NodeKind::Leaf(data_type) = node.kind else { return };
        match (data_type, node.body.control) {
            (DataType::Choice | DataType::Text | DataType::Choices, Some(Control::SelectOne)) => {
                self.choices(key, &now, data_type)
            }
            (DataType::Choices, Some(Control::SelectMultiple)) => self.selections(key, &now),
            (DataType::Text, Some(Control::Acknowledge)) if now.is_blank() => {
                self.take(key, Value::Text("OK".into()));
            }
            (DataType::Integer | DataType::Decimal, _) if instance.seed(key.scope).has(key.node) => {
                self.complete = false;
            }
            (DataType::Integer | DataType::Decimal, _) => {
                self.cut_off(key, &now, data_type, 1);
                self.cut_off(key, &now, data_type, -1);
                let start = now.text().parse().unwrap_or(0.0);
                match self.from.all_numbers(key.node, data_type, start) {
                    Some(numbers) => numbers.into_iter().for_each(|number| {
                        if number != now {
                            self.take(key, number);
                        }
                    }),
                    None => self.complete = false,
                }
            }
            _ => self.complete = false,
        }
    }

    fn offered(&self, key: Key) -> Vec<Arc<str>> {
        let choices = self.from.form.node(key.node).body.choices.as_ref();
        let views = choices.map(|choices| self.from.choices(key, choices));
        views.iter().flat_map(|views| views.iter()).map(|choice| choice.name.clone()).collect()
    }

    fn choices(&mut self, key: Key, now: &Value, data_type: DataType) {
        let names = self.offered(key);
        if names.len() > MAX_CHOICES {
            self.complete = false;
            return;
        }
        for name in names {
            let value = Value::read(data_type, &name);
            if value != *now {
                self.take(key, value);
            }
        }
    }

    /// Each selection where there are few; else one more, one less, and each alone.
    fn selections(&mut self, key: Key, now: &Value) {
        let names = self.offered(key);
        let chosen: &[Arc<str>] = match now {
            Value::Choices(names) => names,
            _ => &[],
        };
        let mut tried: Vec<Vec<Arc<str>>> = Vec::new();
        if names.len() <= ALL_SELECTIONS {
            let among = |set: u32| {
                let inside = names.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
                inside.map(|(_, name)| name.clone()).collect::<Vec<_>>()
            };
            tried.extend((1..1_u32 << names.len()).map(among));
            // Nearest first: the fewest choices that differ.
            let differ = |set: &Vec<Arc<str>>| {
                names.iter().filter(|name| set.contains(name) != chosen.contains(name)).count()
            };
            crate::order::sort_by_key(&mut tried, differ);
        } else {
            self.complete = false;
            for name in names.iter().take(MAX_CHOICES) {
                let mut other: Vec<Arc<str>> =
                    chosen.iter().filter(|known| *known != name).cloned().collect();
                if other.len() == chosen.len() {
                    other.push(name.clone());
                }
                tried.push(other);
                tried.push(vec![name.clone()]);
            }
        }
        for names in tried {
            let same = names.len() == chosen.len() && names.iter().all(|name| chosen.contains(name));
            if !names.is_empty() && !same {
                self.take(key, Value::Choices(names.into()));
            }
        }
    }

    /// The nearest number in a direction that tips the result: further and further, then halved down.
    fn cut_off(&mut self, key: Key, now: &Value, data_type: DataType, towards: i64) {
        let grid = Grid::of(now, data_type);
        let start = grid.place(now);
        let value = |place: i64| grid.value(place);
        let (mut same, mut step) = (start, 1_i64);
        // Where it may not go, or where it tips.
        let mut bound: Option<i64> = None;
        let mut tipped: Option<Found> = None;
        if now.is_blank() {
            tipped = self.tried(key, value(0)).ok().flatten();
        }
        for _ in 0..MAX_PROBES {
            let room = bound.map_or(FURTHEST, |bound| (bound - same).abs() - 1);
            if room <= 0
                || (same - start).abs() >= FURTHEST
                || (now.is_blank() && tipped.is_some() && bound.is_none())
            {
                break;
            }
            step = if bound.is_some() { (room / 2).clamp(1, step) } else { step };
            let next = same + towards * step;
            match self.tried(key, value(next)) {
                Ok(Some(found)) => {
                    tipped = Some(found);
                    bound = Some(next);
                }
                Ok(None) => {
                    same = next;
                    step = step.saturating_mul(4).min(FURTHEST);
                }
                Err(()) => bound = Some(next),
            }
        }
        if let Some(found) = &mut tipped {
            let at = grid.place(&found.value);
            // Those beyond it that are answers at all, near and far. They turn nothing that is not known yet.
            let complete = self.complete;
            let same = |tried: Result<Option<Found>, ()>| match tried {
                Ok(Some(next)) => next.outcome == found.outcome,
                Ok(None) => false,
                Err(()) => true,
            };
            if matches!(self.tried(key, value(at + towards)), Ok(Some(next)) if next.outcome == found.outcome)
                && FURTHER.iter().all(|further| same(self.tried(key, value(at + towards * further))))
            {
                found.onwards = Some(if towards > 0 { Onwards::More } else { Onwards::Less });
            }
            self.complete = complete;
        }
        self.found.extend(tipped);
    }

    fn take(&mut self, key: Key, value: Value) {
        if let Ok(Some(found)) = self.tried(key, value) {
            self.found.push(found);
        }
    }

    /// What comes of one answer if it is another result. An error: it is no answer, or comes to nothing that can be said.
    fn tried(&mut self, key: Key, value: Value) -> Result<Option<Found>, ()> {
        if self.left == 0 {
            self.complete = false;
            return Err(());
        }
        self.left -= 1;
        let given = self.from.instance.given(key.scope, key.node).clone();
        let Ok(changes) = self.copy.answer(key, value.clone()) else { return Err(()) };
        // An answer that contradicts another is no household's.
        let breaks = |key: &Key| {
            let known = self.from.instance.holds(&self.from.form, key.scope, key.node);
            self.copy.rejects(*key) && !(known && self.from.rejects(*key))
        };
        let lawful = self.copy.violation(key).is_none() && !changes.nodes.iter().any(breaks);
        let outcome = self.copy.outcome_of(self.target);
        let moved = self.moved();
        // What else would have to be answered then may lead anywhere.
        let open = lawful && outcome.is_blank();
        // Nor is it one that somebody does not say something: it is not known then, and nothing has changed.
        let hides = self.hides_a_danger()
            || lawful && outcome != self.now && self.copy.is_made_without(self.target, key);
        self.complete &= !open && !hides && !self.copy.overran();
        let grew = !changes.added.is_empty() || !changes.removed.is_empty();
        // What an answer set off does not always come back with the answer.
        if grew || self.copy.answer(key, given).is_err() || self.copy.outcomes != self.from.outcomes {
            self.copy = self.from.copied();
        }
        match (lawful && !hides && !outcome.is_blank(), outcome == self.now) {
            (false, _) => Err(()),
            (true, true) => Ok(None),
            (true, false) => {
                Ok(Some(Found { key, value, outcome, moved, onwards: None, likewise: Vec::new() }))
            }
        }
    }

    /// Is a flag that was up no longer up?
    fn hides_a_danger(&self) -> bool {
        let measures = self.from.form.assessment.measures.iter();
        let mut outcomes = measures.zip(self.from.outcomes.iter().zip(&self.copy.outcomes));
        outcomes.any(|(measure, (before, after))| {
            matches!(measure.kind, Kind::Flag(_))
                && !measure.recheck
                && *before == Outcome::Flag(true)
                && *after != Outcome::Flag(true)
        })
    }

    fn moved(&self) -> Moved {
        let mut moved = Moved { far: false, distance: Exact::ZERO, by: Exact::ZERO };
        for id in &self.scales {
            let (before, after) = (self.from.outcome_of(*id), self.copy.outcome_of(*id));
            moved.far |= before.is_blank() != after.is_blank();
            let by = match (after.score(), before.score()) {
                (Some(after), Some(before)) => after.minus(before).unwrap_or(Exact::ZERO),
                _ => continue,
            };
            let distance = if by < Exact::ZERO { by.negated().unwrap_or(by) } else { by };
            moved.by = moved.by.plus(by).unwrap_or(moved.by);
            moved.distance = moved.distance.plus(distance).unwrap_or(moved.distance);
        }
        moved
    }

    fn told(mut self) -> Search {
        crate::order::sort_by_key(&mut self.found, |found| (found.moved, found.key.node, found.key.scope));
        let mut kept: Vec<Found> = Vec::new();
        for found in self.found {
            // Of a question, one answer for each result; what else would do as well is told with it.
            let known =
                kept.iter_mut().find(|known| known.key == found.key && known.outcome == found.outcome);
            match known {
                Some(known) if matches!(found.value, Value::Choice(_)) => known.likewise.push(found.value),
                Some(_) => {}
                None => kept.push(found),
            }
        }
        nearest_both_ways(&mut kept);
        let (from, target) = (self.from, self.target);
        let turns = kept.into_iter().map(|Found { key, value, outcome, moved, onwards, likewise }| {
            let question = from.question_words(key);
            let to = from.answer_words(key.node, &value);
            let shown = from.shown(target, &outcome);
            let others = likewise.iter().map(|value| from.answer_words(key.node, value));
            let said = match onwards {
                Some(onwards) => from.tongue().onwards(&to, onwards),
                None => from.tongue().one_of(&std::iter::once(to.clone()).chain(others).collect::<Vec<_>>()),
            };
            let sentence = from.tongue().turn(&question, &said, &from.label_of(target), &shown);
            let answered = from.answer_words(key.node, from.instance.given(key.scope, key.node));
            Turn { question, from: answered, to, points: moved.by, outcome, shown, sentence }
        });
        Search { turns: turns.collect(), complete: self.complete }
    }
}

/// The nearest of all that was found, half of them in each direction where there are so many: whoever reads only what would lessen a need, or only what
/// would add to it, reads half of how near it is.
fn nearest_both_ways(found: &mut Vec<Found>) {
    let adds = |found: &Found| found.moved.by > Exact::ZERO;
    let adding = found.iter().filter(|found| adds(found)).count();
    let half = MAX_TURNS / 2;
    let mut room_up = adding.min(half.max(MAX_TURNS.saturating_sub(found.len() - adding)));
    let mut room_down = MAX_TURNS - room_up;
    found.retain(|found| {
        let room = if adds(found) { &mut room_up } else { &mut room_down };
        let kept = *room > 0;
        *room = room.saturating_sub(1);
        kept
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Bundle, Form, Source, case};

    /// A level that hangs on two questions through an expression, a repeat and a condition.
    fn failures(answers: &serde_json::Value, turns: &serde_json::Value) -> Vec<case::Failure> {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": [
              {"type": "select_one yn", "name": "ill", "label": "Ill?"},
              {"type": "select_one yn", "name": "old", "label": "Old?"},
              {"type": "select_one yn", "name": "no_matter", "label": "No matter?"},
              {"type": "integer", "name": "income", "label": "Income", "relevant": "${old} = 'yes'", "constraint": ". >= 0 and . <= 5000"},
              {"type": "calculate", "name": "burden", "calculation": "if(${ill} = 'yes' and ${old} = 'yes', 2, 0) + if(${income} > 999, 1, 0)"}],
            "assessment": [
              {"type": "band", "name": "b", "label": "B", "of": "${burden}", "bands": [{"code": "low", "range": "<2", "label": "Low"}, {"code": "high", "range": ">=2", "label": "High"}]},
              {"type": "shift", "name": "s", "label": "S", "of": "1", "max": 1, "rules": [{"when": "${ill} = 'yes'", "by": 1}], "bands": [{"code": "1", "label": "One"}]}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("a form");
        let case = json!({"language": "en", "steps": [{"answer": answers}, {"expect": {"turns": turns}}]});
        case::run(&form, &case)
    }

    #[test]
    fn what_goes_through_expressions_and_conditions_is_tried_and_told() {
        let failures = failures(
            &json!({"/f/ill": "no", "/f/old": "yes", "/f/income": 3}),
            &json!({"b": ["如果“Ill?”是“Yes”，B会是“High”"]}),
        );
        assert_eq!(failures, []);
    }

    #[test]
    fn nothing_is_only_said_when_everything_was_tried() {
        // No selection of one choice changes a level that is capped; of a number not all was tried.
        let capped = failures(&json!({"/f/ill": "no", "/f/old": "no"}), &json!({"s": [], "b": []}));
        assert_eq!(capped, []);
        let unknown = failures(&json!({"/f/ill": "yes", "/f/old": "yes", "/f/income": 3}), &json!({"s": []}));
        assert_eq!(unknown, []);
        let number = failures(
            &json!({"/f/ill": "no", "/f/old": "yes", "/f/income": 3}),
            &json!({"b": ["如果“Ill?”是“Yes”，B会是“High”"], "s": []}),
        );
        assert_eq!(number, []);
    }

    /// A consent hides one scale, a level may be decided by hand, and one answer may not contradict another.
    #[test]
    fn nobody_is_advised_to_refuse_to_decide_or_to_contradict() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "choices": {
              "yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}],
              "level": [{"name": "low", "label": "Low"}, {"name": "high", "label": "High"}]},
            "survey": [
              {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
              {"type": "calculate", "name": "open", "calculation": "if(${consent} = 'yes', 'yes', 'no')"},
              {"type": "select_one yn", "name": "ill", "label": "Ill?", "relevant": "${open} = 'yes'"},
              {"type": "select_one yn", "name": "poor", "label": "Poor?"},
              {"type": "select_one yn", "name": "alone", "label": "Alone?"},
              {"type": "integer", "name": "with", "label": "With how many?", "constraint": ". = 0 or ${alone} = 'no'"},
              {"type": "select_one level", "name": "by_hand", "label": "Your own?"},
              {"type": "text", "name": "why", "label": "Why?"}],
            "assessment": [
              {"type": "scale", "name": "health", "max": 1, "items": [{"value": "${ill}"}]},
              {"type": "scale", "name": "money", "max": 2, "items": [{"value": "${poor}"}, {"value": "${alone}"}]},
              {"type": "index", "name": "need", "parts": [{"of": "health", "weight": 1}, {"of": "money", "weight": 1}]},
              {"type": "band", "name": "b", "label": "B", "of": "need", "bands": [{"code": "low", "range": "<25", "label": "Low"}, {"code": "high", "range": ">=25", "label": "High"}]},
              {"type": "decided", "name": "final", "of": "b", "value": "${by_hand}", "reason": "${why}"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("a form");
        // Without consent the index would be 0 of 1, and with company at home nobody is alone.
        let case = json!({"language": "en", "steps": [
            {"answer": {"/f/consent": "yes", "/f/ill": "yes", "/f/poor": "no", "/f/alone": "no", "/f/with": 2}},
            {"expect": {"turns": {"b": ["如果“Ill?”是“No”，B会是“Low”"]}}},
            {"answer": {"/f/ill": "no"}},
            {"expect": {"turns": {"b": ["如果“Ill?”是“Yes”，B会是“High”", "如果“Poor?”是“Yes”，B会是“High”"]}}}]});
        assert_eq!(case::run(&form, &case), []);
    }

    /// A proposed amount, and a questionnaire in which somebody wants to die.
    #[test]
    fn nobody_is_advised_to_change_a_reference_amount_or_what_is_asked_beside_a_danger() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "choices": {"yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}]},
            "survey": [
              {"type": "integer", "name": "standard", "label": "Standard", "default": "800"},
              {"type": "integer", "name": "income", "label": "Income"},
              {"type": "calculate", "name": "poor", "calculation": "if(${income} <= ${standard}, 1, 0)"},
              {"type": "group", "name": "mood", "label": "Mood", "children": [
                {"type": "select_one yn", "name": "sad", "label": "Sad?"},
                {"type": "select_one yn", "name": "die", "label": "Die?"}]}],
            "assessment": [
              {"type": "flag", "name": "danger", "value": "${die} = 'yes'"},
              {"type": "scale", "name": "s", "items": [{"value": "${poor}"}, {"value": "${sad}"}, {"value": "${die}"}]},
              {"type": "band", "name": "b", "label": "B", "of": "s", "bands": [{"code": "low", "range": "<2", "label": "Low"}, {"code": "high", "range": ">=2", "label": "High"}]}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("a form");
        let income = "如果“Income”是“801”或更多，B会是“Low”";
        let case = json!({"language": "en", "steps": [
            {"answer": {"/f/income": 500, "/f/mood/sad": "yes", "/f/mood/die": "no"}},
            {"expect": {"turns": {"b": [income, "如果“Sad?”是“No”，B会是“Low”"]}}},
            {"answer": {"/f/mood/sad": "no", "/f/mood/die": "yes"}},
            {"expect": {"turns": {"b": [income]}}}]});
        assert_eq!(case::run(&form, &case), []);
    }

    #[test]
    fn no_official_number_is_proposed_and_no_danger_taken_back() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
              {"type": "integer", "name": "thoughts", "label": "Thoughts", "constraint": ". >= 0 and . <= 3"},
              {"type": "integer", "name": "wage", "label": "Wage", "constraint": ". >= 0 and . <= 9"},
              {"type": "integer", "name": "standard", "label": "Standard", "default": "3"},
              {"type": "calculate", "name": "need", "calculation": "${thoughts} + if(${wage} <= ${standard}, 1, 0)"}],
            "assessment": [
              {"type": "flag", "name": "danger", "label": "Danger", "value": "${thoughts} >= 1"},
              {"type": "band", "name": "b", "label": "B", "of": "${need}", "bands": [{"code": "low", "range": "<2", "label": "Low"}, {"code": "high", "range": ">=2", "label": "High"}]}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("a form");
        // Without thoughts, or by a lower standard, it would be low.
        let case = json!({"language": "en", "steps": [
            {"answer": {"/f/thoughts": 1, "/f/wage": 2}},
            {"expect": {"turns": {"b": ["如果“Wage”是“4”或更多，B会是“Low”"]}}}]});
        assert_eq!(case::run(&form, &case), []);
    }
}
