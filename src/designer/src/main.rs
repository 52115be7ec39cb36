//! The designer's entry: the notice for a dead page first, then the designer.

fn main() {
    doorstep_app::platform::panic::install();
    doorstep_designer::start();
}
