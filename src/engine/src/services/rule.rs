//! When a household qualifies: an expression of the form dialect over its facts, in three truth values.
//!
//! Invariant: what is not known decides nothing. `a and b` is false as soon as one of them is, true when both are, and otherwise waits for the
//! facts that are missing; so with `or`, `not` and `if` (Kleene's strong logic). Every other part of a rule waits for all facts that it reads,
//! except for what `coalesce` has another value for. Numbers are held against a written number as exact fractions.

use std::sync::Arc;

use super::facts::{FactId, FactKind, FactValue, Resolved, Vocabulary};
use crate::assess::Exact;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::given::{self, Compiler, name_of};
use crate::expr::program::{ExprId, Program};
use crate::expr::syntax::{Ast, Kind, Operator, Start};
use crate::source::Written;

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// As its author wrote it.
    pub text: Arc<str>,
    /// The facts that it may read, in the vocabulary's order.
    pub reads: Vec<FactId>,
    pub(super) root: Term,
}

/// A part of a rule.
#[derive(Clone, Debug)]
pub(super) enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    /// A yes-or-no fact by itself.
    Truth(FactId),
    /// A number against a written one.
    CutOff {
        fact: FactId,
        operator: Operator,
        at: Exact,
    },
    /// Anything else.
    Expression {
        root: ExprId,
        waits_for: Vec<FactId>,
        reads: Vec<FactId>,
    },
}

/// What came of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// None: it can't be said yet.
    pub holds: Option<bool>,
    /// The facts that decided it; or, where nothing could, those that are missing.
    pub facts: Vec<FactId>,
}

impl Rule {
    /// Is it so for this household?
    pub(super) fn decide(&self, known: &Resolved, program: &Program) -> Verdict {
        let mut verdict = decide(&self.root, known, program);
        crate::order::sort(&mut verdict.facts);
        verdict.facts.dedup();
        verdict
    }
}

/// Compiles a rule. What is wrong with it is told, and then there is none.
pub(super) fn compile(
    written: &Written,
    vocabulary: &Vocabulary,
    program: &mut Program,
    found: &mut Diagnostics,
) -> Option<Rule> {
    let ast = given::parsed(written, found)?;
    let mut maker = Maker { written, vocabulary, program, found, reads: Vec::new(), failed: false };
    maker.know(&ast);
    if maker.failed {
        return None;
    }
    let root = maker.term(&ast)?;
    let mut reads = maker.reads;
    crate::order::sort(&mut reads);
    reads.dedup();
    Some(Rule { text: written.text.to_arc(), reads, root })
}

struct Maker<'a> {
    written: &'a Written,
    vocabulary: &'a Vocabulary,
    program: &'a mut Program,
    found: &'a mut Diagnostics,
    reads: Vec<FactId>,
    failed: bool,
}

impl Maker<'_> {
    fn fail(&mut self, code: &'static str, ast: &Ast, message: String, hint: &str) {
        self.failed = true;
        let diagnostic = Diagnostic::error(code, self.written.part(ast.span.clone()), message);
        self.found.push(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) });
    }

    fn fact(&self, ast: &Ast) -> Option<FactId> {
        self.vocabulary.find(name_of(ast)?)
    }

    fn kind(&self, id: FactId) -> FactKind {
        self.vocabulary.fact(id).kind
    }

    /// Tells every name that is no fact, and notes those that are.
    fn know(&mut self, ast: &Ast) {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => {}
            Kind::Negate(inner) => self.know(inner),
            Kind::Binary(operator, left, right) => {
                self.know(left);
                self.know(right);
                self.know_comparison(*operator, left, right);
            }
            Kind::Call { name, arguments, .. } => {
                arguments.iter().for_each(|argument| self.know(argument));
                if let ("selected" | "is-selected", [fact, value]) = (name.as_str(), &**arguments) {
                    self.know_value(fact, value);
                }
            }
            Kind::Path(path) => match name_of(ast) {
                Some(name) => match self.vocabulary.find(name) {
                    Some(id) => self.reads.push(id),
                    None => {
                        self.failed = true;
                        let span = self.written.part(ast.span.clone());
                        let diagnostic =
                            Diagnostic::error("unknown-fact", span, format!("there is no fact `{name}`"));
                        self.found.push(diagnostic.did_you_mean(name, self.vocabulary.names()));
                    }
                },
                None => {
                    let what = if matches!(path.start, Start::Expression(_)) { "this" } else { "a path" };
                    let message = format!("a rule reads facts by their names, and {what} is none");
                    self.fail("bad-reference", ast, message, "write a name of `facts.csv`: `age >= 60`");
                }
            },
        }
    }

    /// What is compared can be equal at all.
    fn know_comparison(&mut self, operator: Operator, left: &Ast, right: &Ast) {
        let compares = !matches!(operator, Operator::And | Operator::Or | Operator::Union);
        for (fact, other) in [(left, right), (right, left)] {
            let (Some(id), Kind::Text(text)) = (self.fact(fact), &other.kind) else { continue };
            let name = self.vocabulary.fact(id).name.clone();
            match self.kind(id) {
                FactKind::Choice if matches!(operator, Operator::Equal | Operator::NotEqual) => {
                    self.know_value(fact, other);
                }
                FactKind::Choices => {
                    let message = format!("`{name}` may be several values at once");
                    self.fail("wrong-type", other, message, &format!("write `selected({name}, '{text}')`"));
                }
                FactKind::YesNo if compares => {
                    let message = format!("`{name}` holds or does not, and '{text}' is a text");
                    self.fail("wrong-type", other, message, &format!("write `{name}` or `not({name})`"));
                }
                FactKind::Number if compares && text.parse::<Exact>().is_err() => {
                    self.fail("wrong-type", other, format!("`{name}` is a number, and '{text}' is none"), "");
                }
                FactKind::Choice | FactKind::YesNo | FactKind::Number => {}
            }
        }
    }

    /// A written value is one of the fact's.
    fn know_value(&mut self, fact: &Ast, value: &Ast) {
        let (Some(id), Kind::Text(text)) = (self.fact(fact), &value.kind) else { return };
        let fact = self.vocabulary.fact(id);
        let known = || fact.values.iter().map(|(name, _)| &**name);
        if fact.values.is_empty() || text.is_empty() || known().any(|name| name == text) {
            return;
        }
        let span = self.written.part(value.span.clone());
        let message = format!("`{}` is never '{text}'", fact.name);
        let diagnostic = Diagnostic::error("unknown-choice", span, message).did_you_mean(text, known());
        self.found.push(diagnostic);
        self.failed = true;
    }

    fn term(&mut self, ast: &Ast) -> Option<Term> {
        match &ast.kind {
            Kind::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
                let (left, right) = (self.term(left), self.term(right));
                let (mut parts, right) = (Vec::new(), right?);
                for part in [left?, right] {
                    match (part, operator) {
                        (Term::All(inner), Operator::And) | (Term::Any(inner), Operator::Or) => {
                            parts.extend(inner)
                        }
                        (other, _) => parts.push(other),
                    }
                }
                Some(if *operator == Operator::And { Term::All(parts) } else { Term::Any(parts) })
            }
            Kind::Call { name, arguments, .. } if arguments.len() == 1 && name == "not" => {
                Some(Term::Not(Box::new(self.term(&arguments[0])?)))
            }
            Kind::Call { name, arguments, .. } if arguments.len() == 1 && name == "boolean" => {
                self.term(&arguments[0])
            }
            Kind::Call { name, arguments, .. } if arguments.len() == 3 && name == "if" => {
                let [condition, then, other] = [0, 1, 2].map(|index| self.term(&arguments[index]));
                let (condition, then, other) = (condition?, then?, other?);
                let unless = Term::Not(Box::new(condition.clone()));
                // Where both ways come to the same, the condition need not be known.
                let both = Term::All(vec![then.clone(), other.clone()]);
                Some(Term::Any(vec![Term::All(vec![condition, then]), Term::All(vec![unless, other]), both]))
            }
            Kind::Binary(operator, left, right) => match self.cut_off(*operator, left, right) {
                Some(term) => Some(term),
                None => self.expression(ast),
            },
            Kind::Path(_) => {
                let id = self.fact(ast)?;
                let name = &self.vocabulary.fact(id).name;
                let hint = match self.kind(id) {
                    FactKind::YesNo => return Some(Term::Truth(id)),
                    FactKind::Number => format!("compare it: `{name} >= 1`"),
                    FactKind::Choice => format!("compare it: `{name} = '…'`"),
                    FactKind::Choices => format!("write `selected({name}, '…')`"),
                };
                let message = format!("`{name}` alone is no condition");
                self.fail("wrong-type", ast, message, &hint);
                None
            }
            Kind::Number(_) | Kind::Text(_) | Kind::Negate(_) => {
                self.fail("wrong-type", ast, "this is no condition".into(), "compare it with something");
                None
            }
            Kind::Call { .. } => self.expression(ast),
        }
    }

    /// `age >= 60`, from either side.
    fn cut_off(&self, operator: Operator, left: &Ast, right: &Ast) -> Option<Term> {
        let exact = |ast: &Ast| match &ast.kind {
            Kind::Number(number) => Exact::from_nearest(*number).ok(),
            Kind::Negate(inner) => match &inner.kind {
                Kind::Number(number) => Exact::from_nearest(-*number).ok(),
                _ => None,
            },
            _ => None,
        };
        let mirrored = match operator {
            Operator::Less => Operator::More,
            Operator::AtMost => Operator::AtLeast,
            Operator::More => Operator::Less,
            Operator::AtLeast => Operator::AtMost,
            Operator::Equal | Operator::NotEqual => operator,
            _ => return None,
        };
        let number = |ast: &Ast| self.fact(ast).filter(|id| self.kind(*id) == FactKind::Number);
        if let (Some(fact), Some(at)) = (number(left), exact(right)) {
            return Some(Term::CutOff { fact, operator, at });
        }
        let (fact, at) = (number(right)?, exact(left)?);
        Some(Term::CutOff { fact, operator: mirrored, at })
    }

    fn expression(&mut self, ast: &Ast) -> Option<Term> {
        let index = |name: &str| self.vocabulary.find(name).map(|id| id.0);
        let mut compiler =
            Compiler { written: self.written, index: &index, program: self.program, found: self.found };
        let root = compiler.compile(ast)?;
        let (mut waits_for, mut reads) = (Vec::new(), Vec::new());
        self.facts_in(ast, true, &mut waits_for);
        self.facts_in(ast, false, &mut reads);
        Some(Term::Expression { root, waits_for, reads })
    }

    /// The facts in an expression; `needed`: without those that `coalesce` has another value for.
    fn facts_in(&self, ast: &Ast, needed: bool, into: &mut Vec<FactId>) {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => {}
            Kind::Negate(inner) => self.facts_in(inner, needed, into),
            Kind::Binary(_, left, right) => {
                self.facts_in(left, needed, into);
                self.facts_in(right, needed, into);
            }
            Kind::Call { name, arguments, .. } => {
                let from = if needed && name == "coalesce" { arguments.len().saturating_sub(1) } else { 0 };
                arguments[from..].iter().for_each(|argument| self.facts_in(argument, needed, into));
            }
            Kind::Path(_) => into.extend(self.fact(ast)),
        }
    }
}

fn decide(term: &Term, known: &Resolved, program: &Program) -> Verdict {
    match term {
        Term::All(parts) => together(parts, false, known, program),
        Term::Any(parts) => together(parts, true, known, program),
        Term::Not(inner) => {
            let verdict = decide(inner, known, program);
            Verdict { holds: verdict.holds.map(|holds| !holds), ..verdict }
        }
        Term::Truth(fact) => {
            let holds = known.value(*fact).map(|value| *value == FactValue::Boolean(true));
            Verdict { holds, facts: vec![*fact] }
        }
        Term::CutOff { fact, operator, at } => {
            let holds = known.value(*fact).map(|value| match value {
                FactValue::Number(number) => compare(*operator, *number, *at),
                // What does not apply is neither above nor below.
                FactValue::Boolean(_) | FactValue::Text(_) | FactValue::NotApplicable => {
                    *operator == Operator::NotEqual
                }
            });
            Verdict { holds, facts: vec![*fact] }
        }
        Term::Expression { root, waits_for, reads } => {
            let missing: Vec<FactId> =
                waits_for.iter().copied().filter(|id| known.value(*id).is_none()).collect();
            if !missing.is_empty() {
                return Verdict { holds: None, facts: missing };
            }
            let read = reads.iter().copied().filter(|id| known.value(*id).is_some()).collect();
            Verdict { holds: Some(given::holds(program, *root, &known.operands)), facts: read }
        }
    }
}

/// Parts of which one `decisive` one decides; otherwise all are needed.
fn together(parts: &[Term], decisive: bool, known: &Resolved, program: &Program) -> Verdict {
    let verdicts: Vec<Verdict> = parts.iter().map(|part| decide(part, known, program)).collect();
    let of = |wanted: Option<bool>| {
        let alike = verdicts.iter().filter(move |verdict| verdict.holds == wanted);
        alike.flat_map(|verdict| verdict.facts.iter().copied()).collect::<Vec<FactId>>()
    };
    let any = |wanted: Option<bool>| verdicts.iter().any(|verdict| verdict.holds == wanted);
    let holds = match (any(Some(decisive)), any(None)) {
        (true, _) => Some(decisive),
        (false, true) => None,
        (false, false) => Some(!decisive),
    };
    Verdict { holds, facts: of(holds) }
}

fn compare(operator: Operator, left: Exact, right: Exact) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::AtMost => left <= right,
        Operator::More => left > right,
        Operator::AtLeast => left >= right,
        // No other operator makes a cut-off.
        _ => false,
    }
}

#[cfg(test)]
mod tests;
