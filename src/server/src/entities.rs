//! Entities: what submissions say of households and persons, gone through once a submission is kept.
//!
//! Kept here: a submission is receipted whatever it says of entities, since answers are worth more than lists; what was not gone through when the
//! process ended is at the next start. Nothing of it is only here: it can be built again from the submissions.

mod conflicts;
mod csv;
mod file;
mod people;
mod search;
mod sight;
mod timeline;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};
use doorstep_delivery::sealed::Sealed;
use doorstep_engine::Form;
use doorstep_engine::session::Submitted;

use crate::Shared;
use crate::answer::Refusal;
use crate::api::wrong_method;
use crate::forms::Living;
use crate::off_thread::off_thread;
use crate::resident::keep_proof;
use crate::store::Undone;

pub(crate) use csv::{For, write as write_csv};
pub(crate) use file::all;
pub(crate) use sight::{hidden, keeps_from, kept_from};

/// All addresses of lists.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/entities/conflicts", get(conflicts::list).fallback(wrong_method))
        .route("/api/v1/entities/{list}", get(file::export).post(file::import).fallback(wrong_method))
        .route("/api/v1/entities/{list}/search", post(search::search).fallback(wrong_method))
        .route("/api/v1/entities/{list}/{id}/timeline", post(timeline::show).fallback(wrong_method))
        .route("/api/v1/entities/{list}/{id}", delete(conflicts::remove).fallback(wrong_method))
        .route("/api/v1/entities/{list}/{id}/settled", post(conflicts::settle).fallback(wrong_method))
}

/// So many submissions at a time.
const AT_ONCE: i64 = 50;

/// The files of a form that are lists which grow: choices that a copy of them lacks stand as they came.
pub(crate) async fn living(shared: &Shared, form: &Form) -> Result<Living, Refusal> {
    let written = shared.forms.now().await?.living_lists();
    let mut living: Vec<Arc<str>> = written.to_vec();
    for list in form.lists_read() {
        let file = format!("{list}.csv");
        if !written.iter().any(|known| **known == *file) && shared.store.has_list(list).await? {
            living.push(file.into());
        }
    }
    Ok(living.into())
}

/// Goes through what a submission says that was accepted just now: that one alone, however many there are of its form.
pub(crate) async fn go_through(shared: &Shared, form_hash: &str, submission: Undone) {
    let done = async {
        match form(shared, form_hash).await? {
            Some(form) => apply(shared, &form, submission).await,
            None => Ok(()),
        }
    };
    if let Err(refusal) = done.await {
        told(form_hash, &refusal);
    }
}

/// Tells phones of what changed. One at a time in this process: each counts in the same row. What could not be told now is with the next.
pub(crate) async fn tell(shared: &Shared) {
    let _turn = shared.telling.lock().await;
    if let Err(error) = shared.store.tell_of_entities().await {
        tracing::error!(target: "doorstep", what = %error, "entities for phones");
    }
}

/// Goes through what was accepted and not gone through yet: at the start.
pub(crate) async fn go_through_all(shared: &Shared) {
    match shared.store.forms_answered().await {
        Ok(hashes) => {
            for hash in hashes {
                if let Err(refusal) = of_form(shared, &hash).await {
                    told(&hash, &refusal);
                }
            }
        }
        Err(error) => tracing::error!(target: "doorstep", what = %error, "entities"),
    }
    if let Err(error) = shared.store.fill_search().await {
        tracing::error!(target: "doorstep", what = %error, "what entities are found by");
    }
    if let Err(error) = shared.store.mark_missing_entities().await {
        tracing::error!(target: "doorstep", what = %error, "entities for phones");
    }
    if let Err(error) = shared.store.mark_missing_referrals().await {
        tracing::error!(target: "doorstep", what = %error, "referrals for providers' phones");
    }
    tell(shared).await;
}

fn told(form_hash: &str, refusal: &Refusal) {
    tracing::error!(target: "doorstep", form_hash, what = %refusal.reason, "entities");
}

/// A form that says something of entities, or lets one be chosen.
async fn form(shared: &Shared, hash: &str) -> Result<Option<Arc<Form>>, Refusal> {
    let served = shared.forms.get(hash).await.map_err(|error| Refusal::fault(&error))?;
    let speaks = |form: &Arc<Form>| !form.entity_lists().is_empty() || !form.lists_read().is_empty();
    Ok(served.map(|served| served.form.clone()).filter(speaks))
}

async fn of_form(shared: &Shared, form_hash: &str) -> Result<(), Refusal> {
    let Some(form) = form(shared, form_hash).await? else { return Ok(()) };
    loop {
        let undone = shared.store.entities_undone(form_hash, AT_ONCE).await?;
        if undone.is_empty() {
            return Ok(());
        }
        for submission in undone {
            apply(shared, &form, submission).await?;
        }
    }
}

async fn apply(shared: &Shared, form: &Arc<Form>, submission: Undone) -> Result<(), Refusal> {
    let form = form.clone();
    let (submission, changes, named) = off_thread(move || {
        let (changes, named) = read(&form, &submission);
        Ok((submission, changes, named))
    })
    .await?;
    let said = changes.len();
    keep_proof(shared, &submission, &changes).await?;
    let about = named.iter().filter(|(list, id)| {
        !changes.iter().flatten().any(|change| change.list == *list && change.id == *id)
    });
    shared.store.keep_named(&submission.id, &about.collect::<Vec<_>>()).await?;
    if shared.store.apply_entities(&submission, &changes).await? {
        release(shared, &changes).await?;
        // A phone that has its receipt finds in the feed what it said.
        tell(shared).await;
        tracing::info!(target: "doorstep", id = submission.id, said, "entities");
    }
    Ok(())
}

/// Applies what was said of these entities before they, or the versions it was said over, were here: until nothing of it can be.
async fn release(shared: &Shared, changes: &[Change]) -> Result<(), Refusal> {
    let mut touched: Vec<(&str, &str)> =
        changes.iter().flatten().map(|change| (&*change.list, &*change.id)).collect();
    touched.sort_unstable();
    touched.dedup();
    for (list, id) in touched {
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for held in shared.store.entities_held(list, id).await? {
                let Some(form) = form(shared, &held.form_hash).await? else { continue };
                let (held, said) = off_thread(move || {
                    let said = said_by(&form, &held.submission);
                    Ok((held, said))
                })
                .await?;
                let change = usize::try_from(held.place).ok().and_then(|place| said.get(place));
                if let Some(Ok(change)) = change {
                    goes_on |= shared.store.apply_held(&held.submission, held.place, change).await?;
                }
            }
        }
    }
    Ok(())
}

type Change = Result<doorstep_engine::entities::EntityChange, doorstep_engine::entities::EntityError>;

fn said_by(form: &Arc<Form>, submission: &Undone) -> Vec<Change> {
    read(form, submission).0
}

/// What a submission says of entities, and which it names. What can't be read says nothing: an encrypted one, say.
fn read(form: &Arc<Form>, submission: &Undone) -> (Vec<Change>, Vec<(String, String)>) {
    let sealed = Sealed::read(&submission.body).ok();
    let xml = sealed.and_then(|sealed| sealed.xml);
    let submitted =
        xml.and_then(|xml| Submitted::read(&xml).ok()).filter(|instance| !instance.is_encrypted());
    submitted.map(|instance| (instance.entities(form), instance.named(form))).unwrap_or_default()
}
