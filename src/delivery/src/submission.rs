//! A finished form: sealed. Bytes, id and hash are frozen; what is sent is these bytes, as often as it takes.
//!
//! A later edit would be a new submission that names this one in `supersedes`.

use std::sync::Arc;

use doorstep_engine::session::{Extent, Session};
use doorstep_engine::view::Violation;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::draft::{Draft, FormRef, FormRefV1, MomentV1};
use crate::moment::Moment;
use crate::record::{self, Record, RecordError};
use crate::sealed::Sealed;

/// A finished form. Made by [`Submission::seal`] alone, so that bytes and hash can't part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    id: Uuid,
    hash: String,
    form: FormRef,
    name: String,
    finished_at: Moment,
    body: Arc<str>,
}

/// Why a form can't be finished.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SealError {
    /// Something is still wrong, in document order, with the paths of the questions.
    Violations(Vec<(String, Violation)>),
    /// The session runs another form than the draft's.
    OtherForm,
}

impl Submission {
    /// Finishes the form and freezes it. The session gets its `end`; only relevant answers go in.
    ///
    /// # Errors
    /// [`SealError`] if answers are wrong or missing; nothing is sealed then.
    pub fn seal(session: &mut Session, draft: &Draft, now: Moment) -> Result<Submission, SealError> {
        if FormRef::of(session.form()) != draft.form {
            return Err(SealError::OtherForm);
        }
        refuse_violations(session)?;
        session.set_now(now.ms, now.utc_offset_minutes);
        session.finish();
        // The clock went on and `end` was set: a constraint may look at either.
        refuse_violations(session)?;
        let data = session.data(Extent::Relevant);
        Ok(Submission::freeze(draft, session.language(), &session.instance_name(), data, now))
    }

    /// Writes the bytes and hashes them.
    pub(crate) fn freeze(draft: &Draft, language: &str, name: &str, data: Json, now: Moment) -> Submission {
        let body = Sealed {
            id: draft.id,
            form: draft.form.clone(),
            supersedes: None,
            created_at: draft.created_at,
            finished_at: now,
            language: language.to_owned(),
            instance_name: name.to_owned(),
            data,
        }
        .write();
        Submission {
            id: draft.id,
            hash: content_hash(body.as_bytes()),
            form: draft.form.clone(),
            name: name.to_owned(),
            finished_at: now,
            body: body.into(),
        }
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

impl Record for Submission {
    const KIND: &'static str = "submission";

    fn to_bytes(&self) -> Vec<u8> {
        record::encode(
            1,
            &SubmissionV1 {
                id: self.id,
                hash: self.hash.clone(),
                form: self.form.clone().into(),
                name: self.name.clone(),
                finished_at: self.finished_at.into(),
                body: self.body.to_string(),
            },
        )
    }

    fn from_bytes(bytes: &[u8]) -> Result<Submission, RecordError> {
        let v1: SubmissionV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(Submission {
            id: v1.id,
            hash: v1.hash,
            form: v1.form.into(),
            name: v1.name,
            finished_at: v1.finished_at.into(),
            body: v1.body.into(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::draft::tests::sample as draft;
    use crate::record::golden;
    use serde_json::json;

    /// A sealed submission without an engine.
    pub(crate) fn sample() -> Submission {
        let now = Moment { ms: 1_795_399_200_000, utc_offset_minutes: 480 };
        let data = json!({"household-needs": {"members": [{"member_name": "张三"}]}});
        Submission::freeze(&draft(), "zh", "张三", data, now)
    }

    #[test]
    fn the_sealed_bytes_are_the_wire_contracts() {
        let submission = sample();
        let form_hash = "ab".repeat(32);
        assert_eq!(
            &**submission.body(),
            format!(
                concat!(
                    r#"{{"doorstep":1,"id":"{id}","form":{{"id":"household-needs","version":"2026.11.1","hash":"{form_hash}"}},"#,
                    r#""supersedes":null,"created_at":"2026-11-23T09:30:00.000+08:00","finished_at":"2026-11-23T10:00:00.000+08:00","#,
                    r#""language":"zh","instance_name":"张三","data":{{"household-needs":{{"members":[{{"member_name":"张三"}}]}}}}}}"#
                ),
                id = submission.id(),
                form_hash = form_hash,
            )
        );
        assert_eq!(submission.hash(), content_hash(submission.body().as_bytes()));
    }

    #[test]
    fn the_hash_is_sha256_in_hex() {
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_first_version_is_as_it_was() {
        golden::check("submission.v1.json", &sample());
    }
}
