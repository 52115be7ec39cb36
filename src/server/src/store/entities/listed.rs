//! Leads of monitoring lists: made with the list that they come from, and taken away with it.
//!
//! Kept here: a list comes in whole or not at all, in one transaction; a lead that anybody did anything about since is not taken away.

use doorstep_engine::entities::{Entity, EntityAct, EntityChange, apply};

use super::super::database::BeginWriting;
use super::super::monitoring::{ADD_PERSON, Became, KeptRow, KnownPerson, Taking, person_id};
use super::super::{Store, StoreError};
use super::imported::{OFFICE, REMOVE, REMOVE_FOUND_BY, REMOVE_VERSIONS};
use super::{ADD, FOUND_BY, MARK, PUT, about, number_of, search_text, write_properties};
use crate::monitoring::Said;

/// The list that leads are in, and the code of `lead-sources.csv` that says where they come from.
const LIST: &str = "cases";
const SOURCE: &str = "data";

const ADD_LIST: &str =
    "INSERT INTO monitoring_list (id, area, hash, at, user_id, file_name) VALUES ($1, $2, $3, $4, $5, $6)";
const SAME_BYTES: &str =
    "SELECT id FROM monitoring_list WHERE hash = $1 AND area = $2 AND undone_at IS NULL LIMIT 1";
const ADD_ROW: &str = "
    INSERT INTO monitoring_row (list_id, row, state, case_id, same_as, area, id_key, said, candidates)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const CASE: &str = "SELECT area FROM entity WHERE list = 'cases' AND id = $1";
const DECIDE: &str = "
    UPDATE monitoring_row SET state = $3, case_id = $4, decided_at = $5, decided_by = $6
    WHERE list_id = $1 AND row = $2 AND state = 'waiting'";
const FOLLOW: &str = "UPDATE monitoring_row SET case_id = $3 WHERE list_id = $1 AND same_as = $2";
const NOW: &str = "SELECT state, case_id, decided_at FROM monitoring_row WHERE list_id = $1 AND row = $2";
const BACK: &str = "
    UPDATE monitoring_row SET state = 'waiting', case_id = NULL, decided_at = NULL, decided_by = NULL
    WHERE list_id = $1 AND row = $2";
const NO_LONGER_APART: &str =
    "DELETE FROM monitoring_apart WHERE list_id = $1 AND row = $2 AND deed = 'apart'";
const TOGETHER: &str = "DELETE FROM monitoring_apart WHERE case_id = $1 AND person = $2";
/// Who said it first did; who takes that back takes back what they said alone.
const ADD_APART: &str = "
    INSERT INTO monitoring_apart (case_id, person, deed, list_id, row, at, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (case_id, person) DO NOTHING";
const FORGET_PERSON: &str = "DELETE FROM known_person WHERE id = $1";
/// Does a lead still stand as the list made it?
const UNTOUCHED: &str = "
    SELECT e.id FROM entity e JOIN entity_version v ON v.list = e.list AND v.id = e.id AND v.version = 1
    WHERE e.list = 'cases' AND e.id = $1 AND e.version = 1 AND v.submission_id = $2";
const NAMED_BY_OTHERS: &str = "
    SELECT list_id FROM monitoring_row
    WHERE case_id = $1 AND (list_id <> $2 OR (row <> $3 AND coalesce(same_as, 0) <> $3 AND $3 <> 0)) LIMIT 1";
const LEADS: &str = "SELECT case_id FROM monitoring_row WHERE list_id = $1 AND state = 'lead' ORDER BY row";
const KEEP_PERSONS: &str = "UPDATE known_person SET list_id = '' WHERE list_id = $1 AND case_id = $2";
const FORGET_PERSONS: &str = "DELETE FROM known_person WHERE list_id = $1";
const ADD_REFUSED: &str =
    "INSERT INTO monitoring_refused (list_id, row, title, reason) VALUES ($1, $2, $3, $4)";
const FORGET_REFUSED: &str = "DELETE FROM monitoring_refused WHERE list_id = $1";
const FORGET_ROWS: &str = "DELETE FROM monitoring_row WHERE list_id = $1";
const UNDO: &str = "UPDATE monitoring_list SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";

/// Who decides about a row, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deciding<'a> {
    pub(crate) list_id: &'a str,
    pub(crate) row: &'a KeptRow,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// The office's day.
    pub(crate) today: &'a str,
    pub(crate) user: Option<&'a str>,
    /// Whom the row is about, by each hash under which later rows may name them.
    pub(crate) persons: &'a [String],
    /// The households that they may have been of, if they are kept apart.
    pub(crate) apart_from: &'a [String],
}

/// What somebody decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    /// It is about that household.
    Into(String),
    /// It is about nobody who is known: a lead of that id.
    Apart(String),
    /// What was decided, or joined by itself, waits again.
    Back,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decided {
    Done,
    /// It was decided already, or there is nothing to take back.
    NotWaiting,
    /// The household is not there.
    NoCase,
    /// Somebody did something about the lead since.
    Touched,
}

/// The lead that a row makes.
fn lead(said: &Said, id: &str, list_id: &str, today: &str) -> Option<Entity> {
    let mut properties = said.properties();
    let ours = [("source", SOURCE), ("found_on", today), ("state", "lead")];
    properties.extend(ours.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let change = EntityChange {
        list: LIST.to_owned(),
        id: id.to_owned(),
        act: EntityAct::Create,
        label: Some(format!("{} {}", said.name, said.village).trim().to_owned()),
        base: None,
        branch: None,
        properties: properties.into_iter().collect(),
    };
    let mut made = None;
    apply(&mut made, &change, list_id);
    made
}

fn person(said: &Said, id_key: &str, case_id: &str, list_id: &str, row: i64) -> KnownPerson {
    KnownPerson {
        id: person_id(list_id, row),
        case_id: case_id.to_owned(),
        id_key: id_key.to_owned(),
        name: said.name.clone(),
        birthday: said.birthday.clone(),
        list_id: list_id.to_owned(),
    }
}

fn text(said: &Said) -> Result<String, sqlx::Error> {
    serde_json::to_string(said).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Writes somebody of a household in a transaction.
macro_rules! add_person {
    ($transaction:expr, $person:expr) => {{
        let person: KnownPerson = $person;
        sqlx::query(ADD_PERSON)
            .bind(&person.id)
            .bind(&person.case_id)
            .bind(&person.id_key)
            .bind(&person.name)
            .bind(&person.birthday)
            .bind(&person.list_id)
            .execute(&mut *$transaction)
            .await?;
    }};
}

/// Takes a lead away in a transaction, if it stands as the list made it and no other row names it. Was it?
macro_rules! take_away {
    ($transaction:expr, $id:expr, $list_id:expr, $row:expr) => {{
        let untouched: Option<(String,)> =
            sqlx::query_as(UNTOUCHED).bind($id).bind($list_id).fetch_optional(&mut *$transaction).await?;
        let named: Option<(String,)> = sqlx::query_as(NAMED_BY_OTHERS)
            .bind($id)
            .bind($list_id)
            .bind($row)
            .fetch_optional(&mut *$transaction)
            .await?;
        let goes = untouched.is_some() && named.is_none();
        if goes {
            for statement in [REMOVE, REMOVE_FOUND_BY, REMOVE_VERSIONS, MARK] {
                sqlx::query(statement).bind(LIST).bind($id).execute(&mut *$transaction).await?;
            }
        }
        goes
    }};
}

/// Writes in a transaction that a person is none of a household's.
macro_rules! keep_apart {
    ($transaction:expr, $deciding:expr, $case:expr, $deed:expr) => {{
        for person in $deciding.persons {
            let add = sqlx::query(ADD_APART).bind($case).bind(person).bind($deed).bind($deciding.list_id);
            let add = add.bind($deciding.row.row).bind($deciding.at).bind($deciding.user);
            add.execute(&mut *$transaction).await?;
        }
    }};
}

impl Store {
    /// Takes a list in, whole or not at all. `false`: it is here already.
    pub(crate) async fn take_in(&self, taking: &Taking<'_>) -> Result<bool, StoreError> {
        let Taking { id: list_id, area, hash, name, at, today, user, rows, refused } = taking;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let same: Option<(String,)> =
                sqlx::query_as(SAME_BYTES).bind(hash).bind(area).fetch_optional(&mut *transaction).await?;
            if same.is_some() {
                return Ok(false);
            }
            let list = sqlx::query(ADD_LIST).bind(list_id).bind(area).bind(hash).bind(at).bind(user);
            let list = list.bind(name);
            list.execute(&mut *transaction).await?;
            sqlx::query(OFFICE)
                .bind(list_id)
                .bind(LIST)
                .bind(at)
                .bind(user)
                .execute(&mut *transaction)
                .await?;
            for row in *rows {
                if let Became::Lead(id) = &row.became
                    && let Some(entity) = lead(&row.said, id, list_id, today)
                {
                    put!(transaction, row.area, entity, *list_id, *at);
                }
                if let Became::Joined(case) | Became::Lead(case) = &row.became {
                    add_person!(transaction, person(&row.said, &row.id_key, case, list_id, row.row));
                }
                let same_as = match row.became {
                    Became::Same(other, _) => Some(other),
                    _ => None,
                };
                sqlx::query(ADD_ROW)
                    .bind(list_id)
                    .bind(row.row)
                    .bind(row.became.name())
                    .bind(row.became.case())
                    .bind(same_as)
                    .bind(&row.area)
                    .bind(&row.id_key)
                    .bind(text(&row.said)?)
                    .bind(&row.candidates)
                    .execute(&mut *transaction)
                    .await?;
            }
            for wrong in *refused {
                let add = sqlx::query(ADD_REFUSED).bind(list_id).bind(wrong.row);
                add.bind(&wrong.title).bind(&wrong.reason).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(true)
        })?)
    }

    /// Somebody decides about a row.
    pub(crate) async fn decide_row(
        &self,
        deciding: &Deciding<'_>,
        decision: &Decision,
    ) -> Result<Decided, StoreError> {
        let Deciding { list_id, row, at, today, user, persons, apart_from } = *deciding;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let (state, case) = match decision {
                Decision::Back => ("waiting", ""),
                Decision::Into(case) => ("joined", &**case),
                Decision::Apart(case) => ("lead", &**case),
            };
            if *decision == Decision::Back {
                type Now = (String, Option<String>, Option<i64>);
                let now: Option<Now> =
                    sqlx::query_as(NOW).bind(list_id).bind(row.row).fetch_optional(&mut *transaction).await?;
                match now {
                    Some((state, Some(case), Some(_))) if state == "lead" => {
                        if !take_away!(transaction, &case, list_id, row.row) {
                            return Ok(Decided::Touched);
                        }
                        let again = sqlx::query(NO_LONGER_APART).bind(list_id).bind(row.row);
                        again.execute(&mut *transaction).await?;
                    }
                    Some((state, Some(case), _)) if state == "joined" => {
                        keep_apart!(transaction, deciding, &case, "taken_back");
                    }
                    _ => return Ok(Decided::NotWaiting),
                }
                sqlx::query(BACK).bind(list_id).bind(row.row).execute(&mut *transaction).await?;
                let id = person_id(list_id, row.row);
                sqlx::query(FORGET_PERSON).bind(id).execute(&mut *transaction).await?;
                let nobody: Option<&str> = None;
                sqlx::query(FOLLOW)
                    .bind(list_id)
                    .bind(row.row)
                    .bind(nobody)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                return Ok(Decided::Done);
            }
            let decide = sqlx::query(DECIDE).bind(list_id).bind(row.row).bind(state).bind(case).bind(at);
            if decide.bind(user).execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Decided::NotWaiting);
            }
            match decision {
                Decision::Apart(id) => {
                    if let Some(entity) = lead(&row.said, id, list_id, today) {
                        put!(transaction, row.area, entity, list_id, at);
                    }
                    for other in apart_from {
                        keep_apart!(transaction, deciding, other, "apart");
                    }
                }
                _ => {
                    let there: Option<(String,)> =
                        sqlx::query_as(CASE).bind(case).fetch_optional(&mut *transaction).await?;
                    if there.is_none() {
                        return Ok(Decided::NoCase);
                    }
                    for person in persons {
                        let together = sqlx::query(TOGETHER).bind(case).bind(person);
                        together.execute(&mut *transaction).await?;
                    }
                }
            }
            add_person!(transaction, person(&row.said, &row.id_key, case, list_id, row.row));
            sqlx::query(FOLLOW).bind(list_id).bind(row.row).bind(case).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Decided::Done)
        })?)
    }

    /// Takes a list back: how many leads went with it, and how many stay since somebody did something about them. `None`: it is undone already.
    pub(crate) async fn undo_list(
        &self,
        list_id: &str,
        at: i64,
    ) -> Result<Option<(usize, usize)>, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            if sqlx::query(UNDO).bind(list_id).bind(at).execute(&mut *transaction).await?.rows_affected() == 0
            {
                return Ok(None);
            }
            let leads: Vec<(Option<String>,)> =
                sqlx::query_as(LEADS).bind(list_id).fetch_all(&mut *transaction).await?;
            let (mut gone, mut kept) = (0, 0);
            for id in leads.into_iter().filter_map(|(id,)| id) {
                if take_away!(transaction, &id, list_id, 0_i64) {
                    gone += 1;
                } else {
                    kept += 1;
                    sqlx::query(KEEP_PERSONS).bind(list_id).bind(&id).execute(&mut *transaction).await?;
                }
            }
            sqlx::query(FORGET_PERSONS).bind(list_id).execute(&mut *transaction).await?;
            sqlx::query(FORGET_ROWS).bind(list_id).execute(&mut *transaction).await?;
            sqlx::query(FORGET_REFUSED).bind(list_id).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Some((gone, kept)))
        })?)
    }
}
