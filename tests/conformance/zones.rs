//! The zones that cases name, as the engine takes them: offsets and the moments at which they change.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// From which moments on the zone has which offset in minutes: the last century and the next decades.
pub fn offsets(name: &str) -> Option<Vec<(i64, i32)>> {
    let zone = match name {
        "UTC" | "GMT" => TimeZone::UTC,
        name => TimeZoneDatabase::bundled().get(name).ok()?,
    };
    let minutes = |at: Timestamp| zone.to_offset(at).seconds().div_euclid(60);
    let begin = Timestamp::from_second(-3_000_000_000).ok()?;
    let end = Timestamp::from_second(4_200_000_000).ok()?;
    let mut offsets = vec![(begin.as_millisecond(), minutes(begin))];
    for change in zone.following(begin).take_while(|change| change.timestamp() < end) {
        let at = change.timestamp();
        offsets.push((at.as_millisecond(), minutes(at)));
    }
    Some(offsets)
}
