//! What a node is worked out from: the nodes behind its value, however many calculations and measures lie between, and not behind its being asked.

use crate::graph::Task;
use crate::session::Session;
use crate::view::NodeId;

/// The nodes that a value is made of.
pub(super) struct WorkedOut(Vec<bool>);

impl WorkedOut {
    /// Is a node among them?
    pub fn has(&self, node: NodeId) -> bool {
        self.0[node.0 as usize]
    }
}

impl Session {
    /// What some nodes are worked out from, and they themselves.
    pub(super) fn worked_out_from(&self, nodes: &[NodeId]) -> WorkedOut {
        let backwards = self.backwards();
        let mut seen = vec![false; self.form.nodes.len()];
        let mut next = nodes.to_vec();
        while let Some(node) = next.pop() {
            if std::mem::replace(&mut seen[node.0 as usize], true) {
                continue;
            }
            for rank in backwards.providers.get(&node).into_iter().flatten() {
                if let Task::Calculate(_) | Task::Assess(_) =
                    self.form.graph.computations[*rank as usize].task
                {
                    next.extend(&backwards.read_by[*rank as usize]);
                }
            }
        }
        WorkedOut(seen)
    }
}
