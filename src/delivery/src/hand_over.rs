//! The one-time code by which a half-filled draft goes from a kiosk, or from a colleague, to a member of the staff.
//!
//! Kept here: the code is the key that the draft is sealed with and lies in the QR code's fragment alone, which no browser sends; the server is told a hash of it.
//! It is made of letters that nobody takes for others, so that it can be typed where nothing scans.

use crate::moment::Moment;
use crate::submission::content_hash;

/// That a draft was given to somebody else: here nobody goes on with it before it is known what became of that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandedOn {
    /// What the server calls it: [`id`].
    pub id: String,
    /// Since when.
    pub at: Moment,
}

/// What codes are made of, here and for enrolling (the server's `secret.rs`): nothing that is taken for something else.
const LETTERS: &str = "23456789abcdefghjkmnpqrstvwxyz";
/// How many: 98 bits.
const LENGTH: usize = 20;
/// In groups of so many.
const GROUP: usize = 5;
/// Where a member of the staff takes it up.
pub const ADDRESS: &str = "/go-on";
/// Before the code in the address's fragment.
pub const FRAGMENT: &str = "draft=";

/// A new code, made of random bytes: of these a few are passed over, so that every letter is as likely. `None` if too few are left: with others, then.
pub fn new_code(random: &[u8]) -> Option<String> {
    let letters = LETTERS.as_bytes();
    let fair = (256 / letters.len() * letters.len()) as u8;
    let letters =
        random.iter().filter(|byte| **byte < fair).map(|byte| letters[*byte as usize % letters.len()]);
    let code: String = letters.take(LENGTH).map(char::from).collect();
    (code.len() == LENGTH).then_some(code)
}

/// A code as it is read out and typed: `abcde-fghjk-mnpqr-st567`.
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The code in what was typed, whatever stands between its letters.
pub fn read_code(text: &str) -> Option<String> {
    let mut code = String::new();
    for letter in text.trim().chars() {
        // What a Chinese keyboard types is the same letter, a little wider.
        let letter = match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
            other => other,
        };
        if letter.is_whitespace() || "-–—_.".contains(letter) {
            continue;
        }
        let letter = letter.to_ascii_lowercase();
        if !LETTERS.contains(letter) || code.len() == LENGTH {
            return None;
        }
        code.push(letter);
    }
    (code.len() == LENGTH).then_some(code)
}

/// The code in a link that was pasted or scanned, or in what was typed.
pub fn read(text: &str) -> Option<String> {
    let code = text.split_once('#').map_or(Some(text), |(_, fragment)| fragment.strip_prefix(FRAGMENT))?;
    read_code(code)
}

/// What is in the QR code.
pub fn link(origin: &str, code: &str) -> String {
    format!("{origin}{ADDRESS}#{FRAGMENT}{code}")
}

/// What the server calls it, in hexadecimal: says nothing of the code.
pub fn id(code: &str) -> String {
    content_hash(format!("doorstep handover 1\n{code}").as_bytes())
}

/// Can the server call one that?
pub fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_twenty_letters_and_is_read_however_it_comes() {
        let random: Vec<u8> = (0..=255).collect();
        let code = new_code(&random).expect("these are enough");
        assert_eq!(code, "23456789abcdefghjkmn");
        assert_eq!(new_code(&[255; 64]), None, "bytes that would make some letters likelier");
        assert_eq!(new_code(&random[..19]), None);
        assert_eq!(grouped(&code), "23456-789ab-cdefg-hjkmn");
        for text in [
            "23456-789ab-cdefg-hjkmn",
            " 23456 789AB cdefg hjkmn\n",
            "２３４５６７８９ａｂｃｄｅｆｇｈｊｋｍｎ",
            "https://survey.example.cn/go-on#draft=23456789abcdefghjkmn",
        ] {
            assert_eq!(read(text).as_deref(), Some(&*code), "{text}");
        }
        for text in [
            "",
            "23456",
            "23456-789ab-cdefg-hjkm0",
            "23456789abcdefghjkmn2",
            "https://a.example/#enrol=23456789abcdefghjkmn",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&link("https://survey.example.cn", &code)), Some(code));
    }

    #[test]
    fn what_the_server_is_told_says_nothing_of_the_code() {
        let id = id("23456789abcdefghjkmn");
        assert!(is_id(&id) && !id.contains("23456789"));
        assert_ne!(id, super::id("23456789abcdefghjkmp"));
        for text in ["", "23456789abcdefghjkmn", &id[1..], &id.to_uppercase()] {
            assert!(!is_id(text), "{text}");
        }
    }
}
