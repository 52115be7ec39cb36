//! Versions of forms on their way to phones: put up, approved or refused, in force, past.
//!
//! Kept here: of a form one version is current, and only what was current once becomes so again by rolling back; a version that was made from another than the
//! current one never replaces it; nobody decides on what they put up; id and version name one content, whatever became of it.

mod listed;
#[cfg(test)]
mod tests;

use super::database::BeginWriting;
use super::forms::INSERT as KEEP;
use super::{Store, StoreError};
use crate::who::users::new_id;

pub(crate) use listed::Publication;

/// So many versions of a form may wait.
const MOST_WAITING: i64 = 20;

pub(super) const LAST: &str = "SELECT MAX(in_force) FROM form_publication";
const IN_FORCE: &str =
    "SELECT form_id, hash, user_id FROM form_publication WHERE state = 'current' ORDER BY form_id";
const CURRENT: &str =
    "SELECT id, hash, version, user_id FROM form_publication WHERE form_id = $1 AND state = 'current'";
/// A version that only waits, or was refused, was never served.
const SERVED: &str = "
    SELECT hash FROM form_version WHERE hash = $1 AND (
        EXISTS (SELECT id FROM form_publication p WHERE p.hash = $1 AND p.state IN ('current', 'past'))
        OR NOT EXISTS (SELECT id FROM form_publication p WHERE p.hash = $1))";
const RETIRE: &str = "UPDATE form_publication SET state = 'past' WHERE form_id = $1 AND state = 'current'";
const LEAVE: &str =
    "UPDATE form_publication SET state = 'past', in_force = $2 WHERE form_id = $1 AND state = 'current'";
const NEWEST: &str = "SELECT id, hash, user_id, state FROM form_publication WHERE form_id = $1 ORDER BY made_at DESC, id LIMIT 1";
const LAST_MADE: &str = "SELECT MAX(made_at) FROM form_publication WHERE form_id = $1";
const ADD: &str = "
    INSERT INTO form_publication (id, form_id, hash, version, note, user_id, made_at, state, replaces, in_force)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const COME_BACK: &str = "UPDATE form_publication SET state = 'current', in_force = $2 WHERE id = $1";
const OF_HASH: &str = "
    SELECT id, form_id, version, state, user_id, replaces FROM form_publication WHERE hash = $1
    ORDER BY CASE state WHEN 'waiting' THEN 0 WHEN 'current' THEN 1 WHEN 'past' THEN 2 ELSE 3 END, made_at DESC LIMIT 1";
const ANOTHER: &str = "SELECT hash FROM form_version WHERE id = $1 AND version = $2 AND hash <> $3 LIMIT 1";
const WAITING: &str = "SELECT COUNT(*) FROM form_publication WHERE form_id = $1 AND state = 'waiting'";
const DECIDE: &str = "UPDATE form_publication SET state = $2, decided_by = $3, decided_at = $4, in_force = $5, reason = $6 WHERE id = $1";

/// What somebody decides on a version that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ruling<'a> {
    Approved,
    /// With the reason, for whoever put it up; it may be blank.
    Refused(&'a str),
}

/// A version of a form in its folder.
#[derive(Clone, Debug)]
pub(crate) struct FolderForm {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) hash: String,
    pub(crate) bundle: String,
}

/// What is in force of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct InForce {
    pub(crate) form: String,
    pub(crate) hash: String,
    /// Does it come from the folder, rather than from a designer?
    pub(crate) from_folder: bool,
}

/// A version that a designer puts up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewPublication<'a> {
    pub(crate) form: &'a str,
    pub(crate) version: &'a str,
    pub(crate) hash: &'a str,
    pub(crate) bundle: &'a str,
    pub(crate) note: &'a str,
    pub(crate) user: &'a str,
    /// The version that it was made from; `None` for a form that is new.
    pub(crate) replaces: Option<&'a str>,
    /// Does it wait for somebody's approval?
    pub(crate) waits: bool,
    pub(crate) now: i64,
}

/// An older version that is to be current again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RollBack<'a> {
    pub(crate) form: &'a str,
    pub(crate) hash: &'a str,
    pub(crate) note: &'a str,
    pub(crate) user: &'a str,
    /// What its user saw as current, if they say so.
    pub(crate) replaces: Option<&'a str>,
    pub(crate) now: i64,
}

/// What became of what somebody wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// Done: the publication's id.
    Done(String),
    /// It was done before: the publication's id.
    Again(String),
    /// Another version is current: its hash and version, if there is one.
    NotCurrent(Option<(String, String)>),
    /// Another content has this id and version.
    VersionTaken,
    /// This very version was in force before.
    WasInForce,
    /// Enough of this form wait.
    TooManyWaiting,
    /// It is current.
    IsCurrent,
    /// It does not wait any more.
    NotWaiting,
    /// Whoever put it up can't decide on it.
    Own,
    /// There is no such version.
    Unknown,
}

/// The current one: publication, hash, version, user.
type Current = (String, String, String, Option<String>);
/// A publication of a hash: id, form, version, state, user, what it replaces.
type OfHash = (String, String, String, String, Option<String>, Option<String>);

/// In a transaction: the number of what comes into force now.
macro_rules! next_in_force {
    ($transaction:expr) => {{
        let (last,): (Option<i64>,) = sqlx::query_as(LAST).fetch_one(&mut *$transaction).await?;
        last.unwrap_or(0) + 1
    }};
}

use next_in_force;

/// In a transaction: adds a publication, later than all others of its form, and gives its id.
macro_rules! add {
    ($transaction:expr, $form:expr, $hash:expr, $version:expr, $note:expr, $user:expr, $replaces:expr, $state:expr, $in_force:expr, $now:expr) => {{
        let (last,): (Option<i64>,) =
            sqlx::query_as(LAST_MADE).bind($form).fetch_one(&mut *$transaction).await?;
        let made_at = last.map_or($now, |last| $now.max(last + 1));
        let (id, user, replaces, in_force): (String, Option<&str>, Option<&str>, Option<i64>) =
            (new_id(), $user, $replaces, $in_force);
        let add = sqlx::query(ADD).bind(&id).bind($form).bind($hash).bind($version).bind($note).bind(user);
        add.bind(made_at).bind($state).bind(replaces).bind(in_force).execute(&mut *$transaction).await?;
        id
    }};
}

impl Store {
    /// Takes the folder's forms at a start. Such a form becomes current unless a designer's version is, and then too if it was never served before: its author
    /// has changed it since. What is no longer in the folder is current no more.
    pub(crate) async fn take_folder(&self, forms: &[FolderForm], now: i64) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            for FolderForm { id, version, hash, bundle } in forms {
                let current: Option<Current> =
                    sqlx::query_as(CURRENT).bind(id).fetch_optional(&mut *transaction).await?;
                let served: Option<(String,)> =
                    sqlx::query_as(SERVED).bind(hash).fetch_optional(&mut *transaction).await?;
                let keep = sqlx::query(KEEP).bind(hash).bind(id).bind(version).bind(bundle).bind(now);
                keep.execute(&mut *transaction).await?;
                let stays = current
                    .as_ref()
                    .is_some_and(|(_, is, _, user)| is == hash || (user.is_some() && served.is_some()));
                if stays {
                    continue;
                }
                let number = next_in_force!(transaction);
                sqlx::query(RETIRE).bind(id).execute(&mut *transaction).await?;
                let newest: Option<(String, String, Option<String>, String)> =
                    sqlx::query_as(NEWEST).bind(id).fetch_optional(&mut *transaction).await?;
                match newest {
                    // It was there all the time, or is there again.
                    Some((publication, of, None, _)) if of == *hash => {
                        sqlx::query(COME_BACK)
                            .bind(&publication)
                            .bind(number)
                            .execute(&mut *transaction)
                            .await?;
                    }
                    _ => {
                        let replaces = current.as_ref().map(|(_, hash, ..)| &**hash);
                        add!(
                            transaction,
                            id,
                            hash,
                            version,
                            "",
                            None,
                            replaces,
                            "current",
                            Some(number),
                            now
                        );
                    }
                }
            }
            let current: Vec<(String, String, Option<String>)> =
                sqlx::query_as(IN_FORCE).fetch_all(&mut *transaction).await?;
            let from_folder = current.iter().filter(|(.., user)| user.is_none());
            for (id, ..) in from_folder.filter(|(id, ..)| !forms.iter().any(|form| form.id == *id)) {
                let number = next_in_force!(transaction);
                sqlx::query(LEAVE).bind(id).bind(number).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        })?)
    }

    /// The number of what came into force, or left the folder, last.
    pub(crate) async fn last_in_force(&self) -> Result<i64, StoreError> {
        let (last,): (Option<i64>,) = reading!(self.database, |pool| sqlx::query_as(LAST).fetch_one(pool))?;
        Ok(last.unwrap_or(0))
    }

    /// What is in force, by id.
    pub(crate) async fn in_force(&self) -> Result<Vec<InForce>, StoreError> {
        let rows: Vec<(String, String, Option<String>)> =
            reading!(self.database, |pool| sqlx::query_as(IN_FORCE).fetch_all(pool))?;
        let in_force = |(form, hash, user): (String, String, Option<String>)| InForce {
            form,
            hash,
            from_folder: user.is_none(),
        };
        Ok(rows.into_iter().map(in_force).collect())
    }

    /// Puts a version up. Sent again while it waits or is current, it is the same publication.
    pub(crate) async fn put_up(&self, new: &NewPublication<'_>) -> Result<Outcome, StoreError> {
        let NewPublication { form, version, hash, bundle, note, user, replaces, waits, now } = *new;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let known: Option<OfHash> =
                sqlx::query_as(OF_HASH).bind(hash).fetch_optional(&mut *transaction).await?;
            let known = known.map(|(id, _, _, state, ..)| (id, state));
            if let Some((id, state)) = &known
                && matches!(&**state, "waiting" | "current")
            {
                return Ok(Outcome::Again(id.clone()));
            }
            let current: Option<Current> =
                sqlx::query_as(CURRENT).bind(form).fetch_optional(&mut *transaction).await?;
            if current.as_ref().map(|(_, hash, ..)| &**hash) != replaces {
                return Ok(Outcome::NotCurrent(current.map(|(_, hash, version, _)| (hash, version))));
            }
            if known.is_some_and(|(_, state)| state == "past") {
                return Ok(Outcome::WasInForce);
            }
            let another: Option<(String,)> = sqlx::query_as(ANOTHER)
                .bind(form)
                .bind(version)
                .bind(hash)
                .fetch_optional(&mut *transaction)
                .await?;
            if another.is_some() {
                return Ok(Outcome::VersionTaken);
            }
            let (waiting,): (i64,) = sqlx::query_as(WAITING).bind(form).fetch_one(&mut *transaction).await?;
            if waits && waiting >= MOST_WAITING {
                return Ok(Outcome::TooManyWaiting);
            }
            let keep = sqlx::query(KEEP).bind(hash).bind(form).bind(version).bind(bundle).bind(now);
            keep.execute(&mut *transaction).await?;
            let id = if waits {
                add!(transaction, form, hash, version, note, Some(user), replaces, "waiting", None, now)
            } else {
                let number = next_in_force!(transaction);
                sqlx::query(RETIRE).bind(form).execute(&mut *transaction).await?;
                add!(
                    transaction,
                    form,
                    hash,
                    version,
                    note,
                    Some(user),
                    replaces,
                    "current",
                    Some(number),
                    now
                )
            };
            transaction.commit().await?;
            Ok(Outcome::Done(id))
        })?)
    }

    /// Somebody approves a version that waits, or refuses it.
    pub(crate) async fn decide(
        &self,
        hash: &str,
        ruling: Ruling<'_>,
        user: &str,
        now: i64,
    ) -> Result<Outcome, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let found: Option<OfHash> =
                sqlx::query_as(OF_HASH).bind(hash).fetch_optional(&mut *transaction).await?;
            let Some((id, form, _, state, by, replaces)) = found else { return Ok(Outcome::Unknown) };
            if state != "waiting" {
                return Ok(Outcome::NotWaiting);
            }
            if by.as_deref() == Some(user) {
                return Ok(Outcome::Own);
            }
            let mut number: Option<i64> = None;
            if ruling == Ruling::Approved {
                let current: Option<Current> =
                    sqlx::query_as(CURRENT).bind(&form).fetch_optional(&mut *transaction).await?;
                if current.as_ref().map(|(_, hash, ..)| hash) != replaces.as_ref() {
                    return Ok(Outcome::NotCurrent(current.map(|(_, hash, version, _)| (hash, version))));
                }
                number = Some(next_in_force!(transaction));
                sqlx::query(RETIRE).bind(&form).execute(&mut *transaction).await?;
            }
            let (state, reason) = match ruling {
                Ruling::Approved => ("current", None),
                Ruling::Refused(reason) => ("refused", Some(reason).filter(|reason| !reason.is_empty())),
            };
            let decide = sqlx::query(DECIDE).bind(&id).bind(state).bind(user).bind(now).bind(number);
            let decide = decide.bind(reason);
            decide.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Outcome::Done(id))
        })?)
    }

    /// Makes an older version of a form current again, as a publication of its own.
    pub(crate) async fn roll_back(&self, to: &RollBack<'_>) -> Result<Outcome, StoreError> {
        let RollBack { form, hash, note, user, replaces, now } = *to;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let current: Option<Current> =
                sqlx::query_as(CURRENT).bind(form).fetch_optional(&mut *transaction).await?;
            let is = current.as_ref().map(|(_, hash, ..)| &**hash);
            let found: Vec<(String, String)> = sqlx::query_as(
                "SELECT version, state FROM form_publication WHERE form_id = $1 AND hash = $2",
            )
            .bind(form)
            .bind(hash)
            .fetch_all(&mut *transaction)
            .await?;
            let was = found.iter().find(|(_, state)| matches!(&**state, "past" | "current"));
            let Some((version, _)) = was else { return Ok(Outcome::Unknown) };
            if is == Some(hash) {
                return Ok(Outcome::IsCurrent);
            }
            if replaces.is_some() && replaces != is {
                return Ok(Outcome::NotCurrent(current.map(|(_, hash, version, _)| (hash, version))));
            }
            let number = next_in_force!(transaction);
            sqlx::query(RETIRE).bind(form).execute(&mut *transaction).await?;
            let id =
                add!(transaction, form, hash, version, note, Some(user), is, "current", Some(number), now);
            transaction.commit().await?;
            Ok(Outcome::Done(id))
        })?)
    }
}
