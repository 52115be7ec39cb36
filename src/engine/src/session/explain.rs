//! What a measure came to, and why, in the reader's language.
//!
//! Computed anew when it is asked for, by the same function that computed the result: an explanation can't say anything else.

use std::cell::Cell;

use crate::assess::evaluate::{Assessor, Awaiting, Owned};
use crate::assess::measure::{Aggregate, Band, Input, Item, Kind, Measure, MeasureId, ShiftBy, most_of_item};
use crate::assess::sentences::Tongue;
use crate::assess::trace::{Line, Told, Trace};
use crate::assess::{Exact, Explanation, Given, MeasureKind, Missing, Outcome, Reason, Test};
use crate::form::{NodeKind, TextId};
use crate::session::Session;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// Every measure of the form in the order of its declaration, each with its reasons, but for those that are internal. What does not apply is among them.
    pub fn explanations(&self) -> Vec<Explanation> {
        self.form
            .assessment
            .ids()
            .filter(|id| !self.measure(*id).internal)
            .map(|id| self.explain(id))
            .collect()
    }

    /// Why a measure came to what it came to. `None` if the form has no such measure.
    pub fn explanation(&self, measure: &str) -> Option<Explanation> {
        Some(self.explain(self.form.assessment.named(measure)?))
    }

    /// What a node's measure came to, in words; `None` if it is no measure.
    pub(super) fn outcome_words(&self, node: NodeId) -> Option<String> {
        let id = *self.form.assessment.by_node.get(&node)?;
        Some(self.shown(id, &self.outcome_of(id)))
    }

    pub(super) fn measure(&self, id: MeasureId) -> &Measure {
        self.form.assessment.measure(id)
    }

    pub(super) fn tongue(&self) -> Tongue {
        Tongue::of(self.language())
    }

    fn explain(&self, id: MeasureId) -> Explanation {
        let measure = self.measure(id);
        let mut trace = Trace::wanted();
        let outcome = match self.outcome_of(id) {
            Outcome::NotApplicable if !self.instance.relevant(ScopeId(0), measure.node) => {
                Outcome::NotApplicable
            }
            _ => self.assessor(measure.node).outcome(id, &mut trace),
        };
        let awaits = self.awaits(id);
        let shown = self.shown(id, &outcome);
        let mut reasons: Vec<Reason> = trace.lines.iter().map(|line| self.reason(measure, line)).collect();
        if let (Kind::Flag(raised), Outcome::Flag(true)) = (&measure.kind, &outcome) {
            reasons.extend(self.evidence(id, raised).into_iter().map(|key| self.evidence_told(key)));
        }
        let label = self.label_of(id);
        let sentence = match outcome.is_blank() {
            _ if matches!((&measure.kind, &outcome), (Kind::Table(_), Outcome::Order(codes)) if codes.is_empty()) => {
                self.tongue().named(&label, self.tongue().no_rule_holds())
            }
            true => self.tongue().named(&label, &self.tongue().awaiting(&outcome, &awaits)),
            false => self.sentence(id, &label, &outcome, &shown, &reasons, trace.prorated),
        };
        Explanation {
            name: measure.name.to_string(),
            label,
            kind: kind_of(measure),
            outcome,
            shown,
            max: match &measure.kind {
                Kind::Scale(scale) => scale.max,
                Kind::Index(_) => Some(Exact::whole(100)),
                _ => None,
            },
            note: measure.note.map(|note| self.words(Some(note), self.at_root(measure.node))),
            sentence,
            reasons,
            awaits,
        }
    }

    /// One answer that names a danger.
    fn evidence_told(&self, key: Key) -> Reason {
        let label = self.question_words(key);
        let answer = self.answer_words(key.node, self.instance.given(key.scope, key.node));
        Reason {
            sentence: self.tongue().named(&label, &answer),
            label,
            answer,
            points: None,
            most: None,
            weight: None,
            rule: String::new(),
            counts: true,
            measure: None,
            question: Some(key.node),
        }
    }

    fn at_root(&self, node: NodeId) -> Key {
        Key { scope: ScopeId(0), node }
    }

    /// What a measure is called.
    pub(super) fn label_of(&self, id: MeasureId) -> String {
        let measure = self.measure(id);
        let label = measure.label.or(self.form.node(measure.node).body.label);
        let words = self.words(label, self.at_root(measure.node));
        if words.is_empty() { measure.name.to_string() } else { words }
    }

    /// An outcome in words: a score rounded, a code by its band's words.
    pub(super) fn shown(&self, id: MeasureId, outcome: &Outcome) -> String {
        let measure = self.measure(id);
        let tongue = self.tongue();
        match outcome {
            Outcome::NotApplicable | Outcome::Missing(_) => String::new(),
            // What to do stands with a flag that is up.
            Outcome::Flag(up) => self
                .band_words(id, &Given::Number(Exact::whole((*up).into())))
                .unwrap_or_else(|| tongue.up(*up).into()),
            Outcome::Score(score) => match self.band_words(id, &Given::Number(*score)) {
                Some(words) => words,
                None => score.shown(measure.decimals),
            },
            Outcome::Code(code) => self.code_words(id, code),
            Outcome::Order(names) => {
                let words: Vec<String> = names
                    .iter()
                    .map(|name| match self.form.assessment.named(name) {
                        Some(part) if matches!(measure.kind, Kind::Ranking(_)) => self.label_of(part),
                        _ => self.code_words(id, name),
                    })
                    .collect();
                tongue.list(&words)
            }
        }
    }

    /// The words of a code: its band's, its rule's, those of the measure that it was taken from, else the code.
    pub(super) fn code_words(&self, id: MeasureId, code: &str) -> String {
        let measure = self.measure(id);
        let key = self.at_root(measure.node);
        if let Some(band) = measure.bands.iter().find(|band| *band.code == *code) {
            return self.band_label(band, key);
        }
        if let Some(words) = self.band_words(id, &Given::of_text(code)) {
            return words;
        }
        match &measure.kind {
            Kind::Decided { of: Input::Measure(of), .. } | Kind::Agreed { first: Input::Measure(of), .. } => {
                self.code_words(*of, code)
            }
            _ => code.into(),
        }
    }

    /// The words of the band that names a level.
    pub(super) fn band_words(&self, id: MeasureId, given: &Given<'_>) -> Option<String> {
        let measure = self.measure(id);
        if matches!(measure.kind, Kind::Scale(_) | Kind::Index(_)) {
            return None;
        }
        // A band measure's ranges are over what it reads; what it comes to is one of its codes.
        let names = |band: &&Band| match measure.kind {
            Kind::Band(_) => Given::of_text(&band.code) == *given,
            _ => band.test.holds(given),
        };
        if let Some(band) = measure.bands.iter().find(names) {
            return Some(self.band_label(band, self.at_root(measure.node)));
        }
        match &measure.kind {
            Kind::Decided { of: Input::Measure(of), .. }
            | Kind::Agreed { first: Input::Measure(of), .. }
            | Kind::Shift(crate::assess::measure::Shift { of: Input::Measure(of), .. }) => {
                self.band_words(*of, given)
            }
            _ => None,
        }
    }

    fn band_label(&self, band: &Band, key: Key) -> String {
        self.words_or(band.label, key, &band.code)
    }

    fn words_or(&self, label: Option<TextId>, key: Key, otherwise: &str) -> String {
        let words = self.words(label, key);
        if words.is_empty() { otherwise.into() } else { words }
    }

    fn reason(&self, measure: &Measure, line: &Line) -> Reason {
        let tongue = self.tongue();
        let key = self.at_root(measure.node);
        let mut reason = Reason {
            label: String::new(),
            answer: String::new(),
            points: line.points,
            most: None,
            weight: line.weight,
            rule: String::new(),
            counts: line.counts,
            measure: None,
            question: None,
            sentence: String::new(),
        };
        match (line.told, &measure.kind) {
            (Told::Item(index), Kind::Scale(scale)) => {
                let item = &scale.items[index];
                reason.label = self.item_label(item);
                reason.question = item.question;
                // What it counts is what it adds to the scale.
                let weighted = |points: Exact| points.times(item.weight).ok();
                reason.points = line.points.and_then(weighted);
                reason.most = most_of_item(item).and_then(weighted);
                reason.answer = match self.worst(item, line) {
                    Some((whom, answer)) => {
                        tongue.named(&tongue.list(&whom), &self.said(&item.questions, answer))
                    }
                    None => {
                        let answers = line.answers.iter().map(|answer| self.said(&item.questions, answer));
                        tongue.list(&each_once(answers.collect()))
                    }
                };
                // Nobody is to answer what is worked out.
                let worked_out = !item.questions.is_empty()
                    && item.questions.iter().all(|node| self.form.is_computed(*node));
                let what = match (&line.unsaid, reason.points) {
                    (Some(Outcome::Missing(Missing::Unanswered | Missing::Rejected)), _) if worked_out => {
                        tongue.unsaid(&Outcome::Missing(Missing::Depends)).to_owned()
                    }
                    (Some(outcome), _) => tongue.unsaid(outcome).to_owned(),
                    (None, points) => tongue
                        .answered(&reason.answer, &points.unwrap_or(Exact::ZERO).shown(measure.decimals)),
                };
                reason.sentence = tongue.named(&reason.label, &what);
            }
            (Told::Part(part), _) => {
                reason.label = self.label_of(part);
                reason.measure = Some(self.measure(part).name.to_string());
                let what = match (&line.unsaid, line.points) {
                    (Some(outcome), _) => tongue.unsaid(outcome).to_owned(),
                    (None, points) => tongue.percent(
                        &points.unwrap_or(Exact::ZERO).shown(measure.decimals),
                        &share_of(&measure.kind, line.weight.unwrap_or(Exact::ONE)),
                    ),
                };
                reason.sentence = tongue.named(&reason.label, &what);
            }
            (Told::Band(index), Kind::Band(input)) => {
                let band = &measure.bands[index];
                reason.label = self.input_label(input, &measure.of);
                reason.rule = band.test.to_string();
                reason.answer = self.telling(input, &band.test);
                reason.measure = self.input_measure(input);
                let range = tongue.test(&band.test);
                reason.sentence =
                    tongue.in_band(&reason.label, &reason.answer, &range, &self.band_label(band, key));
            }
            (Told::Rule(index), Kind::Table(table)) => {
                let rule = &table.rules[index];
                let tests = rule.tests.iter().zip(&table.inputs);
                let asked: Vec<String> = tests
                    .filter(|(test, _)| **test != Test::Any)
                    .map(|(test, (name, input))| {
                        format!("{} {}", self.input_label(input, name), tongue.test(test))
                    })
                    .collect();
                reason.rule = tongue.list(&asked);
                let otherwise =
                    if reason.rule.is_empty() { rule.outcome.to_string() } else { reason.rule.clone() };
                reason.label = self.words_or(rule.label, key, &otherwise);
                let id = self.form.assessment.by_node[&measure.node];
                let outcome = self.code_words(id, &rule.outcome);
                reason.sentence = tongue.by_rule(table.hit, &reason.label, &outcome);
            }
            (Told::Reason(index), Kind::Shift(shift)) => {
                let rule = &shift.rules[index];
                reason.label = self.words_or(rule.label, key, &rule.written);
                let id = self.form.assessment.by_node[&measure.node];
                reason.sentence = match rule.does {
                    _ if line.unsaid.is_some() => {
                        let unsaid = line.unsaid.as_ref().map_or("", |outcome| tongue.unsaid(outcome));
                        tongue.named(&reason.label, unsaid)
                    }
                    ShiftBy::By(by) => tongue.shifted(by, &reason.label),
                    ShiftBy::To(level) => {
                        tongue.set_to(&self.shown(id, &Outcome::Score(level)), &reason.label)
                    }
                };
            }
            (Told::Agreement, Kind::Agreed { first, second, decided }) => {
                let both = [self.level_said(first, measure), self.level_said(second, measure)];
                let settled = decided.as_ref().map(|decided| self.level_said(decided, measure));
                reason.sentence = match line.counts {
                    true => tongue.agree().into(),
                    false => tongue.differ(&both, &settled.unwrap_or_default()),
                };
            }
            (Told::Decision, Kind::Decided { of, instead, reason: why }) => {
                reason.answer = self.input_said(why);
                reason.sentence = match line.counts {
                    true => tongue.decided(&self.input_said(of), &reason.answer),
                    false => tongue.not_decided(&self.input_said(instead)),
                };
            }
            _ => reason.sentence = tongue.up(line.counts).into(),
        }
        reason
    }

    fn sentence(
        &self,
        id: MeasureId,
        label: &str,
        outcome: &Outcome,
        shown: &str,
        reasons: &[Reason],
        prorated: Option<(u32, u32)>,
    ) -> String {
        let tongue = self.tongue();
        let measure = self.measure(id);
        let counting: Vec<String> =
            reasons.iter().filter(|reason| reason.counts).map(|reason| reason.sentence.clone()).collect();
        let what = match &measure.kind {
            Kind::Scale(scale) => {
                let most = scale.max.map(|max| max.shown(measure.decimals));
                let mut parts = match scale.how {
                    // How many count is a number of items, and no points.
                    Aggregate::Count => Vec::new(),
                    _ => vec![tongue.points(shown, most.as_deref())],
                };
                parts.push(tongue.combined(scale.how, shown, counting.len()));
                parts.extend(prorated.map(|(answered, asked)| tongue.prorated(answered, asked)));
                tongue.clauses(&parts)
            }
            Kind::Index(_) => tongue.clauses(&[shown.to_owned(), tongue.weighted().into()]),
            Kind::Ranking(_) => match outcome {
                Outcome::Order(names) => {
                    let percent = |name: &str| {
                        let reason = reasons.iter().find(|reason| reason.measure.as_deref() == Some(name))?;
                        Some(format!("{} {}%", reason.label, reason.points?.shown(measure.decimals)))
                    };
                    let words: Vec<String> = names.iter().filter_map(|name| percent(name)).collect();
                    tongue.highest_first(&words)
                }
                _ => shown.to_owned(),
            },
            Kind::Flag(_) | Kind::Fact { .. } => shown.to_owned(),
            Kind::Shift(shift) => {
                // What sets the level needs nothing to start from.
                let from = self.level_said(&shift.of, measure);
                let started = || tongue.started_from(&self.input_label(&shift.of, &measure.of), &from);
                let mut parts: Vec<String> = (!from.is_empty()).then(started).into_iter().collect();
                parts.extend(counting);
                parts.push(shown.to_owned());
                tongue.clauses(&parts)
            }
            Kind::Band(_) | Kind::Table(_) => match counting.is_empty() {
                true => shown.to_owned(),
                false => tongue.clauses(&counting),
            },
            Kind::Agreed { .. } | Kind::Decided { .. } => {
                let how: Vec<String> = reasons.iter().map(|reason| reason.sentence.clone()).collect();
                tongue.clauses(&[vec![shown.to_owned()], how].concat())
            }
        };
        tongue.named(label, &what)
    }

    pub(super) fn item_label(&self, item: &Item) -> String {
        let question = item.question.map(|node| (node, self.some_key(node)));
        let own = question.and_then(|(node, key)| Some((self.form.node(node).body.label?, key)));
        let key = question.map_or(self.at_root(NodeId(0)), |(_, key)| key);
        match (item.label, own) {
            (Some(label), _) => self.words(Some(label), key),
            (None, Some((label, key))) => self.words(Some(label), key),
            (None, None) => {
                question.map_or(item.written.to_string(), |(node, _)| self.form.node(node).name.to_string())
            }
        }
    }

    /// A key of a node in some instance: the first there is.
    fn some_key(&self, node: NodeId) -> Key {
        let mut scope = ScopeId(0);
        let mut repeats = Vec::new();
        let mut at = self.form.node(node).scope;
        while at != crate::form::ScopeDefId::ROOT {
            repeats.push(self.form.scope(at).node);
            at = self.form.scope(at).parent;
        }
        for repeat in repeats.into_iter().rev() {
            match self.instance.instances(scope, repeat).first() {
                Some(first) => scope = *first,
                None => return self.at_root(NodeId(0)),
            }
        }
        Key { scope, node }
    }

    /// An answer as its reader knows it: a choice by its label.
    pub(super) fn said(&self, questions: &[NodeId], answer: &Owned) -> String {
        let label = |name: &str| {
            questions.iter().find_map(|node| {
                let key = self.some_key(*node);
                let choices = self.form.node(*node).body.choices.as_ref().filter(|_| key.node == *node)?;
                let views = self.choices(key, choices);
                views.iter().find(|choice| *choice.name == *name).map(|choice| choice.label.clone())
            })
        };
        match answer {
            Owned::Number(number) => label(&number.to_string()).unwrap_or_else(|| number.shown(6)),
            Owned::Text(text) => label(text).unwrap_or_else(|| text.to_string()),
            Owned::Names(names) => {
                let words: Vec<String> =
                    names.iter().map(|name| label(name).unwrap_or_else(|| name.to_string())).collect();
                self.tongue().list(&words)
            }
        }
    }

    /// What an input is called: a measure or a question as it is there, else as it is written.
    fn input_label(&self, input: &Input, written: &str) -> String {
        match input {
            Input::Measure(id) => self.label_of(*id),
            Input::Amount(amount) => match self.question_of(amount) {
                Some(node) => {
                    let key = self.some_key(node);
                    let name = self.form.node(node).name.to_string();
                    self.words_or(self.form.node(node).body.label, key, &name)
                }
                None => written.into(),
            },
        }
    }

    fn input_said(&self, input: &Input) -> String {
        match input {
            Input::Measure(id) => self.shown(*id, &self.outcome_of(*id)),
            Input::Amount(amount) => {
                let assessor = self.assessor(NodeId(0));
                assessor
                    .said(input)
                    .map_or_else(String::new, |owned| self.said(self.question_of(amount).as_slice(), &owned))
            }
        }
    }

    /// A number with as many decimals as it takes to see that a test holds of it: 59.96 is not 60.
    fn telling(&self, input: &Input, test: &Test) -> String {
        let shown = self.input_said(input);
        let Input::Measure(id) = input else { return shown };
        let Some(score) = self.outcome_of(*id).score() else { return shown };
        let decimals = self.measure(*id).decimals;
        let telling = (decimals..=12).map(|decimals| score.shown(decimals));
        telling.into_iter().find(|text| test.holds(&Given::of_text(text))).unwrap_or(shown)
    }

    /// A level that an assessor or an adjudicator came to, in the words of the measure that it goes into.
    fn level_said(&self, input: &Input, measure: &Measure) -> String {
        let Some(owned) = self.assessor(measure.node).said(input) else { return String::new() };
        let code = match owned {
            Owned::Number(number) => number.to_string(),
            Owned::Text(code) => code.to_string(),
            Owned::Names(_) => return self.input_said(input),
        };
        self.code_words(self.form.assessment.by_node[&measure.node], &code)
    }

    fn input_measure(&self, input: &Input) -> Option<String> {
        match input {
            Input::Measure(id) => Some(self.measure(*id).name.to_string()),
            Input::Amount(_) => None,
        }
    }

    /// The one question that an amount is.
    fn question_of(&self, amount: &crate::assess::measure::Amount) -> Option<NodeId> {
        let crate::assess::measure::Amount::Expr(expr) = amount else { return None };
        match self.form.program.expr(*expr) {
            crate::expr::program::Expr::Cell { node, .. }
                if matches!(self.form.node(*node).kind, NodeKind::Leaf(_)) =>
            {
                Some(*node)
            }
            _ => None,
        }
    }

    pub(super) fn assessor(&self, node: NodeId) -> Assessor<'_> {
        Assessor {
            assessment: &self.form.assessment,
            eval: self.look(ScopeId(0), node),
            outcomes: &self.outcomes,
            awaited: Awaiting::default(),
            sure: Cell::default(),
            there: Cell::default(),
            whose: Cell::new(ScopeId(0)),
        }
    }
}

fn kind_of(measure: &Measure) -> MeasureKind {
    match &measure.kind {
        Kind::Scale(_) => MeasureKind::Scale,
        Kind::Index(_) => MeasureKind::Index,
        Kind::Band(_) => MeasureKind::Band,
        Kind::Table(_) => MeasureKind::Table,
        Kind::Flag(_) if measure.recheck => MeasureKind::Recheck,
        Kind::Flag(_) => MeasureKind::Flag,
        Kind::Fact { .. } => MeasureKind::Fact,
        Kind::Shift(_) => MeasureKind::Shift,
        Kind::Ranking(_) => MeasureKind::Ranking,
        Kind::Agreed { .. } => MeasureKind::Agreed,
        Kind::Decided { .. } => MeasureKind::Decided,
    }
}

/// A part's weight as its share of all that are declared, in percent: `15%`.
fn share_of(kind: &Kind, weight: Exact) -> String {
    let (Kind::Index(parts) | Kind::Ranking(parts)) = kind else { return weight.shown(3) };
    let all = parts.iter().try_fold(Exact::ZERO, |sum, part| sum.plus(part.weight).ok());
    let share = all.and_then(|all| weight.times(Exact::whole(100)).ok()?.over(all).ok());
    share.map_or_else(|| weight.shown(3), |share| format!("{}%", share.shown(1)))
}

pub(super) fn each_once(texts: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !text.is_empty() && !once.contains(&text) {
            once.push(text);
        }
    }
    once
}
