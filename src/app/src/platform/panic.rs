//! What the reader sees after a bug stopped the app.
//!
//! After a trap the rest of the page is dead, Leptos included, so the notice is an element of `index.html`
//! that is only unhidden here, and its link needs no script.
//! Answers are safe by then: each was handed to the store when it was given.
//! `public/trap.js` does the same for traps that are no panic, a stack overflow for one.

use std::panic::PanicHookInfo;
use std::sync::Once;

use super::events::document;

/// The notice's id in `index.html`.
const NOTICE: &str = "trap-notice";

/// Makes every panic unhide the notice and say in the console where it happened. The first call counts.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(report)));
}

fn report(panic: &PanicHookInfo) {
    web_sys::console::error_1(&panic.to_string().into());
    if let Some(notice) = document().get_element_by_id(NOTICE) {
        let _ = notice.remove_attribute("hidden");
    }
}
