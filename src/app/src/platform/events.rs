//! Listening to the browser: a closure is called as long as its subscription lives.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// Keeps a closure listening; dropping it stops that.
///
/// Not `Send`: in Leptos, keep it in a `StoredValue::new_local`, or [`forget`](Subscription::forget) it.
#[must_use = "dropping a subscription ends it"]
#[derive(Debug)]
pub struct Subscription {
    listeners: Vec<Listener>,
}

#[derive(Debug)]
struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Subscription {
    /// Listens until the page is closed.
    pub fn forget(self) {
        std::mem::forget(self);
    }

    /// Nothing to listen to (the browser lacks the thing).
    pub(super) fn none() -> Subscription {
        Subscription { listeners: Vec::new() }
    }

    /// Adds what `other` listens to.
    pub(super) fn and(mut self, mut other: Subscription) -> Subscription {
        self.listeners.append(&mut other.listeners);
        self
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        // Fails for a target that never took it only.
        let _ = self.target.remove_event_listener_with_callback(self.event, function);
    }
}

/// Calls `f` at every such event of the target.
pub(super) fn listen(
    target: &EventTarget,
    event: &'static str,
    f: impl FnMut(Event) + 'static,
) -> Subscription {
    let closure = Closure::new(f);
    match target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()) {
        Ok(()) => Subscription { listeners: vec![Listener { target: target.clone(), event, closure }] },
        Err(_) => Subscription::none(),
    }
}

/// The window. The app runs in no other place.
pub(super) fn window() -> web_sys::Window {
    web_sys::window().expect("the app runs in a window")
}

/// The document.
pub(super) fn document() -> web_sys::Document {
    window().document().expect("a window has a document")
}
