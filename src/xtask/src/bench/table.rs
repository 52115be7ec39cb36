//! What was measured, as a table to read and as rows to compute with.

use crate::workspace::Workspace;
use anyhow::Context;
use serde_json::{Value, json};
use std::fs;

/// One engine's figure beside another's.
pub struct Row {
    /// What was done, and how slowed down the processor was.
    pub work: String,
    /// How many.
    pub n: usize,
    /// Ours. Milliseconds, or what the work's name says.
    pub here: Figure,
    /// The peers', in the order of their columns.
    pub peers: Vec<Figure>,
}

/// What one engine came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Figure {
    /// It was not asked, or has no words for the form.
    Absent,
    /// It could not do it, or did it wrongly.
    Failed(String),
    /// A time, and if the budget cut it short, how far it came.
    Found { value: f64, short: Option<String> },
}

impl Figure {
    /// From what the page says.
    pub fn read(found: &Value) -> Figure {
        let failure = found["error"].as_str().or_else(|| found["failed"].as_str());
        if let Some(failure) = failure {
            return Figure::Failed(failure.to_owned());
        }
        let Some(value) = found["ms"].as_f64() else { return Figure::Absent };
        let (samples, of) = (found["samples"].as_u64(), found["of"].as_u64());
        let short = samples.zip(of).filter(|(samples, of)| samples < of);
        Figure::Found { value, short: short.map(|(samples, of)| format!("{samples} of {of}")) }
    }

    /// The time, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Figure::Found { value, .. } => Some(*value),
            Figure::Absent | Figure::Failed(_) => None,
        }
    }

    /// As a cell of the table.
    pub fn shown(&self) -> String {
        match self {
            Figure::Absent => "–".into(),
            Figure::Failed(_) => "failed".into(),
            Figure::Found { value, short: None } => digits(*value),
            Figure::Found { value, short: Some(short) } => format!("{} ({short})", digits(*value)),
        }
    }
}

/// Three digits that count, and no more.
pub fn digits(value: f64) -> String {
    let places = match value {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 1.0 => 2,
        value if value >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.places$}")
}

fn ratio(here: &Figure, peer: &Figure) -> Option<f64> {
    here.value().zip(peer.value()).filter(|(here, _)| *here > 0.0).map(|(here, peer)| peer / here)
}

/// The rows as `peers.json` has them: one for each peer.
pub fn json_rows(rows: &[Row], peers: &[String]) -> Vec<Value> {
    let of = |row: &Row| {
        let pairs = peers.iter().zip(&row.peers);
        let rows = pairs.map(|(name, peer)| {
            json!({"work": row.work, "n": row.n, "here_ms": row.here.value(), "peer": name,
                "peer_ms": peer.value(), "ratio": ratio(&row.here, peer)})
        });
        rows.collect::<Vec<_>>()
    };
    rows.iter().flat_map(of).collect()
}

/// Writes rows into `target/bench/peers.json`, in place of those there whose work is `replaced`.
pub fn write(workspace: &Workspace, rows: Vec<Value>, replaced: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    let path = workspace.target().join("bench/peers.json");
    // Not there yet: then there is nothing to keep.
    let known = fs::read_to_string(&path).unwrap_or_else(|_| "[]".into());
    let known: Vec<Value> =
        serde_json::from_str(&known).with_context(|| format!("{} can't be read", path.display()))?;
    let kept = known.into_iter().filter(|row| row["work"].as_str().is_some_and(|work| !replaced(work)));
    let all: Vec<Value> = kept.chain(rows).collect();
    fs::write(path, serde_json::to_string_pretty(&all)? + "\n").map_err(Into::into)
}

/// The rows to read.
pub fn table(rows: &[Row], peers: &[String]) -> String {
    let mut lines = vec![vec!["work".to_owned(), "n".to_owned(), "here".to_owned()]];
    for peer in peers {
        lines[0].extend([peer.clone(), "×".to_owned()]);
    }
    for row in rows {
        let mut line = vec![row.work.clone(), row.n.to_string(), row.here.shown()];
        for peer in &row.peers {
            let ratio = ratio(&row.here, peer).map_or_else(|| "–".to_owned(), digits);
            line.extend([peer.shown(), ratio]);
        }
        lines.push(line);
    }
    let mut text = aligned(&lines);
    for row in rows {
        for (name, figure) in std::iter::once("here")
            .chain(peers.iter().map(String::as_str))
            .zip(std::iter::once(&row.here).chain(&row.peers))
        {
            if let Figure::Failed(why) = figure {
                text += &format!("failed: {} ({name}): {why}\n", row.work);
            }
        }
    }
    text
}

/// The first column to the left, the others to the right.
pub fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let cell = |(column, cell): (usize, &String)| {
        let space = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
        if column == 0 { format!("{cell}{space}") } else { format!("{space}{cell}") }
    };
    let line = |line: &Vec<String>| line.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ");
    lines.iter().map(|cells| line(cells).trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_was_cut_short_or_failed_says_so() {
        let found = |json: Value| Figure::read(&json);
        let short = found(json!({"ms": 250.0, "samples": 8, "of": 200}));
        let row = Row {
            work: "chain".into(),
            n: 1_000,
            here: found(json!({"ms": 0.05, "samples": 200, "of": 200})),
            peers: vec![short, found(json!({"error": "no"})), found(json!({"none": true}))],
        };
        let peers = ["a 1", "b 2", "c 3"].map(String::from);
        let text = table(std::slice::from_ref(&row), &peers);
        assert!(text.contains("0.0500  250 (8 of 200)  5000"), "{text}");
        assert!(text.ends_with("failed: chain (b 2): no\n"), "{text}");
        let rows = json_rows(&[row], &peers);
        assert_eq!(
            rows[0],
            json!({"work": "chain", "n": 1000, "here_ms": 0.05, "peer": "a 1", "peer_ms": 250.0, "ratio": 5000.0})
        );
        assert_eq!(rows[2]["peer_ms"], Value::Null);
    }
}
