//! Days and moments. `today()` and `now()` are the session's, never the machine's.

use jiff::civil::{Date, Time};

use super::{Function, Operand};
use crate::moment;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("today", "today() → date", (0, 0), "The day, in the reader's zone.", ("today()", "2026-11-23"), |call| {
        let world = call.eval.world;
        Operand::Date(moment::civil(world.now_ms, world.utc_offset_minutes).date())
    }),
    Function::new(
        "now",
        "now() → datetime",
        (0, 0),
        "The moment, with the reader's offset.",
        ("now()", "2026-11-23T09:30:00.000+08:00"),
        |call| {
            let world = call.eval.world;
            Operand::text(moment::date_time_text(world.now_ms, world.utc_offset_minutes))
        },
    ),
    Function::new(
        "date",
        "date(value) → date",
        (1, 1),
        "The day of a text, a moment, or a number of days since 1970-01-01; blank if it is none.",
        ("date('2026-11-23') - date('2026-11-01')", "22"),
        |call| call.date(0).map_or_else(|| Operand::text(""), Operand::Date),
    ),
    Function::new(
        "date-time",
        "date-time(value) → datetime",
        (1, 1),
        "The moment of a text or a number of days since 1970-01-01T00:00Z; blank if it is none.",
        ("date-time('2026-11-23T09:30:00.000+08:00')", "2026-11-23T09:30:00.000+08:00"),
        |call| match call.value(0) {
            Operand::Text(text) if moment::is_date_time(&text) => Operand::Text(text),
            Operand::Number(days) if moment::date_of_days(days).is_some() => {
                let ms = (days * 86_400_000.0).round() as i64;
                Operand::text(moment::date_time_text(ms, call.eval.world.utc_offset_minutes))
            }
            _ => call.date(0).map_or_else(|| Operand::text(""), Operand::Date),
        },
    ),
    Function::new(
        "decimal-date-time",
        "decimal-date-time(value) → number",
        (1, 1),
        "Days since 1970-01-01T00:00Z, with the fraction of the day; a day alone counts from its local midnight.",
        ("decimal-date-time('1970-01-02T08:00:00.000+08:00')", "1"),
        |call| {
            let zone = call.eval.world.utc_offset_minutes;
            let text = call.text(0);
            let days = moment::moment_days(&text, zone)
                .or_else(|| call.date(0).map(|date| moment::days(date) - f64::from(zone) / 1440.0));
            Operand::Number(days.unwrap_or(f64::NAN))
        },
    )
    .number(),
    Function::new(
        "format-date",
        "format-date(date, format) → text",
        (2, 2),
        "The date in the format: %Y %y %m %n %b %d %e %a, as ODK has them; %b and %a in English. Blank if there is no date.",
        ("format-date(${born}, '%Y年%n月%e日')", "1950年3月1日"),
        |call| match call.date(0) {
            Some(date) => Operand::text(format(&call.text(1), date, None)),
            None => Operand::text(""),
        },
    ),
    Function::new(
        "format-date-time",
        "format-date-time(datetime, format) → text",
        (2, 2),
        "As `format-date`, with %H %h %M %S %3 for the time as it is written.",
        ("format-date-time('2026-11-23T09:05:00.000+08:00', '%H:%M')", "09:05"),
        |call| {
            let text = call.text(0);
            let time = text.split_once('T').and_then(|(_, time)| moment::read_time(time)).map(|(time, _)| time);
            match call.date(0) {
                Some(date) => Operand::text(format(&call.text(1), date, Some(time.unwrap_or(Time::midnight())))),
                None => Operand::text(""),
            }
        },
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

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn format(pattern: &str, date: Date, time: Option<Time>) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let part = chars.next();
        let known = match (part, time) {
            (Some('Y'), _) => Some(format!("{:04}", date.year())),
            (Some('y'), _) => Some(format!("{:02}", date.year().rem_euclid(100))),
            (Some('m'), _) => Some(format!("{:02}", date.month())),
            (Some('n'), _) => Some(date.month().to_string()),
            (Some('b'), _) => Some(MONTHS[date.month() as usize - 1].to_owned()),
            (Some('d'), _) => Some(format!("{:02}", date.day())),
            (Some('e'), _) => Some(date.day().to_string()),
            (Some('a'), _) => Some(DAYS[date.weekday().to_monday_zero_offset() as usize].to_owned()),
            (Some('H'), Some(time)) => Some(format!("{:02}", time.hour())),
            (Some('h'), Some(time)) => Some(time.hour().to_string()),
            (Some('M'), Some(time)) => Some(format!("{:02}", time.minute())),
            (Some('S'), Some(time)) => Some(format!("{:02}", time.second())),
            (Some('3'), Some(time)) => Some(format!("{:03}", time.millisecond())),
            (Some('%'), _) => Some("%".to_owned()),
            _ => None,
        };
        match known {
            Some(text) => out.push_str(&text),
            None => {
                out.push('%');
                out.extend(part);
            }
        }
    }
    out
}
