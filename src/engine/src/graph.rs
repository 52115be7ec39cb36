//! The master dependency graph: everything that is computed, in an order in which each comes after what it reads.
//!
//! Acyclic and owned by the form. An answer walks it once, forwards, and meets only what is dirty.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::assess::measure::MeasureId;
use crate::expr::program::{ExprId, Read, What};
use crate::form::{ScopeDefId, Skeleton, SkeletonKind};
use crate::view::NodeId;

/// Something that is computed for a node in each scope instance that holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Computation {
    pub node: NodeId,
    /// The scope that it is evaluated in.
    pub scope: ScopeDefId,
    pub task: Task,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Task {
    Relevant(ExprId),
    RepeatCount(ExprId),
    Calculate(ExprId),
    /// What a measure of the assessment comes to.
    Assess(MeasureId),
    /// Which choices a filter lets through.
    Choices,
    Required(ExprId),
    Readonly(ExprId),
    Constraint(ExprId),
    /// The node's label, hint or messages hold outputs that may differ.
    Shown,
    /// The label of a repeat's instance does.
    ItemShown,
}

impl Task {
    /// Can others read what it computes?
    pub fn provides(self) -> bool {
        matches!(
            self,
            Task::Relevant(_) | Task::RepeatCount(_) | Task::Calculate(_) | Task::Assess(_) | Task::Choices
        )
    }

    pub fn column(self) -> &'static str {
        match self {
            Task::Relevant(_) => "relevant",
            Task::RepeatCount(_) => "repeat_count",
            Task::Calculate(_) => "calculation",
            Task::Assess(_) => "assessment",
            Task::Choices => "choice_filter",
            Task::Required(_) => "required",
            Task::Readonly(_) => "read_only",
            Task::Constraint(_) => "constraint",
            Task::Shown => "label",
            Task::ItemShown => "item_label",
        }
    }
}

/// A change touches this computation in every instance of its scope that lies under the ancestor `up` levels above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Edge {
    pub rank: u32,
    pub up: u8,
    pub scope: ScopeDefId,
}

#[derive(Debug, Default)]
pub(crate) struct DependencyGraph {
    /// By rank.
    pub computations: Vec<Computation>,
    /// By node: what reads its value.
    pub value: Vec<Vec<Edge>>,
    /// By node: what reads whether there is an answer, whatever it is.
    pub answered: FxHashMap<NodeId, Vec<Edge>>,
    /// By node: what reads whether its answer keeps to its constraint, and whether there has to be one.
    pub standing: FxHashMap<NodeId, Vec<Edge>>,
    /// By repeat: what reads which instances there are.
    pub instances: FxHashMap<NodeId, Vec<Edge>>,
    /// By repeat: what reads an instance's place.
    pub positions: FxHashMap<NodeId, Vec<Edge>>,
    /// Counts that depend on the instances that they make, by rank, in order. Each runs once an answer.
    pub circular: Vec<u32>,
    /// By node: the circular counts that are looked at again when it is computed, even if it comes out the same.
    pub recounts: FxHashMap<NodeId, Vec<Edge>>,
    /// What reads the reader's language.
    pub language: Vec<u32>,
    /// By scope def: the ranks to run in a new instance.
    pub in_scope: Vec<Vec<u32>>,
}

/// A computation with what it reads, before it has a rank.
#[derive(Debug)]
pub(crate) struct Draft {
    pub computation: Computation,
    pub reads: Vec<Read>,
}

/// A way round: each reads the next, the last the first.
pub(crate) struct Cycle {
    pub members: Vec<Computation>,
}

/// Orders the computations; or finds the ways round, one for each knot.
///
/// A count may depend on what stands in the instances that it made ("one more while the last says so"): such a count
/// runs once an answer, or a form that always wants one more would fill the memory. A count that asks for itself is a way round.
pub(crate) fn build(drafts: Vec<Draft>, form: &Skeleton) -> Result<DependencyGraph, Vec<Cycle>> {
    let order = order(&drafts, form, false).or_else(|_| order(&drafts, form, true))?;
    Ok(ranked(&drafts, &order, form))
}

/// An order of the drafts, and those of them that are counts in a way round.
struct Order {
    drafts: Vec<usize>,
    circular: Vec<usize>,
}

/// With `counts_loose`, what reads instances need not come after the count that makes them.
fn order(drafts: &[Draft], form: &Skeleton, counts_loose: bool) -> Result<Order, Vec<Cycle>> {
    let mut providers: FxHashMap<NodeId, Vec<usize>> = FxHashMap::default();
    for (index, draft) in drafts.iter().enumerate() {
        if draft.computation.task.provides() {
            providers.entry(draft.computation.node).or_default().push(index);
        }
    }
    let standings = standings(drafts);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut after_loosely = after.clone();
    let mut before_loosely = after.clone();
    for (reader, draft) in drafts.iter().enumerate() {
        let mut sources: Vec<usize> = Vec::new();
        let mut siblings: Vec<usize> = Vec::new();
        for read in &draft.reads {
            if let What::Standing(node) = read.what {
                // A constraint may ask for the result itself: then the walk comes round again.
                siblings.extend(standings.get(&node).into_iter().flatten());
                continue;
            }
            let into = if let What::Sibling(_) = read.what { &mut siblings } else { &mut sources };
            gather(read.what, drafts, &providers, form, into);
        }
        if counts_loose {
            let is_count = |source: &usize| matches!(drafts[*source].computation.task, Task::RepeatCount(_));
            let loose = |source: &usize| is_count(source) && *source != reader;
            siblings.extend(sources.iter().copied().filter(loose));
            sources.retain(|source| !loose(source));
        }
        crate::order::sort(&mut sources);
        sources.dedup();
        siblings.retain(|source| *source != reader && sources.binary_search(source).is_err());
        crate::order::sort(&mut siblings);
        siblings.dedup();
        // What is read of other instances comes first if it can; if not, the walk comes round again.
        for source in siblings {
            after_loosely[source].push(reader);
            before_loosely[reader].push(source);
        }
        for source in sources {
            after[source].push(reader);
            before[reader].push(source);
        }
    }
    let mut waiting: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut loosely: Vec<usize> = before_loosely.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..drafts.len()).filter(|index| waiting[*index] + loosely[*index] == 0).map(Reverse).collect();
    let mut done = vec![false; drafts.len()];
    let mut order = Vec::with_capacity(drafts.len());
    loop {
        let next = match ready.pop() {
            Some(Reverse(next)) => next,
            // Nothing is left but what waits for other instances of itself.
            None => match (0..drafts.len()).find(|index| !done[*index] && waiting[*index] == 0) {
                Some(next) => next,
                None => break,
            },
        };
        if std::mem::replace(&mut done[next], true) {
            continue;
        }
        order.push(next);
        for (readers, count) in [(&after[next], &mut waiting), (&after_loosely[next], &mut loosely)] {
            readers.iter().for_each(|reader| count[*reader] -= 1);
        }
        for reader in after[next].iter().chain(&after_loosely[next]) {
            if waiting[*reader] + loosely[*reader] == 0 && !done[*reader] {
                ready.push(Reverse(*reader));
            }
        }
    }
    if order.len() < drafts.len() {
        return Err(cycles(drafts, &before, &waiting));
    }
    let is_count = |draft: &Draft| matches!(draft.computation.task, Task::RepeatCount(_));
    let counts = (0..drafts.len()).filter(|index| counts_loose && is_count(&drafts[*index]));
    let circular = counts.filter(|count| comes_back(*count, &after, &after_loosely)).collect();
    Ok(Order { drafts: order, circular })
}

/// Of each node that has any, what says how its answer stands: its constraint, and whether it is required.
fn standings(drafts: &[Draft]) -> FxHashMap<NodeId, Vec<usize>> {
    let mut standings: FxHashMap<NodeId, Vec<usize>> = FxHashMap::default();
    for (index, draft) in drafts.iter().enumerate() {
        if let Task::Constraint(_) | Task::Required(_) = draft.computation.task {
            standings.entry(draft.computation.node).or_default().push(index);
        }
    }
    standings
}

/// Does something that comes of a computation lead back to it?
fn comes_back(start: usize, after: &[Vec<usize>], after_loosely: &[Vec<usize>]) -> bool {
    let mut seen = vec![false; after.len()];
    let mut next = vec![start];
    while let Some(at) = next.pop() {
        for reader in after[at].iter().chain(&after_loosely[at]) {
            if *reader == start {
                return true;
            }
            if !std::mem::replace(&mut seen[*reader], true) {
                next.push(*reader);
            }
        }
    }
    false
}

/// The computations that decide what a read sees.
fn gather(
    what: What,
    drafts: &[Draft],
    providers: &FxHashMap<NodeId, Vec<usize>>,
    form: &Skeleton,
    out: &mut Vec<usize>,
) {
    let node = match what {
        What::Value(node)
        | What::Sibling(node)
        | What::Answered(node)
        | What::Instances(node)
        | What::Position(node) => node,
        What::Language | What::Standing(_) => return,
    };
    let own = providers.get(&node).into_iter().flatten();
    out.extend(own.filter(|index| match what {
        What::Value(_) | What::Sibling(_) | What::Answered(_) => true,
        What::Instances(_) => {
            matches!(drafts[**index].computation.task, Task::RepeatCount(_) | Task::Relevant(_))
        }
        // An instance has its place whether it is relevant or not.
        What::Position(_) | What::Language | What::Standing(_) => {
            matches!(drafts[**index].computation.task, Task::RepeatCount(_))
        }
    }));
    if let What::Position(_) = what {
        return;
    }
    // What lies in a group is blank while the group is not relevant, and gone when its repeat instance is.
    let mut at = node;
    while at != NodeId(0) {
        at = form.node(at).parent;
        let above = providers.get(&at).into_iter().flatten();
        out.extend(above.filter(|index| {
            matches!(drafts[**index].computation.task, Task::Relevant(_) | Task::RepeatCount(_))
        }));
    }
}

fn ranked(drafts: &[Draft], order: &Order, form: &Skeleton) -> DependencyGraph {
    let mut graph = DependencyGraph {
        value: vec![Vec::new(); form.nodes.len()],
        in_scope: vec![Vec::new(); form.scopes.len()],
        ..DependencyGraph::default()
    };
    let standings = standings(drafts);
    for (rank, index) in order.drafts.iter().enumerate() {
        let draft = &drafts[*index];
        let rank = rank as u32;
        let circular = order.circular.contains(index);
        if circular {
            graph.circular.push(rank);
        }
        let scope = draft.computation.scope;
        graph.computations.push(draft.computation);
        graph.in_scope[usize::from(scope.0)].push(rank);
        for read in &draft.reads {
            let (changed, edges) = match read.what {
                What::Value(node) | What::Sibling(node) => {
                    (form.node(node).scope, &mut graph.value[node.0 as usize])
                }
                What::Answered(node) => (form.node(node).scope, graph.answered.entry(node).or_default()),
                What::Standing(node) if !standings.contains_key(&node) => continue,
                What::Standing(node) => (form.node(node).scope, graph.standing.entry(node).or_default()),
                What::Instances(repeat) => {
                    (form.node(repeat).scope, graph.instances.entry(repeat).or_default())
                }
                What::Position(repeat) => {
                    let SkeletonKind::Repeat(own) = form.node(repeat).kind else { continue };
                    (own, graph.positions.entry(repeat).or_default())
                }
                What::Language => {
                    graph.language.push(rank);
                    continue;
                }
            };
            let up = form.scope(changed).depth.saturating_sub(form.scope(read.from).depth);
            let edge = Edge { rank, up, scope };
            if let (true, What::Value(node)) = (circular, read.what) {
                graph.recounts.entry(node).or_default().push(edge);
            }
            // Ranks come in order: only the last edges can be the same.
            if !edges.iter().rev().take_while(|known| known.rank == rank).any(|known| *known == edge) {
                edges.push(edge);
            }
        }
    }
    graph
}

/// One way round for each knot of what could not be ordered.
fn cycles(drafts: &[Draft], before: &[Vec<usize>], waiting: &[usize]) -> Vec<Cycle> {
    let mut done = vec![false; drafts.len()];
    let mut found = Vec::new();
    for start in 0..drafts.len() {
        if waiting[start] == 0 || done[start] {
            continue;
        }
        // Everything that is left waits for something that is left: walking back must come round.
        let mut path: Vec<usize> = Vec::new();
        let mut places: FxHashMap<usize, usize> = FxHashMap::default();
        let mut at = start;
        let round = loop {
            if let Some(place) = places.get(&at) {
                break Some(*place);
            }
            if done[at] {
                break None;
            }
            places.insert(at, path.len());
            path.push(at);
            match before[at].iter().find(|source| waiting[**source] > 0) {
                Some(source) => at = *source,
                None => break None,
            }
        };
        path.iter().for_each(|seen| done[*seen] = true);
        if let Some(place) = round {
            let members = path[place..].iter().map(|index| drafts[*index].computation).collect();
            found.push(Cycle { members });
        }
    }
    found
}
