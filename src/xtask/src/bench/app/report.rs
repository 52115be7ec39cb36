//! What was measured, as a table to read and as JSON to compute with.

use super::figures::Figures;
use super::measure::{Filled, Repeated, Start};
use crate::bench::table::{aligned, digits};
use serde_json::{Value, json};

/// All of one app.
#[derive(Default)]
pub struct Found {
    pub name: String,
    pub cold: Vec<Start>,
    pub warm: Vec<Start>,
    pub filled: Filled,
    pub repeats: Vec<Repeated>,
    /// Of each form, in the order of `measure::HELD`.
    pub memory: Vec<Option<f64>>,
    /// What could not be measured, and why.
    pub failures: Vec<String>,
}

/// A line of the table: what it is, what it has to be, and how it is read off.
struct Line {
    what: &'static str,
    wanted: &'static str,
    read: fn(&Found) -> Option<f64>,
}

fn of(starts: &[Start], part: fn(&Start) -> Option<f64>) -> Figures {
    starts.iter().filter_map(part).collect()
}

fn repeated(found: &Found, part: fn(&Repeated) -> Option<f64>) -> Figures {
    found.repeats.iter().filter_map(part).collect()
}

const LINES: [Line; 23] = [
    Line {
        what: "first question there, cold",
        wanted: "",
        read: |it| of(&it.cold, |start| start.seen).median(),
    },
    Line {
        what: "first question usable, cold",
        wanted: "odk 6×, enketo 2×",
        read: |it| of(&it.cold, |start| start.usable).median(),
    },
    Line { what: "  the slowest", wanted: "", read: |it| of(&it.cold, |start| start.usable).most() },
    Line {
        what: "first question usable, warm",
        wanted: "odk 6×, enketo 2×",
        read: |it| of(&it.warm, |start| start.usable).median(),
    },
    Line { what: "  the slowest", wanted: "", read: |it| of(&it.warm, |start| start.usable).most() },
    Line {
        what: "home, warm and offline",
        wanted: "< 1000",
        read: |it| of(&it.warm, |start| start.home).median(),
    },
    Line {
        what: "one answer until it is painted: scripting and layout",
        wanted: "≤ 8",
        read: |it| it.filled.answers.median(),
    },
    Line { what: "  99th percentile", wanted: "≤ 30", read: |it| it.filled.answers.p99() },
    Line {
        what: "  with what it sets going, until 150 ms later",
        wanted: "",
        read: |it| it.filled.after.median(),
    },
    Line { what: "longest task of an answer, median", wanted: "", read: |it| it.filled.tasks.median() },
    Line { what: "  99th percentile", wanted: "", read: |it| it.filled.tasks.p99() },
    Line { what: "  the longest", wanted: "≤ 50", read: |it| it.filled.tasks.most() },
    Line { what: "longest task while scrolling", wanted: "≤ 50", read: |it| it.filled.scrolling.most() },
    Line {
        what: "next page of 20 questions, until it is there",
        wanted: "",
        read: |it| it.filled.pages.median(),
    },
    Line { what: "  its longest task", wanted: "≤ 50", read: |it| it.filled.turning.most() },
    Line {
        what: "page of 200 repeats opened",
        wanted: "< 200",
        read: |it| repeated(it, |times| times.opened).median(),
    },
    Line {
        what: "200 repeats made and opened",
        wanted: "",
        read: |it| repeated(it, |times| Some(times.made? + times.opened.unwrap_or(0.0))).median(),
    },
    Line {
        what: "kB until the first question, cold",
        wanted: "",
        read: |it| of(&it.cold, |start| Some(start.bytes / 1000.0)).median(),
    },
    Line {
        what: "kB in all, cold",
        wanted: "",
        read: |it| of(&it.cold, |start| Some(start.all_bytes / 1000.0)).median(),
    },
    Line {
        what: "kB, warm",
        wanted: "",
        read: |it| of(&it.warm, |start| Some(start.bytes / 1000.0)).median(),
    },
    Line {
        what: "MB with the form of 500 questions",
        wanted: "",
        read: |it| it.memory.first().copied().flatten(),
    },
    Line {
        what: "MB with the WHO verbal autopsy",
        wanted: "< 60",
        read: |it| it.memory.get(1).copied().flatten(),
    },
    Line {
        what: "answers given",
        wanted: "",
        read: |it| Some(it.filled.answers.count()).filter(|count| *count > 0.0),
    },
];

/// The table, with how many times each peer's figure is ours.
pub fn table(all: &[Found]) -> String {
    let Some((here, peers)) = all.split_first() else { return String::new() };
    let mut lines =
        vec![vec!["ms, where nothing else is said".to_owned(), "to be".into(), here.name.clone()]];
    for peer in peers {
        lines[0].extend([peer.name.clone(), "×".into()]);
    }
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), digits);
    for Line { what, wanted, read } in &LINES {
        let ours = read(here);
        let mut line = vec![(*what).to_owned(), (*wanted).to_owned(), shown(ours)];
        for peer in peers {
            let theirs = read(peer);
            let ratio = ours.zip(theirs).filter(|(ours, _)| *ours > 0.0).map(|(ours, theirs)| theirs / ours);
            line.extend([shown(theirs), shown(ratio)]);
        }
        lines.push(line);
    }
    let failures = all.iter().flat_map(|found| &found.failures).map(|why| format!("failed: {why}\n"));
    aligned(&lines) + &failures.collect::<String>()
}

/// Every figure, with all values that it was made of.
pub fn json(all: &[Found]) -> Value {
    let lines = |found: &Found| -> Vec<Value> {
        LINES
            .iter()
            .map(|line| json!({"what": line.what.trim(), "to_be": line.wanted, "is": (line.read)(found)}))
            .collect()
    };
    let one = |found: &Found| {
        let starts = |starts: &[Start]| -> Vec<Value> {
            let start = |it: &Start| json!({"home": it.home, "seen": it.seen, "usable": it.usable, "bytes": it.bytes, "all_bytes": it.all_bytes});
            starts.iter().map(start).collect()
        };
        let repeats: Vec<Value> =
            found.repeats.iter().map(|it| json!({"made": it.made, "opened": it.opened})).collect();
        json!({"name": found.name, "lines": lines(found), "cold": starts(&found.cold), "warm": starts(&found.warm),
            "answers": found.filled.answers.json(), "answers_and_after": found.filled.after.json(), "tasks": found.filled.tasks.json(), "scrolling": found.filled.scrolling.json(),
            "turning": found.filled.turning.json(), "pages": found.filled.pages.json(), "repeats": repeats, "memory_mb": found.memory,
            "failures": found.failures})
    };
    all.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_stands_beside_ours_and_what_failed_is_said() {
        let start = |usable: f64| Start { usable: Some(usable), ..Start::default() };
        let here = Found {
            name: "here".into(),
            cold: vec![start(500.0), start(700.0), start(600.0)],
            ..Found::default()
        };
        let peer = Found {
            name: "peer 1".into(),
            cold: vec![start(3_000.0)],
            failures: vec!["no memory".into()],
            ..Found::default()
        };
        let text = table(&[here, peer]);
        let line = text.lines().find(|line| line.starts_with("first question usable, cold")).unwrap();
        assert_eq!(
            line.split_whitespace().rev().take(3).collect::<Vec<_>>(),
            ["5.00", "3000", "600"],
            "{text}"
        );
        assert!(text.ends_with("failed: no memory\n"), "{text}");
    }
}
