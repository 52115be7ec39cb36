//! Answer sets that are made up, the same each time for the same seed: each relevant question answered by its type and constraint,
//! some left blank, repeats with up to four instances.

use std::collections::{HashMap, HashSet};

use doorstep_engine::Session;
use doorstep_engine::session::{Kind, NodeState};
use doorstep_engine::view::{Control, Key, NodeId};
use serde_json::{Value as Json, json};

/// Xorshift: chance that comes back.
pub struct Chance(u64);

impl Chance {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Chance {
        // Seeds that are neighbours shall have nothing in common.
        let mixed = (seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Chance((mixed ^ (mixed >> 31)) | 1)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize).checked_rem(end).unwrap_or(0)
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What one does to fill a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// A question by its path, and its answer.
    Answer(String, String),
    /// A repeat by its path, and how many instances it has.
    Instances(String, usize),
}

/// What is known of a form's questions: which answers open most of the form. Random answers alone would mostly find its shortest way.
#[derive(Default)]
pub struct Habits {
    opening: HashMap<NodeId, Vec<String>>,
}

/// How many choices are tried for which opens most.
const MOST_TRIED: usize = 12;
/// How often the form is gone through, since answers open questions before them too.
const MOST_ROUNDS: usize = 8;

/// Fills a new session; gives what leads to the same answers in another.
pub fn fill(session: &mut Session, chance: &mut Chance, habits: &mut Habits) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let before = seen.len();
        // A form grows while it is filled: what is next is looked for anew behind each repeat.
        let mut at = 0;
        loop {
            let keys = session.nodes();
            let Some(key) = keys.get(at).copied() else { break };
            at += 1;
            if session.relevant(key) != Some(true) {
                continue;
            }
            let reference = session.reference(key);
            if seen.contains(&reference) {
                continue;
            }
            let Some(state) = session.state(key) else { continue };
            match state.kind {
                Kind::RepeatUncontrolled => {
                    let wanted = chance.below(5);
                    let path = reference.trim_end_matches("#range").to_owned();
                    let acted = Act::Instances(path, wanted);
                    act(session, &acted);
                    acts.push(acted);
                }
                Kind::Question(control) if control != Control::Note && !state.readonly => {
                    let value = answer(session, key, &state, chance, habits);
                    acts.push(Act::Answer(reference.clone(), value));
                }
                _ => {}
            }
            seen.insert(reference);
        }
        if seen.len() == before {
            break;
        }
    }
    acts
}

/// Does it in a session. What is not there is left alone.
pub fn act(session: &mut Session, act: &Act) {
    match act {
        Act::Answer(path, value) => {
            if let Some(key) = session.at(path) {
                let _ = session.answer_text(key, value);
            }
        }
        Act::Instances(path, wanted) => {
            let instances = |session: &Session| -> Vec<Key> {
                (1..).map_while(|at| session.at(&format!("{path}[{at}]"))).collect()
            };
            for key in instances(session).into_iter().skip(*wanted).rev() {
                let _ = session.remove_repeat(key);
            }
            while instances(session).len() < *wanted {
                let whole = session.nodes().into_iter().find(|key| session.reference(*key) == format!("{path}#range"));
                let Some(whole) = whole else { break };
                if session.add_repeat(whole).is_err() {
                    break;
                }
            }
        }
    }
}

/// As the page that drives another engine reads them.
pub fn to_json(acts: &[Act]) -> Json {
    let one = |act: &Act| match act {
        Act::Answer(path, value) => json!(["answer", path, value]),
        Act::Instances(path, count) => json!(["instances", path, count]),
    };
    acts.iter().map(one).collect()
}

/// Answers a question, if it takes what comes up.
fn answer(session: &mut Session, key: Key, state: &NodeState, chance: &mut Chance, habits: &mut Habits) -> String {
    const TRIES: usize = 8;
    let opening = opening(session, key, state, habits);
    for _ in 0..TRIES {
        let value = match &opening {
            Some(values) if chance.below(10) < 6 => values[chance.below(values.len())].clone(),
            _ => value(state, chance),
        };
        let given = session.answer_text(key, &value).is_ok();
        let violated = || session.state(key).is_none_or(|state| state.violation.is_some());
        if given && (value.is_empty() || !violated()) {
            return session.state(key).and_then(|state| state.value).unwrap_or(value);
        }
    }
    let _ = session.answer_text(key, "");
    String::new()
}

/// The choices that open most of the form, if some open more than others.
fn opening(session: &mut Session, key: Key, state: &NodeState, habits: &mut Habits) -> Option<Vec<String>> {
    let choices = state.choices.as_ref().filter(|choices| choices.len() <= MOST_TRIED)?;
    if !matches!(state.kind, Kind::Question(Control::SelectOne)) {
        return None;
    }
    if !habits.opening.contains_key(&key.node) {
        let mut found: Vec<(usize, String)> = Vec::new();
        for (name, _) in choices {
            if session.answer_text(key, name).is_ok() {
                let relevant =
                    session.nodes().into_iter().filter(|key| session.relevant(*key) == Some(true)).count();
                found.push((relevant, name.clone()));
            }
        }
        let _ = session.answer_text(key, "");
        let most = found.iter().map(|(count, _)| *count).max().unwrap_or(0);
        let least = found.iter().map(|(count, _)| *count).min().unwrap_or(0);
        let best = found.into_iter().filter(|(count, _)| *count == most && most > least);
        habits.opening.insert(key.node, best.map(|(_, name)| name).collect());
    }
    let known = habits.opening.get(&key.node)?;
    let offered: Vec<String> =
        known.iter().filter(|name| choices.iter().any(|(offered, _)| offered == *name)).cloned().collect();
    (!offered.is_empty()).then_some(offered)
}

/// A text that a question may take.
fn value(state: &NodeState, chance: &mut Chance) -> String {
    if chance.below(9) == 0 {
        return String::new();
    }
    if let (Some(choices), Kind::Question(control)) = (&state.choices, state.kind) {
        return chosen(control, choices, chance);
    }
    match (state.kind, state.type_name.as_deref().unwrap_or_default()) {
        (Kind::Question(Control::Acknowledge), _) => "OK".into(),
        (_, "int" | "integer") => match chance.below(6) {
            0 => chance.below(3).to_string(),
            1 | 2 => chance.below(10).to_string(),
            3 => chance.below(30).to_string(),
            4 => chance.below(120).to_string(),
            _ => chance.below(5000).to_string(),
        },
        (_, "decimal") => match chance.below(3) {
            0 => chance.below(100).to_string(),
            1 => format!("{}.{}", chance.below(40), chance.below(10)),
            _ => format!("{}.{:02}", chance.below(5000), chance.below(100)),
        },
        (_, "boolean") => chance.one_of(&["true", "false"]).into(),
        (_, "date") => {
            format!("{}-{:02}-{:02}", 1930 + chance.below(97), 1 + chance.below(12), 1 + chance.below(28))
        }
        (_, "time") => chance.one_of(&["07:45:00.000", "23:59:59.000"]).into(),
        (_, "dateTime") => chance.one_of(&["2026-01-23T07:45:34.043", "2000-01-01T00:00:00.000"]).into(),
        (_, "geopoint") => chance.one_of(&["37.5 122.1 0 0", "-1.25 36.75 1500 4.5"]).into(),
        (_, "geotrace") => "0 0 0 0; 0 1 0 0; 1 1 0 0".into(),
        (_, "geoshape") => "0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0".into(),
        // A file is of no consequence to a score.
        (_, "binary") => String::new(),
        _ => chance.one_of(&["a", "yes", "Ada", "7", "two words", "13900000000"]).into(),
    }
}

fn chosen(control: Control, choices: &[(String, String)], chance: &mut Chance) -> String {
    let mut names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
    match control {
        Control::SelectMultiple => {
            let one_in = 1 + chance.below(4);
            names.retain(|_| chance.below(one_in + 1) == 0);
        }
        Control::Rank => {
            for last in (1..names.len()).rev() {
                names.swap(last, chance.below(last + 1));
            }
        }
        _ => return names.get(chance.below(names.len())).copied().unwrap_or_default().to_owned(),
    }
    names.join(" ")
}
