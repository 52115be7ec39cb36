//! `cargo xtask bench server`: many clients send submissions to one server process, every second one sent before.
//!
//! It measures and fails nothing, except that a count which is not exact is said in so many words. A client is a thread with
//! one connection that stays open; it sends one request after the other, as fast as it is answered.

mod client;
mod house;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use client::{Client, Sent};
use house::{Database, House};
use serde_json::{Value, json};

const USAGE: &str = "doorstep-load --server PROGRAM --out FILE [--rows N] [--seconds N] [--clients N]";

struct Options {
    server: PathBuf,
    out: PathBuf,
    rows: u64,
    time: Duration,
    clients: u32,
}

fn main() -> ExitCode {
    let measured = read(std::env::args().skip(1)).and_then(|options| {
        let mut figures = Vec::new();
        for postgres in [false, true] {
            figures.push(measure(&options, postgres)?);
        }
        write(&options, &figures)?;
        print!("{}", table(&figures));
        Ok(())
    });
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        server: PathBuf::new(),
        out: PathBuf::new(),
        rows: 10_000,
        time: Duration::from_secs(20),
        clients: 200,
    };
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        let number = || value.parse::<u32>().map_err(|_| format!("{argument} takes a number\n{USAGE}"));
        match argument.as_str() {
            "--server" => options.server = value.into(),
            "--out" => options.out = value.into(),
            "--rows" => options.rows = number()?.into(),
            "--seconds" => options.time = Duration::from_secs(number()?.into()),
            "--clients" => options.clients = number()?.max(1),
            _ => return Err(format!("{argument} isn't understood\n{USAGE}")),
        }
    }
    Ok(options)
}

/// What one run came to.
struct Figures {
    database: &'static str,
    rows_before: u64,
    rows_after: u64,
    /// Answered with 201 and with 200, and with anything else.
    new: u64,
    again: u64,
    failed: u64,
    seconds: f64,
    /// In milliseconds, of new ones and of those sent before: median, 99th percentile, longest.
    times_new: [f64; 3],
    times_again: [f64; 3],
    /// Of the server process, in MB: when warm, half-way, at the end.
    memory: [f64; 3],
}

impl Figures {
    /// Is every submission that was receipted as new in the database, once, and nothing else?
    fn is_exact(&self) -> bool {
        self.rows_after == self.rows_before + self.new
    }
}

fn measure(options: &Options, postgres: bool) -> Result<Figures, String> {
    let database = if postgres { Database::postgres()? } else { Database::sqlite() };
    eprintln!("{}: storing {} submissions beforehand", database.name(), options.rows);
    let house = House::with(&options.server, database, options.rows)?;
    let rows_before = house.count();
    eprintln!("    {} clients for {} s", options.clients, options.time.as_secs());
    let start = Instant::now();
    let (sent, memory) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..options.clients)
            .map(|number| {
                let client = Client::new(house.address(), house.form(), number);
                scope.spawn(move || client.send_until(start + options.time))
            })
            .collect();
        let look = |at: Duration| {
            std::thread::sleep((start + at).saturating_duration_since(Instant::now()));
            house.memory()
        };
        let memory = [look(options.time / 10), look(options.time / 2), look(options.time)];
        let sent: Vec<Sent> =
            clients.into_iter().flat_map(|client| client.join().unwrap_or_default()).collect();
        (sent, memory)
    });
    let seconds = start.elapsed().as_secs_f64();
    let of = |status: u16| sent.iter().filter(move |sent| sent.status == status);
    let (new, again) = (of(201).count() as u64, of(200).count() as u64);
    Ok(Figures {
        database: house.database_name(),
        rows_before,
        rows_after: house.count(),
        new,
        again,
        failed: sent.len() as u64 - new - again,
        seconds,
        times_new: percentiles(of(201).map(|sent| sent.took).collect()),
        times_again: percentiles(of(200).map(|sent| sent.took).collect()),
        memory,
    })
}

fn percentiles(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    let at = |part: f64| {
        let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    [at(0.5), at(0.99), at(1.0)]
}

fn write(options: &Options, figures: &[Figures]) -> Result<(), String> {
    let rows: Vec<Value> = figures
        .iter()
        .map(|run| {
            json!({
                "database": run.database, "clients": options.clients, "seconds": run.seconds,
                "rows_before": run.rows_before, "rows_after": run.rows_after, "exact": run.is_exact(),
                "new": run.new, "again": run.again, "failed": run.failed,
                "per_second": (run.new + run.again) as f64 / run.seconds, "new_per_second": run.new as f64 / run.seconds,
                "new_ms": {"p50": run.times_new[0], "p99": run.times_new[1], "max": run.times_new[2]},
                "again_ms": {"p50": run.times_again[0], "p99": run.times_again[1], "max": run.times_again[2]},
                "memory_mb": {"warm": run.memory[0], "half": run.memory[1], "end": run.memory[2]},
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())? + "\n";
    if let Some(folder) = options.out.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    std::fs::write(&options.out, text).map_err(|error| format!("{}: {error}", options.out.display()))
}

fn table(figures: &[Figures]) -> String {
    let mut text = format!(
        "\n{:<12}{:>10}{:>10}{:>10}{:>22}{:>22}{:>20}  {}\n",
        "database",
        "rows",
        "a second",
        "new",
        "new: p50, p99, max ms",
        "again: p50, p99 ms",
        "MB: warm, half, end",
        "count"
    );
    for run in figures {
        let [new50, new99, new_max] = run.times_new;
        let [again50, again99, _] = run.times_again;
        let [warm, half, end] = run.memory;
        let count = if run.is_exact() {
            format!("exact: {}", run.rows_after)
        } else {
            format!("NOT exact: {} rows, {} wanted", run.rows_after, run.rows_before + run.new)
        };
        let failed = if run.failed == 0 { String::new() } else { format!(", {} failed", run.failed) };
        text += &format!(
            "{:<12}{:>10}{:>10.0}{:>10.0}{:>22}{:>22}{:>20}  {count}{failed}\n",
            run.database,
            run.rows_before,
            (run.new + run.again) as f64 / run.seconds,
            run.new as f64 / run.seconds,
            format!("{new50:.1} {new99:.1} {new_max:.1}"),
            format!("{again50:.1} {again99:.1}"),
            format!("{warm:.0} {half:.0} {end:.0}"),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentiles(times), [100.0, 198.0, 200.0]);
        assert_eq!(percentiles(vec![Duration::from_millis(7)]), [7.0, 7.0, 7.0]);
        assert_eq!(percentiles(Vec::new()), [0.0, 0.0, 0.0]);
    }
}
