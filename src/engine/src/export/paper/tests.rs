//! What stands on the paper.

use super::*;
use crate::source::Source;

fn printed(survey: &str, language: &str) -> (String, Vec<String>) {
    let text = format!(
        r#"{{"settings": {{"form_id": "f", "version": "1", "title": {{"zh": "调查<表>", "en": "Survey"}}}},
        "choices": {{"yn": [{{"name": "y", "label": {{"zh": "是", "en": "Yes"}}}}, {{"name": "n", "label": {{"zh": "否", "en": "No"}}}}]}},
        "survey": [{survey}]}}"#
    );
    let converted = to_paper(&Bundle::single(Source::new("form.json", text)), language);
    let exported = converted.exported.unwrap_or_else(|| panic!("{:?}", converted.diagnostics));
    (exported.written, exported.losses.into_iter().map(|loss| loss.what).collect())
}

#[track_caller]
fn has(written: &str, parts: &[&str]) {
    for part in parts {
        assert!(written.contains(part), "`{part}` in {written}");
    }
}

#[test]
fn questions_have_numbers_boxes_and_lines() {
    let (written, losses) = printed(
        r#"{"type": "group", "name": "g", "label": {"zh": "基本", "en": "Basics"}, "children": [
            {"type": "note", "name": "hello", "label": {"zh": "您好", "en": "Hello"}},
            {"type": "text", "name": "person", "label": {"zh": "姓名<x>", "en": "Name"}, "required": true},
            {"type": "select_one yn", "name": "agree", "label": {"zh": "同意吗", "en": "Agree?"}, "hint": {"zh": "念一遍", "en": "Read out"}},
            {"type": "date", "name": "born", "label": {"zh": "生日", "en": "Born"}, "relevant": "${agree} = 'y'"},
            {"type": "calculate", "name": "c", "calculation": "1"},
            {"type": "select_multiple yn", "name": "some", "label": {"zh": "${person}的", "en": "Some"}},
            {"type": "range", "name": "mood", "label": {"zh": "心情", "en": "Mood"}, "parameters": "start=1 end=3 step=1"},
            {"type": "text", "name": "more", "label": {"zh": "其他", "en": "More"}, "appearance": "multiline"}]}"#,
        "zh",
    );
    has(
        &written,
        &[
            "<h1>调查&lt;表&gt;</h1>",
            "<h2>一、基本</h2>",
            "<p>您好</p>",
            "<p>1. 姓名&lt;x&gt; *　<i class=\"line\"></i></p>",
            "<span class=\"c\">□ 是</span><span class=\"c\">□ 否</span>",
            "<p class=\"hint\">念一遍</p>",
            "日</p><p class=\"only\">（只问：第 2 题选“是”的）</p>",
            "<p>3. 生日　<i class=\"short\"></i>年<i",
            "<p>4. <i class=\"short\"></i>的</p>",
            "（可多选）",
            "<span class=\"c\">□ 3</span>",
            "<i class=\"long\"></i><i class=\"long\"></i>",
            "被访者签名",
            "@page { size: A4",
        ],
    );
    assert!(!written.contains("<script"), "{written}");
    assert_eq!(losses, Vec::<String>::new());
}

#[test]
fn alike_questions_and_repeats_are_tables() {
    let (written, losses) = printed(
        r#"{"type": "select_one yn", "name": "a", "label": {"zh": "甲", "en": "A"}},
           {"type": "select_one yn", "name": "b", "label": {"zh": "乙", "en": "B"}},
           {"type": "select_one yn", "name": "c", "label": {"zh": "丙", "en": "C"}},
           {"type": "repeat", "name": "r", "label": {"zh": "成员", "en": "Members"}, "children": [
             {"type": "text", "name": "n", "label": {"zh": "名", "en": "Name"}},
             {"type": "select_one yn", "name": "k", "label": {"zh": "在吗", "en": "In?"}, "choice_filter": "name != ${a}"}]}"#,
        "en",
    );
    has(
        &written,
        &[
            "<th></th><th>Yes</th><th>No</th>",
            "<tr><td>2. B</td><td>□</td><td>□</td></tr>",
            "<h3>Members</h3>",
            "<th>4. Name</th><th>5. In?</th>",
            "<tr><td class=\"r\">5</td><td class=\"e\"></td><td class=\"e\"><span class=\"c\">□ Yes</span>",
            "lang=\"en\"",
        ],
    );
    assert_eq!(losses, ["the choice filter of `k` is left out: paper shows every choice"]);
}

#[test]
fn what_hangs_on_what_paper_does_not_know_is_told() {
    let (written, losses) = printed(
        r#"{"type": "integer", "name": "n", "label": {"zh": "数", "en": "N"}},
           {"type": "calculate", "name": "c", "calculation": "${n} * 2"},
           {"type": "note", "name": "x", "label": {"zh": "大了", "en": "Large"}, "relevant": "${c} > 4"},
           {"type": "note", "name": "y", "label": {"zh": "太大", "en": "Too large"}, "relevant": "${n} > 9"},
           {"type": "text", "name": "z", "label": {"zh": "为何", "en": "Why"}, "relevant": "${c} > 4"}"#,
        "zh",
    );
    has(&written, &["（第 1 题大于 9 的看这条）</p><p>太大</p>", "（只问：c &gt; 4）"]);
    assert!(!written.contains("大了"), "{written}");
    assert_eq!(
        losses,
        [
            "the note `x` is left out: it hangs on what paper does not know",
            "the condition of `z` stands on paper as it is written: ${c} > 4",
        ]
    );
}

#[test]
fn sections_are_counted_in_chinese() {
    assert_eq!([1, 10, 11, 20, 35].map(chinese), ["一", "十", "十一", "二十", "三十五"]);
    assert_eq!([1, 26, 27].map(letter), ['A', 'Z', 'A']);
}
