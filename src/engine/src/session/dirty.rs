//! What must be computed again: a bitset of ranks, walked forwards, and for each rank the scopes.

use crate::form::ScopeDefId;
use crate::view::ScopeId;

#[derive(Debug, Default)]
pub(super) struct Dirty {
    ranks: Vec<u64>,
    /// By rank; empty for what is computed in the root, of which there is but one.
    scopes: Vec<Vec<ScopeId>>,
    /// The ranks that are computed in the root.
    in_root: Vec<u64>,
    /// By rank: which scopes are among them, where there are many. Else changes in each of many instances would mark as many each.
    among: Vec<Vec<u64>>,
    /// No rank below is dirty.
    cursor: usize,
}

/// Where a rank must be computed again.
pub(super) enum Marked {
    /// In the root.
    Root,
    /// In each of these. Give the list back with [`Dirty::recycle`].
    Scopes(Vec<ScopeId>),
}

/// From how many marks on it is looked whether a scope is among them.
const MANY: usize = 1_024;

impl Dirty {
    /// Nothing is dirty. `scopes`: what each rank is computed in.
    pub fn new(scopes: impl ExactSizeIterator<Item = ScopeDefId>) -> Dirty {
        let ranks = scopes.len();
        let mut in_root = vec![0; ranks.div_ceil(64)];
        for (rank, scope) in scopes.enumerate() {
            if scope == ScopeDefId::ROOT {
                in_root[rank / 64] |= 1 << (rank % 64);
            }
        }
        Dirty {
            ranks: vec![0; ranks.div_ceil(64)],
            scopes: vec![Vec::new(); ranks],
            in_root,
            among: vec![Vec::new(); ranks],
            cursor: ranks,
        }
    }

    pub fn mark(&mut self, rank: u32, scope: ScopeId) {
        let rank = rank as usize;
        let (word, bit) = (rank / 64, 1 << (rank % 64));
        if self.in_root[word] & bit == 0 && !self.add(rank, scope) {
            return;
        }
        self.ranks[word] |= bit;
        self.cursor = self.cursor.min(rank);
    }

    /// Adds a scope to those of a rank. Was there anything to add, or might there have been?
    fn add(&mut self, rank: usize, scope: ScopeId) -> bool {
        let scopes = &mut self.scopes[rank];
        // Marks for one scope mostly come in a row.
        if scopes.last() != Some(&scope) {
            if scopes.len() >= MANY && !is_new(&mut self.among[rank], scopes, scope) {
                return false;
            }
            scopes.push(scope);
        }
        true
    }

    /// Takes the lowest dirty rank and where, each scope once.
    pub fn next(&mut self) -> Option<(u32, Marked)> {
        let mut word = self.cursor / 64;
        while let Some(bits) = self.ranks.get(word) {
            if *bits != 0 {
                let lowest = bits.trailing_zeros();
                let rank = word * 64 + lowest as usize;
                self.ranks[word] &= self.ranks[word] - 1;
                self.cursor = rank;
                let root = self.in_root[word] >> lowest & 1 == 1;
                let marked = if root { Marked::Root } else { Marked::Scopes(self.take(rank)) };
                return Some((rank as u32, marked));
            }
            word += 1;
            self.cursor = word * 64;
        }
        None
    }

    fn take(&mut self, rank: usize) -> Vec<ScopeId> {
        let mut scopes = std::mem::take(&mut self.scopes[rank]);
        if scopes.len() > 1 {
            self.among[rank] = Vec::new();
            scopes.sort_unstable();
            scopes.dedup();
        }
        scopes
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.ranks.fill(0);
        self.scopes.iter_mut().for_each(Vec::clear);
        self.among.iter_mut().for_each(Vec::clear);
        self.cursor = self.scopes.len();
    }

    /// Keeps a list's memory for the next time.
    pub fn recycle(&mut self, rank: u32, mut scopes: Vec<ScopeId>) {
        let place = &mut self.scopes[rank as usize];
        if place.is_empty() {
            scopes.clear();
            *place = scopes;
        }
    }
}

/// Is a scope none of those marked? It is from now on.
fn is_new(among: &mut Vec<u64>, marked: &[ScopeId], scope: ScopeId) -> bool {
    let first = among.is_empty();
    let mut note = |scope: ScopeId| {
        let (word, bit) = (scope.0 as usize / 64, 1 << (scope.0 % 64));
        if among.len() <= word {
            among.resize(word + 1, 0);
        }
        let new = among[word] & bit == 0;
        among[word] |= bit;
        new
    };
    if first {
        for scope in marked {
            note(*scope);
        }
    }
    note(scope)
}
