//! How the program is taken apart: each line names a part, and a function of it. `src/xtask/bindgen` reads it out of the linked program.
//!
//! What stands in several parts and not in the program itself becomes a file of its own.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use doorstep_app::parts::{
    Answering, Device, IndexedDb, Looked, Map, Parts, Size, Turning, Work, shown, whole,
};
use doorstep_delivery::deliver::Run;
use doorstep_delivery::{Uuid, Wake};
use leptos::prelude::AnyView;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

macro_rules! view {
    ($part:ident, $size:ident: $name:ident($($given:ident: $kind:ty),*)) => {
        fn $name($($given: $kind),*) -> AnyView {
            static HERE: AtomicBool = AtomicBool::new(false);
            #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible, preload(fetch))]
            fn $name($($given: $kind),*) -> Result<AnyView, SplitLoaderError> {
                Ok(whole::$name($($given),*))
            }
            shown(
                &HERE,
                || Box::pin(async { fetch().await.is_ok() }),
                Rc::new(move || {
                    $(
                        #[allow(clippy::clone_on_copy)]
                        let $given = $given.clone();
                    )*
                    Box::pin(async move { $name($($given),*).await.ok() })
                }),
                Size::$size,
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

view!(pages, Page: day());
view!(pages, Page: households());
view!(pages, Page: household());
view!(pages, Page: counts());
view!(pages, Page: referred());
view!(pages, Page: begin());

view!(pages, Page: rescue());
view!(pages, Page: safety());
view!(pages, Page: pin());
view!(pages, Page: pin_owed());
view!(pages, Page: settings());
view!(pages, Page: diagnostics());

view!(pages, Page: begin_kiosk());
view!(pages, Page: kiosk());
view!(pages, Page: go_on());
view!(pages, Page: hand_on());
view!(pages, Page: gallery());
view!(pages, Page: practice_over(answering: Answering, id: Uuid));

view!(map, Piece: map(it: Map));

view!(finish, Page: choose());
view!(finish, Page: unlock());
view!(finish, Page: outbox());
view!(finish, Page: review(answering: Answering, turning: Turning));
view!(finish, Page: assessment(answering: Answering, turning: Turning));
view!(finish, Page: sealed_assessment(session: Looked, id: Uuid));

work!(sync: pull(device: Device, store: Rc<IndexedDb>) -> ());
work!(sync: send(device: Device, store: Rc<IndexedDb>, wake: Wake) -> Option<Run>);

/// The program's parts.
pub static PARTS: Parts = doorstep_app::all_parts!();
