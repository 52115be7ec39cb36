//! The browser's entry: the notice for a dead page first, then the app.

// A function of a part is linked to by its name.
#[allow(unsafe_code)]
mod taken_apart;

fn main() {
    doorstep_app::platform::panic::install();
    doorstep_app::start(&taken_apart::PARTS);
}
