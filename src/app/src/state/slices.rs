//! A page that holds a whole form comes in slices: its top at once, what follows piece by piece, so that no task is long and the first question does not wait
//! for the last.
//!
//! Kept here: it comes in the document's order, each list within another before what follows it, so that nothing is put in above what is there already.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_engine::view::Item;
use leptos::prelude::*;

use crate::platform::timer;

/// So many questions are made at a time.
const AT_A_TIME: usize = 10;
/// The top of the page is painted before more is made.
const FIRST_MS: u32 = 30;

/// A list that is not all there yet.
struct Waiting {
    /// How many slices of it are shown.
    shown: RwSignal<usize>,
    slices: usize,
}

/// The lists of a page that are still to be filled, the innermost last.
#[derive(Clone, Copy)]
pub struct Slices {
    waiting: StoredValue<Rc<RefCell<Vec<Waiting>>>, LocalStorage>,
    /// Is there more to come?
    pub more: RwSignal<bool>,
}

impl Slices {
    /// Within the page's owner.
    pub fn new() -> Slices {
        Slices { waiting: StoredValue::new_local(Rc::default()), more: RwSignal::new(false) }
    }

    /// How many slices of a list of so many are to be shown: the first now, the others as their time comes.
    pub fn shown(self, slices: usize) -> RwSignal<usize> {
        self.shown_from(1, slices)
    }

    /// The same with the first few at once: what the reader comes for is among them.
    pub fn shown_from(self, first: usize, slices: usize) -> RwSignal<usize> {
        let shown = RwSignal::new(slices.min(first));
        if slices > first {
            let waiting = self.waiting.get_value();
            waiting.borrow_mut().push(Waiting { shown, slices });
            if !self.more.get_untracked() {
                self.more.set(true);
                timer::spawn(self.fill(waiting));
            }
        }
        shown
    }

    /// Shows one slice after another, and lets the browser paint and answer between them.
    async fn fill(self, waiting: Rc<RefCell<Vec<Waiting>>>) {
        timer::sleep(FIRST_MS).await;
        loop {
            timer::sleep(0).await;
            if self.more.is_disposed() {
                return;
            }
            if !next(&mut waiting.borrow_mut()) {
                self.more.set(false);
                return;
            }
        }
    }
}

/// Shows the next slice of the innermost list; `false` if there is none.
fn next(waiting: &mut Vec<Waiting>) -> bool {
    while let Some(last) = waiting.last() {
        let shown = last.shown.try_update(|shown| {
            *shown += 1;
            *shown
        });
        match shown {
            Some(shown) if shown < last.slices => return true,
            Some(_) => {
                waiting.pop();
                return true;
            }
            // Its group is not asked any more, and went with it.
            None => drop(waiting.pop()),
        }
    }
    false
}

/// A list in slices: questions some at a time, a group or a repeat by itself, since it brings a list of its own.
pub fn slices(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut slices: Vec<Vec<Item>> = Vec::new();
    for item in items {
        match slices.last_mut() {
            Some(last)
                if matches!(item, Item::Question(_))
                    && last.len() < AT_A_TIME
                    && matches!(last.last(), Some(Item::Question(_))) =>
            {
                last.push(item);
            }
            _ => slices.push(vec![item]),
        }
    }
    slices
}

#[cfg(test)]
mod tests {
    use doorstep_engine::view::{Key, NodeId, ScopeId};

    use super::*;

    fn key(node: u32) -> Key {
        Key { scope: ScopeId(0), node: NodeId(node) }
    }

    #[test]
    fn a_list_is_cut_and_nothing_of_it_is_lost() {
        let mut items: Vec<Item> = (0..23).map(|node| Item::Question(key(node))).collect();
        items.insert(4, Item::Group(key(100)));
        items.push(Item::Repeat(key(101)));
        let cut = slices(items.clone());
        let sizes: Vec<usize> = cut.iter().map(Vec::len).collect();
        assert_eq!(sizes, [4, 1, 10, 9, 1]);
        assert_eq!(cut.concat(), items);
        assert!(slices(Vec::new()).is_empty());
    }

    #[test]
    fn what_is_within_comes_before_what_follows_and_what_went_is_passed_over() {
        let owner = Owner::new();
        owner.with(|| {
            let outer = RwSignal::new(1);
            let mut waiting = vec![Waiting { shown: outer, slices: 3 }];
            assert!(next(&mut waiting));
            assert_eq!(outer.get_untracked(), 2);
            // The slice that came brought a list of its own, and one whose group went again.
            let inner = RwSignal::new(1);
            waiting.push(Waiting { shown: inner, slices: 2 });
            let gone = Owner::new();
            let went = gone.with(|| RwSignal::new(1));
            waiting.push(Waiting { shown: went, slices: 9 });
            gone.cleanup();
            assert!(next(&mut waiting));
            assert_eq!((outer.get_untracked(), inner.get_untracked()), (2, 2));
            assert!(next(&mut waiting));
            assert_eq!(outer.get_untracked(), 3);
            assert!(!next(&mut waiting) && waiting.is_empty());
        });
    }
}
