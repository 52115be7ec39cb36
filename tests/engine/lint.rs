//! What is said of an assessment is so: random tables and bands, tried with all answers that there are.
//!
//! The engine itself is the judge: a gap is where it finds no rule, an overlap where it finds a conflict, and what never counts
//! is what it never comes to.

use std::collections::BTreeSet;

use doorstep_engine::assess::Outcome;
use doorstep_engine::{Bundle, Form, Session, Source, World};
use serde_json::{Value as Json, json};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// How many choices the three questions have, named `0`, `1` and so on.
const CHOICES: [u64; 3] = [2, 3, 4];
const NAMES: [&str; 3] = ["a", "b", "c"];

fn form(measures: Json) -> Json {
    let list = |count: u64| -> Vec<Json> {
        (0..count).map(|name| json!({"name": name.to_string(), "label": "x"})).collect()
    };
    let question = |at: usize| json!({"type": format!("select_one {}", NAMES[at].to_uppercase()), "name": NAMES[at], "label": "x"});
    json!({
        "settings": {"form_id": "lint", "version": "1", "title": "Lint", "default_language": "en"},
        "choices": {"A": list(CHOICES[0]), "B": list(CHOICES[1]), "C": list(CHOICES[2])},
        "survey": [question(0), question(1), question(2)],
        "assessment": measures,
    })
}

/// What a measure comes to, over all answers.
fn outcomes(form: &Json, measure: &str) -> (Vec<Outcome>, Vec<String>) {
    let checked = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
    let told: Vec<String> =
        checked.diagnostics.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    let read = checked.form.unwrap_or_else(|| panic!("{told:?}\n{}", form["assessment"]));
    let mut session = Session::new(read, World::default());
    let keys = NAMES.map(|name| session.at(&format!("/lint/{name}")).expect("a question"));
    let mut all = Vec::new();
    for way in 0..CHOICES.iter().product() {
        let mut rest = way;
        for (key, count) in keys.iter().zip(CHOICES) {
            session.answer_text(*key, &(rest % count).to_string()).expect("a choice");
            rest /= count;
        }
        all.push(session.outcome(measure).expect("a measure"));
    }
    (all, told)
}

/// How many combinations a message of that code tells, of all answers: it counts those of the questions that the table looks at.
fn told(all: &[String], code: &str) -> usize {
    let Some(told) = all.iter().find_map(|told| told.strip_prefix(code)?.strip_prefix(": ")) else {
        return 0;
    };
    let mut words = told.split(' ');
    let mut number = || words.by_ref().find_map(|word| word.parse::<usize>().ok()).expect(told);
    let (count, total) = (number(), number());
    count * CHOICES.iter().product::<u64>() as usize / total
}

fn test_of(dice: &mut Dice, count: u64) -> String {
    let (one, other) = (dice.below(count), dice.below(count));
    match dice.below(6) {
        0 => format!("{one}"),
        1 => format!("{one}, {other}"),
        2 => format!(">={one}"),
        3 => format!("<{}", one + 1),
        4 => format!("not({one})"),
        _ => "-".into(),
    }
}

fn condition(dice: &mut Dice) -> String {
    let mut atom = || {
        let at = dice.below(3) as usize;
        format!("${{{}}} {} {}", NAMES[at], dice.one_of(&["=", "!=", ">=", "<"]), dice.below(CHOICES[at]))
    };
    let (one, other, third) = (atom(), atom(), atom());
    match dice.below(5) {
        0 => one,
        1 => format!("{one} and {other}"),
        2 => format!("{one} or not({other})"),
        3 => format!("({one}) + ({other}) + ({third}) >= 2"),
        _ => format!("${{a}} + ${{b}} * 2 - ${{c}} > {}", dice.below(4)),
    }
}

fn table(dice: &mut Dice, hit: &str) -> Json {
    let rules: Vec<Json> = (0..2 + dice.below(5))
        .map(|rule| {
            let mut asks = serde_json::Map::new();
            for (name, count) in NAMES.iter().zip(CHOICES) {
                if dice.below(3) > 0 {
                    asks.insert((*name).into(), test_of(dice, count).into());
                }
            }
            let outcome =
                if hit == "unique" { dice.one_of(&["x", "y", "z"]).into() } else { format!("r{rule}") };
            let mut row = json!({"if": asks, "outcome": outcome, "priority": dice.below(3)});
            if dice.below(3) == 0 {
                row["when"] = condition(dice).into();
            }
            row
        })
        .collect();
    json!([{"type": "table", "name": "t", "hit": hit, "rules": rules}])
}

#[test]
fn gaps_and_overlaps_of_tables_are_counted() {
    let mut seen = [0; 3];
    for seed in 0..200 {
        let form = form(table(&mut Dice(seed), "unique"));
        let (outcomes, all) = outcomes(&form, "t");
        let count = |wanted: &str| {
            outcomes.iter().filter(|outcome| format!("{outcome:?}") == format!("Missing({wanted})")).count()
        };
        let (gaps, overlaps) = (count("NoRule"), count("Conflict"));
        assert_eq!(told(&all, "rule-gap"), gaps, "{seed}: {all:?}\n{}", form["assessment"]);
        assert_eq!(told(&all, "rule-overlap"), overlaps, "{seed}: {all:?}\n{}", form["assessment"]);
        seen[0] += usize::from(gaps > 0);
        seen[1] += usize::from(overlaps > 0);
        seen[2] += usize::from(gaps + overlaps == 0);
    }
    assert!(seen.iter().all(|seen| *seen > 3), "{seen:?}");
}

#[test]
fn rules_that_never_count_are_told() {
    let mut never_counted = 0;
    for seed in 0..200 {
        let hit = ["first", "priority"][seed as usize % 2];
        let form = form(table(&mut Dice(seed), hit));
        let (outcomes, all) = outcomes(&form, "t");
        let rules = form["assessment"][0]["rules"].as_array().unwrap();
        let comes: BTreeSet<String> = outcomes.iter().map(Outcome::to_string).collect();
        let gaps = outcomes.iter().filter(|outcome| outcome.is_blank()).count();
        assert_eq!(told(&all, "rule-gap"), gaps, "{seed}: {all:?}\n{}", form["assessment"]);
        let never = rules.iter().filter(|rule| !comes.contains(rule["outcome"].as_str().unwrap())).count();
        let said = all
            .iter()
            .filter(|told| told.starts_with("unreachable-rule") || told.starts_with("never-matched"))
            .count();
        assert_eq!(said, never, "{seed}: {all:?}\n{}", form["assessment"]);
        never_counted += never;
    }
    assert!(never_counted > 30, "{never_counted}");
}

#[test]
fn bands_are_told_to_be_empty_or_apart_only_if_they_are() {
    let mut seen = [0; 3];
    for seed in 0..200 {
        let dice = &mut Dice(seed);
        let items: Vec<Json> = (0..3)
            .map(|at| {
                let points: Vec<String> = (0..CHOICES[at])
                    .map(|choice| format!("{choice}: {}", dice.one_of(&["0", "1", "2", "5", "1.5"])))
                    .collect();
                json!({"value": format!("${{{}}}", NAMES[at]), "points": points.join("; "),
                    "weight": dice.one_of(&["1", "1", "2", "1/3"])})
            })
            .collect();
        let bands: Vec<Json> = (0..2 + dice.below(3))
            .map(|code| {
                let (from, to) = (dice.below(8), dice.below(12));
                let range = match dice.below(5) {
                    0 => format!("<{from}"),
                    1 => format!(">={from}"),
                    2 => format!("[{from}..{})", from + to + 1),
                    3 => format!("{from}..{}", from + to),
                    _ => format!("({from}..{}]", from + to + 1),
                };
                let mut band = json!({"code": format!("b{code}"), "range": range});
                if dice.below(4) == 0 {
                    band["when"] = "${a} = 1".into();
                }
                band
            })
            .collect();
        let combine = dice.one_of(&["sum", "sum", "mean", "max", "count"]);
        // A condition over what the scale is made of: nothing is said of gaps then.
        let conditional = bands.iter().any(|band| band.get("when").is_some());
        let form = form(json!([
            {"type": "scale", "name": "s", "combine": combine, "items": items},
            {"type": "band", "name": "t", "of": "s", "bands": bands},
        ]));
        let (outcomes, all) = outcomes(&form, "t");
        let gap = outcomes.iter().any(Outcome::is_blank);
        let said = |code: &str| all.iter().filter(|told| told.starts_with(code)).count();
        if !conditional {
            assert_eq!(said("band-gap") > 0, gap, "{seed}: {all:?}\n{}", form["assessment"]);
        } else {
            assert_eq!(said("band-gap"), 0, "{seed}: {all:?}\n{}", form["assessment"]);
        }
        let comes: BTreeSet<String> = outcomes.iter().map(Outcome::to_string).collect();
        let never = bands.iter().filter(|band| !comes.contains(band["code"].as_str().unwrap())).count();
        if conditional {
            assert!(said("unreachable-band") <= never, "{seed}: {all:?}\n{}", form["assessment"]);
        } else {
            assert_eq!(said("unreachable-band"), never, "{seed}: {all:?}\n{}", form["assessment"]);
        }
        seen[0] += usize::from(gap && !conditional);
        seen[1] += never;
        seen[2] += said("band-overlap");
    }
    assert!(seen.iter().all(|seen| *seen > 10), "{seen:?}");
}

#[test]
fn more_combinations_than_can_be_counted_are_not_counted() {
    let inputs = 40;
    let name = |at: usize| format!("q{at}");
    let choices: Vec<Json> =
        (0..30).map(|choice| json!({"name": choice.to_string(), "label": "x"})).collect();
    let survey: Vec<Json> = (0..inputs)
        .map(|at| json!({"type": "select_one k", "name": name(at), "label": "x", "required": "yes"}))
        .collect();
    let asks: serde_json::Map<String, Json> = (0..inputs).map(|at| (name(at), json!("1"))).collect();
    let form = json!({
        "settings": {"form_id": "lint", "version": "1", "title": "Lint", "default_language": "en"},
        "choices": {"k": choices},
        "survey": survey,
        "assessment": [{"type": "table", "name": "wide", "rules": [{"if": asks, "outcome": "one"}]}],
    });
    let checked = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
    let gap = checked.diagnostics.iter().find(|found| found.code == "rule-gap").expect("a gap");
    assert_eq!(gap.message, "`wide` has no rule for some combinations");
}
