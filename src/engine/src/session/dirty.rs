//! What must be computed again: a bitset of ranks, walked forwards, and for each rank the scopes.

use crate::view::ScopeId;

#[derive(Debug, Default)]
pub(super) struct Dirty {
    ranks: Vec<u64>,
    scopes: Vec<Vec<ScopeId>>,
    /// No rank below is dirty.
    cursor: usize,
}

impl Dirty {
    pub fn new(ranks: usize) -> Dirty {
        Dirty { ranks: vec![0; ranks.div_ceil(64)], scopes: vec![Vec::new(); ranks], cursor: ranks }
    }

    pub fn mark(&mut self, rank: u32, scope: ScopeId) {
        let rank = rank as usize;
        let scopes = &mut self.scopes[rank];
        // Marks for one scope mostly come in a row.
        if scopes.last() != Some(&scope) {
            // Where many changes mark the same scopes, only those are kept in mind.
            if scopes.len() == scopes.capacity() && scopes.len() >= 1024 {
                scopes.sort_unstable();
                scopes.dedup();
                if scopes.len() > scopes.capacity() / 2 {
                    scopes.reserve(scopes.capacity());
                }
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
