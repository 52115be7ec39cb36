//! Which language diagnostics are told in: `--lang zh`, else what the terminal speaks.

use doorstep_engine::Diagnostic;

/// What diagnostics can be told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// The terminal's: of `LC_ALL`, `LC_MESSAGES` and `LANG` the first that says something (POSIX, *Internationalization Variables*).
    pub fn of_terminal() -> Language {
        let said = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
        let said = said.into_iter().find(|value| !value.is_empty());
        said.and_then(|tag| Language::named(&tag)).unwrap_or(Language::English)
    }

    /// `zh`, `zh-CN`, `zh_CN.UTF-8`, `en`. `None` for what there is nothing in.
    pub fn named(tag: &str) -> Option<Language> {
        match tag.split(['-', '_', '.', '@']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// The argument of `--lang`.
    pub fn asked(tag: &str) -> Result<Language, lexopt::Error> {
        Language::named(tag).ok_or_else(|| format!("there is nothing in `{tag}`: only `zh` and `en`").into())
    }

    /// As the engine is told it.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// A diagnostic in it.
    pub fn of(self, found: &Diagnostic) -> Diagnostic {
        match self {
            Language::English => found.clone(),
            Language::Chinese => found.in_chinese(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_language_is_known_by_its_tag() {
        for tag in ["zh", "zh-CN", "zh_CN.UTF-8", "ZH_tw"] {
            assert_eq!(Language::named(tag), Some(Language::Chinese), "{tag}");
        }
        assert_eq!(Language::named("en_GB.UTF-8"), Some(Language::English));
        assert_eq!(Language::named("C.UTF-8"), None);
        assert!(Language::asked("fr").is_err());
    }
}
