//! `doorstep backup FILE.tar` and `doorstep restore FILE.tar`: a server's data into one file and back, while it runs.

use std::path::PathBuf;
use std::process::ExitCode;

use doorstep_server::BucketFiles;
use doorstep_server::backup::{BackupError, Restored, Taken, restore, take};
use lexopt::prelude::*;

use crate::bucket::BucketOptions;

/// What both are told.
struct Told {
    file: PathBuf,
    data: PathBuf,
    database: Option<String>,
    bucket: Option<BucketFiles>,
}

/// Takes a backup; 1 if an attachment is missing.
pub fn back_up(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let told = read(arguments)?;
    let taken = run(take(&told.data, told.database.as_deref(), told.bucket.as_ref(), &told.file));
    Ok(match taken {
        Ok(taken) => {
            say_taken(&taken, &told);
            if taken.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&error),
    })
}

/// Brings a backup back; 1 if something here contradicts it.
pub fn bring_back(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let told = read(arguments)?;
    let restored = run(restore(&told.data, told.database.as_deref(), told.bucket.as_ref(), &told.file));
    Ok(match restored {
        Ok(restored) => {
            say_restored(&restored);
            if restored.conflicts == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&error),
    })
}

fn read(arguments: &mut lexopt::Parser) -> Result<Told, lexopt::Error> {
    let mut file = None;
    let mut data = PathBuf::from("doorstep-data");
    let mut database = std::env::var("DATABASE_URL").ok().filter(|address| !address.is_empty());
    let mut bucket = BucketOptions::from_environment();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("data") => data = PathBuf::from(arguments.value()?),
            Long("database") => database = Some(arguments.value()?.string()?),
            Long("s3") => bucket.bucket = Some(arguments.value()?.into()),
            Long("s3-secrets") => bucket.secrets = Some(arguments.value()?.into()),
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected()),
        }
    }
    let file = file.ok_or("which file? For example: doorstep backup doorstep.tar")?;
    Ok(Told { file, data, database, bucket: bucket.files()? })
}

fn run<T>(work: impl Future<Output = Result<T, BackupError>>) -> Result<T, BackupError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| BackupError::File(PathBuf::from("the system"), error))?;
    runtime.block_on(work)
}

fn failed(error: &BackupError) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn say_taken(taken: &Taken, told: &Told) {
    let Taken { submissions, attachments, attachment_bytes, .. } = taken;
    if taken.database {
        say!(
            "{}: {submissions} submissions, {attachments} attachments ({attachment_bytes} bytes)",
            told.file.display()
        );
    } else {
        say!("{}: {attachments} attachments ({attachment_bytes} bytes)", told.file.display());
        say!(
            "The database is PostgreSQL's and is NOT in the file. Take it with pg_dump, before this command, so that"
        );
        say!(
            "every attachment that it names is in here: pg_dump --format=custom --file=doorstep.dump \"$DATABASE_URL\""
        );
    }
    for hash in &taken.missing {
        eprintln!("missing, or damaged: attachment {hash}");
    }
    say!("It holds answers that anyone can read who has it: keep it as safe as the server.");
}

fn say_restored(restored: &Restored) {
    let Restored { submissions, new_submissions, conflicts, attachments, new_attachments, .. } = restored;
    if restored.database {
        say!("{submissions} submissions in the backup, {new_submissions} of them new here");
    } else {
        say!("No database is in the backup: pg_restore brings it.");
    }
    say!("{attachments} attachments in the backup, {new_attachments} of them new here");
    if restored.whole {
        say!("The folder was empty: all is as it was.");
    } else if restored.database {
        say!(
            "A database was here already: forms, submissions and attachments were added to it, nothing else was changed."
        );
    }
    if *conflicts > 0 {
        eprintln!("{conflicts} submissions have other bytes here than in the backup; those here were left");
    }
}
