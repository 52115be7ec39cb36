//! What an entity is found by: its label, name, phone and place, and how label and name sound in pinyin, in full and by initials.
//!
//! A character that is read in several ways is found by each. Kept here: a text and what is looked for are folded alike.

use std::collections::BTreeMap;

use pinyin::{ToPinyin, ToPinyinMulti};

/// Properties that are looked through, and those of them that are read aloud.
const LOOKED_THROUGH: [&str; 4] = ["person", "phone", "address", "village"];
const READ_ALOUD: &str = "person";
/// So many readings of one word are kept at most.
const MOST_READINGS: usize = 24;
/// A word that is longer is no name, and is not read aloud.
const LONGEST_WORD: usize = 12;

/// Small letters, and those of a Chinese keyboard's full width as others.
pub(crate) fn folded(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).filter(|letter| *letter != '\0').collect()
}

/// All that an entity is found by, a line each, so that nothing is found across two of them.
pub(super) fn search_text(label: &str, properties: &BTreeMap<String, String>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: String| {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    };
    let said = |name: &str| properties.get(name).map_or("", String::as_str);
    for text in [label].into_iter().chain(LOOKED_THROUGH.map(said)) {
        add(folded(text));
    }
    for text in [label, said(READ_ALOUD)] {
        text.split_whitespace().flat_map(readings).for_each(&mut add);
    }
    lines.join("\n")
}

/// The case that an entity is about; blank if it is about none.
pub(super) fn about(properties: &BTreeMap<String, String>) -> &str {
    properties.get("case").map_or("", String::as_str)
}

/// Surnames that are read otherwise than the character mostly is.
const SURNAMES: [(char, &str); 18] = [
    ('曾', "zeng"),
    ('单', "shan"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('查', "zha"),
    ('区', "ou"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('翟', "zhai"),
    ('乐', "yue"),
    ('尉', "yu"),
    ('种', "chong"),
    ('折', "she"),
    ('员', "yun"),
    ('缪', "miao"),
    ('秘', "bi"),
    ('冼', "xian"),
    ('召', "shao"),
];

/// What a name is sorted by: how each character sounds, then the character, so that those of one surname stand together.
pub(super) fn sound_of(name: &str) -> String {
    let mut key = String::with_capacity(name.len() * 3);
    for (place, letter) in name.chars().enumerate() {
        let surname = SURNAMES.iter().find(|(own, _)| place == 0 && *own == letter).map(|(_, sound)| *sound);
        let sound = surname.or_else(|| letter.to_pinyin().map(|sound| sound.plain()));
        match sound {
            Some(sound) => key += sound,
            None => key += &folded(letter.encode_utf8(&mut [0; 4])),
        }
        // Before every letter, so that `li` comes before `lian`.
        key.push('\u{1}');
        key.push(letter);
        key.push('\u{1}');
    }
    key
}

/// How a word is read: in full and by initials, each way.
fn readings(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let sounds: Vec<Vec<String>> = letters.iter().map(|letter| sounds(*letter)).collect();
    if letters.len() > LONGEST_WORD || sounds.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let mut full = vec![String::new()];
    let mut initials = vec![String::new()];
    for (letter, sounds) in letters.iter().zip(&sounds) {
        let own = || folded(&letter.to_string());
        let mut heads: Vec<String> = sounds.iter().map(|sound| sound.chars().take(1).collect()).collect();
        heads.sort_unstable();
        heads.dedup();
        full = each_with(&full, sounds, own);
        initials = each_with(&initials, &heads, own);
    }
    full.extend(initials);
    full
}

/// Each beginning with each ending; where that would be too many, with the first one, which is the commonest.
fn each_with(begun: &[String], endings: &[String], else_with: impl Fn() -> String) -> Vec<String> {
    let (own, most) = ([else_with()], MOST_READINGS / begun.len().max(1));
    let endings = match endings {
        [] => &own[..],
        all => &all[..all.len().min(most.max(1))],
    };
    begun.iter().flat_map(|start| endings.iter().map(move |end| format!("{start}{end}"))).collect()
}

/// A character's sounds without tones, the commonest first; `ü` as `v` and as `u`, as people type it.
fn sounds(letter: char) -> Vec<String> {
    let mut sounds: Vec<String> = Vec::new();
    for sound in letter.to_pinyin_multi().into_iter().flatten() {
        for typed in [sound.plain().replace('ü', "v"), sound.plain().replace('ü', "u")] {
            if !sounds.contains(&typed) {
                sounds.push(typed);
            }
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(person: &str, looked_for: &str) -> bool {
        let properties =
            [("person".to_owned(), person.to_owned()), ("phone".to_owned(), "１３800001234".to_owned())];
        let text = search_text(&format!("{person} 西门外村"), &properties.into());
        text.contains(&folded(looked_for))
    }

    #[test]
    fn a_name_is_found_as_it_is_written_and_as_it_sounds() {
        for looked_for in
            ["王秀", "秀兰", "wangxiulan", "WangXiu", "wxl", "xiulan", "138", "西门", "ximenwai", "xmwc"]
        {
            assert!(finds("王秀兰", looked_for), "{looked_for}");
        }
        for looked_for in ["王兰", "wanglan", "lanxi", "139", "兰 138"] {
            assert!(!finds("王秀兰", looked_for), "{looked_for}");
        }
    }

    #[test]
    fn each_reading_of_a_character_finds() {
        for (person, ways) in [
            ("单田芳", &["shantianfang", "dantianfang", "stf", "dtf"][..]),
            ("曾国", &["zengguo", "cengguo", "zg", "cg"]),
            ("吕布", &["lvbu", "lubu", "lb"]),
            ("张A李", &["zhangali", "zal"]),
        ] {
            for way in ways {
                assert!(finds(person, way), "{person} {way}");
            }
        }
    }

    #[test]
    fn names_are_in_the_order_of_their_sounds() {
        let mut names =
            ["王秀", "曾国", "汪秀", "李连", "单田", "王伟", "廉颇", "安", "Zoe", "解放", "1 号楼", "李"];
        names.sort_by_cached_key(|name| sound_of(name));
        let expected =
            ["1 号楼", "安", "李", "李连", "廉颇", "单田", "汪秀", "王伟", "王秀", "解放", "Zoe", "曾国"];
        assert_eq!(names, expected);
    }

    #[test]
    fn long_words_and_many_readings_have_an_end() {
        let long = "行".repeat(LONGEST_WORD);
        let text = search_text(&long, &BTreeMap::new());
        assert!(text.lines().count() <= 2 * MOST_READINGS + 1 && text.lines().count() > 2);
        assert_eq!(search_text(&"行".repeat(LONGEST_WORD + 1), &BTreeMap::new()).lines().count(), 1);
        assert_eq!(search_text("John", &BTreeMap::new()), "john");
    }
}
