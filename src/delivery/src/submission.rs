//! A finished form: sealed. Bytes, id and hash are frozen; what is sent is these bytes, as often as it takes.
//!
//! A later edit would be a new submission that names this one in `supersedes`.

use std::sync::Arc;

use doorstep_engine::EntityChange;
use doorstep_engine::session::{Extent, Session};
use doorstep_engine::value::Value;
use doorstep_engine::view::Violation;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::attachment::Attachment;
use crate::draft::{Draft, FormRef, FormRefV1, MomentV1};
use crate::encrypted_for::{EncryptedFor, EncryptedForV1};
use crate::entities::Said;
use crate::for_office::Envelope;
use crate::last_saved::LastSaved;
use crate::moment::Moment;
use crate::odk_encryption::is_manifest;
use crate::record::{self, Record, RecordError, RecordErrorKind};
use crate::sealed::{NotSealed, Sealed};

/// A finished form. Made by [`Submission::seal`] alone, so that bytes and hash can't part; [`crate::for_office::seal`] puts one into an envelope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    id: Uuid,
    hash: String,
    form: FormRef,
    name: String,
    finished_at: Moment,
    body: Arc<str>,
    attachments: Vec<Attachment>,
    xml: Option<Arc<str>>,
    encrypted_for: Option<EncryptedFor>,
    for_office: bool,
    said: Vec<EntityChange>,
    last_saved: Option<LastSaved>,
    /// Is that all of it?
    last_is_whole: bool,
}

/// Why a form can't be finished.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SealError {
    /// Something is still wrong, in document order, with the paths of the questions.
    Violations(Vec<(String, Violation)>),
    /// The session runs another form than the draft's.
    OtherForm,
    /// Answers name files that the device has not got: the paths of the questions.
    FilesMissing(Vec<String>),
}

impl Submission {
    /// Finishes the form and freezes it. The session gets its `end`; only relevant answers go in, and of the draft's `files` those that they name.
    /// `secret` is random, for this submission alone: where the form has a public key, all that goes out is encrypted with what follows from it.
    ///
    /// # Errors
    /// [`SealError`] if answers or files are wrong or missing; nothing is sealed then.
    pub fn seal(
        session: &mut Session,
        draft: &Draft,
        files: &[Attachment],
        now: Moment,
        secret: [u8; 32],
    ) -> Result<Submission, SealError> {
        if FormRef::of(session.form()) != draft.form {
            return Err(SealError::OtherForm);
        }
        refuse_violations(session)?;
        session.set_now(now.ms, now.utc_offset_minutes);
        session.finish();
        // The clock went on and `end` was set: a constraint may look at either.
        refuse_violations(session)?;
        let attachments = named_files(session, files)?;
        let encrypted_for = session.form().public_key().map(|key| EncryptedFor::new(key, secret));
        let submission = Submission::freeze(Sealed {
            id: draft.id,
            form: draft.form.clone(),
            supersedes: draft.supersedes,
            created_at: draft.created_at,
            finished_at: now,
            language: session.language().to_owned(),
            instance_name: session.instance_name(),
            data: session.data(Extent::Relevant),
            attachments,
            xml: Some(session.instance_xml(Extent::Relevant)),
        });
        let said = session.entities().into_iter().filter_map(Result::ok).collect();
        // What is to be read by few only is kept as far as the form asks for it by name.
        let last = session.last_saved().filter(|last| encrypted_for.is_none() || !last.whole);
        let last_is_whole = last.as_ref().is_some_and(|last| last.whole);
        let last_saved = last.map(|last| LastSaved {
            submission: submission.id,
            form: submission.form.id.clone(),
            xml: last.xml,
        });
        Ok(Submission { encrypted_for, said, last_saved, last_is_whole, ..submission })
    }

    /// Writes the bytes and hashes them.
    pub(crate) fn freeze(sealed: Sealed) -> Submission {
        let body = sealed.clone().write();
        Submission::of(sealed, content_hash(body.as_bytes()), body)
    }

    fn of(sealed: Sealed, hash: String, body: String) -> Submission {
        Submission {
            id: sealed.id,
            hash,
            form: sealed.form,
            name: sealed.instance_name,
            finished_at: sealed.finished_at,
            body: body.into(),
            attachments: sealed.attachments,
            xml: sealed.xml.map(Arc::from),
            encrypted_for: None,
            for_office: false,
            said: Vec::new(),
            last_saved: None,
            last_is_whole: false,
        }
    }

    /// One whose bytes are an envelope's: nothing of it can be read here but what stands beside what is sealed.
    pub(crate) fn in_envelope(body: String, envelope: Envelope) -> Submission {
        Submission {
            id: envelope.id,
            hash: content_hash(body.as_bytes()),
            form: envelope.form,
            name: String::new(),
            finished_at: envelope.finished_at,
            body: body.into(),
            attachments: envelope.files,
            xml: None,
            encrypted_for: None,
            for_office: true,
            said: Vec::new(),
            last_saved: None,
            last_is_whole: false,
        }
    }

    /// Sealed bytes that came another way than from this device's store: as another device exported them, with what they are to be encrypted for.
    ///
    /// # Errors
    /// [`NotSealed`] if they are no submission.
    pub fn read(body: String, encrypted_for: Option<EncryptedFor>) -> Result<Submission, NotSealed> {
        if Envelope::is(body.as_bytes()) {
            let envelope = Envelope::read(body.as_bytes())?;
            return Ok(Submission::in_envelope(body, envelope));
        }
        let sealed = Sealed::read(body.as_bytes())?;
        let submission = Submission::of(sealed, content_hash(body.as_bytes()), body);
        Ok(Submission { encrypted_for, ..submission })
    }

    /// Its id, the draft's.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// SHA-256 of the bytes, 64 lowercase hex characters.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The form it answers.
    pub fn form(&self) -> &FormRef {
        &self.form
    }

    /// The form's `instance_name` for it, for the outbox to show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it was finished.
    pub fn finished_at(&self) -> Moment {
        self.finished_at
    }

    /// The bytes that are sent: UTF-8 JSON.
    pub fn body(&self) -> &Arc<str> {
        &self.body
    }

    /// The files that belong to it, kept beside it and named in the bytes by their hashes.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// The instance as ODK's servers take it, frozen within the bytes; `None` if it was finished by a build that made none.
    pub fn xml(&self) -> Option<&Arc<str>> {
        self.xml.as_ref()
    }

    /// Whom it has to be encrypted for before anything of it leaves; `None` if its form asks for no encryption.
    pub fn encrypted_for(&self) -> Option<&EncryptedFor> {
        self.encrypted_for.as_ref()
    }

    /// Is it fit only for whoever takes encrypted submissions: to be encrypted, or come as the manifest of one that somebody else encrypted?
    pub fn is_for_few(&self) -> bool {
        self.encrypted_for.is_some() || self.xml.as_ref().is_some_and(|xml| is_manifest(xml))
    }

    /// Is it sealed for the office? Then its bytes, name and files say nothing here, and only a Doorstep server with the office's key can take it.
    pub fn is_for_office(&self) -> bool {
        self.for_office
    }

    /// What it says of entities. Known of one that was sealed just now, and kept beside it; one that was kept is not asked again.
    pub fn said(&self) -> Option<Said> {
        let said = Said { submission: self.id, finished_at: self.finished_at, changes: self.said.clone() };
        (!said.changes.is_empty()).then_some(said)
    }

    /// What the next one asks of it. Known of one that was sealed just now, and kept beside it.
    pub fn last_saved(&self) -> Option<&LastSaved> {
        self.last_saved.as_ref()
    }

    /// The same one, of which the next one will know nothing: whoever begins that may be somebody else.
    pub fn without_last_saved(self) -> Submission {
        Submission { last_saved: None, ..self }
    }

    /// The same one in an envelope says what it said. All of it is for the office alone: only what the form asks for by name stays.
    pub(crate) fn saying_as(self, other: &Submission) -> Submission {
        let last_saved = other.last_saved.clone().filter(|_| !other.last_is_whole);
        Submission { said: other.said.clone(), last_saved, ..self }
    }

    /// How many bytes it is in all, with its files.
    pub fn size(&self) -> u64 {
        self.body.len() as u64 + self.attachments.iter().map(|file| file.size).sum::<u64>()
    }
}

/// Of the draft's files those that relevant answers name, by name.
fn named_files(session: &Session, files: &[Attachment]) -> Result<Vec<Attachment>, SealError> {
    let (mut named, mut missing) = (Vec::new(), Vec::new());
    for key in session.nodes() {
        let Some(Value::Attachment(name)) = session.value(key) else { continue };
        if session.relevant(key) != Some(true) {
            continue;
        }
        // The form's own picture, which its default answers with: it lies with the form, and nobody made one of theirs of it.
        if name.starts_with("jr://") {
            continue;
        }
        match files.iter().find(|file| *file.name == **name) {
            Some(file) => named.push(file.clone()),
            None => missing.push(session.path(key)),
        }
    }
    named.sort();
    named.dedup();
    if missing.is_empty() { Ok(named) } else { Err(SealError::FilesMissing(missing)) }
}

/// The hash that names content everywhere: SHA-256, 64 lowercase hex characters.
pub fn content_hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn refuse_violations(session: &Session) -> Result<(), SealError> {
    let violations = session.violations();
    if violations.is_empty() {
        return Ok(());
    }
    let named = violations.into_iter().map(|(key, violation)| (session.path(key), violation));
    Err(SealError::Violations(named.collect()))
}

/// The first version of the kept submission. The body is kept as text, so that the bytes are the very same.
#[derive(Serialize, Deserialize)]
struct SubmissionV1 {
    id: Uuid,
    hash: String,
    form: FormRefV1,
    name: String,
    finished_at: MomentV1,
    body: String,
}

/// The second version: with whom it has to be encrypted for. Written only of those, so that a build before it leaves them alone, which would send
/// them in plain, and goes on sending all others.
#[derive(Serialize, Deserialize)]
struct SubmissionV2 {
    #[serde(flatten)]
    v1: SubmissionV1,
    encrypted_for: EncryptedForV1,
}

impl Record for Submission {
    const KIND: &'static str = "submission";

    fn to_bytes(&self) -> Vec<u8> {
        let v1 = SubmissionV1 {
            id: self.id,
            hash: self.hash.clone(),
            form: self.form.clone().into(),
            name: self.name.clone(),
            finished_at: self.finished_at.into(),
            body: self.body.to_string(),
        };
        match &self.encrypted_for {
            // The third version: the same, and the bytes are an envelope's. A build before it leaves those alone.
            None if self.for_office => record::encode(3, &v1),
            None => record::encode(1, &v1),
            Some(whom) => record::encode(2, &SubmissionV2 { v1, encrypted_for: whom.into() }),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Submission, RecordError> {
        let damaged = |kind| RecordError { record: Self::KIND, kind };
        let elsewhere = || damaged(RecordErrorKind::Malformed { line: 1, column: 1 });
        let (v1, encrypted_for): (SubmissionV1, _) = match record::version(Self::KIND, bytes)? {
            1 => (record::decode(Self::KIND, bytes)?, None),
            2 => {
                let v2: SubmissionV2 = record::decode(Self::KIND, bytes)?;
                // Half of it would be a submission that goes out in plain.
                (v2.v1, Some(v2.encrypted_for.read().ok_or_else(elsewhere)?))
            }
            3 => {
                let v1: SubmissionV1 = record::decode(Self::KIND, bytes)?;
                let envelope = Envelope::read(v1.body.as_bytes()).map_err(|error| damaged(unread(error)))?;
                return Ok(Submission { hash: v1.hash, ..Submission::in_envelope(v1.body, envelope) });
            }
            version => return Err(record::newer(Self::KIND, version)),
        };
        // What else there is to it stands in the bytes.
        let sealed = Sealed::read(v1.body.as_bytes()).map_err(|error| damaged(unread(error)))?;
        Ok(Submission {
            id: v1.id,
            hash: v1.hash,
            form: v1.form.into(),
            name: v1.name,
            finished_at: v1.finished_at.into(),
            body: v1.body.into(),
            attachments: sealed.attachments,
            xml: sealed.xml.map(Arc::from),
            encrypted_for,
            for_office: false,
            said: Vec::new(),
            last_saved: None,
            last_is_whole: false,
        })
    }
}

/// What a record is whose bytes can't be read.
fn unread(error: NotSealed) -> RecordErrorKind {
    match error {
        NotSealed::NotJson { line, column } | NotSealed::Fields { line, column } => {
            RecordErrorKind::Malformed { line, column }
        }
        NotSealed::Layout(layout) => RecordErrorKind::Newer(layout),
        NotSealed::Field(_) => RecordErrorKind::Malformed { line: 1, column: 1 },
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::draft::tests::sample as draft;
    use crate::record::golden;
    use serde_json::json;

    /// A draft's sealed form, without an engine.
    pub(crate) fn sealed(draft: &Draft, data: serde_json::Value, now: Moment) -> Sealed {
        Sealed {
            id: draft.id,
            form: draft.form.clone(),
            supersedes: draft.supersedes,
            created_at: draft.created_at,
            finished_at: now,
            language: "zh".into(),
            instance_name: "张三".into(),
            data,
            attachments: Vec::new(),
            xml: Some("<data id=\"household-needs\"/>".into()),
        }
    }

    /// A sealed submission without an engine.
    pub(crate) fn sample() -> Submission {
        let now = Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 };
        let data = json!({"household-needs": {"members": [{"member_name": "张三"}]}});
        Submission::freeze(sealed(&draft(), data, now))
    }

    /// The same with a photo.
    pub(crate) fn with_photo() -> (Submission, Vec<u8>) {
        let now = Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 };
        let (photo, bytes) = crate::attachment::tests::sample();
        let data = json!({"household-needs": {"photo": photo.name}});
        let sealed = Sealed { attachments: vec![photo], ..sealed(&draft(), data, now) };
        (Submission::freeze(sealed), bytes)
    }

    /// The same, of a form with a public key.
    pub(crate) fn encrypted() -> (Submission, Vec<u8>) {
        let (submission, bytes) = with_photo();
        (Submission { encrypted_for: Some(EncryptedFor::new("MIIBIjANBgkq", [9; 32])), ..submission }, bytes)
    }

    #[test]
    fn the_sealed_bytes_are_the_wire_contracts() {
        let submission = sample();
        let form_hash = "ab".repeat(32);
        assert_eq!(
            &**submission.body(),
            format!(
                concat!(
                    r#"{{"doorstep":2,"id":"{id}","form":{{"id":"household-needs","version":"2026.11.1","hash":"{form_hash}"}},"#,
                    r#""supersedes":null,"created_at":"2026-11-23T09:30:00.000+08:00","finished_at":"2026-11-23T10:00:00.000+08:00","#,
                    r#""language":"zh","instance_name":"张三","attachments":[],"#,
                    r#""data":{{"household-needs":{{"members":[{{"member_name":"张三"}}]}}}},"xml":"<data id=\"household-needs\"/>"}}"#
                ),
                id = submission.id(),
                form_hash = form_hash,
            )
        );
        assert_eq!(submission.hash(), content_hash(submission.body().as_bytes()));
    }

    #[test]
    fn the_forms_own_picture_as_an_answer_is_no_file_that_is_missing() {
        use doorstep_engine::{Bundle, Form, Source, World};
        let text = r#"{"settings": {"form_id": "wells", "version": "1"}, "survey": [
            {"type": "image", "name": "marked", "label": "Mark the leak", "appearance": "annotate", "default": "well.png"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("wells.json", text))).form.expect("it checks");
        let mut session = Session::new(form, World::default());
        let draft = Draft::begin(Uuid::from_bytes([1; 16]), &session, Moment::default());
        let seal = |session: &mut Session| {
            Submission::seal(session, &draft, &[], Moment::default(), [0; 32])
                .map(|sealed| sealed.attachments().len())
        };
        assert_eq!(seal(&mut session), Ok(0));
        let marked = session.at("/wells/marked").expect("it is there");
        session.answer(marked, Value::Attachment("mine.jpg".into())).expect("it may be answered");
        assert_eq!(seal(&mut session), Err(SealError::FilesMissing(vec!["/wells/marked".to_owned()])));
    }

    #[test]
    fn the_hash_is_sha256_in_hex() {
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_first_version_is_as_it_was() {
        let first = Submission::from_bytes(include_bytes!("../testdata/submission.v1.json")).unwrap();
        assert_eq!(first.hash(), content_hash(first.body().as_bytes()));
        assert_eq!((first.id(), first.xml(), first.attachments()), (sample().id(), None, &[][..]));
        // The record is the same; within it the bytes have a layout of their own.
        golden::check("submission.v1.layout2.json", &with_photo().0);
    }

    #[test]
    fn the_second_version_has_whom_it_is_encrypted_for_and_is_never_read_without() {
        golden::check("submission.v2.json", &encrypted().0);
        let kept = String::from_utf8(encrypted().0.to_bytes()).unwrap();
        assert!(!encrypted().0.body().contains("secret"));
        for half in
            [kept.replace("\"secret\":\"CQkJ", "\"secret\":\""), kept.replace("\"secret\"", "\"secrets\"")]
        {
            assert_ne!(half, kept);
            let read = Submission::from_bytes(half.as_bytes());
            assert!(
                matches!(read, Err(RecordError { kind: RecordErrorKind::Malformed { .. }, .. })),
                "{read:?}"
            );
        }
    }
}
