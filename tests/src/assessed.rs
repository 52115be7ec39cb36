//! The forms of `forms/` that have an assessment, and what their measures come to: held against what others make of the same answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_engine::assess::Outcome;
use doorstep_engine::{Bundle, Form, Session, Source, World, export};

use crate::answers::{self, Act, Chance, Habits};

/// A form with an assessment.
pub struct Assessed {
    /// Its folder.
    pub name: String,
    /// As its author wrote it.
    pub bundle: Bundle,
    /// Read.
    pub form: Arc<Form>,
    /// As an XForm.
    pub xform: String,
    /// What the XForm can't hold.
    pub losses: Vec<String>,
}

/// A measure, and what it came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Came {
    /// Its name.
    pub name: String,
    /// The path of its node.
    pub path: String,
    /// `ok`, `na` or `missing`.
    pub state: &'static str,
    /// As expressions see it: of a score the nearest number.
    pub value: String,
}

/// All of them, by name.
pub fn all(folder: &Path) -> Vec<Assessed> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("form.json"))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    files.iter().filter_map(|file| read(file)).collect()
}

fn read(definition: &Path) -> Option<Assessed> {
    let text = std::fs::read_to_string(definition).ok()?;
    let folder = definition.parent()?;
    let bundle = Bundle::gather(Source::new("form.json", text), |name| {
        std::fs::read_to_string(folder.join(name)).ok()
    });
    let form = Form::read(&bundle).form?;
    let measures = Session::new(form.clone(), World::default()).measures().count();
    let exported = export::to_xform(&bundle).exported?;
    (measures > 0).then(|| Assessed {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bundle,
        form,
        xform: exported.written,
        losses: exported.losses.into_iter().map(|loss| loss.what).collect(),
    })
}

impl Assessed {
    /// Makes an answer set up: what was done, and what came of it.
    pub fn answer_set(&self, world: World, seed: u64, habits: &Habits) -> (Vec<Act>, Vec<Came>) {
        let mut session = Session::new(self.form.clone(), world);
        let acts = answers::fill(&mut session, &mut Chance::new(seed), habits);
        let came = came(&session);
        (acts, came)
    }

    /// What was said of measures that have no calculation.
    pub fn lost(&self) -> Vec<&str> {
        let lost = self.losses.iter().filter(|loss| loss.contains("has no calculation"));
        lost.map(String::as_str).collect()
    }

    /// The XForm without what only our own engine reads: the calculations are what there is.
    pub fn calculations_alone(&self) -> Result<Arc<Form>, String> {
        let (from, to) = ("<ds:assessment", "</ds:assessment>");
        let begin = self.xform.find(from).ok_or("there is no assessment in the XForm")?;
        let end = self.xform.find(to).ok_or("the assessment does not end")? + to.len();
        let text = format!("{}{}", &self.xform[..begin], &self.xform[end..]);
        let checked = Form::read(&Bundle::single(Source::new("form.xml", text)));
        let errors: Vec<String> = checked.diagnostics.iter().map(|found| found.message.clone()).collect();
        checked.form.ok_or_else(|| errors.join("\n"))
    }
}

/// What all measures came to.
pub fn came(session: &Session) -> Vec<Came> {
    let names: Vec<String> = session.measures().map(str::to_owned).collect();
    let keys = session.nodes();
    let one = |name: String| {
        let outcome = session.outcome(&name)?;
        let path = keys
            .iter()
            .map(|key| session.path(*key))
            .find(|path| path.rsplit('/').next() == Some(&*name) && !path.contains('['))?;
        let state = match &outcome {
            Outcome::NotApplicable => "na",
            Outcome::Missing(_) => "missing",
            _ => "ok",
        };
        let value = match &outcome {
            Outcome::Score(score) => score.nearest().to_string(),
            other => other.to_string(),
        };
        Some(Came { name, path, state, value })
    };
    names.into_iter().filter_map(one).collect()
}

/// Are two values the same? Numbers to 1e-12, relatively.
pub fn same(expected: &str, found: &str) -> bool {
    if expected == found {
        return true;
    }
    match (expected.parse::<f64>(), found.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
        _ => false,
    }
}
