//! What is kept and what is read back: bytes with a version, never the live type (invariant 6).
//!
//! Each record has structs of its own (`DraftV1`, …) beside the live type.
//! A new version adds a struct and a `From` of the one before; reading goes up that chain, writing uses the newest.
//! `testdata/` has a golden file of every version that was ever written.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Something that a store keeps as bytes: encode, encrypt, write; read, decrypt, decode.
pub trait Record: Sized {
    /// What it is, for errors and for the encryption's associated data: `draft`, `step`, …
    const KIND: &'static str;

    /// The bytes to keep, in the newest version.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads any version that was ever written.
    ///
    /// # Errors
    /// [`RecordError`] if the bytes are damaged or were written by a newer Doorstep.
    fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError>;
}

/// Why a kept record can't be read. Carries no content of the record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordError {
    /// Which kind of record.
    pub record: &'static str,
    /// What is wrong with it.
    pub kind: RecordErrorKind,
}

/// What can be wrong with a kept record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordErrorKind {
    /// The bytes are not the record's JSON; line and column of the first mistake.
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Written by a newer Doorstep, in this version of the record: left alone until the app is updated.
    Newer(u32),
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            RecordErrorKind::Malformed { line, column } => {
                write!(f, "the kept {} is damaged at {line}:{column}", self.record)
            }
            RecordErrorKind::Newer(version) => {
                write!(f, "the kept {} was written by a newer Doorstep (version {version})", self.record)
            }
        }
    }
}

impl std::error::Error for RecordError {}

#[derive(Deserialize)]
struct Tag {
    version: u32,
}

#[derive(Serialize)]
struct Tagged<'a, T> {
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// The version that bytes were written in.
pub(crate) fn version(record: &'static str, bytes: &[u8]) -> Result<u32, RecordError> {
    Ok(decode::<Tag>(record, bytes)?.version)
}

/// Reads one version's struct.
pub(crate) fn decode<T: DeserializeOwned>(record: &'static str, bytes: &[u8]) -> Result<T, RecordError> {
    // The parser's own message may quote an answer, so only the place is taken from it.
    serde_json::from_slice(bytes).map_err(|error| RecordError {
        record,
        kind: RecordErrorKind::Malformed { line: error.line(), column: error.column() },
    })
}

/// Writes one version's struct with its tag in front.
pub(crate) fn encode<T: Serialize>(version: u32, content: &T) -> Vec<u8> {
    serde_json::to_vec(&Tagged { version, content }).expect("records hold nothing that JSON can't")
}

/// The error for a version that this build does not know.
pub(crate) fn newer(record: &'static str, version: u32) -> RecordError {
    RecordError { record, kind: RecordErrorKind::Newer(version) }
}

#[cfg(test)]
pub(crate) mod golden {
    //! Golden files: what each version of a record looked like when it was written.

    use super::Record;
    use std::path::PathBuf;

    /// The newest version reads and writes byte for byte as its golden file says. `UPDATE_EXPECT=1` blesses.
    pub(crate) fn check<R: Record + PartialEq + std::fmt::Debug>(name: &str, record: &R) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
        let written = String::from_utf8(record.to_bytes()).expect("records are UTF-8") + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &written).expect("testdata can be written");
        }
        let golden = std::fs::read_to_string(&path).expect("the golden file is there");
        assert_eq!(golden, written, "{name} is written differently now: add a version instead");
        assert_eq!(&R::from_bytes(golden.as_bytes()).expect("the golden file reads"), record);
    }

    /// A version that is written no more still reads as this record.
    pub(crate) fn reads<R: Record + PartialEq + std::fmt::Debug>(name: &str, record: &R) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
        let golden = std::fs::read(&path).expect("the golden file is there");
        assert_eq!(&R::from_bytes(&golden).expect("the golden file reads"), record);
    }
}
