//! A growing list as it is now, for whoever opens a form: what the server told of it, and on top what was said on the device since.
//!
//! Kept here: an entity is in it once. What the server has taken in gives way to what the server tells, version by version, and a change is never applied
//! to what holds it already. Pure: the same told and said, the same list.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Applied, Entity, EntityChange, apply};
use crate::form::Form;
use crate::tree::{Names, SpaceId, Tree};

/// A list of entities as a device has it: choices and look-ups of every form that names its file. Made once and shared by all that look into it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct EntityList {
    /// As forms name it: `households`, of the file `households.csv`.
    pub name: Arc<str>,
    /// By label, then id.
    pub entities: Vec<ListedEntity>,
}

/// An entity in a list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ListedEntity {
    /// A UUID in lowercase: the choice's name.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// The version as the device has it, its own changes counted.
    pub version: u64,
    /// The last version from the server under that one; `None`: the server knows nothing of it yet.
    pub trunk: Option<u64>,
    /// The device's own line since then, where it has begun one.
    pub branch: Option<String>,
    /// Properties by name.
    pub properties: BTreeMap<String, String>,
}

/// What is known of one so far, the version from the server, and the device's own line.
type Known = (Option<Entity>, Option<u64>, Option<String>);

impl EntityList {
    /// The list of that name, of what the server `told` and what was `said` on this device, in its order: each with who says so, a submission's id. Of what
    /// was said, other lists are left out, and what can't be applied: the server will say so to its office.
    pub fn of<'a>(
        name: &str,
        told: impl IntoIterator<Item = Entity>,
        said: impl IntoIterator<Item = (&'a str, &'a EntityChange)>,
    ) -> EntityList {
        let told = told.into_iter().map(|entity| {
            let trunk = Some(entity.version());
            (entity.id.clone(), (Some(entity), trunk, None))
        });
        let mut known: BTreeMap<String, Known> = told.collect();
        for (by, change) in said.into_iter().filter(|(_, change)| change.list == name) {
            let (entity, _, line) = known.entry(change.id.clone()).or_default();
            if let (Applied::Made | Applied::Changed(_), Some((branch, _))) =
                (apply(entity, change, by), &change.branch)
            {
                *line = Some(branch.clone());
            }
        }
        let entities = known.into_values().filter_map(|(entity, trunk, branch)| {
            let entity = entity?;
            let version = entity.version();
            let Entity { id, label, properties, .. } = entity;
            Some(ListedEntity { id, label, version, trunk, branch, properties })
        });
        let mut entities: Vec<ListedEntity> = entities.collect();
        entities.sort_by(|a, b| (&a.label, &a.id).cmp(&(&b.label, &b.id)));
        EntityList { name: name.into(), entities }
    }

    /// The file that forms have it in.
    pub(crate) fn is_file(&self, file: &str) -> bool {
        file.strip_suffix(".csv") == Some(&*self.name)
    }

    /// As the file would be read: `root/item`, in each `name`, `label`, `__version` and every property that any of them has. Where the form asks for
    /// them, what only a device knows: `__trunkVersion` and `__branchId`; a line that is still to begin has its name from `line`, by the entity's id.
    pub(crate) fn tree(&self, names: &mut Names, line: &dyn Fn(&str) -> String) -> Tree {
        let asked = |names: &Names, column| names.is_known(SpaceId::NONE, column);
        let (trunk, branch) = (asked(names, "__trunkVersion"), asked(names, "__branchId"));
        let mut properties: Vec<&str> =
            self.entities.iter().flat_map(|entity| entity.properties.keys().map(String::as_str)).collect();
        properties.sort_unstable();
        properties.dedup();
        let number = |version: Option<u64>| version.map(|version| version.to_string()).unwrap_or_default();
        Tree::of_rows(names, self.entities.len(), |row, cell| {
            let entity = &self.entities[row];
            cell("name", &entity.id);
            cell("label", &entity.label);
            cell("__version", &entity.version.to_string());
            if trunk {
                cell("__trunkVersion", &number(entity.trunk));
            }
            if branch {
                cell("__branchId", entity.branch.as_ref().unwrap_or(&line(&entity.id)));
            }
            for name in &properties {
                cell(name, entity.properties.get(*name).map_or("", String::as_str));
            }
        })
    }
}

impl Form {
    /// The lists that the form may look into or offer choices from: each of its files that a list of entities could be.
    pub fn lists_read(&self) -> Vec<&str> {
        let named = self.tree_files.iter().flatten().filter_map(|file| file.strip_suffix(".csv"));
        let mut lists: Vec<&str> = named.filter(|list| super::is_entity_name(list)).collect();
        lists.sort_unstable();
        lists.dedup();
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EntityAct, EntityVersion};
    use super::*;

    const ID: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";

    fn told(version: u64, by: &[&str], phone: &str) -> Entity {
        let numbers = version + 1 - by.len() as u64..;
        Entity {
            list: "households".into(),
            id: ID.into(),
            label: "北门 3".into(),
            properties: [("phone".to_owned(), phone.to_owned())].into(),
            versions: numbers
                .zip(by)
                .map(|(number, by)| EntityVersion { number, by: (*by).into(), ..EntityVersion::default() })
                .collect(),
            conflict: None,
        }
    }

    fn said(act: EntityAct, base: Option<u64>, branch: Option<(&str, u64)>, phone: &str) -> EntityChange {
        EntityChange {
            list: "households".into(),
            id: ID.into(),
            act,
            label: (act == EntityAct::Create).then(|| "北门 3".into()),
            base,
            branch: branch.map(|(line, trunk)| (line.into(), Some(trunk))),
            properties: vec![("phone".into(), phone.into())],
        }
    }

    fn one(told: Option<Entity>, said: &[(&str, EntityChange)]) -> ListedEntity {
        let said = said.iter().map(|(by, change)| (*by, change));
        let mut list = EntityList::of("households", told, said);
        assert_eq!(list.entities.len(), 1, "once");
        list.entities.remove(0)
    }

    #[test]
    fn what_was_found_at_the_door_is_there_at_once_and_gives_way_to_the_servers() {
        let made = [("a", said(EntityAct::Create, None, None, "1"))];
        let own = one(None, &made);
        assert_eq!((&*own.label, own.version, own.trunk), ("北门 3", 1, None));
        // The pull brings it, perhaps before the phone hears of its receipt.
        let both = one(Some(told(1, &["a"], "1")), &made);
        assert_eq!((both.version, both.trunk, &*both.properties["phone"]), (1, Some(1), "1"));
        // And somebody else has changed it there since.
        let later = one(Some(told(2, &["a", "b"], "9")), &made);
        assert_eq!((later.version, &*later.properties["phone"]), (2, "9"));
        // The server has not said which submissions it is made of, but that it is there.
        assert_eq!(one(Some(told(7, &["x"], "9")), &made).properties["phone"], "9");
    }

    #[test]
    fn changes_on_the_device_stand_on_the_servers_version_and_make_one_line() {
        let changes = [
            ("b", said(EntityAct::Update, Some(4), Some(("line", 4)), "2")),
            ("c", said(EntityAct::Update, Some(5), Some(("line", 4)), "3")),
        ];
        let seen = one(Some(told(4, &["a"], "1")), &changes);
        assert_eq!((seen.version, seen.trunk, seen.branch.as_deref()), (6, Some(4), Some("line")));
        assert_eq!(seen.properties["phone"], "3");
        // The first of them has arrived there.
        let seen = one(Some(told(5, &["a", "b"], "2")), &changes);
        assert_eq!((seen.version, seen.trunk, &*seen.properties["phone"]), (6, Some(5), "3"));
        let gone = EntityList::of("households", None, [("b", &changes[0].1)]);
        assert_eq!(gone.entities, [], "what is gone from the area does not come back by a change");
        let other = EntityList::of("members", None, [("a", &said(EntityAct::Create, None, None, "1"))]);
        assert_eq!(other.entities, []);
    }
}
