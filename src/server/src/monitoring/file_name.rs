//! What a list's file is called, as the browser says it: a header, `x-file-name`, with `%` before the digits of what is no letter of ASCII.

use axum::http::HeaderMap;

/// No longer one is kept, in characters.
const LONGEST: usize = 120;

/// The name without folders; nothing if none is said, or none that can be read.
pub(super) fn file_name(asked: &HeaderMap) -> Option<String> {
    let said = asked.get("x-file-name")?.to_str().ok()?;
    let text = String::from_utf8(decoded(said)?).ok()?;
    let name = text.rsplit(['/', '\\']).next()?.trim();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    (!name.is_empty()).then_some(name)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        decoded.push(match byte {
            b'%' => u8::try_from(digit()? * 16 + digit()?).ok()?,
            byte => byte,
        });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_what_is_none_is_nothing() {
        for (said, name) in [
            ("%E5%90%8D%E5%8D%95%2011.xlsx", Some("名单 11.xlsx")),
            ("C%3A%5Cmy%5Clist.csv", Some("list.csv")),
            ("", None),
            ("%2", None),
            ("%zz", None),
            ("%FF", None),
            ("a%0Ab", Some("ab")),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert("x-file-name", said.parse().unwrap());
            assert_eq!(file_name(&asked).as_deref(), name, "{said}");
        }
        assert_eq!(file_name(&HeaderMap::new()), None);
    }
}
