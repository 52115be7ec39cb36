//! The form designer at `/design`: a form as sheets and as it runs, side by side, on a device that may have no network.
//!
//! What a form is the engine alone knows: this holds cells, asks it what is wrong, and runs what it makes of them. A program of its own over the app's
//! library, which no phone loads unless somebody opens the designer there.

pub mod carry;
pub mod cases;
mod columns;
pub mod complete;
pub mod cutoffs;
pub mod document;
pub mod effect;
pub mod files;
pub mod inspect;
pub mod kept;
pub mod library;
pub mod marks;
pub mod picture;
pub mod publications;
pub mod translations;

mod types;
mod ui;

/// Shows it in the page's body.
pub fn start() {
    doorstep_app::designing::start(ui::App);
}
