//! Answers of several choices that are compared as if they were one.

use std::collections::HashSet;

use super::choice_values::has_choice;
use super::noted::{Facts, Noted, Role, walk};
use super::places::reached;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::{Ast, Kind, Operator};
use crate::form::SkeletonKind;
use crate::source::Span;
use crate::value::DataType;

/// `one-of-several`: `. = 'a'` where several may be chosen.
///
/// An expression that also asks for a choice as it should, or counts them, means what it says: `. = 'none' or not(selected(., 'none'))`.
///
/// Gives where, so that what follows from it need not be told.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) -> Vec<Span> {
    let mut told = Vec::new();
    for noted in facts.noted.iter().filter(|noted| noted.role != Role::Item) {
        let mut looked_into = HashSet::new();
        walk(&noted.ast, false, &mut |ast, inside| {
            if let Kind::Call { name, arguments, .. } = &ast.kind
                && matches!(name.as_str(), "selected" | "is-selected" | "count-selected" | "selected-at")
                && let Some(reached) =
                    arguments.first().and_then(|first| reached(first, noted, inside, facts.form))
            {
                looked_into.insert(reached.node);
            }
        });
        walk(&noted.ast, false, &mut |ast, inside| {
            if let Kind::Call { name, arguments, .. } = &ast.kind
                && let ("count", [question]) = (name.as_str(), arguments.as_slice())
            {
                counted(question, ast, noted, inside, facts, found);
            }
            let Kind::Binary(operator @ (Operator::Equal | Operator::NotEqual), a, b) = &ast.kind else {
                return;
            };
            let (question, choice, text) = match (&a.kind, &b.kind) {
                (Kind::Path(_), Kind::Text(text)) => (&**a, &**b, text.trim()),
                (Kind::Text(text), Kind::Path(_)) => (&**b, &**a, text.trim()),
                _ => return,
            };
            let Some(reached) = reached(question, noted, inside, facts.form) else { return };
            let node = facts.form.node(reached.node);
            let several = node.kind == SkeletonKind::Leaf(DataType::Choices);
            let one = !text.is_empty() && !text.contains(char::is_whitespace);
            if !several || !one || looked_into.contains(&reached.node) {
                return;
            }
            if !has_choice(reached.node, text, facts.form) || text == "NaN" {
                return;
            }
            let (written, value) = (noted.text(question), noted.text(choice));
            let equal = *operator == Operator::Equal;
            let message = match equal {
                true => format!(
                    "`{}` may have several choices: this holds only where {value} is the only one chosen",
                    node.name
                ),
                false => format!(
                    "`{}` may have several choices: this holds, too, where {value} is chosen beside others",
                    node.name
                ),
            };
            told.push(noted.span(ast));
            let diagnostic = Diagnostic::warning("one-of-several", noted.span(ast), message);
            found.push(diagnostic.hint(match equal {
                true => format!("to ask whether it is among them, write `selected({written}, {value})`"),
                false => {
                    format!("to ask whether it is not among them, write `not(selected({written}, {value}))`")
                }
            }));
        });
    }
    told
}

/// `count(${needs})` counts one question.
fn counted(
    question: &Ast,
    whole: &Ast,
    noted: &Noted,
    inside: bool,
    facts: &Facts<'_>,
    found: &mut Diagnostics,
) {
    let Some(reached) = reached(question, noted, inside, facts.form).filter(|it| it.is_single()) else {
        return;
    };
    let node = facts.form.node(reached.node);
    if node.kind != SkeletonKind::Leaf(DataType::Choices) {
        return;
    }
    let message = format!("`count` counts questions, and `{}` is one: this is always 1", node.name);
    found.push(
        Diagnostic::warning("one-of-several", noted.span(whole), message)
            .hint(format!("to count what was chosen, write `count-selected({})`", noted.text(question))),
    );
}
