//! The words of how the app looks and sounds: theme, size of text, the screen that stays on, questions read aloud.

use super::Text;
use crate::platform::appearance::Theme;
use crate::state::paging::Paging;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct AppearanceWords {
    pub title: Text,
    pub explained: Text,
    pub theme: Text,
    pub themes: fn(Theme) -> (Text, Text),
    pub text_size: Text,
    pub usual: Text,
    pub percent: fn(u16) -> String,
    pub awake: Text,
    pub awake_hint: Text,
    pub aloud: Text,
    pub aloud_hint: Text,
    pub paging: Text,
    pub pagings: fn(Paging) -> (Text, Text),
}

/// Chinese, simplified.
pub const CHINESE: AppearanceWords = AppearanceWords {
    title: "显示",
    explained: "只改变这台设备，马上生效。",
    theme: "外观",
    themes: |theme| match theme {
        Theme::Device => ("跟随设备", "设备要求更高对比度时也照办"),
        Theme::Light => ("浅色", "白底深色字"),
        Theme::Dark => ("深色", "夜里或暗处不刺眼"),
        Theme::Contrast => ("高对比度", "白底黑字，线条清楚，适合阳光下或视力不好时"),
    },
    text_size: "文字大小",
    usual: "标准",
    percent: |percent| format!("{percent}%"),
    awake: "填写时不让屏幕熄灭",
    awake_hint: "十分钟没人操作就不再保持；会多用一些电。",
    aloud: "每题有“读给我听”按钮",
    aloud_hint: "读题目、提示和选项，不读答案。设备上有这种语言的离线语音才会出现。",
    paging: "填写时怎么分页",
    pagings: |paging| match paging {
        Paging::ByForm => ("按表格设定", "表格没有要求时一页一页"),
        Paging::Pages => ("一页一页", "每页几道题，填完点“下一页”"),
        Paging::Whole => ("全部在一页", "从上往下滚动，目录能跳到每一部分"),
    },
};

/// English.
pub const ENGLISH: AppearanceWords = AppearanceWords {
    title: "Display",
    explained: "For this device alone, at once.",
    theme: "Theme",
    themes: |theme| match theme {
        Theme::Device => ("As the device has it", "with more contrast, too, where the device asks for it"),
        Theme::Light => ("Light", "dark on white"),
        Theme::Dark => ("Dark", "easy on the eyes at night"),
        Theme::Contrast => {
            ("High contrast", "black on white with clear lines: for the sun and for weak eyes")
        }
    },
    text_size: "Text size",
    usual: "usual",
    percent: |percent| format!("{percent} %"),
    awake: "Keep the screen on while a form is open",
    awake_hint: "Until nobody has touched it for ten minutes; it takes some more of the battery.",
    aloud: "A “Read it aloud” button at each question",
    aloud_hint: "Question, hint and choices, no answers; only where the device itself has a voice for the language.",
    paging: "Pages of a form",
    pagings: |paging| match paging {
        Paging::ByForm => ("As the form says", "page by page where it says nothing"),
        Paging::Pages => ("Page by page", "a few questions each, and Next"),
        Paging::Whole => ("All in one page", "scroll down; the list of pages leads to each part"),
    },
};
