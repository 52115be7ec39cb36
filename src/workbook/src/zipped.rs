//! A folder as one zip: what anybody may have made is read within bounds, and what is written is the same bytes for the same files.
//!
//! Nothing here touches a disk, and no name that comes out leads out of the folder.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::limits::{self, FOLDER_FILES, too_many};
use crate::package::Package;
use crate::{OtherKind, Unheld, WorkbookError};

/// Files by their names from the folder's top, with `/` between the parts.
pub type Files = Vec<(String, Vec<u8>)>;

/// The files in a zip, by name. A folder that holds all of them is none of the names; what the systems of those who pack put in beside is left out.
///
/// # Errors
/// It is no zip, asks for a password, holds too much or too many, or a name in it leads elsewhere or is there twice.
pub fn unpack(zip: &[u8]) -> Result<Files, WorkbookError> {
    limits::file(zip.len())?;
    if !zip.starts_with(b"PK") {
        return Err(match OtherKind::of(zip) {
            _ if zip.is_empty() => WorkbookError::Empty,
            Some(kind) => WorkbookError::Other { kind },
            None => WorkbookError::Unknown,
        });
    }
    let mut package = Package::open(zip)?;
    let names = package.names_as_written();
    let wanted: Vec<(usize, String)> =
        names.into_iter().enumerate().filter(|(_, name)| !is_folder(name) && !is_left_behind(name)).collect();
    if wanted.len() > FOLDER_FILES {
        return Err(too_many("the zip", FOLDER_FILES, "files"));
    }
    let mut files = Files::new();
    for (index, name) in wanted {
        let bytes = package.unpack(index, &name)?;
        files.push((name.replace('\\', "/"), bytes));
    }
    let files = without_common_folder(files);
    check_names(&files)?;
    Ok(sorted(files))
}

/// A zip of these files.
///
/// # Errors
/// A name leads elsewhere or is there twice, or there are too many.
pub fn pack(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, WorkbookError> {
    if files.len() > FOLDER_FILES {
        return Err(too_many("the zip", FOLDER_FILES, "files"));
    }
    check_names(files)?;
    let failed = |error: String| WorkbookError::Unwritable { why: Unheld::Other { reason: error } };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        // What is packed already gets no smaller.
        let packed = doorstep_engine::source::media_type(bytes).is_some_and(|kind| kind != "image/svg+xml");
        let method = if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        // No clock: the same files are the same zip.
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        zip.start_file(name.as_str(), options).map_err(|error| failed(format!("{name}: {error}")))?;
        zip.write_all(bytes).map_err(|error| failed(format!("{name}: {error}")))?;
    }
    let bytes = zip.finish().map_err(|error| failed(error.to_string()))?.into_inner();
    limits::file(bytes.len())?;
    Ok(bytes)
}

fn sorted(mut files: Files) -> Files {
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

fn is_folder(name: &str) -> bool {
    name.ends_with(['/', '\\'])
}

/// Does an operating system leave it behind by itself?
fn is_left_behind(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']);
    parts.any(|part| {
        part == "__MACOSX" || part.starts_with("._") || part == ".DS_Store" || part == "Thumbs.db"
    })
}

/// Packing a folder puts its name before all others.
fn without_common_folder(files: Files) -> Files {
    let top = |name: &str| name.split_once('/').map(|(folder, _)| format!("{folder}/"));
    let Some(folder) = files.first().and_then(|(name, _)| top(name)) else { return files };
    // A lone `cases/` or `media/` belongs to a form that is not there: its name says something.
    if !files.iter().all(|(name, _)| name.starts_with(&folder)) || ["cases/", "media/"].contains(&&*folder) {
        return files;
    }
    files.into_iter().map(|(name, bytes)| (name[folder.len()..].to_owned(), bytes)).collect()
}

/// Does no name lead anywhere else, on no system, and is none there twice where case counts for nothing?
fn check_names(files: &[(String, Vec<u8>)]) -> Result<(), WorkbookError> {
    let mut seen = BTreeSet::new();
    for (name, _) in files {
        let is_part = |part: &str| {
            !matches!(part, "" | "." | "..")
                && !part
                    .chars()
                    .any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        };
        if name.len() > 500 || !name.split('/').all(is_part) || !seen.insert(name.to_lowercase()) {
            return Err(WorkbookError::BadName { file: name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(named: &[(&str, &[u8])]) -> Files {
        named.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
    }

    /// A zip as somebody else makes it.
    fn foreign(named: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in named {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_packed_comes_out_and_packs_the_same() {
        let png = b"\x89PNG\r\n\x1a\n a picture".as_slice();
        let all = files(&[("cases/一.json", b"{}"), ("form.json", b"{}"), ("media/well.png", png)]);
        let zip = pack(&all).unwrap();
        assert_eq!(unpack(&zip).unwrap(), all);
        assert_eq!(pack(&all).unwrap(), zip);
        assert_eq!(unpack(&pack(&[]).unwrap()).unwrap(), files(&[]));
    }

    #[test]
    fn a_folder_around_it_and_what_systems_leave_are_no_part_of_it() {
        let zip = foreign(&[
            ("my form/", b""),
            ("my form/form.json", b"{}"),
            ("my form/media/a.svg", b"<svg/>"),
            ("__MACOSX/my form/._form.json", b"x"),
            ("my form/.DS_Store", b"x"),
        ]);
        assert_eq!(unpack(&zip).unwrap(), files(&[("form.json", b"{}"), ("media/a.svg", b"<svg/>")]));
        let windows = foreign(&[("kit\\form.json", b"{}"), ("kit\\cases\\a.json", b"{}")]);
        assert_eq!(unpack(&windows).unwrap(), files(&[("cases/a.json", b"{}"), ("form.json", b"{}")]));
    }

    #[test]
    fn no_name_leads_elsewhere() {
        for name in ["../form.json", "a/../../b", "/etc/passwd", "C:/x", "a//b", "a/./b", "a\u{7}", "..\\x"] {
            let zip = foreign(&[("form.json", b"{}"), (name, b"x")]);
            assert!(matches!(unpack(&zip), Err(WorkbookError::BadName { .. })), "{name}");
            assert!(matches!(pack(&files(&[(name, b"x")])), Err(WorkbookError::BadName { .. })), "{name}");
        }
        let twice = foreign(&[("form.json", b"{}"), ("Form.JSON", b"{}")]);
        assert_eq!(unpack(&twice), Err(WorkbookError::BadName { file: "Form.JSON".into() }));
    }

    #[test]
    fn a_bomb_stays_small() {
        let large = vec![0; limits::PART_BYTES + 1];
        let zip = foreign(&[("form.json", &large)]);
        assert!(zip.len() < 100_000);
        assert!(matches!(unpack(&zip), Err(WorkbookError::TooLarge { .. })));
        let part = &large[..limits::PART_BYTES];
        let zip = foreign(&[("a", part), ("b", part), ("c", part), ("d", part)]);
        assert!(matches!(unpack(&zip), Err(WorkbookError::TooLarge { .. })), "each within, all beyond");
        let names: Vec<String> = (0..=FOLDER_FILES).map(|n| format!("{n}")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert!(matches!(unpack(&foreign(&many)), Err(WorkbookError::TooLarge { .. })));
        assert!(matches!(unpack(b"no zip"), Err(WorkbookError::Unknown)));
        assert!(matches!(unpack(b"PK\x03\x04 cut off"), Err(WorkbookError::CutOff)));
    }
}
