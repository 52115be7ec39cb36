//! One line of a corpus, and what a corpus is.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

/// One file of cases.
pub struct Corpus {
    /// Its name in what is printed; its file is `NAME.jsonl`.
    pub name: &'static str,
    /// The tiers in the order in which they are printed. A case of none of them counts for the last.
    pub tiers: &'static [&'static str],
    /// The tier that a case is of.
    pub tier: fn(&Json) -> &str,
    /// Runs one: what is wrong, if something is.
    pub judge: fn(&Case) -> Result<(), String>,
}

/// One line.
#[derive(Clone)]
pub struct Case {
    pub corpus: &'static str,
    pub tier: &'static str,
    pub id: String,
    /// For people, on one line.
    pub title: String,
    /// Where the corpus lies, for what stands beside it.
    pub folder: Arc<Path>,
    /// The whole line; null if it is no JSON.
    pub data: Arc<Json>,
}

impl Corpus {
    /// The cases in a folder, one for each line. `None` if it has no such file.
    pub fn read(&self, folder: &Path) -> Result<Option<Vec<Case>>, String> {
        let file = folder.join(self.name).with_extension("jsonl");
        if !file.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Some(text.lines().enumerate().map(|(index, line)| self.case(folder, index, line)).collect()))
    }

    fn case(&self, folder: &Path, index: usize, line: &str) -> Case {
        let data: Json = serde_json::from_str(line).unwrap_or_default();
        let tier = (self.tier)(&data);
        let known = self.tiers.iter().copied().find(|known| *known == tier);
        Case {
            corpus: self.name,
            tier: known.or(self.tiers.last().copied()).unwrap_or_default(),
            id: data["id"].as_str().map_or_else(|| format!("line {}", index + 1), str::to_owned),
            title: data["title"].as_str().or(data["expr"].as_str()).unwrap_or_default().replace('\n', " "),
            folder: folder.into(),
            data: Arc::new(data),
        }
    }
}

impl Case {
    /// Is a word of the command line about it?
    pub fn is_meant_by(&self, word: &str) -> bool {
        format!("{}/{}", self.corpus, self.tier).contains(word) || self.id.contains(word)
    }

    /// The text under a key; empty if there is none.
    pub fn text(&self, key: &str) -> &str {
        self.data[key].as_str().unwrap_or_default()
    }
}
