//! What a role may not see in full: names, ID numbers, phones, birth dates and whatever people wrote freely.
//!
//! Kept here: an answer whose kind nobody knows is hidden, not shown. The masks are the field's custom (there is no single
//! statute): 张*三, 371***********9994, 138****1234, the year of a birth date. They keep the length of names and numbers.

use serde_json::Value as Json;

use super::rights::Role;

/// What an answer says of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A person's name.
    Name,
    /// The number of an identity document.
    IdNumber,
    /// A phone number.
    Phone,
    /// A birth date.
    BirthDate,
    /// Free text, a place on the map, a photo: anything may be in it.
    Free,
    /// A choice, a number, a date: says nothing of who it is.
    Plain,
}

/// Does a role see that kind as it is?
pub const fn shows(role: Role, kind: Kind) -> bool {
    match (role, kind) {
        (_, Kind::Plain) => true,
        (Role::Worker | Role::Station, _) => true,
        // Whoever serves a household has to find it; the number of its papers is no part of that.
        (Role::Provider, Kind::Name | Kind::Phone | Kind::BirthDate | Kind::Free) => true,
        (Role::Provider, Kind::IdNumber) => false,
        (
            Role::Auditor | Role::Administrator | Role::Designer,
            Kind::Name | Kind::IdNumber | Kind::Phone | Kind::BirthDate | Kind::Free,
        ) => false,
    }
}

/// What stands in place of hidden text.
const HIDDEN: &str = "***";
/// Surnames of two characters that are still met.
const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "令狐", "宇文", "长孙", "慕容",
    "东方", "端木", "南宫", "轩辕", "百里", "呼延", "澹台",
];

/// A text as a role sees it.
pub fn mask(role: Role, kind: Kind, text: &str) -> String {
    if shows(role, kind) {
        // In a remark, a number of papers is still one.
        let scrubbed = kind == Kind::Free && !shows(role, Kind::IdNumber);
        return if scrubbed { hide_digits(text, ID_DIGITS) } else { text.to_owned() };
    }
    match kind {
        Kind::Name => mask_name(text),
        Kind::IdNumber => keep_ends(text, 3, 4),
        Kind::Phone => keep_ends(text, 3, 4),
        Kind::BirthDate => mask_birth_date(text),
        // Where nothing was said there is nothing to hide.
        Kind::Free if text.trim().is_empty() => String::new(),
        Kind::Free => HIDDEN.to_owned(),
        Kind::Plain => text.to_owned(),
    }
}

/// 张*, 张*三, 欧阳**.
fn mask_name(name: &str) -> String {
    let characters: Vec<char> = name.trim().chars().collect();
    let stars = |count: usize| "*".repeat(count);
    let is_compound = COMPOUND.iter().any(|surname| name.trim().starts_with(surname));
    match characters.as_slice() {
        [] => String::new(),
        [_] => stars(1),
        [first, _] => format!("{first}*"),
        [first, second, rest @ ..] if is_compound => format!("{first}{second}{}", stars(rest.len())),
        [first, middle @ .., last] if middle.len() <= 2 => format!("{first}{}{last}", stars(middle.len())),
        [first, rest @ ..] => format!("{first}{}", stars(rest.len())),
    }
}

/// The ends of a number; all stars if little would be left between them.
fn keep_ends(text: &str, start: usize, end: usize) -> String {
    let count = text.chars().count();
    let keeps = count > start + end + 2;
    let shown = |place: usize| keeps && (place < start || place >= count - end);
    text.chars().enumerate().map(|(place, letter)| if shown(place) { letter } else { '*' }).collect()
}

/// 1952-**-**, of a date as the wire has it.
fn mask_birth_date(date: &str) -> String {
    match date.split_once('-') {
        Some((year, _)) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{year}-**-**")
        }
        _ => HIDDEN.to_owned(),
    }
}

/// An ID number has 18 digits (the last may be X) or, if it is old, 15; a bank card up to 19.
const ID_DIGITS: usize = 15;
/// A mobile phone has 11, a landline with its area code as many.
const PHONE_DIGITS: usize = 10;

/// A text for everybody (an error, a log line): runs of digits that could be a person's number are starred, whatever they were.
pub fn scrub(text: &str) -> String {
    hide_digits(text, PHONE_DIGITS)
}

/// Stars runs of at least so many digits, blanks and hyphens within them allowed.
///
/// A run within letters is part of a hash or an id, and stays: those are hexadecimal.
fn hide_digits(text: &str, least: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut shown = letters.clone();
    let mut start = 0;
    while start < letters.len() {
        if !digit(letters[start]) {
            start += 1;
            continue;
        }
        let (end, count) = run_of_digits(&letters, start);
        if count >= least && !is_within_word(&letters, start, end) {
            shown[start..end].iter_mut().filter(|letter| digit(**letter)).for_each(|letter| *letter = '*');
        }
        start = end;
    }
    shown.into_iter().collect()
}

/// ASCII's digits and the full-width ones of a Chinese keyboard.
fn digit(letter: char) -> bool {
    letter.is_ascii_digit() || ('０'..='９').contains(&letter)
}

/// Where the run that starts there ends, and how many digits it has.
fn run_of_digits(letters: &[char], start: usize) -> (usize, usize) {
    let (mut end, mut count, mut place) = (start, 0, start);
    while place < letters.len() {
        if digit(letters[place]) {
            count += 1;
            end = place + 1;
        } else if !matches!(letters[place], ' ' | '-') || place > end {
            break;
        }
        place += 1;
    }
    (end, count)
}

/// Do letters touch the run, other than the X that an ID number may end with?
fn is_within_word(letters: &[char], start: usize, end: usize) -> bool {
    let is_letter = |place: usize| letters.get(place).is_some_and(|letter| letter.is_ascii_alphabetic());
    let check_letter =
        letters.get(end).is_some_and(|letter| matches!(letter, 'x' | 'X')) && !is_letter(end + 1);
    // `0190…-7abc…`: the hyphens of a UUID join it to its letters.
    let joined = |hyphen: usize, beyond: usize| {
        letters.get(hyphen) == Some(&'-') && letters.get(beyond).is_some_and(char::is_ascii_hexdigit)
    };
    let before = start.checked_sub(1).is_some_and(|place| {
        is_letter(place) || place.checked_sub(1).is_some_and(|beyond| joined(place, beyond))
    });
    before || joined(end, end + 1) || (is_letter(end) && !check_letter)
}

/// What an answer is, by its question's name, where its type alone does not say that it is plain.
///
/// Names are the form's own; these words are those of `forms/` and of the exchange standards. What fits none is free text.
pub fn kind_of(name: &str) -> Kind {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["id_number", "idcard", "id_card", "id_no", "passport", "身份证", "证件"]) {
        Kind::IdNumber
    } else if has(&["phone", "mobile", "telephone", "电话", "手机"]) {
        Kind::Phone
    } else if has(&["birth", "dob", "出生", "生日"]) {
        Kind::BirthDate
    } else if name == "name" || name.ends_with("_name") || has(&["姓名"]) {
        Kind::Name
    } else {
        Kind::Free
    }
}

/// A submission's answers as a role sees them. `is_plain` says of a path without positions (`/visit/member/sex`) that its
/// question's type is a choice, a number, a truth value, a date or a time.
pub fn mask_answers(role: Role, answers: &Json, is_plain: &dyn Fn(&str) -> bool) -> Json {
    mask_at(role, answers, "", is_plain)
}

fn mask_at(role: Role, value: &Json, path: &str, is_plain: &dyn Fn(&str) -> bool) -> Json {
    if let Json::Array(items) = value
        && (items.iter().any(Json::is_object) || is_plain(path))
    {
        return Json::Array(items.iter().map(|item| mask_at(role, item, path, is_plain)).collect());
    }
    if let Json::Object(members) = value
        && !is_plain(path)
    {
        let masked = members
            .iter()
            .map(|(name, inner)| (name.clone(), mask_at(role, inner, &format!("{path}/{name}"), is_plain)));
        return Json::Object(masked.collect());
    }
    mask_leaf(role, value, path, is_plain(path))
}

fn mask_leaf(role: Role, value: &Json, path: &str, plain: bool) -> Json {
    let kind = match kind_of(path.rsplit('/').next().unwrap_or_default()) {
        // A date is plain by its type, but not this one.
        Kind::BirthDate => Kind::BirthDate,
        _ if plain => Kind::Plain,
        kind => kind,
    };
    match value {
        Json::Null => Json::Null,
        _ if kind == Kind::Plain => value.clone(),
        Json::String(text) => Json::String(mask(role, kind, text)),
        _ if shows(role, kind) => value.clone(),
        Json::Number(_) | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Json::from(HIDDEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Not anybody's: the area code 999999 is given to no place.
    const ID: &str = "999999195203047719";

    #[test]
    fn names_keep_their_surname_and_length() {
        let masked = |name| mask(Role::Auditor, Kind::Name, name);
        for (name, expected) in [
            ("张三", "张*"),
            ("张小三", "张*三"),
            ("欧阳小三", "欧阳**"),
            ("欧阳锋", "欧阳*"),
            ("王", "*"),
            ("", ""),
            ("阿依古丽买买提", "阿******"),
            ("John", "J**n"),
        ] {
            assert_eq!(masked(name), expected);
        }
    }

    #[test]
    fn numbers_keep_three_and_four() {
        assert_eq!(mask(Role::Auditor, Kind::IdNumber, ID), "999***********7719");
        assert_eq!(mask(Role::Auditor, Kind::Phone, "13800001234"), "138****1234");
        assert_eq!(mask(Role::Auditor, Kind::Phone, "1234567"), "*******", "too short to show any of it");
        assert_eq!(mask(Role::Auditor, Kind::BirthDate, "1952-03-04"), "1952-**-**");
        assert_eq!(mask(Role::Auditor, Kind::BirthDate, "the fourth of March"), "***");
    }

    #[test]
    fn each_role_sees_what_its_work_needs() {
        let seen = |role| {
            [Kind::Name, Kind::IdNumber, Kind::Phone, Kind::BirthDate, Kind::Free, Kind::Plain]
                .map(|kind| shows(role, kind))
        };
        assert_eq!(seen(Role::Worker), [true; 6]);
        assert_eq!(seen(Role::Station), [true; 6]);
        assert_eq!(seen(Role::Provider), [true, false, true, true, true, true]);
        assert_eq!(seen(Role::Auditor), [false, false, false, false, false, true]);
        assert_eq!(seen(Role::Administrator), [false, false, false, false, false, true]);
        assert_eq!(seen(Role::Designer), [false, false, false, false, false, true]);
        assert_eq!(mask(Role::Provider, Kind::Free, &format!("证 {ID}，")), "证 ******************，");
    }

    #[test]
    fn numbers_in_a_text_for_everybody_are_starred_and_ids_of_records_are_not() {
        for (text, expected) in [
            ("call 13800001234 now", "call *********** now"),
            ("138-0000-1234", "***-****-****"),
            ("138 0000 1234", "*** **** ****"),
            ("１３８００００１２３４", "***********"),
            ("号码99999919520304771X。", "号码*****************X。"),
            ("at most 4194304 bytes", "at most 4194304 bytes"),
            ("0190a6f2-1111-7abc-8def-000000000001", "0190a6f2-1111-7abc-8def-000000000001"),
            ("deadbeef00000000000000000000beef", "deadbeef00000000000000000000beef"),
            ("2026-11-27", "2026-11-27"),
        ] {
            assert_eq!(scrub(text), expected);
        }
    }

    #[test]
    fn answers_of_no_known_kind_are_hidden() {
        let answers = json!({"visit": {
            "subject_name": "张小三", "subject_id_number": ID, "phone": "13800001234", "birth_date": "1952-03-04",
            "sex": "f", "age": 71, "needs": ["meals", "bath"], "remark": "住在李家隔壁",
            "place": [37.5, 122.1, 0, 0], "photo": {"name": "door.jpg"},
            "member": [{"member_name": "李四", "sex": "m"}, {"member_name": null}]
        }});
        let plain = ["/visit/sex", "/visit/age", "/visit/needs", "/visit/birth_date", "/visit/member/sex"];
        let masked = mask_answers(Role::Auditor, &answers, &|path| plain.contains(&path));
        assert_eq!(
            masked,
            json!({"visit": {
                "subject_name": "张*三", "subject_id_number": "999***********7719", "phone": "138****1234",
                "birth_date": "1952-**-**", "sex": "f", "age": 71, "needs": ["meals", "bath"], "remark": "***",
                "place": "***", "photo": {"name": "d*******"},
                "member": [{"member_name": "李*", "sex": "m"}, {"member_name": null}]
            }})
        );
        assert_eq!(mask_answers(Role::Worker, &answers, &|_| false), answers);
    }
}
