//! Conditions that can never hold: questions that nobody will ever be asked, and answers that will never do.

use super::noted::{Facts, Noted, Role};
use super::truth::{Conflict, Truth, Verdict};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::view::NodeId;

/// `never-relevant` of nodes, and `never-valid` of constraints. Gives which nodes are never relevant, by node.
///
/// Of what lies in something that is never relevant nothing is said: the one mistake is above. Nor is it of a condition with a
/// comparison in it that is `odd`: the reason was told.
pub(super) fn check(facts: &Facts<'_>, odd: &[Span], found: &mut Diagnostics) -> Vec<bool> {
    let truth = Truth::new(facts.form, facts.noted);
    let mut never = vec![false; facts.form.nodes.len()];
    for index in 1..never.len() {
        let node = NodeId(index as u32);
        if never[facts.form.node(node).parent.0 as usize] {
            never[index] = true;
            continue;
        }
        let Some(own) = truth.relevance(node) else { continue };
        let all = [&[own], truth.around(node).as_slice()].concat();
        let together = match truth.together(&all) {
            Verdict::Possible => continue,
            Verdict::Never(together) => together,
            Verdict::NoChoice => {
                never[index] = true;
                continue;
            }
        };
        never[index] = true;
        if holds_any(own.span(&own.ast), odd) {
            continue;
        }
        // What is wrong with it by itself is said first.
        let conflict = match truth.together(&[own]) {
            Verdict::Never(alone) => alone,
            Verdict::Possible | Verdict::NoChoice => together,
        };
        found.push(never_relevant(node, own, conflict, facts));
    }
    for noted in facts.noted.iter().filter(|noted| noted.role == Role::Constraint) {
        if holds_any(noted.span(&noted.ast), odd) {
            continue;
        }
        if let Verdict::Never(conflict) = truth.together(&[noted]) {
            let name = &facts.form.node(noted.anchor.node).name;
            let message = format!("no answer to `{name}` will ever do: this constraint can't hold");
            let diagnostic = Diagnostic::warning("never-valid", noted.span(&noted.ast), message);
            let diagnostic = conflicting(diagnostic, conflict);
            found.push(diagnostic.hint("a constraint says what holds of an answer that will do: `. > 0`"));
        }
    }
    never
}

fn holds_any(whole: Span, places: &[Span]) -> bool {
    places
        .iter()
        .any(|place| place.source == whole.source && whole.start <= place.start && place.end <= whole.end)
}

fn never_relevant(node: NodeId, own: &Noted, conflict: Option<Conflict>, facts: &Facts<'_>) -> Diagnostic {
    let name = &facts.form.node(node).name;
    let message = format!("`{name}` is never relevant: this can't hold");
    let mut diagnostic =
        conflicting(Diagnostic::warning("never-relevant", own.span(&own.ast), message), conflict);
    if let Some(required) = required(node, facts) {
        diagnostic = diagnostic.label(required, "though an answer is required");
    }
    let whole = own.span(&own.ast);
    let within =
        |span: Span| span.source == whole.source && whole.start <= span.start && span.end <= whole.end;
    diagnostic.hint(match conflict {
        Some(conflict) if within(conflict.first) && within(conflict.second) => {
            "write `or` if one of them is enough"
        }
        Some(_) => "it is asked only where both hold: mend one of them, or take away what nobody will see",
        None => "mend the condition, or take away what nobody will see",
    })
}

fn conflicting(diagnostic: Diagnostic, conflict: Option<Conflict>) -> Diagnostic {
    match conflict {
        Some(Conflict { first, second }) => {
            diagnostic.label(first, "where this holds").label(second, "this does not")
        }
        None => diagnostic,
    }
}

/// Where it is said that a node must be answered.
fn required(node: NodeId, facts: &Facts<'_>) -> Option<Span> {
    let written = facts.binds.get(&node)?.get("required")?;
    (crate::form::constant(written.text) != Some(false)).then_some(written.span)
}
