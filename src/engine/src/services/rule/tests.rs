//! Three truth values: what decides, and what is waited for.

use super::*;
use crate::services::Facts;
use crate::services::facts::read;
use crate::source::{Bundle, Source, Span};

const FACTS: &str =
    "name,kind\nalone,yes_no\nage,number\ndisabled,yes_no\nhome,choice\nneeds,choices\nshare,number\n";

fn vocabulary() -> Vocabulary {
    let mut found = Diagnostics::default();
    let vocabulary =
        read(&Bundle::single(Source::new("facts.csv", FACTS)), 0, None, &mut Program::default(), &mut found);
    assert!(!found.has_errors());
    vocabulary
}

/// `yes: alone age`, `no: age`, `open: disabled` for a rule over facts written `alone=1 age=70`; `-` is not applicable.
fn decided(rule: &str, known: &str) -> String {
    let (vocabulary, mut program, mut found) = (vocabulary(), Program::default(), Diagnostics::default());
    let written = Written::plain(rule, Span::in_main(0, rule.len()));
    let compiled = compile(&written, &vocabulary, &mut program, &mut found);
    let compiled = compiled.unwrap_or_else(|| panic!("{rule}: {:?}", found.into_sorted()));
    let mut facts = Facts::default();
    for (name, value) in known.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        let value = if value == "-" {
            FactValue::NotApplicable
        } else {
            FactValue::Text(value.replace('+', " ").into())
        };
        facts.set(name, value);
    }
    let verdict = compiled.decide(&Resolved::of(&facts, &vocabulary), &program);
    let word = match verdict.holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "open",
    };
    let names: Vec<&str> = verdict.facts.iter().map(|id| &*vocabulary.fact(*id).name).collect();
    assert!(
        verdict.facts.iter().all(|id| compiled.reads.contains(id)),
        "{rule}: it reads what it does not say"
    );
    format!("{word}: {}", names.join(" "))
}

#[test]
fn what_is_not_known_decides_nothing() {
    let cases = [
        ("alone and (age >= 60 or disabled)", "alone=1 age=60", "yes: alone age"),
        ("alone and (age >= 60 or disabled)", "alone=1 age=59", "open: disabled"),
        ("alone and (age >= 60 or disabled)", "alone=0", "no: alone"),
        ("alone and (age >= 60 or disabled)", "age=70", "open: alone"),
        ("alone and (age >= 60 or disabled)", "", "open: alone age disabled"),
        ("alone and (age >= 60 or disabled)", "alone=1 age=70 disabled=1", "yes: alone age disabled"),
        ("alone and (age >= 60 or disabled)", "alone=1 age=50 disabled=0", "no: age disabled"),
        ("not(alone)", "", "open: alone"),
        ("not(alone or disabled)", "alone=1", "no: alone"),
        ("not(alone and disabled)", "alone=0", "yes: alone"),
        ("if(alone, age > 60, age > 70)", "age=80", "yes: age"),
        ("if(alone, age > 60, age > 70)", "age=65", "open: alone"),
        ("if(alone, age > 60, disabled)", "alone=1 age=65", "yes: alone age"),
        ("boolean(alone)", "alone=1", "yes: alone"),
        ("true() or alone", "", "yes: "),
    ];
    for (rule, known, expected) in cases {
        assert_eq!(decided(rule, known), expected, "{rule} with {known}");
    }
}

#[test]
fn the_dialect_decides_what_no_cut_off_does() {
    let cases = [
        ("home = 'poor'", "home=poor", "yes: home"),
        ("home != 'poor'", "home=fair", "yes: home"),
        ("home = 'poor'", "", "open: home"),
        ("selected(needs, 'bath')", "needs=food+bath", "yes: needs"),
        ("selected(needs, 'bath')", "needs=bathroom", "no: needs"),
        ("count-selected(needs) >= 2", "needs=a+b", "yes: needs"),
        ("regex(home, 'p.*')", "home=poor", "yes: home"),
        ("alone = true()", "alone=1", "yes: alone"),
        ("alone = false()", "alone=0", "yes: alone"),
        ("alone = 1", "alone=0", "no: alone"),
        ("age + 1 > share * 10", "age=9 share=1", "no: age share"),
        ("age + 1 > share * 10", "age=9", "open: share"),
        ("coalesce(age, 0) >= 60", "", "no: "),
        ("coalesce(age, share) >= 60", "", "open: share"),
        ("coalesce(age, share) >= 60", "share=61", "yes: share"),
        ("${age} >= 60 and ${alone}", "alone=1 age=60", "yes: alone age"),
        ("60 <= age", "age=60", "yes: age"),
        ("-1 < age", "age=0", "yes: age"),
    ];
    for (rule, known, expected) in cases {
        assert_eq!(decided(rule, known), expected, "{rule} with {known}");
    }
}

#[test]
fn cut_offs_are_exact_and_what_does_not_apply_is_known() {
    let cases = [
        ("share >= 0.4", "share=2/5", "yes: share"),
        ("share >= 0.4", "share=39999999999999999999/100000000000000000000", "no: share"),
        ("share > 0.4", "share=40000000000000000001/100000000000000000000", "yes: share"),
        ("share = 0.1", "share=1/10", "yes: share"),
        ("share <= 2", "share=-", "no: share"),
        ("share > 2", "share=-", "no: share"),
        ("share != 2", "share=-", "yes: share"),
        ("alone", "alone=-", "no: alone"),
        ("home = 'poor'", "home=-", "no: home"),
        ("share + 1 > 0", "share=-", "no: share"),
        ("age >= 60", "age=many", "open: age"),
        ("alone", "alone=perhaps", "open: alone"),
    ];
    for (rule, known, expected) in cases {
        assert_eq!(decided(rule, known), expected, "{rule} with {known}");
    }
}
