//! What may be a PIN. Pure.
//!
//! Six digits, tried through the app, stand against guessing only if they are none of those that everyone takes
//! first: three tries are free, and an hour each is what the thousandth costs.

/// So many digits at least.
pub const LEAST: usize = 6;
/// And at most.
pub const MOST: usize = 32;

/// Why something typed is no PIN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinFault {
    /// Nothing was typed.
    Empty,
    /// There is something in it that is no digit.
    NotDigits,
    /// Fewer than it has to have: [`LEAST`], or more where the office asks for more.
    TooShort(usize),
    /// More than [`MOST`].
    TooLong,
    /// Everyone would try it among the first.
    Obvious,
}

/// Patterns on the keypad, and numbers that are sayings in Chinese, which no rule below finds.
const KNOWN: [&str; 12] = [
    "147258",
    "258369",
    "147852",
    "159357",
    "159753",
    "357159",
    "258456",
    "1314520",
    "5201314",
    "521521",
    "147258369",
    "7758521",
];

/// The digits as typed: an input method's wide ones are digits, too, and spaces are none.
pub fn typed(text: &str) -> Result<String, PinFault> {
    let mut digits = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let narrow = match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            other => other,
        };
        if !narrow.is_ascii_digit() {
            return Err(PinFault::NotDigits);
        }
        digits.push(narrow);
    }
    if digits.is_empty() { Err(PinFault::Empty) } else { Ok(digits) }
}

/// A PIN to set, of so many digits at least.
pub fn chosen(text: &str, least: usize) -> Result<String, PinFault> {
    let pin = typed(text)?;
    match pin.len() {
        length if length < least => Err(PinFault::TooShort(least)),
        ..=MOST if is_obvious(pin.as_bytes()) => Err(PinFault::Obvious),
        ..=MOST => Ok(pin),
        _ => Err(PinFault::TooLong),
    }
}

fn is_obvious(pin: &[u8]) -> bool {
    let steps = |by: u8| pin.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
    // 111111, 123456, 654321, 890123.
    let in_steps = [0, 1, 9].into_iter().any(steps);
    // 121212, 520520.
    let repeats = (1..=pin.len() / 2)
        .filter(|length| pin.len().is_multiple_of(*length))
        .any(|length| pin.chunks(length).all(|part| part == &pin[..length]));
    // 112233, 111222: runs of the same length, one more or less each time.
    let runs: Vec<&[u8]> = pin.chunk_by(|one, other| one == other).collect();
    let runs_alike = runs.len() < pin.len() && runs.iter().all(|run| run.len() == runs[0].len());
    // 123321.
    let mirrored = pin.iter().eq(pin.iter().rev());
    in_steps || repeats || runs_alike || mirrored || KNOWN.iter().any(|known| known.as_bytes() == pin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_taken_as_every_keyboard_gives_them() {
        assert_eq!(typed("２７４ 913").as_deref(), Ok("274913"));
        assert_eq!(typed(" "), Err(PinFault::Empty));
        assert_eq!(typed("27491a"), Err(PinFault::NotDigits));
    }

    #[test]
    fn six_digits_are_the_least_unless_the_office_asks_for_more() {
        assert_eq!(chosen("27491", LEAST), Err(PinFault::TooShort(6)));
        assert_eq!(chosen(&"274913".repeat(6), LEAST), Err(PinFault::TooLong));
        assert_eq!(chosen("274913", LEAST).as_deref(), Ok("274913"));
        assert_eq!(chosen("2749130", 8), Err(PinFault::TooShort(8)));
        assert_eq!(chosen("27491308", 8).as_deref(), Ok("27491308"));
        assert_eq!(chosen("12345678", 8), Err(PinFault::Obvious));
    }

    #[test]
    fn what_everyone_tries_first_is_refused() {
        for obvious in [
            "000000", "123456", "654321", "890123", "121212", "520520", "112233", "111222", "123321",
            "159357", "5201314", "12341234",
        ] {
            assert_eq!(chosen(obvious, LEAST), Err(PinFault::Obvious), "{obvious}");
        }
        for fine in ["274913", "830562", "112358", "199503", "600123"] {
            assert!(chosen(fine, LEAST).is_ok(), "{fine}");
        }
    }
}
