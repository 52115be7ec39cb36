//! When it is worth trying to send.
//!
//! The browser's "online" means that there is some network, not that the server can be reached:
//! it wakes the sender, and never proves anything.

use super::events::{Subscription, document, listen, window};

/// Does the browser see any network?
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Is the page on the screen?
pub fn is_visible() -> bool {
    !document().hidden()
}

/// Calls `f` when the network comes back and when the page comes back to the screen.
pub fn on_wake(f: impl Fn() + Clone + 'static) -> Subscription {
    let online = f.clone();
    listen(&window(), "online", move |_| online()).and(listen(&document(), "visibilitychange", move |_| {
        if is_visible() {
            f();
        }
    }))
}

/// Calls `f` with the new state when the network comes or goes.
pub fn on_change(f: impl Fn(bool) + Clone + 'static) -> Subscription {
    let online = f.clone();
    listen(&window(), "online", move |_| online(true)).and(listen(&window(), "offline", move |_| f(false)))
}
