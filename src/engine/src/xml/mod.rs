//! XML as the engine's own trees: the XForm that every authoring syntax is lowered into, with the place of each part in the author's text.
//!
//! Form JSON and XLSForm become the same elements as an XForm that was read from a file, so that there is one compiler
//! ([`crate::form`]) and one writer. An expression may still hold `${name}` here; the compiler resolves it, the writer spells it out.

mod bytes;
mod document;
mod element;
mod read;
mod scan;
mod write;

pub(crate) use document::{Document, Inside, Lies, Store, Tag};
pub(crate) use element::{Attribute, Content, Element, Name, Namespace};
pub(crate) use read::{entities_are_small, read, read_document, too_many_attributes};
pub(crate) use write::{write, write_compact};
