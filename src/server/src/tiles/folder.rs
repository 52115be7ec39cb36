//! Tiles in a folder: `zoom/column/row.png`, rows counting from the north, as map servers and most programs that cut tiles have it.
//!
//! What is opened is named by three numbers and an ending that was found at the start: no request names a file of the machine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{About, LARGEST, NEAREST, TilesError, WEIGHED, check, read_about, version_of};
use crate::answer::Refusal;
use crate::off_thread::off_thread;

/// What pictures are called.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];
/// What programs that unpack MBTiles write beside the tiles.
const METADATA: &str = "metadata.json";

/// A folder of tiles.
#[derive(Debug)]
pub(super) struct Folder {
    top: PathBuf,
    ending: String,
}

impl Folder {
    /// Looks which zooms there are and how the tiles are called.
    pub(super) fn open(top: &Path) -> Result<(Folder, About), TilesError> {
        let metadata = top.join(METADATA);
        let words = fs::read_to_string(&metadata).unwrap_or_default();
        let said: serde_json::Value = serde_json::from_str(&words).unwrap_or_default();
        let about = read_about(&|name| said[name].as_str().map(str::to_owned))?;
        let zooms = numbers(top).map_err(TilesError::Read)?;
        let zooms: Vec<u8> = zooms
            .into_iter()
            .filter_map(|zoom| u8::try_from(zoom).ok())
            .filter(|zoom| *zoom <= NEAREST)
            .collect();
        let (Some(farthest), Some(nearest)) = (zooms.first().copied(), zooms.last().copied()) else {
            return Err(TilesError::Empty);
        };
        let weighed = some_tiles(&top.join(nearest.to_string())).map_err(TilesError::Read)?;
        let first = weighed.first().ok_or(TilesError::Empty)?;
        check(&fs::read(first).map_err(TilesError::Read)?)?;
        let ending =
            first.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes: u64 = weighed.iter().filter_map(|tile| Some(fs::metadata(tile).ok()?.len())).sum();
        let nearest_folder = top.join(nearest.to_string());
        let about = About {
            farthest,
            nearest,
            weight: bytes / weighed.len() as u64,
            version: version_of(&words, &[top, &nearest_folder, first]),
            ..about
        };
        Ok((Folder { top: top.to_owned(), ending }, about))
    }

    /// The picture at an address; nothing if there is none, or it is too large.
    pub(super) async fn picture(
        self: &std::sync::Arc<Self>,
        zoom: u8,
        column: u32,
        row: u32,
    ) -> Result<Option<Bytes>, Refusal> {
        let file = self.top.join(format!("{zoom}/{column}/{row}.{}", self.ending));
        off_thread(move || match read(&file) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Refusal::fault(&error)),
        })
        .await
    }
}

fn read(file: &Path) -> io::Result<Option<Bytes>> {
    let about = fs::metadata(file)?;
    if !about.is_file() || about.len() > LARGEST {
        return Ok(None);
    }
    Ok(Some(fs::read(file)?.into()))
}

/// The folders that are called by a number, in order.
fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && entry.path().is_dir()
        {
            found.push(number);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A few of a zoom's tiles.
fn some_tiles(zoom: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for column in numbers(zoom)? {
        for entry in fs::read_dir(zoom.join(column.to_string()))? {
            let file = entry?.path();
            let is_tile = file.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
            if is_tile {
                found.push(file);
            }
            if found.len() == WEIGHED {
                return Ok(found);
            }
        }
    }
    Ok(found)
}
