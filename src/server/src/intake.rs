//! Takes a submission in: checked as a whole, then kept in one transaction with what is to be passed on of it, then receipted.
//!
//! One that is sealed for the office is opened first, and is from then on the submission that was in it: the same survey sent both ways is one. Its receipt
//! names the hash of what was sent, which is all that its device knows.
//!
//! An id is accepted once, with one hash. What else comes under it is kept aside, whole, for the office to decide on (`aside.rs`).
//!
//! The order is: what any program could check (type, size, digest), what makes it a submission (fields, id), whether it is
//! here already, only then the form, and last whether its attachments are here. So a phone that lost the answer gets its receipt again, whatever became of the form.

use std::sync::Arc;

use axum::http::StatusCode;
use doorstep_delivery::for_office::Envelope;
use doorstep_delivery::odk_encryption::is_manifest;
use doorstep_delivery::sealed::{NotSealed, Sealed};
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::{Moment, Uuid};
use doorstep_engine::Form;
use doorstep_engine::session::{Session, World};
use doorstep_engine::view::ViolationKind;

use crate::answer::Refusal;
use crate::forms::Living;
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::office_key::{OfficeKey, SealedFiles};
use crate::store::{Kept, Relayed, Row, Sender, Undone};
use crate::{Shared, aside, body, entities};

/// What the device is told.
#[derive(Debug)]
pub(crate) struct Acceptance {
    /// Was it accepted just now?
    pub(crate) new: bool,
    pub(crate) hash: String,
    /// When it was accepted first: RFC 3339, UTC.
    pub(crate) server_time: String,
    /// Another submission has the id: the office took this one in under its own.
    pub(crate) taken_in_as: Option<String>,
}

/// The largest submission.
const BODY_LIMIT: usize = 4 << 20;
/// The largest envelope: base64 of the largest submission, and what stands beside it.
pub(crate) const ENVELOPE_LIMIT: usize = BODY_LIMIT / 3 * 4 + (128 << 10);

/// A submission as it came, read.
struct Came {
    sealed: Sealed,
    /// Its own bytes, and their hash.
    body: Vec<u8>,
    hash: String,
    /// The hash of what was sent.
    sent: String,
    /// What was sent, of one that was sealed for the office.
    envelope: Option<Vec<u8>>,
    /// Of one that was sealed for the office.
    files: Option<SealedFiles>,
}

/// Accepts a body under an id.
pub(crate) async fn accept(
    shared: &Shared,
    id: Uuid,
    body: Vec<u8>,
    sender: Sender,
) -> Result<Acceptance, Refusal> {
    let came = match Envelope::is(&body) {
        true => open(shared.office_key.clone(), body).await?,
        false => off_thread(move || read(body)).await?,
    };
    let Came { sealed, body, hash, sent, envelope, files } = came;
    if sealed.id != id {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad_id", "the id in the body is another one"));
    }
    let id = id.to_string();
    let found = shared.store.find(&id).await?;
    if let Some((kept, received_at)) = &found {
        if *kept == hash {
            return Ok(accepted(false, sent, *received_at));
        }
        if let Some(aside) = shared.store.find_aside(&id, &hash).await? {
            return aside::told(&aside, sent);
        }
    }
    let sealed = check_against_form(shared, sealed).await?;
    take_files(shared, &sealed, files).await?;
    let received_at = now_ms();
    let row = Row {
        id: &id,
        form_id: &sealed.form.id,
        form_version: &sealed.form.version,
        form_hash: &sealed.form.hash,
        content_hash: &hash,
        body: &body,
        received_at,
        sender,
    };
    if found.is_some() {
        return aside::keep(shared, &sealed, &row, envelope.as_deref(), sent).await;
    }
    let items = shared.relay.items(&sealed, &hash, body.len(), received_at);
    match shared.store.keep(&row, Relayed { items: &items, now: shared.relay.clock.now() }).await? {
        Kept::New => {
            shared.relay.tell(&items);
            let (form, version) = (&sealed.form.id, &sealed.form.version);
            tracing::info!(target: "doorstep", id, form, version, sealed = sent != hash, "accepted");
            let area = row.sender.area.unwrap_or_default();
            let submission = Undone { id: id.clone(), body, area, received_at };
            entities::go_through(shared, &sealed.form.hash, submission).await;
            Ok(accepted(true, sent, received_at))
        }
        Kept::Again { received_at } => Ok(accepted(false, sent, received_at)),
        Kept::Taken => aside::keep(shared, &sealed, &row, envelope.as_deref(), sent).await,
    }
}

/// No more than the largest submission has, sealed or not.
pub(crate) fn check_size(body: &[u8]) -> Result<(), Refusal> {
    match Envelope::is(body) || body.len() <= BODY_LIMIT {
        true => Ok(()),
        false => Err(body::too_large("a submission", BODY_LIMIT)),
    }
}

fn read(body: Vec<u8>) -> Result<Came, Refusal> {
    let sealed = Sealed::read(&body).map_err(not_sealed)?;
    let hash = content_hash(&body);
    Ok(Came { sealed, sent: hash.clone(), hash, body, envelope: None, files: None })
}

/// Opens what is sealed for the office. What stands in plain beside it has to be what is within.
async fn open(key: Arc<OfficeKey>, body: Vec<u8>) -> Result<Came, Refusal> {
    off_thread(move || {
        let envelope = Envelope::read(&body).map_err(not_sealed)?;
        let mut opened = key.open_envelope(&envelope)?;
        check_size(&opened.body)?;
        let within = read(std::mem::take(&mut opened.body))?;
        let Sealed { id, form, finished_at, attachments, .. } = &within.sealed;
        let same = (*id, form, *finished_at) == (envelope.id, &envelope.form, envelope.finished_at);
        if !same || attachments.len() != envelope.files.len() {
            return Err(unfit("what stands beside the sealed bytes is not what is within"));
        }
        let files = SealedFiles { came: envelope.files, opened };
        Ok(Came { sent: content_hash(&body), envelope: Some(body), files: Some(files), ..within })
    })
    .await
}

/// Are its files here? Sealed ones are opened.
async fn take_files(shared: &Shared, sealed: &Sealed, files: Option<SealedFiles>) -> Result<(), Refusal> {
    let named = &sealed.attachments;
    let missing = match &files {
        Some(files) => files.missing(&shared.attachments, named).await?,
        None => shared.attachments.missing(named.iter().map(|file| file.hash.as_str())).await?,
    };
    if !missing.is_empty() {
        return Err(Refusal::attachments_missing(missing));
    }
    match files {
        Some(files) => files.open(shared, named).await,
        None => Ok(()),
    }
}

pub(crate) fn accepted(new: bool, hash: String, received_at: i64) -> Acceptance {
    let server_time = Moment { ms: received_at, utc_offset_minutes: 0 }.to_rfc3339().replace("+00:00", "Z");
    Acceptance { new, hash, server_time, taken_in_as: None }
}

pub(crate) fn id_taken() -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "id_taken", "another submission has this id")
}

fn not_sealed(error: NotSealed) -> Refusal {
    match error {
        NotSealed::NotJson { .. } => Refusal::new(StatusCode::BAD_REQUEST, "not_json", error.to_string()),
        NotSealed::Fields { .. } | NotSealed::Layout(_) | NotSealed::Field(_) => unfit(error.to_string()),
    }
}

pub(crate) fn unfit(reason: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "not_a_submission", reason)
}

/// Structure and types, by the engine. Missing and doubtful answers are the office's to judge, not a reason to lose the rest.
async fn check_against_form(shared: &Shared, sealed: Sealed) -> Result<Sealed, Refusal> {
    let served = shared.forms.get(&sealed.form.hash).await.map_err(|error| Refusal::fault(&error))?;
    let unknown = || {
        Refusal::new(StatusCode::NOT_FOUND, "form_unknown", "this version of the form was never served here")
    };
    let form = served.ok_or_else(unknown)?.form.clone();
    if (form.id(), form.version()) != (sealed.form.id.as_str(), sealed.form.version.as_str()) {
        return Err(unfit("the form's id or version is not the one of its hash"));
    }
    if !form.languages().iter().any(|tag| **tag == *sealed.language) {
        return Err(unfit("`language` is none of the form's"));
    }
    let living = entities::living(shared, &form).await?;
    off_thread(move || check_answers(form, &sealed, living).map(|()| sealed)).await
}

/// Is it encrypted if its form wants that, and only then? Beside what is encrypted there are no answers.
fn check_encryption(form: &Form, sealed: &Sealed) -> Result<(), Refusal> {
    let encrypted = sealed.xml.as_deref().is_some_and(is_manifest);
    let answers = sealed.data.get(form.id()).and_then(|data| data.as_object());
    match (form.public_key().is_some(), encrypted) {
        (true, false) => Err(unfit(
            "this form's answers are to come encrypted for its public key, which goes by OpenRosa only",
        )),
        (false, true) => {
            Err(unfit("it is encrypted, which this form does not ask for: nobody could check it"))
        }
        (true, true) if answers.is_none_or(|answers| !answers.is_empty()) => {
            Err(unfit("it is encrypted and has answers in plain beside that"))
        }
        (true, true) | (false, false) => Ok(()),
    }
}

/// `living`: the files of lists that grow. Of a household that this server does not know yet, others may have answered.
pub(crate) fn check_answers(form: Arc<Form>, sealed: &Sealed, living: Living) -> Result<(), Refusal> {
    check_encryption(&form, sealed)?;
    let world = World {
        now_ms: sealed.finished_at.ms,
        utc_offset_minutes: sealed.finished_at.utc_offset_minutes,
        living,
        ..World::default()
    };
    let session = Session::restore(form, world, &sealed.data)
        .map_err(|error| unfit(format!("{}: {}", error.path, error.reason)))?;
    // A draft may hold text that is not of its question's type; a submission may not.
    let unread = session
        .violations()
        .into_iter()
        .find(|(_, violation)| matches!(violation.kind, ViolationKind::Type(_)));
    match unread {
        Some((key, _)) => Err(unfit(format!("{}: not a value of its type", session.path(key)))),
        None => Ok(()),
    }
}
