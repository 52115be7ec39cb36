//! Entities and their versions by id, as pages and ledgers show them: with who said what, and when.

use std::collections::BTreeMap;

use super::super::{Store, StoreError};
use super::read_properties;

/// So many ids are asked for at once.
const AT_ONCE: usize = 400;
/// So many entities that name another are shown.
const MOST_RELATED: i64 = 200;

const KNOWN: &str = "SELECT list, id, area, version, label, properties, conflict, changed_at FROM entity";
const VERSIONS: &str = "
    SELECT v.id, v.version, v.label, v.given, v.submission_id, s.form_id, s.form_hash, o.deed,
        coalesce(s.received_at, o.at), coalesce(u.name, d.name)
    FROM entity_version v
    LEFT JOIN submission s ON s.id = v.submission_id LEFT JOIN entity_office o ON o.id = v.submission_id
    LEFT JOIN app_user u ON u.id = coalesce(s.user_id, o.user_id) LEFT JOIN device d ON d.id = s.device_id";

/// A row of a ledger, or of what was found: an entity at a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    pub(crate) list: String,
    pub(crate) id: String,
    pub(crate) version: i64,
}

/// An entity as it is known now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownEntity {
    pub(crate) list: String,
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) version: i64,
    pub(crate) label: String,
    pub(crate) properties: BTreeMap<String, String>,
    /// 0 none, 1 of other properties, 2 of the same one.
    pub(crate) conflict: i64,
    /// Milliseconds since 1970.
    pub(crate) changed_at: i64,
}

/// What a version said, and who said it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ToldVersion {
    pub(crate) number: i64,
    pub(crate) label: Option<String>,
    pub(crate) given: BTreeMap<String, String>,
    /// The id of the submission, or of what the office did.
    pub(crate) from: String,
    /// The form's id and hash, if it was a submission.
    pub(crate) form: Option<(String, String)>,
    /// What the office did, if it did it: `imported`, `settled`.
    pub(crate) office: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) at: Option<i64>,
    /// What the user, else the device, is called.
    pub(crate) by: Option<String>,
}

type Known = (String, String, String, i64, String, String, i64, i64);
type Version = (
    String,
    i64,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

fn known(
    (list, id, area, version, label, properties, conflict, changed_at): Known,
) -> Result<KnownEntity, StoreError> {
    let properties = read_properties(&properties)?;
    Ok(KnownEntity { list, id, area, version, label, properties, conflict, changed_at })
}

/// `$3, $4` for so many, from the one after `before` on.
fn places(before: usize, count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("${}", before + place)).collect();
    places.join(", ")
}

fn with(first: &[&str], ids: &[&str]) -> Vec<String> {
    first.iter().chain(ids).map(|text| (*text).to_owned()).collect()
}

impl Store {
    /// Entities of a list by their ids.
    pub(crate) async fn known_entities(
        &self,
        list: &str,
        ids: &[&str],
    ) -> Result<BTreeMap<String, KnownEntity>, StoreError> {
        let mut found = BTreeMap::new();
        for some in ids.chunks(AT_ONCE) {
            let sql = format!("{KNOWN} WHERE list = $1 AND id IN ({})", places(1, some.len()));
            let rows: Vec<Known> = self.ask(&sql, &with(&[list], some)).await?;
            for row in rows {
                let entity = known(row)?;
                found.insert(entity.id.clone(), entity);
            }
        }
        Ok(found)
    }

    /// All versions of entities of a list, the oldest first.
    pub(crate) async fn told_versions(
        &self,
        list: &str,
        ids: &[&str],
    ) -> Result<BTreeMap<String, Vec<ToldVersion>>, StoreError> {
        let mut found: BTreeMap<String, Vec<ToldVersion>> = BTreeMap::new();
        for some in ids.chunks(AT_ONCE) {
            let ids = places(1, some.len());
            let sql = format!("{VERSIONS} WHERE v.list = $1 AND v.id IN ({ids}) ORDER BY v.id, v.version");
            let rows: Vec<Version> = self.ask(&sql, &with(&[list], some)).await?;
            for (id, number, label, given, from, form_id, form_hash, office, at, by) in rows {
                let given = read_properties(&given)?;
                let form = form_id.zip(form_hash);
                found.entry(id).or_default().push(ToldVersion {
                    number,
                    label,
                    given,
                    from,
                    form,
                    office,
                    at,
                    by,
                });
            }
        }
        Ok(found)
    }

    /// Entities of other lists in an area that have an id in their property `case`, the one that changed last first in its list.
    pub(crate) async fn related_entities(
        &self,
        list: &str,
        id: &str,
        area: &str,
    ) -> Result<Vec<KnownEntity>, StoreError> {
        // Its id stands nowhere else but by chance, which is looked at below.
        let sql = format!(
            "{KNOWN} WHERE list <> $1 AND area LIKE $2 AND properties LIKE $3 ORDER BY list, changed_at DESC, id LIMIT {MOST_RELATED}"
        );
        let bound = with(&[list, &format!("{area}%"), &super::super::said::anywhere(id)], &[]);
        let rows: Vec<Known> = self.ask(&sql, &bound).await?;
        let all: Result<Vec<KnownEntity>, StoreError> = rows.into_iter().map(known).collect();
        Ok(all?
            .into_iter()
            .filter(|found| found.properties.get("case").is_some_and(|case| case == id))
            .collect())
    }
}
