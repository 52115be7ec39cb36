//! The entry of the administrator's pages: the notice for a dead page first, then the pages.

fn main() {
    doorstep_app::platform::panic::install();
    doorstep_app::start_office();
}
