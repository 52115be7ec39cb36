//! Facts out of a form's answers: what each fact says it comes from, over the questions of the form outside of its repeats.
//!
//! Invariant: a question without an answer, or that was not asked, or that the form has not, makes the fact not known, and so does a calculation
//! over such questions: a visit that was broken off says nothing about a household. That a fact does not apply is said by a condition of its own.

use std::sync::Arc;

use super::catalogue::Catalogue;
use super::facts::{FactId, FactKind, FactValue, Facts};
use crate::assess::{Exact, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::eval::{operand_of_value, truth};
use crate::expr::given::{self, Compiler, name_of};
use crate::expr::operand::Operand;
use crate::expr::program::{ExprId, Program};
use crate::expr::syntax::{Ast, Kind};
use crate::form::{NodeKind, ScopeDefId};
use crate::session::Session;
use crate::source::Written;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

/// A compiled `from`.
#[derive(Clone, Debug)]
pub(super) struct Derivation {
    root: ExprId,
    /// The questions that it reads, by the index by which it does.
    questions: Vec<Arc<str>>,
}

/// Compiles what a fact comes from. What is wrong is told. Whether the form has the questions is seen when there is a form.
pub(super) fn compile(
    written: &Written,
    program: &mut Program,
    found: &mut Diagnostics,
) -> Option<Derivation> {
    let ast = given::parsed(written, found)?;
    let mut questions: Vec<Arc<str>> = Vec::new();
    if let Err(path) = questions_in(&ast, &mut questions) {
        let span = written.part(path.span.clone());
        let message = "a fact comes from questions by their names, and this is none";
        found.push(Diagnostic::error("bad-reference", span, message).hint("write `${living} = 'alone'`"));
        return None;
    }
    let index = |name: &str| questions.iter().position(|known| **known == *name).map(|at| at as u16);
    let root = Compiler { written, index: &index, program, found }.compile(&ast)?;
    Some(Derivation { root, questions })
}

/// The questions in an expression, each once; an error is a path that is no name.
fn questions_in<'a>(ast: &'a Ast, into: &mut Vec<Arc<str>>) -> Result<(), &'a Ast> {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => Ok(()),
        Kind::Negate(inner) => questions_in(inner, into),
        Kind::Binary(_, left, right) => {
            questions_in(left, into)?;
            questions_in(right, into)
        }
        Kind::Call { arguments, .. } => {
            arguments.iter().try_for_each(|argument| questions_in(argument, into))
        }
        Kind::Path(_) => {
            let name = name_of(ast).ok_or(ast)?;
            if !into.iter().any(|known| **known == *name) {
                into.push(name.into());
            }
            Ok(())
        }
    }
}

impl Catalogue {
    /// The facts that a form's answers give: by what a fact says it comes from; where the form has not those questions, by its measure of the fact's
    /// name, else by its questions of that name, in all instances of a repeat together: the highest number, any yes, all names.
    pub fn facts_of(&self, session: &Session) -> Facts {
        let mut facts = Facts::default();
        for (_, fact) in self.facts().iter() {
            let applies = fact.applies.as_ref().and_then(|applies| self.derived(applies, session));
            let asked =
                |from: &&Derivation| from.questions.iter().all(|name| question(session, name).is_some());
            let value = match (applies.as_ref().map(truth), fact.from.as_ref().filter(asked)) {
                (Some(false), _) => Some(FactValue::NotApplicable),
                (_, Some(from)) => {
                    self.derived(from, session).and_then(|operand| value_of(fact.kind, operand))
                }
                (_, None) => match session.outcome(&fact.name) {
                    Some(outcome) => of_outcome(outcome, fact.kind),
                    None => session.answered(&fact.name, fact.kind),
                },
            };
            if let Some(value) = value {
                facts.set(fact.name.clone(), value);
            }
        }
        facts
    }

    /// Does a session's form ask for a fact at all, by its questions or by a measure?
    pub(crate) fn is_asked(&self, id: FactId, session: &Session) -> bool {
        let fact = self.facts().fact(id);
        let from = fact.from.as_ref();
        from.is_some_and(|from| from.questions.iter().all(|name| question(session, name).is_some()))
            || session.form().nodes.iter().any(|node| *node.name == *fact.name)
    }

    /// The questions and measures of a session's form that say a fact.
    pub(crate) fn said_by(&self, id: FactId, session: &Session) -> Vec<NodeId> {
        let fact = self.facts().fact(id);
        let asked = |from: &&Derivation| from.questions.iter().all(|name| question(session, name).is_some());
        let of = |from: Option<&Derivation>| -> Vec<NodeId> {
            let names = from.filter(asked).into_iter().flat_map(|from| &from.questions);
            names.filter_map(|name| question(session, name)).map(|key| key.node).collect()
        };
        let mut nodes = of(fact.from.as_ref());
        if nodes.is_empty() {
            let named = session.form().nodes.iter().enumerate().filter(|(_, node)| *node.name == *fact.name);
            nodes = named.map(|(index, _)| NodeId(index as u32)).collect();
        }
        nodes.extend(of(fact.applies.as_ref()));
        nodes
    }

    /// None: one of the questions has no answer, or was not asked.
    fn derived(&self, from: &Derivation, session: &Session) -> Option<Operand> {
        let mut given = Vec::with_capacity(from.questions.len());
        for name in &from.questions {
            let key = question(session, name)?;
            session.relevant(key).filter(|relevant| *relevant)?;
            match session.value(key)? {
                Value::Blank | Value::Unread(_) => return None,
                _ if session.is_open(key) => return None,
                value => given.push(operand_of_value(value)),
            }
        }
        given::value(&self.program, from.root, &given)
    }
}

/// An operand as a fact's value.
fn value_of(kind: FactKind, operand: Operand) -> Option<FactValue> {
    match (kind, operand) {
        (FactKind::YesNo, Operand::Number(number)) => Some(FactValue::Boolean(number != 0.0)),
        (_, Operand::Number(number)) => Exact::from_nearest(number).ok().map(FactValue::Number),
        (_, Operand::Boolean(value)) => Some(FactValue::Boolean(value)),
        (_, Operand::Text(text)) => Some(FactValue::Text(text)),
        (_, Operand::Date(_) | Operand::Moment(_) | Operand::Days { .. } | Operand::Nodes(_)) => None,
    }
}

/// The one question of that name outside of repeats.
fn question(session: &Session, name: &str) -> Option<Key> {
    let mut nodes = session.form().nodes.iter().enumerate().filter(|(_, node)| {
        *node.name == *name && node.scope == ScopeDefId::ROOT && matches!(node.kind, NodeKind::Leaf(_))
    });
    let (index, _) = nodes.next()?;
    nodes.next().is_none().then_some(Key { scope: ScopeId(0), node: NodeId(index as u32) })
}

/// What a measure of an assessment came to. None: it can't be said.
fn of_outcome(outcome: Outcome, kind: FactKind) -> Option<FactValue> {
    match outcome {
        Outcome::NotApplicable => Some(FactValue::NotApplicable),
        Outcome::Missing(_) => None,
        Outcome::Score(score) if kind == FactKind::Number => Some(FactValue::Number(score)),
        other => of_text(&other.to_string(), kind),
    }
}

/// A text as a fact of a kind. None: it is none.
pub(crate) fn of_text(text: &str, kind: FactKind) -> Option<FactValue> {
    Some(match (kind, text.parse::<Exact>()) {
        (FactKind::YesNo, Ok(number)) => FactValue::Boolean(!number.is_zero()),
        (FactKind::YesNo, Err(_)) => FactValue::Boolean(matches!(text, "yes" | "true")),
        (FactKind::Number, Ok(number)) => FactValue::Number(number),
        (FactKind::Number, Err(_)) => return None,
        (FactKind::Choice | FactKind::Choices, _) => FactValue::Text(text.into()),
    })
}

/// What two members' answers are together.
pub(crate) fn together(one: FactValue, other: FactValue) -> FactValue {
    match (one, other) {
        (FactValue::Boolean(one), FactValue::Boolean(other)) => FactValue::Boolean(one || other),
        (FactValue::Number(one), FactValue::Number(other)) => FactValue::Number(one.max(other)),
        (FactValue::Text(one), FactValue::Text(other)) => {
            let mut names: Vec<&str> = one.split_whitespace().collect();
            names.extend(
                other.split_whitespace().filter(|name| !one.split_whitespace().any(|known| known == *name)),
            );
            FactValue::Text(names.join(" ").into())
        }
        (one, _) => one,
    }
}
