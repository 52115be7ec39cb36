//! How long the engine takes: `cargo bench -p doorstep-bench`. Native, release; the median of 200 answers.
//!
//! `cargo bench -p doorstep-bench -- assessment`: needs matched to providers, households ranked; once each.
//!
//! `cargo bench -p doorstep-bench --features checks -- mistakes`: workbooks with 500 to 2,000 mistakes read and checked, all of them listed.
//!
//! A form given by its path is loaded instead, and a shape given by its name answered, as a profiler wants it:
//! `cargo bench -p doorstep-bench -- FORM.xml fan`. Settled means that every changed value was read back as its text. Timings are never asserted. The same forms run in a
//! browser, beside other engines: `cargo xtask bench`.

mod assessment;
mod forms;
#[cfg(feature = "checks")]
mod mistakes;

use std::time::{Duration, Instant};

use doorstep_engine::services::{Applicant, Circumstances};
use doorstep_engine::view::Key;
use doorstep_engine::{Bundle, Changes, Form, Session, Source, World};
use forms::Shape;

/// How many answers a median is of.
const ANSWERS: usize = 200;
/// How many of the last repeats that are added a median is of.
const LAST: usize = 20;
/// The sizes that a growth is taken over.
const SIZES: [usize; 6] = [100, 200, 500, 1_000, 2_000, 5_000];

fn main() {
    let given: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if !given.is_empty() {
        for asked in given {
            if asked == "assessment" {
                assess();
                continue;
            }
            if asked == "mistakes" {
                check();
                continue;
            }
            match Shape::ALL.iter().find(|(name, _)| *name == asked) {
                Some((_, shape)) => row(&asked, answer(*shape, 1_000)),
                None => load(&asked),
            }
        }
        return;
    }
    println!("{:<58} {:>12}", "work", "median");
    for n in [1_000, 5_000] {
        row(&format!("{n} calculations in a chain"), answer(Shape::Chain, n));
    }
    row("1,000 calculations that read one answer", answer(Shape::Fan, 1_000));
    row("1,000 relevants on one answer", answer(Shape::Relevance, 1_000));
    row("cascade over 50,000 choices", answer(Shape::Cascade, 50_000));
    row("repeat of 1,000 × 10 questions with sums: one more", one_more(Shape::Sums, 1_000));
    row("200 repeats, each reads the one before, one by one", one_by_one(Shape::Before, 200));
    row("800 repeats with position(..), one by one", one_by_one(Shape::Place, 800));

    println!("\n{:<58} {:>12} {:>12} {:>8}", "growth from N = 100 to 5,000", "at 5,000", "each", "exponent");
    for (what, shape) in [
        ("one answer, a chain", Shape::Chain),
        ("one answer, calculations that read it", Shape::Fan),
        ("one answer, relevants", Shape::Relevance),
        ("one answer, a cascade", Shape::Cascade),
        ("one answer, a sum() and a count() over the repeat", Shape::Total),
        ("one answer that concerns its repeat instance alone", Shape::Alone),
    ] {
        growth(what, |n| answer(shape, n));
    }
    for (what, shape) in [
        ("one repeat added, ten questions with sums", Shape::Sums),
        ("one repeat added, reading the one before", Shape::Before),
        ("one repeat added, position(..)", Shape::Place),
    ] {
        growth(what, |n| one_more(shape, n));
    }
}

#[cfg(not(feature = "checks"))]
fn check() {
    println!("the checks are no part of this build: add `--features checks`");
}

/// Workbooks full of mistakes: from the sheets to the last diagnostic.
#[cfg(feature = "checks")]
fn check() {
    for count in [500, 1_000, 2_000] {
        let (sheets, expected) = mistakes::workbook(count);
        let sources: Vec<Source> =
            sheets.into_iter().map(|(name, text)| Source::new(format!("form.xlsx#{name}"), text)).collect();
        let mut sources = sources.into_iter();
        let bundle = Bundle { main: sources.next().expect("a survey"), files: sources.collect() };
        let times = (0..9).map(|_| {
            let begun = Instant::now();
            assert_eq!(Form::read(&bundle).diagnostics.len(), expected.len());
            begun.elapsed()
        });
        row(&format!("a workbook with {count} mistakes, all of them listed"), median(times.collect()));
    }
}

/// Needs and households by the thousand.
fn assess() {
    use assessment::{Differ, Room};
    for differ in [Differ::Much, Differ::Little, Differ::Nowise] {
        for room in [Room::Ample, Room::Tight, Room::Scarce] {
            let (demand, capacities) = assessment::needs(10_000, 500, room, differ);
            let begun = Instant::now();
            let allocation =
                doorstep_engine::services::allocate::allocate(&demand, &capacities).expect("it fits");
            let took = begun.elapsed();
            let served: u32 = allocation.loads.iter().sum();
            row(&format!("10,000 needs × 30, 500 providers, {room:?}, {differ:?}: {served} served"), took);
        }
    }
    let begun = Instant::now();
    let catalogue = assessment::catalogue(500);
    row("a catalogue of 20 services and 500 providers read", begun.elapsed());
    let applicants = assessment::applicants(&catalogue, 1_500);
    let circumstances = Circumstances::on("2026-11-23".parse().expect("a day"));
    let begun = Instant::now();
    let matched: Vec<_> = applicants
        .iter()
        .map(|(_, area, facts)| catalogue.match_household(area, facts, &circumstances))
        .collect();
    let needs: usize = matched.iter().map(|matched| matched.needs.len()).sum();
    let candidates: usize =
        matched.iter().flat_map(|matched| &matched.needs).map(|need| need.candidates.len()).sum();
    row(&format!("1,500 households matched: {needs} needs, {candidates} candidates"), begun.elapsed());
    let households: Vec<Applicant<'_>> =
        applicants.iter().zip(&matched).map(|((id, _, _), matched)| Applicant { id, matched }).collect();
    let begun = Instant::now();
    let placement = catalogue.place(&households, &circumstances).expect("it fits");
    let (placed, without) = (placement.placed.len(), placement.without.len());
    row(&format!("their needs placed: {placed}, without a place {without}"), begun.elapsed());
    let begun = Instant::now();
    let households = assessment::households(100_000);
    row("100,000 households made", begun.elapsed());
    let begun = Instant::now();
    let cohort = assessment::cohort(&households);
    row("the index of each computed, and all added to a cohort", begun.elapsed());
    let begun = Instant::now();
    let ranked: usize = (0..7).map(|column| cohort.rank(column).len()).sum();
    row(&format!("100,000 households ranked by 7 columns: {ranked}"), begun.elapsed());
    let begun = Instant::now();
    let towns = cohort.rank_by_area(6, 9);
    row(&format!("100,000 households ranked within {} towns", towns.len()), begun.elapsed());
}

fn open(shape: Shape, n: usize) -> Session {
    let text = shape.xform(n);
    let checked = Form::read(&Bundle::single(Source::new("form.xml", text)));
    let errors: Vec<_> = checked.diagnostics.iter().map(|found| found.message.clone()).take(3).collect();
    let form = checked.form.unwrap_or_else(|| panic!("{errors:?}"));
    Session::new(form, World::default())
}

/// A form given by its path, from its text to the first answer possible.
fn load(path: &str) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut read = Duration::ZERO;
    let times = (0..9).map(|_| {
        let begun = Instant::now();
        let checked = Form::read(&Bundle::single(Source::new("form.xml", text.as_str())));
        read = begun.elapsed();
        let errors: Vec<_> = checked.diagnostics.iter().map(|found| found.message.clone()).take(3).collect();
        let form = checked.form.unwrap_or_else(|| panic!("{path}: {errors:?}"));
        let _session = Session::new(form, World::default());
        begun.elapsed()
    });
    row(path, median(times.collect()));
    row("    of which reading the form", read);
}

fn at(session: &Session, path: &str) -> Key {
    session.at(path).unwrap_or_else(|| panic!("the form has {path}"))
}

/// One answer, alternating between two; in repeats the 50th instance's.
fn answer(shape: Shape, n: usize) -> Duration {
    let mut session = open(shape, n);
    let (path, values) = match shape {
        Shape::Chain | Shape::Fan | Shape::Relevance => ("/data/x0", ["1", "2"]),
        Shape::Cascade => ("/data/county", ["c1", "c2"]),
        Shape::Sums | Shape::Before | Shape::Place | Shape::Total | Shape::Alone => {
            grow(&mut session, n);
            ("/data/m[50]/amount", ["1", "2"])
        }
    };
    let key = at(&session, path);
    let offering = (shape == Shape::Cascade).then(|| at(&session, "/data/town"));
    let mut read = 0;
    let mut give = |turn: usize| {
        let changes = session.answer_text(key, values[turn % 2]).expect("an answer");
        read += read_back(&session, &changes);
        if let Some(offered) = offering.and_then(|key| session.question(key)) {
            read +=
                offered.choices.iter().map(|choice| choice.name.len() + choice.label.len()).sum::<usize>();
        }
    };
    let mut timed = |handful: usize| {
        let times = (0..ANSWERS).map(|turn| {
            let begun = Instant::now();
            (0..handful).for_each(|i| give(turn * handful + i));
            begun.elapsed() / handful as u32
        });
        median(times.collect())
    };
    let once = timed(1);
    // The clock itself takes its time.
    let time = if once < Duration::from_micros(20) { timed(31) } else { once };
    assert!(read > 0);
    time
}

/// One more repeat where there are nearly `n`.
fn one_more(shape: Shape, n: usize) -> Duration {
    let mut session = open(shape, n);
    grow(&mut session, n - LAST);
    let repeat = at(&session, "/data/m");
    let times = (0..LAST).map(|_| {
        let begun = Instant::now();
        let changes = session.add_repeat(repeat).expect("one more");
        read_back(&session, &changes);
        begun.elapsed()
    });
    median(times.collect())
}

/// All repeats up to `n`: the sum.
fn one_by_one(shape: Shape, n: usize) -> Duration {
    let mut session = open(shape, n);
    let begun = Instant::now();
    grow(&mut session, n);
    begun.elapsed()
}

/// Up to `n` instances, the one that a form starts with among them.
fn grow(session: &mut Session, n: usize) {
    let repeat = at(session, "/data/m");
    for _ in 1..n {
        let changes = session.add_repeat(repeat).expect("one more");
        read_back(session, &changes);
    }
}

fn read_back(session: &Session, changes: &Changes) -> usize {
    changes.nodes.iter().map(|key| session.value(*key).map_or(0, |value| value.to_text().len())).sum()
}

/// The slope of the line through the logarithms of sizes and times.
fn growth(what: &str, time: impl Fn(usize) -> Duration) {
    let points: Vec<(usize, Duration)> = SIZES.iter().map(|n| (*n, time(*n))).collect();
    let logs: Vec<(f64, f64)> =
        points.iter().map(|(n, time)| ((*n as f64).ln(), time.as_secs_f64().max(1e-9).ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / count, y + b / count));
    let over: f64 = logs.iter().map(|(a, b)| (a - x) * (b - y)).sum();
    let under: f64 = logs.iter().map(|(a, _)| (a - x).powi(2)).sum();
    let (n, last) = points[points.len() - 1];
    let micros = last.as_secs_f64() * 1e6;
    println!("{what:<58} {micros:>9.2} µs {:>9.2} ns {:>8.2}", micros * 1e3 / n as f64, over / under);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(what: &str, time: Duration) {
    println!("{what:<58} {:>9.3} ms", time.as_secs_f64() * 1000.0);
}
