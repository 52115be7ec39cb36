//! What was referred to an organisation, and what its people may say of it.
//!
//! Kept here: a provider answers what was referred to it, and tells what it did; it makes nothing, changes nothing else, hands nothing on by itself, and
//! does not check its own work.

use std::collections::BTreeMap;

use doorstep_engine::entities::{EntityAct, EntityChange};

use super::super::feed::ENTITY;
use super::super::{Store, StoreError};

/// The list that referrals are in, and the property that names whom they are to.
pub(crate) const REFERRALS: &str = "referrals";
/// See [`REFERRALS`].
pub(crate) const PROVIDER: &str = "provider";
/// The property that names the household that it is for, and the list which that is in.
pub(super) const CASE: &str = "case";
/// See [`CASE`].
pub(super) const CASES: &str = "cases";
/// What is said of a referral by whoever made it or checks it, never by whom it is to.
const OFFICES_OWN: [&str; 3] = [CASE, PROVIDER, "check_result"];

/// The organisation of whoever sent a submission, if they were a provider's then: what becomes of the account does not change what was sent.
pub(super) const SENT_FOR: &str = "SELECT provider FROM submission WHERE id = $1 AND provider IS NOT NULL";

/// Referrals that the organisation they are to was not told of, as those are that are older than such a feed.
const MARK_MISSING: &str = r#"
    INSERT INTO entity_untold (list, id)
    SELECT e.list, e.id FROM entity e
    WHERE e.list = 'referrals' AND e.properties LIKE '%"provider":"_%' AND NOT EXISTS (
        SELECT 1 FROM feed_change f
        WHERE f.kind = $1 AND f.id = e.list || '/' || e.id AND f.role LIKE 'provider/%' AND f.body IS NOT NULL)
    ON CONFLICT (list, id) DO NOTHING"#;

/// Referrals that those were not told of who are where their households are.
const MARK_MISSING_WHERE_ITS_CASE_IS: &str = "
    INSERT INTO entity_untold (list, id)
    SELECT e.list, e.id FROM entity e
    JOIN entity_search s ON s.list = e.list AND s.id = e.id JOIN entity c ON c.list = 'cases' AND c.id = s.about
    WHERE e.list = 'referrals' AND NOT EXISTS (
        SELECT 1 FROM feed_change f
        WHERE f.kind = $1 AND f.id = e.list || '/' || e.id AND f.area = c.area AND f.role = '' AND f.body IS NOT NULL)
    ON CONFLICT (list, id) DO NOTHING";

impl Store {
    /// Marks the referrals that the feed has for their own areas alone: at the start.
    pub(crate) async fn mark_missing_referrals(&self) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            for query in [MARK_MISSING, MARK_MISSING_WHERE_ITS_CASE_IS] {
                sqlx::query(query).bind(ENTITY).execute(pool).await?;
            }
            Ok(())
        })?)
    }
}

/// Why a provider's word is not heard; nothing: it is. `known` is what is known of the entity, if anything is: of what is not known yet one waits.
pub(super) fn refusal(
    provider: &str,
    known: Option<&BTreeMap<String, String>>,
    change: &EntityChange,
) -> Option<&'static str> {
    let is_own = known.is_none_or(|known| known.get(PROVIDER).is_some_and(|to| to == provider));
    if change.list != REFERRALS || change.act != EntityAct::Update || provider.is_empty() || !is_own {
        return Some("a provider changes what was referred to it, and nothing else");
    }
    let offices = change.properties.iter().any(|(name, _)| OFFICES_OWN.contains(&&**name));
    offices.then_some("whom it is to and how its service is found is not for its provider to say")
}
