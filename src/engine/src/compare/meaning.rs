//! How much a difference weighs, and what it means for data collected earlier, for tables and exports.

use super::difference::{Difference, Element, Kind, Weight};
use crate::assess::sentences::Tongue;

/// Columns of the survey that change nothing in what is collected.
const HARMLESS: &[&str] = &["appearance", "default", "trigger"];
/// Columns of measures that change how they are shown, not what they come to.
const SHOWN: &[&str] = &["decimals", "internal", "note", "handled", "recheck", "relevant"];
/// Settings that change nothing in what is collected.
const NAMES: &[&str] = &["version", "form_title", "default_language", "style"];

impl Difference {
    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match self {
            Difference::Setting { name, .. } => match name.split("::").next().unwrap_or(name) {
                "form_id" => Weight::Breaks,
                name if NAMES.contains(&name) => Weight::Harmless,
                _ => Weight::Look,
            },
            Difference::LanguageAdded { .. }
            | Difference::Added { .. }
            | Difference::ListAdded { .. }
            | Difference::ListRemoved { .. }
            | Difference::ListRenamed { .. }
            | Difference::ChoiceAdded { .. }
            | Difference::ChoicesReordered { .. }
            | Difference::MeasureAdded { .. }
            | Difference::EntityAdded { .. }
            | Difference::FileAdded { .. } => Weight::Harmless,
            Difference::LanguageRemoved { .. }
            | Difference::ChoiceRemoved { .. }
            | Difference::MeasureRemoved { .. }
            | Difference::EntityRemoved { .. }
            | Difference::EntityProperty { .. }
            | Difference::FileRemoved { .. }
            | Difference::FileChanged { .. } => Weight::Look,
            Difference::Removed { element, questions, .. } => match element {
                Element::Note => Weight::Harmless,
                Element::Group if questions.is_empty() => Weight::Harmless,
                _ => Weight::Look,
            },
            Difference::Moved { .. } => match self.crosses() {
                (true, _) => Weight::Breaks,
                (false, true) => Weight::Look,
                (false, false) => Weight::Harmless,
            },
            Difference::Renamed { element, .. } => match element {
                Element::Note => Weight::Harmless,
                Element::Group => Weight::Look,
                Element::Question | Element::Calculation | Element::Repeat => Weight::Breaks,
            },
            Difference::Type { old, new, .. } => match is_wider(old, new) {
                true => Weight::Look,
                false => Weight::Breaks,
            },
            Difference::Property { property, .. } => match property.as_str() {
                "list" => Weight::Breaks,
                property if HARMLESS.contains(&property) => Weight::Harmless,
                _ => Weight::Look,
            },
            Difference::Words { part, old, .. }
            | Difference::ChoiceWords { part, old, .. }
            | Difference::MeasureWords { part, old, .. } => of_words(part, old.as_deref()),
            Difference::LineWords { old, .. } => of_words("label", old.as_deref()),
            Difference::ChoiceProperty { scored, .. } => match scored {
                true => Weight::Breaks,
                false => Weight::Look,
            },
            Difference::MeasureProperty { property, .. } => match SHOWN.contains(&property.as_str()) {
                true => Weight::Look,
                false => Weight::Breaks,
            },
            // Of rules the first that holds may win; elsewhere an order is only how it is shown.
            Difference::LinesReordered { line, .. } => match line {
                Kind::Rule | Kind::Band => Weight::Breaks,
                Kind::Item | Kind::Part => Weight::Harmless,
            },
            Difference::ChoiceRecoded { .. }
            | Difference::MeasureRenamed { .. }
            | Difference::LineAdded { .. }
            | Difference::LineRemoved { .. }
            | Difference::LineProperty { .. }
            | Difference::Cutoff { .. } => Weight::Breaks,
        }
    }

    /// Was a row moved over the edge of a repeat; into another group?
    fn crosses(&self) -> (bool, bool) {
        let Difference::Moved { path, was, into, out_of, .. } = self else { return (false, false) };
        (into.is_some() || out_of.is_some(), above(path) != above(was))
    }

    /// What it means for data collected earlier, and for tables and exports. None: nothing at all.
    pub fn means(&self, language: &str) -> Option<String> {
        let chinese = Tongue::of(language) == Tongue::Chinese;
        let (zh, en) = self.meaning()?;
        Some(if chinese { zh } else { en }.to_owned())
    }

    /// The same in Chinese and in English.
    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Difference::Setting { name, .. } if name == "form_id" => (
                "表单编号变了，就是另一张表单：以前的数据和以后的分开存放。",
                "Under another id it is another form: data before and after are kept apart.",
            ),
            Difference::Added { element: Element::Note, .. }
            | Difference::Removed { element: Element::Note, .. } => {
                return None;
            }
            Difference::Added { element: Element::Group, questions, .. }
            | Difference::Removed { element: Element::Group, questions, .. }
                if questions.is_empty() =>
            {
                return None;
            }
            Difference::Added { .. } | Difference::MeasureAdded { .. } => (
                "表里多一列；以前的数据这一列为空。",
                "A new column, which is empty for data collected earlier.",
            ),
            Difference::Removed { .. } | Difference::MeasureRemoved { .. } => (
                "原来的列还在，以前的数据不变；以后的数据这一列为空。",
                "Its column stays with the data collected earlier, and is empty from now on.",
            ),
            Difference::Renamed { element: Element::Note, .. } => return None,
            Difference::Renamed { element: Element::Group | Element::Repeat, .. } => (
                "里面各题的路径变了：导出时是新的列，以前的数据留在旧的列里。",
                "The paths of what is in it change: exports have new columns, and earlier data stay in the old ones.",
            ),
            Difference::Renamed { .. } | Difference::MeasureRenamed { .. } => (
                "换了名就是新的一列：以前的数据留在旧列里，合起来用要先对应好。",
                "A new name is a new column: earlier data stay in the old one, and have to be joined by hand.",
            ),
            Difference::Moved { .. } => match self.crosses() {
                (true, _) => (
                    "进出重复组后，每户的答案由一个变成几个（或相反），前后不能直接比较。",
                    "Across the edge of a repeat one answer becomes several, or the reverse: before and after can't be compared directly.",
                ),
                (false, true) => (
                    "路径变了：按名称看的表不受影响，按路径导出的列名会变。",
                    "Its path changes: tables that go by name stay, exports that go by path have a new column.",
                ),
                (false, false) => return None,
            },
            Difference::Type { old, new, .. } if is_wider(old, new) => (
                "以前的数据仍然有效，以后可以填得更细。",
                "Earlier data still hold; later ones may be finer.",
            ),
            Difference::Type { .. } => (
                "类型变了，前后数据不能直接比较。",
                "With another type, data before and after can't be compared directly.",
            ),
            Difference::Property { property, .. } => return of_property(property),
            Difference::Words { part, old: Some(_), new: Some(_), .. }
            | Difference::ChoiceWords { part, old: Some(_), new: Some(_), .. }
                if part == "label" =>
            {
                (
                    "数据不变；如果意思也变了，前后的答案就不是一回事。",
                    "Data stay; if the meaning changed too, answers before and after are not about the same.",
                )
            }
            Difference::ChoiceAdded { .. } => {
                ("以前的调查没有这个选项可选。", "Earlier surveys could not choose it.")
            }
            Difference::ChoiceRemoved { .. } => (
                "以前选了它的数据仍保留这个代码，但表单里不再有它的名称。",
                "Earlier data keep the code, for which the form no longer has a label.",
            ),
            Difference::ChoiceRecoded { .. } => (
                "代码变了，前后数据里同一个选项写法不同，不能直接比较。",
                "The same choice stands under two codes: data before and after can't be compared directly.",
            ),
            Difference::ChoiceProperty { scored: true, .. }
            | Difference::LineAdded { .. }
            | Difference::LineRemoved { .. }
            | Difference::LineProperty { .. }
            | Difference::LinesReordered { line: Kind::Rule | Kind::Band, .. }
            | Difference::Cutoff { .. } => scores(),
            Difference::MeasureProperty { property, .. } if !SHOWN.contains(&property.as_str()) => scores(),
            Difference::EntityAdded { .. }
            | Difference::EntityRemoved { .. }
            | Difference::EntityProperty { .. } => (
                "以后提交的调查按新的写法更新名册；名册里已有的内容不变。",
                "Surveys from now on change the list in the new way; what is in it stays.",
            ),
            Difference::FileChanged { name }
            | Difference::FileRemoved { name }
            | Difference::FileAdded { name }
                if !is_list(name) =>
            {
                (
                    "题目里看到的图片、听到的录音、看的视频变了；答案不变。",
                    "What is seen or heard with a question changes; answers stay.",
                )
            }
            Difference::FileChanged { .. }
            | Difference::FileRemoved { .. }
            | Difference::FileAdded { .. } => (
                "名单里可选的内容变了；以前的答案不变。",
                "What can be chosen from it changes; earlier answers stay.",
            ),
            _ => return None,
        })
    }
}

/// Is a file something to choose from? All others are seen or heard.
fn is_list(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".xml", ".geojson", ".json"].iter().any(|ending| name.ends_with(ending))
}

fn scores() -> (&'static str, &'static str) {
    (
        "以前算出的分和等级不会重算，前后不能直接比较。",
        "Scores and levels of earlier surveys are not worked out again: before and after can't be compared directly.",
    )
}

fn of_property(property: &str) -> Option<(&'static str, &'static str)> {
    Some(match property {
        "list" => (
            "选项换了一套，前后的代码不能直接比较。",
            "With other choices, the codes before and after can't be compared directly.",
        ),
        "required" => (
            "以前的数据这一列可能有空的。",
            "Earlier data may have gaps where later ones have none, or the reverse.",
        ),
        "relevant" | "choice_filter" | "repeat_count" => (
            "问到的人变了：前后空着的原因可能不同。",
            "Others are asked now: what is empty before and after may be so for other reasons.",
        ),
        "constraint" => (
            "以前的数据不会重新检查，可能有现在不接受的值。",
            "Earlier data are not checked again, and may hold what is refused now.",
        ),
        "calculation" => (
            "以前算出的值不会重算，前后算法不同。",
            "Earlier values are not worked out again: before and after are computed in different ways.",
        ),
        "readonly" | "parameters" => (
            "以后能填的内容变了；以前的数据不变。",
            "What can be entered changes from now on; earlier data stay.",
        ),
        _ => return None,
    })
}

/// Does all that was an answer stay one of the same meaning?
fn is_wider(old: &str, new: &str) -> bool {
    matches!((old, new), ("integer", "decimal") | ("date", "datetime") | ("note", _))
}

fn of_words(part: &str, old: Option<&str>) -> Weight {
    match part == "label" && old.is_some() {
        true => Weight::Look,
        false => Weight::Harmless,
    }
}

/// The path of what holds a node.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(above, _)| above)
}
