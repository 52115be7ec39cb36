//! Question types and appearances, as a designer is offered them.

/// A word that goes into a cell, and what it does in Chinese and English.
pub struct Word {
    pub word: &'static str,
    pub chinese: &'static str,
    pub english: &'static str,
}

impl Word {
    /// What it does: `zh`, else English.
    pub fn of(&self, tag: &str) -> &'static str {
        if tag == "zh" { self.chinese } else { self.english }
    }
}

pub(crate) const fn word(word: &'static str, chinese: &'static str, english: &'static str) -> Word {
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
