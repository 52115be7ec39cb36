//! How the program is taken apart: each line names a part, and a function of it. `src/xtask/bindgen` reads it out of the linked program.
//!
//! What stands in several parts and not in the program itself becomes a file of its own.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use doorstep_app::parts::{Answering, Device, IndexedDb, Looked, Parts, Turning, Work, shown, whole};
use doorstep_delivery::deliver::Run;
use doorstep_delivery::{Uuid, Wake};
use leptos::prelude::AnyView;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

macro_rules! page {
    ($part:ident: $name:ident($($given:ident: $kind:ty),*)) => {
        fn $name($($given: $kind),*) -> AnyView {
            static HERE: AtomicBool = AtomicBool::new(false);
            #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible, preload(fetch))]
            fn $name($($given: $kind),*) -> Result<AnyView, SplitLoaderError> {
                Ok(whole::$name($($given),*))
            }
            shown(
                &HERE,
                || Box::pin(async { fetch().await.is_ok() }),
                Rc::new(move || Box::pin(async move { $name($($given),*).await.ok() })),
            )
        }
    };
}

macro_rules! work {
    ($part:ident: $name:ident($($given:ident: $kind:ty),*) -> $made:ty) => {
        fn $name($($given: $kind),*) -> Work<$made> {
            #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
            fn $name($($given: $kind),*) -> Result<Work<$made>, SplitLoaderError> {
                Ok(whole::$name($($given),*))
            }
            Box::pin(async move { $name($($given),*).await.ok()?.await })
        }
    };
}

page!(pages: day());
page!(pages: households());
page!(pages: household());
page!(pages: counts());
page!(pages: referred());
page!(pages: begin());

page!(pages: rescue());
page!(pages: safety());
page!(pages: pin());
page!(pages: pin_owed());
page!(pages: settings());
page!(pages: diagnostics());

page!(pages: begin_kiosk());
page!(pages: kiosk());
page!(pages: go_on());
page!(pages: hand_on());
page!(pages: gallery());
page!(pages: practice_over(answering: Answering, id: Uuid));

page!(finish: choose());
page!(finish: unlock());
page!(finish: outbox());
page!(finish: review(answering: Answering, turning: Turning));
page!(finish: assessment(answering: Answering, turning: Turning));
page!(finish: sealed_assessment(session: Looked, id: Uuid));

work!(sync: pull(device: Device, store: Rc<IndexedDb>) -> ());
work!(sync: send(device: Device, store: Rc<IndexedDb>, wake: Wake) -> Option<Run>);

/// The program's parts.
pub static PARTS: Parts = Parts {
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
    pull,
    send,
};
