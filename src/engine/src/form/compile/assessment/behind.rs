//! What nodes hang on: the questions and measures behind a node, however many calculations lie between, and those behind its being asked.
//!
//! A condition that reads a calculated node hangs on these; one that reads a question hangs on what the question's relevance reads, too.
//! Only what may be missing is among them: questions that are required, perhaps, or whose answers have a rule, and measures.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::assess::measure::{Condition, Doubts, Made, MeasureId, Source};
use crate::expr::program::{ExprId, Read, What};
use crate::form::{Node, NodeKind, ScopeDefId};
use crate::graph::{Draft, Task};
use crate::view::NodeId;

mod making;

use making::Making;

/// What says whether something is asked.
struct Asking {
    scope: ScopeDefId,
    expr: ExprId,
    reads: Vec<Read>,
}

/// A form's calculations and conditions, looked at from what they give.
pub(super) struct Behind {
    calculations: FxHashMap<NodeId, Vec<Read>>,
    relevances: FxHashMap<NodeId, Asking>,
    requireds: FxHashMap<NodeId, Asking>,
    counts: FxHashMap<NodeId, Asking>,
    measures: FxHashMap<NodeId, MeasureId>,
    /// Nodes that may be missing.
    askable: FxHashSet<NodeId>,
    /// By node: the last node in it, what holds it, and the repeat around it.
    ends: Vec<NodeId>,
    parents: Vec<NodeId>,
    repeats: Vec<Option<NodeId>>,
    scopes: Vec<ScopeDefId>,
}

impl Behind {
    pub fn of(drafts: &[Draft], nodes: &[Node], measures: &FxHashMap<NodeId, MeasureId>) -> Behind {
        let mut behind = Behind {
            calculations: FxHashMap::default(),
            relevances: FxHashMap::default(),
            requireds: FxHashMap::default(),
            counts: FxHashMap::default(),
            measures: measures.clone(),
            askable: FxHashSet::default(),
            ends: nodes.iter().map(|node| node.end).collect(),
            parents: nodes.iter().map(|node| node.parent).collect(),
            repeats: Vec::with_capacity(nodes.len()),
            scopes: nodes.iter().map(|node| node.scope).collect(),
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
            let node = computation.node;
            let asking = |expr| Asking { scope: computation.scope, expr, reads: reads.clone() };
            match computation.task {
                Task::Calculate(_) => {
                    behind.calculations.insert(node, reads.clone());
                }
                Task::Relevant(expr) => {
                    behind.relevances.insert(node, asking(expr));
                }
                Task::RepeatCount(expr) => {
                    behind.counts.insert(node, asking(expr));
                }
                Task::Required(expr) => {
                    behind.askable.insert(node);
                    behind.requireds.insert(node, asking(expr));
                }
                Task::Constraint(_) => {
                    behind.askable.insert(node);
                }
                _ => {}
            }
        }
        behind
    }

    /// The own condition of a measure's node, and what it reads.
    pub fn relevance(&self, node: NodeId) -> Option<(ExprId, &[Read])> {
        self.relevances.get(&node).map(|asking| (asking.expr, &*asking.reads))
    }

    /// What the relevance of a node reads, and of all that holds it; and that relevance itself, which is computed before.
    pub fn around(&self, node: NodeId) -> Vec<Read> {
        let mut reads = Vec::new();
        let mut at = node;
        while at != NodeId(0) {
            if let Some(asking) = self.relevances.get(&at) {
                reads.extend(&asking.reads);
                reads.push(Read { what: What::Value(at), from: ScopeDefId::ROOT });
            }
            at = self.parents[at.0 as usize];
        }
        reads
    }

    /// What a calculated node is made of; `None` if nobody calculates it. Of instances that are counted it is what says which there are, not what they hold.
    pub fn calculated(&self, node: NodeId) -> Option<Box<[Made]>> {
        let reads = self.calculations.get(&node)?;
        Some(Making::of(self, reads))
    }

    /// What an expression hangs on, by what it reads.
    pub fn sources(&self, reads: &[Read]) -> Box<[Source]> {
        let mut looked = Looked::default();
        self.look(&mut looked, reads.to_vec());
        looked.sources.into_iter().collect()
    }

    /// What it hangs on whether what a measure reads is asked, and the measure itself within what holds it.
    pub fn asking(&self, reads: &[Read], holder: NodeId) -> Box<[Source]> {
        let mut looked = Looked::default();
        let mut pending = Vec::new();
        for node in read_nodes(reads).into_iter().chain([holder]) {
            self.ask(&mut looked, node, &mut pending);
        }
        self.look(&mut looked, pending);
        looked.sources.into_iter().collect()
    }

    /// What is in doubt of what a measure reads, of what that hangs on, and of what holds the measure.
    pub fn doubts(&self, reads: &[Read], holder: NodeId, into: &mut Doubts) {
        let mut looked = Looked::default();
        let mut pending = reads.to_vec();
        self.ask(&mut looked, holder, &mut pending);
        self.look(&mut looked, pending);
        for node in looked.asked {
            if let Some(asking) = self.relevances.get(&node).filter(|_| !into.relevant.contains_key(&node))
                && let Some(condition) = self.doubt(asking)
            {
                into.relevant.insert(node, (asking.scope, condition));
                self.note_behind(&asking.reads, &mut into.behind);
                into.below.insert(node);
                into.below.extend((node.0..self.ends[node.0 as usize].0).map(NodeId));
            }
            if let Some(asking) = self.requireds.get(&node).filter(|_| !into.required.contains_key(&node))
                && let Some(condition) = self.doubt(asking)
            {
                into.required.insert(node, condition);
                self.note_behind(&asking.reads, &mut into.behind);
            }
            let counted = self.counts.get(&node).filter(|_| !into.counts.contains_key(&node));
            if let Some(condition) = counted.and_then(|asking| self.doubt(asking)) {
                into.counts.insert(node, condition);
            }
        }
    }

    fn note_behind(&self, reads: &[Read], into: &mut FxHashMap<NodeId, Box<[Made]>>) {
        for read in reads {
            let (node, made) = match read.what {
                What::Value(node) | What::Sibling(node) => (node, Making::of_node(self, node)),
                What::Instances(node) => (node, Making::of(self, &[*read])),
                _ => continue,
            };
            let known = into.remove(&node).into_iter().flatten();
            let all: BTreeSet<Made> = known.chain(made).collect();
            into.insert(node, all.into_iter().collect());
        }
    }

    /// A condition that may be open.
    fn doubt(&self, asking: &Asking) -> Option<Condition> {
        let sources = self.sources(&asking.reads);
        (!sources.is_empty()).then_some(Condition { expr: asking.expr, sources })
    }

    fn look(&self, looked: &mut Looked, mut pending: Vec<Read>) {
        while let Some(read) = pending.pop() {
            let node = match read.what {
                What::Value(node) | What::Sibling(node) => node,
                // Which instances there are, not what they hold.
                What::Instances(node) => {
                    self.ask(looked, node, &mut pending);
                    continue;
                }
                _ => continue,
            };
            if !looked.seen.insert(node) {
                continue;
            }
            self.ask(looked, node, &mut pending);
            if let Some(id) = self.measures.get(&node) {
                looked.sources.insert(Source::Measure(*id));
            } else if let Some(reads) = self.calculations.get(&node) {
                pending.extend(reads);
            } else if self.askable.contains(&node) {
                looked.sources.insert(Source::Question(node));
            }
            // A group's value is that of all it holds.
            let end = self.ends.get(node.0 as usize).map_or(node.0, |end| end.0);
            let inner = (node.0 + 1..end).map(|inner| What::Value(NodeId(inner)));
            pending.extend(inner.map(|what| Read { what, from: ScopeDefId::ROOT }));
        }
    }

    /// What decides whether a node is asked, and what holds it. A measure says of itself whether it is.
    fn ask(&self, looked: &mut Looked, node: NodeId, pending: &mut Vec<Read>) {
        let mut at = node;
        loop {
            if looked.asked.insert(at) && !self.measures.contains_key(&at) {
                let askings = [&self.relevances, &self.requireds, &self.counts];
                let askings = askings.into_iter().filter_map(|askings| askings.get(&at));
                pending.extend(askings.flat_map(|asking| &asking.reads));
            }
            match self.parents.get(at.0 as usize) {
                Some(parent) if at != NodeId(0) && !looked.asked.contains(parent) => at = *parent,
                _ => return,
            }
        }
    }

    /// What has to be looked at again when one of them changes.
    pub fn reads(&self, sources: &[Source]) -> Vec<Read> {
        self.reads_as(sources, What::Value)
    }

    /// What has to be looked at again when one of them comes or goes.
    pub fn reads_of_answered(&self, sources: &[Source]) -> Vec<Read> {
        self.reads_as(sources, What::Answered)
    }

    fn reads_as(&self, sources: &[Source], question: fn(NodeId) -> What) -> Vec<Read> {
        let mut reads = Vec::new();
        for source in sources {
            let Source::Question(node) = source else { continue };
            reads.push(question(*node));
            let mut around = self.repeats.get(node.0 as usize).copied().flatten();
            while let Some(repeat) = around {
                reads.push(What::Instances(repeat));
                around = self.repeats.get(repeat.0 as usize).copied().flatten();
            }
        }
        reads.into_iter().map(|what| Read { what, from: ScopeDefId::ROOT }).collect()
    }
}

/// How far it was looked.
#[derive(Default)]
struct Looked {
    sources: BTreeSet<Source>,
    seen: FxHashSet<NodeId>,
    /// Nodes whose being asked was looked at.
    asked: FxHashSet<NodeId>,
}

fn read_nodes(reads: &[Read]) -> Vec<NodeId> {
    let node = |read: &Read| match read.what {
        What::Value(node) | What::Sibling(node) | What::Instances(node) => Some(node),
        _ => None,
    };
    reads.iter().filter_map(node).collect()
}
