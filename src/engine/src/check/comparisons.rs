//! Comparisons and conditions that say something else than they seem to: always true, never true, or about a text where an
//! answer is meant.
//!
//! What is told here need not be told again as a condition that can't hold: [`check`] gives the places.

use super::domain::is_word;
use super::noted::{Facts, Noted, Role, walk};
use super::places::reached;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::functions;
use crate::expr::program::Gives;
use crate::expr::syntax::{Ast, Kind, Operator};
use crate::form::{Skeleton, SkeletonKind};
use crate::moment::{is_date_time, read_date};
use crate::source::Span;
use crate::value::DataType;

/// `odd-comparison`. Gives where.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) -> Vec<Span> {
    let mut told = Vec::new();
    for noted in facts.noted.iter().filter(|noted| noted.role != Role::Item) {
        let mut look = Look { facts, noted, found, told: &mut told };
        if matches!(noted.role, Role::Relevant | Role::Constraint) {
            look.whole(&noted.ast);
        }
        walk(&noted.ast, false, &mut |ast, inside| match &ast.kind {
            Kind::Binary(Operator::And | Operator::Or, a, b) => look.joined(ast, a, b),
            Kind::Binary(operator, a, b) if is_comparison(*operator) => {
                look.compared(ast, *operator, a, b, inside);
            }
            Kind::Call { name, arguments, .. } if name != "jr:choice-name" => {
                arguments.iter().for_each(|argument| look.quoted(argument));
            }
            _ => {}
        });
    }
    told
}

struct Look<'a, 'f> {
    facts: &'a Facts<'a>,
    noted: &'a Noted,
    found: &'f mut Diagnostics,
    told: &'f mut Vec<Span>,
}

/// What is known of one side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Number,
    Day,
    Group,
    Repeat,
    Other,
}

impl Look<'_, '_> {
    fn tell(&mut self, place: &Ast, message: String, hint: String) {
        let span = self.noted.span(place);
        self.told.push(span);
        self.found.push(Diagnostic::warning("odd-comparison", span, message).hint(hint));
    }

    /// `0-120` as a constraint: a number is true unless it is zero.
    fn whole(&mut self, ast: &Ast) {
        let what = match &ast.kind {
            Kind::Number(number) if *number > 1.0 => "a number",
            Kind::Text(text) if !text.is_empty() => "a text",
            Kind::Negate(_) => "a number",
            Kind::Binary(Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide, ..) => {
                "a number"
            }
            _ => return,
        };
        let message = format!("`{}` is {what}, and no condition", self.noted.text(ast));
        let hint = match self.noted.role {
            Role::Constraint => "compare the answer, which is written `.`: `. >= 0 and . <= 120`",
            _ => "compare it with something: `${age} >= 18`",
        };
        self.tell(ast, message, hint.to_owned());
    }

    /// `. != 'a' or . != 'b'`: one of both always holds.
    fn either(&mut self, whole: &Ast, a: &Ast, b: &Ast) {
        let (Some((first, first_value)), Some((second, second_value))) = (excluded(a), excluded(b)) else {
            return;
        };
        let (first, second) = (self.noted.text(first), self.noted.text(second));
        if first == second && first_value != second_value {
            let message = format!("this always holds: `{first}` can't be both at once");
            let hint = format!("to exclude both, write `{} and {}`", self.noted.text(a), self.noted.text(b));
            self.tell(whole, message, hint);
        }
    }

    /// `${age} = 18 or 20`: a value by itself is no condition.
    fn joined(&mut self, whole: &Ast, a: &Ast, b: &Ast) {
        if matches!(&whole.kind, Kind::Binary(Operator::Or, ..)) {
            self.either(whole, a, b);
        }
        if let (Kind::Text(_), Kind::Text(_)) = (&a.kind, &b.kind) {
            let message =
                format!("`{}` is always true: it joins texts, not conditions", self.noted.text(whole));
            let hint = "ask for each by itself: `selected(., 'a') or selected(., 'b')`";
            return self.tell(whole, message, hint.to_owned());
        }
        for (value, other) in [(b, a), (a, b)] {
            let always = match &value.kind {
                Kind::Number(number) => *number > 1.0,
                Kind::Text(text) => !text.trim().is_empty(),
                _ => false,
            };
            if !always {
                continue;
            }
            let word = self.noted.text(value);
            let joint = if matches!(&whole.kind, Kind::Binary(Operator::And, ..)) { "and" } else { "or" };
            let hint = match last_comparison(other) {
                Some((operator, left)) => format!(
                    "repeat what is compared: `{} {joint} {} {} {word}`",
                    self.noted.text(other),
                    self.noted.text(left),
                    operator.written()
                ),
                None => "write what it is compared with".to_owned(),
            };
            self.tell(value, format!("`{word}` by itself is compared with nothing: it is always true"), hint);
        }
    }

    fn compared(&mut self, whole: &Ast, operator: Operator, a: &Ast, b: &Ast, inside: bool) {
        let before = self.told.len();
        self.quoted(a);
        self.quoted(b);
        if self.told.len() == before {
            self.chained(whole, operator, a, b);
        }
        for (value, other) in [(a, b), (b, a)] {
            if self.told.len() == before {
                self.unquoted_day(value);
                self.literal(operator, value, other, inside);
                self.section(operator, value, other, inside);
            }
        }
    }

    /// `1 <= . <= 20` compares true or false with 20.
    fn chained(&mut self, whole: &Ast, operator: Operator, a: &Ast, b: &Ast) {
        let Kind::Binary(first, _, middle) = &a.kind else { return };
        let value = match (&b.kind, is_ordered(operator)) {
            (Kind::Number(number), false) => *number > 1.0,
            (Kind::Text(text), false) => !matches!(text.as_str(), "" | "true" | "false"),
            (Kind::Number(_) | Kind::Text(_) | Kind::Path(_), true) => true,
            _ => false,
        };
        if !is_comparison(*first) || !value {
            return;
        }
        let (condition, middle, value) = (self.noted.text(a), self.noted.text(middle), self.noted.text(b));
        let message = format!("this compares `{condition}`, which is true or false, with `{value}`");
        let hint = match is_ordered(operator) {
            true => format!("write `{condition} and {middle} {} {value}`", operator.written()),
            false => "compare two things at a time, and join comparisons by `and` or `or`".to_owned(),
        };
        self.tell(whole, message, hint);
    }

    /// `2024-01-01` without quotes is 2022.
    fn unquoted_day(&mut self, value: &Ast) {
        let text = self.noted.text(value);
        let is_difference = matches!(value.kind, Kind::Binary(Operator::Subtract, ..));
        if is_difference && read_date(text).is_some() {
            let parts: Vec<&str> = text.split('-').collect();
            let message = format!("`{text}` is a subtraction here: {}", parts.join(" minus "));
            self.tell(value, message, format!("write the day as `date('{text}')`"));
        }
    }

    /// A text that is compared with what it can't be.
    fn literal(&mut self, operator: Operator, value: &Ast, other: &Ast, inside: bool) {
        let Kind::Text(text) = &value.kind else { return };
        // Some write `'NaN'` to ask whether there is no answer.
        if text.trim().is_empty() || matches!(text.as_str(), "NaN" | "Infinity") {
            return;
        }
        let word = self.noted.text(value);
        let is_moment = read_date(text.trim()).is_some() || is_date_time(text.trim());
        match self.side(other, inside) {
            Side::Day if !is_moment && !text.contains(':') => {
                let message = format!("{word} is no day: this {}", outcome(operator));
                self.tell(value, message, "write a day as `date('2024-01-31')`, year, month, day".to_owned());
            }
            Side::Number if is_word(text) => {
                let message = format!(
                    "`{}` is a number, and {word} is none: this {}",
                    self.noted.text(other),
                    outcome(operator)
                );
                self.tell(value, message, "compare it with a number, without quotes: `18`".to_owned());
            }
            Side::Other if is_ordered(operator) && is_word(text) => {
                let message = format!("`{}` compares numbers, and {word} is none", operator.written());
                let hint = "texts can only be equal or not: write `=` or `!=`".to_owned();
                self.tell(value, message, hint);
            }
            _ => {}
        }
    }

    /// A group holds answers and has none.
    fn section(&mut self, operator: Operator, value: &Ast, other: &Ast, inside: bool) {
        // `${group} = ''` asks whether nothing in it is answered.
        let with_value = match &other.kind {
            Kind::Text(text) => !text.is_empty(),
            Kind::Number(_) => true,
            _ => is_ordered(operator),
        };
        let what = match self.side(value, inside) {
            Side::Group if with_value => "a group",
            Side::Repeat if with_value => "a repeat",
            _ => return,
        };
        let written = self.noted.text(value);
        let hint = match what {
            "a group" => "name the question in it whose answer is meant".to_owned(),
            _ => format!("for how many there are, write `count({written})`; else name the question in it"),
        };
        self.tell(value, format!("`{written}` is {what}: it has no answer of its own"), hint);
    }

    /// `'${age}'` is no answer.
    fn quoted(&mut self, value: &Ast) {
        let Kind::Text(text) = &value.kind else { return };
        let known = |name: &str| self.facts.form.by_name.contains_key(name);
        let Some(reference) = crate::definition::references::references(text).find(|it| known(it.name))
        else {
            return;
        };
        let (written, alone) = (&text[reference.span.clone()], text.trim().len() == reference.span.len());
        let message = format!("in quotes `{written}` is a text, not the answer");
        let hint = match alone {
            true => format!("take the quotes away: `{written}`"),
            false => format!("put texts and answers together by `concat('…', {written})`"),
        };
        self.tell(value, message, hint);
    }

    fn side(&self, ast: &Ast, inside: bool) -> Side {
        let form: &Skeleton = self.facts.form;
        match &ast.kind {
            Kind::Call { name, .. } => match name.as_str() {
                "today" | "now" | "date" | "date-time" => Side::Day,
                name => match functions::find(name).map(|function| function.gives()) {
                    Some(Gives::Number) => Side::Number,
                    _ => Side::Other,
                },
            },
            Kind::Path(_) => {
                let Some(reached) = reached(ast, self.noted, inside, form) else { return Side::Other };
                match form.node(reached.node).kind {
                    // A group's own condition on itself is told as what does nothing.
                    SkeletonKind::Group | SkeletonKind::Repeat(_)
                        if reached.node == self.noted.anchor.node =>
                    {
                        Side::Other
                    }
                    SkeletonKind::Leaf(DataType::Integer | DataType::Decimal) => Side::Number,
                    SkeletonKind::Leaf(DataType::Date | DataType::DateTime) => Side::Day,
                    SkeletonKind::Group => Side::Group,
                    SkeletonKind::Repeat(_) => Side::Repeat,
                    _ => Side::Other,
                }
            }
            _ => Side::Other,
        }
    }
}

fn is_ordered(operator: Operator) -> bool {
    matches!(operator, Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast)
}

fn is_comparison(operator: Operator) -> bool {
    is_ordered(operator) || matches!(operator, Operator::Equal | Operator::NotEqual)
}

fn outcome(operator: Operator) -> &'static str {
    if operator == Operator::NotEqual { "always holds" } else { "never holds" }
}

/// What is compared, and the text that it is not.
fn excluded(ast: &Ast) -> Option<(&Ast, &str)> {
    match &ast.kind {
        Kind::Binary(Operator::NotEqual, a, b) => match (&a.kind, &b.kind) {
            (Kind::Path(_), Kind::Text(text)) => Some((a, text)),
            _ => None,
        },
        _ => None,
    }
}

/// The comparison that stands last in conditions that are joined, and its left side.
fn last_comparison(ast: &Ast) -> Option<(Operator, &Ast)> {
    match &ast.kind {
        Kind::Binary(Operator::And | Operator::Or, _, b) => last_comparison(b),
        Kind::Binary(operator, a, _) if is_comparison(*operator) => Some((*operator, a)),
        _ => None,
    }
}
