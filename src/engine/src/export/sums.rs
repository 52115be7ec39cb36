//! Sums as form JSON means them: blanks are left out, and nothing at all comes to zero. To ODK's engines a blank among the nodes, or
//! none at all, makes the sum no number.
//!
//! The assessment is left alone: its own sums are exact, and only Doorstep reads them.

use std::ops::Range;

use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Path, Start};
use crate::xml::Element;

/// Writes them out wherever a form's expressions have some.
pub(super) fn spell_out(element: &mut Element) {
    super::rewrite(element, &spelled);
}

/// An expression without sums over blanks; none if it has no such sum.
fn spelled(text: &str) -> Option<String> {
    let ast = text.contains("sum(").then(|| parse(text).ok())??;
    let mut edits = Vec::new();
    gather(&ast, &mut edits);
    if edits.is_empty() {
        return None;
    }
    let mut written = String::new();
    let mut at = 0;
    for (call, nodes) in edits {
        let nodes = text[nodes].trim();
        written.push_str(&text[at..call.start]);
        written.push_str(&format!("if(count({nodes}[. != '']) = 0, 0, sum({nodes}[. != '']))"));
        at = call.end;
    }
    written.push_str(&text[at..]);
    Some(written)
}

/// The sums over paths, in order, each with the path.
fn gather(ast: &Ast, edits: &mut Vec<(Range<usize>, Range<usize>)>) {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => {}
        Kind::Binary(_, left, right) => {
            gather(left, edits);
            gather(right, edits);
        }
        Kind::Negate(inner) => gather(inner, edits),
        Kind::Call { name, arguments, .. } => match &arguments[..] {
            [nodes] if name == "sum" && is_path(nodes) => edits.push((ast.span.clone(), nodes.span.clone())),
            arguments => arguments.iter().for_each(|argument| gather(argument, edits)),
        },
        Kind::Path(Path { start, predicates, steps }) => {
            if let Start::Expression(inner) = start {
                gather(inner, edits);
            }
            let inside = steps.iter().flat_map(|step| &step.predicates);
            predicates.iter().chain(inside).for_each(|predicate| gather(predicate, edits));
        }
    }
}

fn is_path(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Path(path) => !matches!(path.start, Start::Expression(_)) || !path.steps.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn a_sum_leaves_blanks_out() {
        let sums = [
            ("sum(${a}) + 1", Some("if(count(${a}[. != '']) = 0, 0, sum(${a}[. != ''])) + 1")),
            (
                "sum(/d/r[x = 1]/a)",
                Some("if(count(/d/r[x = 1]/a[. != '']) = 0, 0, sum(/d/r[x = 1]/a[. != '']))"),
            ),
            ("checksum(${a})", None),
            ("'sum(x)'", None),
        ];
        for (text, expected) in sums {
            assert_eq!(spelled(text).as_deref(), expected, "{text}");
        }
    }
}
