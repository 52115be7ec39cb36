//! A kiosk runs for months: once a night, while nobody stands there, its page is loaded anew, so that whatever has gathered in the browser goes, and what is new comes.
//!
//! Kept here: never with an answer on the screen, and only if the page can be had, since a browser without a page waits for somebody with a keyboard.

use doorstep_delivery::transport::{Method, Request, Transport};
use doorstep_engine::moment;

use crate::platform::clock;
use crate::state::device::Device;
use crate::state::keeping::now;

/// The hour of the night in which it is done.
const HOUR: i8 = 3;
/// A page that is younger has been loaded anew just now.
const YOUNG_MS: f64 = 2.0 * HOUR_MS;
/// A page of that age has missed its night: the device was asleep, or there was no network.
const OLD_MS: f64 = 30.0 * HOUR_MS;
const HOUR_MS: f64 = 3_600_000.0;
const TIMEOUT_MS: u32 = 10_000;

/// Is it time?
pub fn is_due() -> bool {
    let now = now();
    due(clock::elapsed_ms(), moment::civil(now.ms, now.utc_offset_minutes).hour())
}

/// By the page's age and the hour of the day.
fn due(age_ms: f64, hour: i8) -> bool {
    (hour == HOUR && age_ms >= YOUNG_MS) || age_ms >= OLD_MS
}

/// Can the page be had at this moment?
pub async fn can_be_had(device: Device) -> bool {
    let request = Request {
        method: Method::Get,
        url: super::ADDRESS.into(),
        headers: Vec::new(),
        body: None,
        timeout_ms: TIMEOUT_MS,
    };
    device.transport().send(request).await.is_ok_and(|answer| answer.status == 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_once_a_night_and_later_only_if_the_night_was_missed() {
        let hours = |hours: f64| hours * HOUR_MS;
        for (age, hour, is) in [
            (hours(20.0), 3, true),
            (hours(2.0), 3, true),
            // It was, a quarter of an hour ago.
            (hours(0.25), 3, false),
            (hours(20.0), 2, false),
            (hours(24.0), 4, false),
            (hours(29.9), 9, false),
            (hours(30.0), 9, true),
        ] {
            assert_eq!(due(age, hour), is, "{age} at {hour}");
        }
    }
}
