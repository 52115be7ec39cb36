//! Understands forms: reads a definition, checks it, runs it over answers.
//!
//! Pure by design: no clock, no network, no randomness, no browser, no reactive library.
//! Same form, same answers, same clock: the same result on every machine (invariant 2).
//!
//! `source, diagnostic ← expr ← definition ← form ← check, graph ← session ← view`.

pub mod diagnostic;
pub mod source;
mod tree;
mod xml;

pub mod moment;
pub mod value;
mod zone;

pub mod expr;

mod definition;

mod check;
mod form;
mod graph;
mod order;

pub mod session;
pub mod view;

pub mod assess;
pub mod entities;
pub mod picture;
pub mod ranking;
pub mod services;

pub mod case;
pub mod trial;

pub mod export;

pub mod compare;

pub use definition::{files_of_row, files_of_services};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use entities::{EntityAct, EntityChange, EntityError, is_entity_name};
pub use form::{
    Audit, AuditPlaces, AuditPriority, Checked, Form, Layout, RESIDENT, ROLES, RsaKey, SoundQuality,
};
pub use session::{AnswerError, Changes, Extent, RestoreError, Session, World};
pub use source::{Bundle, BundleError, MediaError, MediaFile, Position, Source, Span};
pub use value::{DataType, Value};
