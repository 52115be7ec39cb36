//! `conformance [DIR] [--failures]`: what the reference engines of the ODK family answer, asked of Doorstep's.
//!
//! DIR (or `DOORSTEP_CORPUS`) holds the corpora, whose README has their format. One module reads one corpus; each of its lines is one
//! case, which passes or fails: what the runner can't do has failed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod tally;
mod xpath;
mod zones;

use tally::Tally;

fn main() -> ExitCode {
    let mut folder = std::env::var_os("DOORSTEP_CORPUS").map(PathBuf::from);
    let mut failures = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--failures" => failures = true,
            path if !path.starts_with('-') => folder = Some(path.into()),
            other => {
                eprintln!("`{other}` isn't understood here: conformance [DIR] [--failures]");
                return ExitCode::FAILURE;
            }
        }
    }
    let Some(folder) = folder else {
        eprintln!("name the folder of the corpora, or set DOORSTEP_CORPUS");
        return ExitCode::FAILURE;
    };
    match run(&folder, failures) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, failures: bool) -> std::io::Result<()> {
    let mut tally = Tally::new(failures);
    xpath::run(folder, &mut tally)?;
    Ok(())
}

/// The lines of a corpus as JSON. One that is not there has none.
fn lines(folder: &Path, name: &str) -> std::io::Result<Vec<serde_json::Value>> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(std::io::Error::other)).collect()
}
