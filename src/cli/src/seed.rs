//! `doorstep seed`: a made-up town in an empty database, to try things out and to measure.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use doorstep_engine::moment;
use doorstep_server::Files;
use doorstep_server::seed::{SeedError, Seeding, Wanted, seed};
use lexopt::prelude::*;
use serde_json::Value as Json;

/// The office's clock is eight hours before UTC.
const ZONE_MINUTES: i32 = 480;

/// Makes it; 1 if it can't be made.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let seeding = read(arguments)?;
    let made = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| SeedError::File(PathBuf::from("the system"), error))
        .and_then(|runtime| runtime.block_on(seed(&seeding)));
    Ok(match made {
        Ok(truth) => {
            say_truth(&truth, &seeding);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

fn read(arguments: &mut lexopt::Parser) -> Result<Seeding, lexopt::Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let mut seeding = Seeding {
        data: PathBuf::from("doorstep-data"),
        database: std::env::var("DATABASE_URL").ok().filter(|address| !address.is_empty()),
        forms: Files::embedded_forms().unwrap_or_else(|| Files::Folder(PathBuf::from("forms"))),
        sm_ciphers: false,
        wanted: Wanted {
            households: 20_000,
            members: 60_000,
            seed: 1,
            today: moment::civil(now, ZONE_MINUTES).date(),
        },
    };
    let mut members = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("data") => seeding.data = PathBuf::from(arguments.value()?),
            Long("database") => seeding.database = Some(arguments.value()?.string()?),
            Long("forms") => seeding.forms = Files::Folder(PathBuf::from(arguments.value()?)),
            Long("households") => seeding.wanted.households = arguments.value()?.parse()?,
            Long("members") => members = Some(arguments.value()?.parse()?),
            Long("seed") => seeding.wanted.seed = arguments.value()?.parse()?,
            Long("today") => {
                let day = arguments.value()?.string()?;
                let day = moment::read_date(&day).ok_or("--today is a day: 2026-11-23")?;
                seeding.wanted.today = day;
            }
            Long("ciphers") => match arguments.value()?.string()?.as_str() {
                "sm" => seeding.sm_ciphers = true,
                "nist" => seeding.sm_ciphers = false,
                _ => return Err("ciphers are `nist` or `sm`".into()),
            },
            other => return Err(other.unexpected()),
        }
    }
    seeding.wanted.members = members.unwrap_or(seeding.wanted.households.saturating_mul(3));
    Ok(seeding)
}

fn say_truth(truth: &Json, seeding: &Seeding) {
    let count = |name: &str| truth[name].as_u64().unwrap_or(0);
    say!(
        "{} households, {} members, {} referrals, {} versions: nobody in them is anybody",
        count("households"),
        count("members"),
        count("referrals"),
        count("versions")
    );
    for (list, by) in [
        ("cases", "town:6"),
        ("cases", "state"),
        ("cases", "level"),
        ("referrals", "state"),
        ("referrals", "service"),
    ] {
        let groups = truth["totals"][list][by].as_object();
        let groups = groups.into_iter().flatten().map(|(group, count)| match group.as_str() {
            "" => format!("- {count}"),
            group => format!("{group} {count}"),
        });
        say!("{list} by {by}: {}", groups.collect::<Vec<_>>().join(", "));
    }
    say!("all that it truly comes to is in {}", seeding.data.join("town.json").display());
}
