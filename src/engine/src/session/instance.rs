//! The primary instance: every answer in one flat arena, a run of cells for each repeat instance.
//!
//! A cell is found by `base + slot`: no names, no maps. Scopes are never used again after their removal.

use std::collections::HashMap;
use std::sync::Arc;

use crate::form::{Form, NodeKind, ScopeDefId, Seed};
use crate::value::Value;
use crate::view::{NodeId, ScopeId};

/// What a cell is besides its value.
pub(crate) mod flag {
    /// Its own condition holds.
    pub const RELEVANT_ITSELF: u8 = 1;
    /// So do those of everything that holds it.
    pub const RELEVANT: u8 = 2;
    pub const REQUIRED: u8 = 4;
    pub const READONLY: u8 = 8;
    /// Its constraint does not hold.
    pub const VIOLATED: u8 = 16;
}

/// The answers of one form.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    scopes: Vec<Scope>,
    /// By scope: its first cell.
    bases: Vec<u32>,
    living: usize,
    /// Of the scopes that live.
    cells: usize,
    values: Vec<Value>,
    flags: Vec<u8>,
    /// Answers that the choice filter does not let through now: kept, blank to expressions.
    withheld: HashMap<usize, Value>,
    /// By node: its slot in its scope, and for repeats their index there.
    slots: Vec<u32>,
    repeat_index: Vec<u16>,
}

#[derive(Clone, Debug)]
struct Scope {
    def: ScopeDefId,
    parent: ScopeId,
    own_node: NodeId,
    /// From 1.
    position: u32,
    alive: bool,
    /// What it started with.
    seed: Arc<Seed>,
    /// By repeat index.
    repeats: Vec<Vec<ScopeId>>,
    /// By repeat index: how many of the instances are not relevant.
    irrelevant: Vec<u32>,
}

static BLANK: Value = Value::Blank;

impl Instance {
    /// The root alone, everything blank and not relevant yet.
    pub fn new(form: &Form) -> Instance {
        let repeat_index = |kind: &NodeKind| match kind {
            NodeKind::Repeat { repeat_index, .. } => *repeat_index,
            NodeKind::Group | NodeKind::Leaf(_) | NodeKind::Attribute => u16::MAX,
        };
        let mut instance = Instance {
            scopes: Vec::new(),
            bases: Vec::new(),
            living: 0,
            cells: 0,
            values: Vec::new(),
            flags: Vec::new(),
            withheld: HashMap::new(),
            slots: form.nodes.iter().map(|node| node.slot).collect(),
            repeat_index: form.nodes.iter().map(|node| repeat_index(&node.kind)).collect(),
        };
        instance.push(form, ScopeDefId::ROOT, ScopeId(0), 1, form.seed.clone());
        instance
    }

    fn push(
        &mut self,
        form: &Form,
        def: ScopeDefId,
        parent: ScopeId,
        position: u32,
        seed: Arc<Seed>,
    ) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        self.living += 1;
        let shape = form.scope(def);
        let base = self.values.len() as u32;
        self.cells += shape.slots.len();
        self.values.resize(self.values.len() + shape.slots.len(), Value::Blank);
        self.flags.resize(self.values.len(), flag::RELEVANT_ITSELF);
        self.bases.push(base);
        self.scopes.push(Scope {
            def,
            parent,
            own_node: shape.node,
            position,
            alive: true,
            seed,
            repeats: vec![Vec::new(); shape.repeats.len()],
            irrelevant: vec![0; shape.repeats.len()],
        });
        id
    }

    /// Adds an instance of a repeat after those in `scope`. Where the form says what stands at that place, and `seeded`,
    /// it starts with that; else like the repeat's template.
    pub fn add(&mut self, form: &Form, scope: ScopeId, repeat: NodeId, seeded: bool) -> ScopeId {
        let NodeKind::Repeat { own, repeat_index } = form.node(repeat).kind else { unreachable!("a repeat") };
        let place = self.instances(scope, repeat).len();
        let seeds = self.scope(scope).seed.repeats.iter().find(|(node, _)| *node == repeat);
        let seed = seeds.map(|(_, seeds)| match seeds.instances.get(place) {
            Some(seed) if seeded => seed.clone(),
            _ => seeds.template.clone(),
        });
        let id = self.push(form, own, scope, place as u32 + 1, seed.unwrap_or_default());
        let outer = &mut self.scopes[scope.0 as usize];
        outer.repeats[usize::from(repeat_index)].push(id);
        // Relevance is spread to it later.
        outer.irrelevant[usize::from(repeat_index)] += 1;
        id
    }

    /// Takes a repeat instance out, with all that lies in it. Gives the scopes that are gone, itself first.
    pub fn remove(&mut self, gone: ScopeId) -> Vec<ScopeId> {
        let (parent, repeat) = (self.scope(gone).parent, self.scope(gone).own_node);
        let index = usize::from(self.repeat_index[repeat.0 as usize]);
        let place = self.position(gone) - 1;
        if !self.relevant(gone, repeat) {
            self.scopes[parent.0 as usize].irrelevant[index] -= 1;
        }
        let mut siblings = std::mem::take(&mut self.scopes[parent.0 as usize].repeats[index]);
        siblings.remove(place);
        for sibling in &siblings[place..] {
            self.scopes[sibling.0 as usize].position -= 1;
        }
        self.scopes[parent.0 as usize].repeats[index] = siblings;
        let mut removed = vec![gone];
        let mut next = 0;
        while let Some(scope) = removed.get(next).copied() {
            next += 1;
            let inside: Vec<ScopeId> = self.scope(scope).repeats.iter().flatten().copied().collect();
            removed.extend(inside);
            let from = self.base(scope) as usize;
            let to = self.bases.get(scope.0 as usize + 1).map_or(self.values.len(), |after| *after as usize);
            self.values[from..to].fill(Value::Blank);
            self.flags[from..to].fill(0);
            for cell in from..to {
                self.withheld.remove(&cell);
            }
            self.scopes[scope.0 as usize].alive = false;
            self.living -= 1;
            self.cells -= to - from;
        }
        removed
    }

    /// What a scope started with.
    pub fn seed(&self, scope: ScopeId) -> &Arc<Seed> {
        &self.scope(scope).seed
    }

    /// How many scopes there are now.
    pub fn living(&self) -> usize {
        self.living
    }

    /// How many cells there are in them.
    pub fn cells(&self) -> usize {
        self.cells
    }

    fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The cell of a node in a scope; a repeat is an instance in its own scope and a whole in the one around.
    pub fn cell(&self, scope: ScopeId, node: NodeId) -> usize {
        let slot = if self.own_node(scope) == node { 0 } else { self.slots[node.0 as usize] };
        (self.base(scope) + slot) as usize
    }

    fn base(&self, scope: ScopeId) -> u32 {
        self.bases[scope.0 as usize]
    }

    /// The values of a node in instances of a repeat that holds it or is it, as [`Instance::value`] has them.
    pub fn column(
        &self,
        instances: &[ScopeId],
        repeat: NodeId,
        node: NodeId,
    ) -> impl Iterator<Item = &Value> {
        let slot = if repeat == node { 0 } else { self.slots[node.0 as usize] };
        instances.iter().map(move |scope| {
            let cell = (self.base(*scope) + slot) as usize;
            if self.flags[cell] & flag::RELEVANT == 0 { &BLANK } else { &self.values[cell] }
        })
    }

    /// Is there such a scope, and does it hold the node?
    pub fn holds(&self, form: &Form, scope: ScopeId, node: NodeId) -> bool {
        let Some(instance) = self.scopes.get(scope.0 as usize).filter(|scope| scope.alive) else {
            return false;
        };
        let known = (node.0 as usize) < form.nodes.len();
        known && (instance.own_node == node || form.node(node).scope == instance.def)
    }

    pub fn alive(&self, scope: ScopeId) -> bool {
        self.scope(scope).alive
    }

    pub fn def(&self, scope: ScopeId) -> ScopeDefId {
        self.scope(scope).def
    }

    /// The repeat that a scope is an instance of; the root node for the root.
    pub fn own_node(&self, scope: ScopeId) -> NodeId {
        self.scope(scope).own_node
    }

    pub fn position(&self, scope: ScopeId) -> usize {
        self.scope(scope).position as usize
    }

    pub fn up(&self, mut scope: ScopeId, levels: u8) -> ScopeId {
        for _ in 0..levels {
            scope = self.scope(scope).parent;
        }
        scope
    }

    /// The instances of a repeat in a scope, in order.
    pub fn instances(&self, scope: ScopeId, repeat: NodeId) -> &[ScopeId] {
        let index = usize::from(self.repeat_index[repeat.0 as usize]);
        self.scope(scope).repeats.get(index).map_or(&[], |instances| instances)
    }

    /// Are all instances of a repeat in a scope relevant?
    pub fn all_relevant(&self, scope: ScopeId, repeat: NodeId) -> bool {
        let index = usize::from(self.repeat_index[repeat.0 as usize]);
        self.scope(scope).irrelevant.get(index).is_none_or(|count| *count == 0)
    }

    /// Gives every living instance of `target` under `scope` to `take`; `scope` itself if it is one.
    pub fn each_under(
        &self,
        form: &Form,
        scope: ScopeId,
        target: ScopeDefId,
        take: &mut impl FnMut(ScopeId),
    ) {
        let def = self.scope(scope).def;
        if def == target {
            take(scope);
            return;
        }
        // The repeat in `scope` that leads down to the target.
        let mut next = target;
        while form.scope(next).parent != def {
            if next == ScopeDefId::ROOT {
                return;
            }
            next = form.scope(next).parent;
        }
        for inner in self.instances(scope, form.scope(next).node) {
            self.each_under(form, *inner, target, take);
        }
    }

    /// A node's value as expressions see it: blank while it is not relevant.
    pub fn value(&self, scope: ScopeId, node: NodeId) -> &Value {
        let cell = self.cell(scope, node);
        if self.flags[cell] & flag::RELEVANT == 0 { &BLANK } else { &self.values[cell] }
    }

    /// The scope of that kind that a scope lies in, itself among them.
    pub fn around(&self, scope: ScopeId, def: ScopeDefId) -> Option<ScopeId> {
        let mut at = scope;
        loop {
            if self.def(at) == def {
                return Some(at);
            }
            if at == ScopeId(0) {
                return None;
            }
            at = self.up(at, 1);
        }
    }

    /// A node's value, relevant or not.
    pub fn kept(&self, scope: ScopeId, node: NodeId) -> &Value {
        &self.values[self.cell(scope, node)]
    }

    /// The answer that was given, even if the choice filter withholds it now.
    pub fn given(&self, scope: ScopeId, node: NodeId) -> &Value {
        let cell = self.cell(scope, node);
        self.withheld.get(&cell).unwrap_or(&self.values[cell])
    }

    /// Sets a cell. Was it something else?
    pub fn set(&mut self, cell: usize, value: Value) -> bool {
        let differs = self.values[cell] != value;
        if differs {
            self.values[cell] = value;
        }
        differs
    }

    pub fn withhold(&mut self, cell: usize, given: Option<Value>) {
        match given {
            Some(value) => self.withheld.insert(cell, value),
            // Mostly there are none, and every calculation comes by here.
            None if self.withheld.is_empty() => None,
            None => self.withheld.remove(&cell),
        };
    }

    pub fn has(&self, cell: usize, flag: u8) -> bool {
        self.flags[cell] & flag != 0
    }

    pub fn relevant(&self, scope: ScopeId, node: NodeId) -> bool {
        self.has(self.cell(scope, node), flag::RELEVANT)
    }

    /// May any relevant answer break its rule? One look over the cells, those of removed scopes among them.
    pub fn may_reject(&self) -> bool {
        let rejected = |(flags, value): (&u8, &Value)| {
            flags & flag::RELEVANT != 0 && (flags & flag::VIOLATED != 0 || matches!(value, Value::Unread(_)))
        };
        self.flags.iter().zip(&self.values).any(rejected)
    }

    /// Makes a node relevant or not. Was it different?
    pub fn set_relevant(&mut self, scope: ScopeId, node: NodeId, on: bool) -> bool {
        let differs = self.mark(self.cell(scope, node), flag::RELEVANT, on);
        if differs && scope != ScopeId(0) && self.own_node(scope) == node {
            let outer = self.scope(scope).parent;
            let index = usize::from(self.repeat_index[node.0 as usize]);
            let count = &mut self.scopes[outer.0 as usize].irrelevant[index];
            *count = if on { *count - 1 } else { *count + 1 };
        }
        differs
    }

    /// Sets or clears a flag; relevance by [`Instance::set_relevant`]. Was it different?
    pub fn mark(&mut self, cell: usize, flag: u8, on: bool) -> bool {
        let before = self.flags[cell];
        self.flags[cell] = if on { before | flag } else { before & !flag };
        self.flags[cell] != before
    }
}
