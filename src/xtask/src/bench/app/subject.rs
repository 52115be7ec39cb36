//! Whoever is measured: by the name that `tests/bench/app/watch.js` knows, and by package and version.

use super::stage::{AUTOPSY, AUTOPSY_ID, Stage};
use crate::bench::version;
use serde_json::json;

/// One app.
pub struct Subject {
    /// As `watch.js` and the paths have it.
    pub id: &'static str,
    /// As the table has it.
    pub name: String,
}

/// How `watch.js` calls ours.
pub const HERE: &str = "doorstep";
const PEERS: [(&str, &str); 3] =
    [("odk", "@getodk/web-forms"), ("enketo", "enketo-core"), ("surveyjs", "survey-react-ui")];

/// The same fields without an app: what the browser itself takes.
const BARE: &str = "bare";

/// Ours first, then the peers, then no app at all.
pub fn all(stage: &Stage) -> Vec<Subject> {
    let here = Subject { id: HERE, name: "here".into() };
    let peers = PEERS.map(|(id, package)| Subject {
        id,
        name: format!("{package} {}", version(&stage.packages, package)),
    });
    let bare = Subject { id: BARE, name: "fields alone".into() };
    std::iter::once(here).chain(peers).chain([bare]).collect()
}

impl Subject {
    /// Is it ours, which comes with a service worker, a store and a home?
    pub fn is_ours(&self) -> bool {
        self.id == HERE
    }

    /// Where its form is opened: ours from its home, as its users do.
    pub fn url(&self, stage: &Stage, form: &str) -> String {
        match self.is_ours() {
            true => stage.here.url("/"),
            false => stage.peers.url(&format!("/{}/?form={form}", self.id)),
        }
    }

    /// Does it know of repeats? Fields alone do not.
    pub fn repeats(&self) -> bool {
        self.id != BARE
    }

    /// Has it that form? SurveyJS and Enketo are given the generated ones alone.
    pub fn has(&self, stage: &Stage, form: &str) -> bool {
        form != AUTOPSY || stage.has_autopsy && matches!(self.id, HERE | "odk")
    }

    /// The script that fills its forms in, for every document.
    pub fn script(&self, form: &str) -> String {
        let watch = include_str!("../../../../../tests/bench/app/watch.js");
        let called = if form == AUTOPSY { AUTOPSY_ID } else { form };
        let spec = json!({"who": self.id, "form": called});
        format!("(() => {{ const SPEC = {spec};\n{watch}\n}})();")
    }
}
