//! Questions that wait for each other: the path is shown, each part with its place.

use crate::definition::{Logical, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::Skeleton;
use crate::graph::{Computation, Cycle, Task};
use crate::source::Span;

/// One diagnostic for each way round.
pub(crate) fn report(cycles: &[Cycle], form: &Skeleton, rows: &[Option<&Row>], found: &mut Diagnostics) {
    for cycle in cycles {
        let members: Vec<&Computation> = cycle.members.iter().collect();
        let Some(first) = members.first() else { continue };
        let name = |computation: &Computation| form.node(computation.node).name.to_string();
        let path: Vec<String> =
            members.iter().chain([first]).map(|member| format!("`{}`", name(member))).collect();
        let message = match members.len() {
            1 => format!("`{}` depends on itself through its {}", name(first), first.task.column()),
            _ => format!("these depend on each other: {}", path.join(" → ")),
        };
        let mut diagnostic = Diagnostic::error("cycle", place(first, rows, form), message);
        for member in members.iter().skip(1) {
            let label = format!("`{}` reads the next one here", name(member));
            diagnostic = diagnostic.label(place(member, rows, form), label);
        }
        found.push(diagnostic.hint("take one of them out of the circle"));
    }
}

fn place(computation: &Computation, rows: &[Option<&Row>], form: &Skeleton) -> Span {
    let logical = |rule: &Option<Logical>| match rule {
        Some(Logical::Expression(written)) => Some(written.span),
        _ => None,
    };
    let written = rows[computation.node.0 as usize].and_then(|row| match computation.task {
        Task::Relevant(_) => row.relevant.as_ref().map(|written| written.span),
        Task::RepeatCount(_) => row.repeat_count.as_ref().map(|written| written.span),
        Task::Calculate(_) => row.calculation.as_ref().map(|written| written.span),
        Task::Choices(_) => row.choice_filter.as_ref().map(|written| written.span),
        Task::Constraint(_) => row.constraint.as_ref().map(|written| written.span),
        Task::Required(_) => logical(&row.required),
        Task::Readonly(_) => logical(&row.read_only),
        Task::Shown | Task::ItemShown => None,
    });
    written.unwrap_or(form.node(computation.node).span)
}
