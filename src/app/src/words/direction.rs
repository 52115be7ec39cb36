//! Which way a language is written, by its tag. Pure.
//!
//! Of BCP 47 tags (RFC 5646): the script says it where the tag names one, else the script that CLDR's likely subtags give the language.

/// Which way the lines of a page run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

/// Scripts that are written from right to left.
const SCRIPTS: [&str; 9] = ["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];

/// Languages that are written in one of them.
const LANGUAGES: [&str; 16] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "sd", "ug", "ur", "yi"];

impl Direction {
    /// Of a tag: `zh`, `ug`, `az-Arab-IR`.
    pub fn of(tag: &str) -> Direction {
        let mut parts = tag.split(['-', '_']).map(str::to_ascii_lowercase);
        let language = parts.next().unwrap_or_default();
        let script =
            parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let is_leftward = match script {
            Some(script) => SCRIPTS.contains(&script.as_str()),
            None => LANGUAGES.contains(&language.as_str()),
        };
        if is_leftward { Direction::RightToLeft } else { Direction::LeftToRight }
    }

    /// As HTML's `dir` has it.
    pub fn attribute(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

/// The tag in a form's own name for a language: `en` of `English (en)`; nothing if it names none.
pub fn tag_of(name: &str) -> Option<&str> {
    let tag = name.rsplit_once('(').map_or(name, |(_, tag)| tag.trim_end_matches(')')).trim();
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    let is_tag = matches!(primary.len(), 2 | 3)
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_tag.then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_runs_as_its_script_does() {
        for tag in ["ar", "ug", "ug-CN", "he-IL", "UR_pk", "az-Arab-IR", "ku-Arab", "zh-Arab"] {
            assert_eq!(Direction::of(tag), Direction::RightToLeft, "{tag}");
        }
        for tag in ["zh", "zh-CN", "en", "ug-Latn", "ug-Cyrl-KZ", "kk", "", "arn", "mn-Mong"] {
            assert_eq!(Direction::of(tag), Direction::LeftToRight, "{tag}");
        }
    }

    #[test]
    fn a_form_names_its_languages_with_or_without_a_tag() {
        assert_eq!(tag_of("English (en)"), Some("en"));
        assert_eq!(tag_of("ئۇيغۇرچە (ug-CN)"), Some("ug-CN"));
        assert_eq!(tag_of("zh"), Some("zh"));
        assert_eq!(tag_of("default"), None);
        assert_eq!(tag_of("中文"), None);
        assert_eq!(tag_of(""), None);
    }
}
