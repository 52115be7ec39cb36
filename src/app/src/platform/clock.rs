//! The time and chance, which the engine may not ask for itself: they are given to it (`World`).

use std::cell::OnceCell;
use std::sync::Arc;

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

/// Where the device's zone changes its offset, from 1900 to three years on: from each moment on (milliseconds since
/// 1970-01-01T00:00Z) so many minutes east. The browser has no table of them: months are tried, then halved.
pub fn offset_changes() -> Arc<[(i64, i32)]> {
    thread_local! {
        static FOUND: OnceCell<Arc<[(i64, i32)]>> = const { OnceCell::new() };
    }
    FOUND.with(|found| found.get_or_init(|| find_changes().into()).clone())
}

fn find_changes() -> Vec<(i64, i32)> {
    const MONTH_MS: i64 = 30 * 86_400_000;
    const MINUTE_MS: i64 = 60_000;
    let mut from = -70 * 366 * 86_400_000;
    let end = now_ms() + 36 * MONTH_MS;
    let mut changes = vec![(from, utc_offset_minutes(from))];
    while from < end {
        let (mut before, mut after) = (from, from + MONTH_MS);
        let (old, new) = (utc_offset_minutes(before), utc_offset_minutes(after));
        if old != new {
            while after - before > MINUTE_MS {
                // Offsets change at full minutes.
                let middle = before + (after - before) / 2 / MINUTE_MS * MINUTE_MS;
                match utc_offset_minutes(middle) == old {
                    true => before = middle,
                    false => after = middle,
                }
            }
            changes.push((after, new));
        }
        from += MONTH_MS;
    }
    changes
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
