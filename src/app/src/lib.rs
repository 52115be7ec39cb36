//! The PWA: shows forms, keeps every answer on the device, and sends finished surveys home.
//!
//! The engine decides what is relevant, valid and calculated; this crate turns its `Changes` into signals.
//! Everything of the browser that Leptos does not wrap is behind [`platform`].

pub mod designing;
pub mod platform;

mod components;
mod controls;
mod office;
mod pages;
pub mod parts;
mod state;
#[cfg(test)]
mod styles;
mod words;

/// Shows the app in the page's body.
pub fn start(parts: &'static parts::Parts) {
    parts::set(parts);
    if platform::page::is_unfit() {
        return;
    }
    leptos::mount::mount_to_body(pages::App);
}

/// Shows the administrator's pages in the page's body. A program of its own, so that no phone loads them.
pub fn start_office() {
    if platform::page::is_unfit() {
        return;
    }
    leptos::mount::mount_to_body(office::App);
}
