//! Whether anyone is there: touches, keys and scrolling, whatever they are meant for.

use super::events::{Subscription, listen, window};

/// Calls `f` whenever someone does something on this page.
pub fn on_activity(f: impl Fn() + Clone + 'static) -> Subscription {
    ["pointerdown", "keydown", "input", "wheel", "touchmove"]
        .into_iter()
        .map(|event| {
            let f = f.clone();
            listen(&window(), event, move |_| f())
        })
        .fold(Subscription::none(), Subscription::and)
}
