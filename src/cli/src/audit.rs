//! `doorstep audit verify`: does the audit log hold from its first line to its last?
//!
//! It ends with 1 where it does not. Its last line of output is what to note down, away from the server, for the next time.

use std::path::PathBuf;
use std::process::ExitCode;

use doorstep_server::{Head, check_audit};
use lexopt::prelude::*;

/// Reads the options and checks.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    match arguments.next()? {
        Some(Value(deed)) if deed == "verify" => {}
        Some(other) => return Err(other.unexpected()),
        None => return Err("`audit` is followed by `verify`".into()),
    }
    let mut data = PathBuf::from("doorstep-data");
    let mut database = std::env::var("DATABASE_URL").ok().filter(|address| !address.is_empty());
    let mut noted = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("data") => data = PathBuf::from(arguments.value()?),
            Long("database") => database = Some(arguments.value()?.string()?),
            Long("noted") => noted = Some(arguments.value()?.parse_with(head)?),
            other => return Err(other.unexpected()),
        }
    }
    if database.is_none() && !data.is_dir() {
        eprintln!("there is no folder {}", data.display());
        return Ok(ExitCode::FAILURE);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the system refuses: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    match runtime.block_on(check_audit(&data, database.as_deref(), noted)) {
        Ok(head) => {
            say!("the audit log holds; it ends with\n{}:{}", head.number, head.hash);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("the audit log does not hold: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn head(text: &str) -> Result<Head, &'static str> {
    let wrong = "an end is NUMBER:HASH, as `audit verify` says it";
    let (number, hash) = text.split_once(':').ok_or(wrong)?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = number.parse().map_err(|_| wrong)?;
    if is_hash { Ok(Head { number, hash: hash.to_ascii_lowercase() }) } else { Err(wrong) }
}
