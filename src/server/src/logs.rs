//! The log: one JSON object a line, into a file for each day that is kept for six months, or to stderr.
//!
//! Kept here: no line holds an answer, a name or a query string. What is logged of a request is the pattern of its address;
//! of a panic the place, not the words, which may quote what they were about.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, filter};

use crate::listen::now_ms;
use crate::store::make_private;

/// The folder in the data folder.
pub(crate) const FOLDER: &str = "logs";
/// How long a day's file is kept: six months, as the Cybersecurity Law's article on logs has it, and never less.
const DAYS: i64 = 184;
/// The end of a day's file.
const ENDING: &str = ".jsonl";

/// Where the log goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Logs {
    /// To stderr.
    Stderr,
    /// Into `logs/2026-11-27.jsonl` in a data folder, and what goes wrong to stderr as well.
    Files(PathBuf),
}

/// Why there is no log.
#[derive(Debug)]
pub enum LogError {
    /// The folder or the file can't be written.
    File(io::Error),
    /// Somebody began one already.
    Begun(TryInitError),
}

impl std::fmt::Display for LogError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LogError::File(error) => write!(f, "the log can't be written: {error}"),
            LogError::Begun(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for LogError {}

/// Begins the log of this process.
///
/// # Errors
/// [`LogError`].
pub fn start(logs: &Logs) -> Result<(), LogError> {
    let files = match logs {
        Logs::Stderr => None,
        Logs::Files(data) => Some(DailyFiles::open(&data.join(FOLDER)).map_err(LogError::File)?),
    };
    // Others' words at their worst only: they may quote what they were given.
    let ours = || filter::Targets::new().with_target("doorstep", LevelFilter::INFO);
    let aloud = match files {
        None => LevelFilter::INFO,
        Some(_) => LevelFilter::WARN,
    };
    let to_stderr = json().with_writer(io::stderr).with_filter(aloud).with_filter(ours());
    let to_files = files.map(|files| json().with_writer(files).with_filter(ours()));
    tracing_subscriber::registry().with(to_stderr).with(to_files).try_init().map_err(LogError::Begun)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "doorstep", place, "panicked");
    }));
    Ok(())
}

/// An object a line, with the fields at its top.
fn json<S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>>()
-> tracing_subscriber::fmt::Layer<
    S,
    tracing_subscriber::fmt::format::JsonFields,
    tracing_subscriber::fmt::format::Format<tracing_subscriber::fmt::format::Json>,
> {
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
}

/// A file for each day, by UTC.
#[derive(Debug)]
struct DailyFiles {
    folder: PathBuf,
    /// The day, and its file.
    today: Mutex<(String, File)>,
}

impl DailyFiles {
    fn open(folder: &Path) -> io::Result<DailyFiles> {
        make_private(folder)?;
        let day = day(now_ms());
        let file = begin(folder, &day)?;
        Ok(DailyFiles { folder: folder.to_owned(), today: Mutex::new((day, file)) })
    }

    fn write_at(&self, now_ms: i64, line: &[u8]) -> io::Result<()> {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day(now_ms);
        if today.0 != day {
            *today = (day.clone(), begin(&self.folder, &day)?);
        }
        today.1.write_all(line)
    }
}

/// Opens a day's file, and removes those that are too old.
fn begin(folder: &Path, day: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(format!("{day}{ENDING}")))?;
    let today: Option<jiff::civil::Date> = day.parse().ok();
    let oldest = today.and_then(|day| day.checked_sub(SignedDuration::from_hours(24 * DAYS)).ok());
    let Some(oldest) = oldest.map(|day| day.to_string()) else { return Ok(file) };
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(ENDING));
        // Only what is called as a day is.
        if name.is_some_and(|name| name.parse::<jiff::civil::Date>().is_ok() && name < oldest.as_str()) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(file)
}

fn day(now_ms: i64) -> String {
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    now.to_string().chars().take(10).collect()
}

/// A line at a time.
impl Write for &DailyFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_at(now_ms(), line).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for DailyFiles {
    type Writer = &'a DailyFiles;

    fn make_writer(&'a self) -> &'a DailyFiles {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    /// 2026-11-27T12:00:00Z
    const NOON: i64 = 1_795_780_800_000;

    #[test]
    fn each_day_has_a_file_and_six_months_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("note.jsonl"), "").unwrap();
        let files = DailyFiles::open(folder.path()).unwrap();
        std::fs::remove_file(folder.path().join(format!("{}.jsonl", day(now_ms())))).unwrap();
        for days in 0..200 {
            files.write_at(NOON + days * DAY_MS, b"{}\n").unwrap();
        }
        files.write_at(NOON + 199 * DAY_MS, b"{}\n").unwrap();
        let mut names: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), 1 + 185);
        assert_eq!(names[0], "2026-12-12.jsonl");
        assert_eq!(names[184], "2027-06-14.jsonl");
        assert_eq!(std::fs::read(folder.path().join(&names[184])).unwrap(), b"{}\n{}\n");
    }
}
