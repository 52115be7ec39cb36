//! Work for a worker of its own, off the page's thread: asked one thing, and let go once it has answered.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker};

/// What the script at that address answers. `None` if it can't be had, or breaks.
pub(super) async fn run(script: &str, asked: &[(&str, &JsValue)]) -> Option<JsValue> {
    let worker = Worker::new(script).ok()?;
    let message = Object::new();
    for (name, value) in asked {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&message, &(*name).into(), value);
    }
    let answer = Promise::new(&mut |done, failed| {
        worker.set_onmessage(Some(&done));
        worker.set_onerror(Some(&failed));
    });
    worker.post_message(&message).ok()?;
    let answer = JsFuture::from(answer).await;
    worker.terminate();
    Some(answer.ok()?.dyn_into::<MessageEvent>().ok()?.data())
}
