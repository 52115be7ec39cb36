//! Services: a catalogue of what households may get, who provides it, and who gets what.
//!
//! A [`Catalogue`] is read from CSV files and exists only without errors. It matches a household's [`Facts`] ([`Catalogue::match_household`]: needs with
//! reasons, urgency and candidates) and places the needs of many against limited capacity ([`Catalogue::place`], over [`allocate()`](allocate::allocate)).
//! Invariant: same files, same facts, same day, same result; each result carries its reasons.

mod table;
mod texts;

mod always;
mod answers;
mod facts;
mod reasons;
mod rule;

mod item;
mod provider;
mod words;

mod catalogue;

mod household;
mod planned;

pub mod allocate;
mod place;

mod explain;

pub mod case;

pub(crate) use answers::{of_text, together};
pub use catalogue::{Catalogue, FILES, ItemId, ProviderId, Read, gather};
pub use facts::{Fact, FactId, FactKind, FactValue, Facts, Vocabulary};
pub use household::{Candidate, Circumstances, Match, Matched, Nobody, Undecided, Unsuitable};
pub use item::{Item, LEAST_URGENT, ProviderKind};
pub use place::{Applicant, NeedOf, Placement, WithoutPlace};
pub use planned::Planned;
pub use provider::{Distance, Provider};
pub use rule::Rule;
pub use texts::Texts;
