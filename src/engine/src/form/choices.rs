//! What a select offers: items written in the control, or an itemset over nodes.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::expr::program::ExprId;
use crate::form::TextId;
use crate::tree::{NameId, Place, Tree, TreeId};

/// What a select offers.
#[derive(Debug)]
pub(crate) enum Choices {
    Listed(Listed),
    Itemset(Itemset),
}

/// Items written in the control.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub items: Vec<(Arc<str>, Option<TextId>)>,
    /// Made when first asked for, where there are many.
    places: OnceLock<FxHashMap<Arc<str>, u32>>,
}

/// Items that are nodes: of a secondary instance, or of a repeat.
#[derive(Clone, Debug)]
pub(crate) struct Itemset {
    pub nodes: ExprId,
    /// Evaluated on each of the nodes.
    pub value: ExprId,
    pub label: Option<ExprId>,
    /// The list that they come from, if it is a secondary instance.
    pub list: Option<ChoiceList>,
    /// There is no filter: every item of the list is offered, always.
    pub whole: bool,
    /// `randomize(…)` stands around the nodes: the order is no order of answers.
    pub shuffled: bool,
}

/// A list in a secondary instance: where its items are, and which child of theirs is the value.
#[derive(Clone, Debug)]
pub(crate) struct ChoiceList {
    /// The instance's id.
    pub name: Arc<str>,
    pub tree: TreeId,
    /// The element that holds the items.
    pub top: Place,
    pub item: NameId,
    pub value: NameId,
}

impl ChoiceList {
    /// The first item of that value.
    pub fn find(&self, tree: &Tree, value: &str) -> Option<Place> {
        tree.rows_with(self.top, self.item, self.value, value).first().copied()
    }

    /// All values, in order.
    pub fn values<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = &'a str> {
        let rows = tree.children(self.top).filter(|row| tree.name(*row) == self.item);
        rows.filter_map(|row| {
            let cell = tree.children(row).find(|cell| tree.name(*cell) == self.value)?;
            Some(tree.value(cell))
        })
    }
}

/// From how many items on they are looked up.
const MANY: usize = 32;

impl Listed {
    /// These items, in their order.
    pub fn new(items: Vec<(Arc<str>, Option<TextId>)>) -> Listed {
        Listed { items, places: OnceLock::new() }
    }

    /// Of items with that value, the place of the first.
    pub fn place(&self, value: &str) -> Option<u32> {
        if self.items.len() < MANY {
            return self.items.iter().position(|(known, _)| **known == *value).map(|place| place as u32);
        }
        let places = self.places.get_or_init(|| {
            let places = self.items.iter().enumerate().rev();
            places.map(|(place, (value, _))| (value.clone(), place as u32)).collect()
        });
        places.get(value).copied()
    }
}
