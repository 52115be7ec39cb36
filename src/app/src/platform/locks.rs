//! One tab a draft, one tab that sends: Web Locks, which the browser frees itself when a tab dies.
//!
//! Two tabs that answer the same draft, or send the same submission, were the peers' way to duplicates.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::events::window;

/// A lock that this tab holds; dropping it frees it.
#[must_use = "dropping a lock frees it"]
#[derive(Debug)]
pub struct Held {
    name: String,
    release: Function,
}

impl Held {
    /// Which lock: `draft:{id}`, `design:{id}`, `outbox` or `media`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Takes a draft for this tab; nothing if another tab has it open.
/// `lost` is called if the reader later takes it from there (see [`steal_draft`]): then stop writing at once.
pub async fn try_draft(id: &str, lost: impl FnOnce() + 'static) -> Option<Held> {
    request(draft(id), "ifAvailable", lost).await
}

/// Takes a draft from the tab that has it open. Only when the reader says so.
pub async fn steal_draft(id: &str, lost: impl FnOnce() + 'static) -> Option<Held> {
    request(draft(id), "steal", lost).await
}

/// Takes a form that is being made for this tab, as [`try_draft`] does a draft.
pub async fn try_design(id: &str, lost: impl FnOnce() + 'static) -> Option<Held> {
    request(design(id), "ifAvailable", lost).await
}

/// Takes it from the tab that has it open. Only when the designer says so.
pub async fn steal_design(id: &str, lost: impl FnOnce() + 'static) -> Option<Held> {
    request(design(id), "steal", lost).await
}

/// Takes the outbox for this tab; nothing if another tab is sending.
pub async fn try_outbox() -> Option<Held> {
    request("outbox".to_owned(), "ifAvailable", || {}).await
}

/// Takes the fetching of forms' media for this tab; nothing if another tab fetches them.
pub async fn try_media() -> Option<Held> {
    request("media".to_owned(), "ifAvailable", || {}).await
}

/// Is a draft open in any tab of this browser, this one included?
pub async fn any_draft_open() -> bool {
    let Ok(manager) = manager() else { return false };
    let Ok(state) = JsFuture::from(manager.query()).await else { return false };
    let Ok(held) = Reflect::get(&state, &"held".into()) else { return false };
    Array::from(&held).iter().any(|lock| {
        let name = Reflect::get(&lock, &"name".into()).ok().and_then(|name| name.as_string());
        name.is_some_and(|name| name.starts_with("draft:"))
    })
}

fn draft(id: &str) -> String {
    format!("draft:{id}")
}

fn design(id: &str) -> String {
    format!("design:{id}")
}

/// Asks for an exclusive lock, with one option set: `ifAvailable` (don't wait) or `steal`.
async fn request(name: String, option: &str, lost: impl FnOnce() + 'static) -> Option<Held> {
    let manager = manager().ok()?;
    let options = Object::new();
    Reflect::set(&options, &option.into(), &true.into()).ok()?;

    let (until_released, release) = promise();
    let (answered, answer) = promise();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let _ = answer.call1(&JsValue::UNDEFINED, &(!lock.is_null()).into());
        // The lock is held until the promise that is handed back settles.
        if lock.is_null() { JsValue::UNDEFINED } else { until_released.into() }
    });
    let ended = manager.request(&name, &options, granted.unchecked_ref());

    let granted = race_failure(answered, &ended).await;
    spawn_local(async move {
        // Settles well when released, badly when stolen.
        if JsFuture::from(ended).await.is_err() && granted {
            lost();
        }
    });
    granted.then_some(Held { name, release })
}

/// What `answered` says, or false if the request failed before it could.
async fn race_failure(answered: Promise, ended: &Promise) -> bool {
    let first = Promise::race(&Array::of2(&answered, ended));
    JsFuture::from(first).await.is_ok_and(|granted| granted.is_truthy())
}

/// A promise and the function that settles it.
fn promise() -> (Promise, Function) {
    let mut settle = None;
    let promise = Promise::new(&mut |resolve, _| settle = Some(resolve));
    (promise, settle.expect("a promise calls its executor at once"))
}

fn manager() -> Result<LockManager, JsValue> {
    let manager = Reflect::get(&window().navigator(), &"locks".into())?;
    if manager.is_undefined() { Err(manager) } else { Ok(manager.unchecked_into()) }
}

// `web_sys` has this behind an unstable cfg only.
#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &Object, granted: &Function) -> Promise;

    #[wasm_bindgen(method)]
    fn query(this: &LockManager) -> Promise;
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::super::timer;
    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    /// The browser frees a lock soon, but not at once.
    async fn taken_after_release(id: &str) -> Held {
        for _ in 0..200 {
            if let Some(held) = try_draft(id, || {}).await {
                return held;
            }
            timer::sleep(5).await;
        }
        panic!("the lock was never freed");
    }

    #[wasm_bindgen_test]
    async fn a_draft_is_one_tabs_until_it_lets_go() {
        let held = try_draft("one", || panic!("nobody took it")).await.expect("it is free");
        assert_eq!(held.name(), "draft:one");
        assert!(try_draft("one", || {}).await.is_none());
        assert!(try_draft("another", || {}).await.is_some());
        assert!(any_draft_open().await);
        drop(held);
        drop(taken_after_release("one").await);
    }

    #[wasm_bindgen_test]
    async fn who_loses_a_draft_is_told() {
        let lost = Rc::new(Cell::new(false));
        let told = lost.clone();
        let first = try_draft("stolen", move || told.set(true)).await.expect("it is free");
        let second = steal_draft("stolen", || {}).await.expect("stealing does not wait");
        timer::sleep(0).await;
        assert!(lost.get());
        // What the loser lets go is no longer its own.
        drop(first);
        timer::sleep(20).await;
        assert!(try_draft("stolen", || {}).await.is_none());
        drop(second);
    }

    #[wasm_bindgen_test]
    async fn one_tab_sends() {
        let held = try_outbox().await.expect("it is free");
        assert!(try_outbox().await.is_none());
        drop(held);
    }
}
