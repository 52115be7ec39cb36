//! Which rows have a child with a given text: made when first asked for, so that `item[county = $x]` is a look-up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{NameId, Place, Tree};

type Key = (Place, NameId, NameId);

/// The indexes of one tree.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    made: Mutex<HashMap<Key, Arc<Index>>>,
}

/// Hashes of texts with the rows that have them, in the order of the hashes.
#[derive(Debug)]
struct Index {
    entries: Vec<(u64, Place)>,
}

impl Indexes {
    pub fn rows_with(&self, tree: &Tree, key: Key, text: &str) -> Vec<Place> {
        let index = {
            // An index is put in whole or not at all: a poisoned lock holds nothing half-made.
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.entry(key).or_insert_with(|| Arc::new(Index::new(tree, key))).clone()
        };
        let (_, _, child) = key;
        let hash = hash(text);
        let start = index.entries.partition_point(|(known, _)| *known < hash);
        let same = index.entries[start..].iter().take_while(|(known, _)| *known == hash);
        let mut rows: Vec<Place> = same
            .map(|(_, row)| *row)
            .filter(|row| {
                tree.children(*row).any(|cell| tree.name(cell) == child && tree.value(cell) == text)
            })
            .collect();
        // A row with the same text twice is there once.
        rows.dedup();
        rows
    }
}

impl Index {
    fn new(tree: &Tree, (parent, item, child): Key) -> Index {
        let mut entries = Vec::new();
        for row in tree.children(parent).filter(|row| tree.name(*row) == item) {
            for cell in tree.children(row).filter(|cell| tree.name(*cell) == child) {
                entries.push((hash(tree.value(cell)), row));
            }
        }
        entries.sort_by_key(|(hash, row)| (*hash, row.index()));
        Index { entries }
    }
}

/// FNV-1a: the same on every machine.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
