//! Answer sets that are made up, the same each time for the same seed: each relevant question answered by its type and constraint,
//! some left blank, repeats with up to four instances.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use doorstep_engine::session::{Kind, NodeState};
use doorstep_engine::view::{Control, Key};
use doorstep_engine::{Form, Session, World};
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

/// What opens most of a form: by question, the answer without which less of it would be asked. Random answers alone would mostly
/// find its shortest way.
#[derive(Default)]
pub struct Habits {
    opening: HashMap<String, String>,
}

/// How a set is filled in.
struct Mood {
    /// One in so many answers is left blank; 0: none is.
    blank: usize,
    /// In so many of twenty the answer that opens most.
    open: usize,
}

/// How many sets are made up to find what opens most.
const TRIALS: u64 = 24;
/// How often the form is gone through, since answers open questions before them too.
const MOST_ROUNDS: usize = 8;

impl Habits {
    /// Tries a form out.
    pub fn of(form: &Arc<Form>, world: &World) -> Habits {
        let none = Habits::default();
        let mut best: Option<(usize, Vec<Act>, Session)> = None;
        for trial in 0..TRIALS {
            let mut session = Session::new(form.clone(), world.clone());
            let acts = fill(&mut session, &mut Chance::new(u64::MAX - trial), &none);
            let open = open(&session);
            if best.as_ref().is_none_or(|(most, ..)| open > *most) {
                best = Some((open, acts, session));
            }
        }
        let Some((most, acts, mut session)) = best else { return none };
        let mut opening = HashMap::new();
        for act in acts {
            let Act::Answer(path, value) = act else { continue };
            let Some(key) = session.at(&path).filter(|_| !value.is_empty()) else { continue };
            let _ = session.answer_text(key, "");
            if open(&session) < most {
                opening.insert(path, value.clone());
            }
            let _ = session.answer_text(key, &value);
        }
        Habits { opening }
    }
}

/// How much of a form is asked.
fn open(session: &Session) -> usize {
    session.nodes().into_iter().filter(|key| session.relevant(*key) == Some(true)).count()
}

/// Fills a new session; gives what leads to the same answers in another.
pub fn fill(session: &mut Session, chance: &mut Chance, habits: &Habits) -> Vec<Act> {
    let mood = Mood { blank: [0, 60, 9][chance.below(3)], open: [20, 19, 8][chance.below(3)] };
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
                    let value = answer(session, key, &state, chance, (habits, &mood));
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
                let whole = session
                    .nodes()
                    .into_iter()
                    .find(|key| session.reference(*key) == format!("{path}#range"));
                let Some(whole) = whole else { break };
                if session.add_repeat(whole).is_err() {
                    break;
                }
            }
        }
    }
}

/// Answers one question as it may be answered; was it?
pub fn answer_one(session: &mut Session, key: Key, chance: &mut Chance) -> bool {
    let Some(state) = session.state(key) else { return false };
    let mood = Mood { blank: 0, open: 0 };
    !answer(session, key, &state, chance, (&Habits::default(), &mood)).is_empty()
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
fn answer(
    session: &mut Session,
    key: Key,
    state: &NodeState,
    chance: &mut Chance,
    (habits, mood): (&Habits, &Mood),
) -> String {
    const TRIES: usize = 8;
    let opening = habits.opening.get(&session.reference(key)).filter(|_| chance.below(20) < mood.open);
    for attempt in 0..TRIES {
        let value = match opening {
            Some(value) if attempt == 0 => value.clone(),
            _ => value(state, mood, chance),
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

/// A text that a question may take.
fn value(state: &NodeState, mood: &Mood, chance: &mut Chance) -> String {
    if mood.blank > 0 && chance.below(mood.blank) == 0 {
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
