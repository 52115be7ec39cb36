//! Entity lists as files of a form (ODK Entities): whatever a form calls `households.csv` is the list `households` as it is now, for the asker's area.
//!
//! Kept here: only somebody who is known gets one, of their own area and what lies in it, and the audit log says so; a stranger gets the file that the form
//! came with. A cell that a spreadsheet would take for a formula is none of ours to change: it is data that goes back into forms.

use std::collections::BTreeSet;

use doorstep_engine::entities::is_entity_name;

use super::asker::Asker;
use crate::Shared;
use crate::answer::Refusal;
use crate::store::EntityRow;
use crate::who::audit::{Entry, Event};

/// So many rows are asked for at a time.
const PAGE: i64 = 1_000;
/// At most so many are in a list: more than a phone could hold.
const MOST: usize = 100_000;

/// The list that a file of a form is, if it is one.
pub(super) async fn list_of(shared: &Shared, asker: &Asker, file: &str) -> Option<String> {
    let list = file.strip_suffix(".csv").filter(|list| is_entity_name(list))?;
    let is_known = !asker.viewer.role.is_empty();
    (is_known && shared.forms.living_lists().iter().any(|name| **name == *file)).then(|| list.to_owned())
}

/// A list as CSV: `name,label,__version`, then every property that an entity of it has.
pub(super) async fn csv(shared: &Shared, asker: &Asker, list: &str) -> Result<Vec<u8>, Refusal> {
    let mut entities: Vec<EntityRow> = Vec::new();
    loop {
        let after = entities.last().map_or("", |entity| &entity.id);
        let page = shared.store.entities_of(list, &asker.viewer.area, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        entities.extend(page);
        if is_last || entities.len() >= MOST {
            break;
        }
    }
    let names: BTreeSet<&String> = entities.iter().flat_map(|entity| entity.properties.keys()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |error: csv::Error| Refusal::fault(&error);
    let first = ["name", "label", "__version"].into_iter();
    writer.write_record(first.chain(names.iter().map(|name| name.as_str()))).map_err(fault)?;
    for entity in &entities {
        let version = entity.version.to_string();
        let first = [&*entity.id, &*entity.label, &*version].into_iter();
        let rest = names.iter().map(|name| entity.properties.get(*name).map_or("", String::as_str));
        writer.write_record(first.chain(rest)).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| Refusal::fault(&error.error()))
}

/// Notes that somebody has read a list.
pub(super) async fn note(shared: &Shared, asker: &Asker, list: &str) -> Result<(), Refusal> {
    let (user, device) = (asker.sender.user.clone(), asker.sender.device.clone());
    let entry = Entry { event: Event::EntitiesRead, user, device, to: Some(list.to_owned()) };
    Ok(shared.who.note(&entry).await?)
}
