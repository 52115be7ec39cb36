//! Reads barcodes and QR codes from a picture: by the browser (`BarcodeDetector`), else by a module of our own (`src/codes`).
//!
//! The module is no part of the app as every phone has it: it comes when a question asks for it, and stays then.

use std::cell::Cell;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::events::window;
use super::picked::Picked;
use super::{errand, timer};

/// What reads a picture where the browser can't.
const CODES: &str = "/codes.js";

/// The larger part of it; the service worker keeps all of it when it is asked for any.
const MODULE: &str = "/doorstep-codes_bg.wasm";

/// What the longer side of a picture need have: bars over a quarter of it have four points each.
const PIXELS: u32 = 1_600;

thread_local! {
    static FETCHED: Cell<bool> = const { Cell::new(false) };
}

/// Why there is no code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCode {
    /// The browser reads none, and runs nothing that does.
    Unable,
    /// What reads them is not on this device yet, and can't be had now.
    Missing,
    /// There is none in the picture.
    None,
}

/// Can codes be read here?
pub fn can_read() -> bool {
    has("BarcodeDetector") || has("OffscreenCanvas")
}

/// A code may have to be read soon, and without a network then.
pub fn prepare() {
    if has("BarcodeDetector") || !can_read() || FETCHED.replace(true) {
        return;
    }
    timer::spawn(async {
        let fetched = JsFuture::from(window().fetch_with_str(MODULE)).await;
        let is_there = fetched.ok().and_then(|response| response.dyn_into::<web_sys::Response>().ok());
        FETCHED.set(is_there.is_some_and(|response| response.ok()));
    });
}

/// The first code in a picture.
pub async fn read(picked: &Picked) -> Result<String, NoCode> {
    if !can_read() {
        return Err(NoCode::Unable);
    }
    // A browser may have the interface, and nothing behind it.
    match by_browser(picked).await {
        Some(found) => found.filter(|text| !text.is_empty()).ok_or(NoCode::None),
        None => by_module(picked).await,
    }
}

/// `None` if the browser can't; `Some(None)` if there is none.
async fn by_browser(picked: &Picked) -> Option<Option<String>> {
    if !has("BarcodeDetector") {
        return None;
    }
    let make: Function = Reflect::get(&window(), &"createImageBitmap".into()).ok()?.dyn_into().ok()?;
    let made = make.call1(&window(), picked.blob()).ok()?;
    let Ok(bitmap) = JsFuture::from(Promise::from(made)).await else { return Some(None) };
    let found = JsFuture::from(BarcodeDetector::new().detect(&bitmap)).await.ok()?;
    let first = Array::from(&found).get(0);
    Some(Reflect::get(&first, &"rawValue".into()).ok().and_then(|text| text.as_string()))
}

async fn by_module(picked: &Picked) -> Result<String, NoCode> {
    let pixels = PIXELS.into();
    let asked: [(&str, &JsValue); 2] = [("blob", picked.blob()), ("pixels", &pixels)];
    let answer = errand::run(CODES, &asked).await.ok_or(NoCode::Missing)?;
    let part = |name: &str| Reflect::get(&answer, &name.into()).ok();
    if part("missing").is_some_and(|missing| missing.is_truthy()) {
        return Err(NoCode::Missing);
    }
    part("text").and_then(|text| text.as_string()).ok_or(NoCode::None)
}

fn has(name: &str) -> bool {
    Reflect::has(&window(), &name.into()).unwrap_or(false)
}

#[wasm_bindgen]
extern "C" {
    type BarcodeDetector;

    #[wasm_bindgen(constructor)]
    fn new() -> BarcodeDetector;

    #[wasm_bindgen(method)]
    fn detect(this: &BarcodeDetector, picture: &JsValue) -> Promise;
}
