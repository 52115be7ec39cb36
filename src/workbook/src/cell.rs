//! Cell values as pyxform reads them: whole numbers without a point, `TRUE`, dates as ISO 8601.

/// A number: whole ones without a point, others the shortest that reads back the same.
pub(crate) fn number(value: f64) -> String {
    match value.is_finite() && value.fract() == 0.0 && value.abs() < 1e15 {
        true => format!("{}", value as i64),
        false => format!("{value}"),
    }
}

/// A boolean.
pub(crate) fn boolean(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

/// A text, with the spaces that don't break as plain ones.
pub(crate) fn text(value: &str) -> String {
    value.replace('\u{a0}', " ")
}

/// The date, time or both of a day number, as a format that shows dates would; none outside the years 1900 to 9999.
///
/// Day 60 of the 1900 system is the 29 February that Excel has and the calendar hasn't; it is read as 1 March.
pub(crate) fn moment(serial: f64, since_1904: bool) -> Option<String> {
    let milliseconds = (serial * 86_400_000.0).round();
    if !(0.0..2_958_466.0 * 86_400_000.0).contains(&milliseconds) {
        return None;
    }
    let (day, rest) = (milliseconds as i64 / 86_400_000, milliseconds as i64 % 86_400_000);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let mut time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if millis > 0 {
        time.push_str(&format!(".{millis:03}"));
    }
    if day == 0 && !since_1904 {
        return Some(time);
    }
    // Days before the one that never was are one later than their number says.
    let epoch = if since_1904 { -24_107 } else { -25_569 };
    let day = epoch + day + i64::from(!since_1904 && day < 60);
    let date = civil(day);
    Some(if rest == 0 { date } else { format!("{date}T{time}") })
}

/// The calendar's date of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Does a number format show dates or times? (ECMA-376 18.8.30, 18.8.31)
pub(crate) fn shows_moment(id: u32, code: Option<&str>) -> bool {
    match code {
        Some(code) => code_shows_moment(code),
        None => matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58),
    }
}

/// Looks for date letters outside of quotes, escapes and brackets, in the section for positive numbers.
fn code_shows_moment(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => return false,
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // Hours, minutes or seconds that go on counting: `[h]`, `[mm]`.
                let elapsed = inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                if elapsed && !inside.is_empty() {
                    return true;
                }
            }
            'G' | 'g' if chars.as_str().get(..6).is_some_and(|rest| rest.eq_ignore_ascii_case("eneral")) => {
                return false;
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_can_be() {
        let given: Vec<String> = [3.0, -2.0, 0.1, 1e20, 2.5e-7, -0.0].into_iter().map(number).collect();
        assert_eq!(given, ["3", "-2", "0.1", "100000000000000000000", "0.00000025", "0"]);
    }

    #[test]
    fn day_numbers_are_dates() {
        let given = |serial| moment(serial, false).unwrap_or_default();
        assert_eq!(given(1.0), "1900-01-01");
        assert_eq!(given(59.0), "1900-02-28");
        assert_eq!(given(61.0), "1900-03-01");
        assert_eq!(given(45_943.541), "2025-10-13T12:59:02.400");
        assert_eq!(given(0.5), "12:00:00");
        assert_eq!(moment(0.0, true).unwrap(), "1904-01-01");
        assert_eq!(moment(44_481.0, true).unwrap(), "2025-10-13");
        assert_eq!(moment(-1.0, false), None);
        assert_eq!(moment(f64::NAN, false), None);
        assert_eq!(moment(1e300, false), None);
    }

    #[test]
    fn formats_that_show_moments() {
        for code in ["yyyy-mm-dd", "h:mm AM/PM", "[h]:mm", "[$-409]d-mmm-yy;@", "yyyy\"年\"m\"月\""] {
            assert!(shows_moment(164, Some(code)), "{code}");
        }
        for code in ["General", "0.00", "#,##0\" days\"", "[Red]0", "0\\d", "@", "_-* #,##0_-;dd"] {
            assert!(!shows_moment(164, Some(code)), "{code}");
        }
        assert!(shows_moment(14, None) && !shows_moment(2, None));
    }
}
