//! What an assessment says while it can't say it all: what is missing and whose, what breaks its rule, what was refused; and the way to decide otherwise.

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "need", "version": "1", "title": "需求", "default_language": "zh"},
  "choices": {"yn": [{"name": "yes", "label": "有", "score": 1}, {"name": "no", "label": "没有", "score": 0}],
              "consent": [{"name": "granted", "label": "同意"}, {"name": "refused", "label": "不同意"}],
              "level": [{"name": "low", "label": "轻"}, {"name": "high", "label": "重"}]},
  "survey": [
    {"type": "group", "name": "money", "label": "收支", "children": [
      {"type": "select_one consent", "name": "consent", "label": "同意问身体吗", "required": true},
      {"type": "integer", "name": "income", "label": "收入", "required": true},
      {"type": "integer", "name": "standard", "label": "低保标准", "required": true, "constraint": ". <= 5000", "constraint_message": "最多 5000"},
      {"type": "calculate", "name": "ratio", "calculation": "${income} div ${standard}"},
      {"type": "note", "name": "told", "label": "是标准的 ${ratio} 倍。"}]},
    {"type": "group", "name": "body", "label": "身体", "relevant": "${consent} = 'granted'", "children": [
      {"type": "select_one yn", "name": "ill", "label": "有病吗"}]},
    {"type": "group", "name": "mood", "label": "心情", "children": [
      {"type": "select_one yn", "name": "m1", "label": "第一题"}, {"type": "select_one yn", "name": "m2", "label": "第二题"},
      {"type": "select_one yn", "name": "m3", "label": "第三题"}, {"type": "select_one yn", "name": "m4", "label": "第四题"}]},
    {"type": "repeat", "name": "people", "label": "家人", "item_label": "${who}", "children": [
      {"type": "text", "name": "who", "label": "姓名"},
      {"type": "select_one yn", "name": "work", "label": "有活干吗", "required": true},
      {"type": "select_one yn", "name": "school", "label": "有学上吗", "required": true}]},
    {"type": "group", "name": "end", "label": "评定", "children": [
      {"type": "select_one level", "name": "by_hand", "label": "你的判断"},
      {"type": "text", "name": "why", "label": "为什么", "relevant": "${by_hand} != ''", "required": true}]}],
  "assessment": [
    {"type": "scale", "name": "health", "label": "身体分", "max": 1, "items": [{"value": "${ill}"}]},
    {"type": "scale", "name": "mood_score", "label": "心情分", "max": 4, "items": [{"value": "${m1}"}, {"value": "${m2}"}, {"value": "${m3}"}, {"value": "${m4}"}]},
    {"type": "scale", "name": "people_score", "label": "家人分", "max": 2, "items": [{"value": "${work}"}, {"value": "${school}"}]},
    {"type": "scale", "name": "money_score", "label": "收支分", "max": 5000, "items": [{"value": "${standard}"}]},
    {"type": "index", "name": "need", "label": "指数", "parts": [{"of": "health", "weight": 1}, {"of": "mood_score", "weight": 1}, {"of": "people_score", "weight": 1}, {"of": "money_score", "weight": 1}]},
    {"type": "band", "name": "level", "label": "程度", "of": "need", "bands": [{"code": "low", "range": "<50", "label": "轻"}, {"code": "high", "range": ">=50", "label": "重"}]},
    {"type": "ranking", "name": "ranked", "label": "排名", "of": "need"},
    {"type": "decided", "name": "last", "label": "最后评定", "of": "level", "value": "${by_hand}", "reason": "${why}"}]}"#;

#[tokio::test]
async fn what_an_assessment_waits_for_is_named_and_led_to() {
    let profile = Profile::new("assessing");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "need", Some(("need", FORM)));
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=need]").await;

    // What is made of an answer that breaks its rule says so, and leads to it.
    browser.on_page("money").await;
    filling::give(&browser, "consent", "refused").await;
    filling::give(&browser, "income", "400").await;
    filling::give(&browser, "standard", "800").await;
    browser.seen("[data-name=told] .note-words").await;
    browser.gone("[data-rests-on-rejected]").await;
    filling::give(&browser, "standard", "828").await;
    browser.gone("[data-rests-on-rejected]").await;
    browser.tap("#page-heading").await;
    browser.seen("[data-name=told] [data-rests-on-rejected] [data-action=seek]").await;
    browser.picture("rests-on-what-breaks-its-rule").await;

    // Two of four, each of which may be left out: the page is not done, however often it is passed.
    browser.tap(".side [data-page=mood]").await;
    browser.on_page("mood").await;
    browser.seen("[data-name=m3] [data-scored]").await;
    filling::give(&browser, "m1", "yes").await;
    filling::give(&browser, "m2", "no").await;
    browser.picture("scored-and-optional").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("people").await;
    browser.seen(".side [data-page=mood][data-state=part]").await;
    browser.tap(".side [data-page=mood]").await;
    filling::give(&browser, "m3", "no").await;
    filling::give(&browser, "m4", "no").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("people").await;
    browser.seen(".side [data-page=mood][data-state=done]").await;

    // Two people, one without a name yet.
    browser.tap(".instance[data-instance='1'] .instance-head").await;
    browser.seen(".instance[data-instance='1'].open .instance-body").await;
    filling::give(&browser, "who", "王秀英").await;
    browser.tap("[data-action=add]").await;
    browser.seen(".instance[data-instance='2'].open .instance-body").await;

    // What is missing: what breaks its rule first, then all the rest, each with whose it is.
    browser.tap(".side [data-page=review]").await;
    browser.on_page("review").await;
    browser.tap("[data-action=assessment]").await;
    browser.seen("[data-level=level] .awaited").await;
    let first = browser.text("[data-level=level] .awaited li").await;
    assert!(first.contains("低保标准") && first.contains("不符合规则"), "{first}");
    let all = "return [...document.querySelectorAll('[data-level=level] [data-awaits]')].map((e) => e.textContent.trim())";
    let all = browser.run(all, vec![]).await.to_string();
    for wanted in ["王秀英：有活干吗", "王秀英：有学上吗", "家人 2：有活干吗", "家人 2：有学上吗"]
    {
        assert!(all.contains(wanted), "{wanted} is not among {all}");
    }

    browser.seen("[data-report-rejected] [data-action=seek]").await;

    // What was refused is no verdict.
    let refused = browser.text("[data-dimension=health] [data-left-out]").await;
    assert!(refused.contains("同意问身体吗") && refused.contains("不同意"), "{refused}");
    browser.picture("assessment-that-waits").await;

    // Whoever judges otherwise is led to where that is said.
    browser.tap("[data-action=decide]").await;
    browser.on_page("end").await;
    browser.seen("[data-name=by_hand]:focus-within, [data-name=by_hand] :focus").await;
    browser.quit().await;
}
