//! A finger, pen or mouse that stays down and moves.

use web_sys::PointerEvent;

use super::events::document;
use wasm_bindgen::JsCast;

/// What is pressed hears of every move until it is let go, wherever that leads.
pub fn hold(event: &PointerEvent) {
    let pressed = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(pressed) = pressed {
        // Fails only for a pointer that is gone already.
        let _ = pressed.set_pointer_capture(event.pointer_id());
    }
}

/// How far below the window's top the middle of each child of the element with this id is, in pixels.
pub fn middles(id: &str) -> Vec<f64> {
    let Some(list) = document().get_element_by_id(id) else { return Vec::new() };
    let children = list.children();
    let rows = (0..children.length()).filter_map(|place| children.item(place));
    rows.map(|row| row.get_bounding_client_rect()).map(|area| area.top() + area.height() / 2.0).collect()
}

/// How far from the middle of the element that listens the pointer is, in pixels: right and down.
pub fn from_middle(event: &PointerEvent) -> Option<(f64, f64)> {
    let element = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let area = element.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()) - area.left(), f64::from(event.client_y()) - area.top());
    Some((x - area.width() / 2.0, y - area.height() / 2.0))
}

/// Where in the element that listens the pointer is: from 0 to 1 across and down, whatever its size on the screen.
pub fn within(event: &PointerEvent) -> Option<(f64, f64)> {
    let element = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let area = element.get_bounding_client_rect();
    let (width, height) = (area.width(), area.height());
    (width > 0.0 && height > 0.0).then(|| {
        let (x, y) = (f64::from(event.client_x()) - area.left(), f64::from(event.client_y()) - area.top());
        ((x / width).clamp(0.0, 1.0), (y / height).clamp(0.0, 1.0))
    })
}
