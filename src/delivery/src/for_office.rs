//! A finished survey sealed for the office: from then on the device that holds it can send it and not read it.
//!
//! ECDH of a P-256 key pair made for this submission alone with the office's public key, HKDF-SHA-256, then AES-256-GCM: what [`crate::recovery`] does for a
//! forgotten PIN. Pure: what is derived, authenticated and written is said here; the keys are the caller's ([`Agreed`]), a browser's or a program's ([`keys`]).
//! Kept here: whatever stands in plain beside the sealed bytes is authenticated with them; each part (the survey, each file) is sealed by a key of its own,
//! used once; what is written is frozen, so that each try sends the same bytes; no hash of content stands in plain, which would prove a guess of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attachment::{Attachment, AttachmentV1};
use crate::draft::{FormRef, FormRefV1};
use crate::moment::Moment;
use crate::recovery::{POINT_BYTES, read_point, salt, write_point};
use crate::sealed::{MOST_ATTACHMENTS, NotSealed};
use crate::submission::{Submission, content_hash};

#[cfg(feature = "office")]
pub mod keys;

/// HKDF's info for the survey itself, and the beginning of whatever is authenticated.
pub const INFO: &str = "doorstep submission 1";
/// AES-GCM's initialisation vector: each key is used once.
pub const IV: [u8; 12] = [0; 12];
/// How many bytes longer a part is once it is sealed.
pub const TAG_BYTES: usize = 16;
/// What a sealed file is. It says nothing of what is within.
pub const FILE_TYPE: &str = "application/vnd.doorstep.sealed";

/// How every envelope begins: whoever takes in a submission tells it by that.
const BEGINNING: &[u8] = br#"{"doorstep_envelope":"#;
const VERSION: u32 = 1;

/// A sealed submission with all that stands in plain beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The submission's id.
    pub id: Uuid,
    /// The form that it answers.
    pub form: FormRef,
    /// When it was finished, by the device's clock.
    pub finished_at: Moment,
    /// Which of the office's keys opens it: [`fingerprint`].
    pub key: String,
    /// The public half of the pair that was made for this submission.
    pub ephemeral: [u8; POINT_BYTES],
    /// The sealed files in the order of the submission's own, called by their places: [`file_name`].
    pub files: Vec<Attachment>,
    /// The submission's bytes, sealed.
    pub sealed: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeV1 {
    doorstep_envelope: u32,
    id: Uuid,
    form: FormRefV1,
    finished_at: String,
    key: String,
    ephemeral: String,
    files: Vec<AttachmentV1>,
    sealed: String,
}

/// The layout that bytes say they have, read before the fields are.
#[derive(Deserialize)]
struct Layout {
    doorstep_envelope: u32,
}

impl Envelope {
    /// Are these an envelope's bytes, rather than a submission's own? Looks at the beginning alone.
    pub fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(BEGINNING)
    }

    /// What is authenticated with the sealed bytes: everything beside them, a line each.
    pub fn about(&self) -> String {
        let FormRef { id, version, hash } = &self.form;
        let mut about = format!(
            "{INFO}\n{}\n{}\n{}\n{hash}\n{}\n{}\n",
            self.id,
            id.escape_debug(),
            version.escape_debug(),
            self.finished_at.to_rfc3339(),
            self.key
        );
        about.extend(self.files.iter().map(|file| format!("{} {}\n", file.hash, file.size)));
        about
    }

    /// The bytes that are sent, as text: compact JSON, the fields in this order.
    pub fn write(&self) -> String {
        let v1 = EnvelopeV1 {
            doorstep_envelope: VERSION,
            id: self.id,
            form: self.form.clone().into(),
            finished_at: self.finished_at.to_rfc3339(),
            key: self.key.clone(),
            ephemeral: write_point(&self.ephemeral),
            files: self.files.iter().cloned().map(AttachmentV1::from).collect(),
            sealed: STANDARD.encode(&self.sealed),
        };
        serde_json::to_string(&v1).expect("an envelope holds nothing that JSON can't")
    }

    /// Reads the bytes. Whether they open is for whoever has the office's key.
    ///
    /// # Errors
    /// [`NotSealed`], with the place and never the content.
    pub fn read(bytes: &[u8]) -> Result<Envelope, NotSealed> {
        if !Envelope::is(bytes) {
            return Err(NotSealed::Field("doorstep_envelope"));
        }
        match crate::sealed::read_json::<Layout>(bytes)?.doorstep_envelope {
            VERSION => {}
            layout => return Err(NotSealed::Layout(layout)),
        }
        let v1: EnvelopeV1 = crate::sealed::read_json(bytes)?;
        let finished_at = Moment::from_rfc3339(&v1.finished_at).ok_or(NotSealed::Field("finished_at"))?;
        let ephemeral = read_point(&v1.ephemeral).ok_or(NotSealed::Field("ephemeral"))?;
        if !is_fingerprint(&v1.key) {
            return Err(NotSealed::Field("key"));
        }
        Ok(Envelope {
            id: v1.id,
            form: v1.form.into(),
            finished_at,
            key: v1.key,
            ephemeral,
            files: read_files(v1.files).ok_or(NotSealed::Field("files"))?,
            sealed: STANDARD.decode(&v1.sealed).map_err(|_| NotSealed::Field("sealed"))?,
        })
    }
}

/// Each called by its place, none of a size that no sealed file has.
fn read_files(said: Vec<AttachmentV1>) -> Option<Vec<Attachment>> {
    if said.len() > MOST_ATTACHMENTS {
        return None;
    }
    let files: Vec<Attachment> = said.into_iter().map(AttachmentV1::read).collect::<Option<_>>()?;
    let fits = |(place, file): (usize, &Attachment)| {
        file.name == file_name(place) && file.media_type == FILE_TYPE && file.size >= TAG_BYTES as u64
    };
    files.iter().enumerate().all(fits).then_some(files)
}

/// What the file in that place (from 0) is called once it is sealed.
pub fn file_name(place: usize) -> String {
    format!("{}.sealed", place + 1)
}

/// HKDF's info for the file in that place.
pub fn file_info(place: usize) -> String {
    format!("{INFO} file {}", place + 1)
}

/// What is authenticated with the file in that place.
pub fn about_file(id: Uuid, place: usize) -> String {
    format!("{}\n{id}\n", file_info(place))
}

/// What a public key is told by: SHA-256 of the point, 64 lowercase hex characters.
pub fn fingerprint(office: &[u8; POINT_BYTES]) -> String {
    content_hash(office)
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What a device and the office have agreed on for one submission: a secret that nobody else has, and that the device forgets once it has sealed with it.
#[allow(async_fn_in_trait)]
pub trait Agreed {
    /// Why nothing can be sealed.
    type Error;

    /// The office's public key.
    fn office(&self) -> &[u8; POINT_BYTES];

    /// The public half of the pair that was made for this submission.
    fn ephemeral(&self) -> &[u8; POINT_BYTES];

    /// AES-256-GCM by the key that HKDF-SHA-256 makes of the secret, [`hkdf_salt`] and `info`, with [`IV`]; `about` is authenticated with it.
    async fn seal(&self, info: &str, about: &str, plain: &[u8]) -> Result<Vec<u8>, Self::Error>;
}

/// HKDF's salt: both public keys, so that what is sealed is of these two and no others.
pub fn hkdf_salt(ephemeral: &[u8; POINT_BYTES], office: &[u8; POINT_BYTES]) -> Vec<u8> {
    salt(ephemeral, office)
}

/// Seals a submission's file; `place` counts from 0, in the submission's order.
///
/// # Errors
/// Those of the one who seals.
pub async fn seal_file<A: Agreed>(
    agreed: &A,
    id: Uuid,
    place: usize,
    plain: &[u8],
) -> Result<(Attachment, Vec<u8>), A::Error> {
    let sealed = agreed.seal(&file_info(place), &about_file(id, place), plain).await?;
    let size = sealed.len() as u64;
    let hash = content_hash(&sealed);
    Ok((Attachment { name: file_name(place), hash, size, media_type: FILE_TYPE.to_owned() }, sealed))
}

/// Seals a submission whose files were sealed before, all of them and in its order.
///
/// # Errors
/// Those of the one who seals.
pub async fn seal<A: Agreed>(
    agreed: &A,
    submission: &Submission,
    files: Vec<Attachment>,
) -> Result<Submission, A::Error> {
    let mut envelope = Envelope {
        id: submission.id(),
        form: submission.form().clone(),
        finished_at: submission.finished_at(),
        key: fingerprint(agreed.office()),
        ephemeral: *agreed.ephemeral(),
        files,
        sealed: Vec::new(),
    };
    envelope.sealed = agreed.seal(INFO, &envelope.about(), submission.body().as_bytes()).await?;
    Ok(Submission::in_envelope(envelope.write(), envelope).saying_as(submission))
}

/// HKDF-SHA-256 (RFC 5869), for whoever has no browser to do it: extract, and 32 bytes of expand.
#[cfg(feature = "office")]
fn hkdf(secret: &[u8], salt: &[u8]) -> impl Fn(&str) -> [u8; 32] + use<> {
    use hmac::{Hmac, Mac};
    use sha2::Sha256;
    let mac = |key: &[u8], parts: &[&[u8]]| -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    };
    let extracted = mac(salt, &[secret]);
    move |info| mac(&extracted, &[info.as_bytes(), &[1]])
}

/// Why an envelope or a file does not open. Says nothing of what is within.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotOpened {
    /// It was sealed for a key that is not among the office's.
    UnknownKey,
    /// It was changed, or is another's.
    Changed,
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotOpened::UnknownKey => "it is sealed for a key that is not among this office's",
            NotOpened::Changed => {
                "it does not open: it was changed after it was sealed, or put together from others"
            }
        })
    }
}

impl std::error::Error for NotOpened {}
