//! What differs in an assessment, in words.

use super::difference::{Difference, Kind, Side};
use super::words::{changed, in_language, joined, part, quoted};

/// A difference of measures; of others nothing is said.
pub(super) fn words(difference: &Difference, zh: bool) -> String {
    match difference {
        Difference::MeasureAdded { measure, label } => {
            let measure = of(measure, zh) + &quoted(label.as_deref(), zh);
            if zh { format!("新增{measure}") } else { format!("{measure} was added") }
        }
        Difference::MeasureRemoved { measure, label } => {
            let measure = of(measure, zh) + &quoted(label.as_deref(), zh);
            if zh { format!("删除{measure}") } else { format!("{measure} was removed") }
        }
        Difference::MeasureRenamed { measure, was } => match zh {
            true => format!("测评 `{was}` 改名为 `{measure}`"),
            false => format!("measure `{was}` is now called `{measure}`"),
        },
        Difference::MeasureProperty { measure, property, old, new } => {
            changed(&joined(&of(measure, zh), &format!("`{property}`"), zh), old, new, zh)
        }
        Difference::MeasureWords { measure, part: said, language, old, new } => {
            let said = format!("{}{}", part(said, zh), in_language(language, zh));
            changed(&joined(&of(measure, zh), &said, zh), old, new, zh)
        }
        Difference::LineAdded { measure, line, name } => {
            let line = joined(&of(measure, zh), &told(*line, name, zh), zh);
            if zh { format!("新增{line}") } else { format!("{line} was added") }
        }
        Difference::LineRemoved { measure, line, name } => {
            let line = joined(&of(measure, zh), &told(*line, name, zh), zh);
            if zh { format!("删除{line}") } else { format!("{line} was removed") }
        }
        Difference::LineProperty { measure, line, name, property, old, new } => {
            let line = joined(&of(measure, zh), &told(*line, name, zh), zh);
            changed(&joined(&line, &self::property(property, zh), zh), old, new, zh)
        }
        Difference::LineWords { measure, line, name, language, old, new } => {
            let line = joined(&of(measure, zh), &told(*line, name, zh), zh);
            let label = format!("{}{}", part("label", zh), in_language(language, zh));
            changed(&joined(&line, &label, zh), old, new, zh)
        }
        Difference::LinesReordered { measure, line } => match zh {
            true => format!("{} 的{}顺序变了", of(measure, zh), word(*line, zh)),
            false => format!("the {}s of {} are in another order", word(*line, zh), of(measure, zh)),
        },
        Difference::Cutoff { measure, level, side, old, new } => cutoff(measure, level, *side, old, new, zh),
        _ => String::new(),
    }
}

fn cutoff(
    measure: &str,
    level: &str,
    side: Side,
    old: &Option<String>,
    new: &Option<String>,
    zh: bool,
) -> String {
    let level = joined(&of(measure, zh), &told(Kind::Band, level, zh), zh);
    let none = if zh { "不限" } else { "without a limit" };
    let at = |end: &Option<String>| end.clone().unwrap_or_else(|| none.to_owned());
    let (old, new) = (at(old), at(new));
    match (side, zh) {
        (Side::Begins, true) => format!("{level}现在从 {new} 开始，原来是 {old}"),
        (Side::Ends, true) => format!("{level}现在到 {new} 为止，原来是 {old}"),
        (Side::Begins, false) => format!("{level} now begins at {new}, was {old}"),
        (Side::Ends, false) => format!("{level} now ends at {new}, was {old}"),
    }
}

fn of(measure: &str, zh: bool) -> String {
    if zh { format!("测评 `{measure}`") } else { format!("measure `{measure}`") }
}

fn word(line: Kind, zh: bool) -> &'static str {
    match (line, zh) {
        (Kind::Item, true) => "计分项",
        (Kind::Part, true) => "组成部分",
        (Kind::Band, true) => "等级",
        (Kind::Rule, true) => "规则",
        (Kind::Item, false) => "item",
        (Kind::Part, false) => "part",
        (Kind::Band, false) => "level",
        (Kind::Rule, false) => "rule",
    }
}

fn told(line: Kind, name: &str, zh: bool) -> String {
    let word = word(line, zh);
    if name.is_empty() { word.to_owned() } else { format!("{word} `{name}`") }
}

fn property(property: &str, zh: bool) -> String {
    let word = match (property, zh) {
        ("weight", true) => "权重",
        ("range", true) => "范围",
        ("points", true) => "分值",
        ("when", true) => "条件",
        ("outcome", true) => "结果",
        ("priority", true) => "优先级",
        ("weight" | "range" | "points" | "outcome" | "priority", false) => property,
        ("when", false) => "condition",
        (other, _) => return format!("`{other}`"),
    };
    word.to_owned()
}
