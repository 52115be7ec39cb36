//! Services: a catalogue, who provides them, and who gets which.

pub mod allocate;
