//! The server over real sockets.

mod client;
mod whole_way;
mod wire;
