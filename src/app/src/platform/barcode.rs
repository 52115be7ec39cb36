//! Reads barcodes and QR codes from a picture, where the browser can (`BarcodeDetector`).

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::events::window;
use super::picked::Picked;

/// Why there is no code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCode {
    /// The browser reads none.
    Unable,
    /// There is none in the picture.
    None,
}

/// Can this browser read codes?
pub fn can_read() -> bool {
    Reflect::has(&window(), &"BarcodeDetector".into()).unwrap_or(false)
}

/// The first code in a picture.
pub async fn read(picked: &Picked) -> Result<String, NoCode> {
    if !can_read() {
        return Err(NoCode::Unable);
    }
    let make: Function = window_function("createImageBitmap").ok_or(NoCode::Unable)?;
    let made = make.call1(&window(), picked.blob()).map_err(|_| NoCode::None)?;
    let bitmap = JsFuture::from(Promise::from(made)).await.map_err(|_| NoCode::None)?;
    let found = JsFuture::from(BarcodeDetector::new().detect(&bitmap)).await.map_err(|_| NoCode::Unable)?;
    let first = Array::from(&found).get(0);
    let text = Reflect::get(&first, &"rawValue".into()).ok().and_then(|text| text.as_string());
    text.filter(|text| !text.is_empty()).ok_or(NoCode::None)
}

fn window_function(name: &str) -> Option<Function> {
    Reflect::get(&window(), &name.into()).ok()?.dyn_into().ok()
}

#[wasm_bindgen]
extern "C" {
    type BarcodeDetector;

    #[wasm_bindgen(constructor)]
    fn new() -> BarcodeDetector;

    #[wasm_bindgen(method)]
    fn detect(this: &BarcodeDetector, picture: &JsValue) -> Promise;
}
