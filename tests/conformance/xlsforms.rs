//! `xlsforms.jsonl`: a workbook behaves as the XForm that pyxform makes of it, or is refused for what pyxform refuses it for.

use std::collections::HashMap;
use std::sync::Arc;

use doorstep_engine::{AnswerError, Bundle, Checked, Form, Session, Severity, Source};
use serde_json::Value as Json;

use crate::case::{Case, Corpus};
use crate::expected::{States, states};
use crate::generated::{Act, Chance, act};
use crate::named;
use crate::scenarios::world;

/// The workbooks.
pub const CORPUS: Corpus = Corpus {
    name: "xlsforms",
    tiers: &["valid", "wrong"],
    tier: |data| if data["xform"].is_string() { "valid" } else { "wrong" },
    judge,
};

/// How many answers are given by both roads.
const ANSWERS: usize = 24;

fn judge(case: &Case) -> Result<(), String> {
    match case.tier {
        "valid" => valid(case),
        _ => {
            let bundle = workbook(case, false)?;
            named::judge(
                case.data["error"].as_str().ok_or("there is no error")?,
                &bundle,
                &Form::read(&bundle),
            )
        }
    }
}

/// The sheets as sources: rows are lines, cells have tabs between.
pub fn workbook(case: &Case, named: bool) -> Result<Bundle, String> {
    let sheets = case.data["sheets"].as_object().ok_or("there are no sheets")?;
    let mut sheets: Vec<(String, Vec<Vec<String>>)> =
        sheets.iter().map(|(name, rows)| (name.clone(), cells(rows))).collect();
    if named {
        name_root(&mut sheets, case.text("name"));
    }
    let mut sources: Vec<Source> = sheets.iter().map(|(name, rows)| source(name, rows)).collect();
    let is_survey = |source: &Source| source.name.to_lowercase().ends_with("#survey");
    if let Some(survey) = sources.iter().position(is_survey) {
        sources.swap(0, survey);
    }
    let mut sources = sources.into_iter();
    let main = sources.next().unwrap_or_else(|| Source::new("data.xlsx#", ""));
    Ok(Bundle { main, files: sources.collect() })
}

fn cells(rows: &Json) -> Vec<Vec<String>> {
    let text = |cell: &Json| match cell {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    let row = |row: &Json| row.as_array().into_iter().flatten().map(text).collect();
    rows.as_array().into_iter().flatten().map(row).collect()
}

/// pyxform's caller names the root's element where the settings don't; in a workbook only they can.
fn name_root(sheets: &mut Vec<(String, Vec<Vec<String>>)>, name: &str) {
    let settings =
        sheets.iter().position(|(sheet, _)| sheet.to_lowercase() == "settings").unwrap_or_else(|| {
            sheets.push(("settings".into(), Vec::new()));
            sheets.len() - 1
        });
    let rows = &mut sheets[settings].1;
    rows.resize_with(rows.len().max(2), Vec::new);
    if rows[0].iter().any(|header| header.trim().eq_ignore_ascii_case("name")) {
        return;
    }
    let width = rows[0].len().max(rows[1].len());
    for (row, cell) in rows.iter_mut().zip(["name", name]) {
        row.resize(width, String::new());
        row.push(cell.to_owned());
    }
}

/// Its form id is `data` where it says none, as the corpus has it.
fn source(sheet: &str, rows: &[Vec<String>]) -> Source {
    let cell = |cell: &String| cell.replace('\t', "␉").replace('\n', "␊").replace('\r', "␍");
    let line = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<String>>().join("\t");
    let lines: Vec<String> = rows.iter().map(line).collect();
    Source::new(format!("data.xlsx#{sheet}"), lines.join("\n"))
}

fn valid(case: &Case) -> Result<(), String> {
    let ours = form(Form::read(&workbook(case, true)?), "the workbook")?;
    let theirs = Bundle::single(Source::new("form.xml", case.text("xform")));
    let theirs = form(Form::read(&theirs), "the XForm")?;
    same(ours, theirs, &case.id)
}

/// Do two forms behave the same: at the start, in every language, and after generated answers?
pub fn same(ours: Arc<Form>, theirs: Arc<Form>, seed: &str) -> Result<(), String> {
    let languages = |form: &Form| {
        let mut names: Vec<String> = form.languages().iter().map(|name| name.to_string()).collect();
        names.sort();
        names
    };
    if languages(&ours) != languages(&theirs) {
        let (ours, theirs) = (ours.languages(), theirs.languages());
        return Err(format!("languages expected {theirs:?}, came {ours:?}"));
    }
    let mut roads = Roads {
        ours: Session::new(ours.clone(), world(1)),
        theirs: Session::new(theirs, world(1)),
        chance: Session::new(ours.clone(), world(2)),
    };
    for language in ours.languages().iter().rev() {
        roads.each(|session| session.set_language(language));
        roads.compare().map_err(|error| format!("at the start, in {language}: {error}"))?;
    }
    let mut chance = Chance::new(seed);
    for index in 1..=ANSWERS {
        let Some(act) = act(&roads.theirs, &mut chance) else { break };
        let place = |error| format!("answer {index} ({act:?}): {error}");
        roads.act(&act).and_then(|()| roads.compare()).map_err(place)?;
    }
    Ok(())
}

/// The form, if it was taken.
pub fn form(checked: Checked, what: &str) -> Result<Arc<Form>, String> {
    let errors = checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let said: Vec<String> = errors.map(|found| format!("{} {}", found.code, found.message)).take(3).collect();
    checked.form.ok_or_else(|| format!("{what} was refused: {}", said.join("; ")))
}

/// The same form by both roads, and once more with another seed: what differs there is chance.
struct Roads {
    ours: Session,
    theirs: Session,
    chance: Session,
}

impl Roads {
    fn each(&mut self, mut act: impl FnMut(&mut Session)) {
        [&mut self.ours, &mut self.theirs, &mut self.chance].into_iter().for_each(&mut act);
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        let ours = does(&mut self.ours, act);
        let theirs = does(&mut self.theirs, act);
        // Chance may have offered other choices: then its answer is refused, and stays as it was.
        let _ = does(&mut self.chance, act);
        match ours == theirs {
            true => Ok(()),
            false => Err(format!("expected {theirs:?}, came {ours:?}")),
        }
    }

    /// The first difference between the workbook's states and the XForm's.
    fn compare(&self) -> Result<(), String> {
        let [ours, theirs, chance] = [&self.ours, &self.theirs, &self.chance].map(shown);
        let [by_reference, wanted, by_chance] = [&ours, &theirs, &chance].map(by_reference);
        for (reference, expected) in &theirs {
            let state = by_reference.get(reference.as_str()).ok_or(format!("{reference} is not there"))?;
            let other = by_chance.get(reference.as_str()).copied().unwrap_or(&Json::Null);
            let keys = expected.as_object().into_iter().flatten().map(|(key, _)| key);
            let keys = keys.chain(state.as_object().into_iter().flatten().map(|(key, _)| key));
            for key in keys.filter(|key| state[*key] != expected[*key]) {
                if state[key] == other[key] || expected[key].is_null() != state[key].is_null() {
                    return Err(format!(
                        "{reference}: {key} expected {}, came {}",
                        expected[key], state[key]
                    ));
                }
            }
        }
        match ours.iter().find(|(reference, _)| !wanted.contains_key(reference.as_str())) {
            Some((reference, state)) => Err(format!("{reference} was not expected: {state}")),
            None => Ok(()),
        }
    }
}

fn by_reference(states: &States) -> HashMap<&str, &Json> {
    states.iter().map(|(reference, state)| (reference.as_str(), state)).collect()
}

/// The states, with words as a screen shows them: pyxform's XML is indented, and its indentation stands in labels.
fn shown(session: &Session) -> States {
    let mut states = states(session);
    for (_, state) in &mut states {
        for words in ["/label", "/hint", "/violation/message"] {
            state.pointer_mut(words).into_iter().for_each(collapse);
        }
        for choice in state["choices"].as_array_mut().into_iter().flatten() {
            choice.get_mut(1).into_iter().for_each(collapse);
        }
    }
    states
}

/// One blank for any run of them, none at the ends.
fn collapse(words: &mut Json) {
    if let Some(text) = words.as_str() {
        *words = text.split_whitespace().collect::<Vec<&str>>().join(" ").into();
    }
}

fn does(session: &mut Session, act: &Act) -> Result<(), AnswerError> {
    let (Act::Answer(reference, _) | Act::Add(reference) | Act::Remove(reference)) = act;
    let key = session.at(reference).ok_or(AnswerError::NoSuchNode)?;
    let done = match act {
        Act::Answer(_, text) => session.answer_text(key, text),
        Act::Add(_) => session.add_repeat(key),
        Act::Remove(_) => session.remove_repeat(key),
    };
    done.map(drop)
}
