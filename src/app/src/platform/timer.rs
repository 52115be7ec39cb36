//! Waiting, and work beside the page.

use std::future::Future;

use gloo_timers::callback::{Interval, Timeout};
use gloo_timers::future::TimeoutFuture;

/// A closure that is to be called later; dropping it cancels that.
#[must_use = "dropping a timer cancels it"]
#[derive(Debug)]
pub struct Timer {
    _kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Once { _timeout: Timeout },
    Repeating { _interval: Interval },
}

/// Calls `f` once after so many milliseconds.
pub fn after(ms: u32, f: impl FnOnce() + 'static) -> Timer {
    Timer { _kind: Kind::Once { _timeout: Timeout::new(ms, f) } }
}

/// Calls `f` every so many milliseconds.
pub fn every(ms: u32, f: impl FnMut() + 'static) -> Timer {
    Timer { _kind: Kind::Repeating { _interval: Interval::new(ms, f) } }
}

/// Waits so many milliseconds.
pub async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// Runs a future beside everything else, on this thread.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future);
}
