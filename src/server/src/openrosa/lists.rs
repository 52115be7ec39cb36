//! Entity lists as files of a form (ODK Entities): whatever a form calls `households.csv` is the list `households` as it is now, for the asker's area.
//!
//! Kept here: only somebody who is known gets one, of their own area and what lies in it, and the audit log says so; a stranger gets the file that the form
//! came with. A provider's program gets the referrals to its organisation, and of every other list the file that the form came with, too.

use doorstep_engine::entities::is_entity_name;

use super::asker::Asker;
use crate::Shared;
use crate::answer::Refusal;
use crate::entities::{For, all, write_csv};
use crate::store::{PROVIDER, REFERRALS};
use crate::who::audit::{Entry, Event};
use crate::who::rights::Role;

/// The list that a file of a form is, if it is one.
pub(super) async fn list_of(shared: &Shared, asker: &Asker, file: &str) -> Result<Option<String>, Refusal> {
    let Some(list) = file.strip_suffix(".csv").filter(|list| is_entity_name(list)) else { return Ok(None) };
    let is_known = !asker.viewer.role.is_empty() && (list == REFERRALS || provider(asker).is_none());
    let lives = is_known
        && (shared.forms.now().await?.living_lists().iter().any(|name| **name == *file)
            || shared.store.has_list(list).await?);
    Ok(lives.then(|| list.to_owned()))
}

/// A list as CSV: `name,label,__version`, then every property that an entity of it has.
pub(super) async fn csv(shared: &Shared, asker: &Asker, list: &str) -> Result<Vec<u8>, Refusal> {
    let entities = match provider(asker) {
        None => all(shared, list, &asker.viewer.area).await?,
        Some(provider) => {
            let mut everywhere = all(shared, list, "").await?;
            everywhere.retain(|referral| referral.properties.get(PROVIDER).is_some_and(|to| to == provider));
            for (name, value) in everywhere.iter_mut().flat_map(|referral| &mut referral.properties) {
                *value = shared.office.seen(Role::Provider, list, name, value);
            }
            everywhere
        }
    };
    write_csv(&entities, For::Forms).map_err(|error| Refusal::fault(&error))
}

/// Notes that somebody has read a list.
pub(super) async fn note(shared: &Shared, asker: &Asker, list: &str) -> Result<(), Refusal> {
    let (user, device) = (asker.sender.user.clone(), asker.sender.device.clone());
    let entry = Entry { event: Event::EntitiesRead, user, device, to: Some(list.to_owned()) };
    Ok(shared.who.note(&entry).await?)
}

/// The organisation of somebody who sees referrals alone; blank, and none is theirs, if they have none.
fn provider(asker: &Asker) -> Option<&str> {
    (asker.viewer.role == Role::Provider.name()).then_some(&*asker.viewer.provider)
}
