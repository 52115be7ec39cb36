//! Publications as they are listed, and as a backup brings them along.

use super::super::database::BeginWriting;
use super::super::{Store, StoreError};
use super::{ADD, DECIDE, LAST, next_in_force};

/// So many publications of a form are listed.
const MOST_LISTED: i64 = 100;

const COLUMNS: &str = "
    p.id, p.form_id, p.hash, p.version, p.note, p.state, p.replaces, p.user_id, u.name, p.made_at, p.decided_by, d.name, p.decided_at, p.reason
    FROM form_publication p LEFT JOIN app_user u ON u.id = p.user_id LEFT JOIN app_user d ON d.id = p.decided_by";
const ROWS: &str = "
    SELECT id, hash, version, note, user_id, made_at, state, replaces, decided_by, decided_at, reason FROM form_publication
    WHERE form_id = $1 ORDER BY made_at, id";

/// A publication as it is listed. Somebody is their id and, if they are still here, their name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Publication {
    pub(crate) id: String,
    pub(crate) form: String,
    pub(crate) hash: String,
    pub(crate) version: String,
    pub(crate) note: String,
    pub(crate) state: String,
    pub(crate) replaces: Option<String>,
    pub(crate) by: Option<(String, Option<String>)>,
    pub(crate) made_at: i64,
    pub(crate) decided_by: Option<(String, Option<String>)>,
    pub(crate) decided_at: Option<i64>,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
}

#[rustfmt::skip]
type Row = (
    String, String, String, String, String, String, Option<String>, Option<String>, Option<String>, i64, Option<String>, Option<String>, Option<i64>, Option<String>,
);
/// A row as it is kept, without its form.
#[rustfmt::skip]
type KeptRow = (
    String, String, String, String, Option<String>, i64, String, Option<String>, Option<String>, Option<i64>, Option<String>,
);

fn publication(row: Row) -> Publication {
    let (
        id,
        form,
        hash,
        version,
        note,
        state,
        replaces,
        user,
        name,
        made_at,
        decider,
        decider_name,
        decided_at,
        reason,
    ) = row;
    let by = user.map(|user| (user, name));
    let decided_by = decider.map(|user| (user, decider_name));
    Publication {
        id,
        form,
        hash,
        version,
        note,
        state,
        replaces,
        by,
        made_at,
        decided_by,
        decided_at,
        reason,
    }
}

impl Store {
    /// Adds the publications of another database, of forms that this one has none of; their versions are here already.
    pub(in crate::store) async fn copy_publications(&self, source: &Store) -> Result<(), StoreError> {
        let (ids, rows) = ("SELECT DISTINCT form_id FROM form_publication ORDER BY form_id", ROWS);
        let forms: Vec<(String,)> = reading!(source.database, |pool| sqlx::query_as(ids).fetch_all(pool))?;
        for (form,) in forms {
            let found: Vec<KeptRow> =
                reading!(source.database, |pool| sqlx::query_as(rows).bind(&form).fetch_all(pool))?;
            writing!(self.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                let known: Vec<KeptRow> =
                    sqlx::query_as(rows).bind(&form).fetch_all(&mut *transaction).await?;
                if known.is_empty() {
                    for (
                        id,
                        hash,
                        version,
                        note,
                        user,
                        made_at,
                        state,
                        replaces,
                        decider,
                        decided_at,
                        reason,
                    ) in &found
                    {
                        // Counted on here: a process that runs is to see that it came.
                        let number = match &**state {
                            "current" => Some(next_in_force!(transaction)),
                            _ => None,
                        };
                        let add = sqlx::query(ADD).bind(id).bind(&form).bind(hash).bind(version).bind(note);
                        let add = add.bind(user).bind(made_at).bind(state).bind(replaces).bind(number);
                        add.execute(&mut *transaction).await?;
                        let decide = sqlx::query(DECIDE).bind(id).bind(state).bind(decider).bind(decided_at);
                        decide.bind(number).bind(reason).execute(&mut *transaction).await?;
                    }
                }
                transaction.commit().await
            })?;
        }
        Ok(())
    }

    /// A publication by its id.
    pub(crate) async fn publication(&self, id: &str) -> Result<Option<Publication>, StoreError> {
        let query = format!("SELECT {COLUMNS} WHERE p.id = $1");
        let row: Option<Row> =
            reading!(self.database, |pool| sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
                .bind(id)
                .fetch_optional(pool))?;
        Ok(row.map(publication))
    }

    /// The newest publications of all forms and all that wait, by form, the newest first.
    pub(crate) async fn publications(&self) -> Result<Vec<Publication>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} JOIN (
                SELECT id, ROW_NUMBER() OVER (PARTITION BY form_id ORDER BY made_at DESC, id) AS place FROM form_publication
             ) n ON n.id = p.id WHERE n.place <= $1 OR p.state = 'waiting' ORDER BY p.form_id, n.place"
        );
        let rows: Vec<Row> =
            reading!(self.database, |pool| sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
                .bind(MOST_LISTED)
                .fetch_all(pool))?;
        Ok(rows.into_iter().map(publication).collect())
    }
}
