//! Fourteen bugs that real apps had, to be planted one at a time: proof that the invariants bite. None of them is in the delivery code.

use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::backend::{Backend, Capabilities, Parcel, SendError, SendErrorKind};
use doorstep_delivery::receipt::Receipt;
use doorstep_delivery::transport::Transport;

macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $bug:ident = $name:literal;)+) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Bug { $($(#[doc = $doc])+ $bug,)+ }

        impl Bug {
            /// All of them.
            pub const ALL: &[Bug] = &[$(Bug::$bug),+];

            /// As the command line has it.
            pub fn name(self) -> &'static str {
                match self { $(Bug::$bug => $name,)+ }
            }
        }
    };
}

bugs! {
    /// An item is deleted from the queue when sending fails.
    DeletedOnError = "deleted-on-error";
    /// A portal's 200 is taken as success.
    PortalTaken = "portal-taken";
    /// A snapshot is said to be kept although its commit was relaxed.
    RelaxedSave = "relaxed-save";
    /// A snapshot drops all steps, those that it does not include too.
    SnapshotDropsAll = "snapshot-drops-all";
    /// A receipt's id and hash are not compared.
    ReceiptNotCompared = "receipt-not-compared";
    /// A refused submission is put right under its old id.
    EditedUnderOldId = "edited-under-old-id";
    /// A late save brings back a draft that is sealed or deleted.
    LateSaveRevives = "late-save-revives";
    /// An answer names a file before the file is kept.
    NamedBeforeKept = "named-before-kept";
    /// What failed is tried again at once, for ever.
    NoBackOff = "no-back-off";
    /// Sealing deletes the draft and inserts the submission in two transactions.
    TwoTransactions = "two-transactions";
    /// A tab that has lost its draft to another one still writes to it.
    NoFence = "no-fence";
    /// A draft of a rescue file comes over the one that is here, whichever is later.
    EarlierComesBack = "earlier-comes-back";
    /// What a server only keeps aside is taken for accepted.
    AsideTaken = "aside-taken";
    /// The place in the feed is kept before what was read up to there.
    PlaceFirst = "place-first";
}

/// Doorstep's backend, or one that believes too much.
pub struct Credulous {
    /// What it should have been.
    pub doorstep: Doorstep,
    /// What it believes.
    pub bug: Option<Bug>,
}

impl Backend for Credulous {
    fn capabilities(&self) -> Capabilities {
        self.doorstep.capabilities()
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let sent = self.doorstep.send(parcel, transport).await;
        let submission = parcel.submission();
        let made_up = || Receipt {
            id: submission.id(),
            hash: submission.hash().to_owned(),
            server_time: String::new(),
            taken_in_as: None,
        };
        match (&sent, self.bug) {
            (
                Err(SendError { kind: SendErrorKind::NotTheServer, status: Some(200), .. }),
                Some(Bug::PortalTaken),
            )
            | (Err(SendError { kind: SendErrorKind::NotItsReceipt, .. }), Some(Bug::ReceiptNotCompared))
            | (Err(SendError { kind: SendErrorKind::KeptAside, .. }), Some(Bug::AsideTaken)) => Ok(made_up()),
            _ => sent,
        }
    }
}
