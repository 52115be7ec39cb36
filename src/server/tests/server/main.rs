//! The server over real sockets.

mod attachments;
mod backup;
mod browser;
mod client;
#[path = "../../../delivery/tests/backends/encrypted.rs"]
mod encrypted;
mod openrosa;
#[path = "../../../delivery/tests/backends/parcel.rs"]
mod parcel;
#[path = "../../../delivery/tests/backends/reader.rs"]
mod reader;
mod relay;
mod running;
#[path = "../../../delivery/tests/backends/suite.rs"]
mod suite;
mod who;
mod whole_way;
mod wire;
