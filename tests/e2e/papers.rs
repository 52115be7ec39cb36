//! The files that a soak attaches: each has a number, which its size on the screen and its hash at a server tell again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use doorstep_delivery::submission::content_hash;
use serde_json::Value;

use crate::database::Database;
use crate::processes::Profile;
use crate::random::Random;

/// The first has so many kB, and each so many more than the one before.
const FIRST_KB: u64 = 40;
const MORE_KB: u64 = 7;

/// Those that were made so far.
#[derive(Debug, Default)]
pub struct Papers {
    seed: u64,
    by_hash: BTreeMap<String, u64>,
}

/// What of a submission lies at a server, as its answers name it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The paper's number.
    pub paper: Option<u64>,
    /// Is there a photo?
    pub photo: bool,
}

impl Papers {
    /// None yet; another seed has other bytes.
    pub fn new(seed: u64) -> Papers {
        Papers { seed, by_hash: BTreeMap::new() }
    }

    /// Writes the one of that number, to be picked.
    pub fn make(&mut self, profile: &Profile, number: u64) -> PathBuf {
        let mut random = Random(self.seed ^ (number << 32));
        let words = (FIRST_KB + MORE_KB * number) * 1024 / 8;
        let bytes: Vec<u8> = (0..words).flat_map(|_| random.next().to_le_bytes()).collect();
        self.by_hash.insert(content_hash(&bytes), number);
        profile.file("paper.bin", &bytes)
    }

    /// The number of the one that the screen shows by its size.
    pub fn shown(size: &str) -> Option<u64> {
        let kb: u64 = size.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kb.checked_sub(FIRST_KB)? / MORE_KB)
    }

    /// What came with a submission, after a look at each of its files: the bytes are there, whole, and its answers' own.
    pub fn arrived(&self, data: &Path, body: &Value) -> Arrived {
        let mut arrived = Arrived::default();
        let files = body["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let file = |question: &str| {
            let name = body["data"]["soak"][question].as_str().filter(|name| !name.is_empty())?;
            let mut named = files.iter().filter(|file| file["name"] == name);
            let file = named.next().unwrap_or_else(|| panic!("{name} is answered and was not sent"));
            assert!(named.next().is_none(), "{name} is there twice");
            let hash = file["sha256"].as_str().expect("a file is named with its hash");
            let bytes = std::fs::read(place(data, hash)).unwrap_or_else(|_| panic!("{name} did not arrive"));
            assert_eq!(Some(bytes.len() as u64), file["size"].as_u64(), "{name} arrived in part");
            assert_eq!(content_hash(&bytes), hash, "{name} arrived damaged");
            Some((hash.to_owned(), bytes))
        };
        if let Some((hash, _)) = file("paper") {
            let number = self.by_hash.get(&hash).copied();
            arrived.paper = Some(number.expect("what arrived is a file that was picked"));
        }
        if let Some((_, bytes)) = file("photo") {
            arrived.photo = true;
            assert!(bytes.starts_with(b"\xff\xd8\xff"), "a photo arrives as a JPEG");
        }
        let named = usize::from(arrived.paper.is_some()) + usize::from(arrived.photo);
        assert_eq!(files.len(), named, "more files came than answers name");
        arrived
    }
}

/// Looks at every file that a server says it has: how many there are, and how many bytes.
pub fn whole(data: &Path, kept: &Database) -> (usize, u64) {
    let rows = kept.files();
    let mut bytes = 0;
    for (hash, size) in &rows {
        let file =
            std::fs::read(place(data, hash)).unwrap_or_else(|_| panic!("{hash} has a row and no file"));
        assert_eq!(file.len() as u64, *size, "{hash} lies there in part");
        assert_eq!(content_hash(&file), *hash, "{hash} lies there damaged");
        bytes += size;
    }
    (rows.len(), bytes)
}

fn place(data: &Path, hash: &str) -> PathBuf {
    data.join("attachments").join(&hash[..2]).join(hash)
}
