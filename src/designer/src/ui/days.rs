//! A moment as the device's calendar and clock have it.

use doorstep_app::platform::clock;
use doorstep_engine::moment::date_time_text;

/// `2026-11-28 09:05`, of milliseconds since 1970.
pub fn local(at: i64) -> String {
    let text = date_time_text(at, clock::utc_offset_minutes(at));
    text.get(..16).unwrap_or_default().replace('T', " ")
}
