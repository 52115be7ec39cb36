//! `cargo xtask bench assessment`: households ranked, needs matched, and one household's score, in the wasm that a phone runs.
//!
//! Our engine alone, since no peer has these. Each row stands beside what it may take; as in every benchmark here, nothing fails.

use super::table::{self, Figure};
use super::{Bench, THROTTLE, slowed};
use crate::workspace::Workspace;
use serde_json::{Value, json};

/// What begins the names of these rows among all that were measured.
pub const PREFIX: &str = "assessment: ";

/// What is measured, and what it may take in milliseconds on an unthrottled processor.
struct Work {
    name: String,
    n: usize,
    must_ms: Option<f64>,
    spec: Value,
}

/// What came of it, slowed down or not.
struct Row<'a> {
    work: &'a Work,
    first: Option<f64>,
    /// How many places, needs or measures there were.
    count: Option<u64>,
    here: Figure,
    throttled: Figure,
}

/// Measures, prints the table, and puts the rows into `target/bench/peers.json`.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let bench = Bench::start(workspace, vec![("/content/".to_owned(), workspace.path("forms"))])?;
    let works = works();
    let mut rows = Vec::new();
    for work in &works {
        eprintln!("{} ({})", work.name, work.n);
        let ask = |throttle: u32| {
            let mut spec = work.spec.clone();
            spec["engine"] = "here".into();
            spec["n"] = work.n.into();
            spec["budget"] = 10_000.into();
            spec["throttle"] = throttle.into();
            bench.measure(&spec, throttle)
        };
        let found = ask(1)?;
        let (first, count) = (found["first"].as_f64(), found["count"].as_u64());
        let throttled = Figure::read(&ask(THROTTLE)?);
        rows.push(Row { work, first, count, here: Figure::read(&found), throttled });
    }
    table::write(workspace, rows.iter().flat_map(Row::json).collect(), |work| work.starts_with(PREFIX))?;
    print!("{}", report(&rows));
    Ok(())
}

fn works() -> Vec<Work> {
    let work = |name: &str, n: usize, must_ms: Option<f64>, spec: Value| Work {
        name: name.into(),
        n,
        must_ms,
        spec,
    };
    let mut works = vec![work(
        "index and ranking of households, by 7 columns",
        100_000,
        Some(1_000.0),
        json!({"measure": "rank"}),
    )];
    for (what, block) in [("one in a record", 1), ("500 in a record", 500)] {
        let name = format!("the same from an encrypted store, {what}");
        works.push(work(&name, 100_000, None, json!({"measure": "stored", "block": block})));
    }
    for differ in ["much", "little", "nowise"] {
        for room in ["ample", "tight", "scarce"] {
            let spec = json!({"measure": "match", "providers": 500, "room": room, "differ": differ});
            let name =
                format!("needs of 30 candidates matched to 500 providers, {room} room, differing {differ}");
            works.push(work(&name, 10_000, Some(2_000.0), spec));
        }
    }
    let spec = json!({"measure": "ask", "providers": 500});
    works.push(work("households' needs found in the catalogue and placed, 500 providers", 1_500, None, spec));
    for (what, path, values) in [
        ("how clean the home is", "/household-needs/home/cleanliness", ["very_poor", "fair"]),
        ("a member's income", "/household-needs/members[1]/school_and_work/monthly_income", ["3000", "600"]),
    ] {
        let spec = json!({"measure": "score", "form": "/content/household-needs/form.json", "of": "cases/h2-single-parent.json",
            "path": path, "values": values, "measured": "need_index"});
        works.push(work(&format!("one answer of a household, its score: {what}"), 1, Some(0.05), spec));
    }
    works
}

impl Row<'_> {
    fn json(&self) -> Vec<Value> {
        let row = |throttle: u32, figure: &Figure, must: Option<f64>| {
            json!({"work": format!("{PREFIX}{}{}", self.work.name, slowed(throttle)), "n": self.work.n, "here_ms": figure.value(),
                "peer": null, "peer_ms": null, "ratio": null, "must_ms": must})
        };
        vec![row(1, &self.here, self.work.must_ms), row(THROTTLE, &self.throttled, None)]
    }

    fn line(&self) -> Vec<String> {
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".into());
        let met =
            self.here.value().zip(self.work.must_ms).map(|(ms, must)| if ms < must { "yes" } else { "no" });
        vec![
            self.work.name.clone(),
            self.work.n.to_string(),
            or_dash(self.count.map(|count| count.to_string())),
            or_dash(self.first.map(table::digits)),
            self.here.shown(),
            or_dash(self.work.must_ms.map(table::digits)),
            or_dash(met.map(str::to_owned)),
            self.throttled.shown(),
        ]
    }
}

fn report(rows: &[Row]) -> String {
    let throttled = format!("{THROTTLE}× throttle");
    let heads = ["work", "n", "came to", "first", "median", "under", "met", &throttled];
    let mut lines = vec![heads.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(Row::line));
    let mut text = format!("\n{}", table::aligned(&lines));
    for row in rows {
        for figure in [&row.here, &row.throttled] {
            if let Figure::Failed(why) = figure {
                text += &format!("failed: {}: {why}\n", row.work.name);
            }
        }
    }
    text + "\nMilliseconds; the median of 7, of an answer that of 200, from the store of 3, all that it changed and all measures read back. What is held in memory
is made before the clock runs. \"came to\" is places ranked, needs served or found, measures of the form; \"n of m\" answers were
given within ten seconds.\n"
}
