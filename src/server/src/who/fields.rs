//! What people type into accounts and devices, checked before anything else sees it.
//!
//! Kept here: every text has a length and an alphabet; what is outside is refused, not cleaned, and not repeated in the refusal.

use axum::http::StatusCode;

use super::rights::{Area, Role, Standing};
use crate::answer::Refusal;

/// The refusal of a field. Its value stays out of it.
pub(crate) fn bad(field: &'static str, must: &str) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", format!("`{field}`: {must}"))
}

/// A name to log in with. A letter comes first, so that nobody logs in with a phone's or an ID card's number.
pub(crate) fn user_name(text: &str) -> Result<String, Refusal> {
    let name = text.trim().to_ascii_lowercase();
    let fits = (2..=32).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        });
    if fits { Ok(name) } else { Err(bad("name", "2 to 32 letters a-z, digits and . _ -, a letter first")) }
}

/// What a device is called: 值班手机 2 (东门).
pub(crate) fn device_name(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    let fits = (1..=64).contains(&name.chars().count())
        && name.chars().all(|letter| letter.is_alphanumeric() || " -_.,()（）#·、".contains(letter));
    if fits {
        Ok(name.to_owned())
    } else {
        Err(bad("name", "1 to 64 letters, digits, blanks and - _ . , ( ) #"))
    }
}

/// An area's code.
pub(crate) fn area(text: &str) -> Result<Area, Refusal> {
    Area::parse(text).ok_or_else(|| bad("area", "a code of 2, 4, 6, 9 or 12 digits; empty for everywhere"))
}

/// The digits that an office may ask of a PIN: the app takes none with fewer, and nobody remembers more.
pub(crate) const PIN_DIGITS: std::ops::RangeInclusive<i64> = 6..=12;

/// A language's tag (RFC 5646), whether the app speaks it or not: `zh`, `ug-Arab-CN`.
pub(crate) fn language(text: &str) -> Result<String, Refusal> {
    let mut parts = text.split('-');
    let is_part = |part: &str, least: usize| {
        (least..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_tag = text.len() <= 35
        && parts
            .next()
            .is_some_and(|first| is_part(first, 2) && first.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.all(|part| is_part(part, 1));
    if is_tag { Ok(text.to_owned()) } else { Err(bad("language", "a language's tag: zh, en, ug-CN")) }
}

/// An id of ours: 32 hexadecimal digits.
pub(crate) fn id(text: &str) -> Result<&str, Refusal> {
    let fits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fits { Ok(text) } else { Err(Refusal::new(StatusCode::NOT_FOUND, "unknown", "nothing has this id")) }
}

/// A standing: a role in an area; a provider, and nobody else, with the code of its organisation. A worker has an area of their own: an empty one would bring every
/// household there is down to a phone.
pub(crate) fn standing(role: &str, area_code: &str, provider: Option<&str>) -> Result<Standing, Refusal> {
    let names = Role::ALL.map(Role::name).join(", ");
    let role = Role::parse(role).ok_or_else(|| bad("role", &format!("one of {names}")))?;
    let provider = match (role, provider.unwrap_or_default()) {
        (Role::Provider, "") => return Err(bad("provider", "a provider has the code of its organisation")),
        (Role::Provider, code) if is_code(code) => Some(code.to_owned()),
        (Role::Worker | Role::Station | Role::Auditor | Role::Administrator | Role::Designer, "") => None,
        _ => {
            return Err(bad(
                "provider",
                "1 to 64 letters a-z, digits and _ -, and only for the role provider",
            ));
        }
    };
    let area = area(area_code)?;
    if role == Role::Worker && area == Area::EVERYWHERE {
        return Err(bad("area", "a worker has an area: the code of a village, town or county"));
    }
    Ok(Standing { role, area, provider })
}

fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is tried against every field.
    const HOSTILE: &[&str] = &[
        "'; DROP TABLE app_user; --",
        "\" OR \"\"=\"",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "a\0b",
        "a\nb",
        "${jndi:ldap://x}",
        "%27",
        "{{7*7}}",
        "\u{202e}gnp",
        "=cmd|' /C calc'!A0",
    ];

    #[test]
    fn hostile_texts_are_refused_in_every_field_and_not_repeated() {
        for text in HOSTILE {
            let refusals = [
                user_name(text).unwrap_err(),
                device_name(text).unwrap_err(),
                area(text).unwrap_err(),
                id(text).map(drop).unwrap_err(),
                language(text).unwrap_err(),
                standing(text, "", None).unwrap_err(),
                standing("worker", text, None).unwrap_err(),
                standing("provider", "", Some(text)).unwrap_err(),
            ];
            for refusal in refusals {
                assert!(!refusal.reason.contains(text), "{text}");
            }
        }
    }

    #[test]
    fn names_are_what_people_use() {
        assert_eq!(user_name(" Li.Si ").unwrap(), "li.si");
        for name in ["", "a", "13800001234", "张三", "a b", &"a".repeat(33)] {
            assert!(user_name(name).is_err(), "{name}");
        }
        for name in ["值班手机 2（东门）", "Phone #3", "a"] {
            assert_eq!(device_name(name).unwrap(), name);
        }
        assert!(device_name(&"手".repeat(65)).is_err());
        assert!(device_name("  ").is_err());
    }

    #[test]
    fn a_language_is_a_tag_that_anybody_may_speak() {
        for tag in ["zh", "en", "ug-CN", "az-Arab-IR"] {
            assert_eq!(language(tag).unwrap(), tag);
        }
        for tag in ["", "z", "中文", "zh_CN", "zh-", "1e", "abcdefghi", &"ab-".repeat(12)] {
            assert!(language(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn only_a_provider_has_an_organisation() {
        assert_eq!(standing("provider", "3710", Some("p-1")).unwrap().provider.as_deref(), Some("p-1"));
        assert!(standing("provider", "3710", None).is_err());
        assert!(standing("worker", "3710", Some("p-1")).is_err());
        assert!(standing("root", "3710", None).is_err());
        assert_eq!(standing("worker", "371002", None).unwrap().area.code(), "371002");
    }

    #[test]
    fn no_worker_is_everywhere() {
        let refusal = standing("worker", "", None).unwrap_err();
        assert!(refusal.reason.starts_with("`area`: a worker has"), "{}", refusal.reason);
        for role in ["station", "auditor", "administrator"] {
            assert_eq!(standing(role, "", None).unwrap().area, Area::EVERYWHERE, "{role}");
        }
    }
}
