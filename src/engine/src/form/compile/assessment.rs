//! The assessment: `ds:measure` elements to measures, every name a node, a measure or an expression.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Lowering;
use crate::assess::measure::{
    Aggregate, Amount, Assessment, Band, Hit, Input, Item, Kind, Measure, MeasureId, Part, Points, Rule,
    Scale, Shift, ShiftBy, ShiftRule, Table, WhenMissing, most_of_item,
};
use crate::assess::{Exact, Test};
use crate::check::noted::Role;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::compile::{Anchor, Over};
use crate::expr::parser::parse;
use crate::expr::program::{Read, What};
use crate::expr::syntax::{Ast, Kind as AstKind, Operator, Start};
use crate::form::{KnownChoices, ScopeDefId, Skeleton, SkeletonKind, TextId, XForm};
use crate::graph::Task;
use crate::source::{Passage, Written};
use crate::tree::SpaceId;
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::{Namespace, Tag};

/// The kinds of measures, as authors write them.
const TYPES: &[&str] =
    &["scale", "index", "band", "table", "flag", "shift", "ranking", "agreed", "decided", "fact"];

/// The node of each measure, with its element.
pub(super) fn nodes<'a>(
    parts: &XForm<'a>,
    form: &Skeleton,
    found: &mut Diagnostics,
) -> Vec<(NodeId, Tag<'a>)> {
    let mut nodes: Vec<(NodeId, Tag<'_>)> = Vec::new();
    let elements = parts.assessment.into_iter().flat_map(|element| element.elements());
    for element in elements.filter(|element| is(*element, "measure")) {
        let Some(reference) = element.attribute("ref") else {
            let message = "this measure has no `ref`";
            found.push(
                Diagnostic::error("missing-key", element.span, message)
                    .hint("write the path of its node: `ref=\"/data/assessment/total\"`"),
            );
            continue;
        };
        let Some(node) = form.at(reference.text) else {
            found.push(crate::form::binds::unknown(form, reference.text, reference.span, found));
            continue;
        };
        let said = nodes.iter().find(|(known, _)| *known == node);
        if let Some((_, first)) = said {
            let message = format!("there are two measures `{}`", form.node(node).name);
            found.push(
                Diagnostic::error("duplicate-measure", reference.span, message)
                    .label(first.span, "first here"),
            );
        } else if form.node(node).scope != ScopeDefId::ROOT {
            let message = format!("the measure `{}` stands in a repeat", form.node(node).name);
            found.push(Diagnostic::error("misplaced-measure", reference.span, message).hint(
                "put its `score` row outside of the repeat; an item over `${name}` of the repeat takes the worst instance, or `over` another",
            ));
        } else {
            nodes.push((node, element));
        }
    }
    nodes
}

fn is(element: Tag<'_>, local: &str) -> bool {
    element.name.namespace == Namespace::Doorstep && &*element.name.local == local
}

impl<'a> Lowering<'a, '_> {
    /// Compiles all measures and puts them into the graph.
    pub(super) fn assessment(&mut self, measured: &[(NodeId, Tag<'a>)]) -> Assessment {
        let mut assessment = Assessment::default();
        for (index, (node, _)) in measured.iter().enumerate() {
            assessment.by_node.insert(*node, MeasureId(index as u16));
        }
        for (node, element) in measured {
            let mut compiling = Compiling {
                lowering: &mut *self,
                measured,
                anchor: Anchor::at(*node, ScopeDefId::ROOT),
                reads: Vec::new(),
                known: &assessment,
            };
            let measure = compiling.measure(*node, *element);
            let mut reads = compiling.reads;
            // An answer that breaks its rule is none.
            let lawful = reads.iter().filter_map(|read| match read.what {
                What::Value(node) | What::Sibling(node) => {
                    Some(Read { what: What::Lawful(node), from: read.from })
                }
                _ => None,
            });
            reads.extend(lawful.collect::<Vec<_>>());
            crate::order::sort(&mut reads);
            reads.dedup();
            let id = assessment.by_node[node];
            self.spans.insert((*node, Task::Assess(id).column()), element.span);
            self.draft(Anchor::at(*node, ScopeDefId::ROOT), Task::Assess(id), reads);
            assessment.measures.push(measure);
        }
        self.maxima(&mut assessment, measured);
        assessment
    }

    /// What the percentages of an index are of: each scale's most, declared or the sum of its items'.
    fn maxima(&mut self, assessment: &mut Assessment, measured: &[(NodeId, Tag<'a>)]) {
        let bounds: Vec<Option<(Exact, Exact)>> = assessment.measures.iter().map(bounds).collect();
        for (measure, (_, element)) in assessment.measures.iter_mut().zip(measured) {
            let (Kind::Index(parts) | Kind::Ranking(parts)) = &mut measure.kind else { continue };
            for part in parts.iter_mut() {
                match bounds[usize::from(part.measure.0)] {
                    Some((min, max)) if min < max => (part.min, part.max) = (min, max),
                    _ => {
                        let (node, of) = measured[usize::from(part.measure.0)];
                        let name = &self.skeleton.node(node).name;
                        let message = format!("it is not known what `{name}` comes to at most");
                        self.found.push(
                            Diagnostic::error("unknown-max", element.span, message)
                                .label(of.span, "this measure")
                                .hint("write its `max`; an index and a ranking compare percentages"),
                        );
                    }
                }
            }
        }
    }
}

/// The least and the most of a measure, if they are known.
fn bounds(measure: &Measure) -> Option<(Exact, Exact)> {
    match &measure.kind {
        Kind::Scale(scale) => Some((scale.min, scale.max?)),
        Kind::Index(_) => Some((Exact::ZERO, Exact::whole(100))),
        Kind::Flag(_) => Some((Exact::ZERO, Exact::ONE)),
        Kind::Shift(shift) => Some((shift.min.unwrap_or(Exact::ZERO), shift.max?)),
        _ => None,
    }
}

struct Compiling<'c, 'a, 'f> {
    lowering: &'c mut Lowering<'a, 'f>,
    measured: &'c [(NodeId, Tag<'a>)],
    anchor: Anchor,
    reads: Vec<Read>,
    known: &'c Assessment,
}

impl<'a> Compiling<'_, 'a, '_> {
    fn measure(&mut self, node: NodeId, element: Tag<'a>) -> Measure {
        let kind = self.kind(element);
        let decimals = self.count(element, "decimals").unwrap_or(1);
        Measure {
            node,
            name: self.lowering.skeleton.node(node).name.clone(),
            label: self.words(element, "label"),
            note: self.words(element, "note"),
            internal: self.yes(element, "internal"),
            span: element.span,
            kind: kind.unwrap_or_else(|| Kind::Index(Box::default())),
            decimals: decimals.min(12),
            bands: self.bands(element),
        }
    }

    fn kind(&mut self, element: Tag<'a>) -> Option<Kind> {
        let Some(written) = element.attribute("type") else {
            self.missing(element, "type", "for example `scale`, `index`, `band`");
            return None;
        };
        Some(match written.text {
            "scale" => Kind::Scale(self.scale(element)),
            "index" => Kind::Index(self.parts(element)),
            "ranking" => Kind::Ranking(self.parts(element)),
            "band" => Kind::Band(self.input_of(element, "of")?),
            "table" => Kind::Table(self.table(element)),
            "flag" => match element.attribute("value") {
                Some(written) => Kind::Flag(self.condition(written)?),
                None => {
                    self.missing(element, "value", "a condition: `${q9} >= 1`");
                    return None;
                }
            },
            "fact" => Kind::Fact {
                of: self.input_of(element, "value")?,
                test: element.attribute("test").and_then(|written| self.test(written)),
            },
            "shift" => Kind::Shift(Shift {
                of: self.input_of(element, "of")?,
                rules: self.shift_rules(element),
                stack: self.yes(element, "stack"),
                min: self.exact(element, "min"),
                max: self.exact(element, "max"),
            }),
            "agreed" => Kind::Agreed {
                first: self.input_of(element, "of")?,
                second: self.input_of(element, "second")?,
                decided: element.attribute("value").and_then(|written| self.input(written)),
            },
            "decided" => Kind::Decided {
                of: self.input_of(element, "of")?,
                instead: self.input_of(element, "value")?,
                reason: self.input_of(element, "reason")?,
            },
            other => {
                let message = format!("`{other}` is no kind of measure");
                self.lowering.found.push(
                    Diagnostic::error("unknown-type", written.span, message)
                        .did_you_mean(other, TYPES.iter().copied()),
                );
                return None;
            }
        })
    }

    fn scale(&mut self, element: Tag<'a>) -> Scale {
        let items: Box<[Item]> = lines(element, "item").filter_map(|item| self.item(item)).collect();
        if lines(element, "item").next().is_none() {
            self.missing(element, "items", "what is summed up: `{\"value\": \"${q1}\"}`");
        }
        let how = self.aggregate(element, "combine").unwrap_or(Aggregate::Sum);
        let at_least = self.count(element, "at_least");
        let when_missing = match element.attribute("missing").map(|written| (written, written.text.trim())) {
            None | Some((_, "no_score")) => WhenMissing::NoScore,
            Some((_, "zero")) => WhenMissing::Zero,
            Some((_, "prorate")) => WhenMissing::Prorate { at_least: at_least.unwrap_or(1) },
            Some((written, other)) => {
                let known = ["no_score", "zero", "prorate"];
                self.unknown_word(written, other, &known);
                WhenMissing::NoScore
            }
        };
        let reachable = most_of(&items, how);
        let max = self.exact(element, "max");
        Scale {
            items,
            how,
            when_missing,
            max: max.or(reachable),
            min: self.exact(element, "min").unwrap_or(Exact::ZERO),
        }
    }

    fn item(&mut self, element: Tag<'a>) -> Option<Item> {
        let Some(written) = element.attribute("value") else {
            self.missing(element, "value", "whose answer it is: `${q1}`");
            return None;
        };
        let before = self.reads.len();
        let (value, over) = self.amount(written)?;
        let read = self.reads[before..].iter().filter_map(|read| match read.what {
            What::Value(node) => Some(node),
            _ => None,
        });
        let questions = read.filter(|node| self.lowering.skeleton.node(*node).select).collect();
        let question = match over {
            Over::Nodes(node) => Some(node),
            Over::Value | Over::Tree => None,
        };
        let points = match element.attribute("points") {
            Some(written) => Points::Tests(self.points(written)),
            None => self.points_by_choice(question, element).unwrap_or(Points::Itself),
        };
        let reverse = element.attribute("reverse").and_then(|written| self.reverse(written, &points));
        Some(Item {
            label: self.words(element, "label"),
            question,
            questions,
            value,
            points,
            over: self.aggregate(element, "over").unwrap_or(Aggregate::Max),
            weight: self.exact(element, "weight").unwrap_or(Exact::ONE),
            reverse,
            many: question.is_some_and(|node| {
                self.lowering.skeleton.node(node).kind == SkeletonKind::Leaf(DataType::Choices)
            }),
            relevant: element.attribute("relevant").and_then(|written| self.condition(written)),
            cap: self.exact(element, "cap"),
            span: element.span,
        })
    }

    /// `a: 8; b: 4` or `<=1: 8; <=1.5: 6; >1.5: 0`: the first that holds.
    fn points(&mut self, written: Passage<'_>) -> Box<[(Test, Exact)]> {
        let mut tests = Vec::new();
        let mut begin = 0;
        for pair in written.text.split([';', '；']) {
            let start = begin;
            begin = start + pair.len();
            begin += written.text[begin..].chars().next().map_or(0, char::len_utf8);
            if pair.trim().is_empty() {
                continue;
            }
            let range = start..start + pair.len();
            let Some((test, points)) = pair.rsplit_once([':', '：']) else {
                let message = format!("`{}` gives no points", pair.trim());
                let span = written.part(range);
                self.lowering.found.push(
                    Diagnostic::error("bad-points", span, message)
                        .hint("write `a: 8; b: 4` or `<=1: 8; >1: 0`"),
                );
                continue;
            };
            let test = match Test::read(test) {
                Ok(test) => test,
                Err(bad) => {
                    let span = written.part(start + bad.range.start..start + bad.range.end);
                    self.lowering.found.push(Diagnostic::error("bad-test", span, bad.message));
                    continue;
                }
            };
            match points.parse() {
                Ok(points) => tests.push((test, points)),
                Err(_) => {
                    let message = format!("`{}` is no number of points", points.trim());
                    self.lowering.found.push(Diagnostic::error("bad-points", written.part(range), message));
                }
            }
        }
        tests.into()
    }

    /// Points that stand in a column of the question's choices: `score`, or as the item says.
    fn points_by_choice(&mut self, question: Option<NodeId>, element: Tag<'a>) -> Option<Points> {
        let said = element.attribute("score");
        let column = said.map_or("score", |written| written.text.trim());
        let node = self.lowering.skeleton.node(question?);
        let Some(KnownChoices::Tree(list)) = &node.choices else { return None };
        let tree = self.lowering.skeleton.tree(list.tree);
        let name = self.lowering.program.names.find(SpaceId::NONE, column);
        let mut by_name = FxHashMap::default();
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut has_column = false;
        for row in tree.children(list.top).filter(|row| tree.name(*row) == list.item) {
            let of = |wanted| tree.children(row).find(|cell| tree.name(*cell) == wanted);
            let Some(choice) = of(list.value).map(|cell| tree.value(cell)) else { continue };
            let Some(cell) = of(name) else { continue };
            has_column = true;
            let written = tree.value(cell);
            match written.parse() {
                Ok(points) => {
                    by_name.entry(Arc::from(choice)).or_insert(points);
                }
                // A choice without points: to choose it is no score.
                Err(_) if written.trim().is_empty() => {}
                Err(_) => wrong.push((choice.into(), written.into())),
            }
        }
        if !has_column {
            if let Some(said) = said {
                let message = format!("the choices `{}` have no column `{column}`", list.name);
                self.lowering.found.push(Diagnostic::error("unknown-column", said.span, message));
            }
            return None;
        }
        for (choice, written) in wrong {
            let message = format!("the choice `{choice}` of `{}` has `{written}` for points", list.name);
            self.lowering
                .found
                .push(Diagnostic::error("bad-points", element.span, message).hint("write a number"));
        }
        Some(Points::ByChoice(by_name))
    }

    /// `yes`: within the points there are; or `1..5`.
    fn reverse(&mut self, written: Passage<'_>, points: &Points) -> Option<(Exact, Exact)> {
        let text = written.text.trim();
        if let Some((low, high)) = text.split_once("..")
            && let (Ok(low), Ok(high)) = (low.parse(), high.parse())
        {
            return Some((low, high));
        }
        match crate::definition::sheets::yes_no(text) {
            Some(false) => return None,
            Some(true) => {
                let all: Vec<Exact> = match points {
                    Points::Itself => Vec::new(),
                    Points::ByChoice(by_name) => by_name.values().copied().collect(),
                    Points::Tests(tests) => tests.iter().map(|(_, points)| *points).collect(),
                };
                if let (Some(low), Some(high)) = (all.iter().min(), all.iter().max()) {
                    return Some((*low, *high));
                }
            }
            None => {}
        }
        let message = format!("`{text}` does not say between which points it is turned round");
        self.lowering.found.push(Diagnostic::error("bad-points", written.span, message).hint("write `0..4`"));
        None
    }

    fn parts(&mut self, element: Tag<'a>) -> Box<[Part]> {
        // A ranking may take the parts of an index.
        let mut source = element;
        if let (None, Some(of)) = (lines(element, "part").next(), element.attribute("of")) {
            match self.measure_named(of.text) {
                Some(id) => source = self.measured[usize::from(id.0)].1,
                None => self.unknown_measure(of),
            }
        }
        let mut parts = Vec::new();
        let mut sum = Exact::ZERO;
        for line in lines(source, "part") {
            let Some(of) = line.attribute("of") else {
                self.missing(line, "of", "the measure that it is");
                continue;
            };
            let Some(measure) = self.measure_named(of.text) else {
                self.unknown_measure(of);
                continue;
            };
            let weight = self.exact(line, "weight").unwrap_or(Exact::ONE);
            if weight < Exact::ZERO {
                let message = "a weight is not below zero";
                self.lowering.found.push(Diagnostic::error("bad-weight", line.span, message));
            }
            sum = sum.plus(weight).unwrap_or(sum);
            self.reads.push(self.read_of(measure));
            parts.push(Part { measure, weight, min: Exact::ZERO, max: Exact::ONE });
        }
        if parts.is_empty() {
            self.missing(element, "parts", "what it is made of: `{\"of\": \"income\", \"weight\": 20}`");
        } else if sum.is_zero() {
            let message = "all weights are zero";
            self.lowering.found.push(
                Diagnostic::error("bad-weight", element.span, message)
                    .hint("give at least one part a weight"),
            );
        }
        parts.into()
    }

    fn table(&mut self, element: Tag<'a>) -> Table {
        let mut inputs: Vec<(Arc<str>, Input)> = Vec::new();
        for line in lines(element, "rule").flat_map(|rule| lines(rule, "if")) {
            let Some(name) = line.attribute("input") else { continue };
            if inputs.iter().any(|(known, _)| **known == *name.text) {
                continue;
            }
            let reference = Written::plain(&format!("${{{}}}", name.text.trim()), name.span);
            let input = match self.measure_named(name.text) {
                Some(id) => {
                    self.reads.push(self.read_of(id));
                    Some(Input::Measure(id))
                }
                None => self.input(reference.passage()),
            };
            inputs.extend(input.map(|input| (name.text.into(), input)));
        }
        let rules = lines(element, "rule").filter_map(|rule| self.rule(rule, &inputs)).collect();
        let hit = match element.attribute("hit").map(|written| (written, written.text)) {
            None | Some((_, "unique")) => Hit::Unique,
            Some((_, "first")) => Hit::First,
            Some((_, "priority")) => Hit::Priority,
            Some((_, "collect")) => Hit::Collect,
            Some((written, other)) => {
                self.unknown_word(written, other, &["unique", "first", "priority", "collect"]);
                Hit::Unique
            }
        };
        if lines(element, "rule").next().is_none() {
            self.missing(element, "rules", "what follows from what");
        }
        Table { inputs: inputs.into(), rules, hit }
    }

    fn rule(&mut self, element: Tag<'a>, inputs: &[(Arc<str>, Input)]) -> Option<Rule> {
        let mut tests = vec![Test::Any; inputs.len()];
        for line in lines(element, "if") {
            let (Some(input), Some(test)) = (line.attribute("input"), line.attribute("test")) else {
                continue;
            };
            let Some(at) = inputs.iter().position(|(name, _)| **name == *input.text) else { continue };
            if let Some(test) = self.test(test) {
                tests[at] = test;
            }
        }
        let Some(outcome) = element.attribute("outcome") else {
            self.missing(element, "outcome", "what follows if it holds");
            return None;
        };
        Some(Rule {
            tests: tests.into(),
            when: element.attribute("when").and_then(|written| self.condition(written)),
            outcome: outcome.text.trim().into(),
            priority: self.exact(element, "priority").unwrap_or(Exact::ZERO),
            label: self.words(element, "label"),
            span: element.span,
        })
    }

    fn shift_rules(&mut self, element: Tag<'a>) -> Box<[ShiftRule]> {
        let mut rules = Vec::new();
        for line in lines(element, "rule") {
            let Some(when) = line.attribute("when") else {
                self.missing(line, "when", "a condition: `${coma} = 1`");
                continue;
            };
            let (by, to) = (self.exact(line, "by"), self.exact(line, "to"));
            let does = match (by, to) {
                (_, Some(to)) => ShiftBy::To(to),
                (Some(by), None) => ShiftBy::By(by),
                (None, None) => {
                    self.missing(line, "by", "by how many levels: `1`; or `to` which level");
                    continue;
                }
            };
            if let Some(when) = self.condition(when) {
                rules.push(ShiftRule { when, does, label: self.words(line, "label"), span: line.span });
            }
        }
        rules.into()
    }

    fn bands(&mut self, element: Tag<'a>) -> Box<[Band]> {
        let is_band = element.attribute("type").is_some_and(|written| written.text == "band");
        if is_band && lines(element, "band").next().is_none() {
            self.missing(element, "bands", "its bands: `{\"code\": \"high\", \"range\": \">=60\"}`");
        }
        let mut bands = Vec::new();
        for line in lines(element, "band") {
            let code = line.attribute("code");
            let range = line.attribute("range").or(code);
            let (Some(code), Some(range)) = (code.or(range), range) else {
                self.missing(line, "code", "what its outcome is called");
                continue;
            };
            let when = line.attribute("when").and_then(|written| self.condition(written));
            if let Some(test) = self.test(range) {
                bands.push(Band {
                    code: code.text.trim().into(),
                    test,
                    when,
                    label: self.words(line, "label"),
                    span: line.span,
                });
            }
        }
        bands.into()
    }

    fn test(&mut self, written: Passage<'_>) -> Option<Test> {
        match Test::read(written.text) {
            Ok(test) => Some(test),
            Err(bad) => {
                let span = written.part(bad.range);
                self.lowering.found.push(
                    Diagnostic::error("bad-test", span, bad.message)
                        .hint("write `3`, `a, b`, `>=60`, `[35..60)` or `-`"),
                );
                None
            }
        }
    }

    fn input_of(&mut self, element: Tag<'a>, name: &str) -> Option<Input> {
        match element.attribute(name) {
            Some(written) => self.input(written),
            None => {
                self.missing(element, name, "the name of a measure, or an expression: `${age}`");
                None
            }
        }
    }

    /// A measure by its name, or an expression.
    fn input(&mut self, written: Passage<'_>) -> Option<Input> {
        if let Some(id) = self.measure_named(written.text) {
            self.reads.push(self.read_of(id));
            return Some(Input::Measure(id));
        }
        let plain = written.text.trim();
        if !plain.is_empty() && crate::definition::references::is_name(plain) {
            self.unknown_measure(written);
            return None;
        }
        self.amount(written).map(|(amount, _)| Input::Amount(amount))
    }

    /// A number or answer: arithmetic is done in fractions, all else as expressions are.
    fn amount(&mut self, written: Passage<'_>) -> Option<(Amount, Over)> {
        if let Ok(ast) = parse(written.text)
            && is_arithmetic(&ast)
        {
            return self.arithmetic(&ast, written).map(|amount| (amount, Over::Value));
        }
        // Every instance of a repeat is meant, not the first.
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Nodes)?;
        self.reads.extend(compiled.reads);
        Some((Amount::Expr(compiled.root), compiled.over))
    }

    fn arithmetic(&mut self, ast: &Ast, written: Passage<'_>) -> Option<Amount> {
        let part = |ast: &Ast| written.slice(ast.span.clone());
        Some(match &ast.kind {
            AstKind::Number(_) => match written.text[ast.span.clone()].trim().parse() {
                Ok(number) => Amount::Constant(number),
                Err(_) => return self.leaf(part(ast).passage()),
            },
            AstKind::Path(path) if is_arithmetic(ast) => match &path.start {
                Start::Expression(inner) => self.arithmetic(inner, written)?,
                _ => return self.leaf(part(ast).passage()),
            },
            AstKind::Negate(inner) => Amount::Negated(Box::new(self.arithmetic(inner, written)?)),
            AstKind::Binary(operator, a, b) if is_arithmetic(ast) => {
                let a = Box::new(self.arithmetic(a, written)?);
                let b = Box::new(self.arithmetic(b, written)?);
                match operator {
                    Operator::Add => Amount::Plus(a, b),
                    Operator::Subtract => Amount::Minus(a, b),
                    Operator::Multiply => Amount::Times(a, b),
                    _ => Amount::Over(a, b),
                }
            }
            AstKind::Call { name, arguments, .. } if name == "sum" && arguments.len() == 1 => {
                let nodes = part(&arguments[0]);
                let compiled = self.lowering.expr_of(nodes.passage(), self.anchor, Role::Nodes)?;
                self.reads.extend(compiled.reads);
                Amount::Sum(compiled.root)
            }
            _ => return self.leaf(part(ast).passage()),
        })
    }

    fn leaf(&mut self, written: Passage<'_>) -> Option<Amount> {
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Calculate)?;
        self.reads.extend(compiled.reads);
        Some(Amount::Expr(compiled.root))
    }

    fn condition(&mut self, written: Passage<'_>) -> Option<crate::expr::program::ExprId> {
        let compiled = self.lowering.expr_of(written, self.anchor, Role::Condition)?;
        self.reads.extend(compiled.reads);
        Some(compiled.root)
    }

    fn words(&mut self, element: Tag<'a>, name: &str) -> Option<TextId> {
        let words = element.elements().find(|child| is(*child, name))?;
        // Explanations are made when they are asked for: nothing has to be told when what they show changes.
        self.lowering.text_of(words, self.anchor, &mut Vec::new())
    }

    fn measure_named(&self, name: &str) -> Option<MeasureId> {
        let name = name.trim();
        let name = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
        let at = |(node, _): &&(NodeId, Tag<'_>)| *self.lowering.skeleton.node(*node).name == *name;
        let (node, _) = self.measured.iter().find(at)?;
        self.known.by_node.get(node).copied()
    }

    fn read_of(&self, id: MeasureId) -> Read {
        Read { what: What::Value(self.measured[usize::from(id.0)].0), from: ScopeDefId::ROOT }
    }

    fn exact(&mut self, element: Tag<'a>, name: &str) -> Option<Exact> {
        let written = element.attribute(name)?;
        match written.text.parse() {
            Ok(number) => Some(number),
            Err(error) => {
                let message = format!("`{}` is no number ({error})", written.text);
                self.lowering.found.push(
                    Diagnostic::error("wrong-type", written.span, message).hint("write `3`, `0.5` or `1/18`"),
                );
                None
            }
        }
    }

    fn count(&mut self, element: Tag<'a>, name: &str) -> Option<u32> {
        let number = self.exact(element, name)?;
        let count = number.is_whole().then(|| u32::try_from(number.numerator()).ok()).flatten();
        if count.is_none() {
            let span = element.attribute(name).map_or(element.span, |written| written.span);
            let message = format!("`{number}` is no count");
            self.lowering.found.push(Diagnostic::error("wrong-type", span, message));
        }
        count
    }

    fn yes(&mut self, element: Tag<'a>, name: &str) -> bool {
        let Some(written) = element.attribute(name) else { return false };
        let said = crate::definition::sheets::yes_no(written.text);
        if said.is_none() {
            self.unknown_word(written, written.text, &["yes", "no"]);
        }
        said == Some(true)
    }

    fn aggregate(&mut self, element: Tag<'a>, name: &str) -> Option<Aggregate> {
        let written = element.attribute(name)?;
        Some(match written.text.trim() {
            "sum" => Aggregate::Sum,
            "mean" => Aggregate::Mean,
            "max" => Aggregate::Max,
            "min" => Aggregate::Min,
            "count" => Aggregate::Count,
            other => {
                self.unknown_word(written, other, &["sum", "mean", "max", "min", "count"]);
                return None;
            }
        })
    }

    fn missing(&mut self, element: Tag<'a>, key: &str, hint: &str) {
        let message = format!("`{key}` is missing here");
        self.lowering.found.push(Diagnostic::error("missing-key", element.span, message).hint(hint));
    }

    fn unknown_word(&mut self, written: Passage<'_>, said: &str, known: &[&str]) {
        let message = format!("`{said}` is not known here");
        let diagnostic = Diagnostic::error("unknown-value", written.span, message);
        let diagnostic = diagnostic.did_you_mean(said, known.iter().copied());
        self.lowering.found.push(diagnostic.hint(format!("known are {}", known.join(", "))));
    }

    fn unknown_measure(&mut self, written: Passage<'_>) {
        let message = format!("there is no measure `{}`", written.text.trim());
        let names: Vec<&str> =
            self.measured.iter().map(|(node, _)| &*self.lowering.skeleton.node(*node).name).collect();
        self.lowering.found.push(
            Diagnostic::error("unknown-measure", written.span, message)
                .did_you_mean(written.text.trim(), names)
                .hint("a question's answer is written `${name}`"),
        );
    }
}

/// Is it `+ - * div`, `-x` or `sum(…)` at the top?
fn is_arithmetic(ast: &Ast) -> bool {
    match &ast.kind {
        AstKind::Negate(_) => true,
        AstKind::Binary(operator, ..) => {
            matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
        }
        AstKind::Call { name, arguments, .. } => name == "sum" && arguments.len() == 1,
        AstKind::Path(path) => match &path.start {
            Start::Expression(inner) => {
                path.steps.is_empty() && path.predicates.is_empty() && is_arithmetic(inner)
            }
            _ => false,
        },
        AstKind::Number(_) | AstKind::Text(_) => false,
    }
}

/// The rows of one kind under a measure.
fn lines<'e>(element: Tag<'e>, kind: &'static str) -> impl Iterator<Item = Tag<'e>> {
    element.elements().filter(move |child| is(*child, kind))
}

/// The most that items come to, if it is known of each.
fn most_of(items: &[Item], how: Aggregate) -> Option<Exact> {
    let mut most: Vec<Exact> = Vec::with_capacity(items.len());
    for item in items {
        most.push(most_of_item(item)?.times(item.weight).ok()?);
    }
    match how {
        Aggregate::Sum => most.into_iter().try_fold(Exact::ZERO, |sum, one| sum.plus(one).ok()),
        Aggregate::Max | Aggregate::Min | Aggregate::Mean => most.into_iter().max(),
        Aggregate::Count => Some(Exact::whole(items.len() as i64)),
    }
}
