//! The server over real sockets.

mod attachments;
mod browser;
mod client;
mod running;
mod who;
mod whole_way;
mod wire;
