//! Questions that wait for each other: the path is shown, each part with its place.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::Skeleton;
use crate::graph::{Computation, Cycle};
use crate::source::Span;
use crate::view::NodeId;

/// Where each computation is written: by its node and column.
pub(crate) type Places = FxHashMap<(NodeId, &'static str), Span>;

/// How much of a way round is shown.
const MAX_SHOWN: usize = 20;

/// One diagnostic for each way round.
pub(crate) fn report(cycles: &[Cycle], form: &Skeleton, places: &Places, found: &mut Diagnostics) {
    for cycle in cycles {
        let members: Vec<&Computation> = cycle.members.iter().collect();
        let Some(first) = members.first() else { continue };
        let name = |computation: &Computation| form.node(computation.node).name.to_string();
        let path: Vec<String> = members
            .iter()
            .take(MAX_SHOWN)
            .chain([first])
            .map(|member| format!("`{}`", name(member)))
            .collect();
        let message = match members.len() {
            1 => format!("`{}` depends on itself through its {}", name(first), first.task.column()),
            count if count > MAX_SHOWN => {
                format!("these depend on each other, {count} in all: {} → …", path[..MAX_SHOWN].join(" → "))
            }
            _ => format!("these depend on each other: {}", path.join(" → ")),
        };
        let mut diagnostic = Diagnostic::error("cycle", place(first, places, form), message);
        for member in members.iter().take(MAX_SHOWN).skip(1) {
            let label = format!("`{}` reads the next one here", name(member));
            diagnostic = diagnostic.label(place(member, places, form), label);
        }
        found.push(diagnostic.hint("take one of them out of the circle"));
    }
}

fn place(computation: &Computation, places: &Places, form: &Skeleton) -> Span {
    let written = places.get(&(computation.node, computation.task.column()));
    written.copied().unwrap_or(form.node(computation.node).span)
}
