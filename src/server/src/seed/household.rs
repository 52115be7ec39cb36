//! A household, from its lead to where it stands: what each form would have said of it, version by version.
//!
//! Kept here: facts are decided first, and said then; each version says what a form of that step says, on a day that is not before the one it follows.

use doorstep_engine::moment::full_years;
use jiff::ToSpan;
use jiff::civil::Date;

use super::catalogue::{Catalogue, Town};
use super::dice::{Dice, ago, workdays};
use super::office::{Again, Record, complaint};
use super::people::{Person, Registry, colleague};
use super::referral::Referral;
use super::steps::{assessed, categories, planned};
use super::town::MOST_MEMBERS;
use super::truth::Truth;

/// How far households are, in a hundred.
pub(super) const STATES: [(&str, usize); 8] = [
    ("lead", 15),
    ("not_opened", 3),
    ("surveyed", 10),
    ("assessed", 15),
    ("planned", 10),
    ("in_service", 30),
    ("reassess", 4),
    ("closed", 13),
];
pub(super) const LEVELS: [(&str, usize); 4] = [("high", 20), ("medium", 40), ("low", 30), ("none", 10)];
pub(super) const SOURCES: [(&str, usize); 5] =
    [("found", 45), ("data", 25), ("self", 12), ("neighbours", 10), ("department", 8)];
pub(super) const DIFFICULTIES: [(&str, usize); 11] = [
    ("illness", 26),
    ("old_age", 22),
    ("disability", 15),
    ("care", 8),
    ("no_labour", 7),
    ("no_work", 6),
    ("schooling", 5),
    ("housing", 4),
    ("debt", 3),
    ("accident", 2),
    ("other", 2),
];
pub(super) const FLAGS: [(&str, usize); 7] = [
    ("none", 960),
    ("violence", 8),
    ("no_food_or_power", 9),
    ("missing", 6),
    ("coma", 3),
    ("self_harm", 11),
    ("child_alone_at_night", 3),
];
const REASONS: [(&str, usize); 6] = [
    ("achieved", 50),
    ("deceased", 15),
    ("moved", 12),
    ("refused", 8),
    ("institution", 10),
    ("passed_on", 5),
];
/// The most that each dimension has.
const DIMENSIONS: [(&str, i64); 6] = [("fs", 20), ("ie", 20), ("he", 20), ("hd", 40), ("ce", 20), ("em", 20)];
/// Visits are not before so many days ago.
const FIRST_DAY: i64 = 180;

/// What is decided of a household before it is made.
#[derive(Clone, Debug)]
pub(super) struct Dealt {
    pub(super) town: Town,
    pub(super) village: String,
    pub(super) house: usize,
    pub(super) people: usize,
    pub(super) state: &'static str,
    /// Of those that were assessed.
    pub(super) level: &'static str,
    pub(super) source: &'static str,
    pub(super) difficulty: &'static str,
    pub(super) flag: &'static str,
}

/// What a version says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    pub(crate) day: Date,
    pub(crate) properties: Vec<(String, String)>,
}

/// A household with its members, versions and referrals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Household {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) town: String,
    pub(crate) village: String,
    pub(crate) address: String,
    pub(crate) phone: String,
    pub(crate) people: Vec<Person>,
    /// As the survey finds them.
    pub(crate) categories: Vec<&'static str>,
    /// The older person's, once it was assessed.
    pub(crate) ability: &'static str,
    pub(crate) versions: Vec<Said>,
    /// Its members as the survey knows them, once there was one.
    pub(crate) members: Vec<Record>,
    pub(crate) referrals: Vec<Referral>,
    pub(crate) complaints: Vec<Record>,
}

/// A version that says these.
pub(super) fn said(day: Date, properties: &[(&str, &str)]) -> Said {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Said { day, properties: properties.iter().map(own).collect() }
}

/// An id that no other has: a UUID by its kind and number.
pub(super) fn id(kind: u32, number: usize) -> String {
    format!("0193a0c6-{kind:04x}-7d00-8000-{number:012x}")
}

impl Household {
    /// Makes the household with a number, and counts it in.
    pub(super) fn make(
        number: usize,
        dealt: &Dealt,
        catalogue: &Catalogue,
        tools: (&mut Dice, &mut Registry, &mut Truth),
        today: Date,
    ) -> Household {
        let (dice, registry, truth) = tools;
        let people = registry.household(dice, &dealt.town.county, dealt.people, today);
        let id = id(1, number);
        let head = people[0].name.clone();
        let mut making = Making {
            household: Household {
                label: format!("{head} {}", dealt.village),
                town: dealt.town.code.clone(),
                village: dealt.village.clone(),
                address: format!("{}{}号", dealt.village, dealt.house),
                phone: registry.phone(),
                people,
                categories: Vec::new(),
                ability: "",
                versions: Vec::new(),
                members: Vec::new(),
                referrals: Vec::new(),
                complaints: Vec::new(),
                id,
            },
            dealt,
            dice,
            today,
        };
        let found_on = making.tell(catalogue, truth, number);
        let household = making.household;
        count(&household, dealt, &found_on, truth, today);
        household
    }

    /// How many members are minors.
    fn minors(&self, today: Date) -> usize {
        self.people.iter().filter(|person| person.is_minor(today)).count()
    }
}

/// Was it visited, so that the survey says how many minors there are?
fn is_surveyed(state: &str) -> bool {
    !matches!(state, "lead" | "not_opened")
}

/// Was its level decided?
pub(super) fn is_assessed(state: &str) -> bool {
    is_surveyed(state) && state != "surveyed"
}

fn count(household: &Household, dealt: &Dealt, found_on: &Date, truth: &mut Truth, today: Date) {
    let level = if is_assessed(dealt.state) { dealt.level } else { "" };
    let minors = if is_surveyed(dealt.state) { household.minors(today).to_string() } else { String::new() };
    let town = &household.town;
    truth.known_members += household.members.len() as u64;
    truth.versions += household.members.len() as u64;
    for person in household.people.iter().take(household.members.len()) {
        truth.count("members", "member_sex", &[person.sex()]);
    }
    truth.households += 1;
    truth.members += household.people.len() as u64;
    truth.referrals += household.referrals.len() as u64;
    truth.versions += household.versions.len() as u64;
    truth.count("cases", "town", &[town]);
    truth.count("cases", "town:6", &[&town[..6]]);
    truth.count("cases", "state", &[dealt.state]);
    truth.count("cases", "level", &[level]);
    truth.count("cases", "town,level", &[town, level]);
    truth.count("cases", "source,state", &[dealt.source, dealt.state]);
    truth.count("cases", "red_flags:each", &[dealt.flag]);
    truth.count("cases", "found_on:month", &[&found_on.to_string()[..7]]);
    truth.count("cases", "minors", &[&minors]);
    let surveyed = is_surveyed(dealt.state);
    let members = if surveyed { household.people.len().to_string() } else { String::new() };
    truth.count("cases", "members", &[&members]);
    household.categories.iter().for_each(|category| truth.count("cases", "categories:each", &[category]));
    truth.count("cases", "ability", &[household.ability]);
}

/// The members of the household with a number, as a survey of a day has them.
fn members(household: &Household, number: usize, day: Date) -> Vec<Record> {
    let member = |(place, person): (usize, &Person)| {
        let age = full_years(person.birthday, day).max(0).to_string();
        let properties = [
            ("case", &*household.id),
            ("person", &person.name),
            ("member_sex", person.sex()),
            ("birth_date", &person.birthday.to_string()),
            ("age", &age),
            ("age_on", &day.to_string()),
        ];
        Record {
            list: "members",
            id: id(5, number * MOST_MEMBERS + place),
            area: household.town.clone(),
            label: person.name.clone(),
            versions: vec![said(day, &properties)],
        }
    };
    household.people.iter().enumerate().map(member).collect()
}

/// A household that is being made.
struct Making<'a> {
    household: Household,
    dealt: &'a Dealt,
    dice: &'a mut Dice,
    today: Date,
}

impl Making<'_> {
    /// All that was said of it, and of what was referred: the day it was found on.
    fn tell(&mut self, catalogue: &Catalogue, truth: &mut Truth, number: usize) -> Date {
        let Dealt { state, level, .. } = *self.dealt;
        let steps = match state {
            "lead" | "not_opened" => 1,
            "surveyed" => 3,
            "assessed" => 4,
            "planned" => 5,
            "in_service" | "reassess" => 7,
            _ => 8,
        };
        let days = self.dice.days_ago(steps, FIRST_DAY, 0);
        let today = self.today;
        let day = |step: usize| ago(today, days[step]);
        let difficulties = self.difficulties();
        let found_on = day(0);
        let found = self.lead(found_on, &difficulties);
        self.household.versions.push(found);
        if is_surveyed(state) {
            // Each third was not at home at first.
            if self.dice.percent(33) {
                let again = day(1).saturating_add(7.days()).to_string();
                self.say(
                    day(1),
                    &[
                        ("visited_on", &day(1).to_string()),
                        ("last_outcome", "3"),
                        ("attempts", "1"),
                        ("appointment", &again),
                        ("remark", "门锁着，邻居说下地去了"),
                    ],
                );
            }
            self.household.categories = categories(self.dice, &difficulties);
            let survey = self.survey(day(2), level);
            self.household.versions.push(survey);
            self.household.members = members(&self.household, number, day(2));
        }
        if is_assessed(state) {
            let (said, ability) = assessed(self.dice, day(3), level);
            self.household.versions.push(said);
            self.household.ability = ability;
        }
        if matches!(state, "planned" | "in_service" | "reassess" | "closed") {
            let plan = planned(self.dice, catalogue, day(4));
            self.household.versions.push(plan);
        }
        if matches!(state, "in_service" | "reassess" | "closed") {
            self.say(day(5), &[("state", "in_service")]);
            self.refer(catalogue, (day(5), if state == "closed" { day(6) } else { today }), truth, number);
            self.say(
                day(6),
                &[
                    ("followed_on", &day(6).to_string()),
                    ("follow_up_on", &day(6).saturating_add(30.days()).to_string()),
                ],
            );
        }
        match state {
            "not_opened" => self.say(found_on, &[("state", "not_opened")]),
            "reassess" => {
                let who = colleague(self.dice);
                let until = workdays(day(6), 5).to_string();
                self.say(
                    day(6),
                    &[
                        ("objection_on", &day(6).to_string()),
                        ("reassessor", &who),
                        ("reassess_by", &until),
                        ("state", "reassess"),
                    ],
                );
                let again = Again { level, reassessor: &who, until: &until };
                self.complain(number, day(6), Some(again), truth);
            }
            "closed" => {
                let reason = self.dice.by_share(&REASONS);
                self.say(
                    day(7),
                    &[("closed_on", &day(7).to_string()), ("closed_reason", reason), ("state", "closed")],
                );
            }
            "in_service" if self.dice.percent(5) => self.complain(number, day(6), None, truth),
            _ => {}
        }
        let is_referred = !self.household.referrals.is_empty();
        let members = is_surveyed(state).then_some(self.household.people.len() as u64);
        difficulties.iter().for_each(|difficulty| truth.need(difficulty, is_referred, members));
        difficulties.iter().for_each(|difficulty| truth.count("cases", "difficulties:each", &[difficulty]));
        found_on
    }

    fn say(&mut self, day: Date, properties: &[(&str, &str)]) {
        self.household.versions.push(said(day, properties));
    }

    fn complain(&mut self, number: usize, day: Date, again: Option<Again<'_>>, truth: &mut Truth) {
        let complaint = complaint(&self.household, number, (day, self.today), again, (self.dice, truth));
        self.household.complaints.push(complaint);
    }

    /// One that was dealt, and perhaps another.
    fn difficulties(&mut self) -> Vec<&'static str> {
        let mut difficulties = vec![self.dealt.difficulty];
        if self.dice.percent(40) {
            let (other, _) = *self.dice.one(&DIFFICULTIES);
            if !difficulties.contains(&other) {
                difficulties.push(other);
            }
        }
        difficulties
    }

    fn lead(&mut self, day: Date, difficulties: &[&str]) -> Said {
        let Dealt { village, source, flag, town, .. } = self.dealt;
        let urgency = if *flag == "none" { *self.dice.one(&["soon", "normal", "normal"]) } else { "urgent" };
        let (finder, worker) = (colleague(self.dice), colleague(self.dice));
        let until = workdays(day, if urgency == "urgent" { 1 } else { 3 }).to_string();
        let grid = format!("{village}第{}网格", self.dice.within(1, 6));
        let household = &self.household;
        let head = &household.people[0].name;
        said(
            day,
            &[
                ("person", head),
                ("phone", &household.phone),
                ("town", &town.code),
                ("village", village),
                ("grid", &grid),
                ("address", &household.address),
                ("source", source),
                ("found_on", &day.to_string()),
                ("found_by", &finder),
                ("difficulties", &difficulties.join(" ")),
                ("urgency", urgency),
                ("red_flags", flag),
                ("danger_handled", if *flag == "none" { "" } else { "派出所、镇街" }),
                ("assigned_to", &worker),
                ("visit_by", &until),
                ("state", "lead"),
            ],
        )
    }

    fn survey(&mut self, day: Date, level: &str) -> Said {
        let (least, most) = match level {
            "high" => (55, 90),
            "medium" => (35, 60),
            "low" => (15, 40),
            _ => (0, 15),
        };
        let minors = self.household.minors(self.today);
        let mut properties: Vec<(&str, String)> = Vec::new();
        for (dimension, whole) in DIMENSIONS {
            if dimension != "ce" || minors > 0 {
                properties.push((dimension, (whole * self.dice.within(least, most) / 100).to_string()));
            }
        }
        let consent = if self.dice.percent(85) { "survey health referral" } else { "survey" };
        let attempts = self.household.versions.len().to_string();
        properties.extend([
            ("visited_on", day.to_string()),
            ("last_outcome", "1".into()),
            ("attempts", attempts),
            ("consent", consent.into()),
            ("consent_on", day.to_string()),
            ("consent_by", "self".into()),
            ("members", self.household.people.len().to_string()),
            ("categories", self.household.categories.join(" ")),
            ("remark", if self.dice.percent(20) { "愿意配合".into() } else { String::new() }),
            ("minors", minors.to_string()),
            ("minors_on", day.to_string()),
            ("state", "surveyed".into()),
        ]);
        let all: Vec<(&str, &str)> = properties.iter().map(|(name, value)| (*name, &**value)).collect();
        said(day, &all)
    }

    fn refer(&mut self, catalogue: &Catalogue, within: (Date, Date), truth: &mut Truth, number: usize) {
        let most = if self.dealt.state == "in_service" { 3 } else { 2 };
        let count = self.dice.within(1, most);
        let mut services = catalogue.services.clone();
        self.dice.shuffle(&mut services);
        for (place, service) in services.iter().take(count.unsigned_abs() as usize).enumerate() {
            let id = id(2, number * 4 + place);
            let referral = Referral::make(
                id,
                &self.household,
                (service, catalogue),
                (self.dealt.state, within),
                self.dice,
                truth,
            );
            self.household.referrals.push(referral);
        }
    }
}
