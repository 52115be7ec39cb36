//! What is copied and pasted, and what is dropped on a page, as the browser's events have it.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList};

use super::picked::Picked;

const TEXT: &str = "text/plain";

/// The text that is pasted.
pub fn pasted(event: &JsValue) -> Option<String> {
    let data = Reflect::get(event, &"clipboardData".into()).ok()?;
    call(&data, "getData", &[TEXT.into()])?.as_string()
}

/// Puts a text on the clipboard in the place of what the browser would copy.
pub fn copied(event: &JsValue, text: &str) {
    let Ok(data) = Reflect::get(event, &"clipboardData".into()) else { return };
    call(&data, "setData", &[TEXT.into(), text.into()]);
    call(event, "preventDefault", &[]);
}

/// A drag begins: browsers want something to be dragged.
pub fn dragged(event: &JsValue, text: &str) {
    let Ok(data) = Reflect::get(event, &"dataTransfer".into()) else { return };
    call(&data, "setData", &[TEXT.into(), text.into()]);
}

/// The files that were dropped.
pub fn dropped(event: &JsValue) -> Vec<Picked> {
    let files =
        Reflect::get(event, &"dataTransfer".into()).and_then(|data| Reflect::get(&data, &"files".into()));
    let Some(files) = files.ok().and_then(|files| files.dyn_into::<FileList>().ok()) else {
        return Vec::new();
    };
    (0..files.length()).filter_map(|place| files.get(place)).map(|file: File| Picked::from(file)).collect()
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let f: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    f.apply(of, &arguments.iter().collect::<Array>()).ok()
}
