//! What the next submission of a form asks of the last one that was finished here: kept with the seal, for whoever finished it.
//!
//! Kept here: one for each form, and no more than the form asks for by name where nobody here may read the rest.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::record::{self, Record, RecordError};

/// What is kept of the last submission of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastSaved {
    /// The submission.
    pub submission: Uuid,
    /// The form's id, whichever version it was.
    pub form: String,
    /// What [`World::last_saved`](doorstep_engine::World::last_saved) takes.
    pub xml: String,
}

/// The first version.
#[derive(Serialize, Deserialize)]
struct LastSavedV1 {
    submission: Uuid,
    form: String,
    xml: String,
}

impl Record for LastSaved {
    const KIND: &'static str = "last answers";

    fn to_bytes(&self) -> Vec<u8> {
        let LastSaved { submission, form, xml } = self.clone();
        record::encode(1, &LastSavedV1 { submission, form, xml })
    }

    fn from_bytes(bytes: &[u8]) -> Result<LastSaved, RecordError> {
        let LastSavedV1 { submission, form, xml } = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(LastSaved { submission, form, xml })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::golden;

    #[test]
    fn it_reads_as_it_was_written() {
        let kept = LastSaved {
            submission: "0190b0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c".parse().expect("an id"),
            form: "visit-attempt".into(),
            xml: "<visit-attempt><visitor>于敏</visitor></visit-attempt>".into(),
        };
        golden::check("last_saved.v1.json", &kept);
    }
}
