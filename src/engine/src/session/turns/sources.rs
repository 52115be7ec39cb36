//! What a measure is scored from: the questions behind it, found in the dependency graph, the nearest first.
//!
//! Conditions of relevance are not followed, nor filters of choices: what they read decides what is asked, and is nothing that is scored.

use rustc_hash::FxHashMap;

use crate::assess::measure::{Amount, Input, Kind, MeasureId};
use crate::expr::program::Expr;
use crate::graph::Task;
use crate::session::Session;
use crate::view::{Control, Key, NodeId, ScopeId};

/// The questions that a measure is scored from.
pub(in crate::session) struct Sources {
    /// Nearest first.
    pub questions: Vec<NodeId>,
    /// The scales among what it is made of.
    pub scales: Vec<MeasureId>,
    /// Is everything that it is scored from a question that may be tried?
    pub complete: bool,
}

/// The dependency graph, looked at from its ends.
pub(in crate::session) struct Backwards {
    /// By rank: what it reads.
    pub read_by: Vec<Vec<NodeId>>,
    /// By node: the ranks that decide it.
    pub providers: FxHashMap<NodeId, Vec<u32>>,
}

impl Session {
    pub(in crate::session) fn sources(&self, target: MeasureId) -> Sources {
        let form = &self.form;
        let Backwards { read_by, providers } = self.backwards();
        let decisions = self.decisions();
        let mut sources = Sources { questions: Vec::new(), scales: Vec::new(), complete: true };
        let mut seen = vec![false; form.nodes.len()];
        let mut next = vec![self.measure(target).node];
        seen[next[0].0 as usize] = true;
        let mut at = 0;
        while let Some(node) = next.get(at).copied() {
            at += 1;
            if let Some(id) = form.assessment.by_node.get(&node)
                && let Kind::Scale(_) = self.measure(*id).kind
            {
                sources.scales.push(*id);
            }
            let asked = form.node(node).body.control.is_some_and(|control| control != Control::Note);
            match (asked && !form.is_computed(node), decisions.contains(&node)) {
                (true, false) => sources.questions.push(node),
                (true, true) => sources.complete = false,
                (false, _) => {}
            }
            // There are as many of it as there are of what holds it.
            let mut held = node;
            loop {
                for rank in providers.get(&held).into_iter().flatten() {
                    let task = form.graph.computations[*rank as usize].task;
                    let scored = match task {
                        Task::RepeatCount(_) => true,
                        Task::Relevant(_) | Task::Choices => false,
                        _ => held == node,
                    };
                    if !scored {
                        continue;
                    }
                    for read in &read_by[*rank as usize] {
                        if !std::mem::replace(&mut seen[read.0 as usize], true) {
                            next.push(*read);
                        }
                    }
                }
                if held == NodeId(0) {
                    break;
                }
                held = form.node(held).parent;
            }
        }
        sources
    }

    /// Does one of some answers decide which choices a question has?
    pub(in crate::session) fn is_offered_by(
        &self,
        backwards: &Backwards,
        question: NodeId,
        answers: &[NodeId],
    ) -> bool {
        let Backwards { read_by, providers } = backwards;
        providers.get(&question).into_iter().flatten().any(|rank| {
            matches!(self.form.graph.computations[*rank as usize].task, Task::Choices)
                && read_by[*rank as usize].iter().any(|read| answers.contains(read))
        })
    }

    pub(in crate::session) fn backwards(&self) -> Backwards {
        let graph = &self.form.graph;
        let mut read_by: Vec<Vec<NodeId>> = vec![Vec::new(); graph.computations.len()];
        for (node, edges) in graph.value.iter().enumerate() {
            edges.iter().for_each(|edge| read_by[edge.rank as usize].push(NodeId(node as u32)));
        }
        for (repeat, edges) in graph.instances.iter().chain(&graph.positions) {
            edges.iter().for_each(|edge| read_by[edge.rank as usize].push(*repeat));
        }
        // What a map gives has no order of its own.
        read_by.iter_mut().for_each(|read| crate::order::sort(read));
        let mut providers: FxHashMap<NodeId, Vec<u32>> = FxHashMap::default();
        for (rank, computation) in graph.computations.iter().enumerate() {
            if computation.task.provides() {
                providers.entry(computation.node).or_default().push(rank as u32);
            }
        }
        Backwards { read_by, providers }
    }

    /// Where a person may put a result of their own in a measure's place now, or settle what two assessors differ on.
    pub fn decided_by_hand(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for measure in &self.form.assessment.measures {
            let input = match &measure.kind {
                Kind::Decided { instead, .. } => instead,
                Kind::Agreed { decided: Some(decided), .. } => decided,
                _ => continue,
            };
            if let Input::Amount(Amount::Expr(expr)) = input
                && let Expr::Cell { node, .. } = self.form.program.expr(*expr)
                && self.instance.holds(&self.form, ScopeId(0), *node)
                && self.instance.relevant(ScopeId(0), *node)
                && self.form.node(*node).body.control.is_some()
            {
                keys.push(Key { scope: ScopeId(0), node: *node });
            }
        }
        keys
    }

    /// The questions with which a person puts a result in a measure's place: that they would is no news.
    fn decisions(&self) -> Vec<NodeId> {
        let mut found = Vec::new();
        for measure in &self.form.assessment.measures {
            let by_hand = match &measure.kind {
                Kind::Decided { instead, reason, .. } => [Some(instead), Some(reason)],
                Kind::Agreed { decided, .. } => [decided.as_ref(), None],
                _ => continue,
            };
            for input in by_hand.into_iter().flatten() {
                if let Input::Amount(Amount::Expr(expr)) = input
                    && let Expr::Cell { node, .. } = self.form.program.expr(*expr)
                {
                    found.push(*node);
                }
            }
        }
        found
    }
}
