//! The server over real sockets.

mod browser;
mod client;
mod who;
mod whole_way;
mod wire;
