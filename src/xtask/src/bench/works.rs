//! What is measured: one entry a row of the table, in the words of DESIGN.md §6.

use serde_json::{Value, json};

/// One thing to measure in every engine.
pub struct Work {
    /// Its name in the table.
    pub name: String,
    /// How many.
    pub n: usize,
    /// What the page is asked for; see `tests/bench/page/bench.js`.
    pub spec: Value,
    /// Is it looked at under CPU throttling as well? What takes a peer minutes is not.
    pub throttled: bool,
}

impl Work {
    fn new(name: &str, n: usize, spec: Value) -> Work {
        Work { name: name.into(), n, spec, throttled: true }
    }

    fn only_unthrottled(self) -> Work {
        Work { throttled: false, ..self }
    }
}

/// The generated forms that the peers are given too.
pub fn works() -> Vec<Work> {
    let calculations = |shape: &str, n: usize| {
        let expected = json!({format!("/data/x{n}"): n + 2});
        json!({"measure": "answer", "shape": shape, "n": n, "path": "/data/x0", "values": ["1", "2"],
            "prefix": "/data/x", "reads_to": n, "expected": expected})
    };
    let sums: Vec<String> = (0..10).map(|i| format!("/data/s{i}")).collect();
    vec![
        Work::new("calculations in a chain, one answer", 1_000, calculations("chain", 1_000)),
        Work::new("calculations in a chain, one answer", 5_000, calculations("chain", 5_000)).only_unthrottled(),
        Work::new("calculations that read one answer", 1_000, calculations("fan", 1_000)),
        Work::new(
            "relevants on one answer",
            1_000,
            json!({"measure": "answer", "shape": "relevance", "n": 1_000, "path": "/data/x0", "values": ["2", "1"],
                "prefix": "/data/x", "reads_to": 1_000}),
        ),
        Work::new(
            "repeat of ten questions with ten sums, one more",
            1_000,
            json!({"measure": "add", "shape": "sums", "n": 1_000, "reads": sums, "expected": {"/data/s9": 1_000}}),
        )
        .only_unthrottled(),
        Work::new(
            "repeats each reading the one before, added one by one",
            200,
            json!({"measure": "addAll", "shape": "before", "n": 200, "expected": {"/data/m[200]/with_last": 2}}),
        )
        .only_unthrottled(),
        Work::new(
            "repeats with position(..), added one by one",
            800,
            json!({"measure": "addAll", "shape": "place", "n": 800, "expected": {"/data/m[800]/place": 800}}),
        )
        .only_unthrottled(),
        Work::new(
            "choices in a cascade, one answer",
            50_000,
            json!({"measure": "answer", "shape": "cascade", "n": 50_000, "path": "/data/county", "values": ["c1", "c2"],
                "choices": "/data/town", "offered": 100}),
        ),
    ]
}

/// A form that was given by its path, served at `file`.
pub fn of_file(name: &str, file: &str) -> Vec<Work> {
    let work = |what: &str, measure: &str| {
        Work::new(&format!("{name}: {what}"), 1, json!({"measure": measure, "file": file}))
    };
    let first = json!({"measure": "load", "file": file, "first": true});
    vec![
        work("load", "load"),
        Work::new(&format!("{name}: load, the first of its page"), 1, first).only_unthrottled(),
        work("one answer, mean over what takes typed text", "fill"),
        work("memory of the loaded form, MB", "memory").only_unthrottled(),
    ]
}

/// How one operation's time grows from N = 100 to 5,000: for our engine alone.
pub fn growths() -> Vec<Work> {
    let sizes = [100, 200, 500, 1_000, 2_000, 5_000];
    let growth = |name: &str, of: &str, shape: &str, at: Value| {
        let spec = json!({"measure": "growth", "of": of, "shape": shape, "sizes": sizes, "at": at});
        Work::new(name, 5_000, spec)
    };
    let answer = json!({"path": "/data/x0", "values": ["1", "2"]});
    let in_repeat = json!({"path": "/data/m[50]/amount", "values": ["1", "2"], "repeats": true});
    vec![
        growth("one answer, a chain", "answer", "chain", answer.clone()),
        growth("one answer, calculations that read it", "answer", "fan", answer.clone()),
        growth("one answer, relevants", "answer", "relevance", answer),
        growth(
            "one answer, a cascade",
            "answer",
            "cascade",
            json!({"path": "/data/county", "values": ["c1", "c2"], "choices": "/data/town"}),
        ),
        growth("one repeat added, ten questions with sums", "add", "sums", json!({})),
        growth("one repeat added, reading the one before", "add", "before", json!({})),
        growth("one repeat added, position(..)", "add", "place", json!({})),
        growth("one answer, a sum() and a count() over the repeat", "answer", "total", in_repeat.clone()),
        growth("one answer that concerns its repeat instance alone", "answer", "alone", in_repeat),
    ]
}
