//! The audit log in the database: appended to by one statement after another, read, and checked.

use super::Who;
use super::audit::{Broken, Check, Entry, Head, line};
use super::ciphers::Ciphers;
use crate::listen::now_ms;
use crate::store::database::BeginWriting;
use crate::store::{Store, StoreError};

/// Lines that are checked at a time.
const PAGE: i64 = 1_000;
/// How often an entry is tried whose place another process took.
const ATTEMPTS: u32 = 20;

/// A line as it is kept: its number, its text and its hash.
pub(crate) type Line = (i64, String, String);

impl Who {
    /// Writes down what was done. What can't be written down must not be done: the caller refuses on an error.
    pub(crate) async fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        append(&self.store, self.ciphers, entry).await
    }

    /// Lines after a number.
    pub(crate) async fn audit_after(&self, number: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
        page(&self.store, number, limit).await
    }

    /// Lines before a number, the last first.
    pub(crate) async fn audit_before(&self, number: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
        let lines = reading!(self.store.database, |pool| sqlx::query_as(
            "SELECT number, line, hash FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2"
        )
        .bind(number)
        .bind(limit)
        .fetch_all(pool))?;
        Ok(lines)
    }
}

/// Appends an entry. Two who come at once find the same head; the number is a primary key, so that one of them goes on to the next.
async fn append(store: &Store, ciphers: &dyn Ciphers, entry: &Entry) -> Result<(), StoreError> {
    let mut tried = 1;
    loop {
        let appended: Result<(), sqlx::Error> = writing!(store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let last: Option<(i64, String)> =
                sqlx::query_as("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
                    .fetch_optional(&mut *transaction)
                    .await?;
            let head = last.map_or_else(Head::start, |(number, hash)| Head { number, hash });
            let (text, head) = line(entry, now_ms(), &head, ciphers);
            sqlx::query("INSERT INTO audit (number, line, hash) VALUES ($1, $2, $3)")
                .bind(head.number)
                .bind(&text)
                .bind(&head.hash)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        });
        match appended {
            Err(error)
                if tried < ATTEMPTS
                    && error.as_database_error().is_some_and(|error| error.is_unique_violation()) =>
            {
                tried += 1;
            }
            result => return Ok(result?),
        }
    }
}

async fn page(store: &Store, after: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
    let lines = reading!(store.database, |pool| sqlx::query_as(
        "SELECT number, line, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2"
    )
    .bind(after)
    .bind(limit)
    .fetch_all(pool))?;
    Ok(lines)
}

/// Follows the whole log. The inner result says whether it holds.
pub(crate) async fn check(store: &Store, noted: Option<Head>) -> Result<Result<Head, Broken>, StoreError> {
    let (mut check, mut last) = (Check::new(noted), i64::MIN);
    loop {
        let lines = page(store, last, PAGE).await?;
        if lines.is_empty() {
            return Ok(check.finish());
        }
        for (number, text, hash) in &lines {
            last = *number;
            if let Err(broken) = check.next(*number, text, hash) {
                return Ok(Err(broken));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::audit::{Event, Why};
    use super::super::testing::{at_once, open};
    use super::*;
    use crate::store::testing::{Place, on_each_database};

    on_each_database!(many_at_once_make_one_chain);

    async fn many_at_once_make_one_chain(place: &Place) {
        let who = open(place).await;
        let noted = at_once(|| {
            let who = who.clone();
            async move { who.note(&Entry::of(Event::Login)).await.is_ok() }
        });
        assert_eq!(noted.await, 12);
        assert_eq!(check(&who.store, None).await.unwrap().unwrap().number, 12);
        assert_eq!(who.audit_after(10, 5).await.unwrap().len(), 2);
        let numbers = |lines: Vec<Line>| lines.into_iter().map(|(number, ..)| number).collect::<Vec<_>>();
        assert_eq!(numbers(who.audit_before(i64::MAX, 2).await.unwrap()), [12, 11]);
        assert_eq!(numbers(who.audit_before(3, 5).await.unwrap()), [2, 1]);
        writing!(who.store.database, |pool| async {
            sqlx::query("DELETE FROM audit WHERE number = 4").execute(pool).await?;
            Ok(())
        })
        .unwrap();
        let broken = check(&who.store, None).await.unwrap().unwrap_err();
        assert_eq!(broken, Broken { number: 4, why: Why::Missing });
    }
}
