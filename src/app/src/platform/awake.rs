//! Keeps the screen on (Screen Wake Lock API).
//!
//! A browser gives the screen up whenever the page is hidden: it is asked again when the page comes back. One that refuses, to save
//! its battery for one, is asked no more until then.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::events::{Subscription, document, listen, window};
use super::timer;

/// Can this browser keep the screen on?
pub fn is_possible() -> bool {
    lock().is_some()
}

/// Keeps the screen on as long as it lives.
#[must_use = "dropping it lets the screen go off"]
#[derive(Debug)]
pub struct Awake {
    held: Rc<Held>,
    _coming_back: Subscription,
}

#[derive(Debug, Default)]
struct Held {
    /// What the browser gave; it takes it back by itself when the page is hidden.
    sentinel: RefCell<Option<JsValue>>,
    over: Cell<bool>,
}

/// Has the screen stay on from now on.
pub fn keep() -> Awake {
    let held = Rc::new(Held::default());
    timer::spawn(ask(held.clone()));
    let again = held.clone();
    let coming_back = listen(&document(), "visibilitychange", move |_| {
        if !document().hidden() {
            timer::spawn(ask(again.clone()));
        }
    });
    Awake { held, _coming_back: coming_back }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.held.over.set(true);
        if let Some(sentinel) = self.held.sentinel.take() {
            release(&sentinel);
        }
    }
}

async fn ask(held: Rc<Held>) {
    let asked = lock().and_then(|lock| {
        let request: Function = Reflect::get(&lock, &"request".into()).ok()?.dyn_into().ok()?;
        request.call1(&lock, &"screen".into()).ok()?.dyn_into::<Promise>().ok()
    });
    let Some(asked) = asked else { return };
    let Ok(sentinel) = JsFuture::from(asked).await else { return };
    // It may be over by the time the browser says yes, or be asked for twice.
    let before = match held.over.get() {
        true => Some(sentinel),
        false => held.sentinel.replace(Some(sentinel)),
    };
    if let Some(before) = before {
        release(&before);
    }
}

fn release(sentinel: &JsValue) {
    let release = Reflect::get(sentinel, &"release".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    // One that the browser took back already is let go once more, which does nothing.
    let _ = release.map(|release| release.call0(sentinel));
}

fn lock() -> Option<JsValue> {
    let lock = Reflect::get(&window().navigator(), &"wakeLock".into()).ok()?;
    lock.is_object().then_some(lock)
}
