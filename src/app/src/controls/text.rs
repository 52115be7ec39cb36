//! One line of text. Also what takes anything that no other control does.

use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame};

/// See the module.
pub const CONTROL: Control = Control { name: "text", takes: |_| true, frame: Frame::Field, show };

/// The whole control.
pub fn show(asked: Asked) -> AnyView {
    line(asked, Typed::new(asked), Look::words(asked))
}
