//! How long the engine takes: `cargo bench -p doorstep-tests`. Native, release; the median of 200 answers.
//!
//! Settled means that every changed value was read back as its text. Timings are never asserted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doorstep_engine::{Bundle, Form, Session, Source, World};
use serde_json::{Value as Json, json};

fn main() {
    println!("{:<58} {:>12}", "work", "median");
    for length in [1_000, 5_000] {
        let mut rows = vec![json!({"type": "integer", "name": "x0"})];
        rows.extend((1..=length).map(|i| calculation(&format!("x{i}"), &format!("${{x{}}} + 1", i - 1))));
        answers(&format!("{length} calculations in a chain"), rows, Json::Null, "x0", ["1", "2"]);
    }
    let mut rows = vec![json!({"type": "integer", "name": "x"})];
    rows.extend((0..1_000).map(|i| json!({"type": "text", "name": format!("q{i}"), "relevant": "${x} = 1"})));
    answers("1,000 relevants on one answer", rows, Json::Null, "x", ["1", "2"]);

    let towns: Vec<Json> =
        (0..50_000).map(|i| json!({"name": format!("t{i}"), "label": format!("town {i}"), "county": format!("c{}", i % 500)})).collect();
    let counties: Vec<Json> = (0..500).map(|i| json!({"name": format!("c{i}"), "label": "county"})).collect();
    let rows = vec![
        json!({"type": "select_one county", "name": "county"}),
        json!({"type": "select_one town", "name": "town", "choice_filter": "county = ${county}"}),
    ];
    answers(
        "cascade over 50,000 choices",
        rows,
        json!({"county": counties, "town": towns}),
        "county",
        ["c1", "c2"],
    );

    repeats();
    let per_instance =
        "if(position(..) > 1, indexed-repeat(${amount}, ${m}, position(..) - 1), 0) + ${amount}";
    let children = json!([{"type": "integer", "name": "amount", "default": "1"}, calculation("with_last", per_instance)]);
    added_one_by_one("200 repeats, each reads the one before, one by one", children, 200);
    let children =
        json!([{"type": "integer", "name": "amount", "default": "1"}, calculation("place", "position(..)")]);
    added_one_by_one("800 repeats with position(..), one by one", children, 800);
}

fn calculation(name: &str, expression: &str) -> Json {
    json!({"type": "calculate", "name": name, "calculation": expression})
}

fn form(rows: Vec<Json>, choices: Json) -> Arc<Form> {
    let choices = if choices.is_null() { json!({}) } else { choices };
    let definition =
        json!({"settings": {"form_id": "d", "version": "1"}, "choices": choices, "survey": rows});
    let checked = Form::read(&Bundle::single(Source::new("form.json", definition.to_string())));
    let errors: Vec<_> = checked.diagnostics.iter().map(|found| found.message.clone()).take(3).collect();
    checked.form.unwrap_or_else(|| panic!("{errors:?}"))
}

fn answers(what: &str, rows: Vec<Json>, choices: Json, question: &str, alternating: [&str; 2]) {
    let mut session = Session::new(form(rows, choices), World::default());
    let key = session.at(&format!("/d/{question}")).expect("the question");
    let mut times = Vec::new();
    let mut read = 0;
    for turn in 0..200 {
        let begun = Instant::now();
        let changes = session.answer_text(key, alternating[turn % 2]).expect("an answer");
        for node in &changes.nodes {
            read += session.value(*node).map_or(0, |value| value.to_text().len());
        }
        times.push(begun.elapsed());
    }
    assert!(read > 0);
    row(what, median(times));
}

fn repeats() {
    let children: Vec<Json> =
        (0..10).map(|i| json!({"type": "integer", "name": format!("q{i}"), "default": "1"})).collect();
    let mut rows = vec![json!({"type": "repeat", "name": "m", "children": children})];
    rows.extend((0..10).map(|i| calculation(&format!("s{i}"), &format!("sum(${{q{i}}})"))));
    let mut session = Session::new(form(rows, Json::Null), World::default());
    let repeat = session.at("/d/m").expect("the repeat");
    let mut times = Vec::new();
    for _ in 1..1_000 {
        let begun = Instant::now();
        session.add_repeat(repeat).expect("one more");
        times.push(begun.elapsed());
    }
    let last = times.split_off(times.len() - 50);
    row("repeat of 1,000 × 10 questions with sums: one more", median(last));
}

fn added_one_by_one(what: &str, children: Json, count: usize) {
    let rows = vec![json!({"type": "repeat", "name": "m", "children": children})];
    let mut session = Session::new(form(rows, Json::Null), World::default());
    let repeat = session.at("/d/m").expect("the repeat");
    let begun = Instant::now();
    for _ in 1..count {
        session.add_repeat(repeat).expect("one more");
    }
    row(what, begun.elapsed());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(what: &str, time: Duration) {
    println!("{what:<58} {:>9.3} ms", time.as_secs_f64() * 1000.0);
}
