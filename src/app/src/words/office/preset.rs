//! The office's words for what a phone is set to when it is handed out.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct PresetWords {
    pub language: Text,
    pub language_own: Text,
    pub pin: Text,
    pub pin_free: Text,
    pub pin_least: fn(usize) -> String,
    pub explained: Text,
}

/// Chinese, simplified.
pub const CHINESE: PresetWords = PresetWords {
    language: "语言",
    language_own: "跟随手机",
    pin: "PIN",
    pin_free: "由使用者决定设不设",
    pin_least: |least| format!("必须设，至少 {least} 位数字"),
    explained: "扫码登记时生效。语言使用者以后可以自己换，PIN 的要求换不掉。",
};

/// English.
pub const ENGLISH: PresetWords = PresetWords {
    language: "Language",
    language_own: "As the phone has it",
    pin: "PIN",
    pin_free: "As its user likes",
    pin_least: |least| format!("Required, {least} digits at least"),
    explained: "In force once the code is used. Its user may change the language later, but not do without the PIN.",
};
