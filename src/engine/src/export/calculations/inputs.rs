//! What measures read: answers, arithmetic over them, and other measures, each with what may be wrong with it.

use super::places::{Leaf, Sort, Unsayable};
use super::whole::{Fraction, Whole, common_denominator, quoted, scaled};
use super::{Known, Writer};
use crate::assess::measure::{Input, MeasureId};
use crate::assess::{Alternative, Exact, Interval, Test};
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Start};

/// How large a whole answer is taken to be at most: what floats hold is known before anybody answers.
const LARGEST_ANSWER: f64 = 1e7;
/// Decimal answers count with four places, as whole numbers of ten-thousandths.
const PLACES: i128 = 10_000;

/// Why there is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flaw {
    NotApplicable,
    Unanswered,
    /// It can't be counted.
    Wrong,
}

impl Flaw {
    /// As it stands in a node.
    pub fn word(self) -> &'static str {
        match self {
            Flaw::NotApplicable => "'na'",
            Flaw::Unanswered => "'missing'",
            Flaw::Wrong => "'wrong'",
        }
    }
}

/// A value, and what may be wrong with it: the first condition that holds.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub flaws: Vec<(String, Flaw)>,
    pub worth: Worth,
    /// The node that says all of its flaws, or `ok`, if there is one.
    pub state: Option<String>,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Worth {
    Exact(Fraction),
    /// A number that need not be whole.
    Float(String),
    /// A text, or a number as a text; all that it can be, if that is known.
    Text(String, Option<Vec<String>>),
    /// Names with spaces between them; all that can be among them, if that is known.
    Names(String, Option<Vec<String>>),
}

impl Said {
    pub fn new(flaws: Vec<(String, Flaw)>, worth: Worth) -> Said {
        Said { flaws, worth, state: None }
    }
}

impl Worth {
    /// As a text in a node.
    pub fn text(&self) -> String {
        match self {
            Worth::Exact(fraction) => match fraction.under.constant {
                Some(1) => fraction.over.text.clone(),
                _ => format!("{} div {}", fraction.over.operand(), fraction.under.operand()),
            },
            Worth::Float(text) | Worth::Text(text, _) | Worth::Names(text, _) => text.clone(),
        }
    }
}

impl Writer<'_> {
    /// What a measure or an expression gives.
    pub fn input(&mut self, input: &Input, written: &str) -> Result<Said, Unsayable> {
        match input {
            Input::Measure(id) => self.measured(*id),
            Input::Amount(_) => self.value(written),
        }
    }

    /// What a measure came to.
    pub fn measured(&mut self, id: MeasureId) -> Result<Said, Unsayable> {
        let Known { state, worth } = self.known(id)?;
        let flaws = state.as_ref().map_or_else(Vec::new, |state| {
            vec![
                (format!("{state} = 'na'"), Flaw::NotApplicable),
                (format!("{state} = 'missing'"), Flaw::Wrong),
            ]
        });
        Ok(Said { flaws, worth, state })
    }

    /// What an expression gives as one value.
    pub fn value(&mut self, written: &str) -> Result<Said, Unsayable> {
        let moved = self.moved(written)?;
        let ast = parse(&moved).map_err(|_| format!("`{moved}` is no expression"))?;
        self.value_of(&ast, &moved)
    }

    /// Every leaf of a path, or of several with `|` between them; `None` if it is another expression.
    pub fn leaves(&self, ast: &Ast, text: &str) -> Result<Option<Vec<Leaf>>, Unsayable> {
        match &ast.kind {
            Kind::Binary(Operator::Union, a, b) => {
                let (Some(mut all), Some(more)) = (self.leaves(a, text)?, self.leaves(b, text)?) else {
                    return Ok(None);
                };
                all.extend(more);
                Ok(Some(all))
            }
            Kind::Path(path) => match &path.start {
                Start::Expression(inner) if path.steps.is_empty() && path.predicates.is_empty() => {
                    self.leaves(inner, text)
                }
                _ => Ok(self.places.leaf(ast, text)?.map(|leaf| vec![leaf])),
            },
            _ => Ok(None),
        }
    }

    /// The leaves of an expression, if there are several of them, or any number.
    pub fn several_leaves(&self, of: &Input, written: &str) -> Result<Option<Vec<Leaf>>, Unsayable> {
        if matches!(of, Input::Measure(_)) {
            return Ok(None);
        }
        let moved = self.moved(written)?;
        let ast = parse(&moved).map_err(|_| format!("`{moved}` is no expression"))?;
        let leaves = if is_arithmetic(&ast) { None } else { self.leaves(&ast, &moved)? };
        Ok(leaves.filter(|leaves| leaves.len() > 1 || leaves.iter().any(|leaf| leaf.many)))
    }

    pub fn value_of(&mut self, ast: &Ast, text: &str) -> Result<Said, Unsayable> {
        if is_arithmetic(ast) {
            let (flaws, fraction) = self.amount(ast, text)?;
            return Ok(Said::new(flaws, Worth::Exact(fraction)));
        }
        let Some(leaves) = self.leaves(ast, text)? else {
            return self.computed(ast, text);
        };
        match &leaves[..] {
            [leaf] if !leaf.many => self.single(leaf),
            all if all.iter().all(|leaf| !leaf.many && self.places.measure(leaf.node).is_none()) => {
                // A union is in the document's order, however it is written.
                let mut all = all.to_vec();
                all.sort_by_key(|leaf| leaf.node);
                self.first_of(&all)
            }
            _ => Err(format!("of `{text}` the first instance that is relevant is meant")),
        }
    }

    /// The value of one node.
    pub fn single(&mut self, leaf: &Leaf) -> Result<Said, Unsayable> {
        if let Some(id) = self.places.measure(leaf.node) {
            return self.measured(id);
        }
        let mut flaws = Vec::new();
        flaws.extend(self.doubt(leaf.node, None)?.map(|doubt| (doubt, Flaw::Wrong)));
        if let Some(relevant) = &leaf.relevant {
            flaws.push((format!("not({relevant})"), Flaw::NotApplicable));
        }
        flaws.push((format!("{} = ''", leaf.path), Flaw::Unanswered));
        flaws.extend(leaf.lawful.iter().map(|lawful| (format!("not({lawful})"), Flaw::Wrong)));
        flaws.extend(self.leaf_open(leaf)?.map(|open| (open, Flaw::Wrong)));
        Ok(Said::new(flaws, worth(&leaf.path, &leaf.sort, leaf.names.clone())))
    }

    /// Of several nodes the first that is relevant.
    fn first_of(&mut self, leaves: &[Leaf]) -> Result<Said, Unsayable> {
        let chosen: Vec<(String, String)> = leaves
            .iter()
            .map(|leaf| (leaf.relevant.clone().unwrap_or_else(|| "true()".into()), leaf.path.clone()))
            .collect();
        let none: Option<Vec<String>> = leaves
            .iter()
            .map(|leaf| leaf.relevant.as_ref().map(|relevant| format!("not({relevant})")))
            .collect();
        let text = super::whole::choose(&chosen, "''", false);
        let at = self.keep("value", &text);
        let mut flaws = Vec::new();
        // The first that may be relevant, as those before are not.
        let mut before: Vec<String> = Vec::new();
        for leaf in leaves {
            let doubt = self.doubt(leaf.node, None)?;
            let whole: Vec<String> = before.iter().cloned().chain(doubt).collect();
            if whole.len() > before.len() {
                flaws.extend(super::places::all_of(&whole).map(|whole| (whole, Flaw::Wrong)));
            }
            before.push(
                leaf.relevant
                    .as_ref()
                    .map_or_else(|| "false()".into(), |relevant| format!("not({relevant})")),
            );
        }
        if let Some(none) = none {
            flaws.extend(super::places::all_of(&none).map(|none| (none, Flaw::NotApplicable)));
        }
        flaws.push((format!("{at} = ''"), Flaw::Unanswered));
        // The first that is relevant, and breaks its rule or is made of what is missing.
        let mut before: Vec<String> = Vec::new();
        for leaf in leaves {
            let relevant = leaf.relevant.clone().unwrap_or_else(|| "true()".into());
            let ways = leaf.lawful.iter().map(|lawful| format!("not({lawful})")).chain(self.leaf_open(leaf)?);
            if let Some(wrong) = super::places::any_of(&ways.collect::<Vec<_>>()) {
                let first = before.iter().map(|before| format!("not({before})"));
                let whole: Vec<String> = first.chain([relevant.clone(), wrong]).collect();
                flaws.extend(super::places::all_of(&whole).map(|whole| (whole, Flaw::Wrong)));
            }
            before.push(relevant);
        }
        let sort = match leaves.iter().all(|leaf| leaf.sort == leaves[0].sort) {
            true => leaves[0].sort.clone(),
            false => Sort::Text,
        };
        let names: Option<Vec<Vec<String>>> = leaves.iter().map(|leaf| leaf.names.clone()).collect();
        Ok(Said::new(flaws, worth(&at, &sort, names.map(|names| names.concat()))))
    }

    /// Any other expression, in a node of its own.
    fn computed(&mut self, ast: &Ast, text: &str) -> Result<Said, Unsayable> {
        let written = &text[ast.span.clone()];
        let sort = self.places.sort(ast, &self.places.root, 0);
        // A truth is one or nothing.
        let written = match sort {
            Sort::Truth => format!("if({written}, 1, 0)"),
            _ => written.to_owned(),
        };
        let sort = if sort == Sort::Truth { Sort::Whole } else { sort };
        let at = self.keep("value", &written);
        let blank = format!("{at} = '' or {at} = 'NaN'");
        let open = self.value_open(ast, text)?.map(|open| (open, Flaw::Wrong));
        let flaws = [(blank, Flaw::Unanswered)].into_iter().chain(open).collect();
        Ok(Said::new(flaws, worth(&at, &sort, None)))
    }

    /// Arithmetic in fractions, as the assessment itself does it.
    fn amount(&mut self, ast: &Ast, text: &str) -> Result<(Vec<(String, Flaw)>, Fraction), Unsayable> {
        if !is_arithmetic(ast) {
            if let Kind::Number(_) = &ast.kind
                && let Ok(number) = text[ast.span.clone()].trim().parse()
            {
                return Ok((Vec::new(), Fraction::constant(number)));
            }
            let said = self.value_of(ast, text)?;
            return self.number(said);
        }
        match &ast.kind {
            Kind::Path(path) => match &path.start {
                Start::Expression(inner) => self.amount(inner, text),
                _ => Err("it is no arithmetic".into()),
            },
            Kind::Negate(inner) => {
                let (flaws, number) = self.amount(inner, text)?;
                Ok((flaws, Fraction::constant(Exact::ZERO).minus(&number)))
            }
            Kind::Call { arguments, .. } => self.summed(&arguments[0], text),
            Kind::Binary(operator, a, b) => {
                let (mut flaws, a) = self.amount(a, text)?;
                let (more, b) = self.amount(b, text)?;
                flaws.extend(more);
                let result = match operator {
                    Operator::Add => a.plus(&b),
                    Operator::Subtract => a.minus(&b),
                    Operator::Multiply => a.times(&b),
                    _ => {
                        let by = self.keep_whole("by", b.over);
                        flaws.push((format!("{} = 0", by.operand()), Flaw::Wrong));
                        // What is divided by stays above zero.
                        let below = format!("{} < 0", by.operand());
                        let over = a.over.times(&b.under);
                        let turned = Whole::constant(0).minus(&over);
                        let over = match by.constant {
                            Some(number) if number < 0 => turned,
                            Some(_) => over,
                            None => {
                                Whole::atom(format!("if({below}, {}, {})", turned.text, over.text), over.most)
                            }
                        };
                        let size = match by.constant {
                            Some(number) => Whole::constant(number.abs()),
                            None => Whole::atom(
                                format!("if({below}, 0 - {}, {})", by.operand(), by.operand()),
                                by.most,
                            ),
                        };
                        Fraction { over, under: a.under.times(&size) }
                    }
                };
                let kept = Fraction {
                    over: self.keep_whole("over", result.over),
                    under: self.keep_whole("under", result.under),
                };
                Ok((flaws, kept))
            }
            _ => Err("it is no arithmetic".into()),
        }
    }

    /// `sum(…)`: what is not relevant is left out, and a blank makes it missing.
    fn summed(&mut self, ast: &Ast, text: &str) -> Result<(Vec<(String, Flaw)>, Fraction), Unsayable> {
        let Some(leaves) = self.leaves(ast, text)? else {
            let said = self.computed(ast, text)?;
            return self.number(said);
        };
        let mut blank = Vec::new();
        let mut sum = Fraction::constant(Exact::ZERO);
        for leaf in &leaves {
            if self.places.measure(leaf.node).is_some() {
                return Err("a measure stands in a sum over answers".into());
            }
            blank.push(leaf.count("{} = ''"));
            let total = match leaf.many {
                // Of no nodes at all the sum is no number to some engines.
                true => format!("if(count({0}[. != '']) = 0, 0, sum({0}[. != '']))", leaf.path),
                false => format!("if({0} = '', 0, {0})", leaf.path),
            };
            sum = sum.plus(&match leaf.sort {
                Sort::Whole => Fraction::whole(Whole::atom(total, LARGEST_ANSWER)),
                _ => self.ten_thousandths(&total),
            });
        }
        let blank = Whole::sum(blank);
        let mut flaws: Vec<(String, Flaw)> = Vec::new();
        flaws.extend(self.leaves_doubt(&leaves)?.map(|doubt| (doubt, Flaw::Wrong)));
        flaws.push((format!("{} > 0", blank.text), Flaw::Unanswered));
        Ok((flaws, sum))
    }

    /// A value as a number.
    pub fn number(&mut self, said: Said) -> Result<(Vec<(String, Flaw)>, Fraction), Unsayable> {
        let Said { mut flaws, worth, .. } = said;
        let fraction = match worth {
            Worth::Exact(fraction) => fraction,
            Worth::Float(text) => self.ten_thousandths(&text),
            Worth::Names(..) => {
                flaws.push(("true()".into(), Flaw::Wrong));
                Fraction::constant(Exact::ZERO)
            }
            Worth::Text(text, codes) => {
                let numbers: Option<Vec<Option<Exact>>> =
                    codes.map(|codes| codes.iter().map(|code| code.parse().ok()).collect());
                if numbers.as_ref().is_none_or(|numbers| numbers.contains(&None)) {
                    // Not even that number is the same as itself; what its text is, engines don't agree on.
                    flaws.push((format!("not(number({text}) = number({text}))"), Flaw::Wrong));
                }
                match numbers {
                    Some(numbers) => {
                        let numbers: Vec<Exact> = numbers.into_iter().flatten().collect();
                        let under = common_denominator(numbers.iter().copied());
                        let most = numbers
                            .iter()
                            .map(|number| (scaled(*number, under) as f64).abs())
                            .fold(1.0, f64::max);
                        let over = match under {
                            1 => Whole::atom(format!("number({text})"), most),
                            _ => Whole::atom(format!("round({text} * {under})"), most),
                        };
                        Fraction { over, under: Whole::constant(under) }
                    }
                    None => self.ten_thousandths(&text),
                }
            }
        };
        Ok((flaws, fraction))
    }

    /// A number in floats, as whole ten-thousandths.
    fn ten_thousandths(&mut self, text: &str) -> Fraction {
        self.rounds = true;
        let most = LARGEST_ANSWER * PLACES as f64;
        Fraction {
            over: Whole::atom(format!("round({text} * {PLACES})"), most),
            under: Whole::constant(PLACES),
        }
    }

    /// When a test holds of a value that is there; `None`: always.
    pub fn test(&self, test: &Test, worth: &Worth) -> Result<Option<String>, Unsayable> {
        let any = |alternatives: &[Alternative]| -> Result<String, Unsayable> {
            let mut all = Vec::new();
            for alternative in alternatives {
                all.extend(self.alternative(alternative, worth)?);
            }
            Ok(super::places::any_of(&all).unwrap_or_else(|| "false()".into()))
        };
        Ok(match test {
            Test::Any => None,
            Test::OneOf(alternatives) => Some(any(alternatives)?),
            Test::Not(alternatives) => Some(format!("not({})", any(alternatives)?)),
        })
    }

    /// `None`: never.
    fn alternative(&self, wanted: &Alternative, worth: &Worth) -> Result<Option<String>, Unsayable> {
        Ok(match (wanted, worth) {
            (Alternative::Blank, _) => None,
            (_, Worth::Names(text, names)) => {
                let of_name = |name: &str| wanted.holds(&crate::assess::Given::of_text(name));
                let held: Vec<String> = match (names, wanted) {
                    (Some(names), _) => names.iter().filter(|name| of_name(name)).cloned().collect(),
                    (None, Alternative::Text(name)) => vec![name.to_string()],
                    (None, Alternative::Between(interval)) if is_one(interval) => {
                        interval.from.iter().map(|end| end.at.to_string()).collect()
                    }
                    _ => return Err("a range is asked of choices that are not known".into()),
                };
                let held: Vec<String> =
                    held.iter().map(|name| format!("selected({text}, {})", quoted(name))).collect();
                super::places::any_of(&held)
            }
            (Alternative::Text(name), Worth::Text(text, _)) => Some(format!("{text} = {}", quoted(name))),
            (Alternative::Text(_), _) => None,
            (Alternative::Between(interval), Worth::Exact(fraction)) => {
                Some(within(interval, |operator, end| fraction.compared(operator, end)))
            }
            (Alternative::Between(interval), Worth::Float(text) | Worth::Text(text, _)) => {
                Some(within(interval, |operator, end| compared_with_number(text, operator, end)))
            }
        })
    }
}

impl Leaf {
    /// How many of it there are of which a condition holds (`{}` is the value), of those that are relevant.
    pub fn count(&self, condition: &str) -> Whole {
        const MOST_INSTANCES: f64 = 1000.0;
        let value = if self.many { "." } else { &self.path };
        let mut conditions: Vec<String> = self.relevant.iter().cloned().collect();
        conditions.extend((!condition.is_empty()).then(|| condition.replace("{}", value)));
        match (self.many, super::places::all_of(&conditions)) {
            (true, Some(all)) => Whole::atom(format!("count({}[{all}])", self.path), MOST_INSTANCES),
            (true, None) => Whole::atom(format!("count({})", self.path), MOST_INSTANCES),
            (false, Some(all)) => Whole::atom(format!("if({all}, 1, 0)"), 1.0),
            (false, None) => Whole::constant(1),
        }
    }

    /// How many of it break their constraint; `None` if there is none.
    pub fn rejected(&self) -> Option<Whole> {
        let lawful = self.lawful.as_ref()?;
        Some(self.count(&format!("{{}} != '' and not({lawful})")))
    }
}

/// A value by what it looks like.
pub(super) fn worth(path: &str, sort: &Sort, names: Option<Vec<String>>) -> Worth {
    match sort {
        Sort::Whole => match names {
            // Choices that are numbers are compared as they are, `01` as 1.
            Some(names) => Worth::Text(path.to_owned(), Some(names)),
            None => Worth::Exact(Fraction::whole(Whole::atom(path, LARGEST_ANSWER))),
        },
        Sort::Decimal => Worth::Float(path.to_owned()),
        Sort::Truth => Worth::Exact(Fraction::whole(Whole::atom(
            format!("if({path} = 'true' or {path} = '1', 1, 0)"),
            1.0,
        ))),
        Sort::Names => Worth::Names(path.to_owned(), names),
        Sort::Text => Worth::Text(path.to_owned(), names),
    }
}

fn is_one(interval: &Interval) -> bool {
    matches!((interval.from, interval.to), (Some(from), Some(to)) if from.at == to.at)
}

fn within(interval: &Interval, compared: impl Fn(&str, Exact) -> String) -> String {
    if is_one(interval) {
        return interval.from.map_or_else(|| "true()".into(), |end| compared("=", end.at));
    }
    let from = interval.from.map(|end| compared(if end.closed { ">=" } else { ">" }, end.at));
    let to = interval.to.map(|end| compared(if end.closed { "<=" } else { "<" }, end.at));
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} and {to}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "true()".into(),
    }
}

/// A decimal that can be written is compared as it stands: both are the floats nearest to their decimals.
pub(super) fn compared_with_number(text: &str, operator: &str, end: Exact) -> String {
    let (over, under) = (end.numerator(), end.denominator());
    if under == 1 {
        return format!("{text} {operator} {over}");
    }
    let shown = end.shown(15);
    match shown.parse() == Ok(end) {
        true => format!("{text} {operator} {shown}"),
        false => format!("{text} * {under} {operator} {over}"),
    }
}

/// Is it `+ - * div`, `-x` or `sum(…)` at the top?
pub(super) fn is_arithmetic(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Negate(_) => true,
        Kind::Binary(operator, ..) => {
            matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
        }
        Kind::Call { name, arguments, .. } => name == "sum" && arguments.len() == 1,
        Kind::Path(path) => match &path.start {
            Start::Expression(inner) => {
                path.steps.is_empty() && path.predicates.is_empty() && is_arithmetic(inner)
            }
            _ => false,
        },
        Kind::Number(_) | Kind::Text(_) => false,
    }
}
