//! `doorstep office-key`: the key pair that phones seal finished surveys for, made and added to. What opens them stays in its file.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;
use doorstep_delivery::for_office::keys::{OfficeKeys, new_key};
use lexopt::prelude::*;

/// A hundred keys are less.
const LARGEST: u64 = 100_000;

enum Task {
    Add(PathBuf),
    Show(PathBuf),
}

/// Reads the options and does it.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let task = read(arguments)?;
    let (file, outcome) = match &task {
        Task::Add(file) => (file, add(file).and_then(|()| keys(file))),
        Task::Show(file) => (file, keys(file)),
    };
    match outcome {
        Ok(keys) => {
            keys.fingerprints().for_each(|fingerprint| say!("{fingerprint}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(words) => {
            eprintln!("doorstep: {}: {words}", file.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(arguments: &mut lexopt::Parser) -> Result<Task, lexopt::Error> {
    let mut task = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("new") if task.is_none() => task = Some(Task::Add(arguments.value()?.into())),
            Value(file) if task.is_none() => task = Some(Task::Show(file.into())),
            other => return Err(other.unexpected()),
        }
    }
    task.ok_or_else(|| "which file? `doorstep office-key FILE`, or `doorstep office-key --new FILE`".into())
}

/// Makes a key. Into a new file, which only its owner reads; or after the keys that are there, which keep opening what was sealed for them.
fn add(file: &Path) -> Result<(), String> {
    if file.exists() {
        // A file with something else in it is none to write to.
        keys(file)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file).map_err(|error| error.to_string())?;
    let key = random_key()?;
    opened.write_all(key.as_bytes()).and_then(|()| opened.sync_all()).map_err(|error| error.to_string())
}

fn random_key() -> Result<String, String> {
    // Once in four thousand million, 32 bytes are no key.
    for _ in 0..4 {
        let mut secret = [0; 32];
        OsRng.try_fill_bytes(&mut secret).map_err(|error| error.to_string())?;
        if let Some(key) = new_key(secret) {
            return Ok(key);
        }
    }
    Err("the system gives no random numbers".into())
}

fn keys(file: &Path) -> Result<OfficeKeys, String> {
    let opened = std::fs::File::open(file).map_err(|error| error.to_string())?;
    let mut text = String::new();
    opened.take(LARGEST).read_to_string(&mut text).map_err(|error| error.to_string())?;
    OfficeKeys::read(&text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_added_and_none_is_ever_lost() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let file = folder.path().join("office.pem");
        add(&file).expect("it is made");
        let first = std::fs::read_to_string(&file).expect("it is there");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let newest = *keys(&file).expect("it reads").newest();
        add(&file).expect("another is made");
        let both = keys(&file).expect("it reads");
        assert_eq!(both.fingerprints().count(), 2);
        assert_ne!(*both.newest(), newest);
        assert!(std::fs::read_to_string(&file).expect("it is there").starts_with(&first));

        std::fs::write(&file, "something else").expect("it is written");
        assert!(add(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "something else");
        assert!(keys(&folder.path().join("none")).is_err());
    }
}
