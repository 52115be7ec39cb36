//! Which numbers have to be tried so that none is left out: all of a few, or one of each part between the cut-offs that anything asks of it.
//!
//! Invariant: parts are only said where the number is read by nothing but comparisons with numbers that are written down; then two numbers
//! of one part are the same to everything.

use crate::assess::measure::{Amount, Condition, Input, Kind, Measure, Points};
use crate::assess::{Alternative, Test};
use crate::expr::program::{Expr, ExprId};
use crate::expr::syntax::Operator;
use crate::graph::Task;
use crate::session::Session;
use crate::value::{DataType, Value};
use crate::view::NodeId;

/// Of so many whole numbers at most each is tried.
const ALL_NUMBERS: i64 = 150;
/// So many cut-offs at most are looked between.
const MOST_ENDS: usize = 60;

impl Session {
    /// Every number that has to be tried, from the nearest to `start` on; `None`: that can't be said.
    pub(super) fn all_numbers(&self, node: NodeId, data_type: DataType, start: f64) -> Option<Vec<Value>> {
        let mut numbers = match self.range(node).filter(|_| data_type == DataType::Integer) {
            Some((from, to)) if (0..ALL_NUMBERS).contains(&to.saturating_sub(from)) => {
                (from..=to).map(|number| number as f64).collect()
            }
            _ => between(self.cut_offs(node)?, data_type),
        };
        crate::order::sort_by(&mut numbers, |a: &f64, b: &f64| {
            (a - start).abs().total_cmp(&(b - start).abs()).then(a.total_cmp(b))
        });
        numbers.dedup();
        let value = |number: f64| match data_type {
            DataType::Integer => Value::Integer(number as i64),
            _ => Value::Decimal(number),
        };
        Some(numbers.into_iter().map(value).collect())
    }

    /// The whole numbers that a question's constraint leaves, if it names both ends.
    fn range(&self, node: NodeId) -> Option<(i64, i64)> {
        let mut ends = (None, None);
        for computation in &self.form.graph.computations {
            if let (true, Task::Constraint(expr)) = (computation.node == node, computation.task) {
                self.narrow(expr, node, &mut ends);
            }
        }
        Some((ends.0?, ends.1?))
    }

    /// What `a and b` leaves is what both leave; what is not understood may narrow it further, no more.
    fn narrow(&self, id: ExprId, node: NodeId, ends: &mut (Option<i64>, Option<i64>)) {
        let program = &self.form.program;
        match program.expr(id) {
            Expr::And(a, b) => {
                self.narrow(*a, node, ends);
                self.narrow(*b, node, ends);
            }
            Expr::Compare(operator, a, b) => {
                let is_node =
                    |id: ExprId| matches!(program.expr(id), Expr::Cell { node: found, .. } if *found == node);
                let (number, turned) = match (self.number_in(*a), self.number_in(*b)) {
                    (None, Some(number)) if is_node(*a) => (number, false),
                    (Some(number), None) if is_node(*b) => (number, true),
                    _ => return,
                };
                if number.abs() > 1e15 {
                    return;
                }
                match (operator, turned) {
                    (Operator::AtLeast | Operator::More, false)
                    | (Operator::AtMost | Operator::Less, true) => {
                        ends.0 =
                            Some(ends.0.map_or(number.ceil() as i64, |end| end.max(number.ceil() as i64)));
                    }
                    (Operator::AtMost | Operator::Less, false)
                    | (Operator::AtLeast | Operator::More, true) => {
                        ends.1 =
                            Some(ends.1.map_or(number.floor() as i64, |end| end.min(number.floor() as i64)));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// A number as it is written, with its sign.
    fn number_in(&self, id: ExprId) -> Option<f64> {
        let program = &self.form.program;
        match program.expr(id) {
            Expr::Number(number) => Some(*number),
            Expr::Negate(inner) => match program.expr(*inner) {
                Expr::Number(number) => Some(-number),
                _ => None,
            },
            _ => None,
        }
    }

    /// The numbers that everything which reads a question compares it with; `None`: something does more with it.
    fn cut_offs(&self, node: NodeId) -> Option<Vec<f64>> {
        // What its change sets off may do anything with it.
        if !self.form.node(node).bind.triggers.is_empty() {
            return None;
        }
        let graph = &self.form.graph;
        let mut reading = Reading { session: self, node, ends: Vec::new() };
        for edge in &graph.value[node.0 as usize] {
            match graph.computations[edge.rank as usize].task {
                Task::Assess(id) => reading.measure(self.measure(id))?,
                Task::Relevant(expr)
                | Task::Calculate(expr)
                | Task::Required(expr)
                | Task::Readonly(expr)
                | Task::Constraint(expr)
                | Task::RepeatCount(expr) => reading.expr(expr)?,
                Task::Choices => return None,
                // Words are no result.
                Task::Shown | Task::ItemShown => {}
            }
        }
        let mut ends = reading.ends;
        crate::order::sort_by(&mut ends, |a: &f64, b: &f64| a.total_cmp(b));
        ends.dedup();
        (ends.len() <= MOST_ENDS).then_some(ends)
    }
}

/// One number of each part between the ends, and the ends.
fn between(ends: Vec<f64>, data_type: DataType) -> Vec<f64> {
    let (Some(first), Some(last)) = (ends.first().copied(), ends.last().copied()) else {
        // Nothing asks for it: one stands for all.
        return vec![0.0];
    };
    if data_type == DataType::Integer {
        let around = |end: &f64| [end.floor() - 1.0, end.floor(), end.ceil(), end.ceil() + 1.0];
        return ends.iter().flat_map(around).collect();
    }
    let middles = ends.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0);
    middles.chain(ends.iter().copied()).chain([first - 1.0, last + 1.0]).collect()
}

/// Reads everything that reads a number.
struct Reading<'s> {
    session: &'s Session,
    node: NodeId,
    ends: Vec<f64>,
}

impl Reading<'_> {
    fn measure(&mut self, measure: &Measure) -> Option<()> {
        let mut conditions: Vec<&Condition> = measure.relevant.iter().collect();
        conditions.extend(measure.bands.iter().filter_map(|band| band.when.as_ref()));
        match &measure.kind {
            Kind::Scale(scale) => {
                for item in &scale.items {
                    conditions.extend(&item.relevant);
                    match (&item.points, self.is_it(&item.value)) {
                        (Points::Tests(tests), true) => self.tests(tests.iter().map(|(test, _)| test))?,
                        (_, true) => return None,
                        (_, false) => self.amount(&item.value)?,
                    }
                }
            }
            Kind::Band(input) => self.input(input, measure.bands.iter().map(|band| &band.test))?,
            Kind::Table(table) => {
                for (at, (_, input)) in table.inputs.iter().enumerate() {
                    self.input(input, table.rules.iter().map(|rule| &rule.tests[at]))?;
                }
                conditions.extend(table.rules.iter().filter_map(|rule| rule.when.as_ref()));
            }
            Kind::Flag(when) => conditions.push(when),
            Kind::Fact { of, test: Some(test) } => self.input(of, [test])?,
            Kind::Fact { of, test: None } => self.whole(of)?,
            Kind::Shift(shift) => {
                self.whole(&shift.of)?;
                conditions.extend(shift.rules.iter().map(|rule| &rule.when));
            }
            Kind::Agreed { first, second, decided } => {
                [Some(first), Some(second), decided.as_ref()]
                    .into_iter()
                    .flatten()
                    .try_for_each(|input| self.whole(input))?;
            }
            Kind::Decided { of, instead, reason } => {
                [of, instead, reason].into_iter().try_for_each(|input| self.whole(input))?;
            }
            Kind::Index(_) | Kind::Ranking(_) => {}
        }
        conditions.into_iter().try_for_each(|condition| self.expr(condition.expr))
    }

    /// An input whose tests are all that is asked of it.
    fn input<'t>(&mut self, input: &Input, tests: impl IntoIterator<Item = &'t Test>) -> Option<()> {
        match input {
            Input::Amount(amount) if self.is_it(amount) => self.tests(tests),
            other => self.whole(other),
        }
    }

    /// An input that is taken as it is.
    fn whole(&mut self, input: &Input) -> Option<()> {
        match input {
            Input::Measure(_) => Some(()),
            Input::Amount(amount) => self.amount(amount),
        }
    }

    /// Arithmetic, in which the number may not stand.
    fn amount(&mut self, amount: &Amount) -> Option<()> {
        match amount {
            Amount::Constant(_) => Some(()),
            Amount::Expr(_) if self.is_it(amount) => None,
            Amount::Expr(id) | Amount::Sum(id) => self.expr(*id),
            Amount::Plus(a, b) | Amount::Minus(a, b) | Amount::Times(a, b) | Amount::Over(a, b) => {
                self.amount(a)?;
                self.amount(b)
            }
            Amount::Negated(inner) => self.amount(inner),
        }
    }

    fn is_it(&self, amount: &Amount) -> bool {
        matches!(amount, Amount::Expr(id) if self.is_cell(*id))
    }

    fn is_cell(&self, id: ExprId) -> bool {
        matches!(self.session.form.program.expr(id), Expr::Cell { node, .. } if *node == self.node)
    }

    fn tests<'t>(&mut self, tests: impl IntoIterator<Item = &'t Test>) -> Option<()> {
        for alternative in tests.into_iter().flat_map(Test::alternatives) {
            match alternative {
                Alternative::Between(interval) => {
                    let ends = [interval.from, interval.to].into_iter().flatten();
                    self.ends.extend(ends.map(|end| end.at.nearest()));
                }
                Alternative::Text(_) | Alternative::Blank => {}
            }
        }
        Some(())
    }

    /// An expression in which the number is compared with numbers that are written, and nothing else.
    fn expr(&mut self, id: ExprId) -> Option<()> {
        let program = &self.session.form.program;
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            match program.expr(id) {
                Expr::Compare(_, a, b) if self.is_cell(*a) || self.is_cell(*b) => {
                    let other = if self.is_cell(*a) { *b } else { *a };
                    match (self.session.number_in(other), program.expr(other)) {
                        (Some(number), _) => self.ends.push(number),
                        // It is there or not.
                        (None, Expr::Text(text)) if text.is_empty() => {}
                        _ => return None,
                    }
                }
                Expr::Cell { node, .. } if *node == self.node => return None,
                Expr::Cell { .. } | Expr::Number(_) | Expr::Text(_) => {}
                Expr::Or(a, b) | Expr::And(a, b) | Expr::Compare(_, a, b) | Expr::Arithmetic(_, a, b) => {
                    pending.extend([a, b])
                }
                Expr::Negate(inner) | Expr::Matches(inner, _) => pending.push(*inner),
                Expr::Call(_, arguments) => pending.extend(arguments.iter()),
                // Nodes and paths may be it.
                _ => return None,
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Bundle, Form, Source, case};

    /// What the turns of `b`, a band over `${n}`, are said to be.
    fn check(question: &str, of: &str, bands: &serde_json::Value, turns: &serde_json::Value) {
        let text = format!(
            r#"{{"settings": {{"form_id": "f", "version": "1"}}, "survey": [{question}],
                "assessment": [{{"type": "band", "name": "b", "label": "B", "of": "{of}", "bands": {bands}}}]}}"#
        );
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("a form");
        let case = json!({"steps": [{"answer": {"/f/n": 5}}, {"expect": {"turns": {"b": turns}}}]});
        let failures = case::run(&form, &case);
        assert!(failures.is_empty(), "{question}, {of}: {failures:?}");
    }

    #[test]
    fn nothing_is_said_where_each_number_or_each_part_was_tried() {
        let one = json!([{"code": "all", "range": ">=0", "label": "All"}]);
        let few = r#"{"type": "integer", "name": "n", "label": "N", "constraint": ". >= 0 and . <= 20"}"#;
        check(few, "${n}", &one, &json!([]));
        check(few, "${n} * 2", &one, &json!([]));
        let many = r#"{"type": "decimal", "name": "n", "label": "N", "constraint": ". >= 0"}"#;
        check(many, "${n}", &one, &json!([]));
        // What is counted with may tip anywhere.
        check(many, "${n} div 3", &one, &json!(null));
        check(r#"{"type": "integer", "name": "n", "label": "N"}"#, "${n} + 0", &one, &json!(null));
    }

    #[test]
    fn a_part_between_is_found_wherever_it_lies() {
        let bands = json!([
            {"code": "odd", "range": "[70..71]", "label": "Odd"}, {"code": "low", "range": "<70", "label": "Low"},
            {"code": "high", "range": ">71", "label": "High"}]);
        check(
            r#"{"type": "integer", "name": "n", "label": "N"}"#,
            "${n}",
            &bands,
            &json!(["如果“N”是“70”，B会是“Odd”", "如果“N”是“72”，B会是“High”"]),
        );
    }
}
