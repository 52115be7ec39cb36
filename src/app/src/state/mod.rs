//! What lies between the engine and the screen: signals, saving, sending, the lists of this device.

pub mod answering;
pub mod arrived;
pub mod day;
pub mod device;
pub mod drafts;
pub mod dropping;
pub mod enrolment;
pub mod entities;
pub mod forms;
pub mod gate;
pub mod keeping;
pub mod mending;
pub mod office;
pub mod outbox;
pub mod page_state;
pub mod pin;
pub mod place;
pub mod pulling;
pub mod reader;
pub mod revoked;
pub mod saving;
pub mod seeking;
pub mod sending;
pub mod space;
pub mod targets;
