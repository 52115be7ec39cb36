//! Sentences of explanations, Chinese and English. One place for all words that the engine says to a reader.

use super::measure::{Aggregate, Hit};
use super::{Alternative, Awaits, Exact, Missing, Outcome, Test};

/// How many questions a sentence names that it waits for.
const NAMED: usize = 3;

/// The reader's language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tongue {
    Chinese,
    English,
}

use Tongue::{Chinese, English};

impl Tongue {
    /// Of a language as a form names it: `zh`, `中文 (zh)`, `English (en)`. Chinese first.
    pub fn of(language: &str) -> Tongue {
        let lower = language.to_lowercase();
        let tag = lower.rsplit_once('(').map_or(&*lower, |(_, tag)| tag.trim_end_matches(')'));
        let chinese = tag.is_empty()
            || tag == "default"
            || tag == "zh"
            || tag.starts_with("zh-")
            || lower.contains("chinese")
            || language.contains(['中', '汉', '语', '文']);
        if chinese { Chinese } else { English }
    }

    /// Joins alternatives or parts of a sentence.
    pub fn list(self, parts: &[String]) -> String {
        parts.join(match self {
            Chinese => "、",
            English => ", ",
        })
    }

    /// Joins clauses of a sentence.
    pub fn clauses(self, parts: &[String]) -> String {
        parts.join(match self {
            Chinese => "，",
            English => ", ",
        })
    }

    /// What a test asks, in words: `35 及以上、60 以下`.
    pub fn test(self, test: &Test) -> String {
        let alternatives: Vec<String> =
            test.alternatives().iter().map(|each| self.alternative(each)).collect();
        match (test, self) {
            (Test::Any, Chinese) => "任意".into(),
            (Test::Any, English) => "anything".into(),
            (Test::OneOf(_), Chinese) => alternatives.join("或"),
            (Test::OneOf(_), English) => alternatives.join(" or "),
            (Test::Not(_), Chinese) => format!("不是{}", alternatives.join("、")),
            (Test::Not(_), English) => format!("not {}", alternatives.join(" or ")),
        }
    }

    fn alternative(self, alternative: &Alternative) -> String {
        let interval = match alternative {
            Alternative::Text(text) => return text.to_string(),
            Alternative::Blank if self == Chinese => return "没有填".into(),
            Alternative::Blank => return "blank".into(),
            Alternative::Between(interval) => interval,
        };
        if let (Some(from), Some(to)) = (interval.from, interval.to)
            && from.closed
            && to.closed
        {
            return if from.at == to.at { from.at.to_string() } else { format!("{}–{}", from.at, to.at) };
        }
        let from = interval.from.map(|end| match (self, end.closed) {
            (Chinese, true) => format!("{} 及以上", end.at),
            (Chinese, false) => format!("大于 {}", end.at),
            (English, true) => format!("{} or more", end.at),
            (English, false) => format!("more than {}", end.at),
        });
        let to = interval.to.map(|end| match (self, end.closed) {
            (Chinese, true) => format!("不超过 {}", end.at),
            (Chinese, false) => format!("不到 {}", end.at),
            (English, true) => format!("at most {}", end.at),
            (English, false) => format!("less than {}", end.at),
        });
        let both: Vec<String> = from.into_iter().chain(to).collect();
        both.join(match self {
            Chinese => "、",
            English => " and ",
        })
    }

    pub fn named(self, label: &str, what: &str) -> String {
        match self {
            Chinese => format!("{label}：{what}"),
            English => format!("{label}: {what}"),
        }
    }

    pub fn points(self, points: &str, most: Option<&str>) -> String {
        match (self, most) {
            (Chinese, Some(most)) => format!("{points} 分（最高 {most} 分）"),
            (Chinese, None) => format!("{points} 分"),
            (English, Some(most)) => format!("{points} of {most} points"),
            (English, None) if points == "1" => "1 point".into(),
            (English, None) => format!("{points} points"),
        }
    }

    pub fn answered(self, answer: &str, points: &str) -> String {
        match (self, answer.is_empty()) {
            (Chinese, true) => format!("没有填，记 {points} 分"),
            (Chinese, false) => format!("{answer}，记 {points} 分"),
            (English, true) => format!("nothing given, counts {points}"),
            (English, false) => format!("{answer}, counts {points}"),
        }
    }

    pub fn unsaid(self, outcome: &Outcome) -> &'static str {
        match (self, outcome) {
            (Chinese, Outcome::NotApplicable) => "不适用，不计入",
            (English, Outcome::NotApplicable) => "does not apply and is left out",
            (Chinese, Outcome::Missing(why)) => match why {
                Missing::Unanswered => "还没有回答，暂不能评定",
                Missing::Rejected => "不能这样填，改好之前暂不能评定",
                Missing::Depends => "所依据的结果还不全，暂不能评定",
                Missing::NoRule => "没有规则对应这种情况，请人工评定",
                Missing::Conflict => "结论不一致，请人工评定",
                Missing::NoNumber => "数值算不出来，请核对",
            },
            (English, Outcome::Missing(why)) => match why {
                Missing::Unanswered => "not answered yet, so it can't be said",
                Missing::Rejected => "the answer breaks its question's rule, so it can't be said",
                Missing::Depends => "what it depends on can't be said yet",
                Missing::NoRule => "no rule fits this case: decide by hand",
                Missing::Conflict => "the results do not agree: decide by hand",
                Missing::NoNumber => "the numbers give no result: check them",
            },
            _ => "",
        }
    }

    /// Why a result can't be said, and which answers it waits for.
    pub fn awaiting(self, outcome: &Outcome, awaits: &[Awaits]) -> String {
        let named = |rejected: bool| -> String {
            let of: Vec<&Awaits> = awaits.iter().filter(|each| each.rejected == rejected).collect();
            let quoted: Vec<String> =
                of.iter().take(NAMED).map(|each| format!("“{}”", each.question)).collect();
            match (self, of.len()) {
                (Chinese, more) if more > NAMED => format!("{}等 {more} 题", quoted.concat()),
                (Chinese, _) => quoted.join("、"),
                (English, more) if more > NAMED => {
                    format!("{} and {} more", quoted.join(", "), more - NAMED)
                }
                (English, _) => quoted.join(", "),
            }
        };
        let (blank, wrong) = (named(false), named(true));
        match (self, blank.is_empty(), wrong.is_empty()) {
            (_, true, true) => self.unsaid(outcome).into(),
            (Chinese, false, true) => format!("还没有回答{blank}，暂不能评定"),
            (Chinese, true, false) => format!("{wrong}不能这样填，改好之前暂不能评定"),
            (Chinese, false, false) => format!("还没有回答{blank}，{wrong}不能这样填，暂不能评定"),
            (English, false, true) => format!("not decided yet: {blank} not answered"),
            (English, true, false) => format!("not decided yet: {wrong} answered against its rule"),
            (English, false, false) => {
                format!("not decided yet: {blank} not answered, {wrong} answered against its rule")
            }
        }
    }

    /// How a scale is made of its items; of those that are counted, how many are.
    pub fn combined(self, how: Aggregate, shown: &str, count: usize) -> String {
        let items = match (self, count) {
            (Chinese, _) => format!("{count}"),
            (English, 1) => "1 item".to_owned(),
            (English, _) => format!("{count} items"),
        };
        match (self, how) {
            (Chinese, Aggregate::Sum) => format!("{items} 项之和"),
            (Chinese, Aggregate::Mean) => format!("{items} 项的平均"),
            (Chinese, Aggregate::Max) => format!("{items} 项中最高"),
            (Chinese, Aggregate::Min) => format!("{items} 项中最低"),
            (Chinese, Aggregate::Count) => format!("{items} 项中计入 {shown} 项"),
            (English, Aggregate::Sum) => format!("sum of {items}"),
            (English, Aggregate::Mean) => format!("mean of {items}"),
            (English, Aggregate::Max) => format!("highest of {items}"),
            (English, Aggregate::Min) => format!("lowest of {items}"),
            (English, Aggregate::Count) => format!("{shown} of {items} counted"),
        }
    }

    pub fn prorated(self, answered: u32, asked: u32) -> String {
        match self {
            Chinese => format!("只答了 {asked} 项中的 {answered} 项，按比例推算"),
            English => format!("{answered} of {asked} items answered, raised in proportion"),
        }
    }

    pub fn percent(self, percent: &str, weight: &str) -> String {
        match self {
            Chinese => format!("{percent}%，权重 {weight}"),
            English => format!("{percent}%, weight {weight}"),
        }
    }

    pub fn weighted(self) -> &'static str {
        match self {
            Chinese => "各项百分比的加权平均，不适用的项不计",
            English => "weighted mean of the percentages of what applies",
        }
    }

    pub fn in_band(self, of: &str, value: &str, range: &str, band: &str) -> String {
        match self {
            Chinese => format!("{of} {value}（{range}），属于“{band}”"),
            English => format!("{of} {value} ({range}): {band}"),
        }
    }

    pub fn by_rule(self, hit: Hit, rule: &str, outcome: &str) -> String {
        match (self, hit) {
            (Chinese, Hit::Collect) => format!("符合：{rule}，得出“{outcome}”"),
            (Chinese, _) => format!("按规则“{rule}”，得出“{outcome}”"),
            (English, _) => format!("by the rule “{rule}”: {outcome}"),
        }
    }

    pub fn up(self, up: bool) -> &'static str {
        match (self, up) {
            (Chinese, true) => "出现",
            (Chinese, false) => "没有出现",
            (English, true) => "present",
            (English, false) => "not present",
        }
    }

    /// A table that lists all that holds, and nothing does.
    pub fn no_rule_holds(self) -> &'static str {
        match self {
            Chinese => "没有符合的规则",
            English => "no rule holds",
        }
    }

    pub fn shifted(self, by: Exact, reason: &str) -> String {
        let up = by > Exact::ZERO;
        let levels = by.to_string().trim_start_matches('-').to_owned();
        match (self, up) {
            (Chinese, true) => format!("{reason}：提高 {levels} 级"),
            (Chinese, false) => format!("{reason}：降低 {levels} 级"),
            (English, true) => format!("{reason}: up by {levels}"),
            (English, false) => format!("{reason}: down by {levels}"),
        }
    }

    pub fn set_to(self, level: &str, reason: &str) -> String {
        match self {
            Chinese => format!("{reason}：直接评定为“{level}”"),
            English => format!("{reason}: set to {level}"),
        }
    }

    pub fn started_from(self, of: &str, level: &str) -> String {
        match self {
            Chinese => format!("{of}为“{level}”"),
            English => format!("{of} is {level}"),
        }
    }

    pub fn highest_first(self, names: &[String]) -> String {
        match self {
            Chinese => format!("从高到低：{}", names.join("、")),
            English => format!("highest first: {}", names.join(", ")),
        }
    }

    pub fn agree(self) -> &'static str {
        match self {
            Chinese => "两名评估员结论一致",
            English => "both assessors agree",
        }
    }

    /// Two assessors came to different results; `settled` is empty while nobody has settled it.
    pub fn differ(self, [first, second]: &[String; 2], settled: &str) -> String {
        let both = match self {
            Chinese => format!("评估员 1 评为“{first}”、评估员 2 评为“{second}”"),
            English => format!("assessor 1 came to “{first}”, assessor 2 to “{second}”"),
        };
        match (self, settled.is_empty()) {
            (Chinese, true) => format!("{both}，还没有裁定"),
            (Chinese, false) => format!("{both}，裁定为“{settled}”"),
            (English, true) => format!("{both}; it is not settled yet"),
            (English, false) => format!("{both}; settled as “{settled}”"),
        }
    }

    pub fn decided(self, system: &str, reason: &str) -> String {
        match self {
            Chinese => format!("人工评定（系统评定为“{system}”），理由：{reason}"),
            English => format!("decided by hand (the system says {system}), because: {reason}"),
        }
    }

    /// `by_hand`: what somebody put in the result's place without a reason that holds; empty if nobody did.
    pub fn not_decided(self, by_hand: &str) -> String {
        match (self, by_hand.is_empty()) {
            (Chinese, true) => "采用系统评定".into(),
            (Chinese, false) => format!("人工改为“{by_hand}”，但还没有写明理由，先采用系统评定"),
            (English, true) => "as the system says".into(),
            (English, false) => {
                format!("put to “{by_hand}” by hand without a reason yet: as the system says until then")
            }
        }
    }

    /// A number, and those beyond it.
    pub fn onwards(self, number: &str, onwards: Onwards) -> String {
        match (self, onwards) {
            (Chinese, Onwards::More) => format!("“{number}”或更多"),
            (Chinese, Onwards::Less) => format!("“{number}”或更少"),
            (English, Onwards::More) => format!("“{number}” or more"),
            (English, Onwards::Less) => format!("“{number}” or less"),
        }
    }

    /// Choices of which any would do, the first ones by their words.
    pub fn one_of(self, choices: &[String]) -> String {
        const NAMED: usize = 3;
        let quoted: Vec<String> = choices.iter().take(NAMED).map(|choice| format!("“{choice}”")).collect();
        match (self, choices.len() - quoted.len()) {
            (Chinese, 0) => match quoted.split_last() {
                Some((last, first)) if !first.is_empty() => format!("{}或{last}", first.join("、")),
                _ => quoted.concat(),
            },
            (Chinese, _) => format!("{}等 {} 项之一", quoted.join("、"), choices.len()),
            (English, 0) => quoted.join(" or "),
            (English, more) => format!("{} or one of {more} more", quoted.join(", ")),
        }
    }

    /// `to` is quoted.
    pub fn turn(self, question: &str, to: &str, target: &str, shown: &str) -> String {
        match self {
            Chinese => format!("如果“{question}”是{to}，{target}会是“{shown}”"),
            English => format!("If “{question}” were {to}, {target} would be “{shown}”"),
        }
    }
}

/// On which side of a number the others lie that come to the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Onwards {
    More,
    Less,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_do_as_well_is_told_with_the_first() {
        let words: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        assert_eq!(Chinese.one_of(&words[..3]), "“a”、“b”或“c”");
        assert_eq!(Chinese.one_of(&words[..1]), "“a”");
        assert_eq!(Chinese.one_of(&words), "“a”、“b”、“c”等 5 项之一");
        assert_eq!(English.one_of(&words), "“a”, “b”, “c” or one of 2 more");
        assert_eq!(Chinese.onwards("3000", Onwards::More), "“3000”或更多");
    }

    #[test]
    fn how_many_count_is_said_as_a_count_and_not_as_points() {
        assert_eq!(English.combined(Aggregate::Count, "1", 2), "1 of 2 items counted");
        assert_eq!(Chinese.combined(Aggregate::Count, "1", 2), "2 项中计入 1 项");
        assert_eq!(English.combined(Aggregate::Sum, "7", 9), "sum of 9 items");
    }
}
