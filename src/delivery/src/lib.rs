//! Gets answers home: draft → submission → outbox → backend → receipt, over two ports.
//!
//! The ports are [`store::Store`] (what a device keeps) and [`transport::Transport`] (how it talks to a server).
//! Everything between them is pure and runs anywhere, so that a simulator can try every crash and every broken network.
//! Kept here: what was shown as kept is there at the next start, a sealed submission is on the device or receipted,
//! and each id is accepted once, with one hash (invariant 4).

pub mod attachment;
pub mod audit_log;
pub mod backend;
pub mod configuration;
pub mod credentials;
pub mod deliver;
pub mod draft;
pub mod encrypted_for;
pub mod entities;
pub mod for_office;
pub mod form_version;
pub mod hand_over;
pub mod last_saved;
pub mod media;
pub mod memory_store;
pub mod moment;
pub mod odk_encryption;
pub mod outbox;
pub mod pen;
pub mod pull;
pub mod query_code;
pub mod receipt;
pub mod record;
pub mod recovery;
pub mod rescue;
pub mod sealed;
pub mod step;
pub mod store;
pub mod submission;
pub mod target;
pub mod transport;

pub use attachment::Attachment;
pub use draft::{Cursor, Draft, DraftSummary, FormRef};
pub use encrypted_for::EncryptedFor;
pub use entities::{KnownEntity, Said};
pub use form_version::{FormVersion, Residents};
pub use last_saved::LastSaved;
pub use moment::Moment;
pub use outbox::{OutboxItem, State, Wake};
pub use pen::Pen;
pub use receipt::Receipt;
pub use step::{Change, Step};
pub use submission::Submission;
pub use uuid::Uuid;

/// When trying again can help. Every error of this crate says which.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// Never with the same content: a person has to look at it.
    Never,
    /// Later, by itself.
    Later,
    /// After somebody logged in.
    AfterLogin,
}
