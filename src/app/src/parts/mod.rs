//! The parts of the program that a phone fetches only when they are first asked for: pages and work beside filling in a form.
//!
//! Which they are is said by whoever starts the app (`main.rs`), since only a program can be taken apart: here stands what they do ([`whole`]), and how one
//! that is still coming looks. A phone has the parts that a survey is finished by from the start, the others once it has been idle (`public/sw.js`).

mod fetched;
pub mod whole;

use std::pin::Pin;
use std::rc::Rc;
use std::sync::OnceLock;

use doorstep_delivery::deliver::Run;
use doorstep_delivery::{Uuid, Wake};
use leptos::prelude::*;

pub use crate::components::map::Map;
pub use crate::pages::Turning;
pub use crate::platform::store::IndexedDb;
pub use crate::state::answering::Answering;
pub use crate::state::device::Device;
pub use crate::state::drafts::Looked;
pub use fetched::{Size, Soon, shown};

/// A page without anything given to it.
pub type Page = fn() -> AnyView;
/// Work that ends with a `T`; nothing if its part could not be fetched.
pub type Work<T> = Pin<Box<dyn Future<Output = Option<T>>>>;

/// All of them.
#[allow(missing_docs)]
#[derive(Debug)]
pub struct Parts {
    pub day: Page,
    pub households: Page,
    pub household: Page,
    pub counts: Page,
    pub referred: Page,
    pub begin: Page,
    pub rescue: Page,
    pub safety: Page,
    pub pin: Page,
    pub pin_owed: Page,
    pub settings: Page,
    pub diagnostics: Page,
    pub begin_kiosk: Page,
    pub kiosk: Page,
    pub go_on: Page,
    pub hand_on: Page,
    pub gallery: Page,
    pub practice_over: fn(Answering, Uuid) -> AnyView,
    pub choose: Page,
    pub unlock: Page,
    pub outbox: Page,
    pub review: fn(Answering, Turning) -> AnyView,
    pub assessment: fn(Answering, Turning) -> AnyView,
    pub sealed_assessment: fn(Looked, Uuid) -> AnyView,
    pub map: fn(Map) -> AnyView,
    /// Takes down what the server has.
    pub pull: fn(Device, Rc<IndexedDb>) -> Work<()>,
    /// Sends what can be read of a store; gives what came of it, if the outbox could be read.
    pub send: fn(Device, Rc<IndexedDb>, Wake) -> Work<Option<Run>>,
}

/// [`Parts`] of the functions that are called so where this stands: in one piece, or taken apart.
#[macro_export]
macro_rules! all_parts {
    () => {
        $crate::parts::Parts {
            day,
            households,
            household,
            counts,
            referred,
            begin,
            rescue,
            safety,
            pin,
            pin_owed,
            settings,
            diagnostics,
            begin_kiosk,
            kiosk,
            go_on,
            hand_on,
            gallery,
            choose,
            unlock,
            outbox,
            practice_over,
            review,
            assessment,
            sealed_assessment,
            map,
            pull,
            send,
        }
    };
}

static PARTS: OnceLock<&'static Parts> = OnceLock::new();

/// Says which they are, once, before anything is shown.
pub fn set(parts: &'static Parts) {
    // Said twice, the first holds.
    let _ = PARTS.set(parts);
}

/// Which they are.
///
/// # Panics
///
/// Before [`set`].
pub fn parts() -> &'static Parts {
    #[cfg(test)]
    let parts = PARTS.get_or_init(|| &whole::WHOLE);
    #[cfg(not(test))]
    let parts = PARTS.get().expect("whoever starts the app says which parts it has");
    parts
}
