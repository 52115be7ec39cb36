//! What a row's `type` says: a question, a select with its list, or the begin or end of a section.

use super::question_types::{QUESTION_TYPES, QuestionType};
use super::rows::{ChoicesFrom, Choosing, ItemKind, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// What a type means.
#[derive(Clone, Debug)]
pub(crate) enum RowMeaning {
    Begin(ItemKind),
    End(Section),
    One(ItemKind),
}

/// What opens and closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Section {
    Group,
    Repeat,
    Loop,
}

impl Section {
    pub fn name(self) -> &'static str {
        match self {
            Section::Group => "group",
            Section::Repeat => "repeat",
            Section::Loop => "loop",
        }
    }

    /// The section that an item is.
    pub fn of(kind: &ItemKind) -> Option<Section> {
        match kind {
            ItemKind::Group => Some(Section::Group),
            ItemKind::Repeat => Some(Section::Repeat),
            ItemKind::Loop(_) => Some(Section::Loop),
            ItemKind::Question(_) | ItemKind::Select(_) => None,
        }
    }
}

/// How a select is spelled; longer spellings first, since shorter ones begin them.
const SELECTS: &[(&str, Choosing, bool)] = &[
    ("select_multiple_from_file", Choosing::Multiple, true),
    ("select multiple from file", Choosing::Multiple, true),
    ("select_one_from_file", Choosing::One, true),
    ("select one from file", Choosing::One, true),
    ("select_one_external", Choosing::External, false),
    ("select one external", Choosing::External, false),
    ("add select one prompt using", Choosing::One, false),
    ("add select multiple prompt using", Choosing::Multiple, false),
    ("select all that apply from", Choosing::Multiple, false),
    ("select all that apply", Choosing::Multiple, false),
    ("select multiple from", Choosing::Multiple, false),
    ("select multiple using", Choosing::Multiple, false),
    ("select one from", Choosing::One, false),
    ("select one using", Choosing::One, false),
    ("select_multiple", Choosing::Multiple, false),
    ("select multiple", Choosing::Multiple, false),
    ("select_one", Choosing::One, false),
    ("select one", Choosing::One, false),
    ("select1", Choosing::One, false),
    ("rank", Choosing::Rank, false),
];

/// Reads a type; what is wrong goes to `found`.
pub(crate) fn read(written: &Written, found: &mut Diagnostics) -> Option<RowMeaning> {
    let text = &*written.text;
    if let Some(section) = section(written, found) {
        return section;
    }
    if let Some(question) = QuestionType::named(text) {
        return Some(RowMeaning::One(ItemKind::Question(question)));
    }
    if let Some(rest) = text.strip_prefix("osm ") {
        // The tags' list is read again where the control is made.
        let known = !rest.trim().is_empty();
        return QuestionType::named("osm")
            .filter(|_| known)
            .map(|osm| RowMeaning::One(ItemKind::Question(osm)));
    }
    if let Some(select) = select(written, found) {
        return select.map(|select| RowMeaning::One(ItemKind::Select(select)));
    }
    let words = QUESTION_TYPES.iter().flat_map(|question| question.names);
    let further =
        ["select_one", "select_multiple", "rank", "begin_group", "begin_repeat", "end_group", "end_repeat"];
    let first = text.split_whitespace().next().unwrap_or(text);
    let mut diagnostic =
        Diagnostic::error("unknown-type", written.span, format!("`{text}` is no question type"));
    diagnostic = diagnostic.did_you_mean(text, words.copied().chain(further));
    if diagnostic.hints.is_empty() && first != text {
        diagnostic = diagnostic.did_you_mean(first, further);
    }
    if let (true, Some(meant)) = (diagnostic.hints.is_empty(), meant(first)) {
        diagnostic = diagnostic.hint(meant);
    }
    found.push(diagnostic);
    None
}

/// What a type of other programs is here.
fn meant(word: &str) -> Option<&'static str> {
    // A phone runs what was checked before.
    if !cfg!(feature = "checks") {
        return None;
    }
    Some(match &*word.to_lowercase() {
        "number" | "numeric" | "num" => "write `integer` for whole numbers, `decimal` for others",
        "float" | "double" | "real" => "write `decimal`",
        "boolean" | "bool" | "yes_no" | "yesno" => "write `select_one` with a list of two choices",
        "select" | "choice" | "radio" | "dropdown" => "write `select_one LIST` with the name of a list",
        "paragraph" | "heading" | "title" | "label" | "statement" | "info" | "html" => {
            "write `note`, which is shown and not answered"
        }
        "phone" | "email" | "tel" | "textarea" | "longtext" => "write `text`",
        "formula" | "expression" | "computed" => "write `calculate`",
        "yesno_other" | "likert" | "rating" => "write `select_one LIST` with the name of a list",
        "文本" | "文字" | "填空" => "write `text`",
        "整数" | "数字" => "write `integer`",
        "小数" => "write `decimal`",
        "单选" | "单选题" => "write `select_one LIST` with the name of a list",
        "多选" | "多选题" => "write `select_multiple LIST` with the name of a list",
        "日期" => "write `date`",
        "时间" => "write `time`",
        "图片" | "照片" | "拍照" => "write `image`",
        "位置" | "定位" => "write `geopoint`",
        "说明" | "备注" | "提示" => "write `note`, which is shown and not answered",
        "计算" => "write `calculate`",
        "checkbox" | "checkboxes" => "write `select_multiple LIST` with the name of a list",
        _ => return None,
    })
}

/// `begin group`, `begin_loop over towns`, `end repeat`. The outer none: it is no section.
fn section(written: &Written, found: &mut Diagnostics) -> Option<Option<RowMeaning>> {
    let text = &*written.text;
    let (begins, rest) = match text.get(..6) {
        Some("begin " | "begin_") => (true, &text[6..]),
        _ => match text.get(..4) {
            Some("end " | "end_") => (false, &text[4..]),
            _ => return None,
        },
    };
    const SECTIONS: &[(&str, Section)] = &[
        ("looped group", Section::Repeat),
        ("lgroup", Section::Repeat),
        ("repeat", Section::Repeat),
        ("group", Section::Group),
        ("loop", Section::Loop),
    ];
    let (spelling, section) = SECTIONS.iter().find(|(spelling, _)| {
        rest.strip_prefix(spelling).is_some_and(|after| after.is_empty() || after.starts_with(' '))
    })?;
    let after = rest[spelling.len()..].trim();
    Some(match (begins, section) {
        (false, section) => Some(RowMeaning::End(*section)),
        (true, Section::Group) => Some(RowMeaning::Begin(ItemKind::Group)),
        (true, Section::Repeat) => Some(RowMeaning::Begin(ItemKind::Repeat)),
        (true, Section::Loop) => {
            let list = after.strip_prefix("over ").unwrap_or(after).trim();
            match list.is_empty() {
                true => {
                    found.push(
                        Diagnostic::error("missing-list", written.span, "this loop names no list")
                            .hint("write it after the type: `begin_loop over towns`"),
                    );
                    None
                }
                false => Some(RowMeaning::Begin(ItemKind::Loop(part(written, list)))),
            }
        }
    })
}

/// A select with where its choices come from. The outer none: it is no select.
fn select(written: &Written, found: &mut Diagnostics) -> Option<Option<Select>> {
    let text = &*written.text;
    let (spelling, how, from_file) = SELECTS.iter().find(|(spelling, ..)| {
        text.strip_prefix(spelling).is_some_and(|after| after.is_empty() || after.starts_with(' '))
    })?;
    let mut rest = text[spelling.len()..].trim();
    let mut or_other = false;
    for ending in ["or specify other", "or_other", "or other"] {
        if let Some(list) = rest.strip_suffix(ending).filter(|list| list.ends_with(' ')) {
            (rest, or_other) = (list.trim(), true);
            break;
        }
    }
    if rest.is_empty() {
        found.push(
            Diagnostic::error("missing-list", written.span, "this select names no list")
                .hint("write it after the type: `select_one yes_no`"),
        );
        return Some(None);
    }
    let name = part(written, rest);
    let from = if *from_file {
        ChoicesFrom::File(name)
    } else if rest.starts_with("${") {
        ChoicesFrom::Repeat(name)
    } else if rest.contains(' ') {
        found.push(
            Diagnostic::error("unknown-list", name.span, format!("`{rest}` can't be the name of a list"))
                .hint(format!(
                    "the name of a list has no spaces: write `{}`, here and in the choices",
                    rest.replace(' ', "_")
                )),
        );
        return Some(None);
    } else {
        ChoicesFrom::List(name)
    };
    Some(Some(Select { how: *how, from, or_other }))
}

/// A piece of the text as text of its own.
fn part(written: &Written, piece: &str) -> Written {
    let start = piece.as_ptr() as usize - written.text.as_ptr() as usize;
    written.slice(start..start + piece.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn read_type(text: &str) -> Option<RowMeaning> {
        let mut found = Diagnostics::default();
        read(&Written::plain(text, Span::in_main(0, text.len())), &mut found)
    }

    #[test]
    fn selects_in_their_spellings() {
        let select = |text: &str| match read_type(text) {
            Some(RowMeaning::One(ItemKind::Select(select))) => select,
            other => panic!("{text}: {other:?}"),
        };
        let one = select("select one from towns or specify other");
        assert!(one.or_other && one.how == Choosing::One);
        assert!(matches!(one.from, ChoicesFrom::List(name) if &*name.text == "towns"));
        assert!(matches!(select("select_one ${names}").from, ChoicesFrom::Repeat(_)));
        assert!(matches!(select("select one from file a.csv").from, ChoicesFrom::File(_)));
        assert_eq!(select("rank towns").how, Choosing::Rank);
    }

    #[test]
    fn sections_in_their_spellings() {
        assert!(matches!(read_type("begin looped group"), Some(RowMeaning::Begin(ItemKind::Repeat))));
        assert!(matches!(read_type("begin_loop over c1"), Some(RowMeaning::Begin(ItemKind::Loop(_)))));
        assert!(matches!(read_type("end group"), Some(RowMeaning::End(Section::Group))));
        assert!(read_type("begin dancing").is_none());
    }
}
