//! Questions whose choices have points that no measure counts.

use std::collections::HashSet;

use super::domain::Domains;
use crate::check::noted::walk;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::{Kind, Start};
use crate::form::KnownChoices;
use crate::tree::SpaceId;
use crate::view::NodeId;

/// `unscored-question`: only of lists that are counted for another question, since others may have a column `score` for another use.
pub(super) fn check(domains: &Domains<'_>, found: &mut Diagnostics) {
    let facts = domains.facts;
    let mut read: HashSet<&str> = HashSet::new();
    for noted in facts.noted {
        walk(&noted.ast, false, &mut |ast, _| {
            if let Kind::Path(path) = &ast.kind {
                if let Start::Reference(name) = &path.start {
                    read.insert(name);
                }
                read.extend(path.steps.iter().filter_map(|step| match &step.test {
                    crate::expr::syntax::Test::Name(name) => Some(name.as_str()),
                    _ => None,
                }));
            }
        });
    }
    let mut counted: HashSet<&str> = HashSet::new();
    let list_of = |node: NodeId| match facts.form.node(node).choices.as_ref()? {
        KnownChoices::Tree(list) => Some(list),
        KnownChoices::Listed(_) => None,
    };
    for measure in &domains.assessment.measures {
        let crate::assess::measure::Kind::Scale(scale) = &measure.kind else { continue };
        for item in &scale.items {
            if !matches!(item.points, crate::assess::measure::Points::ByChoice(_)) {
                continue;
            }
            let nodes = domains.questions(&item.value).unwrap_or_default();
            counted.extend(nodes.into_iter().filter_map(list_of).map(|list| &*list.name));
        }
    }
    let score = domains.program.names.find(SpaceId::NONE, "score");
    for index in 0..facts.form.nodes.len() {
        let node = NodeId(index as u32);
        let question = facts.form.node(node);
        let Some(list) = list_of(node).filter(|list| counted.contains(&*list.name)) else { continue };
        let tree = facts.form.tree(list.tree);
        let has_points = tree.children(list.top).any(|row| {
            tree.children(row).any(|cell| tree.name(cell) == score && !tree.value(cell).is_empty())
        });
        if !has_points || read.contains(&*question.name) {
            continue;
        }
        let message =
            format!("the choices of `{}` have points, but nothing counts its answer", question.name);
        found.push(Diagnostic::warning("unscored-question", question.span, message).hint(
            "make it an item of a scale: `{\"value\": \"${name}\"}`; or give it choices without points",
        ));
    }
}
