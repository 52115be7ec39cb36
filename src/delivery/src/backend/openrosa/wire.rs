//! What goes over the wire of a submission: the instance with its files as they are, or, where the form has a public key, the
//! manifest with everything encrypted (ODK XForms, *Encrypted submissions*).
//!
//! Kept here: of what is to be encrypted nothing goes out otherwise; whatever seed a request needs follows from the secret
//! then, since a hash of the content would prove to a reader on the way what the content is.

use std::borrow::Cow;

use crate::attachment::Attachment;
use crate::backend::{Parcel, SendError, SendErrorKind};
use crate::odk_encryption::{Encryption, INSTANCE, Named, encrypted_name, encrypted_size};
use crate::submission::Submission;

/// An encrypted file's type.
const ENCRYPTED_TYPE: &str = "application/octet-stream";

/// What nonces and boundaries are made from, the same on every try: 64 lowercase hex characters.
pub(super) fn seed(submission: &Submission) -> Cow<'_, str> {
    match submission.encrypted_for() {
        None => submission.hash().into(),
        Some(whom) => whom.token("doorstep openrosa boundary").into(),
    }
}

/// A submission as it is sent.
pub(super) struct Wire<'a, P> {
    parcel: &'a P,
    xml: Cow<'a, str>,
    files: Cow<'a, [Attachment]>,
    encryption: Option<Encryption>,
}

impl<'a, P: Parcel> Wire<'a, P> {
    /// Makes it ready. To be encrypted, all its files are read once, one at a time: the manifest vouches for each.
    ///
    /// # Errors
    /// `CannotBeSent` if it can't be written as one, `NotEncrypted` if its form's key is none; what reading the files meets.
    pub(super) async fn of(parcel: &'a P) -> Result<Wire<'a, P>, SendError> {
        let submission = parcel.submission();
        let cannot = |words: &str| SendError { words: words.into(), ..SendErrorKind::CannotBeSent.alone() };
        let xml = submission.xml().ok_or_else(|| cannot("finished by a build that wrote no XML"))?;
        let files = submission.attachments();
        let Some(whom) = submission.encrypted_for() else {
            return Ok(Wire { parcel, xml: (&**xml).into(), files: files.into(), encryption: None });
        };
        let no_key = || SendError {
            words: "the form's public key can't be read".into(),
            ..SendErrorKind::NotEncrypted.alone()
        };
        let key = whom.public_key().ok_or_else(no_key)?;
        let named = Named::of(xml).ok_or_else(|| cannot("its XML lacks the form's id or its own"))?;
        if files.iter().any(|file| file.name == INSTANCE) {
            return Err(cannot("a file of it is called as the encrypted answers are"));
        }
        let mut encryption = Encryption::new(key, *whom.secret(), named);
        for file in files {
            encryption.note(&file.name, &parcel.file(file).await?);
        }
        let manifest = encryption.end(xml);
        let sizes = files.iter().map(|file| (&*file.name, file.size));
        let all = sizes.chain([(INSTANCE, xml.len() as u64)]);
        let files: Vec<Attachment> = all.map(|(name, size)| encrypted(name, size)).collect();
        Ok(Wire { parcel, xml: manifest.into(), files: files.into(), encryption: Some(encryption) })
    }

    /// The text that goes with every POST.
    pub(super) fn xml(&self) -> &str {
        &self.xml
    }

    /// The files beside it, as they are called and how large they are on the way.
    pub(super) fn files(&self) -> &[Attachment] {
        &self.files
    }

    /// The bytes of the file in that place.
    ///
    /// # Errors
    /// [`SendError`] as [`Parcel::file`].
    pub(super) async fn bytes(&self, place: usize) -> Result<Vec<u8>, SendError> {
        let submission = self.parcel.submission();
        let plain = match submission.attachments().get(place) {
            Some(file) => self.parcel.file(file).await?,
            // The last one of what is encrypted is the instance.
            None => submission.xml().map(|xml| xml.as_bytes().to_vec()).unwrap_or_default(),
        };
        Ok(match &self.encryption {
            Some(encryption) => encryption.file(place, plain),
            None => plain,
        })
    }
}

/// An encrypted file. Its hash is nobody's to know, and not needed on the way.
fn encrypted(name: &str, size: u64) -> Attachment {
    Attachment {
        name: encrypted_name(name),
        hash: String::new(),
        size: encrypted_size(size),
        media_type: ENCRYPTED_TYPE.to_owned(),
    }
}
