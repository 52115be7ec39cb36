//! The worker's day: to whom of those that this phone knows somebody is to go, by when and why, and where somebody has been today.
//!
//! Pure: made of the list of cases, the day, and nothing else, so that it is the same on the phone and in a test. What the properties mean stands in
//! `forms/README.md`. A danger comes before everything, whatever is due; whoever is closed or was not taken up is left alone unless a day says otherwise.

use std::collections::BTreeMap;

use doorstep_engine::entities::EntityList;

/// So many visits without meeting anybody, and a case may be closed.
const ATTEMPTS: u32 = 3;
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
    /// An objection, or a change: to be assessed again.
    Reassess,
    /// A follow-up is due.
    FollowUp,
    /// The assessment is to be looked at again.
    Review,
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
    /// So many times somebody has gone.
    pub attempts: u32,
    /// Was nobody met so often that the case may be closed?
    pub tried_enough: bool,
}

/// What the day holds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Day {
    /// Dangers first, then the latest; those without a day at the end.
    pub due: Vec<Visit>,
    /// The days to come, the nearest first.
    pub ahead: Vec<Visit>,
    /// So many were visited today.
    pub done: usize,
}

impl Day {
    /// The day of a list of cases. `today`: `2026-11-27`, by the device's zone.
    pub fn of(cases: &EntityList, today: &str) -> Day {
        let mut day = Day::default();
        for case in &cases.entities {
            let said = Said(&case.properties);
            day.done += usize::from([said.of("visited_on"), said.of("followed_on")].contains(&today));
            let Some(visit) = visit(&case.id, &case.label, &said, today) else { continue };
            match &visit.due {
                Some(due) if !visit.danger && due.as_str() > today => {
                    if days_between(today, due).is_some_and(|days| days <= AHEAD_DAYS) {
                        day.ahead.push(visit);
                    }
                }
                _ => day.due.push(visit),
            }
        }
        let order = |visit: &Visit| {
            (!visit.danger, visit.due.is_none(), visit.due.clone(), visit.hour.clone(), visit.case.clone())
        };
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
    // An appointment that was kept is none any more.
    let appointment = said.day("appointment").filter(|day| visited.is_none_or(|visited| visited < *day));
    // Whoever went there today has been.
    let been = visited == Some(today) || said.day("followed_on") == Some(today);
    let mut wanted: Vec<(Option<&str>, Why)> = Vec::new();
    wanted.extend(appointment.map(|day| (Some(day), Why::Appointment)));
    match state {
        "lead" if appointment.is_none() && !been => wanted.push((said.day("visit_by"), Why::Lead)),
        "reassess" if !been => wanted.push((said.day("reassess_by"), Why::Reassess)),
        "assessed" | "planned" | "in_service" => {
            wanted.extend(said.day("review_on").map(|day| (Some(day), Why::Review)));
            wanted.extend(said.day("follow_up_on").map(|day| (Some(day), Why::FollowUp)));
        }
        "surveyed" | "closed" => {
            wanted.extend(said.day("follow_up_on").map(|day| (Some(day), Why::FollowUp)));
        }
        _ => {}
    }
    wanted.retain(|(day, _)| !(been && day.is_some_and(|day| day <= today)));
    // The nearest day; without one it is as soon as can be, after all that have one.
    let nearest = wanted.into_iter().min_by_key(|(day, why)| (day.is_none(), *day, *why));
    let (due, why) = match nearest {
        Some(found) => found,
        None if danger && !been => (None, Why::Danger),
        None => return None,
    };
    let attempts = said.of("attempts").parse().unwrap_or(0);
    let outcome = said.of("last_outcome").to_owned();
    let person = said.of("person");
    Some(Visit {
        case: id.to_owned(),
        person: if person.is_empty() { label.to_owned() } else { person.to_owned() },
        village: said.of("village").to_owned(),
        address: said.of("address").to_owned(),
        phone: said.of("phone").to_owned(),
        danger,
        why,
        due: due.map(str::to_owned),
        hour: (why == Why::Appointment).then(|| hour(said.of("appointment"))).flatten(),
        late: due.and_then(|due| days_between(due, today)).unwrap_or(0).max(0),
        assigned: said.of("assigned_to").to_owned(),
        visited: visited.map(str::to_owned),
        tried_enough: state == "lead" && attempts >= ATTEMPTS && !matches!(&*outcome, "" | "1" | "2"),
        outcome,
        attempts,
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

/// Which form a visit is made with.
pub fn form_of(why: Why) -> &'static str {
    match why {
        Why::FollowUp => "follow-up",
        Why::Danger | Why::Appointment | Why::Lead | Why::Reassess | Why::Review => "household-needs",
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::ListedEntity;

    use super::*;

    const TODAY: &str = "2026-11-27";

    fn case(id: &str, said: &[(&str, &str)]) -> ListedEntity {
        let properties = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ListedEntity {
            id: id.to_owned(),
            label: format!("{id} 北门外"),
            version: 1,
            trunk: Some(1),
            branch: None,
            properties,
        }
    }

    fn day(cases: &[(&str, &[(&str, &str)])]) -> Day {
        let entities = cases.iter().map(|(id, said)| case(id, said)).collect();
        Day::of(&EntityList { name: "cases".into(), entities }, TODAY)
    }

    fn told(visits: &[Visit]) -> Vec<String> {
        let due = |visit: &Visit| visit.due.clone().unwrap_or_default();
        visits
            .iter()
            .map(|visit| format!("{} {:?} {} {}", visit.case, visit.why, due(visit), visit.late))
            .collect()
    }

    #[test]
    fn dangers_come_first_then_the_latest_and_whoever_has_no_day_last() {
        let day = day(&[
            ("a", &[("state", "lead"), ("visit_by", TODAY)]),
            ("b", &[("state", "lead")]),
            ("c", &[("state", "lead"), ("visit_by", "2026-11-24")]),
            ("d", &[("state", "in_service"), ("red_flags", "violence"), ("visited_on", "2026-11-20")]),
            ("e", &[("state", "lead"), ("visit_by", "2026-12-01"), ("red_flags", "no_food_or_power")]),
            ("f", &[("state", "lead"), ("visit_by", "2026-12-01"), ("red_flags", "none")]),
            ("g", &[("state", "closed"), ("red_flags", "violence")]),
            ("h", &[("state", "closed"), ("follow_up_on", "2026-11-26")]),
            ("i", &[("state", "in_service"), ("follow_up_on", "2027-01-04"), ("review_on", "2026-11-27")]),
            ("j", &[("state", "not_opened"), ("visit_by", TODAY)]),
        ]);
        assert_eq!(
            told(&day.due),
            [
                "e Lead 2026-12-01 0",
                "d Danger  0",
                "c Lead 2026-11-24 3",
                "h FollowUp 2026-11-26 1",
                "a Lead 2026-11-27 0",
                "i Review 2026-11-27 0",
                "b Lead  0",
            ]
        );
        assert_eq!(told(&day.ahead), ["f Lead 2026-12-01 0"]);
        assert_eq!(day.done, 0);
    }

    #[test]
    fn whoever_was_visited_today_is_done_until_the_day_that_was_agreed_there() {
        let day = day(&[
            (
                "met",
                &[
                    ("state", "surveyed"),
                    ("visited_on", TODAY),
                    ("visit_by", TODAY),
                    ("red_flags", "violence"),
                ],
            ),
            (
                "out",
                &[
                    ("state", "lead"),
                    ("visited_on", TODAY),
                    ("visit_by", "2026-11-26"),
                    ("last_outcome", "3"),
                    ("attempts", "2"),
                    ("appointment", "2026-11-30T10:30:00.000+08:00"),
                ],
            ),
            (
                "kept",
                &[
                    ("state", "surveyed"),
                    ("visited_on", "2026-11-25"),
                    ("appointment", "2026-11-25T09:00:00.000+08:00"),
                ],
            ),
            (
                "thrice",
                &[("state", "lead"), ("visited_on", "2026-11-26"), ("last_outcome", "3"), ("attempts", "3")],
            ),
            ("followed", &[("state", "closed"), ("followed_on", TODAY), ("follow_up_on", TODAY)]),
        ]);
        assert_eq!(day.done, 3);
        assert_eq!(told(&day.due), ["thrice Lead  0"]);
        assert!(day.due[0].tried_enough);
        assert_eq!(told(&day.ahead), ["out Appointment 2026-11-30 0"]);
        assert_eq!(day.ahead[0].hour.as_deref(), Some("10:30"));
    }

    #[test]
    fn nonsense_in_a_list_is_no_day() {
        let day = day(&[("a", &[("state", "lead"), ("visit_by", "soon"), ("attempts", "many")]), ("b", &[])]);
        assert_eq!(told(&day.due), ["a Lead  0"]);
        assert_eq!(day.due[0].person, "a 北门外", "without a name, what the list calls it");
    }
}
