//! Who is known, found by what a typing mistake leaves as it is: the ID number, the name's sound, the birthday, the house.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::{Date, date};

use super::likeness::{LIKELY, Person, Ready, SURE, Why};

/// More persons of one sound, day or house are not looked through: nothing would be told by that.
const MOST_ALIKE: usize = 2_000;

/// Somebody who may be the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Match<T> {
    pub(crate) whose: T,
    /// Who of the household it is, as they are called there.
    pub(crate) name: String,
    pub(crate) points: i32,
    pub(crate) why: Vec<Why>,
}

/// What matches come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict<T> {
    /// That one, with why.
    Sure(Match<T>),
    /// A person is to decide; the most alike first.
    Likely(Vec<Match<T>>),
    /// Nobody who is known.
    New,
}

/// Persons, each of somebody `T`: a household, or another row.
#[derive(Debug)]
pub(crate) struct Register<T> {
    people: Vec<(Ready, T)>,
    by_id: HashMap<String, Vec<usize>>,
    by_sound: HashMap<String, Vec<usize>>,
    by_day: HashMap<Date, Vec<usize>>,
    by_place: HashMap<String, Vec<usize>>,
}

impl<T> Default for Register<T> {
    fn default() -> Register<T> {
        Register {
            people: Vec::new(),
            by_id: HashMap::new(),
            by_sound: HashMap::new(),
            by_day: HashMap::new(),
            by_place: HashMap::new(),
        }
    }
}

impl<T: Clone + Ord + Hash> Register<T> {
    /// One more who is known.
    pub(crate) fn add(&mut self, person: &Person, whose: T) {
        let (ready, at) = (Ready::of(person), self.people.len());
        if !ready.id_key.is_empty() {
            self.by_id.entry(ready.id_key.clone()).or_default().push(at);
        }
        if !ready.sound.is_empty() {
            self.by_sound.entry(ready.sound.clone()).or_default().push(at);
        }
        if let Some(day) = ready.birthday {
            self.by_day.entry(day).or_default().push(at);
        }
        if let Some(place) = ready.place() {
            self.by_place.entry(place).or_default().push(at);
        }
        self.people.push((ready, whose));
    }

    /// Whom a person may be, if nobody ever said whose they are not.
    #[cfg(test)]
    pub(crate) fn find(&self, person: &Person) -> Verdict<T> {
        self.find_but(person, |_| false)
    }

    /// Whom a person may be. With whom somebody said they are not, they are never joined: a person is asked again, unless somebody else fits for certain.
    pub(crate) fn find_but(&self, person: &Person, is_not: impl Fn(&T) -> bool) -> Verdict<T> {
        let ready = Ready::of(person);
        let mut found: Vec<Match<T>> = Vec::new();
        for at in self.candidates(&ready) {
            let (known, whose) = &self.people[at];
            let Some(why) = ready.like(known) else { continue };
            let points = why.iter().map(|why| why.points()).sum();
            if points < LIKELY && !why.contains(&Why::Id) {
                continue;
            }
            match found.iter_mut().find(|other| other.whose == *whose) {
                Some(other) if other.points >= points => {}
                Some(other) => {
                    (other.name, other.points, other.why) = (known.called.clone(), points, why);
                }
                None => found.push(Match { whose: whose.clone(), name: known.called.clone(), points, why }),
            }
        }
        // The same each time, whatever order they were found in.
        found.sort_by(|one, other| (-one.points, &one.whose).cmp(&(-other.points, &other.whose)));
        let mut open = (0..found.len()).filter(|at| !is_not(&found[*at].whose));
        let sure = open.clone().filter(|at| is_sure(&found[*at])).count();
        match (found.is_empty(), open.next()) {
            (true, _) => Verdict::New,
            (false, Some(first)) if sure == 1 && is_sure(&found[first]) => {
                Verdict::Sure(found.swap_remove(first))
            }
            _ => Verdict::Likely(found),
        }
    }

    fn candidates(&self, ready: &Ready) -> Vec<usize> {
        let days = ready.birthday.into_iter().flat_map(|day| [Some(day), swapped(day)]).flatten();
        let place = ready.place();
        let mut found: Vec<usize> = Vec::new();
        let lists = [self.by_id.get(&ready.id_key), self.by_sound.get(&ready.sound)]
            .into_iter()
            .chain(days.map(|day| self.by_day.get(&day)))
            .chain([place.and_then(|place| self.by_place.get(&place))]);
        for list in lists.flatten().filter(|list| list.len() <= MOST_ALIKE) {
            found.extend(list);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Is it the same person without anybody being asked?
fn is_sure<T>(found: &Match<T>) -> bool {
    because(found.points, &found.why).0
}

/// Is it the same person without anybody being asked, and the rule that says so: more points than another has don't matter beside it.
pub(crate) fn because(points: i32, why: &[Why]) -> (bool, &'static str) {
    let has = |one| why.contains(&one);
    match (has(Why::Id), has(Why::Name)) {
        (true, _) if has(Why::NameDiffers) => (false, "id_but_name"),
        (true, _) => (true, "id_number"),
        (false, false) => (false, "name_not_same"),
        (false, true) if points >= SURE => (true, "name_and_more"),
        (false, true) => (false, "not_enough"),
    }
}

/// The day with its day and month the other way round, if there is such a day and it is another.
fn swapped(day: Date) -> Option<Date> {
    let possible = day.day() <= 12 && day.day() != day.month();
    possible.then(|| date(day.year(), day.day(), day.month()))
}
