//! The time and chance, which the engine may not ask for itself: they are given to it (`World`).

use super::events::window;

/// Milliseconds since 1970-01-01T00:00Z, by the device's clock, which may be wrong.
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// The device's offset from UTC at a moment, in minutes, east positive (China: 480).
pub fn utc_offset_minutes(at_ms: i64) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at_ms as f64));
    // The browser counts west as positive.
    -date.get_timezone_offset() as i32
}

/// Milliseconds since the page was opened; never goes back. For measuring spans.
pub fn elapsed_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Random bytes of the browser's cryptographic source: ids, seeds, initialisation vectors.
///
/// Panics if the browser has no such source: then nothing could be encrypted either.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let crypto = window().crypto().expect("a secure context has crypto");
    crypto.get_random_values_with_u8_array(&mut bytes).expect("up to 65,536 random bytes can be had at once");
    bytes
}

/// What a session's `random()` and `uuid()` start from.
pub fn random_seed() -> u64 {
    u64::from_le_bytes(random_bytes())
}
