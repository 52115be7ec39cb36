//! What a select is compared with: a choice that its list does not have is never chosen.

use super::noted::{Facts, Noted, Role, walk};
use super::places::reached;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::{Ast, Kind, Operator};
use crate::form::{KnownChoices, Skeleton};
use crate::value::DataType;

/// `unknown-choice` in comparisons and in `selected()`.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    for noted in facts.noted.iter().filter(|noted| noted.role != Role::Item) {
        walk(&noted.ast, false, &mut |ast, inside| {
            let (question, choice) = match &ast.kind {
                Kind::Binary(Operator::Equal | Operator::NotEqual, a, b) => match (&a.kind, &b.kind) {
                    (Kind::Path(_), Kind::Text(_)) => (&**a, &**b),
                    (Kind::Text(_), Kind::Path(_)) => (&**b, &**a),
                    _ => return,
                },
                Kind::Call { name, arguments, .. } if matches!(name.as_str(), "selected" | "is-selected") => {
                    let [question, choice] = arguments.as_slice() else { return };
                    (question, choice)
                }
                _ => return,
            };
            compared(question, choice, inside, noted, facts.form, found);
        });
    }
}

fn compared(
    question: &Ast,
    choice: &Ast,
    inside: bool,
    noted: &Noted,
    form: &Skeleton,
    found: &mut Diagnostics,
) {
    let Kind::Text(text) = &choice.kind else { return };
    let Some(reached) = reached(question, noted, inside, form) else { return };
    let node = form.node(reached.node);
    let Some(choices) = &node.choices else { return };
    let several = node.kind == crate::form::SkeletonKind::Leaf(DataType::Choices);
    let chosen: Vec<&str> = if several { text.split_whitespace().collect() } else { vec![text.as_str()] };
    // Some write `= 'NaN'` to ask whether there is no answer.
    for choice_name in chosen.into_iter().filter(|name| !name.is_empty() && *name != "NaN") {
        let (list, names): (String, Vec<&str>) = match choices {
            KnownChoices::Listed(names) => (String::new(), names.iter().map(|name| &**name).collect()),
            KnownChoices::Tree(list) if list.find(form.tree(list.tree), choice_name).is_some() => continue,
            KnownChoices::Tree(list) => {
                (format!(" (its list is `{}`)", list.name), list.values(form.tree(list.tree)).collect())
            }
        };
        if names.is_empty() || names.contains(&choice_name) {
            continue;
        }
        let message = format!("`{}` has no choice '{choice_name}'{list}", node.name);
        let diagnostic = Diagnostic::warning("unknown-choice", noted.span(choice), message);
        found.push(diagnostic.did_you_mean(choice_name, names));
    }
}
