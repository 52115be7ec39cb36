//! What a device knows of entities: what the server told of those of its area, and what surveys finished on it say beside that.
//!
//! Kept here: both are personal, so they are records like any other and lie encrypted. What a survey says is kept when it is finished, since nobody can
//! read it out of what is sealed for the office; it goes once the server's word holds it, and with a survey that is deleted or put right.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::entities::{Entity, EntityList, EntityVersion};
use doorstep_engine::{EntityAct, EntityChange};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draft::MomentV1;
use crate::moment::Moment;
use crate::record::{self, Record, RecordError, RecordErrorKind};

/// A list lies in so many parts at most: few enough to open them all in a moment, each small enough to be written anew for one entity.
const PARTS: u8 = 32;

/// An entity as the server last told of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownEntity {
    /// Its list, as forms name it.
    pub list: String,
    /// A UUID in lowercase.
    pub id: String,
    /// The area that it belongs to.
    pub area: String,
    /// What it is called.
    pub label: String,
    /// The newest version.
    pub version: u64,
    /// Properties by name.
    pub properties: BTreeMap<String, String>,
    /// Has somebody to look at what contradicts itself?
    pub conflict: bool,
    /// The submissions behind its latest versions, the newest last.
    pub by: Vec<String>,
}

impl KnownEntity {
    /// As the engine has it; its versions are named by who made them, no more is known of them here.
    fn entity(self) -> Entity {
        let before = self.version.saturating_sub(self.by.len() as u64);
        let named = self.by.into_iter().zip(before + 1..);
        let mut versions: Vec<EntityVersion> =
            named.map(|(by, number)| EntityVersion { number, by, ..EntityVersion::default() }).collect();
        if versions.is_empty() {
            versions.push(EntityVersion { number: self.version, ..EntityVersion::default() });
        }
        Entity {
            list: self.list,
            id: self.id,
            label: self.label,
            properties: self.properties,
            versions,
            conflict: None,
        }
    }
}

/// What a survey that was finished on this device says of entities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The survey's id.
    pub submission: Uuid,
    /// When it was finished.
    pub finished_at: Moment,
    /// What it says, in the form's order.
    pub changes: Vec<EntityChange>,
}

/// So many entities a device keeps that no server tells of any: those that its own surveys touched last.
pub const MOST_BY_ITSELF: usize = 500;

/// Which surveys' word a device lets go that is told of nobody, so that what it keeps has an end: of entities beyond the `most` that were touched last. `waits`:
/// has it still to be sent? What waits stays. A survey that is about one of those that are kept stays whole, so that they have all that was said of them.
pub fn beyond(said: &[Said], most: usize, waits: impl Fn(Uuid) -> bool) -> Vec<Uuid> {
    let mut latest: BTreeMap<(&str, &str), (i64, Uuid)> = BTreeMap::new();
    for one in said {
        for change in &one.changes {
            let touched = latest.entry((&change.list, &change.id)).or_default();
            *touched = (*touched).max((one.finished_at.ms, one.submission));
        }
    }
    let mut order: Vec<_> = latest.into_iter().map(|(entity, touched)| (touched, entity)).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let kept: BTreeSet<(&str, &str)> = order.into_iter().take(most).map(|(_, entity)| entity).collect();
    let is_kept = |one: &Said| one.changes.iter().any(|change| kept.contains(&(&*change.list, &*change.id)));
    said.iter().filter(|one| !is_kept(one) && !waits(one.submission)).map(|one| one.submission).collect()
}

/// Is a device that is told of nobody at its bound, so that what it found longer ago may not be among its lists?
pub fn is_at_its_bound(said: &[Said], most: usize) -> bool {
    let touched = said.iter().flat_map(|one| &one.changes).map(|change| (&*change.list, &*change.id));
    touched.collect::<BTreeSet<(&str, &str)>>().len() >= most
}

/// A list as a form is to have it: what was said on this device on top of what the server told, in the order of finishing.
pub fn list(name: &str, told: Vec<KnownEntity>, said: &[Said]) -> EntityList {
    let mut said: Vec<(&Said, String)> =
        said.iter().map(|said| (said, said.submission.to_string())).collect();
    said.sort_by_key(|(said, _)| (said.finished_at.ms, said.submission));
    let changes = said.iter().flat_map(|(said, by)| said.changes.iter().map(move |change| (&**by, change)));
    EntityList::of(name, told.into_iter().map(KnownEntity::entity), changes)
}

/// Part of what the server told of a list, as a device keeps it: one record for those whose ids fall together.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ListPart(BTreeMap<String, KnownEntity>);

impl ListPart {
    /// The part that an entity is in: `households/17`.
    pub fn name_of(list: &str, id: &str) -> String {
        // FNV-1a, for ever: where something lies must not move.
        let hash =
            id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        ListPart::name(list, (hash >> 16) as u8 % PARTS)
    }

    /// All parts that a list may have.
    pub fn names(list: &str) -> impl Iterator<Item = String> {
        (0..PARTS).map(move |number| ListPart::name(list, number))
    }

    fn name(list: &str, number: u8) -> String {
        format!("{list}/{number:02}")
    }

    /// Takes up what the server told; what it told before of the same one goes.
    pub fn put(&mut self, entity: KnownEntity) {
        self.0.insert(entity.id.clone(), entity);
    }

    /// The entity is there no more.
    pub fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is in it, by id.
    pub fn into_entities(self) -> impl Iterator<Item = KnownEntity> {
        self.0.into_values()
    }
}

/// The first version of the kept part.
#[derive(Serialize, Deserialize)]
struct ListPartV1 {
    entities: Vec<KnownEntity>,
}

impl Record for ListPart {
    const KIND: &'static str = "part of a list";

    fn to_bytes(&self) -> Vec<u8> {
        record::encode(1, &ListPartV1 { entities: self.0.values().cloned().collect() })
    }

    fn from_bytes(bytes: &[u8]) -> Result<ListPart, RecordError> {
        let v1: ListPartV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(ListPart(v1.entities.into_iter().map(|entity| (entity.id.clone(), entity)).collect()))
    }
}

/// The first version of what a survey said.
#[derive(Serialize, Deserialize)]
struct SaidV1 {
    submission: Uuid,
    finished_at: MomentV1,
    changes: Vec<ChangeV1>,
}

#[derive(Serialize, Deserialize)]
struct ChangeV1 {
    list: String,
    id: String,
    create: bool,
    update: bool,
    label: Option<String>,
    base: Option<u64>,
    branch: Option<(String, Option<u64>)>,
    properties: Vec<(String, String)>,
}

impl From<&EntityChange> for ChangeV1 {
    fn from(change: &EntityChange) -> ChangeV1 {
        let EntityChange { list, id, act, label, base, branch, properties } = change.clone();
        let (create, update) = match act {
            EntityAct::Create => (true, false),
            EntityAct::Update => (false, true),
            EntityAct::CreateOrUpdate => (true, true),
        };
        ChangeV1 { list, id, create, update, label, base, branch, properties }
    }
}

impl ChangeV1 {
    fn read(self) -> Option<EntityChange> {
        let act = match (self.create, self.update) {
            (true, false) => EntityAct::Create,
            (false, true) => EntityAct::Update,
            (true, true) => EntityAct::CreateOrUpdate,
            (false, false) => return None,
        };
        let ChangeV1 { list, id, label, base, branch, properties, .. } = self;
        Some(EntityChange { list, id, act, label, base, branch, properties })
    }
}

impl Record for Said {
    const KIND: &'static str = "word on entities";

    fn to_bytes(&self) -> Vec<u8> {
        let changes = self.changes.iter().map(ChangeV1::from).collect();
        record::encode(
            1,
            &SaidV1 { submission: self.submission, finished_at: self.finished_at.into(), changes },
        )
    }

    fn from_bytes(bytes: &[u8]) -> Result<Said, RecordError> {
        let v1: SaidV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        let changes: Option<Vec<EntityChange>> = v1.changes.into_iter().map(ChangeV1::read).collect();
        let malformed = RecordErrorKind::Malformed { line: 1, column: 1 };
        let changes = changes.ok_or(RecordError { record: Self::KIND, kind: malformed })?;
        Ok(Said { submission: v1.submission, finished_at: v1.finished_at.into(), changes })
    }
}

/// The parts that what came touches, by list and id.
pub fn parts_of<'a>(touched: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<String> {
    touched.map(|(list, id)| ListPart::name_of(list, id)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::golden;

    pub(crate) fn known(id: &str, version: u64, by: &[&str]) -> KnownEntity {
        KnownEntity {
            list: "households".into(),
            id: id.into(),
            area: "371002001".into(),
            label: "北门 3".into(),
            version,
            properties: [("phone".to_owned(), "13800001234".to_owned())].into(),
            conflict: false,
            by: by.iter().map(|by| (*by).to_owned()).collect(),
        }
    }

    pub(crate) fn said(submission: &str, id: &str, act: EntityAct) -> Said {
        Said {
            submission: submission.parse().expect("a UUID"),
            finished_at: Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 },
            changes: vec![EntityChange {
                list: "households".into(),
                id: id.into(),
                act,
                label: Some("南门 8".into()),
                base: Some(3),
                branch: Some(("0190a0c6-3f7e-4bb2-9c3e-0a3d9f6a1b2c".into(), Some(3))),
                properties: vec![("phone".into(), "13900001234".into())],
            }],
        }
    }

    const ID: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
    const OTHER: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2d";
    const ONE: &str = "0190b0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";

    #[test]
    fn the_first_versions_are_as_they_were() {
        let mut part = ListPart::default();
        part.put(known(ID, 3, &[ONE]));
        golden::check("list_part.v1.json", &part);
        golden::check("said.v1.json", &said(ONE, ID, EntityAct::CreateOrUpdate));
    }

    #[test]
    fn what_was_touched_longest_ago_goes_and_what_waits_or_is_about_one_that_is_kept_stays() {
        let id = |number: usize| format!("0190a0c6-3f7e-7bb2-9c3e-{number:012x}");
        let survey = |number: usize, entity: usize| Said {
            finished_at: Moment { ms: number as i64, utc_offset_minutes: 480 },
            ..said(&id(1_000 + number), &id(entity), EntityAct::CreateOrUpdate)
        };
        // Households 0 to 9 are found, then the first is visited again.
        let mut all: Vec<Said> = (0..10).map(|number| survey(number, number)).collect();
        all.push(survey(10, 0));
        let gone = |most, waits: &dyn Fn(Uuid) -> bool| {
            let gone = beyond(&all, most, waits);
            let mut numbers: Vec<usize> = all
                .iter()
                .enumerate()
                .filter(|(_, said)| gone.contains(&said.submission))
                .map(|(number, _)| number)
                .collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(gone(10, &|_| false), [0_usize; 0]);
        assert!(is_at_its_bound(&all, 10) && !is_at_its_bound(&all, 11));
        assert_eq!(gone(3, &|_| false), (1..8).collect::<Vec<_>>(), "0 was found first, and visited last");
        let second = all[2].submission;
        assert_eq!(gone(3, &|id| id == second), [1, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_is_told_and_said_is_one_list() {
        let listed = list(
            "households",
            vec![known(ID, 3, &[])],
            &[said(ONE, OTHER, EntityAct::Create), said(ONE, ID, EntityAct::Update)],
        );
        let rows: Vec<(&str, u64, Option<u64>)> =
            listed.entities.iter().map(|row| (&*row.label, row.version, row.trunk)).collect();
        assert_eq!(rows, [("南门 8", 4, Some(3)), ("南门 8", 1, None)]);
        let taken_in = list("households", vec![known(ID, 4, &[ONE])], &[said(ONE, ID, EntityAct::Update)]);
        assert_eq!((taken_in.entities[0].version, &*taken_in.entities[0].label), (4, "北门 3"));
    }

    #[test]
    fn ids_that_differ_at_the_end_fall_into_all_parts() {
        let ids = (0..2_000).map(|number| format!("0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a{number:04x}"));
        let mut counts = BTreeMap::<String, usize>::new();
        for id in ids {
            *counts.entry(ListPart::name_of("households", &id)).or_default() += 1;
        }
        let named: BTreeSet<String> = ListPart::names("households").collect();
        assert!(counts.keys().all(|name| named.contains(name)));
        assert!(counts.len() == 32 && counts.values().all(|count| (20..130).contains(count)), "{counts:?}");
    }
}
