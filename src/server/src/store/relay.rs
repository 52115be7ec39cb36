//! What is passed on to other servers: a durable queue that several processes empty together.
//!
//! Kept here: an item is claimed by one at a time, for as long as the claim is renewed; whoever's claim ran out changes nothing any
//! more but by a receipt; what is delivered stays delivered. No lock is held over a request: a claim is a row's column.

use doorstep_delivery::outbox::{LONGEST_WAIT_MS, Until};
use doorstep_delivery::record::Record;
use doorstep_delivery::{OutboxItem, State};

use super::database::BeginWriting;
use super::{Store, StoreError};

pub(super) const INSERT: &str = "
    INSERT INTO relay (submission_id, target, state, attempts, record, queued_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (submission_id, target) DO NOTHING RETURNING queued_at";
/// Fewest failures first, so that what always fails is behind all others. Where two find the same row, the second one finds it claimed.
const CLAIM: &str = "
    UPDATE relay SET claim = $3, claimed_until = $4
    WHERE target = $1 AND (claimed_until IS NULL OR claimed_until <= $2) AND due_at <= $2 AND submission_id = (
        SELECT submission_id FROM relay
        WHERE target = $1 AND due_at <= $2 AND (claimed_until IS NULL OR claimed_until <= $2)
        ORDER BY attempts, due_at, submission_id LIMIT 1)
    RETURNING submission_id, record";
const RENEW: &str =
    "UPDATE relay SET claimed_until = $4 WHERE submission_id = $1 AND target = $2 AND claim = $3
    RETURNING submission_id";
const UPDATE: &str = "
    UPDATE relay SET state = $4, attempts = $5, record = $6, due_at = $7, claim = $8, claimed_until = $9
    WHERE submission_id = $1 AND target = $2 AND claim = $3 RETURNING submission_id";
const FIND: &str = "SELECT record, claimed_until FROM relay WHERE submission_id = $1 AND target = $2";
const SETTLE: &str = "
    UPDATE relay SET state = $3, attempts = $4, record = $5, due_at = $6, claim = NULL, claimed_until = NULL
    WHERE submission_id = $1 AND target = $2 RETURNING submission_id";
const DELIVER: &str = "
    UPDATE relay SET state = $3, attempts = $4, record = $5, due_at = $6, claim = NULL, claimed_until = NULL
    WHERE submission_id = $1 AND target = $2 AND state <> 'delivered' RETURNING submission_id";
const NEXT_DUE: &str = "
    SELECT MIN(CASE WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) FROM relay
    WHERE target = $1 AND due_at IS NOT NULL";
/// What waited for a login may have one now; what lies further ahead than anything may was put there by a wrong clock.
const TAKE_UP: &str = "UPDATE relay SET due_at = $2
    WHERE target = $1 AND due_at IS NOT NULL AND (state = 'login' OR due_at > $3)";
const FREE: &str =
    "UPDATE relay SET claim = NULL, claimed_until = NULL WHERE target = $1 AND claimed_until > $2";
const BODY: &str = "SELECT body FROM submission WHERE id = $1";
const COUNTS: &str = "SELECT target, state, COUNT(*), MIN(queued_at) FROM relay GROUP BY state, target";
const PAGE: &str = "
    SELECT r.submission_id, r.target, r.state, r.record, r.queued_at, r.due_at
    FROM relay r JOIN submission s ON s.id = r.submission_id
    WHERE (r.submission_id, r.target) > ($1, $2) AND ($3 = '' OR r.target = $3) AND ($4 = '' OR s.area LIKE $4)
    ORDER BY r.submission_id, r.target LIMIT $5";
const PAGE_OF_STATE: &str = "
    SELECT r.submission_id, r.target, r.state, r.record, r.queued_at, r.due_at
    FROM relay r JOIN submission s ON s.id = r.submission_id
    WHERE (r.submission_id, r.target) > ($1, $2) AND ($3 = '' OR r.target = $3) AND ($4 = '' OR s.area LIKE $4)
        AND r.state = $6
    ORDER BY r.submission_id, r.target LIMIT $5";
const SINCE: &str = "
    SELECT id, form_id, form_version, form_hash, content_hash, CAST(LENGTH(body) AS BIGINT), received_at FROM submission
    WHERE id > $1 AND received_at >= $2 ORDER BY id LIMIT $3";

/// Items to be kept with their submission, due at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Relayed<'a> {
    pub(crate) items: &'a [OutboxItem],
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

/// An item as a list shows it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) submission: String,
    pub(crate) target: String,
    pub(crate) state: String,
    /// `None` if a newer Doorstep wrote it.
    pub(crate) item: Option<OutboxItem>,
    pub(crate) queued_at: i64,
    pub(crate) due_at: Option<i64>,
}

/// Which items a list is to have.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// After that submission and target.
    pub(crate) after: (&'a str, &'a str),
    /// Of that target; empty: of any.
    pub(crate) target: &'a str,
    /// In that state; empty: in any.
    pub(crate) state: &'a str,
    /// Of submissions of that area and what lies within it; empty: of all.
    pub(crate) area: &'a str,
    pub(crate) most: i64,
}

/// What became of an item that somebody wants tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Again {
    /// It is due now.
    Queued,
    /// It is being sent at this moment.
    Sending,
    /// It has its receipt.
    Delivered,
    /// There is no such item.
    Unknown,
}

/// An item's columns for a list.
type Shown = (String, String, String, Vec<u8>, i64, Option<i64>);
/// A submission as its item names it.
pub(crate) type Summary = (String, String, String, String, String, i64, i64);

/// What a state is called in the database and in lists.
pub(crate) fn name_of(state: &State) -> &'static str {
    match state {
        State::Queued => "queued",
        State::Sending { .. } => "sending",
        State::Waiting { until: Until::Time(_), .. } => "waiting",
        State::Waiting { until: Until::Login, .. } => "login",
        State::Refused { .. } => "refused",
        State::Delivered { .. } => "delivered",
    }
}

/// When an item in that state is to be sent: never, if somebody has to look at it or nothing is left to do.
fn due_at(state: &State, now: i64) -> Option<i64> {
    match state {
        State::Queued | State::Sending { .. } => Some(now),
        State::Waiting { until: Until::Time(until), .. } => Some(*until),
        // Nobody logs in here: a login that was refused for a moment only is found good again.
        State::Waiting { until: Until::Login, .. } => Some(now.saturating_add(LONGEST_WAIT_MS)),
        State::Refused { .. } | State::Delivered { .. } => None,
    }
}

/// Keeps items within a transaction; gives how many are new.
macro_rules! insert_items {
    ($transaction:expr, $relayed:expr) => {{
        let mut new = 0_u64;
        for item in $relayed.items {
            let inserted = sqlx::query($crate::store::relay::INSERT)
                .bind(item.id.to_string())
                .bind(&item.target)
                .bind($crate::store::relay::name_of(&item.state))
                .bind(i64::from(item.attempts))
                .bind(doorstep_delivery::record::Record::to_bytes(item))
                .bind($relayed.now)
                .bind($relayed.now)
                .fetch_all(&mut *$transaction)
                .await?;
            new += inserted.len() as u64;
        }
        new
    }};
}
pub(super) use insert_items;

/// Keeps an item's state, and ends whatever claim there was.
macro_rules! settle {
    ($statement:expr, $item:expr, $now:expr) => {
        sqlx::query_as($statement)
            .bind($item.id.to_string())
            .bind(&$item.target)
            .bind(name_of(&$item.state))
            .bind(i64::from($item.attempts))
            .bind($item.to_bytes())
            .bind(due_at(&$item.state, $now))
    };
}

impl Store {
    /// Takes up a target's items at a start: its credential or the clock may be another one now.
    pub(crate) async fn take_up(&self, target: &str, now: i64, lease: i64) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let take_up =
                sqlx::query(TAKE_UP).bind(target).bind(now).bind(now.saturating_add(LONGEST_WAIT_MS));
            take_up.execute(&mut *transaction).await?;
            let free = sqlx::query(FREE).bind(target).bind(now.saturating_add(10 * lease));
            free.execute(&mut *transaction).await?;
            transaction.commit().await
        })?)
    }

    /// Claims a target's next item that is due, until a time: its submission's id and its record.
    pub(crate) async fn claim(
        &self,
        target: &str,
        claim: &str,
        now: i64,
        until: i64,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = writing!(self.database, |pool| sqlx::query_as(CLAIM)
            .bind(target)
            .bind(now)
            .bind(claim)
            .bind(until)
            .fetch_all(pool))?;
        Ok(rows.into_iter().next())
    }

    /// Keeps a claim for longer; `false` if it is somebody else's by now.
    pub(crate) async fn renew_claim(
        &self,
        id: &str,
        target: &str,
        claim: &str,
        until: i64,
    ) -> Result<bool, StoreError> {
        let rows: Vec<(String,)> = writing!(self.database, |pool| sqlx::query_as(RENEW)
            .bind(id)
            .bind(target)
            .bind(claim)
            .bind(until)
            .fetch_all(pool))?;
        Ok(!rows.is_empty())
    }

    /// Keeps the state of an item under a claim, which it lets go of unless the item is still being sent; `false` if the claim is somebody
    /// else's by now.
    pub(crate) async fn keep_item(
        &self,
        item: &OutboxItem,
        claim: &str,
        now: i64,
        until: i64,
    ) -> Result<bool, StoreError> {
        let sending = matches!(item.state, State::Sending { .. });
        let rows: Vec<(String,)> = writing!(self.database, |pool| sqlx::query_as(UPDATE)
            .bind(item.id.to_string())
            .bind(&item.target)
            .bind(claim)
            .bind(name_of(&item.state))
            .bind(i64::from(item.attempts))
            .bind(item.to_bytes())
            .bind(due_at(&item.state, now))
            .bind(sending.then_some(claim))
            .bind(sending.then_some(until))
            .fetch_all(pool))?;
        Ok(!rows.is_empty())
    }

    /// Keeps an item that has its receipt ([`OutboxItem::delivered`]), whoever has its claim; `false` if there is none.
    /// One statement that reads nothing before: so it gets in the way of no submission that comes in meanwhile.
    pub(crate) async fn keep_delivered(&self, item: &OutboxItem, now: i64) -> Result<bool, StoreError> {
        let id = item.id.to_string();
        let kept: Vec<(String,)> =
            writing!(self.database, |pool| settle!(DELIVER, item, now).fetch_all(pool))?;
        if !kept.is_empty() {
            return Ok(true);
        }
        // The first receipt stays.
        let found: Option<(Vec<u8>, Option<i64>)> = reading!(self.database, |pool| sqlx::query_as(FIND)
            .bind(&id)
            .bind(&item.target)
            .fetch_optional(pool))?;
        Ok(found.is_some())
    }

    /// When a target's next item is due, or let go of by whoever has claimed it.
    pub(crate) async fn next_due(&self, target: &str) -> Result<Option<i64>, StoreError> {
        let (due,): (Option<i64>,) =
            reading!(self.database, |pool| sqlx::query_as(NEXT_DUE).bind(target).fetch_one(pool))?;
        Ok(due)
    }

    /// A submission's sealed bytes.
    pub(crate) async fn body(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<(Vec<u8>,)> =
            reading!(self.database, |pool| sqlx::query_as(BODY).bind(id).fetch_optional(pool))?;
        Ok(found.map(|(body,)| body))
    }

    /// How many items each target has in each state, and since when the oldest of them: target, state, count, milliseconds since 1970.
    pub(crate) async fn relay_counts(&self) -> Result<Vec<(String, String, i64, i64)>, StoreError> {
        Ok(reading!(self.database, |pool| sqlx::query_as(COUNTS).fetch_all(pool))?)
    }

    /// Items by submission, then by target.
    pub(crate) async fn relay_page(&self, wanted: &Wanted<'_>) -> Result<Vec<Listed>, StoreError> {
        let Wanted { after: (submission, target), most, .. } = *wanted;
        let area = if wanted.area.is_empty() { String::new() } else { format!("{}%", wanted.area) };
        let state = Some(wanted.state).filter(|state| !state.is_empty());
        let rows: Vec<Shown> = reading!(self.database, |pool| {
            let page = sqlx::query_as(if state.is_some() { PAGE_OF_STATE } else { PAGE });
            let page = page.bind(submission).bind(target).bind(wanted.target).bind(&area).bind(most);
            match state {
                Some(state) => page.bind(state),
                None => page,
            }
            .fetch_all(pool)
        })?;
        let listed =
            |(submission, target, state, record, queued_at, due_at): (_, _, _, Vec<u8>, _, _)| Listed {
                submission,
                target,
                state,
                item: OutboxItem::from_bytes(&record).ok(),
                queued_at,
                due_at,
            };
        Ok(rows.into_iter().map(listed).collect())
    }

    /// Has an item tried again at once, however often it failed or was refused.
    pub(crate) async fn relay_again(&self, id: &str, target: &str, now: i64) -> Result<Again, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let found: Option<(Vec<u8>, Option<i64>)> =
                sqlx::query_as(FIND).bind(id).bind(target).fetch_optional(&mut *transaction).await?;
            let Some((record, claimed_until)) = found else { return Ok(Again::Unknown) };
            let Ok(item) = OutboxItem::from_bytes(&record) else { return Ok(Again::Unknown) };
            if matches!(item.state, State::Delivered { .. }) {
                return Ok(Again::Delivered);
            }
            if claimed_until.is_some_and(|until| until > now) {
                return Ok(Again::Sending);
            }
            let item = OutboxItem { state: State::Queued, attempts: 0, ..item };
            let _: Vec<(String,)> = settle!(SETTLE, item, now).fetch_all(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Again::Queued)
        })?)
    }

    /// Submissions by id, after one, that were received since a time (milliseconds since 1970).
    pub(crate) async fn submissions_since(
        &self,
        after: &str,
        since: i64,
        most: i64,
    ) -> Result<Vec<Summary>, StoreError> {
        Ok(reading!(self.database, |pool| sqlx::query_as(SINCE)
            .bind(after)
            .bind(since)
            .bind(most)
            .fetch_all(pool))?)
    }

    /// Queues items of submissions that are here already; gives how many were not queued before.
    pub(crate) async fn relay(&self, relayed: Relayed<'_>) -> Result<u64, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let new = insert_items!(transaction, relayed);
            transaction.commit().await?;
            Ok(new)
        })?)
    }
}

#[cfg(test)]
mod tests;
