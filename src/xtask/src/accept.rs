//! `cargo xtask accept [DIR …]`: what we write, held before ODK's own tools.
//!
//! Every form is exported as XForm, which ODK Validate (Collect's engine) is to take, and as XLSForm, of which pyxform is to make an XForm
//! that ODK Validate takes. A form that is refused as it came is counted apart: what is wrong with it is not ours.
//! `cargo xtask accept designer` takes forms through the designer first: [`designer`].

mod designer;

use crate::command::{ask, on_path, run as run_command};
use crate::setup;
use crate::workspace::Workspace;
use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the corpora lie, beside the clone: the real forms are beside them.
const CORPORA: [&str; 2] = ["../shared/conformance", "../shared/forms"];
/// The jar in pyxform's wheel.
const VALIDATE: &str = "pyxform/validators/odk_validate/bin/ODK_Validate.jar";
/// How many files one call of a tool is given.
const AT_ONCE: usize = 400;

/// Why each form was refused, by its file's name; none: it was accepted.
type Verdicts = BTreeMap<String, Option<String>>;

/// Exports, asks, prints a line for each tool and each refusal; fails if something is refused that was accepted as it came
/// and of which nothing was said to be lost.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    if let [first, rest @ ..] = arguments
        && first == "designer"
    {
        return designer::run(workspace, rest);
    }
    let folders = folders(workspace, arguments)?;
    let java = java()?;
    setup::odk(workspace)?;
    let packages = workspace.tools().join("odk");
    let out = workspace.target().join("accept");
    // What is written depends on nothing that was written before.
    let _ = fs::remove_dir_all(&out);
    export(workspace, &folders, &out)?;
    let tools = Tools { java, packages, out };

    let came = tools.validate("came")?;
    let xforms = tools.validate("xform")?;
    let mut by_pyxform = tools.pyxform(&workspace.path("src/xtask/pip/xls2xform.py"))?;
    let taken = tools.validate("pyxform")?;
    for (name, refused) in &taken {
        if let (Some(known @ None), Some(_)) = (by_pyxform.get_mut(name), refused) {
            known.clone_from(refused);
        }
    }
    let losses = fs::read(tools.out.join("losses.json"))?;
    let losses: Value = serde_json::from_slice(&losses)?;
    let nothing = Verdicts::new();
    Report { what: "as it came", tool: "ODK Validate", came: &nothing, losses: &Value::Null }.print(&came);
    let by_validate =
        Report { what: "XForm out", tool: "ODK Validate", came: &came, losses: &losses["xform"] }
            .print(&xforms);
    let tool = "pyxform, then ODK Validate";
    let by_both =
        Report { what: "XLSForm out", tool, came: &came, losses: &losses["xlsform"] }.print(&by_pyxform);
    if by_validate + by_both > 0 {
        bail!(
            "{} of what we wrote is refused, though it was accepted as it came and nothing was said to be lost",
            by_validate + by_both
        );
    }
    Ok(())
}

fn folders(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    if arguments.is_empty() {
        let usual = CORPORA.iter().map(|folder| workspace.path(folder)).find(|folder| folder.is_dir());
        return Ok(usual.into_iter().collect());
    }
    given(arguments)
}

/// The folders that were named.
fn given(arguments: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let given = arguments.iter().map(|folder| {
        let folder = PathBuf::from(folder);
        folder
            .is_dir()
            .then(|| folder.clone())
            .with_context(|| format!("there is no folder {}", folder.display()))
    });
    given.collect()
}

fn java() -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java"));
    match home.filter(|java| java.is_file()) {
        Some(java) => Ok(java),
        None if on_path("java") => Ok("java".into()),
        None => bail!("ODK Validate takes Java 11 or later: `apt-get install default-jre-headless`"),
    }
}

/// Has the program in tests/ write every form into `out`: as it came, as XForm, as XLSForm.
fn export(workspace: &Workspace, folders: &[PathBuf], out: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--locked", "--quiet", "--manifest-path"]).arg(workspace.path("Cargo.toml"));
    cargo
        .args(["--package", "doorstep-tests", "--bin", "conformance", "--", "--export"])
        .arg(out)
        .args(folders);
    run_command(&mut cargo)
}

struct Tools {
    java: PathBuf,
    packages: PathBuf,
    out: PathBuf,
}

impl Tools {
    /// What ODK Validate says of each XForm in a folder of `out`, many by one virtual machine.
    fn validate(&self, folder: &str) -> anyhow::Result<Verdicts> {
        let files = files(&self.out.join(folder), "xml")?;
        let mut verdicts = Verdicts::new();
        for some in files.chunks(AT_ONCE) {
            // Both of its streams in one file: what is said of a form stands behind the form's name.
            let log = self.out.join("validate.log");
            let said = File::create(&log)?;
            let mut validate = Command::new(&self.java);
            validate.args(["-Djava.awt.headless=true", "-jar"]).arg(self.packages.join(VALIDATE)).args(some);
            // It fails if one form is refused; which ones, is said in the file.
            validate.stdout(said.try_clone()?).stderr(said).status().context("can't start Java")?;
            let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
            for (path, verdict) in read(&said) {
                verdicts.insert(stem(Path::new(path)), verdict);
            }
        }
        match files.iter().find(|file| !verdicts.contains_key(&stem(file))) {
            Some(file) => bail!(
                "ODK Validate said nothing of {}; see {}",
                file.display(),
                self.out.join("validate.log").display()
            ),
            None => Ok(verdicts),
        }
    }

    /// Makes XForms in `out/pyxform` of the workbooks in `out/xlsform`.
    fn pyxform(&self, driver: &Path) -> anyhow::Result<Verdicts> {
        pyxform(&self.packages, driver, &self.out.join("xlsform"), &self.out.join("pyxform"))
    }
}

/// Has pyxform make XForms of the workbooks in a folder; what it says of each.
fn pyxform(packages: &Path, driver: &Path, from: &Path, to: &Path) -> anyhow::Result<Verdicts> {
    fs::create_dir_all(to)?;
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages).arg(driver).arg(from).arg(to);
    let said = ask(&mut python).context("pyxform could not be run: it takes Python 3.10 or later")?;
    let mut verdicts = Verdicts::new();
    for line in said.lines() {
        let line: Value = serde_json::from_str(line)?;
        let file = line["file"].as_str().context("pyxform's driver names no file")?;
        verdicts.insert(file.to_owned(), line["error"].as_str().map(str::to_owned));
    }
    Ok(verdicts)
}

/// What ODK Validate says of each file, in the order of the files.
fn read(said: &str) -> impl Iterator<Item = (&str, Option<String>)> {
    let parts = said.split("Validating: ").skip(1);
    parts.map(|part| {
        let (path, rest) = part.split_once('\n').unwrap_or((part, ""));
        let accepted = rest.contains("is valid!");
        (path.trim(), (!accepted).then(|| reason(rest)))
    })
}

/// The sentence of an exception, without the places in Java's code where it was thrown.
fn reason(said: &str) -> String {
    let of_java = |line: &str| line.starts_with("at ") || line.starts_with(">>") || line.starts_with("...");
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && !of_java(line));
    let lines: Vec<&str> = lines.collect();
    let thrown = lines.iter().position(|line| line.contains("Exception")).unwrap_or(0);
    lines[thrown..].iter().take(3).copied().collect::<Vec<_>>().join(" ")
}

/// One line for a tool, and one for each refusal.
struct Report<'a> {
    what: &'a str,
    tool: &'a str,
    /// Of the forms as they came.
    came: &'a Verdicts,
    /// What was said to be lost, by form.
    losses: &'a Value,
}

impl Report<'_> {
    /// Prints what came of it; how many are refused that were accepted as they came, with no word of a loss.
    fn print(&self, verdicts: &Verdicts) -> usize {
        let before = |name: &str| self.came.get(name).is_some_and(Option::is_some);
        let refused = verdicts.iter().filter_map(|(name, reason)| Some((name, reason.as_ref()?)));
        let (theirs, ours): (Vec<_>, Vec<_>) = refused.partition(|(name, _)| before(name));
        let (said, unsaid): (Vec<_>, Vec<_>) =
            ours.iter().copied().partition(|(name, _)| !self.losses[name.as_str()].is_null());
        let accepted = verdicts.len() - theirs.len() - ours.len();
        let mut line =
            format!("{} ({}): {accepted} accepted, {} refused", self.what, self.tool, unsaid.len());
        for (forms, why) in [(said.len(), "of which a loss was said"), (theirs.len(), "as they came too")] {
            if forms > 0 {
                line.push_str(&format!(", {forms} refused {why}"));
            }
        }
        println!("{line}");
        for (name, reason) in &ours {
            let said = self.losses[name.as_str()][0].as_str();
            println!(
                "  {name} — {reason}{}",
                said.map_or_else(String::new, |loss| format!(" (said: {loss})"))
            );
        }
        unsaid.len()
    }
}

fn files(folder: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    Ok(files)
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_own_verdict() {
        let said = "Validating: /a/x.xml\n\n>> Xform is valid!\nValidating: /a/y.xml\n\n>> XForm is invalid.\n\
            org.javarosa.XFormParseException: Cycle:\n\t/data/a\n\tat org.javarosa.A.b(A.java:1)\nValidating: /a/z.xml\n";
        let found: Vec<_> = read(said).collect();
        assert_eq!(found[0], ("/a/x.xml", None));
        assert_eq!(
            found[1],
            ("/a/y.xml", Some("org.javarosa.XFormParseException: Cycle: /data/a".to_owned()))
        );
        assert_eq!(found[2], ("/a/z.xml", Some(String::new())));
    }
}
