//! The worker's day: to whom of those that this phone knows somebody is to go, by when and why, and where somebody has been today.
//!
//! Pure: made of the list of cases, the day, and nothing else, so that it is the same on the phone and in a test. What the properties mean stands in
//! `forms/README.md`. A danger comes before everything, whatever is due, then what was agreed for today, by its hour; whoever is closed or was not taken up is
//! left alone unless a day says otherwise. Whoever was visited today is done for today, unless it was agreed at the door to come once more.

use std::collections::BTreeMap;

use doorstep_engine::entities::EntityList;

/// So many visits without meeting anybody, and a case may be closed.
const ATTEMPTS: u32 = 3;
/// How a visit went where somebody answered: wholly, partly.
const MET: [&str; 2] = ["1", "2"];
/// Part of it was answered.
const PARTLY: &str = "2";
/// Whoever is sought is not to be found there any more: moved, dead, no such address.
const GONE: [&str; 3] = ["5", "7", "8"];
/// So far ahead the days are shown, beside what is due.
const AHEAD_DAYS: i64 = 7;

/// Why somebody is to go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    /// A danger was recorded and nobody has said that it is over.
    Danger,
    /// A day was agreed at the last visit.
    Appointment,
    /// A lead that nobody has visited.
    Lead,
    /// Part of the survey was answered.
    Unfinished,
    /// An objection, or a change: to be assessed again.
    Reassess,
    /// A follow-up is due.
    FollowUp,
    /// The assessment is to be looked at again.
    Review,
}

impl Why {
    /// Does it come round by itself, whatever happened?
    const fn is_of_course(self) -> bool {
        matches!(self, Why::FollowUp | Why::Review)
    }
}

/// Why it may be that nobody has to go there any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Over {
    /// So many days without meeting anybody.
    Tried,
    /// Moved, dead, or no such address.
    Gone,
}

/// A visit that is to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The case's id.
    pub case: String,
    /// Who it is, as the list calls them if it says no name.
    pub person: String,
    /// The village or community.
    pub village: String,
    /// House number, or how to find it.
    pub address: String,
    /// To call before going.
    pub phone: String,
    /// Is there something that somebody is not to be told?
    pub withholds: bool,
    /// Is a danger recorded?
    pub danger: bool,
    pub why: Why,
    /// The day, `2026-11-27`; nothing: as soon as can be.
    pub due: Option<String>,
    /// The hour that was agreed, `10:30`.
    pub hour: Option<String>,
    /// Days that it is late by.
    pub late: i64,
    /// Who is to go, if somebody was named.
    pub assigned: String,
    /// When somebody was there last.
    pub visited: Option<String>,
    /// The code of how that went.
    pub outcome: String,
    /// So many times in a row somebody has gone for nothing.
    pub attempts: u32,
    /// May the case be closed instead?
    pub over: Option<Over>,
}

/// How a household is called from a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Call {
    /// There is no number.
    No,
    /// At once.
    At(String),
    /// From its own page, where what is not to be told stands above the number: a list says nothing of it.
    FromItsPage,
}

impl Visit {
    /// See [`Call`].
    pub fn call(&self) -> Call {
        match (&*self.phone, self.withholds) {
            ("", _) => Call::No,
            (_, true) => Call::FromItsPage,
            (phone, false) => Call::At(phone.to_owned()),
        }
    }
}

/// A visit that was made today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// The case's id.
    pub case: String,
    pub person: String,
    pub village: String,
    pub address: String,
    pub danger: bool,
    /// The code of how it went; blank of a follow-up.
    pub outcome: String,
    /// When somebody is to go again, as it was agreed there: day and hour.
    pub again: Option<(String, Option<String>)>,
}

/// What the day holds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Day {
    /// Dangers first, then what was agreed for today by its hour, then the latest, then those without a day, and at the end who may be closed.
    pub due: Vec<Visit>,
    /// The days to come, the nearest first.
    pub ahead: Vec<Visit>,
    /// Who was visited today, village by village.
    pub done: Vec<Done>,
}

impl Day {
    /// The day of a list of cases. `today`: `2026-11-27`, by the device's zone.
    pub fn of(cases: &EntityList, today: &str) -> Day {
        let mut day = Day::default();
        for case in &cases.entities {
            let said = Said(&case.properties);
            day.done.extend(done(&case.id, &case.label, &said, today));
            let Some(visit) = visit(&case.id, &case.label, &said, today) else { continue };
            match &visit.due {
                Some(due) if due.as_str() > today && (!visit.danger || visit.why.is_of_course()) => {
                    if days_between(today, due).is_some_and(|days| days <= AHEAD_DAYS) {
                        day.ahead.push(visit);
                    }
                }
                _ => day.due.push(visit),
            }
        }
        let order = |visit: &Visit| {
            let agreed = visit.why == Why::Appointment && visit.due.as_deref() == Some(today);
            let rank = (!visit.danger, visit.over.is_some(), !agreed, visit.due.is_none());
            (rank, visit.due.clone(), visit.hour.clone(), visit.case.clone())
        };
        day.done.sort_by_cached_key(|done| {
            (!done.danger, done.village.clone(), done.address.clone(), done.case.clone())
        });
        day.due.sort_by_cached_key(order);
        day.ahead.sort_by_cached_key(order);
        day
    }
}

/// What is said of a case; blank where nothing is.
struct Said<'c>(&'c BTreeMap<String, String>);

impl<'c> Said<'c> {
    fn of(&self, property: &str) -> &'c str {
        self.0.get(property).map_or("", |value| value.trim())
    }

    /// A day, of a date or of a moment.
    fn day(&self, property: &str) -> Option<&'c str> {
        self.of(property).get(..10).filter(|day| day.parse::<jiff::civil::Date>().is_ok())
    }
}

fn visit(id: &str, label: &str, said: &Said<'_>, today: &str) -> Option<Visit> {
    let state = said.of("state");
    let danger = !matches!(said.of("red_flags"), "" | "none") && !matches!(state, "closed" | "not_opened");
    let visited = said.day("visited_on");
    let outcome = said.of("last_outcome");
    let appointment = appointment(said);
    // Whoever went there today has been.
    let been = visited == Some(today) || said.day("followed_on") == Some(today);
    let mut wanted: Vec<(Option<&str>, Why)> = Vec::new();
    match state {
        "lead" if appointment.is_none() && !been => wanted.push((said.day("visit_by"), Why::Lead)),
        "reassess" if !been => wanted.push((said.day("reassess_by"), Why::Reassess)),
        "assessed" | "planned" | "in_service" => {
            wanted.extend(said.day("review_on").map(|day| (Some(day), Why::Review)));
            wanted.extend(said.day("follow_up_on").map(|day| (Some(day), Why::FollowUp)));
        }
        "surveyed" if outcome == PARTLY && appointment.is_none() && !been => {
            wanted.push((None, Why::Unfinished))
        }
        "surveyed" | "closed" => {
            wanted.extend(said.day("follow_up_on").map(|day| (Some(day), Why::FollowUp)));
        }
        _ => {}
    }
    wanted.retain(|(day, _)| !(been && day.is_some_and(|day| day <= today)));
    wanted.extend(appointment.map(|day| (Some(day), Why::Appointment)));
    // The nearest day; without one it is as soon as can be, after all that have one.
    let nearest = wanted.into_iter().min_by_key(|(day, why)| (day.is_none(), *day, *why));
    let (due, why) = match nearest {
        // That somebody is looked after again in half a year is no reason to go there today: the danger is.
        Some((Some(day), why)) if danger && !been && why.is_of_course() && day > today => (None, Why::Danger),
        Some(found) => found,
        None if danger && !been => (None, Why::Danger),
        None => return None,
    };
    let person = person(label, said);
    // Once somebody was met they are counted anew.
    let attempts = said.of("attempts").parse().unwrap_or(0);
    let attempts = if MET.contains(&outcome) { 0 } else { attempts };
    let over = match (state, outcome) {
        ("lead", gone) if GONE.contains(&gone) => Some(Over::Gone),
        ("lead", unmet) if attempts >= ATTEMPTS && !unmet.is_empty() => Some(Over::Tried),
        _ => None,
    };
    Some(Visit {
        case: id.to_owned(),
        person,
        village: said.of("village").to_owned(),
        address: said.of("address").to_owned(),
        phone: said.of("phone").to_owned(),
        withholds: !said.of("withhold").is_empty(),
        danger,
        why,
        due: due.map(str::to_owned),
        hour: (why == Why::Appointment).then(|| hour(said.of("appointment"))).flatten(),
        late: due.and_then(|due| days_between(due, today)).unwrap_or(0).max(0),
        assigned: said.of("assigned_to").to_owned(),
        visited: visited.map(str::to_owned),
        over,
        outcome: outcome.to_owned(),
        attempts,
    })
}

fn person(label: &str, said: &Said<'_>) -> String {
    match said.of("person") {
        "" => label.to_owned(),
        person => person.to_owned(),
    }
}

/// The day that was agreed, if it is still to come: one that was kept is none any more. Agreed for the day of the visit itself it is for later that day where
/// nobody answered, else it was that visit.
fn appointment<'c>(said: &Said<'c>) -> Option<&'c str> {
    let (day, outcome) = (said.day("appointment")?, said.of("last_outcome"));
    let unmet = !outcome.is_empty() && !MET.contains(&outcome);
    let is_to_come = |visited: &str| visited < day || visited == day && unmet;
    (said.day("visited_on").is_none_or(is_to_come) && said.day("followed_on").is_none_or(|at| at < day))
        .then_some(day)
}

/// What was done there today, if anything was.
fn done(id: &str, label: &str, said: &Said<'_>, today: &str) -> Option<Done> {
    let visited = said.day("visited_on") == Some(today);
    if !visited && said.day("followed_on") != Some(today) {
        return None;
    }
    let again =
        appointment(said).filter(|_| visited).map(|day| (day.to_owned(), hour(said.of("appointment"))));
    Some(Done {
        case: id.to_owned(),
        person: person(label, said),
        village: said.of("village").to_owned(),
        address: said.of("address").to_owned(),
        danger: !matches!(said.of("red_flags"), "" | "none"),
        outcome: if visited { said.of("last_outcome").to_owned() } else { String::new() },
        again,
    })
}

/// `10:30` of `2026-11-27T10:30:00.000+08:00`; nothing of a day alone.
fn hour(moment: &str) -> Option<String> {
    let hour = moment.split_once('T')?.1.get(..5)?;
    (hour != "00:00").then(|| hour.to_owned())
}

fn days_between(from: &str, to: &str) -> Option<i64> {
    let (from, to): (jiff::civil::Date, jiff::civil::Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(i64::from((to - from).get_days()))
}

/// Which forms a visit is made with, the first what it is mostly: the other says that it came to nothing, or that nobody goes there any more.
pub fn forms_of(visit: &Visit) -> &'static [&'static str] {
    match (visit.over, visit.why) {
        (Some(_), _) => &["closure", "household-needs"],
        (None, Why::FollowUp) => &["follow-up"],
        (
            None,
            Why::Danger | Why::Appointment | Why::Lead | Why::Unfinished | Why::Reassess | Why::Review,
        ) => &["household-needs", ATTEMPT],
    }
}

/// The form by which a visit came to nothing.
pub const ATTEMPT: &str = "visit-attempt";

#[cfg(test)]
mod tests;
