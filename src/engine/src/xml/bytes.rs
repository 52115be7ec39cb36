//! What bytes are to a reader of XML, and how to pass over many of them, eight at a time.

/// What a byte is to a text, to an attribute's value, and to a name.
const KINDS: [u8; 256] = kinds();
const STOPS_TEXT: u8 = 1;
const STOPS_VALUE: u8 = 2;
pub(super) const IN_NAME: u8 = 4;
pub(super) const STARTS_NAME: u8 = 8;

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        kinds[byte] = match c {
            // `]` may end what begins with CDATA; a noncharacter begins with EF.
            b'<' | b'&' | b'\r' | 0xEF => STOPS_TEXT | STOPS_VALUE,
            b']' => STOPS_TEXT,
            b'"' | b'\'' | b'>' | b'\t' | b'\n' => STOPS_VALUE,
            0..=0x1F => STOPS_TEXT | STOPS_VALUE,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => IN_NAME | STARTS_NAME,
            b'0'..=b'9' | b'-' | b'.' => IN_NAME,
            _ => 0,
        };
        byte += 1;
    }
    kinds
}

#[inline]
pub(super) fn is(byte: u8, kind: u8) -> bool {
    KINDS[byte as usize] & kind != 0
}

/// Each of eight bytes at once.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Which of eight bytes are that one: the lowest mark is right, and where there is none there is none.
#[inline]
pub(super) fn equal(eight: u64, byte: u8) -> u64 {
    let differs = eight ^ each(byte);
    differs.wrapping_sub(each(1)) & !differs
}

/// The first byte from `at` on that stops a text.
#[inline]
pub(super) fn text_stops(bytes: &[u8], at: usize) -> usize {
    skip(bytes, at, STOPS_TEXT, |eight| {
        (eight.wrapping_sub(each(0x20)) & !eight)
            | equal(eight, b'<')
            | equal(eight, b'&')
            | equal(eight, b']')
            | equal(eight, 0xEF)
    })
}

/// The first byte from `at` on that stops an attribute's value.
#[inline]
pub(super) fn value_stops(bytes: &[u8], at: usize) -> usize {
    // `<` and `>`, `&` and `"`, `&` and `'` differ in one bit each.
    skip(bytes, at, STOPS_VALUE, |eight| {
        (eight.wrapping_sub(each(0x20)) & !eight)
            | equal(eight | each(2), b'>')
            | equal(eight | each(4), b'&')
            | equal(eight | each(1), b'\'')
            | equal(eight, 0xEF)
    })
}

/// Passes over bytes, eight at a time where `marks` finds none of the kind among them.
#[inline]
pub(super) fn skip(bytes: &[u8], mut at: usize, kind: u8, marks: impl Fn(u64) -> u64) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = marks(u64::from_le_bytes(*eight)) & each(0x80);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !is(*byte, kind)) {
        at += 1;
    }
    at
}

/// The first byte from `at` on that is no blank; whether a line ends before it.
#[inline]
pub(super) fn blanks_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let mut breaks = false;
    loop {
        match bytes.get(at) {
            Some(b' ') => {
                // Most are indentation.
                while bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) == Some(b"        ") {
                    at += 8;
                }
                while bytes.get(at) == Some(&b' ') {
                    at += 1;
                }
            }
            Some(b'\n') => {
                breaks = true;
                at += 1;
            }
            Some(b'\t') => at += 1,
            _ => return (at, breaks),
        }
    }
}
