//! Follows plans: node-sets of the primary instance whose way was settled while compiling.

use super::Eval;
use crate::expr::operand::NodeRef;
use crate::expr::program::{ExprId, Gives, Plan, PlanStep};
use crate::view::ScopeId;

impl Eval<'_> {
    pub(super) fn follow(&self, plan: &Plan) -> Vec<NodeRef> {
        let instance = self.primary().instance;
        let scope = self.scope_up(plan.start.base, plan.start.up);
        let mut nodes: Vec<NodeRef> = vec![NodeRef::Cell(scope, instance.own_node(scope))];
        let mut steps = plan.steps.iter();
        while let Some(step) = steps.next() {
            if !self.spend(nodes.len()) {
                return Vec::new();
            }
            match step {
                PlanStep::Repeat(repeat) => {
                    // The instance at a place is found without the others.
                    if let (Some(PlanStep::At(place)), Some(single)) =
                        (steps.as_slice().first(), single(&nodes))
                    {
                        steps.next();
                        let at = self.relevant_at(single, *repeat, self.number(*place));
                        nodes.clear();
                        nodes.extend(at.map(|scope| NodeRef::Cell(scope, *repeat)));
                        continue;
                    }
                    let instances = |scope: ScopeId| instance.instances(scope, *repeat);
                    nodes = scopes(&nodes)
                        .flat_map(instances)
                        // What is not relevant is not there.
                        .filter(|scope| instance.relevant(**scope, *repeat))
                        .map(|scope| NodeRef::Cell(*scope, *repeat))
                        .collect();
                }
                PlanStep::Cell(target) => {
                    nodes = scopes(&nodes).map(|scope| NodeRef::Cell(scope, *target)).collect();
                }
                PlanStep::Outer => {
                    nodes = scopes(&nodes)
                        .map(|scope| {
                            let outer = instance.up(scope, 1);
                            NodeRef::Cell(outer, instance.own_node(outer))
                        })
                        .collect();
                    nodes.dedup();
                }
                PlanStep::Filter { predicate, gives } => self.filter(&mut nodes, *predicate, *gives),
                PlanStep::At(place) => {
                    let place = self.number(*place);
                    self.keep_at(&mut nodes, place);
                }
            }
        }
        nodes
    }

    /// The relevant instance of a repeat at a place.
    fn relevant_at(&self, scope: ScopeId, repeat: crate::view::NodeId, place: f64) -> Option<ScopeId> {
        if place.fract() != 0.0 || place < 1.0 {
            return None;
        }
        let instance = self.primary().instance;
        let instances = instance.instances(scope, repeat);
        let at = *instances.get(place as usize - 1)?;
        // Mostly all are relevant, and their places are those among all.
        if instance.all_relevant(scope, repeat) {
            return Some(at);
        }
        instances.iter().copied().filter(|scope| instance.relevant(*scope, repeat)).nth(place as usize - 1)
    }

    /// Keeps the node at a place among those of the same parent.
    fn keep_at(&self, nodes: &mut Vec<NodeRef>, place: f64) {
        let mut count = 0.0;
        let mut parent = None;
        nodes.retain(|node| {
            let own = self.parent(*node);
            if own != parent {
                (count, parent) = (0.0, own);
            }
            count += 1.0;
            count == place
        });
    }

    /// Keeps what the predicate lets through; places are counted among the nodes of the same parent.
    fn filter(&self, nodes: &mut Vec<NodeRef>, predicate: ExprId, gives: Gives) {
        let mut sizes: Vec<u32> = Vec::with_capacity(nodes.len());
        let mut begin = 0;
        for at in 1..=nodes.len() {
            let ends = at == nodes.len() || self.parent(nodes[at]) != self.parent(nodes[begin]);
            if ends {
                sizes.extend(std::iter::repeat_n((at - begin) as u32, at - begin));
                begin = at;
            }
        }
        let mut inner = Eval { position: 0, ..*self };
        let mut at = 0;
        let mut parent = None;
        nodes.retain(|node| {
            let own = self.parent(*node);
            if own != parent {
                (inner.position, parent) = (0, own);
            }
            inner.position += 1;
            inner.context = *node;
            inner.size = sizes[at];
            at += 1;
            inner.passes(predicate, gives)
        });
    }
}

fn scopes(nodes: &[NodeRef]) -> impl Iterator<Item = ScopeId> + '_ {
    nodes.iter().filter_map(|node| match node {
        NodeRef::Cell(scope, _) => Some(*scope),
        NodeRef::Text(..) | NodeRef::Tree(..) | NodeRef::Document => None,
    })
}

fn single(nodes: &[NodeRef]) -> Option<ScopeId> {
    match nodes {
        [NodeRef::Cell(scope, _)] => Some(*scope),
        _ => None,
    }
}
