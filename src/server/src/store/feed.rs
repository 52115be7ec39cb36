//! What comes down to phones: who sees what, and what has changed since they last asked.
//!
//! Kept here: no change is ever skipped. Numbers are taken from one row that the writing transaction changes too, so that they
//! are given in the order of the commits, and whoever reads the last number reads every change up to it. A sequence would not
//! do: it numbers before the commit. Two that publish at once meet on that row, and one of them begins again (40001).
//!
//! What leaves an area keeps its row there, with nothing to say: that is the tombstone, for those who saw it. A thing that is
//! offered in several ways is gone only for whom no way is left.

use super::database::BeginWriting;
use super::publications::LAST;
use super::{Store, StoreError};
use crate::who::mask::{Kind, shows};
use crate::who::rights::{Deed, Reach, Role, reach};
use crate::who::users::new_id;

/// What entities are called in the feed; their ids there are `LIST/ID`.
pub(crate) const ENTITY: &str = "entity";

pub(super) const BEGIN: &str =
    "INSERT INTO feed (name, epoch, last) VALUES ('feed', $1, 0) ON CONFLICT (name) DO NOTHING";
pub(super) const HEAD: &str = "SELECT epoch, last FROM feed WHERE name = 'feed'";
const OF_KIND: &str = "SELECT id, area, role, body FROM feed_change WHERE kind = $1";
pub(super) const COUNT_ON: &str = "UPDATE feed SET last = last + $1 WHERE name = 'feed'";
pub(super) const PUT: &str = "
    INSERT INTO feed_change (kind, id, area, role, seq, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (kind, id, area, role) DO UPDATE SET seq = excluded.seq, body = excluded.body";
/// A form reaches everybody whose area meets its own; anything else lies in an area of those who see it. Of entities only who may see persons as they are
/// hears anything ($6), but for a provider of what was referred to it, wherever that is ($7).
const SEEN: &str = "
    ((role IN ('', $3) AND (kind <> 'entity' OR $6 = 1)
      AND ((kind = 'form' AND $4 LIKE area || '%') OR ($5 = 1 AND area LIKE $4 || '%')))
     OR (kind = 'entity' AND role = $7))";

/// Whom a form is offered to, among those whom nobody knows, in place of a role: no role has that name.
pub(crate) const STRANGER: &str = "stranger";

/// Whom a form is offered to at kiosks, in place of a role: no role has that name.
pub(crate) const RESIDENT: &str = doorstep_engine::RESIDENT;

/// Whom a referral is offered to beside its area, in place of a role: no role's name has that sign.
pub(super) fn organisation(provider: &str) -> String {
    format!("provider/{provider}")
}

/// In a transaction that writes: from now on this is said of these things of a kind, by id, area and role; nothing: it is gone there.
macro_rules! offer {
    ($transaction:expr, $kind:expr, $changes:expr) => {{
        use $crate::store::feed::{BEGIN, COUNT_ON, HEAD, Kept, PUT};
        let changes: &[Kept] = $changes;
        if !changes.is_empty() {
            let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
            let epoch = $crate::who::users::new_id();
            sqlx::query(BEGIN).bind(epoch).execute(&mut *$transaction).await?;
            sqlx::query(COUNT_ON).bind(count).execute(&mut *$transaction).await?;
            let (_, last): (String, i64) = sqlx::query_as(HEAD).fetch_one(&mut *$transaction).await?;
            for (seq, (id, area, role, body)) in (last - count + 1..).zip(changes) {
                let put = sqlx::query(PUT).bind($kind).bind(id).bind(area).bind(role);
                put.bind(seq).bind(body).execute(&mut *$transaction).await?;
            }
        }
    }};
}
pub(super) use offer;

/// So many bytes are on a page: a phone on a slow network is to have it in time.
const LARGEST_PAGE: usize = 1 << 20;

/// Something that is offered to an area and a role; empty: to all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) role: String,
    /// What is said of it: a JSON object.
    pub(crate) body: String,
}

/// Who asks.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Viewer {
    /// The role's name; empty: nobody that is known.
    pub(crate) role: String,
    /// The area's code.
    pub(crate) area: String,
    /// The organisation of a provider.
    pub(crate) provider: String,
}

impl Viewer {
    fn is_known(&self) -> bool {
        !self.role.is_empty()
    }

    /// As what they are offered things.
    fn as_what(&self) -> &str {
        if self.is_known() { &self.role } else { STRANGER }
    }

    /// May they read what is known of persons, unmasked?
    fn sees_persons(&self) -> bool {
        Role::parse(&self.role)
            .is_some_and(|role| reach(role, Deed::Read) == Reach::Area && shows(role, Kind::Name))
    }

    /// The organisation that they see referrals to, as the feed has it; of all others one that nobody has.
    fn organisation(&self) -> String {
        let is_provider = Role::parse(&self.role) == Some(Role::Provider);
        organisation(if is_provider { &self.provider } else { "" })
    }

    /// Does a form that is for these areas and roles reach them? As `SEEN` has it.
    pub(crate) fn sees_form(&self, offered: &[(String, String)]) -> bool {
        offered.iter().any(|(area, role)| {
            let meets = self.area.starts_with(&**area) || (self.is_known() && area.starts_with(&self.area));
            meets && (role.is_empty() || *role == self.as_what())
        })
    }
}

/// A page of what has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fed {
    /// Kind, id, number, and what is said of it now; nothing: it is gone.
    pub(crate) changes: Vec<(String, String, i64, Option<String>)>,
    /// Ask from here next time.
    pub(crate) next: i64,
    /// Is there more?
    pub(crate) more: bool,
}

/// A row: id, area, role, and what is said there; nothing: it is gone.
pub(super) type Kept = (String, String, String, Option<String>);

impl Store {
    /// Offers these of a kind, and nothing else of it, from now on. Said again, it changes nothing. They follow from the forms that were in force at the number
    /// `last`: if something has come into force since, nothing is done, and the answer is `false`.
    pub(crate) async fn publish(&self, last: i64, kind: &str, offers: &[Offer]) -> Result<bool, StoreError> {
        let epoch = new_id();
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let (now,): (Option<i64>,) = sqlx::query_as(LAST).fetch_one(&mut *transaction).await?;
            if now.unwrap_or(0) != last {
                return Ok(false);
            }
            sqlx::query(BEGIN).bind(&epoch).execute(&mut *transaction).await?;
            let kept: Vec<Kept> = sqlx::query_as(OF_KIND).bind(kind).fetch_all(&mut *transaction).await?;
            offer!(transaction, kind, &difference(&kept, offers));
            transaction.commit().await?;
            Ok(true)
        })?)
    }

    /// Which feed this is, and its last number.
    pub(crate) async fn feed_head(&self) -> Result<(String, i64), StoreError> {
        let head: Option<(String, i64)> =
            reading!(self.database, |pool| sqlx::query_as(HEAD).fetch_optional(pool))?;
        Ok(head.unwrap_or_default())
    }

    /// What has changed after `since` for somebody, up to so many, in order. `head` is the last number, read before.
    pub(crate) async fn feed(
        &self,
        viewer: &Viewer,
        since: i64,
        limit: i64,
        head: i64,
    ) -> Result<Fed, StoreError> {
        let query = format!(
            "SELECT kind, id, seq, body FROM feed_change WHERE seq > $1 AND {SEEN} ORDER BY seq LIMIT $2"
        );
        let mut changes: Vec<(String, String, i64, Option<String>)> =
            reading!(self.database, |pool| sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
                .bind(since)
                .bind(limit + 1)
                .bind(viewer.as_what())
                .bind(&viewer.area)
                .bind(i64::from(viewer.is_known()))
                .bind(i64::from(viewer.sees_persons()))
                .bind(viewer.organisation())
                .fetch_all(pool))?;
        let more = i64::try_from(changes.len()).unwrap_or(i64::MAX) > limit;
        if more {
            changes.pop();
        }
        let mut bytes = 0;
        let fitting = changes.iter().take_while(|(.., body)| {
            bytes += body.as_ref().map_or(0, String::len);
            bytes <= LARGEST_PAGE
        });
        // One always fits.
        let fitting = fitting.count().max(1);
        let more = more || fitting < changes.len();
        changes.truncate(fitting);
        let last = changes.last().map_or(since, |(_, _, seq, _)| *seq);
        for (kind, id, _, body) in changes.iter_mut().filter(|(.., body)| body.is_none()) {
            *body = self.offered(viewer, kind, id).await?;
        }
        // What this viewer does not see need not be looked through again.
        Ok(Fed { changes, next: if more { last } else { last.max(head) }, more })
    }

    /// What is still said of a thing that was taken back in one way.
    async fn offered(&self, viewer: &Viewer, kind: &str, id: &str) -> Result<Option<String>, StoreError> {
        let query = format!(
            "SELECT body FROM feed_change WHERE kind = $1 AND id = $2 AND body IS NOT NULL AND {SEEN}
             ORDER BY seq DESC LIMIT 1"
        );
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
                .bind(kind)
                .bind(id)
                .bind(viewer.as_what())
                .bind(&viewer.area)
                .bind(i64::from(viewer.is_known()))
                .bind(i64::from(viewer.sees_persons()))
                .bind(viewer.organisation())
                .fetch_optional(pool))?;
        Ok(found.map(|(body,)| body))
    }

    /// Begins another feed at the next start.
    pub(crate) async fn forget_feed(&self) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query("DELETE FROM feed_change").execute(&mut *transaction).await?;
            sqlx::query("DELETE FROM feed").execute(&mut *transaction).await?;
            transaction.commit().await
        })?)
    }
}

/// The rows to write, so that what is kept becomes what is offered. Those that go come first.
fn difference(kept: &[Kept], offers: &[Offer]) -> Vec<Kept> {
    let same = |offer: &Offer, row: &Kept| (&offer.id, &offer.area, &offer.role) == (&row.0, &row.1, &row.2);
    let gone = kept.iter().filter(|row| row.3.is_some() && !offers.iter().any(|offer| same(offer, row)));
    let gone = gone.map(|(id, area, role, _)| (id.clone(), area.clone(), role.clone(), None));
    let is_kept =
        |offer: &Offer| kept.iter().any(|row| same(offer, row) && row.3.as_deref() == Some(&*offer.body));
    let come = offers.iter().filter(|offer| !is_kept(offer));
    gone.chain(come.cloned().map(|Offer { id, area, role, body }| (id, area, role, Some(body)))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::*;
    use crate::forms::KIND as FORM;

    on_each_database!(
        what_leaves_an_area_is_gone_there_only,
        a_page_at_a_time_skips_nothing_while_others_publish,
    );

    fn offer(id: &str, area: &str, body: &str) -> Offer {
        Offer { id: id.into(), area: area.into(), role: String::new(), body: body.into() }
    }

    fn worker(area: &str) -> Viewer {
        Viewer { role: "worker".into(), area: area.into(), provider: String::new() }
    }

    async fn said(store: &Store, viewer: &Viewer, since: i64) -> Vec<(String, Option<String>)> {
        let (_, head) = store.feed_head().await.unwrap();
        let fed = store.feed(viewer, since, 100, head).await.unwrap();
        assert!(!fed.more && fed.next == head);
        fed.changes.into_iter().map(|(_, id, _, body)| (id, body)).collect()
    }

    async fn what_leaves_an_area_is_gone_there_only(place: &Place) {
        let store = place.open().await;
        store
            .publish(0, FORM, &[offer("a", "371002", "1"), offer("a", "371003", "1"), offer("b", "", "2")])
            .await
            .unwrap();
        let (epoch, first) = store.feed_head().await.unwrap();
        store.publish(0, FORM, &[offer("a", "371002", "1"), offer("b", "", "2")]).await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (epoch.clone(), first + 1), "one row has changed");
        let gone = [("a".to_owned(), None)];
        assert_eq!(said(&store, &worker("371003001"), first).await, gone);
        assert_eq!(said(&store, &worker("371002"), first).await, []);
        assert_eq!(said(&store, &worker("3710"), first).await, [("a".to_owned(), Some("1".to_owned()))]);
        assert_eq!(said(&store, &Viewer::default(), 0).await, [("b".to_owned(), Some("2".to_owned()))]);
        store.publish(0, FORM, &[offer("a", "371002", "1"), offer("b", "", "2")]).await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (epoch, first + 1), "said again, nothing changes");

        // A household's case in a wider area is none of a village's business.
        store.publish(0, "case", &[offer("c", "3710", "3")]).await.unwrap();
        assert_eq!(said(&store, &worker("371002"), first + 1).await, []);
        assert_eq!(said(&store, &worker("37"), first + 1).await.len(), 1);
        store.forget_feed().await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (String::new(), 0));
    }

    async fn a_page_at_a_time_skips_nothing_while_others_publish(place: &Place) {
        let store = place.open().await;
        let publishing: Vec<_> = (0..4)
            .map(|writer| {
                let opening = place.opening();
                tokio::spawn(async move {
                    let (store, kind) = (opening.await.unwrap(), format!("kind{writer}"));
                    for round in 0..8 {
                        store.publish(0, &kind, &[offer("x", "37", &round.to_string())]).await.unwrap();
                    }
                })
            })
            .collect();
        let (mut since, mut last) = (0, std::collections::BTreeMap::new());
        for round in 0.. {
            let finished = publishing.iter().all(tokio::task::JoinHandle::is_finished);
            let (_, head) = store.feed_head().await.unwrap();
            let fed = store.feed(&worker("37"), since, 2, head).await.unwrap();
            assert!(fed.next >= since, "the cursor goes forward only");
            since = fed.next;
            for (kind, _, _, body) in fed.changes {
                last.insert(kind, body.unwrap());
            }
            if finished && !fed.more {
                break;
            }
            assert!(round < 100_000);
        }
        for writer in publishing {
            writer.await.unwrap();
        }
        assert_eq!(last.into_values().collect::<Vec<_>>(), ["7"; 4]);
        assert_eq!(since, 32, "each change has a number of its own");
    }
}
