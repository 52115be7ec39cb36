//! The pieces that pages are made of.

pub mod assessment;
pub mod begin_forms;
pub mod by_hand;
pub mod changed;
pub mod confirm;
pub mod entry;
pub mod error_summary;
pub mod icon;
pub mod instance;
pub mod items;
pub mod jump_drawer;
pub mod jump_list;
pub mod kept;
pub mod language_switch;
pub mod live;
pub mod lock_button;
pub mod marked;
pub mod message;
pub mod question;
pub mod reasons;
pub mod rejected;
pub mod repeat;
pub mod seek_link;
pub mod shut_out;
pub mod silent;
pub mod top_bar;
