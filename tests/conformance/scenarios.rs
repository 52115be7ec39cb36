//! `scenarios.jsonl`: a form, what is done with it, and the state of every node before and after.

use std::collections::HashMap;
use std::sync::Arc;

use doorstep_engine::session::{Kind, Opening};
use doorstep_engine::view::{Control, Key};
use doorstep_engine::{AnswerError, Bundle, Changes, Extent, Form, Session, Source, Value, World};
use serde_json::Value as Json;

use crate::case::{Case, Corpus};
use crate::expected::{States, difference, fits, states, unchanged, value_fits};
use crate::instance;

/// The scenarios.
pub const CORPUS: Corpus = Corpus {
    name: "scenarios",
    tiers: &["core", "odk"],
    tier: |data| data["tier"].as_str().unwrap_or_default(),
    judge,
};

/// 2026-11-23T07:45:34.043-07:00; what depends on it is `*` in the corpus.
pub fn world(seed: u64) -> World {
    World { now_ms: 1_795_445_134_043, utc_offset_minutes: -420, seed, ..World::default() }
}

fn judge(case: &Case) -> Result<(), String> {
    let checked = Form::read(&bundle(case));
    let errors = || {
        let errors =
            checked.diagnostics.iter().filter(|found| found.severity == doorstep_engine::Severity::Error);
        let said: Vec<String> =
            errors.map(|found| format!("{} {}", found.code, found.message)).take(3).collect();
        said.join("; ")
    };
    if checked.diagnostics.iter().any(|found| found.code == "missing-file") && !may_be_missing(case) {
        return match case.data.get("rejects") {
            Some(_) => Ok(()),
            None => Err("an attachment is not there".into()),
        };
    }
    let form = match (&checked.form, case.data.get("rejects").is_some()) {
        (None, true) => return Ok(()),
        (Some(_), true) => return Err("the form was to be refused, but was taken".into()),
        (None, false) => return Err(format!("the form was refused: {}", errors())),
        (Some(form), false) => form.clone(),
    };
    let mut run = Run::open(form, case)?;
    run.compare_initial(&case.data["initial"]).map_err(|error| format!("at the start: {error}"))?;
    let steps = case.data["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, step) in steps.iter().enumerate() {
        let place = |error| format!("step {} ({} {}): {error}", index + 1, step["op"], step["ref"]);
        run.step(step).map_err(place)?;
    }
    Ok(())
}

/// The reference refuses a form whose attachment it does not get, unless it is told to take it as blank.
fn may_be_missing(case: &Case) -> bool {
    case.data["options"]["missingResourceBehavior"] == "BLANK" || case.data["attachments"].is_object()
}

fn bundle(case: &Case) -> Bundle {
    let attachments = case.data["attachments"].as_object().into_iter().flatten();
    // Without a text it is one that is not there.
    let files = attachments.filter_map(|(url, text)| Some(Source::new(url.as_str(), text.as_str()?)));
    Bundle { main: Source::new("form.xml", case.text("form")), files: files.collect() }
}

/// A form being answered step by step.
struct Run {
    session: Session,
    /// What the corpus has said of each node so far.
    known: HashMap<String, Json>,
    /// Values given as a URL query would, until there is a node for them.
    defaults: Vec<(String, String)>,
}

impl Run {
    fn open(form: Arc<Form>, case: &Case) -> Result<Run, String> {
        let options = &case.data["options"];
        let session = match options["editInstance"].as_str() {
            Some(xml) => {
                Session::open_xml(form, world(1), xml, Opening::Edit).map_err(|error| error.to_string())?
            }
            None => Session::new(form, world(1)),
        };
        let given = options["instanceDefaults"].as_object().into_iter().flatten();
        let defaults = given.filter_map(|(path, value)| Some((path.clone(), value.as_str()?.to_owned())));
        let mut run = Run { session, known: HashMap::new(), defaults: defaults.collect() };
        run.set_defaults();
        Ok(run)
    }

    /// Sets what has a question now. What is no value of its type is passed over.
    fn set_defaults(&mut self) {
        let root = self.session.nodes().first().map(|root| self.session.reference(*root)).unwrap_or_default();
        for (path, value) in std::mem::take(&mut self.defaults) {
            let whole = if path.starts_with('/') { path.clone() } else { format!("{root}/{path}") };
            match self.session.at(&whole) {
                Some(key) => {
                    let state = self.session.state(key);
                    let asked = state.is_some_and(
                        |state| matches!(state.kind, Kind::Question(control) if control != Control::Note),
                    );
                    let read =
                        self.session.question(key).map(|question| Value::read(question.data_type, &value));
                    if let (true, Some(read)) = (asked, read.filter(|read| !matches!(read, Value::Unread(_))))
                    {
                        // What may not be answered keeps its value.
                        let _ = self.session.answer(key, read);
                    }
                }
                None => self.defaults.push((path, value)),
            }
        }
    }

    fn compare_initial(&mut self, initial: &Json) -> Result<(), String> {
        let expected = initial.as_object().ok_or("there is no initial state")?;
        let now = states(&self.session);
        let by_reference: HashMap<&str, &Json> =
            now.iter().map(|(name, state)| (name.as_str(), state)).collect();
        for (reference, state) in expected {
            let actual = by_reference.get(reference.as_str()).ok_or(format!("{reference} is not there"))?;
            if let Some(difference) = difference(state, actual) {
                return Err(format!("{reference}: {difference}"));
            }
        }
        if let Some((reference, state)) = now.iter().find(|(reference, _)| !expected.contains_key(reference))
        {
            return Err(format!("{reference} was not expected: {state}"));
        }
        self.known = expected.iter().map(|(reference, state)| (reference.clone(), state.clone())).collect();
        Ok(())
    }

    fn step(&mut self, step: &Json) -> Result<(), String> {
        let operation = step["op"].as_str().unwrap_or_default();
        if operation.starts_with("expect_") {
            return self.expect(operation, step);
        }
        let before = states(&self.session);
        let done = self.act(operation, step)?;
        match (done, step.get("error").is_some()) {
            (Err(_), true) => return Ok(()),
            (Ok(_), true) => return Err("was to be refused".into()),
            (Err(error), false) => return Err(format!("was refused: {error:?}")),
            (Ok(_), false) => {}
        }
        self.set_defaults();
        match step.get("changes") {
            Some(changes) => self.compare(&before, changes),
            None => Ok(()),
        }
    }

    /// Does what a step says; the inner error is the engine's refusal.
    fn act(&mut self, operation: &str, step: &Json) -> Result<Result<Changes, AnswerError>, String> {
        if operation == "set_language" {
            let language = step["lang"].as_str().unwrap_or_default();
            if !self.session.form().languages().iter().any(|known| **known == *language) {
                return Err(format!("{language} is not among {:?}", self.session.form().languages()));
            }
            self.session.set_language(language);
            return Ok(Ok(Changes::default()));
        }
        let reference = step["ref"].as_str().unwrap_or_default();
        let key = self.session.at(reference).ok_or("is not there")?;
        match operation {
            "answer" => Ok(self.answer(key, step["value"].as_str().unwrap_or_default())),
            "add_repeat" => Ok(self.session.add_repeat(key)),
            "remove_repeat" => Ok(self.session.remove_repeat(key)),
            other => Err(format!("the runner knows no step `{other}`")),
        }
    }

    /// Answers as a program does, with what an instance could carry.
    fn answer(&mut self, key: Key, text: &str) -> Result<Changes, AnswerError> {
        match self.session.question(key) {
            Some(question) => self.session.answer(key, Value::carried(question.data_type, text)),
            None => self.session.answer_text(key, text),
        }
    }

    /// All that was to change did, as it was to; nothing else did.
    fn compare(&mut self, before: &States, changes: &Json) -> Result<(), String> {
        let changes = changes.as_object().ok_or("the changes are no object")?;
        let removed: Vec<&str> = changes
            .get("removed")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let after = states(&self.session);
        let earlier: HashMap<&str, &Json> =
            before.iter().map(|(name, state)| (name.as_str(), state)).collect();
        let mut left = earlier.clone();
        for (reference, state) in &after {
            left.remove(reference.as_str());
            let wrong = match (changes.get(reference), earlier.get(reference.as_str())) {
                (Some(expected), _) => difference(expected, state),
                (None, None) => Some(format!("was not expected: {state}")),
                (None, Some(before)) => {
                    unchanged(self.known.get(reference).unwrap_or(&Json::Null), before, state)
                }
            };
            if let Some(wrong) = wrong {
                return Err(format!("{reference}: {wrong}"));
            }
        }
        if let Some(gone) = left.keys().find(|gone| !removed.contains(gone)) {
            return Err(format!("{gone} is gone"));
        }
        if let Some(stayed) = removed.iter().find(|name| !left.contains_key(**name)) {
            return Err(format!("{stayed} was to go"));
        }
        for (reference, state) in changes.iter().filter(|(reference, _)| *reference != "removed") {
            if !after.iter().any(|(name, _)| name == reference) {
                return Err(format!("{reference} is not there"));
            }
            self.known.insert(reference.clone(), state.clone());
        }
        Ok(())
    }

    fn expect(&self, operation: &str, step: &Json) -> Result<(), String> {
        if operation == "expect_instance_xml" {
            let xml = self.session.instance_xml(Extent::Relevant);
            return match instance::difference(step["xml"].as_str().unwrap_or_default(), &xml) {
                Some(difference) => Err(difference),
                None => Ok(()),
            };
        }
        let reference = step["ref"].as_str().unwrap_or_default();
        let key = self.session.at(reference).ok_or("is not there")?;
        let state = self.session.state(key).ok_or("has no state")?;
        let state = crate::expected::written(&state);
        let (asked, name) = match operation {
            "expect_value" => ("value", "value"),
            "expect_choices" => ("choices", "choices"),
            "expect_repeat_count" => ("count", "count"),
            other => return Err(format!("the runner knows no check `{other}`")),
        };
        let by_chance = |text: &str| text.contains('*');
        let free = match self.known.get(reference).and_then(|known| known["value"].as_str()) {
            // The corpus has said that it depends on clock or chance: what it came to there is no matter here.
            Some(known) if operation == "expect_value" && by_chance(known) => true,
            // The reference refused to be asked; there is nothing to compare with.
            _ => step[asked].as_str().is_some_and(|value| value.starts_with("!error:")),
        };
        let as_expected = match operation {
            "expect_value" => value_fits(&step[asked], &state),
            _ => fits(&step[asked], &state[name]),
        };
        match free || as_expected {
            true => Ok(()),
            false => Err(format!("{name} expected {}, came {}", step[asked], state[name])),
        }
    }
}
