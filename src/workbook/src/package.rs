//! A zip within bounds: how many parts, how large each unpacks, how large all.
//!
//! Declared sizes may lie; what counts is what comes out.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::WorkbookError;
use crate::limits::{ALL_BYTES, PART_BYTES, PARTS, too_large, too_many};

/// An open package.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Lowercase names with slashes, by index; programs differ in both.
    names: Vec<String>,
    unpacked: usize,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Package<'a>, WorkbookError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match is_cut_off(bytes) {
            true => WorkbookError::CutOff,
            false => damaged("the file", &error),
        })?;
        if archive.len() > PARTS {
            return Err(too_many("the file", PARTS, "parts"));
        }
        let name = |index| archive.name_for_index(index).and_then(Result::ok).map(|name| plain(&name));
        let names = (0..archive.len()).map(|index| name(index).unwrap_or_default()).collect();
        Ok(Package { archive, names, unpacked: 0 })
    }

    pub fn holds(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    fn index(&self, name: &str) -> Option<usize> {
        let name = plain(name);
        self.names.iter().position(|known| *known == name)
    }

    /// A part's bytes; none: there is no such part.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, WorkbookError> {
        match self.index(name) {
            Some(index) => self.unpack(index, name).map(Some),
            None => Ok(None),
        }
    }

    /// Names as their writer spelled them, by index.
    pub fn names_as_written(&self) -> Vec<String> {
        let name = |index| self.archive.name_for_index(index).and_then(Result::ok).map(Into::into);
        (0..self.archive.len()).map(|index| name(index).unwrap_or_default()).collect()
    }

    /// A part's bytes.
    pub fn unpack(&mut self, index: usize, name: &str) -> Result<Vec<u8>, WorkbookError> {
        let entry = self.archive.by_index(index).map_err(|error| damaged(name, &error))?;
        if entry.encrypted() {
            return Err(WorkbookError::Encrypted);
        }
        if entry.size() > PART_BYTES as u64 {
            return Err(too_large(name, PART_BYTES));
        }
        let limit = PART_BYTES.min(ALL_BYTES - self.unpacked.min(ALL_BYTES));
        let mut bytes = Vec::new();
        let read = entry.take(limit as u64 + 1).read_to_end(&mut bytes);
        if bytes.len() > limit {
            return Err(too_large(name, limit));
        }
        read.map_err(|error| WorkbookError::Damaged { part: name.into(), reason: error.to_string() })?;
        self.unpacked += bytes.len();
        Ok(bytes)
    }

    /// A part's text; none: there is no such part.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, WorkbookError> {
        let Some(bytes) = self.part(name)? else { return Ok(None) };
        let damaged = |reason: String| WorkbookError::Damaged { part: name.into(), reason };
        let text = match &bytes[..] {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(damaged("it is UTF-16".into())),
            _ => String::from_utf8(bytes).map_err(|error| {
                damaged(format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
            })?,
        };
        Ok(Some(text))
    }

    /// The CSV files at the top, or in the one folder that there is.
    pub fn csv_files(&mut self) -> Result<Vec<(String, Vec<u8>)>, WorkbookError> {
        let wanted = |name: &str| {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            let hidden = file.starts_with('.') || folder.starts_with("__macosx");
            file.ends_with(".csv") && !hidden && !folder.contains('/')
        };
        let found: Vec<(usize, String)> = (0..self.names.len())
            .filter(|index| wanted(&self.names[*index]))
            .map(|index| (index, self.names[index].clone()))
            .collect();
        if found.is_empty() {
            return Err(WorkbookError::Unknown);
        }
        found.into_iter().map(|(index, name)| Ok((name.clone(), self.unpack(index, &name)?))).collect()
    }
}

/// Does it begin as a zip does, and lack the list of parts that stands at the end of one?
fn is_cut_off(bytes: &[u8]) -> bool {
    const MOST_AFTER: usize = (1 << 16) + 22;
    let end = &bytes[bytes.len().saturating_sub(MOST_AFTER)..];
    bytes.starts_with(b"PK\x03\x04") && !end.windows(4).any(|four| four == b"PK\x05\x06")
}

fn plain(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

fn damaged(part: &str, error: &ZipError) -> WorkbookError {
    match error {
        ZipError::InvalidPassword => WorkbookError::Encrypted,
        ZipError::UnsupportedArchive(reason) if reason.to_lowercase().contains("password") => {
            WorkbookError::Encrypted
        }
        other => WorkbookError::Damaged { part: part.into(), reason: other.to_string() },
    }
}
