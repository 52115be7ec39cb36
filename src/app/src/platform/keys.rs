//! Keys that mean something on the whole page.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::events::{Subscription, document, listen};

/// Where the browser takes back what was typed by itself.
const TYPED: &str = "textarea, [contenteditable], input:not([type]), input:is([type=text], [type=search], [type=url], [type=tel], [type=number], [type=password], [type=email])";
const GRID: &str = "[role=grid]";

/// Calls `f` at Ctrl+Z (⌘Z), unless text is being typed, a dialog is open, or it is pressed in a grid, which has changes of its own.
pub fn on_undo_key(f: impl Fn() + 'static) -> Subscription {
    listen(&document(), "keydown", move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        let is_undo = (key.ctrl_key() || key.meta_key()) && !key.shift_key() && !key.alt_key();
        if !is_undo || !key.key().eq_ignore_ascii_case("z") {
            return;
        }
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_own =
            |at: Element| at.matches(TYPED).unwrap_or(false) || matches!(at.closest(GRID), Ok(Some(_)));
        let is_typing = at.is_some_and(is_own);
        let dialog = document().query_selector("dialog[open]").ok().flatten();
        if !is_typing && dialog.is_none() {
            event.prevent_default();
            f();
        }
    })
}
