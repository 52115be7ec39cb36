//! Where submissions go. Each backend is a folder or file of its own here, stateless, and says exactly what counts as accepted.

mod answer;
pub mod any;
pub mod couchdb;
pub mod doorstep;
pub mod fhir;
pub mod file_drop;
pub mod files;
pub(crate) mod login;
pub mod mapping;
pub mod openrosa;
pub mod postgrest;
pub mod s3;
pub mod webhook;

use crate::Retry;
use crate::attachment::Attachment;
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::sealed::Sealed;
use crate::submission::Submission;
use crate::transport::Transport;

/// A kind of server that takes submissions.
#[allow(async_fn_in_trait)]
pub trait Backend {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Sends a submission with its files, in as many requests as it takes. Sending it again is harmless.
    ///
    /// What has arrived is told to the parcel part by part, so that the next try goes on from there.
    ///
    /// # Errors
    /// [`SendError`] for everything that is not this submission's receipt.
    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError>;
}

/// A backend that the configuration can name: its fields there, and what it is given besides.
pub(crate) trait Configured: Sized {
    /// Takes its own fields; `name`, `kind` and `forms` are the target's.
    ///
    /// # Errors
    /// [`ConfigurationError`], with the place and never the value.
    fn read(fields: &mut Fields) -> Result<Self, ConfigurationError>;

    /// Its own fields, as an object that [`Configured::read`] takes. No credential is among them.
    fn write(&self) -> serde_json::Value;

    /// The same with its credential, at the time that its signatures name. Backends have no clock.
    fn given(self, credential: Credential, now: Moment) -> Self;

    /// Where its requests go, as far as the configuration says: addresses that a page's policy has to let through.
    fn addresses(&self) -> Vec<&str>;
}

/// A submission with its files, on its way to one target. Files are read one at a time: a phone can't hold them all.
#[allow(async_fn_in_trait)]
pub trait Parcel {
    /// What is sent.
    fn submission(&self) -> &Submission;

    /// The bytes of one of its files.
    ///
    /// # Errors
    /// `FileLost` if the device has it no more, or not as it was; `DeviceFault` if the device fails.
    async fn file(&self, attachment: &Attachment) -> Result<Vec<u8>, SendError>;

    /// Has that part arrived in an earlier try? The backend's own words for its parts: mostly names of files.
    fn has_arrived(&self, part: &str) -> bool;

    /// Notes that a part has arrived. Lost at worst, and then the part is sent again.
    ///
    /// # Errors
    /// `DeviceFault` if the device fails.
    async fn arrived(&self, part: &str) -> Result<(), SendError>;

    /// Notes that nothing has arrived after all: the backend does not know what it said it had.
    ///
    /// # Errors
    /// `DeviceFault` if the device fails.
    async fn nothing_arrived(&self) -> Result<(), SendError>;
}

/// The sealed bytes, read, for a backend that sends them in another shape.
fn sealed(submission: &Submission) -> Result<Sealed, SendError> {
    Sealed::read(submission.body().as_bytes()).map_err(|_| {
        let words = "its bytes are no submission that this build can read".into();
        SendError { words, ..SendErrorKind::CannotBeSent.alone() }
    })
}

/// What a backend can do. The behaviour suite asks these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capabilities {
    /// What its word is worth.
    pub receipt: ReceiptGrade,
    /// Does it take the same id with the same bytes again, and say so alike?
    pub replay: bool,
    /// Does it refuse the same id with other bytes?
    pub refuses_other_content: bool,
    /// Does it take attachments?
    pub attachments: bool,
    /// Does it encrypt what its form wants encrypted, and take what was?
    pub encrypts: bool,
    /// Can its server open what is sealed for the office?
    pub opens: bool,
}

/// May a backend be given it? What is to be encrypted goes to none that would send it as it is, and what is sealed for the office to none that can't open it.
///
/// # Errors
/// `NotEncrypted` or `SealedForOffice` if not.
pub(crate) fn may_have(backend: &impl Backend, submission: &Submission) -> Result<(), SendError> {
    if submission.is_for_office() && !backend.capabilities().opens {
        let words = "it is sealed for the office, and only a Doorstep server can open it".into();
        return Err(SendError { words, ..SendErrorKind::SealedForOffice.alone() });
    }
    match backend.capabilities().encrypts || !submission.is_for_few() {
        true => Ok(()),
        false => {
            let words = "its form wants it encrypted, and this target takes nothing encrypted".into();
            Err(SendError { words, ..SendErrorKind::NotEncrypted.alone() })
        }
    }
}

/// What an acceptance rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReceiptGrade {
    /// The backend says which id and which hash it has.
    Receipt,
    /// The device read the submission back and compared.
    ReadBack,
    /// A status, no more.
    Status,
}

/// Why a submission is not (known to be) accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// How long the server asked to wait, in milliseconds.
    pub retry_after_ms: Option<i64>,
    /// The server's own words (its code and reason), or the network's. Shown to the reader as they are.
    pub words: String,
}

macro_rules! send_error_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal, $retry:ident, $network:literal;)+) => {
        /// What can go wrong with sending.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum SendErrorKind { $($(#[doc = $doc])+ $kind,)+ }

        impl SendErrorKind {
            /// All of them.
            pub const ALL: &[SendErrorKind] = &[$(SendErrorKind::$kind),+];

            /// As records and the app's words have it.
            pub fn name(self) -> &'static str {
                match self { $(SendErrorKind::$kind => $name,)+ }
            }

            /// When trying again can help.
            pub fn retry(self) -> Retry {
                match self { $(SendErrorKind::$kind => Retry::$retry,)+ }
            }

            /// Does a change of the network change it?
            pub fn is_of_the_network(self) -> bool {
                match self { $(SendErrorKind::$kind => $network,)+ }
            }
        }
    };
}

send_error_kinds! {
    /// No connection.
    Offline = "offline", Later, true;
    /// No answer in time.
    Timeout = "timeout", Later, true;
    /// An answer, but not our server's: a login page of the Wi-Fi, a proxy's error.
    NotTheServer = "not_the_server", Later, true;
    /// The server asks to come back later (408, 425, 429, 503).
    Busy = "busy", Later, false;
    /// The server failed (5xx).
    ServerFault = "server_fault", Later, false;
    /// An acceptance of something else: another id or other bytes.
    NotItsReceipt = "not_its_receipt", Later, false;
    /// The server misses a file that it had, or was said to have: all are sent again.
    FilesMissing = "files_missing", Later, false;
    /// The device could not read what is to be sent, or not note what was.
    DeviceFault = "device_fault", Later, false;
    /// There is no backend of that name among those that the device knows now.
    TargetUnknown = "target_unknown", Later, false;
    /// The server wants to know who sends (401).
    LoginNeeded = "login_needed", AfterLogin, false;
    /// The server knows the device and has shut it out (401 of our own server).
    DeviceRevoked = "device_revoked", AfterLogin, false;
    /// The server has other bytes under this id (409).
    IdTaken = "id_taken", Never, false;
    /// The server has other bytes under this id and keeps these aside: its office decides what becomes of them.
    KeptAside = "kept_aside", Later, false;
    /// The server keeps these bytes aside, and its office has decided not to take them in.
    NotTakenIn = "not_taken_in", Never, false;
    /// The server does not know this version of the form (404).
    FormUnknown = "form_unknown", Never, false;
    /// A file that an answer names is not on the device any more, or damaged.
    FileLost = "file_lost", Never, false;
    /// The backend takes no such submission: it has no instance, or files where none can be sent.
    CannotBeSent = "cannot_be_sent", Never, false;
    /// Its form wants it encrypted, and this backend would send it as it is, or the form's key is none.
    NotEncrypted = "not_encrypted", Never, false;
    /// It is sealed for the office, and this backend could do nothing with it.
    SealedForOffice = "sealed_for_office", Never, false;
    /// The server has not got the key that it is sealed for: the office has to bring it back.
    NotOpened = "not_opened", Later, false;
    /// Larger than the server takes (413).
    TooLarge = "too_large", Never, false;
    /// Not a submission of that form, says the server (400, 422).
    NotASubmission = "not_a_submission", Never, false;
    /// Refused for another reason, in the server's words.
    Refused = "refused", Never, false;
}

impl SendErrorKind {
    /// The kind, with nothing else to say.
    pub fn alone(self) -> SendError {
        SendError { kind: self, status: None, retry_after_ms: None, words: String::new() }
    }

    /// The kind of that [`SendErrorKind::name`].
    pub fn named(name: &str) -> Option<SendErrorKind> {
        SendErrorKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
