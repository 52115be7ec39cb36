//! What the reader sees after a trap.

/// Installs the hook.
pub fn install() {}
