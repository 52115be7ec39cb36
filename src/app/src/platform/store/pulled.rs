//! How far this user's phone has pulled, and the forgetting of what came down and what is receipted.
//!
//! The place lies sealed among the keys, since an older build of the app opens no database that has another set of stores; in plain
//! beside it stands its turn, which the transaction that takes a page compares. Forgetting asks for no key: a locked phone forgets too.

use std::collections::BTreeSet;

use doorstep_delivery::pull::{Came, Pulled};
use doorstep_delivery::store::{LogEvent, LogLine, StoreError, StoreErrorKind};
use doorstep_delivery::{Moment, Uuid};
use wasm_bindgen::JsValue;

use super::super::database::{
    BUNDLES, DRAFTS, Durability, ENTITIES, FORMS, KEYS, LOG, OUTBOX, RECEIPTS, SAID, SUBMISSIONS, Transaction,
};
use super::IndexedDb;
use super::arrived::forget_arrived;
use super::entities::{forget_all, forget_said_but};
use super::forms::{drop_unused, withdraw};
use super::last_saved::forget_last;
use super::records::{log_record, number, sealed_record};

/// Where it lies among the keys.
const PLACE: &str = "pulled";
/// The field with the turn.
const TURN: &str = "turn";

impl IndexedDb {
    pub(super) async fn kept_place(&self) -> Result<Pulled, StoreError> {
        let Some(kept) = self.get(KEYS, PLACE).await? else { return Ok(Pulled::default()) };
        let turn = number(&kept, TURN);
        match self.open_record::<Pulled>(KEYS, PLACE, &kept).await {
            Ok(pulled) => Ok(Pulled { turn, ..pulled }),
            // Forgotten, damaged, or of a newer build: it begins anew.
            Err(error) if error.kind == StoreErrorKind::Unreadable => {
                Ok(Pulled { turn, ..Pulled::default() })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn take_page(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError> {
        let place = self.sealing(KEYS, PLACE, pulled)?.done().await?;
        let place = sealed_record(&place, &[(TURN, (pulled.turn as f64).into())]);
        let (mut forms, mut gone) = (Vec::new(), BTreeSet::new());
        for came in came {
            match came {
                Came::Form(version, bundle) => forms.push(self.sealed_form(version, bundle).await?),
                Came::FormGone(id) => drop(gone.replace(id.as_str())),
                Came::EntitiesAnew | Came::Entity(_) | Came::EntityGone(..) => {}
            }
        }
        let parts = self.sealed_parts(came).await?;

        let stores = [KEYS, FORMS, BUNDLES, ENTITIES];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        if pulled.turn != turn(&transaction).await? + 1 {
            return Err(StoreErrorKind::Conflict.because("another tab took a page"));
        }
        withdraw(&transaction, |id| gone.contains(id)).await?;
        for form in forms {
            form.write(&transaction).await?;
        }
        parts.write(&transaction).await?;
        transaction.put(KEYS, &PLACE.into(), &place)?;
        transaction.finish().await
    }

    pub(super) async fn forget(&self, at: Moment) -> Result<(), StoreError> {
        let stores = [KEYS, FORMS, BUNDLES, ENTITIES, SAID, DRAFTS, OUTBOX, SUBMISSIONS, RECEIPTS, LOG];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        let waiting: BTreeSet<String> =
            transaction.keys(SUBMISSIONS, None).await?.iter().filter_map(JsValue::as_string).collect();
        let mut any = false;
        for key in transaction.keys(RECEIPTS, None).await? {
            let of = key.as_string().unwrap_or_default();
            // `id`, or `id/target`.
            if !waiting.contains(of.split('/').next().unwrap_or_default()) {
                transaction.delete(RECEIPTS, key)?;
                any = true;
            }
        }
        any |= withdraw(&transaction, |_| true).await?;
        forget_all(&transaction).await?;
        forget_arrived(&transaction)?;
        forget_last(&transaction)?;
        forget_said_but(&transaction, &waiting).await?;
        drop_unused(&transaction).await?;
        let next = turn(&transaction).await? + 1;
        // Without a place: whatever a pull under way had read from is not the one before any more.
        let none = sealed_record(&JsValue::UNDEFINED, &[(TURN, (next as f64).into())]);
        transaction.put(KEYS, &PLACE.into(), &none)?;
        if any {
            let line = LogLine { at, event: LogEvent::ReceiptedForgotten, id: Uuid::nil() };
            transaction.append(LOG, &log_record(&line))?;
        }
        transaction.finish().await
    }
}

/// The turn that is kept.
async fn turn(transaction: &Transaction) -> Result<u64, StoreError> {
    let kept = transaction.get(KEYS, &PLACE.into()).await?;
    Ok(kept.map_or(0, |kept| number(&kept, TURN)))
}
