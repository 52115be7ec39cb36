//! An instance becomes a submission: read against its version of the form, kept part by part, and accepted as any other once the
//! files that its answers name are here.
//!
//! Kept here: the sealed bytes follow from the instance's text, its files and the row of its first part alone, so that whoever
//! puts them together, and however often, gets the same; what can't be accepted is refused before anything is kept.

use std::sync::Arc;

use axum::http::StatusCode;
use doorstep_delivery::attachment::is_name;
use doorstep_delivery::draft::{FormRef, new_id};
use doorstep_delivery::sealed::{MOST_ATTACHMENTS, Sealed};
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::{Attachment, Moment, Uuid};
use doorstep_engine::session::{Extent, Submitted, World};
use doorstep_engine::view::ViolationKind;
use doorstep_engine::{Form, Session, Value};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::parts::{Posted, Posting};
use crate::Shared;
use crate::answer::Refusal;
use crate::forms::Living;
use crate::intake::{self, check_answers, id_taken, unfit};
use crate::listen::now_ms;
use crate::metrics;
use crate::off_thread::off_thread;
use crate::store::{OpenRosaFile, OpenRosaInstance, PartKept, Sender};

/// The longest id of an instance, in characters.
const LONGEST_ID: usize = 200;

/// What its sender is told.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) instance_id: String,
    pub(super) form_id: String,
    pub(super) version: String,
    /// When its first part came: RFC 3339.
    pub(super) received_at: String,
    /// Are all files here that the answers name, and the submission accepted?
    pub(super) whole: bool,
}

/// An instance's text, looked into.
pub(super) struct Instance {
    pub(super) id: String,
    xml: Arc<str>,
    xml_hash: String,
    pub(super) submitted: Submitted,
}

/// Takes a part of an instance.
pub(super) async fn take(shared: &Shared, sender: Sender, posted: Posted) -> Result<Taken, Refusal> {
    let Posted { xml, files, incomplete } = posted;
    let instance = Arc::new(off_thread(move || look(xml)).await?);
    let known = shared.store.openrosa_instance(&instance.id).await?;
    if known.as_ref().is_some_and(|known| known.xml_hash != instance.xml_hash) {
        return Err(id_taken());
    }
    if let Some(known) = &known
        && shared.store.find(&known.submission_id).await?.is_some()
    {
        return again(shared, &instance, known, &files).await;
    }
    let first = match known {
        Some(known) => known,
        None => first(shared, &instance).await?,
    };
    let mut read = read_against(shared, &instance, &first).await?;
    let files = keep_files(shared, &instance.id, files, &read.named).await?;
    let xml = instance.xml.as_bytes();
    let (kept, files) = match shared.store.keep_part(&instance.id, &first, &sender, xml, &files).await? {
        PartKept::Kept(kept, files) => (kept, files),
        PartKept::Taken => return Err(id_taken()),
    };
    if kept != first {
        // Another part was faster: what it fixed stands.
        read = read_against(shared, &instance, &kept).await?;
    }
    let missing = read.missing(&files).count();
    if missing == 0 {
        accept(shared, sender, &instance.id, read, files).await?;
    } else {
        waits(shared, &kept, missing, incomplete);
    }
    Ok(taken(&instance, &kept, missing == 0))
}

fn taken(instance: &Instance, kept: &OpenRosaInstance, whole: bool) -> Taken {
    Taken {
        instance_id: instance.id.clone(),
        form_id: instance.submitted.form_id().to_owned(),
        version: instance.submitted.version().to_owned(),
        received_at: Moment { ms: kept.received_at, utc_offset_minutes: 0 }.to_rfc3339(),
        whole,
    }
}

/// Whoever sends only the half of it is told of nowhere but here.
fn waits(shared: &Shared, kept: &OpenRosaInstance, missing: usize, incomplete: bool) {
    metrics::count(&shared.metrics.openrosa_parts);
    let id = &kept.submission_id;
    if incomplete {
        tracing::info!(target: "doorstep", id, missing, "part kept");
    } else {
        tracing::warn!(target: "doorstep", id, missing, "part kept, and its sender says that it was the last");
    }
}

/// What the text says of itself.
pub(super) fn look(xml: Vec<u8>) -> Result<Instance, Refusal> {
    let bad = |reason: String| Refusal::new(StatusCode::BAD_REQUEST, "not_a_submission", reason);
    let xml_hash = content_hash(&xml);
    let xml = String::from_utf8(xml).map_err(|_| bad("the text is not UTF-8".into()))?;
    let submitted = Submitted::read(&xml).map_err(|error| bad(error.reason))?;
    let is_id = |id: &String| id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control);
    let id = submitted.instance_id().filter(is_id);
    let id = id.ok_or_else(|| {
        bad(format!("`meta/instanceID` is missing, or longer than {LONGEST_ID} characters"))
    })?;
    Ok(Instance { id, xml: xml.into(), xml_hash, submitted })
}

/// The same instance again, after it was accepted: only files that are not its own are refused.
async fn again(
    shared: &Shared,
    instance: &Instance,
    known: &OpenRosaInstance,
    files: &[Posting],
) -> Result<Taken, Refusal> {
    let kept = shared.store.openrosa_files(&instance.id).await?;
    let is_other =
        |posted: &Posting| kept.iter().any(|file| file.name == posted.name && file.hash != posted.file.hash);
    if files.iter().any(is_other) {
        return Err(id_taken());
    }
    // The server may have stopped between the two.
    shared.store.openrosa_is_whole(&instance.id).await?;
    metrics::count(&shared.metrics.again);
    Ok(taken(instance, known, true))
}

/// The row of an instance that was never here: its number, its form, and what it replaces.
async fn first(shared: &Shared, instance: &Arc<Instance>) -> Result<OpenRosaInstance, Refusal> {
    let received_at = now_ms();
    let submission_id = match uuid_of(&instance.id) {
        // Whoever sent it another way has a receipt for other bytes.
        Some(id) if shared.store.find(&id).await?.is_some() => return Err(id_taken()),
        Some(id) => id,
        None => number(&instance.id, received_at),
    };
    let replaced = instance.submitted.deprecated_id().filter(|old| *old != instance.id);
    let supersedes = match replaced {
        None => None,
        Some(old) => match shared.store.openrosa_instance(&old).await? {
            Some(known) => Some(known.submission_id),
            // What was never here can't be named by a number of ours; the text still says what it was called.
            None => uuid_of(&old),
        },
    };
    let mut first = OpenRosaInstance {
        submission_id,
        form_hash: String::new(),
        xml_hash: instance.xml_hash.clone(),
        supersedes,
        received_at,
        released: None,
    };
    first.form_hash = version_of(shared, instance, &first).await?;
    Ok(first)
}

/// A Doorstep's own id, which stays what it is: a UUIDv7 in lower case.
fn uuid_of(instance_id: &str) -> Option<String> {
    let text = instance_id.strip_prefix("uuid:")?;
    let id = Uuid::try_parse(text).ok()?;
    (id.get_version_num() == 7 && id.to_string() == text).then_some(id.to_string())
}

/// A number for an instance that some other program named: of the time that it came, and of its own id.
pub(super) fn number(instance_id: &str, received_at: i64) -> String {
    let digest = Sha256::digest(format!("openrosa instance {instance_id}").as_bytes());
    let mut own = [0; 10];
    own.copy_from_slice(&digest[..10]);
    new_id(received_at, &own).to_string()
}

/// The version of the form that the text was written for: of those served under its id and version, the one that has all its elements.
async fn version_of(
    shared: &Shared,
    instance: &Arc<Instance>,
    first: &OpenRosaInstance,
) -> Result<String, Refusal> {
    let (id, version) = (instance.submitted.form_id(), instance.submitted.version());
    let mut found = shared.store.forms_of_version(id, version).await?;
    // What is handed out now comes before what was.
    let current = shared.forms.now().await?;
    found.sort_by_key(|hash| !current.has(hash));
    let unknown = "this version of the form was never served here";
    let mut refusal = Refusal::new(StatusCode::NOT_FOUND, "form_unknown", unknown);
    for form_hash in found {
        let tried = OpenRosaInstance { form_hash: form_hash.clone(), ..first.clone() };
        match read_against(shared, instance, &tried).await {
            Ok(_) => return Ok(form_hash),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// What the form makes of an instance.
pub(super) struct Read {
    /// Without its files.
    pub(super) sealed: Sealed,
    /// The names that its answers give to files, each once.
    pub(super) named: Vec<Named>,
}

/// A file that an answer names.
pub(super) struct Named {
    pub(super) name: String,
    /// The question's: `/visit/room[2]/photo`.
    pub(super) path: String,
}

impl Read {
    /// Of the files that answers name, those that are not among these.
    pub(super) fn missing<'a>(&'a self, files: &'a [OpenRosaFile]) -> impl Iterator<Item = &'a Named> {
        self.named.iter().filter(|named| !files.iter().any(|file| file.name == named.name))
    }
}

/// Reads the text against the version of the form that its row names, and checks it as `intake` will.
pub(super) async fn read_against(
    shared: &Shared,
    instance: &Arc<Instance>,
    row: &OpenRosaInstance,
) -> Result<Read, Refusal> {
    let served = shared.forms.get(&row.form_hash).await.map_err(|error| Refusal::fault(&error))?;
    let form = served.ok_or_else(|| Refusal::fault(&"a form that was kept is gone"))?.form.clone();
    let (instance, row) = (instance.clone(), row.clone());
    let living = crate::entities::living(shared, &form).await?;
    off_thread(move || read(form, &instance, &row, living)).await
}

fn read(
    form: Arc<Form>,
    instance: &Instance,
    row: &OpenRosaInstance,
    living: Living,
) -> Result<Read, Refusal> {
    let submitted = &instance.submitted;
    if submitted.is_encrypted() {
        return read_encrypted(form, instance, row);
    }
    let came = Moment { ms: row.received_at, utc_offset_minutes: 0 };
    let told = |text: Option<String>| text.and_then(|text| Moment::from_rfc3339(&text));
    let finished_at = told(submitted.finished(&form)).unwrap_or(came);
    let world = World {
        now_ms: finished_at.ms,
        utc_offset_minutes: finished_at.utc_offset_minutes,
        living: living.clone(),
        ..World::default()
    };
    let session = submitted
        .open(form.clone(), world)
        .map_err(|error| unfit(format!("{}: {}", error.path, error.reason)))?;
    let named = files_named(&session)?;
    let number = |id: &str| Uuid::try_parse(id).map_err(|error| Refusal::fault(&error));
    let sealed = Sealed {
        id: number(&row.submission_id)?,
        form: FormRef::of(&form),
        supersedes: supersedes(row)?,
        created_at: told(submitted.started(&form)).unwrap_or(finished_at),
        finished_at,
        language: session.language().to_owned(),
        instance_name: session.instance_name(),
        data: session.data(Extent::Relevant),
        attachments: Vec::new(),
        xml: Some(instance.xml.to_string()),
    };
    check_answers(form, &sealed, living)?;
    Ok(Read { sealed, named })
}

/// What an instance replaces: what was released of it, which in its turn replaces what the instance does.
fn supersedes(row: &OpenRosaInstance) -> Result<Option<Uuid>, Refusal> {
    let before = row.released.as_deref().or(row.supersedes.as_deref());
    before.map(Uuid::try_parse).transpose().map_err(|error| Refusal::fault(&error))
}

/// A manifest, which is kept as it came: what it stands for is for the holder of the form's private key alone.
fn read_encrypted(form: Arc<Form>, instance: &Instance, row: &OpenRosaInstance) -> Result<Read, Refusal> {
    let came = Moment { ms: row.received_at, utc_offset_minutes: 0 };
    let number = |id: &str| Uuid::try_parse(id).map_err(|error| Refusal::fault(&error));
    let named = instance.submitted.encrypted_files();
    let sealed = Sealed {
        id: number(&row.submission_id)?,
        form: FormRef::of(&form),
        supersedes: supersedes(row)?,
        created_at: came,
        finished_at: came,
        language: form.languages().first().map(|language| language.to_string()).unwrap_or_default(),
        instance_name: String::new(),
        data: json!({ form.id(): {} }),
        attachments: Vec::new(),
        xml: Some(instance.xml.to_string()),
    };
    check_answers(form, &sealed, Living::default())?;
    let mut single = named.clone();
    single.sort();
    single.dedup();
    if named.is_empty() || single.len() != named.len() || !named.iter().all(|name| is_name(name)) {
        return Err(unfit(
            "the manifest names no files, one of them twice, or one that is not a name for a file",
        ));
    }
    if named.len() > MOST_ATTACHMENTS {
        return Err(unfit(format!("a submission has at most {MOST_ATTACHMENTS} files")));
    }
    let named = named.into_iter().map(|name| Named { path: name.clone(), name }).collect();
    Ok(Read { sealed, named })
}

/// The files that relevant answers name; and no answer is of another type than its question.
fn files_named(session: &Session) -> Result<Vec<Named>, Refusal> {
    let is_type = |kind: &ViolationKind| matches!(kind, ViolationKind::Type(_));
    if let Some((key, _)) = session.violations().into_iter().find(|(_, violation)| is_type(&violation.kind)) {
        return Err(unfit(format!("{}: not a value of its type", session.path(key))));
    }
    let mut named = Vec::new();
    for key in session.nodes() {
        let Some(Value::Attachment(name)) = session.value(key) else { continue };
        // The form's own picture, which its default answers with, lies with the form.
        if session.relevant(key) != Some(true) || name.starts_with("jr://") {
            continue;
        }
        if !is_name(name) {
            return Err(unfit(format!("{}: not a name for a file", session.path(key))));
        }
        named.push(Named { name: name.to_string(), path: session.path(key) });
    }
    named.sort_by(|one, other| one.name.cmp(&other.name));
    named.dedup_by(|one, other| one.name == other.name);
    if named.len() > MOST_ATTACHMENTS {
        return Err(unfit(format!("a submission has at most {MOST_ATTACHMENTS} files")));
    }
    Ok(named)
}

/// Puts those files in their place that the answers name; the others are none of the submission's, as for every server of the kind.
async fn keep_files(
    shared: &Shared,
    instance_id: &str,
    files: Vec<Posting>,
    named: &[Named],
) -> Result<Vec<OpenRosaFile>, Refusal> {
    let known = shared.store.openrosa_files(instance_id).await?;
    let is_other =
        |posted: &Posting| known.iter().any(|file| file.name == posted.name && file.hash != posted.file.hash);
    if files.iter().any(is_other) {
        return Err(id_taken());
    }
    let mut kept = Vec::new();
    for Posting { name, media_type, file } in files {
        if !named.iter().any(|named| named.name == name) {
            metrics::count(&shared.metrics.openrosa_unnamed);
            continue;
        }
        let hash = file.hash.clone();
        let received = shared.attachments.keep(file).await?;
        received.count(&shared.metrics);
        kept.push(OpenRosaFile { name, hash, size: received.size, media_type });
    }
    Ok(kept)
}

/// All of it is here: from now on it is a submission as any other.
pub(super) async fn accept(
    shared: &Shared,
    sender: Sender,
    instance_id: &str,
    read: Read,
    files: Vec<OpenRosaFile>,
) -> Result<(), Refusal> {
    submit(shared, sender, read, files).await?;
    Ok(shared.store.openrosa_is_whole(instance_id).await?)
}

/// Makes a submission of an instance with these files.
pub(super) async fn submit(
    shared: &Shared,
    sender: Sender,
    read: Read,
    files: Vec<OpenRosaFile>,
) -> Result<(), Refusal> {
    let attachments = files.into_iter().map(|file| Attachment {
        name: file.name,
        hash: file.hash,
        size: file.size,
        media_type: file.media_type,
    });
    let sealed = Sealed { attachments: attachments.collect(), ..read.sealed };
    let id = sealed.id;
    let accepted = intake::accept(shared, id, sealed.write().into_bytes(), sender).await;
    let acceptance = accepted.map_err(|refusal| match refusal.code {
        // A file that had come is damaged or gone: ours to mend, and no word against the submission.
        "attachment_missing" => Refusal::fault(&"a file that was kept is gone"),
        _ => refusal,
    })?;
    metrics::count(if acceptance.new { &shared.metrics.accepted } else { &shared.metrics.again });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_doorsteps_own_id_stays_what_it_is() {
        let own = "01a20606-35c0-7707-8707-070707070707";
        assert_eq!(uuid_of(&format!("uuid:{own}")).as_deref(), Some(own));
        for other in [
            own,
            "uuid:01A20606-35C0-7707-8707-070707070707",
            "uuid:c1d3cf25-0c1f-4b9c-9b3c-0a7e6a3f2b11",
            "uuid:",
            "x",
        ] {
            assert_eq!(uuid_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_forms_own_picture_as_an_answer_is_no_file_to_be_sent() {
        use doorstep_engine::{Bundle, Form, Source, World};
        let text = r#"{"settings": {"form_id": "wells", "version": "1"}, "survey": [
            {"type": "image", "name": "marked", "label": "Mark the leak", "default": "well.png"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("wells.json", text))).form.expect("it checks");
        let mut session = Session::new(form, World::default());
        let named = |session: &Session| {
            let files = files_named(session).unwrap_or_else(|refusal| panic!("{}", refusal.reason));
            files.into_iter().map(|file| file.name).collect::<Vec<_>>()
        };
        assert!(named(&session).is_empty());
        let marked = session.at("/wells/marked").expect("it is there");
        session.answer(marked, Value::Attachment("mine.jpg".into())).expect("it may be answered");
        assert_eq!(named(&session), ["mine.jpg"]);
    }

    #[test]
    fn a_number_is_a_uuid_of_its_time_and_of_the_instances_id() {
        let made = |id: &str, at| Uuid::try_parse(&number(id, at)).unwrap();
        let one = made("uuid:a", 1_795_397_400_000);
        assert_eq!(one.get_version_num(), 7);
        assert_eq!(one, made("uuid:a", 1_795_397_400_000));
        assert_ne!(one, made("uuid:b", 1_795_397_400_000));
    }
}
