//! What a select is compared with: a choice that its list does not have is never chosen.

use super::noted::{Facts, Noted, Role, walk};
use super::places::reached;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::{Ast, Kind, Operator};
use crate::form::{KnownChoices, Skeleton};
use crate::value::DataType;
use crate::view::NodeId;

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
    let several = node.kind == crate::form::SkeletonKind::Leaf(DataType::Choices);
    let chosen: Vec<&str> = if several { text.split_whitespace().collect() } else { vec![text.as_str()] };
    for choice_name in chosen {
        if has_choice(reached.node, choice_name, form) {
            continue;
        }
        let Some((list, names)) = choices_of(reached.node, form) else { return };
        let message = format!("`{}` has no choice '{choice_name}'{list}", node.name);
        let diagnostic = Diagnostic::warning("unknown-choice", noted.span(choice), message);
        let near = diagnostic.did_you_mean(choice_name, names.iter().copied());
        found.push(match near.hints.is_empty() && names.len() <= FEW {
            true => near.hint(format!("its choices are `{}`", names.join("`, `"))),
            false => near,
        });
    }
}

/// So many choices are named where none is near.
const FEW: usize = 8;

/// Does a question have a choice, as far as it is known? Some write `= 'NaN'` to ask whether there is no answer.
pub(super) fn has_choice(question: NodeId, name: &str, form: &Skeleton) -> bool {
    name.is_empty()
        || name == "NaN"
        || match &form.node(question).choices {
            None => true,
            Some(KnownChoices::Listed(names)) => names.iter().any(|known| **known == *name),
            Some(KnownChoices::Tree(list)) => {
                let tree = form.tree(list.tree);
                list.find(tree, name).is_some() || list.values(tree).next().is_none()
            }
        }
}

fn choices_of(question: NodeId, form: &Skeleton) -> Option<(String, Vec<&str>)> {
    Some(match form.node(question).choices.as_ref()? {
        KnownChoices::Listed(names) => (String::new(), names.iter().map(|name| &**name).collect()),
        KnownChoices::Tree(list) => {
            let names = list.values(form.tree(list.tree)).collect();
            (format!(" (its list is `{}`)", list.name), names)
        }
    })
}
