//! Entities from one database into another: what submissions made of them, and what the office did by itself, which follows from no submission.
//!
//! Kept here: what the office brought in, settled or took away goes along; the newer version of an entity stays, whichever database had it; what was
//! gone through is not gone through again. May be broken off and begun again.

use super::super::database::BeginWriting;
use super::super::{Store, StoreError};

/// So many rows at a time.
const PAGE: i64 = 500;

type Known = (String, String, String, i64, String, String, i64, i64);
type Version = (String, String, i64, Option<i64>, Option<String>, Option<String>, String, i64, String);
type Refused = (String, i64, String, String, String);
type Office = (String, String, String, i64, Option<String>);
type Settled = (String, String, i64, i64, Option<String>);

const KNOWN: &str = "
    SELECT list, id, area, version, label, properties, conflict, changed_at FROM entity
    WHERE (list, id) > ($1, $2) ORDER BY list, id LIMIT $3";
const PUT_KNOWN: &str = "
    INSERT INTO entity (list, id, area, version, label, properties, conflict, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (list, id) DO UPDATE SET
        area = excluded.area, version = excluded.version, label = excluded.label, properties = excluded.properties,
        conflict = excluded.conflict, changed_at = excluded.changed_at WHERE excluded.version > entity.version";
const TELL: &str = "
    INSERT INTO entity_untold (list, id) SELECT list, id FROM entity WHERE true ON CONFLICT (list, id) DO NOTHING";
const VERSIONS: &str = "
    SELECT list, id, version, base, branch, label, given, conflict, submission_id FROM entity_version
    WHERE (list, id, version) > ($1, $2, $3) ORDER BY list, id, version LIMIT $4";
const PUT_VERSION: &str = "
    INSERT INTO entity_version (list, id, version, base, branch, label, given, conflict, submission_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (list, id, version) DO NOTHING";
const REFUSED: &str = "
    SELECT submission_id, place, list, id, reason FROM entity_refused
    WHERE (submission_id, place) > ($1, $2) ORDER BY submission_id, place LIMIT $3";
const PUT_REFUSED: &str = "
    INSERT INTO entity_refused (submission_id, place, list, id, reason)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (submission_id, place) DO NOTHING";
const OFFICE: &str =
    "SELECT id, list, deed, at, user_id FROM entity_office WHERE id > $1 ORDER BY id LIMIT $2";
const PUT_OFFICE: &str = "
    INSERT INTO entity_office (id, list, deed, at, user_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
const SETTLED: &str = "
    SELECT list, id, version, at, user_id FROM entity_settled
    WHERE (list, id, version) > ($1, $2, $3) ORDER BY list, id, version LIMIT $4";
const PUT_SETTLED: &str = "
    INSERT INTO entity_settled (list, id, version, at, user_id)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (list, id, version) DO NOTHING";
const DONE: &str =
    "SELECT submission_id FROM entity_done WHERE submission_id > $1 ORDER BY submission_id LIMIT $2";
const PUT_DONE: &str =
    "INSERT INTO entity_done (submission_id) VALUES ($1) ON CONFLICT (submission_id) DO NOTHING";
type Person = (String, String, String, String, String, String);
type Columns = (String, String, i64, Option<String>);
type List = (String, String, String, i64, Option<String>, Option<i64>, Option<String>);
type Row = (
    String,
    i64,
    String,
    Option<String>,
    Option<i64>,
    String,
    String,
    String,
    String,
    Option<i64>,
    Option<String>,
);

const PERSONS: &str = "
    SELECT id, case_id, id_key, name, birthday, list_id FROM known_person WHERE id > $1 ORDER BY id LIMIT $2";
const PUT_PERSON: &str = "
    INSERT INTO known_person (id, case_id, id_key, name, birthday, list_id) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING";
const COLUMNS: &str =
    "SELECT titles, columns, at, user_id FROM monitoring_columns WHERE titles > $1 ORDER BY titles LIMIT $2";
const PUT_COLUMNS: &str = "
    INSERT INTO monitoring_columns (titles, columns, at, user_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT (titles) DO NOTHING";
const LISTS: &str = "
    SELECT id, area, hash, at, user_id, undone_at, file_name FROM monitoring_list
    WHERE id > $1 ORDER BY id LIMIT $2";
const PUT_LIST: &str = "
    INSERT INTO monitoring_list (id, area, hash, at, user_id, undone_at, file_name) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO NOTHING";
const ROWS: &str = "
    SELECT list_id, row, state, case_id, same_as, area, id_key, said, candidates, decided_at, decided_by
    FROM monitoring_row WHERE (list_id, row) > ($1, $2) ORDER BY list_id, row LIMIT $3";
const PUT_ROW: &str = "
    INSERT INTO monitoring_row (list_id, row, state, case_id, same_as, area, id_key, said, candidates, decided_at, decided_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (list_id, row) DO NOTHING";

type RefusedOfList = (String, i64, String, String);
const REFUSED_OF_LISTS: &str = "
    SELECT list_id, row, title, reason FROM monitoring_refused
    WHERE (list_id, row) > ($1, $2) ORDER BY list_id, row LIMIT $3";
const PUT_REFUSED_OF_LIST: &str = "
    INSERT INTO monitoring_refused (list_id, row, title, reason) VALUES ($1, $2, $3, $4)
    ON CONFLICT (list_id, row) DO NOTHING";

type Apart = (String, String, String, String, i64, i64, Option<String>);
const APART: &str = "
    SELECT case_id, person, deed, list_id, row, at, user_id FROM monitoring_apart
    WHERE (case_id, person) > ($1, $2) ORDER BY case_id, person LIMIT $3";
const PUT_APART: &str = "
    INSERT INTO monitoring_apart (case_id, person, deed, list_id, row, at, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (case_id, person) DO NOTHING";

/// Copies a table, a page in one transaction. `by` are the columns of its key, which come first; `with` are all.
macro_rules! copy_rows {
    ($to:ident <- $from:ident, $row:ty, $select:ident => $put:ident, by ($($key:tt = $first:expr),+), with ($($column:tt),+)) => {
        let mut last = ($($first,)+);
        loop {
            let page: Vec<$row> = reading!($from.database, |pool| sqlx::query_as($select)
                $(.bind(&last.$key))+
                .bind(PAGE)
                .fetch_all(pool))?;
            let Some(row) = page.last() else { break };
            last = ($(row.$key.clone(),)+);
            writing!($to.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                for row in &page {
                    sqlx::query($put)$(.bind(&row.$column))+.execute(&mut *transaction).await?;
                }
                transaction.commit().await
            })?;
        }
    };
}

impl Store {
    /// Adds what another database knows of entities and this one does not. What was gone through comes last: broken off before, it is gone through here.
    pub(in crate::store) async fn copy_entities(&self, source: &Store) -> Result<(), StoreError> {
        let text = String::new;
        copy_rows!(self <- source, Version, VERSIONS => PUT_VERSION,
            by (0 = text(), 1 = text(), 2 = 0_i64), with (0, 1, 2, 3, 4, 5, 6, 7, 8));
        copy_rows!(self <- source, Known, KNOWN => PUT_KNOWN,
            by (0 = text(), 1 = text()), with (0, 1, 2, 3, 4, 5, 6, 7));
        writing!(self.database, |pool| async { sqlx::query(TELL).execute(pool).await.map(drop) })?;
        copy_rows!(self <- source, Refused, REFUSED => PUT_REFUSED, by (0 = text(), 1 = -1_i64), with (0, 1, 2, 3, 4));
        copy_rows!(self <- source, Office, OFFICE => PUT_OFFICE, by (0 = text()), with (0, 1, 2, 3, 4));
        copy_rows!(self <- source, Settled, SETTLED => PUT_SETTLED,
            by (0 = text(), 1 = text(), 2 = -1_i64), with (0, 1, 2, 3, 4));
        copy_rows!(self <- source, Person, PERSONS => PUT_PERSON, by (0 = text()), with (0, 1, 2, 3, 4, 5));
        copy_rows!(self <- source, Columns, COLUMNS => PUT_COLUMNS, by (0 = text()), with (0, 1, 2, 3));
        copy_rows!(self <- source, List, LISTS => PUT_LIST, by (0 = text()), with (0, 1, 2, 3, 4, 5, 6));
        copy_rows!(self <- source, Row, ROWS => PUT_ROW,
            by (0 = text(), 1 = -1_i64), with (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        copy_rows!(self <- source, RefusedOfList, REFUSED_OF_LISTS => PUT_REFUSED_OF_LIST,
            by (0 = text(), 1 = -1_i64), with (0, 1, 2, 3));
        copy_rows!(self <- source, Apart, APART => PUT_APART,
            by (0 = text(), 1 = text()), with (0, 1, 2, 3, 4, 5, 6));
        copy_rows!(self <- source, (String,), DONE => PUT_DONE, by (0 = text()), with (0));
        // A server may be running on it, which fills in what is missing at its start alone.
        self.fill_search().await
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Place, on_each_database};
    use super::super::super::{Became, RefusedRow, TakenRow, Taking};
    use super::super::{Decided, Deciding, Decision, ImportedRow, Importing, Settling, Undone};
    use super::*;
    use crate::monitoring::Said;
    use doorstep_engine::entities::{EntityAct, EntityChange};

    on_each_database!(what_the_office_did_by_itself_goes_along_and_what_is_newer_stays);

    const ID: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";

    async fn import(store: &Store, by: &str, phone: &str) {
        let row = ImportedRow {
            id: ID.into(),
            label: Some("北门 3".into()),
            area: Some("371002".into()),
            properties: [("phone".to_owned(), phone.to_owned())].into(),
        };
        let deed = Importing { id: by, area: "", at: 5, user: Some("u") };
        store.import_entities("households", &[row], &deed).await.unwrap();
    }

    fn said(base: Option<u64>, phone: &str) -> EntityChange {
        EntityChange {
            list: "households".into(),
            id: ID.into(),
            act: EntityAct::Update,
            label: None,
            base,
            branch: None,
            properties: vec![("phone".into(), phone.into())],
        }
    }

    /// All that is known of it, as text.
    async fn known(store: &Store) -> Vec<(String,)> {
        let all = "
            SELECT list || id || area || version || label || properties || conflict FROM entity UNION ALL
            SELECT list || id || version || coalesce(base, 0) || given || conflict || submission_id FROM entity_version UNION ALL
            SELECT id || list || deed || at || coalesce(user_id, '') FROM entity_office UNION ALL
            SELECT list || id || version || at || coalesce(user_id, '') FROM entity_settled UNION ALL
            SELECT list || id || version || text FROM entity_search UNION ALL
            SELECT submission_id || place || list || id || reason FROM entity_refused UNION ALL
            SELECT id || case_id || id_key || name || birthday || list_id FROM known_person UNION ALL
            SELECT titles || columns || at FROM monitoring_columns UNION ALL
            SELECT id || area || hash || at || coalesce(user_id, '') || coalesce(file_name, '') FROM monitoring_list UNION ALL
            SELECT list_id || row || state || case_id || area || id_key || said || candidates FROM monitoring_row UNION ALL
            SELECT list_id || row || title || reason FROM monitoring_refused UNION ALL
            SELECT case_id || person || deed || list_id || row || at || coalesce(user_id, '') FROM monitoring_apart UNION ALL
            SELECT submission_id FROM entity_done ORDER BY 1";
        reading!(store.database, |pool| sqlx::query_as(all).fetch_all(pool)).unwrap()
    }

    async fn what_the_office_did_by_itself_goes_along_and_what_is_newer_stays(place: &Place) {
        let source = place.open().await;
        import(&source, "x", "1").await;
        for (id, phone) in [("a", "2"), ("b", "3")] {
            let submission =
                Undone { id: id.into(), body: Vec::new(), area: "371002".into(), received_at: 7 };
            let unknown = EntityChange { id: ID.replace('a', "b"), ..said(None, phone) };
            assert!(
                source.apply_entities(&submission, &[Ok(said(Some(1), phone)), Ok(unknown)]).await.unwrap()
            );
        }
        let settling = Settling { version: 3, at: 9, user: Some("u".into()), ..Settling::default() };
        source.settle_entity("households", ID, &settling).await.unwrap();
        source.say_monitoring_columns("t", "{}", 5, None).await.unwrap();
        let row = TakenRow {
            row: 2,
            became: Became::Lead(ID.replace('a', "c")),
            area: "371002".into(),
            id_key: "k".into(),
            said: Said { name: "王".into(), ..Said::default() },
            candidates: "[]".into(),
        };
        let waiting = TakenRow { row: 4, became: Became::Waiting, ..row.clone() };
        let list = "00000000000000000000000000000001";
        let taking = Taking {
            id: list,
            area: "3710",
            hash: "h",
            name: Some("名单.csv"),
            at: 5,
            today: "2026-11-27".into(),
            user: None,
            rows: &[row, waiting],
            refused: &[RefusedRow { row: 3, title: "姓名".into(), reason: "no_name".into() }],
        };
        assert!(source.take_in(&taking).await.unwrap());
        assert!(!source.take_in(&taking).await.unwrap(), "once");
        let kept = source.monitoring_row(list, 4).await.unwrap().unwrap();
        let [id_key, named] = ["k", "n"].map(str::to_owned);
        let deciding = Deciding {
            list_id: list,
            row: &kept,
            at: 6,
            today: "2026-11-27",
            user: None,
            persons: &[id_key, named],
            apart_from: &[ID.to_owned()],
        };
        let decision = Decision::Apart(ID.replace('a', "d"));
        assert_eq!(source.decide_row(&deciding, &decision).await.unwrap(), Decided::Done);
        assert_eq!(source.apart(&["k".into()]).await.unwrap().len(), 1);
        let wanted = known(&source).await;
        assert!(wanted.len() >= 21, "{wanted:?}");

        let other = Place::sqlite();
        let target = other.open().await;
        for _ in 0..2 {
            target.copy_from(&source).await.unwrap();
            assert_eq!(known(&target).await, wanted);
        }
        // What came to be known here since then stays.
        import(&target, "y", "9").await;
        let newer = known(&target).await;
        target.copy_from(&source).await.unwrap();
        assert_eq!(known(&target).await, newer);
    }
}
