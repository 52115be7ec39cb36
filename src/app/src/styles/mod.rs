//! What the style sheets keep to, held by tests that read them.

mod contrast;
mod directions;
