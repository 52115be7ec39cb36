//! Proof of acceptance: nothing leaves the device without one (invariant 4).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A backend's word that it has a submission. Proves something only where [`Receipt::proves`] says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Which submission.
    pub id: Uuid,
    /// SHA-256 of the bytes that the backend has, 64 lowercase hex characters.
    pub hash: String,
    /// When the backend accepted it first, in its own words and by its own clock (RFC 3339 from Doorstep's server).
    pub server_time: String,
    /// Another submission has the id there: these bytes were taken in under this one, by the office. Only Doorstep's server says so.
    pub taken_in_as: Option<Uuid>,
}

impl Receipt {
    /// Is this the receipt of the submission with that id and those bytes?
    pub fn proves(&self, id: Uuid, hash: &str) -> bool {
        self.id == id && self.hash == hash
    }
}

/// A receipt as records and Doorstep's wire have it.
#[derive(Serialize, Deserialize)]
pub(crate) struct ReceiptV1 {
    pub(crate) id: Uuid,
    pub(crate) hash: String,
    pub(crate) server_time: String,
    /// Passed over by builds that do not know it: to them it is a receipt as any other, which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taken_in_as: Option<Uuid>,
}

impl From<ReceiptV1> for Receipt {
    fn from(v1: ReceiptV1) -> Receipt {
        Receipt { id: v1.id, hash: v1.hash, server_time: v1.server_time, taken_in_as: v1.taken_in_as }
    }
}

impl From<Receipt> for ReceiptV1 {
    fn from(receipt: Receipt) -> ReceiptV1 {
        ReceiptV1 {
            id: receipt.id,
            hash: receipt.hash,
            server_time: receipt.server_time,
            taken_in_as: receipt.taken_in_as,
        }
    }
}
