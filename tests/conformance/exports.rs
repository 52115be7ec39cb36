//! Every form as we write it, for tools that are not ours: `cargo xtask accept` hands it to them.
//!
//! Each has one name in `came`, `xform` and `xlsform`, so that what is refused as it came can be told apart; `losses.json` has what was said to
//! be lost. What we refuse to read is not there.

use std::path::Path;

use doorstep_engine::{Bundle, Source, export};
use serde_json::Value as Json;

use crate::{forms, scenarios, xlsforms};

/// Writes the repository's own forms, and those of the folders.
pub fn write(out: &Path, folders: &[String]) -> Result<(), String> {
    let mut target = Target { out, losses: Json::default() };
    for folder in ["came", "xform", "xlsform"] {
        std::fs::create_dir_all(out.join(folder)).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    target.own()?;
    for folder in folders.iter().map(Path::new) {
        for case in forms::cases(folder).unwrap_or_default() {
            // Each is there once for every tier.
            if case.tier == "xform" {
                let path = Path::new(case.text("path"));
                let bundle = forms::bundle(path)?;
                let came = case.id.ends_with(".xml").then(|| bundle.main.text.to_string());
                target.form(&case.id.replace('.', "-"), &bundle, came.as_deref())?;
            }
        }
        for case in scenarios::CORPUS.read(folder)?.unwrap_or_default() {
            let bundle = Bundle::single(Source::new("form.xml", case.text("form")));
            target.form(&case.id, &bundle, Some(case.text("form")))?;
        }
        for case in xlsforms::CORPUS.read(folder)?.unwrap_or_default() {
            if case.tier == "valid" {
                target.form(&case.id, &xlsforms::workbook(&case, true)?, Some(case.text("xform")))?;
            }
        }
    }
    let losses = target.losses.to_string();
    target.file("losses.json", losses.as_bytes())
}

struct Target<'a> {
    out: &'a Path,
    /// What was said to be lost, by target and form.
    losses: Json,
}

impl Target<'_> {
    /// The forms of this repository.
    fn own(&mut self) -> Result<(), String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms");
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for beside in entries.flatten().map(|entry| entry.path()) {
            let Ok(text) = std::fs::read_to_string(beside.join("form.json")) else { continue };
            let read = |name: &str| std::fs::read_to_string(beside.join(name)).ok();
            let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.form(&name, &Bundle::gather(Source::new("form.json", text), read), None)?;
        }
        Ok(())
    }

    fn form(&mut self, name: &str, bundle: &Bundle, came: Option<&str>) -> Result<(), String> {
        let (Some(xform), Some(sheets)) =
            (export::to_xform(bundle).exported, export::to_xlsform(bundle, "form.xlsx").exported)
        else {
            return Ok(());
        };
        for (target, losses) in [("xform", &xform.losses), ("xlsform", &sheets.losses)] {
            if !losses.is_empty() {
                let said: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
                self.losses[target][name] = said.into();
            }
        }
        let bytes = doorstep_workbook::write_xlsx(&sheets.written).map_err(|error| error.to_string())?;
        if let Some(came) = came {
            self.file(&format!("came/{name}.xml"), came.as_bytes())?;
        }
        self.file(&format!("xform/{name}.xml"), xform.written.as_bytes())?;
        self.file(&format!("xlsform/{name}.xlsx"), &bytes)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.out.join(name);
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    }
}
