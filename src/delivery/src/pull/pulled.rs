//! How far a device has pulled: a record, kept in the transaction that keeps what was pulled.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::draft::FormRefV1;
use crate::entities::KnownEntity;
use crate::form_version::{FormVersion, Residents};
use crate::record::{self, Record, RecordError};

/// What forms are called in the feed.
pub const FORM: &str = "form";
/// What entities are called in the feed.
pub const ENTITY: &str = "entity";
/// The kinds of things that this build takes. One that takes more begins anew, since the kinds it did not know were passed over.
pub const KINDS: [&str; 2] = [FORM, ENTITY];

/// How far a device has pulled.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pulled {
    /// Goes up by one with each page that is taken, so that two tabs never take the same one.
    pub turn: u64,
    /// The place in the server's feed, in the server's words; empty: from the beginning.
    pub cursor: String,
    /// The kinds that were taken up to there.
    pub kinds: Vec<String>,
    /// While it begins anew: what was named so far. What is not named by the end goes.
    pub seen: Option<BTreeSet<Thing>>,
    /// Forms that were told of and are not here yet.
    pub pending: Vec<FormVersion>,
}

/// Something that comes down.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Thing {
    /// One of [`KINDS`].
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// What a page or a fetched form changes on the device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Came {
    /// A version of a form with its bundle's wire JSON: new drafts are begun with it from now on.
    Form(FormVersion, String),
    /// No version of the form of that id may be begun any more; what a draft uses stays.
    FormGone(String),
    /// The server begins anew: what it told of entities before is void. Comes before all others.
    EntitiesAnew,
    /// An entity, as it is now.
    Entity(KnownEntity),
    /// The entity of that list and id is there no more, or not for this device.
    EntityGone(String, String),
}

impl Thing {
    /// The form of that id.
    pub fn form(id: &str) -> Thing {
        Thing { kind: FORM.into(), id: id.into() }
    }
}

impl Pulled {
    /// The place for a build of these kinds: the beginning, if it was for others.
    pub(super) fn for_this_build(self) -> Pulled {
        match self.kinds == KINDS {
            true => self,
            false => {
                let kinds = KINDS.map(str::to_owned).to_vec();
                Pulled { cursor: String::new(), kinds, seen: None, ..self }
            }
        }
    }
}

/// The first version of the kept record.
#[derive(Serialize, Deserialize)]
struct PulledV1 {
    turn: u64,
    cursor: String,
    kinds: Vec<String>,
    seen: Option<BTreeSet<Thing>>,
    pending: Vec<PendingV1>,
}

#[derive(Serialize, Deserialize)]
struct PendingV1 {
    form: FormRefV1,
    titles: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Residents::is_no")]
    residents: Residents,
}

impl Record for Pulled {
    const KIND: &'static str = "place in the feed";

    fn to_bytes(&self) -> Vec<u8> {
        let Pulled { turn, cursor, kinds, seen, pending } = self.clone();
        let pending = pending.into_iter();
        let pending = pending.map(|FormVersion { form, titles, residents, .. }| PendingV1 {
            form: form.into(),
            titles,
            residents,
        });
        record::encode(1, &PulledV1 { turn, cursor, kinds, seen, pending: pending.collect() })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Pulled, RecordError> {
        let v1: PulledV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        let PulledV1 { turn, cursor, kinds, seen, pending } = v1;
        let pending = pending.into_iter().map(|pending| FormVersion {
            form: pending.form.into(),
            titles: pending.titles,
            current: true,
            residents: pending.residents,
        });
        Ok(Pulled { turn, cursor, kinds, seen, pending: pending.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::golden;

    #[test]
    fn the_first_version_is_as_it_was() {
        let form = crate::draft::tests::sample().form;
        let titles = vec![("zh".into(), "家庭需求调查".into())];
        let pulled = Pulled {
            turn: 7,
            cursor: "0192f0c4-12-9f86d081884c7d65".into(),
            kinds: vec![FORM.into()],
            seen: Some([Thing::form("household-needs"), Thing::form("visit")].into()),
            pending: vec![FormVersion { form, titles, current: true, residents: Residents::No }],
        };
        golden::check("pulled.v1.json", &pulled);
    }

    #[test]
    fn a_build_that_takes_other_kinds_begins_anew() {
        let at = |kinds: &[&str]| Pulled {
            turn: 3,
            cursor: "c".into(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            ..Pulled::default()
        };
        assert_eq!(at(&KINDS).for_this_build(), at(&KINDS));
        for others in [&[][..], &["form"], &["form", "entity", "case"]] {
            let anew = at(others).for_this_build();
            assert_eq!(
                (anew.turn, anew.cursor.as_str(), anew.kinds),
                (3, "", KINDS.map(str::to_owned).to_vec())
            );
        }
    }
}
