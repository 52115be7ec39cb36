//! What this user's phone knows of entities: what the server told of lists, in parts, and what surveys finished here say of them; each sealed.
//!
//! Parts are read before the transaction that writes them, which compares the turn of the place in the feed: whoever wrote a part meanwhile has moved it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::entities::{ListPart, parts_of};
use doorstep_delivery::pull::Came;
use doorstep_delivery::store::{Listed, StoreError, StoreErrorKind};
use doorstep_delivery::{KnownEntity, Said, Submission, Uuid};
use wasm_bindgen::JsValue;

use super::super::database::{Durability, ENTITIES, SAID, Transaction};
use super::IndexedDb;
use super::records::sealed_record;

impl IndexedDb {
    /// What the server told of a list.
    pub(super) async fn list_entities(&self, list: &str) -> Result<Listed<KnownEntity>, StoreError> {
        let transaction = self.database.read(&[ENTITIES]).await?;
        let mut kept = Vec::new();
        for name in ListPart::names(list) {
            if let Some(part) = transaction.get(ENTITIES, &name.as_str().into()).await? {
                kept.push((name, part));
            }
        }
        let mut listed = Listed::default();
        for (name, part) in kept {
            match self.open_record::<ListPart>(ENTITIES, &name, &part).await {
                Ok(part) => listed.items.extend(part.into_entities()),
                Err(error) => listed.unreadable.push((name, error)),
            }
        }
        Ok(listed)
    }

    /// The parts of lists as they are after what came, to be written.
    pub(super) async fn sealed_parts(&self, came: &[Came]) -> Result<SealedParts, StoreError> {
        let anew = came.contains(&Came::EntitiesAnew);
        let touched = came.iter().filter_map(|came| match came {
            Came::Entity(entity) => Some((&*entity.list, &*entity.id)),
            Came::EntityGone(list, id) => Some((&**list, &**id)),
            Came::EntitiesAnew | Came::Form(..) | Came::FormGone(_) => None,
        });
        let mut parts: BTreeMap<String, ListPart> = BTreeMap::new();
        for name in parts_of(touched) {
            let kept = if anew { None } else { self.get(ENTITIES, &name).await? };
            let part = match kept {
                None => ListPart::default(),
                Some(kept) => match self.open_record::<ListPart>(ENTITIES, &name, &kept).await {
                    // What was in a damaged one can't be had again by keeping it.
                    Err(error) if error.kind == StoreErrorKind::Unreadable => ListPart::default(),
                    part => part?,
                },
            };
            parts.insert(name, part);
        }
        for came in came {
            match came {
                Came::Entity(entity) => {
                    let part = parts.entry(ListPart::name_of(&entity.list, &entity.id)).or_default();
                    part.put(entity.clone());
                }
                Came::EntityGone(list, id) => {
                    parts.entry(ListPart::name_of(list, id)).or_default().remove(id);
                }
                Came::EntitiesAnew | Came::Form(..) | Came::FormGone(_) => {}
            }
        }
        let mut sealed = Vec::with_capacity(parts.len());
        for (name, part) in parts {
            let record = match part.is_empty() {
                true => None,
                false => Some(sealed_record(&self.sealing(ENTITIES, &name, &part)?.done().await?, &[])),
            };
            sealed.push((name.into(), record));
        }
        Ok(SealedParts { anew, parts: sealed })
    }

    /// What a submission says of entities, to be written with it.
    pub(super) async fn sealed_said(&self, submission: &Submission) -> Result<Option<JsValue>, StoreError> {
        let Some(said) = submission.said() else { return Ok(None) };
        // Under the user's key, whoever the submission is sealed for: it is for this phone to read.
        let sealed = self.sealing(SAID, &said.submission.to_string(), &said)?.done().await?;
        Ok(Some(sealed_record(&sealed, &[])))
    }

    pub(super) async fn forget_said(&self, submissions: &[Uuid]) -> Result<(), StoreError> {
        let transaction = self.database.write(&[SAID], Durability::Strict).await?;
        for id in submissions {
            transaction.delete(SAID, JsValue::from(id.to_string()))?;
        }
        transaction.finish().await
    }

    pub(super) async fn list_said(&self) -> Result<Listed<Said>, StoreError> {
        self.list(SAID).await
    }
}

/// Parts of lists, to be written.
pub(super) struct SealedParts {
    anew: bool,
    parts: Vec<(JsValue, Option<JsValue>)>,
}

impl SealedParts {
    pub(super) async fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        if self.anew {
            forget_all(transaction).await?;
        }
        self.parts.iter().try_for_each(|(name, record)| match record {
            Some(record) => transaction.put(ENTITIES, name, record),
            None => transaction.delete(ENTITIES, name.clone()),
        })
    }
}

/// Removes all that the server told of entities.
pub(super) async fn forget_all(transaction: &Transaction) -> Result<(), StoreError> {
    for key in transaction.keys(ENTITIES, None).await? {
        transaction.delete(ENTITIES, key)?;
    }
    Ok(())
}

/// Removes what was said by surveys that do not wait any more.
pub(super) async fn forget_said_but(
    transaction: &Transaction,
    waiting: &BTreeSet<String>,
) -> Result<(), StoreError> {
    for key in transaction.keys(SAID, None).await? {
        if !waiting.contains(&key.as_string().unwrap_or_default()) {
            transaction.delete(SAID, key)?;
        }
    }
    Ok(())
}
