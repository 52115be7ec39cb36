//! Logins under way, and whom a subject is here, as the database has them.
//!
//! Kept here: a login is taken by one statement, once, and only by the browser that began it; a subject is one user's, and two
//! first logins at once make one user.

use super::super::Who;
use super::super::ciphers::hex;
use super::super::rights::Standing;
use super::super::secret::Token;
use super::super::users::{User, new_id};
use crate::store::StoreError;
use crate::store::database::BeginWriting;

/// How long a login may take, also with its second factor.
pub(super) const LOGIN_MS: i64 = 10 * 60_000;
/// The most logins under way. A stranger can begin them, as often as the limits let them.
const MOST: i64 = 20_000;

/// Whom the provider knows, and who has still to show a second factor.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) user: User,
    pub(super) goes_to: String,
}

impl Who {
    /// Keeps a login that goes to the provider. `false` if there are too many.
    pub(super) async fn keep_login(
        &self,
        state: &Token,
        browser: &Token,
        plain: &[u8],
        now: i64,
    ) -> Result<bool, StoreError> {
        let (hash, browser) = (state.hash(self.ciphers), browser.hash(self.ciphers));
        let sealed = self.ciphers.seal(&self.key, &context(&hash), plain);
        let kept = writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM oidc_login WHERE expires_at <= $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            let (count,): (i64,) =
                sqlx::query_as("SELECT count(*) FROM oidc_login").fetch_one(&mut *transaction).await?;
            if count >= MOST {
                return Ok(false);
            }
            sqlx::query("INSERT INTO oidc_login (hash, browser, sealed, expires_at) VALUES ($1, $2, $3, $4)")
                .bind(&hash)
                .bind(&browser)
                .bind(&sealed)
                .bind(now + LOGIN_MS)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(true)
        })?;
        Ok(kept)
    }

    /// Takes a login that came back to its browser: once, and in time.
    pub(super) async fn take_login(
        &self,
        state: &Token,
        browser: &Token,
        now: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        const TAKE: &str =
            "DELETE FROM oidc_login WHERE hash = $1 AND browser = $2 RETURNING sealed, expires_at";
        let (hash, browser) = (state.hash(self.ciphers), browser.hash(self.ciphers));
        let taken: Vec<(Vec<u8>, i64)> = writing!(self.store.database, |pool| sqlx::query_as(TAKE)
            .bind(&hash)
            .bind(&browser)
            .fetch_all(pool))?;
        let Some((sealed, expires_at)) = taken.into_iter().next() else { return Ok(None) };
        if now >= expires_at {
            return Ok(None);
        }
        Ok(self.ciphers.open(&self.key, &context(&hash), &sealed))
    }

    /// Keeps that somebody has still to show a second factor.
    pub(super) async fn keep_waiting(
        &self,
        user: &str,
        goes_to: &str,
        now: i64,
    ) -> Result<Token, StoreError> {
        const KEEP: &str =
            "INSERT INTO oidc_waiting (hash, user_id, goes_to, expires_at) VALUES ($1, $2, $3, $4)";
        let token = Token::new();
        let hash = token.hash(self.ciphers);
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM oidc_waiting WHERE expires_at <= $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(KEEP)
                .bind(&hash)
                .bind(user)
                .bind(goes_to)
                .bind(now + LOGIN_MS)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        })?;
        Ok(token)
    }

    /// Who it is that waits.
    pub(super) async fn waiting(&self, token: &Token, now: i64) -> Result<Option<Waiting>, StoreError> {
        const FIND: &str = "SELECT user_id, goes_to FROM oidc_waiting WHERE hash = $1 AND expires_at > $2";
        let hash = token.hash(self.ciphers);
        let found: Option<(String, String)> = reading!(self.store.database, |pool| sqlx::query_as(FIND)
            .bind(&hash)
            .bind(now)
            .fetch_optional(pool))?;
        let Some((user, goes_to)) = found else { return Ok(None) };
        let user = self.user(&user).await?.filter(|user| !user.disabled);
        Ok(user.map(|user| Waiting { user, goes_to }))
    }

    /// Nobody waits there any more. `false` if somebody else was faster.
    pub(super) async fn end_waiting(&self, token: &Token) -> Result<bool, StoreError> {
        let hash = token.hash(self.ciphers);
        let ended = writing!(self.store.database, |pool| async {
            let done =
                sqlx::query("DELETE FROM oidc_waiting WHERE hash = $1").bind(&hash).execute(pool).await?;
            Ok(done.rows_affected())
        })?;
        Ok(ended == 1)
    }

    /// What is kept of a subject: a keyed hash.
    pub(super) fn subject_key(&self, issuer: &str, subject: &str) -> String {
        hex(&self.ciphers.keyed_digest(&self.key, format!("{issuer}\n{subject}").as_bytes()))
    }

    /// The user whom a subject is here.
    pub(super) async fn linked(&self, issuer: &str, subject_key: &str) -> Result<Option<User>, StoreError> {
        const FIND: &str = "SELECT user_id FROM oidc_link WHERE issuer = $1 AND subject = $2";
        let found: Option<(String,)> = reading!(self.store.database, |pool| sqlx::query_as(FIND)
            .bind(issuer)
            .bind(subject_key)
            .fetch_optional(pool))?;
        match found {
            Some((user,)) => self.user(&user).await,
            None => Ok(None),
        }
    }

    /// Takes a user who is here already to be a subject. Their password is no way in any more, and their sessions end.
    /// `false` if the user, or the subject, was linked already.
    pub(super) async fn link(
        &self,
        issuer: &str,
        subject_key: &str,
        user: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const CLEAR: &str = "UPDATE app_user SET password = '', must_change = 0 WHERE id = $1";
        let linked = writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let done = sqlx::query(LINK)
                .bind(issuer)
                .bind(subject_key)
                .bind(user)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(CLEAR).bind(user).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })?;
        if linked {
            self.end_sessions(user, None).await?;
        }
        Ok(linked)
    }

    /// Makes a user of a subject, without a password. `None` if the name is taken, or the subject is somebody by now.
    pub(super) async fn make_linked_user(
        &self,
        issuer: &str,
        subject_key: &str,
        name: &str,
        standing: &Standing,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        const MAKE: &str = "INSERT INTO app_user (id, name, role, area, provider, password, factor_confirmed,
            disabled, must_change, made_at) VALUES ($1, $2, $3, $4, $5, '', 0, 0, 0, $6) ON CONFLICT (name) DO NOTHING";
        let id = new_id();
        let made = writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let user = sqlx::query(MAKE)
                .bind(&id)
                .bind(name)
                .bind(standing.role.name())
                .bind(standing.area.code())
                .bind(&standing.provider)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            if user.rows_affected() == 0 {
                return Ok(false);
            }
            let link = sqlx::query(LINK)
                .bind(issuer)
                .bind(subject_key)
                .bind(&id)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            if link.rows_affected() == 0 {
                return Ok(false);
            }
            transaction.commit().await?;
            Ok(true)
        })?;
        Ok(made.then_some(id))
    }
}

const LINK: &str = "INSERT INTO oidc_link (issuer, subject, user_id, made_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING";

/// The place that a login's secrets are sealed for.
fn context(hash: &str) -> Vec<u8> {
    format!("login by a provider {hash}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::super::rights::{Area, Role};
    use super::super::super::testing::{at_once, open, user};
    use super::*;
    use crate::store::testing::{Place, on_each_database};

    on_each_database!(
        a_login_is_taken_once_by_its_own_browser_and_in_time,
        a_subject_is_made_one_user_by_many_at_once,
        a_user_who_is_linked_has_no_password_any_more,
    );

    async fn a_login_is_taken_once_by_its_own_browser_and_in_time(place: &Place) {
        let who = open(place).await;
        let (state, browser) = (Token::new(), Token::new());
        assert!(who.keep_login(&state, &browser, b"nonce", 1_000).await.unwrap());
        assert_eq!(who.take_login(&state, &Token::new(), 1_001).await.unwrap(), None, "another browser");
        assert_eq!(who.take_login(&Token::new(), &browser, 1_001).await.unwrap(), None, "another state");
        let taken = at_once(|| {
            let (who, state, browser) = (who.clone(), state.clone(), browser.clone());
            async move { who.take_login(&state, &browser, 1_001).await.unwrap().is_some() }
        });
        assert_eq!(taken.await, 1);
        let late = Token::new();
        assert!(who.keep_login(&late, &browser, b"nonce", 0).await.unwrap());
        assert_eq!(who.take_login(&late, &browser, LOGIN_MS).await.unwrap(), None, "ten minutes later");
    }

    async fn a_subject_is_made_one_user_by_many_at_once(place: &Place) {
        let who = open(place).await;
        let standing = Standing { role: Role::Worker, area: Area::parse("371002").unwrap(), provider: None };
        let key = who.subject_key("https://id.example.cn", "s");
        let number = std::sync::atomic::AtomicU32::new(0);
        let made = at_once(|| {
            let (who, key, standing) = (who.clone(), key.clone(), standing.clone());
            let name = format!("li.{}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            async move {
                who.make_linked_user("https://id.example.cn", &key, &name, &standing, 1)
                    .await
                    .unwrap()
                    .is_some()
            }
        });
        assert_eq!(made.await, 1);
        assert_eq!(who.users("", 20).await.unwrap().len(), 1, "no user is left behind without a subject");
        assert!(who.linked("https://id.example.cn", &key).await.unwrap().is_some());
        assert!(who.linked("https://other.example.cn", &key).await.unwrap().is_none());
        assert_ne!(key, who.subject_key("https://id.example.cn", "t"));
    }

    async fn a_user_who_is_linked_has_no_password_any_more(place: &Place) {
        let who = open(place).await;
        let id = user(&who, "li.si").await;
        let session = who.begin_session(&id, 1_000, None).await.unwrap().hash(who.ciphers);
        assert!(who.link("https://id.example.cn", "key", &id, 1_000).await.unwrap());
        assert!(
            !who.link("https://id.example.cn", "other key", &id, 1_000).await.unwrap(),
            "one subject each"
        );
        assert!(who.session_user(&session, 1_001, false).await.unwrap().is_none());
        let linked = who.linked("https://id.example.cn", "key").await.unwrap().unwrap();
        assert_eq!((linked.id, linked.password.as_str(), linked.must_change), (id, "", false));
    }
}
