//! Typing for whoever has no keyboard: what keys on the page do to a field.

use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlInputElement};

use super::events::document;

/// What stands in a field, and what of it is selected: from and to, in UTF-16 units as the browser counts; the same twice is a caret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    /// The selection.
    pub selected: (usize, usize),
}

/// Changes the field of that id by `key`, and tells it as typing is told. The field has the focus then, unless the key itself was reached from a keyboard.
pub fn press(id: &str, key: impl FnOnce(&Written) -> Written) {
    let Some(field) = document().get_element_by_id(id) else { return };
    let Ok(field) = field.dyn_into::<HtmlInputElement>() else { return };
    let by_keyboard = document().active_element().is_some_and(|active| active.has_attribute("data-key"));
    let text = field.value();
    let end = text.encode_utf16().count();
    let place = |place: Result<Option<u32>, _>| place.ok().flatten().map_or(end, |place| place as usize);
    let selected = (place(field.selection_start()), place(field.selection_end()));
    let written = key(&Written { text, selected });
    if !by_keyboard {
        let _ = field.focus();
    }
    field.set_value(&written.text);
    let (from, to) = written.selected;
    // Fails in fields without a caret only, and there are none of those.
    let _ = field.set_selection_range(from as u32, to as u32);
    let init = EventInit::new();
    init.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict("input", &init) {
        let _ = field.dispatch_event(&event);
    }
}
