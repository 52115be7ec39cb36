//! Which values a measure, an answer or an amount can have, as far as a form says.
//!
//! A domain may be too large and is never too small: where nothing is sure it is [`Domain::Unknown`].

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::made_of::MadeOf;
use crate::assess::evaluate::Owned;
use crate::assess::measure::{Amount, Assessment, Hit, Input, Kind, MeasureId, Part, Shift, ShiftBy};
use crate::assess::{Exact, Given};
use crate::check::noted::{Facts, Noted, Role};
use crate::expr::program::{Expr, ExprId, Gives, PlanStep, Program};
use crate::expr::syntax::{Ast, Axis, Kind as AstKind, Operator, Start, Test};
use crate::form::{KnownChoices, SkeletonKind};
use crate::source::{Passage, Span};
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::Tag;

/// So many values are told one by one.
pub(super) const MAX_VALUES: usize = 2_000;
/// How much is looked at in one form.
const WORK: u64 = 20_000_000;
/// How far one measure's values are followed through others.
const DEPTH: u32 = 40;

/// One value, as tests and as expressions see it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Value {
    pub owned: Owned,
    pub text: Arc<str>,
}

impl Value {
    pub fn number(number: Exact) -> Value {
        Value { owned: Owned::Number(number), text: number.nearest().to_string().into() }
    }

    /// A code or a choice's name.
    pub fn code(text: &str) -> Value {
        Value { owned: Given::of_text(text).to_owned(), text: text.into() }
    }

    pub fn as_number(&self) -> Option<Exact> {
        match &self.owned {
            Owned::Number(number) => Some(*number),
            Owned::Text(_) | Owned::Names(_) => None,
        }
    }

    /// As its author would write it.
    pub fn words(&self) -> String {
        match &self.owned {
            Owned::Number(number) if number.to_string() != *self.text && self.text.parse() == Ok(*number) => {
                self.text.to_string()
            }
            Owned::Number(number) => in_words(*number),
            Owned::Text(_) | Owned::Names(_) => self.text.to_string(),
        }
    }
}

/// A number as its author would write it: with decimals where they say it whole, else as a fraction.
pub(super) fn in_words(number: Exact) -> String {
    let decimals = number.shown(6);
    if decimals.parse() == Ok(number) { decimals } else { number.to_string() }
}

/// The values that something can have.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Domain {
    /// These and no others; numbers rising.
    Values(Vec<Value>),
    /// Numbers between two ends that belong to it; without an end it is not known how far.
    Numbers {
        least: Option<Exact>,
        most: Option<Exact>,
        whole: bool,
    },
    Unknown,
}

impl Domain {
    /// Numbers, each once, rising.
    pub fn of_numbers(numbers: impl IntoIterator<Item = Exact>) -> Domain {
        let numbers: BTreeSet<Exact> = numbers.into_iter().collect();
        match numbers.len() {
            0 => Domain::Unknown,
            count if count > MAX_VALUES => Domain::Numbers {
                least: numbers.first().copied(),
                most: numbers.last().copied(),
                whole: numbers.iter().all(|number| number.is_whole()),
            },
            _ => Domain::Values(numbers.into_iter().map(Value::number).collect()),
        }
    }

    /// Codes, each once; rising if all are numbers.
    pub fn of_codes<'c>(codes: impl IntoIterator<Item = &'c str>) -> Domain {
        let mut seen = HashSet::new();
        let codes = codes.into_iter().filter(|code| !code.trim().is_empty() && seen.insert(code.trim()));
        let mut values: Vec<Value> = codes.map(Value::code).collect();
        if values.is_empty() || values.len() > MAX_VALUES {
            return Domain::Unknown;
        }
        if values.iter().all(|value| value.as_number().is_some()) {
            values.sort_by_key(Value::as_number);
        }
        Domain::Values(values)
    }

    /// The numbers, if it is known which.
    pub fn numbers(&self) -> Option<Vec<Exact>> {
        match self {
            Domain::Values(values) => values.iter().map(Value::as_number).collect(),
            Domain::Numbers { .. } | Domain::Unknown => None,
        }
    }

    /// The least and the most number, where they are known, and whether all are whole; none if not all are numbers.
    pub fn hull(&self) -> Option<(Option<Exact>, Option<Exact>, bool)> {
        match self {
            Domain::Values(_) => {
                let numbers = self.numbers()?;
                let whole = numbers.iter().all(|number| number.is_whole());
                Some((numbers.iter().min().copied(), numbers.iter().max().copied(), whole))
            }
            Domain::Numbers { least, most, whole } => Some((*least, *most, *whole)),
            Domain::Unknown => None,
        }
    }

    /// What is in either.
    fn or(self, other: Domain) -> Domain {
        match (&self, &other) {
            (Domain::Values(a), Domain::Values(b)) => {
                Domain::of_codes(a.iter().chain(b).map(|value| &*value.text))
            }
            _ => match (self.hull(), other.hull()) {
                (Some(a), Some(b)) => Domain::Numbers {
                    least: a.0.zip(b.0).map(|(a, b)| a.min(b)),
                    most: a.1.zip(b.1).map(|(a, b)| a.max(b)),
                    whole: a.2 && b.2,
                },
                _ => Domain::Unknown,
            },
        }
    }
}

/// What is known of all values of a form.
pub(super) struct Domains<'a> {
    pub facts: &'a Facts<'a>,
    pub assessment: &'a Assessment,
    pub program: &'a Program,
    known: RefCell<Vec<Option<Rc<Domain>>>>,
    /// By measure: the questions that it is made of; none if they are not known.
    pub(super) made_of: RefCell<Vec<Option<MadeOf>>>,
    depth: Cell<u32>,
    /// How much may still be looked at, in all of the form.
    work: Cell<u64>,
    constraints: HashMap<NodeId, &'a Noted>,
    ranges: HashMap<NodeId, Tag<'a>>,
    conditional: HashSet<NodeId>,
    /// The assessment's elements by their place.
    elements: HashMap<Span, Tag<'a>>,
}

impl<'a> Domains<'a> {
    pub fn new(facts: &'a Facts<'a>, assessment: &'a Assessment, program: &'a Program) -> Domains<'a> {
        let of = |role: Role| facts.noted.iter().filter(move |noted| noted.role == role);
        let ranges = facts.placed.iter().zip(facts.shown).filter_map(|(placed, node)| {
            (&*placed.element.name.local == "range").then_some(((*node)?, placed.element))
        });
        // A condition of the assessment is anchored at its measure, which has none by that.
        let relevant = of(Role::Relevant).map(|noted| noted.anchor.node);
        Domains {
            facts,
            assessment,
            program,
            known: RefCell::new(vec![None; assessment.measures.len()]),
            made_of: RefCell::new(vec![None; assessment.measures.len()]),
            depth: Cell::new(0),
            work: Cell::new(WORK),
            constraints: of(Role::Constraint).map(|noted| (noted.anchor.node, noted)).collect(),
            ranges: ranges.collect(),
            conditional: relevant.filter(|node| !assessment.by_node.contains_key(node)).collect(),
            elements: elements(facts),
        }
    }

    /// The element that is written there.
    pub fn element(&self, at: Span) -> Option<Tag<'a>> {
        self.elements.get(&at).copied()
    }

    /// What an attribute of the element there says.
    pub fn written(&self, at: Span, attribute: &str) -> Option<Passage<'a>> {
        self.element(at)?.attribute(attribute)
    }

    /// The questions whose answers an amount is; none if it is computed.
    pub fn questions(&self, amount: &Amount) -> Option<Vec<NodeId>> {
        let Amount::Expr(id) = amount else { return None };
        let mut pending = vec![*id];
        let mut nodes = Vec::new();
        while let Some(id) = pending.pop() {
            match self.program.expr(id) {
                Expr::Cell { node, .. } => nodes.push(*node),
                Expr::Union(a, b) if nodes.len() + pending.len() < 100 => pending.extend([b, a]),
                Expr::Nodes(plan) => match self.program.plan(*plan).steps.last() {
                    Some(PlanStep::Cell(node)) => nodes.push(*node),
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(nodes)
    }

    /// The names of the choices of an item's questions, if all have some.
    pub fn choices_of(&self, amount: &Amount) -> Option<Vec<&'a str>> {
        let mut names = Vec::new();
        for node in self.questions(amount)? {
            names.extend(self.choices(node)?);
        }
        Some(names)
    }

    /// Takes so much of the work that there may be. False: there is not so much left.
    pub fn afford(&self, work: u64) -> bool {
        let left = self.work.get().checked_sub(work);
        self.work.set(left.unwrap_or(0));
        left.is_some()
    }

    pub fn of_measure(&self, id: MeasureId) -> Rc<Domain> {
        let at = usize::from(id.0);
        if let Some(known) = &self.known.borrow()[at] {
            return known.clone();
        }
        // A measure that reads itself is told elsewhere.
        self.known.borrow_mut()[at] = Some(Rc::new(Domain::Unknown));
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Rc::new(Domain::Unknown);
        }
        self.depth.set(depth + 1);
        let domain = Rc::new(self.measured(id));
        self.depth.set(depth);
        self.known.borrow_mut()[at] = Some(domain.clone());
        domain
    }

    fn measured(&self, id: MeasureId) -> Domain {
        let measure = self.assessment.measure(id);
        match &measure.kind {
            Kind::Scale(scale) => self.reached_by(scale),
            Kind::Index(parts) => self.index(parts),
            Kind::Band(_) => Domain::of_codes(measure.bands.iter().map(|band| &*band.code)),
            Kind::Table(table) if table.hit == Hit::Collect => Domain::Unknown,
            Kind::Table(table) => Domain::of_codes(table.rules.iter().map(|rule| &*rule.outcome)),
            Kind::Flag(_) | Kind::Fact { test: Some(_), .. } => Domain::of_numbers([Exact::ZERO, Exact::ONE]),
            Kind::Fact { of, test: None } => self.of_input(of),
            Kind::Shift(shift) => self.shifted(shift),
            Kind::Ranking(_) => Domain::Unknown,
            Kind::Agreed { first, second, decided } => {
                let both = self.of_input(first).or(self.of_input(second));
                decided.iter().fold(both, |all, decided| all.or(self.of_input(decided)))
            }
            Kind::Decided { of, instead, .. } => self.of_input(of).or(self.of_input(instead)),
        }
    }

    fn index(&self, parts: &[Part]) -> Domain {
        let mut hull: Option<(Exact, Exact)> = None;
        for part in parts {
            let percent = |score: Exact| {
                let above = score.minus(part.min).ok()?.times(Exact::whole(100)).ok()?;
                above.over(part.max.minus(part.min).ok()?).ok()
            };
            let Some((Some(least), Some(most), _)) = self.of_measure(part.measure).hull() else {
                return Domain::Unknown;
            };
            let (Some(least), Some(most)) = (percent(least), percent(most)) else { return Domain::Unknown };
            hull = Some(hull.map_or((least, most), |(low, high)| (low.min(least), high.max(most))));
        }
        match hull {
            Some((least, most)) => Domain::Numbers { least: Some(least), most: Some(most), whole: false },
            None => Domain::Unknown,
        }
    }

    /// Each level with each reason or several.
    fn shifted(&self, shift: &Shift) -> Domain {
        let Some(base) = self.of_input(&shift.of).numbers() else { return Domain::Unknown };
        let by: Vec<Exact> = shift.rules.iter().filter_map(|rule| by(&rule.does)).collect();
        let mut shifts: BTreeSet<Exact> = [Exact::ZERO].into();
        if shift.stack {
            for one in &by {
                let more: Vec<Exact> = shifts.iter().filter_map(|sum| sum.plus(*one).ok()).collect();
                shifts.extend(more);
                if shifts.len() > MAX_VALUES {
                    return Domain::Unknown;
                }
            }
        } else {
            let up = by.iter().copied().filter(|one| *one > Exact::ZERO);
            let down: Vec<Exact> = by.iter().copied().filter(|one| *one < Exact::ZERO).collect();
            let up: Vec<Exact> = up.chain([Exact::ZERO]).collect();
            if up.len() * (down.len() + 1) > MAX_VALUES {
                return Domain::Unknown;
            }
            for one in up {
                shifts.insert(one);
                shifts.extend(down.iter().filter_map(|other| one.plus(*other).ok()));
            }
        }
        if base.len() * shifts.len() > 50 * MAX_VALUES || !self.afford((base.len() * shifts.len()) as u64) {
            return Domain::Unknown;
        }
        let mut levels = BTreeSet::new();
        for level in base {
            for one in &shifts {
                let Ok(level) = level.plus(*one) else { return Domain::Unknown };
                let level = shift.max.map_or(level, |max| level.min(max));
                levels.insert(shift.min.map_or(level, |min| level.max(min)));
            }
        }
        levels.extend(shift.rules.iter().filter_map(|rule| match rule.does {
            ShiftBy::To(level) => Some(level),
            ShiftBy::By(_) => None,
        }));
        Domain::of_numbers(levels)
    }

    pub fn of_input(&self, input: &Input) -> Domain {
        match input {
            Input::Measure(id) => (*self.of_measure(*id)).clone(),
            Input::Amount(amount) => self.of_amount(amount, DEPTH),
        }
    }

    /// The node whose value an input is, if it is just that.
    pub fn node_of(&self, input: &Input) -> Option<NodeId> {
        match input {
            Input::Measure(id) => Some(self.assessment.measure(*id).node),
            Input::Amount(Amount::Expr(id)) => match self.program.expr(*id) {
                Expr::Cell { node, .. } => Some(*node),
                _ => None,
            },
            Input::Amount(_) => None,
        }
    }

    pub fn of_amount(&self, amount: &Amount, depth: u32) -> Domain {
        let Some(depth) = depth.checked_sub(1) else { return Domain::Unknown };
        let of = |amount: &Amount| self.of_amount(amount, depth);
        match amount {
            Amount::Constant(number) => Domain::of_numbers([*number]),
            Amount::Expr(id) => self.of_expr(*id, depth),
            Amount::Sum(_) | Amount::Over(..) => Domain::Unknown,
            Amount::Plus(a, b) => self.combined(&of(a), &of(b), |a, b| a.plus(b).ok()),
            Amount::Minus(a, b) => self.combined(&of(a), &of(b), |a, b| a.minus(b).ok()),
            Amount::Times(a, b) => self.combined(&of(a), &of(b), |a, b| a.times(b).ok()),
            Amount::Negated(inner) => {
                self.combined(&Domain::of_numbers([Exact::ZERO]), &of(inner), |a, b| a.minus(b).ok())
            }
        }
    }

    fn combined(&self, a: &Domain, b: &Domain, with: impl Fn(Exact, Exact) -> Option<Exact>) -> Domain {
        let (Some(a), Some(b)) = (a.numbers(), b.numbers()) else { return Domain::Unknown };
        if a.len() * b.len() > 20 * MAX_VALUES || !self.afford((a.len() * b.len()) as u64) {
            return Domain::Unknown;
        }
        let all: Option<Vec<Exact>> =
            a.iter().flat_map(|a| b.iter().map(|b| with(*a, *b)).collect::<Vec<_>>()).collect();
        all.map_or(Domain::Unknown, Domain::of_numbers)
    }

    fn of_expr(&self, id: ExprId, depth: u32) -> Domain {
        let Some(depth) = depth.checked_sub(1) else { return Domain::Unknown };
        match self.program.expr(id) {
            Expr::Cell { node, .. } => self.of_node(*node),
            Expr::Number(number) => {
                Exact::from_nearest(*number).map_or(Domain::Unknown, |number| Domain::of_numbers([number]))
            }
            Expr::Text(text) => Domain::of_codes([&**text]),
            Expr::And(..) | Expr::Or(..) | Expr::Compare(..) => Domain::of_numbers([Exact::ZERO, Exact::ONE]),
            Expr::Call(function, arguments) => match (function.name, &**arguments) {
                ("if", [_, then, otherwise]) => {
                    self.of_expr(*then, depth).or(self.of_expr(*otherwise, depth))
                }
                _ if function.gives() == Gives::Boolean => Domain::of_numbers([Exact::ZERO, Exact::ONE]),
                _ => Domain::Unknown,
            },
            _ => Domain::Unknown,
        }
    }

    /// What can be answered to a question.
    pub fn of_node(&self, node: NodeId) -> Domain {
        if let Some(measure) = self.assessment.by_node.get(&node) {
            return (*self.of_measure(*measure)).clone();
        }
        let question = self.facts.form.node(node);
        if question.calculated {
            return Domain::Unknown;
        }
        match question.kind {
            SkeletonKind::Leaf(DataType::Choice) => match self.choices(node) {
                Some(names) => Domain::of_codes(names),
                None => Domain::Unknown,
            },
            SkeletonKind::Leaf(DataType::Integer) => self.between(node, true),
            SkeletonKind::Leaf(DataType::Decimal) => self.between(node, false),
            _ => Domain::Unknown,
        }
    }

    /// The names of a question's choices, whatever its filter says.
    pub fn choices(&self, node: NodeId) -> Option<Vec<&'a str>> {
        let facts = self.facts;
        let names: Vec<&str> = match facts.form.node(node).choices.as_ref()? {
            KnownChoices::Listed(names) => names.iter().map(|name| &**name).collect(),
            KnownChoices::Tree(list) => {
                list.values(facts.form.tree(list.tree)).take(MAX_VALUES + 1).collect()
            }
        };
        (!names.is_empty() && names.len() <= MAX_VALUES).then_some(names)
    }

    /// Numbers within what a constraint or a range says.
    fn between(&self, node: NodeId, whole: bool) -> Domain {
        let (mut least, mut most) = (None, None);
        if let Some(range) = self.ranges.get(&node) {
            let end = |name: &str| range.attribute(name).and_then(|written| written.text.trim().parse().ok());
            (least, most) = (end("start"), end("end"));
        }
        if let Some(noted) = self.constraints.get(&node) {
            bounds(&noted.ast, whole, &mut least, &mut most, 0);
        }
        if let (Some(from), Some(to), true) = (least, most, whole) {
            let count = to.numerator().checked_sub(from.numerator());
            if from.is_whole() && to.is_whole() && count.is_some_and(|count| (0..200).contains(&count)) {
                let numbers = from.numerator()..=to.numerator();
                return Domain::of_numbers(numbers.filter_map(|number| Exact::new(number, 1).ok()));
            }
        }
        Domain::Numbers { least, most, whole }
    }

    /// May it be that a question is not asked?
    pub fn may_be_irrelevant(&self, node: NodeId) -> bool {
        let above = |node: &NodeId| (*node != NodeId(0)).then(|| self.facts.form.node(*node).parent);
        std::iter::successors(Some(node), above).any(|node| self.conditional.contains(&node))
    }
}

fn elements<'a>(facts: &Facts<'a>) -> HashMap<Span, Tag<'a>> {
    let mut elements = HashMap::new();
    let measures = facts.parts.assessment.into_iter().flat_map(|element| element.elements());
    for measure in measures {
        elements.insert(measure.span, measure);
        for line in measure.elements() {
            elements.entry(line.span).or_insert(line);
        }
    }
    elements
}

fn by(does: &ShiftBy) -> Option<Exact> {
    match does {
        ShiftBy::By(levels) => Some(*levels),
        ShiftBy::To(_) => None,
    }
}

/// Ends that a constraint sets: `. >= 0 and . <= 3`.
fn bounds(ast: &Ast, whole: bool, least: &mut Option<Exact>, most: &mut Option<Exact>, depth: u32) {
    let AstKind::Binary(operator, a, b) = &ast.kind else { return };
    if *operator == Operator::And && depth < DEPTH {
        bounds(a, whole, least, most, depth + 1);
        bounds(b, whole, least, most, depth + 1);
        return;
    }
    let (number, operator) = match (is_itself(a), is_itself(b)) {
        (true, false) => (number(b), *operator),
        (false, true) => (number(a), turned(*operator)),
        _ => return,
    };
    let Some(number) = number else { return };
    let next = |by: i64| match whole && number.is_whole() {
        true => number.plus(Exact::whole(by)).unwrap_or(number),
        false => number,
    };
    let (from, to) = match operator {
        Operator::AtLeast => (Some(number), None),
        Operator::More => (Some(next(1)), None),
        Operator::AtMost => (None, Some(number)),
        Operator::Less => (None, Some(next(-1))),
        Operator::Equal => (Some(number), Some(number)),
        _ => return,
    };
    *least = from.map_or(*least, |from| Some(least.map_or(from, |least| least.max(from))));
    *most = to.map_or(*most, |to| Some(most.map_or(to, |most| most.min(to))));
}

/// The comparison read from the other side.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::More => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        same => same,
    }
}

/// `.`
fn is_itself(ast: &Ast) -> bool {
    let AstKind::Path(path) = &ast.kind else { return false };
    let itself = |step: &crate::expr::syntax::Step| {
        step.axis == Axis::Itself && step.test == Test::Node && step.predicates.is_empty()
    };
    path.start == Start::Context && path.predicates.is_empty() && path.steps.iter().all(itself)
}

fn number(ast: &Ast) -> Option<Exact> {
    match &ast.kind {
        AstKind::Number(number) => Exact::from_nearest(*number).ok(),
        AstKind::Negate(inner) => number(inner)?.negated().ok(),
        _ => None,
    }
}
