//! Who may write to a draft: the last that opened it.
//!
//! Kept here: a tab whose draft another tab has opened writes nothing more to it, though it has not heard of that yet. A lock alone does
//! not promise that: what was under way when the lock was taken away would still be written.

use uuid::Uuid;

/// One opening of a draft, in one tab. Whoever opens a draft takes the pen from whoever had it, in the transaction that reads the draft.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pen(Uuid);

impl Pen {
    /// A pen that nobody else has, from sixteen random bytes.
    pub const fn new(random: [u8; 16]) -> Pen {
        Pen(uuid::Builder::from_random_bytes(random).into_uuid())
    }
}

/// As a store keeps it beside the draft.
impl std::fmt::Display for Pen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
