//! The sheets' columns: which ones there may be besides a new sheet's, and what each is called in plain words.

use crate::types::{Word, word};

/// Columns that a sheet may have besides those of a new one.
pub const MORE: &[(&str, &[&str])] = &[
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
const OF_SURVEY: &[Word] = &[
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
    word("guidance_hint", "给培训看的说明", "Guidance for training"),
    word("media", "配图、录音、录像", "Picture, sound, film"),
    word("disabled", "停用", "Left out"),
    word("body", "其他设置", "Of the control"),
    word("note", "备注", "Remark"),
];

/// What columns of the other sheets are called, where that is another word than the survey's.
const OF_SHEETS: &[(&str, &[Word])] = &[
    (
        "choices",
        &[
            word("list_name", "选项表", "List"),
            word("name", "选项的值", "Value"),
            word("label", "选项文字", "Choice"),
            word("image", "图片", "Picture"),
            word("filter", "筛选用", "For filters"),
        ],
    ),
    (
        "settings",
        &[
            word("form_title", "表名", "Title"),
            word("form_id", "表的编号", "The form’s id"),
            word("version", "版本", "Version"),
            word("default_language", "默认语言", "First language"),
            word("instance_name", "每份怎么称呼", "What a survey is called"),
            word("style", "分页方式", "Page by page or not"),
            word("submission_url", "交到哪里", "Sent to"),
            word("public_key", "加密公钥", "Key to seal with"),
            word("for_roles", "给哪些人用", "For which roles"),
            word("allow_choice_duplicates", "选项可重复", "Choices may repeat"),
        ],
    ),
    (
        "assessment",
        &[
            word("type", "哪种评估", "Kind of measure"),
            word("label", "叫什么", "Called"),
            word("of", "根据哪一项", "Of which measure"),
            word("value", "算式", "Computed as"),
            word("combine", "怎么合起来", "Put together by"),
            word("relevant", "什么时候算", "Holds when"),
            word("test", "达到多少算", "Raised from"),
        ],
    ),
    (
        "items",
        &[
            word("measure", "属于哪一项", "Of measure"),
            word("value", "哪一题", "Which question"),
            word("points", "得分", "Points"),
            word("weight", "权重", "Weight"),
            word("reverse", "反向计分", "Reversed"),
            word("label", "叫什么", "Called"),
        ],
    ),
    (
        "parts",
        &[
            word("measure", "属于哪一项", "Of measure"),
            word("of", "由哪一项组成", "Which part"),
            word("weight", "权重", "Weight"),
        ],
    ),
    (
        "bands",
        &[
            word("measure", "属于哪一项", "Of measure"),
            word("code", "档的代码", "The band’s code"),
            word("range", "分数范围", "Range"),
            word("when", "什么情况下", "Looked at when"),
            word("label", "叫什么", "Called"),
        ],
    ),
    (
        "rules",
        &[
            word("measure", "属于哪一项", "Of measure"),
            word("when", "符合什么", "Holds when"),
            word("outcome", "就定为", "Outcome"),
            word("label", "叫什么", "Called"),
        ],
    ),
    (
        "entities",
        &[
            word("list_name", "哪本名册", "Which register"),
            word("label", "登记为", "Called"),
            word("entity_id", "登记号", "Its id"),
            word("create_if", "什么时候新登记", "New when"),
            word("update_if", "什么时候更新", "Updated when"),
        ],
    ),
    (
        "services.csv",
        &[
            word("code", "编号", "Code"),
            word("category", "类别", "Category"),
            word("name", "服务", "Service"),
            word("target", "给谁", "For whom"),
            word("content", "做什么", "What is done"),
            word("standard", "标准", "Standard"),
            word("provider", "谁提供", "Provided by"),
            word("qualification", "资质", "Qualification"),
            word("unit", "单位", "Unit"),
            word("unit_price", "单价", "Price of one"),
            word("rule", "符合什么", "Fits when"),
            word("urgent", "什么时候紧急", "Urgent when"),
            word("reason", "理由", "Reason"),
            word("next_step", "下一步", "Next step"),
            word("priority", "先后", "Priority"),
            word("confidential", "保密", "Confidential"),
            word("status", "状态", "Status"),
        ],
    ),
];

/// A column of a sheet in plain words, its language left out: `label::中文 (zh)`.
pub fn called(sheet: &str, title: &str) -> Option<&'static Word> {
    let base = title.split("::").next().unwrap_or_default().trim().to_lowercase();
    let file = sheet.rsplit('/').next().unwrap_or(sheet);
    let own = OF_SHEETS.iter().find(|(name, _)| *name == file).and_then(|(_, words)| find(words, &base));
    // Of a list that is nobody's in particular a word may mean anything.
    let is_list = crate::document::is_list(file);
    // Of choices a column may be called whatever a filter asks for.
    let is_own = is_list || (file == "choices" && base != "media");
    own.or_else(|| find(OF_SURVEY, &base).filter(|_| !is_own))
}

fn find(words: &'static [Word], base: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.word == base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::KNOWN;

    #[test]
    fn every_column_that_is_offered_has_a_name_in_plain_words() {
        let all = KNOWN
            .iter()
            .chain(MORE)
            .flat_map(|(sheet, titles)| titles.iter().map(move |title| (sheet, title)));
        let nameless: Vec<_> = all.filter(|(sheet, title)| called(sheet, title).is_none()).collect();
        assert_eq!(nameless, []);
    }

    #[test]
    fn a_word_means_what_its_sheet_means_by_it() {
        let chinese = |sheet: &str, title: &str| called(sheet, title).map(|word| word.chinese);
        assert_eq!(chinese("survey", "label::中文 (zh)"), Some("题目"));
        assert_eq!(chinese("choices", "Label::English (en)"), Some("选项文字"));
        assert_eq!(chinese("form-media/services.csv", "rule"), Some("符合什么"));
        assert_eq!(
            (chinese("choices", "type"), chinese("choices", "media::image")),
            (None, Some("配图、录音、录像"))
        );
        assert_eq!((chinese("survey", "mine"), chinese("towns.csv", "label")), (None, None));
    }
}
