//! Answers that are made up, the same each time for the same case: what a reader could give, and now and then nothing.

use doorstep_engine::Session;
use doorstep_engine::session::{Kind, NodeState};
use doorstep_engine::view::Control;

/// Xorshift: chance that comes back.
pub struct Chance(u64);

impl Chance {
    /// Starts from a case's id.
    pub fn new(id: &str) -> Chance {
        let mixed = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Chance(mixed | 1)
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

/// What a reader does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers a question, by its reference.
    Answer(String, String),
    /// Adds an instance of a repeat.
    Add(String),
    /// Removes one.
    Remove(String),
}

/// Something that a reader could do now. `None` if there is nothing to do.
pub fn act(session: &Session, chance: &mut Chance) -> Option<Act> {
    let all =
        session.nodes().into_iter().filter_map(|key| Some((session.reference(key), session.state(key)?)));
    let relevant: Vec<(String, NodeState)> = all.filter(|(_, state)| state.relevant).collect();
    let is_asked = |state: &NodeState| {
        matches!(state.kind, Kind::Question(control) if control != Control::Note) && !state.readonly
    };
    let questions: Vec<&(String, NodeState)> = relevant.iter().filter(|(_, state)| is_asked(state)).collect();
    let of_kind = |kind: Kind| -> Vec<&String> {
        relevant.iter().filter(|(_, state)| state.kind == kind).map(|(reference, _)| reference).collect()
    };
    let ranges = of_kind(Kind::RepeatUncontrolled);
    let free = |instance: &str| {
        let repeat = instance.rsplit_once('[').map_or("", |(repeat, _)| repeat);
        ranges.iter().any(|range| range.strip_suffix("#range") == Some(repeat))
    };
    let instances: Vec<&String> =
        of_kind(Kind::RepeatInstance).into_iter().filter(|name| free(name)).collect();
    let roll = chance.below(10);
    if !ranges.is_empty() && (roll < 2 || questions.is_empty()) {
        let range = ranges[chance.below(ranges.len())];
        return Some(Act::Add(range.trim_end_matches("#range").to_owned()));
    }
    if !instances.is_empty() && roll == 2 {
        return Some(Act::Remove(instances[chance.below(instances.len())].clone()));
    }
    let (reference, state) = questions.get(chance.below(questions.len()))?;
    Some(Act::Answer(reference.clone(), answer(state, chance)))
}

/// A text that a question may take.
fn answer(state: &NodeState, chance: &mut Chance) -> String {
    if chance.below(8) == 0 {
        return String::new();
    }
    if let (Some(choices), Kind::Question(control)) = (&state.choices, state.kind) {
        return chosen(control, choices, chance);
    }
    let number = chance.below(8);
    match (state.kind, state.type_name.as_deref().unwrap_or_default()) {
        (Kind::Question(Control::Acknowledge), _) => "OK".into(),
        (_, "int" | "integer") => ["0", "1", "2", "5", "18", "3", "-1", "12"][number].into(),
        (_, "decimal") => ["0", "0.5", "1", "2.25", "10", "-3.5", "99.9", "1000"][number].into(),
        (_, "boolean") => ["true", "false"][number % 2].into(),
        (_, "date") => chance.one_of(&["2024-02-29", "2026-11-23", "1999-12-31", "2030-01-01"]).into(),
        (_, "time") => chance.one_of(&["07:45:00.000-07:00", "23:59:59.000-07:00"]).into(),
        (_, "dateTime") => {
            chance.one_of(&["2026-11-23T07:45:34.043-07:00", "2000-01-01T00:00:00.000-07:00"]).into()
        }
        (_, "geopoint") => chance.one_of(&["37.5 122.1 0 0", "-1.25 36.75 1500 4.5"]).into(),
        (_, "geotrace") => "0 0 0 0; 0 1 0 0; 1 1 0 0".into(),
        (_, "geoshape") => "0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0".into(),
        (_, "binary") => chance.one_of(&["a.jpg", "b.mp4"]).into(),
        _ => ["a", "yes", "no", "other", "Ada", "7", "two words", "héé"][number].into(),
    }
}

fn chosen(control: Control, choices: &[(String, String)], chance: &mut Chance) -> String {
    let mut names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
    match control {
        Control::SelectMultiple => names.retain(|_| chance.below(2) == 0),
        Control::Rank => {
            for last in (1..names.len()).rev() {
                names.swap(last, chance.below(last + 1));
            }
        }
        _ => return names.get(chance.below(names.len())).copied().unwrap_or_default().to_owned(),
    }
    names.join(" ")
}
