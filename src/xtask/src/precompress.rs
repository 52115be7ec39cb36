//! Brotli copies beside the app's files, made once here so that the server needn't compress on every request.

use crate::fingerprint::files_below;
use crate::two_cores::at_once;
use std::fs;
use std::io::Write;
use std::path::Path;

/// What compresses well; pictures are compressed already.
const COMPRESSIBLE: [&str; 9] = ["html", "css", "js", "wasm", "json", "svg", "webmanifest", "txt", "xml"];

/// Sizes in bytes of what a browser gets, before and after.
#[derive(Debug, Default, PartialEq)]
pub struct Sizes {
    /// As built.
    pub plain: usize,
    /// As sent: a `.br` where there is one.
    pub sent: usize,
}

/// Writes `x.br` beside each compressible `x`, unless it came out no smaller. Quality is brotli's 0 to 11.
pub fn brotli(app: &Path, quality: u32) -> anyhow::Result<Sizes> {
    let mut files = files_below(app)?;
    // Pictures for a shop window, which no phone that has the app asks for.
    files.retain(|path| !path.starts_with(app.join("screenshots")));
    let sizes = at_once(&files, |path| compressed(path, quality))?;
    let sum = |of: fn(&Sizes) -> usize| sizes.iter().map(of).sum();
    Ok(Sizes { plain: sum(|sizes| sizes.plain), sent: sum(|sizes| sizes.sent) })
}

fn compressed(path: &Path, quality: u32) -> anyhow::Result<Sizes> {
    let plain = fs::read(path)?;
    let mut sent = plain.len();
    let kind = path.extension().unwrap_or_default().to_string_lossy();
    if COMPRESSIBLE.contains(&kind.as_ref()) {
        let compressed = compress(&plain, quality)?;
        if compressed.len() < plain.len() {
            sent = compressed.len();
            let mut name = path.as_os_str().to_owned();
            name.push(".br");
            fs::write(name, compressed)?;
        }
    }
    Ok(Sizes { plain: plain.len(), sent })
}

fn compress(plain: &[u8], quality: u32) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 24);
    writer.write_all(plain)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_copy_holds_the_same_content_and_is_smaller() {
        let folder = std::env::temp_dir().join(format!("doorstep-brotli-{}", std::process::id()));
        fs::create_dir_all(folder.join("screenshots")).unwrap();
        fs::write(folder.join("screenshots/home.png"), "not counted").unwrap();
        let text = "走访 household visit ".repeat(500);
        fs::write(folder.join("page.html"), &text).unwrap();
        fs::write(folder.join("tiny.js"), "x").unwrap();
        fs::write(folder.join("picture.png"), &text).unwrap();
        let sizes = brotli(&folder, 11).unwrap();
        let copy = fs::read(folder.join("page.html.br")).unwrap();
        let mut back = String::new();
        brotli::Decompressor::new(copy.as_slice(), 4096).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        assert!(!folder.join("tiny.js.br").exists(), "it would have grown");
        assert!(!folder.join("picture.png.br").exists(), "pictures are left as they are");
        assert_eq!(sizes, Sizes { plain: 2 * text.len() + 1, sent: copy.len() + text.len() + 1 });
        fs::remove_dir_all(&folder).unwrap();
    }
}
