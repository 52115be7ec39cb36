//! The server over real sockets.

mod attachments;
mod backup;
mod client;
mod running;
mod whole_way;
mod wire;
