//! What is known of one entity: the versions that finished forms made of it, one after the other, and where two of them contradict each other.
//!
//! A pure function of the changes in the order in which they were accepted: the server and a device that has the same changes come to the same, and all
//! of it can be built again from the submissions. Kept here: nothing is overwritten in silence. A change that was made over an older version counts, as
//! ODK's servers have it, and the entity is in conflict until somebody looks; every version keeps what it said. The same change twice is one.

use std::collections::BTreeMap;

use super::{EntityAct, EntityChange};

/// An entity, as its versions have made it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entity {
    /// The list that it belongs to.
    pub list: String,
    /// A UUID in lowercase.
    pub id: String,
    /// What it is called in lists.
    pub label: String,
    /// Properties by name.
    pub properties: BTreeMap<String, String>,
    /// From the first to the newest; never empty.
    pub versions: Vec<EntityVersion>,
    /// What somebody has to look at: nothing, or the gravest since somebody did.
    pub conflict: Option<Conflict>,
}

/// What one change made of it.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct EntityVersion {
    /// From 1.
    pub number: u64,
    /// The version that the change was made over, as far as that could be told.
    pub base: Option<u64>,
    /// The line of a device that it belongs to.
    pub branch: Option<String>,
    /// The label it gave, if it gave one.
    pub label: Option<String>,
    /// The properties that it gave.
    pub given: BTreeMap<String, String>,
    /// Did it contradict what had come since its base?
    pub conflict: Option<Conflict>,
    /// Who says so: a submission's id.
    pub by: String,
}

/// How two changes over the same version stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Conflict {
    /// They say different things of different properties.
    Beside,
    /// They say different things of the same property.
    Against,
}

/// What became of a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The entity is new.
    Made,
    /// It is changed; and in conflict with what somebody else said meanwhile, or not.
    Changed(Option<Conflict>),
    /// The same submission said so before: nothing changes.
    Again,
    /// It can't be: nothing changes, and somebody has to be told.
    Refused(NotApplied),
}

/// Why a change is not applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotApplied {
    /// It is to be made, and there is one already.
    Known,
    /// It is to be changed, and nobody knows it.
    NotKnown,
}

/// Applies a change that a submission says to what is known of its entity so far.
pub fn apply(known: &mut Option<Entity>, change: &EntityChange, by: &str) -> Applied {
    match known {
        Some(entity) if entity.versions.iter().any(|version| version.by == by) => Applied::Again,
        Some(entity) if change.act != EntityAct::Create => Applied::Changed(entity.change(change, by)),
        Some(_) => Applied::Refused(NotApplied::Known),
        None if change.act == EntityAct::Update => Applied::Refused(NotApplied::NotKnown),
        None => {
            *known = Some(Entity::new(change, by));
            Applied::Made
        }
    }
}

/// Was a change of a device's own line said over a version that has not arrived yet? Phones send again in any order: applied now, what was said before it
/// would come after it, and count.
pub fn is_early(known: &Entity, change: &EntityChange) -> bool {
    let over = change.base.filter(|_| change.branch.is_some() && change.act != EntityAct::Create);
    over.is_some_and(|base| base > known.version())
}

impl Entity {
    fn new(change: &EntityChange, by: &str) -> Entity {
        let given: BTreeMap<String, String> = change.properties.iter().cloned().collect();
        Entity {
            list: change.list.clone(),
            id: change.id.clone(),
            label: change.label.clone().unwrap_or_default(),
            properties: given.clone(),
            versions: vec![EntityVersion {
                number: 1,
                base: None,
                branch: change.branch.as_ref().map(|(branch, _)| branch.clone()),
                label: change.label.clone(),
                given,
                conflict: None,
                by: by.to_owned(),
            }],
            conflict: None,
        }
    }

    /// The newest version's number.
    pub fn version(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }

    /// The versions since somebody said that all is well up to `version`: what is in conflict no more.
    pub fn settle(&mut self, version: u64) {
        let later = self.versions.iter().filter(|later| later.number > version);
        self.conflict = later.filter_map(|later| later.conflict).max();
    }

    fn change(&mut self, change: &EntityChange, by: &str) -> Option<Conflict> {
        let base = self.base_of(change);
        let given: BTreeMap<String, String> = change.properties.iter().cloned().collect();
        let label = change.label.clone();
        let conflict = self.conflict_with(base, &given, label.as_deref());
        self.properties.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        if let Some(label) = &label {
            self.label.clone_from(label);
        }
        self.versions.push(EntityVersion {
            number: self.version() + 1,
            base,
            branch: change.branch.as_ref().map(|(branch, _)| branch.clone()),
            label,
            given,
            conflict,
            by: by.to_owned(),
        });
        self.conflict = self.conflict.max(conflict);
        conflict
    }

    /// The version that a change was made over. On a device's own line that is what came of the line so far, whatever number the device
    /// gave it while nobody answered, and at its beginning the version from the server. `None`: none that there is.
    fn base_of(&self, change: &EntityChange) -> Option<u64> {
        let said = match &change.branch {
            None => change.base,
            Some((branch, trunk)) => {
                let own = self.versions.iter().rev().find(|version| version.branch.as_ref() == Some(branch));
                own.map(|own| own.number).or(*trunk).or(change.base)
            }
        };
        said.filter(|base| (1..=self.version()).contains(base))
    }

    /// Does it contradict what came since its base? What says the same does not.
    fn conflict_with(
        &self,
        base: Option<u64>,
        given: &BTreeMap<String, String>,
        label: Option<&str>,
    ) -> Option<Conflict> {
        // Who does not know over what it was made can't know what came since.
        let since = base.unwrap_or(0);
        let later: Vec<&EntityVersion> =
            self.versions.iter().filter(|version| version.number > since).collect();
        if later.is_empty() {
            return None;
        }
        let differs = |name: &String, value: &String| {
            later.iter().rev().find_map(|version| version.given.get(name)).is_some_and(|there| there != value)
        };
        let named_otherwise = label.is_some_and(|label| {
            later
                .iter()
                .rev()
                .find_map(|version| version.label.as_deref())
                .is_some_and(|there| there != label)
        });
        if named_otherwise || given.iter().any(|(name, value)| differs(name, value)) {
            return Some(Conflict::Against);
        }
        let says_nothing_new = given.iter().all(|(name, value)| self.properties.get(name) == Some(value));
        (!says_nothing_new).then_some(Conflict::Beside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(act: EntityAct, base: Option<u64>, properties: &[(&str, &str)]) -> EntityChange {
        EntityChange {
            list: "households".into(),
            id: "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c".into(),
            act,
            label: (act != EntityAct::Update).then(|| "北门 3".into()),
            base,
            branch: None,
            properties: properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        }
    }

    fn update(base: u64, properties: &[(&str, &str)]) -> EntityChange {
        change(EntityAct::Update, Some(base), properties)
    }

    fn made() -> Option<Entity> {
        let mut known = None;
        let new = change(EntityAct::Create, None, &[("phone", "1"), ("floor", "2")]);
        assert_eq!(apply(&mut known, &new, "a"), Applied::Made);
        known
    }

    #[test]
    fn what_is_made_is_made_once_and_only_what_is_known_is_changed() {
        let mut known = made();
        let new = change(EntityAct::Create, None, &[("phone", "9")]);
        let before = known.clone();
        assert_eq!(apply(&mut known, &new, "a"), Applied::Again);
        assert_eq!(apply(&mut known, &new, "b"), Applied::Refused(NotApplied::Known));
        assert_eq!(known, before);
        let mut none = None;
        assert_eq!(apply(&mut none, &update(1, &[]), "b"), Applied::Refused(NotApplied::NotKnown));
        assert_eq!(none, None);
        let either = change(EntityAct::CreateOrUpdate, Some(1), &[("phone", "9")]);
        assert_eq!(apply(&mut none, &either, "b"), Applied::Made);
        assert_eq!(apply(&mut known, &either, "b"), Applied::Changed(None));
        assert_eq!(known.unwrap().properties["phone"], "9");
    }

    #[test]
    fn what_is_not_given_stays_and_what_is_given_blank_is_cleared() {
        let mut known = made();
        apply(&mut known, &update(1, &[("phone", "")]), "b");
        let entity = known.unwrap();
        assert_eq!((&*entity.properties["phone"], &*entity.properties["floor"]), ("", "2"));
        assert_eq!((&*entity.label, entity.version(), entity.conflict), ("北门 3", 2, None));
    }

    #[test]
    fn two_over_the_same_version_are_told_and_both_are_kept() {
        for (theirs, ours, told) in [
            (("phone", "5"), ("phone", "6"), Some(Conflict::Against)),
            (("phone", "5"), ("floor", "6"), Some(Conflict::Beside)),
            (("phone", "5"), ("phone", "5"), None),
        ] {
            let mut known = made();
            assert_eq!(apply(&mut known, &update(1, &[theirs]), "b"), Applied::Changed(None));
            assert_eq!(apply(&mut known, &update(1, &[ours]), "c"), Applied::Changed(told));
            let mut entity = known.unwrap();
            assert_eq!(entity.properties[ours.0], ours.1, "the later counts");
            assert_eq!(entity.versions[1].given[theirs.0], theirs.1, "and the earlier is kept");
            assert_eq!(entity.conflict, told);
            // A later change that saw both does not make it good; a person does.
            entity.change(&update(3, &[("floor", "7")]), "d");
            assert_eq!(entity.conflict, told);
            entity.settle(4);
            assert_eq!(entity.conflict, None);
        }
    }

    #[test]
    fn who_does_not_say_over_what_contradicts_whatever_is_otherwise() {
        let mut known = made();
        let blind = change(EntityAct::Update, None, &[("phone", "8")]);
        assert_eq!(apply(&mut known, &blind, "b"), Applied::Changed(Some(Conflict::Against)));
        let future = update(9, &[("phone", "7")]);
        assert_eq!(apply(&mut known, &future, "c"), Applied::Changed(Some(Conflict::Against)));
    }

    #[test]
    fn a_devices_own_line_is_no_conflict_with_itself() {
        let line = |base, properties: &[(&str, &str)]| EntityChange {
            branch: Some(("line".into(), Some(1))),
            ..update(base, properties)
        };
        // Offline it counted 1, 2, 3 by itself; somebody else came in between.
        let mut known = made();
        assert_eq!(apply(&mut known, &line(1, &[("phone", "2")]), "b"), Applied::Changed(None));
        assert_eq!(apply(&mut known, &line(2, &[("phone", "3")]), "c"), Applied::Changed(None));
        let other = update(3, &[("floor", "9")]);
        assert_eq!(apply(&mut known, &other, "d"), Applied::Changed(None));
        assert_eq!(
            apply(&mut known, &line(3, &[("phone", "4")]), "e"),
            Applied::Changed(Some(Conflict::Beside))
        );
        let entity = known.clone().unwrap();
        assert!(is_early(&entity, &line(6, &[])) && !is_early(&entity, &line(5, &[])));
        assert!(!is_early(&entity, &update(6, &[])), "who has no line says what they like");
        // Its first came after somebody else's.
        let mut known = made();
        apply(&mut known, &update(1, &[("phone", "7")]), "b");
        let first = line(1, &[("phone", "2")]);
        assert_eq!(apply(&mut known, &first, "c"), Applied::Changed(Some(Conflict::Against)));
    }

    #[test]
    fn another_name_is_a_contradiction_too() {
        let mut known = made();
        let named = |name: &str| EntityChange { label: Some(name.into()), ..update(1, &[]) };
        assert_eq!(apply(&mut known, &named("南门 1"), "b"), Applied::Changed(None));
        assert_eq!(apply(&mut known, &named("西门 1"), "c"), Applied::Changed(Some(Conflict::Against)));
    }
}
