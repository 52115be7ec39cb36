//! Whom somebody said that a household is not, for the rows of later lists.
//!
//! Kept here: who it is about is a keyed hash. It is written with the decision, in `entities/listed.rs`.

use super::super::{Store, StoreError};

/// A household, and who is none of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Apart {
    pub(crate) case_id: String,
    /// A keyed hash.
    pub(crate) person: String,
    /// `apart`: kept apart; `taken_back`: joined before.
    pub(crate) deed: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) by: Option<String>,
}

type Row = (String, String, String, i64, Option<String>);

const OF_PERSON: &str = "
    SELECT a.case_id, a.person, a.deed, a.at, u.name FROM monitoring_apart a
    LEFT JOIN app_user u ON u.id = a.user_id WHERE a.person = $1 ORDER BY a.case_id";
const ALL: &str = "
    SELECT a.case_id, a.person, a.deed, a.at, u.name FROM monitoring_apart a
    LEFT JOIN app_user u ON u.id = a.user_id
    WHERE (a.case_id, a.person) > ($1, $2) ORDER BY a.case_id, a.person LIMIT $3";

/// So many are read at a time.
const PAGE: i64 = 5_000;

fn apart((case_id, person, deed, at, by): Row) -> Apart {
    Apart { case_id, person, deed, at, by }
}

impl Store {
    /// Whose somebody is not, who has such hashes.
    pub(crate) async fn apart(&self, persons: &[String]) -> Result<Vec<Apart>, StoreError> {
        let mut found = Vec::new();
        for person in persons {
            let rows: Vec<Row> =
                reading!(self.database, |pool| sqlx::query_as(OF_PERSON).bind(person).fetch_all(pool))?;
            found.extend(rows.into_iter().map(apart));
        }
        Ok(found)
    }

    /// All that was ever said so.
    pub(crate) async fn all_apart(&self) -> Result<Vec<Apart>, StoreError> {
        let mut all: Vec<Apart> = Vec::new();
        loop {
            let (case, person) = all.last().map_or(("", ""), |last| (&*last.case_id, &*last.person));
            let page: Vec<Row> = reading!(self.database, |pool| sqlx::query_as(ALL)
                .bind(case)
                .bind(person)
                .bind(PAGE)
                .fetch_all(pool))?;
            let is_last = (page.len() as i64) < PAGE;
            all.extend(page.into_iter().map(apart));
            if is_last {
                return Ok(all);
            }
        }
    }
}
