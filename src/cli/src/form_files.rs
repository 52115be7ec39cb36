//! Forms on disk: a definition, or a folder of them, with the files that they name.

use std::path::{Path, PathBuf};

use doorstep_engine::{Bundle, Source};

/// The definitions that a path means: the file itself, a folder's `form.json`, or those of the folders in it.
pub fn definitions(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let own = path.join("form.json");
    if own.is_file() {
        return Ok(vec![own]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path().join("form.json")).filter(|file| file.is_file()).collect();
    found.sort();
    match found.is_empty() {
        true => Err(format!("{}: there is no form.json here, nor in the folders here", path.display())),
        false => Ok(found),
    }
}

/// Reads a definition and the files that it names. A file that is not there is a diagnostic later.
pub fn read(definition: &Path) -> Result<Bundle, String> {
    let bytes = std::fs::read(definition).map_err(|error| format!("{}: {error}", definition.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{}: not UTF-8 text (byte {at}); save it as UTF-8", definition.display())
    })?;
    let folder = definition.parent().unwrap_or(Path::new("."));
    let name = definition.file_name().map_or_else(|| "form.json".into(), |name| name.to_string_lossy());
    Ok(Bundle::gather(Source::new(name.as_ref(), text), |name| {
        // A name is relative to the form's folder; an absolute one would tie the form to this machine.
        let relative = Path::new(name).is_relative();
        relative.then(|| std::fs::read_to_string(folder.join(name)).ok()).flatten()
    }))
}
