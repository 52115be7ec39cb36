//! What an assessment says while it can't say it all: what is missing and whose, what breaks its rule, what was refused, which danger fell silent; and the
//! way to decide otherwise.

use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server};
use crate::safety;

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
    filling::give(&browser, "standard", "800828").await;
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

    // There and back again, as often as one likes.
    for _ in 0..2 {
        browser.tap("[data-report-rejected] [data-action=seek]").await;
        browser.on_page("money").await;
        browser.seen("[data-name=standard] :focus").await;
        browser.run("history.back()", vec![]).await;
        browser.seen("[data-report-rejected] [data-action=seek]").await;
    }

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

/// A household in which a person may say that they want to die, once it consents to be asked; and a level that is made without what was not asked.
const CONSENT: &str = r#"{"settings": {"form_id": "consent", "version": "1", "title": "同意", "default_language": "zh"},
  "choices": {"yn": [{"name": "yes", "label": "有", "score": 1}, {"name": "no", "label": "没有", "score": 0}],
              "consent": [{"name": "granted", "label": "同意"}, {"name": "refused", "label": "不同意"}],
              "level": [{"name": "low", "label": "轻"}, {"name": "high", "label": "重"}]},
  "survey": [
    {"type": "group", "name": "start", "label": "开始", "children": [
      {"type": "text", "name": "visitor_1", "label": "访视人", "required": true},
      {"type": "text", "name": "a", "label": "一"}, {"type": "text", "name": "b", "label": "二"},
      {"type": "text", "name": "c", "label": "三"}, {"type": "text", "name": "d", "label": "四"},
      {"type": "select_one consent", "name": "consent", "label": "同意问身体和心情吗", "required": true}]},
    {"type": "repeat", "name": "people", "label": "家人", "item_label": "${who}", "relevant": "${consent} != ''", "children": [
      {"type": "text", "name": "who", "label": "姓名"},
      {"type": "group", "name": "mood", "label": "心情", "relevant": "${consent} = 'granted'", "children": [
        {"type": "select_one yn", "name": "die", "label": "不想活吗"}]}]},
    {"type": "group", "name": "money", "label": "收支", "children": [
      {"type": "select_one yn", "name": "poor", "label": "缺钱吗", "required": true}]},
    {"type": "group", "name": "end", "label": "小结", "children": [
      {"type": "score", "name": "level"},
      {"type": "select_one level", "name": "by_hand", "label": "你的判断"},
      {"type": "text", "name": "why", "label": "为什么", "relevant": "${by_hand} != ''", "required": true},
      {"type": "score", "name": "last", "relevant": "${by_hand} != ''"}]}],
  "assessment": [
    {"type": "flag", "name": "harm", "label": "有不想活的念头", "bands": [{"code": "1", "label": "马上打 [12356](tel:12356)"}], "value": "count(${die}[. = 'yes']) > 0", "relevant": "count(${die}[. != '']) > 0"},
    {"type": "scale", "name": "health", "label": "心情分", "max": 1, "items": [{"value": "${die}"}]},
    {"type": "scale", "name": "money_score", "label": "收支分", "max": 1, "items": [{"value": "${poor}"}]},
    {"type": "index", "name": "need", "label": "指数", "parts": [{"of": "health", "weight": 1}, {"of": "money_score", "weight": 1}]},
    {"type": "band", "name": "level", "label": "程度", "of": "need", "bands": [{"code": "low", "range": "<50", "label": "轻"}, {"code": "high", "range": ">=50", "label": "重"}]},
    {"type": "decided", "name": "last", "label": "最后评定", "of": "level", "value": "${by_hand}", "reason": "${why}"}]}"#;

#[tokio::test]
async fn a_danger_that_falls_silent_and_a_level_without_health_are_told() {
    let profile = Profile::new("silent");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "consent", Some(("consent", CONSENT)));
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=consent]").await;

    // Two people, one of whom wants to die. No total of pages that would grow.
    browser.on_page("start").await;
    assert_eq!(browser.text(".page-head .figures").await, "第 1 页 · 这一页已答 0 / 6 题");
    filling::give(&browser, "visitor_1", "孙强").await;
    filling::give(&browser, "consent", "granted").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("people").await;
    browser.tap(".instance[data-instance='1'] .instance-head").await;
    browser.seen(".instance[data-instance='1'].open .instance-body").await;
    filling::give(&browser, "who", "王秀英").await;
    filling::give(&browser, "die", "yes").await;
    browser.tap("[data-action=add]").await;
    browser.seen(".instance[data-instance='2'].open .instance-body").await;
    filling::give(&browser, "who", "李四").await;
    filling::give(&browser, "die", "no").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("money").await;
    browser.tap("[data-action=next]").await;
    // What is required is said once; then on.
    browser.tap("[data-action=next]").await;

    // A figure that is not there says what it waits for, and leads to it.
    browser.on_page("end").await;
    let waits = browser.text("[data-name=level] [data-waits]").await;
    assert!(waits.contains("缺钱吗"), "{waits}");
    browser.picture("score-that-waits").await;
    browser.tap("[data-name=level] [data-waits] [data-action=seek]").await;
    browser.on_page("money").await;
    filling::give(&browser, "poor", "yes").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("end").await;
    browser.gone("[data-name=level] [data-waits]").await;

    // Decided by hand: in the open, why and by whom.
    filling::give(&browser, "by_hand", "low").await;
    filling::give(&browser, "why", "亲眼看过").await;
    browser.tap("#page-heading").await;
    let decided = browser.text("[data-name=last] [data-by-hand]").await;
    assert!(
        decided.contains("亲眼看过") && decided.contains("孙强") && decided.contains("“重”"),
        "{decided}"
    );
    browser.picture("decided-by-hand").await;

    // The danger names whom it is about.
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    let decided = browser.text("[data-review-name=last] [data-by-hand]").await;
    assert!(decided.contains("亲眼看过") && decided.contains("孙强"), "{decided}");
    browser.tap("[data-action=assessment]").await;
    let danger = browser.text("[data-flag=harm] [data-concerns]").await;
    assert!(danger.contains("王秀英") && !danger.contains("李四"), "{danger}");
    // What is asked beside a danger is not among what to check.
    let turns = browser
        .run("return document.querySelector('[data-level=level] [data-turns]')?.textContent ?? ''", vec![]);
    let turns = turns.await.to_string();
    assert!(!turns.contains("不想活"), "{turns}");

    // Loaded anew it is the assessment still.
    browser.reload().await;
    browser.seen("main[data-page=assessment] [data-flag=harm]").await;

    // The family's paper names no danger, nor why a level was decided by hand; the office's says both.
    let printed = async |copy: &str| -> String {
        browser.run("window.print = () => {}", vec![]).await;
        browser.tap("[data-action=print]").await;
        browser.tap(&format!("dialog[open] [data-action=print-{copy}]")).await;
        browser.gone("dialog[open]").await;
        browser.seen(&format!("[data-report][data-copy={copy}]")).await;
        browser.command("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        let words = browser.run("return document.querySelector('[data-report]').innerText", vec![]).await;
        browser.paper(&format!("paper-for-the-{copy}")).await;
        browser.command("Emulation.setEmulatedMedia", json!({"media": ""})).await;
        words.as_str().unwrap_or_default().to_owned()
    };
    let words = printed("family").await;
    assert!(words.contains("给家里人的一份"), "{words}");
    for secret in ["不想活", "危险", "亲眼看过", "王秀英", "转介"] {
        assert!(!words.contains(secret), "{secret} is on the family's copy: {words}");
    }
    let words = printed("office").await;
    assert!(words.contains("不想活") && words.contains("亲眼看过"), "{words}");
    browser.tap("[data-action=leave]").await;
    browser.on_page("review").await;

    // Consent is taken back: what was said falls silent, and that is said, in view.
    browser.run("document.querySelector('[data-review=start] button').click()", vec![]).await;
    browser.on_page("start").await;
    browser.gone("[data-silenced]").await;
    filling::give(&browser, "consent", "refused").await;
    let silenced = browser.text("[data-silenced=harm]").await;
    for wanted in ["有不想活的念头", "王秀英", "同意问身体和心情吗", "不同意"] {
        assert!(silenced.contains(wanted), "{wanted} is not in {silenced}");
    }
    browser.seen("[data-silenced=harm] a[href='tel:12356']").await;
    const SHOWN: &str = "const box = document.querySelector('#silenced')?.getBoundingClientRect();
        return !!box && box.top >= 0 && box.top <= window.innerHeight / 2";
    browser.until("it is in view", async || browser.run(SHOWN, vec![]).await == true).await;
    browser.picture("danger-fell-silent").await;
    browser.seen("[data-state=kept].kept").await;
    browser.reload().await;
    browser.seen("[data-silenced=harm]").await;

    // The level says beside itself what it was made without, and the assessment what fell silent, on paper too.
    browser.tap("[data-action=next]").await;
    browser.on_page("people").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("money").await;
    browser.tap("[data-action=next]").await;
    browser.on_page("end").await;
    let without = browser.text("[data-name=level] [data-without=not-asked]").await;
    assert!(without.contains("心情分") && without.contains("不同意"), "{without}");
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    browser.seen("[data-silenced=harm]").await;
    browser.tap("[data-action=assessment]").await;
    browser.seen("[data-report] [data-silenced=harm]").await;
    for level in ["level", "last"] {
        let without = browser.text(&format!("[data-level={level}] [data-without=not-asked]")).await;
        assert!(without.contains("心情分"), "{without}");
    }
    let decided = browser.text("[data-level=last] [data-by-hand]").await;
    assert!(decided.contains("亲眼看过") && decided.contains("孙强"), "{decided}");
    browser.picture("level-without-health").await;
    let pages = browser.paper("level-without-health").await;
    assert!(pages.len() <= 2, "{} pages for a report this short", pages.len());

    // Behind a PIN too the way leads back to the assessment.
    let address = browser.run("return location.pathname", vec![]).await;
    browser.open(&server.url("/safety")).await;
    safety::set_pin(&browser, safety::PIN).await;
    browser.open(&server.url(address.as_str().expect("an address"))).await;
    browser.seen("[data-screen=unlock]").await;
    safety::enter(&browser, "pin", safety::PIN).await;
    browser.tap("[data-action=unlock]").await;
    browser.seen("main[data-page=assessment] [data-silenced=harm]").await;
    assert_eq!(browser.run("return location.pathname", vec![]).await, address);

    // At home the draft stands as one in danger.
    browser.tap("[data-action=home]").await;
    browser.seen("[data-draft] [data-danger]").await;
    browser.quit().await;
}

#[tokio::test]
async fn a_first_visit_is_in_the_browsers_language_until_another_is_chosen() {
    let profile = Profile::new("language");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.prefer("en-GB,zh-CN").await;
    browser.open(&server.url("/")).await;
    browser.seen("html[lang=en] [data-action=start]").await;
    browser.picture("first-visit-in-english").await;
    browser.tap("[data-action=language]").await;
    browser.seen("html[lang=zh-CN] [data-action=start]").await;
    browser.reload().await;
    browser.seen("html[lang=zh-CN] [data-action=start]").await;

    // Inside WeChat there is one page, which says what to use, and nothing else.
    let agent = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.49";
    browser.command("Emulation.setUserAgentOverride", json!({"userAgent": agent})).await;
    browser.reload().await;
    browser.seen("#unfit-inside:not([hidden])").await;
    browser.picture("inside-another-app").await;
    browser.gone("[data-action=start]").await;
    browser.quit().await;
}
