//! What calculations are made of: the questions and measures behind a node, however many calculations lie between.
//!
//! A condition that reads a calculated node hangs on these. Only what may be missing is among them: questions that are required, perhaps, or
//! whose answers have a rule, and measures.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::assess::measure::{MeasureId, Source};
use crate::expr::program::{ExprId, Read, What};
use crate::form::{Node, NodeKind, ScopeDefId};
use crate::graph::{Draft, Task};
use crate::view::NodeId;

/// A form's calculations, looked at from what they give.
pub(super) struct Behind {
    calculations: FxHashMap<NodeId, Vec<Read>>,
    relevances: FxHashMap<NodeId, (ExprId, Vec<Read>)>,
    measures: FxHashMap<NodeId, MeasureId>,
    /// Nodes that may be missing.
    askable: FxHashSet<NodeId>,
    /// By node: the last node in it, and the repeat around it.
    ends: Vec<NodeId>,
    repeats: Vec<Option<NodeId>>,
}

impl Behind {
    pub fn of(drafts: &[Draft], nodes: &[Node], measures: &FxHashMap<NodeId, MeasureId>) -> Behind {
        let mut behind = Behind {
            calculations: FxHashMap::default(),
            relevances: FxHashMap::default(),
            measures: measures.clone(),
            askable: FxHashSet::default(),
            ends: nodes.iter().map(|node| node.end).collect(),
            repeats: Vec::with_capacity(nodes.len()),
        };
        if measures.is_empty() {
            return behind;
        }
        for (index, node) in nodes.iter().enumerate() {
            let parent = node.parent.0 as usize;
            let around = match nodes[parent].kind {
                NodeKind::Repeat { .. } => Some(node.parent),
                _ => behind.repeats.get(parent).copied().flatten(),
            };
            behind.repeats.push(if index == 0 { None } else { around });
            if node.bind.required {
                behind.askable.insert(NodeId(index as u32));
            }
        }
        for Draft { computation, reads } in drafts {
            match computation.task {
                Task::Calculate(_) => {
                    behind.calculations.insert(computation.node, reads.clone());
                }
                Task::Relevant(expr) if measures.contains_key(&computation.node) => {
                    behind.relevances.insert(computation.node, (expr, reads.clone()));
                }
                Task::Required(_) | Task::Constraint(_) => {
                    behind.askable.insert(computation.node);
                }
                _ => {}
            }
        }
        behind
    }

    /// The own condition of a measure's node, and what it reads.
    pub fn relevance(&self, node: NodeId) -> Option<&(ExprId, Vec<Read>)> {
        self.relevances.get(&node)
    }

    /// What a calculated node is made of; `None` if nobody calculates it.
    pub fn calculated(&self, node: NodeId) -> Option<Box<[Source]>> {
        self.calculations.get(&node).map(|reads| self.sources(reads))
    }

    /// What an expression hangs on, by what it reads.
    pub fn sources(&self, reads: &[Read]) -> Box<[Source]> {
        let mut sources = BTreeSet::new();
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let of = |reads: &[Read]| -> Vec<NodeId> {
            let node = |read: &Read| match read.what {
                What::Value(node) | What::Sibling(node) => Some(node),
                _ => None,
            };
            reads.iter().filter_map(node).collect()
        };
        let mut pending = of(reads);
        while let Some(node) = pending.pop() {
            if !seen.insert(node) {
                continue;
            }
            if let Some(id) = self.measures.get(&node) {
                sources.insert(Source::Measure(*id));
            } else if let Some(reads) = self.calculations.get(&node) {
                pending.extend(of(reads));
            } else if self.askable.contains(&node) {
                sources.insert(Source::Question(node));
            }
            // A group's value is that of all it holds.
            let end = self.ends.get(node.0 as usize).map_or(node.0, |end| end.0);
            pending.extend((node.0 + 1..end).map(NodeId));
        }
        sources.into_iter().collect()
    }

    /// What has to be looked at again when one of them changes.
    pub fn reads(&self, sources: &[Source]) -> Vec<Read> {
        let mut reads = Vec::new();
        for source in sources {
            let Source::Question(node) = source else { continue };
            reads.push(What::Value(*node));
            let mut around = self.repeats.get(node.0 as usize).copied().flatten();
            while let Some(repeat) = around {
                reads.push(What::Instances(repeat));
                around = self.repeats.get(repeat.0 as usize).copied().flatten();
            }
        }
        reads.into_iter().map(|what| Read { what, from: ScopeDefId::ROOT }).collect()
    }
}
