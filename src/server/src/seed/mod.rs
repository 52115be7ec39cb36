//! A made-up town in a database, to try things out and to measure: households, their members, what was said of them over half a year, and referrals.
//!
//! Kept here: nobody in it is anybody; what it truly comes to is known by how it is made (`truth.rs`), never by asking the database; nothing is put into a
//! database that knows of any household. It is written as the server writes entities (`store/entities/seeded.rs`), so that what they are found by, their
//! versions and what phones are told of them are as in life.

mod catalogue;
mod dice;
mod household;
mod list;
mod office;
mod people;
mod referral;
mod steps;
mod town;
mod truth;

use std::path::PathBuf;

use serde_json::Value as Json;

pub use list::{ListRow, TITLES};
pub use people::Person;
pub use town::Wanted;
pub use truth::BETWEEN;

use catalogue::Catalogue;
use household::Household;
pub(crate) use list::list;
use office::Record;
pub(crate) use town::{Made, make};

use crate::files::Files;
use crate::store::{KnownPerson, SeededEntity, SeededVersion, Store, StoreError};
use crate::who::{Access, KeyError, Who};
use dice::morning;

/// So many households are written in one transaction.
const PAGE: usize = 250;
/// What the town truly comes to, in the data folder.
const FILE: &str = "town.json";
/// A monitoring list over the town, to bring in.
const LIST: &str = "monitoring.csv";

/// Where a town is to be.
#[derive(Clone, Debug)]
pub struct Seeding {
    /// The data folder, made if it is not there; the totals are written there.
    pub data: PathBuf,
    /// PostgreSQL's address, if the database is there.
    pub database: Option<String>,
    /// The folder of the forms, for towns, services and providers.
    pub forms: Files,
    /// Are the server's ciphers SM3 and SM4?
    pub sm_ciphers: bool,
    /// What it is to be.
    pub wanted: Wanted,
}

/// Why there is no town.
#[derive(Debug)]
pub enum SeedError {
    /// There are fewer members than households, or more than nine to each.
    Members,
    /// The database knows of a household, or has a submission.
    NotEmpty,
    /// The forms' folder can't be read.
    Forms(std::io::Error),
    /// A list of the forms' folder is not there, or is empty.
    NoList(&'static str),
    /// The totals can't be written.
    File(PathBuf, std::io::Error),
    /// The database can't be used.
    Store(StoreError),
    /// The key that ID numbers are hashed with can't be had.
    Key(KeyError),
}

impl std::fmt::Display for SeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SeedError::Members => {
                write!(f, "each household has one to {} members: give as many --members", town::MOST_MEMBERS)
            }
            SeedError::NotEmpty => {
                write!(f, "the database holds households or submissions already; name an empty one")
            }
            SeedError::Forms(error) => {
                write!(f, "the forms can't be read: {error}; --forms says where they are")
            }
            SeedError::NoList(name) => {
                write!(f, "the forms' folder has no `{name}` with rows; --forms says where it is")
            }
            SeedError::File(path, error) => write!(f, "{}: {error}", path.display()),
            SeedError::Store(error) => write!(f, "the database: {error}"),
            SeedError::Key(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for SeedError {}

impl From<StoreError> for SeedError {
    fn from(error: StoreError) -> SeedError {
        SeedError::Store(error)
    }
}

/// Makes a town, and writes it and what it comes to: that, as `town.json` has it.
///
/// # Errors
/// [`SeedError`]; what was written of the town by then stays, and keeps another from being made over it.
pub async fn seed(seeding: &Seeding) -> Result<Json, SeedError> {
    let Wanted { households, members, .. } = seeding.wanted;
    if members < households || members > households * town::MOST_MEMBERS {
        return Err(SeedError::Members);
    }
    let catalogue = Catalogue::read(&seeding.forms)?;
    let store = Store::open(&seeding.data, seeding.database.as_deref()).await?;
    let written = write(&store, seeding, &catalogue).await;
    store.close().await;
    written
}

async fn write(store: &Store, seeding: &Seeding, catalogue: &Catalogue) -> Result<Json, SeedError> {
    if store.knows_anybody().await? {
        return Err(SeedError::NotEmpty);
    }
    let access = Access { sm_ciphers: seeding.sm_ciphers, ..Access::default() };
    let who = Who::open(store.clone(), &seeding.data, &access, None).await.map_err(SeedError::Key)?;
    let made = make(&seeding.wanted, catalogue);
    for some in made.households.chunks(PAGE) {
        let entities: Vec<SeededEntity<'_>> = some.iter().flat_map(entities).collect();
        let people: Vec<KnownPerson> = some.iter().flat_map(|household| people(&who, household)).collect();
        store.seed(&entities, &people).await?;
    }
    let projects: Vec<SeededEntity<'_>> = made.projects.iter().map(record).collect();
    store.seed(&projects, &[]).await?;
    store.tell_of_entities().await?;
    let mut truth = made.truth.json();
    truth["monitoring"] = write_list(seeding, &made)?;
    put(seeding.data.join(FILE), format!("{truth:#}\n").into_bytes())?;
    Ok(truth)
}

fn put(path: PathBuf, bytes: Vec<u8>) -> Result<(), SeedError> {
    std::fs::write(&path, bytes).map_err(|error| SeedError::File(path, error))
}

/// Writes a list to bring in: a row for each fourth household, one in sixteen about somebody who is known.
fn write_list(seeding: &Seeding, made: &Made) -> Result<Json, SeedError> {
    let Wanted { households, seed, today, .. } = seeding.wanted;
    let (rows, known) = (households / 4, households * 3 / 200);
    let list = list(made, rows, known, seed, today);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let bad = |error: csv::Error| SeedError::File(seeding.data.join(LIST), std::io::Error::other(error));
    writer.write_record(TITLES).map_err(bad)?;
    for row in &list {
        writer.write_record(&row.cells).map_err(bad)?;
    }
    let bytes = writer.into_inner().map_err(|error| bad(error.into_error().into()))?;
    put(seeding.data.join(LIST), bytes)?;
    let about: serde_json::Map<String, Json> = (2..)
        .zip(&list)
        .filter_map(|(number, row): (usize, _)| Some((number.to_string(), Json::from(row.about.clone()?))))
        .collect();
    Ok(serde_json::json!({"file": LIST, "rows": list.len(), "known": known, "about": about}))
}

fn versions(versions: &[household::Said]) -> Vec<SeededVersion> {
    let version = |(minutes, said): (i64, &household::Said)| SeededVersion {
        at: morning(said.day, minutes),
        properties: said.properties.clone(),
    };
    (0..).zip(versions).map(version).collect()
}

fn record(record: &Record) -> SeededEntity<'_> {
    let Record { list, id, area, label, versions: said } = record;
    SeededEntity { list, id, area, label, versions: versions(said) }
}

/// A household, its members, its referrals and its complaints, as entities.
fn entities(household: &Household) -> impl Iterator<Item = SeededEntity<'_>> {
    let own = SeededEntity {
        list: "cases",
        id: &household.id,
        area: &household.town,
        label: &household.label,
        versions: versions(&household.versions),
    };
    let referrals = household.referrals.iter().map(move |referral| SeededEntity {
        list: "referrals",
        id: &referral.id,
        area: &referral.town,
        label: &referral.label,
        versions: versions(&referral.versions),
    });
    let members = household.members.iter().map(record);
    std::iter::once(own).chain(members).chain(referrals).chain(household.complaints.iter().map(record))
}

fn people(who: &Who, household: &Household) -> impl Iterator<Item = KnownPerson> {
    let rest = household.id.replace('-', "").split_off(8);
    household.people.iter().enumerate().map(move |(place, person)| KnownPerson {
        id: format!("{place:08x}{rest}"),
        case_id: household.id.clone(),
        id_key: who.id_key(&person.id_number),
        name: person.name.clone(),
        birthday: person.birthday.to_string(),
        list_id: String::new(),
    })
}

/// Where the forms of a development tree are, for tests.
#[cfg(test)]
pub(crate) fn catalogue_of_the_forms() -> Catalogue {
    let forms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    Catalogue::read(&Files::Folder(forms)).unwrap()
}
