//! What must be computed again: a bitset of ranks, walked forwards, and for each rank the scopes.

use crate::view::ScopeId;

#[derive(Debug, Default)]
pub(super) struct Dirty {
    ranks: Vec<u64>,
    scopes: Vec<Vec<ScopeId>>,
    /// By rank: which scopes are among them, where there are many. Else changes in each of many instances would mark as many each.
    among: Vec<Vec<u64>>,
    /// No rank below is dirty.
    cursor: usize,
}

/// From how many marks on it is looked whether a scope is among them.
const MANY: usize = 1_024;

impl Dirty {
    pub fn new(ranks: usize) -> Dirty {
        Dirty {
            ranks: vec![0; ranks.div_ceil(64)],
            scopes: vec![Vec::new(); ranks],
            among: vec![Vec::new(); ranks],
            cursor: ranks,
        }
    }

    pub fn mark(&mut self, rank: u32, scope: ScopeId) {
        let rank = rank as usize;
        let scopes = &mut self.scopes[rank];
        // Marks for one scope mostly come in a row.
        if scopes.last() != Some(&scope) {
            if scopes.len() >= MANY && !is_new(&mut self.among[rank], scopes, scope) {
                return;
            }
            scopes.push(scope);
        }
        self.ranks[rank / 64] |= 1 << (rank % 64);
        self.cursor = self.cursor.min(rank);
    }

    /// Takes the lowest dirty rank and its scopes, each once. Give the list back with [`Dirty::recycle`].
    pub fn next(&mut self) -> Option<(u32, Vec<ScopeId>)> {
        let mut word = self.cursor / 64;
        while let Some(bits) = self.ranks.get(word) {
            if *bits != 0 {
                let rank = word * 64 + bits.trailing_zeros() as usize;
                self.ranks[word] &= self.ranks[word] - 1;
                self.cursor = rank;
                let mut scopes = std::mem::take(&mut self.scopes[rank]);
                self.among[rank] = Vec::new();
                if scopes.len() > 1 {
                    scopes.sort_unstable();
                    scopes.dedup();
                }
                return Some((rank as u32, scopes));
            }
            word += 1;
            self.cursor = word * 64;
        }
        None
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
