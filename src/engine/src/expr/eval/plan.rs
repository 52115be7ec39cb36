//! Follows plans: node-sets of the primary instance and of choice lists whose way was settled while compiling.

use super::Eval;
use crate::expr::operand::NodeRef;
use crate::expr::program::{ExprId, Plan, PlanStart, PlanStep};
use crate::form::ListId;

impl Eval<'_> {
    pub(super) fn follow(&self, plan: &Plan) -> Vec<NodeRef> {
        let mut steps = &*plan.steps;
        let mut nodes: Vec<NodeRef> = match &plan.start {
            PlanStart::Scope { base, up } => {
                let scope = self.scope_up(*base, *up);
                vec![NodeRef::Cell(scope, self.primary().instance.own_node(scope))]
            }
            PlanStart::ContextItem => match self.context {
                NodeRef::Item(..) => vec![self.context],
                _ => Vec::new(),
            },
            PlanStart::List(list) => match steps.split_first() {
                Some((PlanStep::Equal { column, key }, rest)) => {
                    steps = rest;
                    let key = self.text(*key);
                    self.primary()
                        .form
                        .list(*list)
                        .rows_with(*column, &key)
                        .iter()
                        .map(|row| NodeRef::Item(*list, *row))
                        .collect()
                }
                _ => {
                    (0..self.primary().form.list(*list).len()).map(|row| NodeRef::Item(*list, row)).collect()
                }
            },
        };
        for step in steps {
            nodes = match step {
                PlanStep::Repeat(repeat) => {
                    let instances = |node: &NodeRef| match node {
                        NodeRef::Cell(scope, _) => self.primary().instance.instances(*scope, *repeat),
                        _ => &[],
                    };
                    nodes
                        .iter()
                        .flat_map(instances)
                        // What is not relevant is not there.
                        .filter(|scope| self.primary().instance.relevant(**scope, *repeat))
                        .map(|scope| NodeRef::Cell(*scope, *repeat))
                        .collect()
                }
                PlanStep::Cell(target) => nodes
                    .iter()
                    .filter_map(|node| match node {
                        NodeRef::Cell(scope, _) => Some(NodeRef::Cell(*scope, *target)),
                        _ => None,
                    })
                    .collect(),
                PlanStep::Outer => {
                    let mut outer: Vec<NodeRef> = nodes
                        .iter()
                        .filter_map(|node| match node {
                            NodeRef::Cell(scope, _) => {
                                let scope = self.primary().instance.up(*scope, 1);
                                Some(NodeRef::Cell(scope, self.primary().instance.own_node(scope)))
                            }
                            _ => None,
                        })
                        .collect();
                    outer.dedup();
                    outer
                }
                PlanStep::Column(column) => nodes
                    .iter()
                    .filter_map(|node| match node {
                        NodeRef::Item(list, row) => Some(NodeRef::Column(*list, *row, *column)),
                        _ => None,
                    })
                    .collect(),
                PlanStep::Filter { predicate, numeric } => self.filter(&nodes, *predicate, *numeric),
                PlanStep::Equal { column, key } => {
                    let key = self.text(*key);
                    nodes
                        .into_iter()
                        .filter(|node| match node {
                            NodeRef::Item(list, row) => *self.column_text(*list, *row, *column) == *key,
                            _ => false,
                        })
                        .collect()
                }
            };
        }
        nodes
    }

    fn filter(&self, nodes: &[NodeRef], predicate: ExprId, numeric: bool) -> Vec<NodeRef> {
        let size = nodes.len() as u32;
        let passes = |(index, node): (usize, &NodeRef)| {
            let inner = Eval { context: *node, position: index as u32 + 1, size, ..*self };
            let pass = match numeric {
                true => inner.number(predicate) == f64::from(inner.position),
                false => inner.boolean(predicate),
            };
            pass.then_some(*node)
        };
        nodes.iter().enumerate().filter_map(passes).collect()
    }

    /// Does a choice pass a filter?
    pub fn choice_passes(&self, list: ListId, row: u32, filter: ExprId) -> bool {
        let size = self.primary().form.list(list).len();
        Eval { context: NodeRef::Item(list, row), position: row + 1, size, ..*self }.boolean(filter)
    }
}
