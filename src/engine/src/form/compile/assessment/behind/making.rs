//! What a calculation is made of: the questions and measures behind it, each in the instance that is meant.
//!
//! Of instances that are counted or gone through it is what says which there are, not all that they hold: how many members there are does not wait for
//! their ages.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::Behind;
use crate::assess::measure::{Made, Source};
use crate::expr::program::{Read, What};
use crate::view::NodeId;

/// What a calculation is made of, so far.
pub(super) struct Making<'b> {
    behind: &'b Behind,
    made: BTreeSet<Made>,
    seen: FxHashSet<(NodeId, bool)>,
    /// Nodes whose being asked was looked at.
    asked: FxHashSet<(NodeId, bool)>,
    /// Nodes whose value is read, each with whether it is that of the calculation's own instance.
    next: Vec<(NodeId, bool)>,
}

impl Making<'_> {
    /// What a calculation that reads these is made of.
    pub fn of(behind: &Behind, reads: &[Read]) -> Box<[Made]> {
        let mut making = Making::new(behind);
        making.read(reads, true);
        making.whole()
    }

    /// What a node is made of, or that node itself, as seen from its own instance.
    pub fn of_node(behind: &Behind, node: NodeId) -> Box<[Made]> {
        let mut making = Making::new(behind);
        making.next.push((node, true));
        making.whole()
    }

    fn new(behind: &Behind) -> Making<'_> {
        Making {
            behind,
            made: BTreeSet::new(),
            seen: FxHashSet::default(),
            asked: FxHashSet::default(),
            next: Vec::new(),
        }
    }

    fn whole(mut self) -> Box<[Made]> {
        while let Some((node, own)) = self.next.pop() {
            self.look(node, own);
        }
        self.made.into_iter().collect()
    }

    fn read(&mut self, reads: &[Read], own: bool) {
        for read in reads {
            match read.what {
                What::Value(node) => {
                    let own = own && self.behind.scopes.get(node.0 as usize) == Some(&read.from);
                    self.next.push((node, own));
                }
                What::Sibling(node) => self.next.push((node, false)),
                What::Instances(node) => self.ask(node, false),
                _ => {}
            }
        }
    }

    fn look(&mut self, node: NodeId, own: bool) {
        if !self.seen.insert((node, own)) {
            return;
        }
        if let Some(id) = self.behind.measures.get(&node) {
            self.made.insert(Made { of: Source::Measure(*id), own: true });
            return;
        }
        self.ask(node, own);
        if let Some(reads) = self.behind.calculations.get(&node) {
            self.read(reads, own);
        } else if self.behind.askable.contains(&node) {
            self.made.insert(Made { of: Source::Question(node), own });
        }
        // A group's value is that of all it holds.
        let end = self.behind.ends.get(node.0 as usize).map_or(node.0, |end| end.0);
        let scope = self.behind.scopes.get(node.0 as usize);
        self.next.extend(
            (node.0 + 1..end)
                .map(NodeId)
                .map(|inner| (inner, own && self.behind.scopes.get(inner.0 as usize) == scope)),
        );
    }

    /// What decides whether a node is asked, and what holds it.
    fn ask(&mut self, node: NodeId, own: bool) {
        let mut at = node;
        loop {
            let behind = self.behind;
            if !self.asked.insert((at, own)) {
                return;
            }
            if !behind.measures.contains_key(&at) {
                let askings = [&behind.relevances, &behind.requireds, &behind.counts];
                for asking in askings.into_iter().filter_map(|askings| askings.get(&at)) {
                    self.read(&asking.reads, own);
                }
            }
            match behind.parents.get(at.0 as usize) {
                Some(parent) if at != NodeId(0) => at = *parent,
                _ => return,
            }
        }
    }
}
