//! The server over real sockets.

mod attachments;
mod backup;
mod browser;
mod client;
mod relay;
mod running;
mod who;
mod whole_way;
mod wire;
