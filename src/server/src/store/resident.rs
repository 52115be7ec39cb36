//! Query codes, and wrong tries with them.
//!
//! Kept here: a code that came with a survey is good for the case that this survey made, and for no other; a try is counted before it is looked at, so that many
//! at once are no way around the count.

use super::database::BeginWriting;
use super::{Store, StoreError};

const ADD: &str = "
    INSERT INTO query_code (id, proof, case_id, submission_id, made_at, made_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO NOTHING";
const FIND: &str = "
    SELECT q.case_id FROM query_code q WHERE q.proof = $1 AND q.expires_at > $2 AND q.revoked_at IS NULL
        AND (q.submission_id = '' OR EXISTS (
            SELECT 1 FROM entity_version v WHERE v.list = 'cases' AND v.id = q.case_id AND v.version = 1
                AND v.submission_id = q.submission_id))
    ORDER BY q.made_at DESC, q.id LIMIT 1";
const OF_CASE: &str = "
    SELECT q.id, q.made_at, q.expires_at, q.revoked_at, u.name, q.submission_id FROM query_code q
    LEFT JOIN app_user u ON u.id = q.made_by WHERE q.case_id = $1 ORDER BY q.made_at DESC, q.id LIMIT 50";
const CASE_OF: &str = "SELECT case_id FROM query_code WHERE id = $1";
const REVOKE: &str = "UPDATE query_code SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const TRIES: &str = "SELECT failures, last_at FROM query_try WHERE subject = $1";
const COUNT: &str = "
    INSERT INTO query_try (subject, failures, last_at) VALUES ($1, $2, $3)
    ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at";
const RIGHT: &str = "DELETE FROM query_try WHERE subject = $1";
const NOT_WRONG: &str = "UPDATE query_try SET failures = failures - 1 WHERE subject = $1 AND failures > 0";
const OLD: &str = "DELETE FROM query_try WHERE last_at < $1";

/// Whoever tried wrongly is forgotten after that.
const DAY_MS: i64 = 24 * 60 * 60_000;

/// A code that is made.
#[derive(Clone, Debug)]
pub(crate) struct NewCode<'a> {
    pub(crate) id: &'a str,
    /// A keyed hash of number and code.
    pub(crate) proof: &'a str,
    pub(crate) case: &'a str,
    /// The survey that said it; empty: the office hands it out.
    pub(crate) submission: &'a str,
    /// Milliseconds since 1970.
    pub(crate) made_at: i64,
    pub(crate) made_by: Option<&'a str>,
    pub(crate) expires_at: i64,
}

/// A code of a household, as the office sees it: never the code itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownCode {
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) made_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) revoked_at: Option<i64>,
    /// Who handed it out.
    pub(crate) by: Option<String>,
    /// Did it come with a ticket of the kiosk?
    pub(crate) of_ticket: bool,
}

/// Whose wrong tries are counted, and how many are free.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// A keyed hash of a number, or a device's id.
    pub(crate) name: String,
    /// So many wrong ones in a row lock it.
    pub(crate) most: i64,
    /// For so long, in milliseconds.
    pub(crate) locked_ms: i64,
}

impl Store {
    pub(crate) async fn add_query_code(&self, code: &NewCode<'_>) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            sqlx::query(ADD)
                .bind(code.id)
                .bind(code.proof)
                .bind(code.case)
                .bind(code.submission)
                .bind(code.made_at)
                .bind(code.made_by)
                .bind(code.expires_at)
                .execute(pool)
                .await?;
            Ok(())
        })?)
    }

    /// The case that a proof is good for.
    pub(crate) async fn case_proved(&self, proof: &str, now: i64) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(FIND).bind(proof).bind(now).fetch_optional(pool))?;
        Ok(found.map(|(case,)| case))
    }

    /// The codes of a household, the newest first.
    pub(crate) async fn query_codes(&self, case: &str) -> Result<Vec<KnownCode>, StoreError> {
        type Code = (String, i64, i64, Option<i64>, Option<String>, String);
        let rows: Vec<Code> =
            reading!(self.database, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool))?;
        let known = |(id, made_at, expires_at, revoked_at, by, submission): Code| KnownCode {
            id,
            made_at,
            expires_at,
            revoked_at,
            by,
            of_ticket: !submission.is_empty(),
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// The household of a code.
    pub(crate) async fn case_of_query_code(&self, id: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(CASE_OF).bind(id).fetch_optional(pool))?;
        Ok(found.map(|(case,)| case))
    }

    /// `false` if it was revoked before.
    pub(crate) async fn revoke_query_code(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let revoked = writing!(self.database, |pool| async {
            Ok(sqlx::query(REVOKE).bind(id).bind(now).execute(pool).await?.rows_affected())
        })?;
        Ok(revoked == 1)
    }

    /// Counts a try as a wrong one for each of these. `Some`: one of them is locked for so many milliseconds yet, and nothing was counted.
    pub(crate) async fn count_query_try(
        &self,
        subjects: &[Subject],
        now: i64,
    ) -> Result<Option<i64>, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query(OLD).bind(now - DAY_MS).execute(&mut *transaction).await?;
            let mut counts = Vec::with_capacity(subjects.len());
            let mut locked = 0;
            for subject in subjects {
                let found: Option<(i64, i64)> =
                    sqlx::query_as(TRIES).bind(&subject.name).fetch_optional(&mut *transaction).await?;
                let (failures, last_at) = found.unwrap_or((0, 0));
                let left = last_at + subject.locked_ms - now;
                if failures >= subject.most && left > 0 {
                    locked = locked.max(left);
                }
                // After the lock, and after as long without a try, it begins anew.
                counts.push(if left > 0 { failures } else { 0 });
            }
            if locked > 0 {
                return Ok(Some(locked));
            }
            for (subject, failures) in subjects.iter().zip(counts) {
                let count = sqlx::query(COUNT).bind(&subject.name).bind(failures.saturating_add(1)).bind(now);
                count.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(None)
        })?)
    }

    /// The try was right: the person's count goes, and of the device's no more than this one, since whoever has a code of their own must not try others'.
    pub(crate) async fn query_try_was_right(&self, person: &str, device: &str) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query(RIGHT).bind(person).execute(&mut *transaction).await?;
            sqlx::query(NOT_WRONG).bind(device).execute(&mut *transaction).await?;
            transaction.commit().await
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(tries_are_counted_locked_and_forgotten, a_code_is_good_until_it_is_over_or_revoked);

    fn subject(name: &str, most: i64) -> Subject {
        Subject { name: name.into(), most, locked_ms: 1_000 }
    }

    async fn tries_are_counted_locked_and_forgotten(place: &Place) {
        let store = place.open().await;
        let both = [subject("person", 3), subject("device", 5)];
        for at in 0..3 {
            assert_eq!(store.count_query_try(&both, 10 + at).await.unwrap(), None);
        }
        assert_eq!(store.count_query_try(&both, 20).await.unwrap(), Some(992));
        // Another number at the same device: two more, and then it is locked too.
        let other = [subject("other", 3), subject("device", 5)];
        for at in 0..2 {
            assert_eq!(store.count_query_try(&other, 30 + at).await.unwrap(), None);
        }
        assert_eq!(
            store.count_query_try(&[subject("third", 3), subject("device", 5)], 40).await.unwrap(),
            Some(991)
        );
        store.query_try_was_right("other", "device").await.unwrap();
        assert_eq!(store.count_query_try(&other, 50).await.unwrap(), None, "one of the device's was right");
        assert!(store.count_query_try(&other, 51).await.unwrap().is_some());
        assert_eq!(
            store.count_query_try(&both, 2_000).await.unwrap(),
            None,
            "the lock is over, and so is the count"
        );
        assert_eq!(store.count_query_try(&both, 2_001).await.unwrap(), None);
    }

    async fn a_code_is_good_until_it_is_over_or_revoked(place: &Place) {
        let store = place.open().await;
        let code = |id, proof, submission| NewCode {
            id,
            proof,
            case: "c",
            submission,
            made_at: 1,
            made_by: None,
            expires_at: 100,
        };
        store.add_query_code(&code("1", "p", "")).await.unwrap();
        store.add_query_code(&code("1", "other", "")).await.unwrap();
        store.add_query_code(&code("2", "q", "s")).await.unwrap();
        assert_eq!(store.case_proved("p", 99).await.unwrap().as_deref(), Some("c"));
        assert_eq!(store.case_proved("p", 100).await.unwrap(), None, "it is over");
        assert_eq!(store.case_proved("other", 99).await.unwrap(), None);
        assert_eq!(store.case_proved("q", 99).await.unwrap(), None, "its survey made no case");
        let listed = store.query_codes("c").await.unwrap();
        assert_eq!(
            listed.iter().map(|code| (&*code.id, code.of_ticket)).collect::<Vec<_>>(),
            [("1", false), ("2", true)]
        );
        assert!(store.revoke_query_code("1", 5).await.unwrap());
        assert!(!store.revoke_query_code("1", 6).await.unwrap());
        assert_eq!(store.case_proved("p", 99).await.unwrap(), None);
    }
}
