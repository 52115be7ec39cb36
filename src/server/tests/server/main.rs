//! The server over real sockets.

mod aside;
mod attachments;
mod backup;
mod browser;
mod bucket;
mod changes;
mod client;
mod design;
#[path = "../../../delivery/tests/backends/encrypted.rs"]
mod encrypted;
mod ledgers;
mod monitoring;
mod office_key;
mod oidc;
mod openrosa;
#[path = "../../../delivery/tests/backends/parcel.rs"]
mod parcel;
#[path = "../../../delivery/tests/backends/reader.rs"]
mod reader;
#[path = "../../../delivery/tests/real_servers/server.rs"]
mod real_server;
mod relay;
mod resident;
mod running;
mod seeded;
#[path = "../../../delivery/tests/backends/suite.rs"]
mod suite;
mod tiles;
mod tls;
mod who;
mod whole_way;
mod wire;
