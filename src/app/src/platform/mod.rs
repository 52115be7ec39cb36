//! The browser, behind a plain Rust API: nothing else in the app names `web_sys`, `js_sys`, `wasm_bindgen`, `gloo` or `idb`.

pub mod panic;
