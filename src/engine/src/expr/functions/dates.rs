//! Days and moments. `today()` and `now()` are the session's, never the machine's.

use jiff::civil::DateTime;

use super::{Call, Function, Operand};
use crate::moment;
use crate::zone::DAY_MS;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("today", "today() → date", (0, 0), "The day, in the reader's zone.", ("today()", "2026-11-23"), |call| {
        let world = call.eval.world;
        world.zone().civil(world.now_ms).map_or_else(|| Operand::text(""), |now| Operand::Date(now.date()))
    }),
    Function::new(
        "now",
        "now() → datetime",
        (0, 0),
        "The moment, with the reader's offset.",
        ("now()", "2026-11-23T09:30:00.000+08:00"),
        |call| {
            let world = call.eval.world;
            Operand::moment(world.now_ms, world.zone())
        },
    ),
    Function::new(
        "date",
        "date(value) → date",
        (1, 1),
        "The day or the moment of a text, or of a number of days since 1970-01-01T00:00Z, in the reader's zone; one that is a local midnight is written as a day, any other with its time (as in ODK Web Forms; JavaRosa cuts the time off). `2026-1-2` is read too. Blank if it is none.",
        ("date('2026-11-23') - date('2026-11-01')", "22"),
        moment_of_value,
    ),
    Function::new(
        "date-time",
        "date-time(value) → datetime",
        (1, 1),
        "As `date`.",
        ("date-time('2026-11-23T09:30:00.000+08:00')", "2026-11-23T09:30:00.000+08:00"),
        moment_of_value,
    ),
    Function::new(
        "decimal-date-time",
        "decimal-date-time(value) → number",
        (1, 1),
        "Days since 1970-01-01T00:00Z, with the fraction of the day; a day alone counts from its local midnight.",
        ("decimal-date-time('1970-01-02T08:00:00.000+08:00')", "1"),
        |call| {
            let moment = call.moment_of(&call.value(0));
            Operand::Number(moment.map_or(f64::NAN, |ms| ms as f64 / DAY_MS))
        },
    )
    .number(),
    Function::new(
        "decimal-time",
        "decimal-time(time) → number",
        (1, 1),
        "A time of day as the part of the day that has passed in the reader's zone, from 0 up to 1; NaN if it is none. One with an offset is what clocks here showed then on 1970-01-01.",
        ("decimal-time('06:00:00.000+08:00')", "0.25"),
        |call| {
            let zone = call.eval.world.zone();
            let text = call.cow(0);
            let moment = moment::is_time(&text).then(|| zone.read(&format!("1970-01-01T{text}"))).flatten();
            let time = moment.and_then(|ms| zone.civil(ms)).map(DateTime::time);
            Operand::Number(time.map_or(f64::NAN, |time| {
                let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
                (seconds * 1000 + i64::from(time.millisecond())) as f64 / DAY_MS
            }))
        },
    )
    .number(),
    Function::new(
        "format-date",
        "format-date(date, format) → text",
        (2, 2),
        "The date in the format: %Y %y %m %n %b %d %e %a, as ODK has them; %b and %a in English. %H %h %M %S %3 are the time of day, as in JavaRosa. Blank if there is no date.",
        ("format-date(${born}, '%Y年%n月%e日')", "1950年3月1日"),
        formatted,
    ),
    Function::new(
        "format-date-time",
        "format-date-time(datetime, format) → text",
        (2, 2),
        "As `format-date`. A moment with an offset is told in the reader's zone.",
        ("format-date-time('2026-11-23T09:05:00.000+08:00', '%H:%M')", "09:05"),
        formatted,
    ),
    Function::new(
        "full-years",
        "full-years(birthday, day) → number",
        (2, 2),
        "Full years from a birthday to a day (Doorstep's own). A birthday on 29 February is had on 1 March in common years. Blank if either is blank, or the day lies before.",
        ("full-years('2008-02-29', '2026-02-28')", "17"),
        |call| {
            let years = call.date(0).zip(call.date(1)).map(|(born, day)| moment::full_years(born, day));
            Operand::Number(years.filter(|years| *years >= 0).map_or(f64::NAN, |years| years as f64))
        },
    )
    .number(),
];

fn moment_of_value(call: &Call<'_, '_>) -> Operand {
    let zone = call.eval.world.zone();
    match call.value(0) {
        date @ Operand::Date(_) => date,
        Operand::Text(text) => {
            let moment = zone.read(text.trim()).or_else(|| zone.read(&padded(text.trim())?));
            moment.map_or_else(|| Operand::text(""), |ms| Operand::moment(ms, zone))
        }
        other => call.moment_of(&other).map_or_else(|| Operand::text(""), |ms| Operand::moment(ms, zone)),
    }
}

/// `2026-1-2` as `2026-01-02`.
fn padded(text: &str) -> Option<String> {
    let (day, time) = text.split_at(text.find('T').unwrap_or(text.len()));
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{year}-{month:0>2}-{day:0>2}{time}"))
}

fn formatted(call: &Call<'_, '_>) -> Operand {
    let zone = call.eval.world.zone();
    let value = call.value(0);
    let civil = match &value {
        Operand::Text(text) if text.is_empty() => None,
        other => call.moment_of(other).and_then(|ms| zone.civil(ms)),
    };
    Operand::text(civil.map_or_else(String::new, |at| format(&call.cow(1), at)))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn format(pattern: &str, at: DateTime) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('Y') => out.push_str(&format!("{:04}", at.year())),
            Some('y') => out.push_str(&format!("{:02}", at.year().rem_euclid(100))),
            Some('m') => out.push_str(&format!("{:02}", at.month())),
            Some('n') => out.push_str(&at.month().to_string()),
            Some('b') => out.push_str(MONTHS[at.month() as usize - 1]),
            Some('d') => out.push_str(&format!("{:02}", at.day())),
            Some('e') => out.push_str(&at.day().to_string()),
            Some('a') => out.push_str(DAYS[at.date().weekday().to_monday_zero_offset() as usize]),
            Some('H') => out.push_str(&format!("{:02}", at.hour())),
            Some('h') => out.push_str(&at.hour().to_string()),
            Some('M') => out.push_str(&format!("{:02}", at.minute())),
            Some('S') => out.push_str(&format!("{:02}", at.second())),
            Some('3') => out.push_str(&format!("{:03}", at.millisecond())),
            Some('%') => out.push('%'),
            other => {
                out.push('%');
                out.extend(other);
            }
        }
    }
    out
}
