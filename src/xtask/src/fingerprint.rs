//! One number for the content of many files, so that a build whose inputs are unchanged needn't start at all.
//!
//! Content, not time: a checkout or a `touch` changes nothing. The order in which a folder lists its files doesn't matter.

use anyhow::Context;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The SHA-256, in hexadecimal, over the names and contents of all files at and below the given paths.
pub fn of(paths: &[PathBuf]) -> anyhow::Result<String> {
    let mut sum = Sha256::new();
    for path in paths {
        for file in files_below(path)? {
            let content = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
            add(&mut sum, file.to_string_lossy().as_bytes());
            add(&mut sum, &content);
        }
    }
    Ok(format!("{:x}", sum.finalize()))
}

/// All files at and below a path, in the order of their names.
pub fn files_below(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("can't read {}", path.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        files.extend(files_below(&path)?);
    }
    Ok(files)
}

/// With its length before it, so that what ends one part can't be taken for the start of the next.
pub fn add(sum: &mut Sha256, part: &[u8]) {
    sum.update((part.len() as u64).to_le_bytes());
    sum.update(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_and_names_count_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("doorstep-fingerprint-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let now = || of(std::slice::from_ref(&folder)).unwrap();
        write("a", "one");
        write("deep/b", "two");
        let first = now();
        write("a", "one");
        assert_eq!(now(), first, "the same content written again");
        write("a", "One");
        assert_ne!(now(), first, "another content");
        write("a", "one");
        fs::rename(folder.join("deep/b"), folder.join("deep/c")).unwrap();
        assert_ne!(now(), first, "another name");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_moves_from_one_file_to_the_next_changes_it() {
        let of = |parts: &[&str]| {
            let mut sum = Sha256::new();
            parts.iter().for_each(|part| add(&mut sum, part.as_bytes()));
            sum.finalize()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
