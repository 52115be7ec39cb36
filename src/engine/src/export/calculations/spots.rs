//! Leaves as the conditions of other nodes read them, and what calculates, requires and hides them, seen from there.

use super::places::{Places, Unsayable, child_name, from_context};
use crate::expr::syntax::{Path, Start};
use crate::form::{NodeKind, ScopeDefId};
use crate::view::NodeId;

/// A leaf that an expression reads, as seen from where it reads it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// As it is written there.
    pub path: String,
    pub node: NodeId,
    /// There may be any number of it: what follows is seen from a predicate on it.
    pub many: bool,
    pub in_repeat: bool,
    /// The path in a predicate on which what follows is seen; `None`: from anywhere.
    pub from: Option<String>,
    pub relevant: Option<String>,
    /// `None`: always.
    pub lawful: Option<String>,
    /// `None`: never.
    pub required: Option<String>,
}

/// A path without its predicates, as absolute steps.
pub(super) struct Plain {
    /// How many of its steps the `.` and `..` lead to that it starts with, and how many of those are written.
    base: usize,
    taken: usize,
    steps: Vec<String>,
}

impl Plain {
    /// Where it has come to after so many of its written steps.
    pub fn up_to(&self, written: usize) -> String {
        let count = (self.base + written.saturating_sub(self.taken)).min(self.steps.len());
        format!("/{}", self.steps[..count].join("/"))
    }
}

impl Places<'_> {
    /// The leaf that a path leads to, from a predicate on the path `inside` or from anywhere; `None` if it leads elsewhere.
    pub fn spot(&self, path: &Path, text: &str, inside: Option<&str>) -> Result<Option<Spot>, Unsayable> {
        let Some(plain) = self.plain(path, inside) else { return Ok(None) };
        let plain = plain.up_to(path.steps.len());
        let Some(node) = self.at(&plain) else { return Ok(None) };
        let this = self.form.node(node);
        let NodeKind::Leaf(_) = this.kind else { return Ok(None) };
        let filtered = path.steps.iter().any(|step| !step.predicates.is_empty());
        // From within a repeat its own nodes are one each.
        let shares = |inside: &str| {
            let around = |path: &str| self.repeats_around(path).collect::<Vec<String>>();
            around(&plain).iter().all(|repeat| around(inside).contains(repeat))
        };
        let relative = matches!(path.start, Start::Context);
        let many = filtered
            || match (relative, inside) {
                (true, Some(inside)) => !shares(inside),
                _ => this.scope != ScopeDefId::ROOT,
            };
        let from = if many { Some(&*plain) } else { inside.filter(|_| relative) };
        Ok(Some(Spot {
            relevant: self.relevant(node, from)?,
            lawful: self.lawful(node, from)?,
            required: self.required(node, from)?,
            path: text.to_owned(),
            node,
            many,
            in_repeat: this.scope != ScopeDefId::ROOT,
            from: from.map(str::to_owned),
        }))
    }

    /// A path of child steps, without its predicates.
    pub fn plain(&self, path: &Path, inside: Option<&str>) -> Option<Plain> {
        let (base, taken) = match (&path.start, inside) {
            (Start::Root, _) => (String::new(), 0),
            (Start::Context, Some(inside)) => from_context(path, inside)?,
            _ => return None,
        };
        let names: Option<Vec<&str>> = path.steps[taken..].iter().map(child_name).collect();
        let mut steps: Vec<String> =
            base.split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect();
        let base = steps.len();
        steps.extend(names?.into_iter().map(str::to_owned));
        Some(Plain { base, taken, steps })
    }

    /// When a node has to be answered, seen as [`Places::relevant`] is; `None`: never.
    pub fn required(&self, node: NodeId, inside: Option<&str>) -> Result<Option<String>, Unsayable> {
        let path = self.path(node);
        let Some(written) = self.binds.get(&path).and_then(|bind| bind.attribute("required")) else {
            return Ok(None);
        };
        match crate::form::constant(&written.text) {
            Some(true) => Ok(Some("true()".into())),
            Some(false) => Ok(None),
            None => self.seen(&written.text, &path, inside).map(Some),
        }
    }

    /// What calculates a node, as it is seen from elsewhere.
    pub fn calculation(&self, node: NodeId, inside: Option<&str>) -> Result<Option<String>, Unsayable> {
        let path = self.path(node);
        let Some(written) = self.binds.get(&path).and_then(|bind| bind.attribute("calculate")) else {
            return Ok(None);
        };
        self.seen(&written.text, &path, inside).map(Some)
    }

    /// The condition of a node alone, as it is written.
    pub fn own_condition(&self, node: NodeId) -> Option<String> {
        let bind = self.binds.get(&self.path(node))?;
        Some(bind.attribute("relevant")?.text.to_string())
    }
}
