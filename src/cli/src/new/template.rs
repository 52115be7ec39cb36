//! What a form can begin with: its text and all files that go with it, under its own folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use doorstep_engine::{Bundle, Source};
use doorstep_server::Files as Forms;

/// A form with what goes with it.
pub struct Template {
    /// Its folder: `phq-9`.
    pub name: String,
    /// By their paths, the folder of forms at the top: `phq-9/form.json`, `lists/towns.csv`.
    files: BTreeMap<String, Vec<u8>>,
}

/// A new form's files by their paths in its folder.
pub struct Files(BTreeMap<String, Vec<u8>>);

const FORM: &str = r#"{
  "settings": {
    "form_id": "start",
    "version": "1",
    "title": {"zh": "新表单", "en": "New form"},
    "default_language": "zh",
    "instance_name": "${person}"
  },

  "survey": [
    {"type": "group", "name": "page", "label": {"zh": "第一页", "en": "First page"}, "children": [
      {"type": "text", "name": "person", "label": {"zh": "姓名", "en": "Name"}, "required": true}
    ]}
  ]
}
"#;
const CASE: &str = r#"{
  "about": "A name is asked for, and called by",
  "now": "2026-11-23T09:30:00+08:00",
  "language": "zh",
  "steps": [
    {"expect": {"complete": false, "labels": {"/start/page/person": "姓名"}}},
    {"answer": {"/start/page/person": "试一试"}},
    {"expect": {"complete": true, "instance_name": "试一试"}}
  ]
}
"#;

/// All forms that one can begin with: those in the folder, else those inside the program, else those in `./forms`.
pub fn all(forms: Option<&Path>) -> Result<Vec<Template>, String> {
    let files = files(forms)?;
    let names = files.keys().filter_map(|path| path.strip_suffix("/form.json"));
    let names: Vec<String> = names.filter(|name| !name.contains('/')).map(str::to_owned).collect();
    let template = |name: String| {
        let own = format!("{name}/");
        // Of others only what the form names is read; of its own folder all goes with it.
        let files = files.iter().filter(|(path, _)| {
            path.starts_with(&own) || !path.ends_with("/form.json") && !path.contains("/cases/")
        });
        Template { files: files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect(), name }
    };
    Ok(names.into_iter().map(template).collect())
}

/// The form of that name.
pub fn named(name: &str, forms: Option<&Path>) -> Result<Template, String> {
    let all = all(forms)?;
    let near = doorstep_engine::diagnostic::nearest(name, all.iter().map(|template| template.name.as_str()));
    let hint = near.map_or_else(String::new, |near| format!("\ndid you mean `{near}`?"));
    let found = all.into_iter().find(|template| template.name == name);
    found.ok_or_else(|| {
        format!("there is no form `{name}` to begin with; `doorstep new --list` says which there are{hint}")
    })
}

fn files(forms: Option<&Path>) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let embedded = if forms.is_none() { Forms::embedded_forms() } else { None };
    if let Some(Forms::Embedded(files)) = embedded {
        return Ok(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect());
    }
    let folder = forms.unwrap_or(Path::new("forms"));
    let mut found = BTreeMap::new();
    collect(folder, "", &mut found).map_err(|error| {
        format!("{}: {error}\nwith `--forms DIR` the forms in DIR can be begun with", folder.display())
    })?;
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // Forms lie one folder deep, their cases two.
        match (entry.path().is_dir(), prefix.matches('/').count() < 3) {
            (true, true) => collect(&entry.path(), &format!("{name}/"), files)?,
            (true, false) => {}
            (false, _) => {
                files.insert(name, std::fs::read(entry.path())?);
            }
        }
    }
    Ok(())
}

impl Template {
    /// One page with one question, in Chinese and English, and a case.
    pub fn empty() -> Template {
        let file = |name: &str, text: &str| (format!("start/{name}"), text.as_bytes().to_vec());
        let files = [file("form.json", FORM), file("cases/name.json", CASE)];
        Template { name: "start".into(), files: files.into() }
    }

    /// Its title, in every language that it has.
    pub fn title(&self) -> String {
        let form = self.files.get(&format!("{}/form.json", self.name));
        let form: serde_json::Value =
            form.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
        match &form["settings"]["title"] {
            serde_json::Value::String(title) => title.clone(),
            serde_json::Value::Object(titles) => {
                titles.values().filter_map(|title| title.as_str()).collect::<Vec<_>>().join(" · ")
            }
            _ => String::new(),
        }
    }

    /// Its files as those of a form of that id, in a folder that needs no other.
    pub fn called(&self, id: &str) -> Result<Files, String> {
        let own = format!("{}/", self.name);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string());
        let form = self.files.get(&format!("{own}form.json")).ok_or("the template has no form.json")?;
        let mut form = text(form)?;
        let read: serde_json::Value = serde_json::from_str(&form).map_err(|error| error.to_string())?;
        let was = read["settings"]["form_id"].as_str().unwrap_or_default().to_owned();
        let names = Bundle::files_named(&Source::new("form.json", form.as_str()));
        let mut files = BTreeMap::new();
        for name in names.iter().map(String::as_str).chain(["../form.schema.json"]) {
            let Some(outside) = name.strip_prefix("../") else { continue };
            let place = plain(outside);
            if let Some(bytes) = self.files.get(&place) {
                files.insert(place, bytes.clone());
                // The setting `services` has codes of districts behind the path.
                for end in ["\"", " "] {
                    form = form.replace(&format!("\"{name}{end}"), &format!("\"{outside}{end}"));
                }
            }
        }
        let named = format!("\"form_id\": \"{was}\"");
        form = form.replacen(&named, &format!("\"form_id\": \"{id}\""), 1);
        // The form's node is called as the form, unless it says otherwise.
        let is_root = read["settings"]["name"].is_null();
        let (old, new) = (format!("/{was}/"), format!("/{id}/"));
        let renamed = |text: String| if is_root { text.replace(&old, &new) } else { text };
        for (path, bytes) in &self.files {
            let Some(path) = path.strip_prefix(&own).filter(|path| *path != "form.json") else { continue };
            let bytes = match path.starts_with("cases/") {
                true => renamed(text(bytes)?).into_bytes(),
                false => bytes.clone(),
            };
            files.insert(path.to_owned(), bytes);
        }
        files.insert("form.json".to_owned(), renamed(form).into_bytes());
        Ok(Files(files))
    }
}

/// `lists/towns.csv` for `catalogue/../lists/towns.csv`: where it lies.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Files {
    /// The form with what it names.
    pub fn bundle(&self) -> Bundle {
        let text =
            |name: &str| self.0.get(&plain(name)).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let main = Source::new("form.json", text("form.json").unwrap_or_default());
        Bundle::gather(main, text)
    }

    /// Its cases, by path.
    pub fn cases(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.beside().filter(|(path, _)| path.starts_with("cases/") && path.ends_with(".json"))
    }

    /// All but the form itself.
    pub fn beside(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let all = self.0.iter().filter(|(path, _)| *path != "form.json");
        all.map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Where they go.
    pub fn under(self, folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        self.0.into_iter().map(|(path, bytes)| (folder.join(path), bytes)).collect()
    }
}
