//! Users and their sessions, as the database has them.
//!
//! Kept here: a row whose role or area this program does not know is nobody; a step of the second factor, and a recovery code,
//! is taken by one statement, so that two requests at once can't both use it.

use super::Who;
use super::ciphers::{hex, random};
use super::rights::{Area, Role, Standing};
use super::second_factor::{Shared, recovery_hash};
use super::secret::Token;
use super::{limits, session};
use crate::store::StoreError;
use crate::store::database::BeginWriting;

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    /// What they log in with.
    pub(crate) name: String,
    pub(crate) standing: Standing,
    /// Argon2's hash of the password.
    pub(crate) password: String,
    /// The second factor's secret, sealed.
    factor: Option<Vec<u8>>,
    /// Has a code of it been shown? Before that it asks for none.
    pub(crate) factor_confirmed: bool,
    /// The last step whose code was used.
    factor_step: Option<i64>,
    pub(crate) disabled: bool,
    /// Was the password given by somebody else?
    pub(crate) must_change: bool,
    /// Milliseconds since 1970.
    pub(crate) made_at: i64,
    /// Did the session that was asked for begin at the office's provider, and was a second factor shown there?
    pub(crate) by_provider: Option<bool>,
}

/// What somebody has to do before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pending {
    /// Choose a password of their own.
    Password,
    /// Set up the second factor that their role needs.
    SecondFactor,
}

type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    String,
    Option<Vec<u8>>,
    i64,
    Option<i64>,
    i64,
    i64,
    i64,
);

const NAMED: &str = "SELECT id, name, role, area, provider, password, factor, factor_confirmed, factor_step,
    disabled, must_change, made_at FROM app_user WHERE name = $1";
const OF_ID: &str = "SELECT id, name, role, area, provider, password, factor, factor_confirmed, factor_step,
    disabled, must_change, made_at FROM app_user WHERE id = $1";
const ALL: &str = "SELECT id, name, role, area, provider, password, factor, factor_confirmed, factor_step,
    disabled, must_change, made_at FROM app_user WHERE name > $1 ORDER BY name LIMIT $2";

impl User {
    fn new(columns: Columns) -> Option<User> {
        let (
            id,
            name,
            role,
            area,
            provider,
            password,
            factor,
            confirmed,
            step,
            disabled,
            must_change,
            made_at,
        ) = columns;
        Some(User {
            id,
            name,
            standing: standing(&role, &area, provider)?,
            password,
            factor,
            factor_confirmed: confirmed != 0,
            factor_step: step,
            disabled: disabled != 0,
            must_change: must_change != 0,
            made_at,
            by_provider: None,
        })
    }

    /// Is there no password to log in with? Then the office's provider is the only way in.
    pub(crate) fn has_no_password(&self) -> bool {
        self.password.is_empty()
    }

    pub(crate) fn pending(&self) -> Option<Pending> {
        if self.must_change && self.by_provider.is_none() {
            Some(Pending::Password)
        } else if self.standing.role.needs_second_factor()
            && !self.factor_confirmed
            && self.by_provider != Some(true)
        {
            Some(Pending::SecondFactor)
        } else {
            None
        }
    }
}

/// What a row says of somebody's standing; `None` if this program does not know such a role or area.
fn standing(role: &str, area: &str, provider: Option<String>) -> Option<Standing> {
    Some(Standing { role: Role::parse(role)?, area: Area::parse(area)?, provider })
}

/// An id that nobody can guess: 128 random bits.
pub(crate) fn new_id() -> String {
    hex(&random::<16>())
}

/// The place that a second factor's secret is sealed for.
fn context(user: &str) -> Vec<u8> {
    format!("second factor of {user}").into_bytes()
}

impl Who {
    pub(crate) async fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
        let row: Option<Columns> =
            reading!(self.store.database, |pool| sqlx::query_as(NAMED).bind(name).fetch_optional(pool))?;
        Ok(row.and_then(User::new))
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let row: Option<Columns> =
            reading!(self.store.database, |pool| sqlx::query_as(OF_ID).bind(id).fetch_optional(pool))?;
        Ok(row.and_then(User::new))
    }

    /// Users by name, after one.
    pub(crate) async fn users(&self, after: &str, limit: i64) -> Result<Vec<User>, StoreError> {
        let rows: Vec<Columns> = reading!(self.store.database, |pool| sqlx::query_as(ALL)
            .bind(after)
            .bind(limit)
            .fetch_all(pool))?;
        Ok(rows.into_iter().filter_map(User::new).collect())
    }

    /// Makes a user, who has to choose another password first. `None` if the name is taken.
    pub(crate) async fn make_user(
        &self,
        name: &str,
        standing: &Standing,
        password: &str,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        const MAKE: &str = "INSERT INTO app_user (id, name, role, area, provider, password, factor_confirmed,
            disabled, must_change, made_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 1, $7) ON CONFLICT (name) DO NOTHING";
        let id = new_id();
        let made = writing!(self.store.database, |pool| async {
            let done = sqlx::query(MAKE)
                .bind(&id)
                .bind(name)
                .bind(standing.role.name())
                .bind(standing.area.code())
                .bind(&standing.provider)
                .bind(password)
                .bind(now)
                .execute(pool)
                .await?;
            Ok(done.rows_affected())
        })?;
        Ok((made == 1).then_some(id))
    }

    /// Is there any user?
    pub(crate) async fn has_users(&self) -> Result<bool, StoreError> {
        let row: Option<(i64,)> =
            reading!(self.store.database, |pool| sqlx::query_as("SELECT made_at FROM app_user LIMIT 1")
                .fetch_optional(pool))?;
        Ok(row.is_some())
    }

    /// Gives a user another standing. Their sessions end, so that no page shows what is no longer theirs.
    pub(crate) async fn set_standing(&self, id: &str, standing: &Standing) -> Result<(), StoreError> {
        const SET: &str = "UPDATE app_user SET role = $2, area = $3, provider = $4 WHERE id = $1";
        writing!(self.store.database, |pool| async {
            sqlx::query(SET)
                .bind(id)
                .bind(standing.role.name())
                .bind(standing.area.code())
                .bind(&standing.provider)
                .execute(pool)
                .await?;
            Ok(())
        })?;
        self.end_sessions(id, None).await
    }

    /// Shuts a user out, or lets them in again.
    pub(crate) async fn set_disabled(&self, id: &str, disabled: bool) -> Result<(), StoreError> {
        const SET: &str = "UPDATE app_user SET disabled = $2 WHERE id = $1";
        writing!(self.store.database, |pool| async {
            sqlx::query(SET).bind(id).bind(i64::from(disabled)).execute(pool).await?;
            Ok(())
        })?;
        self.end_sessions(id, None).await
    }

    /// Keeps another password's hash. All sessions but the given one end.
    pub(crate) async fn set_password(
        &self,
        id: &str,
        password: &str,
        must_change: bool,
        but: Option<&str>,
    ) -> Result<(), StoreError> {
        const SET: &str = "UPDATE app_user SET password = $2, must_change = $3 WHERE id = $1";
        writing!(self.store.database, |pool| async {
            sqlx::query(SET).bind(id).bind(password).bind(i64::from(must_change)).execute(pool).await?;
            Ok(())
        })?;
        self.end_sessions(id, but).await
    }

    /// Keeps a new second factor, which asks for nothing until a code of it was shown. `false` if there is one already.
    pub(crate) async fn begin_second_factor(&self, id: &str, shared: &Shared) -> Result<bool, StoreError> {
        const SET: &str =
            "UPDATE app_user SET factor = $2, factor_step = NULL WHERE id = $1 AND factor_confirmed = 0";
        let sealed = self.ciphers.seal(&self.key, &context(id), shared.bytes());
        let begun = writing!(self.store.database, |pool| async {
            let done = sqlx::query(SET).bind(id).bind(&sealed).execute(pool).await?;
            Ok(done.rows_affected())
        })?;
        Ok(begun == 1)
    }

    /// The second factor's secret.
    pub(crate) fn second_factor(&self, user: &User) -> Option<Shared> {
        let sealed = user.factor.as_ref()?;
        Shared::from_bytes(&self.ciphers.open(&self.key, &context(&user.id), sealed)?)
    }

    /// Takes a code of the second factor: each step once, whoever is faster.
    pub(crate) async fn take_code(&self, user: &User, code: &str, now: i64) -> Result<bool, StoreError> {
        const TAKE: &str = "UPDATE app_user SET factor_step = $2
            WHERE id = $1 AND (factor_step IS NULL OR factor_step < $2)";
        let Some(shared) = self.second_factor(user) else { return Ok(false) };
        let Some(step) = shared.step_of(code, now, user.factor_step) else { return Ok(false) };
        let taken = writing!(self.store.database, |pool| async {
            let done = sqlx::query(TAKE).bind(&user.id).bind(step).execute(pool).await?;
            Ok(done.rows_affected())
        })?;
        Ok(taken == 1)
    }

    /// From now on, the second factor is asked for; these recovery codes stand in for it, and all other sessions end.
    pub(crate) async fn confirm_second_factor(
        &self,
        id: &str,
        codes: &[String],
        but: Option<&str>,
    ) -> Result<(), StoreError> {
        let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(code, self.ciphers)).collect();
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM recovery_code WHERE user_id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            for hash in &hashes {
                sqlx::query("INSERT INTO recovery_code (hash, user_id) VALUES ($1, $2)")
                    .bind(hash)
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
            }
            sqlx::query("UPDATE app_user SET factor_confirmed = 1 WHERE id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        })?;
        self.end_sessions(id, but).await
    }

    /// Takes a recovery code: once.
    pub(crate) async fn take_recovery_code(&self, id: &str, code: &str) -> Result<bool, StoreError> {
        const TAKE: &str = "DELETE FROM recovery_code WHERE hash = $1 AND user_id = $2";
        let hash = recovery_hash(code, self.ciphers);
        let taken = writing!(self.store.database, |pool| async {
            let done = sqlx::query(TAKE).bind(&hash).bind(id).execute(pool).await?;
            Ok(done.rows_affected())
        })?;
        Ok(taken == 1)
    }

    /// Takes a user's second factor away, with its recovery codes and their sessions.
    pub(crate) async fn reset_second_factor(&self, id: &str) -> Result<(), StoreError> {
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM recovery_code WHERE user_id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "UPDATE app_user SET factor = NULL, factor_confirmed = 0, factor_step = NULL WHERE id = $1",
            )
            .bind(id)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })?;
        self.end_sessions(id, None).await
    }

    /// Begins a session; `by_provider` as [`User`] has it. Those that are over go at the same time.
    pub(crate) async fn begin_session(
        &self,
        user: &str,
        now: i64,
        by_provider: Option<bool>,
    ) -> Result<Token, StoreError> {
        let token = Token::new();
        let hash = token.hash(self.ciphers);
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM login_session WHERE seen_at < $1 OR made_at < $2")
                .bind(now - session::IDLE_MS)
                .bind(now - session::ABSOLUTE_MS)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "INSERT INTO login_session (hash, user_id, made_at, seen_at, by_provider) VALUES ($1, $2, $3, $3, $4)",
            )
            .bind(&hash)
            .bind(user)
            .bind(now)
            .bind(by_provider.map(i64::from))
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })?;
        Ok(token)
    }

    /// The user of a session that is not over, and whom nobody has shut out since. It goes on by that, unless the page asks `by_itself`, with nobody
    /// there.
    pub(crate) async fn session_user(
        &self,
        hash: &str,
        now: i64,
        by_itself: bool,
    ) -> Result<Option<User>, StoreError> {
        let found: Option<(String, i64, i64, Option<i64>)> =
            reading!(self.store.database, |pool| sqlx::query_as(
                "SELECT user_id, made_at, seen_at, by_provider FROM login_session WHERE hash = $1"
            )
            .bind(hash)
            .fetch_optional(pool))?;
        let Some((user, made_at, seen_at, by_provider)) = found else { return Ok(None) };
        if session::is_over(made_at, seen_at, now) {
            return Ok(None);
        }
        if now - seen_at >= session::TOUCH_MS && !by_itself {
            writing!(self.store.database, |pool| async {
                sqlx::query("UPDATE login_session SET seen_at = $2 WHERE hash = $1")
                    .bind(hash)
                    .bind(now)
                    .execute(pool)
                    .await?;
                Ok(())
            })?;
        }
        let user = self.user(&user).await?.filter(|user| !user.disabled);
        Ok(user.map(|user| User { by_provider: by_provider.map(|shown| shown != 0), ..user }))
    }

    /// When a session began, in milliseconds since 1970.
    pub(crate) async fn session_began(&self, hash: &str) -> Result<Option<i64>, StoreError> {
        let found: Option<(i64,)> = reading!(self.store.database, |pool| sqlx::query_as(
            "SELECT made_at FROM login_session WHERE hash = $1"
        )
        .bind(hash)
        .fetch_optional(pool))?;
        Ok(found.map(|(made_at,)| made_at))
    }

    /// Ends one session.
    pub(crate) async fn end_session(&self, hash: &str) -> Result<(), StoreError> {
        writing!(self.store.database, |pool| async {
            sqlx::query("DELETE FROM login_session WHERE hash = $1").bind(hash).execute(pool).await?;
            Ok(())
        })?;
        Ok(())
    }

    /// Ends a user's sessions, but one perhaps.
    pub(super) async fn end_sessions(&self, user: &str, but: Option<&str>) -> Result<(), StoreError> {
        writing!(self.store.database, |pool| async {
            sqlx::query("DELETE FROM login_session WHERE user_id = $1 AND hash <> $2")
                .bind(user)
                .bind(but.unwrap_or_default())
                .execute(pool)
                .await?;
            Ok(())
        })?;
        Ok(())
    }

    /// How long the name has to wait, in milliseconds: the same for names that nobody has.
    pub(crate) async fn wait_of(&self, name: &str, now: i64) -> Result<i64, StoreError> {
        let key = self.name_key(name);
        let found: Option<(i64,)> = reading!(self.store.database, |pool| sqlx::query_as(
            "SELECT wait_until FROM login_failure WHERE hash = $1"
        )
        .bind(&key)
        .fetch_optional(pool))?;
        Ok(found.map_or(0, |(until,)| (until - now).max(0)))
    }

    /// Counts a wrong password or code. What is a day old is forgotten at the same time.
    pub(crate) async fn count_failure(&self, name: &str, now: i64) -> Result<(), StoreError> {
        let key = self.name_key(name);
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM login_failure WHERE wait_until < $1")
                .bind(now - 24 * 60 * 60_000)
                .execute(&mut *transaction)
                .await?;
            let found: Option<(i64,)> = sqlx::query_as("SELECT failures FROM login_failure WHERE hash = $1")
                .bind(&key)
                .fetch_optional(&mut *transaction)
                .await?;
            let failures = found.map_or(0, |(failures,)| failures).saturating_add(1);
            sqlx::query(
                "INSERT INTO login_failure (hash, failures, wait_until) VALUES ($1, $2, $3)
                 ON CONFLICT (hash) DO UPDATE SET failures = excluded.failures, wait_until = excluded.wait_until",
            )
            .bind(&key)
            .bind(failures)
            .bind(now + limits::wait_after(failures))
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })?;
        Ok(())
    }

    /// Forgets the wrong passwords of a name.
    pub(crate) async fn forget_failures(&self, name: &str) -> Result<(), StoreError> {
        let key = self.name_key(name);
        writing!(self.store.database, |pool| async {
            sqlx::query("DELETE FROM login_failure WHERE hash = $1").bind(&key).execute(pool).await?;
            Ok(())
        })?;
        Ok(())
    }

    /// People type passwords where names belong: what is kept of a name that was tried is a keyed hash.
    fn name_key(&self, name: &str) -> String {
        hex(&self.ciphers.keyed_digest(&self.key, name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at_once, open, user};
    use super::*;
    use crate::store::testing::{Place, on_each_database};

    on_each_database!(
        a_name_is_one_users,
        a_code_and_a_recovery_code_are_taken_once_by_many_at_once,
        wrong_passwords_are_counted_by_all_processes,
        sessions_end_together_but_one,
        a_user_this_program_can_not_read_is_nobody,
    );

    async fn a_name_is_one_users(place: &Place) {
        let who = open(place).await;
        assert!(!who.has_users().await.unwrap());
        let made = at_once(|| {
            let who = who.clone();
            async move { who.make_first_user().await.unwrap().is_some() }
        });
        assert_eq!(made.await, 1);
        assert_eq!(who.users("", 10).await.unwrap().len(), 1);
        assert!(who.user_named("' OR '1'='1").await.unwrap().is_none());
    }

    async fn a_code_and_a_recovery_code_are_taken_once_by_many_at_once(place: &Place) {
        let who = open(place).await;
        let id = user(&who, "li.si").await;
        let (shared, now) = (Shared::new(), 1_795_397_400_000);
        assert!(who.begin_second_factor(&id, &shared).await.unwrap());
        let before = who.user(&id).await.unwrap().unwrap();
        let code = shared.code(now);
        let taken = at_once(|| {
            let (who, user, code) = (who.clone(), before.clone(), code.clone());
            async move { who.take_code(&user, &code, now).await.unwrap() }
        });
        assert_eq!(taken.await, 1);

        who.confirm_second_factor(&id, &["abcde-fghjk".to_owned()], None).await.unwrap();
        assert!(!who.begin_second_factor(&id, &Shared::new()).await.unwrap(), "it is not put over another");
        let other = user(&who, "wang.wu").await;
        assert!(!who.take_recovery_code(&other, "abcde-fghjk").await.unwrap(), "it is another's");
        let taken = at_once(|| {
            let (who, id) = (who.clone(), id.clone());
            async move { who.take_recovery_code(&id, "ABCDE FGHJK").await.unwrap() }
        });
        assert_eq!(taken.await, 1);
        who.reset_second_factor(&id).await.unwrap();
        assert!(who.second_factor(&who.user(&id).await.unwrap().unwrap()).is_none());
    }

    async fn wrong_passwords_are_counted_by_all_processes(place: &Place) {
        let who = open(place).await;
        assert_eq!(who.wait_of("nobody", 0).await.unwrap(), 0);
        let counted = at_once(|| {
            let who = who.clone();
            async move { who.count_failure("nobody", 0).await.is_ok() }
        });
        assert_eq!(counted.await, 12);
        assert_eq!(who.wait_of("nobody", 0).await.unwrap(), limits::wait_after(12));
        assert_eq!(who.wait_of("somebody", 0).await.unwrap(), 0);
        who.forget_failures("nobody").await.unwrap();
        assert_eq!(who.wait_of("nobody", 0).await.unwrap(), 0);
    }

    async fn sessions_end_together_but_one(place: &Place) {
        let who = open(place).await;
        let id = user(&who, "li.si").await;
        let mut hashes = Vec::new();
        for _ in 0..3 {
            hashes.push(who.begin_session(&id, 1_000, None).await.unwrap().hash(who.ciphers));
        }
        who.set_password(&id, "other hash", false, Some(&hashes[1])).await.unwrap();
        let known = |hash: String| {
            let who = who.clone();
            async move { who.session_user(&hash, 2_000, false).await.unwrap().is_some() }
        };
        // What a page asks by itself keeps nobody signed in.
        let late = 1_000 + session::IDLE_MS;
        for (by_itself, goes_on) in [(true, false), (false, true)] {
            let hash = who.begin_session(&id, 1_000, None).await.unwrap().hash(who.ciphers);
            assert!(who.session_user(&hash, late - 1, by_itself).await.unwrap().is_some());
            assert_eq!(who.session_user(&hash, late, by_itself).await.unwrap().is_some(), goes_on);
        }
        assert_eq!([known(hashes[0].clone()).await, known(hashes[1].clone()).await], [false, true]);
        who.set_disabled(&id, true).await.unwrap();
        assert!(!known(hashes[1].clone()).await);
    }

    async fn a_user_this_program_can_not_read_is_nobody(place: &Place) {
        let who = open(place).await;
        let id = user(&who, "li.si").await;
        writing!(who.store.database, |pool| async {
            sqlx::query("UPDATE app_user SET role = 'emperor'").execute(pool).await?;
            Ok(())
        })
        .unwrap();
        assert!(who.user(&id).await.unwrap().is_none());
    }
}
