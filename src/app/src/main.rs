//! The browser's entry: the notice for a dead page first, then the app.

fn main() {
    doorstep_app::platform::panic::install();
    doorstep_app::start();
}
