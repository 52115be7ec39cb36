//! Question types and appearances, as a designer is offered them.

/// A word that goes into a cell, and what it does in Chinese and English.
pub struct Word {
    pub word: &'static str,
    pub chinese: &'static str,
    pub english: &'static str,
}

const fn word(word: &'static str, chinese: &'static str, english: &'static str) -> Word {
    Word { word, chinese, english }
}

/// Types that stand alone (XLSForm, *Question types*); selects are offered with their lists.
pub const TYPES: &[Word] = &[
    word("text", "文字", "Text"),
    word("integer", "整数", "Whole number"),
    word("decimal", "小数", "Decimal number"),
    word("date", "日期", "Date"),
    word("time", "时间", "Time"),
    word("dateTime", "日期和时间", "Date and time"),
    word("note", "说明，只看不填", "Words to read"),
    word("begin group", "一组题的开头；最外面一层是一页", "Begins a group; an outermost one is a page"),
    word("end group", "一组题的结尾", "Ends a group"),
    word("begin repeat", "重复填的一组，例如家庭成员", "Begins a group that repeats, such as members"),
    word("end repeat", "重复组的结尾", "Ends it"),
    word("calculate", "算出来的，不显示", "Computed, not shown"),
    word("acknowledge", "打勾确认", "To be confirmed"),
    word("range", "在刻度上选", "On a scale"),
    word("image", "照片", "Photo"),
    word("audio", "录音", "Sound"),
    word("video", "录像", "Film"),
    word("file", "文件", "File"),
    word("barcode", "条码、二维码", "Barcode, QR code"),
    word("geopoint", "位置", "Place"),
    word("geotrace", "线路", "Line"),
    word("geoshape", "范围", "Outline"),
    word("score", "显示评分结果", "Shows a result"),
    word("hidden", "不显示的值", "A value that is not shown"),
    word("start", "开始填的时间", "When it was begun"),
    word("end", "填完的时间", "When it was finished"),
    word("today", "填的日期", "The day"),
    word("username", "谁填的", "Who filled it in"),
    word("deviceid", "哪台设备", "Which device"),
    word("audit", "填写过程记录", "Log of how it is filled in"),
    word("start-geopoint", "开始填时的位置", "Where it was begun"),
    word("background-audio", "谈话录音", "The talk, recorded"),
    word("xml-external", "外部 XML 文件", "A file of XML"),
    word("csv-external", "外部 CSV 文件", "A file of CSV"),
];

/// Types with a list behind them.
pub const SELECTS: &[Word] = &[
    word("select_one", "单选", "One of a list"),
    word("select_multiple", "多选", "Several of a list"),
    word("rank", "排序", "A list put in order"),
];

/// Measures of an assessment.
pub const MEASURES: &[Word] = &[
    word("scale", "量表：各题得分相加", "Points of several questions, added up"),
    word("index", "指数：几个结果按权重合成", "Several results put together by weight"),
    word("band", "分档：一个结果落在哪一档", "The band that a result falls into"),
    word("table", "判定表：几个条件合起来定", "Decided by several conditions together"),
    word("flag", "警示：符合条件就提醒", "Raised if something holds"),
    word("shift", "升降档：符合条件升一档或降一档", "A band moved up or down if something holds"),
    word("ranking", "排名：各部分按分数从高到低", "The parts of an index, the highest first"),
    word("agreed", "两人评定，不一致再定", "Of two assessors, who have to agree"),
    word("decided", "由人最后定，要写理由", "Decided by a person, who says why"),
    word("fact", "用来配服务的情况", "What services ask of a household"),
];

/// How questions look (XLSForm, *Appearances*).
pub const APPEARANCES: &[Word] = &[
    word("multiline", "多行", "Several lines"),
    word("numbers", "数字键盘", "Keys for digits"),
    word("thousands-sep", "千位分隔", "Thousands apart"),
    word("masked", "打码", "Dots in place of letters"),
    word("counter", "加减按钮", "Buttons for more and less"),
    word("minimal", "收起的列表", "A list that opens"),
    word("autocomplete", "可搜索的列表", "A list that is searched"),
    word("quick", "选了就翻页", "On to the next at once"),
    word("columns", "分列", "In columns"),
    word("likert", "横排量表", "A scale across"),
    word("table-list", "表格", "A table"),
    word("label", "表头", "A table's head"),
    word("list-nolabel", "表格的一行", "A table's row"),
    word("field-list", "同一屏", "On one screen"),
    word("signature", "签名", "Signature"),
    word("draw", "画图", "A drawing"),
    word("annotate", "在照片上标注", "Drawn on a photo"),
    word("new-front", "前置摄像头", "The camera towards the reader"),
    word("maps", "地图", "On a map"),
    word("placement-map", "在地图上定点", "Put on a map"),
    word("month-year", "年月", "Month and year"),
    word("year", "年", "Year"),
    word("no-calendar", "不用日历", "Without a calendar"),
    word("id-number", "身份证号", "ID number"),
    word("danger", "危险提示", "A danger"),
    word("warning", "提醒", "A warning"),
    word("vertical", "竖着的刻度", "A scale upright"),
    word("rating", "星级", "Stars"),
    word("picker", "滚轮", "A wheel"),
];

/// Columns that a sheet may have besides those of a new one.
pub const COLUMNS: &[(&str, &[&str])] = &[
    (
        "survey",
        &[
            "required_message::中文 (zh)",
            "guidance_hint::中文 (zh)",
            "media::image",
            "repeat_count",
            "save_to",
            "note",
            "disabled",
            "body::accuracyThreshold",
        ],
    ),
    ("choices", &["image", "filter"]),
    ("settings", &["submission_url", "public_key", "for_roles", "allow_choice_duplicates"]),
];

/// Columns of the survey in plain words.
const PROPERTIES: &[Word] = &[
    word("type", "题型", "Type"),
    word("name", "名称（字母、数字）", "Name (letters, digits)"),
    word("label", "题目", "Question"),
    word("hint", "提示", "Hint"),
    word("required", "必填", "Must be answered"),
    word("required_message", "没填时说", "Said when it is missing"),
    word("relevant", "什么时候问", "Asked when"),
    word("constraint", "答案要符合", "An answer has to be"),
    word("constraint_message", "不符合时说", "Said when it is not"),
    word("calculation", "怎么算", "Computed as"),
    word("appearance", "样子", "How it looks"),
    word("parameters", "参数", "Parameters"),
    word("default", "开始时的答案", "Answer to begin with"),
    word("choice_filter", "选项怎么筛", "Which choices are offered"),
    word("readonly", "不能改", "Can’t be changed"),
    word("read_only", "不能改", "Can’t be changed"),
    word("trigger", "哪一题改了就重算", "Computed anew when this changes"),
    word("repeat_count", "重复几次", "How many times"),
    word("save_to", "记到名册的哪一项", "Kept of the entity as"),
    word("note", "备注", "Remark"),
];

/// A column of the survey in plain words.
pub fn property(title: &str) -> Option<&'static Word> {
    PROPERTIES.iter().find(|word| word.word == title)
}

#[cfg(test)]
mod tests {
    use doorstep_engine::{Bundle, Form, Source};

    use super::*;

    #[test]
    fn whatever_kind_of_measure_is_offered_is_one() {
        for measure in MEASURES {
            let kind = measure.word;
            let text = format!(
                r#"{{"settings": {{"form_id": "f", "version": "1"}}, "survey": [{{"type": "integer", "name": "a", "label": "A"}}],
                "assessment": [{{"type": "{kind}", "name": "m", "label": "M"}}]}}"#
            );
            let read = Form::read(&Bundle::single(Source::new("form.json", text)));
            let unknown = read.diagnostics.iter().find(|found| found.code == "unknown-type");
            assert!(unknown.is_none(), "{kind}: {unknown:?}");
        }
    }
}
