//! A domain cut up where tests and conditions cut it: in each cell any value does as well as another.

use super::domain::{Domain, Value};
use crate::assess::{Alternative, End, Exact, Interval, Test};

/// Of so many values each is a cell of its own, where conditions compute with them.
const MAX_APART: usize = 64;

/// Values that need not be told apart.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// One of them.
    pub value: Value,
    /// All, if they can be counted.
    pub values: Vec<Value>,
    /// Numbers between two ends, if they can't.
    pub within: Option<Interval>,
    /// It is not sure that there are such values: nothing is missed where no rule is for them.
    pub unsure: bool,
    /// No answer: it may come, but nothing is said of it.
    pub blank: bool,
}

impl Part {
    /// Where nothing is answered.
    pub fn blank() -> Part {
        Part { value: Value::code(""), values: Vec::new(), within: None, unsure: true, blank: true }
    }

    /// How many values it is.
    pub fn count(&self) -> u64 {
        self.values.len().max(1) as u64
    }

    /// As its author would write it.
    pub fn words(&self) -> String {
        match (self.within, self.values.as_slice()) {
            (Some(within), _) => in_words(&within),
            (None, [first, .., last]) if first.as_number().is_some() && last.as_number().is_some() => {
                format!("{}–{}", first.words(), last.words())
            }
            (None, [first, second, rest @ ..]) if !rest.is_empty() => {
                format!("{}, {} (+{})", first.words(), second.words(), rest.len())
            }
            (None, values) => values.iter().map(Value::words).collect::<Vec<_>>().join(", "),
        }
    }
}

/// An interval as its author would write it.
pub(super) fn in_words(interval: &Interval) -> String {
    let number = super::domain::in_words;
    match (interval.from, interval.to) {
        (Some(from), Some(to)) if from == to => number(from.at),
        (Some(from), Some(to)) => {
            let (open, close) = (if from.closed { '[' } else { '(' }, if to.closed { ']' } else { ')' });
            format!("{open}{}..{}{close}", number(from.at), number(to.at))
        }
        (Some(from), None) => format!("{}{}", if from.closed { ">=" } else { ">" }, number(from.at)),
        (None, Some(to)) => format!("{}{}", if to.closed { "<=" } else { "<" }, number(to.at)),
        (None, None) => "-".into(),
    }
}

/// A domain as cells.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub parts: Vec<Part>,
    /// They are all there are, each counted.
    pub counted: bool,
    /// A condition may tell values apart that lie in one cell.
    pub coarse: bool,
}

/// Where tests and conditions cut, and which texts they name.
#[derive(Clone, Default, Debug)]
pub(super) struct Cuts {
    pub numbers: Vec<Exact>,
    pub texts: Vec<String>,
    /// Conditions look at it, and compute with it.
    pub looked_at: bool,
    pub computed: bool,
}

impl Cuts {
    pub fn add(&mut self, test: &Test) {
        for alternative in test.alternatives() {
            match alternative {
                Alternative::Between(interval) => {
                    self.numbers.extend([interval.from, interval.to].into_iter().flatten().map(|end| end.at));
                }
                Alternative::Text(text) => self.texts.push(text.to_string()),
                Alternative::Blank => {}
            }
        }
    }

    /// Each once, in order.
    pub fn sort(&mut self) {
        self.numbers.sort();
        self.numbers.dedup();
        self.texts.sort();
        self.texts.dedup();
    }
}

/// Cuts a domain up where sorted cuts say. `same` says whether two values in it are told apart by no test.
pub(super) fn cut(domain: &Domain, cuts: &Cuts, same: &dyn Fn(&Value, &Value) -> bool) -> Parts {
    match domain {
        Domain::Values(values) => of_values(values, cuts, same),
        Domain::Numbers { least, most, whole } => {
            let parts = of_numbers(*least, *most, *whole, &cuts.numbers);
            Parts { parts, counted: false, coarse: cuts.computed }
        }
        Domain::Unknown => unknown(cuts),
    }
}

fn of_values(values: &[Value], cuts: &Cuts, same: &dyn Fn(&Value, &Value) -> bool) -> Parts {
    let apart = cuts.looked_at && values.len() <= MAX_APART;
    let side = |value: &Value| {
        let number = value.as_number()?;
        Some(cuts.numbers.binary_search(&number).map_or_else(|at| (at, false), |at| (at, true)))
    };
    let mut parts: Vec<Part> = Vec::new();
    for value in values {
        let joins = |part: &&mut Part| {
            !apart && same(&part.value, value) && (!cuts.looked_at || side(&part.value) == side(value))
        };
        match parts.last_mut().filter(joins) {
            Some(part) => part.values.push(value.clone()),
            None => parts.push(Part {
                value: value.clone(),
                values: vec![value.clone()],
                within: None,
                unsure: false,
                blank: false,
            }),
        }
    }
    // On one side of all that is written, numbers are alike to a condition that does not compute with them.
    let alike = !cuts.computed && values.iter().all(is_plain_number);
    Parts { parts, counted: true, coarse: cuts.looked_at && !apart && !alike }
}

/// Is it written as no other number is? `01` and `1` are two texts.
fn is_plain_number(value: &Value) -> bool {
    value.as_number().is_some_and(|number| number.nearest().to_string() == *value.text)
}

/// Each cut, and what lies between: of whole numbers where there are any.
fn of_numbers(least: Option<Exact>, most: Option<Exact>, whole: bool, cuts: &[Exact]) -> Vec<Part> {
    let inside =
        |cut: &&Exact| least.is_none_or(|least| least <= **cut) && most.is_none_or(|most| **cut <= most);
    let mut marks: Vec<Exact> = cuts.iter().filter(inside).copied().chain(least).chain(most).collect();
    marks.sort();
    marks.dedup();
    let mut parts = Vec::new();
    if let (None, Some(first)) = (least, marks.first()) {
        let end = End { at: *first, closed: false };
        parts.extend(outside(first.minus(Exact::ONE), Interval { from: None, to: Some(end) }));
    }
    for (index, mark) in marks.iter().enumerate() {
        if !whole || mark.is_whole() {
            parts.push(part(*mark, Interval::only(*mark), false));
        }
        if let Some(next) = marks.get(index + 1) {
            parts.extend(between(*mark, *next, whole));
        }
    }
    if let (None, Some(last)) = (most, marks.last()) {
        let end = End { at: *last, closed: false };
        parts.extend(outside(last.plus(Exact::ONE), Interval { from: Some(end), to: None }));
    }
    if parts.is_empty() {
        parts.push(part(Exact::ZERO, Interval { from: None, to: None }, least.is_none() || most.is_none()));
    }
    parts
}

fn part(at: Exact, within: Interval, unsure: bool) -> Part {
    Part { value: Value::number(at), values: Vec::new(), within: Some(within), unsure, blank: false }
}

/// Numbers beyond all that is written: it is not known that they come.
fn outside(at: Result<Exact, crate::assess::ExactError>, within: Interval) -> Option<Part> {
    Some(part(at.ok()?, within, true))
}

fn between(from: Exact, to: Exact, whole: bool) -> Option<Part> {
    let open = |at: Exact| Some(End { at, closed: false });
    if !whole {
        let middle = from.plus(to).ok()?.over(Exact::whole(2)).ok()?;
        return Some(part(middle, Interval { from: open(from), to: open(to) }, false));
    }
    let first = Exact::new(from.numerator().div_euclid(from.denominator()), 1).ok()?.plus(Exact::ONE).ok()?;
    let last = Exact::new(to.numerator().checked_sub(1)?.div_euclid(to.denominator()), 1).ok()?;
    let closed = |at: Exact| Some(End { at, closed: true });
    (first <= last).then(|| part(first, Interval { from: closed(first), to: closed(last) }, false))
}

/// What tests name, as far as it may come; and anything else.
fn unknown(cuts: &Cuts) -> Parts {
    let mut parts = Vec::new();
    for part in of_numbers(None, None, true, &cuts.numbers).into_iter() {
        parts.push(Part { unsure: true, ..part });
    }
    for cut in cuts.numbers.iter().filter(|cut| !cut.is_whole()) {
        parts.push(part(*cut, Interval::only(*cut), true));
    }
    let text = |text: &str| Part { value: Value::code(text), ..Part::blank() };
    let text = |name: &str| Part { blank: false, ..text(name) };
    parts.extend(cuts.texts.iter().map(|name| Part { values: vec![Value::code(name)], ..text(name) }));
    let asked = !cuts.numbers.is_empty() || !cuts.texts.is_empty() || cuts.looked_at;
    match asked {
        true => parts.push(text("something else")),
        // There is only one thing that it can be.
        false => parts = vec![Part { unsure: false, ..text("-") }],
    }
    Parts { parts, counted: !asked, coarse: cuts.looked_at }
}
