//! The catalogue and the engine go together.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::explain::{all, examples, mistakes};
use super::{LOSSES, MESSAGES, PAGES, losses, messages, translated};
use crate::export::Loss;
use crate::source::Span;

fn files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, into),
            path if path.extension().is_some_and(|it| it == "rs") => into.push(path),
            _ => {}
        }
    }
}

/// The texts in quotes in the engine's source, as they are written and as format strings.
fn literals() -> BTreeSet<String> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let mut found = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.replace("'\"'", "' '").replace("\\\"", "\u{1}");
        for literal in text.split('"').skip(1).step_by(2) {
            let literal = literal.replace('\u{1}', "\"");
            found.insert(formatted(&literal));
            found.insert(literal);
        }
    }
    found
}

/// A format string with `§` for what is put in.
fn formatted(text: &str) -> String {
    let text = text.replace("{{{", "\u{1}{").replace("}}}", "}\u{2}");
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut out = String::new();
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((_, behind)) = after.split_once('}') else { break };
        out.push('§');
        rest = behind;
    }
    out.push_str(rest);
    out.replace('\u{1}', "{").replace('\u{2}', "}")
}

#[test]
fn every_sentence_is_one_that_the_engine_says() {
    let literals = literals();
    let is_said = |english: &str| {
        let longest = english.split('§').max_by_key(|piece| piece.len()).unwrap_or_default();
        literals.iter().any(|literal| literal.split('§').any(|piece| piece.contains(longest)))
    };
    let english =
        MESSAGES.lines().chain(LOSSES.lines()).map(|line| line.split_once(" ⇒ ").expect("a line has both").0);
    let stale: Vec<&str> = english.filter(|english| !is_said(english)).collect();
    assert!(stale.is_empty(), "nobody says: {stale:#?}");
}

#[test]
fn slots_go_where_they_belong() {
    for line in MESSAGES.lines().chain(LOSSES.lines()) {
        let (english, chinese) = line.split_once(" ⇒ ").unwrap();
        let numbered =
            chinese.split('§').skip(1).any(|piece| piece.starts_with(|c: char| c.is_ascii_digit()));
        let (in_english, in_chinese) = (english.matches('§').count(), chinese.matches('§').count());
        assert!(numbered && in_chinese <= in_english || in_english == in_chinese, "{english}");
    }
    let chinese = |text| translated(messages(), text, 0).unwrap_or_default();
    assert_eq!(chinese("there is no `b` in `a`"), "`a` 里没有 `b`");
    assert_eq!(chinese("this repeat `r` never ends"), "这个重复组 `r` 没有结束");
    assert_eq!(
        chinese("`required` does nothing here: `g` is a group, and so it is with 3 more"),
        "`required` 在这里不起作用：`g` 是组，另有 3 处也是这样"
    );
    assert_eq!(translated(messages(), "nobody ever says this", 0), None);
}

#[test]
fn every_page_is_there_in_chinese() {
    let literals = literals();
    for line in PAGES.lines() {
        let (code, _) = line.split_once('\t').expect("a line begins with its code");
        assert!(literals.contains(code), "no code: {code}");
    }
    assert!(PAGES.lines().is_sorted(), "the pages are in the order of their codes");
    for page in all() {
        let text = page.in_chinese().unwrap_or_else(|| panic!("not in Chinese: {}", page.code));
        assert_eq!(text.matches("```").count(), page.text.matches("```").count(), "{}", page.code);
        assert!(text.contains("改法："), "{}", page.code);
    }
}

#[test]
fn what_the_examples_give_is_there_in_chinese() {
    let mut missing = BTreeSet::new();
    for found in examples().iter().flat_map(mistakes) {
        missing.extend(found.without_chinese().into_iter().map(|text| format!("{}: {text}", found.code)));
    }
    assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
}

/// The first text in quotes behind each of these beginnings in the exporters' own source, unless a statement ends before.
fn said_behind(beginnings: &[&str]) -> BTreeSet<String> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export"), &mut paths);
    let mut found = BTreeSet::new();
    for path in paths.iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for beginning in beginnings {
            let behind = text.split(beginning).skip(1).filter_map(|rest| rest.split_once('"'));
            let texts = behind.filter(|(before, _)| !before.contains(';'));
            found.extend(texts.filter_map(|(_, rest)| rest.split('"').next()).map(formatted));
        }
    }
    found
}

#[test]
fn every_loss_is_told_in_chinese() {
    let sentences = said_behind(&["losses.push(", ".push(span,", "let what =", "let mut what ="]);
    let reasons = said_behind(&["Err(", "|| Err("]);
    // One thing is, several are.
    let sentences: BTreeSet<String> =
        sentences.iter().map(|text| text.replace("its § §", "its § is")).collect();
    assert!(sentences.len() > 60, "only {}: {sentences:#?}", sentences.len());
    let all = sentences.iter().chain(reasons.iter().filter(|text| text.contains(' ')));
    let missing: Vec<&String> = all.filter(|sentence| translated(losses(), sentence, 0).is_none()).collect();
    assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
}

#[test]
fn losses_are_told_whole() {
    let chinese = |what: &str| Loss { what: what.into(), span: Span::top(0) }.in_chinese();
    assert_eq!(
        chinese("`began` is never shown: its label and its hint are left out"),
        "`began` 从不显示：它的文字和提示会丢掉"
    );
    assert_eq!(chinese("the condition of `a`, ${b} = 1, is left out"), "会丢掉：`a` 的条件（${b} = 1）");
    assert_eq!(
        chinese("how many instances `m` has, by its `repeat_count`, is left out"),
        "会丢掉：`m` 有几条（`repeat_count`）"
    );
    assert_eq!(
        chinese(
            "`t` has no calculation in the XForm and stays blank there: what `${a}` reads may be missing, and `b` reads it"
        ),
        "`t` 在 XForm 里没有计算式，会是空的：`${a}` 用到的内容可能没有回答，而 `b` 用到它"
    );
    assert_eq!(chinese("nobody ever says this"), "nobody ever says this");
}
