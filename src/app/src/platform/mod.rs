//! The browser, behind a plain Rust API.
//!
//! Nothing else in the app names `web_sys`, `js_sys`, `wasm_bindgen`, `gloo` or `idb`: what the rest sees is
//! plain values, futures and closures, so that it can be read, and mostly tested, without a browser.
//!
//! | module | gives |
//! |---|---|
//! | [`store`] | `IndexedDb::open()`: delivery's `Store`, encrypted, with strict commits |
//! | [`fetch`] | `Fetch`: delivery's `Transport`, with a time limit and a size limit |
//! | [`appearance`] | theme and text size, on the page before its first paint |
//! | [`awake`] | the screen stays on |
//! | [`barcode`] | codes read from a picture |
//! | [`calendar`] | days in other calendars |
//! | [`canvas`] | lines that were drawn, made a picture file |
//! | [`clock`] | the time, its offset from UTC, and random bytes |
//! | [`collation`] | the order of Chinese characters by how they are read |
//! | [`compass`] | where the device points (`bearing`) |
//! | [`timer`] | `sleep(ms).await`, `after(ms, f)`, `spawn(future)` |
//! | [`speech`] | words read aloud |
//! | [`typing`] | what keys on the page do to a field |
//! | [`locks`] | one tab a draft, one tab that sends |
//! | [`network`] | `is_online()`, `on_wake(f)`: when it is worth trying to send |
//! | [`persist`] | asks that the data be kept, and how much room there is |
//! | [`worker`] | the service worker: a new build waits, and takes over when told |
//! | [`page`] | title, language, focus, scrolling, leaving |
//! | [`phone`] | what belongs to the phone itself, whoever uses it: its token, its targets |
//! | [`users`] | who uses this phone, by name |
//! | [`idle`] | whether anyone is there |
//! | [`keys`] | keys that mean something on the whole page |
//! | [`pointer`] | a finger that stays down and moves |
//! | [`preferences`] | what the reader chose and is no secret: theme, language, text size |
//! | [`picked`] | files that the reader picks, photos made smaller, and shown again |
//! | [`recorder`] | records what a microphone or a camera gives |
//! | [`stream`] | camera and microphone: asked for, shown, let go of |
//! | [`rescue`] | seals and opens rescue files, saves a file, reads a chosen one |
//! | [`location`] | where the device is (`geopoint`) |
//! | [`tiles`] | pictures of the ground that are kept for maps |
//! | [`panic`] | what the reader sees after a trap |
//!
//! A closure given to an `on_…` function lives as long as the [`Subscription`] it returns.

pub mod appearance;
pub mod awake;
pub mod barcode;
pub mod calendar;
pub mod canvas;
pub mod clipboard;
pub mod clock;
pub mod collation;
pub mod compass;
pub mod designs;
pub mod fetch;
pub mod idle;
pub mod keys;
pub mod location;
pub mod locks;
pub mod network;
pub mod page;
pub mod panic;
pub mod persist;
pub mod phone;
pub mod picked;
pub mod pointer;
pub mod preferences;
pub mod recorder;
pub mod rescue;
pub mod speech;
pub mod store;
pub mod stream;
pub mod tiles;
pub mod timer;
pub mod typing;
pub mod users;
pub mod worker;

mod database;
mod errand;
mod events;
mod vault;

pub use events::Subscription;
