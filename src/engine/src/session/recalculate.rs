//! Recalculation: what an answer touches, in the graph's order, and nothing else.

use crate::expr::eval::MAX_WORK;
use crate::expr::program::ExprId;
use crate::form::{NodeKind, ScopeDefId};
use crate::graph::{Edge, Task};
use crate::session::dirty::Marked;
use crate::session::instance::flag;
use crate::session::{Happened, Session};
use crate::value::{DataType, MAX_TEXT, Value};
use crate::view::{Control, Key, NodeId, ScopeId};

/// A repeat has at most this many instances: a slip in a count must not fill the memory.
pub(super) const MAX_INSTANCES: usize = 10_000;
/// And all repeats of a form together this many: counts within counts multiply.
const MAX_SCOPES: usize = 50_000;
/// And hold this many cells.
const MAX_CELLS: usize = 1_000_000;
/// What one computation costs of an answer's work, beside the nodes that it visits.
const RUN: usize = 32;
/// How much work a cell may make at the least, however many there are.
const WORK_OF_CELL: u64 = 256;

/// How much work one answer may make where there are so many cells.
pub(super) fn work_for(cells: usize) -> u64 {
    MAX_WORK.max(cells as u64 * WORK_OF_CELL)
}

impl Session {
    /// Runs everything that is dirty, each computation after what it reads.
    pub(super) fn settle(&mut self) {
        let mut counted: Vec<(u32, ScopeId)> = Vec::new();
        let circles = !self.form.graph.circular.is_empty();
        while let Some((rank, marked)) = self.dirty.next() {
            let circular = circles && self.form.graph.circular.binary_search(&rank).is_ok();
            let computation = self.form.graph.computations[rank as usize];
            let mut within = |scope: ScopeId| {
                // Answers taken up again say themselves how many instances they have come to.
                if circular && (self.restoring || counted.contains(&(rank, scope))) {
                    return true;
                }
                if circular {
                    counted.push((rank, scope));
                }
                // What reads other instances of itself may come round; a form that never comes to rest is stopped.
                if !self.spend(RUN) {
                    return false;
                }
                if self.instance.alive(scope) {
                    self.compute(computation.node, scope, computation.task);
                }
                true
            };
            let done = match marked {
                Marked::Root => within(ScopeId(0)),
                Marked::Scopes(scopes) => {
                    let done = scopes.iter().all(|scope| within(*scope));
                    self.dirty.recycle(rank, scopes);
                    done
                }
            };
            if !done {
                self.dirty.clear();
                return;
            }
        }
    }

    /// Takes that much off the work that is left. Is there any?
    pub(super) fn spend(&mut self, work: usize) -> bool {
        let left = self.left.get().saturating_sub(work as u64);
        self.left.set(left);
        self.overran |= left == 0;
        left > 0
    }

    /// May a repeat have another instance?
    pub(super) fn has_room(&self, scope: ScopeId, repeat: NodeId) -> bool {
        self.instance.instances(scope, repeat).len() < MAX_INSTANCES
            && self.instance.living() < MAX_SCOPES
            && self.instance.cells() < MAX_CELLS
    }

    fn compute(&mut self, node: NodeId, scope: ScopeId, task: Task) {
        match task {
            Task::Relevant(expr) => {
                let on = self.eval(scope, node).boolean(expr);
                let cell = self.instance.cell(scope, node);
                if self.instance.mark(cell, flag::RELEVANT_ITSELF, on) {
                    self.spread_relevance(scope, node);
                }
            }
            Task::Calculate(expr) => self.calculate(scope, node, expr),
            Task::Assess(measure) => self.assess(measure),
            Task::Choices => {
                let given = self.instance.given(scope, node).clone();
                self.offer(scope, node, given);
                self.changed.push(Key { scope, node });
            }
            Task::Required(expr) => self.condition(scope, node, expr, flag::REQUIRED, true),
            Task::Readonly(expr) => self.condition(scope, node, expr, flag::READONLY, true),
            Task::Constraint(expr) => self.condition(scope, node, expr, flag::VIOLATED, false),
            Task::RepeatCount(expr) => self.repeat_count(scope, node, expr),
            Task::Shown => self.changed.push(Key { scope, node }),
            Task::ItemShown => self.changed.push(Key { scope: self.instance.up(scope, 1), node }),
        }
    }

    /// Sets a flag when the expression gives `holds`.
    fn condition(&mut self, scope: ScopeId, node: NodeId, expr: ExprId, which: u8, holds: bool) {
        let on = self.eval(scope, node).boolean(expr) == holds;
        let cell = self.instance.cell(scope, node);
        if self.instance.mark(cell, which, on) {
            self.changed.push(Key { scope, node });
            if which != flag::READONLY {
                self.touch_standing(scope, node);
            }
        }
    }

    fn calculate(&mut self, scope: ScopeId, node: NodeId, expr: ExprId) {
        let Some(data_type) = self.form.node(node).data_type() else { return };
        let eval = self.eval(scope, node);
        if self.stays_number(node, data_type, expr) {
            let number = eval.number(expr);
            let value = if number.is_finite() { Value::Decimal(number) } else { Value::Blank };
            self.put(scope, node, value);
        } else {
            let value = eval
                .value_of(eval.operand(expr))
                .into_value(data_type, self.world.zone())
                .unwrap_or(Value::Blank);
            let value = self.fitting(node, value);
            self.offer(scope, node, value);
        }
        if !self.form.graph.recounts.is_empty() {
            for edge in self.form.graph.recounts.get(&node).into_iter().flatten() {
                touch(&mut self.dirty, &self.instance, &self.form, &self.left, scope, edge);
            }
        }
    }

    /// Is what is calculated a number, and put away as one? Then there is nothing to fit it to: the most calculations are so.
    fn stays_number(&self, node: NodeId, data_type: DataType, expr: ExprId) -> bool {
        let body = &self.form.node(node).body;
        matches!(data_type, DataType::Text | DataType::Decimal)
            && self.form.program.expr(expr).is_number()
            && body.choices.is_none()
            && body.control != Some(Control::Acknowledge)
    }

    /// A value that an expression or a default gave, as the node can hold it, put it away and take it up again.
    pub(super) fn fitting(&self, node: NodeId, value: Value) -> Value {
        let calculated = self.form.is_computed(node);
        let text = self.form.node(node).data_type() == Some(DataType::Text);
        let value = match value {
            Value::Decimal(number) if !number.is_finite() => Value::Blank,
            long if long.text_bytes() > MAX_TEXT => Value::Blank,
            Value::Blank => Value::Blank,
            // A calculation keeps its number; what a reader may edit is text.
            other if text && !calculated => Value::Text(other.to_text().into()),
            other => other,
        };
        self.in_list_order(node, value).unwrap_or(Value::Blank)
    }

    /// Writes a value; if it is another, what reads it is dirty.
    pub(super) fn put(&mut self, scope: ScopeId, node: NodeId, value: Value) {
        let cell = self.instance.cell(scope, node);
        let is_none = |value: &Value| matches!(value, Value::Blank | Value::Unread(_));
        let came_or_went = is_none(self.instance.kept(scope, node)) != is_none(&value);
        if self.instance.set(cell, value) {
            self.changed.push(Key { scope, node });
            if self.instance.has(cell, flag::RELEVANT) {
                self.touch_readers(scope, node);
                if came_or_went {
                    self.touch_answered(scope, node);
                }
            }
            if !self.quiet && !self.form.node(node).bind.triggers.is_empty() {
                self.waiting.push_back(Happened::Changed(scope, node));
            }
        }
    }

    pub(super) fn touch_readers(&mut self, scope: ScopeId, node: NodeId) {
        for edge in &self.form.graph.value[node.0 as usize] {
            touch(&mut self.dirty, &self.instance, &self.form, &self.left, scope, edge);
        }
    }

    fn touch_answered(&mut self, scope: ScopeId, node: NodeId) {
        for edge in self.form.graph.answered.get(&node).into_iter().flatten() {
            touch(&mut self.dirty, &self.instance, &self.form, &self.left, scope, edge);
        }
    }

    fn touch_standing(&mut self, scope: ScopeId, node: NodeId) {
        for edge in self.form.graph.standing.get(&node).into_iter().flatten() {
            touch(&mut self.dirty, &self.instance, &self.form, &self.left, scope, edge);
        }
    }

    pub(super) fn touch_instances(&mut self, scope: ScopeId, repeat: NodeId) {
        for edge in self.form.graph.instances.get(&repeat).into_iter().flatten() {
            touch(&mut self.dirty, &self.instance, &self.form, &self.left, scope, edge);
        }
    }

    pub(super) fn touch_position(&mut self, instance: ScopeId, repeat: NodeId) {
        for edge in self.form.graph.positions.get(&repeat).into_iter().flatten() {
            touch(&mut self.dirty, &self.instance, &self.form, &self.left, instance, edge);
        }
    }

    /// Marks everything that is computed in one scope.
    pub(super) fn touch_all_in(&mut self, scope: ScopeId) {
        let def = self.instance.def(scope);
        for rank in &self.form.graph.in_scope[usize::from(def.0)] {
            self.dirty.mark(*rank, scope);
        }
    }

    /// Carries a node's relevance to all that it holds.
    pub(super) fn spread_relevance(&mut self, scope: ScopeId, node: NodeId) {
        let own = self.instance.own_node(scope) == node;
        let parent_relevant = if own && scope == ScopeId(0) {
            true
        } else if own {
            self.instance.relevant(self.instance.up(scope, 1), node)
        } else {
            self.instance.relevant(scope, self.form.node(node).parent)
        };
        let cell = self.instance.cell(scope, node);
        let on = parent_relevant && self.instance.has(cell, flag::RELEVANT_ITSELF);
        if !self.instance.set_relevant(scope, node, on) {
            return;
        }
        self.changed.push(Key { scope, node });
        if own && scope != ScopeId(0) {
            self.touch_instances(self.instance.up(scope, 1), node);
        }
        match self.form.node(node).kind {
            NodeKind::Leaf(_) => {
                self.touch_readers(scope, node);
                self.touch_answered(scope, node);
                // Mostly there is nothing in it.
                if self.form.node(node).end.0 > node.0 + 1 {
                    self.spread_to_attributes(scope, node);
                }
            }
            NodeKind::Attribute => self.touch_readers(scope, node),
            NodeKind::Repeat { .. } if !own => {
                self.touch_instances(scope, node);
                for instance in self.instance.instances(scope, node).to_vec() {
                    self.spread_relevance(instance, node);
                }
            }
            NodeKind::Group | NodeKind::Repeat { .. } => {
                let children: Vec<NodeId> = self.form.children_of(node).collect();
                for child in children {
                    self.spread_relevance(scope, child);
                }
                self.spread_to_attributes(scope, node);
            }
        }
    }

    fn spread_to_attributes(&mut self, scope: ScopeId, node: NodeId) {
        let form = self.form.clone();
        for attribute in form.attributes_of(node) {
            self.spread_relevance(scope, attribute);
        }
    }

    fn repeat_count(&mut self, scope: ScopeId, repeat: NodeId, expr: ExprId) {
        let wanted = self.eval(scope, repeat).number(expr);
        let wanted = if wanted.is_nan() { 0 } else { wanted.clamp(0.0, MAX_INSTANCES as f64) as usize };
        let before = self.instance.instances(scope, repeat).len();
        for _ in before..wanted {
            if !self.has_room(scope, repeat) || !self.spend(1) {
                break;
            }
            let added = self.sprout(scope, repeat, true);
            self.happened_in(added, repeat);
        }
        while let Some(last) = self.instance.instances(scope, repeat).get(wanted..).and_then(<[_]>::last) {
            self.wither(*last);
        }
        if self.instance.instances(scope, repeat).len() != before {
            self.changed.push(Key { scope, node: repeat });
            self.touch_instances(scope, repeat);
        }
    }

    /// Adds a repeat instance: what it starts with stands, everything in it is dirty. `seeded`: as [`super::Instance::add`] has it.
    pub(super) fn grow(&mut self, scope: ScopeId, repeat: NodeId, seeded: bool) -> ScopeId {
        let added = self.sprout(scope, repeat, seeded);
        self.changed.push(Key { scope, node: repeat });
        self.touch_instances(scope, repeat);
        added
    }

    fn sprout(&mut self, scope: ScopeId, repeat: NodeId, seeded: bool) -> ScopeId {
        let form = self.form.clone();
        let before = self.instance.cells();
        let added = self.instance.add(&form, scope, repeat, seeded);
        let work = (self.instance.cells() - before) as u64 * WORK_OF_CELL;
        // What was given up stays so.
        if self.left.get() > 0 {
            self.left.set(self.left.get() + work);
        }
        self.added.push(Key { scope: added, node: repeat });
        self.start(added);
        added
    }

    fn wither(&mut self, gone: ScopeId) {
        for removed in self.instance.remove(gone) {
            self.removed.push(Key { scope: removed, node: self.instance.own_node(removed) });
        }
    }

    /// Removes a repeat instance and what lies in it.
    pub(super) fn shrink(&mut self, gone: ScopeId) {
        let repeat = self.instance.own_node(gone);
        let scope = self.instance.up(gone, 1);
        let position = self.instance.position(gone);
        self.wither(gone);
        self.changed.push(Key { scope, node: repeat });
        self.touch_instances(scope, repeat);
        for place in position - 1..self.instance.instances(scope, repeat).len() {
            let moved = self.instance.instances(scope, repeat)[place];
            self.touch_position(moved, repeat);
        }
    }

    /// Brings a new scope to life: relevance, required, what it starts with, the instances in it.
    pub(super) fn start(&mut self, scope: ScopeId) {
        let form = self.form.clone();
        let def = self.instance.def(scope);
        let seed = self.instance.seed(scope).clone();
        let quiet = std::mem::replace(&mut self.quiet, true);
        self.spread_relevance(scope, self.instance.own_node(scope));
        for node in &form.scope(def).slots {
            if *node != self.instance.own_node(scope) || scope == ScopeId(0) {
                let cell = self.instance.cell(scope, *node);
                let bind = &form.node(*node).bind;
                self.instance.mark(cell, flag::REQUIRED, bind.required);
                self.instance.mark(cell, flag::READONLY, bind.readonly);
            }
        }
        for (node, text) in &seed.values {
            let Some(data_type) = form.node(*node).data_type() else { continue };
            let value = Value::carried(data_type, text);
            let value = self.in_list_order(*node, value).unwrap_or(Value::Blank);
            self.put(scope, *node, value);
        }
        self.quiet = quiet;
        self.touch_all_in(scope);
        // Answers taken up again say themselves how many there are.
        if !self.restoring {
            for (repeat, seeds) in &seed.repeats {
                let bind = &form.node(*repeat).bind;
                if bind.repeat_count.is_none() {
                    // Where nobody may add one, the template stands for the one that there is.
                    let count = seeds.instances.len().max(usize::from(bind.fixed));
                    for _ in 0..count {
                        self.grow(scope, *repeat, true);
                    }
                }
            }
        }
    }
}

fn touch(
    dirty: &mut super::dirty::Dirty,
    instance: &super::instance::Instance,
    form: &crate::form::Form,
    left: &std::cell::Cell<u64>,
    changed: ScopeId,
    edge: &Edge,
) {
    if left.get() == 0 {
        return;
    }
    if edge.scope == ScopeDefId::ROOT {
        dirty.mark(edge.rank, ScopeId(0));
        left.set(left.get() - 1);
        return;
    }
    let top = instance.up(changed, edge.up);
    let mut marks = 0;
    instance.each_under(form, top, edge.scope, &mut |scope| {
        dirty.mark(edge.rank, scope);
        marks += 1;
    });
    // A mark costs a small part of what a visit does.
    left.set(left.get().saturating_sub(1 + marks / 8));
}
