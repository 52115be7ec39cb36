//! The module for the worker: the library's one function, for `public/codes.js`.

use wasm_bindgen::prelude::wasm_bindgen;

/// See `doorstep_codes::read`.
#[wasm_bindgen]
pub fn read(pixels: &[u8], width: u32) -> Option<String> {
    doorstep_codes::read(pixels, width)
}

fn main() {}
