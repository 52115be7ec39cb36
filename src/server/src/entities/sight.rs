//! How far somebody sees the entities of a list, and how an entity looks to them.
//!
//! Kept here: workers, stations and auditors see their area and what lies in it; a provider sees the referrals to its own organisation, wherever they are,
//! and no other list; complaints may be about whoever visits, and workers see none; what a role does not see it can neither search, filter, order nor count by.

use axum::http::StatusCode;
use doorstep_engine::entities::totals::{Only, Said};
use doorstep_engine::is_entity_name;
use serde_json::{Map, Value as Json, json};

use crate::Shared;
use crate::answer::Refusal;
use crate::declared::Office;
use crate::store::{KnownEntity, OFFICE_ONLY, PROVIDER, REFERRALS};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::mask::shows;
use crate::who::rights::{Deed, Reach, Role, reach};
use crate::who::routes::unknown;

/// How far somebody sees a list.
#[derive(Debug)]
pub(super) struct Sight<'c> {
    pub(super) role: Role,
    /// The code of the area that they see; empty: everywhere.
    pub(super) area: &'c str,
    /// The organisation whose referrals they see, and nothing else.
    provider: Option<&'c str>,
}

impl<'c> Sight<'c> {
    /// Of whoever asks; noted if they see nothing of the list.
    ///
    /// # Errors
    /// 403 `forbidden`, or 404 if that is no list's name.
    pub(super) async fn of(shared: &Shared, caller: &'c Caller, list: &str) -> Result<Sight<'c>, Refusal> {
        caller.may_somewhere(&shared.who, Deed::Read).await?;
        if !is_entity_name(list) {
            return Err(unknown());
        }
        let standing = &caller.standing;
        let role = standing.role;
        let sight = match reach(role, Deed::Read) {
            Reach::All => Some(Sight { role, area: "", provider: None }),
            Reach::Area => Some(Sight { role, area: standing.area.code(), provider: None }),
            // Wherever the household is: what was referred counts, not the area.
            Reach::Referred => match standing.provider.as_deref() {
                Some(provider) if list == REFERRALS => {
                    Some(Sight { role, area: "", provider: Some(provider) })
                }
                _ => None,
            },
            Reach::No => None,
        };
        if keeps_from(role, list) {
            return Err(kept_from(shared, caller).await?);
        }
        match sight {
            Some(sight) => Ok(sight),
            None => {
                shared.who.note(&caller.entry(Event::Forbidden)).await?;
                let reason = "your organisation sees the referrals to it, and no other list";
                Err(Refusal::new(StatusCode::FORBIDDEN, "forbidden", reason))
            }
        }
    }

    /// What has to hold of whatever they see.
    pub(super) fn only(&self) -> Option<Only> {
        let provider = self.provider?;
        Some(Only { property: PROVIDER.to_owned(), test: Said::Is, text: provider.to_owned() })
    }

    /// Do they see that one?
    pub(super) fn sees(&self, entity: &KnownEntity) -> bool {
        entity.area.starts_with(self.area) && self.only().is_none_or(|only| only.holds(&entity.properties))
    }

    /// May they see other entities that name one that they see?
    pub(super) const fn sees_others(&self) -> bool {
        self.provider.is_none()
    }

    /// An entity as they see it.
    pub(super) fn entity(&self, office: &Office, entity: &KnownEntity) -> Json {
        json!({
            "id": entity.id, "label": office.label_seen(self.role, &entity.list, &entity.label),
            "area": entity.area, "version": entity.version, "changed_at": entity.changed_at,
            "conflict": entity.conflict, "properties": self.properties(office, &entity.list, &entity.properties),
        })
    }

    /// Properties as they see them.
    pub(super) fn properties<'p>(
        &self,
        office: &Office,
        list: &str,
        properties: impl IntoIterator<Item = (&'p String, &'p String)>,
    ) -> Json {
        let seen = |(name, value): (&String, &String)| {
            (name.clone(), Json::from(office.seen(self.role, list, name, value)))
        };
        Json::Object(properties.into_iter().map(seen).collect::<Map<_, _>>())
    }
}

/// Is a list none of a role's business?
pub(crate) fn keeps_from(role: Role, list: &str) -> bool {
    role == Role::Worker && list == OFFICE_ONLY
}

/// 403 `forbidden`, noted.
pub(crate) async fn kept_from(shared: &Shared, caller: &Caller) -> Result<Refusal, Refusal> {
    shared.who.note(&caller.entry(Event::Forbidden)).await?;
    let reason = "complaints are for the station: they may be about whoever visits";
    Ok(Refusal::new(StatusCode::FORBIDDEN, "forbidden", reason))
}

/// Does a role see what a property says?
pub(super) fn sees(role: Role, office: &Office, list: &str, property: &str) -> bool {
    shows(role, office.kind(list, property))
}

/// 403: what a role does not see tells it nothing by this way either.
pub(crate) fn hidden() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "hidden",
        "your role does not see that, and can't search, filter, order or count by it",
    )
}
