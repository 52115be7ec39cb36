//! A difference in words, Chinese and English.

use super::difference::{Difference, Element, Weight};
use super::words_of_assessment as assessment;
use crate::assess::sentences::Tongue;

/// How much of an expression or text is told: whoever wants all of it has both forms.
const LONGEST: usize = 160;

impl Difference {
    /// What differs, in one sentence.
    pub fn words(&self, language: &str) -> String {
        let zh = Tongue::of(language) == Tongue::Chinese;
        let said = self.of_form(zh).or_else(|| self.of_choices(zh));
        let said = said.unwrap_or_else(|| assessment::words(self, zh));
        if zh { spaced(&said) } else { said }
    }

    /// The node that it is about, in the later form; of one that is gone, in the earlier.
    pub fn path(&self) -> Option<&str> {
        match self {
            Difference::Added { path, .. }
            | Difference::Removed { path, .. }
            | Difference::Moved { path, .. }
            | Difference::Renamed { path, .. }
            | Difference::Type { path, .. }
            | Difference::Property { path, .. }
            | Difference::Words { path, .. } => Some(path),
            _ => None,
        }
    }

    fn of_form(&self, zh: bool) -> Option<String> {
        Some(match self {
            Difference::Setting { name, old, new } => {
                let (base, language) = name.split_once("::").unwrap_or((name, ""));
                let what = format!("{}{}", setting(base, zh), in_language(language, zh));
                changed(&what, old, new, zh)
            }
            Difference::LanguageAdded { language, texts } => match zh {
                true => format!("新增语言 {}（{texts} 条文字）", called(language, zh)),
                false => {
                    format!("language {} was added, with {}", called(language, zh), counted(*texts, "text"))
                }
            },
            Difference::LanguageRemoved { language, texts } => match zh {
                true => format!("去掉语言 {}（{texts} 条文字）", called(language, zh)),
                false => format!(
                    "language {} was taken out, with {}",
                    called(language, zh),
                    counted(*texts, "text")
                ),
            },
            Difference::Added { path, element, label, questions } => {
                let row = row(*element, path, zh) + &quoted(label.as_deref(), zh);
                let with = with(questions, zh);
                if zh { format!("新增{row}{with}") } else { format!("{row} was added{with}") }
            }
            Difference::Removed { path, element, label, questions } => {
                let row = row(*element, path, zh) + &quoted(label.as_deref(), zh);
                let with = with(questions, zh);
                if zh { format!("删除{row}{with}") } else { format!("{row} was removed{with}") }
            }
            Difference::Renamed { path, was, element } => {
                let (word, was, is) = (word(*element, zh), name(was), name(path));
                match zh {
                    true => format!("{word} `{was}` 改名为 `{is}`"),
                    false => format!("{word} `{was}` is now called `{is}`"),
                }
            }
            Difference::Moved { .. } => self.moved(zh),
            Difference::Type { path, old, new } => {
                let what = if zh { "类型" } else { "type" };
                changed(&of(path, what, zh), &Some(old.clone()), &Some(new.clone()), zh)
            }
            Difference::Property { path, property, old, new } => of_property(path, property, old, new, zh),
            Difference::Words { path, part, language, old, new } => {
                let what = format!("{}{}", self::part(part, zh), in_language(language, zh));
                changed(&of(path, &what, zh), old, new, zh)
            }
            Difference::EntityAdded { list } => match zh {
                true => format!("新增写入名册 `{list}`"),
                false => format!("the form now writes to the entity list `{list}`"),
            },
            Difference::EntityRemoved { list } => match zh {
                true => format!("不再写入名册 `{list}`"),
                false => format!("the form no longer writes to the entity list `{list}`"),
            },
            Difference::EntityProperty { list, property, old, new } => {
                let what = match zh {
                    true => format!("名册 `{list}` 的 `{property}`"),
                    false => format!("`{property}` of the entity list `{list}`"),
                };
                changed(&what, old, new, zh)
            }
            Difference::FileAdded { name } => match zh {
                true => format!("新增文件 `{name}`"),
                false => format!("the file `{name}` was added"),
            },
            Difference::FileRemoved { name } => match zh {
                true => format!("去掉文件 `{name}`"),
                false => format!("the file `{name}` was taken out"),
            },
            Difference::FileChanged { name } => match zh {
                true => format!("文件 `{name}` 的内容变了"),
                false => format!("the file `{name}` has other content"),
            },
            _ => return None,
        })
    }

    fn moved(&self, zh: bool) -> String {
        let Difference::Moved { path, was, element, after, into, out_of } = self else {
            return String::new();
        };
        let row = row(*element, path, zh);
        let group = |path: &str| {
            let above = path.rsplit_once('/').map_or("", |(above, _)| above);
            (above.matches('/').count() > 1).then(|| name(above).to_owned())
        };
        let elsewhere = group(path) != group(was);
        let place = match (group(path).filter(|_| elsewhere), after, zh) {
            (Some(group), Some(after), true) => format!("分组 `{group}` 里 `{after}` 的后面"),
            (Some(group), None, true) => format!("分组 `{group}` 的最前面"),
            (None, Some(after), true) => format!("`{after}` 的后面"),
            (None, None, true) => "最前面".to_owned(),
            (Some(group), Some(after), false) => format!("into the group `{group}`, behind `{after}`"),
            (Some(group), None, false) => format!("to the start of the group `{group}`"),
            (None, Some(after), false) => format!("behind `{after}`"),
            (None, None, false) => "to the start".to_owned(),
        };
        let edge = match (into, out_of, zh) {
            (Some(into), _, true) => format!("，进了重复组 `{into}`"),
            (None, Some(out_of), true) => format!("，出了重复组 `{out_of}`"),
            (Some(into), _, false) => format!(", and so into the repeat `{into}`"),
            (None, Some(out_of), false) => format!(", and so out of the repeat `{out_of}`"),
            (None, None, _) => String::new(),
        };
        if zh { format!("{row} 移到{place}{edge}") } else { format!("{row} was moved {place}{edge}") }
    }

    fn of_choices(&self, zh: bool) -> Option<String> {
        let choice = |list: &str, code: &str| match zh {
            true => format!("选项列表 `{list}` 的选项 `{code}`"),
            false => format!("choice `{code}` of the list `{list}`"),
        };
        let labelled = |list: &str, code: &str, label: &Option<String>| {
            let label = quoted(label.as_deref(), zh);
            match zh {
                true => format!("选项列表 `{list}` 的选项 `{code}`{label}"),
                false => format!("choice `{code}`{label} of the list `{list}`"),
            }
        };
        Some(match self {
            Difference::ListAdded { list, choices } => match zh {
                true => format!("新增选项列表 `{list}`（{choices} 个选项）"),
                false => format!("the choice list `{list}` was added, with {}", counted(*choices, "choice")),
            },
            Difference::ListRemoved { list, choices } => match zh {
                true => format!("删除选项列表 `{list}`（{choices} 个选项）"),
                false => {
                    format!("the choice list `{list}` was removed, with {}", counted(*choices, "choice"))
                }
            },
            Difference::ListRenamed { list, was } => match zh {
                true => format!("选项列表 `{was}` 改名为 `{list}`"),
                false => format!("the choice list `{was}` is now called `{list}`"),
            },
            Difference::ChoiceAdded { list, code, label } => {
                let choice = labelled(list, code, label);
                if zh { format!("新增{choice}") } else { format!("{choice} was added") }
            }
            Difference::ChoiceRemoved { list, code, label } => {
                let choice = labelled(list, code, label);
                if zh { format!("删除{choice}") } else { format!("{choice} was removed") }
            }
            Difference::ChoiceRecoded { list, code, was, label } => {
                let choice = labelled(list, was, label);
                if zh {
                    format!("{choice}代码改为 `{code}`")
                } else {
                    format!("{choice} now has the code `{code}`")
                }
            }
            Difference::ChoiceWords { list, code, part, language, old, new } => {
                let part = format!("{}{}", self::part(part, zh), in_language(language, zh));
                let what = joined(&choice(list, code), &part, zh);
                changed(&what, old, new, zh)
            }
            Difference::ChoiceProperty { list, code, property, old, new, .. } => {
                changed(&joined(&choice(list, code), &format!("`{property}`"), zh), old, new, zh)
            }
            Difference::ChoicesReordered { list } => match zh {
                true => format!("选项列表 `{list}` 的顺序变了"),
                false => format!("the choices of the list `{list}` are in another order"),
            },
            _ => return None,
        })
    }
}

impl Weight {
    /// In a word or two.
    pub fn words(self, language: &str) -> &'static str {
        match (self, Tongue::of(language)) {
            (Weight::Harmless, Tongue::Chinese) => "无影响",
            (Weight::Look, Tongue::Chinese) => "请留意",
            (Weight::Breaks, Tongue::Chinese) => "前后不可比",
            (Weight::Harmless, Tongue::English) => "harmless",
            (Weight::Look, Tongue::English) => "look",
            (Weight::Breaks, Tongue::English) => "breaks",
        }
    }
}

fn of_property(path: &str, property: &str, old: &Option<String>, new: &Option<String>, zh: bool) -> String {
    if property == "required" {
        let is_no =
            |said: &Option<String>| said.as_deref().is_none_or(|said| matches!(said, "no" | "false()"));
        let is_yes = |said: &Option<String>| matches!(said.as_deref(), Some("yes" | "true()"));
        let question = match zh {
            true => format!("题目 `{}`", name(path)),
            false => format!("question `{}`", name(path)),
        };
        match (is_no(old), is_no(new), is_yes(new), zh) {
            (_, false, true, true) => return format!("{question} 变为必答"),
            (_, false, true, false) => return format!("{question} became required"),
            (false, true, _, true) => return format!("{question} 不再必答"),
            (false, true, _, false) => return format!("{question} is no longer required"),
            _ => {}
        }
    }
    changed(&of(path, &self::property(property, zh), zh), old, new, zh)
}

/// `X: now A, was B`, `X was added: A`, `X was removed, it was B`.
pub(super) fn changed(what: &str, old: &Option<String>, new: &Option<String>, zh: bool) -> String {
    match (old, new, zh) {
        (Some(old), Some(new), true) => format!("{what}改为{}，原来是{}", short(new), short(old)),
        (None, Some(new), true) => format!("{what}新增{}", short(new)),
        (Some(old), None, true) => format!("{what}去掉了，原来是{}", short(old)),
        (Some(old), Some(new), false) => format!("{what} is now {}, was {}", short(new), short(old)),
        (None, Some(new), false) => format!("{what} was added: {}", short(new)),
        (Some(old), None, false) => format!("{what} was removed, was {}", short(old)),
        (None, None, _) => what.to_owned(),
    }
}

/// With a space between a name in quotes and the Chinese beside it, as it is set.
fn spaced(said: &str) -> String {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut out = String::with_capacity(said.len() + 8);
    let (mut inside, mut before) = (false, ' ');
    for c in said.chars() {
        let opens = c == '`' && !inside && is_chinese(before);
        let closed = before == '`' && !inside && is_chinese(c);
        if opens || closed {
            out.push(' ');
        }
        inside ^= c == '`';
        out.push(c);
        before = c;
    }
    out
}

/// In quotes, on one line, not too long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() > LONGEST {
        true => format!("“{}…”", line.chars().take(LONGEST).collect::<String>()),
        false => format!("“{line}”"),
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn row(element: Element, path: &str, zh: bool) -> String {
    format!("{} `{}`", word(element, zh), name(path))
}

fn word(element: Element, zh: bool) -> &'static str {
    match (element, zh) {
        (Element::Question, true) => "题目",
        (Element::Note, true) => "说明",
        (Element::Calculation, true) => "计算项",
        (Element::Group, true) => "分组",
        (Element::Repeat, true) => "重复组",
        (Element::Question, false) => "question",
        (Element::Note, false) => "note",
        (Element::Calculation, false) => "calculation",
        (Element::Group, false) => "group",
        (Element::Repeat, false) => "repeat",
    }
}

pub(super) fn quoted(label: Option<&str>, zh: bool) -> String {
    match (label, zh) {
        (None, _) => String::new(),
        (Some(label), true) => short(label),
        (Some(label), false) => format!(" {}", short(label)),
    }
}

fn with(questions: &[String], zh: bool) -> String {
    if questions.is_empty() {
        return String::new();
    }
    let names: Vec<String> = questions.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = questions.len() - names.len();
    match (more, zh) {
        (0, true) => format!("，里面有 {}", names.join("、")),
        (more, true) => format!("，里面有 {} 等，另有 {more} 个", names.join("、")),
        (0, false) => format!(", with {}", names.join(", ")),
        (more, false) => format!(", with {} and {more} more", names.join(", ")),
    }
}

/// A part of what is named by a path.
fn of(path: &str, what: &str, zh: bool) -> String {
    joined(&format!("`{}`", name(path)), what, zh)
}

pub(super) fn joined(whole: &str, part: &str, zh: bool) -> String {
    match zh {
        true => format!("{whole} 的{part}"),
        false => format!("{part} of {whole}"),
    }
}

fn called(language: &str, zh: bool) -> String {
    match (language, zh) {
        ("" | "default", true) => "（未注明）".to_owned(),
        ("" | "default", false) => "(none named)".to_owned(),
        (language, _) => format!("`{language}`"),
    }
}

pub(super) fn in_language(language: &str, zh: bool) -> String {
    match (language, zh) {
        ("" | "default", _) => String::new(),
        (language, true) => format!("（{language}）"),
        (language, false) => format!(" ({language})"),
    }
}

/// What words are for.
pub(super) fn part(part: &str, zh: bool) -> &str {
    match (part, zh) {
        ("label", true) => "文字",
        ("hint", true) => "提示",
        ("guidance_hint", true) => "填写说明",
        ("item_label", true) => "每一项的标题",
        ("note", true) => "说明",
        ("constraint_message", true) => "不符合规则时的提示",
        ("required_message", true) => "没答时的提示",
        ("noAppErrorString", true) => "缺少应用时的提示",
        ("media::image" | "media::big-image", true) => "图片",
        ("media::audio", true) => "声音",
        ("media::video", true) => "视频",
        ("constraint_message", false) => "message of the rule",
        ("required_message", false) => "message for no answer",
        ("guidance_hint", false) => "guidance",
        ("media::image" | "media::big-image", false) => "picture",
        ("media::audio", false) => "sound",
        ("media::video", false) => "video",
        (other, _) => other,
    }
}

/// What a column says.
fn property(property: &str, zh: bool) -> String {
    let word = match (property, zh) {
        ("required", true) => "必答条件",
        ("relevant", true) => "显示条件",
        ("constraint", true) => "填写规则",
        ("calculation", true) => "计算式",
        ("default", true) => "默认值",
        ("appearance", true) => "样式",
        ("readonly", true) => "只读",
        ("choice_filter", true) => "选项筛选",
        ("list", true) => "选项列表",
        ("repeat_count", true) => "重复次数",
        ("trigger", true) => "触发项",
        ("parameters", true) => "参数",
        ("save_to", true) => "写入名册的属性",
        ("required", false) => "condition for being required",
        ("relevant", false) => "condition",
        ("constraint", false) => "rule",
        ("choice_filter", false) => "choice filter",
        ("list", false) => "choice list",
        ("readonly", false) => "read-only",
        ("repeat_count", false) => "count",
        ("save_to", false) => "property to save to",
        ("calculation" | "default" | "appearance" | "trigger" | "parameters", false) => property,
        (other, _) => return format!("`{other}`"),
    };
    word.to_owned()
}

fn setting(name: &str, zh: bool) -> String {
    let word = match (name, zh) {
        ("form_title", true) => "表单标题",
        ("form_id", true) => "表单编号",
        ("version", true) => "版本号",
        ("default_language", true) => "默认语言",
        ("instance_name", true) => "每份调查的名称",
        ("for_roles", true) => "谁可以填",
        ("style", true) => "版式",
        ("form_title", false) => "the form's title",
        ("form_id", false) => "the form's id",
        ("version", false) => "the version",
        ("default_language", false) => "the default language",
        ("instance_name", false) => "what a survey is called",
        ("for_roles", false) => "who may fill it in",
        ("style", false) => "the style",
        (other, true) => return format!("设置 `{other}`"),
        (other, false) => return format!("the setting `{other}`"),
    };
    word.to_owned()
}
