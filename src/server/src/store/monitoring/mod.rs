//! What monitoring lists told: persons of households, what columns mean, lists, and their rows. What makes or takes away leads is in `entities/listed.rs`.
//!
//! Kept here: no ID number, only keyed hashes of them; a list is brought in whole or not at all.

mod apart;

use super::{Store, StoreError};
use crate::monitoring::Said;

pub(super) const ADD_PERSON: &str = "
    INSERT INTO known_person (id, case_id, id_key, name, birthday, list_id) VALUES ($1, $2, $3, $4, $5, $6)";
const PERSONS: &str = "
    SELECT id, case_id, id_key, name, birthday, list_id FROM known_person WHERE id > $1 ORDER BY id LIMIT $2";
const COLUMNS: &str = "SELECT columns FROM monitoring_columns WHERE titles = $1";
const SAY_COLUMNS: &str = "
    INSERT INTO monitoring_columns (titles, columns, at, user_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT (titles) DO UPDATE SET columns = excluded.columns, at = excluded.at, user_id = excluded.user_id";
const LISTS: &str = "
    SELECT l.id, l.at, u.name, l.undone_at, l.file_name FROM monitoring_list l LEFT JOIN app_user u ON u.id = l.user_id
    WHERE l.area LIKE $1 ORDER BY l.at DESC, l.id LIMIT $2";
const COUNTS: &str = "SELECT state, count(*) FROM monitoring_row WHERE list_id = $1 GROUP BY state";
const LIST_AREA: &str = "SELECT area FROM monitoring_list WHERE id = $1 AND undone_at IS NULL";
const KNOWN_LIST: &str =
    "SELECT id FROM monitoring_list WHERE hash = $1 AND area = $2 AND undone_at IS NULL LIMIT 1";
const ROWS: &str = "
    SELECT r.row, r.state, r.case_id, r.area, r.id_key, r.said, r.candidates, r.decided_at FROM monitoring_row r
    WHERE r.list_id = $1 AND r.state = $2 AND r.row > $3 ORDER BY r.row LIMIT $4";
const REFUSED: &str = "
    SELECT row, title, reason FROM monitoring_refused WHERE list_id = $1 AND row > $2 ORDER BY row LIMIT $3";
const REFUSED_COUNTS: &str = "
    SELECT count(*), count(CASE WHEN reason = 'elsewhere' THEN 1 END)
    FROM monitoring_refused WHERE list_id = $1";
const OF_CASE: &str = "
    SELECT r.list_id, r.row, r.state, r.said, l.at, u.name, r.decided_at, d.name, l.file_name FROM monitoring_row r
    JOIN monitoring_list l ON l.id = r.list_id AND l.undone_at IS NULL
    LEFT JOIN app_user u ON u.id = l.user_id LEFT JOIN app_user d ON d.id = r.decided_by
    WHERE r.case_id = $1 ORDER BY l.at, r.list_id, r.row";
const ROW: &str = "
    SELECT r.row, r.state, r.case_id, r.area, r.id_key, r.said, r.candidates, r.decided_at FROM monitoring_row r
    WHERE r.list_id = $1 AND r.row = $2";

/// So many are read at a time.
const PAGE: i64 = 5_000;

/// Somebody of a household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownPerson {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) case_id: String,
    /// Of the ID number; empty: not known.
    pub(crate) id_key: String,
    pub(crate) name: String,
    /// `2001-09-30`; empty: not known.
    pub(crate) birthday: String,
    /// The list that told of them; empty: none did.
    pub(crate) list_id: String,
}

/// A list that is brought in.
#[derive(Clone, Debug)]
pub(crate) struct Taking<'a> {
    /// 32 hexadecimal digits.
    pub(crate) id: &'a str,
    pub(crate) area: &'a str,
    /// Of its bytes.
    pub(crate) hash: &'a str,
    /// What its file is called, if that is said.
    pub(crate) name: Option<&'a str>,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// The office's day.
    pub(crate) today: String,
    pub(crate) user: Option<&'a str>,
    pub(crate) rows: &'a [TakenRow],
    /// As many of those that were not taken in as are named.
    pub(crate) refused: &'a [RefusedRow],
}

/// A row that was not taken in, and why: nothing of what stood in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RefusedRow {
    pub(crate) row: i64,
    /// Of the column that is wrong.
    pub(crate) title: String,
    /// A code.
    pub(crate) reason: String,
}

/// A row that tells of a household, for its history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RowOfCase {
    pub(crate) list_id: String,
    /// What the list's file was called.
    pub(crate) name: Option<String>,
    pub(crate) row: i64,
    /// `joined`, `lead`, `same`.
    pub(crate) state: String,
    pub(crate) said: Said,
    /// When it was brought in, in milliseconds since 1970, and by whom.
    pub(crate) at: i64,
    pub(crate) by: Option<String>,
    /// When a person decided about it; none: it was joined without asking.
    pub(crate) decided_at: Option<i64>,
    pub(crate) decided_by: Option<String>,
}

/// What becomes of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Became {
    /// It is about that household.
    Joined(String),
    /// Nobody is known: a lead of that id.
    Lead(String),
    /// A person is to decide.
    Waiting,
    /// It is about whom an earlier row is about, whose household is known by now or not.
    Same(i64, Option<String>),
}

impl Became {
    /// Its name in the table.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Became::Joined(_) => "joined",
            Became::Lead(_) => "lead",
            Became::Waiting => "waiting",
            Became::Same(..) => "same",
        }
    }

    pub(super) fn case(&self) -> Option<&str> {
        match self {
            Became::Joined(case) | Became::Lead(case) => Some(case),
            Became::Same(_, case) => case.as_deref(),
            Became::Waiting => None,
        }
    }
}

/// A good row of a list that is brought in.
#[derive(Clone, Debug)]
pub(crate) struct TakenRow {
    pub(crate) row: i64,
    pub(crate) became: Became,
    pub(crate) area: String,
    pub(crate) id_key: String,
    pub(crate) said: Said,
    /// JSON.
    pub(crate) candidates: String,
}

/// A row as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptRow {
    pub(crate) row: i64,
    /// `joined`, `lead`, `waiting`, `same`.
    pub(crate) state: String,
    pub(crate) case_id: Option<String>,
    pub(crate) area: String,
    pub(crate) id_key: String,
    pub(crate) said: Said,
    /// JSON.
    pub(crate) candidates: String,
    /// Did a person decide?
    pub(crate) by_hand: bool,
}

/// A list that was brought in.
#[derive(Clone, Debug)]
pub(crate) struct KnownList {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) by: Option<String>,
    /// What its file was called.
    pub(crate) name: Option<String>,
    pub(crate) undone_at: Option<i64>,
    /// By what became of them.
    pub(crate) counts: Vec<(String, i64)>,
    /// How many of those that were not taken in are named.
    pub(crate) refused: i64,
    /// And how many of these lie in other areas.
    pub(crate) elsewhere: i64,
}

/// The id of the person that a row told of.
pub(crate) fn person_id(list_id: &str, row: i64) -> String {
    format!("{row:08x}{}", list_id.get(8..).unwrap_or_default())
}

type RowRow = (i64, String, Option<String>, String, String, String, String, Option<i64>);

fn kept(
    (row, state, case_id, area, id_key, said, candidates, decided_at): RowRow,
) -> Result<KeptRow, StoreError> {
    let said = serde_json::from_str(&said).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(KeptRow { row, state, case_id, area, id_key, said, candidates, by_hand: decided_at.is_some() })
}

impl Store {
    /// All persons of households.
    pub(crate) async fn known_persons(&self) -> Result<Vec<KnownPerson>, StoreError> {
        type Row = (String, String, String, String, String, String);
        let mut all: Vec<KnownPerson> = Vec::new();
        loop {
            let after = all.last().map_or(String::new(), |person| person.id.clone());
            let page: Vec<Row> = reading!(self.database, |pool| sqlx::query_as(PERSONS)
                .bind(&after)
                .bind(PAGE)
                .fetch_all(pool))?;
            let is_last = (page.len() as i64) < PAGE;
            all.extend(page.into_iter().map(|(id, case_id, id_key, name, birthday, list_id)| KnownPerson {
                id,
                case_id,
                id_key,
                name,
                birthday,
                list_id,
            }));
            if is_last {
                return Ok(all);
            }
        }
    }

    /// What the columns of a list with such titles mean, as somebody said.
    pub(crate) async fn monitoring_columns(&self, titles: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(COLUMNS).bind(titles).fetch_optional(pool))?;
        Ok(found.map(|(columns,)| columns))
    }

    /// Somebody says what they mean.
    pub(crate) async fn say_monitoring_columns(
        &self,
        titles: &str,
        columns: &str,
        at: i64,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let said = sqlx::query(SAY_COLUMNS).bind(titles).bind(columns).bind(at).bind(user);
            said.execute(pool).await.map(drop)
        })?)
    }

    /// Is a list with such bytes here, and not undone?
    pub(crate) async fn has_monitoring_list(&self, hash: &str, area: &str) -> Result<bool, StoreError> {
        let found: Option<(String,)> = reading!(self.database, |pool| sqlx::query_as(KNOWN_LIST)
            .bind(hash)
            .bind(area)
            .fetch_optional(pool))?;
        Ok(found.is_some())
    }

    /// Lists of an area and what lies in it, the newest first.
    pub(crate) async fn monitoring_lists(&self, area: &str, most: i64) -> Result<Vec<KnownList>, StoreError> {
        type Row = (String, i64, Option<String>, Option<i64>, Option<String>);
        let rows: Vec<Row> = reading!(self.database, |pool| sqlx::query_as(LISTS)
            .bind(format!("{area}%"))
            .bind(most)
            .fetch_all(pool))?;
        let mut lists = Vec::with_capacity(rows.len());
        for (id, at, by, undone_at, name) in rows {
            let counts: Vec<(String, i64)> =
                reading!(self.database, |pool| sqlx::query_as(COUNTS).bind(&id).fetch_all(pool))?;
            let (refused, elsewhere): (i64, i64) =
                reading!(self.database, |pool| sqlx::query_as(REFUSED_COUNTS).bind(&id).fetch_one(pool))?;
            lists.push(KnownList { id, at, by, name, undone_at, counts, refused, elsewhere });
        }
        Ok(lists)
    }

    /// The area of a list that is here and not undone.
    pub(crate) async fn area_of_monitoring_list(&self, id: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(LIST_AREA).bind(id).fetch_optional(pool))?;
        Ok(found.map(|(area,)| area))
    }

    /// Rows of a list of which that became, after one.
    pub(crate) async fn monitoring_rows(
        &self,
        list_id: &str,
        state: &str,
        after: i64,
        most: i64,
    ) -> Result<Vec<KeptRow>, StoreError> {
        let rows: Vec<RowRow> = reading!(self.database, |pool| sqlx::query_as(ROWS)
            .bind(list_id)
            .bind(state)
            .bind(after)
            .bind(most)
            .fetch_all(pool))?;
        rows.into_iter().map(kept).collect()
    }

    /// Rows of a list that were not taken in, after one.
    pub(crate) async fn refused_rows(
        &self,
        list_id: &str,
        after: i64,
        most: i64,
    ) -> Result<Vec<RefusedRow>, StoreError> {
        let rows: Vec<(i64, String, String)> = reading!(self.database, |pool| sqlx::query_as(REFUSED)
            .bind(list_id)
            .bind(after)
            .bind(most)
            .fetch_all(pool))?;
        Ok(rows.into_iter().map(|(row, title, reason)| RefusedRow { row, title, reason }).collect())
    }

    /// The rows that tell of a household, the earliest first.
    pub(crate) async fn rows_of_case(&self, case: &str) -> Result<Vec<RowOfCase>, StoreError> {
        type Row =
            (String, i64, String, String, i64, Option<String>, Option<i64>, Option<String>, Option<String>);
        let rows: Vec<Row> =
            reading!(self.database, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool))?;
        let told =
            rows.into_iter().map(|(list_id, row, state, said, at, by, decided_at, decided_by, name)| {
                let said =
                    serde_json::from_str(&said).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
                Ok(RowOfCase { list_id, name, row, state, said, at, by, decided_at, decided_by })
            });
        told.collect()
    }

    /// A row of a list.
    pub(crate) async fn monitoring_row(
        &self,
        list_id: &str,
        row: i64,
    ) -> Result<Option<KeptRow>, StoreError> {
        let found: Option<RowRow> =
            reading!(self.database, |pool| sqlx::query_as(ROW).bind(list_id).bind(row).fetch_optional(pool))?;
        found.map(kept).transpose()
    }
}
